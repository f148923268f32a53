/* TIFF and WebP as the gate writes them
 *
 * TIFF: only the tags of a picture, every strip decodes to its full size, and
 * no byte of the file lies outside of header, directories, values and strips.
 * WebP: only lossless pictures, decoded through libwebp's incremental decoder
 * and, for animations, libwebpdemux.
 * source  TIFF 6.0; RFC 9649
 */
#include "gate/inspect/look.h"

#include "base/cursor.h"

#include <stdlib.h>
#include <tiffio.h>
#include <webp/decode.h>
#include <webp/demux.h>

/* ---- TIFF */

static const uint16_t tags_fine[] = {254, 256, 257, 258, 259, 262, 273, 274, 277, 278, 279, 282, 283,
                                     284, 292, 293, 296, 317, 320, 338, 339};
enum { FIELDS_MOST = 64, PAGES_MOST = 10000, STRIP_MOST = 512 << 20 };

struct tiff {
	struct look *look;
	struct slice in;
	uint64_t at;
	uint64_t counted; /* bytes that belong to something */
	bool fault;
};

static uint32_t size_of_type(uint16_t type)
{
	static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
	return type < sizeof sizes ? sizes[type] : 0;
}

/* add_strips - their sizes, from the field that counts them */
static void add_strips(struct tiff *t, uint16_t type, uint32_t count, size_t value_at)
{
	struct cursor c = cursor_of(t->in, NULL);
	cursor_seek(&c, value_at);
	for (uint32_t i = 0; i < count && cursor_ok(&c); i++)
		t->counted += type == 3 ? cursor_take_le16(&c) : cursor_take_le32(&c);
}

static bool tiff_field(struct tiff *t, struct cursor *c)
{
	uint16_t tag = cursor_take_le16(c), type = cursor_take_le16(c);
	uint32_t count = cursor_take_le32(c);
	size_t inside = c->pos;
	uint32_t offset = cursor_take_le32(c);
	uint64_t size = (uint64_t)size_of_type(type) * count;
	bool known = false;
	for (size_t i = 0; i < sizeof tags_fine / sizeof tags_fine[0]; i++)
		known |= tags_fine[i] == tag;
	if (!known)
		look_find(t->look, "metadata", "tag %u", tag);
	if (size == 0 || (size > 4 && (offset > t->in.len || size > t->in.len - offset)))
		return look_unreadable(t->look, "tag %u: its value lies outside the file", tag);
	if (size > 4)
		t->counted += size;
	if (tag == 279)
		add_strips(t, type, count, size > 4 ? offset : inside);
	return true;
}

static bool tiff_directories(struct tiff *t)
{
	struct cursor c = cursor_of(t->in, NULL);
	if (!cursor_literal(&c, slice_of("II*\0", 4)))
		return look_unreadable(t->look, "no little-endian TIFF");
	t->counted = 8;
	for (uint32_t offset; (offset = cursor_take_le32(&c)) != 0;) {
		cursor_seek(&c, offset);
		uint16_t fields = cursor_take_le16(&c);
		if (!cursor_ok(&c) || fields > FIELDS_MOST || ++t->look->report->pages > PAGES_MOST)
			return look_unreadable(t->look, "offset %u: a broken directory", offset);
		for (unsigned i = 0; i < fields; i++)
			if (!tiff_field(t, &c))
				return false;
		t->counted += 2 + 12 * (uint64_t)fields + 4;
	}
	if (!cursor_ok(&c) || t->look->report->pages == 0)
		return look_unreadable(t->look, "a broken chain of directories");
	/* every value may be padded to an even offset, and no more */
	uint64_t slack = 64 * t->look->report->pages;
	if (t->counted + slack < t->in.len)
		look_find(t->look, "hidden-data", "%llu bytes belong to nothing",
		          (unsigned long long)(t->in.len - t->counted));
	return true;
}

static tmsize_t memory_read(thandle_t handle, void *to, tmsize_t want)
{
	struct tiff *t = handle;
	struct slice part = slice_part(t->in, t->at > t->in.len ? t->in.len : (size_t)t->at,
	                               want < 0 ? 0 : (size_t)want);
	if (part.len)
		memcpy(to, part.at, part.len);
	t->at += part.len;
	return (tmsize_t)part.len;
}

static tmsize_t memory_write(thandle_t handle, void *from, tmsize_t len)
{
	(void)handle, (void)from, (void)len;
	return -1;
}

static toff_t memory_seek(thandle_t handle, toff_t by, int whence)
{
	struct tiff *t = handle;
	t->at = whence == SEEK_SET ? by : whence == SEEK_CUR ? t->at + by : t->in.len + by;
	return t->at;
}

static toff_t memory_size(thandle_t handle)
{
	const struct tiff *t = handle;
	return t->in.len;
}

static int memory_close(thandle_t handle)
{
	(void)handle;
	return 0;
}

static int note_fault(TIFF *file, void *user, const char *module, const char *format, va_list args)
{
	struct tiff *t = user;
	(void)file, (void)module, (void)format, (void)args;
	t->fault = true;
	return 1;
}

static int no_warning(TIFF *file, void *user, const char *module, const char *format, va_list args)
{
	(void)file, (void)user, (void)module, (void)format, (void)args;
	return 1;
}

static bool tiff_page(struct tiff *t, TIFF *tiff)
{
	uint32_t width = 0, height = 0;
	uint16_t coding = 0;
	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
	TIFFGetField(tiff, TIFFTAG_COMPRESSION, &coding);
	if (!look_pay_pixels(t->look, width, height))
		return false;
	if (TIFFIsTiled(tiff) || (coding != COMPRESSION_LZW && coding != COMPRESSION_CCITTFAX4))
		return look_unreadable(t->look, "tiles or coding %u, which the gate does not write", coding);
	tmsize_t size = TIFFStripSize(tiff);
	uint8_t *strip = size > 0 && size <= STRIP_MOST ? malloc((size_t)size) : NULL;
	if (!strip)
		return look_unreadable(t->look, "strips of an impossible size");
	bool fine = true;
	for (uint32_t i = 0; fine && i < TIFFNumberOfStrips(tiff); i++)
		fine = TIFFReadEncodedStrip(tiff, i, strip, size) > 0 && !t->fault;
	free(strip);
	return fine || look_unreadable(t->look, "libtiff: a strip is damaged");
}

bool look_tiff(struct look *look, enum inspect_type type, struct slice in)
{
	struct tiff t = {.look = look, .in = in};
	(void)type;
	if (!tiff_directories(&t))
		return false;
	if (look->comparing)
		return true;
	TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
	if (!options)
		return look_memory(look);
	TIFFOpenOptionsSetMaxSingleMemAlloc(options, STRIP_MOST);
	TIFFOpenOptionsSetErrorHandlerExtR(options, note_fault, &t);
	TIFFOpenOptionsSetWarningHandlerExtR(options, no_warning, &t);
	TIFF *tiff = TIFFClientOpenExt("document", "rm", &t, memory_read, memory_write, memory_seek,
	                               memory_close, memory_size, NULL, NULL, options);
	TIFFOpenOptionsFree(options);
	if (!tiff)
		return look_unreadable(look, "libtiff: it cannot be read");
	bool fine = true;
	do
		fine = tiff_page(&t, tiff);
	while (fine && TIFFReadDirectory(tiff));
	TIFFClose(tiff);
	return fine && (!t.fault || look_unreadable(look, "libtiff: it is damaged"));
}

/* ---- WebP */

static bool webp_chunks(struct look *look, struct slice in, bool *animated, uint64_t *frames)
{
	static const char *const still[] = {"VP8L"}, *const moving[] = {"VP8X", "ANIM", "ANMF"};
	struct cursor c = cursor_of(in, NULL);
	bool riff = cursor_literal(&c, SLICE("RIFF"));
	uint32_t size = cursor_take_le32(&c);
	struct cursor body = cursor_child(&c, size);
	if (!riff || !cursor_ok(&c) || !cursor_literal(&body, SLICE("WEBP")))
		return look_unreadable(look, "no WebP, or cut off");
	for (bool first = true; cursor_left(&body) > 0; first = false) {
		size_t at = body.pos;
		struct slice tag = cursor_take(&body, 4);
		uint32_t length = cursor_take_le32(&body);
		cursor_skip(&body, (size_t)length + length % 2);
		if (first)
			*animated = slice_is(tag, moving[0]);
		*frames += slice_is(tag, moving[2]);
		bool known = !*animated && first && slice_is(tag, still[0]);
		for (size_t i = 0; *animated && i < 3; i++)
			known |= slice_is(tag, moving[i]);
		if (!cursor_ok(&body))
			return look_unreadable(look, "offset %zu: a broken chunk", at);
		if (!known)
			look_find(look, "metadata", "offset %zu chunk", at);
	}
	return look_ended(look, &c);
}

static bool webp_still(struct look *look, struct slice in)
{
	int width = 0, height = 0;
	if (!WebPGetInfo(in.at, in.len, &width, &height) ||
	    !look_pay_pixels(look, (uint64_t)width, (uint64_t)height))
		return look_unreadable(look, "libwebp: the header");
	WebPIDecoder *decoder = WebPINewRGB(MODE_RGBA, NULL, 0, 0);
	if (!decoder)
		return look_memory(look);
	VP8StatusCode status = WebPIAppend(decoder, in.at, in.len);
	WebPIDelete(decoder);
	return status == VP8_STATUS_OK || look_unreadable(look, "libwebp: status %d", (int)status);
}

static bool webp_frames(struct look *look, WebPAnimDecoder *decoder)
{
	WebPAnimInfo info;
	uint8_t *pixels;
	int time;
	uint64_t decoded = 0;
	if (!WebPAnimDecoderGetInfo(decoder, &info) ||
	    !look_pay_pixels(look, info.canvas_width, (uint64_t)info.canvas_height * info.frame_count))
		return look_unreadable(look, "libwebpdemux: the canvas");
	while (WebPAnimDecoderHasMoreFrames(decoder)) {
		if (!WebPAnimDecoderGetNext(decoder, &pixels, &time))
			return look_unreadable(look, "libwebpdemux: a frame is damaged");
		decoded++;
	}
	return decoded == look->report->pages ||
	       look_unreadable(look, "libwebpdemux: another number of frames");
}

static bool webp_animation(struct look *look, struct slice in)
{
	WebPAnimDecoderOptions options;
	WebPData data = {.bytes = in.at, .size = in.len};
	if (!WebPAnimDecoderOptionsInit(&options))
		return look_memory(look);
	/* the canvas is paid for before it is allocated */
	int width = 0, height = 0;
	if (!WebPGetInfo(in.at, in.len, &width, &height) ||
	    !look_pay_pixels(look, (uint64_t)width, (uint64_t)height))
		return look_unreadable(look, "libwebp: the header");
	WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
	if (!decoder)
		return look_unreadable(look, "libwebpdemux: it cannot be read");
	bool fine = webp_frames(look, decoder);
	WebPAnimDecoderDelete(decoder);
	return fine;
}

bool look_webp(struct look *look, enum inspect_type type, struct slice in)
{
	bool animated = false;
	uint64_t frames = 0;
	(void)type;
	if (!webp_chunks(look, in, &animated, &frames))
		return false;
	look->report->pages = animated && frames ? frames : 1;
	if (look->comparing)
		return true;
	return animated ? webp_animation(look, in) : webp_still(look, in);
}
