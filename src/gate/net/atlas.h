/* gate/net/atlas.h - which packets may pass, place by place
 *
 * The atlas of a model is what its flows permit on one day and nothing else:
 * each flow's packets in both directions, and for hosts that a flow names the
 * ARP and neighbour discovery without which no packet finds its way.
 */
#ifndef SEKISHO_NET_ATLAS_H
#define SEKISHO_NET_ATLAS_H

#include "gate/net/model.h"

enum { ATLAS_INTERFACES = 160, ATLAS_BOXES = 8 << 20 };
#define OWNER_COMPANION 0xFFFFFFFFu /* ARP, neighbour discovery, loopback */

/* Names of interfaces in numbers; the last two are "lo" and all others ("?"). */
struct atlas_names {
	char name[ATLAS_INTERFACES][16];
	bool prefix[ATLAS_INTERFACES]; /* stands for the unknown names that begin so */
	uint16_t count;
};
struct atlas_place {
	struct place place;
	struct boxes boxes;
};
struct atlas {
	struct atlas_names names;
	struct atlas_place *places; /* in the order of hook, family, in, out */
	size_t count, room;
	uint32_t *cells;            /* of every place: index + 1 in places, or 0 */
	bool failed;
};

void atlas_names_of(const struct net_model *model, struct atlas_names *out);
/* atlas_name_add - the number of a name, put in before "lo" and "?" never: after
 * them; UINT16_MAX when there are too many                                   */
uint16_t atlas_name_add(struct atlas_names *names, struct slice name, bool prefix);
bool atlas_init(struct atlas *atlas, const struct atlas_names *names);
void atlas_done(struct atlas *atlas);
void atlas_drop(struct atlas *atlas); /* for AUTO */
/* atlas_boxes - of a place, made empty if need be; NULL: no memory (sticky) */
struct boxes *atlas_boxes(struct atlas *atlas, struct place place);
/* atlas_cell - the place in `cells` */
size_t atlas_cell(const struct atlas *atlas, struct place place);
/* atlas_look - NULL if nothing was put there */
const struct boxes *atlas_look(const struct atlas *atlas, struct place place);

/* atlas_of_flows - of the flows active on a day, sorted, without duplicates
 * closed   nullable; per flow, true leaves it out (an emergency cut)
 * errors   E_LIMIT more than ATLAS_BOXES; E_MEMORY                          */
struct result atlas_of_flows(const struct net_model *model, day_t day, const bool *closed, struct atlas *out,
                             struct why *why) MUST;
/* flow_boxes - the boxes of one flow alone, on any day; companions: and theirs */
struct result flow_boxes(const struct net_model *model, uint32_t flow, bool companions, struct atlas *out,
                         struct why *why) MUST;

#endif
