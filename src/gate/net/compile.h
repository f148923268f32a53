/* gate/net/compile.h - one nftables ruleset from the packets that may pass
 *
 * Tables inet, arp and bridge of the name "sekisho"; every hook drops.  A packet
 * goes by its pair of interfaces (verdict map) to the chain of that pair, which
 * looks it up in sets: MAC, addresses, protocol and port, at most five fields a
 * set.  Each element is of one flow alone and carries a counter and its id.  What is
 * refused is counted and, within limits, given to NFLOG.
 */
#ifndef SEKISHO_NET_COMPILE_H
#define SEKISHO_NET_COMPILE_H

#include "gate/net/ruleset.h"

enum { COMPILE_LOG_GROUP = 5 };

/* compile - lives in the arena; same atlas, same ruleset
 * errors  E_LIMIT more than 64 permissions of one sort for the same packet     */
struct result compile(const struct atlas *atlas, struct arena *arena, struct ruleset **out, struct why *why) MUST;

/* compile_class - which of its place's sets a box of the atlas goes to: a number that is
 * the same for boxes of the same set                                        */
size_t compile_class(enum net_family family, const struct box *box);

#endif
