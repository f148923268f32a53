/* Whatever the bytes: the reader ends within its memory, refuses with a place and a
 * sentence or gives a policy; an unsound one says why; every clause that it gives
 * can be read back; a decision under it is made, and under an unsound one is hold. */
#include "policy/policy.h"

#include "base/text.h"

#include <stdlib.h>

enum { ROOM = 24 << 20, TEXT = 4 << 20, CLAUSES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void read_back(const struct policy *policy, struct buffer *text)
{
	for (size_t e = 0; e < policy_edition_count(policy); e++) {
		const struct policy_edition *edition = policy_edition_at(policy, e);
		for (size_t i = 0; i < policy_clause_count(policy, edition) && i < CLAUSES; i++) {
			buffer_clear(text);
			policy_render(policy, policy_clause_at(policy, edition, i), text);
			demand(!buffer_ok(text) || utf8_valid(buffer_slice(text)));
		}
	}
}

static void decide(const struct policy *policy, const char *act, struct arena *arena)
{
	struct facts *facts = NULL;
	const struct decision *d = NULL;
	struct policy_question q = {.day = 20600};
	if (!policy_act_exists(policy, act) || facts_new(policy, act, arena, &facts, NULL).code != OK)
		return;
	q.facts = facts;
	if (policy_decide(policy, &q, arena, &d, NULL).code != OK)
		return;
	demand(policy_sound(policy) || d->verdict == HOLD);
	struct buffer text;
	buffer_init(&text, TEXT);
	policy_explain(policy, d, &text);
	policy_verdict_json(d, &text);
	buffer_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const acts[] = {"go", "send", "link.join", "asset.register", "exception.begin"};
	struct arena *arena = arena_new(ROOM);
	struct policy_source source = {"fuzz/1.pol", slice_of(data, size)};
	struct policy *policy = NULL;
	struct findings findings = {.first = NULL};
	struct why why = {.code = OK};
	struct buffer text;
	struct result r = policy_load(&source, 1, arena, &policy, &findings, &why);
	demand(r.code == OK || r.code == E_INPUT || r.code == E_LIMIT || r.code == E_MEMORY);
	demand((r.code == OK) == (policy != NULL));
	demand(r.code == OK || why.text[0]);
	demand(r.code != E_INPUT || why.place[0]);
	demand(!policy || policy_sound(policy) || findings.errors);
	buffer_init(&text, TEXT);
	if (policy)
		read_back(policy, &text);
	for (size_t i = 0; policy && i < sizeof acts / sizeof *acts; i++)
		decide(policy, acts[i], arena);
	buffer_done(&text);
	arena_free(arena);
	return 0;
}
