/* One flow more or less, thousands of times: after each step the short proof must say
 * what prove() says about the whole, also when the step was done wrongly.    */
#include "models.h"

#include "gate/net/standing.h"

enum { MODELS = 60, STEPS = 60 };

struct desk {
	struct zones z;
	struct standing *standing;
	size_t changes, refused, spoilt, found;
};

static void dense_model(struct buffer *out)
{
	/* many flows on few ports, so that they overlap and repeat each other */
	chance_model(out);
	for (unsigned i = 0; i < 14; i++)
		chance_flow(out, 100 + i, chance(4) == 0);
}

static void begin(struct desk *d)
{
	struct buffer text;
	buffer_init(&text, 1 << 20);
	dense_model(&text);
	CHECK_OK(zones_read(&d->z, buffer_cstr(&text)), &d->z.why);
	buffer_done(&text);
	CHECK_OK(standing_new(d->z.model, d->z.today, NULL, &d->standing, &d->z.why), &d->z.why);
}

static enum proof_verdict whole(struct desk *d)
{
	AUTO(atlas_drop) struct atlas atlas = {.count = 0};
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct ruleset *rules = NULL;
	struct proof proof = {.verdict = PROOF_UNKNOWN};
	CHECK_OK(atlas_of_flows(d->z.model, d->z.today, standing_closed(d->standing), &atlas, &d->z.why), &d->z.why);
	CHECK_OK(standing_ruleset(d->standing, arena, &rules, &d->z.why), &d->z.why);
	CHECK_OK(prove(&atlas, rules, PROOF_FUEL, &proof, &d->z.why), &d->z.why);
	return proof.verdict;
}

/* step - false: the ruleset is spoilt now, begin anew */
static bool step(struct desk *d)
{
	struct standing_change change;
	uint32_t flow = chance((uint32_t)d->z.model->flow_count);
	bool on = standing_closed(d->standing)[flow], spoil = chance(12) == 0;
	if (spoil)
		standing_spoil(d->standing);
	struct result r = standing_flow(d->standing, flow, on, &change, &d->z.why);
	CHECK_OK(r, &d->z.why);
	enum proof_verdict all = whole(d);
	d->changes++;
	d->spoilt += spoil;
	d->found += change.proof.verdict == PROOF_DIFFERS;
	if (change.proof.verdict != all) {
		printf("  flow %u %s: short %d, whole %d, %zu elements\n", flow, on ? "on" : "off", change.proof.verdict, all, change.count);
		CHECK(false);
	}
	CHECK(spoil || all == PROOF_EQUAL);
	return !spoil;
}

TEST(each_step_as_the_whole)
{
	struct desk d = {.z = zones_new()};
	chance_seed = 6;
	for (int m = 0; m < MODELS; m++) {
		begin(&d);
		for (int i = 0; i < STEPS && step(&d); i++)
			;
		standing_free(d.standing);
		arena_reset(d.z.arena);
	}
	while (d.changes < 3000) {
		begin(&d);
		while (step(&d))
			;
		standing_free(d.standing);
		arena_reset(d.z.arena);
	}
	printf("  %zu changes, %zu of them done wrongly, %zu wrong ones told; prove() says the same each time\n", d.changes, d.spoilt, d.found);
	CHECK(d.spoilt > 100 && d.found > 50);
	zones_done(&d.z);
}

static const char two[] =
	"body\ta\ttest\talpha\tx\nzone\tz1\tother\tx\nzone\tz2\tother\tx\ninterface\teth1\tz1\ninterface\teth2\tz2\n"
	"subnet\t10.1.0.0/24\teth1\nsubnet\t10.2.0.0/24\teth2\nown\t10.1.0.1\teth1\nown\t10.2.0.1\teth2\n"
	"host\ta\tz1\t02:00:00:00:01:10\t10.1.0.10\t-\tx\nhost\tb\tz2\t02:00:00:00:02:10\t10.2.0.10\t-\tx\n"
	"flow\tF-1\ta\tb\t*\t*\t*\ttcp\t443\tp\to\tmanager:m\tc\t2026-01-01\t2030-01-01\t2027-01-01\n"
	"flow\tF-2\ta\tb\t*\t*\t*\ttcp\t443\tp\to\tmanager:m\tc\t2026-01-01\t2030-01-01\t2027-01-01\n"
	"flow\tF-3\tz1\tz2\t*\t*\t*\ttcp\t400-500\tp\to\tmanager:m\tc\t2026-01-01\t2030-01-01\t2027-01-01\n";

/* Does a packet of F-1 pass */
static bool passes(struct desk *d)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct ruleset *rules = NULL;
	struct boxes open;
	struct box packet = box_full(FAMILY_IP4), both;
	bool doubt = false, hit = false;
	const struct place place = {HOOK_FORWARD, FAMILY_IP4, 0, 1};
	packet.saddr_lo = packet.saddr_hi = 0x0A01000A, packet.daddr_lo = packet.daddr_hi = 0x0A02000A;
	packet.proto_lo = packet.proto_hi = PROTO_TCP, packet.dport_lo = packet.dport_hi = 443;
	packet.state_lo = packet.state_hi = STATE_NEW, packet.mac_lo = packet.mac_hi = 0x020000000110;
	boxes_init(&open, 1000);
	CHECK_OK(standing_ruleset(d->standing, arena, &rules, &d->z.why), &d->z.why);
	CHECK_OK(ruleset_accepts(rules, place, PROOF_FUEL, 1000, &open, &doubt, &d->z.why), &d->z.why);
	for (size_t i = 0; i < open.count; i++)
		hit |= box_meet(&open.at[i], &packet, &both);
	boxes_done(&open);
	return hit;
}

/* Three permissions for one packet: it passes until the last of them ends. */
TEST(shared_packets_end_with_the_last)
{
	static const uint32_t orders[][3] = {{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {0, 2, 1}, {1, 2, 0}, {2, 0, 1}};
	for (size_t o = 0; o < 6; o++) {
		struct desk d = {.z = zones_new()};
		struct standing_change change;
		CHECK_OK(zones_read(&d.z, two), &d.z.why);
		CHECK_OK(standing_new(d.z.model, d.z.today, NULL, &d.standing, &d.z.why), &d.z.why);
		for (size_t i = 0; i < 3; i++) {
			CHECK(passes(&d));
			CHECK_OK(standing_flow(d.standing, orders[o][i], false, &change, &d.z.why), &d.z.why);
			CHECK_INT(change.proof.verdict, PROOF_EQUAL);
			CHECK_FAILS(standing_flow(d.standing, orders[o][i], false, &change, NULL), E_CONFLICT);
		}
		CHECK(!passes(&d));
		CHECK_INT(whole(&d), PROOF_EQUAL);
		standing_free(d.standing);
		zones_done(&d.z);
	}
}

/* What needs a rule that is not there is not squeezed in. */
TEST(new_rules_need_the_whole)
{
	struct desk d = {.z = zones_new()};
	struct standing_change change;
	const bool closed[3] = {false, false, true};
	CHECK_OK(zones_read(&d.z, two), &d.z.why);
	CHECK_OK(standing_new(d.z.model, d.z.today, closed, &d.standing, &d.z.why), &d.z.why);
	CHECK_FAILS(standing_flow(d.standing, 2, true, &change, NULL), E_ABSENT);
	CHECK_FAILS(standing_flow(d.standing, 7, true, &change, NULL), E_CONFLICT);
	CHECK_INT(whole(&d), PROOF_EQUAL);
	standing_free(d.standing);
	zones_done(&d.z);
}

MAIN_TESTS()
