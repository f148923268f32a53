/* Refused packets, real ones, counted by pair and reason; permitted ones, counted by
 * flow; and what the reader of NFLOG makes of bytes that are no packets.      */
#include "../net/wire.h"
#include "../net/zones.h"
#include "gate/net/artefact.h"
#include "gate/zone/counts.h"
#include "gate/zone/kernel.h"
#include "gate/zone/watcher.h"
#include "scratch.h"

#include <linux/netfilter/nfnetlink_log.h>

static const char town[] =
	"body\ta\ttest\talpha\tx\nzone\tz1\tlgwan\tx\nzone\tz2\tinternet\tx\ninterface\teth1\tz1\ninterface\teth2\tz2\n"
	"subnet\t10.1.0.0/24\teth1\nsubnet\tfd00:1::/64\teth1\nsubnet\t10.2.0.0/24\teth2\nsubnet\tfd00:2::/64\teth2\n"
	"own\t10.1.0.1\teth1\nown\tfd00:1::1\teth1\nown\t10.2.0.1\teth2\n"
	"host\ta\tz1\t02:00:00:00:01:10\t10.1.0.10 fd00:1::10\t-\tx\nhost\tb\tz2\t02:00:00:00:02:10\t10.2.0.10 fd00:2::10\tsanitise\tx\n"
	"flow\tF-1\ta\tborder\t02:00:00:00:01:10\t*\t*\tudp\t5000\tp\to\tmanager:m\tc\t2026-01-01\t2030-01-01\t2027-01-01\n"
	"flow\tF-2\ta\tb\t02:00:00:00:01:10\t*\t*\ttcp\t443\tp\to\tmanager:m\tc\t2026-01-01\t2030-01-01\t2027-01-01\n"
	"flow\tF-3\ta\tb\t02:00:00:00:01:10\t*\t*\ttcp\t25\tp\to\tmanager:m\tc\t2026-01-01\t2026-10-31\t2026-10-01\n";

#define A 0x0A01000A
#define B 0x0A02000A
#define A_CARD 0x020000000110
#define B_CARD 0x020000000210

struct desk {
	struct wire wire;
	struct zones z;
	struct scratch scratch;
	struct clock clock;
	struct kernel *kernel;
	struct watcher *watcher;
	struct why why;
	uint64_t tag;
};

static bool desk_open(struct desk *d)
{
	*d = (struct desk){.z = zones_new(), .tag = 0x5EC15405EC1540};
	if (!wire_open(&d->wire))
		return false;
	d->scratch = scratch_new();
	d->clock = clock_fixed(ms_of_day(d->z.today) + 1000);
	CHECK_OK(kernel_open(&d->kernel, &d->why), &d->why);
	return true;
}

static void watch(struct desk *d)
{
	const struct watcher_settings settings = {.folder = d->scratch.folder, .clock = &d->clock, .count_every_ms = 1, .write_every_ms = 1};
	CHECK_OK(watcher_open(&settings, &d->watcher, &d->why), &d->why);
}

static void desk_close(struct desk *d)
{
	watcher_close(d->watcher);
	kernel_close(d->kernel);
	wire_close(&d->wire);
	scratch_drop(&d->scratch);
	zones_done(&d->z);
}

static void apply(struct desk *d)
{
	struct buffer text;
	struct artefact artefact;
	struct buffer effective;
	buffer_init(&text, RULESET_BYTES);
	buffer_init(&effective, RULESET_BYTES);
	CHECK_OK(zones_read(&d->z, town), &d->z.why);
	CHECK_OK(artefact_make(d->z.model, &d->z.book, d->z.today, d->z.arena, d->z.findings, &text, &d->why), &d->why);
	CHECK_OK(artefact_read(buffer_slice(&text), d->z.arena, &artefact, &d->why), &d->why);
	CHECK_OK(artefact_effective(&artefact, d->z.today, SLICE(""), d->z.arena, &effective, NULL, &d->why), &d->why);
	CHECK_OK(kernel_apply(d->kernel, buffer_slice(&effective), &d->why), &d->why);
	buffer_done(&text);
	buffer_done(&effective);
}

static void shoot(struct desk *d, struct shot s, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		s.tag = d->tag++;
		s.sport = (uint16_t)(40000 + i);
		wire_shoot(&d->wire, &s, false);
	}
}

static struct refusals *refused(struct desk *d)
{
	struct refusals *r = NULL;
	struct slice text;
	usleep(250000); /* the kernel hands them over after a tenth of a second */
	d->clock.fixed_ms += 1000;
	CHECK_OK(watcher_round(d->watcher, &d->why), &d->why);
	CHECK_OK(file_read(scratch_path(&d->scratch, "", "refused"), TALLY_BYTES, d->z.arena, &text, &d->why), &d->why);
	CHECK_OK(refusals_read(text, d->z.arena, &r, &d->why), &d->why);
	return r;
}

static uint64_t counted(struct desk *d, const struct refusals *r, uint32_t from, uint32_t to, enum refusal_reason reason)
{
	struct refusal_row *rows = NULL;
	size_t count = 0;
	CHECK_OK(refusals_rows(d->z.model, d->z.today, r, d->z.arena, &rows, &count, &d->why), &d->why);
	for (size_t i = 0; i < count; i++)
		if (rows[i].from == from && rows[i].to == to && rows[i].reason == reason)
			return rows[i].count;
	return 0;
}

TEST(refused_by_pair_and_reason)
{
	static const wide_t six = ((wide_t)0xFD00 << 112) | ((wide_t)1 << 96);
	struct desk d;
	if (!desk_open(&d))
		SKIP("needs CAP_NET_ADMIN, ip and nft");
	watch(&d);
	apply(&d);
	const struct shot good = {.in = 0, .mac = A_CARD, .family = FAMILY_IP4, .src = A, .dst = B, .proto = PROTO_TCP, .dport = 443};
	struct shot s = good;
	s.dport = 80;
	shoot(&d, s, 3); /* another port */
	s = good, s.mac = B_CARD;
	shoot(&d, s, 2); /* another card */
	s = good, s.dport = 25;
	shoot(&d, s, 4); /* ended in October */
	s = good, s.in = 1, s.mac = B_CARD, s.src = B, s.dst = A;
	shoot(&d, s, 5); /* nobody permitted the way back to begin one */
	s = good, s.in = 1;
	shoot(&d, s, 6); /* a's address behind b's interface */
	s = good, s.src = 0x0A010101;
	shoot(&d, s, 7); /* in no zone */
	s = (struct shot){.in = 0, .mac = A_CARD, .family = FAMILY_IP6, .src = six | 0x10, .dst = six | 1, .proto = PROTO_UDP, .dport = 53};
	shoot(&d, s, 8); /* to the border itself, IPv6 */
	const struct refusals *r = refused(&d);
	CHECK_INT(counted(&d, r, 0, 1, REFUSED_PORT), 3);
	CHECK_INT(counted(&d, r, 0, 1, REFUSED_CARD), 2);
	CHECK_INT(counted(&d, r, 0, 1, REFUSED_ENDED), 4);
	CHECK_INT(counted(&d, r, 1, 0, REFUSED_NOBODY), 5);
	CHECK_INT(counted(&d, r, 0, 1, REFUSED_SPOOFED), 6);
	CHECK_INT(counted(&d, r, UINT32_MAX, 1, REFUSED_STRANGER), 7);
	CHECK_INT(counted(&d, r, 0, 2, REFUSED_PORT), 8);
	for (size_t i = 0; i < r->count; i++)
		CHECK((r->at[i].in[0] == 'e' || r->at[i].out[0] == 'e') && r->at[i].last_ms > 0);

	/* another watcher goes on where this one stopped */
	watcher_close(d.watcher);
	watch(&d);
	s = good, s.dport = 80;
	shoot(&d, s, 1);
	CHECK_INT(counted(&d, refused(&d), 0, 1, REFUSED_PORT), 4);
	desk_close(&d);
}

static int32_t idle_of(struct desk *d, size_t flow, day_t day)
{
	struct slice text;
	struct hits hits;
	int32_t *idle = NULL;
	CHECK_OK(file_read(scratch_path(&d->scratch, "", "hits"), TALLY_BYTES, d->z.arena, &text, &d->why), &d->why);
	CHECK_OK(hits_read(text, d->z.arena, &hits, &d->why), &d->why);
	CHECK_OK(hits_idle(d->z.model, &hits, day, d->z.arena, &idle, &d->why), &d->why);
	return idle ? idle[flow] : -2;
}

TEST(flows_without_use)
{
	struct desk d;
	const struct shot used = {.in = 0, .mac = A_CARD, .family = FAMILY_IP4, .src = A, .dst = 0x0A010001, .proto = PROTO_UDP, .dport = 5000};
	if (!desk_open(&d))
		SKIP("needs CAP_NET_ADMIN, ip and nft");
	watch(&d);
	apply(&d);
	CHECK_OK(watcher_count(d.watcher, &d.why), &d.why);
	CHECK_INT(idle_of(&d, 0, d.z.today), 0);
	CHECK_INT(idle_of(&d, 0, d.z.today + 40), 40); /* since counting began */
	CHECK_INT(idle_of(&d, 2, d.z.today), -1);      /* ended: nobody has to confirm it */
	d.clock.fixed_ms += 30 * (int64_t)86400000;
	shoot(&d, used, 3);
	CHECK_OK(watcher_count(d.watcher, &d.why), &d.why);
	CHECK_INT(idle_of(&d, 0, d.z.today + 40), 10);
	CHECK_INT(idle_of(&d, 1, d.z.today + 40), 40);
	/* loaded anew, the counters begin at nothing: what was used stays used */
	apply(&d);
	CHECK_OK(watcher_count(d.watcher, &d.why), &d.why);
	CHECK_INT(idle_of(&d, 0, d.z.today + 40), 10);
	d.clock.fixed_ms += 5 * (int64_t)86400000;
	shoot(&d, used, 1);
	watcher_close(d.watcher);
	watch(&d);
	CHECK_OK(watcher_count(d.watcher, &d.why), &d.why);
	CHECK_INT(idle_of(&d, 0, d.z.today + 40), 5);
	desk_close(&d);
}

/* ---- without a kernel ----------------------------------------------------------------- */

static bool parsed(struct buffer *payload, uint16_t protocol, uint8_t hook, struct refused_packet *what)
{
	struct buffer out;
	uint32_t in, to;
	const uint8_t head[4] = {(uint8_t)(protocol >> 8), (uint8_t)protocol, hook, 0}, index[4] = {0, 0, 0, 7};
	buffer_init(&out, 65536);
	attribute_put(&out, NFULA_PACKET_HDR, slice_of(head, 4));
	attribute_put(&out, NFULA_IFINDEX_INDEV, slice_of(index, 4));
	attribute_put(&out, NFULA_PAYLOAD, buffer_slice(payload));
	bool good = nflog_parse(buffer_slice(&out), what, &in, &to);
	CHECK(!good || (in == 7 && to == 0));
	buffer_done(&out);
	return good;
}

TEST(packets_of_all_sorts)
{
	struct refused_packet what;
	struct buffer p;
	buffer_init(&p, 4096);
	CHECK(!parsed(&p, 0x0800, 1, &what)); /* nothing copied */
	uint8_t four[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 0, 10, 10, 1, 0, 1, 0x9C, 0x40, 0, 53};
	buffer_put(&p, four, sizeof four);
	CHECK(parsed(&p, 0x0800, 1, &what) && what.hook == HOOK_INPUT && what.src == A && what.proto == 17 && what.port == 53);
	CHECK(!parsed(&p, 0x86DD, 1, &what)); /* called what it is not */
	CHECK(!parsed(&p, 0x0806, 1, &what));
	CHECK(!parsed(&p, 0x0800, 0, &what)); /* a hook that is none of ours */
	p.at[6] = 0x00, p.at[7] = 0x04; /* a later fragment has no port */
	CHECK(parsed(&p, 0x0800, 2, &what) && what.hook == HOOK_FORWARD && what.port == 0);
	p.at[7] = 0, p.at[0] = 0x4F; /* options that are not there */
	CHECK(parsed(&p, 0x0800, 1, &what) && what.port == 0);
	p.at[0] = 0x44;
	CHECK(!parsed(&p, 0x0800, 1, &what));
	/* IPv6: hop by hop, fragment, then TCP */
	uint8_t six[68] = {0x60, [6] = 0, [7] = 64, [23] = 1, [39] = 2, [40] = 44, [41] = 0, [48] = 6, [58] = 1, [59] = 0xBB};
	buffer_clear(&p);
	buffer_put(&p, six, sizeof six);
	CHECK(parsed(&p, 0x86DD, 3, &what) && what.hook == HOOK_OUTPUT && what.proto == 6 && what.port == 443 && what.src == 1 && what.dst == 2);
	p.at[41] = 255; /* a header longer than the packet */
	CHECK(parsed(&p, 0x86DD, 3, &what) && what.proto == 59 && what.port == 0);
	buffer_done(&p);
}

TEST(the_table_is_bounded)
{
	struct arena *arena = arena_new(64 << 20);
	struct refusals *r = refusals_new(arena), *again = NULL;
	struct why why = {0};
	struct buffer text;
	buffer_init(&text, TALLY_BYTES);
	for (uint32_t i = 0; i < 3 * TALLY_REFUSALS; i++) {
		struct refused_packet p = {.hook = HOOK_FORWARD, .family = FAMILY_IP4, .in = "eth1", .out = "eth2", .src = i, .dst = B, .proto = 6, .port = 22};
		refusals_add(r, &p, 1000 + i);
	}
	CHECK_INT(r->count, TALLY_REFUSALS);
	uint64_t all = r->others;
	for (size_t i = 0; i < r->count; i++)
		all += r->at[i].count;
	CHECK_INT(all, 3 * TALLY_REFUSALS);
	refusals_write(r, &text);
	CHECK_OK(refusals_read(buffer_slice(&text), arena, &again, &why), &why);
	CHECK(again && again->count == r->count && again->others == r->others && memcmp(again->at, r->at, r->count * sizeof *r->at) == 0);
	static const char *const bad[] = {"others\tx\n", "x\n", "others\t1\nforward\teth1\n",
	                                  "others\t1\nforward\teth1\teth2\tip\t10.0.0.1\tfd00::1\t02:00:00:00:00:01\t6\t22\t1\t1\t1\n",
	                                  "others\t1\nforward\teth1\teth2\tip\t10.0.0.1\t10.0.0.2\t02:00:00:00:00:01\t6\t65536\t1\t1\t1\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_FAILS(refusals_read(slice_str(bad[i]), arena, &again, NULL), E_INPUT);
	struct hits hits;
	static const char *const worse[] = {"since\tx\n", "F-1\t1\t2026-01-01\n", "since\t2026-01-01\nF-1\t-1\t2026-01-01\n", "since\t2026-01-01\n\t1\t2026-01-01\n"};
	for (size_t i = 0; i < sizeof worse / sizeof *worse; i++)
		CHECK_FAILS(hits_read(slice_str(worse[i]), arena, &hits, NULL), E_INPUT);
	buffer_done(&text);
	arena_free(arena);
}

MAIN_TESTS()
