/* Strict numbers and hex: what is not wholly a number is none. */
#include "base/number.h"

#include "base/checked.h"

bool number_parse_u64(struct slice text, uint64_t *out)
{
	if (text.len == 0 || text.len > 20)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t digit = (uint8_t)(text.at[i] - '0');
		if (digit > 9 || !mul_u64(value, 10, &value) || !add_u64(value, digit, &value))
			return false;
	}
	*out = value;
	return true;
}

bool number_parse_i64(struct slice text, int64_t *out)
{
	bool negative = text.len && text.at[0] == '-';
	uint64_t value;
	if (!number_parse_u64(slice_part(text, negative, text.len), &value))
		return false;
	if (value > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

void hex_encode(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = 0;
}

static int digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(struct slice text, uint8_t *out, size_t len)
{
	if (text.len / 2 != len || text.len % 2)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = digit_value(text.at[2 * i]);
		int low = digit_value(text.at[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
