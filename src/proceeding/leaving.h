/* proceeding/leaving.h - 離職: what the one who leaves still holds, and the case of it
 *
 * The vocabulary's proceeding that has a fact `held` found-by office is the case of leaving:
 * it names a `person`, `held` is how much he still holds, counted whenever it is asked, and
 * its moves are about him for the duties.  What he holds: every open row that names him
 * (devices, keys, accounts, assets of whose circle he is ...), every permission of his that
 * is neither over nor closed, every record that waits for him.
 * clause  HN-2.5.1(1)-9/1, HN-2.6.2(1)-2a
 */
#ifndef SEKISHO_PROCEEDING_LEAVING_H
#define SEKISHO_PROCEEDING_LEAVING_H

#include "proceeding/proceeding.h"

struct leaving_thing {
	const char *id, *kind;  /* of the row; kind "application", "record" */
	const char *name;       /* of the row; number of the application or record */
	const char *registry;   /* of a record: its book; else "" */
};
/* leaving_things - at most 500 */
struct result leaving_things(struct proceedings *p, const char *person, struct arena *arena, struct leaving_thing **out,
                             size_t *count, struct why *why) MUST;
/* leaving_begin - office_leave, and the case where the vocabulary has one
 * id      of the case; "" none
 * errors  those of office_leave and case_open                              */
struct result leaving_begin(struct proceedings *p, const char *by, const char *person, struct slice reason, char id[27],
                            struct why *why) MUST;
/* leaving_kind - the proceeding of leaving; "" the vocabulary has none      */
const char *leaving_kind(const struct policy *policy, struct arena *arena);

#endif
