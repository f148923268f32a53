/* gate/zone/counts.h - how often each flow was used, by the counters of its elements
 * Inside the room, and for its tests.                                       */
#ifndef SEKISHO_ZONE_COUNTS_H
#define SEKISHO_ZONE_COUNTS_H

#include "gate/net/tally.h"
#include "gate/zone/netlink.h"

/* One element's counter; comment: the flow's id, lives for the call. */
typedef void counts_each(void *context, struct slice comment, uint64_t packets);

/* counts_take - every element of the tables named "sekisho" that has a counter and a
 * comment                                                                   */
struct result counts_take(int fd, counts_each *each, void *context, struct why *why) MUST;
/* counts_element - of one element's attributes; false: no counter or no comment */
bool counts_element(struct slice element, struct slice *comment, uint64_t *packets);

#endif
