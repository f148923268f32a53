/* Which elements and attributes do not stay as they are.  Names are compared
 * after namespaces are resolved, values after references are decoded. */
#include "gate/file/ooxml.h"

static const struct element_rule elements[] = {
	{NS_MC, "AlternateContent", RULE_ALTERNATE, "alternate"},
	{NS_MC, "Choice", RULE_CHOICE, "alternate"},
	{NS_MC, "Fallback", RULE_FALLBACK, "alternate"},
	/* Word */
	{NS_W, "fldChar", RULE_FIELD_CHAR, "field"},
	{NS_W, "instrText", RULE_FIELD_TEXT, "field"},
	{NS_W, "delInstrText", RULE_FIELD_TEXT, "field"},
	{NS_W, "fldSimple", RULE_FIELD_SIMPLE, "field"},
	{NS_W, "fldData", RULE_DROP, "field"},
	{NS_W, "t", RULE_RUN_TEXT, NULL},
	{NS_W, "delText", RULE_RUN_TEXT, NULL},
	{NS_W, "hyperlink", RULE_HYPERLINK, "unsafe-link"},
	{NS_W, "ins", RULE_TRACKED, NULL}, {NS_W, "del", RULE_TRACKED, NULL},
	{NS_W, "moveFrom", RULE_TRACKED, NULL}, {NS_W, "moveTo", RULE_TRACKED, NULL},
	{NS_W, "altChunk", RULE_DROP, "alt-chunk"},
	{NS_W, "subDoc", RULE_DROP, "sub-document"},
	{NS_W, "object", RULE_HOLDER, NULL}, {NS_W, "pict", RULE_HOLDER, NULL},
	{NS_W, "control", RULE_DROP, "activex"},
	{NS_W, "objectEmbed", RULE_DROP, "ole-object"},
	{NS_W, "objectLink", RULE_DROP, "ole-object"},
	{NS_W, "binData", RULE_BINARY, "ole-object"},
	{NS_W, "movie", RULE_DROP, "media"},
	{NS_W, "scriptAnchor", RULE_DROP, "action"},
	{NS_W, "contentPart", RULE_DROP, "unknown-element"},
	{NS_W14, "contentPart", RULE_DROP, "unknown-element"},
	{NS_W, "attachedTemplate", RULE_DROP, "template"},
	{NS_W, "linkStyles", RULE_DROP, "template"},
	{NS_W, "saveThroughXslt", RULE_DROP, "template"},
	{NS_W, "useXSLTWhenSaving", RULE_DROP, "template"},
	{NS_W, "attachedSchema", RULE_DROP, "custom-xml"},
	{NS_W, "mailMerge", RULE_DROP, "mail-merge"},
	{NS_W, "docVars", RULE_DROP, "document-variables"},
	{NS_W, "smartTagType", RULE_DROP, "custom-xml"},
	{NS_W, "smartTag", RULE_UNWRAP, "custom-xml"},
	{NS_W, "smartTagPr", RULE_DROP, "custom-xml"},
	{NS_W, "customXml", RULE_UNWRAP, "custom-xml"},
	{NS_W, "customXmlPr", RULE_DROP, "custom-xml"},
	{NS_W, "dataBinding", RULE_BINDING, "custom-xml"},
	{NS_W15, "dataBinding", RULE_BINDING, "custom-xml"},
	{NS_W15, "webExtensionLinked", RULE_DROP, "web-extension"},
	{NS_W15, "webExtensionCreated", RULE_DROP, "web-extension"},
	{NS_W, "entryMacro", RULE_DROP, "form-macro"},
	{NS_W, "exitMacro", RULE_DROP, "form-macro"},
	{NS_W, "frameset", RULE_DROP, "frame"},
	{NS_W, "printerSettings", RULE_DROP, "printer-settings"},
	{NS_W, "embedRegular", RULE_DROP, "embedded-font"},
	{NS_W, "embedBold", RULE_DROP, "embedded-font"},
	{NS_W, "embedItalic", RULE_DROP, "embedded-font"},
	{NS_W, "embedBoldItalic", RULE_DROP, "embedded-font"},
	{NS_O, "OLEObject", RULE_DROP, "ole-object"},
	{NS_O, "signatureline", RULE_DROP, "signature"},
	/* Word 2003 */
	{NS_W, "docSuppData", RULE_DROP, "vba"}, {NS_W, "docOleData", RULE_DROP, "ole-object"},
	{NS_W, "ocx", RULE_CONTROL, "activex"}, {NS_W, "applet", RULE_DROP, "action"},
	{NS_W, "msAccessHTML", RULE_DROP, "external-link"}, {NS_W, "saveThroughXSLT", RULE_DROP, "template"},
	{NS_W, "hlink", RULE_LINK_2003, "unsafe-link"}, {NS_W, "bgPict", RULE_HOLDER, NULL},
	{NS_AML, "annotation", RULE_ANNOTATION, NULL},
	{NS_O, "HyperlinkBase", RULE_DROP, "external-link"},
	{NS_O, "CustomDocumentProperties", RULE_DROP, "custom-properties"},
	{NS_O, "SmartTagType", RULE_DROP, "custom-xml"},
	/* VML of Excel: form controls stay without their macros, objects go */
	{NS_V, "shape", RULE_VML_SHAPE, "control"},
	{NS_V, "rect", RULE_VML_SHAPE, "control"},
	{NS_X, "ClientData", RULE_CLIENT_DATA, "control"},
	{NS_X, "FmlaMacro", RULE_DROP, "macro-link"},
	{NS_X, "FmlaPict", RULE_DROP, "formula"},
	{NS_X, "ScriptText", RULE_DROP, "action"}, {NS_X, "ScriptExtended", RULE_DROP, "action"},
	{NS_X, "ScriptLanguage", RULE_DROP, "action"}, {NS_X, "ScriptLocation", RULE_DROP, "action"},
	{NS_X, "DDE", RULE_DROP, "action"},
	{NS_X, "FmlaLink", RULE_FORMULA, "formula"}, {NS_X, "FmlaRange", RULE_FORMULA, "formula"},
	{NS_X, "FmlaTxbx", RULE_FORMULA, "formula"}, {NS_X, "FmlaGroup", RULE_FORMULA, "formula"},
	/* drawings */
	{NS_A, "hlinkClick", RULE_CLICK, "action"},
	{NS_A, "hlinkHover", RULE_CLICK, "action"},
	{NS_A, "hlinkMouseOver", RULE_CLICK, "action"},
	{NS_A, "snd", RULE_DROP, "media"}, {NS_A, "audioCd", RULE_DROP, "media"},
	{NS_A, "wavAudioFile", RULE_DROP, "media"}, {NS_A, "audioFile", RULE_DROP, "media"},
	{NS_A, "videoFile", RULE_DROP, "media"}, {NS_A, "quickTimeFile", RULE_DROP, "media"},
	{NS_XDR, "contentPart", RULE_DROP, "unknown-element"},
	{NS_XDR14, "contentPart", RULE_DROP, "unknown-element"},
	/* PowerPoint */
	{NS_P, "graphicFrame", RULE_OLE_FRAME, NULL},
	{NS_P, "oleObj", RULE_OLE, "ole-object"},
	{NS_P, "pic", RULE_PICTURE, NULL},
	{NS_P, "controls", RULE_SHAPE_DROP, "activex"},
	{NS_P, "control", RULE_SHAPE_DROP, "activex"},
	{NS_P, "contentPart", RULE_SHAPE_DROP, "unknown-element"},
	{NS_P14, "contentPart", RULE_SHAPE_DROP, "unknown-element"},
	{NS_P, "custDataLst", RULE_DROP, "tags"},
	{NS_P, "embeddedFontLst", RULE_DROP, "embedded-font"},
	{NS_P, "smartTags", RULE_DROP, "custom-xml"},
	{NS_P, "htmlPubPr", RULE_DROP, "external-link"},
	{NS_P, "webPr", RULE_DROP, "external-link"},
	{NS_P, "sndAc", RULE_DROP, "media"},
	{NS_P, "timing", RULE_TIMING, "animation"},
	{NS_P, "cmd", RULE_TIMING_END, "animation"},
	{NS_P, "audio", RULE_TIMING_END, "animation"},
	{NS_P, "video", RULE_TIMING_END, "animation"},
	{NS_P, "sndTgt", RULE_TIMING_END, "animation"},
	{NS_P14, "media", RULE_DROP, "media"},
	{NS_P14, "showEvtLst", RULE_DROP, "media"},
	/* Excel */
	{NS_S, "f", RULE_CELL_FORMULA, "formula"},
	{NS_S, "formula", RULE_FORMULA, "formula"},
	{NS_S, "formula1", RULE_FORMULA, "formula"},
	{NS_S, "formula2", RULE_FORMULA, "formula"},
	{NS_S, "calculatedColumnFormula", RULE_FORMULA_ELEMENT, "formula"},
	{NS_S, "totalsRowFormula", RULE_FORMULA_ELEMENT, "formula"},
	{NS_XM, "f", RULE_FORMULA, "formula"},
	{NS_C, "f", RULE_FORMULA, "formula"},
	{NS_S, "definedName", RULE_NAME, "auto-name"},
	{NS_S, "oleObjects", RULE_DROP, "ole-object"},
	{NS_S, "externalReferences", RULE_DROP, "external-link"},
	{NS_S, "webPublishItems", RULE_DROP, "external-link"},
	{NS_S, "webPublishing", RULE_DROP, "external-link"},
	{NS_S, "webPublishObjects", RULE_DROP, "external-link"},
	{NS_S, "functionGroups", RULE_DROP, "auto-name"},
	{NS_S, "customProperties", RULE_DROP, "custom-properties"},
	{NS_S, "smartTags", RULE_DROP, "custom-xml"},
	{NS_S, "smartTagPr", RULE_DROP, "custom-xml"},
	{NS_S, "smartTagTypes", RULE_DROP, "custom-xml"},
	{NS_S, "xmlColumnPr", RULE_DROP, "data-connection"},
	{NS_S, "oleSize", RULE_DROP, "ole-object"},
	{NS_X15, "webExtensions", RULE_DROP, "web-extension"},
	{NS_X15, "dataModel", RULE_DROP, "data-model"},
	{NS_X15, "connection", RULE_DROP, "data-connection"},
	{NS_X15, "queryTable", RULE_DROP, "data-connection"},
	{NS_S, "pivotCaches", RULE_PRUNE, NULL}, {NS_S, "definedNames", RULE_PRUNE, NULL},
	{NS_S, "hyperlinks", RULE_PRUNE, NULL}, {NS_S, "controls", RULE_PRUNE, NULL},
	{NS_S, "tableParts", RULE_PRUNE, NULL}, {NS_S, "dataRefs", RULE_PRUNE, NULL},
	{NS_X14, "slicerList", RULE_PRUNE, NULL}, {NS_X14, "slicerCaches", RULE_PRUNE, NULL},
	{NS_X15, "slicerCaches", RULE_PRUNE, NULL}, {NS_X15, "timelineRefs", RULE_PRUNE, NULL},
	{NS_X15, "timelineCacheRefs", RULE_PRUNE, NULL},
	{NS_X14, "pivotCaches", RULE_PRUNE, NULL}, {NS_X15, "pivotCaches", RULE_PRUNE, NULL},
	/* properties */
	{NS_EP, "HyperlinkBase", RULE_DROP, "external-link"},
	{NS_EP, "HLinks", RULE_DROP, "external-link"},
	{NS_EP, "HyperlinksChanged", RULE_NONE, NULL},
	{NS_EP, "DigSig", RULE_DROP, "signature"},
};

static const struct attribute_rule attributes[] = {
	{NS_UNKNOWN, NS_XML, "base", ATTRIBUTE_CUT, "external-link", NULL},
	{NS_UNKNOWN, NS_XSI, "schemaLocation", ATTRIBUTE_CUT, "external-link", NULL},
	{NS_UNKNOWN, NS_XSI, "noNamespaceSchemaLocation", ATTRIBUTE_CUT, "external-link", NULL},
	{NS_UNKNOWN, NS_NONE, "macro", ATTRIBUTE_EMPTY, "macro-link", NULL},
	{NS_UNKNOWN, NS_NONE, "textlink", ATTRIBUTE_FORMULA, "formula", NULL},
	{NS_X14, NS_NONE, "fmlaLink", ATTRIBUTE_FORMULA, "formula", NULL},
	{NS_X14, NS_NONE, "fmlaRange", ATTRIBUTE_FORMULA, "formula", NULL},
	{NS_X14, NS_NONE, "fmlaTxbx", ATTRIBUTE_FORMULA, "formula", NULL},
	{NS_X14, NS_NONE, "fmlaGroup", ATTRIBUTE_FORMULA, "formula", NULL},
	{NS_S, NS_NONE, "linkedCell", ATTRIBUTE_FORMULA, "formula", NULL},
	{NS_S, NS_NONE, "listFillRange", ATTRIBUTE_FORMULA, "formula", NULL},
	{NS_A, NS_NONE, "invalidUrl", ATTRIBUTE_CUT_IF, "unsafe-link", NULL},
	{NS_S, NS_NONE, "cm", ATTRIBUTE_METADATA, "unknown-element", NULL},
	{NS_S, NS_NONE, "vm", ATTRIBUTE_METADATA, "unknown-element", NULL},
	{NS_S, NS_NONE, "tableType", ATTRIBUTE_CUT_IF, "data-connection", " queryTable xml "},
	{NS_S, NS_NONE, "queryTableFieldId", ATTRIBUTE_CUT, "data-connection", NULL},
	{NS_S, NS_NONE, "connectionId", ATTRIBUTE_CUT, "data-connection", NULL},
	{NS_V, NS_NONE, "href", ATTRIBUTE_LINK, "unsafe-link", NULL},
	{NS_V, NS_NONE, "src", ATTRIBUTE_SOURCE, "external-link", NULL},
	{NS_W, NS_W, "background", ATTRIBUTE_SOURCE, "external-link", NULL},
	{NS_W, NS_W, "macrosPresent", ATTRIBUTE_NO, NULL, NULL},
	{NS_W, NS_W, "embeddedObjPresent", ATTRIBUTE_NO, NULL, NULL},
	{NS_W, NS_W, "ocxPresent", ATTRIBUTE_NO, NULL, NULL},
	{NS_V, NS_O, "href", ATTRIBUTE_CUT, "external-link", NULL},
	{NS_V, NS_O, "althref", ATTRIBUTE_CUT, "external-link", NULL},
	{NS_V, NS_O, "relid", ATTRIBUTE_RELATION, "dangling-link", NULL},
	{NS_V, NS_O, "gfxdata", ATTRIBUTE_CUT, "alternate", NULL},
	{NS_V, NS_O, "ole", ATTRIBUTE_CUT, "ole-object", NULL},
	{NS_V, NS_NONE, "style", ATTRIBUTE_STYLE, "external-link", NULL},
	{NS_NONE, NS_NONE, "style", ATTRIBUTE_STYLE, "external-link", NULL},
};

/* Of HTML inside a VML text box: words and their looks. */
static const char *const html_elements[] = {
	"xml", "div", "span", "font", "br", "p", "b", "i", "u", "s", "sub", "sup", "strong", "em", "center",
};
static const char *const html_attributes[] = {"class", "align", "face", "size", "color", "dir", "lang"};

enum { BUCKETS = 1024, ELEMENTS = sizeof elements / sizeof elements[0],
       ATTRIBUTES = sizeof attributes / sizeof attributes[0] };
static uint16_t buckets[BUCKETS];
/* Lengths of the attribute names that begin with a byte: most attributes of a
 * sheet are told to be of no interest by one look here. */
static uint32_t lengths[256];

static uint32_t hash_of(uint16_t ns, struct slice local)
{
	uint32_t h = ns * 2654435761u ^ (uint32_t)local.len * 40503u;
	for (size_t i = 0; i < local.len; i++)
		h = h * 31 + local.at[i];
	return (h ^ h >> 13) % BUCKETS;
}

static void prepare(void)
{
	static bool prepared;
	if (prepared)
		return;
	prepared = true;
	for (uint16_t i = 0; i < ELEMENTS; i++) {
		uint32_t slot = hash_of(elements[i].ns, slice_str(elements[i].local));
		while (buckets[slot])
			slot = (slot + 1) % BUCKETS;
		buckets[slot] = (uint16_t)(i + 1);
	}
	for (size_t i = 0; i < ATTRIBUTES; i++)
		lengths[(uint8_t)attributes[i].local[0]] |= 1u << (strlen(attributes[i].local) & 31);
}

const struct element_rule *element_rule(uint16_t ns, struct slice local)
{
	prepare();
	for (uint32_t slot = hash_of(ns, local); buckets[slot]; slot = (slot + 1) % BUCKETS) {
		const struct element_rule *rule = &elements[buckets[slot] - 1];
		if (rule->ns == ns && slice_is(local, rule->local))
			return rule;
	}
	/* extensions repeat one name for formulas */
	static const struct element_rule formula = {NS_EXTENSION, "f", RULE_FORMULA, "formula"};
	return ns >= NS_EXTENSION && ns < NS_UNKNOWN && slice_is(local, "f") ? &formula : NULL;
}

bool html_element(struct slice local)
{
	for (size_t i = 0; i < sizeof html_elements / sizeof html_elements[0]; i++)
		if (slice_is(local, html_elements[i]))
			return true;
	return false;
}

static const struct attribute_rule *html_rule(struct slice local)
{
	static const struct attribute_rule cut = {NS_NONE, NS_NONE, "", ATTRIBUTE_CUT, "unknown-element", NULL};
	for (size_t i = 0; i < sizeof html_attributes / sizeof html_attributes[0]; i++)
		if (slice_is(local, html_attributes[i]))
			return NULL;
	return &cut;
}

const struct attribute_rule *attribute_rule(uint16_t element_ns, uint16_t ns, struct slice local)
{
	static const struct attribute_rule relation = {NS_UNKNOWN, NS_R, "", ATTRIBUTE_RELATION,
	                                               "dangling-link", NULL};
	bool possible = local.len && lengths[local.at[0]] >> (local.len & 31) & 1;
	for (size_t i = 0; possible && i < ATTRIBUTES; i++) {
		const struct attribute_rule *rule = &attributes[i];
		if (rule->ns == ns && (rule->element_ns == NS_UNKNOWN || rule->element_ns == element_ns) &&
		    slice_is(local, rule->local))
			return rule;
	}
	if (ns == NS_R)
		return &relation;
	return element_ns == NS_NONE && ns == NS_NONE ? html_rule(local) : NULL;
}
