/* Which node of the new edition continues which of the old.
 *
 * Anchors first: equal ids, and texts that stand exactly once in both.  Then
 * from the top down the children of each pair are aligned in their order, by
 * likeness of words and by how many anchors lie below both.  What is still
 * alone may have moved: the likest pairs anywhere, if they are alike enough.
 * Every choice is by score, then by the order of the texts. */
#include "policy/compare/internal.h"

#include <stdlib.h>

enum {
	MOVED_LEAST = 650,   /* likeness of what has changed its place */
	MOVED_PAIRS = 12,    /* pairs of characters that it must have at least */
	GRID_MOST = 250000,  /* children against children, compared one by one */
	ALONE_MOST = 2000,
	ROUNDS = 4,
};

bool node_is_blank(const struct text_node *node)
{
	return !node->title[0] && !node->text[0] && !node->omitted;
}

static void link_nodes(struct matching *m, uint32_t old, uint32_t fresh)
{
	m->to_fresh[old] = fresh;
	m->to_old[fresh] = old;
}

static bool alone(const struct matching *m, const struct text_node *old, const struct text_node *fresh)
{
	return !m->to_fresh[old->index] && !m->to_old[fresh->index];
}

/* ---- anchors -------------------------------------------------------------------- */

struct key {
	const void *bytes;
	uint32_t index;
};

static int compare_hashes(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, IMPORT_HASH);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int compare_ids(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = strcmp(x->bytes, y->bytes);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static struct key *sorted_keys(const struct text_tree *tree, bool by_id, struct arena *arena, size_t *count)
{
	struct key *keys = ARENA_ARRAY(arena, tree->count + 1, struct key);
	*count = 0;
	for (uint32_t i = 1; keys && i < tree->count; i++) {
		const struct text_node *n = tree->nodes[i];
		if (by_id || (!node_is_blank(n) && (n->title[0] || n->text[0])))
			keys[(*count)++] = (struct key){by_id ? (const void *)n->id : n->hash, i};
	}
	if (keys)
		qsort(keys, *count, sizeof *keys, by_id ? compare_ids : compare_hashes);
	return keys;
}

static size_t run_end(const struct key *keys, size_t count, size_t at, bool by_id)
{
	size_t end = at + 1;
	while (end < count && (by_id ? strcmp(keys[end].bytes, keys[at].bytes)
	                             : memcmp(keys[end].bytes, keys[at].bytes, IMPORT_HASH)) == 0)
		end++;
	return end;
}

static struct result link_anchors(struct matching *m, bool by_id, struct why *why)
{
	size_t old_count = 0, fresh_count = 0;
	struct key *old = sorted_keys(m->old, by_id, m->arena, &old_count);
	struct key *fresh = sorted_keys(m->fresh, by_id, m->arena, &fresh_count);
	if (!old || !fresh)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (size_t i = 0, j = 0; i < old_count && j < fresh_count;) {
		size_t i_end = run_end(old, old_count, i, by_id), j_end = run_end(fresh, fresh_count, j, by_id);
		int order = by_id ? strcmp(old[i].bytes, fresh[j].bytes)
		                  : memcmp(old[i].bytes, fresh[j].bytes, IMPORT_HASH);
		bool once = i_end == i + 1 && j_end == j + 1;
		if (order == 0 && once && !m->to_fresh[old[i].index] && !m->to_old[fresh[j].index])
			link_nodes(m, old[i].index, fresh[j].index);
		i = order <= 0 ? i_end : i;
		j = order >= 0 ? j_end : j;
	}
	return ok();
}

/* ---- likeness ----------------------------------------------------------------------- */

static uint32_t below_both(const struct matching *m, const struct text_node *old,
                           const struct text_node *fresh)
{
	uint32_t old_all = m->old_end[old->index] - old->index - 1;
	uint32_t fresh_all = m->fresh_end[fresh->index] - fresh->index - 1, both = 0;
	if (old_all == 0 || fresh_all == 0)
		return 0;
	for (uint32_t i = old->index + 1; i < m->old_end[old->index]; i++)
		both += m->to_fresh[i] > fresh->index && m->to_fresh[i] < m->fresh_end[fresh->index];
	return both * LIKE_WHOLE / (old_all > fresh_all ? old_all : fresh_all);
}

static uint32_t like_omitted(const struct text_node *old, const struct text_node *fresh)
{
	bool number = same_number(old, fresh) && old->number.parts;
	if (old->omitted && fresh->omitted)
		return number ? 700 : 500;
	return number ? LIKE_LEAST + 20 : 0;
}

static uint32_t like(const struct matching *m, const struct text_node *old, const struct text_node *fresh)
{
	bool old_bare = !old->title[0] && !old->text[0], fresh_bare = !fresh->title[0] && !fresh->text[0];
	uint32_t own = sign_like(&m->old_sign[old->index], &m->fresh_sign[fresh->index]);
	uint32_t below = old->first && fresh->first ? below_both(m, old, fresh) : 0;
	if ((old->omitted && old_bare) || (fresh->omitted && fresh_bare))
		return like_omitted(old, fresh);
	if (old_bare && fresh_bare)
		return below > 500 || same_number(old, fresh) ? 500 + below / 2 : below;
	if (!old->first || !fresh->first)
		return own;
	uint32_t mixed = (own * 6 + below * 4) / 10;
	uint32_t most = own > mixed ? own : mixed;
	return below > most ? below : most;
}

/* ---- children against children --------------------------------------------------------- */

struct row {
	const struct text_node **at;
	size_t count;
};

static struct result children_of(const struct matching *m, const struct text_node *parent,
                                 struct row *out, struct why *why)
{
	size_t count = 0;
	for (const struct text_node *c = parent->first; c; c = c->next)
		count++;
	*out = (struct row){ARENA_ARRAY(m->arena, count + 1, const struct text_node *), 0};
	if (!out->at)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (const struct text_node *c = parent->first; c; c = c->next)
		out->at[out->count++] = c;
	return ok();
}

static uint32_t score(const struct matching *m, const struct text_node *old, const struct text_node *fresh)
{
	if (!alone(m, old, fresh))
		return 0;
	uint32_t s = like(m, old, fresh);
	return s < LIKE_LEAST ? 0 : s + (same_number(old, fresh) ? 30 : 0);
}

/* The best pairs in order among old[from, to) and fresh[from, to). */
static struct result align_grid(struct matching *m, const struct text_node **old, size_t rows,
                                const struct text_node **fresh, size_t columns, struct why *why)
{
	size_t wide = columns + 1;
	if (rows == 0 || columns == 0)
		return ok();
	if (rows * columns > GRID_MOST) {
		for (size_t i = 0; i < rows && i < columns; i++)
			if (alone(m, old[i], fresh[i]) && score(m, old[i], fresh[i]))
				link_nodes(m, old[i]->index, fresh[i]->index);
		return ok();
	}
	uint32_t *best = ARENA_ARRAY(m->arena, (rows + 1) * wide, uint32_t);
	uint16_t *gain = ARENA_ARRAY(m->arena, rows * columns, uint16_t);
	if (!best || !gain)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (size_t i = rows; i-- > 0;)
		for (size_t j = columns; j-- > 0;) {
			uint32_t s = score(m, old[i], fresh[j]);
			uint32_t both = s ? best[(i + 1) * wide + j + 1] + s : 0;
			uint32_t down = best[(i + 1) * wide + j], right = best[i * wide + j + 1];
			gain[i * columns + j] = (uint16_t)s;
			best[i * wide + j] = both > down ? (both > right ? both : right) : down > right ? down : right;
		}
	for (size_t i = 0, j = 0; i < rows && j < columns;) {
		uint32_t s = gain[i * columns + j];
		if (s && best[i * wide + j] == best[(i + 1) * wide + j + 1] + s)
			link_nodes(m, old[i++]->index, fresh[j++]->index);
		else if (best[(i + 1) * wide + j] >= best[i * wide + j + 1])
			i++;
		else
			j++;
	}
	return ok();
}

/* Between two anchors that keep their order lies one grid. */
static struct result align_children(struct matching *m, const struct text_node *old,
                                    const struct text_node *fresh, struct why *why)
{
	struct row a, b;
	size_t from = 0, begin = 0;
	if (!old->first || !fresh->first)
		return ok();
	TRY(children_of(m, old, &a, why));
	TRY(children_of(m, fresh, &b, why));
	size_t *place = ARENA_ARRAY(m->arena, m->old->count + 1, size_t);
	if (!place)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (size_t i = 0; i < a.count; i++)
		place[a.at[i]->index] = i + 1;
	for (size_t j = 0; j < b.count; j++) {
		uint32_t partner = m->to_old[b.at[j]->index];
		size_t at = partner ? place[partner] : 0;
		if (at == 0 || at - 1 < from)
			continue;
		if (at - 1 > from + 64 && at - 1 > from + (j - begin) * 8 + 64)
			continue; /* an anchor far away: more likely it has moved */
		TRY(align_grid(m, a.at + from, at - 1 - from, b.at + begin, j - begin, why));
		from = at;
		begin = j + 1;
	}
	return align_grid(m, a.at + from, a.count - from, b.at + begin, b.count - begin, why);
}

/* ---- what moved ---------------------------------------------------------------------------- */

struct chance {
	uint32_t score, old, fresh;
};

static int compare_chances(const void *a, const void *b)
{
	const struct chance *x = a, *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->old != y->old)
		return x->old < y->old ? -1 : 1;
	return (x->fresh > y->fresh) - (x->fresh < y->fresh);
}

static size_t list_alone(const struct text_tree *tree, const uint32_t *to, const struct sign *signs,
                         uint32_t *out)
{
	size_t count = 0;
	for (uint32_t i = 1; i < tree->count && count < ALONE_MOST; i++)
		if (!to[i] && (signs[i].count >= MOVED_PAIRS || tree->nodes[i]->first))
			out[count++] = i;
	return count;
}

static struct result link_moved(struct matching *m, bool *any, struct why *why)
{
	uint32_t *old = ARENA_ARRAY(m->arena, ALONE_MOST, uint32_t);
	uint32_t *fresh = ARENA_ARRAY(m->arena, ALONE_MOST, uint32_t);
	*any = false;
	if (!old || !fresh)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	size_t a = list_alone(m->old, m->to_fresh, m->old_sign, old);
	size_t b = list_alone(m->fresh, m->to_old, m->fresh_sign, fresh);
	struct chance *chances = ARENA_ARRAY(m->arena, a * 8 + 1, struct chance);
	size_t count = 0;
	if (!chances)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (size_t i = 0; i < a; i++)
		for (size_t j = 0; j < b && count < a * 8; j++) {
			uint32_t s = like(m, m->old->nodes[old[i]], m->fresh->nodes[fresh[j]]);
			if (s >= MOVED_LEAST)
				chances[count++] = (struct chance){s, old[i], fresh[j]};
		}
	qsort(chances, count, sizeof *chances, compare_chances);
	for (size_t i = 0; i < count; i++)
		if (!m->to_fresh[chances[i].old] && !m->to_old[chances[i].fresh]) {
			link_nodes(m, chances[i].old, chances[i].fresh);
			*any = true;
		}
	return ok();
}

/* ---- the whole way ---------------------------------------------------------------------------- */

static struct result top_down(struct matching *m, struct why *why)
{
	for (uint32_t f = 0; f < m->fresh->count; f++)
		if (f == 0 || m->to_old[f])
			TRY(align_children(m, m->old->nodes[f ? m->to_old[f] : 0], m->fresh->nodes[f], why));
	return ok();
}

static struct result prepare(const struct text_tree *tree, struct arena *arena, uint32_t **to,
                             uint32_t **end, struct why *why)
{
	*to = ARENA_ARRAY(arena, tree->count, uint32_t);
	*end = ARENA_ARRAY(arena, tree->count, uint32_t);
	if (!*to || !*end)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (uint32_t i = tree->count; i-- > 0;) {
		if ((*end)[i] == 0)
			(*end)[i] = i + 1;
		const struct text_node *parent = tree->nodes[i]->parent;
		if (parent && (*end)[parent->index] < (*end)[i])
			(*end)[parent->index] = (*end)[i];
	}
	return ok();
}

struct result match_trees(struct matching *m, bool by_id, struct why *why)
{
	bool any = true;
	TRY(signs_make(m->old, m->fresh, m->arena, &m->old_sign, &m->fresh_sign, why));
	TRY(prepare(m->old, m->arena, &m->to_fresh, &m->old_end, why));
	TRY(prepare(m->fresh, m->arena, &m->to_old, &m->fresh_end, why));
	if (by_id)
		TRY(link_anchors(m, true, why));
	TRY(link_anchors(m, false, why));
	for (int round = 0; round < ROUNDS && any; round++) {
		TRY(top_down(m, why));
		TRY(link_moved(m, &any, why));
	}
	return ok();
}
