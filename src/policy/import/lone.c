/* A number alone on its line, as texts taken out of a PDF have it: it belongs to the
 * line below.  Digits alone may as well be the number of a page; they are taken for
 * one of the text only where they count on from 1, more than once, each above a short
 * line that is no sentence and no number itself. */
#include "policy/import/internal.h"

enum { HEADING_WIDTH = 60 };

static bool only_digits(struct slice text, uint32_t *value)
{
	struct glyphs g;
	glyphs_read(text, &g);
	return g.count > 0 && g.count <= 3 && digits_at(&g, 0, value) == g.count;
}

/* (1), ア and the like, with nothing behind; 第３章 stands above its own texts anyway */
static bool only_number(struct slice text)
{
	struct text_number n;
	size_t rest = 0;
	return !slice_starts(text, SLICE("第")) && number_read(text, &n, &rest) && rest == text.len;
}

static struct line *below(struct lines *lines, size_t i)
{
	struct line *next = i + 1 < lines->count ? &lines->line[i + 1] : NULL;
	struct text_number n;
	size_t rest = 0;
	bool open = next && next->fate == LINE_PLACED && !number_read(next->text, &n, &rest);
	uint32_t value = 0;
	return open && !only_digits(next->text, &value) ? next : NULL;
}

static bool is_heading(const struct line *line)
{
	return line && line->width <= HEADING_WIDTH && !text_ended(line->text);
}

/* The digits alone that count on; 0 where they are no numbers of the text. */
static uint32_t counted(struct lines *lines)
{
	uint32_t last = 0, value = 0;
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];
		bool follows = i == 0 || last == 0 || text_ended(lines->line[i - 1].text);
		if (l->fate == LINE_PLACED && follows && only_digits(l->text, &value) && value == last + 1 &&
		    is_heading(below(lines, i)))
			last = value;
	}
	return last >= 2 ? last : 0;
}

static struct result join(struct line *number, struct line *next, struct arena *arena, struct why *why)
{
	const char *whole = arena_printf(arena, "%.*s %.*s", SLICE_ARG(number->text), SLICE_ARG(next->text));
	if (!whole)
		return fail(why, E_MEMORY, "", "no memory for the lines");
	next->text = slice_str(whole);
	next->width = text_width(next->text);
	next->indent = number->indent;
	next->blanks = number->blanks;
	next->page = next->page || number->page;
	number->fate = LINE_NUMBER;
	return ok();
}

struct result lone_numbers(struct lines *lines, struct arena *arena, struct why *why)
{
	uint32_t most = counted(lines), last = 0, value = 0;
	for (size_t i = 0; i < lines->count; i++) {
		struct line *l = &lines->line[i], *next = below(lines, i);
		if (l->fate != LINE_PLACED || !next)
			continue;
		bool digits = only_digits(l->text, &value);
		bool counts = digits && value == last + 1 && value <= most && is_heading(next) &&
		              (last == 0 || text_ended(lines->line[i - 1].text));
		if (!counts && (digits || !only_number(l->text)))
			continue;
		last += counts;
		TRY(join(l, next, arena, why));
	}
	return ok();
}
