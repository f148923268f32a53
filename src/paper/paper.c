/* Pages, their heads and feet, and words between tables. */
#include "paper/internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROW_ROOM = 128 << 20 };
static const double short_side = 595.28, long_side = 841.89, margin = 42; /* A4 in points; 15 mm */

static cairo_status_t take_bytes(void *to, const unsigned char *bytes, unsigned int len)
{
	struct paper *p = to;
	buffer_put(p->out, bytes, len);
	return buffer_ok(p->out) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

void paper_to(struct paper *paper, struct buffer *out)
{
	paper->out = out;
}

unsigned paper_pages(const struct paper *paper)
{
	return paper->page;
}

void paper_set_size(struct paper *p, double size, double leading)
{
	p->size = size;
	p->leading = leading;
	cairo_set_font_size(p->cr, size);
}

static void small_words(struct paper *p, const char *words, double y, enum paper_align align)
{
	double size = p->size, leading = p->leading;
	if (!words || !*words)
		return;
	paper_set_size(p, 8, 11);
	struct run run = run_text(p, words);
	if (run.count)
		run_draw_line(p, &run, p->left, p->right, y, align);
	paper_set_size(p, size, leading);
}

static void start_page(struct paper *p)
{
	char number[32];
	if (++p->page > 1)
		cairo_show_page(p->cr);
	if (p->page > PAPER_PAGES && !p->failed)
		p->failed = E_LIMIT;
	p->y = p->top;
	snprintf(number, sizeof number, "― %u ―", p->page);
	small_words(p, number, p->bottom + 22, PAPER_CENTRE);
	small_words(p, p->options.foot, p->bottom + 22, PAPER_LEFT);
	small_words(p, p->options.head, p->top - 14, PAPER_RIGHT);
	if (p->page > 1)
		small_words(p, p->options.title, p->top - 14, PAPER_LEFT);
}

void paper_new_page(struct paper *p)
{
	if (p->failed)
		return;
	start_page(p);
	if (p->table_open)
		table_heads(p);
}

void paper_need(struct paper *p, double points)
{
	if (p->bottom - p->y < points && p->y > p->top)
		paper_new_page(p);
}

static void set_font(struct paper *p)
{
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_options(p->cr, options);
	cairo_font_options_destroy(options);
	cairo_set_font_face(p->cr, paper_font_drawn(p->font));
}

struct result paper_begin(const struct paper_font *font, const struct paper_options *options, struct buffer *out,
                          struct paper **paper, struct why *why)
{
	AUTO(paper_drop) struct paper *p = calloc(1, sizeof *p);
	if (!font)
		return fail(why, E_ABSENT, "pdf", "日本語の書体がないため、PDFを書き出せません。画面を印刷してください。");
	if (!p || !(p->arena = arena_new(ROW_ROOM)) || !(p->widths = calloc(KNOWN_WIDTHS, sizeof *p->widths)))
		return fail(why, E_MEMORY, "pdf", "no memory for the page");
	p->options = *options;
	p->font = font;
	p->out = out;
	p->wide = options->across ? long_side : short_side;
	p->high = options->across ? short_side : long_side;
	p->left = p->top = margin;
	p->right = p->wide - margin;
	p->bottom = p->high - margin - 6;
	p->surface = cairo_pdf_surface_create_for_stream(take_bytes, p, p->wide, p->high);
	p->cr = cairo_create(p->surface);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, options->title);
	/* the same input gives the same bytes: no time of making */
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
	set_font(p);
	paper_set_size(p, 9.5, 15);
	start_page(p);
	*paper = p;
	p = NULL;
	return ok();
}

/* ---- words ------------------------------------------------------------------------ */

static void put_words(struct paper *p, const char *words, double size, double leading, enum paper_align align)
{
	p->y += p->table_open ? 3 : 0;
	p->table_open = false;
	if (p->failed)
		return;
	arena_reset(p->arena);
	paper_set_size(p, size, leading);
	struct run run = run_text(p, words);
	while (run.done < run.count && !p->failed) {
		paper_need(p, leading);
		run_draw_line(p, &run, p->left, p->right, p->y + leading * 0.75, align);
		p->y += leading;
	}
	paper_set_size(p, 9.5, 15);
}

void paper_title(struct paper *paper, const char *words)
{
	put_words(paper, words, 15, 24, PAPER_CENTRE);
	paper->y += 6;
}

void paper_heading(struct paper *paper, const char *words)
{
	paper->table_open = false;
	paper_need(paper, 125); /* not alone at the foot of a page, nor with the heads of a table only */
	paper->y += paper->y > paper->top ? 8 : 0;
	put_words(paper, words, 11, 17, PAPER_LEFT);
	paper->y += 2;
}

void paper_words(struct paper *paper, enum paper_align align, const char *words)
{
	put_words(paper, words, 10, 16, align);
}

void paper_note(struct paper *paper, const char *words)
{
	put_words(paper, words, 8.5, 13, PAPER_LEFT);
}

void paper_space(struct paper *paper, double points)
{
	paper->table_open = false;
	paper->y += points;
}

/* ---- the end ------------------------------------------------------------------------ */

static void tell_missing(struct paper *p)
{
	char text[MISSING_MOST * 12 + 200];
	int len = snprintf(text, sizeof text, "〓は、この書体にない字です:");
	for (size_t i = 0; i < p->missing_count; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, " U+%04X", p->missing[i]);
	paper_note(p, text);
}

static struct result end_why(const struct paper *p, struct why *why)
{
	if (p->failed == E_LIMIT)
		return fail(why, E_LIMIT, "pdf", "PDFには長すぎます（%dページまで、一つの欄は%dバイトまで）。表（xlsx）で書き出してください。",
		            PAPER_PAGES, PAPER_CELL);
	return fail(why, E_SYSTEM, "pdf", "PDFを書き出せませんでした。");
}

struct result paper_end(struct paper *paper, bool signs_off, struct why *why)
{
	struct paper *p = paper;
	if (signs_off)
		paper_words(p, PAPER_RIGHT, "以上");
	if (p->missing_count)
		tell_missing(p);
	if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS && !p->failed)
		p->failed = E_SYSTEM;
	cairo_destroy(p->cr);
	cairo_surface_finish(p->surface);
	if ((cairo_surface_status(p->surface) != CAIRO_STATUS_SUCCESS || !buffer_ok(p->out)) && !p->failed)
		p->failed = E_SYSTEM;
	cairo_surface_destroy(p->surface);
	p->ended = true;
	return p->failed ? end_why(p, why) : ok();
}

/* Bytes of a file that nobody ends go nowhere. */
static void abandon(struct paper *p)
{
	struct buffer nowhere;
	buffer_init(&nowhere, 0);
	p->out = &nowhere;
	if (p->cr)
		cairo_destroy(p->cr);
	if (p->surface) {
		cairo_surface_finish(p->surface);
		cairo_surface_destroy(p->surface);
	}
	buffer_done(&nowhere);
}

void paper_drop(struct paper **paper)
{
	struct paper *p = *paper;
	*paper = NULL;
	if (!p)
		return;
	if (!p->ended)
		abandon(p);
	arena_free(p->arena);
	free(p->widths);
	free(p);
}
