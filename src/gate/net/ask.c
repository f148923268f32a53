/* A question: the flows that answer it, or what a permission would meet. */
#include "gate/net/analyse.h"

#include <stdio.h>

static bool id_end(const struct net_model *m, struct slice text, struct net_end *out)
{
	if (slice_is(text, "border")) {
		*out = (struct net_end){END_BORDER, 0};
		return true;
	}
	for (size_t i = 0; i < m->station_count; i++)
		if (slice_equal(m->stations[i].id, text)) {
			*out = (struct net_end){END_STATION, (uint32_t)i};
			return true;
		}
	for (size_t i = 0; i < m->zone_count; i++)
		if (slice_equal(m->zones[i].id, text)) {
			*out = (struct net_end){END_ZONE, (uint32_t)i};
			return true;
		}
	return false;
}

static bool address_end(const struct net_model *m, enum net_family family, wide_t at, struct net_end *out)
{
	for (size_t i = 0; i < m->own_count; i++)
		if (m->own[i].family == family && m->own[i].span.lo == at) {
			*out = (struct net_end){END_BORDER, 0};
			return true;
		}
	for (size_t i = 0; i < m->station_count; i++)
		for (size_t a = 0; a < m->stations[i].address_count; a++) {
			const struct net_range *r = &m->stations[i].addresses[a];
			if (r->family == family && r->span.lo <= at && at <= r->span.hi) {
				*out = (struct net_end){END_STATION, (uint32_t)i};
				return true;
			}
		}
	for (size_t i = 0; i < m->subnet_count; i++)
		if (m->subnets[i].family == family && m->subnets[i].span.lo <= at && at <= m->subnets[i].span.hi) {
			*out = (struct net_end){END_ZONE, m->interfaces[m->subnets[i].interface].zone};
			return true;
		}
	return false;
}

struct side {
	struct net_end end;
	bool address;
	struct net_range at; /* if an address was asked for */
};

static struct result side_of(const struct net_model *m, struct slice text, struct side *out, struct why *why)
{
	wide_t at;
	*out = (struct side){.address = address_read(text, &out->at.family, &at)};
	out->at.span = (struct interval){at, at};
	if (out->address ? address_end(m, out->at.family, at, &out->end) : id_end(m, text, &out->end))
		return ok();
	return fail(why, E_ABSENT, "", "「%.*s」という端末・相手・領域・アドレスは、構成表にありません。", SLICE_ARG(slice_part(text, 0, 80)));
}

static bool one_in(const struct net_model *m, struct net_end end, const struct side *s)
{
	if (!s->address)
		return end.kind == s->end.kind && (end.kind == END_BORDER || end.index == s->end.index);
	struct net_end holder;
	if (end.kind == END_ZONE) /* a station of the zone, or a free address in it */
		return address_end(m, s->at.family, s->at.span.lo, &holder) && model_zone_of(m, holder) == end.index;
	return address_end(m, s->at.family, s->at.span.lo, &holder) && holder.kind == end.kind && holder.index == end.index;
}

static bool covers(const struct net_model *m, struct net_end end, bool any, const struct net_range *range, const struct side *s)
{
	bool in = one_in(m, end, s) || (end.kind == END_ZONE && s->end.kind == END_STATION && model_zone_of(m, s->end) == end.index &&
	                                !m->stations[s->end.index].peer);
	if (!in || any || !s->address)
		return in;
	return range->family == s->at.family && span_inside(s->at.span, range->span);
}

static bool answers(const struct net_model *m, const struct net_flow *f, const struct net_question *q, const struct side *from,
                    const struct side *to)
{
	uint64_t mac;
	bool icmp = q->proto == PROTO_ICMP || q->proto == PROTO_ICMPV6;
	if (f->proto != q->proto || (!icmp && (q->port < f->port_lo || q->port > f->port_hi)))
		return false;
	if (q->mac.len && !f->any_mac && (!mac_read(q->mac, &mac) || mac != f->mac))
		return false;
	return covers(m, f->from, f->any_src, &f->src, from) && covers(m, f->to, f->any_dst, &f->dst, to);
}

/* The least that a permission would have to say, judged by the laws. */
struct asker {
	const struct net_model *m;
	const struct net_lawbook *book;
	day_t day;
	const struct net_question *q;
	const struct side *from, *to;
	struct arena *arena;
};

static struct result judge(const struct asker *a, bool every_post, struct net_findings *out)
{
	const struct net_model *m = a->m;
	const struct net_question *q = a->q;
	const struct side *from = a->from, *to = a->to;
	struct arena *arena = a->arena;
	day_t day = a->day;
	struct net_model one = *m;
	struct net_flow *f = ARENA_NEW(arena, struct net_flow);
	if (!f)
		return (struct result){E_MEMORY};
	*f = (struct net_flow){
		.id = SLICE("（新しい許可）"), .purpose = SLICE("?"), .owner = SLICE("?"), .clause = SLICE("?"), .from = from->end, .to = to->end,
		.proto = q->proto, .port_lo = q->port, .port_hi = q->port, .one_port = true, .every_post = every_post,
		.any_src = !from->address, .any_dst = !to->address, .src = from->at, .dst = to->at, .begin = day, .end = day, .review = day};
	/* a machine with one address is as good as the address */
	const struct side *sides[] = {from, to};
	for (size_t i = 0; i < 2; i++) {
		if (sides[i]->end.kind != END_STATION || sides[i]->address)
			continue;
		const struct net_station *s = &m->stations[sides[i]->end.index];
		*(i ? &f->any_dst : &f->any_src) = s->address_count != 1;
		*(i ? &f->dst : &f->src) = s->addresses[0];
	}
	f->any_mac = from->end.kind != END_STATION || !m->stations[from->end.index].has_mac;
	for (size_t i = 0; i < m->service_count; i++)
		if (m->services[i].proto == q->proto && m->services[i].port_lo <= q->port && q->port <= m->services[i].port_hi)
			f->service = &m->services[i];
	one.flows = f;
	one.flow_count = 1;
	struct result judged = model_laws(&one, a->book, day, arena, out, NULL);
	return judged.code == E_DENIED ? ok() : judged;
}

struct result net_ask(const struct net_model *m, const struct net_lawbook *book, day_t day,
                      const struct net_question *q, struct arena *arena, struct net_answer *out, struct why *why)
{
	struct side from, to;
	TRY(side_of(m, q->from, &from, why));
	TRY(side_of(m, q->to, &to, why));
	*out = (struct net_answer){.from = from.end, .to = to.end, .forbidden = findings_new(arena), .needed = findings_new(arena)};
	out->flows = ARENA_ARRAY(arena, m->flow_count + 1, const struct net_flow *);
	if (!out->flows || !out->forbidden || !out->needed)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; i < m->flow_count; i++)
		if (flow_active(&m->flows[i], day) && answers(m, &m->flows[i], q, &from, &to))
			out->flows[out->flow_count++] = &m->flows[i];
	out->reaches = out->flow_count > 0;
	if (out->reaches)
		return ok();
	const struct asker a = {m, book, day, q, &from, &to, arena};
	TRY(judge(&a, true, out->forbidden));
	return judge(&a, false, out->needed);
}
