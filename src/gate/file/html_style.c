/* Style: properties of the list with values that only say how something looks.
 *
 * No value with a url, an expression, an escape or a nested comment is kept; rules in
 * blocks of "@" go whole.                                                    */
#include "gate/file/html.h"

#include "gate/file/rtf.h"

static const char properties[] =
	"background background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width "
	"border-collapse border-color border-left border-left-color border-left-style border-left-width border-right "
	"border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color "
	"border-top-style border-top-width border-width border-radius caption-side clear color direction display empty-cells "
	"float font font-family font-size font-style font-variant font-weight height letter-spacing line-height list-style "
	"list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width "
	"min-height min-width orphans padding padding-bottom padding-left padding-right padding-top page-break-after "
	"page-break-before page-break-inside quotes table-layout text-align text-decoration text-indent text-transform "
	"unicode-bidi vertical-align visibility white-space widows width word-break word-spacing word-wrap overflow "
	"overflow-wrap ruby-align ruby-position writing-mode text-orientation text-justify";

static bool contains(struct slice text, const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; i + len <= text.len; i++)
		if (slice_equal_nocase(slice_part(text, i, len), slice_str(word)))
			return true;
	return false;
}

static bool value_fine(struct slice value)
{
	static const char *const never[] = {"url", "expression", "import", "image", "attr(", "var(", "behavior", "script", "/*", "//"};
	bool single = false, twice = false;
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.at[i];
		bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0x80;
		if (!word && (c == 0 || !strchr(" #%.,()'\"+-/!*_", c)))
			return false;
		single ^= c == '\'' && !twice;
		twice ^= c == '"' && !single;
	}
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		if (contains(value, never[i]))
			return false;
	return value.len > 0 && !single && !twice;
}

static struct slice trimmed(struct slice text)
{
	while (text.len && text.at[0] <= ' ')
		text = slice_part(text, 1, text.len);
	while (text.len && text.at[text.len - 1] <= ' ')
		text.len--;
	return text;
}

/* Up to the next of these bytes that stands in no quotes. */
static size_t until(struct slice text, size_t pos, const char *ends)
{
	for (uint8_t quote = 0; pos < text.len; pos++) {
		uint8_t c = text.at[pos];
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c && strchr(ends, c))
			break;
	}
	return pos;
}

static bool put_declaration(struct slice one, struct buffer *out)
{
	size_t colon = until(one, 0, ":");
	struct slice name = trimmed(slice_part(one, 0, colon)), value = trimmed(slice_part(one, colon + 1, one.len));
	char low[40] = "";
	for (size_t i = 0; i < name.len && i < sizeof low - 1; i++)
		low[i] = (char)(name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + 32 : name.at[i]);
	if (!words_list(properties, slice_str(low)) || name.len >= sizeof low || !value_fine(value))
		return slice_starts(name, SLICE("mso-")) || one.len == 0 || name.len == 0;
	buffer_printf(out, "%s:", low);
	for (size_t i = 0; i < value.len; i++)
		buffer_put_u8(out, value.at[i]);
	buffer_put_u8(out, ';');
	return true;
}

bool html_declarations(struct slice text, struct buffer *out)
{
	bool whole = true;
	for (size_t pos = 0; pos < text.len;) {
		size_t end = until(text, pos, ";");
		whole &= put_declaration(trimmed(slice_part(text, pos, end - pos)), out);
		pos = end + 1;
	}
	return whole;
}

static bool selector_fine(struct slice selector)
{
	for (size_t i = 0; i < selector.len; i++) {
		uint8_t c = selector.at[i];
		bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0x80;
		if (!word && (c == 0 || !strchr(" #.,:>*_-+~\t\r\n", c)))
			return false;
	}
	return selector.len > 0;
}

static void without_comments(struct slice text, struct buffer *out)
{
	for (size_t pos = 0; pos < text.len;) {
		struct slice rest = slice_part(text, pos, text.len);
		if (slice_starts(rest, SLICE("<!--")) || slice_starts(rest, SLICE("-->"))) {
			pos += rest.at[0] == '<' ? 4 : 3;
			continue;
		}
		if (!slice_starts(rest, SLICE("/*"))) {
			buffer_put_u8(out, text.at[pos++]);
			continue;
		}
		size_t end = slice_find(slice_part(rest, 2, rest.len), SLICE("*/"));
		pos = end == SIZE_MAX ? text.len : pos + end + 4;
	}
}

/* Past a block that opens at pos. */
static size_t past_block(struct slice text, size_t pos)
{
	size_t depth = 0;
	while (pos < text.len) {
		depth += text.at[pos] == '{';
		depth -= text.at[pos] == '}' && depth > 0;
		pos = until(text, pos + 1, "{}");
		if (depth == 1 && pos < text.len && text.at[pos] == '}')
			return pos + 1;
	}
	return text.len;
}

static bool put_rule(struct slice selector, struct slice inside, struct buffer *out)
{
	struct buffer AUTO(buffer_done) kept = {0};
	buffer_init(&kept, 1 << 20);
	bool whole = selector_fine(selector) && html_declarations(inside, &kept);
	if (!selector_fine(selector) || kept.len == 0)
		return whole;
	for (size_t i = 0; i < selector.len; i++)
		buffer_put_u8(out, selector.at[i] <= ' ' ? ' ' : selector.at[i]);
	buffer_put_u8(out, '{');
	buffer_put_slice(out, buffer_slice(&kept));
	buffer_put_str(out, "}\n");
	return whole;
}

bool html_sheet(struct slice in, struct buffer *out)
{
	struct buffer AUTO(buffer_done) plain = {0};
	bool whole = true;
	buffer_init(&plain, 16 << 20);
	without_comments(in, &plain);
	struct slice text = buffer_slice(&plain);
	for (size_t pos = 0; pos < text.len;) {
		size_t open = until(text, pos, "{;");
		struct slice selector = trimmed(slice_part(text, pos, open - pos));
		if (open >= text.len || text.at[open] == ';') {
			whole &= selector.len == 0;
			pos = open + 1;
			continue;
		}
		size_t end = past_block(text, open);
		struct slice inside = slice_part(text, open + 1, end - open - 1 - (end > open + 1 && text.at[end - 1] == '}'));
		bool rule = selector.len && selector.at[0] != '@' && slice_find(inside, SLICE("{")) == SIZE_MAX;
		whole &= rule && put_rule(selector, inside, out);
		pos = end;
	}
	return whole && buffer_ok(&plain);
}
