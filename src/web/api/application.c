/* Applications: seen, answered, withdrawn. */
#include "web/api/api.h"
#include "web/pages.h"

static const char *slot_state(enum route_state state)
{
	static const char *const words[] = {
		[ROUTE_PENDING] = "pending", [ROUTE_AGREED] = "agreed", [ROUTE_DECLINED] = "declined"};
	return words[state];
}

static json_t *slots_of(const struct application *a)
{
	json_t *list = json_array();
	for (size_t i = 0; i < a->slot_count; i++) {
		const struct application_slot *slot = &a->slots[i];
		json_t *holders = json_array();
		for (size_t k = 0; k < slot->holder_count; k++)
			json_array_append_new(holders, json_string(slot->holders[k].person));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "post", slot->post, "title",
			slot->post_title, "scope", slot->scope, "clause", slot->clause, "state",
			slot_state(slot->state), "holders", holders));
	}
	return list;
}

static json_t *words_of(const struct application *a)
{
	json_t *list = json_array();
	for (size_t i = 0; i < a->word_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "person",
			a->words[i].person, "post", a->words[i].post, "scope", a->words[i].scope, "mark",
			a->words[i].mark, "answer", a->words[i].answer, "reason", a->words[i].reason, "time",
			api_time(a->words[i].time_ms)));
	return list;
}

static json_t *application_of_api(const struct application *a)
{
	json_t *facts = json_object();
	for (size_t i = 0; i < a->fact_count; i++)
		json_object_set_new(facts, a->facts[i].path, json_string(a->facts[i].value));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:b}", "id", a->id,
	                 "number", a->number, "act", a->act, "label", a->act_label, "exception_to", a->exception_to,
	                 "subject", a->subject, "applicant", a->applicant, "section", a->section, "title", a->title,
	                 "purpose", a->purpose, "state", application_state_name(a->state), "created",
	                 api_time(a->created_ms), "edition", a->edition, "facts", facts, "slots", slots_of(a),
	                 "words", words_of(a), "joint", a->joint ? a->joint : "", "together", a->together);
}

static bool state_named(const char *name, enum application_state *out)
{
	for (int state = APPLICATION_OPEN; state <= APPLICATION_LAPSED; state++)
		if (strcmp(application_state_name((enum application_state)state), name) == 0) {
			*out = (enum application_state)state;
			return true;
		}
	return name[0] == 0;
}

struct result api_applications(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct application *found;
	size_t count;
	int64_t limit = api_number(in, "limit", API_PAGE);
	const char *whose = api_text(rq, in, "whose");
	bool waiting = strcmp(whose, "waiting") == 0;
	struct application_query query = {.limit = (size_t)limit};
	if (whose[0] && !waiting && strcmp(whose, "mine") != 0)
		return fail(why, E_INPUT, "whose", "whose は mine か waiting です。");
	if (!state_named(api_text(rq, in, "state"), &query.state))
		return fail(why, E_INPUT, "state", "この状態の語はありません。");
	if (limit < 1 || limit > API_PAGE)
		return fail(why, E_INPUT, "limit", "limit は1から100までです。");
	*(waiting ? &query.waiting_for : &query.applicant) = rq->person.id;
	TRY(application_list(parts_of(rq)->proceedings, &query, rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, application_of_api(&found[i]));
	*out = api_list(list, "");
	return ok();
}

static struct result load(struct request *rq, struct application *a, struct why *why)
{
	bool yes;
	TRY(application_get(parts_of(rq)->proceedings, api_part(rq, 0), rq->arena, a, why));
	TRY(may_see_application(rq, a, &yes, why));
	return yes ? ok() : not_theirs(rq, "application", why);
}

struct result api_application(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct application a;
	(void)in;
	TRY(load(rq, &a, why));
	*out = application_of_api(&a);
	return ok();
}

/* ---- applying ------------------------------------------------------------------ */

static struct result wish_facts(struct request *rq, const char *object, const json_t *facts, struct wish *wish,
                                struct why *why)
{
	struct cell *cells;
	size_t count;
	TRY(api_cells(rq, facts, &cells, &count, why));
	struct fact_pair *pairs = ARENA_ARRAY(rq->arena, count + 1, struct fact_pair);
	if (!pairs)
		return fail(why, E_MEMORY, "", "no memory");
	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct fact_pair){cells[i].path, cells[i].value};
	if (*object)
		pairs[count++] = (struct fact_pair){"object", object};
	wish->facts = pairs;
	wish->fact_count = count;
	return ok();
}

/* Several things: an application for each, or none. */
static struct result apply_all(struct request *rq, const json_t *in, const struct application_request *each, char id[27],
                               struct why *why)
{
	const json_t *objects = json_object_get(in, "objects"), *one;
	struct joint_thing *things = ARENA_ARRAY(rq->arena, json_array_size(objects) + 1, struct joint_thing);
	struct joint_made made;
	size_t at;
	if (!things)
		return fail(why, E_MEMORY, "", "no memory");
	json_array_foreach(objects, at, one)
		things[at] = (struct joint_thing){text(rq, "%s", json_string_value(one)), each->title};
	const struct joint_request request = {.each = *each, .things = things, .count = json_array_size(objects),
		.together = json_is_true(json_object_get(in, "together"))};
	TRY(application_apply_joint(parts_of(rq)->proceedings, &request, &made, why));
	memcpy(id, made.ids[0], sizeof made.ids[0]);
	return ok();
}

struct result api_apply(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct application a;
	char id[27];
	const char *object = api_text(rq, in, "object");
	bool several = json_object_get(in, "objects") != NULL;
	struct wish wish = {.act = api_text(rq, in, "act"), .actor = rq->person.id,
	                    .subject = *object ? object : rq->person.id};
	if (several && *object)
		return fail(why, E_INPUT, "objects", "対象は object か objects のどちらかで書いてください。");
	if (json_object_get(json_object_get(in, "facts"), "object"))
		return fail(why, E_INPUT, "facts.object", "対象は object か objects に書いてください。");
	TRY(wish_facts(rq, object, json_object_get(in, "facts"), &wish, why));
	TRY(api_claims(rq, json_object_get(in, "claims"), &wish, why));
	const struct application_request request = {.wish = wish, .section = rq->person.section,
		.title = api_text(rq, in, "title"), .purpose = api_text(rq, in, "purpose"), .until = DAY_OPEN};
	TRY(application_check(parts_of(rq)->proceedings, &request, why));
	TRY(several ? apply_all(rq, in, &request, id, why) : application_apply(parts_of(rq)->proceedings, &request, id, why));
	TRY(application_get(parts_of(rq)->proceedings, id, rq->arena, &a, why));
	*out = application_of_api(&a);
	return ok();
}

/* ---- answering ----------------------------------------------------------------- */

struct result api_answer(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	static const char *const words[] = {[ANSWER_AGREE] = "agree", [ANSWER_DECLINE] = "decline",
	                                    [ANSWER_RETURN] = "return"};
	struct application a;
	const char *said = api_text(rq, in, "answer");
	int answer = ANSWER_AGREE;
	while (answer <= ANSWER_RETURN && strcmp(words[answer], said) != 0)
		answer++;
	if (answer > ANSWER_RETURN)
		return fail(why, E_INPUT, "answer", "answer は agree、decline、return のどれかです。");
	TRY(load(rq, &a, why));
	TRY(application_answer(parts_of(rq)->proceedings, a.id, rq->person.id, (enum application_answer)answer,
	                       api_text(rq, in, "reason"), why));
	return api_application(rq, in, out, why);
}

struct result api_withdraw(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct application a;
	TRY(load(rq, &a, why));
	TRY(application_withdraw(parts_of(rq)->proceedings, a.id, rq->person.id, why));
	return api_application(rq, in, out, why);
}

struct result api_see(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct application a;
	TRY(load(rq, &a, why));
	TRY(application_see(parts_of(rq)->proceedings, a.id, rq->person.id, why));
	return api_application(rq, in, out, why);
}
