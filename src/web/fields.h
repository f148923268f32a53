/* web/fields.h - a form out of the vocabulary: one control a fact, by its type
 *
 * What was typed is kept as it was typed; a value that cannot be is marked with
 * one sentence that says what to write.  Rows and people are found by searching
 * inside the form itself, without script: the search button sends the whole form,
 * and the page shows it again with what was found (struct fields, `again`).
 * The template is {{>fields}} over fields_model; a control's name is its id.
 *
 *   fields_new -> fields_fill (what stands there) -> fields_model     showing
 *   fields_new -> fields_read -> again or wrong? show: take the values  sending
 */
#ifndef SEKISHO_WEB_FIELDS_H
#define SEKISHO_WEB_FIELDS_H

#include "register/register.h"
#include "web/request.h"

struct field {
	struct policy_fact fact;
	const char *name;   /* of the control, and its id: "f.until" */
	const char *typed;  /* what the control shows */
	const char *value;  /* as struct cell and facts_set_any take it; "" not known.  A set:
	                     * its members with one space between                     */
	const char *search; /* what was looked for in a picker */
	const char *help;   /* one line below the label; "" the type's own */
	const char *wrong;  /* sentence; "" */
	const char *none;   /* value that says 該当なし, by a box beside the control; "" no box */
	bool required;      /* empty is wrong */
	bool folded;        /* stands in the folded part of the form */
};
struct fields {
	struct field *at;
	size_t count;
	size_t wrong;       /* how many are wrong */
	const char *again;  /* the control whose search button was pressed; NULL: the form was sent */
};
/* fields_new - for these facts (policy_act_facts, policy_kind_facts), all empty,
 * none required, none folded; drop what is not asked by taking it out before */
struct result fields_new(struct request *rq, const struct policy_fact *facts, size_t count,
                         struct fields *out, struct why *why) MUST;
/* fields_get - NULL when the form does not ask for that fact */
struct field *fields_get(const struct fields *fields, const char *path);
/* fields_fill - what stands there now, canonical; a path that is not asked is passed over */
void fields_fill(struct request *rq, struct fields *fields, const char *path, const char *value);
/* fields_read - take over what was posted, judge each value */
struct result fields_read(struct request *rq, struct fields *fields, struct why *why) MUST;
/* fields_mark - a room's refusal of one value (E_INPUT, E_ABSENT, E_DENIED with the
 * path as its place); false: no field of that name                          */
bool fields_mark(struct request *rq, struct fields *fields, const char *path, const char *sentence);

/* fields_model - {ask: [...], fold: [...], fold_open}; a new reference */
json_t *fields_model(struct request *rq, const struct fields *fields, struct why *why);
/* fields_errors - for the page's "errors": [{field, text}]; a new reference */
json_t *fields_errors(const struct fields *fields);
/* fields_said - one value as people read it: はい, 令和8年…, 税務課, 名称, 暗号化 */
const char *fields_said(struct request *rq, const char *act, const struct policy_fact *fact,
                        const char *value);

#endif
