/* Which charset a page is in: a byte order mark, what the mail said, what the page says
 * of itself, else what its bytes can be.
 *
 * What it says must be true: a page that is broken in its own charset is refused.  */
#include "gate/file/html.h"

#include "base/text.h"
#include "gate/mail/mail.h"

enum { LOOKED_AT = 4096, NAME_MOST = 32 };

static size_t find_nocase(struct slice in, const char *word, size_t from)
{
	size_t len = strlen(word);
	for (size_t i = from; i + len <= in.len; i++)
		if (slice_equal_nocase(slice_part(in, i, len), slice_str(word)))
			return i;
	return SIZE_MAX;
}

/* Where the first <meta> that has one says its charset; links and comments may say anything. */
static size_t meta_charset(struct slice head)
{
	for (size_t pos = 0; (pos = find_nocase(head, "<", pos)) != SIZE_MAX;) {
		struct slice rest = slice_part(head, pos, head.len);
		bool comment = slice_starts(rest, SLICE("<!--"));
		size_t len = slice_find(rest, comment ? SLICE("-->") : SLICE(">"));
		if (comment && len == SIZE_MAX)
			return SIZE_MAX;
		bool meta = slice_equal_nocase(slice_part(rest, 0, 5), SLICE("<meta"));
		size_t said = meta ? find_nocase(slice_part(rest, 0, len), "charset", 0) : SIZE_MAX;
		if (said != SIZE_MAX)
			return pos + said;
		pos += comment || (meta && len != SIZE_MAX) ? len : 1;
	}
	return SIZE_MAX;
}

/* charset=x or encoding="x" of a page's beginning, lower case; "" if there is none. */
static void said_inside(struct slice in, char name[NAME_MOST])
{
	struct slice head = slice_part(in, 0, LOOKED_AT);
	size_t at = meta_charset(head), len = 0;
	bool xml = slice_starts(head, SLICE("<?xml"));
	if (at == SIZE_MAX && xml)
		at = find_nocase(slice_part(head, 0, 200), "encoding", 0);
	name[0] = '\0';
	if (at == SIZE_MAX)
		return;
	bool longer = xml && slice_equal_nocase(slice_part(head, at, 8), SLICE("encoding"));
	for (at += longer ? 8 : 7; at < head.len;) {
		if (head.at[at] > ' ' && head.at[at] != '=' && head.at[at] != '"' && head.at[at] != '\'')
			break;
		at++;
	}
	for (; at < head.len && len + 1 < NAME_MOST; at++) {
		uint8_t c = head.at[at];
		bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_' || c == '.';
		if (!word)
			break;
		name[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	name[len] = '\0';
}

static const char *told_by_bytes(struct slice in)
{
	if (utf8_valid(in))
		return slice_find(in, SLICE("\x1B$")) != SIZE_MAX ? "iso-2022-jp" : "utf-8";
	if (cp932_valid(in))
		return "cp932";
	return "windows-1252";
}

static void from_wide(struct slice in, bool big, struct buffer *out)
{
	for (size_t i = 2; i + 1 < in.len; i += 2) {
		uint32_t code = big ? (uint32_t)in.at[i] << 8 | in.at[i + 1] : (uint32_t)in.at[i + 1] << 8 | in.at[i];
		if (code >= 0xD800 && code < 0xDC00 && i + 3 < in.len) {
			uint32_t low = big ? (uint32_t)in.at[i + 2] << 8 | in.at[i + 3] : (uint32_t)in.at[i + 3] << 8 | in.at[i + 2];
			code = 0x10000 + ((code - 0xD800) << 10) + ((low - 0xDC00) & 0x3FF);
			i += 2;
		}
		if (code != '\r')
			utf8_put(out, code);
	}
}

static bool ascii(struct slice in)
{
	for (size_t i = 0; i < in.len; i++)
		if (in.at[i] >= 0x80)
			return false;
	return true;
}

struct result html_text(struct job *job, struct slice in, const char *said, struct buffer *out, struct why *why)
{
	char inside[NAME_MOST];
	bool little = slice_starts(in, SLICE("\xFF\xFE")), big = slice_starts(in, SLICE("\xFE\xFF"));
	if ((little && slice_starts(slice_part(in, 2, 2), SLICE("\0\0"))) || slice_starts(in, SLICE("\0\0\xFE\xFF")))
		return job_refuse(job, REFUSAL_UNKNOWN, "", "a page in UTF-32");
	if (little || big) {
		from_wide(in, big, out);
		return buffer_ok(out) ? ok() : job_memory(why);
	}
	bool marked = slice_starts(in, SLICE("\xEF\xBB\xBF"));
	said_inside(in, inside);
	const char *charset = marked ? "utf-8" : said[0] ? said : inside[0] ? inside : told_by_bytes(in);
	if (strncmp(charset, "utf-16", 6) == 0)
		charset = "utf-8"; /* a page that can say so is not in it */
	if (strcmp(charset, "us-ascii") == 0 || strcmp(charset, "ascii") == 0)
		charset = utf8_valid(in) ? "utf-8" : "windows-1252";
	if (ascii(in)) /* whatever it says: all charsets that pages may be in agree on these */
		charset = strncmp(charset, "iso-2022", 8) == 0 ? charset : "utf-8";
	if (mail_text(slice_part(in, marked ? 3 : 0, in.len), charset, out))
		return ok();
	return buffer_ok(out) ? job_refuse(job, REFUSAL_DAMAGED, "", "a page that is not in the charset %s, or one not of the list", charset)
		: job_memory(why);
}
