/* The tables of obligations, as the ledger's entries make them. */
#include "duty/internal.h"

static const struct migration migrations[] = {
	{1, "CREATE TABLE duty ("
	    " id TEXT PRIMARY KEY, body TEXT NOT NULL, duty TEXT NOT NULL, clause TEXT NOT NULL, task TEXT NOT NULL,"
	    " trigger_sort TEXT NOT NULL, event TEXT NOT NULL, seq BIGINT NOT NULL, subject TEXT NOT NULL,"
	    " object TEXT NOT NULL, kind TEXT NOT NULL, section TEXT NOT NULL, period TEXT NOT NULL,"
	    " strength TEXT NOT NULL, state TEXT NOT NULL, clock TEXT NOT NULL, opened_ms BIGINT NOT NULL,"
	    " due_ms BIGINT NOT NULL, closed_ms BIGINT NOT NULL, escalations BIGINT NOT NULL,"
	    " told_ms BIGINT NOT NULL, reminded_ms BIGINT NOT NULL, closed_by TEXT NOT NULL, closed_as TEXT NOT NULL,"
	    " evidence TEXT NOT NULL, note TEXT NOT NULL, closing BIGINT NOT NULL);"
	    "CREATE INDEX duty_state ON duty (body, state, due_ms, id);"
	    "CREATE INDEX duty_clause ON duty (body, clause, state, due_ms);"
	    "CREATE INDEX duty_object ON duty (object, task, state);"
	    "CREATE INDEX duty_subject ON duty (subject, task, state);"
	    "CREATE INDEX duty_section ON duty (body, section, state, due_ms);"
	    "CREATE TABLE duty_owner ("
	    " duty TEXT NOT NULL, role TEXT NOT NULL, place BIGINT NOT NULL, post TEXT NOT NULL, scope TEXT NOT NULL,"
	    " person TEXT NOT NULL, PRIMARY KEY (duty, role, place));"
	    "CREATE INDEX duty_owner_person ON duty_owner (person, role, duty);"
	    "CREATE INDEX duty_owner_post ON duty_owner (post, scope, role, duty);"
	    /* how many of a duty's and of a section's there are in each bucket, so that a
	     * page about all of them counts none */
	    "CREATE TABLE duty_tally ("
	    " body TEXT NOT NULL, duty TEXT NOT NULL, period TEXT NOT NULL, bucket TEXT NOT NULL, n BIGINT NOT NULL,"
	    " PRIMARY KEY (body, duty, period, bucket));"
	    "CREATE TABLE duty_by_section ("
	    " body TEXT NOT NULL, section TEXT NOT NULL, bucket TEXT NOT NULL, n BIGINT NOT NULL,"
	    " PRIMARY KEY (body, section, bucket));"},
	/* what an entry may settle is found by its task, what a sweep has opened by its duty */
	{2, "CREATE INDEX duty_task ON duty (body, task, state);"
	    "CREATE INDEX duty_name ON duty (body, duty, period, object)"},
};
static const char *const tables[] = {"duty", "duty_owner", "duty_tally", "duty_by_section", NULL};
static const char *const kinds[] = {"duty.", NULL};

/* Working tables: where the engine has come to. */
const struct migration duty_working_migrations[] = {
	{1, "CREATE TABLE duty_cursor (body TEXT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL,"
	    " PRIMARY KEY (body, name))"},
};
const size_t duty_working_migration_count = sizeof duty_working_migrations / sizeof *duty_working_migrations;

/* ---- tallies: a row counts where it stands before and after each change; one of a
 * drill stands by itself, and is late or done for nobody                     */

#define BUCKET                                                                                          \
	"CASE WHEN trigger_sort = 'drill' THEN 'drill' WHEN state = 'overdue' OR (state = 'question' AND escalations > 0) THEN 'overdue'"            \
	" WHEN state = 'open' OR state = 'question' THEN CASE WHEN clock = 'unset' THEN 'unset' ELSE 'open' END" \
	" WHEN state = 'done' OR state = 'not_needed' THEN 'settled' ELSE state END"

static struct result tally(struct store *store, struct slice id, int64_t by, struct why *why)
{
	TRY(store_run(store, "INSERT INTO duty_tally (body, duty, period, bucket, n)"
	                     " SELECT body, duty, period, " BUCKET ", ?2 FROM duty WHERE id = ?1"
	                     " ON CONFLICT (body, duty, period, bucket) DO UPDATE SET n = duty_tally.n + excluded.n",
	              ARGS(arg_text(id), arg_i64(by)), NULL, why));
	return store_run(store, "INSERT INTO duty_by_section (body, section, bucket, n)"
	                        " SELECT body, section, " BUCKET ", ?2 FROM duty WHERE id = ?1"
	                        " ON CONFLICT (body, section, bucket) DO UPDATE SET n = duty_by_section.n + excluded.n",
	                 ARGS(arg_text(id), arg_i64(by)), NULL, why);
}

/* ---- opened */

static struct result put_owners(struct store *store, const char *id, const char *role, const json_t *seats,
                                struct why *why)
{
	size_t i;
	json_t *seat;
	json_array_foreach((json_t *)(uintptr_t)seats, i, seat) {
		const char *post = json_string_value(json_array_get(seat, 0));
		const char *scope = json_string_value(json_array_get(seat, 1));
		const char *person = json_string_value(json_array_get(seat, 2));
		if (!post || !scope || !person)
			return fail(why, E_CONFLICT, "duty", "義務を負う人の記録が読めません。");
		TRY(store_run(store, "INSERT INTO duty_owner (duty, role, place, post, scope, person)"
		                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		              ARGS(arg_str(id), arg_str(role), arg_i64((int64_t)i), arg_str(post), arg_str(scope),
		                   arg_str(person)), NULL, why));
	}
	return ok();
}

static struct result put_one(struct store *store, const struct ledger_entry *entry, const json_t *data,
                             const json_t *one, struct why *why)
{
	const char *id = json_text(one, "id");
	TRY(store_run(store,
	              "INSERT INTO duty (id, body, duty, clause, task, trigger_sort, event, seq, subject, object, kind,"
	              " section, period, strength, state, clock, opened_ms, due_ms, closed_ms, escalations, told_ms,"
	              " reminded_ms, closed_by, closed_as, evidence, note, closing)"
	              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
	              " 0, 0, 0, 0, '', '', '', '', -1)",
	              ARGS(arg_str(id), arg_text(entry->body), arg_str(json_text(data, "duty")),
	                   arg_text(entry->clause_count ? entry->clauses[0] : SLICE("")),
	                   arg_str(json_text(data, "task")), arg_str(json_text(data, "trigger")),
	                   arg_str(json_text(data, "event")), arg_i64(json_number(data, "seq")),
	                   arg_str(json_text(data, "about")), arg_str(json_text(one, "object")),
	                   arg_str(json_text(one, "kind")), arg_str(json_text(one, "section")),
	                   arg_str(json_text(data, "period")), arg_str(json_text(data, "strength")),
	                   arg_str(json_text(data, "state")), arg_str(json_text(data, "clock")),
	                   arg_i64(entry->time_ms), arg_i64(json_number(data, "due"))), NULL, why));
	TRY(tally(store, slice_str(id), 1, why));
	TRY(put_owners(store, id, "by", json_object_get(one, "by"), why));
	return put_owners(store, id, "else", json_object_get(one, "else"), why);
}

static struct result apply_opened(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(data, "owed"), i, one)
		TRY(put_one(store, entry, data, one, why));
	return ok();
}

/* ---- what happens to one */

static struct result must_change(int64_t changed, const struct ledger_entry *entry, struct why *why)
{
	return changed == 1 ? ok() : fail(why, E_CONFLICT, "duty", "義務「%.*s」は、すでに別の状態になっています。",
	                                  SLICE_ARG(entry->subject));
}

/* settled: done, not needed, withdrawn; only what is not settled yet */
static struct result settle(struct store *store, const struct ledger_entry *entry, const json_t *data,
                            const char *state, struct why *why)
{
	int64_t changed = 0;
	AUTO(buffer_done) struct buffer evidence = {0};
	size_t i;
	json_t *id;
	buffer_init(&evidence, LEDGER_LEAF_MAX);
	json_array_foreach(json_object_get(data, "evidence"), i, id)
		buffer_printf(&evidence, "%s%s", i ? " " : "", json_string_value(id));
	TRY(store_run(store, "UPDATE duty SET state = ?2, closed_ms = ?3, closed_by = ?4, closed_as = ?5, evidence = ?6,"
	                     " note = ?7, closing = ?8 WHERE id = ?1 AND state IN ('open', 'question', 'advice', 'overdue')",
	              ARGS(arg_text(entry->subject), arg_str(state), arg_i64(entry->time_ms), arg_text(entry->actor),
	                   arg_text(entry->post), arg_text(buffer_slice(&evidence)), arg_str(json_text(data, "note")),
	                   arg_i64(entry->seq)), &changed, why));
	return must_change(changed, entry, why);
}

static struct result apply_done(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                struct why *why)
{
	return settle(store, entry, data, "done", why);
}

static struct result apply_not_needed(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                      struct why *why)
{
	return settle(store, entry, data, "not_needed", why);
}

static struct result apply_withdrawn(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                     struct why *why)
{
	return settle(store, entry, data, "withdrawn", why);
}

static struct result apply_applies(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                   struct why *why)
{
	int64_t changed = 0;
	(void)data;
	TRY(store_run(store, "UPDATE duty SET state = CASE WHEN escalations > 0 THEN 'overdue' ELSE 'open' END"
	                     " WHERE id = ?1 AND state = 'question'",
	              ARGS(arg_text(entry->subject)), &changed, why));
	return must_change(changed, entry, why);
}

/* evidence withdrawn: as open as it was, and overdue again when its day has passed */
static struct result apply_undone(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	int64_t changed = 0;
	(void)data;
	TRY(store_run(store, "UPDATE duty SET state = CASE WHEN strength = 'should' THEN 'advice' WHEN escalations > 0"
	                     " THEN 'overdue' ELSE 'open' END, closed_ms = 0, closed_by = '', closed_as = '',"
	                     " evidence = '', note = '', closing = -1 WHERE id = ?1 AND state IN ('done', 'not_needed')",
	              ARGS(arg_text(entry->subject)), &changed, why));
	return must_change(changed, entry, why);
}

static struct result apply_overdue(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                   struct why *why)
{
	int64_t changed = 0;
	(void)data;
	TRY(store_run(store, "UPDATE duty SET state = CASE WHEN state = 'question' THEN state ELSE 'overdue' END,"
	                     " escalations = escalations + 1, told_ms = ?2 WHERE id = ?1"
	                     " AND state IN ('open', 'question', 'overdue')",
	              ARGS(arg_text(entry->subject), arg_i64(entry->time_ms)), &changed, why));
	return must_change(changed, entry, why);
}

static struct result apply_reminded(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                    struct why *why)
{
	int64_t changed = 0;
	(void)data;
	TRY(store_run(store, "UPDATE duty SET reminded_ms = ?2 WHERE id = ?1",
	              ARGS(arg_text(entry->subject), arg_i64(entry->time_ms)), &changed, why));
	return must_change(changed, entry, why);
}

static struct result apply_dated(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                 struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store, "UPDATE duty SET clock = 'due', due_ms = ?2 WHERE id = ?1 AND clock = 'unset'",
	              ARGS(arg_text(entry->subject), arg_i64(json_number(data, "due"))), &changed, why));
	return must_change(changed, entry, why);
}

static const struct {
	const char *kind;
	struct result (*apply)(struct store *store, const struct ledger_entry *entry, const json_t *data, struct why *why);
} acts[] = {
	{"duty.done", apply_done},       {"duty.not_needed", apply_not_needed},
	{"duty.applies", apply_applies},       {"duty.undone", apply_undone},   {"duty.overdue", apply_overdue},
	{"duty.reminded", apply_reminded},     {"duty.withdrawn", apply_withdrawn}, {"duty.dated", apply_dated},
};

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	if (slice_is(entry->kind, "duty.opened"))
		return apply_opened(store, entry, data, why);
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (slice_is(entry->kind, acts[i].kind)) {
			TRY(tally(store, entry->subject, -1, why));
			TRY(acts[i].apply(store, entry, data, why));
			return tally(store, entry->subject, 1, why);
		}
	return fail(why, E_CONFLICT, "duty", "「%.*s」という義務の記録は知りません。", SLICE_ARG(entry->kind));
}

const struct projection duty_projection = {
	.name = "duty",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
};
