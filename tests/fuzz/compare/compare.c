/* Two texts out of any bytes (the halves before and behind the first NUL): each
 * node of either has one pair, the same comparison gives the same bytes, a text
 * compared with itself has no change, and the spans of a sentence are the
 * sentence again.                                                            */
#include "policy/compare/compare.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_pairs(const struct comparison *c)
{
	uint32_t old = 0, fresh = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct compare_pair *p = &c->pairs[i];
		demand((p->old || p->fresh) && (!p->old == ((p->change & CHANGE_ADDED) != 0)));
		demand(!p->fresh == ((p->change & CHANGE_DELETED) != 0));
		old += p->old != NULL;
		fresh += p->fresh != NULL;
	}
	demand(old + 1 == c->old->count && fresh + 1 == c->fresh->count);
}

static void check_words(struct slice text, const struct span *spans, size_t count)
{
	size_t at = 0;
	for (size_t i = 0; i < count; at += spans[i].text.len, i++)
		demand(slice_equal(spans[i].text, slice_part(text, at, spans[i].text.len)));
	demand(at == text.len);
}

static void check_spans(const struct comparison *c, struct arena *arena)
{
	for (uint32_t i = 0; i < c->count; i++) {
		const struct compare_pair *p = &c->pairs[i];
		struct word_diff diff;
		if (!p->old || !p->fresh || !(p->change & CHANGE_WORDS))
			continue;
		struct slice old = slice_str(p->old->text), fresh = slice_str(p->fresh->text);
		if (compare_words(old, fresh, arena, &diff, NULL).code != OK)
			return;
		check_words(old, diff.old, diff.old_count);
		check_words(fresh, diff.fresh, diff.fresh_count);
	}
}

static void check_outputs(const struct comparison *c, struct arena *arena)
{
	struct buffer out;
	struct compare_table table;
	buffer_init(&out, 256 << 20);
	compare_report(c, &out);
	if (compare_table(c, compare_style_at(c->count % 5), arena, &table, NULL).code == OK)
		compare_html(&table, &out);
	(void)!compare_json(c, &out, NULL).code;
	(void)!compare_amendment(c, (enum amend_manner)(c->count % 2), &out, NULL).code;
	buffer_done(&out);
}

static void compare(const struct text_tree *old, const struct text_tree *fresh, struct arena *arena)
{
	struct comparison *c = NULL, *again = NULL, *self = NULL;
	if (compare_trees(old, fresh, false, arena, &c, NULL).code != OK)
		return;
	check_pairs(c);
	check_spans(c, arena);
	check_outputs(c, arena);
	if (compare_trees(old, fresh, false, arena, &again, NULL).code == OK)
		for (uint32_t i = 0; i < c->count; i++)
			demand(again->pairs[i].old == c->pairs[i].old && again->pairs[i].fresh == c->pairs[i].fresh &&
			       again->pairs[i].change == c->pairs[i].change);
	if (compare_trees(fresh, fresh, true, arena, &self, NULL).code == OK)
		demand(self->same == self->count && self->count + 1 == fresh->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_of(data, size);
	size_t cut = 0, count = 0;
	struct arena *arena = arena_new(1 << 30);
	struct text_tree *a[2] = {NULL, NULL}, *b[2] = {NULL, NULL};
	if (size > 65536) {
		arena_free(arena);
		return 0;
	}
	while (cut < size && data[cut])
		cut++;
	bool left = import_text(slice_part(all, 0, cut), arena, a, &count, NULL).code == OK;
	bool right = cut < size && import_text(slice_part(all, cut + 1, size), arena, b, &count, NULL).code == OK;
	if (left)
		compare(a[0], right ? b[0] : a[1] ? a[1] : a[0], arena);
	arena_free(arena);
	return 0;
}
