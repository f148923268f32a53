/* gate/net/walk.h - what a ruleset does to the packets of one place
 *
 * Walks the base chains of the place's hook and family, with all packets of the
 * place at once, and lists boxes with verdicts, the first that holds a packet
 * decides.  Where a rule was not understood the list errs to the open side: such
 * an accept counts as accept, such a drop as nothing.
 */
#ifndef SEKISHO_NET_WALK_H
#define SEKISHO_NET_WALK_H

#include "gate/net/diagram.h"
#include "gate/net/ruleset.h"

struct walk_chain { /* one base chain; a packet must pass all of them */
	struct verdict_box *list;
	size_t count, room;
	bool drops; /* some box drops: the order matters */
};
enum { WALK_CHAINS = 32 };
struct walk {
	struct walk_chain chains[WALK_CHAINS];
	size_t count;
	bool uncertain; /* a rule that was not understood touched the place */
	const char *doubt; /* the first of them */
};

/* ruleset_walk - no base chain: count is 0, and everything passes
 * fuel    paid from; shared by the places of one proof
 * errors  E_LIMIT fuel or depth or chains; E_MEMORY                         */
struct result ruleset_walk(const struct ruleset *ruleset, struct place place, uint64_t *fuel, struct walk *out,
                           struct why *why) MUST;
void walk_done(struct walk *walk);
void walk_drop(struct walk *walk);

#endif
