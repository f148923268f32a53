/* Headers of a sequential JPEG: read as typed values, written anew; see picture_jpeg.h.
 * What libjpeg would warn of, choose between or leave out is not decided here: the
 * answer is then that the picture is not carried.                            */
#include "gate/file/picture_jpeg.h"

#include "base/cursor.h"

#include <string.h>

enum {
	SOF0 = 0xC0, SOF1 = 0xC1, DHT = 0xC4, SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, DQT = 0xDB, DRI = 0xDD,
	APP0 = 0xE0, APP14 = 0xEE, COM = 0xFE,
	SIDE_MOST = 65500, /* libjpeg's */
	MCU_MOST = 10,     /* blocks: T.81, B.2.3 */
	COEFFICIENTS = 64, DC_SYMBOL_MOST = 15,
};

enum colours { COLOURS_NONE, GREY, YCC, RGB, CMYK, YCCK };

struct head {
	struct jpeg_frame frame;
	uint16_t quant[JPEG_TABLES][COEFFICIENTS];
	bool quant_told[JPEG_TABLES], jfif, adobe;
	uint8_t jfif_values[7]; /* version, unit, densities: JFIF 1.02, page 5 */
	uint8_t transform;
	struct slice coding;
};

/* ---- reading ---- */

static bool take_quant(struct head *h, struct cursor *c)
{
	while (cursor_left(c) > 0) {
		uint8_t which = cursor_take_u8(c), number = which & 15;
		if (which >> 4 > 1 || number >= JPEG_TABLES)
			return false;
		for (unsigned i = 0; i < COEFFICIENTS; i++)
			h->quant[number][i] = which >> 4 ? cursor_take_be16(c) : cursor_take_u8(c);
		h->quant_told[number] = true;
	}
	return cursor_ok(c);
}

static bool take_codes(struct head *h, struct cursor *c)
{
	while (cursor_left(c) > 0) {
		uint8_t which = cursor_take_u8(c), number = which & 15;
		if (which >> 4 > 1 || number >= JPEG_TABLES)
			return false;
		struct jpeg_code *code = which >> 4 ? &h->frame.ac[number] : &h->frame.dc[number];
		*code = (struct jpeg_code){.told = true};
		for (unsigned i = 0; i < JPEG_LENGTHS; i++)
			code->n += code->counts[i] = cursor_take_u8(c);
		if (code->n > sizeof code->symbols)
			return false;
		struct slice symbols = cursor_take(c, code->n);
		if (!cursor_ok(c))
			return false;
		if (symbols.len)
			memcpy(code->symbols, symbols.at, symbols.len);
	}
	return true;
}

static uint32_t up(uint32_t a, uint32_t b)
{
	return (a + b - 1) / b;
}

/* T.81 A.1.1, A.2: of one component a block is an MCU, however it is sampled. */
static bool measure(struct jpeg_frame *f)
{
	uint32_t across = 1, down = 1, blocks = 0;
	for (unsigned i = 0; i < f->parts; i++) {
		const struct jpeg_part *part = &f->part[i];
		if (part->across < 1 || part->across > 4 || part->down < 1 || part->down > 4 || part->quant >= JPEG_TABLES)
			return false;
		across = part->across > across ? part->across : across;
		down = part->down > down ? part->down : down;
		blocks += (uint32_t)part->across * part->down;
	}
	for (unsigned i = 0; i < f->parts; i++) {
		f->part[i].wide = up(f->width * f->part[i].across, across * 8);
		f->part[i].high = up(f->height * f->part[i].down, down * 8);
	}
	f->columns = f->parts == 1 ? f->part[0].wide : up(f->width, across * 8);
	f->rows = f->parts == 1 ? f->part[0].high : up(f->height, down * 8);
	return f->parts == 1 || blocks <= MCU_MOST;
}

static bool take_frame(struct head *h, struct cursor *c)
{
	struct jpeg_frame *f = &h->frame;
	if (f->parts || cursor_take_u8(c) != 8)
		return false;
	f->height = cursor_take_be16(c);
	f->width = cursor_take_be16(c);
	f->parts = cursor_take_u8(c);
	if (f->parts > JPEG_PARTS || f->parts == 2 || cursor_left(c) != 3 * (size_t)f->parts)
		return false;
	for (unsigned i = 0; i < f->parts; i++) {
		f->part[i].id = cursor_take_u8(c);
		uint8_t sampling = cursor_take_u8(c);
		f->part[i].across = sampling >> 4;
		f->part[i].down = sampling & 15;
		f->part[i].quant = cursor_take_u8(c);
		for (unsigned k = 0; k < i; k++)
			if (f->part[k].id == f->part[i].id)
				return false;
	}
	return cursor_ok(c) && f->parts && f->width && f->height && f->width <= SIDE_MOST &&
	       f->height <= SIDE_MOST && measure(f);
}

static bool take_jfif(struct head *h, struct slice body)
{
	if (!slice_starts(body, slice_of("JFIF", 5)))
		return true;
	if (h->jfif || body.len < 14 || body.at[5] != 1)
		return false;
	h->jfif = true;
	memcpy(h->jfif_values, body.at + 5, sizeof h->jfif_values);
	return true;
}

static bool take_adobe(struct head *h, struct slice body)
{
	if (!slice_starts(body, SLICE("Adobe")))
		return true;
	if (h->adobe || body.len < 12)
		return false;
	h->adobe = true;
	h->transform = body.at[11];
	return true;
}

static bool codes_told(const struct jpeg_code *code, unsigned most)
{
	for (size_t i = 0; i < code->n; i++)
		if (code->symbols[i] > most)
			return false;
	return code->told && jpeg_code_sound(code);
}

/* One scan, of all components, in the frame's order. */
static bool take_scan(struct head *h, struct cursor *c)
{
	struct jpeg_frame *f = &h->frame;
	if (!f->parts || cursor_take_u8(c) != f->parts)
		return false;
	for (unsigned i = 0; i < f->parts; i++) {
		struct jpeg_part *part = &f->part[i];
		bool same = cursor_take_u8(c) == part->id;
		uint8_t tables = cursor_take_u8(c);
		part->dc = tables >> 4;
		part->ac = tables & 15;
		if (!same || part->dc > 1 || part->ac > 1 || !codes_told(&f->dc[part->dc], DC_SYMBOL_MOST) ||
		    !codes_told(&f->ac[part->ac], 255) || !h->quant_told[part->quant])
			return false;
	}
	return cursor_literal(c, slice_of("\0\x3F\0", 3)) && cursor_left(c) == 0;
}

static bool take_restart(struct head *h, struct cursor *c)
{
	h->frame.restart = cursor_take_be16(c);
	return cursor_ok(c) && cursor_left(c) == 0;
}

static bool take_segment(struct head *h, uint8_t marker, struct cursor *c)
{
	switch (marker) {
	case SOF0: case SOF1:
		return take_frame(h, c);
	case DHT:
		return take_codes(h, c);
	case DQT:
		return take_quant(h, c);
	case DRI:
		return take_restart(h, c);
	case SOS:
		return take_scan(h, c);
	case APP0:
		return take_jfif(h, c->bytes);
	case APP14:
		return take_adobe(h, c->bytes);
	default:
		return marker == COM || (marker > APP0 && marker <= 0xEF);
	}
}

/* Up to the coding; fill bytes before a marker are allowed. */
static bool take_head(struct head *h, struct slice in)
{
	struct cursor at = cursor_of(in, NULL);
	if (!cursor_literal(&at, slice_of("\xFF\xD8", 2)))
		return false;
	for (uint8_t marker = 0; marker != SOS;) {
		if (cursor_take_u8(&at) != 0xFF)
			return false;
		do
			marker = cursor_take_u8(&at);
		while (marker == 0xFF);
		uint16_t length = cursor_take_be16(&at);
		struct cursor body = cursor_child(&at, length < 2 ? SIZE_MAX : length - 2u);
		if (!cursor_ok(&at) || !take_segment(h, marker, &body))
			return false;
	}
	h->coding = slice_part(in, at.pos, in.len);
	return true;
}

/* As libjpeg guesses, where it is sure. */
static enum colours colours_of(const struct head *h)
{
	const struct jpeg_part *part = h->frame.part;
	if (h->frame.parts == 1)
		return GREY;
	if (h->frame.parts == 4)
		return !h->adobe || h->transform == 0 ? CMYK : h->transform == 2 ? YCCK : COLOURS_NONE;
	if (h->jfif)
		return YCC;
	if (h->adobe)
		return h->transform == 0 ? RGB : h->transform == 1 ? YCC : COLOURS_NONE;
	return part[0].id == 'R' && part[1].id == 'G' && part[2].id == 'B' ? RGB : YCC;
}

/* ---- writing ---- */

static void put16(struct buffer *out, unsigned v)
{
	buffer_put_u8(out, (uint8_t)(v >> 8));
	buffer_put_u8(out, (uint8_t)v);
}

static void put_marker(struct buffer *out, uint8_t marker, size_t length)
{
	buffer_put_u8(out, 0xFF);
	buffer_put_u8(out, marker);
	put16(out, (unsigned)length + 2);
}

static void put_labels(const struct head *h, enum colours colours, struct buffer *out)
{
	static const uint8_t usual[7] = {1, 1, 0, 0, 1, 0, 1}, version[6] = {0, 100};
	if (colours == GREY || colours == YCC) {
		put_marker(out, APP0, 14);
		buffer_put(out, "JFIF", 5);
		buffer_put(out, h->jfif ? h->jfif_values : usual, sizeof usual);
		put16(out, 0);
	}
	if (colours == RGB || colours == YCCK || (colours == CMYK && h->adobe)) {
		put_marker(out, APP14, 12);
		buffer_put(out, "Adobe", 5);
		buffer_put(out, version, sizeof version);
		buffer_put_u8(out, colours == YCCK ? 2 : 0);
	}
}

/* put_quant - true when it takes 16 bits a value */
static bool put_quant(const struct head *h, unsigned number, struct buffer *out)
{
	bool wide = false;
	for (unsigned i = 0; i < COEFFICIENTS; i++)
		wide |= h->quant[number][i] > 255;
	put_marker(out, DQT, 1 + COEFFICIENTS * (wide ? 2 : 1));
	buffer_put_u8(out, (uint8_t)(number | (wide ? 0x10 : 0)));
	for (unsigned i = 0; i < COEFFICIENTS; i++) {
		if (wide)
			buffer_put_u8(out, (uint8_t)(h->quant[number][i] >> 8));
		buffer_put_u8(out, (uint8_t)h->quant[number][i]);
	}
	return wide;
}

static void put_frame(const struct head *h, struct buffer *out)
{
	const struct jpeg_frame *f = &h->frame;
	bool wide = false, sent[JPEG_TABLES] = {false};
	for (unsigned i = 0; i < f->parts; i++) {
		uint8_t number = f->part[i].quant;
		wide |= !sent[number] && put_quant(h, number, out);
		sent[number] = true;
	}
	put_marker(out, wide ? SOF1 : SOF0, 6 + 3 * f->parts);
	buffer_put_u8(out, 8);
	put16(out, f->height);
	put16(out, f->width);
	buffer_put_u8(out, (uint8_t)f->parts);
	for (unsigned i = 0; i < f->parts; i++) {
		buffer_put_u8(out, f->part[i].id);
		buffer_put_u8(out, (uint8_t)(f->part[i].across << 4 | f->part[i].down));
		buffer_put_u8(out, f->part[i].quant);
	}
}

static void put_codes(const struct jpeg_code *code, uint8_t which, bool *sent, struct buffer *out)
{
	if (*sent)
		return;
	*sent = true;
	put_marker(out, DHT, 1 + sizeof code->counts + code->n);
	buffer_put_u8(out, which);
	buffer_put(out, code->counts, sizeof code->counts);
	buffer_put(out, code->symbols, code->n);
}

static void put_scan(const struct head *h, struct buffer *out)
{
	const struct jpeg_frame *f = &h->frame;
	bool dc[2] = {false}, ac[2] = {false};
	for (unsigned i = 0; i < f->parts; i++) {
		put_codes(&f->dc[f->part[i].dc], f->part[i].dc, &dc[f->part[i].dc], out);
		put_codes(&f->ac[f->part[i].ac], f->part[i].ac | 0x10, &ac[f->part[i].ac], out);
	}
	if (f->restart) {
		put_marker(out, DRI, 2);
		put16(out, f->restart);
	}
	put_marker(out, SOS, 4 + 2 * f->parts);
	buffer_put_u8(out, (uint8_t)f->parts);
	for (unsigned i = 0; i < f->parts; i++) {
		buffer_put_u8(out, f->part[i].id);
		buffer_put_u8(out, (uint8_t)(f->part[i].dc << 4 | f->part[i].ac));
	}
	buffer_put(out, "\0\x3F\0", 3);
}

/* put_coding - the same bytes where they will do */
static bool put_coding(const struct head *h, const struct jpeg_frame *from, bool ordered, struct buffer *out)
{
	size_t used = 0;
	bool plain = ordered && jpeg_scan_plain(from, h->coding, &used);
	if (plain)
		buffer_put_slice(out, slice_part(h->coding, 0, used));
	if (!plain && !jpeg_scan_write(from, &h->frame, h->coding, out, &used))
		return false;
	buffer_put(out, "\xFF\xD9", 2);
	return slice_starts(slice_part(h->coding, used, h->coding.len), slice_of("\xFF\xD9", 2)) && buffer_ok(out);
}

static bool put_picture(struct head *h, struct buffer *out)
{
	const struct jpeg_frame from = h->frame;
	const enum colours colours = colours_of(h);
	bool ordered = true;
	for (unsigned i = 0; i < JPEG_TABLES; i++) {
		ordered &= !jpeg_code_order(&h->frame.dc[i]);
		ordered &= !jpeg_code_order(&h->frame.ac[i]);
	}
	if (colours == COLOURS_NONE)
		return false;
	buffer_put(out, "\xFF\xD8", 2);
	put_labels(h, colours, out);
	put_frame(h, out);
	put_scan(h, out);
	return put_coding(h, &from, ordered, out);
}

bool jpeg_carry(struct slice in, struct buffer *out)
{
	struct head h = {0};
	size_t before = out->len;
	if (take_head(&h, in) && put_picture(&h, out))
		return true;
	if (buffer_ok(out))
		out->len = before;
	return false;
}
