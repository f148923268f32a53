/* The word index: two characters at a time, so that 監査 is found as it is. */
#include "register/internal.h"

#include "base/text.h"

/* A working table: it says nothing that the rows do not. */
const struct migration words_migrations[] = {
	{1, "CREATE TABLE register_gram ("
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

/* Yes and no, and the ids of rows and people, are nothing that one searches for. */
static bool is_searched(const char *value)
{
	return strlen(value) != 26 && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0;
}

static void put_value(json_t *value, struct buffer *out)
{
	size_t i;
	json_t *member;
	if (json_is_string(value) && is_searched(json_string_value(value)))
		buffer_printf(out, " %s", json_string_value(value));
	json_array_foreach(value, i, member)
		put_value(member, out);
}

void words_of_row(const char *name, int64_t serial, const char *section, json_t *cells, struct buffer *out)
{
	AUTO(buffer_done) struct buffer all;
	const char *path;
	json_t *value;
	buffer_init(&all, LEDGER_LEAF_MAX);
	buffer_printf(&all, "%s %lld %s", name, (long long)serial, section);
	json_object_foreach(cells, path, value)
		put_value(value, &all);
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

struct result words_index(struct registers *r, const char *kind, const char *id, struct slice before,
                          struct slice plain, struct why *why)
{
	TRY(each_gram(r, "DELETE FROM register_gram WHERE body = ?1 AND kind = ?2 AND gram = ?3 AND row = ?4",
	              kind, id, before, why));
	return each_gram(r, "INSERT INTO register_gram (body, kind, gram, row) VALUES (?1, ?2, ?3, ?4)"
	                    " ON CONFLICT (body, kind, gram, row) DO NOTHING",
	                 kind, id, plain, why);
}

/* A batch of rows behind `last`, which moves on. */
static struct result reindex_batch(struct registers *r, const char *sql, struct arena *arena, char last[27],
                                   size_t *seen, struct why *why)
{
	struct item {
		const char *id, *kind;
		struct slice plain;
	} batch[200];
	size_t count = 0;
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(r->at.store, sql, ARGS(arg_str(r->at.body), arg_str(last)), &s, why));
	for (bool row = true; row;) {
		TRY(statement_step(s, &row, why));
		if (row)
			batch[count++] = (struct item){arena_string(arena, column_text(s, 0)),
			                               arena_string(arena, column_text(s, 1)),
			                               arena_copy(arena, column_text(s, 2))};
	}
	for (size_t i = 0; i < count; i++) {
		if (!batch[i].id || !batch[i].kind || !batch[i].plain.at)
			return register_no_memory(why);
		TRY(words_index(r, batch[i].kind, batch[i].id, slice_of(NULL, 0), batch[i].plain, why));
		memcpy(last, batch[i].id, 27);
	}
	*seen = count;
	return ok();
}

struct result registers_reindex(struct registers *r, struct why *why)
{
	static const char *const tables[] = {
		"SELECT id, kind, plain FROM register_row WHERE body = ?1 AND id > ?2 ORDER BY id LIMIT 200",
		"SELECT id, 'book:' || registry, plain FROM book_entry WHERE body = ?1 AND id > ?2 ORDER BY id LIMIT 200"};
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(store_exec(r->at.store, "DELETE FROM register_gram", why));
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		char last[27] = "";
		for (size_t seen = 1; seen;) {
			arena_reset(arena);
			TRY(reindex_batch(r, tables[i], arena, last, &seen, why));
		}
	}
	return tx_commit(&tx, why);
}
