/* Cases: incidents, contracts, audits and whatever else runs through steps. */
#include "web/api/api.h"
#include "web/pages.h"

#include "ledger/record.h"
#include "proceeding/case.h"

static json_t *way_of(const struct case_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->way_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "step", v->way[i].step, "move", v->way[i].move, "actor",
		                                      v->way[i].actor, "time", api_time(v->way[i].time_ms)));
	return list;
}

static struct result choices_of(struct request *rq, const struct case_view *v, json_t *list, struct why *why)
{
	struct case_choice *choices;
	size_t count;
	TRY(case_choices(parts_of(rq)->proceedings, v, rq->person.id, rq->arena, &choices, &count, why));
	for (size_t i = 0; i < count; i++) {
		struct why own = {0};
		const struct decision *d = choices[i].decision;
		bool stopped = d->verdict == REFUSE ? policy_refusal(d, &own).code != OK : case_missing(d, &own).code != OK;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "act", choices[i].act.name, "label",
			choices[i].act.title, "verdict", verdict_name(d->verdict), "sentence", stopped ? own.text : ""));
	}
	return ok();
}

static json_t *case_json(const struct case_view *v, json_t *choices)
{
	json_t *cells = json_object();
	for (size_t i = 0; i < v->row.cell_count; i++)
		json_object_set_new(cells, v->row.cells[i].path, json_string(v->row.cells[i].value));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:b, s:b, s:o, s:o, s:O, s:o, s:s}", "id", v->row.id, "kind",
	                 v->row.kind, "name", v->row.name, "section", v->row.section, "step", v->step, "turn",
	                 (json_int_t)v->turn, "incomplete", v->incomplete, "drill", v->drill, "cells", cells, "way",
	                 way_of(v), "choices", choices, "opened", api_time(v->opened_ms), "opened_by", v->opened_by);
}

/* Whom the pages show it to. */
static struct result list_of(struct request *rq, struct case_query *query, json_t *list, struct why *why)
{
	struct case_view *found;
	size_t count;
	AUTO(json_drop) json_t *none = json_array();
	TRY(case_list(parts_of(rq)->proceedings, query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++) {
		bool yes;
		TRY(may_see_case(rq, &found[i], &yes, why));
		if (yes)
			json_array_append_new(list, case_json(&found[i], none));
	}
	return ok();
}

struct result api_cases(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct case_query query = {.kind = api_text(rq, in, "kind"), .ended = json_is_true(json_object_get(in, "ended")),
	                           .drill = json_is_true(json_object_get(in, "drill"))};
	bool all;
	TRY(api_limit(in, &query.limit, why));
	TRY(may_read_all(rq, &all, why));
	query.section = all ? NULL : rq->person.section;
	AUTO(json_drop) json_t *list = json_array();
	TRY(list_of(rq, &query, list, why));
	*out = api_list(json_incref(list), "");
	return ok();
}

static struct result load(struct request *rq, const char *id, struct case_view *out, struct why *why)
{
	bool yes;
	TRY(case_get(parts_of(rq)->proceedings, id, rq->arena, out, why));
	TRY(may_see_case(rq, out, &yes, why));
	return yes ? ok() : not_theirs(rq, "case", why);
}

struct result api_give_case(struct request *rq, const char *id, json_t **out, struct why *why)
{
	struct case_view view;
	AUTO(json_drop) json_t *choices = json_array();
	TRY(load(rq, id, &view, why));
	TRY(choices_of(rq, &view, choices, why));
	*out = case_json(&view, choices);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

struct result api_case(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	(void)in;
	return api_give_case(rq, api_part(rq, 0), out, why);
}

struct result api_open_case(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	const char *section = api_text(rq, in, "section");
	struct cell *cells;
	char id[27];
	struct case_opening opening = {.kind = api_text(rq, in, "kind"), .name = api_text(rq, in, "name"),
		.section = *section ? section : rq->person.section, .actor = rq->person.id, .post = "",
		.incomplete = json_is_true(json_object_get(in, "incomplete")), .drill = json_is_true(json_object_get(in, "drill"))};
	TRY(api_cells(rq, json_object_get(in, "cells"), &cells, &opening.cell_count, why));
	opening.cells = cells;
	TRY(case_open(parts_of(rq)->proceedings, &opening, id, why));
	return api_give_case(rq, id, out, why);
}

static struct result hand_of(struct request *rq, const json_t *in, struct case_hand *out, struct why *why)
{
	struct case_view view;
	TRY(load(rq, api_part(rq, 0), &view, why));
	*out = (struct case_hand){view.row.id, api_number(in, "turn", -1), rq->person.id, ""};
	return ok();
}

struct result api_change_case(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct case_hand hand;
	struct cell *cells;
	size_t count;
	TRY(hand_of(rq, in, &hand, why));
	TRY(api_cells(rq, json_object_get(in, "cells"), &cells, &count, why));
	TRY(case_change(parts_of(rq)->proceedings, &hand, NULL, cells, count,
	                json_is_true(json_object_get(in, "incomplete")), why));
	return api_give_case(rq, hand.id, out, why);
}

struct result api_answer_case(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	static const struct {
		const char *word;
		enum item_answer answer;
	} words[] = {{"yes", ITEM_YES}, {"no", ITEM_NO}, {"not_applicable", ITEM_NOT_APPLICABLE}};
	struct case_hand hand;
	const char *said = api_text(rq, in, "answer");
	TRY(hand_of(rq, in, &hand, why));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].word, said) != 0)
			continue;
		TRY(case_answer(parts_of(rq)->proceedings, &hand, api_text(rq, in, "list"), api_text(rq, in, "item"),
		                words[i].answer, api_text(rq, in, "evidence"), why));
		return api_give_case(rq, hand.id, out, why);
	}
	return fail(why, E_INPUT, "answer", "answer は yes、no、not_applicable のどれかです。");
}

struct result api_move_case(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	static const char *const words[] = {[CASE_NOTHING] = "nothing", [CASE_MOVED] = "moved", [CASE_ASKED] = "asked"};
	struct case_hand hand;
	struct wish claimed = {0};
	enum case_outcome outcome;
	char application[27] = "";
	json_t *view = NULL;
	TRY(hand_of(rq, in, &hand, why));
	TRY(api_claims(rq, json_object_get(in, "claims"), &claimed, why));
	const struct case_step step = {.act = api_text(rq, in, "act"), .reason = api_text(rq, in, "reason"),
	                               .claims = claimed.claims, .claim_count = claimed.claim_count};
	TRY(case_move(parts_of(rq)->proceedings, &hand, &step, &outcome, application, why));
	TRY(api_give_case(rq, hand.id, &view, why));
	*out = json_pack("{s:s, s:s, s:o}", "outcome", words[outcome], "application",
	                 outcome == CASE_ASKED ? application : "", "case", view);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}
