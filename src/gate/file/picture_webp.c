/* WebP: an own strict walk of the RIFF, libwebp for the pictures in it
 *
 * Each picture (the still one, or each frame of an animation) is decoded to
 * RGBA and encoded without loss.  A lossy picture grows by that; encoding it
 * lossily again would cost a generation, and rebuilding twice would not give
 * the same bytes.  The container is written from typed values: size, offsets,
 * times, loop count and background.
 * source  WebP Container Specification; RFC 9649
 */
#include "gate/file/picture.h"

#include "base/cursor.h"

#include <stdlib.h>
#include <webp/decode.h>
#include <webp/encode.h>

enum { SIDE_MOST = 16383, FLAG_ANIMATION = 0x02, FLAG_ALPHA = 0x10, EFFORT = 1 };

struct webp {
	struct job *job;
	struct cursor at;      /* the RIFF's content */
	struct buffer *out;
	bool extended, animated;
	uint32_t width, height; /* of the canvas, when extended */
	uint32_t background, frames;
	uint16_t loops;
	bool has_animation;
	struct slice alpha;    /* from ALPH's head to the picture's end */
	struct slice picture;  /* VP8 or VP8L chunk of the still picture, with ALPH before it */
	unsigned orientation;
	struct buffer body;    /* frames written so far */
};

struct chunk {
	struct slice tag, body, whole;
	size_t offset;
};

static struct result damaged(struct webp *w, const char *what)
{
	return job_refuse(w->job, REFUSAL_DAMAGED, picture_place(w->job, w->at.pos), "%s", what);
}

static uint32_t take_le24(struct cursor *c)
{
	uint32_t low = cursor_take_le16(c);
	return low | (uint32_t)cursor_take_u8(c) << 16;
}

static void put_le24(struct buffer *out, uint32_t v)
{
	buffer_put_le16(out, (uint16_t)(v & 0xFFFF));
	buffer_put_u8(out, (uint8_t)(v >> 16));
}

static bool take_chunk(struct cursor *at, struct chunk *c)
{
	c->offset = at->pos;
	c->tag = cursor_take(at, 4);
	uint32_t size = cursor_take_le32(at);
	c->body = cursor_take(at, size);
	if (size % 2)
		cursor_skip(at, 1);
	c->whole = slice_part(at->bytes, c->offset, at->pos - c->offset);
	return cursor_ok(at);
}

/* decode - one picture to RGBA; paid for from its own header before */
static struct result decode(struct webp *w, struct slice picture, uint32_t *width, uint32_t *height,
                            uint8_t **rgba, struct why *why)
{
	WebPBitstreamFeatures f;
	if (WebPGetFeatures(picture.at, picture.len, &f) != VP8_STATUS_OK || f.has_animation)
		return damaged(w, "libwebp: the header of a picture");
	TRY(picture_pay(w->job, (uint64_t)f.width, (uint64_t)f.height));
	size_t stride = (size_t)f.width * 4, size = stride * (size_t)f.height;
	*rgba = malloc(size);
	WebPDecoderConfig config;
	if (!*rgba || !WebPInitDecoderConfig(&config))
		return picture_memory(why);
	config.output.colorspace = MODE_RGBA;
	config.output.is_external_memory = 1;
	config.output.u.RGBA = (WebPRGBABuffer){.rgba = *rgba, .stride = (int)stride, .size = size};
	VP8StatusCode status = WebPDecode(picture.at, picture.len, &config);
	WebPFreeDecBuffer(&config.output);
	if (status == VP8_STATUS_OUT_OF_MEMORY)
		return picture_memory(why);
	if (status != VP8_STATUS_OK)
		return damaged(w, "libwebp: a picture is damaged");
	*width = (uint32_t)f.width;
	*height = (uint32_t)f.height;
	return ok();
}

static int write_encoded(const uint8_t *data, size_t size, const WebPPicture *picture)
{
	struct buffer *to = picture->custom_ptr;
	buffer_put(to, data, size);
	return buffer_ok(to);
}

/* encode - a whole RIFF file of one VP8L chunk, appended to `to` */
static struct result encode(struct webp *w, const uint8_t *rgba, uint32_t width, uint32_t height,
                            struct buffer *to, struct why *why)
{
	WebPConfig config;
	WebPPicture p;
	if (!WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, EFFORT) || !WebPPictureInit(&p))
		return picture_memory(why);
	config.exact = 1; /* also the colours of transparent pixels: nothing is guessed */
	p.use_argb = 1;
	p.width = (int)width;
	p.height = (int)height;
	p.writer = write_encoded;
	p.custom_ptr = to;
	bool done = WebPPictureImportRGBA(&p, rgba, (int)width * 4) && WebPEncode(&config, &p);
	WebPEncodingError code = p.error_code;
	WebPPictureFree(&p);
	if (done)
		return ok();
	if (!buffer_ok(to) || code == VP8_ENC_ERROR_FILE_TOO_BIG)
		return job_refuse(w->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	return picture_memory(why);
}

static void put_chunk(struct buffer *out, const char *tag, struct slice body)
{
	buffer_put_str(out, tag);
	buffer_put_le32(out, (uint32_t)body.len);
	buffer_put_slice(out, body);
	if (body.len % 2)
		buffer_put_u8(out, 0);
}

/* A frame: place, size, time, how it is laid over the canvas; then a picture. */
static struct result put_frame(struct webp *w, struct cursor head, struct slice vp8l)
{
	uint32_t x = take_le24(&head), y = take_le24(&head);
	uint32_t width = take_le24(&head), height = take_le24(&head), time = take_le24(&head);
	uint8_t flags = cursor_take_u8(&head) & 3;
	if ((uint64_t)x * 2 + width + 1 > w->width || (uint64_t)y * 2 + height + 1 > w->height)
		return damaged(w, "a frame outside the canvas");
	struct buffer *b = &w->body;
	buffer_put_str(b, "ANMF");
	buffer_put_le32(b, (uint32_t)(16 + vp8l.len));
	put_le24(b, x);
	put_le24(b, y);
	put_le24(b, width);
	put_le24(b, height);
	put_le24(b, time);
	buffer_put_u8(b, flags);
	buffer_put_slice(b, vp8l);
	return ok();
}

static void buffer_drop(struct buffer *b)
{
	buffer_done(b);
}

/* picture_in - the ALPH and VP8, or the VP8L chunk among a frame's chunks */
static struct result picture_in(struct webp *w, struct cursor at, struct slice *picture)
{
	struct chunk c;
	struct slice alpha = {0};
	*picture = (struct slice){0};
	while (cursor_left(&at) > 0) {
		if (!take_chunk(&at, &c))
			return damaged(w, "it ends within a chunk");
		bool lossy = slice_is(c.tag, "VP8 "), exact = slice_is(c.tag, "VP8L");
		bool first = picture->len == 0 && alpha.len == 0;
		if ((lossy && picture->len == 0) || (exact && first))
			*picture = alpha.len ? slice_of(alpha.at, alpha.len + c.whole.len) : c.whole;
		else if (slice_is(c.tag, "ALPH") && first)
			alpha = c.whole;
		else
			job_drop(w->job, "unknown-part", picture_place(w->job, w->at.pos));
	}
	return picture->len ? ok() : damaged(w, "a frame without a picture");
}

static struct result take_frame(struct webp *w, struct slice body, struct why *why)
{
	struct cursor at = cursor_of(body, &w->job->left.work), head = cursor_child(&at, 16);
	struct slice picture;
	uint32_t width = 0, height = 0;
	AUTO(free_drop) uint8_t *rgba = NULL;
	AUTO(buffer_drop) struct buffer one = {0};
	buffer_init(&one, w->out->ceiling);
	if (!w->animated || !w->has_animation || !cursor_ok(&at))
		return damaged(w, "a frame where none may stand");
	TRY(job_pay_entry(w->job));
	TRY(picture_in(w, at, &picture));
	TRY(decode(w, picture, &width, &height, &rgba, why));
	struct cursor sides = head;
	cursor_skip(&sides, 6);
	if (take_le24(&sides) + 1 != width || take_le24(&sides) + 1 != height)
		return damaged(w, "a frame of two sizes");
	TRY(encode(w, rgba, width, height, &one, why));
	w->frames++;
	return put_frame(w, head, slice_part(buffer_slice(&one), 12, one.len));
}

static struct result take_extended(struct webp *w, struct slice body)
{
	struct cursor c = cursor_of(body, NULL);
	uint8_t flags = cursor_take_u8(&c);
	cursor_skip(&c, 3);
	w->width = take_le24(&c) + 1;
	w->height = take_le24(&c) + 1;
	if (!cursor_ok(&c) || w->extended || w->width > SIDE_MOST + 1 || w->height > SIDE_MOST + 1)
		return damaged(w, "an impossible extended header");
	w->extended = true;
	w->animated = (flags & FLAG_ANIMATION) != 0;
	return ok();
}

static struct result take_animation(struct webp *w, struct slice body)
{
	struct cursor c = cursor_of(body, NULL);
	w->background = cursor_take_le32(&c);
	w->loops = cursor_take_le16(&c);
	if (!cursor_ok(&c) || !w->animated || w->has_animation)
		return damaged(w, "an animation's header out of place");
	w->has_animation = true;
	return ok();
}

static struct result take_still(struct webp *w, const struct chunk *c)
{
	if (w->animated || w->picture.len || (slice_is(c->tag, "VP8L") && w->alpha.len))
		return damaged(w, "a picture out of place");
	w->picture = w->alpha.len ? slice_of(w->alpha.at, w->alpha.len + c->whole.len) : c->whole;
	return ok();
}

static struct result take_top(struct webp *w, const struct chunk *c, struct why *why)
{
	if (slice_is(c->tag, "VP8X") && c->offset == 0)
		return take_extended(w, c->body);
	if (slice_is(c->tag, "ANIM"))
		return take_animation(w, c->body);
	if (slice_is(c->tag, "ANMF"))
		return take_frame(w, c->body, why);
	if (slice_is(c->tag, "VP8 ") || slice_is(c->tag, "VP8L"))
		return take_still(w, c);
	if (slice_is(c->tag, "ALPH") && !w->alpha.len && !w->picture.len) {
		w->alpha = c->whole;
		return ok();
	}
	bool exif = slice_is(c->tag, "EXIF");
	struct slice tiff = c->body;
	if (slice_starts(tiff, slice_of("Exif\0\0", 6)))
		tiff = slice_part(tiff, 6, tiff.len);
	if (exif)
		w->orientation = exif_orientation(tiff);
	job_drop(w->job, exif || slice_is(c->tag, "XMP ") ? "metadata"
	                 : slice_is(c->tag, "ICCP") ? "color-profile" : "unknown-part",
	         picture_place(w->job, 12 + c->offset));
	return ok();
}

static struct result put_still(struct webp *w, struct why *why)
{
	uint32_t width = 0, height = 0;
	AUTO(free_drop) uint8_t *rgba = NULL;
	AUTO(free_drop) uint8_t *oriented = NULL;
	TRY(decode(w, w->picture, &width, &height, &rgba, why));
	if (w->extended && (w->width != width || w->height != height))
		return damaged(w, "a picture of two sizes");
	if (w->orientation <= 1)
		return encode(w, rgba, width, height, w->out, why);
	oriented = malloc((size_t)width * height * 4);
	if (!oriented)
		return picture_memory(why);
	pixels_orient(rgba, oriented, width, height, 4, w->orientation);
	bool turned = ORIENTATION_TURNED(w->orientation);
	return encode(w, oriented, turned ? height : width, turned ? width : height, w->out, why);
}

static struct result put_animation(struct webp *w)
{
	struct buffer *out = w->out;
	buffer_put_str(out, "RIFF");
	buffer_put_le32(out, (uint32_t)(4 + 18 + 14 + w->body.len));
	buffer_put_str(out, "WEBPVP8X");
	buffer_put_le32(out, 10);
	buffer_put_le32(out, FLAG_ANIMATION | FLAG_ALPHA);
	put_le24(out, w->width - 1);
	put_le24(out, w->height - 1);
	uint8_t body[6];
	for (unsigned i = 0; i < 4; i++)
		body[i] = (uint8_t)(w->background >> (8 * i));
	body[4] = (uint8_t)(w->loops & 0xFF);
	body[5] = (uint8_t)(w->loops >> 8);
	put_chunk(out, "ANIM", slice_of(body, sizeof body));
	buffer_put_slice(out, buffer_slice(&w->body));
	if (!buffer_ok(out) || !buffer_ok(&w->body))
		return job_refuse(w->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	return ok();
}

static struct result rebuild(struct webp *w, struct why *why)
{
	struct chunk c;
	while (cursor_left(&w->at) > 0) {
		if (!take_chunk(&w->at, &c))
			return damaged(w, "it ends within a chunk");
		TRY(take_top(w, &c, why));
	}
	if (w->animated)
		return w->frames ? put_animation(w) : damaged(w, "an animation without frames");
	return w->picture.len ? put_still(w, why) : damaged(w, "it holds no picture");
}

struct result webp_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct webp w = {.job = job, .out = out};
	struct cursor at = cursor_of(in, &job->left.work);
	w.at = at;
	bool riff = cursor_literal(&at, SLICE("RIFF"));
	uint32_t size = cursor_take_le32(&at);
	struct cursor content = cursor_child(&at, size);
	if (!riff || !cursor_ok(&at) || !cursor_literal(&content, SLICE("WEBP")))
		return damaged(&w, "no WebP begins here, or it is cut off");
	if (cursor_left(&at) > (size % 2))
		job_drop(job, "trailing-data", picture_place(job, at.pos));
	w.at = cursor_of(slice_part(content.bytes, content.pos, content.bytes.len), &job->left.work);
	buffer_init(&w.body, out->ceiling);
	struct result result = rebuild(&w, why);
	buffer_done(&w.body);
	return result;
}
