/* Rich text: one construct a file, gone and reported; the text stays. */
#include "rows.h"

#define KEPT "nokoru"
#define RTF(inside) "{\\rtf1\\ansi\\ansicpg932\\deff0{\\fonttbl{\\f0\\fnil\\fcharset128 MS;}}\\f0 " KEPT " " inside "\\par}"
#define FIELD(instruction) RTF("{\\field{\\*\\fldinst " instruction "}{\\fldrslt seen}}")
#define WORDS(text) RTF(text)
#define HEX_CANARY "43414e415259"

static const struct row rows[] = {
	{"rtf object", "ole-object", RTF("{\\object\\objemb\\objw1\\objh1{\\*\\objclass CANARY}{\\*\\objdata " HEX_CANARY "}"
		"{\\result {\\pict\\pngblip 00}}}")},
	{"rtf object update", "ole-object", RTF("{\\object\\objautlink\\objupdate{\\*\\objdata 0105CANARY}}")},
	{"rtf linked object", "ole-object", RTF("{\\object\\objlink{\\*\\objname CANARY}{\\*\\objdata CANARY}{\\result x}}")},
	{"rtf control object", "ole-object", RTF("{\\object\\objocx{\\*\\objdata CANARY}{\\result x}}")},
	{"rtf html object", "ole-object", RTF("{\\object\\objhtml{\\*\\objdata CANARY}}")},
	{"rtf data without its object", "ole-object", RTF("{\\*\\objdata CANARY}")},
	{"rtf data in the middle of a group", "ole-object", RTF("{\\b bold \\objdata CANARY}")},
	{"rtf data split by escapes", "ole-object", RTF("{\\object\\objemb{\\*\\objdata 4\\'34CANARY{\\*\\x 43}41\\par 4e}}")},
	{"rtf data as bytes", "ole-object", RTF("{\\object{\\*\\objdata\\bin6 CANARY}}")},
	{"rtf bytes with a brace", "ole-object", RTF("{\\object{\\*\\objdata\\bin8 CANARY}}}}")},
	{"rtf object in a field", "ole-object", RTF("{\\field{\\*\\fldinst PAGE{\\object{\\*\\objdata CANARY}}}{\\fldrslt 1}}")},
	{"rtf object class", "ole-object", RTF("{\\*\\objclass CANARY}")},
	{"rtf template", "template", RTF("{\\*\\template http://CANARY/x.dotm}")},
	{"rtf template in upper group", "template", RTF("{{{\\*\\template \\u67\\'3fANARY CANARY}}}")},
	{"rtf link field dde", "field", FIELD("DDE cmd \"CANARY\"")},
	{"rtf automatic dde", "field", FIELD("DDEAUTO cmd \"CANARY\"")},
	{"rtf dde in parts", "field", FIELD("{\\b D}{\\i DE}AU{}TO cmd \"CANARY\"")},
	{"rtf dde by escapes", "field", FIELD("\\'44\\'44\\'45 cmd CANARY")},
	{"rtf dde by numbers", "field", FIELD("\\u68 ?\\u68 ?\\u69 ? cmd CANARY")},
	{"rtf dde without a star", "field", RTF("{\\field{\\fldinst DDE cmd CANARY}{\\fldrslt seen}}")},
	{"rtf dde in a nested field", "field", FIELD("QUOTE {\\field{\\*\\fldinst DDE CANARY}{\\fldrslt x}}")},
	{"rtf name built by a field", "field", FIELD("DD{\\field{\\*\\fldinst QUOTE CANARY}{\\fldrslt E}} cmd CANARY")},
	{"rtf include text", "field", FIELD("INCLUDETEXT \"\\\\\\\\CANARY\\\\a\"")},
	{"rtf include picture", "field", FIELD("INCLUDEPICTURE \"http://CANARY/a.png\" \\\\d")},
	{"rtf import", "field", FIELD("IMPORT CANARY")},
	{"rtf link", "field", FIELD("LINK Excel.Sheet.8 CANARY")},
	{"rtf database", "field", FIELD("DATABASE \\\\d CANARY")},
	{"rtf macro button", "field", FIELD("MACROBUTTON CANARY x")},
	{"rtf fill in", "field", FIELD("FILLIN CANARY")},
	{"rtf print", "field", FIELD("PRINT CANARY")},
	{"rtf link to a file", "unsafe-link", FIELD("HYPERLINK \"file:///CANARY\"")},
	{"rtf link to a share", "unsafe-link", FIELD("HYPERLINK \"\\\\\\\\CANARY\\\\x\"")},
	{"rtf script link", "unsafe-link", FIELD("HYPERLINK \"javascript:CANARY\"")},
	{"rtf search link", "unsafe-link", FIELD("HYPERLINK \"search-ms:query=CANARY\"")},
	{"rtf instruction outside of a field", "field", RTF("{\\*\\fldinst DDE CANARY}")},
	{"rtf instruction not at the start", "unknown-element", RTF("{\\field{\\b\\fldinst seen}{\\*\\CANARY x}}")},
	{"rtf hidden data of a field", "hidden-data", FIELD("PAGE{\\*\\datafield CANARY}")},
	{"rtf form macro", "form-macro", RTF("{\\field{\\*\\fldinst FORMTEXT {\\*\\formfield{\\fftype0{\\*\\ffentrymcr CANARY}}}}{\\fldrslt x}}")},
	{"rtf form macro at exit", "form-macro", RTF("{\\field{\\*\\fldinst FORMTEXT {\\*\\formfield{\\fftype0{\\*\\ffexitmcr CANARY}}}}{\\fldrslt x}}")},
	{"rtf data store", "custom-xml", RTF("{\\*\\datastore CANARY}")},
	{"rtf names of xml", "custom-xml", RTF("{\\*\\xmlnstbl {\\xmlns1 CANARY;}}")},
	{"rtf xml tag", "custom-xml", RTF("{\\*\\xmlopen\\xmlns1{\\xmlname CANARY}}")},
	{"rtf mail merge", "mail-merge", RTF("{\\*\\mailmerge{\\*\\mmquery CANARY}{\\*\\mmdatasource CANARY}}")},
	{"rtf document variable", "document-variables", RTF("{\\*\\docvar {CANARY}{CANARY}}")},
	{"rtf user properties", "custom-properties", RTF("{\\*\\userprops {\\propname CANARY}\\proptype30{\\staticval CANARY}}")},
	{"rtf files", "external-link", RTF("{\\*\\filetbl{\\file\\fid1 CANARY}}")},
	{"rtf next file", "external-link", RTF("{\\*\\nextfile CANARY}")},
	{"rtf base of links", "external-link", RTF("{\\info{\\hlinkbase CANARY}}")},
	{"rtf document inside", "sub-document", RTF("{\\subdocument0 CANARY}")},
	{"rtf embedded font", "embedded-font", RTF("{\\fonttbl{\\f1\\fnil{\\*\\fontemb\\ftruetype{\\*\\fontfile CANARY}CANARY}x;}}")},
	{"rtf theme", "hidden-data", RTF("{\\*\\themedata 504b0304CANARY}")},
	{"rtf private data", "hidden-data", RTF("{\\*\\private CANARY}")},
	{"rtf password digest", "hidden-data", RTF("{\\*\\passwordhash CANARY}")},
	{"rtf page inside", "hidden-data", RTF("{\\*\\htmltag64 <script>CANARY</script>}")},
	{"rtf keys", "custom-ui", RTF("{\\stylesheet{\\s1{\\*\\keycode CANARY}x;}}")},
	{"rtf star nobody knows", "unknown-element", RTF("{\\*\\canary CANARY{\\b CANARY}\\'43}")},
	{"rtf star without a word", "unknown-element", RTF("{\\*CANARY}")},
	{"rtf star before a group", "unknown-element", RTF("{\\*{CANARY}}")},
	{"rtf word nobody knows", "unknown-element", RTF("\\CANARYx1 x")},
	{"rtf document in a document", "unknown-element", RTF("{\\rtf1 x{\\*\\CANARY y}}")},
	{"rtf after its end", "trailing-data", RTF("x") "CANARY{\\object{\\*\\objdata CANARY}}"},
	{"rtf second document", "trailing-data", RTF("x") "\r\n{\\rtf1{\\*\\template CANARY}}"},
	{"rtf picture that is none", "picture", RTF("{\\pict\\pngblip\\picw1\\pich1 " HEX_CANARY "}")},
	{"rtf picture of a macintosh", "picture", RTF("{\\pict\\macpict " HEX_CANARY "}")},
	{"rtf picture in a picture", "picture", RTF("{\\pict\\pngblip{\\pict\\pngblip CANARY}00}")},
	{"rtf metafile escape", "unknown-element", RTF("{\\pict\\wmetafile8\\picw1\\pich1 010009000003"
		"140000000000080000000000" "08000000260601000600" HEX_CANARY "030000000000}")},
	{"rtf picture as bytes", "picture", RTF("{\\pict\\jpegblip\\bin6 CANARY}")},
	{"rtf link of a shape", "unsafe-link", RTF("{\\shp{\\*\\shpinst{\\sp{\\sn pihlShape}{\\sv {\\*\\hl{\\hlfr CANARY}{\\hlsrc file:CANARY}}}}}}")},
	{"rtf script of a shape", "macro-link", RTF("{\\shp{\\*\\shpinst{\\sp{\\sn wzScript}{\\sv CANARY}}}}")},
	{"rtf linked picture of a shape", "saved-path", RTF("{\\shp{\\*\\shpinst{\\sp{\\sn pibName}{\\sv http://CANARY/a.png}}}}")},
	{"rtf package of a shape", "hidden-data", RTF("{\\shp{\\*\\shpinst{\\sp{\\sn metroBlob}{\\sv CANARY}}}}")},
	{"rtf property with no name", "hidden-data", RTF("{\\shp{\\*\\shpinst{\\sp{\\sv CANARY}}}}")},
	{"rtf published bookmark", "external-link", RTF("{\\*\\bkmkpub CANARY}")},
	{"rtf writer's password", "hidden-data", RTF("{\\*\\writereservhash CANARY}")},
};

TEST(each_construct)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(rows[i].name, rows[i].what, slice_str(rows[i].text), "rtf", KEPT);
}

TEST(harmless_stays_as_it_is)
{
	static const char *const texts[] = {
		RTF("\\'93\\'fa\\'96\\'7b \\u26085?\\'83\\\\ \\uc0\\u-3913 \\b bold\\b0{\\i italic}"),
		FIELD("HYPERLINK \"https://example.jp/a\" \\\\o \"tip\""), FIELD(" PAGE  \\\\* MERGEFORMAT "),
		FIELD("IF {\\field{\\*\\fldinst MERGEFIELD a}{\\fldrslt b}} = \"b\" \"c\" \"d\""),
		RTF("{\\listtable{\\list\\listtemplateid1{\\listlevel\\levelnfc0{\\leveltext\\'02\\'00.;}{\\levelnumbers\\'01;}}\\listid1}}"),
		RTF("{\\shp{\\*\\shpinst\\shpleft0{\\sp{\\sn shapeType}{\\sv 202}}{\\sp{\\sn gtextUNICODE}{\\sv \\u26085?}}{\\shptxt text}}}"),
		RTF("{\\footnote{\\super\\chftn} note}{\\*\\footnote{\\super\\chftn} starred}{\\header head}\\trowd\\cellx100 a\\cell\\row{}\\pard\r\n"),
		RTF("{\\upr{\\*\\bkmkstart a}{\\*\\ud{\\*\\bkmkstart \\u26085?}}}{\\*\\bkmkend a}"),
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct outcome o;
		cleanse_as(&o, "a.rtf", slice_str(texts[i]));
		CHECK_STR(o.report.reason, "");
		CHECK_INT(o.report.verdict, FILE_CLEAN);
		CHECK_SLICE(buffer_slice(&o.out), slice_str(texts[i]));
		check_again(&o, "a.rtf", "rtf");
		outcome_done(&o);
	}
}

TEST(words_do_not_run_together)
{
	struct outcome o;
	cleanse_as(&o, "a.rtf", SLICE("{\\rtf1\\b{\\*\\canary x}1 text\\i\\canary2 -3}"));
	CHECK_SLICE(buffer_slice(&o.out), SLICE("{\\rtf1\\b 1 text\\i -3}"));
	outcome_done(&o);
}

TEST(what_is_taken_back_leaves_no_seam)
{
	struct outcome o;
	cleanse_as(&o, "a.rtf", SLICE("{\\rtf1 {\\shp{\\*\\shpinst{\\sp{\\sn pibName}{\\sv x}}text}}}"));
	CHECK_SLICE(buffer_slice(&o.out), SLICE("{\\rtf1 {\\shp{\\*\\shpinst text}}}"));
	CHECK_STR(o.report.ending, "rtf");
	outcome_done(&o);
}

TEST(an_object_leaves_its_picture)
{
	struct outcome o;
	cleanse_as(&o, "a.rtf", SLICE("{\\rtf1{\\pict\\pngblip 00}}"));
	CHECK_STR(o.report.ending, "rtf");
	outcome_done(&o);
	cleanse_as(&o, "a.rtf", SLICE("{\\rtf1 a{\\object\\objemb lost{\\*\\objdata 00}{\\result seen}{\\result lost}}b}"));
	CHECK_SLICE(buffer_slice(&o.out), SLICE("{\\rtf1 a{{seen}}b}"));
	outcome_done(&o);
}

TEST(a_field_leaves_its_text)
{
	struct outcome o;
	cleanse_as(&o, "a.rtf", SLICE("{\\rtf1 a{\\field\\flddirty{\\*\\fldinst DDE x}{\\fldrslt \\b seen}}b}"));
	CHECK_SLICE(buffer_slice(&o.out), SLICE("{\\rtf1 a{{\\b seen}}b}"));
	outcome_done(&o);
}

TEST(broken_ones_are_refused)
{
	static const struct { const char *text; enum refusal refusal; } bad[] = {
		{"{\\rtf1 a", REFUSAL_DAMAGED}, {"{\\rtf1 {\\b a}", REFUSAL_DAMAGED}, {"{\\rtx1 a}", REFUSAL_DAMAGED},
		{"{\\rtf1 \\'4}", REFUSAL_DAMAGED}, {"{\\rtf1 \\'zz}", REFUSAL_DAMAGED}, {"{\\rtf1 \\bin99 a}", REFUSAL_DAMAGED},
		{"{\\rtf1 \\bin-1 a}", REFUSAL_DAMAGED}, {"{\\rtf1 \\fs99999999999 a}", REFUSAL_DAMAGED},
		{"{\\rtf1 \\abcdefghijklmnopqrstuvwxyzabcdefghi}", REFUSAL_DAMAGED}, {"{\\rtf1 \\", REFUSAL_DAMAGED},
		{"{\\rtf1 \x83\\}", REFUSAL_AMBIGUOUS}, {"{\\rtf1 \x83{a}}", REFUSAL_AMBIGUOUS},
		{"{\\rtf1{\\field{\\*\\fldinst PAGE}{\\*\\fldinst DDE a}{\\fldrslt b}}}", REFUSAL_AMBIGUOUS},
		{"{\\rtf1{\\field{\\fldrslt b}{\\*\\fldinst DDE a}}}", REFUSAL_AMBIGUOUS},
	};
	char deep[2 * 300 + 32] = "{\\rtf1";
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		check_refused("a.rtf", slice_str(bad[i].text), bad[i].refusal);
	memset(deep + 6, '{', 300);
	memset(deep + 306, '}', 301);
	check_refused("a.rtf", slice_of(deep, 607), REFUSAL_DEEP);
	check_refused("a.doc", SLICE("{\\rtf1 a}"), REFUSAL_MISMATCH);
}

TEST(the_second_reader_finds_each_construct)
{
	size_t found = 0, count = sizeof rows / sizeof rows[0];
	for (size_t i = 0; i < count; i++) {
		struct inspect_limits limits = inspect_limits_default();
		struct inspect_report report;
		struct arena *arena = arena_new(64 << 20);
		CHECK(inspect_document(INSPECT_RTF, slice_str(rows[i].text), &limits, arena, &report, NULL).code == OK);
		found += report.verdict != INSPECT_OK;
		if (report.verdict == INSPECT_OK)
			printf("  not seen: %s\n", rows[i].name);
		arena_free(arena);
	}
	CHECK(found >= count - 6); /* words without meaning of their own */
}

MAIN_TESTS()
