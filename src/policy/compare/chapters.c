/* Encoded editions are flat: a clause's chapter stands in its citation only.  Where a
 * chapter as a whole has another number, its clauses were renumbered; where the
 * chapter stayed and a clause stands in another one now, that clause has moved.   */
#include "policy/compare/internal.h"

enum { PAIRS_MOST = 1024 }; /* different pairs of chapters */

struct tally {
	struct slice old, fresh;
	uint32_t count;
};

struct slice chapter_of(const char *cite)
{
	struct slice all = slice_str(cite);
	return slice_part(all, 0, slice_find(all, SLICE(" ")));
}

static bool is_flat(const struct compare_pair *p)
{
	return p->old && p->fresh && p->old->level == TEXT_HEADING && p->fresh->level == TEXT_HEADING &&
	       !p->old->number.parts && !p->fresh->number.parts && !p->old->parent->parent && !p->fresh->parent->parent;
}

static void tell(struct tally *list, size_t *count, struct slice old, struct slice fresh)
{
	for (size_t i = 0; i < *count; i++)
		if (slice_equal(list[i].old, old) && slice_equal(list[i].fresh, fresh)) {
			list[i].count++;
			return;
		}
	if (*count < PAIRS_MOST)
		list[(*count)++] = (struct tally){old, fresh, 1};
}

/* where most of the chapter's clauses stand now; where as many do, its own name */
static struct slice went_to(const struct tally *list, size_t count, struct slice old)
{
	const struct tally *best = NULL;
	for (size_t i = 0; i < count; i++) {
		if (!slice_equal(list[i].old, old))
			continue;
		bool more = !best || list[i].count > best->count;
		if (more || (list[i].count == best->count && slice_equal(list[i].fresh, old)))
			best = &list[i];
	}
	return best ? best->fresh : old;
}

struct result chapters_moved(struct comparison *c, struct arena *arena, struct why *why)
{
	struct tally *list = ARENA_ARRAY(arena, PAIRS_MOST, struct tally);
	size_t count = 0;
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (uint32_t i = 0; i < c->count; i++)
		if (is_flat(&c->pairs[i]))
			tell(list, &count, chapter_of(c->pairs[i].old->cite), chapter_of(c->pairs[i].fresh->cite));
	for (uint32_t i = 0; i < c->count; i++) {
		struct compare_pair *p = &c->pairs[i];
		if (!is_flat(p) || (p->change & CHANGE_PLACE))
			continue;
		struct slice old = chapter_of(p->old->cite), fresh = chapter_of(p->fresh->cite);
		if (slice_equal(old, fresh) || slice_equal(went_to(list, count, old), fresh))
			continue;
		p->change |= CHANGE_PLACE;
		c->moved++;
	}
	return ok();
}
