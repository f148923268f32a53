/* How many entries name a clause, how many of them a gate wrote, and which acts and
 * events were done at all: kept while they are written, so that a page about every
 * clause reads no entry.
 * What the engine of duties writes is not counted: that something fell due proves
 * nothing, and what was done is asked of that room.                           */
#include "ledger/record.h"
#include "proof/internal.h"

#include <stdio.h>

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

/* "done.run_backup": it happened, whether or not it began a duty. */
static struct result count_done(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	char kind[160];
	if (slice_find(entry->data, SLICE("\"done\":\"")) == SIZE_MAX)
		return ok();
	TRY(record_data(entry, &data, why));
	if (!*json_text(data, "done"))
		return ok();
	snprintf(kind, sizeof kind, "done.%s", json_text(data, "done"));
	return count_kind(store, entry, slice_str(kind), why);
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

const struct projection proof_projection = {
	.name = "proof",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
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
