/* JPEG 2000 as the gate writes it
 *
 * Boxes of the list in their one order, a codestream whose main header holds the
 * markers of a plain encoder and whose tile parts fill it to its end; each tile is
 * then decoded by itself, which is another way through OpenJPEG than the gate's.
 * source  ITU-T T.800 annexes A and I
 */
#include "gate/inspect/look.h"

#include "base/cursor.h"

#include <openjpeg.h>
#include <stdlib.h>

enum { SOC = 0xFF4F, SIZ = 0xFF51, COD = 0xFF52, COC = 0xFF53, QCD = 0xFF5C, QCC = 0xFF5D, COM = 0xFF64, SOT = 0xFF90,
       EOC = 0xFFD9, TILES_MOST = 8192 };

static bool text_is(struct slice in, const char *word)
{
	return slice_equal(in, slice_str(word));
}

/* next_box - its name and content; the gate writes lengths of four bytes only */
static bool next_box(struct look *look, struct cursor *c, struct slice *name, struct slice *body)
{
	size_t at = c->pos;
	uint32_t len = cursor_take_be32(c);
	*name = cursor_take(c, 4);
	*body = cursor_take(c, len < 8 ? SIZE_MAX : len - 8u);
	return cursor_ok(c) || look_unreadable(look, "offset %zu: a broken box", at);
}

static bool head_boxes(struct look *look, struct slice in)
{
	static const char *const listed[] = {"ihdr", "bpcc", "colr", "pclr", "cmap", "cdef"};
	struct cursor c = cursor_of(in, NULL);
	struct slice name, body;
	unsigned next = 0;
	while (cursor_left(&c) > 0) {
		if (!next_box(look, &c, &name, &body))
			return false;
		while (next < 6 && !text_is(name, listed[next]))
			next++;
		if (next == 6)
			return look_find(look, "metadata", "a box in the header, out of its order or of no list"), true;
		if (text_is(name, "colr") && (body.len != 7 || body.at[0] != 1))
			look_find(look, "color-profile", "the colour box");
		next++;
	}
	return true;
}

static bool boxes(struct look *look, struct slice in, struct slice *stream)
{
	static const char *const order[] = {"jP  ", "ftyp", "jp2h", "jp2c"};
	struct cursor c = cursor_of(in, NULL);
	struct slice name, body;
	for (unsigned i = 0; i < 4; i++) {
		if (!next_box(look, &c, &name, &body))
			return false;
		if (!text_is(name, order[i]))
			return look_unreadable(look, "offset %zu: not the box that stands here", c.pos);
		if (i == 2 && !head_boxes(look, body))
			return false;
		*stream = body;
	}
	return look_ended(look, &c);
}

struct sizes {
	uint32_t width, height;
	uint64_t tiles;
};

static bool take_sizes(struct look *look, struct cursor c, struct sizes *s)
{
	uint32_t v[8];
	cursor_skip(&c, 2);
	for (unsigned i = 0; i < 8; i++)
		v[i] = cursor_take_be32(&c);
	if (!cursor_ok(&c) || !v[4] || !v[5] || v[0] <= v[6] || v[1] <= v[7])
		return look_unreadable(look, "the size marker");
	s->width = v[0];
	s->height = v[1];
	s->tiles = ((uint64_t)v[0] - v[6] + v[4] - 1) / v[4] * (((uint64_t)v[1] - v[7] + v[5] - 1) / v[5]);
	return s->tiles <= TILES_MOST || look_unreadable(look, "more tiles than allowed");
}

static bool main_header(struct look *look, struct cursor *c, struct sizes *sizes)
{
	bool sized = false;
	for (;;) {
		struct cursor ahead = *c;
		uint16_t marker = cursor_take_be16(&ahead), length = cursor_take_be16(&ahead);
		struct cursor body = cursor_child(&ahead, length < 2 ? SIZE_MAX : length - 2u);
		if (!cursor_ok(&ahead))
			return look_unreadable(look, "offset %zu: a marker that is cut off", c->pos);
		if (marker == SOT)
			return sized || look_unreadable(look, "no size marker");
		if ((marker == SIZ) == sized)
			return look_unreadable(look, "offset %zu: the size marker must come first and once", c->pos);
		if (marker == SIZ && !take_sizes(look, body, sizes))
			return false;
		bool empty = marker == COM && cursor_left(&body) <= 2;
		if (marker != SIZ && marker != COD && marker != COC && marker != QCD && marker != QCC && !empty)
			look_find(look, marker == COM ? "comment" : "metadata", "marker %04X at %zu", marker, c->pos);
		sized = true;
		*c = ahead;
	}
}

/* Tile parts by their own lengths, to the end of the picture and no further. */
static bool tile_parts(struct look *look, struct cursor *c, uint64_t tiles)
{
	uint64_t seen = 0;
	for (;;) {
		struct cursor part = *c;
		uint16_t marker = cursor_take_be16(&part);
		if (marker == EOC) {
			*c = part;
			return seen == tiles ? look_ended(look, c) : look_unreadable(look, "%llu tiles of %llu", (unsigned long long)seen, (unsigned long long)tiles);
		}
		cursor_skip(&part, 4);
		uint32_t length = cursor_take_be32(&part);
		if (marker != SOT || length < 14 || !cursor_ok(&part))
			return look_unreadable(look, "offset %zu: no tile where one must stand", c->pos);
		cursor_skip(c, length);
		if (!cursor_ok(c) || !look_pay_entry(look))
			return look_unreadable(look, "a tile longer than the file");
		seen++;
	}
}

/* ---- samples */

struct place {
	struct slice in;
	size_t at;
};

static OPJ_SIZE_T give(void *to, OPJ_SIZE_T most, void *user)
{
	struct place *p = user;
	struct slice part = slice_part(p->in, p->at, most);
	if (!part.len)
		return (OPJ_SIZE_T)-1;
	memcpy(to, part.at, part.len);
	p->at += part.len;
	return part.len;
}

static OPJ_OFF_T give_skip(OPJ_OFF_T by, void *user)
{
	struct place *p = user;
	if (by < 0 || (uint64_t)by > p->in.len - p->at)
		return -1;
	p->at += (size_t)by;
	return by;
}

static OPJ_BOOL give_seek(OPJ_OFF_T to, void *user)
{
	struct place *p = user;
	if (to < 0 || (uint64_t)to > p->in.len)
		return OPJ_FALSE;
	p->at = (size_t)to;
	return OPJ_TRUE;
}

static void quiet(const char *message, void *user)
{
	(void)message, (void)user;
}

static void fault_seen(const char *message, void *fault)
{
	(void)message;
	*(bool *)fault = true;
}

static bool each_tile(struct look *look, opj_codec_t *codec, opj_stream_t *stream, const struct sizes *sizes)
{
	for (uint64_t done = 0;; done++) {
		OPJ_UINT32 index, bytes, parts;
		OPJ_INT32 x0, y0, x1, y1;
		OPJ_BOOL more = OPJ_FALSE;
		if (!opj_read_tile_header(codec, stream, &index, &bytes, &x0, &y0, &x1, &y1, &parts, &more))
			return false;
		if (!more)
			return done == sizes->tiles;
		if (!look_pay_bytes(look, bytes))
			return false;
		uint8_t *samples = malloc(bytes ? bytes : 1);
		if (!samples)
			return look_memory(look);
		OPJ_BOOL decoded = opj_decode_tile_data(codec, index, samples, bytes, stream);
		free(samples);
		if (!decoded)
			return false;
	}
}

static bool samples(struct look *look, struct slice in, const struct sizes *sizes)
{
	struct place place = {in, 0};
	bool fault = false;
	opj_image_t *image = NULL;
	opj_dparameters_t parameters;
	opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
	opj_stream_t *stream = opj_stream_create(65536, OPJ_TRUE);
	opj_set_default_decoder_parameters(&parameters);
	bool ready = codec && stream && opj_setup_decoder(codec, &parameters);
	if (ready) {
		opj_set_info_handler(codec, quiet, NULL);
		opj_set_warning_handler(codec, fault_seen, &fault);
		opj_set_error_handler(codec, fault_seen, &fault);
		opj_stream_set_user_data(stream, &place, NULL);
		opj_stream_set_user_data_length(stream, in.len);
		opj_stream_set_read_function(stream, give);
		opj_stream_set_skip_function(stream, give_skip);
		opj_stream_set_seek_function(stream, give_seek);
		ready = opj_read_header(stream, codec, &image) && each_tile(look, codec, stream, sizes);
	}
	opj_image_destroy(image);
	opj_stream_destroy(stream);
	if (codec)
		opj_destroy_codec(codec);
	return (ready && !fault) || look_unreadable(look, "OpenJPEG: a tile is damaged");
}

bool look_jp2(struct look *look, enum inspect_type type, struct slice in)
{
	struct slice stream = in;
	struct sizes sizes = {0};
	(void)type;
	look->report->pages = 1;
	if (look->comparing)
		return true;
	if (!slice_starts(in, slice_of("\xFF\x4F\xFF\x51", 4)) && !boxes(look, in, &stream))
		return false;
	struct cursor c = cursor_of(stream, NULL);
	if (cursor_take_be16(&c) != SOC || !main_header(look, &c, &sizes))
		return look_unreadable(look, "no codestream");
	if (!look_pay_pixels(look, sizes.width, sizes.height) || !tile_parts(look, &c, sizes.tiles))
		return false;
	return samples(look, stream, &sizes);
}
