/* Written while it is read: a start tag is put out with its name, the declarations
 * that its parent's output does not make already, and its attributes, both sorted. */
#include "gate/sign/c14n.h"

#include "gate/file/xml.h"

#include <stdlib.h>
#include <string.h>

struct writing {
	struct xml *xml;
	struct buffer *out;
	struct buffer plain;
	struct slice names[XML_DEPTH + 1];
	size_t apex;   /* depth of the element that is put out; 0: outside */
	bool fault;
};

static void put_escaped(struct slice plain, bool value, struct buffer *out)
{
	for (size_t i = 0; i < plain.len; i++) {
		uint8_t c = plain.at[i];
		const char *with = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '\r' ? "&#xD;" : NULL;
		if (!with && value)
			with = c == '"' ? "&quot;" : c == '\t' ? "&#x9;" : c == '\n' ? "&#xA;" : NULL;
		if (!with && !value && c == '>')
			with = "&gt;";
		if (with)
			buffer_put_str(out, with);
		else
			buffer_put_u8(out, c);
	}
}

void c14n_put_text(struct slice plain, struct buffer *out)
{
	put_escaped(plain, false, out);
}

void c14n_put_value(struct slice plain, struct buffer *out)
{
	put_escaped(plain, true, out);
}

/* Line ends become one, in values every literal blank a space (XML 1.0, 2.11, 3.3.3);
 * then references are resolved, unless the text is CDATA.                     */
static struct slice normal(struct writing *w, struct slice raw, bool value, bool cdata)
{
	struct buffer lines;
	buffer_clear(&w->plain);
	buffer_init(&lines, raw.len + 16);
	for (size_t i = 0; i < raw.len; i++) {
		uint8_t c = raw.at[i];
		if (c == '\r' && i + 1 < raw.len && raw.at[i + 1] == '\n')
			continue;
		c = c == '\r' ? '\n' : c;
		buffer_put_u8(&lines, value && (c == '\n' || c == '\t') ? ' ' : c);
	}
	if (cdata)
		buffer_put_slice(&w->plain, buffer_slice(&lines));
	else
		xml_decode(buffer_slice(&lines), &w->plain);
	w->fault |= !buffer_ok(&lines) || !buffer_ok(&w->plain);
	buffer_done(&lines);
	return buffer_slice(&w->plain);
}

static int order(struct slice a, struct slice b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	int first = least ? memcmp(a.at, b.at, least) : 0;
	return first ? first : a.len < b.len ? -1 : a.len > b.len;
}

static int by_prefix(const void *a, const void *b)
{
	const struct xml_prefix *x = *(const struct xml_prefix *const *)a, *y = *(const struct xml_prefix *const *)b;
	return order(x->prefix, y->prefix);
}

/* The declaration of a prefix in scope before `end`; NULL if there is none. */
static const struct xml_prefix *scope(const struct xml *xml, struct slice prefix, uint32_t end)
{
	while (end-- > 0)
		if (slice_equal(xml->prefixes[end].prefix, prefix))
			return &xml->prefixes[end];
	return NULL;
}

static void put_declarations(struct writing *w)
{
	struct xml *xml = w->xml;
	const struct xml_prefix *put[XML_PREFIXES];
	bool apex = xml->depth == w->apex;
	uint32_t own = xml->open[xml->depth - 1].prefixes, count = 0;
	for (uint32_t i = apex ? 0 : own; i < xml->prefix_count; i++) {
		const struct xml_prefix *p = &xml->prefixes[i], *outer = apex ? NULL : scope(xml, p->prefix, own);
		bool shadowed = scope(xml, p->prefix, xml->prefix_count) != p;
		bool same = outer ? slice_equal(outer->uri, p->uri) : p->uri.len == 0;
		if (!shadowed && !same && !slice_is(p->prefix, "xml") && !slice_is(p->prefix, "xmlns"))
			put[count++] = p;
	}
	if (count)
		qsort(put, count, sizeof *put, by_prefix);
	for (uint32_t i = 0; i < count; i++) {
		buffer_put_str(w->out, put[i]->prefix.len ? " xmlns:" : " xmlns");
		buffer_put_slice(w->out, put[i]->prefix);
		buffer_put_str(w->out, "=\"");
		put_escaped(normal(w, put[i]->uri, true, false), true, w->out);
		buffer_put_str(w->out, "\"");
	}
}

struct sorted {
	struct slice uri;
	const struct xml_attribute *a;
};

static int by_name(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int first = order(x->uri, y->uri);
	return first ? first : order(x->a->local, y->a->local);
}

static void put_attributes(struct writing *w)
{
	struct xml *xml = w->xml;
	struct sorted list[XML_ATTRIBUTES];
	size_t count = 0;
	for (size_t i = 0; i < xml->attribute_count; i++) {
		const struct xml_attribute *a = &xml->attributes[i];
		if (a->ns == NS_XMLNS)
			continue;
		const struct xml_prefix *p = a->prefix.len ? scope(xml, a->prefix, xml->prefix_count) : NULL;
		w->fault |= a->ns == NS_XML || (a->prefix.len && !p);
		list[count++] = (struct sorted){p ? p->uri : SLICE(""), a};
	}
	if (count)
		qsort(list, count, sizeof *list, by_name);
	for (size_t i = 0; i < count; i++) {
		buffer_put_str(w->out, " ");
		buffer_put_slice(w->out, list[i].a->name);
		buffer_put_str(w->out, "=\"");
		put_escaped(normal(w, list[i].a->value, true, false), true, w->out);
		buffer_put_str(w->out, "\"");
	}
}

static void put_end(struct writing *w, size_t depth)
{
	buffer_put_str(w->out, "</");
	buffer_put_slice(w->out, w->names[depth]);
	buffer_put_str(w->out, ">");
}

static bool wanted(struct writing *w, const struct slice *id, const char *local)
{
	struct xml *xml = w->xml;
	if (!id)
		return xml->depth == 2 && slice_is(xml->local, local);
	for (size_t i = 0; i < xml->attribute_count; i++) {
		const struct xml_attribute *a = &xml->attributes[i];
		if (a->ns == NS_NONE && (slice_is(a->local, "Id") || slice_is(a->local, "ID") || slice_is(a->local, "id")) &&
		    slice_equal(a->value, *id))
			return true;
	}
	return false;
}

static void token(struct writing *w)
{
	struct xml *xml = w->xml;
	switch (xml->kind) {
	case XML_START:
		w->names[xml->depth] = xml->name;
		buffer_put_str(w->out, "<");
		buffer_put_slice(w->out, xml->name);
		put_declarations(w);
		put_attributes(w);
		buffer_put_str(w->out, ">");
		return;
	case XML_END:
		put_end(w, xml->depth + 1);
		return;
	case XML_TEXT:
		put_escaped(normal(w, xml->text, false, xml->cdata), false, w->out);
		return;
	case XML_COMMENT:
		return;
	case XML_PI:
	case XML_DECLARATION:
	case XML_DOCTYPE:
	case XML_END_OF_INPUT:
		w->fault = true;
	}
}

bool c14n_element(struct xml *reader, struct slice in, const struct slice *id, const char *local, struct buffer *out,
                  size_t *count)
{
	struct writing w = {.xml = reader, .out = out};
	*count = 0;
	buffer_init(&w.plain, out->ceiling);
	xml_init(reader, in);
	while (!w.fault && xml_next(reader)) {
		bool begins = reader->kind == XML_START && wanted(&w, id, local);
		*count += begins;
		for (size_t i = 0; reader->kind == XML_START && i < reader->attribute_count; i++)
			w.fault |= reader->attributes[i].ns == NS_XML; /* it would be handed down */
		if (begins && !w.apex && *count == 1)
			w.apex = reader->depth;
		if (w.apex && (reader->kind != XML_END || reader->depth + 1 >= w.apex))
			token(&w);
		if (w.apex && reader->kind == XML_END && reader->depth + 1 == w.apex)
			w.apex = 0;
		w.fault |= !buffer_ok(out);
	}
	buffer_done(&w.plain);
	return !w.fault && !reader->fault;
}
