/* gate/net/artefact.h - the file that is approved, kept and applied
 *
 *   # sekisho-ruleset 1
 *   # flow F-0001 2026-04-01 2027-03-31
 *   flush ruleset
 *   table inet sekisho { ...                       as ruleset_write has it
 *
 * Its SHA-256 is what stands in the ledger.  What the kernel is given is the same
 * text less the elements of flows that have ended, have not begun or were cut:
 * a thing can only become narrower on its way, so the last approved file goes on
 * being right when nobody can be asked.                                      */
#ifndef SEKISHO_NET_ARTEFACT_H
#define SEKISHO_NET_ARTEFACT_H

#include "gate/net/laws.h"
#include "gate/net/ruleset.h"

/* artefact_make - model to text: laws, atlas, ruleset, proof of the ruleset
 * out     empty, with the ceiling RULESET_BYTES
 * errors  E_DENIED a law (findings say which); E_TAMPERED the proof failed   */
struct result artefact_make(const struct net_model *model, const struct net_lawbook *book, day_t day,
                            struct arena *arena, struct net_findings *findings, struct buffer *out, struct why *why) MUST;

struct artefact_flow {
	struct slice id;
	day_t begin, end;
};
struct artefact {
	struct slice text;            /* the whole */
	struct artefact_flow *flows;
	size_t flow_count;
};
/* artefact_read - its head; E_INPUT: not such a file, or torn (no last line) */
struct result artefact_read(struct slice text, struct arena *arena, struct artefact *out, struct why *why) MUST;

/* artefact_effective - the text for the kernel
 * cut      ids of flows that were cut, one a line; may be empty
 * left     nullable; number of flows left out                               */
struct result artefact_effective(const struct artefact *artefact, day_t day, struct slice cut, struct arena *arena,
                                 struct buffer *out, size_t *left, struct why *why) MUST;

/* artefact_connections - what may open a connection in such a text, place apart:
 * boxes of both families, sorted; v4 in the low 32 bits, told apart by owner  */
enum { CONNECTION_IP4 = 0, CONNECTION_IP6 = 1 };
struct result artefact_connections(struct slice text, struct boxes *out, struct why *why) MUST;
/* connection_permitted - some box holds it */
bool connection_permitted(const struct boxes *sorted, bool six, wide_t src, wide_t dst, uint8_t proto, uint16_t dport);

/* artefact_closed - the ruleset of nothing: every hook drops, loopback passes */
struct result artefact_closed(struct arena *arena, struct buffer *out, struct why *why) MUST;

#endif
