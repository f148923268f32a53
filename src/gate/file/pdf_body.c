/* What is inside a PDF's streams, checked as far as a copy needs it.
 *
 * A JPEG is taken apart to its markers and put together again without
 * application data and comments: only the two heads that say how its colours
 * are meant (JFIF, Adobe) are made anew.  Its scans are copied, not decoded:
 * they may be CMYK, and a second lossy coding would change what is read.
 * Fonts, profiles and functions are checked for their outer structure; what
 * fails is damaged, since leaving a font out would change the text on paper. */
#include "gate/file/pdf.h"

#include "base/cursor.h"

/* ---- JPEG (ITU-T T.81 annex B; JFIF 1.02; Adobe TN 5116) --------------- */

enum {
	M_SOF0 = 0xC0, M_SOF1 = 0xC1, M_SOF2 = 0xC2, M_DHT = 0xC4, M_RST0 = 0xD0, M_RST7 = 0xD7,
	M_SOI = 0xD8, M_EOI = 0xD9, M_SOS = 0xDA, M_DQT = 0xDB, M_DRI = 0xDD, M_APP0 = 0xE0,
	M_APP14 = 0xEE, M_APP15 = 0xEF, M_COM = 0xFE,
};

static void put_segment(struct buffer *out, uint8_t marker, struct slice body)
{
	uint8_t head[4] = {0xFF, marker, (uint8_t)((body.len + 2) >> 8), (uint8_t)(body.len + 2)};
	buffer_put(out, head, 4);
	buffer_put_slice(out, body);
}

/* A frame: precision 8 or 12, a size, 1 to 4 components. */
static bool frame_good(struct slice body)
{
	struct cursor c = cursor_of(body, NULL);
	uint8_t precision = cursor_take_u8(&c);
	uint16_t height = cursor_take_be16(&c), width = cursor_take_be16(&c);
	uint8_t components = cursor_take_u8(&c);
	return (precision == 8 || precision == 12) && height && width && components >= 1 &&
	       components <= 4 && cursor_left(&c) == 3u * components;
}

static void put_application(struct buffer *out, uint8_t marker, struct slice body)
{
	uint8_t jfif[14] = {'J', 'F', 'I', 'F', 0, 1, 1};
	if (marker == M_APP14 && body.len >= 12 && slice_starts(body, SLICE("Adobe")))
		put_segment(out, marker, slice_part(body, 0, 12));
	if (marker != M_APP0 || body.len < 14 || !slice_starts(body, slice_of("JFIF", 5)))
		return;
	memcpy(jfif + 7, body.at + 7, 5); /* unit and density; no thumbnail */
	put_segment(out, marker, slice_of(jfif, sizeof jfif));
}

/* A scan's coded data, up to the next marker that is no restart. */
static void copy_scan(struct cursor *c, struct buffer *out)
{
	size_t from = c->pos;
	while (c->pos + 1 < c->bytes.len) {
		const uint8_t *ff = memchr(c->bytes.at + c->pos, 0xFF, c->bytes.len - c->pos - 1);
		if (!ff) {
			c->pos = c->bytes.len;
			break;
		}
		c->pos = (size_t)(ff - c->bytes.at);
		uint8_t next = ff[1];
		if (next != 0 && !(next >= M_RST0 && next <= M_RST7))
			break;
		c->pos += 2;
	}
	buffer_put_slice(out, slice_part(c->bytes, from, c->pos - from));
}

static bool copy_segment(struct cursor *c, uint8_t marker, struct buffer *out, bool *frame)
{
	uint16_t length = cursor_take_be16(c);
	struct slice body = length >= 2 ? cursor_take(c, length - 2u) : slice_of(NULL, 0);
	if (length < 2 || !cursor_ok(c))
		return false;
	if (marker >= M_APP0 && marker <= M_APP15) {
		put_application(out, marker, body);
		return true;
	}
	if (marker == M_COM)
		return true;
	bool is_frame = marker >= M_SOF0 && marker <= M_SOF2;
	if (is_frame && (*frame || !frame_good(body)))
		return false;
	*frame |= is_frame;
	if (!is_frame && marker != M_DHT && marker != M_DQT && marker != M_DRI && marker != M_SOS)
		return false;
	put_segment(out, marker, body);
	if (marker == M_SOS)
		copy_scan(c, out);
	return marker != M_SOS || *frame;
}

bool pdf_jpeg_copy(struct slice in, struct buffer *out)
{
	static const uint8_t begin[2] = {0xFF, M_SOI}, end[2] = {0xFF, M_EOI};
	struct cursor c = cursor_of(in, NULL);
	bool frame = false;
	if (!cursor_literal(&c, slice_of(begin, 2)))
		return false;
	buffer_put(out, begin, 2);
	while (cursor_ok(&c)) {
		if (cursor_take_u8(&c) != 0xFF)
			return false;
		uint8_t marker;
		do
			marker = cursor_take_u8(&c);
		while (marker == 0xFF && cursor_ok(&c));
		if (marker == M_EOI && cursor_ok(&c)) {
			buffer_put(out, end, 2);
			return frame && buffer_ok(out);
		}
		if (!cursor_ok(&c) || !copy_segment(&c, marker, out, &frame))
			return false;
	}
	return false;
}

/* ---- checks of one kind each ------------------------------------------ */

typedef const char *check_fn(struct slice plain, const struct pdf_value *dict);

static const char *check_type1(struct slice plain, const struct pdf_value *dict)
{
	static const uint8_t segment[2] = {0x80, 1};
	(void)dict;
	bool good = slice_starts(plain, SLICE("%!")) || slice_starts(plain, slice_of(segment, 2));
	return good ? NULL : "a Type 1 font without its head";
}

/* Every table of the directory lies within the font (OpenType, "Table directory"). */
static const char *check_sfnt(struct slice plain, const struct pdf_value *dict)
{
	(void)dict;
	struct cursor c = cursor_of(plain, NULL);
	uint32_t version = cursor_take_be32(&c);
	uint16_t tables = cursor_take_be16(&c);
	cursor_skip(&c, 6);
	if (version != 0x00010000 && version != 0x74727565 && version != 0x4F54544F)
		return "a TrueType font of an unknown version";
	for (uint16_t i = 0; i < tables; i++) {
		cursor_skip(&c, 8);
		uint32_t offset = cursor_take_be32(&c), length = cursor_take_be32(&c);
		if (!cursor_ok(&c) || offset > plain.len || length > plain.len - offset)
			return "a TrueType font with a table beyond its end";
	}
	return tables ? NULL : "a TrueType font without tables";
}

static const char *check_cff(struct slice plain, const struct pdf_value *dict)
{
	if (pdf_is_name(pdf_get(dict, "Subtype"), "OpenType"))
		return check_sfnt(plain, dict);
	bool good = plain.len >= 4 && plain.at[0] == 1 && plain.at[2] >= 4 && plain.at[3] >= 1 &&
	            plain.at[3] <= 4;
	return good ? NULL : "a CFF font without its head";
}

/* ICC.1 section 7.2: a head of 128 bytes with its size and its mark. */
static const char *check_profile(struct slice plain, const struct pdf_value *dict)
{
	(void)dict;
	struct cursor c = cursor_of(plain, NULL);
	uint32_t size = cursor_take_be32(&c);
	cursor_seek(&c, 36);
	bool good = cursor_literal(&c, SLICE("acsp")) && size >= 128 && size <= plain.len;
	return good ? NULL : "a colour profile without its head";
}

/* A calculator function is braces, numbers and 42 operators (7.10.5): nothing
 * of PostScript that reads, writes or defines. */
static bool calculator_word(struct slice word)
{
	static const char words[] =
		" abs add atan ceiling cos cvi cvr div exp floor idiv ln log mod mul neg round sin sqrt "
		"sub truncate and bitshift eq false ge gt le lt ne not or true xor if ifelse copy dup "
		"exch index pop roll ";
	char wanted[16];
	if (word.len == 0 || word.len > 12)
		return false;
	if (strchr("0123456789+-.", word.at[0])) {
		for (size_t i = 0; i < word.len; i++)
			if (!strchr("0123456789+-.eE", word.at[i]))
				return false;
		return true;
	}
	snprintf(wanted, sizeof wanted, " %.*s ", SLICE_ARG(word));
	return strstr(words, wanted) != NULL;
}

static const char *check_calculator(struct slice plain, const struct pdf_value *dict)
{
	(void)dict;
	unsigned depth = 0;
	for (size_t i = 0; i < plain.len;) {
		size_t from = i;
		while (i < plain.len && pdf_is_regular(plain.at[i]))
			i++;
		struct slice word = slice_part(plain, from, i - from);
		if (word.len && (!depth || !calculator_word(word)))
			return "a calculator function with a word that is none of its operators";
		if (word.len)
			continue;
		uint8_t c = plain.at[i++];
		if (c == '}' ? depth-- == 0 : c == '{' ? ++depth > 32 : !pdf_is_space(c))
			return "a calculator function whose braces do not match";
	}
	return depth ? "a calculator function whose braces do not match" : NULL;
}

static const char *check_bytes(struct slice plain, const struct pdf_value *dict)
{
	(void)plain;
	(void)dict;
	return NULL;
}

static check_fn *const checks[] = {
	[BODY_CONTENT] = check_bytes, [BODY_PICTURE] = check_bytes, [BODY_TYPE1] = check_type1,
	[BODY_SFNT] = check_sfnt, [BODY_CFF] = check_cff, [BODY_PROFILE] = check_profile,
	[BODY_CMAP] = check_bytes, [BODY_CALCULATOR] = check_calculator, [BODY_BYTES] = check_bytes,
};

/* ---- pictures --------------------------------------------------------- */

enum { LARGEST_SIDE = 65500 };

static struct result picture_size(struct pdf_document *doc, const struct pdf_value *dict,
                                  const char **fault)
{
	const struct pdf_value *width, *height;
	TRY(pdf_get_resolved(doc, dict, "Width", &width));
	TRY(pdf_get_resolved(doc, dict, "Height", &height));
	bool good = width->kind == PDF_INT && height->kind == PDF_INT && width->integer > 0 &&
	            height->integer > 0 && width->integer <= LARGEST_SIDE &&
	            height->integer <= LARGEST_SIDE;
	*fault = good ? NULL : "a picture without a valid size";
	if (!good || (uint64_t)(width->integer * height->integer) <= doc->job->left.pixels)
		return ok();
	return pdf_refuse(doc, REFUSAL_LARGE, 0, "a picture of too many pixels");
}

static bool is_jpx(struct slice body)
{
	static const uint8_t box[12] = {0, 0, 0, 12, 'j', 'P', ' ', ' ', 13, 10, 0x87, 10};
	static const uint8_t stream[4] = {0xFF, 0x4F, 0xFF, 0x51};
	return slice_starts(body, slice_of(box, 12)) || slice_starts(body, slice_of(stream, 4));
}

static struct result check_picture(struct pdf_document *doc, const struct pdf_stream *stream,
                                   struct slice *out, const char **fault)
{
	*out = stream->body;
	if (stream->filter.id == PDF_JPX)
		*fault = is_jpx(stream->body) ? NULL : "a JPEG 2000 picture without its head";
	if (stream->filter.id != PDF_DCT)
		return ok();
	/* the body may lie in scratch 0 or 1, where a chain put it; 2 is free */
	struct buffer *copy = &doc->scratch[2];
	buffer_clear(copy);
	*fault = pdf_jpeg_copy(stream->body, copy) ? NULL : "a JPEG picture with wrong markers";
	*out = buffer_slice(copy);
	return ok();
}

struct result pdf_body_check(struct pdf_document *doc, enum pdf_body body,
                             const struct pdf_stream *stream, const struct pdf_value *dict,
                             struct slice *out, const char **fault)
{
	*fault = NULL;
	*out = stream->body;
	if (body == BODY_PICTURE)
		TRY(picture_size(doc, dict, fault));
	if (*fault)
		return ok();
	if (stream->picture && body != BODY_PICTURE) {
		*fault = "a picture filter where no picture belongs";
		return ok();
	}
	if (stream->picture)
		return check_picture(doc, stream, out, fault);
	*fault = checks[body](stream->plain, dict);
	return ok();
}
