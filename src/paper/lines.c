/* Characters, their widths, and where a line of Japanese may be broken. */
#include "paper/internal.h"

#include "base/text.h"

static bool one_of(const char *list, const char *at, size_t len)
{
	struct slice all = slice_str(list);
	for (size_t pos = 0, from = 0; utf8_next(all, &pos) >= 0; from = pos)
		if (pos - from == len && memcmp(list + from, at, len) == 0)
			return true;
	return false;
}

static bool is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
}

/* Chooses between the forms of one character: is drawn with it, not beside it. */
static bool is_selector(uint32_t code)
{
	return (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
}

static void note_missing(struct paper *p, uint32_t code)
{
	for (size_t i = 0; i < p->missing_count; i++)
		if (p->missing[i] == code)
			return;
	if (p->missing_count < MISSING_MOST)
		p->missing[p->missing_count++] = code;
}

static const struct known_width *width_of(struct paper *p, uint32_t code, const char *at, size_t len)
{
	struct known_width *known = &p->widths[code % KNOWN_WIDTHS];
	char text[8] = "";
	cairo_text_extents_t extents;
	if (known->code == code && known->wide > 0)
		return known;
	memcpy(text, at, len < 7 ? len : 7);
	cairo_set_font_size(p->cr, 100);
	cairo_text_extents(p->cr, text, &extents);
	cairo_set_font_size(p->cr, p->size);
	*known = (struct known_width){.code = code, .wide = (float)(extents.x_advance / 100), .there = paper_font_has(p->font, code)};
	return known;
}

static void add_letter(struct paper *p, struct run *run, const char *at, size_t len, uint32_t code, bool marked)
{
	static const char begins[] = "、。，．）」』】〕〉》］｝・：；？！ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％)],.";
	static const char ends[] = "（「『【〔〈《［｛([";
	static const char geta[] = "〓", blank[] = " ";
	bool newline = code == '\n';
	if (!newline && (code < 0x20 || code == 0x7f)) {
		code = ' ';
		at = blank;
		len = 1;
	}
	const struct known_width *known = newline ? NULL : width_of(p, code, at, len);
	if (known && !known->there) {
		note_missing(p, code);
		at = geta;
		len = sizeof geta - 1;
		known = width_of(p, 0x3013, geta, len);
	}
	run->at[run->count++] = (struct letter){.at = at, .len = (uint8_t)len, .marked = marked, .newline = newline,
		.no_begin = one_of(begins, at, len), .no_end = one_of(ends, at, len), .word = len == 1 && is_word((uint8_t)*at),
		.wide = known ? (double)known->wide * p->size : 0};
}

static void add_text(struct paper *p, struct run *run, struct slice text, bool marked)
{
	for (size_t pos = 0; pos < text.len;) {
		size_t from = pos;
		int32_t code = utf8_next(text, &pos);
		if (code == -1)
			return;
		if (code < 0)
			code = 0xfffd;
		if (code == '\r' || is_selector((uint32_t)code))
			continue;
		add_letter(p, run, (const char *)text.at + from, pos - from, (uint32_t)code, marked);
	}
}

struct run run_of(struct paper *p, const struct paper_cell *cell)
{
	size_t bytes = 0;
	for (size_t i = 0; i < cell->count; i++)
		bytes += cell->parts[i].text.len < PAPER_CELL ? cell->parts[i].text.len : PAPER_CELL;
	struct run run = {.at = bytes < PAPER_CELL ? ARENA_ARRAY(p->arena, bytes + 1, struct letter) : NULL};
	if (!run.at) {
		p->failed = p->failed ? p->failed : E_LIMIT;
		return run;
	}
	for (size_t i = 0; i < cell->count; i++)
		add_text(p, &run, cell->parts[i].text, cell->parts[i].marked);
	return run;
}

struct run run_text(struct paper *p, const char *text)
{
	const struct paper_part part = {.text = slice_str(text)};
	return run_of(p, &(struct paper_cell){&part, text ? 1 : 0});
}

/* ---- lines --------------------------------------------------------------------- */

static bool may_break(const struct run *run, size_t at)
{
	const struct letter *before = &run->at[at - 1], *after = &run->at[at];
	return !after->no_begin && !before->no_end && !(before->word && after->word);
}

size_t run_line_end(const struct run *run, size_t from, double room)
{
	double x = 0;
	size_t i = from;
	for (; i < run->count && !run->at[i].newline; i++) {
		x += run->at[i].wide;
		if (x > room + 0.01 && i > from)
			break;
	}
	if (i == run->count || run->at[i].newline)
		return i;
	size_t end = i;
	while (end > from + 1 && !may_break(run, end))
		end--;
	return end > from + 1 ? end : i;
}

/* Where the next line begins: a line end is not drawn, nor the space that stood where
 * the line was broken. */
static size_t behind(const struct run *run, size_t end)
{
	return end < run->count && (run->at[end].newline || *run->at[end].at == ' ') ? end + 1 : end;
}

size_t run_lines(const struct run *run, double room)
{
	size_t lines = 0;
	for (size_t from = run->done; from < run->count; lines++)
		from = behind(run, run_line_end(run, from, room));
	return lines;
}

/* letters of one kind, in one piece, so that they are searched as they are read */
static double draw_piece(struct paper *p, const struct letter *from, size_t count, double x, double y)
{
	char text[512];
	size_t len = 0;
	double before = x;
	for (size_t i = 0; i < count; i++) {
		memcpy(text + len, from[i].at, from[i].len);
		len += from[i].len;
		x += from[i].wide;
	}
	text[len] = 0;
	cairo_move_to(p->cr, before, y);
	cairo_show_text(p->cr, text);
	if (from->marked) {
		cairo_set_line_width(p->cr, 0.6);
		cairo_move_to(p->cr, before, y + 2);
		cairo_line_to(p->cr, x, y + 2);
		cairo_stroke(p->cr);
	}
	return x;
}

void run_draw_line(struct paper *p, struct run *run, double left, double right, double y, enum paper_align align)
{
	enum { PIECE = 100 };
	size_t end = run_line_end(run, run->done, right - left);
	double wide = 0;
	for (size_t i = run->done; i < end; i++)
		wide += run->at[i].wide;
	double x = align == PAPER_LEFT ? left : align == PAPER_RIGHT ? right - wide : (left + right - wide) / 2;
	for (size_t i = run->done; i < end;) {
		size_t n = 1;
		while (i + n < end && n < PIECE && run->at[i + n].marked == run->at[i].marked)
			n++;
		x = draw_piece(p, &run->at[i], n, x, y);
		i += n;
	}
	run->done = behind(run, end);
}
