/* The orders of lists: shelves of row numbers, cut when they are full. */
#include "register/index_internal.h"

#include "base/buffer.h"

#include <stdlib.h>

enum { SHELF_HALF = SHELF_MOST / 2 };

/* A shelf while rows are put on it. */
struct shelf {
	struct slice kind;
	enum index_way way;
	struct buffer place, next; /* where it begins; where the following does */
	bool last, there;          /* nothing follows it; it stands in the table */
	int64_t *docs;
	size_t count, room;
};

static void shelf_done(struct shelf *shelf)
{
	free(shelf->docs);
	buffer_done(&shelf->place);
	buffer_done(&shelf->next);
}

static int compare(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.at, b.at, len) : 0;
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static const char *way_name(enum index_way way)
{
	return way == WAY_NAME ? "name" : "changed";
}

void index_place(enum index_way way, struct slice name, int64_t changed_ms, struct slice id, struct buffer *out)
{
	buffer_clear(out);
	if (way == WAY_NAME)
		buffer_put_slice(out, name);
	else
		buffer_printf(out, "%016llx", (unsigned long long)changed_ms);
	buffer_put_u8(out, 1); /* below every character of a name: "a" stands before "ab" */
	buffer_put_slice(out, id);
}

struct result index_shelve(struct word_index *index, const char *kind, enum index_way way, struct slice place,
                           int64_t doc, bool in, struct why *why)
{
	if (place.len >= PLACE_MOST || doc < 0 || doc > UINT32_MAX)
		return fail(why, E_LIMIT, "index", "台帳の行の名前が長すぎるか、行が多すぎます。");
	struct move move = {.kind = arena_copy(index->keys, slice_str(kind)), .way = way,
	                    .place = arena_copy(index->keys, place), .doc = doc, .turn = index->move_count, .in = in};
	if (!move.kind.at || !move.place.at ||
	    !index_more(&index->moves, &index->move_room, index->move_count, sizeof *index->moves))
		return index_no_memory(why);
	index->moves[index->move_count++] = move;
	return ok();
}

/* ---- the table */

static struct result unpack(struct slice packed, int64_t *docs, size_t *count, struct why *why)
{
	if (packed.len % 4 || packed.len / 4 > SHELF_MOST)
		return fail(why, E_TAMPERED, "register_shelf",
		            "台帳の並びの索引が読めません。sekisho ledger rebuild で作り直してください。");
	for (size_t i = 0; i < packed.len; i += 4)
		docs[i / 4] = (int64_t)packed.at[i] | (int64_t)packed.at[i + 1] << 8 | (int64_t)packed.at[i + 2] << 16 |
		              (int64_t)packed.at[i + 3] << 24;
	*count = packed.len / 4;
	return ok();
}

static struct result put(struct word_index *index, const struct shelf *shelf, struct slice place,
                         const int64_t *docs, size_t count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	uint8_t packed[SHELF_MOST * 4];
	for (size_t i = 0; i < count * 4; i++)
		packed[i] = (uint8_t)(docs[i / 4] >> (i % 4 * 8));
	TRY(store_ask(index->store,
	              "INSERT INTO register_shelf (body, kind, way, place, docs) VALUES (?1, ?2, ?3, ?4, ?5)"
	              " ON CONFLICT (body, kind, way, place) DO UPDATE SET docs = excluded.docs",
	              ARGS(arg_str(index->body), arg_text(shelf->kind), arg_str(way_name(shelf->way)), arg_text(place)),
	              &s, why));
	bind_blob(s, 5, slice_of(packed, count * 4));
	return statement_run(s, NULL, why);
}

static struct result take_down(struct word_index *index, const struct shelf *shelf, struct why *why)
{
	return store_run(index->store,
	                 "DELETE FROM register_shelf WHERE body = ?1 AND kind = ?2 AND way = ?3 AND place = ?4",
	                 ARGS(arg_str(index->body), arg_text(shelf->kind), arg_str(way_name(shelf->way)),
	                      arg_text(buffer_slice(&shelf->place))),
	                 NULL, why);
}

/* ---- cutting */

struct placed {
	int64_t doc;
	struct slice place;
};

static int by_place(const void *a, const void *b)
{
	return compare(((const struct placed *)a)->place, ((const struct placed *)b)->place);
}

static struct result place_of(struct word_index *index, const struct shelf *shelf, struct placed *at,
                              struct arena *arena, struct buffer *place, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row;
	TRY(store_ask(index->store, "SELECT name, changed_ms, id FROM register_row WHERE body = ?1 AND kind = ?2 AND"
	                            " serial = ?3",
	              ARGS(arg_str(index->body), arg_text(shelf->kind), arg_i64(at->doc)), &s, why));
	TRY(statement_step(s, &row, why));
	if (row)
		index_place(shelf->way, column_text(s, 0), column_i64(s, 1), column_text(s, 2), place);
	at->place = row ? arena_copy(arena, buffer_slice(place)) : slice_of("", 0);
	return at->place.at ? ok() : index_no_memory(why);
}

/* What is too much for one shelf stands on several, each begun by the place of its first row. */
static struct result cut(struct word_index *index, const struct shelf *shelf, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	AUTO(buffer_done) struct buffer place = {0};
	buffer_init(&place, PLACE_MOST);
	struct placed *all = arena ? ARENA_ARRAY(arena, shelf->count, struct placed) : NULL;
	if (!all)
		return index_no_memory(why);
	for (size_t i = 0; i < shelf->count; i++) {
		all[i].doc = shelf->docs[i];
		TRY(place_of(index, shelf, &all[i], arena, &place, why));
	}
	qsort(all, shelf->count, sizeof *all, by_place);
	for (size_t from = 0; from < shelf->count; from += SHELF_HALF) {
		int64_t docs[SHELF_HALF];
		size_t count = shelf->count - from < SHELF_HALF ? shelf->count - from : SHELF_HALF;
		for (size_t i = 0; i < count; i++)
			docs[i] = all[from + i].doc;
		TRY(put(index, shelf, from ? all[from].place : buffer_slice(&shelf->place), docs, count, why));
	}
	return ok();
}

static struct result put_back(struct word_index *index, struct shelf *shelf, struct why *why)
{
	if (shelf->count > SHELF_MOST)
		return cut(index, shelf, why);
	if (!shelf->count && shelf->place.len)
		return shelf->there ? take_down(index, shelf, why) : ok();
	return put(index, shelf, buffer_slice(&shelf->place), shelf->docs, shelf->count, why);
}

/* ---- putting rows on shelves */

static struct result hold(struct word_index *index, struct shelf *shelf, const struct move *move, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	AUTO(statement_drop) struct statement *after = NULL;
	const struct arg args[] = {arg_str(index->body), arg_text(move->kind), arg_str(way_name(move->way)),
	                           arg_text(move->place)};
	bool row;
	shelf->kind = move->kind;
	shelf->way = move->way;
	shelf->count = 0;
	buffer_clear(&shelf->place);
	buffer_clear(&shelf->next);
	while (shelf->room < SHELF_MOST)
		if (!index_more(&shelf->docs, &shelf->room, shelf->room, sizeof *shelf->docs))
			return index_no_memory(why);
	TRY(store_ask(index->store, "SELECT place, docs FROM register_shelf WHERE body = ?1 AND kind = ?2 AND way = ?3"
	                            " AND place <= ?4 ORDER BY place DESC LIMIT 1", args, 4, &s, why));
	TRY(statement_step(s, &row, why));
	shelf->there = row;
	if (row) {
		buffer_put_slice(&shelf->place, column_text(s, 0));
		TRY(unpack(column_blob(s, 1), shelf->docs, &shelf->count, why));
	}
	TRY(store_ask(index->store, "SELECT place FROM register_shelf WHERE body = ?1 AND kind = ?2 AND way = ?3"
	                            " AND place > ?4 ORDER BY place LIMIT 1", args, 4, &after, why));
	TRY(statement_step(after, &row, why));
	shelf->last = !row;
	if (row)
		buffer_put_slice(&shelf->next, column_text(after, 0));
	return ok();
}

static bool belongs(const struct shelf *shelf, const struct move *move)
{
	return shelf->way == move->way && slice_equal(shelf->kind, move->kind) &&
	       (shelf->last || compare(move->place, buffer_slice(&shelf->next)) < 0);
}

static bool apply(struct shelf *shelf, const struct move *move)
{
	size_t at = 0;
	while (at < shelf->count && shelf->docs[at] != move->doc)
		at++;
	if (!move->in && at < shelf->count)
		shelf->docs[at] = shelf->docs[--shelf->count];
	if (!move->in || at < shelf->count)
		return true;
	if (!index_more(&shelf->docs, &shelf->room, shelf->count, sizeof *shelf->docs))
		return false;
	shelf->docs[shelf->count++] = move->doc;
	return true;
}

static int by_shelf(const void *a, const void *b)
{
	const struct move *x = a, *y = b;
	int order = (x->way > y->way) - (x->way < y->way);
	if (order == 0)
		order = compare(x->kind, y->kind);
	if (order == 0)
		order = compare(x->place, y->place);
	return order ? order : (x->turn > y->turn) - (x->turn < y->turn);
}

static int by_turn(const void *a, const void *b)
{
	const struct move *x = a, *y = b;
	return (x->turn > y->turn) - (x->turn < y->turn);
}

/* Shelf by shelf, each taken once, with all its moves in the order in which they were made:
 * a row that went from one place of a shelf to another is on it.  A row's place while a
 * shelf is cut is the one that it has now.                                    */
struct result shelf_flush(struct word_index *index, struct why *why)
{
	AUTO(shelf_done) struct shelf shelf = {.count = 0};
	buffer_init(&shelf.place, PLACE_MOST);
	buffer_init(&shelf.next, PLACE_MOST);
	if (index->move_count)
		qsort(index->moves, index->move_count, sizeof *index->moves, by_shelf);
	for (size_t from = 0, end; from < index->move_count; from = end) {
		TRY(hold(index, &shelf, &index->moves[from], why));
		for (end = from + 1; end < index->move_count && belongs(&shelf, &index->moves[end]);)
			end++;
		qsort(index->moves + from, end - from, sizeof *index->moves, by_turn);
		for (size_t i = from; i < end; i++)
			if (!apply(&shelf, &index->moves[i]))
				return index_no_memory(why);
		TRY(put_back(index, &shelf, why));
	}
	return ok();
}

/* ---- walking */

struct result index_shelf(struct word_index *index, const char *kind, enum index_way way, struct shelf_walk *walk,
                          int64_t docs[SHELF_MOST], size_t *count, struct why *why)
{
	static const char *const asked[] = {
		"SELECT place, docs FROM register_shelf WHERE body = ?1 AND kind = ?2 AND way = ?3 AND place <= ?4"
		" ORDER BY place DESC LIMIT 1",
		"SELECT place, docs FROM register_shelf WHERE body = ?1 AND kind = ?2 AND way = ?3 AND place < ?4"
		" ORDER BY place DESC LIMIT 1",
		"SELECT place, docs FROM register_shelf WHERE body = ?1 AND kind = ?2 AND way = ?3 AND place > ?4"
		" ORDER BY place LIMIT 1"};
	AUTO(statement_drop) struct statement *s = NULL;
	bool row;
	*count = 0;
	TRY(index_flush(index, why));
	if (!walk->begun && walk->down && !walk->place.len)
		buffer_put_str(&walk->place, "\xf4\x8f\xbf\xbf"); /* behind every place */
	TRY(store_ask(index->store, asked[!walk->begun ? 0 : walk->down ? 1 : 2],
	              ARGS(arg_str(index->body), arg_str(kind), arg_str(way_name(way)), arg_text(buffer_slice(&walk->place))),
	              &s, why));
	TRY(statement_step(s, &row, why));
	walk->begun = true;
	walk->over = !row;
	if (!row)
		return ok();
	buffer_clear(&walk->place);
	buffer_put_slice(&walk->place, column_text(s, 0));
	return unpack(column_blob(s, 1), docs, count, why);
}
