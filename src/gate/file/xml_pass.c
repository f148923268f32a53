/* Tags that say nothing new, and elements that nobody needs to hear of.
 *
 * Most tags of a document repeat names that were judged before.  Here a tag is
 * walked by its marks alone: each name must be, byte for byte, one that is known
 * and noted, each value free of < and &, and between them stands one space.  At
 * the first thing that is otherwise nothing has happened yet, and take_start
 * reads the tag from its beginning.
 *
 * Looking a name up waits for its end to be found; comparing it with a guess waits
 * for nothing.  So each element keeps the bytes it is made of (struct xml_shape) and
 * which element followed it last; what was guessed wrong is looked up.          */
#include "gate/file/xml_inside.h"

#if defined(__SSE2__)

/* Bit for each of the 16 bytes at `at` that is one of three. */
static inline unsigned marks(const uint8_t *at, char a, char b, char c)
{
	__m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(a)),
	                           _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(b)),
	                                        _mm_cmpeq_epi8(block, _mm_set1_epi8(c))));
	return (unsigned)_mm_movemask_epi8(hit);
}

/* ---- shapes ---- */

/* KEY_BYTES bytes can be read at `at`; a pattern without bytes is nowhere. */
static inline bool stands_at(const uint8_t *at, const struct xml_pattern *pattern)
{
	__m128i there = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i want = _mm_loadu_si128((const __m128i *)(const void *)pattern->bytes);
	unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(there, want));
	return (same & pattern->mask) == pattern->mask && pattern->len;
}

/* What is longer than a pattern is never guessed. */
static void make_pattern(struct xml_pattern *pattern, struct slice bytes)
{
	*pattern = (struct xml_pattern){0};
	if (bytes.len > sizeof pattern->bytes)
		return;
	memcpy(pattern->bytes, bytes.at, bytes.len);
	pattern->mask = (uint16_t)((1u << bytes.len) - 1);
	pattern->len = (uint8_t)bytes.len;
}

/* from  of the tag's < */
static struct xml_shape *shape_of(struct xml *xml, struct xml_name *known, size_t from)
{
	if (known->shape)
		return &xml->shapes[known->shape - 1];
	if (xml->shape_count == XML_SHAPES)
		return NULL;
	struct xml_shape *shape = &xml->shapes[xml->shape_count++];
	known->shape = (uint8_t)xml->shape_count;
	shape->name_len = known->len;
	struct slice opening = slice_of(xml->in.at + from, known->len + 1u);
	uint8_t closing[KEY_BYTES + 3] = "</";
	memcpy(closing + 2, opening.at + 1, known->len);
	closing[2 + known->len] = '>';
	make_pattern(&shape->opening, opening);
	make_pattern(&shape->closing, slice_of(closing, known->len + 3u));
	return shape;
}

/* The prefix with its colon, 0 for none; UINT64_MAX: too long to be told. */
static inline uint64_t prefix_of(const struct xml_name *known)
{
	return known->prefix == 0 ? 0 : known->prefix < 7
		? known->first & (((uint64_t)1 << 8 * (known->prefix + 1u)) - 1) : UINT64_MAX;
}

/* One more attribute that is of no interest in this element.  All that a shape holds have
 * one prefix or none: then two that differ are two. */
static void learn(struct xml_shape *shape, struct slice text, const struct xml_name *attribute, uint32_t epoch)
{
	uint64_t prefix = prefix_of(attribute);
	if (shape->epoch != epoch) {
		shape->epoch = epoch;
		shape->count = 0;
		shape->prefix = 0;
	}
	if (shape->count == XML_SHAPE_ATTRIBUTES || text.len > KEY_BYTES ||
	    (prefix && shape->prefix && prefix != shape->prefix))
		return;
	for (unsigned i = 0; i < shape->count; i++)
		if (slice_equal(slice_of(shape->attributes[i].bytes, shape->attributes[i].len), text))
			return;
	shape->prefix = prefix ? prefix : shape->prefix;
	make_pattern(&shape->attributes[shape->count++], text);
}

/* ---- one tag ---- */

/* Past the closing quote of the value at pos; 0 where take_start must look. */
static inline size_t value_end(struct slice in, size_t pos)
{
	for (; in.len - pos >= KEY_BYTES; pos += KEY_BYTES) {
		unsigned stop = marks(in.at + pos, '"', '<', '&');
		if (!stop)
			continue;
		pos += (size_t)__builtin_ctz(stop);
		return in.at[pos] == '"' ? pos + 1 : 0;
	}
	return 0;
}

/* The end of the attributes at pos, each of which the shape knows; 0: one it does not. */
static inline size_t guessed_attributes(struct slice in, size_t pos, const struct xml_shape *shape)
{
	unsigned seen = 0;
	for (unsigned next = 0; in.at[pos] == ' '; next++) {
		if (in.len - pos < 2 * KEY_BYTES)
			return 0;
		unsigned i = next, left = shape->count;
		for (; left; left--, i++) {
			i = i < shape->count ? i : 0;
			if (stands_at(in.at + pos, &shape->attributes[i]))
				break;
		}
		if (!left || (seen & 1u << i))
			return 0;
		seen |= 1u << i;
		next = i;
		pos = value_end(in, pos + shape->attributes[i].len);
		if (pos == 0 || in.len - pos < 2)
			return 0;
	}
	return pos;
}

/* Nothing of this attribute is of interest, and it stands in the tag once.
 * prefix  of the tag's attributes: two could be one namespace               */
static inline bool dull_name(const struct xml *xml, struct xml_name *known, uint16_t element_ns,
                             uint64_t *prefix)
{
	if (!known->noted || known->note || known->note_ns != element_ns || known->tag == xml->tag)
		return false;
	known->tag = xml->tag;
	if (known->prefix == 0)
		return true;
	uint64_t own = prefix_of(known);
	bool alone = own != UINT64_MAX && (*prefix == 0 || *prefix == own);
	*prefix = own;
	return alone && known->epoch == xml->epoch;
}

/* Length of the name at `at` that one of three marks ends; 0: none, or too long.
 * KEY_BYTES + 1 bytes can be read.                                           */
static inline size_t marked_name(const uint8_t *at, char a, char b, char c)
{
	unsigned end = marks(at, a, b, c);
	if (end)
		return (size_t)__builtin_ctz(end);
	char next = (char)at[KEY_BYTES];
	return next == a || next == b || next == c ? KEY_BYTES : 0;
}

/* Past the closing quote of the attribute whose space is at pos; 0 where take_start must look. */
static inline size_t dull_attribute(struct xml *xml, size_t pos, uint16_t element_ns, uint64_t *prefix,
                                    struct xml_shape *shape)
{
	const uint8_t *bytes = xml->in.at + pos + 1;
	if (xml->in.len - pos < 2 * KEY_BYTES + 1)
		return 0;
	size_t name = marked_name(bytes, '=', '=', '=');
	if (name == 0 || bytes[name + 1] != '"')
		return 0;
	struct key key = key_of(xml->in, pos + 1, name);
	struct xml_name *known = name_place(xml->attribute_names, key, name);
	if (!name_is(known, key, name) || !dull_name(xml, known, element_ns, prefix))
		return 0;
	if (shape)
		learn(shape, slice_of(bytes - 1, name + 3), known, xml->epoch);
	return value_end(xml->in, pos + name + 3);
}

/* The end of the attributes of a dull tag, before its / or >; 0 where take_start must look. */
static inline size_t dull_attributes(struct xml *xml, size_t from, struct xml_name *known)
{
	size_t pos = from + 1 + known->len;
	if (xml->in.at[pos] != ' ')
		return pos;
	struct xml_shape *shape = shape_of(xml, known, from);
	if (shape && shape->epoch == xml->epoch) {
		size_t end = guessed_attributes(xml->in, pos, shape);
		if (end)
			return end;
	}
	uint64_t prefix = 0;
	xml->tag++;
	while (xml->in.at[pos] == ' ')
		if ((pos = dull_attribute(xml, pos, known->ns, &prefix, shape)) == 0 || xml->in.len - pos < 2)
			return 0;
	return pos;
}

static inline struct xml_name *looked_up(struct xml *xml, size_t from)
{
	size_t len = marked_name(xml->in.at + from + 1, ' ', '>', '/');
	struct key key = key_of(xml->in, from + 1, len);
	struct xml_name *known = name_place(xml->elements, key, len);
	return len && name_is(known, key, len) ? known : NULL;
}

/* The name after the < at from; *guess, where there is one, follows what was found. */
static inline struct xml_name *name_at(struct xml *xml, size_t from, struct xml_name **guess)
{
	struct xml_name *known = guess ? *guess : NULL;
	if (known && known->shape && stands_at(xml->in.at + from, &xml->shapes[known->shape - 1].opening)) {
		uint8_t next = xml->in.at[from + 1 + known->len];
		if (next == '>' || next == ' ' || next == '/')
			return known;
	}
	known = looked_up(xml, from);
	if (guess)
		*guess = known;
	return known;
}

static inline size_t dull_end(struct xml *xml, size_t from, struct xml_name *known, bool *empty)
{
	if (!known || !known->dull || !known->noted || known->epoch != xml->epoch)
		return 0;
	size_t pos = dull_attributes(xml, from, known);
	if (pos == 0)
		return 0;
	*empty = xml->in.at[pos] == '/';
	pos += *empty;
	return xml->in.at[pos] == '>' ? pos + 1 : 0;
}

enum { MARGIN = 3 * KEY_BYTES };

size_t xml_dull_start(struct xml *xml, size_t from, struct xml_name **name, bool *empty)
{
	if (xml->in.len - from < MARGIN || xml->depth == 0 || xml->depth == XML_DEPTH)
		return 0;
	*name = looked_up(xml, from);
	return dull_end(xml, from, *name, empty);
}

/* ---- elements that nobody needs to hear of ---- */

/* pass_start, pass_end - behind the tag at pos; 0 where it must be read
 * guess  where to look for what stood here last; then, for what comes next   */
static inline size_t pass_start(struct xml *xml, size_t pos, struct xml_name ***guess)
{
	bool empty;
	if (xml->depth == XML_DEPTH)
		return 0;
	struct xml_name *known = name_at(xml, pos, *guess);
	size_t end = known && known->inert ? dull_end(xml, pos, known, &empty) : 0;
	if (!end)
		return 0;
	xml_keep_tag(xml, pos, end, &(struct xml_tag){.note = known->note, .ns = known->ns, .name = known->len,
	                                              .prefix = known->prefix, .empty = empty});
	struct xml_shape *shape = shape_of(xml, known, pos);
	*guess = !shape ? NULL : empty ? &shape->after : &shape->within;
	if (empty) {
		xml->open[xml->depth - 1].passed++;
		return end;
	}
	size_t at = xml->depth++;
	xml->open[at].tag = NULL;
	xml->open[at].known = known;
	xml->open[at].shape = shape;
	xml->open[at].from = pos;
	xml->open[at].to = end;
	xml->open[at].passed = 0;
	xml->open[at].inert = true;
	return end;
}

static bool long_end(const struct xml *xml, const uint8_t *at, const struct xml_shape *shape)
{
	const uint8_t *name = xml->in.at + xml->open[xml->depth - 1].from + 1;
	return shape->closing.len == 0 && memcmp(at + 2, name, shape->name_len) == 0 && at[2 + shape->name_len] == '>';
}

/* The element's shape, not its name: another name may have taken that one's place since. */
static inline size_t pass_end(struct xml *xml, size_t pos, struct xml_name ***guess)
{
	struct xml_shape *shape = xml->open[xml->depth - 1].shape;
	const uint8_t *at = xml->in.at + pos;
	if (!shape || !(stands_at(at, &shape->closing) || long_end(xml, at, shape)))
		return 0;
	*guess = &shape->after;
	xml->depth--;
	xml->open[xml->depth - 1].passed++;
	return pos + shape->name_len + 3;
}

static inline size_t pass_text(const struct xml *xml, size_t pos)
{
	return xml_text_end(xml->in, &pos) && pos < xml->in.len ? pos : 0;
}

/* What was opened in passing is written out for those who look at it. */
static void fill_open(struct xml *xml, size_t first)
{
	for (size_t i = first; i < xml->depth; i++) {
		const struct xml_tag *tag = xml->open[i].tag;
		const struct xml_name *known = xml->open[i].known;
		xml_name_parts(xml, xml->open[i].from, tag ? tag->name : known->len, tag ? tag->prefix : known->prefix,
		               &xml->open[i].name, &xml->open[i].local);
		xml->open[i].note = tag ? tag->note : known->note;
		xml->open[i].ns = tag ? tag->ns : known->ns;
		xml->open[i].prefixes = xml->prefix_count;
		xml->open[i].epoch = xml->epoch;
	}
}

void xml_pass(struct xml *xml)
{
	const uint8_t *bytes = xml->in.at;
	size_t lowest = xml->depth, pos = xml->pos; /* below lowest nothing was opened here */
	struct xml_name **guess = NULL;
	while (xml->depth && !xml->pending_end) {
		size_t before = pos;
		if ((pos = xml_pass_tags(xml, pos, &lowest)) != before)
			guess = NULL;
		if (xml->in.len - pos < MARGIN)
			break;
		bool inside = xml->open[xml->depth - 1].inert, tag = bytes[pos] == '<', end = tag && bytes[pos + 1] == '/';
		size_t next = !inside && (!tag || end) ? 0 : !tag ? pass_text(xml, pos)
			: end ? pass_end(xml, pos, &guess) : pass_start(xml, pos, &guess);
		if (next == 0)
			break;
		pos = next;
		lowest = xml->depth < lowest ? xml->depth : lowest;
	}
	xml->pos = pos;
	fill_open(xml, lowest);
}

#else

size_t xml_dull_start(struct xml *xml, size_t from, struct xml_name **name, bool *empty)
{
	(void)xml, (void)from, (void)name, (void)empty;
	return 0;
}

void xml_pass(struct xml *xml)
{
	(void)xml;
}

#endif
