/* One XML part made clean.
 *
 * The part is read once.  What goes or changes is written down as an edit over
 * the input's offsets; what stays is never touched, so that a part without an
 * edit keeps its very bytes and a second cleansing finds nothing to do.  Edits
 * may nest (a cut inside a cut): the outer one wins.  References to
 * relationships count only where no cut covers them.                        */
#include "gate/file/ooxml_filter.h"

#include "gate/file/links.h"
#include "gate/file/opc.h"

struct edit {
	size_t from, to;
	struct slice with;
};

struct reference {
	size_t at;
	struct relation *relation;
};

/* ---- edits ---- */

void filter_edit(struct filter *f, size_t from, size_t to, struct slice with)
{
	struct edit e = {from, to, with};
	buffer_put(&f->edits, &e, sizeof e);
	if (f->package->old)
		old_edited(f, from, to);
}

void filter_cut(struct filter *f, size_t from, size_t to)
{
	filter_edit(f, from, to, slice_of(NULL, 0));
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
void filter_report(struct filter *f, const char *what)
{
	for (size_t i = 0; i < f->reported_count; i++)
		if (f->reported[i] == what)
			return;
	if (f->reported_count < WORDS_REPORTED)
		f->reported[f->reported_count++] = what;
	job_drop_at(f->package->job, what, "%.*s", SLICE_ARG(f->part->name));
}

void filter_report_at(struct filter *f, const char *what, struct slice place)
{
	job_drop_at(f->package->job, what, "%.*s %.*s", SLICE_ARG(f->part->name),
	            SLICE_ARG(slice_part(place, 0, 60)));
}

/* ---- values ---- */

struct slice filter_decoded(struct filter *f, struct slice raw)
{
	if (!raw.len || !memchr(raw.at, '&', raw.len))
		return raw;
	buffer_clear(&f->value);
	xml_decode(raw, &f->value);
	return buffer_slice(&f->value);
}

static struct relation *relation_of(struct filter *f, struct slice raw)
{
	struct slice id = filter_decoded(f, raw);
	return opc_relation(&f->part->relations, id);
}

bool filter_value_is(struct filter *f, const struct xml_attribute *a, const char *want)
{
	return a && slice_is(filter_decoded(f, a->value), want);
}

/* ---- attributes ---- */

static void cut_attribute(struct filter *f, const struct xml_attribute *a, const char *what)
{
	filter_cut(f, a->from, a->to);
	filter_report(f, what);
}

static void replace_value(struct filter *f, const struct xml_attribute *a, struct slice with)
{
	size_t from = (size_t)(a->value.at - f->text.at);
	filter_edit(f, from, from + a->value.len, with);
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
	if (relation && relation->stand_in && (!is_picture(f->xml) || !picture_stands_in(f, a))) {
		if (!lives_without(f->xml))
			return GOES;
		filter_cut(f, a->from, a->to);
		return STAYS;
	}
	if (relation && relation->rule) {
		if (is_picture(f->xml))
			picture_kept(f);
		struct reference ref = {a->from, relation};
		buffer_put(&f->references, &ref, sizeof ref);
		return STAYS;
	}
	if (a->value.len == 0) /* says that there is none */
		return STAYS;
	if (!relation)
		filter_report(f, "dangling-link");
	if (!lives_without(f->xml))
		return GOES;
	filter_cut(f, a->from, a->to);
	return STAYS;
}

static bool style_allowed(struct slice style)
{
	static const struct slice bad[] = {
		{(const uint8_t *)"url", 3}, {(const uint8_t *)"expression", 10}, {(const uint8_t *)"script", 6},
		{(const uint8_t *)"behavior", 8}, {(const uint8_t *)"binding", 7}, {(const uint8_t *)"import", 6},
	};
	if (memchr(style.at, '\\', style.len))
		return false;
	for (size_t i = 0; i + 3 <= style.len; i++)
		for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
			if ((style.at[i] | 32) == bad[k].at[0] &&
			    slice_equal_nocase(slice_part(style, i, bad[k].len), bad[k]))
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
	struct slice value = filter_decoded(f, a->value);
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
			replace_value(f, a, slice_of(NULL, 0)), filter_report(f, rule->what);
		return STAYS;
	case ATTRIBUTE_FORMULA:
		if (!formula_allowed(&f->package->job->links, value))
			replace_value(f, a, slice_of(NULL, 0)), filter_report(f, rule->what);
		return STAYS;
	case ATTRIBUTE_LINK:
		if (value.len && value.at[0] != '#' && !link_allowed(&f->package->job->links, value))
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
	case ATTRIBUTE_SOURCE:
		if (f->package->old)
			old_source(f, a, rule->what);
		else
			cut_attribute(f, a, rule->what);
		return STAYS;
	case ATTRIBUTE_NO:
		if (!slice_is(value, "no"))
			replace_value(f, a, SLICE("no"));
		return STAYS;
	case ATTRIBUTE_KEEP:
		return STAYS;
	}
	return GOES;
}

/* The rules are looked up once for each spelling of a name. */
static const struct attribute_rule *rule_of_attribute(const struct xml *xml, const struct xml_attribute *a)
{
	struct xml_name *known = xml_name_of(a);
	if (known && known->noted && known->note_ns == xml->ns)
		return known->note;
	const struct attribute_rule *rule = attribute_rule(xml->ns, a->ns, a->local);
	if (known) {
		known->noted = true;
		known->note_ns = xml->ns;
		known->note = rule;
	}
	return rule;
}

static const struct element_rule *rule_of_element(const struct xml *xml)
{
	struct xml_name *known = xml->known;
	if (known && known->noted)
		return known->note;
	const struct element_rule *rule = element_rule(xml->ns, xml->local);
	if (known) {
		const struct handler *handler = rule ? handler_of(rule->action) : NULL;
		known->noted = true;
		known->note = rule;
		known->dull = !handler || handler->blind || (!handler->judge && !handler->open);
		known->inert = false;
	}
	return rule;
}

static enum fate judge_attributes(struct filter *f)
{
	struct xml *xml = f->xml;
	f->ruled = false;
	for (size_t i = 0; i < xml->attribute_count; i++) {
		const struct xml_attribute *a = &xml->attributes[i];
		f->ruled |= a->ns == NS_XMLNS || !xml_ns_allowed(a->ns);
		if (a->ns == NS_XMLNS)
			continue;
		if (!xml_ns_allowed(a->ns)) {
			cut_attribute(f, a, "unknown-element");
			continue;
		}
		const struct attribute_rule *rule = rule_of_attribute(xml, a);
		f->ruled |= rule != NULL;
		enum fate fate = rule ? judged_attribute(f, a, rule) : STAYS;
		if (fate != STAYS)
			return fate;
	}
	return STAYS;
}

struct frame *filter_enclosing(struct filter *f, enum rule_action action)
{
	for (size_t i = f->depth; i > 0; i--)
		if (f->frames[i].rule && f->frames[i].rule->action == action)
			return &f->frames[i];
	return NULL;
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
		filter_edit(f, at, at, with);
	f->edits.failed |= text.failed || with.len != text.len;
	buffer_done(&text);
}

/* ---- elements ---- */

static bool namespace_fits(struct filter *f)
{
	const struct xml *xml = f->xml;
	if (xml->ns == NS_SVG)
		return false;
	if (xml->ns == NS_NONE)
		return f->is_vml && html_element(xml->local);
	return xml_ns_allowed(xml->ns);
}

/* A link whose target went keeps its words, and its tags if it leads to a
 * bookmark too. */
static enum fate link_fate(struct filter *f)
{
	const struct xml_attribute *id = xml_attribute(f->xml, NS_R, "id");
	if (!id || !xml_attribute(f->xml, NS_W, "anchor"))
		return LOSES_TAGS;
	filter_cut(f, id->from, id->to);
	return STAYS;
}

static enum fate element_fate(struct filter *f, struct frame *frame)
{
	const struct handler *handler = frame->rule ? handler_of(frame->rule->action) : NULL;
	if (!namespace_fits(f) && f->package->old)
		return old_element(f, frame);
	if (!namespace_fits(f)) {
		filter_report(f, "unknown-element");
		return GOES;
	}
	enum fate fate = handler && handler->judge ? handler->judge(f, frame) : STAYS;
	if (fate == GOES)
		return GOES;
	enum fate by_attributes = judge_attributes(f);
	if (by_attributes == GOES && frame->rule && frame->rule->action == RULE_HYPERLINK)
		return link_fate(f);
	if (by_attributes == GOES)
		return GOES;
	if (handler && handler->open)
		handler->open(f, frame);
	return fate;
}

/* A Fallback that stays takes its AlternateContent's tags with its own. */
static void lose_tags(struct filter *f, struct frame *frame)
{
	bool fallback = frame->rule && frame->rule->action == RULE_FALLBACK;
	struct frame *first = fallback ? frame - 1 : frame, *outside = first - 1;
	frame->mode = UNWRAP;
	frame->lost_from = outside->mode == UNWRAP ? outside->lost_from : (size_t)(first - f->frames);
	filter_cut(f, first->from, frame->to);
}

/* The first picture in an object's frame takes the frame's place, and needs what
 * the tags between them declared.  0: nothing went around this element. */
static size_t outermost_lost(struct filter *f, struct frame *frame)
{
	size_t lost = frame[-1].mode == UNWRAP ? frame[-1].lost_from : 0;
	struct frame *holder = frame->rule && frame->rule->action == RULE_PICTURE
		? filter_enclosing(f, RULE_OLE_FRAME) : NULL;
	if (!holder || !holder->marked || holder->inner.from != 0)
		return lost;
	holder->inner.from = frame->from;
	return (size_t)(holder - f->frames);
}

static bool is_run(uint16_t ns, struct slice local)
{
	return ns == NS_W && slice_is(local, "r");
}

/* Outside a field, an element that no rule knows does nothing but be there. */
static bool says_nothing(const struct xml *xml, const struct element_rule *rule)
{
	return xml->ns != NS_NONE && (!rule || rule->action == RULE_NONE || rule->action == RULE_RUN_TEXT);
}

/* Where what says nothing may be passed over; children of an element that lost
 * its tags may have to be given its prefixes. */
static bool may_pass(struct filter *f)
{
	return !f->collecting && f->field_depth == 0 && top(f)->mode != UNWRAP;
}

/* The elements that were passed over and are open still get the frames that they
 * would have had; from here on their ends are told. */
static void catch_up(struct filter *f, size_t depth)
{
	struct xml *xml = f->xml;
	for (size_t i = f->depth; i > 0 && i <= depth; i++) {
		f->frames[i].children += xml->open[i - 1].passed;
		xml->open[i - 1].passed = 0;
		if (i == depth)
			break;
		f->frames[i + 1] = (struct frame){.from = xml->open[i].from, .to = xml->open[i].to,
			.rule = xml->open[i].note, .is_run = is_run(xml->open[i].ns, xml->open[i].local)};
		xml->open[i].inert = false;
	}
	f->depth = depth;
}

static bool element_starts(struct filter *f)
{
	struct xml *xml = f->xml;
	struct frame *frame = &f->frames[f->depth + 1];
	*frame = (struct frame){.from = xml->from, .to = xml->to, .rule = rule_of_element(xml)};
	frame->is_run = is_run(xml->ns, xml->local);
	f->depth++;
	if (xml->pending_end && !xml->empty) /* an open break: it gets its slash */
		filter_edit(f, xml->to - 1, xml->to - 1, SLICE("/"));
	enum fate fate = element_fate(f, frame);
	if (xml->fault)
		return false;
	if (fate == GOES) {
		f->depth--;
		size_t from = xml->from;
		bool whole = xml_skip(xml);
		filter_cut(f, from, xml->to);
		return whole;
	}
	bool nothing = fate == STAYS && says_nothing(xml, frame->rule);
	if (xml->known && fate == STAYS)
		xml->known->inert = nothing;
	if (nothing && !f->ruled)
		xml_note_tag(xml, frame->rule);
	size_t outermost = outermost_lost(f, frame);
	if (fate == LOSES_TAGS)
		lose_tags(f, frame);
	else if (outermost)
		hand_down(f, outermost);
	return true;
}

static void element_ends(struct filter *f)
{
	struct frame *frame = top(f);
	size_t to = f->xml->to;
	const struct handler *handler = frame->rule ? handler_of(frame->rule->action) : NULL;
	bool stays = !handler || !handler->close || handler->close(f, frame, to);
	if (frame->mode == UNWRAP && frame->rule && frame->rule->action != RULE_FALLBACK)
		filter_cut(f, f->xml->from, to);
	if (stays)
		field_item(f, frame, to);
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
	if (f->package->old && old_words(top(f)))
		filter_cut(f, xml->from, xml->to);
	if (rule && (rule->action == RULE_FIELD_TEXT || rule->action == RULE_RUN_TEXT))
		field_text(f, xml->text, xml->cdata);
}

/* The declaration stays if it says what the bytes are. */
static void declaration_found(struct filter *f)
{
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "encoding");
	if (a && !slice_equal_nocase(a->value, SLICE("UTF-8")))
		filter_edit(f, f->xml->from, f->xml->to, SLICE("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"));
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
	while (more && (xml->passes = may_pass(f), xml_next(xml))) {
		catch_up(f, xml->depth + (xml->kind == XML_END) - (xml->kind == XML_START));
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
			if (f->package->old && old_line(slice_part(f->text, xml->from, xml->to - xml->from)))
				break;
			filter_cut(f, xml->from, xml->to);
			filter_report(f, "comment");
			break;
		case XML_DECLARATION:
			declaration_found(f);
			break;
		case XML_DOCTYPE: /* a fault here */
		case XML_END_OF_INPUT:
			break;
		}
	}
	if (xml->fault)
		return job_refuse(job, REFUSAL_DAMAGED, part_name(f), "%s at offset %zu", xml->fault, xml->pos);
	fields_close(f);
	return ok();
}

static void filter_begin(struct filter *f, struct package *package, struct part *part,
                         struct slice text)
{
	struct buffer *buffers[] = {&f->edits, &f->references, &f->items, &f->value, &f->collected};
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_clear(buffers[i]);
	f->package = package;
	f->part = part;
	f->arena = package->arena;
	f->text = text;
	f->is_vml = part->rule && part->rule->root_ns == NS_NONE && part->rule->root;
	f->depth = f->field_depth = f->inserted = f->deleted = f->reported_count = 0;
	f->collecting = f->shape_dropped = f->shared_any = false;
	xml_init(f->xml, text);
	f->xml->open_breaks = f->is_vml;
	f->xml->skips_dull = true;
	f->xml->word_2003 = package->old != NULL;
}

struct result filter_part(struct filter *f, struct package *package, struct part *part,
                          struct slice text, struct buffer *out, size_t *same, struct why *why)
{
	filter_begin(f, package, part, text);
	struct result result = read_tokens(f);
	fields_drop(f);
	bool kept_all = buffer_ok(&f->edits) && buffer_ok(&f->references) && buffer_ok(&f->items) &&
	                buffer_ok(&f->value) && buffer_ok(&f->collected);
	TRY(result);
	if (!kept_all)
		return job_memory(why);
	apply(f, out);
	*same = f->edits.len ? ((const struct edit *)(const void *)f->edits.at)->from : SIZE_MAX;
	return buffer_ok(out) ? ok() : job_memory(why);
}

struct filter *filter_new(struct arena *arena, struct xml *xml)
{
	struct filter *f = ARENA_NEW(arena, struct filter);
	if (!f)
		return NULL;
	f->xml = xml;
	struct buffer *buffers[] = {&f->edits, &f->references, &f->items, &f->value, &f->collected};
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_init(buffers[i], (size_t)256 << 20);
	return f;
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
}
