/* Links and Word fields.  A field is judged by its name, on an allow-list:
 * numbers, dates, references inside the document, document properties, form
 * fields.  What imports, asks, prints, runs or embeds is not on it.
 * source  ECMA-376 Part 1, 17.16 (fields and hyperlinks)                    */
#include "gate/file/links.h"

#include <string.h>

static bool starts_nocase(struct slice text, const char *prefix)
{
	struct slice want = slice_str(prefix);
	return slice_equal_nocase(slice_part(text, 0, want.len), want);
}

const char *link_word(const struct links *links, const char *what)
{
	return links->stripped && strcmp(what, "unsafe-link") == 0 ? "hyperlink" : what;
}

static bool link_harmless(struct slice target)
{
	for (size_t i = 0; i < target.len; i++)
		if (target.at[i] < 0x20 || target.at[i] == 0x7F)
			return false;
	return starts_nocase(target, "http://") || starts_nocase(target, "https://") ||
	       starts_nocase(target, "mailto:");
}

bool link_allowed(struct links *links, struct slice target)
{
	bool harmless = link_harmless(target);
	if (links)
		links->stripped = harmless && links->strip;
	return harmless && !(links && links->strip);
}

static const char *const names[] = {
	"=", "ADDRESSBLOCK", "ADVANCE", "AUTHOR", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "BARCODE",
	"BIBLIOGRAPHY", "BIDIOUTLINE", "CITATION", "COMMENTS", "COMPARE", "CREATEDATE", "DATE",
	"DISPLAYBARCODE", "DOCPROPERTY", "DOCVARIABLE", "EDITTIME", "EQ", "FILENAME", "FILESIZE", "FORMCHECKBOX",
	"FORMDROPDOWN", "FORMTEXT", "GREETINGLINE", "HYPERLINK", "IF", "INDEX", "INFO", "KEYWORDS",
	"LASTSAVEDBY", "LISTNUM", "MERGEBARCODE", "MERGEFIELD", "MERGEREC", "MERGESEQ", "NEXT", "NEXTIF",
	"NOTEREF", "NUMCHARS", "NUMPAGES", "NUMWORDS", "PAGE", "PAGEREF", "PRINTDATE", "QUOTE", "REF",
	"REVNUM", "SAVEDATE", "SECTION", "SECTIONPAGES", "SEQ", "SET", "SHAPE", "SKIPIF", "STYLEREF",
	"SUBJECT", "SYMBOL", "TA", "TC", "TEMPLATE", "TIME", "TITLE", "TOA", "TOC", "USERADDRESS",
	"USERINITIALS", "USERNAME", "XE",
};

static bool space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct slice field_name(struct slice instruction)
{
	size_t from = 0;
	while (from < instruction.len && space(instruction.at[from]))
		from++;
	size_t to = from;
	while (to < instruction.len && to - from < 24 && !space(instruction.at[to]) &&
	       instruction.at[to] > ' ' && instruction.at[to] < 0x7F && instruction.at[to] != '\\' &&
	       instruction.at[to] != '"') {
		if (instruction.at[to++] == '=')
			break;
	}
	return slice_part(instruction, from, to - from);
}

/* One argument: a quoted text, or what stands between spaces. */
static bool take_argument(struct slice text, size_t *pos, struct slice *argument, bool *quoted)
{
	while (*pos < text.len && space(text.at[*pos]))
		(*pos)++;
	if (*pos >= text.len)
		return false;
	*quoted = text.at[*pos] == '"';
	size_t from = *pos += *quoted;
	while (*pos < text.len && (*quoted ? text.at[*pos] != '"' : !space(text.at[*pos])))
		(*pos)++;
	*argument = slice_part(text, from, *pos - from);
	*pos += *quoted && *pos < text.len;
	return true;
}

/* HYPERLINK ["target"] [\l "bookmark"] [\o "tip"] [\t "frame"] [\m] [\n] [\h] */
static bool hyperlink_allowed(struct links *links, struct slice arguments)
{
	struct slice argument;
	bool quoted = false;
	for (size_t pos = 0; take_argument(arguments, &pos, &argument, &quoted);) {
		bool option = !quoted && argument.len == 2 && argument.at[0] == '\\';
		uint8_t letter = option ? argument.at[1] | 32 : 0;
		if (option && strchr("lot*#@", letter))
			(void)take_argument(arguments, &pos, &argument, &quoted);
		else if (!option && !link_allowed(links, argument))
			return false;
	}
	return true;
}

struct slice field_button(struct slice instruction)
{
	struct slice name = field_name(instruction), target;
	size_t pos = (size_t)(name.at - instruction.at) + name.len;
	bool quoted;
	if (!slice_equal_nocase(name, SLICE("MACROBUTTON")) && !slice_equal_nocase(name, SLICE("GOTOBUTTON")))
		return slice_of(NULL, 0);
	if (!take_argument(instruction, &pos, &target, &quoted))
		return slice_of(NULL, 0);
	while (pos < instruction.len && space(instruction.at[pos]))
		pos++;
	while (instruction.len > pos && space(instruction.at[instruction.len - 1]))
		instruction.len--;
	return slice_part(instruction, pos, instruction.len);
}

bool field_allowed(struct links *links, struct slice instruction)
{
	struct slice name = field_name(instruction);
	size_t rest = (size_t)(name.at - instruction.at) + name.len;
	struct slice arguments = slice_part(instruction, rest, instruction.len);
	bool ends = rest >= instruction.len || space(instruction.at[rest]) || instruction.at[rest] == '\\' ||
	            instruction.at[rest] == '"' || slice_is(name, "=");
	for (size_t i = 0; ends && i < sizeof names / sizeof names[0]; i++)
		if (slice_equal_nocase(name, slice_str(names[i])))
			return slice_is(slice_str(names[i]), "HYPERLINK") ? hyperlink_allowed(links, arguments) : true;
	return false;
}
