/* sekisho-zone - keeps the border's packet filter to what the ledger names
 *
 *   sekisho-zone -C DIR [--drift put-back|leave] [--count-every SECONDS] [--no-jail]
 *   sekisho-zone --close          every hook drops; for the boot, before the network
 *
 * The only program with CAP_NET_ADMIN.  It compiles nothing and decides nothing:
 * it applies DIR/zone/ruleset.nft if its SHA-256 is the newest that the ledger
 * names, lets what has ended end, and puts back what others change.          */
#include "bin/program.h"

#include "base/number.h"
#include "gate/net/artefact.h"
#include "gate/zone/keeper.h"
#include "gate/zone/watcher.h"
#include "house/house.h"
#include "jail/jail.h"
#include "ledger/ledger.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

static const char name[] = "sekisho-zone";
enum { ROUND_MS = 100 };

struct options {
	const char *dir;
	enum drift_choice drift;
	bool close, no_jail;
	int64_t count_ms; /* 0: the watcher's own */
};

struct zone {
	struct house_settings settings;
	struct clock clock;
	struct store *store;
	struct ledger *ledger; /* NULL: out of reach */
	char clause[64];       /* under which the newest ruleset stands in the ledger */
};

static bool read_options(int argc, char **argv, struct options *out)
{
	uint64_t seconds;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-C") == 0 && i + 1 < argc)
			out->dir = argv[++i];
		else if (strcmp(argv[i], "--close") == 0)
			out->close = true;
		else if (strcmp(argv[i], "--no-jail") == 0)
			out->no_jail = true;
		else if (strcmp(argv[i], "--drift") == 0 && i + 1 < argc && strcmp(argv[i + 1], "leave") == 0)
			out->drift = DRIFT_LEAVE, i++;
		else if (strcmp(argv[i], "--drift") == 0 && i + 1 < argc && strcmp(argv[i + 1], "put-back") == 0)
			out->drift = DRIFT_PUT_BACK, i++;
		else if (strcmp(argv[i], "--count-every") == 0 && i + 1 < argc && number_parse_u64(slice_str(argv[i + 1]), &seconds) &&
		         seconds >= 1 && seconds <= 86400)
			out->count_ms = (int64_t)seconds * 1000, i++;
		else
			return false;
	}
	return out->close != (out->dir != NULL);
}

/* ---- the ledger ------------------------------------------------------------ */

static const struct projection *const none[] = {NULL};

static void ledger_leave(struct zone *z)
{
	ledger_close(z->ledger);
	store_close(z->store);
	z->ledger = NULL;
	z->store = NULL;
}

static bool ledger_reach(struct zone *z)
{
	struct why why = {0};
	struct stat st;
	const char *path = strchr(z->settings.database, ':');
	if (z->ledger)
		return true;
	/* a database that is not there must not be made by asking for it */
	if (path && stat(path + 1, &st) < 0)
		return false;
	if (store_open(z->settings.database, &z->store, &why).code == OK &&
	    ledger_open(z->store, z->settings.origin, none, &z->clock, &z->ledger, &why).code == OK)
		return true;
	ledger_leave(z);
	return false;
}

/* Only the newest counts: an older ruleset may hold what has been taken back. */
static enum permit permit(void *context, const char *digest)
{
	struct zone *z = context;
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	const struct ledger_query query = {.kind_prefix = "zone.ruleset", .limit = 1};
	struct ledger_entry *entries;
	size_t count = 0;
	struct why why = {0};
	if (!arena || !ledger_reach(z))
		return PERMIT_UNKNOWN;
	if (ledger_find(z->ledger, &query, arena, &entries, &count, &why).code != OK) {
		ledger_leave(z);
		return PERMIT_UNKNOWN;
	}
	if (count && entries[0].clause_count)
		snprintf(z->clause, sizeof z->clause, "%.*s", SLICE_ARG(slice_part(entries[0].clauses[0], 0, sizeof z->clause - 1)));
	return count && slice_is(entries[0].subject, digest) ? PERMIT_YES : PERMIT_NO;
}

static struct result append(struct zone *z, const char *kind, struct slice data, struct why *why)
{
	const struct slice clause = slice_str(z->clause);
	struct ledger_entry entry = {.body = slice_str(z->settings.body), .kind = slice_str(kind), .actor = slice_str(name),
	                             .post = SLICE(""), .subject = SLICE("zone"), .clauses = &clause, .clause_count = clause.len ? 1 : 0, .data = data};
	TRY(store_begin(z->store, why));
	struct result r = ledger_append(z->ledger, &entry, why);
	if (r.code == OK)
		return store_commit(z->store, why);
	store_rollback(z->store);
	return r;
}

static void tell(void *context, enum keeper_event event, const char *text)
{
	static const struct {
		const char *log, *kind; /* kind NULL: for the log only */
	} rows[] = {
		[EVENT_APPLIED] = {"applied", "zone.applied"},   [EVENT_CLOSED] = {"closed", "zone.closed"},
		[EVENT_REFUSED] = {"refused", "zone.refused"},   [EVENT_NARROWED] = {"narrowed", "zone.narrowed"},
		[EVENT_DRIFT] = {"drift", "zone.drift"},         [EVENT_PUT_BACK] = {"put-back", "zone.restored"},
		[EVENT_FAILED] = {"failed", NULL},
	};
	struct zone *z = context;
	struct buffer data;
	struct why why = {0};
	program_log(name, rows[event].log, "%s", text);
	if (!rows[event].kind || !ledger_reach(z))
		return;
	buffer_init(&data, 16384);
	buffer_put_str(&data, "{\"text\":");
	buffer_json_str(&data, slice_part(slice_str(text), 0, 480));
	buffer_put_str(&data, "}");
	if (append(z, rows[event].kind, buffer_slice(&data), &why).code != OK)
		program_why(name, "not-recorded", &why);
	buffer_done(&data);
}

/* ---- running --------------------------------------------------------------- */

static int close_all(void)
{
	AUTO(kernel_drop) struct kernel *kernel = NULL;
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct buffer text;
	struct why why = {0};
	buffer_init(&text, 1 << 20);
	struct result r = arena ? artefact_closed(arena, &text, &why) : fail(&why, E_MEMORY, "", "no memory");
	if (r.code == OK)
		r = kernel_open(&kernel, &why);
	if (r.code == OK)
		r = kernel_apply(kernel, buffer_slice(&text), &why);
	buffer_done(&text);
	if (r.code != OK)
		return program_why(name, "close-failed", &why);
	program_log(name, "closed", "every hook drops");
	return EXIT_DONE;
}

static struct result enter_jail(const struct zone *z, struct why *why)
{
	const struct jail_limits limits = {.files = 64};
	const struct jail_path paths[] = {{z->settings.dir, JAIL_WRITE}};
	struct jail_applied applied;
	char text[200];
	TRY(jail_enter(&jail_zone, &limits, (struct jail_paths){paths, 1}, &applied, why));
	jail_describe(&applied, text, sizeof text);
	program_log(name, "jailed", "%s", text);
	return ok();
}

static void tell_watch(void *context, const char *text)
{
	(void)context;
	program_log(name, "watch", "%s", text);
}

/* Without a watcher nothing is counted, and all the rest is as it is. */
static struct watcher *watch(const struct options *options, const struct zone *z, const char *folder)
{
	struct watcher *watcher = NULL;
	struct why why = {0};
	const struct watcher_settings settings = {.folder = folder, .clock = &z->clock, .count_every_ms = options->count_ms, .tell = tell_watch};
	if (watcher_open(&settings, &watcher, &why).code != OK)
		program_why(name, "not-watching", &why);
	return watcher;
}

static void keep(struct keeper *keeper, struct kernel *kernel, struct watcher *watcher)
{
	bool watching = true;
	while (!program_ending) {
		struct pollfd polled[2] = {{kernel_events(kernel), POLLIN, 0}, {watcher ? watcher_events(watcher) : -1, POLLIN, 0}};
		struct why why = {0};
		bool heard = poll(polled, 2, ROUND_MS) > 0 && polled[0].revents;
		if (keeper_round(keeper, heard, &why).code != OK) {
			program_why(name, "round-failed", &why);
			program_rest(ROUND_MS);
		}
		bool counted = !watcher || watcher_round(watcher, &why).code == OK;
		if (!counted && watching)
			program_why(name, "count-failed", &why);
		watching = counted;
	}
}

static struct result guard(const struct options *options, struct zone *z, const char *folder, struct kernel *kernel,
                           struct watcher *watcher, struct why *why)
{
	struct keeper *keeper = NULL;
	const struct keeper_settings settings = {folder, options->drift, &z->clock, permit, tell, z};
	if (!options->no_jail)
		TRY(enter_jail(z, why));
	TRY(keeper_open(&settings, kernel, &keeper, why));
	struct result r = keeper_begin(keeper, why);
	if (r.code == OK)
		keep(keeper, kernel, watcher);
	keeper_close(keeper);
	return r;
}

static struct result run(const struct options *options, struct zone *z, struct arena *arena, struct why *why)
{
	AUTO(kernel_drop) struct kernel *kernel = NULL;
	char folder[4096];
	TRY(house_settings_read(options->dir, arena, &z->settings, why));
	z->clock = z->settings.clock[0] ? clock_file(z->settings.clock) : clock_system();
	snprintf(folder, sizeof folder, "%s/zone", z->settings.dir);
	if (mkdir(folder, 0750) < 0 && errno != EEXIST)
		return fail(why, E_SYSTEM, folder, "cannot make the folder: %s", strerror(errno));
	TRY(kernel_open(&kernel, why));
	ledger_reach(z);
	struct watcher *watcher = watch(options, z, folder);
	struct result r = guard(options, z, folder, kernel, watcher, why);
	watcher_close(watcher);
	return r;
}

int main(int argc, char **argv)
{
	struct options options = {.dir = NULL};
	static struct zone zone;
	struct why why = {0};
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	if (!read_options(argc, argv, &options)) {
		fprintf(stderr, "usage: %s -C DIR [--drift put-back|leave] [--count-every SECONDS] [--no-jail]\n       %s --close\n", name, name);
		return EXIT_USAGE;
	}
	if (options.no_jail) {
		char text[1024];
		jail_skip_loudly(name, text, sizeof text);
		fputs(text, stderr);
	}
	program_signals();
	if (options.close)
		return close_all();
	struct result r = arena ? run(&options, &zone, arena, &why) : fail(&why, E_MEMORY, "", "no memory");
	ledger_leave(&zone);
	/* what the kernel holds stays: without us nothing new opens */
	return r.code == OK ? EXIT_DONE : program_why(name, "start-failed", &why);
}
