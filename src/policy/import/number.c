/* The number that a line begins with, in any of the manners.  Each manner is a
 * small reader; the first that reads wins, so the narrow ones stand first. */
#include "policy/import/internal.h"

#include "base/text.h"

static size_t skip_blanks(const struct glyphs *g, size_t at)
{
	while (at < g->count && is_blank(g->code[at]))
		at++;
	return at;
}

static bool one_of(uint32_t code, const char *set)
{
	struct slice text = slice_str(set);
	for (size_t pos = 0; pos < text.len;)
		if (utf8_next(text, &pos) == (int32_t)code)
			return true;
	return false;
}

bool is_particle(uint32_t c)
{
	return one_of(c, "のにをはがとでへもや");
}

/* Marks and words that no heading or sentence begins with. */
static bool goes_on(uint32_t c)
{
	return one_of(c, "、。，．・及又若並項号～〜）)」,");
}

/* (1)の規定, (1)について: a reference; but (1)はじめに, (1)もの */
static bool refers(const struct glyphs *g, size_t at)
{
	static const char *const words[] = {"によ", "にお", "につ", "にか", "から", "まで", "より", "では",
	                                    "には", "とは", "のう", "のい", "のほ", "のと", "のも", "のた"};
	if (goes_on(g->code[at]))
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct glyphs w;
		glyphs_read(slice_str(words[i]), &w);
		if (g->code[at] == w.code[0] && g->code[at + 1] == w.code[1])
			return true;
	}
	return is_particle(g->code[at]) && !is_hiragana(g->code[at + 1]);
}

bool text_is_repealed(struct slice text)
{
	return slice_is(text, "削除") || slice_is(text, "（削除）") || slice_is(text, "(削除)");
}

bool text_is_omission(struct slice text)
{
	static const char *const words[] = {"(略)", "（略）", "略", "(省略)", "（省略）", "省略", "(削除)",
	                                    "（削除）", "削除", "（同左）", "(同左)", "（略)", "(略）"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(text, words[i]))
			return true;
	return false;
}

static void set_number(struct text_number *n, enum text_level level, uint32_t value)
{
	*n = (struct text_number){.level = level, .part = {value}, .parts = 1, .to = value};
}

static size_t any_digits(const struct glyphs *g, size_t at, uint32_t *value)
{
	size_t n = digits_at(g, at, value);
	return n ? n : kanji_number_at(g, at, value);
}

/* の２, の３の２ behind a number */
static size_t read_branches(const struct glyphs *g, size_t at, struct text_number *n)
{
	size_t start = at;
	uint32_t value;
	while (n->parts < TEXT_NUMBER_PARTS && g->code[at] == 0x306e /* の */) {
		size_t took = any_digits(g, at + 1, &value);
		if (took == 0)
			break;
		n->part[n->parts++] = value;
		n->to = value;
		at += 1 + took;
	}
	return at - start;
}

/* ---- 第１章, 第３条の２, 第１; 序章 ------------------------------------------ */

static enum text_level unit_level(uint32_t code)
{
	static const struct {
		const char *unit;
		enum text_level level;
	} units[] = {{"部編", TEXT_PART}, {"章", TEXT_CHAPTER}, {"節", TEXT_SECTION},
	             {"款", TEXT_SUBSECTION}, {"条條", TEXT_ARTICLE}};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (one_of(code, units[i].unit))
			return units[i].level;
	return TEXT_DAI;
}

static size_t read_dai(const struct glyphs *g, size_t at, struct text_number *n)
{
	size_t i = at;
	uint32_t value;
	if (g->code[i] != 0x7b2c /* 第 */)
		return 0;
	i = skip_blanks(g, i + 1);
	size_t took = any_digits(g, i, &value);
	if (took == 0)
		return 0;
	i += took;
	set_number(n, TEXT_DAI, value);
	size_t unit = skip_blanks(g, i);
	n->level = unit_level(g->code[unit]);
	if (n->level != TEXT_DAI)
		i = unit + 1;
	i += read_branches(g, i, n);
	return i - at;
}

static size_t read_prelude(const struct glyphs *g, size_t at, struct text_number *n)
{
	bool first = g->code[at] == 0x5e8f /* 序 */, last = g->code[at] == 0x7d42 /* 終 */;
	if ((!first && !last) || g->code[at + 1] != 0x7ae0 /* 章 */)
		return 0;
	set_number(n, TEXT_CHAPTER, first ? 0 : UINT32_MAX);
	return 2;
}

/* ---- (1), （一）, (ｱ), (イ), (a), (i), ⑴ ------------------------------------ */

static size_t read_inner(const struct glyphs *g, size_t at, struct text_number *n)
{
	uint32_t value = 0;
	size_t took = digits_at(g, at, &value);
	if (took) {
		set_number(n, TEXT_PAREN, value);
		return took + read_branches(g, at + took, n);
	}
	if ((took = kanji_number_at(g, at, &value))) {
		set_number(n, TEXT_PAREN_KANJI, value);
		return took;
	}
	if ((value = kana_value(g->code[at]))) {
		set_number(n, TEXT_PAREN_KANA, value);
		return 1;
	}
	if ((took = roman_at(g, at, &value))) {
		set_number(n, TEXT_PAREN_ROMAN, value);
		return took;
	}
	if ((value = letter_value(g->code[at]))) {
		set_number(n, TEXT_PAREN_ALPHA, value);
		return 1;
	}
	return 0;
}

static size_t read_paren(const struct glyphs *g, size_t at, struct text_number *n)
{
	uint32_t value = paren_value(g->code[at]);
	if (value) {
		set_number(n, TEXT_PAREN, value);
		return 1;
	}
	if (g->code[at] != '(' && g->code[at] != 0xff08)
		return 0;
	size_t i = skip_blanks(g, at + 1), took = read_inner(g, i, n);
	if (took == 0)
		return 0;
	i = skip_blanks(g, i + took);
	return g->code[i] == ')' || g->code[i] == 0xff09 ? i + 1 - at : 0;
}

static size_t read_circle(const struct glyphs *g, size_t at, struct text_number *n)
{
	uint32_t value = circle_value(g->code[at]);
	if (value == 0)
		return 0;
	set_number(n, TEXT_CIRCLE, value);
	return 1;
}

/* ---- 1., 2.1, 1-2, 1), １ ----------------------------------------------- */

static bool is_point(uint32_t c)
{
	return c == '.' || c == 0xff0e;
}

static bool is_dash(uint32_t c)
{
	return c == '-' || c == 0xff0d || c == 0x2010 || c == 0x2212 || c == 0x2015;
}

static size_t read_decimal(const struct glyphs *g, size_t at, struct text_number *n)
{
	size_t i = at;
	uint32_t value;
	while (n->parts < TEXT_NUMBER_PARTS && (is_point(g->code[i]) || is_dash(g->code[i]))) {
		size_t took = digits_at(g, i + 1, &value);
		if (took == 0 || took > 2)
			break;
		n->part[n->parts++] = value;
		n->to = value;
		n->level = TEXT_DECIMAL;
		i += 1 + took;
	}
	if (n->level == TEXT_DECIMAL && is_point(g->code[i]))
		i++;
	return i - at;
}

static size_t read_plain(const struct glyphs *g, size_t at, struct text_number *n)
{
	uint32_t value;
	size_t took = digits_at(g, at, &value);
	if (took == 0 || took > 3)
		return 0;
	set_number(n, TEXT_PLAIN, value);
	size_t decimal = read_decimal(g, at + took, n);
	if (decimal)
		return took + decimal;
	uint32_t next = g->code[at + took];
	if (is_point(next) || next == ')' || next == 0xff09) {
		n->level = is_point(next) ? TEXT_DOT : TEXT_HALF;
		return took + 1;
	}
	return took + read_branches(g, at + took, n);
}

/* ---- ア, イ, 一, Ⅰ, a. ---------------------------------------------------- */

/* ア． ア) */
static bool closes_number(uint32_t c)
{
	return is_point(c) || c == ')' || c == 0xff09;
}

static size_t read_letter(const struct glyphs *g, size_t at, struct text_number *n)
{
	uint32_t value = kana_value(g->code[at]), next = g->code[at + 1];
	size_t took;
	if (value && (is_blank(next) || closes_number(next) || next == 0 || one_of(next, "～〜~"))) {
		set_number(n, TEXT_KANA, value);
		return 1 + (closes_number(next) ? 1u : 0u);
	}
	if ((took = roman_at(g, at, &value)) &&
	    (took > 1 || !is_letter(g->code[at]) || closes_number(g->code[at + took]))) {
		set_number(n, TEXT_ROMAN, value);
		return took + (closes_number(g->code[at + took]) ? 1u : 0u);
	}
	if ((value = letter_value(g->code[at])) && (is_point(next) || next == ')' || next == 0xff09)) {
		set_number(n, TEXT_ALPHA, value);
		return 2;
	}
	if ((took = kanji_number_at(g, at, &value)) &&
	    (is_blank(g->code[at + took]) || g->code[at + took] == 0)) {
		set_number(n, TEXT_KANJI, value);
		return took;
	}
	return 0;
}

static size_t read_any(const struct glyphs *g, size_t at, struct text_number *n)
{
	static size_t (*const readers[])(const struct glyphs *, size_t, struct text_number *) = {
		read_dai, read_prelude, read_paren, read_circle, read_plain, read_letter};
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
		*n = (struct text_number){0};
		size_t took = at < g->count ? readers[i](g, at, n) : 0;
		if (took)
			return took;
	}
	*n = (struct text_number){0};
	return 0;
}

size_t number_at(struct slice line, const struct glyphs *g, size_t at, struct text_number *n)
{
	size_t took = read_any(g, at, n);
	if (took)
		n->printed = slice_part(line, g->offset[at], g->offset[at + took] - g->offset[at]);
	return took;
}

/* ---- runs: 10～11, (3)～(4), 第 14～15, ２及び３ ---------------------------- */

static size_t read_run(const struct glyphs *g, size_t at, struct text_number *n)
{
	struct text_number end;
	size_t i = skip_blanks(g, at);
	bool both = g->code[i] == 0x53ca && g->code[i + 1] == 0x3073; /* 及び */
	bool kara = g->code[i] == 0x304b && g->code[i + 1] == 0x3089; /* から */
	if (!both && !kara && !one_of(g->code[i], "～〜~－‐―・、"))
		return 0;
	i = skip_blanks(g, i + (both || kara ? 2u : 1u));
	size_t took = read_any(g, i, &end);
	if (took == 0 || end.parts != n->parts)
		return 0;
	bool like = end.level == n->level || (end.level == TEXT_PLAIN && n->level == TEXT_DAI);
	if (!like || end.part[end.parts - 1] <= n->part[n->parts - 1])
		return 0;
	i += took;
	if (kara && g->code[i] == 0x307e && g->code[i + 1] == 0x3067) /* まで */
		i += 2;
	n->to = end.part[end.parts - 1];
	return i - at;
}

/* ---- what may follow ------------------------------------------------------ */

/* 名, 年, 条 ...: the digits before it are a quantity, not a number */
static bool is_counter(uint32_t c)
{
	return one_of(c, "条項号年月日名人回件桁以台階時分秒％%割者類種次週重歳円個つカヶか力ヵ省");
}

/* Manners that stand directly before their text; the rest wants a space. */
static bool may_be_tight(const struct text_number *n)
{
	switch ((int)n->level) {
	case TEXT_PART: case TEXT_CHAPTER: case TEXT_SECTION: case TEXT_SUBSECTION:
	case TEXT_ARTICLE: case TEXT_DOT: case TEXT_DECIMAL: case TEXT_PAREN: case TEXT_HALF:
	case TEXT_CIRCLE: case TEXT_PAREN_KANJI: case TEXT_PAREN_KANA: case TEXT_PAREN_ALPHA:
	case TEXT_PAREN_ROMAN: case TEXT_ALPHA: case TEXT_PLAIN: case TEXT_ROMAN:
		return true;
	default:
		return false;
	}
}

static bool tight_fits(const struct glyphs *g, size_t at, const struct text_number *n)
{
	uint32_t next = g->code[at];
	struct text_number other;
	bool closed = at > 0 && closes_number(g->code[at - 1]);
	if ((!may_be_tight(n) && !(n->level == TEXT_KANA && closed)) || refers(g, at))
		return false;
	if (!closed && (n->level == TEXT_PLAIN || n->level == TEXT_DECIMAL) &&
	    (is_counter(next) || (!is_kanji(next) && !is_katakana(next) && next != '(' && next != 0xff08)))
		return false;
	if (n->level == TEXT_DOT && is_digit(next))
		return false;
	if (n->level == TEXT_ROMAN && !closed && (is_katakana(next) || is_letter(next) || is_digit(next)))
		return false;
	if (n->level == TEXT_ARTICLE && next == 0x7b2c)
		return false; /* 第２条第８項 */
	/* (1)(2)に加えて */
	bool paren = next == '(' || next == 0xff08;
	return !(paren && n->level != TEXT_ARTICLE && n->level != TEXT_PLAIN && read_paren(g, at, &other));
}

bool number_read(struct slice line, struct text_number *out, size_t *rest)
{
	struct glyphs g;
	struct text_number n;
	glyphs_read(line, &g);
	size_t took = read_any(&g, 0, &n);
	if (took == 0)
		return false;
	size_t run = read_run(&g, took, &n), after = skip_blanks(&g, took + run);
	struct slice text = slice_part(line, g.offset[after], line.len);
	if (run && !text_is_omission(text)) {
		n.to = n.part[n.parts - 1];
		run = 0;
		after = skip_blanks(&g, took);
		text = slice_part(line, g.offset[after], line.len);
	}
	n.tight = after == took + run && after < g.count;
	if (n.tight && !text_is_omission(text) && !tight_fits(&g, after, &n))
		return false;
	/* the space was put there by the extraction: 第 2 条 第８項に */
	uint32_t next = g.code[after];
	bool article = n.level == TEXT_ARTICLE || n.level == TEXT_DAI;
	if (!n.tight && after < g.count &&
	    (one_of(next, "、。，．）)」,項号") || (article && (next == 0x7b2c || next == 0x306e))))
		return false;
	n.printed = slice_part(line, 0, g.offset[took + run]);
	*out = n;
	*rest = g.offset[after];
	return true;
}

size_t text_number_at(struct slice text, struct text_number *out)
{
	struct glyphs g;
	glyphs_read(slice_part(text, 0, 200), &g);
	return g.offset[number_at(text, &g, 0, out)];
}

struct text_number text_number_of(struct slice printed)
{
	struct glyphs g;
	struct text_number n;
	glyphs_read(printed, &g);
	size_t took = number_at(printed, &g, 0, &n);
	if (took)
		took += read_run(&g, took, &n);
	if (took == 0 || skip_blanks(&g, took) < g.count)
		return (struct text_number){0};
	n.printed = printed;
	return n;
}

/* ---- order ------------------------------------------------------------------ */

bool number_other(const struct text_number *n, struct text_number *out)
{
	struct glyphs g;
	uint32_t value = 0;
	glyphs_read(n->printed, &g);
	size_t at = 0;
	while (at < g.count && (is_blank(g.code[at]) || g.code[at] == '(' || g.code[at] == 0xff08))
		at++;
	*out = *n;
	if (n->level == TEXT_KANA || n->level == TEXT_PAREN_KANA) {
		value = iroha_value(g.code[at]);
		out->level = n->level == TEXT_KANA ? TEXT_IROHA : TEXT_PAREN_IROHA;
	}
	if (n->level == TEXT_ROMAN || n->level == TEXT_PAREN_ROMAN) {
		value = letter_value(g.code[at]);
		out->level = n->level == TEXT_ROMAN ? TEXT_ALPHA : TEXT_PAREN_ALPHA;
	}
	out->part[0] = out->to = value;
	out->parts = 1;
	return value != 0;
}

int number_compare(const struct text_number *a, const struct text_number *b)
{
	for (uint32_t i = 0; i < TEXT_NUMBER_PARTS; i++) {
		uint32_t x = i < a->parts ? a->part[i] : 0, y = i < b->parts ? b->part[i] : 0;
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

bool number_first(const struct text_number *n)
{
	uint32_t last = n->part[n->parts ? n->parts - 1 : 0];
	return n->parts && (last == 1 || (last == 0 && n->level == TEXT_CHAPTER)) &&
	       (n->parts == 1 || n->level == TEXT_DECIMAL);
}

bool number_follows(const struct text_number *a, const struct text_number *b)
{
	if (b->level == TEXT_CHAPTER && b->part[0] == UINT32_MAX)
		return true; /* 終章 */
	uint32_t common = 0, least = a->parts < b->parts ? a->parts : b->parts;
	while (common < least && a->part[common] == b->part[common] &&
	       !(common + 1 == a->parts && a->to > a->part[common]))
		common++;
	if (common == a->parts && b->parts == a->parts + 1 && b->level != TEXT_DECIMAL)
		return b->part[common] == 2; /* 3 -> 3の2 */
	if (common + 1 != b->parts || common >= a->parts)
		return false;
	uint32_t from = common + 1 == a->parts ? a->to : a->part[common];
	return from != UINT32_MAX && b->part[common] == from + 1;
}
