/* docx, xlsx, pptx: a new package built by walking from _rels/.rels.
 *
 * Only relationships of the table are followed; each part they reach is
 * filtered, rebuilt as a picture or replaced; the relationships that are still
 * named, the content types and the archive are written anew.  What was not
 * reached does not exist any more. */
#include "gate/file/art.h"
#include "gate/file/ooxml.h"

#include "gate/file/biff12.h"
#include "gate/file/links.h"
#include "gate/file/namespaces.h"
#include "gate/file/opc.h"

/* Stands where a picture cannot be rebuilt: 24 by 24, grey, crossed out. */
static const uint8_t placeholder_png[] = {
	0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
	0x00, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0x18, 0x08, 0x00, 0x00, 0x00, 0x00, 0xc5, 0x1c, 0x62,
	0x24, 0x00, 0x00, 0x00, 0x5f, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x8d, 0xd2, 0x49, 0x12, 0x00,
	0x10, 0x0c, 0x44, 0x51, 0xf7, 0x5f, 0xe5, 0x98, 0x7d, 0x0c, 0x62, 0x28, 0x09, 0x7e, 0x95, 0xec,
	0xf4, 0x53, 0x86, 0x50, 0x0c, 0xaa, 0x98, 0xe9, 0x51, 0x0e, 0x7a, 0x48, 0x0b, 0x1b, 0xdc, 0xe2,
	0x99, 0xc3, 0x29, 0x3d, 0xea, 0x90, 0x65, 0x24, 0x03, 0xa2, 0xcc, 0x60, 0xc2, 0x96, 0x35, 0x5e,
	0xa0, 0x63, 0xc2, 0x06, 0xe5, 0xcd, 0x02, 0x28, 0x1d, 0x3c, 0x82, 0x62, 0x13, 0xbe, 0x80, 0x96,
	0xa2, 0xcd, 0xe9, 0xb8, 0x74, 0x41, 0x6a, 0x09, 0x35, 0x91, 0xda, 0x4e, 0x0f, 0x45, 0x4f, 0x8b,
	0x9f, 0x01, 0xaa, 0x02, 0x11, 0xfb, 0xdb, 0x50, 0xda, 0x92, 0xf6, 0xc1, 0x00, 0x00, 0x00, 0x00,
	0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

static const char blank_sheet[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n"
	"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData/></worksheet>";
static const char blank_sheet_strict[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n"
	"<worksheet xmlns=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><sheetData/></worksheet>";

/* ---- made parts ---- */

static const struct part_rule picture_rule = {"image", NULL, ROLE_PICTURE, false, 0, NULL, "picture"};

static void made(struct package *package, struct part *part, const char *name, const char *type)
{
	part->made_name = name;
	part->made_type = type;
	*package->made_end = part;
	package->made_end = &part->next_made;
}

static bool name_taken(struct package *package, const struct part *self, struct slice name)
{
	const struct part *other = opc_part(package, name);
	if (other && other != self)
		return true;
	for (const struct part *p = package->renamed; p; p = p->next_renamed)
		if (slice_equal_nocase(slice_str(p->made_name), name))
			return true;
	return false;
}

/* stem.ending, or stem_2.ending where that is taken; numbers never come twice,
 * so that many parts of one stem cost no more than their count. */
static const char *free_name(struct package *package, struct part *self, struct slice stem,
                             const char *ending)
{
	const char *name = arena_printf(package->arena, "%.*s.%s", SLICE_ARG(stem), ending);
	while (name && name_taken(package, self, slice_str(name)))
		name = arena_printf(package->arena, "%.*s_%u.%s", SLICE_ARG(stem), ++package->suffix + 1, ending);
	self->made_name = name;
	self->next_renamed = package->renamed;
	if (name)
		package->renamed = self;
	return name;
}

static struct slice stem_of(struct slice name)
{
	size_t dot = name.len;
	while (dot > 0 && name.at[dot - 1] != '.' && name.at[dot - 1] != '/')
		dot--;
	return dot > 0 && name.at[dot - 1] == '.' ? slice_part(name, 0, dot - 1) : name;
}

/* ---- relationships of one part ---- */

static void drop_relation(struct package *package, const struct part *source, struct relation *relation)
{
	struct part *target = relation->part;
	relation->rule = NULL;
	if (target && target->reported)
		return;
	const char *what = !relation->external && !target && !slice_ends(relation->type, SLICE("/hyperlink"))
		? "dangling-link" : part_word_of(relation->type);
	struct slice from = source ? source->name : SLICE("_rels/.rels");
	if (target)
		job_drop_at(package->job, what, "%.*s", SLICE_ARG(target->name));
	else
		job_drop_at(package->job, what, "%.*s %.*s", SLICE_ARG(from), SLICE_ARG(slice_part(relation->id, 0, 40)));
	if (target)
		target->reported = true;
}

/* A cache that draws from outside the workbook, told by its first elements. */
static struct result cache_leads_outside(struct package *package, const struct part *cache, bool *outside,
                                         struct why *why)
{
	struct slice text;
	struct xml *xml = package->xml;
	if (package->main->type == FILE_XLSB) {
		TRY(zip_unpack_fast(package->job, cache->entry, &package->raw, why));
		*outside = binary_cache_outside(buffer_slice(&package->raw));
		return ok();
	}
	TRY(opc_text(package, cache->entry, &text, why));
	xml_init(xml, text);
	*outside = false;
	while (xml_next(xml)) {
		if (xml->kind != XML_START || xml->ns != NS_S)
			continue;
		const struct xml_attribute *type = xml_attribute(xml, NS_NONE, "type");
		if (slice_is(xml->local, "cacheSource") && (!type || slice_is(type->value, "external")))
			*outside = true;
		if ((slice_is(xml->local, "worksheetSource") || slice_is(xml->local, "rangeSet")) &&
		    xml_attribute(xml, NS_R, "id"))
			*outside = true;
		if (slice_is(xml->local, "cacheFields"))
			break;
	}
	return ok();
}

/* A pivot table goes with its cache. */
static struct result pivot_leads_outside(struct package *package, struct part *part,
                                         const struct part_rule *rule, bool *outside, struct why *why)
{
	*outside = false;
	if (slice_is(slice_str(rule->relation), "pivotCacheDefinition"))
		return cache_leads_outside(package, part, outside, why);
	struct relations list;
	TRY(opc_relations(package, part, &list, why));
	for (struct relation *r = list.first; r && !*outside; r = r->next) {
		struct part *cache = slice_ends(r->type, SLICE("/pivotCacheDefinition"))
			? opc_target(package, part, r->target) : NULL;
		if (cache)
			TRY(cache_leads_outside(package, cache, outside, why));
	}
	return ok();
}

/* Rich values fetch pictures and records: their metadata go, and the marks in
 * cells that lead to them. */
static struct result metadata_fetches(struct package *package, const struct part *part, bool *fetches,
                                      struct why *why)
{
	struct slice text;
	TRY(opc_text(package, part->entry, &text, why));
	*fetches = slice_find(text, SLICE("XLRICHVALUE")) != SIZE_MAX;
	package->strip_cell_metadata |= *fetches;
	return ok();
}

/* The workbook behind a chart is a document of its own, one level deeper. */
static struct result make_workbook(struct package *package, struct part *part, bool *usable,
                                   struct why *why)
{
	struct buffer AUTO(buffer_done) out = {0}, in = {0};
	enum file_type type;
	enum refusal refusal;
	*usable = part->made_bytes.at != NULL;
	if (*usable || part->reported)
		return ok();
	buffer_init(&out, (size_t)256 << 20);
	buffer_init(&in, (size_t)1 << 30);
	TRY(zip_unpack_fast(package->job, part->entry, &in, why));
	TRY(job_attempt(package->job, 1u << FILE_XLSX, stem_of(part->name), buffer_slice(&in), &out, &type,
	                &refusal, why));
	if (refusal != REFUSAL_NONE)
		return ok();
	part->made_bytes = arena_copy(package->arena, buffer_slice(&out));
	*usable = part->made_bytes.at != NULL;
	return *usable ? ok() : job_memory(why);
}

/* What the tables cannot tell without a look into the target. */
static struct result look_inside(struct package *package, const struct part *source,
                                 const struct relation *relation, bool *keep, struct why *why)
{
	const struct part_rule *rule = relation->rule;
	struct slice word = slice_str(rule->relation);
	bool bad = false;
	if (rule->role == ROLE_WORKBOOK) {
		bool chart = source && source->rule && source->rule->root_ns == NS_C;
		*keep = false;
		return chart ? make_workbook(package, relation->part, keep, why) : ok();
	}
	if (slice_is(word, "pivotCacheDefinition") || slice_is(word, "pivotTable"))
		TRY(pivot_leads_outside(package, relation->part, rule, &bad, why));
	if (slice_is(word, "sheetMetadata"))
		TRY(metadata_fetches(package, relation->part, &bad, why));
	*keep = !bad;
	return ok();
}

static struct result judge_relation(struct package *package, const struct part *source,
                                    struct relation *relation, struct why *why)
{
	struct slice target = relation->target;
	bool keep = false;
	if (relation->external || (target.len && target.at[0] == '#')) {
		relation->rule = part_rule_of(relation->type, SLICE(""));
		bool link = relation->rule && relation->rule->role == ROLE_LINK;
		keep = link && (target.len && target.at[0] == '#' ? true : link_allowed(&package->job->links, target));
	} else {
		relation->part = opc_target(package, source, target);
		relation->rule = relation->part ? part_rule_of(relation->type, relation->part->content_type) : NULL;
		if (relation->rule && relation->rule->role == ROLE_BINARY && package->main->type != FILE_XLSB)
			relation->rule = NULL;
		if (relation->rule && relation->rule->role != ROLE_LINK)
			TRY(look_inside(package, source, relation, &keep, why));
	}
	if (keep)
		return ok();
	bool picture = relation->external && relation->rule && relation->rule->role == ROLE_PICTURE;
	drop_relation(package, source, relation);
	if (picture) {
		relation->rule = &picture_rule;
		relation->stand_in = true;
		relation->target = SLICE("");
		relation->external = false;
	}
	return ok();
}

static struct result read_relations(struct package *package, struct part *part, struct why *why)
{
	TRY(opc_relations(package, part, &part->relations, why));
	for (struct relation *r = part->relations.first; r; r = r->next) {
		TRY(job_pay_work(package->job, 64));
		TRY(judge_relation(package, part, r, why));
		if (r->stand_in)
			part->relations.entry = NULL; /* they say something else now */
	}
	return ok();
}

/* ---- pictures ---- */

static const char *picture_type(enum file_type type)
{
	static const char *const types[FILE_TYPES] = {
		[FILE_JPEG] = "image/jpeg", [FILE_PNG] = "image/png", [FILE_GIF] = "image/gif",
		[FILE_BMP] = "image/bmp", [FILE_TIFF] = "image/tiff", [FILE_WEBP] = "image/webp",
	};
	return types[type];
}

static const char *picture_name(struct package *package, struct part *part, enum file_type type)
{
	char ending[16];
	job_ending(part->name, ending);
	if (file_type_fits(type, ending))
		return arena_string(package->arena, part->name);
	return free_name(package, part, stem_of(part->name), file_type_ending(type));
}

/* Pixels pack themselves, except where the format does not. */
static bool packs_badly(enum file_type type)
{
	return type == FILE_BMP || type == FILE_TIFF;
}

static struct result add_picture(struct package *package, struct part *part, enum file_type type,
                                 struct slice bytes, struct why *why)
{
	const char *name = picture_name(package, part, type);
	if (!name)
		return job_memory(why);
	if (part->entry && slice_equal(bytes, buffer_slice(&package->raw)))
		zip_writer_copy(&package->writer, slice_str(name), part->entry);
	else
		TRY(zip_writer_add(&package->writer, slice_str(name), bytes, packs_badly(type), why));
	made(package, part, name, picture_type(type));
	return ok();
}

/* One placeholder a package, made by the same encoder as every picture, so that
 * a second cleansing finds it as it would make it. */
static struct result make_placeholder(struct package *package, struct why *why)
{
	struct part *part = ARENA_NEW(package->arena, struct part);
	struct buffer AUTO(buffer_done) out = {0};
	enum file_type type;
	enum refusal refusal;
	const char *name = package->main->type == FILE_DOCX ? "word/media/placeholder.png"
		: package->main->type != FILE_PPTX ? "xl/media/placeholder.png" : "ppt/media/placeholder.png";
	if (!part)
		return job_memory(why);
	struct slice png = slice_of(placeholder_png, sizeof placeholder_png);
	buffer_init(&out, 1 << 20);
	part->rule = &picture_rule;
	part->name = slice_str(free_name(package, part, stem_of(slice_str(name)), "png"));
	TRY(job_attempt(package->job, PICTURES, part->name, png, &out, &type, &refusal, why));
	buffer_clear(&package->raw);
	TRY(add_picture(package, part, FILE_PNG, refusal == REFUSAL_NONE ? buffer_slice(&out) : png, why));
	package->placeholder = part;
	return ok();
}

/* A metafile is known by its content; what is none is left to the readers of pictures. */
static struct result make_metafile(struct package *package, struct part *part, struct buffer *out, bool *sound,
                                   struct why *why)
{
	bool enhanced = false, dropped = false;
	*sound = metafile_document(buffer_slice(&package->raw), out, &enhanced, &dropped);
	if (!*sound) {
		buffer_clear(out);
		return ok();
	}
	char ending[16];
	const char *usual = enhanced ? "emf" : "wmf";
	job_ending(part->name, ending);
	const char *name = strcmp(ending, usual) == 0 ? arena_string(package->arena, part->name)
		: free_name(package, part, stem_of(part->name), usual);
	if (!name)
		return job_memory(why);
	if (dropped)
		job_drop(package->job, "unknown-element", opc_place(package, part->name));
	if (part->entry && slice_equal(buffer_slice(out), buffer_slice(&package->raw)))
		zip_writer_copy(&package->writer, slice_str(name), part->entry);
	else
		TRY(zip_writer_add(&package->writer, slice_str(name), buffer_slice(out), true, why));
	made(package, part, name, enhanced ? "image/x-emf" : "image/x-wmf");
	return ok();
}

static struct result stand_in(struct package *package, struct relation *relation, struct why *why)
{
	if (!package->placeholder)
		TRY(make_placeholder(package, why));
	relation->part = package->placeholder;
	return ok();
}

/* The part that the relationship shall lead to: the picture or its stand-in. */
static struct result make_picture(struct package *package, struct relation *relation, struct why *why)
{
	struct part *part = relation->part;
	struct buffer AUTO(buffer_done) out = {0};
	enum file_type type;
	enum refusal refusal = REFUSAL_UNKNOWN;
	if (relation->stand_in)
		return stand_in(package, relation, why);
	buffer_init(&out, (size_t)256 << 20);
	if (part->made_name)
		return ok();
	if (!part->reported) {
		part->queued = true;
		part->rule = &picture_rule;
		bool sound;
		TRY(zip_unpack_fast(package->job, part->entry, &package->raw, why));
		TRY(make_metafile(package, part, &out, &sound, why));
		if (sound)
			return ok();
		TRY(job_attempt(package->job, PICTURES, part->name, buffer_slice(&package->raw), &out, &type,
		                &refusal, why));
	}
	if (refusal == REFUSAL_NONE)
		return add_picture(package, part, type, buffer_slice(&out), why);
	if (!part->reported)
		job_drop(package->job, "picture", opc_place(package, part->name));
	part->reported = true;
	return stand_in(package, relation, why);
}

/* ---- XML parts ---- */

static const char *made_type_of(const struct package *package, const struct part *part)
{
	return part->rule ? part->rule->content_type : package->main->made_type;
}

static struct result make_xml(struct package *package, struct part *part, struct why *why)
{
	struct slice text;
	size_t same;
	const char *name = arena_string(package->arena, part->name);
	if (!name)
		return job_memory(why);
	TRY(read_relations(package, part, why));
	TRY(opc_text(package, part->entry, &text, why));
	buffer_clear(&package->made_text);
	TRY(filter_part(package->filter, package, part, text, &package->made_text, &same, why));
	bool changed = same != SIZE_MAX, raw = text.at == package->raw.at; /* not converted, no mark before it */
	if (!changed && raw)
		zip_writer_copy(&package->writer, slice_str(name), part->entry);
	else
		TRY(zip_writer_edit(&package->writer, slice_str(name), changed ? buffer_slice(&package->made_text) : text,
		                    part->entry, raw ? same : 0, why));
	made(package, part, name, made_type_of(package, part));
	return ok();
}

/* The workbook comes first: what its names and references mean holds for all. */
static struct result read_book(struct package *package, struct slice bytes, struct why *why)
{
	package->book = ARENA_NEW(package->arena, struct biff12_book);
	if (!package->book)
		return job_memory(why);
	package->book->links = &package->job->links;
	return biff12_index(package->arena, bytes, package->book) ? ok()
		: job_refuse(package->job, REFUSAL_DAMAGED, "xl/workbook.bin", "broken records, or too many");
}

static struct result make_binary(struct package *package, struct part *part, struct why *why)
{
	bool changed;
	const char *name = arena_string(package->arena, part->name);
	if (!name)
		return job_memory(why);
	TRY(read_relations(package, part, why));
	TRY(zip_unpack_fast(package->job, part->entry, &package->raw, why));
	struct slice bytes = buffer_slice(&package->raw);
	if (!package->book)
		TRY(read_book(package, bytes, why));
	buffer_clear(&package->made_text);
	TRY(binary_part(package, part, bytes, &package->made_text, &changed, why));
	if (!changed)
		zip_writer_copy(&package->writer, slice_str(name), part->entry);
	else
		TRY(zip_writer_add(&package->writer, slice_str(name), buffer_slice(&package->made_text), true, why));
	made(package, part, name, made_type_of(package, part));
	return ok();
}

static struct result put_workbook(struct package *package, struct part *part, const struct part_rule *rule,
                                  struct why *why)
{
	if (part->made_name)
		return ok();
	part->rule = rule;
	part->queued = true;
	const char *name = free_name(package, part, stem_of(part->name), "xlsx");
	if (!name)
		return job_memory(why);
	TRY(zip_writer_add(&package->writer, slice_str(name), part->made_bytes, false, why));
	made(package, part, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
	return ok();
}

static void enqueue(struct package *package, struct part *part, const struct part_rule *rule)
{
	if (part->queued)
		return;
	part->queued = true;
	part->rule = rule;
	*package->queue_end = part;
	package->queue_end = &part->next_in_queue;
}

static const struct part_rule blank_rule = {"worksheet",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml", ROLE_BLANK_SHEET, false, NS_S,
	"worksheet", "unknown-part"};
static const struct part_rule binary_blank_rule = {"worksheet", "application/vnd.ms-excel.worksheet",
	ROLE_BLANK_SHEET, false, NS_NONE, NULL, "unknown-part"};

/* Sheets are counted by their place: a blank one stands where a macro sheet was. */
static struct result queue_blank_sheet(struct package *package, struct relation *relation, struct why *why)
{
	struct part *part = relation->part;
	part->strict = slice_starts(relation->type, SLICE("http://purl.oclc.org/"));
	relation->type = part->strict
		? SLICE("http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet")
		: SLICE("http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet");
	if (part->queued)
		return ok();
	job_drop(package->job, "macro-sheet", opc_place(package, part->name));
	part->reported = true;
	bool binary = package->main->type == FILE_XLSB;
	part->made_name = free_name(package, part, SLICE("xl/worksheets/blank"), binary ? "bin" : "xml");
	enqueue(package, part, binary ? &binary_blank_rule : &blank_rule);
	return part->made_name ? ok() : job_memory(why);
}

static struct result make_blank_sheet(struct package *package, struct part *part, struct why *why)
{
	struct slice text = part->rule == &binary_blank_rule ? binary_blank_sheet()
		: slice_str(part->strict ? blank_sheet_strict : blank_sheet);
	TRY(zip_writer_add(&package->writer, slice_str(part->made_name), text, true, why));
	made(package, part, part->made_name, part->rule->content_type);
	return ok();
}

/* Follow what is left of a part's relationships.  XML parts are only queued:
 * their names are known already. */
static struct result follow(struct package *package, const struct relations *list, struct why *why)
{
	for (struct relation *r = list->first; r; r = r->next) {
		if (!r->rule)
			continue;
		r->live |= r->rule->implicit;
		if (!r->live || (!r->part && !r->stand_in))
			continue;
		enum part_role role = r->rule->role;
		if (role == ROLE_PICTURE)
			TRY(make_picture(package, r, why));
		if (role == ROLE_BLANK_SHEET)
			TRY(queue_blank_sheet(package, r, why));
		if (role == ROLE_WORKBOOK)
			TRY(put_workbook(package, r->part, r->rule, why));
		if (role == ROLE_XML || role == ROLE_BINARY)
			enqueue(package, r->part, r->rule);
	}
	return ok();
}

/* Parts keep their names, so that a relationship may be written before its
 * target is. */
static void name_targets(struct package *package, const struct relations *list)
{
	for (struct relation *r = list->first; r; r = r->next)
		if (r->rule && r->live && r->part && !r->part->made_name)
			r->part->made_name = arena_string(package->arena, r->part->name);
}

static struct result put_relations(struct package *package, const struct part *source,
                                   const struct relations *list, struct why *why)
{
	const char *name = opc_relations_name(package->arena, source ? source->made_name : "");
	TRY(follow(package, list, why));
	name_targets(package, list);
	if (!name)
		return job_memory(why);
	if (opc_relations_stay(source, list, &package->made_text)) {
		zip_writer_copy(&package->writer, slice_str(name), list->entry);
		return ok();
	}
	if (!opc_put_relations(source, list, &package->made_text))
		return ok();
	if (!buffer_ok(&package->made_text))
		return job_memory(why);
	return zip_writer_add(&package->writer, slice_str(name), buffer_slice(&package->made_text), true, why);
}

/* ---- the package ---- */

static struct result choose_main(struct package *package, const struct relations *list, struct part **main)
{
	*main = NULL;
	struct relation *chosen = NULL;
	for (struct relation *r = list->first; r; r = r->next) {
		if (!slice_is(r->type, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument") &&
		    !slice_is(r->type, "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"))
			continue;
		if (chosen)
			return job_refuse(package->job, REFUSAL_AMBIGUOUS, "_rels/.rels", "two main documents");
		chosen = r;
	}
	*main = chosen && !chosen->external ? opc_target(package, NULL, chosen->target) : NULL;
	package->main = *main ? main_rule_of((*main)->content_type) : NULL;
	if (!package->main)
		return job_refuse(package->job, REFUSAL_DAMAGED, "_rels/.rels", "no main document of a known type");
	const char *ending = package->job->ending;
	if (ending[0] && strcmp(ending, package->main->ending) != 0)
		return job_refuse(package->job, REFUSAL_MISMATCH, "", "the content is %s, the name ends in \"%s\"",
		                  package->main->ending, ending);
	if (strcmp(package->main->ending, package->main->made_ending) != 0)
		package->job->changed = true;
	static const struct part_rule main_relation = {"officeDocument", NULL, ROLE_XML, true, 0, NULL, ""};
	chosen->rule = &main_relation;
	chosen->part = *main;
	chosen->live = true;
	return ok();
}

static struct result judge_root(struct package *package, const struct relations *list, struct why *why)
{
	for (struct relation *r = list->first; r; r = r->next)
		if (!r->rule)
			TRY(judge_relation(package, NULL, r, why));
	return ok();
}

static void report_orphans(struct package *package)
{
	for (size_t i = 0; i < package->zip.count; i++) {
		const struct part *part = &package->parts[i];
		bool structure = part->entry->directory || slice_ends(part->name, SLICE(".rels")) ||
		                 slice_equal_nocase(part->name, SLICE("[Content_Types].xml"));
		if (!structure && !part->made_name && !part->reported)
			job_drop_at(package->job, "orphan-part", "%.*s", SLICE_ARG(part->name));
		if (part->entry->hidden)
			job_drop(package->job, "hidden-data", opc_place(package, part->name));
	}
	if (package->zip.comment)
		job_drop(package->job, "hidden-data", "");
}

static struct result walk(struct package *package, const struct relations *root, struct part *main, struct why *why)
{
	main->queued = true;
	*package->queue_end = main;
	package->queue_end = &main->next_in_queue;
	TRY(put_relations(package, NULL, root, why));
	for (struct part *part = package->queue; part; part = part->next_in_queue) {
		bool blank = part->rule && part->rule->role == ROLE_BLANK_SHEET;
		bool binary = part->rule ? part->rule->role == ROLE_BINARY : package->main->type == FILE_XLSB;
		TRY(blank ? make_blank_sheet(package, part, why)
		    : binary ? make_binary(package, part, why) : make_xml(package, part, why));
		TRY(put_relations(package, part, &part->relations, why));
	}
	return ok();
}

static struct result build(struct package *package, struct slice in, struct buffer *out, struct why *why)
{
	struct relations root;
	struct part *main;
	TRY(opc_open(package, in, why));
	TRY(opc_relations(package, NULL, &root, why));
	TRY(choose_main(package, &root, &main));
	TRY(judge_root(package, &root, why));
	TRY(walk(package, &root, main, why));
	report_orphans(package);
	if (opc_types_stay(package)) {
		zip_writer_end_copy(&package->writer, SLICE("[Content_Types].xml"), package->types, out);
		return ok();
	}
	buffer_clear(&package->made_text);
	opc_put_types(package, &package->made_text);
	if (!buffer_ok(&package->made_text))
		return job_memory(why);
	return zip_writer_end(&package->writer, SLICE("[Content_Types].xml"), buffer_slice(&package->made_text), out, why);
}

struct result ooxml_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)512 << 20);
	struct package *package = arena ? ARENA_NEW(arena, struct package) : NULL;
	if (!package)
		return job_memory(why);
	package->job = job;
	package->arena = arena;
	package->queue_end = &package->queue;
	package->made_end = &package->made;
	package->xml = ARENA_NEW(arena, struct xml);
	package->filter = package->xml ? filter_new(arena, package->xml) : NULL;
	zip_writer_begin(&package->writer);
	buffer_init(&package->raw, (size_t)1 << 30);
	buffer_init(&package->text, (size_t)1 << 30);
	buffer_init(&package->made_text, (size_t)1 << 30);
	struct result result = package->filter ? build(package, in, out, why) : job_memory(why);
	if (result.code == OK)
		job->made_ending = package->main->made_ending; /* nested documents have set theirs */
	filter_done(package->filter);
	zip_writer_done(&package->writer);
	buffer_done(&package->raw);
	buffer_done(&package->text);
	buffer_done(&package->made_text);
	return result;
}

void ooxml_prepare(void)
{
	namespaces_prepare();
	links_prepare();
	(void)element_rule(NS_NONE, SLICE(""));
}
