/* The second reader: sound documents pass, and each forbidden construct, put
 * alone into one of them, is found under its name.                          */
#include "gate/inspect/inspect.h"

#include "codes.h"
#include "harness.h"

#include <libdeflate.h>
#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>
#include <zlib.h>

enum { PARTS_MOST = 24 };

/* ---- a zip as the gate writes it: stored, plain, no gap */

struct piece {
	const char *name;
	struct slice content;
};

struct writer {
	struct buffer body, directory;
	unsigned count;
};

static void header(struct buffer *b, const char *name, struct slice content, uint16_t extra)
{
	uint32_t crc = (uint32_t)crc32_z(0, content.at, content.len);
	buffer_put_le16(b, 20);
	buffer_put_le16(b, 0);
	buffer_put_le16(b, 0);
	buffer_put_le32(b, 0x00210000);
	buffer_put_le32(b, crc);
	buffer_put_le32(b, (uint32_t)content.len);
	buffer_put_le32(b, (uint32_t)content.len);
	buffer_put_le16(b, (uint16_t)strlen(name));
	buffer_put_le16(b, extra);
}

static void zip_put(struct writer *w, const char *name, struct slice content, struct slice extra)
{
	uint32_t at = (uint32_t)w->body.len;
	buffer_put_le32(&w->body, 0x04034B50);
	header(&w->body, name, content, (uint16_t)extra.len);
	buffer_put_str(&w->body, name);
	buffer_put_slice(&w->body, extra);
	buffer_put_slice(&w->body, content);
	buffer_put_le32(&w->directory, 0x02014B50);
	buffer_put_le16(&w->directory, 20);
	header(&w->directory, name, content, 0);
	buffer_put(&w->directory, "\0\0\0\0\0\0\0\0\0", 10);
	buffer_put_le32(&w->directory, at);
	buffer_put_str(&w->directory, name);
	w->count++;
}

static void zip_finish(struct writer *w, struct buffer *out, const char *tail)
{
	uint32_t at = (uint32_t)w->body.len;
	buffer_put_slice(out, buffer_slice(&w->body));
	buffer_put_slice(out, buffer_slice(&w->directory));
	buffer_put_le32(out, 0x06054B50);
	buffer_put_le32(out, 0);
	buffer_put_le16(out, (uint16_t)w->count);
	buffer_put_le16(out, (uint16_t)w->count);
	buffer_put_le32(out, (uint32_t)w->directory.len);
	buffer_put_le32(out, at);
	buffer_put_le16(out, 0);
	buffer_put_str(out, tail);
	buffer_done(&w->body);
	buffer_done(&w->directory);
}

static void zip_start(struct writer *w)
{
	*w = (struct writer){0};
	buffer_init(&w->body, 1 << 22);
	buffer_init(&w->directory, 1 << 20);
}

/* ---- sound packages */

#define DOC "application/vnd.openxmlformats-officedocument."
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define RELS(list) "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" list "</Relationships>"
#define ONE(id, type, target) "<Relationship Id=\"" id "\" Type=\"" REL type "\" Target=\"" target "\"/>"
#define OUT(id, type, target) "<Relationship Id=\"" id "\" Type=\"" REL type "\" Target=\"" target "\" TargetMode=\"External\"/>"
#define TYPES(list) "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">" \
	"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>" \
	"<Default Extension=\"xml\" ContentType=\"application/xml\"/>" list "</Types>"
#define W_(body) "<w:document xmlns:w=\"w\" xmlns:r=\"r\" xmlns:o=\"o\" xmlns:v=\"v\"><w:body>" body "</w:body></w:document>"
#define X_(body) "<worksheet xmlns=\"s\" xmlns:r=\"r\"><sheetData/>" body "</worksheet>"
#define P_(body) "<p:sld xmlns:p=\"p\" xmlns:a=\"a\" xmlns:r=\"r\"><p:cSld/>" body "</p:sld>"
#define PART(name, text) {name, {(const uint8_t *)(text), sizeof(text) - 1}}

#define DOCX_TYPES TYPES("<Override PartName=\"/word/document.xml\" ContentType=\"" DOC "wordprocessingml.document.main+xml\"/>")
#define DOCX_RELS RELS(ONE("r1", "styles", "styles.xml") OUT("r2", "hyperlink", "https://example.jp/"))
static const struct piece docx[] = {
	PART("[Content_Types].xml", DOCX_TYPES),
	PART("_rels/.rels", RELS(ONE("r1", "officeDocument", "word/document.xml"))),
	PART("word/document.xml", W_("<w:p><w:r><w:t>見積書 12,000円</w:t></w:r></w:p>")),
	PART("word/_rels/document.xml.rels", DOCX_RELS),
	PART("word/styles.xml", "<w:styles xmlns:w=\"w\"/>"),
	{NULL, {0}},
};
static const struct piece xlsx[] = {
	PART("[Content_Types].xml", TYPES("<Override PartName=\"/xl/workbook.xml\" ContentType=\"" DOC "spreadsheetml.sheet.main+xml\"/>")),
	PART("_rels/.rels", RELS(ONE("r1", "officeDocument", "xl/workbook.xml"))),
	PART("xl/workbook.xml", "<workbook xmlns=\"s\"><definedNames><definedName name=\"a\">Sheet1!$A$1</definedName></definedNames></workbook>"),
	PART("xl/_rels/workbook.xml.rels", RELS(ONE("r1", "worksheet", "worksheets/sheet1.xml") ONE("r2", "worksheet", "/xl/worksheets/sheet2.xml"))),
	PART("xl/worksheets/sheet1.xml", X_("<c><f>SUM(A1:A2)&amp;\"|cmd [1] CALL(\"&amp;Table1[[#All],[x]]&amp;SUM(Table1[[A]:[B]])&amp;[0]!n</f><v>3</v></c>")),
	PART("xl/worksheets/sheet2.xml", X_("")),
	{NULL, {0}},
};
static const struct piece pptx[] = {
	PART("[Content_Types].xml", TYPES("")),
	PART("_rels/.rels", RELS(ONE("r1", "officeDocument", "ppt/presentation.xml"))),
	PART("ppt/presentation.xml", "<p:presentation xmlns:p=\"p\"/>"),
	PART("ppt/_rels/presentation.xml.rels", RELS(ONE("r1", "slide", "slides/slide1.xml"))),
	PART("ppt/slides/slide1.xml", P_("<a:t>題</a:t><a:hlinkClick action=\"ppaction://hlinksldjump\"/>")),
	{NULL, {0}},
};

/* make - a package with one part replaced or added */
static void make(const struct piece *base, const char *name, struct slice content, struct buffer *out)
{
	struct writer w;
	bool replaced = false;
	zip_start(&w);
	for (const struct piece *p = base; p->name; p++) {
		bool here = name && strcmp(p->name, name) == 0;
		zip_put(&w, p->name, here ? content : p->content, SLICE(""));
		replaced |= here;
	}
	if (name && !replaced)
		zip_put(&w, name, content, SLICE(""));
	zip_finish(&w, out, "");
}

static const struct piece *base_of(enum inspect_type type)
{
	return type == INSPECT_DOCX ? docx : type == INSPECT_XLSX ? xlsx : pptx;
}

/* ---- one look */

struct sight {
	struct arena *arena;
	struct inspect_report report;
};

static void look(enum inspect_type type, struct slice in, struct sight *s)
{
	struct inspect_limits limits = inspect_limits_default();
	struct why why = {0};
	s->arena = arena_new(16 << 20);
	CHECK_OK(inspect_document(type, in, &limits, s->arena, &s->report, &why), &why);
}

static bool found(const struct inspect_report *r, const char *what)
{
	for (const struct inspect_finding *f = r->findings; f; f = f->next)
		if (strcmp(f->what, what) == 0)
			return true;
	return false;
}

static void show(const char *name, const struct inspect_report *r)
{
	printf("  %s: %s %s\n", name, inspect_verdict_name(r->verdict), r->reason);
	for (const struct inspect_finding *f = r->findings; f; f = f->next)
		printf("    %s at %s\n", f->what, f->where);
}

static void expect(const char *name, enum inspect_type type, struct slice in, const char *what)
{
	struct sight s;
	look(type, in, &s);
	bool right = what ? s.report.verdict == INSPECT_FOUND && found(&s.report, what)
	                  : s.report.verdict == INSPECT_OK && s.report.finding_count == 0;
	if (!right)
		show(name, &s.report);
	CHECK(right);
	arena_free(s.arena);
}

TEST(sound_packages_pass)
{
	static const enum inspect_type types[] = {INSPECT_DOCX, INSPECT_XLSX, INSPECT_PPTX};
	static const uint64_t pages[] = {1, 2, 1}, chars[] = {10, 1, 1};
	for (size_t i = 0; i < 3; i++) {
		struct buffer b;
		struct sight s;
		buffer_init(&b, 1 << 22);
		make(base_of(types[i]), NULL, SLICE(""), &b);
		expect(inspect_type_name(types[i]), types[i], buffer_slice(&b), NULL);
		look(types[i], buffer_slice(&b), &s);
		CHECK_INT(s.report.pages, pages[i]);
		CHECK_INT(s.report.text_chars, chars[i]);
		arena_free(s.arena);
		buffer_done(&b);
	}
}

#define W(what, text) {INSPECT_DOCX, "word/document.xml", SLICE_(W_(text)), what}
#define X(what, text) {INSPECT_XLSX, "xl/worksheets/sheet1.xml", SLICE_(X_(text)), what}
#define P(what, text) {INSPECT_PPTX, "ppt/slides/slide1.xml", SLICE_(P_(text)), what}
#define R(what, list) {INSPECT_DOCX, "word/_rels/document.xml.rels", SLICE_(RELS(ONE("r1", "styles", "styles.xml") list)), what}
#define T(what, list) {INSPECT_DOCX, "[Content_Types].xml", SLICE_(TYPES(list)), what}
#define SLICE_(text) {(const uint8_t *)(text), sizeof(text) - 1}
#define FIELD(text) "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>" text "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
#define INSTR(text) "<w:r><w:instrText>" text "</w:instrText></w:r>"

static const struct {
	enum inspect_type type;
	const char *part;
	struct slice content;
	const char *what; /* NULL: must pass */
} office[] = {
	/* Word */
	W("field", FIELD(INSTR(" DDEAUTO c:\\\\x cmd "))), W("field", FIELD(INSTR(" D") INSTR("D") INSTR("E x "))),
	W("field", FIELD(INSTR("dDeAuTo x"))), W("field", FIELD(INSTR("INCLUDETEXT \"x\""))),
	W("field", FIELD(INSTR("IncludePicture \"http://x\""))), W("field", FIELD(INSTR("MACROBUTTON a b"))),
	W("field", FIELD(INSTR("LINK Excel.Sheet.8 x"))), W("field", FIELD(INSTR("DATABASE \\d x"))),
	W("field", FIELD(INSTR("QUOTE " ) FIELD(INSTR("DDE a b")))), W("field", FIELD(INSTR("IF 1 = 1 DDEAUTO"))),
	W("field", "<w:fldSimple w:instr=\"AUTOTEXT x\"/>"), W("field", INSTR("DDEAUTO loose")),
	W("field", FIELD("<w:r><w:delInstrText>DDE a</w:delInstrText></w:r>")),
	W("field", FIELD(INSTR("HYPERLINK \"javascript:x\""))), W("field", FIELD(INSTR("HYPERLINK \"\\\\\\\\h\\\\s\""))),
	W("field", FIELD(INSTR("DDE" "&#65;UTO x"))),
	W(NULL, FIELD(INSTR(" HYPERLINK \"https://example.jp\" ") "<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>")),
	W(NULL, FIELD(INSTR("PAGE"))), W(NULL, FIELD(INSTR("TOC \\o \"1-3\" \\h"))),
	W("alt-chunk", "<w:altChunk r:id=\"r\"/>"), W("sub-document", "<w:subDoc r:id=\"r\"/>"),
	W("ole-object", "<w:object><o:OLEObject/></w:object>"), W("activex", "<w:control r:id=\"r\"/>"),
	W("template", "<w:attachedTemplate r:id=\"r\"/>"), W("mail-merge", "<w:mailMerge/>"),
	W("frame", "<w:frameset/>"), W("script", "<w:scriptAnchor/>"), W("form-macro", "<w:entryMacro w:val=\"m\"/>"),
	W("document-variables", "<w:docVars/>"), W("template", "<w:saveThroughXslt/>"),
	W("external-link", "<v:imagedata src=\"http://x/y.png\"/>"), W("unsafe-link", "<v:imagedata src=\"\\\\h\\s\"/>"),
	W("unsafe-link", "<v:shape href=\"javascript:alert(1)\"/>"), W("unsafe-link", "<v:shape href=\"java&#115;cript:x\"/>"),
	W("vba", "<w:vbaSuppData/>"), W("xml-comment", "<!-- x -->"), W("processing-instruction", "<?mso x?>"),
	{INSPECT_DOCX, "word/document.xml", SLICE_("<!DOCTYPE d [<!ENTITY e \"x\">]><d>&e;</d>"), "doctype"},
	/* relationships */
	R("template", OUT("r9", "attachedTemplate", "http://x/t.dotm")), R("external-link", OUT("r9", "image", "http://x/i.png")),
	R("unsafe-link", OUT("r9", "hyperlink", "file:///c:/x")), R("unsafe-link", OUT("r9", "hyperlink", "\\\\\\\\h\\\\s")),
	R("unsafe-link", OUT("r9", "hyperlink", "javascript:x")), R("unsafe-link", OUT("r9", "hyperlink", "ms-word:ofe|u|http://x")),
	R("external-link", "<Relationship Id=\"r9\" Type=\"" REL "image\" Target=\"http://x\" TargetMode=\"Ext&#101;rnal\"/>"),
	R("external-link", "<Relationship Id=\"r9\" Type=\"" REL "image\" Target=\"http://x\" TargetMode=\"eXTERNAL\"/>"),
	R("vba", "<Relationship Id=\"r9\" Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" Target=\"styles.xml\"/>"),
	R("dangling-link", ONE("r9", "image", "media/none.png")), R("dangling-link", ONE("r9", "image", "../../../etc/x")),
	R("ole-object", ONE("r9", "oleObject", "styles.xml")), R("alt-chunk", ONE("r9", "aFChunk", "styles.xml")),
	R("web-extension", ONE("r9", "webextension", "styles.xml")), R("unknown-part", ONE("r9", "novelty", "styles.xml")),
	R("custom-xml", ONE("r9", "customXml", "styles.xml")), R("media", ONE("r9", "video", "styles.xml")),
	R("custom-ui", ONE("r9", "extensibility", "styles.xml")), R("data-model", ONE("r9", "powerPivotData", "styles.xml")),
	/* content types and parts */
	T("vba", "<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/>"),
	T("dangling-link", "<Override PartName=\"/word/none.xml\" ContentType=\"application/xml\"/>"),
	T("activex", "<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.activeX\"/>"),
	{INSPECT_DOCX, "word/styles.xml", SLICE_("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 anything"), "compound-file"},
	{INSPECT_DOCX, "word/styles.xml", SLICE_("MZ\x90"), "foreign-file"},
	{INSPECT_DOCX, "word/orphan.xml", SLICE_("<x/>"), "orphan-part"},
	{INSPECT_DOCX, "word/orphan.bin", SLICE_("x"), "binary-part"},
	{INSPECT_DOCX, "word/_rels/none.xml.rels", SLICE_(RELS("")), "orphan-part"},
	{INSPECT_DOCX, "../evil.xml", SLICE_("<x/>"), "unsafe-name"},
	{INSPECT_DOCX, "WORD/Document.xml", SLICE_("<x/>"), "duplicate-name"},
	/* Excel */
	X("formula", "<c><f>CALL(\"a\")</f></c>"), X("formula", "<c><f>1+_xlfn.WEBSERVICE(\"http://x\")</f></c>"),
	X("formula", "<c><f>webservice(A1)</f></c>"), X("formula", "<c><f>RTD(\"a\",,\"b\")</f></c>"),
	X("formula", "<c><f>_xlfn.IMAGE(A1)</f></c>"), X("formula", "<c><f>CUBEVALUE(A1)</f></c>"),
	X("dde", "<c><f>cmd|'/c calc'!A0</f></c>"), X("dde", "<c><f>A1+cmd|x!A</f></c>"),
	X("external-link", "<c><f>SUM(T[[A]:[B]])+[1]Sheet1!A1</f></c>"), X("formula", "<c><f>T[[A]:[B]</f></c>"),
	X("external-link", "<c><f>T['[a]+[1]Sheet1!A1</f></c>"), X("dde", "<c><f>T[']a]+cmd|x!A</f></c>"),
	X("external-link", "<c><f>[1]Sheet1!A1</f></c>"), X("external-link", "<c><f>'[1]My Sheet'!A1</f></c>"),
	X("external-link", "<c><f>'http://x/[b.xlsx]S'!A1</f></c>"),
	X("ole-object", "<oleObjects><oleObject/></oleObjects>"), X("macro-link", "<sp macro=\"[0]!m\"/>"),
	X(NULL, "<sp macro=\"\"/>"), X("dde", "<ddeLink ddeService=\"cmd\"/>"), X("data-connection", "<webPr/>"),
	X("external-link", "<externalBook r:id=\"r\"/>"),
	{INSPECT_XLSX, "xl/workbook.xml", SLICE_("<workbook xmlns=\"s\"><definedName name=\"Auto_Open\">x</definedName></workbook>"), "auto-name"},
	{INSPECT_XLSX, "xl/workbook.xml", SLICE_("<workbook xmlns=\"s\"><definedName name=\"a\" xlm=\"1\">x</definedName></workbook>"), "auto-name"},
	{INSPECT_XLSX, "xl/workbook.xml", SLICE_("<workbook xmlns=\"s\"><definedName name=\"a\">EXEC(\"x\")</definedName></workbook>"), "formula"},
	{INSPECT_XLSX, "xl/worksheets/sheet2.xml", SLICE_("<xm:macrosheet xmlns:xm=\"m\"/>"), "macro-sheet"},
	/* PowerPoint */
	P("action", "<a:hlinkClick action=\"ppaction://program\"/>"), P("action", "<a:hlinkMouseOver action=\"ppaction://macro?name=m\"/>"),
	P("action", "<a:hlinkClick action=\"PPACTION://ole?verb=0\"/>"), P("action", "<a:hlinkClick action=\"ppaction://media\"/>"),
	P("unsafe-link", "<a:hlinkClick action=\"ppaction://hlinkfile\"/>"),
	P("ole-object", "<p:oleObj/>"), P("activex", "<p:control/>"), P("animation", "<p:cmd type=\"verb\"/>"),
	P("media", "<a:videoFile/>"), P("media", "<a:wavAudioFile/>"),
};

TEST(each_office_construct)
{
	for (size_t i = 0; i < sizeof office / sizeof office[0]; i++) {
		struct buffer b;
		char name[160];
		buffer_init(&b, 1 << 22);
		make(base_of(office[i].type), office[i].part, office[i].content, &b);
		snprintf(name, sizeof name, "row %zu (%s in %s)", i, office[i].what ? office[i].what : "sound",
		         office[i].part);
		expect(name, office[i].type, buffer_slice(&b), office[i].what);
		buffer_done(&b);
	}
}

TEST(broken_packages_are_unreadable)
{
	static const struct piece rows[] = {
		PART("word/document.xml", "<w:document xmlns:w=\"w\"><w:body>"),
		PART("word/document.xml", "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><x/>"),
		PART("word/document.xml", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><x/>"),
		PART("[Content_Types].xml", "no xml"),
		PART("word/styles.xml", "<a>&undefined;</a>"),
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer b;
		struct sight s;
		buffer_init(&b, 1 << 22);
		make(docx, rows[i].name, rows[i].content, &b);
		look(INSPECT_DOCX, buffer_slice(&b), &s);
		if (s.report.verdict == INSPECT_OK || !s.report.reason[0])
			show(rows[i].name, &s.report);
		CHECK(s.report.verdict != INSPECT_OK && s.report.reason[0]);
		arena_free(s.arena);
		buffer_done(&b);
	}
}

/* ---- zip */

static const struct {
	const char *name, *text, *extra, *tail, *what;
	size_t extra_len;
} zips[] = {
	{"資料/読んで.txt", "plain", "", "", NULL, 0},
	{"../x.txt", "x", "", "", "unsafe-name", 0}, {"/x.txt", "x", "", "", "unsafe-name", 0},
	{"c:x.txt", "x", "", "", "unsafe-name", 0}, {"a\\b.txt", "x", "", "", "unsafe-name", 0},
	{"\xE2\x80\xAEtxt.exe.txt", "x", "", "", "unsafe-name", 0},
	{"a.exe", "x", "", "", "unknown-type", 0}, {"a", "x", "", "", "unknown-type", 0},
	{"A.TXT", "x", "", "", "duplicate-name", 0}, {"b.txt", "x", "", "tail", "trailing-bytes", 0},
	{"b.txt", "x", "up\5\0\1name", "", "zip-extra", 9}, {"b.txt", "x\033[2J", "", "", "control-character", 0},
	{"b.csv", "=cmd|' /c calc'!A0", "", "", "formula-cell", 0},
};

TEST(zip_members)
{
	for (size_t i = 0; i < sizeof zips / sizeof zips[0]; i++) {
		struct writer w;
		struct buffer b;
		buffer_init(&b, 1 << 20);
		zip_start(&w);
		zip_put(&w, "a.txt", SLICE("first"), SLICE(""));
		zip_put(&w, zips[i].name, slice_str(zips[i].text), slice_of(zips[i].extra, zips[i].extra_len));
		zip_finish(&w, &b, zips[i].tail);
		expect(zips[i].name, INSPECT_ZIP, buffer_slice(&b), zips[i].what);
		buffer_done(&b);
	}
}

static void nest(unsigned depth, struct buffer *out)
{
	buffer_put_str(out, "inner");
	for (unsigned i = 0; i < depth; i++) {
		struct writer w;
		zip_start(&w);
		zip_put(&w, i ? "a.zip" : "a.txt", buffer_slice(out), SLICE(""));
		buffer_clear(out);
		zip_finish(&w, out, "");
	}
}

TEST(zip_depth_and_budgets)
{
	struct inspect_limits limits = inspect_limits_default();
	struct buffer b;
	struct sight s;
	buffer_init(&b, 1 << 22);
	nest(4, &b);
	expect("four deep", INSPECT_ZIP, buffer_slice(&b), NULL);
	buffer_clear(&b);
	nest(5, &b);
	look(INSPECT_ZIP, buffer_slice(&b), &s);
	CHECK_INT(s.report.verdict, INSPECT_UNREADABLE);
	CHECK(strstr(s.report.reason, "too deep") != NULL);
	arena_free(s.arena);
	limits.expanded_bytes = 10;
	s.arena = arena_new(1 << 20);
	CHECK_FAILS(inspect_document(INSPECT_ZIP, buffer_slice(&b), &limits, s.arena, &s.report, NULL), OK);
	CHECK_INT(s.report.verdict, INSPECT_UNREADABLE);
	arena_free(s.arena);
	buffer_done(&b);
}

/* ---- PDF */

/* pdf - four objects and one more; the page and the catalog take additions */
static void make_pdf_around(const char *catalog, const char *page, struct slice object, struct buffer *out)
{
	size_t at[6];
	buffer_put_str(out, "%PDF-1.7\n");
	for (unsigned i = 1; i <= 5; i++) {
		at[i] = out->len;
		buffer_printf(out, "%u 0 obj\n", i);
		if (i == 1)
			buffer_printf(out, "<</Type/Catalog/Pages 2 0 R%s>>", catalog);
		if (i == 2)
			buffer_put_str(out, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
		if (i == 3)
			buffer_printf(out, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R%s>>", page);
		if (i == 4)
			buffer_put_str(out, "<</Length 3>>stream\nq Q\nendstream");
		if (i == 5)
			buffer_put_slice(out, object.len ? object : SLICE("null"));
		buffer_put_str(out, "\nendobj\n");
	}
	size_t table = out->len;
	buffer_put_str(out, "xref\n0 6\n0000000000 65535 f \n");
	for (unsigned i = 1; i <= 5; i++)
		buffer_printf(out, "%010zu 00000 n \n", at[i]);
	buffer_printf(out, "trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", table);
}

static void make_pdf(const char *catalog, const char *page, const char *object, struct buffer *out)
{
	make_pdf_around(catalog, page, slice_str(object), out);
}

/* with a stream of those codes as the fifth object */
static void make_pdf_with(const struct buffer *codes, struct slice plain, struct buffer *out)
{
	struct buffer AUTO(buffer_done) object = {0};
	buffer_init(&object, 1 << 18);
	buffer_printf(&object, "<</Filter/FlateDecode/Length %zu>>stream\n\x78\x01", codes->len + 6);
	buffer_put_slice(&object, buffer_slice(codes));
	buffer_put_be32(&object, libdeflate_adler32(1, plain.at, plain.len));
	buffer_put_str(&object, "\nendstream");
	make_pdf_around("", "", buffer_slice(&object), out);
}

static const struct {
	const char *catalog, *page, *object, *what;
} pdfs[] = {
	{"", "", "", NULL},
	{"/OpenAction[3 0 R/Fit]", "", "", NULL}, {"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>", "", "", NULL},
	{"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(https://example.jp)>>>>]", "", NULL},
	{"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", "", "", "javascript"},
	{"/OpenAction 5 0 R", "", "<</S/Launch/F(x)>>", "launch"}, {"/OpenAction<</S/GoToR/F(x)>>", "", "", "open-action"},
	{"/AA<</WC 5 0 R>>", "", "", "open-action"}, {"", "/AA<</O 5 0 R>>", "", "open-action"},
	{"/Names<</JavaScript 5 0 R>>", "", "<<>>", "javascript"},
	{"/Names<</EmbeddedFiles 5 0 R>>", "", "<<>>", "embedded-file"},
	{"/AF[5 0 R]", "", "", "embedded-file"}, {"/AcroForm<</XFA 5 0 R>>", "", "[]", "xfa"},
	{"/Collection<<>>", "", "", "embedded-file"}, {"/#41#41<<>>", "", "", "open-action"},
	{"", "/Annots[<</Subtype/Link/A<</S/#4Aava#53cript/#4A#53(x)>>>>]", "", "javascript"},
	{"", "/Annots[<</Subtype/Link/A<</S/URI/URI(javascript:x)>>>>]", "", "unsafe-link"},
	{"", "/Annots[<</Subtype/Link/A<</S/URI/URI(file:///x)>>>>]", "", "unsafe-link"},
	{"", "/Annots[<</Subtype/Link/A<</S/GoTo/D[3 0 R/Fit]/Next<</S/SubmitForm/F(x)>>>>>>]", "", "form"},
	{"", "/Annots[<</Subtype/FileAttachment/FS 5 0 R>>]", "", "embedded-file"},
	{"", "/Annots[<</Subtype/RichMedia>>]", "", "multimedia"}, {"", "/Annots[<</Subtype/Screen>>]", "", "multimedia"},
	{"", "/Annots[<</Subtype/3D>>]", "", "multimedia"}, {"", "/Annots[<</Subtype/Link/A<</S/ImportData>>>>]", "", "form"},
	{"", "/Annots[<</Subtype/Link/A<</S/Named/N/Print>>>>]", "", "action"},
	{"", "/Annots[<</Subtype/Link/A<</S/Named/N/NextPage>>>>]", "", NULL},
	{"", "/PieceInfo<<>>", "", "private-data"}, {"/Perms<<>>", "", "", "signature"},
	/* nobody points at object 5, and it counts all the same */
	{"", "", "<</S/JavaScript/JS(x)>>", "javascript"}, {"", "", "<</Type/Filespec/EF<</F 4 0 R>>>>", "embedded-file"},
	{"", "", "<</Type/XObject/Subtype/PS/Length 1>>stream\nx\nendstream", "postscript"},
	{"", "", "<</Length 1/F(c:x)>>stream\nx\nendstream", "external-stream"},
	{"", "", "<</Length 1/Filter/Crypt>>stream\nx\nendstream", "unknown-filter"},
	{"", "", "[[[[<</S/Rendition/JS(x)>>]]]]", "multimedia"},
};

TEST(each_pdf_construct)
{
	for (size_t i = 0; i < sizeof pdfs / sizeof pdfs[0]; i++) {
		struct buffer b;
		char name[40];
		buffer_init(&b, 1 << 20);
		make_pdf(pdfs[i].catalog, pdfs[i].page, pdfs[i].object, &b);
		snprintf(name, sizeof name, "pdf row %zu", i);
		expect(name, INSPECT_PDF, buffer_slice(&b), pdfs[i].what);
		buffer_done(&b);
	}
}

/* The gate's libdeflate gives bytes for codes without a meaning; this reader does not. */
TEST(codes_without_a_meaning_in_a_pdf)
{
	static const struct {
		unsigned length, distance;
		enum inspect_verdict verdict;
	} tried[] = {{285, 29, INSPECT_OK}, {285, 30, INSPECT_UNREADABLE}, {285, 31, INSPECT_UNREADABLE},
	            {286, 0, INSPECT_UNREADABLE}, {287, 29, INSPECT_UNREADABLE}};
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
		static uint8_t plain[1 << 16];
		struct buffer codes, b;
		struct sight s;
		size_t len = 0;
		buffer_init(&codes, 1 << 16);
		buffer_init(&b, 1 << 20);
		codes_make(&codes, 'A', 33000, tried[i].length, tried[i].distance);
		CHECK(libdeflate_deflate_decompress(d, codes.at, codes.len, plain, sizeof plain, &len) == LIBDEFLATE_SUCCESS);
		make_pdf_with(&codes, slice_of(plain, len), &b);
		look(INSPECT_PDF, buffer_slice(&b), &s);
		CHECK_INT(s.report.verdict, tried[i].verdict);
		arena_free(s.arena);
		buffer_done(&codes);
		buffer_done(&b);
	}
	libdeflate_free_decompressor(d);
}

TEST(pdf_edges)
{
	struct buffer b;
	struct sight s;
	buffer_init(&b, 1 << 20);
	make_pdf("", "", "", &b);
	buffer_put_str(&b, "PK\3\4 tail");
	expect("tail", INSPECT_PDF, buffer_slice(&b), "trailing-bytes");
	buffer_clear(&b);
	buffer_put_str(&b, "MIME-Version: 1.0\n");
	make_pdf("", "", "", &b);
	expect("head", INSPECT_PDF, buffer_slice(&b), "leading-bytes");
	buffer_clear(&b);
	make_pdf("", "", "", &b);
	look(INSPECT_PDF, slice_part(buffer_slice(&b), 0, b.len / 2), &s);
	CHECK(s.report.verdict != INSPECT_OK);
	arena_free(s.arena);
	char nested[3000] = "";
	for (unsigned i = 0; i < 1000; i++)
		nested[i] = '[', nested[1000 + i] = ']';
	buffer_clear(&b);
	make_pdf("", "", nested, &b);
	look(INSPECT_PDF, buffer_slice(&b), &s);
	CHECK(s.report.verdict != INSPECT_OK);
	arena_free(s.arena);
	buffer_done(&b);
}

/* ---- pictures */

static void png(struct buffer *out)
{
	uint8_t rgb[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	png_image image = {.version = PNG_IMAGE_VERSION, .width = 2, .height = 2, .format = PNG_FORMAT_RGB};
	png_alloc_size_t len = 65536;
	CHECK(png_image_write_to_memory(&image, buffer_reserve(out, len), &len, 0, rgb, 0, NULL));
	buffer_commit(out, len);
}

static void jpeg(struct buffer *out)
{
	uint8_t rgb[16 * 16 * 3] = {9}, *to = NULL;
	unsigned long len = 0;
	tjhandle tj = tjInitCompress();
	CHECK(tjCompress2(tj, rgb, 16, 0, 16, TJPF_RGB, &to, &len, TJSAMP_444, 90, 0) == 0);
	buffer_put(out, to, len);
	tjFree(to);
	tjDestroy(tj);
}

static void webp(struct buffer *out)
{
	uint8_t rgb[16 * 16 * 3] = {9}, *to = NULL;
	size_t len = WebPEncodeLosslessRGB(rgb, 16, 16, 48, &to);
	buffer_put(out, to, len);
	WebPFree(to);
}

static void bmp(struct buffer *out)
{
	buffer_put_str(out, "BM");
	buffer_put_le32(out, 62);
	buffer_put_le32(out, 0);
	buffer_put_le32(out, 54);
	buffer_put_le32(out, 40);
	buffer_put_le32(out, 2);
	buffer_put_le32(out, 1);
	buffer_put_le32(out, 1 | 24 << 16);
	for (unsigned i = 0; i < 6; i++)
		buffer_put_le32(out, 0);
	buffer_put(out, "bgrbgr\0", 8);
}

static void gif(struct buffer *out)
{
	buffer_put(out, "GIF89a\1\0\1\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;", 35);
}

static void insert(struct buffer *b, size_t at, const char *bytes, size_t len)
{
	struct buffer whole;
	buffer_init(&whole, 1 << 20);
	buffer_put(&whole, b->at, at);
	buffer_put(&whole, bytes, len);
	buffer_put(&whole, b->at + at, b->len - at);
	buffer_done(b);
	*b = whole;
}

TEST(pictures_carry_nothing_else)
{
	static const struct {
		enum inspect_type type;
		void (*make)(struct buffer *out);
		size_t at;
		const char *bytes;
		size_t len;
		const char *what;
	} rows[] = {
		{INSPECT_PNG, png, 33, "\0\0\0\4tEXtA\0bc", 12, "metadata"},
		{INSPECT_JPEG, jpeg, 2, "\xFF\xFE\0\4hi", 6, "comment"},
		{INSPECT_JPEG, jpeg, 2, "\xFF\xE1\0\x0A" "Exif\0\0MM", 12, "metadata"},
		{INSPECT_JPEG, jpeg, 2, "\xFF\xE2\0\6MPF\0", 8, "metadata"},
		{INSPECT_GIF, gif, 19, "!\xFE\2hi\0", 6, "comment"},
		{INSPECT_GIF, gif, 19, "!\xFF\x0BXMP DataXMP\2hi\0", 18, "metadata"},
	};
	static const struct {
		enum inspect_type type;
		void (*make)(struct buffer *out);
	} kinds[] = {{INSPECT_PNG, png}, {INSPECT_JPEG, jpeg}, {INSPECT_WEBP, webp}, {INSPECT_BMP, bmp},
	             {INSPECT_GIF, gif}};
	struct buffer b;
	buffer_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct sight s;
		buffer_clear(&b);
		kinds[i].make(&b);
		expect(inspect_type_name(kinds[i].type), kinds[i].type, buffer_slice(&b), NULL);
		look(kinds[i].type, slice_part(buffer_slice(&b), 0, b.len - 3), &s);
		CHECK_INT(s.report.verdict, INSPECT_UNREADABLE);
		arena_free(s.arena);
		buffer_put_str(&b, "PK\3\4<script>");
		expect(inspect_type_name(kinds[i].type), kinds[i].type, buffer_slice(&b), "trailing-bytes");
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buffer_clear(&b);
		rows[i].make(&b);
		insert(&b, rows[i].at, rows[i].bytes, rows[i].len);
		if (rows[i].type == INSPECT_PNG) {
			uint32_t sum = (uint32_t)crc32_z(0, b.at + 37, 8);
			uint8_t crc[4] = {(uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum};
			insert(&b, 45, (const char *)crc, 4);
		}
		expect(rows[i].what, rows[i].type, buffer_slice(&b), rows[i].what);
	}
	buffer_done(&b);
}

/* ---- text */

static const struct {
	enum inspect_type type;
	const char *text, *what;
} texts[] = {
	{INSPECT_TXT, "見積書\r\n金額 12,000円\t税込\n", NULL}, {INSPECT_TXT, "\xEF\xBB\xBF" "bom", NULL},
	{INSPECT_TXT, "\x8C\xA9\x90\xCF\x8F\x91", NULL}, {INSPECT_TXT, "a\033[31mred", "control-character"},
	{INSPECT_TXT, "a\x01", "control-character"}, {INSPECT_TXT, "a\xE2\x80\xAE" "b", "invisible-character"},
	{INSPECT_TXT, "a\xE2\x80\x8B" "b", "invisible-character"}, {INSPECT_TXT, " <HTML><script>", "disguised-type"},
	{INSPECT_TXT, "{\\rtf1", "disguised-type"}, {INSPECT_TXT, "ID;PWXL;N;E", "disguised-type"},
	{INSPECT_TXT, "#!/bin/sh\n", "disguised-type"}, {INSPECT_TXT, "\x1B$B8+@Q\x1B(B", NULL},
	{INSPECT_CSV, "品名,数\r\n机,-12\r\n椅子,+3.5%\n", NULL}, {INSPECT_CSV, "a,'=1+1\n", NULL},
	{INSPECT_CSV, "a,=1+1\n", "formula-cell"}, {INSPECT_CSV, "a,\"=HYPERLINK(1)\"\n", "formula-cell"},
	{INSPECT_CSV, "@SUM(1)", "formula-cell"}, {INSPECT_CSV, "a,-2+3+cmd|' /C calc'!A0", "formula-cell"},
	{INSPECT_CSV, "a,＝1+1", "formula-cell"}, {INSPECT_CSV, "a\t+A1", "formula-cell"},
	{INSPECT_CSV, "a, =1+1", "formula-cell"}, {INSPECT_CSV, "ID;PWXL", "disguised-type"},
};

TEST(each_text_construct)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		expect(texts[i].text, texts[i].type, slice_str(texts[i].text), texts[i].what);
	expect("utf-16", INSPECT_TXT, slice_of("\xFF\xFE" "a\0\x2E\x20", 6), "invisible-character");
	expect("nul", INSPECT_TXT, slice_of("a\0b", 3), "control-character");
}

/* ---- the entrance */

TEST(unknown_types_never_pass)
{
	struct sight s;
	look(INSPECT_NOTHING, SLICE("x"), &s);
	CHECK_INT(s.report.verdict, INSPECT_UNREADABLE);
	arena_free(s.arena);
	look((enum inspect_type)99, SLICE("x"), &s);
	CHECK_INT(s.report.verdict, INSPECT_UNREADABLE);
	arena_free(s.arena);
	for (int t = INSPECT_NOTHING + 1; t < INSPECT_TYPES; t++) {
		if (t == INSPECT_TXT || t == INSPECT_CSV)
			continue;
		look((enum inspect_type)t, SLICE(""), &s);
		CHECK(s.report.verdict != INSPECT_OK);
		arena_free(s.arena);
		look((enum inspect_type)t, SLICE("no such document, whatever it is called"), &s);
		CHECK(s.report.verdict != INSPECT_OK);
		arena_free(s.arena);
	}
	CHECK_INT(inspect_type_of("JPG"), INSPECT_JPEG);
	CHECK_INT(inspect_type_of("docm"), INSPECT_NOTHING);
	CHECK_INT(inspect_type_of(""), INSPECT_NOTHING);
}

TEST(comparing)
{
	struct buffer a, b;
	struct sight x, y;
	buffer_init(&a, 1 << 20);
	buffer_init(&b, 1 << 20);
	make(docx, NULL, SLICE(""), &a);
	make(docx, "word/document.xml", slice_str(W_("<w:p><w:t>見積書 12,001円</w:t></w:p>")), &b);
	look(INSPECT_DOCX, buffer_slice(&a), &x);
	look(INSPECT_DOCX, buffer_slice(&b), &y);
	CHECK_INT(inspect_compare(&x.report, &x.report), INSPECT_AGREES);
	CHECK_INT(inspect_compare(&x.report, &y.report), INSPECT_DIFFERS);
	arena_free(y.arena);
	look(INSPECT_DOCX, SLICE("broken"), &y);
	CHECK_INT(inspect_compare(&y.report, &x.report), INSPECT_ORIGINAL_UNREADABLE);
	CHECK_INT(inspect_compare(&x.report, &y.report), INSPECT_DIFFERS);
	struct buffer json;
	buffer_init(&json, 1 << 16);
	inspect_report_json(&x.report, &json);
	CHECK(strstr(buffer_cstr(&json), "{\"type\":\"docx\",\"verdict\":\"ok\",\"reason\":\"\",\"findings\":[],") != NULL);
	buffer_done(&json);
	arena_free(x.arena);
	arena_free(y.arena);
	buffer_done(&a);
	buffer_done(&b);
}

static enum inspect_agreement beside(enum inspect_type type, struct slice in, struct slice original)
{
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	enum inspect_agreement agreement;
	struct sight alone;
	struct why why = {0};
	struct arena *arena = arena_new(16 << 20);
	CHECK_OK(inspect_beside(type, in, original, &limits, arena, &report, &agreement, &why), &why);
	/* whatever lies beside it, an output is looked at as if alone */
	look(type, in, &alone);
	CHECK_INT(report.verdict, alone.report.verdict);
	CHECK_INT(report.finding_count, alone.report.finding_count);
	CHECK_INT(report.text_digest, alone.report.text_digest);
	arena_free(alone.arena);
	arena_free(arena);
	return agreement;
}

/* What lies in both is read once; what does not is read, and a difference is seen. */
TEST(an_original_is_read_where_it_is_another)
{
	static const char other[] = W_("<w:p><w:r><w:t>見積書 12,001円</w:t></w:r></w:p>");
	static const char active[] = W_("<w:p><w:r><w:t>見積書 12,000円</w:t></w:r><w:OLEObject/></w:p>");
	static const struct {
		const char *name;
		struct slice content;
		enum inspect_agreement expected;
	} rows[] = {
		{NULL, {0}, INSPECT_AGREES},
		{"word/styles.xml", {(const uint8_t *)"<w:styles xmlns:w=\"w\" w:a=\"1\"/>", 31}, INSPECT_AGREES},
		{"word/vbaProject.bin", {(const uint8_t *)"\xD0\xCF\x11\xE0", 4}, INSPECT_AGREES},
		{"word/document.xml", {(const uint8_t *)active, sizeof active - 1}, INSPECT_AGREES},
		{"word/document.xml", {(const uint8_t *)other, sizeof other - 1}, INSPECT_DIFFERS},
		{"word/more.xml", {(const uint8_t *)other, sizeof other - 1}, INSPECT_DIFFERS},
		{"word/document.xml", {(const uint8_t *)"<w:document", 11}, INSPECT_ORIGINAL_UNREADABLE},
	};
	struct buffer a, b;
	buffer_init(&a, 1 << 20);
	buffer_init(&b, 1 << 20);
	make(docx, NULL, SLICE(""), &a);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buffer_clear(&b);
		make(docx, rows[i].name, rows[i].content, &b);
		CHECK_INT(beside(INSPECT_DOCX, buffer_slice(&a), buffer_slice(&b)), rows[i].expected);
	}
	/* the same names, sizes and checksums, but a byte of the text is not what they say */
	buffer_clear(&b);
	make(docx, NULL, SLICE(""), &b);
	b.at[slice_find(buffer_slice(&b), SLICE("12,000"))] = '9';
	CHECK_INT(beside(INSPECT_DOCX, buffer_slice(&a), buffer_slice(&b)), INSPECT_ORIGINAL_UNREADABLE);
	CHECK_INT(beside(INSPECT_DOCX, buffer_slice(&b), buffer_slice(&a)), INSPECT_DIFFERS);
	CHECK_INT(beside(INSPECT_DOCX, buffer_slice(&b), buffer_slice(&b)), INSPECT_DIFFERS);
	buffer_done(&a);
	buffer_done(&b);
}

/* libxml2 takes a zero byte for the end: what stands behind it would not be seen. */
TEST(xml_with_a_zero_byte_is_unreadable)
{
	static const char text[] = "<w:document xmlns:w=\"w\"/>\0<w:OLEObject/>";
	struct buffer b;
	struct sight s;
	buffer_init(&b, 1 << 20);
	make(docx, "word/document.xml", slice_of(text, sizeof text - 1), &b);
	look(INSPECT_DOCX, buffer_slice(&b), &s);
	CHECK_INT(s.report.verdict, INSPECT_UNREADABLE);
	arena_free(s.arena);
	buffer_done(&b);
}

/* A part longer than one piece of what is read at a time. */
TEST(long_parts_are_read_to_their_end)
{
	struct buffer text, b;
	struct sight s;
	buffer_init(&text, 1 << 20);
	buffer_init(&b, 1 << 20);
	buffer_put_str(&text, "<w:document xmlns:w=\"w\"><w:body>");
	for (unsigned i = 0; i < 20000; i++)
		buffer_put_str(&text, "<w:t>字</w:t>");
	size_t last = text.len;
	buffer_put_str(&text, "<w:OLEObject/></w:body></w:document>");
	make(docx, "word/document.xml", buffer_slice(&text), &b);
	look(INSPECT_DOCX, buffer_slice(&b), &s);
	CHECK(found(&s.report, "ole-object"));
	CHECK_INT(s.report.text_chars, 20000);
	arena_free(s.arena);
	/* and damaged behind where XML ends: in a blank of the last piece */
	text.len = last;
	buffer_put_str(&text, "</w:body></w:document>   ");
	buffer_clear(&b);
	make(docx, "word/document.xml", buffer_slice(&text), &b);
	b.at[slice_find(buffer_slice(&b), SLICE("</w:document>   ")) + 14] = '\n';
	look(INSPECT_DOCX, buffer_slice(&b), &s);
	CHECK_INT(s.report.verdict, INSPECT_UNREADABLE);
	arena_free(s.arena);
	buffer_done(&text);
	buffer_done(&b);
}

/* Any byte of a sound document changed: an answer each time. */
TEST(damage_ends_in_an_answer)
{
	static const enum inspect_type types[] = {INSPECT_DOCX, INSPECT_XLSX, INSPECT_PDF, INSPECT_PNG,
	                                          INSPECT_JPEG, INSPECT_GIF, INSPECT_WEBP};
	uint32_t state = 7;
	for (unsigned i = 0; i < 1400; i++) {
		enum inspect_type type = types[i % 7];
		struct buffer b;
		struct sight s;
		buffer_init(&b, 1 << 22);
		if (type == INSPECT_DOCX || type == INSPECT_XLSX)
			make(base_of(type), NULL, SLICE(""), &b);
		if (type == INSPECT_PDF)
			make_pdf("", "", "", &b);
		if (type >= INSPECT_JPEG)
			(type == INSPECT_PNG ? png : type == INSPECT_JPEG ? jpeg : type == INSPECT_GIF ? gif : webp)(&b);
		for (unsigned k = 0; k < 2; k++) {
			state = state * 1664525 + 1013904223;
			b.at[(state >> 8) % b.len] ^= (uint8_t)(1u << (state >> 5 & 7));
		}
		look(type, buffer_slice(&b), &s);
		CHECK((s.report.verdict == INSPECT_OK) ==
		      (s.report.finding_count == 0 && s.report.reason[0] == '\0'));
		arena_free(s.arena);
		buffer_done(&b);
	}
}

MAIN_TESTS()
