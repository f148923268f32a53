/* Projections: made anew from the entries, beside the real ones to compare, or
 * in their place.
 *
 * Comparing finds whatever else wrote to the tables: a row changed, added or
 * removed, a column or a trigger that no migration declares.                */
#include "ledger/ledger_room.h"

#include <stdio.h>

enum { COLUMNS_MAX = 128, SHOWN = 60, LEDGER_PROJECTIONS = 32, REBUILD_CACHE = 256 << 20 };

/* ---- replay -------------------------------------------------------------- */

/* What is gathered of each projection that gathers, in their order. */
struct replaying {
	struct ledger *ledger;
	struct store *to;
	void *gathered[LEDGER_PROJECTIONS];
	struct buffer indexes; /* statements that make the dropped ones again */
};

static size_t projections_of(const struct ledger *ledger)
{
	size_t count = 0;
	while (ledger->projections && ledger->projections[count])
		count++;
	return count;
}

static struct result drop_indexes(struct replaying *r, const struct projection *p, struct why *why)
{
	AUTO(buffer_done) struct buffer sql = {0};
	buffer_init(&sql, 4096);
	for (const char *const *name = p->late_indexes; name && *name; name++) {
		TRY(store_drop_index(r->to, *name, &sql, why));
		buffer_put_slice(&r->indexes, buffer_slice(&sql));
		buffer_put_str(&r->indexes, ";");
	}
	return buffer_ok(&r->indexes) ? ok() : fail(why, E_MEMORY, p->name, "no memory to replay");
}

static struct result replay_begin(struct replaying *r, struct why *why)
{
	size_t count = projections_of(r->ledger);
	if (count > LEDGER_PROJECTIONS)
		return fail(why, E_LIMIT, "ledger", "more than %d projections", LEDGER_PROJECTIONS);
	for (size_t i = 0; i < count; i++) {
		const struct projection *p = r->ledger->projections[i];
		TRY(drop_indexes(r, p, why));
		r->gathered[i] = p->gathering ? p->gathering->begin() : NULL;
		if (p->gathering && !r->gathered[i])
			return fail(why, E_MEMORY, p->name, "no memory to replay");
	}
	return ok();
}

static struct result replay_entry(struct replaying *r, const struct ledger_entry *entry, struct why *why)
{
	for (size_t i = 0; r->ledger->projections && r->ledger->projections[i]; i++) {
		const struct projection *p = r->ledger->projections[i];
		if (!projection_wants(p, entry->kind))
			continue;
		if (p->gathering)
			TRY(p->gathering->take(r->gathered[i], r->to, entry, why));
		else
			TRY(p->apply(r->to, entry, why));
	}
	return ok();
}

static struct result replay_all(struct replaying *r, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	AUTO(arena_drop) struct arena *arena = arena_new(4 * LEDGER_LEAF_MAX);
	struct ledger_entry entry;
	bool row = false;
	if (!arena)
		return fail(why, E_MEMORY, "ledger", "no memory to replay");
	TRY(store_prepare(r->ledger->store, "SELECT leaf FROM ledger_entry ORDER BY seq", &s, why));
	TRY(statement_step(s, &row, why));
	while (row) {
		arena_reset(arena);
		TRY(entry_read(column_blob(s, 0), arena, &entry, why));
		TRY(replay_entry(r, &entry, why));
		TRY(statement_step(s, &row, why));
	}
	return ok();
}

static struct result replay_end(struct replaying *r, struct why *why)
{
	for (size_t i = 0; i < projections_of(r->ledger); i++)
		if (r->gathered[i])
			TRY(r->ledger->projections[i]->gathering->write(r->gathered[i], r->to, why));
	return buffer_slice(&r->indexes).len ? store_exec(r->to, buffer_cstr(&r->indexes), why) : ok();
}

struct result ledger_replay(struct ledger *ledger, struct store *to, struct why *why)
{
	struct replaying r = {.ledger = ledger, .to = to};
	buffer_init(&r.indexes, 1 << 16);
	struct result done = replay_begin(&r, why);
	if (done.code == OK)
		done = replay_all(&r, why);
	if (done.code == OK)
		done = replay_end(&r, why);
	for (size_t i = 0; i < projections_of(ledger) && i < LEDGER_PROJECTIONS; i++)
		if (r.gathered[i])
			ledger->projections[i]->gathering->end(r.gathered[i]);
	buffer_done(&r.indexes);
	return done;
}

/* ---- one table on both sides --------------------------------------------- */

struct pair {
	struct verifying *v;
	const char *table;
	struct statement *kept, *made; /* the real rows, and those made anew */
	bool kept_row, made_row;
	int columns;
	int key[COLUMNS_MAX]; /* columns of the primary key, in its order */
	int key_count;
};

static int compare_cells(const struct statement *a, const struct statement *b, int column)
{
	enum column_kind kind = column_kind(a, column), other = column_kind(b, column);
	if (kind != other)
		return kind < other ? -1 : 1;
	if (kind == COLUMN_NULL)
		return 0;
	if (kind == COLUMN_I64) {
		int64_t x = column_i64(a, column), y = column_i64(b, column);
		return x < y ? -1 : x > y;
	}
	return slice_compare(column_blob(a, column), column_blob(b, column));
}

static int compare_keys(const struct pair *pair)
{
	int order = 0;
	for (int i = 0; i < pair->key_count && order == 0; i++)
		order = compare_cells(pair->kept, pair->made, pair->key[i]);
	return order;
}

/* show - a cell for a sentence: short, and no bytes that are no text */
static void show(struct buffer *out, const struct statement *s, int column)
{
	enum column_kind kind = column_kind(s, column);
	struct slice text = column_text(s, column);
	if (kind == COLUMN_NULL)
		buffer_put_str(out, "なし");
	else if (kind == COLUMN_I64)
		buffer_printf(out, "%lld", (long long)column_i64(s, column));
	else if (kind != COLUMN_TEXT)
		buffer_printf(out, "%zu バイトの値", column_blob(s, column).len);
	else {
		size_t len = text.len < SHOWN ? text.len : SHOWN;
		while (len && len < text.len && (text.at[len] & 0xC0) == 0x80)
			len--;
		buffer_put_slice(out, slice_part(text, 0, len));
		buffer_put_str(out, len < text.len ? "…" : "");
	}
}

static void row_fault(struct pair *pair, const struct statement *of, const char *text)
{
	struct buffer place;
	buffer_init(&place, 4000);
	buffer_put_str(&place, pair->table);
	for (int i = 0; i < pair->key_count; i++) {
		buffer_printf(&place, "%s%s=", i ? ", " : " ", column_name(of, pair->key[i]));
		show(&place, of, pair->key[i]);
	}
	verify_fault(pair->v, "row", buffer_cstr(&place), text);
	buffer_done(&place);
}

static void cell_fault(struct pair *pair, int column)
{
	struct buffer text;
	buffer_init(&text, 4000);
	buffer_printf(&text, "列「%s」が台帳と違います。台帳では「", column_name(pair->kept, column));
	show(&text, pair->made, column);
	buffer_put_str(&text, "」、表では「");
	show(&text, pair->kept, column);
	buffer_put_str(&text, "」です。台帳以外から書き換えられています。");
	row_fault(pair, pair->kept, buffer_cstr(&text));
	buffer_done(&text);
}

/* first_difference - false once one was named */
static bool rows_agree(struct pair *pair)
{
	int order = !pair->made_row ? -1 : !pair->kept_row ? 1 : compare_keys(pair);
	if (order < 0)
		row_fault(pair, pair->kept, "台帳にない行が表にあります。台帳以外から書き加えられています。");
	if (order > 0)
		row_fault(pair, pair->made, "台帳にある行が表から消えています。");
	for (int column = 0; order == 0 && column < pair->columns; column++)
		if (compare_cells(pair->kept, pair->made, column) != 0) {
			cell_fault(pair, column);
			return false;
		}
	return order == 0;
}

static struct result step_both(struct pair *pair, struct why *why)
{
	TRY(statement_step(pair->kept, &pair->kept_row, why));
	return statement_step(pair->made, &pair->made_row, why);
}

static struct result compare_rows(struct pair *pair, struct why *why)
{
	TRY(step_both(pair, why));
	while (pair->kept_row || pair->made_row) {
		if (!rows_agree(pair))
			return ok();
		pair->v->verdict->rows++;
		TRY(step_both(pair, why));
	}
	return ok();
}

/* find_key - the columns that the quoted list of names speaks of, in its order */
static bool find_key(struct pair *pair, const char *names)
{
	for (const char *at = names; *at == '"';) {
		const char *end = strchr(at + 1, '"');
		struct slice name = slice_of(at + 1, (size_t)(end - at - 1));
		int column = 0;
		while (column < pair->columns && !slice_is(name, column_name(pair->made, column)))
			column++;
		if (column == pair->columns || pair->key_count == COLUMNS_MAX)
			return false;
		pair->key[pair->key_count++] = column;
		at = end + 1;
		at += strspn(at, ", ");
	}
	return pair->key_count > 0;
}

static struct result open_pair(struct pair *pair, struct store *beside, struct why *why)
{
	struct buffer key, sql;
	buffer_init(&key, 2000);
	buffer_init(&sql, 4000);
	struct result done = store_table_key(beside, pair->table, &key, why);
	buffer_printf(&sql, "SELECT * FROM \"%s\" ORDER BY %s", pair->table, buffer_cstr(&key));
	if (done.code == OK)
		done = store_prepare(beside, buffer_cstr(&sql), &pair->made, why);
	if (done.code == OK)
		done = store_prepare(pair->v->ledger->store, buffer_cstr(&sql), &pair->kept, why);
	pair->columns = done.code == OK ? column_count(pair->made) : 0;
	if (done.code == OK && !find_key(pair, buffer_cstr(&key)))
		done = fail(why, E_INPUT, pair->table, "its primary key cannot be read");
	buffer_done(&key);
	buffer_done(&sql);
	return done;
}

static struct result compare_table(struct verifying *v, struct store *beside, const char *table,
                                   struct why *why)
{
	struct pair pair = {.v = v, .table = table};
	bool same = false;
	TRY(ledger_same_shape(v->ledger->store, beside, table, &same, why));
	if (!same) {
		verify_fault(v, "table", table,
		             "表の形（列・索引・トリガー）が、プログラムの作るものと違います。");
		return ok();
	}
	struct result done = open_pair(&pair, beside, why);
	if (done.code == OK)
		done = compare_rows(&pair, why);
	statement_done(pair.kept);
	statement_done(pair.made);
	return done;
}

/* An entry that its projection now refuses is a finding, not a failure. */
static struct result replay_beside(struct verifying *v, struct store *beside, bool *replayed,
                                   struct why *why)
{
	struct why reason = {0};
	struct result done = ledger_replay(v->ledger, beside, &reason);
	*replayed = done.code == OK;
	if (done.code == E_CONFLICT || done.code == E_INPUT || done.code == E_ABSENT ||
	    done.code == E_TAMPERED) {
		char text[600];
		snprintf(text, sizeof text, "台帳から表を作り直せません（%s）。", reason.text);
		verify_fault(v, "table", reason.place, text);
		return ok();
	}
	return done.code == OK ? done : fail(why, done.code, reason.place, "%s", reason.text);
}

struct result verify_rows(struct verifying *v, struct why *why)
{
	AUTO(store_drop) struct store *beside = NULL;
	bool replayed = false;
	TRY(store_open("sqlite::memory:", &beside, why));
	TRY(ledger_migrate_projections(v->ledger, beside, why));
	TRY(store_begin(beside, why));
	TRY(replay_beside(v, beside, &replayed, why));
	for (const struct projection *const *p = v->ledger->projections; replayed && p && *p; p++)
		for (const char *const *table = (*p)->tables; *table; table++)
			TRY(compare_table(v, beside, *table, why));
	return ok();
}

/* ---- rebuild ------------------------------------------------------------- */

static struct result empty_table(struct store *store, const char *table, struct why *why)
{
	char sql[256];
	int len = snprintf(sql, sizeof sql, "DELETE FROM \"%s\"", table);
	if (len < 0 || (size_t)len >= sizeof sql)
		return fail(why, E_INPUT, table, "the table's name is too long");
	return store_exec(store, sql, why);
}

/* Tables that refer to others stand behind them: the last goes first. */
static struct result empty_tables(struct ledger *ledger, struct why *why)
{
	size_t projections = projections_of(ledger);
	while (projections-- > 0) {
		const char *const *tables = ledger->projections[projections]->tables;
		size_t count = 0;
		while (tables[count])
			count++;
		while (count-- > 0)
			TRY(empty_table(ledger->store, tables[count], why));
	}
	return ok();
}

static struct result rebuild(struct ledger *ledger, struct arena *arena, struct why *why)
{
	struct ledger_verdict verdict = {.sound = true};
	struct verifying v = {.ledger = ledger, .arena = arena, .verdict = &verdict, .last = &verdict.faults};
	TRY(verify_entries(&v, NULL, 0, why));
	if (!verdict.sound)
		return fail(why, E_TAMPERED, verdict.faults ? verdict.faults->place : "ledger", "%s",
		            verdict.faults ? verdict.faults->text : "the entries are not sound");
	TRY(empty_tables(ledger, why));
	TRY(ledger_replay(ledger, ledger->store, why));
	return store_exec(ledger->store, "DELETE FROM ledger_mark WHERE name = 'rebuild'", why);
}

struct result ledger_rebuild(struct ledger *ledger, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(65536);
	if (!arena)
		return fail(why, E_MEMORY, "ledger", "no memory to rebuild");
	TRY(store_cache(ledger->store, REBUILD_CACHE, why));
	TRY(store_begin(ledger->store, why));
	struct result done = rebuild(ledger, arena, why);
	if (done.code == OK)
		return store_commit(ledger->store, why);
	store_rollback(ledger->store);
	return done;
}
