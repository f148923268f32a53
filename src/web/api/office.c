/* The caller, sections, people, posts. */
#include "web/api/api.h"
#include "web/api/call.h"

static json_t *holding_of(struct request *rq, const struct holding *h)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "post", h->post, "title",
	                 policy_label(parts_of(rq)->policy, NULL, h->post), "scope", h->scope, "person", h->person,
	                 "from", api_day(h->from), "to", api_day(h->to));
}

static json_t *holdings_of(struct request *rq, const struct holding *held, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, holding_of(rq, &held[i]));
	return list;
}

static json_t *words_of(const char *words)
{
	json_t *list = json_array();
	while (*words) {
		size_t len = strcspn(words, " ");
		json_array_append_new(list, json_stringn(words, len));
		words += len + (words[len] == ' ');
	}
	return list;
}

struct result api_me(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct holding *held;
	size_t count;
	(void)in;
	TRY(office_holdings(parts_of(rq)->office, rq->person.id, request_today(rq), rq->arena, &held, &count, why));
	*out = json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", rq->person.id, "name", rq->person.name, "section",
	                 rq->person.section, "posts", holdings_of(rq, held, count), "scopes",
	                 words_of(call_scopes(rq)));
	return ok();
}

struct result api_sections(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct section *found;
	size_t count;
	(void)in;
	TRY(office_sections(parts_of(rq)->office, rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "id", found[i].id, "name", found[i].name,
		                                      "parent", found[i].parent));
	*out = api_list(list, "");
	return ok();
}

struct result api_people(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct person *found;
	size_t count;
	(void)in;
	TRY(office_people(parts_of(rq)->office, rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "id", found[i].id, "name", found[i].name,
		                                      "section", found[i].section, "active", found[i].active));
	*out = api_list(list, "");
	return ok();
}

struct result api_posts(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct holding *found;
	size_t count;
	day_t on = request_today(rq);
	if (json_object_get(in, "on"))
		TRY(day_parse(slice_str(api_text(rq, in, "on")), &on, why));
	TRY(office_all_holdings(parts_of(rq)->office, rq->arena, &found, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		if (found[i].from <= on && on <= found[i].to)
			json_array_append_new(list, holding_of(rq, &found[i]));
	*out = api_list(list, "");
	return ok();
}
