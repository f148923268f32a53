/* web/pages_duty.h - pages of 義務 and the proof, and how an obligation is shown */
#ifndef SEKISHO_WEB_PAGES_DUTY_H
#define SEKISHO_WEB_PAGES_DUTY_H

#include "duty/duty.h"
#include "web/pages.h"

handler_fn page_duties, page_duty, post_duty; /* pages_duty.c */
handler_fn page_year, page_year_ics;          /* pages_year.c */
handler_fn page_proof;                        /* pages_proof.c */

/* home_duties - what the person owes and what has no time to wait, as todo items;
 * later  how many more there are whose day is farther off                  */
struct result home_duties(struct request *rq, json_t *list, size_t *later, struct why *why) MUST;

/* An obligation and what this person has to do with it. */
struct duty_seen {
	struct obligation o;
	bool owes, operator, above;
};
/* duty_look - E_ABSENT: none, or not this person's to see */
struct result duty_look(struct request *rq, const char *id, struct duty_seen *out, struct why *why) MUST;

/* ---- show_duty.c; strings live in the request's arena */
json_t *show_duty(struct request *rq, const struct obligation *o);
const char *duty_path(struct request *rq, const char *id);
const char *duty_object_name(struct request *rq, const struct obligation *o);
const char *duty_label(struct request *rq, const struct obligation *o); /* 委託先の対策の確認 */
const char *duty_title(struct request *rq, const struct obligation *o); /* …（公会計の委託） */
const char *duty_left(struct request *rq, const struct obligation *o);  /* あと5日 */
const char *duty_when(struct request *rq, const struct obligation *o);  /* 令和8年11月30日（月） */
const char *duty_owner(struct request *rq, const struct obligation *o);
bool duty_late_now(const struct obligation *o);

#endif
