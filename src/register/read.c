/* Rows read back. */
#include "register/internal.h"

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct cell *)a)->path, ((const struct cell *)b)->path);
}

/* ---- kinds */

static struct result kind_gather(struct registers *r, const char *name, struct arena *arena, struct kind *out,
                                 struct why *why)
{
	struct policy_act act;
	out->name = arena_string(arena, slice_str(name));
	out->next = NULL;
	if (!out->name)
		return register_no_memory(why);
	out->make = arena_printf(arena, "%s.register", name);
	if (!out->make)
		return register_no_memory(why);
	/* a proceeding has no act that registers it: any of its moves sees the same row */
	for (size_t i = 0; !policy_act_exists(r->at.policy, out->make) && policy_act_at(r->at.policy, i, &act); i++)
		if (act.to[0] && strcmp(act.kind, name) == 0)
			out->make = act.name;
	return policy_kind_facts(r->at.policy, name, arena, &out->facts, &out->count, why);
}

/* The policy's kinds are the same for as long as the registers are open. */
struct result kind_read(struct registers *r, const char *name, struct arena *arena, struct kind *out,
                        struct why *why)
{
	enum { KINDS_BYTES = 4 << 20 };
	struct kind *kept = r->kinds;
	while (kept && strcmp(kept->name, name) != 0)
		kept = kept->next;
	if (!kept && !r->kinds_arena)
		r->kinds_arena = arena_new(KINDS_BYTES);
	struct kind *made = kept || !r->kinds_arena ? NULL : ARENA_NEW(r->kinds_arena, struct kind);
	if (made && kind_gather(r, name, r->kinds_arena, made, NULL).code == OK) {
		made->next = r->kinds;
		r->kinds = kept = made;
	}
	if (!kept)
		return kind_gather(r, name, arena, out, why);
	*out = *kept;
	return ok();
}

const struct policy_fact *kind_fact(const struct kind *kind, const char *path)
{
	for (size_t i = 0; i < kind->count; i++)
		if (strcmp(kind->facts[i].path, path) == 0)
			return &kind->facts[i];
	return NULL;
}

/* ---- one row */

void stored_drop(struct stored *stored)
{
	json_decref(stored->cells);
	json_decref(stored->texts);
	json_decref(stored->rated);
	*stored = (struct stored){0};
}

struct result stored_columns(const struct statement *s, struct arena *arena, struct stored *out,
                             struct why *why)
{
	out->row = (struct register_row){
		.id = arena_string(arena, column_text(s, 0)),
		.kind = arena_string(arena, column_text(s, 1)),
		.serial = column_i64(s, 2),
		.name = arena_string(arena, column_text(s, 3)),
		.section = arena_string(arena, column_text(s, 4)),
		.version = column_i64(s, 5),
		.closed = column_i64(s, 6) != 0,
		.changed_ms = column_i64(s, 10),
		.changed_by = arena_string(arena, column_text(s, 11)),
	};
	out->plain = arena_copy(arena, column_text(s, 12));
	json_t **into[] = {&out->cells, &out->texts, &out->rated};
	for (int i = 0; i < 3; i++) {
		struct slice text = column_text(s, 7 + i);
		*into[i] = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(*into[i]))
			return fail(why, E_TAMPERED, "register_row", "台帳の行が読めません。台帳の検査をしてください。");
	}
	if (!out->row.id || !out->row.kind || !out->row.name || !out->row.section || !out->row.changed_by)
		return register_no_memory(why);
	return ok();
}

struct result stored_read(struct registers *r, const char *id, struct arena *arena, struct stored *out,
                          struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	if (r->watch.saw)
		r->watch.saw(r->watch.context, id);
	TRY(store_ask(r->at.store, "SELECT " STORED_COLUMNS " FROM register_row WHERE id = ?1 AND body = ?2",
	              ARGS(arg_str(id), arg_str(r->at.body)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, id, "その行は、台帳にありません。");
	return stored_columns(s, arena, out, why);
}

/* "a b c" of an array, the text of a string */
const char *cell_text(const json_t *value, struct arena *arena)
{
	const char *all = "";
	size_t i;
	json_t *member;
	if (json_is_string(value))
		return arena_string(arena, slice_str(json_string_value(value)));
	json_array_foreach(value, i, member)
		if (all)
			all = arena_printf(arena, "%s%s%s", all, i ? " " : "", json_string_value(member));
	return all;
}

static struct result classes_of(struct stored *stored, struct arena *arena, struct why *why)
{
	struct register_class *at = ARENA_ARRAY(arena, json_object_size(stored->rated) + 1, struct register_class);
	const char *scale;
	json_t *pair;
	size_t count = 0;
	if (!at)
		return register_no_memory(why);
	json_object_foreach(stored->rated, scale, pair) {
		at[count] = (struct register_class){
			arena_string(arena, slice_str(scale)),
			arena_string(arena, slice_str(json_string_value(json_array_get(pair, 0)))),
			arena_string(arena, slice_str(json_string_value(json_array_get(pair, 1))))};
		if (!at[count].scale || !at[count].low || !at[count].high)
			return register_no_memory(why);
		count++;
	}
	stored->row.classes = at;
	stored->row.class_count = count;
	return ok();
}

static struct result cells_of(struct stored *stored, size_t room, struct cell **out, struct arena *arena,
                              struct why *why)
{
	struct cell *at = ARENA_ARRAY(arena, json_object_size(stored->cells) + room + 1, struct cell);
	const char *path;
	json_t *value;
	size_t count = 0;
	if (!at)
		return register_no_memory(why);
	json_object_foreach(stored->cells, path, value) {
		at[count] = (struct cell){arena_string(arena, slice_str(path)), cell_text(value, arena)};
		if (!at[count].path || !at[count].value)
			return register_no_memory(why);
		count++;
	}
	stored->row.cells = *out = at;
	stored->row.cell_count = count;
	return ok();
}

struct result stored_public(struct stored *stored, struct arena *arena, struct why *why)
{
	struct cell *cells;
	TRY(cells_of(stored, 0, &cells, arena, why));
	qsort(cells, stored->row.cell_count, sizeof *cells, by_path);
	return classes_of(stored, arena, why);
}

struct result text_open(struct registers *r, const json_t *item, struct arena *arena, const char **out,
                        struct why *why)
{
	struct slice text;
	struct why own = {0};
	const char *id = json_string_value(json_array_get(item, 0));
	struct result got = vault_get(r->at.vault, slice_str(id ? id : ""), arena, &text, &own);
	if (got.code == E_DENIED) {
		*out = "（消去済み）";
		return ok();
	}
	if (got.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	*out = arena_string(arena, text);
	return *out ? ok() : register_no_memory(why);
}

struct result register_get(struct registers *r, const char *id, struct arena *arena,
                           struct register_row *out, struct why *why)
{
	AUTO(stored_drop) struct stored stored = {0};
	struct cell *cells;
	const char *path;
	json_t *item;
	TRY(stored_read(r, id, arena, &stored, why));
	TRY(cells_of(&stored, json_object_size(stored.texts), &cells, arena, why));
	json_object_foreach(stored.texts, path, item) {
		struct cell *to = &cells[stored.row.cell_count++];
		to->path = arena_string(arena, slice_str(path));
		if (!to->path)
			return register_no_memory(why);
		TRY(text_open(r, item, arena, &to->value, why));
	}
	qsort(cells, stored.row.cell_count, sizeof *cells, by_path);
	TRY(classes_of(&stored, arena, why));
	*out = stored.row;
	return ok();
}

struct result register_brief(struct registers *r, const char *id, struct arena *arena,
                             struct register_row *out, struct why *why)
{
	AUTO(stored_drop) struct stored stored = {0};
	TRY(stored_read(r, id, arena, &stored, why));
	TRY(stored_public(&stored, arena, why));
	*out = stored.row;
	return ok();
}

struct result register_find(struct registers *r, const char *kind, int64_t serial, const char *name,
                            const char *section, char id[27], int *found, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	*found = 0;
	*id = 0;
	if (serial > 0)
		TRY(store_ask(r->at.store, "SELECT id FROM register_row WHERE body = ?1 AND kind = ?2 AND serial = ?3",
		              ARGS(arg_str(r->at.body), arg_str(kind), arg_i64(serial)), &s, why));
	else
		TRY(store_ask(r->at.store,
		              "SELECT id FROM register_row WHERE body = ?1 AND kind = ?2 AND closed = 0 AND name = ?3"
		              " AND (?4 = '' OR section = ?4) ORDER BY id LIMIT 2",
		              ARGS(arg_str(r->at.body), arg_str(kind), arg_str(name), arg_str(section)), &s, why));
	for (bool row = true; row;) {
		TRY(statement_step(s, &row, why));
		if (row && (*found)++ == 0 && column_text(s, 0).len == 26) {
			memcpy(id, column_text(s, 0).at, 26);
			id[26] = 0;
		}
	}
	return ok();
}

const char *register_cell(const struct register_row *row, const char *path)
{
	const struct cell key = {path, NULL};
	const struct cell *found = row->cell_count
		? bsearch(&key, row->cells, row->cell_count, sizeof *row->cells, by_path) : NULL;
	return found ? found->value : "";
}
