/* 事案の窓口: one place that hears and tells of every incident; what was told to whom and
 * when, and what has not been told yet.                                         */
#include "web/pages_review.h"

#include "proceeding/case.h"
#include "register/book.h"
#include "web/fields.h"
#include "web/pages.h"
#include "web/pages_duty.h"

enum { SHOWN = 100 };
static const char act[] = "contact", registry[] = "contacts";

static struct result window_only(struct request *rq, struct why *why)
{
	bool yes;
	rq->menu = "cases";
	TRY(is_operator(rq, &yes, why));
	return yes ? ok() : fail(why, E_DENIED, "window", "窓口の画面を開けるのは、情報システムを担当する課と、その上の役職の人です。");
}

static struct result contact_fields(struct request *rq, struct fields *out, struct why *why)
{
	const struct policy_fact *known;
	size_t count, n = 0;
	TRY(policy_act_facts(parts_of(rq)->policy, act, rq->arena, &known, &count, why));
	struct policy_fact *facts = ARENA_ARRAY(rq->arena, count + 1, struct policy_fact);
	if (!facts)
		return fail(why, E_MEMORY, "window", "no memory for the form");
	for (size_t i = 0; i < count; i++)
		if (!strchr(known[i].path, '.') && strcmp(known[i].path, "object") != 0 && strcmp(known[i].path, "actor") != 0)
			facts[n++] = known[i];
	TRY(fields_new(rq, facts, n, out, why));
	for (size_t i = 0; i < out->count; i++)
		out->at[i].required = true;
	return ok();
}

/* ---- who the window is, and what it still owes --------------------------------------------- */

static struct result owed_model(struct request *rq, const char *incident, json_t *list, struct why *why)
{
	struct obligation *found;
	size_t count;
	const struct duty_query query = {.object = incident, .unsettled = true, .limit = 20};
	if (!parts_of(rq)->duties)
		return ok();
	TRY(duty_list(parts_of(rq)->duties, &query, rq->arena, &found, &count, NULL, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, show_duty(rq, &found[i]));
	return ok();
}

static json_t *entry_model(struct request *rq, const struct book_entry *e)
{
	const char *at = book_value(e, "performed_at");
	const char *said[5];
	static const char *const fields[] = {"direction", "party", "means", "counterpart", "words"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		said[i] = "";
		for (size_t k = 0; k < e->field_count; k++)
			if (strcmp(e->fields[k].fact.path, fields[i]) == 0)
				said[i] = book_said(rq, e, &e->fields[k]);
	}
	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "href", text(rq, "/books/%s/%s", registry, e->id), "who",
		show_person(rq, e->opened_by), "when", *at ? said_moment(rq, at) : "", "direction", said[0], "party", said[1], "means", said[2],
		"counterpart", said[3], "words", said[4], "out", strcmp(book_value(e, "direction"), "sent_out") == 0 ? "1" : "");
}

struct result window_contacts(struct request *rq, const char *incident, json_t *list, struct why *why)
{
	struct book_entry *found, whole;
	size_t count;
	bool more;
	struct policy_registry known;
	const struct book_query query = {.registry = registry, .row = incident, .limit = SHOWN};
	if (!policy_registry_find(parts_of(rq)->policy, registry, &known))
		return ok();
	TRY(book_list(parts_of(rq)->registers, &query, rq->arena, &found, &count, &more, why));
	for (size_t i = 0; i < count; i++) {
		TRY(book_get(parts_of(rq)->registers, found[i].id, rq->arena, &whole, why));
		json_array_append_new(list, entry_model(rq, &whole));
	}
	return ok();
}

static struct result incidents_model(struct request *rq, const char *chosen, json_t *list, struct why *why)
{
	struct case_view *found;
	size_t count;
	const struct case_query query = {.kind = "incident", .limit = SHOWN};
	TRY(case_list(parts_of(rq)->proceedings, &query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++) {
		json_t *owed = json_array(), *contacts = json_array();
		struct result done = owed_model(rq, found[i].row.id, owed, why);
		if (done.code == OK)
			done = window_contacts(rq, found[i].row.id, contacts, why);
		if (done.code != OK) {
			json_decref(owed);
			json_decref(contacts);
			return done;
		}
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:b}", "id", found[i].row.id, "name",
			found[i].row.name, "href", text(rq, "/case/%s", found[i].row.id), "section", show_section(rq, found[i].row.section), "step",
			policy_label(parts_of(rq)->policy, NULL, found[i].step), "opened", show_time(found[i].opened_ms), "owed",
			owed, "contacts", contacts, "chosen", strcmp(found[i].row.id, chosen) == 0));
	}
	return ok();
}

static struct result show(struct request *rq, unsigned status, const struct fields *fields, const char *wrong, struct why *why)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"手続", "/cases"}, {"事案の窓口", ""}};
	json_t *shown = fields_model(rq, fields, why);
	if (!shown)
		return fail(why, E_MEMORY, "window", "no memory for the form");
	json_t *model = json_pack("{s:s, s:o, s:[], s:o, s:o, s:s, s:o}", "title", "事案の窓口", "crumbs", show_crumbs(crumbs, 3),
		"incidents", "fields", shown, "errors", fields_errors(fields), "wrong", wrong, "form", form_token(rq, "/window"));
	struct result filled = incidents_model(rq, rq->is_post ? posted(rq, "incident") : asked(rq, "incident"),
	                                       json_object_get(model, "incidents"), why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, status, "window", model, why);
}

struct result page_window(struct request *rq, struct why *why)
{
	struct fields fields;
	TRY(window_only(rq, why));
	TRY(contact_fields(rq, &fields, why));
	return show(rq, 200, &fields, "", why);
}

struct result post_window(struct request *rq, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct desk_told told;
	struct fields fields;
	struct case_view incident;
	struct why own = {OK, "", ""};
	char iso[32];
	TRY(window_only(rq, why));
	TRY(contact_fields(rq, &fields, why));
	TRY(fields_read(rq, &fields, why));
	if (fields.again || fields.wrong)
		return show(rq, fields.again ? 200 : 400, &fields, "", why);
	if (!*posted(rq, "incident"))
		return show(rq, 400, &fields, "「どの事案か」を選んでください。", why);
	TRY(case_get(parts_of(rq)->proceedings, posted(rq, "incident"), rq->arena, &incident, why));
	struct cell *cells = ARENA_ARRAY(rq->arena, fields.count + 1, struct cell);
	if (!cells)
		return fail(why, E_MEMORY, "window", "no memory for what was told");
	ms_iso(clock_now_ms(parts_of(rq)->clock), iso);
	struct desk_deed deed = {.act = act, .row = incident.row.id, .section = incident.row.section, .actor = rq->person.id, .told = cells};
	cells[deed.told_count++] = (struct cell){"performed_at", text(rq, "%.10s %.5s", iso, iso + 11)};
	for (size_t i = 0; i < fields.count; i++)
		cells[deed.told_count++] = (struct cell){fields.at[i].fact.path, fields.at[i].value};
	struct result done = desk_deed_put(&desk, &deed, rq->arena, &told, NULL, &own);
	if (done.code == E_INPUT && fields_mark(rq, &fields, own.place, own.text))
		return show(rq, 400, &fields, "", why);
	if (done.code == E_DENIED || done.code == E_INPUT)
		return show(rq, 409, &fields, text(rq, "%s", own.text), why);
	if (done.code != OK)
		return fail(why, done.code, own.place, "%s", own.text);
	reply_redirect(rq, "/window");
	return ok();
}
