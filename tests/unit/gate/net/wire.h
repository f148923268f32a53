/* A network of the test's own: a border namespace with four interfaces whose other
 * ends lie in one "world" namespace, raw frames in, raw frames out.  Both are
 * gone when the test's processes are.                                       */
#ifndef SEKISHO_TESTS_WIRE_H
#define SEKISHO_TESTS_WIRE_H

#include "gate/net/space.h"
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WIRES = 4, RAWS = 6 };
struct wire {
	pid_t world;
	int border_ns, world_ns;
	int packet[WIRES];          /* AF_PACKET on the far ends */
	unsigned char mac[WIRES][6]; /* of the border's interfaces */
	int raw[RAWS];              /* what the border's own stack was given */
};

static int wire_run(const char *format, ...) PRINTF_LIKE(1, 2);
static int wire_run(const char *format, ...)
{
	char command[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	return system(command);
}

static pid_t wire_world(void)
{
	int ready[2];
	char c;
	if (pipe(ready) < 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) == 0 && write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	bool good = child > 0 && read(ready[0], &c, 1) == 1;
	close(ready[0]);
	return good ? child : -1;
}

static bool wire_packet_socket(struct wire *w, int i)
{
	char name[16];
	snprintf(name, sizeof name, "w%d", i + 1);
	w->packet[i] = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
	int size = 1 << 20;
	setsockopt(w->packet[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return w->packet[i] >= 0 && at.sll_ifindex && bind(w->packet[i], (struct sockaddr *)&at, sizeof at) == 0;
}

/* wire_open - false: this process may not make namespaces, or ip and nft are missing */
static bool wire_open(struct wire *w)
{
	static const int protos[RAWS][2] = {{AF_INET, IPPROTO_TCP},  {AF_INET, IPPROTO_UDP},  {AF_INET, IPPROTO_ICMP},
	                                    {AF_INET6, IPPROTO_TCP}, {AF_INET6, IPPROTO_UDP}, {AF_INET6, IPPROTO_ICMPV6}};
	char path[64];
	if (unshare(CLONE_NEWNET) < 0 || wire_run("command -v ip >/dev/null && command -v nft >/dev/null") != 0)
		return false;
	w->world = wire_world();
	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)w->world);
	w->border_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	w->world_ns = open(path, O_RDONLY | O_CLOEXEC);
	if (w->world < 0 || w->border_ns < 0 || w->world_ns < 0)
		return false;
	for (int i = 0; i < WIRES; i++)
		if (wire_run("ip link add eth%d address 02:aa:00:00:00:%02d type veth peer name w%d netns %d", i + 1, i + 1, i + 1,
		             (int)w->world) != 0)
			return false;
	for (int i = 0; i < WIRES; i++) {
		const unsigned char mac[6] = {2, 0xaa, 0, 0, 0, (unsigned char)(i + 1)};
		memcpy(w->mac[i], mac, 6);
		wire_run("ip link set eth%d up && ip addr add 10.%d.0.1/24 dev eth%d && ip addr add fd00:%d::1/64 dev eth%d nodad", i + 1,
		         i + 1, i + 1, i + 1, i + 1);
	}
	wire_run("ip link set lo up; sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 "
	         "net.ipv4.conf.default.rp_filter=0");
	for (int i = 0; i < WIRES; i++)
		wire_run("sysctl -qw net.ipv4.conf.eth%d.rp_filter=0", i + 1);
	if (setns(w->world_ns, CLONE_NEWNET) < 0)
		return false;
	bool good = true;
	for (int i = 0; i < WIRES; i++) {
		wire_run("sysctl -qw net.ipv6.conf.w%d.disable_ipv6=1; ip link set w%d up", i + 1, i + 1);
		good &= wire_packet_socket(w, i);
	}
	if (setns(w->border_ns, CLONE_NEWNET) < 0)
		return false;
	for (int i = 0; i < RAWS; i++)
		good &= (w->raw[i] = socket(protos[i][0], SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protos[i][1])) >= 0;
	return good;
}

static void wire_close(struct wire *w)
{
	if (w->world > 0) {
		kill(w->world, SIGKILL);
		waitpid(w->world, NULL, 0);
	}
}

/* ---- packets ------------------------------------------------------------------ */

struct shot {
	int in;                   /* wire that it comes from: 0..3 */
	uint64_t mac;
	enum net_family family;
	wide_t src, dst;
	uint8_t proto;
	uint16_t sport, dport;    /* of ICMP: dport is the type */
	bool reply;               /* TCP: SYN and ACK */
	uint64_t tag;             /* in the payload: found again by it */
};

static uint32_t wire_sum(const unsigned char *at, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	return len % 2 ? sum + ((uint32_t)at[len - 1] << 8) : sum;
}

static uint16_t wire_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return (uint16_t)~sum;
}

static void wire_put(unsigned char *at, wide_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
}

static size_t wire_transport(const struct shot *s, unsigned char *at)
{
	size_t head = 8;
	if (s->proto == PROTO_TCP) {
		head = 20;
		wire_put(at, s->sport, 2);
		wire_put(at + 2, s->dport, 2);
		wire_put(at + 4, 1000, 4);
		wire_put(at + 8, s->reply ? 1001 + 8 : 0, 4);
		wire_put(at + 12, 0x5000 | (s->reply ? 0x12 : 0x02), 2);
		wire_put(at + 14, 0xFFFF, 2);
	} else if (s->proto == PROTO_UDP) {
		wire_put(at, s->sport, 2);
		wire_put(at + 2, s->dport, 2);
		wire_put(at + 4, 16, 2);
	} else if (s->proto == PROTO_ICMP || s->proto == PROTO_ICMPV6) {
		at[0] = (unsigned char)s->dport;
		wire_put(at + 4, s->sport, 2); /* the echo's id */
	} else
		head = 0;
	wire_put(at + head, s->tag, 8);
	return head + 8;
}

static void wire_checksum(const struct shot *s, unsigned char *l4, size_t len)
{
	static const uint8_t places[256] = {[PROTO_TCP] = 16, [PROTO_UDP] = 6, [PROTO_ICMP] = 2, [PROTO_ICMPV6] = 2};
	unsigned char addresses[32];
	size_t each = s->family == FAMILY_IP6 ? 16 : 4;
	if (!places[s->proto])
		return;
	wire_put(addresses, s->src, each);
	wire_put(addresses + each, s->dst, each);
	uint32_t sum = s->proto == PROTO_ICMP ? 0 : wire_sum(addresses, 2 * each, (uint32_t)len + s->proto);
	wire_put(l4 + places[s->proto], wire_fold(wire_sum(l4, len, sum)), 2);
}

static size_t wire_frame(const struct wire *w, const struct shot *s, unsigned char *frame)
{
	size_t ip = s->family == FAMILY_IP6 ? 40 : 20;
	unsigned char *at = frame + 14;
	memset(frame, 0, 128);
	memcpy(frame, w->mac[s->in], 6);
	wire_put(frame + 6, s->mac, 6);
	wire_put(frame + 12, s->family == FAMILY_IP6 ? 0x86DD : 0x0800, 2);
	size_t len = wire_transport(s, at + ip);
	wire_checksum(s, at + ip, len);
	if (s->family == FAMILY_IP6) {
		at[0] = 0x60;
		wire_put(at + 4, len, 2);
		at[6] = s->proto;
		at[7] = 64;
		wire_put(at + 8, s->src, 16);
		wire_put(at + 24, s->dst, 16);
		return 14 + ip + len;
	}
	at[0] = 0x45;
	wire_put(at + 2, ip + len, 2);
	at[8] = 64;
	at[9] = s->proto;
	wire_put(at + 12, s->src, 4);
	wire_put(at + 16, s->dst, 4);
	wire_put(at + 10, wire_fold(wire_sum(at, 20, 0)), 2);
	return 14 + ip + len;
}

static bool wire_seen(int fd, uint64_t tag)
{
	unsigned char bytes[2048], mark[8];
	wire_put(mark, tag, 8);
	bool found = false;
	for (;;) {
		struct sockaddr_ll from = {0};
		socklen_t size = sizeof from;
		ssize_t n = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size);
		if (n <= 0)
			return found;
		bool ours = from.sll_family == AF_PACKET && from.sll_pkttype == PACKET_OUTGOING; /* what we sent */
		for (ssize_t i = 0; !ours && !found && i + 8 <= n; i++)
			found = memcmp(bytes + i, mark, 8) == 0;
	}
}

/* wire_echoed - the border's answer to an echo carries the tag, too */
static inline bool wire_echoed(const struct shot *s, int out)
{
	return out == s->in && (s->proto == PROTO_ICMP || s->proto == PROTO_ICMPV6);
}

/* wire_shoot - where the packet came out: a wire 0..3, WIRES for the border's own
 * stack, -1 nowhere                                                         */
static int wire_shoot(struct wire *w, const struct shot *s, bool wanted)
{
	unsigned char frame[160];
	size_t len = wire_frame(w, s, frame);
	if (send(w->packet[s->in], frame, len, 0) != (ssize_t)len)
		return -2;
	for (int wait = 0; wait < (wanted ? 100 : 2); wait++) {
		for (int i = 0; i < RAWS; i++)
			if (wire_seen(w->raw[i], s->tag))
				return WIRES;
		for (int i = 0; i < WIRES; i++)
			if (wire_seen(w->packet[i], s->tag))
				return i;
		usleep(wanted ? 2000 : 300);
	}
	return -1;
}

#endif
