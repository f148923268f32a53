/* The tables of drafts, as the ledger's entries make them. */
#include "draft/internal.h"

static const struct migration migrations[] = {
	{1, "CREATE TABLE draft ("
	    " id TEXT PRIMARY KEY, body TEXT NOT NULL, serial BIGINT NOT NULL, title TEXT NOT NULL,"
	    " basis TEXT NOT NULL, effective BIGINT NOT NULL, state BIGINT NOT NULL,"
	    " created_ms BIGINT NOT NULL, created_by TEXT NOT NULL, ended_ms BIGINT NOT NULL,"
	    " ended_by TEXT NOT NULL, UNIQUE (body, serial));"
	    "CREATE TABLE draft_line ("
	    " draft TEXT NOT NULL, choice BIGINT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
	    " PRIMARY KEY (draft, choice, name));"},
};
static const char *const tables[] = {"draft", "draft_line", NULL};
static const char *const kinds[] = {"draft.", NULL};

static struct result misfit(const struct ledger_entry *entry, struct why *why)
{
	return fail(why, E_CONFLICT, "draft", "記録「%.*s」の内容が、いまの改正案の表と合いません。",
	            SLICE_ARG(entry->kind));
}

static struct result one(struct store *store, const struct ledger_entry *entry, const char *sql,
                         const struct arg *args, size_t count, struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store, sql, args, count, &changed, why));
	return changed == 1 ? ok() : misfit(entry, why);
}

static struct result begun(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	return one(store, e,
	           "INSERT INTO draft (id, body, serial, title, basis, effective, state, created_ms, created_by,"
	           " ended_ms, ended_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, 0, '')",
	           ARGS(arg_text(e->subject), arg_text(e->body), arg_i64(json_number(data, "serial")),
	                arg_str(json_text(data, "title")), arg_str(json_text(data, "basis")),
	                arg_i64(json_number(data, "effective")), arg_i64(e->time_ms), arg_text(e->actor)), why);
}

static struct result headed(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	return one(store, e, "UPDATE draft SET title = ?3, basis = ?4, effective = ?5"
	                     " WHERE id = ?1 AND body = ?2 AND state = 1",
	           ARGS(arg_text(e->subject), arg_text(e->body), arg_str(json_text(data, "title")),
	                arg_str(json_text(data, "basis")), arg_i64(json_number(data, "effective"))), why);
}

static struct result written(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	struct arg choice = arg_i64(json_number(data, "choice") != 0);
	const char *value = json_text(data, "value");
	TRY(store_run(store, "DELETE FROM draft_line WHERE draft = ?1 AND choice = ?2 AND name = ?3",
	              ARGS(arg_text(e->subject), choice, arg_str(json_text(data, "name"))), NULL, why));
	if (!*value)
		return ok();
	return one(store, e, "INSERT INTO draft_line (draft, choice, name, value)"
	                     " SELECT id, ?3, ?4, ?5 FROM draft WHERE id = ?1 AND body = ?2 AND state = 1",
	           ARGS(arg_text(e->subject), arg_text(e->body), choice, arg_str(json_text(data, "name")),
	                arg_str(value)), why);
}

static struct result ended(struct store *store, const struct ledger_entry *e, int64_t state, struct why *why)
{
	return one(store, e, "UPDATE draft SET state = ?3, ended_ms = ?4, ended_by = ?5"
	                     " WHERE id = ?1 AND body = ?2 AND state = 1",
	           ARGS(arg_text(e->subject), arg_text(e->body), arg_i64(state), arg_i64(e->time_ms),
	                arg_text(e->actor)), why);
}

static struct result adopted(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	(void)data;
	return ended(store, e, DRAFT_ADOPTED, why);
}

static struct result discarded(struct store *store, const struct ledger_entry *e, const json_t *data, struct why *why)
{
	(void)data;
	return ended(store, e, DRAFT_DISCARDED, why);
}

static const struct {
	const char *kind;
	struct result (*apply)(struct store *, const struct ledger_entry *, const json_t *, struct why *);
} acts[] = {
	{"draft.begun", begun},     {"draft.headed", headed},       {"draft.written", written},
	{"draft.adopted", adopted}, {"draft.discarded", discarded},
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

const struct projection draft_projection = {
	.name = "draft",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
};
