/* XML: two passes over memory.  The first checks that every byte belongs to a
 * character XML allows (xml_chars.c); the second cuts tokens and looks at nothing
 * twice.  Both step sixteen bytes at a time where the machine can. */
#include "gate/file/xml_inside.h"

/* ---- characters ---- */

enum { START = 1, NAME = 2, SPACE = 4 };

static const uint8_t classes[256] = {
	['a' ... 'z'] = START | NAME, ['A' ... 'Z'] = START | NAME, ['_'] = START | NAME,
	['0' ... '9'] = NAME, ['-'] = NAME, ['.'] = NAME, [':'] = NAME,
	[' '] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\r'] = SPACE,
};

/* ---- tokens ---- */

void xml_init(struct xml *xml, struct slice in)
{
	xml->in = in;
	xml->pos = 0;
	xml->fault = NULL;
	xml->kind = XML_END_OF_INPUT;
	xml->depth = 0;
	xml->attribute_count = 0;
	xml->prefix_count = 0;
	xml->unknown_count = 0;
	xml->pending_end = xml->rooted = xml->open_breaks = xml->skips_dull = xml->passes = false;
	xml->names_type = xml->word_2003 = false;
	xml->searched = 0;
	xml->epoch = 1;
	xml_forget_tags(xml);
}

static bool fault(struct xml *xml, size_t pos, const char *text)
{
	if (!xml->fault)
		xml->fault = text;
	xml->pos = pos;
	return false;
}

/* Offset of the first byte from pos on that no name holds. */
static size_t name_end(const uint8_t *bytes, size_t pos, size_t len)
{
#if defined(__SSE2__)
	for (; len - pos >= 16; pos += 16) {
		__m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + pos));
		__m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
		__m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
		                               _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
		__m128i range = _mm_and_si128(_mm_cmpgt_epi8(block, _mm_set1_epi8('-' - 1)),
		                              _mm_cmplt_epi8(block, _mm_set1_epi8(':' + 1)));
		__m128i digit = _mm_andnot_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('/')), range);
		__m128i line = _mm_cmpeq_epi8(block, _mm_set1_epi8('_'));
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), line));
		if (mask != 0xFFFF)
			return pos + (size_t)__builtin_ctz(~mask);
	}
#endif
	while (pos < len && classes[bytes[pos]] & NAME)
		pos++;
	return pos;
}

/* At most one colon, inside, and a letter at the start of both halves. */
static bool split_name(struct slice name, size_t *prefix)
{
	const uint8_t *colon = name.len ? memchr(name.at, ':', name.len) : NULL;
	*prefix = colon ? (size_t)(colon - name.at) : 0;
	if (name.len == 0 || !(classes[name.at[0]] & START))
		return false;
	struct slice local = colon ? slice_part(name, *prefix + 1, name.len) : name;
	return local.len && classes[local.at[0]] & START && memchr(local.at, ':', local.len) == NULL;
}

static inline struct xml_name *known_name(struct xml *xml, struct xml_name *table, size_t pos, size_t len)
{
	struct slice in = xml->in;
	if (len > KEY_BYTES)
		return NULL;
	struct key key = key_of(in, pos, len);
	struct xml_name *known = name_place(table, key, len);
	if (name_is(known, key, len))
		return known;
	size_t prefix;
	if (!split_name(slice_part(in, pos, len), &prefix))
		return NULL;
	*known = (struct xml_name){.first = key.first, .second = key.second, .len = (uint8_t)len,
	                           .prefix = (uint8_t)prefix, .serial = ++xml->serial};
	return known;
}

/* A name at pos; its end, or pos when there is none. */
static inline __attribute__((always_inline)) size_t take_name(struct xml *xml, size_t pos, struct xml_name *table, struct xml_name **known,
                        struct slice *name, struct slice *prefix, struct slice *local)
{
	size_t end = name_end(xml->in.at, pos, xml->in.len), prefix_len = 0;
	*name = slice_of(xml->in.at + pos, end - pos);
	*known = end > pos ? known_name(xml, table, pos, end - pos) : NULL;
	if (*known)
		prefix_len = (*known)->prefix;
	else if (!split_name(*name, &prefix_len))
		return pos;
	*prefix = slice_of(name->at, prefix_len);
	size_t from = prefix_len ? prefix_len + 1 : 0;
	*local = slice_of(name->at + from, name->len - from);
	return end;
}

/* The namespace of a prefix, kept with the name while the prefixes stay. */
static uint16_t name_ns(struct xml *xml, struct xml_name *known, struct slice prefix)
{
	if (known && known->epoch == xml->epoch)
		return known->ns;
	uint16_t ns = xml_find_prefix(xml, prefix);
	if (known && !xml->fault) {
		known->noted &= known->ns == ns;
		known->ns = ns;
		known->epoch = xml->epoch;
	}
	return ns;
}

static size_t skip_space(const struct xml *xml, size_t pos)
{
	while (pos < xml->in.len && classes[xml->in.at[pos]] & SPACE)
		pos++;
	return pos;
}

/* Offset of the next byte that ends or may break a value: its quote < & */
static size_t value_stop(const uint8_t *bytes, size_t at, size_t end, uint8_t quote)
{
#if defined(__SSE2__)
	const __m128i lt = _mm_set1_epi8('<'), amp = _mm_set1_epi8('&'), mark = _mm_set1_epi8((char)quote);
	for (; end - at >= 16; at += 16) {
		__m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
		__m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, lt), _mm_cmpeq_epi8(block, amp)),
		                           _mm_cmpeq_epi8(block, mark));
		int mask = _mm_movemask_epi8(hit);
		if (mask)
			return at + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (at < end && bytes[at] != '<' && bytes[at] != '&' && bytes[at] != quote)
		at++;
	return at;
}

/* The end of a quoted value whose opening quote is at pos; SIZE_MAX at a fault. */
static size_t take_value(struct xml *xml, size_t pos, struct slice *value)
{
	const uint8_t *bytes = xml->in.at;
	size_t len = xml->in.len;
	if (pos >= len || (bytes[pos] != '"' && bytes[pos] != '\''))
		return SIZE_MAX;
	uint8_t quote = bytes[pos];
	size_t from = ++pos;
	for (; pos < len; pos++) {
		pos = value_stop(bytes, pos, len, quote);
		if (pos == len)
			break;
		uint32_t code;
		if (bytes[pos] == quote) {
			*value = slice_of(bytes + from, pos - from);
			return pos + 1;
		}
		if (bytes[pos] == '<' ||
		    (bytes[pos] == '&' && xml_reference(slice_part(xml->in, pos, 12), &code) == 0))
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

/* One attribute, from the white space before it; false when the tag ends here. */
static bool take_attribute(struct xml *xml, size_t *pos)
{
	size_t name_at = skip_space(xml, *pos);
	struct xml_attribute *a = &xml->attributes[xml->attribute_count];
	if (name_at == *pos || xml->attribute_count == XML_ATTRIBUTES)
		return name_at != *pos && fault(xml, *pos, "too many attributes");
	size_t at = take_name(xml, name_at, xml->attribute_names, &a->known, &a->name, &a->prefix, &a->local);
	if (at == name_at) {
		*pos = name_at;
		return false;
	}
	a->serial = a->known ? a->known->serial : 0;
	a->from = *pos;
	at = skip_space(xml, at);
	if (at >= xml->in.len || xml->in.at[at] != '=')
		return fault(xml, at, "an attribute without a value");
	at = take_value(xml, skip_space(xml, at + 1), &a->value);
	if (at == SIZE_MAX)
		return fault(xml, name_at, "a broken attribute value");
	a->to = at;
	*pos = at;
	return true;
}

static void note_declaration(struct xml *xml, struct xml_attribute *a)
{
	a->ns = NS_NONE;
	if (a->prefix.len == 5 && slice_is(a->prefix, "xmlns")) {
		a->ns = NS_XMLNS;
		xml_declare(xml, a->local, a->value);
	} else if (a->prefix.len == 0 && a->name.len == 5 && slice_is(a->name, "xmlns")) {
		a->ns = NS_XMLNS;
		a->local.len = 0;
		xml_declare(xml, a->local, a->value);
	}
}

static bool resolve_attributes(struct xml *xml)
{
	for (size_t i = 0; i < xml->attribute_count; i++) {
		struct xml_attribute *a = &xml->attributes[i];
		if (a->prefix.len && a->ns != NS_XMLNS)
			a->ns = name_ns(xml, xml_name_of(a), a->prefix);
		for (size_t k = 0; k < i; k++)
			if (a->local.len == xml->attributes[k].local.len && a->ns == xml->attributes[k].ns &&
			    slice_equal(a->local, xml->attributes[k].local))
				return fault(xml, a->from, "an attribute twice");
	}
	return !xml->fault;
}

static bool push_element(struct xml *xml, struct slice prefix, uint32_t prefixes_before, uint32_t epoch_before)
{
	if (xml->depth == XML_DEPTH)
		return fault(xml, xml->from, "elements nested too deep");
	if (xml->depth == 0 && xml->rooted)
		return fault(xml, xml->from, "a second root element");
	xml->rooted = true;
	xml->ns = name_ns(xml, xml->known, prefix);
	xml->open[xml->depth].name = xml->name;
	xml->open[xml->depth].local = xml->local;
	xml->open[xml->depth].ns = xml->ns;
	xml->open[xml->depth].prefixes = prefixes_before;
	xml->open[xml->depth].epoch = epoch_before;
	xml->open[xml->depth].passed = 0;
	xml->open[xml->depth].inert = false;
	xml->depth++;
	return !xml->fault;
}

static bool open_break(const struct xml *xml)
{
	return xml->open_breaks && slice_is(xml->name, "br") &&
	       !slice_starts(slice_part(xml->in, xml->to, 5), SLICE("</br>"));
}

static bool take_dull_start(struct xml *xml)
{
	struct xml_name *known;
	size_t end = xml_dull_start(xml, xml->from, &known, &xml->empty);
	if (!end)
		return false;
	xml->known = known;
	xml_name_parts(xml, xml->from, known->len, known->prefix, &xml->name, &xml->local);
	xml->kind = XML_START;
	xml->attribute_count = 0;
	push_element(xml, slice_of(xml->name.at, known->prefix), xml->prefix_count, xml->epoch);
	xml->pending_end = xml->empty;
	xml->to = xml->pos = end;
	return true;
}

static bool take_start(struct xml *xml)
{
	if (xml->skips_dull && !xml->open_breaks && take_dull_start(xml))
		return true;
	struct slice prefix;
	size_t pos = take_name(xml, xml->from + 1, xml->elements, &xml->known, &xml->name, &prefix, &xml->local);
	uint32_t before = xml->prefix_count, epoch = xml->epoch;
	if (pos == xml->from + 1)
		return fault(xml, pos, "a tag without a name");
	xml->kind = XML_START;
	xml->attribute_count = 0;
	while (take_attribute(xml, &pos))
		note_declaration(xml, &xml->attributes[xml->attribute_count++]);
	if (xml->fault || !push_element(xml, prefix, before, epoch) || !resolve_attributes(xml))
		return fault(xml, pos, "a broken tag");
	pos = skip_space(xml, pos);
	xml->empty = pos < xml->in.len && xml->in.at[pos] == '/';
	pos += xml->empty;
	if (pos >= xml->in.len || xml->in.at[pos] != '>')
		return fault(xml, pos, "a tag that does not end");
	xml->to = xml->pos = pos + 1;
	xml->pending_end = xml->empty || open_break(xml);
	return true;
}

static void pop_element(struct xml *xml)
{
	xml->depth--;
	xml->kind = XML_END;
	xml->name = xml->open[xml->depth].name;
	xml->local = xml->open[xml->depth].local;
	xml->ns = xml->open[xml->depth].ns;
	xml->attribute_count = 0;
	if (xml->prefix_count != xml->open[xml->depth].prefixes) {
		xml->prefix_count = xml->open[xml->depth].prefixes;
		xml->epoch = xml->open[xml->depth].epoch;
	}
}

static bool same_name(struct slice in, size_t pos, struct slice name)
{
	if (in.len - pos < name.len)
		return false;
	if (name.len > KEY_BYTES)
		return memcmp(in.at + pos, name.at, name.len) == 0;
	struct key a = key_of(in, pos, name.len), b = key_of(in, (size_t)(name.at - in.at), name.len);
	return a.first == b.first && a.second == b.second;
}

static bool take_end(struct xml *xml)
{
	size_t pos = xml->from + 2;
	if (xml->depth == 0)
		return fault(xml, pos, "an end tag too many");
	struct slice name = xml->open[xml->depth - 1].name;
	if (!same_name(xml->in, pos, name))
		return fault(xml, pos, "an end tag that does not match");
	pos = skip_space(xml, pos + name.len);
	if (pos >= xml->in.len || xml->in.at[pos] != '>')
		return fault(xml, pos, "an end tag that does not match");
	pop_element(xml);
	xml->to = xml->pos = pos + 1;
	return true;
}

static bool take_text(struct xml *xml)
{
	size_t pos = xml->from;
	if (!xml_text_end(xml->in, &pos))
		return fault(xml, pos, "a broken reference, or ]]> in text");
	if (xml->depth == 0 && skip_space(xml, xml->from) < pos)
		return fault(xml, xml->from, "text outside the root element");
	xml->kind = XML_TEXT;
	xml->cdata = false;
	xml->text = slice_of(xml->in.at + xml->from, pos - xml->from);
	xml->to = xml->pos = pos;
	return true;
}

/* From the end of the opening to the closing mark; the inside is xml->text. */
static bool take_until(struct xml *xml, size_t opening, const char *closing, enum xml_kind kind)
{
	struct slice inside = slice_part(xml->in, xml->from + opening, xml->in.len);
	size_t len = slice_find(inside, slice_str(closing));
	if (len == SIZE_MAX)
		return fault(xml, xml->from, "markup that does not end");
	xml->kind = kind;
	xml->text = slice_part(inside, 0, len);
	xml->to = xml->pos = xml->from + opening + len + strlen(closing);
	return true;
}

static bool take_declaration(struct xml *xml)
{
	static const char *const order[] = {"version", "encoding", "standalone"};
	size_t pos = xml->from + 5, next = 0;
	if (xml->from != 0)
		return fault(xml, xml->from, "an XML declaration in the middle");
	xml->attribute_count = 0;
	while (take_attribute(xml, &pos)) {
		struct xml_attribute *a = &xml->attributes[xml->attribute_count++];
		a->ns = NS_NONE;
		while (next < 3 && !slice_is(a->name, order[next]))
			next++;
		if (next++ == 3 || (xml->attribute_count == 1 && !slice_is(a->value, "1.0")))
			return fault(xml, a->from, "an XML declaration that is not 1.0");
	}
	pos = skip_space(xml, pos);
	if (xml->fault || xml->attribute_count == 0 || !slice_starts(slice_part(xml->in, pos, 2), SLICE("?>")))
		return fault(xml, pos, "a broken XML declaration");
	xml->kind = XML_DECLARATION;
	xml->to = xml->pos = pos + 2;
	return true;
}

/* quoted - behind a literal that a quote at pos begins; pos where none does */
static size_t quoted(const struct xml *xml, size_t pos)
{
	uint8_t quote = pos < xml->in.len ? xml->in.at[pos] : 0;
	if (quote != '"' && quote != '\'')
		return pos;
	const uint8_t *end = memchr(xml->in.at + pos + 1, quote, xml->in.len - pos - 1);
	return end ? (size_t)(end - xml->in.at) + 1 : pos;
}

/* <!DOCTYPE name PUBLIC "id" "place">, <!DOCTYPE name SYSTEM "place">, <!DOCTYPE name>:
 * the name of a document type, as office programs wrote it before formulas and drawings.
 * One that declares anything has its [ here, which is a fault. */
static bool take_doctype(struct xml *xml)
{
	size_t pos = skip_space(xml, xml->from + 9), name = pos;
	while (pos < xml->in.len && !(classes[xml->in.at[pos]] & SPACE) && !strchr("[]<>\"'", xml->in.at[pos]))
		pos++;
	bool fine = xml->names_type && !xml->rooted && name > xml->from + 9 && pos > name;
	pos = skip_space(xml, pos);
	struct slice word = slice_part(xml->in, pos, 6);
	if (slice_is(word, "PUBLIC") || slice_is(word, "SYSTEM")) {
		pos = skip_space(xml, quoted(xml, skip_space(xml, pos + 6)));
		pos = skip_space(xml, quoted(xml, pos));
	}
	if (!fine || pos >= xml->in.len || xml->in.at[pos] != '>')
		return fault(xml, xml->from, "a document type or another declaration");
	xml->names_type = false;
	xml->kind = XML_DOCTYPE;
	xml->to = xml->pos = pos + 1;
	return true;
}

static bool take_markup(struct xml *xml)
{
	struct slice rest = slice_part(xml->in, xml->from, 9);
	if (slice_starts(rest, SLICE("<!--"))) {
		if (!take_until(xml, 4, "-->", XML_COMMENT))
			return false;
		return slice_find(xml->text, SLICE("--")) == SIZE_MAX &&
		       (xml->text.len == 0 || xml->text.at[xml->text.len - 1] != '-')
			? true : fault(xml, xml->from, "a broken comment");
	}
	if (slice_starts(rest, SLICE("<![CDATA["))) {
		xml->cdata = true;
		return xml->depth ? take_until(xml, 9, "]]>", XML_TEXT)
			: fault(xml, xml->from, "text outside the root element");
	}
	if (slice_starts(rest, SLICE("<?xml")) && rest.len > 5 && classes[rest.at[5]] & SPACE)
		return take_declaration(xml);
	if (slice_starts(rest, SLICE("<?")))
		return take_until(xml, 2, "?>", XML_PI);
	if (slice_starts(rest, SLICE("<!DOCTYPE")))
		return take_doctype(xml);
	return fault(xml, xml->from, "a document type or another declaration");
}

static bool at_end(struct xml *xml)
{
	xml->kind = XML_END_OF_INPUT;
	xml->from = xml->to = xml->pos;
	if (xml->depth > 0 || !xml->rooted)
		return fault(xml, xml->pos, "cut off");
	return false;
}

bool xml_next(struct xml *xml)
{
	if (xml->fault)
		return false;
	if (xml->passes)
		xml_pass(xml);
	xml->from = xml->to = xml->pos;
	if (xml->pending_end) {
		xml->pending_end = false;
		pop_element(xml);
		return true;
	}
	if (xml->pos >= xml->in.len)
		return at_end(xml);
	if (xml->in.at[xml->pos] != '<')
		return take_text(xml);
	uint8_t second = xml->pos + 1 < xml->in.len ? xml->in.at[xml->pos + 1] : 0;
	if (second == '/')
		return take_end(xml);
	return second == '!' || second == '?' ? take_markup(xml) : take_start(xml);
}

void xml_note_tag(struct xml *xml, const void *note)
{
	const struct xml_tag like = {.note = note, .ns = xml->ns, .empty = xml->empty,
		.name = (uint8_t)(xml->name.len < UINT8_MAX ? xml->name.len : UINT8_MAX),
		.prefix = (uint8_t)(xml->name.len > xml->local.len ? xml->name.len - xml->local.len - 1 : 0)};
	if (xml->pending_end == xml->empty)
		xml_keep_tag(xml, xml->from, xml->to, &like);
}

bool xml_skip(struct xml *xml)
{
	size_t outside = xml->depth - 1;
	while (xml_next(xml))
		if (xml->kind == XML_END && xml->depth == outside)
			return true;
	return false;
}

const struct xml_attribute *xml_attribute(const struct xml *xml, uint16_t ns, const char *local)
{
	size_t len = strlen(local);
	for (size_t i = 0; i < xml->attribute_count; i++) {
		const struct xml_attribute *a = &xml->attributes[i];
		if (a->ns == ns && a->local.len == len && memcmp(a->local.at, local, len) == 0)
			return a;
	}
	return NULL;
}
