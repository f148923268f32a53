/* 離職: a person leaves, from his page; what he still holds, on the page of the case.
 * clause  HN-2.6.2(1)-2a, HN-2.5.1(1)-9/1                                       */
#include "web/pages_leave.h"

#include "desk/leaver.h"
#include "office/leave.h"
#include "proceeding/leaving.h"
#include "register/book.h"
#include "web/desk_pages.h"
#include "web/pages.h"
#include "web/pages_office.h"

/* Who may say that somebody leaves: who may bring the personnel file, and the head of his section. */
struct result may_tell_leaving(struct request *rq, const struct person *person, bool *yes, struct why *why)
{
	TRY(may_transfer(rq, yes, why));
	return *yes ? ok() : is_manager_of(rq, person->section, yes, why);
}

/* ---- what is still held ---------------------------------------------------------- */

static json_t *thing_model(struct request *rq, const struct leaving_thing *thing)
{
	bool application = strcmp(thing->kind, "application") == 0, record = strcmp(thing->kind, "record") == 0;
	struct policy_registry registry;
	const char *sort = application ? "申請・許可" : record ? "書きかけの記録" : policy_label(parts_of(rq)->policy, NULL, thing->kind);
	if (record && policy_registry_find(parts_of(rq)->policy, thing->registry, &registry))
		sort = registry.title;
	const char *href = application ? text(rq, "/decide/%s", thing->id)
	                   : record    ? text(rq, "/books/%s/%s", thing->registry, thing->id)
	                               : text(rq, "/registers/%s/%s", thing->kind, thing->id);
	return json_pack("{s:s, s:s, s:s}", "sort", sort, "name", thing->name, "href", href);
}

struct result held_model(struct request *rq, const char *person, json_t *list, struct why *why)
{
	struct leaving_thing *things;
	size_t count;
	TRY(leaving_things(parts_of(rq)->proceedings, person, rq->arena, &things, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, thing_model(rq, &things[i]));
	return ok();
}

struct result held_by_leaver(struct request *rq, const struct register_row *row, json_t *model, struct why *why)
{
	json_t *list = json_array();
	bool leaving = strcmp(row->kind, leaving_kind(parts_of(rq)->policy, rq->arena)) == 0;
	json_object_set_new(model, "held", list);
	json_object_set_new(model, "leaving", json_boolean(leaving));
	return leaving ? held_model(rq, register_cell(row, "person"), list, why) : ok();
}

/* ---- leaving --------------------------------------------------------------------- */

struct result leaving_model(struct request *rq, const struct person *person, json_t *model, struct why *why)
{
	const char *path = text(rq, "/organisation/people/%s/leaving", person->id);
	json_t *list = json_array();
	bool may = false;
	day_t left = 0;
	char day[48] = "";
	json_object_set_new(model, "held", list);
	TRY(may_tell_leaving(rq, person, &may, why));
	TRY(office_left(parts_of(rq)->office, person->id, &left, why));
	if (left)
		day_long(left, day);
	bool own = strcmp(person->id, rq->person.id) == 0;
	json_object_set_new(model, "left", json_string(day));
	json_object_set_new(model, "shows_held", json_boolean(may || own));
	json_object_set_new(model, "may_leave", json_boolean(may && !left && !own));
	json_object_set_new(model, "leaving_path", json_string(path));
	json_object_set_new(model, "leaving_form", may && !left && !own ? form_token(rq, path) : json_string(""));
	return may || own ? held_model(rq, person->id, list, why) : ok();
}

struct result post_leaving(struct request *rq, struct why *why)
{
	struct person person;
	char id[27];
	bool may;
	TRY(office_person(parts_of(rq)->office, text(rq, "%.*s", SLICE_ARG(rq->part[0])), rq->arena, &person, why));
	TRY(may_tell_leaving(rq, &person, &may, why));
	if (!may || strcmp(person.id, rq->person.id) == 0)
		return not_theirs(rq, "person", why);
	if (!*posted(rq, "reason"))
		return show_person_page(rq, 400, "leave-reason", "「理由」が空です。退職、出向、任期の終わりなど、なぜ離れるかを書いてください。", why);
	TRY(leaving_begin(parts_of(rq)->proceedings, rq->person.id, person.id, slice_str(posted(rq, "reason")), id, why));
	reply_redirect(rq, *id ? text(rq, "/case/%s", id) : text(rq, "/organisation/people/%s", person.id));
	return ok();
}

/* ---- trying to come back ------------------------------------------------------------ */

struct result tried_after_leaving(struct request *rq, struct slice login, struct why *why)
{
	struct desk desk = desk_of(rq);
	bool tried;
	return parts_of(rq)->registers ? desk_left_tried(&desk, login, &tried, why) : ok();
}
