/* The tables of campaigns, as the ledger's entries make them. */
#include "review/internal.h"

static const struct migration migrations[] = {
	{1, "CREATE TABLE review ("
	    " id TEXT PRIMARY KEY, body TEXT NOT NULL, serial BIGINT NOT NULL, title TEXT NOT NULL, edition TEXT NOT NULL,"
	    " opened_ms BIGINT NOT NULL, opened_by TEXT NOT NULL, deadline BIGINT NOT NULL, closed_ms BIGINT NOT NULL,"
	    " UNIQUE (body, serial));"
	    "CREATE TABLE review_question ("
	    " review TEXT NOT NULL, place BIGINT NOT NULL, clause TEXT NOT NULL, posts TEXT NOT NULL,"
	    " PRIMARY KEY (review, place));"
	    "CREATE INDEX review_question_clause ON review_question (clause);"
	    "CREATE TABLE review_sheet ("
	    " review TEXT NOT NULL, person TEXT NOT NULL, section TEXT NOT NULL, posts TEXT NOT NULL,"
	    " answered_ms BIGINT NOT NULL, answered_by TEXT NOT NULL, remarks TEXT NOT NULL, noes BIGINT NOT NULL,"
	    " reminded_ms BIGINT NOT NULL, PRIMARY KEY (review, person));"
	    "CREATE INDEX review_sheet_person ON review_sheet (person);"
	    "CREATE TABLE review_answer ("
	    " review TEXT NOT NULL, clause TEXT NOT NULL, person TEXT NOT NULL, section TEXT NOT NULL, answer BIGINT NOT NULL,"
	    " PRIMARY KEY (review, clause, person));"
	    "CREATE TABLE review_section ("
	    " review TEXT NOT NULL, section TEXT NOT NULL, inspection TEXT NOT NULL, evaluated_ms BIGINT NOT NULL,"
	    " PRIMARY KEY (review, section));"},
};
static const char *const tables[] = {"review", "review_question", "review_sheet", "review_answer", "review_section", NULL};
static const char *const kinds[] = {"review.", NULL};

static struct result misfit(const struct ledger_entry *entry, struct why *why)
{
	return fail(why, E_CONFLICT, "review", "記録「%.*s」の内容が、いまの自己点検の表と合いません。", SLICE_ARG(entry->kind));
}

static struct result one(struct store *store, const struct ledger_entry *entry, const char *sql, const struct arg *args,
                         size_t count, struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store, sql, args, count, &changed, why));
	return changed == 1 ? ok() : misfit(entry, why);
}

static struct result opened(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	size_t i;
	json_t *pair;
	TRY(one(store, e,
	        "INSERT INTO review (id, body, serial, title, edition, opened_ms, opened_by, deadline, closed_ms)"
	        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
	        ARGS(arg_text(e->subject), arg_text(e->body), arg_i64(json_number(data, "serial")),
	             arg_str(json_text(data, "title")), arg_str(json_text(data, "edition")), arg_i64(e->time_ms),
	             arg_text(e->actor), arg_i64(json_number(data, "deadline"))), why));
	json_array_foreach(json_object_get(data, "questions"), i, pair)
		TRY(one(store, e, "INSERT INTO review_question (review, place, clause, posts) VALUES (?1, ?2, ?3, ?4)",
		        ARGS(arg_text(e->subject), arg_i64((int64_t)i), arg_str(json_text(pair, "clause")),
		             arg_str(json_text(pair, "posts"))), why));
	return ok();
}

static struct result invited(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	size_t i;
	json_t *person;
	json_array_foreach(json_object_get(data, "people"), i, person)
		TRY(one(store, e,
		        "INSERT INTO review_sheet (review, person, section, posts, answered_ms, answered_by, remarks, noes,"
		        " reminded_ms) SELECT id, ?3, ?4, ?5, 0, '', '', 0, 0 FROM review WHERE id = ?1 AND body = ?2",
		        ARGS(arg_text(e->subject), arg_text(e->body), arg_str(json_text(person, "person")),
		             arg_str(json_text(data, "section")), arg_str(json_text(person, "posts"))), why));
	return ok();
}

static struct result answered(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	struct arg person = arg_str(json_text(data, "person"));
	int64_t noes = 0;
	const char *clause;
	json_t *answer;
	TRY(store_run(store, "DELETE FROM review_answer WHERE review = ?1 AND person = ?2", ARGS(arg_text(e->subject), person),
	              NULL, why));
	json_object_foreach(json_object_get(data, "answers"), clause, answer) {
		int64_t said = json_integer_value(answer);
		noes += said == ITEM_NO;
		TRY(one(store, e,
		        "INSERT INTO review_answer (review, clause, person, section, answer)"
		        " SELECT review, ?3, person, section, ?4 FROM review_sheet WHERE review = ?1 AND person = ?2",
		        ARGS(arg_text(e->subject), person, arg_str(clause), arg_i64(said)), why));
	}
	return one(store, e,
	           "UPDATE review_sheet SET answered_ms = ?3, answered_by = ?4, remarks = ?5, noes = ?6"
	           " WHERE review = ?1 AND person = ?2",
	           ARGS(arg_text(e->subject), person, arg_i64(e->time_ms), arg_text(e->actor),
	                arg_str(json_text(data, "remarks")), arg_i64(noes)), why);
}

static struct result reminded(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	size_t i;
	json_t *person;
	json_array_foreach(json_object_get(data, "people"), i, person)
		TRY(one(store, e, "UPDATE review_sheet SET reminded_ms = ?3 WHERE review = ?1 AND person = ?2",
		        ARGS(arg_text(e->subject), arg_str(json_string_value(person)), arg_i64(e->time_ms)), why));
	return ok();
}

static struct result reported(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	return one(store, e, "INSERT INTO review_section (review, section, inspection, evaluated_ms) VALUES (?1, ?2, ?3, 0)",
	           ARGS(arg_text(e->subject), arg_str(json_text(data, "section")), arg_str(json_text(data, "inspection"))), why);
}

static struct result evaluated(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	return one(store, e,
	           "UPDATE review_section SET evaluated_ms = ?3 WHERE review = ?1 AND section = ?2 AND evaluated_ms = 0",
	           ARGS(arg_text(e->subject), arg_str(json_text(data, "section")), arg_i64(e->time_ms)), why);
}

static struct result closed(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	(void)data;
	return one(store, e, "UPDATE review SET closed_ms = ?3 WHERE id = ?1 AND body = ?2 AND closed_ms = 0",
	           ARGS(arg_text(e->subject), arg_text(e->body), arg_i64(e->time_ms)), why);
}

/* a row of the plan is a case of its own: the entry says who was looked at, and why he may */
static struct result planned(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	(void)store;
	(void)e;
	(void)data;
	(void)why;
	return ok();
}

static const struct {
	const char *kind;
	struct result (*apply)(struct store *, const struct ledger_entry *, const json_t *, struct why *);
} acts[] = {
	{"review.opened", opened},     {"review.invited", invited},     {"review.answered", answered},
	{"review.reminded", reminded}, {"review.reported", reported},   {"review.evaluated", evaluated},
	{"review.closed", closed},     {"review.planned", planned},
};

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (slice_is(entry->kind, acts[i].kind))
			return acts[i].apply(store, entry, data, why);
	return misfit(entry, why);
}

const struct projection review_projection = {
	.name = "review",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
};
