/* web/claims.h - what an applicant may claim, with a reason, as part of a form */
#ifndef SEKISHO_WEB_CLAIMS_H
#define SEKISHO_WEB_CLAIMS_H

#include "web/request.h"

enum { CLAIMS_MOST = 24 };
struct claims {
	struct policy_claim made[CLAIMS_MOST]; /* those with a reason */
	size_t count;
};
/* claims_read - the reasons posted for what the decision would hear */
void claims_read(struct request *rq, const struct decision *decision, struct claims *out);
/* claims_add - "claims", "claims_count", "claims_open" for {{>claims}}; prefix keeps the
 * ids of several forms of one page apart                                    */
void claims_add(struct request *rq, const struct decision *decision, const char *prefix, json_t *model);

#endif
