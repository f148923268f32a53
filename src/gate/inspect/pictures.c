/* JPEG, PNG, GIF, BMP as the gate writes them: only what a picture needs may
 * stand in the container, and another entrance of the libraries than the
 * gate's must decode it whole: TurboJPEG's, libpng's rows, giflib's slurp; a BMP
 * is measured.
 * source  ITU-T T.81 annex B; PNG (Third Edition) 5; GIF89a; Microsoft, Bitmap Storage
 */
#include "gate/inspect/look.h"

#include "base/cursor.h"

#include <gif_lib.h>
#include <png.h>
#include <stdlib.h>
#include <turbojpeg.h>
#include <zlib.h>

/* ---- JPEG */

/* jpeg_scan - to the marker that ends the entropy-coded bytes */
static void jpeg_scan(struct cursor *c)
{
	while (cursor_ok(c)) {
		uint8_t byte = cursor_take_u8(c);
		int next = cursor_peek_u8(c);
		if (byte != 0xFF || next < 0)
			continue;
		if (next != 0 && (next < 0xD0 || next > 0xD7)) {
			cursor_seek(c, c->pos - 1);
			return;
		}
	}
}

static void jpeg_segment(struct look *look, uint8_t marker, struct slice body, size_t at)
{
	bool tables = marker == 0xC4 || marker == 0xDB || marker == 0xDD || marker == 0xDA;
	bool frame = marker >= 0xC0 && marker <= 0xC2;
	bool jfif = marker == 0xE0 && body.len == 14 && slice_starts(body, slice_of("JFIF\0", 5));
	bool adobe = marker == 0xEE && body.len == 12 && slice_starts(body, SLICE("Adobe"));
	if (!tables && !frame && !jfif && !adobe)
		look_find(look, marker == 0xFE ? "comment" : "metadata", "offset %zu marker %02X", at, marker);
}

static bool jpeg_markers(struct look *look, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	if (!cursor_literal(&c, slice_of("\xFF\xD8", 2)))
		return look_unreadable(look, "no JPEG");
	for (;;) {
		size_t at = c.pos;
		uint8_t lead = cursor_take_u8(&c), marker = cursor_take_u8(&c);
		if (!cursor_ok(&c) || lead != 0xFF)
			return look_unreadable(look, "offset %zu: no marker", at);
		if (marker == 0xD9)
			return look_ended(look, &c);
		uint16_t length = cursor_take_be16(&c);
		struct slice body = cursor_take(&c, length >= 2 ? length - 2u : SIZE_MAX);
		if (!cursor_ok(&c))
			return look_unreadable(look, "offset %zu: a broken segment", at);
		jpeg_segment(look, marker, body, at);
		if (marker == 0xDA)
			jpeg_scan(&c);
	}
}

/* Every code is read; of the pixels one of 64 is worked out. */
static bool jpeg_decode(struct look *look, tjhandle tj, struct slice in)
{
	const tjscalingfactor eighth = {1, 8};
	int width = 0, height = 0, sampling = 0, space = 0;
	if (tjDecompressHeader3(tj, in.at, in.len, &width, &height, &sampling, &space) != 0)
		return look_unreadable(look, "TurboJPEG: %s", tjGetErrorStr2(tj));
	if (!look_pay_pixels(look, (uint64_t)width, (uint64_t)height))
		return false;
	bool four = space == TJCS_CMYK || space == TJCS_YCCK;
	width = TJSCALED(width, eighth);
	height = TJSCALED(height, eighth);
	size_t size = (size_t)width * (size_t)height * (four ? 4 : 3);
	uint8_t *pixels = malloc(size);
	if (!pixels)
		return look_memory(look);
	int flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
	int failed = tjDecompress2(tj, in.at, in.len, pixels, width, 0, height, four ? TJPF_CMYK : TJPF_RGB,
	                           flags);
	free(pixels);
	return !failed || look_unreadable(look, "TurboJPEG: %s", tjGetErrorStr2(tj));
}

bool look_jpeg(struct look *look, enum inspect_type type, struct slice in)
{
	(void)type;
	look->report->pages = 1;
	if (look->comparing)
		return true;
	if (!jpeg_markers(look, in))
		return false;
	tjhandle tj = tjInitDecompress();
	if (!tj)
		return look_memory(look);
	bool fine = jpeg_decode(look, tj, in);
	tjDestroy(tj);
	return fine;
}

/* ---- PNG */

static bool png_chunk(struct look *look, struct cursor *c, bool *last)
{
	static const char *const fine[] = {"IHDR", "PLTE", "tRNS", "gAMA", "sRGB", "pHYs", "IDAT", "IEND"};
	size_t at = c->pos;
	uint32_t length = cursor_take_be32(c);
	struct slice named = slice_part(c->bytes, c->pos, (size_t)length + 4);
	struct slice tag = cursor_take(c, 4);
	cursor_skip(c, length);
	uint32_t sum = cursor_take_be32(c);
	if (!cursor_ok(c) || crc32_z(0, named.at, named.len) != sum)
		return look_unreadable(look, "offset %zu: a broken chunk", at);
	bool known = false;
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
		known |= slice_is(tag, fine[i]);
	if (!known)
		look_find(look, "metadata", "offset %zu chunk", at);
	*last = slice_is(tag, "IEND");
	return true;
}

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
	r->starts = rows > 1 ? malloc(rows * sizeof *r->starts) : NULL;
	for (size_t i = 0; r->rows && r->starts && i < rows; i++)
		r->starts[i] = r->rows + i * bytes;
	return r->rows && (r->starts || rows == 1);
}

/* The samples as they are: what a picture looks like is nothing to this reader.
 * Checksums of chunks were looked at already.                                */
static bool png_read(struct look *look, struct reading *r)
{
	if (setjmp(png_jmpbuf(r->png)))
		return look_unreadable(look, "libpng: %s", r->message);
	png_set_read_fn(r->png, r, png_gives);
	png_set_crc_action(r->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_read_info(r->png, r->info);
	const png_uint_32 height = png_get_image_height(r->png, r->info);
	if (!look_pay_pixels(look, png_get_image_width(r->png, r->info), height))
		return false;
	const bool passes = png_get_interlace_type(r->png, r->info) != PNG_INTERLACE_NONE;
	if (!png_memory(r, passes ? height : 1, png_get_rowbytes(r->png, r->info)))
		return look_memory(look);
	if (passes && height > 1)
		png_read_image(r->png, r->starts);
	for (png_uint_32 y = 0; y < height && !(passes && height > 1); y++)
		png_read_row(r->png, r->rows, NULL);
	png_read_end(r->png, NULL);
	return true;
}

static bool png_decode(struct look *look, struct slice in)
{
	struct reading r = {.rest = in};
	r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, png_fails, png_warns);
	r.info = r.png ? png_create_info_struct(r.png) : NULL;
	bool done = r.info ? png_read(look, &r) : look_memory(look);
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
	for (bool last = false; !last;)
		if (!png_chunk(look, &c, &last))
			return false;
	return look_ended(look, &c) && png_decode(look, in);
}

/* ---- GIF */

static void gif_skip_blocks(struct cursor *c)
{
	for (uint8_t len; (len = cursor_take_u8(c)) != 0 && cursor_ok(c);)
		cursor_skip(c, len);
}

static void gif_skip_colors(struct cursor *c, uint8_t packed)
{
	if (packed & 0x80)
		cursor_skip(c, 3u << ((packed & 7) + 1));
}

static void gif_extension(struct look *look, struct cursor *c)
{
	size_t at = c->pos - 1;
	uint8_t label = cursor_take_u8(c);
	struct slice name = slice_part(c->bytes, c->pos, 12);
	bool loop = label == 0xFF && slice_is(name, "\x0BNETSCAPE2.0") &&
	            slice_is(slice_part(c->bytes, c->pos + 12, 2), "\3\1");
	if (label != 0xF9 && !loop)
		look_find(look, label == 0xFE ? "comment" : "metadata", "offset %zu extension %02X", at, label);
	gif_skip_blocks(c);
}

static bool gif_blocks(struct look *look, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	if (!cursor_literal(&c, SLICE("GIF89a")))
		return look_unreadable(look, "no GIF89a");
	cursor_skip(&c, 4);
	uint8_t packed = cursor_take_u8(&c);
	cursor_skip(&c, 2);
	gif_skip_colors(&c, packed);
	for (uint8_t kind; (kind = cursor_take_u8(&c)) != 0x3B;) {
		if (!cursor_ok(&c) || (kind != 0x21 && kind != 0x2C))
			return look_unreadable(look, "offset %zu: no GIF block", c.pos);
		if (kind == 0x21) {
			gif_extension(look, &c);
			continue;
		}
		cursor_skip(&c, 4);
		uint16_t width = cursor_take_le16(&c), height = cursor_take_le16(&c);
		gif_skip_colors(&c, cursor_take_u8(&c));
		cursor_skip(&c, 1);
		gif_skip_blocks(&c);
		look->report->pages++;
		if (!look_pay_pixels(look, width, height))
			return false;
	}
	return look_ended(look, &c);
}

static int gif_read(GifFileType *gif, GifByteType *to, int want)
{
	struct slice *rest = gif->UserData;
	struct slice part = slice_part(*rest, 0, want < 0 ? 0 : (size_t)want);
	if (part.len)
		memcpy(to, part.at, part.len);
	*rest = slice_part(*rest, part.len, rest->len);
	return (int)part.len;
}

bool look_gif(struct look *look, enum inspect_type type, struct slice in)
{
	int code = 0;
	struct slice rest = in;
	(void)type;
	if (!gif_blocks(look, in))
		return false;
	if (look->comparing)
		return true;
	GifFileType *gif = DGifOpen(&rest, gif_read, &code);
	if (!gif)
		return look_unreadable(look, "giflib: error %d", code);
	bool fine = DGifSlurp(gif) == GIF_OK && (uint64_t)gif->ImageCount == look->report->pages;
	code = gif->Error;
	DGifCloseFile(gif, &(int){0});
	return fine || look_unreadable(look, "giflib: error %d, or another number of frames", code);
}

/* ---- BMP: every byte is accounted for */

bool look_bmp(struct look *look, enum inspect_type type, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	bool magic = cursor_literal(&c, SLICE("BM"));
	uint32_t size = cursor_take_le32(&c), reserved = cursor_take_le32(&c), pixels = cursor_take_le32(&c);
	uint32_t header = cursor_take_le32(&c), width = cursor_take_le32(&c), height = cursor_take_le32(&c);
	uint16_t planes = cursor_take_le16(&c), bits = cursor_take_le16(&c);
	uint32_t coding = cursor_take_le32(&c);
	(void)type;
	cursor_skip(&c, 12);
	uint32_t colors = cursor_take_le32(&c);
	look->report->pages = 1;
	if (!magic || !cursor_ok(&c) || (header != 40 && header != 108) || planes != 1 || reserved != 0 ||
	    (coding != 0 && coding != 3) || bits == 0 || bits > 32 || width > 1u << 24 || height > 1u << 24 ||
	    colors > 256)
		return look_unreadable(look, "a BMP header that the gate does not write");
	if (!look_pay_pixels(look, width, height))
		return false;
	uint64_t begin = 14 + (uint64_t)header + (coding == 3 && header == 40 ? 12 : 0) + 4 * colors;
	uint64_t end = begin + ((uint64_t)width * bits + 31) / 32 * 4 * height;
	if (pixels != begin)
		look_find(look, "hidden-data", "offset %llu", (unsigned long long)begin);
	if (end > in.len)
		return look_unreadable(look, "it ends within its pixels");
	if (end < in.len || size != in.len)
		look_find(look, "trailing-bytes", "offset %llu", (unsigned long long)end);
	return true;
}
