/* register/hold.h - 証拠の保全: what a case keeps as evidence stays until it lets go
 *
 * A case of a kind that has the fact `on_hold` keeps every row that it names, and what
 * people add by hand (a crossing, one file of it, an entry of a record book, a row).
 * Beginning and ending are entries of the ledger; while one lasts,
 *   a row's fact `on_hold` is yes, whatever the row says of itself, and the clauses
 *   that forbid disposing, erasing and closing speak;
 *   retention (sekisho-clock) passes the thing by.
 * A row that names a kept row is kept with it: a medium with the file on it, the host
 * of the system.
 * clause  HN-2.6.5(3)/1, HN-2.7.3(1)/1, BASE-2.4.4, BASE-7.1.2                */
#ifndef SEKISHO_REGISTER_HOLD_H
#define SEKISHO_REGISTER_HOLD_H

#include "register/register.h"

enum { HOLD_OBJECTS = 600 }; /* of one case */

struct hold {
	const char *by;     /* id of the case */
	const char *name;   /* of the case, "" if no row has that id */
	const char *object; /* what is kept: the row itself, or one that it names */
	int64_t since_ms;
	bool named;         /* by the case's own fields; else added by hand */
};
/* hold_find - what keeps this object; held false: nothing does */
struct result hold_find(struct registers *r, const char *object, struct arena *arena, struct hold *out, bool *held,
                        struct why *why) MUST;
/* hold_of_case - everything that the case keeps, oldest first */
struct result hold_of_case(struct registers *r, const char *by, struct arena *arena, struct hold **out, size_t *count,
                           struct why *why) MUST;
/* hold_name - the case keeps exactly these by name from now on; those added by hand stay.
 * In the caller's transaction.  E_LIMIT beyond HOLD_OBJECTS                 */
struct result hold_name(struct registers *r, const char *by, const char *const *objects, size_t count,
                        const char *actor, struct why *why) MUST;
/* hold_add - keep one thing more; E_CONFLICT it is kept by this case already */
struct result hold_add(struct registers *r, const char *by, const char *object, const char *actor,
                       struct why *why) MUST;
/* hold_end - the case lets go of everything: it has ended, or nothing is to be kept */
struct result hold_end(struct registers *r, const char *by, const char *actor, struct why *why) MUST;
/* hold_refused - a refusal that stands in `why` is told with the case that keeps the
 * object, if one does; gives back `done`                                    */
struct result hold_refused(struct registers *r, const char *object, struct result done, struct why *why) MUST;

/* What is kept is not swept: a condition for SQL; %s is the column with the id. */
#define HOLD_NOT_KEPT(column) "NOT EXISTS (SELECT 1 FROM evidence_hold kept WHERE kept.object = " column ")"

#endif
