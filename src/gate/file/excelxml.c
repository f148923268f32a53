/* Workbooks of Excel 2002 and 2003 as one XML text (SpreadsheetML 2003).
 *
 * Read once, written on the way: an element of the list is copied as it stands,
 * any other goes with all that it holds; an attribute that is a formula, a link
 * or a macro is judged.  A cell loses its formula and keeps its value; a rule
 * whose formula is not allowed goes whole.
 * source  Microsoft Office 2003 XML Reference Schemas, SpreadsheetML        */
#include "gate/file/job.h"

#include "gate/file/links.h"
#include "gate/file/xml.h"

enum family { OTHER = 0, SHEETS, EXCEL, OFFICE, HTML, PLAIN };

/* Between spaces, by family. */
static const char *const elements[] = {
	[OTHER] = "",
	[SHEETS] = "Workbook Styles Style Alignment Borders Border Font Interior NumberFormat Protection Names "
		"NamedRange Worksheet Table Column Row Cell Data Comment NamedCell PhoneticText",
	[EXCEL] = "ExcelWorkbook WindowHeight WindowWidth WindowTopX WindowTopY TabRatio ActiveSheet FirstVisibleSheet "
		"ProtectStructure ProtectWindows HideHorizontalScrollBar HideVerticalScrollBar HideWorkbookTabs "
		"RefModeR1C1 Date1904 Calculation Iteration MaxIterations MaxChange DoNotCalculateBeforeSave "
		"PrecisionAsDisplayed DisplayDrawingObjects AcceptLabelsInFormulas Iconic WorksheetOptions PageSetup "
		"Layout Header Footer PageMargins Print ValidPrinterInfo PaperSizeIndex HorizontalResolution "
		"VerticalResolution Scale FitToPage FitWidth FitHeight NumberofCopies Gridlines BlackAndWhite "
		"DraftQuality RowColHeadings LeftToRight CommentsLayout PrintErrors Selected Visible Panes Pane Number "
		"ActiveRow ActiveCol RangeSelection TopRowVisible LeftColumnVisible FreezePanes FrozenNoSplit "
		"SplitHorizontal SplitVertical TopRowBottomPane LeftColumnRightPane ActivePane ProtectObjects "
		"ProtectScenarios EnableSelection AllowFormatCells AllowSizeCols AllowSizeRows AllowInsertCols "
		"AllowInsertRows AllowInsertHyperlinks AllowDeleteCols AllowDeleteRows AllowSort AllowFilter "
		"AllowUsePivotTables DoNotDisplayGridlines DoNotDisplayHeadings DoNotDisplayZeros DoNotDisplayOutline "
		"DisplayRightToLeft DisplayFormulas GridlineColor GridlineColorIndex TabColorIndex Zoom PageBreakZoom "
		"PageLayoutZoom ShowPageBreakZoom ViewableRange StandardWidth DefaultRowHeight "
		"DefaultColumnWidth Unsynced NoSummaryRowsBelowDetail NoSummaryColumnsRightDetail SpaceAbove SpaceBelow "
		"AutoFilter AutoFilterColumn AutoFilterCondition AutoFilterAnd AutoFilterOr Sorting Sort Descending "
		"PageBreaks RowBreaks RowBreak ColBreaks ColBreak Row Column ColStart ColEnd RowStart RowEnd "
		"DataValidation Range Type Qualifier Value Min Max CellRangeList UseBlank ComboHide IMEMode InputHide "
		"InputTitle InputMessage ErrorHide ErrorStyle ErrorTitle ErrorMessage "
		"ConditionalFormatting Condition Value1 Value2 Format Style",
	[OFFICE] = "DocumentProperties Title Subject Author Keywords Description LastAuthor Revision TotalTime Created "
		"LastSaved LastPrinted Category Manager Company Version Pages Words Characters CharactersWithSpaces "
		"Lines Paragraphs AppName OfficeDocumentSettings AllowPNG Colors Color Index RGB",
	[HTML] = "B I U S Sub Sup Font Span",
	[PLAIN] = "",
};

/* What is known only to be dropped, and by which word. */
static const struct {
	const char *names, *what;
} dropped[] = {
	{"SupBook Path Xct Crn ExternName DDE", "external-link"},
	{"QueryTable QuerySource MapInfo PivotCache PivotTable Connection", "data-connection"},
	{"DownloadComponents LocationOfComponents HyperlinkBase PublishObjects", "external-link"},
	{"CustomDocumentProperties", "custom-properties"}, {"SmartTags SmartTagType", "custom-xml"},
	{"Scripts Script MacroName", "macro-link"}, {"OleObject OleObjects Object", "ole-object"},
};

static const char program_line[] = "<?mso-application progid=\"Excel.Sheet\"?>";

struct rule { /* a validation or a condition that is open */
	size_t depth, kept; /* length of the output before it */
	bool bad;
};

struct excel {
	struct job *job;
	struct xml *xml;
	struct slice text;
	struct buffer *out, plain, collected;
	size_t done;          /* of the input: copied or left out */
	struct rule rule;     /* depth 0: none */
	bool collecting;
	const char *reported[16];
	size_t reported_count;
};

static bool listed(const char *words, struct slice word)
{
	for (const char *at = words; *at;) {
		size_t len = strcspn(at, " ");
		if (len == word.len && memcmp(at, word.at, len) == 0)
			return true;
		at += len + (at[len] == ' ');
	}
	return false;
}

static enum family family_of(const struct xml *xml, uint16_t ns)
{
	if (ns == NS_NONE)
		return PLAIN;
	if (ns == NS_X || ns == NS_O)
		return ns == NS_X ? EXCEL : OFFICE;
	if (ns <= NS_UNKNOWN || (uint32_t)(ns - NS_UNKNOWN) > xml->unknown_count)
		return OTHER;
	struct slice uri = xml->unknowns[ns - NS_UNKNOWN - 1];
	if (slice_is(uri, "urn:schemas-microsoft-com:office:spreadsheet"))
		return SHEETS;
	return slice_is(uri, "http://www.w3.org/TR/REC-html40") ? HTML : OTHER;
}

static void report(struct excel *e, const char *what)
{
	for (size_t i = 0; i < e->reported_count; i++)
		if (e->reported[i] == what)
			return;
	if (e->reported_count < 16)
		e->reported[e->reported_count++] = what;
	job_drop(e->job, what, "");
}

static void copy_until(struct excel *e, size_t to)
{
	buffer_put_slice(e->out, slice_part(e->text, e->done, to - e->done));
	e->done = to;
}

static void leave_out(struct excel *e, size_t from, size_t to)
{
	copy_until(e, from);
	e->done = to;
}

static struct slice decoded(struct excel *e, struct slice raw)
{
	buffer_clear(&e->plain);
	xml_decode(raw, &e->plain);
	return buffer_slice(&e->plain);
}

static bool formula_fine(struct excel *e, struct slice formula)
{
	bool marked = formula.len > 0 && formula.at[0] == '=';
	return formula_allowed(&e->job->links, slice_part(formula, marked, formula.len));
}

/* ---- attributes ---- */

static bool attribute_fine(struct excel *e, const struct xml_attribute *a, const char **what)
{
	enum family family = family_of(e->xml, a->ns);
	*what = "unknown-element";
	if (a->ns == NS_XML)
		return slice_is(a->local, "space") || slice_is(a->local, "lang");
	if (family == HTML)
		return listed("Size Color Face", a->local);
	if (family != SHEETS && family != EXCEL)
		return false;
	if (slice_is(a->local, "Formula")) {
		*what = "formula";
		return formula_fine(e, decoded(e, a->value));
	}
	if (slice_is(a->local, "HRef")) {
		struct slice link = decoded(e, a->value);
		*what = "unsafe-link";
		return link.len == 0 || link.at[0] == '#' || link_allowed(&e->job->links, link);
	}
	*what = "macro-link";
	return !listed("Macro MacroName Function Procedure OnAction Src Xml", a->local);
}

/* A name stays only as an area or a harmless formula. */
static const char *name_fault(struct excel *e)
{
	static const char *const automatic[] = {"auto_open", "auto_close", "auto_activate", "auto_deactivate"};
	for (size_t i = 0; i < e->xml->attribute_count; i++) {
		const struct xml_attribute *a = &e->xml->attributes[i];
		struct slice value = decoded(e, a->value);
		if (slice_is(a->local, "RefersTo") && !formula_fine(e, value))
			return "formula";
		for (size_t k = 0; slice_is(a->local, "Name") && k < 4; k++)
			if (slice_equal_nocase(slice_part(value, 0, strlen(automatic[k])), slice_str(automatic[k])))
				return "auto-name";
		if (a->ns != NS_XMLNS && !listed("Name RefersTo Hidden", a->local))
			return "auto-name";
	}
	return NULL;
}

/* ---- elements ---- */

static const char *element_fault(struct excel *e)
{
	enum family family = family_of(e->xml, e->xml->ns);
	for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
		if (listed(dropped[i].names, e->xml->local))
			return dropped[i].what;
	if (!listed(elements[family], e->xml->local))
		return "unknown-element";
	return slice_is(e->xml->local, "NamedRange") ? name_fault(e) : NULL;
}

static void judge_attributes(struct excel *e)
{
	for (size_t i = 0; i < e->xml->attribute_count; i++) {
		const struct xml_attribute *a = &e->xml->attributes[i];
		const char *what;
		if (a->ns == NS_XMLNS || attribute_fine(e, a, &what))
			continue;
		leave_out(e, a->from, a->to);
		report(e, what);
	}
}

static bool started(struct excel *e)
{
	const char *fault = element_fault(e);
	if (fault) {
		size_t from = e->xml->from;
		bool whole = xml_skip(e->xml);
		leave_out(e, from, e->xml->to);
		report(e, fault);
		return whole;
	}
	if (!e->rule.depth && listed("DataValidation ConditionalFormatting", e->xml->local)) {
		copy_until(e, e->xml->from);
		e->rule = (struct rule){e->xml->depth, e->out->len, false};
	}
	e->collecting = e->rule.depth && listed("Value Value1 Value2 Min Max", e->xml->local);
	buffer_clear(&e->collected);
	judge_attributes(e);
	return true;
}

static void ended(struct excel *e)
{
	if (e->collecting)
		e->rule.bad |= !formula_fine(e, buffer_slice(&e->collected));
	e->collecting = false;
	if (!e->rule.depth || e->xml->depth + 1 != e->rule.depth)
		return;
	copy_until(e, e->xml->to);
	if (e->rule.bad) {
		e->out->len = e->rule.kept;
		report(e, "formula");
	}
	e->rule.depth = 0;
}

static struct result declaration(struct excel *e)
{
	const struct xml_attribute *a = xml_attribute(e->xml, NS_NONE, "encoding");
	bool plain = !a || slice_equal_nocase(a->value, SLICE("UTF-8")) || slice_equal_nocase(a->value, SLICE("UTF-16"));
	if (!plain)
		return job_refuse(e->job, REFUSAL_UNKNOWN, "", "an encoding other than UTF-8 and UTF-16");
	if (a && !slice_equal_nocase(a->value, SLICE("UTF-8"))) {
		leave_out(e, e->xml->from, e->xml->to);
		buffer_put_str(e->out, "<?xml version=\"1.0\"?>");
	}
	return ok();
}

static bool token(struct excel *e)
{
	struct xml *xml = e->xml;
	struct slice whole = slice_part(e->text, xml->from, xml->to - xml->from);
	switch (xml->kind) {
	case XML_START:
		return started(e);
	case XML_END:
		ended(e);
		return true;
	case XML_TEXT:
		if (e->collecting && xml->cdata)
			buffer_put_slice(&e->collected, xml->text);
		else if (e->collecting)
			xml_decode(xml->text, &e->collected);
		return true;
	case XML_PI:
		if (slice_is(whole, program_line))
			return true;
		/* fall through */
	case XML_COMMENT:
		leave_out(e, xml->from, xml->to);
		report(e, "comment");
		return true;
	case XML_DECLARATION:
	case XML_DOCTYPE: /* a fault here */
	case XML_END_OF_INPUT:
		break;
	}
	return true;
}

static struct result read_all(struct excel *e)
{
	struct xml *xml = e->xml;
	xml_init(xml, e->text);
	while (xml_next(xml)) {
		if (xml->from == 0 && xml->kind != XML_DECLARATION)
			return job_refuse(e->job, REFUSAL_DAMAGED, "", "no XML declaration at its start");
		if (xml->kind == XML_START && xml->depth == 1 &&
		    (family_of(xml, xml->ns) != SHEETS || !slice_is(xml->local, "Workbook")))
			return job_refuse(e->job, REFUSAL_UNKNOWN, "", "an XML document that is no workbook");
		if (xml->kind == XML_DECLARATION)
			TRY(declaration(e));
		else if (!token(e))
			break;
	}
	if (xml->fault)
		return job_refuse(e->job, REFUSAL_DAMAGED, "", "%s at offset %zu", xml->fault, xml->pos);
	copy_until(e, e->text.len);
	return ok();
}

struct result excelxml_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) room = {0};
	struct arena AUTO(arena_drop) *arena = arena_new(4 << 20);
	struct excel e = {.job = job, .out = out, .xml = arena ? ARENA_NEW(arena, struct xml) : NULL};
	struct why inner = {0};
	if (!e.xml)
		return job_memory(why);
	buffer_init(&room, (size_t)1 << 30);
	buffer_init(&e.plain, 64 << 20);
	buffer_init(&e.collected, 64 << 20);
	struct result result = xml_to_utf8(in, &room, &e.text, &inner);
	if (result.code == E_INPUT)
		result = job_refuse(job, REFUSAL_DAMAGED, "", "%s", inner.text);
	else if (result.code == OK)
		result = read_all(&e);
	bool kept = buffer_ok(&e.plain) && buffer_ok(&e.collected);
	buffer_done(&e.plain);
	buffer_done(&e.collected);
	TRY(result);
	return kept ? ok() : job_memory(why);
}
