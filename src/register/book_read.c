/* Entries of record books read back. */
#include "register/book_internal.h"

#include "base/text.h"

void book_entry_drop(struct stored_entry *s)
{
	json_decref(s->cells);
	json_decref(s->texts);
	*s = (struct stored_entry){0};
}

static const struct {
	enum book_state state;
	const char *name, *japanese;
} states[] = {
	{BOOK_OPEN, "open", "記入中"}, {BOOK_CLOSED, "closed", "記入済み"}, {BOOK_CORRECTED, "corrected", "訂正あり"},
};

const char *book_state_japanese(enum book_state state)
{
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (states[i].state == state)
			return states[i].japanese;
	return "";
}

static const char *state_name(enum book_state state)
{
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (states[i].state == state)
			return states[i].name;
	return "";
}

static enum book_state state_of(struct slice name)
{
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (slice_is(name, states[i].name))
			return states[i].state;
	return 0;
}

/* ---- one entry */

static struct result tampered(struct why *why)
{
	return fail(why, E_TAMPERED, "book_entry", "記録簿の行が読めません。台帳の検査をしてください。");
}

static json_t *json_column(const struct statement *s, int column)
{
	struct slice text = column_text(s, column);
	return json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
}

static struct result read_clauses(const struct statement *s, int column, struct arena *arena,
                                  struct book_entry *out, struct why *why)
{
	AUTO(json_drop) json_t *all = json_column(s, column);
	const char **at = ARENA_ARRAY(arena, json_array_size(all) + 1, const char *);
	size_t i;
	json_t *one;
	if (!at)
		return register_no_memory(why);
	json_array_foreach(all, i, one) {
		at[i] = arena_string(arena, slice_str(json_string_value(one)));
		if (!at[i])
			return register_no_memory(why);
	}
	out->clauses = at;
	out->clause_count = json_array_size(all);
	return ok();
}

/* A field whose fact the vocabulary no longer has is shown under its own name. */
static void field_of(struct registers *r, const char *act, const char *kind, const char *name,
                     struct arena *arena, struct policy_fact *out)
{
	if (book_resolve(r, act, kind, name, arena, out, NULL).code != OK)
		*out = (struct policy_fact){.path = name, .label = name, .type = FACT_WORD, .found_by = "", .kind = ""};
	out->path = name;
}

static struct result read_fields(struct registers *r, const struct statement *s, int column, struct arena *arena,
                                 struct stored_entry *out, struct why *why)
{
	AUTO(json_drop) json_t *names = json_column(s, column);
	struct policy_registry registry = {.kind = ""};
	struct book_entry *e = &out->entry;
	size_t i;
	json_t *one;
	struct book_field *at = ARENA_ARRAY(arena, json_array_size(names) + 1, struct book_field);
	if (!json_is_array(names) || !at)
		return at ? tampered(why) : register_no_memory(why);
	policy_registry_find(r->at.policy, e->registry, &registry);
	json_array_foreach(names, i, one) {
		const char *name = arena_string(arena, slice_str(json_string_value(one)));
		if (!name)
			return register_no_memory(why);
		field_of(r, e->act, registry.kind, name, arena, &at[i].fact);
		at[i].value = cell_text(json_object_get(out->cells, name), arena);
		at[i].written = json_object_get(out->cells, name) || json_object_get(out->texts, name);
		e->empty_count += !at[i].written;
		if (!at[i].value)
			return register_no_memory(why);
	}
	e->fields = at;
	e->field_count = json_array_size(names);
	return ok();
}

struct result book_columns(struct registers *r, const struct statement *s, struct arena *arena,
                            struct stored_entry *out, struct why *why)
{
	struct book_entry *e = &out->entry;
	const char **texts[] = {&e->id, &e->registry, NULL, NULL, &e->act, &e->row, &e->section, &e->origin,
	                        &e->writer, &e->by, &e->retention, NULL, &e->corrects, &e->corrected_by,
	                        &out->reason_item, NULL, NULL, NULL, NULL, NULL, NULL, &e->opened_by, &e->changed_by};
	for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
		if (texts[i] && !(*texts[i] = arena_string(arena, column_text(s, i))))
			return register_no_memory(why);
	e->serial = column_i64(s, 2);
	e->fiscal_year = (int)column_i64(s, 3);
	e->number = book_number(e->fiscal_year, e->serial, arena);
	e->state = state_of(column_text(s, 11));
	e->reason = "";
	e->opened_ms = column_i64(s, 19);
	e->changed_ms = column_i64(s, 20);
	e->until = (day_t)column_i64(s, 23);
	e->held = column_i64(s, 24) != 0;
	e->erased = column_i64(s, 25) != 0;
	out->plain = arena_copy(arena, column_text(s, 26));
	out->cells = json_column(s, 16);
	out->texts = json_column(s, 17);
	if (!json_is_object(out->cells) || !json_is_object(out->texts) || !e->state)
		return tampered(why);
	if (!e->number)
		return register_no_memory(why);
	TRY(read_clauses(s, 18, arena, e, why));
	return read_fields(r, s, 15, arena, out, why);
}

struct result book_stored(struct registers *r, const char *id, struct arena *arena, struct stored_entry *out,
                         struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_ask(r->at.store, "SELECT " ENTRY_COLUMNS " FROM book_entry WHERE id = ?1 AND body = ?2",
	              ARGS(arg_str(id), arg_str(r->at.body)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, id, "その記録は、記録簿にありません。");
	return book_columns(r, s, arena, out, why);
}

static struct result open_texts(struct registers *r, struct stored_entry *stored, struct arena *arena,
                                struct why *why)
{
	struct book_field *at = ARENA_ARRAY(arena, stored->entry.field_count + 1, struct book_field);
	if (!at)
		return register_no_memory(why);
	for (size_t i = 0; i < stored->entry.field_count; i++) {
		at[i] = stored->entry.fields[i];
		const json_t *item = json_object_get(stored->texts, at[i].fact.path);
		if (item)
			TRY(text_open(r, item, arena, &at[i].value, why));
	}
	stored->entry.fields = at;
	if (!stored->reason_item[0])
		return ok();
	AUTO(json_drop) json_t *reason = json_loads(stored->reason_item, 0, NULL);
	return text_open(r, reason, arena, &stored->entry.reason, why);
}

struct result book_get(struct registers *r, const char *id, struct arena *arena, struct book_entry *out,
                       struct why *why)
{
	AUTO(book_entry_drop) struct stored_entry stored = {0};
	TRY(book_stored(r, id, arena, &stored, why));
	TRY(open_texts(r, &stored, arena, why));
	*out = stored.entry;
	return ok();
}

const char *book_value(const struct book_entry *entry, const char *field)
{
	for (size_t i = 0; i < entry->field_count; i++)
		if (strcmp(entry->fields[i].fact.path, field) == 0)
			return entry->fields[i].value;
	return "";
}

/* ---- lists */

enum { ARGUMENTS = 24, WORDS = 8, RARE = 500 };

struct asking {
	struct registers *r;
	const struct book_query *query;
	struct buffer where, plain, patterns;
	struct arg args[ARGUMENTS];
	size_t count;
	struct docs docs; /* what the index knows of the words, when it was asked */
	bool narrowed;
};

static void asking_done(struct asking *a)
{
	buffer_done(&a->where);
	buffer_done(&a->plain);
	buffer_done(&a->patterns);
}

static size_t add(struct asking *a, struct arg arg)
{
	a->where.failed |= a->count >= ARGUMENTS;
	if (a->count < ARGUMENTS)
		a->args[a->count++] = arg;
	return a->count;
}

static void add_column(struct asking *a, const char *column, const char *value)
{
	if (value && *value)
		buffer_printf(&a->where, " AND %s = ?%zu", column, add(a, arg_str(value)));
}

/* thin_out - the entries that have every one to three characters of the word */
static struct result thin_out(struct asking *a, const char *kind, struct slice word, struct arena *arena,
                              struct why *why)
{
	size_t size = utf8_length(word) < WORDS_GRAM ? utf8_length(word) : WORDS_GRAM;
	for (size_t from = 0, next = 0; utf8_next(word, &next) >= 0; from = next) {
		struct docs docs;
		size_t end = next;
		for (size_t i = 1; i < size; i++)
			if (utf8_next(word, &end) < 0)
				return ok();
		TRY(index_docs(a->r->index, kind, slice_part(word, from, end - from), arena, &docs, why));
		if (a->narrowed)
			docs_and(&a->docs, &docs, false);
		else
			a->docs = docs;
		a->narrowed = true;
	}
	return ok();
}

/* Few entries are named one by one; many are met soon in the list's own order. */
static void add_few(struct asking *a)
{
	if (!a->narrowed || docs_total(&a->docs) > RARE)
		return;
	buffer_put_str(&a->where, " AND (year, serial) IN (VALUES (0, 0)");
	for (int64_t doc = docs_next(&a->docs, 0); doc >= 0; doc = docs_next(&a->docs, doc + 1))
		buffer_printf(&a->where, ", (%lld, %lld)", (long long)(doc >> 32), (long long)(doc & UINT32_MAX));
	buffer_put_str(&a->where, ")");
}

static void add_like(struct asking *a, struct slice word)
{
	size_t from = a->patterns.len;
	buffer_put_u8(&a->patterns, '%');
	for (size_t i = 0; i < word.len; i++) {
		if (word.at[i] == '%' || word.at[i] == '_' || word.at[i] == '\\')
			buffer_put_u8(&a->patterns, '\\');
		buffer_put_u8(&a->patterns, word.at[i]);
	}
	buffer_put_u8(&a->patterns, '%');
	buffer_printf(&a->where, " AND plain LIKE ?%zu ESCAPE '\\'",
	              add(a, arg_text(slice_part(buffer_slice(&a->patterns), from, a->patterns.len))));
}

static struct result add_words(struct asking *a, struct arena *arena, struct why *why)
{
	const struct book_query *q = a->query;
	words_plain(slice_str(q->words ? q->words : ""), &a->plain);
	struct slice rest = buffer_slice(&a->plain);
	const char *kind = q->registry && *q->registry ? book_gram_kind(q->registry, arena) : "";
	/* every pattern lies in one buffer that must not move while it grows */
	if (!kind || !buffer_ok(&a->plain) || !buffer_reserve(&a->patterns, 2 * rest.len + 64))
		return fail(why, E_INPUT, "words", "探す言葉を短くしてください。");
	for (size_t n = 0; rest.len; n++) {
		size_t len = 0;
		while (len < rest.len && rest.at[len] != ' ')
			len++;
		if (n == WORDS)
			return fail(why, E_INPUT, "words", "探す言葉は、%d個までにしてください。", WORDS);
		struct slice word = slice_part(rest, 0, len);
		if (*kind)
			TRY(thin_out(a, kind, word, arena, why));
		add_like(a, word);
		rest = slice_part(rest, len + 1, rest.len);
	}
	add_few(a);
	return ok();
}

static struct result asking_begin(struct registers *r, const struct book_query *q, struct asking *a,
                                  struct arena *arena, struct why *why)
{
	a->r = r;
	a->query = q;
	buffer_init(&a->where, 32768);
	buffer_init(&a->plain, 1024);
	buffer_init(&a->patterns, 4096);
	add(a, arg_str(r->at.body));
	add_column(a, "registry", q->registry);
	add_column(a, "row", q->row);
	add_column(a, "origin", q->origin);
	add_column(a, "writer", q->writer);
	add_column(a, "section", q->section);
	if (q->state)
		add_column(a, "state", state_name(q->state));
	else
		buffer_put_str(&a->where, " AND state <> 'corrected'");
	return add_words(a, arena, why);
}

static struct result asking_run(struct asking *a, const char *select, const char *order, size_t limit,
                                const char *end, struct statement **out, struct why *why)
{
	AUTO(buffer_done) struct buffer sql = {0};
	buffer_init(&sql, 49152);
	buffer_printf(&sql, "%s FROM book_entry WHERE body = ?1%s%s LIMIT ?%zu%s", select, buffer_cstr(&a->where),
	              order, add(a, arg_i64((int64_t)limit)), end);
	if (!buffer_ok(&sql) || !buffer_ok(&a->where) || !buffer_ok(&a->patterns))
		return register_no_memory(why);
	return store_ask(a->r->at.store, buffer_cstr(&sql), a->args, a->count, out, why);
}

struct result book_list(struct registers *r, const struct book_query *query, struct arena *arena,
                        struct book_entry **out, size_t *count, bool *more, struct why *why)
{
	AUTO(asking_done) struct asking a = {0};
	AUTO(statement_drop) struct statement *s = NULL;
	size_t limit = query->limit && query->limit <= BOOK_PAGE ? query->limit : BOOK_PAGE, n = 0;
	struct book_entry *entries = ARENA_ARRAY(arena, limit, struct book_entry);
	if (!entries)
		return register_no_memory(why);
	TRY(asking_begin(r, query, &a, arena, why));
	if (query->before_id && *query->before_id) {
		size_t ms = add(&a, arg_i64(query->before_ms)), id = add(&a, arg_str(query->before_id));
		buffer_printf(&a.where, " AND opened_ms <= ?%zu AND (opened_ms < ?%zu OR id < ?%zu)", ms, ms, id);
	}
	TRY(asking_run(&a, "SELECT " ENTRY_COLUMNS, " ORDER BY opened_ms DESC, id DESC", limit + 1, "", &s, why));
	*more = false;
	for (bool row = true; row && !*more;) {
		TRY(statement_step(s, &row, why));
		if (row && n == limit) {
			*more = true;
		} else if (row) {
			AUTO(book_entry_drop) struct stored_entry stored = {0};
			TRY(book_columns(r, s, arena, &stored, why));
			entries[n++] = stored.entry;
		}
	}
	*out = entries;
	*count = n;
	return ok();
}

struct result book_count(struct registers *r, const struct book_query *query, int64_t most, int64_t *out,
                         struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
	AUTO(asking_done) struct asking a = {0};
	AUTO(statement_drop) struct statement *s = NULL;
	bool row;
	if (!arena)
		return register_no_memory(why);
	TRY(asking_begin(r, query, &a, arena, why));
	TRY(asking_run(&a, "SELECT COUNT(*) FROM (SELECT 1", "", (size_t)most, ") counted", &s, why));
	TRY(statement_step(s, &row, why));
	*out = column_i64(s, 0);
	return ok();
}
