/* gate/net/analyse.h - what a model's flows say about each other, and what it says
 * when somebody asks                                                         */
#ifndef SEKISHO_NET_ANALYSE_H
#define SEKISHO_NET_ANALYSE_H

#include "gate/net/atlas.h"
#include "gate/net/laws.h"

/* model_advice - flows that are contained in another (redundant, or shadowed where
 * the other is wider), overlap another, have ended, or are past their review day;
 * and the connection points
 * unused   nullable: per flow, the days since a packet was last counted, -1 never
 * idle     days after which a flow counts as unused
 * errors   E_LIMIT, E_MEMORY                                                */
struct result model_advice(const struct net_model *model, const struct net_lawbook *book, day_t day,
                           const int32_t *unused, int32_t idle, struct arena *arena, struct net_findings *findings, struct why *why) MUST;

/* model_hits - packets that the kernel counted for each flow since it was loaded
 * json    what `nft -j list ruleset` printed
 * out     per flow; lives in the arena                                      */
struct result model_hits(const struct net_model *model, struct slice json, struct arena *arena, uint64_t **out,
                         struct why *why) MUST;

/* model_map - SVG: zones, and an arrow for each pair that may talk on that day, with
 * the number of permissions; the same in words inside                        */
struct result model_map(const struct net_model *model, day_t day, struct arena *arena, struct buffer *out,
                        struct why *why) MUST;

/* "Can this reach that, on this port, and why?" */
struct net_question {
	struct slice from, to; /* an id of the model, or an address */
	uint8_t proto;
	uint16_t port;         /* of ICMP: no matter */
	struct slice mac;      /* "" any */
};
struct net_answer {
	bool reaches;
	const struct net_flow **flows; /* that permit it, by any of its cards and addresses */
	size_t flow_count;
	struct net_end from, to;
	struct net_findings *forbidden; /* if not: clauses that would refuse the permission */
	struct net_findings *needed;    /* if not: whose permissions it would take */
};
/* net_ask - E_ABSENT: an end that the model does not know, why names it */
struct result net_ask(const struct net_model *model, const struct net_lawbook *book, day_t day,
                      const struct net_question *question, struct arena *arena, struct net_answer *out, struct why *why) MUST;

#endif
