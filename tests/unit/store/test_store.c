/* The SQL port on real files: what was acknowledged is there afterwards, what
 * failed left nothing, two connections wait for each other in words.        */
#include "store/store.h"

#include "harness.h"
#include "scratch.h"
#include "store/dialect.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char table[] = "CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT NOT NULL, bytes BLOB)";

static int64_t count(struct store *store)
{
	struct why why = {0};
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	CHECK_OK(store_prepare(store, "SELECT count(*) FROM item", &s, &why), &why);
	CHECK_OK(statement_step(s, &row, &why), &why);
	return row ? column_i64(s, 0) : -1;
}

static struct result insert(struct store *store, int64_t id, struct slice bytes, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store, "INSERT INTO item (id, name, bytes) VALUES (?1, ?2, ?3)", &s, why));
	bind_i64(s, 1, id);
	bind_text(s, 2, SLICE("税務課"));
	bind_blob(s, 3, bytes);
	return statement_run(s, NULL, why);
}

TEST(values_come_back_as_they_went_in)
{
	struct why why = {0};
	AUTO(store_drop) struct store *store = NULL;
	CHECK_OK(store_open("sqlite::memory:", &store, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	CHECK_OK(insert(store, INT64_MIN, SLICE("a\0b"), &why), &why);
	CHECK_OK(insert(store, INT64_MAX, (struct slice){0}, &why), &why);
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	CHECK_OK(store_prepare(store, "SELECT id, name, bytes, NULL FROM item ORDER BY id", &s, &why), &why);
	CHECK_OK(statement_step(s, &row, &why), &why);
	CHECK(row && column_i64(s, 0) == INT64_MIN);
	CHECK_SLICE(column_text(s, 1), SLICE("税務課"));
	CHECK_SLICE(column_blob(s, 2), SLICE("a\0b"));
	CHECK(column_is_null(s, 3) && !column_is_null(s, 2));
	CHECK_INT(column_kind(s, 0), COLUMN_I64);
	CHECK_INT(column_kind(s, 2), COLUMN_BLOB);
	CHECK_STR(column_name(s, 1), "name");
	CHECK_OK(statement_step(s, &row, &why), &why);
	CHECK(row && column_i64(s, 0) == INT64_MAX && !column_is_null(s, 2) && column_blob(s, 2).len == 0);
	CHECK_OK(statement_step(s, &row, &why), &why);
	CHECK(!row);
}

TEST(nothing_remains_of_a_rolled_back_transaction)
{
	struct why why = {0};
	AUTO(store_drop) struct store *store = NULL;
	CHECK_OK(store_open("sqlite::memory:", &store, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	CHECK_OK(store_begin(store, &why), &why);
	CHECK_OK(insert(store, 1, SLICE("x"), &why), &why);
	CHECK_FAILS(store_begin(store, NULL), E_CONFLICT);
	CHECK(store_in_transaction(store));
	CHECK_FAILS(insert(store, 1, SLICE("x"), NULL), E_CONFLICT);
	store_rollback(store);
	CHECK(!store_in_transaction(store));
	CHECK_INT(count(store), 0);
	CHECK_FAILS(store_commit(store, NULL), E_CONFLICT);
}

TEST(one_statement_may_run_inside_itself)
{
	struct why why = {0};
	AUTO(store_drop) struct store *store = NULL;
	CHECK_OK(store_open("sqlite::memory:", &store, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	for (int i = 0; i < 3; i++)
		CHECK_OK(insert(store, i, SLICE("x"), &why), &why);
	const char *sql = "SELECT id FROM item ORDER BY id";
	AUTO(statement_drop) struct statement *outer = NULL, *inner = NULL;
	bool row = false;
	CHECK_OK(store_prepare(store, sql, &outer, &why), &why);
	CHECK_OK(statement_step(outer, &row, &why), &why);
	CHECK_OK(store_prepare(store, sql, &inner, &why), &why);
	CHECK(inner != outer);
	CHECK_OK(statement_step(inner, &row, &why), &why);
	CHECK_OK(statement_step(inner, &row, &why), &why);
	CHECK_INT(column_i64(inner, 0), 1);
	CHECK_INT(column_i64(outer, 0), 0);
	/* many texts: the cache has an end */
	for (int i = 0; i < 300; i++) {
		char text[64];
		struct statement *s = NULL;
		snprintf(text, sizeof text, "SELECT id + %d FROM item", i);
		CHECK_OK(store_prepare(store, text, &s, &why), &why);
		statement_done(s);
	}
	CHECK_INT(column_i64(outer, 0), 0);
}

TEST(words_of_one_database_alone_are_refused)
{
	static const struct {
		const char *sql;
		bool fine;
	} rows[] = {
		{"SELECT a FROM t WHERE b = ?1", true},
		{"SELECT 'pragma', \"rowid\" FROM t -- vacuum", true},
		{"SELECT a /* pragma */ FROM t", true},
		{"INSERT INTO t VALUES (?1) ON CONFLICT DO NOTHING", true},
		{"SELECT a FROM t WHERE a = 1 OR b = 2", true},
		{"INSERT OR REPLACE INTO t VALUES (?1)", false},
		{"insert or ignore into t values (?1)", false},
		{"REPLACE INTO t VALUES (?1)", false},
		{"SELECT replace(a, 'x', 'y') FROM t", true},
		{"SELECT rowid FROM t", false},
		{"CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)", false},
		{"CREATE TABLE t (a BIGINT PRIMARY KEY)", true},
		{"SELECT IfNull(a, 0) FROM t", false},
		{"PRAGMA synchronous=OFF", false},
		{"SELECT '", true}, /* the database itself refuses it */
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((dialect_check(rows[i].sql, NULL).code == OK) != rows[i].fine) {
			test_faults_++;
			printf("  %s\n", rows[i].sql);
		}
}

TEST(bad_statements_say_why)
{
	struct why why = {0};
	AUTO(store_drop) struct store *store = NULL;
	struct statement *s = NULL;
	bool row = false;
	CHECK_OK(store_open("sqlite::memory:", &store, &why), &why);
	CHECK_FAILS(store_prepare(store, "SELECT a FROM nowhere", &s, &why), E_STORE);
	CHECK(strstr(why.text, "nowhere") != NULL && s == NULL);
	CHECK_FAILS(store_prepare(store, "SELECT 1; SELECT 2", &s, NULL), E_INPUT);
	CHECK_FAILS(store_prepare(store, "", &s, NULL), E_INPUT);
	why = (struct why){0};
	CHECK_OK(store_prepare(store, "SELECT ?1", &s, &why), &why);
	bind_i64(s, 2, 7); /* there is no second place */
	CHECK_FAILS(statement_step(s, &row, NULL), E_STORE);
	CHECK_FAILS(statement_run(s, NULL, NULL), E_STORE);
	statement_done(s);
	CHECK_FAILS(store_open("postgres:x", &store, NULL), E_INPUT);
	CHECK_FAILS(store_open("sqlite:", &store, NULL), E_INPUT);
	CHECK_FAILS(store_open("sqlite:/nowhere/at/all.db", &store, NULL), E_STORE);
}

static const struct migration two_steps[] = {
	{1, "CREATE TABLE item (id BIGINT PRIMARY KEY)"},
	{2, "ALTER TABLE item ADD COLUMN name TEXT NOT NULL DEFAULT ''"},
};
static const struct migration broken_step[] = {
	{1, "CREATE TABLE item (id BIGINT PRIMARY KEY)"},
	{2, "CREATE TABLE other (id BIGINT PRIMARY KEY); SELECT nonsense FROM nowhere"},
};

TEST(migrations_run_once_and_whole)
{
	struct why why = {0};
	AUTO(scratch_drop) struct scratch scratch = scratch_new();
	const char *url = scratch_path(&scratch, "sqlite:", "db");
	for (int i = 0; i < 2; i++) {
		AUTO(store_drop) struct store *store = NULL;
		CHECK_OK(store_open(url, &store, &why), &why);
		CHECK_OK(store_migrate(store, "room", two_steps, 2, &why), &why);
		CHECK_OK(store_exec(store, "UPDATE item SET name = 'x'", &why), &why);
	}
	AUTO(store_drop) struct store *older = NULL;
	CHECK_OK(store_open(url, &older, &why), &why);
	CHECK_FAILS(store_migrate(older, "room", two_steps, 1, NULL), E_CONFLICT);
	static const struct migration gap[] = {{2, "SELECT 1"}};
	CHECK_FAILS(store_migrate(older, "gap", gap, 1, NULL), E_INPUT);
	AUTO(store_drop) struct store *memory = NULL;
	CHECK_OK(store_open("sqlite::memory:", &memory, &why), &why);
	CHECK_FAILS(store_migrate(memory, "room", broken_step, 2, NULL), E_STORE);
	CHECK(!store_in_transaction(memory));
	CHECK_OK(store_exec(memory, "CREATE TABLE other (id BIGINT PRIMARY KEY)", &why), &why);
	CHECK_FAILS(store_migrate(memory, "room", two_steps + 0, 0, NULL), E_CONFLICT);
}

TEST(a_second_writer_waits_and_then_says_busy)
{
	struct why why = {0};
	AUTO(scratch_drop) struct scratch scratch = scratch_new();
	AUTO(store_drop) struct store *one = NULL, *two = NULL;
	const char *url = scratch_path(&scratch, "sqlite:", "db");
	CHECK_OK(store_open(url, &one, &why), &why);
	CHECK_OK(store_exec(one, table, &why), &why);
	CHECK_OK(store_open(url, &two, &why), &why);
	CHECK_OK(store_begin_read(two, &why), &why);
	CHECK_INT(count(two), 0);
	CHECK_OK(store_begin(one, &why), &why);
	CHECK_OK(insert(one, 1, SLICE("x"), &why), &why);
	CHECK_OK(store_commit(one, &why), &why);
	CHECK_INT(count(two), 0); /* its view does not change */
	store_rollback(two);
	CHECK_INT(count(two), 1);
	CHECK_OK(store_begin(one, &why), &why);
	CHECK_FAILS(store_begin(two, NULL), E_BUSY);
	CHECK(!store_in_transaction(two));
	store_rollback(one);
	CHECK_OK(store_begin(two, &why), &why);
}

/* A full disk, as far as a test can make one: no file may grow. */
static int write_until_full(const char *url)
{
	struct why why = {0};
	AUTO(store_drop) struct store *store = NULL;
	if (store_open(url, &store, &why).code != OK)
		return 1;
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit = {200000, 200000};
	setrlimit(RLIMIT_FSIZE, &limit);
	static uint8_t bytes[100000];
	if (store_begin(store, &why).code != OK)
		return 2;
	struct result last = ok();
	for (int64_t i = 100; i < 200 && last.code == OK; i++)
		last = insert(store, i, slice_of(bytes, sizeof bytes), &why);
	if (last.code == OK)
		last = store_commit(store, &why);
	if (last.code != E_STORE)
		return 3;
	/* whatever the database did by itself, nothing runs outside the transaction */
	if (store_in_transaction(store) && insert(store, 999, SLICE("x"), NULL).code == OK &&
	    store_commit(store, NULL).code == OK)
		return 4;
	return 0;
}

TEST(a_full_disk_leaves_nothing)
{
	struct why why = {0};
	AUTO(scratch_drop) struct scratch scratch = scratch_new();
	AUTO(store_drop) struct store *store = NULL;
	const char *url = scratch_path(&scratch, "sqlite:", "db");
	CHECK_OK(store_open(url, &store, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	CHECK_OK(insert(store, 1, SLICE("x"), &why), &why);
	store_close(store);
	store = NULL;
	int status = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(write_until_full(url));
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	CHECK_OK(store_open(url, &store, &why), &why);
	CHECK_INT(count(store), 1);
}

static void commit_forever(const char *url, int report)
{
	struct why why = {0};
	struct store *store = NULL;
	if (store_open(url, &store, &why).code != OK)
		_exit(1);
	for (int64_t id = 0;; id++) {
		if (store_begin(store, &why).code != OK || insert(store, id, SLICE("x"), &why).code != OK ||
		    store_commit(store, &why).code != OK || write(report, &id, sizeof id) != sizeof id)
			_exit(1);
	}
}

TEST(what_was_acknowledged_survives_kill_9)
{
	struct why why = {0};
	AUTO(scratch_drop) struct scratch scratch = scratch_new();
	AUTO(store_drop) struct store *store = NULL;
	const char *url = scratch_path(&scratch, "sqlite:", "db");
	CHECK_OK(store_open(url, &store, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	store_close(store);
	store = NULL;
	int pipes[2];
	CHECK(pipe(pipes) == 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		commit_forever(url, pipes[1]);
	close(pipes[1]);
	int64_t id = -1;
	while (id < 50 && read(pipes[0], &id, sizeof id) == sizeof id)
		;
	kill(child, SIGKILL);
	while (read(pipes[0], &id, sizeof id) == sizeof id)
		;
	close(pipes[0]);
	waitpid(child, NULL, 0);
	CHECK(id >= 50);
	CHECK_OK(store_open(url, &store, &why), &why);
	int64_t kept = count(store);
	CHECK(kept == id + 1 || kept == id + 2);
}

TEST(a_dropped_index_comes_back_as_it_was)
{
	struct why why = {0};
	AUTO(store_drop) struct store *store = NULL;
	struct buffer before, after, sql;
	buffer_init(&before, 4096);
	buffer_init(&after, 4096);
	buffer_init(&sql, 4096);
	CHECK_OK(store_open("sqlite::memory:", &store, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	CHECK_OK(store_exec(store, "CREATE TABLE shelf (a TEXT PRIMARY KEY, b TEXT); CREATE INDEX shelf_b ON shelf (b, a)", &why), &why);
	CHECK_OK(store_table_shape(store, "shelf", &before, &why), &why);
	CHECK_OK(store_drop_index(store, "shelf_b", &sql, &why), &why);
	CHECK_OK(store_table_shape(store, "shelf", &after, &why), &why);
	CHECK(!slice_equal(buffer_slice(&before), buffer_slice(&after)));
	CHECK_OK(store_exec(store, buffer_cstr(&sql), &why), &why);
	CHECK_OK(store_table_shape(store, "shelf", &after, &why), &why);
	CHECK(slice_equal(buffer_slice(&before), buffer_slice(&after)));
	CHECK_FAILS(store_drop_index(store, "none", &sql, NULL), E_ABSENT);
	CHECK_FAILS(store_drop_index(store, "x\"; DROP TABLE shelf; --", &sql, NULL), E_INPUT);
	buffer_done(&before);
	buffer_done(&after);
	buffer_done(&sql);
}

TEST(a_store_in_a_hurry_ends_with_everything_in_its_file)
{
	struct why why = {0};
	AUTO(scratch_drop) struct scratch scratch = scratch_new();
	AUTO(store_drop) struct store *store = NULL;
	AUTO(statement_drop) struct statement *s = NULL;
	struct stat log;
	bool row = false;
	const char *url = scratch_path(&scratch, "sqlite:", "db"), *path = scratch_path(&scratch, "", "db-wal");
	CHECK_OK(store_open(url, &store, &why), &why);
	CHECK_OK(store_hurry(store, true, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	CHECK_OK(store_begin(store, &why), &why);
	CHECK_FAILS(store_hurry(store, false, NULL), E_CONFLICT);
	CHECK_OK(store_commit(store, &why), &why);
	CHECK(stat(path, &log) == 0 && log.st_size > 0);
	CHECK_OK(store_hurry(store, false, &why), &why);
	CHECK(stat(path, &log) == 0 && log.st_size == 0); /* all of it stands in the database */
	CHECK_OK(store_prepare(store, "SELECT synchronous FROM pragma_synchronous", &s, &why), &why);
	CHECK_OK(statement_step(s, &row, &why), &why);
	CHECK(row && column_i64(s, 0) == 2); /* FULL */
}

TEST(a_backup_is_whole_private_and_never_overwrites)
{
	struct why why = {0};
	struct stat st;
	AUTO(scratch_drop) struct scratch scratch = scratch_new();
	AUTO(store_drop) struct store *store = NULL, *copy = NULL;
	CHECK_OK(store_open(scratch_path(&scratch, "sqlite:", "db"), &store, &why), &why);
	CHECK_OK(store_exec(store, table, &why), &why);
	CHECK_OK(insert(store, 1, SLICE("kept"), &why), &why);
	CHECK_OK(insert(store, 2, SLICE("erased-text"), &why), &why);
	CHECK_OK(store_exec(store, "DELETE FROM item WHERE id = 2", &why), &why);
	const char *path = scratch_path(&scratch, "", "copy");
	CHECK_OK(store_backup(store, path, &why), &why);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(stat(scratch_path(&scratch, "", "db"), &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK_FAILS(store_backup(store, path, NULL), E_CONFLICT);
	CHECK_OK(store_open(scratch_path(&scratch, "sqlite:", "copy"), &copy, &why), &why);
	CHECK_INT(count(copy), 1);
	CHECK_OK(store_scrub(store, &why), &why);
}

TEST(tables_tell_their_key_and_shape)
{
	struct why why = {0};
	struct buffer key, before, after;
	AUTO(store_drop) struct store *store = NULL;
	buffer_init(&key, 1000);
	buffer_init(&before, 10000);
	buffer_init(&after, 10000);
	CHECK_OK(store_open("sqlite::memory:", &store, &why), &why);
	CHECK_OK(store_exec(store, "CREATE TABLE pair (b TEXT, a TEXT, c TEXT, PRIMARY KEY (a, b));"
	                           "CREATE TABLE loose (a TEXT)", &why), &why);
	CHECK_OK(store_table_key(store, "pair", &key, &why), &why);
	CHECK_STR(buffer_cstr(&key), "\"a\", \"b\"");
	CHECK_FAILS(store_table_key(store, "loose", &key, NULL), E_ABSENT);
	CHECK_FAILS(store_table_key(store, "none", &key, NULL), E_ABSENT);
	CHECK_OK(store_table_shape(store, "pair", &before, &why), &why);
	CHECK_OK(store_exec(store, "CREATE INDEX pair_c ON pair (c)", &why), &why);
	CHECK_OK(store_table_shape(store, "pair", &after, &why), &why);
	CHECK(!slice_equal(buffer_slice(&before), buffer_slice(&after)));
	buffer_done(&key);
	buffer_done(&before);
	buffer_done(&after);
}

MAIN_TESTS()
