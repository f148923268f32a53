/* The comparison as a whole, and an encoded edition as a tree. */
#include "policy/compare/internal.h"

#include <stdlib.h>

struct result compare_trees(const struct text_tree *old, const struct text_tree *fresh, bool by_id,
                            struct arena *arena, struct comparison **out, struct why *why)
{
	struct matching m = {.old = old, .fresh = fresh, .arena = arena};
	struct comparison *c = ARENA_NEW(arena, struct comparison);
	if (!c)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	c->old = old;
	c->fresh = fresh;
	TRY(match_trees(&m, by_id, why));
	TRY(classify(&m, c, why));
	if (by_id)
		TRY(chapters_moved(c, arena, why));
	struct blocking b = {.comparison = c, .arena = arena, .next = &c->blocks, .fuel = REFERENCE_FUEL};
	blocks_numbers(&b);
	blocks_references(&b);
	if (b.full)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	*out = c;
	return ok();
}

/* A clause that only says what was changed is not part of the text. */
static bool is_mark_only(const struct policy *policy, const struct policy_edition *edition,
                         const struct policy_clause *clause)
{
	struct policy_change change;
	if (clause->carrier != CARRIER_NONE || clause->omitted[0] || clause->doubt[0])
		return false;
	for (size_t i = 0; policy_change_at(policy, edition, i, &change); i++)
		if (change.clause == clause)
			return true;
	return false;
}

/* ---- an edition in the order of its chapters: files may tell it in another ------- */

struct placed {
	const struct policy_clause *clause;
	uint64_t chapter; /* by number; what has none stands behind, in the order of the files */
	size_t at;
};

static int by_chapter(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	if (x->chapter != y->chapter)
		return x->chapter < y->chapter ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static uint64_t chapter_number(const char *cite)
{
	struct text_number number;
	size_t len = text_number_at(slice_str(cite), &number);
	if (len == 0 || (number.level != TEXT_DAI && number.level != TEXT_CHAPTER))
		return UINT64_MAX;
	return (uint64_t)number.part[0] << 32 | number.level;
}

static struct placed *in_order(const struct policy *policy, const struct policy_edition *edition,
                               struct arena *arena, size_t *count)
{
	*count = policy_clause_count(policy, edition);
	struct placed *list = ARENA_ARRAY(arena, *count + 1, struct placed);
	for (size_t i = 0; list && i < *count; i++) {
		const struct policy_clause *clause = policy_clause_at(policy, edition, i);
		list[i] = (struct placed){clause, chapter_number(clause->cite), i};
	}
	if (list)
		qsort(list, *count, sizeof *list, by_chapter);
	return list;
}

struct result compare_edition_tree(const struct policy *policy, const struct policy_edition *edition,
                                   struct arena *arena, struct text_tree **out, struct why *why)
{
	struct text_tree *tree = text_tree_new(arena, edition->title);
	size_t count = 0;
	struct placed *list = in_order(policy, edition, arena, &count);
	if (!tree || !list)
		return fail(why, E_MEMORY, "", "no memory for the edition");
	for (size_t i = 0; i < count; i++) {
		const struct policy_clause *clause = list[i].clause;
		if (is_mark_only(policy, edition, clause))
			continue;
		struct text_node *node = text_add(tree, arena, NULL, clause->cite, "", clause->says);
		if (!node)
			return fail(why, E_MEMORY, "", "no memory for the edition");
		node->level = TEXT_HEADING;
		node->number = (struct text_number){0};
		node->cite = clause->cite;
		node->id = clause->id;
		node->first_line = node->last_line = clause->line;
	}
	TRY(text_finish(tree, arena, why));
	*out = tree;
	return ok();
}

/* ---- printed marks ------------------------------------------------------------------ */

static unsigned wanted_by(const char *word)
{
	static const struct {
		const char *word;
		unsigned change;
	} words[] = {{"added", CHANGE_ADDED}, {"deleted", CHANGE_DELETED}, {"renumbered", CHANGE_NUMBER},
	             {"reworded", CHANGE_WORDS}, {"moved", CHANGE_PLACE | CHANGE_NUMBER},
	             {"changed", CHANGE_WORDS | CHANGE_ADDED | CHANGE_NUMBER}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].change;
	return ~0u;
}

static const struct compare_pair *pair_with_id(const struct comparison *c, const char *id)
{
	for (uint32_t i = 0; i < c->count; i++)
		if ((c->pairs[i].fresh && strcmp(c->pairs[i].fresh->id, id) == 0) ||
		    (!c->pairs[i].fresh && strcmp(c->pairs[i].old->id, id) == 0))
			return &c->pairs[i];
	return NULL;
}

/* how the mark and its certainty are read by people */
static const char *said(const char *word)
{
	static const char *const words[][2] = {{"added", "新設"}, {"deleted", "削除"}, {"renumbered", "番号の変更"},
	                                       {"reworded", "改正"}, {"moved", "移動"}, {"changed", "何かの変更"},
	                                       {"sure", "確か"}, {"inferred", "推定"}, {"unclear", "読み取れない"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], word) == 0)
			return words[i][1];
	return word;
}

struct compare_marks compare_printed(const struct comparison *comparison, const struct policy *policy,
                                     const struct policy_edition *edition, struct buffer *out)
{
	struct compare_marks marks = {0};
	struct policy_change change;
	for (size_t i = 0; policy_change_at(policy, edition, i, &change); i++) {
		bool agree = true;
		marks.marks++;
		for (size_t k = 0; k < change.id_count; k++) {
			const struct compare_pair *p = pair_with_id(comparison, change.ids[k]);
			bool fits = p && (p->change & wanted_by(change.word));
			if (!fits)
				buffer_printf(out, "  N28 %s「%s」（%s、%s）: %sには計算では%s。\n", change.clause->id,
				              change.clause->cite, said(change.word), said(change.certainty), change.ids[k],
				              !p ? "条文がありません" : p->change ? "別の変更があります" : "変更がありません");
			agree &= fits;
		}
		marks.agree += agree;
	}
	return marks;
}
