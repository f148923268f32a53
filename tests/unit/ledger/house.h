/* A ledger with one projection, for tests: "item.*" entries set values by id and
 * are counted by subject.                                                   */
#ifndef SEKISHO_TESTS_LEDGER_HOUSE_H
#define SEKISHO_TESTS_LEDGER_HOUSE_H

#include "ledger/ledger.h"

#include "harness.h"
#include "scratch.h"

static const int64_t house_begin_ms = INT64_C(1773367200000); /* 2026-03-13T11:00+09:00 */

static const struct migration house_steps[] = {
	{1, "CREATE TABLE house_item (id TEXT PRIMARY KEY, value TEXT NOT NULL, seq BIGINT NOT NULL);"
	    "CREATE TABLE house_count (of TEXT, clause TEXT, n BIGINT NOT NULL, PRIMARY KEY (of, clause))"},
};

static struct result house_count_clause(struct store *store, struct slice subject, struct slice clause,
                                        struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store,
	                  "INSERT INTO house_count (of, clause, n) VALUES (?1, ?2, 1)"
	                  " ON CONFLICT (of, clause) DO UPDATE SET n = house_count.n + 1",
	                  &s, why));
	bind_text(s, 1, subject);
	bind_text(s, 2, clause);
	return statement_run(s, NULL, why);
}

static struct result house_apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	if (slice_is(entry->kind, "item.refused"))
		return fail(why, E_CONFLICT, "item", "the projection refuses it");
	TRY(store_prepare(store,
	                  "INSERT INTO house_item (id, value, seq) VALUES (?1, ?2, ?3)"
	                  " ON CONFLICT (id) DO UPDATE SET value = excluded.value, seq = excluded.seq",
	                  &s, why));
	bind_text(s, 1, entry->subject);
	bind_text(s, 2, entry->data);
	bind_i64(s, 3, entry->seq);
	TRY(statement_run(s, NULL, why));
	for (size_t i = 0; i < entry->clause_count; i++)
		TRY(house_count_clause(store, entry->subject, entry->clauses[i], why));
	return ok();
}

static const char *const house_tables[] = {"house_item", "house_count", NULL};
static const char *const house_kinds[] = {"item.", NULL};
static const struct projection house_projection = {
	.name = "house", .tables = house_tables, .migrations = house_steps, .migration_count = 1,
	.kinds = house_kinds, .apply = house_apply,
};
static const struct projection *const house_projections[] = {&house_projection, NULL};

struct house {
	struct scratch scratch;
	struct clock clock;
	struct store *store;
	struct ledger *ledger;
};

static const char house_origin[] = "sekisho.example/aonami";

__attribute__((unused)) static struct result house_open(struct house *h, struct why *why)
{
	TRY(store_open(scratch_path(&h->scratch, "sqlite:", "db"), &h->store, why));
	return ledger_open(h->store, house_origin, house_projections, &h->clock, &h->ledger, why);
}

__attribute__((unused)) static void house_close(struct house *h)
{
	ledger_drop(&h->ledger);
	store_drop(&h->store);
}

__attribute__((unused)) static struct house house_new(void)
{
	struct why why = {0};
	struct house h = {.scratch = scratch_new(), .clock = clock_fixed(house_begin_ms)};
	CHECK_OK(house_open(&h, &why), &why);
	return h;
}

__attribute__((unused)) static void house_drop(struct house *h)
{
	house_close(h);
	scratch_drop(&h->scratch);
}

static const struct slice house_clauses[] = {{(const uint8_t *)"HN-3.2-1-u", 10},
                                             {(const uint8_t *)"HN-6.4.1-1", 10}};

/* house_entry - the n-th sample entry; every third has another kind and subject */
__attribute__((unused)) static struct ledger_entry house_entry(int n, char text[64])
{
	snprintf(text, 64, "{\"name\":\"見積書\",\"number\":%d}", n);
	return (struct ledger_entry){
		.body = SLICE("aonami"), .kind = n % 3 ? SLICE("item.set") : SLICE("other.seen"),
		.actor = n % 2 ? SLICE("aoki") : SLICE("sekisho-gate"), .post = SLICE("manager@tax"),
		.subject = n % 5 ? SLICE("thing-1") : SLICE("thing-\"2\""), .clauses = house_clauses,
		.clause_count = (size_t)(n % 3), .data = slice_str(text),
	};
}

__attribute__((unused)) static struct result house_add(struct house *h, int count, struct why *why)
{
	char text[64];
	int64_t size = 0;
	TRY(store_begin(h->store, why));
	TRY(ledger_size(h->ledger, &size, why));
	for (int i = 0; i < count; i++) {
		struct ledger_entry entry = house_entry((int)size + i, text);
		struct result done = ledger_append(h->ledger, &entry, why);
		if (done.code != OK) {
			store_rollback(h->store);
			return done;
		}
	}
	return store_commit(h->store, why);
}

#endif
