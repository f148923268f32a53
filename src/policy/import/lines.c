/* The source as lines: decoded, trimmed, measured. */
#include "policy/import/internal.h"

#include "base/text.h"

/* ---- cutting ---------------------------------------------------------------- */

static struct slice trim(struct slice text, uint32_t *indent)
{
	size_t pos = 0, start = 0, end = 0;
	uint32_t columns = 0;
	bool seen = false;
	while (pos < text.len) {
		size_t before = pos;
		int32_t c = utf8_next(text, &pos);
		bool blank = c < 0 || is_blank((uint32_t)c) || c < ' ';
		if (!seen && blank)
			columns += c == '\t' ? 8 : c >= 0x2000 ? 2 : 1;
		if (!seen && !blank) {
			seen = true;
			start = before;
		}
		if (!blank)
			end = pos;
	}
	*indent = columns;
	return seen ? slice_part(text, start, end - start) : (struct slice){NULL, 0};
}

static bool is_break(struct slice text, size_t at, size_t *len)
{
	uint8_t c = text.at[at];
	*len = 1;
	if (c == '\r' && at + 1 < text.len && text.at[at + 1] == '\n')
		*len = 2;
	return c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static size_t count_breaks(struct slice text)
{
	size_t n = 1, len;
	for (size_t i = 0; i < text.len; i += len)
		n += is_break(text, i, &len);
	return n;
}

uint32_t text_width(struct slice text)
{
	uint32_t width = 0;
	for (size_t pos = 0; pos < text.len;) {
		int32_t c = utf8_next(text, &pos);
		width += c < 0x80 || (c >= 0xff61 && c <= 0xff9f) ? 1 : 2;
	}
	return width;
}

struct cutting {
	struct lines *out;
	uint32_t blanks;
	bool page;
};

static void take_line(struct cutting *cut, struct slice raw)
{
	struct lines *out = cut->out;
	uint32_t indent = 0;
	struct slice text = trim(raw, &indent);
	out->total++;
	if (text.len == 0) {
		cut->blanks++;
		return;
	}
	out->line[out->count++] = (struct line){
		.text = text, .number = out->total, .indent = indent, .width = text_width(text),
		.blanks = cut->blanks, .page = cut->page, .fate = LINE_PLACED};
	cut->blanks = 0;
	cut->page = false;
}

struct result lines_read(struct slice text, struct arena *arena, struct lines *out, struct why *why)
{
	struct cutting cut = {.out = out, .page = true};
	size_t breaks = count_breaks(text), start = 0, len;
	*out = (struct lines){0};
	if (breaks > IMPORT_LINES)
		return fail(why, E_LIMIT, "", "本文が長すぎます（%zu行）。%d行までの文章に分けてください。",
		            breaks, IMPORT_LINES);
	out->line = ARENA_ARRAY(arena, breaks, struct line);
	if (!out->line)
		return fail(why, E_MEMORY, "", "no memory for the lines");
	for (size_t i = 0; i < text.len; i += len) {
		if (!is_break(text, i, &len))
			continue;
		take_line(&cut, slice_part(text, start, i - start));
		cut.page |= text.at[i] == '\f';
		start = i + len;
	}
	if (start < text.len)
		take_line(&cut, slice_part(text, start, text.len - start));
	return ok();
}

/* ---- measuring --------------------------------------------------------------- */

static bool last_code(struct slice text, uint32_t *code)
{
	size_t at = text.len;
	while (at > 0 && (text.at[--at] & 0xc0) == 0x80)
		;
	size_t pos = at;
	int32_t c = text.len ? utf8_next(text, &pos) : -1;
	*code = c < 0 ? 0 : (uint32_t)c;
	return c >= 0;
}

bool text_ended(struct slice text)
{
	static const uint32_t closers[] = {')', 0xff09, 0x300d, 0x300f, 0x3011};
	uint32_t c = 0;
	for (int depth = 0; depth < 3 && last_code(text, &c); depth++) {
		bool closer = false;
		for (size_t i = 0; i < sizeof closers / sizeof *closers; i++)
			closer |= c == closers[i];
		if (!closer)
			break;
		text.len -= c < 0x80 ? 1 : 3;
	}
	return c == 0x3002 || c == 0xff0e || c == 0xff61 || c == ':' || c == 0xff1a;
}

/* The width that most of the lines which were cut have. */
static uint32_t common_width(const struct lines *lines)
{
	enum { WIDEST = 400 };
	uint32_t count[WIDEST + 1] = {0}, best = 0, at = 0, open = 0;
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = &lines->line[i];
		if (text_ended(l->text) || l->width < 24 || l->fate != LINE_PLACED)
			continue;
		count[l->width > WIDEST ? WIDEST : l->width]++;
		open++;
	}
	for (uint32_t w = 4; w < WIDEST; w++) {
		uint32_t near = 0;
		for (uint32_t k = w - 4; k <= w; k++)
			near += count[k];
		if (near >= best && near > 1) {
			best = near;
			at = w;
		}
	}
	return open && best * 5 >= open ? at : 0;
}


void lines_measure(struct lines *lines)
{
	size_t after_blank = 0, wide = 0;
	lines->wrap = common_width(lines);
	for (size_t i = 0; i < lines->count; i++) {
		after_blank += lines->line[i].blanks > 0;
		wide += lines->wrap && lines->line[i].width > lines->wrap + 12;
	}
	lines->doubled = after_blank * 10 >= lines->count * 7;
	if (wide * 20 > lines->count)
		lines->wrap = 0; /* one line a paragraph: nothing was wrapped */

}

/* An opening bracket without its closing one: the sentence cannot be over. */
static bool bracket_open(struct slice text)
{
	int round = 0, square = 0;
	for (size_t pos = 0; pos < text.len;) {
		int32_t c = utf8_next(text, &pos);
		round += (c == '(' || c == 0xff08) - (c == ')' || c == 0xff09);
		square += (c == 0x300c) - (c == 0x300d);
	}
	return round > 0 || square > 0;
}

/* no heading and no item ends in を, は, が, に, の, と or a comma */
static bool ends_midway(struct slice text)
{
	static const char *const words[] = {"を", "は", "が", "に", "の", "と", "、", "，", "及び", "又は",
	                                    "並びに", "若しくは", "または", "および"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_ends(text, slice_str(words[i])))
			return true;
	return false;
}

/* Some pages are set narrower than the rest: full is what its neighbours are. */
static bool full_here(const struct lines *lines, const struct line *line)
{
	enum { AROUND = 6, NARROWEST = 40, SLACK = 4 };
	size_t at = (size_t)(line - lines->line), from = at > AROUND ? at - AROUND : 0, like = 0;
	uint32_t own = line->width + (line->indent > 12 ? 0 : line->indent);
	if (own < NARROWEST)
		return false;
	for (size_t i = from; i < lines->count && i <= at + AROUND; i++) {
		uint32_t width = lines->line[i].width;
		if (width > own + SLACK)
			return false;
		like += i != at && width + SLACK >= own;
	}
	return like >= (own >= 60 ? 1u : 2u);
}

bool line_open(const struct lines *lines, const struct line *line)
{
	if (text_ended(line->text))
		return false;
	if (line->width >= 16 && (bracket_open(line->text) || ends_midway(line->text)))
		return true;
	if (lines->wrap == 0)
		return false;
	uint32_t full = line->indent > 12 ? line->width : line->width + line->indent;
	return full + 8 >= lines->wrap || full_here(lines, line);
}
