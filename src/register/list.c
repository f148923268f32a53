/* Lists: what the index knows is put together as bits, and only the rows of the page are
 * read; the bits are exact but for words of more than three characters, whose rows are
 * looked at.  A list that asks nothing is walked in its own order.            */
#include "register/internal.h"

#include "base/text.h"

#include <stdlib.h>

/* FEW: rows that are sooner read and sorted than found shelf by shelf; ENOUGH: rows that
 * are sooner looked at than thinned out by further keys; DENSE: rows of one shelf that are
 * sooner met in the order of an index than read one by one and sorted          */
enum { WORDS = 8, WORD_BYTES = 200, FEW = 400, ENOUGH = 32, DENSE = 24, ROOM = 64 << 20 };

struct search {
	struct registers *r;
	const struct register_query *query;
	struct arena *arena;
	struct tx tx; /* one view of everything */
	struct slice words[WORDS];
	size_t word_count;
	bool narrowed, loose; /* there are bits; some rows of them may not have the words */
	struct docs docs;
};

static void search_done(struct search *s)
{
	tx_drop(&s->tx);
	arena_free(s->arena);
}

/* ---- bits */

static struct result split_words(struct search *s, struct why *why)
{
	AUTO(buffer_done) struct buffer plain = {0};
	buffer_init(&plain, 4096);
	words_plain(slice_str(s->query->words ? s->query->words : ""), &plain);
	struct slice rest = arena_copy(s->arena, buffer_slice(&plain));
	if (!buffer_ok(&plain) || !rest.at)
		return fail(why, E_INPUT, "words", "探す言葉を短くしてください。");
	while (rest.len) {
		size_t len = 0;
		while (len < rest.len && rest.at[len] != ' ')
			len++;
		if (s->word_count == WORDS || len > WORD_BYTES)
			return fail(why, E_INPUT, "words", "探す言葉は、短いもの%d個までにしてください。", WORDS);
		s->words[s->word_count++] = slice_part(rest, 0, len);
		rest = slice_part(rest, len + 1, rest.len);
	}
	return ok();
}

static struct result narrow(struct search *s, struct slice key, bool without, struct why *why)
{
	struct docs docs;
	if (s->narrowed && !s->docs.count)
		return ok();
	TRY(index_docs(s->r->index, s->query->kind, key, s->arena, &docs, why));
	if (s->narrowed)
		docs_and(&s->docs, &docs, without);
	else
		s->docs = docs;
	s->narrowed = true;
	return ok();
}

static struct result narrow_value(struct search *s, const char *what, const char *value, bool without, struct why *why)
{
	AUTO(buffer_done) struct buffer key = {0};
	buffer_init(&key, 4096);
	words_key(&key, what, value);
	if (!buffer_ok(&key))
		return fail(why, E_INPUT, "value", "探す値を短くしてください。");
	return narrow(s, buffer_slice(&key), without, why);
}

/* The three characters from each place of a long word; the whole of a short one. */
static struct result narrow_word(struct search *s, struct slice word, struct why *why)
{
	size_t length = utf8_length(word);
	s->loose |= length > WORDS_GRAM;
	if (length <= WORDS_GRAM)
		return narrow(s, word, false, why);
	for (size_t from = 0, next = 0; utf8_next(word, &next) >= 0; from = next) {
		size_t end = next;
		if (utf8_next(word, &end) < 0 || utf8_next(word, &end) < 0)
			return ok();
		if (s->narrowed && docs_total(&s->docs) <= ENOUGH)
			return ok();
		TRY(narrow(s, slice_part(word, from, end - from), false, why));
	}
	return ok();
}

static struct result search_begin(struct registers *r, const struct register_query *query, struct search *s,
                                  struct why *why)
{
	s->r = r;
	s->query = query;
	s->arena = arena_new(ROOM);
	if (!s->arena)
		return register_no_memory(why);
	TRY(index_flush(r->index, why));
	TRY(tx_begin_read(r->at.store, &s->tx, why));
	TRY(split_words(s, why));
	for (size_t i = 0; i < s->word_count; i++)
		TRY(narrow_word(s, s->words[i], why));
	if (query->path && *query->path)
		TRY(narrow_value(s, query->path, query->value ? query->value : "", false, why));
	if (query->section && *query->section)
		TRY(narrow_value(s, WORDS_SECTION, query->section, false, why));
	return s->narrowed ? narrow_value(s, WORDS_CLOSED, "", !query->closed, why) : ok();
}

/* ---- rows of the bits */

struct hit {
	int64_t serial;
	struct slice place;
};
struct hits {
	struct hit *at;
	size_t count;
};

static bool says_all(const struct search *s, struct slice plain)
{
	for (size_t i = 0; s->loose && i < s->word_count; i++)
		if (!memmem(plain.at, plain.len, s->words[i].at, s->words[i].len))
			return false;
	return true;
}

static int compare(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.at, b.at, len) : 0;
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int upwards(const void *a, const void *b)
{
	return compare(((const struct hit *)a)->place, ((const struct hit *)b)->place);
}

static int downwards(const void *a, const void *b)
{
	return upwards(b, a);
}

static bool goes_down(const struct search *s)
{
	return s->query->order == ORDER_CHANGED;
}

static enum index_way way_of(const struct search *s)
{
	return goes_down(s) ? WAY_CHANGED : WAY_NAME;
}

static bool goes_on(const struct search *s)
{
	return s->query->after_id && *s->query->after_id;
}

/* after_place - behind which place the page begins; empty: from the beginning */
static void after_place(const struct search *s, struct buffer *out)
{
	const struct register_query *q = s->query;
	buffer_clear(out);
	if (goes_on(s))
		index_place(way_of(s), slice_str(q->after_name ? q->after_name : ""), q->after_number,
		            slice_str(q->after_id), out);
}

/* look - does the row with this number belong, and where does it stand */
static struct result look(struct search *s, int64_t serial, struct buffer *place, bool *belongs, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	TRY(store_ask(s->r->at.store, "SELECT name, changed_ms, id, plain FROM register_row WHERE body = ?1 AND kind = ?2"
	                              " AND serial = ?3",
	              ARGS(arg_str(s->r->at.body), arg_str(s->query->kind), arg_i64(serial)), &statement, why));
	TRY(statement_step(statement, belongs, why));
	*belongs = *belongs && says_all(s, column_text(statement, 3));
	if (*belongs && place)
		index_place(way_of(s), column_text(statement, 0), column_i64(statement, 1), column_text(statement, 2), place);
	return ok();
}

/* put_hit - the row, if it belongs and stands behind the place where the page begins */
static struct result put_hit(struct search *s, int64_t serial, struct slice after, struct hits *hits, struct why *why)
{
	AUTO(buffer_done) struct buffer place = {0};
	bool belongs;
	buffer_init(&place, PLACE_MOST);
	TRY(look(s, serial, &place, &belongs, why));
	if (!belongs)
		return ok();
	int order = after.len ? compare(buffer_slice(&place), after) : 0;
	if (after.len && (goes_down(s) ? order >= 0 : order <= 0))
		return ok();
	hits->at[hits->count] = (struct hit){.serial = serial, .place = arena_copy(s->arena, buffer_slice(&place))};
	return hits->at[hits->count++].place.at ? ok() : register_no_memory(why);
}

static void sort(const struct search *s, struct hits *hits)
{
	qsort(hits->at, hits->count, sizeof *hits->at, goes_down(s) ? downwards : upwards);
}

static struct result page_of_few(struct search *s, struct slice after, struct hits *page, struct why *why)
{
	size_t total = docs_total(&s->docs);
	*page = (struct hits){.at = ARENA_ARRAY(s->arena, total + 1, struct hit)};
	if (!page->at)
		return register_no_memory(why);
	for (int64_t doc = docs_next(&s->docs, 0); doc >= 0; doc = docs_next(&s->docs, doc + 1))
		TRY(put_hit(s, doc, after, page, why));
	sort(s, page);
	return ok();
}

static struct result page_by_number(struct search *s, size_t most, struct hits *page, struct why *why)
{
	int64_t from = goes_on(s) ? s->query->after_number + 1 : 0;
	*page = (struct hits){.at = ARENA_ARRAY(s->arena, most, struct hit)};
	if (!page->at)
		return register_no_memory(why);
	for (int64_t doc = docs_next(&s->docs, from < 0 ? 0 : from); doc >= 0 && page->count < most;
	     doc = docs_next(&s->docs, doc + 1)) {
		bool belongs = true;
		if (s->loose)
			TRY(look(s, doc, NULL, &belongs, why));
		if (belongs)
			page->at[page->count++].serial = doc;
	}
	return ok();
}

/* ---- shelf by shelf */

/* What stands on one shelf of what is looked for, and where the walk along an index begins:
 * upwards with this place (or behind it), downwards before it                */
struct stretch {
	int64_t docs[SHELF_MOST];
	size_t count;
	struct slice from;
	bool behind;
};

static struct result ask_stretch(struct search *s, const struct stretch *here, struct statement **out, struct why *why)
{
	static const char *const sql[] = {
		"SELECT serial FROM register_row WHERE body = ?1 AND kind = ?2 AND closed = ?3 AND name >= ?4 AND"
		" (name > ?4 OR id > ?5 OR id = ?5 AND ?6 = 0) ORDER BY name, id",
		"SELECT serial FROM register_row WHERE body = ?1 AND kind = ?2 AND closed = ?3 AND changed_ms <= ?4 AND"
		" (changed_ms < ?4 OR id < ?5) ORDER BY changed_ms DESC, id DESC"};
	size_t end = 0;
	while (end < here->from.len && here->from.at[end] != 1) /* index_place */
		end++;
	struct slice first = slice_part(here->from, 0, end), id = slice_part(here->from, end + 1, here->from.len);
	int64_t ms = 0;
	for (size_t i = 0; goes_down(s) && i < first.len; i++)
		ms = ms << 4 | (first.at[i] <= '9' ? first.at[i] - '0' : first.at[i] - 'a' + 10);
	bool open = goes_down(s) && first.len != 16; /* nothing is behind every place */
	const struct arg args[] = {
		arg_str(s->r->at.body), arg_str(s->query->kind), arg_i64(s->query->closed),
		!goes_down(s) ? arg_text(first) : arg_i64(open ? INT64_MAX : ms), arg_text(id), arg_i64(here->behind)};
	return store_ask(s->r->at.store, sql[goes_down(s)], args, goes_down(s) ? 5 : 6, out, why);
}

static int by_doc(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Many of a shelf: met in their order, of which the page wants the first.  The first that stands
 * elsewhere stands on the next shelf.                                        */
static struct result stretch_in_order(struct search *s, struct stretch *here, size_t most, struct hits *page,
                                      struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = true;
	qsort(here->docs, here->count, sizeof *here->docs, by_doc);
	TRY(ask_stretch(s, here, &statement, why));
	for (size_t met = 0; met < here->count && page->count < most;) {
		TRY(statement_step(statement, &row, why));
		int64_t serial = row ? column_i64(statement, 0) : 0;
		bool belongs = row && docs_has(&s->docs, serial);
		if (!row || (belongs && !bsearch(&serial, here->docs, here->count, sizeof serial, by_doc)))
			return ok();
		met += belongs;
		if (belongs && s->loose)
			TRY(look(s, serial, NULL, &belongs, why));
		if (belongs)
			page->at[page->count++].serial = serial;
	}
	return ok();
}

static struct result stretch_by_rows(struct search *s, const struct stretch *here, struct slice after, struct hits *page,
                                     struct why *why)
{
	struct hits found = {.at = page->at + page->count};
	for (size_t i = 0; i < here->count; i++)
		TRY(put_hit(s, here->docs[i], after, &found, why));
	sort(s, &found);
	page->count += found.count;
	return ok();
}

static void walk_done(struct shelf_walk *walk)
{
	buffer_done(&walk->place);
}

/* next_stretch - what the next shelf has; `before` is the place that the walk came from */
static struct result next_stretch(struct search *s, struct shelf_walk *walk, struct slice before, struct slice after,
                                  struct stretch *out, struct why *why)
{
	int64_t docs[SHELF_MOST];
	size_t count;
	TRY(index_shelf(s->r->index, s->query->kind, way_of(s), walk, docs, &count, why));
	out->count = 0;
	for (size_t i = 0; i < count; i++)
		if (docs_has(&s->docs, docs[i]))
			out->docs[out->count++] = docs[i];
	struct slice begins = buffer_slice(&walk->place);
	out->behind = !walk->down && after.len && compare(after, begins) >= 0;
	out->from = walk->down ? before : out->behind ? after : begins;
	return ok();
}

static struct result page_of_shelves(struct search *s, struct slice after, size_t most, struct hits *page,
                                     struct why *why)
{
	AUTO(walk_done) struct shelf_walk walk = {.down = goes_down(s)};
	AUTO(buffer_done) struct buffer before = {0};
	struct stretch *here = ARENA_NEW(s->arena, struct stretch);
	buffer_init(&walk.place, PLACE_MOST);
	buffer_init(&before, PLACE_MOST);
	buffer_put_slice(&walk.place, after);
	*page = (struct hits){.at = ARENA_ARRAY(s->arena, most + SHELF_MOST, struct hit)};
	if (!page->at || !here)
		return register_no_memory(why);
	while (!walk.over && page->count < most) {
		buffer_clear(&before);
		buffer_put_slice(&before, buffer_slice(&walk.place));
		TRY(next_stretch(s, &walk, buffer_slice(&before), after, here, why));
		TRY(here->count > DENSE ? stretch_in_order(s, here, most, page, why)
		                         : stretch_by_rows(s, here, after, page, why));
	}
	return ok();
}

static struct result page_of_bits(struct search *s, size_t most, struct hits *page, struct why *why)
{
	AUTO(buffer_done) struct buffer after = {0};
	buffer_init(&after, PLACE_MOST);
	after_place(s, &after);
	if (!buffer_ok(&after))
		return fail(why, E_INPUT, "after", "続きの場所が読めません。台帳を開き直してください。");
	if (s->query->order == ORDER_SERIAL)
		return page_by_number(s, most, page, why);
	if (docs_total(&s->docs) <= FEW)
		return page_of_few(s, buffer_slice(&after), page, why);
	return page_of_shelves(s, buffer_slice(&after), most, page, why);
}

/* ---- the page */

struct page {
	struct register_row *rows;
	size_t count, limit;
	bool more;
};

/* read_page - the rows of a statement, up to the limit; whether there are more */
static struct result read_page(struct statement *statement, struct arena *arena, struct page *page, struct why *why)
{
	for (bool row = true;;) {
		AUTO(stored_drop) struct stored stored = {0};
		TRY(statement_step(statement, &row, why));
		if (!row)
			return ok();
		page->more = page->count == page->limit;
		if (page->more)
			return ok();
		TRY(stored_columns(statement, arena, &stored, why));
		TRY(stored_public(&stored, arena, why));
		page->rows[page->count++] = stored.row;
	}
}

static struct result list_bits(struct search *s, struct arena *arena, struct page *page, struct why *why)
{
	struct hits hits;
	TRY(page_of_bits(s, page->limit + 1, &hits, why));
	for (size_t i = 0; i < hits.count && !page->more; i++) {
		AUTO(statement_drop) struct statement *statement = NULL;
		TRY(store_ask(s->r->at.store,
		              "SELECT " STORED_COLUMNS " FROM register_row WHERE body = ?1 AND kind = ?2 AND serial = ?3",
		              ARGS(arg_str(s->r->at.body), arg_str(s->query->kind), arg_i64(hits.at[i].serial)), &statement,
		              why));
		TRY(read_page(statement, arena, page, why));
	}
	return ok();
}

#define LISTED "SELECT " STORED_COLUMNS " FROM register_row WHERE body = ?1 AND kind = ?2 AND closed = ?3"
/* A list that asks nothing: [order][goes on behind a row] */
static const char *const orders[][2] = {
	[ORDER_NAME] = {LISTED " ORDER BY name, id LIMIT ?4",
	                LISTED " AND name >= ?5 AND (name > ?5 OR id > ?6) ORDER BY name, id LIMIT ?4"},
	[ORDER_SERIAL] = {LISTED " ORDER BY serial, id LIMIT ?4", LISTED " AND serial > ?5 ORDER BY serial, id LIMIT ?4"},
	[ORDER_CHANGED] = {LISTED " ORDER BY changed_ms DESC, id DESC LIMIT ?4",
	                   LISTED " AND changed_ms <= ?5 AND (changed_ms < ?5 OR id < ?6)"
	                          " ORDER BY changed_ms DESC, id DESC LIMIT ?4"},
};

static struct result list_all(struct search *s, struct arena *arena, struct page *page, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	const struct register_query *q = s->query;
	const struct arg args[] = {
		arg_str(s->r->at.body), arg_str(q->kind), arg_i64(q->closed), arg_i64((int64_t)page->limit + 1),
		q->order == ORDER_NAME ? arg_str(q->after_name ? q->after_name : "") : arg_i64(q->after_number),
		arg_str(q->after_id ? q->after_id : "")};
	size_t count = !goes_on(s) ? 4 : q->order == ORDER_SERIAL ? 5 : 6;
	TRY(store_ask(s->r->at.store, orders[q->order][goes_on(s)], args, count, &statement, why));
	return read_page(statement, arena, page, why);
}

struct result register_list(struct registers *r, const struct register_query *query, struct arena *arena,
                            struct register_row **out, size_t *count, bool *more, struct why *why)
{
	AUTO(search_done) struct search s = {0};
	struct page page = {.limit = query->limit && query->limit <= REGISTER_PAGE ? query->limit : REGISTER_PAGE};
	page.rows = ARENA_ARRAY(arena, page.limit, struct register_row);
	if (!page.rows)
		return register_no_memory(why);
	TRY(search_begin(r, query, &s, why));
	TRY(s.narrowed ? list_bits(&s, arena, &page, why) : list_all(&s, arena, &page, why));
	*out = page.rows;
	*count = page.count;
	*more = page.more;
	return ok();
}

static struct result count_loose(struct search *s, int64_t most, int64_t *out, struct why *why)
{
	int64_t count = 0;
	for (int64_t doc = docs_next(&s->docs, 0); doc >= 0 && count < most; doc = docs_next(&s->docs, doc + 1)) {
		bool belongs;
		TRY(look(s, doc, NULL, &belongs, why));
		count += belongs;
	}
	*out = count;
	return ok();
}

struct result register_count(struct registers *r, const struct register_query *query, int64_t most,
                             int64_t *out, struct why *why)
{
	AUTO(search_done) struct search s = {0};
	bool found;
	TRY(search_begin(r, query, &s, why));
	if (!s.narrowed)
		return store_ask_one(r->at.store,
		                     "SELECT COUNT(*) FROM (SELECT 1 FROM register_row WHERE body = ?1 AND kind = ?2 AND"
		                     " closed = ?3 LIMIT ?4) counted",
		                     ARGS(arg_str(r->at.body), arg_str(query->kind), arg_i64(query->closed), arg_i64(most)),
		                     &found, out, why);
	if (s.loose)
		return count_loose(&s, most, out, why);
	int64_t total = (int64_t)docs_total(&s.docs);
	*out = total < most ? total : most;
	return ok();
}
