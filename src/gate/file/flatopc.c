/* Flat OPC: an office package as one XML text, as Word and PowerPoint write it.
 *
 * The parts are put into a package in memory, that package is rebuilt by the one
 * reader that packages have (ooxml.c), and what came out is written as one text
 * again: XML parts as they are, without their declarations, others in base64.
 * There is no second list of what may stay.
 * source  Microsoft, Flat OPC (pkg:package, 2006); ECMA-376 Part 2          */
#include "gate/file/base64.h"
#include "gate/file/opc.h"

static const char package_uri[] = "http://schemas.microsoft.com/office/2006/xmlPackage";
static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n";

/* The two programs that read such a text, by the line that names them. */
static const struct {
	enum file_type type;
	const char *line;
} programs[] = {
	{FILE_DOCX, "<?mso-application progid=\"Word.Document\"?>"},
	{FILE_PPTX, "<?mso-application progid=\"PowerPoint.Show\"?>"},
};
enum { PROGRAMS = sizeof programs / sizeof programs[0], ROOM_MOST = 1 << 30 };

struct flat {
	struct job *job;
	struct arena *arena;
	struct xml *xml;
	struct slice text;
	struct zip_writer writer;
	struct buffer types, part, plain;
};

/* ---- reading ---- */

static struct result broken(struct flat *f, const char *text)
{
	return job_refuse(f->job, REFUSAL_DAMAGED, "", "%s at offset %zu", text, f->xml->from);
}

static bool is_package_uri(struct slice uri)
{
	return slice_is(uri, package_uri);
}

static bool is_package_ns(const struct xml *xml, uint16_t ns)
{
	return ns > NS_UNKNOWN && (uint32_t)(ns - NS_UNKNOWN) <= xml->unknown_count &&
	       is_package_uri(xml->unknowns[ns - NS_UNKNOWN - 1]);
}

static bool element_is(const struct xml *xml, const char *local)
{
	return is_package_ns(xml, xml->ns) && slice_is(xml->local, local);
}

/* The value of pkg:name or pkg:contentType, decoded. */
static struct slice value_of(struct flat *f, const char *local)
{
	for (size_t i = 0; i < f->xml->attribute_count; i++) {
		const struct xml_attribute *a = &f->xml->attributes[i];
		if (!is_package_ns(f->xml, a->ns) || !slice_is(a->local, local))
			continue;
		buffer_clear(&f->plain);
		xml_decode(a->value, &f->plain);
		return arena_copy(f->arena, buffer_slice(&f->plain));
	}
	return slice_of(NULL, 0);
}

static bool blank(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] > ' ')
			return false;
	return true;
}

/* Between the elements of the package stand only white space, comments and the line
 * that names the program. */
static struct result between(struct flat *f, const char *place)
{
	struct xml *xml = f->xml;
	struct slice token = slice_part(f->text, xml->from, xml->to - xml->from);
	if (xml->kind == XML_TEXT)
		return !xml->cdata && blank(xml->text) ? ok() : broken(f, "words between the parts");
	bool line = false;
	for (size_t i = 0; i < PROGRAMS; i++)
		line |= xml->depth == 0 && slice_is(token, programs[i].line);
	if ((xml->kind == XML_PI && !line) || xml->kind == XML_COMMENT)
		job_drop(f->job, "comment", place);
	return ok();
}

/* The prefixes that a part took from the text around it stand in its own root. */
static void put_root(struct flat *f)
{
	const struct xml *xml = f->xml;
	uint32_t inherited = xml->open[xml->depth - 1].prefixes;
	size_t name_end = xml->from + 1 + xml->name.len;
	buffer_put_slice(&f->part, slice_part(f->text, xml->from, name_end - xml->from));
	for (uint32_t i = 0; i < inherited; i++) {
		const struct xml_prefix *p = &xml->prefixes[i];
		bool again = is_package_uri(p->uri);
		for (uint32_t k = i + 1; k < xml->prefix_count; k++)
			again |= slice_equal(xml->prefixes[k].prefix, p->prefix);
		if (again)
			continue;
		bool quoted = p->uri.len && memchr(p->uri.at, '"', p->uri.len);
		buffer_printf(&f->part, " xmlns%s%.*s=%s%.*s%s", p->prefix.len ? ":" : "", SLICE_ARG(p->prefix),
		              quoted ? "'" : "\"", SLICE_ARG(p->uri), quoted ? "'" : "\"");
	}
	buffer_put_slice(&f->part, slice_part(f->text, name_end, xml->to - name_end));
}

/* pkg:xmlData: one root and what is in it. */
static struct result take_xml(struct flat *f, const char *place)
{
	struct xml *xml = f->xml;
	size_t outer = xml->depth;
	bool found = false;
	buffer_put_str(&f->part, declaration);
	while (xml_next(xml) && xml->kind != XML_END) {
		if (xml->kind != XML_START) {
			TRY(between(f, place));
			continue;
		}
		if (found)
			return broken(f, "two documents in one part");
		found = true;
		put_root(f);
		size_t from = xml->to;
		if (!xml_skip(xml))
			break;
		buffer_put_slice(&f->part, slice_part(f->text, from, xml->to - from));
	}
	return xml->fault || (found && xml->depth + 1 == outer) ? ok() : broken(f, "a part without a document");
}

static struct result take_binary(struct flat *f)
{
	struct xml *xml = f->xml;
	buffer_clear(&f->plain);
	while (xml_next(xml) && xml->kind == XML_TEXT)
		buffer_put_slice(&f->plain, xml->text);
	if (!xml->fault && (xml->kind != XML_END || !base64_take(buffer_slice(&f->plain), &f->part)))
		return broken(f, "a part that is no base64");
	return ok();
}

static struct result take_content(struct flat *f, const char *place, bool *done)
{
	struct xml *xml = f->xml;
	if (*done || !(element_is(xml, "xmlData") || element_is(xml, "binaryData")))
		return broken(f, "a part that holds something else");
	*done = true;
	return element_is(xml, "xmlData") ? take_xml(f, place) : take_binary(f);
}

static struct result take_part(struct flat *f, struct why *why)
{
	struct xml *xml = f->xml;
	struct slice name = value_of(f, "name"), type = value_of(f, "contentType");
	bool done = false;
	if (!element_is(xml, "part") || name.len < 2 || name.at[0] != '/' || !type.len)
		return broken(f, "no part with a name and a type");
	name = slice_part(name, 1, name.len);
	if (slice_equal_nocase(name, SLICE("[Content_Types].xml")))
		return broken(f, "a part that no package of this kind has");
	const char *place = arena_printf(f->job->arena, "%.*s", SLICE_ARG(slice_part(name, 0, 200)));
	buffer_clear(&f->part);
	while (xml_next(xml) && xml->kind != XML_END) {
		if (xml->kind == XML_START)
			TRY(take_content(f, place ? place : "", &done));
		else
			TRY(between(f, place ? place : ""));
	}
	if (xml->fault)
		return ok();
	if (!done)
		return broken(f, "a part without content");
	TRY(job_pay_bytes(f->job, f->part.len));
	buffer_put_str(&f->types, "<Override PartName=\"/");
	xml_encode(name, &f->types);
	buffer_put_str(&f->types, "\" ContentType=\"");
	xml_encode(type, &f->types);
	buffer_put_str(&f->types, "\"/>");
	return buffer_ok(&f->part) ? zip_writer_add(&f->writer, name, buffer_slice(&f->part), false, why) : job_memory(why);
}

static struct result take_parts(struct flat *f, struct why *why)
{
	struct xml *xml = f->xml;
	xml_init(xml, f->text);
	buffer_put_str(&f->types, declaration);
	buffer_put_str(&f->types, "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">");
	while (xml_next(xml)) {
		if (xml->kind == XML_START && xml->depth == 1 && !element_is(xml, "package"))
			return job_refuse(f->job, REFUSAL_UNKNOWN, "", "an XML document that is no package");
		if (xml->kind == XML_START && xml->depth > 1)
			TRY(take_part(f, why));
		else if (xml->kind != XML_START && xml->kind != XML_END && xml->kind != XML_DECLARATION)
			TRY(between(f, ""));
	}
	if (xml->fault)
		return job_refuse(f->job, REFUSAL_DAMAGED, "", "%s at offset %zu", xml->fault, xml->pos);
	buffer_put_str(&f->types, "</Types>");
	return ok();
}

/* ---- writing ---- */

static bool is_xml_type(struct slice type)
{
	return slice_ends(type, SLICE("+xml")) || slice_is(type, "application/xml") ||
	       slice_is(type, "application/vnd.openxmlformats-officedocument.vmlDrawing");
}

static void put_head(const struct part *part, struct slice type, bool xml, struct buffer *out)
{
	buffer_put_str(out, "<pkg:part pkg:name=\"/");
	xml_encode(part->name, out);
	buffer_put_str(out, "\" pkg:contentType=\"");
	xml_encode(type, out);
	buffer_put_str(out, xml ? "\"><pkg:xmlData>" : "\" pkg:compression=\"store\"><pkg:binaryData>");
}

/* A part that the gate has just written: its root, without what stands before it. */
static struct result put_xml(struct package *package, const struct part *part, struct buffer *out, struct why *why)
{
	struct slice text;
	struct xml *xml = package->xml;
	TRY(opc_text(package, part->entry, &text, why));
	xml_init(xml, text);
	while (xml_next(xml) && xml->kind != XML_START)
		;
	size_t from = xml->from;
	if (xml->kind != XML_START || !xml_skip(xml))
		return job_refuse(package->job, REFUSAL_DAMAGED, opc_place(package, part->name), "no XML document");
	buffer_put_slice(out, slice_part(text, from, xml->to - from));
	buffer_put_str(out, "</pkg:xmlData></pkg:part>");
	return ok();
}

static struct result put_part(struct package *package, const struct part *part, struct buffer *out, struct why *why)
{
	bool relations = slice_ends(part->name, SLICE(".rels"));
	struct slice type = relations ? SLICE("application/vnd.openxmlformats-package.relationships+xml") : part->content_type;
	bool xml = is_xml_type(type);
	put_head(part, type, xml, out);
	if (xml)
		return put_xml(package, part, out, why);
	TRY(zip_unpack_fast(package->job, part->entry, &package->raw, why));
	base64_put_lines(buffer_slice(&package->raw), out);
	buffer_put_str(out, "</pkg:binaryData></pkg:part>");
	return ok();
}

static const char *program_of(const struct package *package)
{
	for (size_t i = 0; i < package->zip.count; i++) {
		const struct main_rule *main = main_rule_of(package->parts[i].content_type);
		for (size_t k = 0; main && k < PROGRAMS; k++)
			if (programs[k].type == main->type)
				return programs[k].line;
	}
	return NULL;
}

static struct result put_package(struct package *package, struct slice zip, struct buffer *out, struct why *why)
{
	TRY(opc_open(package, zip, why));
	const char *line = program_of(package);
	if (!line)
		return job_refuse(package->job, REFUSAL_UNKNOWN, "", "no program reads a workbook that is written so");
	buffer_put_str(out, declaration);
	buffer_printf(out, "%s\r\n<pkg:package xmlns:pkg=\"%s\">", line, package_uri);
	for (size_t i = 0; i < package->zip.count; i++)
		if (!slice_is(package->parts[i].name, "[Content_Types].xml"))
			TRY(put_part(package, &package->parts[i], out, why));
	buffer_put_str(out, "</pkg:package>");
	return ok();
}

/* ---- together ---- */

static struct result write_flat(struct flat *f, struct slice zip, struct buffer *out, struct why *why)
{
	struct package package = {.job = f->job, .arena = f->arena, .xml = f->xml};
	buffer_init(&package.raw, ROOM_MOST);
	buffer_init(&package.text, ROOM_MOST);
	struct result result = put_package(&package, zip, out, why);
	buffer_done(&package.raw);
	buffer_done(&package.text);
	return result;
}

static struct result rebuild(struct flat *f, struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) packed = {0}, made = {0};
	struct job *job = f->job;
	const char *ending = job->ending, *made_ending = job->made_ending;
	buffer_init(&packed, ROOM_MOST);
	buffer_init(&made, ROOM_MOST);
	TRY(take_parts(f, why));
	if (!buffer_ok(&f->types))
		return job_memory(why);
	TRY(zip_writer_end(&f->writer, SLICE("[Content_Types].xml"), buffer_slice(&f->types), &packed, why));
	job->ending = ""; /* the name says what the text is, not what is in it */
	struct result result = ooxml_rebuild(job, buffer_slice(&packed), &made, why);
	job->ending = ending;
	job->made_ending = made_ending;
	TRY(result);
	return write_flat(f, buffer_slice(&made), out, why);
}

struct result flatopc_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) room = {0};
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)64 << 20);
	struct flat f = {.job = job, .arena = arena, .xml = arena ? ARENA_NEW(arena, struct xml) : NULL};
	struct why inner = {0};
	if (!f.xml)
		return job_memory(why);
	buffer_init(&room, ROOM_MOST);
	buffer_init(&f.types, 16 << 20);
	buffer_init(&f.part, ROOM_MOST);
	buffer_init(&f.plain, ROOM_MOST);
	zip_writer_begin(&f.writer);
	struct result result = xml_to_utf8(in, &room, &f.text, &inner);
	if (result.code == E_INPUT)
		result = job_refuse(job, REFUSAL_DAMAGED, "", "%s", inner.text);
	else if (result.code == OK)
		result = rebuild(&f, out, why);
	zip_writer_done(&f.writer);
	buffer_done(&f.types);
	buffer_done(&f.part);
	buffer_done(&f.plain);
	return result;
}
