/* From an application over two permissions to a rule in the kernel, and to its end:
 * the office on a simulated clock, the kernel a real one.                    */
#include "../../../town.h"

#include "gate/net/artefact.h"
#include "gate/permit/lawbook.h"
#include "gate/permit/permit.h"
#include "gate/zone/keeper.h"
#include "store/digest.h"

#include "base/number.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

/* One machine is enough: the border itself speaks to the peer, whose address lies
 * on the other end of a pair of interfaces, which is read as it comes.       */
static const char head[] =
	"body\ttown\thannan\talpha\tx\nzone\tlg\tlgwan\tx\ninterface\teth1\tlg\nsubnet\t10.9.0.0/24\teth1\toutside\nown\t10.9.0.1\teth1\n"
	"peer\tjlis\tlg\t02:00:00:00:09:10\t10.9.0.10\t-\tno\tpublic\tR8.10.1\tyes\tx\n";
#define ROW(port, approvers) "flow\tF-0101\tborder\tjlis\t*\t10.9.0.1\t10.9.0.10\tudp\t" port "\t照会\taoki\t" approvers "\tHN-2.6.1(10)-1\t2026-11-20\t2026-12-31\t2026-12-20\n"

struct office_desk {
	struct town t;
	struct net_findings *findings;
	struct net_model *model;
	struct net_lawbook book;
	struct kernel *kernel;
	struct keeper *keeper;
	struct keeper_settings settings;
	int tap;
};

static enum permit newest(void *context, const char *digest)
{
	struct office_desk *d = context;
	const struct ledger_query query = {.kind_prefix = "zone.ruleset", .limit = 1};
	struct ledger_entry *found;
	size_t count = 0;
	if (ledger_find(d->t.ledger, &query, d->t.arena, &found, &count, NULL).code != OK)
		return PERMIT_UNKNOWN;
	return count && slice_is(found[0].subject, digest) ? PERMIT_YES : PERMIT_NO;
}

static void unheard(void *context, enum keeper_event event, const char *text)
{
	(void)context, (void)event, (void)text;
}

static void read_model(struct office_desk *d, const char *row)
{
	d->findings = findings_new(d->t.arena);
	CHECK_OK(model_read(slice_str(arena_printf(d->t.arena, "%s%s", head, row)), d->t.arena, d->findings, &d->model, &d->t.why), &d->t.why);
}

/* make - laws, compiler, proof; written down and handed over on success */
static enum error make(struct office_desk *d)
{
	struct buffer text;
	uint8_t digest[SHA256_BYTES];
	char hex[65];
	buffer_init(&text, 1 << 20);
	d->t.why = (struct why){0};
	CHECK_OK(permit_fill(d->t.proceedings, d->model, d->t.arena, NULL, &d->t.why), &d->t.why);
	struct result r = artefact_make(d->model, &d->book, day_of_ms(town_ms), d->t.arena, d->findings, &text, &d->t.why);
	if (r.code == OK) {
		sha256(buffer_slice(&text), digest);
		hex_encode(digest, sizeof digest, hex);
		struct ledger_entry entry = {.body = SLICE("town"), .kind = SLICE("zone.ruleset"), .actor = SLICE("sato"), .post = SLICE("supervisor"),
		                             .subject = slice_str(hex), .data = SLICE("{}")};
		CHECK_OK(store_begin(d->t.store, &d->t.why), &d->t.why);
		CHECK_OK(ledger_append(d->t.ledger, &entry, &d->t.why), &d->t.why);
		CHECK_OK(store_commit(d->t.store, &d->t.why), &d->t.why);
		CHECK_OK(file_write(scratch_path(&d->t.scratch, "", "ruleset.nft"), buffer_slice(&text), 0600, &d->t.why), &d->t.why);
	}
	buffer_done(&text);
	return r.code;
}

static bool arrives(struct office_desk *d)
{
	unsigned char bytes[2048];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(4433), .sin_addr.s_addr = htonl(0x0A09000A)};
	struct pollfd polled = {d->tap, POLLIN, 0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	while (recv(d->tap, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
	bool sent = sendto(fd, "a word to the peer", 18, 0, (struct sockaddr *)&to, sizeof to) == 18;
	close(fd);
	for (int i = 0; sent && i < 20 && poll(&polled, 1, 50) == 1; i++) {
		ssize_t n = recv(d->tap, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n > 18 && memcmp(bytes + n - 18, "a word to the peer", 18) == 0)
			return true;
	}
	return false;
}

static bool network(struct office_desk *d)
{
	if (unshare(CLONE_NEWNET) < 0 || system("command -v ip >/dev/null && command -v nft >/dev/null") != 0)
		return false;
	if (system("ip link add eth1 type veth peer name far0 address 02:00:00:00:09:10 && ip addr add 10.9.0.1/24 dev eth1 && ip link set eth1 up && "
	           "ip link set far0 up && ip link set lo up && ip neigh replace 10.9.0.10 lladdr 02:00:00:00:09:10 dev eth1 nud permanent") != 0)
		return false;
	d->tap = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x0003));
	return d->tap >= 0;
}

static void round_of(struct office_desk *d)
{
	CHECK_OK(keeper_round(d->keeper, true, &d->t.why), &d->t.why);
}

TEST(application_to_packet_to_end)
{
	struct office_desk d = {.tap = -1};
	char id[27] = "";
	if (!network(&d))
		SKIP("needs CAP_NET_ADMIN, ip and nft");
	town_new(&d.t);
	CHECK_OK(permit_lawbook(d.t.policy, "hannan", day_of_ms(town_ms), d.t.arena, &d.book, &d.t.why), &d.t.why);
	d.settings = (struct keeper_settings){d.t.scratch.folder, DRIFT_PUT_BACK, &d.t.clock, newest, unheard, &d};
	CHECK_OK(kernel_open(&d.kernel, &d.t.why), &d.t.why);
	CHECK_OK(keeper_open(&d.settings, d.kernel, &d.keeper, &d.t.why), &d.t.why);
	CHECK_OK(keeper_begin(d.keeper, &d.t.why), &d.t.why);
	CHECK(!arrives(&d));

	/* asked for, and not yet permitted: the row compiles to nothing */
	read_model(&d, ROW("4433", "application"));
	CHECK_OK(store_begin(d.t.store, &d.t.why), &d.t.why);
	CHECK_OK(permit_ask(d.t.proceedings, d.model, 0, town_id(&d.t, "aoki"), "tax", id, &d.t.why), &d.t.why);
	CHECK_OK(store_commit(d.t.store, &d.t.why), &d.t.why);
	CHECK_INT(make(&d), E_DENIED);

	/* one permission is not two */
	CHECK_OK(application_answer(d.t.proceedings, id, town_id(&d.t, "kuroda"), ANSWER_AGREE, "", &d.t.why), &d.t.why);
	read_model(&d, ROW("4433", "application"));
	CHECK_INT(make(&d), E_DENIED);
	round_of(&d);
	CHECK(!arrives(&d));

	CHECK_OK(application_answer(d.t.proceedings, id, town_id(&d.t, "sato"), ANSWER_AGREE, "", &d.t.why), &d.t.why);

	/* another port than was permitted has no permission */
	read_model(&d, ROW("4434", "application"));
	CHECK_INT(make(&d), E_DENIED);

	read_model(&d, ROW("4433", "application"));
	CHECK_INT(make(&d), OK);
	CHECK(posts_given(&d.book.law[LAW_EXTERNAL_PERMITS].posts, d.model->flows[0].approvers));
	CHECK(!arrives(&d)); /* not before the kernel has it */
	round_of(&d);
	CHECK(arrives(&d));

	/* its last day, and the day after */
	day_t last = 0;
	CHECK(day_parse(SLICE("2026-12-31"), &last, NULL).code == OK);
	town_ms = ms_of_day(last) + 86399000;
	round_of(&d);
	CHECK(arrives(&d));
	town_ms += 1000;
	round_of(&d);
	CHECK(!arrives(&d));
	read_model(&d, ROW("4433", "application"));
	CHECK_INT(make(&d), OK); /* nothing is left of it */
	round_of(&d);
	CHECK(!arrives(&d));

	keeper_close(d.keeper);
	kernel_close(d.kernel);
	town_done(&d.t);
}

MAIN_TESTS()
