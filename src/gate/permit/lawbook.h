/* gate/permit/lawbook.h - the answers of one body's policy to the questions of
 * gate/net, in the form in which gate/net takes them
 *
 * Nothing about a body stands in the code: each question is put to policy_decide
 * twice, once with what the law would want and once without, and the clause
 * that minds the difference is the one that is cited.
 */
#ifndef SEKISHO_LAWBOOK_H
#define SEKISHO_LAWBOOK_H

#include "gate/net/laws.h"
#include "policy/policy.h"

/* permit_lawbook - as of a day
 * name    whose policy binds the body: "hannan"
 * arena   the book lives in it, beside the policy
 * errors  E_ABSENT no edition of that name is in force; E_INPUT the policy is not
 *         sound; E_MEMORY                                                    */
struct result permit_lawbook(const struct policy *policy, const char *name, day_t day, struct arena *arena,
                             struct net_lawbook *out, struct why *why) MUST;

/* permit_held - a post whose holder may order this; NULL: none of these. Where a
 * policy says who permits flows but not who cuts them off, it is the same
 * held    names of the posts that a person holds                             */
const char *permit_held(const struct net_lawbook *book, const char *const *held, size_t count);
/* permit_clause - the clause under which flows are controlled: of entries and orders */
const char *permit_clause(const struct net_lawbook *book, enum net_law law);

#endif
