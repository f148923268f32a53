/* The walk: from the root on, copy what the allow-list names.
 *
 * Objects are copied once for each type that they are reached as, in the order
 * in which they are first met; a queue and a stack of frames take the place of
 * recursion.  A value is judged before it is written (what kind is it, may it
 * stand here), so writing never has to be taken back. */
#include "gate/file/pdf.h"

#include "base/text.h"

/* ---- reports ---------------------------------------------------------- */

static const char *label_of(const struct pdf_walk *walk)
{
	for (size_t i = walk->depth; i > 0; i--)
		if (walk->frames[i - 1].type->label)
			return walk->frames[i - 1].type->label;
	return walk->item ? walk->item->type->label : NULL;
}

/* " /Key" as it may stand in a report. */
static void print_key(const struct pdf_value *key, char *out, size_t room)
{
	size_t len = 0;
	if (key) {
		out[len++] = ' ';
		out[len++] = '/';
	}
	for (uint32_t i = 0; key && i < key->count && len + 1 < room; i++)
		out[len++] = key->text[i] > ' ' && key->text[i] < 0x7F ? (char)key->text[i] : '?';
	out[len] = 0;
}

void pdf_report(struct pdf_walk *walk, const char *what)
{
	struct pdf_slot *slot = walk->judged ? pdf_slot_of(walk->doc, walk->judged) : NULL;
	if (slot && slot->reported)
		return;
	if (slot)
		slot->reported = 1;
	const char *label = label_of(walk);
	uint32_t page = walk->item ? walk->item->page : 0;
	char place[160], key[64];
	print_key(walk->key, key, sizeof key);
	if (page && label && strcmp(label, "page") != 0)
		snprintf(place, sizeof place, "page %u %s%s", page, label, key);
	else if (page)
		snprintf(place, sizeof place, "page %u%s", page, key);
	else
		snprintf(place, sizeof place, "%s%s", label ? label : "document", key);
	job_drop(walk->doc->job, what, place);
}

/* ---- judging ---------------------------------------------------------- */

struct choice {
	const struct pdf_type *type;   /* NULL: leave it out */
	const struct pdf_value *value; /* resolved */
	uint32_t number;               /* of the new object, 0: write the value here */
};

static struct result no_memory(struct pdf_walk *walk)
{
	return fail(walk->doc->why, E_MEMORY, "pdf", "no memory for the new document");
}

/* The new object for a source object reached as a type; queued when new. */
static struct result enqueue(struct pdf_walk *walk, uint64_t source, const struct pdf_value *value,
                             const struct pdf_object *object, const struct pdf_type *type,
                             uint32_t *number)
{
	struct pdf_slot *slot = pdf_slot_of(walk->doc, source);
	for (struct pdf_copy *c = slot->copies; c; c = c->next)
		if (c->type == type) {
			*number = c->number;
			return ok();
		}
	struct pdf_copy *copy = ARENA_NEW(walk->doc->job->arena, struct pdf_copy);
	if (!copy)
		return no_memory(walk);
	*number = pdf_writer_number(walk->writer);
	*copy = (struct pdf_copy){.type = type, .number = *number, .next = slot->copies};
	slot->copies = copy;
	struct pdf_item item = {.value = value, .object = object, .type = type, .source = source,
	                        .key = walk->key, .number = *number,
	                        .page = walk->item ? walk->item->page : 0};
	buffer_put(&walk->items, &item, sizeof item);
	if (!buffer_ok(&walk->items))
		return pdf_refuse(walk->doc, REFUSAL_LARGE, 0, "more than 1,000,000 objects");
	return ok();
}

/* A stream with /F has its data in another file: whatever stands here is not it. */
static bool is_external(const struct pdf_object *object)
{
	return pdf_get(&object->value, "F") || pdf_get(&object->value, "FFilter");
}

static bool fits(struct pdf_walk *walk, const struct pdf_type *type, const struct pdf_value *value,
                 const struct pdf_object *object)
{
	if (object && object->stream) {
		if (!type->body)
			return false;
		if (is_external(object))
			pdf_report(walk, "external-stream");
		return !is_external(object);
	}
	if (value->kind == PDF_DICT)
		return type->dict;
	if (value->kind == PDF_ARRAY)
		return type->item || type->tuple;
	return type->scalars >> value->kind & 1;
}

static struct result judge_page(struct pdf_walk *walk, const struct pdf_value *v,
                                struct choice *out)
{
	struct pdf_slot *slot = v->kind == PDF_REF ? pdf_slot_of(walk->doc, v->number) : NULL;
	if (slot && slot->page) {
		out->number = slot->page;
		return ok();
	}
	if (v->kind == PDF_REF || !(out->type->scalars >> v->kind & 1))
		out->type = NULL;
	out->value = v;
	return ok();
}

static struct result judge(struct pdf_walk *walk, const struct pdf_value *v,
                           const struct pdf_type *type, struct choice *out)
{
	*out = (struct choice){.type = type};
	if (type->page)
		return judge_page(walk, v, out);
	const struct pdf_object *object = NULL;
	TRY(pdf_resolve(walk->doc, v, &out->value, &object));
	walk->judged = v->kind == PDF_REF && object ? v->number : 0;
	if (out->value->kind == PDF_NULL) {
		out->type = type->scalars >> PDF_NULL & 1 ? type : NULL;
		return ok();
	}
	for (int hops = 0; type && type->choose && hops < 4; hops++)
		TRY(type->choose(walk, out->value, object, &type));
	out->type = type && !type->choose && fits(walk, type, out->value, object) ? type : NULL;
	if (!out->type || v->kind != PDF_REF)
		return ok();
	return enqueue(walk, v->number, out->value, object, type, &out->number);
}

/* ---- writing values --------------------------------------------------- */

static struct buffer *sink(struct pdf_walk *walk)
{
	return &walk->writer->object;
}

static void put_reference(struct buffer *b, uint32_t number)
{
	pdf_put_scalar(b, &(struct pdf_value){.kind = PDF_INT, .integer = number});
	pdf_put(b, SLICE(" 0 R"));
}

static void push(struct pdf_walk *walk, const struct pdf_value *value, const struct pdf_type *type)
{
	walk->frames[walk->depth++] = (struct pdf_frame){.value = value, .type = type,
	                                                   .key = walk->key};
	pdf_put(sink(walk), value->kind == PDF_ARRAY ? SLICE("[") : SLICE("<<"));
	if (type->made && value->kind == PDF_DICT)
		buffer_put_str(sink(walk), type->made);
}

static void put_choice(struct pdf_walk *walk, const struct choice *c)
{
	if (c->number)
		put_reference(sink(walk), c->number);
	else if (c->value->kind == PDF_ARRAY || c->value->kind == PDF_DICT)
		push(walk, c->value, c->type);
	else
		pdf_put_scalar(sink(walk), c->value);
}

static const struct pdf_type *array_type(const struct pdf_type *type, uint32_t i)
{
	if (!type->tuple)
		return type->item;
	uint32_t n = 0;
	while (type->tuple[n])
		n++;
	return type->tuple[i < n || type->repeat >= n ? (i < n ? i : n - 1)
	                                             : type->repeat + (i - type->repeat) % (n - type->repeat)];
}

static struct result array_step(struct pdf_walk *walk, struct pdf_frame *f)
{
	const struct pdf_value *v = &f->value->items[f->next];
	const struct pdf_type *type = array_type(f->type, f->next);
	struct choice c;
	f->next++;
	walk->key = f->key;
	TRY(judge(walk, v, type, &c));
	if (c.type)
		put_choice(walk, &c);
	else if (f->type->holes || f->type->tuple)
		pdf_put_scalar(sink(walk), &(struct pdf_value){.kind = PDF_NULL});
	return ok();
}

static const struct pdf_rule *rule_of(const struct pdf_type *type, struct slice key)
{
	uint8_t first = key.len ? key.at[0] : 0;
	for (const struct pdf_rule *rule = type->rules; rule->key; rule++)
		if ((uint8_t)rule->key[0] == first && strncmp(rule->key, (const char *)key.at, key.len) == 0 &&
		    rule->key[key.len] == '\0')
			return rule;
	return NULL;
}

/* What a key's value must be; NULL, reported where it is active, if it is left out. */
static const struct pdf_type *key_type(struct pdf_walk *walk, const struct pdf_type *type,
                                       struct slice key)
{
	const struct pdf_rule *rule = type->rules ? rule_of(type, key) : NULL;
	if (rule && rule->type)
		return rule->type;
	if (!type->rules && !type->guarded)
		return type->map;
	const char *what = rule ? rule->drop : pdf_active_word(key);
	walk->judged = 0;
	if (what)
		pdf_report(walk, what);
	return what || type->rules ? NULL : type->map;
}

static struct result dict_step(struct pdf_walk *walk, struct pdf_frame *f)
{
	const struct pdf_value *pair = &f->value->items[2 * f->next];
	f->next++;
	if (pair[1].kind == PDF_NULL)
		return ok();
	walk->key = pair;
	const struct pdf_type *type = key_type(walk, f->type, pdf_text(pair));
	if (!type)
		return ok();
	struct choice c;
	TRY(judge(walk, &pair[1], type, &c));
	if (!c.type || (!c.number && c.value->kind == PDF_NULL))
		return ok();
	pdf_put_name(sink(walk), pdf_text(pair));
	put_choice(walk, &c);
	return ok();
}

/* Everything below the top frame, without recursion. */
static struct result drain_frames(struct pdf_walk *walk)
{
	while (walk->depth) {
		struct pdf_frame *f = &walk->frames[walk->depth - 1];
		if (f->next < f->value->count) {
			TRY(f->value->kind == PDF_ARRAY ? array_step(walk, f) : dict_step(walk, f));
			continue;
		}
		TRY(job_pay_work(walk->doc->job, 8 * (uint64_t)f->value->count));
		pdf_put(sink(walk), f->value->kind == PDF_ARRAY ? SLICE("]") : SLICE(">>"));
		walk->depth--;
	}
	if (!buffer_ok(sink(walk)))
		return pdf_refuse(walk->doc, REFUSAL_LARGE, 0, "the output is over its limit");
	return ok();
}

/* ---- streams ---------------------------------------------------------- */

/* JBIG2 pictures of one document may share a dictionary of symbols. */
static struct result put_globals(struct pdf_walk *walk, const struct pdf_filter *filter)
{
	const struct pdf_value *v = pdf_get(filter->parms, "JBIG2Globals");
	struct choice c;
	if (filter->id != PDF_JBIG2 || !v)
		return ok();
	TRY(judge(walk, v, &pdf_bytes_type, &c));
	if (!c.number)
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, walk->item->source,
		                  "JBIG2Globals that are no stream");
	buffer_put_str(sink(walk), "/DecodeParms<</JBIG2Globals");
	put_reference(sink(walk), c.number);
	buffer_put_str(sink(walk), ">>");
	return ok();
}

static struct result stream_fault(struct pdf_walk *walk, const char *fault)
{
	struct pdf_document *doc = walk->doc;
	return pdf_refuse(doc, REFUSAL_DAMAGED, walk->item->source, fault);
}

static struct result write_stream(struct pdf_walk *walk)
{
	const struct pdf_item *item = walk->item;
	struct pdf_stream s;
	struct slice body;
	const char *fault;
	TRY(pdf_unfilter(walk->doc, item->object, &s));
	if (s.hidden) {
		walk->judged = 0;
		pdf_report(walk, "hidden-data");
	}
	TRY(pdf_body_check(walk->doc, item->type->body, &s, item->value, &body, &fault));
	if (fault)
		return stream_fault(walk, fault);
	push(walk, item->value, item->type);
	if (s.filtered) {
		TRY(pdf_put_filter(walk->doc, &s.filter, sink(walk)));
		TRY(put_globals(walk, &s.filter));
	}
	buffer_put_str(sink(walk), "/Length");
	pdf_put_scalar(sink(walk), &(struct pdf_value){.kind = PDF_INT, .integer = (int64_t)body.len});
	TRY(drain_frames(walk));
	return pdf_write_stream(walk->writer, item->number, body);
}

static struct result write_item(struct pdf_walk *walk, const struct pdf_item *item)
{
	walk->item = item;
	walk->key = item->key;
	buffer_clear(sink(walk));
	TRY(job_pay_work(walk->doc->job, 16));
	if (item->object && item->object->stream)
		return write_stream(walk);
	struct choice c = {.type = item->type, .value = item->value};
	put_choice(walk, &c);
	if (item->type == &pdf_page_type)
		buffer_put_str(sink(walk), "/Type/Page/Parent 2 0 R");
	TRY(drain_frames(walk));
	return pdf_write_object(walk->writer, item->number);
}

static struct result drain_items(struct pdf_walk *walk, size_t *from)
{
	for (; *from < walk->items.len; *from += sizeof(struct pdf_item)) {
		struct pdf_item item;
		memcpy(&item, walk->items.at + *from, sizeof item);
		TRY(write_item(walk, &item));
	}
	walk->item = NULL;
	return ok();
}

/* ---- the page tree (7.7.3) -------------------------------------------- */

enum { INHERITED = 4 };
static const char *const inherited_keys[INHERITED] = {"Resources", "MediaBox", "CropBox", "Rotate"};

struct node {
	const struct pdf_value *kids; /* an array */
	uint32_t next;
	const struct pdf_value *inherited[INHERITED];
};

/* The page as one dictionary: its own entries, then what it inherits. */
static struct result add_page(struct pdf_walk *walk, uint64_t number, const struct pdf_value *dict,
                              const struct pdf_value *const inherited[INHERITED])
{
	struct pdf_page page = {.number = number, .value = *dict};
	if (walk->pages.len / sizeof page >= PDF_PAGES)
		return pdf_refuse(walk->doc, REFUSAL_LARGE, number, "more than 100,000 pages");
	struct pdf_value *items = ARENA_ARRAY(walk->doc->job->arena, 2 * (size_t)(dict->count + INHERITED),
	                                      struct pdf_value);
	if (!items)
		return no_memory(walk);
	memcpy(items, dict->items, 2 * dict->count * sizeof *items);
	page.value.items = items;
	for (size_t i = 0; i < INHERITED; i++) {
		struct slice key = slice_str(inherited_keys[i]);
		if (!inherited[i] || pdf_get(dict, inherited_keys[i]))
			continue;
		items[2 * page.value.count] = (struct pdf_value){
			.kind = PDF_NAME, .count = (uint32_t)key.len, .text = key.at};
		items[2 * page.value.count + 1] = *inherited[i];
		page.value.count++;
	}
	buffer_put(&walk->pages, &page, sizeof page);
	return buffer_ok(&walk->pages) ? ok() : no_memory(walk);
}

static struct result open_node(struct pdf_walk *walk, uint64_t number, const struct pdf_value *dict,
                               struct node *nodes, size_t *depth)
{
	struct pdf_slot *slot = pdf_slot_of(walk->doc, number);
	if (slot->tree)
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, number, "a node twice in the page tree");
	if (*depth >= PDF_DEPTH)
		return pdf_refuse(walk->doc, REFUSAL_DEEP, number, "a page tree nested too deep");
	slot->tree = 1;
	if (pdf_get(dict, "AA"))
		job_drop(walk->doc->job, "action", "page tree /AA");
	struct node *node = &nodes[*depth];
	if (*depth)
		*node = nodes[*depth - 1];
	node->next = 0;
	TRY(pdf_get_resolved(walk->doc, dict, "Kids", &node->kids));
	if (node->kids->kind != PDF_ARRAY)
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, number, "a page tree node without /Kids");
	for (size_t i = 0; i < INHERITED; i++) {
		const struct pdf_value *own = pdf_get(dict, inherited_keys[i]);
		node->inherited[i] = own && own->kind != PDF_NULL ? own : node->inherited[i];
	}
	++*depth;
	return ok();
}

static struct result take_kid(struct pdf_walk *walk, struct node *nodes, size_t *depth)
{
	struct node *node = &nodes[*depth - 1];
	const struct pdf_value *ref = &node->kids->items[node->next++], *dict, *type;
	TRY(pdf_resolve(walk->doc, ref, &dict, NULL));
	if (ref->kind != PDF_REF || dict->kind != PDF_DICT)
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, 0, "a page tree with a kid that is no object");
	TRY(pdf_get_resolved(walk->doc, dict, "Type", &type));
	bool kids = pdf_get(dict, "Kids") != NULL;
	if (type->kind != PDF_NULL && !pdf_is_name(type, kids ? "Pages" : "Page"))
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, ref->number,
		                  "a page tree node that is neither page nor pages");
	return kids ? open_node(walk, ref->number, dict, nodes, depth)
	            : add_page(walk, ref->number, dict, node->inherited);
}

static struct result collect_pages(struct pdf_walk *walk, const struct pdf_value *catalog)
{
	const struct pdf_value *root = pdf_get(catalog, "Pages"), *dict;
	struct node *nodes = ARENA_ARRAY(walk->doc->job->arena, PDF_DEPTH, struct node);
	size_t depth = 0;
	if (!nodes)
		return no_memory(walk);
	TRY(pdf_resolve(walk->doc, root, &dict, NULL));
	if (!root || root->kind != PDF_REF || dict->kind != PDF_DICT)
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, 0, "a catalog without page tree");
	TRY(open_node(walk, root->number, dict, nodes, &depth));
	while (depth) {
		TRY(job_pay_work(walk->doc->job, 16));
		if (nodes[depth - 1].next < nodes[depth - 1].kids->count)
			TRY(take_kid(walk, nodes, &depth));
		else
			depth--;
	}
	if (walk->pages.len == 0)
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, root->number, "a document without pages");
	return ok();
}

/* A page that stands twice in the tree becomes two; references lead to the first. */
static struct result queue_pages(struct pdf_walk *walk)
{
	const struct pdf_page *pages = (const struct pdf_page *)(const void *)walk->pages.at;
	struct buffer *b = sink(walk);
	size_t count = walk->pages.len / sizeof *pages;
	buffer_clear(b);
	buffer_printf(b, "<</Type/Pages/Count %zu/Kids[", count);
	for (size_t i = 0; i < count; i++) {
		uint32_t number = pdf_writer_number(walk->writer);
		struct pdf_slot *slot = pdf_slot_of(walk->doc, pages[i].number);
		slot->page = slot->page ? slot->page : number;
		struct pdf_item item = {.value = &pages[i].value, .type = &pdf_page_type,
		                        .source = pages[i].number, .number = number,
		                        .page = (uint32_t)(i + 1)};
		buffer_put(&walk->items, &item, sizeof item);
		put_reference(b, number);
	}
	buffer_put_str(b, "]>>");
	if (!buffer_ok(b) || !buffer_ok(&walk->items))
		return no_memory(walk);
	return pdf_write_object(walk->writer, 2);
}

struct result pdf_walk_all(struct pdf_walk *walk)
{
	const struct pdf_value *root = pdf_get(&walk->doc->trailer, "Root"), *catalog, *type;
	TRY(pdf_resolve(walk->doc, root, &catalog, NULL));
	TRY(pdf_get_resolved(walk->doc, catalog, "Type", &type));
	bool named = type->kind == PDF_NULL || pdf_is_name(type, "Catalog");
	if (!root || root->kind != PDF_REF || catalog->kind != PDF_DICT || !named)
		return pdf_refuse(walk->doc, REFUSAL_DAMAGED, 0, "no catalog");
	TRY(collect_pages(walk, catalog));
	(void)pdf_writer_number(walk->writer); /* 1: the catalog, 2: the page tree */
	(void)pdf_writer_number(walk->writer);
	TRY(queue_pages(walk));
	/* pages before the catalog, so that what both reach is named by its page */
	size_t done = 0;
	TRY(drain_items(walk, &done));
	struct pdf_item item = {.value = catalog, .type = &pdf_catalog_type, .number = 1};
	walk->item = &item;
	walk->key = NULL;
	buffer_clear(sink(walk));
	push(walk, catalog, &pdf_catalog_type);
	buffer_put_str(sink(walk), "/Type/Catalog/Pages 2 0 R");
	TRY(drain_frames(walk));
	TRY(pdf_write_object(walk->writer, 1));
	TRY(drain_items(walk, &done));
	return pdf_write_end(walk->writer, 1);
}
