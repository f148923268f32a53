/* gate/net/model.h - a body's zones and permitted flows, as data
 *
 * A table of lines, cells by tabs, which a spreadsheet can keep ("text, tab
 * delimited", UTF-8; a cell may stand in double quotes).  '#' begins a comment.
 * The first cell says what a line is:
 *
 *   body       ID POLICY LAYOUT TITLE      policy: its name, as the office has it
 *                                          layout: alpha alpha-prime beta beta-prime
 *   zone       ID KIND TITLE               my_number lgwan internet education other
 *   interface  NAME ZONE                   of the border machine; eth1, never a bridge
 *   subnet     CIDR INTERFACE [outside]    what is reached there; outside: only peers are
 *                                          there, a flow of the whole zone leaves it out
 *   own        ADDRESS INTERFACE           the border's own address
 *   firewall   INTERFACE TITLE             a firewall stands at this boundary
 *   host       ID ZONE MAC ADDRESSES ROLE TITLE
 *              role: - terminal server sanitise screen breakout
 *   peer       ID ZONE MAC ADDRESSES ROLE INTERNET BODY INVESTIGATED LIABILITY TITLE
 *              outside the body, reached through ZONE; MAC: of its router
 *              role: - remote remote-public;  INTERNET: yes no unknown
 *              BODY: public private; INVESTIGATED: a date or -; LIABILITY: yes no
 *   service    ID PROTO PORT [screen] [encrypted] [token]
 *   flow       ID FROM TO MAC SRC DST PROTO PORT PURPOSE OWNER APPROVERS CLAUSE BEGIN END REVIEW
 *
 * A flow is one permission.  FROM and TO name a host, a peer, a zone or
 * "border"; MAC, SRC and DST freeze what was permitted ("*": all that the named
 * end has, which the My Number zone does not allow); PROTO and PORT, or a
 * service's id and "-".  APPROVERS: "post:person post:person" with posts of the policy; or
 * "application", and then the office's own permission of that flow counts
 * (gate/permit).  Order of lines does not matter.
 */
#ifndef SEKISHO_NET_MODEL_H
#define SEKISHO_NET_MODEL_H

#include "base/arena.h"
#include "base/calendar.h"
#include "gate/net/space.h"

enum {
	MODEL_BYTES = 64 << 20,
	MODEL_ZONES = 64,
	MODEL_INTERFACES = 64,
	MODEL_SUBNETS = 4096,
	MODEL_STATIONS = 262144,
	MODEL_FLOWS = 262144,
	MODEL_SERVICES = 4096,
	MODEL_ADDRESSES = 16, /* of one station */
	MODEL_CELL = 1024,
	MODEL_FINDINGS = 200, /* told; further ones are counted */
};

enum zone_layout { LAYOUT_ALPHA = 0, LAYOUT_ALPHA_PRIME, LAYOUT_BETA, LAYOUT_BETA_PRIME };
enum zone_kind { KIND_MY_NUMBER = 0, KIND_LGWAN, KIND_INTERNET, KIND_EDUCATION, KIND_OTHER };
enum station_role {
	ROLE_NONE = 0, ROLE_TERMINAL, ROLE_SERVER, ROLE_SANITISE, ROLE_SCREEN, ROLE_BREAKOUT,
	ROLE_REMOTE, ROLE_REMOTE_PUBLIC,
};
enum touches_internet { TOUCHES_UNKNOWN = 0, TOUCHES_YES, TOUCHES_NO };

struct net_zone {
	struct slice id, title;
	enum zone_kind kind;
	size_t line;
};
struct net_interface {
	char name[16];
	uint32_t zone;
	bool firewall;
	size_t line;
};
struct net_range { /* addresses of one interface */
	struct interval span;
	enum net_family family;
	uint32_t interface;
	bool outside; /* of a subnet */
	size_t line;
};
struct net_station { /* host or peer */
	struct slice id, title;
	uint32_t zone;
	bool peer, has_mac, public_body, liability;
	uint64_t mac;
	struct net_range *addresses;
	uint8_t address_count;
	enum station_role role;
	enum touches_internet internet;
	bool investigated;
	day_t investigated_on;
	size_t line;
};
struct net_service {
	struct slice id;
	uint8_t proto;
	uint16_t port_lo, port_hi;
	bool screen, encrypted, token;
	size_t line;
};

enum end_kind { END_STATION = 0, END_ZONE, END_BORDER };
struct net_end {
	enum end_kind kind;
	uint32_t index; /* station or zone */
};
struct net_flow {
	struct slice id, purpose, owner, approvers, clause;
	struct net_end from, to;
	bool any_mac, any_src, any_dst, any_port, one_port;
	bool application; /* approvers are to be asked of the office */
	uint64_t mac;
	struct net_range src, dst;
	const struct net_service *service; /* nullable */
	uint8_t proto;
	uint16_t port_lo, port_hi;
	bool every_post;  /* a question: as if every post had agreed */
	day_t begin, end, review;
	size_t line;
};

struct net_model {
	struct slice body, policy, title;
	enum zone_layout layout;
	struct net_zone *zones;
	struct net_interface *interfaces;
	struct net_range *subnets, *own;
	struct net_station *stations;
	struct net_service *services;
	struct net_flow *flows;
	size_t zone_count, interface_count, subnet_count, own_count, station_count, service_count, flow_count;
};

/* What is wrong with a model, for people. */
struct net_finding {
	const char *law;    /* "my-number-fields"; "" for an error of the table */
	const char *clause; /* id; "" */
	const char *cite;   /* 第2章 3 (1)①; "" */
	const char *text;   /* one Japanese sentence: what, and what to do */
	size_t line;
	bool advice; /* does not refuse */
};
struct net_findings {
	struct net_finding *at; /* room for MODEL_FINDINGS */
	size_t count, errors, more;
};
/* findings_new - NULL at the arena's ceiling */
struct net_findings *findings_new(struct arena *arena);
void findings_add(struct net_findings *f, struct arena *arena, const struct net_finding *finding,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* model_read - the table; what is wrong with a line goes to the findings, and
 * then the result is E_INPUT
 * text    borrowed for the model's life
 * errors  E_INPUT findings say what; E_LIMIT too many lines of a sort; E_MEMORY */
struct result model_read(struct slice text, struct arena *arena, struct net_findings *findings,
                         struct net_model **out, struct why *why) MUST;

/* flow_active - begun and not ended on that day */
static inline bool flow_active(const struct net_flow *flow, day_t day)
{
	return flow->begin <= day && day <= flow->end;
}
const char *zone_kind_title(enum zone_kind kind); /* マイナンバー利用事務系 */
const char *layout_name(enum zone_layout layout); /* "alpha-prime" */
/* model_zone_of - the zone of an end; UINT32_MAX for the border */
uint32_t model_zone_of(const struct net_model *model, struct net_end end);
struct slice model_end_name(const struct net_model *model, struct net_end end);
/* connection points: interfaces with peers behind them, and peers
 * clause  HN-2.4.3-2                                                        */
void model_points(const struct net_model *model, size_t *interfaces, size_t *peers);

#endif
