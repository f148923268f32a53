/* What the policy says to signing in and to passwords.
 *
 * This room finds the facts (is the login known, was the person verified, is the
 * password provisional, long enough, used before) and the policy decides on them,
 * so that the clauses which speak of it are enforced here and named in the entry.
 * Where the body's policy says nothing of the act the room's own rules stand alone.
 * clause  HN-2.6.2(1)-1, HN-2.5.4(2), HN-2.7.6-4/1                            */
#include "office/internal.h"

static struct result tell(struct facts *facts, const struct seen *seen, size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		TRY(facts_set_any(facts, seen[i].path, seen[i].value, why));
	return ok();
}

/* Nothing opened it, and nothing could have: the text is silent about the act. */
static bool is_silent(const struct decision *d)
{
	return d->outside || (d->by_default && !d->spoken_count && !d->opener_count);
}

struct result office_judge(struct office *office, const struct judging *ask, struct arena *arena,
                           const struct decision **out, struct why *why)
{
	const struct decision *decision = NULL;
	struct facts *facts = NULL;
	struct policy_question question = {.policies = &office->policy_name, .policy_count = 1,
	                                   .day = day_of_ms(office_now_ms(office))};
	*out = NULL;
	if (!office->policy || !office->policy_name || !policy_act_exists(office->policy, ask->act))
		return ok();
	TRY(facts_new(office->policy, ask->act, arena, &facts, why));
	if (ask->person && *ask->person)
		TRY(office_actor_facts(office, ask->person, question.day, arena, facts, why));
	TRY(tell(facts, ask->seen, ask->count, why));
	question.facts = facts;
	TRY(policy_decide(office->policy, &question, arena, &decision, why));
	if (!is_silent(decision))
		*out = decision;
	return ok();
}

/* Whether the policy reaches a person is sometimes not known before somebody has signed
 * in and written it down (his unit); then the room's own rules, which ask for no less,
 * let him in.  Whatever else cannot be told refuses.                           */
bool judged_in(const struct decision *decision)
{
	if (!decision || decision->verdict != HOLD)
		return !decision || decision->verdict == PASS;
	for (size_t i = 0; i < decision->spoken_count; i++) {
		const struct spoken *s = &decision->spoken[i];
		bool reach = strcmp(s->verb, "governs") == 0 || strcmp(s->verb, "leaves") == 0;
		if (s->effect != EFFECT_OPEN && s->effect != EFFECT_MET && s->effect != EFFECT_ADVICE && !reach)
			return false;
	}
	return decision->spoken_count > 0;
}

/* What spoke, and what could not be told only where nothing else did; where nothing
 * spoke and the act's default refuses, what would have opened it.             */
size_t judged_clauses(const struct decision *decision, struct slice out[JUDGED])
{
	size_t count = 0;
	for (int unsure = 0; decision && unsure < 2 && !count; unsure++)
		for (size_t i = 0; i < decision->spoken_count && count < JUDGED; i++)
			if ((decision->spoken[i].effect == EFFECT_HOLD) == unsure)
				out[count++] = slice_str(decision->spoken[i].clause->id);
	for (size_t i = 0; decision && i < decision->opener_count && count < JUDGED; i++)
		out[count++] = slice_str(decision->openers[i].clause->id);
	return count;
}

struct result signin_judge(struct office *office, const struct signin_seen *seen, struct arena *arena,
                           const struct decision **out, struct why *why)
{
	const struct seen told[] = {
		{"actor.suspended", "no"}, /* only told of a login that is nobody's */
		{"registered", seen->registered ? "yes" : "no"}, {"verified", seen->verified ? "yes" : "no"},
		{"provisional", seen->provisional ? "yes" : "no"}, {"factors", seen->factors > 1 ? "2" : seen->factors ? "1" : "0"},
		{"object.side", seen->zone},
	};
	size_t known = *seen->person ? 1 : 0;
	const struct judging ask = {.act = "sign_in", .person = seen->person, .seen = told + known,
	                            .count = sizeof told / sizeof *told - known};
	return office_judge(office, &ask, arena, out, why);
}

struct result password_judge(struct office *office, const char *person, enum password_fault fault,
                             struct arena *arena, const struct decision **out, struct why *why)
{
	const struct seen told[] = {
		{"long_enough", fault == PASSWORD_SHORT ? "no" : "yes"},
		{"guessable", fault == PASSWORD_GUESSABLE ? "yes" : "no"},
		{"reused", fault == PASSWORD_REUSED ? "yes" : "no"}, {"initial", "no"},
	};
	const struct judging ask = {.act = "set_password", .person = person, .seen = told,
	                            .count = sizeof told / sizeof *told};
	return office_judge(office, &ask, arena, out, why);
}
