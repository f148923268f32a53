/* A new message: every header in one form, every part in base64.
 * source  RFC 2047 section 2 (75 bytes a word), RFC 2231, RFC 2045 section 6.8 */
#include "gate/mail/room.h"

#include "base/text.h"

enum { LINE = 76, WORD_BYTES = 42 };

static void put_base64(struct buffer *out, struct slice in, bool lines)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[LINE + 2];
	size_t column = 0;
	for (size_t i = 0; i < in.len; i += 3) {
		size_t have = in.len - i < 3 ? in.len - i : 3;
		uint32_t bits = (uint32_t)in.at[i] << 16 | (have > 1 ? (uint32_t)in.at[i + 1] << 8 : 0) |
		                (have > 2 ? in.at[i + 2] : 0u);
		for (unsigned k = 0; k < 4; k++)
			line[column++] = k <= have ? alphabet[bits >> (18 - 6 * k) & 63] : '=';
		if (column < LINE)
			continue;
		memcpy(line + column, "\r\n", 2);
		buffer_put(out, line, lines ? LINE + 2 : LINE);
		column = 0;
	}
	buffer_put(out, line, column);
}

static bool plain(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < ' ' || text.at[i] >= 0x7F)
			return false;
	return slice_find(text, SLICE("=?")) == SIZE_MAX;
}

/* Folded at spaces, so that no line is long and no word is cut. */
static void put_folded(struct buffer *out, struct slice value, size_t column)
{
	for (size_t i = 0; i < value.len;) {
		size_t end = i + 1;
		while (end < value.len && value.at[end] != ' ')
			end++;
		if (column + end - i > LINE && value.at[i] == ' ' && end > i + 1) {
			buffer_put_str(out, "\r\n");
			column = 0;
		}
		buffer_put_slice(out, slice_part(value, i, end - i));
		column += end - i;
		i = end;
	}
}

void mail_put_header(struct buffer *out, const char *name, struct slice value)
{
	buffer_printf(out, "%s: ", name);
	if (plain(value)) {
		put_folded(out, value, strlen(name) + 2);
		buffer_put_str(out, "\r\n");
		return;
	}
	for (size_t i = 0; i < value.len;) {
		size_t end = i, pos = i;
		while (pos < value.len && pos - i <= WORD_BYTES) {
			end = pos;
			(void)utf8_next(value, &pos);
		}
		end = pos - i <= WORD_BYTES ? pos : end;
		buffer_put_str(out, i ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		put_base64(out, slice_part(value, i, end - i), false);
		buffer_put_str(out, "?=");
		i = end;
	}
	buffer_put_str(out, "\r\n");
}

static bool simple(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", *at))
			return false;
	return strlen(name) < 60;
}

static void put_name(struct buffer *out, const char *name)
{
	if (simple(name)) {
		buffer_printf(out, ";\r\n filename=\"%s\"", name);
		return;
	}
	buffer_put_str(out, ";\r\n filename*=UTF-8''");
	for (const char *at = name; *at; at++) {
		char one[2] = {*at, 0};
		buffer_printf(out, simple(one) ? "%c" : "%%%02X", simple(one) ? *at : (uint8_t)*at);
	}
}

void mail_put_part(struct buffer *out, const char *type, const char *name, struct slice content)
{
	buffer_printf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", type);
	if (name[0]) {
		buffer_put_str(out, "Content-Disposition: attachment");
		put_name(out, name);
		buffer_put_str(out, "\r\n");
	}
	buffer_put_str(out, "\r\n");
	put_base64(out, content, true);
	if (content.len % (LINE / 4 * 3))
		buffer_put_str(out, "\r\n");
}
