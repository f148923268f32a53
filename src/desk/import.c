/* Sheets into registers: each cell read, each row decided, all or nothing. */
#include "desk/carry.h"
#include "desk/internal.h"

#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROW_ROOM = 8 << 20, LONG_SHEET = 256 << 10, LONG_CACHE = 64 << 20, IGNORED = -2, UNKNOWN = -1 };
static const char fault_id[] = "row.faults", fault_label[] = "誤り";

struct importing {
	struct desk *desk;
	const char *kind, *actor;
	bool write;
	struct table table;
	struct arena *kept, *row; /* for the plan; for one row */
	struct desk_plan plan;
	int columns[SHEET_COLUMNS]; /* what each column of the sheet is: index of the table's */
	size_t column_count;
	size_t at;                  /* row as a spreadsheet shows it */
	bool row_bad;
	struct desk_asker making, changing;
	struct section_right {
		const char *section;
		bool may;
	} *rights;                  /* of the table's sections */
	unsigned char *seen;        /* serials that the sheet has had: a bit each */
	int64_t serials;
};

/* ---- faults */

static const char *cell_name(struct importing *in, size_t column)
{
	char letters[4] = "";
	if (column == SIZE_MAX)
		return arena_printf(in->kept, "%zu行目", in->at);
	if (column >= 26)
		snprintf(letters, sizeof letters, "%c%c", (char)('A' + column / 26 - 1), (char)('A' + column % 26));
	else
		snprintf(letters, sizeof letters, "%c", (char)('A' + column));
	return arena_printf(in->kept, "%s%zu", letters, in->at);
}

static void add_fault(struct importing *in, size_t column, const char *label, struct slice value, const char *text)
{
	in->row_bad = true;
	if (in->plan.fault_total++ >= DESK_FAULTS)
		return;
	struct slice shown = slice_part(value, 0, 120);
	struct desk_fault *f = &in->plan.faults[in->plan.fault_count];
	*f = (struct desk_fault){.row = in->at, .column = column, .cell = cell_name(in, column),
		.label = arena_string(in->kept, slice_str(label)), .value = desk_whole(in->kept, shown),
		.text = desk_whole(in->kept, slice_str(text))};
	if (f->cell && f->label && f->value && f->text)
		in->plan.fault_count++;
}

/* what became of the row that was read last */
static void add_fate(struct importing *in, enum fate fate, const char *name, const char *text)
{
	struct desk_plan *plan = &in->plan;
	if (plan->fate_count == DESK_FATES || (fate == FATE_SAME && plan->same_told == DESK_SAME))
		return;
	struct desk_fate told = {in->at, fate, arena_string(in->kept, slice_str(name)), arena_string(in->kept, slice_str(text))};
	if (!told.name || !told.text)
		return;
	plan->same_told += fate == FATE_SAME;
	plan->fates[plan->fate_count++] = told;
}

/* the column of the sheet that holds this column of the table */
static size_t sheet_column_of(const struct importing *in, size_t wanted)
{
	for (size_t i = 0; i < in->column_count; i++)
		if (in->columns[i] == (int)wanted)
			return i;
	return SIZE_MAX;
}

static size_t fact_column(const struct importing *in, const char *path)
{
	path += strncmp(path, "object.", 7) == 0 ? 7 : 0;
	if (strcmp(path, "name") == 0)
		return sheet_column_of(in, TABLE_NAME);
	if (strcmp(path, "ground") == 0)
		return sheet_column_of(in, TABLE_GROUND);
	for (size_t i = 0; i < in->table.fact_count; i++)
		if (strcmp(in->table.facts[i].path, path) == 0)
			return sheet_column_of(in, TABLE_OWN + i);
	return SIZE_MAX;
}

/* ---- the header */

static int column_named(const struct importing *in, struct slice name)
{
	for (size_t i = 0; i < in->table.column_count; i++)
		if (slice_is(name, in->table.columns[i].id) || slice_is(name, in->table.columns[i].label))
			return (int)i;
	return slice_is(name, fault_id) || slice_is(name, fault_label) ? IGNORED : UNKNOWN;
}

static bool is_header_again(const struct importing *in, const struct slice *cells, size_t count)
{
	size_t same = 0, filled = 0;
	for (size_t i = 0; i < count && i < in->column_count; i++) {
		filled += cells[i].len > 0;
		same += cells[i].len && column_named(in, cells[i]) == in->columns[i];
	}
	return filled > 1 && same * 2 > filled;
}

static void read_header(struct importing *in, const struct slice *cells, size_t count)
{
	bool named = false;
	in->column_count = count;
	for (size_t i = 0; i < count; i++) {
		in->columns[i] = cells[i].len ? column_named(in, cells[i]) : IGNORED;
		named |= in->columns[i] == TABLE_NAME;
		if (in->columns[i] == UNKNOWN)
			add_fault(in, i, "見出し", cells[i], "この台帳に、その見出しの列はありません。書き出した表の見出しのままにしてください。");
		for (size_t k = 0; k < i; k++)
			if (in->columns[i] >= 0 && in->columns[k] == in->columns[i])
				add_fault(in, i, "見出し", cells[i], "同じ見出しの列が2つあります。1つにしてください。");
	}
	if (!named)
		add_fault(in, SIZE_MAX, "見出し", slice_str(""), "「名称」の列がありません。書き出した表の見出しのままにしてください。");
}

/* ---- one row */

struct reading {
	const struct slice *cells;
	size_t count;
	const char *id;              /* of the row that is there; NULL: a new one */
	struct register_row before;
	struct desk_change change;
	struct cell *values;
	size_t value_count;
};

static struct slice cell_at(const struct importing *in, const struct reading *r, size_t table_column)
{
	size_t at = sheet_column_of(in, table_column);
	return at < r->count ? r->cells[at] : (struct slice){NULL, 0};
}

static struct result find_serial(struct importing *in, struct reading *r, struct slice number, char id[27],
                                 struct why *why)
{
	uint64_t serial = 0;
	int found = 0;
	size_t column = sheet_column_of(in, TABLE_NUMBER);
	if (!number_parse_u64(number, &serial) || !serial || serial > 100000000) {
		add_fault(in, column, "番号", number, "番号は数だけです。新しい行では空にしてください。");
		return ok();
	}
	TRY(register_find(in->desk->registers, in->kind, (int64_t)serial, "", "", id, &found, why));
	if (!found) {
		add_fault(in, column, "番号", number, "その番号の行は、この台帳にありません。新しい行では空にしてください。");
		return ok();
	}
	if ((int64_t)serial < in->serials) {
		unsigned char bit = (unsigned char)(1u << (serial % 8));
		if (in->seen[serial / 8] & bit)
			add_fault(in, column, "番号", number, "同じ番号の行が、この表に2つあります。1つにしてください。");
		in->seen[serial / 8] |= bit;
	}
	r->id = arena_string(in->row, slice_str(id));
	return ok();
}

/* Which row the sheet's row speaks of: by number, else by name and section. */
static struct result find_row(struct importing *in, struct reading *r, struct why *why)
{
	char id[27];
	int found = 0;
	struct slice number = cell_at(in, r, TABLE_NUMBER);
	r->id = NULL;
	if (number.len) {
		TRY(find_serial(in, r, number, id, why));
	} else {
		TRY(register_find(in->desk->registers, in->kind, 0, r->change.row.name, r->change.row.section, id, &found, why));
		if (found == 1)
			r->id = arena_string(in->row, slice_str(id));
		if (found > 1)
			add_fault(in, sheet_column_of(in, TABLE_NAME), "名称", slice_str(r->change.row.name),
			          "同じ名称の行が台帳にいくつもあります。「番号」の列で、どの行かを示してください。");
	}
	if (!r->id)
		return ok();
	TRY(register_get(in->desk->registers, r->id, in->row, &r->before, why));
	if (r->before.closed)
		add_fault(in, SIZE_MAX, "番号", number, "廃止した行です。変えられません。");
	return ok();
}

static struct result read_names(struct importing *in, struct reading *r, struct why *why)
{
	struct why own = {0};
	struct slice name = cell_at(in, r, TABLE_NAME), section = cell_at(in, r, TABLE_SECTION);
	r->change.row.name = arena_string(in->row, name);
	r->change.ground = arena_string(in->row, cell_at(in, r, TABLE_GROUND));
	if (!r->change.row.name || !r->change.ground)
		return desk_no_memory(why);
	if (!name.len)
		add_fault(in, sheet_column_of(in, TABLE_NAME), "名称", name, "「名称」が空です。ほかの人が見てわかる名前を書いてください。");
	r->change.row.section = "";
	if (section.len && table_section(&in->table, section, &r->change.row.section, &own).code != OK)
		add_fault(in, sheet_column_of(in, TABLE_SECTION), "台帳の所管課", section, own.text);
	return ok();
}

/* The facts that the sheet gives; what it has no column for stays. */
static struct result read_facts(struct importing *in, struct reading *r, struct why *why)
{
	r->values = ARENA_ARRAY(in->row, in->table.fact_count + 1, struct cell);
	r->value_count = 0;
	if (!r->values)
		return desk_no_memory(why);
	for (size_t i = 0; i < in->table.fact_count; i++) {
		const struct policy_fact *fact = &in->table.facts[i];
		size_t at = sheet_column_of(in, TABLE_OWN + i);
		const char *value = "";
		struct why own = {0};
		if (at == SIZE_MAX) {
			value = r->id && fact->type != FACT_TEXT ? register_cell(&r->before, fact->path) : "";
			if (*value)
				r->values[r->value_count++] = (struct cell){fact->path, value};
			continue;
		}
		struct slice text = at < r->count ? r->cells[at] : (struct slice){NULL, 0};
		struct result took = table_take(&in->table, fact, text, in->row, &value, &own);
		if (took.code == E_INPUT)
			add_fault(in, at, in->table.columns[TABLE_OWN + i].label, text, own.text);
		else if (took.code != OK)
			return fail(why, own.code, own.place, "%s", own.text);
		r->values[r->value_count++] = (struct cell){fact->path, value};
	}
	return ok();
}

static bool says_the_same(const struct reading *r)
{
	const struct register_change *c = &r->change.row;
	if (strcmp(r->before.name, c->name) != 0 || strcmp(r->before.section, c->section) != 0)
		return false;
	for (size_t i = 0; i < r->value_count; i++)
		if (strcmp(register_cell(&r->before, r->values[i].path), r->values[i].value) != 0)
			return false;
	return true;
}

/* 名称、重要度: what the sheet says otherwise than the register */
static const char *differences(struct importing *in, const struct reading *r)
{
	const struct register_change *c = &r->change.row;
	const char *all = strcmp(r->before.name, c->name) != 0 ? "名称" : "";
	if (strcmp(r->before.section, c->section) != 0)
		all = arena_printf(in->row, "%s%s台帳の所管課", all, *all ? "、" : "");
	for (size_t i = 0; all && i < r->value_count; i++)
		for (size_t k = 0; all && k < in->table.fact_count; k++)
			if (strcmp(in->table.facts[k].path, r->values[i].path) == 0 &&
			    strcmp(register_cell(&r->before, r->values[i].path), r->values[i].value) != 0)
				all = arena_printf(in->row, "%s%s%s", all, *all ? "、" : "", in->table.columns[TABLE_OWN + k].label);
	return all ? all : "";
}

static bool version_stands(struct importing *in, const struct reading *r)
{
	int64_t version;
	struct slice text = cell_at(in, r, TABLE_VERSION);
	char when[48], said[300];
	if (!text.len || (number_parse_i64(text, &version) && version == r->before.version))
		return true;
	ms_short(r->before.changed_ms, when);
	snprintf(said, sizeof said, "書き出したあと、%s にほかの人が変えました（いまは第%lld版）。書き出し直してください。", when,
	         (long long)r->before.version);
	add_fault(in, sheet_column_of(in, TABLE_VERSION), "版", text, said);
	return false;
}

/* ---- deciding and writing it */

static bool may_touch(struct importing *in, const char *section)
{
	for (size_t i = 0; i < in->table.section_count; i++)
		if (strcmp(in->rights[i].section, section) == 0)
			return in->rights[i].may;
	return false;
}

static void refuse(struct importing *in, const struct why *why)
{
	size_t column = fact_column(in, why->place);
	add_fault(in, column, column == SIZE_MAX ? "行" : in->table.columns[in->columns[column]].label, slice_str(""), why->text);
}

static struct result decide(struct importing *in, struct reading *r, const struct decision **made,
                            const struct decision **lowered, struct why *why)
{
	struct why own = {0};
	struct desk_asker *asker = r->id ? &in->changing : &in->making;
	*lowered = NULL;
	struct result done = desk_judge(in->desk, asker, &r->change, in->row, made, &own);
	if (done.code == OK)
		done = desk_refusal(*made, &own);
	if (done.code == OK)
		done = desk_may_lower(in->desk, &r->change, in->row, lowered, &own);
	if (done.code == E_STORE || done.code == E_MEMORY || done.code == E_BUSY || done.code == E_TAMPERED)
		return fail(why, own.code, own.place, "%s", own.text);
	if (done.code != OK)
		refuse(in, &own);
	return ok();
}

static struct result take_row(struct importing *in, struct reading *r, struct why *why)
{
	const struct decision *made = NULL, *lowered = NULL;
	struct why own = {0};
	char id[27];
	r->change.row.id = r->id;
	r->change.row.version = r->id ? r->before.version : 0;
	r->change.row.cells = r->values;
	r->change.row.cell_count = r->value_count;
	if (!*r->change.row.section)
		r->change.row.section = r->id ? r->before.section : "";
	if (!*r->change.row.section && !in->row_bad)
		add_fault(in, sheet_column_of(in, TABLE_SECTION), "台帳の所管課", slice_str(""), "「台帳の所管課」が空です。いまの課名を書いてください。");
	if (in->row_bad)
		return ok();
	if (r->id && says_the_same(r)) {
		in->plan.same++;
		add_fate(in, FATE_SAME, r->change.row.name, "");
		return ok();
	}
	if (r->id && !version_stands(in, r))
		return ok();
	if (!may_touch(in, r->change.row.section) || (r->id && !may_touch(in, r->before.section))) {
		add_fault(in, sheet_column_of(in, TABLE_SECTION), "台帳の所管課", slice_str(r->change.row.section),
		          "その課の行を変えられるのは、所管課の人と、その上の役職の人です。");
		return ok();
	}
	TRY(decide(in, r, &made, &lowered, why));
	if (in->row_bad)
		return ok();
	*(r->id ? &in->plan.changed : &in->plan.made) += 1;
	add_fate(in, r->id ? FATE_CHANGED : FATE_NEW, r->change.row.name, r->id ? differences(in, r) : "");
	if (!in->write)
		return ok();
	struct result done = desk_write(in->desk, &r->change, made, lowered, in->row, id, &own);
	if (done.code == E_INPUT || done.code == E_ABSENT || done.code == E_CONFLICT || done.code == E_DENIED)
		refuse(in, &own);
	else if (done.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	return ok();
}

static struct result read_row(struct importing *in, const struct slice *cells, size_t count, struct why *why)
{
	struct reading r = {.cells = cells, .count = count};
	r.change.row = (struct register_change){.kind = in->kind, .actor = in->actor, .post = ""};
	in->row_bad = false;
	in->plan.rows++;
	TRY(read_names(in, &r, why));
	TRY(find_row(in, &r, why));
	TRY(read_facts(in, &r, why));
	TRY(take_row(in, &r, why));
	in->plan.bad_rows += in->row_bad;
	if (in->row_bad)
		add_fate(in, FATE_BAD, r.change.row.name, "");
	return ok();
}

/* ---- the whole */

static struct result prepare(struct importing *in, struct why *why)
{
	const char *make = arena_printf(in->kept, "%s.register", in->kind);
	const char *change = arena_printf(in->kept, "%s.change", in->kind);
	in->plan.faults = ARENA_ARRAY(in->kept, DESK_FAULTS, struct desk_fault);
	in->plan.fates = ARENA_ARRAY(in->kept, DESK_FATES, struct desk_fate);
	if (!make || !change || !in->plan.faults || !in->plan.fates)
		return desk_no_memory(why);
	if (!policy_act_exists(in->desk->policy, make))
		return fail(why, E_ABSENT, in->kind, "「%.60s」という台帳はありません。", in->kind);
	TRY(table_new(in->desk, in->kind, in->kept, &in->table, why));
	TRY(desk_question(in->desk, make, in->actor, in->kind, in->kept, &in->making, why));
	TRY(desk_question(in->desk, change, in->actor, in->kind, in->kept, &in->changing, why));
	in->rights = ARENA_ARRAY(in->kept, in->table.section_count + 1, struct section_right);
	in->serials = 1000000;
	in->seen = ARENA_ARRAY(in->kept, (size_t)in->serials / 8 + 1, unsigned char);
	if (!in->rights || !in->seen)
		return desk_no_memory(why);
	for (size_t i = 0; i < in->table.section_count; i++) {
		in->rights[i].section = in->table.sections[i].id;
		TRY(desk_may(in->desk, in->actor, in->table.sections[i].id, &in->rights[i].may, why));
	}
	return ok();
}

/* The grid row by row: the first is the header, the second may be its labels. */
static struct result walk(struct importing *in, struct slice grid, struct why *why)
{
	AUTO(arena_drop) struct arena *line = arena_new(16 << 20);
	struct csv csv = csv_of(grid, ',');
	struct slice *cells;
	size_t count, rows = 0;
	if (!line)
		return desk_no_memory(why);
	for (; csv_row(&csv, line, &cells, &count); rows++) {
		uint64_t number;
		if (!number_parse_u64(cells[0], &number))
			return fail(why, E_INPUT, "sheet", "読み取った表の形が正しくありません。");
		in->at = (size_t)number;
		if (rows == 0) {
			read_header(in, cells + 1, count - 1);
			if (in->plan.fault_total) /* without its headings nothing can be read */
				return ok();
		} else if (rows > 1 || !is_header_again(in, cells + 1, count - 1)) {
			TRY(read_row(in, cells + 1, count - 1, why));
		}
		arena_reset(line);
		arena_reset(in->row);
		if (in->plan.rows > SHEET_ROWS)
			return fail(why, E_LIMIT, "sheet", "1度に取り込めるのは%d行までです。", SHEET_ROWS);
	}
	return csv.fault ? fail(why, E_INPUT, "sheet", "%zu行目: %s", csv.line, csv.fault) : ok();
}

static struct result import(struct desk *desk, const char *kind, struct slice grid, const char *actor, bool write,
                            struct arena *arena, struct desk_plan *out, struct why *why)
{
	AUTO(arena_drop) struct arena *row = arena_new(ROW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct importing in = {.desk = desk, .kind = kind, .actor = actor, .write = write, .kept = arena, .row = row};
	if (!row)
		return desk_no_memory(why);
	if (write)
		TRY(tx_begin(desk->store, &tx, why));
	TRY(prepare(&in, why));
	TRY(walk(&in, grid, why));
	if (write && !in.plan.fault_total)
		TRY(tx_commit(&tx, why));
	*out = in.plan;
	return ok();
}

/* A long sheet is one transaction: its pages stay in memory until it is written. */
struct result desk_import(struct desk *desk, const char *kind, struct slice grid, const char *actor, bool write,
                          struct arena *arena, struct desk_plan *out, struct why *why)
{
	bool much = write && grid.len > LONG_SHEET;
	if (much)
		TRY(store_cache(desk->store, LONG_CACHE, why));
	struct result done = import(desk, kind, grid, actor, write, arena, out, why);
	if (much) {
		struct result small = store_cache(desk->store, STORE_CACHE, done.code == OK ? why : NULL);
		done = done.code == OK ? small : done;
	}
	return done;
}

/* ---- the sheet again, marked */

static const char *faults_of(const struct desk_plan *plan, size_t row, size_t *next, bool *bad, size_t columns,
                             struct arena *arena)
{
	const char *all = "";
	while (*next < plan->fault_count && plan->faults[*next].row < row)
		++*next;
	for (; *next < plan->fault_count && plan->faults[*next].row == row; ++*next) {
		const struct desk_fault *f = &plan->faults[*next];
		if (f->column < columns)
			bad[f->column] = true;
		all = arena_printf(arena, "%s%s%s: %s", all, *all ? "\n" : "", f->label, f->text);
		if (!all)
			return "";
	}
	return all;
}

static struct result begin_marked(const struct table *table, const struct slice *head, size_t count,
                                  const struct sheet_sink *sink, struct arena *arena, struct sheet_writer **out,
                                  struct why *why)
{
	struct sheet_column *columns = ARENA_ARRAY(arena, count + 1, struct sheet_column);
	if (!columns)
		return desk_no_memory(why);
	for (size_t i = 0; i < count; i++) {
		columns[i] = (struct sheet_column){arena_string(arena, head[i]), arena_string(arena, head[i]), 0};
		for (size_t k = 0; k < table->column_count; k++)
			if (slice_is(head[i], table->columns[k].id) || slice_is(head[i], table->columns[k].label))
				columns[i] = table->columns[k];
		if (!columns[i].id || !columns[i].label)
			return desk_no_memory(why);
	}
	columns[count] = (struct sheet_column){fault_id, fault_label, 60};
	return sheet_begin(SHEET_XLSX, table->title, columns, count + 1, sink, out, why);
}

struct result desk_import_marked(struct desk *desk, const char *kind, struct slice grid,
                                 const struct desk_plan *plan, const struct sheet_sink *sink, struct why *why)
{
	AUTO(arena_drop) struct arena *kept = arena_new(16 << 20);
	AUTO(arena_drop) struct arena *line = arena_new(32 << 20);
	AUTO(sheet_drop) struct sheet_writer *writer = NULL;
	struct importing header = {.desk = desk};
	struct csv csv = csv_of(grid, ',');
	struct slice *cells;
	size_t count, columns = 0, next = 0;
	if (!kept || !line)
		return desk_no_memory(why);
	TRY(table_new(desk, kind, kept, &header.table, why));
	for (size_t rows = 0; csv_row(&csv, line, &cells, &count); rows++, arena_reset(line)) {
		uint64_t number = 0;
		bool bad[SHEET_COLUMNS] = {false};
		struct sheet_cell out[SHEET_COLUMNS] = {{.bad = false}};
		if (rows == 0) {
			columns = count - 1;
			header.column_count = columns;
			for (size_t i = 0; i < columns; i++)
				header.columns[i] = column_named(&header, cells[i + 1]);
			TRY(begin_marked(&header.table, cells + 1, columns, sink, kept, &writer, why));
			continue;
		}
		if (rows == 1 && is_header_again(&header, cells + 1, count - 1))
			continue;
		number_parse_u64(cells[0], &number);
		const char *said = faults_of(plan, (size_t)number, &next, bad, columns, line);
		for (size_t i = 0; i < columns; i++)
			out[i] = (struct sheet_cell){.text = i + 1 < count ? cells[i + 1] : slice_str(""), .bad = bad[i]};
		out[columns] = (struct sheet_cell){.text = slice_str(said), .bad = *said != 0};
		TRY(sheet_row(writer, out, why));
	}
	if (!writer)
		return fail(why, E_INPUT, "sheet", "表に行がありません。");
	return sheet_end(writer, why);
}
