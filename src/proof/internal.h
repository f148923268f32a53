/* proof/internal.h - what the files of this room share */
#ifndef SEKISHO_PROOF_INTERNAL_H
#define SEKISHO_PROOF_INTERNAL_H

#include "policy/duty.h"
#include "proof/proof.h"
#include "store/ask.h"

enum { CARRIERS = 512 };

struct proof {
	struct proof_parts at;
	struct arena *arena; /* of the findings */
	struct findings findings;
	day_t checked;       /* day of the findings; 0: none yet */
};

/* What the ledger says of one clause (projection.c). */
struct standing {
	const char *clause;
	int64_t entries, gate, last_ms;
};
/* What its obligations say: sums over all periods but where noted. */
struct tally { /* of one duty */
	const char *duty;
	int64_t overdue, unset, open, advice, settled;
	int64_t before;      /* settled in a period before the latest */
	int64_t latest_open; /* of the latest period */
	bool periodic;
};
struct survey {
	struct proof *proof;
	const struct policy_edition *edition;
	day_t day;
	struct arena *arena;
	struct policy_member *members;
	size_t member_count;
	struct policy_duty *duties;
	size_t duty_count;
	struct standing *standings; /* sorted by clause */
	size_t standing_count;
	struct tally *tallies;      /* sorted by duty */
	size_t tally_count;
	int64_t answered;           /* entries of decisions by persons */
	const char **happened;      /* acts and events that were done at least once */
	size_t happened_count;
	const char **exceptions;    /* clauses to which one is in force */
	size_t exception_count;
	struct holding *held;
	size_t held_count;
};

const struct standing *standing_of(const struct survey *s, const char *clause);
const struct tally *tally_of(const struct survey *s, const char *duty);
const char *post_of(const struct survey *s, const struct policy_clause *clause);
bool is_held(const struct survey *s, const char *post);
bool asks_nothing(const struct policy_clause *clause);
/* unset_of - a duty of the clause whose interval or deadline the office has not set */
const struct policy_duty *unset_of(const struct survey *s, const char *clause);
/* weakest_duty - of the clause's duties the one that stands worst; NULL: it has none */
const struct policy_duty *weakest_duty(const struct survey *s, const char *clause, enum proof_state *state);

struct carriers {
	const struct policy_clause *at[CARRIERS];
	size_t count;
};
void carriers_of(const struct survey *s, const struct policy_clause *clause, struct carriers *out);
/* state_alone - of a clause that no other carries */
struct result state_alone(const struct survey *s, const struct policy_clause *clause, enum proof_state *out,
                          struct why *why) MUST;

/* projection.c */
/* happenings_read - the acts and events that some entry says were done */
struct result happenings_read(struct proof *p, struct arena *arena, const char ***out, size_t *count,
                              struct why *why) MUST;
struct result standings_read(struct proof *p, struct arena *arena, struct standing **out, size_t *count,
                             int64_t *answered, struct why *why) MUST;

#endif
