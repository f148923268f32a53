/* Making, changing and closing rows: look, refuse what cannot be, one entry. */
#include "register/internal.h"

#include <stdio.h>

struct result register_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "台帳を扱う記憶域が足りません。");
}

/* An index of another make than this program's was dropped: the rows make it anew. */
static struct result index_first(struct registers *r, struct why *why)
{
	bool anew, any;
	TRY(index_is_new(r->index, &anew, why));
	if (!anew)
		return ok();
	TRY(store_ask_one(r->at.store, "SELECT 1 FROM register_row UNION ALL SELECT 1 FROM book_entry LIMIT 1", NULL, 0,
	                  &any, NULL, why));
	return any ? registers_reindex(r, why) : ok();
}

struct result registers_open(const struct register_parts *parts, struct registers **out, struct why *why)
{
	TRY(store_migrate(parts->store, "register-words", words_migrations, words_migration_count, why));
	struct registers *r = calloc(1, sizeof *r);
	if (!r)
		return register_no_memory(why);
	r->at = *parts;
	struct result opened = index_open(parts->store, parts->body, &r->index, why);
	if (opened.code == OK)
		opened = index_first(r, why);
	if (opened.code == OK)
		*out = r;
	else
		registers_close(r);
	return opened;
}

void registers_close(struct registers *r)
{
	if (r) {
		index_close(r->index);
		arena_free(r->kinds_arena);
	}
	free(r);
}

void registers_drop(struct registers **r)
{
	registers_close(*r);
	*r = NULL;
}

void registers_watch(struct registers *r, const struct register_watch *watch)
{
	r->watch = watch ? *watch : (struct register_watch){.saw = NULL};
}

struct result register_record(struct registers *r, const char *kind, const char *id,
                              const struct register_change *by, json_t *data, struct why *why)
{
	if (!data)
		return register_no_memory(why);
	struct ledger_entry entry = {
		.body = slice_str(r->at.body),
		.kind = slice_str(kind),
		.actor = slice_str(by->actor && *by->actor ? by->actor : "sekisho"),
		.post = slice_str(by->post ? by->post : ""),
		.subject = slice_str(id),
		.clauses = by->clauses,
		.clause_count = by->clause_count,
	};
	return ledger_record(r->at.ledger, &entry, data, why);
}

/* ---- what may stand in a row */

static struct result check_named(const struct register_change *c, struct why *why)
{
	if (!c->name || !*c->name)
		return fail(why, E_INPUT, "name", "名称を書いてください。");
	return check_line(c->name, REGISTER_NAME, "name", why);
}

static struct result put_value(struct registers *r, const struct kind *kind, const struct cell *cell,
                               json_t *cells, json_t *texts, struct arena *arena, struct why *why)
{
	const struct policy_fact *fact = kind_fact(kind, cell->path);
	if (!fact)
		return fail(why, E_INPUT, cell->path, "この台帳に「%.60s」という欄はありません。", cell->path);
	return value_put(r, fact, cell->value, cells, texts, ROWS_OPEN, arena, why);
}

/* ---- nothing contains itself */

static struct result push_named(struct registers *r, const char *id, struct buffer *queue, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(r->at.store,
	              "SELECT c.value FROM register_cell c JOIN register_row n ON n.id = c.value"
	              " WHERE c.row = ?1 ORDER BY c.value",
	              ARGS(arg_str(id)), &s, why));
	for (bool row = true;;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		struct slice value = column_text(s, 0);
		if (value.len == 26)
			buffer_put(queue, value.at, 26);
	}
}

/* Walks what the row would name, and what that names: at most 10,000 rows. */
static struct result not_inside_itself(struct registers *r, const char *id, const char *path,
                                       json_t *value, struct why *why)
{
	AUTO(buffer_done) struct buffer queue = {0};
	buffer_init(&queue, 10000 * 26);
	size_t i;
	json_t *member;
	if (json_is_string(value))
		buffer_put_str(&queue, json_string_value(value));
	json_array_foreach(value, i, member)
		buffer_put_str(&queue, json_string_value(member));
	for (size_t at = 0; at + 26 <= queue.len; at += 26) {
		char one[27];
		memcpy(one, queue.at + at, 26);
		one[26] = 0;
		if (strcmp(one, id) == 0)
			return fail(why, E_CONFLICT, path, "台帳の行が、めぐりめぐって自分自身を含むことになります。");
		TRY(push_named(r, one, &queue, why));
		if (!buffer_ok(&queue))
			return fail(why, E_LIMIT, path, "含むものが多すぎて、確かめられません。");
	}
	return ok();
}

static struct result check_inside(struct registers *r, const struct kind *kind, const char *id,
                                  const json_t *cells, struct why *why)
{
	for (size_t i = 0; i < kind->count; i++) {
		const struct policy_fact *f = &kind->facts[i];
		json_t *value = f->kind[0] ? json_object_get(cells, f->path) : NULL;
		if (value)
			TRY(not_inside_itself(r, id, f->path, value, why));
	}
	return ok();
}

/* ---- versions */

static struct result overtaken(struct registers *r, const struct register_row *row, struct arena *arena,
                               struct why *why)
{
	char when[48];
	struct person person;
	ms_short(row->changed_ms, when);
	bool known = r->at.office && office_person(r->at.office, row->changed_by, arena, &person, NULL).code == OK;
	return fail(why, E_CONFLICT, row->id,
	            "この行は %s に %s%s が変えました（第%lld版）。いまの内容を確かめてから、もう一度変更してください。", when,
	            known ? person.name : row->changed_by, known ? "さん" : "", (long long)row->version);
}

static struct result seen(struct registers *r, const char *id, int64_t version, struct arena *arena,
                          struct stored *out, struct why *why)
{
	TRY(stored_read(r, id, arena, out, why));
	if (out->row.closed || out->row.version != version)
		return overtaken(r, &out->row, arena, why);
	return ok();
}

static struct result next_serial(struct registers *r, const char *kind, int64_t *out, struct why *why)
{
	bool found;
	int64_t last = 0;
	TRY(store_ask_one(r->at.store, "SELECT MAX(serial) FROM register_row WHERE body = ?1 AND kind = ?2",
	                  ARGS(arg_str(r->at.body), arg_str(kind)), &found, &last, why));
	*out = last + 1;
	return ok();
}

/* What was sealed before and is not given anew stays as it is. */
static void keep_texts(const struct register_change *change, json_t *before, json_t *texts)
{
	const char *path;
	json_t *item;
	json_object_foreach(before, path, item) {
		bool given = false;
		for (size_t i = 0; i < change->cell_count; i++)
			given |= strcmp(change->cells[i].path, path) == 0;
		if (!given)
			json_object_set(texts, path, item);
	}
}

static struct result put_version(struct registers *r, const struct register_change *change,
                                 const struct kind *kind, const struct stored *before, const char *id,
                                 struct arena *arena, struct why *why)
{
	AUTO(json_drop) json_t *cells = json_object();
	AUTO(json_drop) json_t *texts = json_object();
	AUTO(json_drop) json_t *rated = NULL;
	int64_t serial = before->row.serial;
	for (size_t i = 0; i < change->cell_count; i++)
		TRY(put_value(r, kind, &change->cells[i], cells, texts, arena, why));
	keep_texts(change, before->texts, texts);
	TRY(check_inside(r, kind, id, cells, why));
	TRY(rate_cells(r, kind, cells, arena, &rated, why));
	if (!serial)
		TRY(next_serial(r, kind->name, &serial, why));
	json_t *data = json_pack("{sssIsIsssssOsOsO}", "kind", kind->name, "serial", (json_int_t)serial,
	                         "version", (json_int_t)(before->row.version + 1), "name", change->name,
	                         "section", change->section, "cells", cells, "texts", texts, "rated", rated);
	TRY(register_record(r, before->row.version ? "register.changed" : "register.registered", id, change,
	                    data, why));
	const struct words_row was = words_of_stored(before);
	TRY(words_reread(r, id, &was, why));
	return rate_containers(r, id, change->actor, why);
}

struct result register_put(struct registers *r, const struct register_change *change, char id[27],
                           struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	AUTO(stored_drop) struct stored before = {0};
	AUTO(tx_drop) struct tx tx = {0};
	struct kind kind;
	struct section section;
	char made[27];
	if (!arena)
		return register_no_memory(why);
	TRY(check_named(change, why));
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(kind_read(r, change->kind, arena, &kind, why));
	if (office_section(r->at.office, change->section, arena, &section, NULL).code != OK)
		return fail(why, E_ABSENT, "section", "所管課「%.60s」は、組織にありません。", change->section);
	if (change->id && *change->id)
		TRY(seen(r, change->id, change->version, arena, &before, why));
	if (before.row.id && strcmp(before.row.kind, change->kind) != 0)
		return fail(why, E_ABSENT, "kind", "この行は、別の台帳のものです。");
	if (!before.row.id)
		TRY(random_id(r->at.random, made, why));
	else
		memcpy(made, change->id, sizeof made);
	TRY(put_version(r, change, &kind, &before, made, arena, why));
	TRY(tx_commit(&tx, why));
	memcpy(id, made, sizeof made);
	return ok();
}

/* A case that has come to its end is a record: what it names may go. */
static bool is_over(struct registers *r, struct slice kind, struct slice step)
{
	char k[64], s[64];
	if (kind.len >= sizeof k || step.len == 0 || step.len >= sizeof s)
		return false;
	snprintf(k, sizeof k, "%.*s", SLICE_ARG(kind));
	snprintf(s, sizeof s, "%.*s", SLICE_ARG(step));
	return policy_kind_step(r->at.policy, k, 0) && policy_step_ends(r->at.policy, k, s);
}

static struct result not_named(struct registers *r, const char *id, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(r->at.store,
	              "SELECT n.name, n.kind, COALESCE(p.value, '') FROM register_cell c JOIN register_row n ON n.id = c.row"
	              " LEFT JOIN register_cell p ON p.row = n.id AND p.path = 'step'"
	              " WHERE c.value = ?1 ORDER BY n.name, n.id",
	              ARGS(arg_str(id)), &s, why));
	for (bool row = true;;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		if (!is_over(r, column_text(s, 1), column_text(s, 2)))
			return fail(why, E_CONFLICT, "name", "「%.*s」がこの行を指しています。先にそちらを直してください。",
			            SLICE_ARG(column_text(s, 0)));
	}
}

struct result register_end(struct registers *r, const char *id, int64_t version, const char *actor,
                           const char *post, const struct slice *clauses, size_t clause_count,
                           struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	AUTO(stored_drop) struct stored row = {0};
	AUTO(tx_drop) struct tx tx = {0};
	const struct register_change by = {.actor = actor, .post = post, .clauses = clauses,
	                                   .clause_count = clause_count};
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(seen(r, id, version, arena, &row, why));
	TRY(not_named(r, id, why));
	const struct words_row was = words_of_stored(&row);
	TRY(register_record(r, "register.closed", id, &by,
	                    json_pack("{sssI}", "kind", row.row.kind, "version", (json_int_t)(version + 1)),
	                    why));
	TRY(words_reread(r, id, &was, why));
	return tx_commit(&tx, why);
}
