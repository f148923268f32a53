/* register/index_internal.h - what index.c and shelf.c share */
#ifndef SEKISHO_REGISTER_INDEX_INTERNAL_H
#define SEKISHO_REGISTER_INDEX_INTERNAL_H

#include "register/index.h"

/* One key's page that rows came to or went from. */
struct pending {
	struct slice kind, key;
	int64_t chunk;
	uint64_t hash;
	uint32_t first, last; /* of its steps; 0: none */
	uint32_t live;        /* steps that change something */
};
struct step {
	uint32_t next;
	uint16_t doc;
	bool in;
	bool nothing; /* the row left and came back: as it was */
};
/* A row that came to a place of an order or left it. */
struct move {
	struct slice kind, place;
	enum index_way way;
	int64_t doc;
	size_t turn;
	bool in;
};
struct word_index {
	struct store *store;
	char body[256];
	struct store_late late;
	struct arena *keys;
	struct pending *pending;
	uint32_t *slots; /* hash table of pending: index + 1 */
	size_t pending_count, pending_room, slot_count;
	struct step *steps; /* [0] is no step */
	size_t step_count, step_room;
	struct move *moves;
	size_t move_count, move_room;
};

struct result index_no_memory(struct why *why) MUST;
/* index_more - room for one more of `size` bytes in a growing array */
bool index_more(void *array, size_t *room, size_t count, size_t size) MUST;
/* shelf_flush - write the moves */
struct result shelf_flush(struct word_index *index, struct why *why) MUST;

#endif
