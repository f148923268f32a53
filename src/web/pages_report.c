/* 事案の報告: anybody, in a minute, with what is known; and the network of those who
 * have to hear of it, for paper.                                            */
#include "web/fields.h"
#include "web/pages.h"

#include "proceeding/case.h"

/* What a person who has just noticed something can be asked; the rest is told later.
 * Of the vocabulary's incident; what it does not know there is not asked.    */
static const char *const first_asked[] = {"noticed_at", "place", "specific", "outside_source", "infection", "emergency"};

static struct result report_fields(struct request *rq, struct fields *out, struct why *why)
{
	const struct policy_fact *known;
	size_t count, n = 0;
	TRY(policy_kind_facts(parts_of(rq)->policy, "incident", rq->arena, &known, &count, why));
	struct policy_fact *facts = ARENA_ARRAY(rq->arena, count + 1, struct policy_fact);
	if (!facts)
		return fail(why, E_MEMORY, "report", "no memory for the form");
	for (size_t k = 0; k < sizeof first_asked / sizeof *first_asked; k++)
		for (size_t i = 0; i < count; i++)
			if (strcmp(known[i].path, first_asked[k]) == 0)
				facts[n++] = known[i];
	return fields_new(rq, facts, n, out, why);
}

static struct result show_report(struct request *rq, unsigned status, const struct fields *fields,
                                 const char *wrong_name, struct why *why)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"手続", "/cases"}, {"事案の報告", ""}};
	json_t *shown = fields_model(rq, fields, why);
	if (!shown)
		return fail(why, E_MEMORY, "report", "no memory for the form");
	json_t *errors = fields_errors(fields);
	if (*wrong_name)
		json_array_append_new(errors, json_pack("{s:s, s:s}", "field", "name", "text", wrong_name));
	rq->menu = "cases";
	return reply_page(rq, status, "report", json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "title",
		"事案を報告する", "name", posted(rq, "name"), "wrong_name", wrong_name, "story", posted(rq, "story"), "fields",
		shown, "errors", errors, "crumbs", show_crumbs(crumbs, 3), "form", form_token(rq, "/report"), "drill",
		*posted(rq, "drill") != 0), why);
}

struct result page_report(struct request *rq, struct why *why)
{
	struct fields fields;
	char today[11];
	TRY(report_fields(rq, &fields, why));
	day_iso(request_today(rq), today);
	fields_fill(rq, &fields, "noticed_at", today);
	return show_report(rq, 200, &fields, "", why);
}

/* The case, the reporter's story, and the first move that the clauses allow him: who has
 * noticed something has recognised it, and the clocks of the chain begin.     */
static struct result send_report(struct request *rq, const struct fields *fields, char id[27], struct why *why)
{
	struct proceedings *p = parts_of(rq)->proceedings;
	struct cell *cells = ARENA_ARRAY(rq->arena, fields->count + 2, struct cell);
	struct case_opening opening = {.kind = "incident", .name = posted(rq, "name"), .section = rq->person.section,
		.cells = cells, .actor = rq->person.id, .drill = *posted(rq, "drill") != 0};
	struct case_view view;
	enum case_outcome outcome;
	char asked_for[27];
	if (!cells)
		return fail(why, E_MEMORY, "report", "no memory for the report");
	cells[opening.cell_count++] = (struct cell){"section", rq->person.section};
	cells[opening.cell_count++] = (struct cell){"found_by", rq->person.id};
	for (size_t i = 0; i < fields->count; i++) {
		if (*fields->at[i].value)
			cells[opening.cell_count++] = (struct cell){fields->at[i].fact.path, fields->at[i].value};
		opening.incomplete |= !*fields->at[i].value;
	}
	TRY(case_open(p, &opening, id, why));
	struct case_hand hand = {id, 1, rq->person.id, ""};
	if (*posted(rq, "story")) {
		TRY(case_note(p, &hand, posted(rq, "story"), why));
		hand.turn++;
	}
	const struct case_step step = {.act = "incident.recognise", .reason = ""};
	TRY(case_get(p, id, rq->arena, &view, why));
	/* a report is taken whatever a clause says of the next step */
	(void)case_move(p, &hand, &step, &outcome, asked_for, NULL).code;
	return ok();
}

struct result post_report(struct request *rq, struct why *why)
{
	struct fields fields;
	struct why own = {OK, "", ""};
	const char *wrong_name = "";
	char id[27];
	TRY(report_fields(rq, &fields, why));
	TRY(fields_read(rq, &fields, why));
	if (!*posted(rq, "name"))
		wrong_name = "「何が起きましたか」が空です。1行で書いてください（例: 案内メールに名簿を付けて送った）。";
	if (fields.wrong || *wrong_name)
		return show_report(rq, 400, &fields, wrong_name, why);
	struct result sent = send_report(rq, &fields, id, &own);
	if (sent.code == E_INPUT && strcmp(own.place, "name") == 0)
		return show_report(rq, 400, &fields, text(rq, "%s", own.text), why);
	if (sent.code == E_INPUT && fields_mark(rq, &fields, own.place, own.text))
		return show_report(rq, 400, &fields, "", why);
	if (sent.code != OK)
		return fail(why, sent.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/case/%s", id));
	return ok();
}

/* Who left or is suspended answers no call. */
static json_t *contact(struct request *rq, const char *id)
{
	struct person person;
	if (office_person(parts_of(rq)->office, id, rq->arena, &person, NULL).code != OK || person.active)
		return show_person(rq, id);
	return json_string(text(rq, "（利用停止中の%sさんです。ほかの人を充ててください）", person.name));
}

/* ---- 緊急連絡網 -------------------------------------------------------------------------- */

struct result page_network(struct request *rq, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	const struct policy_edition *edition = policy_edition_on(parts->policy, parts->policy_name, request_today(rq));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"手続", "/cases"}, {"緊急連絡網", ""}};
	struct holding *held;
	size_t count;
	char today[48];
	TRY(office_all_holdings(parts->office, rq->arena, &held, &count, why));
	day_long(request_today(rq), today);
	rq->menu = "cases";
	json_t *model = json_pack("{s:s, s:s, s:[], s:o}", "title", "緊急連絡網", "today", today, "rows", "crumbs",
	                          show_crumbs(crumbs, 3));
	/* in the order in which the policy names the posts */
	for (size_t i = 0; edition && i < policy_post_count(parts->policy, edition); i++) {
		const struct policy_post *post = policy_post_at(parts->policy, edition, i);
		bool any = false;
		for (size_t k = 0; k < count; k++) {
			if (strcmp(held[k].post, post->name) != 0 || held[k].from > request_today(rq) || held[k].to < request_today(rq))
				continue;
			any = true;
			json_array_append_new(json_object_get(model, "rows"), json_pack("{s:o, s:o, s:o}", "post",
				show_post(rq, post->name, held[k].scope), "who", contact(rq, held[k].person), "clause",
				show_clause(rq, post->clause->id)));
		}
		if (!any)
			json_array_append_new(json_object_get(model, "rows"), json_pack("{s:s, s:s, s:o}", "post", post->title,
				"who", "（いまは決まっていません）", "clause", show_clause(rq, post->clause->id)));
	}
	return reply_page(rq, 200, "network", model, why);
}
