/* policy/answer.h - collecting a decision's lists, and what it waits for */
#ifndef SEKISHO_POLICY_ANSWER_H
#define SEKISHO_POLICY_ANSWER_H

#include "policy/model.h"

/* A growing array in an arena. */
struct vec {
	void *at;
	size_t count, room, size;
};

struct answer {
	struct arena *arena;
	const struct policy *policy;
	struct decision *decision;
	struct vec spoken, approvals, checks, missing, records, notify, due, advice, claims, liftable, holes, openers;
	bool failed; /* no memory: the decision must not be used */
};

void answer_init(struct answer *a, const struct policy *policy, struct arena *arena);
/* answer_push - a zeroed element, or NULL (and failed) */
void *answer_push(struct answer *a, struct vec *vec);
/* answer_close - hang the arrays on the decision */
void answer_close(struct answer *a);
const char *answer_string(struct answer *a, const char *text); /* never NULL */

/* answer_opener - a clause that would open the act; its condition is false */
void answer_opener(struct answer *a, const struct eval *e, const struct act *act, const struct member *member,
                   const struct node *when, const struct node *unless);
void answer_hole(struct answer *a, const struct policy_clause *clause, const char *text);
void answer_want(struct answer *a, enum wanted_kind kind, const char *name, const char *label,
                 const char *who, const struct policy_clause *clause);
/* answer_wants - every unknown leaf that keeps the node from being told
 * prefix  "" for the act's own row, else the path at which the row stands     */
void answer_wants(struct answer *a, const struct eval *e, const struct row *row, const struct node *node,
                  const char *prefix, const struct policy_clause *clause);
void answer_wants_list(struct answer *a, const struct eval *e, const struct list *list,
                       const struct policy_clause *clause);
void answer_want_slots(struct answer *a, const struct eval *e, const struct broute *by,
                       struct slot *const *slots, size_t count, const struct policy_clause *clause);

#endif
