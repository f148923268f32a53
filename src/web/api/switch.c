/* What the file gate does with each kind of content: as it stands, and setting it. */
#include "web/api/api.h"
#include "web/pages.h"

#include "crossing/switches.h"

static struct result for_operators(struct request *rq, struct why *why)
{
	bool yes;
	TRY(is_operator(rq, &yes, why));
	return yes ? ok() : not_theirs(rq, "switches", why);
}

static json_t *rule_json(const struct switch_rule *r)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "content", r->item, "treatment", r->treatment, "direction",
		r->scope.direction, "zone", r->scope.zone, "section", r->scope.section, "class", r->scope.class, "set_by", r->set_by,
		"set", api_time(r->set_ms), "clause", r->clause);
}

struct result api_switches(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct switch_rule *rules;
	size_t count;
	(void)in;
	TRY(for_operators(rq, why));
	TRY(switch_list(parts_of(rq)->crossings, rq->arena, &rules, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, rule_json(&rules[i]));
	*out = api_list(list, "");
	return ok();
}

/* What holds for a file of this direction, section and class: every kind of content. */
struct result api_treatments(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct switch_state state;
	const char *way = api_text(rq, in, "direction");
	enum crossing_direction direction = strcmp(way, "outward") == 0 ? CROSSING_OUTWARD : CROSSING_INWARD;
	if (*way && strcmp(way, crossing_direction_name(direction)) != 0)
		return fail(why, E_INPUT, "direction", "direction は inward か outward です。");
	TRY(for_operators(rq, why));
	TRY(switch_resolve(parts_of(rq)->crossings, direction, api_text(rq, in, "section"), api_text(rq, in, "class"), rq->arena,
	                   &state, why));
	json_t *list = json_array();
	for (size_t i = 0; i < construct_count(); i++) {
		const struct construct *one = construct_at(i);
		json_t *offered = json_array();
		for (int t = TREAT_REFUSE; t <= TREAT_ALLOW; t++)
			if (treatment_offered(one, (enum treatment)t))
				json_array_append_new(offered, json_string(treatment_name((enum treatment)t)));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:b}", "content", one->word, "kind",
			content_name(one->content), "sentence", one->sentence, "treatment",
			treatment_name((enum treatment)state.switches.of[i]), "offered", offered, "set", state.by[i] != NULL));
	}
	*out = json_pack("{s:s, s:o}", "digest", state.digest, "treatments", list);
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

struct result api_set_switch(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct switch_rule *rules;
	size_t count;
	const char *item = api_text(rq, in, "content"), *treatment = api_text(rq, in, "treatment");
	const struct switch_scope scope = {api_text(rq, in, "direction"), api_text(rq, in, "zone"), api_text(rq, in, "section"),
	                                   api_text(rq, in, "class")};
	bool undo = strcmp(treatment, "default") == 0;
	TRY(for_operators(rq, why));
	if (!*treatment)
		return fail(why, E_INPUT, "treatment", "treatment は allow、sanitise、refuse、default（すべてには municipal、consistent、strict、default）のどれかです。");
	TRY(switch_set(parts_of(rq)->crossings, rq->person.id, &scope, item, undo ? "" : treatment, why));
	TRY(switch_list(parts_of(rq)->crossings, rq->arena, &rules, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct switch_scope *s = &rules[i].scope;
		if (strcmp(rules[i].item, item) == 0 && strcmp(s->direction, scope.direction) == 0 && strcmp(s->zone, scope.zone) == 0 &&
		    strcmp(s->section, scope.section) == 0 && strcmp(s->class, scope.class) == 0) {
			*out = rule_json(&rules[i]);
			return ok();
		}
	}
	const struct switch_rule gone = {.scope = scope, .item = item, .treatment = "default", .set_by = rq->person.id, .clause = ""};
	*out = rule_json(&gone);
	return ok();
}
