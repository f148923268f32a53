/* OpenFormula and the conditions around it, said in the words of the one judge of
 * formulas: references lose their brackets, the conditions' own words become a
 * function of the list.
 * source  ODF 1.2 Part 2 (OpenFormula); Part 1, 16.3 and 19.469 (conditions)  */
#include "gate/file/odf.h"

#include "gate/file/links.h"
#include "gate/file/rtf.h"

enum { FORMULA_MOST = 1 << 16 };

static bool word_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c >= 0x80;
}

static bool small(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || c == '-';
}

/* of: oooc: ooow: msoxl: and nothing else before the first colon */
static struct slice without_prefix(struct slice formula)
{
	size_t at = 0;
	while (at < formula.len && formula.at[at] >= 'a' && formula.at[at] <= 'z')
		at++;
	bool prefix = at > 0 && at < formula.len && formula.at[at] == ':' && words_list("of oooc ooow msoxl", slice_part(formula, 0, at));
	size_t from = prefix ? at + 1 : 0;
	from += from < formula.len && formula.at[from] == '=';
	return slice_part(formula, from, formula.len);
}

/* Past a quoted text; SIZE_MAX if it does not end. */
static size_t past_quote(struct slice text, size_t pos)
{
	uint8_t quote = text.at[pos++];
	while (pos < text.len && text.at[pos] != quote)
		pos++;
	return pos < text.len ? pos + 1 : SIZE_MAX;
}

/* [.A1], [$'a sheet'.A1:.B2], never ['file:///x'#$Sheet.A1] */
static size_t past_reference(struct slice text, size_t pos)
{
	for (pos++; pos < text.len && text.at[pos] != ']';) {
		bool error = slice_equal(slice_part(text, pos, 4), SLICE("#REF"));
		if (text.at[pos] == '[' || text.at[pos] == '|' || (text.at[pos] == '#' && !error))
			return SIZE_MAX;
		pos = text.at[pos] == '\'' ? past_quote(text, pos) : pos + 1;
		if (pos == SIZE_MAX)
			return SIZE_MAX;
	}
	return pos < text.len ? pos + 1 : SIZE_MAX;
}

/* Of a database range: table[[#data];[amount]], no quotes and no words but these. */
static size_t past_columns(struct slice text, size_t pos)
{
	static const char *const parts[] = {"#headers", "#data", "#totals", "#all", "#this row"};
	size_t open = 0;
	for (; pos < text.len; pos++) {
		bool known = text.at[pos] != '#';
		for (size_t i = 0; !known && i < sizeof parts / sizeof parts[0]; i++)
			known = slice_equal_nocase(slice_part(text, pos, strlen(parts[i])), slice_str(parts[i]));
		if (!known || text.at[pos] == '\'' || text.at[pos] == '"' || text.at[pos] == '|')
			return SIZE_MAX;
		open += text.at[pos] == '[';
		if (text.at[pos] == ']' && --open == 0)
			return pos + 1;
	}
	return SIZE_MAX;
}

/* Functions as the add-ins of OpenOffice.org 1 to 3 called them. */
static struct slice without_addin(struct slice word)
{
	static const char *const addins[] = {"com.sun.star.sheet.addin.analysis.get", "com.sun.star.sheet.addin.datefunctions.get"};
	for (size_t i = 0; i < sizeof addins / sizeof addins[0]; i++)
		if (slice_equal_nocase(slice_part(word, 0, strlen(addins[i])), slice_str(addins[i])))
			return slice_part(word, strlen(addins[i]), word.len);
	size_t stem = word.len > 4 ? word.len - 4 : 0;
	return stem && slice_is(slice_part(word, stem, 4), "_ADD") ? slice_part(word, 0, stem) : word;
}

static void put_word(struct slice word, bool calls, struct buffer *out)
{
	static const char *const prefixes[] = {"COM.MICROSOFT.", "LEGACY.", "ORG.OPENOFFICE.", "ORG.LIBREOFFICE."};
	static const char own[] = "B MULTIPLE.OPERATIONS EASTERSUNDAY DAYSINMONTH DAYSINYEAR ISLEAPYEAR WEEKS WEEKSINYEAR MONTHS "
		"YEARS ROUNDSIG CURRENT STYLE ERRORTYPE ROT13 COLOR RAWSUBTRACT CONVERT_OOO ERRORTYPE NORMSDIST NORMSINV CHISQDIST "
		"CHISQINV FDIST FINV ISOWEEKNUM WEEKNUM_OOO COT ACOT between duplicate unique FOURIER OPT_BARRIER OPT_TOUCH RAND.NV "
		"RANDBETWEEN.NV GCD_EXCEL2003 CEILING.XCL FLOOR.XCL SEARCHB REPLACEB FINDB";
	for (size_t i = 0; calls && i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (slice_equal_nocase(slice_part(word, 0, strlen(prefixes[i])), slice_str(prefixes[i]))) {
			word = slice_part(word, strlen(prefixes[i]), word.len);
			break;
		}
	if (calls)
		word = without_addin(word);
	if (calls && words_list(own, word))
		word = SLICE("SUM");
	buffer_put_slice(out, word);
}

static size_t take_word(struct slice text, size_t pos, struct buffer *out)
{
	size_t end = pos;
	while (end < text.len && small(text.at[end]))
		end++;
	bool condition = end < text.len && text.at[end] == '(' && slice_find(slice_part(text, pos, end - pos), SLICE("-")) != SIZE_MAX;
	if (condition) {
		buffer_put_str(out, "SUM");
		return end;
	}
	for (end = pos; end < text.len && word_byte(text.at[end]);)
		end++;
	put_word(slice_part(text, pos, end - pos), end < text.len && text.at[end] == '(', out);
	return end;
}

/* The formula as the judge knows formulas; false where it cannot be said. */
static bool translate(struct slice text, struct buffer *out)
{
	bool array = false; /* {1;2|3;4} */
	for (size_t pos = 0; pos < text.len;) {
		uint8_t c = text.at[pos];
		size_t end = pos + 1;
		array = c == '{' || (array && c != '}');
		if (array && c == '!')
			return false; /* constants stand there */
		if (c == '[' && pos > 0 && word_byte(text.at[pos - 1])) {
			end = past_columns(text, pos);
		} else if (c == '[') {
			end = past_reference(text, pos);
			buffer_put_str(out, "A1");
		} else if (c == '"' || c == '\'') {
			end = past_quote(text, pos);
			if (end != SIZE_MAX)
				buffer_put_slice(out, slice_part(text, pos, end - pos));
			if (c == '\'' && end < text.len && text.at[end] == '#')
				return false;
		} else if (word_byte(c)) {
			end = take_word(text, pos, out);
		} else {
			buffer_put_u8(out, c == ';' ? ',' : array && c == '|' ? ';' : c);
		}
		if (end == SIZE_MAX)
			return false;
		pos = end;
	}
	return buffer_ok(out);
}

bool odf_formula_allowed(struct links *links, struct slice formula)
{
	struct buffer AUTO(buffer_done) plain = {0};
	buffer_init(&plain, FORMULA_MOST);
	return translate(without_prefix(formula), &plain) && formula_allowed(links, buffer_slice(&plain));
}
