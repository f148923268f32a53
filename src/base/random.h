/* base/random.h - randomness comes in as a parameter
 * random_system never returns short: it fails the call instead.           */
#ifndef SEKISHO_BASE_RANDOM_H
#define SEKISHO_BASE_RANDOM_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

struct random {
	struct result (*fill)(struct random *random, void *out, size_t len, struct why *why);
	uint64_t seed; /* for random_seeded, tests only */
};

struct random random_system(void);
struct random random_seeded(uint64_t seed);
static inline MUST struct result random_fill(struct random *random, void *out, size_t len, struct why *why)
{
	return random->fill(random, out, len, why);
}
/* random_id - 26 lower-case base32 characters (128 bits) and a NUL */
struct result random_id(struct random *random, char out[27], struct why *why) MUST;

#endif
