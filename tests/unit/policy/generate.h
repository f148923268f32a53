/* tests/unit/policy/generate.h - policies and acts made at random from a seed
 *
 * What is made is always sound: every word is declared and every type fits, so
 * that a policy that does not load is a fault of the reader or of this.       */
#ifndef SEKISHO_TESTS_POLICY_GENERATE_H
#define SEKISHO_TESTS_POLICY_GENERATE_H

#include "slow.h"

#include "base/buffer.h"

struct dice { uint64_t state; };
uint64_t roll(struct dice *d);
unsigned below(struct dice *d, unsigned n); /* 0 .. n-1 */
bool chance(struct dice *d, unsigned percent);

/* generate_policy - vocabulary and one or two policies, of `clauses` each about */
void generate_policy(struct dice *d, unsigned clauses, struct buffer *out);

struct given_act { /* an act with all that may be said of it */
	char act[48];
	struct slow_fact fact[SLOW_FACTS];
	size_t fact_count;
	struct slow_item item[24];
	size_t item_count;
	struct slow_posts posts[2];
	struct policy_holding held[8];
	size_t post_count;
	struct slow_is word[4];
	size_t word_count;
	struct policy_claim claim[6];
	struct policy_approval approval[8];
	struct policy_exception exception[4];
	struct policy_seat seat[6];
	struct policy_question question; /* policies, day, claims ...; facts not yet */
};
extern const char *const generated_policies[2];
/* generate_act - known: percent of the facts that are given
 * policy  for its clauses' ids                                             */
void generate_act(struct dice *d, unsigned known, const struct policy *policy, struct given_act *out);
/* given_facts - the same for the room itself; a fact it does not take fails  */
struct result given_facts(const struct policy *policy, const struct given_act *given, struct arena *arena,
                          struct facts **out, struct why *why) MUST;
/* given_slow - the same for the slow evaluator */
struct slow_question given_slow(const struct policy *policy, const struct given_act *given);

#endif
