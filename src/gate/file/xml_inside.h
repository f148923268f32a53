/* gate/file/xml_inside.h - what the files of the reader (xml*.c) share; nobody else's */
#ifndef SEKISHO_GATE_FILE_XML_INSIDE_H
#define SEKISHO_GATE_FILE_XML_INSIDE_H

#include "gate/file/xml.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { KEY_BYTES = 16 };

/* At most 16 bytes as two numbers, zeros after them; kept in registers. */
struct key {
	uint64_t first, second;
};

static inline struct key key_of(struct slice in, size_t pos, size_t len)
{
	struct key key = {0, 0};
	const uint8_t *at = in.at + pos;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (in.len - pos >= KEY_BYTES) {
		memcpy(&key.first, at, 8);
		memcpy(&key.second, at + 8, 8);
		key.first &= len < 8 ? ((uint64_t)1 << 8 * len) - 1 : UINT64_MAX;
		key.second &= len <= 8 ? 0 : len < KEY_BYTES ? ((uint64_t)1 << 8 * (len - 8)) - 1 : UINT64_MAX;
		return key;
	}
#endif
	memcpy(&key.first, at, len < 8 ? len : 8);
	memcpy(&key.second, at + 8, len > 8 ? len - 8 : 0);
	return key;
}

static inline unsigned slot_of(struct key key)
{
	uint64_t hash = (key.first ^ (key.second << 23 | key.second >> 41)) * 0x9E3779B97F4A7C15u;
	return (unsigned)(hash >> 55);
}
_Static_assert(XML_NAMES == 1 << 9, "slot_of gives nine bits");

static inline bool name_is(const struct xml_name *known, struct key key, size_t len)
{
	return known->len == len && known->first == key.first && known->second == key.second;
}

/* The place of a name: where it stands already, or where it may stand; four are tried. */
static inline struct xml_name *name_place(struct xml_name *table, struct key key, size_t len)
{
	unsigned slot = slot_of(key);
	for (unsigned i = 0; i < 3; i++)
		if (name_is(&table[slot ^ i], key, len) || table[slot ^ i].len == 0)
			return &table[slot ^ i];
	return &table[slot ^ 3];
}

/* Offset of the next byte that ends or may break a text: < & ] */
static inline size_t text_stop(const uint8_t *bytes, size_t at, size_t end)
{
#if defined(__SSE2__)
	const __m128i lt = _mm_set1_epi8('<'), amp = _mm_set1_epi8('&'), bracket = _mm_set1_epi8(']');
	for (; end - at >= 16; at += 16) {
		__m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
		__m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, lt), _mm_cmpeq_epi8(block, amp)),
		                           _mm_cmpeq_epi8(block, bracket));
		int mask = _mm_movemask_epi8(hit);
		if (mask)
			return at + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (at < end && bytes[at] != '<' && bytes[at] != '&' && bytes[at] != ']')
		at++;
	return at;
}

bool xml_char_allowed(uint32_t code);
/* xml_reference - length of the reference at the start of raw; 0: it is none of the allowed */
size_t xml_reference(struct slice raw, uint32_t *code);
/* xml_declare - a prefix stands for a namespace from here on; sets xml->fault
 * value   the namespace's name as written                                    */
void xml_declare(struct xml *xml, struct slice prefix, struct slice value);
/* xml_find_prefix - its namespace; sets xml->fault where there is none */
uint16_t xml_find_prefix(struct xml *xml, struct slice prefix);
/* xml_text_end - from a text at *pos to its < or the end of the input; false, and *pos is the
 * place, where a reference is broken or ]]> stands in it                     */
bool xml_text_end(struct slice in, size_t *pos);
/* xml_dull_start - the end of the tag at from, if it says nothing new: its name is one that the
 * reader called dull, its attributes are noted, of no interest and each there once, their
 * values are free of < and &.  0: it must be read, and nothing has happened yet
 * name   out: its name; empty: whether it ends itself                        */
size_t xml_dull_start(struct xml *xml, size_t from, struct xml_name **name, bool *empty);
/* xml_pass_tags - from pos on, past tags of a markup that is kept, their ends and the texts in
 * them; where it stopped.  One element at least is open.
 * lowest  lowered to the depth that was reached                              */
size_t xml_pass_tags(struct xml *xml, size_t pos, size_t *lowest);
/* xml_keep_tag - the start tag from..to says nothing: keep its markup
 * like    its note, ns, lengths, empty                                      */
void xml_keep_tag(struct xml *xml, size_t from, size_t to, const struct xml_tag *like);
/* xml_forget_tags - before another input, where room is short */
void xml_forget_tags(struct xml *xml);
/* xml_pass - from pos on, past inert elements and the texts in them */
void xml_pass(struct xml *xml);

/* len, prefix  of the name: in bytes, prefix without its colon */
static inline void xml_name_parts(const struct xml *xml, size_t from, size_t len, size_t prefix, struct slice *name,
                                  struct slice *local)
{
	size_t skip = prefix ? prefix + 1 : 0;
	*name = slice_of(xml->in.at + from + 1, len);
	*local = slice_of(name->at + skip, len - skip);
}

#endif
