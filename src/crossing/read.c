/* Reading crossings back, with what was sealed opened for those who may see. */
#include "crossing/internal.h"

struct result sealed_text(struct crossings *c, const char *item, struct arena *arena,
                          const char **out, struct why *why)
{
	struct slice text;
	*out = "";
	if (!item[0])
		return ok();
	struct result got = vault_get(c->at.base.vault, slice_str(item), arena, &text, why);
	if (got.code == E_DENIED) {
		*out = "（保存期間が終わり、消去しました）";
		return ok();
	}
	TRY(got);
	*out = arena_string(arena, text);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static const char *member(struct arena *arena, const json_t *object, const char *key)
{
	const char *copy = arena_string(arena, slice_str(json_text(object, key)));
	return copy ? copy : "";
}

struct result detail_read(struct crossings *c, const char *item, struct arena *arena,
                          struct crossing_detail *out, struct why *why)
{
	struct slice text;
	*out = (struct crossing_detail){"", "", "", "", "", ""};
	struct result got = vault_get(c->at.base.vault, slice_str(item), arena, &text, why);
	if (got.code == E_DENIED)
		return ok();
	TRY(got);
	AUTO(json_drop) json_t *all = json_loadb((const char *)text.at, text.len, 0, NULL);
	if (!all)
		return fail(why, E_TAMPERED, item, "what was sealed with the crossing is unreadable");
	*out = (struct crossing_detail){member(arena, all, "purpose"), member(arena, all, "partner"),
	                                member(arena, all, "protection"),
	                                member(arena, all, "not_needed"), member(arena, all, "password"),
	                                member(arena, all, "reason_for")};
	return ok();
}

/* ---- rows --------------------------------------------------------------- */

#define CROSSING_COLUMNS                                                                       \
	"SELECT c.id, c.fiscal_year, c.serial, c.direction, c.sender, c.receiver, c.section," \
	" c.answers, c.detail, c.application, c.edition, c.created_ms FROM crossing c "
#define FILE_COLUMNS                                                                            \
	"SELECT id, crossing, place, name, original, bytes, state, type, verdict, refusal,"     \
	" clause, report, clean, clean_bytes, released_ms, collected_ms, collect_until_ms,"     \
	" original_until_ms, original_erased_ms, clean_erased_ms, original_application,"        \
	" original_released_ms, original_collected_ms, ending FROM crossing_file "

/* text columns into place; false when the arena is full */
static bool take_texts(struct statement *s, struct arena *arena, const char **const *to,
                       const int *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		*to[i] = arena_string(arena, column_text(s, columns[i]));
		if (!*to[i])
			return false;
	}
	return true;
}

static struct result take_crossing(struct statement *s, struct arena *arena,
                                   struct crossing_row *out, struct why *why)
{
	static const int columns[] = {0, 4, 5, 6, 7, 8, 9, 10};
	const char **const to[] = {&out->id, &out->sender, &out->receiver, &out->section,
	                           &out->answers, &out->detail, &out->application, &out->edition};
	if (!take_texts(s, arena, to, columns, 8))
		return fail(why, E_MEMORY, "", "no memory for a crossing");
	out->number = arena_printf(arena, "R%lld-%04lld", (long long)column_i64(s, 1) - 2018,
	                           (long long)column_i64(s, 2));
	out->direction = slice_is(column_text(s, 3), "inward") ? CROSSING_INWARD : CROSSING_OUTWARD;
	out->created_ms = column_i64(s, 11);
	return out->number ? ok() : fail(why, E_MEMORY, "", "no memory for a crossing");
}

static enum file_verdict verdict_of(struct slice word)
{
	if (slice_is(word, "clean"))
		return FILE_CLEAN;
	return slice_is(word, "changed") ? FILE_CHANGED : FILE_REFUSED;
}

static struct result take_file(struct statement *s, struct arena *arena, struct file_row *out,
                               struct why *why)
{
	static const int columns[] = {0, 1, 3, 4, 7, 9, 10, 11, 12, 20, 23};
	const char **const to[] = {&out->id,      &out->crossing, &out->name_item, &out->original,
	                           &out->type,    &out->refusal,  &out->clause,    &out->report,
	                           &out->clean,   &out->original_application, &out->ending};
	if (!take_texts(s, arena, to, columns, 11))
		return fail(why, E_MEMORY, "", "no memory for a file");
	out->place = column_i64(s, 2);
	out->bytes = (uint64_t)column_i64(s, 5);
	out->state = crossing_state_of(column_text(s, 6));
	out->verdict = verdict_of(column_text(s, 8));
	out->clean_bytes = (uint64_t)column_i64(s, 13);
	out->released_ms = column_i64(s, 14);
	out->collected_ms = column_i64(s, 15);
	out->collect_until_ms = column_i64(s, 16);
	out->original_until_ms = column_i64(s, 17);
	out->original_erased_ms = column_i64(s, 18);
	out->clean_erased_ms = column_i64(s, 19);
	out->original_released_ms = column_i64(s, 21);
	out->original_collected_ms = column_i64(s, 22);
	return ok();
}

struct result file_row_read(struct crossings *c, const char *id, struct arena *arena,
                            struct file_row *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(c->at.base.store, FILE_COLUMNS "WHERE id = ?1", &s, why));
	bind_text(s, 1, slice_str(id));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "file", "そのようなファイルはありません。");
	return take_file(s, arena, out, why);
}

struct result crossing_row_read(struct crossings *c, const char *id, struct arena *arena,
                                struct crossing_row *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(c->at.base.store, CROSSING_COLUMNS "WHERE c.id = ?1", &s, why));
	bind_text(s, 1, slice_str(id));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "crossing", "そのような受渡しはありません。");
	return take_crossing(s, arena, out, why);
}

/* ---- what people see ---------------------------------------------------- */

static struct result take_removals(const json_t *list, struct arena *arena,
                                   struct crossing_file *out, struct why *why)
{
	size_t count = json_array_size(list);
	struct crossing_removal *removals = ARENA_ARRAY(arena, count + 1, struct crossing_removal);
	if (!removals)
		return fail(why, E_MEMORY, "", "no memory for the report");
	for (size_t i = 0; i < count; i++) {
		const json_t *pair = json_array_get(list, i);
		const char *what = json_string_value(json_array_get(pair, 0));
		const char *where = json_string_value(json_array_get(pair, 1));
		removals[i].what = arena_string(arena, slice_str(what ? what : ""));
		removals[i].where = arena_string(arena, slice_str(where ? where : ""));
		if (!removals[i].what || !removals[i].where)
			return fail(why, E_MEMORY, "", "no memory for the report");
		removals[i].sentence = removal_sentence(removals[i].what);
	}
	out->removals = removals;
	out->removal_count = count;
	return ok();
}

static struct result take_signature(const json_t *one, struct arena *arena, struct crossing_signature *out,
                                    struct why *why)
{
	AUTO(buffer_done) struct buffer sentence = {0};
	struct signature s = {.subject = member(arena, one, "subject"), .issuer = member(arena, one, "issuer"),
	                      .known_root = json_is_true(json_object_get(one, "known_root")),
	                      .whole = json_is_true(json_object_get(one, "whole")),
	                      .signed_ms = json_number(one, "signed_ms")};
	if (!signature_verdict_named(json_text(one, "verdict"), &s.verdict))
		return fail(why, E_TAMPERED, "signatures", "the sealed report is unreadable");
	buffer_init(&sentence, 8192);
	signature_sentence(&s, &sentence);
	*out = (struct crossing_signature){
		.sentence = arena_string(arena, buffer_slice(&sentence)), .verdict = signature_verdict_name(s.verdict),
		.subject = s.subject, .issuer = s.issuer, .detail = member(arena, one, "detail"), .known_root = s.known_root,
		.whole = s.whole, .signed_ms = s.signed_ms};
	return out->sentence && buffer_ok(&sentence) ? ok() : fail(why, E_MEMORY, "", "no memory for the report");
}

static struct result take_signatures(const json_t *list, struct arena *arena, struct crossing_file *out,
                                     struct why *why)
{
	size_t count = json_array_size(list);
	struct crossing_signature *signatures = ARENA_ARRAY(arena, count + 1, struct crossing_signature);
	if (!signatures)
		return fail(why, E_MEMORY, "", "no memory for the report");
	for (size_t i = 0; i < count; i++)
		TRY(take_signature(json_array_get(list, i), arena, &signatures[i], why));
	out->signatures = signatures;
	out->signature_count = count;
	return ok();
}

static struct result open_report(struct crossings *c, const char *item, struct arena *arena,
                                 struct crossing_file *out, struct why *why)
{
	struct slice text;
	out->sentence = out->reason = "";
	if (!item[0])
		return ok();
	struct result got = vault_get(c->at.base.vault, slice_str(item), arena, &text, why);
	if (got.code == E_DENIED)
		return ok();
	TRY(got);
	AUTO(json_drop) json_t *report = json_loadb((const char *)text.at, text.len, 0, NULL);
	if (!report)
		return fail(why, E_TAMPERED, item, "the sealed report is unreadable");
	out->sentence = member(arena, report, "sentence");
	out->reason = member(arena, report, "reason");
	out->locked_again = json_is_true(json_object_get(report, "locked_again"));
	TRY(take_signatures(json_object_get(report, "signatures"), arena, out, why));
	return take_removals(json_object_get(report, "removed"), arena, out, why);
}

static struct result show_file(struct crossings *c, const struct crossing_row *crossing,
                               bool protected, const struct file_row *row, struct arena *arena,
                               struct crossing_file *out, struct why *why)
{
	*out = (struct crossing_file){
		.id = row->id, .crossing = row->crossing, .state = row->state, .note = "",
		.bytes = row->bytes, .clean_bytes = row->clean_bytes, .type = row->type,
		.verdict = row->verdict, .refusal = row->refusal, .clause = row->clause,
		.released_ms = row->released_ms, .collected_ms = row->collected_ms,
		.collect_until_ms = row->collect_until_ms, .original_until_ms = row->original_until_ms,
		.original_erased_ms = row->original_erased_ms,
		.original_released_ms = row->original_released_ms,
		.original_collected_ms = row->original_collected_ms,
	};
	TRY(sealed_text(c, row->name_item, arena, &out->name, why));
	out->clean_name = clean_name_of(out->name, row->ending, crossing->direction, protected, arena);
	if (!out->clean_name)
		return fail(why, E_MEMORY, "", "no memory");
	if (row->state == CROSSING_WAITING)
		TRY(queue_note(c, row->id, arena, &out->note, why));
	return open_report(c, row->report, arena, out, why);
}

static struct result read_file_rows(struct crossings *c, const char *crossing, size_t most,
                                    struct arena *arena, struct file_row *rows, size_t *count,
                                    struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(c->at.base.store, FILE_COLUMNS "WHERE crossing = ?1 ORDER BY place", &s, why));
	bind_text(s, 1, slice_str(crossing));
	for (*count = 0; *count < most; (*count)++) {
		bool row = false;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take_file(s, arena, &rows[*count], why));
	}
	return ok();
}

static struct result show(struct crossings *c, const struct crossing_row *row, struct arena *arena,
                          struct crossing *out, struct why *why)
{
	enum { MOST = 100 };
	struct crossing_detail detail;
	struct file_row *rows = ARENA_ARRAY(arena, MOST, struct file_row);
	struct crossing_file *files = ARENA_ARRAY(arena, MOST, struct crossing_file);
	size_t count = 0;
	if (!rows || !files)
		return fail(why, E_MEMORY, "", "no memory for a crossing");
	TRY(detail_read(c, row->detail, arena, &detail, why));
	TRY(read_file_rows(c, row->id, MOST, arena, rows, &count, why));
	bool protected = strcmp(detail.protection, "encrypted") == 0;
	for (size_t i = 0; i < count; i++)
		TRY(show_file(c, row, protected, &rows[i], arena, &files[i], why));
	*out = (struct crossing){
		.id = row->id, .number = row->number, .direction = row->direction,
		.sender = row->sender, .receiver = row->receiver, .section = row->section,
		.answers = row->answers, .purpose = detail.purpose, .partner = detail.partner,
		.protection = detail.protection, .not_needed = detail.not_needed,
		.password = detail.password, .application = row->application, .edition = row->edition,
		.created_ms = row->created_ms, .files = files, .file_count = count,
	};
	return ok();
}

struct result crossing_get(struct crossings *c, const char *id, struct arena *arena,
                           struct crossing *out, struct why *why)
{
	struct crossing_row row;
	TRY(crossing_row_read(c, id, arena, &row, why));
	return show(c, &row, arena, out, why);
}

struct result crossing_of_file(struct crossings *c, const char *file, struct arena *arena,
                               struct crossing *out, struct why *why)
{
	struct file_row row;
	TRY(file_row_read(c, file, arena, &row, why));
	return crossing_get(c, row.crossing, arena, out, why);
}

static struct result list_rows(struct crossings *c, const struct crossing_query *q, size_t limit,
                               struct arena *arena, struct crossing_row *rows, size_t *count,
                               struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(
		c->at.base.store,
		CROSSING_COLUMNS
		"WHERE (?1 = '' OR c.sender = ?1) AND (?2 = '' OR c.receiver = ?2)"
		" AND (?3 = '' OR c.direction = ?3) AND (?4 = '' OR EXISTS (SELECT 1 FROM crossing_file f"
		" WHERE f.crossing = c.id AND f.state = ?4))"
		" AND (?5 = 0 OR EXISTS (SELECT 1 FROM crossing_file f WHERE f.crossing = c.id AND"
		" ((f.state IN ('released', 'collected') AND f.collect_until_ms > ?6 AND f.clean_erased_ms = 0)"
		" OR f.original_released_ms > f.original_collected_ms)))"
		" ORDER BY c.created_ms DESC, c.id LIMIT ?7",
		&s, why));
	bind_text(s, 1, slice_str(q->sender ? q->sender : ""));
	bind_text(s, 2, slice_str(q->receiver ? q->receiver : ""));
	bind_text(s, 3, slice_str(q->direction ? crossing_direction_name(q->direction) : ""));
	bind_text(s, 4, slice_str(crossing_state_name(q->state)));
	bind_i64(s, 5, q->collectable);
	bind_i64(s, 6, crossing_now(c));
	bind_i64(s, 7, (int64_t)limit);
	for (*count = 0; *count < limit; (*count)++) {
		bool row = false;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take_crossing(s, arena, &rows[*count], why));
	}
	return ok();
}

struct result crossing_list(struct crossings *c, const struct crossing_query *query,
                            struct arena *arena, struct crossing **out, size_t *count,
                            struct why *why)
{
	size_t limit = query->limit && query->limit < 500 ? query->limit : 500;
	struct crossing_row *rows = ARENA_ARRAY(arena, limit, struct crossing_row);
	struct crossing *list = ARENA_ARRAY(arena, limit, struct crossing);
	if (!rows || !list)
		return fail(why, E_MEMORY, "", "no memory for the list");
	TRY(list_rows(c, query, limit, arena, rows, count, why));
	for (size_t i = 0; i < *count; i++)
		TRY(show(c, &rows[i], arena, &list[i], why));
	*out = list;
	return ok();
}

struct result crossing_count(struct crossings *c, struct crossing_counts *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(
		c->at.base.store,
		"SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END), COUNT(CASE WHEN state = 'checked' THEN 1 END),"
		" COUNT(CASE WHEN state = 'held' THEN 1 END), COUNT(CASE WHEN state = 'released' THEN 1 END),"
		" COUNT(CASE WHEN state = 'collected' THEN 1 END), COUNT(CASE WHEN state = 'refused' THEN 1 END),"
		" COUNT(CASE WHEN state = 'lapsed' THEN 1 END),"
		" COALESCE(MIN(CASE WHEN state = 'waiting' THEN created_ms END), 0),"
		" COUNT(CASE WHEN created_ms >= ?1 THEN 1 END), COUNT(CASE WHEN released_ms >= ?1 THEN 1 END),"
		" COUNT(CASE WHEN state = 'refused' AND changed_ms >= ?1 THEN 1 END) FROM crossing_file",
		&s, why));
	bind_i64(s, 1, ms_of_day(day_of_ms(crossing_now(c))));
	TRY(statement_step(s, &row, why));
	int64_t *const to[] = {&out->waiting, &out->checked, &out->held, &out->released,
	                       &out->collected, &out->refused, &out->lapsed, &out->oldest_waiting_ms,
	                       &out->today_received, &out->today_released, &out->today_refused};
	for (size_t i = 0; i < sizeof to / sizeof *to; i++)
		*to[i] = column_i64(s, (int)i);
	return ok();
}
