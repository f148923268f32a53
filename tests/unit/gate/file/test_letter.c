/* How the text of a mail goes out: as it stands where a line of it can be nothing else,
 * else quoted or in base64; read again it is the same, and the second reader agrees. */
#include "rows.h"

enum how { PLAIN, QUOTED, BASE64 };

static const struct {
	const char *text; /* lines ended by CR LF */
	enum how how;
} rows[] = {
	{"hello\r\n", PLAIN},
	{"", PLAIN},
	{"a\r\n\r\n\r\n", PLAIN},
	{"-- \r\nsignature of a list, a space behind the dashes\r\n", QUOTED},
	{"--\r\nsignature\r\n", PLAIN},
	{"-----BEGIN PGP MESSAGE-----\r\n", PLAIN},
	{"a\ttab\r\n.\r\n..\r\n", PLAIN},
	{"some words before it\r\n--=_sekisho_part_=\r\nContent-Type: text/html\r\n\r\nand some words after it\r\n", QUOTED},
	{"words\r\n\r\nFrom here on it could be another message of a mailbox\r\n", QUOTED},
	{"a text on <HTML> and on <ScRipt> elements of pages\r\n", QUOTED},
	{"Gr\xC3\xBC\xC3\x9F" "e aus M\xC3\xBCnchen, it is mostly ASCII though and rather long for its one line\r\n", QUOTED},
	{"=3D is what an equals sign looks like when it is quoted =\r\n", PLAIN},
	{"\xE3\x81\x93\xE3\x82\x93\xE3\x81\xAB\xE3\x81\xA1\xE3\x81\xAF\r\n", BASE64},
	{"form\x0C" "feed: a control character is left out\r\n", PLAIN},
};

static enum how how_of(struct slice out)
{
	if (slice_find(out, SLICE("Content-Transfer-Encoding: base64\r\n")) != SIZE_MAX)
		return BASE64;
	return slice_find(out, SLICE("Content-Transfer-Encoding: quoted-printable\r\n")) != SIZE_MAX ? QUOTED : PLAIN;
}

static bool lines_fit(struct slice out)
{
	size_t from = 0;
	for (size_t i = 0; i < out.len; i++) {
		if (out.at[i] >= 0x7F || (out.at[i] == '\r' && (i + 1 == out.len || out.at[i + 1] != '\n')))
			return false;
		if (out.at[i] == '\n' && (i == 0 || out.at[i - 1] != '\r' || i - from > 999))
			return false;
		from = out.at[i] == '\n' ? i + 1 : from;
	}
	return true;
}

static void check_text(const char *head, const char *text, const char *foot, int how)
{
	struct buffer in;
	struct outcome o;
	buffer_init(&in, 1 << 16);
	buffer_printf(&in, "%s%s%s", head, text, foot);
	cleanse_as(&o, "x.eml", buffer_slice(&in));
	struct slice out = buffer_slice(&o.out);
	if (o.report.verdict == FILE_REFUSED || (how >= 0 && (int)how_of(out) != how) || !lines_fit(out))
		printf("  %s: %s\n%.*s\n", text, o.report.reason, SLICE_ARG(out));
	CHECK(o.report.verdict != FILE_REFUSED && lines_fit(out));
	CHECK(how < 0 || (int)how_of(out) == how);
	check_again(&o, "x.eml", "eml");
	outcome_done(&o);
	buffer_done(&in);
}

TEST(one_text)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_text("MIME-Version: 1.0\r\nFrom: a@b.jp\r\nSubject: s\r\nContent-Type: text/plain; charset=UTF-8\r\n"
		           "Content-Transfer-Encoding: 8bit\r\n\r\n", rows[i].text, "", (int)rows[i].how);
}

/* Beside an attachment; the delimiter of ours inside a text is quoted there above all. */
TEST(text_beside_an_attachment)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_text("MIME-Version: 1.0\r\nFrom: a@b.jp\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n"
		           "Content-Type: text/plain; charset=UTF-8\r\n\r\n", rows[i].text,
		           "\r\n--q\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n--q--\r\n", -1);
}

/* A line of 999 bytes and more is none that every mail program passes on. */
TEST(long_lines)
{
	char text[2400];
	for (size_t len = 990; len < 1010; len++) {
		memset(text, 'x', len);
		memcpy(text + len, "\r\n", 3);
		check_text("MIME-Version: 1.0\r\nFrom: a@b.jp\r\n\r\n", text, "", len <= 998 ? PLAIN : QUOTED);
	}
	for (size_t i = 0; i < 30; i++)
		memcpy(text + i * 40, "words that fill the place before it....\n", 40);
	memcpy(text + 1200, "%PDF-1.4\r\n", 11); /* nobody looks there for it; what leaves a part out does */
	check_text("MIME-Version: 1.0\r\nFrom: a@b.jp\r\n\r\n", text, "", QUOTED);
}

/* The second reader takes no other shape. */
TEST(second_reader_is_strict)
{
#define LETTER(heads, body) "MIME-Version: 1.0\r\n" heads "\r\n" body
	CHECK_INT(second_look("eml", SLICE(LETTER("Content-Type: text/plain; charset=UTF-8\r\n", "a\r\n"))), INSPECT_OK);
	CHECK(second_look("eml", SLICE(LETTER("Content-Type: text/plain; charset=UTF-8\r\n", "\x1B$B\r\n"))) != INSPECT_OK);
	CHECK(second_look("eml", SLICE(LETTER("Content-Type: text/plain; charset=UTF-8\r\n", "a\xC2\xA0\r\n"))) != INSPECT_OK);
	CHECK(second_look("eml", SLICE(LETTER("Content-Type: text/html; charset=UTF-8\r\n", "a\r\n"))) != INSPECT_OK);
	CHECK(second_look("eml", SLICE(LETTER("Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: x\r\n", "a\r\n"))) != INSPECT_OK);
	CHECK(second_look("eml", SLICE(LETTER("Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n", "QUFB\r\n"))) != INSPECT_OK);
	CHECK(second_look("eml", SLICE(LETTER("Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
		"a=4\r\n"))) != INSPECT_OK);
	CHECK(second_look("eml", SLICE(LETTER("Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename=\"a.txt\"\r\n",
		"a\r\n"))) != INSPECT_OK);
	CHECK_INT(second_look("eml", SLICE("Subject: s\r\n\r\na\r\n")), INSPECT_OK);
	CHECK_INT(second_look("eml", SLICE(LETTER("", "a\r\n"))), INSPECT_OK);
	CHECK(second_look("eml", SLICE("\r\na\r\n")) != INSPECT_OK);
	CHECK(second_look("eml", SLICE("Subject: s\r\n\r\na\xC2\xA0\r\n")) != INSPECT_OK);
	CHECK(second_look("eml", SLICE("Subject: s\r\n\r\n\x1B$B\r\n")) != INSPECT_OK);
	CHECK(second_look("eml", SLICE("Subject: s\r\nMIME-Version: 1.0\r\n\r\na\r\n")) != INSPECT_OK);
	CHECK(second_look("eml", SLICE("Subject: s\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\na\r\n")) != INSPECT_OK);
	CHECK(second_look("eml", SLICE("Subject: s\r\nContent-Transfer-Encoding: base64\r\n\r\nQUFB\r\n")) != INSPECT_OK);
}

static void becomes(const char *name, struct slice in, struct slice want)
{
	struct outcome o = {0};
	cleanse_as(&o, name, in);
	CHECK(slice_equal(buffer_slice(&o.out), want));
	if (!slice_equal(buffer_slice(&o.out), want))
		printf("  %s became:\n%.*s", name, SLICE_ARG(buffer_slice(&o.out)));
	outcome_done(&o);
}

/* Nothing is said that goes without saying; what does not is said. */
TEST(words_on_the_coding)
{
	becomes("a.eml", SLICE("From: a@b.jp\n\nhello\n"), SLICE("From: a@b.jp\r\n\r\nhello\r\n"));
	becomes("a.eml", SLICE("Content-Type: text/plain\n\nhello\n"), SLICE("MIME-Version: 1.0\r\n\r\nhello\r\n"));
	becomes("a.eml", SLICE("From: a@b.jp\n\nhe~{llo\n"),
	        SLICE("MIME-Version: 1.0\r\nFrom: a@b.jp\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nhe~{llo\r\n"));
	becomes("a.html", SLICE("<p>a</p>"), SLICE("<!DOCTYPE html>\n<html>\n<body><p>a</p>"));
	becomes("a.html", SLICE("<p>a+b</p>"), SLICE("<!DOCTYPE html>\n<html>\n<meta charset=\"UTF-8\">\n<body><p>a+b</p>"));
	becomes("a.html", SLICE("<p>\xE8\xA1\xA8</p>"),
	        SLICE("<!DOCTYPE html>\n<html>\n<meta charset=\"UTF-8\">\n<body><p>\xE8\xA1\xA8</p>"));
	CHECK_INT(second_look("html", SLICE("<!DOCTYPE html>\n<html lang=\"ja\">\n<body><p>a</p>")), INSPECT_OK);
	CHECK(second_look("html", SLICE("<!DOCTYPE html>\n<html lang=\"ja\">\n<body><p>+ADw-</p>")) != INSPECT_OK);
	CHECK(second_look("html", SLICE("<!DOCTYPE html>\n<html>\n<body><p>\xE8\xA1\xA8</p>")) != INSPECT_OK);
}

MAIN_TESTS()
