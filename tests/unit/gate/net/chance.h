/* Models by chance, and, apart from all code of the room, the question whether a
 * model permits a packet.                                                   */
#ifndef SEKISHO_TESTS_CHANCE_H
#define SEKISHO_TESTS_CHANCE_H

#include "models.h"
#include "wire.h"

/* ---- does the model permit it ------------------------------------------------- */

static int chance_interface(wide_t address, enum net_family family)
{
	for (int z = 1; z <= 4; z++) {
		wide_t net = family == FAMILY_IP6 ? ((wide_t)0xFD00 << 112) | ((wide_t)(unsigned)z << 96)
		                                  : (wide_t)(0x0A000000u | (unsigned)z << 16);
		unsigned host = family == FAMILY_IP6 ? 64 : 8;
		if (address >> host == net >> host)
			return z - 1;
	}
	return -1;
}

static bool chance_own(wide_t address, enum net_family family)
{
	int i = chance_interface(address, family);
	return i >= 0 && (address & (family == FAMILY_IP6 ? ~(uint64_t)0 : 0xFF)) == 1;
}

/* The end has this address, seen through that interface. */
static bool end_is(const struct net_model *m, struct net_end end, wide_t address, enum net_family family, int interface)
{
	if (end.kind == END_BORDER)
		return chance_own(address, family) && chance_interface(address, family) == interface;
	if (chance_interface(address, family) != interface)
		return false;
	if (end.kind == END_ZONE)
		return (int)end.index == interface;
	const struct net_station *s = &m->stations[end.index];
	for (size_t i = 0; i < s->address_count; i++)
		if (s->addresses[i].family == family && s->addresses[i].span.lo == address)
			return true;
	return false;
}

/* permitted - the shot may pass from where it comes to `out` (WIRES: the border) */
static bool permitted(const struct net_model *m, const struct shot *s, int out)
{
	for (size_t i = 0; i < m->flow_count; i++) {
		const struct net_flow *f = &m->flows[i];
		bool border = out == WIRES;
		if (f->proto != s->proto || s->dport < f->port_lo || s->dport > f->port_hi || (f->to.kind == END_BORDER) != border ||
		    f->from.kind == END_BORDER)
			continue;
		if (!f->any_mac && f->mac != s->mac)
			continue;
		if (!f->any_src && f->src.span.lo != s->src)
			continue;
		if (!f->any_dst && f->dst.span.lo != s->dst)
			continue;
		if (end_is(m, f->from, s->src, s->family, s->in) && end_is(m, f->to, s->dst, s->family, border ? s->in : out))
			return true;
	}
	return false;
}

#endif
