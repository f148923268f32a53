/* Tags and character references of pages.
 *
 * Where browsers are lenient this is lenient in the same way; what is written never
 * copies a tag, so that a difference changes what is seen and not what is run.  */
#include "gate/file/html.h"

#include "base/text.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool letter(uint8_t c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static uint8_t at(struct slice in, size_t pos)
{
	return pos < in.len ? in.at[pos] : 0;
}

/* ---- tags ---- */

static struct slice take_value(struct slice in, size_t *pos)
{
	uint8_t quote = at(in, *pos) == '"' || at(in, *pos) == '\'' ? in.at[(*pos)++] : 0;
	size_t from = *pos;
	while (*pos < in.len && (quote ? in.at[*pos] != quote : !space(in.at[*pos]) && in.at[*pos] != '>'))
		(*pos)++;
	struct slice value = slice_part(in, from, *pos - from);
	*pos += quote && *pos < in.len;
	return value;
}

static void keep_attribute(struct html_tag *tag, struct slice name, struct slice value)
{
	for (unsigned i = 0; i < tag->count; i++)
		if (slice_equal_nocase(tag->attributes[i].name, name))
			return;
	if (tag->count < HTML_ATTRIBUTES && name.len)
		tag->attributes[tag->count++] = (struct html_attribute){name, value};
}

static void take_attribute(struct slice in, size_t *pos, struct html_tag *tag)
{
	size_t from = (*pos)++; /* a first "=" belongs to the name */
	while (*pos < in.len && !space(in.at[*pos]) && in.at[*pos] != '/' && in.at[*pos] != '>' && in.at[*pos] != '=')
		(*pos)++;
	struct slice name = slice_part(in, from, *pos - from), value = SLICE("");
	size_t after = *pos;
	while (space(at(in, after)))
		after++;
	if (at(in, after) == '=') {
		for (*pos = after + 1; space(at(in, *pos));)
			(*pos)++;
		if (at(in, *pos) != '>')
			value = take_value(in, pos);
	}
	keep_attribute(tag, name, value);
}

bool html_tag(struct slice in, size_t *pos, struct html_tag *tag)
{
	size_t p = *pos + 1, len = 0;
	tag->closing = at(in, p) == '/';
	p += tag->closing;
	tag->count = 0;
	if (!letter(at(in, p)))
		return false;
	for (; p < in.len && !space(in.at[p]) && in.at[p] != '/' && in.at[p] != '>'; p++)
		if (len < sizeof tag->name - 1)
			tag->name[len++] = (char)lower(in.at[p]);
	tag->name[len] = '\0';
	while (p < in.len && in.at[p] != '>') {
		if (space(in.at[p]) || in.at[p] == '/')
			p++;
		else
			take_attribute(in, &p, tag);
	}
	*pos = p < in.len ? p + 1 : in.len;
	return true;
}

bool html_skip(struct slice in, size_t *pos)
{
	struct slice rest = slice_part(in, *pos, in.len);
	uint8_t second = at(rest, 1);
	size_t end;
	if (slice_starts(rest, SLICE("<!--"))) {
		bool empty = at(rest, 4) == '>' || slice_starts(slice_part(rest, 4, 2), SLICE("->"));
		size_t plain = slice_find(rest, SLICE("-->")), other = slice_find(rest, SLICE("--!>"));
		end = empty ? (at(rest, 4) == '>' ? 5 : 6) : plain < other ? plain + 3 : other == SIZE_MAX ? in.len : other + 4;
	} else if (second == '!' || second == '?' || (second == '/' && rest.len > 2 && !letter(rest.at[2]))) {
		end = slice_find(rest, SLICE(">"));
		end = end == SIZE_MAX ? in.len : end + 1;
	} else {
		return false;
	}
	*pos = end > rest.len ? in.len : *pos + end;
	return true;
}

struct slice html_raw(struct slice in, size_t *pos, const char *name)
{
	size_t from = *pos, len = strlen(name);
	for (; *pos < in.len; (*pos)++) {
		bool here = in.at[*pos] == '<' && at(in, *pos + 1) == '/' &&
		            slice_equal_nocase(slice_part(in, *pos + 2, len), slice_str(name));
		uint8_t after = here ? at(in, *pos + 2 + len) : 'x';
		if (here && (space(after) || after == '>' || after == '/' || after == 0))
			break;
	}
	struct slice inside = slice_part(in, from, *pos - from);
	while (*pos < in.len && in.at[*pos] != '>')
		(*pos)++;
	*pos += *pos < in.len;
	return inside;
}

/* ---- character references ---- */

/* The names of U+00A0 to U+00FF, which need no semicolon. */
static const char latin[] =
	" nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro "
	"para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil "
	"Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave "
	"Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml "
	"igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute "
	"thorn yuml ";

static const struct {
	const char *name;
	uint32_t code;
} others[] = {
	{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"AMP", '&'}, {"LT", '<'}, {"GT", '>'}, {"QUOT", '"'},
	{"apos", '\''}, {"hellip", 0x2026}, {"mdash", 0x2014}, {"ndash", 0x2013}, {"lsquo", 0x2018}, {"rsquo", 0x2019},
	{"ldquo", 0x201C}, {"rdquo", 0x201D}, {"bull", 0x2022}, {"rarr", 0x2192}, {"larr", 0x2190}, {"trade", 0x2122},
	{"euro", 0x20AC}, {"ensp", 0x2002}, {"emsp", 0x2003}, {"thinsp", 0x2009},
};
enum { NAME_MOST = 32 };
enum { BARE = 8 }; /* of those, how many need no semicolon */

static uint32_t latin_code(struct slice name)
{
	char word[NAME_MOST + 2] = " ";
	memcpy(word + 1, name.at, name.len);
	word[1 + name.len] = ' ';
	size_t at = slice_find(slice_of(latin, sizeof latin - 1), slice_of(word, name.len + 2));
	uint32_t code = at == SIZE_MAX ? 0 : 0xA0;
	for (size_t i = 0; code && i < at; i++)
		code += latin[i] == ' ';
	return code;
}

static uint32_t named(struct slice name, bool ended)
{
	uint32_t code = latin_code(name);
	if (code)
		return code;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if ((ended || i < BARE) && slice_is(name, others[i].name))
			return others[i].code;
	return 0;
}

static uint32_t numeric(struct slice digits, bool hexed)
{
	static const uint16_t windows[32] = {
		0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
		0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};
	uint32_t code = 0;
	for (size_t i = 0; i < digits.len; i++) {
		uint8_t c = lower(digits.at[i]);
		code = code > 0x10FFFF ? code : code * (hexed ? 16 : 10) + (uint32_t)(digit(c) ? c - '0' : c - 'a' + 10);
	}
	if (code >= 0x80 && code < 0xA0)
		return windows[code - 0x80] ? windows[code - 0x80] : 0xFFFD;
	return code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0xFFFD : code;
}

/* Its length at '&', 0 where there is none; *code 0: a name that is not known here. */
static size_t reference(struct slice in, size_t pos, uint32_t *code)
{
	size_t p = pos + 1;
	bool number = at(in, p) == '#', hexed = number && lower(at(in, p + 1)) == 'x';
	p += number + hexed;
	size_t from = p;
	while (digit(at(in, p)) || (hexed ? letter(at(in, p)) && lower(at(in, p)) <= 'f' : !number && letter(at(in, p))))
		p++;
	struct slice word = slice_part(in, from, p - from);
	bool ended = at(in, p) == ';';
	if (word.len == 0 || word.len > NAME_MOST)
		return 0;
	*code = number ? numeric(word, hexed) : named(word, ended);
	return !number && !ended && !*code ? 0 : p - pos + ended;
}

/* What people cannot see, and what turns the order of characters round. */
static bool unseen(uint32_t c)
{
	return (c < ' ' && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0x061C ||
	       (c >= 0xE0000 && c <= 0xE007F);
}

bool html_decode(struct slice raw, struct buffer *out)
{
	bool known = true;
	for (size_t pos = 0; pos < raw.len;) {
		uint32_t code = 0;
		size_t len = raw.at[pos] == '&' ? reference(raw, pos, &code) : 0;
		known &= len == 0 || code != 0;
		if (!len || !code)
			buffer_put(out, raw.at + pos, len ? len : 1);
		else if (!unseen(code)) /* written as itself it would be left out too */
			utf8_put(out, code);
		pos += len ? len : 1;
	}
	return known;
}

static void put_code(uint32_t code, struct buffer *out)
{
	if (code == '&' || code == '<' || code == '>' || code == '"')
		buffer_put_str(out, code == '&' ? "&amp;" : code == '<' ? "&lt;" : code == '>' ? "&gt;" : "&quot;");
	else if (code == 0xA0)
		buffer_put_str(out, "&nbsp;");
	else if (!unseen(code))
		utf8_put(out, code);
}

void html_put(struct slice raw, struct buffer *out)
{
	for (size_t pos = 0; pos < raw.len;) {
		uint32_t code = 0;
		size_t len = raw.at[pos] == '&' ? reference(raw, pos, &code) : 0;
		if (len && !code)
			buffer_put(out, raw.at + pos, len);
		else if (len)
			put_code(code, out);
		if (len)
			pos += len;
		else
			put_code((uint32_t)utf8_next(raw, &pos), out);
	}
}
