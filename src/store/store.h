/* store/store.h - one SQL port; SQLite behind it, PostgreSQL later
 *
 * SQL outside this room is the part both understand: ?1 placeholders, TEXT,
 * BIGINT, BLOB (PostgreSQL's side will translate it to BYTEA), ON CONFLICT,
 * RETURNING, LIKE without regard to case only over lower().  What only one of
 * them understands is refused where it is prepared (store/dialect.c), so that
 * nobody finds out on the day of the move.
 * One connection a process; no statement outlives its store.
 * A write transaction is taken at once (BEGIN IMMEDIATE), so that a decision
 * is made on what is then written.  Acknowledged means durable: commit returns
 * after the bytes are on the disk.
 * errors everywhere  E_BUSY     locked longer than the patience (5 s): nothing
 *                               changed
 *                    E_CONFLICT a key, a reference or a CHECK refused the row
 *                    E_STORE    anything else
 * After any of them a transaction is to be rolled back; where the database has
 * already done so by itself (disk full), every further statement fails with
 * E_STORE until store_rollback, instead of running outside the transaction.
 */
#ifndef SEKISHO_STORE_STORE_H
#define SEKISHO_STORE_STORE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

struct store;
struct statement;

/* store_open - url is "sqlite:PATH" or "sqlite::memory:"; a new database file
 * is readable by its owner only                                             */
struct result store_open(const char *url, struct store **out, struct why *why) MUST;
void store_close(struct store *store);
void store_drop(struct store **store); /* for AUTO */

/* store_cache - how much memory may keep pages of the database (STORE_CACHE unless told); for
 * who writes much at once.  Kept until it is told again, or the store is closed */
enum { STORE_CACHE = 16 << 20 };
struct result store_cache(struct store *store, size_t bytes, struct why *why) MUST;

/* store_hurry - on: a commit returns before its bytes are on the disk.  Only for a database that
 * is being made out of something else and is thrown away if the machine fails meanwhile.
 * off: everything that was committed is on the disk when it returns.  Outside a transaction */
struct result store_hurry(struct store *store, bool on, struct why *why) MUST;

/* store_begin - E_CONFLICT inside a transaction: they do not nest */
struct result store_begin(struct store *store, struct why *why) MUST;
/* store_begin_read - one unchanging view of the whole database for long reads;
 * keeps nobody from writing; ended by commit or rollback                    */
struct result store_begin_read(struct store *store, struct why *why) MUST;
struct result store_commit(struct store *store, struct why *why) MUST;
void store_rollback(struct store *store); /* no-op outside a transaction */
bool store_in_transaction(const struct store *store);

/* What a room gathers in memory while a transaction is open, because one write of all is
 * cheaper than many: `write` is called before the commit, inside the transaction, and
 * must leave nothing gathered; when it fails nothing is committed.  `forget` is called
 * when the transaction is rolled back.  Both must bear to be called with nothing gathered.
 * Borrowed from store_late_add to store_late_remove                         */
struct store_late {
	void *context;
	struct result (*write)(void *context, struct why *why);
	void (*forget)(void *context);
	struct store_late *next; /* the store's */
};
void store_late_add(struct store *store, struct store_late *late);
void store_late_remove(struct store *store, struct store_late *late);

/* store_exec - statements without parameters or rows, ';' between them */
struct result store_exec(struct store *store, const char *sql, struct why *why) MUST;

/* store_prepare - from a cache by text; give it back with statement_done
 * sql  one statement; copied                                                */
struct result store_prepare(struct store *store, const char *sql, struct statement **out,
                            struct why *why) MUST;
void statement_done(struct statement *statement);
void statement_drop(struct statement **statement); /* for AUTO */
/* binds: 1-based; bytes are copied; failures surface at the next step */
void bind_i64(struct statement *statement, int index, int64_t value);
void bind_text(struct statement *statement, int index, struct slice text);
void bind_blob(struct statement *statement, int index, struct slice bytes);
void bind_null(struct statement *statement, int index);
/* statement_step - row says whether there is one; after the last, the statement
 * is reset and may be bound again                                          */
struct result statement_step(struct statement *statement, bool *row, struct why *why) MUST;
/* statement_run - step a statement that returns no rows; changed (nullable) is
 * the number of rows it touched                                            */
struct result statement_run(struct statement *statement, int64_t *changed, struct why *why) MUST;
/* columns: 0-based; slices live until the next step */
int column_count(const struct statement *statement);
enum column_kind { COLUMN_NULL = 0, COLUMN_I64, COLUMN_TEXT, COLUMN_BLOB, COLUMN_OTHER };
enum column_kind column_kind(const struct statement *statement, int column);
bool column_is_null(const struct statement *statement, int column);
int64_t column_i64(const struct statement *statement, int column);
struct slice column_text(const struct statement *statement, int column);
struct slice column_blob(const struct statement *statement, int column);
const char *column_name(const struct statement *statement, int column);

/* store_migrate - bring a room's tables to its newest shape, one transaction a
 * step; a database newer than the program is refused (E_CONFLICT)          */
struct migration {
	int version; /* 1, 2, ... without gaps */
	const char *sql;
};
struct result store_migrate(struct store *store, const char *room, const struct migration *steps,
                            size_t count, struct why *why) MUST;

/* store_forget - the room's tables are dropped and its migrations begin anew with the
 * next store_migrate; inside the caller's transaction
 * tables  NULL-terminated; those that refer to others stand behind them     */
struct result store_forget(struct store *store, const char *room, const char *const *tables,
                           struct why *why) MUST;

/* store_table_key - "a, b": the columns of the primary key in their order;
 * E_ABSENT no such table, or one without a primary key                      */
struct result store_table_key(struct store *store, const char *table, struct buffer *out,
                              struct why *why) MUST;
/* store_table_shape - the text of everything declared on a table: columns,
 * indexes, triggers; two stores migrated alike give the same text           */
struct result store_table_shape(struct store *store, const char *table, struct buffer *out,
                                struct why *why) MUST;

/* store_drop_index - and say what makes it again; E_ABSENT no such index
 * sql  emptied first                                                        */
struct result store_drop_index(struct store *store, const char *name, struct buffer *sql, struct why *why) MUST;

/* store_scrub - let no older image of a changed or deleted row stay in the
 * database's own log; outside a transaction.  E_BUSY while others read      */
struct result store_scrub(struct store *store, struct why *why) MUST;

/* store_backup - a consistent copy of the whole database into a new file while
 * others go on working; holds no remains of deleted rows.  E_CONFLICT if the
 * file exists                                                              */
struct result store_backup(struct store *store, const char *path, struct why *why) MUST;

#endif
