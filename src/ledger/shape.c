/* Do the tables that the entries make have the shape that this program gives them?
 *
 * An office that was made by another program may have others: pages would then read
 * what nobody wrote.  So it is looked at before anything is served, against tables
 * made anew in memory, and what is not alike is made again from the entries only by
 * `ledger rebuild`, which somebody asks for.  Between dropping the old tables and
 * the end of the rebuild a mark stands; with it nothing is served either.      */
#include "ledger/ledger_room.h"

enum { SHAPE_MAX = 65536 };

struct result ledger_same_shape(struct store *kept, struct store *made, const char *table, bool *same,
                                struct why *why)
{
	AUTO(buffer_done) struct buffer here = {0}, there = {0};
	buffer_init(&here, SHAPE_MAX);
	buffer_init(&there, SHAPE_MAX);
	TRY(store_table_shape(kept, table, &here, why));
	TRY(store_table_shape(made, table, &there, why));
	*same = slice_equal(buffer_slice(&here), buffer_slice(&there));
	return ok();
}

static struct result make_anew(const struct projection *const *projections, struct store **out, struct why *why)
{
	AUTO(store_drop) struct store *made = NULL;
	TRY(store_open("sqlite::memory:", &made, why));
	for (const struct projection *const *p = projections; p && *p; p++)
		TRY(store_migrate(made, (*p)->name, (*p)->migrations, (*p)->migration_count, why));
	*out = made;
	made = NULL;
	return ok();
}

/* other - the first table that is not alike, NULL when all are */
static struct result find_other(struct store *store, const struct projection *const *projections, const char **other,
                                struct why *why)
{
	AUTO(store_drop) struct store *made = NULL;
	TRY(make_anew(projections, &made, why));
	*other = NULL;
	for (const struct projection *const *p = projections; p && *p; p++)
		for (const char *const *table = (*p)->tables; *table && !*other; table++) {
			bool same = false;
			TRY(ledger_same_shape(store, made, *table, &same, why));
			*other = same ? NULL : *table;
		}
	return ok();
}

static struct result is_marked(struct store *store, bool *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store, "SELECT 1 FROM ledger_mark WHERE name = 'rebuild'", &s, why));
	return statement_step(s, out, why);
}

struct result ledger_check_tables(struct ledger *ledger, struct why *why)
{
	const char *other = NULL;
	bool marked = false;
	TRY(is_marked(ledger->store, &marked, why));
	if (marked)
		return fail(why, E_CONFLICT, "ledger",
		            "台帳から表を作り直す途中で止まっています。`sekisho ledger rebuild` をもう一度行ってください。");
	TRY(find_other(ledger->store, ledger->projections, &other, why));
	if (other)
		return fail(why, E_CONFLICT, other,
		            "表「%s」の形が、このプログラムのものと違います。`sekisho ledger rebuild` で台帳から作り直してください。",
		            other);
	return ok();
}

/* ---- for a rebuild -------------------------------------------------------- */

static struct result ledger_there(struct store *store, bool *out, struct why *why)
{
	AUTO(buffer_done) struct buffer shape = {0};
	buffer_init(&shape, SHAPE_MAX);
	TRY(store_table_shape(store, "ledger_entry", &shape, why));
	*out = shape.len > 0;
	return ok();
}

static struct result forget_all(struct store *store, const struct projection *const *projections, struct why *why)
{
	size_t count = 0;
	while (projections && projections[count])
		count++;
	while (count-- > 0)
		TRY(store_forget(store, projections[count]->name, projections[count]->tables, why));
	return store_exec(store, "INSERT INTO ledger_mark (name) VALUES ('rebuild') ON CONFLICT DO NOTHING", why);
}

struct result ledger_forget_tables(struct store *store, const struct projection *const *projections, struct why *why)
{
	const char *other = NULL;
	bool there = false;
	TRY(ledger_there(store, &there, why));
	if (!there)
		return ok();
	TRY(find_other(store, projections, &other, why));
	if (!other)
		return ok();
	TRY(ledger_migrate_own(store, why));
	TRY(store_begin(store, why));
	struct result done = forget_all(store, projections, why);
	if (done.code == OK)
		return store_commit(store, why);
	store_rollback(store);
	return done;
}
