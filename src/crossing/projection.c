/* The tables of crossings, as the ledger's entries make them. */
#include "crossing/internal.h"
#include "store/ask.h"

static const struct migration migrations[] = {
	{1, "CREATE TABLE crossing ("
	    " id TEXT PRIMARY KEY, fiscal_year BIGINT NOT NULL, serial BIGINT NOT NULL,"
	    " direction TEXT NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL,"
	    " section TEXT NOT NULL, importance TEXT NOT NULL, detail TEXT NOT NULL,"
	    " application TEXT NOT NULL, edition TEXT NOT NULL, created_ms BIGINT NOT NULL,"
	    " UNIQUE (fiscal_year, serial));"
	    "CREATE INDEX crossing_sender ON crossing (sender, created_ms);"
	    "CREATE INDEX crossing_receiver ON crossing (receiver, created_ms);"
	    "CREATE TABLE crossing_file ("
	    " id TEXT PRIMARY KEY, crossing TEXT NOT NULL, place BIGINT NOT NULL, name TEXT NOT NULL,"
	    " original TEXT NOT NULL, bytes BIGINT NOT NULL, state TEXT NOT NULL, type TEXT NOT NULL,"
	    " ending TEXT NOT NULL,"
	    " verdict TEXT NOT NULL, refusal TEXT NOT NULL, clause TEXT NOT NULL, report TEXT NOT NULL,"
	    " clean TEXT NOT NULL, clean_bytes BIGINT NOT NULL, created_ms BIGINT NOT NULL,"
	    " changed_ms BIGINT NOT NULL, released_ms BIGINT NOT NULL, collected_ms BIGINT NOT NULL,"
	    " collect_until_ms BIGINT NOT NULL, original_until_ms BIGINT NOT NULL,"
	    " original_erased_ms BIGINT NOT NULL, clean_erased_ms BIGINT NOT NULL,"
	    " original_application TEXT NOT NULL, original_released_ms BIGINT NOT NULL,"
	    " original_collected_ms BIGINT NOT NULL);"
	    "CREATE INDEX crossing_file_crossing ON crossing_file (crossing, place);"
	    "CREATE INDEX crossing_file_state ON crossing_file (state, created_ms);"},
	{2, "ALTER TABLE crossing RENAME COLUMN importance TO answers;"},
	{3, "CREATE TABLE crossing_switch ("
	    " direction TEXT NOT NULL, zone TEXT NOT NULL, section TEXT NOT NULL, class TEXT NOT NULL,"
	    " item TEXT NOT NULL, treatment TEXT NOT NULL, set_by TEXT NOT NULL, set_ms BIGINT NOT NULL,"
	    " clause TEXT NOT NULL, PRIMARY KEY (direction, zone, section, class, item));"},
};
static const char *const tables[] = {"crossing", "crossing_file", "crossing_switch", NULL};
static const char *const kinds[] = {"crossing.", NULL};

static struct result insert_file(struct store *store, const struct ledger_entry *entry,
                                 const json_t *data, const json_t *file, int64_t place,
                                 struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store,
	                  "INSERT INTO crossing_file (id, crossing, place, name, original, bytes, state,"
	                  " type, ending, verdict, refusal, clause, report, clean, clean_bytes, created_ms, changed_ms,"
	                  " released_ms, collected_ms, collect_until_ms, original_until_ms,"
	                  " original_erased_ms, clean_erased_ms, original_application,"
	                  " original_released_ms, original_collected_ms)"
	                  " VALUES (?1,?2,?3,?4,?5,?6,'waiting','','','','','','','',0,?7,?7,0,0,0,?8,0,0,'',0,0)",
	                  &s, why));
	bind_text(s, 1, slice_str(json_text(file, "id")));
	bind_text(s, 2, entry->subject);
	bind_i64(s, 3, place);
	bind_text(s, 4, slice_str(json_text(file, "name")));
	bind_text(s, 5, slice_str(json_text(file, "original")));
	bind_i64(s, 6, json_number(file, "bytes"));
	bind_i64(s, 7, entry->time_ms);
	bind_i64(s, 8, json_number(data, "original_until_ms"));
	return statement_run(s, NULL, why);
}

static struct result apply_submitted(struct store *store, const struct ledger_entry *entry,
                                     const json_t *data, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store,
	                  "INSERT INTO crossing (id, fiscal_year, serial, direction, sender, receiver,"
	                  " section, answers, detail, application, edition, created_ms)"
	                  " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
	                  &s, why));
	bind_text(s, 1, entry->subject);
	bind_i64(s, 2, json_number(data, "fiscal_year"));
	bind_i64(s, 3, json_number(data, "serial"));
	bind_text(s, 4, slice_str(json_text(data, "direction")));
	bind_text(s, 5, entry->actor);
	bind_text(s, 6, slice_str(json_text(data, "receiver")));
	bind_text(s, 7, slice_str(json_text(data, "section")));
	bind_text(s, 8, slice_str(json_text(data, "answers")));
	bind_text(s, 9, slice_str(json_text(data, "detail")));
	bind_text(s, 10, slice_str(json_text(data, "application")));
	bind_text(s, 11, slice_str(json_text(data, "edition")));
	bind_i64(s, 12, entry->time_ms);
	TRY(statement_run(s, NULL, why));
	const json_t *files = json_object_get(data, "files");
	for (size_t i = 0; i < json_array_size(files); i++)
		TRY(insert_file(store, entry, data, json_array_get(files, i), (int64_t)i, why));
	return ok();
}

/* Every later entry changes one file.  ?1 is the file, ?2 the entry's time; the
 * rest are members of the entry's data, in this order.  The WHERE says from
 * which state it may come: anything else is a conflict, so that a file is
 * released, collected or refused once.                                     */
struct step {
	const char *kind;
	const char *sql;
	const char *members[8]; /* "#name" is a number */
};
#define FILE_SET "UPDATE crossing_file SET changed_ms = ?2, "
static const struct step steps[] = {
	{"crossing.file.checked",
	 FILE_SET "state = 'checked', type = ?3, ending = ?4, verdict = ?5, report = ?6,"
	          " clean = ?7, clean_bytes = ?8 WHERE id = ?1 AND state = 'waiting'",
	 {"type", "ending", "verdict", "report", "clean", "#clean_bytes"}},
	{"crossing.file.refused",
	 FILE_SET "state = 'refused', type = ?3, verdict = 'refused', refusal = ?4,"
	          " clause = ?5, report = ?6 WHERE id = ?1 AND state IN ('waiting', 'checked', 'held', 'locked')",
	 {"type", "refusal", "clause", "report"}},
	{"crossing.file.locked",
	 FILE_SET "state = 'locked', type = ?3, refusal = ?4, report = ?5 WHERE id = ?1 AND state = 'waiting'",
	 {"type", "refusal", "report"}},
	{"crossing.password.given",
	 FILE_SET "state = 'waiting', refusal = '', report = '' WHERE id = ?1 AND state = 'locked'", {0}},
	{"crossing.file.held",
	 FILE_SET "state = 'held', type = ?3, report = ?4"
	          " WHERE id = ?1 AND state = 'waiting'",
	 {"type", "report"}},
	{"crossing.file.retried",
	 FILE_SET "state = 'waiting' WHERE id = ?1 AND state = 'held'", {0}},
	{"crossing.file.released",
	 FILE_SET "state = 'released', released_ms = ?2, collect_until_ms = ?3, clean = ?4,"
	          " clean_bytes = ?5 WHERE id = ?1 AND state = 'checked' AND released_ms = 0",
	 {"#collect_until_ms", "clean", "#clean_bytes"}},
	{"crossing.file.collected",
	 FILE_SET "state = 'collected', collected_ms = ?2 WHERE id = ?1 AND state IN ('released', 'collected')",
	 {0}},
	{"crossing.file.lapsed",
	 FILE_SET "state = 'lapsed' WHERE id = ?1 AND state IN ('released', 'checked')", {0}},
	{"crossing.clean.erased",
	 FILE_SET "clean_erased_ms = ?2 WHERE id = ?1 AND clean_erased_ms = 0", {0}},
	{"crossing.original.erased",
	 FILE_SET "original_erased_ms = ?2 WHERE id = ?1 AND original_erased_ms = 0", {0}},
	{"crossing.original.asked",
	 FILE_SET "original_application = ?3 WHERE id = ?1", {"application"}},
	{"crossing.original.released",
	 FILE_SET "original_released_ms = ?2 WHERE id = ?1 AND original_application = ?3 AND"
	          " original_erased_ms = 0 AND (original_released_ms = 0 OR original_collected_ms <> 0)",
	 {"application"}},
	{"crossing.original.collected",
	 FILE_SET "original_collected_ms = ?2 WHERE id = ?1 AND"
	          " original_released_ms > original_collected_ms",
	 {0}},
};

static struct result apply_step(struct store *store, const struct ledger_entry *entry,
                                const struct step *step, const json_t *data, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store, step->sql, &s, why));
	bind_text(s, 1, entry->subject);
	bind_i64(s, 2, entry->time_ms);
	for (int i = 0; step->members[i]; i++) {
		if (step->members[i][0] == '#')
			bind_i64(s, i + 3, json_number(data, step->members[i] + 1));
		else
			bind_text(s, i + 3, slice_str(json_text(data, step->members[i])));
	}
	int64_t changed = 0;
	TRY(statement_run(s, &changed, why));
	return changed == 1 ? ok()
	                    : fail(why, E_CONFLICT, step->kind, "the file is not in a state for %s",
	                           step->kind);
}

/* A setting replaces what stood for the same files and content; "" takes it away. */
static struct result apply_switch(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	const struct arg args[] = {
		arg_str(json_text(data, "direction")), arg_str(json_text(data, "zone")), arg_str(json_text(data, "section")),
		arg_str(json_text(data, "class")), arg_str(json_text(data, "item")), arg_str(json_text(data, "treatment")),
		arg_text(entry->actor), arg_i64(entry->time_ms), arg_str(json_text(data, "clause"))};
	TRY(store_run(store,
	              "DELETE FROM crossing_switch WHERE direction = ?1 AND zone = ?2 AND section = ?3 AND class = ?4"
	              " AND item = ?5", args, 5, NULL, why));
	if (!*json_text(data, "treatment"))
		return ok();
	return store_run(store,
	                 "INSERT INTO crossing_switch (direction, zone, section, class, item, treatment, set_by, set_ms,"
	                 " clause) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)", args, sizeof args / sizeof *args, NULL, why);
}

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	if (slice_is(entry->kind, "crossing.submitted"))
		return apply_submitted(store, entry, data, why);
	if (slice_is(entry->kind, "crossing.switch.set"))
		return apply_switch(store, entry, data, why);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (slice_is(entry->kind, steps[i].kind))
			return apply_step(store, entry, &steps[i], data, why);
	return ok(); /* crossing.denied: an attempt, nothing changes */
}

const struct projection crossing_projection = {
	.name = "crossing",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
};
