/* Rows of every kind that registers keep account of, so that deeds have what they are done
 * to: some of all that is low and allowed, some of what is high and not.       */
#include "city/attempt.h"

#include <stdio.h>

enum { ROUNDS = 6 };

/* A post that is held for one thing (an account, a service) is given to somebody with it. */
static struct result appoint(struct player *p, const char *kind, const char *id)
{
	day_t today = day_of_ms(*p->at->now_ms);
	const struct policy_edition *edition = policy_edition_on(p->at->policy, p->at->policy_name, today);
	for (size_t i = 0; edition && i < policy_post_count(p->at->policy, edition); i++) {
		const struct policy_post *post = policy_post_at(p->at->policy, edition, i);
		struct why own = {0};
		if (strcmp(post->per, kind) != 0 || !p->holder_count)
			continue;
		const struct holding holding = {.post = post->name, .scope = id, .from = today, .to = DAY_OPEN,
		                                .person = p->holders[(p->thing_count + i) % p->holder_count]};
		struct result done = office_hold_post(p->at->office, "", &holding, &own);
		if (done.code != OK && !attempt_refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
	}
	return ok();
}

struct result city_keep_thing(struct player *p, const char *kind, const char *id)
{
	if (p->thing_count == CITY_THINGS_KEPT)
		return ok();
	TRY(appoint(p, kind, id));
	struct thing *t = &p->things[p->thing_count++];
	t->kind = kind;
	snprintf(t->id, sizeof t->id, "%s", id);
	return ok();
}

static struct result decide_row(struct attempt *a, const struct deed *deed, struct arena *arena, const struct decision **out)
{
	const struct desk_change change = {.ground = "", .row = {
		.kind = deed->act->kind, .name = "-", .actor = deed->actor, .post = "",
		.section = city_section_of(a->p, deed->actor), .cells = deed->cells, .cell_count = deed->count}};
	return desk_decide(a->p->at->desk, &change, arena, out, NULL);
}

static struct result register_once(struct attempt *a, const struct policy_kind *kind, size_t what, bool *kept)
{
	struct player *p = a->p;
	char id[27];
	struct why own = {0};
	struct policy_act act = {.kind = kind->name};
	struct deed deed = {.act = &act, .actor = attempt_somebody(a), .decide = decide_row, .of_object = true};
	deed.count = attempt_cells_of_kind(a, kind->name, deed.cells);
	TRY(policy_kind_facts(p->at->policy, kind->name, a->arena, &deed.facts, &deed.fact_count, p->why));
	if (a->nth % 2)
		(void)city_mend(a, &deed);
	const struct decision *d = NULL;
	const struct desk_change change = {.ground = "", .row = {
		.kind = kind->name, .name = arena_printf(a->arena, "%s 第%zu号", kind->title, what + 1), .actor = deed.actor,
		.post = "", .section = city_section_of(p, deed.actor), .cells = deed.cells, .cell_count = deed.count}};
	struct result done = desk_put(p->at->desk, &change, a->arena, id, &d, &own);
	*kept = done.code == OK;
	if (!*kept)
		return attempt_refused(done) ? ok() : fail(p->why, own.code, own.place, "%s", own.text);
	if (d)
		city_heard(p, d);
	p->tally->kept++;
	return city_keep_thing(p, kind->name, id);
}

static struct result register_one(struct player *p, const struct policy_kind *kind, size_t round, size_t what,
                                  struct arena *arena)
{
	bool kept = false;
	for (unsigned nth = 0; nth < TRIES && !kept; nth++) {
		arena_reset(arena);
		struct attempt a = attempt_begin(p, arena, what, nth + (unsigned)round);
		TRY(register_once(&a, kind, what, &kept));
	}
	return ok();
}

/* more than once, since some name others that come later */
struct result city_keep_things(struct player *p, struct arena *arena)
{
	struct policy_kind kind;
	if (!p->at->desk)
		return ok();
	TRY(city_batch(p, true));
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; policy_kind_at(p->at->policy, i, &kind); i++)
			if (!kind.proceeding && strcmp(kind.name, "person") != 0 &&
			    strcmp(kind.name, "section") != 0 && strcmp(kind.name, "department") != 0)
				TRY(register_one(p, &kind, round, round * 1000 + i, arena));
	return ok();
}
