/* An application as a form, and the permission that is carried along. */
#include "forms/internal.h"

#include <jansson.h>

enum { SEALS = 40, VERSIONS = 500 };

/* The entry of the permission, and what it says was decided upon. */
struct frozen {
	struct ledger_entry entry;
	json_t *data; /* NULL: nobody has permitted it */
};

static void frozen_done(struct frozen *frozen)
{
	json_decref(frozen->data);
}

static struct result freeze(struct maker *m, const struct application *a, struct frozen *out, struct why *why)
{
	struct ledger_entry *entries;
	size_t count;
	const struct ledger_query query = {.subject = a->id, .kind_prefix = "application.permitted", .limit = 1};
	TRY(ledger_find(m->desk.ledger, &query, m->arena, &entries, &count, why));
	if (!count)
		return ok();
	out->entry = entries[0];
	out->data = json_loadb((const char *)entries[0].data.at, entries[0].data.len, 0, NULL);
	return out->data ? ok() : fail(why, E_STORE, a->number, "許可の記録 #%lld が読めません。", (long long)entries[0].seq);
}

/* The row as it was called in the version that was decided upon. */
static const char *row_then(struct maker *m, const char *id, int64_t version)
{
	struct register_version *versions;
	struct register_row row;
	size_t count;
	if (register_brief(m->desk.registers, id, m->arena, &row, NULL).code != OK ||
	    register_history(m->desk.registers, id, VERSIONS, m->arena, &versions, &count, NULL).code != OK)
		return say_row(m, id);
	for (size_t i = 0; i < count; i++)
		if (versions[i].version == version)
			return say(m, "%s（%s台帳 第%lld号 第%lld版）", versions[i].name, policy_label(m->desk.policy, NULL, row.kind),
			           (long long)row.serial, (long long)version);
	return say(m, "%s 第%lld版", say_row(m, id), (long long)version);
}

static const char *object_name(struct maker *m, const struct frozen *frozen, const char *id)
{
	json_t *row;
	size_t i;
	json_array_foreach(json_object_get(frozen->data, "rows"), i, row) {
		const char *of = json_string_value(json_object_get(row, "row"));
		if (of && strcmp(of, id) == 0)
			return row_then(m, id, json_integer_value(json_object_get(row, "version")));
	}
	return say_row(m, id);
}

/* ---- what is asked -------------------------------------------------------------- */

/* Told elsewhere on the form, in better words. */
static bool is_told_elsewhere(const char *path)
{
	static const char *const paths[] = {"object", "object.ground", "object.until", "until"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcmp(paths[i], path) == 0)
			return true;
	return false;
}

static const char *fact_of(const struct application *a, const char *path)
{
	for (size_t i = 0; i < a->fact_count; i++)
		if (strcmp(a->facts[i].path, path) == 0)
			return a->facts[i].value;
	return "";
}

static const char *name_of(struct maker *m, const struct application *a)
{
	return *a->exception_to ? "例外措置" : say(m, "%s", a->act_label);
}

static struct result put_facts(struct maker *m, const struct application *a, struct why *why)
{
	const struct policy_fact *known;
	size_t count;
	TRY(policy_act_facts(m->desk.policy, a->act, m->arena, &known, &count, why));
	for (size_t k = 0; k < count; k++) {
		const char *value = fact_of(a, known[k].path);
		if (*value && !is_told_elsewhere(known[k].path))
			paper_pair(m->paper, known[k].label, say_value(m, a->act, &known[k], value));
	}
	return ok();
}

static struct result put_asked(struct maker *m, const struct application *a, const struct frozen *frozen, struct why *why)
{
	const char *object = fact_of(a, "object");
	paper_pairs(m->paper);
	paper_pair(m->paper, "申請者", say_person(m, a->applicant));
	paper_pair(m->paper, "件名", a->title);
	if (*object)
		paper_pair(m->paper, "対象", object_name(m, frozen, object));
	paper_pair(m->paper, "目的・理由", a->purpose);
	if (*a->exception_to)
		paper_pair(m->paper, "例外を求める条文", say_clause(m, a->exception_to));
	if (*say_day(m, a->until))
		paper_pair(m->paper, "終わりの日", say(m, "%sまで", say_day(m, a->until)));
	return put_facts(m, a, why);
}

/* ---- 決裁欄 ------------------------------------------------------------------------ */

static const char *answer_words(const char *answer)
{
	static const char *const words[][2] = {{"agree", "許可"}, {"decline", "不許可"}, {"return", "差戻し"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], answer) == 0)
			return words[i][1];
	return answer;
}

static struct paper_seal seal_of(struct maker *m, const struct application_word *word)
{
	return (struct paper_seal){.post = say_post(m, word->post, word->scope), .mark = word->mark,
		.says = answer_words(word->answer), .who = say_person(m, word->person), .when = say_time(m, word->time_ms)};
}

static struct paper_seal open_seal(struct maker *m, const struct application_slot *slot)
{
	const char *post = *slot->scope_name ? say(m, "%s %s", slot->scope_name, slot->post_title) : slot->post_title;
	return (struct paper_seal){.post = post, .mark = "", .says = slot->holder_count ? "決裁待ち" : "決裁できる人がいません",
		.who = "", .when = ""};
}

/* The words that were given; while it is open, whose are still wanted.  What would be
 * asked of it today, had it not been decided, is nobody's business any more.   */
static void put_seals(struct maker *m, const struct application *a)
{
	struct paper_seal seals[SEALS];
	size_t n = 0;
	seals[n++] = (struct paper_seal){.post = say(m, "起案 %s", say_section(m, a->section)), .mark = "", .says = "申請",
		.who = say_person(m, a->applicant), .when = say_time(m, a->created_ms)};
	for (size_t i = 0; i < a->word_count && n < SEALS; i++)
		seals[n++] = seal_of(m, &a->words[i]);
	for (size_t i = 0; a->state == APPLICATION_OPEN && i < a->slot_count && n < SEALS; i++)
		if (!a->slots[i].word)
			seals[n++] = open_seal(m, &a->slots[i]);
	paper_seals(m->paper, seals, n);
}

/* Every word that was given, with the condition or reason that came with it. */
static void put_words(struct maker *m, const struct application *a)
{
	static const struct paper_column columns[] = {{"日時", 16, PAPER_LEFT, false}, {"役職", 24, PAPER_LEFT, false},
		{"氏名", 18, PAPER_LEFT, false}, {"決裁", 10, PAPER_CENTRE, false}, {"理由・条件", 32, PAPER_LEFT, false}};
	if (!a->word_count)
		return;
	paper_heading(m->paper, "決裁の経過と条件");
	paper_table(m->paper, columns, 5);
	for (size_t i = 0; i < a->word_count; i++) {
		const struct application_word *w = &a->words[i];
		const char *const cells[] = {say_time(m, w->time_ms), say_post(m, w->post, w->scope), say_person(m, w->person),
			*w->mark ? say(m, "%s（%s）", answer_words(w->answer), w->mark) : answer_words(w->answer), w->reason};
		paper_row_of(m->paper, cells);
	}
}

/* ---- what was frozen ----------------------------------------------------------------- */

static const char *classes_of(struct maker *m, json_t *classes)
{
	const char *all = "", *scale;
	json_t *pair;
	json_object_foreach(classes, scale, pair) {
		const char *low = json_string_value(json_array_get(pair, 0)), *high = json_string_value(json_array_get(pair, 1));
		if (low && high)
			all = say(m, "%s%s%s", all, *all ? "、" : "", say_class(m, scale, low, high));
	}
	return all;
}

static const char *label_of(struct maker *m, const struct application *a, const char *path)
{
	const struct policy_fact *known;
	size_t count;
	if (strcmp(path, "object") == 0)
		return "対象";
	if (policy_act_facts(m->desk.policy, a->act, m->arena, &known, &count, NULL).code == OK)
		for (size_t i = 0; i < count; i++)
			if (strcmp(known[i].path, path) == 0)
				return known[i].label;
	return "対象";
}

static void put_rows(struct maker *m, const struct application *a, json_t *rows)
{
	json_t *row;
	size_t i;
	json_array_foreach(rows, i, row) {
		const char *id = json_string_value(json_object_get(row, "row")), *path = json_string_value(json_object_get(row, "path"));
		const char *classes = classes_of(m, json_object_get(row, "classes"));
		if (id && path)
			paper_pair(m->paper, label_of(m, a, path), say(m, "%s%s%s",
				row_then(m, id, json_integer_value(json_object_get(row, "version"))), *classes ? "\n分類: " : "", classes));
	}
}

static const char *edition_words(struct maker *m, const char *iso)
{
	day_t day;
	if (day_parse(slice_str(iso), &day, NULL).code != OK)
		return iso;
	const struct policy_edition *edition = policy_edition_on(m->desk.policy, m->desk.policy_name, day);
	return say(m, "%s%s施行", edition ? say(m, "%s　", edition->title) : "", say_day(m, day));
}

static const char *clause_list(struct maker *m, const struct ledger_entry *entry)
{
	const char *all = "";
	for (size_t i = 0; i < entry->clause_count; i++)
		all = say(m, "%s%s%s", all, *all ? "\n" : "", say_clause(m, say(m, "%.*s", SLICE_ARG(entry->clauses[i]))));
	return all;
}

static const char *deciding_posts(struct maker *m, const struct application *a)
{
	const char *all = "";
	for (size_t i = 0; i < a->word_count; i++)
		if (strcmp(a->words[i].answer, "agree") == 0)
			all = say(m, "%s%s%s%s", all, *all ? "、" : "", say_post(m, a->words[i].post, a->words[i].scope),
			          *a->words[i].mark ? say(m, "（%s）", a->words[i].mark) : "");
	return *all ? all : "（人の決裁は要りませんでした）";
}

/* From the entry of the decision, not from what stands in the registers today. */
static void put_frozen(struct maker *m, const struct application *a, const struct frozen *frozen)
{
	const char *edition = json_string_value(json_object_get(frozen->data, "edition"));
	paper_heading(m->paper, "許可のときに固定した内容");
	paper_pairs(m->paper);
	put_rows(m, a, json_object_get(frozen->data, "rows"));
	paper_pair(m->paper, "ポリシーの版", edition_words(m, edition ? edition : a->edition));
	paper_pair(m->paper, "許可した役職", deciding_posts(m, a));
	paper_pair(m->paper, "根拠の条文", clause_list(m, &frozen->entry));
}

/* Nobody has decided yet: what would be asked now. */
static void put_spoken(struct maker *m, const struct application *a)
{
	static const struct paper_column columns[] = {{"条文", 34, PAPER_LEFT, false}, {"定め", 66, PAPER_LEFT, false}};
	if (!a->decision || !a->decision->spoken_count)
		return;
	paper_heading(m->paper, "この申請に働く条文");
	paper_table(m->paper, columns, 2);
	for (size_t i = 0; i < a->decision->spoken_count; i++)
		if (a->decision->spoken[i].clause)
			paper_row_of(m->paper, (const char *const[]){a->decision->spoken[i].cite, a->decision->spoken[i].clause->says});
}

/* ---- the two forms --------------------------------------------------------------------- */

struct result forms_application(const struct forms *f, const char *id, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {0};
	struct application a;
	AUTO(frozen_done) struct frozen frozen = {.data = NULL};
	TRY(maker_begin(&m, f, why));
	TRY(application_get(m.desk.proceedings, id, m.arena, &a, why));
	TRY(freeze(&m, &a, &frozen, why));
	TRY(maker_paper(&m, say(&m, "%s申請書", name_of(&m, &a)), say(&m, "申請 %s", a.number), false, out, why));
	paper_words(m.paper, PAPER_RIGHT, say(&m, "%s　%s", say_day(&m, day_of_ms(a.created_ms)),
	                                      application_state_japanese(a.state)));
	put_seals(&m, &a);
	paper_space(m.paper, 6);
	TRY(put_asked(&m, &a, &frozen, why));
	put_words(&m, &a);
	if (frozen.data)
		put_frozen(&m, &a, &frozen);
	if (a.state == APPLICATION_OPEN)
		put_spoken(&m, &a);
	TRY(put_entries(&m, a.id, why));
	return paper_end(m.paper, true, why);
}

static struct result in_force(struct maker *m, const struct application *a, struct why *why)
{
	day_t today = day_of_ms(clock_now_ms(m->desk.clock));
	if (a->state != APPLICATION_PERMITTED)
		return fail(why, E_CONFLICT, a->number, "この申請は「%s」です。許可証を出せるのは、許可されている間だけです。",
		            application_state_japanese(a->state));
	if (a->until != DAY_OPEN && a->until < today)
		return fail(why, E_CONFLICT, a->number, "許可の期間は%sで終わりました。許可証は出せません。", say_day(m, a->until));
	return ok();
}

static const char *conditions_of(struct maker *m, const struct application *a)
{
	const char *all = "";
	for (size_t i = 0; i < a->word_count; i++)
		if (strcmp(a->words[i].answer, "agree") == 0 && *a->words[i].reason)
			all = say(m, "%s%s%s", all, *all ? "\n" : "", a->words[i].reason);
	return *all ? all : "なし";
}

struct result forms_permit(const struct forms *f, const char *id, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {0};
	struct application a;
	AUTO(frozen_done) struct frozen frozen = {.data = NULL};
	TRY(maker_begin(&m, f, why));
	TRY(application_get(m.desk.proceedings, id, m.arena, &a, why));
	TRY(freeze(&m, &a, &frozen, why));
	TRY(in_force(&m, &a, why));
	TRY(maker_paper(&m, say(&m, "%s許可証", name_of(&m, &a)), say(&m, "申請 %s", a.number), false, out, why));
	paper_words(m.paper, PAPER_RIGHT, m.f->title);
	paper_words(m.paper, PAPER_LEFT, "次のとおり許可されています。対象とともに持ち、求められたときは示してください。"
	            "終わりの日までに、返却・消去・記録を済ませてください。");
	paper_space(m.paper, 6);
	TRY(put_asked(&m, &a, &frozen, why));
	paper_pair(m.paper, "条件", conditions_of(&m, &a));
	paper_space(m.paper, 6);
	put_seals(&m, &a);
	put_frozen(&m, &a, &frozen);
	TRY(put_entries(&m, a.id, why));
	return paper_end(m.paper, true, why);
}
