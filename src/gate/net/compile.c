/* From the atlas to a ruleset.  The boxes of a place are dealt out to classes
 * (which fields a box speaks of, whether ranges occur); each class that has any
 * becomes one set and one rule of the place's chain.  Elements of a set may not
 * overlap; where two permissions do, the second goes to a set of its own, so that
 * each has its own elements and ends alone, whatever the other does.         */
#include "gate/net/compile.h"

#include <stdlib.h>

/* What a class of boxes looks like as a set and a rule. */
enum how { HOW_ORIGINAL = 0, HOW_REPLY, HOW_DISCOVERY, HOW_ARP };
enum what { WHAT_PORT = 0, WHAT_ICMP, WHAT_BARE };
enum { CLASSES = 4 * 3 * 2 * 2, LAYERS = 64 };

struct class {
	enum how how;
	enum what what;
	bool mac, interval;
};

struct compiler {
	const struct atlas *atlas;
	struct arena *arena;
	struct ruleset *r;
	size_t sets; /* room */
	bool no_memory;
	size_t pieces;
};

static size_t class_number(struct class c)
{
	return (((size_t)c.how * 3 + c.what) * 2 + c.mac) * 2 + c.interval;
}

static struct class class_at(size_t number)
{
	return (struct class){(enum how)(number / 12), (enum what)(number / 4 % 3), number / 2 % 2, number % 2};
}

static bool ports_of(uint8_t proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == 132 || proto == 136 || proto == 33;
}

static struct class class_of(enum net_family family, const struct box *b)
{
	struct class c = {.mac = b->mac_lo == b->mac_hi};
	bool wide = b->saddr_lo != b->saddr_hi || b->daddr_lo != b->daddr_hi;
	if (family == FAMILY_ARP)
		return (struct class){HOW_ARP, WHAT_BARE, c.mac, wide};
	if (b->state_lo == STATE_UNTRACKED)
		return (struct class){HOW_DISCOVERY, WHAT_BARE, c.mac, wide};
	c.how = b->state_lo == STATE_REPLY ? HOW_REPLY : HOW_ORIGINAL;
	bool icmp = b->proto_lo == PROTO_ICMP || b->proto_lo == PROTO_ICMPV6;
	c.what = icmp ? WHAT_ICMP : ports_of(b->proto_lo) ? WHAT_PORT : WHAT_BARE;
	bool ports = c.how == HOW_REPLY ? b->sport_lo != b->sport_hi : b->dport_lo != b->dport_hi;
	c.interval = wide || (c.what == WHAT_PORT && ports);
	return c;
}

size_t compile_class(enum net_family family, const struct box *box)
{
	return class_number(class_of(family, box));
}

/* ---- rules and sets -------------------------------------------------------- */

static struct match *match_add(struct compiler *k, struct match *to, uint8_t *count, enum field field,
                               const struct interval *spans, size_t n)
{
	struct interval *kept = ARENA_ARRAY(k->arena, n, struct interval);
	if (!kept) {
		k->no_memory = true;
		return to;
	}
	memcpy(kept, spans, n * sizeof *kept);
	to[(*count)++] = (struct match){.fields = {field}, .field_count = 1, .spans = kept, .span_count = n};
	return to;
}

static struct rule *rule_add(struct compiler *k)
{
	k->r->chains[k->r->chain_count - 1].rules++;
	struct rule *rule = &k->r->rules[k->r->rule_count++];
	rule->raw = "";
	return rule;
}

static void chain_add(struct compiler *k, const char *name, uint32_t table)
{
	k->r->chains[k->r->chain_count++] = (struct chain){
		.name = slice_str(name), .table = table, .first_rule = (uint32_t)k->r->rule_count, .policy = ACTION_NONE};
	k->no_memory |= !name;
}

static void base_add(struct compiler *k, const char *name, uint32_t table, enum net_hook hook)
{
	chain_add(k, name, table);
	struct chain *c = &k->r->chains[k->r->chain_count - 1];
	c->base = true;
	c->hook = hook;
	c->policy = ACTION_DROP;
}

static void key_add(struct set *s, struct match *m, enum field field, enum key_slot slot, const char *type)
{
	m->fields[m->field_count++] = field;
	s->slots[s->fields] = slot;
	s->types[s->fields++] = type;
}

static void key_of(enum net_family family, struct class c, struct set *s, struct match *m)
{
	bool six = family == FAMILY_IP6, arp = family == FAMILY_ARP;
	const char *address = six ? "ipv6_addr" : "ipv4_addr";
	if (c.mac)
		key_add(s, m, arp ? FIELD_ARP_ETHER : FIELD_ETHER_SADDR, SLOT_MAC, "ether_addr");
	key_add(s, m, arp ? FIELD_ARP_SADDR : six ? FIELD_IP6_SADDR : FIELD_IP_SADDR, SLOT_ADDR1, address);
	key_add(s, m, arp ? FIELD_ARP_DADDR : six ? FIELD_IP6_DADDR : FIELD_IP_DADDR, SLOT_ADDR2, address);
	if (c.how == HOW_ARP || c.how == HOW_DISCOVERY)
		return;
	if (c.what == WHAT_ICMP) {
		key_add(s, m, six ? FIELD_ICMPV6_TYPE : FIELD_ICMP_TYPE, SLOT_PORT1, six ? "icmpv6_type" : "icmp_type");
		return;
	}
	key_add(s, m, FIELD_L4PROTO, SLOT_PROTO, "inet_proto");
	if (c.what == WHAT_PORT)
		key_add(s, m, c.how == HOW_REPLY ? FIELD_TH_SPORT : FIELD_TH_DPORT,
		        c.how == HOW_REPLY ? SLOT_PORT2 : SLOT_PORT1, "inet_service");
}

/* What every packet of the class has in common, before its set is asked. */
static void conditions(struct compiler *k, struct class c, struct match *to, uint8_t *count)
{
	const struct interval original = {direction_word(SLICE("original")), 0}, reply = {direction_word(SLICE("reply")), 0};
	const struct interval begun[] = {{state_word(SLICE("new")), 0}, {state_word(SLICE("established")), 0}};
	const struct interval untracked = {state_word(SLICE("untracked")), 0}, discovery[] = {{135, 135}, {136, 136}};
	if (c.how == HOW_ORIGINAL) {
		match_add(k, to, count, FIELD_CT_DIRECTION, &original, 1);
		match_add(k, to, count, FIELD_CT_STATE, begun, 2);
	} else if (c.how == HOW_REPLY) {
		match_add(k, to, count, FIELD_CT_DIRECTION, &reply, 1);
		match_add(k, to, count, FIELD_CT_STATE, begun + 1, 1);
	} else if (c.how == HOW_DISCOVERY) {
		match_add(k, to, count, FIELD_CT_STATE, &untracked, 1);
		match_add(k, to, count, FIELD_ICMPV6_TYPE, discovery, 2);
	}
}

static const char *set_name(struct compiler *k, struct place p, struct class c, size_t place_number, size_t layer)
{
	static const char how[] = "orda", what[] = "pib";
	const char *name = arena_printf(k->arena, "%c%zu_%c%c%c%c%c", "fio"[p.hook], place_number, how[c.how], what[c.what],
	                                p.family == FAMILY_IP6 ? '6' : '4', c.mac ? 'm' : 'w', c.interval ? 'r' : 'e');
	return layer && name ? arena_printf(k->arena, "%s_%zu", name, layer + 1) : name;
}

/* Where a class of boxes goes. */
struct seat {
	const struct atlas_place *place;
	size_t number; /* of the chain */
	uint32_t table;
	struct class class;
};

static void class_rule(struct compiler *k, const struct seat *seat, size_t layer, const struct boxes *boxes)
{
	struct match *matches = ARENA_ARRAY(k->arena, 4, struct match);
	const struct atlas_place *p = seat->place;
	struct class c = seat->class;
	const char *name = set_name(k, p->place, c, seat->number, layer);
	if (!matches || !name || k->r->set_count == k->sets) {
		k->no_memory = true;
		return;
	}
	struct set *s = &k->r->sets[k->r->set_count++];
	*s = (struct set){.name = slice_str(name), .table = seat->table, .interval = c.interval, .counted = true,
	                  .elements = boxes->at, .count = boxes->count};
	struct rule *rule = rule_add(k);
	conditions(k, c, matches, &rule->match_count);
	key_of(p->place.family, c, s, &matches[rule->match_count]);
	matches[rule->match_count++].set = s;
	rule->matches = matches;
	rule->action = ACTION_ACCEPT;
}

/* ---- classes of a place ---------------------------------------------------- */

/* layer_of - the first layer where nothing overlaps the box; `open` is where what may
 * still reach the next box begins, in the order of the first field           */
struct layer {
	struct boxes boxes;
	size_t open;
};

static bool fits(struct layer *l, const struct box *box)
{
	struct box both;
	while (l->open < l->boxes.count && l->boxes.at[l->open].daddr_hi < box->daddr_lo)
		l->open++;
	for (size_t k = l->open; k < l->boxes.count; k++)
		if (box_meet(&l->boxes.at[k], box, &both))
			return false;
	return true;
}

/* deal - each box to its layer: the number of layers, 0: too many, or no memory */
static size_t deal(struct compiler *k, const struct boxes *boxes, bool interval, struct layer *layers)
{
	size_t count = 0, same = 0;
	for (size_t i = 0; i < boxes->count; i++) {
		const struct box *box = &boxes->at[i];
		same = i && box_equal(&boxes->at[i - 1], box) ? same + 1 : 0;
		size_t to = interval ? 0 : same;
		while (interval && to < count && !fits(&layers[to], box))
			to++;
		if (to == LAYERS)
			return 0;
		if (to == count) {
			layers[to] = (struct layer){.open = 0};
			boxes_init(&layers[to].boxes, boxes->count - i);
			layers[to].boxes.at = arena_alloc(k->arena, (boxes->count - i) * sizeof *box);
			layers[to].boxes.room = layers[to].boxes.at ? boxes->count - i : 0;
			count++;
			if (!layers[to].boxes.at)
				return 0;
		}
		boxes_add(&layers[to].boxes, box);
	}
	return count;
}

/* Without overlaps, which is the rule, the boxes are the layer as they stand. */
static bool one_layer(const struct boxes *boxes, bool interval)
{
	size_t open = 0;
	struct box both;
	for (size_t i = 1; i < boxes->count; i++) {
		if (!interval && box_equal(&boxes->at[i - 1], &boxes->at[i]))
			return false;
		while (interval && open < i && boxes->at[open].daddr_hi < boxes->at[i].daddr_lo)
			open++;
		for (size_t k = open; interval && k < i; k++)
			if (box_meet(&boxes->at[k], &boxes->at[i], &both))
				return false;
	}
	return true;
}

static bool class_place(struct compiler *k, const struct seat *seat, const struct boxes *boxes)
{
	struct layer layers[LAYERS];
	k->pieces += boxes->count;
	if (k->pieces > RULESET_ELEMENTS)
		return false;
	if (one_layer(boxes, seat->class.interval)) {
		class_rule(k, seat, 0, boxes);
		return true;
	}
	size_t count = deal(k, boxes, seat->class.interval, layers);
	for (size_t i = 0; i < count; i++)
		class_rule(k, seat, i, &layers[i].boxes);
	return count > 0;
}

/* Boxes are dealt out in their order to arrays of the right size. */
static bool place_rules(struct compiler *k, const struct atlas_place *p, size_t number, uint32_t table)
{
	struct boxes classes[CLASSES];
	size_t counts[CLASSES] = {0};
	bool good = true;
	for (size_t i = 0; i < p->boxes.count; i++)
		counts[class_number(class_of(p->place.family, &p->boxes.at[i]))]++;
	for (size_t c = 0; c < CLASSES; c++) {
		boxes_init(&classes[c], counts[c]);
		classes[c].at = counts[c] ? arena_alloc(k->arena, counts[c] * sizeof *classes[c].at) : NULL;
		classes[c].room = counts[c];
		good &= !counts[c] || classes[c].at;
	}
	for (size_t i = 0; good && i < p->boxes.count; i++)
		boxes_add(&classes[class_number(class_of(p->place.family, &p->boxes.at[i]))], &p->boxes.at[i]);
	for (size_t c = 0; good && c < CLASSES; c++)
		if (classes[c].count) {
			const struct seat seat = {p, number, table, class_at(c)};
			good = class_place(k, &seat, &classes[c]);
		}
	return good;
}

/* ---- chains ---------------------------------------------------------------- */

static bool is_loopback(const struct atlas *a, struct place p)
{
	const char *in = p.in == NO_INTERFACE ? "" : a->names.name[p.in], *out = p.out == NO_INTERFACE ? "" : a->names.name[p.out];
	return (p.hook == HOOK_INPUT && strcmp(in, "lo") == 0) || (p.hook == HOOK_OUTPUT && strcmp(out, "lo") == 0);
}

static bool in_table(enum net_family family, uint32_t table)
{
	return table == 0 ? family == FAMILY_IP4 || family == FAMILY_IP6 : family == FAMILY_ARP;
}

/* Places of both families with the same hook and interfaces share one chain: the
 * place of the other family, or SIZE_MAX.                                   */
static size_t sibling(const struct atlas *a, size_t i, enum net_family family)
{
	struct place p = a->places[i].place;
	p.family = family;
	uint32_t cell = a->cells[atlas_cell(a, p)];
	return cell ? cell - 1 : SIZE_MAX;
}

static bool leads(const struct atlas *a, size_t i)
{
	return a->places[i].place.family != FAMILY_IP6 || sibling(a, i, FAMILY_IP4) == SIZE_MAX;
}

static struct result pair_chain(struct compiler *k, size_t first, uint32_t table, uint32_t refused, struct why *why)
{
	const struct atlas *a = k->atlas;
	struct place p = a->places[first].place;
	chain_add(k, arena_printf(k->arena, "%s_%zu", net_hook_name(p.hook), first), table);
	size_t other = p.family == FAMILY_IP4 ? sibling(a, first, FAMILY_IP6) : SIZE_MAX;
	if (!place_rules(k, &a->places[first], first, table) ||
	    (other != SIZE_MAX && !place_rules(k, &a->places[other], first, table)))
		return fail(why, E_LIMIT, "", "同じ通信の許可が %d 件より多く重なっていて、規則にできません。重なった許可を整理してください。", LAYERS);
	struct rule *end = rule_add(k);
	end->action = ACTION_GOTO;
	end->target = refused;
	return ok();
}

static void pair_map(struct compiler *k, enum net_hook hook, uint32_t table, const uint32_t *pairs, const uint32_t *chains,
                     size_t count)
{
	struct element_extra *extra = ARENA_ARRAY(k->arena, count + 1, struct element_extra);
	struct box *boxes = ARENA_ARRAY(k->arena, count + 1, struct box);
	if (!extra || !boxes) {
		k->no_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct place p = k->atlas->places[pairs[i]].place;
		extra[i] = (struct element_extra){{hook == HOOK_OUTPUT ? p.out : p.in, p.out}, ACTION_GOTO, chains[i]};
		boxes[i] = box_full(FAMILY_IP4);
		boxes[i].owner = OWNER_COMPANION;
	}
	struct set *s = &k->r->sets[k->r->set_count++];
	*s = (struct set){.name = slice_str(hook == HOOK_FORWARD ? "forward_pairs" : hook == HOOK_INPUT ? "input_pairs" : "output_pairs"),
	                  .table = table, .fields = hook == HOOK_FORWARD ? 2 : 1, .map = true,
	                  .slots = {SLOT_NAME1, SLOT_NAME2}, .types = {"ifname", "ifname"},
	                  .elements = boxes, .extra = extra, .count = count};
	struct rule *rule = rule_add(k);
	rule->map = s;
	rule->key_count = s->fields;
	rule->key[0] = hook == HOOK_OUTPUT ? FIELD_OIF : FIELD_IIF;
	rule->key[1] = FIELD_OIF;
}

static void loopback_rule(struct compiler *k, enum net_hook hook)
{
	struct match *m = ARENA_ARRAY(k->arena, 1, struct match);
	struct atlas_names names = k->atlas->names;
	uint16_t lo = atlas_name_add(&names, SLICE("lo"), false);
	const struct interval span = {lo, lo};
	if (hook == HOOK_FORWARD || !m)
		return;
	struct rule *rule = rule_add(k);
	match_add(k, m, &rule->match_count, hook == HOOK_INPUT ? FIELD_IIF : FIELD_OIF, &span, 1);
	rule->matches = m;
	rule->action = ACTION_ACCEPT;
}

static void refused_chain(struct compiler *k, uint32_t table, enum net_hook hook)
{
	chain_add(k, arena_printf(k->arena, "refused_%s", net_hook_name(hook)), table);
	if (table == 0) {
		struct rule *log = rule_add(k);
		log->raw = arena_printf(k->arena, "limit rate 50/second burst 100 packets log prefix \"sekisho %s\" group %d",
		                        net_hook_name(hook), COMPILE_LOG_GROUP);
		k->no_memory |= !log->raw;
	}
	struct rule *drop = rule_add(k);
	drop->raw = "counter";
	drop->action = ACTION_DROP;
}

/* A chain must stand before those that go to it: refused, pairs, hook. */
static struct result hook_chains(struct compiler *k, uint32_t table, enum net_hook hook, struct why *why)
{
	const struct atlas *a = k->atlas;
	uint32_t *pairs = ARENA_ARRAY(k->arena, a->count + 1, uint32_t), *chains = ARENA_ARRAY(k->arena, a->count + 1, uint32_t);
	size_t count = 0;
	uint32_t refused = (uint32_t)k->r->chain_count;
	if (!pairs || !chains)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	refused_chain(k, table, hook);
	for (uint32_t i = 0; i < a->count; i++) {
		struct place p = a->places[i].place;
		if (p.hook != hook || !in_table(p.family, table) || is_loopback(a, p) || !leads(a, i))
			continue;
		pairs[count] = i;
		chains[count++] = (uint32_t)k->r->chain_count;
		TRY(pair_chain(k, i, table, refused, why));
	}
	base_add(k, net_hook_name(hook), table, hook);
	if (table == 0)
		loopback_rule(k, hook);
	if (count)
		pair_map(k, hook, table, pairs, chains, count);
	struct rule *end = rule_add(k);
	end->action = ACTION_GOTO;
	end->target = refused;
	return ok();
}

static bool make_room(struct compiler *k)
{
	size_t places = k->atlas->count + 1, classes = places * CLASSES + 16, most = 0;
	for (size_t i = 0; i < k->atlas->count; i++) /* layers beyond the first take a box each at least */
		most += k->atlas->places[i].boxes.count < CLASSES * LAYERS ? k->atlas->places[i].boxes.count : CLASSES * LAYERS;
	classes += most;
	k->sets = classes;
	struct ruleset *r = k->r;
	r->names = k->atlas->names;
	return (r->tables = ARENA_ARRAY(k->arena, 3, struct table)) &&
	       (r->chains = ARENA_ARRAY(k->arena, places + 24, struct chain)) &&
	       (r->sets = ARENA_ARRAY(k->arena, classes, struct set)) &&
	       (r->rules = ARENA_ARRAY(k->arena, classes + places + 64, struct rule));
}

struct result compile(const struct atlas *atlas, struct arena *arena, struct ruleset **out, struct why *why)
{
	struct compiler k = {.atlas = atlas, .arena = arena, .r = ARENA_NEW(arena, struct ruleset)};
	if (!k.r || !make_room(&k))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	const enum table_family families[] = {TABLE_INET, TABLE_ARP, TABLE_BRIDGE};
	for (uint32_t t = 0; t < 3; t++)
		k.r->tables[k.r->table_count++] = (struct table){SLICE("sekisho"), families[t]};
	for (enum net_hook hook = HOOK_FORWARD; hook < HOOK_COUNT; hook++)
		TRY(hook_chains(&k, 0, hook, why));
	TRY(hook_chains(&k, 1, HOOK_INPUT, why));
	TRY(hook_chains(&k, 1, HOOK_OUTPUT, why));
	for (enum net_hook hook = HOOK_FORWARD; hook < HOOK_COUNT; hook++)
		base_add(&k, net_hook_name(hook), 2, hook);
	if (k.no_memory)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	*out = k.r;
	return ok();
}
