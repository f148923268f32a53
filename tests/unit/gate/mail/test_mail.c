/* Messages about which mail programs disagree are refused, or come out as a message
 * with one reading; what people should read is there, what should act is not. */
#include "gate/file/file.h"
#include "gate/inspect/inspect.h"
#include "gate/mail/mail.h"

#include "harness.h"

struct outcome {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static void cleanse(struct outcome *o, struct slice in)
{
	struct file_limits limits = file_limits_default();
	o->arena = arena_new(1 << 24);
	buffer_init(&o->out, 16 << 20);
	CHECK(file_cleanse(SLICE("a.eml"), in, &limits, o->arena, &o->out, &o->report, NULL).code == OK);
}

static void outcome_done(struct outcome *o)
{
	buffer_done(&o->out);
	arena_free(o->arena);
}

static bool told(const struct file_report *report, const char *what)
{
	for (const struct removal *r = report->removals; r; r = r->next)
		if (strcmp(r->what, what) == 0)
			return true;
	return false;
}

/* All decoded contents and headers of a message, one after the other. */
static void flatten(struct slice in, struct buffer *out)
{
	struct arena *arena = arena_new(1 << 24);
	struct mail mail;
	buffer_clear(out);
	if (mail_read(in, arena, &mail) == MAIL_FINE) {
		for (const struct mail_header *h = mail.headers; h; h = h->next)
			buffer_printf(out, "%s: %s\n", h->name, h->value);
		const struct mail_part *p = mail.root->first ? mail.root->first : mail.root;
		for (; p; p = p->next) {
			buffer_printf(out, "[%s|%s]\n", p->type, p->name);
			buffer_put_slice(out, p->content);
		}
	}
	arena_free(arena);
}

#define TOP "From: a@example.jp\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
#define MIXED TOP "Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n"
#define TEXT_PART "--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
#define FILE_PART(head, body) "--b1\r\n" head "\r\n\r\n" body "\r\n"
#define ATTACHED(name) "Content-Type: text/plain\r\nContent-Disposition: attachment; " name

struct row {
	const char *what, *in;
	enum refusal refusal;
	const char *has, *has_not, *removal;
};

static const struct row rows[] = {
	{"plain", TOP "\r\nhello\r\n", REFUSAL_NONE, "hello", NULL, NULL},
	{"lines ended by LF", "From: a@b\nSubject: s\n\nhello\n", REFUSAL_NONE, "hello", NULL, NULL},
	{"two texts and a file", MIXED TEXT_PART FILE_PART(ATTACHED("filename=a.txt"), "inside") "--b1--\r\n", REFUSAL_NONE,
		"[application/octet-stream|a.txt]\ninside", NULL, NULL},
	/* structure */
	{"two Content-Type", TOP "Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"two encodings", TOP "Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"two dispositions", MIXED FILE_PART("Content-Disposition: inline\r\nContent-Disposition: attachment", "x") "--b1--\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"two Subject", "Subject: a\r\n" TOP "\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"two From", "From: b@b\r\n" TOP "\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"two boundaries", TOP "Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"no boundary", TOP "Content-Type: multipart/mixed\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"boundary with a space at its end", TOP "Content-Type: multipart/mixed; boundary=\"a \"\r\n\r\n--a \r\n\r\nx\r\n--a --\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"boundary in an encoded word", TOP "Content-Type: multipart/mixed; boundary=\"=?utf-8?q?a=0A?=\"\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"prefix of an outer boundary", MIXED "--b1\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--b1--\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"longer than an outer boundary", MIXED "--b1\r\nContent-Type: multipart/mixed; boundary=b12\r\n\r\n--b12\r\n\r\nx\r\n--b12--\r\n--b1--\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"outer delimiter inside", MIXED "--b1\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--b1--\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"delimiter with a tail", MIXED TEXT_PART "--b1x\r\n\r\nmore\r\n--b1--\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"no end", MIXED TEXT_PART, REFUSAL_NONE, "hello", NULL, NULL},
	{"no end of an inner one", MIXED "--b1\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nhello\r\n", REFUSAL_NONE, "hello", NULL, NULL},
	{"no beginning", MIXED "hello\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"no beginning of an inner one", MIXED "--b1\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\nhello\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"an end within headers", MIXED TEXT_PART "--b1\r\nContent-Type: text/plain\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"an end behind a delimiter", MIXED TEXT_PART "--b1", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"the same Subject twice", TOP "Subject: once more\r\nSubject: =?utf-8?q?once_more?=\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"the same Message-ID twice", TOP "Message-ID: <a@b>\r\nMessage-ID:  <a@b>\r\n\r\nhello", REFUSAL_NONE, "hello", NULL, NULL},
	{"two Message-ID", TOP "Message-ID: <a@b>\r\nMessage-ID: <b@b>\r\n\r\nhello", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"the same Content-Type twice", TOP "Content-Type: text/plain\r\nContent-Type: text/plain\r\n\r\nhello", REFUSAL_NONE, "hello", NULL, NULL},
	{"the same type in other words", TOP "Content-Type: text/plain\r\nContent-Type: text/plain; name=x\r\n\r\nhello", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"encoding as old programs spell it", TOP "Content-Transfer-Encoding: 7-bit\r\n\r\nhello", REFUSAL_NONE, "hello", NULL, NULL},
	{"eight bits of no charset in To", TOP "To: \"J\xfcrgen Schm\xfcrgen\" <j@b>\r\n\r\nhello", REFUSAL_NONE, "<j@b>", "\xfc", NULL},
	{"ISO-2022-JP that nobody names", TOP "\r\n\x1b$B$\"\x1b(B\r\n", REFUSAL_NONE, "\xe3\x81\x82", NULL, NULL},
	{"windows-1251", TOP "Content-Type: text/plain; charset=windows-1251\r\n\r\n\xcf\xf0\r\n", REFUSAL_NONE, "\xd0\x9f\xd1\x80", NULL, NULL},
	{"GB2312", TOP "Content-Type: text/plain; charset=gb2312\r\n\r\n\xd6\xd0\r\n", REFUSAL_NONE, "\xe4\xb8\xad", NULL, NULL},
	{"GB2312 cut off", TOP "Content-Type: text/plain; charset=gb2312\r\n\r\nx\xd6", REFUSAL_DAMAGED, 0, 0, 0},
	{"EUC-KR", TOP "Content-Type: text/plain; charset=euc-kr\r\n\r\n\xc7\xd1\r\n", REFUSAL_NONE, "\xed\x95\x9c", NULL, NULL},
	{"UTF-7", TOP "Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw-script+AD4-\r\n", REFUSAL_DAMAGED, 0, 0, 0},
	{"no part", MIXED "--b1--\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"text before and after", MIXED "before\r\n" TEXT_PART "--b1--\r\nafter", REFUSAL_NONE, "hello", "after", "hidden-data"},
	{"part after the end", MIXED TEXT_PART "--b1--\r\n" TEXT_PART "--b1--\r\n", REFUSAL_NONE, "hello", NULL, "hidden-data"},
	{"comment in the type", TOP "Content-Type: text/(html)plain\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"type without a slash", TOP "Content-Type: html\r\n\r\n<b>x</b>", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"type of two words", TOP "Content-Type: text/plain text/html\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"quote without an end", TOP "Content-Type: text/plain; name=\"a\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"unknown encoding", TOP "Content-Transfer-Encoding: x-uue\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"encoded multipart", TOP "Content-Type: multipart/mixed; boundary=a\r\nContent-Transfer-Encoding: base64\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"encoded message", MIXED FILE_PART("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", "RnJvbTog") "--b1--\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"junk in base64", TOP "Content-Transfer-Encoding: base64\r\n\r\naGVs*bG8=\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"padding in the middle", TOP "Content-Transfer-Encoding: base64\r\n\r\naGVsbA==bG8=\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"base64 cut off", TOP "Content-Transfer-Encoding: base64\r\n\r\naGVsbG\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"hidden bits in base64", TOP "Content-Transfer-Encoding: base64\r\n\r\naGVsbH==\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"broken quoted-printable", TOP "Content-Transfer-Encoding: quoted-printable\r\n\r\na=XYb\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"header with CR alone", TOP "X-A: a\rContent-Type: text/html\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"space before the colon", TOP "Content-Type : text/html\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"header without a colon", TOP "nonsense\r\n\r\nx", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"two names", MIXED FILE_PART("Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.exe", "x") "--b1--\r\n",
		REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"one name in two pieces and whole", MIXED FILE_PART(ATTACHED("filename=a.txt; filename*0=a.exe"), "x") "--b1--\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"pieces out of order", MIXED FILE_PART(ATTACHED("filename*1=xe; filename*0=a.e"), "x") "--b1--\r\n", REFUSAL_AMBIGUOUS, 0, 0, 0},
	{"message in pieces", TOP "Content-Type: message/partial; id=x; number=1; total=2\r\n\r\nx", REFUSAL_FORBIDDEN, 0, 0, 0},
	{"message elsewhere", TOP "Content-Type: message/external-body; access-type=URL\r\n\r\nx", REFUSAL_FORBIDDEN, 0, 0, 0},
	{"encrypted", TOP "Content-Type: application/pkcs7-mime\r\n\r\nx", REFUSAL_LOCKED, 0, 0, 0},
	/* names */
	{"name in pieces", MIXED FILE_PART(ATTACHED("filename*0=a; filename*1=b.txt"), "x") "--b1--\r\n", REFUSAL_NONE, "|ab.txt]", NULL, NULL},
	{"RFC 2231 name", MIXED FILE_PART(ATTACHED("filename*=UTF-8''%E8%A1%A8.txt"), "x") "--b1--\r\n", REFUSAL_NONE, "|表.txt]", NULL, NULL},
	{"encoded word as a name", MIXED FILE_PART(ATTACHED("filename=\"=?ISO-2022-JP?B?GyRCST0bKEI=?=.txt\""), "x") "--b1--\r\n", REFUSAL_NONE,
		"|表.txt]", NULL, NULL},
	{"program", MIXED TEXT_PART FILE_PART(ATTACHED("filename=a.exe"), "MZ CANARY") "--b1--\r\n", REFUSAL_NONE, "添付ファイル「a.exe」を取り除きました",
		"CANARY", "attachment"},
	{"double ending", MIXED TEXT_PART FILE_PART(ATTACHED("filename=a.pdf.js"), "CANARY") "--b1--\r\n", REFUSAL_NONE, "hello", "CANARY", "attachment"},
	{"path in a name", MIXED FILE_PART(ATTACHED("filename=\"../../a.txt\""), "x") "--b1--\r\n", REFUSAL_NONE, "|a.txt]", "..", NULL},
	{"bidi in a name", MIXED FILE_PART(ATTACHED("filename*=UTF-8''a%E2%80%AEfdp.txt"), "x") "--b1--\r\n", REFUSAL_NONE, "|afdp.txt]", NULL, NULL},
	/* charsets */
	{"ISO-2022-JP", TOP "Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\x1B$B9TF0\x1B(B\r\n", REFUSAL_NONE, "行動", NULL, NULL},
	{"Shift_JIS", TOP "Content-Type: text/plain; charset=Shift_JIS\r\n\r\n\x95\x5C\r\n", REFUSAL_NONE, "表", NULL, NULL},
	{"EUC-JP", TOP "Content-Type: text/plain; charset=EUC-JP\r\n\r\n\xC9\xBD\r\n", REFUSAL_NONE, "表", NULL, NULL},
	{"broken UTF-8", TOP "Content-Type: text/plain; charset=UTF-8\r\n\r\n\xE3\x81\r\n", REFUSAL_DAMAGED, 0, 0, 0},
	{"UTF-7", TOP "Content-Type: text/plain; charset=UTF-7\r\n\r\n+ADw-script+AD4-\r\n", REFUSAL_DAMAGED, 0, 0, 0},
	{"subject in words", "From: a@b\r\nSubject: =?UTF-8?B?6KGo?=\r\n =?UTF-8?B?57SZ?=\r\n\r\nx", REFUSAL_NONE, "Subject: 表紙", NULL, NULL},
	{"header within a word", "From: a@b\r\nSubject: =?UTF-8?Q?a=0D=0ABcc:_c@d?=\r\n\r\nx", REFUSAL_NONE, "Subject: a", "\nBcc", NULL},
	/* pages */
	{"page", TOP "Content-Type: text/html\r\n\r\n<p>one <b>two</b></p><script>CANARY</script>", REFUSAL_NONE, "one two", "CANARY", "mail-page"},
	{"link", TOP "Content-Type: text/html\r\n\r\n<a href=\"https://evil.example/x\">bank</a>", REFUSAL_NONE, "bank <hxxps://evil.example/x>", "https:", NULL},
	{"link to a script", TOP "Content-Type: text/html\r\n\r\n<a href=\"java&#115;cript:CANARY\">x</a>", REFUSAL_NONE, "x <", "CANARY", "action"},
	{"picture from elsewhere", TOP "Content-Type: text/html\r\n\r\na<img src=\"http://t.example/CANARY.gif\" width=1>", REFUSAL_NONE, "a", "CANARY",
		"remote-picture"},
	{"table and list", TOP "Content-Type: text/html\r\n\r\n<table><tr><td>1<td>2</tr></table><ul><li>x<li>y</ul>", REFUSAL_NONE, "1\t2", NULL, NULL},
	{"hidden text", TOP "Content-Type: text/html\r\n\r\n<div style=\"display: none\">CANARY</div>seen", REFUSAL_NONE, "seen", "CANARY", "hidden-data"},
	{"alternative", TOP "Content-Type: multipart/alternative; boundary=b1\r\n\r\n--b1\r\n\r\nCANARY\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>seen</p>\r\n--b1--\r\n",
		REFUSAL_NONE, "seen", "CANARY", NULL},
	{"uuencoded file in the text", TOP "\r\nbegin 644 a.exe\r\nM35I0\r\nend\r\n", REFUSAL_NONE, "> begin 644", NULL, "embedded-file"},
	{"message inside", MIXED TEXT_PART FILE_PART("Content-Type: message/rfc822", TOP "\r\ninner") "--b1--\r\n", REFUSAL_NONE, ".eml]", NULL, NULL},
	{"signature", TOP "Content-Type: multipart/signed; boundary=b1\r\n\r\n" TEXT_PART
		"--b1\r\nContent-Type: application/pgp-signature\r\n\r\nCANARY\r\n--b1--\r\n", REFUSAL_NONE, "hello", "CANARY", "signature"},
};

static void check_second_reader(struct slice out)
{
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	struct arena *arena = arena_new(16 << 20);
	CHECK(inspect_document(INSPECT_MAIL, out, &limits, arena, &report, NULL).code == OK);
	if (report.verdict != INSPECT_OK)
		printf("  second reader: %s %s\n", report.reason, report.findings ? report.findings->what : "");
	CHECK_INT(report.verdict, INSPECT_OK);
	arena_free(arena);
}

static bool check_row(const struct row *row)
{
	struct outcome o = {0}, again = {0};
	struct buffer flat;
	buffer_init(&flat, 16 << 20);
	cleanse(&o, slice_str(row->in));
	bool fine = o.report.refusal == row->refusal;
	if (fine && row->refusal == REFUSAL_NONE) {
		flatten(buffer_slice(&o.out), &flat);
		fine = (!row->has || slice_find(buffer_slice(&flat), slice_str(row->has)) != SIZE_MAX) &&
		       (!row->has_not || slice_find(buffer_slice(&flat), slice_str(row->has_not)) == SIZE_MAX) &&
		       (!row->removal || told(&o.report, row->removal));
		check_second_reader(buffer_slice(&o.out));
		cleanse(&again, buffer_slice(&o.out));
		fine = fine && again.report.verdict == FILE_CLEAN && slice_equal(buffer_slice(&o.out), buffer_slice(&again.out));
		outcome_done(&again);
	}
	if (!fine)
		printf("  %s: %s %s: %s\n", row->what, refusal_name(o.report.refusal), o.report.reason, buffer_cstr(&flat));
	outcome_done(&o);
	buffer_done(&flat);
	return fine;
}

TEST(messages)
{
	mail_prepare();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK(check_row(&rows[i]));
}

/* A long address is cut between characters. */
TEST(long_address)
{
	struct row row = {.what = "long address", .has = "レレレレ", .has_not = "https:"};
	struct buffer in;
	mail_prepare();
	for (size_t before = 0; before < 3; before++) {
		buffer_init(&in, 1 << 16);
		buffer_put_str(&in, TOP "Content-Type: text/html; charset=UTF-8\r\n\r\n<a href=\"https://evil.example/");
		buffer_printf(&in, "%.*s", (int)before, "xx");
		for (size_t i = 0; i < 400; i++)
			buffer_put_str(&in, "レ");
		buffer_put_str(&in, "\">bank</a>");
		row.in = buffer_cstr(&in);
		CHECK(check_row(&row));
		buffer_done(&in);
	}
}

/* NUL cannot stand in the table's texts. */
TEST(zero_bytes)
{
	struct outcome o = {0};
	cleanse(&o, SLICE(TOP "X: a\0b\r\n\r\nx"));
	CHECK(o.report.verdict == FILE_REFUSED);
	outcome_done(&o);
}

TEST(headers_are_folded_and_encoded)
{
	struct buffer out;
	buffer_init(&out, 4096);
	mail_put_header(&out, "Subject", SLICE("表紙と本文と付録の長い長い件名を送ります、よろしくお願いいたします"));
	for (size_t pos = 0; pos < out.len;) {
		size_t end = slice_find(slice_part(buffer_slice(&out), pos, out.len), SLICE("\r\n"));
		CHECK(end <= 90);
		pos += end + 2;
	}
	struct buffer back;
	buffer_init(&back, 4096);
	CHECK(mail_words(slice_part(buffer_slice(&out), 9, out.len - 11), &back));
	CHECK_SLICE(buffer_slice(&back), SLICE("表紙と本文と付録の長い長い件名を送ります、よろしくお願いいたします"));
	buffer_done(&back);
	buffer_done(&out);
}

MAIN_TESTS()
