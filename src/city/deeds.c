/* What else happens in a year: things are registered, deeds and events are told, permits
 * are asked for, cases run through their steps.
 *
 * The vocabulary says what there is, the policy what is let through; nothing about one
 * body stands here.  What a plan wants is tried by several people with several values,
 * all out of the seed, as an office asks again when something was missing; what is
 * refused every time stays undone, and its clause unproven.                   */
#include "city/internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 10, AMENDED = 3 /* tries of others come before */, TOLD = 64, MOVES = 10, LEARNED = 60, DAYS_AHEAD = 30, SIGNERS = 64 };

struct thing {
	const char *kind;
	char id[27];
};
/* One attempt: who, and the dice that its values are out of. */
struct attempt {
	struct player *p;
	struct arena *arena;
	unsigned nth;
	uint64_t state;
};

static size_t roll(struct attempt *a, size_t n)
{
	a->state = a->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return n ? (size_t)(a->state >> 33) % n : 0;
}

static struct attempt begin(struct player *p, struct arena *arena, size_t what, unsigned nth)
{
	struct attempt a = {.p = p, .arena = arena, .nth = nth,
	                    .state = p->plan->seed * 1000003 + what * 131 + nth * UINT64_C(0x9E3779B97F4A7C15)};
	(void)roll(&a, 2);
	return a;
}

/* What an office answers with another try, or leaves. */
static bool refused(struct result r)
{
	return r.code == E_DENIED || r.code == E_INPUT || r.code == E_ABSENT || r.code == E_CONFLICT || r.code == E_LIMIT;
}

/* ---- values that fit -------------------------------------------------------------- */

static const char *any_person(struct attempt *a)
{
	return a->p->people[roll(a, a->p->plan->person_count)];
}

static const char *row_of(struct attempt *a, const char *kind)
{
	struct player *p = a->p;
	if (strcmp(kind, "person") == 0)
		return any_person(a);
	if (strcmp(kind, "section") == 0 || strcmp(kind, "department") == 0)
		return p->plan->sections[roll(a, p->plan->section_count)].id;
	if (strcmp(kind, "asset") == 0)
		return p->assets[roll(a, p->plan->asset_count)];
	for (size_t i = 0; i < p->thing_count; i++)
		if (strcmp(p->things[i].kind, kind) == 0)
			return p->things[i].id;
	return NULL;
}

static const char *day_ahead(struct attempt *a)
{
	char *text = arena_array(a->arena, 11, 1);
	if (text)
		day_iso(day_of_ms(*a->p->at->now_ms) + 1 + (day_t)roll(a, DAYS_AHEAD), text);
	return text;
}

static const char *yes_or_no(struct attempt *a)
{
	return a->nth == 0 || (a->nth > 1 && roll(a, 2)) ? "yes" : "no";
}

static const char *word_of(struct attempt *a, const struct policy_fact *fact)
{
	if (!fact->word_count)
		return NULL;
	return fact->words[fact->type == FACT_LEVEL && a->nth % 2 == 0 ? 0 : roll(a, fact->word_count)];
}

/* NULL: nothing is said of it */
static const char *value_of(struct attempt *a, const struct policy_fact *fact, enum fact_type type)
{
	switch (type) {
	case FACT_YESNO: return yes_or_no(a);
	case FACT_DATE: return day_ahead(a);
	case FACT_TEXT: return "業務のため";
	case FACT_PERSON: return any_person(a);
	case FACT_SECTION: return row_of(a, "section");
	case FACT_NUMBER: return "1";
	case FACT_DURATION: return "7 days";
	case FACT_WORD:
	case FACT_LEVEL: return word_of(a, fact);
	case FACT_ROW: return row_of(a, fact->kind);
	case FACT_SET: return fact->member == FACT_SET ? NULL : value_of(a, fact, fact->member);
	case FACT_NONE:
	case FACT_SIZE:
	case FACT_POST: return NULL;
	}
	return NULL;
}

static size_t cells_of_kind(struct attempt *a, const char *kind, struct cell *cells)
{
	const struct policy_fact *facts;
	size_t count = 0, n = 0;
	if (policy_kind_facts(a->p->at->policy, kind, a->arena, &facts, &count, NULL).code != OK)
		return 0;
	for (size_t i = 0; i < count && n < TOLD; i++) {
		const char *value = strcmp(facts[i].path, "step") == 0 ? NULL : value_of(a, &facts[i], facts[i].type);
		if (value)
			cells[n++] = (struct cell){facts[i].path, value};
	}
	return n;
}

/* Of the act itself; what it is done to (unless that is no row: a letter) and who does it say
 * the rest.                                                                  */
static size_t cells_of_act(struct attempt *a, const char *act, bool of_object, struct cell *cells)
{
	const struct policy_fact *facts;
	size_t count = 0, n = 0;
	if (policy_act_facts(a->p->at->policy, act, a->arena, &facts, &count, NULL).code != OK)
		return 0;
	for (size_t i = 0; i < count && n < TOLD; i++) {
		bool other = strcmp(facts[i].path, "object") == 0 || strncmp(facts[i].path, "actor", 5) == 0 ||
		             (!of_object && strncmp(facts[i].path, "object.", 7) == 0);
		const char *value = other ? NULL : value_of(a, &facts[i], facts[i].type);
		if (value)
			cells[n++] = (struct cell){facts[i].path, value};
	}
	return n;
}

/* Those who hold posts come first, and everybody some time. */
static const char *somebody(struct attempt *a)
{
	struct player *p = a->p;
	return p->holder_count && a->nth % 3 ? p->holders[roll(a, p->holder_count)] : any_person(a);
}

static const char *section_of_person(struct player *p, const char *id)
{
	for (size_t i = 0; i < p->plan->person_count; i++)
		if (strcmp(p->people[i], id) == 0)
			return p->plan->sections[p->plan->people[i].section].id;
	return p->plan->sections[0].id;
}

/* ---- things that registers keep account of ------------------------------------------ */

static struct result keep_thing(struct player *p, const char *kind, const char *id)
{
	if (p->thing_count == CITY_THINGS_KEPT)
		return ok();
	struct thing *t = &p->things[p->thing_count++];
	t->kind = kind;
	snprintf(t->id, sizeof t->id, "%s", id);
	return ok();
}

static struct result register_one(struct player *p, const struct policy_kind *kind, size_t what, struct arena *arena)
{
	for (unsigned nth = 0; nth < TRIES; nth++) {
		struct cell cells[TOLD];
		char id[27];
		struct why own = {0};
		arena_reset(arena);
		struct attempt a = begin(p, arena, what, nth);
		const char *actor = somebody(&a);
		struct desk_change change = {.ground = "", .row = {
			.kind = kind->name, .name = arena_printf(arena, "%s 第%zu号", kind->title, what + 1), .actor = actor, .post = "",
			.section = section_of_person(p, actor), .cells = cells, .cell_count = cells_of_kind(&a, kind->name, cells)}};
		struct result done = desk_put(p->at->desk, &change, arena, id, NULL, &own);
		if (done.code == OK) {
			p->tally->kept++;
			return keep_thing(p, kind->name, id);
		}
		if (!refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
	}
	return ok();
}

/* twice, since some name others that come later */
struct result city_keep_things(struct player *p, struct arena *arena)
{
	struct policy_kind kind;
	if (!p->at->desk)
		return ok();
	TRY(city_batch(p, true));
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; policy_kind_at(p->at->policy, i, &kind); i++)
			if (!kind.proceeding && strcmp(kind.name, "person") != 0 &&
			    strcmp(kind.name, "section") != 0 && strcmp(kind.name, "department") != 0)
				TRY(register_one(p, &kind, round * 1000 + i, arena));
	return ok();
}

/* ---- deeds, events, permits ------------------------------------------------------------ */

/* Items of lists that were asked for are answered the next time. */
static bool answer(struct attempt *a, struct cell *cells, size_t *count, const struct decision *d)
{
	size_t before = *count;
	for (size_t i = 0; d && d->verdict == HOLD && i < d->missing_count && *count < TOLD + LEARNED; i++) {
		const char *path = arena_printf(a->arena, "answer.%s", d->missing[i].name);
		bool there = !path || d->missing[i].kind != WANT_ITEM;
		for (size_t k = 0; path && k < before; k++)
			there |= strcmp(cells[k].path, path) == 0;
		if (!there)
			cells[(*count)++] = (struct cell){path, "yes"};
	}
	return *count > before;
}

static struct result tell(struct attempt *a, const struct policy_act *act, bool *told)
{
	struct cell cells[TOLD + LEARNED];
	struct desk_told out;
	const char *row = *act->kind ? row_of(a, act->kind) : NULL, *actor = somebody(a);
	struct desk_deed deed = {.act = act->name, .row = row ? row : "", .section = section_of_person(a->p, actor),
	                         .actor = actor, .told = cells, .told_count = cells_of_act(a, act->name, false, cells)};
	for (bool again = true; again;) {
		struct why own = {0};
		const struct decision *decision = NULL;
		struct result done = desk_deed_put(a->p->at->desk, &deed, a->arena, &out, &decision, &own);
		*told = done.code == OK;
		a->p->tally->told += *told;
		if (!*told && !refused(done))
			return fail(a->p->why, own.code, own.place, "%s", own.text);
		again = !*told && answer(a, cells, &deed.told_count, decision);
	}
	return ok();
}

/* What a machine of the office asks before it lets an act pass, and tells when it has seen
 * one: kept whatever the answer is.                                           */
static struct result ask(struct attempt *a, const struct policy_act *act)
{
	struct cell cells[TOLD];
	struct desk_verdict out;
	struct why own = {0};
	const char *row = *act->kind ? row_of(a, act->kind) : NULL, *actor = somebody(a);
	const struct desk_telling telling = {
		.act = act->name, .object = row ? row : "", .section = "", .teller = actor, .actor = actor,
		.reference = arena_printf(a->arena, "%s-%u", act->name, a->nth), .told = cells,
		.told_count = cells_of_act(a, act->name, !row, cells)};
	struct result done = desk_tell(a->p->at->desk, &telling, a->arena, &out, &own);
	a->p->tally->asked += done.code == OK;
	return done.code == OK || refused(done) ? ok() : fail(a->p->why, own.code, own.place, "%s", own.text);
}

/* A list's item that was asked for is answered the next time. */
static void learn(struct attempt *a, struct fact_pair *pairs, size_t *count, const char *place)
{
	const char *path = strchr(place, '.') ? arena_printf(a->arena, "answer.%s", place) : NULL;
	for (size_t i = 0; path && i < *count; i++)
		if (strcmp(pairs[i].path, path) == 0)
			return;
	if (path && *count < TOLD + LEARNED)
		pairs[(*count)++] = (struct fact_pair){path, "yes"};
}

static struct result apply(struct attempt *a, const struct policy_act *act, bool *asked)
{
	struct player *p = a->p;
	struct cell cells[TOLD];
	struct fact_pair pairs[TOLD + LEARNED + 1];
	size_t count = 0, n = cells_of_act(a, act->name, false, cells);
	char id[27];
	const char *row = *act->kind ? row_of(a, act->kind) : NULL, *actor = somebody(a);
	if (row)
		pairs[count++] = (struct fact_pair){"object", row};
	for (size_t i = 0; i < n; i++)
		pairs[count++] = (struct fact_pair){cells[i].path, cells[i].value};
	*asked = false;
	for (size_t learned = 0; learned < LEARNED && !*asked; learned++) {
		size_t before = count;
		struct why own = {0};
		const struct application_request request = {
			.wish = {.act = act->name, .actor = actor, .subject = row ? row : act->name, .facts = pairs, .fact_count = count},
			.section = section_of_person(p, actor), .title = act->title, .purpose = "業務のため", .until = DAY_OPEN};
		TRY(store_begin(p->at->store, p->why));
		struct result done = application_apply(p->at->proceedings, &request, id, &own);
		if (done.code == OK) {
			TRY(store_commit(p->at->store, p->why));
			*asked = true;
			p->tally->applied++;
			return city_sign(p, id, a->arena);
		}
		store_rollback(p->at->store);
		if (!refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
		learn(a, pairs, &count, own.place);
		if (done.code != E_INPUT || count == before)
			return ok();
	}
	return ok();
}

static struct result do_act(struct player *p, const struct policy_act *act, size_t what, struct arena *arena)
{
	bool tellable = desk_deed_tellable(p->at->desk, act);
	bool done = false;
	for (unsigned nth = 0; nth < TRIES && !done; nth++) {
		arena_reset(arena);
		struct attempt a = begin(p, arena, what, nth);
		if (tellable)
			TRY(tell(&a, act, &done));
		else
			TRY(apply(&a, act, &done));
	}
	return ok();
}

/* ---- cases ------------------------------------------------------------------------------- */

static size_t step_index(const struct player *p, const char *kind, const char *step)
{
	const char *at;
	size_t i = 0;
	while ((at = policy_kind_step(p->at->policy, kind, i)) && strcmp(at, step) != 0)
		i++;
	return i;
}

static bool leads_on(const struct player *p, const struct policy_act *act, const struct case_view *view)
{
	bool from = false;
	if (strcmp(act->kind, view->row.kind) != 0 || !*act->to)
		return false;
	for (size_t i = 0; i < act->from_count; i++)
		from |= strcmp(act->from[i], view->step) == 0;
	return from && step_index(p, view->row.kind, act->to) > step_index(p, view->row.kind, view->step);
}

/* What a move misses is written or answered. */
static struct result mend(struct attempt *a, const struct case_hand *hand, const char *kind, const char *place,
                          struct why *own)
{
	const char *dot = strchr(place, '.'), *path = strncmp(place, "object.", 7) == 0 ? place + 7 : place;
	const struct policy_fact *facts;
	size_t count = 0;
	TRY(policy_kind_facts(a->p->at->policy, kind, a->arena, &facts, &count, own));
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0) {
			const char *value = value_of(a, &facts[i], facts[i].type);
			struct cell cell = {path, value ? value : ""};
			return value ? case_change(a->p->at->proceedings, hand, NULL, &cell, 1, false, own) : fail(own, E_ABSENT, path, "-");
		}
	const char *list = dot ? arena_string(a->arena, slice_of(place, (size_t)(dot - place))) : NULL;
	return list ? case_answer(a->p->at->proceedings, hand, list, dot + 1, ITEM_YES, "記録第1号", own)
	            : fail(own, E_ABSENT, place, "-");
}

/* What was refused again and again is put right: other answers to what the case says of itself. */
static struct result amend(struct attempt *a, const struct case_hand *hand, const char *kind, struct why *own)
{
	const struct policy_fact *facts;
	struct cell cells[TOLD];
	size_t count = 0, n = 0;
	TRY(policy_kind_facts(a->p->at->policy, kind, a->arena, &facts, &count, own));
	for (size_t i = 0; i < count && n < TOLD; i++)
		if (facts[i].type == FACT_YESNO && !*facts[i].found_by)
			cells[n++] = (struct cell){facts[i].path, roll(a, 2) ? "yes" : "no"};
	return n ? case_change(a->p->at->proceedings, hand, NULL, cells, n, false, own) : ok();
}

static struct result move_once(struct attempt *a, const char *id, const char *act, bool *moved)
{
	struct player *p = a->p;
	const char *actor = somebody(a);
	*moved = false;
	for (size_t learned = 0; learned < LEARNED; learned++) {
		struct case_view view;
		struct why own = {0};
		enum case_outcome outcome;
		char application[27];
		TRY(case_get(p->at->proceedings, id, a->arena, &view, p->why));
		struct case_hand hand = {.id = id, .turn = view.turn, .actor = actor, .post = ""};
		if (!learned && a->nth >= AMENDED && amend(a, &hand, view.row.kind, &own).code == OK)
			TRY(case_get(p->at->proceedings, id, a->arena, &view, p->why));
		hand.turn = view.turn;
		own = (struct why){0};
		const struct case_step step = {.act = act, .reason = "内容を確かめた。"};
		struct result done = case_move(p->at->proceedings, &hand, &step, &outcome, application, &own);
		*moved = done.code == OK;
		if (done.code == OK)
			return outcome == CASE_ASKED ? city_sign(p, application, a->arena) : ok();
		if (!refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
		struct why again = {0};
		if (done.code != E_INPUT || mend(a, &hand, view.row.kind, own.place, &again).code != OK)
			return ok();
	}
	return ok();
}

/* The nearest step first: an office leaves none out. */
static void sort_moves(const struct player *p, const char *kind, const char **acts, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0; k--) {
			struct policy_act one, other;
			bool known = policy_act_find(p->at->policy, acts[k - 1], &one) && policy_act_find(p->at->policy, acts[k], &other);
			if (!known || step_index(p, kind, one.to) <= step_index(p, kind, other.to))
				break;
			const char *swapped = acts[k];
			acts[k] = acts[k - 1];
			acts[k - 1] = swapped;
		}
}

static struct result move_on(struct player *p, const char *id, size_t what, struct arena *arena, bool *moved)
{
	struct policy_act act;
	struct case_view view;
	const char *acts[SIGNERS], *kept;
	size_t count = 0;
	arena_reset(arena);
	*moved = false;
	TRY(case_get(p->at->proceedings, id, arena, &view, p->why));
	for (size_t i = 0; i < p->act_count; i++)
		if (policy_act_find(p->at->policy, p->acts[i], &act) && leads_on(p, &act, &view) && count < SIGNERS)
			acts[count++] = p->acts[i];
	sort_moves(p, view.row.kind, acts, count);
	kept = arena_string(arena, slice_str(id));
	for (size_t i = 0; kept && i < count && !*moved; i++)
		for (unsigned nth = 0; nth < TRIES && !*moved; nth++) {
			struct attempt a = begin(p, arena, what + i, nth);
			TRY(move_once(&a, kept, acts[i], moved));
		}
	return ok();
}

static struct result open_case(struct player *p, const struct policy_kind *kind, size_t what, struct arena *arena,
                               char id[27])
{
	for (unsigned nth = 0; nth < TRIES; nth++) {
		struct cell cells[TOLD];
		struct why own = {0};
		arena_reset(arena);
		struct attempt a = begin(p, arena, what, nth);
		const char *actor = somebody(&a);
		struct case_opening opening = {
			.kind = kind->name, .name = arena_printf(arena, "%s 第%zu号", kind->title, what + 1),
			.section = section_of_person(p, actor), .actor = actor, .post = "", .cells = cells,
			.cell_count = cells_of_kind(&a, kind->name, cells)};
		struct result done = case_open(p->at->proceedings, &opening, id, &own);
		if (done.code == OK)
			return keep_thing(p, kind->name, id);
		if (!refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
	}
	id[0] = 0;
	return ok();
}

static struct result run_case(struct player *p, const struct policy_kind *kind, size_t what, struct arena *arena)
{
	char id[27] = "";
	bool moved = true;
	TRY(open_case(p, kind, what, arena, id));
	p->tally->cases += *id != 0;
	for (size_t i = 0; *id && moved && i < MOVES; i++) {
		*p->at->now_ms += 60000;
		TRY(move_on(p, id, what * 100 + i, arena, &moved));
	}
	return ok();
}

/* ---- one event of the plan ------------------------------------------------------------------ */

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

/* All day long, and in every way. */
static struct result pass_gate(struct player *p, const struct policy_act *act, size_t what, struct arena *arena)
{
	for (unsigned nth = 0; nth < TRIES; nth++) {
		arena_reset(arena);
		struct attempt a = begin(p, arena, what, nth);
		TRY(ask(&a, act));
	}
	return ok();
}

static struct result one_act(struct player *p, const char *name, size_t what, struct arena *arena)
{
	struct policy_act act;
	if (!policy_act_find(p->at->policy, name, &act))
		return ok();
	if (of_machines(&act))
		TRY(pass_gate(p, &act, what, arena));
	return of_gate(&act) || !of_people(p, &act) ? ok() : do_act(p, &act, what, arena);
}

struct result city_deed(struct player *p, const struct city_event *e, struct arena *arena)
{
	struct policy_kind kind;
	size_t kinds = policy_kind_count(p->at->policy), all = p->act_count + kinds, at = all ? e->what % all : 0;
	if (!p->at->desk || !all)
		return ok();
	TRY(city_batch(p, true));
	if (at < p->act_count)
		return one_act(p, p->acts[at], e->what, arena);
	bool found = policy_kind_at(p->at->policy, at - p->act_count, &kind);
	return found && kind.proceeding ? run_case(p, &kind, e->what, arena) : ok();
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

struct result city_prepare_deeds(struct player *p)
{
	struct policy_act act;
	size_t count = 0;
	while (policy_act_at(p->at->policy, count, &act))
		count++;
	p->things = ARENA_ARRAY(p->arena, CITY_THINGS_KEPT, struct thing);
	p->acts = ARENA_ARRAY(p->arena, count + 1, const char *);
	if (!p->things || !p->acts)
		return city_no_memory(p->why);
	for (size_t i = 0; policy_act_at(p->at->policy, i, &act); i++)
		p->acts[p->act_count++] = act.name;
	qsort(p->acts, p->act_count, sizeof *p->acts, by_name);
	return list_holders(p);
}
