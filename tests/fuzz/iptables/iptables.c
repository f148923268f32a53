/* Whatever the bytes: a list of rules is refused, or it can be walked at every
 * hook within its fuel; every reference in it leads somewhere.              */
#include "gate/net/prove.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void whole(const struct ruleset *r)
{
	for (size_t i = 0; i < r->rule_count; i++)
		if (r->rules[i].action == ACTION_JUMP || r->rules[i].action == ACTION_GOTO)
			demand(r->rules[i].target < r->chain_count);
	for (size_t i = 0; i < r->chain_count; i++)
		demand(r->chains[i].first_rule + r->chains[i].rules <= r->rule_count && r->chains[i].table < r->table_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64 << 20);
	struct atlas_names names = {.count = 0};
	struct ruleset *ruleset = NULL;
	struct atlas nothing;
	struct proof proof;
	atlas_name_add(&names, SLICE("eth0"), false);
	atlas_name_add(&names, SLICE(""), true);
	if (ruleset_read_iptables(slice_of(data, size), slice_of(data, size), &names, arena, &ruleset, NULL).code == OK) {
		whole(ruleset);
		demand(atlas_init(&nothing, &names));
		if (ruleset->names.count < 12 && prove(&nothing, ruleset, 3000000, &proof, NULL).code == OK)
			demand(proof.verdict != PROOF_EQUAL || proof.doubts == 0);
		atlas_done(&nothing);
	}
	arena_free(arena);
	return 0;
}
