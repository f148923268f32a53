/* 監査: the year's plan, row by row; what was found and whether it was put right. */
#include "web/pages_review.h"

#include "base/number.h"
#include "proceeding/case.h"
#include "web/fields.h"
#include "web/pages.h"
#include "web/pages_duty.h"
#include "web/pages_forms.h"

enum { LISTED = 200 };

static int year_of(struct request *rq)
{
	uint64_t year = 0;
	bool good = number_parse_u64(slice_str(asked(rq, "year")), &year) && year >= 2000 && year < 2200;
	return good ? (int)year : fiscal_year(request_today(rq));
}

/* The fiscal year that a case is of: that of its plan, else of its beginning. */
static int year_of_case(const struct case_view *view)
{
	day_t day;
	const char *from = register_cell(&view->row, "planned_from");
	if (*from && day_parse(slice_str(from), &day, NULL).code == OK)
		return fiscal_year(day);
	return fiscal_year(day_of_ms(view->opened_ms));
}

static struct result all_cases(struct request *rq, const char *kind, struct case_view **out, size_t *count, struct why *why)
{
	struct case_view *running, *ended;
	size_t n, m;
	struct case_query query = {.kind = kind, .limit = LISTED};
	TRY(case_list(parts_of(rq)->proceedings, &query, rq->arena, &running, &n, why));
	query.ended = true;
	TRY(case_list(parts_of(rq)->proceedings, &query, rq->arena, &ended, &m, why));
	struct case_view *all = ARENA_ARRAY(rq->arena, n + m + 1, struct case_view);
	if (!all)
		return fail(why, E_MEMORY, "audit", "no memory for the audits");
	for (size_t i = 0; i < n + m; i++)
		all[i] = i < n ? running[i] : ended[i - n];
	*out = all;
	*count = n + m;
	return ok();
}

static const char *said(struct request *rq, const struct case_view *view, const char *path)
{
	const struct policy_fact *facts;
	size_t count;
	const char *value = register_cell(&view->row, path);
	if (!*value || policy_kind_facts(parts_of(rq)->policy, view->row.kind, rq->arena, &facts, &count, NULL).code != OK)
		return "";
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return fields_said(rq, NULL, &facts[i], value);
	return "";
}

static json_t *step_chip(struct request *rq, const struct case_view *view)
{
	bool end = case_is_end(parts_of(rq)->policy, view->row.kind, view->step);
	return show_chip(end ? "green" : "amber", end ? "check" : "hold", policy_label(parts_of(rq)->policy, NULL, view->step));
}

/* ---- findings ------------------------------------------------------------------------------ */

static bool is_late(struct request *rq, const struct case_view *view)
{
	day_t day;
	const char *deadline = register_cell(&view->row, "deadline");
	return *deadline && !case_is_end(parts_of(rq)->policy, view->row.kind, view->step) &&
	       day_parse(slice_str(deadline), &day, NULL).code == OK && day < request_today(rq);
}

static size_t count_of(const struct case_view *findings, size_t count, const char *audit, const struct policy *policy, bool open)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += strcmp(register_cell(&findings[i].row, "audit"), audit) == 0 &&
		     (!open || !case_is_end(policy, findings[i].row.kind, findings[i].step));
	return n;
}

static struct result findings_model(struct request *rq, const struct case_view *findings, size_t count, bool all, json_t *list,
                                    struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		bool yes;
		TRY(may_see_case(rq, &findings[i], &yes, why));
		if (!all && !yes)
			continue;
		bool late = is_late(rq, &findings[i]);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:s, s:b, s:o, s:s}", "href", text(rq, "/case/%s", findings[i].row.id),
			"name", findings[i].row.name, "weight", said(rq, &findings[i], "weight"), "section",
			show_section(rq, findings[i].row.section), "deadline", said(rq, &findings[i], "deadline"), "late", late, "chip",
			step_chip(rq, &findings[i]), "origin", *register_cell(&findings[i].row, "inspection") ? "自己点検" : "監査"));
	}
	return ok();
}

/* ---- the plan --------------------------------------------------------------------------------- */

static struct result audit_model(struct request *rq, const struct case_view *audit, const struct case_view *findings,
                                 size_t finding_count, json_t *list, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_stance stance = {.says = ""};
	struct obligation *owed;
	size_t owed_count = 0;
	const char *auditor = register_cell(&audit->row, "auditor"), *from = said(rq, audit, "planned_from");
	const struct duty_query query = {.object = audit->row.id, .unsettled = true, .limit = 20};
	if (*auditor && *audit->row.section)
		TRY(review_stand(&desk, auditor, audit->row.section, rq->arena, &stance, why));
	if (parts_of(rq)->duties)
		TRY(duty_list(parts_of(rq)->duties, &query, rq->arena, &owed, &owed_count, NULL, why));
	size_t open = count_of(findings, finding_count, audit->row.id, parts_of(rq)->policy, true);
	json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:o}", "href", text(rq, "/case/%s", audit->row.id),
		"name", audit->row.name, "section", show_section(rq, audit->row.section), "auditor", show_person(rq, auditor), "stance",
		stance.says, "period", *from ? text(rq, "%s から %s", from, said(rq, audit, "planned_to")) : "—", "findings",
		text(rq, "%zu件（未了 %zu件）", count_of(findings, finding_count, audit->row.id, parts_of(rq)->policy, false), open), "owed",
		owed_count ? text(rq, "残る義務 %zu件", owed_count) : "", "add", text(rq, "/cases/new/finding?audit=%s&section=%s",
		audit->row.id, audit->row.section), "chip", step_chip(rq, audit)));
	return ok();
}

/* Everybody who may be named, but for those of suspended accounts. */
static struct result people_model(struct request *rq, const char *chosen, json_t *list, struct why *why)
{
	struct person *people;
	size_t count;
	TRY(office_people(parts_of(rq)->office, rq->arena, &people, &count, why));
	for (size_t i = 0; i < count; i++)
		if (people[i].active)
			json_array_append_new(list, json_pack("{s:s, s:o, s:b}", "value", people[i].id, "label", show_person(rq, people[i].id),
				"chosen", strcmp(people[i].id, chosen) == 0));
	return ok();
}

/* May this person plan for any section at all? */
static struct result may_plan(struct request *rq, bool *yes, struct why *why)
{
	struct desk desk = desk_of(rq);
	return review_may_plan(&desk, rq->person.id, rq->person.section, yes, why);
}

static struct result fill(struct request *rq, int year, bool may, json_t *model, struct why *why)
{
	struct case_view *audits, *findings;
	size_t audit_count, finding_count;
	json_t *sections = NULL;
	bool all, yes;
	TRY(review_reader(rq, &all, why));
	TRY(all_cases(rq, "audit", &audits, &audit_count, why));
	TRY(all_cases(rq, "finding", &findings, &finding_count, why));
	for (size_t i = 0; i < audit_count; i++) {
		TRY(may_see_case(rq, &audits[i], &yes, why));
		if ((all || yes) && year_of_case(&audits[i]) == year)
			TRY(audit_model(rq, &audits[i], findings, finding_count, json_object_get(model, "audits"), why));
	}
	TRY(findings_model(rq, findings, finding_count, all, json_object_get(model, "findings"), why));
	json_object_set_new(model, "report", json_boolean(all));
	if (!may)
		return ok();
	TRY(people_model(rq, rq->is_post ? posted(rq, "auditor") : "", json_object_get(model, "people"), why));
	TRY(show_sections(rq, rq->is_post ? posted(rq, "section") : "", false, &sections, why));
	json_object_set_new(model, "sections", sections);
	return ok();
}

static struct result show(struct request *rq, unsigned status, const char *field, const char *wrong, struct why *why)
{
	static const char *const fields[] = {"name", "section", "auditor", "from", "to", "unavoidable"};
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"義務", "/duties"}, {"監査", ""}};
	int year = year_of(rq);
	bool may;
	char first[48];
	rq->menu = "duties";
	TRY(may_plan(rq, &may, why));
	day_long(fiscal_year_begin(year), first);
	json_t *model = json_pack("{s:s, s:s, s:o, s:[], s:[], s:[], s:[], s:[], s:b, s:s, s:s, s:s, s:s}", "title", "監査", "year",
		text(rq, "%.*s年度", (int)(strstr(first, "年") - first), first), "crumbs", show_crumbs(crumbs, 3), "audits", "findings", "people",
		"sections", "errors", "may", may, "before", text(rq, "/audits?year=%d", year - 1), "after", text(rq, "/audits?year=%d", year + 1),
		"paper", text(rq, "/audits/form?year=%d", year), "sheet", text(rq, "/audits/form?year=%d&format=xlsx", year));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		json_object_set_new(model, text(rq, "wrong_%s", fields[i]), json_string(strcmp(fields[i], field) == 0 ? wrong : ""));
		json_object_set_new(model, text(rq, "typed_%s", fields[i]), json_string(rq->is_post ? posted(rq, fields[i]) : ""));
	}
	json_object_set_new(model, "typed_topics", json_string(rq->is_post ? posted(rq, "topics") : ""));
	struct result filled = fill(rq, year, may, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	json_object_set_new(model, "form", form_token(rq, "/audits"));
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	return reply_page(rq, status, "audits", model, why);
}

struct result page_audits(struct request *rq, struct why *why)
{
	return show(rq, 200, "", "", why);
}

struct result post_audits(struct request *rq, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct why own = {OK, "", ""};
	const char *wrong = "";
	char id[27];
	struct review_audit a = {.name = posted(rq, "name"), .section = posted(rq, "section"), .auditor = posted(rq, "auditor"),
		.topics = posted(rq, "topics"), .contract = "", .by = rq->person.id, .unavoidable = posted(rq, "unavoidable")};
	if (!day_typed(rq, posted(rq, "from"), &a.from, &wrong))
		return show(rq, 400, "from", text(rq, "「始める日」: %s", wrong), why);
	if (!day_typed(rq, posted(rq, "to"), &a.to, &wrong))
		return show(rq, 400, "to", text(rq, "「終える日」: %s", wrong), why);
	struct result planned = review_plan(&desk, &a, id, &own);
	if (planned.code == E_INPUT)
		return show(rq, 400, text(rq, "%s", own.place), text(rq, "%s", own.text), why);
	if (planned.code == E_ABSENT)
		return show(rq, 400, "auditor", "「監査を行う人」を一覧から選んでください。", why);
	bool apart = planned.code == E_DENIED && policy_clause(parts_of(rq)->policy, own.place);
	if (apart)
		return show(rq, 409, "auditor", text(rq, "%s（%s）", own.text, clause_cite_of(rq, own.place)), why);
	if (planned.code != OK)
		return fail(why, planned.code, own.place, "%s", own.text);
	reply_redirect(rq, "/audits");
	return ok();
}
