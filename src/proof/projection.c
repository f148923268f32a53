/* How many entries name a clause, how many of them a gate wrote, and which acts and
 * events were done at all: kept while they are written, so that a page about every
 * clause reads no entry.
 * What the engine of duties writes is not counted: that something fell due proves
 * nothing, and what was done is asked of that room.                           */
#include "ledger/record.h"
#include "proof/internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { KIND = 160 };

static const struct migration migrations[] = {
	{1, "CREATE TABLE proof_clause ("
	    " body TEXT NOT NULL, clause TEXT NOT NULL, entries BIGINT NOT NULL, gate BIGINT NOT NULL,"
	    " last_ms BIGINT NOT NULL, PRIMARY KEY (body, clause));"
	    "CREATE TABLE proof_kind ("
	    " body TEXT NOT NULL, kind TEXT NOT NULL, entries BIGINT NOT NULL, PRIMARY KEY (body, kind));"
	    "CREATE TABLE proof_month ("
	    " body TEXT NOT NULL, month TEXT NOT NULL, state TEXT NOT NULL, n BIGINT NOT NULL,"
	    " PRIMARY KEY (body, month, state))"},
};
static const char *const tables[] = {"proof_clause", "proof_kind", "proof_month", NULL};
static const char *const kinds[] = {"", NULL};

/* Entries of what lets nothing pass against a clause. */
static bool of_gate(struct slice kind)
{
	static const char *const gates[] = {"crossing.", "signin.", "zone.", "flow.", "gate."};
	for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
		if (slice_starts(kind, slice_str(gates[i])))
			return true;
	return false;
}

static struct result count_clause(struct store *store, const struct ledger_entry *entry, struct slice clause,
                                  struct why *why)
{
	return store_run(store, "INSERT INTO proof_clause (body, clause, entries, gate, last_ms) VALUES (?1, ?2, 1, ?3, ?4)"
	                        " ON CONFLICT (body, clause) DO UPDATE SET entries = proof_clause.entries + 1,"
	                        " gate = proof_clause.gate + excluded.gate, last_ms = excluded.last_ms",
	                 ARGS(arg_text(entry->body), arg_text(clause), arg_i64(of_gate(entry->kind)),
	                      arg_i64(entry->time_ms)), NULL, why);
}

static struct result count_month(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	json_t *states, *n;
	const char *state;
	TRY(record_data(entry, &data, why));
	states = json_object_get(data, "states");
	json_object_foreach(states, state, n)
		TRY(store_run(store, "INSERT INTO proof_month (body, month, state, n) VALUES (?1, ?2, ?3, ?4)"
		                     " ON CONFLICT (body, month, state) DO UPDATE SET n = excluded.n",
		              ARGS(arg_text(entry->body), arg_str(json_text(data, "month")), arg_str(state),
		                   arg_i64(json_integer_value(n))), NULL, why));
	return ok();
}

static struct result count_kind(struct store *store, const struct ledger_entry *entry, struct slice kind,
                                struct why *why)
{
	return store_run(store, "INSERT INTO proof_kind (body, kind, entries) VALUES (?1, ?2, 1)"
	                        " ON CONFLICT (body, kind) DO UPDATE SET entries = proof_kind.entries + 1",
	                 ARGS(arg_text(entry->body), arg_text(kind)), NULL, why);
}

/* "done.run_backup": it happened, whether or not it began a duty; "" nothing did. */
static struct result done_kind(const struct ledger_entry *entry, char out[KIND], struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	out[0] = 0;
	if (slice_find(entry->data, SLICE("\"done\":\"")) == SIZE_MAX)
		return ok();
	TRY(record_data(entry, &data, why));
	if (*json_text(data, "done"))
		snprintf(out, KIND, "done.%s", json_text(data, "done"));
	return ok();
}

static struct result count_done(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	char kind[KIND];
	TRY(done_kind(entry, kind, why));
	return *kind ? count_kind(store, entry, slice_str(kind), why) : ok();
}

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	if (slice_is(entry->kind, "proof.counted"))
		return count_month(store, entry, why);
	if (slice_starts(entry->kind, SLICE("duty.")))
		return ok();
	for (size_t i = 0; i < entry->clause_count; i++)
		TRY(count_clause(store, entry, entry->clauses[i], why));
	if (slice_is(entry->kind, "application.answered"))
		TRY(count_kind(store, entry, entry->kind, why));
	return count_done(store, entry, why);
}

/* ---- all entries in turn: counted in memory, written once -------------------------- */

enum { COUNT_SLOTS = 1 << 16, COUNTS_MAX = COUNT_SLOTS / 2 };

struct counted {
	char *of; /* table's letter, body, a line end, clause or kind; NULL: free */
	size_t body_len;
	int64_t entries, gate, last_ms;
};
struct counts {
	struct counted at[COUNT_SLOTS];
	size_t used;
};

static void *begin_counts(void)
{
	return calloc(1, sizeof(struct counts));
}

static void end_counts(void *gathered)
{
	struct counts *counts = gathered;
	for (size_t i = 0; counts && i < COUNT_SLOTS; i++)
		free(counts->at[i].of);
	free(counts);
}

static uint64_t mix(uint64_t h, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ text.at[i]) * UINT64_C(1099511628211);
	return h;
}

static bool is_same(const struct counted *c, char table, struct slice body, struct slice what)
{
	return c->of[0] == table && c->body_len == body.len && memcmp(c->of + 1, body.at, body.len) == 0 &&
	       slice_is(what, c->of + 2 + body.len);
}

/* table  'c' a clause, 'k' a kind */
static struct result count_one(struct counts *counts, char table, const struct ledger_entry *entry, struct slice what,
                               struct why *why)
{
	struct slice body = entry->body;
	size_t i = (size_t)(mix(mix(UINT64_C(1469598103934665603) + (uint8_t)table, body), what) % COUNT_SLOTS);
	while (counts->at[i].of && !is_same(&counts->at[i], table, body, what))
		i = (i + 1) % COUNT_SLOTS;
	struct counted *c = &counts->at[i];
	if (!c->of) {
		c->of = malloc(body.len + what.len + 3);
		if (!c->of || ++counts->used > COUNTS_MAX)
			return fail(why, c->of ? E_LIMIT : E_MEMORY, "proof", "too many clauses and kinds to count");
		snprintf(c->of, body.len + what.len + 3, "%c%.*s\n%.*s", table, SLICE_ARG(body), SLICE_ARG(what));
		c->body_len = body.len;
	}
	c->entries++;
	c->gate += table == 'c' && of_gate(entry->kind);
	c->last_ms = entry->time_ms;
	return ok();
}

static struct result take(void *gathered, struct store *store, const struct ledger_entry *entry, struct why *why)
{
	char kind[KIND];
	if (slice_is(entry->kind, "proof.counted"))
		return count_month(store, entry, why);
	if (slice_starts(entry->kind, SLICE("duty.")))
		return ok();
	for (size_t i = 0; i < entry->clause_count; i++)
		TRY(count_one(gathered, 'c', entry, entry->clauses[i], why));
	if (slice_is(entry->kind, "application.answered"))
		TRY(count_one(gathered, 'k', entry, entry->kind, why));
	TRY(done_kind(entry, kind, why));
	return *kind ? count_one(gathered, 'k', entry, slice_str(kind), why) : ok();
}

static struct result write_counts(void *gathered, struct store *store, struct why *why)
{
	const struct counts *counts = gathered;
	for (size_t i = 0; i < COUNT_SLOTS; i++) {
		const struct counted *c = &counts->at[i];
		if (!c->of)
			continue;
		struct slice body = slice_of(c->of + 1, c->body_len), what = slice_str(c->of + 2 + c->body_len);
		if (c->of[0] == 'c')
			TRY(store_run(store, "INSERT INTO proof_clause (body, clause, entries, gate, last_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
			              ARGS(arg_text(body), arg_text(what), arg_i64(c->entries), arg_i64(c->gate), arg_i64(c->last_ms)),
			              NULL, why));
		else
			TRY(store_run(store, "INSERT INTO proof_kind (body, kind, entries) VALUES (?1, ?2, ?3)",
			              ARGS(arg_text(body), arg_text(what), arg_i64(c->entries)), NULL, why));
	}
	return ok();
}

static const struct projection_gathering gathering = {begin_counts, take, write_counts, end_counts};

const struct projection proof_projection = {
	.name = "proof",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
	.gathering = &gathering,
};

struct result happenings_read(struct proof *p, struct arena *arena, const char ***out, size_t *count,
                              struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	int64_t rows = 0;
	bool row = false;
	size_t have = 0;
	TRY(store_ask_one(p->at.store, "SELECT COUNT(*) FROM proof_kind WHERE body = ?1 AND kind LIKE 'done.%'",
	                  ARGS(arg_str(p->at.body)), &row, &rows, why));
	const char **list = ARENA_ARRAY(arena, (size_t)rows + 1, const char *);
	if (!list)
		return fail(why, E_MEMORY, "proof", "no memory");
	TRY(store_ask(p->at.store, "SELECT kind FROM proof_kind WHERE body = ?1 AND kind LIKE 'done.%' ORDER BY kind",
	              ARGS(arg_str(p->at.body)), &s, why));
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row || have >= (size_t)rows)
			break;
		list[have] = arena_string(arena, slice_part(column_text(s, 0), sizeof "done." - 1, SIZE_MAX));
		if (!list[have++])
			return fail(why, E_MEMORY, "proof", "no memory");
	}
	*out = list;
	*count = have;
	return ok();
}

struct result standings_read(struct proof *p, struct arena *arena, struct standing **out, size_t *count,
                             int64_t *answered, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	int64_t rows = 0;
	bool row = false;
	size_t have = 0;
	*answered = 0;
	TRY(store_ask_one(p->at.store, "SELECT entries FROM proof_kind WHERE body = ?1 AND kind = 'application.answered'",
	                  ARGS(arg_str(p->at.body)), &row, answered, why));
	TRY(store_ask_one(p->at.store, "SELECT COUNT(*) FROM proof_clause WHERE body = ?1", ARGS(arg_str(p->at.body)), &row,
	                  &rows, why));
	struct standing *list = ARENA_ARRAY(arena, (size_t)rows + 1, struct standing);
	if (!list)
		return fail(why, E_MEMORY, "proof", "no memory");
	TRY(store_ask(p->at.store, "SELECT clause, entries, gate, last_ms FROM proof_clause WHERE body = ?1 ORDER BY clause",
	              ARGS(arg_str(p->at.body)), &s, why));
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row || have > (size_t)rows)
			break;
		list[have] = (struct standing){arena_string(arena, column_text(s, 0)), column_i64(s, 1), column_i64(s, 2),
		                               column_i64(s, 3)};
		if (!list[have++].clause)
			return fail(why, E_MEMORY, "proof", "no memory");
	}
	*out = list;
	*count = have;
	return ok();
}
