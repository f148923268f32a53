/* Addresses, protocols and packets in words. */
#include "gate/net/space.h"

#include "base/number.h"

#include <arpa/inet.h>

static bool address_text(struct slice text, int af, void *out)
{
	char copy[ADDRESS_TEXT];
	if (text.len == 0 || text.len >= sizeof copy)
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = 0;
	return strlen(copy) == text.len && inet_pton(af, copy, out) == 1;
}

bool address_read(struct slice text, enum net_family *family, wide_t *out)
{
	uint8_t bytes[16];
	bool six = memchr(text.at ? text.at : (const uint8_t *)"", ':', text.len) != NULL;
	if (!address_text(text, six ? AF_INET6 : AF_INET, bytes))
		return false;
	wide_t value = 0;
	for (int i = 0; i < (six ? 16 : 4); i++)
		value = value << 8 | bytes[i];
	*family = six ? FAMILY_IP6 : FAMILY_IP4;
	*out = value;
	return true;
}

static bool prefix_read(struct slice text, size_t slash, enum net_family *family, struct interval *out)
{
	uint64_t len;
	wide_t at;
	if (!number_parse_u64(slice_part(text, slash + 1, text.len), &len) ||
	    !address_read(slice_part(text, 0, slash), family, &at))
		return false;
	unsigned bits = *family == FAMILY_IP6 ? 128 : 32;
	if (len > bits)
		return false;
	unsigned host = bits - (unsigned)len;
	wide_t mask = host == 128 ? ~(wide_t)0 : (((wide_t)1 << host) - 1);
	if (at & mask)
		return false; /* 10.1.0.7/24 may mean the host or its network: nobody can tell */
	*out = (struct interval){at, at | mask};
	return true;
}

static bool range_read(struct slice text, size_t dash, enum net_family *family, struct interval *out)
{
	enum net_family low, high;
	struct interval span;
	if (!address_read(slice_part(text, 0, dash), &low, &span.lo) ||
	    !address_read(slice_part(text, dash + 1, text.len), &high, &span.hi) || low != high ||
	    span.lo > span.hi)
		return false;
	*family = low;
	*out = span;
	return true;
}

bool span_read(struct slice text, enum net_family *family, struct interval *out)
{
	size_t slash = slice_find(text, SLICE("/")), dash = slice_find(text, SLICE("-"));
	wide_t one;
	if (slash != SIZE_MAX)
		return prefix_read(text, slash, family, out);
	if (dash != SIZE_MAX)
		return range_read(text, dash, family, out);
	if (!address_read(text, family, &one))
		return false;
	*out = (struct interval){one, one};
	return true;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mac_read(struct slice text, uint64_t *out)
{
	uint64_t mac = 0;
	if (text.len != 17)
		return false;
	for (size_t i = 0; i < 17; i++) {
		int digit = hex_digit(text.at[i]);
		bool mark = i % 3 == 2;
		if (mark ? text.at[i] != ':' && text.at[i] != '-' : digit < 0)
			return false;
		if (!mark)
			mac = mac << 4 | (uint64_t)digit;
	}
	*out = mac;
	return true;
}

static size_t decimal(unsigned value, char *out)
{
	char turned[10];
	size_t n = 0, len;
	do
		turned[n++] = (char)('0' + value % 10);
	while (value /= 10);
	for (len = 0; n; len++)
		out[len] = turned[--n];
	return len;
}

size_t address_write(enum net_family family, wide_t address, char out[ADDRESS_TEXT])
{
	size_t len = 0;
	if (family == FAMILY_IP6) {
		uint8_t bytes[16];
		for (int i = 0; i < 16; i++)
			bytes[i] = (uint8_t)(address >> (120 - 8 * i));
		inet_ntop(AF_INET6, bytes, out, ADDRESS_TEXT);
		return strlen(out);
	}
	for (int shift = 24; shift >= 0; shift -= 8) {
		len += decimal((unsigned)(address >> shift) & 0xFF, out + len);
		out[len++] = shift ? '.' : 0;
	}
	return len - 1;
}

size_t mac_write(uint64_t mac, char out[MAC_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < 6; i++) {
		unsigned byte = (unsigned)(mac >> (40 - 8 * i)) & 0xFF;
		out[3 * i] = digits[byte >> 4];
		out[3 * i + 1] = digits[byte & 15];
		out[3 * i + 2] = i == 5 ? 0 : ':';
	}
	return MAC_TEXT - 1;
}

void span_write(enum net_family family, struct interval span, struct buffer *out)
{
	char text[ADDRESS_TEXT];
	buffer_put(out, text, address_write(family, span.lo, text));
	if (span.lo == span.hi)
		return;
	buffer_put_u8(out, '-');
	buffer_put(out, text, address_write(family, span.hi, text));
}

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{"tcp", 6},       {"udp", 17},    {"icmp", 1},      {"icmpv6", 58}, {"ipv6-icmp", 58}, {"gre", 47},
	{"esp", 50},      {"ah", 51},     {"sctp", 132},    {"dccp", 33},   {"udplite", 136},  {"igmp", 2},
	{"ipip", 4},      {"ipencap", 4}, {"ipv6", 41},     {"ospf", 89},   {"vrrp", 112},     {"pim", 103},
	{"ipv6-frag", 44}, {"ipv6-route", 43}, {"ipv6-nonxt", 59}, {"ipv6-opts", 60}, {"hopopt", 0}, {"ip", 0},
	{"eigrp", 88},    {"l2tp", 115},  {"ipcomp", 108}, {"comp", 108}, {"mobility-header", 135},
};

bool proto_read(struct slice text, uint8_t *out)
{
	uint64_t number;
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (slice_is(text, protocols[i].name)) {
			*out = protocols[i].number;
			return true;
		}
	if (!number_parse_u64(text, &number) || number > 255)
		return false;
	*out = (uint8_t)number;
	return true;
}

const char *proto_name(uint8_t proto)
{
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (protocols[i].number == proto)
			return protocols[i].name;
	return NULL;
}

const char *net_hook_name(enum net_hook hook)
{
	static const char *const names[] = {"forward", "input", "output"};
	return hook < HOOK_COUNT ? names[hook] : "?";
}

const char *net_family_name(enum net_family family)
{
	static const char *const names[] = {"ip", "ip6", "arp", "bridge"};
	return family < FAMILY_COUNT ? names[family] : "?";
}

const char *net_state_name(enum net_state state)
{
	static const char *const names[] = {"new",     "established",   "reply",  "related",
	                                    "related-reply", "invalid", "untracked"};
	return state < STATE_COUNT ? names[state] : "?";
}

static void proto_write(uint8_t proto, struct buffer *to)
{
	const char *name = proto_name(proto);
	if (name)
		buffer_put_str(to, name);
	else
		buffer_printf(to, "proto %u", proto);
}

static bool ports_shown(uint8_t proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == 132 || proto == 136 || proto == 33;
}

/* pick - the wanted value if the interval has it, else its low end */
static wide_t pick(struct interval span, wide_t wanted)
{
	return span.lo <= wanted && wanted <= span.hi ? wanted : span.lo;
}

void packet_write(const struct place *place, const struct box *b, const char *in, const char *out,
                  struct buffer *to)
{
	uint8_t proto = (uint8_t)pick(box_get(b, DIM_PROTO), PROTO_TCP);
	char mac[MAC_TEXT];
	buffer_printf(to, "%s %s", net_family_name(place->family), net_hook_name(place->hook));
	if (place->in != NO_INTERFACE)
		buffer_printf(to, " in %s", in);
	if (place->out != NO_INTERFACE)
		buffer_printf(to, " out %s", out);
	mac_write(b->mac_lo, mac);
	buffer_printf(to, " mac %s ", mac);
	if (place->family == FAMILY_BRIDGE)
		return;
	span_write(place->family, (struct interval){b->saddr_lo, b->saddr_lo}, to);
	buffer_put_str(to, " -> ");
	span_write(place->family, (struct interval){b->daddr_lo, b->daddr_lo}, to);
	if (place->family == FAMILY_ARP)
		return;
	buffer_put_u8(to, ' ');
	proto_write(proto, to);
	if (ports_shown(proto))
		buffer_printf(to, " %u -> %u", (unsigned)pick(box_get(b, DIM_SPORT), 40000),
		              (unsigned)pick(box_get(b, DIM_DPORT), 80));
	else if (proto == PROTO_ICMP || proto == PROTO_ICMPV6)
		buffer_printf(to, " type %u", (unsigned)(b->dport_lo & 0xFF));
	buffer_printf(to, " %s", net_state_name((enum net_state)b->state_lo));
}

static void range_write(const char *name, struct interval s, struct interval full, struct buffer *to)
{
	if (span_inside(full, s))
		return;
	buffer_printf(to, " %s %llu", name, (unsigned long long)s.lo);
	if (s.lo != s.hi)
		buffer_printf(to, "-%llu", (unsigned long long)s.hi);
}

void box_write(enum net_family family, const struct box *b, struct buffer *to)
{
	char mac[MAC_TEXT];
	if (b->mac_lo == b->mac_hi) {
		mac_write(b->mac_lo, mac);
		buffer_printf(to, "mac %s ", mac);
	} else if (b->mac_lo != 0 || b->mac_hi != MAC_MAX) {
		mac_write(b->mac_lo, mac);
		buffer_printf(to, "mac %s-", mac);
		mac_write(b->mac_hi, mac);
		buffer_printf(to, "%s ", mac);
	}
	span_write(family, box_get(b, DIM_SADDR), to);
	buffer_put_str(to, " -> ");
	span_write(family, box_get(b, DIM_DADDR), to);
	if (b->proto_lo == b->proto_hi) {
		buffer_put_u8(to, ' ');
		proto_write(b->proto_lo, to);
	} else
		range_write("proto", box_get(b, DIM_PROTO), dim_full(family, DIM_PROTO), to);
	range_write("sport", box_get(b, DIM_SPORT), dim_full(family, DIM_SPORT), to);
	range_write("dport", box_get(b, DIM_DPORT), dim_full(family, DIM_DPORT), to);
	if (b->state_lo == 0 && b->state_hi == STATE_COUNT - 1)
		return;
	buffer_printf(to, " state %s", net_state_name((enum net_state)b->state_lo));
	if (b->state_lo != b->state_hi)
		buffer_printf(to, "..%s", net_state_name((enum net_state)b->state_hi));
}
