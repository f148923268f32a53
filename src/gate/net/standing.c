/* What stands: for each place the boxes of its flows, for each set its elements, and a
 * small ruleset of the same rules whose sets are filled for one question.     */
#include "gate/net/standing.h"

#include "gate/net/compile.h"
#include "gate/net/shelf.h"

#include <stdlib.h>

enum { CLASS_MOST = 64, NO_SET = 0xFFFFFFFF, SMALL_BOXES = 1 << 20 };

struct ground { /* a place: what is permitted there, and its sets by their classes */
	struct place place;
	struct shelf wanted;
	uint32_t set[CLASS_MOST];  /* the first of its class */
};
struct kept { /* a set: its elements with nothing but their keys */
	size_t ground;
	struct box *keys;
	struct shelf shelf;
	struct boxes found; /* of one question */
	uint32_t next;      /* the set of the next layer, or NO_SET */
	bool bound;
};
struct standing {
	const struct net_model *model;
	struct arena *arena;
	struct atlas atlas;
	struct ruleset *rules;
	struct ruleset small; /* the same, sets of its own */
	struct ground *grounds;
	struct kept *kept;
	bool *closed;
	struct standing_element *changes;
	size_t change_count, change_room;
	struct boxes meeting, left, right;
	bool spoil, failed;
};

/* ---- keys --------------------------------------------------------------------- */

static const enum net_dim slot_dims[] = {
	[SLOT_MAC] = DIM_MAC, [SLOT_ADDR1] = DIM_SADDR, [SLOT_ADDR2] = DIM_DADDR, [SLOT_PROTO] = DIM_PROTO,
	[SLOT_PORT1] = DIM_DPORT, [SLOT_PORT2] = DIM_SPORT, [SLOT_NAME1] = DIM_COUNT, [SLOT_NAME2] = DIM_COUNT, [SLOT_STATE] = DIM_STATE,
};

/* key_of - all packets that the element speaks of, and more: only what it names */
static struct box key_of(const struct set *set, enum net_family family, const struct box *element)
{
	struct box key = box_full(family);
	for (size_t f = 0; f < set->fields; f++)
		if (slot_dims[set->slots[f]] != DIM_COUNT)
			box_set(&key, slot_dims[set->slots[f]], box_get(element, slot_dims[set->slots[f]]));
	key.owner = element->owner;
	return key;
}

/* ---- taking the ruleset in -------------------------------------------------------- */

/* How often a chain is gone to, and from which place when that is by a map. */
struct way {
	size_t uses;
	struct place place;
	bool by_map;
};

static void note_map(const struct ruleset *r, enum net_hook hook, const struct rule *rule, struct way *ways)
{
	for (size_t e = 0; e < rule->map->count; e++) {
		const struct element_extra *x = &rule->map->extra[e];
		struct place p = {hook, FAMILY_IP4, NO_INTERFACE, NO_INTERFACE};
		for (size_t k = 0; k < rule->key_count; k++)
			*(rule->key[k] == FIELD_IIF ? &p.in : &p.out) = x->name[k];
		if (x->target >= r->chain_count)
			continue;
		ways[x->target].uses++;
		ways[x->target].place = p;
		ways[x->target].by_map = true;
	}
}

static void note_ways(const struct ruleset *r, struct way *ways)
{
	for (size_t c = 0; c < r->chain_count; c++)
		for (size_t i = 0; i < r->chains[c].rules; i++) {
			const struct rule *rule = &r->rules[r->chains[c].first_rule + i];
			if (rule->map)
				note_map(r, r->chains[c].hook, rule, ways);
			else if (rule->action == ACTION_GOTO || rule->action == ACTION_JUMP)
				ways[rule->target].uses++;
		}
}

/* bind_set - the set's place: of the chain that asks it, and of its fields' family */
static bool bind_set(struct standing *s, size_t number, const struct match *m, const struct way *way)
{
	const struct set *set = &s->rules->sets[number];
	struct kept *kept = &s->kept[number];
	struct place place = way->place;
	int family = -1;
	for (size_t f = 0; f < m->field_count; f++)
		family = field_rows[m->fields[f]].family >= 0 ? field_rows[m->fields[f]].family : family;
	if (kept->bound || way->uses != 1 || !way->by_map || m->negate || family < 0 || set->count == 0)
		return false;
	place.family = (enum net_family)family;
	uint32_t cell = s->atlas.cells[atlas_cell(&s->atlas, place)];
	if (!cell)
		return false;
	*kept = (struct kept){.ground = cell - 1, .bound = true, .keys = malloc(set->count * sizeof *kept->keys)};
	boxes_init(&kept->found, SMALL_BOXES);
	for (size_t i = 0; kept->keys && i < set->count; i++)
		kept->keys[i] = key_of(set, place.family, &set->elements[i]);
	uint32_t *first = &s->grounds[kept->ground].set[compile_class(place.family, &set->elements[0])];
	kept->next = *first;
	*first = (uint32_t)number;
	return kept->keys && shelf_init(&kept->shelf, kept->keys, set->count, 1);
}

static bool bind_sets(struct standing *s)
{
	const struct ruleset *r = s->rules;
	struct way *ways = ARENA_ARRAY(s->arena, r->chain_count + 1, struct way);
	if (!ways)
		return false;
	note_ways(r, ways);
	for (size_t c = 0; c < r->chain_count; c++)
		for (size_t i = 0; i < r->chains[c].rules; i++) {
			const struct rule *rule = &r->rules[r->chains[c].first_rule + i];
			for (size_t m = 0; m < rule->match_count; m++)
				if (rule->matches[m].set && !bind_set(s, (size_t)(rule->matches[m].set - r->sets), &rule->matches[m], &ways[c]))
					return false;
		}
	for (size_t i = 0; i < r->set_count; i++)
		if (!r->sets[i].map && !s->kept[i].bound)
			return false;
	return true;
}

/* The same rules, asking sets of their own, which are empty until a question. */
static bool make_small(struct standing *s)
{
	const struct ruleset *r = s->rules;
	s->small = *r;
	s->small.sets = ARENA_ARRAY(s->arena, r->set_count + 1, struct set);
	s->small.rules = ARENA_ARRAY(s->arena, r->rule_count + 1, struct rule);
	if (!s->small.sets || !s->small.rules)
		return false;
	for (size_t i = 0; i < r->set_count; i++) {
		s->small.sets[i] = r->sets[i];
		if (!r->sets[i].map)
			s->small.sets[i].count = 0;
	}
	for (size_t i = 0; i < r->rule_count; i++) {
		struct rule *rule = &s->small.rules[i];
		struct match *matches = ARENA_ARRAY(s->arena, r->rules[i].match_count + 1u, struct match);
		if (!matches)
			return false;
		*rule = r->rules[i];
		for (size_t m = 0; m < rule->match_count; m++) {
			matches[m] = rule->matches[m];
			if (matches[m].set)
				matches[m].set = s->small.sets + (matches[m].set - r->sets);
		}
		rule->matches = matches;
		if (rule->map)
			rule->map = s->small.sets + (rule->map - r->sets);
	}
	return true;
}

/* Companions are there as often as flows need them. */
static struct result count_companions(struct standing *s, day_t day, struct why *why)
{
	for (uint32_t i = 0; i < s->model->flow_count; i++) {
		AUTO(atlas_drop) struct atlas own = {.count = 0};
		if (s->closed[i] || !flow_active(&s->model->flows[i], day)) {
			s->closed[i] = true;
			continue;
		}
		TRY(flow_boxes(s->model, i, true, &own, why));
		for (size_t p = 0; p < own.count; p++) {
			uint32_t cell = s->atlas.cells[atlas_cell(&s->atlas, own.places[p].place)];
			for (size_t b = 0; cell && b < own.places[p].boxes.count; b++)
				if (own.places[p].boxes.at[b].owner == OWNER_COMPANION)
					shelf_put(&s->grounds[cell - 1].wanted, &own.places[p].boxes.at[b]);
		}
	}
	return ok();
}

/* A flow's own box is there once; a companion as often as it is counted; what nobody
 * counts (loopback) once.                                                   */
static bool lay_grounds(struct standing *s)
{
	for (size_t i = 0; i < s->atlas.count; i++) {
		struct ground *g = &s->grounds[i];
		const struct boxes *boxes = &s->atlas.places[i].boxes;
		g->place = s->atlas.places[i].place;
		for (size_t c = 0; c < CLASS_MOST; c++)
			g->set[c] = NO_SET;
		if (!shelf_init(&g->wanted, boxes->at, boxes->count, 0))
			return false;
		for (size_t b = 0; b < boxes->count; b++)
			g->wanted.uses[b] = boxes->at[b].owner != OWNER_COMPANION;
	}
	return true;
}

static void settle_grounds(struct standing *s)
{
	for (size_t i = 0; i < s->atlas.count; i++)
		for (size_t b = 0; b < s->grounds[i].wanted.count; b++)
			if (!s->grounds[i].wanted.uses[b])
				s->grounds[i].wanted.uses[b] = 1;
}

static struct result take_in(struct standing *s, day_t day, const bool *closed, struct why *why)
{
	struct proof proof;
	TRY(atlas_of_flows(s->model, day, closed, &s->atlas, why));
	TRY(compile(&s->atlas, s->arena, &s->rules, why));
	TRY(prove(&s->atlas, s->rules, PROOF_FUEL, &proof, why));
	if (proof.verdict != PROOF_EQUAL)
		return fail(why, E_TAMPERED, "", "作った規則が許可と一致しません。");
	s->grounds = ARENA_ARRAY(s->arena, s->atlas.count + 1, struct ground);
	s->kept = ARENA_ARRAY(s->arena, s->rules->set_count + 1, struct kept);
	s->closed = ARENA_ARRAY(s->arena, s->model->flow_count + 1, bool);
	if (!s->grounds || !s->kept || !s->closed || !make_small(s) || !lay_grounds(s) || !bind_sets(s))
		return fail(why, E_MEMORY, "", "規則を変更の証明に使えません。");
	if (closed)
		memcpy(s->closed, closed, s->model->flow_count * sizeof *closed);
	TRY(count_companions(s, day, why));
	settle_grounds(s);
	return ok();
}

struct result standing_new(const struct net_model *model, day_t day, const bool *closed, struct standing **out, struct why *why)
{
	struct standing *s = calloc(1, sizeof *s);
	if (!s || !(s->arena = arena_new((size_t)8 << 30))) {
		free(s);
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	}
	s->model = model;
	struct boxes *const lists[] = {&s->meeting, &s->left, &s->right};
	for (size_t i = 0; i < 3; i++)
		boxes_init(lists[i], SMALL_BOXES);
	struct result r = take_in(s, day, closed, why);
	if (r.code != OK) {
		standing_free(s);
		return r;
	}
	*out = s;
	return ok();
}

void standing_free(struct standing *s)
{
	if (!s)
		return;
	for (size_t i = 0; s->grounds && i < s->atlas.count; i++)
		shelf_done(&s->grounds[i].wanted);
	for (size_t i = 0; s->kept && i < s->rules->set_count; i++) {
		shelf_done(&s->kept[i].shelf);
		boxes_done(&s->kept[i].found);
		free(s->kept[i].keys);
	}
	struct boxes *const lists[] = {&s->meeting, &s->left, &s->right};
	for (size_t i = 0; i < 3; i++)
		boxes_done(lists[i]);
	atlas_done(&s->atlas);
	arena_free(s->arena);
	free(s->changes);
	free(s);
}

void standing_drop(struct standing **s)
{
	standing_free(*s);
}

/* ---- elements that come and go ------------------------------------------------------ */

static void change(struct standing *s, uint32_t set, const struct box *key, bool added)
{
	struct kept *k = &s->kept[set];
	if (s->spoil) {
		s->spoil = false;
		return;
	}
	if (s->change_count == s->change_room) {
		size_t room = s->change_room ? s->change_room * 2 : 64;
		struct standing_element *grown = realloc(s->changes, room * sizeof *grown);
		if (!grown) {
			s->failed = true;
			return;
		}
		s->changes = grown;
		s->change_room = room;
	}
	s->changes[s->change_count++] = (struct standing_element){&s->rules->sets[set], added, *key};
	s->failed |= (added ? shelf_put(&k->shelf, key) : shelf_take(&k->shelf, key)) == UINT32_MAX;
}

static bool free_in(struct standing *s, uint32_t set, const struct box *key)
{
	s->meeting.count = 0;
	shelf_meeting(&s->kept[set].shelf, key, &s->meeting);
	return s->meeting.count == 0;
}

/* layer_for - a set of the class where nothing overlaps the key; NO_SET: in all */
static uint32_t layer_for(struct standing *s, uint32_t first, const struct box *key)
{
	for (; first != NO_SET; first = s->kept[first].next)
		if (free_in(s, first, key))
			return first;
	return NO_SET;
}

/* layer_with - the set that has the very element */
static uint32_t layer_with(const struct standing *s, uint32_t first, const struct box *key)
{
	for (; first != NO_SET; first = s->kept[first].next)
		if (shelf_uses(&s->kept[first].shelf, key))
			return first;
	return NO_SET;
}

/* ---- the proof of a change ----------------------------------------------------------- */

static int by_order(const void *a, const void *b)
{
	return box_order(a, b);
}

/* settle - in order, each once */
static void settle(struct boxes *b)
{
	size_t n = 0;
	if (b->count)
		qsort(b->at, b->count, sizeof *b->at, by_order);
	for (size_t i = 0; i < b->count; i++)
		if (n == 0 || !box_equal(&b->at[n - 1], &b->at[i]))
			b->at[n++] = b->at[i];
	b->count = n;
}

static bool same(const struct boxes *a, const struct boxes *b)
{
	for (size_t i = 0; i < a->count && a->count == b->count; i++)
		if (!box_equal(&a->at[i], &b->at[i]))
			return false;
	return a->count == b->count;
}

static void note(struct proof *proof, struct place place, const struct diagrams *d, uint32_t set, bool extra, const struct boxes *wanted)
{
	struct boxes found;
	struct box both;
	boxes_init(&found, 1);
	diagram_boxes(d, set, 1, &found);
	for (size_t i = 0; i < found.count; i++) {
		struct proof_difference difference = {place, found.at[i], extra, OWNER_COMPANION};
		for (size_t k = 0; !extra && k < wanted->count; k++)
			if (box_meet(&wanted->at[k], &found.at[i], &both))
				difference.flow = wanted->at[k].owner;
		if (proof->count < PROOF_DIFFERENCES)
			proof->at[proof->count] = difference;
		proof->count++;
	}
	boxes_done(&found);
}

static struct result compare(struct place place, const struct boxes *wanted, const struct walk *walk, const struct box *t,
                             uint64_t fuel, struct proof *proof, struct why *why)
{
	AUTO(diagrams_drop) struct diagrams *d = diagrams_new(place.family, fuel);
	if (!d)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	uint32_t want = diagram_of_boxes(d, wanted->at, wanted->count), got = diagram_of_boxes(d, t, 1);
	for (size_t i = 0; i < walk->count; i++)
		got = diagram_meet(d, got, diagram_of_list(d, walk->chains[i].list, walk->chains[i].count));
	uint32_t extra = diagram_minus(d, got, want), missing = diagram_minus(d, want, got);
	if (diagrams_failed(d))
		return fail(why, E_LIMIT, "", "規則が込み入りすぎていて、証明しきれません。");
	note(proof, place, d, extra, true, wanted);
	note(proof, place, d, missing, false, wanted);
	return ok();
}

/* accepts - of a single chain that only accepts, cut to t; false: another shape */
static bool accepts(const struct walk *walk, const struct box *t, struct boxes *out)
{
	struct box both;
	size_t i = 0;
	if (walk->count != 1 || walk->uncertain)
		return false;
	const struct walk_chain *c = &walk->chains[0];
	for (; i < c->count && c->list[i].accept; i++)
		if (box_meet(&c->list[i].box, t, &both))
			boxes_add(out, &both);
	for (; i < c->count; i++)
		if (c->list[i].accept)
			return false;
	return true;
}

static void fill_small(struct standing *s, size_t ground, const struct box *t, bool fill)
{
	for (size_t c = 0; c < CLASS_MOST; c++) {
		for (uint32_t set = s->grounds[ground].set[c]; set != NO_SET; set = s->kept[set].next) {
			struct kept *k = &s->kept[set];
			k->found.count = 0;
			if (fill)
				shelf_meeting(&k->shelf, t, &k->found);
			s->small.sets[set].elements = k->found.at;
			s->small.sets[set].count = k->found.count;
			s->failed |= k->found.failed;
		}
	}
}

/* prove_within - that what passes in t is what is permitted in t */
static struct result prove_within(struct standing *s, size_t ground, const struct box *t, struct proof *proof, struct why *why)
{
	AUTO(walk_drop) struct walk walk = {.count = 0};
	const struct ground *g = &s->grounds[ground];
	uint64_t fuel = PROOF_FUEL;
	struct box both;
	fill_small(s, ground, t, true);
	struct result r = ruleset_walk(&s->small, g->place, &fuel, &walk, why);
	fill_small(s, ground, t, false);
	if (r.code != OK)
		return r;
	s->left.count = s->right.count = s->meeting.count = 0;
	shelf_meeting(&g->wanted, t, &s->meeting);
	for (size_t i = 0; i < s->meeting.count; i++)
		if (box_meet(&s->meeting.at[i], t, &both))
			boxes_add(&s->left, &both);
	proof->places++;
	proof->doubts += walk.uncertain;
	bool plain = accepts(&walk, t, &s->right);
	proof->boxes += s->right.count;
	if (s->left.failed || s->right.failed || s->meeting.failed || s->failed)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	settle(&s->left);
	settle(&s->right);
	return plain && same(&s->left, &s->right) ? ok() : compare(g->place, &s->left, &walk, t, fuel, proof, why);
}

/* ---- one flow -------------------------------------------------------------------------- */

/* One box of the flow, in its place: whether it makes a difference there. */
static bool turn(struct standing *s, struct ground *g, const struct box *box, bool on)
{
	uint32_t uses = on ? shelf_put(&g->wanted, box) : shelf_take(&g->wanted, box);
	s->failed |= uses == UINT32_MAX;
	return on ? uses == 1 : uses == 0;
}

static struct result step(struct standing *s, size_t ground, const struct box *box, bool on, struct proof *proof, struct why *why)
{
	struct ground *g = &s->grounds[ground];
	uint32_t set = g->set[compile_class(g->place.family, box)];
	if (!turn(s, g, box, on))
		return ok();
	struct box key = key_of(&s->rules->sets[set], g->place.family, box);
	set = on ? layer_for(s, set, &key) : layer_with(s, set, &key);
	if (set != NO_SET)
		change(s, set, &key, on);
	else
		s->failed = true;
	TRY(prove_within(s, ground, &key, proof, why));
	return s->failed ? fail(why, E_MEMORY, "", "メモリーが足りません。") : ok();
}

/* has_grounds - false: some box has no place, or no set that is free for it */
static bool has_grounds(struct standing *s, const struct atlas *own, bool on)
{
	for (size_t p = 0; p < own->count; p++) {
		uint32_t cell = s->atlas.cells[atlas_cell(&s->atlas, own->places[p].place)];
		for (size_t b = 0; b < own->places[p].boxes.count; b++) {
			const struct box *box = &own->places[p].boxes.at[b];
			const struct ground *g = cell ? &s->grounds[cell - 1] : NULL;
			uint32_t set = g ? g->set[compile_class(g->place.family, box)] : NO_SET;
			if (set == NO_SET)
				return false;
			struct box key = key_of(&s->rules->sets[set], g->place.family, box);
			if (on && !shelf_uses(&g->wanted, box) && layer_for(s, set, &key) == NO_SET)
				return false;
		}
	}
	return true;
}

struct result standing_flow(struct standing *s, uint32_t flow, bool on, struct standing_change *out, struct why *why)
{
	AUTO(atlas_drop) struct atlas own = {.count = 0};
	*out = (struct standing_change){.count = 0};
	if (flow >= s->model->flow_count || s->closed[flow] == !on)
		return fail(why, E_CONFLICT, "", "その許可は、すでにそうなっています。");
	TRY(flow_boxes(s->model, flow, true, &own, why));
	if (!has_grounds(s, &own, on))
		return fail(why, E_ABSENT, "", "この許可には新しい規則が要ります。全体を作り直してください。");
	s->change_count = 0;
	for (size_t p = 0; p < own.count; p++) {
		size_t ground = s->atlas.cells[atlas_cell(&s->atlas, own.places[p].place)] - 1;
		for (size_t b = 0; b < own.places[p].boxes.count; b++)
			TRY(step(s, ground, &own.places[p].boxes.at[b], on, &out->proof, why));
	}
	s->closed[flow] = !on;
	out->elements = s->changes;
	out->count = s->change_count;
	out->proof.verdict = out->proof.count ? PROOF_DIFFERS : out->proof.doubts ? PROOF_UNKNOWN : PROOF_EQUAL;
	return ok();
}

void standing_spoil(struct standing *s)
{
	s->spoil = true;
}

const bool *standing_closed(const struct standing *s)
{
	return s->closed;
}

struct result standing_ruleset(const struct standing *s, struct arena *arena, struct ruleset **out, struct why *why)
{
	struct ruleset *r = ARENA_NEW(arena, struct ruleset);
	struct set *sets = ARENA_ARRAY(arena, s->rules->set_count + 1, struct set);
	struct rule *rules = ARENA_ARRAY(arena, s->rules->rule_count + 1, struct rule);
	if (!r || !sets || !rules)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	*r = s->small;
	for (size_t i = 0; i < r->set_count; i++) {
		struct boxes all;
		sets[i] = s->rules->sets[i];
		if (sets[i].map)
			continue;
		boxes_init(&all, SMALL_BOXES);
		shelf_all(&s->kept[i].shelf, &all);
		struct box *copy = ARENA_ARRAY(arena, all.count + 1, struct box);
		bool good = copy && !all.failed && boxes_sort(&all);
		if (good && all.count)
			memcpy(copy, all.at, all.count * sizeof *copy);
		sets[i].elements = copy;
		sets[i].count = all.count;
		boxes_done(&all);
		if (!good)
			return fail(why, E_MEMORY, "", "メモリーが足りません。");
	}
	for (size_t i = 0; i < r->rule_count; i++) {
		struct match *matches = ARENA_ARRAY(arena, s->small.rules[i].match_count + 1u, struct match);
		if (!matches)
			return fail(why, E_MEMORY, "", "メモリーが足りません。");
		rules[i] = s->small.rules[i];
		for (size_t m = 0; m < rules[i].match_count; m++) {
			matches[m] = s->small.rules[i].matches[m];
			if (matches[m].set)
				matches[m].set = sets + (matches[m].set - s->small.sets);
		}
		rules[i].matches = matches;
		if (rules[i].map)
			rules[i].map = sets + (rules[i].map - s->small.sets);
	}
	r->sets = sets;
	r->rules = rules;
	*out = r;
	return ok();
}
