/* One spelling for what is hashed and compared. */
#include "policy/import/internal.h"

#include "base/text.h"

/* Marks that are written in several ways. */
static uint32_t same_as(uint32_t c)
{
	static const struct {
		uint16_t from, to;
	} same[] = {{0x301c, '~'}, {0xff5e, '~'}, {0x223c, '~'}, {0x2010, '-'}, {0x2011, '-'},
	            {0x2012, '-'}, {0x2013, '-'}, {0x2212, '-'}, {0xff0d, '-'}, {0x2015, 0x2014},
	            {0x2500, 0x2014}, {0xff61, 0x3002}, {0xff64, 0x3001}, {0xff62, 0x300c},
	            {0xff63, 0x300d}, {0xff65, 0x30fb}, {0xff0c, 0x3001}};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (same[i].from == c)
			return same[i].to;
	return c >= 0xff01 && c <= 0xff5e ? c - 0xff01 + '!' : c;
}

static bool is_unseen(uint32_t c)
{
	return is_blank(c) || c < ' ' || c == 0x00ad || c == 0xfeff || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || c == 0x2028 || c == 0x2029;
}

void import_normal(struct slice text, struct buffer *out)
{
	struct buffer composed;
	buffer_init(&composed, text.len * 4 + 64);
	nfc(text, &composed);
	struct slice s = buffer_slice(&composed);
	if (!buffer_ok(&composed))
		out->failed = true;
	for (size_t pos = 0; pos < s.len;) {
		int32_t c = utf8_next(s, &pos);
		uint32_t code = c < 0 ? 0xfffd : (uint32_t)c;
		if (!is_unseen(code))
			utf8_put(out, same_as(radical_as_kanji(code)));
	}
	buffer_done(&composed);
}
