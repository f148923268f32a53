/* Why a packet was refused, as the model sees it: which zones it stood between, and
 * what is permitted there instead.                                          */
#include "gate/net/tally.h"

#include <stdlib.h>

struct stand { /* where an address lives */
	struct net_end end;
	uint32_t interface; /* UINT32_MAX: nowhere */
};

static bool holds(const struct net_range *r, enum net_family family, wide_t at)
{
	return r->family == family && r->span.lo <= at && at <= r->span.hi;
}

static struct stand stand_of(const struct net_model *m, enum net_family family, wide_t at)
{
	for (size_t i = 0; i < m->own_count; i++)
		if (holds(&m->own[i], family, at))
			return (struct stand){{END_BORDER, 0}, m->own[i].interface};
	for (size_t i = 0; i < m->station_count; i++)
		for (size_t a = 0; a < m->stations[i].address_count; a++)
			if (holds(&m->stations[i].addresses[a], family, at))
				return (struct stand){{END_STATION, (uint32_t)i}, m->stations[i].addresses[a].interface};
	for (size_t i = 0; i < m->subnet_count; i++)
		if (holds(&m->subnets[i], family, at))
			return (struct stand){{END_ZONE, m->interfaces[m->subnets[i].interface].zone}, m->subnets[i].interface};
	return (struct stand){{END_BORDER, 0}, UINT32_MAX};
}

/* The flow's end is that machine, or its whole zone. */
static bool about(const struct net_model *m, struct net_end end, bool any, const struct net_range *one, struct stand s,
                  enum net_family family, wide_t at)
{
	bool peer = s.end.kind == END_STATION && m->stations[s.end.index].peer;
	bool zone = end.kind == END_ZONE && s.end.kind != END_BORDER && !peer && model_zone_of(m, s.end) == end.index;
	bool same = end.kind == s.end.kind && (end.kind == END_BORDER || end.index == s.end.index);
	return (zone || same) && (any || holds(one, family, at));
}

enum refusal_reason refusal_reason(const struct net_model *m, day_t day, const struct refused_packet *r)
{
	struct stand from = stand_of(m, r->family, r->src), to = stand_of(m, r->family, r->dst);
	enum refusal_reason reason = REFUSED_NOBODY;
	bool icmp = r->proto == PROTO_ICMP || r->proto == PROTO_ICMPV6;
	if (from.interface == UINT32_MAX || to.interface == UINT32_MAX)
		return REFUSED_STRANGER;
	if (r->in[0] && strcmp(m->interfaces[from.interface].name, r->in) != 0)
		return REFUSED_SPOOFED;
	for (size_t i = 0; i < m->flow_count; i++) {
		const struct net_flow *f = &m->flows[i];
		enum refusal_reason here = REFUSED_PORT;
		if (!about(m, f->from, f->any_src, &f->src, from, r->family, r->src) || !about(m, f->to, f->any_dst, &f->dst, to, r->family, r->dst))
			continue;
		bool thing = f->proto == r->proto && (icmp || (f->port_lo <= r->port && r->port <= f->port_hi));
		if (thing && !flow_active(f, day))
			here = REFUSED_ENDED;
		else if (thing)
			here = f->any_mac || f->mac == r->mac || r->mac == 0 ? REFUSED_CUT : REFUSED_CARD;
		reason = here > reason ? here : reason;
	}
	return reason;
}

const char *refusal_reason_text(enum refusal_reason reason)
{
	static const char *const texts[REFUSED_REASONS] = {
		[REFUSED_NOBODY] = "この間の通信は、だれも許可していません。",
		[REFUSED_PORT] = "許可されているのは、この間の別の通信です。",
		[REFUSED_CARD] = "許可された機器ではありません（MACアドレスが違います）。",
		[REFUSED_ENDED] = "許可の期間の外です。",
		[REFUSED_CUT] = "許可はありますが、切られているか、まだ規則に入っていません。",
		[REFUSED_SPOOFED] = "送り元のアドレスが、その接続口のものではありません。",
		[REFUSED_STRANGER] = "どの領域にもないアドレスです。",
	};
	return reason < REFUSED_REASONS ? texts[reason] : "";
}

static uint32_t zone_at(const struct net_model *m, struct stand s)
{
	if (s.interface == UINT32_MAX)
		return UINT32_MAX;
	return s.end.kind == END_BORDER ? (uint32_t)m->zone_count : m->interfaces[s.interface].zone;
}

static int by_count(const void *a, const void *b)
{
	const struct refusal_row *x = a, *y = b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->last->last_ms > y->last->last_ms ? -1 : x->last->last_ms < y->last->last_ms;
}

struct result refusals_rows(const struct net_model *m, day_t day, const struct refusals *r, struct arena *arena,
                            struct refusal_row **out, size_t *count, struct why *why)
{
	struct refusal_row *rows = ARENA_ARRAY(arena, r->count + 1, struct refusal_row);
	size_t n = 0, k;
	if (!rows)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; i < r->count; i++) {
		const struct refused_packet *f = &r->at[i];
		uint32_t from = zone_at(m, stand_of(m, f->family, f->src)), to = zone_at(m, stand_of(m, f->family, f->dst));
		enum refusal_reason reason = refusal_reason(m, day, f);
		for (k = 0; k < n && !(rows[k].from == from && rows[k].to == to && rows[k].reason == reason); k++)
			;
		if (k == n)
			rows[n++] = (struct refusal_row){from, to, reason, 0, f};
		rows[k].count += f->count;
		if (f->last_ms > rows[k].last->last_ms)
			rows[k].last = f;
	}
	if (n)
		qsort(rows, n, sizeof *rows, by_count);
	*out = rows;
	*count = n;
	return ok();
}

const char *refusal_zone(const struct net_model *m, uint32_t zone, struct arena *arena)
{
	if (zone == UINT32_MAX)
		return "どの領域でもない所";
	if (zone >= m->zone_count)
		return "関所";
	const char *name = arena_printf(arena, "%s（%.*s）", zone_kind_title(m->zones[zone].kind), SLICE_ARG(m->zones[zone].id));
	return name ? name : "";
}
