/* What may stand in a package: relationship type and content type together.
 * A relationship that is not here is not followed, a part that is not reached
 * does not exist in the output. */
#include "gate/file/ooxml.h"

#define APP "application/vnd.openxmlformats-officedocument."
#define WML APP "wordprocessingml."
#define SML APP "spreadsheetml."
#define PML APP "presentationml."
#define DML APP "drawingml."
#define MSO "application/vnd.ms-"

#define BINARY(relation, type, implicit) {relation, MSO "excel." type, ROLE_BINARY, implicit, 0, NULL, "unknown-part"}
#define XML(relation, type, implicit, ns, root) {relation, type, ROLE_XML, implicit, ns, root, "unknown-part"}

static const struct part_rule kept[] = {
	XML("extended-properties", APP "extended-properties+xml", true, NS_EP, "Properties"),
	XML("extendedProperties", APP "extended-properties+xml", true, NS_EP, "Properties"),
	XML("core-properties", "application/vnd.openxmlformats-package.core-properties+xml", true, NS_CP,
	    "coreProperties"),
	/* all three */
	XML("theme", APP "theme+xml", true, NS_A, "theme"),
	XML("themeOverride", APP "themeOverride+xml", true, NS_A, "themeOverride"),
	XML("chart", DML "chart+xml", false, NS_C, "chartSpace"),
	XML("chartUserShapes", DML "chartshapes+xml", false, NS_C, "userShapes"),
	XML("chartStyle", MSO "office.chartstyle+xml", true, NS_UNKNOWN, "chartStyle"),
	XML("chartColorStyle", MSO "office.chartcolorstyle+xml", true, NS_UNKNOWN, "colorStyle"),
	XML("diagramData", DML "diagramData+xml", false, NS_DGM, "dataModel"),
	XML("diagramLayout", DML "diagramLayout+xml", false, NS_DGM, "layoutDef"),
	XML("diagramQuickStyle", DML "diagramStyle+xml", false, NS_DGM, "styleDef"),
	XML("diagramColors", DML "diagramColors+xml", false, NS_DGM, "colorsDef"),
	XML("diagramDrawing", MSO "office.drawingml.diagramDrawing+xml", true, NS_DSP, "drawing"),
	XML("vmlDrawing", APP "vmlDrawing", false, NS_NONE, "xml"),
	{"image", NULL, ROLE_PICTURE, false, 0, NULL, "picture"},
	{"hyperlink", NULL, ROLE_LINK, false, 0, NULL, "unsafe-link"},
	{"package", SML "sheet", ROLE_WORKBOOK, false, 0, NULL, "embedded-file"},
	/* Word */
	XML("styles", WML "styles+xml", true, NS_W, "styles"),
	XML("stylesWithEffects", MSO "word.stylesWithEffects+xml", true, NS_W, "styles"),
	XML("settings", WML "settings+xml", true, NS_W, "settings"),
	XML("webSettings", WML "webSettings+xml", true, NS_W, "webSettings"),
	XML("fontTable", WML "fontTable+xml", true, NS_W, "fonts"),
	XML("numbering", WML "numbering+xml", true, NS_W, "numbering"),
	XML("footnotes", WML "footnotes+xml", true, NS_W, "footnotes"),
	XML("endnotes", WML "endnotes+xml", true, NS_W, "endnotes"),
	XML("comments", WML "comments+xml", true, NS_W, "comments"),
	XML("commentsExtended", WML "commentsExtended+xml", true, NS_W15, "commentsEx"),
	XML("commentsIds", WML "commentsIds+xml", true, NS_UNKNOWN, "commentsIds"),
	XML("commentsExtensible", WML "commentsExtensible+xml", true, NS_UNKNOWN, "commentsExtensible"),
	XML("people", WML "people+xml", true, NS_W15, "people"),
	XML("header", WML "header+xml", false, NS_W, "hdr"),
	XML("footer", WML "footer+xml", false, NS_W, "ftr"),
	XML("glossaryDocument", WML "document.glossary+xml", true, NS_W, "glossaryDocument"),
	/* Excel */
	XML("worksheet", SML "worksheet+xml", false, NS_S, "worksheet"),
	XML("chartsheet", SML "chartsheet+xml", false, NS_S, "chartsheet"),
	{"dialogsheet", NULL, ROLE_BLANK_SHEET, false, 0, NULL, "macro-sheet"},
	{"xlMacrosheet", NULL, ROLE_BLANK_SHEET, false, 0, NULL, "macro-sheet"},
	{"xlIntlMacrosheet", NULL, ROLE_BLANK_SHEET, false, 0, NULL, "macro-sheet"},
	XML("sharedStrings", SML "sharedStrings+xml", true, NS_S, "sst"),
	XML("styles", SML "styles+xml", true, NS_S, "styleSheet"),
	XML("sheetMetadata", SML "sheetMetadata+xml", true, NS_S, "metadata"),
	XML("table", SML "table+xml", false, NS_S, "table"),
	XML("drawing", APP "drawing+xml", false, NS_XDR, "wsDr"),
	XML("comments", SML "comments+xml", true, NS_S, "comments"),
	XML("threadedComment", MSO "excel.threadedcomments+xml", true, NS_UNKNOWN, "ThreadedComments"),
	XML("person", MSO "excel.person+xml", true, NS_UNKNOWN, "personList"),
	XML("pivotTable", SML "pivotTable+xml", true, NS_S, "pivotTableDefinition"),
	XML("pivotCacheDefinition", SML "pivotCacheDefinition+xml", true, NS_S, "pivotCacheDefinition"),
	XML("pivotCacheRecords", SML "pivotCacheRecords+xml", false, NS_S, "pivotCacheRecords"),
	XML("slicer", MSO "excel.slicer+xml", false, NS_X14, "slicers"),
	XML("slicerCache", MSO "excel.slicerCache+xml", false, NS_X14, "slicerCacheDefinition"),
	XML("timeline", MSO "excel.timeline+xml", false, NS_X15, "timelines"),
	XML("timelineCache", MSO "excel.timelineCache+xml", false, NS_X15, "timelineCacheDefinition"),
	XML("ctrlProp", MSO "excel.controlproperties+xml", false, NS_X14, "formControlPr"),
	/* Excel, binary */
	BINARY("worksheet", "worksheet", false), BINARY("chartsheet", "chartsheet", false),
	BINARY("sharedStrings", "sharedStrings", true), BINARY("styles", "styles", true),
	BINARY("comments", "comments", true), BINARY("table", "table", false),
	BINARY("pivotTable", "pivotTable", true), BINARY("pivotCacheDefinition", "pivotCacheDefinition", true),
	BINARY("pivotCacheRecords", "pivotCacheRecords", true),
	/* PowerPoint */
	XML("slide", PML "slide+xml", false, NS_P, "sld"),
	XML("slideLayout", PML "slideLayout+xml", true, NS_P, "sldLayout"),
	XML("slideMaster", PML "slideMaster+xml", true, NS_P, "sldMaster"),
	XML("notesSlide", PML "notesSlide+xml", true, NS_P, "notes"),
	XML("notesMaster", PML "notesMaster+xml", true, NS_P, "notesMaster"),
	XML("handoutMaster", PML "handoutMaster+xml", true, NS_P, "handoutMaster"),
	XML("presProps", PML "presProps+xml", true, NS_P, "presentationPr"),
	XML("viewProps", PML "viewProps+xml", true, NS_P, "viewPr"),
	XML("tableStyles", PML "tableStyles+xml", true, NS_A, "tblStyleLst"),
	XML("commentAuthors", PML "commentAuthors+xml", true, NS_P, "cmAuthorLst"),
	XML("comments", PML "comments+xml", true, NS_P, "cmLst"),
	XML("comments", MSO "powerpoint.comments+xml", true, NS_UNKNOWN, "cmLst"),
	XML("authors", MSO "powerpoint.authors+xml", true, NS_UNKNOWN, "authorLst"),
};

/* The word of a report for what is not followed. */
static const struct {
	const char *relation, *what;
} dropped[] = {
	{"vbaProject", "vba"}, {"wordVbaData", "vba"}, {"vbaProjectSignature", "vba"},
	{"vbaProjectSignatureAgile", "vba"}, {"vbaProjectSignatureV3", "vba"},
	{"control", "activex"}, {"activeXControlBinary", "activex"},
	{"oleObject", "ole-object"}, {"package", "embedded-file"},
	{"externalLink", "external-link"}, {"externalLinkPath", "external-link"},
	{"externalLinkLongPath", "external-link"}, {"xlPathMissing", "external-link"},
	{"slideUpdateInfo", "external-link"}, {"slideUpdateUrl", "external-link"},
	{"htmlPubSaveAs", "external-link"}, {"image", "external-link"},
	{"attachedTemplate", "template"}, {"transform", "template"}, {"schemaLibrary", "template"},
	{"mailMergeSource", "mail-merge"}, {"mailMergeHeaderSource", "mail-merge"},
	{"mailMergeRecipientData", "mail-merge"}, {"recipientData", "mail-merge"},
	{"subDocument", "sub-document"}, {"frame", "frame"}, {"aFChunk", "alt-chunk"},
	{"connections", "data-connection"}, {"queryTable", "data-connection"}, {"xmlMaps", "data-connection"},
	{"tableSingleCells", "data-connection"}, {"volatileDependencies", "data-connection"},
	{"powerPivotData", "data-model"}, {"model", "data-model"}, {"customData", "data-model"},
	{"customDataProps", "data-model"},
	{"audio", "media"}, {"video", "media"}, {"media", "media"}, {"sound", "media"},
	{"hdphoto", "picture"}, {"hyperlink", "unsafe-link"},
	{"tags", "tags"}, {"customXml", "custom-xml"}, {"customXmlProps", "custom-xml"},
	{"custom-properties", "custom-properties"}, {"customProperties", "custom-properties"},
	{"customProperty", "custom-properties"}, {"classificationlabels", "custom-properties"},
	{"docMetadata", "custom-properties"},
	{"thumbnail", "thumbnail"}, {"printerSettings", "printer-settings"}, {"font", "embedded-font"},
	{"calcChain", "calculation-chain"}, {"xlBinaryIndex", "cell-index"},
	{"extensibility", "custom-ui"}, {"userCustomization", "custom-ui"}, {"attachedToolbars", "custom-ui"},
	{"keyMapCustomizations", "custom-ui"}, {"customizations", "custom-ui"},
	{"webextensiontaskpanes", "web-extension"}, {"webextension", "web-extension"},
	{"taskpanes", "web-extension"},
	{"origin", "signature"}, {"signature", "signature"}, {"certificate", "signature"},
};

static const struct main_rule mains[] = {
	{WML "document.main+xml", WML "document.main+xml", FILE_DOCX, "docx", "docx", NS_W, "document"},
	{MSO "word.document.macroEnabled.main+xml", WML "document.main+xml", FILE_DOCX, "docm", "docx", NS_W,
	 "document"},
	{WML "template.main+xml", WML "template.main+xml", FILE_DOCX, "dotx", "dotx", NS_W, "document"},
	{MSO "word.template.macroEnabledTemplate.main+xml", WML "template.main+xml", FILE_DOCX, "dotm", "dotx",
	 NS_W, "document"},
	{SML "sheet.main+xml", SML "sheet.main+xml", FILE_XLSX, "xlsx", "xlsx", NS_S, "workbook"},
	{MSO "excel.sheet.macroEnabled.main+xml", SML "sheet.main+xml", FILE_XLSX, "xlsm", "xlsx", NS_S,
	 "workbook"},
	{SML "template.main+xml", SML "template.main+xml", FILE_XLSX, "xltx", "xltx", NS_S, "workbook"},
	{MSO "excel.template.macroEnabled.main+xml", SML "template.main+xml", FILE_XLSX, "xltm", "xltx", NS_S,
	 "workbook"},
	{MSO "excel.sheet.binary.macroEnabled.main", MSO "excel.sheet.binary.macroEnabled.main", FILE_XLSB, "xlsb",
	 "xlsb", NS_NONE, NULL},
	{PML "presentation.main+xml", PML "presentation.main+xml", FILE_PPTX, "pptx", "pptx", NS_P,
	 "presentation"},
	{MSO "powerpoint.presentation.macroEnabled.main+xml", PML "presentation.main+xml", FILE_PPTX, "pptm",
	 "pptx", NS_P, "presentation"},
	{PML "slideshow.main+xml", PML "slideshow.main+xml", FILE_PPTX, "ppsx", "ppsx", NS_P, "presentation"},
	{MSO "powerpoint.slideshow.macroEnabled.main+xml", PML "slideshow.main+xml", FILE_PPTX, "ppsm", "ppsx",
	 NS_P, "presentation"},
	{PML "template.main+xml", PML "template.main+xml", FILE_PPTX, "potx", "potx", NS_P, "presentation"},
	{MSO "powerpoint.template.macroEnabled.main+xml", PML "template.main+xml", FILE_PPTX, "potm", "potx",
	 NS_P, "presentation"},
};

/* The words before the last one of a relationship type that is followed. */
static const char *const bases[] = {
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
	"http://purl.oclc.org/ooxml/officeDocument/relationships/",
	"http://schemas.openxmlformats.org/package/2006/relationships/metadata/",
	"http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/",
	"http://schemas.microsoft.com/office/2006/relationships/",
	"http://schemas.microsoft.com/office/2007/relationships/",
	"http://schemas.microsoft.com/office/2011/relationships/",
	"http://schemas.microsoft.com/office/2016/09/relationships/",
	"http://schemas.microsoft.com/office/2017/10/relationships/",
	"http://schemas.microsoft.com/office/2018/08/relationships/",
	"http://schemas.microsoft.com/office/2018/10/relationships/",
};

static struct slice last_word(struct slice type)
{
	size_t from = type.len;
	while (from > 0 && type.at[from - 1] != '/')
		from--;
	return slice_part(type, from, type.len);
}

static bool known_base(struct slice type)
{
	struct slice base = slice_part(type, 0, type.len - last_word(type).len);
	for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
		if (slice_is(base, bases[i]))
			return true;
	return false;
}

/* "package" serves workbooks of every kind: its row names a beginning only. */
static bool type_fits(const struct part_rule *rule, struct slice content_type)
{
	if (!rule->content_type || content_type.len == 0)
		return true;
	struct slice want = slice_str(rule->content_type);
	if (rule->role == ROLE_WORKBOOK)
		return slice_equal_nocase(slice_part(content_type, 0, want.len), want) ||
		       slice_equal_nocase(content_type, SLICE("application/vnd.ms-excel.sheet.macroEnabled.12"));
	return slice_equal_nocase(content_type, want);
}

const struct part_rule *part_rule_of(struct slice type, struct slice content_type)
{
	struct slice word = last_word(type);
	if (!known_base(type))
		return NULL;
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (slice_is(word, kept[i].relation) && type_fits(&kept[i], content_type))
			return &kept[i];
	return NULL;
}

const char *part_word_of(struct slice type)
{
	struct slice word = last_word(type);
	for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
		if (slice_is(word, dropped[i].relation))
			return dropped[i].what;
	return "unknown-part";
}

const struct main_rule *main_rule_of(struct slice content_type)
{
	for (size_t i = 0; i < sizeof mains / sizeof mains[0]; i++)
		if (slice_equal_nocase(content_type, slice_str(mains[i].content_type)))
			return &mains[i];
	return NULL;
}
