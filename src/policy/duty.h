/* policy/duty.h - the duties of a policy: what must be done, when, by whom
 *
 * Enumerates the duty and document statements of the book that is in force on a
 * day (what an adopted policy demands stands among them, its posts mapped), and
 * evaluates one for given facts.  Pure, like policy.h: no clock, no store.
 * A document must exist; that is a duty too, and its review falls due.
 * source  LANGUAGE.md section 4, Duties and Documents
 */
#ifndef SEKISHO_POLICY_DUTY_H
#define SEKISHO_POLICY_DUTY_H

#include "policy/policy.h"

/* A length of time as the statement gives it: a number with its unit, or a
 * parameter with the value that the office has set for the day.             */
struct duty_span {
	bool given;            /* the text names one */
	bool set;              /* its value is known; false: the parameter is unset */
	const char *parameter; /* "" for a number; "unstated": the text names none */
	const char *label;     /* すみやかに, "" for a number */
	int64_t count;         /* of unit; 0 while it is not set */
	const char *unit;      /* hours days working-days months years fiscal-years; "" */
};
/* duty_span_text - 24時間, 3開庁日, すみやかに（24時間）, すみやかに（未設定）; "" when not given */
void duty_span_text(const struct duty_span *span, struct buffer *out);

enum duty_trigger_kind { DUTY_ON = 0, DUTY_EACH, DUTY_ALWAYS, DUTY_ON_CALL };
struct duty_trigger {
	enum duty_trigger_kind kind;
	const char *event;       /* DUTY_ON: the act or event; "" */
	const char *event_label; /* インシデントの報告 */
	struct duty_span each;   /* DUTY_EACH */
};

enum duty_strength { DUTY_MUST = 0, DUTY_AS_NEEDED, DUTY_SHOULD };
const char *duty_strength_name(enum duty_strength strength); /* must as-needed should */

struct policy_duty {
	const char *id;   /* "HN-2.5.3(1)-2#report": the clause and the task; asked for twice: "...#report.2" */
	const struct policy_clause *clause;
	const char *cite; /* of the book: IM-9 › IC-2.3 when adopted */
	bool document;    /* the document must exist; its triggers say when it is looked at again */
	const char *task; /* report, incident.order; of a document its name */
	const char *label; /* 報告; of a document its title */
	const char *of, *of_label; /* the kind whose rows it is about, "" */
	bool of_named;             /* the statement says `of` (or `per`) itself */
	enum duty_strength strength;
	const struct duty_trigger *triggers;
	size_t trigger_count;
	struct duty_span within;
	const char *by, *with, *to, *otherwise; /* routes as people read them, "" */
	const char *using_name, *using_label;   /* list or document, "" */
	const char *when;                       /* the condition as people read it, "" */
};

/* policy_duties - every duty and document of the book in force, in its order
 * name    the policy's
 * errors  E_ABSENT no edition in force that day     E_MEMORY                */
struct result policy_duties(const struct policy *policy, const char *name, day_t day, struct arena *arena,
                            struct policy_duty **out, size_t *count, struct why *why) MUST;

/* policy_duty_facts - an empty set of facts for judging the duty
 * event  of one of its DUTY_ON triggers, or NULL: the duty is then about a row of
 *        its kind, set below "object"
 * errors E_ABSENT no such trigger or kind     E_MEMORY                       */
struct result policy_duty_facts(const struct policy *policy, const struct policy_duty *duty, const char *event,
                                struct arena *arena, struct facts **out, struct why *why) MUST;

/* What the facts make of a duty.  Nothing unknown is ever yes. */
enum duty_truth { DUTY_NO = 0, DUTY_CANNOT_TELL, DUTY_YES };
struct duty_route {
	const struct route *route; /* NULL: the statement has none */
	struct slot *const *slots; /* a slot without `of` of a post that is per something: every one;
	                            * post "actor", "approver": that person; a term: every person */
	size_t slot_count;
};
struct duty_judgement {
	enum duty_truth applies; /* when and not unless, within the policy's reach */
	struct duty_route by, with, to, otherwise;
};
/* policy_duty_judge - of policy_duty_facts' facts, filled in
 * event     the trigger, or NULL: as in policy_duty_facts
 * errors    E_ABSENT the duty is not in force on the day     E_MEMORY, E_LIMIT */
struct result policy_duty_judge(const struct policy *policy, const char *name, const struct policy_duty *duty,
                                const char *event, const struct facts *facts, day_t day, struct arena *arena,
                                struct duty_judgement *out, struct why *why) MUST;

/* policy_names_act - the word names an act, a move, an event or a task */
bool policy_names_act(const struct policy *policy, const char *word);

/* policy_task_proceeds - what a duty asks for is done in a proceeding and leaves an entry of its
 * own: a move, or a task carried by `proceeding`                            */
bool policy_task_proceeds(const struct policy *policy, const char *task);
const char *policy_task_title(const struct policy *policy, const char *task); /* the word itself if unknown */

/* policy_members - the clauses of the book in force, the adopted ones too, in their
 * order.  errors  E_ABSENT no edition in force that day     E_MEMORY         */
struct policy_member {
	const struct policy_clause *clause;
	const char *cite; /* as the book cites it */
};
struct result policy_members(const struct policy *policy, const char *name, day_t day, struct arena *arena,
                             struct policy_member **out, size_t *count, struct why *why) MUST;

#endif
