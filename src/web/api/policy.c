/* Clauses, their states, and a question put to the policy. */
#include "ledger/record.h"
#include "proof/proof.h"
#include "web/api/api.h"
#include "web/private.h"

enum { READING_BYTES = 65536, VERDICT_BYTES = 262144 };

static const struct policy_edition *edition_now(struct request *rq)
{
	return policy_edition_on(parts_of(rq)->policy, parts_of(rq)->policy_name, request_today(rq));
}

static json_t *clause_of(struct request *rq, const struct policy_clause *clause)
{
	struct buffer reading;
	buffer_init(&reading, READING_BYTES);
	policy_render(parts_of(rq)->policy, clause, &reading);
	json_t *value = json_pack("{s:s, s:s, s:s, s:o, s:s%}", "id", clause->id, "cite", clause->cite, "says",
	                          clause->says, "edition", api_day(clause->edition->effective), "reading",
	                          buffer_cstr(&reading), reading.len);
	buffer_done(&reading);
	return value;
}

/* What binds the body today: its own clauses and those of the standard that it adopts. */
static struct result members_now(struct request *rq, struct policy_member **out, size_t *count, struct why *why)
{
	if (!edition_now(rq))
		return fail(why, E_ABSENT, "policy", "今日施行されているポリシーがありません。");
	return policy_members(parts_of(rq)->policy, parts_of(rq)->policy_name, request_today(rq), rq->arena, out, count, why);
}

struct result api_clauses(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct policy_member *members;
	size_t count;
	(void)in;
	TRY(members_now(rq, &members, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, clause_of(rq, members[i].clause));
	*out = api_list(list, "");
	return ok();
}

struct result api_clause(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct policy_member *members;
	const char *id = api_part(rq, 0);
	size_t count;
	(void)in;
	TRY(members_now(rq, &members, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(members[i].clause->id, id) == 0) {
			*out = clause_of(rq, members[i].clause);
			return ok();
		}
	return fail(why, E_ABSENT, "id", "その番号の条項は、施行中のポリシーにありません。");
}

static struct result add_states(const struct survey *survey, json_t *list, struct why *why)
{
	const struct policy_member *members;
	size_t count;
	proof_clauses(survey, &members, &count);
	for (size_t i = 0; i < count; i++) {
		const struct policy_clause *clause = members[i].clause;
		enum proof_state state;
		TRY(proof_state(survey, clause, &state, why));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "id", clause->id, "state",
		                                      proof_state_name(state), "label", proof_state_japanese(state)));
	}
	return ok();
}

struct result api_proof(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct survey *survey;
	(void)in;
	if (!edition_now(rq))
		return fail(why, E_ABSENT, "policy", "今日施行されているポリシーがありません。");
	TRY(proof_survey(rq->web->proof, request_today(rq), rq->arena, &survey, why));
	AUTO(json_drop) json_t *list = json_array();
	TRY(add_states(survey, list, why));
	*out = api_list(json_incref(list), "");
	return ok();
}

/* ---- a question ---------------------------------------------------------------- */

static struct result facts_of(struct request *rq, const json_t *map, struct wish *wish, struct why *why)
{
	size_t room = json_object_size(map), i = 0;
	struct fact_pair *pairs = ARENA_ARRAY(rq->arena, room + 1, struct fact_pair);
	const char *path;
	json_t *value;
	if (!pairs)
		return fail(why, E_MEMORY, "", "no memory");
	json_object_foreach((json_t *)(uintptr_t)map, path, value)
		pairs[i++] = (struct fact_pair){path, json_string_value(value)};
	wish->facts = pairs;
	wish->fact_count = i;
	return ok();
}

struct result api_claims(struct request *rq, const json_t *list, struct wish *wish, struct why *why)
{
	struct policy_claim *claims = ARENA_ARRAY(rq->arena, json_array_size(list) + 1, struct policy_claim);
	size_t i;
	json_t *value;
	if (!claims)
		return fail(why, E_MEMORY, "", "no memory");
	json_array_foreach(list, i, value) {
		const char *clause = json_string_value(json_object_get(value, "clause"));
		claims[i] = (struct policy_claim){json_string_value(json_object_get(value, "name")),
		                                  json_string_value(json_object_get(value, "reason")),
		                                  clause && *clause ? clause : NULL};
	}
	wish->claims = claims;
	wish->claim_count = json_array_size(list);
	return ok();
}

static json_t *decision_json(const struct decision *decision)
{
	struct buffer text;
	buffer_init(&text, VERDICT_BYTES);
	policy_verdict_json(decision, &text);
	struct slice bytes = buffer_slice(&text);
	json_t *value = buffer_ok(&text) ? json_loadb((const char *)bytes.at, bytes.len, 0, NULL) : NULL;
	buffer_done(&text);
	return value;
}

struct result api_decide(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	const struct decision *decision;
	struct buffer explained;
	struct wish wish = {.act = api_text(rq, in, "act"), .actor = rq->person.id,
	                    .subject = api_text(rq, in, "subject")};
	if (!policy_act_exists(parts_of(rq)->policy, wish.act))
		return fail(why, E_INPUT, "act", "この名前の行為は、語彙にありません。");
	TRY(facts_of(rq, json_object_get(in, "facts"), &wish, why));
	TRY(api_claims(rq, json_object_get(in, "claims"), &wish, why));
	TRY(proceeding_decide(parts_of(rq)->proceedings, &wish, rq->arena, &decision, why));
	buffer_init(&explained, VERDICT_BYTES);
	policy_explain(parts_of(rq)->policy, decision, &explained);
	*out = json_pack("{s:s, s:o, s:s%}", "verdict", verdict_name(decision->verdict), "decision",
	                 decision_json(decision), "explanation", buffer_cstr(&explained), explained.len);
	buffer_done(&explained);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}
