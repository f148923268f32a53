/* desk/leaver.h - somebody tried to sign in as one who has left
 * clause  HN-2.6.2(1)-2a; id-lifecycle
 */
#ifndef SEKISHO_DESK_LEAVER_H
#define SEKISHO_DESK_LEAVER_H

#include "desk/desk.h"

/* desk_left_tried - a try with that login was turned away: where it is the login of one who has
 * left, that is an event of him (left_sign_in), and an incident where the policy makes a duty
 * of it; one while the last such incident of his section runs
 * tried  out: it was one who has left                                       */
struct result desk_left_tried(struct desk *desk, struct slice login, bool *tried, struct why *why) MUST;

#endif
