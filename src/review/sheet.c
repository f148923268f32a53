/* The questions as a sheet for those without the page, and its answers back. */
#include "review/internal.h"

#include "base/number.h"

enum column { C_PERSON = 0, C_NAME, C_CLAUSE, C_CITE, C_SAYS, C_ANSWER, C_REMARK, COLUMNS };
static const struct sheet_column columns[COLUMNS] = {
	{"review.person", "職員番号", 14}, {"review.name", "氏名", 16}, {"review.clause", "条文の番号", 20},
	{"review.cite", "条文", 22}, {"review.says", "問い（このとおりにしていますか）", 56},
	{"review.answer", "答え（はい・いいえ・該当なし）", 24}, {"review.remark", "理由（いいえ・該当なしのとき）", 44}};

static const struct {
	const char *word;
	enum item_answer answer;
} answers[] = {{"はい", ITEM_YES}, {"いいえ", ITEM_NO}, {"該当なし", ITEM_NOT_APPLICABLE}};

/* ---- out ----------------------------------------------------------------------------- */

static struct result write_person(struct desk *desk, const struct review_campaign *c, const struct review_sheet *sheet,
                                  struct sheet_writer *writer, struct arena *arena, size_t *rows, struct why *why)
{
	struct person person;
	TRY(office_person(desk->office, sheet->person, arena, &person, why));
	for (size_t i = 0; i < c->question_count; i++) {
		struct sheet_cell cells[COLUMNS] = {{.bad = false}};
		const struct policy_clause *clause = policy_clause(desk->policy, c->questions[i].clause);
		if (!review_asks(&c->questions[i], sheet->posts))
			continue;
		cells[C_PERSON].text = slice_str(person.login);
		cells[C_NAME].text = slice_str(person.name);
		cells[C_CLAUSE].text = slice_str(c->questions[i].clause);
		cells[C_CITE].text = slice_str(clause ? clause->cite : "");
		cells[C_SAYS].text = slice_str(clause ? clause->says : "");
		TRY(sheet_row(writer, cells, why));
		++*rows;
	}
	return ok();
}

struct result review_sheet_write(struct desk *desk, const char *campaign, const char *section, const char *person,
                                 const struct sheet_sink *sink, size_t *rows, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(sheet_drop) struct sheet_writer *writer = NULL;
	struct review_campaign c;
	struct review_sheet *sheets;
	size_t count;
	*rows = 0;
	if (!arena)
		return review_no_memory(why);
	const struct review_sheet_query query = {.campaign = campaign, .section = section, .person = section ? NULL : person,
	                                         .unanswered = section != NULL, .limit = REVIEW_PEOPLE};
	TRY(review_get(desk, campaign, arena, &c, why));
	TRY(review_sheets(desk, &query, arena, &sheets, &count, why));
	TRY(sheet_begin(SHEET_XLSX, "自己点検", columns, COLUMNS, sink, &writer, why));
	for (size_t i = 0; i < count; i++)
		TRY(write_person(desk, &c, &sheets[i], writer, arena, rows, why));
	return sheet_end(writer, why);
}

/* ---- in ------------------------------------------------------------------------------- */

struct reading {
	struct desk *desk;
	const char *by;
	struct arena *arena;
	struct review_campaign campaign;
	struct review_plan_in *out;
	struct review_sheet *sheets;  /* beside out->people */
	size_t at[COLUMNS];           /* where each column stands; SIZE_MAX: not there */
	const char *last_login;
	size_t last;
};

static void fault(struct reading *r, size_t row, enum column column, const char *text)
{
	r->out->fault_total++;
	if (r->out->fault_count < REVIEW_FAULTS)
		r->out->faults[r->out->fault_count++] = (struct review_fault){row, columns[column].label, text};
}

static struct slice cell(const struct reading *r, const struct slice *cells, size_t count, enum column column)
{
	size_t at = r->at[column];
	return at < count ? sheet_unguard(cells[at]) : (struct slice){NULL, 0};
}

static struct result read_head(struct reading *r, const struct slice *cells, size_t count, struct why *why)
{
	static const enum column needed[] = {C_PERSON, C_CLAUSE, C_ANSWER, C_REMARK};
	for (size_t k = 0; k < COLUMNS; k++)
		for (size_t i = r->at[k] = SIZE_MAX, at = 1; at < count && i == SIZE_MAX; at++)
			if (slice_is(cells[at], columns[k].label) || slice_is(cells[at], columns[k].id))
				r->at[k] = i = at;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (r->at[needed[i]] == SIZE_MAX)
			return fail(why, E_INPUT, "file", "「%s」の列がありません。書き出した様式の見出しを変えずに書いてください。",
			            columns[needed[i]].label);
	return ok();
}

/* The person's place in the plan; SIZE_MAX when he is not asked (and a fault says so). */
static struct result find_person(struct reading *r, size_t row, const char *login, size_t *out, struct why *why)
{
	char id[27];
	bool may;
	*out = r->last;
	if (r->last_login && strcmp(r->last_login, login) == 0)
		return ok();
	r->last_login = login;
	r->last = *out = SIZE_MAX;
	if (office_find_login(r->desk->office, slice_str(login), id, NULL).code != OK) {
		fault(r, row, C_PERSON, "その職員番号の人はいません。");
		return ok();
	}
	for (size_t i = 0; i < r->out->person_count; i++)
		if (strcmp(r->out->people[i].person, id) == 0) {
			r->last = *out = i;
			return ok();
		}
	struct review_sheet *sheet = &r->sheets[r->out->person_count];
	struct why own = {OK, "", ""};
	struct result found = review_sheet_get(r->desk, r->campaign.id, id, r->arena, sheet, &own);
	if (found.code == E_ABSENT) {
		fault(r, row, C_PERSON, "この自己点検で、その人に問うことはありません。");
		return ok();
	}
	if (found.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	TRY(review_may_answer(r->desk, sheet, r->by, &may, why));
	if (!may) {
		fault(r, row, C_PERSON, "この人に代わって答えられるのは、その課を受け持つ役職の人です。");
		return ok();
	}
	struct review_taken *taken = &r->out->people[r->out->person_count];
	*taken = (struct review_taken){.person = sheet->person, .again = sheet->answered_ms != 0,
		.said = ARENA_ARRAY(r->arena, REVIEW_QUESTIONS, struct review_said)};
	if (!taken->said)
		return review_no_memory(why);
	r->last = *out = r->out->person_count++;
	return ok();
}

static enum item_answer answer_of(struct slice word)
{
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (slice_is(word, answers[i].word))
			return answers[i].answer;
	return ITEM_UNANSWERED;
}

static struct result read_row(struct reading *r, size_t row, const struct slice *cells, size_t count, struct why *why)
{
	struct slice word = cell(r, cells, count, C_ANSWER), remark = cell(r, cells, count, C_REMARK);
	const char *login = arena_string(r->arena, cell(r, cells, count, C_PERSON));
	const char *clause = arena_string(r->arena, cell(r, cells, count, C_CLAUSE));
	size_t person;
	if (!login || !clause)
		return review_no_memory(why);
	if (!*login && !word.len)
		return ok();
	r->out->rows++;
	if (!word.len && !remark.len)
		return ok(); /* not filled in: whether somebody is whole is judged at the end */
	TRY(find_person(r, row, login, &person, why));
	if (person == SIZE_MAX)
		return ok();
	struct review_taken *taken = &r->out->people[person];
	const struct review_question *q = review_find_question(&r->campaign, clause);
	enum item_answer answer = answer_of(word);
	if (!q || !review_asks(q, r->sheets[person].posts))
		fault(r, row, C_CLAUSE, "この人には問われていない条文です。様式の行を変えずに書いてください。");
	else if (answer == ITEM_UNANSWERED)
		fault(r, row, C_ANSWER, "「はい」「いいえ」「該当なし」のどれかを書いてください。");
	else if (answer != ITEM_YES && !remark.len)
		fault(r, row, C_REMARK, "「いいえ」と「該当なし」には理由を書いてください。");
	else if (remark.len > REVIEW_REMARK)
		fault(r, row, C_REMARK, "理由が長すぎます。300文字ほどまでにしてください。");
	else if (taken->said_count == REVIEW_QUESTIONS)
		fault(r, row, C_CLAUSE, "同じ人の行が多すぎます。");
	else
		taken->said[taken->said_count++] = (struct review_said){q->clause, answer, arena_string(r->arena, remark)};
	return ok();
}

/* Nobody's answers go in by halves. */
static void judge_people(struct reading *r)
{
	for (size_t i = 0; i < r->out->person_count; i++) {
		struct review_taken *t = &r->out->people[i];
		struct why own = {OK, "", ""};
		if (r->out->fault_total || review_check(&r->campaign, &r->sheets[i], t->said, t->said_count, &own).code == OK)
			continue;
		const char *text = arena_printf(r->arena, "%s: %s", policy_clause_cite(r->desk->policy, own.place), own.text);
		fault(r, 0, C_ANSWER, text ? text : "答えがそろっていません。");
	}
}

struct result review_sheet_read(struct desk *desk, const char *campaign, struct slice grid, const char *by,
                                struct arena *arena, struct review_plan_in *out, struct why *why)
{
	enum { MOST_PEOPLE = 2000 };
	struct reading r = {.desk = desk, .by = by, .arena = arena, .out = out};
	struct csv csv = csv_of(grid, ',');
	struct slice *cells;
	size_t count;
	uint64_t number;
	bool head = true;
	TRY(review_get(desk, campaign, arena, &r.campaign, why));
	*out = (struct review_plan_in){.people = ARENA_ARRAY(arena, MOST_PEOPLE, struct review_taken),
		.faults = ARENA_ARRAY(arena, REVIEW_FAULTS, struct review_fault)};
	r.sheets = ARENA_ARRAY(arena, MOST_PEOPLE, struct review_sheet);
	if (!out->people || !out->faults || !r.sheets)
		return review_no_memory(why);
	while (csv_row(&csv, arena, &cells, &count)) {
		if (!count || !number_parse_u64(cells[0], &number))
			return fail(why, E_INPUT, "file", "読み取った表の形が正しくありません。");
		if (out->person_count == MOST_PEOPLE)
			return fail(why, E_LIMIT, "file", "一つの表に書けるのは%d人までです。課ごとに分けてください。", MOST_PEOPLE - 1);
		TRY(head ? read_head(&r, cells, count, why) : read_row(&r, (size_t)number, cells, count, why));
		head = false;
	}
	if (csv.fault || head)
		return fail(why, E_INPUT, "file", "表に行がないか、形がこわれています。書き出した様式に書いてください。");
	judge_people(&r);
	return ok();
}

struct result review_sheet_take(struct desk *desk, const char *campaign, const struct review_plan_in *plan, const char *by,
                                struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	if (plan->fault_total || !plan->person_count)
		return fail(why, E_CONFLICT, "file", "直すところがあるか、答えが一つもないため、取り込んでいません。");
	TRY(tx_begin(desk->store, &tx, why));
	for (size_t i = 0; i < plan->person_count; i++)
		TRY(review_answer(desk, campaign, plan->people[i].person, by, plan->people[i].said, plan->people[i].said_count, why));
	return tx_commit(&tx, why);
}
