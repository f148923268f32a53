/* gate/net/shelf.h - boxes that can be asked for by place, added and taken away
 * A long list that came in order stays as it is; what is added later lies beside it.
 * Inside the room.                                                          */
#ifndef SEKISHO_NET_SHELF_H
#define SEKISHO_NET_SHELF_H

#include "gate/net/space.h"

struct shelf_index {
	uint32_t *points, *wide;      /* of base: one address, in their order; or a range of them */
	size_t point_count, wide_count;
};
struct shelf {
	const struct box *base;       /* borrowed, in the order of box_order */
	size_t count;
	struct shelf_index by[2];     /* destination, source */
	uint32_t *uses;               /* of base; 0: not there now */
	struct boxes more;
	uint32_t *more_uses;
	size_t more_room;
};
/* shelf_init - false: no memory; each of the base is there `uses` times */
bool shelf_init(struct shelf *s, const struct box *base, size_t count, uint32_t uses);
void shelf_done(struct shelf *s);
/* shelf_meeting - those that are there and have a packet of `t`; whole, not cut */
void shelf_meeting(const struct shelf *s, const struct box *t, struct boxes *out);
/* shelf_put, shelf_take - how often it is there afterwards (by set and owner);
 * UINT32_MAX: no memory, or it was not there                                */
uint32_t shelf_put(struct shelf *s, const struct box *box);
uint32_t shelf_take(struct shelf *s, const struct box *box);
/* shelf_uses - 0: not there */
uint32_t shelf_uses(const struct shelf *s, const struct box *box);
/* shelf_all - what is there, in no order */
void shelf_all(const struct shelf *s, struct boxes *out);

#endif
