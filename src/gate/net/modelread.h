/* gate/net/modelread.h - reading a model's table; inside the room */
#ifndef SEKISHO_NET_MODELREAD_H
#define SEKISHO_NET_MODELREAD_H

#include "gate/net/index.h"
#include "gate/net/model.h"

#include <stdarg.h>
#include <stdio.h>

enum { ROW_CELLS = 17 };
struct row {
	struct slice cells[ROW_CELLS];
	size_t count, line;
	bool too_many;
};
struct line_at {
	struct slice text;
	size_t number;
};
struct model_reader {
	struct arena *arena;
	struct net_findings *findings;
	struct net_model *model;
	struct index ends;     /* zones, stations, border */
	struct index services, flows;
	bool no_memory;
};
struct line_kind {
	const char *name;
	size_t least, most, limit; /* cells with the first; lines */
	void (*read)(struct model_reader *r, const struct row *row);
};

void row_bad(struct model_reader *r, const struct row *row, const char *format, ...) PRINTF_LIKE(3, 4);
bool row_id(struct model_reader *r, const struct row *row, struct slice id);
bool word_of(const char *const *words, size_t count, struct slice text, unsigned *out);
#define WORD_OF(words, text, out) word_of(words, sizeof(words) / sizeof *(words), text, out)

/* an end in the index: kind in the top bits */
static inline uint32_t end_pack(struct net_end end)
{
	return (uint32_t)end.kind << 30 | end.index;
}
static inline struct net_end end_unpack(uint32_t packed)
{
	return (struct net_end){(enum end_kind)(packed >> 30), packed & 0x3FFFFFFF};
}

/* readers of one line each: modelzones.c, modelflows.c */
void read_body(struct model_reader *r, const struct row *row);
void read_zone(struct model_reader *r, const struct row *row);
void read_interface(struct model_reader *r, const struct row *row);
void read_subnet(struct model_reader *r, const struct row *row);
void read_own(struct model_reader *r, const struct row *row);
void read_firewall(struct model_reader *r, const struct row *row);
void read_host(struct model_reader *r, const struct row *row);
void read_peer(struct model_reader *r, const struct row *row);
void read_service(struct model_reader *r, const struct row *row);
void read_flow(struct model_reader *r, const struct row *row);
bool read_ports(struct slice text, uint16_t *lo, uint16_t *hi);
bool has_ports(uint8_t proto);

/* subnets_settle - sorted; an overlap is an error; stations_settle the same for
 * addresses of hosts, peers and the border                                  */
void subnets_settle(struct model_reader *r);
void stations_settle(struct model_reader *r);
/* subnet_around - the subnet that holds the whole range; NULL */
const struct net_range *subnet_around(const struct net_model *model, enum net_family family, struct interval span);

#endif
