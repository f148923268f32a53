/* Appending, finding, and what remains after a failure or a kill. */
#include "house.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static int64_t one_number(struct house *h, const char *sql)
{
	struct why why = {0};
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	CHECK_OK(store_prepare(h->store, sql, &s, &why), &why);
	CHECK_OK(statement_step(s, &row, &why), &why);
	return row ? column_i64(s, 0) : -1;
}

TEST(what_was_appended_is_found)
{
	struct why why = {0};
	AUTO(house_drop) struct house h = house_new();
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct ledger_entry entry, *found;
	int64_t size = -1;
	size_t count = 0;
	CHECK_OK(ledger_size(h.ledger, &size, &why), &why);
	CHECK_INT(size, 0);
	CHECK_OK(house_add(&h, 30, &why), &why);
	CHECK_OK(ledger_size(h.ledger, &size, &why), &why);
	CHECK_INT(size, 30);
	CHECK_OK(ledger_get(h.ledger, 29, arena, &entry, &why), &why);
	CHECK_SLICE(entry.data, SLICE("{\"name\":\"見積書\",\"number\":29}"));
	CHECK_SLICE(entry.post, SLICE("manager@tax"));
	CHECK_INT(entry.time_ms, house_begin_ms);
	CHECK_FAILS(ledger_get(h.ledger, 30, arena, &entry, NULL), E_ABSENT);
	static const struct {
		struct ledger_query query;
		size_t count;
		int64_t first;
	} rows[] = {
		{{.limit = 100}, 30, 29},
		{{.limit = 7}, 7, 29},
		{{.before_seq = 5, .limit = 100}, 5, 4},
		{{.subject = "thing-\"2\"", .limit = 100}, 6, 25},
		{{.subject = "thing-1' OR '1'='1", .limit = 100}, 0, 0},
		{{.kind_prefix = "item.", .limit = 100}, 20, 29},
		{{.kind_prefix = "item.set", .actor = "aoki", .limit = 100}, 10, 29},
		{{.kind_prefix = "it%", .limit = 100}, 0, 0},
		{{.clause = "HN-6.4.1-1", .limit = 100}, 10, 29},
		{{.clause = "HN-3.2-1-u", .subject = "thing-\"2\"", .limit = 100}, 4, 25},
		{{.since_ms = 1773367200000, .until_ms = 1773367200001, .limit = 100}, 30, 29},
		{{.until_ms = 1773367200000, .limit = 100}, 0, 0},
		{{.since_ms = 1773367200001, .limit = 100}, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_OK(ledger_find(h.ledger, &rows[i].query, arena, &found, &count, &why), &why);
		if (count != rows[i].count || (count && found[0].seq != rows[i].first)) {
			test_faults_++;
			printf("  question %zu: %zu entries, first %lld\n", i, count,
			       count ? (long long)found[0].seq : -1LL);
		}
	}
}

TEST(time_never_goes_back)
{
	struct why why = {0};
	AUTO(house_drop) struct house h = house_new();
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct ledger_entry entry;
	CHECK_OK(house_add(&h, 1, &why), &why);
	ledger_drop(&h.ledger);
	h.clock.fixed_ms -= 1000000;
	CHECK_OK(ledger_open(h.store, house_origin, house_projections, &h.clock, &h.ledger, &why), &why);
	CHECK_OK(house_add(&h, 1, &why), &why);
	CHECK_OK(ledger_get(h.ledger, 1, arena, &entry, &why), &why);
	CHECK_INT(entry.time_ms, house_begin_ms);
}

TEST(a_refused_entry_leaves_nothing)
{
	struct why why = {0};
	char text[64];
	AUTO(house_drop) struct house h = house_new();
	struct ledger_entry entry = house_entry(1, text);
	CHECK_FAILS(ledger_append(h.ledger, &entry, NULL), E_CONFLICT); /* no transaction */
	CHECK_OK(house_add(&h, 3, &why), &why);
	static const struct {
		const char *kind, *data;
		enum error want;
	} rows[] = {
		{"item.refused", "{}", E_CONFLICT},
		{"item.set", "{\"b\":1,\"a\":2}", E_INPUT},
		{"item.set", "not json", E_INPUT},
		{"", "{}", E_INPUT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		entry = house_entry(1, text);
		entry.seq = -7;
		entry.kind = slice_str(rows[i].kind);
		entry.data = slice_str(rows[i].data);
		CHECK_OK(store_begin(h.store, &why), &why);
		CHECK_FAILS(ledger_append(h.ledger, &entry, NULL), rows[i].want);
		CHECK_INT(entry.seq, -7);
		store_rollback(h.store);
	}
	CHECK_INT(one_number(&h, "SELECT count(*) FROM ledger_entry"), 3);
	CHECK_INT(one_number(&h, "SELECT count(*) FROM ledger_node"), 4);
	CHECK_INT(one_number(&h, "SELECT count(*) FROM house_item"), 1);
}

TEST(an_entry_removed_from_the_end_is_not_replaced)
{
	struct why why = {0};
	AUTO(house_drop) struct house h = house_new();
	CHECK_OK(house_add(&h, 5, &why), &why);
	CHECK_OK(store_exec(h.store, "DELETE FROM ledger_entry WHERE seq = 4", &why), &why);
	CHECK_FAILS(house_add(&h, 1, NULL), E_TAMPERED);
	CHECK_INT(one_number(&h, "SELECT count(*) FROM ledger_entry"), 4);
	CHECK_OK(store_exec(h.store, "UPDATE ledger_entry SET seq = 9223372036854775807 WHERE seq = 3", &why), &why);
	CHECK_FAILS(house_add(&h, 1, NULL), E_TAMPERED);
}

TEST(bad_origins_are_refused)
{
	struct ledger *ledger = NULL;
	AUTO(house_drop) struct house h = house_new();
	CHECK_FAILS(ledger_open(h.store, "", house_projections, &h.clock, &ledger, NULL), E_INPUT);
	CHECK_FAILS(ledger_open(h.store, "a b", house_projections, &h.clock, &ledger, NULL), E_INPUT);
	CHECK_FAILS(ledger_open(h.store, "a+b", house_projections, &h.clock, &ledger, NULL), E_INPUT);
	CHECK(ledger == NULL);
}

/* ---- failures from outside ----------------------------------------------- */

/* entries and their effects are there together or not at all */
static void check_whole(struct house *h, int64_t at_least)
{
	int64_t entries = one_number(h, "SELECT count(*) FROM ledger_entry");
	CHECK(entries >= at_least);
	CHECK_INT(one_number(h, "SELECT count(*) FROM ledger_node WHERE level = 0"), entries);
	CHECK_INT(one_number(h, "SELECT coalesce(sum(n), 0) FROM house_count"),
	          one_number(h, "SELECT count(*) FROM ledger_entry_clause"));
	CHECK_INT(one_number(h, "SELECT coalesce(max(seq), 0) FROM house_item"),
	          one_number(h, "SELECT coalesce(max(seq), 0) FROM ledger_entry WHERE kind = 'item.set'"));
}

static void append_until_killed(struct house *h, int report)
{
	struct why why = {0};
	if (house_open(h, &why).code != OK)
		_exit(1);
	for (int64_t n = 1;; n++)
		if (house_add(h, 1, &why).code != OK || write(report, &n, sizeof n) != sizeof n)
			_exit(1);
}

TEST(kill_9_leaves_entries_and_effects_together)
{
	struct why why = {0};
	AUTO(house_drop) struct house h = house_new();
	int64_t acknowledged = 0;
	for (int round = 0; round < 8; round++) {
		int pipes[2];
		int64_t n = 0;
		house_close(&h);
		fflush(stdout);
		CHECK(pipe(pipes) == 0);
		pid_t child = fork();
		if (child == 0)
			append_until_killed(&h, pipes[1]);
		close(pipes[1]);
		while (n < 5 + round * 7 && read(pipes[0], &n, sizeof n) == sizeof n)
			;
		kill(child, SIGKILL);
		while (read(pipes[0], &n, sizeof n) == sizeof n)
			;
		close(pipes[0]);
		waitpid(child, NULL, 0);
		CHECK(n >= 5);
		acknowledged += n;
		CHECK_OK(house_open(&h, &why), &why);
		check_whole(&h, acknowledged);
		acknowledged = one_number(&h, "SELECT count(*) FROM ledger_entry");
	}
}

static int append_until_full(struct house *h)
{
	struct why why = {0};
	struct result last = ok();
	if (house_open(h, &why).code != OK)
		return 1;
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit = {400000, 400000};
	setrlimit(RLIMIT_FSIZE, &limit);
	int64_t before = 0, after = 0;
	while (last.code == OK) {
		if (ledger_size(h->ledger, &before, &why).code != OK)
			return 2;
		last = house_add(h, 50, &why);
	}
	if (last.code != E_STORE || ledger_size(h->ledger, &after, &(struct why){0}).code != OK)
		return 3;
	return before == after ? 0 : 4;
}

TEST(a_full_disk_leaves_entries_and_effects_together)
{
	struct why why = {0};
	int status = 0;
	AUTO(house_drop) struct house h = house_new();
	house_close(&h);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(append_until_full(&h));
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	CHECK_OK(house_open(&h, &why), &why);
	check_whole(&h, 1);
	CHECK_OK(house_add(&h, 1, &why), &why);
}

MAIN_TESTS()
