/* Leaving: somebody leaves, what he still holds. */
#include "web/api/api.h"

#include "proceeding/leaving.h"
#include "web/pages.h"
#include "web/pages_leave.h"

static struct result find(struct request *rq, struct person *out, struct why *why)
{
	bool may;
	TRY(office_person(parts_of(rq)->office, api_part(rq, 0), rq->arena, out, why));
	TRY(may_tell_leaving(rq, out, &may, why));
	return may ? ok() : not_theirs(rq, "person", why);
}

struct result api_held(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct leaving_thing *things;
	struct person person;
	size_t count;
	(void)in;
	TRY(find(rq, &person, why));
	TRY(leaving_things(parts_of(rq)->proceedings, person.id, rq->arena, &things, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "id", things[i].id, "kind", things[i].kind, "name", things[i].name));
	*out = api_list(list, "");
	return ok();
}

struct result api_leave(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct leaving_thing *things;
	struct person person;
	char id[27];
	size_t count;
	TRY(find(rq, &person, why));
	if (strcmp(person.id, rq->person.id) == 0)
		return not_theirs(rq, "person", why);
	TRY(leaving_begin(parts_of(rq)->proceedings, rq->person.id, person.id, slice_str(api_text(rq, in, "reason")), id, why));
	TRY(leaving_things(parts_of(rq)->proceedings, person.id, rq->arena, &things, &count, why));
	*out = json_pack("{s:s, s:s, s:I}", "person", person.id, "case", id, "held", (json_int_t)count);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}
