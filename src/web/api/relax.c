/* Relaxations of an emergency.                                               */
#include "web/api/api.h"

#include "proceeding/relax.h"

static json_t *one(const struct relaxation *r)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:b}", "id", r->id, "emergency", r->emergency, "clause", r->clause, "section",
	                 r->section, "until", api_day(r->until), "in_force", r->ended_ms == 0);
}

struct result api_relaxations(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct relaxation *all;
	size_t count;
	(void)in;
	TRY(relax_list(parts_of(rq)->proceedings, rq->arena, &all, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, one(&all[i]));
	*out = api_list(list, "");
	return ok();
}

struct result api_relax(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	const json_t *clauses = json_object_get(in, "clauses"), *id;
	const char *list[RELAX_CLAUSES];
	struct relax_request r = {.emergency = api_text(rq, in, "emergency"), .actor = rq->person.id, .clauses = list,
		.section = api_text(rq, in, "section"), .ground = api_text(rq, in, "ground")};
	size_t at;
	TRY(day_parse(slice_str(api_text(rq, in, "until")), &r.until, why));
	json_array_foreach(clauses, at, id)
		if (r.clause_count < RELAX_CLAUSES)
			list[r.clause_count++] = text(rq, "%s", json_string_value(id));
	TRY(relax_begin(parts_of(rq)->proceedings, &r, why));
	return api_relaxations(rq, in, out, why);
}

struct result api_relax_end(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	TRY(relax_end(parts_of(rq)->proceedings, api_part(rq, 0), rq->person.id, why));
	return api_relaxations(rq, in, out, why);
}
