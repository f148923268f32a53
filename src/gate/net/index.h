/* gate/net/index.h - names to numbers; inside the room */
#ifndef SEKISHO_NET_INDEX_H
#define SEKISHO_NET_INDEX_H

#include "base/arena.h"

struct index_slot {
	struct slice name;
	uint32_t value;
	bool used;
};
struct index {
	struct index_slot *slots;
	size_t mask, count;
};
/* index_init - for at most `most` names; false at the arena's ceiling */
bool index_init(struct index *index, size_t most, struct arena *arena);
/* index_add - false if the name is there already, or there is no room */
bool index_add(struct index *index, struct slice name, uint32_t value);
bool index_find(const struct index *index, struct slice name, uint32_t *out);

#endif
