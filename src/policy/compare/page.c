/* The table on paper: A4 across, two columns (and remarks), heads repeated on
 * every page, a row that does not fit goes on overleaf.  Pango shapes the text
 * and cairo embeds the font, so that what is printed can be searched. */
#include "policy/compare/internal.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <cairo-pdf.h>

enum { PAGES_MOST = 2000 };
static const double wide = 841.89, high = 595.28, margin = 42, pad = 4, size = 9.5;

struct paper {
	const struct compare_table *table;
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoLayout *layout;
	struct buffer *out;
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

static void set_font(struct paper *p, double points, const char *weight)
{
	char name[96];
	snprintf(name, sizeof name, "Noto Serif CJK JP, Noto Sans CJK JP, serif %s", weight);
	PangoFontDescription *font = pango_font_description_from_string(name);
	pango_font_description_set_absolute_size(font, points * PANGO_SCALE);
	pango_layout_set_font_description(p->layout, font);
	pango_font_description_free(font);
}

/* ---- a cell's text with its marks ------------------------------------------------------ */

static void add_mark(PangoAttrList *marks, size_t from, size_t to)
{
	PangoAttribute *mark = pango_attr_underline_new(PANGO_UNDERLINE_SINGLE);
	mark->start_index = (guint)from;
	mark->end_index = (guint)to;
	pango_attr_list_insert(marks, mark);
}

static void fill_text(const struct table_line *lines, struct buffer *text, PangoAttrList *marks)
{
	for (const struct table_line *l = lines; l; l = l->next) {
		for (unsigned d = 0; d < l->depth && d < 5; d++)
			buffer_put_str(text, "　");
		for (size_t i = 0; i < l->span_count; i++) {
			size_t from = text->len;
			buffer_put_slice(text, l->spans[i].text);
			if (l->spans[i].changed)
				add_mark(marks, from, text->len);
		}
		if (l->next)
			buffer_put_u8(text, '\n');
	}
}

static PangoLayout *cell_layout(struct paper *p, const struct table_line *lines, const char *plain,
                                double width)
{
	PangoLayout *layout = pango_layout_copy(p->layout);
	PangoAttrList *marks = pango_attr_list_new();
	struct buffer text;
	buffer_init(&text, IMPORT_BYTES * 2u);
	if (plain)
		buffer_put_str(&text, plain);
	fill_text(lines, &text, marks);
	pango_layout_set_width(layout, (int)((width - 2 * pad) * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_text(layout, buffer_cstr(&text), (int)text.len);
	pango_layout_set_attributes(layout, marks);
	p->failed |= !buffer_ok(&text);
	pango_attr_list_unref(marks);
	buffer_done(&text);
	return layout;
}

/* ---- pages --------------------------------------------------------------------------------- */

static void show_centred(struct paper *p, const char *text, double left, double right, double y)
{
	pango_layout_set_attributes(p->layout, NULL);
	pango_layout_set_width(p->layout, (int)((right - left) * PANGO_SCALE));
	pango_layout_set_alignment(p->layout, PANGO_ALIGN_CENTER);
	pango_layout_set_text(p->layout, text, -1);
	cairo_move_to(p->cr, left, y);
	pango_cairo_show_layout(p->cr, p->layout);
	pango_layout_set_alignment(p->layout, PANGO_ALIGN_LEFT);
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
		set_font(p, 12, "bold");
		show_centred(p, p->table->title, margin, wide - margin, p->y);
		p->y += 26;
	}
	set_font(p, size, "");
	snprintf(number, sizeof number, "%u", p->page);
	show_centred(p, number, margin, wide - margin, high - margin + 8);
	const char *const heads[] = {s->fresh_left ? s->fresh : s->old, s->fresh_left ? s->old : s->fresh, "備考"};
	for (unsigned c = 0; c < p->columns; c++)
		show_centred(p, heads[c], p->column[c], p->column[c + 1], p->y + 3);
	draw_box(p, p->y, p->y + 19);
	p->y += 19;
}

/* ---- rows ------------------------------------------------------------------------------------ */

struct cell {
	PangoLayout *layout;
	PangoLayoutIter *iter;
	bool over;
};

static double line_height(PangoLayoutIter *iter)
{
	int from, to;
	pango_layout_iter_get_line_yrange(iter, &from, &to);
	return pango_units_to_double(to - from) * 1.25;
}

/* as many lines as fit; returns where the last ends */
static double draw_lines(struct paper *p, struct cell *cell, double left, double bottom)
{
	double y = p->y + pad;
	while (!cell->over) {
		double height = line_height(cell->iter);
		if (y + height + pad > bottom)
			break;
		int base = pango_layout_iter_get_baseline(cell->iter), from, to;
		pango_layout_iter_get_line_yrange(cell->iter, &from, &to);
		cairo_move_to(p->cr, left + pad, y + pango_units_to_double(base - from) + height * 0.1);
		pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(cell->iter));
		y += height;
		cell->over = !pango_layout_iter_next_line(cell->iter);
	}
	return y + pad;
}

static void draw_row(struct paper *p, const struct table_row *row)
{
	const bool left = p->table->style->fresh_left;
	const struct table_line *const lines[] = {left ? row->fresh : row->old, left ? row->old : row->fresh, NULL};
	struct cell cells[3] = {{NULL, NULL, false}};
	bool over = false;
	for (unsigned c = 0; c < p->columns; c++) {
		cells[c].layout = cell_layout(p, lines[c], c == 2 ? row->remark : NULL, p->column[c + 1] - p->column[c]);
		cells[c].iter = pango_layout_get_iter(cells[c].layout);
	}
	while (!over && !p->failed) {
		double bottom = high - margin, end = p->y;
		if (bottom - p->y < 30) {
			start_page(p);
			continue;
		}
		over = true;
		for (unsigned c = 0; c < p->columns; c++) {
			double y = draw_lines(p, &cells[c], p->column[c], bottom);
			end = y > end ? y : end;
			over &= cells[c].over;
		}
		draw_box(p, p->y, end);
		p->y = end;
		if (!over)
			start_page(p);
	}
	for (unsigned c = 0; c < p->columns; c++) {
		pango_layout_iter_free(cells[c].iter);
		g_object_unref(cells[c].layout);
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

struct result compare_pdf(const struct compare_table *table, struct buffer *out, struct why *why)
{
	struct paper p = {.table = table, .out = out};
	p.surface = cairo_pdf_surface_create_for_stream(take_bytes, out, wide, high);
	p.cr = cairo_create(p.surface);
	p.layout = pango_cairo_create_layout(p.cr);
	cairo_pdf_surface_set_metadata(p.surface, CAIRO_PDF_METADATA_TITLE, table->title);
	/* the same input gives the same bytes: no time of making */
	cairo_pdf_surface_set_metadata(p.surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
	set_columns(&p);
	start_page(&p);
	for (const struct table_row *r = table->rows; r && !p.failed; r = r->next)
		draw_row(&p, r);
	g_object_unref(p.layout);
	cairo_destroy(p.cr);
	cairo_surface_finish(p.surface);
	p.failed |= cairo_surface_status(p.surface) != CAIRO_STATUS_SUCCESS || !buffer_ok(out);
	cairo_surface_destroy(p.surface);
	return p.failed ? fail(why, E_SYSTEM, "pdf", "PDFを書き出せませんでした。") : ok();
}
