/* Cases written beside the clauses are decided, and must come out as said (25). */
#include "policy/model.h"

enum { EXAMPLE_ROOM = 1 << 20 };

static void PRINTF_LIKE(3, 4) wrong(struct checker *c, const struct example *e, const char *format, ...)
{
	struct finding f = {.number = 25, .file = e->file, .line = e->line, .policy = e->header->name, .clause = "",
	                    .mend = "例か条を直してください。"};
	va_list args;
	va_start(args, format);
	finding_vadd(c->findings, c->arena, f, format, args);
	va_end(args);
}

static bool counts(const char *expect, enum effect effect)
{
	if (strcmp(expect, "refuse") == 0)
		return effect == EFFECT_REFUSE;
	if (strcmp(expect, "hold") == 0)
		return effect == EFFECT_HOLD || effect == EFFECT_MAYBE;
	if (strcmp(expect, "outside") == 0)
		return effect == EFFECT_OUTSIDE;
	return effect == EFFECT_OPEN || effect == EFFECT_MET || effect == EFFECT_LIFTED || effect == EFFECT_ADVICE;
}

static bool spoke(const struct decision *d, const char *id, const char *expect)
{
	for (size_t i = 0; i < d->spoken_count; i++)
		if (strcmp(d->spoken[i].clause->id, id) == 0 && counts(expect, d->spoken[i].effect))
			return true;
	return false;
}

static void compare(struct checker *c, const struct example *e, const struct decision *d)
{
	const char *came = d->outside ? "outside" : verdict_name(d->verdict);
	if (strcmp(came, e->expect) != 0)
		wrong(c, e, "例「%s」は %s になるはずが、%s になります。", e->title, e->expect, came);
	for (const struct name *n = e->by; n; n = n->next)
		if (!spoke(d, n->text, e->expect))
			wrong(c, e, "例「%s」で、%s がそのように働きません。", e->title, n->text);
}

static struct result run(struct checker *c, const struct example *e, struct arena *arena, struct why *why)
{
	struct why inner = {0};
	const char *const policies[] = {e->header->name};
	const struct decision *d = NULL;
	struct policy_question q = {0};
	struct result r = example_question(c->policy, e, arena, &q, &inner);
	q.policies = policies;
	q.policy_count = 1;
	if (r.code == OK)
		r = policy_decide(c->policy, &q, arena, &d, &inner);
	if (r.code == E_MEMORY)
		return fail(why, E_MEMORY, e->file, "例を判断する記憶域が足りません。");
	if (r.code != OK)
		wrong(c, e, "例「%s」を判断できません: %s", e->title, inner.text);
	else
		compare(c, e, d);
	return ok();
}

size_t policy_example_count(const struct policy *policy, const struct policy_edition *edition)
{
	size_t count = 0;
	for (const struct example *e = policy->tree.examples; e; e = e->next)
		count += e->header->name == edition->name && e->header->effective == edition->effective;
	return count;
}

struct result check_examples(struct checker *c, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(EXAMPLE_ROOM);
	if (!arena)
		return fail(why, E_MEMORY, "case", "例を判断する記憶域が足りません。");
	for (const struct example *e = c->policy->tree.examples; e; e = e->next) {
		arena_reset(arena);
		TRY(run(c, e, arena, why));
	}
	return ok();
}
