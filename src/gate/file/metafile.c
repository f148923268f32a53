/* Metafiles: a list of drawing orders, copied order by order.
 *
 * Only orders of the list are copied; the escape (which once could set a function
 * to call), colour profiles, OpenGL records and comments are left out.  Lengths and
 * counts of the header are made anew.
 * source  MS-EMF 2.1.1, 2.3; MS-WMF 2.1.1.1, 2.3                              */
#include "gate/file/art.h"

#include "base/cursor.h"

/* ---- EMF ---- */

enum { EMR_HEADER = 1, EMR_EOF = 14, EMR_COMMENT = 70, EMR_LAST = 122, EMF_HEADER_LEAST = 88,
       EMF_BYTES = 48, EMF_RECORDS = 52 };

/* Escapes, GL records, profiles: orders that do not draw. */
static bool emf_draws(uint32_t type)
{
	static const uint8_t left_out[] = {EMR_COMMENT, 99, 102, 103, 105, 106, 107, 110, 111, 112, 113, 117, 121};
	return type >= EMR_HEADER && type <= EMR_LAST && !memchr(left_out, (int)type, sizeof left_out);
}

static void set_le32(struct buffer *b, size_t at, uint32_t value)
{
	for (unsigned i = 0; buffer_ok(b) && i < 4 && at + i < b->len; i++)
		b->at[at + i] = (uint8_t)(value >> 8 * i);
}

static bool emf_rebuild(struct slice in, struct buffer *out, bool *dropped)
{
	struct cursor c = cursor_of(in, NULL);
	size_t start = out->len;
	uint32_t records = 0, type = 0;
	while (cursor_ok(&c) && cursor_left(&c) >= 8 && type != EMR_EOF) {
		size_t at = c.pos;
		type = cursor_take_le32(&c);
		uint32_t bytes = cursor_take_le32(&c);
		if (bytes < 8 || bytes % 4 || (at == 0 && (type != EMR_HEADER || bytes < EMF_HEADER_LEAST)))
			return false;
		cursor_skip(&c, bytes - 8);
		if (!cursor_ok(&c) || (at && type == EMR_HEADER))
			return false;
		if (!emf_draws(type)) {
			*dropped |= type != EMR_COMMENT;
			continue;
		}
		buffer_put_slice(out, slice_part(in, at, bytes));
		records++;
	}
	if (type != EMR_EOF)
		return false;
	set_le32(out, start + EMF_BYTES, (uint32_t)(out->len - start));
	set_le32(out, start + EMF_RECORDS, records);
	return buffer_ok(out);
}

/* ---- WMF ---- */

enum { WMF_HEADER = 18, WMF_SIZE = 6, WMF_LARGEST = 12 };

static bool wmf_draws(uint16_t function)
{
	static const uint16_t list[] = {
		0x0035, 0x0037, 0x00F7, 0x00F8, 0x0102, 0x0103, 0x0104, 0x0105, 0x0106, 0x0107, 0x0108, 0x012A,
		0x012B, 0x012C, 0x012D, 0x012E, 0x0127, 0x0139, 0x0142, 0x0149, 0x01F0, 0x01F9, 0x001E, 0x0201,
		0x0209, 0x020A, 0x020B, 0x020C, 0x020D, 0x020E, 0x020F, 0x0211, 0x0213, 0x0214, 0x0220, 0x0228,
		0x0231, 0x0234, 0x02FA, 0x02FB, 0x02FC, 0x0324, 0x0325, 0x0410, 0x0412, 0x0415, 0x0416, 0x0418,
		0x041B, 0x041F, 0x0419, 0x0429, 0x0436, 0x0521, 0x0538, 0x0548, 0x061C, 0x061D, 0x06FF, 0x0817,
		0x081A, 0x0830, 0x0922, 0x0940, 0x0A32, 0x0B23, 0x0B41, 0x0D33, 0x0F43, 0x00F9, 0x0000,
	};
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (list[i] == function)
			return true;
	return false;
}

static bool wmf_rebuild(struct slice in, struct buffer *out, bool *dropped)
{
	struct cursor c = cursor_of(in, NULL);
	size_t start = out->len;
	uint16_t kind = cursor_take_le16(&c), words = cursor_take_le16(&c);
	uint32_t largest = 0;
	bool ended = false;
	cursor_skip(&c, WMF_HEADER - 4);
	if (!cursor_ok(&c) || (kind != 1 && kind != 2) || words != WMF_HEADER / 2)
		return false;
	buffer_put_slice(out, slice_part(in, 0, WMF_HEADER));
	while (!ended && cursor_left(&c) >= 6) {
		size_t at = c.pos;
		uint32_t size = cursor_take_le32(&c);
		uint16_t function = cursor_take_le16(&c);
		if (size < 3 || size > in.len / 2)
			return false;
		cursor_skip(&c, (size_t)size * 2 - 6);
		if (!cursor_ok(&c))
			return false;
		ended = function == 0;
		if (!wmf_draws(function)) {
			*dropped |= function == 0x0626;
			continue;
		}
		buffer_put_slice(out, slice_part(in, at, (size_t)size * 2));
		largest = size > largest ? size : largest;
	}
	if (!ended)
		buffer_put(out, "\3\0\0\0\0\0", 6);
	set_le32(out, start + WMF_SIZE, (uint32_t)((out->len - start) / 2));
	set_le32(out, start + WMF_LARGEST, largest > 3 ? largest : 3);
	return buffer_ok(out);
}

bool metafile_rebuild(struct slice in, bool enhanced, struct buffer *out, bool *dropped)
{
	return enhanced ? emf_rebuild(in, out, dropped) : wmf_rebuild(in, out, dropped);
}

/* ---- files ---- */

enum { PLACEABLE = 22, PLACEABLE_KEY_BYTES = 4, PLACEABLE_WORDS = 10 };

/* The header of a placeable file: its frame and scale, the sum made anew (MS-WMF 2.3.2.3). */
static bool put_placeable(struct slice in, struct buffer *out)
{
	size_t start = out->len;
	uint16_t sum = 0;
	buffer_put_str(out, "\xD7\xCD\xC6\x9A");
	buffer_put_le16(out, 0);
	buffer_put_slice(out, slice_part(in, PLACEABLE_KEY_BYTES + 2, 10));
	buffer_put_le32(out, 0);
	for (size_t i = 0; buffer_ok(out) && i < PLACEABLE_WORDS; i++)
		sum ^= (uint16_t)(out->at[start + i * 2] | out->at[start + i * 2 + 1] << 8);
	buffer_put_le16(out, sum);
	return in.len > PLACEABLE;
}

bool metafile_document(struct slice in, struct buffer *out, bool *enhanced, bool *dropped)
{
	*enhanced = slice_starts(slice_part(in, 40, 4), SLICE(" EMF"));
	if (*enhanced || slice_starts(in, SLICE("\x01\x00\x09\x00")) || slice_starts(in, SLICE("\x02\x00\x09\x00")))
		return metafile_rebuild(in, *enhanced, out, dropped);
	if (!slice_starts(in, SLICE("\xD7\xCD\xC6\x9A")) || !put_placeable(in, out))
		return false;
	return metafile_rebuild(slice_part(in, PLACEABLE, in.len), false, out, dropped);
}
