/* Duties: what has to be done, and that it was done. */
#include "web/api/api.h"
#include "web/pages_duty.h"

#include "ledger/record.h"

static struct result duty_json(struct request *rq, const struct obligation *o, json_t **out, struct why *why)
{
	struct holder *holders;
	size_t count;
	json_t *evidence = json_array(), *people = json_array();
	TRY(duty_holders(parts_of(rq)->duties, o, rq->arena, &holders, &count, why));
	for (size_t i = 0; i < o->evidence_count; i++)
		json_array_append_new(evidence, json_string(o->evidence[i]));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(people, json_string(holders[i].person));
	*out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:s, s:o, s:o}", "id", o->id, "task",
	                 o->task, "label", duty_label(rq, o), "clause", o->clause, "state", duty_state_name(o->state), "event",
	                 o->event, "object", o->object, "section", o->section, "strength", duty_strength_name(o->strength), "opened",
	                 api_time(o->opened_ms), "due", api_time(o->due_ms), "escalations", (int)o->escalations, "closed_by",
	                 o->closed_by, "evidence", evidence, "holders", people);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static struct result state_of(const char *word, struct duty_query *query, struct why *why)
{
	query->unsettled = !*word;
	for (size_t i = DUTY_OPEN; i < DUTY_STATES; i++)
		if (strcmp(duty_state_name((enum duty_state)i), word) == 0)
			query->state = (enum duty_state)i;
	return !*word || query->state ? ok() : fail(why, E_INPUT, "state", "この状態の語はありません。");
}

/* One's own; of a section only for its people and for those who run the IT. */
static struct result whose(struct request *rq, const char *section, struct duty_query *query, struct why *why)
{
	bool operator = false;
	if (!*section) {
		query->person = rq->person.id;
		query->escalated_to = true;
		return ok();
	}
	TRY(is_operator(rq, &operator, why));
	if (!operator && strcmp(section, rq->person.section) != 0)
		return fail(why, E_DENIED, "section", "ほかの課の義務は見られません。");
	query->section = section;
	return ok();
}

struct result api_duties(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct obligation *found;
	size_t count, total;
	int64_t skip = api_number(in, "after", 0);
	const char *clause = api_text(rq, in, "clause");
	struct duty_query query = {.clause = *clause ? clause : NULL};
	TRY(api_limit(in, &query.limit, why));
	TRY(state_of(api_text(rq, in, "state"), &query, why));
	TRY(whose(rq, api_text(rq, in, "section"), &query, why));
	if (skip < 0)
		return fail(why, E_INPUT, "after", "after は前の答えの next です。");
	query.skip = (size_t)skip;
	TRY(duty_list(parts_of(rq)->duties, &query, rq->arena, &found, &count, &total, why));
	AUTO(json_drop) json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *one = NULL;
		TRY(duty_json(rq, &found[i], &one, why));
		json_array_append_new(list, one);
	}
	bool more = query.skip + count < total;
	*out = api_list(json_incref(list), more ? text(rq, "%zu", query.skip + count) : "");
	return ok();
}

struct result api_duty(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct duty_seen seen = {.owes = false};
	(void)in;
	TRY(duty_look(rq, api_part(rq, 0), &seen, why));
	return duty_json(rq, &seen.o, out, why);
}

struct result api_settle(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	static const struct {
		const char *word;
		struct result (*settle)(struct duties *d, const char *id, const struct duty_answer *answer, struct why *why);
	} ways[] = {{"done", duty_done}, {"not_needed", duty_not_needed}, {"applies", duty_applies}};
	struct duty_seen seen = {.owes = false};
	const char *as = api_text(rq, in, "as");
	const json_t *given = json_object_get(in, "evidence");
	const char **evidence = ARENA_ARRAY(rq->arena, json_array_size(given) + 1, const char *);
	if (!evidence)
		return fail(why, E_MEMORY, "", "no memory");
	for (size_t i = 0; i < json_array_size(given); i++)
		evidence[i] = json_string_value(json_array_get(given, i));
	const struct duty_answer answer = {.person = rq->person.id, .note = api_text(rq, in, "note"), .evidence = evidence,
	                                   .evidence_count = json_array_size(given)};
	TRY(duty_look(rq, api_part(rq, 0), &seen, why));
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (strcmp(ways[i].word, as) != 0)
			continue;
		TRY(ways[i].settle(parts_of(rq)->duties, seen.o.id, &answer, why));
		return api_duty(rq, in, out, why);
	}
	return fail(why, E_INPUT, "as", "as は done、not_needed、applies のどれかです。");
}
