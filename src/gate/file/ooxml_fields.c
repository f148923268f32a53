/* Word's fields, judged whole.
 *
 * An instruction is put together over runs, paragraphs and tracked changes, in
 * each way that accepting or rejecting could leave it, and the result of a nested
 * field counts as a part of it.  A field that is not allowed is frozen: its marks
 * and all that its instruction holds go, the words of its result stay.
 * source  ECMA-376 Part 1, 17.16.18 (fldChar), 17.16.19 (fldSimple)          */
#include "gate/file/ooxml_filter.h"

#include "gate/file/links.h"

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

void field_text(struct filter *f, struct slice raw, bool cdata)
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

static bool reading_allowed(struct filter *f, const struct field *field, int i)
{
	struct slice text = buffer_slice(&field->readings[i]);
	if (!buffer_ok(&field->readings[i]))
		return false;
	return (i > 0 && field_name(text).len == 0) || field_allowed(&f->package->job->links, text);
}

/* A button shows what its instruction says after the name of what it starts: the words
 * stay where its first piece stood. */
static bool keep_button(struct filter *f, const struct field *field, struct span piece)
{
	struct slice shown = field_button(buffer_slice(&field->readings[0]));
	struct slice tag = slice_part(f->text, piece.from + 1, piece.to - piece.from - 1);
	struct buffer AUTO(buffer_done) with = {0};
	size_t prefix = 0;
	bool plain = !field->built && buffer_ok(&field->readings[0]);
	for (int i = 1; i < READINGS; i++) /* a tracked change would have it say something else */
		plain = plain && slice_equal(buffer_slice(&field->readings[i]), buffer_slice(&field->readings[0]));
	if (!plain || shown.len == 0)
		return false;
	while (prefix < tag.len && tag.at[prefix] != ':' && tag.at[prefix] > ' ' && tag.at[prefix] != '>' && tag.at[prefix] != '/')
		prefix++;
	prefix = prefix < tag.len && tag.at[prefix] == ':' ? prefix + 1 : 0;
	buffer_init(&with, INSTRUCTION_MOST * 8);
	buffer_printf(&with, "<%.*st xml:space=\"preserve\">", (int)prefix, (const char *)tag.at);
	xml_encode(shown, &with);
	buffer_printf(&with, "</%.*st>", (int)prefix, (const char *)tag.at);
	struct slice kept = buffer_ok(&with) ? arena_copy(f->arena, buffer_slice(&with)) : SLICE("");
	f->edits.failed |= kept.len == 0;
	filter_edit(f, piece.from, piece.to, kept);
	return true;
}

/* at_end - it ends here, and has no result of its own */
static void judge_field(struct filter *f, struct field *field, bool at_end)
{
	field->frozen = field->built;
	for (int i = 0; i < READINGS; i++)
		field->frozen |= !reading_allowed(f, field, i);
	if (!field->frozen)
		return;
	struct slice name = field_name(buffer_slice(&field->readings[0]));
	filter_report_at(f, "field", field->built || !buffer_ok(&field->readings[0]) ? SLICE("") : name);
	struct span *items = (struct span *)(void *)f->items.at;
	bool any = field->first_item < f->items.len / sizeof *items;
	size_t first = field->first_item + (any && at_end && keep_button(f, field, items[field->first_item]));
	for (size_t i = first; i < f->items.len / sizeof *items; i++)
		filter_cut(f, items[i].from, items[i].to);
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

void field_item(struct filter *f, const struct frame *frame, size_t to)
{
	struct span item = {frame->from, to};
	if (frame[-1].is_run && instructed(f) && !(frame->rule && frame->rule->action == RULE_FIELD_CHAR))
		buffer_put(&f->items, &item, sizeof item);
}

void field_char_open(struct filter *f, struct frame *frame)
{
	const struct xml_attribute *type = xml_attribute(f->xml, NS_W, "fldCharType");
	bool begin = filter_value_is(f, type, "begin"), separate = filter_value_is(f, type, "separate");
	if (begin) {
		if (!begin_field(f))
			f->xml->fault = "fields nested too deep";
		return;
	}
	if ((!separate && !filter_value_is(f, type, "end")) || f->field_depth == 0) {
		frame->marked = true; /* stands for nothing */
		return;
	}
	struct field *field = &f->fields[f->field_depth - 1];
	if (!field->result)
		judge_field(f, field, !separate);
	field->result = true;
	frame->marked = field->frozen;
	if (!separate)
		end_field(f);
}

bool field_char_close(struct filter *f, struct frame *frame, size_t to)
{
	struct span item = {frame->from, to};
	if (frame->marked)
		filter_cut(f, frame->from, to);
	else if (instructed(f))
		buffer_put(&f->items, &item, sizeof item);
	return true;
}

enum fate field_text_judge(struct filter *f, struct frame *frame)
{
	if (instructed(f))
		return STAYS;
	filter_report(f, frame->rule->what);
	return GOES;
}

enum fate field_simple_judge(struct filter *f, struct frame *frame)
{
	const struct xml_attribute *a = xml_attribute(f->xml, NS_W, "instr");
	struct slice instruction = a ? filter_decoded(f, a->value) : SLICE("");
	if (field_allowed(&f->package->job->links, instruction))
		return STAYS;
	filter_report_at(f, frame->rule->what, field_name(instruction));
	return LOSES_TAGS;
}

static size_t *tracked(struct filter *f)
{
	bool insertion = slice_is(f->xml->local, "ins") || slice_is(f->xml->local, "moveTo");
	return insertion ? &f->inserted : &f->deleted;
}

void tracked_open(struct filter *f, struct frame *frame)
{
	(void)frame;
	*tracked(f) += 1;
}

bool tracked_close(struct filter *f, struct frame *frame, size_t to)
{
	(void)frame, (void)to;
	*tracked(f) -= 1;
	return true;
}

void fields_close(struct filter *f)
{
	while (f->field_depth > 0) {
		struct field *field = &f->fields[f->field_depth - 1];
		if (!field->result)
			judge_field(f, field, false);
		end_field(f);
	}
}

void fields_drop(struct filter *f)
{
	while (f->field_depth > 0)
		end_field(f);
}
