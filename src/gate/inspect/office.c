/* docx, xlsx, pptx: the package, its relationships, then each part
 *
 * Every part must be reached by a relationship of a known type that leads to
 * it, must have a content type that says so, and must be XML or a picture.
 * source  ECMA-376 Part 2 (packages); Part 1, 11 to 15 (parts)
 */
#include "gate/inspect/office.h"

#include "base/buffer.h"

#include <stdlib.h>

/* Relationship types by their last word. */
static const char relations_known[] =
	"officeDocument core-properties extended-properties styles stylesWithEffects settings webSettings "
	"fontTable theme themeOverride numbering footnotes endnotes header footer glossaryDocument comments "
	"commentsExtended commentsIds commentsExtensible people image hyperlink chart chartUserShapes "
	"chartStyle chartColorStyle diagramData diagramLayout diagramQuickStyle diagramColors "
	"diagramDrawing vmlDrawing drawing worksheet chartsheet sharedStrings sheetMetadata table person "
	"threadedComment pivotTable pivotCacheDefinition pivotCacheRecords slicer slicerCache timeline "
	"timelineCache ctrlProp slide slideLayout slideMaster notesSlide notesMaster handoutMaster presProps "
	"viewProps tableStyles commentAuthors authors extendedProperties calcChain package";

static const struct {
	const char *types, *what;
} relations_forbidden[] = {
	{"vbaProject wordVbaData vbaProjectSignature vbaProjectSignatureAgile vbaProjectSignatureV3", "vba"},
	{"control activeXControlBinary", "activex"}, {"oleObject", "ole-object"},
	{"externalLink externalLinkPath externalLinkLongPath xlExternalLinkPath frame", "external-link"},
	{"attachedTemplate transform", "template"}, {"aFChunk", "alt-chunk"},
	{"subDocument", "sub-document"}, {"mailMergeSource mailMergeHeaderSource recipientData", "mail-merge"},
	{"connections queryTable xmlMaps", "data-connection"}, {"powerPivotData model customData", "data-model"},
	{"audio video media sound", "media"}, {"xlMacrosheet xlIntlMacrosheet dialogsheet", "macro-sheet"},
	{"customXml customXmlProps", "custom-xml"}, {"extensibility userCustomization", "custom-ui"},
	{"attachedToolbars keyMapCustomizations", "custom-ui"},
	{"webextension webextensiontaskpanes taskpanes", "web-extension"}, {"tags", "tags"},
	{"printerSettings", "printer-settings"}, {"origin signature certificate", "signature"},
	{"font", "embedded-font"}, {"thumbnail", "thumbnail"},
};

/* Parts of a content type that must not be there. */
static const struct {
	const char *part, *what;
} contents_forbidden[] = {
	{"macroenabled", "vba"}, {"vbaproject", "vba"}, {"vbadata", "vba"}, {"activex", "activex"},
	{"oleobject", "ole-object"}, {"macrosheet", "macro-sheet"}, {"dialogsheet", "macro-sheet"},
	{"connections+xml", "data-connection"}, {"querytable", "data-connection"},
	{"externallink", "external-link"}, {"webextension", "web-extension"}, {"customui", "custom-ui"},
	{"message/rfc822", "alt-chunk"}, {"text/html", "alt-chunk"}, {"rtf", "alt-chunk"},
	{"audio/", "media"}, {"video/", "media"}, {"octet-stream", "binary-part"},
};

struct package {
	struct look *look;
	struct members members;
	bool *reached;          /* by a relationship, one a member */
	bool *typed;            /* has a content type of its own */
	const char *source;     /* folder of the part whose relationships are read */
	char endings[64][16];   /* with a default content type */
	unsigned ending_count;
	/* of one XML text (Flat OPC) */
	struct buffer list, gathered; /* members while they are met; base64 of the part that is open */
	size_t current;               /* counts the parts met */
	bool binary;
};

static struct slice value_of(const struct attribute *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(list[i].name, name))
			return list[i].value;
	return (struct slice){0};
}

static bool contains_nocase(struct slice text, const char *part)
{
	size_t len = strlen(part);
	for (size_t i = 0; i + len <= text.len; i++)
		if (starts_nocase(slice_part(text, i, len), part))
			return true;
	return false;
}

static void on_content_type(struct part *part, struct slice name, const char *ns,
                            const struct attribute *list, size_t count)
{
	struct package *p = part->user;
	struct slice type = value_of(list, count, "ContentType");
	/* the one name that a binary workbook has, with macros and without */
	bool binary = p->look->report->type == INSPECT_XLSB &&
	              slice_is(type, "application/vnd.ms-excel.sheet.binary.macroEnabled.main");
	struct slice target = value_of(list, count, "PartName"), ending = value_of(list, count, "Extension");
	(void)ns;
	for (size_t i = 0; i < sizeof contents_forbidden / sizeof contents_forbidden[0]; i++)
		if (!binary && contains_nocase(type, contents_forbidden[i].part))
			look_find(p->look, contents_forbidden[i].what, "[Content_Types].xml %.*s", SLICE_ARG(type));
	if (slice_is(name, "Override")) {
		size_t at = members_find(&p->members, slice_part(target, 1, target.len));
		if (at == SIZE_MAX)
			look_find(p->look, "dangling-link", "[Content_Types].xml %.*s", SLICE_ARG(target));
		else
			p->typed[at] = true;
	}
	if (slice_is(name, "Default") && ending.len > 0 && ending.len < 16 && p->ending_count < 64) {
		memcpy(p->endings[p->ending_count], ending.at, ending.len);
		p->endings[p->ending_count++][ending.len] = '\0';
	}
}

/* resolve - a target against a folder, as URI references go; "" if it leaves the package */
static struct slice resolve(struct arena *arena, struct slice folder, struct slice target)
{
	bool rooted = target.len > 0 && target.at[0] == '/';
	char *path = arena_alloc(arena, folder.len + target.len + 1);
	if (path && !rooted && folder.len)
		memcpy(path, folder.at, folder.len);
	if (path && target.len)
		memcpy(path + (rooted ? 0 : folder.len), target.at + rooted, target.len - rooted);
	if (!path)
		return (struct slice){0};
	size_t out = 0;
	for (size_t in = 0; path[in];) {
		size_t len = strcspn(path + in, "/");
		bool up = len == 2 && path[in] == '.' && path[in + 1] == '.', stay = len == 1 && path[in] == '.';
		if (up && out == 0)
			return (struct slice){0};
		if (up)
			for (out--; out > 0 && path[out - 1] != '/'; out--)
				;
		if (!up && !stay) {
			memmove(path + out, path + in, len);
			out += len;
			if (path[in + len] == '/')
				path[out++] = '/';
		}
		in += len + (path[in + len] == '/');
	}
	return slice_of(path, out);
}

static struct slice last_word(struct slice type)
{
	size_t from = type.len;
	while (from > 0 && type.at[from - 1] != '/')
		from--;
	return slice_part(type, from, type.len);
}

static void judge_external(struct part *part, struct slice word, struct slice target)
{
	if (!slice_equal_nocase(word, SLICE("hyperlink")))
		look_find(part->look, "external-link", "%s %.*s", part->name, SLICE_ARG(word));
	else if (!link_safe(target))
		look_find(part->look, "unsafe-link", "%s %.*s", part->name, SLICE_ARG(target));
}

static void judge_internal(struct part *part, struct slice word, struct slice target)
{
	struct package *p = part->user;
	if (slice_is(word, "hyperlink") && target.len && target.at[0] == '#')
		return; /* a place in the same document */
	struct slice path = resolve(p->look->arena, slice_str(p->source ? p->source : ""), target);
	size_t at = members_find(&p->members, path);
	if (at == SIZE_MAX)
		look_find(part->look, "dangling-link", "%s %.*s", part->name, SLICE_ARG(target));
	else
		p->reached[at] = true;
}

static void on_relationship(struct part *part, struct slice name, const char *ns,
                            const struct attribute *list, size_t count)
{
	(void)ns;
	if (!slice_is(name, "Relationship"))
		return;
	struct slice word = last_word(value_of(list, count, "Type"));
	struct slice target = value_of(list, count, "Target"), mode = value_of(list, count, "TargetMode");
	bool known = words_have(relations_known, word);
	for (size_t i = 0; i < sizeof relations_forbidden / sizeof relations_forbidden[0]; i++)
		if (words_have(relations_forbidden[i].types, word)) {
			look_find(part->look, relations_forbidden[i].what, "%s %.*s", part->name, SLICE_ARG(word));
			known = true;
		}
	if (!known)
		look_find(part->look, "unknown-part", "%s %.*s", part->name, SLICE_ARG(word));
	if (mode.len && !slice_equal_nocase(mode, SLICE("Internal")))
		judge_external(part, word, target);
	else
		judge_internal(part, word, target);
}

/* source_folder - of the part that a relationship part belongs to; NULL: no such part */
static const char *source_folder(struct package *p, struct slice rels)
{
	size_t at = slice_find(rels, SLICE("_rels/"));
	if (at == SIZE_MAX || (at > 0 && rels.at[at - 1] != '/'))
		return NULL;
	struct slice file = slice_part(rels, at + 6, rels.len - at - 6 - 5);
	char *owner = arena_printf(p->look->arena, "%.*s%.*s", (int)at, (const char *)rels.at, SLICE_ARG(file));
	if (!owner || (file.len && members_find(&p->members, slice_str(owner)) == SIZE_MAX))
		return NULL;
	return arena_string(p->look->arena, slice_part(rels, 0, at));
}

static bool is_relations(const struct member *m)
{
	return slice_ends(m->name_bytes, SLICE(".rels"));
}

static bool read_xml(struct package *p, size_t index, struct part *part)
{
	struct feed feed;
	if (!members_feed(p->look, &p->members, index, &feed))
		return false;
	bool fine = xml_feed(part, &feed);
	return feed_end(p->look, &p->members, index, &feed) && fine;
}

static bool read_relations(struct package *p, size_t index)
{
	const struct member *m = &p->members.at[index];
	struct part part = {.look = p->look, .name = m->name, .element = on_relationship, .user = p};
	p->source = source_folder(p, m->name_bytes);
	if (!p->source) {
		look_find(p->look, "orphan-part", "%s", m->name);
		return true;
	}
	return read_xml(p, index, &part);
}

static bool read_content_types(struct package *p)
{
	size_t index = members_find(&p->members, SLICE("[Content_Types].xml"));
	struct part part = {.look = p->look, .name = "[Content_Types].xml", .element = on_content_type,
	                    .user = p};
	if (index == SIZE_MAX)
		return look_unreadable(p->look, "no [Content_Types].xml");
	p->reached[index] = p->typed[index] = true;
	return read_xml(p, index, &part);
}

static bool starts_any(struct slice in, const char *const *heads, const size_t *lens, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_starts(in, slice_of(heads[i], lens[i])))
			return true;
	return false;
}

/* look_binary - what is no XML must be a picture, or a workbook behind a chart */
static bool look_binary(struct package *p, const struct member *m, struct slice content)
{
	static const char *const heads[] = {"\xD0\xCF\x11\xE0", "MZ", "\x7F" "ELF", "%PDF", "{\\rt",
	                                    "\x93" "B2\0"};
	static const size_t lens[] = {4, 2, 4, 4, 4, 4};
	if (starts_any(content, heads, lens, 1))
		look_find(p->look, "compound-file", "%s", m->name);
	else if (starts_any(content, heads, lens, sizeof lens / sizeof lens[0]))
		look_find(p->look, "foreign-file", "%s", m->name);
	const char *dot = strrchr(m->name, '.');
	enum inspect_type type = dot ? inspect_type_of(dot + 1) : INSPECT_NOTHING;
	if (p->look->report->type == INSPECT_XLSB && dot && strcasecmp(dot, ".bin") == 0 &&
	    starts_nocase(m->name_bytes, "xl/"))
		return binary_look(p->look, m->name, content);
	bool picture = type >= INSPECT_JPEG && type <= INSPECT_WEBP;
	if (picture || type == INSPECT_XLSX)
		return look_inside(p->look, type, m->name_bytes, content);
	if (dot && (strcasecmp(dot, ".emf") == 0 || strcasecmp(dot, ".wmf") == 0))
		return metafile_look(p->look, m->name, content);
	look_find(p->look, "binary-part", "%s", m->name);
	return true;
}

static bool is_xml(struct slice content)
{
	if (slice_starts(content, slice_of("\xEF\xBB\xBF", 3)))
		content = slice_part(content, 3, content.len);
	return content.len > 0 && content.at[0] == '<';
}

static bool look_whole(struct package *p, size_t index, struct feed *feed)
{
	uint8_t *bytes = NULL;
	struct slice content;
	bool fine = feed_whole(p->look, &p->members, index, feed, &bytes, &content) &&
	            look_binary(p, &p->members.at[index], content);
	free(bytes);
	return fine;
}

/* shows_text - the only parts of an original that matter: XML, records, a workbook behind a chart */
static bool shows_text(const struct member *m)
{
	const char *dot = strrchr(m->name, '.');
	enum inspect_type type = dot ? inspect_type_of(dot + 1) : INSPECT_NOTHING;
	return look_has_text(type) && !(dot && (strcasecmp(dot, ".emf") == 0 || strcasecmp(dot, ".wmf") == 0));
}

static bool look_part(void *user, size_t index)
{
	struct package *p = user;
	const struct member *m = &p->members.at[index];
	struct feed feed;
	if (slice_ends(m->name_bytes, SLICE("/"))) {
		look_find(p->look, "orphan-part", "%s", m->name);
		return true;
	}
	if (p->look->comparing && !shows_text(m))
		return true;
	if (!members_feed(p->look, &p->members, index, &feed))
		return false;
	if (!is_xml(feed.ready))
		return look_whole(p, index, &feed);
	bool fine = content_look(p->look, m->name, &feed);
	return feed_end(p->look, &p->members, index, &feed) && fine;
}

static bool typed(const struct package *p, size_t index)
{
	const char *dot = strrchr(p->members.at[index].name, '.');
	for (unsigned i = 0; dot && i < p->ending_count; i++)
		if (strcasecmp(dot + 1, p->endings[i]) == 0)
			return true;
	return p->typed[index];
}

/* A page is a sheet or a slide; a docx does not know its pages. */
static void count_page(struct package *p, const struct member *m)
{
	static const char *const folders[] = {"xl/worksheets/", "xl/chartsheets/", "ppt/slides/"};
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (starts_nocase(m->name_bytes, folders[i]) && (slice_ends(m->name_bytes, SLICE(".xml")) ||
		     slice_ends(m->name_bytes, SLICE(".bin"))))
			p->look->report->pages++;
}

/* read_ways - how parts are reached, and what they are said to be */
static bool read_ways(struct package *p)
{
	if (!read_content_types(p))
		return false;
	for (size_t i = 0; i < p->members.count; i++)
		if (is_relations(&p->members.at[i]) && !read_relations(p, i))
			return false;
	return true;
}

static bool look_package(struct package *p)
{
	static const char *const mains[] = {[INSPECT_DOCX] = "word/", [INSPECT_XLSX] = "xl/",
	                                    [INSPECT_PPTX] = "ppt/", [INSPECT_XLSB] = "xl/"};
	size_t first = 0;
	if (!p->look->comparing && !read_ways(p))
		return false;
	for (size_t i = 0; i < p->members.count; i++) {
		const struct member *m = &p->members.at[i];
		first += starts_nocase(m->name_bytes, mains[p->look->report->type]);
		if (!typed(p, i))
			look_find(p->look, "unknown-part", "%s has no content type", m->name);
		if (is_relations(m) || slice_is(m->name_bytes, "[Content_Types].xml"))
			continue;
		if (!p->reached[i])
			look_find(p->look, "orphan-part", "%s", m->name);
		if (!members_each(p->look, &p->members, i, look_part, p))
			return false;
		count_page(p, m);
	}
	if (p->look->report->type == INSPECT_DOCX)
		p->look->report->pages = 1;
	return first > 0 || look_unreadable(p->look, "not a package of this type");
}

bool look_office(struct look *look, enum inspect_type type, struct slice in)
{
	struct package p = {.look = look};
	(void)type;
	bool fine = members_open(look, in, &p.members);
	if (fine) {
		p.reached = ARENA_ARRAY(look->arena, p.members.count + 1, bool);
		p.typed = ARENA_ARRAY(look->arena, p.members.count + 1, bool);
		fine = p.reached && p.typed ? look_package(&p) : look_memory(look);
	}
	members_shut(look, &p.members);
	return fine;
}

/* ---- the same package as one XML text ---- */

static void judge_content(struct package *p, const char *name, struct slice type)
{
	for (size_t i = 0; i < sizeof contents_forbidden / sizeof contents_forbidden[0]; i++)
		if (contains_nocase(type, contents_forbidden[i].part))
			look_find(p->look, contents_forbidden[i].what, "%s %.*s", name, SLICE_ARG(type));
}

static bool is_flat(const char *ns)
{
	return ns && strcmp(ns, "http://schemas.microsoft.com/office/2006/xmlPackage") == 0;
}

/* First reading: which parts there are. */
static void on_part(struct part *part, struct slice name, const char *ns, const struct attribute *list, size_t count)
{
	struct package *p = part->user;
	if (!is_flat(ns))
		return;
	if (!slice_is(name, "part")) {
		p->current += slice_is(name, "package");
		return;
	}
	struct slice path = value_of(list, count, "name"), type = value_of(list, count, "contentType");
	const char *copy = arena_string(p->look->arena, slice_part(path, 1, path.len));
	struct member member = {.name = copy, .name_bytes = slice_str(copy ? copy : "")};
	if (!copy || path.len < 2 || path.at[0] != '/' || !type.len || !look_pay_entry(p->look))
		part->broken = true;
	else
		judge_content(p, copy, type);
	buffer_put(&p->list, &member, sizeof member);
}

/* Second reading: relationships, and what stands in base64. */
static void on_flat_element(struct part *part, struct slice name, const char *ns, const struct attribute *list,
                            size_t count)
{
	struct package *p = part->user;
	if (slice_is(name, "part") && is_flat(ns)) {
		const struct member *m = &p->members.at[p->current++];
		part->name = m->name;
		p->source = slice_ends(m->name_bytes, SLICE(".rels")) ? source_folder(p, m->name_bytes) : NULL;
	}
	p->binary = slice_is(name, "binaryData");
	buffer_clear(&p->gathered);
	if (slice_is(name, "Relationship") && !p->source)
		look_find(p->look, "orphan-part", "%s", part->name);
	else
		on_relationship(part, name, ns, list, count);
}

static void on_flat_text(struct part *part, struct slice text)
{
	struct package *p = part->user;
	if (p->binary)
		buffer_put_slice(&p->gathered, text);
}

static void on_flat_end(struct part *part, struct slice name)
{
	struct package *p = part->user;
	struct buffer AUTO(buffer_done) bytes = {0};
	(void)name;
	if (!p->binary)
		return;
	p->binary = false;
	buffer_init(&bytes, (size_t)1 << 30);
	struct slice content = base64_bytes(buffer_slice(&p->gathered), &bytes) ? buffer_slice(&bytes) : SLICE("");
	const struct member *m = &p->members.at[p->current - 1];
	struct feed feed = {.ready = content};
	if (p->gathered.failed || !content.len || !look_pay_bytes(p->look, content.len))
		part->broken = true;
	else if (!(is_xml(content) ? content_look(p->look, m->name, &feed) : look_binary(p, m, content)))
		part->broken = true;
}

static void judge_members(struct package *p)
{
	for (size_t i = 0; i < p->members.count; i++) {
		const struct member *m = &p->members.at[i];
		if (!is_relations(m) && !p->reached[i])
			look_find(p->look, "orphan-part", "%s", m->name);
		count_page(p, m);
	}
	if (p->look->report->pages == 0)
		p->look->report->pages = 1;
}

static bool look_flat_package(struct package *p, struct slice text)
{
	struct part names = {.look = p->look, .name = "package", .element = on_part, .user = p};
	struct part parts = {.look = p->look, .name = "package", .element = on_flat_element, .text = on_flat_text,
	                     .end = on_flat_end, .user = p};
	if (!xml_read(&names, text) || !buffer_ok(&p->list) || p->current != 1)
		return look_unreadable(p->look, "no package");
	p->members.at = (struct member *)(void *)p->list.at;
	p->members.count = p->list.len / sizeof *p->members.at;
	p->reached = ARENA_ARRAY(p->look->arena, p->members.count + 1, bool);
	if (!p->reached || !members_sort(p->look, &p->members))
		return look_memory(p->look);
	p->current = 0;
	if (!xml_read(&parts, text))
		return look_unreadable(p->look, "a part that cannot be read");
	judge_members(p);
	struct feed feed = {.ready = text};
	return content_look(p->look, "document", &feed);
}

bool look_flat(struct look *look, enum inspect_type type, struct slice in)
{
	static const char *const lines[] = {"<?mso-application progid=\"Word.Document\"?>",
	                                    "<?mso-application progid=\"PowerPoint.Show\"?>"};
	struct package p = {.look = look};
	size_t word = slice_find(slice_part(in, 0, 200), slice_str(lines[0]));
	struct slice text = without_line(look, in, lines[word == SIZE_MAX]);
	(void)type;
	if (!text.at)
		return look_memory(look);
	buffer_init(&p.list, 64 << 20);
	buffer_init(&p.gathered, (size_t)1 << 30);
	bool fine = look_flat_package(&p, text);
	buffer_done(&p.list);
	buffer_done(&p.gathered);
	return fine;
}
