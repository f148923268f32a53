/* Registers and record books as sheets. */
#include "desk/export.h"

#include <stdlib.h>

void desk_export_drop(struct desk_export **out)
{
	struct desk_export *e = *out;
	if (e) {
		sheet_drop(&e->writer);
		arena_free(e->kept);
		arena_free(e->page);
	}
	free(e);
	*out = NULL;
}

static struct desk_export *export_new(struct desk *desk)
{
	struct desk_export *e = calloc(1, sizeof *e);
	if (!e)
		return NULL;
	e->desk = desk;
	e->kept = arena_new(KEPT);
	e->page = arena_new(PAGE);
	if (!e->kept || !e->page)
		desk_export_drop(&e);
	return e;
}

/* ---- a register */

struct result desk_export_register(struct desk *desk, const char *kind, enum sheet_format format,
                                   const struct sheet_sink *sink, struct desk_export **out, struct why *why)
{
	AUTO(desk_export_drop) struct desk_export *e = export_new(desk);
	if (!e)
		return desk_no_memory(why);
	TRY(table_new(desk, kind, e->kept, &e->table, why));
	e->columns = e->table.columns;
	e->column_count = e->table.column_count;
	for (size_t i = 0; i < e->table.fact_count; i++)
		e->has_texts |= e->table.facts[i].type == FACT_TEXT;
	TRY(sheet_begin(format, e->table.title, e->columns, e->column_count, sink, &e->writer, why));
	*out = e;
	e = NULL;
	return ok();
}

static struct sheet_cell text_cell(const char *text)
{
	return (struct sheet_cell){.text = slice_str(text)};
}

static struct result put_row(struct desk_export *e, const struct register_row *row, struct why *why)
{
	struct sheet_cell *cells = ARENA_ARRAY(e->page, e->column_count, struct sheet_cell);
	const char *number = arena_printf(e->page, "%lld", (long long)row->serial);
	const char *version = arena_printf(e->page, "%lld", (long long)row->version);
	const struct policy_fact section = {.type = FACT_SECTION};
	if (!cells || !number || !version)
		return desk_no_memory(why);
	cells[TABLE_NUMBER] = (struct sheet_cell){.text = slice_str(number), .kind = CELL_NUMBER};
	cells[TABLE_VERSION] = (struct sheet_cell){.text = slice_str(version), .kind = CELL_NUMBER};
	cells[TABLE_NAME] = text_cell(row->name);
	cells[TABLE_SECTION] = text_cell(table_show(&e->table, &section, row->section, e->page));
	cells[TABLE_GROUND] = text_cell("");
	for (size_t i = 0; i < e->table.fact_count; i++) {
		const struct policy_fact *fact = &e->table.facts[i];
		const char *said = table_show(&e->table, fact, register_cell(row, fact->path), e->page);
		if (!said)
			return desk_no_memory(why);
		cells[TABLE_OWN + i] = (struct sheet_cell){.text = slice_str(said),
			.kind = fact->type == FACT_DATE ? CELL_DAY : fact->type == FACT_NUMBER ? CELL_NUMBER : CELL_TEXT};
	}
	e->rows++;
	return sheet_row(e->writer, cells, why);
}

static struct result register_step(struct desk_export *e, bool *done, struct why *why)
{
	const struct register_query query = {.kind = e->table.kind, .order = ORDER_SERIAL, .after_id = e->after,
	                                     .after_number = e->serial, .limit = STEP};
	struct register_row *rows, full;
	size_t count;
	bool more;
	TRY(register_list(e->desk->registers, &query, e->page, &rows, &count, &more, why));
	for (size_t i = 0; i < count; i++) {
		if (e->has_texts)
			TRY(register_get(e->desk->registers, rows[i].id, e->page, &full, why));
		TRY(put_row(e, e->has_texts ? &full : &rows[i], why));
		e->serial = rows[i].serial;
		memcpy(e->after, rows[i].id, sizeof e->after);
	}
	*done = !more;
	return ok();
}

/* ---- a record book */

static const struct sheet_column book_own[BOOK_OWN] = {
	[BOOK_NUMBER] = {"entry.number", "番号", 10},      [BOOK_OPENED] = {"entry.opened", "起こした日", 12},
	[BOOK_ACT] = {"entry.act", "何を", 20},            [BOOK_ROW] = {"entry.row", "対象", 30},
	[BOOK_SECTION] = {"entry.section", "所管課", 14},  [BOOK_STATE_COLUMN] = {"entry.state", "状態", 10},
	[BOOK_CORRECTS] = {"entry.corrects", "訂正したもとの番号", 14},
};

static bool has_field(const struct desk_export *e, const char *field)
{
	for (size_t i = 0; i < e->field_count; i++)
		if (strcmp(e->fields[i], field) == 0)
			return true;
	return false;
}

/* The fields of its entries, as they stand: a column each, in the order met. */
static struct result book_fields(struct desk_export *e, struct why *why)
{
	struct book_query query = {.registry = e->registry, .limit = STEP};
	enum { MOST = SHEET_COLUMNS - BOOK_OWN };
	e->fields = ARENA_ARRAY(e->kept, MOST, const char *);
	e->columns = ARENA_ARRAY(e->kept, SHEET_COLUMNS, struct sheet_column);
	if (!e->fields || !e->columns)
		return desk_no_memory(why);
	memcpy(e->columns, book_own, sizeof book_own);
	char last[27] = "";
	for (bool more = true; more;) {
		struct book_entry *entries;
		size_t count;
		arena_reset(e->page);
		query.before_id = last;
		TRY(book_list(e->desk->registers, &query, e->page, &entries, &count, &more, why));
		for (size_t i = 0; i < count; i++) {
			for (size_t k = 0; k < entries[i].field_count; k++) {
				const struct policy_fact *f = &entries[i].fields[k].fact;
				if (has_field(e, f->path) || e->field_count == MOST)
					continue;
				const char *path = arena_string(e->kept, slice_str(f->path));
				const char *label = arena_string(e->kept, slice_str(f->label));
				if (!path || !label)
					return desk_no_memory(why);
				e->columns[BOOK_OWN + e->field_count] = (struct sheet_column){path, label, 0};
				e->fields[e->field_count++] = path;
			}
			query.before_ms = entries[i].opened_ms;
			memcpy(last, entries[i].id, sizeof last);
		}
	}
	e->column_count = BOOK_OWN + e->field_count;
	return ok();
}

struct result desk_export_book(struct desk *desk, const char *registry, enum sheet_format format,
                               const struct sheet_sink *sink, struct desk_export **out, struct why *why)
{
	AUTO(desk_export_drop) struct desk_export *e = export_new(desk);
	struct policy_registry known;
	if (!e)
		return desk_no_memory(why);
	if (!policy_registry_find(desk->policy, registry, &known))
		return fail(why, E_ABSENT, registry, "「%.60s」という台帳・記録簿はありません。", registry);
	TRY(table_new(desk, known.kind, e->kept, &e->table, why));
	e->registry = known.name;
	TRY(book_fields(e, why));
	TRY(sheet_begin(format, known.title, e->columns, e->column_count, sink, &e->writer, why));
	*out = e;
	e = NULL;
	return ok();
}

static const char *number_of(struct desk_export *e, const char *id)
{
	struct book_entry other;
	return *id && book_get(e->desk->registers, id, e->page, &other, NULL).code == OK ? other.number : "";
}

static const char *said_of(struct desk_export *e, const struct book_field *field)
{
	if (strcmp(field->value, BOOK_NONE) == 0)
		return "該当なし";
	return table_show(&e->table, &field->fact, field->value, e->page);
}

struct result export_entry_cells(struct desk_export *e, const struct book_entry *entry, struct sheet_cell **out, struct why *why)
{
	struct sheet_cell *cells = ARENA_ARRAY(e->page, e->column_count, struct sheet_cell);
	char day[11];
	const struct policy_fact section = {.type = FACT_SECTION}, row = {.type = FACT_ROW};
	if (!cells)
		return desk_no_memory(why);
	day_iso(day_of_ms(entry->opened_ms), day);
	cells[BOOK_NUMBER] = text_cell(entry->number);
	cells[BOOK_OPENED] = (struct sheet_cell){.text = arena_copy(e->page, slice_str(day)), .kind = CELL_DAY};
	cells[BOOK_ACT] = text_cell(*entry->act ? policy_label(e->desk->policy, NULL, entry->act) : "");
	cells[BOOK_ROW] = text_cell(table_show(&e->table, &row, entry->row, e->page));
	cells[BOOK_SECTION] = text_cell(table_show(&e->table, &section, entry->section, e->page));
	cells[BOOK_STATE_COLUMN] = text_cell(book_state_japanese(entry->state));
	cells[BOOK_CORRECTS] = text_cell(number_of(e, entry->corrects));
	for (size_t i = 0; i < entry->field_count; i++)
		for (size_t k = 0; k < e->field_count; k++)
			if (strcmp(e->fields[k], entry->fields[i].fact.path) == 0)
				cells[BOOK_OWN + k] = (struct sheet_cell){
					.text = slice_str(said_of(e, &entry->fields[i])),
					.kind = entry->fields[i].fact.type == FACT_DATE ? CELL_DAY : CELL_TEXT};
	*out = cells;
	return ok();
}

static struct result put_entry(struct desk_export *e, const struct book_entry *entry, struct why *why)
{
	struct sheet_cell *cells;
	TRY(export_entry_cells(e, entry, &cells, why));
	e->rows++;
	return sheet_row(e->writer, cells, why);
}

static struct result book_step(struct desk_export *e, bool *done, struct why *why)
{
	const struct book_query query = {.registry = e->registry, .before_ms = e->before_ms, .before_id = e->after,
	                                 .limit = STEP};
	struct book_entry *entries, full;
	size_t count;
	bool more;
	TRY(book_list(e->desk->registers, &query, e->page, &entries, &count, &more, why));
	for (size_t i = 0; i < count; i++) {
		TRY(book_get(e->desk->registers, entries[i].id, e->page, &full, why));
		TRY(put_entry(e, &full, why));
		e->before_ms = entries[i].opened_ms;
		memcpy(e->after, entries[i].id, sizeof e->after);
	}
	*done = !more;
	return ok();
}

/* ---- both */

struct result desk_export_step(struct desk_export *e, bool *done, struct why *why)
{
	bool last = e->ended;
	*done = e->ended;
	if (e->ended)
		return ok();
	arena_reset(e->page);
	TRY(e->registry ? book_step(e, &last, why) : register_step(e, &last, why));
	if (last)
		TRY(sheet_end(e->writer, why));
	*done = e->ended = last;
	return ok();
}

const struct sheet_loss *desk_export_losses(const struct desk_export *e, size_t *count, size_t *total)
{
	return sheet_losses(e->writer, count, total);
}

size_t desk_export_rows(const struct desk_export *e)
{
	return e->rows;
}

const char *desk_export_column(const struct desk_export *e, size_t column)
{
	return column < e->column_count ? e->columns[column].label : "";
}
