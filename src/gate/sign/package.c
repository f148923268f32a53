/* Signatures of an office package: one XML signature a part below _xmlsignatures/.
 *
 * What it signs is told in two steps: SignedInfo lists elements of the signature's own
 * part (canonical XML), one of which holds a Manifest that lists parts of the package
 * with their digests.  A list of relationships is signed by those that it names.
 * A signature holds if its value fits SignedInfo, each element and each part fits its
 * digest, and the Manifest itself is among what is signed.  An Id that stands twice,
 * a transform that is not done here, a part that is not there: nothing is guessed.
 * source  ECMA-376 Part 2 section 13; W3C XML-Signature 1.1; MS-OFFCRYPTO 2.5.2    */
#include "gate/sign/c14n.h"
#include "gate/sign/dsig.h"

#include "gate/file/xml.h"
#include "gate/file/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REFERENCES = 4096, SOURCES = 512, TEXT_BYTES = 65536, XML_BYTES = 16 << 20 };

enum transform { PLAIN = 0, CANONICAL = 1, RELATIONS = 2, OTHER = 4 };

struct reference {
	struct slice uri, method;
	struct slice digest;     /* decoded */
	struct slice object;     /* Id of the Object that holds its Manifest; empty: of SignedInfo */
	unsigned transforms;     /* of enum transform */
	struct slice *sources, *kinds; /* RELATIONS: ids and types of relationships */
	size_t source_count, kind_count;
};

struct reading {
	struct sign_list *list;
	struct arena *arena;
	struct job job;
	struct file_report report;
	struct zip_view zip;
	bool *covered;           /* of zip.entries */
	struct xml *xml;
	struct buffer raw, text, canonical;
	struct slice in;         /* the signature's part */
	/* what it says */
	struct slice canonicalization, method, value;
	struct reference *references;
	size_t count;
	struct slice certificates[DSIG_CERTIFICATES];
	size_t certificate_count;
	int64_t signed_ms;
	const char *fault;       /* why it cannot be judged */
	const char *detail;      /* why it does not hold */
};

/* ---- reading the signature's part ---------------------------------------------------- */

static const struct xml_attribute *plain(const struct xml *xml, const char *name)
{
	return xml_attribute(xml, NS_NONE, name);
}

static struct slice value_of(struct reading *r, const char *name)
{
	const struct xml_attribute *a = plain(r->xml, name);
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, TEXT_BYTES);
	if (a)
		xml_decode(a->value, &text);
	struct slice copy = buffer_ok(&text) ? arena_copy(r->arena, buffer_slice(&text)) : SLICE("");
	return copy;
}

/* The text of the element just begun, decoded from base64 if so wanted. */
static struct slice text_of(struct reading *r, bool base64)
{
	AUTO(buffer_done) struct buffer text = {0}, bytes = {0};
	size_t outside = r->xml->depth - 1;
	buffer_init(&text, TEXT_BYTES);
	buffer_init(&bytes, TEXT_BYTES);
	while (xml_next(r->xml) && !(r->xml->kind == XML_END && r->xml->depth == outside))
		if (r->xml->kind == XML_TEXT)
			buffer_put_slice(&text, r->xml->text);
	if (base64 && !dsig_base64(buffer_slice(&text), &bytes))
		return SLICE("");
	struct slice made = buffer_slice(base64 ? &bytes : &text);
	return buffer_ok(&text) && buffer_ok(&bytes) ? arena_copy(r->arena, made) : SLICE("");
}

static unsigned transform_of(struct slice algorithm)
{
	if (slice_is(algorithm, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"))
		return CANONICAL;
	return slice_is(algorithm, "http://schemas.openxmlformats.org/package/2006/RelationshipTransform") ? RELATIONS : OTHER;
}

static int64_t time_of(struct slice text)
{
	char room[40];
	struct tm tm = {0};
	snprintf(room, sizeof room, "%.*s", SLICE_ARG(slice_part(text, 0, sizeof room - 1)));
	if (sscanf(room, "%4d-%2d-%2dT%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6 ||
	    !slice_ends(slice_str(room), SLICE("Z")))
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	time_t seconds = timegm(&tm);
	return seconds > 0 ? (int64_t)seconds * 1000 : 0;
}

static struct result take_source(struct reading *r, struct reference *ref, struct why *why)
{
	bool id = slice_is(r->xml->local, "RelationshipReference");
	struct slice **list = id ? &ref->sources : &ref->kinds;
	size_t *count = id ? &ref->source_count : &ref->kind_count;
	if (!*list)
		*list = ARENA_ARRAY(r->arena, SOURCES, struct slice);
	if (!*list)
		return fail(why, E_MEMORY, "", "no memory for a signature");
	if (*count < SOURCES)
		(*list)[(*count)++] = value_of(r, id ? "SourceId" : "SourceType");
	else
		r->fault = "it signs more relationships than are looked at";
	return ok();
}

static struct result in_reference(struct reading *r, struct reference *ref, struct why *why)
{
	struct slice local = r->xml->local;
	if (slice_is(local, "Transform"))
		ref->transforms |= transform_of(value_of(r, "Algorithm"));
	else if (slice_is(local, "DigestMethod"))
		ref->method = value_of(r, "Algorithm");
	else if (slice_is(local, "DigestValue"))
		ref->digest = text_of(r, true);
	else if (slice_is(local, "RelationshipReference") || slice_is(local, "RelationshipsGroupReference"))
		return take_source(r, ref, why);
	return ok();
}

static void elsewhere(struct reading *r)
{
	struct slice local = r->xml->local;
	if (slice_is(local, "CanonicalizationMethod"))
		r->canonicalization = value_of(r, "Algorithm");
	else if (slice_is(local, "SignatureMethod"))
		r->method = value_of(r, "Algorithm");
	else if (slice_is(local, "SignatureValue") && r->xml->depth == 2)
		r->value = text_of(r, true);
	else if (slice_is(local, "X509Certificate") && r->certificate_count < DSIG_CERTIFICATES)
		r->certificates[r->certificate_count++] = text_of(r, true);
	else if (slice_is(local, "Value") && !r->signed_ms)
		r->signed_ms = time_of(text_of(r, false));
	else if (slice_is(local, "SigningTime"))
		r->signed_ms = time_of(text_of(r, false));
}

static bool new_reference(struct reading *r, struct slice object)
{
	if (r->count == REFERENCES) {
		r->fault = "it signs more parts than are looked at";
		return false;
	}
	r->references[r->count++] = (struct reference){.uri = value_of(r, "URI"), .object = object};
	return true;
}

static struct result read_signature(struct reading *r, struct why *why)
{
	struct xml *xml = r->xml;
	size_t signed_info = 0, manifest = 0, reference = 0;
	struct slice object = SLICE("");
	xml_init(xml, r->in);
	while (!r->fault && xml_next(xml)) {
		if (xml->kind == XML_END) {
			signed_info = xml->depth + 1 == signed_info ? 0 : signed_info;
			manifest = xml->depth + 1 == manifest ? 0 : manifest;
			reference = xml->depth + 1 == reference ? 0 : reference;
		}
		if (xml->kind != XML_START)
			continue;
		if (xml->depth == 1 && !slice_is(xml->local, "Signature"))
			r->fault = "the part is no XML signature";
		if (xml->depth == 2)
			object = slice_is(xml->local, "Object") ? value_of(r, "Id") : SLICE("");
		if (xml->depth == 2 && slice_is(xml->local, "SignedInfo"))
			signed_info = xml->depth;
		if (xml->depth == 3 && slice_is(xml->local, "Manifest"))
			manifest = xml->depth;
		if (!reference && slice_is(xml->local, "Reference") && (signed_info || manifest)) {
			reference = new_reference(r, manifest ? object : SLICE("")) ? xml->depth : 0;
			continue;
		}
		if (reference && r->count)
			TRY(in_reference(r, &r->references[r->count - 1], why));
		else
			elsewhere(r);
	}
	if (xml->fault)
		r->fault = "the part of the signature is broken XML";
	return ok();
}

/* ---- what is signed -------------------------------------------------------------------- */

static const struct zip_entry *entry_of(struct reading *r, struct slice uri, size_t *at)
{
	size_t question = slice_find(uri, SLICE("?"));
	struct slice name = slice_part(uri, 1, (question == SIZE_MAX ? uri.len : question) - 1);
	for (*at = 0; *at < r->zip.count; (*at)++)
		if (slice_equal_nocase(r->zip.entries[*at].name, name))
			return &r->zip.entries[*at];
	return NULL;
}

static bool among(const struct slice *list, size_t count, struct slice value)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal(list[i], value))
			return true;
	return false;
}

struct relationship {
	struct slice id, target, mode, type;
};

static int by_id(const void *a, const void *b)
{
	const struct relationship *x = a, *y = b;
	size_t least = x->id.len < y->id.len ? x->id.len : y->id.len;
	int first = least ? memcmp(x->id.at, y->id.at, least) : 0;
	return first ? first : x->id.len < y->id.len ? -1 : x->id.len > y->id.len;
}

static void put_relationship(const struct relationship *one, struct buffer *out)
{
	const struct slice *const values[] = {&one->id, &one->target, &one->mode, &one->type};
	static const char *const names[] = {"Id", "Target", "TargetMode", "Type"};
	buffer_put_str(out, "<Relationship");
	for (size_t i = 0; i < 4; i++) {
		buffer_printf(out, " %s=\"", names[i]);
		c14n_put_value(*values[i], out);
		buffer_put_str(out, "\"");
	}
	buffer_put_str(out, "></Relationship>");
}

/* ECMA-376 Part 2, 13.2.4.24: those that are named, sorted by id, their mode written out. */
static struct result put_relations(struct reading *r, struct slice in, const struct reference *ref, struct why *why)
{
	struct relationship *list = ARENA_ARRAY(r->arena, SOURCES, struct relationship);
	size_t count = 0;
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for a signature");
	xml_init(r->xml, in);
	while (xml_next(r->xml)) {
		if (r->xml->kind != XML_START || r->xml->depth != 2 || !slice_is(r->xml->local, "Relationship"))
			continue;
		struct relationship one = {value_of(r, "Id"), value_of(r, "Target"), value_of(r, "TargetMode"), value_of(r, "Type")};
		one.mode = one.mode.len ? one.mode : SLICE("Internal");
		if (!among(ref->sources, ref->source_count, one.id) && !among(ref->kinds, ref->kind_count, one.type))
			continue;
		if (count == SOURCES)
			r->fault = "it signs more relationships than are looked at";
		else
			list[count++] = one;
	}
	if (r->xml->fault)
		r->fault = "relationships that are broken XML";
	qsort(list, count, sizeof *list, by_id);
	buffer_put_str(&r->canonical, "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
	for (size_t i = 0; i < count; i++)
		put_relationship(&list[i], &r->canonical);
	buffer_put_str(&r->canonical, "</Relationships>");
	return ok();
}

static struct result as_text(struct reading *r, struct slice bytes, struct slice *text, struct why *why)
{
	struct why inner = {0};
	struct result done = xml_to_utf8(bytes, &r->text, text, &inner);
	if (done.code == E_MEMORY)
		return fail(why, E_MEMORY, "", "no memory for a signature");
	if (done.code != OK)
		r->fault = "a signed part is no UTF-8 text";
	return ok();
}

static struct result part_content(struct reading *r, const struct reference *ref, struct slice *content, struct why *why)
{
	size_t at = 0;
	const struct zip_entry *entry = entry_of(r, ref->uri, &at);
	struct why inner = {0};
	*content = SLICE("");
	if (!entry) {
		r->detail = "a signed part is not there";
		return ok();
	}
	r->covered[at] = true;
	if (zip_unpack(&r->job, entry, &r->raw, &inner).code != OK) {
		r->fault = "a signed part cannot be unpacked";
		return ok();
	}
	*content = buffer_slice(&r->raw);
	if (!(ref->transforms & RELATIONS)) {
		r->fault = ref->transforms ? "a signed part goes through a transform that is not done here" : r->fault;
		return ok();
	}
	struct slice text = SLICE("");
	TRY(as_text(r, *content, &text, why));
	if (!r->fault)
		TRY(put_relations(r, text, ref, why));
	*content = buffer_slice(&r->canonical);
	return ok();
}

static void element_content(struct reading *r, const struct reference *ref, struct slice *content)
{
	struct slice id = slice_part(ref->uri, 1, ref->uri.len);
	size_t count = 0;
	bool read = c14n_element(r->xml, r->in, &id, NULL, &r->canonical, &count);
	*content = buffer_slice(&r->canonical);
	if (!read)
		r->fault = "a signed element needs more canonical XML than is done here";
	else if (count > 1)
		r->fault = "an Id stands twice: nobody can say what is signed";
	else if (count == 0)
		r->detail = "a signed element is not there";
}

/* A Manifest counts only where its Object is signed itself. */
static bool object_signed(const struct reading *r, struct slice object)
{
	for (size_t i = 0; object.len && i < r->count; i++) {
		const struct reference *ref = &r->references[i];
		if (!ref->object.len && ref->uri.len == object.len + 1 && ref->uri.at[0] == '#' &&
		    slice_equal(slice_part(ref->uri, 1, ref->uri.len), object))
			return true;
	}
	return false;
}

static struct result judge_reference(struct reading *r, const struct reference *ref, struct why *why)
{
	bool own = ref->uri.len > 1 && ref->uri.at[0] == '#', part = ref->uri.len > 1 && ref->uri.at[0] == '/', known = false;
	struct slice content = SLICE("");
	buffer_clear(&r->canonical);
	if ((ref->transforms & OTHER) || (!own && !part) || (own && (ref->transforms & RELATIONS)))
		r->fault = "a reference or transform that is not done here";
	else if (ref->object.len && !object_signed(r, ref->object))
		r->detail = "the list of parts is not signed";
	else if (part)
		TRY(part_content(r, ref, &content, why));
	else
		element_content(r, ref, &content);
	if (r->fault || r->detail)
		return ok();
	bool good = dsig_digest_is(ref->method, content, ref->digest, &known);
	if (!known)
		r->fault = "it uses an algorithm that is not known here";
	else if (!good)
		r->detail = part ? "a part was changed after it was signed" : "a signed element was changed";
	return ok();
}

/* Parts that Office itself leaves out: the signatures, the types, the properties. */
static bool left_out(struct slice name)
{
	static const char *const begins[] = {"_xmlsignatures/", "docProps/", "[Content_Types].xml"};
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (slice_starts(name, slice_str(begins[i])))
			return true;
	return false;
}

static bool whole(const struct reading *r)
{
	for (size_t i = 0; i < r->zip.count; i++)
		if (!r->covered[i] && !r->zip.entries[i].directory && !left_out(r->zip.entries[i].name))
			return false;
	return true;
}

/* ---- one signature ----------------------------------------------------------------------- */

static struct result judge(struct reading *r, struct why *why)
{
	size_t count = 0;
	bool parts = false;
	for (size_t i = 0; i < r->count && !r->fault && !r->detail; i++) {
		parts |= r->references[i].object.len > 0;
		TRY(judge_reference(r, &r->references[i], why));
	}
	if (!r->fault && transform_of(r->canonicalization) != CANONICAL)
		r->fault = "a canonical form that is not done here";
	if (!r->fault && !r->detail && !parts)
		r->detail = "it signs no part of the document";
	buffer_clear(&r->canonical);
	if (!r->fault && (!c14n_element(r->xml, r->in, NULL, "SignedInfo", &r->canonical, &count) || count != 1))
		r->fault = "SignedInfo cannot be read";
	if (r->fault) {
		(void)sign_add(r->list, r->fault);
		return ok();
	}
	const struct dsig d = {.method = r->method, .content = buffer_slice(&r->canonical), .value = r->value,
	                       .certificates = r->certificates, .count = r->certificate_count, .references = !r->detail,
	                       .whole = !r->detail && whole(r), .detail = r->detail ? r->detail : "", .signed_ms = r->signed_ms};
	dsig_signed(r->list, &d);
	return ok();
}

static bool is_signature(struct slice name)
{
	return slice_starts(name, SLICE("_xmlsignatures/")) && slice_ends(name, SLICE(".xml")) &&
	       slice_find(name, SLICE("_rels/")) == SIZE_MAX;
}

static struct result one_signature(struct reading *r, const struct zip_entry *entry, struct why *why)
{
	AUTO(buffer_done) struct buffer own = {0}, room = {0};
	struct why inner = {0};
	buffer_init(&own, XML_BYTES);
	buffer_init(&room, XML_BYTES);
	r->count = r->certificate_count = 0;
	r->signed_ms = 0;
	r->canonicalization = r->method = r->value = SLICE("");
	r->fault = r->detail = NULL;
	memset(r->covered, 0, r->zip.count * sizeof *r->covered);
	bool read = entry->size <= XML_BYTES && zip_unpack(&r->job, entry, &own, &inner).code == OK &&
	            xml_to_utf8(buffer_slice(&own), &room, &r->in, &inner).code == OK;
	if (!read) {
		(void)sign_add(r->list, "the part of the signature cannot be read");
		return ok();
	}
	TRY(read_signature(r, why));
	return judge(r, why);
}

static struct result read_package(struct reading *r, struct slice in, struct why *why)
{
	struct why inner = {0};
	r->references = ARENA_ARRAY(r->arena, REFERENCES, struct reference);
	r->xml = ARENA_NEW(r->arena, struct xml);
	if (!r->references || !r->xml)
		return fail(why, E_MEMORY, "", "no memory for a signature");
	if (zip_read(&r->job, r->arena, in, &r->zip, &inner).code != OK)
		return ok(); /* refused for it by the rebuild */
	r->covered = ARENA_ARRAY(r->arena, r->zip.count + 1, bool);
	if (!r->covered)
		return fail(why, E_MEMORY, "", "no memory for a signature");
	for (size_t i = 0; i < r->zip.count && r->list->count < SIGNATURES_MOST; i++)
		if (is_signature(r->zip.entries[i].name))
			TRY(one_signature(r, &r->zip.entries[i], why));
	return ok();
}

void sign_package(struct sign_list *list, struct slice in)
{
	struct reading r = {.list = list, .arena = list->arena};
	struct buffer *const buffers[] = {&r.raw, &r.text, &r.canonical};
	r.report = (struct file_report){.reason = "", .place = "", .ending = ""};
	r.job = (struct job){.arena = list->arena, .left = file_limits_default(), .report = &r.report,
	                     .tail = &r.report.removals, .path = "", .ending = ""};
	for (size_t i = 0; i < 3; i++)
		buffer_init(buffers[i], (size_t)256 << 20);
	list->memory |= read_package(&r, in, NULL).code == E_MEMORY;
	for (size_t i = 0; i < 3; i++)
		buffer_done(buffers[i]);
}
