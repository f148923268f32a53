/* Every list is what reading all rows would give: random rows, changed, closed, rolled back;
 * random questions, every order, page by page.                               */
#include "town.h"

#include "base/text.h"
#include "store/ask.h"

enum { ROWS = 1500, QUESTIONS = 400, PAGE = 40 };

static uint64_t state = 20260401;
static unsigned pick(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(state >> 33) % n;
}

static const char *const sections[] = {"tax", "care", "digital"};
static const char *const levels[] = {"A", "B", "C"};
/* few and many, one character and long; CP932's own letters, both widths, signs of LIKE */
static const char *const parts[] = {"監査", "端末", "髙﨑", "①㈱", "ＬＧＷＡＮ", "lgwan", "100%_", "令和7年度", "令和17年度",
                                    "台帳", "監", "𠮷野", "がぎぐ", "ｶﾞｷﾞ", "1212", "12121", "99", "999", "\\", "号"};
enum { PARTS = sizeof parts / sizeof *parts };

static void make_name(char out[200])
{
	size_t len = 0;
	for (unsigned i = 0, n = 1 + pick(4); i < n; i++)
		len += (size_t)snprintf(out + len, 200 - len, "%s%s", parts[pick(PARTS)], pick(3) ? "" : pick(2) ? " " : "　");
	snprintf(out + len, 200 - len, "%u", pick(1000));
}

static void put_random(struct town *t, const char *id, int64_t version)
{
	char name[200], made[27];
	make_name(name);
	const char *section = sections[pick(3)];
	const struct cell cells[] = {{"owner", section}, {"importance", levels[pick(3)]}, {"personal", "no"},
	                             {"specific", "no"}, {"harm", "no"}, {"undisclosed", "no"}};
	struct register_change change = {.kind = "asset", .id = id, .version = version, .name = name, .section = section,
	                                 .cells = cells, .cell_count = sizeof cells / sizeof *cells, .actor = "hayashi"};
	CHECK_OK(register_put(t->registers, &change, made, &t->why), &t->why);
}

static bool any_row(struct town *t, char id[27], int64_t *version)
{
	struct statement *s = NULL;
	bool row = false;
	CHECK_OK(store_ask(t->store, "SELECT id, version FROM register_row WHERE closed = 0 AND serial >= ?1"
	                             " ORDER BY serial LIMIT 1",
	                   ARGS(arg_i64(pick(ROWS))), &s, &t->why), &t->why);
	CHECK_OK(statement_step(s, &row, &t->why), &t->why);
	if (row) {
		snprintf(id, 27, "%.*s", SLICE_ARG(column_text(s, 0)));
		*version = column_i64(s, 1);
	}
	statement_done(s);
	return row;
}

static void change_some(struct town *t, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char id[27];
		int64_t version;
		town_ms += pick(5) ? 1000 : 0;
		if (!any_row(t, id, &version))
			continue;
		if (pick(3))
			put_random(t, id, version);
		else
			CHECK_OK(register_end(t->registers, id, version, "hayashi", "", NULL, 0, &t->why), &t->why);
	}
}

static void grow(struct town *t)
{
	for (unsigned done = 0; done < ROWS;) {
		unsigned batch = 1 + pick(700);
		CHECK_OK(store_begin(t->store, &t->why), &t->why);
		for (unsigned i = 0; i < batch && done < ROWS; i++, done++)
			put_random(t, "", 0);
		CHECK_OK(store_commit(t->store, &t->why), &t->why);
		change_some(t, 20);
		/* what is thrown away is not found either */
		CHECK_OK(store_begin(t->store, &t->why), &t->why);
		put_random(t, "", 0);
		change_some(t, 10);
		store_rollback(t->store);
	}
	change_some(t, 200);
}

/* ---- the slow way */

static const char *const orders[] = {[ORDER_NAME] = "name, id", [ORDER_SERIAL] = "serial",
                                     [ORDER_CHANGED] = "changed_ms DESC, id DESC"};

/* What is asked: typed, and as it stands in a row's plain text. */
struct question {
	struct register_query query;
	char typed[200], plain[3][100];
	size_t words;
};

static bool says(struct slice plain, const struct question *q)
{
	for (size_t i = 0; i < q->words; i++)
		if (!memmem(plain.at, plain.len, q->plain[i], strlen(q->plain[i])))
			return false;
	return true;
}

/* serials of all rows that belong, in the list's order */
static size_t slow(struct town *t, const struct question *asked, int64_t *out)
{
	const struct register_query *q = &asked->query;
	char sql[400];
	size_t count = 0;
	struct statement *s = NULL;
	snprintf(sql, sizeof sql, "SELECT serial, plain, section, rated FROM register_row WHERE kind = 'asset' AND closed = ?1"
	         " ORDER BY %s", orders[q->order]);
	CHECK_OK(store_ask(t->store, sql, ARGS(arg_i64(q->closed)), &s, &t->why), &t->why);
	for (bool row = true;;) {
		char level[40];
		CHECK_OK(statement_step(s, &row, &t->why), &t->why);
		if (!row)
			break;
		snprintf(level, sizeof level, "\"%s\"]}", q->value ? q->value : "");
		bool belongs = says(column_text(s, 1), asked) && (!q->section || slice_is(column_text(s, 2), q->section)) &&
		               (!q->value || slice_ends(column_text(s, 3), slice_str(level)));
		if (belongs)
			out[count++] = column_i64(s, 0);
	}
	statement_done(s);
	return count;
}

static void compare_pages(struct town *t, const struct question *asked)
{
	static int64_t all[2 * ROWS];
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	CHECK(arena != NULL);
	struct register_query q = asked->query;
	size_t total = slow(t, asked, all), seen = 0, count;
	int64_t counted = -1;
	struct register_row *rows;
	bool more = true;
	CHECK_OK(register_count(t->registers, &q, 100000, &counted, &t->why), &t->why);
	CHECK_INT(counted, (int64_t)total);
	if (counted != (int64_t)total)
		printf("  asked: %s, section %s, level %s, order %d, closed %d\n", q.words, q.section ? q.section : "",
		       q.value ? q.value : "", (int)q.order, q.closed);
	while (more) {
		CHECK_OK(register_list(t->registers, &q, arena, &rows, &count, &more, &t->why), &t->why);
		CHECK(more ? count == q.limit : seen + count == total);
		for (size_t i = 0; i < count && seen < total; i++)
			CHECK_INT(rows[i].serial, all[seen++]);
		if (!count)
			break;
		q.after_name = rows[count - 1].name;
		q.after_id = rows[count - 1].id;
		q.after_number = q.order == ORDER_CHANGED ? rows[count - 1].changed_ms : rows[count - 1].serial;
	}
	CHECK_INT((int64_t)seen, (int64_t)total);
	if (seen != total)
		printf("  asked: %s, section %s, level %s, order %d, closed %d, more %d\n", q.words, q.section ? q.section : "", q.value ? q.value : "", (int)q.order, q.closed, more);
}

/* A word of the names, or a piece of one. */
static void ask_word(struct question *q)
{
	static const char *const folded[PARTS] = {[4] = "lgwan"};
	char *plain = q->plain[q->words++];
	unsigned n = pick(PARTS);
	struct slice word = slice_str(folded[n] ? folded[n] : parts[n]);
	size_t from = 0, end = word.len;
	if (pick(2))
		(void)utf8_next(word, &from);
	if (from == word.len)
		from = 0;
	if (pick(3) == 0)
		for (end = from; end < word.len && (end == from || pick(2));)
			(void)utf8_next(word, &end);
	snprintf(plain, 100, "%.*s", (int)(end - from), (const char *)word.at + from);
	size_t len = strlen(q->typed);
	bool whole = from == 0 && end == word.len && folded[n];
	snprintf(q->typed + len, sizeof q->typed - len, "%s%s", len ? (pick(2) ? " " : "　") : "", whole ? parts[n] : plain);
}

static void ask(struct question *q)
{
	*q = (struct question){.query = {.kind = "asset", .limit = PAGE}};
	for (unsigned n = pick(4); n > 0; n--)
		ask_word(q);
	q->query.words = q->typed;
	q->query.order = (enum register_order)pick(3);
	q->query.closed = pick(5) == 0;
	if (pick(3) == 0)
		q->query.section = sections[pick(3)];
	if (pick(3) == 0) {
		q->query.path = "importance";
		q->query.value = levels[pick(3)];
	}
}

static void ask_all(struct town *t)
{
	for (int i = 0; i < QUESTIONS; i++) {
		struct question q;
		ask(&q);
		compare_pages(t, &q);
	}
}

TEST(every_list_is_what_reading_all_rows_gives)
{
	struct town t;
	town_new(&t);
	grow(&t);
	ask_all(&t);
	/* made anew from the rows it is the same index */
	CHECK_OK(registers_reindex(t.registers, &t.why), &t.why);
	ask_all(&t);
	town_done(&t);
}

/* What a transaction gathers is found inside it, and nowhere once it is thrown away. */
TEST(what_is_not_committed_is_found_inside_only)
{
	struct town t;
	struct register_query q = {.kind = "asset", .words = "未決"};
	int64_t count;
	char id[27];
	town_new(&t);
	struct register_change change = {.kind = "asset", .name = "未決の綴り", .section = "tax", .actor = "hayashi"};
	CHECK_OK(store_begin(t.store, &t.why), &t.why);
	CHECK_OK(register_put(t.registers, &change, id, &t.why), &t.why);
	CHECK_OK(register_count(t.registers, &q, 10, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	store_rollback(t.store);
	CHECK_OK(register_count(t.registers, &q, 10, &count, &t.why), &t.why);
	CHECK_INT(count, 0);
	town_done(&t);
}

TEST(a_page_of_the_index_that_was_tampered_with_is_refused)
{
	struct town t;
	struct register_query q = {.kind = "asset", .words = "綴り"};
	int64_t count;
	char id[27];
	town_new(&t);
	struct register_change change = {.kind = "asset", .name = "綴り", .section = "tax", .actor = "hayashi"};
	CHECK_OK(register_put(t.registers, &change, id, &t.why), &t.why);
	CHECK_OK(store_exec(t.store, "UPDATE register_posting SET docs = 'abc'", &t.why), &t.why);
	CHECK_INT(register_count(t.registers, &q, 10, &count, &t.why).code, E_TAMPERED);
	CHECK_OK(registers_reindex(t.registers, &t.why), &t.why);
	t.why = (struct why){0};
	CHECK_OK(register_count(t.registers, &q, 10, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	town_done(&t);
}

MAIN_TESTS()
