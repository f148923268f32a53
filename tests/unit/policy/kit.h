/* tests/unit/policy/kit.h - a policy from texts in the test */
#ifndef SEKISHO_TESTS_POLICY_KIT_H
#define SEKISHO_TESTS_POLICY_KIT_H

#include "harness.h"
#include "policy/policy.h"

#include "base/file.h"

enum { KIT_ROOM = 64 << 20 };

struct kit {
	struct arena *arena;
	struct policy *policy;
	struct findings findings;
	struct why why;
};

static inline struct result kit_load(struct kit *k, const char *text)
{
	struct policy_source source = {"t/1.pol", slice_str(text)};
	*k = (struct kit){.arena = arena_new(KIT_ROOM)};
	return policy_load(&source, 1, k->arena, &k->policy, &k->findings, &k->why);
}

static inline void kit_done(struct kit *k)
{
	arena_free(k->arena);
	k->arena = NULL;
}

/* kit_shared - a file of ../shared (SEKISHO_SHARED); false where it is missing */
static inline bool kit_shared(const char *name, struct arena *arena, struct slice *out)
{
	const char *base = getenv("SEKISHO_SHARED");
	const char *path = arena_printf(arena, "%s/%s", base ? base : SEKISHO_SOURCE "/../shared", name);
	return path && file_read(path, 8 << 20, arena, out, NULL).code == OK;
}

#endif
