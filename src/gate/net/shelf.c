/* Most addresses are single ones: those are found by halving, by the destination or
 * by the source, whichever has fewer; the few ranges are looked through.      */
#include "gate/net/shelf.h"

#include <stdlib.h>

enum { BY_DESTINATION = 0, BY_SOURCE = 1 };

static struct interval address(const struct box *b, size_t by)
{
	return by == BY_SOURCE ? (struct interval){b->saddr_lo, b->saddr_hi} : (struct interval){b->daddr_lo, b->daddr_hi};
}

struct keyed {
	wide_t address;
	uint32_t box;
};

static int by_address(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->box < y->box ? -1 : x->box > y->box;
}

static bool index_boxes(struct shelf *s, size_t by)
{
	struct shelf_index *index = &s->by[by];
	struct keyed *keys = malloc((s->count + 1) * sizeof *keys);
	index->points = malloc((s->count + 1) * sizeof *index->points);
	index->wide = malloc((s->count + 1) * sizeof *index->wide);
	for (uint32_t i = 0; keys && index->points && index->wide && i < s->count; i++) {
		struct interval at = address(&s->base[i], by);
		if (at.lo == at.hi)
			keys[index->point_count++] = (struct keyed){at.lo, i};
		else
			index->wide[index->wide_count++] = i;
	}
	bool good = keys && index->points && index->wide;
	if (good && by != BY_DESTINATION) /* that is the order in which they come */
		qsort(keys, index->point_count, sizeof *keys, by_address);
	for (size_t i = 0; good && i < index->point_count; i++)
		index->points[i] = keys[i].box;
	free(keys);
	return good;
}

bool shelf_init(struct shelf *s, const struct box *base, size_t count, uint32_t uses)
{
	*s = (struct shelf){.base = base, .count = count};
	boxes_init(&s->more, SIZE_MAX / sizeof(struct box));
	s->uses = malloc((count + 1) * sizeof *s->uses);
	if (!s->uses || count > UINT32_MAX || !index_boxes(s, BY_DESTINATION) || !index_boxes(s, BY_SOURCE)) {
		shelf_done(s);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		s->uses[i] = uses;
	return true;
}

void shelf_done(struct shelf *s)
{
	for (size_t by = 0; by < 2; by++) {
		free(s->by[by].points);
		free(s->by[by].wide);
	}
	free(s->uses);
	free(s->more_uses);
	boxes_done(&s->more);
	*s = (struct shelf){.count = 0};
}

/* point_after - the first whose address is not below, or is above, the given one */
static size_t point_after(const struct shelf *s, size_t by, wide_t at, bool above)
{
	const struct shelf_index *index = &s->by[by];
	size_t lo = 0, hi = index->point_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		wide_t here = address(&s->base[index->points[mid]], by).lo;
		if (here < at || (above && here == at))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A part of an index that holds all that may meet a box. */
struct part {
	const struct shelf_index *index;
	size_t first, end; /* of its points; all of its ranges besides */
};

static struct part part_of(const struct shelf *s, const struct box *t)
{
	struct part best = {NULL, 0, 0};
	size_t least = SIZE_MAX;
	for (size_t by = 0; by < 2; by++) {
		struct interval at = address(t, by);
		struct part p = {&s->by[by], point_after(s, by, at.lo, false), point_after(s, by, at.hi, true)};
		size_t size = p.end - p.first + p.index->wide_count;
		if (size < least)
			best = p, least = size;
	}
	return best;
}

static bool meets(const struct box *a, const struct box *b)
{
	struct box both;
	return box_meet(a, b, &both);
}

void shelf_meeting(const struct shelf *s, const struct box *t, struct boxes *out)
{
	struct part p = part_of(s, t);
	for (size_t i = p.first; i < p.end; i++)
		if (s->uses[p.index->points[i]] && meets(&s->base[p.index->points[i]], t))
			boxes_add(out, &s->base[p.index->points[i]]);
	for (size_t i = 0; i < p.index->wide_count; i++)
		if (s->uses[p.index->wide[i]] && meets(&s->base[p.index->wide[i]], t))
			boxes_add(out, &s->base[p.index->wide[i]]);
	for (size_t i = 0; i < s->more.count; i++)
		if (s->more_uses[i] && meets(&s->more.at[i], t))
			boxes_add(out, &s->more.at[i]);
}

static uint32_t *find(const struct shelf *s, const struct box *box)
{
	struct part p = part_of(s, box);
	for (size_t i = p.first; i < p.end; i++)
		if (box_compare(&s->base[p.index->points[i]], box) == 0)
			return &s->uses[p.index->points[i]];
	for (size_t i = 0; i < p.index->wide_count; i++)
		if (box_compare(&s->base[p.index->wide[i]], box) == 0)
			return &s->uses[p.index->wide[i]];
	for (size_t i = 0; i < s->more.count; i++)
		if (box_compare(&s->more.at[i], box) == 0)
			return &s->more_uses[i];
	return NULL;
}

uint32_t shelf_put(struct shelf *s, const struct box *box)
{
	uint32_t *uses = find(s, box);
	if (uses)
		return ++*uses;
	boxes_add(&s->more, box);
	if (s->more.failed)
		return UINT32_MAX;
	if (s->more.count > s->more_room) {
		uint32_t *grown = realloc(s->more_uses, s->more.room * sizeof *grown);
		if (!grown) {
			s->more.count--;
			return UINT32_MAX;
		}
		s->more_uses = grown;
		s->more_room = s->more.room;
	}
	return s->more_uses[s->more.count - 1] = 1;
}

uint32_t shelf_take(struct shelf *s, const struct box *box)
{
	uint32_t *uses = find(s, box);
	return uses && *uses ? --*uses : UINT32_MAX;
}

uint32_t shelf_uses(const struct shelf *s, const struct box *box)
{
	const uint32_t *uses = find(s, box);
	return uses ? *uses : 0;
}

void shelf_all(const struct shelf *s, struct boxes *out)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->uses[i])
			boxes_add(out, &s->base[i]);
	for (size_t i = 0; i < s->more.count; i++)
		if (s->more_uses[i])
			boxes_add(out, &s->more.at[i]);
}
