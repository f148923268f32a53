/* OpenDocument once more: libzip for the package, libxml2 for its parts.
 *
 * The mimetype comes first and is stored; every other member is a part of XML with a
 * known name or a picture.  What calls, fetches, embeds or listens is a finding.  */
#include "gate/inspect/office.h"

#include <stdlib.h>

struct document {
	struct look *look;
	struct members members;
	const char *folder;
	unsigned body;          /* depth inside office:body; 0: outside */
	struct part_text seen;
};

static const struct {
	const char *elements, *what;
} forbidden[] = {
	{"script scripts libraries", "vba"}, {"event-listener event-listeners event", "action"},
	{"object-ole", "ole-object"}, {"applet plugin audio sound play", "media"}, {"floating-frame", "frame"},
	{"binary-data", "embedded-file"}, {"control form forms model", "control"},
	{"dde-source dde-link dde-links section-source table-source cell-range-source auto-reload", "external-link"},
	{"dde-connection dde-connection-decl execute-macro", "field"},
	{"database-source-sql database-source-table database-source-query source-service data-pilot-table", "data-connection"},
	{"template", "template"}, {"user-defined-property", "custom-properties"}, {"command", "action"},
	{"error-macro", "macro-link"}, {"font-face-uri font-face-src", "embedded-font"}, {"encryption-data", "encrypted"},
};

static bool member_there(const struct document *d, struct slice path)
{
	for (size_t i = 0; i < d->members.count; i++) {
		struct slice name = d->members.at[i].name_bytes;
		bool folder = slice_starts(name, path) && name.len > path.len && name.at[path.len] == '/';
		if (slice_equal(name, path) || folder)
			return true;
	}
	return false;
}

static void judge_target(struct part *part, struct slice name, struct slice target)
{
	struct document *d = part->user;
	if (target.len == 0 || target.at[0] == '#')
		return;
	if (words_have("a area-rectangle area-circle area-polygon", name)) {
		if (!link_safe(target))
			look_find(part->look, "unsafe-link", "%s %.*s", part->name, SLICE_ARG(target));
		return;
	}
	if (slice_starts(target, SLICE("./")))
		target = slice_part(target, 2, target.len);
	if (slice_ends(target, SLICE("/")))
		target = slice_part(target, 0, target.len - 1);
	char *path = arena_printf(part->look->arena, "%s%.*s", d->folder, SLICE_ARG(target));
	if (slice_find(target, SLICE(":")) != SIZE_MAX || !path || !member_there(d, slice_str(path)))
		look_find(part->look, "external-link", "%s %.*s", part->name, SLICE_ARG(slice_part(target, 0, 80)));
}

/* As a formula of Excel: references without their brackets, which name workbooks there,
 * and the rows of an array, {1;2|3;4}, not by the mark that is DDE there.    */
static void put_as_excel(struct slice formula, struct buffer *plain)
{
	uint8_t quote = 0;
	bool array = false;
	for (size_t i = 0; i < formula.len; i++) {
		uint8_t c = formula.at[i];
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else
			array = c == '{' || (array && c != '}');
		if (c != '[' && c != ']')
			buffer_put_u8(plain, array && !quote && c == '|' ? ';' : c);
	}
}

static void judge_formula(struct part *part, struct slice formula)
{
	const char *what = "formula";
	bool outside = slice_find(formula, SLICE("'#")) != SIZE_MAX || slice_find(formula, SLICE("DDE(")) != SIZE_MAX;
	struct buffer AUTO(buffer_done) plain = {0};
	buffer_init(&plain, 1 << 17);
	put_as_excel(formula, &plain);
	if (outside || plain.failed || !formula_safe(part->look, buffer_slice(&plain), &what))
		look_find(part->look, what, "%s %.*s", part->name, SLICE_ARG(slice_part(formula, 0, 60)));
}

enum { FORBIDDEN = sizeof forbidden / sizeof forbidden[0] };
enum role { REFERENCE = FORBIDDEN, FORMULA, MACRO, BODY, PAGE };

static uint64_t judge_name(struct slice name)
{
	static const char *const roles[] = {"href", "formula expression",
		"macro-name onclick onload transformation dde-application", "body", "table page"};
	uint64_t bits = 0;
	for (size_t i = 0; i < FORBIDDEN; i++)
		bits |= (uint64_t)words_have(forbidden[i].elements, name) << i;
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		bits |= (uint64_t)words_have(roles[i], name) << (FORBIDDEN + i);
	return bits;
}

static bool is(uint64_t bits, enum role role)
{
	return bits >> role & 1;
}

static void on_attribute(struct part *part, struct slice element, const struct attribute *a)
{
	uint64_t bits = xml_name_bits(part, judge_name, a->name);
	if (is(bits, REFERENCE))
		judge_target(part, element, a->value);
	if (is(bits, FORMULA) && a->ns && strcmp(a->ns, "urn:oasis:names:tc:opendocument:xmlns:table:1.0") == 0)
		judge_formula(part, a->value);
	if (is(bits, MACRO))
		look_find(part->look, "macro-link", "%s @%.*s", part->name, SLICE_ARG(a->name));
}

static void on_element(struct part *part, struct slice name, const char *ns, const struct attribute *list, size_t count)
{
	struct document *d = part->user;
	uint64_t bits = xml_name_bits(part, judge_name, name);
	(void)ns;
	for (size_t i = 0; i < FORBIDDEN; i++)
		if (bits >> i & 1)
			look_find(part->look, forbidden[i].what, "%s %.*s", part->name, SLICE_ARG(name));
	for (size_t i = 0; i < count && !part->look->comparing; i++)
		on_attribute(part, name, &list[i]);
	d->body += d->body > 0 || is(bits, BODY);
	bool page = is(bits, PAGE) && d->body > 0 && d->folder[0] == '\0';
	part->look->report->pages += page && d->body <= 3;
}

static void on_end(struct part *part, struct slice name)
{
	struct document *d = part->user;
	(void)name;
	d->body -= d->body > 0;
}

static void on_text(struct part *part, struct slice text)
{
	struct document *d = part->user;
	if (d->body)
		part_text_add(&d->seen, text.at, text.len);
}

static bool look_xml(struct document *d, size_t index)
{
	const struct member *m = &d->members.at[index];
	struct feed feed;
	struct part part = {.look = d->look, .name = m->name, .element = on_element, .text = on_text, .end = on_end, .user = d,
	                    .skims = d->look->comparing};
	const char *slash = strrchr(m->name, '/');
	d->folder = arena_printf(d->look->arena, "%.*s", slash ? (int)(slash - m->name + 1) : 0, m->name);
	d->body = 0;
	d->seen = (struct part_text){0};
	if (!d->folder)
		return look_memory(d->look);
	if (!members_feed(d->look, &d->members, index, &feed))
		return false;
	bool fine = xml_feed(&part, &feed);
	fine = feed_end(d->look, &d->members, index, &feed) && fine;
	look_text(d->look, &d->seen); /* one sum a part: they may lie in any order */
	return fine;
}

static bool look_picture(struct document *d, const struct member *m, struct slice content)
{
	static const struct { struct slice head; enum inspect_type type; } heads[] = {
		{{(const uint8_t *)"\x89PNG", 4}, INSPECT_PNG}, {{(const uint8_t *)"\xFF\xD8", 2}, INSPECT_JPEG},
		{{(const uint8_t *)"GIF8", 4}, INSPECT_GIF}, {{(const uint8_t *)"BM", 2}, INSPECT_BMP},
		{{(const uint8_t *)"II*", 3}, INSPECT_TIFF}, {{(const uint8_t *)"MM\0*", 4}, INSPECT_TIFF},
		{{(const uint8_t *)"RIFF", 4}, INSPECT_WEBP}};
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		if (slice_starts(content, heads[i].head))
			return look_inside(d->look, heads[i].type, m->name_bytes, content);
	bool metafile = slice_starts(content, SLICE("\xD7\xCD\xC6\x9A")) || slice_starts(slice_part(content, 40, 4), SLICE(" EMF")) || slice_starts(content, slice_of("\1\0\x09\0", 4)) ||
	                slice_starts(content, slice_of("\2\0\x09\0", 4));
	if (metafile)
		return metafile_look(d->look, m->name, content);
	look_find(d->look, "binary-part", "%s", m->name);
	return true;
}

static bool named_xml(const char *name)
{
	const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
	return strcmp(name, "META-INF/manifest.xml") == 0 || words_have("content.xml styles.xml meta.xml settings.xml", slice_str(last));
}

static bool look_member(void *user, size_t index)
{
	struct document *d = user;
	const struct member *m = &d->members.at[index];
	uint8_t *bytes = NULL;
	struct slice content;
	if (named_xml(m->name))
		return look_xml(d, index);
	if (d->look->comparing)
		return true;
	if (!members_read(d->look, &d->members, index, &bytes, &content))
		return false;
	bool fine = true;
	if (slice_ends(m->name_bytes, SLICE("/")))
		look_find(d->look, "orphan-part", "%s", m->name);
	else if (slice_is(m->name_bytes, "mimetype"))
		fine = slice_starts(content, SLICE("application/vnd.oasis.opendocument.")) || look_unreadable(d->look, "mimetype: another");
	else
		fine = look_picture(d, m, content);
	free(bytes);
	return fine;
}

bool look_odf(struct look *look, enum inspect_type type, struct slice in)
{
	struct document d = {.look = look, .folder = ""};
	bool first = in.len > 38 && memcmp(in.at + 30, "mimetype", 8) == 0 && in.at[8] == 0;
	bool fine = first ? members_open(look, in, &d.members) : look_unreadable(look, "the mimetype does not come first, stored");
	(void)type;
	for (size_t i = 0; fine && i < d.members.count; i++)
		fine = members_each(look, &d.members, i, look_member, &d);
	if (first)
		members_shut(look, &d.members);
	return fine;
}
