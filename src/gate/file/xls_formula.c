/* Formulas of Excel 97-2003: tokens in the order of evaluation.
 *
 * Every token has a known length or the formula is not allowed; functions go by
 * number, against a list of those that calculate.  What is not allowed is replaced
 * by the value that was calculated last, as in the newer format.
 * source  MS-XLS 2.5.198.25 to 2.5.198.112, 2.5.198.17 (Ftab)                 */
#include "gate/file/xls.h"

#include "gate/file/links.h"

enum { T_EXP = 0x01, T_TABLE = 0x02, T_STRING = 0x17, T_ATTR = 0x19, T_FUNC = 0x21, T_FUNC_VAR = 0x22,
       T_NAME_X = 0x39, T_REF3D = 0x3A, T_AREA_ERR3D = 0x3D, F_USER = 255, F_HYPERLINK = 359 };

/* Bytes after the token itself; -1 where it depends, -2 where it is not allowed.
 * Tokens from 0x40 on are 0x20 to 0x3F in another class. */
static const int8_t sizes[0x40] = {
	-2, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, -2, -2, 1, 1, 2, 8,
	7, 2, 3, 4, 4, 8, 6, 6, 6, 2, 4, 8, 4, 8, 2, 2, -2, -2, -2, -2, -2, -2, -2, -2, -2, 6, 6, 10, 6, 10, -2, -2,
};

static const struct {
	uint16_t first, last;
} functions[] = {
	{0, 52}, {56, 78}, {82, 83}, {86, 86}, {92, 92}, {97, 102}, {105, 105}, {109, 109}, {111, 121},
	{124, 131}, {140, 144}, {148, 148}, {162, 165}, {167, 169}, {183, 184}, {189, 190}, {193, 199},
	{204, 216}, {219, 222}, {227, 235}, {247, 247}, {252, 252}, {261, 261}, {269, 332}, {336, 337},
	{342, 347}, {350, 354}, {359, 378}, /* 358 asks a pivot table, of which its values stay */
};

static bool calculates(uint16_t number)
{
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (number >= functions[i].first && number <= functions[i].last)
			return true;
	return false;
}

uint16_t xls_u16(struct slice s, size_t at)
{
	return at + 2 <= s.len ? (uint16_t)((unsigned)s.at[at] | (unsigned)s.at[at + 1] << 8) : 0;
}

uint32_t xls_u32(struct slice s, size_t at)
{
	return xls_u16(s, at) | (uint32_t)xls_u16(s, at + 2) << 16;
}

bool xls_formula_shared(struct slice tokens)
{
	return tokens.len >= 5 && tokens.at[0] == T_EXP;
}

struct tokens {
	const struct xls *x;
	struct slice in;
	size_t pos;
	unsigned outside, called; /* names of add-ins, and calls that need one */
	bool link, first_text_safe, first;
};

static bool own_book(const struct xls *x, uint16_t ref)
{
	const struct xls_links *links = x->links;
	return ref < links->ref_count && links->refs[ref] < links->book_count &&
	       links->books[links->refs[ref]] == BOOK_SELF;
}

/* A name of the analysis functions, which all programs know. */
static bool addin_name(const struct xls *x, uint16_t ref, uint32_t name)
{
	const struct xls_links *links = x->links;
	if (ref >= links->ref_count || links->refs[ref] >= links->book_count || name == 0)
		return false;
	uint16_t book = links->refs[ref];
	uint64_t at = (uint64_t)links->names_from[book] + name - 1;
	return links->books[book] == BOOK_ADDIN && at < links->name_count && links->names[at].book == book &&
	       links->names[at].fine;
}

static bool take_text(struct tokens *t)
{
	struct slice rest = slice_part(t->in, t->pos, t->in.len);
	if (rest.len < 2)
		return false;
	bool wide = rest.at[1] & 1;
	size_t len = (size_t)rest.at[0] << wide;
	if (len > rest.len - 2)
		return false;
	char text[256];
	for (size_t i = 0; i < rest.at[0]; i++)
		text[i] = wide && rest.at[2 + i * 2 + 1] ? 'x' : (char)rest.at[2 + (i << wide)];
	struct slice target = slice_of(text, rest.at[0]);
	if (t->first)
		t->first_text_safe = slice_starts(target, SLICE("#")) || link_allowed(&t->x->job->links, target);
	t->pos += 2 + len;
	return true;
}

static bool take_sized(struct tokens *t, uint8_t token)
{
	if (token == T_FUNC || token == T_FUNC_VAR) {
		uint16_t number = xls_u16(t->in, t->pos + (token == T_FUNC_VAR));
		t->called += number == F_USER;
		t->link |= number == F_HYPERLINK;
		if (number != F_USER && !calculates(number & 0x7FFF))
			return false;
	}
	if (token >= T_REF3D && token <= T_AREA_ERR3D && !own_book(t->x, xls_u16(t->in, t->pos)))
		return false;
	if (token == T_NAME_X) {
		uint16_t ref = xls_u16(t->in, t->pos);
		bool addin = addin_name(t->x, ref, xls_u16(t->in, t->pos + 2));
		t->outside += addin;
		if (!addin && !own_book(t->x, ref))
			return false;
	}
	t->pos += (size_t)sizes[token];
	return t->pos <= t->in.len;
}

static bool take_token(struct tokens *t)
{
	uint8_t token = t->in.at[t->pos++];
	token = token >= 0x60 ? (uint8_t)(token - 0x40) : token >= 0x40 ? (uint8_t)(token - 0x20) : token;
	if (token >= 0x40 || sizes[token] == -2)
		return false;
	if (token == T_STRING)
		return take_text(t);
	if (token == T_ATTR) {
		size_t choices = t->in.len - t->pos >= 3 && t->in.at[t->pos] & 4
			? ((size_t)xls_u16(t->in, t->pos + 1) + 1) * 2 : 0;
		t->pos += 3 + choices;
		return t->pos <= t->in.len;
	}
	return take_sized(t, token);
}

bool xls_formula_allowed(const struct xls *x, struct slice tokens)
{
	struct tokens t = {.x = x, .in = tokens, .first = true};
	while (t.pos < t.in.len) {
		if (!take_token(&t))
			return false;
		t.first = false;
	}
	return t.called <= t.outside && (!t.link || t.first_text_safe);
}

bool xls_object_formula(const struct xls *x, struct slice formula)
{
	size_t len = xls_u16(formula, 0) & 0x7FFF;
	return len + 6 <= formula.len && xls_formula_allowed(x, slice_part(formula, 6, len));
}
