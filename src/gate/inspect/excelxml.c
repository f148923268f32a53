/* Workbooks as one XML text (Excel 2002 and 2003), by SAX: names of elements and
 * attributes that must not be there, formulas, links; the visible words.
 * source  Microsoft Office 2003 XML Reference Schemas, SpreadsheetML
 */
#include "gate/inspect/office.h"

#include "base/buffer.h"

static const struct {
	const char *names, *what;
} elements[] = {
	{"SupBook Xct Crn ExternName DDE Path", "external-link"},
	{"QueryTable QuerySource MapInfo PivotCache PivotTable Connection", "data-connection"},
	{"DownloadComponents LocationOfComponents HyperlinkBase PublishObjects", "external-link"},
	{"Scripts Script MacroName", "macro-link"}, {"OleObject OleObjects Object binData", "ole-object"},
	{"CustomDocumentProperties", "custom-properties"}, {"SmartTags SmartTagType", "custom-xml"},
};

struct workbook {
	bool data, rule;
	struct buffer gathered;
	struct part_text visible;
};

static void judge_formula(struct part *part, struct slice formula)
{
	const char *what = "formula";
	if (formula.len > 0 && formula.at[0] == '=')
		formula = slice_part(formula, 1, formula.len);
	if (!formula_safe(part->look, formula, &what))
		look_find(part->look, what, "%.*s", SLICE_ARG(slice_part(formula, 0, 60)));
}

static void on_element(struct part *part, struct slice name, const char *ns,
                       const struct attribute *list, size_t count)
{
	struct workbook *w = part->user;
	(void)ns;
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
		if (words_have(elements[i].names, name))
			look_find(part->look, elements[i].what, "<%.*s>", SLICE_ARG(name));
	for (size_t i = 0; i < count; i++) {
		struct slice value = list[i].value;
		if (words_have("Formula RefersTo", list[i].name))
			judge_formula(part, value);
		if (slice_is(list[i].name, "HRef") && value.len && value.at[0] != '#' && !link_safe(value))
			look_find(part->look, "unsafe-link", "%.*s", SLICE_ARG(slice_part(value, 0, 60)));
		if (words_have("Macro MacroName Function OnAction onclick onload src", list[i].name))
			look_find(part->look, "macro-link", "@%.*s", SLICE_ARG(list[i].name));
		if (slice_is(name, "NamedRange") && words_have("Auto_Open Auto_Close Auto_Activate Auto_Deactivate", value))
			look_find(part->look, "auto-name", "%.*s", SLICE_ARG(value));
	}
	w->data = w->data || slice_is(name, "Data");
	w->rule = words_have("Value Value1 Value2 Min Max", name);
	buffer_clear(&w->gathered);
	part->look->report->pages += slice_is(name, "Worksheet");
}

static void on_text(struct part *part, struct slice text)
{
	struct workbook *w = part->user;
	if (w->data)
		part_text_add(&w->visible, text.at, text.len);
	if (w->rule)
		buffer_put_slice(&w->gathered, text);
}

static void on_end(struct part *part, struct slice name)
{
	struct workbook *w = part->user;
	if (w->rule)
		judge_formula(part, buffer_slice(&w->gathered));
	w->rule = false;
	w->data = w->data && !slice_is(name, "Data");
}

/* The one instruction that Office writes is taken out before XML is read. */
struct slice without_line(struct look *look, struct slice in, const char *line)
{
	uint8_t *room = arena_alloc(look->arena, in.len + 1);
	size_t at = slice_find(in, slice_str(line));
	if (!room)
		return slice_of(NULL, 0);
	memcpy(room, in.at, in.len);
	if (at != SIZE_MAX)
		memset(room + at, ' ', strlen(line));
	return slice_of(room, in.len);
}

bool look_excelxml(struct look *look, enum inspect_type type, struct slice in)
{
	struct workbook w = {0};
	struct part part = {.look = look, .name = "workbook", .element = on_element, .text = on_text,
	                    .end = on_end, .user = &w};
	struct slice text = without_line(look, in, "<?mso-application progid=\"Excel.Sheet\"?>");
	(void)type;
	if (!text.at)
		return look_memory(look);
	buffer_init(&w.gathered, 1 << 20);
	bool fine = xml_read(&part, text);
	buffer_done(&w.gathered);
	look_text(look, &w.visible);
	return fine && (look->report->pages > 0 || look_unreadable(look, "no worksheet"));
}
