/* Exceptions: asked for, or begun at once; reported and judged afterwards.   */
#include "web/api/api.h"
#include "web/pages.h"

static struct result shown(struct request *rq, const char *id, json_t **out, struct why *why)
{
	struct application a;
	struct application_urgent u = {.reported_ms = 0};
	TRY(application_get(parts_of(rq)->proceedings, id, rq->arena, &a, why));
	bool urgent = application_urgent_of(parts_of(rq)->proceedings, id, rq->arena, &u, NULL).code == OK;
	*out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:s}", "id", a.id, "number", a.number, "clause", a.exception_to,
	                 "subject", a.subject, "state", application_state_name(a.state), "until", api_day(a.until), "urgent", urgent,
	                 "reported", u.reported_ms != 0, "judged", !u.reviewed_ms ? "" : u.upheld ? "uphold" : "stop");
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

struct result api_exception(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	char id[27];
	day_t until;
	struct exception_request e = {.actor = rq->person.id, .section = rq->person.section, .clause = api_text(rq, in, "clause"),
		.object = api_text(rq, in, "object"), .ground = api_text(rq, in, "ground"), .urgent = json_is_true(json_object_get(in, "urgent"))};
	TRY(day_parse(slice_str(api_text(rq, in, "until")), &until, why));
	e.until = until;
	TRY(exception_begin(parts_of(rq)->proceedings, &e, id, why));
	return shown(rq, id, out, why);
}

static struct result may_look(struct request *rq, struct why *why)
{
	struct application a;
	bool yes;
	TRY(application_get(parts_of(rq)->proceedings, api_part(rq, 0), rq->arena, &a, why));
	TRY(may_see_application(rq, &a, &yes, why));
	return yes ? ok() : not_theirs(rq, "application", why);
}

struct result api_exception_report(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	TRY(may_look(rq, why));
	TRY(application_report(parts_of(rq)->proceedings, api_part(rq, 0), rq->person.id, api_text(rq, in, "report"), why));
	return shown(rq, api_part(rq, 0), out, why);
}

struct result api_exception_review(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	const char *said = api_text(rq, in, "judgement");
	bool uphold = strcmp(said, "uphold") == 0;
	if (!uphold && strcmp(said, "stop") != 0)
		return fail(why, E_INPUT, "judgement", "judgement は uphold（続けてよい）か stop（終わらせる）です。");
	TRY(may_look(rq, why));
	TRY(application_review(parts_of(rq)->proceedings, api_part(rq, 0), rq->person.id, uphold, api_text(rq, in, "reason"), why));
	return shown(rq, api_part(rq, 0), out, why);
}
