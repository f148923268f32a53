/* gate/net/standing.h - a ruleset that has been proven, and one flow more or less
 *
 * Why proving a change is as good as proving the whole.  Let the ruleset of before
 * let through exactly what the flows of before permit, place by place.  A change
 * adds and takes away elements of sets, and boxes of one flow.  Let T be, in a
 * place, the packets that some changed element or some changed box speaks of.
 *   Outside of T nothing differs: no lookup in a set answers otherwise than before
 *   (each element that came or went speaks only of packets in T), so each packet
 *   has the fate that it had; and no flow's box differs.  So the equality of
 *   before holds there.
 *   Inside of T every element that speaks of a packet of T is looked at, and every
 *   box of every flow that does; the rules themselves are walked by the same code
 *   as in prove(), with the sets cut down to those elements.
 * A set is bound to one place when the ruleset is taken in (else it is not taken):
 * so no other place has a T.  Rules, chains and policies do not change at all: a
 * flow that needs a set that is not there needs the whole compiler.
 * The test compares each step with prove() on the whole, thousands of times.
 */
#ifndef SEKISHO_NET_STANDING_H
#define SEKISHO_NET_STANDING_H

#include "gate/net/prove.h"

struct standing;

/* standing_new - compile the flows of a day and prove the whole
 * model   borrowed for its life
 * closed  nullable; per flow, true leaves it out for now
 * errors  E_TAMPERED the proof of the whole failed; E_LIMIT; E_MEMORY        */
struct result standing_new(const struct net_model *model, day_t day, const bool *closed, struct standing **out,
                           struct why *why) MUST;
void standing_free(struct standing *s);
void standing_drop(struct standing **s); /* for AUTO */

/* One element of a set that comes or goes. */
struct standing_element {
	const struct set *set;
	bool added;
	struct box box; /* its values in the places of enum key_slot; owner: the flow */
};
struct standing_change {
	const struct standing_element *elements; /* until the next change */
	size_t count;
	struct proof proof;
};
/* standing_flow - the flow begins (on) or ends, and the change is proven
 * errors  E_ABSENT  it needs a set that is not there: compile the whole; nothing
 *                   changed.  E_CONFLICT it is so already.  E_LIMIT, E_MEMORY:
 *                   nothing is known any more, throw the standing away       */
struct result standing_flow(struct standing *s, uint32_t flow, bool on, struct standing_change *out,
                            struct why *why) MUST;
/* standing_spoil - for tests: the next change leaves one element as it was */
void standing_spoil(struct standing *s);

/* standing_ruleset - as it stands now, whole, for prove() and ruleset_write
 * arena   the copy lives in it                                               */
struct result standing_ruleset(const struct standing *s, struct arena *arena, struct ruleset **out, struct why *why) MUST;
/* standing_closed - per flow, whether it is left out now */
const bool *standing_closed(const struct standing *s);

#endif
