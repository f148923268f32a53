/* duty/duty.h - 義務: what is due, by whom, until when, with which evidence
 *
 * Every duty of the policy in force becomes obligations, each an entry of the
 * ledger and a row of this projection: opened, done or answered, overdue and
 * handed upwards, or withdrawn.  The engine knows no clause, post or task by name.
 *
 * HOW ANOTHER ROOM'S ENTRY BECOMES A TRIGGER.  The engine follows the ledger.  An
 * entry whose data hold
 *     "done": "incident.report"     the vocabulary's act, move, event or task
 * says that this was done or has happened.  What else it may hold, all optional:
 *     "of": "tax"                   what it was done to, when that is not the
 *                                   entry's subject: a row, a section, a person
 *     "facts": {"incident.section":"tax", "outside_source":"no"}
 *                                   facts of the act in the form of facts_set_any;
 *                                   ids, words, levels, days, numbers, no free text.
 *                                   What stands in a register row need not be
 *                                   repeated: the row of the subject is read
 *     "approver": "person id"       who permitted it
 * The entry's actor is the act's actor (facts may name another: "actor").  Then
 *   - every open obligation of that task about that object (or owed by that
 *     section or person) is done, with the entry as its evidence;
 *   - every duty `on` that act whose condition is not false opens; where it cannot
 *     be told, as a question.
 * `done` is only for what was really done: not for an application that is asked.
 * Entries of before this convention are known by their kind: register.registered,
 * .changed and .closed are KIND.register, .change and .close; office.person.added,
 * .moved, office.post.held and .ended are person_hired and posted (follow.c).
 * Nobody has to call anything; who wants the consequence at once calls duty_follow
 * after his commit (the house does so for the web and the command line).
 *
 * clause  LANGUAGE.md section 4; HN-2.7.2(1) compliance, HN-2.9.2 self-inspection
 */
#ifndef SEKISHO_DUTY_H
#define SEKISHO_DUTY_H

#include "base/arena.h"
#include "base/clock.h"
#include "duty/period.h"
#include "ledger/ledger.h"
#include "office/office.h"
#include "policy/duty.h"
#include "register/register.h"
#include "store/vault.h"

extern const struct projection duty_projection;

struct duties;

struct duty_parts {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct office *office;
	struct registers *registers;
	const struct policy *policy;
	const char *policy_name;         /* whose policy binds the body: "hannan" */
	const struct clock *clock;
	const struct holidays *holidays; /* nullable: weekends and year's end only */
	const char *body;
	/* nullable: facts of an object that is no register row, set below prefix
	 * ("object"); E_ABSENT: not known here either                          */
	struct result (*facts)(void *context, const char *id, struct facts *facts, const char *prefix,
	                       struct why *why);
	void *context;
};
/* duties_open - parts are copied, what they point to is borrowed; migrates the
 * cursors (working tables: lost, they cost time and open nothing twice)     */
struct result duties_open(const struct duty_parts *parts, struct duties **out, struct why *why) MUST;
void duties_close(struct duties *d);
void duties_drop(struct duties **d);

/* ------------------------------------------------------------- running */

/* duty_follow - read the entries since the last call: obligations that they open
 * or settle.  Transactions of its own (never inside one); many may call it at
 * once.  opened, settled nullable out
 * errors  E_BUSY, E_STORE: what was read so far is kept, call again         */
struct result duty_follow(struct duties *d, size_t *opened, size_t *settled, struct why *why) MUST;

/* duty_tick - what the passing of time does, after duty_follow: periods begin,
 * reminders, obligations fall overdue and are handed upwards, those of people who
 * left or clauses that are gone are withdrawn.  However long nobody called it:
 * every period that began meanwhile is opened, every day that passed is overdue.
 * A value that the office has set meanwhile gives its deadline to what waited for it.
 * Parameters of the policy, if it declares them: `remind_before` (how long before
 * the deadline), `remind_again` (how often an overdue one is told upwards again). */
struct duty_ticked {
	size_t opened, reminded, overdue, withdrawn;
};
struct result duty_tick(struct duties *d, struct duty_ticked *out, struct why *why) MUST;

/* ------------------------------------------------------------- looking */

enum duty_state {
	DUTY_NONE = 0,
	DUTY_OPEN,
	DUTY_QUESTION,   /* whether it applies cannot be told: the one who owes it says */
	DUTY_ADVICE,     /* should: shown, never overdue */
	DUTY_OVERDUE,
	DUTY_DONE,
	DUTY_NOT_NEEDED, /* answered with a reason: as-needed, or a question that was denied */
	DUTY_WITHDRAWN,
	DUTY_STATES
};
const char *duty_state_name(enum duty_state state);     /* open question advice overdue done ... */
const char *duty_state_japanese(enum duty_state state); /* 未了, 要確認, 努力, 期限超過, 完了 ... */

/* What the deadline of an obligation is worth. */
enum duty_clock {
	DUTY_CLOCK_DUE = 0, /* due_ms holds */
	DUTY_CLOCK_NONE,    /* the text names no time */
	DUTY_CLOCK_UNSET,   /* it names a parameter that the office has not set: never overdue,
	                     * and the clause is 未設定 until it is */
};

/* Somebody who may settle it: a post, or one person of it. */
struct duty_seat {
	const char *post;    /* "manager"; "actor", or a term, for a person by himself */
	const char *scope;   /* "tax", "" */
	const char *person;  /* "" : whoever holds the post on the day */
};
struct obligation {
	const char *id;      /* 26 characters; the same trigger gives the same id */
	const char *duty;    /* policy_duty.id */
	const char *clause, *task;
	const char *trigger; /* "on" "drill" (on, in a drill) "each" "always" "document" "on-call" */
	const char *event;   /* of "on", "" */
	int64_t trigger_seq; /* its entry, -1 */
	const char *object;  /* row, section or person, "" ; "*": all of the kind of its owner */
	const char *kind;    /* of the object, "" */
	const char *section; /* whose it is in lists, "" : the whole office's */
	day_t period;        /* first day of the period; 0: none */
	enum duty_strength strength;
	enum duty_state state;
	enum duty_clock clock;
	int64_t opened_ms, due_ms, closed_ms; /* 0: none */
	unsigned escalations;     /* how often it was handed upwards */
	const char *closed_by, *closed_as; /* person; "manager@tax" */
	const char *note;         /* free text of the answer; only from duty_get */
	const char *const *evidence; /* ids of rows, files, "entry:123" */
	size_t evidence_count;
	const struct duty_seat *owed; /* any one of them */
	size_t owed_count;
	const struct duty_seat *upwards; /* who hears of it overdue; empty: the post above */
	size_t upwards_count;
};
/* duty_get - E_ABSENT */
struct result duty_get(struct duties *d, const char *id, struct arena *arena, struct obligation *out,
                       struct why *why) MUST;

struct duty_query {
	const char *person;   /* owed by that person today: holder, substitute 代, delegate 専決 */
	const char *section;
	const char *clause;
	const char *duty;
	const char *object;
	enum duty_state state; /* DUTY_NONE: any */
	bool unsettled;        /* open, question, advice and overdue ones */
	bool escalated_to;     /* with person: what was handed upwards to him, too */
	int64_t due_from_ms, due_to_ms; /* from <= due < to; 0: not asked for */
	size_t skip, limit;
};
/* duty_list - overdue first, then by deadline, those without one last
 * total  nullable: how many there are                                       */
struct result duty_list(struct duties *d, const struct duty_query *query, struct arena *arena,
                        struct obligation **out, size_t *count, size_t *total, struct why *why) MUST;

/* duty_holders - who can settle it today; none: a hole, held and reported */
struct result duty_holders(struct duties *d, const struct obligation *o, struct arena *arena,
                           struct holder **out, size_t *count, struct why *why) MUST;
/* duty_upwards - who hears of it when it is overdue */
struct result duty_upwards(struct duties *d, const struct obligation *o, struct arena *arena,
                           struct holder **out, size_t *count, struct why *why) MUST;

/* duty_statement - the statement behind it, as of today; NULL when it is gone */
const struct policy_duty *duty_statement(struct duties *d, const char *duty);
/* duty_statements - all of them, as of today */
struct result duty_statements(struct duties *d, const struct policy_duty **out, size_t *count, struct why *why) MUST;

/* ------------------------------------------------------------- counting */

enum duty_bucket {
	BUCKET_OVERDUE = 0,
	BUCKET_UNSET,   /* open, its deadline waits for a value */
	BUCKET_OPEN,
	BUCKET_ADVICE,
	BUCKET_SETTLED, /* done, or answered with a reason */
	BUCKET_WITHDRAWN,
	BUCKETS
};
/* How many obligations of a duty, or of a section ("" the whole office's), stand
 * where.  Kept as a projection: reading them does not count them.           */
struct duty_count {
	const char *of;     /* policy_duty.id; section; clause (duty_late) */
	const char *period; /* ISO day, "" : not periodic (always "" of sections) */
	int64_t n[BUCKETS];
};
/* duty_counts - of every duty, in the order of duty and period */
struct result duty_counts(struct duties *d, struct arena *arena, struct duty_count **out, size_t *count,
                          struct why *why) MUST;
struct result duty_section_counts(struct duties *d, struct arena *arena, struct duty_count **out, size_t *count,
                                  struct why *why) MUST;
/* duty_late - the clauses of which obligations of the section ("": of any) are overdue */
struct result duty_late(struct duties *d, const char *section, struct arena *arena, struct duty_count **out,
                        size_t *count, struct why *why) MUST;

/* ------------------------------------------------------------- settling */

enum { DUTY_NOTE = 4000, DUTY_EVIDENCE = 32 };
struct duty_answer {
	const char *person;
	const char *note;            /* sealed; required without evidence, and as a reason */
	const char *const *evidence; /* ids of register rows or cases, "entry:123" */
	size_t evidence_count;
};
/* Each in a transaction of its own unless one is open.
 * errors  E_ABSENT    no such obligation
 *         E_DENIED    not one of those who owe it
 *         E_CONFLICT  settled meanwhile: why->text says when and by whom
 *         E_INPUT     nothing was said: place "note"; no such evidence: "evidence"
 * duty_done - it was done.  A duty to do an act of a proceeding (a move; a task carried by
 * `proceeding`), or that a document be there, is settled by that act itself: by hand only
 * with the case, entry or row of it as evidence, else E_INPUT "evidence"    */
struct result duty_done(struct duties *d, const char *id, const struct duty_answer *answer, struct why *why) MUST;
/* duty_not_needed - an as-needed one or a question is answered no, with the reason in
 * note; E_DENIED for one that must be done                                  */
struct result duty_not_needed(struct duties *d, const char *id, const struct duty_answer *answer,
                              struct why *why) MUST;
/* duty_applies - a question is answered yes: it is open from now on */
struct result duty_applies(struct duties *d, const char *id, const struct duty_answer *answer,
                           struct why *why) MUST;
/* duty_undo - evidence is withdrawn: it is open again (its deadline stands).  Whether the
 * person may is the caller's to know; the reason is required                */
struct result duty_undo(struct duties *d, const char *id, const char *person, const char *reason,
                        struct why *why) MUST;
/* duty_withdraw - it never was one: a trigger recorded by mistake.  As duty_undo */
struct result duty_withdraw(struct duties *d, const char *id, const char *person, const char *reason,
                            struct why *why) MUST;
/* duty_on_call - a person does an `on-call` duty of his own accord: opened and done
 * object, section  "" when the duty is about nothing in particular          */
struct result duty_on_call(struct duties *d, const char *duty, const char *object, const char *section,
                           const struct duty_answer *answer, char id[27], struct why *why) MUST;

#endif
