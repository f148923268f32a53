/* The tables of registers, as the ledger's entries make them. */
#include "register/book_internal.h"

#include <stdlib.h>

/* register_cell serves filters and "who names this row": one line a value, a
 * line a member for sets, a class by its high.                              */
static const struct migration migrations[] = {
	{1, "CREATE TABLE register_row ("
	    " id TEXT PRIMARY KEY, body TEXT NOT NULL, kind TEXT NOT NULL, serial BIGINT NOT NULL,"
	    " name TEXT NOT NULL, section TEXT NOT NULL, version BIGINT NOT NULL, closed BIGINT NOT NULL,"
	    " cells TEXT NOT NULL, texts TEXT NOT NULL, rated TEXT NOT NULL, plain TEXT NOT NULL,"
	    " changed_ms BIGINT NOT NULL, changed_by TEXT NOT NULL, UNIQUE (body, kind, serial));"
	    "CREATE INDEX register_row_name ON register_row (body, kind, closed, name, id, section, plain);"
	    "CREATE INDEX register_row_section ON register_row (body, kind, section, closed, name, id);"
	    "CREATE TABLE register_cell ("
	    " row TEXT NOT NULL, path TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (row, path, value));"
	    "CREATE INDEX register_cell_value ON register_cell (value, path, row);"},
	{2, book_table},
	{3, "CREATE INDEX register_row_changed ON register_row (body, kind, closed, changed_ms, id);"
	    "CREATE INDEX register_row_serial ON register_row (body, kind, closed, serial, id);"},
	{4, hold_table},
	{5, "DROP INDEX register_row_name; DROP INDEX register_row_section;"
	    "CREATE INDEX register_row_name ON register_row (body, kind, closed, name, id);"},
	/* 6: the row's number, so that a walk along a list's order reads the index alone */
	{6, "DROP INDEX register_row_name; DROP INDEX register_row_changed;"
	    "CREATE INDEX register_row_name ON register_row (body, kind, closed, name, id, serial);"
	    "CREATE INDEX register_row_changed ON register_row (body, kind, closed, changed_ms, id, serial);"},
};
static const char *const tables[] = {"register_row", "register_cell", "book_entry", "evidence_hold", NULL};
/* who reads these asks: applying finds a row by its id */
static const char *const late[] = {"register_cell_value", "register_row_changed", "register_row_serial", "register_row_name",
                                   NULL};
static const char *const kinds[] = {"register.", "book.", "hold.", NULL};

struct result entry_misfit(const struct ledger_entry *entry, struct why *why)
{
	return fail(why, E_CONFLICT, "register", "記録「%.*s」の内容が、いまの台帳の表と合いません。",
	            SLICE_ARG(entry->kind));
}

static struct result put_cell(struct store *store, struct slice row, const char *path, const char *value,
                              struct why *why)
{
	return store_run(store, "INSERT INTO register_cell (row, path, value) VALUES (?1, ?2, ?3)"
	                        " ON CONFLICT (row, path, value) DO NOTHING",
	                 ARGS(arg_text(row), arg_str(path), arg_str(value)), NULL, why);
}

/* What a row says of itself, one line a value.  Of a row that changes few lines do: those
 * that stand there already are left alone.                                    */
struct said {
	const char *path, *value;
	bool there;
};
struct saying {
	struct said *at;
	size_t count;
};

static void say(struct saying *all, const char *path, const char *value)
{
	all->at[all->count++] = (struct said){path, value ? value : "", false};
}

static int by_path(const void *a, const void *b)
{
	const struct said *x = a, *y = b;
	int order = strcmp(x->path, y->path);
	return order ? order : strcmp(x->value, y->value);
}

static void collect(json_t *cells, json_t *rated, struct saying *all)
{
	const char *path;
	json_t *value, *member;
	size_t i;
	json_object_foreach(cells, path, value) {
		if (json_object_get(rated, path))
			continue;
		if (json_is_string(value))
			say(all, path, json_string_value(value));
		json_array_foreach(value, i, member)
			say(all, path, json_string_value(member));
	}
	json_object_foreach(rated, path, value)
		say(all, path, json_string_value(json_array_get(value, 1)));
	qsort(all->at, all->count, sizeof *all->at, by_path);
}

static size_t most_of(json_t *cells, json_t *rated)
{
	const char *path;
	json_t *value;
	size_t most = json_object_size(rated) + 1;
	json_object_foreach(cells, path, value)
		most += json_is_array(value) ? json_array_size(value) : 1;
	return most;
}

/* Marks what stands there; what should not is noted: path, NUL, value, NUL. */
static struct result compare_cells(struct store *store, struct slice row, struct saying *all, struct buffer *gone,
                                   struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool found = false;
	TRY(store_ask(store, "SELECT path, value FROM register_cell WHERE row = ?1 ORDER BY path, value", ARGS(arg_text(row)),
	              &s, why));
	for (size_t at = 0;;) {
		TRY(statement_step(s, &found, why));
		if (!found)
			return ok();
		struct slice path = column_text(s, 0), value = column_text(s, 1);
		int order = -1;
		for (; at < all->count; at++) {
			order = slice_compare(path, slice_str(all->at[at].path));
			order = order ? order : slice_compare(value, slice_str(all->at[at].value));
			if (order <= 0)
				break;
		}
		if (at < all->count && order == 0) {
			all->at[at].there = true;
			continue;
		}
		buffer_put_slice(gone, path);
		buffer_put_u8(gone, 0);
		buffer_put_slice(gone, value);
		buffer_put_u8(gone, 0);
	}
}

static struct result drop_cells(struct store *store, struct slice row, struct slice gone, struct why *why)
{
	for (size_t at = 0; at < gone.len;) {
		const char *path = (const char *)gone.at + at, *value = path + strlen(path) + 1;
		TRY(store_run(store, "DELETE FROM register_cell WHERE row = ?1 AND path = ?2 AND value = ?3",
		              ARGS(arg_text(row), arg_str(path), arg_str(value)), NULL, why));
		at += strlen(path) + strlen(value) + 2;
	}
	return ok();
}

static struct result put_all(struct store *store, struct slice row, bool fresh, struct saying *all, struct why *why)
{
	AUTO(buffer_done) struct buffer gone = {0};
	buffer_init(&gone, 16 << 20);
	if (!fresh)
		TRY(compare_cells(store, row, all, &gone, why));
	if (!buffer_ok(&gone))
		return fail(why, E_MEMORY, "register", "no memory for a row");
	TRY(drop_cells(store, row, buffer_slice(&gone), why));
	for (size_t i = 0; i < all->count; i++)
		if (!all->at[i].there)
			TRY(put_cell(store, row, all->at[i].path, all->at[i].value, why));
	return ok();
}

/* fresh  the row is new: nothing stands there */
static struct result put_cells(struct store *store, struct slice row, bool fresh, json_t *cells, json_t *rated,
                               struct why *why)
{
	struct said few[64];
	size_t most = most_of(cells, rated);
	struct saying all = {.at = most <= sizeof few / sizeof *few ? few : reallocarray(NULL, most, sizeof *few)};
	if (!all.at)
		return fail(why, E_MEMORY, "register", "no memory for a row");
	collect(cells, rated, &all);
	struct result done = put_all(store, row, fresh, &all, why);
	if (all.at != few)
		free(all.at);
	return done;
}

/* Objects of strings, or of arrays of strings: all that apply relies on. */
static bool is_table(json_t *table)
{
	const char *path;
	json_t *value, *member;
	size_t i;
	if (!json_is_object(table))
		return false;
	json_object_foreach(table, path, value) {
		if (!json_is_string(value) && !json_is_array(value))
			return false;
		json_array_foreach(value, i, member)
			if (!json_is_string(member))
				return false;
	}
	return true;
}

bool entry_rates(json_t *table)
{
	const char *scale;
	json_t *value;
	if (!is_table(table))
		return false;
	json_object_foreach(table, scale, value)
		if (json_array_size(value) != 2)
			return false;
	return true;
}

static struct result bind_version(struct statement *s, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	static const char *const columns[] = {"cells", "texts", "rated"};
	AUTO(buffer_done) struct buffer plain = {0};
	buffer_init(&plain, LEDGER_LEAF_MAX);
	for (int i = 0; i < 3; i++) {
		AUTO(buffer_done) struct buffer text = {0};
		buffer_init(&text, LEDGER_LEAF_MAX);
		TRY(json_canonical(json_object_get(data, columns[i]), &text, why));
		bind_text(s, 8 + i, buffer_slice(&text));
	}
	bind_i64(s, 11, entry->time_ms);
	bind_text(s, 12, entry->actor);
	words_of_row(json_text(data, "name"), json_number(data, "serial"), json_text(data, "section"),
	             json_object_get(data, "cells"), &plain);
	bind_text(s, 13, buffer_slice(&plain));
	return buffer_ok(&plain) ? ok() : entry_misfit(entry, why);
}

bool entry_tells_row(const json_t *data)
{
	return is_table(json_object_get(data, "cells")) && is_table(json_object_get(data, "texts")) &&
	       entry_rates(json_object_get(data, "rated"));
}

static struct result insert_row(struct store *store, const struct row_told *row, struct statement **out, struct why *why)
{
	TRY(store_ask(store,
	              "INSERT INTO register_row (version, id, body, kind, serial, name, section, closed, cells, texts,"
	              " rated, changed_ms, changed_by, plain)"
	              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?14, ?8, ?9, ?10, ?11, ?12, ?13)",
	              ARGS(arg_i64(row->version), arg_text(row->last->subject), arg_text(row->last->body),
	                   arg_str(json_text(row->data, "kind")), arg_i64(json_number(row->data, "serial")),
	                   arg_str(json_text(row->data, "name")), arg_str(json_text(row->data, "section"))),
	              out, why));
	bind_i64(*out, 14, row->closed);
	return bind_version(*out, row->last, row->data, why);
}

struct result row_insert(struct store *store, const struct row_told *row, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	AUTO(buffer_done) struct buffer text = {0};
	json_t *rated = row->rated ? row->rated : json_object_get(row->data, "rated");
	buffer_init(&text, LEDGER_LEAF_MAX);
	TRY(insert_row(store, row, &s, why));
	if (row->rated) {
		TRY(json_canonical(rated, &text, why));
		bind_text(s, 10, buffer_slice(&text));
	}
	TRY(statement_run(s, NULL, why));
	return row->closed ? ok()
	                   : put_cells(store, row->last->subject, true, json_object_get(row->data, "cells"), rated, why);
}

static struct result update_row(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	int64_t changed = 0;
	TRY(store_ask(store,
	              "UPDATE register_row SET version = ?1, name = ?6, section = ?7, cells = ?8, texts = ?9,"
	              " rated = ?10, changed_ms = ?11, changed_by = ?12, plain = ?13"
	              " WHERE id = ?2 AND body = ?3 AND kind = ?4 AND serial = ?5 AND version = ?1 - 1 AND closed = 0",
	              ARGS(arg_i64(json_number(data, "version")), arg_text(entry->subject), arg_text(entry->body),
	                   arg_str(json_text(data, "kind")), arg_i64(json_number(data, "serial")),
	                   arg_str(json_text(data, "name")), arg_str(json_text(data, "section"))),
	              &s, why));
	TRY(bind_version(s, entry, data, why));
	TRY(statement_run(s, &changed, why));
	if (changed != 1)
		return entry_misfit(entry, why);
	return put_cells(store, entry->subject, false, json_object_get(data, "cells"), json_object_get(data, "rated"), why);
}

static struct result apply_version(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                   struct why *why)
{
	const struct row_told first = {.last = entry, .data = data, .version = 1};
	if (!entry_tells_row(data))
		return entry_misfit(entry, why);
	return json_number(data, "version") == 1 ? row_insert(store, &first, why) : update_row(store, entry, data, why);
}

static struct result apply_rated(struct store *store, const struct ledger_entry *entry,
                                 const json_t *data, struct why *why)
{
	json_t *rated = json_object_get(data, "rated");
	const char *scale;
	json_t *value;
	int64_t changed = 0;
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, LEDGER_LEAF_MAX);
	if (!entry_rates(rated))
		return entry_misfit(entry, why);
	TRY(json_canonical(rated, &text, why));
	TRY(store_run(store, "UPDATE register_row SET rated = ?2 WHERE id = ?1",
	              ARGS(arg_text(entry->subject), arg_text(buffer_slice(&text))), &changed, why));
	if (changed != 1)
		return entry_misfit(entry, why);
	json_object_foreach(rated, scale, value) {
		TRY(store_run(store, "DELETE FROM register_cell WHERE row = ?1 AND path = ?2",
		              ARGS(arg_text(entry->subject), arg_str(scale)), NULL, why));
		TRY(put_cell(store, entry->subject, scale, json_string_value(json_array_get(value, 1)), why));
	}
	return ok();
}

static struct result apply_closed(struct store *store, const struct ledger_entry *entry,
                                  const json_t *data, struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store,
	              "UPDATE register_row SET closed = 1, version = ?2, changed_ms = ?3, changed_by = ?4"
	              " WHERE id = ?1 AND version = ?2 - 1 AND closed = 0",
	              ARGS(arg_text(entry->subject), arg_i64(json_number(data, "version")),
	                   arg_i64(entry->time_ms), arg_text(entry->actor)),
	              &changed, why));
	if (changed != 1)
		return entry_misfit(entry, why);
	return store_run(store, "DELETE FROM register_cell WHERE row = ?1", ARGS(arg_text(entry->subject)),
	                 NULL, why);
}

static const struct {
	const char *kind;
	struct result (*apply)(struct store *, const struct ledger_entry *, const json_t *, struct why *);
} acts[] = {
	{"register.registered", apply_version},
	{"register.changed", apply_version},
	{"register.rated", apply_rated},
	{"register.closed", apply_closed},
};

struct result register_apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (slice_is(entry->kind, acts[i].kind))
			return acts[i].apply(store, entry, data, why);
	if (slice_starts(entry->kind, SLICE("hold.")))
		return hold_apply(store, entry, data, why);
	return slice_starts(entry->kind, SLICE("book.")) ? books_apply(store, entry, data, why) : entry_misfit(entry, why);
}

const struct projection register_projection = {
	.name = "register",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = register_apply,
	.gathering = &register_gathering,
	.late_indexes = late,
};
