/* Whatever the bytes: the reader ends, its tokens tile the input without gap or
 * overlap, every end matches a start, and decoding what it accepted gives valid
 * UTF-8.  A reader that passes over what it knows accepts the same, however often
 * it has read it before, and each tag it tells of is one that the other told of, at
 * the same place and depth, with as many elements before it.                 */
#include "base/text.h"
#include "gate/file/xml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_attributes(const struct xml *xml, struct buffer *out)
{
	for (size_t i = 0; i < xml->attribute_count; i++) {
		const struct xml_attribute *a = &xml->attributes[i];
		demand(a->from >= xml->from && a->to <= xml->to && a->from < a->to);
		buffer_clear(out);
		xml_decode(a->value, out);
		demand(utf8_valid(buffer_slice(out)));
	}
}

/* A tag as the reader that passes over nothing tells of it. */
struct tag {
	enum xml_kind kind;
	uint16_t ns;
	size_t from, to, depth, children; /* children: of XML_END */
};

static void put_tag(const struct xml *xml, size_t *children, struct buffer *tags)
{
	struct tag tag = {xml->kind, xml->ns, xml->from, xml->to, xml->depth, 0};
	if (xml->kind == XML_START)
		children[xml->depth] = 0;
	if (xml->kind == XML_END) {
		tag.children = children[xml->depth + 1];
		children[xml->depth]++;
	}
	buffer_put(tags, &tag, sizeof tag);
}

static void walk(struct xml *xml, struct buffer *out, struct buffer *tags)
{
	static size_t children[XML_DEPTH + 2];
	size_t at = 0, depth = 0;
	while (xml_next(xml)) {
		demand(xml->from == at && xml->to >= at && xml->to <= xml->in.len);
		at = xml->to;
		depth += xml->kind == XML_START;
		depth -= xml->kind == XML_END;
		demand(depth == xml->depth);
		if (xml->kind == XML_START)
			check_attributes(xml, out);
		if (xml->kind == XML_START || xml->kind == XML_END)
			put_tag(xml, children, tags);
		if (xml->kind == XML_TEXT) {
			buffer_clear(out);
			xml_decode(xml->text, out);
			demand(utf8_valid(buffer_slice(out)));
		}
	}
	demand(xml->fault || (depth == 0 && at == xml->in.len));
}

/* All that it may be is dull and inert, or only elements of every other name. */
static void note_all(struct xml *xml, bool half)
{
	bool declares = false;
	for (size_t i = 0; i < xml->attribute_count; i++) {
		struct xml_name *known = xml_name_of(&xml->attributes[i]);
		declares |= xml->attributes[i].ns == NS_XMLNS;
		if (!known || xml->attributes[i].ns == NS_XMLNS)
			continue;
		known->noted = true;
		known->note_ns = xml->ns;
	}
	if (half && xml->local.at[0] % 2)
		return;
	if (xml->known)
		xml->known->noted = xml->known->dull = xml->known->inert = true;
	if (!declares && xml->depth > 1)
		xml_note_tag(xml, NULL);
}

/* The tag told of is the next of the others' that is at its place. */
static const struct tag *same_tag(const struct xml *xml, const struct buffer *tags, size_t *next)
{
	const struct tag *all = (const struct tag *)(const void *)tags->at;
	size_t count = tags->len / sizeof *all;
	while (*next < count && (all[*next].from != xml->from || all[*next].kind != xml->kind ||
	                         all[*next].depth != xml->depth))
		++*next;
	demand(*next < count);
	const struct tag *tag = &all[(*next)++];
	demand(tag->to == xml->to && tag->ns == xml->ns);
	return tag;
}

/* An element's children are those told of and those passed over. */
static void pass(struct xml *xml, struct slice text, bool accepted, bool half, const struct buffer *tags)
{
	static size_t told[XML_DEPTH + 2];
	size_t next = 0;
	xml_init(xml, text);
	xml->skips_dull = xml->passes = true;
	while (xml_next(xml)) {
		if (xml->kind != XML_START && xml->kind != XML_END)
			continue;
		/* those that were passed over and are open are told of from here on */
		for (size_t i = 0; i < xml->depth + (xml->kind == XML_END); i++)
			if (xml->open[i].inert) {
				xml->open[i].inert = false;
				told[i + 1] = 0;
			}
		const struct tag *tag = same_tag(xml, tags, &next);
		if (xml->kind == XML_START) {
			told[xml->depth] = 0;
			note_all(xml, half);
			continue;
		}
		demand(tag->children == told[xml->depth + 1] + xml->open[xml->depth].passed);
		told[xml->depth]++;
	}
	demand((xml->fault == NULL) == accepted);
	demand(!accepted || (xml->depth == 0 && xml->pos == text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer room, out, tags;
	struct slice text;
	struct xml *xml = calloc(1, sizeof *xml);
	buffer_init(&room, size * 3 + 64);
	buffer_init(&out, size * 3 + 64);
	buffer_init(&tags, (size + 1) * 2 * sizeof(struct tag));
	if (xml && xml_to_utf8(slice_of(data, size), &room, &text, NULL).code == OK) {
		demand(utf8_valid(text));
		xml_init(xml, text);
		walk(xml, &out, &tags);
		bool accepted = !xml->fault;
		for (int i = 0; i < 3; i++)
			pass(xml, text, accepted, i == 2, &tags);
	}
	buffer_done(&room);
	buffer_done(&out);
	buffer_done(&tags);
	free(xml);
	return 0;
}
