/* gate/net/space.h - the headers of packets as boxes
 *
 * A packet that a hook sees has a place (hook, family, interface in and out)
 * and seven fields that a filter may look at.  A box is an interval in each of
 * them; a set of packets is a union of boxes of one place.
 *
 *   protocol   IP protocol, or the operation of ARP
 *   dport      destination port; of ICMP the type; of others the 16 bits that
 *              stand there, which nobody looks at
 *   sport      source port; of ICMP and others any
 *   state      conntrack's word and direction, in the order of enum net_state
 */
#ifndef SEKISHO_NET_SPACE_H
#define SEKISHO_NET_SPACE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

__extension__ typedef unsigned __int128 wide_t; /* an IPv6 address is a number; IPv4 in its low 32 bits */

struct interval {
	wide_t lo, hi; /* both inside */
};

enum net_hook { HOOK_FORWARD = 0, HOOK_INPUT, HOOK_OUTPUT, HOOK_COUNT };
enum net_family { FAMILY_IP4 = 0, FAMILY_IP6, FAMILY_ARP, FAMILY_BRIDGE, FAMILY_COUNT };
enum net_state {
	STATE_NEW = 0,
	STATE_ORIGINAL,       /* established, in the direction of the first packet */
	STATE_REPLY,          /* established, against it */
	STATE_RELATED,        /* e.g. an ICMP error about the original direction */
	STATE_RELATED_REPLY,
	STATE_INVALID,
	STATE_UNTRACKED,      /* also neighbour discovery, which conntrack leaves alone */
	STATE_COUNT,
};
enum net_dim { DIM_DADDR = 0, DIM_PROTO, DIM_DPORT, DIM_SADDR, DIM_MAC, DIM_SPORT, DIM_STATE, DIM_COUNT };

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMPV6 = 58, PORT_MAX = 65535 };
#define MAC_MAX 0xFFFFFFFFFFFFULL

struct box {
	wide_t daddr_lo, daddr_hi, saddr_lo, saddr_hi;
	uint64_t mac_lo, mac_hi; /* the frame's source */
	uint16_t dport_lo, dport_hi, sport_lo, sport_hi;
	uint8_t proto_lo, proto_hi, state_lo, state_hi;
	uint32_t owner; /* what it came from: a flow's or a rule's index; no part of the set */
};

struct place {
	enum net_hook hook;
	enum net_family family;
	uint16_t in, out; /* interface numbers; NO_INTERFACE where the hook has none */
};
enum { NO_INTERFACE = 0xFFFF };

struct interval dim_full(enum net_family family, enum net_dim dim);
struct interval box_get(const struct box *box, enum net_dim dim);
void box_set(struct box *box, enum net_dim dim, struct interval span);
/* box_full - every packet of the family */
struct box box_full(enum net_family family);
/* box_meet - false, and out untouched, if no packet is in both; owner of a */
bool box_meet(const struct box *a, const struct box *b, struct box *out);
bool box_inside(const struct box *inner, const struct box *outer);
/* box_order - a total order by all fields but the owner */
int box_order(const struct box *a, const struct box *b);
/* box_compare - the same, owner last */
int box_compare(const struct box *a, const struct box *b);
bool box_equal(const struct box *a, const struct box *b); /* owner apart */

static inline bool span_inside(struct interval inner, struct interval outer)
{
	return inner.lo >= outer.lo && inner.hi <= outer.hi;
}

/* A list of boxes that grows to a ceiling; failure is sticky. */
struct boxes {
	struct box *at;
	size_t count, room, ceiling;
	bool failed;
};
void boxes_init(struct boxes *b, size_t ceiling);
void boxes_done(struct boxes *b);
void boxes_add(struct boxes *b, const struct box *box);
/* boxes_reserve - room for more at once, if there is memory; a hint */
void boxes_reserve(struct boxes *b, size_t more);
/* boxes_sort - by box_compare; cheap when they are nearly in order.  False: no
 * memory, nothing changed                                                   */
bool boxes_sort(struct boxes *b);
/* boxes_cut - add what of box lies outside of hole: at most 14 boxes */
void boxes_cut(struct boxes *to, const struct box *box, const struct box *hole);

/* Text.  address_read takes "10.1.0.1", "fd00::1"; span_read also "10.1.0.0/24"
 * and "10.1.0.1-10.1.0.9"; false: none of these                             */
bool address_read(struct slice text, enum net_family *family, wide_t *out);
bool span_read(struct slice text, enum net_family *family, struct interval *out);
bool mac_read(struct slice text, uint64_t *out);
/* the write functions put nothing else; room: bytes needed with a NUL */
enum { ADDRESS_TEXT = 48, MAC_TEXT = 18 };
size_t address_write(enum net_family family, wide_t address, char out[ADDRESS_TEXT]);
size_t mac_write(uint64_t mac, char out[MAC_TEXT]);
void span_write(enum net_family family, struct interval span, struct buffer *out);
/* proto_read - "tcp", "udp", "icmp", ... or a number 0..255 */
bool proto_read(struct slice text, uint8_t *out);
const char *proto_name(uint8_t proto); /* NULL: say the number */
const char *net_hook_name(enum net_hook hook);
const char *net_family_name(enum net_family family); /* "ip", "ip6", "arp", "bridge" */
const char *net_state_name(enum net_state state);
/* packet_write - one packet of the box, in words: its lowest corner, but of the
 * usual states and ports first */
void packet_write(const struct place *place, const struct box *box, const char *in, const char *out,
                  struct buffer *to);
void box_write(enum net_family family, const struct box *box, struct buffer *to);

#endif
