/* JPEG 2000: an own strict walk of boxes and markers, OpenJPEG for the samples
 *
 * Every sample is decoded and encoded anew without loss: a lossy picture grows by
 * that, but encoding it lossily again would cost a generation and rebuilding twice
 * would not give the same bytes.  The library sees the bare codestream only; colour
 * space, palette and channels are read here, and written from typed values.
 * source  ITU-T T.800 annex A (markers), annex I (boxes)
 */
#include "gate/file/picture.h"

#include "base/cursor.h"

#include <openjpeg.h>
#include <stdlib.h>

enum {
	M_SOC = 0xFF4F, M_SIZ = 0xFF51, M_SOT = 0xFF90, M_EOC = 0xFFD9, M_COM = 0xFF64,
	PARTS_MOST = 4, SPREAD_MOST = 4, BITS_MOST = 16, TILES_MOST = 8192, PALETTE_MOST = 1024, CHANNELS_MOST = 8,
	SRGB = 16, GREY = 17, SYCC = 18,
};

struct jp2 {
	struct job *job;
	struct cursor at;
	bool boxed, header, profile;
	uint32_t colours;             /* EnumCS; 0: not said */
	uint32_t width, height;       /* of the reference grid's used part */
	unsigned parts;               /* components of the codestream */
	uint8_t bits[PARTS_MOST];     /* Ssiz: depth - 1, and 0x80 when signed */
	struct slice palette, mapping, channels; /* contents of pclr, cmap and cdef; checked */
	struct slice stream;          /* the codestream */
};

static struct result damaged(struct jp2 *p, const char *what)
{
	return job_refuse(p->job, REFUSAL_DAMAGED, picture_place(p->job, p->at.pos), "%s", what);
}

static struct result unlisted(struct jp2 *p, const char *what)
{
	return job_refuse(p->job, REFUSAL_UNKNOWN, picture_place(p->job, p->at.pos), "%s", what);
}

/* ---- boxes */

struct box {
	uint32_t type;
	struct slice body;
	size_t offset;
};

#define BOX(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* A length of 0 runs to the end, of 1 stands in eight bytes more (T.800 I.4). */
static bool take_box(struct cursor *at, struct box *box)
{
	box->offset = at->pos;
	uint64_t len = cursor_take_be32(at), head = 8;
	box->type = cursor_take_be32(at);
	if (len == 1) {
		uint64_t high = cursor_take_be32(at);
		len = high << 32 | cursor_take_be32(at);
		head = 16;
	}
	if (len == 0)
		len = head + cursor_left(at);
	if (!cursor_ok(at) || len < head || len - head > cursor_left(at))
		return false;
	box->body = cursor_take(at, (size_t)(len - head));
	return cursor_ok(at);
}

static struct result take_colour(struct jp2 *p, struct slice body)
{
	struct cursor c = cursor_of(body, NULL);
	uint8_t method = cursor_take_u8(&c);
	cursor_skip(&c, 2);
	if (method != 1) {
		p->profile = true;
		job_drop(p->job, "color-profile", picture_place(p->job, p->at.pos));
		return ok();
	}
	uint32_t space = cursor_take_be32(&c);
	if (!cursor_ok(&c))
		return damaged(p, "a colour box that is cut off");
	if (space != SRGB && space != GREY && space != SYCC)
		return unlisted(p, "a colour space that is not on the list");
	p->colours = p->colours ? p->colours : space;
	return ok();
}

/* NE entries of NPC columns, each column of its own depth (T.800 I.5.3.4). */
static struct result take_palette(struct jp2 *p, struct slice body)
{
	struct cursor c = cursor_of(body, NULL);
	unsigned entries = cursor_take_be16(&c), columns = cursor_take_u8(&c);
	size_t row = 0;
	for (unsigned i = 0; i < columns; i++)
		row += (cursor_take_u8(&c) & 0x7Fu) + 1 > 8 ? 2 : 1;
	if (!cursor_ok(&c) || p->palette.len || entries == 0 || entries > PALETTE_MOST || columns == 0 ||
	    columns > PARTS_MOST || cursor_left(&c) != entries * row)
		return damaged(p, "a palette of the wrong size");
	p->palette = body;
	return ok();
}

static struct result take_header(struct jp2 *p, struct slice body)
{
	struct cursor at = cursor_of(body, &p->job->left.work);
	for (struct box box; cursor_left(&at) > 0;) {
		if (!take_box(&at, &box))
			return damaged(p, "a header box that is cut off");
		switch (box.type) {
		case BOX('i', 'h', 'd', 'r'): case BOX('b', 'p', 'c', 'c'):
			break; /* what they say stands in the codestream too, and is written from there */
		case BOX('c', 'o', 'l', 'r'):
			TRY(take_colour(p, box.body));
			break;
		case BOX('p', 'c', 'l', 'r'):
			TRY(take_palette(p, box.body));
			break;
		case BOX('c', 'm', 'a', 'p'):
			if (p->mapping.len || box.body.len % 4 || box.body.len > 4 * CHANNELS_MOST)
				return damaged(p, "a component mapping of the wrong size");
			p->mapping = box.body;
			break;
		case BOX('c', 'd', 'e', 'f'):
			if (p->channels.len || box.body.len % 6 != 2 || box.body.len > 2 + 6 * CHANNELS_MOST)
				return damaged(p, "channel definitions of the wrong size");
			p->channels = box.body;
			break;
		default:
			job_drop(p->job, "metadata", picture_place(p->job, box.offset));
		}
	}
	p->header = true;
	return ok();
}

static struct result take_boxes(struct jp2 *p)
{
	struct box box;
	if (!take_box(&p->at, &box) || box.type != BOX('j', 'P', ' ', ' ') ||
	    !slice_equal(box.body, slice_of("\r\n\x87\n", 4)))
		return damaged(p, "no JPEG 2000 begins here");
	if (!take_box(&p->at, &box) || box.type != BOX('f', 't', 'y', 'p') ||
	    slice_find(box.body, SLICE("jp2 ")) == SIZE_MAX)
		return unlisted(p, "a relative of JPEG 2000 that is not on the list");
	while (cursor_left(&p->at) > 0) {
		if (!take_box(&p->at, &box))
			return damaged(p, "a box longer than the file");
		if (box.type == BOX('j', 'p', '2', 'h')) {
			if (p->header || p->stream.len)
				return damaged(p, "a header out of place");
			TRY(take_header(p, box.body));
		} else if (box.type == BOX('j', 'p', '2', 'c')) {
			if (!p->header || p->stream.len)
				return damaged(p, "a picture out of place, or a second one");
			p->stream = box.body;
		} else {
			bool known = box.type == BOX('x', 'm', 'l', ' ') || box.type == BOX('u', 'u', 'i', 'd') ||
			             box.type == BOX('u', 'i', 'n', 'f') || box.type == BOX('j', 'p', '2', 'i') ||
			             box.type == BOX('r', 'r', 'e', 'q');
			job_drop(p->job, known ? "metadata" : "unknown-part", picture_place(p->job, box.offset));
		}
	}
	return p->stream.len ? ok() : damaged(p, "it holds no picture");
}

/* ---- the codestream's own words */

static struct result take_parts(struct jp2 *p, struct cursor *siz)
{
	p->parts = cursor_take_be16(siz);
	if (!cursor_ok(siz) || p->parts == 0 || cursor_left(siz) != 3 * (size_t)p->parts)
		return damaged(p, "a size marker of the wrong length");
	if (p->parts > PARTS_MOST)
		return unlisted(p, "a JPEG 2000 of more than four components");
	for (unsigned i = 0; i < p->parts; i++) {
		p->bits[i] = cursor_take_u8(siz);
		unsigned across = cursor_take_u8(siz), down = cursor_take_u8(siz);
		if ((p->bits[i] & 0x7Fu) + 1 > BITS_MOST || across == 0 || down == 0 || across > SPREAD_MOST || down > SPREAD_MOST)
			return unlisted(p, "components deeper or sparser than pictures have them");
	}
	return ok();
}

static struct result take_size(struct jp2 *p, struct cursor siz)
{
	cursor_skip(&siz, 2);
	uint32_t right = cursor_take_be32(&siz), bottom = cursor_take_be32(&siz);
	uint32_t left = cursor_take_be32(&siz), top = cursor_take_be32(&siz);
	uint32_t across = cursor_take_be32(&siz), down = cursor_take_be32(&siz);
	uint32_t from_x = cursor_take_be32(&siz), from_y = cursor_take_be32(&siz);
	if (!cursor_ok(&siz) || right <= left || bottom <= top || right > INT32_MAX || bottom > INT32_MAX ||
	    across == 0 || down == 0 || from_x > left || from_y > top)
		return damaged(p, "impossible sizes");
	p->width = right - left;
	p->height = bottom - top;
	uint64_t tiles = ((uint64_t)right - from_x + across - 1) / across * (((uint64_t)bottom - from_y + down - 1) / down);
	if (tiles > TILES_MOST)
		return job_refuse(p->job, REFUSAL_BOMB, "", "%llu tiles are more than allowed", (unsigned long long)tiles);
	/* the library keeps each used sample in four bytes: the whole grid is paid for */
	TRY(picture_pay(p->job, right, bottom));
	return take_parts(p, &siz);
}

static struct result take_stream(struct jp2 *p)
{
	struct cursor c = cursor_of(p->stream, &p->job->left.work);
	size_t base = (size_t)(p->stream.at - p->at.bytes.at);
	if (cursor_take_be16(&c) != M_SOC)
		return damaged(p, "no codestream begins here");
	bool sized = false;
	for (;;) {
		size_t offset = c.pos;
		uint16_t marker = cursor_take_be16(&c), length = marker == M_SOT ? 2 : cursor_take_be16(&c);
		if (!cursor_ok(&c) || marker < 0xFF00 || length < 2 || (!sized && marker != M_SIZ) || (sized && marker == M_SIZ))
			return damaged(p, "no marker where one must stand");
		if (marker == M_SOT)
			break;
		struct cursor body = cursor_child(&c, length - 2u);
		if (!cursor_ok(&c))
			return damaged(p, "a marker longer than the file");
		if (marker == M_COM && cursor_left(&body) > 2) /* an empty one is the encoder's own */
			job_drop(p->job, "comment", picture_place(p->job, base + offset));
		if (marker == M_SIZ)
			TRY(take_size(p, body));
		sized = true;
	}
	return ok();
}

/* What the channels mean must be about components and columns that there are. */
static struct result check_channels(struct jp2 *p)
{
	unsigned columns = p->palette.len ? p->palette.at[2] : 0, made = p->palette.len ? (unsigned)p->mapping.len / 4 : p->parts;
	if ((p->palette.len == 0) != (p->mapping.len == 0))
		return damaged(p, "a palette without its mapping, or a mapping without a palette");
	struct cursor map = cursor_of(p->mapping, NULL);
	while (cursor_left(&map) > 0) {
		unsigned part = cursor_take_be16(&map), kind = cursor_take_u8(&map), column = cursor_take_u8(&map);
		if (part >= p->parts || kind > 1 || (kind == 1 && column >= columns))
			return damaged(p, "a mapping to what is not there");
	}
	struct cursor channels = cursor_of(p->channels, NULL);
	if (p->channels.len && cursor_take_be16(&channels) != p->channels.len / 6)
		return damaged(p, "channel definitions of another number");
	while (cursor_left(&channels) > 0) {
		unsigned channel = cursor_take_be16(&channels), kind = cursor_take_be16(&channels);
		cursor_skip(&channels, 2);
		if (channel >= made || (kind > 2 && kind != 0xFFFF))
			return damaged(p, "a definition of a channel that is not there");
	}
	return ok();
}

/* ---- the library: memory in, memory out */

struct source {
	struct slice in;
	size_t pos;
};

static OPJ_SIZE_T read_some(void *to, OPJ_SIZE_T most, void *user)
{
	struct source *s = user;
	struct slice part = slice_part(s->in, s->pos, most);
	if (part.len == 0)
		return (OPJ_SIZE_T)-1;
	memcpy(to, part.at, part.len);
	s->pos += part.len;
	return part.len;
}

static OPJ_OFF_T skip_some(OPJ_OFF_T by, void *user)
{
	struct source *s = user;
	if (by < 0 || (uint64_t)by > s->in.len - s->pos)
		return -1;
	s->pos += (size_t)by;
	return by;
}

static OPJ_BOOL seek_to(OPJ_OFF_T at, void *user)
{
	struct source *s = user;
	if (at < 0 || (uint64_t)at > s->in.len)
		return OPJ_FALSE;
	s->pos = (size_t)at;
	return OPJ_TRUE;
}

/* The encoder goes back to write lengths: what it writes is kept by place. */
struct sink {
	struct buffer *to;
	size_t base, pos;
};

static OPJ_SIZE_T write_some(void *from, OPJ_SIZE_T len, void *user)
{
	struct sink *s = user;
	size_t at = s->base + s->pos, over = at < s->to->len ? s->to->len - at : 0;
	if (over > len)
		over = len;
	if (over)
		memcpy(s->to->at + at, from, over);
	buffer_put(s->to, (const uint8_t *)from + over, len - over);
	s->pos += len;
	return buffer_ok(s->to) ? len : (OPJ_SIZE_T)-1;
}

static OPJ_OFF_T sink_skip(OPJ_OFF_T by, void *user)
{
	struct sink *s = user;
	if (by < 0 || s->pos + (uint64_t)by > s->to->len - s->base)
		return -1;
	s->pos += (size_t)by;
	return by;
}

static OPJ_BOOL sink_seek(OPJ_OFF_T at, void *user)
{
	struct sink *s = user;
	if (at < 0 || (uint64_t)at > s->to->len - s->base)
		return OPJ_FALSE;
	s->pos = (size_t)at;
	return OPJ_TRUE;
}

static void note_fault(const char *message, void *fault)
{
	(void)message;
	*(bool *)fault = true;
}

static void hush(const char *message, void *user)
{
	(void)message, (void)user;
}

static void image_drop(opj_image_t **image)
{
	opj_image_destroy(*image);
}
static void codec_drop(opj_codec_t **codec)
{
	if (*codec)
		opj_destroy_codec(*codec);
}
static void stream_drop(opj_stream_t **stream)
{
	opj_stream_destroy(*stream);
}

enum { CHUNK = 65536 };

/* A warning is the library's word for damage that it would paper over. */
static struct result decode(struct jp2 *p, opj_image_t **image, struct why *why)
{
	struct source source = {p->stream, 0};
	bool fault = false;
	AUTO(codec_drop) opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
	AUTO(stream_drop) opj_stream_t *stream = opj_stream_create(CHUNK, OPJ_TRUE);
	opj_dparameters_t parameters;
	opj_set_default_decoder_parameters(&parameters);
	if (!codec || !stream || !opj_setup_decoder(codec, &parameters))
		return picture_memory(why);
	opj_set_info_handler(codec, hush, NULL);
	opj_set_warning_handler(codec, note_fault, &fault);
	opj_set_error_handler(codec, note_fault, &fault);
	opj_stream_set_user_data(stream, &source, NULL);
	opj_stream_set_user_data_length(stream, p->stream.len);
	opj_stream_set_read_function(stream, read_some);
	opj_stream_set_skip_function(stream, skip_some);
	opj_stream_set_seek_function(stream, seek_to);
	bool done = opj_decoder_set_strict_mode(codec, OPJ_TRUE) && opj_read_header(stream, codec, image) &&
	            opj_decode(codec, stream, *image) && opj_end_decompress(codec, stream);
	if (!done || fault || (*image)->numcomps != p->parts)
		return damaged(p, "OpenJPEG: the picture is damaged");
	for (unsigned i = 0; i < p->parts; i++)
		if (!(*image)->comps[i].data)
			return damaged(p, "OpenJPEG: a component without samples");
	return ok();
}

/* Three components of one size go through the reversible colour transform. */
static bool alike(const opj_image_t *image)
{
	for (unsigned i = 1; i < 3; i++) {
		const opj_image_comp_t *a = &image->comps[0], *b = &image->comps[i];
		if (a->dx != b->dx || a->dy != b->dy || a->prec != b->prec || a->sgnd != b->sgnd)
			return false;
	}
	return true;
}

static int resolutions(const opj_image_t *image)
{
	uint32_t least = UINT32_MAX;
	for (unsigned i = 0; i < image->numcomps; i++) {
		least = image->comps[i].w < least ? image->comps[i].w : least;
		least = image->comps[i].h < least ? image->comps[i].h : least;
	}
	int levels = 1;
	while (levels < 6 && least >> levels)
		levels++;
	return levels;
}

static struct result encode(struct jp2 *p, opj_image_t *image, struct buffer *out, struct why *why)
{
	static char nothing[] = "";
	struct sink sink = {out, out->len, 0};
	AUTO(codec_drop) opj_codec_t *codec = opj_create_compress(OPJ_CODEC_J2K);
	AUTO(stream_drop) opj_stream_t *stream = opj_stream_create(CHUNK, OPJ_FALSE);
	opj_cparameters_t parameters;
	opj_set_default_encoder_parameters(&parameters);
	parameters.cp_comment = nothing;
	parameters.tcp_numlayers = 1;
	parameters.cp_disto_alloc = 1;
	parameters.numresolution = resolutions(image);
	parameters.tcp_mct = p->colours == SRGB && image->numcomps >= 3 && alike(image);
	if (!codec || !stream)
		return picture_memory(why);
	opj_set_info_handler(codec, hush, NULL);
	opj_set_warning_handler(codec, hush, NULL);
	opj_set_error_handler(codec, hush, NULL);
	opj_stream_set_user_data(stream, &sink, NULL);
	opj_stream_set_write_function(stream, write_some);
	opj_stream_set_skip_function(stream, sink_skip);
	opj_stream_set_seek_function(stream, sink_seek);
	if (opj_setup_encoder(codec, &parameters, image) && opj_start_compress(codec, image, stream) &&
	    opj_encode(codec, stream) && opj_end_compress(codec, stream) && buffer_ok(out))
		return ok();
	if (!buffer_ok(out))
		return job_refuse(p->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	return picture_memory(why);
}

/* ---- written anew */

static void put_be16(struct buffer *out, uint32_t v)
{
	buffer_put_u8(out, (uint8_t)(v >> 8));
	buffer_put_u8(out, (uint8_t)v);
}

static void put_be32(struct buffer *out, uint32_t v)
{
	put_be16(out, v >> 16);
	put_be16(out, v & 0xFFFF);
}

static void put_box(struct buffer *out, uint32_t type, struct slice body)
{
	put_be32(out, (uint32_t)body.len + 8);
	put_be32(out, type);
	buffer_put_slice(out, body);
}

static void put_header(const struct jp2 *p, struct buffer *out)
{
	bool same = true;
	for (unsigned i = 1; i < p->parts; i++)
		same &= p->bits[i] == p->bits[0];
	struct buffer AUTO(buffer_done) head = {0};
	buffer_init(&head, 1 << 16);
	put_be32(&head, 22);
	put_be32(&head, BOX('i', 'h', 'd', 'r'));
	put_be32(&head, p->height);
	put_be32(&head, p->width);
	put_be16(&head, p->parts);
	buffer_put_u8(&head, same ? p->bits[0] : 255);
	buffer_put(&head, "\x07\0\0", 3); /* wavelets, a known colour space, no rights box */
	if (!same)
		put_box(&head, BOX('b', 'p', 'c', 'c'), slice_of(p->bits, p->parts));
	put_be32(&head, 15);
	put_be32(&head, BOX('c', 'o', 'l', 'r'));
	buffer_put(&head, "\x01\0\0", 3);
	put_be32(&head, p->colours);
	if (p->palette.len) {
		put_box(&head, BOX('p', 'c', 'l', 'r'), p->palette);
		put_box(&head, BOX('c', 'm', 'a', 'p'), p->mapping);
	}
	if (p->channels.len)
		put_box(&head, BOX('c', 'd', 'e', 'f'), p->channels);
	put_box(out, BOX('j', 'p', '2', 'h'), buffer_slice(&head));
}

static struct result put_picture(struct jp2 *p, struct buffer *out, struct why *why)
{
	AUTO(image_drop) opj_image_t *image = NULL;
	TRY(decode(p, &image, why));
	if (!p->boxed)
		return encode(p, image, out, why);
	put_box(out, BOX('j', 'P', ' ', ' '), slice_of("\r\n\x87\n", 4));
	put_box(out, BOX('f', 't', 'y', 'p'), slice_of("jp2 \0\0\0\0jp2 ", 12));
	put_header(p, out);
	size_t at = out->len;
	put_box(out, BOX('j', 'p', '2', 'c'), slice_of(NULL, 0));
	TRY(encode(p, image, out, why));
	uint64_t len = out->len - at;
	if (len > UINT32_MAX)
		return job_refuse(p->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	for (unsigned i = 0; i < 4; i++)
		out->at[at + i] = (uint8_t)(len >> (24 - 8 * i));
	return ok();
}

struct result jp2_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct jp2 p = {.job = job, .at = cursor_of(in, &job->left.work)};
	p.boxed = !slice_starts(in, slice_of("\xFF\x4F\xFF\x51", 4));
	if (p.boxed)
		TRY(take_boxes(&p));
	else
		p.stream = in;
	TRY(take_stream(&p));
	TRY(check_channels(&p));
	unsigned colours = p.palette.len ? (unsigned)p.mapping.len / 4 : p.parts;
	if (!p.colours)
		p.colours = colours < 3 ? GREY : SRGB;
	return put_picture(&p, out, why);
}
