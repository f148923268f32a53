/* The table on paper: A4 across, two columns (and remarks), heads repeated on every
 * page, a row that does not fit goes on overleaf.  Lines are broken between
 * characters as Japanese is (no 、 begins a line, no 「 ends one), Latin words stay
 * whole; cairo embeds the font, so that what is printed can be searched. */
#include "policy/compare/paper.h"

#include <cairo-pdf.h>
#include <stdio.h>

enum { PAGES_MOST = 2000, CELL_ROOM = 64 << 20 };
static const double wide = 841.89, high = 595.28, margin = 42, pad = 4, size = 9.5, leading = 15;

struct paper {
	const struct compare_table *table;
	cairo_surface_t *surface;
	cairo_t *cr;
	struct arena *arena; /* of one row */
	double y;
	unsigned page;
	double column[4]; /* left edges, and the right edge of the last */
	unsigned columns;
	bool failed;
};

static cairo_status_t take_bytes(void *to, const unsigned char *bytes, unsigned int len)
{
	struct buffer *out = to;
	buffer_put(out, bytes, len);
	return buffer_ok(out) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* ---- characters ----------------------------------------------------------------------- */

struct letter {
	const char *at;
	uint8_t len;
	bool changed, newline;
	bool no_begin, no_end, word; /* may not begin a line, may not end one, part of a Latin word */
	double wide;
};
struct run {
	struct letter *at;
	size_t count, done; /* letters that are drawn */
};

/* bytes of the character that begins so; texts are valid UTF-8 */
static size_t utf8_len(char first)
{
	unsigned char c = (unsigned char)first;
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool one_of(const char *list, const char *at, size_t len)
{
	for (; *list; list += utf8_len(*list))
		if (utf8_len(*list) == len && memcmp(list, at, len) == 0)
			return true;
	return false;
}

static double width_of(struct paper *p, const char *at, size_t len)
{
	char text[8] = "";
	cairo_text_extents_t extents;
	memcpy(text, at, len < 7 ? len : 7);
	cairo_text_extents(p->cr, text, &extents);
	return extents.x_advance;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
}

static void add_text(struct paper *p, struct run *run, struct slice text, bool changed)
{
	static const char begins[] = "、。，．）」』】〕〉》］｝・：；？！ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％)],.";
	static const char ends[] = "（「『【〔〈《［｛([";
	for (size_t i = 0; i < text.len;) {
		const char *at = (const char *)text.at + i;
		size_t len = utf8_len(*at);
		if (len > text.len - i)
			break;
		run->at[run->count++] = (struct letter){.at = at, .len = (uint8_t)len, .changed = changed, .newline = *at == '\n',
			.no_begin = one_of(begins, at, len), .no_end = one_of(ends, at, len), .word = len == 1 && is_word(*at),
			.wide = *at == '\n' ? 0 : width_of(p, at, len)};
		i += len;
	}
}

static size_t room_for(const struct table_line *lines, const char *plain)
{
	size_t bytes = plain ? strlen(plain) : 0;
	for (const struct table_line *l = lines; l; l = l->next) {
		bytes += 32;
		for (size_t i = 0; i < l->span_count; i++)
			bytes += l->spans[i].text.len;
	}
	return bytes;
}

static struct run cell_run(struct paper *p, const struct table_line *lines, const char *plain)
{
	struct run run = {.at = ARENA_ARRAY(p->arena, room_for(lines, plain) + 1, struct letter)};
	p->failed |= !run.at;
	if (!run.at)
		return run;
	if (plain)
		add_text(p, &run, slice_str(plain), false);
	for (const struct table_line *l = lines; l; l = l->next) {
		for (unsigned d = 0; d < l->depth && d < 5; d++)
			add_text(p, &run, SLICE("　"), false);
		for (size_t i = 0; i < l->span_count; i++)
			add_text(p, &run, l->spans[i].text, l->spans[i].changed);
		if (l->next)
			add_text(p, &run, SLICE("\n"), false);
	}
	return run;
}

/* ---- lines ----------------------------------------------------------------------------- */

static bool may_break(const struct run *run, size_t at)
{
	const struct letter *before = &run->at[at - 1], *after = &run->at[at];
	return !after->no_begin && !before->no_end && !(before->word && after->word);
}

/* index behind the line that begins at `from` */
static size_t line_end(const struct run *run, size_t from, double room)
{
	double x = 0;
	size_t i = from;
	for (; i < run->count && !run->at[i].newline; i++) {
		x += run->at[i].wide;
		if (x > room && i > from)
			break;
	}
	if (i == run->count || run->at[i].newline)
		return i;
	size_t end = i;
	while (end > from + 1 && !may_break(run, end))
		end--;
	return end > from + 1 ? end : i;
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
	if (from->changed) {
		cairo_set_line_width(p->cr, 0.6);
		cairo_move_to(p->cr, before, y + 2);
		cairo_line_to(p->cr, x, y + 2);
		cairo_stroke(p->cr);
	}
	return x;
}

static void draw_line(struct paper *p, const struct run *run, size_t end, double x, double y)
{
	enum { PIECE = 100 };
	for (size_t i = run->done; i < end;) {
		size_t n = 1;
		while (i + n < end && n < PIECE && run->at[i + n].changed == run->at[i].changed)
			n++;
		x = draw_piece(p, &run->at[i], n, x, y);
		i += n;
	}
}

/* as many lines as fit; returns where the last ends */
static double draw_lines(struct paper *p, struct run *run, double left, double right, double bottom)
{
	double y = p->y + pad;
	while (run->done < run->count && y + leading + pad <= bottom) {
		size_t end = line_end(run, run->done, right - left - 2 * pad);
		draw_line(p, run, end, left + pad, y + leading * 0.75);
		run->done = end < run->count && run->at[end].newline ? end + 1 : end;
		y += leading;
	}
	return y + pad;
}

/* ---- pages --------------------------------------------------------------------------------- */

static void show_centred(struct paper *p, const char *text, double left, double right, double y)
{
	cairo_text_extents_t extents;
	cairo_text_extents(p->cr, text, &extents);
	cairo_move_to(p->cr, (left + right - extents.x_advance) / 2, y);
	cairo_show_text(p->cr, text);
}

static void draw_box(struct paper *p, double top, double bottom)
{
	for (unsigned c = 0; c < p->columns; c++)
		cairo_rectangle(p->cr, p->column[c], top, p->column[c + 1] - p->column[c], bottom - top);
	cairo_set_line_width(p->cr, 0.5);
	cairo_stroke(p->cr);
}

static void start_page(struct paper *p)
{
	const struct compare_style *s = p->table->style;
	char number[32];
	if (++p->page > 1)
		cairo_show_page(p->cr);
	p->failed |= p->page > PAGES_MOST;
	p->y = margin;
	if (p->page == 1) {
		cairo_set_font_size(p->cr, 12);
		show_centred(p, p->table->title, margin, wide - margin, p->y + 11);
		p->y += 26;
	}
	cairo_set_font_size(p->cr, size);
	snprintf(number, sizeof number, "%u", p->page);
	show_centred(p, number, margin, wide - margin, high - margin + 18);
	const char *const heads[] = {s->fresh_left ? s->fresh : s->old, s->fresh_left ? s->old : s->fresh, "備考"};
	for (unsigned c = 0; c < p->columns; c++)
		show_centred(p, heads[c], p->column[c], p->column[c + 1], p->y + 13);
	draw_box(p, p->y, p->y + 19);
	p->y += 19;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void draw_row(struct paper *p, const struct table_row *row)
{
	const bool left = p->table->style->fresh_left;
	const struct table_line *const lines[] = {left ? row->fresh : row->old, left ? row->old : row->fresh, NULL};
	struct run runs[3] = {{NULL, 0, 0}};
	bool over = false;
	arena_reset(p->arena);
	for (unsigned c = 0; c < p->columns; c++)
		runs[c] = cell_run(p, lines[c], c == 2 ? row->remark : NULL);
	while (!over && !p->failed) {
		double bottom = high - margin, end = p->y;
		if (bottom - p->y < 30) {
			start_page(p);
			continue;
		}
		over = true;
		for (unsigned c = 0; c < p->columns; c++) {
			double y = draw_lines(p, &runs[c], p->column[c], p->column[c + 1], bottom);
			end = y > end ? y : end;
			over &= runs[c].done == runs[c].count;
		}
		draw_box(p, p->y, end);
		p->y = end;
		if (!over)
			start_page(p);
	}
}

static void set_columns(struct paper *p)
{
	double remark = p->table->style->remarks ? 90 : 0, half = (wide - 2 * margin - remark) / 2;
	p->columns = p->table->style->remarks ? 3 : 2;
	p->column[0] = margin;
	p->column[1] = margin + half;
	p->column[2] = margin + 2 * half;
	p->column[3] = wide - margin;
}

static void set_font(struct paper *p, const struct paper_font *font)
{
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_options(p->cr, options);
	cairo_font_options_destroy(options);
	cairo_set_font_face(p->cr, paper_font_drawn(font));
}

struct result compare_pdf(const struct compare_table *table, const struct paper_font *font, struct buffer *out,
                          struct why *why)
{
	struct paper p = {.table = table, .arena = arena_new(CELL_ROOM)};
	if (!p.arena)
		return fail(why, E_MEMORY, "pdf", "no memory for the page");
	p.surface = cairo_pdf_surface_create_for_stream(take_bytes, out, wide, high);
	p.cr = cairo_create(p.surface);
	cairo_pdf_surface_set_metadata(p.surface, CAIRO_PDF_METADATA_TITLE, table->title);
	/* the same input gives the same bytes: no time of making */
	cairo_pdf_surface_set_metadata(p.surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
	set_font(&p, font);
	set_columns(&p);
	start_page(&p);
	for (const struct table_row *r = table->rows; r && !p.failed; r = r->next)
		draw_row(&p, r);
	p.failed |= cairo_status(p.cr) != CAIRO_STATUS_SUCCESS;
	cairo_destroy(p.cr);
	cairo_surface_finish(p.surface);
	p.failed |= cairo_surface_status(p.surface) != CAIRO_STATUS_SUCCESS || !buffer_ok(out);
	cairo_surface_destroy(p.surface);
	arena_free(p.arena);
	return p.failed ? fail(why, E_SYSTEM, "pdf", "PDFを書き出せませんでした。") : ok();
}
