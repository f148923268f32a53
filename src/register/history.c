/* What stands around a row: who names it, why its class is what it is, its versions. */
#include "register/internal.h"

#include <stdlib.h>

struct result register_naming(struct registers *r, const char *id, size_t limit, struct arena *arena,
                              struct register_row **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct register_row *rows = ARENA_ARRAY(arena, limit + 1, struct register_row);
	size_t n = 0;
	if (!rows)
		return register_no_memory(why);
	TRY(store_ask(r->at.store,
	              "SELECT " STORED_COLUMNS " FROM register_row WHERE id IN"
	              " (SELECT row FROM register_cell WHERE value = ?1) AND body = ?2 AND closed = 0"
	              " ORDER BY name, id LIMIT ?3",
	              ARGS(arg_str(id), arg_str(r->at.body), arg_i64((int64_t)limit)), &s, why));
	for (bool row = true; row;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		AUTO(stored_drop) struct stored stored = {0};
		TRY(stored_columns(s, arena, &stored, why));
		TRY(stored_public(&stored, arena, why));
		rows[n++] = stored.row;
	}
	*out = rows;
	*count = n;
	return ok();
}

/* ---- why a class */

static const char *low_of(const struct register_row *row, const char *scale)
{
	for (size_t i = 0; i < row->class_count; i++)
		if (strcmp(row->classes[i].scale, scale) == 0)
			return row->classes[i].low;
	return "";
}

/* The members behind `from` that are as high as the row itself. */
static struct result add_members(struct registers *r, const struct register_row *row, const char *scale,
                                 const struct policy_rate_reason *reason, struct register_reason *out,
                                 size_t most, size_t *n, struct arena *arena, struct why *why)
{
	for (const char *at = register_cell(row, reason->from); *at && *n < most;) {
		size_t len = strcspn(at, " ");
		const char *member = arena_string(arena, slice_of(at, len));
		struct register_row inside;
		at += len + (at[len] == ' ');
		if (!member)
			return register_no_memory(why);
		if (len != 26 || register_get(r, member, arena, &inside, NULL).code != OK)
			continue;
		if (strcmp(low_of(&inside, scale), low_of(row, scale)) == 0)
			out[(*n)++] = (struct register_reason){reason->clause, inside.id};
	}
	return ok();
}

struct result register_why(struct registers *r, const char *id, const char *scale, struct arena *arena,
                           struct register_reason **out, size_t *count, struct why *why)
{
	enum { MOST = 40 };
	const struct policy_edition *edition =
		policy_edition_on(r->at.policy, r->at.policy_name, day_of_ms(clock_now_ms(r->at.clock)));
	struct register_row row;
	struct policy_rate_reason *reasons = NULL;
	struct facts *facts;
	struct kind kind;
	size_t given = 0, n = 0;
	struct register_reason *at = ARENA_ARRAY(arena, MOST + 1, struct register_reason);
	const char *path = arena_printf(arena, "object.%s", scale);
	*count = 0;
	if (!at || !path)
		return register_no_memory(why);
	TRY(register_get(r, id, arena, &row, why));
	TRY(kind_read(r, row.kind, arena, &kind, why));
	TRY(facts_new(r->at.policy, kind.make, arena, &facts, why));
	TRY(register_facts(r, id, facts, "object", why));
	TRY(policy_rate_reasons(r->at.policy, edition, facts, path, arena, &reasons, &given, why));
	for (size_t i = 0; i < given && n < MOST; i++)
		if (*reasons[i].from)
			TRY(add_members(r, &row, scale, &reasons[i], at, MOST, &n, arena, why));
		else if (strcmp(reasons[i].level, low_of(&row, scale)) == 0)
			at[n++] = (struct register_reason){reasons[i].clause, ""};
	*out = at;
	*count = n;
	return ok();
}

/* ---- versions */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct cell *)a)->path, ((const struct cell *)b)->path);
}

static struct result read_cells(const json_t *data, struct arena *arena, struct register_version *out,
                                struct why *why)
{
	json_t *cells = json_object_get(data, "cells"), *value;
	const char *path;
	struct cell *at = ARENA_ARRAY(arena, json_object_size(cells) + 1, struct cell);
	size_t n = 0;
	if (!at)
		return register_no_memory(why);
	json_object_foreach(cells, path, value) {
		at[n] = (struct cell){arena_string(arena, slice_str(path)), cell_text(value, arena)};
		if (!at[n].path || !at[n].value)
			return register_no_memory(why);
		n++;
	}
	qsort(at, n, sizeof *at, by_path);
	out->cells = at;
	out->cell_count = n;
	return ok();
}

static struct result read_version(const struct ledger_entry *entry, struct arena *arena,
                                  struct register_version *out, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	const char **clauses = ARENA_ARRAY(arena, entry->clause_count + 1, const char *);
	TRY(record_data(entry, &data, why));
	*out = (struct register_version){.seq = entry->seq, .time_ms = entry->time_ms,
		.version = json_number(data, "version"), .kind = arena_string(arena, entry->kind),
		.actor = arena_string(arena, entry->actor), .post = arena_string(arena, entry->post),
		.clauses = clauses, .clause_count = entry->clause_count,
		.name = arena_string(arena, slice_str(json_text(data, "name"))),
		.section = arena_string(arena, slice_str(json_text(data, "section")))};
	for (size_t i = 0; clauses && i < entry->clause_count; i++)
		if (!(clauses[i] = arena_string(arena, entry->clauses[i])))
			return register_no_memory(why);
	if (!clauses || !out->kind || !out->actor || !out->post || !out->name || !out->section)
		return register_no_memory(why);
	return read_cells(data, arena, out, why);
}

static const char *value_in(const struct register_version *v, const char *path)
{
	const struct cell key = {path, NULL};
	const struct cell *found = v->cell_count
		? bsearch(&key, v->cells, v->cell_count, sizeof *v->cells, by_path) : NULL;
	return found ? found->value : "";
}

/* What a version says otherwise than the one before it. */
static struct result compare(const struct register_version *before, struct register_version *after,
                             struct arena *arena, struct why *why)
{
	const char **paths = ARENA_ARRAY(arena, before->cell_count + after->cell_count + 2, const char *);
	size_t n = 0;
	if (!paths)
		return register_no_memory(why);
	if (strcmp(before->name, after->name) != 0)
		paths[n++] = "name";
	if (strcmp(before->section, after->section) != 0)
		paths[n++] = "section";
	for (size_t i = 0; i < after->cell_count; i++)
		if (strcmp(value_in(before, after->cells[i].path), after->cells[i].value) != 0)
			paths[n++] = after->cells[i].path;
	for (size_t i = 0; i < before->cell_count; i++)
		if (!*value_in(after, before->cells[i].path))
			paths[n++] = before->cells[i].path;
	after->changed = paths;
	after->changed_count = n;
	return ok();
}

struct result register_history(struct registers *r, const char *id, size_t limit, struct arena *arena,
                               struct register_version **out, size_t *count, struct why *why)
{
	const struct ledger_query query = {.subject = id, .kind_prefix = "register.", .limit = limit};
	struct ledger_entry *entries = NULL;
	size_t n = 0;
	TRY(ledger_find(r->at.ledger, &query, arena, &entries, &n, why));
	struct register_version *versions = ARENA_ARRAY(arena, n + 1, struct register_version);
	if (!versions)
		return register_no_memory(why);
	for (size_t i = 0; i < n; i++)
		TRY(read_version(&entries[i], arena, &versions[i], why));
	for (size_t i = 0, k; i < n; i++) {
		for (k = i + 1; k < n && !*versions[k].name; k++)
			continue;
		if (*versions[i].name && k < n)
			TRY(compare(&versions[k], &versions[i], arena, why));
	}
	*out = versions;
	*count = n;
	return ok();
}
