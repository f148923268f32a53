/* Texts and values of XML: references read and written, and where a text ends. */
#include "gate/file/xml_inside.h"

#include "base/text.h"

static size_t number_reference(struct slice raw, uint32_t *code)
{
	bool hex = raw.len > 2 && raw.at[2] == 'x';
	size_t at = hex ? 3 : 2, first = at;
	uint32_t value = 0;
	for (; at < raw.len && raw.at[at] != ';'; at++) {
		uint8_t c = raw.at[at], low = c | 32;
		bool digit = c >= '0' && c <= '9', letter = hex && low >= 'a' && low <= 'f';
		if ((!digit && !letter) || value > 0x10FFFF)
			return 0;
		value = value * (hex ? 16 : 10) + (digit ? (uint32_t)(c - '0') : (uint32_t)(low - 'a' + 10));
	}
	*code = value;
	return at < raw.len && at > first && xml_char_allowed(value) ? at + 1 : 0;
}

size_t xml_reference(struct slice raw, uint32_t *code)
{
	static const struct { struct slice text; uint32_t code; } five[] = {
		{{(const uint8_t *)"&amp;", 5}, '&'}, {{(const uint8_t *)"&lt;", 4}, '<'},
		{{(const uint8_t *)"&gt;", 4}, '>'}, {{(const uint8_t *)"&quot;", 6}, '"'},
		{{(const uint8_t *)"&apos;", 6}, '\''},
	};
	if (raw.len > 1 && raw.at[1] == '#')
		return number_reference(raw, code);
	for (size_t i = 0; i < 5; i++)
		if (slice_starts(raw, five[i].text)) {
			*code = five[i].code;
			return five[i].text.len;
		}
	return 0;
}

void xml_decode(struct slice raw, struct buffer *out)
{
	size_t done = 0;
	for (size_t at = 0; at < raw.len;) {
		uint32_t code = 0;
		size_t len = raw.at[at] == '&' ? xml_reference(slice_part(raw, at, raw.len), &code) : 0;
		if (len == 0) {
			at++;
			continue;
		}
		buffer_put(out, raw.at + done, at - done);
		utf8_put(out, code);
		at += len;
		done = at;
	}
	buffer_put_slice(out, slice_part(raw, done, raw.len));
}

void xml_encode(struct slice text, struct buffer *out)
{
	static const char *const escapes[256] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;",
	                                         ['\t'] = "&#9;", ['\n'] = "&#10;", ['\r'] = "&#13;"};
	size_t done = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *as = escapes[text.at[i]];
		if (!as)
			continue;
		buffer_put(out, text.at + done, i - done);
		buffer_put_str(out, as);
		done = i + 1;
	}
	buffer_put_slice(out, slice_part(text, done, text.len));
}

bool xml_text_end(struct slice in, size_t *pos)
{
	for (size_t at = *pos;;) {
		*pos = at = text_stop(in.at, at, in.len);
		if (at == in.len || in.at[at] == '<')
			return true;
		uint32_t code;
		size_t len = in.at[at] == ']' ? 1 : xml_reference(slice_part(in, at, 12), &code);
		if (len == 0 || slice_starts(slice_part(in, at, 3), SLICE("]]>")))
			return false;
		at += len;
	}
}
