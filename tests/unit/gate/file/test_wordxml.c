/* Documents of Word 2003 as XML: one construct a file, gone and reported; the words
 * that people read stay; pictures are made anew; a second cleansing changes nothing. */
#include "rows.h"

#include <libdeflate.h>

#define C "CANARY"
#define KEPT "残る文字"
#define SPACES                                                                                    \
	" xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\" xmlns:v=\"urn:schemas-microsoft-com:vml\"" \
	" xmlns:w10=\"urn:schemas-microsoft-com:office:word\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"" \
	" xmlns:wx=\"http://schemas.microsoft.com/office/word/2003/auxHint\"" \
	" xmlns:aml=\"http://schemas.microsoft.com/aml/2001/core\" xmlns:wsp=\"http://schemas.microsoft.com/office/word/2003/wordml/sp2\"" \
	" xmlns:dt=\"uuid:C2F41010-65B3-11d1-A29F-00AA00C14882\" xmlns:own=\"urn:own\""
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<?mso-application progid=\"Word.Document\"?>\r\n"
#define PARA(inside) "<w:p>" inside "</w:p>"
#define RUN(inside) "<w:r>" inside "</w:r>"
#define TEXT(text) RUN("<w:t>" text "</w:t>")
#define DOCUMENT(attributes, before, body)                                                         \
	HEAD "<w:wordDocument" SPACES attributes ">" before "<w:body><wx:sect>" PARA(TEXT(KEPT)) body               \
	"<w:sectPr/></wx:sect></w:body></w:wordDocument>"
#define BODY(body) DOCUMENT("", "", body)
#define BEFORE(before) DOCUMENT("", before, "")
#define BEGIN RUN("<w:fldChar w:fldCharType=\"begin\"/>")
#define SEPARATE RUN("<w:fldChar w:fldCharType=\"separate\"/>")
#define END RUN("<w:fldChar w:fldCharType=\"end\"/>")
#define INSTR(text) RUN("<w:instrText>" text "</w:instrText>")
#define FIELD(code) BODY(PARA(BEGIN INSTR(code) SEPARATE TEXT("結果") END))
#define SETTING(inside) BEFORE("<w:docPr>" inside "<w:zoom w:percent=\"100\"/></w:docPr>")
#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
#define SHAPE(name) "<v:shape id=\"s\" style=\"width:9pt\"><v:imagedata src=\"" name "\" o:title=\"t\"/></v:shape>"
#define BINARY(name, text) "<w:binData w:name=\"" name "\">" text "</w:binData>"
#define PICT(inside) BODY(PARA(RUN("<w:pict>" inside "</w:pict>")))
#define GONE "［取り除きました］"

static const struct {
	const char *name, *what, *text, *stays;
} rows[] = {
	{"word 2003 macros", "vba", DOCUMENT(" w:macrosPresent=\"yes\"", "<w:docSuppData>" BINARY("editdata.mso", C) "</w:docSuppData>", ""),
		"w:macrosPresent=\"no\""},
	{"word 2003 objects", "ole-object", DOCUMENT(" w:embeddedObjPresent=\"yes\"", "<w:docOleData>" BINARY("oledata.mso", C)
		"</w:docOleData>", ""), "w:embeddedObjPresent=\"no\""},
	{"word 2003 control", "activex", DOCUMENT(" w:ocxPresent=\"yes\"", "", PARA(RUN("<w:ocx w:data=\"DATA:application/x-oleobject;"
		"BASE64," C "\" w:name=\"" C "\" w:classid=\"CLSID:" C "\"/>"))), GONE},
	{"word 2003 applet", "action", BODY(PARA(RUN("<w:applet w:appletText=\"" C "\"/>"))), NULL},
	{"word 2003 script anchor", "action", BODY(PARA(RUN("<w:scriptAnchor><w:scriptText>" C "</w:scriptText></w:scriptAnchor>"))), NULL},
	{"word 2003 access page", "external-link", BODY(PARA("<w:msAccessHTML>" C "</w:msAccessHTML>")), NULL},
	{"word 2003 object in the text", "ole-object", PICT(SHAPE("wordml://none.png") "<o:OLEObject Type=\"Embed\" ProgID=\"" C "\"/>"), GONE},
	{"word 2003 object with a preview", "ole-object", PICT(BINARY("wordml://1.png", PNG) SHAPE("wordml://1.png")
		"<o:OLEObject Type=\"Link\" ProgID=\"" C "\"><o:LinkType>" C "</o:LinkType></o:OLEObject>"), "src=\"wordml://1.png\""},
	{"word 2003 compound file as a picture", "ole-object", PICT(BINARY("wordml://1.png", "0M8R4KGxGuFDQU5BUlk=") SHAPE("wordml://1.png")), GONE},
	{"word 2003 active mime as a picture", "ole-object", PICT(BINARY("wordml://1.mso", "QWN0aXZlTWltZUNBTkFSWQ==") SHAPE("wordml://1.mso")), GONE},
	{"word 2003 picture that is none", "picture", PICT(BINARY("wordml://1.png", "Q0FOQVJZ") SHAPE("wordml://1.png")), GONE},
	{"word 2003 picture under a path", "ole-object", PICT(BINARY("wordml://../" C ".png", PNG) SHAPE("wordml://../" C ".png")), GONE},
	{"word 2003 two pictures of one name", "ole-object", PICT(BINARY("wordml://1.png", PNG) BINARY("wordml://1.png", "Q0FOQVJZ")
		SHAPE("wordml://1.png")), "src=\"wordml://1.png\""},
	{"word 2003 data outside a picture", "ole-object", BODY(PARA(BINARY("wordml://1.png", "Q0FOQVJZ"))), NULL},
	{"word 2003 hidden behind the padding", "external-link", PICT(BINARY("wordml://1.png", PNG "CANARY") SHAPE("wordml://1.png")
		"<v:fill src=\"http://" C "\"/>"), "src=\"wordml://1.png\""},
	{"word 2003 linked picture", "external-link", PICT(SHAPE("http://" C "/beacon.png")), GONE},
	{"word 2003 picture of a share", "external-link", PICT(SHAPE("\\\\" C "\\x.png")), GONE},
	{"word 2003 picture that nobody has", "dangling-link", PICT(SHAPE("wordml://" C ".png")), GONE},
	{"word 2003 background", "external-link", BEFORE("<w:bgPict><w:background w:bgcolor=\"#FFFFFF\" w:background=\"http://" C "\"/></w:bgPict>"), NULL},
	{"word 2003 shape that leads away", "unsafe-link", PICT("<v:shape id=\"s\" href=\"ms-msdt:" C "\"/>"), NULL},
	{"word 2003 link to a file", "unsafe-link", BODY(PARA("<w:hlink w:dest=\"file:///" C "\">" TEXT("文字") "</w:hlink>")), "文字"},
	{"word 2003 link by entity", "unsafe-link", BODY(PARA("<w:hlink w:dest=\"java&#115;cript:" C "\">" TEXT("文字") "</w:hlink>")), "文字"},
	{"word 2003 link with a bookmark", "unsafe-link", BODY(PARA("<w:hlink w:dest=\"\\\\" C "\" w:bookmark=\"b\">" TEXT("文字") "</w:hlink>")),
		"w:bookmark=\"b\""},
	{"word 2003 link around prefixes", "unsafe-link", BODY(PARA("<w:hlink w:dest=\"mhtml:" C "\" xmlns:q=\"http://schemas.microsoft.com/"
		"office/word/2003/wordml\"><q:r><q:t>文字</q:t></q:r></w:hlink>")), "文字"},
	{"word 2003 dde", "field", FIELD("DDEAUTO c:\\\\" C), "結果"},
	{"word 2003 dde over runs", "field", BODY(PARA(BEGIN INSTR(" d") INSTR("De " C) SEPARATE TEXT("結果") END)), "結果"},
	{"word 2003 dde when a deletion is accepted", "field", BODY(PARA(BEGIN "<aml:annotation aml:id=\"1\" w:type=\"Word.Deletion\">"
		"<aml:content>" RUN("<w:delInstrText>PAGE</w:delInstrText>") "</aml:content></aml:annotation><aml:annotation aml:id=\"2\" "
		"w:type=\"Word.Insertion\"><aml:content>" INSTR("DDE " C) "</aml:content></aml:annotation>" SEPARATE TEXT("結果") END)), "結果"},
	{"word 2003 simple field", "field", BODY(PARA("<w:fldSimple w:instr=\"INCLUDE&#84;EXT " C "\">" TEXT("結果") "</w:fldSimple>")), "結果"},
	{"word 2003 includepicture", "field", FIELD("INCLUDEPICTURE &quot;http://" C "&quot;"), "結果"},
	{"word 2003 hyperlink field", "field", FIELD("HYPERLINK &quot;file://" C "&quot;"), "結果"},
	{"word 2003 field in a header", "field", BODY("<w:p><w:pPr><w:sectPr><w:hdr w:type=\"odd\">" PARA(BEGIN INSTR("DDE " C) SEPARATE
		TEXT("結果") END) "</w:hdr></w:sectPr></w:pPr></w:p>"), "結果"},
	{"word 2003 field data", "field", BODY(PARA(RUN("<w:fldChar w:fldCharType=\"begin\"><w:fldData>" C "</w:fldData></w:fldChar>")
		INSTR("PAGE") SEPARATE TEXT("結果") END)), "結果"},
	{"word 2003 form macros", "form-macro", BODY(PARA(RUN("<w:fldChar w:fldCharType=\"begin\"><w:ffData><w:entryMacro w:val=\"" C
		"\"/></w:ffData></w:fldChar>") INSTR("FORMTEXT") SEPARATE TEXT("結果") END)), "FORMTEXT"},
	{"word 2003 template", "template", SETTING("<w:attachedTemplate w:val=\"http://" C "/t.dot\"/>"), NULL},
	{"word 2003 saving transform", "template", SETTING("<w:saveThroughXSLT w:xslt=\"" C "\"/>"), NULL},
	{"word 2003 schema", "custom-xml", SETTING("<w:attachedSchema w:val=\"" C "\"/>"), NULL},
	{"word 2003 mail merge", "mail-merge", SETTING("<w:mailMerge><w:connectString w:val=\"" C "\"/></w:mailMerge>"), NULL},
	{"word 2003 variables", "document-variables", SETTING("<w:docVars><w:docVar w:name=\"" C "\" w:val=\"" C "\"/></w:docVars>"), NULL},
	{"word 2003 frames", "frame", BEFORE("<w:frameset><w:frame><w:sourceFileName w:val=\"" C "\"/></w:frame></w:frameset>"), NULL},
	{"word 2003 sub document", "sub-document", BODY(PARA("<w:subDoc w:link=\"file:///" C "\"/>")), NULL},
	{"word 2003 movie", "media", PICT("<w:movie w:val=\"" C "\"/>"), GONE},
	{"word 2003 properties", "custom-properties", BEFORE("<o:CustomDocumentProperties><o:x dt:dt=\"string\">" C "</o:x></o:CustomDocumentProperties>"), NULL},
	{"word 2003 base of links", "external-link", BEFORE("<o:DocumentProperties><o:Author>A</o:Author><o:HyperlinkBase>file://" C
		"</o:HyperlinkBase></o:DocumentProperties>"), "<o:Author>A</o:Author>"},
	{"word 2003 smart tag kind", "custom-xml", BEFORE("<o:SmartTagType o:namespaceuri=\"" C "\" o:name=\"n\" o:url=\"http://" C "\"/>"), NULL},
	{"word 2003 markup of a customer", "custom-xml", BODY("<own:form own:x=\"" C "\">" C PARA("<own:name>" TEXT("文字") "</own:name>") "</own:form>"), "文字"},
	{"word 2003 schema library", "custom-xml", BEFORE("<sl:schemaLibrary xmlns:sl=\"http://schemas.microsoft.com/schemaLibrary/2003/core\">"
		"<sl:schema sl:uri=\"urn:a\" sl:schemaLocation=\"" C "\"/></sl:schemaLibrary>"), NULL},
	{"word 2003 attribute of an unknown namespace", "unknown-element", BODY("<w:p own:on=\"" C "\"/>"), NULL},
	{"word 2003 schema location", "external-link", DOCUMENT(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:a "
		C "\"", "", ""), NULL},
	{"word 2003 base", "external-link", BODY("<w:p xml:base=\"http://" C "/\"/>"), NULL},
	{"word 2003 comment and instruction", "comment", BODY("<!-- " C " --><?x " C "?>"), NULL},
	{"word 2003 relationship", "dangling-link", BODY(PARA("<w:altChunk r:id=\"" C "\" xmlns:r=\"http://schemas.openxmlformats.org/"
		"officeDocument/2006/relationships\"/><w:p r:id=\"" C "\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"/>")), NULL},
};

static void check_one(const char *name, const char *what, struct slice in, const char *stays)
{
	struct outcome o;
	construct_file(name, -1, "xml", in);
	cleanse_as(&o, "x.xml", in);
	struct slice out = buffer_slice(&o.out);
	bool fine = o.report.verdict == FILE_CHANGED && o.report.type == FILE_WORDXML && told(&o, what) &&
	            slice_find(out, SLICE(C)) == SIZE_MAX && slice_find(out, SLICE("Q0FOQVJZ")) == SIZE_MAX &&
	            slice_find(out, SLICE(KEPT)) != SIZE_MAX && (!stays || slice_find(out, slice_str(stays)) != SIZE_MAX);
	if (!fine)
		printf("  %s: %s %s %d\n%.*s\n", name, file_verdict_name(o.report.verdict), o.report.reason, told(&o, what), SLICE_ARG(out));
	CHECK(fine);
	if (o.report.verdict == FILE_CHANGED)
		check_again(&o, "x.xml", "wordxml");
	outcome_done(&o);
}

TEST(each_construct)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_one(rows[i].name, rows[i].what, slice_str(rows[i].text), rows[i].stays);
}

TEST(harmless_stays_untouched)
{
	static const char text[] = DOCUMENT(" w:macrosPresent=\"no\"", "<o:DocumentProperties><o:Author>A</o:Author></o:DocumentProperties>"
		"<w:docPr><w:view w:val=\"print\"/><wsp:rsids><wsp:rsidRoot wsp:val=\"1\"/></wsp:rsids></w:docPr>",
		PARA("<w:hlink w:dest=\"https://example.jp/\">" TEXT("文字") "</w:hlink><w:hlink w:bookmark=\"b\">" TEXT("文字") "</w:hlink>")
		"<wx:sub-section>" PARA("<aml:annotation aml:id=\"0\" w:type=\"Word.Bookmark.Start\" w:name=\"b\"/>" BEGIN INSTR(" PAGE ") SEPARATE
		TEXT("1") END) "</wx:sub-section>");
	struct outcome o;
	cleanse_as(&o, "x.xml", slice_of(text, sizeof text - 1));
	CHECK_STR(o.report.reason, "");
	CHECK_INT(o.report.type, FILE_WORDXML);
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	CHECK_STR(o.report.ending, "xml");
	CHECK_SLICE(buffer_slice(&o.out), slice_of(text, sizeof text - 1));
	CHECK_INT(second_look("wordxml", slice_of(text, sizeof text - 1)), INSPECT_OK);
	outcome_done(&o);
}

/* A picture whose name says another format gets the right ending, wherever it is named. */
TEST(picture_gets_its_ending)
{
	struct outcome o;
	cleanse_as(&o, "x.xml", SLICE(PICT(SHAPE("wordml://1.jpg") BINARY("wordml://1.jpg", PNG))));
	struct slice out = buffer_slice(&o.out);
	CHECK(o.report.verdict != FILE_REFUSED);
	CHECK(slice_find(out, SLICE("w:name=\"wordml://1.png\"")) != SIZE_MAX);
	CHECK(slice_find(out, SLICE("src=\"wordml://1.png\"")) != SIZE_MAX);
	check_again(&o, "x.xml", "wordxml");
	outcome_done(&o);
}

static void put_packed(struct slice in, struct buffer *out)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
	uint8_t *to = buffer_reserve(out, 4096);
	buffer_commit(out, libdeflate_gzip_compress(c, in.at, in.len, to, 4096));
	libdeflate_free_compressor(c);
}

static void put_coded(struct slice in, struct buffer *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < in.len; i += 3) {
		uint32_t bits = (uint32_t)in.at[i] << 16 | (i + 1 < in.len ? (uint32_t)in.at[i + 1] << 8 : 0) | (i + 2 < in.len ? in.at[i + 2] : 0);
		for (unsigned k = 0; k < 4; k++)
			buffer_put_u8(out, i + k > in.len ? '=' : (uint8_t)digits[bits >> (18 - 6 * k) & 63]);
	}
}

/* A metafile in gzip: its escape goes, the rest is packed again; a broken one goes. */
TEST(metafiles)
{
	static const uint8_t drawing[] = {1, 0, 9, 0, 0, 3, 22, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0,
		7, 0, 0, 0, 0x26, 6, 9, 0, 4, 0, 'E', 'V', 'I', 'L', 3, 0, 0, 0, 0x1E, 0, 3, 0, 0, 0, 0, 0};
	for (int broken = 0; broken < 2; broken++) {
		struct buffer packed, text;
		buffer_init(&packed, 8192);
		buffer_init(&text, 1 << 16);
		put_packed(slice_of(drawing, sizeof drawing), &packed);
		if (broken)
			packed.at[packed.len - 6] ^= 1;
		buffer_put_str(&text, HEAD "<w:wordDocument" SPACES "><w:body>" PARA(TEXT(KEPT)) "<w:p><w:r><w:pict><w:binData w:name=\"wordml://1.wmz\">");
		put_coded(buffer_slice(&packed), &text);
		buffer_put_str(&text, "</w:binData>" SHAPE("wordml://1.wmz") "</w:pict></w:r></w:p></w:body></w:wordDocument>");
		struct outcome o;
		cleanse_as(&o, "x.xml", buffer_slice(&text));
		CHECK_INT(o.report.verdict, FILE_CHANGED);
		CHECK(told(&o, broken ? "picture" : "unknown-element"));
		CHECK((slice_find(buffer_slice(&o.out), SLICE("src=\"wordml://1.wmz\"")) != SIZE_MAX) == !broken);
		check_again(&o, "x.xml", "wordxml");
		outcome_done(&o);
		buffer_done(&packed);
		buffer_done(&text);
	}
}

TEST(broken_ones_are_refused)
{
	check_refused("x.xml", SLICE(HEAD "<w:wordDocument" SPACES "><w:body>"), REFUSAL_DAMAGED);
	check_refused("x.xml", SLICE(HEAD "<q:wordDocument xmlns:q=\"urn:q\"/>"), REFUSAL_DAMAGED);
	check_refused("x.xml", SLICE(HEAD "<w:document" SPACES "><w:wordDocument/></w:document>"), REFUSAL_DAMAGED);
	check_refused("x.xml", SLICE("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e \"x\">]><w:wordDocument" SPACES ">&e;</w:wordDocument>"),
	              REFUSAL_DAMAGED);
	check_refused("x.xml", SLICE(HEAD "<w:wordDocument w:a=\"1\" w:a=\"2\"" SPACES "/>"), REFUSAL_DAMAGED);
	check_refused("x.doc", SLICE(BODY("")), REFUSAL_MISMATCH);
}

/* The second reader sees by itself what the gate takes out. */
TEST(second_reader_sees_each)
{
	static const char *const seen[] = {"vba", "ole-object", "activex", "action", "unsafe-link", "field", "template", "frame", "sub-document",
	                                   "mail-merge", "custom-properties"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t k = 0; k < sizeof seen / sizeof seen[0]; k++)
			if (strcmp(rows[i].what, seen[k]) == 0 && !strstr(rows[i].name, "padding") && !strstr(rows[i].name, "two pictures") &&
			    !strstr(rows[i].name, "field data") && !strstr(rows[i].name, "deletion"))
				CHECK(second_look("wordxml", slice_str(rows[i].text)) != INSPECT_OK);
}

MAIN_TESTS()
