/* bench/cache.c - a file that was judged before against one that has to be rebuilt
 *
 *   cache BUILD FILE...
 * sends each file through the whole gate twice: vault, two scans (a clamd that says
 * OK at once), rebuild and second reader, ledger, release; then once more, judged
 * from the cache.  Prints milliseconds of a processor a file, the gate's and its
 * workers' together, and by the clock.                                       */
#include "gate/pool/pool.h"
#include "gate/scan/scan.h"
#include "town.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>


static void answer(int fd)
{
	static uint8_t room[1 << 16];
	static const char version[] = "ClamAV 1.4.3/27800/Thu Nov 20 09:00:00 2026", fine[] = "stream: OK";
	uint8_t last[4] = {1, 1, 1, 1};
	ssize_t n = read(fd, room, sizeof room);
	bool stream = n >= 10 && memcmp(room, "zINSTREAM", 10) == 0;
	for (; stream && n > 0; n = read(fd, room, sizeof room)) { /* until four zeros end it */
		for (size_t i = (size_t)n < 4 ? 0 : (size_t)n - 4; i < (size_t)n; i++) {
			memmove(last, last + 1, 3);
			last[3] = room[i];
		}
		if (!last[0] && !last[1] && !last[2] && !last[3])
			break;
	}
	if (send(fd, stream ? fine : version, stream ? sizeof fine : sizeof version, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static bool serve_one(int listener)
{
	int fd = accept(listener, NULL, NULL);
	if (fd < 0)
		return false;
	answer(fd);
	close(fd);
	return true;
}

static pid_t play_clamd(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	memcpy(address.sun_path, path, strlen(path) < sizeof address.sun_path ? strlen(path) : 0);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (const void *)&address, sizeof address) < 0 || listen(listener, 8) < 0)
		return -1;
	pid_t child = fork();
	while (child == 0 && serve_one(listener))
		;
	if (child == 0)
		_exit(1);
	close(listener);
	return child;
}

struct spent {
	double wall, cpu;
};

static struct spent spent_so_far(void)
{
	struct timespec t;
	struct rusage own, others;
	clock_gettime(CLOCK_MONOTONIC, &t);
	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &others);
	const struct timeval *const parts[] = {&own.ru_utime, &own.ru_stime, &others.ru_utime, &others.ru_stime};
	struct spent s = {(double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6, 0};
	for (int i = 0; i < 4; i++)
		s.cpu += (double)parts[i]->tv_sec * 1e3 + (double)parts[i]->tv_usec / 1e3;
	return s;
}

static void send_file(struct town *t, const char *path)
{
	struct slice bytes;
	struct vault_writer *writer = NULL;
	char id[27];
	const char *slash = strrchr(path, '/');
	AUTO(arena_drop) struct arena *room = arena_new(64 << 20);
	struct crossing_request request = {
		.direction = CROSSING_INWARD, .sender = town_id(t, "aoki"), .receiver = town_id(t, "ueda"),
		.answers = "importance=B", .purpose = "bench", .partner = "bench", .protection = "", .not_needed = ""};
	CHECK_OK(file_read(path, 32 << 20, room, &bytes, &t->why), &t->why);
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, bytes, &t->why), &t->why);
	CHECK_OK(crossing_draft_add(t->crossings, request.sender, CROSSING_INWARD, slice_str(slash ? slash + 1 : path), &writer,
	                            &t->why), &t->why);
	CHECK_OK(crossing_submit(t->crossings, &request, id, &t->why), &t->why);
}

/* What stands in the queue, with workers of this round's own: their time counts when they end. */
static struct spent carry_all(struct town *t, const char *build, const struct scanner *scanner)
{
	char cleanse[4096], inspect[4096];
	struct pool *pool = NULL;
	bool worked = true;
	snprintf(cleanse, sizeof cleanse, "%s/bin/sekisho-cleanse", build);
	snprintf(inspect, sizeof inspect, "%s/bin/sekisho-inspect", build);
	struct pool_options options = {.path = {cleanse, inspect}, .parallel = 1};
	struct spent before = spent_so_far();
	CHECK_OK(pool_open(&options, &pool, &t->why), &t->why);
	while (worked)
		CHECK_OK(crossing_step(t->crossings, pool, scanner, &worked, &t->why), &t->why);
	pool_close(pool);
	struct spent after = spent_so_far();
	return (struct spent){after.wall - before.wall, after.cpu - before.cpu};
}

int main(int argc, char **argv)
{
	struct town t;
	struct spent round[2];
	char socket[256];
	if (argc < 3)
		return 2;
	town_new(&t);
	snprintf(socket, sizeof socket, "%s", scratch_path(&t.scratch, "", "clamd"));
	pid_t clamd = play_clamd(socket);
	struct scanner scanner = scanner_default(socket);
	for (int r = 0; r < 2; r++) {
		for (int i = 2; i < argc; i++)
			send_file(&t, argv[i]);
		round[r] = carry_all(&t, argv[1], &scanner);
	}
	kill(clamd, SIGKILL);
	waitpid(clamd, NULL, 0);
	double n = argc - 2;
	struct crossing_counts counts;
	CHECK_OK(crossing_count(t.crossings, &counts, &t.why), &t.why);
	printf("%.0f files, sent twice: %lld let through, %lld stopped\n", n, (long long)counts.released, (long long)counts.refused);
	printf("rebuilt             %6.1f ms of a processor, %6.1f ms by the clock a file\n", round[0].cpu / n, round[0].wall / n);
	printf("judged before       %6.1f ms of a processor, %6.1f ms by the clock a file  (%.1f times as fast)\n",
	       round[1].cpu / n, round[1].wall / n, round[0].cpu / round[1].cpu);
	town_done(&t);
	return 0;
}
