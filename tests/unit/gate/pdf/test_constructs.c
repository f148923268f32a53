/* One row a construct of the PDF threat list.  What is active must be gone from
 * the output as another reader (qpdf) takes it apart, and be reported; what is
 * not must still be there. */
#include "harness.h"

#include "construct.h"
#include "make.h"

#define ON_LINK(action) "/Subtype/Link/A" action
#define JS "<</S/JavaScript/JS(" CANARY ")>>"

struct row {
	const char *name;
	struct parts parts;
	const char *what, *where; /* reported; NULL: nothing */
	const char *gone;         /* besides the canary */
	const char *kept;
};

/* 取り除きました, in UTF-16, stands in its place */
#define REMOVED "/Contents <feff53d6308a9664304d307e3057305f>"

static const struct row rows[] = {
	/* what happens by itself */
	{"open action script", {.catalog = "/OpenAction" JS}, "javascript", "catalog /OpenAction",
	 "/OpenAction", NULL},
	{"open action, escaped name", {.catalog = "/Open#41ction<</#53/J#61vaScript/JS(" CANARY ")>>"},
	 "javascript", "catalog /OpenAction", "/OpenAction", NULL},
	{"open action, indirect", {.catalog = "/OpenAction 8 0 R", .extra = {JS}}, "javascript",
	 "catalog /OpenAction", "/JavaScript", NULL},
	{"open action launch", {.catalog = "/OpenAction<</S/Launch/F(" CANARY ")>>"}, "launch",
	 "catalog /OpenAction", "/Launch", NULL},
	{"open action link", {.catalog = "/OpenAction<</S/URI/URI(https://" CANARY ")>>"},
	 "open-action", "catalog /OpenAction", "/URI", NULL},
	{"open action to a page", {.catalog = "/OpenAction[3 0 R/Fit]"}, NULL, NULL, NULL, "/OpenAction"},
	{"open action goto with chain",
	 {.catalog = "/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next" JS ">>"}, "action", "action /Next", "/Next",
	 "/GoTo"},
	{"catalog additional actions", {.catalog = "/AA<</WC" JS ">>"}, "action", "catalog /AA", "/AA",
	 NULL},
	{"page additional actions", {.page = "/AA<</O" JS ">>"}, "action", "page 1 /AA", "/AA", NULL},
	{"annotation additional actions", {.annotation = "/Subtype/Square/AA<</E" JS ">>"}, "action",
	 "page 1 annotation /AA", "/AA", "/Square"},
	{"field additional actions",
	 {.catalog = "/AcroForm<</Fields[8 0 R]>>", .extra = {"<</T(a)/FT/Tx/AA<</K" JS ">>>>"}},
	 "action", "form field /AA", "/AA", "/FT /Tx"},
	/* actions */
	{"link script", {.annotation = ON_LINK(JS)}, "javascript", "page 1 annotation /A", "/JS", "/Link"},
	{"link launch", {.annotation = ON_LINK("<</S/Launch/Win<</F(" CANARY ")>>>>")}, "launch",
	 "page 1 annotation /A", "/Launch", "/Link"},
	{"link to other file", {.annotation = ON_LINK("<</S/GoToR/F(" CANARY ")/D[0/Fit]>>")},
	 "external-link", NULL, "/GoToR", "/Link"},
	{"link into attachment", {.annotation = ON_LINK("<</S/GoToE/T<</N(" CANARY ")>>>>")},
	 "external-link", NULL, "/GoToE", NULL},
	{"link script address", {.annotation = ON_LINK("<</S/URI/URI(javascript:" CANARY ")>>")},
	 "unsafe-link", NULL, "/URI", NULL},
	{"link file address", {.annotation = ON_LINK("<</S/URI/URI(file:///" CANARY ")>>")},
	 "unsafe-link", NULL, "/URI", NULL},
	{"link relative address", {.annotation = ON_LINK("<</S/URI/URI(" CANARY ".exe)>>")},
	 "unsafe-link", NULL, "/URI", NULL},
	{"link address with tab", {.annotation = ON_LINK("<</S/URI/URI(ht\\ttp://" CANARY ")>>")},
	 "unsafe-link", NULL, "/URI", NULL},
	{"link UNC address", {.annotation = ON_LINK("<</S/URI/URI(\\\\\\\\" CANARY "\\\\a)>>")},
	 "unsafe-link", NULL, "/URI", NULL},
	{"link https", {.annotation = ON_LINK("<</S/URI/URI(https://www.example.jp/)>>")}, NULL, NULL,
	 NULL, "(https://www.example.jp/)"},
	{"link mailto", {.annotation = ON_LINK("<</S/URI/URI(MAILTO:a@example.jp)>>")}, NULL, NULL, NULL,
	 "(MAILTO:a@example.jp)"},
	{"link https with chain",
	 {.annotation = ON_LINK("<</S/URI/URI(https://www.example.jp/)/Next[" JS "]>>")}, "action",
	 "page 1 action /Next", "/Next", "/URI"},
	{"submit form", {.annotation = ON_LINK("<</S/SubmitForm/F(" CANARY ")>>")}, "form", NULL,
	 "/SubmitForm", NULL},
	{"import data", {.annotation = ON_LINK("<</S/ImportData/F(" CANARY ")>>")}, "form", NULL,
	 "/ImportData", NULL},
	{"reset form", {.annotation = ON_LINK("<</S/ResetForm/Fields[(" CANARY ")]>>")}, "form", NULL,
	 "/ResetForm", NULL},
	{"hide", {.annotation = ON_LINK("<</S/Hide/T(" CANARY ")>>")}, "form", NULL, "/Hide", NULL},
	{"named print", {.annotation = ON_LINK("<</S/Named/N/Print/X(" CANARY ")>>")}, "action", NULL,
	 "/Named", NULL},
	{"named next page", {.annotation = ON_LINK("<</S/Named/N/NextPage>>")}, NULL, NULL, NULL,
	 "/NextPage"},
	{"rendition", {.annotation = ON_LINK("<</S/Rendition/JS(" CANARY ")>>")}, "multimedia", NULL,
	 "/Rendition", NULL},
	{"movie action", {.annotation = ON_LINK("<</S/Movie/T(" CANARY ")>>")}, "multimedia", NULL,
	 "/Movie", NULL},
	{"sound action", {.annotation = ON_LINK("<</S/Sound/Sound 8 0 R>>"), .extra = {CANARY_STREAM("")}},
	 "multimedia", NULL, "/Sound", NULL},
	{"3D view", {.annotation = ON_LINK("<</S/GoTo3DView/V(" CANARY ")>>")}, "multimedia", NULL,
	 "/GoTo3DView", NULL},
	{"transition action", {.annotation = ON_LINK("<</S/Trans/Trans<</X(" CANARY ")>>>>")}, "action",
	 NULL, "/Trans", NULL},
	{"layer state", {.annotation = ON_LINK("<</S/SetOCGState/State[/ON(" CANARY ")]>>")}, "form", NULL,
	 "/SetOCGState", NULL},
	{"rich media command", {.annotation = ON_LINK("<</S/RichMediaExecute/CMD(" CANARY ")>>")},
	 "multimedia", NULL, "/RichMediaExecute", NULL},
	{"unknown action", {.annotation = ON_LINK("<</S/Surprise/X(" CANARY ")>>")}, "action", NULL,
	 "/Surprise", NULL},
	{"web capture action", {.annotation = "/Subtype/Link/PA" JS}, "action", NULL, "/PA", NULL},
	/* names */
	{"named scripts", {.catalog = "/Names<</JavaScript<</Names[(a)" JS "]>>>>"}, "javascript",
	 "catalog /Names /JavaScript", "/JavaScript", NULL},
	{"embedded files",
	 {.catalog = "/Names<</EmbeddedFiles<</Names[(a)8 0 R]>>>>",
	  .extra = {"<</Type/Filespec/F(a)/EF<</F 9 0 R>>>>", CANARY_STREAM("/Type/EmbeddedFile")}},
	 "embedded-file", "catalog /Names /EmbeddedFiles", "/EmbeddedFile", NULL},
	{"named appearances", {.catalog = "/Names<</AP<</Names[(a)8 0 R]>>>>", .extra = {CANARY_STREAM("")}},
	 "annotation", NULL, "/AP", NULL},
	{"web capture names", {.catalog = "/Names<</URLS<</Names[(" CANARY ")8 0 R]>>/IDS 8 0 R>>",
	  .extra = {"<<>>"}}, "unknown-object", NULL, "/URLS", NULL},
	{"renditions", {.catalog = "/Names<</Renditions<</Names[(" CANARY ")8 0 R]>>>>", .extra = {"<<>>"}},
	 "multimedia", NULL, "/Renditions", NULL},
	{"alternate presentations",
	 {.catalog = "/Names<</AlternatePresentations<</Names[(" CANARY ")8 0 R]>>>>", .extra = {"<<>>"}},
	 "multimedia", NULL, "/AlternatePresentations", NULL},
	{"named destinations", {.catalog = "/Names<</Dests<</Names[(there)[3 0 R/Fit]]>>>>"}, NULL, NULL,
	 NULL, "(there)"},
	{"script as destination", {.catalog = "/Names<</Dests<</Names[(there)<</D[3 0 R/Fit]/S/JavaScript"
	  "/JS(" CANARY ")>>]>>>>"}, "javascript", NULL, "/JS", "(there)"},
	/* attachments and collections */
	{"associated files", {.catalog = "/AF[8 0 R]", .extra = {"<</EF<</F 9 0 R>>>>", CANARY_STREAM("")}},
	 "embedded-file", "catalog /AF", "/AF", NULL},
	{"associated file of a page", {.page = "/AF[8 0 R]", .extra = {CANARY_STREAM("")}},
	 "embedded-file", "page 1 /AF", "/AF", NULL},
	{"collection", {.catalog = "/Collection<</D(" CANARY ")>>"}, "embedded-file", NULL, "/Collection",
	 NULL},
	{"file attachment", {.annotation = "/Subtype/FileAttachment/FS 8 0 R",
	  .extra = {"<</EF<</F 9 0 R>>>>", CANARY_STREAM("")}}, "embedded-file", "page 1 /Annots",
	 "/FileAttachment", REMOVED},
	/* media and unknown annotations */
	{"rich media", {.annotation = "/Subtype/RichMedia/RichMediaContent<</X(" CANARY ")>>"},
	 "multimedia", NULL, "/RichMedia", REMOVED},
	{"screen with a look", {.annotation = "/Subtype/Screen/MK<</CA(" CANARY ")>>/AP<</N 8 0 R>>",
	  .extra = {"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream"}}, "multimedia", NULL, "/Screen",
	 "/Subtype /Stamp"},
	{"screen", {.annotation = "/Subtype/Screen/MK<</CA(" CANARY ")>>"}, "multimedia", NULL, "/Screen",
	 REMOVED},
	{"movie", {.annotation = "/Subtype/Movie/Movie<</F(" CANARY ")>>"}, "multimedia", NULL, "/Movie",
	 NULL},
	{"sound", {.annotation = "/Subtype/Sound/Sound 8 0 R", .extra = {CANARY_STREAM("/R 8000")}},
	 "multimedia", NULL, "/Sound", NULL},
	{"3D", {.annotation = "/Subtype/3D/3DD 8 0 R", .extra = {CANARY_STREAM("/Type/3D/Subtype/U3D")}},
	 "multimedia", NULL, "/3D", NULL},
	{"trap network", {.annotation = "/Subtype/TrapNet/X(" CANARY ")"}, "annotation", NULL, "/TrapNet",
	 NULL},
	{"unknown annotation", {.annotation = "/Subtype/Surprise/X(" CANARY ")"}, "annotation", NULL,
	 "/Surprise", NULL},
	{"annotation kept", {.annotation = "/Subtype/FreeText/DA(/F1 9 Tf)/Contents(A note)"}, NULL, NULL,
	 NULL, "(A note)"},
	/* forms and signatures */
	{"XFA", {.catalog = "/AcroForm<</Fields[]/XFA 8 0 R>>", .extra = {CANARY_STREAM("")}}, "xfa",
	 "form fields /XFA", "/XFA", NULL},
	{"calculation order", {.catalog = "/AcroForm<</Fields[7 0 R]/CO[7 0 R]/X(" CANARY ")>>",
	  .annotation = "/Subtype/Widget/FT/Tx/T(a)/V(kept value)"}, "javascript", NULL, "/CO",
	 "(kept value)"},
	{"signature value", {.catalog = "/AcroForm<</Fields[7 0 R]/SigFlags 3>>",
	  .annotation = "/Subtype/Widget/FT/Sig/T(a)/V<</Type/Sig/Contents(" CANARY ")>>"}, "signature",
	 "page 1 form field /V", "/SigFlags", "/FT /Sig"},
	{"permissions", {.catalog = "/Perms<</DocMDP 8 0 R>>", .extra = {"<</Contents(" CANARY ")>>"}},
	 "signature", "catalog /Perms", "/Perms", NULL},
	{"field kept", {.catalog = "/AcroForm<</Fields[7 0 R]/DA(/F1 9 Tf)>>",
	  .annotation = "/Subtype/Widget/FT/Ch/T(choice)/Opt[(one)(two)]/V(two)"}, NULL, NULL, NULL,
	 "(choice)"},
	/* outlines */
	{"outline script", {.catalog = "/Outlines 8 0 R",
	  .extra = {"<</First 9 0 R/Last 9 0 R/Count 1>>", "<</Title(Chapter)/Parent 8 0 R/A" JS ">>"}},
	 "javascript", "outline /A", "/JavaScript", "(Chapter)"},
	/* streams and pictures */
	{"PostScript object", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Type/XObject/Subtype/PS")}}, "postscript", NULL, "/PS", NULL},
	{"PostScript beside a form", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {"<</Subtype/Form/BBox[0 0 1 1]/PS 9 0 R/Length 0>>stream\n\nendstream",
	            CANARY_STREAM("")}}, "postscript", NULL, "/PS", "/Form"},
	{"OPI", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {"<</Subtype/Form/BBox[0 0 1 1]/OPI<</2.0<</F(" CANARY ")>>>>/Length 0>>stream\n\nendstream"}},
	 "external-stream", NULL, "/OPI", "/Form"},
	{"reference object", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {"<</Subtype/Form/BBox[0 0 1 1]/Ref<</F(" CANARY ")/Page 0>>/Length 0>>stream\n\nendstream"}},
	 "external-stream", NULL, "/Ref", "/Form"},
	{"stream in another file", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Form/BBox[0 0 1 1]/F(" CANARY ")")}}, "external-stream", NULL,
	 "/Form", NULL},
	{"alternate pictures", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {"<</Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
	            "/Alternates[<</Image 9 0 R>>]/Length 1>>stream\nA\nendstream", CANARY_STREAM("")}},
	 "alternate", NULL, "/Alternates", "/Image"},
	/* left out without a word: nothing that acts */
	{"information", {.catalog = "/Metadata 8 0 R", .extra = {CANARY_STREAM("/Type/Metadata")}}, NULL,
	 NULL, "/Metadata", NULL},
	{"private data", {.catalog = "/PieceInfo<</X(" CANARY ")>>", .page = "/PieceInfo<</X(" CANARY ")>>"},
	 NULL, NULL, "/PieceInfo", NULL},
	{"unknown keys", {.catalog = "/Surprise(" CANARY ")", .resources = "/Surprise(" CANARY ")"}, NULL,
	 NULL, "/Surprise", NULL},
	{"object nobody names", {.extra = {CANARY_STREAM("")}}, NULL, NULL, NULL, NULL},
	{"base address", {.catalog = "/URI<</Base(http://" CANARY ")>>"}, "action", "catalog /URI", "/URI",
	 NULL},
	{"structure with file", {.catalog = "/StructTreeRoot<</Type/StructTreeRoot/K 8 0 R>>",
	  .extra = {"<</Type/StructElem/S/P/Pg 3 0 R/K 0/Alt(Spoken)/AF 9 0 R>>", CANARY_STREAM("")}},
	 "embedded-file", "structure /AF", "/AF", "(Spoken)"},
};

static void check_row(const struct row *row, struct buffer *taken)
{
	struct made m;
	struct cleansed c;
	int faults = test_faults_;
	made_document(&m, &row->parts);
	construct_file(row->name, -1, "pdf", buffer_slice(&m.bytes));
	CHECK(!row->gone || slice_find(buffer_slice(&m.bytes), SLICE(CANARY)) != SIZE_MAX);
	cleanse(&c, buffer_slice(&m.bytes));
	CHECK_STR(c.report.reason, "");
	CHECK_INT(c.report.verdict, row->what ? FILE_CHANGED : FILE_CLEAN);
	CHECK(!row->what || cleansed_says(&c, row->what, row->where));
	CHECK_INT(decompose(buffer_slice(&c.out), taken), 0);
	struct slice text = buffer_slice(taken);
	CHECK(slice_find(text, SLICE(CANARY)) == SIZE_MAX);
	CHECK(slice_find(text, SLICE("Kept text")) != SIZE_MAX);
	CHECK(!row->gone || slice_find(text, slice_str(row->gone)) == SIZE_MAX);
	CHECK(!row->kept || slice_find(text, slice_str(row->kept)) != SIZE_MAX);
	if (test_faults_ != faults) {
		printf("  in row \"%s\": %s %s\n", row->name, c.report.reason, c.report.place);
		for (const struct removal *r = c.report.removals; r; r = r->next)
			printf("    removed %s at %s\n", r->what, r->where);
	}
	cleansed_done(&c);
	buffer_done(&m.bytes);
}

TEST(each_construct)
{
	if (!have_program("qpdf"))
		SKIP("qpdf is not installed");
	struct buffer taken;
	buffer_init(&taken, 64u << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_row(&rows[i], &taken);
	buffer_done(&taken);
	printf("  %zu constructs\n", sizeof rows / sizeof *rows);
}

/* The canary is really in the input as qpdf sees it: the rows can fail. */
TEST(rows_hold_their_canary)
{
	if (!have_program("qpdf"))
		SKIP("qpdf is not installed");
	struct buffer taken;
	struct made m;
	buffer_init(&taken, 64u << 20);
	made_document(&m, &rows[0].parts);
	CHECK_INT(decompose(buffer_slice(&m.bytes), &taken), 0);
	CHECK(slice_find(buffer_slice(&taken), SLICE(CANARY)) != SIZE_MAX);
	buffer_done(&m.bytes);
	buffer_done(&taken);
}

TEST(rebuilding_twice_is_rebuilding_once)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct made m;
		struct cleansed one, two;
		made_document(&m, &rows[i].parts);
		cleanse(&one, buffer_slice(&m.bytes));
		cleanse(&two, buffer_slice(&one.out));
		CHECK_INT(two.report.verdict, FILE_CLEAN);
		CHECK(slice_equal(buffer_slice(&one.out), buffer_slice(&two.out)));
		cleansed_done(&one);
		cleansed_done(&two);
		buffer_done(&m.bytes);
	}
}

MAIN_TESTS()
