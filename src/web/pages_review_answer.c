/* 自己点検に答える: one sheet, every question on one page; what was chosen stays. */
#include "web/pages_review.h"

#include "web/book.h"
#include "web/pages.h"

static const char *const words[] = {"", "yes", "no", "na"};

static enum item_answer answer_of(const char *word)
{
	for (size_t i = 1; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], word) == 0)
			return (enum item_answer)i;
	return ITEM_UNANSWERED;
}

/* Whose sheet: one's own, or that of a person of the section who has no page. */
static const char *person_asked(struct request *rq)
{
	const char *person = rq->is_post ? posted(rq, "person") : asked(rq, "person");
	return *person ? person : rq->person.id;
}

static struct result load(struct request *rq, struct review_campaign *c, struct review_sheet *sheet, struct why *why)
{
	struct desk desk = desk_of(rq);
	bool may;
	rq->menu = "duties";
	TRY(review_get(&desk, path_part(rq, 0), rq->arena, c, why));
	TRY(review_sheet_get(&desk, c->id, person_asked(rq), rq->arena, sheet, why));
	TRY(review_may_answer(&desk, sheet, rq->person.id, &may, why));
	return may ? ok() : not_theirs(rq, "sheet", why);
}

static const struct review_said *said_of(const struct review_said *said, size_t count, const char *clause)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(said[i].clause, clause) == 0)
			return &said[i];
	return NULL;
}

static json_t *question_model(struct request *rq, size_t place, const char *clause, const struct review_said *said,
                              const char *wrong)
{
	enum item_answer answer = said ? said->answer : ITEM_UNANSWERED;
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:s}", "n", text(rq, "%zu", place), "id",
		text(rq, "q%zu", place), "cite", clause_cite_of(rq, clause), "says", clause_says_of(rq, clause), "href",
		clause_path(rq, clause), "yes", answer == ITEM_YES, "no", answer == ITEM_NO, "na", answer == ITEM_NOT_APPLICABLE, "remark",
		said ? said->remark : "", "wrong", wrong);
}

static struct result show(struct request *rq, unsigned status, const struct review_campaign *c, const struct review_sheet *sheet,
                          const struct review_said *said, size_t count, const char *error, struct why *why)
{
	const char *path = text(rq, "/inspections/%s/answer", c->id);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"自己点検", "/inspections"}, {c->title, text(rq, "/inspections/%s", c->id)},
	                                 {"答える", ""}};
	json_t *list = json_array(), *errors = json_array();
	char day[48];
	size_t place = 0;
	day_long(c->deadline, day);
	for (size_t i = 0; i < c->question_count; i++) {
		const char *clause = c->questions[i].clause;
		struct why own = {OK, "", ""};
		const struct review_campaign alone = {.questions = &c->questions[i], .question_count = 1};
		const struct review_said *mine = said_of(said, count, clause);
		if (!review_asks(&c->questions[i], sheet->posts))
			continue;
		bool bad = rq->is_post && review_check(&alone, sheet, mine, mine ? 1 : 0, &own).code != OK;
		place++;
		if (bad)
			json_array_append_new(errors, json_pack("{s:s, s:s}", "field", text(rq, "q%zu", place), "text",
				text(rq, "問%zu: %s", place, own.text)));
		json_array_append_new(list, question_model(rq, place, clause, mine, bad ? text(rq, "%s", own.text) : ""));
	}
	bool other = strcmp(sheet->person, rq->person.id) != 0;
	return reply_page(rq, status, "inspection_answer", json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:b}",
		"title", text(rq, "%sに答える", c->title), "name", c->title, "crumbs", show_crumbs(crumbs, 4), "list", list, "errors", errors,
		"deadline", text(rq, "%s", day), "path", path, "person", other ? sheet->person : "", "error", error, "form",
		form_token(rq, path), "sheet", text(rq, "/inspections/%s/sheet", c->id), "who",
		other ? show_person(rq, sheet->person) : json_string(""), "running", !c->closed_ms), why);
}

struct result page_inspection_answer(struct request *rq, struct why *why)
{
	struct review_campaign c;
	struct review_sheet sheet;
	TRY(load(rq, &c, &sheet, why));
	return show(rq, 200, &c, &sheet, sheet.said, sheet.said_count, "", why);
}

/* What was chosen, by the number of the question in this sheet. */
static size_t read_said(struct request *rq, const struct review_campaign *c, const struct review_sheet *sheet,
                        struct review_said *said)
{
	size_t n = 0, place = 0;
	for (size_t i = 0; i < c->question_count; i++) {
		if (!review_asks(&c->questions[i], sheet->posts))
			continue;
		place++;
		enum item_answer answer = answer_of(posted(rq, text(rq, "a%zu", place)));
		const char *remark = posted(rq, text(rq, "r%zu", place));
		if (answer != ITEM_UNANSWERED || *remark)
			said[n++] = (struct review_said){c->questions[i].clause, answer, remark};
	}
	return n;
}

struct result post_inspection_answer(struct request *rq, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	struct review_sheet sheet;
	struct why own = {OK, "", ""};
	TRY(load(rq, &c, &sheet, why));
	struct review_said *said = ARENA_ARRAY(rq->arena, REVIEW_QUESTIONS, struct review_said);
	if (!said)
		return fail(why, E_MEMORY, "review", "no memory for the answers");
	size_t count = read_said(rq, &c, &sheet, said);
	struct result done = review_answer(&desk, c.id, sheet.person, rq->person.id, said, count, &own);
	if (done.code == E_INPUT)
		return show(rq, 400, &c, &sheet, said, count, "", why);
	if (done.code == E_CONFLICT)
		return show(rq, 409, &c, &sheet, said, count, text(rq, "%s", own.text), why);
	if (done.code != OK)
		return fail(why, done.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/inspections/%s", c.id));
	return ok();
}
