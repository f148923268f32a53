/* 監査報告書: the year's audits and their findings, out of their cases. */
#include "forms/internal.h"

#include "duty/duty.h"

struct report {
	struct maker *m;
	int year;
	struct case_view *audits, *findings;
	size_t audit_count, finding_count;
	const struct policy_fact *audit_facts, *finding_facts;
	size_t audit_fact_count, finding_fact_count;
};

static struct result report_of(struct report *r, struct why *why)
{
	TRY(facts_of_kind(r->m, "audit", &r->audit_facts, &r->audit_fact_count, why));
	TRY(facts_of_kind(r->m, "finding", &r->finding_facts, &r->finding_fact_count, why));
	TRY(cases_of_year(r->m, "audit", r->year, &r->audits, &r->audit_count, why));
	return cases_of_year(r->m, "finding", r->year, &r->findings, &r->finding_count, why);
}

static const char *said(struct report *r, const struct case_view *view, bool audit, const char *path)
{
	const struct policy_fact *facts = audit ? r->audit_facts : r->finding_facts;
	size_t count = audit ? r->audit_fact_count : r->finding_fact_count;
	const char *value = register_cell(&view->row, path);
	for (size_t i = 0; *value && i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return say_value(r->m, NULL, &facts[i], value);
	return "";
}

static const char *step_of(struct report *r, const struct case_view *view)
{
	return policy_label(r->m->desk.policy, NULL, view->step);
}

/* ---- on paper ---------------------------------------------------------------------------- */

static void put_plan(struct report *r)
{
	static const struct paper_column columns[] = {{"監査", 120, PAPER_LEFT, false}, {"受ける課", 60, PAPER_LEFT, false},
		{"行う人", 80, PAPER_LEFT, false}, {"期間", 110, PAPER_LEFT, false}, {"段階", 50, PAPER_LEFT, false}};
	paper_heading(r->m->paper, say(r->m, "監査の計画と実施（%zu件）", r->audit_count));
	if (!r->audit_count) {
		paper_words(r->m->paper, PAPER_LEFT, "この年度に始めた監査はありません。");
		return;
	}
	paper_table(r->m->paper, columns, 5);
	for (size_t i = 0; i < r->audit_count; i++) {
		const struct case_view *a = &r->audits[i];
		const char *auditor = register_cell(&a->row, "auditor"), *from = said(r, a, true, "planned_from");
		paper_row_of(r->m->paper, (const char *const[]){a->row.name, say_section(r->m, a->row.section),
			*auditor ? say_person(r->m, auditor) : "", *from ? say(r->m, "%s〜%s", from, said(r, a, true, "planned_to")) : "",
			step_of(r, a)});
	}
}

static void put_counts(struct report *r)
{
	static const struct paper_column columns[] = {{"重さ", 60, PAPER_LEFT, false}, {"指摘", 40, PAPER_RIGHT, false},
		{"改善を確かめたもの", 60, PAPER_RIGHT, false}};
	const struct policy_fact *weight = NULL;
	for (size_t i = 0; i < r->finding_fact_count; i++)
		if (strcmp(r->finding_facts[i].path, "weight") == 0)
			weight = &r->finding_facts[i];
	paper_heading(r->m->paper, say(r->m, "指摘（%zu件）", r->finding_count));
	if (!weight || !r->finding_count)
		return;
	paper_table(r->m->paper, columns, 3);
	for (size_t w = 0; w < weight->word_count; w++) {
		size_t n = 0, done = 0;
		for (size_t i = 0; i < r->finding_count; i++) {
			bool same = strcmp(register_cell(&r->findings[i].row, "weight"), weight->words[w]) == 0;
			n += same;
			done += same && case_is_end(r->m->desk.policy, "finding", r->findings[i].step);
		}
		paper_row_of(r->m->paper, (const char *const[]){say_value(r->m, NULL, weight, weight->words[w]), say(r->m, "%zu", n),
			say(r->m, "%zu", done)});
	}
}

static void put_finding(struct report *r, const struct case_view *f)
{
	static const char *const shown[] = {"weight", "audit", "clause", "what", "answer", "measure", "deadline"};
	struct maker *m = r->m;
	paper_heading(m->paper, say(m, "指摘 第%lld号　%s", (long long)f->row.serial, f->row.name));
	paper_pairs(m->paper);
	paper_pair(m->paper, "改める課", say_section(m, f->row.section));
	paper_pair(m->paper, "段階", step_of(r, f));
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		for (size_t k = 0; k < r->finding_fact_count; k++)
			if (strcmp(r->finding_facts[k].path, shown[i]) == 0 && *register_cell(&f->row, shown[i]))
				paper_pair(m->paper, r->finding_facts[k].label, strcmp(shown[i], "clause") == 0
					? say_clause(m, register_cell(&f->row, "clause")) : said(r, f, false, shown[i]));
	for (size_t i = 0; i < f->way_count; i++)
		if (*f->way[i].move)
			paper_pair(m->paper, policy_label(m->desk.policy, NULL, f->way[i].move),
			           say(m, "%s　%s", say_person(m, f->way[i].actor), say_time(m, f->way[i].time_ms)));
}

/* Evaluations, reports and what the CISO makes of them: the duties that the audits began. */
static struct result put_use(struct report *r, struct duties *duties, struct why *why)
{
	static const struct paper_column columns[] = {{"監査", 100, PAPER_LEFT, false}, {"求められること", 120, PAPER_LEFT, false},
		{"根拠", 90, PAPER_LEFT, false}, {"状態", 50, PAPER_LEFT, false}, {"済ませた人", 80, PAPER_LEFT, false}};
	bool begun = false;
	paper_heading(r->m->paper, "結果の評価・報告・活用");
	for (size_t i = 0; duties && i < r->audit_count; i++) {
		struct obligation *list;
		size_t count;
		const struct duty_query query = {.object = r->audits[i].row.id, .limit = 50};
		TRY(duty_list(duties, &query, r->m->arena, &list, &count, NULL, why));
		for (size_t k = 0; k < count; k++) {
			const struct policy_duty *duty = duty_statement(duties, list[k].duty);
			if (!begun)
				paper_table(r->m->paper, columns, 5);
			begun = true;
			paper_row_of(r->m->paper, (const char *const[]){r->audits[i].row.name, duty ? duty->label : list[k].task,
				say_clause(r->m, list[k].clause), duty_state_japanese(list[k].state),
				*list[k].closed_by ? say_person(r->m, list[k].closed_by) : ""});
		}
	}
	if (!begun)
		paper_words(r->m->paper, PAPER_LEFT, "監査から生じた義務は、まだありません。");
	return ok();
}

struct result forms_audits(const struct forms *f, struct duties *duties, int year, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {0};
	TRY(maker_begin(&m, f, why));
	struct report r = {.m = &m, .year = year};
	TRY(report_of(&r, why));
	TRY(maker_paper(&m, say(&m, "情報セキュリティ監査報告書（%s）", say_year(&m, year)), m.f->title, false, out, why));
	paper_words(m.paper, PAPER_RIGHT, say(&m, "%s現在", say_day(&m, day_of_ms(clock_now_ms(m.desk.clock)))));
	put_plan(&r);
	put_counts(&r);
	for (size_t i = 0; i < r.finding_count; i++)
		put_finding(&r, &r.findings[i]);
	TRY(put_use(&r, duties, why));
	return paper_end(m.paper, true, why);
}

/* ---- as a sheet ----------------------------------------------------------------------------- */

enum own { OWN_NUMBER = 0, OWN_NAME, OWN_SECTION, OWN_STEP, OWN_OPENED, OWNS };

static struct result sheet_finding(struct report *r, const struct case_view *view, struct sheet_writer *writer, struct why *why)
{
	struct sheet_cell cells[SHEET_COLUMNS] = {{.bad = false}};
	char opened[11];
	day_iso(day_of_ms(view->opened_ms), opened);
	cells[OWN_NUMBER] = (struct sheet_cell){.text = slice_str(say(r->m, "%lld", (long long)view->row.serial)), .kind = CELL_NUMBER};
	cells[OWN_NAME].text = slice_str(view->row.name);
	cells[OWN_SECTION].text = slice_str(say_section(r->m, view->row.section));
	cells[OWN_STEP].text = slice_str(step_of(r, view));
	cells[OWN_OPENED] = (struct sheet_cell){.text = slice_str(opened), .kind = CELL_DAY};
	for (size_t i = 0; i < r->finding_fact_count && OWNS + i < SHEET_COLUMNS; i++) {
		const char *value = register_cell(&view->row, r->finding_facts[i].path);
		bool day = r->finding_facts[i].type == FACT_DATE;
		cells[OWNS + i] = (struct sheet_cell){.kind = day ? CELL_DAY : CELL_TEXT,
			.text = slice_str(day || !*value ? value : say_value(r->m, NULL, &r->finding_facts[i], value))};
	}
	return sheet_row(writer, cells, why);
}

struct result forms_audits_sheet(const struct forms *f, int year, enum sheet_format format, const struct sheet_sink *sink,
                                 struct why *why)
{
	static const struct sheet_column own[OWNS] = {{"finding.number", "番号", 8}, {"finding.name", "指摘", 36},
		{"finding.section", "改める課", 16}, {"finding.step", "段階", 16}, {"finding.opened", "起こした日", 12}};
	AUTO(maker_done) struct maker m = {0};
	AUTO(sheet_drop) struct sheet_writer *writer = NULL;
	struct sheet_column columns[SHEET_COLUMNS];
	TRY(maker_begin(&m, f, why));
	struct report r = {.m = &m, .year = year};
	TRY(report_of(&r, why));
	memcpy(columns, own, sizeof own);
	size_t count = OWNS;
	for (size_t i = 0; i < r.finding_fact_count && count < SHEET_COLUMNS; i++)
		columns[count++] = (struct sheet_column){r.finding_facts[i].path, r.finding_facts[i].label, 0};
	TRY(sheet_begin(format, say(&m, "監査の指摘（%s）", say_year(&m, year)), columns, count, sink, &writer, why));
	for (size_t i = 0; i < r.finding_count; i++)
		TRY(sheet_finding(&r, &r.findings[i], writer, why));
	return sheet_end(writer, why);
}
