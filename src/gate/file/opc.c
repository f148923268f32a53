/* The conventions of packages: part names, content types, relationships.
 * source  ECMA-376 Part 2 (OPC), 9.1 part names, 10.1.2 content types, 9.3
 *         relationships                                                      */
#include "gate/file/opc.h"

#include "base/text.h"

static const char types_name[] = "[Content_Types].xml";

const char *opc_place(struct package *package, struct slice name)
{
	const char *text = arena_printf(package->job->arena, "%.*s", SLICE_ARG(slice_part(name, 0, 200)));
	return text ? text : "";
}

struct result opc_text(struct package *package, const struct zip_entry *entry, struct slice *text,
                       struct why *why)
{
	struct why inner = {0};
	TRY(zip_unpack_fast(package->job, entry, &package->raw, why));
	struct result result = xml_to_utf8(buffer_slice(&package->raw), &package->text, text, &inner);
	if (result.code == E_INPUT)
		return job_refuse(package->job, REFUSAL_DAMAGED, opc_place(package, entry->name), "%s", inner.text);
	return result.code == OK ? ok() : job_memory(why);
}

/* ---- part names ---- */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static uint32_t hash_of(struct slice name)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < name.len; i++)
		h = (h ^ lower(name.at[i])) * 16777619u;
	return h ^ h >> 16;
}

/* Segments that are not empty and do not end in a dot, of plain characters. */
static bool name_allowed(struct slice name)
{
	size_t segment = 0;
	for (size_t i = 0; i <= name.len; i++) {
		uint8_t c = i < name.len ? name.at[i] : '/';
		if (c < ' ' || c == 0x7F || strchr("\\:*?\"<>|", c))
			return false;
		if (c != '/')
			continue;
		if (i == segment || name.at[i - 1] == '.')
			return false;
		segment = i + 1;
	}
	return name.len > 0 && utf8_valid(name);
}

struct part *opc_part(struct package *package, struct slice name)
{
	for (size_t slot = hash_of(name) % package->bucket_count; package->buckets[slot];
	     slot = (slot + 1) % package->bucket_count) {
		struct part *part = &package->parts[package->buckets[slot] - 1];
		if (slice_equal_nocase(part->name, name))
			return part;
	}
	return NULL;
}

static struct result index_parts(struct package *package, struct why *why)
{
	size_t count = package->zip.count;
	package->bucket_count = count * 2 + 1;
	package->parts = ARENA_ARRAY(package->arena, count + 1, struct part);
	package->buckets = ARENA_ARRAY(package->arena, package->bucket_count, uint32_t);
	if (!package->parts || !package->buckets)
		return job_memory(why);
	for (size_t i = 0; i < count; i++) {
		struct zip_entry *entry = &package->zip.entries[i];
		struct slice other = entry->utf8_name;
		package->parts[i].name = entry->name;
		package->parts[i].entry = entry;
		if (entry->directory)
			continue;
		if (!name_allowed(entry->name) || (other.len && !slice_equal(other, entry->name)))
			return job_refuse(package->job, REFUSAL_AMBIGUOUS, zip_place(package->job, entry),
			                  "a part name that is not allowed, or two names");
		size_t slot = hash_of(entry->name) % package->bucket_count;
		while (package->buckets[slot])
			slot = (slot + 1) % package->bucket_count;
		package->buckets[slot] = (uint32_t)(i + 1);
	}
	return ok();
}

/* ---- small documents: content types and relationships ---- */

static struct slice kept_copy(struct package *package, struct slice raw, bool *enough)
{
	struct buffer AUTO(buffer_done) plain = {0};
	buffer_init(&plain, 1 << 20);
	if (raw.len <= plain.ceiling && !memchr(raw.at, '&', raw.len)) {
		struct slice same = arena_copy(package->arena, raw);
		*enough &= same.at != NULL;
		return same;
	}
	xml_decode(raw, &plain);
	struct slice copy = arena_copy(package->arena, buffer_slice(&plain));
	*enough &= buffer_ok(&plain) && copy.at != NULL;
	return copy;
}

static struct result broken(struct package *package, const char *place, const char *text, size_t pos)
{
	return job_refuse(package->job, REFUSAL_DAMAGED, place, "%s at offset %zu", text, pos);
}

typedef struct result child_fn(struct package *package, struct xml *xml, const char *place, void *with,
                               struct why *why);

static bool value_plain(const struct xml_attribute *a, const char *const words[])
{
	for (struct slice rest = a->value; rest.len;) {
		const uint8_t *mark = memchr(rest.at, '&', rest.len);
		rest = mark ? slice_part(rest, (size_t)(mark - rest.at), rest.len) : slice_of(NULL, 0);
		if (mark && !slice_starts(rest, SLICE("&amp;")))
			return false;
		rest = slice_part(rest, 1, rest.len);
	}
	for (size_t i = 0; words[i]; i++)
		if (slice_is(a->name, words[i]))
			return a->value.at[-1] == '"';
	return false;
}

/* Nothing but what is read: no comment, no word between the tags, no attribute,
 * prefix or reference that reading passes over. */
static bool token_plain(const struct xml *xml)
{
	static const char *const root[] = {"xmlns", NULL};
	static const char *const relation[] = {"Id", "Type", "Target", "TargetMode", NULL};
	static const char *const type[] = {"Extension", "PartName", "ContentType", NULL};
	static const char *const declaration[] = {"version", "encoding", "standalone", NULL};
	bool declares = xml->kind == XML_DECLARATION;
	if (xml->kind == XML_END)
		return true;
	if (xml->kind == XML_TEXT)
		for (size_t i = 0; i < xml->text.len; i++)
			if (xml->cdata || xml->text.at[i] > ' ')
				return false;
	if (xml->kind == XML_TEXT)
		return !xml->cdata;
	if (xml->kind != XML_START && !declares)
		return false;
	for (size_t i = 0; i < xml->attribute_count; i++)
		if (!value_plain(&xml->attributes[i], declares ? declaration : xml->depth == 1 ? root
		                 : xml->ns == NS_RELS ? relation : type))
			return false;
	const struct xml_attribute *encoding = declares ? xml_attribute(xml, NS_NONE, "encoding") : NULL;
	return declares ? !encoding || slice_equal_nocase(encoding->value, SLICE("UTF-8"))
		: xml->name.len == xml->local.len;
}

/* A root of one name whose children are empty elements of its namespace.
 * plain  out: the text holds nothing else                                   */
static struct result read_flat(struct package *package, struct slice text, uint16_t ns, const char *root,
                               const char *place, child_fn *child, void *with, bool *plain, struct why *why)
{
	struct xml *xml = package->xml;
	xml_init(xml, text);
	*plain = text.len == package->raw.len;
	while (xml_next(xml)) {
		*plain = *plain && token_plain(xml);
		if (xml->kind != XML_START)
			continue;
		if (xml->ns != ns || xml->depth > 2 || (xml->depth == 1 && !slice_is(xml->local, root)))
			return broken(package, place, "an element that does not belong here", xml->from);
		if (xml->depth == 2)
			TRY(child(package, xml, place, with, why));
	}
	return xml->fault ? broken(package, place, xml->fault, xml->pos) : ok();
}

static struct result take_default(struct package *package, struct slice ending, struct slice type)
{
	for (size_t i = 0; i < package->default_count; i++)
		if (slice_equal_nocase(package->default_endings[i], ending))
			return job_refuse(package->job, REFUSAL_AMBIGUOUS, types_name, "one ending has two types");
	package->default_endings[package->default_count] = ending;
	package->default_types[package->default_count++] = type;
	return ok();
}

enum { DEFAULTS_MOST = 256 };

static struct result take_type(struct package *package, struct xml *xml, const char *place, void *with,
                               struct why *why)
{
	bool *exact = with; /* each override names a part as it is spelled */
	bool is_default = slice_is(xml->local, "Default"), enough = true;
	const struct xml_attribute *key = xml_attribute(xml, NS_NONE, is_default ? "Extension" : "PartName");
	const struct xml_attribute *type = xml_attribute(xml, NS_NONE, "ContentType");
	if (!key || !type || (!is_default && !slice_is(xml->local, "Override")))
		return broken(package, place, "a content type that says nothing", xml->from);
	struct slice value = kept_copy(package, type->value, &enough);
	struct slice name = kept_copy(package, key->value, &enough);
	if (!enough || (is_default && package->default_count == DEFAULTS_MOST))
		return job_memory(why);
	if (is_default)
		return take_default(package, name, value);
	struct part *part = opc_part(package, slice_part(name, 1, name.len));
	if (part && part->content_type.at)
		return job_refuse(package->job, REFUSAL_AMBIGUOUS, place, "one part has two types");
	bool names = part && name.at[0] == '/';
	if (names)
		part->content_type = value;
	if (names && slice_equal(part->name, slice_part(name, 1, name.len)))
		part->overridden = true;
	else
		*exact = false;
	return ok();
}

static struct slice ending_of(struct slice name)
{
	size_t from = name.len;
	while (from > 0 && name.at[from - 1] != '.' && name.at[from - 1] != '/')
		from--;
	return from > 0 && name.at[from - 1] == '.' ? slice_part(name, from, name.len) : slice_of(NULL, 0);
}

static void spread_defaults(struct package *package)
{
	for (size_t i = 0; i < package->zip.count; i++) {
		struct part *part = &package->parts[i];
		struct slice ending = ending_of(part->name);
		for (size_t k = 0; !part->content_type.at && k < package->default_count; k++)
			if (slice_equal_nocase(ending, package->default_endings[k]))
				part->content_type = package->default_types[k];
	}
}

struct result opc_open(struct package *package, struct slice in, struct why *why)
{
	TRY(zip_read(package->job, package->arena, in, &package->zip, why));
	if (package->zip.sealed)
		return job_refuse(package->job, REFUSAL_LOCKED, "", "a package with an encrypted member");
	TRY(index_parts(package, why));
	package->default_endings = ARENA_ARRAY(package->arena, DEFAULTS_MOST, struct slice);
	package->default_types = ARENA_ARRAY(package->arena, DEFAULTS_MOST, struct slice);
	if (!package->default_endings || !package->default_types)
		return job_memory(why);
	struct part *types = opc_part(package, slice_str(types_name));
	struct slice text;
	if (!types)
		return job_refuse(package->job, REFUSAL_DAMAGED, types_name, "it is missing");
	TRY(opc_text(package, types->entry, &text, why));
	bool exact = true, plain;
	TRY(read_flat(package, text, NS_CT, "Types", types_name, take_type, &exact, &plain, why));
	package->types = exact && plain ? types->entry : NULL;
	spread_defaults(package);
	return ok();
}

/* ---- relationships ---- */

const char *opc_relations_name(struct arena *arena, const char *part_name)
{
	const char *slash = strrchr(part_name, '/');
	int directory = slash ? (int)(slash - part_name) + 1 : 0;
	return arena_printf(arena, "%.*s_rels/%s.rels", directory, part_name, part_name + directory);
}

static uint32_t id_bucket(struct slice id)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < id.len; i++)
		h = (h ^ id.at[i]) * 16777619u;
	return (h ^ h >> 16) % RELATION_BUCKETS;
}

struct relation *opc_relation(const struct relations *list, struct slice id)
{
	struct relation *r = list->buckets ? list->buckets[id_bucket(id)] : NULL;
	while (r && !slice_equal(r->id, id))
		r = r->next_in_bucket;
	return r;
}

static bool append(struct package *package, struct relations *list, struct relation *relation)
{
	if (!list->buckets)
		list->buckets = ARENA_ARRAY(package->arena, RELATION_BUCKETS, struct relation *);
	if (!list->buckets)
		return false;
	struct relation **bucket = &list->buckets[id_bucket(relation->id)];
	size_t chain = 0;
	for (const struct relation *r = *bucket; r; r = r->next_in_bucket)
		if (++chain > RELATION_CHAIN) /* ids made to meet */
			return false;
	relation->next_in_bucket = *bucket;
	*bucket = relation;
	*list->end = relation;
	list->end = &relation->next;
	return true;
}

static struct result take_relation(struct package *package, struct xml *xml, const char *place,
                                   void *with, struct why *why)
{
	struct relations *list = with;
	bool enough = true;
	const struct xml_attribute *id = xml_attribute(xml, NS_NONE, "Id");
	const struct xml_attribute *type = xml_attribute(xml, NS_NONE, "Type");
	const struct xml_attribute *target = xml_attribute(xml, NS_NONE, "Target");
	const struct xml_attribute *mode = xml_attribute(xml, NS_NONE, "TargetMode");
	struct relation *relation = ARENA_NEW(package->arena, struct relation);
	if (!id || !type || !target || !slice_is(xml->local, "Relationship"))
		return broken(package, place, "a relationship that lacks something", xml->from);
	if (!relation)
		return job_memory(why);
	relation->id = kept_copy(package, id->value, &enough);
	relation->type = kept_copy(package, type->value, &enough);
	relation->target = kept_copy(package, target->value, &enough);
	struct slice how = mode ? kept_copy(package, mode->value, &enough) : SLICE("Internal");
	relation->external = !slice_is(how, "Internal");
	if (!enough)
		return job_memory(why);
	if (relation->external && !slice_is(how, "External"))
		return broken(package, place, "a target mode nobody knows", xml->from);
	if (opc_relation(list, relation->id))
		return job_refuse(package->job, REFUSAL_AMBIGUOUS, place, "one id, two relationships");
	return append(package, list, relation) ? ok() : job_memory(why);
}

struct result opc_relations(struct package *package, const struct part *source, struct relations *list,
                            struct why *why)
{
	*list = (struct relations){.end = &list->first};
	const char *name = source ? arena_string(package->arena, source->name) : "";
	name = name ? opc_relations_name(package->arena, name) : NULL;
	if (!name)
		return job_memory(why);
	struct part *part = opc_part(package, slice_str(name));
	if (!part)
		return ok();
	struct slice text;
	TRY(opc_text(package, part->entry, &text, why));
	bool plain;
	TRY(read_flat(package, text, NS_RELS, "Relationships", opc_place(package, part->name), take_relation, list,
	              &plain, why));
	list->entry = plain && slice_equal(part->name, slice_str(name)) ? part->entry : NULL;
	return ok();
}

static int hex_value(uint8_t c)
{
	uint8_t low = c | 32;
	return c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static void put_unescaped(struct slice text, struct buffer *out)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = text.at[i] == '%' && i + 2 < text.len ? hex_value(text.at[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text.at[i + 2]) : -1;
		buffer_put_u8(out, (uint8_t)(low >= 0 ? (unsigned)high << 4 | (unsigned)low : text.at[i]));
		i += low >= 0 ? 2 : 0;
	}
}

/* RFC 3986 section 5.2.4 over the source's directory; the root ends it. */
static void put_resolved(struct slice source, struct slice target, struct buffer *out)
{
	bool absolute = target.len && target.at[0] == '/';
	size_t directory = source.len;
	while (directory > 0 && source.at[directory - 1] != '/')
		directory--;
	if (!absolute)
		buffer_put_slice(out, slice_part(source, 0, directory));
	for (size_t pos = absolute; pos < target.len;) {
		size_t end = pos;
		while (end < target.len && target.at[end] != '/')
			end++;
		struct slice segment = slice_part(target, pos, end - pos);
		if (slice_is(segment, "..")) {
			out->len -= out->len > 0;
			while (out->len > 0 && out->at[out->len - 1] != '/')
				out->len--;
		} else if (!slice_is(segment, ".")) {
			buffer_put_slice(out, segment);
			if (end < target.len)
				buffer_put_u8(out, '/');
		}
		pos = end + 1;
	}
}

struct part *opc_target(struct package *package, const struct part *source, struct slice target)
{
	struct buffer AUTO(buffer_done) path = {0}, plain = {0};
	buffer_init(&path, 1 << 16);
	buffer_init(&plain, 1 << 16);
	put_resolved(source ? source->name : SLICE(""), target, &path);
	struct part *part = opc_part(package, buffer_slice(&path));
	if (!part && path.len && memchr(path.at, '%', path.len)) {
		put_unescaped(buffer_slice(&path), &plain);
		part = opc_part(package, buffer_slice(&plain));
	}
	return part && !part->entry->directory ? part : NULL;
}

/* ---- writing ---- */

static size_t common_directory(const char *a, const char *b)
{
	size_t common = 0;
	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			common = i + 1;
	return common;
}

static void put_relative(const char *from, const char *to, struct buffer *out)
{
	size_t common = common_directory(from, to);
	for (const char *at = from + common; *at; at++)
		if (*at == '/')
			buffer_put_str(out, "../");
	xml_encode(slice_str(to + common), out);
}

static void put_relation(const char *source, const struct relation *relation, struct buffer *out)
{
	buffer_put_str(out, "<Relationship Id=\"");
	xml_encode(relation->id, out);
	buffer_put_str(out, "\" Type=\"");
	xml_encode(relation->type, out);
	buffer_put_str(out, "\" Target=\"");
	if (relation->part)
		put_relative(source, relation->part->made_name, out);
	else
		xml_encode(relation->target, out);
	buffer_put_str(out, relation->external ? "\" TargetMode=\"External\"/>" : "\"/>");
}

static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n";

bool opc_put_relations(const struct part *source, const struct relations *list, struct buffer *out)
{
	bool any = false;
	buffer_clear(out);
	buffer_put_str(out, declaration);
	buffer_put_str(out, "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
	for (const struct relation *r = list->first; r; r = r->next)
		if (r->rule && r->live) {
			put_relation(source ? source->made_name : "", r, out);
			any = true;
		}
	buffer_put_str(out, "</Relationships>");
	return any;
}

static void put_override(const struct part *part, struct buffer *out)
{
	buffer_put_str(out, "<Override PartName=\"/");
	xml_encode(slice_str(part->made_name), out);
	buffer_put_str(out, "\" ContentType=\"");
	xml_encode(slice_str(part->made_type), out);
	buffer_put_str(out, "\"/>");
}

/* Pictures are told by their endings, each ending once. */
static bool ending_seen(const struct part *from, const struct part *to, struct slice ending)
{
	for (; from != to; from = from->next_made)
		if (from->rule && from->rule->role == ROLE_PICTURE &&
		    slice_equal_nocase(ending_of(slice_str(from->made_name)), ending))
			return true;
	return false;
}

void opc_put_types(const struct package *package, struct buffer *out)
{
	buffer_put_str(out, declaration);
	buffer_put_str(out, "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
	                    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package."
	                    "relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>");
	for (const struct part *p = package->made; p; p = p->next_made) {
		struct slice ending = ending_of(slice_str(p->made_name));
		if (!p->rule || p->rule->role != ROLE_PICTURE || ending_seen(package->made, p, ending))
			continue;
		buffer_put_str(out, "<Default Extension=\"");
		xml_encode(ending, out);
		buffer_put_str(out, "\" ContentType=\"");
		buffer_put_str(out, p->made_type);
		buffer_put_str(out, "\"/>");
	}
	for (const struct part *p = package->made; p; p = p->next_made)
		if (!p->rule || p->rule->role != ROLE_PICTURE)
			put_override(p, out);
	buffer_put_str(out, "</Types>");
}

/* ---- what may stay ---- */

static bool relation_stays(const char *source, const struct relation *r, struct buffer *scratch)
{
	if (!r->rule || !r->live)
		return false;
	if (!r->part)
		return true;
	const char *name = r->part->made_name;
	if (!name || !r->part->entry || !slice_is(r->part->name, name))
		return false;
	buffer_clear(scratch);
	put_relative(source, name, scratch);
	return slice_equal(buffer_slice(scratch), r->target) ||
	       (r->target.len && r->target.at[0] == '/' && slice_is(slice_part(r->target, 1, r->target.len), name));
}

bool opc_relations_stay(const struct part *source, const struct relations *list, struct buffer *scratch)
{
	if (!list->entry || !list->first || (source && !slice_is(source->name, source->made_name)))
		return false;
	for (const struct relation *r = list->first; r; r = r->next)
		if (!relation_stays(source ? source->made_name : "", r, scratch))
			return false;
	return true;
}

static bool default_stays(const struct package *package, struct slice ending, struct slice type)
{
	if (slice_is(ending, "rels"))
		return slice_is(type, "application/vnd.openxmlformats-package.relationships+xml");
	if (slice_is(ending, "xml") && slice_is(type, "application/xml"))
		return true;
	for (const struct part *p = package->made; p; p = p->next_made)
		if (slice_equal_nocase(ending_of(slice_str(p->made_name)), ending) && slice_is(type, p->made_type))
			return true;
	return false;
}

bool opc_types_stay(const struct package *package)
{
	bool relations = false;
	if (!package->types)
		return false;
	for (const struct part *p = package->made; p; p = p->next_made)
		if (!p->entry || !slice_is(p->name, p->made_name) || !slice_is(p->content_type, p->made_type))
			return false;
	for (size_t i = 0; i < package->zip.count; i++)
		if (package->parts[i].overridden && !package->parts[i].made_type)
			return false;
	for (size_t i = 0; i < package->default_count; i++) {
		relations |= slice_is(package->default_endings[i], "rels");
		if (!default_stays(package, package->default_endings[i], package->default_types[i]))
			return false;
	}
	return relations;
}
