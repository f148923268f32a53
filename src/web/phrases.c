#include "web/phrases.h"

#include "base/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 8192, HOLES = 6, DEPTH = 3, VALUE_BYTES = 1024 };

struct word {
	struct slice ja, en;
	int line;
};
struct phrases {
	struct word *at;        /* by ja */
	size_t count;
	const struct word **forms; /* with holes; the most fixed text first */
	size_t form_count;
};

static bool is_japanese(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] >= 0xe3 && s.at[i] < 0xf0) /* from U+3000 on */
			return true;
	return false;
}

static struct slice after(struct slice s, size_t count)
{
	return slice_part(s, count, SIZE_MAX);
}

/* ---- the table --------------------------------------------------------- */

static int by_japanese(const void *a, const void *b)
{
	return slice_compare(((const struct word *)a)->ja, ((const struct word *)b)->ja);
}

static size_t fixed_bytes(struct slice s)
{
	size_t holes = 0;
	for (size_t i = 0; i + 1 < s.len; i++)
		holes += s.at[i] == '{' && s.at[i + 1] == '}';
	return s.len - 2 * holes;
}

static int by_fixed(const void *a, const void *b)
{
	const struct word *x = *(const struct word *const *)a, *y = *(const struct word *const *)b;
	size_t m = fixed_bytes(x->ja), n = fixed_bytes(y->ja);
	return m != n ? (m < n) - (m > n) : slice_compare(x->ja, y->ja);
}

static size_t count_of(struct slice s, const char *what)
{
	size_t count = 0, len = strlen(what), at;
	for (; (at = slice_find(s, slice_str(what))) != SIZE_MAX; count++)
		s = after(s, at + len);
	return count;
}

/* Every {{value}} of one side stands in the other, as often. */
static bool same_values(struct slice ja, struct slice en)
{
	struct slice left = ja;
	size_t at;
	while ((at = slice_find(left, SLICE("{{"))) != SIZE_MAX) {
		left = after(left, at);
		size_t end = slice_find(left, SLICE("}}"));
		char value[80];
		if (end == SIZE_MAX || end + 3 > sizeof value)
			return false;
		snprintf(value, sizeof value, "%.*s}}", (int)end, left.at);
		if (count_of(ja, value) != count_of(en, value))
			return false;
		left = after(left, end + 2);
	}
	return count_of(ja, "{{") == count_of(en, "{{") && count_of(ja, "}}") == count_of(en, "}}");
}

/* {} in their order, or {1}..{9} each of which the Japanese has a hole for */
static bool same_holes(struct slice ja, struct slice en)
{
	size_t holes = count_of(ja, "{}"), plain = count_of(en, "{}"), numbered = 0;
	for (char n = '1'; n <= '9'; n++) {
		char hole[4] = {'{', n, '}', 0};
		size_t there = count_of(en, hole);
		if (there && (size_t)(n - '0') > holes)
			return false;
		numbered += there > 0;
	}
	return holes <= HOLES && (plain == 0 ? numbered == holes : numbered == 0 && plain == holes);
}

static struct result refuse(const char *name, int line, const char *text, struct why *why)
{
	char place[80];
	snprintf(place, sizeof place, "%s:%d", name, line);
	return fail(why, E_INPUT, place, "%s", text);
}

static struct result check(const char *name, const struct word *w, struct why *why)
{
	bool value = slice_find(w->ja, SLICE("{{")) != SIZE_MAX;
	if (w->ja.len == 0 || w->en.len == 0)
		return refuse(name, w->line, "one side says nothing", why);
	for (size_t i = 0; i < w->en.len; i++)
		if (strchr("<>\"&", w->en.at[i]) && w->en.at[i])
			return refuse(name, w->line, "<, >, & and \" may not stand in a sentence", why);
	if (value ? !same_values(w->ja, w->en) : !same_holes(w->ja, w->en))
		return refuse(name, w->line, "the two sides do not have the same values", why);
	return ok();
}

static struct result take_line(struct phrases *phrases, const char *name, struct slice row, int line,
                               struct why *why)
{
	if (row.len == 0 || row.at[0] == '#')
		return ok();
	size_t tab = slice_find(row, SLICE("\t"));
	if (tab == SIZE_MAX)
		return refuse(name, line, "no TAB between Japanese and English", why);
	if (phrases->count == LINES)
		return fail(why, E_LIMIT, name, "more than %d lines", LINES);
	struct word *w = &phrases->at[phrases->count++];
	*w = (struct word){slice_part(row, 0, tab), after(row, tab + 1), line};
	return check(name, w, why);
}

static struct result sort(struct phrases *phrases, const char *name, struct why *why)
{
	qsort(phrases->at, phrases->count, sizeof *phrases->at, by_japanese);
	for (size_t i = 0; i < phrases->count; i++) {
		const struct word *w = &phrases->at[i];
		if (i && slice_equal(w->ja, w[-1].ja))
			return refuse(name, w->line > w[-1].line ? w->line : w[-1].line, "this sentence stands here twice", why);
		if (slice_find(w->ja, SLICE("{}")) != SIZE_MAX)
			phrases->forms[phrases->form_count++] = w;
	}
	qsort(phrases->forms, phrases->form_count, sizeof *phrases->forms, by_fixed);
	return ok();
}

static struct result read_lines(struct phrases *phrases, const char *name, struct slice table, struct why *why)
{
	for (int line = 1; table.len; line++) {
		size_t end = slice_find(table, SLICE("\n"));
		TRY(take_line(phrases, name, slice_part(table, 0, end), line, why));
		table = end == SIZE_MAX ? (struct slice){NULL, 0} : after(table, end + 1);
	}
	return sort(phrases, name, why);
}

struct result phrases_read(const char *name, struct slice table, struct phrases **out, struct why *why)
{
	size_t lines = count_of(table, "\n") + 1;
	struct phrases *phrases = calloc(1, sizeof *phrases);
	if (phrases) {
		phrases->at = calloc(lines, sizeof *phrases->at);
		phrases->forms = calloc(lines, sizeof *phrases->forms);
	}
	struct result result = phrases && phrases->at && phrases->forms ? read_lines(phrases, name, table, why)
	                                                          : fail(why, E_MEMORY, name, "no memory");
	if (result.code != OK) {
		phrases_free(phrases);
		return result;
	}
	*out = phrases;
	return result;
}

void phrases_free(struct phrases *phrases)
{
	if (!phrases)
		return;
	free(phrases->at);
	free(phrases->forms);
	free(phrases);
}

static const struct word *find(const struct phrases *phrases, struct slice ja)
{
	struct word key = {.ja = ja};
	return bsearch(&key, phrases->at, phrases->count, sizeof *phrases->at, by_japanese);
}

/* ---- templates ------------------------------------------------------------ */

/* A run ends where a tag, a quote, a line or a section of the template begins. */
static size_t run_length(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (strchr("<>\"\n", s.at[i]))
			return i;
		if (s.at[i] == '{' && i + 2 < s.len && s.at[i + 1] == '{' && strchr("#^/>!", s.at[i + 2]))
			return i;
	}
	return s.len;
}

static size_t delimiter_length(struct slice s)
{
	size_t end = s.len && s.at[0] == '{' ? slice_find(s, SLICE("}}")) : SIZE_MAX;
	return end != SIZE_MAX ? end + 2 : s.len ? 1 : 0;
}

static struct slice trim(struct slice s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = after(s, 1);
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* put_run - the run with the spaces around it */
static struct result put_run(const struct phrases *phrases, struct slice run, bool strict, const char *place,
                             struct buffer *out, struct why *why)
{
	struct slice ja = trim(run);
	const struct word *w = is_japanese(ja) ? find(phrases, ja) : NULL;
	if (!w && strict && is_japanese(ja))
		return fail(why, E_ABSENT, place, "%.*s", SLICE_ARG(ja));
	size_t before = (size_t)(ja.at - run.at);
	buffer_put_slice(out, slice_part(run, 0, before));
	buffer_put_slice(out, w ? w->en : ja);
	buffer_put_slice(out, after(run, before + ja.len));
	return ok();
}

struct result phrases_template(const struct phrases *phrases, const char *name, struct slice text,
                             bool strict, struct buffer *out, struct why *why)
{
	for (size_t line = 1; text.len;) {
		struct slice run = slice_part(text, 0, run_length(text)), rest = after(text, run.len);
		struct slice end = slice_part(rest, 0, delimiter_length(rest));
		char place[80];
		snprintf(place, sizeof place, "%s:%zu", name, line);
		TRY(put_run(phrases, run, strict, place, out, why));
		buffer_put_slice(out, end);
		line += count_of(end, "\n");
		text = after(rest, end.len);
	}
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, name, "the template is too large");
}

/* ---- values ---------------------------------------------------------------- */

/* Does text fit the form?  A hole takes the shortest text that lets the rest fit. */
static bool fits(struct slice form, struct slice text, struct slice holes[], size_t count)
{
	size_t at = slice_find(form, SLICE("{}"));
	if (at == SIZE_MAX)
		return slice_equal(form, text);
	if (!slice_starts(text, slice_part(form, 0, at)))
		return false;
	form = after(form, at + 2);
	text = after(text, at);
	struct slice next = slice_part(form, 0, slice_find(form, SLICE("{}")));
	if (next.len == 0)
		return holes[count] = text, form.len == 0 && text.len > 0;
	for (size_t from = 1; from < text.len;) {
		size_t found = slice_find(after(text, from), next);
		if (found == SIZE_MAX)
			return false;
		holes[count] = slice_part(text, 0, from + found);
		if (fits(form, after(text, from + found), holes, count + 1))
			return true;
		from += found + 1;
	}
	return false;
}

static void say(const struct phrases *phrases, struct slice value, struct buffer *out, int depth);

static void fill(const struct phrases *phrases, struct slice en, const struct slice holes[], struct buffer *out,
                 int depth)
{
	size_t next = 0;
	while (en.len) {
		size_t at = slice_find(en, SLICE("{"));
		buffer_put_slice(out, slice_part(en, 0, at));
		if (at == SIZE_MAX)
			return;
		size_t end = slice_find(after(en, at), SLICE("}"));
		size_t hole = end == 2 ? (size_t)(en.at[at + 1] - '1') : next++;
		say(phrases, holes[hole], out, depth + 1);
		en = after(en, at + end + 1);
	}
}

static bool say_date(struct slice value, struct buffer *out)
{
	day_t day;
	char iso[16];
	if (day_parse(value, &day, NULL).code != OK)
		return false;
	day_iso(day, iso);
	buffer_put_str(out, iso);
	return true;
}

static void say(const struct phrases *phrases, struct slice value, struct buffer *out, int depth)
{
	struct slice holes[HOLES];
	const struct word *w = is_japanese(value) ? find(phrases, value) : NULL;
	if (w || !is_japanese(value) || depth > DEPTH || value.len > VALUE_BYTES) {
		buffer_put_slice(out, w ? w->en : value);
		return;
	}
	if (say_date(value, out))
		return;
	for (size_t i = 0; i < phrases->form_count; i++)
		if (fits(phrases->forms[i]->ja, value, holes, 0)) {
			fill(phrases, phrases->forms[i]->en, holes, out, depth);
			return;
		}
	buffer_put_slice(out, value);
}

void phrases_say(const struct phrases *phrases, struct slice value, struct buffer *out)
{
	say(phrases, value, out, 0);
}

void phrases_word(const struct phrases *phrases, struct slice value, struct buffer *out)
{
	const struct word *w = is_japanese(value) ? find(phrases, value) : NULL;
	if (w || !is_japanese(value) || !say_date(value, out))
		buffer_put_slice(out, w ? w->en : value);
}
