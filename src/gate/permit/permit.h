/* gate/permit/permit.h - a flow's application, and the permission that is the flow
 *
 * Who wants a connection to a network outside asks for it with its row of the
 * model; what was asked for is frozen in the application's title.  A flow whose
 * approvers are "application" is permitted while the office's newest application
 * about it is permitted and says exactly what the row says: who changes the row
 * afterwards has no permission.
 * clause  HN-2.6.1(10)-1, HN-2.6.1(10)-2, HN-2.6.2(2)-1
 */
#ifndef SEKISHO_PERMIT_H
#define SEKISHO_PERMIT_H

#include "gate/net/model.h"
#include "proceeding/proceeding.h"

/* permit_ask - submit the application; inside the caller's transaction
 * person  id of who asks; section: of that person
 * errors  E_DENIED a clause refuses; E_INPUT the flow is of a sort that nobody has
 *         to permit by application (no network outside, no remote access)      */
struct result permit_ask(struct proceedings *proceedings, const struct net_model *model, uint32_t flow,
                         const char *person, const char *section, char id[27], struct why *why) MUST;

/* permit_fill - ask the office about each flow with "application"; the approvals
 * go into the model; a flow without permission keeps none, and model_laws then
 * refuses it
 * filled  nullable; how many have their permission                            */
struct result permit_fill(struct proceedings *proceedings, struct net_model *model, struct arena *arena,
                          size_t *filled, struct why *why) MUST;

/* permit_subject - the application's subject: "flow:F-0101"; in the arena */
const char *permit_subject(const struct net_flow *flow, struct arena *arena);
/* permit_title - what is asked for, in one line; in the arena */
const char *permit_title(const struct net_model *model, const struct net_flow *flow, struct arena *arena);

#endif
