/* One section's answers: what is not kept and why, the report, the evaluation. */
#include "web/pages_review.h"

#include "web/pages.h"

enum { OPENED = 300, CHOSEN = 200 };

struct shown {
	struct review_campaign c;
	struct review_count n;
	const char *section;
	bool heads, may;
	const char *field, *wrong;
};

static struct result load(struct request *rq, struct shown *s, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_count *counts;
	size_t count;
	bool all, found = false;
	*s = (struct shown){.section = path_part(rq, 1), .field = "", .wrong = ""};
	rq->menu = "duties";
	TRY(review_get(&desk, path_part(rq, 0), rq->arena, &s->c, why));
	TRY(review_by_section(&desk, s->c.id, rq->arena, &counts, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(counts[i].of, s->section) == 0) {
			s->n = counts[i];
			found = true;
		}
	if (!found)
		return fail(why, E_ABSENT, "section", "この自己点検で、その課に問うことはありません。");
	TRY(is_manager_of(rq, s->section, &s->heads, why));
	TRY(review_may_open(&desk, rq->person.id, &s->may, why));
	TRY(review_reader(rq, &all, why));
	return all || s->heads ? ok() : not_theirs(rq, "inspection", why);
}

static struct result people_model(struct request *rq, const struct shown *s, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_sheet *sheets;
	size_t count;
	bool may;
	const struct review_sheet_query query = {.campaign = s->c.id, .section = s->section, .unanswered = true, .limit = 100};
	TRY(review_sheets(&desk, &query, rq->arena, &sheets, &count, why));
	for (size_t i = 0; i < count; i++) {
		TRY(review_may_answer(&desk, &sheets[i], rq->person.id, &may, why));
		json_array_append_new(list, json_pack("{s:o, s:s, s:o}", "who", show_person(rq, sheets[i].person), "href",
			may && !s->c.closed_ms ? text(rq, "/inspections/%s/answer?person=%s", s->c.id, sheets[i].person) : "", "reminded",
			show_time(sheets[i].reminded_ms)));
	}
	return ok();
}

static struct result remarks_model(struct request *rq, const struct shown *s, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_remark *remarks;
	size_t count;
	TRY(review_remarks(&desk, s->c.id, s->section, OPENED, rq->arena, &remarks, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:s}", "cite", clause_cite_of(rq, remarks[i].clause), "href",
			clause_path(rq, remarks[i].clause), "who", show_person(rq, remarks[i].person), "chip",
			remarks[i].answer == ITEM_NO ? show_chip("red", "bang", "いいえ") : show_chip("gray", "dash", "該当なし"), "words",
			remarks[i].words));
	return ok();
}

/* What somebody said no to: it may be improved. */
static struct result noes_model(struct request *rq, const struct shown *s, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_count *counts;
	struct slice chosen[CHOSEN];
	size_t count, n = rq->is_post ? form_all(rq->form, "clause", chosen, CHOSEN) : 0;
	TRY(review_by_question(&desk, s->c.id, s->section, rq->arena, &counts, &count, why));
	for (size_t i = 0; i < count; i++) {
		bool on = !rq->is_post;
		for (size_t k = 0; k < n; k++)
			on |= slice_is(chosen[k], counts[i].of);
		if (counts[i].no)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "id", text(rq, "clause-%zu", i), "value", counts[i].of,
				"cite", clause_cite_of(rq, counts[i].of), "says", clause_says_of(rq, counts[i].of), "no",
				text(rq, "いいえ %lld人", (long long)counts[i].no), "chosen", on));
	}
	return ok();
}

static struct result show(struct request *rq, unsigned status, struct shown *s, struct why *why)
{
	const char *path = text(rq, "/inspections/%s/sections/%s", s->c.id, s->section);
	struct section section;
	TRY(office_section(parts_of(rq)->office, s->section, rq->arena, &section, why));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"自己点検", "/inspections"}, {s->c.title, text(rq, "/inspections/%s", s->c.id)},
	                                 {section.name, ""}};
	bool evaluating = s->may && *s->n.inspection && !s->n.evaluated_ms;
	json_t *people = json_array(), *remarks = json_array(), *noes = json_array();
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:[]}", "title",
		text(rq, "%s（%s）", s->c.title, section.name), "crumbs", show_crumbs(crumbs, 4), "path", path, "base",
		text(rq, "/inspections/%s", s->c.id), "people", people, "remarks", remarks, "noes", noes, "reporting",
		!*s->n.inspection && !s->c.closed_ms && (s->heads || s->may), "evaluating", evaluating, "case",
		*s->n.inspection ? text(rq, "/case/%s", s->n.inspection) : "", "answered",
		text(rq, "%lld人のうち%lld人が答えました。", (long long)s->n.asked, (long long)s->n.answered), "reason", rq->is_post ? posted(rq, "reason") : "",
		"words", rq->is_post ? posted(rq, "words") : "", "deadline", rq->is_post ? posted(rq, "deadline") : "", "section", s->section,
		"need", rq->is_post && *posted(rq, "need"), "errors");
	json_object_set_new(model, "evaluated", show_time(s->n.evaluated_ms));
	static const char *const fields[] = {"reason", "words", "deadline", "clauses"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_object_set_new(model, text(rq, "wrong_%s", fields[i]), json_string(strcmp(s->field, fields[i]) == 0 ? s->wrong : ""));
	struct result filled = people_model(rq, s, people, why);
	if (filled.code == OK)
		filled = remarks_model(rq, s, remarks, why);
	if (filled.code == OK)
		filled = noes_model(rq, s, noes, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	json_object_set_new(model, "form", form_token(rq, path));
	if (*s->wrong)
		json_object_update_new(model, show_errors(s->field, s->wrong));
	return reply_page(rq, status, "inspection_section", model, why);
}

struct result page_inspection_section(struct request *rq, struct why *why)
{
	struct shown s;
	TRY(load(rq, &s, why));
	return show(rq, 200, &s, why);
}

static struct result report(struct request *rq, const struct shown *s, struct why *why)
{
	struct desk desk = desk_of(rq);
	char inspection[27];
	return review_report(&desk, s->c.id, s->section, rq->person.id, posted(rq, "reason"), inspection, why);
}

static struct result evaluate(struct request *rq, struct shown *s, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct slice chosen[CHOSEN];
	const char *clauses[CHOSEN], *wrong = "";
	size_t findings;
	struct review_evaluation e = {.campaign = s->c.id, .section = s->section, .by = rq->person.id, .words = posted(rq, "words"),
		.shows_need = *posted(rq, "need") != 0, .clauses = clauses, .clause_count = form_all(rq->form, "clause", chosen, CHOSEN)};
	for (size_t i = 0; i < e.clause_count; i++)
		clauses[i] = text(rq, "%.*s", SLICE_ARG(chosen[i]));
	if (e.clause_count && !day_typed(rq, posted(rq, "deadline"), &e.deadline, &wrong))
		return fail(why, E_INPUT, "deadline", "「改善の期限」: %s", wrong);
	return review_evaluate(&desk, &e, &findings, why);
}

struct result post_inspection_section(struct request *rq, struct why *why)
{
	struct shown s;
	struct why own = {OK, "", ""};
	TRY(load(rq, &s, why));
	struct result done = strcmp(posted(rq, "act"), "report") == 0 ? report(rq, &s, &own) : evaluate(rq, &s, &own);
	if (done.code == OK) {
		reply_redirect(rq, text(rq, "/inspections/%s/sections/%s", s.c.id, s.section));
		return ok();
	}
	if (done.code != E_INPUT && done.code != E_CONFLICT && done.code != E_DENIED)
		return fail(why, done.code, own.place, "%s", own.text);
	s.field = strcmp(own.place, "reason") == 0 || strcmp(own.place, "deadline") == 0 ? text(rq, "%s", own.place)
	          : strcmp(own.place, "clauses") == 0 ? "clauses" : "words";
	if (strcmp(posted(rq, "act"), "report") == 0)
		s.field = "reason";
	s.wrong = text(rq, "%s", own.text);
	return show(rq, done.code == E_INPUT ? 400 : 409, &s, why);
}
