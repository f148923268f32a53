/* The tables of applications, as the ledger's entries make them. */
#include "proceeding/internal.h"

static const struct migration migrations[] = {
	{1, "CREATE TABLE application ("
	    " id TEXT PRIMARY KEY, fiscal_year BIGINT NOT NULL, serial BIGINT NOT NULL,"
	    " act TEXT NOT NULL, exception_to TEXT NOT NULL, subject TEXT NOT NULL,"
	    " applicant TEXT NOT NULL, section TEXT NOT NULL, detail TEXT NOT NULL,"
	    " edition TEXT NOT NULL, state TEXT NOT NULL, created_ms BIGINT NOT NULL,"
	    " decided_ms BIGINT NOT NULL, until_day BIGINT NOT NULL, used_ms BIGINT NOT NULL,"
	    " UNIQUE (fiscal_year, serial));"
	    "CREATE INDEX application_subject ON application (subject);"
	    "CREATE INDEX application_state ON application (state, created_ms);"
	    "CREATE TABLE application_word ("
	    " application TEXT NOT NULL, place BIGINT NOT NULL, person TEXT NOT NULL,"
	    " post TEXT NOT NULL, scope TEXT NOT NULL, mark TEXT NOT NULL, answer TEXT NOT NULL,"
	    " reason TEXT NOT NULL, time_ms BIGINT NOT NULL, PRIMARY KEY (application, place));"},
	{2, "CREATE TABLE case_state ("
	    " id TEXT PRIMARY KEY, kind TEXT NOT NULL, section TEXT NOT NULL, step TEXT NOT NULL,"
	    " turn BIGINT NOT NULL, drill BIGINT NOT NULL, incomplete BIGINT NOT NULL,"
	    " opened_ms BIGINT NOT NULL, opened_by TEXT NOT NULL, changed_ms BIGINT NOT NULL,"
	    " changed_by TEXT NOT NULL);"
	    "CREATE INDEX case_state_kind ON case_state (kind, changed_ms);"
	    "CREATE TABLE case_step ("
	    " id TEXT NOT NULL, place BIGINT NOT NULL, step TEXT NOT NULL, move TEXT NOT NULL,"
	    " actor TEXT NOT NULL, time_ms BIGINT NOT NULL, PRIMARY KEY (id, place));"
	    "CREATE TABLE case_item ("
	    " id TEXT NOT NULL, list TEXT NOT NULL, item TEXT NOT NULL, answer TEXT NOT NULL,"
	    " evidence TEXT NOT NULL, actor TEXT NOT NULL, time_ms BIGINT NOT NULL,"
	    " PRIMARY KEY (id, list, item));"
	    "CREATE TABLE case_note ("
	    " id TEXT NOT NULL, place BIGINT NOT NULL, words TEXT NOT NULL, actor TEXT NOT NULL,"
	    " time_ms BIGINT NOT NULL, PRIMARY KEY (id, place));"},
	{3, "ALTER TABLE application ADD COLUMN joint TEXT NOT NULL DEFAULT '';"
	    "ALTER TABLE application ADD COLUMN together BIGINT NOT NULL DEFAULT 0;"
	    "CREATE INDEX application_joint ON application (joint);"},
	{4, "CREATE TABLE application_after ("
	    " application TEXT NOT NULL, person TEXT NOT NULL, post TEXT NOT NULL, scope TEXT NOT NULL,"
	    " instead TEXT NOT NULL, last BIGINT NOT NULL, since_ms BIGINT NOT NULL, seen_ms BIGINT NOT NULL,"
	    " PRIMARY KEY (application, person, post, scope, since_ms));"
	    "CREATE INDEX application_after_person ON application_after (person, seen_ms);"},
	{5, "CREATE TABLE application_urgent ("
	    " application TEXT PRIMARY KEY, since_ms BIGINT NOT NULL, reported_ms BIGINT NOT NULL, report TEXT NOT NULL,"
	    " reviewer TEXT NOT NULL, reviewed_ms BIGINT NOT NULL, upheld BIGINT NOT NULL, words TEXT NOT NULL);"},
	{6, "CREATE TABLE relaxation ("
	    " id TEXT PRIMARY KEY, emergency TEXT NOT NULL, clause TEXT NOT NULL, section TEXT NOT NULL, step TEXT NOT NULL,"
	    " actor TEXT NOT NULL, ground TEXT NOT NULL, until_day BIGINT NOT NULL, began_ms BIGINT NOT NULL, began_day BIGINT NOT NULL,"
	    " ended_ms BIGINT NOT NULL, ended_day BIGINT NOT NULL, ended_by TEXT NOT NULL);"
	    "CREATE INDEX relaxation_until ON relaxation (until_day);"},
};
static const char *const tables[] = {"relaxation", "application", "application_word", "application_after", "application_urgent", "case_state", "case_step", "case_item",
                                     "case_note", NULL};
static const char *const kinds[] = {"application.", "case.", "relaxation.", NULL};

static struct result apply_submitted(struct store *store, const struct ledger_entry *entry,
                                     const json_t *data, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store,
	                  "INSERT INTO application (id, fiscal_year, serial, act, exception_to, subject,"
	                  " applicant, section, detail, edition, state, created_ms, decided_ms, until_day,"
	                  " used_ms, joint, together) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,'open',?11,0,?12,0,?13,?14)",
	                  &s, why));
	bind_text(s, 1, entry->subject);
	bind_i64(s, 2, json_number(data, "fiscal_year"));
	bind_i64(s, 3, json_number(data, "serial"));
	bind_text(s, 4, slice_str(json_text(data, "act")));
	bind_text(s, 5, slice_str(json_text(data, "exception_to")));
	bind_text(s, 6, slice_str(json_text(data, "about")));
	bind_text(s, 7, entry->actor);
	bind_text(s, 8, slice_str(json_text(data, "section")));
	bind_text(s, 9, slice_str(json_text(data, "detail")));
	bind_text(s, 10, slice_str(json_text(data, "edition")));
	bind_i64(s, 11, entry->time_ms);
	bind_i64(s, 12, json_number(data, "until"));
	bind_text(s, 13, slice_str(json_text(data, "joint")));
	bind_i64(s, 14, json_is_true(json_object_get(data, "together")));
	return statement_run(s, NULL, why);
}

static struct result apply_word(struct store *store, const struct ledger_entry *entry,
                                const json_t *data, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store,
	                  "INSERT INTO application_word (application, place, person, post, scope, mark,"
	                  " answer, reason, time_ms) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)",
	                  &s, why));
	bind_text(s, 1, entry->subject);
	bind_i64(s, 2, json_number(data, "place"));
	bind_text(s, 3, entry->actor);
	bind_text(s, 4, slice_str(json_text(data, "post")));
	bind_text(s, 5, slice_str(json_text(data, "scope")));
	bind_text(s, 6, slice_str(json_text(data, "mark")));
	bind_text(s, 7, slice_str(json_text(data, "answer")));
	bind_text(s, 8, slice_str(json_text(data, "reason")));
	bind_i64(s, 9, entry->time_ms);
	return statement_run(s, NULL, why);
}

static struct result set_state(struct store *store, const struct ledger_entry *entry,
                               const char *state, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store, "UPDATE application SET state = ?2, decided_ms = ?3 WHERE id = ?1", &s,
	                  why));
	bind_text(s, 1, entry->subject);
	bind_text(s, 2, slice_str(state));
	bind_i64(s, 3, entry->time_ms);
	int64_t changed = 0;
	TRY(statement_run(s, &changed, why));
	return changed == 1 ? ok() : fail(why, E_ABSENT, "application", "no such application");
}

static struct result apply_used(struct store *store, const struct ledger_entry *entry,
                                struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store, "UPDATE application SET used_ms = ?2 WHERE id = ?1 AND used_ms = 0", &s,
	                  why));
	bind_text(s, 1, entry->subject);
	bind_i64(s, 2, entry->time_ms);
	int64_t changed = 0;
	TRY(statement_run(s, &changed, why));
	return changed == 1 ? ok() : fail(why, E_CONFLICT, "application", "it was used already");
}

/* What a kind of entry does to the tables: a state, or a function. */
static const struct {
	const char *kind, *state;
} endings[] = {
	{"application.permitted", "permitted"}, {"application.refused", "refused"},
	{"application.returned", "returned"},   {"application.withdrawn", "withdrawn"},
	{"application.lapsed", "lapsed"},       {"application.closed", "closed"},
};

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	if (slice_starts(entry->kind, SLICE("case.")))
		return case_apply(store, entry, why);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_is(entry->kind, endings[i].kind))
			return set_state(store, entry, endings[i].state, why);
	if (slice_is(entry->kind, "application.used"))
		return apply_used(store, entry, why);
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	if (slice_starts(entry->kind, SLICE("relaxation.")))
		return relax_apply(store, entry, data, why);
	if (slice_is(entry->kind, "application.submitted"))
		return apply_submitted(store, entry, data, why);
	if (slice_is(entry->kind, "application.answered"))
		return apply_word(store, entry, data, why);
	if (slice_is(entry->kind, "application.passed_over") || slice_is(entry->kind, "application.seen"))
		return after_apply(store, entry, data, why);
	if (slice_starts(entry->kind, SLICE("application.urgent.")))
		return urgent_apply(store, entry, data, why);
	return ok(); /* application.denied: an attempt, nothing changes */
}

const struct projection proceeding_projection = {
	.name = "proceeding",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
};
