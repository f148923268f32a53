/* bench/drawn.c - pages made into pictures, against poppler's own program
 *
 *   drawn BUILD FILE...
 * Each PDF goes through sekisho-draw as in the gate (rebuilt, drawn at 200 dots an inch,
 * written with its text) and through `pdftoppm -r 200`, once drawing only and once
 * drawing and writing JPEG, the output thrown away.  Processor time of the workers and
 * of pdftoppm, which starts anew for each file; the second reader counts the pages.
 * Files that the gate refuses are left out of both.                          */
#include "base/arena.h"
#include "base/file.h"
#include "gate/pool/pool.h"
#include "gate/words/switches.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { LARGEST = 200 << 20 };

static struct {
	double ours_ms, drawing_ms, jpeg_ms;
	unsigned files, refused;
	uint64_t pages, in, out, peak;
} sum;

static double milliseconds(const struct rusage *used)
{
	return (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1e3 +
	       (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e3;
}

/* processor time of pdftoppm on this file; -1 if it cannot be had */
static double peer(const char *path, const char *format)
{
	char program[] = "pdftoppm", dpi[] = "-r", dots[] = "200", crop[] = "-cropbox", way[8], *file = strdup(path);
	snprintf(way, sizeof way, "%s", format);
	char *arguments[] = {program, dpi, dots, crop, *way ? way : file, *way ? file : NULL, NULL};
	posix_spawn_file_actions_t actions;
	struct rusage used;
	pid_t pid = 0;
	int status = 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	bool ran = posix_spawnp(&pid, program, &actions, NULL, arguments, environ) == 0 && wait4(pid, &status, 0, &used) == pid;
	posix_spawn_file_actions_destroy(&actions);
	free(file);
	return ran && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? milliseconds(&used) : -1;
}

static bool draw(struct pool *pool, const char *path, struct slice bytes, struct arena *arena)
{
	struct switches switches;
	struct pool_result drawn = {.out_fd = -1}, seen = {.out_fd = -1};
	int original = -1;
	if (!switches_preset("municipal", &switches) || pool_seal_bytes(bytes, &original, NULL).code != OK)
		return false;
	switches.of[construct_find("page-drawing")] = TREAT_SANITISE;
	struct pool_job first = {.program = POOL_DRAW, .name = SLICE("a.pdf"), .input_fd = original, .original_fd = -1,
	                         .rules = switches_rules(&switches)};
	bool went = pool_run(pool, &first, arena, &drawn, NULL).code == OK && drawn.out_fd >= 0;
	struct pool_job second = {.program = POOL_INSPECT, .name = SLICE("a.pdf"), .input_fd = drawn.out_fd, .original_fd = -1,
	                          .type = INSPECT_PDF};
	went = went && pool_run(pool, &second, arena, &seen, NULL).code == OK && seen.inspect.verdict == INSPECT_OK;
	double drawing = went ? peer(path, "") : -1, jpeg = went ? peer(path, "-jpeg") : -1;
	if (drawn.out_fd >= 0)
		close(drawn.out_fd);
	close(original);
	if (drawing < 0 || jpeg < 0)
		return false;
	sum.ours_ms += drawn.cpu_ms;
	sum.drawing_ms += drawing;
	sum.jpeg_ms += jpeg;
	sum.pages += seen.inspect.pages;
	sum.in += bytes.len;
	sum.out += drawn.out_bytes;
	sum.peak = drawn.peak_bytes > sum.peak ? drawn.peak_bytes : sum.peak;
	return true;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new((size_t)512 << 20);
	struct pool *pool = NULL;
	struct why why = {0};
	char program[2][4096];
	if (argc < 2 || !arena)
		return 2;
	snprintf(program[0], sizeof program[0], "%s/bin/sekisho-draw", argv[1]);
	snprintf(program[1], sizeof program[1], "%s/bin/sekisho-inspect", argv[1]);
	struct pool_options options = {.path = {[POOL_DRAW] = program[0], [POOL_INSPECT] = program[1]}, .parallel = 1};
	if (pool_open(&options, &pool, &why).code != OK) {
		printf("drawn  %s: %s\n", why.place, why.text);
		return 1;
	}
	for (int i = 2; i < argc; i++) {
		struct slice bytes;
		arena_reset(arena);
		if (file_read(argv[i], LARGEST, arena, &bytes, NULL).code != OK || !draw(pool, argv[i], bytes, arena))
			sum.refused++;
		else
			sum.files++;
	}
	pool_close(pool);
	if (!sum.pages || sum.ours_ms <= 0)
		return 1;
	printf("drawn  %u PDFs of %llu pages (%u left out): %.1f pages/s, %.2f of pdftoppm drawing alone, %.2f of it writing JPEG; "
	       "%.0f kB a page; resident at most %.0f MiB\n", sum.files, (unsigned long long)sum.pages, sum.refused,
	       (double)sum.pages / sum.ours_ms * 1e3, sum.drawing_ms / sum.ours_ms, sum.jpeg_ms / sum.ours_ms,
	       (double)sum.out / (double)sum.pages / 1e3, (double)sum.peak / (1 << 20));
	arena_free(arena);
	return 0;
}
