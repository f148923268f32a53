/* Lists: what is rare drives the search, what is common is looked at in order. */
#include "register/internal.h"

#include "base/text.h"

#include <stdio.h>

enum { ARGUMENTS = 80, RARE = 1000, WORDS = 8, WORD_BYTES = 200 };

struct search {
	struct registers *r;
	const struct register_query *query;
	struct buffer where;
	struct arg args[ARGUMENTS];
	size_t count;
	struct buffer words[WORDS], patterns[WORDS], ends[WORDS];
	size_t word_count;
	struct slice grams[WORDS]; /* the rarest of each word, and how many rows have it */
	int64_t rows[WORDS];
	bool driven; /* something rare stands in it */
};

static void search_done(struct search *s)
{
	buffer_done(&s->where);
	for (size_t i = 0; i < WORDS; i++) {
		buffer_done(&s->words[i]);
		buffer_done(&s->patterns[i]);
		buffer_done(&s->ends[i]);
	}
}

/* add - one more argument; its number for the text of the statement */
static size_t add(struct search *s, struct arg arg)
{
	if (s->count >= ARGUMENTS) {
		s->where.failed = true;
		return 1;
	}
	s->args[s->count++] = arg;
	return s->count;
}

/* A LIKE pattern that finds the word anywhere. */
static void put_pattern(struct slice word, struct buffer *out)
{
	buffer_put_u8(out, '%');
	for (size_t i = 0; i < word.len; i++) {
		if (word.at[i] == '%' || word.at[i] == '_' || word.at[i] == '\\')
			buffer_put_u8(out, '\\');
		buffer_put_u8(out, word.at[i]);
	}
	buffer_put_u8(out, '%');
}

static struct result split_words(struct search *s, struct why *why)
{
	AUTO(buffer_done) struct buffer plain;
	buffer_init(&plain, 4096);
	words_plain(slice_str(s->query->words ? s->query->words : ""), &plain);
	struct slice rest = buffer_slice(&plain);
	if (!buffer_ok(&plain))
		return fail(why, E_INPUT, "words", "探す言葉を短くしてください。");
	while (rest.len) {
		size_t len = 0;
		while (len < rest.len && rest.at[len] != ' ')
			len++;
		if (s->word_count == WORDS || len > WORD_BYTES)
			return fail(why, E_INPUT, "words", "探す言葉は、短いもの%d個までにしてください。", WORDS);
		struct slice word = slice_part(rest, 0, len);
		size_t i = s->word_count++;
		buffer_put_slice(&s->words[i], word);
		put_pattern(word, &s->patterns[i]);
		rest = slice_part(rest, len + 1, rest.len);
	}
	return ok();
}

static struct result is_rare(struct search *s, const char *sql, const struct arg *args, size_t count,
                             bool *rare, struct why *why)
{
	bool found;
	int64_t rows = 0;
	TRY(store_ask_one(s->r->at.store, sql, args, count, &found, &rows, why));
	*rare = rows < RARE;
	return ok();
}

/* How many rows have this gram, or one that begins with it; no further than RARE. */
static struct result count_gram(struct search *s, struct slice gram, struct buffer *end, int64_t *out,
                                struct why *why)
{
	bool found;
	buffer_clear(end);
	buffer_put_slice(end, gram);
	utf8_put(end, 0x10ffff);
	return store_ask_one(s->r->at.store,
	                     "SELECT COUNT(*) FROM (SELECT 1 FROM register_gram WHERE body = ?1 AND kind = ?2"
	                     " AND gram >= ?3 AND gram < ?4 LIMIT 4000)",
	                     ARGS(s->args[0], s->args[1], arg_text(gram), arg_text(buffer_slice(end))), &found,
	                     out, why);
}

/* The rarest two characters that stand together in the word. */
static struct result rarest_gram(struct search *s, size_t i, struct why *why)
{
	struct slice word = buffer_slice(&s->words[i]);
	s->rows[i] = INT64_MAX;
	for (size_t from = 0, next = 0, end; utf8_next(word, &next) >= 0 && s->rows[i] >= RARE; from = next) {
		int64_t count;
		end = next;
		if (utf8_next(word, &end) < 0 && from > 0)
			break;
		struct slice gram = slice_part(word, from, end - from);
		TRY(count_gram(s, gram, &s->ends[i], &count, why));
		if (count < s->rows[i]) {
			s->rows[i] = count;
			s->grams[i] = gram;
		}
	}
	buffer_clear(&s->ends[i]);
	buffer_put_slice(&s->ends[i], s->grams[i]);
	utf8_put(&s->ends[i], 0x10ffff);
	return ok();
}

static bool is_pair(struct slice gram)
{
	size_t pos = 0;
	return utf8_next(gram, &pos) >= 0 && utf8_next(gram, &pos) >= 0;
}

/* and_gram - the row of g has this pair of characters too */
static void and_gram(struct search *s, struct slice gram)
{
	buffer_printf(&s->where, " AND EXISTS (SELECT 1 FROM register_gram h WHERE h.body = ?1 AND h.kind = ?2"
	              " AND h.gram = ?%zu AND h.row = g.row)", add(s, arg_text(gram)));
}

/* The other pairs of a word, four at most: a long word is rarer than its pairs. */
static void and_pairs(struct search *s, size_t i)
{
	struct slice word = buffer_slice(&s->words[i]);
	size_t pairs = 0, second;
	for (size_t from = 0, next = 0; pairs < 4 && utf8_next(word, &next) >= 0; from = next) {
		second = next;
		if (utf8_next(word, &second) < 0)
			return;
		struct slice pair = slice_part(word, from, second - from);
		if (slice_equal(pair, s->grams[i]))
			continue;
		and_gram(s, pair);
		pairs++;
	}
}

/* The rows of the rarest gram that have the others' too. */
static void drive(struct search *s, size_t rarest)
{
	size_t from = add(s, arg_text(s->grams[rarest])), end = add(s, arg_text(buffer_slice(&s->ends[rarest])));
	buffer_printf(&s->where, " AND r.id IN (SELECT g.row FROM register_gram g WHERE g.body = ?1 AND g.kind = ?2"
	              " AND g.gram >= ?%zu AND g.gram < ?%zu", from, end);
	for (size_t i = 0; i < s->word_count; i++) {
		if (i != rarest && is_pair(s->grams[i]))
			and_gram(s, s->grams[i]);
		and_pairs(s, i);
	}
	buffer_put_str(&s->where, ")");
	s->driven = true;
}

static struct result add_words(struct search *s, struct why *why)
{
	size_t rarest = 0;
	for (size_t i = 0; i < s->word_count; i++) {
		TRY(rarest_gram(s, i, why));
		if (s->rows[i] < s->rows[rarest])
			rarest = i;
	}
	/* one common pair alone: a page of it is soon found in the list's own order */
	bool alone = s->word_count == 1 && s->rows[0] >= RARE && s->grams[0].len == s->words[0].len;
	if (s->word_count && !alone)
		drive(s, rarest);
	for (size_t i = 0; i < s->word_count; i++)
		buffer_printf(&s->where, " AND r.plain LIKE ?%zu ESCAPE '\\'",
		              add(s, arg_text(buffer_slice(&s->patterns[i]))));
	return ok();
}

static struct result add_cell(struct search *s, struct why *why)
{
	static const char how_many[] =
		"SELECT COUNT(*) FROM (SELECT 1 FROM register_cell WHERE value = ?1 AND path = ?2 LIMIT 1000)";
	struct arg value = arg_str(s->query->value), path = arg_str(s->query->path);
	bool rare;
	TRY(is_rare(s, how_many, ARGS(value, path), &rare, why));
	size_t v = add(s, value), p = add(s, path);
	buffer_printf(&s->where, " AND %s (SELECT %s FROM register_cell c WHERE c.value = ?%zu AND c.path = ?%zu%s)",
	              rare ? "r.id IN" : "EXISTS", rare ? "c.row" : "1", v, p, rare ? "" : " AND c.row = r.id");
	s->driven |= rare;
	return ok();
}

static struct result search_begin(struct registers *r, const struct register_query *query,
                                  struct search *s, struct why *why)
{
	s->r = r;
	s->query = query;
	buffer_init(&s->where, 8192);
	for (size_t i = 0; i < WORDS; i++) {
		buffer_init(&s->words[i], WORD_BYTES + 8);
		buffer_init(&s->patterns[i], 2 * WORD_BYTES + 8);
		buffer_init(&s->ends[i], WORD_BYTES + 8);
	}
	add(s, arg_str(r->at.body));
	add(s, arg_str(query->kind));
	add(s, arg_i64(query->closed));
	TRY(split_words(s, why));
	TRY(add_words(s, why));
	if (query->path && *query->path)
		TRY(add_cell(s, why));
	if (query->section && *query->section)
		buffer_printf(&s->where, " AND r.section = ?%zu", add(s, arg_str(query->section)));
	return ok();
}

/* Driven by something rare, the rows come by their id; else in the order of the
 * index, whose columns are then compared as they are.                       */
static const char *head(const struct search *s)
{
	return s->driven ? "r.body || '' = ?1 AND r.kind || '' = ?2 AND r.closed + 0 = ?3"
	                 : "r.body = ?1 AND r.kind = ?2 AND r.closed = ?3";
}

static struct result search_run(struct search *s, const char *select, const char *order, const char *end,
                                size_t limit, struct statement **out, struct why *why)
{
	AUTO(buffer_done) struct buffer sql;
	buffer_init(&sql, 16384);
	buffer_printf(&sql, "%s FROM register_row r WHERE %s%s%s LIMIT ?%zu%s", select, head(s),
	              buffer_cstr(&s->where), order, add(s, arg_i64((int64_t)limit)), end);
	if (!buffer_ok(&sql) || !buffer_ok(&s->where))
		return register_no_memory(why);
	return store_ask(s->r->at.store, buffer_cstr(&sql), s->args, s->count, out, why);
}

static const struct {
	const char *sql, *column, *way;
} orders[] = {
	[ORDER_NAME] = {" ORDER BY r.name, r.id", "r.name", ">"},
	[ORDER_SERIAL] = {" ORDER BY r.serial, r.id", "r.serial", ">"},
	[ORDER_CHANGED] = {" ORDER BY r.changed_ms DESC, r.id DESC", "r.changed_ms", "<"},
};

static void add_after(struct search *s)
{
	const struct register_query *q = s->query;
	const char *column = orders[q->order].column, *way = orders[q->order].way;
	size_t at = add(s, q->order == ORDER_NAME ? arg_str(q->after_name) : arg_i64(q->after_number));
	size_t id = add(s, arg_str(q->after_id));
	buffer_printf(&s->where, " AND %s %s= ?%zu AND (%s %s ?%zu OR r.id %s ?%zu)", column, way, at, column, way,
	              at, way, id);
}

struct result register_list(struct registers *r, const struct register_query *query, struct arena *arena,
                            struct register_row **out, size_t *count, bool *more, struct why *why)
{
	AUTO(search_done) struct search s = {0};
	AUTO(statement_drop) struct statement *statement = NULL;
	size_t limit = query->limit && query->limit <= REGISTER_PAGE ? query->limit : REGISTER_PAGE, n = 0;
	struct register_row *rows = ARENA_ARRAY(arena, limit, struct register_row);
	if (!rows)
		return register_no_memory(why);
	TRY(search_begin(r, query, &s, why));
	if (query->after_id && *query->after_id)
		add_after(&s);
	TRY(search_run(&s, "SELECT " STORED_COLUMNS, orders[query->order].sql, "", limit + 1, &statement, why));
	*more = false;
	for (bool row = true; row && !*more;) {
		TRY(statement_step(statement, &row, why));
		if (row && n == limit) {
			*more = true;
		} else if (row) {
			AUTO(stored_drop) struct stored stored = {0};
			TRY(stored_columns(statement, arena, &stored, why));
			TRY(stored_public(&stored, arena, why));
			rows[n++] = stored.row;
		}
	}
	*out = rows;
	*count = n;
	return ok();
}

struct result register_count(struct registers *r, const struct register_query *query, int64_t most,
                             int64_t *out, struct why *why)
{
	AUTO(search_done) struct search s = {0};
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row;
	TRY(search_begin(r, query, &s, why));
	TRY(search_run(&s, "SELECT COUNT(*) FROM (SELECT 1", "", ") counted", (size_t)most, &statement, why));
	TRY(statement_step(statement, &row, why));
	*out = column_i64(statement, 0);
	return ok();
}
