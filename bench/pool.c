/* bench/pool.c - how long a file waits for the gate, and what it takes
 *
 *   pool BUILD FILE...
 * takes each file of at most a megabyte through the jailed workers as the gate
 * does, cleansing and then the second reader, one after another, three times.
 * Prints the best of the three of each file as median and 99th percentile: by the
 * clock, from the sealed descriptor to the second reader's word, and by the two
 * workers' processor time, which a busy machine does not blur.  Memory: resident at most, over what is promised (8 MiB + 3 x the file), for
 * files that are no pictures and hold none.  Refused files count too.         */
#include "base/arena.h"
#include "base/file.h"
#include "gate/pool/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 8192, LARGEST = 200 << 20, SMALL = 1 << 20, ROUNDS = 3, PROMISED = 8 << 20 };

static double clock_ms[MOST], cpu_ms[MOST];
static size_t count, refused, counted, over_promise, beyond;
static uint64_t peak_most;
static double worst_share;
static const char *worst_name, *slowest_name;
static double slowest;

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct passage {
	double ms, cpu, reading; /* reading: of cpu, the second reader's */
	uint64_t peak, second; /* of the two workers */
	bool refused;
	const char *ended; /* what the pool says of a worker that came to no word of its own */
};

static bool pass(struct pool *pool, const char *name, struct slice bytes, struct arena *arena,
                 struct passage *out)
{
	int original = -1;
	struct pool_result clean = {.out_fd = -1}, seen = {.out_fd = -1};
	arena_reset(arena);
	if (pool_seal_bytes(bytes, &original, NULL).code != OK)
		return false;
	double begun = now_ms();
	struct pool_job first = {.program = POOL_CLEANSE, .name = slice_str(name), .input_fd = original,
	                         .original_fd = -1};
	bool went = pool_run(pool, &first, arena, &clean, NULL).code == OK && clean.end == POOL_DONE;
	/* beyond a worker's memory is a verdict too: too large */
	bool large = clean.end == POOL_MEMORY || clean.end == POOL_OUTPUT;
	out->ended = large ? clean.report.reason : NULL;
	out->refused = (went && clean.out_fd < 0) || large;
	out->peak = clean.peak_bytes;
	out->cpu = clean.cpu_ms;
	if (went && clean.out_fd >= 0) {
		struct pool_job second = {.program = POOL_INSPECT, .name = slice_str(name), .input_fd = clean.out_fd,
		                          .type = pool_inspect_type(clean.report.type), .compare = true,
		                          .original_fd = original};
		went = pool_run(pool, &second, arena, &seen, NULL).code == OK && seen.end == POOL_DONE;
		out->cpu += seen.cpu_ms;
		out->reading = seen.cpu_ms;
		out->second = seen.peak_bytes;
	}
	out->ms = now_ms() - begun;
	went |= large;
	if (clean.out_fd >= 0)
		close(clean.out_fd);
	close(original);
	return went;
}

/* Pictures are counted by their pixels elsewhere. */
static bool holds_pictures(const char *name, struct slice bytes)
{
	static const char *const endings[] = {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".jp2"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends(slice_str(name), slice_str(endings[i])))
			return true;
	return slice_find(bytes, SLICE("/media/")) != SIZE_MAX || slice_find(bytes, SLICE("/Image")) != SIZE_MAX ||
	       slice_find(bytes, SLICE("Pictures/")) != SIZE_MAX;
}

static void note(const char *path, const char *name, struct slice bytes, const struct passage *best)
{
	if (bytes.len <= SMALL) {
		clock_ms[count] = best->ms;
		cpu_ms[count++] = best->cpu;
		refused += best->refused;
	}
	if (bytes.len <= SMALL && best->cpu > slowest) {
		slowest = best->cpu;
		slowest_name = path;
	}
	if (holds_pictures(name, bytes))
		return;
	uint64_t peak = best->second > best->peak ? best->second : best->peak;
	double share = (double)peak / (double)(PROMISED + 3 * bytes.len);
	counted++;
	over_promise += share > 1;
	if (share > 1)
		printf("over: %.1f MiB, second reader %.1f, for %.2f MiB  %s\n", (double)best->peak / 1048576,
		       (double)best->second / 1048576, (double)bytes.len / 1048576, path);
	peak_most = peak > peak_most ? peak : peak_most;
	if (share > worst_share) {
		worst_share = share;
		worst_name = path;
	}
}

static void take(struct pool *pool, const char *path, struct arena *keep, struct arena *arena)
{
	struct slice bytes;
	struct passage best = {.ms = 1e9};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	arena_reset(keep);
	if (count == MOST || file_read(path, LARGEST, keep, &bytes, NULL).code != OK)
		return;
	for (int round = 0; round < (bytes.len <= SMALL ? ROUNDS : 1); round++) {
		struct passage one = {0};
		if (!pass(pool, name, bytes, arena, &one)) {
			fprintf(stderr, "%s: no word from a worker\n", path);
			return;
		}
		double cpu = round == 0 || one.cpu < best.cpu ? one.cpu : best.cpu;
		best = one.ms < best.ms ? one : best;
		best.cpu = cpu;
		if (one.ended && round == 0) {
			beyond++;
			printf("refused, %s  %s\n", one.ended, path);
		}
	}
	if (getenv("BENCH_EACH"))
		printf("%.0f ms of a processor (%.0f the second reader's), %.1f by the clock, %.1f and %.1f MiB  %s\n", best.cpu, best.reading, best.ms,
		       (double)best.peak / 1048576, (double)best.second / 1048576, path);
	note(path, name, bytes, &best);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	struct pool *pool = NULL;
	struct why why = {0};
	struct arena *keep = arena_new((size_t)256 << 20), *arena = arena_new((size_t)64 << 20);
	char cleanse[4096], inspect[4096];
	if (argc < 3 || !keep || !arena)
		return 2;
	snprintf(cleanse, sizeof cleanse, "%s/bin/sekisho-cleanse", argv[1]);
	snprintf(inspect, sizeof inspect, "%s/bin/sekisho-inspect", argv[1]);
	struct pool_options options = {.path = {cleanse, inspect}, .parallel = 2};
	if (pool_open(&options, &pool, &why).code != OK) {
		fprintf(stderr, "%s\n", why.text);
		return 3;
	}
	for (int i = 2; i < argc; i++)
		take(pool, argv[i], keep, arena);
	pool_close(pool);
	if (count == 0)
		return 2;
	qsort(clock_ms, count, sizeof clock_ms[0], by_value);
	qsort(cpu_ms, count, sizeof cpu_ms[0], by_value);
	size_t last = count - 1 - count / 100;
	printf("%zu files up to 1 MiB through both workers (%zu refused, %zu of them beyond a worker's memory): median %.1f ms, p99 %.1f ms by the clock; "
	       "p99 %.0f ms, most %.0f ms of a processor (%s)\n", count, refused, beyond, clock_ms[count / 2], clock_ms[last],
	       cpu_ms[last], slowest, slowest_name ? slowest_name : "");
	printf("memory of %zu without pictures: %.0f MiB at most, %zu over 8 MiB + 3 x the file, the worst %.2f of it (%s)\n",
	       counted, (double)peak_most / 1048576, over_promise, worst_share, worst_name ? worst_name : "");
	return 0;
}
