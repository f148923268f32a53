/* Text, CSV and the telling of types: bytes in, bytes out. */
#include "gate/file/links.h"
#include "gate/file/job.h"

#include "construct.h"
#include "harness.h"

#define BYTES(text) {(const uint8_t *)(text), sizeof(text) - 1}

static const struct {
	const char *name;
	struct slice in, out; /* out empty: the same bytes */
	enum refusal refusal;
	const char *what;     /* NULL: nothing was taken out */
} rows[] = {
	/* charsets: the same out as in */
	{"a.txt", BYTES("日本語\r\n"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES("\x93\xFA\x96\x7B\x8C\xEA\r\n"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES("\xFF\xFE\x42\x30\x0A\x00"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES("\xFE\xFF\x30\x42\xD8\x42\xDF\xB7"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES("\xEF\xBB\xBF" "a"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES("葛\xF3\xA0\x84\x80 と 👨‍👩‍👧"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES(""), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES("\x81\x20\xFF"), BYTES(""), REFUSAL_DAMAGED, NULL},
	{"a.txt", BYTES("\xFF\xFE\x42"), BYTES(""), REFUSAL_DAMAGED, NULL},
	{"a.txt", BYTES("\xFF\xFE\x00\xD8\x41\x00"), BYTES(""), REFUSAL_DAMAGED, NULL},
	{"a.txt", BYTES("\x1B$B4A;z\x1B(B"), BYTES(""), REFUSAL_UNKNOWN, NULL},
	{"a.txt", BYTES("a\0b"), BYTES(""), REFUSAL_UNKNOWN, NULL},
	{"a.txt", BYTES("a\x01" "b"), BYTES(""), REFUSAL_UNKNOWN, NULL},
	/* what cannot be seen */
	{"a.txt", BYTES("a\xE2\x80\xAE" "b\xE2\x80\x8B" "c"), BYTES("abc"), REFUSAL_NONE, "invisible-character"},
	{"a.txt", BYTES("a\x1B[31mb"), BYTES("a[31mb"), REFUSAL_NONE, "control-character"},
	{"a.txt", BYTES("\x93\xFA\x1B\x96\x7B"), BYTES("\x93\xFA\x96\x7B"), REFUSAL_NONE, "control-character"},
	{"a.txt", BYTES("\xFF\xFE\x2E\x20\x41\x00\x00\x00"), BYTES("\xFF\xFE\x41\x00"), REFUSAL_NONE, "invisible-character"},
	{"a.txt", BYTES("\xEF\xBB\xBF\xE2\x81\xA6" "a"), BYTES("\xEF\xBB\xBF" "a"), REFUSAL_NONE, "invisible-character"},
	/* text that programs take for something else */
	{"a.txt", BYTES("<html><body>"), BYTES(""), REFUSAL_MISMATCH, NULL},
	{"a.csv", BYTES("  \r\n<table><tr>"), BYTES(""), REFUSAL_MISMATCH, NULL},
	{"a.csv", BYTES("a,b\n<SCRIPT>x"), BYTES(""), REFUSAL_MISMATCH, NULL},
	{"a.csv", BYTES("ID;PWXL;N;E\r\nC;X1;Y1;K\"=1\""), BYTES(""), REFUSAL_MISMATCH, NULL},
	{"a.txt", BYTES("{\\rtf1 x}"), BYTES(""), REFUSAL_MISMATCH, NULL},
	{"a.txt", BYTES("#!/bin/sh\n"), BYTES(""), REFUSAL_FORBIDDEN, NULL},
	{"a.txt", BYTES("MIME-Version: 1.0\r\n\r\n"), BYTES(""), REFUSAL_MISMATCH, NULL},
	{"a.csv", BYTES("\xFF\xFE<\0h\0t\0m\0l\0>\0"), BYTES(""), REFUSAL_AMBIGUOUS, NULL},
	{"a.txt", BYTES("<\x1Bhtml>"), BYTES(""), REFUSAL_AMBIGUOUS, "control-character"},
	{"a.txt", BYTES("\xE2\x80\xAE\xD9\x7F\xAE"), BYTES(""), REFUSAL_AMBIGUOUS, "control-character"},
	{"a.bat", BYTES("echo"), BYTES(""), REFUSAL_FORBIDDEN, NULL},
	{"a.pdf", BYTES("text"), BYTES(""), REFUSAL_MISMATCH, NULL},
	{"a.txt", BYTES("<見出し> と %PDF の話"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.txt", BYTES("junk\n%PDF-1.4\n"), BYTES(""), REFUSAL_AMBIGUOUS, NULL},
	/* cells that would run */
	{"a.csv", BYTES("=1+1,b\r\n"), BYTES("'=1+1,b\r\n"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("a,@SUM(1)\n+cmd|x,-x"), BYTES("a,'@SUM(1)\n'+cmd|x,'-x"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("\"=1,\"\"2\"\"\",\"a\"\n"), BYTES("\"'=1,\"\"2\"\"\",\"a\"\n"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("＝1,＋x,－y,＠z"), BYTES("'＝1,'＋x,'－y,'＠z"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES(" =1,　=2"), BYTES("' =1,'　=2"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("\t=1,\"\r=2\""), BYTES("'\t'=1,\"'\r'=2\""), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("sep=;\na;=1\n"), BYTES("sep=;\na;'=1\n"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("x;\",=cmd|y"), BYTES("x;\",'=cmd|y"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("a\"b,=1"), BYTES("a\"b,'=1"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("\x81\x81" "1,\x95\x5C\n"), BYTES("'\x81\x81" "1,\x95\x5C\n"), REFUSAL_NONE, "formula-cell"},
	{"a.csv", BYTES("\"a\n=b\",c"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.csv", BYTES("-1,-2.5,\"-1,234\",-12%,－３,-,--,+5,-1e5x"), BYTES("-1,-2.5,\"-1,234\",-12%,－３,-,--,+5,'-1e5x"), REFUSAL_NONE,
	 "formula-cell"},
	{"a.csv", BYTES("-\\300,-\xC2\xA5" "5,△3,山-川,a=b"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.csv", BYTES("'=1"), BYTES(""), REFUSAL_NONE, NULL},
	{"a.tsv", BYTES("\ta\t=1"), BYTES("\ta\t'=1"), REFUSAL_NONE, "formula-cell"},
	{"a.txt", BYTES("=1+1"), BYTES(""), REFUSAL_NONE, NULL},
};

static void check_row(size_t i)
{
	struct file_limits limits = file_limits_default();
	struct arena *arena = arena_new(16 << 20);
	struct buffer out, again;
	struct file_report report;
	struct slice want = rows[i].refusal ? SLICE("") : rows[i].out.len ? rows[i].out : rows[i].in;
	buffer_init(&out, 1 << 20);
	buffer_init(&again, 1 << 20);
	construct_file("text", (int)i, strchr(rows[i].name, '.') + 1, rows[i].in);
	CHECK(file_cleanse(slice_str(rows[i].name), rows[i].in, &limits, arena, &out, &report, NULL).code == OK);
	if (report.refusal != rows[i].refusal || !slice_equal(buffer_slice(&out), want))
		printf("  row %zu: %s %s: \"%.*s\"\n", i, refusal_name(report.refusal), report.reason,
		       SLICE_ARG(buffer_slice(&out)));
	CHECK_INT(report.refusal, rows[i].refusal);
	CHECK_SLICE(buffer_slice(&out), want);
	CHECK(!rows[i].what == !report.removals);
	if (rows[i].what && report.removals)
		CHECK_STR(report.removals->what, rows[i].what);
	if (!rows[i].refusal) {
		CHECK(file_cleanse(slice_str(rows[i].name), buffer_slice(&out), &limits, arena, &again, &report, NULL).code == OK);
		CHECK(slice_equal(buffer_slice(&out), buffer_slice(&again)) && report.verdict == FILE_CLEAN);
	}
	buffer_done(&out);
	buffer_done(&again);
	arena_free(arena);
}

TEST(texts_and_cells)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(i);
}

TEST(types_by_content)
{
	static const struct { struct slice in; const char *name; enum file_type type; } kinds[] = {
		{BYTES("%PDF-1.7\n"), "a.txt", FILE_PDF}, {BYTES("\xFF\xD8\xFF\xE0"), "", FILE_JPEG},
		{BYTES("RIFF\0\0\0\0WEBPVP8 "), "", FILE_WEBP}, {BYTES("RIFF\0\0\0\0AVI "), "", FILE_OTHER},
		{BYTES("MZ\x90\0"), "a.docx", FILE_EXECUTABLE}, {BYTES("\x7F" "ELF"), "", FILE_EXECUTABLE},
		{BYTES("L\0\0\0\1\x14\2\0"), "", FILE_EXECUTABLE}, {BYTES("7z\xBC\xAF\x27\x1C"), "", FILE_ARCHIVE},
		{BYTES("!\x11-lh5-"), "", FILE_ARCHIVE}, {BYTES("Rar!\x1A\7\0"), "", FILE_ARCHIVE},
		{BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "", FILE_SVG},
		{BYTES("<?xml version=\"1.0\"?><svg/>"), "", FILE_SVG}, {BYTES("<!DOCTYPE html>"), "", FILE_HTML},
		{BYTES("<?xml version=\"1.0\"?><pkg:package/>"), "", FILE_OTHER},
		{BYTES("begin 644 a.exe\nM35J0"), "a.txt", FILE_OTHER}, {BYTES("to begin 644 times"), "a.txt", FILE_TXT},
		{BYTES("(This file must be converted with BinHex 4.0)\n:"), "a.txt", FILE_OTHER},
		{BYTES("x\n=ybegin line=128 size=9 name=a\n"), "a.txt", FILE_OTHER},
		{BYTES("BM text that begins so"), "a.txt", FILE_TXT}, {BYTES("a,b"), "a.csv", FILE_CSV}, {BYTES("a,b"), "", FILE_TXT},
		{BYTES("\x01\x02\x03"), "a.xdw", FILE_DOCUWORKS}, {BYTES("\x01\x02\x03"), "a", FILE_UNKNOWN},
		{BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" "D\0o\0c\0u\0m\0e\0n\0t\0T\0e\0x\0t\0"), "", FILE_ICHITARO},
		{BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" "W\0o\0r\0d\0"), "", FILE_OLE},
		{BYTES("PK\3\4 broken"), "a.docx", FILE_DOCX}, {BYTES("PK\3\4 broken"), "a.zip", FILE_ZIP},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		CHECK_STR(file_type_name(file_type_by_content(kinds[i].in, slice_str(kinds[i].name))),
		          file_type_name(kinds[i].type));
}

TEST(broken_compound_files_are_damaged)
{
	static const struct { struct slice in; enum refusal refusal; const char *sentence; } kinds[] = {
		{BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"), REFUSAL_DAMAGED, "壊れて"},
		{BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" "W\0o\0r\0k\0b\0o\0o\0k\0"), REFUSAL_DAMAGED, "壊れて"},
	};
	struct file_limits limits = file_limits_default();
	for (size_t i = 0; i < 2; i++) {
		struct arena *arena = arena_new(1 << 20);
		struct buffer out;
		struct file_report report;
		buffer_init(&out, 1 << 20);
		CHECK(file_cleanse(SLICE("a.docx"), kinds[i].in, &limits, arena, &out, &report, NULL).code == OK);
		CHECK_INT(report.refusal, kinds[i].refusal);
		CHECK(strstr(refusal_sentence(report.refusal, report.type), kinds[i].sentence) != NULL);
		buffer_done(&out);
		arena_free(arena);
	}
}

TEST(every_refusal_and_type_has_a_sentence)
{
	for (int r = REFUSAL_NONE + 1; r < REFUSALS; r++)
		for (int t = 0; t < FILE_TYPES; t++) {
			const char *sentence = refusal_sentence((enum refusal)r, (enum file_type)t);
			CHECK(strlen(sentence) > 30 && strstr(sentence, "。") != NULL);
		}
	CHECK_STR(removal_sentence("vba"), "マクロを取り除きました。");
	CHECK(strlen(removal_sentence("no such word")) > 10);
}

TEST(json_of_a_report)
{
	struct removal second = {"vba", "b\"c", NULL}, first = {"field", "word/document.xml DDE", &second};
	struct file_report report = {FILE_CHANGED, REFUSAL_NONE, FILE_DOCX, "", "", "docx", &first, 2};
	struct buffer out;
	buffer_init(&out, 4096);
	file_report_json(&report, &out);
	CHECK_STR(buffer_cstr(&out), "\"type\":\"docx\",\"verdict\":\"changed\",\"reason\":\"\",\"detail\":\"\",\"place\":\"\","
		"\"removed\":[{\"what\":\"field\",\"where\":\"word/document.xml DDE\"},{\"what\":\"vba\",\"where\":\"b\\\"c\"}]");
	buffer_done(&out);
}

TEST(formulas)
{
	static const struct { const char *text; bool allowed; } list[] = {
		{"SUM(A1:B2)", true}, {"sum (A1)", true}, {"A1&\"cmd|x\"", true}, {"'a''b'!A1", true}, {"'it|em'!A1", false},
		{"_xlfn._xlws.FILTER(A1:A9,B1:B9)", true}, {"_xludf.FOO(1)", false}, {"_xlfn.LAMBDA(_xlpm.x,_xlpm.x(1))", true},
		{"表1[[#Headers],[a'[b]]]", true}, {"[0]!名前", true}, {"[1]!名前", false}, {"[book.xlsx]S!A1", false},
		{"表1[x]!A1", false}, {"\"open", false}, {"'open", false}, {"Table1[open", false}, {"(1+2)*3", true}, {"", true},
		{"HYPERLINK(\"#A1\")", true}, {"HYPERLINK(\"mailto:a@example.jp\")", true}, {"HYPERLINK(A1)", false},
		{"HYPERLINK(\"http://x\"&A1)", false}, {"cmd|'x'!A0", false}, {"SUM(\n CALL(\"x\"))", false}, {"Sheet1!foo(1)", false},
	};
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (formula_allowed(NULL, slice_str(list[i].text)) != list[i].allowed) {
			printf("  %s\n", list[i].text);
			CHECK(false);
		}
}

TEST(fields_and_links)
{
	static const struct { const char *text; bool allowed; } fields[] = {
		{" PAGE ", true}, {"page", true}, {" PAGES ", false}, {"=1+2", true}, {"", false}, {" DDE x", false},
		{"HYPERLINK \\l \"bookmark\"", true}, {"HYPERLINK \"https://a\" \\t \"_blank\"", true}, {"HYPERLINK http://a", true},
		{"HYPERLINK \"a.docx\"", false}, {"HYPERLINK \"https://a\" \"file:b\"", false}, {"HYPERLINK \\l", true},
		{"PAGE\\* Arabic", true}, {"REF _Ref1 \\h", true}, {"\"DDE\"", false}, {"INCLUDEPICTURE", false},
	}, links[] = {
		{"http://a", true}, {"HTTPS://a", true}, {"mailto:a", true}, {"file:///a", false}, {"\\\\a\\b", false}, {" http://a", false},
		{"javascript:x", false}, {"http:", false}, {"ht\ntp://a", false}, {"", false}, {"http://a\tb", false}, {"data:x", false},
	};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (field_allowed(NULL, slice_str(fields[i].text)) != fields[i].allowed) {
			printf("  %s\n", fields[i].text);
			CHECK(false);
		}
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		CHECK_INT(link_allowed(NULL, slice_str(links[i].text)), links[i].allowed);
}

/* The wish belongs to its document: it is told as a link that was unwanted, and another's
 * are judged without it.                                                      */
TEST(links_that_are_unwanted)
{
	struct links links = {.strip = true}, others = {0};
	CHECK(!link_allowed(&links, SLICE("https://example.jp/")));
	CHECK_STR(link_word(&links, "unsafe-link"), "hyperlink");
	CHECK_STR(link_word(&links, "field"), "field");
	CHECK(link_allowed(&others, SLICE("https://example.jp/")));
	CHECK(!link_allowed(&links, SLICE("file:///c:/x")));
	CHECK_STR(link_word(&links, "unsafe-link"), "unsafe-link");
	CHECK(!field_allowed(&links, SLICE("HYPERLINK \"https://example.jp/\"")));
	CHECK(field_allowed(&others, SLICE("HYPERLINK \"https://example.jp/\"")));
	CHECK(!formula_allowed(&links, SLICE("HYPERLINK(\"https://example.jp/\",\"x\")")));
	CHECK(formula_allowed(&others, SLICE("HYPERLINK(\"https://example.jp/\",\"x\")")));
	CHECK_STR(link_word(&others, "unsafe-link"), "unsafe-link");
}

MAIN_TESTS()
