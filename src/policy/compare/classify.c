/* From pairs to changes: what was reworded, renumbered, moved, added, deleted,
 * in the order of the new text with the deleted at their old place. */
#include "policy/compare/internal.h"

#include "base/text.h"

/* deeper trees than this are refused when they are read */
enum { DEEPEST = IMPORT_DEPTH + 8 };

static bool equal_normal(const char *a1, const char *a2, const char *b1, const char *b2)
{
	struct buffer a, b;
	buffer_init(&a, IMPORT_BYTES * 4u);
	buffer_init(&b, IMPORT_BYTES * 4u);
	import_normal(slice_str(a1), &a);
	import_normal(slice_str(a2), &a);
	import_normal(slice_str(b1), &b);
	import_normal(slice_str(b2), &b);
	bool equal = buffer_ok(&a) && buffer_ok(&b) && slice_equal(buffer_slice(&a), buffer_slice(&b));
	buffer_done(&a);
	buffer_done(&b);
	return equal;
}

bool number_parts_equal(const struct text_node *a, const struct text_node *b)
{
	return a->number.parts == b->number.parts &&
	       memcmp(a->number.part, b->number.part, a->number.parts * sizeof a->number.part[0]) == 0;
}

bool number_before(const struct text_node *a, const struct text_node *b)
{
	for (uint32_t i = 0; i < TEXT_NUMBER_PARTS; i++) {
		uint32_t x = i < a->number.parts ? a->number.part[i] : 0;
		uint32_t y = i < b->number.parts ? b->number.part[i] : 0;
		if (i + 1 == a->number.parts)
			x = a->number.to;
		if (x != y)
			return x < y;
	}
	return false;
}

bool same_number(const struct text_node *a, const struct text_node *b)
{
	if (a->level == b->level && a->number.parts && b->number.parts)
		return a->number.to == b->number.to && number_parts_equal(a, b);
	if (!text_level_numbered(a->level) && a->level == b->level && a->level != TEXT_HEADING &&
	    a->level != TEXT_SUPPLEMENT && a->level != TEXT_APPENDIX)
		return true;
	return equal_normal(a->printed, "", b->printed, "");
}

static bool same_words(const struct text_node *a, const struct text_node *b)
{
	return a->omitted == b->omitted && (memcmp(a->hash, b->hash, IMPORT_HASH) == 0 ||
	                                    equal_normal(a->title, a->text, b->title, b->text));
}

/* ---- moved ------------------------------------------------------------------------ */

/* The longest run of children that kept their order; the others have moved. */
static struct result mark_moved(const struct matching *m, const struct text_node *parent, bool *moved,
                                struct why *why)
{
	uint32_t old_parent = parent->parent ? m->to_old[parent->index] : 0;
	size_t count = 0, longest = 0;
	for (const struct text_node *c = parent->first; c; c = c->next)
		count++;
	uint32_t *node = ARENA_ARRAY(m->arena, count + 1, uint32_t);
	uint32_t *tail = ARENA_ARRAY(m->arena, count + 1, uint32_t); /* by length: its last */
	uint32_t *before = ARENA_ARRAY(m->arena, count + 1, uint32_t);
	if (!node || !tail || !before)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	count = 0;
	for (const struct text_node *c = parent->first; c; c = c->next) {
		uint32_t old = m->to_old[c->index];
		if (!old)
			continue;
		moved[c->index] = true;
		bool home = m->old->nodes[old]->parent->index == old_parent &&
		            (parent->parent == NULL || m->to_old[parent->index]);
		if (home)
			node[++count] = c->index;
	}
	for (uint32_t i = 1; i <= count; i++) {
		size_t low = 0, high = longest;
		while (low < high) {
			size_t middle = (low + high + 1) / 2;
			if (m->to_old[node[tail[middle]]] < m->to_old[node[i]])
				low = middle;
			else
				high = middle - 1;
		}
		before[i] = low ? tail[low] : 0;
		tail[low + 1] = i;
		longest = low + 1 > longest ? low + 1 : longest;
	}
	for (uint32_t i = longest ? tail[longest] : 0; i; i = before[i])
		moved[node[i]] = false;
	return ok();
}

/* ---- in order ----------------------------------------------------------------------- */

struct ordering {
	const struct matching *m;
	struct comparison *out;
	const bool *moved;
};

static void put_pair(struct ordering *o, const struct text_node *old, const struct text_node *fresh,
                     unsigned change)
{
	struct compare_pair *pair = &o->out->pairs[o->out->count++];
	*pair = (struct compare_pair){old, fresh, change, false};
	if (old)
		o->out->of_old[old->index] = pair;
	if (fresh)
		o->out->of_fresh[fresh->index] = pair;
}

static void put_deleted(struct ordering *o, const struct text_node *old)
{
	for (uint32_t i = old->index; i < o->m->old_end[old->index]; i++)
		if (!o->m->to_fresh[i] && !o->out->of_old[i])
			put_pair(o, o->m->old->nodes[i], NULL, CHANGE_DELETED);
}

/* the deleted children of the old parent from `c` up to the next that lives on */
static const struct text_node *put_deleted_run(struct ordering *o, const struct text_node *c)
{
	for (; c && !o->m->to_fresh[c->index]; c = c->next)
		put_deleted(o, c);
	return c;
}

static unsigned change_of(struct ordering *o, const struct text_node *old, const struct text_node *fresh)
{
	return (same_words(old, fresh) ? 0u : (unsigned)CHANGE_WORDS) |
	       (same_number(old, fresh) ? 0u : (unsigned)CHANGE_NUMBER) |
	       (o->moved[fresh->index] ? (unsigned)CHANGE_PLACE : 0u);
}

static void put_children(struct ordering *o, const struct text_node *old, const struct text_node *fresh,
                         unsigned depth);

static void put_child(struct ordering *o, const struct text_node *fresh, unsigned depth)
{
	uint32_t index = o->m->to_old[fresh->index];
	const struct text_node *old = index ? o->m->old->nodes[index] : NULL;
	put_pair(o, old, fresh, old ? change_of(o, old, fresh) : (unsigned)CHANGE_ADDED);
	put_children(o, old, fresh, depth + 1);
}

static void put_children(struct ordering *o, const struct text_node *old, const struct text_node *fresh,
                         unsigned depth)
{
	if (depth > DEEPEST)
		return;
	if (old)
		put_deleted_run(o, old->first);
	for (const struct text_node *c = fresh->first; c; c = c->next) {
		uint32_t index = o->m->to_old[c->index];
		const struct text_node *partner = index ? o->m->old->nodes[index] : NULL;
		put_child(o, c, depth);
		if (partner && old && partner->parent == old)
			put_deleted_run(o, partner->next);
	}
	/* behind one that has moved away */
	for (const struct text_node *c = old ? old->first : NULL; c; c = c->next) {
		uint32_t partner = o->m->to_fresh[c->index];
		if (partner && o->m->fresh->nodes[partner]->parent != fresh)
			put_deleted_run(o, c->next);
	}
}

static void count_changes(struct comparison *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		unsigned change = c->pairs[i].change;
		c->same += change == 0;
		c->reworded += (change & CHANGE_WORDS) != 0;
		c->renumbered += (change & CHANGE_NUMBER) != 0;
		c->moved += (change & CHANGE_PLACE) != 0;
		c->added += (change & CHANGE_ADDED) != 0;
		c->deleted += (change & CHANGE_DELETED) != 0;
	}
}

static void mark_below(struct comparison *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		const struct compare_pair *pair = &c->pairs[i];
		if (!pair->change)
			continue;
		const struct text_node *up = pair->fresh ? pair->fresh->parent : NULL;
		for (; up && c->of_fresh[up->index] && !c->of_fresh[up->index]->below; up = up->parent)
			c->pairs[c->of_fresh[up->index] - c->pairs].below = true;
		for (up = pair->old ? pair->old->parent : NULL; up; up = up->parent)
			if (c->of_old[up->index])
				c->pairs[c->of_old[up->index] - c->pairs].below = true;
	}
}

struct result classify(const struct matching *m, struct comparison *out, struct why *why)
{
	bool *moved = ARENA_ARRAY(m->arena, m->fresh->count, bool);
	out->pairs = ARENA_ARRAY(m->arena, m->old->count + m->fresh->count, struct compare_pair);
	out->of_old = ARENA_ARRAY(m->arena, m->old->count, const struct compare_pair *);
	out->of_fresh = ARENA_ARRAY(m->arena, m->fresh->count, const struct compare_pair *);
	if (!moved || !out->pairs || !out->of_old || !out->of_fresh)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (uint32_t i = 0; i < m->fresh->count; i++)
		TRY(mark_moved(m, m->fresh->nodes[i], moved, why));
	struct ordering o = {m, out, moved};
	put_children(&o, m->old->root, m->fresh->root, 0);
	count_changes(out);
	mark_below(out);
	return ok();
}

/* ---- names ------------------------------------------------------------------------------ */

const char *change_name(enum change change)
{
	switch (change) {
	case CHANGE_WORDS:
		return "reworded";
	case CHANGE_NUMBER:
		return "renumbered";
	case CHANGE_PLACE:
		return "moved";
	case CHANGE_ADDED:
		return "added";
	case CHANGE_DELETED:
		return "deleted";
	case CHANGE_NONE:
		break;
	}
	return "same";
}

const char *change_label(unsigned change)
{
	static const struct {
		unsigned bit;
		const char *label;
	} labels[] = {{CHANGE_ADDED, "新設"}, {CHANGE_DELETED, "削除"}, {CHANGE_PLACE, "移動"},
	              {CHANGE_WORDS, "改正"}, {CHANGE_NUMBER, "番号の変更"}};
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (change & labels[i].bit)
			return labels[i].label;
	return "変更なし";
}
