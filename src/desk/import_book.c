/* Past record books, taken over line by line: entries are only added, never changed. */
#include "desk/export.h"

#include "base/number.h"
#include "base/text.h"
#include "store/digest.h"

#include <stdio.h>
#include <stdlib.h>

enum { CANDIDATES = 400, LINE_ROOM = 16 << 20, UNKNOWN = -1, IGNORED = -2, FIELDS_FROM = 1000, SOURCE = 80 };

struct numbered {
	const char *number, *id;
};
struct taking {
	struct desk *desk;
	struct desk_export *as_is; /* the book as it goes out: columns, and what entries say */
	struct policy_registry registry;
	const char *actor, *source, *act; /* act: of lines that name none */
	bool write, row_bad;
	struct arena *kept, *row;
	struct desk_plan plan;
	struct policy_fact *fields; /* what may be kept here */
	size_t field_count;
	struct numbered *numbers;   /* sorted */
	size_t number_count;
	int columns[SHEET_COLUMNS]; /* index of the book's own column; FIELDS_FROM + index of a field */
	struct slice heads[SHEET_COLUMNS];
	size_t column_count, at;
	struct seen *seen;          /* lines of this sheet, by digest: the same twice are two */
	size_t seen_room;           /* a power of two, at least twice the lines */
};
struct seen {
	uint8_t digest[SHA256_BYTES];
	size_t times; /* 0: a free place */
};

static void tell(struct taking *in, size_t column, const char *label, struct slice value, const char *text)
{
	char cell[24] = "";
	in->row_bad = true;
	if (in->plan.fault_total++ >= DESK_FAULTS)
		return;
	if (column == SIZE_MAX)
		snprintf(cell, sizeof cell, "%zu行目", in->at);
	else if (column >= 26)
		snprintf(cell, sizeof cell, "%c%c%zu", (char)('A' + column / 26 - 1), (char)('A' + column % 26), in->at);
	else
		snprintf(cell, sizeof cell, "%c%zu", (char)('A' + column), in->at);
	struct desk_fault *f = &in->plan.faults[in->plan.fault_count];
	*f = (struct desk_fault){.row = in->at, .column = column, .cell = arena_string(in->kept, slice_str(cell)),
		.label = arena_string(in->kept, slice_str(label)), .value = desk_whole(in->kept, slice_part(value, 0, 120)),
		.text = desk_whole(in->kept, slice_str(text))};
	in->plan.fault_count += f->cell && f->label && f->value && f->text;
}

static void add_fate(struct taking *in, enum fate fate, const char *name)
{
	struct desk_plan *plan = &in->plan;
	if (plan->fate_count == DESK_FATES || (fate == FATE_SAME && plan->same_told == DESK_SAME))
		return;
	const char *kept = arena_string(in->kept, slice_str(name));
	if (!kept)
		return;
	plan->same_told += fate == FATE_SAME;
	plan->fates[plan->fate_count++] = (struct desk_fate){in->at, fate, kept, ""};
}

/* ---- what may be kept ------------------------------------------------------------- */

static bool has_field(const struct taking *in, const char *path)
{
	for (size_t i = 0; i < in->field_count; i++)
		if (strcmp(in->fields[i].path, path) == 0)
			return true;
	return false;
}

static void add_field(struct taking *in, const struct policy_fact *fact, const char *path)
{
	if (in->field_count == CANDIDATES || has_field(in, path))
		return;
	in->fields[in->field_count] = *fact;
	in->fields[in->field_count++].path = path;
}

/* In the order in which register/book resolves a field's name. */
static struct result act_fields(struct taking *in, const char *act, bool object, struct why *why)
{
	const struct policy_fact *facts;
	size_t count;
	TRY(policy_act_facts(in->desk->policy, act, in->kept, &facts, &count, why));
	for (size_t i = 0; i < count; i++) {
		bool of_object = strncmp(facts[i].path, "object.", 7) == 0;
		if (of_object == object && strncmp(facts[i].path, "actor", 5) != 0)
			add_field(in, &facts[i], facts[i].path + (of_object ? 7 : 0));
	}
	return ok();
}

static void common_fields(struct taking *in)
{
	static const struct {
		const char *name;
		enum fact_type type;
	} common[] = {{"performed_at", FACT_NONE}, {"approved_at", FACT_NONE}, {"performer", FACT_PERSON}, {"approver", FACT_PERSON},
		{"applicant", FACT_PERSON}, {"reason", FACT_TEXT}, {"result", FACT_TEXT}};
	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		const char *label = policy_field_label(common[i].name);
		if (label)
			add_field(in, &(struct policy_fact){.label = label, .type = common[i].type, .found_by = "", .kind = ""}, common[i].name);
	}
}

/* The acts that the edition in force has recorded here; one alone is every line's. */
static struct result read_fields(struct taking *in, struct why *why)
{
	const struct policy_edition *edition =
		policy_edition_on(in->desk->policy, in->desk->policy_name, desk_today(in->desk));
	const struct policy_fact *facts;
	struct policy_record record;
	size_t count, acts = 0;
	for (int object = 0; object < 2; object++) {
		for (size_t i = 0; edition && policy_record_at(in->desk->policy, edition, i, &record); i++) {
			if (strcmp(record.registry, in->registry.name) != 0)
				continue;
			acts += !object && (!in->act || strcmp(in->act, record.act) != 0);
			in->act = record.act;
			TRY(act_fields(in, record.act, object == 1, why));
		}
		if (!object)
			common_fields(in);
	}
	if (acts != 1)
		in->act = "";
	TRY(policy_kind_facts(in->desk->policy, in->registry.kind, in->kept, &facts, &count, why));
	for (size_t i = 0; i < count; i++)
		add_field(in, &facts[i], facts[i].path);
	return ok();
}

/* ---- what is there ------------------------------------------------------------------ */

static int by_number(const void *a, const void *b)
{
	return strcmp(((const struct numbered *)a)->number, ((const struct numbered *)b)->number);
}

static struct result read_numbers(struct taking *in, struct why *why)
{
	struct book_query query = {.registry = in->registry.name, .limit = BOOK_PAGE, .before_id = ""};
	struct arena *page = in->as_is->page;
	int64_t total = 0;
	char last[27] = "";
	TRY(book_count(in->desk->registers, &query, SHEET_ROWS, &total, why));
	in->numbers = ARENA_ARRAY(in->kept, (size_t)total + 1, struct numbered);
	if (!in->numbers)
		return desk_no_memory(why);
	for (bool more = true; more;) {
		struct book_entry *entries;
		size_t count;
		arena_reset(page);
		TRY(book_list(in->desk->registers, &query, page, &entries, &count, &more, why));
		for (size_t i = 0; i < count && in->number_count < (size_t)total; i++)
			in->numbers[in->number_count++] = (struct numbered){arena_string(in->kept, slice_str(entries[i].number)),
				arena_string(in->kept, slice_str(entries[i].id))};
		if (count) {
			query.before_ms = entries[count - 1].opened_ms;
			snprintf(last, sizeof last, "%s", entries[count - 1].id);
			query.before_id = last;
		}
	}
	for (size_t i = 0; i < in->number_count; i++)
		if (!in->numbers[i].number || !in->numbers[i].id)
			return desk_no_memory(why);
	qsort(in->numbers, in->number_count, sizeof *in->numbers, by_number);
	return ok();
}

/* ---- headings ----------------------------------------------------------------------------- */

static int column_named(const struct taking *in, struct slice name)
{
	const struct desk_export *e = in->as_is;
	for (size_t i = 0; i < BOOK_OWN; i++)
		if (slice_is(name, e->columns[i].id) || slice_is(name, e->columns[i].label))
			return (int)i;
	for (size_t i = 0; i < in->field_count; i++)
		if (slice_is(name, in->fields[i].path) || slice_is(name, in->fields[i].label))
			return FIELDS_FROM + (int)i;
	for (size_t i = BOOK_OWN; i < e->column_count; i++) /* kept once, by another edition */
		if (slice_is(name, e->columns[i].id) || slice_is(name, e->columns[i].label))
			return IGNORED;
	return slice_is(name, "誤り") || slice_is(name, "row.faults") ? IGNORED : UNKNOWN;
}

static struct result read_header(struct taking *in, const struct slice *cells, size_t count, struct why *why)
{
	in->column_count = count;
	for (size_t i = 0; i < count; i++) {
		in->heads[i] = arena_copy(in->kept, cells[i]);
		if (cells[i].len && !in->heads[i].at)
			return desk_no_memory(why);
		in->columns[i] = cells[i].len ? column_named(in, cells[i]) : IGNORED;
		if (in->columns[i] == UNKNOWN)
			tell(in, i, "見出し", cells[i], "この記録簿に、その見出しの欄はありません。書き出した表の見出しのどれかにしてください。");
	}
	return ok();
}

static bool is_header_again(const struct taking *in, const struct slice *cells, size_t count)
{
	size_t same = 0, filled = 0;
	for (size_t i = 0; i < count && i < in->column_count; i++) {
		filled += cells[i].len > 0;
		same += cells[i].len && column_named(in, cells[i]) == in->columns[i];
	}
	return filled > 1 && same * 2 > filled;
}

static size_t sheet_column(const struct taking *in, int wanted)
{
	for (size_t i = 0; i < in->column_count; i++)
		if (in->columns[i] == wanted)
			return i;
	return SIZE_MAX;
}

static struct slice own_cell(const struct taking *in, enum book_own own, const struct slice *cells, size_t count)
{
	size_t at = sheet_column(in, (int)own);
	return at < count ? cells[at] : (struct slice){NULL, 0};
}

/* ---- a line with a number: it is there, and says the same ------------------------------------- */

static struct slice as_is_cell(const struct desk_export *e, const struct sheet_cell *cells, struct slice head)
{
	for (size_t i = 0; i < e->column_count; i++)
		if (slice_is(head, e->columns[i].id) || slice_is(head, e->columns[i].label))
			return cells[i].text;
	return (struct slice){NULL, 0};
}

static struct result compare_line(struct taking *in, const char *id, const struct slice *cells, size_t count, struct why *why)
{
	struct desk_export *e = in->as_is;
	struct book_entry entry;
	struct sheet_cell *says;
	arena_reset(e->page);
	TRY(book_get(in->desk->registers, id, e->page, &entry, why));
	TRY(export_entry_cells(e, &entry, &says, why));
	for (size_t i = 0; i < in->column_count; i++) {
		struct slice given = i < count ? cells[i] : (struct slice){NULL, 0};
		if (in->columns[i] >= 0 && !slice_equal(given, as_is_cell(e, says, in->heads[i])))
			tell(in, i, (const char *)in->heads[i].at, given, "記録は書き換えられません。誤りは、その記録の画面で訂正してください。");
	}
	if (in->row_bad)
		return ok();
	in->plan.same++;
	add_fate(in, FATE_SAME, entry.number);
	return ok();
}

/* ---- a line without one: it is taken over -------------------------------------------------------- */

struct line {
	struct cell told[BOOK_FIELDS];
	const char *keep[BOOK_FIELDS];
	size_t count;
	const char *act, *row, *section;
};

/* 2026-11-19 10:20, R8.11.19 10:20, 令和8年11月19日 */
static const char *moment_of(struct slice text, struct arena *arena)
{
	size_t space = slice_find(text, SLICE(" "));
	struct slice clock = space == SIZE_MAX ? SLICE("") : slice_part(text, space + 1, SIZE_MAX);
	day_t day;
	char iso[11];
	if (day_parse(slice_part(text, 0, space), &day, NULL).code != OK)
		return arena_string(arena, text); /* the register says what to write */
	day_iso(day, iso);
	return arena_printf(arena, "%s%s%s%.*s", iso, clock.len ? " " : "", clock.len == 4 ? "0" : "", SLICE_ARG(clock));
}

static struct result read_field(struct taking *in, size_t column, struct slice text, struct line *l, struct why *why)
{
	const struct policy_fact *fact = &in->fields[in->columns[column] - FIELDS_FROM];
	const char *value = "";
	struct why own = {0};
	if (!text.len)
		return ok();
	struct result took = ok();
	if (fact->type == FACT_NONE)
		value = moment_of(text, in->row);
	else
		took = table_take(&in->as_is->table, fact, text, in->row, &value, &own);
	if (took.code == E_INPUT) {
		tell(in, column, fact->label, text, own.text);
		return ok();
	}
	if (took.code != OK || !value)
		return took.code != OK ? fail(why, own.code, own.place, "%s", own.text) : desk_no_memory(why);
	if (l->count == BOOK_FIELDS - 1)
		return fail(why, E_LIMIT, fact->path, "1件の記録に書ける欄は%d個までです。", BOOK_FIELDS - 1);
	l->told[l->count] = (struct cell){fact->path, value};
	l->keep[l->count++] = fact->path;
	return ok();
}

static const char *act_named(const struct taking *in, struct slice text)
{
	struct policy_act act;
	for (size_t i = 0; policy_act_at(in->desk->policy, i, &act); i++)
		if (slice_is(text, act.name) || slice_is(text, policy_label(in->desk->policy, NULL, act.name)))
			return act.name;
	return NULL;
}

static struct result read_about(struct taking *in, const struct slice *cells, size_t count, struct line *l, struct why *why)
{
	const struct policy_fact row = {.type = FACT_ROW, .kind = in->registry.kind, .path = "row", .label = "対象"};
	struct slice act = own_cell(in, BOOK_ACT, cells, count), about = own_cell(in, BOOK_ROW, cells, count);
	struct slice section = own_cell(in, BOOK_SECTION, cells, count);
	struct why own = {0};
	l->act = act.len ? act_named(in, act) : in->act;
	l->row = l->section = "";
	if (!l->act)
		tell(in, sheet_column(in, BOOK_ACT), "何を", act, "その行いの名前はありません。書き出した表にある名前にするか、空にしてください。");
	struct result took = about.len ? table_take(&in->as_is->table, &row, about, in->row, &l->row, &own) : ok();
	if (took.code == E_INPUT)
		tell(in, sheet_column(in, BOOK_ROW), "対象", about, own.text);
	else if (took.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	own = (struct why){0};
	if (!section.len)
		tell(in, sheet_column(in, BOOK_SECTION), "所管課", section, "「所管課」が空です。いまの課名を書いてください。");
	else if (table_section(&in->as_is->table, section, &l->section, &own).code != OK)
		tell(in, sheet_column(in, BOOK_SECTION), "所管課", section, own.text);
	return ok();
}

/* How often this line has stood in the sheet, with this one. */
static size_t times_seen(struct taking *in, const uint8_t digest[SHA256_BYTES])
{
	size_t at = 0;
	memcpy(&at, digest, sizeof at);
	for (at &= in->seen_room - 1; in->seen[at].times; at = (at + 1) & (in->seen_room - 1))
		if (memcmp(in->seen[at].digest, digest, SHA256_BYTES) == 0)
			return ++in->seen[at].times;
	memcpy(in->seen[at].digest, digest, SHA256_BYTES);
	return in->seen[at].times = 1;
}

/* An id of what the line says, and of how many such lines stood above it. */
static struct result origin_of(struct taking *in, const struct line *l, const char **out, struct why *why)
{
	AUTO(buffer_done) struct buffer all = {0};
	uint8_t digest[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	buffer_init(&all, 1 << 20);
	buffer_printf(&all, "%s\n%s\n%s\n%s\n", in->registry.name, l->act, l->row, l->section);
	for (size_t i = 0; i < l->count; i++)
		buffer_printf(&all, "%s=%s\n", l->told[i].path, l->told[i].value);
	if (!buffer_ok(&all))
		return fail(why, E_LIMIT, "line", "行が長すぎます。");
	sha256(buffer_slice(&all), digest);
	hex_encode(digest, 16, hex);
	*out = arena_printf(in->row, "taken:%s-%zu", hex, times_seen(in, digest));
	return *out ? ok() : desk_no_memory(why);
}

static struct result open_entry(struct taking *in, const struct line *l, const char *origin, char id[27], struct why *why)
{
	char day[11];
	struct slice source = slice_part(slice_str(in->source), 0, SOURCE);
	day_iso(desk_today(in->desk), day);
	const char *by = arena_printf(in->row, "引継ぎ %s　%s　%zu行目", day, desk_whole(in->row, source), in->at);
	const struct book_opening opening = {.registry = in->registry.name, .keep = l->keep, .keep_count = l->count, .by = by};
	const struct book_event event = {.act = l->act, .row = l->row, .section = l->section, .origin = origin, .actor = in->actor,
		.known = l->told, .known_count = l->count};
	if (!by)
		return desk_no_memory(why);
	TRY(book_open(in->desk->registers, &opening, &event, id, why));
	return book_close(in->desk->registers, id, in->actor, "", NULL, 0, why);
}

/* What the register would say to it is known by doing it: in the import's transaction,
 * which is thrown away unless everything is to be written. */
static struct result take_line(struct taking *in, const struct line *l, struct why *why)
{
	struct book_entry *there;
	struct why own = {0};
	const char *origin;
	bool may, more;
	size_t count;
	char id[27];
	TRY(desk_may(in->desk, in->actor, l->section, &may, why));
	if (!may)
		tell(in, sheet_column(in, BOOK_SECTION), "所管課", slice_str(l->section), "その課の記録を引き継げるのは、所管課の人と、その上の役職の人です。");
	if (!l->count)
		tell(in, SIZE_MAX, "行", SLICE(""), "記録する事項が1つもありません。日時や内容を書いてください。");
	if (in->row_bad)
		return ok();
	TRY(origin_of(in, l, &origin, why));
	const struct book_query query = {.registry = in->registry.name, .origin = origin, .limit = 1, .before_id = ""};
	TRY(book_list(in->desk->registers, &query, in->row, &there, &count, &more, why));
	if (count) {
		in->plan.same++;
		add_fate(in, FATE_SAME, there[0].number);
		return ok();
	}
	struct result opened = open_entry(in, l, origin, id, &own);
	if (opened.code == E_INPUT || opened.code == E_ABSENT || opened.code == E_DENIED) {
		tell(in, SIZE_MAX, *own.place ? own.place : "行", SLICE(""), own.text);
		return ok();
	}
	if (opened.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	in->plan.made++;
	add_fate(in, FATE_NEW, *l->row ? policy_label(in->desk->policy, NULL, *l->act ? l->act : in->registry.name) : in->registry.title);
	return ok();
}

static struct result read_line(struct taking *in, const struct slice *cells, size_t count, struct why *why)
{
	struct slice number = own_cell(in, BOOK_NUMBER, cells, count);
	struct line l = {.count = 0};
	in->row_bad = false;
	in->plan.rows++;
	if (number.len) {
		const struct numbered wanted = {arena_string(in->row, number), NULL};
		const struct numbered *found = wanted.number
			? bsearch(&wanted, in->numbers, in->number_count, sizeof wanted, by_number) : NULL;
		if (found)
			TRY(compare_line(in, found->id, cells, count, why));
		else
			tell(in, sheet_column(in, BOOK_NUMBER), "番号", number, "その番号の記録は、この記録簿にありません。引き継ぐ行では空にしてください。");
	} else {
		TRY(read_about(in, cells, count, &l, why));
		for (size_t i = 0; i < in->column_count; i++)
			if (in->columns[i] >= FIELDS_FROM)
				TRY(read_field(in, i, i < count ? cells[i] : (struct slice){NULL, 0}, &l, why));
		if (!in->row_bad)
			TRY(take_line(in, &l, why));
	}
	in->plan.bad_rows += in->row_bad;
	if (in->row_bad)
		add_fate(in, FATE_BAD, "");
	return ok();
}

/* ---- the whole --------------------------------------------------------------------------------- */

static struct result walk(struct taking *in, struct slice grid, struct why *why)
{
	AUTO(arena_drop) struct arena *line = arena_new(LINE_ROOM);
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
			TRY(read_header(in, cells + 1, count - 1, why));
			if (in->plan.fault_total)
				return ok();
		} else if (rows > 1 || !is_header_again(in, cells + 1, count - 1)) {
			TRY(read_line(in, cells + 1, count - 1, why));
		}
		arena_reset(line);
		arena_reset(in->row);
		if (in->plan.rows > SHEET_ROWS)
			return fail(why, E_LIMIT, "sheet", "1度に取り込めるのは%d行までです。", SHEET_ROWS);
	}
	return csv.fault ? fail(why, E_INPUT, "sheet", "%zu行目: %s", csv.line, csv.fault) : ok();
}

static struct result nowhere(void *context, struct slice bytes, struct why *why)
{
	(void)context;
	(void)bytes;
	(void)why;
	return ok();
}

static struct result prepare(struct taking *in, const char *registry, struct slice grid, const struct sheet_sink *sink, struct why *why)
{
	if (!policy_registry_find(in->desk->policy, registry, &in->registry))
		return fail(why, E_ABSENT, registry, "「%.60s」という記録簿はありません。", registry);
	TRY(desk_export_book(in->desk, registry, SHEET_CSV, sink, &in->as_is, why));
	size_t lines = 8;
	for (size_t i = 0; i < grid.len; i++)
		lines += grid.at[i] == '\n';
	for (in->seen_room = 16; in->seen_room < 2 * lines;)
		in->seen_room *= 2;
	in->plan.faults = ARENA_ARRAY(in->kept, DESK_FAULTS, struct desk_fault);
	in->plan.fates = ARENA_ARRAY(in->kept, DESK_FATES, struct desk_fate);
	in->fields = ARENA_ARRAY(in->kept, CANDIDATES, struct policy_fact);
	in->seen = ARENA_ARRAY(in->kept, in->seen_room, struct seen);
	if (!in->plan.faults || !in->plan.fates || !in->fields || !in->seen)
		return desk_no_memory(why);
	TRY(read_fields(in, why));
	return read_numbers(in, why);
}

static void taking_done(struct taking *in)
{
	desk_export_drop(&in->as_is);
	arena_drop(&in->row);
}

struct result desk_import_book(struct desk *desk, const char *registry, struct slice grid, const char *source,
                               const char *actor, bool write, struct arena *arena, struct desk_plan *out, struct why *why)
{
	AUTO(taking_done) struct taking in = {.desk = desk, .actor = actor, .source = source, .write = write, .kept = arena,
		.row = arena_new(LINE_ROOM)};
	AUTO(tx_drop) struct tx tx = {0};
	const struct sheet_sink sink = {nowhere, NULL};
	if (!in.row)
		return desk_no_memory(why);
	TRY(prepare(&in, registry, grid, &sink, why));
	TRY(tx_begin(desk->store, &tx, why));
	TRY(walk(&in, grid, why));
	if (write && !in.plan.fault_total)
		TRY(tx_commit(&tx, why));
	*out = in.plan;
	return ok();
}
