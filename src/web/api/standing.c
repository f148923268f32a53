/* Who is away, and who decides for another by standing order. */
#include "web/api/api.h"
#include "web/pages.h"

/* ---- absences */

static const char *kind_name(enum absence_kind kind)
{
	return kind == ABSENCE_PREVENTED ? "prevented" : "away";
}

static json_t *absence_of(const struct absence *a)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", a->id, "person", a->person, "kind", kind_name(a->kind), "from",
	                 api_day(a->from), "to", api_day(a->to));
}

struct result api_absences(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct absence *found;
	size_t count;
	(void)in;
	TRY(office_absences(parts_of(rq)->office, request_today(rq), rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, absence_of(&found[i]));
	*out = api_list(list, "");
	return ok();
}

static struct result day_of(struct request *rq, const json_t *in, const char *key, day_t *out, struct why *why)
{
	return json_object_get(in, key) ? day_parse(slice_str(api_text(rq, in, key)), out, why) : ok();
}

/* Himself, and the head of his section. */
static struct result may_enter(struct request *rq, const char *id, struct why *why)
{
	struct person person;
	bool yes = strcmp(id, rq->person.id) == 0;
	TRY(office_person(parts_of(rq)->office, id, rq->arena, &person, why));
	if (!yes)
		TRY(is_manager_of(rq, person.section, &yes, why));
	return yes ? ok() : not_theirs(rq, "absence", why);
}

struct result api_add_absence(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	const char *kind = api_text(rq, in, "kind"), *person = api_text(rq, in, "person");
	struct absence absence = {.person = *person ? person : rq->person.id, .kind = ABSENCE_AWAY,
	                          .from = request_today(rq), .to = DAY_OPEN};
	char id[27];
	if (strcmp(kind, "prevented") == 0)
		absence.kind = ABSENCE_PREVENTED;
	else if (strcmp(kind, "away") != 0)
		return fail(why, E_INPUT, "kind", "kind は prevented（事故等）か away（不在）です。");
	TRY(day_of(rq, in, "from", &absence.from, why));
	TRY(day_of(rq, in, "to", &absence.to, why));
	TRY(may_enter(rq, absence.person, why));
	TRY(office_add_absence(parts_of(rq)->office, rq->person.id, &absence, slice_str(api_text(rq, in, "reason")), id, why));
	memcpy(absence.id, id, sizeof id);
	*out = absence_of(&absence);
	return ok();
}

struct result api_end_absence(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct absence *found;
	size_t count;
	(void)in;
	TRY(office_absences(parts_of(rq)->office, request_today(rq), rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(found[i].id, api_part(rq, 0)) == 0) {
			TRY(may_enter(rq, found[i].person, why));
			found[i].to = request_today(rq) - 1;
			TRY(office_end_absence(parts_of(rq)->office, rq->person.id, found[i].id, found[i].to, why));
			*out = absence_of(&found[i]);
			return ok();
		}
	return fail(why, E_ABSENT, "id", "その番号の事故・不在は、いまありません。");
}

/* ---- delegations */

static json_t *delegation_of(const struct delegation *d)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "id", d->id, "post", d->post, "scope", d->scope, "to_post",
	                 d->to_post, "to_scope", d->to_scope, "matter", d->matter, "from", api_day(d->from), "to", api_day(d->to));
}

struct result api_delegations(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct delegation *found;
	size_t count;
	(void)in;
	TRY(office_delegations(parts_of(rq)->office, request_today(rq), rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, delegation_of(&found[i]));
	*out = api_list(list, "");
	return ok();
}

/* Every act named has to be one that people decide on. */
static struct result check_matter(struct request *rq, const char *matter, struct why *why)
{
	struct policy_act act;
	for (struct slice left = slice_str(strcmp(matter, "*") == 0 ? "" : matter); left.len;) {
		size_t end = slice_find(left, SLICE(","));
		const char *one = text(rq, "%.*s", SLICE_ARG(slice_part(left, 0, end)));
		if (!policy_act_find(parts_of(rq)->policy, one, &act))
			return fail(why, E_INPUT, "matter", "「%.60s」という行いはありません。", one);
		left = end == SIZE_MAX ? SLICE("") : slice_part(left, end + 1, SIZE_MAX);
	}
	return ok();
}

struct result api_delegate(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct delegation d = {.post = api_text(rq, in, "post"), .scope = api_text(rq, in, "scope"),
		.to_post = api_text(rq, in, "to_post"), .to_scope = api_text(rq, in, "to_scope"),
		.matter = api_text(rq, in, "matter"), .from = request_today(rq)};
	char id[27];
	TRY(day_of(rq, in, "from", &d.from, why));
	TRY(day_parse(slice_str(api_text(rq, in, "to")), &d.to, why));
	TRY(check_matter(rq, d.matter, why));
	TRY(office_may_delegate(parts_of(rq)->office, rq->person.id, &d, rq->arena, why));
	TRY(office_delegate(parts_of(rq)->office, rq->person.id, &d, id, why));
	memcpy(d.id, id, sizeof id);
	*out = delegation_of(&d);
	return ok();
}

struct result api_end_delegation(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct delegation *found;
	size_t count;
	(void)in;
	TRY(office_delegations(parts_of(rq)->office, request_today(rq), rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(found[i].id, api_part(rq, 0)) == 0) {
			TRY(office_may_delegate(parts_of(rq)->office, rq->person.id, &found[i], rq->arena, why));
			found[i].to = request_today(rq) - 1;
			TRY(office_end_delegation(parts_of(rq)->office, rq->person.id, found[i].id, found[i].to, why));
			*out = delegation_of(&found[i]);
			return ok();
		}
	return fail(why, E_ABSENT, "id", "その番号の専決は、いまありません。");
}
