/* What the book in force can be asked about, and of whom. */
#include "review/internal.h"

#include "policy/duty.h"

static bool is_post(const struct desk *desk, const char *name)
{
	const struct policy_edition *edition = policy_edition_on(desk->policy, desk->policy_name, review_today(desk));
	for (size_t k = 0; edition && k < policy_post_count(desk->policy, edition); k++)
		if (strcmp(policy_post_at(desk->policy, edition, k)->name, name) == 0)
			return true;
	return false;
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

bool review_asks(const struct review_question *question, const char *posts)
{
	char post[64];
	const char *at = posts;
	if (!*question->posts)
		return true;
	while (*at) {
		size_t len = strcspn(at, " ");
		if (len && len < sizeof post) {
			memcpy(post, at, len);
			post[len] = 0;
			if (has_word(question->posts, post))
				return true;
		}
		at += len + (at[len] == ' ');
	}
	return false;
}

/* Who owes a clause's duties: posts, and whether anybody else (the actor, every member of staff) does. */
struct bound {
	const char *posts;
	bool everybody, any;
};

static struct result bind_route(struct desk *desk, const struct policy_duty *duty, const char *event, struct arena *arena,
                                struct bound *out, struct why *why)
{
	struct facts *facts;
	struct duty_judgement judged;
	TRY(policy_duty_facts(desk->policy, duty, event, arena, &facts, why));
	TRY(policy_duty_judge(desk->policy, desk->policy_name, duty, event, facts, review_today(desk), arena, &judged, why));
	for (size_t i = 0; i < judged.by.slot_count; i++) {
		const char *post = judged.by.slots[i]->post;
		out->any = true;
		if (!is_post(desk, post))
			out->everybody = true;
		else if (!has_word(out->posts, post))
			out->posts = arena_printf(arena, "%s%s%s", out->posts, *out->posts ? " " : "", post);
		if (!out->posts)
			return review_no_memory(why);
	}
	return ok();
}

static struct result bind_clause(struct desk *desk, const struct policy_duty *duties, size_t count,
                                 const struct policy_clause *clause, struct arena *arena, struct bound *out,
                                 struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		const struct policy_duty *duty = &duties[i];
		const char *event = NULL;
		if (strcmp(duty->clause->id, clause->id) != 0)
			continue;
		for (size_t k = 0; k < duty->trigger_count && !event; k++)
			if (duty->triggers[k].kind == DUTY_ON)
				event = duty->triggers[k].event;
		struct why own = {OK, "", ""};
		struct result bound = bind_route(desk, duty, event, arena, out, &own);
		if (bound.code == E_MEMORY || bound.code == E_LIMIT)
			return fail(why, bound.code, own.place, "%s", own.text);
	}
	return ok();
}

struct result review_questions(struct desk *desk, struct arena *arena, struct review_question **out, size_t *count,
                               struct why *why)
{
	struct policy_member *members;
	struct policy_duty *duties;
	size_t member_count, duty_count, n = 0;
	day_t day = review_today(desk);
	TRY(policy_members(desk->policy, desk->policy_name, day, arena, &members, &member_count, why));
	TRY(policy_duties(desk->policy, desk->policy_name, day, arena, &duties, &duty_count, why));
	struct review_question *list = ARENA_ARRAY(arena, member_count + 1, struct review_question);
	if (!list)
		return review_no_memory(why);
	for (size_t i = 0; i < member_count; i++) {
		const struct policy_clause *clause = members[i].clause;
		struct bound bound = {.posts = ""};
		if (!(clause->parts & (CLAUSE_DEMAND | CLAUSE_DUTY | CLAUSE_DOCUMENT)))
			continue;
		if (clause->parts & (CLAUSE_DUTY | CLAUSE_DOCUMENT))
			TRY(bind_clause(desk, duties, duty_count, clause, arena, &bound, why));
		/* a rule about an act is everybody's: whoever does the act has to keep it */
		bool everybody = bound.everybody || !bound.any || (clause->parts & CLAUSE_DEMAND);
		list[n++] = (struct review_question){clause->id, everybody ? "" : bound.posts};
	}
	*out = list;
	*count = n;
	return ok();
}
