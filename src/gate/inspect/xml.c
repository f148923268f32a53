/* XML by libxml2's SAX: no network, no entities, no document type
 *
 * What libxml2 calls HUGE only lifts its bound on one attribute or text, which an
 * honest sheet of many ranges passes; what that bound is for, entities that grow, ends
 * with the document type.
 *
 * A declared encoding other than UTF-8 would make libxml2 open a converter,
 * which no jail allows and no output of the gate needs: it is refused here.
 *
 * Names of elements and attributes come out of the parser's dictionary, where each
 * spelling stands once, until the parser is freed: what is known of one is kept by its
 * place, so that it is neither measured nor compared each time.
 */
#include "gate/inspect/office.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>

enum { ATTRIBUTES_MOST = 256 };

void office_prepare(void)
{
	xmlInitParser();
}

static struct known_place *place_of(struct part *part, const uint8_t *name)
{
	uint64_t h = (uint64_t)(uintptr_t)name * 0x9E3779B97F4A7C15u;
	return &part->known[h >> 56];
}
_Static_assert(KNOWN_PLACES == 256, "a byte says where");

static struct slice name_of(struct part *part, const xmlChar *name)
{
	struct known_place *place = place_of(part, name);
	if (place->at != name)
		*place = (struct known_place){.at = name, .len = strlen((const char *)name)};
	return slice_of(name, place->len);
}

uint64_t xml_name_bits(struct part *part, names_judge *judge, struct slice name)
{
	if (!part->known)
		return names_bits(part->look, judge, name);
	struct known_place *place = place_of(part, name.at);
	if (place->at != name.at)
		return names_bits(part->look, judge, name); /* another took its place meanwhile */
	if (place->judge != judge) {
		place->bits = names_bits(part->look, judge, name);
		place->judge = judge;
	}
	return place->bits;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns,
                     int nb_namespaces, const xmlChar **namespaces, int nb_attributes,
                     int nb_defaulted, const xmlChar **attributes)
{
	struct part *part = ctx;
	struct attribute *list = part->attributes;
	(void)prefix, (void)nb_namespaces, (void)namespaces, (void)nb_defaulted;
	if (nb_attributes > ATTRIBUTES_MOST) {
		part->broken = true;
		look_unreadable(part->look, "%s: an element of %d attributes", part->name, nb_attributes);
		xmlStopParser(part->parser);
		return;
	}
	for (int i = 0; i < nb_attributes; i++, attributes += 5)
		list[i] = (struct attribute){name_of(part, attributes[0]), (const char *)attributes[2],
			slice_of(attributes[3], (size_t)(attributes[4] - attributes[3]))};
	part->element(part, name_of(part, name), (const char *)ns, list, (size_t)nb_attributes);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns)
{
	struct part *part = ctx;
	(void)prefix, (void)ns;
	if (part->end)
		part->end(part, name_of(part, name));
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
	struct part *part = ctx;
	if (part->text && len > 0)
		part->text(part, slice_of(text, (size_t)len));
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id)
{
	struct part *part = ctx;
	(void)name, (void)public_id, (void)system_id;
	look_find(part->look, "doctype", "%s", part->name);
	part->broken = true;
	xmlStopParser(part->parser);
}

static void on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	struct part *part = ctx;
	(void)target, (void)data;
	look_find(part->look, "processing-instruction", "%s", part->name);
}

static void on_comment(void *ctx, const xmlChar *text)
{
	struct part *part = ctx;
	(void)text;
	look_find(part->look, "xml-comment", "%s", part->name);
}

/* encoding_plain - no declaration, or one that says UTF-8 */
static bool encoding_plain(struct slice in)
{
	struct slice head = slice_part(in, 0, 200);
	if (slice_starts(head, slice_of("\xEF\xBB\xBF", 3)))
		head = slice_part(head, 3, head.len);
	if (head.len == 0 || head.at[0] != '<')
		return false;
	if (!slice_starts(head, SLICE("<?xml")))
		return true;
	head = slice_part(head, 0, slice_find(head, SLICE("?>")));
	size_t at = slice_find(head, SLICE("encoding"));
	if (at == SIZE_MAX)
		return true;
	for (; at < head.len && head.at[at] != '"' && head.at[at] != '\''; at++)
		;
	struct slice value = slice_part(head, at + 1, 6);
	return starts_nocase(value, "UTF-8\"") || starts_nocase(value, "UTF-8'");
}

static void quiet(void *user, xmlErrorPtr error)
{
	(void)user, (void)error;
}

/* For libxml2.  A zero byte, which would end its reading early, ends it in a fault. */
static int give(void *user, char *to, int want)
{
	struct feed *feed = user;
	if (feed->ready.len == 0)
		feed_more(feed);
	struct slice piece = slice_part(feed->ready, 0, want < 0 ? 0 : (size_t)want);
	feed->broken |= piece.len && memchr(piece.at, 0, piece.len);
	if (feed->broken || piece.len == 0)
		return 0;
	memcpy(to, piece.at, piece.len);
	feed->ready = slice_part(feed->ready, piece.len, feed->ready.len);
	return (int)piece.len;
}

bool xml_feed(struct part *part, struct feed *feed)
{
	xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC, .startElementNs = on_start,
		.endElementNs = on_end, .characters = on_text, .cdataBlock = on_text,
		.ignorableWhitespace = on_text, .internalSubset = on_doctype,
		.processingInstruction = on_instruction, .comment = on_comment, .serror = quiet};
	if (!encoding_plain(feed->ready))
		return look_unreadable(part->look, "%s: no XML in UTF-8", part->name);
	if (part->skims)
		return xml_skim(part, feed);
	xmlParserCtxtPtr parser = xmlCreateIOParserCtxt(&sax, part, give, NULL, feed, XML_CHAR_ENCODING_NONE);
	if (!parser)
		return look_memory(part->look);
	xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
	struct attribute list[ATTRIBUTES_MOST]; /* here, not at every element: it is cleared each time */
	struct known_place known[KNOWN_PLACES] = {0};
	part->attributes = list;
	part->known = known;
	part->parser = parser;
	bool fine = xmlParseDocument(parser) == 0 && parser->wellFormed && !part->broken && !feed->broken;
	int line = parser->input ? parser->input->line : 0;
	xmlFreeParserCtxt(parser);
	part->parser = NULL;
	part->attributes = NULL;
	part->known = NULL;
	return fine || look_unreadable(part->look, "%s: line %d: not well-formed", part->name, line);
}

bool xml_read(struct part *part, struct slice in)
{
	struct feed feed = {.ready = in};
	return xml_feed(part, &feed);
}
