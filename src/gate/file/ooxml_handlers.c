/* What the rules do, one small function each, and the table of them. */
#include "gate/file/ooxml_filter.h"

#include "base/number.h"
#include "gate/file/links.h"
#include "gate/file/namespaces.h"

/* ---- formulas ---- */

static void collect_open(struct filter *f, struct frame *frame)
{
	(void)frame;
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

/* The bit of a shared formula's index; false for an index out of range. */
static bool shared_bit(struct slice index, size_t *byte, uint8_t *bit)
{
	uint64_t n;
	if (!number_parse_u64(index, &n) || n >= SHARED_MOST)
		return false;
	*byte = (size_t)n / 8;
	*bit = (uint8_t)(1u << n % 8);
	return true;
}

static void drop_shared(struct filter *f, struct slice index)
{
	size_t byte;
	uint8_t bit;
	if (!f->shared)
		f->shared = arena_alloc(f->arena, SHARED_MOST / 8);
	if (f->shared && !f->shared_any)
		memset(f->shared, 0, SHARED_MOST / 8);
	f->shared_any = true;
	f->edits.failed |= !f->shared;
	if (f->shared && shared_bit(index, &byte, &bit))
		f->shared[byte] |= bit;
}

static bool shared_dropped(const struct filter *f, struct slice index)
{
	size_t byte;
	uint8_t bit;
	return f->shared_any && (!f->shared || !shared_bit(index, &byte, &bit) || (f->shared[byte] & bit));
}

/* A shared formula's master takes its followers with it. */
static bool cell_formula_close(struct filter *f, struct frame *frame, size_t to)
{
	struct slice index = attribute_in(f, frame, " si=\"");
	bool allowed = formula_allowed(&f->package->job->links, buffer_slice(&f->collected));
	f->collecting = false;
	if (allowed && !(index.at && f->collected.len == 0 && shared_dropped(f, index)))
		return true;
	if (!allowed) {
		filter_report_at(f, frame->rule->what, attribute_in(f, frame - 1, " r=\""));
		drop_shared(f, index);
	}
	filter_cut(f, frame->from, to);
	return false;
}

static bool formula_close(struct filter *f, struct frame *frame, size_t to)
{
	f->collecting = false;
	if (formula_allowed(&f->package->job->links, buffer_slice(&f->collected)))
		return true;
	filter_report(f, frame->rule->what);
	if (frame->rule->action == RULE_FORMULA) {
		filter_edit(f, frame->to, f->xml->from, SLICE("#REF!"));
		return true;
	}
	filter_cut(f, frame->from, to);
	return false;
}

/* Names that run by themselves, that name macros, or that lead outside. */
static bool name_allowed(struct filter *f)
{
	static const char *const flags[] = {"function", "vbProcedure", "xlm"};
	static const char *const automatic[] = {"auto_open", "auto_close", "auto_activate", "auto_deactivate"};
	for (size_t i = 0; i < 3; i++) {
		const struct xml_attribute *flag = xml_attribute(f->xml, NS_NONE, flags[i]);
		if (flag && !filter_value_is(f, flag, "0") && !filter_value_is(f, flag, "false"))
			return false;
	}
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "name");
	struct slice name = a ? filter_decoded(f, a->value) : SLICE("");
	if (slice_equal_nocase(slice_part(name, 0, 6), SLICE("_xlnm.")))
		name = slice_part(name, 6, name.len);
	for (size_t i = 0; i < 4; i++)
		if (slice_equal_nocase(slice_part(name, 0, strlen(automatic[i])), slice_str(automatic[i])))
			return false;
	return true;
}

static void name_open(struct filter *f, struct frame *frame)
{
	frame->marked = !name_allowed(f);
	collect_open(f, frame);
}

static bool name_close(struct filter *f, struct frame *frame, size_t to)
{
	f->collecting = false;
	if (!frame->marked && formula_allowed(&f->package->job->links, buffer_slice(&f->collected)))
		return true;
	filter_report(f, frame->marked ? "auto-name" : "formula");
	filter_cut(f, frame->from, to);
	return false;
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

static enum fate click_judge(struct filter *f, struct frame *frame)
{
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "action");
	if (!a || action_allowed(filter_decoded(f, a->value)))
		return STAYS;
	filter_report(f, frame->rule->what);
	return GOES;
}

/* An object marks the frame that holds it; without one it goes alone. */
static enum fate ole_judge(struct filter *f, struct frame *frame)
{
	struct frame *holder = filter_enclosing(f, RULE_OLE_FRAME);
	filter_report(f, frame->rule->what);
	if (!holder)
		return GOES;
	holder->marked = true;
	return STAYS;
}

/* Of a frame around an object the preview picture stays, if there is one. */
static bool ole_frame_close(struct filter *f, struct frame *frame, size_t to)
{
	if (!frame->marked)
		return true;
	f->shape_dropped = true;
	if (frame->inner.to == 0 && frame_box(f, frame, to))
		return true;
	if (frame->inner.to == 0) {
		filter_cut(f, frame->from, to);
		return false;
	}
	filter_cut(f, frame->from, frame->inner.from);
	filter_cut(f, frame->inner.to, to);
	return true;
}

static bool picture_close(struct filter *f, struct frame *frame, size_t to)
{
	struct frame *holder = filter_enclosing(f, RULE_OLE_FRAME);
	if (holder && holder->inner.from == frame->from)
		holder->inner.to = to;
	return true;
}

/* What plays or commands ends the timing that holds it, for half of it would
 * not be valid; so does a shape that went, which it may still name. */
static enum fate timing_end_judge(struct filter *f, struct frame *frame)
{
	(void)frame;
	struct frame *timing = filter_enclosing(f, RULE_TIMING);
	if (!timing)
		return GOES;
	timing->marked = true;
	return STAYS;
}

static bool timing_close(struct filter *f, struct frame *frame, size_t to)
{
	if (!frame->marked && !f->shape_dropped)
		return true;
	filter_report(f, frame->rule->what);
	filter_cut(f, frame->from, to);
	return false;
}

/* In Excel's VML an object or ActiveX control is a shape of type Pict. */
static enum fate client_data_judge(struct filter *f, struct frame *frame)
{
	(void)frame;
	struct frame *shape = filter_enclosing(f, RULE_VML_SHAPE);
	if (shape && filter_value_is(f, xml_attribute(f->xml, NS_NONE, "ObjectType"), "Pict"))
		shape->marked = true;
	return STAYS;
}

static bool vml_shape_close(struct filter *f, struct frame *frame, size_t to)
{
	if (!frame->marked)
		return true;
	filter_report(f, frame->rule->what);
	filter_cut(f, frame->from, to);
	return false;
}

/* ---- alternate content ---- */

static bool requires_widely_read(struct filter *f)
{
	const struct xml_attribute *a = xml_attribute(f->xml, NS_NONE, "Requires");
	struct slice words = a ? filter_decoded(f, a->value) : SLICE("");
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
static enum fate branch_judge(struct filter *f, struct frame *frame)
{
	struct frame *parent = frame - 1;
	bool fallback = frame->rule->action == RULE_FALLBACK;
	if (!parent->rule || parent->rule->action != RULE_ALTERNATE)
		return GOES;
	if (parent->marked || (!fallback && !requires_widely_read(f))) {
		filter_report(f, frame->rule->what);
		return GOES;
	}
	parent->marked = true;
	return fallback ? LOSES_TAGS : STAYS;
}

/* A Choice of which nothing was left lets the next branch stand. */
static bool choice_close(struct filter *f, struct frame *frame, size_t to)
{
	frame[-1].marked = frame->children > 0;
	frame[-1].children += frame->children > 0;
	if (frame->children == 0)
		filter_cut(f, frame->from, to);
	return false;
}

static bool fallback_close(struct filter *f, struct frame *frame, size_t to)
{
	frame[-1].inner = (struct span){f->xml->from, to};
	frame[-1].children += frame->children;
	return false;
}

static bool alternate_close(struct filter *f, struct frame *frame, size_t to)
{
	if (frame->inner.to) { /* the Fallback's children stand alone */
		filter_cut(f, frame->inner.from, to);
		return frame->children > 0;
	}
	if (frame->marked && frame->children)
		return true;
	filter_cut(f, frame->from, to);
	filter_report(f, frame->rule->what);
	return false;
}

/* ---- the others ---- */

enum fate drop_judge(struct filter *f, struct frame *frame)
{
	holder_lost(f, frame->rule->what);
	filter_report(f, frame->rule->what);
	return GOES;
}

static enum fate shape_drop_judge(struct filter *f, struct frame *frame)
{
	f->shape_dropped = true;
	return drop_judge(f, frame);
}

/* Core and extended properties: parts that stay, under ids that are the same in
 * every document (MS-OI29500, 2.1.1770). */
static enum fate binding_judge(struct filter *f, struct frame *frame)
{
	static const char *const own[] = {"{6C3C8BC8-F283-45AE-878A-BAB7291924A1}",
	                                  "{6668398D-A668-4E3E-A5EB-62B293D839F1}"};
	const struct xml_attribute *a = xml_attribute(f->xml, NS_W, "storeItemID");
	struct slice id = a ? filter_decoded(f, a->value) : SLICE("");
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (slice_equal_nocase(id, slice_str(own[i])))
			return STAYS;
	return drop_judge(f, frame);
}

static enum fate unwrap_judge(struct filter *f, struct frame *frame)
{
	filter_report(f, frame->rule->what);
	return LOSES_TAGS;
}

static bool prune_close(struct filter *f, struct frame *frame, size_t to)
{
	if (frame->children)
		return true;
	filter_cut(f, frame->from, to);
	return false;
}

const struct handler *handler_of(enum rule_action action)
{
	static const struct handler handlers[RULES] = {
		[RULE_DROP] = {.judge = drop_judge},
		[RULE_UNWRAP] = {.judge = unwrap_judge},
		[RULE_BINDING] = {.judge = binding_judge},
		[RULE_ALTERNATE] = {.close = alternate_close},
		[RULE_CHOICE] = {.judge = branch_judge, .close = choice_close},
		[RULE_FALLBACK] = {.judge = branch_judge, .close = fallback_close},
		[RULE_FIELD_CHAR] = {.open = field_char_open, .close = field_char_close},
		[RULE_FIELD_TEXT] = {.judge = field_text_judge},
		[RULE_FIELD_SIMPLE] = {.judge = field_simple_judge},
		[RULE_TRACKED] = {.open = tracked_open, .close = tracked_close, .blind = true},
		[RULE_CLICK] = {.judge = click_judge},
		[RULE_CELL_FORMULA] = {.open = collect_open, .close = cell_formula_close, .blind = true},
		[RULE_FORMULA] = {.open = collect_open, .close = formula_close, .blind = true},
		[RULE_FORMULA_ELEMENT] = {.open = collect_open, .close = formula_close, .blind = true},
		[RULE_NAME] = {.open = name_open, .close = name_close},
		[RULE_OLE_FRAME] = {.close = ole_frame_close},
		[RULE_OLE] = {.judge = ole_judge},
		[RULE_PICTURE] = {.close = picture_close},
		[RULE_HOLDER] = {.close = holder_close},
		[RULE_TIMING] = {.close = timing_close},
		[RULE_TIMING_END] = {.judge = timing_end_judge},
		[RULE_SHAPE_DROP] = {.judge = shape_drop_judge},
		[RULE_CLIENT_DATA] = {.judge = client_data_judge},
		[RULE_VML_SHAPE] = {.close = vml_shape_close},
		[RULE_PRUNE] = {.close = prune_close},
	};
	static const struct handler *const old[RULES] = {
		[RULE_ANNOTATION] = &annotation_handler, [RULE_BINARY] = &binary_handler,
		[RULE_CONTROL] = &control_handler, [RULE_LINK_2003] = &link_2003_handler,
	};
	return old[action] ? old[action] : &handlers[action];
}
