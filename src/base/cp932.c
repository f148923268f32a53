/* CP932 as Windows reads and writes it, from a table of our own.
 *
 * A row is a lead byte, a cell a trail byte (40..7E, 80..FC: 188 of them).
 * The user-defined rows F0..F9 are U+E000..U+E757 by arithmetic: offices hold
 * their own characters (外字) there, and losing them silently would change
 * names.  80, A0 and FD..FF are not characters of the code page and are refused.
 * Seven characters have a twin that only JIS converters produce (〜 for ～);
 * writing takes either, reading gives Microsoft's.                         */
#include "base/text.h"

#include "base/tables.h"

#include <stdio.h>

static const struct twin {
	uint32_t jis;
	uint32_t microsoft;
} twins[] = {
	{0x00A2, 0xFFE0}, {0x00A3, 0xFFE1}, {0x00AC, 0xFFE2}, {0x2014, 0x2015},
	{0x2016, 0x2225}, {0x2212, 0xFF0D}, {0x301C, 0xFF5E},
};

/* The cell of a trail byte, or -1. */
static int cell_of(uint8_t trail)
{
	if (trail < 0x40 || trail == 0x7F || trail > 0xFC)
		return -1;
	return trail - 0x40 - (trail > 0x7F);
}

static uint8_t trail_of(unsigned cell)
{
	return (uint8_t)(cell + 0x40 + (cell >= 0x3F));
}

static uint32_t two_bytes(uint8_t lead, uint8_t trail)
{
	int cell = cell_of(trail);
	if (cell < 0)
		return 0;
	if (lead >= 0xF0 && lead <= 0xF9)
		return 0xE000u + (lead - 0xF0u) * 188u + (unsigned)cell;
	return cp932_row[lead] ? cp932_cell[(cp932_row[lead] - 1) * 188 + cell] : 0;
}

/* The character at pos and the bytes it takes; 0 bytes where there is none. */
static size_t take(struct slice bytes, size_t pos, uint32_t *code)
{
	uint8_t lead = bytes.at[pos];
	if (lead < 0x80) {
		*code = lead;
		return 1;
	}
	if (lead >= 0xA1 && lead <= 0xDF) {
		*code = 0xFF61u + lead - 0xA1u;
		return 1;
	}
	*code = pos + 1 < bytes.len ? two_bytes(lead, bytes.at[pos + 1]) : 0;
	return *code ? 2 : 0;
}

bool cp932_valid(struct slice bytes)
{
	uint32_t code;
	for (size_t pos = 0, n; pos < bytes.len; pos += n) {
		n = take(bytes, pos, &code);
		if (n == 0)
			return false;
	}
	return true;
}

static struct result out_of_room(const struct buffer *out, struct why *why)
{
	return fail(why, E_LIMIT, "", "the converted text is longer than %zu bytes", out->ceiling);
}

static struct result bad_at(size_t pos, struct why *why, const char *text)
{
	char place[32];
	snprintf(place, sizeof place, "offset %zu", pos);
	return fail(why, E_INPUT, place, "%s", text);
}

struct result cp932_to_utf8(struct slice bytes, struct buffer *out, struct why *why)
{
	uint32_t code;
	for (size_t pos = 0, n; pos < bytes.len; pos += n) {
		n = take(bytes, pos, &code);
		if (n == 0)
			return bad_at(pos, why, "the bytes are no CP932 character");
		utf8_put(out, code);
	}
	return buffer_ok(out) ? ok() : out_of_room(out, why);
}

static uint32_t without_twin(uint32_t code)
{
	for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
		if (twins[i].jis == code)
			return twins[i].microsoft;
	return code;
}

/* 0 where the character has no form of two bytes */
static unsigned to_two_bytes(uint32_t code)
{
	if (code >= 0xE000 && code < 0xE000 + 10 * 188)
		return (0xF0u + (code - 0xE000u) / 188u) << 8 | trail_of((code - 0xE000u) % 188u);
	size_t low = 0, high = CP932_CHARACTERS;
	while (low < high) {
		size_t middle = (low + high) / 2;
		unsigned cell = cp932_order[middle];
		if (cp932_cell[cell] == code)
			return (unsigned)cp932_lead[cell / 188] << 8 | trail_of(cell % 188);
		if (cp932_cell[cell] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static bool put(struct buffer *out, uint32_t code)
{
	if (code < 0x80 || (code >= 0xFF61 && code <= 0xFF9F)) {
		buffer_put_u8(out, (uint8_t)(code < 0x80 ? code : code - 0xFF61 + 0xA1));
		return true;
	}
	unsigned pair = to_two_bytes(without_twin(code));
	if (pair == 0)
		return false;
	buffer_put_u8(out, (uint8_t)(pair >> 8));
	buffer_put_u8(out, (uint8_t)pair);
	return true;
}

struct result cp932_from_utf8(struct slice text, struct buffer *out, struct why *why)
{
	size_t pos = 0, at = 0;
	for (int32_t code; (code = utf8_next(text, &pos)) != -1; at = pos) {
		if (code < 0)
			return bad_at(at, why, "the bytes are not UTF-8");
		if (!put(out, (uint32_t)code))
			return bad_at(at, why, "the character has no form in CP932");
	}
	return buffer_ok(out) ? ok() : out_of_room(out, why);
}
