/* The content of Office parts: which elements, attributes, fields and formulas
 * must not be there.  Decided on decoded values and local names, whatever the
 * prefix, the namespace's edition or the part's name.
 * source  ECMA-376 Part 1; MS-DOCX, MS-XLSX, MS-PPTX; NSA ISG for OOXML
 */
#include "gate/inspect/office.h"

#include "base/buffer.h"

static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

static bool has_nocase(struct slice text, const char *part)
{
	size_t len = strlen(part);
	for (size_t i = 0; i + len <= text.len; i++)
		if (starts_nocase(slice_part(text, i, len), part))
			return true;
	return false;
}

/* Elements that are an action or fetch something, in any part. */
static const struct {
	const char *names, *what;
} elements[] = {
	{"altChunk", "alt-chunk"}, {"subDoc", "sub-document"}, {"attachedTemplate", "template"},
	{"mailMerge", "mail-merge"}, {"OLEObject oleObj oleObject oleObjects embed objectEmbed objectLink", "ole-object"},
	{"oleLink oleSize oleItem oleItems", "ole-object"}, {"frameset", "frame"},
	{"scriptAnchor movie", "script"}, {"docVars docVar", "document-variables"},
	{"entryMacro exitMacro", "form-macro"}, {"saveThroughXslt attachedSchema", "template"},
	{"ddeLink ddeItem ddeItems ddeValues", "dde"},
	{"externalReference externalReferences externalBook externalLink", "external-link"},
	{"webPr dbPr olapPr textPr connection connections queryTable", "data-connection"},
	{"dataModel2 modelTables", "data-model"}, {"macrosheet dialogsheet", "macro-sheet"},
	{"customUI onLoad", "custom-ui"}, {"webPublishItem webPublishing", "external-link"},
	{"FmlaMacro", "macro-link"}, {"wavAudioFile audioFile videoFile quickTimeFile audioCd snd", "media"},
	{"cmd", "animation"}, {"taskpane taskpanes webextension", "web-extension"},
	{"ocx ocxPr", "activex"}, {"script", "script"}, {"htmlPubPr", "external-link"},
	{"vbaProject wordVbaData vbaSuppData", "vba"}, {"vba macroName", "vba"},
	{"mcds mcd acds toolbars", "custom-ui"},
};

/* Attributes that name a macro or a link, in any element. */
static const struct {
	const char *names, *what;
} attributes[] = {
	{"macro fmlaMacro", "macro-link"}, {"onLoad onAction", "custom-ui"},
	{"ddeService ddeTopic", "dde"},
};

/* Names that run by themselves, and names that are macros. */
static const char auto_names[] =
	"auto_open auto_close auto_activate auto_deactivate _xlnm.auto_open _xlnm.auto_close "
	"_xlnm.auto_activate _xlnm.auto_deactivate";

static const char functions_forbidden[] =
	"CALL REGISTER REGISTER.ID EXEC EVALUATE WEBSERVICE FILTERXML RTD IMAGE ENCODEURL FORMULA "
	"CUBEKPIMEMBER CUBEMEMBER CUBEMEMBERPROPERTY CUBERANKEDMEMBER CUBESET CUBESETCOUNT CUBEVALUE "
	"SQL.REQUEST INITIATE EXECUTE POKE REQUEST TERMINATE FOPEN FWRITE FWRITELN FREAD RUN "
	"GET.WORKSPACE GET.CELL GET.DOCUMENT ALERT HALT STOCKHISTORY PY";

static const char fields_forbidden[] =
	"DDE DDEAUTO INCLUDETEXT INCLUDEPICTURE INCLUDE IMPORT LINK DATABASE MACROBUTTON GOTOBUTTON EMBED "
	"AUTOTEXT AUTOTEXTLIST GLOSSARY RD PRINT ADDIN CONTROL HTMLCONTROL DATA ASK FILLIN HTMLACTIVEX";

/* Wherever these stand in an instruction, also built by nesting or quoting. */
static const char fields_anywhere[] = "DDE DDEAUTO INCLUDETEXT INCLUDEPICTURE MACROBUTTON";

static bool name_byte(uint8_t c)
{
	c = upper(c);
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c >= 0x80;
}

/* formula_word - the function's name at a position, without Excel's prefixes */
static struct slice formula_word(struct slice formula, size_t from, size_t to)
{
	static const char *const prefixes[] = {"_xlfn.", "_xlws.", "_xlpm.", "_xludf.", "_xll."};
	struct slice word = slice_part(formula, from, to - from);
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (starts_nocase(word, prefixes[i]))
			word = slice_part(word, strlen(prefixes[i]), word.len);
	return word;
}

/* [1] is another workbook, [0] is this one */
static bool this_workbook(struct slice formula, size_t at)
{
	return slice_is(slice_part(formula, at, 3), "[0]");
}

static uint64_t judge_function(struct slice name)
{
	return words_have(functions_forbidden, name);
}

bool formula_safe(struct look *look, struct slice formula, const char **what)
{
	uint8_t quote = 0, before = 0;
	unsigned columns = 0; /* brackets open after the name of a table: Sales[[Mon]:[Fri]] */
	for (size_t i = 0; i < formula.len; i++) {
		uint8_t c = formula.at[i];
		if (columns) {
			columns += c == '[';
			columns -= c == ']';
			i += c == '\''; /* a bracket that is part of a column's name */
		} else if (quote) {
			/* a quoted sheet name may carry a workbook: '[1]Sheet' or 'http://x/[b.xlsx]S' */
			if (quote == '\'' && c == '[' && !this_workbook(formula, i))
				return *what = "external-link", false;
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '|') {
			return *what = "dde", false;
		} else if (c == '[' && name_byte(before)) {
			columns = 1;
		} else if (c == '[' && !this_workbook(formula, i)) {
			return *what = "external-link", false;
		} else if (name_byte(c) && !name_byte(before)) {
			size_t to = i;
			while (to < formula.len && name_byte(formula.at[to]))
				to++;
			if (to < formula.len && formula.at[to] == '(' &&
			    names_bits(look, judge_function, formula_word(formula, i, to)))
				return *what = "formula", false;
		}
		before = c;
	}
	*what = "formula";
	return columns == 0;
}

bool field_safe(struct slice instruction)
{
	bool first = true;
	for (size_t i = 0; i < instruction.len;) {
		size_t to = i;
		while (to < instruction.len && ((upper(instruction.at[to]) >= 'A' && upper(instruction.at[to]) <= 'Z')))
			to++;
		struct slice word = slice_part(instruction, i, to - i);
		if (words_have(first ? fields_forbidden : fields_anywhere, word))
			return false;
		first &= word.len == 0;
		i = to + 1;
	}
	return !has_nocase(instruction, "javascript:") && !has_nocase(instruction, "vbscript:") &&
	       !has_nocase(instruction, "file:") && !has_nocase(instruction, "mhtml:") &&
	       !has_nocase(instruction, "\"\\\\");
}

enum collected { NOTHING, TEXT, FORMULA, INSTRUCTION };
enum { FIELD_DEPTH = 16, COLLECT_MOST = 1 << 20 };

enum { ELEMENTS = sizeof elements / sizeof elements[0], ATTRIBUTES = sizeof attributes / sizeof attributes[0] };

/* What is known of a name: a bit for each row above that has it, then these. */
enum { KIND = 3, OTHERS = ELEMENTS + ATTRIBUTES };
static const char *const roles[] = {"control", "definedName", "fldSimple", "fldCharType", "instr"};
enum role { CONTROL = 0, DEFINED_NAME, FIELD_SIMPLE, FIELD_CHARACTER, FIELD_CODE, ROLES };
_Static_assert(OTHERS + KIND + ROLES <= 64, "a bit for each");

/* What is gathered while a part is read. */
struct content {
	enum collected kind;
	struct buffer gathered;                /* text of the present f or definedName */
	struct buffer fields[FIELD_DEPTH];     /* instructions by nesting */
	unsigned depth;
	struct part_text visible;
};

static void judge_formula(struct part *part, struct slice formula)
{
	const char *what = NULL;
	if (!formula_safe(part->look, formula, &what))
		look_find(part->look, what, "%s formula", part->name);
}

static void judge_field(struct part *part, struct buffer *field)
{
	if (field->failed || !field_safe(buffer_slice(field)))
		look_find(part->look, "field", "%s field", part->name);
	buffer_clear(field);
}

static void on_field_character(struct part *part, struct slice kind)
{
	struct content *c = part->user;
	if (slice_is(kind, "begin")) {
		if (++c->depth >= FIELD_DEPTH) {
			look_find(part->look, "field", "%s fields nested too deep", part->name);
			c->depth = FIELD_DEPTH - 1;
		}
		return;
	}
	if (c->depth == 0)
		return;
	struct buffer *field = &c->fields[c->depth];
	if (slice_is(kind, "separate")) {
		judge_field(part, field);
		return;
	}
	judge_field(part, field);
	c->depth--;
}

/* hyperlink, shape and picture addresses that stand in the content itself */
static void judge_address(struct part *part, const struct attribute *a)
{
	struct slice v = a->value;
	bool colon = v.len && memchr(v.at, ':', v.len);
	if (!colon && !starts_nocase(v, "\\\\") && !starts_nocase(v, "ms-")) /* else nothing below fits */
		return;
	bool vml = words_have("src href", a->name);
	bool script = has_nocase(v, "javascript:") || has_nocase(v, "vbscript:");
	bool address = starts_nocase(v, "file:") || starts_nocase(v, "\\\\") || starts_nocase(v, "mhtml:") ||
	               starts_nocase(v, "ms-") || starts_nocase(v, "search-ms:") || starts_nocase(v, "data:");
	if (script || (vml && address))
		look_find(part->look, "unsafe-link", "%s @%.*s", part->name, SLICE_ARG(a->name));
	if (slice_is(a->name, "src") && (starts_nocase(v, "http:") || starts_nocase(v, "https:")))
		look_find(part->look, "external-link", "%s @src", part->name);
	if (slice_is(a->name, "action") && starts_nocase(v, "ppaction:") &&
	    !starts_nocase(v, "ppaction://hlink") && !starts_nocase(v, "ppaction://noaction") &&
	    !starts_nocase(v, "ppaction://customshow"))
		look_find(part->look, "action", "%s %.*s", part->name, SLICE_ARG(v));
	if (slice_is(a->name, "action") && (starts_nocase(v, "ppaction://hlinkfile") ||
	                                    starts_nocase(v, "ppaction://hlinkpres")))
		look_find(part->look, "unsafe-link", "%s %.*s", part->name, SLICE_ARG(v));
}

static void judge_defined_name(struct part *part, const struct attribute *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct slice value = list[i].value;
		bool on = slice_is(value, "1") || slice_is(value, "true");
		if (slice_is(list[i].name, "name") && words_have(auto_names, value))
			look_find(part->look, "auto-name", "%s %.*s", part->name, SLICE_ARG(value));
		if (on && words_have("function vbProcedure xlm", list[i].name))
			look_find(part->look, "auto-name", "%s @%.*s", part->name, SLICE_ARG(list[i].name));
	}
}

static enum collected kind_of(struct slice name)
{
	if (slice_is(name, "t") || slice_is(name, "v"))
		return TEXT;
	if (slice_is(name, "instrText") || slice_is(name, "delInstrText"))
		return INSTRUCTION;
	if (words_have("f formula formula1 formula2 definedName calculatedColumnFormula totalsRowFormula", name))
		return FORMULA;
	return NOTHING;
}

static uint64_t judge_name(struct slice name)
{
	uint64_t bits = (uint64_t)kind_of(name) << OTHERS;
	for (size_t i = 0; i < ELEMENTS; i++)
		bits |= (uint64_t)words_have(elements[i].names, name) << i;
	for (size_t i = 0; i < ATTRIBUTES; i++)
		bits |= (uint64_t)words_have(attributes[i].names, name) << (ELEMENTS + i);
	for (size_t i = 0; i < ROLES; i++)
		bits |= (uint64_t)slice_is(name, roles[i]) << (OTHERS + KIND + i);
	return bits;
}

static bool is(uint64_t bits, enum role role)
{
	return bits >> (OTHERS + KIND + role) & 1;
}

static void on_attribute(struct part *part, uint64_t element, const struct attribute *a)
{
	uint64_t bits = xml_name_bits(part, judge_name, a->name);
	for (size_t k = 0; k < ATTRIBUTES && bits >> ELEMENTS; k++)
		if ((bits >> (ELEMENTS + k) & 1) && a->value.len > 0)
			look_find(part->look, attributes[k].what, "%s @%.*s", part->name, SLICE_ARG(a->name));
	judge_address(part, a);
	if (is(bits, FIELD_CHARACTER))
		on_field_character(part, a->value);
	if (is(element, FIELD_SIMPLE) && is(bits, FIELD_CODE) && !field_safe(a->value))
		look_find(part->look, "field", "%s <fldSimple>", part->name);
}

static void on_element(struct part *part, struct slice name, const char *ns,
                       const struct attribute *list, size_t count)
{
	struct content *c = part->user;
	uint64_t element = xml_name_bits(part, judge_name, name);
	if (slice_is(name, "part") && ns && strcmp(ns, "http://schemas.microsoft.com/office/2006/xmlPackage") == 0) {
		look_text(part->look, &c->visible); /* parts may lie in any order there too */
		c->visible = (struct part_text){0};
	}
	c->kind = (enum collected)(element >> OTHERS & ((1 << KIND) - 1));
	if (part->look->comparing)
		return; /* its text is asked for, and no more */
	for (size_t i = 0; i < ELEMENTS && element << (64 - ELEMENTS); i++)
		if (element >> i & 1)
			look_find(part->look, elements[i].what, "%s <%.*s>", part->name, SLICE_ARG(name));
	/* in workbooks a control may also be a plain form control, with no code */
	if (is(element, CONTROL) && !starts_nocase(slice_str(part->name), "xl/"))
		look_find(part->look, "activex", "%s <control>", part->name);
	for (size_t i = 0; i < count; i++)
		on_attribute(part, element, &list[i]);
	if (is(element, DEFINED_NAME))
		judge_defined_name(part, list, count);
}

static void on_text(struct part *part, struct slice text)
{
	struct content *c = part->user;
	if (c->kind != TEXT && part->look->comparing)
		return;
	if (c->kind == TEXT)
		part_text_add(&c->visible, text.at, text.len);
	if (c->kind == FORMULA)
		buffer_put_slice(&c->gathered, text);
	if (c->kind == INSTRUCTION)
		buffer_put_slice(&c->fields[c->depth], text);
}

static void on_end(struct part *part, struct slice name)
{
	struct content *c = part->user;
	(void)name;
	if (c->kind == FORMULA && !part->look->comparing) {
		if (c->gathered.failed)
			look_find(part->look, "formula", "%s a formula too long to read", part->name);
		judge_formula(part, buffer_slice(&c->gathered));
		buffer_clear(&c->gathered);
	}
	c->kind = NOTHING;
}

bool content_look(struct look *look, const char *name, struct feed *feed)
{
	struct content c = {0};
	struct part part = {.look = look, .name = name, .element = on_element, .text = on_text,
	                    .end = on_end, .user = &c,
	                    /* the parts of a flat package are known by their namespace */
	                    .skims = look->comparing && look->report->type != INSPECT_FLATOPC};
	buffer_init(&c.gathered, COLLECT_MOST);
	for (unsigned i = 0; i < FIELD_DEPTH; i++)
		buffer_init(&c.fields[i], COLLECT_MOST);
	bool fine = xml_feed(&part, feed);
	for (unsigned i = 0; i < FIELD_DEPTH; i++) {
		if (c.fields[i].len)
			judge_field(&part, &c.fields[i]);
		buffer_done(&c.fields[i]);
	}
	buffer_done(&c.gathered);
	look_text(look, &c.visible);
	return fine;
}
