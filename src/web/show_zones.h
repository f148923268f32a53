/* web/show_zones.h - zones and flows as models of pages */
#ifndef SEKISHO_WEB_SHOW_ZONES_H
#define SEKISHO_WEB_SHOW_ZONES_H

#include "gate/permit/border.h"
#include "web/pages.h"

/* zones_open - the desk in the name of this request; its memory is not the request's:
 * arena_free it.  E_DENIED nothing; E_TAMPERED, E_INPUT as border_open          */
struct result zones_open(struct request *rq, struct arena **arena, struct border *out, struct why *why) MUST;

/* show_map - {wide:{...}, narrow:{...}, says}: rectangles, walls, arrows in whole
 * numbers, for the two SVGs of zones_map.html                                */
json_t *show_map(const struct border *desk);
/* show_pairs - a row for each ordered pair of zones: what may be said in words */
json_t *show_pairs(const struct border *desk);
json_t *show_flow(struct request *rq, const struct border *desk, uint32_t flow);
/* zone_trimmed - without blanks at its ends */
struct slice zone_trimmed(struct slice typed);
/* show_ends - ids and titles to choose from */
json_t *show_ends(const struct border *desk, const char *chosen, bool border);
const char *end_title(struct request *rq, const struct net_model *model, struct net_end end);

#endif
