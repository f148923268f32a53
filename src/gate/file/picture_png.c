/* PNG: inflated to its filtered rows, checked, its stream carried or deflated anew
 *
 * A filter byte and a row of filtered bytes are the row's pixels in another
 * coordinate system: every value is a valid pixel, and the choice of filters
 * is the work of the encoder that knew the picture.  So the rows are kept as
 * they are, which is exact, keeps the size and needs no decoder but libdeflate's.
 * Indexed pictures are unfiltered once to see that no pixel points outside the
 * palette.  The stream that gave exactly these rows, to the byte behind its
 * checksum, is carried in one IDAT with a header of our own, as a verified member
 * of a package is: nothing in it can be read but the rows.  Deflate has many ways
 * to say the same, though, and a stream of empty or stored blocks is none that an
 * encoder makes of a picture.  So it is deflated anew where it is not smaller than its
 * rows, where TEXT_RUN varied letters of ASCII stand in it one after another (what a server or
 * a shell could read; chance makes such a run once in some 400 MB), where slack stood behind
 * it, where the new file could be read as another kind, where the picture is turned,
 * and wherever a switch wants it ("picture-coding").
 * Kept: IHDR, PLTE, tRNS, gAMA, sRGB, pHYs (checked numbers) and the pixels.
 * source  PNG (Third Edition), sections 5, 7, 9, 11
 */
#include "gate/file/deflate.h"
#include "gate/file/picture.h"

#include "base/checked.h"
#include "base/cursor.h"

#include <libdeflate.h>
#include <stdlib.h>

enum { GRAY = 0, RGB = 2, INDEXED = 3, GRAY_ALPHA = 4, RGB_ALPHA = 6 };
/* Measured on 197 pictures: level 6 leaves a median of 0.97 of the input's size,
 * level 1 1.02, for about a sixth more time, of which inflating is most.     */
enum { LEVEL = 6, SIDE_MOST = 0x7FFFFFFF, PASSES = 7, TEXT_RUN = 20, ZLIB_HEADER = 2 };

struct png {
	struct job *job;
	struct cursor at;
	uint32_t width, height;
	uint8_t depth, color;
	bool interlaced, ended;
	unsigned seen;        /* bit a row of chunks[] */
	struct slice kept[8]; /* bodies of the chunks that are kept, by row */
	struct buffer data;   /* all IDAT bodies, one after another */
	bool data_ended;      /* another chunk came after IDAT */
	bool carried;         /* the stream goes out as it came */
	uint8_t *rows;
	size_t rows_len;
	unsigned orientation; /* 0: nothing was said */
	uint8_t phys[9];      /* of a turned picture */
};

static struct result damaged(struct png *p, const char *what)
{
	return job_refuse(p->job, REFUSAL_DAMAGED, picture_place(p->job, p->at.pos), "%s", what);
}

static unsigned channels(const struct png *p)
{
	static const uint8_t of[] = {1, 0, 3, 1, 2, 0, 4};
	return of[p->color];
}

static bool phys_sound(const struct png *p, struct slice body)
{
	(void)p;
	return body.len == 9 && body.at[8] <= 1;
}

static bool gama_sound(const struct png *p, struct slice body)
{
	(void)p;
	return body.len == 4 && (body.at[0] | body.at[1] | body.at[2] | body.at[3]) != 0;
}

static bool srgb_sound(const struct png *p, struct slice body)
{
	(void)p;
	return body.len == 1 && body.at[0] <= 3;
}

static bool plte_sound(const struct png *p, struct slice body)
{
	size_t most = p->color == INDEXED ? (size_t)1 << p->depth : 256;
	return body.len > 0 && body.len % 3 == 0 && body.len / 3 <= most;
}

enum { PLTE, TRNS, GAMA, SRGB, PHYS, KEPT_ROWS };

static bool trns_sound(const struct png *p, struct slice body)
{
	if (p->color == GRAY)
		return body.len == 2;
	if (p->color == RGB)
		return body.len == 6;
	return p->color == INDEXED && body.len > 0 && body.len <= p->kept[PLTE].len / 3;
}

/* Kept rows first, in the order in which enum names them. */
static const struct {
	char tag[5];
	const char *what; /* dropped as; NULL: kept when sound */
	bool (*sound)(const struct png *p, struct slice body);
} chunks[] = {
	[PLTE] = {"PLTE", NULL, plte_sound}, [TRNS] = {"tRNS", NULL, trns_sound},
	[GAMA] = {"gAMA", NULL, gama_sound}, [SRGB] = {"sRGB", NULL, srgb_sound},
	[PHYS] = {"pHYs", NULL, phys_sound},
	{"cHRM", "color-profile", NULL}, {"iCCP", "color-profile", NULL},
	{"cICP", "color-profile", NULL}, {"eXIf", "metadata", NULL}, {"tIME", "metadata", NULL},
	{"tEXt", "comment", NULL}, {"zTXt", "comment", NULL}, {"iTXt", "comment", NULL},
	{"bKGD", "metadata", NULL}, {"sBIT", "metadata", NULL}, {"hIST", "metadata", NULL},
	{"sPLT", "metadata", NULL}, {"acTL", "animation", NULL}, {"fcTL", "animation", NULL},
	{"fdAT", "animation", NULL},
};
enum { CHUNKS = sizeof chunks / sizeof chunks[0] };

static struct result take_header(struct png *p, struct slice body)
{
	static const uint8_t depths[] = {1 | 2 | 4 | 8 | 16, 0, 8 | 16, 1 | 2 | 4 | 8, 8 | 16, 0, 8 | 16};
	struct cursor c = cursor_of(body, NULL);
	p->width = cursor_take_be32(&c);
	p->height = cursor_take_be32(&c);
	p->depth = cursor_take_u8(&c);
	p->color = cursor_take_u8(&c);
	uint8_t compression = cursor_take_u8(&c), filter = cursor_take_u8(&c);
	uint8_t interlace = cursor_take_u8(&c);
	bool depth_sound = p->color <= RGB_ALPHA && p->depth > 0 && p->depth <= 16 &&
	                   (p->depth & (p->depth - 1)) == 0 && (depths[p->color] & p->depth) != 0;
	if (!cursor_ok(&c) || cursor_left(&c) != 0 || !depth_sound || compression != 0 ||
	    filter != 0 || interlace > 1 || p->width > SIDE_MOST || p->height > SIDE_MOST)
		return damaged(p, "a header with impossible values");
	p->interlaced = interlace == 1;
	return picture_pay(p->job, p->width, p->height);
}

static struct result take_known(struct png *p, unsigned row, struct slice body)
{
	bool again = (p->seen & 1u << row) != 0;
	p->seen |= 1u << row;
	if (slice_is(slice_str(chunks[row].tag), "eXIf") && !again)
		p->orientation = exif_orientation(body);
	if (chunks[row].what) {
		if (!again)
			job_drop(p->job, chunks[row].what, chunks[row].tag);
		return ok();
	}
	if (again || p->data.len > 0)
		return damaged(p, again ? "a chunk that may stand once stands twice"
		                        : "a chunk after the pixels that must stand before them");
	if (row == TRNS && p->color >= GRAY_ALPHA) {
		job_drop(p->job, "metadata", chunks[row].tag);
		return ok();
	}
	if (!chunks[row].sound(p, body))
		return damaged(p, "a chunk with impossible values");
	p->kept[row] = body;
	return ok();
}

static struct result take_chunk(struct png *p, struct slice tag, struct slice body)
{
	bool data = slice_is(tag, "IDAT");
	p->data_ended |= !data && p->data.len > 0;
	if (data) {
		if (p->data_ended)
			return damaged(p, "the pixels are not in one piece");
		buffer_put_slice(&p->data, body);
		return ok();
	}
	if (slice_is(tag, "IEND")) {
		p->ended = true;
		return body.len == 0 ? ok() : damaged(p, "an end with content");
	}
	for (unsigned row = 0; row < CHUNKS; row++)
		if (slice_is(tag, chunks[row].tag))
			return take_known(p, row, body);
	if ((tag.at[0] & 0x20) == 0)
		return damaged(p, "a critical chunk that is not on the list");
	job_drop(p->job, "unknown-part", picture_place(p->job, p->at.pos));
	return ok();
}

/* next_chunk - its checksum is right and its name is four letters */
static struct result next_chunk(struct png *p, struct slice *tag, struct slice *body)
{
	uint32_t length = cursor_take_be32(&p->at);
	size_t start = p->at.pos;
	*tag = cursor_take(&p->at, 4);
	*body = cursor_take(&p->at, length);
	uint32_t crc = cursor_take_be32(&p->at);
	if (!cursor_ok(&p->at))
		return damaged(p, "it ends within a chunk");
	for (size_t i = 0; i < 4; i++)
		if ((tag->at[i] & 0xDF) < 'A' || (tag->at[i] & 0xDF) > 'Z')
			return damaged(p, "a chunk without a name");
	if (libdeflate_crc32(0, p->at.bytes.at + start, 4 + (size_t)length) != crc)
		return damaged(p, "a chunk's checksum is wrong");
	return ok();
}

static struct result walk_chunks(struct png *p)
{
	struct slice tag, body;
	if (!cursor_literal(&p->at, slice_of("\x89PNG\r\n\x1A\n", 8)))
		return damaged(p, "no PNG begins here");
	TRY(next_chunk(p, &tag, &body));
	if (!slice_is(tag, "IHDR"))
		return damaged(p, "it does not begin with its header");
	TRY(take_header(p, body));
	while (!p->ended) {
		TRY(next_chunk(p, &tag, &body));
		TRY(take_chunk(p, tag, body));
	}
	if (p->data.len == 0 || (p->color == INDEXED && p->kept[PLTE].len == 0))
		return damaged(p, "it holds no picture");
	if (cursor_left(&p->at) > 0)
		job_drop(p->job, "trailing-data", picture_place(p->job, p->at.pos));
	return ok();
}

/* The picture's rows lie in one run of `height` rows of `bytes` filtered bytes
 * (and a filter byte each), or in seven such runs.                           */
struct pass {
	uint32_t width, height;
	size_t bytes;
};

static unsigned passes(const struct png *p, struct pass out[PASSES])
{
	static const uint8_t x0[] = {0, 4, 0, 2, 0, 1, 0}, y0[] = {0, 0, 4, 0, 2, 0, 1};
	static const uint8_t dx[] = {8, 8, 4, 4, 2, 2, 1}, dy[] = {8, 8, 8, 4, 4, 2, 2};
	unsigned n = 0, bits = channels(p) * p->depth;
	for (unsigned i = 0; i < (p->interlaced ? PASSES : 1); i++) {
		struct pass s = {p->width, p->height, 0};
		if (p->interlaced) {
			s.width = s.width > x0[i] ? (s.width - x0[i] + dx[i] - 1) / dx[i] : 0;
			s.height = s.height > y0[i] ? (s.height - y0[i] + dy[i] - 1) / dy[i] : 0;
		}
		s.bytes = (size_t)(((uint64_t)s.width * bits + 7) / 8);
		if (s.width && s.height)
			out[n++] = s;
	}
	return n;
}

/* varied - the codes of a pattern that repeats are letters too, but few of them */
static bool varied(const uint8_t *at)
{
	uint64_t seen[2] = {0};
	for (size_t i = 0; i < TEXT_RUN; i++)
		seen[at[i] >> 6] |= UINT64_C(1) << (at[i] & 63);
	return __builtin_popcountll(seen[0]) + __builtin_popcountll(seen[1]) >= TEXT_RUN / 2;
}

/* text_run - do TEXT_RUN printable bytes stand together, as in a text; most bytes are
 * not looked at                                                              */
static bool text_run(struct slice s)
{
	for (size_t last = TEXT_RUN - 1; last < s.len;) {
		size_t n = 0;
		while (n < TEXT_RUN && s.at[last - n] >= 0x20 && s.at[last - n] < 0x7F)
			n++;
		if (n == TEXT_RUN && varied(s.at + last - (TEXT_RUN - 1)))
			return true;
		last += n == TEXT_RUN ? TEXT_RUN / 2 : TEXT_RUN - n;
	}
	return false;
}

static struct result inflate_rows(struct png *p, struct why *why)
{
	struct pass pass[PASSES];
	unsigned n = passes(p, pass);
	for (unsigned i = 0; i < n; i++)
		p->rows_len += (1 + pass[i].bytes) * pass[i].height;
	TRY(job_pay_bytes(p->job, p->rows_len));
	p->rows = malloc(p->rows_len);
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	if (!p->rows || !d) {
		libdeflate_free_decompressor(d);
		return picture_memory(why);
	}
	size_t used = 0, got = 0;
	enum libdeflate_result r = libdeflate_zlib_decompress_ex(d, p->data.at, p->data.len, p->rows,
	                                                         p->rows_len, &used, &got);
	libdeflate_free_decompressor(d);
	if (r == LIBDEFLATE_INSUFFICIENT_SPACE)
		return damaged(p, "more pixels than its header says");
	if (r != LIBDEFLATE_SUCCESS)
		return damaged(p, "its compressed pixels are damaged");
	if (got != p->rows_len)
		return damaged(p, "fewer pixels than its header says");
	if (!deflate_plain(slice_part(buffer_slice(&p->data), 2, p->data.len), got))
		return damaged(p, "its compressed pixels have codes that stand for nothing");
	if (used != p->data.len)
		job_drop(p->job, "hidden-data", "IDAT");
	p->carried = used == p->data.len && used < p->rows_len && !text_run(buffer_slice(&p->data));
	return ok();
}

static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner)
{
	int a = abs(up - corner), b = abs(left - corner), c = abs(left + up - 2 * corner);
	return a <= b && a <= c ? left : b <= c ? up : corner;
}

/* unfilter - a row in place; above may be NULL; pixel: bytes of one, at least 1 */
static void unfilter(uint8_t filter, uint8_t *row, const uint8_t *above, size_t len, size_t pixel)
{
	if (filter == 0 || (filter == 2 && !above))
		return;
	for (size_t i = 0; i < len; i++) {
		uint8_t left = i >= pixel ? row[i - pixel] : 0, up = above ? above[i] : 0;
		uint8_t corner = i >= pixel && above ? above[i - pixel] : 0;
		const uint8_t add[] = {0, left, up, (uint8_t)((left + up) / 2), paeth(left, up, corner)};
		row[i] = (uint8_t)(row[i] + add[filter]);
	}
}

static bool indices_fit(const uint8_t *row, uint32_t width, unsigned depth, unsigned entries)
{
	for (uint32_t x = 0; x < width; x++) {
		uint64_t bit = (uint64_t)x * depth;
		unsigned byte = row[bit / 8], index = byte >> (8 - depth - bit % 8) & ((1u << depth) - 1);
		if (index >= entries)
			return false;
	}
	return true;
}

/* check_indexed - of one run; line holds two rows */
static bool check_indexed(const struct png *p, const struct pass *pass, const uint8_t *rows,
                          uint8_t *line)
{
	unsigned entries = (unsigned)(p->kept[PLTE].len / 3);
	for (uint32_t y = 0; y < pass->height; y++, rows += 1 + pass->bytes) {
		uint8_t *row = line + (y & 1) * pass->bytes;
		const uint8_t *above = y ? line + (~y & 1) * pass->bytes : NULL;
		memcpy(row, rows + 1, pass->bytes);
		unfilter(rows[0], row, above, pass->bytes, 1);
		if (!indices_fit(row, pass->width, p->depth, entries))
			return false;
	}
	return true;
}

static struct result check_rows(struct png *p, struct why *why)
{
	struct pass pass[PASSES];
	unsigned n = passes(p, pass);
	bool all_fit = p->color != INDEXED || p->kept[PLTE].len / 3 == (size_t)1 << p->depth;
	AUTO(free_drop) uint8_t *line = all_fit ? NULL : malloc(2 * (size_t)p->width + 2);
	const uint8_t *rows = p->rows;
	if (!all_fit && !line)
		return picture_memory(why);
	for (unsigned i = 0; i < n; i++) {
		for (uint32_t y = 0; y < pass[i].height; y++)
			if (rows[y * (1 + pass[i].bytes)] > 4)
				return damaged(p, "a row with an unknown filter");
		if (!all_fit && !check_indexed(p, &pass[i], rows, line))
			return damaged(p, "a pixel outside the palette");
		rows += (1 + pass[i].bytes) * pass[i].height;
	}
	return ok();
}

/* ---- a picture on its side ---- */

static bool must_turn(const struct png *p)
{
	return p->orientation > 1 && p->depth >= 8 && !p->interlaced;
}

/* Pixels without filters and filter bytes, one row after another. */
static void flatten(struct png *p, uint8_t *pixels, size_t stride, size_t pixel)
{
	for (uint32_t y = 0; y < p->height; y++) {
		const uint8_t *row = p->rows + y * (stride + 1);
		uint8_t *to = pixels + y * stride;
		memcpy(to, row + 1, stride);
		unfilter(row[0], to, y ? to - stride : NULL, stride, pixel);
	}
}

/* Back into rows: of palette entries as they are, of colours by Paeth's filter. */
static void filter_rows(struct png *p, const uint8_t *pixels, size_t stride, size_t pixel)
{
	bool plain = p->color == INDEXED;
	for (uint32_t y = 0; y < p->height; y++) {
		const uint8_t *from = pixels + y * stride;
		uint8_t *row = p->rows + y * (stride + 1);
		row[0] = plain ? 0 : 4;
		for (size_t i = 0; i < stride; i++) {
			uint8_t left = i >= pixel ? from[i - pixel] : 0, up = y ? from[i - stride] : 0;
			uint8_t corner = i >= pixel && y ? from[i - stride - pixel] : 0;
			row[1 + i] = (uint8_t)(from[i] - (plain ? 0 : paeth(left, up, corner)));
		}
	}
}

static void change_sides(struct png *p)
{
	uint32_t width = p->width;
	p->width = p->height;
	p->height = width;
	if (p->kept[PHYS].len != 9)
		return;
	memcpy(p->phys, p->kept[PHYS].at + 4, 4);
	memcpy(p->phys + 4, p->kept[PHYS].at, 4);
	p->phys[8] = p->kept[PHYS].at[8];
	p->kept[PHYS].at = p->phys;
}

static struct result turn(struct png *p, struct why *why)
{
	size_t pixel = (size_t)channels(p) * p->depth / 8, stride = p->width * pixel, size = stride * p->height;
	AUTO(free_drop) uint8_t *lying = malloc(size), *standing = malloc(size);
	if (!lying || !standing)
		return picture_memory(why);
	flatten(p, lying, stride, pixel);
	pixels_orient(lying, standing, p->width, p->height, (unsigned)pixel, p->orientation);
	if (ORIENTATION_TURNED(p->orientation))
		change_sides(p);
	stride = p->width * pixel;
	size_t len = (stride + 1) * p->height;
	uint8_t *rows = realloc(p->rows, len);
	if (!rows)
		return picture_memory(why);
	p->rows = rows;
	p->rows_len = len;
	filter_rows(p, standing, stride, pixel);
	return ok();
}

/* close_chunk - the body stands at the end of out already; the eight bytes from
 * start, left empty for its length and name, are filled in                   */
static void close_chunk(struct buffer *out, size_t start, const char *tag)
{
	if (!buffer_ok(out))
		return;
	uint32_t len = (uint32_t)(out->len - start - 8);
	for (unsigned i = 0; i < 4; i++) {
		out->at[start + i] = (uint8_t)(len >> (24 - 8 * i));
		out->at[start + 4 + i] = (uint8_t)tag[i];
	}
	buffer_put_be32(out, libdeflate_crc32(0, out->at + start + 4, 4 + (size_t)len));
}

static void put_chunk(struct buffer *out, const char *tag, struct slice body)
{
	size_t start = out->len;
	buffer_put(out, "\0\0\0\0\0\0\0", 8);
	buffer_put_slice(out, body);
	close_chunk(out, start, tag);
}

static void put_header(const struct png *p, struct buffer *out)
{
	uint8_t body[13] = {[8] = p->depth, p->color, 0, 0, p->interlaced};
	for (unsigned i = 0; i < 4; i++) {
		body[i] = (uint8_t)(p->width >> (24 - 8 * i));
		body[4 + i] = (uint8_t)(p->height >> (24 - 8 * i));
	}
	buffer_put(out, "\x89PNG\r\n\x1A\n", 8);
	put_chunk(out, "IHDR", slice_of(body, sizeof body));
}

/* The two bytes before the stream are those that the encoder below writes. */
static void carry_pixels(const struct png *p, struct buffer *out)
{
	size_t start = out->len;
	buffer_put(out, "\0\0\0\0\0\0\0\0\x78\x9C", 8 + ZLIB_HEADER);
	buffer_put(out, p->data.at + ZLIB_HEADER, p->data.len - ZLIB_HEADER);
	close_chunk(out, start, "IDAT");
}

static struct result put_pixels(const struct png *p, struct buffer *out, struct why *why)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
	if (!c)
		return picture_memory(why);
	size_t bound = libdeflate_zlib_compress_bound(c, p->rows_len), start = out->len;
	buffer_put(out, "\0\0\0\0\0\0\0", 8);
	uint8_t *at = buffer_reserve(out, bound);
	size_t len = at ? libdeflate_zlib_compress(c, p->rows, p->rows_len, at, bound) : 0;
	libdeflate_free_compressor(c);
	if (len == 0 || len > SIDE_MOST)
		return job_refuse(p->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	buffer_commit(out, len);
	close_chunk(out, start, "IDAT");
	return ok();
}

static struct result put_picture(const struct png *p, struct buffer *out, struct why *why)
{
	/* sRGB and gAMA stand before PLTE, tRNS after it: PNG, section 5.6 */
	static const uint8_t order[] = {SRGB, GAMA, PHYS, PLTE, TRNS};
	put_header(p, out);
	for (unsigned i = 0; i < KEPT_ROWS; i++)
		if (p->kept[order[i]].len > 0)
			put_chunk(out, chunks[order[i]].tag, p->kept[order[i]]);
	if (p->carried)
		carry_pixels(p, out);
	else
		TRY(put_pixels(p, out, why));
	put_chunk(out, "IEND", slice_of("", 0));
	if (!buffer_ok(out))
		return job_refuse(p->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	return ok();
}

static void png_done(struct png *p)
{
	buffer_done(&p->data);
	free(p->rows);
}

struct result png_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	AUTO(png_done) struct png p = {.job = job, .at = cursor_of(in, &job->left.work)};
	buffer_init(&p.data, in.len);
	TRY(walk_chunks(&p));
	if (!buffer_ok(&p.data))
		return picture_memory(why);
	TRY(inflate_rows(&p, why));
	TRY(check_rows(&p, why));
	if (p.color != INDEXED && p.kept[PLTE].len > 0) {
		job_drop(job, "metadata", "PLTE");
		p.kept[PLTE].len = 0;
	}
	p.carried &= !must_turn(&p) && !picture_anew(job);
	if (must_turn(&p))
		TRY(turn(&p, why));
	size_t start = out->len;
	TRY(put_picture(&p, out, why));
	if (!p.carried || !second_reading(FILE_PNG, slice_part(buffer_slice(out), start, out->len)))
		return ok();
	p.carried = false;
	out->len = start;
	return put_picture(&p, out, why);
}
