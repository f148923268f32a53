/* SVG, SYLK and mailboxes: one construct a file, gone and reported; the rest stays. */
#include "rows.h"

#define KEPT "残る文字"
#define SVG(inside) "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"9\">" \
	"<text>" KEPT "</text>" inside "</svg>"
#define SLK(inside) "ID;PWXL;N;E\r\nC;Y1;X1;K\"" KEPT "\"\r\n" inside "E\r\n"
#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

static const struct row drawings[] = {
	{"svg document type", "external-link", "<!DOCTYPE svg PUBLIC '-//CANARY' \"http://CANARY/svg11.dtd\" >" SVG("")},
	{"svg script", "javascript", SVG("<script>CANARY</script>")},
	{"svg script elsewhere", "javascript", SVG("<script xlink:href=\"http://CANARY\"/>")},
	{"svg script of another prefix", "javascript", SVG("<s:script xmlns:s=\"http://www.w3.org/2000/svg\">CANARY</s:script>")},
	{"svg handler", "javascript", SVG("<rect onload=\"CANARY\"/>")},
	{"svg page inside", "frame", SVG("<foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\">CANARY</p></foreignObject>")},
	{"svg script link", "unsafe-link", SVG("<a xlink:href=\"java&#115;cript:CANARY\"><rect/></a>")},
	{"svg script link without prefix", "unsafe-link", SVG("<a href=\"javascript:CANARY\"><rect/></a>")},
	{"svg use elsewhere", "external-link", SVG("<use xlink:href=\"http://CANARY#a\"/>")},
	{"svg use of data", "external-link", SVG("<use href=\"data:image/svg+xml,CANARY\"/>")},
	{"svg remote picture", "remote-picture", SVG("<image xlink:href=\"http://CANARY\"/>")},
	{"svg drawing as a picture", "picture", SVG("<image href=\"data:image/svg+xml;base64,Q0FOQVJZ\"/>")},
	{"svg animated link", "animation", SVG("<a href=\"#x\"><animate attributeName=\"href\" values=\"CANARY\"/></a>")},
	{"svg set", "animation", SVG("<rect><set attributeName=\"onmouseover\" to=\"CANARY\"/></rect>")},
	{"svg style elsewhere", "external-link", SVG("<style>@import url(http://CANARY);</style>")},
	{"svg style elsewhere as data", "external-link", SVG("<style><![CDATA[rect{fill:url(http://CANARY)}]]></style>")},
	{"svg paint elsewhere", "unknown-element", SVG("<rect fill=\"url(http://CANARY#a)\"/>")},
	{"svg style by escapes", "unknown-element", SVG("<rect style=\"fill:\\75rl(CANARY)\"/>")},
	{"svg filter elsewhere", "external-link", SVG("<filter><feImage href=\"http://CANARY\"/></filter>")},
	{"svg editor data", "metadata", SVG("<metadata>CANARY</metadata>")},
	{"svg element nobody knows", "unknown-element", SVG("<e:e xmlns:e=\"urn:e\">CANARY</e:e>")},
	{"svg base", "unknown-element", SVG("<g xml:base=\"http://CANARY\"/>")},
	{"svg style sheet", "comment", SVG("<?xml-stylesheet href=\"CANARY\"?>")},
	{"svg comment", "comment", SVG("<!-- CANARY -->")},
	{"svg sound", "media", SVG("<audio href=\"CANARY\"/>")},
};

static const struct row sheets[] = {
	{"slk formula", "formula", SLK("C;Y2;X1;K7;ECALL(\"CANARY\")\r\n")},
	{"slk server", "formula", SLK("C;Y2;X1;K7;Ecmd|'/c CANARY'!A0\r\n")},
	{"slk formula before its value", "formula", SLK("C;Y2;X1;EEXEC(\"CANARY\");K7\r\n")},
	{"slk shared formula", "formula", SLK("C;Y2;X1;S;R1;C1;MCANARY\r\n")},
	{"slk automatic name", "auto-name", SLK("NN;NAuto_open;ER1C1;CANARY\r\n")},
	{"slk other file", "external-link", SLK("NE;FCANARY.xls;ER1C1\r\n")},
	{"slk names of files", "external-link", SLK("NU;LCANARY\r\n")},
	{"slk options", "unknown-element", SLK("O;E;CANARY\r\n")},
	{"slk record nobody knows", "unknown-element", SLK("ZZ;CANARY\r\n")},
	{"slk after its end", "trailing-data", SLK("") "C;Y2;X1;ECANARY\r\n"},
};

TEST(each_construct)
{
	for (size_t i = 0; i < sizeof drawings / sizeof drawings[0]; i++)
		check_row(drawings[i].name, drawings[i].what, slice_str(drawings[i].text), "svg", KEPT);
	for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++)
		check_row(sheets[i].name, sheets[i].what, slice_str(sheets[i].text), "slk", KEPT);
}

static void check_kept(const char *name, const char *ending, struct slice in)
{
	struct outcome o;
	cleanse_as(&o, name, in);
	CHECK_STR(o.report.reason, "");
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	CHECK_SLICE(buffer_slice(&o.out), in);
	check_again(&o, name, ending);
	outcome_done(&o);
}

TEST(harmless_stays_as_it_is)
{
	check_kept("a.svg", "svg", SLICE("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" SVG("<defs><linearGradient id=\"a\"><stop offset=\"0\" "
		"stop-color=\"red\"/></linearGradient></defs><rect fill=\"url(#a)\" style=\"stroke:#123;fill:url(#a)\"/><use xlink:href=\"#a\"/>"
		"<a href=\"https://example.jp\"><circle r=\"1\"/></a><style>rect{fill:red}</style>")));
	check_kept("a.slk", "slk", SLICE(SLK("P;PGeneral\r\nF;P0;DG0G8;M300\r\nB;Y2;X2\r\nC;Y2;X1;K\"a;;b\"\r\nC;X2;K-1.5\r\n")));
}

TEST(a_picture_in_a_drawing_is_made_anew)
{
	struct outcome o;
	cleanse_as(&o, "a.svg", SLICE(SVG("<image width=\"1\" href=\"data:image/png;base64," PNG "\"/>")));
	CHECK_STR(o.report.reason, "");
	CHECK(slice_find(buffer_slice(&o.out), SLICE(" href=\"data:image/png;base64,iVBOR")) != SIZE_MAX);
	check_again(&o, "a.svg", "svg");
	outcome_done(&o);
}

#define MAIL(subject, body) "From a@example.jp Sat Nov 21 20:00:00 2026\nFrom: a@example.jp\nSubject: " subject "\n" body "\n"

TEST(a_mailbox_keeps_what_can_be_read)
{
	static const char box[] = MAIL("one", "\n" KEPT "\n") MAIL("two", "Content-Type: text/html; charset=utf-8\n\n<p>x<script>CANARY</script>\n")
		MAIL("three", "Content-Type: text/plain\nContent-Type: text/html\n\nCANARY\n");
	struct outcome o;
	cleanse_as(&o, "a.mbox", slice_str(box));
	struct slice out = buffer_slice(&o.out);
	CHECK_STR(o.report.reason, "");
	CHECK_STR(o.report.ending, "mbox");
	CHECK(told(&o, "message") && told(&o, "action"));
	CHECK(slice_find(out, SLICE("Subject: one")) != SIZE_MAX && slice_find(out, SLICE("Subject: two")) != SIZE_MAX);
	CHECK(slice_find(out, SLICE("Subject: three")) == SIZE_MAX);
	check_again(&o, "a.mbox", "mbox");
	outcome_done(&o);
	construct_file("mbox script", -1, "mbox", slice_str(box));
	check_refused("a.mbox", SLICE(MAIL("x", "Content-Type: a\nContent-Type: b\n\nx\n")), REFUSAL_DAMAGED);
}

TEST(broken_ones_are_refused)
{
	check_refused("a.svg", SLICE("<svg xmlns=\"http://www.w3.org/2000/svg\"><g></svg>"), REFUSAL_DAMAGED);
	check_refused("a.svg", SLICE("<!DOCTYPE svg SYSTEM \"a\" [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\"/>"), REFUSAL_DAMAGED);
	check_refused("a.svg", SLICE("<!DOCTYPE svg><!DOCTYPE svg><svg xmlns=\"http://www.w3.org/2000/svg\"/>"), REFUSAL_DAMAGED);
	check_refused("a.svg", SLICE("<!DOCTYPE svg><svg xmlns=\"http://www.w3.org/2000/svg\">&nbsp;</svg>"), REFUSAL_DAMAGED);
	check_refused("a.svg", SLICE("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>"), REFUSAL_DAMAGED);
	check_refused("a.svg", SLICE("<svg/>"), REFUSAL_UNKNOWN);
	check_refused("a.svg", SLICE("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"), REFUSAL_UNKNOWN);
	check_refused("a.slk", SLICE("ID;PWXL\r\nC;Y1;X1;K1\r\n"), REFUSAL_DAMAGED);
	check_refused("a.csv", SLICE("ID;PWXL\r\nE\r\n"), REFUSAL_MISMATCH);
	check_refused("a.png", SLICE(SVG("")), REFUSAL_MISMATCH);
}

MAIN_TESTS()
