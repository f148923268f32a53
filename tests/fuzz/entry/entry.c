/* Stored entries and canonical JSON: what is an entry is written back as the same
 * bytes; what is canonical jansson reads, and dumps as the same bytes.       */
#include "ledger/ledger_room.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(struct slice leaf)
{
	struct ledger_entry entry;
	struct buffer again;
	struct arena *arena = arena_new(4 * LEDGER_LEAF_MAX);
	buffer_init(&again, LEDGER_LEAF_MAX);
	if (arena && entry_read(leaf, arena, &entry, NULL).code == OK &&
	    entry_write(&entry, &again, NULL).code == OK && !slice_equal(buffer_slice(&again), leaf))
		abort();
	buffer_done(&again);
	arena_free(arena);
}

static void check_canonical(struct slice text)
{
	if (canon_check(text, NULL).code != OK)
		return;
	json_t *value = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
	char *again = value ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	if (!again || !slice_equal(slice_str(again), text))
		abort();
	free(again);
	json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_entry(slice_of(data, size));
	check_canonical(slice_of(data, size));
	return 0;
}
