/* web/pages_draft.h - what the two files of the drafts' pages share */
#ifndef SEKISHO_WEB_PAGES_DRAFT_H
#define SEKISHO_WEB_PAGES_DRAFT_H

#include "web/request.h"

/* draft_of - the draft that the address names */
struct result draft_of(struct request *rq, struct draft *out, struct why *why) MUST;
const struct policy_edition *edition_now(struct request *rq); /* NULL: none in force */
/* params_of - what the edition in force leaves to the body */
struct result params_of(struct request *rq, const struct policy_param **params, size_t *count,
                        struct why *why) MUST;

#endif
