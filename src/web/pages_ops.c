/* 運用: counts, refusals with their precise reason, queue and health for those
 * who run the IT; and the ledger, entry by entry.                           */
#include "web/health.h"
#include "web/pages.h"

#include "base/file.h"
#include "base/number.h"
#include "gate/scan/scan.h"

enum { LEDGER_PAGE = 50, SLOW_MS = 5 * 60 * 1000, DISK_LOW = 1000, PATIENCE_MS = 1000 };

static struct result operators_only(struct request *rq, struct why *why)
{
	bool yes;
	TRY(is_operator(rq, &yes, why));
	return yes ? ok() : fail(why, E_DENIED, "operation",
		"この画面は、情報システムを担当する課と、その上の役職の人だけが開けます。");
}

struct result readers_only(struct request *rq, struct why *why)
{
	bool yes;
	TRY(may_read_all(rq, &yes, why));
	return yes ? ok() : fail(why, E_DENIED, "ledger",
		"記録は、情報システムを担当する課とその上の役職の人、監査にあたる人だけが見られます。");
}

/* ---- operation ----------------------------------------------------------------- */

static json_t *trouble_row(struct request *rq, const struct crossing *c,
                           const struct crossing_file *f)
{
	const char *precise = f->reason && *f->reason ? f->reason : f->note;
	while (*precise == ':' || *precise == ' ') /* nothing stands before the colon */
		precise++;
	const char *retry = text(rq, "/operation/files/%s", f->id);
	bool can = f->state == CROSSING_WAITING || f->state == CROSSING_HELD;
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:o}", "name", f->name,
		"number", c->number, "href", text(rq, "/crossings/%s", c->id), "chip", show_file_state(f),
		"refusal", f->refusal ? f->refusal : "", "reason", precise, "sentence", f->sentence ? f->sentence : "",
		"type", f->type, "when", show_time(c->created_ms), "size",
		show_bytes(f->bytes), "sender", show_person(rq, c->sender), "retry",
		can ? retry : "", "token", can ? form_token(rq, retry) : json_string(""));
}

static struct result files_in(struct request *rq, enum crossing_state state, json_t *list,
                              struct why *why)
{
	struct crossing *found;
	size_t count;
	struct crossing_query query = {.state = state, .limit = 50};
	TRY(crossing_list(parts_of(rq)->crossings, &query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < found[i].file_count; k++)
			if (found[i].files[k].state == state)
				json_array_append_new(list, trouble_row(rq, &found[i], &found[i].files[k]));
	return ok();
}

static void add_health(json_t *list, const char *what, bool good, const char *says)
{
	json_array_append_new(list, json_pack("{s:s, s:o, s:s}", "what", what, "chip",
		good ? show_chip("green", "check", "動いています") : show_chip("red", "stop", "確かめてください"),
		"says", says));
}

/* The seal's last signed note: its second line is the size of the tree (C2SP). */
static void checkpoint_health(struct request *rq, json_t *list, int64_t entries)
{
	struct slice note;
	struct why why = {OK, "", ""};
	uint64_t size = 0;
	const char *path = parts_of(rq)->seal_note;
	bool read = path && *path && file_read(path, 65536, rq->arena, &note, &why).code == OK;
	if (read) {
		size_t first = slice_find(note, SLICE("\n"));
		struct slice rest = slice_part(note, first == SIZE_MAX ? note.len : first + 1, SIZE_MAX);
		read = number_parse_u64(slice_part(rest, 0, slice_find(rest, SLICE("\n"))), &size);
	}
	add_health(list, "最後の検査点", read, read
		? text(rq, "%llu件目まで封印済み（記録は%lld件）", (unsigned long long)size, (long long)entries)
		: "封印した検査点がまだありません。sekisho-seal を確かめてください。");
}

/* Short patience: a page must not wait for a scanner that hangs. */
static bool scanner_answers(const char *socket)
{
	struct scanner scanner = scanner_default(socket);
	scanner.idle_ms = scanner.answer_ms = PATIENCE_MS;
	return socket && *socket && scan_ping(&scanner, NULL).code == OK;
}

/* Can an entry be written now?  Somebody who holds the database too long stops all. */
static void database_health(struct request *rq, json_t *list)
{
	struct why why = {OK, "", ""};
	bool good = store_begin(parts_of(rq)->store, &why).code == OK;
	if (good)
		store_rollback(parts_of(rq)->store);
	add_health(list, "データベース", good, good ? "書き込めます。"
		: "ほかの処理が使い続けていて、書き込めません。受け付けるものはすべて待ちます。"
		  "データベースを開いているほかの道具を閉じてください。");
}

static json_t *health_model(struct request *rq, const struct crossing_counts *counts, int64_t entries)
{
	struct web_parts *parts = parts_of(rq);
	json_t *list = json_array();
	int64_t now = clock_now_ms(parts->clock);
	bool clamd = scanner_answers(parts->clamd), seal = socket_answers(parts->seal_socket);
	bool slow = counts->oldest_waiting_ms && now - counts->oldest_waiting_ms > SLOW_MS;
	uint64_t free_mb = disk_free_bytes(parts->dir) / 1000000;
	add_health(list, "ウイルス検査（clamd）", clamd, clamd ? "応答があります。"
		: "応答がありません。ファイルは検査できるまで待ちます。clamd を起動してください。");
	add_health(list, "ファイル関門", !slow, slow
		? "5分より長く待っているファイルがあります。sekisho-gate を確かめてください。"
		: "待ち時間は5分以内です。");
	add_health(list, "封印（sekisho-seal）", seal, seal ? "応答があります。"
		: "応答がありません。検査点に署名できません。");
	checkpoint_health(rq, list, entries);
	const char *room = text(rq, "%llu.%lluGB", (unsigned long long)(free_mb / 1000),
	                        (unsigned long long)(free_mb / 100 % 10));
	json_t *examined = show_examined(rq);
	bool sound = !json_is_true(json_object_get(examined, "broken"));
	add_health(list, "台帳の照合", sound, sound ? "不一致は見つかっていません。" : "記録に不一致があります。「記録」の画面で確かめてください。");
	json_decref(examined);
	add_health(list, "ディスクの空き", free_mb > DISK_LOW, free_mb > DISK_LOW ? room
		: text(rq, "残りは%sです。足りなくなると、新しいファイルを受け付けられません。空きを増やしてください。",
		       room));
	database_health(rq, list);
	return list;
}

static json_t *counts_model(const struct crossing_counts *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "waiting", (json_int_t)c->waiting,
		"checked", (json_int_t)c->checked, "held", (json_int_t)c->held, "released",
		(json_int_t)c->released, "collected", (json_int_t)c->collected, "refused",
		(json_int_t)c->refused, "today_received", (json_int_t)c->today_received, "today_released",
		(json_int_t)c->today_released, "today_refused", (json_int_t)c->today_refused);
}

static struct result web_refusals(struct request *rq, json_t *list, struct why *why)
{
	struct ledger_entry *entries;
	size_t count;
	struct ledger_query query = {.kind_prefix = "web.refused", .limit = 10};
	TRY(ledger_find(parts_of(rq)->ledger, &query, rq->arena, &entries, &count, why));
	for (size_t i = 0; i < count; i++) {
		json_t *data = json_loadb((const char *)entries[i].data.at, entries[i].data.len, 0, NULL);
		const char *what = json_string_value(json_object_get(data, "what"));
		const char *page = json_string_value(json_object_get(data, "page"));
		const char *zone = json_string_value(json_object_get(data, "zone"));
		json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:s, s:s, s:o}", "href",
			text(rq, "/ledger/%lld", (long long)entries[i].seq), "when",
			show_time(entries[i].time_ms), "what", show_refused(rq, what ? what : ""), "page", page ? page : "", "zone",
			zone && strcmp(zone, "lgwan") == 0 ? "LGWAN側" : "インターネット側", "actor",
			show_person(rq, text(rq, "%.*s", SLICE_ARG(entries[i].actor)))));
		json_decref(data);
	}
	return ok();
}

struct result page_operation(struct request *rq, struct why *why)
{
	struct crossing_counts counts;
	int64_t entries;
	rq->menu = "operation";
	TRY(operators_only(rq, why));
	TRY(crossing_count(parts_of(rq)->crossings, &counts, why));
	TRY(ledger_size(parts_of(rq)->ledger, &entries, why));
	json_t *model = json_pack("{s:s, s:o, s:o, s:[], s:[], s:[], s:I, s:o}", "title", "運用", "counts",
		counts_model(&counts), "health", health_model(rq, &counts, entries), "queue", "refused",
		"attempts", "entries", (json_int_t)entries, "oldest", show_time(counts.oldest_waiting_ms));
	struct result filled = files_in(rq, CROSSING_HELD, json_object_get(model, "queue"), why);
	if (filled.code == OK)
		filled = files_in(rq, CROSSING_WAITING, json_object_get(model, "queue"), why);
	if (filled.code == OK)
		filled = files_in(rq, CROSSING_REFUSED, json_object_get(model, "refused"), why);
	if (filled.code == OK)
		filled = web_refusals(rq, json_object_get(model, "attempts"), why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "operation", model, why);
}

struct result post_retry(struct request *rq, struct why *why)
{
	TRY(operators_only(rq, why));
	TRY(crossing_retry(parts_of(rq)->crossings, text(rq, "%.*s", SLICE_ARG(rq->part[0])),
	                   rq->person.id, why));
	reply_redirect(rq, "/operation");
	return ok();
}

/* ---- the ledger --------------------------------------------------------------------- */

static json_t *entry_row(struct request *rq, const struct ledger_entry *e)
{
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:s, s:o}", "number",
		text(rq, "#%lld", (long long)e->seq), "href", text(rq, "/ledger/%lld", (long long)e->seq),
		"when", show_time(e->time_ms), "kind", text(rq, "%.*s", SLICE_ARG(e->kind)), "what",
		show_kind(rq, e->kind), "actor", show_person(rq, text(rq, "%.*s", SLICE_ARG(e->actor))),
		"subject", text(rq, "%.*s", SLICE_ARG(e->subject)), "about", show_subject(rq, e));
}

static json_t *kinds_model(const char *chosen)
{
	static const char *const kinds[][2] = {{"", "すべて"}, {"crossing.", "ファイル受渡し"},
		{"application.", "申請・決裁"}, {"signin.", "サインイン"}, {"office.", "組織・人"},
		{"web.", "止めた操作"}};
	json_t *list = json_array();
	bool known = false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		bool here = strcmp(kinds[i][0], chosen) == 0;
		known |= here;
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", kinds[i][0], "label",
		                                      kinds[i][1], "chosen", here));
	}
	if (!known) /* a kind from the address */
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", chosen, "label", chosen,
		                                      "chosen", 1));
	return list;
}

struct result page_ledger(struct request *rq, struct why *why)
{
	struct ledger_entry *entries;
	size_t count;
	uint64_t before = 0;
	const char *kind = asked(rq, "kind"), *subject = asked(rq, "subject"), *clause = asked(rq, "clause");
	rq->menu = "operation";
	TRY(readers_only(rq, why));
	if (*asked(rq, "before") && !number_parse_u64(form_get(rq->query, "before"), &before))
		return fail(why, E_INPUT, "before", "記録番号が数字ではありません。");
	struct ledger_query query = {.kind_prefix = *kind ? kind : NULL, .subject = *subject ? subject : NULL,
		.clause = *clause ? clause : NULL, .before_seq = (int64_t)before, .limit = LEDGER_PAGE};
	TRY(ledger_find(parts_of(rq)->ledger, &query, rq->arena, &entries, &count, why));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"運用", "/operation"}, {"記録", ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:[]}", "title", "記録（台帳の原本）", "crumbs",
		show_crumbs(crumbs, 3), "kind", kind, "subject", subject, "clause", clause, "entries");
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(model, "entries"), entry_row(rq, &entries[i]));
	json_object_set_new(model, "kinds", kinds_model(kind));
	json_object_set_new(model, "examined", show_examined(rq));
	bool more = count == LEDGER_PAGE && entries[count - 1].seq > 0;
	json_object_set_new(model, "before", json_string(
		more ? text(rq, "%lld", (long long)entries[count - 1].seq) : ""));
	return reply_page(rq, 200, "ledger", model, why);
}

static json_t *entry_clauses(struct request *rq, const struct ledger_entry *e)
{
	json_t *list = json_array();
	for (size_t i = 0; i < e->clause_count; i++) {
		json_t *clause = show_clause(rq, text(rq, "%.*s", SLICE_ARG(e->clauses[i])));
		if (json_is_object(clause))
			json_array_append(list, clause);
		json_decref(clause);
	}
	return list;
}

static json_t *pretty(const struct ledger_entry *e)
{
	json_t *data = json_loadb((const char *)e->data.at, e->data.len, 0, NULL);
	char *lines = data ? json_dumps(data, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
	json_t *shown = show_text(lines);
	json_decref(data);
	free(lines);
	return shown;
}

struct result page_entry(struct request *rq, struct why *why)
{
	struct ledger_entry e;
	uint64_t seq;
	char root[2 * SHA256_BYTES + 1];
	uint8_t digest[SHA256_BYTES];
	rq->menu = "operation";
	TRY(readers_only(rq, why));
	if (!number_parse_u64(rq->part[0], &seq) || seq > INT64_MAX - 1)
		return fail(why, E_ABSENT, "entry", "no such entry");
	TRY(ledger_get(parts_of(rq)->ledger, (int64_t)seq, rq->arena, &e, why));
	TRY(ledger_root(parts_of(rq)->ledger, (int64_t)seq + 1, digest, why));
	hex_encode(digest, sizeof digest, root);
	const char *const crumbs[][2] = {{"運用", "/operation"}, {"記録", "/ledger"},
		{text(rq, "#%llu", (unsigned long long)seq), ""}};
	json_t *model = entry_row(rq, &e);
	json_object_set_new(model, "title", json_string(text(rq, "記録 #%llu", (unsigned long long)seq)));
	json_object_set_new(model, "crumbs", show_crumbs(crumbs, 3));
	json_object_set_new(model, "post", json_string(text(rq, "%.*s", SLICE_ARG(e.post))));
	json_object_set_new(model, "clauses", entry_clauses(rq, &e));
	json_object_set_new(model, "data", pretty(&e));
	json_object_set_new(model, "root", json_string(root));
	return reply_page(rq, 200, "entry", model, why);
}
