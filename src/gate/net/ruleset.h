/* gate/net/ruleset.h - a packet filter as data: tables, chains, sets, rules
 *
 * One form for what we compile, what `nft -j list ruleset` says the kernel
 * holds and what `iptables-save` says a city has had until now; so one prover
 * reads all three.  What a reader does not understand is kept as text beside
 * the rule or the ruleset: the prover then never says "equal".
 */
#ifndef SEKISHO_NET_RULESET_H
#define SEKISHO_NET_RULESET_H

#include "base/arena.h"
#include "gate/net/atlas.h"

enum {
	RULESET_BYTES = 256 << 20,
	RULESET_CHAINS = 65536,
	RULESET_RULES = 262144,
	RULESET_SETS = 65536,
	RULESET_ELEMENTS = 4 << 20,
	RULE_MATCHES = 24,
	KEY_FIELDS = 5, /* never more: nft 1.0.6 cannot list a longer key again */
	JUMP_DEPTH = 16, /* as in the kernel */
};

enum table_family { TABLE_INET = 0, TABLE_IP, TABLE_IP6, TABLE_ARP, TABLE_BRIDGE, TABLE_NETDEV };
enum field {
	FIELD_ETHER_SADDR = 0, FIELD_IP_SADDR, FIELD_IP_DADDR, FIELD_IP6_SADDR, FIELD_IP6_DADDR,
	FIELD_ARP_ETHER, FIELD_ARP_SADDR, FIELD_ARP_DADDR, FIELD_L4PROTO, FIELD_IP_PROTO, FIELD_IP6_NEXT,
	FIELD_TH_DPORT, FIELD_TH_SPORT, FIELD_TCP_DPORT, FIELD_TCP_SPORT, FIELD_UDP_DPORT, FIELD_UDP_SPORT,
	FIELD_SCTP_DPORT, FIELD_SCTP_SPORT, FIELD_DCCP_DPORT, FIELD_DCCP_SPORT,
	FIELD_UDPLITE_DPORT, FIELD_UDPLITE_SPORT, FIELD_ICMP_TYPE, FIELD_ICMPV6_TYPE,
	FIELD_CT_STATE, FIELD_CT_DIRECTION, FIELD_NFPROTO, FIELD_META_PROTOCOL, FIELD_IIF, FIELD_OIF,
	FIELD_COUNT,
};
/* What a field is about: a row of a table (fields.c). */
struct field_row {
	const char *text;                 /* "ip saddr" */
	const char *protocol, *name;      /* of nft's JSON: payload; meta, ct: name alone */
	enum net_dim dim;                 /* DIM_COUNT: an interface, or a family */
	int family;                       /* enum net_family it implies; -1 none */
	int proto;                        /* protocol it implies; -1 none */
	enum net_family writes;           /* how its addresses are written */
};
extern const struct field_row field_rows[FIELD_COUNT];

/* An element of a set keeps its values in a box: the key's first address in
 * saddr, the second in daddr, the first port or type in dport, the second in
 * sport; names of interfaces apart.                                         */
enum key_slot { SLOT_MAC = 0, SLOT_ADDR1, SLOT_ADDR2, SLOT_PROTO, SLOT_PORT1, SLOT_PORT2, SLOT_NAME1, SLOT_NAME2, SLOT_STATE };
enum action { ACTION_NONE = 0, ACTION_ACCEPT, ACTION_DROP, ACTION_JUMP, ACTION_GOTO, ACTION_RETURN };
struct element_extra { /* of maps, and of keys with interfaces */
	uint16_t name[2];
	enum action action;
	uint32_t target; /* chain */
};
struct set {
	struct slice name;
	uint32_t table;
	enum key_slot slots[KEY_FIELDS];
	const char *types[KEY_FIELDS]; /* nft's: "ether_addr" */
	uint8_t fields;
	bool interval, map, counted;
	bool foreign;                  /* a type or an element was not understood */
	const struct box *elements;
	const struct element_extra *extra; /* NULL where there is nothing to say */
	size_t count;
};
struct chain {
	struct slice name;
	uint32_t table;
	bool base;                     /* hangs on a hook */
	enum net_hook hook;            /* HOOK_COUNT: one that we do not follow */
	int32_t priority;
	enum action policy;
	uint32_t first_rule, rules;    /* in ruleset.rules */
};
struct match {
	enum field fields[KEY_FIELDS];
	uint8_t field_count;           /* more than one only with a set */
	bool negate;
	const struct set *set;         /* NULL: spans of the one field */
	const struct interval *spans;      /* of interfaces: numbers of names; of states: a mask each */
	size_t span_count;
};
struct rule {
	const struct match *matches;
	uint8_t match_count;
	enum action action;            /* of a map lookup: what the element says */
	uint32_t target;
	const struct set *map;         /* looked up with `key` */
	enum field key[KEY_FIELDS];
	uint8_t key_count;
	const char *unknown;           /* what was not understood of it; NULL */
	const char *raw;               /* statements that decide nothing, as nft text; "" */
	size_t line;
};
struct table {
	struct slice name;
	enum table_family family;
};
struct ruleset {
	struct atlas_names names;      /* known to the one who compiled or reads */
	struct table *tables;
	struct chain *chains;
	struct set *sets;
	struct rule *rules;            /* of each chain together, in order */
	size_t table_count, chain_count, set_count, rule_count;
	const char **unknown;          /* what stands outside rules and was not understood */
	size_t unknown_count;
	bool xtables;                  /* came from iptables: families apart */
};
enum { RULESET_UNKNOWN = 64 };

/* ruleset_write - the text that nft loads: everything that was there before is
 * flushed in the same transaction
 * model   names the flows in comments
 * errors  E_LIMIT the text is larger than RULESET_BYTES                     */
struct result ruleset_write(const struct ruleset *ruleset, const struct net_model *model, struct buffer *out,
                            struct why *why) MUST;
/* ruleset_read_json - what `nft -j list ruleset` printed
 * names   of the model, so that numbers agree; further names are added
 * errors  E_INPUT no JSON, or not of nft; E_LIMIT; what is well-formed and not
 *         understood is no error                                            */
struct result ruleset_read_json(struct slice json, const struct atlas_names *names, struct arena *arena,
                                struct ruleset **out, struct why *why) MUST;
/* ruleset_read_iptables - what iptables-save and ip6tables-save printed
 * text4, text6  {NULL,0}: not given, and then nothing filters that family
 * errors  E_INPUT with the line; E_LIMIT; what is well-formed and not understood
 *         is no error                                                       */
struct result ruleset_read_iptables(struct slice text4, struct slice text6, const struct atlas_names *names,
                                    struct arena *arena, struct ruleset **out, struct why *why) MUST;

/* state_mask_spans - runs of bits of a mask over enum net_state; at most 4 */
size_t state_mask_spans(unsigned mask, struct interval out[4]);
/* ct state and direction words as masks; 0: unknown word */
unsigned state_word(struct slice word);
unsigned direction_word(struct slice word);

#endif
