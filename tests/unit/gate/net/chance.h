/* Models by chance for the test network: four zones of three hosts each behind the
 * border's four interfaces, and flows of every sort; and, apart from all code of
 * the room, the question whether a model permits a packet.                  */
#ifndef SEKISHO_TESTS_CHANCE_H
#define SEKISHO_TESTS_CHANCE_H

#include "wire.h"
#include "zones.h"

static uint64_t chance_seed;
static uint32_t chance(uint32_t n)
{
	chance_seed = chance_seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(chance_seed >> 33) % n;
}

enum { HOSTS = 3 };
static void chance_end(struct buffer *out, unsigned zone, unsigned host)
{
	if (host == HOSTS)
		buffer_printf(out, "\tz%u", zone);
	else if (host == HOSTS + 1)
		buffer_put_str(out, "\tborder");
	else
		buffer_printf(out, "\th%u%u", zone, host);
}

static void chance_flow(struct buffer *out, unsigned number, bool my_number)
{
	static const char *const whats[] = {"tcp\t%u", "udp\t%u", "icmp\techo", "icmpv6\techo", "tcp\t%u-%u", "udp\t%u-%u"};
	unsigned from = 1 + chance(4), to = 1 + chance(4), a = chance(HOSTS + 2), b = chance(HOSTS + 2), port = 100 + chance(20);
	if (a == HOSTS + 1 && b == HOSTS + 1)
		b = 0;
	buffer_printf(out, "flow\tF%u", number);
	if (my_number) { /* zone 1: every field */
		a = chance(HOSTS), b = chance(HOSTS), to = 2 + chance(3), from = 1;
		chance_end(out, from, a);
		chance_end(out, to, b);
		buffer_printf(out, "\t02:00:00:00:01:%02x\t10.1.0.%u\t10.%u.0.%u\t%s\t%u", (a + 1) * 16, 10 + a, to, 10 + b,
		              chance(2) ? "tcp" : "udp", port);
	} else {
		from = from == 1 ? 2 : from;
		to = to == 1 ? 3 : to;
		chance_end(out, from, a);
		chance_end(out, to, b);
		if (a < HOSTS && chance(2))
			buffer_printf(out, "\t02:00:00:00:%02x:%02x", from, (a + 1) * 16);
		else
			buffer_put_str(out, "\t*");
		buffer_put_str(out, "\t*\t*\t");
		char what[40];
		const char *format = whats[chance(6)];
		snprintf(what, sizeof what, strstr(format, "%u-") ? "%.3s\t%u-%u" : strstr(format, "%u") ? "%.3s\t%u" : "%s",
		         format, port, port + 1 + chance(5));
		if (!strchr(format, '%'))
			buffer_put_str(out, format);
		else
			buffer_put_str(out, what);
	}
	buffer_put_str(out, "\tpurpose\towner\tmanager:m\tclause\t2026-01-01\t2030-01-01\t2027-01-01\n");
}

static void chance_model(struct buffer *out)
{
	buffer_put_str(out, "body\ta\timabari\talpha\ttest\n");
	for (unsigned z = 1; z <= 4; z++) {
		buffer_printf(out, "zone\tz%u\t%s\tx\ninterface\teth%u\tz%u\n", z, z == 1 ? "my_number" : "other", z, z);
		buffer_printf(out, "subnet\t10.%u.0.0/24\teth%u\nsubnet\tfd00:%u::/64\teth%u\n", z, z, z, z);
		buffer_printf(out, "own\t10.%u.0.1\teth%u\nown\tfd00:%u::1\teth%u\n", z, z, z, z);
		for (unsigned h = 0; h < HOSTS; h++)
			buffer_printf(out, "host\th%u%u\tz%u\t02:00:00:00:%02x:%02x\t10.%u.0.%u fd00:%u::%x\t-\tx\n", z, h, z, z,
			              (h + 1) * 16, z, 10 + h, z, 16 + h);
	}
	unsigned flows = 4 + chance(7);
	for (unsigned i = 0; i < flows; i++)
		chance_flow(out, i, chance(3) == 0);
}

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
