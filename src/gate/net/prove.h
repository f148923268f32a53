/* gate/net/prove.h - nothing passes but what is permitted
 *
 * For every hook, family and pair of interfaces: the packets that a ruleset lets
 * through are exactly those of the atlas.  Interfaces that neither names count
 * as one more; hooks without a chain let everything through, and so differ.
 */
#ifndef SEKISHO_NET_PROVE_H
#define SEKISHO_NET_PROVE_H

#include "gate/net/walk.h"

enum proof_verdict {
	PROOF_DIFFERS = 0,
	PROOF_UNKNOWN, /* no difference found, but something was not understood */
	PROOF_EQUAL,
};
struct proof_difference {
	struct place place;
	struct box packet;  /* every packet of it differs */
	bool extra;         /* passes and nobody permitted it; else permitted and closed */
	uint32_t flow;      /* of a missing one: the first flow that permits it; else OWNER_COMPANION */
};
enum { PROOF_DIFFERENCES = 64 };
struct proof {
	enum proof_verdict verdict;
	struct proof_difference at[PROOF_DIFFERENCES];
	size_t count;      /* places with a difference may have more packets than told */
	size_t places;     /* compared */
	size_t boxes;      /* in them, of the ruleset */
	size_t doubts;     /* places touched by what was not understood */
	const char *doubt; /* the first; lives as the ruleset */
};

/* PROOF_FUEL - steps that a proof may take; 100,000 flows need about 10 million */
#define PROOF_FUEL 4000000000ULL

/* prove - a difference is no error
 * expected  of the model
 * ruleset   its names begin with those of the atlas
 * errors    E_LIMIT fuel; E_MEMORY: nothing is proven                       */
struct result prove(const struct atlas *expected, const struct ruleset *ruleset, uint64_t fuel, struct proof *out,
                    struct why *why) MUST;

/* prove_list - the same, but all differences as boxes, up to `most` a place
 * each     called with every one of them                                    */
struct difference_sink {
	void (*each)(void *context, const struct proof_difference *difference);
	void *context;
	size_t most;
};
struct result prove_list(const struct atlas *expected, const struct ruleset *ruleset, uint64_t fuel,
                         const struct difference_sink *sink, struct proof *out, struct why *why) MUST;

/* ruleset_accepts - the packets of a place that pass, as disjoint boxes; doubt: the
 * place was touched by what was not understood, and the boxes are too many
 * errors  E_LIMIT fuel, or more than `most` boxes; E_MEMORY                 */
struct result ruleset_accepts(const struct ruleset *ruleset, struct place place, uint64_t fuel, size_t most,
                              struct boxes *out, bool *doubt, struct why *why) MUST;

/* difference_write - one packet, and what is wrong with it, in Japanese */
void difference_write(const struct net_model *model, const struct ruleset *ruleset,
                      const struct proof_difference *difference, struct buffer *out);

#endif
