/* The drawer by poppler-glib.  One document at a time, one page's pixels at a time. */
#include "gate/draw/draw_pages.h"
#include "gate/draw/internal.h"

#include "base/text.h"

#include <cairo.h>
#include <math.h>
#include <poppler.h>
#include <stdlib.h>

struct drawing {
	GBytes *bytes;
	PopplerDocument *document;
	cairo_surface_t *surface;
};

static void end_drawing(struct drawing *d)
{
	if (!d)
		return;
	if (d->surface)
		cairo_surface_destroy(d->surface);
	if (d->document)
		g_object_unref(d->document);
	if (d->bytes)
		g_bytes_unref(d->bytes);
	free(d);
}

static struct result begin_drawing(struct slice pdf, struct drawing **out, uint32_t *pages, struct why *why)
{
	struct drawing *d = calloc(1, sizeof *d);
	GError *error = NULL;
	if (!d)
		return fail(why, E_MEMORY, "", "no memory to draw");
	d->bytes = g_bytes_new_static(pdf.at, pdf.len);
	d->document = poppler_document_new_from_bytes(d->bytes, NULL, &error);
	int count = d->document ? poppler_document_get_n_pages(d->document) : 0;
	struct result r = ok();
	if (count <= 0)
		r = fail(why, E_INPUT, "", "poppler: %s", error ? error->message : "a document without pages");
	g_clear_error(&error);
	if (r.code != OK) {
		end_drawing(d);
		return r;
	}
	*out = d;
	*pages = (uint32_t)count;
	return ok();
}

static struct result take_page(struct drawing *d, uint32_t page, PopplerPage **out, struct why *why)
{
	*out = poppler_document_get_page(d->document, (int)page);
	return *out ? ok() : fail(why, E_INPUT, "", "poppler: the page cannot be read");
}

static struct result page_size(struct drawing *d, uint32_t page, double *width, double *height, struct why *why)
{
	PopplerPage *p = NULL;
	TRY(take_page(d, page, &p, why));
	poppler_page_get_size(p, width, height);
	g_object_unref(p);
	return ok();
}

static struct result status(cairo_status_t said, struct why *why)
{
	if (said == CAIRO_STATUS_SUCCESS)
		return ok();
	return fail(why, said == CAIRO_STATUS_NO_MEMORY ? E_MEMORY : E_INPUT, "", "cairo: %s", cairo_status_to_string(said));
}

/* White paper, then the page with the looks of its annotations and fields. */
static struct result render(PopplerPage *page, cairo_surface_t *surface, uint32_t dpi, struct why *why)
{
	cairo_t *cr = cairo_create(surface);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, dpi / 72.0, dpi / 72.0);
	poppler_page_render(page, cr);
	struct result r = status(cairo_status(cr), why);
	cairo_destroy(cr);
	return r;
}

static struct result draw_page(struct drawing *d, uint32_t page, uint32_t dpi, uint32_t width, uint32_t height,
                               const uint8_t **pixels, struct why *why)
{
	PopplerPage *p = NULL;
	TRY(take_page(d, page, &p, why));
	if (d->surface)
		cairo_surface_destroy(d->surface);
	d->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
	struct result r = status(cairo_surface_status(d->surface), why);
	if (r.code == OK)
		r = render(p, d->surface, dpi, why);
	g_object_unref(p);
	TRY(r);
	cairo_surface_flush(d->surface);
	if (cairo_image_surface_get_stride(d->surface) != (int)(4 * width))
		return fail(why, E_SYSTEM, "", "cairo: rows of another length");
	*pixels = cairo_image_surface_get_data(d->surface);
	return ok();
}

/* ---- what was filled into fields --------------------------------------- */

/* Poppler's text of a page leaves fields out.  A field's value is set evenly into its
 * box, a line for each line of it; what nobody sees (hidden fields, passwords) is not. */
struct filled {
	PopplerPage *page;
	double height;
	struct arena *arena;
	struct drawn_letter *letters;
	size_t count, room;
};

static bool put_letter(struct filled *f, struct drawn_letter letter)
{
	if (f->count == f->room) {
		size_t room = f->room ? 2 * f->room : 256;
		struct drawn_letter *more = ARENA_ARRAY(f->arena, room, struct drawn_letter);
		if (!more)
			return false;
		if (f->count)
			memcpy(more, f->letters, f->count * sizeof *more);
		f->letters = more;
		f->room = room;
	}
	f->letters[f->count++] = letter;
	return true;
}

static bool put_value(struct filled *f, const PopplerRectangle *box, struct slice value)
{
	enum { LINE_LEAST = 8, LINE_MOST = 24 };
	double line = box->y2 - box->y1, top = f->height - box->y2;
	line = line < LINE_LEAST ? LINE_LEAST : line > LINE_MOST ? LINE_MOST : line;
	double step = utf8_length(value) ? (box->x2 - box->x1) / (double)utf8_length(value) : 0, x = box->x1;
	step = step > line / 2 ? line / 2 : step;
	bool fine = true;
	for (size_t at = 0; fine && at < value.len;) {
		int32_t c = utf8_next(value, &at);
		bool end = c == '\n' || c == '\r';
		if (c < 0)
			continue;
		fine = put_letter(f, (struct drawn_letter){end ? '\n' : (uint32_t)c, x, top, x + step, top + line});
		top += end ? line : 0;
		x = end ? box->x1 : x + step;
	}
	return fine && put_letter(f, (struct drawn_letter){.character = '\n'});
}

static bool is_hidden(PopplerPage *page, const PopplerRectangle *box)
{
	const unsigned unseen = POPPLER_ANNOT_FLAG_HIDDEN | POPPLER_ANNOT_FLAG_NO_VIEW | POPPLER_ANNOT_FLAG_INVISIBLE;
	GList *all = poppler_page_get_annot_mapping(page);
	bool hidden = false;
	for (GList *l = all; l; l = l->next) {
		const PopplerAnnotMapping *m = l->data;
		bool there = fabs(m->area.x1 - box->x1) < 1 && fabs(m->area.y1 - box->y1) < 1;
		hidden |= there && poppler_annot_get_annot_type(m->annot) == POPPLER_ANNOT_WIDGET &&
		          ((unsigned)poppler_annot_get_flags(m->annot) & unseen);
	}
	poppler_page_free_annot_mapping(all);
	return hidden;
}

static char *value_of(PopplerFormField *field)
{
	PopplerFormFieldType type = poppler_form_field_get_field_type(field);
	if (type == POPPLER_FORM_FIELD_TEXT && !poppler_form_field_text_is_password(field))
		return poppler_form_field_text_get_text(field);
	return type == POPPLER_FORM_FIELD_CHOICE && poppler_form_field_choice_is_editable(field)
		? poppler_form_field_choice_get_text(field) : NULL;
}

static bool put_fields(struct filled *f)
{
	GList *all = poppler_page_get_form_field_mapping(f->page);
	bool fine = true;
	for (GList *l = all; l && fine; l = l->next) {
		const PopplerFormFieldMapping *m = l->data;
		char *value = value_of(m->field);
		if (value && *value && !is_hidden(f->page, &m->area))
			fine = put_value(f, &m->area, slice_str(value));
		g_free(value);
	}
	poppler_page_free_form_field_mapping(all);
	return fine;
}

/* A box for each character of the text; where poppler counts them otherwise, none are
 * placed, and the layer would lie: that page fails. */
static struct result put_text(struct filled *f, struct why *why)
{
	PopplerRectangle *boxes = NULL;
	guint boxed = 0;
	char *text = poppler_page_get_text(f->page);
	bool laid = poppler_page_get_text_layout(f->page, &boxes, &boxed);
	struct slice all = slice_str(text ? text : "");
	size_t letters = utf8_length(all), at = 0;
	bool counted = (laid && boxed == letters) || letters == 0, fine = counted;
	for (size_t i = 0; fine && i < letters; i++)
		fine = put_letter(f, (struct drawn_letter){(uint32_t)utf8_next(all, &at), boxes[i].x1, boxes[i].y1, boxes[i].x2, boxes[i].y2});
	g_free(boxes);
	g_free(text);
	if (!counted)
		return fail(why, E_INPUT, "", "poppler: %zu letters in %u places", letters, boxed);
	return fine ? ok() : fail(why, E_MEMORY, "", "no memory for a page's text");
}

static struct result page_letters(struct drawing *d, uint32_t page, struct arena *arena, struct drawn_letter **out,
                                  size_t *count, struct why *why)
{
	struct filled f = {.arena = arena};
	double width = 0;
	TRY(take_page(d, page, &f.page, why));
	poppler_page_get_size(f.page, &width, &f.height);
	struct result r = put_text(&f, why);
	if (r.code == OK && (!put_letter(&f, (struct drawn_letter){.character = '\n'}) || !put_fields(&f)))
		r = fail(why, E_MEMORY, "", "no memory for a page's text");
	g_object_unref(f.page);
	*out = f.letters;
	*count = f.count;
	return r;
}

static struct drawer drawer = {.open = begin_drawing, .size = page_size, .draw = draw_page, .letters = page_letters,
                               .close = end_drawing};

static const char *try_out(struct slice pdf)
{
	struct drawing *sample = NULL;
	const uint8_t *pixels = NULL;
	uint32_t pages = 0;
	size_t ink = 0;
	bool drawn = begin_drawing(pdf, &sample, &pages, NULL).code == OK && draw_page(sample, 0, 72, 300, 300, &pixels, NULL).code == OK;
	for (size_t i = 0; drawn && i < (size_t)300 * 300; i++)
		ink += pixels[4 * i] < 128;
	end_drawing(sample);
	if (!drawn)
		return "the page that is drawn for a trial cannot be drawn";
	return ink > 100 ? NULL : "the page that is drawn for a trial comes out empty";
}

/* One document stays open: poppler's tables live as long as any does. */
static const char *draw_sample(void)
{
	static struct drawing *holder;
	static struct buffer pdf;
	uint32_t pages = 0;
	if (!holder)
		sample_pdf(&pdf);
	if (!buffer_ok(&pdf) || (!holder && begin_drawing(buffer_slice(&pdf), &holder, &pages, NULL).code != OK))
		return "the page that is drawn for a trial cannot be read";
	return try_out(buffer_slice(&pdf));
}

const struct drawer *draw_prepare(bool (*keep)(const char *path))
{
	drawer.unfit = fonts_prepare(keep);
	if (!drawer.unfit)
		drawer.unfit = draw_sample();
	return &drawer;
}
