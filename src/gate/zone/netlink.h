/* gate/zone/netlink.h - ask the kernel's packet filter and connection tracker
 *
 * Messages of nfnetlink, read through bounded cursors.
 * source  linux/netlink.h, linux/netfilter/nfnetlink.h, nf_tables.h, nfnetlink_conntrack.h
 */
#ifndef SEKISHO_ZONE_NETLINK_H
#define SEKISHO_ZONE_NETLINK_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cursor.h"
#include "base/error.h"

enum { NETLINK_ROUNDS = 5 }; /* a dump that others disturb is begun again so often */

/* netlink_open - groups: a mask of multicast groups, bit group-1; nonblocking if any */
struct result netlink_open(uint32_t groups, int *out, struct why *why) MUST;

/* One message: of the kernel to us. */
struct netlink_message {
	uint16_t type;       /* subsystem << 8 | message */
	uint8_t family;      /* AF_INET, ... of nfgenmsg */
	struct slice attributes;
};
typedef struct result netlink_each(void *context, const struct netlink_message *message, struct why *why);

/* netlink_dump - ask for all of a sort; each is called for every answer
 * restart  called before each round: forget what was told so far
 * errors   E_SYSTEM; E_BUSY the kernel's state changed in every round        */
struct netlink_question {
	uint16_t type;
	uint8_t family;
	struct slice attributes; /* ready made; may be empty */
	netlink_each *each;
	void (*restart)(void *context);
	void *context;
};
struct result netlink_dump(int fd, const struct netlink_question *question, struct why *why) MUST;
/* netlink_order - a command with acknowledgement; E_ABSENT for ENOENT */
struct result netlink_order(int fd, uint16_t type, uint8_t family, struct slice attributes, struct why *why) MUST;
/* netlink_order_to - the same, to a numbered resource (a group of NFLOG) */
struct result netlink_order_to(int fd, uint16_t type, uint8_t family, uint16_t resource, struct slice attributes,
                               struct why *why) MUST;
/* netlink_heard - read what a multicast socket holds, without waiting; lost: the
 * kernel had to throw messages away                                         */
struct result netlink_heard(int fd, netlink_each *each, void *context, bool *lost, struct why *why) MUST;

/* Attributes. */
struct attribute {
	uint16_t type; /* without flags */
	struct slice value;
};
/* attribute_next - false at the end or at nonsense (then the cursor failed) */
bool attribute_next(struct cursor *c, struct attribute *out);
/* attribute_find - {NULL,0} if it is not there */
struct slice attribute_find(struct slice attributes, uint16_t type);
/* attribute_text - without the ending zero */
struct slice attribute_text(struct slice value);
void attribute_put(struct buffer *out, uint16_t type, struct slice value);

/* netlink_parse - cut a datagram into messages; what follows nonsense is left out
 * done      nullable: an end or an acknowledgement was among them
 * error     nullable: errno that the kernel answered, 0                      */
struct netlink_state {
	bool done, interrupted;
	int error;
};
struct result netlink_parse(struct slice datagram, netlink_each *each, void *context, struct netlink_state *state,
                            struct why *why) MUST;

#endif
