/* 組織: sections with their posts and who holds them today or on a day, what nobody
 * holds, who is away and who stands in; one person with posts and absences.   */
#include "web/pages.h"
#include "web/pages_leave.h"
#include "web/pages_office.h"

#include "base/number.h"

enum { MOST_HOLES = 40 };

static day_t asked_day(struct request *rq)
{
	day_t day;
	const char *on = asked(rq, "on");
	return *on && day_parse(slice_str(on), &day, NULL).code == OK ? day : request_today(rq);
}

static json_t *show_day(day_t day)
{
	char out[48];
	if (day == DAY_OPEN)
		return json_string("定めなし");
	day_short(day, out);
	return json_string(out);
}

static const char *person_path(struct request *rq, const char *person)
{
	return text(rq, "/organisation/people/%s", person);
}

/* ---- the tree ---------------------------------------------------------------- */

struct chart {
	struct section *sections;
	size_t section_count;
	struct holding *held;
	size_t held_count;
	day_t day;
};

static json_t *holder_row(struct request *rq, const struct holding *held)
{
	struct person person;
	if (office_person(parts_of(rq)->office, held->person, rq->arena, &person, NULL).code != OK)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:o, s:b}", "post", policy_label(parts_of(rq)->policy, NULL, held->post),
		"who", person.name, "href", person_path(rq, person.id), "since", show_day(held->from), "suspended",
		!person.active);
}

static json_t *holders_in(struct request *rq, const struct chart *chart, const char *scope)
{
	json_t *list = json_array();
	for (size_t i = 0; i < chart->held_count; i++) {
		const struct holding *held = &chart->held[i];
		if (strcmp(held->scope, scope) == 0 && held->from <= chart->day && chart->day <= held->to)
			json_array_append_new(list, holder_row(rq, held));
	}
	return list;
}

static struct result section_row(struct request *rq, const struct chart *chart, const struct section *section,
                                 json_t *list, struct why *why)
{
	const char **members;
	size_t count;
	TRY(office_members(parts_of(rq)->office, section->id, rq->arena, &members, &count, why));
	json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:b, s:o}", "id", section->id, "name", section->name, "people",
		(int)count, "below", *section->parent != 0, "holders", holders_in(rq, chart, section->id)));
	return ok();
}

/* each section without one above it, and behind it those that it holds */
static struct result tree_model(struct request *rq, const struct chart *chart, json_t *model, struct why *why)
{
	json_t *list = json_array();
	json_object_set_new(model, "sections", list);
	json_object_set_new(model, "once", holders_in(rq, chart, ""));
	for (size_t i = 0; i < chart->section_count; i++) {
		if (*chart->sections[i].parent)
			continue;
		TRY(section_row(rq, chart, &chart->sections[i], list, why));
		for (size_t k = 0; k < chart->section_count; k++)
			if (strcmp(chart->sections[k].parent, chart->sections[i].id) == 0)
				TRY(section_row(rq, chart, &chart->sections[k], list, why));
	}
	return ok();
}

static const char *named(struct request *rq, const char *section)
{
	struct section found;
	if (!*section || office_section(parts_of(rq)->office, section, rq->arena, &found, NULL).code != OK)
		return section;
	return found.name;
}

static struct result holes_model(struct request *rq, day_t day, json_t *model, struct why *why)
{
	struct office_hole *holes;
	size_t count;
	json_t *list = json_array();
	json_object_set_new(model, "holes", list);
	TRY(office_holes(parts_of(rq)->office, day, rq->arena, &holes, &count, why));
	for (size_t i = 0; i < count && i < MOST_HOLES; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "post", holes[i].post->title, "where",
			named(rq, holes[i].scope), "clause", show_clause(rq, holes[i].post->clause->id)));
	json_object_set_new(model, "hole_total", json_integer((json_int_t)count));
	return ok();
}

/* whose posts go to somebody else meanwhile */
static const char *stand_in(struct request *rq, const struct chart *chart, const struct absence *absence)
{
	const struct policy_edition *edition =
		policy_edition_on(parts_of(rq)->policy, parts_of(rq)->policy_name, chart->day);
	unsigned state = absence->kind == ABSENCE_PREVENTED ? POST_PREVENTED : POST_ABSENT;
	for (size_t i = 0; edition && i < chart->held_count; i++) {
		const struct holding *held = &chart->held[i];
		bool his = strcmp(held->person, absence->person) == 0 && held->from <= chart->day && chart->day <= held->to;
		const char *other = his ? policy_substitute(parts_of(rq)->policy, edition, held->post, state, NULL, NULL) : NULL;
		if (other)
			return text(rq, "%sは%sが代わります", policy_label(parts_of(rq)->policy, NULL, held->post),
			            policy_label(parts_of(rq)->policy, NULL, other));
	}
	return "";
}

static struct result away_model(struct request *rq, const struct chart *chart, json_t *model, struct why *why)
{
	struct absence *absences;
	struct delegation *orders;
	size_t count;
	json_t *away = json_array(), *standing = json_array();
	json_object_set_new(model, "away", away);
	json_object_set_new(model, "delegations", standing);
	TRY(office_absences(parts_of(rq)->office, chart->day, rq->arena, &absences, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(away, json_pack("{s:o, s:s, s:s, s:o, s:s}", "who", show_person(rq, absences[i].person),
			"href", person_path(rq, absences[i].person), "kind",
			absences[i].kind == ABSENCE_PREVENTED ? "事故等" : "不在", "to", show_day(absences[i].to), "instead",
			stand_in(rq, chart, &absences[i])));
	TRY(office_delegations(parts_of(rq)->office, chart->day, rq->arena, &orders, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(standing, json_pack("{s:o, s:o, s:s, s:o}", "from", show_post(rq, orders[i].post, orders[i].scope),
			"to", show_post(rq, orders[i].to_post, orders[i].to_scope), "matter",
			strcmp(orders[i].matter, "*") == 0 ? "すべての事務"
			                                   : policy_label(parts_of(rq)->policy, NULL, orders[i].matter),
			"until", show_day(orders[i].to)));
	return ok();
}

static struct result office_model(struct request *rq, const struct chart *chart, json_t *model, struct why *why)
{
	TRY(tree_model(rq, chart, model, why));
	TRY(holes_model(rq, chart->day, model, why));
	return away_model(rq, chart, model, why);
}

struct result page_organisation(struct request *rq, struct why *why)
{
	struct chart chart = {.day = asked_day(rq)};
	char day[48], iso[11];
	rq->menu = "organisation";
	TRY(office_sections(parts_of(rq)->office, rq->arena, &chart.sections, &chart.section_count, why));
	TRY(office_all_holdings(parts_of(rq)->office, rq->arena, &chart.held, &chart.held_count, why));
	day_long(chart.day, day);
	day_iso(chart.day, iso);
	json_t *model = json_pack("{s:s, s:s, s:s, s:b, s:s}", "title", "組織", "day", day, "on", iso, "today",
		chart.day == request_today(rq), "own", person_path(rq, rq->person.id));
	bool personnel = false;
	struct result filled = may_transfer(rq, &personnel, why);
	json_object_set_new(model, "personnel", json_boolean(personnel));
	if (filled.code == OK)
		filled = office_model(rq, &chart, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "organisation", model, why);
}

/* ---- one person --------------------------------------------------------------- */

static struct result load_person(struct request *rq, struct person *out, struct why *why)
{
	return office_person(parts_of(rq)->office, text(rq, "%.*s", SLICE_ARG(rq->part[0])), rq->arena, out, why);
}

/* Who may say that a person is away: himself, and the head of his section. */
static struct result may_enter(struct request *rq, const struct person *person, bool *yes, struct why *why)
{
	*yes = strcmp(person->id, rq->person.id) == 0;
	return *yes ? ok() : is_manager_of(rq, person->section, yes, why);
}

static struct result posts_model(struct request *rq, const struct person *person, json_t *model, struct why *why)
{
	struct holding *held;
	size_t count;
	json_t *list = json_array();
	json_object_set_new(model, "posts", list);
	TRY(office_all_holdings(parts_of(rq)->office, rq->arena, &held, &count, why));
	day_t today = request_today(rq);
	for (size_t i = 0; i < count; i++)
		if (strcmp(held[i].person, person->id) == 0)
			json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:b}", "post", show_post(rq, held[i].post, held[i].scope),
				"from", show_day(held[i].from), "to", show_day(held[i].to), "now",
				held[i].from <= today && today <= held[i].to));
	return ok();
}

static struct result facts_of_person(struct request *rq, const struct person *person, json_t *model, struct why *why)
{
	struct office_fact *facts;
	const struct policy_fact *known;
	size_t count, all;
	json_t *list = json_array();
	json_object_set_new(model, "known", list);
	TRY(office_facts(parts_of(rq)->office, "person", person->id, request_today(rq), rq->arena, &facts, &count, why));
	TRY(policy_kind_facts(parts_of(rq)->policy, "person", rq->arena, &known, &all, why));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < all; k++)
			if (strcmp(known[k].path, facts[i].path) == 0 && strcmp(facts[i].path, "section") != 0)
				json_array_append_new(list, json_pack("{s:s, s:s}", "label", known[k].label, "value",
					known[k].type == FACT_YESNO ? strcmp(facts[i].value, "yes") == 0 ? "はい" : "いいえ"
					                            : policy_label(parts_of(rq)->policy, NULL, facts[i].value)));
	return ok();
}

static struct result absences_model(struct request *rq, const struct person *person, json_t *model, struct why *why)
{
	struct absence *absences;
	size_t count;
	json_t *list = json_array();
	json_object_set_new(model, "absences", list);
	TRY(office_absences(parts_of(rq)->office, request_today(rq), rq->arena, &absences, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(absences[i].person, person->id) == 0)
			json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "id", absences[i].id, "kind",
				absences[i].kind == ABSENCE_PREVENTED ? "事故等により執務できない" : "不在", "from",
				show_day(absences[i].from), "to", show_day(absences[i].to)));
	return ok();
}

static struct result person_model(struct request *rq, const struct person *person, json_t *model, struct why *why)
{
	TRY(posts_model(rq, person, model, why));
	TRY(facts_of_person(rq, person, model, why));
	TRY(leaving_model(rq, person, model, why));
	return absences_model(rq, person, model, why);
}

struct result show_person_page(struct request *rq, unsigned status, const char *field, const char *wrong,
                               struct why *why)
{
	struct person person;
	bool may;
	TRY(load_person(rq, &person, why));
	TRY(may_enter(rq, &person, &may, why));
	const char *path = person_path(rq, person.id);
	const char *const crumbs[][2] = {{"組織", "/organisation"}, {person.name, ""}};
	bool prevented = strcmp(posted(rq, "kind"), "prevented") == 0;
	rq->menu = "organisation";
	json_t *model = json_pack("{s:s, s:s, s:o, s:b, s:b, s:s, s:o, s:o, s:s, s:s, s:b}", "title", person.name, "path",
		path, "section", show_section(rq, person.section), "suspended", !person.active, "may", may, "reason",
		posted(rq, "reason"), "crumbs", show_crumbs(crumbs, 2), "form", may ? form_token(rq, path) : json_string(""),
		"from", posted(rq, "from"), "to", posted(rq, "to"), "prevented", prevented);
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	static const char *const fields[] = {"from", "to", "reason"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_object_set_new(model, text(rq, "wrong_%s", fields[i]),
		                    json_string(strcmp(field, fields[i]) == 0 ? wrong : ""));
	json_object_set_new(model, "wrong_leaving", json_string(strcmp(field, "leave-reason") == 0 ? wrong : ""));
	struct result filled = person_model(rq, &person, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, status, "person", model, why);
}

struct result page_person(struct request *rq, struct why *why)
{
	return show_person_page(rq, 200, "", "", why);
}

static struct result enter_absence(struct request *rq, const struct person *person, const char **field,
                                   struct why *why)
{
	char id[27];
	struct absence absence = {.person = person->id, .to = DAY_OPEN,
	                          .kind = strcmp(posted(rq, "kind"), "prevented") == 0 ? ABSENCE_PREVENTED : ABSENCE_AWAY};
	*field = "from";
	TRY(day_parse(slice_str(posted(rq, "from")), &absence.from, why));
	*field = "to";
	if (*posted(rq, "to"))
		TRY(day_parse(slice_str(posted(rq, "to")), &absence.to, why));
	if (absence.to < absence.from)
		return fail(why, E_INPUT, "to", "終わりの日が始まりの日より前です。期間を直してください。");
	*field = "reason";
	return office_add_absence(parts_of(rq)->office, rq->person.id, &absence, slice_str(posted(rq, "reason")), id, why);
}

static bool is_present(struct request *rq, const struct person *person, const char *id)
{
	struct absence *absences;
	size_t count;
	if (office_absences(parts_of(rq)->office, request_today(rq), rq->arena, &absences, &count, NULL).code != OK)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(absences[i].id, id) == 0)
			return strcmp(absences[i].person, person->id) == 0;
	return false;
}

struct result post_person(struct request *rq, struct why *why)
{
	struct person person;
	bool may;
	const char *field = "from", *back = posted(rq, "back");
	struct why ours = {OK, "", ""};
	TRY(load_person(rq, &person, why));
	TRY(may_enter(rq, &person, &may, why));
	if (!may)
		return not_theirs(rq, "person", why);
	if (*back && !is_present(rq, &person, back))
		return not_theirs(rq, "absence", why);
	struct result done = *back ? office_end_absence(parts_of(rq)->office, rq->person.id, back, request_today(rq) - 1, &ours)
	                           : enter_absence(rq, &person, &field, &ours);
	if (done.code == E_INPUT)
		return show_person_page(rq, 400, field, text(rq, "%s", ours.text), why);
	if (done.code != OK)
		return fail(why, done.code, ours.place, "%s", ours.text);
	reply_redirect(rq, person_path(rq, person.id));
	return ok();
}
