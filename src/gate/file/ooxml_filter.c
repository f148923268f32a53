/* One XML part made clean.
 *
 * The part is read once.  What goes or changes is written down as an edit over
 * the input's offsets; what stays is never touched, so that a part without an
 * edit keeps its very bytes and a second cleansing finds nothing to do.  Edits
 * may nest (a cut inside a cut): the outer one wins.  References to
 * relationships count only where no cut covers them.
 *
 * Word's fields are judged whole: an instruction is put together over runs and
 * tracked changes, in each way that accepting or rejecting could leave it.   */
#include "gate/file/ooxml.h"

#include "gate/file/links.h"
#include "gate/file/namespaces.h"

enum { FIELDS_DEEP = 32, INSTRUCTION_MOST = 1 << 16, WORDS_REPORTED = 32, READINGS = 3 };

struct edit {
	size_t from, to;
	struct slice with;
};

struct reference {
	size_t at;
	struct relation *relation;
};

struct span {
	size_t from, to;
};

enum frame_mode { KEEP = 0, UNWRAP };

struct frame {
	size_t from, to;                 /* the start tag */
	const struct element_rule *rule;
	enum frame_mode mode;
	bool marked;                     /* by the rule: frozen, chosen, holds an object, ends */
	bool is_run;
	uint32_t children;               /* kept ones */
	struct span inner;               /* Fallback's end tag; the picture of an object */
	size_t lost_from;                /* UNWRAP: the outermost frame whose tags went with it */
};

/* The three ways to read an instruction: as it stands, deletions accepted,
 * insertions rejected. */
struct field {
	struct buffer readings[READINGS];
	size_t first_item;
	bool result, frozen, built;      /* built: its name comes from a nested field */
};

struct filter {
	struct package *package;
	struct part *part;
	struct arena *arena;
	struct xml *xml;
	struct slice text;
	struct buffer edits, references, items, value, collected;
	struct frame frames[XML_DEPTH + 1];
	size_t depth;
	struct field fields[FIELDS_DEEP];
	size_t field_depth;
	size_t inserted, deleted;        /* tracked changes open */
	bool collecting, shape_dropped, is_vml;
	struct buffer dropped_shared;    /* indexes of shared formulas whose master went */
	const char *reported[WORDS_REPORTED];
	size_t reported_count;
};

/* ---- edits ---- */

static void edit(struct filter *f, size_t from, size_t to, struct slice with)
{
	struct edit e = {from, to, with};
	buffer_put(&f->edits, &e, sizeof e);
}

static void cut(struct filter *f, size_t from, size_t to)
{
	edit(f, from, to, slice_of(NULL, 0));
}

static int by_start(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to > y->to ? -1 : x->to < y->to;
}

static void apply(struct filter *f, struct buffer *out)
{
	struct edit *edits = (struct edit *)(void *)f->edits.at;
	size_t count = f->edits.len / sizeof *edits, done = 0;
	struct reference *refs = (struct reference *)(void *)f->references.at;
	size_t ref_count = f->references.len / sizeof *refs, next_ref = 0;
	if (count)
		qsort(edits, count, sizeof *edits, by_start);
	for (size_t i = 0; i < count; i++) {
		if (edits[i].from < done)
			continue;
		for (; next_ref < ref_count && refs[next_ref].at < edits[i].from; next_ref++)
			refs[next_ref].relation->live = true;
		buffer_put(out, f->text.at + done, edits[i].from - done);
		buffer_put_slice(out, edits[i].with);
		done = edits[i].to;
		while (next_ref < ref_count && refs[next_ref].at < done)
			next_ref++;
	}
	for (; next_ref < ref_count; next_ref++)
		refs[next_ref].relation->live = true;
	if (count)
		buffer_put(out, f->text.at + done, f->text.len - done);
}

/* ---- reports ---- */

static const char *part_name(struct filter *f)
{
	char *name = arena_string(f->package->job->arena, f->part->name);
	return name ? name : "";
}

/* Once a part for each word; fields and formulas each by their own place. */
static void report(struct filter *f, const char *what)
{
	for (size_t i = 0; i < f->reported_count; i++)
		if (f->reported[i] == what)
			return;
	if (f->reported_count < WORDS_REPORTED)
		f->reported[f->reported_count++] = what;
	job_drop(f->package->job, what, part_name(f));
}

static void report_at(struct filter *f, const char *what, struct slice place)
{
	struct slice short_place = slice_part(place, 0, 60);
	const char *where = arena_printf(f->package->job->arena, "%s %.*s", part_name(f), SLICE_ARG(short_place));
	job_drop(f->package->job, what, where ? where : "");
}

/* ---- values ---- */

static struct slice decoded(struct filter *f, struct slice raw)
{
	if (!raw.len || !memchr(raw.at, '&', raw.len))
		return raw;
	buffer_clear(&f->value);
	xml_decode(raw, &f->value);
	return buffer_slice(&f->value);
}

static struct relation *relation_of(struct filter *f, struct slice raw)
{
	struct slice id = decoded(f, raw);
	for (struct relation *r = f->part->relations; r; r = r->next)
		if (slice_equal(r->id, id))
			return r;
	return NULL;
}

static bool value_is(struct filter *f, const struct xml_attribute *a, const char *want)
{
	return a && slice_is(decoded(f, a->value), want);
}

/* ---- attributes ---- */

enum fate { STAYS, GOES, LOSES_TAGS };

static void cut_attribute(struct filter *f, const struct xml_attribute *a, const char *what)
{
	cut(f, a->from, a->to);
	report(f, what);
}

static void replace_value(struct filter *f, const struct xml_attribute *a, struct slice with)
{
	size_t from = (size_t)(a->value.at - f->text.at);
	edit(f, from, from + a->value.len, with);
}

/* Elements that live without their relationship lose the attribute alone. */
static bool lives_without(const struct xml *xml)
{
	static const struct { uint16_t ns; const char *local; } list[] = {
		{NS_A, "blip"}, {NS_V, "imagedata"}, {NS_V, "fill"}, {NS_V, "stroke"}, {NS_S, "pageSetup"},
		{NS_S, "customSheetView"}, {NS_C, "pageSetup"}, {NS_S, "pivotTableDefinition"},
		{NS_S, "pivotCacheDefinition"}, {NS_P, "oleObj"},
	};
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (xml->ns == list[i].ns && slice_is(xml->local, list[i].local))
			return true;
	return xml->ns == NS_S && slice_is(xml->local, "hyperlink") && xml_attribute(xml, NS_NONE, "location");
}

/* What led to a relationship that went was reported with it. */
static enum fate relation_attribute(struct filter *f, const struct xml_attribute *a)
{
	struct relation *relation = relation_of(f, a->value);
	if (relation && relation->rule) {
		struct reference ref = {a->from, relation};
		buffer_put(&f->references, &ref, sizeof ref);
		return STAYS;
	}
	if (a->value.len == 0) /* says that there is none */
		return STAYS;
	if (!relation)
		report(f, "dangling-link");
	if (!lives_without(f->xml))
		return GOES;
	cut(f, a->from, a->to);
	return STAYS;
}

static bool style_allowed(struct slice style)
{
	static const char *const bad[] = {"url", "expression", "script", "behavior", "binding", "import"};
	if (memchr(style.at, '\\', style.len))
		return false;
	for (size_t i = 0; i + 3 <= style.len; i++)
		for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
			if (slice_equal_nocase(slice_part(style, i, strlen(bad[k])), slice_str(bad[k])))
				return false;
	return true;
}

static bool listed_value(const char *values, struct slice value)
{
	struct slice all = slice_str(values);
	for (size_t i = 0; i + value.len + 2 <= all.len; i++)
		if (all.at[i] == ' ' && all.at[i + 1 + value.len] == ' ' &&
		    slice_equal(slice_part(all, i + 1, value.len), value))
			return true;
	return false;
}

static enum fate judged_attribute(struct filter *f, const struct xml_attribute *a,
                                  const struct attribute_rule *rule)
{
	struct slice value = decoded(f, a->value);
	switch (rule->action) {
	case ATTRIBUTE_CUT:
		cut_attribute(f, a, rule->what);
		return STAYS;
	case ATTRIBUTE_CUT_IF:
		if (rule->values ? listed_value(rule->values, value) : value.len > 0)
			cut_attribute(f, a, rule->what);
		return STAYS;
	case ATTRIBUTE_EMPTY:
		if (value.len)
			replace_value(f, a, slice_of(NULL, 0)), report(f, rule->what);
		return STAYS;
	case ATTRIBUTE_FORMULA:
		if (!formula_allowed(value))
			replace_value(f, a, slice_of(NULL, 0)), report(f, rule->what);
		return STAYS;
	case ATTRIBUTE_LINK:
		if (value.len && value.at[0] != '#' && !link_allowed(value))
			cut_attribute(f, a, rule->what);
		return STAYS;
	case ATTRIBUTE_STYLE:
		if (value.len && !style_allowed(value))
			cut_attribute(f, a, rule->what);
		return STAYS;
	case ATTRIBUTE_METADATA:
		if (f->package->strip_cell_metadata)
			cut_attribute(f, a, rule->what);
		return STAYS;
	case ATTRIBUTE_RELATION:
		return relation_attribute(f, a);
	case ATTRIBUTE_KEEP:
		return STAYS;
	}
	return GOES;
}

static enum fate judge_attributes(struct filter *f)
{
	struct xml *xml = f->xml;
	for (size_t i = 0; i < xml->attribute_count; i++) {
		const struct xml_attribute *a = &xml->attributes[i];
		if (a->ns == NS_XMLNS)
			continue;
		if (!xml_ns_allowed(a->ns)) {
			cut_attribute(f, a, "unknown-element");
			continue;
		}
		const struct attribute_rule *rule = attribute_rule(xml->ns, a->ns, a->local);
		enum fate fate = rule ? judged_attribute(f, a, rule) : STAYS;
		if (fate != STAYS)
			return fate;
	}
	return STAYS;
}

/* ---- tags that go while their children stay ---- */

static struct frame *top(struct filter *f)
{
	return &f->frames[f->depth];
}

static bool declared_between(const struct xml *xml, uint32_t from, uint32_t to, struct slice prefix)
{
	for (uint32_t i = from; i < to; i++)
		if (slice_equal(xml->prefixes[i].prefix, prefix))
			return true;
	return false;
}

/* The start tag just read gets the nearest declaration of each prefix that the
 * frames from `outermost` to its parent made and that it does not make itself. */
static void hand_down(struct filter *f, size_t outermost)
{
	const struct xml *xml = f->xml;
	uint32_t from = xml->open[outermost - 1].prefixes, to = xml->open[xml->depth - 1].prefixes;
	if (from == to)
		return;
	struct buffer text;
	buffer_init(&text, 1 << 20);
	for (uint32_t i = from; i < to; i++) {
		const struct xml_prefix *p = &xml->prefixes[i];
		if (declared_between(xml, i + 1, xml->prefix_count, p->prefix))
			continue;
		const char *quote = p->uri.len && memchr(p->uri.at, '"', p->uri.len) ? "'" : "\"";
		buffer_put_str(&text, p->prefix.len ? " xmlns:" : " xmlns");
		buffer_put_slice(&text, p->prefix);
		buffer_put_str(&text, "=");
		buffer_put_str(&text, quote);
		buffer_put_slice(&text, p->uri);
		buffer_put_str(&text, quote);
	}
	size_t at = xml->from + 1 + xml->name.len;
	struct slice with = text.len ? arena_copy(f->arena, buffer_slice(&text)) : slice_of(NULL, 0);
	if (with.len)
		edit(f, at, at, with);
	f->edits.failed |= text.failed || with.len != text.len;
	buffer_done(&text);
}

/* ---- Word fields ---- */

static bool name_complete(const struct field *field)
{
	struct slice text = buffer_slice(&field->readings[0]);
	struct slice name = field_name(text);
	return slice_is(name, "=") || (name.len > 0 && (size_t)(name.at - text.at) + name.len < text.len);
}

static struct field *instructed(struct filter *f)
{
	for (size_t i = f->field_depth; i-- > 0;)
		if (!f->fields[i].result)
			return &f->fields[i];
	return NULL;
}

static void instruct(struct filter *f, struct slice raw, bool cdata)
{
	struct field *field = instructed(f);
	if (!field)
		return;
	for (int i = 0; i < READINGS; i++) {
		if ((i == 1 && f->deleted) || (i == 2 && f->inserted))
			continue;
		if (cdata)
			buffer_put_slice(&field->readings[i], raw);
		else
			xml_decode(raw, &field->readings[i]);
	}
}

static bool reading_allowed(const struct field *field, int i)
{
	struct slice text = buffer_slice(&field->readings[i]);
	if (!buffer_ok(&field->readings[i]))
		return false;
	return (i > 0 && field_name(text).len == 0) || field_allowed(text);
}

static void judge_field(struct filter *f, struct field *field)
{
	field->frozen = field->built;
	for (int i = 0; i < READINGS; i++)
		field->frozen |= !reading_allowed(field, i);
	if (!field->frozen)
		return;
	struct slice name = field_name(buffer_slice(&field->readings[0]));
	report_at(f, "field", field->built || !buffer_ok(&field->readings[0]) ? SLICE("") : name);
	struct span *items = (struct span *)(void *)f->items.at;
	for (size_t i = field->first_item; i < f->items.len / sizeof *items; i++)
		cut(f, items[i].from, items[i].to);
}

static bool begin_field(struct filter *f)
{
	struct field *outer = instructed(f);
	if (f->field_depth == FIELDS_DEEP)
		return false;
	if (outer && (!name_complete(outer) ||
	              slice_equal_nocase(field_name(buffer_slice(&outer->readings[0])), SLICE("HYPERLINK"))))
		outer->built = true;
	struct field *field = &f->fields[f->field_depth++];
	*field = (struct field){.first_item = f->items.len / sizeof(struct span)};
	for (int i = 0; i < READINGS; i++)
		buffer_init(&field->readings[i], INSTRUCTION_MOST);
	return true;
}

static void end_field(struct filter *f)
{
	struct field *field = &f->fields[--f->field_depth];
	for (int i = 0; i < READINGS; i++)
		buffer_done(&field->readings[i]);
}

/* What a run holds while an instruction is open belongs to that instruction. */
static void note_item(struct filter *f, const struct frame *frame, size_t to)
{
	struct span item = {frame->from, to};
	if (frame[-1].is_run && instructed(f) && !(frame->rule && frame->rule->action == RULE_FIELD_CHAR))
		buffer_put(&f->items, &item, sizeof item);
}

static bool field_char_starts(struct filter *f, struct frame *frame)
{
	const struct xml_attribute *type = xml_attribute(f->xml, NS_W, "fldCharType");
	bool begin = value_is(f, type, "begin"), separate = value_is(f, type, "separate");
	if (begin)
		return begin_field(f);
	if ((!separate && !value_is(f, type, "end")) || f->field_depth == 0) {
		frame->marked = true; /* stands for nothing */
		return true;
	}
	struct field *field = &f->fields[f->field_depth - 1];
	if (!field->result)
		judge_field(f, field);
	field->result = true;
	frame->marked = field->frozen;
	if (!separate)
		end_field(f);
	return true;
}

static void field_char_ends(struct filter *f, struct frame *frame, size_t to)
{
	struct span item = {frame->from, to};
	if (frame->marked)
		cut(f, frame->from, to);
	else if (instructed(f))
		buffer_put(&f->items, &item, sizeof item);
}

/* Fields that the part leaves open are judged as they stand. */
static void close_fields(struct filter *f)
{
	while (f->field_depth > 0) {
		struct field *field = &f->fields[f->field_depth - 1];
		if (!field->result)
			judge_field(f, field);
		end_field(f);
	}
}

/* ---- formulas ---- */

static void start_collecting(struct filter *f)
{
	buffer_clear(&f->collected);
	f->collecting = true;
}

static struct slice attribute_in(struct filter *f, const struct frame *frame, const char *mark)
{
	struct slice tag = slice_of(f->text.at + frame->from, frame->to - frame->from);
	size_t at = slice_find(tag, slice_str(mark));
	if (at == SIZE_MAX)
		return slice_of(NULL, 0);
	struct slice rest = slice_part(tag, at + strlen(mark), tag.len);
	const uint8_t *end = rest.len ? memchr(rest.at, '"', rest.len) : NULL;
	return end ? slice_of(rest.at, (size_t)(end - rest.at)) : rest;
}

static bool shared_dropped(struct filter *f, struct slice index)
{
	struct slice *list = (struct slice *)(void *)f->dropped_shared.at;
	for (size_t i = 0; i < f->dropped_shared.len / sizeof *list; i++)
		if (slice_equal(list[i], index))
			return true;
	return false;
}

/* A shared formula's master takes its followers with it. */
static bool cell_formula_ends(struct filter *f, struct frame *frame, size_t to)
{
	struct slice index = attribute_in(f, frame, " si=\"");
	bool allowed = formula_allowed(buffer_slice(&f->collected));
	bool orphan = allowed && index.at && f->collected.len == 0 && shared_dropped(f, index);
	if (allowed && !orphan)
		return true;
	if (!allowed) {
		report_at(f, "formula", attribute_in(f, frame - 1, " r=\""));
		if (index.at)
			buffer_put(&f->dropped_shared, &index, sizeof index);
	}
	cut(f, frame->from, to);
	return false;
}

static bool formula_ends(struct filter *f, struct frame *frame, size_t to)
{
	if (formula_allowed(buffer_slice(&f->collected)))
		return true;
	report(f, "formula");
	if (frame->rule->action == RULE_FORMULA) {
		edit(f, frame->to, f->xml->from, SLICE("#REF!"));
		return true;
	}
	cut(f, frame->from, to);
	return false;
}

/* Names that run by themselves, that name macros, or that lead outside. */
static bool name_starts(struct filter *f)
{
	static const char *const flags[] = {"function", "vbProcedure", "xlm"};
	static const char *const automatic[] = {"auto_open", "auto_close", "auto_activate", "auto_deactivate"};
	for (size_t i = 0; i < 3; i++) {
		const struct xml_attribute *flag = xml_attribute(f->xml, NS_NONE, flags[i]);
		if (flag && !value_is(f, flag, "0") && !value_is(f, flag, "false"))
			return false;
	}
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "name");
	struct slice name = a ? decoded(f, a->value) : SLICE("");
	if (slice_equal_nocase(slice_part(name, 0, 6), SLICE("_xlnm.")))
		name = slice_part(name, 6, name.len);
	for (size_t i = 0; i < 4; i++)
		if (slice_equal_nocase(slice_part(name, 0, strlen(automatic[i])), slice_str(automatic[i])))
			return false;
	return true;
}

/* ---- drawings ---- */

/* ppaction: only moves inside the same show. */
static bool action_allowed(struct slice action)
{
	static const char *const allowed[] = {
		"ppaction://hlinkshowjump?jump=firstslide", "ppaction://hlinkshowjump?jump=lastslide",
		"ppaction://hlinkshowjump?jump=nextslide", "ppaction://hlinkshowjump?jump=previousslide",
		"ppaction://hlinkshowjump?jump=lastslideviewed", "ppaction://hlinkshowjump?jump=endshow",
		"ppaction://hlinksldjump", "ppaction://noaction",
	};
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if (slice_equal_nocase(action, slice_str(allowed[i])))
			return true;
	return action.len == 0 || slice_equal_nocase(slice_part(action, 0, 21), SLICE("ppaction://customshow"));
}

static bool click_allowed(struct filter *f)
{
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "action");
	if (a && !action_allowed(decoded(f, a->value))) {
		report(f, "action");
		return false;
	}
	return true;
}

static struct frame *enclosing(struct filter *f, enum rule_action action)
{
	for (size_t i = f->depth; i > 0; i--)
		if (f->frames[i].rule && f->frames[i].rule->action == action)
			return &f->frames[i];
	return NULL;
}

/* Of a frame around an object the preview picture stays, if there is one. */
static void frame_ends(struct filter *f, struct frame *frame, size_t to)
{
	report(f, "ole-object");
	f->shape_dropped = true;
	if (frame->inner.to == 0) {
		cut(f, frame->from, to);
		return;
	}
	cut(f, frame->from, frame->inner.from);
	cut(f, frame->inner.to, to);
}

/* ---- alternate content ---- */

static bool requires_widely_read(struct filter *f)
{
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "Requires");
	struct slice words = a ? decoded(f, a->value) : SLICE("");
	bool any = false;
	for (size_t pos = 0; pos < words.len;) {
		size_t end = pos;
		while (end < words.len && words.at[end] > ' ')
			end++;
		if (end > pos && !namespace_widely_read(xml_prefix_ns(f->xml, slice_part(words, pos, end - pos))))
			return false;
		any |= end > pos;
		pos = end + 1;
	}
	return any;
}

/* marked: a branch was chosen; children: it held something */
static enum fate branch_starts(struct filter *f, struct frame *parent, enum rule_action action)
{
	if (!parent->rule || parent->rule->action != RULE_ALTERNATE)
		return GOES;
	bool chosen = !parent->marked && (action == RULE_FALLBACK || requires_widely_read(f));
	if (!chosen) {
		report(f, "alternate");
		return GOES;
	}
	parent->marked = true;
	return action == RULE_CHOICE ? STAYS : LOSES_TAGS;
}

static bool alternate_ends(struct filter *f, struct frame *frame, size_t to)
{
	if (frame->inner.to) { /* the Fallback's children stand alone */
		cut(f, frame->inner.from, to);
		return frame->children > 0;
	}
	if (frame->marked && frame->children)
		return true;
	cut(f, frame->from, to);
	report(f, "alternate");
	return false;
}

/* ---- elements ---- */

/* What an element's rule says when its start tag has been read. */
static enum fate rule_starts(struct filter *f, struct frame *frame)
{
	struct frame *parent = frame - 1;
	switch (frame->rule->action) {
	case RULE_DROP:
		report(f, frame->rule->what);
		return GOES;
	case RULE_SHAPE_DROP:
		report(f, frame->rule->what);
		f->shape_dropped = true;
		return GOES;
	case RULE_UNWRAP:
		report(f, frame->rule->what);
		return LOSES_TAGS;
	case RULE_CHOICE:
	case RULE_FALLBACK:
		return branch_starts(f, parent, frame->rule->action);
	case RULE_FIELD_CHAR:
		if (!field_char_starts(f, frame))
			f->xml->fault = "fields nested too deep";
		return STAYS;
	case RULE_FIELD_TEXT:
		if (instructed(f))
			return STAYS;
		report(f, frame->rule->what);
		return GOES;
	case RULE_FIELD_SIMPLE: {
		const struct xml_attribute *a = xml_attribute(f->xml, NS_W, "instr");
		struct slice instruction = a ? decoded(f, a->value) : SLICE("");
		if (field_allowed(instruction))
			return STAYS;
		report_at(f, "field", field_name(instruction));
		return LOSES_TAGS;
	}
	case RULE_CLICK:
		return click_allowed(f) ? STAYS : GOES;
	case RULE_NAME:
		start_collecting(f);
		frame->marked = !name_starts(f);
		return STAYS;
	case RULE_CELL_FORMULA:
	case RULE_FORMULA:
	case RULE_FORMULA_ELEMENT:
		start_collecting(f);
		return STAYS;
	case RULE_OLE: {
		struct frame *holder = enclosing(f, RULE_OLE_FRAME);
		report(f, frame->rule->what);
		if (holder)
			holder->marked = true;
		return holder ? STAYS : GOES;
	}
	case RULE_TIMING_END: {
		struct frame *timing = enclosing(f, RULE_TIMING);
		if (timing)
			timing->marked = true;
		return timing ? STAYS : GOES;
	}
	case RULE_CLIENT_DATA: {
		const struct xml_attribute *type = xml_attribute(f->xml, NS_NONE, "ObjectType");
		struct frame *shape = enclosing(f, RULE_VML_SHAPE);
		if (shape && value_is(f, type, "Pict"))
			shape->marked = true;
		return STAYS;
	}
	case RULE_TRACKED: {
		bool insertion = slice_is(f->xml->local, "ins") || slice_is(f->xml->local, "moveTo");
		*(insertion ? &f->inserted : &f->deleted) += 1;
		return STAYS;
	}
	case RULE_NONE: case RULE_ALTERNATE: case RULE_RUN_TEXT: case RULE_HYPERLINK: case RULE_OLE_FRAME:
	case RULE_PICTURE: case RULE_TIMING: case RULE_VML_SHAPE: case RULE_PRUNE:
		return STAYS;
	}
	return GOES;
}

static bool namespace_fits(struct filter *f)
{
	const struct xml *xml = f->xml;
	if (xml->ns == NS_SVG)
		return false;
	if (xml->ns == NS_NONE)
		return f->is_vml && html_element(xml->local);
	return xml_ns_allowed(xml->ns);
}

static enum fate element_fate(struct filter *f, struct frame *frame)
{
	if (!namespace_fits(f)) {
		report(f, "unknown-element");
		return GOES;
	}
	enum fate fate = frame->rule ? rule_starts(f, frame) : STAYS;
	if (fate == GOES)
		return fate;
	bool link = frame->rule && frame->rule->action == RULE_HYPERLINK;
	enum fate by_attributes = judge_attributes(f);
	if (by_attributes != GOES)
		return fate;
	if (!link)
		return GOES;
	const struct xml_attribute *id = xml_attribute(f->xml, NS_R, "id");
	if (!id || !xml_attribute(f->xml, NS_W, "anchor"))
		return LOSES_TAGS;
	cut(f, id->from, id->to);
	return STAYS;
}

/* A Fallback that stays takes its AlternateContent's tags with its own. */
static void lose_tags(struct filter *f, struct frame *frame)
{
	bool fallback = frame->rule && frame->rule->action == RULE_FALLBACK;
	struct frame *first = fallback ? frame - 1 : frame, *outside = first - 1;
	frame->mode = UNWRAP;
	frame->lost_from = outside->mode == UNWRAP ? outside->lost_from : (size_t)(first - f->frames);
	cut(f, first->from, frame->to);
}

/* The first picture in an object's frame takes the frame's place, and needs what
 * the tags between them declared.  0: nothing went around this element. */
static size_t outermost_lost(struct filter *f, struct frame *frame)
{
	size_t lost = frame[-1].mode == UNWRAP ? frame[-1].lost_from : 0;
	struct frame *holder = frame->rule && frame->rule->action == RULE_PICTURE
		? enclosing(f, RULE_OLE_FRAME) : NULL;
	if (!holder || !holder->marked || holder->inner.from != 0)
		return lost;
	holder->inner.from = frame->from;
	return (size_t)(holder - f->frames);
}

static bool element_starts(struct filter *f)
{
	struct xml *xml = f->xml;
	struct frame *frame = &f->frames[f->depth + 1];
	*frame = (struct frame){.from = xml->from, .to = xml->to, .rule = element_rule(xml->ns, xml->local)};
	frame->is_run = xml->ns == NS_W && slice_is(xml->local, "r");
	f->depth++;
	enum fate fate = element_fate(f, frame);
	if (xml->fault)
		return false;
	if (fate == GOES) {
		f->depth--;
		size_t from = xml->from;
		bool whole = xml_skip(xml);
		cut(f, from, xml->to);
		return whole;
	}
	size_t outermost = outermost_lost(f, frame);
	if (fate == LOSES_TAGS)
		lose_tags(f, frame);
	else if (outermost)
		hand_down(f, outermost);
	return true;
}

static void picture_ends(struct filter *f, struct frame *frame, size_t to)
{
	struct frame *holder = enclosing(f, RULE_OLE_FRAME);
	if (holder && holder->inner.from == frame->from)
		holder->inner.to = to;
}

/* False when the element was cut: its parent does not count it. */
static bool rule_ends(struct filter *f, struct frame *frame, size_t to)
{
	switch (frame->rule->action) {
	case RULE_FIELD_CHAR:
		field_char_ends(f, frame, to);
		return true;
	case RULE_CELL_FORMULA:
		f->collecting = false;
		return cell_formula_ends(f, frame, to);
	case RULE_FORMULA:
	case RULE_FORMULA_ELEMENT:
		f->collecting = false;
		return formula_ends(f, frame, to);
	case RULE_NAME:
		f->collecting = false;
		if (!frame->marked && formula_allowed(buffer_slice(&f->collected)))
			return true;
		report(f, frame->marked ? "auto-name" : "formula");
		cut(f, frame->from, to);
		return false;
	case RULE_FALLBACK:
		frame[-1].inner = (struct span){f->xml->from, to};
		frame[-1].children += frame->children;
		return false;
	case RULE_ALTERNATE:
		return alternate_ends(f, frame, to);
	case RULE_CHOICE:
		if (frame->children) {
			frame[-1].children++;
			return false;
		}
		frame[-1].marked = false; /* nothing was left of it: the next branch may stand */
		cut(f, frame->from, to);
		return false;
	case RULE_OLE_FRAME:
		if (frame->marked)
			frame_ends(f, frame, to);
		return !frame->marked || frame->inner.to != 0;
	case RULE_PICTURE:
		picture_ends(f, frame, to);
		return true;
	case RULE_TIMING:
		if (!frame->marked && !f->shape_dropped)
			return true;
		report(f, frame->rule->what);
		cut(f, frame->from, to);
		return false;
	case RULE_VML_SHAPE:
		if (!frame->marked)
			return true;
		report(f, frame->rule->what);
		cut(f, frame->from, to);
		return false;
	case RULE_PRUNE:
		if (frame->children)
			return true;
		cut(f, frame->from, to);
		return false;
	case RULE_TRACKED: {
		bool insertion = slice_is(f->xml->local, "ins") || slice_is(f->xml->local, "moveTo");
		*(insertion ? &f->inserted : &f->deleted) -= 1;
		return true;
	}
	case RULE_NONE: case RULE_DROP: case RULE_UNWRAP: case RULE_FIELD_TEXT: case RULE_FIELD_SIMPLE:
	case RULE_RUN_TEXT: case RULE_HYPERLINK: case RULE_CLICK: case RULE_OLE: case RULE_TIMING_END:
	case RULE_SHAPE_DROP: case RULE_CLIENT_DATA:
		return true;
	}
	return true;
}

static void element_ends(struct filter *f)
{
	struct frame *frame = top(f);
	size_t to = f->xml->to;
	bool stays = !frame->rule || rule_ends(f, frame, to);
	if (frame->mode == UNWRAP && frame->rule && frame->rule->action != RULE_FALLBACK)
		cut(f, f->xml->from, to);
	if (stays)
		note_item(f, frame, to);
	f->depth--;
	top(f)->children += stays;
}

static void text_found(struct filter *f)
{
	struct xml *xml = f->xml;
	const struct element_rule *rule = top(f)->rule;
	if (f->collecting && xml->cdata)
		buffer_put_slice(&f->collected, xml->text);
	else if (f->collecting)
		xml_decode(xml->text, &f->collected);
	if (rule && (rule->action == RULE_FIELD_TEXT || rule->action == RULE_RUN_TEXT))
		instruct(f, xml->text, xml->cdata);
}

/* The declaration stays if it says what the bytes are. */
static void declaration_found(struct filter *f)
{
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "encoding");
	if (a && !slice_equal_nocase(a->value, SLICE("UTF-8")))
		edit(f, f->xml->from, f->xml->to, SLICE("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"));
}

static bool root_fits(struct filter *f)
{
	const struct part_rule *rule = f->part->rule;
	const struct main_rule *main = rule ? NULL : f->package->main;
	uint16_t ns = rule ? rule->root_ns : main->root_ns;
	const char *root = rule ? rule->root : main->root;
	return (ns == NS_UNKNOWN || f->xml->ns == ns) && (!root || slice_is(f->xml->local, root));
}

static struct result read_tokens(struct filter *f)
{
	struct xml *xml = f->xml;
	struct job *job = f->package->job;
	bool more = true;
	while (more && xml_next(xml)) {
		switch (xml->kind) {
		case XML_START:
			if (xml->depth == 1 && !root_fits(f))
				return job_refuse(job, REFUSAL_DAMAGED, part_name(f), "the root element is %.*s",
				                  SLICE_ARG(slice_part(xml->name, 0, 60)));
			more = element_starts(f);
			break;
		case XML_END:
			element_ends(f);
			break;
		case XML_TEXT:
			text_found(f);
			break;
		case XML_COMMENT:
		case XML_PI:
			cut(f, xml->from, xml->to);
			report(f, "comment");
			break;
		case XML_DECLARATION:
			declaration_found(f);
			break;
		case XML_END_OF_INPUT:
			break;
		}
	}
	if (xml->fault)
		return job_refuse(job, REFUSAL_DAMAGED, part_name(f), "%s at offset %zu", xml->fault, xml->pos);
	close_fields(f);
	return ok();
}

static void filter_begin(struct filter *f, struct package *package, struct part *part,
                         struct slice text)
{
	struct buffer *buffers[] = {&f->edits, &f->references, &f->items, &f->value, &f->collected,
	                            &f->dropped_shared};
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_clear(buffers[i]);
	f->package = package;
	f->part = part;
	f->arena = package->arena;
	f->text = text;
	f->is_vml = part->rule && part->rule->root_ns == NS_NONE && part->rule->root;
	f->depth = f->field_depth = f->inserted = f->deleted = f->reported_count = 0;
	f->collecting = f->shape_dropped = false;
	xml_init(f->xml, text);
}

struct result filter_part(struct filter *f, struct package *package, struct part *part,
                          struct slice text, struct buffer *out, bool *changed, struct why *why)
{
	filter_begin(f, package, part, text);
	struct result result = read_tokens(f);
	while (f->field_depth > 0)
		end_field(f);
	bool kept_all = buffer_ok(&f->edits) && buffer_ok(&f->references) && buffer_ok(&f->items) &&
	                buffer_ok(&f->value) && buffer_ok(&f->collected) && buffer_ok(&f->dropped_shared);
	TRY(result);
	if (!kept_all)
		return job_memory(why);
	*changed = f->edits.len > 0;
	apply(f, out);
	return buffer_ok(out) ? ok() : job_memory(why);
}

struct filter *filter_new(struct arena *arena)
{
	struct filter *f = ARENA_NEW(arena, struct filter);
	if (!f)
		return NULL;
	f->xml = ARENA_NEW(arena, struct xml);
	struct buffer *buffers[] = {&f->edits, &f->references, &f->items, &f->value, &f->collected,
	                            &f->dropped_shared};
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_init(buffers[i], (size_t)256 << 20);
	return f->xml ? f : NULL;
}

void filter_done(struct filter *f)
{
	if (!f)
		return;
	buffer_done(&f->edits);
	buffer_done(&f->references);
	buffer_done(&f->items);
	buffer_done(&f->value);
	buffer_done(&f->collected);
	buffer_done(&f->dropped_shared);
}
