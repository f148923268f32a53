/* Boxes: getting, setting, meeting, cutting, ordering. */
#include "gate/net/space.h"

#include <stdlib.h>

struct interval dim_full(enum net_family family, enum net_dim dim)
{
	static const uint64_t top[DIM_COUNT] = {
		[DIM_PROTO] = 255, [DIM_DPORT] = PORT_MAX, [DIM_MAC] = MAC_MAX,
		[DIM_SPORT] = PORT_MAX, [DIM_STATE] = STATE_COUNT - 1,
	};
	if (dim != DIM_DADDR && dim != DIM_SADDR)
		return (struct interval){0, top[dim]};
	return (struct interval){0, family == FAMILY_IP6 ? ~(wide_t)0 : (wide_t)0xFFFFFFFF};
}

struct interval box_get(const struct box *b, enum net_dim dim)
{
	switch (dim) {
	case DIM_DADDR:
		return (struct interval){b->daddr_lo, b->daddr_hi};
	case DIM_PROTO:
		return (struct interval){b->proto_lo, b->proto_hi};
	case DIM_DPORT:
		return (struct interval){b->dport_lo, b->dport_hi};
	case DIM_SADDR:
		return (struct interval){b->saddr_lo, b->saddr_hi};
	case DIM_MAC:
		return (struct interval){b->mac_lo, b->mac_hi};
	case DIM_SPORT:
		return (struct interval){b->sport_lo, b->sport_hi};
	case DIM_STATE:
	case DIM_COUNT:
		break;
	}
	return (struct interval){b->state_lo, b->state_hi};
}

void box_set(struct box *b, enum net_dim dim, struct interval s)
{
	switch (dim) {
	case DIM_DADDR:
		b->daddr_lo = s.lo, b->daddr_hi = s.hi;
		return;
	case DIM_PROTO:
		b->proto_lo = (uint8_t)s.lo, b->proto_hi = (uint8_t)s.hi;
		return;
	case DIM_DPORT:
		b->dport_lo = (uint16_t)s.lo, b->dport_hi = (uint16_t)s.hi;
		return;
	case DIM_SADDR:
		b->saddr_lo = s.lo, b->saddr_hi = s.hi;
		return;
	case DIM_MAC:
		b->mac_lo = (uint64_t)s.lo, b->mac_hi = (uint64_t)s.hi;
		return;
	case DIM_SPORT:
		b->sport_lo = (uint16_t)s.lo, b->sport_hi = (uint16_t)s.hi;
		return;
	case DIM_STATE:
	case DIM_COUNT:
		break;
	}
	b->state_lo = (uint8_t)s.lo, b->state_hi = (uint8_t)s.hi;
}

#define WHOLE(addresses)                                                                            \
	{.daddr_hi = (addresses), .saddr_hi = (addresses), .mac_hi = MAC_MAX, .dport_hi = PORT_MAX, \
	 .sport_hi = PORT_MAX, .proto_hi = 255, .state_hi = STATE_COUNT - 1}
struct box box_full(enum net_family family)
{
	static const struct box narrow = WHOLE(0xFFFFFFFFu), wide = WHOLE(~(wide_t)0);
	return family == FAMILY_IP6 ? wide : narrow;
}
#undef WHOLE

bool box_meet(const struct box *a, const struct box *b, struct box *out)
{
	struct box both = *a;
#define MEET(field)                                                                          \
	do {                                                                                 \
		both.field##_lo = a->field##_lo > b->field##_lo ? a->field##_lo : b->field##_lo; \
		both.field##_hi = a->field##_hi < b->field##_hi ? a->field##_hi : b->field##_hi; \
		if (both.field##_lo > both.field##_hi)                                       \
			return false;                                                        \
	} while (0)
	MEET(daddr);
	MEET(saddr);
	MEET(proto);
	MEET(dport);
	MEET(sport);
	MEET(state);
	MEET(mac);
#undef MEET
	*out = both;
	return true;
}

bool box_inside(const struct box *inner, const struct box *outer)
{
	for (enum net_dim d = 0; d < DIM_COUNT; d++)
		if (!span_inside(box_get(inner, d), box_get(outer, d)))
			return false;
	return true;
}

#define ORDER(field)                          \
	do {                                  \
		if (a->field != b->field)     \
			return a->field < b->field ? -1 : 1; \
	} while (0)
int box_order(const struct box *a, const struct box *b)
{
	ORDER(daddr_lo);
	ORDER(proto_lo);
	ORDER(dport_lo);
	ORDER(saddr_lo);
	ORDER(mac_lo);
	ORDER(daddr_hi);
	ORDER(proto_hi);
	ORDER(dport_hi);
	ORDER(saddr_hi);
	ORDER(mac_hi);
	ORDER(sport_lo);
	ORDER(sport_hi);
	ORDER(state_lo);
	ORDER(state_hi);
	return 0;
}

int box_compare(const struct box *a, const struct box *b)
{
	int order = box_order(a, b);
	if (order)
		return order;
	ORDER(owner);
	return 0;
}
#undef ORDER

bool box_equal(const struct box *a, const struct box *b)
{
	return box_order(a, b) == 0;
}

void boxes_init(struct boxes *b, size_t ceiling)
{
	*b = (struct boxes){.ceiling = ceiling};
}

void boxes_done(struct boxes *b)
{
	free(b->at);
	*b = (struct boxes){.ceiling = b->ceiling};
}

static bool grow(struct boxes *b)
{
	size_t room = b->room ? b->room * 2 : 16;
	if (room > b->ceiling)
		room = b->ceiling;
	struct box *at = b->failed || room <= b->count ? NULL : realloc(b->at, room * sizeof *at);
	if (!at) {
		b->failed = true;
		return false;
	}
	b->at = at;
	b->room = room;
	return true;
}

void boxes_reserve(struct boxes *b, size_t more)
{
	if (more > b->ceiling - b->count || more <= b->room - b->count)
		return;
	struct box *at = realloc(b->at, (b->count + more) * sizeof *at);
	if (at) {
		b->at = at;
		b->room = b->count + more;
	}
}

void boxes_add(struct boxes *b, const struct box *box)
{
	if (b->failed || (b->count == b->room && !grow(b)))
		return;
	b->at[b->count++] = *box;
}

/* Runs that are in order already are merged, bottom up: what comes sorted costs
 * one pass.                                                                 */
static size_t run_end(const struct box *at, size_t from, size_t count)
{
	while (from + 1 < count && box_compare(&at[from], &at[from + 1]) <= 0)
		from++;
	return from + 1;
}

static void merge(const struct box *from, size_t lo, size_t mid, size_t hi, struct box *to)
{
	size_t a = lo, b = mid, n = lo;
	while (a < mid && b < hi)
		to[n++] = box_compare(&from[b], &from[a]) < 0 ? from[b++] : from[a++];
	memcpy(to + n, from + a, (mid - a) * sizeof *to);
	n += mid - a;
	memcpy(to + n, from + b, (hi - b) * sizeof *to);
}

static size_t merge_pass(const struct box *from, size_t count, struct box *to)
{
	size_t runs = 0;
	for (size_t lo = 0; lo < count; runs++) {
		size_t mid = run_end(from, lo, count);
		size_t hi = mid < count ? run_end(from, mid, count) : mid;
		merge(from, lo, mid, hi, to);
		lo = hi;
	}
	return runs;
}

static bool merge_sort(struct boxes *b)
{
	struct box *other = malloc(b->room * sizeof *other);
	if (!other)
		return false;
	for (size_t runs = 2; runs > 1;) {
		runs = merge_pass(b->at, b->count, other);
		struct box *swap = b->at;
		b->at = other;
		other = swap;
	}
	free(other);
	return true;
}

/* IPv4: the first four fields of the order fit into 88 bits, which are sorted by
 * digits; the merge then finds all in order but what has them in common.    */
struct key {
	uint64_t digits; /* destination, protocol, port */
	uint32_t source;
	uint32_t box;
};
enum { DIGITS = 7, SOURCE_DIGITS = 4 };

static bool key_of(const struct box *b, struct key *out)
{
	out->digits = (uint64_t)b->daddr_lo << 24 | (uint64_t)b->proto_lo << 16 | b->dport_lo;
	out->source = (uint32_t)b->saddr_lo;
	return (b->daddr_lo | b->saddr_lo) >> 32 == 0;
}

/* digit_of - the least first, those of the source before all others */
static unsigned digit_of(const struct key *k, unsigned digit)
{
	return digit < SOURCE_DIGITS ? k->source >> (8 * digit) & 0xFF
	                             : (unsigned)(k->digits >> (8 * (digit - SOURCE_DIGITS))) & 0xFF;
}

/* digit_pass - false: all have the same digit, nothing was moved */
static bool digit_pass(const struct key *from, struct key *to, size_t count, unsigned digit)
{
	size_t starts[257] = {0};
	for (size_t i = 0; i < count; i++)
		starts[digit_of(&from[i], digit) + 1]++;
	if (starts[digit_of(&from[0], digit) + 1] == count)
		return false;
	for (size_t d = 0; d < 256; d++)
		starts[d + 1] += starts[d];
	for (size_t i = 0; i < count; i++)
		to[starts[digit_of(&from[i], digit)]++] = from[i];
	return true;
}

static void gather(struct boxes *b, const struct key *keys, struct box *sorted)
{
	for (size_t i = 0; i < b->count; i++)
		sorted[i] = b->at[keys[i].box];
	free(b->at);
	b->at = sorted;
}

static bool digit_sort(struct boxes *b)
{
	struct key *keys = malloc(2 * b->count * sizeof *keys);
	struct box *sorted = malloc(b->room * sizeof *sorted);
	bool good = keys && sorted && b->count <= UINT32_MAX;
	for (size_t i = 0; good && i < b->count; i++) {
		good = key_of(&b->at[i], &keys[i]);
		keys[i].box = (uint32_t)i;
	}
	struct key *from = keys, *to = good ? keys + b->count : NULL;
	for (unsigned digit = 0; good && digit < DIGITS + SOURCE_DIGITS; digit++) {
		if (!digit_pass(from, to, b->count, digit))
			continue;
		struct key *swap = from;
		from = to;
		to = swap;
	}
	if (good)
		gather(b, from, sorted);
	else
		free(sorted);
	free(keys);
	return good;
}

/* Few boxes in each run of equal first fields: in place. */
static void settle_runs(struct boxes *b)
{
	for (size_t i = 1; i < b->count; i++) {
		struct box box = b->at[i];
		size_t to = i;
		for (; to && i - to < 64 && box_compare(&box, &b->at[to - 1]) < 0; to--)
			b->at[to] = b->at[to - 1];
		b->at[to] = box;
	}
}

bool boxes_sort(struct boxes *b)
{
	if (b->count < 2 || run_end(b->at, 0, b->count) == b->count)
		return true;
	if (b->count > 256 && digit_sort(b)) {
		settle_runs(b);
		if (run_end(b->at, 0, b->count) == b->count)
			return true;
	}
	return merge_sort(b);
}

void boxes_cut(struct boxes *to, const struct box *box, const struct box *hole)
{
	struct box rest = *box, meet;
	if (!box_meet(box, hole, &meet)) {
		boxes_add(to, box);
		return;
	}
	for (enum net_dim d = 0; d < DIM_COUNT; d++) {
		struct interval all = box_get(&rest, d), cut = box_get(&meet, d);
		struct box piece = rest;
		if (all.lo < cut.lo) {
			box_set(&piece, d, (struct interval){all.lo, cut.lo - 1});
			boxes_add(to, &piece);
		}
		if (all.hi > cut.hi) {
			box_set(&piece, d, (struct interval){cut.hi + 1, all.hi});
			boxes_add(to, &piece);
		}
		box_set(&rest, d, cut);
	}
}
