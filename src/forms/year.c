/* The cases of one kind in a fiscal year: 自己点検, 監査. */
#include "forms/internal.h"

enum { LISTED = 500 }; /* case_list tells no more */

struct year {
	struct maker *m;
	const char *kind;
	int year;
	struct case_view *cases; /* oldest first, whole */
	size_t count;
	bool cut; /* there are more than one list tells */
	const struct policy_fact *facts;
	size_t fact_count;
};

static bool find_kind(const struct policy *policy, const char *name, struct policy_kind *out)
{
	for (size_t i = 0; policy_kind_at(policy, i, out); i++)
		if (out->proceeding && strcmp(out->name, name) == 0)
			return true;
	return false;
}

const char *forms_year_title(const struct policy *policy, const char *kind, int year, struct arena *arena)
{
	struct maker m = {.arena = arena};
	struct policy_kind known;
	return find_kind(policy, kind, &known) ? say(&m, "%s報告書（%s）", known.title, say_year(&m, year)) : NULL;
}

static struct result add_cases(struct year *y, bool ended, struct why *why)
{
	struct case_view *found;
	size_t count;
	const struct case_query query = {.kind = y->kind, .ended = ended, .limit = FORM_CASES};
	TRY(case_list(y->m->desk.proceedings, &query, y->m->arena, &found, &count, why));
	y->cut |= count == LISTED;
	for (size_t i = 0; i < count && y->count < FORM_CASES; i++) {
		if (fiscal_year(day_of_ms(found[i].opened_ms)) != y->year)
			continue;
		TRY(case_get(y->m->desk.proceedings, found[i].row.id, y->m->arena, &y->cases[y->count], why));
		y->count++;
	}
	return ok();
}

/* by the number of the row: in the order in which they were begun */
static void sort_cases(struct year *y)
{
	for (size_t i = 1; i < y->count; i++)
		for (size_t k = i; k > 0 && y->cases[k - 1].row.serial > y->cases[k].row.serial; k--) {
			struct case_view swap = y->cases[k];
			y->cases[k] = y->cases[k - 1];
			y->cases[k - 1] = swap;
		}
}

struct result cases_of_year(struct maker *m, const char *kind, int year, struct case_view **out, size_t *count, struct why *why)
{
	struct year y = {.m = m, .kind = kind, .year = year, .cases = ARENA_ARRAY(m->arena, FORM_CASES, struct case_view)};
	if (!y.cases)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	TRY(add_cases(&y, false, why));
	TRY(add_cases(&y, true, why));
	sort_cases(&y);
	*out = y.cases;
	*count = y.count;
	return ok();
}

static struct result year_of(struct year *y, struct why *why)
{
	struct policy_kind known;
	if (!find_kind(y->m->desk.policy, y->kind, &known))
		return fail(why, E_ABSENT, y->kind, "「%.60s」という手続はありません。", y->kind);
	y->cases = ARENA_ARRAY(y->m->arena, FORM_CASES, struct case_view);
	if (!y->cases)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	TRY(facts_of_kind(y->m, y->kind, &y->facts, &y->fact_count, why));
	TRY(add_cases(y, false, why));
	TRY(add_cases(y, true, why));
	sort_cases(y);
	return ok();
}

/* ---- on paper --------------------------------------------------------------------------- */

static const char *step_words(const struct year *y, const struct case_view *view)
{
	return policy_label(y->m->desk.policy, NULL, view->step);
}

static void put_steps(struct year *y)
{
	static const struct paper_column columns[] = {{"段階", 60, PAPER_LEFT, false}, {"件数", 40, PAPER_RIGHT, false}};
	const char *step;
	paper_heading(y->m->paper, "件数");
	paper_table(y->m->paper, columns, 2);
	for (size_t i = 0; (step = policy_kind_step(y->m->desk.policy, y->kind, i)); i++) {
		size_t n = 0;
		for (size_t k = 0; k < y->count; k++)
			n += strcmp(y->cases[k].step, step) == 0;
		paper_row_of(y->m->paper, (const char *const[]){policy_label(y->m->desk.policy, NULL, step), say(y->m, "%zu", n)});
	}
	paper_row_of(y->m->paper, (const char *const[]){"合計", say(y->m, "%zu", y->count)});
	if (y->cut)
		paper_note(y->m->paper, say(y->m, "手続が%d件を超えるため、動いたのが新しいものから数えています。", LISTED));
}

/* Sections that none of them is about. */
static void put_left_out(struct year *y)
{
	const char *names = "";
	size_t n = 0;
	for (size_t i = 0; i < y->m->table.section_count; i++) {
		const char *id = y->m->table.sections[i].id;
		bool there = false;
		for (size_t k = 0; k < y->count && !there; k++)
			there = strcmp(register_cell(&y->cases[k].row, "section"), id) == 0 || strcmp(y->cases[k].row.section, id) == 0;
		if (there)
			continue;
		n++;
		names = say(y->m, "%s%s%s", names, *names ? "、" : "", y->m->table.sections[i].name);
	}
	paper_heading(y->m->paper, say(y->m, "この年度に一度も対象になっていない課（%zu）", n));
	paper_words(y->m->paper, PAPER_LEFT, n ? names : "ありません。");
}

static void put_case(struct year *y, const struct case_view *view)
{
	struct maker *m = y->m;
	paper_heading(m->paper, say(m, "第%lld号　%s", (long long)view->row.serial, view->row.name));
	paper_pairs(m->paper);
	paper_pair(m->paper, "段階", step_words(y, view));
	paper_pair(m->paper, "始めた日", say_day(m, day_of_ms(view->opened_ms)));
	for (size_t i = 0; i < y->fact_count; i++) {
		const char *value = register_cell(&view->row, y->facts[i].path);
		if (*value)
			paper_pair(m->paper, y->facts[i].label, say_value(m, NULL, &y->facts[i], value));
	}
	for (size_t i = 0; i < view->note_count; i++)
		paper_pair(m->paper, say(m, "経過　%s", say_time(m, view->notes[i].time_ms)), view->notes[i].words);
	if (view->item_count) {
		paper_space(m->paper, 4);
		put_items(m, view, NULL, 0);
	}
}

struct result forms_year(const struct forms *f, const char *kind, int year, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {0};
	TRY(maker_begin(&m, f, why));
	struct year y = {.m = &m, .kind = kind, .year = year};
	TRY(year_of(&y, why));
	TRY(maker_paper(&m, forms_year_title(m.desk.policy, kind, year, m.arena), m.f->title, false, out, why));
	paper_words(m.paper, PAPER_RIGHT, say(&m, "%s現在", say_day(&m, day_of_ms(clock_now_ms(m.desk.clock)))));
	put_steps(&y);
	put_left_out(&y);
	for (size_t i = 0; i < y.count; i++)
		put_case(&y, &y.cases[i]);
	return paper_end(m.paper, true, why);
}

/* ---- as a sheet --------------------------------------------------------------------------- */

enum own { OWN_NUMBER = 0, OWN_NAME, OWN_SECTION, OWN_STEP, OWN_OPENED, OWN_ITEMS, OWNS };

static const char *items_in_line(struct year *y, const struct case_view *view)
{
	const char *all = "";
	for (size_t i = 0; i < view->item_count; i++)
		all = say(y->m, "%s%s%s: %s%s%s", all, *all ? "\n" : "",
			policy_item_label(y->m->desk.policy, view->items[i].list, view->items[i].item), item_words(view->items[i].answer),
			*view->items[i].evidence ? " " : "", view->items[i].evidence);
	return all;
}

static struct result sheet_case(struct year *y, const struct case_view *view, struct sheet_writer *writer, struct why *why)
{
	struct sheet_cell cells[SHEET_COLUMNS] = {{.bad = false}};
	char opened[11];
	day_iso(day_of_ms(view->opened_ms), opened);
	cells[OWN_NUMBER] = (struct sheet_cell){.text = slice_str(say(y->m, "%lld", (long long)view->row.serial)), .kind = CELL_NUMBER};
	cells[OWN_NAME].text = slice_str(view->row.name);
	cells[OWN_SECTION].text = slice_str(say_section(y->m, view->row.section));
	cells[OWN_STEP].text = slice_str(step_words(y, view));
	cells[OWN_OPENED] = (struct sheet_cell){.text = slice_str(opened), .kind = CELL_DAY};
	cells[OWN_ITEMS].text = slice_str(items_in_line(y, view));
	for (size_t i = 0; i < y->fact_count && OWNS + i < SHEET_COLUMNS; i++) {
		const char *value = register_cell(&view->row, y->facts[i].path);
		bool day = y->facts[i].type == FACT_DATE;
		cells[OWNS + i] = (struct sheet_cell){.kind = day ? CELL_DAY : CELL_TEXT,
			.text = slice_str(day || !*value ? value : say_value(y->m, NULL, &y->facts[i], value))};
	}
	return sheet_row(writer, cells, why);
}

struct result forms_year_sheet(const struct forms *f, const char *kind, int year, enum sheet_format format,
                               const struct sheet_sink *sink, struct why *why)
{
	static const struct sheet_column own[OWNS] = {{"case.number", "番号", 8}, {"case.name", "件名", 36}, {"case.section", "課", 16},
		{"case.step", "段階", 14}, {"case.opened", "始めた日", 12}, {"case.items", "確かめた項目", 40}};
	AUTO(maker_done) struct maker m = {0};
	AUTO(sheet_drop) struct sheet_writer *writer = NULL;
	struct sheet_column columns[SHEET_COLUMNS];
	TRY(maker_begin(&m, f, why));
	struct year y = {.m = &m, .kind = kind, .year = year};
	TRY(year_of(&y, why));
	memcpy(columns, own, sizeof own);
	size_t count = OWNS;
	for (size_t i = 0; i < y.fact_count && count < SHEET_COLUMNS; i++)
		columns[count++] = (struct sheet_column){y.facts[i].path, y.facts[i].label, 0};
	TRY(sheet_begin(format, forms_year_title(m.desk.policy, kind, year, m.arena), columns, count, sink, &writer, why));
	for (size_t i = 0; i < y.count; i++)
		TRY(sheet_case(&y, &y.cases[i], writer, why));
	return sheet_end(writer, why);
}
