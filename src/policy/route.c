/* Routes: which signatures a clause wants for these facts, and whether those
 * given fill them.  and, then: different persons (a matching must exist); or:
 * one way suffices; then: the right opens when the left has agreed.  Whatever
 * cannot be worked out within its fuel is pending, never agreed. */
#include "policy/model.h"

enum { SLOTS = 256, PERSONS = 256, FUEL = 20000 };

struct unfolding {
	const struct eval *e;
	const struct row *row;
	struct arena *arena;
	struct slot *slots[SLOTS];
	size_t count;
	bool failed, large; /* large: more slots than there may be */
};

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static const char *no_empty(const char *of)
{
	return of && of[0] ? of : NULL;
}

/* ---- making slots */

static struct route *slot_route(struct unfolding *o, const struct broute *by, const char *post, const char *of,
                                const char *person)
{
	o->large |= o->count == SLOTS;
	struct route *r = o->count < SLOTS ? ARENA_NEW(o->arena, struct route) : NULL;
	struct slot *s = r ? ARENA_NEW(o->arena, struct slot) : NULL;
	if (!s) {
		o->failed = true;
		return NULL;
	}
	*s = (struct slot){.post = post ? post : "", .post_title = post_title(o->e->book, post), .of = of,
	                   .of_path = by->of ? by->of->source->text : "",
	                   .of_label = by->of && by->of->field ? by->of->field->title : "",
	                   .person = person, .consult = by->consult,
	                   .unknown = !post || (by->of && !of) || (by->every && !by->of && !person && by->decl && by->decl->per)};
	*r = (struct route){.op = ROUTE_SLOT, .slot = s};
	o->slots[o->count++] = s;
	return r;
}

struct parts {
	struct route *at[SLOTS];
	size_t count;
};

static void add_part(struct unfolding *o, struct parts *parts, struct route *r)
{
	o->large |= parts->count == SLOTS;
	if (!r || parts->count == SLOTS) {
		o->failed = true;
		return;
	}
	parts->at[parts->count++] = r;
}

static struct route *join(struct unfolding *o, enum route_op op, const struct parts *parts)
{
	struct route *r = ARENA_NEW(o->arena, struct route);
	struct route **at = ARENA_ARRAY(o->arena, parts->count ? parts->count : 1, struct route *);
	if (!r || !at) {
		o->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < parts->count; i++)
		at[i] = parts->at[i];
	*r = (struct route){.op = op, .parts = at, .part_count = parts->count};
	return r;
}

/* every: one slot a holder where the office names them, else one a place */
static void every_at(struct unfolding *o, const struct broute *by, const char *post, const char *of,
                     struct parts *parts)
{
	const struct policy_question *q = o->e->question;
	bool several = by->decl && (by->decl->number > 0 || by->decl->held_by == POST_MEMBERS);
	size_t before = parts->count;
	for (size_t i = 0; i < q->seat_count && !o->failed; i++)
		if (same(q->seats[i].post, post) && (!by->of || same(no_empty(q->seats[i].of), of)))
			add_part(o, parts, slot_route(o, by, post, no_empty(q->seats[i].of), q->seats[i].person));
	if (parts->count > before)
		return;
	struct route *r = slot_route(o, by, post, of, NULL);
	if (r && several) /* who they all are is not known */
		r->slot->unknown = true;
	add_part(o, parts, r);
}

static void each_place(struct unfolding *o, const struct broute *by, const char *post, const struct row *row,
                       unsigned i, struct parts *parts)
{
	const struct value *v = row ? &row->values[by->of->step[i]] : NULL;
	bool last = i + 1 == by->of->count;
	if (o->failed)
		return;
	if (v && v->type == FACT_SET) {
		for (size_t k = 0; k < v->count; k++) {
			const struct row *member = v->members[k].row;
			if (last)
				every_at(o, by, post, member ? member->id : NULL, parts);
			else
				each_place(o, by, post, member, i + 1, parts);
		}
		return;
	}
	const struct row *next = v ? v->row : NULL;
	if (last || !next)
		every_at(o, by, post, last && next ? next->id : NULL, parts);
	else
		each_place(o, by, post, next, i + 1, parts);
}

static struct route *open_slot(struct unfolding *o, const struct broute *by)
{
	struct value v = {.word = by->post};
	if (by->param && !eval_param(o->e, by->param, &v))
		v.word = NULL;
	if (by->every) {
		struct parts parts = {.count = 0};
		if (by->of)
			each_place(o, by, v.word, o->row, 0, &parts);
		else
			every_at(o, by, v.word, NULL, &parts);
		if (parts.count == 0) /* every one of nobody is not a permission */
			add_part(o, &parts, slot_route(o, by, v.word, NULL, NULL));
		return join(o, ROUTE_AND, &parts);
	}
	const struct value *of = by->of ? eval_path(o->row, by->of) : NULL;
	return slot_route(o, by, v.word, of && of->row ? of->row->id : NULL, NULL);
}

static struct route *open_route(struct unfolding *o, const struct broute *by)
{
	if (o->failed)
		return NULL;
	if (by->op == ROUTE_SLOT)
		return open_slot(o, by);
	size_t count = 0;
	for (const struct broute *part = by->parts; part; part = part->next)
		count++;
	struct route *r = ARENA_NEW(o->arena, struct route);
	struct route **at = ARENA_ARRAY(o->arena, count, struct route *);
	if (!r || !at) {
		o->failed = true;
		return NULL;
	}
	*r = (struct route){.op = by->op, .parts = at};
	for (const struct broute *part = by->parts; part && !o->failed; part = part->next)
		at[r->part_count++] = open_route(o, part);
	return o->failed ? NULL : r;
}

/* ---- who signed what */

struct filler {
	const struct policy_question *q;
	const char *actor;
	bool distinct;
	struct slot *const *slots;
	size_t slot_count;
	const char *persons[PERSONS];
	size_t person_count;
	uint64_t fits[SLOTS][PERSONS / 64];
	bool declined[SLOTS];
	unsigned fuel;
};

static bool may_fill(const struct filler *f, size_t slot, size_t person)
{
	return f->fits[slot][person / 64] >> (person % 64) & 1;
}

static bool for_slot(const struct filler *f, const struct slot *s, const struct policy_approval *a)
{
	if (s->unknown || !a->person || !a->person[0])
		return false;
	if (f->distinct && (!f->actor || strcmp(a->person, f->actor) == 0))
		return false;
	return same(a->post, s->post) && same(no_empty(a->of), s->of) && (!s->person || same(a->person, s->person));
}

static size_t person_number(struct filler *f, const char *person)
{
	size_t i = 0;
	while (i < f->person_count && strcmp(f->persons[i], person) != 0)
		i++;
	if (i == f->person_count && i < PERSONS)
		f->persons[f->person_count++] = person;
	return i;
}

static void read_approvals(struct filler *f)
{
	for (size_t i = 0; i < f->q->approval_count; i++) {
		const struct policy_approval *a = &f->q->approvals[i];
		for (size_t k = 0; k < f->slot_count; k++) {
			const struct slot *s = f->slots[k];
			if (!for_slot(f, s, a))
				continue;
			size_t p = person_number(f, a->person);
			if (!a->agreed && !s->consult)
				f->declined[k] = true;
			else if (p < PERSONS)
				f->fits[k][p / 64] |= UINT64_C(1) << (p % 64);
		}
	}
}

struct match {
	int16_t slot_of[PERSONS]; /* -1: free */
};

static bool augment(struct filler *f, size_t slot, struct match *m, bool *seen)
{
	for (size_t p = 0; p < f->person_count; p++) {
		if (!may_fill(f, slot, p) || seen[p] || f->fuel == 0)
			continue;
		f->fuel--;
		seen[p] = true;
		if (m->slot_of[p] >= 0 && !augment(f, (size_t)m->slot_of[p], m, seen))
			continue;
		m->slot_of[p] = (int16_t)slot;
		return true;
	}
	return false;
}

static size_t slot_number(const struct filler *f, const struct slot *s)
{
	size_t i = 0;
	while (i < f->slot_count && f->slots[i] != s)
		i++;
	return i;
}

struct todo {
	const struct route *route;
	const struct todo *next;
};

static bool fill(struct filler *f, const struct todo *todo, struct match *m);

static bool fill_slot(struct filler *f, const struct todo *todo, struct match *m)
{
	bool seen[PERSONS] = {false};
	size_t slot = slot_number(f, todo->route->slot);
	if (f->declined[slot] || !augment(f, slot, m, seen))
		return false;
	return fill(f, todo->next, m);
}

static bool fill_one_of(struct filler *f, const struct todo *todo, struct match *m)
{
	for (size_t i = 0; i < todo->route->part_count; i++) {
		struct match copy = *m;
		struct todo one = {todo->route->parts[i], todo->next};
		if (fill(f, &one, &copy)) {
			*m = copy;
			return true;
		}
	}
	return false;
}

/* parts from `from` on, then the rest */
static bool fill_all_of(struct filler *f, const struct route *route, size_t from, const struct todo *rest,
                        struct match *m)
{
	if (from == route->part_count)
		return fill(f, rest, m);
	struct todo nodes[SLOTS];
	size_t count = route->part_count - from;
	for (size_t i = 0; i < count && i < SLOTS; i++)
		nodes[i] = (struct todo){route->parts[from + i], i + 1 < count ? &nodes[i + 1] : rest};
	return fill(f, nodes, m);
}

static bool fill(struct filler *f, const struct todo *todo, struct match *m)
{
	if (!todo)
		return true;
	if (f->fuel == 0 || --f->fuel == 0)
		return false;
	if (todo->route->op == ROUTE_SLOT)
		return fill_slot(f, todo, m);
	if (todo->route->op == ROUTE_OR)
		return fill_one_of(f, todo, m);
	return fill_all_of(f, todo->route, 0, todo->next, m);
}

static struct match no_match(void)
{
	struct match m;
	for (size_t i = 0; i < PERSONS; i++)
		m.slot_of[i] = -1;
	return m;
}

static bool agreed(struct filler *f, const struct route *r, struct match *m)
{
	struct todo one = {r, NULL};
	*m = no_match();
	f->fuel = FUEL;
	return fill(f, &one, m);
}

/* ---- states */

static bool declined(const struct filler *f, const struct route *r)
{
	if (r->op == ROUTE_SLOT)
		return f->declined[slot_number(f, r->slot)];
	bool all = r->part_count > 0, some = false;
	for (size_t i = 0; i < r->part_count; i++) {
		bool one = declined(f, r->parts[i]);
		all &= one;
		some |= one;
	}
	return r->op == ROUTE_OR ? all : some;
}

static void mark_states(struct filler *f, struct route *r)
{
	struct match m;
	for (size_t i = 0; i < r->part_count; i++)
		mark_states(f, r->parts[i]);
	r->state = declined(f, r) ? ROUTE_DECLINED : agreed(f, r, &m) ? ROUTE_AGREED : ROUTE_PENDING;
}

static void mark_open(struct route *r, bool open)
{
	if (r->op == ROUTE_SLOT) {
		struct slot *s = r->slot;
		s->open = open && !s->unknown && s->state == ROUTE_PENDING;
		return;
	}
	for (size_t i = 0; i < r->part_count; i++) {
		mark_open(r->parts[i], open && r->state == ROUTE_PENDING);
		if (r->op == ROUTE_THEN)
			open = open && r->parts[i]->state == ROUTE_AGREED;
	}
}

static const struct policy_approval *signature(const struct filler *f, const struct slot *s, const char *person,
                                               bool agreeing)
{
	for (size_t i = f->q->approval_count; i > 0; i--) {
		const struct policy_approval *a = &f->q->approvals[i - 1];
		bool fits = for_slot(f, s, a) && (a->agreed == agreeing || s->consult);
		if (fits && (!person || strcmp(a->person, person) == 0))
			return a;
	}
	return NULL;
}

/* the slots as they stand: by the matching that agrees, else as many as can be
 * filled at once */
static void mark_slots(struct filler *f, const struct route *root)
{
	struct match m;
	if (!agreed(f, root, &m)) {
		m = no_match();
		f->fuel = FUEL;
		for (size_t k = 0; k < f->slot_count; k++) {
			bool seen[PERSONS] = {false};
			if (!f->declined[k])
				(void)augment(f, k, &m, seen);
		}
	}
	for (size_t p = 0; p < f->person_count; p++)
		if (m.slot_of[p] >= 0) {
			struct slot *s = f->slots[m.slot_of[p]];
			s->state = ROUTE_AGREED;
			s->by = signature(f, s, f->persons[p], true);
		}
	for (size_t k = 0; k < f->slot_count; k++)
		if (f->declined[k]) {
			struct slot *s = f->slots[k];
			s->state = ROUTE_DECLINED;
			s->by = signature(f, s, NULL, false);
		}
}

struct route *route_open(const struct eval *e, const struct row *row, const struct broute *by, bool distinct,
                         struct arena *arena, struct slot *const **slots, size_t *count)
{
	struct unfolding *o = ARENA_NEW(arena, struct unfolding);
	*count = 0;
	if (!o)
		return NULL;
	o->e = e;
	o->row = row;
	o->arena = arena;
	struct route *root = open_route(o, by);
	*count = o->large ? SLOTS : 0;
	if (!root || o->failed)
		return NULL;
	*slots = o->slots;
	*count = o->count;
	if (e->question->approval_count == 0) { /* nobody has said a word: all is pending */
		mark_open(root, true);
		return root;
	}
	struct filler *f = ARENA_NEW(arena, struct filler);
	if (!f) {
		*count = 0;
		return NULL;
	}
	f->q = e->question;
	f->actor = facts_actor(e->facts);
	f->distinct = distinct;
	f->slots = o->slots;
	f->slot_count = o->count;
	read_approvals(f);
	mark_states(f, root);
	mark_slots(f, root);
	mark_open(root, true);
	return root;
}
