/* One construct a file: each thing that can act in an office document is put
 * into one sound document; its canary must be gone from everything that comes
 * out, the report must name it, the visible words must stay, and a second
 * cleansing must find nothing to do.                                        */
#include "office.h"

#include "construct.h"
#include "flat.h"
#include "gate/inspect/inspect.h"

#define C "CANARY"
#define RUN(text) "<w:r>" text "</w:r>"
#define PARA(text) "<w:p>" text "</w:p>"
#define BEGIN RUN("<w:fldChar w:fldCharType=\"begin\"/>")
#define SEPARATE RUN("<w:fldChar w:fldCharType=\"separate\"/>")
#define END RUN("<w:fldChar w:fldCharType=\"end\"/>")
#define INSTR(text) RUN("<w:instrText xml:space=\"preserve\">" text "</w:instrText>")
#define TEXT(text) RUN("<w:t>" text "</w:t>")
#define FIELD(code) PARA(BEGIN INSTR(code) SEPARATE TEXT("結果") END)
#define CFB "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" C
#define CELL(formula) "<row r=\"2\"><c r=\"A2\"><f>" formula "</f><v>7</v></c></row>"
#define NAME(attributes, text) "</sheets><definedNames><definedName " attributes ">" text "</definedName></definedNames>"
#define SHAPE(inside) "<p:sp><p:nvSpPr><p:cNvPr id=\"9\" name=\"n\">" inside "</p:cNvPr></p:nvSpPr></p:sp>"
#define CLICK(attributes) SHAPE("<a:hlinkClick " attributes "/>")

struct row {
	const char *name;
	const char *what; /* that the report must hold */
	struct recipe recipe;
	const char *stays; /* must still stand in the output */
};

#define WORD_NS "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

static const struct row package_rows[] = {
	{"vba project", "vba", {FILE_DOCX, .main_type = "application/vnd.ms-word.document.macroEnabled.main+xml",
		.rels = REL("rId9", MS "2006/relationships/vbaProject", "vbaProject.bin"),
		.parts = {{"word/vbaProject.bin", "application/vnd.ms-office.vbaProject", CFB}}}},
	{"vba under another name", "vba", {FILE_DOCX,
		.rels = REL("rId9", MS "2006/relationships/vbaProject", "media/image1.png"),
		.parts = {{"word/media/image1.png", NULL, CFB}}}},
	{"vba as a picture", "picture", {FILE_DOCX,
		.body = PARA(RUN("<w:drawing><a:blip r:embed=\"rId9\"/></w:drawing>")),
		.rels = REL("rId9", T "image", "media/image1.png"),
		.parts = {{"word/media/image1.png", NULL, CFB}}}, "placeholder.png"},
	{"orphan part", "orphan-part", {FILE_DOCX, .parts = {{"word/lost.bin", NULL, C}}}},
	{"part without a type", "orphan-part", {FILE_DOCX, .parts = {{"word/lost.q", NULL, C}}}},
	{"unknown relationship", "unknown-part", {FILE_DOCX, .rels = REL("rId9", "urn:x/nothing", "lost.bin"),
		.parts = {{"word/lost.bin", NULL, C}}}},
	{"known relationship, other content", "unknown-part", {FILE_DOCX, .rels = REL("rId9", T "styles", "styles.bin"),
		.parts = {{"word/styles.bin", NULL, C}}}},
	{"custom xml", "custom-xml", {FILE_DOCX, .rels = REL("rId9", T "customXml", "../customXml/item1.xml"),
		.parts = {{"customXml/item1.xml", NULL, "<x>" C "</x>"}}}},
	{"data mashup", "custom-xml", {FILE_XLSX, .book_rels = REL("rId9", T "customXml", "../customXml/item1.xml"),
		.parts = {{"customXml/item1.xml", NULL, "<DataMashup>" C "</DataMashup>"}}}},
	{"custom properties", "custom-properties", {FILE_DOCX,
		.root_rels = REL("rId9", T "custom-properties", "docProps/custom.xml"),
		.parts = {{"docProps/custom.xml", "application/vnd.openxmlformats-officedocument.custom-properties+xml",
			"<Properties>" C "</Properties>"}}}},
	{"thumbnail", "thumbnail", {FILE_PPTX,
		.root_rels = REL("rId9", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail",
			"docProps/thumbnail.wmf"), .parts = {{"docProps/thumbnail.wmf", NULL, C}}}},
	{"signature", "signature", {FILE_DOCX,
		.root_rels = REL("rId9", "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin",
			"_xmlsignatures/origin.sigs"), .parts = {{"_xmlsignatures/origin.sigs", NULL, C}}}},
	{"custom ui", "custom-ui", {FILE_XLSX,
		.root_rels = REL("rId9", MS "2006/relationships/ui/extensibility", "customUI/customUI.xml"),
		.parts = {{"customUI/customUI.xml", NULL, "<customUI onLoad=\"" C "\"/>"}}}},
	{"web extension", "web-extension", {FILE_DOCX,
		.root_rels = REL("rId9", MS "2011/relationships/webextensiontaskpanes", "word/webextensions/taskpanes.xml"),
		.parts = {{"word/webextensions/taskpanes.xml", NULL, "<t>" C "</t>"}}}},
	{"attached toolbars", "custom-ui", {FILE_DOCX,
		.rels = REL("rId9", MS "2006/relationships/keyMapCustomizations", "customizations.xml"),
		.parts = {{"word/customizations.xml", NULL, "<t>" C "</t>"}}}},
	{"embedded font", "embedded-font", {FILE_PPTX, .book = "<p:embeddedFontLst><p:embeddedFont><p:regular r:id=\"rId9\"/>"
		"</p:embeddedFont></p:embeddedFontLst>", .book_rels = REL("rId9", T "font", "fonts/font1.fntdata"),
		.parts = {{"ppt/fonts/font1.fntdata", "application/x-fontdata", C}}}},
	{"printer settings", "printer-settings", {FILE_XLSX, .tail = "<pageSetup orientation=\"portrait\" r:id=\"rId9\"/>",
		.rels = REL("rId9", T "printerSettings", "../printerSettings/printerSettings1.bin"),
		.parts = {{"xl/printerSettings/printerSettings1.bin", NULL, C}}}, "orientation"},
	{"file link", "unsafe-link", {FILE_DOCX, .body = PARA("<w:hyperlink r:id=\"rId9\">" TEXT("文字") "</w:hyperlink>"),
		.rels = REL_OUT("rId9", T "hyperlink", "file:///c:/" C ".exe")}, "文字"},
	{"UNC link", "unsafe-link", {FILE_DOCX, .body = PARA("<w:hyperlink r:id=\"rId9\">" TEXT("文字") "</w:hyperlink>"),
		.rels = REL_OUT("rId9", T "hyperlink", "\\\\\\\\" C "\\\\x")}, "文字"},
	{"search-ms link", "unsafe-link", {FILE_PPTX, .body = CLICK("r:id=\"rId9\""),
		.rels = REL_OUT("rId9", T "hyperlink", "search-ms:query=" C)}},
	{"javascript link with entities", "unsafe-link", {FILE_XLSX,
		.tail = "<hyperlinks><hyperlink ref=\"A1\" r:id=\"rId9\"/></hyperlinks>",
		.rels = REL_OUT("rId9", T "hyperlink", "java&#115;cript:" C)}},
	{"ms-protocol link", "unsafe-link", {FILE_DOCX, .body = PARA("<w:hyperlink r:id=\"rId9\"/>"),
		.rels = REL_OUT("rId9", T "hyperlink", "ms-word:ofe|u|http://" C)}},
	{"data link with a control", "unsafe-link", {FILE_DOCX, .body = PARA("<w:hyperlink r:id=\"rId9\"/>"),
		.rels = REL_OUT("rId9", T "hyperlink", "http&#10;://" C)}},
	{"external picture", "external-link", {FILE_DOCX,
		.body = PARA(RUN("<w:drawing><a:blip r:link=\"rId9\"/></w:drawing>")),
		.rels = REL_OUT("rId9", T "image", "http://" C "/beacon.png")}, "<a:blip r:embed=\"rId9\"/>"},
	{"external by entity", "external-link", {FILE_DOCX,
		.body = PARA(RUN("<w:pict><v:shape><v:imagedata r:id=\"rId9\"/></v:shape></w:pict>")),
		.rels = "<Relationship Id=\"rId9\" Type=\"" T "image\" Target=\"http://" C "\" TargetMode=\"Ext&#101;rnal\"/>"}},
	{"vml href and src", "unsafe-link", {FILE_DOCX,
		.body = PARA(RUN("<w:pict><v:shape href=\"ms-msdt:" C "\"><v:imagedata src=\"http://" C "\"/></v:shape></w:pict>"))}},
	{"vml zipped drawing", "alternate", {FILE_DOCX, .body = PARA(RUN("<w:pict><v:shape o:gfxdata=\"" C "\"/></w:pict>"))}},
	{"xml base", "external-link", {FILE_DOCX, .body = "<w:p xml:base=\"http://" C "/\"/>"}},
	{"comment and instruction", "comment", {FILE_DOCX, .body = "<!-- " C " --><?x " C "?>"}},
	{"unknown namespace", "unknown-element", {FILE_DOCX, .body = PARA("<evil:run>" C "</evil:run>")}},
	{"prefix bound anew", "unknown-element", {FILE_DOCX, .body = PARA(TEXT("a")) PARA(TEXT("a"))
		"<w:tbl xmlns:w=\"urn:nobody-knows\">" PARA(TEXT(C)) PARA(TEXT(C)) "</w:tbl>"}},
	{"prefix bound anew in an element that stays", "unknown-element", {FILE_DOCX, .body = PARA(TEXT("a")) PARA(TEXT("a"))
		"<q:tbl xmlns:q=\"" WORD_NS "\" xmlns:w=\"urn:nobody-knows\">" PARA(TEXT(C)) PARA(TEXT(C)) "</q:tbl>"}},
	{"prefix of a tag that goes", "custom-xml", {FILE_DOCX, .body = "<w:customXml xmlns:q=\"" WORD_NS "\">"
		"<q:p><q:r/></q:p><q:p><q:r/></q:p><q:p><q:r/></q:p><q:p><q:r><q:t>文字</q:t></q:r></q:p></w:customXml>"}, "文字"},
	{"reference where there is none", "dangling-link", {FILE_DOCX, .body = PARA(TEXT("a")) PARA(TEXT("a")) PARA(TEXT("a"))
		"<w:p r:id=\"rId77\"><w:r><w:t>" C "</w:t></w:r></w:p>" PARA(TEXT("a"))}},
	{"attribute of an unknown namespace", "unknown-element", {FILE_DOCX, .body = "<w:p evil:on=\"" C "\"/>"}},
	{"alternate content", "alternate", {FILE_DOCX, .body = PARA(RUN("<mc:AlternateContent><mc:Choice Requires=\"wps\">"
		"<w:t>選んだ方</w:t></mc:Choice><mc:Fallback><w:t>" C "</w:t></mc:Fallback></mc:AlternateContent>"))},
		"選んだ方"},
	{"alternate content nobody reads", "alternate", {FILE_DOCX, .body = PARA(RUN("<mc:AlternateContent "
		"xmlns:q=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><mc:Choice Requires=\"evil\"><w:t>" C
		"</w:t></mc:Choice><mc:Fallback><q:t>代わり</q:t></mc:Fallback></mc:AlternateContent>"))}, "代わり"},
	{"property with a base", "external-link", {FILE_DOCX,
		.root_rels = REL("rId9", T "extended-properties", "docProps/app.xml"),
		.parts = {{"docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml",
			"<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">"
			"<HyperlinkBase>file://" C "</HyperlinkBase></Properties>"}}}},
};

static const struct row word_rows[] = {
	{"dde field", "field", {FILE_DOCX, .body = FIELD("DDEAUTO c:\\\\windows\\\\" C ".exe")}, "結果"},
	{"dde in small letters over runs", "field", {FILE_DOCX,
		.body = PARA(BEGIN INSTR(" d") INSTR("De") "<w:r><w:rPr><w:b/></w:rPr><w:instrText>auto " C "</w:instrText></w:r>"
			SEPARATE TEXT("結果") END)}, "結果"},
	{"dde with plain words", "field", {FILE_DOCX, .body = PARA(TEXT("a")) PARA(TEXT("a"))
		PARA(BEGIN INSTR("D") TEXT("DE " C) SEPARATE TEXT("結果") END)}, "結果"},
	{"dde over paragraphs", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR("DDE")) PARA(INSTR(" " C) SEPARATE)
		PARA(TEXT("結果") END)}, "結果"},
	{"dde without a result", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR("DDE " C) END)}},
	{"field never closed", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR("DDE " C))}},
	{"dde by entities", "field", {FILE_DOCX, .body = FIELD("&#68;DE " C)}, "結果"},
	{"dde by cdata", "field", {FILE_DOCX, .body = PARA(BEGIN "<w:r><w:instrText><![CDATA[DDE " C "]]></w:instrText></w:r>"
		SEPARATE TEXT("結果") END)}, "結果"},
	{"dde in deleted text", "field", {FILE_DOCX, .body = PARA(BEGIN
		"<w:del><w:r><w:delInstrText>DDE " C "</w:delInstrText></w:r></w:del>" SEPARATE TEXT("結果") END)}, "結果"},
	{"dde when a deletion is accepted", "field", {FILE_DOCX, .body = PARA(BEGIN
		"<w:del><w:r><w:delInstrText> PAGE </w:delInstrText></w:r></w:del><w:ins>" INSTR("DDE " C) "</w:ins>"
		SEPARATE TEXT("結果") END)}, "結果"},
	{"dde put together by a nested field", "field", {FILE_DOCX, .body = PARA(BEGIN BEGIN INSTR("QUOTE 68 68 69")
		SEPARATE TEXT("DDE") END INSTR(" " C) SEPARATE TEXT("結果") END)}, "結果"},
	{"nested picture field", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR("IF 1=1 ") BEGIN
		INSTR("INCLUDEPICTURE http://" C) SEPARATE TEXT("絵") END SEPARATE TEXT("結果") END)}, "結果"},
	{"simple field", "field", {FILE_DOCX, .body = PARA("<w:fldSimple w:instr=\"INCLUDETEXT " C "\">" TEXT("結果")
		"</w:fldSimple>")}, "結果"},
	{"simple field by entity", "field", {FILE_DOCX, .body = PARA("<w:fldSimple w:instr=\" &#x44;DE " C "\">" TEXT("結果")
		"</w:fldSimple>")}, "結果"},
	{"includepicture", "field", {FILE_DOCX, .body = FIELD("INCLUDEPICTURE \\\"http://" C "\\\" \\\\d")}, "結果"},
	{"import", "field", {FILE_DOCX, .body = FIELD("IMPORT " C)}, "結果"},
	{"link", "field", {FILE_DOCX, .body = FIELD("LINK Excel.Sheet.8 " C)}, "結果"},
	{"database", "field", {FILE_DOCX, .body = FIELD("DATABASE \\\\c " C)}, "結果"},
	{"autotext", "field", {FILE_DOCX, .body = FIELD("AUTOTEXT " C)}, "結果"},
	{"macrobutton", "field", {FILE_DOCX, .body = FIELD("MACROBUTTON " C " ここ")}, "結果"},
	{"macrobutton that shows words", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR(" MACROBUTTON " C " ［ここに") INSTR("&lt;氏名&gt;］ ") END)},
		"<w:t xml:space=\"preserve\">［ここに&lt;氏名&gt;］</w:t>"},
	{"gotobutton that shows words", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR("GOTOBUTTON &quot;" C "&quot; 次へ") END)},
		"<w:t xml:space=\"preserve\">次へ</w:t>"},
	{"macrobutton under a tracked change", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR("MACROBUTTON x ") "<w:ins>" INSTR(C) "</w:ins>" END)}},
	{"gotobutton", "field", {FILE_DOCX, .body = FIELD("GOTOBUTTON " C)}, "結果"},
	{"ask", "field", {FILE_DOCX, .body = FIELD("ASK b " C)}, "結果"},
	{"fillin", "field", {FILE_DOCX, .body = FIELD("FILLIN " C)}, "結果"},
	{"print", "field", {FILE_DOCX, .body = FIELD("PRINT " C)}, "結果"},
	{"included document", "field", {FILE_DOCX, .body = FIELD("RD " C)}, "結果"},
	{"hyperlink field to a file", "field", {FILE_DOCX, .body = FIELD("HYPERLINK &quot;file://" C "&quot;")}, "結果"},
	{"hyperlink field, computed", "field", {FILE_DOCX, .body = PARA(BEGIN INSTR("HYPERLINK ") BEGIN INSTR("QUOTE " C)
		SEPARATE TEXT("x") END SEPARATE TEXT("結果") END)}, "結果"},
	{"instruction outside a field", "field", {FILE_DOCX, .body = PARA(INSTR("DDE " C))}},
	{"field data", "field", {FILE_DOCX, .body = PARA(RUN("<w:fldChar w:fldCharType=\"begin\"><w:fldData>" C
		"</w:fldData></w:fldChar>") INSTR("PAGE") SEPARATE TEXT("結果") END)}, "PAGE"},
	{"form macros", "form-macro", {FILE_DOCX, .body = PARA(RUN("<w:fldChar w:fldCharType=\"begin\"><w:ffData>"
		"<w:name w:val=\"n\"/><w:entryMacro w:val=\"" C "\"/><w:exitMacro w:val=\"" C "\"/></w:ffData></w:fldChar>")
		INSTR("FORMTEXT") SEPARATE TEXT("結果") END)}, "FORMTEXT"},
	{"attached template", "template", {FILE_DOCX, .book = "<w:attachedTemplate r:id=\"rId9\"/>",
		.book_rels = REL_OUT("rId9", T "attachedTemplate", "http://" C "/t.dotm")}},
	{"alternative chunk", "alt-chunk", {FILE_DOCX, .body = "<w:altChunk r:id=\"rId9\"/>",
		.rels = REL("rId9", T "aFChunk", "chunk.mht"), .parts = {{"word/chunk.mht", "message/rfc822", C}}}},
	{"sub document", "sub-document", {FILE_DOCX, .body = "<w:p><w:subDoc r:id=\"rId9\"/></w:p>",
		.rels = REL_OUT("rId9", T "subDocument", "file://" C)}},
	{"frameset", "frame", {FILE_DOCX, .rels = REL("rId9", T "webSettings", "webSettings.xml"),
		.parts = {{"word/webSettings.xml", WML "webSettings+xml", "<w:webSettings" W_NS SPACES "><w:frameset><w:frame>"
			"<w:sourceFileName r:id=\"rId1\"/><w:name w:val=\"" C "\"/></w:frame></w:frameset></w:webSettings>"},
			{"word/_rels/webSettings.xml.rels", NULL, "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/"
			"2006/relationships\">" REL_OUT("rId1", T "frame", "http://" C) "</Relationships>"}}}},
	{"embedded object", "ole-object", {FILE_DOCX, .body = PARA(RUN("<w:object><v:shape id=\"s\"/><o:OLEObject Type=\"Embed\" "
		"ProgID=\"" C "\" r:id=\"rId9\"/></w:object>")), .rels = REL("rId9", T "oleObject", "embeddings/oleObject1.bin"),
		.parts = {{"word/embeddings/oleObject1.bin", NULL, CFB}}}, "<w:t>［取り除きました］</w:t>"},
	{"embedded object with a preview", "ole-object", {FILE_DOCX, .body = PARA(RUN("<w:object><v:shape id=\"s\"><v:imagedata "
		"r:id=\"rId8\"/></v:shape><o:OLEObject Type=\"Embed\" ProgID=\"" C "\" r:id=\"rId9\"/></w:object>")),
		.rels = REL("rId9", T "oleObject", "embeddings/oleObject1.bin") REL("rId8", T "image", "media/none.png"),
		.parts = {{"word/embeddings/oleObject1.bin", NULL, CFB}, {"word/media/none.png", NULL, "none"}}},
		"<v:imagedata r:id=\"rId8\"/>"},
	{"linked object", "ole-object", {FILE_DOCX, .body = PARA(RUN("<w:object><o:OLEObject Type=\"Link\" r:id=\"rId9\"/></w:object>")),
		.rels = REL_OUT("rId9", T "oleObject", "file://" C)}},
	{"embedded package", "embedded-file", {FILE_DOCX, .body = PARA(RUN("<w:object><o:OLEObject r:id=\"rId9\"/></w:object>")),
		.rels = REL("rId9", T "package", "embeddings/x.docm"), .parts = {{"word/embeddings/x.docm",
		"application/vnd.ms-word.document.macroEnabled.12", "PK" C}}}},
	{"activex", "activex", {FILE_DOCX, .body = PARA(RUN("<w:object><w:control r:id=\"rId9\" w:name=\"" C "\"/></w:object>")),
		.rels = REL("rId9", T "control", "activeX/activeX1.xml"), .parts = {{"word/activeX/activeX1.xml",
		"application/vnd.ms-office.activeX+xml", "<ax>" C "</ax>"}}}},
	{"mail merge", "mail-merge", {FILE_DOCX, .book = "<w:mailMerge><w:connectString w:val=\"" C "\"/><w:query w:val=\"" C
		"\"/><w:dataSource r:id=\"rId9\"/></w:mailMerge>", .book_rels = REL_OUT("rId9", T "mailMergeSource", "file://" C)}},
	{"document variables", "document-variables", {FILE_DOCX, .book = "<w:docVars><w:docVar w:name=\"x\" w:val=\"" C
		"\"/></w:docVars>"}},
	{"smart tag", "custom-xml", {FILE_DOCX, .body = PARA("<w:smartTag w:uri=\"" C "\" w:element=\"e\"><w:smartTagPr><w:attr "
		"w:name=\"" C "\" w:val=\"v\"/></w:smartTagPr>" TEXT("文字") "</w:smartTag>")}, "文字"},
	{"movie and script", "media", {FILE_DOCX, .body = PARA(RUN("<w:pict><w:movie r:id=\"rId9\"/><w:scriptAnchor>" C
		"</w:scriptAnchor></w:pict>")), .rels = REL_OUT("rId9", T "video", "http://" C)}},
	{"saving transform", "template", {FILE_DOCX, .book = "<w:saveThroughXslt r:id=\"rId9\" w:solutionID=\"" C "\"/>",
		.book_rels = REL_OUT("rId9", T "transform", "http://" C)}},
	{"data binding", "custom-xml", {FILE_DOCX, .body = "<w:sdt><w:sdtPr><w:dataBinding w:xpath=\"" C "\"/></w:sdtPr>"
		"<w:sdtContent>" PARA(TEXT("文字")) "</w:sdtContent></w:sdt>"}, "文字"},
	{"tracked change that is cut itself", "field", {FILE_DOCX, .body = PARA("<w:del r:id=\"none\"><w:r/></w:del>" BEGIN
		"<w:del><w:r><w:delInstrText> PAGE </w:delInstrText></w:r></w:del><w:ins>" INSTR("DDE " C) "</w:ins>"
		SEPARATE TEXT("結果") END)}, "結果"},
	{"strict namespaces", "field", {FILE_DOCX, .document = "<q:document xmlns:q=\"http://purl.oclc.org/ooxml/wordprocessingml/main\">"
		"<q:body><q:p><q:r><q:t>" KEPT "</q:t></q:r><q:fldSimple q:instr=\"DDE " C "\"/></q:p></q:body></q:document>"}},
	{"field in a header", "field", {FILE_DOCX, .body = "<w:p><w:pPr><w:sectPr><w:headerReference r:id=\"rId9\"/></w:sectPr>"
		"</w:pPr></w:p>", .rels = REL("rId9", T "header", "header1.xml"), .parts = {{"word/header1.xml", WML "header+xml",
		"<w:hdr" W_NS ">" FIELD("DDE " C) "</w:hdr>"}}}, "結果"},
};

static const struct row excel_rows[] = {
	{"macro sheet", "macro-sheet", {FILE_XLSX, .book = "<sheet name=\"m\" sheetId=\"2\" state=\"veryHidden\" r:id=\"rId9\"/></sheets>",
		.book_rels = REL("rId9", MS "2006/relationships/xlMacrosheet", "macrosheets/sheet1.xml"),
		.parts = {{"xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml", "<m>" C "</m>"}}}, "blank.xml"},
	{"international macro sheet", "macro-sheet", {FILE_XLSX, .book = "<sheet name=\"m\" sheetId=\"2\" r:id=\"rId9\"/></sheets>",
		.book_rels = REL("rId9", MS "2006/relationships/xlIntlMacrosheet", "macrosheets/sheet1.xml"),
		.parts = {{"xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.intlmacrosheet+xml", "<m>" C "</m>"}}}},
	{"dialog sheet", "macro-sheet", {FILE_XLSX, .book = "<sheet name=\"m\" sheetId=\"2\" r:id=\"rId9\"/></sheets>",
		.book_rels = REL("rId9", T "dialogsheet", "dialogsheets/sheet1.xml"),
		.parts = {{"xl/dialogsheets/sheet1.xml", SML "dialogsheet+xml", "<m>" C "</m>"}}}},
	{"automatic name", "auto-name", {FILE_XLSX, .book = NAME("name=\"Auto_Open\" hidden=\"1\"", C "!$A$1")}},
	{"automatic name, other case and built-in", "auto-name", {FILE_XLSX, .book = NAME("name=\"_xlnm.AUTO_CLOSE1\"", C "!$A$1")}},
	{"automatic name by entity", "auto-name", {FILE_XLSX, .book = NAME("name=\"&#65;uto_Activate\"", C "!$A$1")}},
	{"macro name", "auto-name", {FILE_XLSX, .book = NAME("name=\"f\" function=\"1\"", C)}},
	{"name with a macro function", "formula", {FILE_XLSX, .book = NAME("name=\"f\"", "EVALUATE(&quot;" C "&quot;)")}},
	{"name that calls a library", "formula", {FILE_XLSX, .book = NAME("name=\"f\"", "CALL(&quot;urlmon&quot;,&quot;" C "&quot;)")}},
	{"dde in a cell", "formula", {FILE_XLSX, .body = CELL("cmd|'/c " C "'!A0")}, "<v>7</v>"},
	{"dde behind another call", "formula", {FILE_XLSX, .body = CELL("SUM(1,cmd|'/c " C "'!A0)")}, "<v>7</v>"},
	{"call", "formula", {FILE_XLSX, .body = CELL("CALL(&quot;" C "&quot;)")}, "<v>7</v>"},
	{"register", "formula", {FILE_XLSX, .body = CELL("REGISTER.ID(&quot;" C "&quot;)")}, "<v>7</v>"},
	{"exec", "formula", {FILE_XLSX, .body = CELL("exec(&quot;" C "&quot;)")}, "<v>7</v>"},
	{"webservice", "formula", {FILE_XLSX, .body = CELL("_xlfn.WEBSERVICE(&quot;http://" C "&quot;)")}, "<v>7</v>"},
	{"webservice, a space before the paren", "formula", {FILE_XLSX, .body = CELL("_xlfn.webservice (&quot;http://" C "&quot;)")}},
	{"webservice split by a comment", "formula", {FILE_XLSX, .body = CELL("WEBSER<!---->VICE(&quot;" C "&quot;)")}},
	{"filterxml", "formula", {FILE_XLSX, .body = CELL("_xlfn.FILTERXML(A1,&quot;" C "&quot;)")}},
	{"rtd", "formula", {FILE_XLSX, .body = CELL("RTD(&quot;" C "&quot;,,1)")}},
	{"image", "formula", {FILE_XLSX, .body = CELL("_xlfn.IMAGE(&quot;http://" C "&quot;)")}},
	{"cube", "formula", {FILE_XLSX, .body = CELL("CUBEVALUE(&quot;" C "&quot;,1)")}},
	{"hyperlink function to a file", "formula", {FILE_XLSX, .body = CELL("HYPERLINK(&quot;file://" C "&quot;)")}, "<v>7</v>"},
	{"hyperlink function, computed", "formula", {FILE_XLSX, .body = CELL("HYPERLINK(&quot;http://" C "&quot;&amp;A1)")}},
	{"another workbook", "formula", {FILE_XLSX, .body = CELL("[1]" C "!A1+1")}, "<v>7</v>"},
	{"another workbook by path", "formula", {FILE_XLSX, .body = CELL("'C:\\" C "\\[b.xls]S'!A1")}, "<v>7</v>"},
	{"add-in function", "formula", {FILE_XLSX, .body = CELL("MyMacro(&quot;" C "&quot;)")}, "<v>7</v>"},
	{"shared formula and its followers", "formula", {FILE_XLSX, .body = "<row r=\"2\"><c r=\"A2\"><f t=\"shared\" ref=\"A2:A3\" "
		"si=\"0\">RTD(&quot;" C "&quot;)</f><v>7</v></c></row><row r=\"3\"><c r=\"A3\"><f t=\"shared\" si=\"0\"/><v>8</v></c></row>"},
		"<c r=\"A3\"><v>8</v>"},
	{"conditional formatting", "formula", {FILE_XLSX, .tail = "<conditionalFormatting sqref=\"A1\"><cfRule type=\"expression\" "
		"priority=\"1\"><formula>RTD(&quot;" C "&quot;)</formula></cfRule></conditionalFormatting>"}, "#REF!"},
	{"validation", "formula", {FILE_XLSX, .tail = "<dataValidations count=\"1\"><dataValidation sqref=\"A1\"><formula1>[1]" C
		"!A1</formula1></dataValidation></dataValidations>"}, "#REF!"},
	{"external workbook", "external-link", {FILE_XLSX, .book = "</sheets><externalReferences><externalReference r:id=\"rId9\"/>"
		"</externalReferences>", .book_rels = REL("rId9", T "externalLink", "externalLinks/externalLink1.xml"),
		.parts = {{"xl/externalLinks/externalLink1.xml", SML "externalLink+xml", "<externalLink" S_NS SPACES
		"><ddeLink ddeService=\"cmd\" ddeTopic=\"" C "\"/></externalLink>"}}}},
	{"connections", "data-connection", {FILE_XLSX, .book_rels = REL("rId9", T "connections", "connections.xml"),
		.parts = {{"xl/connections.xml", SML "connections+xml", "<connections" S_NS "><connection><webPr url=\"" C
		"\"/></connection></connections>"}}}},
	{"query table", "data-connection", {FILE_XLSX, .rels = REL("rId9", T "queryTable", "../queryTables/queryTable1.xml"),
		.parts = {{"xl/queryTables/queryTable1.xml", SML "queryTable+xml", "<q>" C "</q>"}}}},
	{"xml maps", "data-connection", {FILE_XLSX, .book_rels = REL("rId9", T "xmlMaps", "xmlMaps.xml"),
		.parts = {{"xl/xmlMaps.xml", "application/xml", "<q>" C "</q>"}}}},
	{"power pivot", "data-model", {FILE_XLSX, .book_rels = REL("rId9", T "powerPivotData", "model/item.data"),
		.parts = {{"xl/model/item.data", "application/vnd.openxmlformats-officedocument.model+data", C}}}},
	{"custom data", "data-model", {FILE_XLSX, .book_rels = REL("rId9", MS "2007/relationships/customData", "customData/item1.data"),
		.parts = {{"xl/customData/item1.data", NULL, C}}}},
	{"pivot with an outer cache", "unknown-part", {FILE_XLSX, .book = "</sheets><pivotCaches><pivotCache cacheId=\"1\" r:id=\"rId9\"/>"
		"</pivotCaches>", .book_rels = REL("rId9", T "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
		.parts = {{"xl/pivotCache/pivotCacheDefinition1.xml", SML "pivotCacheDefinition+xml", "<pivotCacheDefinition" S_NS
		"><cacheSource type=\"external\" connectionId=\"1\"/><x v=\"" C "\"/></pivotCacheDefinition>"}}}},
	{"embedded object in a sheet", "ole-object", {FILE_XLSX, .tail = "<oleObjects><oleObject progId=\"" C "\" shapeId=\"1\" r:id=\"rId9\"/>"
		"</oleObjects>", .rels = REL("rId9", T "oleObject", "../embeddings/oleObject1.bin"),
		.parts = {{"xl/embeddings/oleObject1.bin", NULL, CFB}}}},
	{"activex in a sheet", "activex", {FILE_XLSX, .tail = "<controls><control shapeId=\"1\" r:id=\"rId9\" name=\"" C "\"/></controls>",
		.rels = REL("rId9", T "control", "../activeX/activeX1.xml"), .parts = {{"xl/activeX/activeX1.xml",
		"application/vnd.ms-office.activeX+xml", "<ax>" C "</ax>"}}}},
	{"macro of a form control", "macro-link", {FILE_XLSX, .tail = "<mc:AlternateContent><mc:Choice Requires=\"x14\"><controls>"
		"<control shapeId=\"1\" r:id=\"rId9\" name=\"ボタン\"><controlPr macro=\"[0]!" C "\"/></control></controls></mc:Choice>"
		"</mc:AlternateContent>", .rels = REL("rId9", T "ctrlProp", "../ctrlProps/ctrlProp1.xml"),
		.parts = {{"xl/ctrlProps/ctrlProp1.xml", "application/vnd.ms-excel.controlproperties+xml",
		"<formControlPr xmlns=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\" objectType=\"Button\"/>"}}}, "ボタン"},
	{"macro of a shape", "macro-link", {FILE_XLSX, .tail = "<drawing r:id=\"rId9\"/>", .rels = REL("rId9", T "drawing", "../drawings/drawing1.xml"),
		.parts = {{"xl/drawings/drawing1.xml", "application/vnd.openxmlformats-officedocument.drawing+xml",
		"<xdr:wsDr xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\"><xdr:sp macro=\"[0]!" C
		"\" textlink=\"[1]" C "!A1\"><xdr:txBody>図</xdr:txBody></xdr:sp></xdr:wsDr>"}}}, "図"},
	{"macro of a note's shape", "macro-link", {FILE_XLSX, .tail = "<legacyDrawing r:id=\"rId9\"/>",
		.rels = REL("rId9", T "vmlDrawing", "../drawings/vmlDrawing1.vml"),
		.parts = {{"xl/drawings/vmlDrawing1.vml", "application/vnd.openxmlformats-officedocument.vmlDrawing",
		"<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><v:shape><x:ClientData "
		"ObjectType=\"Button\"><x:FmlaMacro>[0]!" C "</x:FmlaMacro><x:ScriptText>" C "</x:ScriptText></x:ClientData>"
		"<v:textbox><div onclick=\"" C "\">押す</div></v:textbox></v:shape></xml>"}}}, "押す"},
	{"macro of a shape whose text breaks as Excel writes it", "macro-link", {FILE_XLSX, .tail = "<legacyDrawing r:id=\"rId9\"/>",
		.rels = REL("rId9", T "vmlDrawing", "../drawings/vmlDrawing1.vml"),
		.parts = {{"xl/drawings/vmlDrawing1.vml", "application/vnd.openxmlformats-officedocument.vmlDrawing",
		"<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><v:shape><x:ClientData "
		"ObjectType=\"Button\"><x:FmlaMacro>[0]!" C "</x:FmlaMacro><x:ScriptText>" C "</x:ScriptText></x:ClientData>"
		"<v:textbox><div onclick=\"" C "\">押<br>す</div></v:textbox></v:shape></xml>"}}}, "押<br/>す"},
	{"custom property of a sheet", "custom-properties", {FILE_XLSX, .tail = "<customProperties><customPr name=\"" C "\" r:id=\"rId9\"/>"
		"</customProperties>", .rels = REL("rId9", T "customProperty", "../customProperty1.bin"),
		.parts = {{"xl/customProperty1.bin", NULL, C}}}},
	{"calculation chain", "calculation-chain", {FILE_XLSX, .book_rels = REL("rId9", T "calcChain", "calcChain.xml"),
		.parts = {{"xl/calcChain.xml", SML "calcChain+xml", "<c>" C "</c>"}}}},
	{"web publishing", "external-link", {FILE_XLSX, .tail = "<webPublishItems><webPublishItem destinationFile=\"" C
		"\"/></webPublishItems>"}},
	{"rich values that fetch", "unknown-part", {FILE_XLSX, .body = "<row r=\"2\"><c r=\"A2\" vm=\"1\"><v>7</v></c></row>",
		.book_rels = REL("rId9", T "sheetMetadata", "metadata.xml"), .parts = {{"xl/metadata.xml", SML "sheetMetadata+xml",
		"<metadata" S_NS "><futureMetadata name=\"XLRICHVALUE\"><x v=\"" C "\"/></futureMetadata></metadata>"}}}, "<c r=\"A2\"><v>7"},
};

static const struct row power_point_rows[] = {
	{"run a program", "action", {FILE_PPTX, .body = CLICK("r:id=\"rId9\" action=\"ppaction://program\""),
		.rels = REL_OUT("rId9", T "hyperlink", "file:///" C ".exe")}},
	{"run a macro", "action", {FILE_PPTX, .body = CLICK("r:id=\"\" action=\"ppaction://macro?name=" C "\"")}},
	{"object verb", "action", {FILE_PPTX, .body = CLICK("r:id=\"\" action=\"ppaction://ole?verb=" C "\"")}},
	{"media action by entity", "action", {FILE_PPTX, .body = SHAPE("<a:hlinkHover r:id=\"\" action=\"ppaction://m&#101;dia?x=" C "\"/>")}},
	{"action on the mouse", "action", {FILE_PPTX, .body = "<a:hlinkMouseOver r:id=\"\" action=\"ppaction://program?" C "\"/>"}},
	{"sound of a click", "media", {FILE_PPTX, .body = SHAPE("<a:hlinkClick r:id=\"\"><a:snd r:embed=\"rId9\" name=\"" C "\"/></a:hlinkClick>"),
		.rels = REL("rId9", T "audio", "../media/audio1.wav"), .parts = {{"ppt/media/audio1.wav", NULL, C}}}},
	{"external video", "media", {FILE_PPTX, .body = "<p:pic><p:nvPr><a:videoFile r:link=\"rId9\"/></p:nvPr></p:pic>",
		.rels = REL_OUT("rId9", T "video", "http://" C)}},
	{"embedded media", "media", {FILE_PPTX, .body = "<p:pic><p:nvPr><p:extLst><p:ext uri=\"u\"><p14:media r:embed=\"rId9\"/></p:ext></p:extLst>"
		"</p:nvPr></p:pic>", .rels = REL("rId9", MS "2007/relationships/media", "../media/media1.mp4"),
		.parts = {{"ppt/media/media1.mp4", NULL, C}}}},
	{"embedded object without a picture", "ole-object", {FILE_PPTX, .body = "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"7\" "
		"name=\"" C "\"/></p:nvGraphicFramePr><p:xfrm><a:off x=\"100\" y=\"-20\"/><a:ext cx=\"300\" cy=\"40\"/></p:xfrm><a:graphic>"
		"<a:graphicData uri=\"ole\"><p:oleObj progId=\"" C "\" r:id=\"rId9\"><p:embed/></p:oleObj></a:graphicData></a:graphic>"
		"</p:graphicFrame>", .rels = REL("rId9", T "oleObject", "../embeddings/oleObject1.bin"),
		.parts = {{"ppt/embeddings/oleObject1.bin", NULL, CFB}}},
		"<a:off x=\"100\" y=\"-20\"/><a:ext cx=\"300\" cy=\"40\"/>"},
	{"embedded object keeps its picture", "ole-object", {FILE_PPTX, .body = "<p:graphicFrame><a:graphic><a:graphicData uri=\"ole\">"
		"<mc:AlternateContent><mc:Choice Requires=\"v\"><p:oleObj spid=\"s\" progId=\"" C "\" r:id=\"rId9\"><p:embed/></p:oleObj></mc:Choice>"
		"<mc:Fallback><p:oleObj progId=\"" C "\" r:id=\"rId9\"><p:embed/><p:pic><p:nvPicPr><p:cNvPr id=\"5\" name=\"見本\"/></p:nvPicPr>"
		"</p:pic></p:oleObj></mc:Fallback></mc:AlternateContent></a:graphicData></a:graphic></p:graphicFrame>",
		.rels = REL("rId9", T "oleObject", "../embeddings/oleObject1.bin"), .parts = {{"ppt/embeddings/oleObject1.bin", NULL, CFB}}}, "見本"},
	{"linked object without a picture", "ole-object", {FILE_PPTX, .body = "<p:graphicFrame><a:graphic><a:graphicData><p:oleObj r:id=\"rId9\" "
		"progId=\"" C "\"><p:link/></p:oleObj></a:graphicData></a:graphic></p:graphicFrame>",
		.rels = REL_OUT("rId9", T "oleObject", "file://" C)}},
	{"activex on a slide", "activex", {FILE_PPTX, .tail = "<p:controls><p:control spid=\"1\" name=\"" C "\" r:id=\"rId9\"/></p:controls>",
		.rels = REL("rId9", T "control", "../activeX/activeX1.xml"), .parts = {{"ppt/activeX/activeX1.xml",
		"application/vnd.ms-office.activeX+xml", "<ax>" C "</ax>"}}}},
	{"animation that acts", "animation", {FILE_PPTX, .tail = "<p:timing><p:tnLst><p:par><p:cTn><p:childTnLst><p:cmd type=\"verb\" cmd=\"" C
		"\"/></p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>"}},
	{"tags", "tags", {FILE_PPTX, .tail = "<p:custDataLst><p:tags r:id=\"rId9\"/></p:custDataLst>", .rels = REL("rId9", T "tags", "../tags/tag1.xml"),
		.parts = {{"ppt/tags/tag1.xml", PML "tags+xml", "<t>" C "</t>"}}}},
	{"transition sound", "media", {FILE_PPTX, .tail = "<p:transition><p:sndAc><p:stSnd><p:snd r:embed=\"rId9\" name=\"" C "\"/></p:stSnd></p:sndAc>"
		"</p:transition>", .rels = REL("rId9", T "audio", "../media/a.wav"), .parts = {{"ppt/media/a.wav", NULL, C}}}, "p:transition"},
	{"slide update", "external-link", {FILE_PPTX, .rels = REL("rId9", T "slideUpdateInfo", "../slideUpdateInfo/s1.xml"),
		.parts = {{"ppt/slideUpdateInfo/s1.xml", NULL, "<u url=\"" C "\"/>"}}}},
	{"web publishing of a show", "external-link", {FILE_PPTX, .book_rels = REL("rId9", T "presProps", "presProps.xml"),
		.parts = {{"ppt/presProps.xml", PML "presProps+xml", "<p:presentationPr" P_NS SPACES "><p:htmlPubPr target=\"" C
		"\" r:id=\"rId1\"/></p:presentationPr>"}}}},
	{"macros of a show", "vba", {FILE_PPTX, .main_type = "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
		.book_rels = REL("rId9", MS "2006/relationships/vbaProject", "vbaProject.bin"), .parts = {{"ppt/vbaProject.bin", NULL, CFB}}}},
};

/* ---- one row ---- */

static void leave_file(const char *name, const struct recipe *recipe, struct slice bytes)
{
	const char *plain = recipe->type == FILE_DOCX ? "docx" : recipe->type == FILE_XLSX ? "xlsx" : "pptx";
	const char *macros = recipe->type == FILE_DOCX ? "docm" : recipe->type == FILE_XLSX ? "xlsm" : "pptm";
	bool with = recipe->main_type && strstr(recipe->main_type, "macroEnabled");
	construct_file(name, -1, with ? macros : plain, bytes);
}

static void check_again(const struct row *row, struct outcome *first)
{
	char name[32];
	struct outcome second = {0};
	snprintf(name, sizeof name, "x.%s", first->report.ending);
	cleanse(&second, name, buffer_slice(&first->out));
	bool same = slice_equal(buffer_slice(&first->out), buffer_slice(&second.out));
	if (!same || second.report.verdict != FILE_CLEAN)
		printf("  %s: a second cleansing differs: %s %s\n", row->name, second.report.reason,
		       second.report.removals ? second.report.removals->what : "");
	CHECK(same);
	CHECK_INT(second.report.verdict, FILE_CLEAN);
	outcome_done(&second);
}

static void check_row(const struct row *row)
{
	struct buffer in, seen;
	struct outcome o = {0};
	buffer_init(&in, 1 << 24);
	buffer_init(&seen, 1 << 24);
	make_office(&row->recipe, &in);
	leave_file(row->name, &row->recipe, buffer_slice(&in));
	cleanse(&o, "", buffer_slice(&in));
	bool unpacked = o.report.verdict == FILE_CHANGED && unpack_all(buffer_slice(&o.out), &seen);
	bool fine = unpacked && !holds(&seen, C) && removed(&o, row->what) && holds(&seen, KEPT) &&
	            (!row->stays || holds(&seen, row->stays));
	if (!fine)
		printf("  %s: %s %s (%s) canary %d, %s %d, kept %d, stays %d\n", row->name,
		       file_verdict_name(o.report.verdict), o.report.reason, o.report.place, holds(&seen, C), row->what,
		       removed(&o, row->what), holds(&seen, KEPT), !row->stays || holds(&seen, row->stays));
	CHECK(fine);
	if (unpacked)
		check_again(row, &o);
	outcome_done(&o);
	buffer_done(&in);
	buffer_done(&seen);
}

#define ALL(rows)                                                     \
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)      \
		check_row(&rows[i])

TEST(package) { ALL(package_rows); }
TEST(word) { ALL(word_rows); }
TEST(excel) { ALL(excel_rows); }
TEST(power_point) { ALL(power_point_rows); }

/* ---- the same packages as one XML text, as Word and PowerPoint write them ---- */

static bool quiet(struct slice in)
{
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	struct arena *arena = arena_new(64 << 20);
	CHECK(inspect_document(INSPECT_FLATOPC, in, &limits, arena, &report, NULL).code == OK);
	if (report.verdict != INSPECT_OK)
		printf("  second reader: %s %s %s\n", report.reason, report.findings ? report.findings->what : "",
		       report.findings ? report.findings->where : "");
	arena_free(arena);
	return report.verdict == INSPECT_OK;
}

static void check_flat(const struct row *row)
{
	struct buffer in, flat;
	struct outcome o = {0};
	bool word = row->recipe.type == FILE_DOCX;
	buffer_init(&in, 1 << 24);
	buffer_init(&flat, 1 << 24);
	make_office(&row->recipe, &in);
	CHECK(make_flat(buffer_slice(&in), word ? "Word.Document" : "PowerPoint.Show", &flat));
	construct_file(row->name, -1, "xml", buffer_slice(&flat));
	cleanse(&o, "x.xml", buffer_slice(&flat));
	struct slice out = buffer_slice(&o.out);
	bool fine = o.report.verdict == FILE_CHANGED && o.report.type == FILE_FLATOPC && strcmp(o.report.ending, "xml") == 0 &&
	            slice_find(out, SLICE(C)) == SIZE_MAX && slice_find(out, SLICE("Q0FOQVJZ")) == SIZE_MAX &&
	            removed(&o, row->what) && slice_find(out, SLICE(KEPT)) != SIZE_MAX &&
	            (!row->stays || slice_find(out, slice_str(row->stays)) != SIZE_MAX);
	if (!fine)
		printf("  %s, flat: %s %s %d\n%.*s\n", row->name, file_verdict_name(o.report.verdict), o.report.reason,
		       removed(&o, row->what), SLICE_ARG(out));
	CHECK(fine);
	if (o.report.verdict == FILE_CHANGED) {
		CHECK(quiet(out));
		check_again(row, &o);
	}
	outcome_done(&o);
	buffer_done(&in);
	buffer_done(&flat);
}

TEST(flat)
{
	for (size_t i = 0; i < sizeof package_rows / sizeof package_rows[0]; i++)
		if (package_rows[i].recipe.type != FILE_XLSX)
			check_flat(&package_rows[i]);
	for (size_t i = 0; i < sizeof word_rows / sizeof word_rows[0]; i++)
		check_flat(&word_rows[i]);
	for (size_t i = 0; i < sizeof power_point_rows / sizeof power_point_rows[0]; i++)
		check_flat(&power_point_rows[i]);
}

TEST(flat_refusals)
{
#define PKG "<?xml version=\"1.0\"?><pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\">"
#define FLAT(name, content) "<pkg:part pkg:name=\"" name "\" pkg:contentType=\"application/xml\">" content "</pkg:part>"
	static const struct { const char *text; enum refusal refusal; } bad[] = {
		{PKG "</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("/a.xml", ""), REFUSAL_DAMAGED},
		{PKG "words</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("/a.xml", "<pkg:xmlData><a/><b/></pkg:xmlData>") "</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("/a.xml", "<pkg:xmlData/>") "</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("/a.xml", "<pkg:xmlData><a/></pkg:xmlData><pkg:binaryData>AAAA</pkg:binaryData>") "</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("/a.bin", "<pkg:binaryData>A*AA</pkg:binaryData>") "</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("/[content_types].xml", "<pkg:xmlData><a/></pkg:xmlData>") "</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("a.xml", "<pkg:xmlData><a/></pkg:xmlData>") "</pkg:package>", REFUSAL_DAMAGED},
		{PKG FLAT("/a/../b.xml", "<pkg:xmlData><a/></pkg:xmlData>") "</pkg:package>", REFUSAL_AMBIGUOUS},
		{PKG FLAT("/a.xml", "<pkg:xmlData><a/></pkg:xmlData>") FLAT("/A.xml", "<pkg:xmlData><a/></pkg:xmlData>") "</pkg:package>",
			REFUSAL_AMBIGUOUS},
		{"<?xml version=\"1.0\"?><other p=\"http://schemas.microsoft.com/office/2006/xmlPackage\"/>", REFUSAL_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct outcome o = {0};
		cleanse(&o, "x.xml", slice_str(bad[i].text));
		if (o.report.refusal != bad[i].refusal)
			printf("  %zu: %s\n", i, o.report.reason);
		CHECK_INT(o.report.refusal, bad[i].refusal);
		CHECK_INT(o.out.len, 0);
		outcome_done(&o);
	}
}

/* A workbook is nothing that Excel writes so; prefixes declared around a part go with it. */
TEST(flat_packages_of_other_programs)
{
	struct recipe book = {FILE_XLSX}, text = {FILE_DOCX};
	struct buffer in, flat;
	struct outcome o = {0};
	buffer_init(&in, 1 << 24);
	buffer_init(&flat, 1 << 24);
	make_office(&book, &in);
	CHECK(make_flat(buffer_slice(&in), "Excel.Sheet", &flat));
	cleanse(&o, "x.xml", buffer_slice(&flat));
	CHECK_INT(o.report.refusal, REFUSAL_UNKNOWN);
	outcome_done(&o);
	buffer_clear(&in);
	buffer_clear(&flat);
	text.document = "<w:document><w:body><w:p w:a=\"1\"><w:r><w:t>" KEPT "</w:t></w:r></w:p></w:body></w:document>";
	make_office(&text, &in);
	CHECK(make_flat(buffer_slice(&in), "Word.Document", &flat));
	size_t at = slice_find(buffer_slice(&flat), SLICE("xmlns:pkg"));
	struct buffer around;
	buffer_init(&around, 1 << 24);
	buffer_put_slice(&around, slice_part(buffer_slice(&flat), 0, at));
	buffer_put_str(&around, "xmlns:w=\"" WORD_NS "\" ");
	buffer_put_slice(&around, slice_part(buffer_slice(&flat), at, flat.len));
	cleanse(&o, "x.xml", buffer_slice(&around));
	CHECK_STR(o.report.reason, "");
	CHECK(slice_find(buffer_slice(&o.out), SLICE("<w:document xmlns:w=\"" WORD_NS "\">")) != SIZE_MAX);
	CHECK(quiet(buffer_slice(&o.out)));
	outcome_done(&o);
	buffer_done(&around);
	buffer_done(&in);
	buffer_done(&flat);
}

/* ---- the same where every name was read before: most tags then go the short way ---- */

static void check_repeated(const struct row *row)
{
	char body[1 << 15];
	struct row again = *row;
	const char *once = row->recipe.body;
	if (!once || snprintf(body, sizeof body, "%s%s%s", once, once, once) >= (int)sizeof body)
		return;
	again.recipe.body = body;
	check_row(&again);
}

#define ALL_REPEATED(rows)                                            \
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)      \
		check_repeated(&rows[i])

TEST(repeated)
{
	ALL_REPEATED(package_rows);
	ALL_REPEATED(word_rows);
	ALL_REPEATED(excel_rows);
	ALL_REPEATED(power_point_rows);
}

/* What stands between relationships and is not one never comes out. */
TEST(relations_say_nothing_else)
{
	static const char *const rels[] = {
		"<!--" C "-->", "<?x " C "?>", C,
		"<Relationship Id=\"rId8\" Type=\"" T "hyperlink\" Target=\"#x\" xmlns:q=\"urn:" C "\"/>",
		"<Relationship Id=\"rId8\" Type=\"" T "hyperlink\" Target=\"#x\" Extension=\"" C "\"/>",
		"<Relationship Id=\"rId8\" Type=\"" T "hyperlink\" Target=\"#x\" xml:base=\"" C "\"/>",
	};
	for (size_t i = 0; i < sizeof rels / sizeof rels[0]; i++) {
		struct recipe recipe = {FILE_DOCX, .rels = rels[i],
		                        .body = PARA("<w:hyperlink r:id=\"rId8\">" TEXT("x") "</w:hyperlink>")};
		struct buffer in, seen;
		struct outcome o = {0};
		buffer_init(&in, 1 << 24);
		buffer_init(&seen, 1 << 24);
		make_office(&recipe, &in);
		cleanse(&o, "", buffer_slice(&in));
		CHECK(o.report.verdict != FILE_REFUSED);
		CHECK(unpack_all(buffer_slice(&o.out), &seen) && holds(&seen, KEPT) && !holds(&seen, C));
		outcome_done(&o);
		buffer_done(&in);
		buffer_done(&seen);
	}
}

#define DOCUMENT(prolog, inside) prolog "<w:document" W_NS "><w:body>" inside "</w:body></w:document>"
/* The names of what is wrong have all been read before, and much comes after. */
#define ONCE "<w:p w:a=\"1\" w:b=\"2\"><w:r>a</w:r></w:p><w:p q:a=\"1\"/>"
#define KNOWN(inside) DOCUMENT("", "<w:tbl xmlns:q=\"" WORD_NS "\">" \
	ONCE ONCE inside ONCE "</w:tbl>")

/* ---- neighbours that must pass untouched ---- */

static const struct recipe harmless[] = {
	{FILE_DOCX}, {FILE_XLSX}, {FILE_PPTX},
	{FILE_DOCX, .document = KNOWN("<w:p w:a=\"1\">a</w:p>" KEPT)},
	{FILE_DOCX, .body = FIELD("PAGE \\* MERGEFORMAT")},
	{FILE_DOCX, .body = FIELD("HYPERLINK &quot;https://www.example.jp/&quot; \\o &quot;x&quot;")},
	{FILE_DOCX, .body = PARA(BEGIN INSTR("={") BEGIN INSTR("PAGE") SEPARATE TEXT("1") END INSTR("}-1") SEPARATE TEXT("0") END)},
	{FILE_DOCX, .body = PARA(BEGIN INSTR("TOC \\\\o") SEPARATE TEXT("目次") BEGIN INSTR("PAGEREF _Toc1 \\\\h") SEPARATE TEXT("1") END END)},
	{FILE_DOCX, .body = PARA("<w:hyperlink r:id=\"rId9\">" TEXT("x") "</w:hyperlink>"),
	 .rels = REL_OUT("rId9", T "hyperlink", "https://www.example.jp/?a=1&amp;b=2")},
	{FILE_DOCX, .body = PARA("<w:ins w:id=\"1\">" TEXT("追加") "</w:ins>")},
	{FILE_XLSX, .body = CELL("SUM(A1:A9)*IF(Sheet2!$B$1&gt;0,1,0)+VLOOKUP(\"a|b[1]\",表[#All],2,FALSE)")},
	{FILE_XLSX, .body = CELL("表1[[#This Row],[数量]]*'5月 集計'!C3&amp;TEXT(A1,\"ggge年m月d日\")")},
	{FILE_XLSX, .body = CELL("HYPERLINK(\"https://www.example.jp/\",\"見る\")")},
	{FILE_XLSX, .body = CELL("_xlfn.XLOOKUP(A1,B:B,C:C)+_xlfn._xlws.SORT(D1:D9)")},
	{FILE_XLSX, .book = NAME("name=\"範囲\"", "表!$A$1:$B$9")},
	{FILE_XLSX, .tail = "<hyperlinks><hyperlink ref=\"A1\" location=\"表!A1\" display=\"x\"/></hyperlinks>"},
	{FILE_PPTX, .body = CLICK("r:id=\"\" action=\"ppaction://hlinkshowjump?jump=nextslide\"")},
	{FILE_PPTX, .tail = "<p:timing><p:tnLst><p:par><p:cTn id=\"1\"/></p:par></p:tnLst></p:timing>"},
};

TEST(harmless_stays_untouched)
{
	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
		struct buffer in, seen, before;
		struct outcome o = {0};
		buffer_init(&in, 1 << 24);
		buffer_init(&seen, 1 << 24);
		buffer_init(&before, 1 << 24);
		make_office(&harmless[i], &in);
		cleanse(&o, "", buffer_slice(&in));
		if (o.report.verdict != FILE_CLEAN)
			printf("  harmless %zu: %s %s\n", i, o.report.reason, o.report.removals ? o.report.removals->what : "");
		CHECK_INT(o.report.verdict, FILE_CLEAN);
		CHECK(unpack_all(buffer_slice(&o.out), &seen) && holds(&seen, KEPT));
		outcome_done(&o);
		buffer_done(&in);
		buffer_done(&seen);
		buffer_done(&before);
	}
}

/* ---- what is refused, and how ---- */


static const struct {
	const char *name;
	struct recipe recipe;
	const char *file_name;
	enum refusal refusal;
} refused[] = {
	{"dtd", {FILE_DOCX, .document = DOCUMENT("<!DOCTYPE d>", "")}, "", REFUSAL_DAMAGED},
	{"entity bomb", {FILE_DOCX, .document = DOCUMENT("<!DOCTYPE d [<!ENTITY a \"x\">]>", "&a;")}, "", REFUSAL_DAMAGED},
	{"unknown entity", {FILE_DOCX, .document = DOCUMENT("", "<w:p>&nbsp;</w:p>")}, "", REFUSAL_DAMAGED},
	{"attribute twice", {FILE_DOCX, .document = DOCUMENT("", "<w:p w:a=\"1\" w:a=\"2\"/>")}, "", REFUSAL_DAMAGED},
	{"attribute twice by two prefixes", {FILE_DOCX, .document = DOCUMENT("", "<w:p xmlns:q=\"http://schemas.openxmlformats.org/"
		"wordprocessingml/2006/main\" w:a=\"1\" q:a=\"2\"/>")}, "", REFUSAL_DAMAGED},
	{"tags crossed", {FILE_DOCX, .document = DOCUMENT("", "<w:p><w:r></w:p></w:r>")}, "", REFUSAL_DAMAGED},
	{"attribute twice, known", {FILE_DOCX, .document = KNOWN("<w:p w:a=\"1\" w:a=\"2\"/>")}, "", REFUSAL_DAMAGED},
	{"attribute twice by two prefixes, known", {FILE_DOCX, .document = KNOWN("<w:p w:a=\"1\" q:a=\"2\"/>")}, "",
	 REFUSAL_DAMAGED},
	{"tag in a value, known", {FILE_DOCX, .document = KNOWN("<w:p w:a=\"<\"/>")}, "", REFUSAL_DAMAGED},
	{"entity in a value, known", {FILE_DOCX, .document = KNOWN("<w:p w:a=\"&nbsp;\"/>")}, "", REFUSAL_DAMAGED},
	{"no space, known", {FILE_DOCX, .document = KNOWN("<w:p w:a=\"1\"w:b=\"2\"/>")}, "", REFUSAL_DAMAGED},
	{"no value, known", {FILE_DOCX, .document = KNOWN("<w:p w:a/>")}, "", REFUSAL_DAMAGED},
	{"slash and no end, known", {FILE_DOCX, .document = KNOWN("<w:p w:a=\"1\"/ >")}, "", REFUSAL_DAMAGED},
	{"entity in a text, known", {FILE_DOCX, .document = KNOWN("<w:p>&nbsp;</w:p>")}, "", REFUSAL_DAMAGED},
	{"end of CDATA in a text, known", {FILE_DOCX, .document = KNOWN("<w:p>a]]></w:p>")}, "", REFUSAL_DAMAGED},
	{"tags crossed, known", {FILE_DOCX, .document = KNOWN("<w:p><w:r></w:p></w:r>")}, "", REFUSAL_DAMAGED},
	{"longer end, known", {FILE_DOCX, .document = KNOWN("<w:p></w:pq>")}, "", REFUSAL_DAMAGED},
	{"cut off, known", {FILE_DOCX, .document = KNOWN("<w:p><w:r>")}, "", REFUSAL_DAMAGED},
	{"undeclared prefix", {FILE_DOCX, .document = DOCUMENT("", "<z:p/>")}, "", REFUSAL_DAMAGED},
	{"cut off", {FILE_DOCX, .document = "<w:document" W_NS "><w:body>"}, "", REFUSAL_DAMAGED},
	{"text after the root", {FILE_DOCX, .document = DOCUMENT("", "") "x"}, "", REFUSAL_DAMAGED},
	{"not UTF-8", {FILE_DOCX, .document = DOCUMENT("", "<w:p>\xff</w:p>")}, "", REFUSAL_DAMAGED},
	{"control character", {FILE_DOCX, .document = DOCUMENT("", "<w:p>\x01</w:p>")}, "", REFUSAL_DAMAGED},
	{"control by reference", {FILE_DOCX, .document = DOCUMENT("", "<w:p>&#1;</w:p>")}, "", REFUSAL_DAMAGED},
	{"another root", {FILE_DOCX, .document = "<w:other" W_NS "/>"}, "", REFUSAL_DAMAGED},
	{"two main documents", {FILE_DOCX, .root_rels = REL("rId2", T "officeDocument", "word/settings.xml")}, "", REFUSAL_AMBIGUOUS},
	{"one id twice", {FILE_DOCX, .rels = REL("rIdS", T "styles", "styles.xml")}, "", REFUSAL_AMBIGUOUS},
	{"main document outside", {FILE_DOCX, .main_type = "text/plain"}, "x.docx", REFUSAL_UNKNOWN},
	{"docm called docx", {FILE_DOCX, .main_type = "application/vnd.ms-word.document.macroEnabled.main+xml"}, "x.docx",
	 REFUSAL_MISMATCH},
	{"docx called xlsx", {FILE_DOCX}, "x.xlsx", REFUSAL_MISMATCH},
	{"docx called exe", {FILE_DOCX}, "x.exe", REFUSAL_FORBIDDEN},
	{"docx called nothing", {FILE_DOCX}, "x", REFUSAL_MISMATCH},
};

TEST(refusals)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct buffer in;
		struct outcome o = {0};
		buffer_init(&in, 1 << 24);
		make_office(&refused[i].recipe, &in);
		leave_file(refused[i].name, &refused[i].recipe, buffer_slice(&in));
		cleanse(&o, refused[i].file_name, buffer_slice(&in));
		if (o.report.refusal != refused[i].refusal)
			printf("  %s: %s %s\n", refused[i].name, refusal_name(o.report.refusal), o.report.reason);
		CHECK_INT(o.report.refusal, refused[i].refusal);
		CHECK_INT(o.out.len, 0);
		CHECK(refusal_sentence(o.report.refusal, o.report.type)[0] != 0);
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* ]]> ends no text: also where 64 bytes are looked at at once, and whatever stands before it. */
TEST(end_of_cdata_in_texts)
{
	static const char known[] = "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>1</v></c></row>";
	static const struct {
		const char *text;
		enum refusal refusal;
	} rows[] = {{"]]>", REFUSAL_DAMAGED}, {"]]]>", REFUSAL_DAMAGED}, {"]] >", REFUSAL_NONE}, {"]x>", REFUSAL_NONE}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int before = 0; before < 130; before++) {
			char body[1024];
			struct recipe recipe = {FILE_XLSX, .body = body};
			struct buffer in;
			struct outcome o = {0};
			snprintf(body, sizeof body, "%s%s<row r=\"2\"><c r=\"A2\" s=\"1\"><v>%0*d%s%064d</v></c></row>%s%s", known, known,
			         before + 1, 7, rows[i].text, 7, known, known);
			buffer_init(&in, 1 << 20);
			make_office(&recipe, &in);
			cleanse(&o, "", buffer_slice(&in));
			CHECK_INT(o.report.refusal, rows[i].refusal);
			outcome_done(&o);
			buffer_done(&in);
		}
}

TEST(names_and_endings)
{
	static const struct { const char *main_type, *name, *ending; } rows[] = {
		{NULL, "x.docx", "docx"},
		{"application/vnd.ms-word.document.macroEnabled.main+xml", "x.docm", "docx"},
		{WML "template.main+xml", "x.dotx", "dotx"},
		{"application/vnd.ms-word.template.macroEnabledTemplate.main+xml", "見積書.DOTM", "dotx"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct recipe recipe = {FILE_DOCX, .main_type = rows[i].main_type};
		struct buffer in, seen;
		struct outcome o = {0};
		buffer_init(&in, 1 << 24);
		buffer_init(&seen, 1 << 24);
		make_office(&recipe, &in);
		cleanse(&o, rows[i].name, buffer_slice(&in));
		CHECK_STR(o.report.ending, rows[i].ending);
		CHECK(unpack_all(buffer_slice(&o.out), &seen) && !holds(&seen, "macroEnabled"));
		outcome_done(&o);
		buffer_done(&in);
		buffer_done(&seen);
	}
}

/* A metafile stays a list of drawing orders; the one that calls is gone. */
TEST(metafiles_stay_without_their_escapes)
{
	static const char orders[] = "\1\0\x09\0\0\3\x14\0\0\0\0\0\x08\0\0\0\0\0" "\x08\0\0\0\x26\x06\1\0\6\0CANARY" "\3\0\0\0\0\0";
	static const struct recipe r = {.type = FILE_DOCX, .rels = REL("rId7", T "image", "media/a.wmf"),
		.body = "<w:p><w:r><w:pict><v:shape><v:imagedata r:id=\"rId7\"/></v:shape></w:pict></w:r></w:p>",
		.parts = {{"word/media/a.wmf", "image/x-wmf", orders, sizeof orders - 1}}};
	struct buffer in, seen;
	struct outcome o, again;
	buffer_init(&in, 1 << 20);
	buffer_init(&seen, 1 << 20);
	make_office(&r, &in);
	cleanse(&o, "a.docx", buffer_slice(&in));
	CHECK_STR(o.report.reason, "");
	CHECK(unpack_all(buffer_slice(&o.out), &seen));
	CHECK(removed(&o, "unknown-element") && !removed(&o, "picture"));
	CHECK(holds(&seen, "word/media/a.wmf") && holds(&seen, "image/x-wmf") && !holds(&seen, "CANARY"));
	cleanse(&again, "a.docx", buffer_slice(&o.out));
	CHECK_INT(again.report.verdict, FILE_CLEAN);
	CHECK_SLICE(buffer_slice(&again.out), buffer_slice(&o.out));
	outcome_done(&o);
	outcome_done(&again);
	buffer_done(&in);
	buffer_done(&seen);
}

TEST(utf16_part_comes_out_as_utf8)
{
	static const char text[] = DOCUMENT("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "<w:p><w:r><w:t>ABC</w:t></w:r></w:p>");
	char wide[2 * sizeof text] = {(char)0xFF, (char)0xFE};
	for (size_t i = 0; i + 1 < sizeof text; i++)
		wide[2 + 2 * i] = text[i];
	struct recipe recipe = {FILE_DOCX, .rels = REL("rId9", T "glossaryDocument", "glossary/document.xml"),
		.parts = {{"word/glossary/document.xml", WML "document.glossary+xml", wide, 2 * sizeof text}}};
	struct buffer in;
	struct outcome o = {0};
	buffer_init(&in, 1 << 24);
	make_office(&recipe, &in);
	cleanse(&o, "", buffer_slice(&in));
	/* a glossary must have the root of one */
	CHECK_INT(o.report.refusal, REFUSAL_DAMAGED);
	CHECK(strstr(o.report.reason, "w:document") != NULL);
	outcome_done(&o);
	buffer_done(&in);
}

MAIN_TESTS()
