/* How the things of the other rooms are shown: the same words, the same marks,
 * the same order on every page (share/web/README.md).                       */
#include "web/pages.h"

#include <stdio.h>

json_t *show_text(const char *value)
{
	json_t *shown = json_string(value ? value : "");
	return shown ? shown : json_string("");
}

json_t *show_time(int64_t ms)
{
	char out[48] = "";
	if (ms)
		ms_short(ms, out);
	return json_string(out);
}

json_t *show_bytes(uint64_t bytes)
{
	if (bytes < 1000)
		return json_sprintf("%dバイト", (int)bytes);
	if (bytes < 1000 * 1000)
		return json_sprintf("%dKB", (int)((bytes + 999) / 1000));
	return json_sprintf("%d.%dMB", (int)(bytes / 1000000), (int)(bytes / 100000 % 10));
}

static const char *section_name(struct request *rq, const char *section)
{
	struct section found;
	struct why why = {OK, "", ""};
	if (!section || !*section ||
	    office_section(parts_of(rq)->office, section, rq->arena, &found, &why).code != OK)
		return "";
	return found.name;
}

json_t *show_section(struct request *rq, const char *section)
{
	return show_text(section_name(rq, section));
}

static json_t *show_program(const char *name)
{
	static const char *const programs[][2] = {{"sekisho-gate", "ファイル関門"},
		{"sekisho-clock", "時計"}, {"sekisho-web", "画面（サインインの前）"}, {"sekisho", "命令"}};
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (strcmp(programs[i][0], name) == 0)
			return json_string(programs[i][1]);
	return show_text(name);
}

json_t *show_person(struct request *rq, const char *person)
{
	struct person found;
	struct why why = {OK, "", ""};
	if (!person || !*person)
		return json_string("—");
	if (office_person(parts_of(rq)->office, person, rq->arena, &found, &why).code != OK)
		return show_program(person);
	const char *section = section_name(rq, found.section);
	return json_sprintf("%s%s%s", section, *section ? " " : "", found.name);
}

json_t *show_post(struct request *rq, const char *post, const char *scope)
{
	const char *label = policy_label(parts_of(rq)->policy, NULL, post);
	const char *section = section_name(rq, scope);
	return *section ? json_sprintf("%s（%s）", label, section) : show_text(label);
}

json_t *show_classes(struct request *rq, const char *act, const char *answers)
{
	const struct policy_fact *known;
	size_t count;
	struct why why = {OK, "", ""};
	json_t *list = json_array();
	if (policy_act_facts(parts_of(rq)->policy, act, rq->arena, &known, &count, &why).code != OK)
		return list;
	for (size_t i = 0; i < count; i++) {
		if (known[i].type != FACT_LEVEL || strncmp(known[i].path, "object.", 7) != 0)
			continue;
		struct slice level = crossing_answer(answers, known[i].path + 7);
		json_array_append_new(list, json_pack("{s:o, s:o}", "letter",
			json_stringn((const char *)level.at, level.len), "words",
			level.len ? json_sprintf("%s%.*s", known[i].label, SLICE_ARG(level))
			          : json_sprintf("%sはわからない", known[i].label)));
	}
	return list;
}

json_t *show_chip(const char *kind, const char *icon, const char *label)
{
	return json_pack("{s:s, s:s, s:s}", "k", kind, "icon", icon, "label", label);
}

json_t *show_file_state(const struct crossing_file *file)
{
	static const char *const kinds[][2] = {
		[CROSSING_NONE] = {"gray", "dash"},       [CROSSING_WAITING] = {"amber", "hold"},
		[CROSSING_CHECKED] = {"amber", "hold"},   [CROSSING_RELEASED] = {"blue", "down"},
		[CROSSING_COLLECTED] = {"green", "check"},[CROSSING_REFUSED] = {"red", "stop"},
		[CROSSING_HELD] = {"amber", "bang"},      [CROSSING_LAPSED] = {"gray", "slash"},
		[CROSSING_LOCKED] = {"amber", "lock"},
	};
	bool known = (size_t)file->state < sizeof kinds / sizeof *kinds;
	const char *const *kind = kinds[known ? file->state : CROSSING_NONE];
	return show_chip(kind[0], kind[1], crossing_state_japanese(file->state));
}

json_t *show_application_state(enum application_state state)
{
	static const char *const kinds[][2] = {
		[APPLICATION_NONE] = {"gray", "dash"},      [APPLICATION_OPEN] = {"amber", "hold"},
		[APPLICATION_PERMITTED] = {"green", "check"},[APPLICATION_REFUSED] = {"red", "stop"},
		[APPLICATION_RETURNED] = {"red", "up"},     [APPLICATION_WITHDRAWN] = {"gray", "slash"},
		[APPLICATION_LAPSED] = {"gray", "slash"},    [APPLICATION_CLOSED] = {"gray", "check"},
	};
	bool known = (size_t)state < sizeof kinds / sizeof *kinds;
	const char *const *kind = kinds[known ? state : APPLICATION_NONE];
	return show_chip(kind[0], kind[1], application_state_japanese(state));
}

/* What became of the files, sort by sort: what needs somebody stands first. */
static json_t *state_chips(const struct crossing *crossing)
{
	static const enum crossing_state order[] = {CROSSING_LOCKED, CROSSING_HELD, CROSSING_WAITING, CROSSING_CHECKED,
		CROSSING_RELEASED, CROSSING_REFUSED, CROSSING_COLLECTED, CROSSING_LAPSED};
	json_t *chips = json_array();
	for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
		const struct crossing_file *one = NULL;
		int count = 0;
		for (size_t i = 0; i < crossing->file_count; i++) {
			bool here = crossing->files[i].state == order[k];
			one = here ? &crossing->files[i] : one;
			count += here;
		}
		if (!one)
			continue;
		json_t *chip = show_file_state(one);
		if (crossing->file_count > 1)
			json_object_set_new(chip, "label", json_sprintf("%s %d個",
				crossing_state_japanese(order[k]), count));
		json_array_append_new(chips, chip);
	}
	return chips;
}

/* The file that a list names, and until when something can be collected. */
static const struct crossing_file *first_of(const struct crossing *crossing, int64_t *until_ms)
{
	const struct crossing_file *first = NULL;
	*until_ms = 0;
	for (size_t i = 0; i < crossing->file_count; i++) {
		const struct crossing_file *file = &crossing->files[i];
		if (file->state != CROSSING_RELEASED)
			continue;
		first = first ? first : file;
		if (!*until_ms || file->collect_until_ms < *until_ms)
			*until_ms = file->collect_until_ms;
	}
	return first ? first : crossing->file_count ? &crossing->files[0] : NULL;
}

bool has_new_files(const struct crossing *crossing)
{
	int64_t until_ms;
	first_of(crossing, &until_ms);
	return until_ms != 0;
}

json_t *show_crossing_row(struct request *rq, const struct crossing *crossing)
{
	int64_t until_ms;
	const struct crossing_file *file = first_of(crossing, &until_ms);
	bool inward = crossing->direction == CROSSING_INWARD;
	const char *name = !file ? "" : file->clean_name && *file->clean_name ? file->clean_name : file->name;
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "id", crossing->id, "number",
	                 crossing->number, "way", inward ? "LGWAN側へ" : "庁外へ", "first", name, "count",
	                 (int)crossing->file_count, "chips", state_chips(crossing), "created",
	                 show_time(crossing->created_ms), "until", show_time(until_ms),
	                 "sender", show_person(rq, crossing->sender));
}

const char *show_act(const struct application *application)
{
	return *application->exception_to ? "例外措置" : application->act_label;
}

/* What the records say, in words for people. */
struct saying {
	const char *word, *says;
};
static const struct saying kinds[] = {
	{"access.ended", "鍵を止めました"},
	{"access.made", "ほかのソフトウェアのための鍵を作りました"},
	{"application.answered", "決裁者が答えました"},
	{"application.passed_over", "代わりの人が決裁しました"},
	{"application.seen", "後閲しました"},
	{"application.closed", "許可されたことが終わりました"},
	{"application.denied", "決裁できない人の操作を止めました"},
	{"application.lapsed", "申請・許可の期限が切れました"},
	{"application.permitted", "申請が許可されました"},
	{"application.refused", "申請が不許可になりました"},
	{"application.returned", "申請が差し戻されました"},
	{"application.submitted", "申請を受け付けました"},
	{"application.used", "許可を使いました"},
	{"application.withdrawn", "申請が取り下げられました"},
	{"book.closed", "記録を閉じました"},
	{"book.erased", "保存の期間が過ぎた記録の文章を消去しました"},
	{"book.filled", "記録に書き加えました"},
	{"book.held", "記録を証拠として残す扱いを変えました"},
	{"book.opened", "記録を起こしました"},
	{"case.answered", "項目に答えました"},
	{"case.changed", "内容を書き足しました"},
	{"case.drilled", "訓練を終えました"},
	{"case.moved", "手続を進めました"},
	{"case.noted", "経過を書きました"},
	{"case.opened", "手続を始めました"},
	{"case.refused", "条文が手続を止めました"},
	{"crossing.clean.erased", "受け渡したファイルを消去しました"},
	{"crossing.denied", "受取りを断りました"},
	{"crossing.file.checked", "ファイルの検査が終わりました"},
	{"crossing.file.collected", "ファイルを渡しました"},
	{"crossing.file.held", "ファイルを保留しました"},
	{"crossing.file.lapsed", "受取りの期限が切れました"},
	{"crossing.file.locked", "ファイルがパスワードを待っています"},
	{"crossing.file.refused", "ファイルを止めました"},
	{"crossing.file.released", "ファイルを渡せるようにしました"},
	{"crossing.file.retried", "ファイルをもう一度調べます"},
	{"crossing.original.asked", "元のファイルの引渡しが申請されました"},
	{"crossing.original.collected", "元のファイルを渡しました"},
	{"crossing.original.erased", "元のファイルを消去しました"},
	{"crossing.original.released", "元のファイルを渡せるようにしました"},
	{"crossing.password.given", "ファイルのパスワードが入力されました"},
	{"crossing.submitted", "受渡しを受け付けました"},
	{"crossing.switch.set", "無害化の設定を変えました"},
	{"draft.adopted", "改正案を採択しました"},
	{"draft.begun", "改正案を起こしました"},
	{"draft.discarded", "改正案を取りやめました"},
	{"draft.headed", "改正案の件名・施行日を改めました"},
	{"draft.written", "改正案の行を書きました"},
	{"review.answered", "自己点検に答えました"},
	{"review.closed", "自己点検を終えました"},
	{"review.evaluated", "自己点検を評価しました"},
	{"review.invited", "自己点検を知らせました"},
	{"review.opened", "自己点検を始めました"},
	{"review.planned", "監査を計画しました"},
	{"review.reminded", "自己点検の回答を促しました"},
	{"review.reported", "課の自己点検を報告しました"},
	{"duty.applies", "義務に当たると答えました"},
	{"duty.dated", "義務の期限が決まりました"},
	{"duty.done", "義務が果たされました"},
	{"duty.not_needed", "義務に当たらないと答えました"},
	{"duty.opened", "義務が生じました"},
	{"duty.overdue", "義務の期限が過ぎ、上の役職に知らせました"},
	{"duty.reminded", "義務の期限が近いことを知らせました"},
	{"duty.undone", "義務の証拠が取り消されました"},
	{"duty.withdrawn", "義務が取り下げられました"},
	{"hold.begun", "証拠として残し始めました"},
	{"hold.ended", "証拠として残すのを終えました"},
	{"ledger.broken", "台帳の記録に不一致が見つかりました"},
	{"ledger.verified", "台帳の記録を照合し、合っていました"},
	{"notice.failed", "お知らせのメールを送れませんでした"},
	{"notice.sent", "お知らせのメールを送りました"},
	{"deed.refused", "ポリシーが認めない行いを記録させませんでした"},
	{"deed.told", "したこと・起きたことを記録しました"},
	{"desk.exported", "台帳・記録簿を書き出しました"},
	{"proof.exported", "証拠を書き出しました"},
	{"office.absence.added", "不在を登録しました"},
	{"office.absence.ended", "不在が終わりました"},
	{"office.delegation.added", "専決の委任を登録しました"},
	{"office.delegation.ended", "専決の委任が終わりました"},
	{"office.factor.enrolled", "確認コードの端末を登録しました"},
	{"office.factor.removed", "確認コードの端末を外しました"},
	{"office.password.forgotten", "古いパスワードの記録を消しました"},
	{"office.password.rehashed", "パスワードの保管の強さを上げました"},
	{"office.password.set", "パスワードを定めました"},
	{"office.person.added", "職員を登録しました"},
	{"office.person.moved", "職員の所属を移しました"},
	{"office.person.restored", "職員の利用を再開しました"},
	{"office.person.suspended", "職員の利用を止めました"},
	{"office.post.cancelled", "役職の登録を取り消しました"},
	{"office.post.ended", "役職の任期が終わりました"},
	{"office.post.held", "役職に就きました"},
	{"office.section.added", "課を登録しました"},
	{"proof.counted", "条文の状態を月の初めに数えました"},
	{"register.changed", "台帳の行を変えました"},
	{"register.closed", "台帳の行を廃止しました"},
	{"register.rated", "台帳の行の分類が変わりました"},
	{"register.registered", "台帳に登録しました"},
	{"signin.ended", "サインアウトしました"},
	{"signin.locked", "サインインを一時止めました"},
	{"signin.passed", "サインインの確認を1つ通りました"},
	{"signin.password.refused", "新しいパスワードを断りました"},
	{"signin.refused", "サインインを断りました"},
	{"signin.session.refused", "ほかの区画のサインインを断りました"},
	{"signin.succeeded", "サインインしました"},
	{"web.refused", "権限のない操作を止めました"},
};
static const struct saying refusals[] = {
	{"bad-token", "使えない鍵での操作"},
	{"broken-form", "決まりと違う形の送信"},
	{"foreign-form", "ほかの場所から送られた内容"},
	{"forged-form", "この画面のものと確かめられない送信"},
	{"no-scope", "鍵にできることを超えた操作"},
	{"no-right", "役職にない操作、ほかの人のものの閲覧"},
	{"no-session", "サインインしていない送信"},
	{"other-zone", "ほかの区画の画面の要求"},
	{"replayed-form", "同じ内容の二度目の送信"},
	{"slow-body", "遅すぎる送信"},
	{"stale-form", "古くなった画面からの送信"},
	{"too-large", "上限を超える量の送信"},
	{"wrong-host", "違う宛先名での接続"},
};

static const char *said_of(const struct saying *sayings, size_t count, struct slice word)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(word, sayings[i].word))
			return sayings[i].says;
	return NULL;
}

const char *show_kind(struct request *rq, struct slice kind)
{
	const char *says = said_of(kinds, sizeof kinds / sizeof *kinds, kind);
	return says ? says : text(rq, "%.*s", SLICE_ARG(kind));
}

const char *show_refused(struct request *rq, const char *what)
{
	const char *says = said_of(refusals, sizeof refusals / sizeof *refusals, slice_str(what));
	return says ? says : text(rq, "%s", what);
}

json_t *show_subject(struct request *rq, const struct ledger_entry *e)
{
	const char *id = text(rq, "%.*s", SLICE_ARG(e->subject));
	struct why why = {OK, "", ""};
	struct crossing c;
	struct person person;
	if (slice_is(e->kind, "crossing.submitted") &&
	    crossing_get(parts_of(rq)->crossings, id, rq->arena, &c, &why).code == OK)
		return json_sprintf("受渡 %s", c.number);
	if (slice_starts(e->kind, SLICE("crossing.")) &&
	    crossing_of_file(parts_of(rq)->crossings, id, rq->arena, &c, &why).code == OK)
		for (size_t i = 0; i < c.file_count; i++)
			if (strcmp(c.files[i].id, id) == 0)
				return json_sprintf("%s（受渡 %s）", c.files[i].name, c.number);
	if (office_person(parts_of(rq)->office, id, rq->arena, &person, &why).code == OK)
		return show_person(rq, id);
	return json_string("");
}

json_t *show_crumbs(const char *const labels_and_paths[][2], size_t count)
{
	json_t *crumbs = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(crumbs, json_pack("{s:s, s:s}", "label", labels_and_paths[i][0],
		                                        "href", labels_and_paths[i][1]));
	return crumbs;
}

json_t *show_errors(const char *field, const char *sentence)
{
	return json_pack("{s:[{s:s, s:s}]}", "errors", "field", field, "text", sentence);
}
