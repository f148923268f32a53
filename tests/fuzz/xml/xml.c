/* Whatever the bytes: the reader ends, its tokens tile the input without gap or
 * overlap, every end matches a start, and decoding what it accepted gives valid
 * UTF-8.  A reader that passes over what it knows accepts the same, however often
 * it has read it before.                                                     */
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

static void walk(struct xml *xml, struct buffer *out)
{
	size_t at = 0, depth = 0;
	while (xml_next(xml)) {
		demand(xml->from == at && xml->to >= at && xml->to <= xml->in.len);
		at = xml->to;
		depth += xml->kind == XML_START;
		depth -= xml->kind == XML_END;
		demand(depth == xml->depth);
		if (xml->kind == XML_START)
			check_attributes(xml, out);
		if (xml->kind == XML_TEXT) {
			buffer_clear(out);
			xml_decode(xml->text, out);
			demand(utf8_valid(buffer_slice(out)));
		}
	}
	demand(xml->fault || (depth == 0 && at == xml->in.len));
}

/* Everything is dull and inert. */
static void note_all(struct xml *xml)
{
	if (xml->known)
		xml->known->noted = xml->known->dull = xml->known->inert = true;
	for (size_t i = 0; i < xml->attribute_count; i++) {
		struct xml_name *known = xml_name_of(&xml->attributes[i]);
		if (!known || xml->attributes[i].ns == NS_XMLNS)
			continue;
		known->noted = true;
		known->note_ns = xml->ns;
	}
}

static void pass(struct xml *xml, struct slice text, bool accepted)
{
	xml_init(xml, text);
	xml->skips_dull = xml->passes = true;
	while (xml_next(xml))
		if (xml->kind == XML_START)
			note_all(xml);
	demand((xml->fault == NULL) == accepted);
	demand(!accepted || (xml->depth == 0 && xml->pos == text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer room, out;
	struct slice text;
	struct xml *xml = calloc(1, sizeof *xml);
	buffer_init(&room, size * 3 + 64);
	buffer_init(&out, size * 3 + 64);
	if (xml && xml_to_utf8(slice_of(data, size), &room, &text, NULL).code == OK) {
		demand(utf8_valid(text));
		xml_init(xml, text);
		walk(xml, &out);
		bool accepted = !xml->fault;
		for (int i = 0; i < 3; i++)
			pass(xml, text, accepted);
	}
	buffer_done(&room);
	buffer_done(&out);
	free(xml);
	return 0;
}
