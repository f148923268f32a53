/* proceeding/case.h - cases: things that run through the steps of a proceeding
 *
 * A case is a row of the register of its kind (incident, contract, audit ...), with
 * the step in which it stands.  A move is an act: the policy decides it on what the
 * row says, the steps passed and the answers to lists.  A pass moves the case at
 * once; a hold that waits for persons becomes their application, and the case moves
 * in the transaction of the last word; a refusal names its clause.  What the clauses
 * want and nobody has told stops the move, by name.
 * Every entry is about the case's id; a move's entry says "done": its act, by which
 * duties start.  The engine knows no kind by name.
 * clause  LANGUAGE section 2, proceeding; the clauses that guard each move
 */
#ifndef SEKISHO_PROCEEDING_CASE_H
#define SEKISHO_PROCEEDING_CASE_H

#include "proceeding/proceeding.h"

enum { CASE_NOTE = 4000, CASE_STEPS = 64, CASE_ITEMS = 200 }; /* bytes; of one case */

struct case_opening {
	const char *kind;    /* "incident" */
	const char *name;    /* one line, in the clear: names the thing, not a person */
	const char *section; /* whose case it is */
	const struct cell *cells;
	size_t cell_count;
	const char *actor, *post;
	bool drill;          /* 訓練: marked wherever it is shown; its end is evidence that a drill was
	                      * held (task "drill"), and what is done in it is evidence of nothing else */
	bool incomplete;     /* told in haste; marked until it is completed */
};
/* case_open - at its first step; own transaction unless one is open
 * errors  E_ABSENT no such proceeding; those of register_put               */
struct result case_open(struct proceedings *p, const struct case_opening *opening, char id[27],
                        struct why *why) MUST;

/* Who does something to a case that he has seen in that turn. */
struct case_hand {
	const char *id;
	int64_t turn;      /* another one stands there: E_CONFLICT says who and when */
	const char *actor, *post;
};
/* case_change - write more of what the row says; "step" is not written this way
 * name, section  nullable: as they are                                     */
struct result case_change(struct proceedings *p, const struct case_hand *hand, const char *name,
                          const struct cell *cells, size_t count, bool incomplete, struct why *why) MUST;
/* case_answer - yes, no or not applicable to one item of a list, with evidence (a
 * sentence or a document's number; required for not applicable); a later answer takes
 * the place of an earlier one, which the ledger keeps                       */
struct result case_answer(struct proceedings *p, const struct case_hand *hand, const char *list,
                          const char *item, enum item_answer answer, const char *evidence,
                          struct why *why) MUST;
/* case_note - something that happened, in the actor's words; sealed */
struct result case_note(struct proceedings *p, const struct case_hand *hand, const char *words,
                        struct why *why) MUST;

/* case_hold - one thing more is evidence of this case: a row, an entry of a record book, a
 * crossing or a file of it; until the case ends (register/hold.h).  What the case names
 * in its fields is so without asking.
 * errors  E_INPUT nothing has that id; E_CONFLICT it is kept already, or the case has ended
 *         or keeps nothing (hand's turn is not asked)
 * clause  HN-2.6.5(3)/1                                                     */
struct result case_hold(struct proceedings *p, const struct case_hand *hand, const char *object,
                        struct why *why) MUST;

enum case_outcome { CASE_NOTHING = 0, CASE_MOVED, CASE_ASKED };
struct case_step {
	const char *act;     /* "incident.close" */
	const char *reason;  /* for whom is asked, and for the record; may be "" */
	const struct policy_claim *claims;
	size_t claim_count;
};
/* case_move - errors
 *   E_DENIED   a clause refuses, or the step does not allow it: why says which; recorded
 *   E_INPUT    something is missing: place is its path or LIST.ITEM
 *   E_CONFLICT another turn; or the same move is asked for already (place: its number)
 * application  set when outcome is CASE_ASKED                               */
struct result case_move(struct proceedings *p, const struct case_hand *hand, const struct case_step *step,
                        enum case_outcome *outcome, char application[27], struct why *why) MUST;

/* ---- reading */

struct case_passed { /* one step of the way, in order */
	const char *step, *move; /* move "": opened */
	const char *actor;
	int64_t time_ms;
};
struct case_item {
	const char *list, *item;
	enum item_answer answer;
	const char *evidence, *actor;
	int64_t time_ms;
};
struct case_words { /* a note */
	const char *words, *actor;
	int64_t time_ms;
};
struct case_view {
	struct register_row row;
	const char *title;    /* of the kind: 情報セキュリティインシデント */
	const char *step;     /* where it stands */
	int64_t turn;
	bool drill, incomplete;
	int64_t opened_ms, changed_ms;
	const char *opened_by, *changed_by;
	const struct case_passed *way;
	size_t way_count;
	const struct case_item *items;
	size_t item_count;
	const struct case_words *notes;
	size_t note_count;
};
/* case_get - E_ABSENT: no such case */
struct result case_get(struct proceedings *p, const char *id, struct arena *arena, struct case_view *out,
                       struct why *why) MUST;

/* A move that the case's step allows, as it would be decided for this person now. */
struct case_choice {
	struct policy_act act;
	const struct decision *decision;
	const char *application; /* id of the one that is open about it, "" */
};
/* case_choices - E_ABSENT no such person */
struct result case_choices(struct proceedings *p, const struct case_view *view, const char *person,
                           struct arena *arena, struct case_choice **out, size_t *count,
                           struct why *why) MUST;

struct case_query {
	const char *kind;    /* "" or NULL: every one */
	const char *section; /* likewise */
	const char *actor;   /* who opened it; likewise */
	bool ended;          /* those at a step that no move leaves; else those before it */
	bool drill;          /* drills instead of real ones */
	size_t limit;
};
/* case_list - the latest changed first; no items, notes or way */
struct result case_list(struct proceedings *p, const struct case_query *query, struct arena *arena,
                        struct case_view **out, size_t *count, struct why *why) MUST;
/* case_is_end - no move of the kind leaves the step */
bool case_is_end(const struct policy *policy, const char *kind, const char *step);

/* case_missing - E_INPUT for the first thing that a decision misses: what it is, by
 * which clause, who can tell it; OK when nothing is                         */
struct result case_missing(const struct decision *decision, struct why *why) MUST;

#endif
