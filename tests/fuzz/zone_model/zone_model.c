/* Whatever the bytes: a model is refused with a reason, or it is lawful and then
 * compiles to what the prover finds equal to it.                            */
#include "gate/net/compile.h"
#include "gate/net/laws.h"
#include "gate/net/prove.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void compiles(const struct net_model *model, day_t day, struct arena *arena)
{
	AUTO(atlas_drop) struct atlas atlas = {.count = 0};
	struct ruleset *rules;
	struct proof proof;
	struct buffer text;
	if (atlas_of_flows(model, day, NULL, &atlas, NULL).code != OK)
		return;
	demand(compile(&atlas, arena, &rules, NULL).code == OK);
	buffer_init(&text, 16 << 20);
	demand(ruleset_write(rules, model, &text, NULL).code == OK);
	buffer_done(&text);
	if (prove(&atlas, rules, 50000000, &proof, NULL).code == OK)
		demand(proof.verdict == PROOF_EQUAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64 << 20);
	struct net_findings *findings = findings_new(arena);
	struct net_model *model = NULL;
	const struct net_lawbook book = {.policy = "hannan", .law = {[LAW_MY_NUMBER_FIELDS] = {"T-1", "1", {{NULL}, {NULL}, {0}, 0, 0}},
	                                                              [LAW_LGWAN_SPLIT] = {"T-2", "2", {{NULL}, {NULL}, {0}, 0, 0}}}};
	day_t day = 20778;
	struct result read = model_read(slice_of(data, size), arena, findings, &model, NULL);
	demand((read.code == E_INPUT) == (findings->errors > 0));
	if (read.code == OK && model_laws(model, &book, day, arena, findings, NULL).code == OK)
		compiles(model, day, arena);
	arena_free(arena);
	return 0;
}
