/* Campaigns, sheets and counts out of the tables. */
#include "review/internal.h"

static const char campaign_columns[] =
	"SELECT r.id, r.serial, r.title, r.edition, r.opened_ms, r.closed_ms, r.opened_by, r.deadline,"
	" (SELECT COUNT(*) FROM review_sheet s WHERE s.review = r.id),"
	" (SELECT COUNT(*) FROM review_sheet s WHERE s.review = r.id AND s.answered_ms > 0) FROM review r";

static const char *text_of(struct statement *s, int column, struct arena *arena)
{
	return arena_string(arena, column_text(s, column));
}

static struct result read_campaign(struct statement *s, struct arena *arena, struct review_campaign *out, struct why *why)
{
	*out = (struct review_campaign){.id = text_of(s, 0, arena), .serial = column_i64(s, 1), .title = text_of(s, 2, arena),
		.edition = text_of(s, 3, arena), .opened_ms = column_i64(s, 4), .closed_ms = column_i64(s, 5),
		.opened_by = text_of(s, 6, arena), .deadline = (day_t)column_i64(s, 7), .sheets = column_i64(s, 8),
		.answered = column_i64(s, 9)};
	return out->id && out->title && out->edition && out->opened_by ? ok() : review_no_memory(why);
}

static struct result read_campaigns(struct desk *desk, const char *where, const char *argument, struct arena *arena,
                                    struct review_campaign **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct review_campaign *list = ARENA_ARRAY(arena, REVIEW_CAMPAIGNS + 1, struct review_campaign);
	const char *sql = arena_printf(arena, "%s WHERE r.body = ?1 AND ?2 = ?2 %s", campaign_columns, where);
	bool row;
	size_t n = 0;
	if (!list || !sql)
		return review_no_memory(why);
	TRY(store_ask(desk->store, sql, ARGS(arg_str(desk->body), arg_str(argument)), &s, why));
	while (n <= REVIEW_CAMPAIGNS) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(read_campaign(s, arena, &list[n++], why));
	}
	*out = list;
	*count = n;
	return ok();
}

struct result review_list(struct desk *desk, struct arena *arena, struct review_campaign **out, size_t *count,
                          struct why *why)
{
	return read_campaigns(desk, "ORDER BY r.serial DESC LIMIT 100", "", arena, out, count, why);
}

struct result review_page(struct desk *desk, int64_t before, size_t limit, struct arena *arena, struct review_campaign **out,
                          size_t *count, bool *more, struct why *why)
{
	const char *where = arena_printf(arena, "AND (%lld = 0 OR r.serial < %lld) ORDER BY r.serial DESC LIMIT %zu", (long long)before,
	                                 (long long)before, limit + 1);
	if (!where || !limit || limit > REVIEW_CAMPAIGNS)
		return fail(why, where ? E_INPUT : E_MEMORY, "limit", "一度に見られる自己点検は%d件までです。", REVIEW_CAMPAIGNS);
	TRY(read_campaigns(desk, where, "", arena, out, count, why));
	*more = *count > limit;
	*count = *more ? limit : *count;
	return ok();
}

static struct result read_questions(struct desk *desk, struct review_campaign *campaign, struct arena *arena,
                                    struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row;
	campaign->questions = ARENA_ARRAY(arena, REVIEW_QUESTIONS, struct review_question);
	if (!campaign->questions)
		return review_no_memory(why);
	TRY(store_ask(desk->store, "SELECT clause, posts FROM review_question WHERE review = ?1 ORDER BY place",
	              ARGS(arg_str(campaign->id)), &s, why));
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row || campaign->question_count == REVIEW_QUESTIONS)
			return ok();
		struct review_question *q = &campaign->questions[campaign->question_count++];
		*q = (struct review_question){text_of(s, 0, arena), text_of(s, 1, arena)};
		if (!q->clause || !q->posts)
			return review_no_memory(why);
	}
}

struct result review_get(struct desk *desk, const char *id, struct arena *arena, struct review_campaign *out,
                         struct why *why)
{
	struct review_campaign *list;
	size_t count;
	TRY(read_campaigns(desk, "AND r.id = ?2", id, arena, &list, &count, why));
	if (count != 1)
		return fail(why, E_ABSENT, "review", "この自己点検はありません。");
	TRY(read_questions(desk, &list[0], arena, why));
	*out = list[0];
	return ok();
}

const struct review_question *review_find_question(const struct review_campaign *campaign, const char *clause)
{
	for (size_t i = 0; i < campaign->question_count; i++)
		if (strcmp(campaign->questions[i].clause, clause) == 0)
			return &campaign->questions[i];
	return NULL;
}

/* ---- sheets ---------------------------------------------------------------------------- */

static struct result read_sheet(struct statement *s, struct arena *arena, struct review_sheet *out, struct why *why)
{
	*out = (struct review_sheet){.campaign = text_of(s, 0, arena), .person = text_of(s, 1, arena),
		.section = text_of(s, 2, arena), .posts = text_of(s, 3, arena), .answered_ms = column_i64(s, 4),
		.answered_by = text_of(s, 5, arena), .noes = column_i64(s, 6), .reminded_ms = column_i64(s, 7)};
	return out->campaign && out->person && out->section && out->posts && out->answered_by ? ok() : review_no_memory(why);
}

struct result review_sheets(struct desk *desk, const struct review_sheet_query *q, struct arena *arena,
                            struct review_sheet **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct review_sheet *list = ARENA_ARRAY(arena, q->limit + 1, struct review_sheet);
	bool row;
	size_t n = 0;
	if (!list)
		return review_no_memory(why);
	TRY(store_ask(desk->store,
	              "SELECT s.review, s.person, s.section, s.posts, s.answered_ms, s.answered_by, s.noes, s.reminded_ms"
	              " FROM review_sheet s JOIN review r ON r.id = s.review"
	              " WHERE r.body = ?1 AND (?2 = '' OR s.review = ?2) AND (?2 <> '' OR r.closed_ms = 0)"
	              " AND (?3 = '' OR s.person = ?3) AND (?4 = '' OR s.section = ?4) AND (?5 = 0 OR s.answered_ms = 0)"
	              " AND (?7 = '' OR s.section > ?7 OR (s.section = ?7 AND s.person > ?8))"
	              " ORDER BY s.review, s.section, s.person LIMIT ?6",
	              ARGS(arg_str(desk->body), arg_str(q->campaign ? q->campaign : ""), arg_str(q->person ? q->person : ""),
	                   arg_str(q->section ? q->section : ""), arg_i64(q->unanswered), arg_i64((int64_t)q->limit),
	                   arg_str(q->after_section ? q->after_section : ""), arg_str(q->after_person ? q->after_person : "")), &s, why));
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row || n == q->limit)
			break;
		TRY(read_sheet(s, arena, &list[n++], why));
	}
	*out = list;
	*count = n;
	return ok();
}

/* What was written beside the answers: one sealed object of clause and words. */
static struct result open_remarks(struct desk *desk, const char *campaign, const char *person, struct arena *arena,
                                  json_t **out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row;
	struct slice item, words;
	*out = NULL;
	TRY(store_ask(desk->store, "SELECT remarks FROM review_sheet WHERE review = ?1 AND person = ?2",
	              ARGS(arg_str(campaign), arg_str(person)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row || column_text(s, 0).len == 0)
		return ok();
	item = slice_str(text_of(s, 0, arena));
	if (vault_get(desk->vault, item, arena, &words, NULL).code != OK)
		return ok(); /* erased when its time was over: the answers stay */
	*out = json_loadb((const char *)words.at, words.len, 0, NULL);
	return ok();
}

static struct result read_said(struct desk *desk, struct review_sheet *sheet, const json_t *remarks, struct arena *arena,
                               struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct review_said *said = ARENA_ARRAY(arena, REVIEW_QUESTIONS, struct review_said);
	bool row;
	if (!said)
		return review_no_memory(why);
	TRY(store_ask(desk->store,
	              "SELECT a.clause, a.answer FROM review_answer a JOIN review_question q ON q.review = a.review"
	              " AND q.clause = a.clause WHERE a.review = ?1 AND a.person = ?2 ORDER BY q.place",
	              ARGS(arg_str(sheet->campaign), arg_str(sheet->person)), &s, why));
	for (sheet->said = said;;) {
		TRY(statement_step(s, &row, why));
		if (!row || sheet->said_count == REVIEW_QUESTIONS)
			return ok();
		struct review_said *one = &said[sheet->said_count++];
		one->clause = text_of(s, 0, arena);
		one->answer = (enum item_answer)column_i64(s, 1);
		one->remark = one->clause ? arena_string(arena, slice_str(json_text(remarks, one->clause))) : NULL;
		if (!one->remark)
			return review_no_memory(why);
	}
}

struct result review_sheet_get(struct desk *desk, const char *campaign, const char *person, struct arena *arena,
                               struct review_sheet *out, struct why *why)
{
	AUTO(json_drop) json_t *remarks = NULL;
	struct review_sheet *list;
	size_t count;
	const struct review_sheet_query query = {.campaign = campaign, .person = person, .limit = 1};
	TRY(review_sheets(desk, &query, arena, &list, &count, why));
	if (count != 1 || !*campaign || !*person)
		return fail(why, E_ABSENT, "sheet", "この自己点検で、その人に問うことはありません。");
	TRY(open_remarks(desk, campaign, person, arena, &remarks, why));
	TRY(read_said(desk, &list[0], remarks, arena, why));
	*out = list[0];
	return ok();
}

/* ---- counts ------------------------------------------------------------------------------- */

static struct result read_counts(struct desk *desk, const char *sql, const struct arg *args, size_t arg_count,
                                 struct arena *arena, struct review_count **out, size_t *count, struct why *why)
{
	enum { MOST = 2000 };
	AUTO(statement_drop) struct statement *s = NULL;
	struct review_count *list = ARENA_ARRAY(arena, MOST, struct review_count);
	bool row;
	size_t n = 0;
	if (!list)
		return review_no_memory(why);
	TRY(store_ask(desk->store, sql, args, arg_count, &s, why));
	while (n < MOST) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		struct review_count *c = &list[n++];
		*c = (struct review_count){.of = text_of(s, 0, arena), .asked = column_i64(s, 1), .answered = column_i64(s, 2),
			.yes = column_i64(s, 3), .no = column_i64(s, 4), .na = column_i64(s, 5), .inspection = text_of(s, 6, arena),
			.evaluated_ms = column_i64(s, 7)};
		if (!c->of || !c->inspection)
			return review_no_memory(why);
	}
	*out = list;
	*count = n;
	return ok();
}

struct result review_by_section(struct desk *desk, const char *campaign, struct arena *arena, struct review_count **out,
                                size_t *count, struct why *why)
{
	return read_counts(desk,
		"SELECT s.section, s.asked, s.answered, COALESCE(a.yes, 0), COALESCE(a.no, 0), COALESCE(a.na, 0),"
		" COALESCE(v.inspection, ''), COALESCE(v.evaluated_ms, 0) FROM"
		" (SELECT section, COUNT(*) AS asked, SUM(CASE WHEN answered_ms > 0 THEN 1 ELSE 0 END) AS answered"
		" FROM review_sheet WHERE review = ?1 GROUP BY section) s LEFT JOIN"
		" (SELECT section, SUM(CASE WHEN answer = 1 THEN 1 ELSE 0 END) AS yes, SUM(CASE WHEN answer = 2 THEN 1 ELSE 0 END) AS no,"
		" SUM(CASE WHEN answer = 3 THEN 1 ELSE 0 END) AS na FROM review_answer WHERE review = ?1 GROUP BY section) a"
		" ON a.section = s.section LEFT JOIN review_section v ON v.review = ?1 AND v.section = s.section"
		" ORDER BY s.section", ARGS(arg_str(campaign)), arena, out, count, why);
}

struct result review_by_question(struct desk *desk, const char *campaign, const char *section, struct arena *arena,
                                 struct review_count **out, size_t *count, struct why *why)
{
	return read_counts(desk,
		"SELECT q.clause, COUNT(a.person), COUNT(a.person), COALESCE(SUM(CASE WHEN a.answer = 1 THEN 1 ELSE 0 END), 0),"
		" COALESCE(SUM(CASE WHEN a.answer = 2 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN a.answer = 3 THEN 1 ELSE 0 END), 0),"
		" '', 0 FROM review_question q LEFT JOIN review_answer a ON a.review = q.review AND a.clause = q.clause"
		" AND (?2 = '' OR a.section = ?2) WHERE q.review = ?1 GROUP BY q.place, q.clause ORDER BY q.place",
		ARGS(arg_str(campaign), arg_str(section ? section : "")), arena, out, count, why);
}

struct result review_of_clause(struct desk *desk, const char *clause, struct arena *arena, struct review_campaign *campaign,
                               struct review_count *out, bool *found, struct why *why)
{
	struct review_campaign *list;
	struct review_count *counts;
	size_t count;
	*found = false;
	TRY(read_campaigns(desk, "AND r.id IN (SELECT review FROM review_question WHERE clause = ?2) ORDER BY r.serial DESC LIMIT 1",
	                   clause, arena, &list, &count, why));
	if (!count)
		return ok();
	TRY(read_counts(desk,
		"SELECT ?2, COUNT(*), COUNT(*), COALESCE(SUM(CASE WHEN answer = 1 THEN 1 ELSE 0 END), 0),"
		" COALESCE(SUM(CASE WHEN answer = 2 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN answer = 3 THEN 1 ELSE 0 END), 0), '', 0"
		" FROM review_answer WHERE review = ?1 AND clause = ?2", ARGS(arg_str(list[0].id), arg_str(clause)), arena, &counts,
		&count, why));
	*campaign = list[0];
	*out = counts[0];
	*found = true;
	return ok();
}

struct result review_remarks(struct desk *desk, const char *campaign, const char *section, size_t limit,
                             struct arena *arena, struct review_remark **out, size_t *count, struct why *why)
{
	struct review_sheet *sheets;
	size_t sheet_count, n = 0, room = 0;
	const struct review_sheet_query query = {.campaign = campaign, .section = section, .limit = limit};
	TRY(review_sheets(desk, &query, arena, &sheets, &sheet_count, why));
	for (size_t i = 0; i < sheet_count; i++) {
		TRY(review_sheet_get(desk, campaign, sheets[i].person, arena, &sheets[i], why));
		room += sheets[i].said_count;
	}
	struct review_remark *list = ARENA_ARRAY(arena, room + 1, struct review_remark);
	if (!list)
		return review_no_memory(why);
	for (size_t i = 0; i < sheet_count; i++)
		for (size_t k = 0; k < sheets[i].said_count; k++) {
			const struct review_said *said = &sheets[i].said[k];
			if (said->answer == ITEM_NO || said->answer == ITEM_NOT_APPLICABLE)
				list[n++] = (struct review_remark){sheets[i].person, sheets[i].section, said->clause, said->remark, said->answer};
		}
	*out = list;
	*count = n;
	return ok();
}
