/* RTF token by token, within bounds.
 *
 * Groups are not matched here.  A number that is no number, a \bin that carries more
 * than there is and an escape without its digits are faults: programs differ there. */
#include "gate/file/rtf.h"

enum { WORD_MOST = 32, DIGITS_MOST = 10 };

static bool letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t at(const struct rtf *rtf, size_t pos)
{
	return pos < rtf->in.len ? rtf->in.at[pos] : 0;
}

static bool broken(struct rtf *rtf, const char *what)
{
	rtf->fault = what;
	rtf->kind = RTF_END;
	return false;
}

static int digit_value(uint8_t c)
{
	return digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool take_number(struct rtf *rtf)
{
	size_t pos = rtf->pos, digits = 0;
	bool minus = at(rtf, pos) == '-' && digit(at(rtf, pos + 1));
	int64_t value = 0;
	pos += minus;
	for (; digit(at(rtf, pos)); pos++, digits++)
		value = digits < DIGITS_MOST ? value * 10 + at(rtf, pos) - '0' : INT64_MAX / 2;
	rtf->numbered = digits > 0;
	rtf->number = 0;
	rtf->pos = pos;
	if (value > INT32_MAX)
		return broken(rtf, "a number that is too large");
	rtf->number = (int32_t)(minus ? -value : value);
	return true;
}

static bool take_word(struct rtf *rtf)
{
	size_t from = rtf->pos;
	while (letter(at(rtf, rtf->pos)))
		rtf->pos++;
	rtf->text = slice_part(rtf->in, from, rtf->pos - from);
	rtf->kind = RTF_WORD;
	rtf->data = SLICE("");
	if (rtf->text.len > WORD_MOST)
		return broken(rtf, "a control word that is too long");
	if (!take_number(rtf))
		return false;
	rtf->spaced = at(rtf, rtf->pos) == ' ';
	rtf->pos += rtf->spaced;
	if (!slice_is(rtf->text, "bin"))
		return true;
	if (rtf->number < 0 || (size_t)rtf->number > rtf->in.len - rtf->pos)
		return broken(rtf, "\\bin carries more than there is");
	rtf->data = slice_part(rtf->in, rtf->pos, (size_t)rtf->number);
	rtf->pos += rtf->data.len;
	return true;
}

static bool take_escape(struct rtf *rtf)
{
	uint8_t c = at(rtf, rtf->pos);
	if (rtf->pos >= rtf->in.len)
		return broken(rtf, "it ends in an escape");
	if (letter(c))
		return take_word(rtf);
	rtf->pos++;
	rtf->kind = RTF_SYMBOL;
	rtf->byte = c;
	if (c != '\'')
		return true;
	int high = digit_value(at(rtf, rtf->pos)), low = digit_value(at(rtf, rtf->pos + 1));
	if (high < 0 || low < 0)
		return broken(rtf, "\\' without two digits");
	rtf->kind = RTF_BYTE;
	rtf->byte = (uint8_t)(high * 16 + low);
	rtf->raw = false;
	rtf->pos += 2;
	return true;
}

static bool plain(uint8_t c)
{
	return c >= ' ' && c <= '~' && c != '\\' && c != '{' && c != '}';
}

static bool take_run(struct rtf *rtf)
{
	bool lines = at(rtf, rtf->pos) == '\r' || at(rtf, rtf->pos) == '\n';
	size_t from = rtf->pos;
	while (rtf->pos < rtf->in.len && (lines ? at(rtf, rtf->pos) == '\r' || at(rtf, rtf->pos) == '\n' : plain(at(rtf, rtf->pos))))
		rtf->pos++;
	rtf->kind = lines ? RTF_LINE : RTF_RUN;
	rtf->text = slice_part(rtf->in, from, rtf->pos - from);
	if (rtf->text.len)
		return true;
	rtf->kind = RTF_BYTE;
	rtf->raw = true;
	rtf->byte = at(rtf, rtf->pos++);
	return true;
}

bool rtf_next(struct rtf *rtf)
{
	rtf->from = rtf->pos;
	rtf->kind = RTF_END;
	if (rtf->fault || rtf->pos >= rtf->in.len)
		return false;
	uint8_t c = rtf->in.at[rtf->pos];
	if (c != '{' && c != '}' && c != '\\')
		return take_run(rtf);
	rtf->pos++;
	if (c == '\\')
		return take_escape(rtf);
	rtf->kind = c == '{' ? RTF_OPEN : RTF_CLOSE;
	return true;
}
