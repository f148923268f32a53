/* What stands on the pages and belongs to no clause: the table of contents,
 * running heads and feet, page numbers.  Everything taken out is marked with
 * its fate and can be listed.  Plain text often comes without form feeds, so
 * a running head is known by what it does: it stands again and again, a page
 * apart, and cuts sentences in two. */
#include "policy/import/internal.h"

#include "base/text.h"

#include <stdlib.h>

/* ---- table of contents --------------------------------------------------- */

static bool is_leader(uint32_t c)
{
	return c == 0x2026 || c == 0x2025 || c == 0x30fb || c == '.' || c == 0xff0e || c == 0x00b7 ||
	       c == 0xff65 || c == 0x2024 || c == '_' || c == 0x2500;
}

/* 目的……… 5: offset where the leader begins, SIZE_MAX where there is none.  A page
 * number may be missing, three dots at least must not.                       */
static size_t leader_at(struct slice text)
{
	size_t run = 0, begins = SIZE_MAX;
	bool after = false;
	for (size_t pos = 0; pos < text.len;) {
		size_t before = pos;
		int32_t c = utf8_next(text, &pos);
		uint32_t code = c < 0 ? 0 : (uint32_t)c;
		if (is_leader(code) || (run && is_blank(code))) {
			if (run++ == 0)
				begins = before;
			after = run >= 3 || code == 0x2026;
			continue;
		}
		if (after && (is_digit(code) || is_blank(code) || code == '-' || code == 'P' || code == 'p'))
			continue;
		run = 0;
		after = false;
	}
	return after ? begins : SIZE_MAX;
}

static void squeeze(struct slice text, struct buffer *out)
{
	buffer_clear(out);
	import_normal(text, out);
}

/* 目次, 〈目 次〉, 【目次】 and nothing else */
static bool is_contents_head(struct slice text, struct buffer *work)
{
	static const char *const brackets[] = {"〈", "〉", "【", "】", "[", "]", "<", ">", "《", "》", "「", "」"};
	squeeze(text, work);
	struct slice s = buffer_slice(work);
	for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++) {
		struct slice b = slice_str(brackets[i]);
		if (slice_starts(s, b))
			s = slice_part(s, b.len, s.len);
		if (slice_ends(s, b))
			s = slice_part(s, 0, s.len - b.len);
	}
	return slice_is(s, "目次") || slice_equal_nocase(s, SLICE("contents"));
}

/* Is line k the beginning of the text whose contents begin at line `entry`? */
static bool is_entry(const struct lines *lines, size_t entry, size_t k, struct buffer *a,
                     struct buffer *b)
{
	struct slice text = lines->line[entry].text;
	size_t leader = leader_at(text);
	if (leader != SIZE_MAX)
		text = slice_part(text, 0, leader);
	squeeze(text, a);
	if (leader_at(lines->line[k].text) != SIZE_MAX)
		return false;
	squeeze(lines->line[k].text, b);
	if (a->len < 6 || !slice_starts(buffer_slice(a), buffer_slice(b)))
		return false;
	/* 第１章 総則（第１条―第３条）, 目的 5 */
	uint8_t next = a->len > b->len ? a->at[b->len] : 0;
	return a->len == b->len || (b->len >= 9 && (next == '(' || (next >= '0' && next <= '9')));
}

/* Without a second occurrence of its first entry: as far as leaders reach. */
static size_t leaders_end(const struct lines *lines, size_t from)
{
	size_t end = from + 1, quiet = 0;
	for (size_t k = from + 1; k < lines->count && quiet < 12; k++) {
		bool leader = leader_at(lines->line[k].text) != SIZE_MAX;
		quiet = leader ? 0 : quiet + 1;
		if (leader)
			end = k + 1;
	}
	return end;
}

static size_t contents_end(const struct lines *lines, size_t head, struct buffer *a, struct buffer *b)
{
	size_t entry = head + 1;
	while (entry < lines->count && (is_contents_head(lines->line[entry].text, a) ||
	                                lines->line[entry].text.len < 4))
		entry++;
	for (size_t k = entry + 1; k < lines->count; k++)
		if (is_entry(lines, entry, k, a, b))
			return k;
	return leaders_end(lines, head);
}

static void mark_contents(struct lines *lines, struct buffer *a, struct buffer *b)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct line *l = &lines->line[i];
		if (l->fate == LINE_PLACED && is_contents_head(l->text, a)) {
			size_t end = contents_end(lines, i, a, b);
			for (; i < end; i++)
				lines->line[i].fate = LINE_CONTENTS;
			i--;
		} else if (l->fate == LINE_PLACED && leader_at(l->text) != SIZE_MAX)
			l->fate = LINE_CONTENTS;
	}
}

/* ---- page numbers ---------------------------------------------------------- */

/* 5, - 5 -, 5/12, 5ページ, P.5 */
static bool is_page_number(struct slice text, uint32_t *value)
{
	struct glyphs g;
	size_t digits = 0;
	glyphs_read(text, &g);
	if (g.count == 0 || g.count > 12)
		return false;
	for (size_t i = 0; i < g.count; i++) {
		uint32_t c = g.code[i];
		if (digits == 0 && is_digit(c)) {
			if (!(digits = digits_at(&g, i, value)))
				return false;
			i += digits - 1;
			continue;
		}
		bool mark = is_blank(c) || is_digit(c) || c == '-' || c == 0xff0d || c == 0x2010 ||
		            c == 0x2212 || c == '/' || c == 0xff0f || c == 0x2014 || c == 0x2015 || c == 0x2013 ||
		            c == 'P' || c == 'p' || (c == '.' && digits == 0) || c == 0x30da || c == 0x30fc || c == 0x30b8 ||
		            c == 0x9801 /* 頁 */ || c == '~';
		if (!mark)
			return false;
	}
	return digits > 0;
}

static void mark_page_numbers(struct lines *lines)
{
	uint32_t value = 0;
	for (size_t i = 0; i < lines->count; i++)
		if (lines->line[i].fate == LINE_PLACED && is_page_number(lines->line[i].text, &value))
			lines->line[i].fate = LINE_PAGE;
}

/* ---- running heads ----------------------------------------------------------- */

struct seen {
	struct slice key; /* squeezed, digits as # */
	size_t at;
};

static int compare_seen(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int order = slice_compare(x->key, y->key);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Lines that may be a head: short, no number, no sentence, no 附則. */
static bool may_be_head(const struct line *line)
{
	struct text_number n;
	size_t rest;
	if (line->fate != LINE_PLACED || line->width > 90 || text_ended(line->text))
		return false;
	if (line->text.len < 5 || number_read(line->text, &n, &rest) || text_is_omission(line->text))
		return false;
	struct glyphs g;
	glyphs_read(line->text, &g);
	return g.code[0] != 0x9644 && g.code[0] != 0x4ed8 && g.code[0] != 0x5225; /* 附 付 別 */
}

static struct slice head_key(struct slice text, struct arena *arena, struct buffer *work)
{
	squeeze(text, work);
	for (size_t i = 0; i < work->len; i++)
		if (work->at[i] >= '0' && work->at[i] <= '9')
			work->at[i] = '#';
	return arena_copy(arena, buffer_slice(work));
}

static const struct line *neighbour(const struct lines *lines, size_t at, int step)
{
	for (size_t i = at + (size_t)step; i < lines->count; i += (size_t)step)
		if (lines->line[i].fate == LINE_PLACED)
			return &lines->line[i];
	return NULL;
}

/* The occurrences stand a page apart, and some of them cut a sentence. */
static bool are_heads(const struct lines *lines, const struct seen *seen, size_t count)
{
	size_t near = 0, cuts = 0, pages = 0;
	if (count < 3)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct line *before = neighbour(lines, seen[i].at, -1);
		near += i > 0 && seen[i].at - seen[i - 1].at < 8;
		cuts += before && line_open(lines, before);
		pages += lines->line[seen[i].at].page ||
		         (seen[i].at + 1 < lines->count && lines->line[seen[i].at + 1].page);
	}
	return pages * 4 >= count * 3 || (near * 4 < count && cuts * 4 >= count);
}

static struct result mark_heads(struct lines *lines, struct arena *arena, struct buffer *work,
                                struct why *why)
{
	struct seen *seen = ARENA_ARRAY(arena, lines->count + 1, struct seen);
	size_t count = 0;
	if (!seen)
		return fail(why, E_MEMORY, "", "no memory for the running heads");
	for (size_t i = 0; i < lines->count; i++) {
		if (!may_be_head(&lines->line[i]))
			continue;
		seen[count] = (struct seen){head_key(lines->line[i].text, arena, work), i};
		if (!seen[count++].key.at)
			return fail(why, E_MEMORY, "", "no memory for the running heads");
	}
	qsort(seen, count, sizeof *seen, compare_seen);
	for (size_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && slice_equal(seen[end].key, seen[i].key);)
			end++;
		if (!are_heads(lines, seen + i, end - i))
			continue;
		for (size_t k = i; k < end; k++)
			lines->line[seen[k].at].fate = LINE_HEAD;
	}
	return ok();
}

struct result furniture_mark(struct lines *lines, struct arena *arena, struct why *why)
{
	struct buffer a, b;
	buffer_init(&a, 4 << 20);
	buffer_init(&b, 4 << 20);
	mark_contents(lines, &a, &b);
	struct result done = lone_numbers(lines, arena, why);
	mark_page_numbers(lines);
	lines_measure(lines);
	if (done.code == OK)
		done = mark_heads(lines, arena, &a, why);
	buffer_done(&a);
	buffer_done(&b);
	return done;
}
