/* UTF-8 by the table of Unicode chapter 3, D92: shortest forms only. */
#include "base/text.h"

static size_t expected(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* The second byte alone tells overlong forms, surrogates and > U+10FFFF. */
static bool second_fits(uint8_t lead, uint8_t second)
{
	uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
	uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
	return second >= low && second <= high;
}

int32_t utf8_next(struct slice text, size_t *pos)
{
	if (*pos >= text.len)
		return -1;
	const uint8_t *at = text.at + *pos;
	size_t len = expected(at[0]);
	if (len == 1) {
		*pos += 1;
		return at[0];
	}
	if (len == 0 || len > text.len - *pos || !second_fits(at[0], at[1])) {
		*pos += 1;
		return -2;
	}
	uint32_t code = at[0] & (0x7Fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xC0) != 0x80) {
			*pos += 1;
			return -2;
		}
		code = code << 6 | (at[i] & 0x3Fu);
	}
	*pos += len;
	return (int32_t)code;
}

bool utf8_valid(struct slice text)
{
	size_t pos = 0;
	while (pos < text.len) {
		uint64_t eight;
		if (text.len - pos >= 8) {
			memcpy(&eight, text.at + pos, 8);
			if ((eight & 0x8080808080808080u) == 0) {
				pos += 8;
				continue;
			}
		}
		if (utf8_next(text, &pos) == -2)
			return false;
	}
	return true;
}

size_t utf8_length(struct slice text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += (text.at[i] & 0xC0) != 0x80;
	return count;
}

void utf8_put(struct buffer *out, uint32_t code)
{
	if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		code = 0xFFFD;
	uint8_t bytes[4];
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
	for (size_t i = len - 1; i > 0; i--) {
		bytes[i] = (uint8_t)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	bytes[0] = (uint8_t)(lead[len] | code);
	buffer_put(out, bytes, len);
}
