/* The file around the objects: what is read, and what is refused with which word. */
#include "harness.h"

#include "make.h"

static const struct parts plain;

static void refused(struct slice in, enum refusal want, const char *name)
{
	struct cleansed c;
	cleanse(&c, in);
	CHECK_INT(c.report.verdict, FILE_REFUSED);
	CHECK_INT(c.report.refusal, want);
	CHECK_INT(c.out.len, 0);
	if (c.report.refusal != want)
		printf("  in \"%s\": %s %s\n", name, c.report.reason, c.report.place);
	cleansed_done(&c);
}

/* Accepted, and the canary is nowhere in what another reader sees. */
static void passes(struct slice in, const char *name)
{
	struct cleansed c;
	struct buffer taken;
	buffer_init(&taken, 64u << 20);
	cleanse(&c, in);
	CHECK(c.report.verdict != FILE_REFUSED);
	if (c.report.verdict == FILE_REFUSED)
		printf("  in \"%s\": %s %s\n", name, c.report.reason, c.report.place);
	if (c.report.verdict != FILE_REFUSED && have_program("qpdf")) {
		CHECK_INT(decompose(buffer_slice(&c.out), &taken), 0);
		CHECK(slice_find(buffer_slice(&taken), SLICE(CANARY)) == SIZE_MAX);
		CHECK(slice_find(buffer_slice(&taken), SLICE("Kept text")) != SIZE_MAX);
	}
	buffer_done(&taken);
	cleansed_done(&c);
}

/* ---- refusals, one fault each ----------------------------------------- */

static const struct {
	const char *name;
	struct parts parts;
	const char *trailer;
	enum refusal want;
} faults[] = {
	{"encrypted without its records", {0}, "/Encrypt<</Filter/Standard/V 1/R 2>>", REFUSAL_DAMAGED},
	{"encrypted for certificates", {0}, "/Encrypt<</Filter/Adobe.PubSec/V 4>>", REFUSAL_LOCKED},
	{"encrypted with a key of no length", {0}, "/Encrypt<</Filter/Standard/V 2/R 3/Length 8>>", REFUSAL_DAMAGED},
	{"no such Prev", {0}, "/Prev 999999999", REFUSAL_DAMAGED},
	{"Prev where no xref is", {0}, "/Prev 20", REFUSAL_DAMAGED},
	{"XRefStm where no xref is", {0}, "/XRefStm 20", REFUSAL_DAMAGED},
	{"wrong length", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {"<</Subtype/Form/Length 3>>stream\n0123456789\nendstream"}}, "", REFUSAL_DAMAGED},
	{"no length", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {"<</Subtype/Form>>stream\n0123456789\nendstream"}}, "", REFUSAL_DAMAGED},
	{"length that needs itself", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {"<</Subtype/Form/Length 8 0 R>>stream\n0123456789\nendstream"}}, "", REFUSAL_DAMAGED},
	{"a key twice", {.catalog = "/Lang(a)/L#61ng(b)"}, "", REFUSAL_AMBIGUOUS},
	{"brackets that do not match", {.catalog = "/Lang[(a)>>"}, "", REFUSAL_DAMAGED},
	{"word that is no value", {.catalog = "/Lang maybe"}, "", REFUSAL_DAMAGED},
	{"unknown filter", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Form/Filter/Crypt")}}, "", REFUSAL_DAMAGED},
	{"three filters", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Form/Filter[/ASCIIHexDecode/ASCIIHexDecode/ASCIIHexDecode]")}},
	 "", REFUSAL_DEEP},
	{"picture filter on content", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Form/Filter/DCTDecode")}}, "", REFUSAL_DAMAGED},
	{"JPEG that is none", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Image/Width 1/Height 1/Filter/DCTDecode")}}, "",
	 REFUSAL_DAMAGED},
	{"Flate that is none", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Form/Filter/FlateDecode")}}, "", REFUSAL_DAMAGED},
	{"predictor out of range", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Form/Filter/LZWDecode/DecodeParms<</Predictor 99>>")}}, "",
	 REFUSAL_DAMAGED},
	{"calculator with file operator", {.resources = "/Shading<</S<</ShadingType 2/Function 8 0 R>>>>",
	  .extra = {"<</FunctionType 4/Length 14>>stream\n{ (a) run pop}\nendstream"}}, "", REFUSAL_DAMAGED},
	{"TrueType that is none", {.resources = "/ExtGState<</G<</Font[8 0 R 1]>>>>",
	  .extra = {"<</Type/Font/FontDescriptor<</FontFile2 9 0 R>>>>", CANARY_STREAM("")}}, "",
	 REFUSAL_DAMAGED},
	{"picture too wide", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Image/Width 70000/Height 1")}}, "", REFUSAL_DAMAGED},
	{"picture of too many pixels", {.resources = "/XObject<</X 8 0 R>>",
	  .extra = {CANARY_STREAM("/Subtype/Image/Width 60000/Height 60000")}}, "", REFUSAL_LARGE},
};

TEST(faults_are_named)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct made m;
		made_objects(&m, &faults[i].parts);
		made_end(&m, faults[i].trailer);
		refused(buffer_slice(&m.bytes), faults[i].want, faults[i].name);
		buffer_done(&m.bytes);
	}
	printf("  %zu faults\n", sizeof faults / sizeof *faults);
}

/* ---- the page tree ---------------------------------------------------- */

static void tree(const char *pages, const char *more, enum refusal want, const char *name)
{
	struct made m;
	made_begin(&m);
	made_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
	made_object(&m, pages);
	made_object(&m, more);
	made_end(&m, "");
	refused(buffer_slice(&m.bytes), want, name);
	buffer_done(&m.bytes);
}

TEST(page_trees_are_checked)
{
	tree("<</Type/Pages/Kids[2 0 R]>>", "null", REFUSAL_DAMAGED, "loop");
	tree("<</Type/Pages/Kids[3 0 R 3 0 R]>>", "<</Type/Pages/Kids[]>>", REFUSAL_DAMAGED, "twice");
	tree("<</Type/Pages/Kids[]>>", "null", REFUSAL_DAMAGED, "empty");
	tree("<</Type/Pages/Kids[3 0 R]>>", "<</Type/Catalog>>", REFUSAL_DAMAGED, "no page");
	tree("<</Type/Pages/Kids[<</Type/Page>>]>>", "null", REFUSAL_DAMAGED, "direct");
	tree("<</Type/Pages/Kids[9 0 R]>>", "null", REFUSAL_DAMAGED, "missing");
}

/* A page named twice is two pages, and what its parents say stands in both. */
TEST(pages_twice_and_inheritance)
{
	struct made m;
	struct cleansed c;
	made_begin(&m);
	made_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
	made_object(&m, "<</Type/Pages/Kids[4 0 R]/Rotate 90/MediaBox[0 0 7 7]/AA<<>>>>");
	made_object(&m, "<</Type/Page/Rotate 0>>");
	made_object(&m, "<</Type/Pages/Kids[3 0 R 3 0 R 5 0 R]>>");
	made_object(&m, "<</Type/Page>>");
	made_end(&m, "");
	cleanse(&c, buffer_slice(&m.bytes));
	CHECK_STR(c.report.reason, "");
	CHECK(cleansed_says(&c, "action", "page tree /AA"));
	struct slice out = buffer_slice(&c.out);
	CHECK(slice_find(out, SLICE("/Count 3/Kids[3 0 R 4 0 R 5 0 R]")) != SIZE_MAX);
	CHECK(slice_find(out, SLICE("4 0 obj<</Type/Page/Parent 2 0 R/Rotate 0/MediaBox[0 0 7 7]>>")) !=
	      SIZE_MAX);
	CHECK(slice_find(out, SLICE("5 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 7 7]/Rotate 90>>")) !=
	      SIZE_MAX);
	cleansed_done(&c);
	buffer_done(&m.bytes);
}

TEST(deep_nesting_is_refused)
{
	struct made m;
	char deep[512] = "/X";
	memset(deep + 2, '[', 120);
	memset(deep + 122, ']', 120);
	deep[242] = 0;
	made_document(&m, &(struct parts){.catalog = deep});
	refused(buffer_slice(&m.bytes), REFUSAL_DEEP, "brackets");
	buffer_done(&m.bytes);
}

TEST(deep_page_tree_is_refused)
{
	struct made m;
	char text[80];
	made_begin(&m);
	made_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
	memset(m.offsets, 0, sizeof m.offsets);
	size_t offsets[130] = {0};
	for (unsigned i = 2; i < 130; i++) {
		snprintf(text, sizeof text, "<</Type/Pages/Kids[%u 0 R]>>", i + 1);
		offsets[i] = m.bytes.len;
		buffer_printf(&m.bytes, "%u 0 obj\n%s\nendobj\n", i, text);
	}
	size_t at = m.bytes.len;
	buffer_printf(&m.bytes, "xref\n0 2\n0000000000 65535 f \n0000000015 00000 n \n2 128\n");
	for (unsigned i = 2; i < 130; i++)
		buffer_printf(&m.bytes, "%010zu 00000 n \n", offsets[i]);
	buffer_printf(&m.bytes, "trailer\n<</Size 130/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", at);
	refused(buffer_slice(&m.bytes), REFUSAL_DEEP, "page tree");
	buffer_done(&m.bytes);
}

/* ---- around the document ---------------------------------------------- */

static void around(const char *before, const char *after, enum refusal want, const char *name)
{
	struct made m;
	struct buffer b;
	made_document(&m, &plain);
	buffer_init(&b, 1u << 20);
	buffer_put_str(&b, before);
	buffer_put_slice(&b, buffer_slice(&m.bytes));
	buffer_put_str(&b, after);
	if (want == REFUSAL_NONE)
		passes(buffer_slice(&b), name);
	else
		refused(buffer_slice(&b), want, name);
	buffer_done(&b);
	buffer_done(&m.bytes);
}

TEST(nothing_before_nothing_behind)
{
	around("", "\r\n \n", REFUSAL_NONE, "white-space behind");
	around("", "<html>" CANARY "</html>", REFUSAL_AMBIGUOUS, "page behind");
	around("", "PK\005\006", REFUSAL_AMBIGUOUS, "archive behind");
	struct cleansed c;
	struct made m;
	made_document(&m, &plain);
	struct buffer b;
	buffer_init(&b, 1u << 20);
	buffer_put_str(&b, "MIME-Version: 1.0\nContent-Type: text/html\n\n");
	buffer_put_slice(&b, buffer_slice(&m.bytes));
	cleanse(&c, buffer_slice(&b));
	CHECK_INT(c.report.verdict, FILE_REFUSED);
	cleansed_done(&c);
	buffer_done(&b);
	buffer_done(&m.bytes);
}

TEST(every_beginning_of_a_file_is_refused)
{
	struct made m;
	made_document(&m, &plain);
	struct slice whole = buffer_slice(&m.bytes);
	for (size_t len = 0; len + 8 < whole.len; len++) {
		struct cleansed c;
		cleanse(&c, slice_part(whole, 0, len));
		CHECK_INT(c.report.verdict, FILE_REFUSED);
		CHECK(c.report.refusal != REFUSAL_NONE);
		cleansed_done(&c);
	}
	buffer_done(&m.bytes);
}

/* A moved byte must never make a file that passes with wrong offsets mended. */
TEST(shifted_offsets_are_refused)
{
	struct made m;
	made_document(&m, &plain);
	struct buffer b;
	buffer_init(&b, 1u << 20);
	buffer_put_slice(&b, slice_part(buffer_slice(&m.bytes), 0, 15));
	buffer_put_str(&b, "%%\n");
	buffer_put_slice(&b, slice_part(buffer_slice(&m.bytes), 15, m.bytes.len));
	refused(buffer_slice(&b), REFUSAL_DAMAGED, "shifted");
	buffer_done(&b);
	buffer_done(&m.bytes);
}

/* ---- revisions, object streams, hybrids ------------------------------- */

/* The old page content holds the canary; the newest revision replaces it. */
TEST(only_the_newest_revision_counts)
{
	struct made m;
	made_objects(&m, &plain);
	char old[80];
	snprintf(old, sizeof old, "(%s) Tj BT /F1 12 Tf ET             ", CANARY);
	memcpy(m.bytes.at + m.offsets[5] + 30, old, 20);
	size_t first = m.bytes.len;
	made_end(&m, "");
	size_t content = m.bytes.len;
	buffer_put_str(&m.bytes, "5 0 obj\n<</Length 40>>stream\n" CONTENT "\nendstream\nendobj\n");
	size_t at = m.bytes.len;
	buffer_printf(&m.bytes, "xref\n5 1\n%010zu 00000 n \ntrailer\n<</Size 8/Root 1 0 R/Prev %zu>>\n"
	              "startxref\n%zu\n%%%%EOF\n", content, first, at);
	CHECK(slice_find(buffer_slice(&m.bytes), SLICE("SEKISHO-C")) != SIZE_MAX);
	passes(buffer_slice(&m.bytes), "two revisions");
	buffer_done(&m.bytes);
}

TEST(revisions_in_a_circle_are_refused)
{
	struct made m;
	made_objects(&m, &plain);
	char trailer[40];
	snprintf(trailer, sizeof trailer, "/Prev %zu", m.bytes.len);
	made_end(&m, trailer);
	refused(buffer_slice(&m.bytes), REFUSAL_DAMAGED, "circle");
	buffer_done(&m.bytes);
}

static void put_xref_row(struct buffer *b, unsigned type, size_t at, unsigned index)
{
	uint8_t row[4] = {(uint8_t)type, (uint8_t)(at >> 8), (uint8_t)at, (uint8_t)index};
	buffer_put(b, row, 4);
}

/* Catalog, pages and page in an object stream; everything by an xref stream. */
static void packed_document(struct made *m, const char *catalog, size_t wrong)
{
	const char *objects[] = {catalog, "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R>>"};
	char head[64] = "", body[1024] = "";
	size_t used = 0, filled = 0;
	for (unsigned i = 0; i < 3; i++) {
		used += (size_t)snprintf(head + used, sizeof head - used, "%u %zu ", i + 1, filled);
		filled += (size_t)snprintf(body + filled, sizeof body - filled, "%s ", objects[i]);
	}
	made_begin(m);
	size_t stream = m->bytes.len;
	buffer_printf(&m->bytes, "4 0 obj\n<</Type/ObjStm/N 3/First %zu/Length %zu>>stream\n%s%s\n"
	              "endstream\nendobj\n", used, used + filled, head, body);
	size_t content = m->bytes.len;
	buffer_put_str(&m->bytes, "5 0 obj\n<</Length 40>>stream\n" CONTENT "\nendstream\nendobj\n");
	size_t at = m->bytes.len;
	buffer_put_str(&m->bytes, "6 0 obj\n<</Type/XRef/Size 7/W[1 2 1]/Root 1 0 R/Length 28>>stream\n");
	put_xref_row(&m->bytes, 0, 0, 0);
	for (unsigned i = 0; i < 3; i++)
		put_xref_row(&m->bytes, 2, 4, (unsigned)(i + wrong) % 3);
	put_xref_row(&m->bytes, 1, stream, 0);
	put_xref_row(&m->bytes, 1, content, 0);
	put_xref_row(&m->bytes, 1, at, 0);
	buffer_printf(&m->bytes, "\nendstream\nendobj\nstartxref\n%zu\n%%%%EOF\n", at);
}

TEST(object_streams_are_looked_into)
{
	struct made m;
	packed_document(&m, "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(" CANARY ")>>>>", 0);
	struct cleansed c;
	cleanse(&c, buffer_slice(&m.bytes));
	CHECK(cleansed_says(&c, "javascript", "catalog /OpenAction"));
	cleansed_done(&c);
	passes(buffer_slice(&m.bytes), "object stream");
	buffer_done(&m.bytes);
	packed_document(&m, "<</Type/Catalog/Pages 2 0 R>>", 1);
	refused(buffer_slice(&m.bytes), REFUSAL_DAMAGED, "object stream with wrong index");
	buffer_done(&m.bytes);
}

static bool says_twice(const struct made *m, const char *word)
{
	struct cleansed c, again;
	cleanse(&c, buffer_slice(&m->bytes));
	cleanse(&again, buffer_slice(&c.out));
	bool says = slice_find(buffer_slice(&c.out), slice_str(word)) != SIZE_MAX;
	CHECK(c.out.len > 0);
	CHECK(slice_equal(buffer_slice(&c.out), buffer_slice(&again.out)));
	cleansed_done(&c);
	cleansed_done(&again);
	return says;
}

/* What was packed is packed again; what stood plain is no longer for standing plain. */
TEST(the_layout_is_the_sources)
{
	static const struct parts form = {.catalog = "/AcroForm<</Fields[8 0 R]>>",
		.extra = {"<</FT/Btn/T(choice)/Kids[9 0 R]/DR<</Font<</ZaDi 6 0 R>>>>>>",
		          "<</Parent 8 0 R/T(first)/Kids[10 0 R]>>", "<</Parent 9 0 R/T(second)/Kids[11 0 R]>>",
		          "<</Parent 10 0 R/T(third)>>"}};
	struct made m;
	made_document(&m, &form);
	CHECK(!says_twice(&m, "/ObjStm"));
	CHECK(says_twice(&m, "\nxref\n0 "));
	CHECK(says_twice(&m, "/DR<</Font<</ZaDi ")); /* poppler and others ask the field, too */
	buffer_done(&m.bytes);
	packed_document(&m, "<</Type/Catalog/Pages 2 0 R>>", 0);
	CHECK(says_twice(&m, "/ObjStm"));
	CHECK(!says_twice(&m, "\nxref\n0 "));
	buffer_done(&m.bytes);
}

/* A table that calls object 5 free, and the xref stream beside it that knows it. */
TEST(hybrid_sections_are_read_as_one)
{
	struct made m;
	made_objects(&m, &plain);
	size_t hidden = m.bytes.len;
	buffer_put_str(&m.bytes, "8 0 obj\n<</Type/XRef/Size 8/W[1 2 1]/Index[5 1]/Length 4>>stream\n");
	put_xref_row(&m.bytes, 1, m.offsets[5], 0);
	buffer_put_str(&m.bytes, "\nendstream\nendobj\n");
	size_t at = m.bytes.len;
	buffer_put_str(&m.bytes, "xref\n0 8\n0000000000 65535 f \n");
	for (unsigned i = 1; i <= 7; i++)
		buffer_printf(&m.bytes, "%010zu 00000 %c \n", i == 5 ? (size_t)0 : m.offsets[i],
		              i == 5 ? 'f' : 'n');
	buffer_printf(&m.bytes, "trailer\n<</Size 8/Root 1 0 R/XRefStm %zu>>\nstartxref\n%zu\n%%%%EOF\n",
	              hidden, at);
	passes(buffer_slice(&m.bytes), "hybrid");
	buffer_done(&m.bytes);
}

/* ---- filters ---------------------------------------------------------- */

static const struct {
	const char *name, *dict, *data;
} encodings[] = {
	{"hex", "/Filter/ASCIIHexDecode", "4B 65 70 74 20 66 6F 72 6D>"},
	{"short name", "/Filter/AHx", "4B657074 20666F726D>"},
	{"hex of hex", "/Filter[/ASCIIHexDecode/ASCIIHexDecode]",
	 "3442 3635 3730 3734 3230 3636 3646 3732 3644 3e>"},
	{"base 85", "/Filter/ASCII85Decode", "94`'a+D,P4D#~>"},
	{"run length", "/Filter/RunLengthDecode", "\010Kept form\200"},
	{"LZW", "/Filter/LZWDecode", "\200\022\314\247\003\240\200\314\157\071\033\140\040"},
};

TEST(old_encodings_become_plain_or_flate)
{
	if (!have_program("qpdf"))
		SKIP("qpdf is not installed");
	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
		struct made m;
		struct cleansed c;
		struct buffer taken;
		char form[256];
		buffer_init(&taken, 1u << 24);
		snprintf(form, sizeof form, "<</Subtype/Form/BBox[0 0 1 1]%s/Length %zu>>stream\n%s\nendstream",
		         encodings[i].dict, strlen(encodings[i].data), encodings[i].data);
		made_document(&m, &(struct parts){.resources = "/XObject<</X 8 0 R>>", .extra = {form}});
		cleanse(&c, buffer_slice(&m.bytes));
		CHECK_STR(c.report.reason, "");
		CHECK(slice_find(buffer_slice(&c.out), slice_str(encodings[i].dict + 8)) == SIZE_MAX);
		CHECK_INT(decompose(buffer_slice(&c.out), &taken), 0);
		CHECK(slice_find(buffer_slice(&taken), SLICE("Kept form")) != SIZE_MAX);
		if (slice_find(buffer_slice(&taken), SLICE("Kept form")) == SIZE_MAX)
			printf("  in \"%s\"\n", encodings[i].name);
		cleansed_done(&c);
		buffer_done(&taken);
		buffer_done(&m.bytes);
	}
}

TEST(what_expands_too_far_is_a_bomb)
{
	struct made m;
	struct cleansed c;
	struct file_limits limits = file_limits_default();
	char form[8300];
	size_t used = (size_t)snprintf(form, sizeof form,
		"<</Subtype/Form/Filter/RunLengthDecode/Length 8000>>stream\n");
	for (size_t i = 0; i < 4000; i++, used += 2)
		memcpy(form + used, "\201A", 2);
	snprintf(form + used, sizeof form - used, "\nendstream");
	made_document(&m, &(struct parts){.resources = "/XObject<</X 8 0 R>>", .extra = {form}});
	limits.expanded_bytes = 100000;
	cleanse_with(&c, buffer_slice(&m.bytes), &limits);
	CHECK_INT(c.report.refusal, REFUSAL_BOMB);
	cleansed_done(&c);
	limits.expanded_bytes = 10000000;
	cleanse_with(&c, buffer_slice(&m.bytes), &limits);
	CHECK_INT(c.report.refusal, REFUSAL_NONE);
	cleansed_done(&c);
	limits.work = 1000;
	cleanse_with(&c, buffer_slice(&m.bytes), &limits);
	CHECK_INT(c.report.refusal, REFUSAL_BOMB);
	cleansed_done(&c);
	buffer_done(&m.bytes);
}

/* ---- JPEG inside ------------------------------------------------------ */

static void put_bytes(struct buffer *b, const char *hex)
{
	for (; *hex; hex += *hex == ' ' ? 1 : 2)
		if (*hex != ' ') {
			unsigned v = 0;
			sscanf(hex, "%2x", &v);
			buffer_put_u8(b, (uint8_t)v);
		}
}

/* Markers with a comment and Exif, each holding the canary; what stays is exact. */
TEST(jpeg_loses_comments_and_application_data)
{
	struct buffer jpeg;
	struct made m;
	struct cleansed c;
	buffer_init(&jpeg, 4096);
	put_bytes(&jpeg, "FFD8 FFFE 0010");
	buffer_put_str(&jpeg, CANARY);
	put_bytes(&jpeg, "FFE1 0016 457869660000");
	buffer_put_str(&jpeg, CANARY);
	put_bytes(&jpeg, "FFEE 000E 41646F6265 0064 0000 0000 00");
	put_bytes(&jpeg, "FFC0 000B 08 0001 0001 01 01 11 00");
	put_bytes(&jpeg, "FFDA 0008 01 01 00 00 3F 00 55AA FF00 33 FFD9");
	buffer_put_str(&jpeg, CANARY);
	made_objects(&m, &(struct parts){.resources = "/XObject<</X 8 0 R>>"});
	m.offsets[++m.count] = m.bytes.len;
	buffer_printf(&m.bytes, "8 0 obj\n<</Subtype/Image/Width 1/Height 1/BitsPerComponent 8"
	              "/ColorSpace/DeviceGray/Filter/DCTDecode/Length %zu>>stream\n", jpeg.len);
	buffer_put_slice(&m.bytes, buffer_slice(&jpeg));
	buffer_put_str(&m.bytes, "\nendstream\nendobj\n");
	made_end(&m, "");
	cleanse(&c, buffer_slice(&m.bytes));
	CHECK_STR(c.report.reason, "");
	CHECK(slice_find(buffer_slice(&c.out), SLICE(CANARY)) == SIZE_MAX);
	CHECK(slice_find(buffer_slice(&c.out), SLICE("Exif")) == SIZE_MAX);
	CHECK(slice_find(buffer_slice(&c.out), SLICE("Adobe")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&c.out), SLICE("\x55\xAA\xFF")) != SIZE_MAX);
	cleansed_done(&c);
	buffer_done(&jpeg);
	buffer_done(&m.bytes);
}

/* ---- memory ----------------------------------------------------------- */

/* Every ceiling of the arena ends in a verdict or E_MEMORY, never in a fault. */
TEST(memory_may_end_anywhere)
{
	struct made m;
	struct file_limits limits = file_limits_default();
	made_document(&m, &(struct parts){.catalog = "/OpenAction<</S/JavaScript/JS(\\141)>>"});
	bool passed = false;
	for (size_t ceiling = 0; ceiling < 200000 && !passed; ceiling += 97) {
		struct arena *arena = arena_new(ceiling);
		struct buffer out;
		struct file_report report;
		buffer_init(&out, 1u << 20);
		struct result r = file_cleanse(SLICE("a.pdf"), buffer_slice(&m.bytes), &limits, arena, &out,
		                               &report, NULL);
		CHECK(r.code == OK || r.code == E_MEMORY);
		CHECK((report.verdict == FILE_REFUSED) == (out.len == 0));
		passed = report.verdict != FILE_REFUSED;
		buffer_done(&out);
		arena_free(arena);
	}
	CHECK(passed);
	buffer_done(&m.bytes);
}

MAIN_TESTS()
