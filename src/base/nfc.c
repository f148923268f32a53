/* Normalization form C: decompose, order, compose (UAX 15), one starter and
 * its marks at a time.
 *
 * Marks are held in a window of fixed size: an input of a million combining
 * marks costs linear time.  More than 30 marks on one starter, which no
 * writing has (UAX 15 section 13), are ordered in groups.                  */
#include "base/text.h"

#include "base/tables.h"

enum { WINDOW = 36, MARKS = 31 };
enum { L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11A7, S_BASE = 0xAC00,
       L_COUNT = 19, V_COUNT = 21, T_COUNT = 28, S_COUNT = L_COUNT * V_COUNT * T_COUNT };

struct window {
	uint32_t code[WINDOW];
	uint8_t class[WINDOW];
	size_t count;
	struct buffer *out;
};

static uint8_t class_of(uint32_t code)
{
	size_t low = 0, high = NFC_CLASSES;
	if (code < 0x300)
		return 0;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (code > nfc_class[middle].to)
			low = middle + 1;
		else
			high = middle;
	}
	return low < NFC_CLASSES && code >= nfc_class[low].from ? nfc_class[low].value : 0;
}

static const struct nfc_split *split_of(uint32_t code)
{
	size_t low = 0, high = NFC_SPLITS;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (nfc_split[middle].code == code)
			return &nfc_split[middle];
		if (nfc_split[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static uint32_t compose_hangul(uint32_t first, uint32_t second)
{
	if (first - L_BASE < L_COUNT && second - V_BASE < V_COUNT)
		return S_BASE + ((first - L_BASE) * V_COUNT + second - V_BASE) * T_COUNT;
	if (first - S_BASE < S_COUNT && (first - S_BASE) % T_COUNT == 0 &&
	    second - T_BASE - 1 < T_COUNT - 1)
		return first + second - T_BASE;
	return 0;
}

/* 0 if the two do not compose */
static uint32_t compose(uint32_t first, uint32_t second)
{
	uint64_t wanted = (uint64_t)first << 32 | second;
	size_t low = 0, high = NFC_PAIRS;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct nfc_split *split = &nfc_split[nfc_pair[middle]];
		uint64_t key = (uint64_t)split->first << 32 | split->second;
		if (key == wanted)
			return split->code;
		if (key < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return compose_hangul(first, second);
}

/* Stable: marks of one class keep their order. */
static void order(struct window *w)
{
	for (size_t i = 1; i < w->count; i++) {
		uint32_t code = w->code[i];
		uint8_t class = w->class[i];
		size_t at = i;
		for (; at > 0 && class && w->class[at - 1] > class; at--) {
			w->code[at] = w->code[at - 1];
			w->class[at] = w->class[at - 1];
		}
		w->code[at] = code;
		w->class[at] = class;
	}
}

/* A mark composes unless one of its own or a higher class stands between. */
static void settle(struct window *w)
{
	order(w);
	if (w->count == 0 || w->class[0] != 0)
		return;
	size_t kept = 1;
	for (size_t i = 1; i < w->count; i++) {
		bool blocked = kept > 1 && w->class[kept - 1] >= w->class[i];
		uint32_t whole = blocked ? 0 : compose(w->code[0], w->code[i]);
		if (whole) {
			w->code[0] = whole;
			continue;
		}
		w->code[kept] = w->code[i];
		w->class[kept++] = w->class[i];
	}
	w->count = kept;
}

static void flush(struct window *w)
{
	settle(w);
	for (size_t i = 0; i < w->count; i++)
		utf8_put(w->out, w->code[i]);
	w->count = 0;
}

/* One decomposed character; a starter right after a starter may compose too. */
static void add(struct window *w, uint32_t code)
{
	uint8_t class = class_of(code);
	if (class == 0 && w->count > 0) {
		settle(w);
		uint32_t whole = w->count == 1 && w->class[0] == 0 ? compose(w->code[0], code) : 0;
		if (whole) {
			w->code[0] = whole;
			return;
		}
	}
	if ((class == 0 && w->count > 0) || w->count > MARKS)
		flush(w);
	w->code[w->count] = code;
	w->class[w->count++] = class;
}

static void add_hangul(struct window *w, uint32_t syllable)
{
	uint32_t index = syllable - S_BASE;
	add(w, L_BASE + index / (V_COUNT * T_COUNT));
	add(w, V_BASE + index % (V_COUNT * T_COUNT) / T_COUNT);
	if (index % T_COUNT)
		add(w, T_BASE + index % T_COUNT);
}

/* Only the first part of a decomposition decomposes again, three times at most. */
static void add_decomposed(struct window *w, uint32_t code)
{
	uint32_t rest[4];
	size_t count = 0;
	if (code - S_BASE < S_COUNT) {
		add_hangul(w, code);
		return;
	}
	const struct nfc_split *split = code < 0xC0 ? NULL : split_of(code);
	for (; split && count < 4; split = split_of(code)) {
		code = split->first;
		if (split->second)
			rest[count++] = split->second;
	}
	add(w, code);
	while (count > 0)
		add(w, rest[--count]);
}

void nfc(struct slice text, struct buffer *out)
{
	struct window w = {.out = out};
	size_t pos = 0;
	for (int32_t code; (code = utf8_next(text, &pos)) != -1;)
		add_decomposed(&w, code < 0 ? 0xFFFD : (uint32_t)code);
	flush(&w);
}

void half_width(struct slice text, struct buffer *out)
{
	size_t pos = 0;
	for (int32_t code; (code = utf8_next(text, &pos)) != -1;) {
		uint32_t c = code < 0 ? 0xFFFD : (uint32_t)code;
		utf8_put(out, c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c);
	}
}
