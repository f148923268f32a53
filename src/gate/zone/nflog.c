/* Bind to the group, read, ask for names of interfaces that are not known yet. */
#include "gate/zone/nflog.h"

#include "base/file.h"
#include "gate/net/compile.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { COPY_BYTES = 128, NAMES = 64, HEADERS = 8, LINK_HEAD = 12 };

struct nflog {
	int fd, route;
	struct known {
		uint32_t index;
		char name[16];
	} names[NAMES];
	size_t name_count;
};
struct hearing {
	struct nflog *log;
	struct refusals *to;
	int64_t now_ms;
	size_t heard;
};

/* ---- one packet ---------------------------------------------------------------- */

static uint32_t number_of(struct slice value)
{
	struct cursor c = cursor_of(value, NULL);
	uint32_t number = cursor_take_be32(&c);
	return cursor_ok(&c) ? number : 0;
}

static wide_t take_address(struct cursor *c, size_t bytes)
{
	wide_t at = 0;
	struct slice s = cursor_take(c, bytes);
	for (size_t i = 0; i < s.len; i++)
		at = at << 8 | s.at[i];
	return at;
}

/* The destination port, or the type of ICMP; a later fragment has neither. */
static void take_port(struct cursor *c, struct refused_packet *what)
{
	bool ports = what->proto == PROTO_TCP || what->proto == PROTO_UDP || what->proto == 132 || what->proto == 136 || what->proto == 33;
	if (what->proto == PROTO_ICMP || what->proto == PROTO_ICMPV6) {
		uint8_t type = cursor_take_u8(c);
		what->port = cursor_ok(c) ? type : 0;
	} else if (ports) {
		cursor_skip(c, 2);
		uint16_t port = cursor_take_be16(c);
		what->port = cursor_ok(c) ? port : 0;
	}
}

static bool take_ip4(struct slice packet, struct refused_packet *what)
{
	struct cursor c = cursor_of(packet, NULL);
	uint8_t first = cursor_take_u8(&c);
	cursor_skip(&c, 5);
	uint16_t fragment = cursor_take_be16(&c);
	cursor_skip(&c, 1);
	what->proto = cursor_take_u8(&c);
	cursor_skip(&c, 2);
	what->src = take_address(&c, 4);
	what->dst = take_address(&c, 4);
	size_t head = (size_t)(first & 15) * 4;
	if (!cursor_ok(&c) || first >> 4 != 4 || head < 20)
		return false;
	what->family = FAMILY_IP4;
	struct cursor rest = cursor_of(slice_part(packet, head, SIZE_MAX), NULL);
	if ((fragment & 0x1FFF) == 0)
		take_port(&rest, what);
	return true;
}

/* Hop by hop, routing, destination options, fragment: each says what is next. */
static bool take_ip6(struct slice packet, struct refused_packet *what)
{
	struct cursor c = cursor_of(packet, NULL);
	uint8_t first = cursor_take_u8(&c);
	cursor_skip(&c, 5);
	uint8_t next = cursor_take_u8(&c);
	cursor_skip(&c, 1);
	what->src = take_address(&c, 16);
	what->dst = take_address(&c, 16);
	if (!cursor_ok(&c) || first >> 4 != 6)
		return false;
	bool later = false;
	for (int i = 0; i < HEADERS && (next == 0 || next == 43 || next == 44 || next == 60); i++) {
		uint8_t after = cursor_take_u8(&c), len = cursor_take_u8(&c);
		uint16_t offset = cursor_take_be16(&c);
		later |= next == 44 && offset >> 3;
		cursor_skip(&c, next == 44 ? 4 : (size_t)len * 8 + 4);
		next = cursor_ok(&c) ? after : 59;
	}
	what->family = FAMILY_IP6;
	what->proto = next;
	if (!later)
		take_port(&c, what);
	return true;
}

static uint64_t take_mac(struct slice value)
{
	struct cursor c = cursor_of(value, NULL);
	uint16_t len = cursor_take_be16(&c);
	cursor_skip(&c, 2);
	uint64_t mac = (uint64_t)take_address(&c, 6);
	return cursor_ok(&c) && len == 6 ? mac : 0;
}

bool nflog_parse(struct slice attributes, struct refused_packet *what, uint32_t *in, uint32_t *out)
{
	static const int8_t hooks[] = {-1, HOOK_INPUT, HOOK_FORWARD, HOOK_OUTPUT};
	struct cursor head = cursor_of(attribute_find(attributes, NFULA_PACKET_HDR), NULL);
	uint16_t protocol = cursor_take_be16(&head);
	uint8_t hook = cursor_take_u8(&head);
	struct slice packet = attribute_find(attributes, NFULA_PAYLOAD);
	*what = (struct refused_packet){.count = 0};
	if (!cursor_ok(&head) || hook >= sizeof hooks || hooks[hook] < 0)
		return false;
	what->hook = (enum net_hook)hooks[hook];
	what->mac = take_mac(attribute_find(attributes, NFULA_HWADDR));
	*in = number_of(attribute_find(attributes, NFULA_IFINDEX_INDEV));
	*out = number_of(attribute_find(attributes, NFULA_IFINDEX_OUTDEV));
	if (protocol == 0x0800)
		return take_ip4(packet, what);
	return protocol == 0x86DD && take_ip6(packet, what);
}

/* ---- names of interfaces --------------------------------------------------------- */

static struct result take_link(void *context, const struct netlink_message *m, struct why *why)
{
	char *name = context;
	/* what follows the four bytes that a message of netfilter has is the rest of ifinfomsg */
	struct slice text = attribute_text(attribute_find(slice_part(m->attributes, LINK_HEAD, SIZE_MAX), IFLA_IFNAME));
	(void)why;
	if (m->type == RTM_NEWLINK && text.len < 16) {
		memcpy(name, text.at, text.len);
		name[text.len] = 0;
	}
	return ok();
}

/* ask_name - "" where the kernel does not say */
static void ask_name(const struct nflog *log, uint32_t index, char name[16])
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
	} question = {{sizeof question, RTM_GETLINK, NLM_F_REQUEST, 1, 0}, {.ifi_index = (int)index}};
	uint8_t answer[8192];
	struct netlink_state state = {false, false, 0};
	name[0] = 0;
	if (log->route < 0 || send(log->route, &question, sizeof question, 0) != (ssize_t)sizeof question)
		return;
	ssize_t n = recv(log->route, answer, sizeof answer, 0);
	if (n > 0 && netlink_parse(slice_of(answer, (size_t)n), take_link, name, &state, NULL).code != OK)
		name[0] = 0;
}

static void name_of(struct nflog *log, uint32_t index, char out[16])
{
	out[0] = 0;
	if (index == 0)
		return;
	for (size_t i = 0; i < log->name_count; i++)
		if (log->names[i].index == index) {
			memcpy(out, log->names[i].name, 16);
			return;
		}
	ask_name(log, index, out);
	if (log->name_count < NAMES && out[0]) {
		log->names[log->name_count].index = index;
		memcpy(log->names[log->name_count++].name, out, 16);
	}
	if (!out[0])
		snprintf(out, 16, "#%u", index);
}

/* ---- listening -------------------------------------------------------------------- */

static struct result config(int fd, uint8_t command, bool mode, struct why *why)
{
	struct buffer out;
	const uint32_t range = __builtin_bswap32(COPY_BYTES), patience = __builtin_bswap32(10); /* a tenth of a second */
	uint8_t copy[6] = {0};
	memcpy(copy, &range, 4);
	copy[4] = NFULNL_COPY_PACKET;
	buffer_init(&out, 256);
	if (command)
		attribute_put(&out, NFULA_CFG_CMD, slice_of(&command, 1));
	if (mode) {
		attribute_put(&out, NFULA_CFG_MODE, slice_of(copy, sizeof copy));
		attribute_put(&out, NFULA_CFG_TIMEOUT, slice_of((const uint8_t *)&patience, 4));
	}
	struct result r = netlink_order_to(fd, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG, AF_UNSPEC, COMPILE_LOG_GROUP, buffer_slice(&out), why);
	buffer_done(&out);
	return r;
}

static int open_route(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const struct timeval patience = {0, 200000};
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

struct result nflog_open(struct nflog **out, struct why *why)
{
	struct nflog *log = calloc(1, sizeof *log);
	if (!log)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	log->fd = -1;
	log->route = open_route();
	struct result r = netlink_open(0, &log->fd, why);
	if (r.code == OK)
		r = config(log->fd, NFULNL_CFG_CMD_BIND, false, why);
	if (r.code == OK)
		r = config(log->fd, NFULNL_CFG_CMD_NONE, true, why);
	if (r.code != OK) {
		nflog_close(log);
		return r;
	}
	*out = log;
	return ok();
}

void nflog_close(struct nflog *log)
{
	if (!log)
		return;
	fd_close_drop(&log->fd);
	fd_close_drop(&log->route);
	free(log);
}

int nflog_events(const struct nflog *log)
{
	return log->fd;
}

static struct result take(void *context, const struct netlink_message *m, struct why *why)
{
	struct hearing *h = context;
	struct refused_packet what;
	uint32_t in, out;
	(void)why;
	if (m->type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) || !nflog_parse(m->attributes, &what, &in, &out))
		return ok();
	name_of(h->log, in, what.in);
	name_of(h->log, out, what.out);
	refusals_add(h->to, &what, h->now_ms);
	h->heard++;
	return ok();
}

struct result nflog_hear(struct nflog *log, struct refusals *to, int64_t now_ms, size_t *heard, struct why *why)
{
	struct hearing h = {log, to, now_ms, 0};
	bool lost;
	TRY(netlink_heard(log->fd, take, &h, &lost, why));
	*heard = h.heard;
	return ok();
}
