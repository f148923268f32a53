/* bench/city - a generated city: entries a second, tables rebuilt, the April transfer
 *
 *   bench/city [SIZE [NEW_FOLDER]]   "aonami"; "load" is 3,000 people, 100,000 assets and about a
 *                         million entries, "load/10" the tenth of that; in a new folder below
 *                         $TMPDIR or /tmp, which goes afterwards, or in that one, which stays */
#include "base/file.h"
#include "city/city.h"
#include "house/house.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct town {
	struct arena *arena;
	struct house house;
	int64_t now_ms;
	pid_t seal; /* 0: not running */
	size_t sealed;
};

/* of this process: other programs' work on the machine is not in it */
static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct result open_town(struct town *t, const char *folder, struct why *why)
{
	struct house_settings s = {
		.body = "bench", .title = "青波市", .policy = "hannan", .origin = "bench/city", .outer = "127.0.0.1:0",
		.inner = "127.0.0.1:0", .clamd = "none",
		.folders = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/hannan-2022-07"}, .folder_count = 2};
	const char *dir = arena_printf(t->arena, "%s/office", folder);
	t->now_ms = ms_of_day(fiscal_year_begin(2026));
	TRY(house_create(dir, &s, why));
	return house_open_at(dir, city_clock(&t->now_ms), &t->house, why);
}

/* ---- the seal: its own program, with a key of its own -------------------------------- */

/* out  where its standard output goes, a new file; NULL: nowhere, nor what it logs */
static pid_t spawn(const char *program, const char *const *argv, const char *out)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	int fd = open(out ? out : "/dev/null", O_WRONLY | O_CREAT | (out ? O_EXCL : 0), 0644);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || (!out && dup2(fd, STDERR_FILENO) < 0))
		_exit(3);
	execv(program, (char *const *)(uintptr_t)argv);
	_exit(3);
}

static struct result make_key(const struct house_settings *s, const char *program, struct why *why)
{
	const char *const argv[] = {"sekisho-seal", "--keygen", "--key", s->seal_key, "--state", s->seal_note,
	                            "--name", s->origin, NULL};
	int status = -1;
	pid_t pid = spawn(program, argv, s->seal_public);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return fail(why, E_SYSTEM, "sekisho-seal", "no key was made");
	return ok();
}

static struct result seal_begin(struct town *t, struct why *why)
{
	const struct house_settings *s = &t->house.settings;
	const char *const argv[] = {"sekisho-seal", "--key", s->seal_key, "--state", s->seal_note, "--socket", s->seal_socket, NULL};
	const char *program = NULL;
	TRY(house_program("sekisho-seal", t->arena, &program, why));
	TRY(make_key(s, program, why));
	t->seal = spawn(program, argv, NULL);
	for (int i = 0; i < 200 && access(s->seal_socket, F_OK) != 0; i++)
		usleep(10000);
	return t->seal > 0 ? ok() : fail(why, E_SYSTEM, "sekisho-seal", "it cannot be started");
}

static void seal_end(struct town *t)
{
	if (t->seal > 0) {
		kill(t->seal, SIGTERM);
		waitpid(t->seal, NULL, 0);
	}
	t->seal = 0;
}

static struct result seal_now(void *context, struct why *why)
{
	struct town *t = context;
	AUTO(buffer_done) struct buffer note = {0};
	buffer_init(&note, 1 << 16);
	TRY(ledger_checkpoint(t->house.ledger, t->house.settings.seal_socket, &note, why));
	t->sealed++;
	return ok();
}

/* ---- what is measured ------------------------------------------------------------------- */

static struct result play(struct town *t, const struct city_size *size, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new((size_t)512 << 20);
	struct city_plan *plan = NULL;
	struct city_tally tally;
	struct house *h = &t->house;
	double began = now_s();
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(city_plan(1, size, day_of_ms(t->now_ms), arena, &plan, why));
	struct desk desk;
	struct city_rooms rooms = {
		.seal = seal_now, .seal_context = t, .desk = &desk, .store = h->store, .ledger = h->ledger, .office = h->office, .registers = h->registers,
		.duties = h->duties, .proceedings = h->proceedings, .policy = h->policy,
		.policy_name = h->settings.policy, .unit = "mayor", .now_ms = &t->now_ms, .random = &h->random};
	house_desk(h, &desk);
	TRY(city_play(plan, &rooms, &tally, why));
	double took = now_s() - began;
	printf("city %s: %zu people, %zu assets, %zu sign-ins (%zu wrong), %lld entries, sealed %zu times, in %.1f s: %.0f"
	       " entries/s\n", size->name, tally.people, tally.assets, tally.signed_in, tally.turned_away,
	       (long long)tally.entries, t->sealed, took, (double)tally.entries / took);
	return ok();
}

static struct result rebuild(struct town *t, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct ledger_verdict verdict = {0};
	int64_t size = 0;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(ledger_size(t->house.ledger, &size, why));
	double began = now_s();
	TRY(ledger_rebuild(t->house.ledger, why));
	double took = now_s() - began;
	printf("rebuild: %lld entries in %.1f s: %.0f entries/s\n", (long long)size, took, (double)size / took);
	began = now_s();
	struct slice key;
	TRY(file_read(t->house.settings.seal_public, 4096, arena, &key, why));
	while (key.len && key.at[key.len - 1] == '\n')
		key.len--;
	const char *line = arena_string(arena, key);
	TRY(ledger_verify(t->house.ledger, t->house.settings.seal_note, line ? line : "-", arena, &verdict, why));
	printf("verify: %lld rows, %lld signatures in %.1f s: %s\n", (long long)verdict.rows, (long long)verdict.checkpoints,
	       now_s() - began, verdict.sound ? "every projection identical" : "NOT SOUND");
	for (const struct ledger_fault *f = verdict.faults; f; f = f->next)
		fprintf(stderr, "%s %s: %s\n", f->what, f->place, f->text);
	return verdict.sound ? ok() : fail(why, E_TAMPERED, "", "the rebuilt tables differ");
}

/* what the page about every clause asks: a survey, a state and a sum, the second time as a
 * running program has it (the check of the whole policy is kept for the day)  */
static struct result prove(struct town *t, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct survey *survey = NULL;
	struct proof_sum sum = {{0}};
	double took = 0;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	for (int i = 0; i < 2; i++) {
		arena_reset(arena);
		double began = now_s();
		TRY(proof_survey(t->house.proof, day_of_ms(t->now_ms), arena, &survey, why));
		TRY(proof_summed(survey, &sum, why));
		took = now_s() - began;
	}
	printf("proof: every clause in %.1f ms (100 or less):", took * 1e3);
	for (size_t i = 0; i < PROOF_STATES; i++)
		printf(" %s %zu", proof_state_name((enum proof_state)i), sum.n[i]);
	printf(", %u%%\n", proof_percent(&sum));
	return ok();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* a new folder: of that name, or below $TMPDIR */
static bool make_folder(const char *name, char folder[512])
{
	const char *base = getenv("TMPDIR");
	if (name)
		return snprintf(folder, 512, "%s", name) < 512 && mkdir(folder, 0700) == 0;
	snprintf(folder, 512, "%.400s/sekisho-bench-XXXXXX", base ? base : "/tmp");
	return mkdtemp(folder) != NULL;
}

/* "load/10": the people of load, a tenth of what they have and do */
static bool size_of(const char *name, struct city_size *out)
{
	char base[32];
	unsigned part = 1;
	const char *slash = strchr(name, '/');
	snprintf(base, sizeof base, "%.*s", (int)(slash ? slash - name : (ptrdiff_t)strlen(name)), name);
	const struct city_size *size = city_size_named(base);
	if (!size || (slash && (sscanf(slash, "/%u", &part) != 1 || !part || part > size->assets)))
		return false;
	*out = *size;
	unsigned *const counts[] = {&out->assets, &out->applications, &out->changes, &out->absences, &out->deeds, &out->signins};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		*counts[i] /= part;
	return true;
}

int main(int argc, char **argv)
{
	static struct town t;
	struct why why = {0};
	char folder[512];
	const char *kept = argc > 2 ? argv[2] : NULL;
	struct city_size size;
	setvbuf(stdout, NULL, _IOLBF, 0);
	t.arena = arena_new(16 << 20);
	if (!size_of(argc > 1 ? argv[1] : "aonami", &size) || !t.arena || !make_folder(kept, folder)) {
		fprintf(stderr, "usage: city [small | aonami | load | SIZE/N [NEW_FOLDER]]\n");
		return 2;
	}
	struct result done = open_town(&t, folder, &why);
	if (done.code == OK)
		done = seal_begin(&t, &why);
	if (done.code == OK)
		done = play(&t, &size, &why);
	if (done.code == OK)
		done = prove(&t, &why);
	if (done.code == OK)
		done = rebuild(&t, &why);
	seal_end(&t);
	house_close(&t.house);
	arena_free(t.arena);
	if (!kept)
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (done.code != OK)
		fprintf(stderr, "bench/city: %s: %s\n", why.place, why.text);
	return done.code == OK ? 0 : 1;
}
