/* Whatever the bytes: import ends with a tree or a refusal, every line has one
 * fate, ids are unique enough to be kept, and what is kept reads back the same. */
#include "policy/import/import.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_tree(const struct text_tree *tree)
{
	uint32_t placed = 0;
	for (uint32_t i = 0; i < tree->lines; i++) {
		demand(tree->fate[i] < LINE_FATES);
		demand((tree->line_text[i][0] == 0) == (tree->fate[i] == LINE_BLANK));
		placed += tree->fate[i] == LINE_PLACED;
	}
	demand(tree->count > 0 && tree->nodes[0] == tree->root && (placed == 0 || tree->count >= 1));
	for (uint32_t i = 1; i < tree->count; i++) {
		const struct text_node *n = tree->nodes[i];
		demand(n->index == i && n->parent && n->parent->index < i && n->first_line <= n->last_line);
		demand(n->last_line <= tree->lines);
	}
}

static void check_kept(const struct text_tree *tree)
{
	struct arena *arena = arena_new(512 << 20);
	struct buffer once, twice;
	struct import_kept *kept = NULL;
	buffer_init(&once, 64 << 20);
	buffer_init(&twice, 64 << 20);
	demand(import_keep(tree, "p", NULL, 0, &once, NULL).code == OK);
	demand(import_kept_read(buffer_slice(&once), arena, &kept, NULL).code == OK);
	demand(kept->tree->count == tree->count);
	demand(import_keep(kept->tree, "p", NULL, 0, &twice, NULL).code == OK);
	demand(slice_equal(buffer_slice(&once), buffer_slice(&twice)));
	buffer_done(&once);
	buffer_done(&twice);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(512 << 20);
	struct text_tree *trees[2] = {NULL, NULL};
	struct import_kept *kept = NULL;
	size_t count = 0;
	struct why why = {0};
	if (import_text(slice_of(data, size), arena, trees, &count, &why).code == OK)
		for (size_t i = 0; i < count; i++) {
			check_tree(trees[i]);
			check_kept(trees[i]);
		}
	(void)!import_kept_read(slice_of(data, size), arena, &kept, NULL).code;
	arena_free(arena);
	return 0;
}
