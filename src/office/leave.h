/* office/leave.h - leaving: posts end, the right of use ends, and what comes after is seen
 *
 * Whoever has left cannot sign in (he is suspended); that he tries is another thing than a
 * wrong password, which is why the day is kept.
 * clause  HN-2.6.2(1)-2a, HN-2.5.1(1)-9/1
 */
#ifndef SEKISHO_OFFICE_LEAVE_H
#define SEKISHO_OFFICE_LEAVE_H

#include "office/office.h"

/* office_leave - from today on: posts, sessions and the right of use end
 * reason  sealed, must be given
 * errors  E_ABSENT no such person; E_CONFLICT he has left already; E_INPUT no reason */
struct result office_leave(struct office *office, const char *by, const char *person, struct slice reason,
                           struct why *why) MUST;
/* office_left - the day he left; 0: he has not, or came back (his use was restored) */
struct result office_left(struct office *office, const char *person, day_t *day, struct why *why) MUST;

#endif
