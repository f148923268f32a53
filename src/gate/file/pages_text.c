/* The letters that lie unseen over a page's picture: for searching, copying and
 * reading aloud.
 *
 * Decided so: a picture alone shuts out whoever reads by ear or by search, and the
 * letters carry nothing but Unicode characters, places and widths, all of them
 * numbers that were computed here.  Text mode 3 draws nothing, and the font has one
 * glyph without an outline, so that a reader which draws it all the same draws
 * nothing either.  The strictest setting leaves the layer out (switch "page-text").
 *
 * A layer is a list of runs, each one line of the page or a part of it:
 *     BT/T 1 Tf 3 Tr
 *     size 0 0 size x y Tm[<codes>gap<codes>...]TJ       (turned where lines are)
 *     ET
 * source  ISO 32000-1, 9.3.6, 9.4.3, 9.7.4, 9.10.3; OpenType 1.9 (glyf, head, hhea,
 *         hmtx, loca, maxp) */
#include "gate/file/pages.h"
#include "gate/file/draw.h"

#include "base/cursor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLACES = 1 << 18, GAP_MOST = 3000, EM = 1000, UNICODE_MOST = 0x10FFFF };

/* ---- the font's glyphs ------------------------------------------------- */

struct result pages_font_init(struct pages_font *font, struct why *why)
{
	buffer_init(&font->glyphs, PAGES_GLYPHS * sizeof(struct pages_glyph));
	font->places = calloc(PLACES, sizeof *font->places);
	return font->places ? ok() : job_memory(why);
}

void pages_font_done(struct pages_font *font)
{
	buffer_done(&font->glyphs);
	free(font->places);
	font->places = NULL;
}

static const struct pages_glyph *glyphs_of(const struct pages_font *font)
{
	return (const struct pages_glyph *)(const void *)font->glyphs.at;
}

uint32_t pages_font_code(struct pages_font *font, struct pages_glyph glyph)
{
	uint32_t h = (glyph.character * 2654435761u) ^ (glyph.width * 40503u);
	for (h %= PLACES; font->places[h]; h = (h + 1) % PLACES) {
		const struct pages_glyph *known = &glyphs_of(font)[font->places[h] - 1];
		if (known->character == glyph.character && known->width == glyph.width)
			return font->places[h];
	}
	if (pages_font_count(font) >= PAGES_GLYPHS)
		return 0;
	buffer_put(&font->glyphs, &glyph, sizeof glyph);
	if (buffer_ok(&font->glyphs))
		font->places[h] = (uint32_t)pages_font_count(font);
	return font->places[h];
}

bool pages_letter_kept(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} left_out[] = {
		{0, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x61C, 0x61C}, {0x200B, 0x200F}, {0x2028, 0x202E},
		{0x2060, 0x206F}, {0xD800, 0xDFFF}, {0xFDD0, 0xFDEF}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFF},
		{0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF},
	};
	for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
		if (c >= left_out[i].from && c <= left_out[i].to)
			return false;
	return c <= UNICODE_MOST && (c & 0xFFFE) != 0xFFFE;
}

/* ---- composing --------------------------------------------------------- */

/* Which way a line runs over the page: 横書き, 縦書き, and pages that lie or stand on
 * their head. */
enum way { TO_RIGHT = 0, TO_BOTTOM, TO_LEFT, TO_TOP, WAYS };

static const struct {
	int a, b, c, d; /* the text's axes, in units of its size */
} turns[WAYS] = {[TO_RIGHT] = {1, 0, 0, 1}, [TO_BOTTOM] = {0, -1, 1, 0}, [TO_LEFT] = {-1, 0, 0, -1}, [TO_TOP] = {0, 1, -1, 0}};

/* A letter as its line sees it: along the line, and across. */
struct laid {
	uint32_t character;
	double begin, end, from, to, size;
};

struct run {
	bool open, codes; /* the array is open, a string of codes in it is */
	enum way way;
	double from, to, pen; /* across; where the next letter would begin */
	double size;
};

struct layer {
	struct pages_font *font;
	double height; /* of the page, points */
	struct buffer *out;
	struct run run;
};

static int64_t line_units(double points)
{
	return (int64_t)lround(points * PAGES_LINE);
}

static struct laid lay(const struct drawn_letter *l, enum way way)
{
	bool across = way == TO_BOTTOM || way == TO_TOP, back = way == TO_LEFT || way == TO_TOP;
	double begin = across ? l->top : l->left, end = across ? l->bottom : l->right;
	struct laid laid = {.character = l->character, .begin = back ? -end : begin, .end = back ? -begin : end,
	                    .from = across ? l->left : l->top, .to = across ? l->right : l->bottom};
	double size = laid.to - laid.from;
	laid.size = size < 0.5 ? 0.5 : size > 2000 ? 2000 : round(size * PAGES_LINE) / PAGES_LINE;
	return laid;
}

/* From this letter to the next of its line. */
static enum way way_of(const struct drawn_letter *l, const struct drawn_letter *next)
{
	double right = next->left - l->left, down = next->top - l->top;
	if (next->character == '\n' || (right == 0 && down == 0))
		return TO_RIGHT;
	if (fabs(down) > fabs(right))
		return down > 0 ? TO_BOTTOM : TO_TOP;
	return right > 0 || fabs(right) < (l->bottom - l->top) / 2 ? TO_RIGHT : TO_LEFT;
}

static void close_codes(struct layer *y)
{
	if (y->run.codes)
		buffer_put_u8(y->out, '>');
	y->run.codes = false;
}

static void close_run(struct layer *y)
{
	close_codes(y);
	if (y->run.open)
		buffer_put_str(y->out, "]TJ\n");
	y->run.open = false;
}

/* A fifth of a letter's height is taken to lie below its line, as in the font. */
static void open_run(struct layer *y, const struct drawn_letter *l, const struct laid *laid, enum way way)
{
	double below = laid->size / 5, x = l->left, down = l->bottom - below;
	if (way == TO_BOTTOM) {
		x = l->left + below;
		down = l->top;
	}
	if (way == TO_TOP) {
		x = l->right - below;
		down = l->bottom;
	}
	if (way == TO_LEFT) {
		x = l->right;
		down = l->top + below;
	}
	const int64_t size = line_units(laid->size);
	const int64_t numbers[] = {turns[way].a * size, turns[way].b * size, turns[way].c * size, turns[way].d * size,
	                           line_units(x), line_units(y->height - down)};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		pages_number(y->out, numbers[i], PAGES_LINE);
		buffer_put_u8(y->out, ' ');
	}
	buffer_put_str(y->out, "Tm[");
	y->run = (struct run){.open = true, .way = way, .from = laid->from, .to = laid->to, .pen = laid->begin, .size = laid->size};
}

static bool goes_on(const struct run *run, const struct laid *laid, long gap)
{
	double slack = run->size / 20;
	return run->open && fabs(run->from - laid->from) <= slack && fabs(run->to - laid->to) <= slack && gap > -GAP_MOST && gap < GAP_MOST;
}

static void put_letter(struct layer *y, const struct drawn_letter *l, const struct drawn_letter *next)
{
	struct laid laid = lay(l, y->run.way);
	long gap = y->run.open ? lround((laid.begin - y->run.pen) / y->run.size * EM) : 0;
	if (!goes_on(&y->run, &laid, gap)) {
		enum way way = way_of(l, next);
		close_run(y);
		laid = lay(l, way);
		open_run(y, l, &laid, way);
		gap = 0;
	}
	long width = lround((laid.end - laid.begin) / y->run.size * (EM / PAGES_WIDTH)) * PAGES_WIDTH;
	width = width < 0 ? 0 : width > PAGES_WIDTH_MOST ? PAGES_WIDTH_MOST : width;
	uint32_t code = pages_font_code(y->font, (struct pages_glyph){l->character, (uint32_t)width});
	if (gap) {
		close_codes(y);
		buffer_printf(y->out, "%ld", -gap);
	}
	buffer_printf(y->out, y->run.codes ? "%04X" : "<%04X", (unsigned)code);
	y->run.codes = true;
	y->run.pen += (double)(gap + width) * y->run.size / EM;
}

static bool placed(const struct drawn_letter *l)
{
	return isfinite(l->left) && isfinite(l->right) && isfinite(l->top) && isfinite(l->bottom) &&
	       fabs(l->left) <= 2 * PAGES_SIDE && fabs(l->bottom) <= 2 * PAGES_SIDE && l->right - l->left <= PAGES_SIDE &&
	       l->bottom - l->top <= PAGES_SIDE && l->right >= l->left && l->bottom > l->top;
}

void pages_text(struct pages_font *font, const struct drawn_letter *letters, size_t count,
                const struct pages_size *size, struct buffer *out)
{
	static const struct drawn_letter end = {.character = '\n'};
	struct layer y = {.font = font, .height = (double)size->height / PAGES_POINT, .out = out};
	size_t before = out->len;
	buffer_put_str(out, "BT/T 1 Tf 3 Tr\n");
	size_t empty = out->len;
	for (size_t i = 0; i < count; i++) {
		const struct drawn_letter *l = &letters[i];
		if (l->character == '\n')
			close_run(&y);
		else if (pages_letter_kept(l->character) && placed(l) && pages_font_count(font) < PAGES_GLYPHS)
			put_letter(&y, l, i + 1 < count ? &letters[i + 1] : &end);
	}
	close_run(&y);
	if (out->len == empty)
		out->len = before;
	else
		buffer_put_str(out, "ET\n");
}

/* ---- reading it again -------------------------------------------------- */

static bool take_number(struct cursor *c, int decimals)
{
	int digits = 0, part = 0;
	if (cursor_peek_u8(c) == '-')
		cursor_skip(c, 1);
	for (; cursor_peek_u8(c) >= '0' && cursor_peek_u8(c) <= '9'; digits++)
		cursor_skip(c, 1);
	if (cursor_peek_u8(c) != '.' || decimals == 0)
		return digits > 0 && digits <= 6;
	cursor_skip(c, 1);
	for (; cursor_peek_u8(c) >= '0' && cursor_peek_u8(c) <= '9'; part++)
		cursor_skip(c, 1);
	return digits > 0 && digits <= 6 && part > 0 && part <= decimals;
}

/* Four digits of one case; -1 if they are not. */
static int32_t take_hex(struct cursor *c)
{
	int32_t v = 0;
	for (int i = 0; i < 4; i++) {
		uint8_t d = cursor_take_u8(c);
		if ((d < '0' || d > '9') && (d < 'A' || d > 'F'))
			return -1;
		v = v << 4 | (d <= '9' ? d - '0' : d - 'A' + 10);
	}
	return cursor_ok(c) ? v : -1;
}

static bool take_codes(struct cursor *c, size_t glyphs)
{
	do {
		int32_t code = take_hex(c);
		if (code < 1 || (size_t)code > glyphs)
			return false;
	} while (cursor_peek_u8(c) != '>');
	cursor_skip(c, 1);
	return true;
}

static bool take_run(struct cursor *c, size_t glyphs)
{
	bool place = true, any = false;
	for (int i = 0; place && i < 6; i++)
		place = take_number(c, 2) && cursor_literal(c, SLICE(" "));
	place = place && cursor_literal(c, SLICE("Tm["));
	while (place && cursor_ok(c) && cursor_peek_u8(c) != ']') {
		bool codes = cursor_literal(c, SLICE("<"));
		place = codes ? take_codes(c, glyphs) : take_number(c, 0);
		any |= codes;
	}
	return place && any && cursor_literal(c, SLICE("]TJ\n"));
}

bool pages_text_sound(struct slice text, size_t glyphs)
{
	struct cursor c = cursor_of(text, NULL);
	if (text.len == 0)
		return true;
	if (!cursor_literal(&c, SLICE("BT/T 1 Tf 3 Tr\n")))
		return false;
	do
		if (!take_run(&c, glyphs))
			return false;
	while (cursor_peek_u8(&c) != 'E');
	return cursor_literal(&c, SLICE("ET\n")) && cursor_left(&c) == 0;
}

/* ---- the font's parts -------------------------------------------------- */

static void put_be16(struct buffer *out, unsigned v)
{
	uint8_t bytes[2] = {(uint8_t)(v >> 8), (uint8_t)v};
	buffer_put(out, bytes, 2);
}

static void put_zeros(struct buffer *out, size_t count)
{
	for (; count > 0; count--)
		buffer_put_u8(out, 0);
}

static void put_head(struct buffer *b)
{
	buffer_put_be32(b, 0x00010000);
	buffer_put_be32(b, 0x00010000);
	put_zeros(b, 4); /* the sum of the file: readers of embedded fonts leave it */
	buffer_put_be32(b, 0x5F0F3CF5);
	put_be16(b, 0);
	put_be16(b, EM);
	put_zeros(b, 16 + 8); /* days; an empty box */
	put_be16(b, 0);
	put_be16(b, 8);
	put_be16(b, 2);
	put_zeros(b, 4);
}

static void put_hhea(struct buffer *b)
{
	buffer_put_be32(b, 0x00010000);
	put_be16(b, 800);
	put_be16(b, 65536 - 200);
	put_zeros(b, 2);
	put_be16(b, EM);
	put_zeros(b, 6);
	put_be16(b, 1);
	put_zeros(b, 14);
	put_be16(b, 1);
}

static void put_maxp(struct buffer *b)
{
	buffer_put_be32(b, 0x00010000);
	put_be16(b, 1);
	put_zeros(b, 8);
	put_be16(b, 1);
	put_zeros(b, 16);
}

static void put_hmtx(struct buffer *b)
{
	put_be16(b, EM);
	put_be16(b, 0);
}

static void put_nothing(struct buffer *b)
{
	put_zeros(b, 4);
}

static uint32_t sum_of(struct slice table)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < table.len; i++)
		sum += (uint32_t)table.at[i] << (24 - 8 * (i % 4));
	return sum;
}

void pages_font_file(struct buffer *out)
{
	static const struct {
		const char *tag;
		void (*put)(struct buffer *b);
	} tables[] = {{"glyf", put_nothing}, {"head", put_head}, {"hhea", put_hhea}, {"hmtx", put_hmtx},
	              {"loca", put_nothing}, {"maxp", put_maxp}};
	enum { TABLES = sizeof tables / sizeof *tables };
	AUTO(buffer_done) struct buffer body = {0};
	buffer_init(&body, 4096);
	buffer_put_be32(out, 0x00010000);
	put_be16(out, TABLES);
	put_be16(out, 64);
	put_be16(out, 2);
	put_be16(out, 16 * TABLES - 64);
	for (size_t i = 0; i < TABLES; i++) {
		size_t from = body.len;
		tables[i].put(&body);
		struct slice table = slice_part(buffer_slice(&body), from, body.len);
		buffer_put_str(out, tables[i].tag);
		buffer_put_be32(out, sum_of(table));
		buffer_put_be32(out, (uint32_t)(12 + 16 * TABLES + from));
		buffer_put_be32(out, (uint32_t)table.len);
		put_zeros(&body, (4 - body.len % 4) % 4);
	}
	buffer_put_slice(out, buffer_slice(&body));
}

void pages_font_widths(const struct pages_font *font, struct buffer *out)
{
	buffer_put_str(out, "[1[");
	for (size_t i = 0; i < pages_font_count(font); i++)
		buffer_printf(out, "%s%u", i ? " " : "", glyphs_of(font)[i].width);
	buffer_put_str(out, "]]");
}

static const char unicode_head[] =
	"/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
	"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
	"/CMapName/Unseen def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n";
static const char unicode_tail[] = "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n";
enum { ROWS = 100 }; /* of one block; Adobe TN 5014 */

static void put_unicode(struct buffer *out, uint32_t c)
{
	if (c < 0x10000)
		buffer_printf(out, "%04X", (unsigned)c);
	else
		buffer_printf(out, "%04X%04X", 0xD7C0u + (unsigned)(c >> 10), 0xDC00u + (unsigned)(c & 0x3FF));
}

void pages_font_unicode(const struct pages_font *font, struct buffer *out)
{
	size_t count = pages_font_count(font);
	buffer_put_str(out, unicode_head);
	for (size_t i = 0; i < count; i++) {
		if (i % ROWS == 0)
			buffer_printf(out, "%s%zu beginbfchar\n", i ? "endbfchar\n" : "", count - i < ROWS ? count - i : ROWS);
		buffer_printf(out, "<%04zX><", i + 1);
		put_unicode(out, glyphs_of(font)[i].character);
		buffer_put_str(out, ">\n");
	}
	if (count)
		buffer_put_str(out, "endbfchar\n");
	buffer_put_str(out, unicode_tail);
}

/* The character of the row that comes next; anything else than that is no matter here:
 * the document is written again from what was read, and compared. */
static bool take_character(struct cursor *c, uint32_t *out)
{
	int32_t high = take_hex(c), low = high >= 0xD800 && high <= 0xDBFF ? take_hex(c) : 0;
	if (high < 0 || low < 0)
		return false;
	*out = low ? 0x10000 + (((uint32_t)high & 0x3FF) << 10 | ((uint32_t)low & 0x3FF)) : (uint32_t)high;
	return pages_letter_kept(*out) && cursor_literal(c, SLICE(">\n"));
}

static void pass_marks(struct cursor *c)
{
	(void)cursor_literal(c, SLICE("endbfchar\n"));
	size_t at = c->pos;
	if (take_number(c, 0) && cursor_literal(c, SLICE(" beginbfchar\n")))
		return;
	c->failed = false;
	cursor_seek(c, at);
}

bool pages_font_read(struct pages_font *font, const struct pdf_value *widths, struct slice unicode)
{
	struct cursor c = cursor_of(unicode, NULL);
	bool shaped = widths->kind == PDF_ARRAY && widths->count == 2 && widths->items[1].kind == PDF_ARRAY &&
	              widths->items[1].count <= PAGES_GLYPHS && cursor_literal(&c, slice_str(unicode_head));
	for (uint32_t i = 0; shaped && i < widths->items[1].count; i++) {
		const struct pdf_value *width = &widths->items[1].items[i];
		struct pages_glyph glyph = {0};
		if (i % ROWS == 0)
			pass_marks(&c);
		shaped = width->kind == PDF_INT && width->integer >= 0 && width->integer <= PAGES_WIDTH_MOST &&
		         cursor_literal(&c, SLICE("<")) && take_hex(&c) == (int32_t)(i + 1) &&
		         cursor_literal(&c, SLICE("><")) && take_character(&c, &glyph.character);
		glyph.width = shaped ? (uint32_t)width->integer : 0;
		shaped = shaped && pages_font_code(font, glyph) == i + 1; /* none twice */
	}
	return shaped;
}
