/* Small texts in one block of fixed codes.
 *
 * Half of the time that a general compressor spends on a list of parts goes into clearing
 * tables made for megabytes and into codes of its own for some hundred bytes.  Such a text is
 * made of matches, for which the fixed codes are nearly as good.
 * source  RFC 1951, section 3.2.5 and 3.2.6                                  */
#include "gate/file/deflate.h"

enum { HASH_BITS = 10, LEAST = 4, LONGEST = 258, END = 256, LITERALS = 288, DISTANCES = 30 };

struct code {
	uint16_t value; /* its first bit lowest */
	uint8_t bits;
};

static struct code literal_codes[LITERALS], distance_codes[DISTANCES];

static uint16_t mirrored(unsigned code, unsigned bits)
{
	unsigned to = 0;
	for (unsigned i = 0; i < bits; i++)
		to |= (code >> i & 1) << (bits - 1 - i);
	return (uint16_t)to;
}

static void prepare(void)
{
	static const struct { unsigned from, to, code, bits; } rows[] = {
		{0, 143, 0x30, 8}, {144, 255, 0x190, 9}, {256, 279, 0, 7}, {280, 287, 0xC0, 8}};
	if (distance_codes[0].bits)
		return;
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++)
		for (unsigned i = rows[row].from; i <= rows[row].to; i++)
			literal_codes[i] = (struct code){mirrored(rows[row].code + i - rows[row].from, rows[row].bits),
			                                 (uint8_t)rows[row].bits};
	for (unsigned i = 0; i < DISTANCES; i++)
		distance_codes[i] = (struct code){mirrored(i, 5), 5};
}

struct bits_out {
	uint8_t *at;
	uint64_t hold;
	unsigned have;
};

static inline void put(struct bits_out *to, uint64_t value, unsigned bits)
{
	to->hold |= value << to->have;
	for (to->have += bits; to->have >= 8; to->have -= 8, to->hold >>= 8)
		*to->at++ = (uint8_t)to->hold;
}

static inline void put_code(struct bits_out *to, struct code code)
{
	put(to, code.value, code.bits);
}

static unsigned log_2(size_t n)
{
	return 63u - (unsigned)__builtin_clzll(n);
}

static void put_match(struct bits_out *to, size_t len, size_t distance)
{
	size_t n = len - 3, d = distance - 1;
	unsigned extra = n < 8 || len == LONGEST ? 0 : log_2(n) - 2;
	put_code(to, literal_codes[len == LONGEST ? 285 : n < 8 ? 257 + n : 257 + 4 * extra + (n >> extra)]);
	put(to, n & (((size_t)1 << extra) - 1) & (len == LONGEST ? 0 : SIZE_MAX), extra);
	extra = d < 4 ? 0 : log_2(d) - 1;
	put_code(to, distance_codes[d < 4 ? d : 2 * extra + (d >> extra)]);
	put(to, d & (((size_t)1 << extra) - 1), extra);
}

static inline uint32_t four(const uint8_t *at)
{
	uint32_t v;
	memcpy(&v, at, sizeof v);
	return v;
}

static inline unsigned slot_of(const uint8_t *at)
{
	return (four(at) * 0x9E3779B1u) >> (32 - HASH_BITS);
}

static size_t same_bytes(const uint8_t *a, const uint8_t *b, size_t most)
{
	size_t n = 0;
	while (n < most && a[n] == b[n])
		n++;
	return n;
}

bool deflate_small(struct slice text, struct buffer *out)
{
	uint16_t seen[1 << HASH_BITS] = {0}; /* one more than the place of four bytes */
	uint8_t *at = text.len <= DEFLATE_SMALL ? buffer_reserve(out, text.len * 9 / 8 + 8) : NULL;
	if (!at)
		return false;
	prepare();
	struct bits_out to = {.at = at};
	put(&to, 1 | 1 << 1, 3); /* the last block; fixed codes */
	for (size_t i = 0, len; i < text.len; i += len) {
		size_t from = SIZE_MAX;
		len = 1;
		if (text.len - i >= LEAST) {
			unsigned slot = slot_of(text.at + i);
			from = (size_t)seen[slot] - 1;
			seen[slot] = (uint16_t)(i + 1);
		}
		if (from != SIZE_MAX && four(text.at + from) == four(text.at + i)) {
			size_t left = text.len - i;
			len = same_bytes(text.at + from, text.at + i, left < LONGEST ? left : LONGEST);
			put_match(&to, len, i - from);
			for (size_t k = i + 1; k < i + len && text.len - k >= LEAST; k++)
				seen[slot_of(text.at + k)] = (uint16_t)(k + 1);
		} else {
			put_code(&to, literal_codes[text.at[i]]);
		}
	}
	put_code(&to, literal_codes[END]);
	put(&to, 0, (8 - to.have) % 8);
	buffer_commit(out, (size_t)(to.at - at));
	return true;
}
