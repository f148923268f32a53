/* gate/zone/snapshot.h - all that the kernel's packet filter holds, comparable
 *
 * Tables with their flags (a dormant table filters nothing, which `nft -j` does
 * not say), chains, rules in order, sets, elements, objects, flowtables: each a
 * record of the kernel's own bytes, without what changes by itself (counters,
 * handles).  Two snapshots of an unchanged filter are equal, whatever the filter
 * is: nothing has to be understood for a change to be seen.
 */
#ifndef SEKISHO_ZONE_SNAPSHOT_H
#define SEKISHO_ZONE_SNAPSHOT_H

#include "gate/zone/netlink.h"

enum { SNAPSHOT_BYTES = 512 << 20 };
struct snapshot_record {
	size_t at;              /* in bytes */
	uint32_t label, length; /* a byte of rank, the label, the kernel's bytes */
};
struct snapshot {
	struct buffer bytes;
	struct snapshot_record *records; /* in the kernel's order until they are compared */
	size_t count, room;
	bool failed, sorted;
};
void snapshot_init(struct snapshot *s);
void snapshot_done(struct snapshot *s);
void snapshot_drop(struct snapshot *s); /* for AUTO */
/* snapshot_take - errors E_SYSTEM, E_BUSY, E_MEMORY; then it is empty */
struct result snapshot_take(int fd, struct snapshot *out, struct why *why) MUST;

/* What differs: "+ rule inet sekisho forward", "- element inet sekisho f3_opm4e F-0001". */
struct snapshot_change {
	bool added;
	struct slice label; /* lives as its snapshot */
};
/* snapshot_compare - number of changes; the first `most` of them go to out.  Byte by
 * byte first: what nobody touched comes in the same order again, as a rule   */
size_t snapshot_compare(struct snapshot *before, struct snapshot *now, struct snapshot_change *out, size_t most);

#endif
