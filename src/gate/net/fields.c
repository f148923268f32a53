/* What filters may look at, and what it says about a packet. */
#include "gate/net/ruleset.h"

#define ANY -1
const struct field_row field_rows[FIELD_COUNT] = {
	[FIELD_ETHER_SADDR] = {"ether saddr", "ether", "saddr", DIM_MAC, ANY, ANY, FAMILY_IP4},
	[FIELD_IP_SADDR] = {"ip saddr", "ip", "saddr", DIM_SADDR, FAMILY_IP4, ANY, FAMILY_IP4},
	[FIELD_IP_DADDR] = {"ip daddr", "ip", "daddr", DIM_DADDR, FAMILY_IP4, ANY, FAMILY_IP4},
	[FIELD_IP6_SADDR] = {"ip6 saddr", "ip6", "saddr", DIM_SADDR, FAMILY_IP6, ANY, FAMILY_IP6},
	[FIELD_IP6_DADDR] = {"ip6 daddr", "ip6", "daddr", DIM_DADDR, FAMILY_IP6, ANY, FAMILY_IP6},
	[FIELD_ARP_ETHER] = {"arp saddr ether", "arp", "saddr ether", DIM_MAC, FAMILY_ARP, ANY, FAMILY_IP4},
	[FIELD_ARP_SADDR] = {"arp saddr ip", "arp", "saddr ip", DIM_SADDR, FAMILY_ARP, ANY, FAMILY_IP4},
	[FIELD_ARP_DADDR] = {"arp daddr ip", "arp", "daddr ip", DIM_DADDR, FAMILY_ARP, ANY, FAMILY_IP4},
	[FIELD_L4PROTO] = {"meta l4proto", "", "l4proto", DIM_PROTO, ANY, ANY, FAMILY_IP4},
	[FIELD_IP_PROTO] = {"ip protocol", "ip", "protocol", DIM_PROTO, FAMILY_IP4, ANY, FAMILY_IP4},
	[FIELD_IP6_NEXT] = {"ip6 nexthdr", "ip6", "nexthdr", DIM_PROTO, FAMILY_IP6, ANY, FAMILY_IP6},
	[FIELD_TH_DPORT] = {"th dport", "th", "dport", DIM_DPORT, ANY, ANY, FAMILY_IP4},
	[FIELD_TH_SPORT] = {"th sport", "th", "sport", DIM_SPORT, ANY, ANY, FAMILY_IP4},
	[FIELD_TCP_DPORT] = {"tcp dport", "tcp", "dport", DIM_DPORT, ANY, 6, FAMILY_IP4},
	[FIELD_TCP_SPORT] = {"tcp sport", "tcp", "sport", DIM_SPORT, ANY, 6, FAMILY_IP4},
	[FIELD_UDP_DPORT] = {"udp dport", "udp", "dport", DIM_DPORT, ANY, 17, FAMILY_IP4},
	[FIELD_UDP_SPORT] = {"udp sport", "udp", "sport", DIM_SPORT, ANY, 17, FAMILY_IP4},
	[FIELD_SCTP_DPORT] = {"sctp dport", "sctp", "dport", DIM_DPORT, ANY, 132, FAMILY_IP4},
	[FIELD_SCTP_SPORT] = {"sctp sport", "sctp", "sport", DIM_SPORT, ANY, 132, FAMILY_IP4},
	[FIELD_DCCP_DPORT] = {"dccp dport", "dccp", "dport", DIM_DPORT, ANY, 33, FAMILY_IP4},
	[FIELD_DCCP_SPORT] = {"dccp sport", "dccp", "sport", DIM_SPORT, ANY, 33, FAMILY_IP4},
	[FIELD_UDPLITE_DPORT] = {"udplite dport", "udplite", "dport", DIM_DPORT, ANY, 136, FAMILY_IP4},
	[FIELD_UDPLITE_SPORT] = {"udplite sport", "udplite", "sport", DIM_SPORT, ANY, 136, FAMILY_IP4},
	[FIELD_ICMP_TYPE] = {"icmp type", "icmp", "type", DIM_DPORT, FAMILY_IP4, 1, FAMILY_IP4},
	[FIELD_ICMPV6_TYPE] = {"icmpv6 type", "icmpv6", "type", DIM_DPORT, FAMILY_IP6, 58, FAMILY_IP6},
	[FIELD_CT_STATE] = {"ct state", "ct", "state", DIM_STATE, ANY, ANY, FAMILY_IP4},
	[FIELD_CT_DIRECTION] = {"ct direction", "ct", "direction", DIM_STATE, ANY, ANY, FAMILY_IP4},
	[FIELD_NFPROTO] = {"meta nfproto", "", "nfproto", DIM_COUNT, ANY, ANY, FAMILY_IP4},
	[FIELD_META_PROTOCOL] = {"meta protocol", "", "protocol", DIM_COUNT, ANY, ANY, FAMILY_IP4},
	[FIELD_IIF] = {"iifname", "", "iifname", DIM_COUNT, ANY, ANY, FAMILY_IP4},
	[FIELD_OIF] = {"oifname", "", "oifname", DIM_COUNT, ANY, ANY, FAMILY_IP4},
};

size_t state_mask_spans(unsigned mask, struct interval out[4])
{
	size_t n = 0;
	for (unsigned s = 0; s < STATE_COUNT; s++) {
		if (!(mask >> s & 1))
			continue;
		unsigned last = s;
		while (last + 1 < STATE_COUNT && mask >> (last + 1) & 1)
			last++;
		out[n++] = (struct interval){s, last};
		s = last;
	}
	return n;
}

#define BIT(state) (1u << (state))
unsigned state_word(struct slice word)
{
	static const struct {
		const char *word;
		unsigned mask;
	} rows[] = {
		{"new", BIT(STATE_NEW)},
		{"established", BIT(STATE_ORIGINAL) | BIT(STATE_REPLY)},
		{"related", BIT(STATE_RELATED) | BIT(STATE_RELATED_REPLY)},
		{"invalid", BIT(STATE_INVALID)},
		{"untracked", BIT(STATE_UNTRACKED)},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_equal_nocase(word, slice_str(rows[i].word)))
			return rows[i].mask;
	return 0;
}

/* What conntrack does not know has no direction, and then nft's match fails. */
unsigned direction_word(struct slice word)
{
	if (slice_equal_nocase(word, SLICE("original")))
		return BIT(STATE_NEW) | BIT(STATE_ORIGINAL) | BIT(STATE_RELATED);
	return slice_equal_nocase(word, SLICE("reply")) ? BIT(STATE_REPLY) | BIT(STATE_RELATED_REPLY) : 0;
}
