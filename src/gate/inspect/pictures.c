/* JPEG, GIF, BMP as the gate writes them: only what a picture needs may stand in
 * the container, and another entrance of the libraries than the gate's must decode
 * it whole: TurboJPEG's, giflib's slurp; a BMP is measured.
 * source  ITU-T T.81 annex B; GIF89a; Microsoft, Bitmap Storage
 */
#include "gate/inspect/look.h"

#include "base/cursor.h"

#include <gif_lib.h>
#include <stdlib.h>
#include <turbojpeg.h>

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
