/* A plan on the real rooms, event by event, the clock moving with it. */
#include "city/internal.h"

#include <stdio.h>

static int64_t city_now(const struct clock *clock)
{
	return *(const int64_t *)(uintptr_t)clock->fixed_ms;
}

struct clock city_clock(const int64_t *now_ms)
{
	return (struct clock){.now_ms = city_now, .fixed_ms = (int64_t)(uintptr_t)now_ms};
}

/* ---- applications ------------------------------------------------------------ */

enum { FACTS = 40, SIGNATURES = 8, TAKES_MS = 3600000 };

static size_t wish_facts(struct player *p, const struct city_event *e, struct arena *arena, struct fact_pair *pairs)
{
	static const char *const of_act[][2] = {
		{"place", "委託先の事業所"}, {"on_duty", "yes"}, {"recipient", "委託先"}, {"viewer", "委託先の担当者"},
		{"purpose", "業務の説明のため"}, {"scanned", "yes"}, {"peer_halted", "no"}, {"by_vehicle", "no"}, {"locked_case", "yes"}};
	struct cell cells[32];
	const struct policy_fact *known = NULL;
	size_t count = 0, all = 0, n = city_asset_cells(p, e->asset, false, arena, cells, 32);
	const char *act = city_act_name(e->what);
	if (policy_act_facts(p->at->policy, act, arena, &known, &all, NULL).code != OK)
		return 0;
	pairs[count++] = (struct fact_pair){"object", p->assets[e->asset]};
	pairs[count++] = (struct fact_pair){"object.contents", "0"};
	for (size_t i = 0; i < n && count < FACTS; i++)
		pairs[count++] = (struct fact_pair){arena_printf(arena, "object.%s", cells[i].path), cells[i].value};
	for (size_t i = 0; i < all && count < FACTS; i++) {
		for (size_t k = 0; k < sizeof of_act / sizeof *of_act; k++)
			if (strcmp(known[i].path, of_act[k][0]) == 0)
				pairs[count++] = (struct fact_pair){known[i].path, of_act[k][1]};
		if (strcmp(known[i].path, "protection") == 0)
			pairs[count++] = (struct fact_pair){known[i].path, city_protection(e->manner)};
		if (strcmp(known[i].path, "until") == 0) {
			char *day = arena_array(arena, 11, 1);
			if (day)
				day_iso(day_of_ms(e->time_ms) + 7, day);
			pairs[count++] = (struct fact_pair){known[i].path, day ? day : ""};
		}
	}
	return count;
}

static const struct holder *next_signer(const struct application *a)
{
	for (size_t i = 0; i < a->slot_count; i++)
		if (a->slots[i].open && a->slots[i].state == ROUTE_PENDING && a->slots[i].holder_count)
			return &a->slots[i].holders[0];
	return NULL;
}

/* The words that the plan has for it; whoever is asked gives them. */
static struct result decide(struct player *p, const char *id, const struct city_event *e, struct arena *arena)
{
	static const enum application_answer answers[] = {[CITY_AGREED] = ANSWER_AGREE, [CITY_DECLINED] = ANSWER_DECLINE,
	                                                  [CITY_RETURNED] = ANSWER_RETURN};
	if (e->outcome == CITY_LEFT_OPEN)
		return ok();
	if (e->outcome == CITY_WITHDRAWN)
		return application_withdraw(p->at->proceedings, id, p->people[e->person], p->why);
	for (int i = 0; i < SIGNATURES; i++) {
		struct application a;
		TRY(application_get(p->at->proceedings, id, arena, &a, p->why));
		const struct holder *signer = next_signer(&a);
		if (a.state != APPLICATION_OPEN || !signer) {
			p->tally->permitted += a.state == APPLICATION_PERMITTED;
			return ok();
		}
		TRY(application_answer(p->at->proceedings, id, signer->person, answers[e->outcome], "内容を確かめた。", p->why));
	}
	return ok();
}

struct result city_sign(struct player *p, const char *id, struct arena *arena)
{
	const struct city_event agreed = {.outcome = CITY_AGREED};
	return decide(p, id, &agreed, arena);
}

static struct result apply_for(struct player *p, const struct city_event *e, struct arena *arena)
{
	struct fact_pair pairs[FACTS];
	const struct decision *decision = NULL;
	char id[27];
	struct wish wish = {.act = city_act_name(e->what), .actor = p->people[e->person],
	                    .subject = arena_printf(arena, "%s-%zu", p->assets[e->asset], (size_t)(e - p->plan->events)),
	                    .facts = pairs, .fact_count = wish_facts(p, e, arena, pairs)};
	TRY(proceeding_decide(p->at->proceedings, &wish, arena, &decision, p->why));
	p->tally->refused += decision->verdict == REFUSE;
	p->tally->not_asked += decision->verdict != REFUSE && decision->approval_count == 0;
	if (decision->verdict == REFUSE || decision->approval_count == 0)
		return ok();
	struct application_request request = {
		.wish = wish, .section = p->plan->sections[p->plan->people[e->person].section].id,
		.title = decision->act_label, .purpose = city_purposes[e->asset % CITY_PURPOSES], .until = DAY_OPEN};
	TRY(application_submit(p->at->proceedings, &request, id, p->why));
	p->tally->applied++;
	return decide(p, id, e, arena);
}

/* ---- the rest ------------------------------------------------------------------ */

static struct result change_asset(struct player *p, const struct city_event *e, struct arena *arena)
{
	struct cell cells[32];
	char id[27];
	const struct city_asset *a = &p->plan->assets[e->asset];
	bool shared = p->versions[e->asset] % 2 == 1;
	struct register_change change = {
		.kind = "asset", .id = p->assets[e->asset], .version = p->versions[e->asset], .name = a->name,
		.section = p->plan->sections[a->section].id, .cells = cells,
		.cell_count = city_asset_cells(p, e->asset, shared, arena, cells, 32), .actor = p->people[e->person], .post = ""};
	TRY(register_put(p->at->registers, &change, id, p->why));
	p->versions[e->asset]++;
	p->tally->changed++;
	return ok();
}

static struct result go_away(struct player *p, const struct city_event *e, struct arena *arena)
{
	char id[27];
	day_t from = day_of_ms(e->time_ms);
	struct absence absence = {.person = p->people[e->person], .kind = ABSENCE_AWAY, .from = from,
	                          .to = from + (day_t)e->what - 1};
	(void)arena;
	TRY(office_add_absence(p->at->office, p->people[e->person], &absence, SLICE("休暇・出張"), id, p->why));
	p->tally->away++;
	return ok();
}

static struct result happen(struct player *p, const struct city_event *e, struct arena *arena)
{
	static struct result (*const kinds[])(struct player *, const struct city_event *, struct arena *) = {
		[CITY_APPLY] = apply_for, [CITY_CHANGE] = change_asset, [CITY_AWAY] = go_away,
		[CITY_DEED] = city_deed, [CITY_SIGNIN] = city_signin};
	*p->at->now_ms = e->time_ms > *p->at->now_ms ? e->time_ms : *p->at->now_ms;
	arena_reset(arena);
	TRY(city_batch(p, false));
	return kinds[e->kind](p, e, arena);
}

/* ---- days ------------------------------------------------------------------------ */

/* What is open is done by who owes it, save every tenth: that one is done late, when the
 * post above has heard of it some times, or when the year draws to its end.   */
static bool put_off(const struct player *p, const struct obligation *o)
{
	enum { HEARD = 3, LAST_DAYS = 14 };
	return o->id[25] % 10 == 0 && o->escalations < HEARD && day_of_ms(*p->at->now_ms) + LAST_DAYS < p->plan->last;
}

static struct result settle_one(struct player *p, const struct obligation *o, struct arena *arena, bool *settled)
{
	struct holder *holders = NULL;
	size_t able = 0;
	struct why own = {0};
	*settled = false;
	if (put_off(p, o))
		return ok();
	TRY(duty_holders(p->at->duties, o, arena, &holders, &able, p->why));
	if (!able)
		return ok();
	const char *deed;
	TRY(city_deed_for(p, o, holders[0].person, arena, &deed));
	struct duty_answer answer = {.person = holders[0].person, .note = "実施し、記録を確かめた。",
	                             .evidence = &deed, .evidence_count = *deed != 0};
	*settled = duty_done(p->at->duties, o->id, &answer, &own).code == OK;
	p->tally->settled += *settled;
	return ok();
}

/* Those that stay stand first in the list: they are passed over, not met again.  A page
 * is long, since each has the whole list sorted.                             */
static struct result settle_duties(struct player *p, struct arena *arena)
{
	enum { PAGE = 5000, PAGES = 2 };
	size_t stayed = 0, count = PAGE;
	for (size_t page = 0; page < PAGES && count == PAGE; page++) {
		struct obligation *list = NULL;
		struct duty_query query = {.unsettled = true, .skip = stayed, .limit = PAGE};
		arena_reset(arena);
		TRY(duty_list(p->at->duties, &query, arena, &list, &count, NULL, p->why));
		for (size_t i = 0; i < count; i++) {
			bool settled;
			TRY(settle_one(p, &list[i], arena, &settled));
			stayed += !settled;
		}
	}
	return ok();
}

static struct result day_passes(struct player *p, day_t day, struct arena *arena)
{
	struct duty_ticked due;
	int64_t morning = ms_of_day(day) + (int64_t)8 * 3600000;
	if (!p->at->duties || !p->plan->size->duties)
		return ok();
	TRY(city_batch(p, true));
	*p->at->now_ms = morning > *p->at->now_ms ? morning : *p->at->now_ms;
	enum { MONDAY = 1 }; /* once a week is what a generated year can pay for */
	if (day_weekday(day) != MONDAY)
		return ok();
	arena_reset(arena);
	TRY(duty_tick(p->at->duties, &due, p->why));
	TRY(city_batch(p, false)); /* the week's settlements are one group */
	TRY(settle_duties(p, arena));
	return city_write_books(p, arena);
}

static struct result seal(struct player *p)
{
	if (!p->at->seal)
		return ok();
	TRY(city_batch(p, true));
	return p->at->seal(p->at->seal_context, p->why);
}

static bool begins_month(day_t day)
{
	char iso[11];
	day_iso(day, iso);
	return strcmp(iso + 8, "01") == 0;
}

static struct result next_day(struct player *p, day_t *today, struct arena *arena)
{
	TRY(day_passes(p, ++*today, arena));
	return begins_month(*today) ? seal(p) : ok();
}

static struct result live(struct player *p, struct arena *arena)
{
	day_t today = p->plan->first - 1;
	for (size_t i = 0; i < p->plan->event_count; i++) {
		const struct city_event *e = &p->plan->events[i];
		while (today < day_of_ms(e->time_ms))
			TRY(next_day(p, &today, arena));
		TRY(happen(p, e, arena));
	}
	while (today < p->plan->last)
		TRY(next_day(p, &today, arena));
	return city_batch(p, true);
}

static struct result play(struct player *p, struct arena *arena)
{
	int64_t morning = ms_of_day(p->plan->first) + (int64_t)8 * 3600000;
	*p->at->now_ms = morning > *p->at->now_ms ? morning : *p->at->now_ms;
	TRY(city_settle_in(p));
	TRY(city_prepare_deeds(p));
	if (p->plan->size->signins)
		TRY(city_prepare_signins(p));
	if (p->plan->size->deeds)
		TRY(city_keep_things(p, arena));
	return live(p, arena);
}

/* what was drawn from the seed ends with the year */
static struct result play_seeded(struct player *p, struct arena *arena)
{
	struct random usual = *p->at->random;
	*p->at->random = random_seeded(p->plan->seed);
	struct result done = play(p, arena);
	*p->at->random = usual;
	if (done.code == OK)
		done = city_end_signins(p);
	if (p->accounts)
		office_set_signin_rules(p->at->office, &p->rules);
	return done;
}

static struct result play_counted(struct player *p, struct arena *arena)
{
	int64_t before = 0, after = 0;
	TRY(ledger_size(p->at->ledger, &before, p->why));
	TRY(play_seeded(p, arena));
	TRY(ledger_size(p->at->ledger, &after, p->why));
	p->tally->entries = after - before;
	return seal(p);
}

enum { CACHE = 256 << 20 };

struct result city_play(const struct city_plan *plan, const struct city_rooms *rooms,
                        struct city_tally *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new((size_t)512 << 20), *step = arena_new(128 << 20),
	                             *scratch = arena_new(64 << 20);
	*out = (struct city_tally){0};
	struct player p = {.plan = plan, .at = rooms, .tally = out, .arena = arena, .scratch = scratch, .why = why};
	p.people = arena ? arena_array(arena, plan->person_count + 1, sizeof *p.people) : NULL;
	p.assets = arena ? arena_array(arena, plan->asset_count + 1, sizeof *p.assets) : NULL;
	p.versions = arena ? ARENA_ARRAY(arena, plan->asset_count + 1, int64_t) : NULL;
	if (!step || !scratch || !p.people || !p.assets || !p.versions)
		return city_no_memory(why);
	TRY(store_cache(rooms->store, CACHE, why));
	if (store_in_transaction(rooms->store))
		return fail(why, E_CONFLICT, "", "the city cannot be played inside a transaction");
	TRY(store_hurry(rooms->store, true, why));
	struct result done = play_counted(&p, step);
	if (done.code != OK)
		store_rollback(rooms->store);
	TRY(done);
	return store_hurry(rooms->store, false, why);
}
