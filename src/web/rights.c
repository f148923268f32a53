/* Who may look at more than his own: out of the office's facts, the chart of posts and the
 * policy.  No post is known here by name.                                     */
#include "web/pages.h"
#include "web/pages_draft.h"

static const struct policy_post *post_named(struct request *rq, const struct policy_edition *edition,
                                            const char *name)
{
	const struct policy *policy = parts_of(rq)->policy;
	for (size_t i = 0; edition && i < policy_post_count(policy, edition); i++)
		if (strcmp(policy_post_at(policy, edition, i)->name, name) == 0)
			return policy_post_at(policy, edition, i);
	return NULL;
}

/* A post that the head of each section holds, whatever the policy calls it. */
static bool heads_section(const struct policy_post *post)
{
	return post && post->held_by == POST_HEAD && strcmp(post->per, "section") == 0 &&
	       strcmp(post->holder, "section") == 0;
}

struct result is_manager_of(struct request *rq, const char *section, bool *yes, struct why *why)
{
	struct holding *held;
	size_t count;
	const struct policy_edition *edition = edition_now(rq);
	TRY(office_holdings(parts_of(rq)->office, rq->person.id, request_today(rq), rq->arena, &held,
	                    &count, why));
	*yes = false;
	for (size_t i = 0; i < count; i++)
		*yes |= strcmp(held[i].scope, section) == 0 && heads_section(post_named(rq, edition, held[i].post));
	return ok();
}

/* Does the section, or the department that it belongs to, run the office's IT? */
static struct result section_does(struct request *rq, const char *section, const char *fact, bool *yes, struct why *why)
{
	struct office_fact *facts;
	size_t count;
	TRY(office_facts(parts_of(rq)->office, "section", section, request_today(rq), rq->arena, &facts, &count,
	                 why));
	*yes = false;
	for (size_t i = 0; i < count; i++)
		*yes |= strcmp(facts[i].path, fact) == 0 && strcmp(facts[i].value, "yes") == 0;
	return ok();
}

/* Is `post` above one of the posts of that section, whatever stands between? */
static bool stands_above(struct request *rq, const struct policy_edition *edition, const char *below,
                         const char *post, int depth)
{
	const struct policy_post *at = post_named(rq, edition, below);
	for (size_t i = 0; at && depth > 0 && i < at->under_count; i++)
		if (strcmp(at->under[i], post) == 0 || stands_above(rq, edition, at->under[i], post, depth - 1))
			return true;
	return false;
}

/* The people of the section that runs the office's IT, and those posts that exist
 * once and stand above its head: he answers to them for it.                  */
struct result is_operator(struct request *rq, bool *yes, struct why *why)
{
	enum { CHAIN = 8 };
	struct holding *held;
	size_t count;
	const struct policy_edition *edition = edition_now(rq);
	const struct policy *policy = parts_of(rq)->policy;
	TRY(section_does(rq, rq->person.section, "runs_it", yes, why));
	if (*yes || !edition)
		return ok();
	TRY(office_holdings(parts_of(rq)->office, rq->person.id, request_today(rq), rq->arena, &held, &count,
	                    why));
	for (size_t i = 0; i < count && !*yes; i++)
		for (size_t k = 0; !held[i].scope[0] && k < policy_post_count(policy, edition); k++) {
			const struct policy_post *head = policy_post_at(policy, edition, k);
			*yes |= heads_section(head) && stands_above(rq, edition, head->name, held[i].post, CHAIN);
		}
	return ok();
}

/* Would the policy let this person do `read_all`?  Without an edition in force: no. */
static struct result policy_lets(struct request *rq, bool *yes, struct why *why)
{
	const struct wish wish = {.act = "read_all", .actor = rq->person.id, .subject = ""};
	const struct decision *decision;
	*yes = false;
	if (!edition_now(rq) || !parts_of(rq)->proceedings)
		return ok();
	TRY(proceeding_decide(parts_of(rq)->proceedings, &wish, rq->arena, &decision, why));
	*yes = decision->verdict == PASS;
	return ok();
}

struct result may_read_all(struct request *rq, bool *yes, struct why *why)
{
	if (rq->reads_all == NOT_ASKED) {
		TRY(is_operator(rq, yes, why));
		if (!*yes)
			TRY(section_does(rq, rq->person.section, "runs_audit", yes, why));
		if (!*yes)
			TRY(policy_lets(rq, yes, why));
		rq->reads_all = *yes ? MAY : MAY_NOT;
	}
	*yes = rq->reads_all == MAY;
	return ok();
}
