/* 今日やること: first what to do, then what is running, then what to know. */
#include "web/pages.h"

static json_t *decide_duty(struct request *rq, const struct application *a)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:s}", "when", show_time(a->created_ms), "since",
	                 "から待っています", "title",
	                 text(rq, "%s（%s）を決裁する", show_act(a), a->number), "href",
	                 text(rq, "/decide/%s", a->id), "who", show_person(rq, a->applicant), "says",
	                 *a->purpose ? a->purpose : a->title, "verb", "内容を見て決裁する");
}

static json_t *returned_duty(struct request *rq, const struct application *a)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:s}", "when", show_time(a->decided_ms), "since",
	                 "差戻し", "title",
	                 text(rq, "%s（%s）が差し戻されました", show_act(a), a->number), "href",
	                 text(rq, "/decide/%s", a->id), "who", show_person(rq, a->applicant), "says",
	                 "理由を確かめて、直してからもう一度申請してください。", "verb", "理由を見る");
}

static struct result duties(struct request *rq, json_t *list, struct why *why)
{
	struct application *found;
	size_t count;
	struct application_query waiting = {
		.waiting_for = rq->person.id, .state = APPLICATION_OPEN, .limit = 20};
	struct application_query returned = {
		.applicant = rq->person.id, .state = APPLICATION_RETURNED, .limit = 5};
	TRY(application_list(parts_of(rq)->proceedings, &waiting, rq->arena, &found, &count, why));
	for (size_t i = count; i-- > 0;) /* the oldest waits longest */
		json_array_append_new(list, decide_duty(rq, &found[i]));
	TRY(application_list(parts_of(rq)->proceedings, &returned, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, returned_duty(rq, &found[i]));
	return ok();
}

static struct result running(struct request *rq, json_t *list, struct why *why)
{
	struct application *found;
	size_t count;
	struct application_query mine = {.applicant = rq->person.id, .limit = 10};
	TRY(application_list(parts_of(rq)->proceedings, &mine, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "href",
			text(rq, "/decide/%s", found[i].id), "label", show_act(&found[i]), "number",
			found[i].number, "about", found[i].title, "chip",
			show_application_state(found[i].state), "created", show_time(found[i].created_ms)));
	return ok();
}

static struct result crossings(struct request *rq, const struct crossing_query *query, json_t *list,
                               struct why *why)
{
	struct crossing *found;
	size_t count;
	TRY(crossing_list(parts_of(rq)->crossings, query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		if (!query->collectable || has_new_files(&found[i]))
			json_array_append_new(list, show_crossing_row(rq, &found[i]));
	return ok();
}

static struct result inner_home(struct request *rq, json_t *model, struct why *why)
{
	struct crossing_query collect = {.receiver = rq->person.id, .direction = CROSSING_INWARD,
		.collectable = true, .limit = 10};
	struct crossing_query sent = {.sender = rq->person.id, .direction = CROSSING_OUTWARD, .limit = 10};
	TRY(duties(rq, json_object_get(model, "duties"), why));
	TRY(running(rq, json_object_get(model, "running"), why));
	TRY(crossings(rq, &collect, json_object_get(model, "collect"), why));
	return crossings(rq, &sent, json_object_get(model, "sent"), why);
}

/* On the Internet side: what may be fetched here, and what was sent from here. */
static struct result outer_home(struct request *rq, json_t *model, struct why *why)
{
	struct crossing_query collect = {.sender = rq->person.id, .direction = CROSSING_OUTWARD,
		.collectable = true, .limit = 20};
	struct crossing_query sent = {.sender = rq->person.id, .direction = CROSSING_INWARD, .limit = 10};
	TRY(crossings(rq, &collect, json_object_get(model, "collect"), why));
	return crossings(rq, &sent, json_object_get(model, "sent"), why);
}

struct result page_home(struct request *rq, struct why *why)
{
	bool inner = rq->zone == ZONE_LGWAN;
	char today[48];
	rq->menu = "home";
	day_long(request_today(rq), today);
	json_t *model = json_pack("{s:s, s:s, s:[], s:[], s:[], s:[]}", "title",
	                          inner ? "今日やること" : "LGWAN側から受け取る", "today", today,
	                          "duties", "running", "collect", "sent");
	struct result filled = inner ? inner_home(rq, model, why) : outer_home(rq, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, inner ? "home" : "home_outer", model, why);
}
