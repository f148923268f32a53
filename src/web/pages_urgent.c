/* Exceptions that began without permission, on the page of their application: the report of
 * who began it, and what whoever hears it decides.
 * clause  HN-2.7.4(2)/2                                                         */
#include "web/desk_pages.h"
#include "web/pages.h"

bool may_review_urgent(struct request *rq, const char *id)
{
	struct application_urgent u;
	return application_urgent_of(parts_of(rq)->proceedings, id, rq->arena, &u, NULL).code == OK &&
	       application_may_review(parts_of(rq)->proceedings, id, rq->person.id, rq->arena);
}

const char *urgent_wrong(struct request *rq)
{
	const char *act = posted(rq, "act");
	if (strcmp(act, "report") == 0 && !*posted(rq, "report"))
		return "「報告」が空です。何が起き、代わりに何をし、いまどうなっているかを書いてください。";
	if (strcmp(act, "stop") == 0 && !*posted(rq, "words"))
		return "「理由」が空です。例外措置をとった人が次にすることがわかりません。理由を書いてください。";
	return "";
}

void add_urgent_exception(struct request *rq, const struct application *a, json_t *model)
{
	struct application_urgent u;
	json_object_set_new(model, "urgent", json_false());
	if (application_urgent_of(parts_of(rq)->proceedings, a->id, rq->arena, &u, NULL).code != OK)
		return;
	bool report = !u.reported_ms && strcmp(a->applicant, rq->person.id) == 0;
	bool review = u.reported_ms && !u.reviewed_ms && may_review_urgent(rq, a->id);
	json_t *shown = json_pack("{s:o, s:o, s:s, s:o, s:s, s:o, s:s, s:b, s:b, s:s}", "since", show_time(u.since_ms), "reported",
		u.reported_ms ? show_time(u.reported_ms) : json_string(""), "report", u.report, "reviewed",
		u.reviewed_ms ? show_time(u.reviewed_ms) : json_string(""), "words", u.words, "reviewer",
		*u.reviewer ? show_person(rq, u.reviewer) : json_string(""), "outcome",
		u.upheld ? "終わりの日まで続けてよい" : "ここで終わらせる", "can_report", report, "can_review", review, "path",
		text(rq, "/decide/%s", a->id));
	bool told = strcmp(posted(rq, "act"), "report") == 0;
	json_object_set_new(shown, "wrong_report", json_string(told ? urgent_wrong(rq) : ""));
	json_object_set_new(shown, "wrong_words", json_string(told ? "" : urgent_wrong(rq)));
	json_object_set_new(model, "urgent", shown);
	json_object_set_new(model, "permit", json_string("")); /* nobody permitted it */
	if (*urgent_wrong(rq))
		json_object_update_new(model, show_errors(told ? "report" : "words", urgent_wrong(rq)));
	if (report || review)
		json_object_set_new(model, "form", form_token(rq, text(rq, "/decide/%s", a->id)));
}

struct result post_urgent(struct request *rq, const char *id, const char *act, struct why *why)
{
	struct proceedings *p = parts_of(rq)->proceedings;
	if (strcmp(act, "report") == 0)
		TRY(application_report(p, id, rq->person.id, posted(rq, "report"), why));
	else
		TRY(application_review(p, id, rq->person.id, strcmp(act, "uphold") == 0, posted(rq, "words"), why));
	reply_redirect(rq, text(rq, "/decide/%s", id));
	return ok();
}
