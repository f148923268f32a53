/* What a row is found by: one, two and three characters that stand together in its
 * words, so that 監査 is found as it is; its values; its section; its places in lists. */
#include "register/internal.h"

#include "base/text.h"

/* A working table: it says nothing that the rows do not. */
const struct migration words_migrations[] = {
	{1, "CREATE TABLE register_gram ("
	    " body TEXT NOT NULL, kind TEXT NOT NULL, gram TEXT NOT NULL, row TEXT NOT NULL,"
	    " PRIMARY KEY (body, kind, gram, row));"},
	{2, "DROP TABLE register_gram;"
	    "CREATE TABLE register_posting ("
	    " body TEXT NOT NULL, kind TEXT NOT NULL, gram TEXT NOT NULL, chunk BIGINT NOT NULL, docs BLOB NOT NULL,"
	    " PRIMARY KEY (body, kind, gram, chunk));"
	    "CREATE TABLE register_shelf ("
	    " body TEXT NOT NULL, kind TEXT NOT NULL, way TEXT NOT NULL, place TEXT NOT NULL, docs BLOB NOT NULL,"
	    " PRIMARY KEY (body, kind, way, place));"},
};
const size_t words_migration_count = sizeof words_migrations / sizeof *words_migrations;

static bool is_space(int32_t code)
{
	return code <= 0x20 || code == 0x3000 || code == 0xa0;
}

void words_plain(struct slice text, struct buffer *out)
{
	AUTO(buffer_done) struct buffer composed = {0}, narrow = {0};
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
	AUTO(buffer_done) struct buffer all = {0};
	const char *path;
	json_t *value;
	buffer_init(&all, LEDGER_LEAF_MAX);
	buffer_printf(&all, "%s %lld %s", name, (long long)serial, section);
	json_object_foreach(cells, path, value)
		put_value(value, &all);
	words_plain(buffer_slice(&all), out);
	out->failed |= !buffer_ok(&all);
}

/* ---- keys */

/* grams_next - one, two or three characters that stand side by side in one word, each of
 * them in turn; size is 1 to 3                                              */
static bool gram_next(struct slice plain, size_t *pos, size_t size, struct slice *out)
{
	for (;;) {
		size_t from = *pos, end = from, have = 0;
		for (int32_t code; have < size && (code = utf8_next(plain, &end)) >= 0 && code != ' '; have++)
			if (!have)
				*pos = end;
		if (have == size) {
			*out = slice_part(plain, from, end - from);
			return true;
		}
		if (!have && utf8_next(plain, pos) < 0)
			return false;
	}
}

static struct result note_words(struct registers *r, const char *kind, int64_t doc, struct slice plain, bool in,
                                struct why *why)
{
	struct slice gram;
	for (size_t size = 1; size <= WORDS_GRAM; size++)
		for (size_t pos = 0; gram_next(plain, &pos, size, &gram);)
			TRY(index_note(r->index, kind, gram, doc, in, why));
	return ok();
}

void words_key(struct buffer *out, const char *what, const char *value)
{
	buffer_clear(out);
	buffer_put_u8(out, 1); /* no plain text has it */
	buffer_put_str(out, what);
	buffer_put_u8(out, '=');
	buffer_put_str(out, value);
}

static struct result note_cell(struct registers *r, const struct words_row *row, const char *path,
                               const char *value, bool in, struct why *why)
{
	AUTO(buffer_done) struct buffer key = {0};
	buffer_init(&key, 4096);
	words_key(&key, path, value ? value : "");
	if (!buffer_ok(&key))
		return register_no_memory(why);
	return index_note(r->index, row->kind, buffer_slice(&key), row->serial, in, why);
}

static struct result note_cells(struct registers *r, const struct words_row *row, bool in, struct why *why)
{
	const char *path;
	json_t *value, *member;
	size_t i;
	json_object_foreach(row->cells, path, value) {
		if (json_object_get(row->rated, path))
			continue;
		if (json_is_string(value))
			TRY(note_cell(r, row, path, json_string_value(value), in, why));
		json_array_foreach(value, i, member)
			TRY(note_cell(r, row, path, json_string_value(member), in, why));
	}
	json_object_foreach(row->rated, path, value)
		TRY(note_cell(r, row, path, json_string_value(json_array_get(value, 1)), in, why));
	TRY(note_cell(r, row, WORDS_SECTION, row->section, in, why));
	return row->closed ? note_cell(r, row, WORDS_CLOSED, "", in, why) : ok();
}

/* other: the same row before or behind its change; where it stays it is left */
static struct result note_places(struct registers *r, const struct words_row *row, const struct words_row *other,
                                 bool in, struct why *why)
{
	AUTO(buffer_done) struct buffer place = {0};
	buffer_init(&place, PLACE_MOST);
	bool both = other && other->id;
	for (enum index_way way = WAY_NAME; way <= WAY_CHANGED; way++) {
		if (both && (way == WAY_NAME ? strcmp(row->name, other->name) == 0 : row->changed_ms == other->changed_ms))
			continue;
		index_place(way, slice_str(row->name), row->changed_ms, slice_str(row->id), &place);
		TRY(index_shelve(r->index, row->kind, way, buffer_slice(&place), row->serial, in, why));
	}
	return ok();
}

static struct result note_row(struct registers *r, const struct words_row *row, const struct words_row *other, bool in,
                              struct why *why)
{
	if (!row || !row->id)
		return ok();
	if (!other || !other->id || !slice_equal(row->plain, other->plain))
		TRY(note_words(r, row->kind, row->serial, row->plain, in, why));
	TRY(note_cells(r, row, in, why));
	return note_places(r, row, other, in, why);
}

struct result words_index(struct registers *r, const struct words_row *before, const struct words_row *now,
                          struct why *why)
{
	TRY(index_room(r->index, why));
	TRY(note_row(r, before, now, false, why));
	return note_row(r, now, before, true, why);
}

struct words_row words_of_stored(const struct stored *s)
{
	return (struct words_row){.id = s->row.id, .kind = s->row.kind, .name = s->row.name, .section = s->row.section,
	                          .serial = s->row.serial, .changed_ms = s->row.changed_ms, .closed = s->row.closed,
	                          .cells = s->cells, .rated = s->rated, .plain = s->plain};
}

struct result words_reread(struct registers *r, const char *id, const struct words_row *before, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	AUTO(stored_drop) struct stored now = {0};
	if (!arena)
		return register_no_memory(why);
	TRY(stored_read(r, id, arena, &now, why));
	const struct words_row row = words_of_stored(&now);
	return words_index(r, before, &row, why);
}

struct result words_index_entry(struct registers *r, const char *kind, int year, int64_t serial, struct slice before,
                                struct slice plain, struct why *why)
{
	TRY(index_room(r->index, why));
	TRY(note_words(r, kind, words_entry(year, serial), before, false, why));
	return note_words(r, kind, words_entry(year, serial), plain, true, why);
}

/* ---- all anew */

static struct result reindex_rows(struct registers *r, struct arena *arena, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(r->at.store, "SELECT " STORED_COLUMNS " FROM register_row WHERE body = ?1 ORDER BY id",
	              ARGS(arg_str(r->at.body)), &s, why));
	for (bool more = true;;) {
		AUTO(stored_drop) struct stored stored = {0};
		TRY(statement_step(s, &more, why));
		if (!more)
			return ok();
		arena_reset(arena);
		TRY(stored_columns(s, arena, &stored, why));
		const struct words_row row = words_of_stored(&stored);
		TRY(words_index(r, NULL, &row, why));
	}
}

static struct result reindex_entries(struct registers *r, struct arena *arena, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(r->at.store, "SELECT 'book:' || registry, year, serial, plain FROM book_entry WHERE body = ?1"
	                           " ORDER BY id",
	              ARGS(arg_str(r->at.body)), &s, why));
	for (bool more = true;;) {
		TRY(statement_step(s, &more, why));
		if (!more)
			return ok();
		arena_reset(arena);
		const char *kind = arena_string(arena, column_text(s, 0));
		struct slice plain = arena_copy(arena, column_text(s, 3));
		if (!kind || !plain.at)
			return register_no_memory(why);
		TRY(words_index_entry(r, kind, (int)column_i64(s, 1), column_i64(s, 2), slice_of(NULL, 0), plain, why));
	}
}

struct result registers_reindex(struct registers *r, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	if (!arena)
		return register_no_memory(why);
	TRY(tx_begin(r->at.store, &tx, why));
	TRY(index_clear(r->index, why));
	TRY(reindex_rows(r, arena, why));
	TRY(reindex_entries(r, arena, why));
	TRY(index_flush(r->index, why));
	return tx_commit(&tx, why);
}
