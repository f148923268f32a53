/* desk/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_DESK_INTERNAL_H
#define SEKISHO_DESK_INTERNAL_H

#include "desk/desk.h"
#include "store/ask.h"

enum { DESK_CLAUSES = 40 };

/* What is the same for every row that one person changes: asked once. */
struct desk_asker {
	const char *act, *actor;
	struct policy_question question;
	struct policy_holding *posts;
	size_t post_count;
	struct fact_pair *known; /* what the office knows of the actor, as facts */
	size_t known_count;
};
struct result desk_question(struct desk *desk, const char *act, const char *actor, const char *subject,
                            struct arena *arena, struct desk_asker *out, struct why *why) MUST;
struct result desk_judge(struct desk *desk, struct desk_asker *asker, const struct desk_change *change,
                       struct arena *arena, const struct decision **out, struct why *why) MUST;
/* desk_refusal - ok for a pass; else E_DENIED with what stops it */
struct result desk_refusal(const struct decision *decision, struct why *why) MUST;
/* desk_may_lower - the act of lowering, where the change lowers a class; decision stays NULL else */
struct result desk_may_lower(struct desk *desk, const struct desk_change *change, struct arena *arena,
                             const struct decision **decision, struct why *why) MUST;
/* desk_theirs - E_DENIED when the person may not touch rows of that section */
struct result desk_theirs(struct desk *desk, const char *person, const char *section, struct why *why) MUST;
/* desk_write - register and record books, after the decisions */
struct result desk_write(struct desk *desk, const struct desk_change *change, const struct decision *made,
                         const struct decision *lowered, struct arena *arena, char id[27],
                         struct why *why) MUST;
/* desk_close_whole - entries of that origin that have no empty field are closed */
struct result desk_close_whole(struct desk *desk, const char *origin, const char *actor, const char *post,
                               struct arena *arena, struct why *why) MUST;
/* desk_due_clauses - the clauses whose duties certainly follow, each once, behind the
 * first n of list (room for DESK_CLAUSES); how many there are then            */
size_t desk_due_clauses(const struct decision *decision, struct slice *list, size_t n);
/* desk_consequences - the fact that an act or event sets and the case that it opens; of an
 * event only where the policy in force makes a duty of it
 * begun  the case, opened now or running already; "" none                    */
struct desk_happening {
	const struct policy_act *act;
	const struct register_row *row; /* nullable */
	const char *about;              /* id of what it is told of; "" nothing */
	const char *section, *actor;
	const struct cell *told;
	size_t told_count;
	const struct decision *decision;
};
struct result desk_consequences(struct desk *desk, const struct desk_happening *h, struct arena *arena,
                                const char **begun, struct why *why) MUST;
/* desk_set_aside - done against a rule, on the doer's own word that he could not wait: the
 * exception that this is; inside the transaction of the deed                 */
struct result desk_set_aside(struct desk *desk, const struct desk_deed *deed, const struct decision *decision,
                             struct arena *arena, struct why *why) MUST;
/* desk_event - an event told of the same thing, with what of the telling it knows, too; inside
 * the caller's transaction
 * begun  out, written when the event opens a case or one runs              */
struct result desk_event(struct desk *desk, const char *event, const struct desk_telling *tried, struct arena *arena,
                         const char **begun, struct why *why) MUST;
/* desk_without - is an act that comes after another one done without it?  By the record books: whoever does
 * it now did the other one to the same thing, and since then not this one.  Asked before this one's own
 * record is opened; false where the policy has neither of them recorded     */
struct result desk_without(struct desk *desk, const struct desk_deed *deed, const struct policy_act *act,
                           const struct decision *decision, struct arena *arena, bool *without, struct why *why) MUST;
/* desk_attempt - the event that the refusal of an act is, told of the same thing; inside
 * the caller's transaction
 * tried  what was told of the act
 * begun  out, written when the event opens a case or one runs              */
struct result desk_attempt(struct desk *desk, const struct policy_act *act, const struct desk_telling *tried,
                           struct arena *arena, const char **begun, struct why *why) MUST;
struct result desk_no_memory(struct why *why) MUST;
day_t desk_today(const struct desk *desk);
/* desk_whole - a copy without the halves of characters that a text cut by bytes ends with */
const char *desk_whole(struct arena *arena, struct slice text);

#endif
