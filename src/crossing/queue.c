/* The queue is a working table: who carries which file just now, when to look
 * again, and why it waits.  It proves nothing and is not rebuilt; what became
 * of a file is in the ledger.                                              */
#include "crossing/internal.h"

enum { LEASE_MS = 900000 };

static const struct migration migrations[] = {
	{1, "CREATE TABLE crossing_work ("
	    " file TEXT PRIMARY KEY, lease_until_ms BIGINT NOT NULL, next_ms BIGINT NOT NULL,"
	    " attempts BIGINT NOT NULL, note TEXT NOT NULL);"
	    "CREATE TABLE crossing_draft ("
	    " id TEXT PRIMARY KEY, person TEXT NOT NULL, direction TEXT NOT NULL, name TEXT NOT NULL,"
	    " item TEXT NOT NULL, bytes BIGINT NOT NULL, created_ms BIGINT NOT NULL);"
	    "CREATE INDEX crossing_draft_person ON crossing_draft (person, direction, created_ms);"},
	{2, "CREATE TABLE crossing_password ("
	    " file TEXT PRIMARY KEY, item TEXT NOT NULL, wrong BIGINT NOT NULL);"},
	{3, "CREATE TABLE crossing_cache ("
	    " key TEXT PRIMARY KEY, entry BIGINT NOT NULL, bytes BIGINT NOT NULL, created_ms BIGINT NOT NULL,"
	    " used_ms BIGINT NOT NULL);"},
};

struct result queue_migrate(struct crossings *c, struct why *why)
{
	return store_migrate(c->at.base.store, "crossing-work", migrations,
	                     sizeof migrations / sizeof *migrations, why);
}

static struct result pick(struct crossings *c, struct arena *arena, const char **file,
                          int64_t *attempts, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	int64_t now = crossing_now(c);
	*file = NULL;
	TRY(store_prepare(c->at.base.store,
	                  "SELECT f.id, COALESCE(w.attempts, 0) FROM crossing_file f"
	                  " LEFT JOIN crossing_work w ON w.file = f.id WHERE f.state = 'waiting'"
	                  " AND COALESCE(w.lease_until_ms, 0) <= ?1 AND COALESCE(w.next_ms, 0) <= ?1"
	                  " ORDER BY f.created_ms, f.id LIMIT 1",
	                  &s, why));
	bind_i64(s, 1, now);
	TRY(statement_step(s, &row, why));
	if (!row)
		return ok();
	*attempts = column_i64(s, 1);
	*file = arena_string(arena, column_text(s, 0));
	return *file ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static struct result claim(struct crossings *c, const char *file, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(c->at.base.store,
	                  "INSERT INTO crossing_work (file, lease_until_ms, next_ms, attempts, note)"
	                  " VALUES (?1, ?2, 0, 1, '') ON CONFLICT (file) DO UPDATE SET lease_until_ms = ?2,"
	                  " attempts = crossing_work.attempts + 1",
	                  &s, why));
	bind_text(s, 1, slice_str(file));
	bind_i64(s, 2, crossing_now(c) + LEASE_MS);
	return statement_run(s, NULL, why);
}

static struct result take(struct crossings *c, struct arena *arena, const char **file,
                          int64_t *attempts, struct why *why)
{
	TRY(pick(c, arena, file, attempts, why));
	return *file ? claim(c, *file, why) : ok();
}

struct result queue_take(struct crossings *c, struct arena *arena, const char **file,
                         int64_t *attempts, struct why *why)
{
	bool own = false;
	TRY(pick(c, arena, file, attempts, why)); /* cheap look first: no write lock while idle */
	if (!*file)
		return ok();
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, take(c, arena, file, attempts, why), why);
}

static struct result rest(struct crossings *c, const char *file, int64_t rest_ms, const char *note,
                          struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(c->at.base.store,
	                  "UPDATE crossing_work SET lease_until_ms = 0, next_ms = ?2, note = ?3"
	                  " WHERE file = ?1",
	                  &s, why));
	bind_text(s, 1, slice_str(file));
	bind_i64(s, 2, crossing_now(c) + rest_ms);
	bind_text(s, 3, slice_str(note));
	return statement_run(s, NULL, why);
}

struct result queue_wait(struct crossings *c, const char *file, int64_t rest_ms, const char *note,
                         struct why *why)
{
	bool own = false;
	TRY(change_begin(c, &own, why));
	return change_finish(c, own, rest(c, file, rest_ms, note, why), why);
}

struct result queue_done(struct crossings *c, const char *file, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(c->at.base.store, "DELETE FROM crossing_work WHERE file = ?1", &s, why));
	bind_text(s, 1, slice_str(file));
	return statement_run(s, NULL, why);
}

struct result queue_note(struct crossings *c, const char *file, struct arena *arena,
                         const char **out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(c->at.base.store, "SELECT note FROM crossing_work WHERE file = ?1", &s, why));
	bind_text(s, 1, slice_str(file));
	TRY(statement_step(s, &row, why));
	*out = row ? arena_string(arena, column_text(s, 0)) : "";
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

struct result crossing_recover(struct crossings *c, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool own = false;
	TRY(change_begin(c, &own, why));
	struct result done = store_prepare(c->at.base.store,
	                                   "UPDATE crossing_work SET lease_until_ms = 0", &s, why);
	if (done.code == OK)
		done = statement_run(s, NULL, why);
	return change_finish(c, own, done, why);
}
