/* A walk over the codes of a deflate stream: how many bytes each gives and where it
 * ends is all that is looked at.  Codes of up to ROOT bits are told by a table, the
 * few longer ones bit by bit.  At the place where the text changes the block is ended
 * by its own end code, and an empty stored block fills the byte.             */
#include "gate/file/deflate.h"

enum { ROOT = 11, LONGEST = 15, LITERALS = 288, DISTANCES = 32, END = 256, LENGTH_CODES = 19 };
enum { STORED, FIXED, DYNAMIC };

struct entry {
	uint16_t gives;      /* bytes, without what the extra bits add; 0: the block's end */
	uint8_t bits, extra; /* bits 0: a longer code, or none */
};

struct code {
	struct entry root[1 << ROOT];
	uint16_t count[LONGEST + 1]; /* codes of each length */
	uint16_t symbols[LITERALS];  /* by code */
	uint32_t end;                /* the code of END, its first bit lowest */
	uint8_t end_bits;
};

struct bits {
	struct slice in;
	size_t at;
	uint64_t hold;   /* the next bits, the first one lowest */
	unsigned have;
	bool broken;     /* more was asked for than there is */
};

struct walk {
	struct bits bits;
	size_t given;
	size_t header;   /* where the block begins, in bits */
	struct code literal, distance;
};

/* ---- bits ---- */

static inline void refill(struct bits *b)
{
	uint64_t next;
	if (b->in.len - b->at >= sizeof next) {
		memcpy(&next, b->in.at + b->at, sizeof next);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		next = __builtin_bswap64(next);
#endif
		b->hold |= next << b->have;
		b->at += (63 - b->have) / 8;
		b->have |= 56;
		return;
	}
	for (; b->have <= 56 && b->at < b->in.len; b->have += 8)
		b->hold |= (uint64_t)b->in.at[b->at++] << b->have;
}

static inline void drop(struct bits *b, unsigned bits)
{
	b->broken |= bits > b->have;
	b->hold >>= bits;
	b->have -= b->broken ? b->have : bits;
}

static uint32_t take(struct bits *b, unsigned bits)
{
	refill(b);
	uint32_t value = (uint32_t)(b->hold & ((UINT64_C(1) << bits) - 1));
	drop(b, bits);
	return value;
}

static size_t place(const struct bits *b)
{
	return b->at * 8 - b->have;
}

/* ---- codes: section 3.2.2, 3.2.5 ---- */

static struct entry literal_entry(unsigned symbol)
{
	static const uint16_t base[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83,
	                                99, 115, 131, 163, 195, 227, 258};
	static const uint8_t extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
	if (symbol <= END)
		return (struct entry){.gives = symbol < END};
	symbol -= END + 1;
	return symbol < sizeof extra ? (struct entry){.gives = base[symbol], .extra = extra[symbol]}
		: (struct entry){.gives = UINT16_MAX};
}

/* Two symbols stand for no distance; readers differ in what they make of them. */
static struct entry distance_entry(unsigned symbol)
{
	return (struct entry){.gives = symbol < 30 ? 0 : UINT16_MAX, .extra = (uint8_t)(symbol < 2 ? 0 : symbol / 2 - 1)};
}

static struct entry symbol_entry(unsigned symbol)
{
	return (struct entry){.gives = (uint16_t)symbol};
}

typedef struct entry entry_fn(unsigned symbol);

static uint32_t reversed(uint32_t code, unsigned bits)
{
	uint32_t to = 0;
	for (unsigned i = 0; i < bits; i++)
		to |= (code >> i & 1) << (bits - 1 - i);
	return to;
}

/* false: more codes than fit */
static bool make_code(struct code *code, const uint8_t *lengths, unsigned count, entry_fn *entry_of)
{
	uint32_t next[LONGEST + 2] = {0};
	uint16_t from[LONGEST + 2] = {0};
	memset(code->count, 0, sizeof code->count);
	memset(code->root, 0, sizeof code->root);
	code->end_bits = 0;
	for (unsigned i = 0; i < count; i++)
		code->count[lengths[i]]++;
	code->count[0] = 0;
	for (unsigned bits = 1; bits <= LONGEST; bits++) {
		next[bits + 1] = (next[bits] + code->count[bits]) << 1;
		from[bits + 1] = (uint16_t)(from[bits] + code->count[bits]);
		if (next[bits] + code->count[bits] > 1u << bits)
			return false;
	}
	for (unsigned symbol = 0; symbol < count; symbol++) {
		unsigned bits = lengths[symbol];
		if (bits == 0)
			continue;
		code->symbols[from[bits]++] = (uint16_t)symbol;
		uint32_t mirrored = reversed(next[bits]++, bits);
		if (symbol == END) {
			code->end = mirrored;
			code->end_bits = (uint8_t)bits;
		}
		struct entry entry = entry_of(symbol);
		entry.bits = (uint8_t)bits;
		for (uint32_t i = mirrored; i < 1u << ROOT && bits <= ROOT; i += 1u << bits)
			code->root[i] = entry;
	}
	return true;
}

static __attribute__((noinline)) struct entry long_entry(uint64_t hold, const struct code *code, entry_fn *entry_of)
{
	uint32_t value = 0, first = 0, index = 0;
	for (unsigned bits = 1; bits <= LONGEST; bits++) {
		value |= (uint32_t)(hold >> (bits - 1)) & 1;
		if (value < first + code->count[bits]) {
			struct entry entry = entry_of(code->symbols[index + value - first]);
			entry.bits = (uint8_t)bits;
			return entry;
		}
		index += code->count[bits];
		first = (first + code->count[bits]) << 1;
		value <<= 1;
	}
	return (struct entry){0};
}

/* The code that comes next; bits 0: there is none.  The bits are there already. */
static inline struct entry look(const struct bits *b, const struct code *code, entry_fn *entry_of)
{
	struct entry entry = code->root[b->hold & ((1u << ROOT) - 1)];
	return entry.bits ? entry : long_entry(b->hold, code, entry_of);
}

/* ---- blocks: section 3.2.4 to 3.2.7 ---- */

static bool fixed_codes(struct walk *w)
{
	uint8_t lengths[LITERALS];
	for (unsigned i = 0; i < LITERALS; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	if (!make_code(&w->literal, lengths, LITERALS, literal_entry))
		return false;
	memset(lengths, 5, DISTANCES);
	return make_code(&w->distance, lengths, DISTANCES, distance_entry);
}

static bool read_lengths(struct walk *w, uint8_t *lengths, unsigned count)
{
	struct bits *b = &w->bits;
	for (unsigned i = 0; i < count && !b->broken;) {
		refill(b);
		struct entry entry = look(b, &w->distance, symbol_entry);
		drop(b, entry.bits);
		if (entry.bits == 0 || (entry.gives == 16 && i == 0))
			return false;
		uint8_t value = entry.gives < 16 ? (uint8_t)entry.gives : entry.gives == 16 ? lengths[i - 1] : 0;
		unsigned times = entry.gives < 16 ? 1 : entry.gives == 16 ? 3 + take(b, 2)
			: entry.gives == 17 ? 3 + take(b, 3) : 11 + take(b, 7);
		if (times > count - i)
			return false;
		memset(lengths + i, value, times);
		i += times;
	}
	return !b->broken;
}

static bool dynamic_codes(struct walk *w)
{
	static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
	uint8_t lengths[LITERALS + DISTANCES] = {0};
	unsigned literals = 257 + take(&w->bits, 5), distances = 1 + take(&w->bits, 5);
	unsigned codes = 4 + take(&w->bits, 4);
	if (literals > LITERALS - 2 || distances > DISTANCES - 2) /* the last two of each stand for nothing */
		return false;
	for (unsigned i = 0; i < codes; i++)
		lengths[order[i]] = (uint8_t)take(&w->bits, 3);
	if (!make_code(&w->distance, lengths, LENGTH_CODES, symbol_entry) ||
	    !read_lengths(w, lengths, literals + distances))
		return false;
	return make_code(&w->literal, lengths, literals, literal_entry) && w->literal.end_bits &&
	       make_code(&w->distance, lengths + literals, distances, distance_entry);
}

enum stop { BROKEN, BLOCK_ENDS, TEXT_CHANGES };

/* Up to the last code that gives no byte behind `same`. */
static enum stop walk_codes(struct walk *w, size_t same)
{
	struct bits b = w->bits; /* in registers */
	enum stop stop = BROKEN;
	while (!b.broken) {
		refill(&b);
		w->bits = b;
		struct entry entry = look(&b, &w->literal, literal_entry);
		size_t gives = entry.gives;
		if (entry.bits == 0 || gives == UINT16_MAX)
			break;
		drop(&b, entry.bits);
		if (gives > 1) {
			gives += b.hold & ((1u << entry.extra) - 1);
			drop(&b, entry.extra);
			struct entry distance = look(&b, &w->distance, distance_entry);
			drop(&b, distance.bits + distance.extra);
			b.broken |= distance.bits == 0 || distance.gives;
		}
		stop = b.broken ? BROKEN : gives == 0 ? BLOCK_ENDS : gives > same - w->given ? TEXT_CHANGES : BROKEN;
		if (stop != BROKEN)
			break;
		w->given += gives;
	}
	if (stop == BLOCK_ENDS)
		w->bits = b;
	return stop;
}

static enum stop walk_stored(struct walk *w, size_t same)
{
	struct bits *b = &w->bits;
	drop(b, b->have % 8);
	uint32_t len = take(b, 16), not_len = take(b, 16);
	b->at -= b->have / 8;
	b->have = 0;
	b->hold = 0;
	if (b->broken || (len ^ not_len) != 0xFFFF || len > b->in.len - b->at)
		return BROKEN;
	if (len > same - w->given)
		return TEXT_CHANGES;
	b->at += len;
	w->given += len;
	return BLOCK_ENDS;
}

/* ---- what is taken ---- */

struct bits_out {
	struct buffer *out;
	uint32_t hold;
	unsigned have;
};

static void put_bits(struct bits_out *to, uint32_t value, unsigned bits)
{
	to->hold |= value << to->have;
	for (to->have += bits; to->have >= 8; to->have -= 8, to->hold >>= 8)
		buffer_put_u8(to->out, (uint8_t)to->hold);
}

/* The first `bits` of the stream, without the mark that the block at header is the last. */
static void put_beginning(const struct walk *w, size_t bits, const struct code *ended, struct buffer *out)
{
	size_t start = out->len, whole = bits / 8;
	buffer_put_slice(out, slice_part(w->bits.in, 0, whole));
	struct bits_out to = {.out = out, .have = bits % 8};
	if (to.have)
		to.hold = w->bits.in.at[whole] & ((1u << to.have) - 1);
	if (ended && w->header / 8 == whole)
		to.hold &= ~(1u << w->header % 8);
	else if (ended && buffer_ok(out))
		out->at[start + w->header / 8] &= (uint8_t)~(1u << w->header % 8);
	if (ended)
		put_bits(&to, ended->end, ended->end_bits);
	put_bits(&to, 0, 3); /* an empty stored block that is not the last */
	put_bits(&to, 0, (8 - to.have % 8) % 8);
	buffer_put(out, "\0\0\xFF\xFF", 4);
}

/* Block after block; BLOCK_ENDS: the last one ended. */
static enum stop walk_blocks(struct walk *w, size_t same, unsigned *kind)
{
	enum stop stop = BLOCK_ENDS;
	for (bool last = false; stop == BLOCK_ENDS && !last && !w->bits.broken;) {
		refill(&w->bits);
		w->header = place(&w->bits);
		last = take(&w->bits, 1);
		*kind = take(&w->bits, 2);
		bool coded = *kind == FIXED ? fixed_codes(w) : *kind == DYNAMIC ? dynamic_codes(w) : *kind == STORED;
		stop = !coded ? BROKEN : *kind == STORED ? walk_stored(w, same) : walk_codes(w, same);
	}
	return w->bits.broken ? BROKEN : stop;
}

bool deflate_plain(struct slice packed, size_t plain)
{
	struct walk w = {.bits.in = packed};
	unsigned kind = STORED;
	return walk_blocks(&w, plain, &kind) == BLOCK_ENDS && w.given == plain;
}

bool deflate_begin(struct slice packed, size_t same, struct buffer *out, size_t *taken)
{
	struct walk w = {.bits.in = packed};
	unsigned kind = STORED;
	if (walk_blocks(&w, same, &kind) != TEXT_CHANGES || w.given == 0)
		return false;
	if (kind == STORED)
		put_beginning(&w, w.header, NULL, out);
	else
		put_beginning(&w, place(&w.bits), &w.literal, out);
	*taken = w.given;
	return buffer_ok(out);
}
