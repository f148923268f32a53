/* tests/e2e/kill.c - kill -9 of every program at random moments while files cross
 *
 * A demo office with its real programs.  Each round submits a crossing and kills
 * one process somewhere below sekishod, or sekishod itself, after a random rest.
 * At the end every file must be waiting, refused or released, released at most
 * once in the ledger, no original may have come out, and the ledger must hold.
 *   kill ROUNDS [SEED]                                                       */
#include "base/number.h"
#include "cli/demo.h"
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 512, SETTLE_MS = 90000 };

static uint64_t rounds = 50, seed = 20261121;
static struct demo office;
static struct house_settings settings;
static pid_t supervisor;
static struct random chance;
static char crossings[MOST][27];
static size_t crossing_total, killed_by_name[8];
static const char *const names[] = {"sekishod",       "sekisho-gate",    "sekisho-clock",
                                    "sekisho-seal",   "sekisho-web",     "clamd",
                                    "sekisho-cleanse", "sekisho-inspect"};

static uint32_t pick(uint32_t below)
{
	uint32_t value = 0;
	struct result filled = random_fill(&chance, &value, sizeof value, NULL);
	return filled.code == OK ? value % below : 0;
}

/* ---- processes below the supervisor -------------------------------------- */

static bool read_proc(pid_t pid, const char *what, char *out, size_t room)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, room - 1);
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = 0;
	return n > 0;
}

static pid_t parent_of(pid_t pid)
{
	char stat[512];
	if (!read_proc(pid, "stat", stat, sizeof stat))
		return 0;
	const char *end = strrchr(stat, ')');
	return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : 0;
}

static bool below(pid_t pid)
{
	for (int depth = 0; pid > 1 && depth < 12; depth++) {
		if (pid == supervisor)
			return true;
		pid = parent_of(pid);
	}
	return false;
}

static size_t list_below(const char *name, pid_t *out, size_t room)
{
	DIR *dir = opendir("/proc");
	size_t count = 0;
	for (struct dirent *e; dir && (e = readdir(dir)) && count < room;) {
		uint64_t pid = 0;
		char comm[64];
		if (!number_parse_u64(slice_str(e->d_name), &pid) ||
		    !read_proc((pid_t)pid, "comm", comm, sizeof comm))
			continue;
		comm[strcspn(comm, "\n")] = 0;
		if (strncmp(comm, name, 15) == 0 && below((pid_t)pid))
			out[count++] = (pid_t)pid;
	}
	if (dir)
		closedir(dir);
	return count;
}

static void kill_one(void)
{
	uint32_t which = pick(8);
	pid_t pids[64];
	size_t count = which ? list_below(names[which], pids, 64) : 1;
	if (which == 0)
		pids[0] = supervisor;
	if (count == 0)
		return;
	killed_by_name[which]++;
	kill(pids[pick((uint32_t)count)], SIGKILL);
	if (which)
		return;
	/* its children end with it (parent-death signal); start all anew */
	waitpid(supervisor, NULL, 0);
	poll(NULL, 0, 300);
	struct why why = {0};
	CHECK_OK(demo_start(&office, &settings, &supervisor, &why), &why);
}

/* ---- files -------------------------------------------------------------- */

static void submit(void)
{
	static const enum demo_kind kinds[] = {DEMO_DOCX, DEMO_MACRO, DEMO_PDF, DEMO_ZIP, DEMO_DAMAGED};
	const struct demo_person *aoki = demo_person(&office, "aoki");
	struct why why = {0};
	bool outward = pick(4) == 0;
	enum crossing_direction way = outward ? CROSSING_OUTWARD : CROSSING_INWARD;
	CHECK_OK(demo_add(&office, aoki->id, way, outward ? DEMO_LEDGER : kinds[pick(5)], &why), &why);
	struct crossing_request request = {
		.direction = way, .sender = aoki->id, .receiver = outward ? "" : aoki->id,
		.answers = outward ? "importance=A" : "importance=C personal=no specific=no harm=no", .purpose = "試験", .partner = "試験",
		.protection = outward ? "encrypted" : "", .not_needed = ""};
	CHECK_OK(crossing_submit(office.house.crossings, &request, crossings[crossing_total], &why), &why);
	crossing_total++;
}

static bool settled(void)
{
	struct crossing_counts counts;
	struct why why = {0};
	CHECK_OK(crossing_count(office.house.crossings, &counts, &why), &why);
	return counts.waiting == 0;
}

static size_t entries_of(const char *subject, const char *kind, struct arena *arena)
{
	struct ledger_entry *found = NULL;
	struct why why = {0};
	size_t count = 0;
	struct ledger_query query = {.subject = subject, .kind_prefix = kind, .limit = 100};
	CHECK_OK(ledger_find(office.house.ledger, &query, arena, &found, &count, &why), &why);
	return count;
}

static void check_file(const struct crossing *crossing, const struct crossing_file *file,
                       struct arena *arena)
{
	size_t released = entries_of(file->id, "crossing.file.released", arena);
	size_t refused = entries_of(file->id, "crossing.file.refused", arena);
	CHECK_INT(entries_of(file->id, "crossing.original.released", arena), 0);
	CHECK(released <= 1 && refused <= 1 && released + refused <= 1);
	CHECK(file->state == CROSSING_WAITING || file->state == CROSSING_RELEASED ||
	      file->state == CROSSING_REFUSED || file->state == CROSSING_CHECKED);
	CHECK((file->state == CROSSING_RELEASED) == (released == 1));
	if (crossing->direction == CROSSING_OUTWARD) /* nobody permitted any */
		CHECK(released == 0);
}

static void check_all(void)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	size_t seen[16] = {0};
	for (size_t i = 0; i < crossing_total; i++) {
		struct crossing crossing;
		struct why why = {0};
		arena_reset(arena);
		CHECK_OK(crossing_get(office.house.crossings, crossings[i], arena, &crossing, &why), &why);
		CHECK_INT(crossing.file_count, 1);
		for (size_t k = 0; k < crossing.file_count; k++) {
			check_file(&crossing, &crossing.files[k], arena);
			seen[crossing.files[k].state]++;
		}
	}
	printf("  %zu files: %zu waiting, %zu for the manager, %zu released, %zu refused\n", crossing_total,
	       seen[CROSSING_WAITING], seen[CROSSING_CHECKED], seen[CROSSING_RELEASED],
	       seen[CROSSING_REFUSED]);
	CHECK(seen[CROSSING_RELEASED] > 0 && seen[CROSSING_WAITING] == 0);
}

static void check_ledger(void)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct ledger_verdict verdict;
	struct why why = {0};
	CHECK_OK(ledger_verify(office.house.ledger, settings.seal_note, "", arena, &verdict, &why), &why);
	CHECK(verdict.sound);
	for (const struct ledger_fault *f = verdict.faults; f; f = f->next)
		printf("  %s %s: %s\n", f->what, f->place, f->text);
	printf("  ledger: %lld entries, %lld rows\n", (long long)verdict.entries, (long long)verdict.rows);
}

TEST(nothing_is_lost_or_released_twice_when_programs_are_killed)
{
	char dir[] = "/tmp/sekisho-kill-XXXXXX";
	struct why why = {0};
	office.arena = arena_new(64 << 20);
	chance = random_seeded(seed);
	CHECK(mkdtemp(dir) != NULL && rmdir(dir) == 0);
	CHECK_OK(demo_create(dir, office.arena, &settings, &why), &why);
	CHECK_OK(house_open(dir, &office.house, &why), &why);
	CHECK_OK(demo_populate(&office, &why), &why);
	CHECK_OK(demo_start(&office, &settings, &supervisor, &why), &why);
	if (why.code != OK)
		return;
	for (uint64_t i = 0; i < rounds && crossing_total < MOST; i++) {
		submit();
		poll(NULL, 0, (int)pick(400));
		kill_one();
	}
	/* what an unlucky file waits for at most: a few rests of the queue */
	for (int waited = 0; waited < SETTLE_MS && !settled(); waited += 200)
		poll(NULL, 0, 200);
	for (size_t i = 0; i < 8; i++)
		printf("  killed %zu x %s\n", killed_by_name[i], names[i]);
	check_all();
	check_ledger();
	demo_stop(supervisor);
	house_close(&office.house);
	arena_free(office.arena);
}

int main(int argc, char **argv)
{
	setenv("SEKISHO_OUTER", "127.0.0.1:8191", 0);
	setenv("SEKISHO_INNER", "127.0.0.1:8192", 0);
	if (argc > 1 && !number_parse_u64(slice_str(argv[1]), &rounds))
		return 2;
	if (argc > 2 && !number_parse_u64(slice_str(argv[2]), &seed))
		return 2;
	return tests_run_(1, argv);
}
