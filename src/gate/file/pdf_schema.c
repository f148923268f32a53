/* What may stand where in a PDF: the allow-list (ISO 32000-1 sections 7.7-14).
 *
 * A table a dictionary.  A key that is not in its table is left out; if it is
 * one of the active keys, or its row says so, that is reported.  Values are
 * typed: what is not of the type its key wants is left out as well, so that an
 * action cannot be smuggled into a place where no action belongs.
 *
 * Decisions
 *  - /Info and /Metadata (who made it, with what, when) are not copied and not
 *    reported: they are on every file and nothing active.
 *  - The structure tree is kept, with plain attributes only: without it the
 *    text reaches nobody who listens to it.
 *  - A signature cannot survive a rebuild: the value is dropped and reported,
 *    the field and its appearance on the page stay.
 *  - Form fields stay and can be filled in, unless the switch "form-field" leaves
 *    only their look; XFA, scripts, calculation order, submit, reset and import
 *    do not.
 *  - Page operators are not judged here: none of them can act.  Inline pictures
 *    name only the filters of section 8.9.7, which a viewer needs anyway.   */
#include "gate/file/links.h"
#include "gate/file/pdf.h"

#define S(kind) (1u << PDF_##kind)
#define NUMBER (S(INT) | S(REAL))
#define SCALAR (S(BOOL) | NUMBER | S(STRING) | S(NAME))

#define TYPE static const struct pdf_type
#define RULES (const struct pdf_rule[])
#define TUPLE (const struct pdf_type *const[])

typedef struct result choose_fn(struct pdf_walk *walk, const struct pdf_value *value,
                                const struct pdf_object *object, const struct pdf_type **type);
static choose_fn choose_action, choose_open_action, choose_annotation, choose_field,
	choose_xobject, choose_image, choose_mask, choose_colour, choose_pattern, choose_function,
	choose_kid, choose_parent, choose_objr, choose_dest, choose_value, choose_property,
	choose_order, choose_appearance, choose_fields;

/* The keys that act, or carry what acts, wherever they stand. */
#define KEY(key, what) {{(const uint8_t *)(key), sizeof(key) - 1}, what}
static const struct {
	struct slice key;
	const char *what;
} active[] = {
	KEY("AA", "action"), KEY("JS", "javascript"), KEY("JavaScript", "javascript"),
	KEY("OpenAction", "open-action"), KEY("PA", "action"), KEY("AF", "embedded-file"),
	KEY("EF", "embedded-file"), KEY("EmbeddedFiles", "embedded-file"), KEY("FS", "external-stream"),
	KEY("XFA", "xfa"), KEY("OPI", "external-stream"), KEY("Alternates", "alternate"),
	KEY("Collection", "embedded-file"), KEY("Perms", "signature"), KEY("DSS", "signature"),
	KEY("RichMediaContent", "multimedia"), KEY("RichMediaSettings", "multimedia"), KEY("Movie", "multimedia"),
	KEY("Sound", "multimedia"), KEY("3DD", "multimedia"), KEY("Renditions", "multimedia"),
	KEY("AlternatePresentations", "multimedia"), KEY("PresSteps", "action"), KEY("Launch", "launch"),
	KEY("Rendition", "multimedia"),
};

const char *pdf_active_word(struct slice key)
{
	for (size_t i = 0; i < sizeof active / sizeof *active; i++)
		if (slice_equal(key, active[i].key))
			return active[i].what;
	return NULL;
}

/* ---- plain data ------------------------------------------------------- */

TYPE data = {.scalars = SCALAR | S(NULL), .item = &data};
TYPE boolean = {.scalars = S(BOOL)};
TYPE integer = {.scalars = S(INT)};
TYPE number = {.scalars = NUMBER};
TYPE name = {.scalars = S(NAME)};
TYPE string = {.scalars = S(STRING)};
TYPE name_or_string = {.scalars = S(NAME) | S(STRING)};
TYPE names = {.scalars = S(NAME), .item = &name};
TYPE data_map = {.dict = true, .map = &data, .guarded = true};
TYPE data_maps = {.dict = true, .map = &data_map};
const struct pdf_type pdf_bytes_type = {.label = "stream", .body = BODY_BYTES,
                                        .rules = RULES{{NULL}}};

/* ---- destinations and actions (12.3, 12.6) ---------------------------- */

TYPE page_ref = {.page = true};
TYPE dest_page = {.page = true, .scalars = S(INT)};
TYPE dest_number = {.scalars = NUMBER | S(NULL)};
TYPE dest_array = {.label = "destination", .holes = true, .repeat = 2,
	.tuple = TUPLE{&dest_page, &name, &dest_number, NULL}};
TYPE dest = {.choose = choose_dest};
TYPE dest_dict = {.label = "destination", .dict = true, .rules = RULES{{"D", &dest}, {NULL}}};
TYPE dests = {.dict = true, .map = &dest};

#define ACTION_RULES {"Type", &name}, {"S", &name}, {"Next", NULL, "action"}
TYPE goto_action = {.label = "action", .dict = true,
	.rules = RULES{ACTION_RULES, {"D", &dest}, {NULL}}};
TYPE uri_action = {.label = "action", .dict = true,
	.rules = RULES{ACTION_RULES, {"URI", &string}, {"IsMap", &boolean}, {NULL}}};
TYPE named_action = {.label = "action", .dict = true,
	.rules = RULES{ACTION_RULES, {"N", &name}, {NULL}}};
TYPE action = {.choose = choose_action};
TYPE open_action = {.choose = choose_open_action};

/* ---- colour, functions (8.6, 7.10) ------------------------------------ */

TYPE colour = {.choose = choose_colour};
TYPE function = {.choose = choose_function};
TYPE functions = {.item = &function, .holes = true};
TYPE bounds = {.scalars = NUMBER, .item = &number};

#define FUNCTION_RULES {"FunctionType", &integer}, {"Domain", &bounds}, {"Range", &bounds}
TYPE sampled_function = {.label = "function", .body = BODY_BYTES, .rules = RULES{FUNCTION_RULES,
	{"Size", &bounds}, {"BitsPerSample", &integer}, {"Order", &integer}, {"Encode", &bounds},
	{"Decode", &bounds}, {NULL}}};
TYPE exponential_function = {.label = "function", .dict = true, .rules = RULES{FUNCTION_RULES,
	{"C0", &bounds}, {"C1", &bounds}, {"N", &number}, {NULL}}};
TYPE stitching_function = {.label = "function", .dict = true, .rules = RULES{FUNCTION_RULES,
	{"Functions", &functions}, {"Bounds", &bounds}, {"Encode", &bounds}, {NULL}}};
TYPE calculator_function = {.label = "function", .body = BODY_CALCULATOR,
	.rules = RULES{FUNCTION_RULES, {NULL}}};

TYPE profile = {.label = "colour profile", .body = BODY_PROFILE, .rules = RULES{
	{"N", &integer}, {"Alternate", &colour}, {"Range", &bounds}, {NULL}}};
TYPE lookup = {.scalars = S(STRING), .body = BODY_BYTES, .rules = RULES{{NULL}}};
TYPE colours = {.dict = true, .map = &colour};
TYPE process = {.dict = true, .rules = RULES{
	{"ColorSpace", &colour}, {"Components", &names}, {NULL}}};
TYPE ink_attributes = {.dict = true, .rules = RULES{
	{"Subtype", &name}, {"Colorants", &colours}, {"Process", &process}, {NULL}}};
TYPE device_colour = {.tuple = TUPLE{&name, NULL}};
TYPE cie_colour = {.tuple = TUPLE{&name, &data_map, NULL}, .repeat = 1};
TYPE icc_colour = {.tuple = TUPLE{&name, &profile, NULL}, .repeat = 1};
TYPE indexed_colour = {.tuple = TUPLE{&name, &colour, &integer, &lookup, NULL}, .repeat = 3};
TYPE separation_colour = {.tuple = TUPLE{&name, &name, &colour, &function, NULL}, .repeat = 3};
TYPE device_n_colour = {.repeat = 4,
	.tuple = TUPLE{&name, &names, &colour, &function, &ink_attributes, NULL}};
TYPE pattern_colour = {.tuple = TUPLE{&name, &colour, NULL}, .repeat = 1};

/* ---- optional content (8.11) ------------------------------------------ */

TYPE property = {.choose = choose_property};
TYPE ocg = {.label = "layer", .dict = true, .rules = RULES{{"Type", &name}, {"Name", &string},
	{"Intent", &names}, {"Usage", &data_maps}, {NULL}}};
TYPE ocgs = {.item = &property};
TYPE ocgs_or_one = {.choose = choose_order};
TYPE ocg_expression = {.choose = choose_order};
TYPE ocmd = {.label = "layer", .dict = true, .rules = RULES{{"Type", &name},
	{"OCGs", &ocgs_or_one}, {"P", &name}, {"VE", &ocg_expression}, {NULL}}};
TYPE order_array = {.item = &ocg_expression};
TYPE order_text = {.scalars = S(STRING) | S(NAME)};
TYPE radio_groups = {.item = &ocgs};
TYPE usage_event = {.dict = true, .rules = RULES{{"Event", &name}, {"OCGs", &ocgs},
	{"Category", &names}, {NULL}}};
TYPE usage_events = {.item = &usage_event};
TYPE layer_config = {.label = "layers", .dict = true, .rules = RULES{{"Name", &string},
	{"Creator", &string}, {"BaseState", &name}, {"ON", &ocgs}, {"OFF", &ocgs},
	{"Intent", &names}, {"AS", &usage_events}, {"Order", &ocg_expression}, {"ListMode", &name},
	{"RBGroups", &radio_groups}, {"Locked", &ocgs}, {NULL}}};
TYPE layer_configs = {.item = &layer_config};
TYPE layers = {.label = "layers", .dict = true, .rules = RULES{{"OCGs", &ocgs},
	{"D", &layer_config}, {"Configs", &layer_configs}, {NULL}}};

/* ---- fonts (9.5 to 9.10) ---------------------------------------------- */

static const struct pdf_type resources, content;

TYPE cmap_or_name = {.label = "character map", .scalars = S(NAME), .body = BODY_CMAP,
	.rules = RULES{{"Type", &name}, {"CMapName", &name}, {"CIDSystemInfo", &data_map},
	{"WMode", &integer}, {"UseCMap", &cmap_or_name}, {NULL}}};
TYPE encoding = {.label = "encoding", .scalars = S(NAME), .dict = true, .body = BODY_CMAP,
	.rules = RULES{{"Type", &name}, {"BaseEncoding", &name}, {"Differences", &data},
	{"CMapName", &name}, {"CIDSystemInfo", &data_map}, {"WMode", &integer},
	{"UseCMap", &cmap_or_name}, {NULL}}};
#define FONT_FILE_RULES RULES{{"Length1", &integer}, {"Length2", &integer}, \
	{"Length3", &integer}, {"Subtype", &name}, {NULL}}
TYPE type1_file = {.label = "font", .body = BODY_TYPE1, .rules = FONT_FILE_RULES};
TYPE sfnt_file = {.label = "font", .body = BODY_SFNT, .rules = FONT_FILE_RULES};
TYPE cff_file = {.label = "font", .body = BODY_CFF, .rules = FONT_FILE_RULES};
TYPE font_descriptor = {.label = "font", .dict = true, .rules = RULES{{"Type", &name},
	{"FontName", &name}, {"FontFamily", &string}, {"FontStretch", &name},
	{"FontWeight", &number}, {"Flags", &number}, {"FontBBox", &data}, {"ItalicAngle", &number},
	{"Ascent", &number}, {"Descent", &number}, {"Leading", &number}, {"CapHeight", &number},
	{"XHeight", &number}, {"StemV", &number}, {"StemH", &number}, {"AvgWidth", &number},
	{"MaxWidth", &number}, {"MissingWidth", &number}, {"FontFile", &type1_file},
	{"FontFile2", &sfnt_file}, {"FontFile3", &cff_file}, {"CharSet", &string},
	{"CIDSet", &pdf_bytes_type}, {"Style", &data_map}, {"Lang", &name}, {NULL}}};
TYPE glyphs = {.dict = true, .map = &content};
TYPE cid_map = {.scalars = S(NAME), .body = BODY_BYTES, .rules = RULES{{NULL}}};
static const struct pdf_type font;
TYPE fonts_below = {.item = &font};
TYPE font = {.label = "font", .dict = true, .rules = RULES{{"Type", &name}, {"Subtype", &name},
	{"BaseFont", &name}, {"Name", &name}, {"FirstChar", &integer}, {"LastChar", &integer},
	{"Widths", &data}, {"FontDescriptor", &font_descriptor}, {"Encoding", &encoding},
	{"ToUnicode", &cmap_or_name}, {"DescendantFonts", &fonts_below},
	{"CIDSystemInfo", &data_map}, {"DW", &number}, {"W", &data}, {"DW2", &data}, {"W2", &data},
	{"CIDToGIDMap", &cid_map}, {"FontBBox", &data}, {"FontMatrix", &data},
	{"CharProcs", &glyphs}, {"Resources", &resources}, {NULL}}};
TYPE font_and_size = {.tuple = TUPLE{&font, &number, NULL}, .repeat = 1};

/* ---- what a page draws (7.8, 8.4 to 8.10, 11.6) ----------------------- */

TYPE content = {.label = "content", .body = BODY_CONTENT, .rules = RULES{{NULL}}};
TYPE contents = {.label = "content", .body = BODY_CONTENT, .item = &content,
	.rules = RULES{{NULL}}};
TYPE group = {.dict = true, .rules = RULES{{"Type", &name}, {"S", &name}, {"CS", &colour},
	{"I", &boolean}, {"K", &boolean}, {NULL}}};
TYPE form = {.label = "form", .body = BODY_CONTENT, .rules = RULES{{"Type", &name},
	{"Subtype", &name}, {"FormType", &integer}, {"BBox", &data}, {"Matrix", &data},
	{"Resources", &resources}, {"Group", &group}, {"StructParent", &integer},
	{"StructParents", &integer}, {"OC", &property}, {"Name", &name},
	{"Ref", NULL, "external-stream"}, {"Subtype2", NULL, "postscript"}, {"PS", NULL, "postscript"},
	{NULL}}};
TYPE mask = {.choose = choose_mask};
TYPE smask_image = {.choose = choose_image};
TYPE image = {.label = "picture", .body = BODY_PICTURE, .rules = RULES{{"Type", &name},
	{"Subtype", &name}, {"Width", &integer}, {"Height", &integer}, {"ColorSpace", &colour},
	{"BitsPerComponent", &integer}, {"Intent", &name}, {"ImageMask", &boolean}, {"Mask", &mask},
	{"Decode", &bounds}, {"Interpolate", &boolean}, {"SMask", &smask_image},
	{"SMaskInData", &integer}, {"Matte", &bounds}, {"Name", &name}, {"StructParent", &integer},
	{"OC", &property}, {NULL}}};
TYPE xobject = {.choose = choose_xobject};
TYPE soft_mask = {.label = "soft mask", .scalars = S(NAME), .dict = true,
	.rules = RULES{{"Type", &name}, {"S", &name}, {"G", &form}, {"BC", &bounds},
	{"TR", &function}, {NULL}}};
TYPE graphics_state = {.label = "graphics state", .dict = true, .rules = RULES{{"Type", &name},
	{"LW", &number}, {"LC", &integer}, {"LJ", &integer}, {"ML", &number}, {"D", &data},
	{"RI", &name}, {"OP", &boolean}, {"op", &boolean}, {"OPM", &integer},
	{"Font", &font_and_size}, {"BG", &function}, {"BG2", &function}, {"UCR", &function},
	{"UCR2", &function}, {"TR", &function}, {"TR2", &function}, {"FL", &number},
	{"SM", &number}, {"SA", &boolean}, {"BM", &names}, {"SMask", &soft_mask}, {"CA", &number},
	{"ca", &number}, {"AIS", &boolean}, {"TK", &boolean}, {NULL}}};
TYPE function_or_list = {.choose = choose_function};
TYPE shading = {.label = "shading", .dict = true, .body = BODY_BYTES, .rules = RULES{
	{"ShadingType", &integer}, {"ColorSpace", &colour}, {"Background", &bounds},
	{"BBox", &bounds}, {"AntiAlias", &boolean}, {"Domain", &bounds}, {"Matrix", &bounds},
	{"Function", &function_or_list}, {"Coords", &bounds}, {"Extend", &data},
	{"BitsPerCoordinate", &integer}, {"BitsPerComponent", &integer}, {"BitsPerFlag", &integer},
	{"VerticesPerRow", &integer}, {"Decode", &bounds}, {NULL}}};
TYPE tiling_pattern = {.label = "pattern", .body = BODY_CONTENT, .rules = RULES{{"Type", &name},
	{"PatternType", &integer}, {"PaintType", &integer}, {"TilingType", &integer},
	{"BBox", &bounds}, {"XStep", &number}, {"YStep", &number}, {"Resources", &resources},
	{"Matrix", &bounds}, {NULL}}};
TYPE shading_pattern = {.label = "pattern", .dict = true, .rules = RULES{{"Type", &name},
	{"PatternType", &integer}, {"Shading", &shading}, {"Matrix", &bounds},
	{"ExtGState", &graphics_state}, {NULL}}};
TYPE pattern = {.choose = choose_pattern};
TYPE graphics_states = {.dict = true, .map = &graphics_state};
TYPE patterns = {.dict = true, .map = &pattern};
TYPE shadings = {.dict = true, .map = &shading};
TYPE xobjects = {.dict = true, .map = &xobject};
TYPE fonts = {.dict = true, .map = &font};
TYPE properties = {.dict = true, .map = &property};
TYPE resources = {.dict = true, .rules = RULES{{"ExtGState", &graphics_states},
	{"ColorSpace", &colours}, {"Pattern", &patterns}, {"Shading", &shadings},
	{"XObject", &xobjects}, {"Font", &fonts}, {"ProcSet", &names}, {"Properties", &properties},
	{NULL}}};

/* ---- annotations and fields (12.5, 12.7) ------------------------------ */

TYPE forms = {.dict = true, .map = &form};
TYPE appearance = {.choose = choose_appearance};
TYPE appearances = {.dict = true, .rules = RULES{{"N", &appearance}, {"R", &appearance},
	{"D", &appearance}, {NULL}}};
TYPE icon_fit = {.dict = true, .rules = RULES{{"SW", &name}, {"S", &name}, {"A", &bounds},
	{"FB", &boolean}, {NULL}}};
TYPE dressing = {.dict = true, .rules = RULES{{"R", &integer}, {"BC", &bounds}, {"BG", &bounds},
	{"CA", &string}, {"RC", &string}, {"AC", &string}, {"I", &form}, {"RI", &form},
	{"IX", &form}, {"IF", &icon_fit}, {"TP", &integer}, {NULL}}};
TYPE annotation_ref = {.choose = choose_annotation};
TYPE field_ref = {.choose = choose_field};
TYPE field_refs = {.item = &field_ref};
TYPE field_value = {.choose = choose_value};

#define FIELD_RULES {"FT", &name}, {"Parent", &field_ref}, {"Kids", &field_refs}, \
	{"T", &string}, {"TU", &string}, {"TM", &string}, {"Ff", &integer}, {"V", &field_value}, \
	{"DV", &field_value}, {"DA", &string}, {"DR", &resources}, {"Q", &integer}, {"Opt", &data}, {"TI", &integer}, \
	{"I", &data}, {"MaxLen", &integer}, {"Lock", NULL, "signature"}, {"SV", NULL, "signature"}
#define ANNOTATION_RULES {"Type", &name}, {"Subtype", &name}, {"Rect", &bounds}, \
	{"Contents", &string}, {"P", &page_ref}, {"NM", &string}, {"M", &string}, {"F", &integer}, \
	{"AP", &appearances}, {"AS", &name}, {"Border", &data}, {"C", &bounds}, \
	{"StructParent", &integer}, {"OC", &property}, {"BS", &data_map}, {"H", &name}, \
	{"A", &action}, {"Lang", &string}, {"BM", &name}, {"CA", &number}, {"ca", &number}
TYPE field = {.label = "form field", .dict = true, .rules = RULES{FIELD_RULES, {NULL}}};
TYPE widget = {.label = "form field", .dict = true, .rules = RULES{ANNOTATION_RULES, FIELD_RULES,
	{"MK", &dressing}, {NULL}}};
TYPE annotation = {.label = "annotation", .dict = true, .rules = RULES{ANNOTATION_RULES,
	{"Dest", &dest}, {"QuadPoints", &bounds}, {"T", &string}, {"Popup", &annotation_ref},
	{"Parent", &annotation_ref}, {"CreationDate", &string}, {"IRT", &annotation_ref},
	{"Subj", &string}, {"RT", &name}, {"IT", &name}, {"Open", &boolean}, {"Name", &name},
	{"State", &string}, {"StateModel", &string}, {"DA", &string}, {"Q", &integer},
	{"DS", &string}, {"CL", &bounds}, {"BE", &data_map}, {"RD", &bounds}, {"L", &bounds},
	{"LE", &names}, {"IC", &bounds}, {"LL", &number}, {"LLE", &number}, {"LLO", &number},
	{"Cap", &boolean}, {"CP", &name}, {"CO", &bounds}, {"Vertices", &bounds}, {"Sy", &name},
	{"InkList", &data}, {"Rotate", &integer}, {"OverlayText", &string}, {"Repeat", &boolean},
	{"RO", &form}, {"MK", &dressing}, {NULL}}};
/* a field's look without the field; its parents, so that what acts in them is told */
TYPE frozen_parent = {.label = "form field", .dict = true, .rules = RULES{{"Kids", &field_refs}, {NULL}}};
TYPE frozen_form = {.label = "form fields", .dict = true, .rules = RULES{{"Fields", &field_refs},
	{"CO", NULL, "javascript"}, {NULL}}};
TYPE frozen = {.label = "form field", .dict = true, .rules = RULES{ANNOTATION_RULES,
	{"MK", &dressing}, {NULL}}};
/* What plays or carries a file leaves its look, as a stamp, or else a note; both say
 * 取り除きました (UTF-16).  Bytes as pdf_put_scalar writes them: a second pass changes nothing */
#define REMOVED_TEXT "/Contents(\xFE\xFF\x53\xD6\x30\x8A\x96\x64\x30\x4D\x30\x7E\x30\x57\x30\x5F)"
#define REMOVED_RULES {"Rect", &bounds}, {"P", &page_ref}, {"F", &integer}, {"FS", NULL, NULL}, {"Sound", NULL, NULL}, \
	{"Movie", NULL, NULL}, {"RichMediaContent", NULL, NULL}, {"RichMediaSettings", NULL, NULL}, {"3DD", NULL, NULL}
TYPE removed_look = {.label = "annotation", .dict = true, .made = "/Type/Annot/Subtype/Stamp" REMOVED_TEXT,
	.rules = RULES{REMOVED_RULES, {"AP", &appearances}, {"AS", &name}, {NULL}}};
TYPE removed_note = {.label = "annotation", .dict = true, .made = "/Type/Annot/Subtype/Text" REMOVED_TEXT "/Name/Note",
	.rules = RULES{REMOVED_RULES, {NULL}}};
TYPE annotations = {.item = &annotation_ref};
TYPE acroform = {.label = "form fields", .dict = true, .rules = RULES{{"Fields", &field_refs},
	{"NeedAppearances", &boolean}, {"DR", &resources}, {"DA", &string}, {"Q", &integer},
	{"CO", NULL, "javascript"}, {NULL}}};
TYPE fields_or_none = {.choose = choose_fields};

/* ---- structure (14.7) ------------------------------------------------- */

TYPE struct_kid = {.choose = choose_kid};
TYPE struct_kids = {.item = &struct_kid};
TYPE struct_parent = {.choose = choose_parent};
TYPE attributes = {.scalars = S(INT), .dict = true, .item = &attributes, .map = &data,
	.guarded = true};
TYPE struct_element = {.label = "structure", .dict = true, .rules = RULES{{"Type", &name},
	{"S", &name}, {"ID", &string}, {"P", &struct_parent}, {"Pg", &page_ref}, {"R", &integer},
	{"K", &struct_kid}, {"A", &attributes}, {"C", &names}, {"T", &string}, {"Lang", &string},
	{"Alt", &string}, {"E", &string}, {"ActualText", &string}, {NULL}}};
TYPE objr_object = {.choose = choose_objr};
TYPE marked_content = {.dict = true, .rules = RULES{{"Type", &name}, {"Pg", &page_ref},
	{"Stm", &xobject}, {"MCID", &integer}, {NULL}}};
TYPE object_reference = {.dict = true, .rules = RULES{{"Type", &name}, {"Pg", &page_ref},
	{"Obj", &objr_object}, {NULL}}};
TYPE struct_list = {.item = &struct_parent, .holes = true};
TYPE parent_pairs = {.tuple = TUPLE{&data, &struct_parent, NULL}, .holes = true};
TYPE parent_tree = {.label = "structure", .dict = true, .rules = RULES{
	{"Kids", &(const struct pdf_type){.item = &parent_tree}}, {"Nums", &parent_pairs},
	{"Limits", &data}, {NULL}}};
TYPE class_map = {.dict = true, .map = &attributes};
TYPE struct_root = {.label = "structure", .dict = true, .rules = RULES{{"Type", &name},
	{"K", &struct_kid}, {"ParentTree", &parent_tree}, {"ParentTreeNextKey", &integer},
	{"RoleMap", &data_map}, {"ClassMap", &class_map}, {NULL}}};

/* ---- catalog and pages (7.7) ------------------------------------------ */

TYPE outline = {.label = "outline", .dict = true, .rules = RULES{{"Type", &name},
	{"Title", &string}, {"Parent", &outline}, {"Prev", &outline}, {"Next", &outline},
	{"First", &outline}, {"Last", &outline}, {"Count", &integer}, {"Dest", &dest},
	{"A", &action}, {"C", &bounds}, {"F", &integer}, {NULL}}};
TYPE page_label = {.dict = true, .rules = RULES{{"Type", &name}, {"S", &name}, {"P", &string},
	{"St", &integer}, {NULL}}};
TYPE label_pairs = {.tuple = TUPLE{&data, &page_label, NULL}, .holes = true};
TYPE label_tree = {.dict = true, .rules = RULES{
	{"Kids", &(const struct pdf_type){.item = &label_tree}}, {"Nums", &label_pairs},
	{"Limits", &data}, {NULL}}};
TYPE dest_pairs = {.tuple = TUPLE{&data, &dest, NULL}, .holes = true};
TYPE dest_tree = {.dict = true, .rules = RULES{
	{"Kids", &(const struct pdf_type){.item = &dest_tree}}, {"Names", &dest_pairs},
	{"Limits", &data}, {NULL}}};
TYPE name_trees = {.label = "catalog /Names", .dict = true, .rules = RULES{{"Dests", &dest_tree},
	{"URLS", NULL, "unknown-object"}, {"IDS", NULL, "unknown-object"}, {"AP", NULL, "annotation"},
	{"Pages", NULL, "annotation"}, {"Templates", NULL, "annotation"}, {NULL}}};
TYPE preferences = {.dict = true, .rules = RULES{{"HideToolbar", &boolean},
	{"HideMenubar", &boolean}, {"HideWindowUI", &boolean}, {"FitWindow", &boolean},
	{"CenterWindow", &boolean}, {"DisplayDocTitle", &boolean}, {"NonFullScreenPageMode", &name},
	{"Direction", &name}, {"ViewArea", &name}, {"ViewClip", &name}, {"PrintArea", &name},
	{"PrintClip", &name}, {"PrintScaling", &name}, {"Duplex", &name},
	{"PickTrayByPDFSize", &boolean}, {"PrintPageRange", &data}, {"NumCopies", &integer},
	{NULL}}};
const struct pdf_type pdf_page_type = {.label = "page", .dict = true, .rules = RULES{
	{"Resources", &resources}, {"MediaBox", &bounds}, {"CropBox", &bounds},
	{"BleedBox", &bounds}, {"TrimBox", &bounds}, {"ArtBox", &bounds}, {"Contents", &contents},
	{"Rotate", &integer}, {"Group", &group}, {"Dur", &number}, {"Trans", &data_map},
	{"Annots", &annotations}, {"StructParents", &integer}, {"Tabs", &name},
	{"UserUnit", &number}, {NULL}}};
const struct pdf_type pdf_catalog_type = {.label = "catalog", .dict = true, .rules = RULES{
	{"PageLabels", &label_tree}, {"Names", &name_trees}, {"Dests", &dests},
	{"ViewerPreferences", &preferences}, {"PageLayout", &name}, {"PageMode", &name},
	{"Outlines", &outline}, {"OpenAction", &open_action}, {"AcroForm", &fields_or_none},
	{"StructTreeRoot", &struct_root}, {"MarkInfo", &data_map}, {"Lang", &string},
	{"OCProperties", &layers}, {"URI", NULL, "action"}, {"Requirements", NULL, "javascript"},
	{"SpiderInfo", NULL, "unknown-object"}, {NULL}}};

/* ---- choices ---------------------------------------------------------- */

struct named_type {
	const char *name;
	const struct pdf_type *type;
};

static const struct pdf_type *type_named(const struct named_type *table, const struct pdf_value *v)
{
	for (; table->name; table++)
		if (pdf_is_name(v, table->name))
			return table->type;
	return NULL;
}

/* A destination leads to a page of the page tree, or to a name. */
static struct result choose_dest(struct pdf_walk *walk, const struct pdf_value *value,
                                 const struct pdf_object *object, const struct pdf_type **type)
{
	(void)object;
	*type = NULL;
	if (value->kind == PDF_NAME || value->kind == PDF_STRING)
		*type = &name_or_string;
	if (value->kind == PDF_DICT)
		*type = &dest_dict;
	if (value->kind != PDF_ARRAY || value->count < 2)
		return ok();
	const struct pdf_value *first = &value->items[0];
	struct pdf_slot *slot =
		first->kind == PDF_REF ? pdf_slot_of(walk->doc, first->number) : NULL;
	if (first->kind == PDF_INT || (slot && slot->page))
		*type = &dest_array;
	return ok();
}

static const struct {
	const char *name, *what;
} dropped_actions[] = {
	{"JavaScript", "javascript"}, {"Launch", "launch"}, {"GoToR", "external-link"},
	{"GoToE", "external-link"}, {"GoToDp", "action"}, {"Thread", "action"},
	{"SubmitForm", "form"}, {"ImportData", "form"}, {"ResetForm", "form"},
	{"Hide", "form"}, {"SetOCGState", "form"}, {"Rendition", "multimedia"},
	{"Movie", "multimedia"}, {"Sound", "multimedia"}, {"GoTo3DView", "multimedia"}, {"Trans", "action"},
	{"RichMediaExecute", "multimedia"}, {"Named", "action"}, {"URI", "unsafe-link"},
};

static const char *action_word(const struct pdf_value *kind)
{
	for (size_t i = 0; i < sizeof dropped_actions / sizeof *dropped_actions; i++)
		if (pdf_is_name(kind, dropped_actions[i].name))
			return dropped_actions[i].what;
	return "action";
}

/* Written plainly: no other encoding, no address relative to where the document lies. */
static bool uri_allowed(struct pdf_walk *walk, const struct pdf_value *uri)
{
	return link_allowed(&walk->doc->job->links, uri->kind == PDF_STRING ? pdf_text(uri) : SLICE(""));
}

static struct result action_type(struct pdf_walk *walk, const struct pdf_value *value,
                                 const struct pdf_value *kind, const struct pdf_type **type)
{
	static const struct named_type pages[] = {
		{"NextPage", &named_action}, {"PrevPage", &named_action}, {"FirstPage", &named_action},
		{"LastPage", &named_action}, {NULL, NULL}};
	const struct pdf_value *v;
	*type = NULL;
	if (pdf_is_name(kind, "GoTo")) {
		*type = &goto_action;
	} else if (pdf_is_name(kind, "URI")) {
		TRY(pdf_get_resolved(walk->doc, value, "URI", &v));
		*type = uri_allowed(walk, v) ? &uri_action : NULL;
	} else if (pdf_is_name(kind, "Named")) {
		TRY(pdf_get_resolved(walk->doc, value, "N", &v));
		*type = type_named(pages, v);
	}
	return ok();
}

static struct result choose_action(struct pdf_walk *walk, const struct pdf_value *value,
                                   const struct pdf_object *object, const struct pdf_type **type)
{
	const struct pdf_value *kind;
	*type = NULL;
	if (value->kind != PDF_DICT) {
		pdf_report(walk, "action");
		return ok();
	}
	TRY(pdf_get_resolved(walk->doc, value, "S", &kind));
	if (!object || !object->stream)
		TRY(action_type(walk, value, kind, type));
	if (!*type)
		pdf_report(walk, action_word(kind));
	return ok();
}

/* What happens on opening: going to a page, and nothing else. */
static struct result choose_open_action(struct pdf_walk *walk, const struct pdf_value *value,
                                        const struct pdf_object *object,
                                        const struct pdf_type **type)
{
	if (value->kind == PDF_ARRAY)
		return choose_dest(walk, value, object, type);
	TRY(choose_action(walk, value, object, type));
	if (*type && *type != &goto_action) {
		pdf_report(walk, "open-action");
		*type = NULL;
	}
	return ok();
}

static const char *annotation_word(const struct pdf_value *subtype)
{
	static const struct {
		const char *name, *what;
	} words[] = {
		{"FileAttachment", "embedded-file"}, {"Sound", "multimedia"}, {"Movie", "multimedia"},
		{"Screen", "multimedia"}, {"RichMedia", "multimedia"}, {"3D", "multimedia"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (pdf_is_name(subtype, words[i].name))
			return words[i].what;
	return "annotation";
}

/* Of those that people saw on the page something stays to be seen. */
static struct result choose_removed(struct pdf_walk *walk, const struct pdf_value *value, const struct pdf_value *subtype,
                                    const struct pdf_type **type)
{
	const struct pdf_value *look, *normal, *place;
	TRY(pdf_get_resolved(walk->doc, value, "Rect", &place));
	TRY(pdf_get_resolved(walk->doc, value, "AP", &look));
	bool known = strcmp(annotation_word(subtype), "annotation") != 0;
	if (!known || place->kind != PDF_ARRAY || place->count != 4)
		return ok();
	*type = &removed_note;
	if (look->kind != PDF_DICT)
		return ok();
	TRY(pdf_get_resolved(walk->doc, look, "N", &normal));
	if (normal->kind == PDF_DICT)
		*type = &removed_look;
	return ok();
}

static bool fields_stay(const struct pdf_walk *walk)
{
	return !rules_strip(&walk->doc->job->rules, "form-field");
}

/* What has no type of field any more was frozen before. */
static const struct pdf_type *freeze(struct pdf_walk *walk, const struct pdf_value *value,
                                     const struct pdf_type *frozen_type)
{
	if (pdf_get(value, "FT"))
		pdf_report(walk, "form-field");
	return frozen_type;
}

static struct result choose_annotation(struct pdf_walk *walk, const struct pdf_value *value,
                                       const struct pdf_object *object,
                                       const struct pdf_type **type)
{
	static const struct named_type kinds[] = {
		{"Widget", &widget}, {"Link", &annotation}, {"Text", &annotation},
		{"FreeText", &annotation}, {"Line", &annotation}, {"Square", &annotation},
		{"Circle", &annotation}, {"Polygon", &annotation}, {"PolyLine", &annotation},
		{"Highlight", &annotation}, {"Underline", &annotation}, {"Squiggly", &annotation},
		{"StrikeOut", &annotation}, {"Stamp", &annotation}, {"Caret", &annotation},
		{"Ink", &annotation}, {"Popup", &annotation}, {"Watermark", &annotation},
		{"Redact", &annotation}, {"PrinterMark", &annotation}, {NULL, NULL}};
	const struct pdf_value *subtype;
	*type = NULL;
	if (value->kind != PDF_DICT || (object && object->stream))
		return ok();
	TRY(pdf_get_resolved(walk->doc, value, "Subtype", &subtype));
	*type = type_named(kinds, subtype);
	if (*type == &widget && !fields_stay(walk))
		*type = freeze(walk, value, &frozen);
	if (*type)
		return ok();
	pdf_report(walk, annotation_word(subtype));
	return choose_removed(walk, value, subtype, type);
}

static struct result choose_fields(struct pdf_walk *walk, const struct pdf_value *value,
                                   const struct pdf_object *object, const struct pdf_type **type)
{
	*type = NULL;
	if (value->kind == PDF_DICT && !(object && object->stream))
		*type = fields_stay(walk) ? &acroform : &frozen_form;
	return ok();
}

/* A field that is its own widget is one object with the widget on the page. */
static struct result choose_field(struct pdf_walk *walk, const struct pdf_value *value,
                                  const struct pdf_object *object, const struct pdf_type **type)
{
	const struct pdf_value *subtype;
	*type = NULL;
	if (value->kind != PDF_DICT || (object && object->stream))
		return ok();
	TRY(pdf_get_resolved(walk->doc, value, "Subtype", &subtype));
	bool stay = fields_stay(walk);
	if (pdf_is_name(subtype, "Widget"))
		*type = stay ? &widget : freeze(walk, value, &frozen);
	if (subtype->kind == PDF_NULL)
		*type = stay ? &field : freeze(walk, value, &frozen_parent);
	return ok();
}

/* A field's value is text, a name or a list; a dictionary is a signature. */
static struct result choose_value(struct pdf_walk *walk, const struct pdf_value *value,
                                  const struct pdf_object *object, const struct pdf_type **type)
{
	*type = &data;
	if (object && object->stream) {
		*type = &pdf_bytes_type;
	} else if (value->kind == PDF_DICT) {
		*type = NULL;
		pdf_report(walk, "signature");
	}
	return ok();
}

static struct result choose_appearance(struct pdf_walk *walk, const struct pdf_value *value,
                                       const struct pdf_object *object,
                                       const struct pdf_type **type)
{
	(void)walk;
	(void)value;
	*type = object && object->stream ? &form : &forms;
	return ok();
}

static struct result choose_xobject(struct pdf_walk *walk, const struct pdf_value *value,
                                    const struct pdf_object *object, const struct pdf_type **type)
{
	static const struct named_type kinds[] = {{"Image", &image}, {"Form", &form}, {NULL, NULL}};
	const struct pdf_value *subtype;
	*type = NULL;
	if (!object || !object->stream)
		return ok();
	TRY(pdf_get_resolved(walk->doc, value, "Subtype", &subtype));
	*type = type_named(kinds, subtype);
	if (pdf_is_name(subtype, "PS"))
		pdf_report(walk, "postscript");
	return ok();
}

static struct result choose_image(struct pdf_walk *walk, const struct pdf_value *value,
                                  const struct pdf_object *object, const struct pdf_type **type)
{
	(void)walk;
	(void)value;
	*type = object && object->stream ? &image : NULL;
	return ok();
}

static struct result choose_mask(struct pdf_walk *walk, const struct pdf_value *value,
                                 const struct pdf_object *object, const struct pdf_type **type)
{
	if (value->kind == PDF_ARRAY) {
		*type = &bounds;
		return ok();
	}
	return choose_image(walk, value, object, type);
}

static struct result choose_colour(struct pdf_walk *walk, const struct pdf_value *value,
                                   const struct pdf_object *object, const struct pdf_type **type)
{
	static const struct named_type families[] = {
		{"ICCBased", &icc_colour}, {"Indexed", &indexed_colour}, {"I", &indexed_colour},
		{"Separation", &separation_colour}, {"DeviceN", &device_n_colour},
		{"NChannel", &device_n_colour}, {"CalGray", &cie_colour}, {"CalRGB", &cie_colour},
		{"Lab", &cie_colour}, {"Pattern", &pattern_colour}, {"DeviceGray", &device_colour},
		{"DeviceRGB", &device_colour}, {"DeviceCMYK", &device_colour}, {"G", &device_colour},
		{"RGB", &device_colour}, {"CMYK", &device_colour}, {NULL, NULL}};
	(void)object;
	*type = value->kind == PDF_NAME ? &name : NULL;
	if (value->kind != PDF_ARRAY || value->count == 0)
		return ok();
	const struct pdf_value *family;
	TRY(pdf_resolve(walk->doc, &value->items[0], &family, NULL));
	*type = type_named(families, family);
	return ok();
}

static struct result choose_pattern(struct pdf_walk *walk, const struct pdf_value *value,
                                    const struct pdf_object *object, const struct pdf_type **type)
{
	(void)walk;
	(void)value;
	*type = object && object->stream ? &tiling_pattern : &shading_pattern;
	return ok();
}

static struct result choose_function(struct pdf_walk *walk, const struct pdf_value *value,
                                     const struct pdf_object *object, const struct pdf_type **type)
{
	static const struct pdf_type *const kinds[] = {
		&sampled_function, NULL, &exponential_function, &stitching_function,
		&calculator_function};
	const struct pdf_value *kind;
	(void)object;
	*type = value->kind == PDF_NAME ? &name : value->kind == PDF_ARRAY ? &functions : NULL;
	if (value->kind != PDF_DICT)
		return ok();
	TRY(pdf_get_resolved(walk->doc, value, "FunctionType", &kind));
	if (kind->kind == PDF_INT && kind->integer >= 0 && kind->integer <= 4)
		*type = kinds[kind->integer];
	return ok();
}

/* A property list: a layer, a membership of layers, or plain data. */
static struct result choose_property(struct pdf_walk *walk, const struct pdf_value *value,
                                     const struct pdf_object *object, const struct pdf_type **type)
{
	const struct pdf_value *kind;
	(void)object;
	*type = NULL;
	if (value->kind != PDF_DICT)
		return ok();
	TRY(pdf_get_resolved(walk->doc, value, "Type", &kind));
	*type = pdf_is_name(kind, "OCG") ? &ocg : pdf_is_name(kind, "OCMD") ? &ocmd : &data_map;
	return ok();
}

static struct result choose_order(struct pdf_walk *walk, const struct pdf_value *value,
                                  const struct pdf_object *object, const struct pdf_type **type)
{
	if (value->kind == PDF_DICT)
		return choose_property(walk, value, object, type);
	*type = value->kind == PDF_ARRAY ? &order_array : &order_text;
	return ok();
}

static struct result choose_kid(struct pdf_walk *walk, const struct pdf_value *value,
                                const struct pdf_object *object, const struct pdf_type **type)
{
	static const struct named_type kinds[] = {
		{"MCR", &marked_content}, {"OBJR", &object_reference}, {NULL, NULL}};
	const struct pdf_value *kind;
	(void)object;
	*type = value->kind == PDF_ARRAY ? &struct_kids : &integer;
	if (value->kind != PDF_DICT)
		return ok();
	TRY(pdf_get_resolved(walk->doc, value, "Type", &kind));
	*type = type_named(kinds, kind);
	if (!*type)
		*type = &struct_element;
	return ok();
}

/* /P of an element and the leaves of the parent tree: the root, an element, or
 * a list of elements with holes for contents that belong to none. */
static struct result choose_parent(struct pdf_walk *walk, const struct pdf_value *value,
                                   const struct pdf_object *object, const struct pdf_type **type)
{
	const struct pdf_value *kind;
	(void)object;
	*type = value->kind == PDF_ARRAY ? &struct_list : NULL;
	if (value->kind != PDF_DICT)
		return ok();
	TRY(pdf_get_resolved(walk->doc, value, "Type", &kind));
	*type = pdf_is_name(kind, "StructTreeRoot") ? &struct_root : &struct_element;
	return ok();
}

static struct result choose_objr(struct pdf_walk *walk, const struct pdf_value *value,
                                 const struct pdf_object *object, const struct pdf_type **type)
{
	if (object && object->stream)
		return choose_xobject(walk, value, object, type);
	return choose_annotation(walk, value, object, type);
}
