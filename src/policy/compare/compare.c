/* The comparison as a whole, and an encoded edition as a tree. */
#include "policy/compare/internal.h"

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
	struct blocking b = {.comparison = c, .arena = arena, .next = &c->blocks, .fuel = REFERENCE_FUEL};
	blocks_numbers(&b);
	blocks_references(&b);
	if (b.full)
		return fail(why, E_MEMORY, "", "no memory for the comparison");
	*out = c;
	return ok();
}

struct result compare_edition_tree(const struct policy *policy, const struct policy_edition *edition,
                                   struct arena *arena, struct text_tree **out, struct why *why)
{
	struct text_tree *tree = text_tree_new(arena, edition->title);
	if (!tree)
		return fail(why, E_MEMORY, "", "no memory for the edition");
	for (size_t i = 0; i < policy_clause_count(policy, edition); i++) {
		const struct policy_clause *clause = policy_clause_at(policy, edition, i);
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
