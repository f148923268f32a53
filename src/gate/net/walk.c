/* All packets of a place at once through the rules.
 *
 * A frame is a chain with the packets that are in it.  Packets that were
 * accepted or dropped need not be taken out of a frame: their box stands earlier
 * in the list.  Only what returns from a chain is cut out of it.            */
#include "gate/net/walk.h"

#include <stdlib.h>

enum { FRAMES = 4096, FRAMES_FIRST = 128, REGION_BOXES = 1 << 20 };

struct frame {
	uint32_t chain, at;
	struct boxes region;
	uint8_t depth;
	bool uncertain, leaves; /* leaves: entered by goto, what falls out goes to the policy */
};
struct walker {
	const struct ruleset *r;
	struct place place;
	uint64_t *fuel;
	struct walk *walk;
	struct walk_chain *to;
	bool policy_accept;
	struct frame *frames;
	size_t count, room; /* entering a chain may move them */
	bool limit, memory;
};

void walk_done(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		free(walk->chains[i].list);
	walk->count = 0;
}

void walk_drop(struct walk *walk)
{
	walk_done(walk);
}

static bool burn(struct walker *w, size_t units)
{
	if (*w->fuel < units) {
		w->limit = true;
		return false;
	}
	*w->fuel -= units;
	return true;
}

static void emit(struct walker *w, const struct boxes *m, bool accept)
{
	struct walk_chain *to = w->to;
	if (!burn(w, m->count))
		return;
	if (to->count + m->count > to->room) {
		size_t room = to->room ? to->room * 2 : 64;
		while (room < to->count + m->count)
			room *= 2;
		struct verdict_box *grown = realloc(to->list, room * sizeof *grown);
		if (!grown) {
			w->memory = true;
			return;
		}
		to->list = grown;
		to->room = room;
	}
	for (size_t i = 0; i < m->count; i++)
		to->list[to->count++] = (struct verdict_box){m->at[i], accept};
	to->drops |= !accept;
}

static void doubt(struct walker *w, const char *text)
{
	w->walk->uncertain = true;
	if (!w->walk->doubt)
		w->walk->doubt = text;
}

/* ---- does a packet match --------------------------------------------------- */

static bool name_matches(const struct atlas_names *names, size_t pattern, uint16_t name)
{
	if (name == NO_INTERFACE || pattern >= names->count)
		return false;
	if (!names->prefix[pattern])
		return pattern == name;
	return strncmp(names->name[name], names->name[pattern], strlen(names->name[pattern])) == 0;
}

/* Fields that are the same for all packets of the place. */
static bool place_has(const struct walker *w, enum field field, size_t value)
{
	if (field == FIELD_IIF)
		return name_matches(&w->r->names, value, w->place.in);
	if (field == FIELD_OIF)
		return name_matches(&w->r->names, value, w->place.out);
	return w->place.family == (enum net_family)value;
}

/* A field that this place's packets do not have the way we think of them. */
static bool odd(const struct walker *w, enum field field)
{
	const struct field_row *row = &field_rows[field];
	if (row->dim == DIM_COUNT || w->place.family == FAMILY_IP4 || w->place.family == FAMILY_IP6)
		return field == FIELD_ETHER_SADDR && w->place.hook == HOOK_OUTPUT;
	if (w->place.family == FAMILY_ARP)
		return row->family != FAMILY_ARP;
	return true;
}

static bool about_ports(enum field field)
{
	return field == FIELD_TH_DPORT || field == FIELD_TH_SPORT;
}

/* With ICMP the 16 bits of a port are something else, and ours are the type. */
static bool includes_icmp(const struct box *b)
{
	return (b->proto_lo <= PROTO_ICMP && b->proto_hi >= PROTO_ICMP) ||
	       (b->proto_lo <= PROTO_ICMPV6 && b->proto_hi >= PROTO_ICMPV6);
}

static bool imply(const struct walker *w, enum field field, struct box *b)
{
	const struct field_row *row = &field_rows[field];
	if (row->family >= 0 && row->family != (int)w->place.family)
		return false;
	if (row->proto < 0)
		return true;
	if (b->proto_lo > row->proto || b->proto_hi < row->proto)
		return false;
	b->proto_lo = b->proto_hi = (uint8_t)row->proto;
	return true;
}

static bool narrow(const struct walker *w, enum field field, struct interval span, const struct box *from, struct box *to)
{
	enum net_dim dim = field_rows[field].dim;
	*to = *from;
	if (dim == DIM_COUNT)
		return place_has(w, field, (size_t)span.lo);
	if (!imply(w, field, to))
		return false;
	struct interval have = box_get(to, dim);
	have.lo = have.lo > span.lo ? have.lo : span.lo;
	have.hi = have.hi < span.hi ? have.hi : span.hi;
	if (have.lo > have.hi)
		return false;
	box_set(to, dim, have);
	return true;
}

static int by_low(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* complement - what the spans leave of the field; out has room for n + 1 */
static size_t complement(struct interval full, const struct interval *spans, size_t n, struct interval *out)
{
	struct interval *sorted = out + n + 1; /* room behind */
	size_t count = 0;
	wide_t next = full.lo;
	bool end = false;
	memcpy(sorted, spans, n * sizeof *spans);
	qsort(sorted, n, sizeof *sorted, by_low);
	for (size_t i = 0; i < n && !end; i++) {
		if (sorted[i].lo > next)
			out[count++] = (struct interval){next, sorted[i].lo - 1};
		if (sorted[i].hi >= full.hi)
			end = true;
		else if (sorted[i].hi + 1 > next)
			next = sorted[i].hi + 1;
	}
	if (!end && next <= full.hi)
		out[count++] = (struct interval){next, full.hi};
	return count;
}

static size_t state_spans(const struct match *m, struct interval out[4])
{
	unsigned mask = 0;
	for (size_t i = 0; i < m->span_count; i++)
		mask |= (unsigned)m->spans[i].lo;
	if (m->negate)
		mask = ~mask & (m->fields[0] == FIELD_CT_DIRECTION ? 0x1Fu : 0x7Fu);
	return state_mask_spans(mask, out);
}

static bool place_match(const struct walker *w, const struct match *m)
{
	bool any = false;
	for (size_t i = 0; i < m->span_count; i++)
		any |= place_has(w, m->fields[0], (size_t)m->spans[i].lo);
	return any != m->negate;
}

static void match_spans(struct walker *w, const struct match *m, const struct boxes *in, struct boxes *out)
{
	const struct field_row *row = &field_rows[m->fields[0]];
	struct interval states[4], *rest = NULL;
	const struct interval *spans = m->spans;
	size_t count = m->span_count;
	if (row->dim == DIM_STATE) {
		count = state_spans(m, states);
		spans = states;
	} else if (m->negate) {
		rest = malloc((2 * count + 2) * sizeof *rest);
		w->memory |= !rest;
		count = rest ? complement(dim_full(w->place.family, row->dim), m->spans, count, rest) : 0;
		spans = rest;
	}
	if (burn(w, in->count * (count + 1)))
		for (size_t i = 0; i < in->count; i++)
			for (size_t s = 0; s < count; s++) {
				struct box b;
				if (narrow(w, m->fields[0], spans[s], &in->at[i], &b))
					boxes_add(out, &b);
			}
	free(rest);
}

static struct interval slot_span(const struct set *set, size_t element, enum key_slot slot)
{
	const struct box *b = &set->elements[element];
	switch (slot) {
	case SLOT_MAC:
		return box_get(b, DIM_MAC);
	case SLOT_ADDR1:
		return box_get(b, DIM_SADDR);
	case SLOT_ADDR2:
		return box_get(b, DIM_DADDR);
	case SLOT_PROTO:
		return box_get(b, DIM_PROTO);
	case SLOT_PORT1:
		return box_get(b, DIM_DPORT);
	case SLOT_PORT2:
		return box_get(b, DIM_SPORT);
	case SLOT_NAME1:
	case SLOT_NAME2:
		return (struct interval){set->extra[element].name[slot - SLOT_NAME1], 0};
	case SLOT_STATE:
		break;
	}
	return box_get(b, DIM_STATE);
}

static bool element_meets(const struct walker *w, const struct set *set, size_t element, const enum field *fields,
                          const struct box *from, struct box *to)
{
	struct box b = *from;
	for (size_t f = 0; f < set->fields; f++)
		if (!narrow(w, fields[f], slot_span(set, element, set->slots[f]), &b, &b))
			return false;
	*to = b;
	return true;
}

/* What the fields of a key imply is the same for all elements; once it is put into
 * the region, each element only has to be met.  False: keys with places in them */
static bool imply_key(const struct walker *w, const struct set *set, const enum field *fields, struct box *region, bool *none)
{
	for (size_t f = 0; f < set->fields; f++)
		if (field_rows[fields[f]].dim == DIM_COUNT)
			return false;
	for (size_t f = 0; f < set->fields && !*none; f++)
		*none = !imply(w, fields[f], region);
	return true;
}

#define CLIP(field, from_lo, from_hi)                                                      \
	do {                                                                               \
		if ((from_lo) > to->field##_lo)                                            \
			to->field##_lo = (from_lo);                                        \
		if ((from_hi) < to->field##_hi)                                            \
			to->field##_hi = (from_hi);                                        \
		if (to->field##_lo > to->field##_hi)                                       \
			return false;                                                      \
	} while (0)
/* clip - to, in the dimension, by the element's slot */
static bool clip(struct box *to, enum net_dim dim, const struct set *set, size_t element, enum key_slot slot)
{
	const struct box *e = &set->elements[element];
	if (slot == SLOT_MAC && dim == DIM_MAC) {
		CLIP(mac, e->mac_lo, e->mac_hi);
		return true;
	}
	if (slot == SLOT_ADDR1 && dim == DIM_SADDR) {
		CLIP(saddr, e->saddr_lo, e->saddr_hi);
		return true;
	}
	if (slot == SLOT_ADDR2 && dim == DIM_DADDR) {
		CLIP(daddr, e->daddr_lo, e->daddr_hi);
		return true;
	}
	struct interval have = box_get(to, dim), want = slot_span(set, element, slot);
	have.lo = have.lo > want.lo ? have.lo : want.lo;
	have.hi = have.hi < want.hi ? have.hi : want.hi;
	if (have.lo > have.hi)
		return false;
	box_set(to, dim, have);
	return true;
}
#undef CLIP

/* match_all - the elements' parts of one region, straight into the list */
static bool match_all(struct walker *w, const struct match *m, const struct box *from, struct boxes *out)
{
	struct box region = *from;
	bool none = false;
	if (!imply_key(w, m->set, m->fields, &region, &none))
		return false;
	for (size_t e = 0; !none && e < m->set->count; e++) {
		struct box b = region;
		bool met = true;
		for (size_t f = 0; met && f < m->set->fields; f++)
			met = clip(&b, field_rows[m->fields[f]].dim, m->set, e, m->set->slots[f]);
		if (met)
			boxes_add(out, &b);
	}
	return true;
}

static void match_set(struct walker *w, const struct match *m, const struct boxes *in, struct boxes *out)
{
	struct boxes rest, next;
	boxes_init(&next, REGION_BOXES);
	if (!m->negate && in->count == 1)
		boxes_reserve(out, m->set->count);
	for (size_t i = 0; i < in->count && burn(w, m->set->count + 1); i++) {
		if (!m->negate && match_all(w, m, &in->at[i], out))
			continue;
		boxes_init(&rest, REGION_BOXES);
		if (m->negate)
			boxes_add(&rest, &in->at[i]);
		for (size_t e = 0; e < m->set->count; e++) {
			struct box b;
			if (!element_meets(w, m->set, e, m->fields, &in->at[i], &b))
				continue;
			if (!m->negate) {
				boxes_add(out, &b);
				continue;
			}
			next.count = 0;
			for (size_t k = 0; k < rest.count && burn(w, 1); k++)
				boxes_cut(&next, &rest.at[k], &b);
			struct boxes swap = rest;
			rest = next;
			next = swap;
		}
		for (size_t k = 0; k < rest.count; k++)
			boxes_add(out, &rest.at[k]);
		w->memory |= rest.failed;
		boxes_done(&rest);
	}
	w->memory |= next.failed;
	boxes_done(&next);
}

/* A negated lookup in an inet table still asks for the family of its fields. */
static void match_one(struct walker *w, const struct match *m, const struct boxes *in, struct boxes *out, bool *unsure)
{
	bool strange = false;
	for (size_t f = 0; f < m->field_count; f++)
		strange |= odd(w, m->fields[f]);
	if (strange || (m->set && m->set->foreign)) {
		*unsure = true;
		for (size_t i = 0; i < in->count; i++)
			boxes_add(out, &in->at[i]);
		return;
	}
	for (size_t f = 0; f < m->field_count; f++)
		if (field_rows[m->fields[f]].family >= 0 && field_rows[m->fields[f]].family != (int)w->place.family)
			return;
	if (m->set) {
		match_set(w, m, in, out);
	} else if (field_rows[m->fields[0]].dim == DIM_COUNT) {
		for (size_t i = 0; place_match(w, m) && i < in->count; i++)
			boxes_add(out, &in->at[i]);
	} else
		match_spans(w, m, in, out);
	for (size_t f = 0; f < m->field_count; f++)
		for (size_t i = 0; about_ports(m->fields[f]) && i < out->count; i++)
			*unsure |= includes_icmp(&out->at[i]);
}

/* match_rule - what of the region the rule speaks of; the caller ends it */
static struct boxes match_rule(struct walker *w, const struct rule *rule, const struct boxes *region, bool *unsure)
{
	struct boxes now, next;
	boxes_init(&now, REGION_BOXES);
	for (size_t i = 0; i < region->count; i++)
		boxes_add(&now, &region->at[i]);
	for (size_t i = 0; i < rule->match_count && now.count; i++) {
		boxes_init(&next, REGION_BOXES);
		match_one(w, &rule->matches[i], &now, &next, unsure);
		next.failed |= now.failed;
		boxes_done(&now);
		now = next;
	}
	w->limit |= now.failed;
	return now;
}

/* ---- what happens to it ---------------------------------------------------- */

static void enter(struct walker *w, uint32_t chain, const struct boxes *m, const struct frame *from, bool unsure, bool leaves)
{
	uint8_t depth = from->depth;
	if (w->count == FRAMES || depth == JUMP_DEPTH) {
		w->limit = true;
		return;
	}
	if (w->count == w->room) {
		struct frame *grown = realloc(w->frames, 2 * w->room * sizeof *grown);
		if (!grown) {
			w->memory = true;
			return;
		}
		w->frames = grown;
		w->room *= 2;
	}
	struct frame *f = &w->frames[w->count++];
	*f = (struct frame){.chain = chain, .depth = (uint8_t)(depth + 1), .uncertain = unsure, .leaves = leaves};
	boxes_init(&f->region, REGION_BOXES);
	for (size_t i = 0; i < m->count; i++)
		boxes_add(&f->region, &m->at[i]);
	w->memory |= f->region.failed;
}

static void take_out(struct walker *w, struct boxes *region, const struct boxes *m)
{
	struct boxes next;
	boxes_init(&next, REGION_BOXES);
	for (size_t h = 0; h < m->count; h++) {
		next.count = 0;
		for (size_t i = 0; i < region->count && burn(w, 1); i++)
			boxes_cut(&next, &region->at[i], &m->at[h]);
		struct boxes swap = *region;
		*region = next;
		next = swap;
	}
	w->limit |= region->failed || next.failed;
	boxes_done(&next);
}

static bool at_base(const struct frame *f)
{
	return f->depth == 0 || f->leaves;
}

/* What falls out of a chain that nobody jumped into is judged by the policy. */
static void fall_out(struct walker *w, const struct boxes *m, bool unsure)
{
	if (!unsure || w->policy_accept)
		emit(w, m, w->policy_accept);
}

/* A goto's packets do not come back to this chain, but to the one that jumped
 * here; where none did, the policy judges them, and its box stands before those
 * of the rules that follow here.                                            */
static void act(struct walker *w, size_t frame, enum action action, uint32_t target, const struct boxes *m, bool unsure)
{
	struct frame *f = &w->frames[frame];
	switch (action) {
	case ACTION_ACCEPT:
		emit(w, m, true);
		return;
	case ACTION_DROP:
		if (!unsure)
			emit(w, m, false);
		return;
	case ACTION_JUMP:
	case ACTION_GOTO:
		enter(w, target, m, f, unsure, action == ACTION_GOTO && at_base(f));
		f = &w->frames[frame];
		if (action == ACTION_GOTO && !unsure && !at_base(f))
			take_out(w, &f->region, m);
		return;
	case ACTION_RETURN:
		if (at_base(f))
			fall_out(w, m, unsure);
		else if (!unsure)
			take_out(w, &f->region, m);
		return;
	case ACTION_NONE:
		break;
	}
}

static void look_up(struct walker *w, size_t frame, const struct rule *rule, const struct boxes *m, bool unsure)
{
	const struct set *map = rule->map;
	for (size_t f = 0; f < rule->key_count; f++)
		unsure |= odd(w, rule->key[f]);
	if (map->foreign || map->fields != rule->key_count)
		unsure = true;
	for (size_t e = 0; e < map->count && burn(w, 1); e++) {
		struct boxes hit;
		boxes_init(&hit, REGION_BOXES);
		for (size_t i = 0; i < m->count; i++) {
			struct box b;
			if (map->fields == rule->key_count && element_meets(w, map, e, rule->key, &m->at[i], &b))
				boxes_add(&hit, &b);
		}
		if (hit.count)
			act(w, frame, map->extra[e].action, map->extra[e].target, &hit, unsure);
		w->memory |= hit.failed;
		boxes_done(&hit);
	}
}

static void step(struct walker *w)
{
	size_t top = w->count - 1;
	struct frame *f = &w->frames[top];
	const struct chain *c = &w->r->chains[f->chain];
	if (f->at == c->rules || f->region.count == 0) {
		struct frame done = *f;
		w->count--;
		if (at_base(&done))
			fall_out(w, &done.region, done.uncertain);
		boxes_done(&done.region);
		return;
	}
	const struct rule *rule = &w->r->rules[c->first_rule + f->at++];
	bool unsure = f->uncertain || rule->unknown;
	if (!burn(w, 1 + f->region.count))
		return;
	struct boxes m = match_rule(w, rule, &f->region, &unsure);
	if (unsure && m.count && (rule->action != ACTION_NONE || rule->map))
		doubt(w, rule->unknown ? rule->unknown : "a field that this hook does not have");
	bool ends = !unsure && rule->match_count == 0 && !rule->map &&
	            (rule->action == ACTION_ACCEPT || rule->action == ACTION_DROP || rule->action == ACTION_GOTO);
	if (ends)
		f->at = c->rules;
	if (m.count && rule->map)
		look_up(w, top, rule, &m, unsure);
	else if (m.count)
		act(w, top, rule->action, rule->target, &m, unsure);
	if (ends)
		w->frames[top].region.count = 0;
	boxes_done(&m);
}

static bool hangs_on(const struct ruleset *r, const struct chain *c, struct place p)
{
	if (!c->base || c->hook != p.hook)
		return false;
	switch (r->tables[c->table].family) {
	case TABLE_INET:
		return p.family == FAMILY_IP4 || p.family == FAMILY_IP6;
	case TABLE_IP:
		return p.family == FAMILY_IP4;
	case TABLE_IP6:
		return p.family == FAMILY_IP6;
	case TABLE_ARP:
		return p.family == FAMILY_ARP;
	case TABLE_BRIDGE:
		return p.family == FAMILY_BRIDGE;
	case TABLE_NETDEV:
		break;
	}
	return false;
}

static void walk_chain(struct walker *w, uint32_t chain)
{
	struct box all = box_full(w->place.family);
	w->policy_accept = w->r->chains[chain].policy != ACTION_DROP;
	w->to = &w->walk->chains[w->walk->count++];
	*w->to = (struct walk_chain){0};
	w->frames[0] = (struct frame){.chain = chain};
	boxes_init(&w->frames[0].region, REGION_BOXES);
	boxes_add(&w->frames[0].region, &all);
	w->count = 1;
	while (w->count && !w->limit && !w->memory)
		step(w);
	while (w->count)
		boxes_done(&w->frames[--w->count].region);
}

struct result ruleset_walk(const struct ruleset *r, struct place place, uint64_t *fuel, struct walk *out,
                           struct why *why)
{
	struct walker w = {.r = r, .place = place, .fuel = fuel, .walk = out, .room = FRAMES_FIRST};
	out->count = 0;
	out->uncertain = false;
	out->doubt = NULL;
	w.frames = malloc(FRAMES_FIRST * sizeof *w.frames);
	w.memory = !w.frames;
	for (uint32_t c = 0; c < r->chain_count && !w.limit && !w.memory; c++) {
		if (!hangs_on(r, &r->chains[c], place))
			continue;
		if (out->count == WALK_CHAINS)
			w.limit = true;
		else
			walk_chain(&w, c);
	}
	free(w.frames);
	if (w.memory)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (w.limit)
		return fail(why, E_LIMIT, "", "規則が込み入りすぎていて、調べきれません。");
	return ok();
}
