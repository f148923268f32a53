/* gate/net/diagram.h - sets of packets in one canonical form
 *
 * A decision diagram over the seven fields in the order of enum net_dim: a node
 * cuts its field's numbers into intervals, each with the diagram of the rest.
 * Nodes are shared and reduced, so that two sets are equal exactly when their
 * numbers are.  Built from a list of boxes of which the first that holds a
 * packet decides; work is paid from a tank.
 */
#ifndef SEKISHO_NET_DIAGRAM_H
#define SEKISHO_NET_DIAGRAM_H

#include "gate/net/space.h"

struct diagrams;
enum { DIAGRAM_NONE = 0, DIAGRAM_ALL = 1 };

struct verdict_box {
	struct box box;
	bool accept;
};

struct diagrams *diagrams_new(enum net_family family, uint64_t fuel);
void diagrams_free(struct diagrams *d);
void diagrams_drop(struct diagrams **d); /* for AUTO */
/* diagrams_failed - out of fuel or memory: no number is to be trusted */
bool diagrams_failed(const struct diagrams *d);

/* diagram_of_list - what no box holds is dropped */
uint32_t diagram_of_list(struct diagrams *d, const struct verdict_box *list, size_t count);
uint32_t diagram_of_boxes(struct diagrams *d, const struct box *boxes, size_t count);
uint32_t diagram_meet(struct diagrams *d, uint32_t a, uint32_t b);
uint32_t diagram_minus(struct diagrams *d, uint32_t a, uint32_t b);
/* diagram_boxes - disjoint boxes that make up the set; false: more than `most`,
 * or no memory; those found so far are there                               */
bool diagram_boxes(const struct diagrams *d, uint32_t set, size_t most, struct boxes *out);

#endif
