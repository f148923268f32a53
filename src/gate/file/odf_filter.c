/* One part of an OpenDocument package: copied span by span, judged on the way.
 *
 * A picture or an object is kept when the part that it names is; a link leads to the
 * web, to an address of mail or to a place inside.  What only wraps text (a link, a
 * field that calls for data) goes and leaves the text.                       */
#include "gate/file/odf.h"

#include "gate/file/links.h"
#include "gate/file/rtf.h"

enum { REPORTED_MOST = 32 };

struct filter {
	struct odf *odf;
	const char *folder, *name;
	struct xml *xml;
	struct slice text;
	struct buffer *out;
	size_t done;                     /* of the input: copied or left out */
	bool unwrapped[XML_DEPTH + 1];
	uint8_t families[XML_UNKNOWNS];  /* of unknown ids, + 1; 0: not asked yet */
	bool object_kept;                /* of the frame open last */
	struct { bool frame, lost, kept; } seen[XML_DEPTH + 1]; /* of open draw:frames: what they show */
	const char *body;
	const char *reported[REPORTED_MOST];
	size_t reported_count;
};

static void report(struct filter *f, const char *what, struct slice element)
{
	for (size_t i = 0; i < f->reported_count; i++)
		if (f->reported[i] == what)
			return;
	if (f->reported_count < REPORTED_MOST)
		f->reported[f->reported_count++] = what;
	job_drop_at(f->odf->job, what, "%s%s %.*s", f->folder, f->name, SLICE_ARG(element));
}

static enum odf_family family_of(struct filter *f, uint16_t ns)
{
	if (ns == NS_NONE)
		return ODF_PLAIN;
	if (ns == NS_XML || ns == NS_DC)
		return ns == NS_XML ? ODF_XML : ODF_DC;
	size_t at = (size_t)ns - NS_UNKNOWN - 1;
	if (ns <= NS_UNKNOWN || at >= f->xml->unknown_count)
		return ODF_OTHER;
	if (!f->families[at])
		f->families[at] = (uint8_t)(odf_family_of(f->xml->unknowns[at]) + 1);
	return (enum odf_family)(f->families[at] - 1);
}

static void copy_until(struct filter *f, size_t to)
{
	buffer_put_slice(f->out, slice_part(f->text, f->done, to - f->done));
	f->done = to;
}

static void leave_out(struct filter *f, size_t from, size_t to)
{
	copy_until(f, from);
	f->done = to;
}

static struct slice decoded(struct filter *f, struct slice raw)
{
	buffer_clear(&f->odf->plain);
	xml_decode(raw, &f->odf->plain);
	return buffer_slice(&f->odf->plain);
}

/* The element with all that it holds; silently, if it holds nothing and may. */
static bool take_whole(struct filter *f, const char *what, bool silent)
{
	struct xml *xml = f->xml;
	size_t from = xml->from, outside = xml->depth - 1;
	struct slice name = xml->name;
	bool ended = false, holds = false;
	while (!ended && xml_next(xml)) {
		holds |= xml->kind == XML_START;
		ended = xml->kind == XML_END && xml->depth == outside;
	}
	leave_out(f, from, xml->to);
	if (holds || !silent)
		report(f, what, name);
	return ended;
}

static bool unwrap(struct filter *f, const char *what)
{
	leave_out(f, f->xml->from, f->xml->to);
	report(f, what, f->xml->name);
	f->unwrapped[f->xml->depth] = true;
	return true;
}

/* ---- what leads elsewhere ---- */

static const struct xml_attribute *reference(struct filter *f)
{
	for (size_t i = 0; i < f->xml->attribute_count; i++) {
		const struct xml_attribute *a = &f->xml->attributes[i];
		if (slice_is(a->local, "href") && family_of(f, a->ns) == ODF_XLINK)
			return a;
	}
	return NULL;
}

static bool link_fine(struct filter *f, const struct xml_attribute *a)
{
	struct slice target = decoded(f, a->value);
	return target.len == 0 || target.at[0] == '#' || link_allowed(&f->odf->job->links, target);
}

static bool external(struct slice path)
{
	return path.len == 0 || path.at[0] == '/' || slice_starts(path, SLICE("../")) ||
	       slice_find(path, SLICE(":")) != SIZE_MAX || slice_find(path, SLICE("\\")) != SIZE_MAX;
}

static struct slice inner_path(struct filter *f, const struct xml_attribute *a)
{
	struct slice path = a ? decoded(f, a->value) : SLICE("");
	return slice_starts(path, SLICE("./")) ? slice_part(path, 2, path.len) : path;
}

/* A picture in the package, else it goes; one beside an object that stays may be missing. */
static struct result judge_picture(struct filter *f, bool *whole, struct why *why)
{
	struct slice path = inner_path(f, reference(f));
	struct odf_part *part = external(path) ? NULL : odf_part(f->odf, f->folder, path);
	bool sound = false, beside = f->object_kept && slice_starts(path, SLICE("ObjectReplacements/"));
	bool web = slice_starts(path, SLICE("http"));
	if (part)
		TRY(odf_picture(f->odf, part, &sound, why));
	if (part && (sound || !beside)) {
		part->used = true;
		*whole = true;
		return ok();
	}
	bool silent = beside || path.len == 0;
	if (f->xml->ns != NS_NONE && slice_is(f->xml->local, "list-level-style-image")) {
		const struct xml_attribute *a = reference(f); /* the level stays, as one of a point without its picture */
		if (a) {
			leave_out(f, a->from, a->to);
			report(f, external(path) ? "external-link" : "dangling-link", f->xml->name);
		}
		*whole = true;
		return ok();
	}
	*whole = take_whole(f, path.len == 0 ? "embedded-file" : web ? "remote-picture" : external(path) ? "external-link" : "dangling-link", silent);
	return ok();
}

/* An object of the same package stays (it is filtered as the document is). */
static bool judge_object(struct filter *f)
{
	const struct xml_attribute *a = reference(f);
	struct slice path = inner_path(f, a);
	f->object_kept = a == NULL || (!external(path) && odf_object(f->odf, f->folder, path));
	return f->object_kept || take_whole(f, external(path) ? "external-link" : "ole-object", false);
}

/* ---- attributes ---- */

static bool elsewhere(struct slice value)
{
	return slice_find(value, SLICE("'#")) != SIZE_MAX || slice_find(value, SLICE("://")) != SIZE_MAX ||
	       slice_find(value, SLICE("file:")) != SIZE_MAX;
}

static bool is_formula(enum odf_family family, enum odf_family element, struct slice local)
{
	if (family == ODF_TABLE || family == ODF_TEXT)
		return words_list("formula expression condition", local);
	if (family == ODF_STYLE)
		return slice_is(local, "condition");
	return family == ODF_CALCEXT && element == ODF_CALCEXT && words_list("value", local);
}

/* NULL, or why the attribute goes. */
static const char *attribute_fault(struct filter *f, enum odf_family element, const struct xml_attribute *a)
{
	enum odf_family family = family_of(f, a->ns);
	if (family == ODF_XLINK && slice_is(a->local, "href"))
		return "external-link"; /* where it may stand the element was judged before */
	if (family == ODF_PLAIN && element != ODF_MATH)
		return "unknown-element";
	if (!odf_attribute(family, a->local))
		return family == ODF_SCRIPT ? "macro-link" : "unknown-element";
	if (is_formula(family, element, a->local))
		return odf_formula_allowed(&f->odf->job->links, decoded(f, a->value)) ? NULL : "formula";
	bool ranges = family == ODF_TABLE || family == ODF_CHART || family == ODF_CALCEXT;
	return ranges && elsewhere(decoded(f, a->value)) ? "external-link" : NULL;
}

static bool declared(const struct xml_attribute *a)
{
	bool known = odf_family_of(a->value) != ODF_OTHER;
	return known || slice_is(a->value, "http://www.w3.org/2001/XMLSchema-instance");
}

/* An expression that may not stay takes the element with it where it says nothing without. */
static bool needs_formula(struct filter *f, enum odf_family family)
{
	return (family == ODF_TABLE && slice_is(f->xml->local, "named-expression")) ||
	       (family == ODF_STYLE && slice_is(f->xml->local, "map")) || family == ODF_CALCEXT;
}

static bool judge_attributes(struct filter *f, enum odf_family family, bool link)
{
	struct xml *xml = f->xml;
	for (size_t i = 0; needs_formula(f, family) && i < xml->attribute_count; i++) {
		const char *what = xml->attributes[i].ns == NS_XMLNS ? NULL : attribute_fault(f, family, &xml->attributes[i]);
		if (what && slice_is(slice_str(what), "formula"))
			return take_whole(f, what, false);
	}
	for (size_t i = 0; i < xml->attribute_count; i++) {
		const struct xml_attribute *a = &xml->attributes[i];
		if (link && slice_is(a->local, "href") && family_of(f, a->ns) == ODF_XLINK)
			continue;
		if (a->ns == NS_XMLNS) {
			if (!declared(a))
				leave_out(f, a->from, a->to);
			continue;
		}
		const char *what = attribute_fault(f, family, a);
		if (!what)
			continue;
		leave_out(f, a->from, a->to);
		report(f, what, a->name);
	}
	return true;
}

/* ---- elements ---- */

static bool setting_fine(struct filter *f, const char **what)
{
	static const char printer[] = "PrinterSetup PrinterName PrinterPaperFromSetup";
	static const char data[] = "CurrentDatabaseDataSource CurrentDatabaseCommand EmbeddedDatabaseName";
	size_t end = f->xml->to;
	while (!f->xml->empty && end < f->text.len && f->text.at[end] != '<')
		end++;
	struct slice value = slice_part(f->text, f->xml->to, end - f->xml->to);
	*what = "printer-settings";
	for (size_t i = 0; i < f->xml->attribute_count; i++) {
		struct slice word = f->xml->attributes[i].value;
		if (value.len && (words_list(printer, word) || slice_is(word, "base64Binary")))
			return false;
		if (value.len && words_list(data, word)) {
			*what = "data-connection";
			return false;
		}
	}
	*what = "saved-path";
	return !elsewhere(value) && slice_find(value, SLICE("\\\\")) == SIZE_MAX;
}

static bool pictures(enum odf_family family, struct slice local)
{
	return (family == ODF_DRAW && words_list("image fill-image", local)) ||
	       (family == ODF_STYLE && slice_is(local, "background-image")) ||
	       (family == ODF_TEXT && slice_is(local, "list-level-style-image")) ||
	       (family == ODF_CHART && slice_is(local, "symbol-image"));
}

/* A sheet that only keeps what another document held; it is named by its address. */
static bool cached(struct filter *f)
{
	for (size_t i = 0; i < f->xml->attribute_count; i++) {
		const struct xml_attribute *a = &f->xml->attributes[i];
		if (slice_is(a->local, "name") && family_of(f, a->ns) == ODF_TABLE && elsewhere(decoded(f, a->value)))
			return true;
	}
	return false;
}

static void note_body(struct filter *f, enum odf_family family)
{
	static const char *const kinds[] = {"text", "spreadsheet", "presentation", "drawing", "chart"};
	if (family == ODF_MATH && f->xml->depth == 1)
		f->body = "math";
	for (size_t i = 0; family == ODF_OFFICE && f->xml->depth == 3 && i < 5; i++)
		if (slice_is(f->xml->local, kinds[i]))
			f->body = kinds[i];
}

static struct result judge_element(struct filter *f, bool *whole, struct why *why)
{
	struct xml *xml = f->xml;
	enum odf_family family = family_of(f, xml->ns);
	const char *what;
	enum odf_fate fate = odf_element(family, xml->local, &what);
	bool links = (family == ODF_TEXT || family == ODF_DRAW) && slice_is(xml->local, "a");
	bool areas = family == ODF_DRAW && slice_starts(xml->local, SLICE("area-"));
	bool picture = pictures(family, xml->local), object = family == ODF_DRAW && slice_is(xml->local, "object");
	size_t depth = xml->depth, from = xml->from;
	*whole = true;
	note_body(f, family);
	if (family == ODF_DRAW && slice_is(xml->local, "frame"))
		f->object_kept = false;
	if (fate == ODF_UNWRAP || (links && reference(f) && !link_fine(f, reference(f)))) {
		*whole = unwrap(f, fate == ODF_UNWRAP ? what : "unsafe-link");
		return ok();
	}
	if (areas && reference(f) && !link_fine(f, reference(f))) {
		*whole = take_whole(f, "unsafe-link", false);
		return ok();
	}
	if (fate != ODF_COPY) {
		bool silent = family == ODF_OFFICE && words_list("scripts forms", xml->local);
		*whole = take_whole(f, what, silent);
		return ok();
	}
	if (family == ODF_CONFIG && slice_is(xml->local, "config-item") && !setting_fine(f, &what)) {
		*whole = take_whole(f, what, false);
		return ok();
	}
	if (family == ODF_TABLE && slice_is(xml->local, "table") && cached(f)) {
		*whole = take_whole(f, "external-link", false);
		return ok();
	}
	if (picture)
		TRY(judge_picture(f, whole, why));
	if (object)
		*whole = judge_object(f);
	if (*whole && xml->kind == XML_START && xml->from == from && xml->depth == depth)
		*whole = judge_attributes(f, family, links || areas || picture || object);
	return ok();
}

/* What a draw:frame is there for. */
static bool shows(enum odf_family family, struct slice local)
{
	static const char drawn[] = "image object object-ole text-box plugin applet floating-frame";
	return (family == ODF_DRAW && words_list(drawn, local)) || (family == ODF_TABLE && slice_is(local, "table"));
}

static struct result started(struct filter *f, bool *whole, struct why *why)
{
	struct xml *xml = f->xml;
	enum odf_family family = family_of(f, xml->ns);
	bool shown = shows(family, xml->local), frame = family == ODF_DRAW && slice_is(xml->local, "frame");
	size_t depth = xml->depth, from = xml->from;
	TRY(judge_element(f, whole, why));
	bool stays = *whole && xml->kind == XML_START && xml->from == from && xml->depth == depth;
	f->seen[depth].frame = frame && stays;
	f->seen[depth].lost = f->seen[depth].kept = false;
	if (shown && f->seen[depth - 1].frame)
		*(stays ? &f->seen[depth - 1].kept : &f->seen[depth - 1].lost) = true;
	return ok();
}

/* The prefix in scope of a family, with its colon. */
static struct slice prefix_for(const struct filter *f, const char *name_space)
{
	for (uint32_t i = f->xml->prefix_count; i-- > 0;)
		if (slice_is(f->xml->prefixes[i].uri, name_space))
			return f->xml->prefixes[i].prefix;
	return SLICE("");
}

/* Of a frame that has nothing to show any more the reader sees why. */
static void frame_ends(struct filter *f)
{
	struct slice draw = prefix_for(f, "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0");
	struct slice text = prefix_for(f, "urn:oasis:names:tc:opendocument:xmlns:text:1.0");
	if (draw.len == 0 || text.len == 0)
		return;
	copy_until(f, f->xml->from);
	buffer_printf(f->out, "<%.*s:text-box><%.*s:p>取り除きました</%.*s:p></%.*s:text-box>", SLICE_ARG(draw), SLICE_ARG(text),
	              SLICE_ARG(text), SLICE_ARG(draw));
}

static struct result token(struct filter *f, bool *whole, struct why *why)
{
	struct xml *xml = f->xml;
	*whole = true;
	if (xml->kind == XML_START)
		return started(f, whole, why);
	if (xml->kind == XML_END && f->seen[xml->depth + 1].frame && f->seen[xml->depth + 1].lost && !f->seen[xml->depth + 1].kept)
		frame_ends(f);
	if (xml->kind == XML_END && f->unwrapped[xml->depth + 1]) {
		leave_out(f, xml->from, xml->to);
		f->unwrapped[xml->depth + 1] = false;
	}
	if (xml->kind == XML_DOCTYPE) {
		leave_out(f, xml->from, xml->to);
		report(f, "external-link", SLICE("DOCTYPE"));
	}
	if (xml->kind == XML_COMMENT || xml->kind == XML_PI) {
		leave_out(f, xml->from, xml->to);
		report(f, "comment", SLICE(""));
	}
	return ok();
}

static bool root_fits(struct filter *f, struct slice local, enum odf_family family)
{
	char stem[16];
	snprintf(stem, sizeof stem, "%.*s", (int)strcspn(f->name, "."), f->name);
	bool document = family == ODF_OFFICE && slice_starts(local, SLICE("document-"));
	return (document && slice_is(slice_part(local, 9, local.len), stem)) ||
	       (family == ODF_MATH && f->folder[0] && strcmp(stem, "content") == 0 && slice_is(local, "math"));
}

static void note_version(struct filter *f)
{
	for (size_t i = 0; i < f->xml->attribute_count && !f->odf->version; i++) {
		const struct xml_attribute *a = &f->xml->attributes[i];
		bool version = family_of(f, a->ns) == ODF_OFFICE && slice_is(a->local, "version") && a->value.len == 3;
		if (version && a->value.at[0] == '1' && a->value.at[1] == '.' && a->value.at[2] >= '0' && a->value.at[2] <= '9')
			f->odf->version = arena_string(f->odf->arena, a->value);
	}
}

static struct result read_all(struct filter *f, struct why *why)
{
	struct xml *xml = f->xml;
	const char *place = arena_printf(f->odf->job->arena, "%s%s", f->folder, f->name);
	bool whole = true;
	xml_init(xml, f->text);
	xml->names_type = true;
	while (whole && xml_next(xml)) {
		const struct xml_attribute *encoding = xml->kind == XML_DECLARATION ? xml_attribute(xml, NS_NONE, "encoding") : NULL;
		if (encoding && !slice_equal_nocase(encoding->value, SLICE("UTF-8"))) {
			leave_out(f, xml->from, xml->to);
			buffer_put_str(f->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
		}
		if (xml->kind == XML_START && xml->depth == 1) {
			note_version(f);
			if (!root_fits(f, xml->local, family_of(f, xml->ns)))
				return job_refuse(f->odf->job, REFUSAL_DAMAGED, place, "its root is not what its name says");
		}
		TRY(token(f, &whole, why));
	}
	if (xml->fault)
		return job_refuse(f->odf->job, REFUSAL_DAMAGED, place, "%s at offset %zu", xml->fault, xml->pos);
	copy_until(f, f->text.len);
	return ok();
}

struct result odf_filter(struct odf *odf, const char *folder, const char *name, struct slice text, struct buffer *out,
                         const char **body, struct why *why)
{
	struct filter *f = calloc(1, sizeof *f);
	struct xml *xml = calloc(1, sizeof *xml);
	struct result result = f && xml ? ok() : job_memory(why);
	if (result.code == OK) {
		*f = (struct filter){.odf = odf, .folder = folder, .name = name, .xml = xml, .text = text, .out = out, .body = ""};
		result = read_all(f, why);
		*body = f->body;
	}
	free(f);
	free(xml);
	return result;
}
