/* draft/draft.h - 改正案: the values and choices that an office prepares, looks at,
 * and adopts
 *
 * A text leaves values open, and readings; the body decides them from a day on.  A
 * draft is where that is prepared: lines `set` and `choice`, each checked by the
 * language itself before it is kept.  Adopting makes the lines part of the policy
 * from the draft's first day: an entry of the ledger holds them, and whoever opens
 * the office next loads them beside the folders.  What was adopted is never edited;
 * a later day is changed by a later draft.
 * Who may draft and who may adopt is for the policy to say (acts draft_values and
 * adopt_values).
 */
#ifndef SEKISHO_DRAFT_H
#define SEKISHO_DRAFT_H

#include "base/arena.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "policy/replay.h"
#include "proceeding/proceeding.h"

extern const struct projection draft_projection;

struct drafts;

enum {
	DRAFT_TITLE = 200,  /* bytes */
	DRAFT_BASIS = 200,
	DRAFT_VALUE = 200,
	DRAFT_CHOICE = 600,
	DRAFT_LINES = 200,  /* of one draft */
	DRAFT_LIST = 200,   /* drafts in a list */
};

struct draft_parts {
	struct store *store;
	struct ledger *ledger;
	struct proceedings *proceedings;
	struct random *random;
	const struct clock *clock;
	const char *body;
	const char *policy_name;
	const struct policy *policy;          /* in force: with what was adopted */
	const struct policy_source *sources;  /* its texts, without what was adopted */
	size_t source_count;
	const struct policy_source *shelf;    /* every edition of the policy; may be empty */
	size_t shelf_count;
};
/* drafts_open - parts are copied, what they point to is borrowed */
struct result drafts_open(const struct draft_parts *parts, struct drafts **out, struct why *why) MUST;
void drafts_close(struct drafts *d);
void drafts_drop(struct drafts **d);

/* ---- what was adopted, before there is a policy to ask -------------------- */

/* drafts_version - grows by one with each adoption */
struct result drafts_version(struct store *store, const char *body, int64_t *out, struct why *why) MUST;
/* drafts_sources - a text a draft that was adopted, headed like the edition of
 * `policy` that is in force on `day` (its newest if none is)                */
struct result drafts_sources(struct store *store, const char *body, const struct policy *policy,
                             const char *policy_name, day_t day, struct arena *arena,
                             struct policy_source **out, size_t *count, struct why *why) MUST;

/* ---- drafts ------------------------------------------------------------- */

enum draft_state { DRAFT_NONE = 0, DRAFT_OPEN, DRAFT_ADOPTED, DRAFT_DISCARDED };
const char *draft_state_japanese(enum draft_state state); /* 起案中, 採択済み, 取りやめ */

struct draft_line {
	bool choice;
	const char *name;  /* parameter; of a choice "11 HN-2.1(2)-CISO, HN-2.1(2)-SUP-0" */
	const char *value; /* "24 hours"; of a choice its sentence */
};
struct draft {
	const char *id;
	int64_t serial;
	const char *title, *basis; /* 根拠: the number of the decision */
	day_t effective;
	enum draft_state state;
	int64_t created_ms, ended_ms;
	const char *created_by, *ended_by;
	const struct draft_line *lines;
	size_t line_count;
};
/* draft_list - newest first, at most DRAFT_LIST */
struct result draft_list(struct drafts *d, struct arena *arena, struct draft **out, size_t *count,
                         struct why *why) MUST;
struct result draft_get(struct drafts *d, const char *id, struct arena *arena, struct draft *out,
                        struct why *why) MUST;

/* Changes: each one entry, by the person `by`, in a transaction of its own.
 * errors  E_DENIED   the policy does not let this person: why->place is the clause
 *         E_CONFLICT the draft was adopted or discarded
 *         E_INPUT    place is the field: title, basis, effective, value, title
 *         E_ABSENT   no such draft, parameter or clause                        */
struct draft_head {
	const char *title, *basis;
	day_t effective;
};
struct result draft_begin(struct drafts *d, const char *by, const struct draft_head *head, char id[27],
                          struct why *why) MUST;
struct result draft_change_head(struct drafts *d, const char *by, const char *id,
                                const struct draft_head *head, struct why *why) MUST;
/* draft_set - the value as a `set` line writes it; "" takes the line out again */
struct result draft_set(struct drafts *d, const char *by, const char *id, const char *parameter,
                        const char *value, struct why *why) MUST;
/* draft_choose - the sentence for a finding at clauses ("HN-1, HN-2"); "" takes it out */
struct result draft_choose(struct drafts *d, const char *by, const char *id, unsigned finding,
                           const char *clauses, const char *sentence, struct why *why) MUST;
struct result draft_discard(struct drafts *d, const char *by, const char *id, struct why *why) MUST;
/* draft_adopt - E_CONFLICT also: no line, a first day before today, an error of the
 * check, or a value that was adopted already for that day or a later one    */
struct result draft_adopt(struct drafts *d, const char *by, const char *id, struct why *why) MUST;
/* draft_may - would that person's draft_values (adopt: adopt_values) pass today */
struct result draft_may(struct drafts *d, const char *by, bool adopt, bool *yes, struct why *why) MUST;

/* ---- looking -------------------------------------------------------------- */

/* draft_text - the draft as a policy text, what its adoption records */
struct result draft_text(struct drafts *d, const struct draft *draft, struct buffer *out,
                         struct why *why) MUST;
/* draft_policy - the policy as it would be; findings (nullable) of the whole check on
 * the draft's first day or today, whichever is later.  The arena should have 96 MiB
 * errors  E_INPUT a line that cannot be read                                */
struct result draft_policy(struct drafts *d, const struct draft *draft, struct arena *arena,
                           struct policy **out, struct findings *findings, struct why *why) MUST;
/* draft_shelf - all editions of the policy that are at hand, for comparing */
struct result draft_shelf(struct drafts *d, struct arena *arena, const struct policy **out,
                          struct why *why) MUST;

#endif
