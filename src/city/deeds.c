/* What else happens in a year: things are registered, deeds and events are told, permits
 * are asked for, cases run through their steps.
 *
 * The vocabulary says what there is, the policy what is let through; nothing about one
 * body stands here.  What a plan wants is tried by several people with several values,
 * all out of the seed, as an office asks again when something was missing; what is
 * refused every time stays undone, and its clause unproven.                   */
#include "city/attempt.h"

#include <stdlib.h>

const char *city_section_of(const struct player *p, const char *person)
{
	for (size_t i = 0; i < p->plan->person_count; i++)
		if (strcmp(p->people[i], person) == 0)
			return p->plan->sections[p->plan->people[i].section].id;
	return p->plan->sections[0].id;
}

/* All that can be done, in turn: cases first, for what is done to them comes after. */
struct result city_deed(struct player *p, const struct city_event *e, struct arena *arena)
{
	struct policy_kind kind;
	if (!p->at->desk || !p->doing_count)
		return ok();
	TRY(city_batch(p, true));
	const char *name = p->doings[e->what % p->doing_count];
	for (size_t i = 0; policy_kind_at(p->at->policy, i, &kind); i++)
		if (strcmp(kind.name, name) == 0)
			return city_case(p, &kind, e->what, arena);
	return city_act(p, name, e->what, arena);
}

/* ---- what the year needs to know ------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool holds(const struct holding *held, size_t count, const char *person)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(held[i].person, person) == 0)
			return true;
	return false;
}

/* in the plan's order: ids are chance */
static struct result list_holders(struct player *p)
{
	struct holding *held;
	size_t count = 0;
	TRY(office_all_holdings(p->at->office, p->arena, &held, &count, p->why));
	p->holders = ARENA_ARRAY(p->arena, p->plan->person_count + 1, const char *);
	if (!p->holders)
		return city_no_memory(p->why);
	for (size_t i = 0; i < p->plan->person_count; i++)
		if (holds(held, count, p->people[i]))
			p->holders[p->holder_count++] = p->people[i];
	return ok();
}

static void list_doings(struct player *p)
{
	struct policy_kind kind;
	for (size_t i = 0; policy_kind_at(p->at->policy, i, &kind); i++)
		if (kind.proceeding)
			p->doings[p->doing_count++] = kind.name;
	qsort(p->doings, p->doing_count, sizeof *p->doings, by_name);
	for (size_t i = 0; p->at->desk && i < p->act_count; i++)
		if (city_act_is_done(p, p->acts[i]))
			p->doings[p->doing_count++] = p->acts[i];
}

struct result city_prepare_deeds(struct player *p)
{
	struct policy_act act;
	size_t count = 0;
	while (policy_act_at(p->at->policy, count, &act))
		count++;
	p->things = ARENA_ARRAY(p->arena, CITY_THINGS_KEPT, struct thing);
	p->heard = ARENA_ARRAY(p->arena, CITY_CLAUSES, const char *);
	p->acts = ARENA_ARRAY(p->arena, count + 1, const char *);
	p->doings = ARENA_ARRAY(p->arena, count + policy_kind_count(p->at->policy) + 1, const char *);
	if (!p->things || !p->acts || !p->heard || !p->doings)
		return city_no_memory(p->why);
	for (size_t i = 0; policy_act_at(p->at->policy, i, &act); i++)
		p->acts[p->act_count++] = act.name;
	qsort(p->acts, p->act_count, sizeof *p->acts, by_name);
	list_doings(p);
	return list_holders(p);
}
