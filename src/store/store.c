/* SQLite behind the port: WAL, so that readers and one writer do not wait for
 * each other; synchronous=FULL, so that a commit that returned has reached the
 * disk; secure_delete, so that a destroyed key leaves no copy in a free page.
 *
 * SQLite rolls a transaction back by itself when the disk is full or a write
 * fails.  A statement after that would run on its own and be kept.  The store
 * therefore remembers that a transaction is open and refuses to go on when the
 * database no longer agrees.
 */
#include "store/store.h"

#include "store/dialect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 5000,
	IDLE_STATEMENTS = 192, /* kept prepared; beyond it the longest unused goes */
};

struct statement {
	struct store *store;
	sqlite3_stmt *at;
	char *sql;
	bool used;
	int bind_code; /* first failed bind, told at the next step */
	struct statement *next;
};

struct store {
	sqlite3 *db;
	bool in_transaction;
	struct statement *statements; /* most recently used first */
	struct store_late *late;
};

static enum error error_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return E_BUSY;
	case SQLITE_CONSTRAINT:
		return E_CONFLICT;
	case SQLITE_NOMEM:
		return E_MEMORY;
	default:
		return E_STORE;
	}
}

static struct result store_fail(struct store *store, int code, const char *place, struct why *why)
{
	return fail(why, error_of(code), place, "%s",
	            store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code));
}

/* ---- open and close ------------------------------------------------------ */

/* SQLite would create the file for everybody to read; its -wal and -shm take
 * the mode of the file.                                                      */
static struct result create_private(const char *path, struct why *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(why, E_STORE, path, "cannot open the database: %s", strerror(errno));
	close(fd);
	return ok();
}

static struct result exec_own(struct store *store, const char *sql, struct why *why)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? ok() : store_fail(store, code, "", why);
}

static struct result set_up(struct store *store, struct why *why)
{
	sqlite3_busy_timeout(store->db, PATIENCE_MS);
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	return exec_own(store,
	                "PRAGMA journal_mode=WAL;"
	                "PRAGMA synchronous=FULL;"
	                "PRAGMA foreign_keys=ON;"
	                "PRAGMA trusted_schema=OFF;"
	                "PRAGMA cell_size_check=ON;"
	                "PRAGMA secure_delete=ON;"
	                "PRAGMA temp_store=MEMORY;"
	                "PRAGMA cache_size=-16384;"        /* KiB; filled by what is read only */
	                "PRAGMA wal_autocheckpoint=4096;", /* pages: 16 MiB */
	                why);
}

struct result store_open(const char *url, struct store **out, struct why *why)
{
	static const char scheme[] = "sqlite:";
	if (strncmp(url, scheme, sizeof scheme - 1) != 0 || !url[sizeof scheme - 1])
		return fail(why, E_INPUT, url, "the database is named as sqlite:PATH");
	const char *path = url + sizeof scheme - 1;
	if (strcmp(path, ":memory:") != 0)
		TRY(create_private(path, why));
	AUTO(store_drop) struct store *store = calloc(1, sizeof *store);
	if (!store)
		return fail(why, E_MEMORY, url, "no memory for a store");
	int code = sqlite3_open_v2(path, &store->db,
	                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
	                                   SQLITE_OPEN_PRIVATECACHE,
	                           NULL);
	if (code != SQLITE_OK)
		return store_fail(store, code, path, why);
	TRY(set_up(store, why));
	*out = store;
	store = NULL;
	return ok();
}

struct result store_cache(struct store *store, size_t bytes, struct why *why)
{
	char sql[64];
	int len = snprintf(sql, sizeof sql, "PRAGMA cache_size=-%zu", bytes / 1024);
	if (bytes < 1024 || len < 0 || (size_t)len >= sizeof sql)
		return fail(why, E_INPUT, "cache", "a cache of %zu bytes cannot be", bytes);
	return exec_own(store, sql, why);
}

struct result store_hurry(struct store *store, bool on, struct why *why)
{
	if (store->in_transaction)
		return fail(why, E_CONFLICT, "transaction", "whether commits are durable does not change inside a transaction");
	if (on)
		return exec_own(store, "PRAGMA synchronous=OFF", why);
	TRY(exec_own(store, "PRAGMA synchronous=FULL", why));
	return exec_own(store, "PRAGMA wal_checkpoint(TRUNCATE)", why);
}

static void statement_free(struct statement *statement)
{
	sqlite3_finalize(statement->at);
	free(statement->sql);
	free(statement);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_rollback(store);
	while (store->statements) {
		struct statement *first = store->statements;
		store->statements = first->next;
		statement_free(first);
	}
	sqlite3_close(store->db);
	free(store);
}

void store_drop(struct store **store)
{
	store_close(*store);
	*store = NULL;
}

/* ---- transactions -------------------------------------------------------- */

static struct result begin(struct store *store, const char *how, struct why *why)
{
	if (store->in_transaction)
		return fail(why, E_CONFLICT, "", "a transaction is open already");
	TRY(exec_own(store, how, why));
	store->in_transaction = true;
	return ok();
}

struct result store_begin(struct store *store, struct why *why)
{
	return begin(store, "BEGIN IMMEDIATE", why);
}

struct result store_begin_read(struct store *store, struct why *why)
{
	TRY(begin(store, "BEGIN", why));
	struct result taken = exec_own(store, "SELECT 1 FROM sqlite_schema LIMIT 1", why);
	if (taken.code != OK)
		store_rollback(store);
	return taken;
}

static struct result still_open(struct store *store, struct why *why)
{
	if (store->in_transaction && sqlite3_get_autocommit(store->db))
		return fail(why, E_STORE, "", "the transaction was rolled back after a failed write");
	return ok();
}

void store_late_add(struct store *store, struct store_late *late)
{
	late->next = store->late;
	store->late = late;
}

void store_late_remove(struct store *store, struct store_late *late)
{
	for (struct store_late **at = &store->late; *at; at = &(*at)->next)
		if (*at == late) {
			*at = late->next;
			return;
		}
}

static struct result write_late(struct store *store, struct why *why)
{
	for (struct store_late *late = store->late; late; late = late->next)
		TRY(late->write(late->context, why));
	return ok();
}

struct result store_commit(struct store *store, struct why *why)
{
	if (!store->in_transaction)
		return fail(why, E_CONFLICT, "", "no transaction is open");
	struct result done = still_open(store, why);
	if (done.code == OK)
		done = write_late(store, why);
	if (done.code == OK)
		done = exec_own(store, "COMMIT", why);
	if (done.code != OK)
		store_rollback(store);
	store->in_transaction = false;
	return done;
}

void store_rollback(struct store *store)
{
	if (store->in_transaction && !sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	for (struct store_late *late = store->in_transaction ? store->late : NULL; late; late = late->next)
		late->forget(late->context);
	store->in_transaction = false;
}

bool store_in_transaction(const struct store *store)
{
	return store->in_transaction;
}

struct result store_exec(struct store *store, const char *sql, struct why *why)
{
	TRY(dialect_check(sql, why));
	TRY(still_open(store, why));
	return exec_own(store, sql, why);
}

/* ---- statements ---------------------------------------------------------- */

static struct statement *take_cached(struct store *store, const char *sql)
{
	for (struct statement **at = &store->statements; *at; at = &(*at)->next) {
		struct statement *found = *at;
		if (found->used || strcmp(found->sql, sql) != 0)
			continue;
		*at = found->next;
		return found;
	}
	return NULL;
}

static void put_first(struct store *store, struct statement *statement)
{
	statement->next = store->statements;
	store->statements = statement;
}

static void forget_oldest(struct store *store)
{
	struct statement **oldest = NULL;
	int idle = 0;
	for (struct statement **at = &store->statements; *at; at = &(*at)->next) {
		if ((*at)->used)
			continue;
		idle++;
		oldest = at;
	}
	if (idle <= IDLE_STATEMENTS)
		return;
	struct statement *gone = *oldest;
	*oldest = gone->next;
	statement_free(gone);
}

static struct result compile(struct store *store, const char *sql, struct statement **out,
                             struct why *why)
{
	const char *rest = NULL;
	struct statement *made = calloc(1, sizeof *made);
	char *copy = strdup(sql);
	if (!made || !copy) {
		free(made);
		free(copy);
		return fail(why, E_MEMORY, "sql", "no memory for a statement");
	}
	*made = (struct statement){.store = store, .sql = copy};
	int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made->at, &rest);
	if (code == SQLITE_OK && made->at && rest[strspn(rest, " \t\n;")] == 0) {
		*out = made;
		return ok();
	}
	statement_free(made);
	if (code != SQLITE_OK)
		return store_fail(store, code, sql, why);
	return fail(why, E_INPUT, sql, "it is not one statement");
}

static struct result prepare(struct store *store, const char *sql, bool own, struct statement **out,
                             struct why *why)
{
	struct statement *found = take_cached(store, sql);
	if (!found) {
		if (!own)
			TRY(dialect_check(sql, why));
		forget_oldest(store);
		TRY(compile(store, sql, &found, why));
	}
	found->used = true;
	put_first(store, found);
	*out = found;
	return ok();
}

struct result store_prepare(struct store *store, const char *sql, struct statement **out,
                            struct why *why)
{
	return prepare(store, sql, false, out, why);
}

void statement_done(struct statement *statement)
{
	if (!statement)
		return;
	sqlite3_reset(statement->at);
	sqlite3_clear_bindings(statement->at);
	statement->bind_code = SQLITE_OK;
	statement->used = false;
}

void statement_drop(struct statement **statement)
{
	statement_done(*statement);
	*statement = NULL;
}

static void keep_code(struct statement *statement, int code)
{
	if (statement->bind_code == SQLITE_OK)
		statement->bind_code = code;
}

void bind_i64(struct statement *statement, int index, int64_t value)
{
	keep_code(statement, sqlite3_bind_int64(statement->at, index, value));
}

/* A slice without bytes is the empty text, not NULL; bytes beyond what SQLite
 * counts are its own "too big".                                             */
void bind_text(struct statement *statement, int index, struct slice text)
{
	keep_code(statement, sqlite3_bind_text64(statement->at, index,
	                                         text.len ? (const char *)text.at : "", text.len,
	                                         SQLITE_TRANSIENT, SQLITE_UTF8));
}

void bind_blob(struct statement *statement, int index, struct slice bytes)
{
	keep_code(statement, sqlite3_bind_blob64(statement->at, index,
	                                         bytes.len ? (const void *)bytes.at : "", bytes.len,
	                                         SQLITE_TRANSIENT));
}

void bind_null(struct statement *statement, int index)
{
	keep_code(statement, sqlite3_bind_null(statement->at, index));
}

struct result statement_step(struct statement *statement, bool *row, struct why *why)
{
	struct store *store = statement->store;
	if (statement->bind_code != SQLITE_OK)
		return store_fail(store, statement->bind_code, statement->sql, why);
	TRY(still_open(store, why));
	int code = sqlite3_step(statement->at);
	if (code == SQLITE_ROW) {
		*row = true;
		return ok();
	}
	struct result failed = code == SQLITE_DONE ? ok() : store_fail(store, code, statement->sql, why);
	sqlite3_reset(statement->at);
	if (code == SQLITE_DONE)
		*row = false;
	return failed;
}

struct result statement_run(struct statement *statement, int64_t *changed, struct why *why)
{
	bool row = false;
	TRY(statement_step(statement, &row, why));
	if (row) {
		sqlite3_reset(statement->at);
		return fail(why, E_INPUT, statement->sql, "rows came back that nobody reads");
	}
	if (changed)
		*changed = sqlite3_changes64(statement->store->db);
	return ok();
}

/* ---- columns ------------------------------------------------------------- */

int column_count(const struct statement *statement)
{
	return sqlite3_column_count(statement->at);
}

enum column_kind column_kind(const struct statement *statement, int column)
{
	switch (sqlite3_column_type(statement->at, column)) {
	case SQLITE_NULL:
		return COLUMN_NULL;
	case SQLITE_INTEGER:
		return COLUMN_I64;
	case SQLITE_TEXT:
		return COLUMN_TEXT;
	case SQLITE_BLOB:
		return COLUMN_BLOB;
	default:
		return COLUMN_OTHER;
	}
}

bool column_is_null(const struct statement *statement, int column)
{
	return sqlite3_column_type(statement->at, column) == SQLITE_NULL;
}

int64_t column_i64(const struct statement *statement, int column)
{
	return sqlite3_column_int64(statement->at, column);
}

/* The pointer is asked for before the length: the first call may convert. */
struct slice column_text(const struct statement *statement, int column)
{
	const unsigned char *at = sqlite3_column_text(statement->at, column);
	return slice_of(at, at ? (size_t)sqlite3_column_bytes(statement->at, column) : 0);
}

struct slice column_blob(const struct statement *statement, int column)
{
	const void *at = sqlite3_column_blob(statement->at, column);
	return slice_of(at, at ? (size_t)sqlite3_column_bytes(statement->at, column) : 0);
}

const char *column_name(const struct statement *statement, int column)
{
	const char *name = sqlite3_column_name(statement->at, column);
	return name ? name : "";
}

/* ---- migrations ---------------------------------------------------------- */

static struct result room_version(struct store *store, const char *room, int64_t *out,
                                  struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(store, "SELECT version FROM store_migration WHERE room = ?1", &s, why));
	bind_text(s, 1, slice_str(room));
	TRY(statement_step(s, &row, why));
	*out = row ? column_i64(s, 0) : 0;
	return ok();
}

static struct result take_step(struct store *store, const char *room, const struct migration *step,
                               struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_exec(store, step->sql, why));
	TRY(store_prepare(store,
	                  "INSERT INTO store_migration (room, version) VALUES (?1, ?2)"
	                  " ON CONFLICT (room) DO UPDATE SET version = excluded.version",
	                  &s, why));
	bind_text(s, 1, slice_str(room));
	bind_i64(s, 2, step->version);
	return statement_run(s, NULL, why);
}

/* The version is read again inside each transaction: several programs of one
 * house start at the same moment.                                           */
static struct result migrate_once(struct store *store, const char *room,
                                  const struct migration *steps, size_t count, bool *more,
                                  struct why *why)
{
	int64_t version = 0;
	TRY(room_version(store, room, &version, why));
	if (version > (int64_t)count)
		return fail(why, E_CONFLICT, room,
		            "the database is of version %lld, this program knows %zu",
		            (long long)version, count);
	*more = version < (int64_t)count;
	return *more ? take_step(store, room, &steps[version], why) : ok();
}

static struct result in_own_transaction(struct store *store, const char *room,
                                        const struct migration *steps, size_t count, bool *more,
                                        struct why *why)
{
	TRY(store_begin(store, why));
	struct result done = migrate_once(store, room, steps, count, more, why);
	if (done.code != OK) {
		store_rollback(store);
		return done;
	}
	return store_commit(store, why);
}

struct result store_migrate(struct store *store, const char *room, const struct migration *steps,
                            size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].version != (int)i + 1)
			return fail(why, E_INPUT, room, "step %zu is numbered %d", i + 1, steps[i].version);
	TRY(store_exec(store,
	               "CREATE TABLE IF NOT EXISTS store_migration ("
	               " room TEXT PRIMARY KEY, version BIGINT NOT NULL)",
	               why));
	int64_t version = 0;
	TRY(room_version(store, room, &version, why));
	bool more = version != (int64_t)count; /* an up-to-date start takes no lock */
	while (more)
		TRY(in_own_transaction(store, room, steps, count, &more, why));
	return ok();
}

static struct result drop_table(struct store *store, const char *table, struct why *why)
{
	char sql[256];
	int len = snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS \"%s\"", table);
	if (len < 0 || (size_t)len >= sizeof sql)
		return fail(why, E_INPUT, table, "the table's name is too long");
	return exec_own(store, sql, why);
}

struct result store_forget(struct store *store, const char *room, const char *const *tables, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	size_t count = 0;
	if (!store->in_transaction)
		return fail(why, E_CONFLICT, room, "tables are dropped inside a transaction only");
	while (tables[count])
		count++;
	while (count-- > 0)
		TRY(drop_table(store, tables[count], why));
	TRY(store_prepare(store, "DELETE FROM store_migration WHERE room = ?1", &s, why));
	bind_text(s, 1, slice_str(room));
	return statement_run(s, NULL, why);
}

/* ---- looking at tables --------------------------------------------------- */

struct result store_table_key(struct store *store, const char *table, struct buffer *out,
                              struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false, any = false;
	TRY(prepare(store, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", true, &s,
	            why));
	bind_text(s, 1, slice_str(table));
	buffer_clear(out);
	TRY(statement_step(s, &row, why));
	while (row) {
		buffer_printf(out, "%s\"%.*s\"", any ? ", " : "", SLICE_ARG(column_text(s, 0)));
		any = true;
		TRY(statement_step(s, &row, why));
	}
	if (!any)
		return fail(why, E_ABSENT, table, "no such table, or it has no primary key");
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, table, "its key is too long");
}

struct result store_table_shape(struct store *store, const char *table, struct buffer *out,
                                struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(prepare(store,
	            "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE tbl_name = ?1"
	            " ORDER BY type, name",
	            true, &s, why));
	bind_text(s, 1, slice_str(table));
	buffer_clear(out);
	TRY(statement_step(s, &row, why));
	while (row) {
		for (int i = 0; i < 3; i++) {
			buffer_put_slice(out, column_text(s, i));
			buffer_put_u8(out, '\n');
		}
		TRY(statement_step(s, &row, why));
	}
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, table, "its declaration is too long");
}

struct result store_drop_index(struct store *store, const char *name, struct buffer *sql, struct why *why)
{
	char drop[160];
	int len = snprintf(drop, sizeof drop, "DROP INDEX \"%s\"", name);
	if (len < 0 || (size_t)len >= sizeof drop || strchr(name, '"'))
		return fail(why, E_INPUT, name, "no index is named so");
	{
		AUTO(statement_drop) struct statement *s = NULL;
		bool row = false;
		TRY(prepare(store, "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1 AND sql IS NOT NULL", true, &s,
		            why));
		bind_text(s, 1, slice_str(name));
		TRY(statement_step(s, &row, why));
		if (!row)
			return fail(why, E_ABSENT, name, "there is no such index");
		buffer_clear(sql);
		buffer_put_slice(sql, column_text(s, 0));
	}
	if (!buffer_ok(sql))
		return fail(why, E_LIMIT, name, "its declaration is too long");
	return exec_own(store, drop, why);
}

/* ---- scrub and backup ---------------------------------------------------- */

struct result store_scrub(struct store *store, struct why *why)
{
	if (store->in_transaction)
		return fail(why, E_CONFLICT, "", "a transaction is open");
	int code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return code == SQLITE_OK ? ok() : store_fail(store, code, "", why);
}

static struct result sync_both(const char *path, struct why *why)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int len = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
	                   slash ? path : ".");
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int dir = len < (int)sizeof folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool durable = file >= 0 && dir >= 0 && fsync(file) == 0 && fsync(dir) == 0;
	if (file >= 0)
		close(file);
	if (dir >= 0)
		close(dir);
	return durable ? ok() : fail(why, E_STORE, path, "cannot make the copy durable: %s", strerror(errno));
}

/* VACUUM INTO reads one consistent view and copies living rows only: what was
 * erased is not carried along in free pages.                                */
static struct result copy_into(struct store *store, const char *path, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(prepare(store, "VACUUM INTO ?1", true, &s, why));
	bind_text(s, 1, slice_str(path));
	TRY(statement_run(s, NULL, why));
	return sync_both(path, why);
}

struct result store_backup(struct store *store, const char *path, struct why *why)
{
	if (store->in_transaction)
		return fail(why, E_CONFLICT, path, "a transaction is open");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(why, errno == EEXIST ? E_CONFLICT : E_STORE, path,
		            "cannot create the copy: %s", strerror(errno));
	close(fd);
	struct result done = copy_into(store, path, why);
	if (done.code != OK)
		unlink(path);
	return done;
}
