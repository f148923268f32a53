/* Prefixes of XML and the namespaces they stand for. */
#include "gate/file/xml_inside.h"

#include "gate/file/namespaces.h"

bool xml_ns_allowed(uint16_t ns)
{
	return ns < NS_UNKNOWN;
}

static uint16_t intern_unknown(struct xml *xml, struct slice uri)
{
	for (uint32_t i = 0; i < xml->unknown_count; i++)
		if (slice_equal(xml->unknowns[i], uri))
			return (uint16_t)(NS_UNKNOWN + 1 + i);
	if (xml->unknown_count == XML_UNKNOWNS) {
		xml->fault = "too many namespaces";
		return NS_UNKNOWN;
	}
	xml->unknowns[xml->unknown_count++] = uri;
	return (uint16_t)(NS_UNKNOWN + xml->unknown_count);
}

static uint16_t resolve_uri(struct xml *xml, struct slice raw)
{
	if (raw.len == 0)
		return NS_NONE;
	uint16_t ns = namespace_of(raw);
	if (ns == NS_UNKNOWN && memchr(raw.at, '&', raw.len)) {
		struct buffer plain;
		buffer_init(&plain, 4096);
		xml_decode(raw, &plain);
		ns = namespace_of(buffer_slice(&plain));
		buffer_done(&plain);
	}
	if (ns == NS_UNKNOWN && xml->word_2003)
		ns = namespace_of_2003(raw);
	return ns == NS_UNKNOWN ? intern_unknown(xml, raw) : ns;
}

/* The same declarations in the same order have the same epoch, in every part that this reader
 * reads: what was worked out about names holds there too. */
static uint32_t epoch_after(struct xml *xml, struct slice prefix, uint16_t ns)
{
	enum { FIRST = 1 }; /* of no declarations */
	uint32_t hash = xml->epoch * 31 + ns;
	if (xml->epochs < FIRST)
		xml->epochs = FIRST;
	for (size_t i = 0; i < prefix.len; i++)
		hash = hash * 31 + prefix.at[i];
	size_t at = (hash ^ hash >> 7) % XML_SCOPES;
	if (prefix.len > sizeof xml->scopes[at].prefix)
		return ++xml->epochs;
	if (xml->scopes[at].epoch && xml->scopes[at].before == xml->epoch && xml->scopes[at].ns == ns &&
	    slice_equal(slice_of(xml->scopes[at].prefix, xml->scopes[at].len), prefix))
		return xml->scopes[at].epoch;
	xml->scopes[at].before = xml->epoch;
	xml->scopes[at].epoch = ++xml->epochs;
	xml->scopes[at].ns = ns;
	xml->scopes[at].len = (uint8_t)prefix.len;
	if (prefix.len)
		memcpy(xml->scopes[at].prefix, prefix.at, prefix.len);
	return xml->epochs;
}

void xml_declare(struct xml *xml, struct slice prefix, struct slice value)
{
	uint16_t ns = resolve_uri(xml, value);
	bool reserved = slice_is(prefix, "xml") || slice_is(prefix, "xmlns");
	if (ns == NS_XMLNS || reserved != (ns == NS_XML) || (prefix.len && ns == NS_NONE))
		xml->fault = "a namespace declaration that is not allowed";
	if (xml->prefix_count == XML_PREFIXES) {
		xml->fault = "too many namespace declarations";
		return;
	}
	xml->prefixes[xml->prefix_count++] = (struct xml_prefix){prefix, value, ns};
	xml->epoch = epoch_after(xml, prefix, ns);
}

uint16_t xml_find_prefix(struct xml *xml, struct slice prefix)
{
	/* no document needs more looks than this; a hostile one must not have them */
	xml->searched += xml->prefix_count;
	if (xml->searched > xml->in.len * 8 + (1 << 20))
		xml->fault = "too many prefixes to look through";
	for (uint32_t i = xml->prefix_count; i-- > 0;)
		if (slice_equal(xml->prefixes[i].prefix, prefix))
			return xml->prefixes[i].ns;
	if (slice_is(prefix, "xml"))
		return NS_XML;
	if (prefix.len)
		xml->fault = "an undeclared prefix";
	return NS_NONE;
}

uint16_t xml_prefix_ns(const struct xml *xml, struct slice prefix)
{
	for (uint32_t i = xml->prefix_count; i-- > 0;)
		if (slice_equal(xml->prefixes[i].prefix, prefix))
			return xml->prefixes[i].ns;
	return NS_UNKNOWN;
}
