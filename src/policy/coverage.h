/* policy/coverage.h - is every requirement of the texts carried by a clause?
 *
 * The index policies/requirements.tsv lists the requirements: id, body, the
 * carrier that is expected (enforce, workflow, record, attest, reference) and
 * the folder of the edition.  It holds facts only, no sentence of any text.
 */
#ifndef SEKISHO_POLICY_COVERAGE_H
#define SEKISHO_POLICY_COVERAGE_H

#include "policy/policy.h"

enum {
	REQUIREMENTS_BYTES = 1 << 20,
	REQUIREMENTS = 20000,
	REQUIREMENTS_REFERENCE = 310, /* references at most, over all */
};

struct requirement {
	const char *id, *body, *expected, *folder;
};

/* requirements_read - the index
 * errors   E_INPUT "line N": not four fields, an unknown carrier, an id given twice
 *          E_LIMIT, E_MEMORY                                                */
struct result requirements_read(struct slice tsv, struct arena *arena, struct requirement **out,
                                size_t *count, struct why *why) MUST;

enum covered_state {
	COVERED_NOT = 0,   /* no clause has the id, and none comes from it */
	COVERED_WRONG,     /* a clause, but it does not carry what it must; see reason */
	COVERED_REFERENCE, /* reference, or only marks of history or omission */
	COVERED,
};
struct covered {
	enum covered_state state;
	const char *clause;  /* the first clause's id; "" if none */
	const char *carrier; /* Japanese: 禁止、記録 ... or 他の条: ids; "" */
	const char *reason;  /* why only a reference, or what is wrong; "" */
};
/* requirement_cover - by the clauses of the folder's edition whose id is the
 * requirement's, or that were split or merged out of it (`from`)
 * errors   E_MEMORY                                                         */
struct result requirement_cover(const struct policy *policy, const struct requirement *requirement,
                                struct arena *arena, struct covered *out, struct why *why) MUST;

#endif
