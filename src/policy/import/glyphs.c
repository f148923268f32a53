/* The beginning of a line decoded, and the numerals that stand there. */
#include "policy/import/internal.h"

#include "base/text.h"

void glyphs_read(struct slice text, struct glyphs *out)
{
	size_t pos = 0;
	out->count = 0;
	out->offset[0] = 0;
	while (out->count < GLYPHS) {
		int32_t code = utf8_next(text, &pos);
		if (code == -1)
			break;
		out->code[out->count++] = code < 0 ? 0xfffd : (uint32_t)code;
		out->offset[out->count] = pos;
	}
	out->code[out->count] = 0;
}

bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0x3000 || c == 0xa0 || (c >= 0x2000 && c <= 0x200b);
}

bool is_kanji(uint32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3005 ||
	       c == 0x3006 || c == 0x3007;
}

bool is_hiragana(uint32_t c)
{
	return c >= 0x3041 && c <= 0x309f;
}

bool is_katakana(uint32_t c)
{
	return (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc || (c >= 0xff66 && c <= 0xff9f) ||
	       (c >= 0x31f0 && c <= 0x31ff);
}

/* full-width ASCII as ASCII */
static uint32_t narrow(uint32_t c)
{
	return c >= 0xff01 && c <= 0xff5e ? c - 0xff01 + '!' : c;
}

bool is_letter(uint32_t c)
{
	c = narrow(c);
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(uint32_t c)
{
	c = narrow(c);
	return c >= '0' && c <= '9';
}

size_t digits_at(const struct glyphs *g, size_t at, uint32_t *value)
{
	size_t n = 0;
	uint32_t v = 0;
	for (; at + n < g->count && is_digit(g->code[at + n]) && n < 4; n++)
		v = v * 10 + (narrow(g->code[at + n]) - '0');
	if (n == 0 || is_digit(g->code[at + n]))
		return 0;
	*value = v;
	return n;
}

static uint32_t kanji_digit(uint32_t c)
{
	static const uint32_t digits[] = {0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94,
	                                  0x516d, 0x4e03, 0x516b, 0x4e5d}; /* 一 .. 九 */
	for (uint32_t i = 0; i < 9; i++)
		if (digits[i] == c)
			return i + 1;
	return 0;
}

/* 一, 十, 二十三, 百五; also place by place, 一〇 */
size_t kanji_number_at(const struct glyphs *g, size_t at, uint32_t *value)
{
	uint32_t total = 0, digit = 0;
	size_t n = 0;
	bool any = false;
	for (; at + n < g->count && n < 7; n++) {
		uint32_t c = g->code[at + n], d = kanji_digit(c);
		if (d || c == 0x3007) /* 〇 */
			digit = digit * 10 + d;
		else if (c == 0x5341 || c == 0x767e) { /* 十, 百 */
			total += (digit ? digit : 1) * (c == 0x5341 ? 10u : 100u);
			digit = 0;
		} else
			break;
		any |= d != 0 || c != 0x3007;
	}
	if (!any)
		return 0;
	*value = total + digit;
	return n;
}

static size_t ascii_roman_at(const struct glyphs *g, size_t at, uint32_t *value)
{
	static const struct {
		const char *text;
		uint32_t value;
	} table[] = {{"xii", 12}, {"xi", 11}, {"x", 10}, {"ix", 9}, {"viii", 8}, {"vii", 7},
	             {"vi", 6}, {"v", 5}, {"iv", 4}, {"iii", 3}, {"ii", 2}, {"i", 1}};
	for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
		size_t len = strlen(table[t].text), k = 0;
		bool lower = at < g->count && narrow(g->code[at]) >= 'a';
		for (; k < len && at + k < g->count; k++) {
			uint32_t c = narrow(g->code[at + k]), want = (uint32_t)table[t].text[k];
			if (c != (lower ? want : want - 'a' + 'A'))
				break;
		}
		if (k == len && !is_letter(g->code[at + k])) {
			*value = table[t].value;
			return len;
		}
	}
	return 0;
}

size_t roman_at(const struct glyphs *g, size_t at, uint32_t *value)
{
	uint32_t c = g->code[at];
	if ((c >= 0x2160 && c <= 0x216b) || (c >= 0x2170 && c <= 0x217b)) {
		*value = (c & 0xf) + 1;
		return 1;
	}
	return ascii_roman_at(g, at, value);
}

uint32_t letter_value(uint32_t c)
{
	c = narrow(c);
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 1;
	return c >= 'A' && c <= 'Z' ? c - 'A' + 1 : 0;
}

/* half-width ｱ .. ﾝ in the order of Unicode is already that of the kana */
uint32_t kana_value(uint32_t c)
{
	static const uint16_t kana[] = {
		0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af, 0x30b1, 0x30b3,
		0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf, 0x30c1, 0x30c4, 0x30c6, 0x30c8,
		0x30ca, 0x30cb, 0x30cc, 0x30cd, 0x30ce, 0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db,
		0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9, 0x30ea,
		0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f2, 0x30f3};
	if (c >= 0xff71 && c <= 0xff9d)
		return c >= 0xff9c ? (c == 0xff9c ? 44 : 46) : c - 0xff71 + 1;
	if (c == 0xff66)
		return 45; /* ｦ */
	for (uint32_t i = 0; i < sizeof kana / sizeof *kana; i++)
		if (kana[i] == c)
			return i + 1;
	return 0;
}

uint32_t iroha_value(uint32_t c)
{
	static const uint16_t iroha[] = {
		0x30a4, 0x30ed, 0x30cf, 0x30cb, 0x30db, 0x30d8, 0x30c8, 0x30c1, 0x30ea, 0x30cc,
		0x30eb, 0x30f2, 0x30ef, 0x30ab, 0x30e8, 0x30bf, 0x30ec, 0x30bd, 0x30c4, 0x30cd,
		0x30ca, 0x30e9, 0x30e0};
	for (uint32_t i = 0; i < sizeof iroha / sizeof *iroha; i++)
		if (iroha[i] == c)
			return i + 1;
	return 0;
}

uint32_t circle_value(uint32_t c)
{
	if (c >= 0x2460 && c <= 0x2473)
		return c - 0x2460 + 1;
	if (c >= 0x2776 && c <= 0x277f)
		return c - 0x2776 + 1;
	if (c >= 0x3251 && c <= 0x325f)
		return c - 0x3251 + 21;
	return c >= 0x32b1 && c <= 0x32bf ? c - 0x32b1 + 36 : 0;
}

uint32_t paren_value(uint32_t c)
{
	if (c >= 0x2474 && c <= 0x2487)
		return c - 0x2474 + 1;
	return 0;
}
