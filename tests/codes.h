/* tests/codes.h - a deflate stream with codes that RFC 1951 leaves without a meaning
 *
 * One block of fixed codes: enough letters that any distance lies within them, then a
 * length and a distance of one's choice.                                        */
#ifndef SEKISHO_TESTS_CODES_H
#define SEKISHO_TESTS_CODES_H

#include "base/buffer.h"

struct codes_bits {
	struct buffer *out;
	uint32_t hold;
	unsigned have;
};

static inline void codes_put(struct codes_bits *to, uint32_t value, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++) {
		to->hold |= (value >> i & 1) << to->have;
		if (++to->have == 8) {
			buffer_put_u8(to->out, (uint8_t)to->hold);
			to->hold = to->have = 0;
		}
	}
}

/* Huffman codes begin with their highest bit (section 3.1.1). */
static inline void codes_put_code(struct codes_bits *to, uint32_t code, unsigned bits)
{
	while (bits-- > 0)
		codes_put(to, code >> bits & 1, 1);
}

static inline void codes_put_symbol(struct codes_bits *to, unsigned symbol)
{
	if (symbol < 144)
		codes_put_code(to, 0x30 + symbol, 8);
	else if (symbol < 256)
		codes_put_code(to, 0x190 + symbol - 144, 9);
	else if (symbol < 280)
		codes_put_code(to, symbol - 256, 7);
	else
		codes_put_code(to, 0xC0 + symbol - 280, 8);
}

/* codes_make - one letter, `letters` of text, then one match
 * length    symbol; 285 is the last that means something: 258 bytes
 * distance  symbol; 29 is the last that means something                        */
static inline void codes_make(struct buffer *out, unsigned first, unsigned letters, unsigned length, unsigned distance)
{
	struct codes_bits to = {.out = out};
	codes_put(&to, 1, 1); /* the last block */
	codes_put(&to, 1, 2); /* of fixed codes */
	codes_put_symbol(&to, first);
	for (unsigned i = 0; i < letters; i++)
		codes_put_symbol(&to, i % 32 == 31 ? '\n' : 'a' + i / 7 % 26);
	codes_put_symbol(&to, length);
	codes_put_code(&to, distance, 5);
	codes_put(&to, 0, distance < 2 ? 0 : distance < 30 ? distance / 2 - 1 : 13);
	codes_put_symbol(&to, 256);
	codes_put(&to, 0, 7);
}

#endif
