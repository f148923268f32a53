/* The coded pixels of a sequential JPEG, walked code by code: judged, or written anew
 * with other codes.  Nothing is stored but the last DC of each component: what
 * another coefficient is worth says nothing about whether it is well coded.
 * source  ITU-T T.81, C, F.1.2, F.2.2, E.1.4                                */
#include "gate/file/picture_jpeg.h"

#include <string.h>

enum {
	FAST = 10,          /* bits that the first table sees */
	ENOUGH = 32,        /* more than any code and what follows it: 16 + 11 */
	MCU_BYTES = 8192,   /* more than ten blocks of 64 such, every byte an FF with its 00 */
	AC_BITS = 10, DC_BITS = 11,
	STEP_MOST = 16, STEP_LONGER = 0, STEP_EMPTY = 32, STEP_END = 33, STEP_BAD = 34,
	ALL_ONES = 0xFF, RESTART = 0xD0,
};

/* What a symbol asks for.  Of AC: bits of code and value together, and how many
 * coefficients further the next one is.  Of DC: bits of the code, and the value's. */
struct entry {
	uint8_t bits, step, symbol;
};

struct lookup {
	struct entry fast[1 << FAST], symbol[256]; /* symbol: bits without the code's */
	uint32_t first[JPEG_LENGTHS], count[JPEG_LENGTHS];
	size_t index[JPEG_LENGTHS];
	const uint8_t *symbols;
};

/* The codes that are written, by their symbols; length 0: there is none. */
struct coder {
	uint16_t code[256];
	uint8_t length[256];
	bool made;
};

struct sink {
	uint8_t *at;    /* in the room of the writer's buffer */
	uint64_t bits;  /* the last ones, at the bottom */
	unsigned have;
	bool lacks;     /* a symbol without a code was needed */
};

struct writer {
	struct buffer *out;
	struct sink to;
	struct coder dc[2], ac[2];
	int last[JPEG_PARTS];
};

struct source {
	struct slice in;
	size_t at;
	uint64_t bits;  /* the next ones, from the top */
	unsigned have;
};

/* The loops over coefficients hold source and sink in variables of their own: bytes that are
 * written could be anything else's in memory.                                */
struct scan {
	const struct jpeg_frame *frame;
	struct lookup dc[2], ac[2];
	int last[JPEG_PARTS];
	struct source from;
};

bool jpeg_code_sound(const struct jpeg_code *code)
{
	bool has[256] = {false};
	uint32_t next = 0;
	size_t at = 0;
	for (unsigned i = 0; i < JPEG_LENGTHS; i++, next <<= 1) {
		for (unsigned n = 0; n < code->counts[i]; n++, at++, next++) {
			if (at == code->n || has[code->symbols[at]])
				return false;
			has[code->symbols[at]] = true;
		}
		if (code->counts[i] && next >= UINT32_C(1) << (i + 1))
			return false;
	}
	return at == code->n;
}

bool jpeg_code_order(struct jpeg_code *code)
{
	bool changed = false;
	size_t from = 0;
	for (unsigned i = 0; i < JPEG_LENGTHS; from += code->counts[i], i++)
		for (size_t k = from + 1; k < from + code->counts[i]; k++)
			for (size_t at = k; at > from && code->symbols[at - 1] > code->symbols[at]; at--) {
				uint8_t symbol = code->symbols[at];
				code->symbols[at] = code->symbols[at - 1];
				code->symbols[at - 1] = symbol;
				changed = true;
			}
	return changed;
}

static struct entry ac_entry(uint8_t symbol)
{
	const uint8_t run = symbol >> 4, size = symbol & 15;
	if (size > AC_BITS || (size == 0 && run != 0 && run != 15))
		return (struct entry){0, STEP_BAD, 0};
	if (size == 0)
		return (struct entry){0, run ? STEP_EMPTY : STEP_END, symbol};
	return (struct entry){size, (uint8_t)(run + 1), symbol};
}

/* Of DC the step is the value's bits and one, so that 0 stays free. */
static struct entry dc_entry(uint8_t symbol)
{
	return (struct entry){0, symbol <= DC_BITS ? (uint8_t)(symbol + 1) : STEP_BAD, symbol};
}

static void fill(struct lookup *to, const struct jpeg_code *code, struct entry (*entry)(uint8_t symbol))
{
	uint32_t next = 0;
	size_t at = 0;
	to->symbols = code->symbols;
	for (unsigned i = 0; i < JPEG_LENGTHS; i++, next <<= 1) {
		to->first[i] = next;
		to->count[i] = code->counts[i];
		to->index[i] = at;
		for (unsigned n = 0; n < code->counts[i]; n++, at++, next++) {
			struct entry e = to->symbol[code->symbols[at]] = entry(code->symbols[at]);
			e.bits = (uint8_t)(e.bits + i + 1);
			for (uint32_t k = 0; i < FAST && k < UINT32_C(1) << (FAST - 1 - i); k++)
				to->fast[(next << (FAST - 1 - i)) + k] = e;
		}
	}
}

static bool any_ones(uint64_t v)
{
	return ((~v - UINT64_C(0x0101010101010101)) & v & UINT64_C(0x8080808080808080)) != 0;
}

/* take_more - at least ENOUGH bits, or all up to the next marker */
static inline void take_more(struct source *s)
{
	if (s->have > 56)
		return;
	if (s->in.len - s->at >= 8) {
		uint64_t v;
		memcpy(&v, s->in.at + s->at, 8);
		v = __builtin_bswap64(v);
		if (!any_ones(v)) {
			unsigned bytes = (63 - s->have) / 8;
			s->bits |= v >> s->have;
			s->at += bytes;
			s->have += 8 * bytes;
			/* what lies below is not counted: it comes again, the same */
			s->bits &= ~UINT64_C(0) << (64 - s->have);
			return;
		}
	}
	while (s->have <= 56 && s->at < s->in.len) {
		uint8_t byte = s->in.at[s->at];
		bool ones = byte == ALL_ONES;
		if (ones && (s->in.len - s->at < 2 || s->in.at[s->at + 1] != 0))
			return;
		s->bits |= (uint64_t)byte << (56 - s->have);
		s->have += 8;
		s->at += ones ? 2 : 1;
	}
}

static inline void drop(struct source *s, unsigned bits)
{
	s->bits <<= bits;
	s->have -= bits;
}

/* longer - a code of more than FAST bits */
static struct entry longer(const struct source *s, const struct lookup *codes)
{
	for (unsigned i = FAST; i < JPEG_LENGTHS; i++) {
		uint32_t code = (uint32_t)(s->bits >> (63 - i));
		if (code < codes->first[i] || code - codes->first[i] >= codes->count[i])
			continue;
		struct entry e = codes->symbol[codes->symbols[codes->index[i] + code - codes->first[i]]];
		e.bits = (uint8_t)(e.bits + i + 1);
		return e;
	}
	return (struct entry){0, STEP_BAD, 0};
}

static inline struct entry look_up(struct source *s, const struct lookup *codes)
{
	if (s->have < ENOUGH)
		take_more(s);
	struct entry e = codes->fast[s->bits >> (64 - FAST)];
	return e.step == STEP_LONGER ? longer(s, codes) : e;
}

/* dc_step - how far this DC is from the last one of its component */
static bool dc_step(struct source *s, const struct lookup *codes, int *step)
{
	struct entry e = look_up(s, codes);
	const unsigned size = e.step - 1u;
	if (e.step == STEP_BAD || e.bits + size > s->have)
		return false;
	drop(s, e.bits);
	*step = 0;
	if (size == 0)
		return true;
	int value = (int)(s->bits >> (64 - size));
	drop(s, size);
	*step = value >> (size - 1) ? value : value - (1 << size) + 1;
	return true;
}

/* dc_worth - false where it leaves its range */
static bool dc_worth(int *last, int step)
{
	*last += step;
	return *last >= -JPEG_COEFFICIENT_MOST - 1 && *last <= JPEG_COEFFICIENT_MOST;
}

static bool dc_plain(struct scan *s, const struct lookup *codes, int *last, bool outside)
{
	int step;
	return dc_step(&s->from, codes, &step) && !(outside && step != 0) && dc_worth(last, step);
}

static bool ac_plain(struct scan *s, const struct lookup *codes, bool outside)
{
	bool empty = false; /* sixteen zeros were told, so something must follow */
	struct source from = s->from;
	for (unsigned k = 1; k < 64;) {
		struct entry e = look_up(&from, codes);
		if (e.bits > from.have || e.step == STEP_BAD || (outside && e.step != STEP_END))
			return false;
		drop(&from, e.bits);
		s->from = from;
		if (e.step == STEP_END)
			return !empty;
		empty = e.step == STEP_EMPTY;
		k += empty ? STEP_MOST : e.step;
		if (k > 64)
			return false;
	}
	return !empty;
}

/* ---- writing ---- */

static void make_coder(struct coder *to, const struct jpeg_code *code)
{
	uint32_t next = 0;
	size_t at = 0;
	to->made = true;
	for (unsigned i = 0; i < JPEG_LENGTHS; i++, next <<= 1)
		for (unsigned n = 0; n < code->counts[i]; n++, at++, next++) {
			to->code[code->symbols[at]] = (uint16_t)next;
			to->length[code->symbols[at]] = (uint8_t)(i + 1);
		}
}

static void put_byte(struct sink *w, uint8_t byte)
{
	*w->at++ = byte;
	if (byte == ALL_ONES)
		*w->at++ = 0;
}

/* put_bits - at most 32; those above them in `bits` are nought */
static inline void put_bits(struct sink *w, uint32_t bits, unsigned n)
{
	w->bits = w->bits << n | bits;
	w->have += n;
	if (w->have < 32)
		return;
	w->have -= 32;
	uint32_t four = (uint32_t)(w->bits >> w->have);
	if (!any_ones(four)) {
		four = __builtin_bswap32(four);
		memcpy(w->at, &four, 4);
		w->at += 4;
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		put_byte(w, (uint8_t)(four >> (24 - 8 * i)));
}

static inline void put_symbol(struct sink *w, const struct coder *coder, uint8_t symbol, uint32_t value, unsigned size)
{
	w->lacks |= coder->length[symbol] == 0;
	put_bits(w, (uint32_t)coder->code[symbol] << size | value, coder->length[symbol] + size);
}

/* The rest of the last byte is ones. */
static void put_rest(struct sink *w)
{
	unsigned more = (8 - w->have % 8) % 8;
	w->bits = w->bits << more | ((1u << more) - 1);
	for (w->have += more; w->have >= 8; w->have -= 8)
		put_byte(w, (uint8_t)(w->bits >> (w->have - 8)));
	w->have = 0;
}

static void put_dc(struct sink *w, const struct coder *coder, int step)
{
	unsigned size = 0;
	for (int v = step < 0 ? -step : step; v; v >>= 1)
		size++;
	uint32_t value = (uint32_t)(step < 0 ? step - 1 : step) & ((1u << size) - 1);
	w->lacks |= size > DC_BITS;
	put_symbol(w, coder, (uint8_t)size, value, size);
}

/* put_ac - the coefficients of one block as they are read.  Sixteen zeros are told
 * only where something follows; to: NULL where the block is to say nothing   */
static bool put_ac(struct scan *s, const struct lookup *codes, struct writer *w, const struct coder *coder)
{
	unsigned empty = 0, k = 1, written = 1;
	struct source from = s->from;
	struct sink to = w ? w->to : (struct sink){0};
	while (k < 64) {
		struct entry e = look_up(&from, codes);
		if (e.bits > from.have || e.step == STEP_BAD)
			return false;
		const unsigned size = e.symbol & 15;
		const uint32_t value = size ? (uint32_t)(from.bits >> (64 - e.bits)) & ((1u << size) - 1) : 0;
		drop(&from, e.bits);
		if (e.step == STEP_END)
			break;
		k += e.step == STEP_EMPTY ? STEP_MOST : e.step;
		empty += e.step == STEP_EMPTY;
		if (k > 64)
			return false;
		if (e.step == STEP_EMPTY || !w)
			continue;
		for (; empty; empty--)
			put_symbol(&to, coder, 0xF0, 0, 0);
		put_symbol(&to, coder, e.symbol, value, size);
		written = k;
	}
	if (written < 64 && w)
		put_symbol(&to, coder, 0, 0, 0);
	s->from = from;
	if (w)
		w->to = to;
	return true;
}

/* at_marker - what is left of the last byte; then the marker is next.  Judged, it
 * must be ones.                                                              */
static bool at_marker(struct source *s, bool judge)
{
	take_more(s);
	if (s->have >= 8 || (judge && s->bits != (s->have ? ~UINT64_C(0) << (64 - s->have) : 0)))
		return false;
	s->bits = 0;
	s->have = 0;
	return true;
}

static bool restart(struct scan *s, struct writer *w, unsigned number)
{
	const uint8_t marker[2] = {ALL_ONES, (uint8_t)(RESTART + number % 8)};
	if (!at_marker(&s->from, !w) || !slice_starts(slice_part(s->from.in, s->from.at, s->from.in.len), slice_of(marker, 2)))
		return false;
	s->from.at += 2;
	memset(s->last, 0, sizeof s->last);
	if (!w)
		return true;
	put_rest(&w->to);
	memcpy(w->to.at, marker, 2);
	w->to.at += 2;
	memset(w->last, 0, sizeof w->last);
	return true;
}

/* Blocks of an MCU that lie outside of the picture are coded as libjpeg does: no
 * step, no AC.                                                               */
static bool block_plain(struct scan *s, unsigned number, bool outside)
{
	const struct jpeg_part *part = &s->frame->part[number];
	return dc_plain(s, &s->dc[part->dc], &s->last[number], outside) && ac_plain(s, &s->ac[part->ac], outside);
}

static bool block_written(struct scan *s, struct writer *w, unsigned number, bool outside)
{
	const struct jpeg_part *part = &s->frame->part[number];
	int step;
	if (!dc_step(&s->from, &s->dc[part->dc], &step) || !dc_worth(&s->last[number], step))
		return false;
	put_dc(&w->to, &w->dc[part->dc], outside ? 0 : s->last[number] - w->last[number]);
	if (!outside)
		w->last[number] = s->last[number];
	if (!put_ac(s, &s->ac[part->ac], outside ? NULL : w, &w->ac[part->ac]))
		return false;
	if (outside)
		put_symbol(&w->to, &w->ac[part->ac], 0, 0, 0);
	return !w->to.lacks;
}

static bool part_walked(struct scan *s, struct writer *w, unsigned number, uint32_t column, uint32_t row)
{
	const struct jpeg_part *part = &s->frame->part[number];
	const uint32_t across = s->frame->parts == 1 ? 1 : part->across, down = s->frame->parts == 1 ? 1 : part->down;
	for (uint32_t y = 0; y < down; y++)
		for (uint32_t x = 0; x < across; x++) {
			bool outside = column * across + x >= part->wide || row * down + y >= part->high;
			if (!(w ? block_written(s, w, number, outside) : block_plain(s, number, outside)))
				return false;
		}
	return true;
}

static bool mcu_walked(struct scan *s, struct writer *w, uint32_t column, uint32_t row)
{
	for (unsigned i = 0; i < s->frame->parts; i++)
		if (!part_walked(s, w, i, column, row))
			return false;
	return true;
}

/* Room for one MCU and a marker before it; what was written is committed. */
static bool make_room(struct writer *w)
{
	if (!w)
		return true;
	if (w->to.at)
		buffer_commit(w->out, (size_t)(w->to.at - (w->out->at + w->out->len)));
	w->to.at = buffer_reserve(w->out, MCU_BYTES);
	return w->to.at != NULL;
}

static bool walked(struct scan *s, struct writer *w)
{
	const struct jpeg_frame *frame = s->frame;
	uint32_t since = 0;
	unsigned restarts = 0;
	for (uint32_t row = 0; row < frame->rows; row++)
		for (uint32_t column = 0; column < frame->columns; column++, since++) {
			if (!make_room(w))
				return false;
			if (frame->restart && since == frame->restart) {
				if (!restart(s, w, restarts++))
					return false;
				since = 0;
			}
			if (!mcu_walked(s, w, column, row))
				return false;
		}
	return at_marker(&s->from, !w);
}

static void begin(struct scan *s)
{
	const struct jpeg_frame *frame = s->frame;
	for (unsigned i = 0; i < frame->parts; i++) {
		const struct jpeg_part *part = &frame->part[i];
		if (!s->dc[part->dc].symbols)
			fill(&s->dc[part->dc], &frame->dc[part->dc], dc_entry);
		if (!s->ac[part->ac].symbols)
			fill(&s->ac[part->ac], &frame->ac[part->ac], ac_entry);
	}
}

bool jpeg_scan_plain(const struct jpeg_frame *frame, struct slice coding, size_t *used)
{
	struct scan s = {.frame = frame, .from.in = coding};
	begin(&s);
	if (!walked(&s, NULL))
		return false;
	*used = s.from.at;
	return true;
}

bool jpeg_scan_write(const struct jpeg_frame *frame, const struct jpeg_frame *codes, struct slice coding,
                     struct buffer *out, size_t *used)
{
	struct scan s = {.frame = frame, .from.in = coding};
	struct writer w = {.out = out};
	begin(&s);
	for (unsigned i = 0; i < frame->parts; i++) {
		const struct jpeg_part *part = &frame->part[i];
		if (!w.dc[part->dc].made)
			make_coder(&w.dc[part->dc], &codes->dc[part->dc]);
		if (!w.ac[part->ac].made)
			make_coder(&w.ac[part->ac], &codes->ac[part->ac]);
	}
	if (!walked(&s, &w) || !make_room(&w))
		return false;
	put_rest(&w.to);
	if (!make_room(&w))
		return false;
	*used = s.from.at;
	return true;
}
