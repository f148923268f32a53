/* A workbook of one sheet or several.  Row 1 holds the columns' ids and is hidden: a returned
 * sheet is read by them, whatever was done to the headings in row 2.  Texts are
 * inline strings, which no program takes for formulas; days are numbers that are
 * shown by era.  source  ECMA-376 part 1: 18.2, 18.3, 18.8                    */
#include "sheet/internal.h"

#include "base/calendar.h"

#include <stdio.h>

enum { STYLE_PLAIN = 0, STYLE_DAY, STYLE_HEAD, STYLE_BAD, STYLE_BAD_DAY, STYLE_ID };

static const char types_head[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
	"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	"<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	"<Override PartName=\"/xl/workbook.xml\" ContentType="
	"\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
	"<Override PartName=\"/xl/styles.xml\" ContentType="
	"\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>";
static const char package[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	"<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	"officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
static const char links_head[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
/* the order of cellXfs is that of the enum above */
static const char styles[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	"<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
	"<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"[$-411]ge\\.m\\.d;@\"/></numFmts>"
	"<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"游ゴシック\"/><family val=\"3\"/><charset val=\"128\"/></font>"
	"<font><b/><sz val=\"11\"/><name val=\"游ゴシック\"/><family val=\"3\"/><charset val=\"128\"/></font></fonts>"
	"<fills count=\"4\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>"
	"<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE6E6E6\"/></patternFill></fill>"
	"<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFFFC7CE\"/></patternFill></fill></fills>"
	"<borders count=\"1\"><border/></borders>"
	"<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
	"<cellXfs count=\"6\">"
	"<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\">"
	"<alignment vertical=\"top\" wrapText=\"1\"/></xf>"
	"<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\">"
	"<alignment vertical=\"top\" horizontal=\"left\"/></xf>"
	"<xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\"/>"
	"<xf numFmtId=\"49\" fontId=\"0\" fillId=\"3\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFill=\"1\""
	" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
	"<xf numFmtId=\"164\" fontId=\"0\" fillId=\"3\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFill=\"1\""
	" applyAlignment=\"1\"><alignment vertical=\"top\" horizontal=\"left\"/></xf>"
	"<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/></cellXfs>"
	"<cellStyles count=\"1\"><cellStyle name=\"標準\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

/* Text that may stand in XML 1.0: what may not is left out (no cell of ours has it). */
static void put_text(struct slice text, struct buffer *out)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c == '&' || c == '<' || c == '>' || c == '"')
			buffer_put_str(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
		else if (c == '\r') /* else a reader makes a line feed of it */
			buffer_put_str(out, "&#13;");
		else if (c >= 0x20 || c == '\t' || c == '\n')
			buffer_put_u8(out, c);
	}
}

static void put_place(size_t row, size_t column, struct buffer *out)
{
	if (column >= 26)
		buffer_put_u8(out, (uint8_t)('A' + column / 26 - 1));
	buffer_put_u8(out, (uint8_t)('A' + column % 26));
	buffer_printf(out, "%zu", row);
}

static void put_string(size_t row, size_t column, int style, struct slice text, struct buffer *out)
{
	buffer_put_str(out, "<c r=\"");
	put_place(row, column, out);
	buffer_printf(out, "\" s=\"%d\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", style);
	put_text(text, out);
	buffer_put_str(out, "</t></is></c>");
}

static void put_number(size_t row, size_t column, int style, const char *number, struct buffer *out)
{
	buffer_put_str(out, "<c r=\"");
	put_place(row, column, out);
	buffer_printf(out, "\" s=\"%d\"><v>%s</v></c>", style, number);
}

/* Days from 1900-03-01 on, where Excel's count is right. */
static bool serial_of(struct slice iso, char out[24])
{
	day_t day;
	if (day_parse(iso, &day, NULL).code != OK || day < -25508)
		return false;
	snprintf(out, 24, "%d", (int)day + 25569);
	return true;
}

static void put_cell(size_t row, size_t column, const struct sheet_cell *cell, struct buffer *out)
{
	char number[24];
	if (!cell->text.len && !cell->bad)
		return;
	if (cell->kind == CELL_DAY && serial_of(cell->text, number)) {
		put_number(row, column, cell->bad ? STYLE_BAD_DAY : STYLE_DAY, number, out);
		return;
	}
	/* fifteen digits are exact in a spreadsheet */
	if (cell->kind == CELL_NUMBER && cell->text.len && cell->text.len <= 15) {
		snprintf(number, sizeof number, "%.*s", SLICE_ARG(cell->text));
		put_number(row, column, cell->bad ? STYLE_BAD : STYLE_ID, number, out);
		return;
	}
	put_string(row, column, cell->bad ? STYLE_BAD : STYLE_PLAIN, cell->text, out);
}

static struct result whole_member(struct zip_out *zip, const char *name, const char *text, struct why *why)
{
	TRY(zip_out_member(zip, name, why));
	return zip_out_put(zip, slice_str(text), why);
}

/* : \ / ? * [ ] may not stand in a sheet's name, which has 31 characters at most */
static void put_title(const char *title, struct buffer *out)
{
	struct slice text = slice_str(title);
	size_t characters = 0;
	for (size_t i = 0; i < text.len; i++) {
		characters += (text.at[i] & 0xc0) != 0x80;
		if (characters > 31)
			break;
		if (!strchr(":\\/?*[]", text.at[i]))
			put_text(slice_part(text, i, 1), out);
	}
}

/* What names the sheets: the types, the workbook, its links.  rId1 is the first sheet's. */
static void put_types(const struct sheet_writer *w, struct buffer *out)
{
	buffer_put_str(out, types_head);
	for (size_t i = 0; i < w->sheet_count; i++)
		buffer_printf(out, "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType="
		              "\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>", i + 1);
	buffer_put_str(out, "</Types>");
}

static void put_workbook(const struct sheet_writer *w, struct buffer *out)
{
	buffer_put_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
		"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r="
		"\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>");
	for (size_t i = 0; i < w->sheet_count; i++) {
		buffer_put_str(out, "<sheet name=\"");
		put_title(w->sheets[i].title, out);
		buffer_printf(out, "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", i + 1, i + 1);
	}
	buffer_put_str(out, "</sheets></workbook>");
}

static void put_links(const struct sheet_writer *w, struct buffer *out)
{
	static const char type[] = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
	buffer_put_str(out, links_head);
	for (size_t i = 0; i < w->sheet_count; i++)
		buffer_printf(out, "<Relationship Id=\"rId%zu\" Type=\"%s/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>", i + 1,
		              type, i + 1);
	buffer_printf(out, "<Relationship Id=\"rId%zu\" Type=\"%s/styles\" Target=\"styles.xml\"/></Relationships>",
	              w->sheet_count + 1, type);
}

static struct result made_member(struct sheet_writer *w, const char *name,
                                 void (*put)(const struct sheet_writer *, struct buffer *), struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	buffer_init(&out, 65536);
	put(w, &out);
	if (!buffer_ok(&out))
		return fail(why, E_LIMIT, "xlsx", "表の見出しが長すぎます。");
	TRY(zip_out_member(w->zip, name, why));
	return zip_out_put(w->zip, buffer_slice(&out), why);
}

static void put_head(const struct sheet_column *columns, size_t count, struct buffer *out)
{
	buffer_put_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
		"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews>"
		"<sheetView workbookViewId=\"0\"><pane ySplit=\"2\" topLeftCell=\"A3\" activePane=\"bottomLeft\""
		" state=\"frozen\"/></sheetView></sheetViews><cols>");
	for (size_t i = 0; i < count; i++)
		buffer_printf(out, "<col min=\"%zu\" max=\"%zu\" width=\"%u\" customWidth=\"1\"/>", i + 1, i + 1,
		              columns[i].width ? columns[i].width : 14);
	buffer_put_str(out, "</cols><sheetData><row r=\"1\" hidden=\"1\">");
	for (size_t i = 0; i < count; i++)
		put_string(1, i, STYLE_ID, slice_str(columns[i].id), out);
	buffer_put_str(out, "</row><row r=\"2\">");
	for (size_t i = 0; i < count; i++)
		put_string(2, i, STYLE_HEAD, slice_str(columns[i].label), out);
	buffer_put_str(out, "</row>");
}

static struct result flush(struct sheet_writer *w, struct why *why)
{
	if (!buffer_ok(&w->line))
		return fail(why, E_LIMIT, "xlsx", "セルの文字が長すぎます。");
	TRY(zip_out_put(w->zip, buffer_slice(&w->line), why));
	buffer_clear(&w->line);
	return ok();
}

/* the zip keeps the names to its end */
static const char *const members[SHEET_BOOK] = {
	"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml",
	"xl/worksheets/sheet5.xml", "xl/worksheets/sheet6.xml", "xl/worksheets/sheet7.xml", "xl/worksheets/sheet8.xml",
	"xl/worksheets/sheet9.xml", "xl/worksheets/sheet10.xml", "xl/worksheets/sheet11.xml", "xl/worksheets/sheet12.xml",
	"xl/worksheets/sheet13.xml", "xl/worksheets/sheet14.xml", "xl/worksheets/sheet15.xml", "xl/worksheets/sheet16.xml"};

static struct result begin_sheet(struct sheet_writer *w, struct why *why)
{
	TRY(zip_out_member(w->zip, members[w->sheet], why));
	put_head(w->sheets[w->sheet].columns, w->columns, &w->line);
	return flush(w, why);
}

struct result xlsx_begin(struct sheet_writer *w, struct why *why)
{
	TRY(zip_out_new(w->sink, &w->zip, why));
	TRY(made_member(w, "[Content_Types].xml", put_types, why));
	TRY(whole_member(w->zip, "_rels/.rels", package, why));
	TRY(made_member(w, "xl/workbook.xml", put_workbook, why));
	TRY(made_member(w, "xl/_rels/workbook.xml.rels", put_links, why));
	TRY(whole_member(w->zip, "xl/styles.xml", styles, why));
	return begin_sheet(w, why);
}

struct result xlsx_row(struct sheet_writer *w, const struct sheet_cell *cells, struct why *why)
{
	size_t row = w->rows + 3;
	buffer_printf(&w->line, "<row r=\"%zu\">", row);
	for (size_t i = 0; i < w->columns; i++)
		put_cell(row, i, &cells[i], &w->line);
	buffer_put_str(&w->line, "</row>");
	return w->line.len > 65536 || !buffer_ok(&w->line) ? flush(w, why) : ok();
}

static struct result end_sheet(struct sheet_writer *w, struct why *why)
{
	buffer_put_str(&w->line, "</sheetData><autoFilter ref=\"A2:");
	put_place(w->rows + 2, w->columns ? w->columns - 1 : 0, &w->line);
	buffer_put_str(&w->line, "\"/></worksheet>");
	return flush(w, why);
}

struct result xlsx_next(struct sheet_writer *w, struct why *why)
{
	TRY(end_sheet(w, why));
	w->rows = 0;
	w->columns = w->sheets[++w->sheet].count;
	return begin_sheet(w, why);
}

struct result xlsx_end(struct sheet_writer *w, struct why *why)
{
	while (w->sheet + 1 < w->sheet_count)
		TRY(xlsx_next(w, why));
	TRY(end_sheet(w, why));
	return zip_out_end(w->zip, why);
}
