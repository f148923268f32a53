/* Models by chance for the test network: four zones of three hosts each behind the
 * border's four interfaces, and flows of every sort.                         */
#ifndef SEKISHO_TESTS_MODELS_H
#define SEKISHO_TESTS_MODELS_H

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
	static const struct {
		const char *word;
		int ports; /* none, one, a range */
	} whats[] = {{"tcp", 1}, {"udp", 1}, {"icmp\techo", 0}, {"icmpv6\techo", 0}, {"tcp", 2}, {"udp", 2}};
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
		size_t what = chance(6);
		unsigned wide = 1 + chance(5);
		buffer_put_str(out, whats[what].word);
		if (whats[what].ports)
			buffer_printf(out, "\t%u", port);
		if (whats[what].ports == 2)
			buffer_printf(out, "-%u", port + wide);
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

#endif
