/* The characters of XML: each byte belongs to one that XML allows.  What needs no
 * thought goes by blocks; the general decoder judges the rest, one by one.   */
#include "gate/file/xml_inside.h"

#include "base/text.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

bool xml_char_allowed(uint32_t code)
{
	return code == 9 || code == 10 || code == 13 || (code >= 0x20 && code <= 0xD7FF) ||
	       (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

#if defined(__x86_64__)
/* ---- blocks of 32 bytes, by AVX2 where the machine has it ----
 *
 * Whether two bytes may follow one another is told by the high and the low half of the
 * first and the high half of the second: each has a set of faults it could be part of,
 * and what all three have in common is one.  After J. Keiser, D. Lemire, "Validating
 * UTF-8 in less than one instruction per byte" (2021).                         */
enum {
	SHORT = 1, LONG = 2, OVER3 = 4, LARGE = 8, SURROGATE = 16, OVER2 = 32, OVER4 = 64 /* or too large */,
	TRAILS = 128 /* two that follow: right behind three or four bytes' beginning */,
	ANY = SHORT | LONG | TRAILS,
	OVERS = LONG | OVER2 | TRAILS
};

#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

__attribute__((target("avx2"))) static inline __m256i high_halves(__m256i block)
{
	return _mm256_and_si256(_mm256_srli_epi16(block, 4), _mm256_set1_epi8(15));
}

/* The bytes n places before those of the block; zeros before its first. */
#define BEFORE(block, n) \
	_mm256_alignr_epi8(block, _mm256_permute2x128_si256(block, block, 0x08), 16 - (n))

/* Not zero where a byte of the block, which begins with a character, is wrong; a character that
 * the block does not end is fine so far. */
__attribute__((target("avx2"))) static inline __m256i faults(__m256i block)
{
	const __m256i first_high = TWICE(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, (char)TRAILS, (char)TRAILS,
		(char)TRAILS, (char)TRAILS, SHORT | OVER2, SHORT, SHORT | OVER3 | SURROGATE, SHORT | LARGE | OVER4);
	const __m256i first_low = TWICE((char)(ANY | OVER3 | OVER2 | OVER4), (char)(ANY | OVER2), (char)ANY, (char)ANY,
		(char)(ANY | LARGE), (char)(ANY | LARGE | OVER4), (char)(ANY | LARGE | OVER4), (char)(ANY | LARGE | OVER4),
		(char)(ANY | LARGE | OVER4), (char)(ANY | LARGE | OVER4), (char)(ANY | LARGE | OVER4),
		(char)(ANY | LARGE | OVER4), (char)(ANY | LARGE | OVER4), (char)(ANY | LARGE | OVER4 | SURROGATE),
		(char)(ANY | LARGE | OVER4), (char)(ANY | LARGE | OVER4));
	const __m256i second_high = TWICE(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
		(char)(OVERS | OVER3 | OVER4), (char)(OVERS | OVER3 | LARGE), (char)(OVERS | SURROGATE | LARGE),
		(char)(OVERS | SURROGATE | LARGE), SHORT, SHORT, SHORT, SHORT);
	__m256i before = BEFORE(block, 1);
	__m256i pairs = _mm256_and_si256(_mm256_shuffle_epi8(first_high, high_halves(before)),
		_mm256_and_si256(_mm256_shuffle_epi8(first_low, _mm256_and_si256(before, _mm256_set1_epi8(15))),
		                 _mm256_shuffle_epi8(second_high, high_halves(block))));
	/* the third byte of three and the third and fourth of four follow one that follows */
	__m256i third = _mm256_subs_epu8(BEFORE(block, 2), _mm256_set1_epi8(0xE0 - 0x80));
	__m256i fourth = _mm256_subs_epu8(BEFORE(block, 3), _mm256_set1_epi8(0xF0 - 0x80));
	__m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
	return _mm256_xor_si256(due, pairs);
}

/* Not zero: control characters other than tab and line ends; EF BF, for two codes there are none. */
__attribute__((target("avx2"))) static inline __m256i unusual(__m256i block)
{
	__m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(block, _mm256_set1_epi8(0x1F)), block);
	__m256i space = _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('\t')),
		_mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('\n')),
		                _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\r'))));
	__m256i last = _mm256_and_si256(_mm256_cmpeq_epi8(BEFORE(block, 1), _mm256_set1_epi8((char)0xEF)),
	                                _mm256_cmpeq_epi8(block, _mm256_set1_epi8((char)0xBF)));
	return _mm256_or_si256(_mm256_andnot_si256(space, low), last);
}

/* Offset, at the beginning of a character, up to which all is allowed. */
__attribute__((target("avx2"))) static size_t skip_blocks(const uint8_t *bytes, size_t at, size_t end)
{
	/* what begins a character that needs more than the block has left */
	const __m256i ends = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, (char)0xEF, (char)0xDF, (char)0xBF);
	while (end - at >= 32) {
		__m256i block = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + at));
		__m256i strange = unusual(block);
		uint64_t cut = UINT64_C(1) << 32;
		if (_mm256_movemask_epi8(block)) {
			strange = _mm256_or_si256(strange, faults(block));
			__m256i whole = _mm256_cmpeq_epi8(_mm256_subs_epu8(block, ends), _mm256_setzero_si256());
			cut |= ~(uint32_t)_mm256_movemask_epi8(whole);
		}
		if (!_mm256_testz_si256(strange, strange))
			return at;
		at += (size_t)__builtin_ctzll(cut);
	}
	return at;
}

static size_t skip_plain(const uint8_t *bytes, size_t at, size_t end)
{
	return __builtin_cpu_supports("avx2") ? skip_blocks(bytes, at, end) : at;
}
#else
static size_t skip_plain(const uint8_t *bytes, size_t at, size_t end)
{
	(void)bytes, (void)end;
	return at;
}
#endif

/* Offset of the first byte in [at, end) that is not plain ASCII text. */
static size_t skip_ascii(const uint8_t *bytes, size_t at, size_t end)
{
#if defined(__SSE2__)
	for (; end - at >= 16; at += 16) {
		__m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
		/* signed: bytes from 0x80 up are below 0x20 too */
		if (_mm_movemask_epi8(_mm_cmplt_epi8(block, _mm_set1_epi8(0x20))))
			break;
	}
#endif
	while (at < end && bytes[at] >= 0x20 && bytes[at] < 0x80)
		at++;
	return at;
}

static bool trail(uint8_t byte)
{
	return (byte & 0xC0) == 0x80;
}

/* Kana and kanji, the common case, without the general decoder. */
static size_t skip_kanji(const uint8_t *bytes, size_t at, size_t end)
{
	while (end - at >= 3 && bytes[at] >= 0xE1 && bytes[at] <= 0xEC && trail(bytes[at + 1]) &&
	       trail(bytes[at + 2]))
		at += 3;
	return at;
}

static bool chars_allowed(struct slice text, size_t *bad)
{
	for (size_t at = 0; at < text.len;) {
		at = skip_plain(text.at, at, text.len);
		at = skip_ascii(text.at, at, text.len);
		at = skip_kanji(text.at, at, text.len);
		if (at == text.len)
			return true;
		*bad = at;
		int32_t code = utf8_next(text, &at);
		if (code < 0 || !xml_char_allowed((uint32_t)code))
			return false;
	}
	return true;
}

static bool utf16_next(struct slice in, size_t *pos, bool big, uint32_t *code)
{
	const uint8_t *at = in.at + *pos;
	size_t high = big ? 0 : 1, low = big ? 1 : 0;
	if (in.len - *pos < 2)
		return false;
	*code = (uint32_t)at[high] << 8 | at[low];
	*pos += 2;
	if (*code < 0xD800 || *code > 0xDFFF)
		return true;
	if (*code > 0xDBFF || in.len - *pos < 2)
		return false;
	uint32_t second = (uint32_t)at[2 + high] << 8 | at[2 + low];
	*pos += 2;
	*code = 0x10000 + ((*code - 0xD800) << 10) + (second - 0xDC00);
	return second >= 0xDC00 && second <= 0xDFFF;
}

static struct result from_utf16(struct slice in, bool big, struct buffer *room, struct why *why)
{
	buffer_clear(room);
	for (size_t pos = 2; pos < in.len;) {
		uint32_t code;
		if (!utf16_next(in, &pos, big, &code))
			return fail(why, E_INPUT, "", "broken UTF-16 at offset %zu", pos);
		utf8_put(room, code);
	}
	return buffer_ok(room) ? ok() : fail(why, E_MEMORY, "", "no room for the text");
}

struct result xml_to_utf8(struct slice in, struct buffer *room, struct slice *out, struct why *why)
{
	bool little = slice_starts(in, SLICE("\xFF\xFE")), big = slice_starts(in, SLICE("\xFE\xFF"));
	struct slice text = slice_starts(in, SLICE("\xEF\xBB\xBF")) ? slice_part(in, 3, in.len) : in;
	if (little || big) {
		TRY(from_utf16(in, big, room, why));
		text = buffer_slice(room);
	}
	size_t bad = 0;
	if (!chars_allowed(text, &bad))
		return fail(why, E_INPUT, "", "offset %zu is not UTF-8, or a character XML forbids", bad);
	*out = text;
	return ok();
}

