/* web/pages_leave.h - leaving, on the pages of a person and of a case */
#ifndef SEKISHO_WEB_PAGES_LEAVE_H
#define SEKISHO_WEB_PAGES_LEAVE_H

#include "register/register.h"
#include "web/request.h"

struct result may_tell_leaving(struct request *rq, const struct person *person, bool *yes, struct why *why) MUST;
/* leaving_model - "left", "held", "may_leave" of a person's page */
struct result leaving_model(struct request *rq, const struct person *person, json_t *model, struct why *why) MUST;
/* held_by_leaver - "leaving", "held" of a case's page */
struct result held_by_leaver(struct request *rq, const struct register_row *row, json_t *model, struct why *why) MUST;
/* held_model - sort, name and href of what a person holds */
struct result held_model(struct request *rq, const char *person, json_t *list, struct why *why) MUST;
struct result post_leaving(struct request *rq, struct why *why) MUST;
/* tried_after_leaving - a sign-in was refused: was it the login of one who has left? */
struct result tried_after_leaving(struct request *rq, struct slice login, struct why *why) MUST;

#endif
