/* Values in text, and room for what is read. */
#include "gate/net/rulesetread.h"

#include "base/number.h"

#include <stdarg.h>
#include <stdio.h>

enum value_kind value_kind_of(enum field field)
{
	static const enum value_kind of_dim[DIM_COUNT] = {
		[DIM_PROTO] = VALUE_PROTO, [DIM_DPORT] = VALUE_PORT, [DIM_MAC] = VALUE_MAC, [DIM_SPORT] = VALUE_PORT,
		[DIM_DADDR] = VALUE_ADDR4, [DIM_SADDR] = VALUE_ADDR4,
	};
	static const struct {
		enum field field;
		enum value_kind kind;
	} special[] = {
		{FIELD_IIF, VALUE_NAME},        {FIELD_OIF, VALUE_NAME},
		{FIELD_NFPROTO, VALUE_FAMILY},  {FIELD_META_PROTOCOL, VALUE_FAMILY},
		{FIELD_CT_STATE, VALUE_STATE},  {FIELD_CT_DIRECTION, VALUE_DIRECTION},
		{FIELD_ICMP_TYPE, VALUE_ICMP},  {FIELD_ICMPV6_TYPE, VALUE_ICMP6},
		{FIELD_IP6_SADDR, VALUE_ADDR6}, {FIELD_IP6_DADDR, VALUE_ADDR6},
	};
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (special[i].field == field)
			return special[i].kind;
	return of_dim[field_rows[field].dim];
}

void spans_add(struct spans *s, struct arena *arena, struct interval span)
{
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : 4;
		struct interval *grown = ARENA_ARRAY(arena, room, struct interval);
		if (!grown) {
			s->failed = true;
			return;
		}
		if (s->count)
			memcpy(grown, s->at, s->count * sizeof *grown);
		s->at = grown;
		s->room = room;
	}
	s->at[s->count++] = span;
}

void reader_unknown(struct ruleset_reader *rd, const char *format, ...)
{
	char text[300];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (rd->r->unknown_count < RULESET_UNKNOWN) {
		const char *kept = arena_string(rd->arena, slice_str(text));
		rd->r->unknown[rd->r->unknown_count++] = kept ? kept : "?";
	}
}

void reader_doubt(struct ruleset_reader *rd, struct rule *rule, const char *format, ...)
{
	char text[300];
	va_list args;
	if (rule->unknown)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const char *kept = arena_string(rd->arena, slice_str(text));
	rule->unknown = kept ? kept : "?";
}

struct word_number {
	const char *word;
	uint16_t number;
};

static bool find_word(const struct word_number *rows, size_t count, struct slice text, uint16_t *out)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal_nocase(text, slice_str(rows[i].word))) {
			*out = rows[i].number;
			return true;
		}
	return false;
}

/* source  RFC 792, RFC 4443, RFC 4861; nft's and iptables' names */
static const struct word_number icmp_words[] = {
	{"echo-reply", 0}, {"pong", 0}, {"destination-unreachable", 3}, {"source-quench", 4}, {"redirect", 5},
	{"echo-request", 8}, {"ping", 8}, {"router-advertisement", 9}, {"router-solicitation", 10},
	{"time-exceeded", 11}, {"ttl-exceeded", 11}, {"parameter-problem", 12}, {"timestamp-request", 13},
	{"timestamp-reply", 14}, {"info-request", 15}, {"info-reply", 16}, {"address-mask-request", 17},
	{"address-mask-reply", 18},
};
static const struct word_number icmp6_words[] = {
	{"destination-unreachable", 1}, {"packet-too-big", 2}, {"time-exceeded", 3}, {"ttl-exceeded", 3},
	{"parameter-problem", 4}, {"echo-request", 128}, {"ping", 128}, {"echo-reply", 129}, {"pong", 129},
	{"mld-listener-query", 130}, {"mld-listener-report", 131}, {"mld-listener-done", 132},
	{"mld-listener-reduction", 132}, {"nd-router-solicit", 133}, {"router-solicitation", 133},
	{"nd-router-advert", 134}, {"router-advertisement", 134}, {"nd-neighbor-solicit", 135},
	{"neighbour-solicitation", 135}, {"neighbor-solicitation", 135}, {"nd-neighbor-advert", 136},
	{"neighbour-advertisement", 136}, {"neighbor-advertisement", 136}, {"nd-redirect", 137}, {"redirect", 137},
	{"router-renumbering", 138}, {"ind-neighbor-solicit", 141}, {"ind-neighbor-advert", 142},
	{"mld2-listener-report", 143},
};
/* what iptables-save and nft print where they were told to use names */
static const struct word_number service_words[] = {
	{"ftp-data", 20}, {"ftp", 21}, {"ssh", 22}, {"telnet", 23}, {"smtp", 25}, {"domain", 53}, {"bootps", 67},
	{"bootpc", 68}, {"tftp", 69}, {"http", 80}, {"www", 80}, {"kerberos", 88}, {"pop3", 110}, {"sunrpc", 111},
	{"ntp", 123}, {"netbios-ns", 137}, {"netbios-dgm", 138}, {"netbios-ssn", 139}, {"imap2", 143}, {"snmp", 161},
	{"snmp-trap", 162}, {"bgp", 179}, {"ldap", 389}, {"https", 443}, {"microsoft-ds", 445}, {"submissions", 465},
	{"isakmp", 500}, {"syslog", 514}, {"submission", 587}, {"ldaps", 636}, {"domain-s", 853}, {"imaps", 993}, {"pop3s", 995},
	{"openvpn", 1194}, {"ms-sql-s", 1433}, {"nfs", 2049}, {"mysql", 3306}, {"ms-wbt-server", 3389},
	{"ipsec-nat-t", 4500}, {"postgresql", 5432}, {"mdns", 5353}, {"http-alt", 8080},
};

bool icmp_type_word(struct slice text, bool six, uint8_t *out)
{
	uint16_t number;
	uint64_t value;
	if (six ? find_word(icmp6_words, sizeof icmp6_words / sizeof *icmp6_words, text, &number)
	        : find_word(icmp_words, sizeof icmp_words / sizeof *icmp_words, text, &number)) {
		*out = (uint8_t)number;
		return true;
	}
	if (!number_parse_u64(text, &value) || value > 255)
		return false;
	*out = (uint8_t)value;
	return true;
}

bool service_word(struct slice text, uint16_t *out)
{
	uint64_t value;
	if (find_word(service_words, sizeof service_words / sizeof *service_words, text, out))
		return true;
	if (!number_parse_u64(text, &value) || value > PORT_MAX)
		return false;
	*out = (uint16_t)value;
	return true;
}

static bool name_word(struct ruleset_reader *rd, struct slice text, struct interval *out)
{
	bool prefix = text.len && (text.at[text.len - 1] == '*' || text.at[text.len - 1] == '+');
	if (text.len == 0 || text.len > 15 || memchr(text.at, 0, text.len))
		return false;
	uint16_t name = atlas_name_add(&rd->r->names, slice_part(text, 0, text.len - prefix), prefix);
	rd->limit |= name == UINT16_MAX;
	*out = (struct interval){name, name};
	return name != UINT16_MAX;
}

static bool mask_word(unsigned mask, struct interval *out)
{
	*out = (struct interval){mask, mask};
	return mask != 0;
}

static bool family_word(struct slice text, struct interval *out)
{
	static const struct word_number words[] = {
		{"ipv4", FAMILY_IP4}, {"ip", FAMILY_IP4}, {"2", FAMILY_IP4}, {"ipv6", FAMILY_IP6}, {"ip6", FAMILY_IP6},
		{"10", FAMILY_IP6}, {"arp", FAMILY_ARP}, {"2048", FAMILY_IP4}, {"34525", FAMILY_IP6}, {"2054", FAMILY_ARP},
	};
	uint16_t family;
	if (!find_word(words, sizeof words / sizeof *words, text, &family))
		return false;
	*out = (struct interval){family, family};
	return true;
}

static bool address_word(struct slice text, enum net_family wanted, struct interval *out)
{
	enum net_family family;
	return span_read(text, &family, out) && family == wanted;
}

bool value_word(struct ruleset_reader *rd, enum value_kind kind, struct slice text, struct interval *out)
{
	uint8_t byte;
	uint16_t port;
	uint64_t mac;
	switch (kind) {
	case VALUE_ADDR4:
		return address_word(text, FAMILY_IP4, out);
	case VALUE_ADDR6:
		return address_word(text, FAMILY_IP6, out);
	case VALUE_MAC:
		return mac_read(text, &mac) && (*out = (struct interval){mac, mac}, true);
	case VALUE_PROTO:
		return proto_read(text, &byte) && (*out = (struct interval){byte, byte}, true);
	case VALUE_PORT:
		return service_word(text, &port) && (*out = (struct interval){port, port}, true);
	case VALUE_ICMP:
	case VALUE_ICMP6:
		return icmp_type_word(text, kind == VALUE_ICMP6, &byte) && (*out = (struct interval){byte, byte}, true);
	case VALUE_NAME:
		return name_word(rd, text, out);
	case VALUE_STATE:
		return mask_word(state_word(text), out);
	case VALUE_DIRECTION:
		return mask_word(direction_word(text), out);
	case VALUE_FAMILY:
		return family_word(text, out);
	case VALUE_UNKNOWN:
		break;
	}
	return false;
}
