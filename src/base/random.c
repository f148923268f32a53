#include "base/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static struct result system_fill(struct random *random, void *out, size_t len, struct why *why)
{
	(void)random;
	uint8_t *to = out;
	while (len) {
		ssize_t n = getrandom(to, len > 256 ? 256 : len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(why, E_SYSTEM, "", "the kernel gave no randomness: %s", strerror(errno));
		to += n;
		len -= (size_t)n;
	}
	return ok();
}

/* splitmix64: repeatable, for tests only */
static struct result seeded_fill(struct random *random, void *out, size_t len, struct why *why)
{
	(void)why;
	uint8_t *to = out;
	for (size_t i = 0; i < len; i++) {
		uint64_t z = (random->seed += 0x9E3779B97F4A7C15u);
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
		z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
		to[i] = (uint8_t)(z >> 56);
	}
	return ok();
}

struct random random_system(void)
{
	return (struct random){.fill = system_fill};
}

struct random random_seeded(uint64_t seed)
{
	return (struct random){.fill = seeded_fill, .seed = seed};
}

struct result random_id(struct random *random, char out[27], struct why *why)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[17] = {0}; /* one spare byte of zeros for the last digit */
	TRY(random_fill(random, bytes, 16, why));
	for (size_t i = 0; i < 26; i++) {
		size_t bit = i * 5;
		unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
		out[i] = digits[two >> (11 - bit % 8) & 31];
	}
	out[26] = 0;
	return ok();
}
