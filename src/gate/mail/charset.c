/* Charsets of Japanese mail, and the two Western ones.
 *
 * ISO-2022-JP and EUC-JP are brought to the bytes of CP932, whose table reads them.
 * source  RFC 1468; JIS X 0208; Microsoft code pages 932, 1252                */
#include "gate/mail/room.h"

#include "base/text.h"

#include <iconv.h>

/* A cell of JIS X 0208 (7 bits each) as the two bytes of CP932. */
static void put_cell(struct buffer *out, uint8_t row, uint8_t cell)
{
	unsigned r = row - 0x21u, c = cell - 0x21u;
	unsigned high = r / 2 + (r < 62 ? 0x81 : 0xC1), low = (r & 1) ? c + 0x9F : c + 0x40 + (c >= 63);
	buffer_put_u8(out, (uint8_t)high);
	buffer_put_u8(out, (uint8_t)low);
}

static bool graphic(uint8_t c)
{
	return c >= 0x21 && c <= 0x7E;
}

enum set { ASCII, KANA, KANJI };

/* One escape sequence; false where it names a set that is not of ISO-2022-JP. */
static bool take_escape(struct slice in, size_t *pos, enum set *set)
{
	static const struct {
		const char *sequence;
		enum set set;
	} sets[] = {{"\x1B(B", ASCII}, {"\x1B(J", ASCII}, {"\x1B(I", KANA}, {"\x1B$@", KANJI}, {"\x1B$B", KANJI}};
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		if (slice_starts(slice_part(in, *pos, 3), slice_str(sets[i].sequence))) {
			*set = sets[i].set;
			*pos += 3;
			return true;
		}
	return false;
}

static bool from_jis(struct slice in, struct buffer *out)
{
	enum set set = ASCII;
	for (size_t i = 0; i < in.len;) {
		uint8_t c = in.at[i];
		if (c == 0x1B) {
			if (!take_escape(in, &i, &set))
				return false;
			continue;
		}
		if (c == '\n')
			set = ASCII; /* a line begins in ASCII */
		if (c >= 0x80)
			return false;
		if (set == ASCII || c <= ' ') {
			buffer_put_u8(out, c);
		} else if (set == KANA) {
			buffer_put_u8(out, (uint8_t)(c | 0x80));
		} else {
			if (i + 1 >= in.len || !graphic(c) || !graphic(in.at[i + 1]))
				return false;
			put_cell(out, c, in.at[++i]);
		}
		i++;
	}
	return true;
}

static bool from_euc(struct slice in, struct buffer *out)
{
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i], next = i + 1 < in.len ? in.at[i + 1] : 0;
		if (c < 0x80) {
			buffer_put_u8(out, c);
			continue;
		}
		if (c == 0x8E && next >= 0xA1 && next <= 0xDF)
			buffer_put_u8(out, next);
		else if (graphic(c & 0x7F) && c >= 0xA1 && next >= 0xA1 && next <= 0xFE)
			put_cell(out, c & 0x7F, next & 0x7F);
		else
			return false;
		i++;
	}
	return true;
}

static bool from_latin(struct slice in, struct buffer *out)
{
	static const uint16_t upper[32] = {
		0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
		0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
	};
	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i];
		uint32_t code = c >= 0x80 && c < 0xA0 ? upper[c - 0x80] : c;
		if (c && !code)
			return false;
		utf8_put(out, code);
	}
	return true;
}

static bool one_of(const char *list, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = list; *at;) {
		size_t n = strcspn(at, " ");
		if (n == len && memcmp(at, word, n) == 0)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

/* Charsets of mail from elsewhere: the C library's converters, loaded before the jail
 * or not known.  Without UTF-7, which hides what a text says from whoever does not
 * expect it.                                                                 */
static struct foreign {
	const char *names, *converter;
	iconv_t loaded;
	bool ready;
} foreign[] = {
	{.names = "iso-8859-2 latin2", .converter = "ISO-8859-2"}, {.names = "iso-8859-3", .converter = "ISO-8859-3"},
	{.names = "iso-8859-4", .converter = "ISO-8859-4"}, {.names = "iso-8859-5", .converter = "ISO-8859-5"},
	{.names = "iso-8859-6", .converter = "ISO-8859-6"}, {.names = "iso-8859-7", .converter = "ISO-8859-7"},
	{.names = "iso-8859-8 iso-8859-8-i", .converter = "ISO-8859-8"}, {.names = "iso-8859-9 latin5", .converter = "ISO-8859-9"},
	{.names = "iso-8859-10", .converter = "ISO-8859-10"}, {.names = "iso-8859-13", .converter = "ISO-8859-13"},
	{.names = "iso-8859-14", .converter = "ISO-8859-14"}, {.names = "iso-8859-16", .converter = "ISO-8859-16"},
	{.names = "windows-1250 cp1250", .converter = "CP1250"}, {.names = "windows-1251 cp1251", .converter = "CP1251"},
	{.names = "windows-1253 cp1253", .converter = "CP1253"}, {.names = "windows-1254 cp1254", .converter = "CP1254"},
	{.names = "windows-1255 cp1255", .converter = "CP1255"}, {.names = "windows-1256 cp1256", .converter = "CP1256"},
	{.names = "windows-1257 cp1257", .converter = "CP1257"}, {.names = "windows-1258 cp1258", .converter = "CP1258"},
	{.names = "koi8-r", .converter = "KOI8-R"}, {.names = "koi8-u", .converter = "KOI8-U"},
	{.names = "windows-874 tis-620", .converter = "CP874"}, {.names = "big5 x-big5 cn-big5", .converter = "BIG5"},
	{.names = "gb2312 gbk gb18030 cp936", .converter = "GB18030"},
	{.names = "euc-kr ks_c_5601-1987 ks_c_5601 cp949", .converter = "CP949"},
};

void mail_prepare(void)
{
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
		struct foreign *f = &foreign[i];
		if (f->ready)
			continue;
		f->loaded = iconv_open("UTF-8", f->converter);
		f->ready = f->loaded != (iconv_t)(intptr_t)-1;
	}
}

static const struct foreign *foreign_named(const char *charset)
{
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		if (foreign[i].ready && one_of(foreign[i].names, charset))
			return &foreign[i];
	return NULL;
}

static bool from_foreign(const struct foreign *f, struct slice in, struct buffer *out)
{
	enum { PIECE = 1 << 14 };
	char *from = (char *)(uintptr_t)in.at;
	size_t left = in.len;
	iconv(f->loaded, NULL, NULL, NULL, NULL);
	for (bool flushed = false; !flushed;) {
		uint8_t *at = buffer_reserve(out, PIECE);
		char *to = (char *)at;
		size_t room = PIECE;
		if (!at)
			return false;
		flushed = left == 0;
		size_t got = iconv(f->loaded, flushed ? NULL : &from, flushed ? NULL : &left, &to, &room);
		if (got == (size_t)-1 && room == PIECE)
			return false;
		buffer_commit(out, PIECE - room);
		if (got == (size_t)-1 && room > 8)
			return false; /* stopped, and not for want of room */
	}
	return true;
}

static bool decode(struct slice bytes, const char *charset, struct buffer *out)
{
	struct buffer AUTO(buffer_done) jis = {0};
	buffer_init(&jis, (size_t)1 << 30);
	bool unnamed = !charset[0] || one_of("us-ascii ascii", charset);
	if (unnamed && (slice_find(bytes, SLICE("\x1B$B")) != SIZE_MAX || slice_find(bytes, SLICE("\x1B$@")) != SIZE_MAX))
		charset = "iso-2022-jp"; /* as every reader in this country takes it */
	else if (unnamed)
		charset = "utf-8";
	if (one_of("utf-8 utf8", charset)) {
		buffer_put_slice(out, bytes);
		return utf8_valid(bytes);
	}
	if (one_of("shift_jis shift-jis sjis x-sjis cp932 windows-31j ms_kanji", charset))
		return cp932_to_utf8(bytes, out, NULL).code == OK;
	if (one_of("iso-8859-1 latin1 windows-1252 cp1252 iso-8859-15", charset))
		return from_latin(bytes, out);
	if (one_of("iso-2022-jp iso-2022-jp-ms cp50220 cp50221 iso-2022-jp-1", charset))
		return from_jis(bytes, &jis) && cp932_to_utf8(buffer_slice(&jis), out, NULL).code == OK;
	if (one_of("euc-jp x-euc-jp eucjp-ms", charset))
		return from_euc(bytes, &jis) && cp932_to_utf8(buffer_slice(&jis), out, NULL).code == OK;
	const struct foreign *f = foreign_named(charset);
	return f && from_foreign(f, bytes, out) && utf8_valid(buffer_slice(out));
}

/* Marks that turn, hide or end a text where a reader does not see them. */
static bool deceives(uint32_t c)
{
	return (c < ' ' && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF || c == 0x061C ||
	       c == 0x2028 || c == 0x2029 || (c >= 0xE0000 && c <= 0xE007F);
}

bool mail_text(struct slice bytes, const char *charset, struct buffer *out)
{
	struct buffer AUTO(buffer_done) text = {0};
	buffer_init(&text, (size_t)1 << 30);
	if (!decode(bytes, charset, &text) || !buffer_ok(&text))
		return false;
	struct slice all = buffer_slice(&text);
	for (size_t pos = 0; pos < all.len;) {
		size_t from = pos;
		while (pos < all.len && ((all.at[pos] >= ' ' && all.at[pos] < 0x7F) || all.at[pos] == '\n'))
			pos++;
		buffer_put(out, all.at + from, pos - from);
		if (pos == all.len)
			break;
		uint32_t c = (uint32_t)utf8_next(all, &pos);
		if (c == '\r') {
			buffer_put_u8(out, '\n');
			pos += pos < all.len && all.at[pos] == '\n';
		} else if (!deceives(c)) {
			utf8_put(out, c);
		}
	}
	return buffer_ok(out);
}
