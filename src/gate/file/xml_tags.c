/* Tags known again by their markup, where the machine has AVX-512 with VBMI2.
 *
 * <c r="A1" s="3"> and <c r="B1" s="4"> differ in what stands between quotes.  The markup of
 * a tag is its bytes without that: <c r="" s="">.  Of a tag that said nothing the markup is
 * kept; a tag of the same markup says nothing either, as long as the prefixes stay (epoch),
 * and is passed over without a look at its names.  64 bytes are looked at at once: marks
 * become bits, and what of them lies between quotes falls out of one multiplication.
 *
 * Why that is exact: the bytes < > " are never left out, so two tags of one markup have them
 * in the same order, and what is left out of the one stands in a value, as in the other.  A
 * value with < or > has one of them more and is another markup.  A tag with & in a value, or
 * with ' outside one, is for the reader of names; so is a text with & or >, and one that a
 * block's end cuts behind ] or ]].  Whether a byte may stand in XML at all was asked before
 * (xml_chars.c).                                                             */
#include "gate/file/xml_inside.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vbmi2,pclmul,bmi,bmi2,popcnt")))
enum { BLOCK = 64, PARTS = 4, CHAIN_MOST = 6, NAME_MOST = 32 };

/* 64 bytes, a bit each. */
struct block {
	__m512i bytes;
	uint64_t less, more, quote, ampersand;
	uint64_t outside; /* of texts and values, if a tag begins it */
	uint64_t markup;  /* the same, and all marks */
};

/* The markup of a tag, in up to PARTS blocks. */
struct markup {
	__m512i part[PARTS];
	unsigned len[PARTS], parts, whole;
	size_t end; /* of the tag */
};

WIDE static inline uint64_t where(__m512i bytes, char mark)
{
	return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(mark));
}

/* Bit i: whether an odd number of marks stand up to byte i. */
WIDE static inline uint64_t odd(uint64_t marks)
{
	__m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)marks), _mm_set1_epi8(-1), 0);
	return (uint64_t)_mm_cvtsi128_si64(product);
}

/* inside  all ones where a tag goes on from the block before, else 0 */
WIDE static inline struct block block_at(const uint8_t *at, uint64_t inside)
{
	struct block b;
	b.bytes = _mm512_loadu_si512((const void *)at);
	b.less = where(b.bytes, '<');
	b.more = where(b.bytes, '>');
	b.quote = where(b.bytes, '"');
	b.ampersand = where(b.bytes, '&');
	uint64_t marks = b.less | b.more | b.quote;
	b.outside = odd(marks) ^ inside;
	b.markup = b.outside | marks;
	return b;
}

/* ---- tags that are known ---- */

WIDE static inline unsigned slot_of_low(__m128i low_half)
{
	uint64_t low = (uint64_t)_mm_cvtsi128_si64(low_half), high = (uint64_t)_mm_extract_epi64(low_half, 1);
	return (unsigned)(((low ^ (high << 29 | high >> 35)) * 0x9E3779B97F4A7C15u) >> 55);
}
_Static_assert(XML_TAGS == 1 << 9, "slot_of_low gives nine bits");

/* A short tag has the slot of all its bytes, zeros after them; a long one that of its first 16. */
WIDE static inline unsigned slot_of_short(__m512i part)
{
	__m256i half = _mm256_xor_si256(_mm512_castsi512_si256(part),
	                                _mm256_slli_epi64(_mm512_extracti64x4_epi64(part, 1), 3));
	return slot_of_low(_mm_xor_si128(_mm256_castsi256_si128(half),
	                                 _mm_slli_epi64(_mm256_extracti128_si256(half, 1), 1)));
}

WIDE static inline bool stands_in(const struct xml *xml, const struct xml_tag *tag, unsigned from, __m512i part,
                                  unsigned len)
{
	__m512i kept = _mm512_loadu_si512((const void *)(xml->markups + tag->at + from));
	return _bzhi_u64(_mm512_cmpneq_epi8_mask(part, kept), len) == 0;
}

WIDE static inline bool is_short(const struct xml *xml, const struct xml_tag *tag, __m512i part, unsigned len)
{
	return tag->len == len && tag->epoch == xml->epoch && stands_in(xml, tag, 0, part, len);
}

/* find_short, find_long - the number of the tag that has the markup; 0: none has it */
WIDE static __attribute__((noinline)) unsigned search_short(const struct xml *xml, unsigned at, __m512i part, unsigned len)
{
	for (unsigned i = 1; i < CHAIN_MOST && at; i++) {
		at = xml->tags[at].next;
		if (is_short(xml, &xml->tags[at], part, len))
			return at;
	}
	return 0;
}

WIDE static inline unsigned find_short(const struct xml *xml, __m512i part, unsigned len)
{
	unsigned at = xml->tag_slots[slot_of_short(part)];
	return is_short(xml, &xml->tags[at], part, len) ? at : search_short(xml, at, part, len);
}

WIDE static bool is_long(const struct xml *xml, const struct xml_tag *tag, const struct markup *m)
{
	unsigned from = 0, i = 0;
	if (tag->len != m->whole || tag->epoch != xml->epoch)
		return false;
	for (; i < m->parts && stands_in(xml, tag, from, m->part[i], m->len[i]); i++)
		from += m->len[i];
	return i == m->parts;
}

WIDE static unsigned find_long(const struct xml *xml, const struct markup *m)
{
	unsigned at = xml->tag_slots[slot_of_low(_mm512_castsi512_si128(m->part[0]))];
	for (unsigned i = 0; i < CHAIN_MOST && at; i++, at = xml->tags[at].next)
		if (is_long(xml, &xml->tags[at], m))
			return at;
	return 0;
}

/* The markup of the tag at pos, up to the first >; false: it is too long, or not plain. */
WIDE static bool take_markup(const struct xml *xml, size_t pos, struct markup *m)
{
	uint64_t inside = 0;
	m->whole = 0;
	for (unsigned i = 0; i < PARTS; i++) {
		size_t at = pos + (size_t)BLOCK * i;
		if (at > xml->in.len || xml->in.len - at < BLOCK)
			return false;
		struct block b = block_at(xml->in.at + at, inside);
		uint64_t all = b.more ? _blsmsk_u64(b.more) : UINT64_MAX;
		if ((b.ampersand | (where(b.bytes, '\'') & b.markup)) & all)
			return false;
		m->part[i] = _mm512_maskz_compress_epi8(b.markup & all, b.bytes);
		m->len[i] = (unsigned)_mm_popcnt_u64(b.markup & all);
		m->whole += m->len[i];
		m->parts = i + 1;
		m->end = at + (size_t)_tzcnt_u64(b.more) + 1;
		if (b.more)
			return i == 0 || m->len[0] >= sizeof(__m128i);
		inside = (uint64_t)((int64_t)b.outside >> 63);
	}
	return false;
}

/* ---- passing ---- */

/* The block around the place where passing stands. */
struct view {
	struct block block;
	size_t base;
};

/* The two start tags passed last; not in the view, which then stays in registers. */
struct trail {
	unsigned last, before;
};

WIDE static inline void look(const struct xml *xml, struct view *v, size_t pos)
{
	v->base = pos;
	v->block = block_at(xml->in.at + pos, 0);
}

/* What follows most tags is what followed the same two at the same depth before. */
static inline uint16_t *guess_of(struct xml *xml, struct trail trail)
{
	return &xml->tag_guesses[(trail.last * 37 + trail.before * 5 + (unsigned)xml->depth * 131) % XML_GUESSES];
}

/* A start tag was found; false: no room for what it opens. */
WIDE static inline bool open_tag(struct xml *xml, struct trail *trail, unsigned found, size_t from, size_t to)
{
	const struct xml_tag *tag = &xml->tags[found];
	if (xml->depth == XML_DEPTH)
		return false;
	*trail = (struct trail){found, trail->last};
	if (tag->empty) {
		xml->open[xml->depth - 1].passed++;
		return true;
	}
	size_t at = xml->depth++;
	xml->open[at].tag = tag;
	xml->open[at].known = NULL;
	xml->open[at].shape = NULL;
	xml->open[at].from = from;
	xml->open[at].to = to;
	xml->open[at].passed = 0;
	xml->open[at].inert = true;
	return true;
}

/* pass_long, pass_short, pass_end, pass_text - behind what stands at pos; 0: it must be read */
WIDE static __attribute__((noinline)) size_t pass_long(struct xml *xml, struct trail *trail, size_t pos)
{
	struct markup m;
	uint16_t *guess = guess_of(xml, *trail);
	if (!take_markup(xml, pos, &m))
		return 0;
	unsigned found = is_long(xml, &xml->tags[*guess], &m) ? *guess : find_long(xml, &m);
	if (!found || !open_tag(xml, trail, found, pos, m.end))
		return 0;
	*guess = (uint16_t)found;
	return m.end;
}

/* more  the tag's > in the block and all after it */
WIDE static inline __attribute__((always_inline)) size_t pass_short(struct xml *xml, const struct view *v, struct trail *trail, size_t pos, uint64_t more)
{
	uint64_t all = _blsmsk_u64(more) & UINT64_MAX << (pos - v->base);
	__m512i part = _mm512_maskz_compress_epi8(v->block.markup & all, v->block.bytes);
	unsigned len = (unsigned)_mm_popcnt_u64(v->block.markup & all);
	uint16_t *guess = guess_of(xml, *trail);
	unsigned found = *guess;
	if (!is_short(xml, &xml->tags[found], part, len)) {
		if ((found = find_short(xml, part, len)) == 0)
			return 0;
		*guess = (uint16_t)found;
	}
	size_t end = v->base + (size_t)_tzcnt_u64(more) + 1;
	return v->block.ampersand & all || !open_tag(xml, trail, found, pos, end) ? 0 : end;
}

WIDE static inline size_t pass_end(struct xml *xml, size_t pos)
{
	size_t at = xml->depth - 1;
	if (!xml->open[at].inert)
		return 0;
	unsigned len = xml->open[at].tag ? xml->open[at].tag->name : xml->open[at].known->len;
	__m256i there = _mm256_loadu_si256((const void *)(xml->in.at + pos + 2));
	__m256i name = _mm256_loadu_si256((const void *)(xml->in.at + xml->open[at].from + 1));
	uint32_t same = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(there, name));
	if (_bzhi_u32(~same, len) || xml->in.at[pos + 2 + len] != '>')
		return 0;
	xml->depth--;
	xml->open[at - 1].passed++;
	return pos + len + 3;
}

/* start  the < in the block behind pos, and all after it
 * A text that goes on behind the block is left to the reader where it may be within ]]>. */
WIDE static inline size_t pass_text(const struct xml *xml, const struct view *v, size_t pos, uint64_t start)
{
	uint64_t text = (start ? _blsmsk_u64(start) : UINT64_MAX) & UINT64_MAX << (pos - v->base);
	if (!xml->open[xml->depth - 1].inert || (v->block.ampersand | v->block.more) & text ||
	    (!start && (where(v->block.bytes, ']') & text) >> (BLOCK - 2)))
		return 0;
	return v->base + (size_t)_tzcnt_u64(start);
}

WIDE static inline __attribute__((always_inline)) size_t pass_one(struct xml *xml, struct view *v, struct trail *trail, size_t pos)
{
	if (pos - v->base >= BLOCK)
		look(xml, v, pos);
	uint64_t here = UINT64_MAX << (pos - v->base);
	if (xml->in.at[pos] != '<')
		return pass_text(xml, v, pos, v->block.less & here);
	if (xml->in.at[pos + 1] == '/')
		return pass_end(xml, pos);
	/* it goes on behind the block, or a quote in a text hid what is a tag */
	if (pos != v->base && (!(v->block.more & here) || !(v->block.outside >> (pos - v->base) & 1))) {
		look(xml, v, pos);
		here = UINT64_MAX;
	}
	if (v->block.more & here)
		return pass_short(xml, v, trail, pos, v->block.more & here);
	struct trail there = *trail; /* its address is given away here only */
	size_t next = pass_long(xml, &there, pos);
	*trail = there;
	return next;
}

WIDE static size_t pass_tags(struct xml *xml, size_t pos, size_t *lowest)
{
	if (xml->in.len - pos < BLOCK)
		return pos;
	struct view v;
	struct trail trail = {xml->tag_last, xml->tag_before};
	look(xml, &v, pos);
	while (xml->in.len - pos >= BLOCK) { /* what pass_end and a new block read */
		size_t next = pass_one(xml, &v, &trail, pos);
		if (next == 0)
			break;
		pos = next;
		*lowest = xml->depth < *lowest ? xml->depth : *lowest;
	}
	xml->tag_last = (uint16_t)trail.last;
	xml->tag_before = (uint16_t)trail.before;
	return pos;
}

WIDE static void keep_tag(struct xml *xml, size_t from, size_t to, const struct xml_tag *like)
{
	struct markup m;
	if (!take_markup(xml, from, &m) || m.end != to || xml->tag_count + 1 >= XML_TAGS ||
	    m.whole + BLOCK > sizeof xml->markups - xml->markup_used ||
	    (m.parts == 1 ? find_short(xml, m.part[0], m.whole) : find_long(xml, &m)) != 0)
		return;
	uint16_t *slot = &xml->tag_slots[m.parts == 1 ? slot_of_short(m.part[0])
		: slot_of_low(_mm512_castsi512_si128(m.part[0]))];
	struct xml_tag *tag = &xml->tags[++xml->tag_count];
	*tag = *like;
	tag->epoch = xml->epoch;
	tag->at = xml->markup_used;
	tag->len = (uint16_t)m.whole;
	tag->next = *slot;
	*slot = xml->tag_count;
	for (unsigned i = 0; i < m.parts; i++) {
		_mm512_storeu_si512((void *)(xml->markups + xml->markup_used), m.part[i]);
		xml->markup_used += m.len[i];
	}
	*guess_of(xml, (struct trail){xml->tag_last, xml->tag_before}) = xml->tag_count;
	xml->tag_before = xml->tag_last;
	xml->tag_last = xml->tag_count;
}

static bool machine_can(void)
{
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
	       __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi2");
}

size_t xml_pass_tags(struct xml *xml, size_t pos, size_t *lowest)
{
	return machine_can() ? pass_tags(xml, pos, lowest) : pos;
}

void xml_keep_tag(struct xml *xml, size_t from, size_t to, const struct xml_tag *like)
{
	if (like->name < NAME_MOST && machine_can())
		keep_tag(xml, from, to, like);
}
#else
size_t xml_pass_tags(struct xml *xml, size_t pos, size_t *lowest)
{
	(void)xml, (void)lowest;
	return pos;
}

void xml_keep_tag(struct xml *xml, size_t from, size_t to, const struct xml_tag *like)
{
	(void)xml, (void)from, (void)to, (void)like;
}
#endif

void xml_forget_tags(struct xml *xml)
{
	if (xml->tag_count + 1 < XML_TAGS && sizeof xml->markups - xml->markup_used > sizeof xml->markups / 8)
		return;
	memset(xml->tag_slots, 0, sizeof xml->tag_slots);
	memset(xml->tag_guesses, 0, sizeof xml->tag_guesses);
	xml->tag_count = xml->tag_last = xml->tag_before = 0;
	xml->markup_used = 0;
}
