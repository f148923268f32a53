/* 今日やること: first what to do, then what is running, then what to know. */
#include "web/health.h"
#include "web/pages.h"
#include "web/pages_duty.h"
#include "web/pages_review.h"
#include "web/private.h"

enum { SLOW_MS = 5 * 60 * 1000 };

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

/* ---- of those who run the IT ---------------------------------------------- */

struct chore {
	const char *title, *says, *verb, *href;
};

static void add_chore(json_t *list, const struct chore *chore)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "when", "いま", "since",
		"運用の担当", "title", chore->title, "href", chore->href, "who", "", "says", chore->says,
		"verb", chore->verb));
}

/* Applications that stand still because nobody holds the post that is asked. */
static struct result stuck_chore(struct request *rq, json_t *list, struct why *why)
{
	struct application *found;
	size_t count;
	const struct application_query query = {.stuck = true, .limit = 100};
	TRY(application_list(parts_of(rq)->proceedings, &query, rq->arena, &found, &count, why));
	if (count)
		add_chore(list, &(struct chore){text(rq, "決裁できる人のいない申請が%zu件あります", count),
			text(rq, "%s（%s）などが進みません。役職に人を充てるか、代わる人を定めてください。", show_act(&found[0]), found[0].number),
			"空いている役職を見る", "/organisation"});
	return ok();
}

/* What stops others stands first. */
static struct result chores(struct request *rq, json_t *list, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	struct crossing_counts counts;
	struct survey *survey;
	bool operator;
	TRY(is_operator(rq, &operator, why));
	if (!operator)
		return ok();
	TRY(crossing_count(parts->crossings, &counts, why));
	TRY(proof_survey(rq->web->proof, request_today(rq), rq->arena, &survey, why));
	size_t gaps = proof_gaps(survey);
	int64_t waited = counts.oldest_waiting_ms ? clock_now_ms(parts->clock) - counts.oldest_waiting_ms : 0;
	TRY(stuck_chore(rq, list, why));
	if (!socket_answers(parts->clamd))
		add_chore(list, &(struct chore){"ウイルス検査が動いていません",
			"検査できるまで、ファイルはすべて待ちます。clamd を起動してください。", "運用を見る", "/operation"});
	if (waited > SLOW_MS)
		add_chore(list, &(struct chore){"5分より長く待っているファイルがあります",
			"検査が進んでいません。理由を確かめてください。", "待っているものを見る", "/operation#h-q"});
	if (counts.held)
		add_chore(list, &(struct chore){text(rq, "判断を待つファイルが%lld個あります", (long long)counts.held),
			"2つの検査の答えが違うため、渡していません。", "内容を見て判断する", "/operation#h-q"});
	if (gaps)
		add_chore(list, &(struct chore){text(rq, "市が決める値が%zuか所、空いています", gaps),
			"決まるまで、その条文は動かないか、判断を保留します。", "条文を見る", "/clauses?state=unset"});
	return ok();
}

static struct result duties(struct request *rq, json_t *list, size_t *later, struct why *why)
{
	struct application *found;
	size_t count;
	struct application_query waiting = {
		.waiting_for = rq->person.id, .state = APPLICATION_OPEN, .limit = 20};
	struct application_query returned = {
		.applicant = rq->person.id, .state = APPLICATION_RETURNED, .limit = 5};
	TRY(chores(rq, list, why));
	TRY(application_list(parts_of(rq)->proceedings, &waiting, rq->arena, &found, &count, why));
	for (size_t i = count; i-- > 0;) /* the oldest waits longest */
		json_array_append_new(list, decide_duty(rq, &found[i]));
	TRY(application_list(parts_of(rq)->proceedings, &returned, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, returned_duty(rq, &found[i]));
	TRY(review_home(rq, list, why));
	return home_duties(rq, list, later, why);
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
	size_t later = 0;
	TRY(duties(rq, json_object_get(model, "duties"), &later, why));
	json_object_set_new(model, "later", json_string(later ? text(rq, "期限が先の義務など %zu件", later) : ""));
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
