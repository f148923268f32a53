/* An act from JSON:
 *   {"act":"transfer","on":"2026-05-01","actor":"p1","policies":["hannan"],
 *    "facts":{"object.importance":"A","scanned":"yes"},
 *    "posts":[{"person":"p1","post":"manager","of":"tax"}],
 *    "claims":[{"name":"not_needed","reason":"…","clause":"HN-2.2.2(8)-1"}],
 *    "approvals":[{"person":"p2","post":"manager","of":"tax","agreed":true}],
 *    "exceptions":[{"clause":"HN-…"}],"exception_to":"HN-…"}                  */
#include "cli/cli.h"

#include <jansson.h>

static void json_drop(json_t **value)
{
	json_decref(*value);
	*value = NULL;
}

static const char *text(struct arena *arena, const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));
	return value ? arena_string(arena, slice_str(value)) : NULL;
}

static struct result set_facts(const json_t *act, struct arena *arena, struct facts *facts,
                               struct why *why)
{
	const char *path;
	const json_t *value;
	const char *actor = text(arena, act, "actor");
	if (actor)
		TRY(facts_set_id(facts, "actor", actor, why));
	json_object_foreach(json_object_get(act, "facts"), path, value) {
		char number[32] = "";
		const char *word = json_string_value(value);
		if (json_is_integer(value))
			snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		if (json_is_boolean(value))
			word = json_is_true(value) ? "yes" : "no";
		if (!word && !number[0])
			return fail(why, E_INPUT, path, "a fact is a string, a whole number, true or false");
		TRY(facts_set_any(facts, path, word ? word : number, why));
	}
	return ok();
}

/* Posts are given person by person; a person listed has no others. */
static struct result set_posts(const json_t *act, struct arena *arena, struct facts *facts,
                               struct why *why)
{
	const json_t *list = json_object_get(act, "posts");
	size_t count = json_array_size(list);
	struct policy_holding *held = ARENA_ARRAY(arena, count + 1, struct policy_holding);
	if (!held)
		return fail(why, E_MEMORY, "", "no memory");
	for (size_t i = 0; i < count; i++) {
		const char *person = text(arena, json_array_get(list, i), "person");
		size_t n = 0;
		for (size_t k = 0; person && k < count; k++) {
			const json_t *row = json_array_get(list, k);
			const char *other = json_string_value(json_object_get(row, "person"));
			if (other && strcmp(other, person) == 0)
				held[n++] = (struct policy_holding){text(arena, row, "post"), text(arena, row, "of")};
		}
		if (!person)
			return fail(why, E_INPUT, "posts", "a post needs its person");
		TRY(facts_set_posts(facts, person, held, n, why));
	}
	return ok();
}

static struct result take_grants(const json_t *act, struct arena *arena, struct policy_question *q,
                                 struct why *why)
{
	const json_t *claims = json_object_get(act, "claims");
	const json_t *approvals = json_object_get(act, "approvals");
	const json_t *exceptions = json_object_get(act, "exceptions");
	q->claim_count = json_array_size(claims);
	q->approval_count = json_array_size(approvals);
	q->exception_count = json_array_size(exceptions);
	struct policy_claim *c = ARENA_ARRAY(arena, q->claim_count + 1, struct policy_claim);
	struct policy_approval *a = ARENA_ARRAY(arena, q->approval_count + 1, struct policy_approval);
	struct policy_exception *e = ARENA_ARRAY(arena, q->exception_count + 1, struct policy_exception);
	if (!c || !a || !e)
		return fail(why, E_MEMORY, "", "no memory");
	for (size_t i = 0; i < q->claim_count; i++) {
		const json_t *row = json_array_get(claims, i);
		c[i] = (struct policy_claim){text(arena, row, "name"), text(arena, row, "reason"),
		                             text(arena, row, "clause")};
		if (!c[i].name)
			return fail(why, E_INPUT, "claims", "a claim needs its name");
	}
	for (size_t i = 0; i < q->approval_count; i++) {
		const json_t *row = json_array_get(approvals, i);
		a[i] = (struct policy_approval){.person = text(arena, row, "person"),
		                                .post = text(arena, row, "post"),
		                                .of = text(arena, row, "of"),
		                                .agreed = json_is_true(json_object_get(row, "agreed"))};
		if (!a[i].person || !a[i].post)
			return fail(why, E_INPUT, "approvals", "an approval needs person and post");
	}
	for (size_t i = 0; i < q->exception_count; i++) {
		e[i].clause = text(arena, json_array_get(exceptions, i), "clause");
		if (!e[i].clause)
			return fail(why, E_INPUT, "exceptions", "an exception needs its clause");
	}
	q->claims = c;
	q->approvals = a;
	q->exceptions = e;
	return ok();
}

struct result cli_question(const struct policy *policy, struct slice json, day_t day,
                           struct arena *arena, struct policy_question *out, struct why *why)
{
	json_error_t error;
	struct facts *facts = NULL;
	AUTO(json_drop) json_t *act = json_loadb((const char *)json.at, json.len, JSON_REJECT_DUPLICATES,
	                                         &error);
	if (!json_is_object(act))
		return fail(why, E_INPUT, "ACT.json", "line %d, column %d: %s", error.line, error.column,
		            error.text);
	const char *name = text(arena, act, "act"), *on = text(arena, act, "on");
	*out = (struct policy_question){.day = day};
	if (!name)
		return fail(why, E_INPUT, "act", "the act is not named");
	if (on)
		TRY(day_parse(slice_str(on), &out->day, why));
	TRY(facts_new(policy, name, arena, &facts, why));
	TRY(set_facts(act, arena, facts, why));
	TRY(set_posts(act, arena, facts, why));
	out->facts = facts;
	return take_grants(act, arena, out, why);
}
