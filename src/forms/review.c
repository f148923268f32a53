/* 自己点検の結果: by section, by question, who has not answered, what is to be put right. */
#include "forms/internal.h"

#include "review/review.h"

enum { OPENED = 3000 }; /* sheets whose remarks are read */

struct result_of {
	struct maker *m;
	struct desk desk;
	struct duties *duties;
	struct review_campaign c;
	struct review_count *sections, *questions;
	size_t section_count, question_count;
	struct review_sheet *silent; /* who have not answered */
	size_t silent_count;
	struct review_remark *remarks;
	size_t remark_count;
	struct review_finding *findings;
	size_t finding_count;
	struct review_count sum;
};

static struct result gather(struct result_of *r, const char *campaign, struct why *why)
{
	struct arena *arena = r->m->arena;
	bool more;
	const struct review_sheet_query silent = {.campaign = campaign, .unanswered = true, .limit = REVIEW_PEOPLE};
	const struct review_finding_query findings = {.campaign = campaign, .limit = REVIEW_FINDINGS};
	TRY(review_get(&r->desk, campaign, arena, &r->c, why));
	TRY(review_by_section(&r->desk, campaign, arena, &r->sections, &r->section_count, why));
	TRY(review_by_question(&r->desk, campaign, NULL, arena, &r->questions, &r->question_count, why));
	TRY(review_sheets(&r->desk, &silent, arena, &r->silent, &r->silent_count, why));
	TRY(review_remarks(&r->desk, campaign, NULL, OPENED, arena, &r->remarks, &r->remark_count, why));
	TRY(review_findings(&r->desk, r->duties, &findings, arena, &r->findings, &r->finding_count, &more, why));
	for (size_t i = 0; i < r->section_count; i++) {
		r->sum.yes += r->sections[i].yes;
		r->sum.no += r->sections[i].no;
		r->sum.na += r->sections[i].na;
	}
	return more ? fail(why, E_LIMIT, "review", "指摘が%d件を超えるため、一つの様式に収まりません。課ごとに分けて点検してください。",
	                   REVIEW_FINDINGS) : ok();
}

/* ---- words ------------------------------------------------------------------------------- */

static const char *number_of(struct result_of *r, int64_t n)
{
	return say(r->m, "%lld", (long long)n);
}

static const char *share_of(struct result_of *r, int64_t part, int64_t whole)
{
	return whole ? say(r->m, "%lld%%", (long long)(part * 100 / whole)) : "—";
}

static const char *stage_of(const struct review_count *n)
{
	return n->evaluated_ms ? "評価済み" : *n->inspection ? "評価を待つ" : n->answered == n->asked ? "報告を待つ" : "回答中";
}

static const char *question_says(struct result_of *r, const char *clause)
{
	const struct policy_clause *c = policy_clause(r->desk.policy, clause);
	return c ? c->says : "";
}

static const char *people_asked(struct result_of *r, const char *clause)
{
	for (size_t i = 0; i < r->c.question_count; i++) {
		const char *posts = r->c.questions[i].posts, *all = "";
		if (strcmp(r->c.questions[i].clause, clause) != 0)
			continue;
		struct slice rest = slice_str(posts);
		while (rest.len) {
			size_t len = slice_find(rest, SLICE(" "));
			const char *post = say(r->m, "%.*s", SLICE_ARG(slice_part(rest, 0, len)));
			all = say(r->m, "%s%s%s", all, *all ? "、" : "", policy_label(r->desk.policy, NULL, post));
			rest = len == SIZE_MAX ? SLICE("") : slice_part(rest, len + 1, SIZE_MAX);
		}
		return *all ? all : "全員";
	}
	return "";
}

static const char *owners_of(struct result_of *r, const struct review_finding *f)
{
	const char *all = "";
	for (size_t i = 0; i < f->owner_count; i++)
		all = say(r->m, "%s%s%s", all, *all ? "、" : "", say_person(r->m, f->owners[i].person));
	return *all ? all : f->put_right ? "（済み）" : "—";
}

static const char *weight_of(struct result_of *r, const struct review_finding *f)
{
	return *f->weight ? policy_label(r->desk.policy, NULL, f->weight) : "";
}

static const char *finding_stage(struct result_of *r, const struct review_finding *f)
{
	return say(r->m, "%s%s", policy_label(r->desk.policy, NULL, f->step), f->late ? "（期限超過）" : "");
}

/* What the evaluation of a section says: the notes of its case, of whom and when. */
static struct result evaluation_of(struct result_of *r, const struct review_count *n, const char **out, struct why *why)
{
	struct case_view view;
	*out = "";
	if (!n->evaluated_ms)
		return ok();
	TRY(case_get(r->desk.proceedings, n->inspection, r->m->arena, &view, why));
	for (size_t i = 0; i < view.note_count; i++)
		*out = say(r->m, "%s%s%s", *out, **out ? "\n" : "", view.notes[i].words);
	return ok();
}

/* ---- on paper ------------------------------------------------------------------------------ */

static void put_sum(struct result_of *r)
{
	struct maker *m = r->m;
	const struct review_campaign *c = &r->c;
	day_t edition;
	paper_pairs(m->paper);
	paper_pair(m->paper, "件名", c->title);
	if (day_parse(slice_str(c->edition), &edition, NULL).code == OK)
		paper_pair(m->paper, "問うた規程", say(m, "%s施行の版から%zu問", say_day(m, edition), c->question_count));
	paper_pair(m->paper, "期間", say(m, "%s から %s まで（%s）", say_day(m, day_of_ms(c->opened_ms)), say_day(m, c->deadline),
	                              c->closed_ms ? say(m, "%sに終了", say_day(m, day_of_ms(c->closed_ms))) : "実施中"));
	paper_pair(m->paper, "始めた人", say_person(m, c->opened_by));
	paper_pair(m->paper, "回答した人", say(m, "%lld人のうち%lld人（%s）", (long long)c->sheets, (long long)c->answered,
	                                    share_of(r, c->answered, c->sheets)));
	paper_pair(m->paper, "守られている割合", say(m, "%s（はい %lld件、いいえ %lld件。該当なし %lld件は除く）",
		share_of(r, r->sum.yes, r->sum.yes + r->sum.no), (long long)r->sum.yes, (long long)r->sum.no, (long long)r->sum.na));
	size_t open = 0, late = 0;
	for (size_t i = 0; i < r->finding_count; i++) {
		open += !r->findings[i].put_right;
		late += r->findings[i].late;
	}
	paper_pair(m->paper, "指摘", r->finding_count ? say(m, "%zu件（未了 %zu件、うち期限超過 %zu件）", r->finding_count, open, late)
	                                             : "ありません");
}

static void put_sections(struct result_of *r)
{
	static const struct paper_column columns[] = {{"課", 90, PAPER_LEFT, false}, {"回答", 54, PAPER_RIGHT, false},
		{"守られている", 60, PAPER_RIGHT, false}, {"はい", 40, PAPER_RIGHT, false}, {"いいえ", 40, PAPER_RIGHT, false},
		{"該当なし", 46, PAPER_RIGHT, false}, {"段階", 62, PAPER_LEFT, false}};
	paper_heading(r->m->paper, say(r->m, "課ごとの結果（%zu課）", r->section_count));
	paper_table(r->m->paper, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < r->section_count; i++) {
		const struct review_count *n = &r->sections[i];
		paper_row_of(r->m->paper, (const char *const[]){say_section(r->m, n->of),
			say(r->m, "%lld / %lld", (long long)n->answered, (long long)n->asked), share_of(r, n->yes, n->yes + n->no),
			number_of(r, n->yes), number_of(r, n->no), number_of(r, n->na), stage_of(n)});
	}
}

static struct result put_evaluations(struct result_of *r, struct why *why)
{
	static const struct paper_column columns[] = {{"課", 80, PAPER_LEFT, false}, {"評価した日", 90, PAPER_LEFT, false},
		{"評価", 250, PAPER_LEFT, false}};
	bool begun = false;
	for (size_t i = 0; i < r->section_count; i++) {
		const char *words;
		TRY(evaluation_of(r, &r->sections[i], &words, why));
		if (!*words)
			continue;
		if (!begun) {
			paper_heading(r->m->paper, "評価");
			paper_table(r->m->paper, columns, 3);
		}
		begun = true;
		paper_row_of(r->m->paper, (const char *const[]){say_section(r->m, r->sections[i].of),
			say_day(r->m, day_of_ms(r->sections[i].evaluated_ms)), words});
	}
	return ok();
}

static void put_findings(struct result_of *r)
{
	static const struct paper_column columns[] = {{"番号", 32, PAPER_RIGHT, false}, {"改める課", 62, PAPER_LEFT, false},
		{"内容", 150, PAPER_LEFT, false}, {"担当", 82, PAPER_LEFT, false}, {"期限", 76, PAPER_LEFT, false},
		{"段階", 58, PAPER_LEFT, false}};
	paper_heading(r->m->paper, say(r->m, "指摘と改善（%zu件）", r->finding_count));
	if (!r->finding_count) {
		paper_words(r->m->paper, PAPER_LEFT, "ありません。");
		return;
	}
	paper_table(r->m->paper, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < r->finding_count; i++) {
		const struct review_finding *f = &r->findings[i];
		paper_row_of(r->m->paper, (const char *const[]){number_of(r, f->serial), say_section(r->m, f->section),
			say(r->m, "%s\n%s", say_clause(r->m, f->clause), *f->what ? f->what : f->name), owners_of(r, f),
			say_day(r->m, f->deadline), finding_stage(r, f)});
	}
}

static void put_questions(struct result_of *r)
{
	static const struct paper_column columns[] = {{"条文", 84, PAPER_LEFT, false}, {"問い", 190, PAPER_LEFT, false},
		{"守られている", 58, PAPER_RIGHT, false}, {"はい", 38, PAPER_RIGHT, false}, {"いいえ", 38, PAPER_RIGHT, false},
		{"該当なし", 46, PAPER_RIGHT, false}};
	paper_heading(r->m->paper, say(r->m, "問いごとの結果（%zu問）", r->question_count));
	paper_table(r->m->paper, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < r->question_count; i++) {
		const struct review_count *n = &r->questions[i];
		paper_row_of(r->m->paper, (const char *const[]){say_clause(r->m, n->of), question_says(r, n->of),
			share_of(r, n->yes, n->yes + n->no), number_of(r, n->yes), number_of(r, n->no), number_of(r, n->na)});
	}
}

/* Why not, without who said so: paper is passed on. */
static void put_reasons(struct result_of *r)
{
	static const struct paper_column columns[] = {{"条文", 90, PAPER_LEFT, false}, {"課", 80, PAPER_LEFT, false},
		{"いいえの理由", 250, PAPER_LEFT, false}};
	bool begun = false;
	for (size_t i = 0; i < r->question_count; i++)
		for (size_t k = 0; k < r->remark_count; k++) {
			const struct review_remark *remark = &r->remarks[k];
			if (remark->answer != ITEM_NO || strcmp(remark->clause, r->questions[i].of) != 0)
				continue;
			if (!begun) {
				paper_heading(r->m->paper, "「いいえ」の理由");
				paper_table(r->m->paper, columns, 3);
			}
			begun = true;
			paper_row_of(r->m->paper, (const char *const[]){say_clause(r->m, remark->clause), say_section(r->m, remark->section),
				*remark->words ? remark->words : "（保存期間が終わり、消去しました）"});
		}
}

static void put_silent(struct result_of *r)
{
	static const struct paper_column columns[] = {{"課", 120, PAPER_LEFT, false}, {"氏名", 120, PAPER_LEFT, false},
		{"催促した日", 120, PAPER_LEFT, false}};
	paper_heading(r->m->paper, say(r->m, "回答していない人（%zu人）", r->silent_count));
	if (!r->silent_count) {
		paper_words(r->m->paper, PAPER_LEFT, "全員が回答しました。");
		return;
	}
	paper_table(r->m->paper, columns, 3);
	for (size_t i = 0; i < r->silent_count; i++) {
		struct person person = {.name = r->silent[i].person};
		if (office_person(r->desk.office, r->silent[i].person, r->m->arena, &person, NULL).code != OK)
			person.name = r->silent[i].person;
		paper_row_of(r->m->paper, (const char *const[]){say_section(r->m, r->silent[i].section), person.name,
			r->silent[i].reminded_ms ? say_day(r->m, day_of_ms(r->silent[i].reminded_ms)) : "まだありません"});
	}
}

struct result forms_review(const struct forms *f, struct duties *duties, const char *campaign, struct buffer *out,
                           struct why *why)
{
	AUTO(maker_done) struct maker m = {0};
	TRY(maker_begin(&m, f, why));
	struct result_of r = {.m = &m, .desk = m.desk, .duties = duties};
	TRY(gather(&r, campaign, why));
	TRY(maker_paper(&m, say(&m, "自己点検結果報告書（第%lld号）", (long long)r.c.serial), m.f->title, false, out, why));
	paper_words(m.paper, PAPER_RIGHT, say(&m, "%s現在", say_day(&m, day_of_ms(clock_now_ms(m.desk.clock)))));
	put_sum(&r);
	put_sections(&r);
	TRY(put_evaluations(&r, why));
	put_findings(&r);
	put_questions(&r);
	put_reasons(&r);
	put_silent(&r);
	return paper_end(m.paper, true, why);
}

/* ---- as a workbook --------------------------------------------------------------------------- */

enum { COLUMNS_MOST = 10 };
static const struct sheet_column by_section[] = {{"section", "課", 20}, {"asked", "問うた人", 10}, {"answered", "回答した人", 11},
	{"yes", "はい", 8}, {"no", "いいえ", 8}, {"na", "該当なし", 9}, {"share", "守られている割合（%）", 20}, {"stage", "段階", 14},
	{"evaluated", "評価した日", 12}, {"evaluation", "評価", 50}};
static const struct sheet_column by_question[] = {{"clause", "条文の番号", 20}, {"cite", "条文", 22}, {"says", "問い", 60},
	{"posts", "問うた相手", 30}, {"yes", "はい", 8}, {"no", "いいえ", 8}, {"na", "該当なし", 9}, {"share", "守られている割合（%）", 20}};
static const struct sheet_column unanswered[] = {{"section", "課", 20}, {"login", "職員番号", 14}, {"name", "氏名", 18},
	{"reminded", "催促した日", 12}};
static const struct sheet_column of_findings[] = {{"number", "番号", 8}, {"section", "改める課", 18}, {"cite", "条文", 22},
	{"what", "内容", 50}, {"weight", "重さ", 10}, {"owner", "担当", 24}, {"deadline", "期限", 12}, {"step", "段階", 16},
	{"late", "期限超過", 10}};
static const struct sheet_column of_reasons[] = {{"section", "課", 20}, {"name", "氏名", 18}, {"cite", "条文", 22},
	{"answer", "答え", 12}, {"reason", "理由", 60}};
#define SHEET_OF(title, columns) {title, columns, sizeof columns / sizeof *columns}
static const struct sheet_of_book book[] = {SHEET_OF("課ごと", by_section), SHEET_OF("問いごと", by_question),
	SHEET_OF("回答していない人", unanswered), SHEET_OF("指摘と改善", of_findings), SHEET_OF("いいえ・該当なしの理由", of_reasons)};

/* A row's cells, one after another. */
struct cells {
	struct sheet_cell at[COLUMNS_MOST];
	size_t n;
};

static void words(struct cells *c, const char *text)
{
	c->at[c->n++] = (struct sheet_cell){.text = slice_str(text)};
}

static void count_of(struct result_of *r, struct cells *c, int64_t number)
{
	c->at[c->n++] = (struct sheet_cell){.text = slice_str(number_of(r, number)), .kind = CELL_NUMBER};
}

static void share_cell(struct result_of *r, struct cells *c, const struct review_count *n)
{
	if (n->yes + n->no)
		count_of(r, c, n->yes * 100 / (n->yes + n->no));
	else
		words(c, "");
}

static void day_cell(struct result_of *r, struct cells *c, day_t day)
{
	char iso[11] = "";
	if (day && day != DAY_OPEN)
		day_iso(day, iso);
	c->at[c->n++] = (struct sheet_cell){.text = slice_str(say(r->m, "%s", iso)), .kind = CELL_DAY};
}

static day_t day_or_none(int64_t ms)
{
	return ms ? day_of_ms(ms) : DAY_OPEN;
}

static struct result write_sections(struct result_of *r, struct sheet_writer *w, struct why *why)
{
	for (size_t i = 0; i < r->section_count; i++) {
		const struct review_count *n = &r->sections[i];
		struct cells c = {.n = 0};
		const char *evaluation;
		TRY(evaluation_of(r, n, &evaluation, why));
		words(&c, say_section(r->m, n->of));
		count_of(r, &c, n->asked);
		count_of(r, &c, n->answered);
		count_of(r, &c, n->yes);
		count_of(r, &c, n->no);
		count_of(r, &c, n->na);
		share_cell(r, &c, n);
		words(&c, stage_of(n));
		day_cell(r, &c, day_or_none(n->evaluated_ms));
		words(&c, evaluation);
		TRY(sheet_row(w, c.at, why));
	}
	return ok();
}

static struct result write_questions(struct result_of *r, struct sheet_writer *w, struct why *why)
{
	for (size_t i = 0; i < r->question_count; i++) {
		const struct review_count *n = &r->questions[i];
		struct cells c = {.n = 0};
		words(&c, n->of);
		words(&c, say_clause(r->m, n->of));
		words(&c, question_says(r, n->of));
		words(&c, people_asked(r, n->of));
		count_of(r, &c, n->yes);
		count_of(r, &c, n->no);
		count_of(r, &c, n->na);
		share_cell(r, &c, n);
		TRY(sheet_row(w, c.at, why));
	}
	return ok();
}

static struct result write_silent(struct result_of *r, struct sheet_writer *w, struct why *why)
{
	for (size_t i = 0; i < r->silent_count; i++) {
		struct cells c = {.n = 0};
		struct person person = {.login = "", .name = r->silent[i].person};
		TRY(office_person(r->desk.office, r->silent[i].person, r->m->arena, &person, why));
		words(&c, say_section(r->m, r->silent[i].section));
		words(&c, person.login);
		words(&c, person.name);
		day_cell(r, &c, day_or_none(r->silent[i].reminded_ms));
		TRY(sheet_row(w, c.at, why));
	}
	return ok();
}

static struct result write_findings(struct result_of *r, struct sheet_writer *w, struct why *why)
{
	for (size_t i = 0; i < r->finding_count; i++) {
		const struct review_finding *f = &r->findings[i];
		struct cells c = {.n = 0};
		count_of(r, &c, f->serial);
		words(&c, say_section(r->m, f->section));
		words(&c, say_clause(r->m, f->clause));
		words(&c, *f->what ? f->what : f->name);
		words(&c, weight_of(r, f));
		words(&c, owners_of(r, f));
		day_cell(r, &c, f->deadline);
		words(&c, policy_label(r->desk.policy, NULL, f->step));
		words(&c, f->late ? "はい" : "");
		TRY(sheet_row(w, c.at, why));
	}
	return ok();
}

static struct result write_reasons(struct result_of *r, struct sheet_writer *w, struct why *why)
{
	for (size_t i = 0; i < r->remark_count; i++) {
		const struct review_remark *remark = &r->remarks[i];
		struct cells c = {.n = 0};
		struct person person = {.name = remark->person};
		TRY(office_person(r->desk.office, remark->person, r->m->arena, &person, why));
		words(&c, say_section(r->m, remark->section));
		words(&c, person.name);
		words(&c, say_clause(r->m, remark->clause));
		words(&c, item_words(remark->answer));
		words(&c, remark->words);
		TRY(sheet_row(w, c.at, why));
	}
	return ok();
}

struct result forms_review_book(const struct forms *f, struct duties *duties, const char *campaign,
                                const struct sheet_sink *sink, struct why *why)
{
	static struct result (*const write[])(struct result_of *, struct sheet_writer *, struct why *) = {
		write_sections, write_questions, write_silent, write_findings, write_reasons};
	AUTO(maker_done) struct maker m = {0};
	AUTO(sheet_drop) struct sheet_writer *writer = NULL;
	TRY(maker_begin(&m, f, why));
	struct result_of r = {.m = &m, .desk = m.desk, .duties = duties};
	TRY(gather(&r, campaign, why));
	TRY(sheet_begin_book(book, sizeof book / sizeof *book, sink, &writer, why));
	for (size_t i = 0; i < sizeof write / sizeof *write; i++) {
		if (i)
			TRY(sheet_next(writer, why));
		TRY(write[i](&r, writer, why));
	}
	return sheet_end(writer, why);
}
