/* proof/proof.h - 証明: where a clause stands today, and the entries that say so
 *
 * A state is worked out anew from the ledger, the office, the obligations and the
 * permitted exceptions each time it is asked for: nothing can be set.  What is
 * not shown by an entry is not proven.  Kept are only counts that the entries
 * make (proof_projection), so that a page about every clause reads none of them.
 *
 * What a clause consists of decides what can prove it:
 *   a definition, a purpose, a scope        asks nothing of anybody
 *   carried by other clauses                the weakest of them
 *   a post                                  somebody holds it today
 *   applicant and approver are two persons  decisions that were taken so
 *   a duty, a document                      its obligations: none overdue, and the last
 *                                           period's settled, or this one's; one that an
 *                                           event begins: that it happened, each time
 *                                           without the condition that would begin it
 *   anything else                           entries that name the clause; those of
 *                                           a gate say that it is enforced
 * Where a clause asks for several of these, it stands where the weakest does.
 */
#ifndef SEKISHO_PROOF_H
#define SEKISHO_PROOF_H

#include "duty/duty.h"
#include "proceeding/proceeding.h"

extern const struct projection proof_projection;

/* Weakest first; what is not asked for stands apart. */
enum proof_state {
	PROOF_UNPROVEN = 0, /* 未証明: nothing in the ledger yet */
	PROOF_OVERDUE,      /* 期限超過: a duty's day has passed */
	PROOF_UNSET,        /* 未設定: a value or a holder that the city has to name is missing */
	PROOF_EXCEPTION,    /* 例外中: a permitted exception is in force */
	PROOF_MET,          /* 充足: entries within their time */
	PROOF_ENFORCED,     /* 強制: a gate's own entries */
	PROOF_NA,           /* 対象外 */
	PROOF_STATES
};
const char *proof_state_name(enum proof_state state);     /* "unproven", "enforced", ... */
const char *proof_state_japanese(enum proof_state state); /* 未証明, 強制, ... */
const char *proof_state_says(enum proof_state state);     /* 記録がまだない, ... */

struct proof_parts {
	struct store *store; /* the ledger's */
	struct ledger *ledger;
	const struct clock *clock; /* of proof_count_month */
	const char *body;
	struct duties *duties; /* nullable: duties are then unproven */
	const struct policy *policy;
	const char *policy_name;
	struct office *office;
	struct proceedings *proceedings;
};
struct proof;
/* parts are copied, what they point to is borrowed */
struct result proof_open(const struct proof_parts *parts, struct proof **out, struct why *why) MUST;
void proof_close(struct proof *proof);
void proof_drop(struct proof **proof);

/* A survey is what the states of one page have in common: read once, for one day.
 * It lives in the arena and borrows the proof.                              */
struct survey;
struct result proof_survey(struct proof *proof, day_t day, struct arena *arena, struct survey **out,
                           struct why *why) MUST;
/* proof_state - where the clause stands */
struct result proof_state(const struct survey *survey, const struct policy_clause *clause,
                          enum proof_state *out, struct why *why) MUST;
/* proof_clauses - all that bind the body, the adopted ones too, as the policy has them;
 * lives as long as the survey                                               */
void proof_clauses(const struct survey *survey, const struct policy_member **out, size_t *count);
/* proof_reason - why it stands there and what is missing, one Japanese sentence; for
 * every state but 強制, 充足 and 対象外 there is always one                    */
struct result proof_reason(const struct survey *survey, const struct policy_clause *clause, struct buffer *out,
                           struct why *why) MUST;
/* proof_since - an overdue clause: when its oldest deadline passed; 0 for others */
struct result proof_since(const struct survey *survey, const struct policy_clause *clause, int64_t *since_ms,
                          struct why *why) MUST;
/* proof_gap - what the check of the policy finds missing for an unset clause; NULL if
 * nothing (a post that nobody holds)                                        */
const struct finding *proof_gap(const struct survey *survey, const struct policy_clause *clause);
/* proof_gaps - how many such findings there are in the whole policy */
size_t proof_gaps(const struct survey *survey);
/* proof_evidence - the entries that prove it, newest first, at most limit
 * total   nullable; how many there are, counted up to PROOF_COUNTED         */
enum { PROOF_COUNTED = 1000 };
struct result proof_evidence(const struct survey *survey, const struct policy_clause *clause,
                             size_t limit, struct arena *arena, struct ledger_entry **out,
                             size_t *count, size_t *total, struct why *why) MUST;

/* ---- counted */

struct proof_sum {
	size_t n[PROOF_STATES];
};
/* proof_summed - how many clauses stand where */
struct result proof_summed(const struct survey *survey, struct proof_sum *out, struct why *why) MUST;
/* proof_percent - 強制, 充足 and 例外中 out of all that ask for something, in whole
 * percent, rounded down                                                     */
unsigned proof_percent(const struct proof_sum *sum);

/* proof_count_month - for sekisho-clock: once a month, an entry that says how many
 * clauses stand where; the trend is made of them.  A month in which nothing ran
 * has none.  counted  false: this month's is there                          */
struct result proof_count_month(struct proof *proof, bool *counted, struct why *why) MUST;
struct proof_month {
	day_t month; /* its first day */
	struct proof_sum sum;
};
/* proof_trend - the last `limit` months that were counted, oldest first */
struct result proof_trend(struct proof *proof, size_t limit, struct arena *arena, struct proof_month **out,
                          size_t *count, struct why *why) MUST;

#endif
