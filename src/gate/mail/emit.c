/* A new message: every header in one form, attachments in base64, a text as it stands
 * where it can have one reading only.
 * source  RFC 2047 section 2 (75 bytes a word), RFC 2231, RFC 2045 sections 6.1, 6.7, 6.8 */
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

/* ---- texts ---- */

enum { LINE_MOST = 998 };

/* What a program could take for something else than a line of text: a delimiter of
 * parts or of messages, the beginning of another file, of a page.            */
static bool says_more(struct slice text, size_t at, bool begins)
{
	static const char *const anywhere[] = {"%PDF-", "<html", "<script", "<!doctype"};
	struct slice rest = slice_part(text, at, text.len);
	if (begins && (slice_starts(rest, SLICE("--=_")) || slice_starts(rest, SLICE("From "))))
		return true;
	if (rest.at[0] != '<' && rest.at[0] != '%')
		return false;
	for (size_t i = 0; i < sizeof anywhere / sizeof anywhere[0]; i++)
		if (slice_equal_nocase(slice_part(rest, 0, strlen(anywhere[i])), slice_str(anywhere[i])))
			return true;
	return false;
}

static bool stands_as_it_is(struct slice text)
{
	size_t line = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c == '\n' && i > line && (text.at[i - 1] == ' ' || text.at[i - 1] == '\t'))
			return false; /* some take white space at the end of a line away */
		if (c == '\n')
			line = i + 1;
		else if ((c < ' ' && c != '\t') || c >= 0x7F || i - line >= LINE_MOST || says_more(text, i, i == line))
			return false;
	}
	return true;
}

static void put_lines(struct buffer *out, struct slice text)
{
	for (size_t pos = 0; pos < text.len; pos++) {
		const uint8_t *end = memchr(text.at + pos, '\n', text.len - pos);
		size_t to = end ? (size_t)(end - text.at) : text.len;
		buffer_put_slice(out, slice_part(text, pos, to - pos));
		buffer_put_str(out, "\r\n");
		pos = to;
	}
}

static void put_quoted(struct buffer *out, struct slice text)
{
	size_t column = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		bool last = i + 1 == text.len || text.at[i + 1] == '\n';
		if (c == '\n') {
			buffer_put_str(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + 3 >= LINE) { /* a soft break */
			buffer_put_str(out, "=\r\n");
			column = 0;
		}
		bool coded = c >= 0x7F || c == '=' || (c < ' ' && c != '\t') || (last && (c == ' ' || c == '\t')) ||
		             (column == 0 && (c == '-' || c == 'F')) || says_more(text, i, column == 0);
		if (coded)
			buffer_printf(out, "=%02X", c);
		else
			buffer_put_u8(out, c);
		column += coded ? 3 : 1;
	}
	if (column)
		buffer_put_str(out, "\r\n");
}

/* Worth a try where it can be shorter than base64: a third of it and more is ASCII. */
static bool mostly_ascii(struct slice text)
{
	size_t other = 0;
	for (size_t i = 0; i < text.len; i++)
		other += text.at[i] >= 0x7F || text.at[i] == '=';
	return other * 6 < text.len;
}

bool mail_put_bare(struct buffer *out, struct slice text)
{
	if (!stands_as_it_is(text) || slice_find(text, SLICE("~{")) != SIZE_MAX) /* HZ, to who guesses */
		return false;
	buffer_put_str(out, "\r\n");
	put_lines(out, text);
	return true;
}

void mail_put_text(struct buffer *out, struct slice text, bool inside)
{
	static const char type[] = "text/plain; charset=UTF-8";
	struct buffer AUTO(buffer_done) quoted = {0};
	if (stands_as_it_is(text)) {
		buffer_printf(out, "Content-Type: %s\r\n\r\n", type);
		put_lines(out, text);
		buffer_put_str(out, inside ? "\r\n" : "");
		return;
	}
	buffer_init(&quoted, text.len * 4 + 100);
	if (mostly_ascii(text))
		put_quoted(&quoted, text);
	if (!quoted.len || !buffer_ok(&quoted) || quoted.len >= text.len / 3 * 4) {
		mail_put_part(out, type, "", text);
		return;
	}
	buffer_printf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", type);
	buffer_put_slice(out, buffer_slice(&quoted));
	buffer_put_str(out, inside ? "\r\n" : "");
}
