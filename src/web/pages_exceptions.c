/* 例外措置: which clauses are set aside now, for what, until when, by whose word; which
 * were; and asking for one.  What the exception is from and what it is for are named
 * here; who may ask and who permits is the policy's.
 * clause  HN-2.7.4, FS-11.3                                                     */
#include "web/desk_pages.h"
#include "web/pages.h"

enum { LISTED = 500 };

/* ---- the list -------------------------------------------------------------- */

static const char *until_of(struct request *rq, const struct application *a)
{
	char day[48];
	if (a->until == DAY_OPEN)
		return "";
	day_long(a->until, day);
	return text(rq, "%sまで", day);
}

/* Of one that began without permission: where its report stands; "" of the others. */
static const char *urgent_line(struct request *rq, const char *id)
{
	struct application_urgent u;
	if (application_urgent_of(parts_of(rq)->proceedings, id, rq->arena, &u, NULL).code != OK)
		return "";
	if (!u.reported_ms)
		return "緊急にとったもの（まだ報告がありません）";
	return u.reviewed_ms ? u.upheld ? "緊急にとったもの（報告を受けて認められました）" : "緊急にとったもの（報告を受けて終えられました）"
	                     : "緊急にとったもの（報告済み、判断を待っています）";
}

/* The ground is for those who may see the application; that there is one, for everybody. */
static struct result one_model(struct request *rq, const struct application *a, json_t **out, struct why *why)
{
	bool mine = false;
	TRY(may_see_application(rq, a, &mine, why));
	*out = json_pack("{s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:o}", "clause", show_clause(rq, a->exception_to), "about",
		show_row_link(rq, a->subject), "until", until_of(rq, a), "ground", mine ? a->purpose : "", "href",
		mine ? text(rq, "/decide/%s", a->id) : "", "number", json_string(a->number), "who",
		show_person(rq, a->applicant), "chip", show_application_state(a->state));
	if (*out)
		json_object_set_new(*out, "urgent", json_string(urgent_line(rq, a->id)));
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory for the exceptions");
}

static const char *list_of(struct request *rq, const struct application *a)
{
	if (a->state == APPLICATION_OPEN)
		return "asked";
	bool stands = a->state == APPLICATION_PERMITTED && a->until >= request_today(rq) && a->used_ms == 0;
	return stands ? "standing" : "ended";
}

static struct result fill_lists(struct request *rq, json_t *model, struct why *why)
{
	const struct application_query query = {.exceptions = true, .limit = LISTED};
	struct application *list;
	size_t count;
	TRY(application_list(parts_of(rq)->proceedings, &query, rq->arena, &list, &count, why));
	for (size_t i = 0; i < count; i++) {
		json_t *one = NULL;
		TRY(one_model(rq, &list[i], &one, why));
		json_array_append_new(json_object_get(model, list_of(rq, &list[i])), one);
	}
	return ok();
}

struct result page_exceptions(struct request *rq, struct why *why)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"申請・決裁", "/decide"}, {"例外措置", ""}};
	rq->menu = "decide";
	json_t *model = json_pack("{s:s, s:o, s:[], s:[], s:[]}", "title", "例外措置", "crumbs", show_crumbs(crumbs, 3),
		"standing", "asked", "ended");
	struct result filled = fill_lists(rq, model, why);
	if (filled.code == OK)
		return reply_page(rq, 200, "exceptions", model, why);
	json_decref(model);
	return filled;
}

/* ---- asking for one ---------------------------------------------------------- */

struct asking {
	const char *clause, *object, *ground, *until;
	bool urgent;
	const char *wrong, *field; /* sentence, and which of the four it is about */
};

static const char *wrong_at(const struct asking *a, const char *field)
{
	return strcmp(a->field, field) == 0 ? a->wrong : "";
}

/* What the policy in force lets one claim to begin without permission: its words, "" nothing. */
static const char *at_once(struct request *rq)
{
	struct web_parts *p = parts_of(rq);
	const struct policy_edition *edition = policy_edition_on(p->policy, p->policy_name, request_today(rq));
	const char *claim = edition ? policy_exception_claim(p->policy, edition) : "";
	return *claim ? policy_label(p->policy, NULL, claim) : "";
}

static struct result show_form(struct request *rq, unsigned status, const struct asking *a, struct why *why)
{
	static const char path[] = "/exceptions/new";
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"申請・決裁", "/decide"}, {"例外措置", "/exceptions"},
		{"例外措置を申請する", ""}};
	rq->menu = "decide";
	json_t *model = json_pack("{s:s, s:o, s:s, s:o, s:s, s:s, s:s, s:s}", "title", "例外措置を申請する", "crumbs",
		show_crumbs(crumbs, 4), "path", path, "form", form_token(rq, path), "clause", a->clause, "object", a->object,
		"ground", a->ground, "until", a->until);
	json_object_set_new(model, "at_once", json_string(at_once(rq)));
	json_object_set_new(model, "urgent", json_boolean(a->urgent));
	json_object_set_new(model, "about", *a->object ? show_row_link(rq, a->object) : json_false());
	json_object_set_new(model, "lifted", *a->clause ? show_clause(rq, a->clause) : json_false());
	static const char *const fields[] = {"clause", "ground", "until"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_object_set_new(model, text(rq, "wrong_%s", fields[i]), json_string(wrong_at(a, fields[i])));
	if (*a->wrong)
		json_object_update_new(model, show_errors(a->field, a->wrong));
	return reply_page(rq, status, "exception_new", model, why);
}

struct result page_exception_new(struct request *rq, struct why *why)
{
	const struct asking a = {.clause = asked(rq, "clause"), .object = asked(rq, "object"), .ground = "", .until = "",
	                         .wrong = "", .field = ""};
	return show_form(rq, 200, &a, why);
}

static bool is_in_force(struct request *rq, const char *clause)
{
	struct web_parts *p = parts_of(rq);
	const struct policy_edition *edition = policy_edition_on(p->policy, p->policy_name, request_today(rq));
	for (size_t i = 0; edition && i < policy_clause_count(p->policy, edition); i++)
		if (strcmp(policy_clause_at(p->policy, edition, i)->id, clause) == 0)
			return true;
	return false;
}

static bool is_told(struct request *rq, struct asking *a, day_t *until)
{
	if (!is_in_force(rq, a->clause))
		a->field = "clause", a->wrong = "「例外を求める条文」が、施行中のポリシーにありません。条文のページにある番号を書いてください。";
	else if (!*a->ground)
		a->field = "ground", a->wrong = "「理由」が空です。許可する人が判断できません。なぜその定めのとおりにできないか、代わりに何をするかを書いてください。";
	else if (day_parse(form_get(rq->form, "until"), until, NULL).code != OK)
		a->field = "until", a->wrong = "「終わりの日」を読めません。令和8年12月25日 または 2026-12-25 のように書いてください。";
	else if (*until < request_today(rq))
		a->field = "until", a->wrong = "「終わりの日」が過ぎています。今日か、あとの日を書いてください。";
	return !*a->wrong;
}

static struct result apply(struct request *rq, const struct asking *a, day_t until, char id[27], struct why *why)
{
	const struct exception_request request = {.actor = rq->person.id, .section = rq->person.section, .clause = a->clause,
		.object = a->object, .ground = a->ground, .until = until, .urgent = a->urgent};
	return exception_begin(parts_of(rq)->proceedings, &request, id, why);
}

struct result post_exception_new(struct request *rq, struct why *why)
{
	struct asking a = {.clause = posted(rq, "clause"), .object = posted(rq, "object"), .ground = posted(rq, "ground"),
	                   .until = posted(rq, "until"), .urgent = *posted(rq, "urgent") != 0, .wrong = "", .field = ""};
	struct why own = {OK, "", ""};
	char id[27];
	day_t until;
	if (!is_told(rq, &a, &until))
		return show_form(rq, 400, &a, why);
	struct result sent = apply(rq, &a, until, id, &own);
	if (sent.code == OK) {
		reply_redirect(rq, text(rq, "/decide/%s", id));
		return ok();
	}
	if (sent.code != E_DENIED && sent.code != E_INPUT && sent.code != E_ABSENT)
		return fail(why, sent.code, own.place, "%s", own.text);
	a.field = "ground";
	a.wrong = text(rq, "%s", own.text);
	return show_form(rq, sent.code == E_DENIED ? 409 : 400, &a, why);
}
