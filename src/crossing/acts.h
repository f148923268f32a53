/* crossing/acts.h - the acts that the ledger has recorded, for policy_replay
 *
 * An act is a crossing, or an application that is not about one; facts are the
 * frozen ones, posts and words those of the act's day.                        */
#ifndef SEKISHO_CROSSING_ACTS_H
#define SEKISHO_CROSSING_ACTS_H

#include "crossing/crossing.h"
#include "policy/replay.h"

struct recorded_acts { /* its members are acts.c's own */
	struct ledger *ledger;
	struct proceedings *proceedings;
	struct crossings *crossings;
	struct office *office;
	int64_t at, size;
	struct wish wish; /* of the act that was given last; in its arena */
	day_t day;
};
/* recorded_acts_open - all four are borrowed; source->state is `acts`; persons are
 * given by name, by id where the office does not know them                   */
struct result recorded_acts_open(struct ledger *ledger, struct proceedings *proceedings,
                                 struct crossings *crossings, struct office *office,
                                 struct recorded_acts *acts, struct replay_source *source, struct why *why) MUST;

#endif
