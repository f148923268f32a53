/* 手続: lists of cases, a new one, and one case: where it stands, what may be done
 * next and why, what is written of it, and how it came here.                  */
#include "web/claims.h"
#include "web/fields.h"
#include "web/pages.h"
#include "web/pages_duty.h"
#include "web/pages_forms.h"
#include "web/pages_leave.h"
#include "web/pages_review.h"

#include "proceeding/case.h"

static struct proceedings *proceedings_of(struct request *rq)
{
	return parts_of(rq)->proceedings;
}

static const char *step_label(struct request *rq, const char *step)
{
	return policy_label(parts_of(rq)->policy, NULL, step);
}

static json_t *case_chips(struct request *rq, const struct case_view *view)
{
	json_t *chips = json_array();
	bool end = case_is_end(parts_of(rq)->policy, view->row.kind, view->step);
	json_array_append_new(chips, show_chip(end ? "gray" : "amber", end ? "check" : "hold", step_label(rq, view->step)));
	if (view->incomplete)
		json_array_append_new(chips, show_chip("red", "bang", "未完成"));
	if (view->drill)
		json_array_append_new(chips, show_chip("blue", "diamond", "訓練"));
	return chips;
}

/* ---- lists ---------------------------------------------------------------------- */

static void add_case(struct request *rq, json_t *list, const struct case_view *view)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "href",
		text(rq, "/case/%s", view->row.id), "name", view->row.name, "title", view->title, "chips",
		case_chips(rq, view), "section", show_section(rq, view->row.section), "opened",
		show_time(view->opened_ms), "changed", show_time(view->changed_ms)));
}

/* Everything for those who may read all; else one's own section's, and one's own. */
static struct result list_cases(struct request *rq, struct case_query query, json_t *list, struct why *why)
{
	struct case_view *found;
	size_t count;
	bool all = false;
	query.limit = 200;
	TRY(may_read_all(rq, &all, why));
	query.section = all ? NULL : rq->person.section;
	TRY(case_list(proceedings_of(rq), &query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		add_case(rq, list, &found[i]);
	if (all)
		return ok();
	query.section = NULL;
	query.actor = rq->person.id;
	TRY(case_list(proceedings_of(rq), &query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(found[i].row.section, rq->person.section) != 0)
			add_case(rq, list, &found[i]);
	return ok();
}

static json_t *kind_options(struct request *rq, const char *chosen)
{
	json_t *list = show_proceedings(rq), *one;
	size_t i;
	json_array_foreach(list, i, one)
		json_object_set_new(one, "chosen", json_boolean(strcmp(json_string_value(json_object_get(one, "kind")), chosen) == 0));
	return list;
}

struct result page_cases(struct request *rq, struct why *why)
{
	const char *kind = asked(rq, "kind"), *show = asked(rq, "show");
	const struct case_query query = {.kind = kind, .ended = strcmp(show, "ended") == 0,
	                                 .drill = strcmp(show, "drill") == 0};
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"手続", ""}};
	rq->menu = "cases";
	json_t *model = json_pack("{s:s, s:[], s:o, s:b, s:b, s:o}", "title", "手続", "cases", "kinds",
		kind_options(rq, kind), "ended", query.ended, "drill", query.drill, "crumbs", show_crumbs(crumbs, 2));
	struct result filled = list_cases(rq, query, json_object_get(model, "cases"), why);
	bool reports = false;
	if (filled.code == OK)
		filled = may_read_all(rq, &reports, why);
	json_object_set_new(model, "reports", json_boolean(reports));
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "cases", model, why);
}

/* ---- the fields of a kind ----------------------------------------------------------- */

static struct result kind_fields(struct request *rq, const char *kind, struct fields *out, struct why *why)
{
	const struct policy_fact *known;
	size_t count, n = 0;
	TRY(policy_kind_facts(parts_of(rq)->policy, kind, rq->arena, &known, &count, why));
	struct policy_fact *facts = ARENA_ARRAY(rq->arena, count + 1, struct policy_fact);
	if (!facts)
		return fail(why, E_MEMORY, "case", "no memory for the form");
	for (size_t i = 0; i < count; i++)
		if (strcmp(known[i].path, "step") != 0 && !known[i].found_by[0])
			facts[n++] = known[i];
	return fields_new(rq, facts, n, out, why);
}

/* ---- a new one -------------------------------------------------------------------------- */

struct opening {
	const char *kind, *title;
	struct fields fields;
	const char *name, *section, *wrong_name;
	bool drill;
};

static struct result opening_of(struct request *rq, struct opening *o, struct why *why)
{
	struct policy_kind kind;
	o->kind = text(rq, "%.*s", SLICE_ARG(rq->part[0]));
	for (size_t i = 0; policy_kind_at(parts_of(rq)->policy, i, &kind); i++)
		if (kind.proceeding && strcmp(kind.name, o->kind) == 0)
			o->title = kind.title;
	if (!o->title)
		return fail(why, E_ABSENT, "kind", "「%.60s」という手続はありません。", o->kind);
	TRY(kind_fields(rq, o->kind, &o->fields, why));
	/* what is told in the first minute stands open; the rest is folded, and may be told later */
	for (size_t i = 0; i < o->fields.count; i++)
		o->fields.at[i].folded = i >= 6;
	return ok();
}

static struct result show_opening(struct request *rq, unsigned status, struct opening *o, struct why *why)
{
	const char *path = text(rq, "/cases/new/%s", o->kind);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"手続", "/cases"}, {o->title, ""}};
	json_t *fields = fields_model(rq, &o->fields, why);
	if (!fields)
		return fail(why, E_MEMORY, "case", "no memory for the form");
	json_t *errors = fields_errors(&o->fields);
	if (*o->wrong_name)
		json_array_append_new(errors, json_pack("{s:s, s:s}", "field", "name", "text", o->wrong_name));
	rq->menu = "cases";
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:o}", "title",
		text(rq, "%sを始める", o->title), "path", path, "name", o->name, "wrong_name", o->wrong_name, "fields",
		fields, "errors", errors, "crumbs", show_crumbs(crumbs, 3), "drill", o->drill, "form", form_token(rq, path));
	return reply_page(rq, status, "case_new", model, why);
}

struct result page_case_new(struct request *rq, struct why *why)
{
	struct opening o = {.name = asked(rq, "name"), .wrong_name = ""};
	TRY(opening_of(rq, &o, why));
	fields_fill(rq, &o.fields, "section", rq->person.section);
	for (size_t i = 0; i < o.fields.count; i++) { /* what the page before knows already: /cases/new/finding?audit=... */
		const char *told = asked(rq, o.fields.at[i].fact.path);
		if (*told && (o.fields.at[i].fact.type == FACT_SECTION || o.fields.at[i].fact.type == FACT_ROW))
			fields_fill(rq, &o.fields, o.fields.at[i].fact.path, told);
	}
	return show_opening(rq, 200, &o, why);
}

static struct cell *cells_of(struct request *rq, const struct fields *fields, bool empty_ones, size_t *count)
{
	struct cell *cells = ARENA_ARRAY(rq->arena, fields->count + 1, struct cell);
	*count = 0;
	for (size_t i = 0; cells && i < fields->count; i++)
		if (empty_ones || *fields->at[i].value)
			cells[(*count)++] = (struct cell){fields->at[i].fact.path, fields->at[i].value};
	return cells;
}

static bool is_incomplete(const struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		if (!fields->at[i].folded && !*fields->at[i].value)
			return true;
	return false;
}

/* Whose case it is: the section that the form names, else the applicant's. */
static const char *section_of(struct request *rq, const struct fields *fields)
{
	const struct field *section = fields_get(fields, "section");
	return section && section->fact.type == FACT_SECTION && *section->value ? section->value : rq->person.section;
}

struct result post_case_new(struct request *rq, struct why *why)
{
	struct opening o = {.name = posted(rq, "name"), .wrong_name = "", .drill = *posted(rq, "drill") != 0};
	struct why own = {OK, "", ""};
	char id[27];
	TRY(opening_of(rq, &o, why));
	TRY(fields_read(rq, &o.fields, why));
	if (o.fields.again)
		return show_opening(rq, 200, &o, why);
	if (!*o.name)
		o.wrong_name = "「件名」が空です。あとで見分けられるように、1行で書いてください。";
	if (o.fields.wrong || *o.wrong_name)
		return show_opening(rq, 400, &o, why);
	struct case_opening opening = {.kind = o.kind, .name = o.name, .section = section_of(rq, &o.fields),
		.actor = rq->person.id, .drill = o.drill, .incomplete = is_incomplete(&o.fields)};
	opening.cells = cells_of(rq, &o.fields, false, &opening.cell_count);
	struct result opened = case_open(proceedings_of(rq), &opening, id, &own);
	if (opened.code == E_INPUT && strcmp(own.place, "name") == 0)
		o.wrong_name = text(rq, "%s", own.text);
	if (opened.code != OK && (*o.wrong_name || fields_mark(rq, &o.fields, own.place, own.text)))
		return show_opening(rq, 400, &o, why);
	if (opened.code != OK)
		return fail(why, opened.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/case/%s", id));
	return ok();
}

/* ---- one case ---------------------------------------------------------------------------- */

struct shown {
	struct case_view view;
	struct case_choice *choices;
	size_t choice_count;
	struct fields fields;
	const char *wrong;      /* at the head of the page */
	const char *wrong_clause;
	const char *note, *wrong_note;
	bool filling;           /* the form of facts stands open */
};

/* Its section's people, who opened it, who holds a post over the section, and those
 * who may read all.                                                          */
struct result may_see_case(struct request *rq, const struct case_view *view, bool *yes, struct why *why)
{
	struct holding *held;
	size_t count;
	*yes = strcmp(view->row.section, rq->person.section) == 0 || strcmp(view->opened_by, rq->person.id) == 0;
	TRY(office_holdings(parts_of(rq)->office, rq->person.id, request_today(rq), rq->arena, &held, &count, why));
	for (size_t i = 0; i < count; i++)
		*yes |= strcmp(held[i].scope, view->row.section) == 0;
	for (size_t i = 0; i < view->row.cell_count; i++)
		*yes |= strcmp(view->row.cells[i].value, rq->person.id) == 0;
	return *yes ? ok() : may_read_all(rq, yes, why);
}

static struct result load(struct request *rq, struct shown *s, struct why *why)
{
	bool yes;
	*s = (struct shown){.wrong = "", .wrong_clause = "", .note = "", .wrong_note = ""};
	rq->menu = "cases";
	TRY(case_get(proceedings_of(rq), text(rq, "%.*s", SLICE_ARG(rq->part[0])), rq->arena, &s->view, why));
	TRY(may_see_case(rq, &s->view, &yes, why));
	if (!yes)
		return not_theirs(rq, "case", why);
	TRY(case_choices(proceedings_of(rq), &s->view, rq->person.id, rq->arena, &s->choices, &s->choice_count, why));
	TRY(kind_fields(rq, s->view.row.kind, &s->fields, why));
	for (size_t i = 0; i < s->view.row.cell_count; i++)
		fields_fill(rq, &s->fields, s->view.row.cells[i].path, s->view.row.cells[i].value);
	return ok();
}

static const struct case_passed *last_at(const struct case_view *view, const char *step)
{
	const struct case_passed *found = NULL;
	for (size_t i = 0; i < view->way_count; i++)
		if (strcmp(view->way[i].step, step) == 0)
			found = &view->way[i];
	return found;
}

static json_t *steps_model(struct request *rq, const struct case_view *view)
{
	json_t *list = json_array();
	const char *step;
	for (size_t i = 0; (step = policy_kind_step(parts_of(rq)->policy, view->row.kind, i)); i++) {
		const struct case_passed *passed = last_at(view, step);
		bool now = strcmp(step, view->step) == 0;
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:b}", "label", step_label(rq, step), "s",
			now ? "now" : passed ? "done" : "wait", "when", show_time(passed ? passed->time_ms : 0), "now", now));
	}
	return list;
}

static json_t *choices_model(struct request *rq, const struct shown *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->choice_count; i++) {
		const struct case_choice *c = &s->choices[i];
		bool refused = c->decision->verdict == REFUSE, lacks = c->decision->missing_count > 0;
		json_t *one = json_pack("{s:s, s:s, s:b, s:b, s:b, s:s, s:o, s:b}", "act", c->act.name, "label", c->act.title,
			"can", !refused && !lacks && !*c->application, "asks", c->decision->verdict == HOLD, "waits",
			*c->application != 0, "application", *c->application ? text(rq, "/decide/%s", c->application) : "",
			"decision", show_decision(rq, c->decision), "first", i == 0);
		claims_add(rq, c->decision, text(rq, "%s-", c->act.name), one);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *facts_model(struct request *rq, const struct shown *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->fields.count; i++) {
		const struct policy_fact *fact = &s->fields.at[i].fact;
		const char *value = register_cell(&s->view.row, fact->path);
		if (*value)
			json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "label", fact->label, "value",
				fields_said(rq, NULL, fact, value), "long", fact->type == FACT_TEXT));
	}
	return list;
}

static const char *answer_label(enum item_answer answer)
{
	static const char *const words[] = {"まだ", "はい", "いいえ", "当たらない"};
	return (size_t)answer < sizeof words / sizeof *words ? words[answer] : "";
}

static void add_item(struct request *rq, json_t *list, const char *name, const char *label,
                     const struct case_item *said, json_t *clause)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:b}", "name", name, "label",
		label, "answer", answer_label(said ? said->answer : ITEM_UNANSWERED), "evidence",
		said && said->evidence ? said->evidence : "", "who", said ? show_person(rq, said->actor) : json_string(""),
		"clause", clause, "yes", said && said->answer == ITEM_YES, "no", said && said->answer == ITEM_NO, "na",
		said && said->answer == ITEM_NOT_APPLICABLE, "open", !said));
}

static bool is_listed(json_t *list, const char *name)
{
	size_t i;
	json_t *one;
	json_array_foreach(list, i, one)
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return true;
	return false;
}

/* Those that the next moves want answered first, then those that are. */
static json_t *items_model(struct request *rq, const struct shown *s)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->choice_count; i++)
		for (size_t k = 0; k < s->choices[i].decision->missing_count; k++) {
			const struct wanted_fact *w = &s->choices[i].decision->missing[k];
			if (w->kind == WANT_ITEM && strchr(w->name, '.') && !is_listed(list, w->name))
				add_item(rq, list, w->name, w->label, NULL, show_clause(rq, w->clause ? w->clause->id : ""));
		}
	for (size_t i = 0; i < s->view.item_count; i++) {
		const struct case_item *said = &s->view.items[i];
		const char *name = text(rq, "%s.%s", said->list, said->item);
		if (!is_listed(list, name))
			add_item(rq, list, name, policy_item_label(parts_of(rq)->policy, said->list, said->item), said, json_false());
	}
	return list;
}

static json_t *notes_model(struct request *rq, const struct case_view *view)
{
	json_t *list = json_array();
	for (size_t i = 0; i < view->note_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "words", view->notes[i].words, "who",
			show_person(rq, view->notes[i].actor), "when", show_time(view->notes[i].time_ms)));
	return list;
}

static struct result history_model(struct request *rq, const struct case_view *view, json_t *list, struct why *why)
{
	struct ledger_entry *found;
	size_t count;
	const struct ledger_query query = {.subject = view->row.id, .kind_prefix = "case.", .limit = 100};
	TRY(ledger_find(parts_of(rq)->ledger, &query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++) {
		json_t *clauses = json_array();
		for (size_t k = 0; k < found[i].clause_count; k++)
			json_array_append_new(clauses, show_clause(rq, text(rq, "%.*s", SLICE_ARG(found[i].clauses[k]))));
		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:s, s:o}", "what", show_kind(rq, found[i].kind),
			"who", show_person(rq, text(rq, "%.*s", SLICE_ARG(found[i].actor))), "when",
			show_time(found[i].time_ms), "href", text(rq, "/ledger/%lld", (long long)found[i].seq), "clauses", clauses));
	}
	return ok();
}

/* What the clauses want done because of this case, by whom and until when. */
static struct result due_model(struct request *rq, const struct case_view *view, json_t *list, struct why *why)
{
	struct obligation *found;
	size_t count;
	const struct duty_query query = {.object = view->row.id, .limit = 60};
	if (!parts_of(rq)->duties)
		return ok();
	TRY(duty_list(parts_of(rq)->duties, &query, rq->arena, &found, &count, NULL, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, show_duty(rq, &found[i]));
	return ok();
}

static void add_way(struct request *rq, json_t *model, const struct case_view *view)
{
	json_t *way = json_array();
	for (size_t i = view->way_count; i-- > 0;) {
		const struct case_passed *p = &view->way[i];
		const char *label = *p->move ? policy_label(parts_of(rq)->policy, NULL, p->move) : "受け付けました";
		json_array_append_new(way, json_pack("{s:s, s:s, s:o, s:o}", "label", label, "step",
			step_label(rq, p->step), "who", show_person(rq, p->actor), "when", show_time(p->time_ms)));
	}
	json_object_set_new(model, "way", way);
}

static struct result show_case(struct request *rq, unsigned status, struct shown *s, struct why *why)
{
	const struct case_view *v = &s->view;
	const char *path = text(rq, "/case/%s", v->row.id);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"手続", "/cases"}, {v->row.name, ""}};
	bool ended = case_is_end(parts_of(rq)->policy, v->row.kind, v->step);
	json_t *fields = fields_model(rq, &s->fields, why);
	if (!fields)
		return fail(why, E_MEMORY, "case", "no memory for the form");
	json_t *model = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:b, s:I, s:o}", "title", v->row.name, "kind", v->title,
		"path", path, "crumbs", show_crumbs(crumbs, 3), "wrong", s->wrong, "kind_name", v->row.kind, "wrong_clause",
		show_clause(rq, s->wrong_clause), "drill", v->drill, "turn", (json_int_t)v->turn, "form", form_token(rq, path));
	json_object_set_new(model, "incomplete", json_boolean(v->incomplete));
	json_object_set_new(model, "running", json_boolean(!ended));
	json_object_set_new(model, "filling", json_boolean(s->filling));
	json_object_set_new(model, "fields", fields);
	json_object_set_new(model, "errors", fields_errors(&s->fields));
	json_object_set_new(model, "chips", case_chips(rq, v));
	json_object_set_new(model, "section", show_section(rq, v->row.section));
	json_object_set_new(model, "opened_by", show_person(rq, v->opened_by));
	json_object_set_new(model, "opened", show_time(v->opened_ms));
	json_object_set_new(model, "steps", steps_model(rq, v));
	json_object_set_new(model, "choices", choices_model(rq, s));
	json_object_set_new(model, "facts", facts_model(rq, s));
	json_object_set_new(model, "items", items_model(rq, s));
	json_object_set_new(model, "notes", notes_model(rq, v));
	json_object_set_new(model, "note", json_string(s->note));
	json_object_set_new(model, "wrong_note", json_string(s->wrong_note));
	json_object_set_new(model, "history", json_array());
	add_way(rq, model, v);
	json_object_set_new(model, "due", json_array());
	json_object_set_new(model, "contacts", json_array());
	json_object_set_new(model, "commission", json_string(*register_cell(&v->row, "noticed_at")
		? text(rq, "%s/commission", path) : ""));
	json_object_set_new(model, "evidence", json_string(fields_get(&s->fields, "on_hold")
		? text(rq, "%s/evidence", path) : ""));
	struct result filled = held_by_leaver(rq, &v->row, model, why);
	if (filled.code == OK)
		filled = history_model(rq, v, json_object_get(model, "history"), why);
	if (filled.code == OK)
		filled = due_model(rq, v, json_object_get(model, "due"), why);
	if (filled.code == OK)
		filled = window_contacts(rq, v->row.id, json_object_get(model, "contacts"), why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, status, "case", model, why);
}

struct result page_case(struct request *rq, struct why *why)
{
	struct shown s;
	TRY(load(rq, &s, why));
	return show_case(rq, 200, &s, why);
}

/* ---- doing something to it ------------------------------------------------------------ */

static struct case_hand hand_of(struct request *rq, const struct shown *s)
{
	const char *turn = posted(rq, "turn");
	return (struct case_hand){s->view.row.id, strtoll(turn, NULL, 10), rq->person.id, ""};
}

static struct result do_move(struct request *rq, struct shown *s, const char *act, const char **to, struct why *why)
{
	const struct case_hand hand = hand_of(rq, s);
	struct claims claims = {.count = 0};
	enum case_outcome outcome;
	char application[27];
	for (size_t i = 0; i < s->choice_count; i++)
		if (strcmp(s->choices[i].act.name, act) == 0)
			claims_read(rq, s->choices[i].decision, &claims);
	const struct case_step step = {.act = act, .reason = posted(rq, "reason"), .claims = claims.made,
	                               .claim_count = claims.count};
	TRY(case_move(proceedings_of(rq), &hand, &step, &outcome, application, why));
	if (outcome == CASE_ASKED)
		*to = text(rq, "/decide/%s", application);
	return ok();
}

static struct result do_fill(struct request *rq, struct shown *s, struct why *why)
{
	const struct case_hand hand = hand_of(rq, s);
	size_t count;
	TRY(fields_read(rq, &s->fields, why));
	if (s->fields.again || s->fields.wrong)
		return fail(why, E_INPUT, "fields", "直すところがあります。");
	const struct cell *cells = cells_of(rq, &s->fields, true, &count);
	return case_change(proceedings_of(rq), &hand, NULL, cells, count, *posted(rq, "later") != 0, why);
}

static enum item_answer said_of(const char *word)
{
	static const char *const words[] = {"", "yes", "no", "na"};
	for (size_t i = 1; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], word) == 0)
			return (enum item_answer)i;
	return ITEM_UNANSWERED;
}

/* All answers of the form, or none of them. */
static struct result do_items(struct request *rq, struct shown *s, struct why *why)
{
	struct case_hand hand = hand_of(rq, s);
	json_t *items = items_model(rq, s), *one;
	struct result done = store_begin(parts_of(rq)->store, why);
	size_t i;
	bool begun = done.code == OK;
	json_array_foreach(items, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		const char *dot = strchr(name, '.');
		enum item_answer answer = said_of(posted(rq, text(rq, "i.%s", name)));
		if (done.code != OK || answer == ITEM_UNANSWERED)
			continue;
		done = case_answer(proceedings_of(rq), &hand, text(rq, "%.*s", (int)(dot - name), name), dot + 1, answer,
		                   posted(rq, text(rq, "e.%s", name)), why);
		hand.turn++;
	}
	json_decref(items);
	if (done.code == OK)
		return store_commit(parts_of(rq)->store, why);
	if (begun)
		store_rollback(parts_of(rq)->store);
	return done;
}

static struct result do_note(struct request *rq, struct shown *s, struct why *why)
{
	const struct case_hand hand = hand_of(rq, s);
	return case_note(proceedings_of(rq), &hand, posted(rq, "note"), why);
}

static struct result do_it(struct request *rq, struct shown *s, const char **to, struct why *why)
{
	const char *act = posted(rq, "act"), *move = posted(rq, "move");
	if (*posted(rq, "find") || strcmp(act, "fill") == 0)
		return do_fill(rq, s, why);
	if (strcmp(act, "items") == 0)
		return do_items(rq, s, why);
	if (strcmp(act, "note") == 0)
		return do_note(rq, s, why);
	if (*move)
		return do_move(rq, s, move, to, why);
	return fail(why, E_INPUT, "act", "どのボタンが押されたかが分かりません。");
}

struct result post_case(struct request *rq, struct why *why)
{
	struct shown s;
	struct why own = {OK, "", ""};
	const char *to = NULL;
	TRY(load(rq, &s, why));
	struct result done = do_it(rq, &s, &to, &own);
	if (done.code == OK) {
		reply_redirect(rq, to ? to : text(rq, "/case/%s", s.view.row.id));
		return ok();
	}
	s.filling = *posted(rq, "find") || strcmp(posted(rq, "act"), "fill") == 0;
	s.note = posted(rq, "note");
	if (s.fields.again)
		return show_case(rq, 200, &s, why);
	if (done.code != E_INPUT && done.code != E_DENIED && done.code != E_ABSENT)
		return fail(why, done.code, own.place, "%s", own.text);
	if (s.filling && !s.fields.wrong)
		fields_mark(rq, &s.fields, own.place, own.text);
	s.wrong = s.fields.wrong ? "" : text(rq, "%s", own.text);
	s.wrong_clause = text(rq, "%s", own.place);
	return show_case(rq, done.code == E_DENIED ? 409 : 400, &s, why);
}
