/* Base64 as pages and XML documents carry pictures and parts.
 * source  RFC 4648 section 4                                                */
#include "gate/file/base64.h"

static int value_of(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_take(struct slice text, struct buffer *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	for (size_t i = 0; i < text.len && text.at[i] != '='; i++) {
		int value = value_of(text.at[i]);
		if (value < 0 && text.at[i] > ' ')
			return false;
		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		if (++have % 4 == 0) {
			buffer_put_u8(out, (uint8_t)(bits >> 16));
			buffer_put_u8(out, (uint8_t)(bits >> 8));
			buffer_put_u8(out, (uint8_t)bits);
		}
	}
	if (have % 4 > 1)
		buffer_put_u8(out, (uint8_t)(bits >> (have % 4 == 2 ? 4 : 10)));
	if (have % 4 == 3)
		buffer_put_u8(out, (uint8_t)(bits >> 2));
	return have % 4 != 1;
}

void base64_put(struct slice bytes, struct buffer *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t bits = (uint32_t)bytes.at[i] << 16 | (n > 1 ? (uint32_t)bytes.at[i + 1] << 8 : 0) | (n > 2 ? bytes.at[i + 2] : 0);
		for (unsigned k = 0; k < 4; k++)
			buffer_put_u8(out, k <= n ? (uint8_t)digits[bits >> (18 - 6 * k) & 63] : '=');
	}
}

void base64_put_lines(struct slice bytes, struct buffer *out)
{
	enum { LINE = 57 }; /* bytes in 76 characters */
	for (size_t i = 0; i < bytes.len; i += LINE) {
		base64_put(slice_part(bytes, i, LINE), out);
		buffer_put_u8(out, '\n');
	}
}
