/* gate/net/compile.h - one nftables ruleset from the packets that may pass
 *
 * Tables inet, arp and bridge of the name "sekisho"; every hook drops.  A packet
 * goes by its pair of interfaces (verdict map) to the chain of that pair, which
 * looks it up in sets: MAC, addresses, protocol and port, at most five fields a
 * set.  Each element carries a counter and its flow's id as comment.  What is
 * refused is counted and, within limits, given to NFLOG.
 */
#ifndef SEKISHO_NET_COMPILE_H
#define SEKISHO_NET_COMPILE_H

#include "gate/net/ruleset.h"

enum { COMPILE_LOG_GROUP = 5 };

/* compile - lives in the arena; same atlas, same ruleset
 * errors  E_LIMIT overlapping ranges would make too many elements           */
struct result compile(const struct atlas *atlas, struct arena *arena, struct ruleset **out, struct why *why) MUST;

#endif
