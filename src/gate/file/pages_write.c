/* The one layout of a document of pictures: that which the usual rebuild gives it.
 *
 * Objects are numbered and written in the order in which pdf_walk.c would meet them:
 * all pages, then each page's picture and content (with the font between those of the
 * first), then the font's parts, then the catalog. */
#include "gate/file/pages.h"

#include <libdeflate.h>
#include <stdlib.h>

enum { LEVEL = 6, PARTS = 4 }; /* of a font: file, glyph map, widths, characters */

void pages_number(struct buffer *out, int64_t value, int64_t scale)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, part = rest % (uint64_t)scale;
	buffer_printf(out, "%s%llu", value < 0 ? "-" : "", (unsigned long long)(rest / (uint64_t)scale));
	if (!part)
		return;
	buffer_put_u8(out, '.');
	for (uint64_t digit = (uint64_t)scale / 10; part; digit /= 10) {
		buffer_put_u8(out, (uint8_t)('0' + part / digit));
		part %= digit;
	}
}

/* Dot on dot from the top left corner: what is left over of the last row and column
 * lies outside of the page. */
void pages_place(const struct pages_size *size, const struct pages_picture *picture, uint32_t dpi, struct buffer *out)
{
	int64_t width = ((int64_t)picture->width * 72 * PAGES_POINT + dpi / 2) / dpi;
	int64_t height = ((int64_t)picture->height * 72 * PAGES_POINT + dpi / 2) / dpi;
	buffer_put_str(out, "q ");
	pages_number(out, width, PAGES_POINT);
	buffer_put_str(out, " 0 0 ");
	pages_number(out, height, PAGES_POINT);
	buffer_put_str(out, " 0 ");
	pages_number(out, size->height - height, PAGES_POINT);
	buffer_put_str(out, " cm/P Do Q\n");
}

/* ---- pages ------------------------------------------------------------- */

static struct buffer *sink(struct pages_writer *w)
{
	buffer_clear(&w->writer.object);
	return &w->writer.object;
}

static struct result write_tree(struct pages_writer *w, uint32_t first)
{
	struct buffer *b = sink(w);
	buffer_printf(b, "<</Type/Pages/Count %u/Kids[", w->count);
	for (uint32_t i = 0; i < w->count; i++)
		buffer_printf(b, "%s%u 0 R", i ? " " : "", first + i);
	buffer_put_str(b, "]>>");
	return pdf_write_object(&w->writer, 2);
}

static struct result write_page(struct pages_writer *w, uint32_t page, uint32_t number)
{
	struct buffer *b = sink(w);
	w->numbers[2 * page] = pdf_writer_number(&w->writer);
	if (w->font && page == 0)
		w->font_number = pdf_writer_number(&w->writer);
	w->numbers[2 * page + 1] = pdf_writer_number(&w->writer);
	buffer_printf(b, "<</Type/Page/Parent 2 0 R/Resources<</XObject<</P %u 0 R>>", w->numbers[2 * page]);
	if (w->font)
		buffer_printf(b, "/Font<</T %u 0 R>>", w->font_number);
	buffer_put_str(b, ">>/MediaBox[0 0 ");
	pages_number(b, w->sizes[page].width, PAGES_POINT);
	buffer_put_str(b, " ");
	pages_number(b, w->sizes[page].height, PAGES_POINT);
	buffer_put_str(b, "]");
	if (w->sizes[page].unit.len)
		buffer_printf(b, "/UserUnit %.*s", SLICE_ARG(w->sizes[page].unit));
	buffer_printf(b, "/Contents %u 0 R>>", w->numbers[2 * page + 1]);
	return pdf_write_object(&w->writer, number);
}

struct result pages_begin(struct pages_writer *w, struct job *job, struct pages_font *font,
                          const struct pages_size *sizes, uint32_t count, struct buffer *out,
                          struct why *why)
{
	*w = (struct pages_writer){.doc = {.job = job, .why = why}, .font = font, .count = count, .sizes = sizes};
	w->doc.deflater = libdeflate_alloc_compressor(1); /* as the usual rebuild packs objects */
	w->deflater = libdeflate_alloc_compressor(LEVEL);
	w->numbers = calloc(count, 2 * sizeof *w->numbers);
	buffer_init(&w->content, out->ceiling);
	buffer_init(&w->packed, out->ceiling);
	pdf_writer_init(&w->writer, &w->doc, out);
	if (!w->doc.deflater || !w->deflater || !w->numbers)
		return job_memory(why);
	w->writer.next = 3; /* 1: the catalog, 2: the page tree */
	for (uint32_t i = 0; i < count; i++)
		(void)pdf_writer_number(&w->writer);
	TRY(write_tree(w, 3));
	for (uint32_t i = 0; i < count; i++)
		TRY(write_page(w, i, 3 + i));
	return ok();
}

/* ---- streams ----------------------------------------------------------- */

static struct result deflated(struct pages_writer *w, struct slice in, struct slice *out)
{
	size_t bound = libdeflate_zlib_compress_bound(w->deflater, in.len);
	buffer_clear(&w->packed);
	uint8_t *to = buffer_reserve(&w->packed, bound);
	if (!to)
		return pdf_refuse(&w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	buffer_commit(&w->packed, libdeflate_zlib_compress(w->deflater, in.at, in.len, to, bound));
	*out = buffer_slice(&w->packed);
	return ok();
}

static struct result write_deflated(struct pages_writer *w, uint32_t number, struct slice plain, const char *more)
{
	struct slice body;
	TRY(deflated(w, plain, &body));
	buffer_printf(sink(w), "<</Filter/FlateDecode/Length %zu%s>>", body.len, more);
	return pdf_write_stream(&w->writer, number, body);
}

static struct result write_picture(struct pages_writer *w, uint32_t number, const struct pages_picture *p)
{
	struct buffer *b = sink(w);
	buffer_printf(b, "<</Filter/%s", p->jpeg ? "DCTDecode" : "FlateDecode/DecodeParms<</Predictor 12");
	if (!p->jpeg && p->colour)
		buffer_put_str(b, "/Colors 3");
	if (!p->jpeg)
		buffer_printf(b, "/Columns %u>>", p->width);
	buffer_printf(b, "/Length %zu/Type/XObject/Subtype/Image/Width %u/Height %u/ColorSpace/%s/BitsPerComponent 8>>",
	              p->bytes.len, p->width, p->height, p->colour ? "DeviceRGB" : "DeviceGray");
	return pdf_write_stream(&w->writer, number, p->bytes);
}

static struct result write_font(struct pages_writer *w)
{
	struct buffer *b = sink(w);
	w->parts = w->writer.next;
	for (int i = 0; i < PARTS; i++)
		(void)pdf_writer_number(&w->writer);
	buffer_printf(b, "<</Type/Font/Subtype/Type0/BaseFont/Unseen/Encoding/Identity-H/DescendantFonts[<</Type/Font"
	              "/Subtype/CIDFontType2/BaseFont/Unseen/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
	              "/FontDescriptor<</Type/FontDescriptor/FontName/Unseen/Flags 4/FontBBox[0 -200 1000 800]/ItalicAngle 0"
	              "/Ascent 800/Descent -200/CapHeight 700/StemV 80/FontFile2 %u 0 R>>/CIDToGIDMap %u 0 R/W %u 0 R>>]"
	              "/ToUnicode %u 0 R>>", w->parts, w->parts + 1, w->parts + 2, w->parts + 3);
	return pdf_write_object(&w->writer, w->font_number);
}

struct result pages_add(struct pages_writer *w, uint32_t page, uint32_t dpi, const struct pages_picture *picture,
                        struct slice text)
{
	TRY(write_picture(w, w->numbers[2 * page], picture));
	if (w->font && page == 0)
		TRY(write_font(w));
	buffer_clear(&w->content);
	pages_place(&w->sizes[page], picture, dpi, &w->content);
	buffer_put_slice(&w->content, text);
	return write_deflated(w, w->numbers[2 * page + 1], buffer_slice(&w->content), "");
}

static struct result write_parts(struct pages_writer *w)
{
	struct buffer *b = &w->content;
	char length[40];
	buffer_clear(b);
	pages_font_file(b);
	snprintf(length, sizeof length, "/Length1 %zu", b->len);
	TRY(write_deflated(w, w->parts, buffer_slice(b), length));
	buffer_clear(b);
	size_t map = 2 * (pages_font_count(w->font) + 1);
	uint8_t *zeros = buffer_reserve(b, map);
	if (zeros) {
		memset(zeros, 0, map);
		buffer_commit(b, map);
	}
	TRY(write_deflated(w, w->parts + 1, buffer_slice(b), ""));
	pages_font_widths(w->font, sink(w));
	TRY(pdf_write_object(&w->writer, w->parts + 2));
	buffer_clear(b);
	pages_font_unicode(w->font, b);
	return write_deflated(w, w->parts + 3, buffer_slice(b), "");
}

struct result pages_end(struct pages_writer *w)
{
	if (w->font)
		TRY(write_parts(w));
	buffer_put_str(sink(w), "<</Type/Catalog/Pages 2 0 R>>");
	TRY(pdf_write_object(&w->writer, 1));
	if (!buffer_ok(&w->content) || !buffer_ok(&w->writer.object))
		return pdf_refuse(&w->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	return pdf_write_end(&w->writer, 1);
}

void pages_done(struct pages_writer *w)
{
	if (!w->numbers && !w->doc.deflater)
		return;
	pdf_writer_done(&w->writer);
	libdeflate_free_compressor(w->doc.deflater);
	libdeflate_free_compressor(w->deflater);
	free(w->numbers);
	buffer_done(&w->content);
	buffer_done(&w->packed);
	*w = (struct pages_writer){0};
}
