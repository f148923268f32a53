/* web/fields_choice.h - what can be chosen for a fact; for fields.c only */
#ifndef SEKISHO_WEB_FIELDS_CHOICE_H
#define SEKISHO_WEB_FIELDS_CHOICE_H

#include "web/fields.h"

enum { CHOICES_SHOWN = 6, CHOICES_LISTED = 60 }; /* found by a search; in one select */

struct choices {
	json_t *list;    /* [{value, label, says, letter, chosen, control}]; NULL: not chosen but typed */
	bool long_list;  /* a select */
	bool brief;      /* stands in one line */
	bool searched;   /* more than can be listed: with a search box */
	bool none, more; /* the search found nothing; more than are shown */
};
/* choices_of - list is the caller's */
struct result choices_of(struct request *rq, const struct field *field, struct choices *out,
                         struct why *why) MUST;
void choices_drop(struct choices *choices);
/* choice_known - may this value (of a set: member) be said? */
struct result choice_known(struct request *rq, const struct field *field, const char *value, bool *known,
                           struct why *why) MUST;
/* choice_is_chosen - chosen, not typed */
bool choice_is_chosen(const struct policy_fact *fact);
/* choice_label - as people read the value (of a set: one member) */
const char *choice_label(struct request *rq, const char *act, const struct policy_fact *fact,
                         enum fact_type type, const char *value);
bool choice_is_unit(enum fact_type type, const char *unit);
json_t *choice_units(enum fact_type type, const char *value); /* [] where there is no unit */

#endif
