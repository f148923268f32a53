/* sekisho-gate - carries waiting files through the checks, one step at a time; reads and
 * writes the tables that people bring to a register
 *
 * Why a program of its own: neither the web, which strangers reach, nor the
 * clock should hold the workers; and what dies here leaves only waiting files.
 * The pool is opened first, while this process is small and may still exec.  */
#include "bin/program.h"
#include "desk/upload.h"
#include "gate/pool/pool.h"
#include "gate/scan/scan.h"
#include "house/house.h"
#include "jail/jail.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const char name[] = "sekisho-gate";
enum { IDLE_MS = 200, TROUBLE_MS = 2000 };

static struct result open_pool(const char *dir, bool no_jail, struct pool **pool, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(65536);
	struct pool_options options = {.parallel = 2, .no_jail = no_jail};
	char real[PATH_MAX];
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (!realpath(dir, real))
		return fail(why, E_ABSENT, dir, "there is no such folder: %s", strerror(errno));
	options.anchors = arena_printf(arena, "%s/anchors", real);
	TRY(house_program("sekisho-cleanse", arena, &options.path[POOL_CLEANSE], why));
	TRY(house_program("sekisho-inspect", arena, &options.path[POOL_INSPECT], why));
	TRY(house_program("sekisho-sheet", arena, &options.path[POOL_SHEET], why));
	if (house_program("sekisho-draw", arena, &options.path[POOL_DRAW], NULL).code != OK)
		options.path[POOL_DRAW] = NULL; /* may be left out: what has to be drawn is refused then */
	return pool_open(&options, pool, why);
}

static struct result enter_jail(const struct house *house, struct why *why)
{
	const struct jail_path paths[] = {
		{house->settings.dir, JAIL_WRITE}, {house->settings.clamd, JAIL_WRITE}};
	size_t count = access(house->settings.clamd, F_OK) == 0 ? 2 : 1;
	struct jail_applied applied;
	char text[200];
	TRY(jail_enter(&jail_gate, NULL, (struct jail_paths){paths, count}, &applied, why));
	jail_describe(&applied, text, sizeof text);
	program_log(name, "jailed", "%s", text);
	return ok();
}

/* Files first; then the tables that people bring. */
static struct result step(struct house *h, struct pool *pool, const struct scanner *scanner, bool *worked, struct why *why)
{
	struct desk desk = {.store = h->store, .ledger = h->ledger, .vault = h->vault, .policy = h->policy,
		.policy_name = h->settings.policy, .office = h->office, .registers = h->registers, .proceedings = h->proceedings,
		.random = &h->random, .clock = &h->clock, .body = h->settings.body};
	TRY(crossing_step(h->crossings, pool, scanner, worked, why));
	return *worked ? ok() : desk_upload_step(&desk, pool, worked, why);
}

static void work(struct house *house, struct pool *pool)
{
	struct scanner scanner = scanner_default(house->settings.clamd);
	while (!program_ending) {
		struct why why = {0};
		bool worked = false, renewed = false;
		if (house_renew(house, &renewed, &why).code != OK) {
			program_why(name, "policy-failed", &why);
			return;
		}
		struct result done = step(house, pool, &scanner, &worked, &why);
		if (done.code != OK)
			program_why(name, "step-failed", &why);
		if (done.code != OK || !worked)
			program_rest(done.code != OK ? TROUBLE_MS : IDLE_MS);
	}
}

int main(int argc, char **argv)
{
	struct program_options options;
	struct why why = {0};
	AUTO(pool_drop) struct pool *pool = NULL;
	AUTO(house_close) struct house house = {0};
	if (!program_options_read(name, argc, argv, &options))
		return EXIT_USAGE;
	program_signals();
	if (open_pool(options.dir, options.no_jail, &pool, &why).code != OK ||
	    house_open(options.dir, &house, &why).code != OK ||
	    crossing_recover(house.crossings, &why).code != OK)
		return program_why(name, "start-failed", &why);
	if (!options.no_jail && enter_jail(&house, &why).code != OK)
		return program_why(name, "jail-failed", &why);
	program_log(name, "started", "carrying files of %s", house.settings.title);
	work(&house, pool);
	program_log(name, "ended", "asked to end");
	return EXIT_DONE;
}
