/* BMP: an own strict reader and an own writer, no library
 *
 * Whatever header version comes in, one goes out: the 40-byte header, or the
 * 108-byte one where there is an alpha mask.  Rows are written bottom up, gaps
 * are gone, padding and reserved bytes are zero, palettes are whole (so that
 * no index can point outside), run-length coding is unrolled.
 * source  Microsoft, Bitmap Storage; [MS-WMF] 2.2.2
 */
#include "gate/file/picture.h"

#include "base/checked.h"
#include "base/cursor.h"

#include <stdlib.h>

enum compression { PLAIN = 0, RLE8 = 1, RLE4 = 2, BITFIELDS = 3, ALPHA_BITFIELDS = 6 };
enum { FILE_HEADER = 14, CORE = 12, INFO = 40, V2 = 52, V3 = 56, V4 = 108, V5 = 124, SIDE_MOST = 1 << 24 };

struct bmp {
	struct job *job;
	struct cursor at;
	uint32_t header, pixels_at, width, height, bits, compression, colors;
	uint32_t per_meter[2];
	uint32_t masks[4]; /* red, green, blue, alpha */
	bool top_down;
	uint8_t palette[256][4];
	size_t stride;     /* of a stored row, a multiple of four */
	struct slice rows; /* as stored, or unrolled: height rows of stride bytes */
	uint8_t *unrolled;
};

static struct result damaged(struct bmp *b, const char *what)
{
	return job_refuse(b->job, REFUSAL_DAMAGED, picture_place(b->job, b->at.pos), "%s", what);
}

static bool header_size_known(uint32_t size)
{
	return size == CORE || size == INFO || size == V2 || size == V3 || size == V4 || size == V5;
}

static void take_sides(struct bmp *b)
{
	int64_t width, height;
	if (b->header == CORE) {
		width = cursor_take_le16(&b->at);
		height = cursor_take_le16(&b->at);
	} else {
		width = (int32_t)cursor_take_le32(&b->at);
		height = (int32_t)cursor_take_le32(&b->at);
	}
	b->top_down = height < 0;
	if (height < 0)
		height = -height;
	/* picture_pay refuses a side of 0 */
	b->width = width > 0 && width <= SIDE_MOST ? (uint32_t)width : 0;
	b->height = height <= SIDE_MOST ? (uint32_t)height : 0;
}

static void take_masks(struct bmp *b)
{
	bool inside = b->header >= V2;
	bool after = b->header == INFO && (b->compression == BITFIELDS || b->compression == ALPHA_BITFIELDS);
	unsigned count = inside ? (b->header >= V3 ? 4 : 3) : after ? (b->compression == BITFIELDS ? 3 : 4) : 0;
	for (unsigned i = 0; i < count; i++)
		b->masks[i] = cursor_take_le32(&b->at);
}

/* Contiguous, apart from each other, inside the pixel. */
static bool masks_sound(const struct bmp *b)
{
	uint32_t all = 0;
	for (unsigned i = 0; i < 4; i++) {
		uint32_t m = b->masks[i];
		uint32_t low = m & (~m + 1);
		if ((m & all) != 0 || (m + low) & m || (b->bits == 16 && m > 0xFFFF))
			return false;
		all |= m;
	}
	return (b->masks[0] | b->masks[1] | b->masks[2]) != 0;
}

static bool coding_sound(const struct bmp *b)
{
	switch (b->compression) {
	case PLAIN:
		return b->bits == 1 || b->bits == 4 || b->bits == 8 || b->bits == 16 || b->bits == 24 ||
		       b->bits == 32;
	case RLE8:
		return b->bits == 8 && !b->top_down;
	case RLE4:
		return b->bits == 4 && !b->top_down;
	case BITFIELDS:
	case ALPHA_BITFIELDS:
		return (b->bits == 16 || b->bits == 32) && masks_sound(b);
	default:
		return false;
	}
}

static struct result take_header(struct bmp *b)
{
	if (!cursor_literal(&b->at, SLICE("BM")))
		return damaged(b, "no BMP begins here");
	cursor_skip(&b->at, 8); /* the size stated here is wrong in many sound files */
	b->pixels_at = cursor_take_le32(&b->at);
	b->header = cursor_take_le32(&b->at);
	if (!header_size_known(b->header))
		return job_refuse(b->job, REFUSAL_UNKNOWN, "", "a BMP header of %u bytes", b->header);
	take_sides(b);
	cursor_skip(&b->at, 2); /* planes: always 1, read by nobody */
	b->bits = cursor_take_le16(&b->at);
	if (b->header > CORE) {
		b->compression = cursor_take_le32(&b->at);
		cursor_skip(&b->at, 4);
		b->per_meter[0] = cursor_take_le32(&b->at);
		b->per_meter[1] = cursor_take_le32(&b->at);
		b->colors = cursor_take_le32(&b->at);
		cursor_skip(&b->at, 4);
		take_masks(b);
	}
	if (!cursor_ok(&b->at))
		return damaged(b, "it ends within its header");
	if (!coding_sound(b))
		return job_refuse(b->job, REFUSAL_UNKNOWN, "", "a BMP of %u bits, coding %u, or its masks",
		                  b->bits, b->compression);
	if (b->header == V5 && cursor_left(&b->at) >= V5 - V3)
		job_drop(b->job, "color-profile", "header");
	return picture_pay(b->job, b->width, b->height);
}

static struct result take_palette(struct bmp *b)
{
	size_t start = FILE_HEADER + (size_t)b->header;
	if (b->header == INFO && b->at.pos > start)
		start = b->at.pos; /* masks stand behind the header */
	size_t entry = b->header == CORE ? 3 : 4, most = b->bits <= 8 ? (size_t)1 << b->bits : 0;
	size_t stated = b->colors ? b->colors : most;
	size_t fitting = b->pixels_at > start ? (b->pixels_at - start) / entry : 0;
	cursor_seek(&b->at, start);
	if (b->pixels_at < start)
		return damaged(b, "the pixels lie in the header");
	size_t count = stated < most ? stated : most;
	for (size_t i = 0; i < count && i < fitting; i++) {
		struct slice color = cursor_take(&b->at, entry);
		if (color.len)
			memcpy(b->palette[i], color.at, 3);
	}
	if (!cursor_ok(&b->at) || (most > 0 && fitting == 0))
		return damaged(b, "it ends within its palette");
	if (b->at.pos < b->pixels_at)
		job_drop(b->job, "hidden-data", picture_place(b->job, b->at.pos));
	cursor_seek(&b->at, b->pixels_at);
	return cursor_ok(&b->at) ? ok() : damaged(b, "the pixels lie behind the end");
}

/* Run-length coding: x, y walk over the picture; every write is looked at. */
struct run {
	struct bmp *b;
	uint32_t x, y;
	bool ended, fault;
};

static void run_put(struct run *r, uint8_t value)
{
	if (r->x >= r->b->width || r->y >= r->b->height) {
		r->fault = true;
		return;
	}
	uint8_t *row = r->b->unrolled + (size_t)r->y * r->b->stride;
	if (r->b->bits == 8)
		row[r->x] = value;
	else
		row[r->x / 2] |= (uint8_t)(r->x % 2 ? value & 15 : value << 4);
	r->x++;
}

static uint8_t nibble(uint8_t pair, unsigned i)
{
	return i % 2 ? pair & 15 : pair >> 4;
}

static void run_absolute(struct run *r, unsigned count)
{
	struct bmp *b = r->b;
	size_t bytes = b->bits == 8 ? count : (count + 1) / 2;
	struct slice values = cursor_take(&b->at, bytes);
	if (bytes % 2)
		cursor_skip(&b->at, 1);
	for (unsigned i = 0; i < count && cursor_ok(&b->at) && !r->fault; i++)
		run_put(r, b->bits == 8 ? values.at[i] : nibble(values.at[i / 2], i));
}

static void run_escape(struct run *r, uint8_t code)
{
	struct cursor *at = &r->b->at;
	if (code == 0) {
		r->x = 0;
		r->y++;
	} else if (code == 1) {
		r->ended = true;
	} else if (code == 2) {
		r->x += cursor_take_u8(at);
		r->y += cursor_take_u8(at);
		r->fault |= r->x > r->b->width || r->y > r->b->height;
	} else {
		run_absolute(r, code);
	}
}

static struct result unroll(struct bmp *b, struct why *why)
{
	struct run r = {.b = b};
	size_t size = b->stride * b->height;
	TRY(job_pay_bytes(b->job, size));
	b->unrolled = calloc(size, 1);
	if (!b->unrolled)
		return picture_memory(why);
	while (!r.ended && !r.fault && cursor_ok(&b->at)) {
		uint8_t count = cursor_take_u8(&b->at), value = cursor_take_u8(&b->at);
		if (count == 0)
			run_escape(&r, value);
		for (unsigned i = 0; i < count && !r.fault; i++)
			run_put(&r, b->bits == 8 ? value : nibble(value, i));
	}
	if (r.fault || !cursor_ok(&b->at))
		return damaged(b, "its run-length coding leaves the picture");
	b->rows = slice_of(b->unrolled, size);
	return ok();
}

static struct result take_pixels(struct bmp *b, struct why *why)
{
	b->stride = (size_t)(((uint64_t)b->width * b->bits + 31) / 32 * 4);
	if (b->compression == RLE8 || b->compression == RLE4) {
		TRY(unroll(b, why));
	} else {
		b->rows = cursor_take(&b->at, b->stride * b->height);
		if (!cursor_ok(&b->at))
			return damaged(b, "it ends within its pixels");
	}
	/* writers round the file's end up to four bytes */
	struct slice rest = slice_part(b->at.bytes, b->at.pos, 4);
	if (cursor_left(&b->at) > 3 || (rest.len && memcmp(rest.at, "\0\0\0", rest.len) != 0))
		job_drop(b->job, "trailing-data", picture_place(b->job, b->at.pos));
	return ok();
}

static void put_header(const struct bmp *b, bool masks, uint32_t header, uint32_t palette, struct buffer *out)
{
	uint32_t extra = masks && header == INFO ? 12 : 0;
	uint32_t before = FILE_HEADER + header + extra + palette * 4;
	uint32_t pixels = (uint32_t)(b->stride * b->height);
	buffer_put_str(out, "BM");
	buffer_put_le32(out, before + pixels);
	buffer_put_le32(out, 0);
	buffer_put_le32(out, before);
	buffer_put_le32(out, header);
	buffer_put_le32(out, b->width);
	buffer_put_le32(out, b->height);
	buffer_put_le16(out, 1);
	buffer_put_le16(out, (uint16_t)b->bits);
	buffer_put_le32(out, masks ? BITFIELDS : PLAIN);
	buffer_put_le32(out, pixels);
	buffer_put_le32(out, b->per_meter[0]);
	buffer_put_le32(out, b->per_meter[1]);
	buffer_put_le32(out, palette);
	buffer_put_le32(out, 0);
	for (unsigned i = 0; masks && i < (header == V4 ? 4u : 3u); i++)
		buffer_put_le32(out, b->masks[i]);
	if (header == V4)
		buffer_put_str(out, "BGRs"); /* sRGB */
	for (unsigned i = 0; header == V4 && i < 48; i++)
		buffer_put_u8(out, 0); /* end points and gammas, which sRGB ignores */
}

/* put_row - the bits that hold pixels, all others zero */
static void put_row(const struct bmp *b, const uint8_t *row, bool masks, struct buffer *out)
{
	uint8_t *to = buffer_reserve(out, b->stride);
	if (!to)
		return;
	uint64_t bits = (uint64_t)b->width * b->bits;
	size_t whole = (size_t)(bits / 8);
	uint32_t used = masks ? b->masks[0] | b->masks[1] | b->masks[2] | b->masks[3]
	                      : b->bits == 16 ? 0x7FFF : 0xFFFFFF;
	memset(to, 0, b->stride);
	memcpy(to, row, whole);
	if (bits % 8)
		to[whole] = (uint8_t)(row[whole] & (0xFF00u >> (bits % 8)));
	for (size_t i = 0; b->bits >= 16 && b->bits != 24 && i < whole; i++)
		to[i] &= (uint8_t)(used >> (i % (b->bits / 8) * 8));
	buffer_commit(out, b->stride);
}

struct result bmp_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	AUTO(free_drop) uint8_t *unrolled = NULL;
	struct bmp b = {.job = job, .at = cursor_of(in, &job->left.work)};
	TRY(take_header(&b));
	TRY(take_palette(&b));
	struct result taken = take_pixels(&b, why);
	unrolled = b.unrolled;
	TRY(taken);
	if (b.rows.len > UINT32_MAX - 4096)
		return job_refuse(job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	bool masks = b.compression == BITFIELDS || b.compression == ALPHA_BITFIELDS;
	uint32_t palette = b.bits <= 8 ? 1u << b.bits : 0;
	put_header(&b, masks, masks && b.masks[3] ? V4 : INFO, palette, out);
	buffer_put(out, b.palette, palette * sizeof b.palette[0]);
	for (uint32_t y = 0; y < b.height; y++)
		put_row(&b, b.rows.at + (b.top_down ? b.height - 1 - y : y) * b.stride, masks, out);
	return buffer_ok(out) ? ok()
		: job_refuse(job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
}
