/* crossing/handed.h - the record book of what was handed over
 *
 * What clauses want written down of a file that leaves the gate is written by the gate:
 * it knows when, whose, of what class, scanned and by whose permission.  The entry is
 * closed where nothing of it is missing; what the sender did not know stays his to write.
 * clause  HN-2.6.1(6)-1, BASE-3.2.3
 */
#ifndef SEKISHO_CROSSING_HANDED_H
#define SEKISHO_CROSSING_HANDED_H

#include "crossing/internal.h"

struct handed {
	const char *origin;      /* the file, or the permission for its original: one entry each */
	const char *application; /* whose words permitted it; "" nobody was asked */
	const char *recipient;   /* ""; sealed in the entry */
	const struct crossing_row *row;
	const struct wish *wish; /* what was done, by whom */
	const struct decision *decision;
};
/* handed_write - inside the transaction of the release; nothing where no clause wants a record */
struct result handed_write(struct crossings *c, const struct handed *of, struct arena *arena, struct why *why) MUST;

#endif
