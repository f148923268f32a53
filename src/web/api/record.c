/* Record books: what was done, read, written field by field, closed. */
#include "web/api/api.h"
#include "web/desk_pages.h"

#include "base/number.h"

static const char *const state_words[] = {[BOOK_OPEN] = "open", [BOOK_CLOSED] = "closed", [BOOK_CORRECTED] = "corrected"};

struct result api_books(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	json_t *list = json_array();
	struct policy_registry book;
	(void)in;
	(void)why;
	for (size_t i = 0; policy_registry_at(parts_of(rq)->policy, i, &book); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "book", book.name, "title", book.title, "kind", book.kind));
	*out = api_list(list, "");
	return ok();
}

static json_t *record_json(const struct book_entry *e)
{
	json_t *cells = json_object(), *empty = json_array(), *clauses = json_array();
	for (size_t i = 0; i < e->field_count; i++) {
		if (e->fields[i].written)
			json_object_set_new(cells, e->fields[i].fact.path, json_string(e->fields[i].value));
		else
			json_array_append_new(empty, json_string(e->fields[i].fact.path));
	}
	for (size_t i = 0; i < e->clause_count; i++)
		json_array_append_new(clauses, json_string(e->clauses[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "id", e->id, "book", e->registry,
	                 "number", e->number, "act", e->act, "row", e->row, "section", e->section, "state",
	                 state_words[e->state], "cells", cells, "empty", empty, "clauses", clauses, "opened",
	                 api_time(e->opened_ms), "until", api_day(e->until ? e->until : DAY_OPEN), "held", e->held);
}

/* after is "opened_ms id" of the last one */
static struct result put_after(struct request *rq, const char *after, struct book_query *query, struct why *why)
{
	const char *space = strchr(after, ' ');
	if (!*after)
		return ok();
	if (!space || !number_parse_i64(slice_of(after, (size_t)(space - after)), &query->before_ms))
		return fail(why, E_INPUT, "after", "after は前の答えの next です。");
	query->before_id = text(rq, "%s", space + 1);
	return ok();
}

struct result api_records(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct book_entry *found;
	size_t count;
	bool more;
	const char *state = api_text(rq, in, "state");
	struct policy_registry book;
	struct book_query query = {.registry = api_part(rq, 0), .section = api_text(rq, in, "section"),
		.row = api_text(rq, in, "row"), .words = api_text(rq, in, "q"), .before_id = ""};
	if (!policy_registry_find(parts_of(rq)->policy, query.registry, &book))
		return fail(why, E_ABSENT, "book", "その名前の記録簿はありません。");
	for (size_t i = BOOK_OPEN; i <= BOOK_CORRECTED; i++)
		if (strcmp(state_words[i], state) == 0)
			query.state = (enum book_state)i;
	if (*state && !query.state)
		return fail(why, E_INPUT, "state", "state は open、closed、corrected のどれかです。");
	TRY(api_limit(in, &query.limit, why));
	TRY(put_after(rq, api_text(rq, in, "after"), &query, why));
	TRY(book_list(parts_of(rq)->registers, &query, rq->arena, &found, &count, &more, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, record_json(&found[i]));
	*out = api_list(list, more ? text(rq, "%lld %s", (long long)found[count - 1].opened_ms, found[count - 1].id) : "");
	return ok();
}

static struct result load(struct request *rq, struct book_entry *out, struct why *why)
{
	TRY(book_get(parts_of(rq)->registers, api_part(rq, 1), rq->arena, out, why));
	return strcmp(out->registry, api_part(rq, 0)) == 0 ? ok()
	                                                   : fail(why, E_ABSENT, "record", "この記録簿に、その記録はありません。");
}

struct result api_record(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct book_entry e;
	(void)in;
	TRY(load(rq, &e, why));
	*out = record_json(&e);
	return ok();
}

struct result api_fill_record(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct book_entry e;
	struct cell *cells;
	size_t count;
	TRY(load(rq, &e, why));
	TRY(api_cells(rq, json_object_get(in, "cells"), &cells, &count, why));
	TRY(book_fill(parts_of(rq)->registers, e.id, cells, count, rq->person.id, "", why));
	return api_record(rq, in, out, why);
}

struct result api_close_record(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct book_entry e;
	struct desk desk = desk_of(rq);
	TRY(load(rq, &e, why));
	TRY(desk_entry_close(&desk, e.id, rq->person.id, rq->arena, why));
	return api_record(rq, in, out, why);
}
