/* Is this a document of pictures that was made here?
 *
 * What is read of it goes into the same writer again; the answer is whether the same
 * bytes come out.  So the reader may be short: whatever it passes over, another order,
 * another key, an object more, makes another document, which is then drawn like any.
 * Its pictures are decoded to their last bit and coded anew on the way. */
#include "gate/file/pages.h"

#include <stdlib.h>

struct own {
	struct job job;          /* a copy: nothing that fails here is told, budgets are paid */
	struct file_report report;
	struct why *why;
	struct pdf_document doc;
	const struct pdf_value *pages; /* the array /Kids */
	struct pages_font font;
	bool text;               /* the pages name the font */
	struct pages_size *sizes;
	struct buffer content, scratch, coded, again;
	struct pages_writer writer;
};

static bool get(struct own *o, const struct pdf_value *dict, const char *key, const struct pdf_value **value)
{
	return dict && pdf_get_resolved(&o->doc, dict, key, value).code == OK;
}

static bool get_dict(struct own *o, const struct pdf_value *dict, const char *key, const struct pdf_value **value)
{
	return get(o, dict, key, value) && (*value)->kind == PDF_DICT;
}

static bool get_stream(struct own *o, const struct pdf_value *dict, const char *key, const struct pdf_object **object)
{
	const struct pdf_value *value;
	return dict && pdf_resolve(&o->doc, pdf_get(dict, key), &value, object).code == OK && *object && (*object)->stream;
}

/* ---- pages ------------------------------------------------------------- */

static bool take_units(struct slice digits, int64_t *out)
{
	int64_t value = 0, scale = 0;
	for (size_t i = 0; i < digits.len; i++) {
		bool dot = digits.at[i] == '.';
		if ((dot && scale) || (!dot && (digits.at[i] < '0' || digits.at[i] > '9')) || value > INT32_MAX || scale > PAGES_POINT)
			return false;
		value = dot ? value : value * 10 + (digits.at[i] - '0');
		scale = dot ? 1 : scale * 10;
	}
	for (scale = scale ? scale : 1; scale < PAGES_POINT; scale *= 10)
		value *= 10;
	*out = value;
	return scale == PAGES_POINT && value > 0 && value <= (int64_t)PAGES_SIDE * PAGES_POINT;
}

static bool is_units(const struct pdf_value *v, int64_t *out)
{
	if (v->kind == PDF_REAL)
		return take_units(pdf_text(v), out);
	*out = v->kind == PDF_INT && v->integer <= PAGES_SIDE ? v->integer * PAGES_POINT : 0;
	return *out > 0;
}

static struct slice unit_of(struct job *job, const struct pdf_value *v)
{
	if (v->kind == PDF_REAL)
		return arena_copy(job->arena, pdf_text(v));
	if (v->kind != PDF_INT)
		return slice_of(NULL, 0);
	const char *text = arena_printf(job->arena, "%lld", (long long)v->integer);
	return slice_str(text);
}

static bool open_tree(struct own *o)
{
	const struct pdf_value *root, *tree;
	return pdf_open(&o->doc).code == OK && get_dict(o, &o->doc.trailer, "Root", &root) &&
	       get_dict(o, root, "Pages", &tree) && get(o, tree, "Kids", &o->pages) && o->pages->kind == PDF_ARRAY &&
	       o->pages->count > 0;
}

static bool page_at(struct own *o, uint32_t i, const struct pdf_value **page)
{
	return pdf_resolve(&o->doc, &o->pages->items[i], page, NULL).code == OK && (*page)->kind == PDF_DICT;
}

static bool take_box(struct own *o, const struct pdf_value *page, struct pages_size *size)
{
	const struct pdf_value *box, *unit;
	if (!get(o, page, "MediaBox", &box) || box->kind != PDF_ARRAY || box->count != 4 || !get(o, page, "UserUnit", &unit))
		return false;
	size->unit = unit_of(&o->job, unit);
	return is_units(&box->items[2], &size->width) && is_units(&box->items[3], &size->height);
}

static bool is_side(const struct pdf_value *v)
{
	return v->kind == PDF_INT && v->integer > 0 && v->integer <= PAGES_PIXELS;
}

static bool take_picture(struct own *o, const struct pdf_value *page, struct pages_picture *out)
{
	const struct pdf_value *resources, *xobjects, *width, *height, *filter, *space;
	const struct pdf_object *picture;
	if (!get_dict(o, page, "Resources", &resources) || !get_dict(o, resources, "XObject", &xobjects) ||
	    !get_stream(o, xobjects, "P", &picture) || !get(o, &picture->value, "Width", &width) ||
	    !get(o, &picture->value, "Height", &height) || !get(o, &picture->value, "Filter", &filter) ||
	    !get(o, &picture->value, "ColorSpace", &space) || !is_side(width) || !is_side(height) ||
	    width->integer * height->integer > PAGES_PIXELS)
		return false;
	*out = (struct pages_picture){.width = (uint32_t)width->integer, .height = (uint32_t)height->integer,
	                              .colour = pdf_is_name(space, "DeviceRGB"), .jpeg = pdf_is_name(filter, "DCTDecode"),
	                              .bytes = picture->data};
	return true;
}

/* Dots an inch: the only ones with which the picture lies where it lies. */
static bool take_dpi(struct own *o, const struct pages_size *size, const struct pages_picture *picture, struct slice content,
                     uint32_t *dpi, size_t *place)
{
	size_t from = 2, len = 0;
	int64_t wide = 0;
	while (from + len < content.len && content.at[from + len] != ' ')
		len++;
	struct slice digits = slice_part(content, from, len);
	if (len > 12 || !take_units(digits, &wide))
		return false;
	*dpi = (uint32_t)(((int64_t)picture->width * 72 * PAGES_POINT + wide / 2) / wide);
	if (*dpi == 0 || *dpi > PAGES_DPI_MOST)
		return false;
	buffer_clear(&o->scratch);
	pages_place(size, picture, *dpi, &o->scratch);
	*place = o->scratch.len;
	return buffer_ok(&o->scratch) && slice_starts(content, buffer_slice(&o->scratch));
}

static bool take_page(struct own *o, uint32_t i, struct pages_picture *picture, uint32_t *dpi)
{
	const struct pdf_value *page;
	const struct pdf_object *content;
	struct slice plain;
	size_t place = 0;
	if (!page_at(o, i, &page) || !take_picture(o, page, picture) || !get_stream(o, page, "Contents", &content) ||
	    pdf_plain(&o->doc, content, &plain).code != OK || !take_dpi(o, &o->sizes[i], picture, plain, dpi, &place))
		return false;
	buffer_clear(&o->content);
	buffer_put_slice(&o->content, slice_part(plain, place, plain.len));
	return buffer_ok(&o->content) && pages_text_sound(buffer_slice(&o->content), pages_font_count(&o->font));
}

/* ---- the font ---------------------------------------------------------- */

static bool take_font(struct own *o)
{
	const struct pdf_value *page, *resources, *fonts, *font, *below, *descendant, *widths;
	const struct pdf_object *unicode;
	struct slice plain;
	if (!page_at(o, 0, &page) || !get_dict(o, page, "Resources", &resources) || !get(o, resources, "Font", &fonts))
		return false;
	if (fonts->kind == PDF_NULL)
		return true;
	o->text = true;
	return get_dict(o, fonts, "T", &font) && get(o, font, "DescendantFonts", &below) && below->kind == PDF_ARRAY &&
	       below->count == 1 && pdf_resolve(&o->doc, &below->items[0], &descendant, NULL).code == OK &&
	       get(o, descendant, "W", &widths) && get_stream(o, font, "ToUnicode", &unicode) &&
	       pdf_plain(&o->doc, unicode, &plain).code == OK && pages_font_read(&o->font, widths, plain);
}

/* ---- once more --------------------------------------------------------- */

/* One page into the writer; the picture is proven where it was not yet. */
static struct result write_page(struct own *o, uint32_t i, bool prove, bool text, bool *same)
{
	struct pages_picture picture;
	uint32_t dpi;
	*same = take_page(o, i, &picture, &dpi);
	if (*same && prove)
		TRY(pages_picture_same(&o->job, &picture, &o->scratch, &o->coded, same, o->why));
	return *same ? pages_add(&o->writer, i, dpi, &picture, text ? buffer_slice(&o->content) : SLICE("")) : ok();
}

/* out grows by the document as it would be written with or without its text */
static struct result write_all(struct own *o, bool prove, bool text, struct buffer *out, bool *same)
{
	pages_done(&o->writer);
	TRY(pages_begin(&o->writer, &o->job, text ? &o->font : NULL, o->sizes, o->pages->count, out, o->why));
	*same = true;
	for (uint32_t i = 0; *same && i < o->pages->count; i++)
		TRY(write_page(o, i, prove, text, same));
	return *same ? pages_end(&o->writer) : ok();
}

static struct result is_own(struct own *o, struct slice pdf, bool *own)
{
	struct pages_picture first;
	uint32_t dpi;
	*own = open_tree(o) && take_font(o);
	o->sizes = *own ? ARENA_ARRAY(o->job.arena, o->pages->count, struct pages_size) : NULL;
	for (uint32_t i = 0; o->sizes && *own && i < o->pages->count; i++) {
		const struct pdf_value *page;
		*own = page_at(o, i, &page) && take_box(o, page, &o->sizes[i]);
	}
	*own = *own && o->sizes && take_page(o, 0, &first, &dpi); /* most documents are told here */
	if (!*own)
		return ok();
	buffer_clear(&o->again);
	TRY(write_all(o, true, o->text, &o->again, own));
	*own = *own && slice_equal(buffer_slice(&o->again), pdf);
	return ok();
}

static struct result judge(struct own *o, struct slice pdf, bool text, struct buffer *out, bool *own, bool *plain)
{
	bool same = false;
	TRY(is_own(o, pdf, own));
	if (!*own || text || !o->text)
		return ok();
	TRY(write_all(o, false, false, out, &same));
	*plain = same;
	return ok();
}

static void done(struct own *o)
{
	pages_done(&o->writer);
	pdf_close(&o->doc);
	pages_font_done(&o->font);
	buffer_done(&o->content);
	buffer_done(&o->scratch);
	buffer_done(&o->coded);
	buffer_done(&o->again);
}

static void begin(struct own *o, struct job *job, struct slice pdf, struct why *why)
{
	*o = (struct own){.job = *job, .report = *job->report, .why = why};
	o->job.report = &o->report;
	o->job.tail = &o->report.removals;
	o->doc = (struct pdf_document){.job = &o->job, .in = pdf};
	buffer_init(&o->content, (size_t)1 << 27);
	buffer_init(&o->scratch, (size_t)PAGES_PIXELS * 4);
	buffer_init(&o->coded, (size_t)PAGES_PIXELS * 4);
	buffer_init(&o->again, pdf.len + 65536);
}

/* A budget that ended here ends for the document too. */
static struct result settle(struct own *o, struct job *job, struct result r, bool *own)
{
	job->left.work = o->job.left.work;
	job->left.expanded_bytes = o->job.left.expanded_bytes;
	if (r.code == OK || r.code == E_MEMORY)
		return r;
	*own = false;
	return ok();
}

struct result pages_own(struct job *job, struct slice pdf, bool text, struct buffer *out, bool *own, bool *plain,
                        struct why *why)
{
	struct own *o = ARENA_NEW(job->arena, struct own);
	*own = *plain = false;
	if (!o)
		return job_memory(why);
	begin(o, job, pdf, why);
	struct result r = pages_font_init(&o->font, why);
	size_t before = out->len;
	if (r.code == OK)
		r = judge(o, pdf, text, out, own, plain);
	r = settle(o, job, r, own);
	if (!*plain)
		out->len = before;
	if (*own && !*plain && !text && o->text)
		*own = false; /* its text could not be taken: it is drawn anew */
	done(o);
	return r;
}

struct result pages_units(struct job *job, struct slice pdf, struct pages_size *sizes, uint32_t count,
                          struct why *why)
{
	struct own *o = ARENA_NEW(job->arena, struct own);
	if (!o)
		return job_memory(why);
	begin(o, job, pdf, why);
	bool good = open_tree(o) && o->pages->count == count;
	for (uint32_t i = 0; good && i < count; i++) {
		const struct pdf_value *page, *unit;
		good = page_at(o, i, &page) && get(o, page, "UserUnit", &unit);
		sizes[i].unit = good ? unit_of(job, unit) : slice_of(NULL, 0);
	}
	(void)settle(o, job, ok(), &good);
	done(o);
	return good ? ok() : job_refuse(job, REFUSAL_FAILED, "", "the drawer sees another number of pages");
}
