/* Open addressing; the seed is fixed because the ceiling of names bounds what a
 * chosen set of collisions can cost.                                        */
#include "gate/net/index.h"

bool index_init(struct index *index, size_t most, struct arena *arena)
{
	size_t size = 16;
	while (size < most * 2)
		size *= 2;
	*index = (struct index){ARENA_ARRAY(arena, size, struct index_slot), size - 1, 0};
	return index->slots != NULL;
}

static struct index_slot *slot_of(const struct index *index, struct slice name)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ name.at[i]) * 0x100000001b3ULL;
	size_t at = (size_t)(hash ^ hash >> 29) & index->mask;
	while (index->slots[at].used && !slice_equal(index->slots[at].name, name))
		at = (at + 1) & index->mask;
	return &index->slots[at];
}

bool index_add(struct index *index, struct slice name, uint32_t value)
{
	struct index_slot *slot = slot_of(index, name);
	if (slot->used || index->count * 2 > index->mask)
		return false;
	*slot = (struct index_slot){name, value, true};
	index->count++;
	return true;
}

bool index_find(const struct index *index, struct slice name, uint32_t *out)
{
	const struct index_slot *slot = slot_of(index, name);
	if (slot->used)
		*out = slot->value;
	return slot->used;
}
