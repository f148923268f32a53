/* The table of record books, as the ledger's entries make it. */
#include "register/book_internal.h"

#include <stdio.h>

const char book_table[] =
	"CREATE TABLE book_entry ("
	" id TEXT PRIMARY KEY, body TEXT NOT NULL, registry TEXT NOT NULL, serial BIGINT NOT NULL,"
	" year BIGINT NOT NULL, act TEXT NOT NULL, row TEXT NOT NULL, section TEXT NOT NULL,"
	" origin TEXT NOT NULL, writer TEXT NOT NULL, route TEXT NOT NULL, retention TEXT NOT NULL,"
	" state TEXT NOT NULL, corrects TEXT NOT NULL, corrected_by TEXT NOT NULL, reason TEXT NOT NULL,"
	" fields TEXT NOT NULL, cells TEXT NOT NULL, texts TEXT NOT NULL, clauses TEXT NOT NULL,"
	" opened_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL, opened_by TEXT NOT NULL,"
	" changed_by TEXT NOT NULL, until BIGINT NOT NULL, held BIGINT NOT NULL, erased BIGINT NOT NULL,"
	" plain TEXT NOT NULL, UNIQUE (body, registry, year, serial));"
	"CREATE INDEX book_entry_time ON book_entry (body, registry, opened_ms, id);"
	"CREATE INDEX book_entry_state ON book_entry (body, registry, state, opened_ms, id);"
	"CREATE INDEX book_entry_all ON book_entry (body, opened_ms, id);"
	"CREATE INDEX book_entry_row ON book_entry (row);"
	"CREATE INDEX book_entry_origin ON book_entry (origin, registry);"
	"CREATE INDEX book_entry_writer ON book_entry (writer, state);"
	"CREATE INDEX book_entry_until ON book_entry (erased, until);";

static struct result misfit(const struct ledger_entry *entry, struct why *why)
{
	return fail(why, E_CONFLICT, "book", "記録「%.*s」の内容が、いまの記録簿の表と合いません。",
	            SLICE_ARG(entry->kind));
}

static void number_text(int year, int64_t serial, char out[40])
{
	bool reiwa = year >= 2019;
	snprintf(out, 40, "%s%d-%04lld", reiwa ? "R" : "", reiwa ? year - 2018 : year, (long long)serial);
}

const char *book_number(int year, int64_t serial, struct arena *arena)
{
	char number[40];
	number_text(year, serial, number);
	return arena_string(arena, slice_str(number));
}

void book_plain(int year, int64_t serial, const char *section, json_t *cells, struct buffer *out)
{
	char number[40];
	number_text(year, serial, number);
	words_of_row(number, serial, section, cells, out);
}

static struct result canonical(const json_t *value, struct buffer *out, const struct ledger_entry *entry,
                               struct why *why)
{
	if (!value)
		return misfit(entry, why);
	return json_canonical(value, out, why);
}

static struct result clauses_text(const struct ledger_entry *entry, struct buffer *out, struct why *why)
{
	AUTO(json_drop) json_t *all = json_array();
	for (size_t i = 0; i < entry->clause_count; i++)
		if (json_array_append_new(all, json_stringn((const char *)entry->clauses[i].at, entry->clauses[i].len)) != 0)
			return register_no_memory(why);
	return json_canonical(all, out, why);
}

/* The columns of JSON, bound from ?12 on. */
static struct result bind_tables(struct statement *s, const struct ledger_entry *entry, const json_t *data,
                                 struct why *why)
{
	static const char *const names[] = {"fields", "cells", "texts"};
	for (int i = 0; i < 3; i++) {
		AUTO(buffer_done) struct buffer text = {0};
		buffer_init(&text, LEDGER_LEAF_MAX);
		TRY(canonical(json_object_get(data, names[i]), &text, entry, why));
		bind_text(s, 12 + i, buffer_slice(&text));
	}
	AUTO(buffer_done) struct buffer clauses = {0};
	buffer_init(&clauses, LEDGER_LEAF_MAX);
	TRY(clauses_text(entry, &clauses, why));
	bind_text(s, 15, buffer_slice(&clauses));
	AUTO(buffer_done) struct buffer reason = {0};
	buffer_init(&reason, 4096);
	if (json_object_get(data, "reason"))
		TRY(json_canonical(json_object_get(data, "reason"), &reason, why));
	bind_text(s, 16, buffer_slice(&reason));
	return ok();
}

static struct result bind_rest(struct statement *s, const struct ledger_entry *entry, const json_t *data,
                               struct why *why)
{
	AUTO(buffer_done) struct buffer plain = {0};
	buffer_init(&plain, LEDGER_LEAF_MAX);
	book_plain((int)json_number(data, "year"), json_number(data, "serial"), json_text(data, "section"),
	           json_object_get(data, "cells"), &plain);
	bind_i64(s, 17, entry->time_ms);
	bind_text(s, 18, entry->actor);
	bind_text(s, 19, slice_str(json_text(data, "corrects")));
	bind_text(s, 20, buffer_slice(&plain));
	return buffer_ok(&plain) ? ok() : misfit(entry, why);
}

static struct result apply_opened(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(store,
	              "INSERT INTO book_entry (id, body, registry, serial, year, act, row, section, origin, writer,"
	              " route, fields, cells, texts, clauses, reason, opened_ms, changed_ms, opened_by, changed_by,"
	              " corrects, corrected_by, state, until, held, erased, plain, retention)"
	              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?17,"
	              " ?18, ?18, ?19, '', 'open', 0, 0, 0, ?20, ?21)",
	              ARGS(arg_text(entry->subject), arg_text(entry->body), arg_str(json_text(data, "registry")),
	                   arg_i64(json_number(data, "serial")), arg_i64(json_number(data, "year")),
	                   arg_str(json_text(data, "act")), arg_str(json_text(data, "row")),
	                   arg_str(json_text(data, "section")), arg_str(json_text(data, "origin")),
	                   arg_str(json_text(data, "writer")), arg_str(json_text(data, "by"))),
	              &s, why));
	TRY(bind_tables(s, entry, data, why));
	TRY(bind_rest(s, entry, data, why));
	bind_text(s, 21, slice_str(json_text(data, "retention")));
	TRY(statement_run(s, NULL, why));
	if (!*json_text(data, "corrects"))
		return ok();
	int64_t changed = 0;
	TRY(store_run(store,
	              "UPDATE book_entry SET corrected_by = ?1, state = 'corrected' WHERE id = ?2 AND corrected_by = ''",
	              ARGS(arg_text(entry->subject), arg_str(json_text(data, "corrects"))), &changed, why));
	return changed == 1 ? ok() : misfit(entry, why);
}

static struct result plain_of(struct store *store, const struct ledger_entry *entry, json_t *cells,
                              struct buffer *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_ask(store, "SELECT year, serial, section FROM book_entry WHERE id = ?1",
	              ARGS(arg_text(entry->subject)), &s, why));
	TRY(statement_step(s, &row, why));
	char section[64];
	if (!row || column_text(s, 2).len >= sizeof section)
		return misfit(entry, why);
	snprintf(section, sizeof section, "%.*s", SLICE_ARG(column_text(s, 2)));
	book_plain((int)column_i64(s, 0), column_i64(s, 1), section, cells, out);
	return buffer_ok(out) ? ok() : misfit(entry, why);
}

/* filled carries the whole of cells and texts: the entry says what stands after it */
static struct result apply_filled(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	AUTO(buffer_done) struct buffer cells = {0};
	AUTO(buffer_done) struct buffer texts = {0};
	AUTO(buffer_done) struct buffer plain = {0};
	int64_t changed = 0;
	buffer_init(&plain, LEDGER_LEAF_MAX);
	buffer_init(&cells, LEDGER_LEAF_MAX);
	buffer_init(&texts, LEDGER_LEAF_MAX);
	TRY(canonical(json_object_get(data, "cells"), &cells, entry, why));
	TRY(canonical(json_object_get(data, "texts"), &texts, entry, why));
	TRY(plain_of(store, entry, json_object_get(data, "cells"), &plain, why));
	TRY(store_run(store,
	              "UPDATE book_entry SET cells = ?2, texts = ?3, changed_ms = ?4, changed_by = ?5, plain = ?6"
	              " WHERE id = ?1 AND state = 'open'",
	              ARGS(arg_text(entry->subject), arg_text(buffer_slice(&cells)), arg_text(buffer_slice(&texts)),
	                   arg_i64(entry->time_ms), arg_text(entry->actor), arg_text(buffer_slice(&plain))),
	              &changed, why));
	return changed == 1 ? ok() : misfit(entry, why);
}

/* What an entry stands in the place of is kept as long as it. */
static struct result keep_earlier(struct store *store, struct slice id, int64_t until, struct why *why)
{
	int64_t changed = 1;
	char at[64];
	snprintf(at, sizeof at, "%.*s", id.len < sizeof at ? (int)id.len : 0, (const char *)id.at);
	for (unsigned n = 0; changed && n < 1000; n++) {
		AUTO(statement_drop) struct statement *s = NULL;
		TRY(store_ask(store, "UPDATE book_entry SET until = ?2 WHERE id <> '' AND id ="
		                     " (SELECT corrects FROM book_entry WHERE id = ?1) RETURNING id",
		              ARGS(arg_str(at), arg_i64(until)), &s, why));
		bool row = false;
		TRY(statement_step(s, &row, why));
		changed = row;
		if (row && column_text(s, 0).len < sizeof at)
			snprintf(at, sizeof at, "%.*s", SLICE_ARG(column_text(s, 0)));
	}
	return ok();
}

static struct result apply_closed(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store,
	              "UPDATE book_entry SET state = 'closed', until = ?2, changed_ms = ?3, changed_by = ?4"
	              " WHERE id = ?1 AND state = 'open'",
	              ARGS(arg_text(entry->subject), arg_i64(json_number(data, "until")), arg_i64(entry->time_ms),
	                   arg_text(entry->actor)),
	              &changed, why));
	return changed == 1 ? keep_earlier(store, entry->subject, json_number(data, "until"), why)
	                    : misfit(entry, why);
}

static struct result apply_held(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store, "UPDATE book_entry SET held = ?2 WHERE id = ?1 AND held <> ?2",
	              ARGS(arg_text(entry->subject), arg_i64(json_number(data, "held"))), &changed, why));
	return changed == 1 ? ok() : misfit(entry, why);
}

static struct result apply_erased(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	int64_t changed = 0;
	(void)data;
	TRY(store_run(store, "UPDATE book_entry SET erased = 1 WHERE id = ?1 AND held = 0 AND erased = 0",
	              ARGS(arg_text(entry->subject)), &changed, why));
	return changed == 1 ? ok() : misfit(entry, why);
}

static const struct {
	const char *kind;
	struct result (*apply)(struct store *, const struct ledger_entry *, const json_t *, struct why *);
} acts[] = {
	{"book.opened", apply_opened}, {"book.filled", apply_filled}, {"book.closed", apply_closed},
	{"book.held", apply_held},     {"book.erased", apply_erased},
};

struct result books_apply(struct store *store, const struct ledger_entry *entry, const json_t *data,
                          struct why *why)
{
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (slice_is(entry->kind, acts[i].kind))
			return acts[i].apply(store, entry, data, why);
	return misfit(entry, why);
}
