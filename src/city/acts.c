/* Deeds and events that people tell, permits that they ask for, and what machines see pass. */
#include "city/attempt.h"

#include <stdio.h>

enum { THOUGHT_OF = 16, THINGS = 4 }; /* ways in which an act is weighed, on how many rows it is looked at closely */

/* ---- decided, not done ------------------------------------------------------------ */

static struct desk_deed desk_deed_of(const struct attempt *a, const struct deed *deed)
{
	return (struct desk_deed){.act = deed->act->name, .row = deed->row ? deed->row : "",
		.section = city_section_of(a->p, deed->actor), .actor = deed->actor, .told = deed->cells, .told_count = deed->count};
}

static struct result decide_told(struct attempt *a, const struct deed *deed, struct arena *arena, const struct decision **out)
{
	const struct desk_deed told = desk_deed_of(a, deed);
	return desk_deed_decide(a->p->at->desk, &told, arena, out, NULL);
}

static size_t pairs_of(const struct deed *deed, struct fact_pair *pairs)
{
	size_t n = 0;
	if (deed->row)
		pairs[n++] = (struct fact_pair){"object", deed->row};
	for (size_t i = 0; i < deed->count; i++)
		if (*deed->cells[i].value)
			pairs[n++] = (struct fact_pair){deed->cells[i].path, deed->cells[i].value};
	return n;
}

static struct result decide_asked(struct attempt *a, const struct deed *deed, struct arena *arena, const struct decision **out)
{
	struct fact_pair pairs[TOLD + LEARNED + 1];
	const struct wish wish = {.act = deed->act->name, .actor = deed->actor, .subject = deed->row ? deed->row : deed->act->name,
	                          .facts = pairs, .fact_count = pairs_of(deed, pairs)};
	return application_preview(a->p->at->proceedings, &wish, arena, out, NULL);
}

/* ---- asked of persons ------------------------------------------------------------------ */

/* A list's item that was asked for is answered the next time. */
static void learn(struct attempt *a, struct deed *deed, const char *place)
{
	const char *path = strchr(place, '.') ? arena_printf(a->arena, "answer.%s", place) : NULL;
	for (size_t i = 0; path && i < deed->count; i++)
		if (strcmp(deed->cells[i].path, path) == 0)
			return;
	if (path && deed->count < TOLD + LEARNED)
		deed->cells[deed->count++] = (struct cell){path, "yes"};
}

static struct result submit(struct attempt *a, const struct deed *deed, struct why *own, struct result *done)
{
	struct player *p = a->p;
	struct fact_pair pairs[TOLD + LEARNED + 1];
	char id[27];
	const struct application_request request = {
		.wish = {.act = deed->act->name, .actor = deed->actor, .subject = deed->row ? deed->row : deed->act->name,
		         .facts = pairs, .fact_count = pairs_of(deed, pairs)},
		.section = city_section_of(p, deed->actor), .title = deed->act->title, .purpose = "業務のため", .until = DAY_OPEN};
	TRY(store_begin(p->at->store, p->why));
	*done = application_apply(p->at->proceedings, &request, id, own);
	if (done->code != OK) {
		store_rollback(p->at->store);
		return ok();
	}
	TRY(store_commit(p->at->store, p->why));
	p->tally->applied++;
	return city_sign(p, id, a->arena);
}

static struct result apply(struct attempt *a, struct deed *deed, bool *asked)
{
	const struct decision *d = NULL;
	*asked = false;
	for (size_t learned = 0; learned < LEARNED && !*asked; learned++) {
		size_t before = deed->count;
		struct why own = {0};
		struct result done;
		if (decide_asked(a, deed, a->arena, &d).code != OK)
			return ok();
		TRY(submit(a, deed, &own, &done));
		*asked = done.code == OK;
		if (*asked) {
			city_heard(a->p, d);
			return ok();
		}
		if (!attempt_refused(done))
			return fail(a->p->why, own.code, own.place, "%s", own.text);
		learn(a, deed, own.place);
		if (done.code != E_INPUT || deed->count == before)
			return ok();
	}
	return ok();
}

/* ---- told ---------------------------------------------------------------------------- */

/* Items of lists that were asked for are answered the next time. */
static bool answer(struct attempt *a, struct deed *deed, const struct decision *d)
{
	size_t before = deed->count;
	for (size_t i = 0; d && d->verdict == HOLD && i < d->missing_count && deed->count < TOLD + LEARNED; i++) {
		const char *path = arena_printf(a->arena, "answer.%s", d->missing[i].name);
		bool there = !path || d->missing[i].kind != WANT_ITEM;
		for (size_t k = 0; path && k < before; k++)
			there |= strcmp(deed->cells[k].path, path) == 0;
		if (!there)
			deed->cells[deed->count++] = (struct cell){path, "yes"};
	}
	return deed->count > before;
}

static struct result tell(struct attempt *a, struct deed *deed, bool *told)
{
	struct player *p = a->p;
	struct desk_told out;
	for (bool again = true; again;) {
		struct why own = {0};
		const struct decision *d = NULL;
		const struct desk_deed now = desk_deed_of(a, deed);
		struct result done = desk_deed_put(p->at->desk, &now, a->arena, &out, &d, &own);
		*told = done.code == OK;
		p->tally->told += *told;
		if (!*told && !attempt_refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
		if (d && d->verdict != HOLD)
			city_heard(p, d);
		again = !*told && answer(a, deed, d);
		if (!*told && !again && d && d->verdict == HOLD && d->approval_count)
			return apply(a, deed, told);
	}
	return ok();
}

/* ---- an act, in several ways ------------------------------------------------------------- */

struct act_way {
	struct result (*decide)(struct attempt *a, const struct deed *deed, struct arena *arena, const struct decision **out);
	struct result (*perform)(struct attempt *a, struct deed *deed, bool *done);
};
static const struct act_way telling = {decide_told, tell}, asking = {decide_asked, apply};

static struct result deed_of(struct attempt *a, const struct policy_act *act, const struct act_way *way, struct deed *out)
{
	*out = (struct deed){.act = act, .actor = attempt_somebody(a), .decide = way->decide,
	                     .row = *act->kind ? attempt_row(a, act->kind) : NULL};
	out->count = attempt_cells_of_act(a, act->name, false, out->cells);
	return policy_act_facts(a->p->at->policy, act->name, a->arena, &out->facts, &out->fact_count, a->p->why);
}

/* ---- exceptions ---------------------------------------------------------------------------- */

/* Of what a clause refuses and another lets be set aside an exception is asked for, some weeks
 * long and with a reason; once a year for each clause.                        */
static struct result except(struct attempt *a, const struct deed *deed, const struct liftable *l)
{
	enum { WEEKS_3 = 21 };
	struct player *p = a->p;
	struct why own = {0};
	char id[27], day[11];
	day_t until = day_of_ms(*p->at->now_ms) + WEEKS_3;
	const char *mark = arena_printf(p->arena, "except %s", l->clause->id), *clause = arena_string(a->arena, slice_str(l->clause->id));
	if (!mark || !clause || !city_hear(p, mark))
		return ok();
	day_iso(until, day);
	const struct fact_pair facts[] = {{"object.ground", "代わりの機器が届くまで業務を止められないため"}, {"object.until", day}};
	const struct application_request request = {
		.wish = {.act = "exception.begin", .actor = deed->actor, .subject = deed->row ? deed->row : deed->actor, .facts = facts,
		         .fact_count = 2, .exception_to = clause},
		.section = city_section_of(p, deed->actor), .title = "例外措置", .purpose = facts[0].value, .until = until};
	struct result done = application_apply(p->at->proceedings, &request, id, &own);
	if (done.code == OK)
		return city_sign(p, id, a->arena);
	return attempt_refused(done) ? ok() : fail(p->why, own.code, own.place, "%s", own.text);
}

static struct result except_from(struct attempt *a, const struct deed *deed)
{
	const struct decision *d = NULL;
	arena_reset(a->p->scratch);
	if (deed->decide(a, deed, a->p->scratch, &d).code != OK || d->verdict != REFUSE)
		return ok();
	for (size_t i = 0; i < d->liftable_count; i++)
		TRY(except(a, deed, &d->liftable[i]));
	return ok();
}

/* Worth doing: it goes through where nothing has yet, or clauses speak that were silent. */
static bool is_worth(struct attempt *a, const struct deed *deed, bool done)
{
	const struct decision *d = NULL;
	arena_reset(a->p->scratch);
	if (deed->decide(a, deed, a->p->scratch, &d).code != OK)
		return false;
	return city_news(a->p, d) > 0 || (!done && city_amiss(d) == 0);
}

static struct result try_once(struct attempt *a, const struct policy_act *act, const struct act_way *way, bool mend,
                              bool *done)
{
	struct deed deed;
	bool now = false;
	TRY(deed_of(a, act, way, &deed));
	if (mend)
		(void)city_mend(a, &deed);
	if (mend || is_worth(a, &deed, *done))
		TRY(way->perform(a, &deed, &now));
	*done |= now;
	return now ? ok() : except_from(a, &deed);
}

/* Near what went through: one value changed at a time, as long as that is news. */
static struct result try_near(struct attempt *a, const struct policy_act *act, const struct act_way *way, const char *row)
{
	enum { NEAR = 12 };
	struct deed deed;
	size_t at = 0;
	TRY(deed_of(a, act, way, &deed));
	deed.row = row ? row : deed.row;
	(void)city_mend(a, &deed);
	for (size_t i = 0; i < NEAR; i++) {
		struct deed other = deed;
		bool done;
		if (!city_vary(a, &other, &at))
			return ok();
		TRY(way->perform(a, &other, &done));
	}
	return ok();
}

static struct result do_act(struct player *p, const struct policy_act *act, size_t what, struct arena *arena)
{
	const struct act_way *way = desk_deed_tellable(p->at->desk, act) ? &telling : &asking;
	bool done = false;
	struct attempt a;
	for (unsigned nth = 0; nth < THOUGHT_OF; nth++) {
		arena_reset(arena);
		a = attempt_begin(p, arena, what, nth);
		TRY(try_once(&a, act, way, false, &done));
	}
	for (unsigned nth = THOUGHT_OF; nth < THOUGHT_OF + 2 && !done; nth++) {
		arena_reset(arena);
		a = attempt_begin(p, arena, what, nth);
		TRY(try_once(&a, act, way, true, &done));
	}
	for (unsigned nth = 0; nth < THINGS && (!nth || attempt_kept(p, act->kind, nth)); nth++) {
		arena_reset(arena);
		a = attempt_begin(p, arena, what, THOUGHT_OF + 2 + nth);
		TRY(try_near(&a, act, way, attempt_kept(p, act->kind, nth)));
	}
	return ok();
}

/* ---- what machines see pass ---------------------------------------------------------------- */

/* What a machine of the office asks before it lets an act pass, and tells when it has seen
 * one: kept whatever the answer is.                                           */
static struct result ask(struct attempt *a, const struct deed *deed)
{
	struct player *p = a->p;
	struct desk_verdict out;
	struct why own = {0};
	const struct desk_telling told = {
		.act = deed->act->name, .object = deed->row ? deed->row : "", .section = "", .teller = deed->actor,
		.actor = deed->actor, .reference = arena_printf(a->arena, "%s-%u", deed->act->name, a->nth), .told = deed->cells,
		.told_count = deed->count};
	struct result done = desk_tell(p->at->desk, &told, a->arena, &out, &own);
	p->tally->asked += done.code == OK;
	if (done.code == OK && out.verdict != HOLD)
		city_heard(p, out.decision);
	return done.code == OK || attempt_refused(done) ? ok() : fail(p->why, own.code, own.place, "%s", own.text);
}

static struct result seen(struct attempt *a, const struct policy_act *act, struct deed *out)
{
	*out = (struct deed){.act = act, .actor = attempt_somebody(a), .decide = decide_told,
	                     .row = *act->kind ? attempt_row(a, act->kind) : NULL};
	out->of_object = !out->row;
	out->count = attempt_cells_of_act(a, act->name, out->of_object, out->cells);
	return policy_act_facts(a->p->at->policy, act->name, a->arena, &out->facts, &out->fact_count, a->p->why);
}

/* All day long, and in every way. */
static struct result pass_gate(struct player *p, const struct policy_act *act, size_t what, struct arena *arena)
{
	enum { NEAR = 12 };
	struct deed deed;
	struct attempt a;
	for (unsigned nth = 0; nth < 2 * THOUGHT_OF; nth++) {
		arena_reset(arena);
		a = attempt_begin(p, arena, what, nth);
		TRY(seen(&a, act, &deed));
		if (nth < TRIES || is_worth(&a, &deed, true))
			TRY(ask(&a, &deed));
	}
	(void)city_mend(&a, &deed);
	TRY(ask(&a, &deed));
	size_t at = 0;
	for (size_t i = 0; i < NEAR; i++) {
		struct deed other = deed;
		if (!city_vary(&a, &other, &at))
			return ok();
		TRY(ask(&a, &other));
	}
	return ok();
}

/* ---- whose act it is ----------------------------------------------------------------------- */

/* of_people - done by hand: told, or asked for; the adoption of a document is told, too */
static bool of_people(const struct player *p, const struct policy_act *act)
{
	return !*act->to && (!act->derived || desk_deed_tellable(p->at->desk, act));
}

/* of_machines - minded by software that asks the office; files that are carried and the
 * office's own sign-in have programs of their own                             */
static bool of_machines(const struct policy_act *act)
{
	static const char *const minds[] = {"gate_mail", "gate_media", "gate_net", "gate_screen", "ledger", "watch"};
	for (size_t i = 0; !act->derived && !*act->to && i < sizeof minds / sizeof *minds; i++)
		if (strcmp(act->carried_by, minds[i]) == 0)
			return true;
	return false;
}

static bool of_gate(const struct policy_act *act)
{
	return strncmp(act->carried_by, "gate_", 5) == 0 || strcmp(act->carried_by, "ledger") == 0;
}

bool city_act_is_done(const struct player *p, const char *name)
{
	struct policy_act act;
	return policy_act_find(p->at->policy, name, &act) && (of_machines(&act) || (!of_gate(&act) && of_people(p, &act)));
}

struct result city_act(struct player *p, const char *name, size_t what, struct arena *arena)
{
	struct policy_act act;
	if (!policy_act_find(p->at->policy, name, &act))
		return ok();
	if (of_machines(&act))
		TRY(pass_gate(p, &act, what, arena));
	return of_gate(&act) || !of_people(p, &act) ? ok() : do_act(p, &act, what, arena);
}
