/* Appending and finding.  The columns beside an entry's bytes are an index of
 * them and nothing more: what is read comes from the bytes.                  */
#include "ledger/ledger_room.h"

#include <stdlib.h>

static const struct migration steps[] = {
	{1, "CREATE TABLE ledger_entry ("
	    " seq BIGINT PRIMARY KEY,"
	    " leaf BLOB NOT NULL,"
	    " time_ms BIGINT NOT NULL,"
	    " kind TEXT NOT NULL,"
	    " actor TEXT NOT NULL,"
	    " subject TEXT NOT NULL);"
	    "CREATE INDEX ledger_entry_subject ON ledger_entry (subject, seq);"
	    "CREATE INDEX ledger_entry_kind ON ledger_entry (kind, seq);"
	    "CREATE INDEX ledger_entry_actor ON ledger_entry (actor, seq);"
	    "CREATE INDEX ledger_entry_time ON ledger_entry (time_ms, seq);"
	    "CREATE TABLE ledger_entry_clause ("
	    " clause TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (clause, seq));"
	    "CREATE TABLE ledger_node ("
	    " level BIGINT NOT NULL, place BIGINT NOT NULL, hash BLOB NOT NULL,"
	    " PRIMARY KEY (level, place));"
	    "CREATE TABLE ledger_checkpoint (size BIGINT PRIMARY KEY, note TEXT NOT NULL)"},
	{2, "CREATE TABLE ledger_mark (name TEXT PRIMARY KEY)"},
};

struct result ledger_migrate_own(struct store *store, struct why *why)
{
	return store_migrate(store, "ledger", steps, sizeof steps / sizeof *steps, why);
}

struct result ledger_migrate_projections(const struct ledger *ledger, struct store *store,
                                         struct why *why)
{
	for (const struct projection *const *p = ledger->projections; p && *p; p++) {
		struct why own = {0};
		struct result done = store_migrate(store, (*p)->name, (*p)->migrations, (*p)->migration_count, &own);
		if (done.code == E_STORE) /* the tables are not those that the step goes on from */
			return fail(why, E_CONFLICT, (*p)->name,
			            "表を新しい形にできません（%s）。`sekisho ledger rebuild` で台帳から作り直してください。", own.text);
		if (done.code != OK)
			return fail(why, own.code, own.place, "%s", own.text);
	}
	return ok();
}

struct result ledger_open(struct store *store, const char *origin,
                          const struct projection *const *projections, const struct clock *clock,
                          struct ledger **out, struct why *why)
{
	if (!*origin || strlen(origin) > NOTE_NAME_MAX || strpbrk(origin, " \t\r\n+"))
		return fail(why, E_INPUT, "origin", "a log's origin is one word of at most %d bytes without '+'",
		            NOTE_NAME_MAX);
	AUTO(ledger_drop) struct ledger *ledger = calloc(1, sizeof *ledger);
	if (!ledger)
		return fail(why, E_MEMORY, "ledger", "no memory for a ledger");
	ledger->store = store;
	ledger->projections = projections;
	ledger->clock = *clock;
	memcpy(ledger->origin, origin, strlen(origin) + 1);
	buffer_init(&ledger->leaf, LEDGER_LEAF_MAX);
	TRY(ledger_migrate_own(store, why));
	TRY(ledger_migrate_projections(ledger, store, why));
	*out = ledger;
	ledger = NULL;
	return ok();
}

void ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	buffer_done(&ledger->leaf);
	free(ledger);
}

void ledger_drop(struct ledger **ledger)
{
	ledger_close(*ledger);
	*ledger = NULL;
}

/* ---- projections --------------------------------------------------------- */

bool projection_wants(const struct projection *projection, struct slice kind)
{
	for (const char *const *wanted = projection->kinds; wanted && *wanted; wanted++)
		if (slice_starts(kind, slice_str(*wanted)))
			return true;
	return false;
}

struct result ledger_project(const struct ledger *ledger, struct store *store,
                             const struct ledger_entry *entry, struct why *why)
{
	for (const struct projection *const *p = ledger->projections; p && *p; p++)
		if (projection_wants(*p, entry->kind))
			TRY((*p)->apply(store, entry, why));
	return ok();
}

/* ---- append -------------------------------------------------------------- */

struct result ledger_tail(struct store *store, int64_t *size, int64_t *time_ms, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(store, "SELECT seq, time_ms FROM ledger_entry ORDER BY seq DESC LIMIT 1", &s, why));
	TRY(statement_step(s, &row, why));
	int64_t seq = row ? column_i64(s, 0) : -1;
	if (seq < -1 || seq >= (int64_t)1 << (MERKLE_LEVELS - 2))
		return fail(why, E_TAMPERED, "ledger", "an entry has the impossible number %lld", (long long)seq);
	*size = seq + 1;
	*time_ms = row ? column_i64(s, 1) : 0;
	return ok();
}

static struct result keep_entry(struct store *store, const struct ledger_entry *entry,
                                struct slice leaf, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store,
	                  "INSERT INTO ledger_entry (seq, leaf, time_ms, kind, actor, subject)"
	                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	                  &s, why));
	bind_i64(s, 1, entry->seq);
	bind_blob(s, 2, leaf);
	bind_i64(s, 3, entry->time_ms);
	bind_text(s, 4, entry->kind);
	bind_text(s, 5, entry->actor);
	bind_text(s, 6, entry->subject);
	return statement_run(s, NULL, why);
}

static struct result keep_clauses(struct store *store, const struct ledger_entry *entry,
                                  struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	if (entry->clause_count == 0)
		return ok();
	TRY(store_prepare(store,
	                  "INSERT INTO ledger_entry_clause (clause, seq) VALUES (?1, ?2)"
	                  " ON CONFLICT DO NOTHING",
	                  &s, why));
	for (size_t i = 0; i < entry->clause_count; i++) {
		bind_text(s, 1, entry->clauses[i]);
		bind_i64(s, 2, entry->seq);
		TRY(statement_run(s, NULL, why));
	}
	return ok();
}

struct result ledger_append(struct ledger *ledger, struct ledger_entry *entry, struct why *why)
{
	struct store *store = ledger->store;
	struct ledger_entry made = *entry;
	uint8_t hash[SHA256_BYTES];
	int64_t last_ms = 0;
	if (!store_in_transaction(store))
		return fail(why, E_CONFLICT, "ledger", "an entry is made inside a transaction only");
	TRY(ledger_tail(store, &made.seq, &last_ms, why));
	int64_t now_ms = clock_now_ms(&ledger->clock);
	made.time_ms = now_ms > last_ms ? now_ms : last_ms;
	TRY(entry_write(&made, &ledger->leaf, why));
	struct slice leaf = buffer_slice(&ledger->leaf);
	merkle_leaf(leaf, hash);
	TRY(keep_entry(store, &made, leaf, why));
	TRY(keep_clauses(store, &made, why));
	TRY(tree_append(store, made.seq, hash, why));
	TRY(ledger_project(ledger, store, &made, why));
	entry->seq = made.seq;
	entry->time_ms = made.time_ms;
	return ok();
}

/* ---- reading ------------------------------------------------------------- */

struct result ledger_size(struct ledger *ledger, int64_t *out, struct why *why)
{
	int64_t time_ms;
	return ledger_tail(ledger->store, out, &time_ms, why);
}

/* take_entry - of a row's first column; the leaf is copied into the arena */
static struct result take_entry(struct statement *s, struct arena *arena, struct ledger_entry *out,
                                struct why *why)
{
	struct slice leaf = arena_copy(arena, column_blob(s, 0));
	if (!leaf.at)
		return fail(why, E_MEMORY, "ledger", "no memory for an entry");
	return entry_read(leaf, arena, out, why);
}

struct result ledger_get(struct ledger *ledger, int64_t seq, struct arena *arena,
                         struct ledger_entry *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(ledger->store, "SELECT leaf FROM ledger_entry WHERE seq = ?1", &s, why));
	bind_i64(s, 1, seq);
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "ledger", "there is no entry %lld", (long long)seq);
	return take_entry(s, arena, out, why);
}

struct result ledger_leaf(struct ledger *ledger, int64_t seq, struct arena *arena, struct slice *out,
                          struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(ledger->store, "SELECT leaf FROM ledger_entry WHERE seq = ?1", &s, why));
	bind_i64(s, 1, seq);
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "ledger", "there is no entry %lld", (long long)seq);
	*out = arena_copy(arena, column_blob(s, 0));
	return out->at ? ok() : fail(why, E_MEMORY, "ledger", "no memory for an entry");
}

/* ---- find ---------------------------------------------------------------- */

/* The question as SQL: which conditions it has, then their values in the same
 * order.  A prefix is a range, so that an index serves it; U+10FFFF sorts after
 * every character that a kind can hold.                                     */
struct condition {
	bool asked;
	const char *sql;
	const char *text; /* NULL: number */
	int64_t number;
	const char *after; /* appended to the text */
};
enum { CONDITIONS = 8 };

static void conditions_of(const struct ledger_query *q, struct condition out[CONDITIONS])
{
	const struct condition all[CONDITIONS] = {
		{q->clause, "e.seq IN (SELECT seq FROM ledger_entry_clause WHERE clause = ?)", q->clause, 0, ""},
		{q->subject, "e.subject = ?", q->subject, 0, ""},
		{q->actor, "e.actor = ?", q->actor, 0, ""},
		{q->kind_prefix, "e.kind >= ?", q->kind_prefix, 0, ""},
		{q->kind_prefix, "e.kind < ?", q->kind_prefix, 0, "\xf4\x8f\xbf\xbf"},
		{q->since_ms != 0, "e.time_ms >= ?", NULL, q->since_ms, ""},
		{q->until_ms != 0, "e.time_ms < ?", NULL, q->until_ms, ""},
		{q->before_seq != 0, "e.seq < ?", NULL, q->before_seq, ""},
	};
	memcpy(out, all, sizeof all);
}

/* '?' becomes ?1, ?2 ... as conditions are asked */
static void put_condition(struct buffer *sql, const char *text, int number)
{
	const char *mark = strchr(text, '?');
	buffer_printf(sql, "%s%.*s?%d%s", number == 1 ? " WHERE " : " AND ", (int)(mark - text), text,
	              number, mark + 1);
}

static struct result prepare_find(struct ledger *ledger, const struct ledger_query *query,
                                  struct statement **out, struct why *why)
{
	struct condition conditions[CONDITIONS];
	struct buffer sql;
	int count = 0;
	conditions_of(query, conditions);
	buffer_init(&sql, 2000);
	buffer_put_str(&sql, "SELECT e.leaf FROM ledger_entry e");
	for (int i = 0; i < CONDITIONS; i++)
		if (conditions[i].asked)
			put_condition(&sql, conditions[i].sql, ++count);
	buffer_printf(&sql, " ORDER BY e.seq DESC LIMIT ?%d", count + 1);
	struct result made = store_prepare(ledger->store, buffer_cstr(&sql), out, why);
	buffer_done(&sql);
	TRY(made);
	count = 0;
	for (int i = 0; i < CONDITIONS; i++) {
		char text[LEDGER_TEXT_MAX + 8];
		if (!conditions[i].asked)
			continue;
		if (!conditions[i].text) {
			bind_i64(*out, ++count, conditions[i].number);
			continue;
		}
		snprintf(text, sizeof text, "%.*s%s", LEDGER_TEXT_MAX, conditions[i].text, conditions[i].after);
		bind_text(*out, ++count, slice_str(text));
	}
	bind_i64(*out, count + 1, query->limit > INT32_MAX ? INT32_MAX : (int64_t)query->limit);
	return ok();
}

/* The array grows by doubling inside the arena; what it leaves behind is at
 * most as much again.                                                       */
static struct ledger_entry *grow(struct arena *arena, struct ledger_entry *at, size_t count,
                                 size_t *room)
{
	if (count < *room)
		return at;
	size_t wider = *room ? *room * 2 : 16;
	struct ledger_entry *copy = ARENA_ARRAY(arena, wider, struct ledger_entry);
	if (copy && count)
		memcpy(copy, at, count * sizeof *copy);
	*room = wider;
	return copy;
}

struct result ledger_find(struct ledger *ledger, const struct ledger_query *query,
                          struct arena *arena, struct ledger_entry **out, size_t *count,
                          struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct ledger_entry *found = NULL;
	size_t have = 0, room = 0;
	bool row = false;
	TRY(prepare_find(ledger, query, &s, why));
	TRY(statement_step(s, &row, why));
	while (row) {
		found = grow(arena, found, have, &room);
		if (!found)
			return fail(why, E_MEMORY, "ledger", "no memory for the entries");
		TRY(take_entry(s, arena, &found[have], why));
		have++;
		TRY(statement_step(s, &row, why));
	}
	*out = found;
	*count = have;
	return ok();
}
