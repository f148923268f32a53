/* Whatever a worker does, its job ends typed, nothing of it is believed, and
 * the pool lives on.                                                        */
#include "base/file.h"
#include "gate/pool/pool.h"
#include "gate/pool/wire.h"
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

static struct pool *open_pool(unsigned parallel, bool no_jail)
{
	struct pool_options options = {.path = {EVIL_WORKER, EVIL_INSPECTOR}, .parallel = parallel,
	                               .no_jail = no_jail};
	struct pool *pool = NULL;
	struct why why = {0};
	CHECK_OK(pool_open(&options, &pool, &why), &why);
	return pool;
}

static int document(const char *text)
{
	int fd = -1;
	struct why why = {0};
	CHECK_OK(pool_seal_bytes(slice_str(text), &fd, &why), &why);
	return fd;
}

static struct pool_job job_of(const char *name, int fd)
{
	return (struct pool_job){.name = slice_str(name), .input_fd = fd, .original_fd = -1,
	                         .cpu_s = 1, .wall_ms = 20000};
}

/* Runs one job; the arena is for its result. */
static struct pool_result run(struct pool *pool, const struct pool_job *job, struct arena *arena)
{
	struct pool_result result = {.out_fd = -1};
	struct why why = {0};
	CHECK_OK(pool_run(pool, job, arena, &result, &why), &why);
	return result;
}

static struct pool_result run_named(struct pool *pool, const char *name, struct arena *arena)
{
	AUTO(fd_close_drop) int fd = document("text");
	struct pool_job job = job_of(name, fd);
	return run(pool, &job, arena);
}

static bool is_clean(struct pool *pool)
{
	struct arena *arena = arena_new(1 << 20);
	struct pool_result result = run_named(pool, "clean", arena);
	bool clean = result.end == POOL_DONE && result.report.verdict == FILE_CLEAN && result.out_fd >= 0;
	fd_close_drop(&result.out_fd);
	arena_free(arena);
	return clean;
}

static unsigned open_descriptors(void)
{
	unsigned count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

TEST(a_document_comes_back_sealed)
{
	AUTO(pool_drop) struct pool *pool = open_pool(1, false);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	char back[16] = "";
	struct pool_result result = run_named(pool, "clean", arena);
	CHECK_INT(result.end, POOL_DONE);
	CHECK_INT(result.report.verdict, FILE_CLEAN);
	CHECK_STR(result.report.ending, "txt");
	CHECK_INT(result.out_bytes, 4);
	CHECK_INT(read(result.out_fd, back, sizeof back), 4);
	CHECK_STR(back, "text");
	CHECK(write(result.out_fd, "x", 1) < 0 && ftruncate(result.out_fd, 0) < 0);
	CHECK(fcntl(result.out_fd, F_GETFD) & FD_CLOEXEC);
	fd_close_drop(&result.out_fd);
	CHECK_INT(pool_running(pool), 0);
}

TEST(a_refusal_is_told_in_clean_words)
{
	AUTO(pool_drop) struct pool *pool = open_pool(1, false);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct pool_result result = run_named(pool, "refuse", arena);
	CHECK_INT(result.end, POOL_DONE);
	CHECK_INT(result.report.refusal, REFUSAL_BOMB);
	CHECK_INT(result.out_fd, -1);
	CHECK_STR(result.report.reason, "too\xef\xbf\xbdmuch");
	CHECK_STR(result.report.place, "xl/a.xml");
	CHECK_INT(result.report.removal_count, 2);
	CHECK_STR(result.report.removals->what, "javascript");
	CHECK_STR(result.report.removals->next->where, "word/\xef\xbf\xbd[31m\xef\xbf\xbd.bin");
	CHECK(result.report.removals->next->next == NULL);
}

TEST(every_evil_end_is_typed_and_the_pool_lives_on)
{
	static const struct row {
		const char *name;
		enum pool_end end;
	} rows[] = {
		{"spin", POOL_CPU},          {"eat", POOL_MEMORY},     {"crash", POOL_CRASHED},
		{"open", POOL_FORBIDDEN},    {"socket", POOL_FORBIDDEN}, {"execve", POOL_FORBIDDEN},
		{"kill", POOL_FORBIDDEN},    {"leave", POOL_CRASHED},  {"silent", POOL_RUBBISH},
		{"rubbish", POOL_RUBBISH},   {"lie", POOL_RUBBISH},    {"both", POOL_RUBBISH},
		{"much", POOL_OUTPUT},
	};
	AUTO(pool_drop) struct pool *pool = open_pool(2, false);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
		AUTO(fd_close_drop) int fd = document("text");
		struct pool_job job = job_of(rows[i].name, fd);
		if (SANITIZED && rows[i].end == POOL_MEMORY)
			continue; /* its shadow has no ceiling */
		job.limits.input_bytes = 1 << 20;
		job.limits.output_bytes = 1 << 20;
		struct pool_result result = run(pool, &job, arena);
		if (result.end != rows[i].end)
			printf("  %s: %s\n", rows[i].name, result.report.reason);
		CHECK_STR(pool_end_name(result.end), pool_end_name(rows[i].end));
		CHECK_INT(result.report.verdict, FILE_REFUSED);
		CHECK_INT(result.report.refusal, rows[i].end == POOL_MEMORY || rows[i].end == POOL_OUTPUT ? REFUSAL_LARGE : REFUSAL_FAILED);
		CHECK(strlen(result.report.reason) > 10);
		CHECK_INT(result.out_fd, -1);
		CHECK(is_clean(pool));
	}
	CHECK_INT(pool_restarts(pool), 0);
}

TEST(time_ends_one_job_and_no_other)
{
	AUTO(pool_drop) struct pool *pool = open_pool(3, false);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	AUTO(fd_close_drop) int fd = document("text");
	struct pool_job spin = job_of("spin", fd), clean = job_of("clean", fd);
	uint64_t ids[4] = {0};
	struct why why = {0};
	spin.cpu_s = 60;
	spin.wall_ms = 400;
	CHECK_OK(pool_start(pool, &spin, &ids[0], &why), &why);
	CHECK_OK(pool_start(pool, &clean, &ids[1], &why), &why);
	CHECK_OK(pool_start(pool, &clean, &ids[2], &why), &why);
	CHECK_FAILS(pool_start(pool, &clean, &ids[3], NULL), E_BUSY);
	CHECK_INT(pool_running(pool), 3);
	for (int i = 0; i < 3; i++) {
		struct pollfd polled = {pool_fd(pool), POLLIN, 0};
		struct pool_result result = {.out_fd = -1};
		CHECK_INT(poll(&polled, 1, 5000), 1);
		while (pool_next(pool, 0, arena, &result, NULL).code == E_BUSY)
			CHECK_INT(poll(&polled, 1, 5000), 1);
		CHECK_INT(result.end, i < 2 ? POOL_DONE : POOL_TIMEOUT);
		CHECK(i < 2 ? result.job != ids[0] : result.job == ids[0]);
		if (i == 2)
			CHECK(result.wall_ms >= 390 && result.wall_ms < 5000);
		fd_close_drop(&result.out_fd);
	}
	CHECK_FAILS(pool_next(pool, 0, arena, &(struct pool_result){0}, NULL), E_ABSENT);
	CHECK(is_clean(pool));
}

TEST(two_hundred_jobs_leak_no_descriptor)
{
	AUTO(pool_drop) struct pool *pool = open_pool(2, false);
	unsigned before = open_descriptors();
	char first[8] = "", last[8] = "";
	int64_t begun = stopwatch_ms();
	for (int i = 0; i < 200; i++) {
		AUTO(arena_drop) struct arena *arena = arena_new(1 << 16);
		struct pool_result result = run_named(pool, "count", arena);
		char *into = i == 0 ? first : last;
		memset(into, 0, sizeof first);
		CHECK(read(result.out_fd, into, sizeof first - 1) > 0);
		fd_close_drop(&result.out_fd);
	}
	printf("  %lld us a job\n", (long long)(stopwatch_ms() - begun) * 1000 / 200);
	CHECK_INT(open_descriptors(), before);
	CHECK_STR(last, first);
	CHECK_STR(first, "6"); /* three standard ones, input, report, output */
}

/* ---- processes ---------------------------------------------------------- */

static bool reads_as(const char *pid, const char *file, char *out, size_t room)
{
	char path[300];
	snprintf(path, sizeof path, "/proc/%s/%s", pid, file);
	AUTO(fd_close_drop) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, room - 1);
	out[n > 0 ? n : 0] = 0;
	return n > 0;
}

static int parent_of(int pid)
{
	char number[16], stat[512];
	snprintf(number, sizeof number, "%d", pid);
	const char *end = reads_as(number, "stat", stat, sizeof stat) ? strrchr(stat, ')') : NULL;
	return end && strlen(end) > 4 ? (int)strtol(end + 4, NULL, 10) : 0;
}

/* Zygotes of the cleansing program below this process, at most `room`. */
static size_t find_zygotes(int *pids, size_t room)
{
	size_t count = 0;
	DIR *dir = opendir("/proc");
	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
		char command[600];
		int pid = (int)strtol(entry->d_name, NULL, 10);
		if (pid <= 0 || !reads_as(entry->d_name, "cmdline", command, sizeof command))
			continue;
		if (strcmp(command, EVIL_WORKER) == 0 && parent_of(parent_of(pid)) == getpid() && count < room)
			pids[count++] = pid;
	}
	closedir(dir);
	return count;
}

TEST(a_killed_zygote_is_started_anew)
{
	AUTO(pool_drop) struct pool *pool = open_pool(2, false);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	AUTO(fd_close_drop) int fd = document("text");
	struct pool_job spin = job_of("spin", fd);
	struct pool_result result = {.out_fd = -1};
	struct why why = {0};
	uint64_t id = 0;
	int pids[4];
	spin.cpu_s = 60;
	CHECK_OK(pool_start(pool, &spin, &id, &why), &why);
	CHECK_INT(find_zygotes(pids, 4), 1);
	kill(pids[0], SIGKILL);
	CHECK_OK(pool_next(pool, 5000, arena, &result, &why), &why);
	CHECK_INT(result.end, POOL_LOST);
	CHECK_INT(result.job, id);
	CHECK(is_clean(pool));
	CHECK_INT(pool_restarts(pool), 1);
	CHECK_INT(find_zygotes(pids, 4), 1);
}

TEST(a_zygote_that_stands_still_is_replaced)
{
	AUTO(pool_drop) struct pool *pool = open_pool(2, false);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	AUTO(fd_close_drop) int fd = document("text");
	struct pool_job clean = job_of("clean", fd);
	int pids[4];
	clean.wall_ms = 1;
	CHECK_INT(find_zygotes(pids, 4), 1);
	kill(pids[0], SIGSTOP);
	struct pool_result result = run(pool, &clean, arena);
	CHECK_INT(result.end, POOL_LOST);
	CHECK(is_clean(pool));
	CHECK_INT(pool_restarts(pool), 1);
}

static int is_gone(int pid)
{
	for (int i = 0; i < 200; i++) {
		if (kill(pid, 0) < 0)
			return 1;
		poll(NULL, 0, 10);
	}
	return 0;
}

TEST(closing_ends_all_processes)
{
	struct pool *pool = open_pool(2, false);
	AUTO(fd_close_drop) int fd = document("text");
	struct pool_job spin = job_of("spin", fd);
	struct why why = {0};
	uint64_t id = 0;
	int pids[4], children[1] = {0};
	spin.cpu_s = 60;
	CHECK_OK(pool_start(pool, &spin, &id, &why), &why);
	CHECK_INT(find_zygotes(pids, 4), 1);
	for (int i = 0; i < 100 && !children[0]; i++) {
		char path[64], list[64] = "", number[16];
		snprintf(number, sizeof number, "%d", pids[0]);
		snprintf(path, sizeof path, "task/%d/children", pids[0]);
		if (reads_as(number, path, list, sizeof list))
			children[0] = (int)strtol(list, NULL, 10);
		else
			poll(NULL, 0, 10);
	}
	CHECK(children[0] > 0);
	pool_close(pool);
	CHECK(is_gone(pids[0]));
	CHECK(children[0] == 0 || is_gone(children[0]));
}

/* ---- rules of a job ----------------------------------------------------- */

TEST(workers_cannot_write_to_what_they_read)
{
	AUTO(pool_drop) struct pool *pool = open_pool(1, false);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	char path[] = "/tmp/sekisho-pool-XXXXXX", back[8] = "";
	AUTO(fd_close_drop) int fd = mkostemp(path, O_CLOEXEC);
	CHECK_INT(write(fd, "text", 4), 4);
	struct pool_job job = job_of("scribble", fd);
	struct pool_result result = run(pool, &job, arena);
	CHECK_INT(result.report.verdict, FILE_CLEAN);
	CHECK_INT(pread(fd, back, sizeof back, 0), 4);
	CHECK_STR(back, "text");
	fd_close_drop(&result.out_fd);
	unlink(path);
	result = run_named(pool, "scribble", arena);
	CHECK_INT(result.report.verdict, FILE_CLEAN);
	fd_close_drop(&result.out_fd);
}

TEST(jobs_that_break_the_rules_are_refused)
{
	AUTO(pool_drop) struct pool *pool = open_pool(1, false);
	AUTO(fd_close_drop) int fd = document("text");
	char longer[1026];
	int pair[2];
	uint64_t id = 0;
	memset(longer, 'a', sizeof longer);
	longer[1025] = 0;
	CHECK_INT(pipe(pair), 0);
	struct pool_job no_file = job_of("clean", pair[0]), closed = job_of("clean", 999);
	struct pool_job bad_name = job_of("\xff", fd), long_name = job_of(longer, fd);
	struct pool_job no_type = job_of("clean", fd), no_program = job_of("clean", fd);
	no_type.program = POOL_INSPECT;
	no_program.program = POOL_PROGRAMS;
	const struct pool_job *bad[] = {&no_file, &closed, &bad_name, &long_name, &no_type, &no_program};
	unsigned before = open_descriptors();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_FAILS(pool_start(pool, bad[i], &id, NULL), E_INPUT);
	CHECK_INT(open_descriptors(), before);
	CHECK_INT(pool_running(pool), 0);
	longer[1024] = 0;
	struct pool_job longest = job_of(longer, fd);
	CHECK_OK(pool_start(pool, &longest, &id, NULL), &(struct why){0});
	close(pair[0]);
	close(pair[1]);
}

TEST(a_full_arena_loses_no_result)
{
	AUTO(pool_drop) struct pool *pool = open_pool(1, false);
	AUTO(arena_drop) struct arena *tiny = arena_new(8);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 16);
	struct pool_result result = {.out_fd = -1};
	AUTO(fd_close_drop) int fd = document("text");
	struct pool_job job = job_of("clean", fd);
	struct why why = {0};
	CHECK_FAILS(pool_run(pool, &job, tiny, &result, NULL), E_MEMORY);
	CHECK_INT(pool_running(pool), 1);
	CHECK_OK(pool_next(pool, -1, arena, &result, &why), &why);
	CHECK_INT(result.end, POOL_DONE);
	CHECK_INT(result.out_bytes, 4);
	fd_close_drop(&result.out_fd);
}

TEST(the_second_reader_answers_too)
{
	AUTO(pool_drop) struct pool *pool = open_pool(2, false);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	AUTO(fd_close_drop) int fd = document("text");
	AUTO(fd_close_drop) int other = document("texts");
	struct pool_job job = job_of("clean", fd);
	job.program = POOL_INSPECT;
	job.type = INSPECT_DOCX;
	job.compare = true;
	job.original_fd = fd;
	struct pool_result result = run(pool, &job, arena);
	CHECK_INT(result.inspect.verdict, INSPECT_OK);
	CHECK_INT(result.inspect.type, INSPECT_DOCX);
	CHECK_INT(result.agreement, INSPECT_AGREES);
	CHECK_INT(result.out_fd, -1);
	job.original_fd = other;
	CHECK_INT(run(pool, &job, arena).agreement, INSPECT_DIFFERS);
	job.compare = false;
	job.name = SLICE("refuse");
	result = run(pool, &job, arena);
	CHECK_INT(result.inspect.verdict, INSPECT_FOUND);
	CHECK_STR(result.inspect.findings->where, "word/a.bin:1");
	job.name = SLICE("crash");
	result = run(pool, &job, arena);
	CHECK_INT(result.end, POOL_CRASHED);
	CHECK_INT(result.inspect.verdict, INSPECT_UNREADABLE);
}

TEST(programs_that_are_none_are_named)
{
	struct pool_options absent = {.path = {"/nonexistent/worker", NULL}};
	struct pool_options mute = {.path = {"/bin/true", NULL}};
	struct pool *pool = NULL;
	struct why why = {0};
	unsigned before = open_descriptors();
	CHECK_FAILS(pool_open(&absent, &pool, &why), E_INPUT);
	CHECK_STR(why.place, "/nonexistent/worker");
	CHECK_FAILS(pool_open(&mute, &pool, NULL), E_SYSTEM);
	CHECK(pool == NULL);
	CHECK_INT(open_descriptors(), before);
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
}

TEST(without_a_jail_the_limits_still_hold)
{
	AUTO(pool_drop) struct pool *pool = open_pool(1, true);
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct pool_result result = run_named(pool, "open", arena);
	CHECK_INT(result.end, POOL_DONE);
	fd_close_drop(&result.out_fd);
	CHECK_INT(run_named(pool, "spin", arena).end, POOL_CPU);
}

MAIN_TESTS()
