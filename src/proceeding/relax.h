/* proceeding/relax.h - 制限の緩和: clauses set aside while a declared emergency lasts
 *
 * Begun by the act `relax` on a case that the vocabulary says it is done to, as the clauses
 * decide (who, and in which step of the case: declared).  In force only while the case stands
 * in the step in which it was begun, no longer than its last day, in its section or everywhere;
 * then everything is as before, and the event `relaxation_over` begins the duties of putting
 * back what was changed.  What the text keeps in any case (absolute) is never relaxed.
 * clause  FS-9.1(2)-e, HN-2.7.3(1)/2
 */
#ifndef SEKISHO_PROCEEDING_RELAX_H
#define SEKISHO_PROCEEDING_RELAX_H

#include "proceeding/proceeding.h"

enum { RELAX_CLAUSES = 32 };
struct relax_request {
	const char *emergency; /* id of the case; "" none */
	const char *actor;
	const char *const *clauses;
	size_t clause_count;   /* 1..RELAX_CLAUSES */
	const char *section;   /* where; "" everywhere */
	const char *ground;
	day_t until;
};
/* relax_begin - all clauses or none
 * errors  E_DENIED no declared emergency, or a clause refuses (recorded); a clause that is absolute
 *         E_INPUT  place "clauses", "ground", "until", "section"            */
struct result relax_begin(struct proceedings *p, const struct relax_request *request, struct why *why) MUST;
/* relax_end - before its last day; decided as relax is.  E_CONFLICT it is over */
struct result relax_end(struct proceedings *p, const char *id, const char *actor, struct why *why) MUST;
/* relax_lapse - for sekisho-clock: what is over by its day is written down as over */
struct result relax_lapse(struct proceedings *p, size_t *count, struct why *why) MUST;

struct relaxation {
	const char *id, *emergency, *clause, *section, *by, *ground;
	day_t until;
	int64_t began_ms, ended_ms; /* 0: in force */
	const char *ended_by;       /* person, "sekisho-clock", "emergency"; "" */
};
/* relax_list - those in force first, then the newest; at most 200 */
struct result relax_list(struct proceedings *p, struct arena *arena, struct relaxation **out, size_t *count,
                         struct why *why) MUST;

#endif
