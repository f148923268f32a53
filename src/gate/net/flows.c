/* From permissions to packets.
 *
 * A flow from A to B is two boxes: its packets (new, or established in the
 * original direction) from A's interface to B's, and the answers, mirrored.
 * Answers are boxes of their own and not "whatever is established", so that
 * taking a flow away takes both directions away at once.                    */
#include "gate/net/atlas.h"

#include <stdlib.h>

/* One side of a flow: where, which addresses, which card. */
struct flank {
	const struct net_range *ranges; /* every row is of this end ... */
	size_t count;
	struct net_range one;           /* ... or this one */
	bool border, has_mac;
	uint32_t zone;                  /* UINT32_MAX: no filter by zone */
	uint64_t mac;
};
struct maker {
	const struct net_model *model;
	struct atlas *atlas;
	uint32_t flow;
	bool companions;
	struct met { /* stations whose companions are there already */
		wide_t address;
		uint64_t mac;
		uint32_t interface;
		enum net_family family;
		bool used;
	} *met;
	size_t met_mask;
};

static void put(struct maker *k, enum net_hook hook, enum net_family family, uint32_t in, uint32_t out,
                const struct box *box)
{
	struct place place = {hook, family, (uint16_t)in, (uint16_t)out};
	struct boxes *boxes = atlas_boxes(k->atlas, place);
	if (boxes)
		boxes_add(boxes, box);
	if (!boxes || boxes->failed)
		k->atlas->failed = true;
}

static void set_mac(struct box *b, bool has, uint64_t mac)
{
	b->mac_lo = has ? mac : 0;
	b->mac_hi = has ? mac : MAC_MAX;
}

static struct box forth(const struct maker *k, const struct net_flow *f, const struct net_range *a,
                        const struct net_range *b, const struct flank *from)
{
	struct box box = box_full(a->family);
	box.saddr_lo = a->span.lo, box.saddr_hi = a->span.hi;
	box.daddr_lo = b->span.lo, box.daddr_hi = b->span.hi;
	box.proto_lo = box.proto_hi = f->proto;
	box.dport_lo = f->port_lo, box.dport_hi = f->port_hi;
	box.state_lo = STATE_NEW, box.state_hi = STATE_ORIGINAL;
	box.owner = k->flow;
	set_mac(&box, from->has_mac && !from->border, from->mac);
	return box;
}

static struct box back(const struct box *out, const struct net_flow *f, const struct flank *to)
{
	struct box box = *out;
	box.saddr_lo = out->daddr_lo, box.saddr_hi = out->daddr_hi;
	box.daddr_lo = out->saddr_lo, box.daddr_hi = out->saddr_hi;
	box.sport_lo = out->dport_lo, box.sport_hi = out->dport_hi;
	box.dport_lo = out->sport_lo, box.dport_hi = out->sport_hi;
	box.state_lo = box.state_hi = STATE_REPLY;
	if (f->proto == PROTO_ICMP || f->proto == PROTO_ICMPV6) {
		box.sport_lo = 0, box.sport_hi = PORT_MAX;
		box.dport_lo = box.dport_hi = f->proto == PROTO_ICMP ? 0 : 129;
	}
	set_mac(&box, to->has_mac && !to->border, to->mac);
	return box;
}

/* ---- what must pass so that hosts find each other ------------------------- */

#define LINK_LOCAL ((wide_t)0xFE80 << 112)
#define SOLICITED (((wide_t)0xFF02 << 112) | ((wide_t)1 << 32) | 0xFF000000u)
static const unsigned link_local_bits = 118, solicited_bits = 24;

static struct interval bits_span(wide_t base, unsigned bits)
{
	return (struct interval){base, base | (((wide_t)1 << bits) - 1)};
}

/* ND of one station: it asks for us and answers us; we ask for it and answer.
 * source  RFC 4861 sections 4.3, 4.4; solicited-node groups RFC 4291 section 2.7.1 */
static void put_discovery(struct maker *k, const struct net_range *at, struct interval own, const struct flank *who)
{
	struct box box = box_full(FAMILY_IP6);
	const struct interval ours[] = {own, bits_span(LINK_LOCAL, link_local_bits), bits_span(SOLICITED, solicited_bits)};
	const struct interval theirs[] = {at->span, ours[1], ours[2]};
	box.owner = OWNER_COMPANION;
	box.proto_lo = box.proto_hi = PROTO_ICMPV6;
	box.dport_lo = 135, box.dport_hi = 136;
	box.state_lo = box.state_hi = STATE_UNTRACKED;
	for (size_t s = 0; s < 2; s++)
		for (size_t d = 0; d < 3; d++) {
			struct box in = box, out = box;
			set_mac(&in, who->has_mac, who->mac);
			box_set(&in, DIM_SADDR, theirs[s]);
			box_set(&in, DIM_DADDR, ours[d]);
			put(k, HOOK_INPUT, FAMILY_IP6, at->interface, NO_INTERFACE, &in);
			box_set(&out, DIM_SADDR, ours[s]);
			box_set(&out, DIM_DADDR, theirs[d]);
			put(k, HOOK_OUTPUT, FAMILY_IP6, NO_INTERFACE, at->interface, &out);
		}
}

/* source  RFC 826; the frame's own source is not seen by the arp family, the
 * sender's hardware address inside is                                       */
static void put_arp(struct maker *k, const struct net_range *at, struct interval own, const struct flank *who)
{
	struct box in = box_full(FAMILY_ARP), out = in;
	in.owner = out.owner = OWNER_COMPANION;
	set_mac(&in, who->has_mac, who->mac);
	box_set(&in, DIM_SADDR, at->span);
	box_set(&in, DIM_DADDR, own);
	put(k, HOOK_INPUT, FAMILY_ARP, at->interface, NO_INTERFACE, &in);
	box_set(&out, DIM_SADDR, own);
	box_set(&out, DIM_DADDR, at->span);
	put(k, HOOK_OUTPUT, FAMILY_ARP, NO_INTERFACE, at->interface, &out);
}

/* met_before - a station that many flows name needs its companions once; where
 * there is no memory to remember it they are put again, and sorted out later */
static bool met_before(struct maker *k, const struct net_range *at, const struct flank *who)
{
	uint64_t mac = who->has_mac ? who->mac : ~(uint64_t)0;
	if (!k->met || at->span.lo != at->span.hi)
		return false;
	uint64_t hash = ((uint64_t)at->span.lo ^ (uint64_t)(at->span.lo >> 64)) * 0x9E3779B97F4A7C15ULL ^ mac ^ (uint64_t)at->interface << 48;
	size_t slot = (hash * 0x9E3779B97F4A7C15ULL >> 20) & k->met_mask;
	for (size_t tries = 0; tries < 8; tries++, slot = (slot + 1) & k->met_mask) {
		struct met *m = &k->met[slot];
		if (m->used && m->address == at->span.lo && m->mac == mac && m->interface == at->interface && m->family == at->family)
			return true;
		if (m->used)
			continue;
		*m = (struct met){at->span.lo, mac, at->interface, at->family, true};
		return false;
	}
	return false;
}

static void put_companions(struct maker *k, const struct net_range *at, const struct flank *who)
{
	const struct net_model *m = k->model;
	if (!k->companions || who->border || met_before(k, at, who))
		return;
	for (size_t i = 0; i < m->own_count; i++) {
		if (m->own[i].interface != at->interface || m->own[i].family != at->family)
			continue;
		if (at->family == FAMILY_IP6)
			put_discovery(k, at, m->own[i].span, who);
		else
			put_arp(k, at, m->own[i].span, who);
	}
}

/* ---- one flow ------------------------------------------------------------- */

static void put_pair(struct maker *k, const struct net_flow *f, const struct flank *from, const struct net_range *a,
                     const struct flank *to, const struct net_range *b)
{
	struct box out = forth(k, f, a, b, from), in = back(&out, f, to);
	if (to->border) {
		put(k, HOOK_INPUT, a->family, a->interface, NO_INTERFACE, &out);
		put(k, HOOK_OUTPUT, a->family, NO_INTERFACE, a->interface, &in);
	} else if (from->border) {
		put(k, HOOK_OUTPUT, a->family, NO_INTERFACE, b->interface, &out);
		put(k, HOOK_INPUT, a->family, b->interface, NO_INTERFACE, &in);
	} else {
		put(k, HOOK_FORWARD, a->family, a->interface, b->interface, &out);
		put(k, HOOK_FORWARD, a->family, b->interface, a->interface, &in);
	}
	put_companions(k, a, from);
	put_companions(k, b, to);
}

static bool fits(const struct net_model *m, const struct flank *flank, const struct net_range *row)
{
	return flank->zone == UINT32_MAX || (!row->outside && m->interfaces[row->interface].zone == flank->zone);
}

/* Where "*" says nothing, the border speaks with its address on the other's own
 * interface: anything else would be the weak host's way round.              */
static bool usable(const struct net_flow *f, const struct flank *from, const struct net_range *a,
                   const struct flank *to, const struct net_range *b)
{
	if (a->family != b->family)
		return false;
	if ((f->proto == PROTO_ICMP && a->family != FAMILY_IP4) || (f->proto == PROTO_ICMPV6 && a->family != FAMILY_IP6))
		return false;
	bool loose = (from->border && f->any_src) || (to->border && f->any_dst);
	return !loose || a->interface == b->interface;
}

static struct flank flank_of(const struct net_model *m, const struct net_flow *f, bool source)
{
	struct net_end end = source ? f->from : f->to;
	bool any = source ? f->any_src : f->any_dst;
	struct flank flank = {.zone = UINT32_MAX, .one = source ? f->src : f->dst, .border = end.kind == END_BORDER};
	if (end.kind == END_STATION) {
		const struct net_station *s = &m->stations[end.index];
		flank.ranges = s->addresses, flank.count = s->address_count;
		flank.has_mac = s->has_mac && !(source && f->any_mac), flank.mac = s->mac;
	} else if (end.kind == END_ZONE) {
		flank.ranges = m->subnets, flank.count = m->subnet_count, flank.zone = end.index;
	} else
		flank.ranges = m->own, flank.count = m->own_count;
	if (source && !f->any_mac)
		flank.has_mac = true, flank.mac = f->mac;
	if (!any)
		flank.ranges = NULL, flank.count = 1;
	return flank;
}

static void put_flow(struct maker *k, const struct net_flow *f)
{
	struct flank from = flank_of(k->model, f, true), to = flank_of(k->model, f, false);
	for (size_t i = 0; i < from.count; i++) {
		const struct net_range *a = from.ranges ? &from.ranges[i] : &from.one;
		for (size_t j = 0; fits(k->model, &from, a) && j < to.count; j++) {
			const struct net_range *b = to.ranges ? &to.ranges[j] : &to.one;
			if (fits(k->model, &to, b) && usable(f, &from, a, &to, b))
				put_pair(k, f, &from, a, &to, b);
		}
	}
}

static void put_loopback(struct maker *k)
{
	uint32_t lo = atlas_name_add(&k->atlas->names, SLICE("lo"), false);
	for (enum net_family family = FAMILY_IP4; family <= FAMILY_IP6; family++) {
		struct box all = box_full(family);
		all.owner = OWNER_COMPANION;
		put(k, HOOK_INPUT, family, lo, NO_INTERFACE, &all);
		put(k, HOOK_OUTPUT, family, NO_INTERFACE, lo, &all);
	}
}

/* Two flows that permit the very same packet stay two boxes: both are counted. */
static void without_twins(struct boxes *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->count; i++)
		if (n == 0 || box_compare(&b->at[n - 1], &b->at[i]) != 0)
			b->at[n++] = b->at[i];
	b->count = n;
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = &((const struct atlas_place *)a)->place, *y = &((const struct atlas_place *)b)->place;
	const int keys[4][2] = {{(int)x->hook, (int)y->hook}, {(int)x->family, (int)y->family}, {x->in, y->in}, {x->out, y->out}};
	for (size_t i = 0; i < 4; i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	return 0;
}

static struct result settle(struct atlas *a, struct why *why)
{
	for (size_t i = 0; !a->failed && i < a->count; i++) {
		a->failed |= a->places[i].boxes.failed || !boxes_sort(&a->places[i].boxes);
		if (!a->failed)
			without_twins(&a->places[i].boxes);
	}
	if (a->failed)
		return fail(why, E_LIMIT, "", "許可された通信が多すぎて、メモリーに収まりません。");
	if (a->count)
		qsort(a->places, a->count, sizeof *a->places, by_place);
	for (size_t i = 0; i < a->count; i++)
		a->cells[atlas_cell(a, a->places[i].place)] = (uint32_t)i + 1;
	return ok();
}

struct result atlas_of_flows(const struct net_model *model, day_t day, const bool *closed, struct atlas *out,
                             struct why *why)
{
	struct atlas_names names;
	atlas_names_of(model, &names);
	struct maker k = {.model = model, .atlas = out, .companions = true};
	if (!atlas_init(out, &names))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (k.met_mask = 255; k.met_mask < 2 * model->flow_count; k.met_mask = 2 * k.met_mask + 1)
		;
	k.met = calloc(k.met_mask + 1, sizeof *k.met);
	put_loopback(&k);
	for (size_t i = 0; i < model->flow_count && !out->failed; i++) {
		k.flow = (uint32_t)i;
		if (flow_active(&model->flows[i], day) && !(closed && closed[i]))
			put_flow(&k, &model->flows[i]);
	}
	free(k.met);
	return settle(out, why);
}

struct result flow_boxes(const struct net_model *model, uint32_t flow, bool companions, struct atlas *out, struct why *why)
{
	struct atlas_names names;
	atlas_names_of(model, &names);
	struct maker k = {.model = model, .atlas = out, .flow = flow, .companions = companions};
	if (!atlas_init(out, &names))
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	put_flow(&k, &model->flows[flow]);
	return settle(out, why);
}
