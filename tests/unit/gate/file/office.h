/* tests/unit/gate/file/office.h - small office packages made in the test, and
 * a look into what came out, with libzip: no code shared with the gate.      */
#ifndef SEKISHO_TESTS_OFFICE_H
#define SEKISHO_TESTS_OFFICE_H

#include "gate/file/zip.h"

#include "harness.h"

#include <zip.h>

#define T "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define MS "http://schemas.microsoft.com/office/"
#define WML "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define SML "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define PML "application/vnd.openxmlformats-officedocument.presentationml."
#define KEPT "残る文字"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"

struct made_part {
	const char *name, *type, *data;
	size_t len; /* 0: strlen */
};

/* Every field may be NULL. */
struct recipe {
	enum file_type type;
	const char *main_type;
	const char *body;      /* docx: in w:body; xlsx: after the first row; pptx: in p:spTree */
	const char *tail;      /* xlsx: after sheetData; pptx: after p:cSld */
	const char *book;      /* docx: in w:settings; xlsx: after sheets; pptx: after sldIdLst */
	const char *rels;      /* of the document, the sheet, the slide */
	const char *book_rels; /* docx: of the settings */
	const char *root_rels;
	const char *document;  /* the whole main part, instead of ours */
	struct made_part parts[4];
};

#define SPACES                                                                                    \
	" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""         \
	" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""                       \
	" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\""                \
	" xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"" \
	" xmlns:p14=\"http://schemas.microsoft.com/office/powerpoint/2010/main\""                  \
	" xmlns:x14=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\""             \
	" xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\""         \
	" xmlns:evil=\"urn:nobody-knows\""
#define W_NS " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define S_NS " xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define P_NS " xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\""

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void put_part(struct zip_writer *w, struct arena *arena, const char *name, const char *data)
{
	struct why why = {0};
	CHECK_OK(zip_writer_add(w, slice_str(arena_printf(arena, "%s", name)), slice_str(arena_printf(arena, "%s", data)),
	                 true, &why), &why);
}

static void put_rels(struct zip_writer *w, struct arena *arena, const char *name, const char *always,
                     const char *more)
{
	put_part(w, arena, name, arena_printf(arena, HEAD "<Relationships xmlns=\"http://schemas.openxmlformats."
		"org/package/2006/relationships\">%s%s</Relationships>", always, or_empty(more)));
}

#define REL(id, type, target) "<Relationship Id=\"" id "\" Type=\"" type "\" Target=\"" target "\"/>"
#define REL_OUT(id, type, target) \
	"<Relationship Id=\"" id "\" Type=\"" type "\" Target=\"" target "\" TargetMode=\"External\"/>"

static void put_word(struct zip_writer *w, struct arena *a, const struct recipe *r)
{
	put_rels(w, a, "_rels/.rels", REL("rId1", T "officeDocument", "word/document.xml"), r->root_rels);
	put_rels(w, a, "word/_rels/document.xml.rels", REL("rIdS", T "settings", "settings.xml"), r->rels);
	if (r->book_rels)
		put_rels(w, a, "word/_rels/settings.xml.rels", "", r->book_rels);
	put_part(w, a, "word/document.xml", r->document ? r->document : arena_printf(a, HEAD "<w:document" W_NS SPACES
		"><w:body><w:p><w:r><w:t>" KEPT "</w:t></w:r></w:p>%s<w:sectPr/></w:body></w:document>",
		or_empty(r->body)));
	put_part(w, a, "word/settings.xml", arena_printf(a, HEAD "<w:settings" W_NS SPACES "><w:zoom w:percent=\"100\"/>%s"
		"</w:settings>", or_empty(r->book)));
}

static void put_sheet(struct zip_writer *w, struct arena *a, const struct recipe *r)
{
	put_rels(w, a, "_rels/.rels", REL("rId1", T "officeDocument", "xl/workbook.xml"), r->root_rels);
	put_rels(w, a, "xl/_rels/workbook.xml.rels", REL("rId1", T "worksheet", "worksheets/sheet1.xml"), r->book_rels);
	put_rels(w, a, "xl/worksheets/_rels/sheet1.xml.rels", "", r->rels);
	put_part(w, a, "xl/workbook.xml", arena_printf(a, HEAD "<workbook" S_NS SPACES "><sheets><sheet name=\"表\" "
		"sheetId=\"1\" r:id=\"rId1\"/>%s</workbook>", r->book ? r->book : "</sheets>"));
	put_part(w, a, "xl/worksheets/sheet1.xml", arena_printf(a, HEAD "<worksheet" S_NS SPACES "><sheetData><row r=\"1\">"
		"<c r=\"A1\" t=\"inlineStr\"><is><t>" KEPT "</t></is></c></row>%s</sheetData>%s</worksheet>",
		or_empty(r->body), or_empty(r->tail)));
}

static void put_slide(struct zip_writer *w, struct arena *a, const struct recipe *r)
{
	put_rels(w, a, "_rels/.rels", REL("rId1", T "officeDocument", "ppt/presentation.xml"), r->root_rels);
	put_rels(w, a, "ppt/_rels/presentation.xml.rels", REL("rId1", T "slide", "slides/slide1.xml"), r->book_rels);
	put_rels(w, a, "ppt/slides/_rels/slide1.xml.rels", "", r->rels);
	put_part(w, a, "ppt/presentation.xml", arena_printf(a, HEAD "<p:presentation" P_NS SPACES "><p:sldIdLst><p:sldId "
		"id=\"256\" r:id=\"rId1\"/></p:sldIdLst>%s</p:presentation>", or_empty(r->book)));
	put_part(w, a, "ppt/slides/slide1.xml", arena_printf(a, HEAD "<p:sld" P_NS SPACES "><p:cSld><p:spTree><p:sp>"
		"<p:txBody><a:p><a:r><a:t>" KEPT "</a:t></a:r></a:p></p:txBody></p:sp>%s</p:spTree></p:cSld>%s</p:sld>",
		or_empty(r->body), or_empty(r->tail)));
}

static void put_types(struct zip_writer *w, struct arena *a, const struct recipe *r)
{
	struct buffer b;
	buffer_init(&b, 1 << 16);
	const char *main = r->type == FILE_DOCX ? "/word/document.xml" : r->type == FILE_XLSX ? "/xl/workbook.xml"
		: "/ppt/presentation.xml";
	const char *usual = r->type == FILE_DOCX ? WML "document.main+xml" : r->type == FILE_XLSX ? SML "sheet.main+xml"
		: PML "presentation.main+xml";
	buffer_printf(&b, HEAD "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
		"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
		"<Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>"
		"<Default Extension=\"bin\" ContentType=\"application/octet-stream\"/>"
		"<Override PartName=\"%s\" ContentType=\"%s\"/>"
		"<Override PartName=\"/word/settings.xml\" ContentType=\"" WML "settings+xml\"/>"
		"<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"" SML "worksheet+xml\"/>"
		"<Override PartName=\"/ppt/slides/slide1.xml\" ContentType=\"" PML "slide+xml\"/>",
		main, r->main_type ? r->main_type : usual);
	for (int i = 0; i < 4 && r->parts[i].name; i++)
		if (r->parts[i].type)
			buffer_printf(&b, "<Override PartName=\"/%s\" ContentType=\"%s\"/>", r->parts[i].name, r->parts[i].type);
	buffer_put_str(&b, "</Types>");
	put_part(w, a, "[Content_Types].xml", buffer_cstr(&b));
	buffer_done(&b);
}

static inline void make_office(const struct recipe *r, struct buffer *out)
{
	struct arena *a = arena_new(64 << 20);
	struct zip_writer w;
	struct why why = {0};
	zip_writer_begin(&w);
	put_types(&w, a, r);
	if (r->type == FILE_DOCX)
		put_word(&w, a, r);
	if (r->type == FILE_XLSX)
		put_sheet(&w, a, r);
	if (r->type == FILE_PPTX)
		put_slide(&w, a, r);
	for (int i = 0; i < 4 && r->parts[i].name; i++) {
		const struct made_part *p = &r->parts[i];
		CHECK_OK(zip_writer_add(&w, slice_str(p->name), slice_of(p->data, p->len ? p->len : strlen(p->data)), true, &why), &why);
	}
	CHECK_OK(zip_writer_end(&w, SLICE(""), SLICE(""), out, &why), &why);
	zip_writer_done(&w);
	arena_free(a);
}

/* ---- cleansing and looking ---- */

struct outcome {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static void cleanse(struct outcome *o, const char *name, struct slice in)
{
	struct file_limits limits = file_limits_default();
	struct why why = {0};
	o->arena = arena_new((size_t)256 << 20);
	buffer_init(&o->out, 256 << 20);
	CHECK_OK(file_cleanse(slice_str(name), in, &limits, o->arena, &o->out, &o->report, &why), &why);
}

static void outcome_done(struct outcome *o)
{
	buffer_done(&o->out);
	arena_free(o->arena);
}

static inline bool removed(const struct outcome *o, const char *what)
{
	for (const struct removal *r = o->report.removals; r; r = r->next)
		if (strcmp(r->what, what) == 0)
			return true;
	return false;
}

/* All members' names and contents, one after another, as libzip reads them. */
static bool unpack_all(struct slice archive, struct buffer *out)
{
	zip_error_t error;
	zip_source_t *source = zip_source_buffer_create(archive.at, archive.len, 0, &error);
	zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : NULL;
	if (!zip)
		return false;
	bool all = true;
	for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++) {
		zip_stat_t stat;
		zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
		all &= file && zip_stat_index(zip, (zip_uint64_t)i, 0, &stat) == 0;
		uint8_t *to = all ? buffer_reserve(out, stat.size + 600) : NULL;
		if (to) {
			all &= zip_fread(file, to, stat.size) == (zip_int64_t)stat.size;
			buffer_commit(out, stat.size);
			buffer_printf(out, "\n%s\n", stat.name);
		}
		if (file)
			zip_fclose(file);
	}
	zip_discard(zip);
	return all && buffer_ok(out);
}

static inline bool holds(const struct buffer *text, const char *what)
{
	return slice_find(buffer_slice(text), slice_str(what)) != SIZE_MAX;
}

#endif
