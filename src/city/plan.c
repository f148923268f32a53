/* The plan: sections, people, assets and a year of days, out of one seed. */
#include "city/internal.h"

#include <stdlib.h>

static const struct city_size sizes[] = {
	{"small", 3, 8, 60, 240, 160, 200, 20, true, 500, 300},
	{"aonami", 8, 40, 600, 20000, 2400, 9000, 240, true, 1000, 4000},
	{"load", 10, 120, 3000, 100000, 12000, 860000, 1200, false, 0, 20000},
};

const struct city_size *city_size_named(const char *name)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (strcmp(sizes[i].name, name) == 0)
			return &sizes[i];
	return NULL;
}

static const char *const acts[] = {"take_out", "work_outside", "provide", "carry", "let_view", "use_otherwise"};
enum { ACTS = sizeof acts / sizeof *acts };
static const char *const protections[] = {"encrypted", "password", "none"};

const char *city_act_name(unsigned what)
{
	return acts[what % ACTS];
}

const char *city_protection(unsigned manner)
{
	return protections[manner % 3];
}

/* splitmix64: small, known, and the same everywhere */
struct dice {
	uint64_t state;
};

static uint64_t roll(struct dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static unsigned below(struct dice *d, size_t n)
{
	return (unsigned)(roll(d) % (n ? n : 1));
}

/* ---- sections and people --------------------------------------------------- */

static bool lay_sections(struct city_plan *plan, struct arena *arena)
{
	const struct city_size *size = plan->size;
	plan->section_count = size->departments + size->sections;
	plan->sections = ARENA_ARRAY(arena, plan->section_count, struct city_section);
	if (!plan->sections)
		return false;
	for (unsigned i = 0; i < size->departments; i++)
		plan->sections[i] = (struct city_section){arena_printf(arena, "d%02u", i + 1),
		                                          city_departments[i % CITY_DEPARTMENTS], ""};
	for (unsigned i = 0; i < size->sections; i++) {
		unsigned round = i / CITY_SECTIONS;
		const char *name = city_sections[i % CITY_SECTIONS];
		plan->sections[size->departments + i] = (struct city_section){
			arena_printf(arena, "c%03u", i + 1), round ? arena_printf(arena, "%s 第%u係", name, round + 1) : name,
			plan->sections[i * size->departments / size->sections].id};
	}
	return plan->sections[plan->section_count - 1].name != NULL;
}

/* one head for each section, one second for each that has none below it, then staff */
static bool hire(struct city_plan *plan, struct dice *dice, struct arena *arena)
{
	const struct city_size *size = plan->size;
	plan->person_count = size->people;
	plan->people = ARENA_ARRAY(arena, plan->person_count, struct city_person);
	if (!plan->people)
		return false;
	for (unsigned i = 0; i < plan->person_count; i++) {
		struct city_person *p = &plan->people[i];
		bool head = i < plan->section_count, second = !head && i < plan->section_count + size->sections;
		unsigned section = head     ? i
		                   : second ? size->departments + i - (unsigned)plan->section_count
		                            : size->departments + below(dice, size->sections);
		*p = (struct city_person){
			.login = arena_printf(arena, "a%05u", 10001 + i), .section = section, .head = head, .second = second,
			.name = arena_printf(arena, "%s %s", city_families[below(dice, CITY_FAMILIES)], city_givens[below(dice, CITY_GIVENS)])};
		if (!p->login || !p->name)
			return false;
	}
	return true;
}

static bool gather_assets(struct city_plan *plan, struct dice *dice, struct arena *arena)
{
	const struct city_size *size = plan->size;
	plan->asset_count = size->assets;
	plan->assets = ARENA_ARRAY(arena, plan->asset_count, struct city_asset);
	for (unsigned i = 0; plan->assets && i < plan->asset_count; i++) {
		unsigned section = size->departments + below(dice, size->sections), chance = below(dice, 10);
		plan->assets[i] = (struct city_asset){
			.section = section, .degree = chance < 2 ? 2 : chance < 6 ? 1 : 0,
			.name = arena_printf(arena, "%s %s（令和%u年度） 第%u号", plan->sections[section].name,
		                             city_things[below(dice, CITY_THINGS)], 3 + below(dice, 6), i + 1)};
		if (!plan->assets[i].name)
			return false;
	}
	return plan->assets != NULL;
}

/* ---- the year -------------------------------------------------------------- */

/* between half past eight and a quarter past five of a day that the hall is open */
static int64_t office_hour(struct city_plan *plan, struct dice *dice)
{
	enum { OPENS_MIN = 8 * 60 + 30, HOURS_MIN = 8 * 60 + 45 };
	day_t day = plan->first + (day_t)below(dice, (size_t)(plan->last - plan->first + 1));
	day = working_days_after(NULL, day, 0);
	if (day > plan->last)
		day = plan->last;
	return ms_of_day(day) + (int64_t)(OPENS_MIN + below(dice, HOURS_MIN)) * 60000 + below(dice, 60000);
}

/* not a head: who permits in the section is another one */
static unsigned staff(struct city_plan *plan, struct dice *dice)
{
	size_t first = plan->section_count;
	return (unsigned)first + below(dice, plan->person_count - first);
}

/* an asset of the person's own section where there is one near */
static unsigned own_asset(struct city_plan *plan, struct dice *dice, unsigned person)
{
	unsigned at = below(dice, plan->asset_count);
	for (unsigned tried = 0; tried < 400 && tried < plan->asset_count; tried++) {
		unsigned asset = (at + tried) % (unsigned)plan->asset_count;
		if (plan->assets[asset].section == plan->people[person].section)
			return asset;
	}
	return at;
}

static enum city_outcome outcome_of(unsigned chance)
{
	return chance < 82 ? CITY_AGREED : chance < 88 ? CITY_RETURNED : chance < 94 ? CITY_DECLINED
	     : chance < 97 ? CITY_WITHDRAWN : CITY_LEFT_OPEN;
}

static void apply_event(struct city_plan *plan, struct dice *dice, struct city_event *e)
{
	e->kind = CITY_APPLY;
	e->person = staff(plan, dice);
	e->asset = own_asset(plan, dice, e->person);
	e->what = below(dice, ACTS);
	e->manner = below(dice, 10) < 6 ? 0 : 1 + below(dice, 2);
	e->outcome = outcome_of(below(dice, 100));
}

static void change_event(struct city_plan *plan, struct dice *dice, struct city_event *e)
{
	e->kind = CITY_CHANGE;
	e->asset = below(dice, plan->asset_count);
	e->person = plan->assets[e->asset].section; /* its head: heads come first */
}

static void away_event(struct city_plan *plan, struct dice *dice, struct city_event *e)
{
	e->kind = CITY_AWAY;
	e->person = below(dice, plan->person_count);
	e->what = 1 + below(dice, 9);
}

static void deed_event(struct city_plan *plan, struct dice *dice, struct city_event *e)
{
	e->kind = CITY_DEED;
	e->person = below(dice, plan->person_count);
	e->asset = below(dice, plan->asset_count);
}

/* in the morning, before the work begins; of a tenth as many people as there are sign-ins */
static void signin_event(struct city_plan *plan, struct dice *dice, struct city_event *e)
{
	enum { FROM_MIN = 8 * 60, ARRIVE_MIN = 45 };
	size_t people = plan->size->signins / 10 + 1, chance = below(dice, 60);
	people = people < plan->person_count ? people : plan->person_count;
	e->kind = CITY_SIGNIN;
	e->person = (unsigned)(below(dice, people) * (plan->person_count / people));
	e->outcome = chance < 2 ? CITY_DECLINED : chance < 3 ? CITY_RETURNED : chance < 4 ? CITY_WITHDRAWN : CITY_AGREED;
	e->time_ms = ms_of_day(day_of_ms(e->time_ms)) + (int64_t)(FROM_MIN + below(dice, ARRIVE_MIN)) * 60000 + below(dice, 60000);
}

static int by_time(const void *a, const void *b)
{
	const struct city_event *x = a, *y = b;
	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	return x->person != y->person ? (x->person < y->person ? -1 : 1) : (x->asset > y->asset) - (x->asset < y->asset);
}

static bool live_a_year(struct city_plan *plan, struct dice *dice, struct arena *arena)
{
	const struct city_size *size = plan->size;
	const struct {
		unsigned count;
		void (*fill)(struct city_plan *plan, struct dice *dice, struct city_event *e);
	} sorts[] = {{size->applications, apply_event}, {size->changes, change_event}, {size->absences, away_event},
	           {size->deeds, deed_event}, {size->signins, signin_event}};
	size_t count = (size_t)size->applications + size->changes + size->absences + size->deeds + size->signins;
	plan->events = ARENA_ARRAY(arena, count + 1, struct city_event);
	if (!plan->events)
		return false;
	for (size_t s = 0; s < sizeof sorts / sizeof *sorts; s++)
		for (unsigned i = 0; i < sorts[s].count; i++) {
			struct city_event *e = &plan->events[plan->event_count++];
			*e = (struct city_event){.time_ms = office_hour(plan, dice)};
			sorts[s].fill(plan, dice, e);
		}
	qsort(plan->events, plan->event_count, sizeof *plan->events, by_time);
	unsigned nth = 0; /* deeds come in turn, so that a year has met all of them */
	for (size_t i = 0; i < plan->event_count; i++)
		if (plan->events[i].kind == CITY_DEED)
			plan->events[i].what = nth++;
	return true;
}

struct result city_plan(uint64_t seed, const struct city_size *size, day_t first, struct arena *arena,
                        struct city_plan **out, struct why *why)
{
	struct dice dice = {seed};
	struct city_plan *plan = ARENA_NEW(arena, struct city_plan);
	if (!plan)
		return city_no_memory(why);
	if (size->departments < 1 || size->sections < 3 || size->assets < 1 ||
	    size->people < 2 * size->sections + size->departments + 1)
		return fail(why, E_INPUT, size->name, "the city is too small for its sections");
	*plan = (struct city_plan){.size = size, .seed = seed, .first = first,
	                           .last = fiscal_year_begin(fiscal_year(first) + 1) - 1};
	if (!lay_sections(plan, arena) || !hire(plan, &dice, arena) || !gather_assets(plan, &dice, arena) ||
	    !live_a_year(plan, &dice, arena))
		return city_no_memory(why);
	*out = plan;
	return ok();
}

void city_plan_text(const struct city_plan *plan, struct buffer *out)
{
	static const char *const kinds[] = {[CITY_APPLY] = "apply", [CITY_CHANGE] = "change", [CITY_AWAY] = "away",
	                                    [CITY_DEED] = "deed", [CITY_SIGNIN] = "signin"};
	static const char *const outcomes[] = {[0] = "", [CITY_AGREED] = "agreed", [CITY_DECLINED] = "declined",
	                                       [CITY_RETURNED] = "returned", [CITY_WITHDRAWN] = "withdrawn",
	                                       [CITY_LEFT_OPEN] = "open"};
	for (size_t i = 0; i < plan->event_count; i++) {
		const struct city_event *e = &plan->events[i];
		bool applies = e->kind == CITY_APPLY;
		char day[11];
		day_iso(day_of_ms(e->time_ms), day);
		buffer_printf(out, "%s\t%s\t%s\t%s\t%u\t%s\t%s\n", day, kinds[e->kind], plan->people[e->person].login,
		              applies ? city_act_name(e->what) : "", plan->asset_count ? plan->assets[e->asset].degree : 0,
		              applies ? city_protection(e->manner) : "", outcomes[e->outcome]);
	}
}
