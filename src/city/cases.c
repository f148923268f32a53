/* Cases run through their steps: what a move misses is written or answered, what a clause
 * refuses is put right, and among those who could take a step those take it who may. */
#include "city/attempt.h"

#include <stdio.h>

enum { MOVES = 12, SIGNERS = 64, ASKED = 48 };

/* ---- the moves ahead ------------------------------------------------------------ */

static size_t step_index(const struct player *p, const char *kind, const char *step)
{
	const char *at;
	size_t i = 0;
	while ((at = policy_kind_step(p->at->policy, kind, i)) && strcmp(at, step) != 0)
		i++;
	return i;
}

static bool starts_at(const struct policy_act *act, const char *step)
{
	for (size_t i = 0; i < act->from_count; i++)
		if (strcmp(act->from[i], step) == 0)
			return true;
	return false;
}

static bool is_taken(const struct case_view *view, const char *move)
{
	for (size_t i = 0; i < view->way_count; i++)
		if (strcmp(view->way[i].move, move) == 0)
			return true;
	return false;
}

/* To a further step, or once to the same. */
static bool leads_on(const struct player *p, const struct policy_act *act, const struct case_view *view)
{
	if (strcmp(act->kind, view->row.kind) != 0 || !*act->to)
		return false;
	size_t to = step_index(p, view->row.kind, act->to), at = step_index(p, view->row.kind, view->step);
	return starts_at(act, view->step) && (to > at || (to == at && !is_taken(view, act->name)));
}

/* The nearest step first, and of those first what can no longer be done there: an office
 * leaves none out.                                                           */
static size_t order_of(const struct player *p, const char *kind, const char *name)
{
	struct policy_act act;
	bool known = policy_act_find(p->at->policy, name, &act);
	return known ? step_index(p, kind, act.to) * 2 + starts_at(&act, act.to) : SIZE_MAX;
}

static void sort_moves(const struct player *p, const char *kind, const char **acts, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && order_of(p, kind, acts[k - 1]) > order_of(p, kind, acts[k]); k--) {
			const char *swapped = acts[k];
			acts[k] = acts[k - 1];
			acts[k - 1] = swapped;
		}
}

/* ---- deciding ahead --------------------------------------------------------------- */

/* A move of a case as it would be decided for a person: nothing is written. */
struct move {
	const char *id, *act;
};

static struct result decide_move(struct player *p, const struct move *m, const char *actor, const struct decision **out)
{
	struct case_view view;
	struct case_choice *choices;
	size_t count = 0;
	*out = NULL;
	TRY(case_get(p->at->proceedings, m->id, p->scratch, &view, NULL));
	TRY(case_choices(p->at->proceedings, &view, actor, p->scratch, &choices, &count, NULL));
	for (size_t i = 0; i < count; i++)
		if (strcmp(choices[i].act.name, m->act) == 0)
			*out = choices[i].decision;
	return *out ? ok() : fail(NULL, E_ABSENT, m->act, "-");
}

static unsigned amiss(struct player *p, const struct move *m, const char *actor)
{
	enum { UNDECIDED = 1000000 };
	const struct decision *d;
	arena_reset(p->scratch);
	return decide_move(p, m, actor, &d).code == OK ? city_amiss(d) : UNDECIDED;
}

static const char *best_actor(struct attempt *a, const struct move *m, const char *actor, unsigned *best)
{
	struct player *p = a->p;
	size_t step = 1 + p->holder_count / ASKED;
	*best = amiss(p, m, actor);
	for (size_t i = attempt_roll(a, step); *best && i < p->holder_count; i += step) {
		unsigned now = amiss(p, m, p->holders[i]);
		actor = now < *best ? p->holders[i] : actor;
		*best = now < *best ? now : *best;
	}
	return actor;
}

/* As it would be decided with another value: written, asked, and taken back. */
static struct result amiss_with(struct attempt *a, const struct move *m, const char *actor, const struct cell *cell,
                                unsigned *out)
{
	struct player *p = a->p;
	struct case_view view;
	struct why own = {0};
	*out = UINT32_MAX;
	arena_reset(p->scratch);
	TRY(store_begin(p->at->store, p->why));
	if (case_get(p->at->proceedings, m->id, p->scratch, &view, &own).code == OK) {
		const struct case_hand hand = {.id = m->id, .turn = view.turn, .actor = actor, .post = ""};
		if (case_change(p->at->proceedings, &hand, NULL, cell, 1, false, &own).code == OK)
			*out = amiss(p, m, actor);
	}
	store_rollback(p->at->store);
	return ok();
}

/* What the case says of itself, value by value, as long as less is amiss. */
static struct result put_right(struct attempt *a, const struct move *m, const char *kind, const char *actor, unsigned *best)
{
	const struct policy_fact *facts;
	const char *value;
	size_t count = 0;
	TRY(policy_kind_facts(a->p->at->policy, kind, a->arena, &facts, &count, a->p->why));
	for (size_t i = 0; i < count && *best; i++) {
		struct cell good = {facts[i].path, NULL};
		bool own = !*facts[i].found_by && strcmp(facts[i].path, "step") != 0;
		for (size_t k = 0; own && *best && (value = attempt_other(a, &facts[i], k)); k++) {
			const struct cell cell = {facts[i].path, value};
			unsigned now;
			TRY(amiss_with(a, m, actor, &cell, &now));
			good.value = now < *best ? value : good.value;
			*best = now < *best ? now : *best;
		}
		struct case_view view;
		struct why why = {0};
		if (!good.value || case_get(a->p->at->proceedings, m->id, a->arena, &view, &why).code != OK)
			continue;
		const struct case_hand hand = {.id = m->id, .turn = view.turn, .actor = actor, .post = ""};
		struct result done = case_change(a->p->at->proceedings, &hand, NULL, &good, 1, false, &why);
		if (done.code != OK && !attempt_refused(done))
			return fail(a->p->why, why.code, why.place, "%s", why.text);
	}
	return ok();
}

/* ---- moving -------------------------------------------------------------------------- */

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
			const char *value = attempt_value(a, &facts[i]);
			struct cell cell = {path, value ? value : ""};
			return value ? case_change(a->p->at->proceedings, hand, NULL, &cell, 1, false, own) : fail(own, E_ABSENT, path, "-");
		}
	const char *list = dot ? arena_string(a->arena, slice_of(place, (size_t)(dot - place))) : NULL;
	return list ? case_answer(a->p->at->proceedings, hand, list, dot + 1, ITEM_YES, "記録第1号", own)
	            : fail(own, E_ABSENT, place, "-");
}

static void hear_move(struct player *p, const struct move *m, const char *actor)
{
	const struct decision *d;
	arena_reset(p->scratch);
	if (decide_move(p, m, actor, &d).code == OK)
		city_heard(p, d);
}

static struct result move_once(struct attempt *a, const struct move *m, const char *actor, bool *moved)
{
	struct player *p = a->p;
	*moved = false;
	for (size_t learned = 0; learned < LEARNED; learned++) {
		struct case_view view;
		struct why own = {0};
		enum case_outcome outcome;
		char application[27];
		TRY(case_get(p->at->proceedings, m->id, a->arena, &view, p->why));
		const struct case_hand hand = {.id = m->id, .turn = view.turn, .actor = actor, .post = ""};
		const struct case_step step = {.act = m->act, .reason = "内容を確かめた。"};
		hear_move(p, m, actor);
		struct result done = case_move(p->at->proceedings, &hand, &step, &outcome, application, &own);
		*moved = done.code == OK;
		if (done.code == OK)
			return outcome == CASE_ASKED ? city_sign(p, application, a->arena) : ok();
		if (!attempt_refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
		struct why again = {0};
		if (done.code != E_INPUT || mend(a, &hand, view.row.kind, own.place, &again).code != OK)
			return ok();
	}
	return ok();
}

/* First as it comes to hand, which a clause may refuse; then by who may, and put right. */
static struct result take_step(struct player *p, const struct move *m, const char *kind, size_t what, struct arena *arena,
                               bool *moved)
{
	enum { TIMES = 4 };
	for (unsigned nth = 0; nth < TIMES && !*moved; nth++) {
		struct attempt a = attempt_begin(p, arena, what, nth);
		const char *actor = attempt_somebody(&a);
		unsigned best = 0;
		if (nth > 0)
			actor = best_actor(&a, m, actor, &best);
		if (nth > 1 && best)
			TRY(put_right(&a, m, kind, actor, &best));
		TRY(move_once(&a, m, actor, moved));
	}
	return ok();
}

static struct result move_on(struct player *p, const char *id, size_t what, struct arena *arena, bool *moved)
{
	struct policy_act act;
	struct case_view view;
	const char *acts[SIGNERS];
	size_t count = 0;
	arena_reset(arena);
	*moved = false;
	TRY(case_get(p->at->proceedings, id, arena, &view, p->why));
	for (size_t i = 0; i < p->act_count; i++)
		if (policy_act_find(p->at->policy, p->acts[i], &act) && leads_on(p, &act, &view) && count < SIGNERS)
			acts[count++] = p->acts[i];
	sort_moves(p, view.row.kind, acts, count);
	for (size_t i = 0; i < count && !*moved; i++) {
		const struct move m = {.id = id, .act = acts[i]};
		TRY(take_step(p, &m, view.row.kind, what + i, arena, moved));
	}
	return ok();
}

/* ---- opening ---------------------------------------------------------------------------- */

/* How a case runs: as it is, told in haste and completed afterwards, or as a drill. */
struct manner {
	bool drill, hasty;
	unsigned nth; /* of the dice: what is said of it */
};

static struct result open_once(struct attempt *a, const struct policy_kind *kind, size_t what, const struct manner *how,
                               char id[27], struct why *own)
{
	struct player *p = a->p;
	struct cell cells[TOLD];
	const char *actor = attempt_somebody(a);
	struct case_opening opening = {
		.kind = kind->name, .name = arena_printf(a->arena, "%s%s 第%zu号", how->drill ? "訓練 " : "", kind->title, what + 1),
		.section = city_section_of(p, actor), .actor = actor, .post = "", .cells = cells, .drill = how->drill,
		.incomplete = how->hasty, .cell_count = attempt_cells_of_kind(a, kind->name, cells)};
	TRY(case_open(p->at->proceedings, &opening, id, own));
	if (!how->hasty)
		return ok();
	struct case_view view;
	TRY(case_get(p->at->proceedings, id, a->arena, &view, own));
	const struct case_hand hand = {.id = id, .turn = view.turn, .actor = actor, .post = ""};
	return case_change(p->at->proceedings, &hand, NULL, cells, opening.cell_count, false, own);
}

static struct result open_case(struct player *p, const struct policy_kind *kind, size_t what, const struct manner *how,
                               struct arena *arena, char id[27])
{
	for (unsigned nth = 0; nth < TRIES; nth++) {
		struct why own = {0};
		arena_reset(arena);
		struct attempt a = attempt_begin(p, arena, what, nth + how->nth);
		struct result done = open_once(&a, kind, what, how, id, &own);
		if (done.code == OK)
			return how->drill ? ok() : city_keep_thing(p, kind->name, id);
		if (!attempt_refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
	}
	id[0] = 0;
	return ok();
}

static struct result run(struct player *p, const struct policy_kind *kind, size_t what, const struct manner *how,
                         struct arena *arena)
{
	char id[27] = "";
	bool moved = true;
	TRY(open_case(p, kind, what, how, arena, id));
	p->tally->cases += *id != 0;
	for (size_t i = 0; *id && moved && i < MOVES; i++) {
		*p->at->now_ms += 60000;
		TRY(move_on(p, id, what * 100 + how->nth * 10 + i, arena, &moved));
	}
	return ok();
}

/* What an event begins comes unasked: it is reported in haste, and exercised. */
static bool comes_unasked(const struct player *p, const char *kind)
{
	struct policy_act act;
	for (size_t i = 0; i < p->act_count; i++)
		if (policy_act_find(p->at->policy, p->acts[i], &act) && strcmp(act.opens, kind) == 0)
			return true;
	return false;
}

struct result city_case(struct player *p, const struct policy_kind *kind, size_t what, struct arena *arena)
{
	bool unasked = comes_unasked(p, kind->name);
	const struct manner manners[] = {{.nth = 0, .hasty = unasked}, {.nth = 1}, {.nth = 2, .drill = true}};
	for (size_t i = 0; i < sizeof manners / sizeof *manners; i++)
		if (unasked || !manners[i].drill)
			TRY(run(p, kind, what, &manners[i], arena));
	return ok();
}
