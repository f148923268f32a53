/* nfnetlink by hand: a few messages, each read through a cursor. */
#include "gate/zone/netlink.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The headers' own macros mix signs. */
enum { DATAGRAM = 1 << 17, ATTRIBUTE_HEAD = 4, ATTRIBUTE_TYPE = 0x3FFF, MESSAGE_HEAD = 16 };

static size_t aligned(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static uint16_t host16(struct slice s, size_t at)
{
	uint16_t v = 0;
	if (s.len >= at + sizeof v)
		memcpy(&v, s.at + at, sizeof v);
	return v;
}

static uint32_t host32(struct slice s, size_t at)
{
	uint32_t v = 0;
	if (s.len >= at + sizeof v)
		memcpy(&v, s.at + at, sizeof v);
	return v;
}

struct result netlink_open(uint32_t groups, int *out, struct why *why)
{
	int type = SOCK_RAW | SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0);
	int fd = socket(AF_NETLINK, type, NETLINK_NETFILTER);
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	const int room = 4 << 20, yes = 1;
	const struct timeval patience = {5, 0};
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return fail(why, error == EPERM ? E_DENIED : E_SYSTEM, "netlink", "カーネルに尋ねられません: %s", strerror(error));
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof yes);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	*out = fd;
	return ok();
}

/* ---- attributes -------------------------------------------------------------- */

bool attribute_next(struct cursor *c, struct attribute *out)
{
	if (cursor_left(c) < (size_t)ATTRIBUTE_HEAD)
		return false;
	struct slice head = cursor_take(c, (size_t)ATTRIBUTE_HEAD);
	uint16_t len = host16(head, 0);
	if (len < (size_t)ATTRIBUTE_HEAD || (size_t)len - (size_t)ATTRIBUTE_HEAD > cursor_left(c)) {
		cursor_fail(c);
		return false;
	}
	out->type = host16(head, 2) & (uint16_t)ATTRIBUTE_TYPE;
	out->value = cursor_take(c, (size_t)len - (size_t)ATTRIBUTE_HEAD);
	size_t pad = aligned(len) - len;
	cursor_skip(c, pad < cursor_left(c) ? pad : cursor_left(c));
	return true;
}

struct slice attribute_find(struct slice attributes, uint16_t type)
{
	struct cursor c = cursor_of(attributes, NULL);
	struct attribute a;
	while (attribute_next(&c, &a))
		if (a.type == type)
			return a.value;
	return (struct slice){NULL, 0};
}

struct slice attribute_text(struct slice value)
{
	const uint8_t *end = value.len ? memchr(value.at, 0, value.len) : NULL;
	return end ? slice_part(value, 0, (size_t)(end - value.at)) : value;
}

void attribute_put(struct buffer *out, uint16_t type, struct slice value)
{
	static const uint8_t zeros[4];
	uint16_t head[2] = {(uint16_t)((size_t)ATTRIBUTE_HEAD + value.len), type};
	if (value.len > UINT16_MAX - (size_t)ATTRIBUTE_HEAD) {
		out->failed = true;
		return;
	}
	buffer_put(out, head, sizeof head);
	buffer_put_slice(out, value);
	buffer_put(out, zeros, aligned(head[0]) - head[0]);
}

/* ---- messages ---------------------------------------------------------------- */

static struct result one_message(struct slice message, uint16_t type, netlink_each *each, void *context,
                                 struct netlink_state *state, struct why *why)
{
	if (type == NLMSG_DONE || type == NLMSG_ERROR) {
		state->done = true;
		int32_t error = (int32_t)host32(message, (size_t)MESSAGE_HEAD);
		state->error = error < 0 && error > -4096 ? -error : 0;
		return ok();
	}
	if (type < NLMSG_MIN_TYPE || message.len < (size_t)MESSAGE_HEAD + sizeof(struct nfgenmsg) || !each)
		return ok();
	struct netlink_message m = {type, message.at[(size_t)MESSAGE_HEAD],
	                            slice_part(message, (size_t)MESSAGE_HEAD + aligned(sizeof(struct nfgenmsg)), message.len)};
	return each(context, &m, why);
}

struct result netlink_parse(struct slice datagram, netlink_each *each, void *context, struct netlink_state *state,
                            struct why *why)
{
	while (datagram.len >= (size_t)MESSAGE_HEAD) {
		uint32_t len = host32(datagram, 0);
		if (len < (size_t)MESSAGE_HEAD || len > datagram.len)
			break;
		state->interrupted |= (host16(datagram, 6) & NLM_F_DUMP_INTR) != 0;
		TRY(one_message(slice_part(datagram, 0, len), host16(datagram, 4), each, context, state, why));
		size_t step = aligned(len);
		datagram = slice_part(datagram, step, datagram.len);
	}
	return ok();
}

struct saying {
	uint16_t type, flags, resource;
	uint8_t family;
};

static struct result say(int fd, struct saying what, struct slice attributes, struct why *why)
{
	struct buffer out;
	struct nlmsghdr head = {
		.nlmsg_len = (uint32_t)((size_t)MESSAGE_HEAD + sizeof(struct nfgenmsg) + attributes.len),
		.nlmsg_type = what.type, .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | what.flags), .nlmsg_seq = 1};
	struct nfgenmsg nf = {.nfgen_family = what.family, .version = NFNETLINK_V0, .res_id = __builtin_bswap16(what.resource)};
	buffer_init(&out, 65536);
	buffer_put(&out, &head, sizeof head);
	buffer_put(&out, &nf, sizeof nf);
	buffer_put_slice(&out, attributes);
	bool sent = buffer_ok(&out) && send(fd, out.at, out.len, 0) == (ssize_t)out.len;
	int error = errno;
	buffer_done(&out);
	return sent ? ok() : fail(why, E_SYSTEM, "netlink", "カーネルに尋ねられません: %s", strerror(error));
}

static struct result hear(int fd, netlink_each *each, void *context, struct netlink_state *state, struct why *why)
{
	uint8_t *bytes = malloc(DATAGRAM);
	struct result r = ok();
	if (!bytes)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	*state = (struct netlink_state){false, false, 0};
	while (r.code == OK && !state->done) {
		ssize_t n = recv(fd, bytes, DATAGRAM, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = fail(why, errno == ENOBUFS ? E_BUSY : E_SYSTEM, "netlink", "カーネルの答えが読めません: %s", strerror(errno));
		else
			r = netlink_parse(slice_of(bytes, (size_t)n), each, context, state, why);
	}
	free(bytes);
	return r;
}

struct result netlink_dump(int fd, const struct netlink_question *q, struct why *why)
{
	struct netlink_state state = {.interrupted = true};
	for (int round = 0; round < NETLINK_ROUNDS && state.interrupted; round++) {
		if (q->restart)
			q->restart(q->context);
		TRY(say(fd, (struct saying){q->type, NLM_F_DUMP, 0, q->family}, q->attributes, why));
		TRY(hear(fd, q->each, q->context, &state, why));
		if (state.error)
			return fail(why, state.error == ENOENT ? E_ABSENT : E_SYSTEM, "netlink", "カーネルが断りました: %s",
			            strerror(state.error));
	}
	return state.interrupted ? fail(why, E_BUSY, "netlink", "カーネルの規則が変わり続けています。") : ok();
}

struct result netlink_order(int fd, uint16_t type, uint8_t family, struct slice attributes, struct why *why)
{
	return netlink_order_to(fd, type, family, 0, attributes, why);
}

struct result netlink_order_to(int fd, uint16_t type, uint8_t family, uint16_t resource, struct slice attributes, struct why *why)
{
	struct netlink_state state = {false, false, 0};
	TRY(say(fd, (struct saying){type, NLM_F_ACK, resource, family}, attributes, why));
	TRY(hear(fd, NULL, NULL, &state, why));
	if (state.error)
		return fail(why, state.error == ENOENT ? E_ABSENT : E_SYSTEM, "netlink", "カーネルが断りました: %s", strerror(state.error));
	return ok();
}

struct result netlink_heard(int fd, netlink_each *each, void *context, bool *lost, struct why *why)
{
	uint8_t *bytes = malloc(DATAGRAM);
	struct netlink_state state = {false, false, 0};
	struct result r = ok();
	if (!bytes)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	*lost = false;
	for (int i = 0; i < 4096 && r.code == OK; i++) {
		ssize_t n = recv(fd, bytes, DATAGRAM, MSG_DONTWAIT);
		if (n < 0 && errno == ENOBUFS)
			*lost = true;
		else if (n <= 0)
			break;
		else
			r = netlink_parse(slice_of(bytes, (size_t)n), each, context, &state, why);
	}
	free(bytes);
	return r;
}
