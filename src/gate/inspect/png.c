/* PNG as the gate writes it: only what a picture needs may stand in it, libpng takes
 * what stands before the pixels, and the pixels are there to the last row.
 *
 * What they look like is nothing to this reader.  Where each sample may have any value,
 * they are inflated and counted, by ISA-L; where they are places in a palette, libpng
 * decodes them, and none may lead out of it.
 * source  PNG (Third Edition) 5, 7 to 10, 11.2
 */
#include "gate/inspect/look.h"

#include "base/cursor.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <png.h>
#include <stdlib.h>

/* *pixels  whether chunks of them were met: nothing but their rest and the end may follow */
static bool png_chunk(struct look *look, struct cursor *c, bool *pixels, bool *last)
{
	static const char *const fine[] = {"IHDR", "PLTE", "tRNS", "gAMA", "sRGB", "pHYs", "IDAT", "IEND"};
	size_t at = c->pos;
	uint32_t length = cursor_take_be32(c);
	struct slice named = slice_part(c->bytes, c->pos, (size_t)length + 4);
	struct slice tag = cursor_take(c, 4);
	cursor_skip(c, length);
	uint32_t sum = cursor_take_be32(c);
	if (!cursor_ok(c) || crc32_gzip_refl(0, named.at, named.len) != sum)
		return look_unreadable(look, "offset %zu: a broken chunk", at);
	bool known = false;
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
		known |= slice_is(tag, fine[i]);
	if (!known)
		look_find(look, "metadata", "offset %zu chunk", at);
	*last = slice_is(tag, "IEND");
	bool of_pixels = slice_is(tag, "IDAT");
	if (*pixels && !of_pixels && !*last)
		return look_unreadable(look, "offset %zu: a chunk within or behind the pixels", at);
	*pixels |= of_pixels;
	return true;
}

/* ---- pixels that are counted */

/* Where the inflated bytes stand: each row has a byte for its filter before it. */
struct rows {
	uint64_t width, height;
	unsigned bits, pass, passes; /* bits of a pixel */
	uint64_t rows, row, left;    /* of the present pass; its rows' length; of the row that is open */
	bool done;
};

/* The first rows that there are from a pass on; of interlacing, the passes of Adam7. */
static void rows_begin(struct rows *r)
{
	static const uint8_t x[] = {0, 4, 0, 2, 0, 1, 0}, y[] = {0, 0, 4, 0, 2, 0, 1};
	static const uint8_t dx[] = {8, 8, 4, 4, 2, 2, 1}, dy[] = {8, 8, 8, 4, 4, 2, 2};
	for (; r->pass < r->passes; r->pass++) {
		unsigned p = r->pass;
		bool whole = r->passes == 1;
		uint64_t width = whole ? r->width : (r->width + dx[p] - 1 - x[p]) / dx[p];
		r->rows = whole ? r->height : (r->height + dy[p] - 1 - y[p]) / dy[p];
		r->row = 1 + (width * r->bits + 7) / 8;
		if (width > 0 && r->rows > 0)
			return;
	}
	r->done = true;
}

/* false: a filter that there is not, or more than the rows have room for */
static bool rows_take(struct rows *r, struct slice plain)
{
	while (plain.len > 0) {
		if (r->left == 0) {
			if (r->done || plain.at[0] > 4)
				return false;
			r->left = r->row;
		}
		size_t len = plain.len < r->left ? plain.len : (size_t)r->left;
		plain = slice_part(plain, len, plain.len);
		r->left -= len;
		if (r->left == 0 && --r->rows == 0) {
			r->pass++;
			rows_begin(r);
		}
	}
	return true;
}

enum { PLAIN = 1 << 16 };

struct counting {
	struct inflate_state state; /* with zlib's head and checksum */
	struct rows rows;
	uint8_t plain[PLAIN];
};

static bool count_chunk(struct counting *c, struct slice packed)
{
	bool ended = c->state.block_state == ISAL_BLOCK_FINISH;
	c->state.next_in = (uint8_t *)(uintptr_t)packed.at;
	c->state.avail_in = (uint32_t)packed.len;
	for (bool more = packed.len > 0; more && !ended;) {
		c->state.next_out = c->plain;
		c->state.avail_out = PLAIN;
		if (isal_inflate(&c->state) != ISAL_DECOMP_OK ||
		    !rows_take(&c->rows, slice_of(c->plain, PLAIN - c->state.avail_out)))
			return false;
		ended = c->state.block_state == ISAL_BLOCK_FINISH;
		more = c->state.avail_in > 0 || c->state.avail_out == 0;
	}
	return c->state.avail_in == 0;
}

static bool count_pixels(struct look *look, struct slice in, const struct rows *shape)
{
	struct counting *c = malloc(sizeof *c);
	struct cursor all = cursor_of(slice_part(in, 8, in.len), NULL);
	bool fine = true;
	if (!c)
		return look_memory(look);
	isal_inflate_init(&c->state);
	c->state.crc_flag = ISAL_ZLIB;
	c->rows = *shape;
	rows_begin(&c->rows);
	while (fine && cursor_left(&all) > 0) {
		uint32_t length = cursor_take_be32(&all);
		bool pixels = cursor_literal(&all, SLICE("IDAT"));
		if (!pixels)
			cursor_skip(&all, 4);
		struct slice body = cursor_take(&all, length);
		cursor_skip(&all, 4);
		fine = !pixels || count_chunk(c, body);
	}
	fine = fine && c->rows.done && c->state.block_state == ISAL_BLOCK_FINISH && c->state.read_in_length < 8;
	free(c);
	return fine || look_unreadable(look, "its pixels are damaged, or of another number");
}

/* ---- libpng */

/* What libpng is given and says.  Everything that lives across its longjmp is in here. */
struct reading {
	struct slice rest;
	png_structp png;
	png_infop info;
	png_bytep rows; /* one; all where passes need the ones before */
	png_bytepp starts;
	bool repaired;
	char message[100];
};

static void png_says(struct reading *r, const char *text)
{
	size_t len = strlen(text);
	len = len < sizeof r->message - 1 ? len : sizeof r->message - 1;
	memcpy(r->message, text, len);
	r->message[len] = '\0';
}

static _Noreturn void png_fails(png_structp png, png_const_charp text)
{
	png_says(png_get_error_ptr(png), text);
	png_longjmp(png, 1);
}

static void png_warns(png_structp png, png_const_charp text)
{
	struct reading *r = png_get_error_ptr(png);
	png_says(r, text);
	r->repaired = true;
}

static void png_gives(png_structp png, png_bytep to, size_t want)
{
	struct reading *r = png_get_io_ptr(png);
	if (want > r->rest.len)
		png_error(png, "it ends too early");
	memcpy(to, r->rest.at, want);
	r->rest = slice_part(r->rest, want, r->rest.len);
}

static bool png_memory(struct reading *r, size_t rows, size_t bytes)
{
	r->rows = malloc(rows * bytes);
	r->starts = malloc(rows * sizeof *r->starts);
	for (size_t i = 0; r->rows && r->starts && i < rows; i++)
		r->starts[i] = r->rows + i * bytes;
	return r->rows && r->starts;
}

/* row_fits - each pixel is one of the palette's colours */
static bool row_fits(const uint8_t *row, png_uint_32 width, unsigned depth, unsigned colors)
{
	unsigned highest = 0;
	for (png_uint_32 x = 0; x < width; x++) {
		size_t bit = (size_t)x * depth;
		unsigned place = row[bit / 8] >> (8 - depth - bit % 8) & ((1u << depth) - 1);
		highest = place > highest ? place : highest;
	}
	return highest < colors;
}

/* The samples as they are.  Checksums of chunks were looked at already.
 * in  the whole picture                                                     */
static bool png_read(struct look *look, struct slice in, struct reading *r)
{
	if (setjmp(png_jmpbuf(r->png)))
		return look_unreadable(look, "libpng: %s", r->message);
	png_set_read_fn(r->png, r, png_gives);
	png_set_crc_action(r->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_read_info(r->png, r->info);
	const png_uint_32 width = png_get_image_width(r->png, r->info), height = png_get_image_height(r->png, r->info);
	png_colorp palette;
	int colors = 0;
	if (!look_pay_pixels(look, width, height))
		return false;
	const bool passes = png_get_interlace_type(r->png, r->info) != PNG_INTERLACE_NONE;
	const struct rows shape = {.width = width, .height = height, .passes = passes ? 7 : 1,
		.bits = (unsigned)png_get_bit_depth(r->png, r->info) * png_get_channels(r->png, r->info)};
	if (png_get_color_type(r->png, r->info) != PNG_COLOR_TYPE_PALETTE)
		return count_pixels(look, in, &shape);
	png_get_PLTE(r->png, r->info, &palette, &colors);
	if (!png_memory(r, passes ? height : 1, png_get_rowbytes(r->png, r->info)))
		return look_memory(look);
	if (passes)
		png_read_image(r->png, r->starts);
	bool fits = true;
	for (png_uint_32 y = 0; y < height; y++) {
		if (!passes)
			png_read_row(r->png, r->rows, NULL);
		fits &= row_fits(r->starts[passes ? y : 0], width, shape.bits, (unsigned)colors);
	}
	png_read_end(r->png, NULL);
	return fits || look_unreadable(look, "a pixel outside the palette");
}

static bool png_decode(struct look *look, struct slice in)
{
	struct reading r = {.rest = in};
	r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, png_fails, png_warns);
	r.info = r.png ? png_create_info_struct(r.png) : NULL;
	bool done = r.info ? png_read(look, in, &r) : look_memory(look);
	if (done && r.repaired)
		look_find(look, "repaired", "libpng: %s", r.message);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	free(r.rows);
	free(r.starts);
	return done;
}

bool look_png(struct look *look, enum inspect_type type, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	(void)type;
	look->report->pages = 1;
	if (look->comparing)
		return true;
	if (!cursor_literal(&c, slice_of("\x89PNG\r\n\x1A\n", 8)))
		return look_unreadable(look, "no PNG");
	for (bool pixels = false, last = false; !last;)
		if (!png_chunk(look, &c, &pixels, &last))
			return false;
	return look_ended(look, &c) && png_decode(look, in);
}
