/* A page's pixels as a picture of a PDF.
 *
 * Letters and lines stay as sharp as they were drawn: rows are told as differences
 * from the row above (the predictor "up" of PNG) and deflated.  Where the page is a
 * photograph or a scan, JPEG: a page of one colour in every seventh place is none.
 * Where red, green and blue are the same everywhere, one channel is written.
 * The way is decided by counting pixels, so that a page has one coding.
 * source  ISO 32000-1, 7.4.4.4 (predictors), 7.4.8 (DCT); ITU-T T.81 */
#include "gate/file/pages.h"

#include <libdeflate.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { QUALITY = 90, LEVEL = 6, PREDICT_UP = 2,
       SHADES = 1 << 15,      /* colours told apart: five bits a channel */
       SHADES_MANY = 768,     /* more are a photograph's */
       COLOUR_SHARE = 20, GREY_SHARE = 4 /* one pixel in so many is unlike both neighbours: a photograph */ };

struct census {
	bool colour;
	size_t unlike; /* pixels that differ from the one before and the one above */
	size_t shades;
};

static uint32_t pixel_at(const uint8_t *row, size_t x)
{
	uint32_t v;
	memcpy(&v, row + 4 * x, 4);
	return v & 0xFFFFFF;
}

static void count_row(struct census *c, const uint8_t *row, const uint8_t *above, uint32_t width, uint8_t *seen)
{
	uint32_t before = pixel_at(row, 0);
	for (size_t x = 0; x < width; x++) {
		uint32_t v = pixel_at(row, x);
		if (v == before)
			continue;
		before = v;
		c->unlike += v != pixel_at(above, x);
		c->colour |= (v & 0xFF) != (v >> 8 & 0xFF) || (v & 0xFF) != v >> 16;
		uint32_t shade = (v >> 19 & 31) << 10 | (v >> 11 & 31) << 5 | (v >> 3 & 31);
		c->shades += !(seen[shade / 8] >> shade % 8 & 1);
		seen[shade / 8] |= (uint8_t)(1u << shade % 8);
	}
	uint32_t v = pixel_at(row, 0);
	c->colour |= (v & 0xFF) != (v >> 8 & 0xFF) || (v & 0xFF) != v >> 16;
}

static bool is_photograph(const struct census *c, size_t pixels)
{
	if (c->colour)
		return c->shades > SHADES_MANY && c->unlike > pixels / COLOUR_SHARE;
	return c->unlike > pixels / GREY_SHARE;
}

/* ---- lossless ---------------------------------------------------------- */

static void put_channels(uint8_t *to, const uint8_t *row, uint32_t width, bool colour)
{
	if (!colour) {
		for (size_t x = 0; x < width; x++)
			to[x] = row[4 * x];
		return;
	}
	for (size_t x = 0; x < width; x++) {
		to[3 * x] = row[4 * x + 2];
		to[3 * x + 1] = row[4 * x + 1];
		to[3 * x + 2] = row[4 * x];
	}
}

/* From the last row up, so that the row above is still plain. */
static void predict_up(uint8_t *rows, size_t stride, uint32_t height)
{
	for (uint32_t y = height; y-- > 0;) {
		uint8_t *row = rows + y * stride;
		const uint8_t *above = row - stride;
		row[0] = PREDICT_UP;
		for (size_t i = 1; y > 0 && i < stride; i++)
			row[i] = (uint8_t)(row[i] - above[i]);
	}
}

static struct result deflate_rows(struct job *job, struct slice rows, struct buffer *to, struct why *why)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
	buffer_clear(to);
	uint8_t *at = c ? buffer_reserve(to, libdeflate_zlib_compress_bound(c, rows.len)) : NULL;
	if (at)
		buffer_commit(to, libdeflate_zlib_compress(c, rows.at, rows.len, at, libdeflate_zlib_compress_bound(c, rows.len)));
	libdeflate_free_compressor(c);
	if (!c)
		return job_memory(why);
	return at && to->len ? ok() : job_refuse(job, REFUSAL_LARGE, "", "a page's picture is over the limit");
}

static size_t stride_of(uint32_t width, bool colour)
{
	return 1 + (size_t)width * (colour ? 3 : 1);
}

static struct result lossless(struct job *job, const uint8_t *pixels, const struct pages_dots *dots, bool colour,
                              struct buffer *scratch, struct buffer *to, struct why *why)
{
	size_t stride = stride_of(dots->width, colour);
	buffer_clear(scratch);
	uint8_t *rows = buffer_reserve(scratch, stride * dots->height);
	if (!rows)
		return job_memory(why);
	for (uint32_t y = 0; y < dots->height; y++)
		put_channels(rows + y * stride + 1, pixels + (size_t)y * dots->width * 4, dots->width, colour);
	predict_up(rows, stride, dots->height);
	buffer_commit(scratch, stride * dots->height);
	return deflate_rows(job, buffer_slice(scratch), to, why);
}

/* ---- JPEG -------------------------------------------------------------- */

struct encoder {
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr errors;
	jmp_buf escape;
	unsigned char *at;
	unsigned long len;
	uint8_t *row;
};

static _Noreturn void encoder_leave(j_common_ptr any)
{
	longjmp(((struct encoder *)any->client_data)->escape, 1);
}

static void encode_rows(struct encoder *e, const uint8_t *pixels, const struct pages_dots *dots, bool colour)
{
	e->c.image_width = dots->width;
	e->c.image_height = dots->height;
	e->c.input_components = colour ? 3 : 1;
	e->c.in_color_space = colour ? JCS_RGB : JCS_GRAYSCALE;
	jpeg_set_defaults(&e->c);
	jpeg_set_quality(&e->c, QUALITY, TRUE);
	e->c.comp_info[0].h_samp_factor = e->c.comp_info[0].v_samp_factor = 1; /* small coloured letters stay readable */
	jpeg_start_compress(&e->c, TRUE);
	while (e->c.next_scanline < dots->height) {
		JSAMPROW row = e->row;
		put_channels(e->row, pixels + (size_t)e->c.next_scanline * dots->width * 4, dots->width, colour);
		jpeg_write_scanlines(&e->c, &row, 1);
	}
	jpeg_finish_compress(&e->c);
}

static bool encode(struct encoder *e, const uint8_t *pixels, const struct pages_dots *dots, bool colour)
{
	e->c.err = jpeg_std_error(&e->errors);
	e->errors.error_exit = encoder_leave;
	e->c.client_data = e;
	if (setjmp(e->escape))
		return false;
	jpeg_create_compress(&e->c);
	jpeg_mem_dest(&e->c, &e->at, &e->len);
	encode_rows(e, pixels, dots, colour);
	return true;
}

/* A picture as the gate rebuilds any JPEG.  The budget of pixels is for pictures that
 * come from outside. */
static struct result rebuild_jpeg(const struct job *job, struct slice jpeg, struct buffer *to, struct why *why)
{
	struct job own = *job;
	own.left.pixels = PAGES_PIXELS;
	own.left.work = file_limits_default().work;
	buffer_clear(to);
	return jpeg_rebuild(&own, jpeg, to, why);
}

static struct result photograph(struct job *job, const uint8_t *pixels, const struct pages_dots *dots, bool colour,
                                struct buffer *to, struct why *why)
{
	struct encoder *e = calloc(1, sizeof *e);
	uint8_t *row = calloc(3, dots->width);
	struct result r = job_memory(NULL);
	if (e && row) {
		e->row = row;
		if (encode(e, pixels, dots, colour))
			r = rebuild_jpeg(job, slice_of(e->at, e->len), to, why);
		jpeg_destroy_compress(&e->c);
		free(e->at);
	}
	free(row);
	free(e);
	return r.code == E_MEMORY ? job_memory(why) : r;
}

/* ---- both -------------------------------------------------------------- */

struct result pages_picture(struct job *job, const uint8_t *pixels, const struct pages_dots *dots,
                            struct buffer *scratch, struct buffer *to, struct pages_picture *out,
                            struct why *why)
{
	uint8_t seen[SHADES / 8] = {0};
	struct census c = {0};
	size_t step = (size_t)dots->width * 4;
	for (uint32_t y = 0; y < dots->height; y++)
		count_row(&c, pixels + y * step, pixels + (y ? y - 1 : 0) * step, dots->width, seen);
	bool jpeg = is_photograph(&c, (size_t)dots->width * dots->height);
	TRY(jpeg ? photograph(job, pixels, dots, c.colour, to, why) : lossless(job, pixels, dots, c.colour, scratch, to, why));
	*out = (struct pages_picture){.width = dots->width, .height = dots->height, .colour = c.colour, .jpeg = jpeg,
	                              .bytes = buffer_slice(to)};
	return ok();
}

static bool inflate_rows(const struct pages_picture *p, struct buffer *rows)
{
	size_t stride = stride_of(p->width, p->colour), used = 0, len = 0;
	buffer_clear(rows);
	uint8_t *at = buffer_reserve(rows, stride * p->height);
	struct libdeflate_decompressor *d = at ? libdeflate_alloc_decompressor() : NULL;
	bool good = d && libdeflate_zlib_decompress_ex(d, p->bytes.at, p->bytes.len, at, stride * p->height, &used, &len) ==
	                 LIBDEFLATE_SUCCESS && used == p->bytes.len && len == stride * p->height;
	libdeflate_free_decompressor(d);
	for (uint32_t y = 0; good && y < p->height; y++)
		good = at[y * stride] == PREDICT_UP;
	if (good)
		buffer_commit(rows, len);
	return good;
}

struct result pages_picture_same(struct job *job, const struct pages_picture *picture, struct buffer *scratch,
                                 struct buffer *to, bool *same, struct why *why)
{
	*same = false;
	if (picture->jpeg) {
		struct result r = rebuild_jpeg(job, picture->bytes, to, why);
		*same = r.code == OK && slice_equal(buffer_slice(to), picture->bytes);
		return r.code == E_MEMORY ? r : ok();
	}
	if (!inflate_rows(picture, scratch))
		return ok();
	TRY(deflate_rows(job, buffer_slice(scratch), to, why));
	*same = slice_equal(buffer_slice(to), picture->bytes);
	return ok();
}
