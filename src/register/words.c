/* The word index: two characters at a time, so that 監査 is found as it is. */
#include "register/internal.h"

#include "base/text.h"

/* A working table: it says nothing that the rows do not. */
const struct migration words_migrations[] = {
	{1, "CREATE TABLE register_words (row TEXT PRIMARY KEY, plain TEXT NOT NULL);"
	    "CREATE TABLE register_gram ("
	    " body TEXT NOT NULL, kind TEXT NOT NULL, gram TEXT NOT NULL, row TEXT NOT NULL,"
	    " PRIMARY KEY (body, kind, gram, row));"},
};
const size_t words_migration_count = sizeof words_migrations / sizeof *words_migrations;

static bool is_space(int32_t code)
{
	return code <= 0x20 || code == 0x3000 || code == 0xa0;
}

void words_plain(struct slice text, struct buffer *out)
{
	AUTO(buffer_done) struct buffer composed, narrow;
	buffer_init(&composed, 1 << 20);
	buffer_init(&narrow, 1 << 20);
	nfc(text, &composed);
	half_width(buffer_slice(&composed), &narrow);
	struct slice at = buffer_slice(&narrow);
	size_t pos = 0;
	bool gap = false;
	for (int32_t code; (code = utf8_next(at, &pos)) >= 0;) {
		if (is_space(code)) {
			gap = out->len > 0;
			continue;
		}
		if (gap)
			buffer_put_u8(out, ' ');
		gap = false;
		utf8_put(out, (uint32_t)(code >= 'A' && code <= 'Z' ? code + 32 : code));
	}
	out->failed |= !buffer_ok(&composed) || !buffer_ok(&narrow);
}

/* The label of a word of a one-of, the value itself otherwise. */
static void put_value(json_t *value, struct buffer *out)
{
	size_t i;
	json_t *member;
	if (json_is_string(value))
		buffer_printf(out, " %s", json_string_value(value));
	json_array_foreach(value, i, member)
		buffer_printf(out, " %s", json_string_value(member));
}

/* Yes and no, and the ids of rows and people, are nothing that one searches for. */
static bool is_searched(const struct policy_fact *fact)
{
	enum fact_type type = fact->type == FACT_SET ? fact->member : fact->type;
	return type != FACT_YESNO && type != FACT_ROW && type != FACT_PERSON;
}

void words_of_row(const struct kind *kind, const struct register_row *row, const json_t *cells,
                  struct buffer *out)
{
	AUTO(buffer_done) struct buffer all;
	buffer_init(&all, 1 << 17);
	buffer_printf(&all, "%s %lld %s", row->name, (long long)row->serial, row->section);
	for (size_t i = 0; i < kind->count; i++) {
		json_t *value = json_object_get(cells, kind->facts[i].path);
		if (value && is_searched(&kind->facts[i]))
			put_value(value, &all);
	}
	words_plain(buffer_slice(&all), out);
	out->failed |= !buffer_ok(&all);
}

/* ---- grams */

/* gram_next - two characters that stand side by side, or the last one of a word */
static bool gram_next(struct slice plain, size_t *pos, struct slice *out)
{
	for (;;) {
		size_t from = *pos, second;
		int32_t code = utf8_next(plain, pos);
		if (code < 0)
			return false;
		if (code == ' ')
			continue;
		second = *pos;
		code = utf8_next(plain, &second);
		*out = slice_part(plain, from, (code < 0 || code == ' ' ? *pos : second) - from);
		return true;
	}
}

static struct result each_gram(struct registers *r, const char *sql, const char *kind, const char *id,
                               struct slice plain, struct why *why)
{
	struct slice gram;
	for (size_t pos = 0; gram_next(plain, &pos, &gram);)
		TRY(store_run(r->at.store, sql,
		              ARGS(arg_str(r->at.body), arg_str(kind), arg_text(gram), arg_str(id)), NULL, why));
	return ok();
}

static struct result forget(struct registers *r, const char *kind, const char *id, struct why *why)
{
	AUTO(buffer_done) struct buffer old;
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	buffer_init(&old, 1 << 17);
	TRY(store_ask(r->at.store, "SELECT plain FROM register_words WHERE row = ?1", ARGS(arg_str(id)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return ok();
	buffer_put_slice(&old, column_text(s, 0));
	return each_gram(r, "DELETE FROM register_gram WHERE body = ?1 AND kind = ?2 AND gram = ?3 AND row = ?4",
	                 kind, id, buffer_slice(&old), why);
}

struct result words_index(struct registers *r, const char *kind, const char *id, struct slice plain,
                          struct why *why)
{
	TRY(forget(r, kind, id, why));
	TRY(store_run(r->at.store, "INSERT INTO register_words (row, plain) VALUES (?1, ?2)"
	                           " ON CONFLICT (row) DO UPDATE SET plain = excluded.plain",
	              ARGS(arg_str(id), arg_text(plain)), NULL, why));
	return each_gram(r, "INSERT INTO register_gram (body, kind, gram, row) VALUES (?1, ?2, ?3, ?4)"
	                    " ON CONFLICT (body, kind, gram, row) DO NOTHING",
	                 kind, id, plain, why);
}

static struct result reindex_batch(struct registers *r, struct arena *arena, char last[27], size_t *seen,
                                   struct why *why)
{
	struct stored batch[200] = {0};
	struct result done = ok();
	size_t count = 0;
	{
		AUTO(statement_drop) struct statement *s = NULL;
		TRY(store_ask(r->at.store, "SELECT " STORED_COLUMNS " FROM register_row WHERE body = ?1 AND id > ?2"
		                           " ORDER BY id LIMIT 200",
		              ARGS(arg_str(r->at.body), arg_str(last)), &s, why));
		for (bool row = true; row && done.code == OK;) {
			done = statement_step(s, &row, why);
			if (done.code == OK && row)
				done = stored_columns(s, arena, &batch[count++], why);
		}
	}
	for (size_t i = 0; i < count && done.code == OK; i++) {
		AUTO(buffer_done) struct buffer plain;
		struct kind kind;
		buffer_init(&plain, 1 << 17);
		done = kind_read(r, batch[i].row.kind, arena, &kind, why);
		if (done.code == OK) {
			words_of_row(&kind, &batch[i].row, batch[i].cells, &plain);
			done = words_index(r, kind.name, batch[i].row.id, buffer_slice(&plain), why);
		}
		memcpy(last, batch[i].row.id ? batch[i].row.id : "", 27);
	}
	for (size_t i = 0; i < count; i++)
		stored_drop(&batch[i]);
	*seen = count;
	return done;
}

struct result registers_reindex(struct registers *r, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	char last[27] = "";
	size_t seen = 1;
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(store_exec(r->at.store, "DELETE FROM register_gram; DELETE FROM register_words", why));
	while (seen) {
		arena_reset(arena);
		TRY(reindex_batch(r, arena, last, &seen, why));
	}
	return tx_commit(&tx, why);
}
