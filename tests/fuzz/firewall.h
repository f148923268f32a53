/* tests/fuzz/firewall.h - what holds for every reader of a firewall's rules:
 * whatever the bytes, a list is refused, or it can be walked at every hook
 * within its fuel, and every reference in it leads somewhere                 */
#ifndef SEKISHO_TESTS_FUZZ_FIREWALL_H
#define SEKISHO_TESTS_FUZZ_FIREWALL_H

#include "gate/net/prove.h"

#include <stdlib.h>

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

/* reader - what is under test */
static int firewall_fuzz(struct slice text,
                         struct result (*reader)(struct slice text, struct atlas_names *names,
                                                 struct arena *arena, struct ruleset **out))
{
	struct arena *arena = arena_new(64 << 20);
	struct atlas_names names = {.count = 0};
	struct ruleset *ruleset = NULL;
	struct atlas nothing;
	struct proof proof;
	atlas_name_add(&names, SLICE("eth0"), false);
	atlas_name_add(&names, SLICE(""), true);
	if (reader(text, &names, arena, &ruleset).code == OK) {
		whole(ruleset);
		demand(atlas_init(&nothing, &names));
		if (ruleset->names.count < 12 && prove(&nothing, ruleset, 3000000, &proof, NULL).code == OK)
			demand(proof.verdict != PROOF_EQUAL || proof.doubts == 0);
		atlas_done(&nothing);
	}
	arena_free(arena);
	return 0;
}

#endif
