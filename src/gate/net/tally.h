/* gate/net/tally.h - what was refused and what was used, as sekisho-zone keeps it
 *
 *   refused   hook in out family src dst mac proto port count first last    by tabs
 *   hits      "since DAY", then flow packets last-day                       by tabs
 * The tables are bounded: strangers decide what is refused.  When one is full the
 * entry that was seen longest ago makes room, and its count goes to "others".
 * NFLOG is limited (compile.h), so that a flood counts as many, not as all.
 */
#ifndef SEKISHO_NET_TALLY_H
#define SEKISHO_NET_TALLY_H

#include "gate/net/model.h"

enum { TALLY_REFUSALS = 2048, TALLY_BYTES = 32 << 20, TALLY_LINE = 400 };

struct refused_packet {
	enum net_hook hook;
	enum net_family family; /* FAMILY_IP4 or FAMILY_IP6 */
	char in[16], out[16];   /* "" where the hook has none */
	wide_t src, dst;
	uint64_t mac;           /* of the frame; 0 unknown */
	uint8_t proto;
	uint16_t port;          /* destination; of ICMP the type; 0 where there is none */
	uint64_t count;
	int64_t first_ms, last_ms;
};
struct refusals {
	struct refused_packet *at; /* room for TALLY_REFUSALS */
	size_t count;
	uint64_t others;
};
/* refusals_new - NULL at the arena's ceiling */
struct refusals *refusals_new(struct arena *arena);
/* refusals_add - one packet more; count and times of `what` are not looked at */
void refusals_add(struct refusals *r, const struct refused_packet *what, int64_t now_ms);
void refusals_write(const struct refusals *r, struct buffer *out);
/* refusals_read - lines that are not such are E_INPUT with their number */
struct result refusals_read(struct slice text, struct arena *arena, struct refusals **out, struct why *why) MUST;

/* Why it was refused, by the model as it is on a day. */
enum refusal_reason {
	REFUSED_NOBODY = 0, /* nobody permitted anything between the two */
	REFUSED_PORT,       /* something else is permitted between them */
	REFUSED_CARD,       /* the very thing is, to another card */
	REFUSED_ENDED,      /* it was, or will be */
	REFUSED_CUT,        /* it is, and was cut off or is not in force yet */
	REFUSED_SPOOFED,    /* the sender's address does not live behind that interface */
	REFUSED_STRANGER,   /* an address that no zone has */
	REFUSED_REASONS,
};
enum refusal_reason refusal_reason(const struct net_model *model, day_t day, const struct refused_packet *what);
const char *refusal_reason_text(enum refusal_reason reason); /* Japanese, one sentence */

/* One pair of zones and one reason. */
struct refusal_row {
	uint32_t from, to;      /* zones; zone_count: the border; UINT32_MAX: no zone */
	enum refusal_reason reason;
	uint64_t count;
	const struct refused_packet *last; /* the newest of them */
};
/* refusals_rows - most packets first */
struct result refusals_rows(const struct net_model *model, day_t day, const struct refusals *r, struct arena *arena,
                            struct refusal_row **out, size_t *count, struct why *why) MUST;
const char *refusal_zone(const struct net_model *model, uint32_t zone, struct arena *arena);

/* Use of flows. */
struct hit {
	struct slice flow;
	uint64_t packets;
	day_t last;
};
struct hits {
	struct hit *at;
	size_t count;
	day_t since; /* first day that was counted */
};
/* hits_read - errors as above */
struct result hits_read(struct slice text, struct arena *arena, struct hits *out, struct why *why) MUST;
void hits_write(const struct hits *hits, struct buffer *out);
/* hits_idle - per flow of the model: days since a packet was last counted, or since
 * counting and permission had both begun; -1: not in force on that day       */
struct result hits_idle(const struct net_model *model, const struct hits *hits, day_t day, struct arena *arena,
                        int32_t **out, struct why *why) MUST;

#endif
