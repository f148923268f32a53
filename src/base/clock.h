/* base/clock.h - time comes in as a parameter
 *
 * clock_system asks the kernel.  clock_fixed stands still until a test moves
 * it.  clock_file adds an offset in milliseconds read anew from a file at each
 * call, so that a test or the demo can drive many processes through a year.
 */
#ifndef SEKISHO_BASE_CLOCK_H
#define SEKISHO_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*now_ms)(const struct clock *clock); /* since 1970-01-01T00:00:00Z */
	int64_t fixed_ms;
	const char *file; /* borrowed */
};

struct clock clock_system(void);
struct clock clock_fixed(int64_t now_ms);
struct clock clock_file(const char *offset_file);

static inline int64_t clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock);
}

#endif
