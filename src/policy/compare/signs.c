/* How alike two texts are: the pairs of characters that they share (Dice), each
 * weighed by how rare it is.  Policies are full of phrases that stand in every
 * second clause (情報セキュリティ管理者は, しなければならない); those say nothing
 * about which clause continues which. */
#include "policy/compare/internal.h"

#include "base/text.h"

#include <stdlib.h>

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static struct result read_pairs(const struct text_node *node, struct arena *arena, struct sign *out,
                                struct why *why)
{
	AUTO(buffer_done) struct buffer work = {0};
	buffer_init(&work, IMPORT_BYTES * 4u);
	import_normal(slice_str(node->title), &work);
	import_normal(slice_str(node->text), &work);
	struct slice text = buffer_slice(&work);
	*out = (struct sign){.pairs = ARENA_ARRAY(arena, text.len + 1, uint32_t)};
	if (!out->pairs || !buffer_ok(&work))
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	uint32_t before = 2;
	for (size_t pos = 0; pos < text.len;) {
		int32_t c = utf8_next(text, &pos);
		uint32_t code = c < 0 ? 0xfffd : (uint32_t)c;
		out->pairs[out->count++] = before * 0x9e3779b1u ^ code * 0x85ebca6bu;
		before = code;
	}
	qsort(out->pairs, out->count, sizeof *out->pairs, compare_u32);
	return ok();
}

/* ---- how rare ------------------------------------------------------------------------- */

struct common {
	uint32_t *pairs; /* of both texts, sorted */
	size_t count;
	uint64_t nodes;
};

static size_t lower_bound(const struct common *c, uint32_t pair, size_t from)
{
	size_t low = from, high = c->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c->pairs[middle] < pair)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* 1 for a pair that stands in every node, 3 more each time it is half as common */
static uint8_t weight_of(const struct common *c, uint32_t pair)
{
	size_t first = lower_bound(c, pair, 0), last = pair == UINT32_MAX ? c->count : lower_bound(c, pair + 1, first);
	uint64_t ratio = c->nodes / (last > first ? last - first : 1);
	uint8_t weight = 1;
	for (; ratio > 1 && weight < 40; ratio /= 2)
		weight = (uint8_t)(weight + 3);
	return weight;
}

static struct result weigh(struct sign *signs, size_t count, const struct common *common,
                           struct arena *arena, struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		struct sign *s = &signs[i];
		s->weights = ARENA_ARRAY(arena, s->count + 1, uint8_t);
		if (!s->weights)
			return fail(why, E_MEMORY, "", "no memory for the comparison");
		for (size_t k = 0; k < s->count; k++) {
			bool again = k > 0 && s->pairs[k] == s->pairs[k - 1];
			s->weights[k] = again ? s->weights[k - 1] : weight_of(common, s->pairs[k]);
			s->total += s->weights[k];
		}
	}
	return ok();
}

static size_t gather(const struct sign *signs, size_t count, uint32_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < signs[i].count; k++, n++)
			if (out)
				out[n] = signs[i].pairs[k];
	return n;
}

struct result signs_make(const struct text_tree *old, const struct text_tree *fresh, struct arena *arena,
                         struct sign **old_signs, struct sign **fresh_signs, struct why *why)
{
	struct sign *a = ARENA_ARRAY(arena, old->count, struct sign);
	struct sign *b = ARENA_ARRAY(arena, fresh->count, struct sign);
	if (!a || !b)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	for (uint32_t i = 0; i < old->count; i++)
		TRY(read_pairs(old->nodes[i], arena, &a[i], why));
	for (uint32_t i = 0; i < fresh->count; i++)
		TRY(read_pairs(fresh->nodes[i], arena, &b[i], why));
	size_t all = gather(a, old->count, NULL) + gather(b, fresh->count, NULL);
	struct common common = {ARENA_ARRAY(arena, all + 1, uint32_t), all, (uint64_t)old->count + fresh->count};
	if (!common.pairs)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	gather(b, fresh->count, common.pairs + gather(a, old->count, common.pairs));
	qsort(common.pairs, all, sizeof *common.pairs, compare_u32);
	TRY(weigh(a, old->count, &common, arena, why));
	TRY(weigh(b, fresh->count, &common, arena, why));
	*old_signs = a;
	*fresh_signs = b;
	return ok();
}

uint32_t sign_like(const struct sign *a, const struct sign *b)
{
	size_t i = 0, j = 0;
	uint64_t shared = 0;
	if (a->count == 0 || b->count == 0 || a->count > b->count * 4 || b->count > a->count * 4)
		return 0;
	while (i < a->count && j < b->count) {
		uint32_t x = a->pairs[i], y = b->pairs[j];
		shared += x == y ? a->weights[i] : 0u;
		i += x <= y;
		j += y <= x;
	}
	return (uint32_t)(shared * 2 * LIKE_WHOLE / (a->total + b->total));
}
