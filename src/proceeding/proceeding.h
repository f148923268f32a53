/* proceeding/proceeding.h - applications: asked, decided by persons, recorded
 *
 * An application freezes what is asked for (act, facts, claims, edition) at the
 * moment it is submitted, gathers the words of those whom the clauses name, and
 * is permitted, refused, returned, withdrawn or lapsed.  A permitted exception
 * is itself the override: proceeding_decide finds it until its end.
 * What is decided always comes from policy_decide; this room only brings the
 * facts together and keeps the words.
 * clause  HN-2.1(3)-1 (another person than the applicant), HN-2.7.4 exceptions
 */
#ifndef SEKISHO_PROCEEDING_H
#define SEKISHO_PROCEEDING_H

#include "base/arena.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "office/office.h"
#include "policy/policy.h"
#include "register/register.h"
#include "store/vault.h"

extern const struct projection proceeding_projection;

struct proceedings;

struct proceeding_parts {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct office *office;
	struct registers *registers; /* NULL: no row is looked up, nothing is set by a permission */
	const struct policy *policy;
	const char *policy_name; /* whose policy binds the body: "hannan" */
	struct random *random;
	const struct clock *clock;
	const char *body;
};
/* parts are copied, what they point to is borrowed */
struct result proceeding_open(const struct proceeding_parts *parts, struct proceedings **out,
                              struct why *why) MUST;
void proceeding_close(struct proceedings *p);
void proceeding_drop(struct proceedings **p);

/* A fact as text, set by policy's facts_set_any: {"object.importance","A"}; a set: its
 * members with one space between; a step of the proceeding that is the object:
 * {"passed.investigated","yes"}; an item of a list: {"answer.contract_items.secrecy",
 * "yes"}, also "no" and "not_applicable".  Where the fact is a row of a register
 * ({"object", id}, {"device", id}) what the row says is set with it; what stands
 * beside it in the wish goes before.                                        */
struct fact_pair {
	const char *path;
	const char *value;
};
/* What somebody wants to do. */
struct wish {
	const char *act;             /* "transfer", "provide", "release_original" */
	const char *actor;           /* person id: fact `actor`, and the posts held on the day */
	const char *subject;         /* id of the thing: its exceptions and approvals count */
	const struct fact_pair *facts;
	size_t fact_count;
	const struct policy_claim *claims;
	size_t claim_count;
	const char *exception_to;    /* clause id: asks for an exception; NULL otherwise */
};
/* proceeding_decide - policy_decide today, with the actor's posts, the words on
 * the subject's application and the exceptions in force for it; strings live in
 * the arena                                                                */
struct result proceeding_decide(struct proceedings *p, const struct wish *wish, struct arena *arena,
                                const struct decision **out, struct why *why) MUST;

/* proceeding_question - the wish as it would be asked of another policy (replay):
 * actor's posts, seats, words and exceptions as they were on `day`, the
 * question's own day being `asked`                                         */
struct result proceeding_question(struct proceedings *p, const struct wish *wish,
                                  const struct policy *policy, day_t day, day_t asked,
                                  struct arena *arena, struct policy_question *out,
                                  struct why *why) MUST;
/* application_wish - what an application froze, and the applicant's section */
struct result application_wish(struct proceedings *p, const char *id, struct arena *arena,
                               struct wish *out, const char **section, struct why *why) MUST;

enum application_state {
	APPLICATION_NONE = 0,
	APPLICATION_OPEN,
	APPLICATION_PERMITTED,
	APPLICATION_REFUSED,
	APPLICATION_RETURNED,  /* 差戻し: the applicant may correct and ask anew */
	APPLICATION_WITHDRAWN,
	APPLICATION_LAPSED,    /* nobody decided in time, or its end passed */
	APPLICATION_CLOSED,    /* 完了: done, and everything that had to be recorded is */
};
const char *application_state_name(enum application_state state);
const char *application_state_japanese(enum application_state state);

struct application_request {
	struct wish wish;
	const char *section;  /* id of the applicant's section */
	const char *title;    /* one line for lists; sealed */
	const char *purpose;  /* reason in the applicant's words; sealed */
	day_t until;          /* last day of what is asked for; INT32_MAX: none */
	const char *joint;    /* application_apply_joint fills these two; NULL: alone */
	bool together;
};
/* application_submit - inside the caller's transaction
 * errors  E_DENIED  a clause refuses: why->text says which, in Japanese
 *         E_INPUT   an exception without reason or end                     */
struct result application_submit(struct proceedings *p, const struct application_request *request,
                                 char id[27], struct why *why) MUST;

/* One person's word. */
struct application_word {
	const char *person, *post, *scope;
	const char *mark;   /* "", "代", "専決" */
	const char *answer; /* "agree", "decline", "return" */
	const char *reason;
	int64_t time_ms;
};
/* One signature that is wanted, and who may give it today. */
struct application_slot {
	const char *post, *post_title, *scope, *scope_name;
	const char *clause, *cite, *says;
	enum route_state state;
	bool open;                       /* may be asked now */
	const struct application_word *word; /* NULL while none */
	const struct holder *holders;    /* empty: a hole, held and reported */
	size_t holder_count;
};
struct application {
	const char *id;
	const char *number;       /* R8-0012 */
	const char *act, *act_label;
	const char *exception_to; /* "" */
	const char *subject, *applicant, *section;
	const char *title, *purpose;
	const char *joint;        /* what was applied for together with it; "" nothing */
	bool together;            /* stands and falls with them */
	enum application_state state;
	int64_t created_ms, decided_ms;
	day_t until;
	int64_t used_ms;          /* an exception that is good once: 0 unused */
	const char *edition;      /* ISO date of the edition it was decided under */
	const struct fact_pair *facts;
	size_t fact_count;
	const struct application_slot *slots;
	size_t slot_count;
	const struct application_word *words;
	size_t word_count;
	const struct decision *decision; /* as of now, under the frozen facts */
};
struct result application_get(struct proceedings *p, const char *id, struct arena *arena,
                              struct application *out, struct why *why) MUST;
/* application_of - the newest application about a subject (exceptions apart, or
 * only exceptions); E_ABSENT if none                                       */
struct result application_of(struct proceedings *p, const char *subject, bool exception,
                             struct arena *arena, struct application *out, struct why *why) MUST;

struct application_query {
	const char *waiting_for; /* person whose word is wanted now */
	const char *applicant;
	enum application_state state; /* APPLICATION_NONE: any */
	bool exceptions;              /* only those that ask for an exception */
	bool stuck;                   /* only open ones where a word is wanted now and nobody can give it */
	size_t limit;
};
/* application_list - newest first; nearest deadlines come with the engine of duties */
struct result application_list(struct proceedings *p, const struct application_query *query,
                               struct arena *arena, struct application **out, size_t *count,
                               struct why *why) MUST;
/* application_waiting - how many open ones want this person's word now; cheap when asked again
 * (board.h).  Outside a transaction                                        */
struct result application_waiting(struct proceedings *p, const char *person, size_t *count, struct why *why) MUST;

/* application_asks - a fact that its applicant says: not who acts, not what a gate or the
 * office finds out, nothing that the row says itself                         */
bool application_asks(const struct policy_fact *fact);
/* application_check - what comes from outside the forms (API, command): an act that can be
 * applied for, with a reason, and nothing told but what its form asks for, the object and
 * answers to items
 * errors  E_INPUT  place "act", "purpose" or the fact's path                */
struct result application_check(struct proceedings *p, const struct application_request *request,
                                struct why *why) MUST;

/* application_apply - what people apply for on a page or by the command: as
 * application_submit, but nothing may be missing that the applicant, a register or
 * the office has to tell; until is taken from the fact of that name.  When nobody
 * has to be asked it is permitted at once, with all that follows.
 * errors  E_INPUT  something is missing: place is the fact's path, or LIST.ITEM */
struct result application_apply(struct proceedings *p, const struct application_request *request,
                                char id[27], struct why *why) MUST;
/* application_preview - the decision about a wish as if it were applied for now: no
 * earlier word counts                                                       */
struct result application_preview(struct proceedings *p, const struct wish *wish, struct arena *arena,
                                  const struct decision **out, struct why *why) MUST;

/* One act on several things, perhaps of several owners: an application for each, all of
 * them or none are submitted.  Each is decided with what they share (device, protection,
 * place, days), so the strictest thing binds the whole; each owner is asked for his own.
 * together  one refusal refuses all of them, and none is permitted before all are agreed;
 *           the applicant may say so, and it is so where a clause asks `every` holder;
 *           else a refusal refuses that thing alone
 * errors    those of application_apply, the thing's title before the sentence
 * clause    HN-2.2.2(5)-5, BASE-2.3.1                                       */
enum { JOINT_OBJECTS = 64 };
struct joint_request {
	struct application_request each; /* without fact "object", subject and title */
	const struct joint_thing {
		const char *object, *title;
	} *things;
	size_t count; /* 1..JOINT_OBJECTS, each once */
	bool together;
};
struct joint_made {
	char joint[27]; /* "" for a single thing */
	bool together;
	char ids[JOINT_OBJECTS][27];
	size_t count;
};
struct result application_apply_joint(struct proceedings *p, const struct joint_request *request,
                                      struct joint_made *out, struct why *why) MUST;
/* application_joint - everything that was applied for together with it, itself too */
struct result application_joint(struct proceedings *p, const struct application *a, struct arena *arena,
                                struct application **out, size_t *count, struct why *why) MUST;

enum application_answer { ANSWER_AGREE = 1, ANSWER_DECLINE, ANSWER_RETURN };
/* application_answer - a person's word; own transaction unless one is open.  With
 * the last word that is wanted what was permitted comes about in the same
 * transaction: a case moves on (case.h), the fact that the act `sets` is set in its
 * row, a person's account is suspended
 * reason  required to decline or return
 * The applicant's own word counts only where `separate ... unless claimed` lets him, he
 * claimed it with a reason, nobody else holds the post and `reason` is given: marked 自,
 * and an entry "done": self_decided beside it.
 * errors  E_DENIED    not asked, the applicant himself, or counted already: why
 *                     says so in Japanese with the clause; recorded as refused
 *         E_CONFLICT  decided meanwhile                                     */
struct result application_answer(struct proceedings *p, const char *id, const char *person,
                                 enum application_answer answer, const char *reason,
                                 struct why *why) MUST;
/* application_answer_joint - the same word on everything that was applied for together with
 * it and waits for this person; answered: how many                         */
struct result application_answer_joint(struct proceedings *p, const char *id, const char *person,
                                       enum application_answer answer, const char *reason, size_t *answered,
                                       struct why *why) MUST;
/* 後閲: what a substitute decided in somebody's stead, to be read by him afterwards. */
struct application_after {
	const char *application, *person; /* who was passed over */
	const char *post, *scope;         /* his post */
	const char *instead;              /* who gave the word */
	bool last;                        /* he would have decided; else he would have been asked on the way */
	int64_t since_ms, seen_ms;        /* 0: not yet */
};
/* application_after_list - newest first; application, person: "" any        */
struct result application_after_list(struct proceedings *p, const char *application, const char *person, bool unseen,
                                     struct arena *arena, struct application_after **out, size_t *count,
                                     struct why *why) MUST;
/* application_see - he has read it; settles the duty that began with the word
 * errors  E_DENIED nothing of it was decided in his stead; E_CONFLICT seen already */
struct result application_see(struct proceedings *p, const char *id, const char *person, struct why *why) MUST;
/* 例外措置: one clause set aside for one thing; exception.c */
struct exception_request {
	const char *actor, *section; /* who asks or begins it, and his section */
	const char *clause;
	const char *object;          /* id of what it is for; "" the actor himself */
	const char *ground;
	day_t until;
	bool urgent;                 /* begun now, on the actor's word, reported afterwards */
};
/* exception_begin - an application for it; an urgent one is in force at once
 * errors  E_DENIED a clause refuses it, or does not let it begin without permission; those of
 *         application_apply
 * clause  HN-2.7.4(1), HN-2.7.4(2)                                          */
struct result exception_begin(struct proceedings *p, const struct exception_request *request, char id[27],
                              struct why *why) MUST;
/* exception_follow - something was done by that decision, with claims that set rules aside at
 * once: each is an urgent exception, for today; in the transaction of the deed */
struct result exception_follow(struct proceedings *p, const struct wish *wish, const struct decision *decision,
                               const char *section, struct why *why) MUST;
/* An exception that nobody had permitted: what was reported of it, and what came of that. */
struct application_urgent {
	const char *application, *report, *reviewer, *words;
	int64_t since_ms, reported_ms, reviewed_ms; /* 0: not yet */
	bool upheld;
};
/* application_urgent_of - E_ABSENT it is none */
struct result application_urgent_of(struct proceedings *p, const char *id, struct arena *arena,
                                    struct application_urgent *out, struct why *why) MUST;
/* application_report - by who began it; settles the duty of reporting (exception.report)
 * errors  E_INPUT no words; E_DENIED somebody else; E_CONFLICT reported already */
struct result application_report(struct proceedings *p, const char *id, const char *person, const char *words,
                                 struct why *why) MUST;
/* application_review - by whom the policy lets do exception.review: it stands, or ends now
 * words   required to end it
 * errors  E_INPUT; E_DENIED not his, or his own; E_CONFLICT not reported yet, or reviewed */
struct result application_review(struct proceedings *p, const char *id, const char *person, bool upheld,
                                 const char *words, struct why *why) MUST;
bool application_may_review(struct proceedings *p, const char *id, const char *person, struct arena *arena);
/* application_withdraw - by the applicant while it is open */
struct result application_withdraw(struct proceedings *p, const char *id, const char *person,
                                   struct why *why) MUST;
/* application_close - what was permitted has been done: by the applicant, when every
 * entry of a record book that it opened is closed; also after its last day
 * errors  E_CONFLICT an entry is still open (why names book and number), or it was not
 *                    permitted, or is closed already
 *         E_DENIED   somebody else                                         */
struct result application_close(struct proceedings *p, const char *id, const char *person,
                                struct why *why) MUST;
/* application_use - an exception good once is used up; inside a transaction */
struct result application_use(struct proceedings *p, const char *id, const char *by,
                              struct why *why) MUST;
/* application_exceptions - the clauses to which an exception is in force on the day, each once */
struct result application_exceptions(struct proceedings *p, day_t day, struct arena *arena, const char ***out,
                                     size_t *count, struct why *why) MUST;
/* application_lapse - for sekisho-clock: what was asked for until a day that has
 * passed; what a permission has set in a register ends with it              */
struct result application_lapse(struct proceedings *p, size_t *count, struct why *why) MUST;

#endif
