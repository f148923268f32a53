/* Registers: their kinds, the facts of a kind, rows. */
#include "web/api/api.h"
#include "web/desk_pages.h"

static json_t *words_of(const struct policy_fact *fact)
{
	json_t *list = json_array();
	for (size_t i = 0; i < fact->word_count; i++)
		json_array_append_new(list, json_string(fact->words[i]));
	return list;
}

static const char *type_word(enum fact_type type)
{
	static const char *const words[] = {
		[FACT_NONE] = "none", [FACT_YESNO] = "yesno", [FACT_DATE] = "date", [FACT_TEXT] = "text",
		[FACT_PERSON] = "person", [FACT_SECTION] = "section", [FACT_DURATION] = "duration",
		[FACT_SIZE] = "size", [FACT_POST] = "post", [FACT_NUMBER] = "number", [FACT_WORD] = "word",
		[FACT_LEVEL] = "level", [FACT_ROW] = "row", [FACT_SET] = "set",
	};
	return words[type];
}

struct result api_kinds(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	json_t *list = json_array();
	struct policy_kind kind;
	(void)in;
	(void)why;
	for (size_t i = 0; policy_kind_at(parts_of(rq)->policy, i, &kind); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "kind", kind.name, "title", kind.title,
		                                      "proceeding", kind.proceeding));
	*out = api_list(list, "");
	return ok();
}

static bool find_kind(struct request *rq, const char *name, struct policy_kind *out)
{
	for (size_t i = 0; policy_kind_at(parts_of(rq)->policy, i, out); i++)
		if (strcmp(out->name, name) == 0)
			return true;
	return false;
}

struct result api_kind(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	const struct policy_fact *facts;
	struct policy_kind kind;
	size_t count;
	(void)in;
	if (!find_kind(rq, api_part(rq, 0), &kind))
		return fail(why, E_ABSENT, "kind", "その種類の台帳はありません。");
	TRY(policy_kind_facts(parts_of(rq)->policy, kind.name, rq->arena, &facts, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "path", facts[i].path, "label",
			facts[i].label, "type", type_word(facts[i].type), "kind", facts[i].kind ? facts[i].kind : "",
			"words", words_of(&facts[i])));
	*out = json_pack("{s:s, s:s, s:o}", "kind", kind.name, "title", kind.title, "facts", list);
	return ok();
}

static json_t *classes_of(const struct register_row *row)
{
	json_t *list = json_array();
	for (size_t i = 0; i < row->class_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "scale", row->classes[i].scale, "low",
		                                      row->classes[i].low, "high", row->classes[i].high));
	return list;
}

static json_t *row_of(const struct register_row *row)
{
	json_t *cells = json_object();
	for (size_t i = 0; i < row->cell_count; i++)
		json_object_set_new(cells, row->cells[i].path, json_string(row->cells[i].value));
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:o, s:o, s:o, s:s}", "id", row->id, "kind", row->kind,
	                 "name", row->name, "section", row->section, "serial", (json_int_t)row->serial, "version",
	                 (json_int_t)row->version, "closed", row->closed, "cells", cells, "classes", classes_of(row),
	                 "changed", api_time(row->changed_ms), "changed_by", row->changed_by);
}

/* after is "name<TAB>id" of the last row */
static void put_after(struct request *rq, const char *after, struct register_query *query)
{
	const char *tab = strrchr(after, '\t');
	if (!tab)
		return;
	query->after_name = text(rq, "%.*s", (int)(tab - after), after);
	query->after_id = tab + 1;
}

struct result api_rows(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct register_row *rows;
	size_t count;
	bool more;
	int64_t limit = api_number(in, "limit", API_PAGE);
	if (limit < 1 || limit > API_PAGE)
		return fail(why, E_INPUT, "limit", "limit は1から100までです。");
	struct register_query query = {
		.kind = api_part(rq, 0), .words = api_text(rq, in, "q"), .section = api_text(rq, in, "section"),
		.closed = json_is_true(json_object_get(in, "closed")), .limit = (size_t)limit};
	put_after(rq, api_text(rq, in, "after"), &query);
	TRY(register_list(parts_of(rq)->registers, &query, rq->arena, &rows, &count, &more, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, row_of(&rows[i]));
	*out = api_list(list, more ? text(rq, "%s\t%s", rows[count - 1].name, rows[count - 1].id) : "");
	return ok();
}

static struct result load(struct request *rq, const char *id, struct register_row *row, struct why *why)
{
	TRY(register_get(parts_of(rq)->registers, id, rq->arena, row, why));
	return strcmp(row->kind, api_part(rq, 0)) == 0
	               ? ok() : fail(why, E_ABSENT, "row", "この台帳に、その行はありません。");
}

static struct result give_row(struct request *rq, const char *id, json_t **out, struct why *why)
{
	struct register_row row;
	TRY(load(rq, id, &row, why));
	*out = row_of(&row);
	return ok();
}

struct result api_row(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	(void)in;
	return give_row(rq, api_part(rq, 1), out, why);
}

/* ---- through the counter ------------------------------------------------------ */

/* What was sent goes over what stands there; what was not sent stays. */
static struct result cells_of(struct request *rq, const json_t *map, const struct register_row *row,
                              struct register_change *change, struct why *why)
{
	size_t room = json_object_size(map) + (row ? row->cell_count : 0), n = 0;
	struct cell *cells = ARENA_ARRAY(rq->arena, room + 1, struct cell);
	const char *path;
	json_t *value;
	if (!cells)
		return fail(why, E_MEMORY, "", "no memory");
	json_object_foreach((json_t *)(uintptr_t)map, path, value)
		cells[n++] = (struct cell){path, json_string_value(value)};
	for (size_t i = 0; row && i < row->cell_count; i++)
		if (!json_object_get(map, row->cells[i].path))
			cells[n++] = row->cells[i];
	change->cells = cells;
	change->cell_count = n;
	return ok();
}

static struct result put(struct request *rq, const json_t *in, const struct register_row *row, json_t **out,
                         struct why *why)
{
	char id[27];
	const char *section = api_text(rq, in, "section"), *name = api_text(rq, in, "name");
	struct desk desk = desk_of(rq);
	struct wish claimed = {0};
	struct desk_change change = {
		.row = {.kind = api_part(rq, 0), .id = row ? row->id : NULL, .version = api_number(in, "version", 0),
		        .name = name[0] || !row ? name : row->name, .actor = rq->person.id, .post = "",
		        .section = section[0] ? section : row ? row->section : rq->person.section},
		.ground = api_text(rq, in, "ground")};
	TRY(api_claims(rq, json_object_get(in, "claims"), &claimed, why));
	TRY(cells_of(rq, json_object_get(in, "cells"), row, &change.row, why));
	change.claims = claimed.claims;
	change.claim_count = claimed.claim_count;
	TRY(desk_put(&desk, &change, rq->arena, id, NULL, why));
	return give_row(rq, id, out, why);
}

struct result api_make_row(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct policy_kind kind;
	if (!find_kind(rq, api_part(rq, 0), &kind) || kind.proceeding)
		return fail(why, E_ABSENT, "kind", "その種類の台帳はありません。");
	return put(rq, in, NULL, out, why);
}

struct result api_change_row(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct register_row row;
	TRY(load(rq, api_part(rq, 1), &row, why));
	return put(rq, in, &row, out, why);
}

struct result api_close_row(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct register_row row;
	struct desk desk = desk_of(rq);
	TRY(load(rq, api_part(rq, 1), &row, why));
	TRY(desk_close(&desk, row.id, api_number(in, "version", 0), rq->person.id, rq->arena, why));
	return give_row(rq, row.id, out, why);
}
