/* 無害化の設定: what the file gate does with each kind of content, who set it, and
 * setting it.  For those who run the IT; whether a change passes the policy says. */
#include "web/pages.h"
#include "web/private.h"

#include "crossing/switches.h"

#include "web/desk_pages.h"

static struct result for_operators(struct request *rq, struct why *why)
{
	bool yes;
	rq->menu = "operation";
	TRY(is_operator(rq, &yes, why));
	return yes ? ok() : not_theirs(rq, "switches", why);
}

/* ---- for which files -------------------------------------------------------------- */

static const char *said(struct request *rq, const char *name)
{
	return rq->is_post ? posted(rq, name) : asked(rq, name);
}

/* [{value, label, chosen}] of every level of every class that an asset has */
static struct result class_options(struct request *rq, const char *chosen, json_t **out, struct why *why)
{
	const struct policy_fact *known = NULL;
	size_t count = 0;
	TRY(policy_act_facts(parts_of(rq)->policy, crossing_act(CROSSING_INWARD), rq->arena, &known, &count, why));
	*out = json_array();
	for (size_t i = 0; i < count; i++) {
		if (known[i].type != FACT_LEVEL || strncmp(known[i].path, "object.", 7) != 0)
			continue;
		for (size_t k = known[i].word_count; k > 0; k--) {
			const char *value = text(rq, "%s=%s", known[i].path + 7, known[i].words[k - 1]);
			json_array_append_new(*out, json_pack("{s:s, s:s, s:b}", "value", value, "label",
				text(rq, "%s %s", known[i].label, known[i].words[k - 1]), "chosen", strcmp(value, chosen) == 0));
		}
	}
	return ok();
}

static struct result scope_model(struct request *rq, json_t *model, struct why *why)
{
	json_t *sections = NULL, *classes = NULL;
	TRY(show_sections(rq, said(rq, "section"), false, &sections, why));
	json_object_set_new(model, "sections", sections);
	TRY(class_options(rq, said(rq, "class"), &classes, why));
	json_object_set_new(model, "classes", classes);
	return ok();
}

static const char *scope_query(struct request *rq)
{
	return text(rq, "?section=%s&class=%s", show_escaped(rq, slice_str(said(rq, "section"))),
	            show_escaped(rq, slice_str(said(rq, "class"))));
}

static const char *scope_line(struct request *rq, const struct switch_scope *s)
{
	const char *line = "";
	if (*s->section) {
		json_t *name = show_section(rq, s->section);
		line = text(rq, "%sが出すもの", json_string_value(name));
		json_decref(name);
	}
	if (*s->class)
		line = text(rq, "%s%s分類 %s", line, *line ? "、" : "", s->class);
	if (*s->zone || *s->direction)
		line = text(rq, "%s%sインターネット側から来るもの", line, *line ? "、" : "");
	return *line ? line : "すべてのファイル";
}

/* ---- one treatment ------------------------------------------------------------------ */

static json_t *treatment_chip(const struct construct *of, enum treatment treatment)
{
	static const char *const looks[][2] = {
		[TREAT_NONE] = {"gray", "dash"}, [TREAT_REFUSE] = {"red", "stop"},
		[TREAT_SANITISE] = {"blue", "check"}, [TREAT_ALLOW] = {"green", "check"}};
	return show_chip(looks[treatment][0], looks[treatment][1], treatment_of(of, treatment));
}

static const char *rule_says(const struct switch_rule *rule)
{
	size_t at = construct_find(rule->item);
	if (strcmp(rule->item, "all") == 0)
		return switches_preset_japanese(rule->treatment);
	return at < CONSTRUCTS ? treatment_of(construct_at(at), treatment_named(rule->treatment))
	                       : treatment_japanese(treatment_named(rule->treatment));
}

static const char *item_label(const char *item)
{
	size_t at = construct_find(item);
	if (strcmp(item, "all") == 0)
		return "すべての内容";
	return at < CONSTRUCTS ? construct_at(at)->sentence : content_japanese(content_named(item));
}

static json_t *rule_model(struct request *rq, const struct switch_rule *rule)
{
	const struct switch_scope *s = &rule->scope;
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "what", item_label(rule->item), "scope", scope_line(rq, s),
		"treatment", rule_says(rule), "by", show_person(rq, rule->set_by), "when", show_time(rule->set_ms), "clause",
		show_clause(rq, rule->clause), "href", text(rq, "/switches/%s?section=%s&class=%s", rule->item,
		show_escaped(rq, slice_str(s->section)), show_escaped(rq, slice_str(s->class))));
}

static const char *origin_line(struct request *rq, const struct switch_rule *rule)
{
	char when[48];
	if (!rule)
		return "はじめからの扱い";
	ms_short(rule->set_ms, when);
	json_t *by = show_person(rq, rule->set_by);
	const char *line = text(rq, "%s（%s、%s）", strcmp(rule->item, "all") == 0 ? switches_preset_japanese(rule->treatment)
		: construct_find(rule->item) < CONSTRUCTS ? "この内容の設定" : "この種類の設定", json_string_value(by), when);
	json_decref(by);
	return line;
}

/* ---- the list ------------------------------------------------------------------------ */

static json_t *group_model(struct request *rq, const struct switch_state *state, enum content content, bool may)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < construct_count(); i++) {
		const struct construct *one = construct_at(i);
		if (one->content != content)
			continue;
		json_array_append_new(rows, json_pack("{s:s, s:s, s:o, s:s, s:s}", "sentence", one->sentence, "word", one->word,
			"chip", treatment_chip(one, (enum treatment)state->switches.of[i]), "origin", origin_line(rq, state->by[i]),
			"change", may ? text(rq, "/switches/%s%s", one->word, scope_query(rq)) : ""));
	}
	return json_pack("{s:s, s:s, s:o, s:s}", "name", content_name(content), "label", content_japanese(content), "rows", rows,
		"change", may ? text(rq, "/switches/%s%s", content_name(content), scope_query(rq)) : "");
}

static struct result list_model(struct request *rq, json_t *model, struct why *why)
{
	struct switch_state state;
	struct switch_rule *rules;
	size_t count;
	bool may = false;
	TRY(switch_may(parts_of(rq)->crossings, rq->person.id, &may, why));
	TRY(switch_resolve(parts_of(rq)->crossings, CROSSING_INWARD, asked(rq, "section"), asked(rq, "class"), rq->arena,
	                   &state, why));
	TRY(switch_list(parts_of(rq)->crossings, rq->arena, &rules, &count, why));
	for (unsigned i = CONTENT_PROGRAM; i < CONTENTS; i++)
		json_array_append_new(json_object_get(model, "groups"), group_model(rq, &state, (enum content)i, may));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(model, "rules"), rule_model(rq, &rules[i]));
	json_object_set_new(model, "digest", json_string(state.digest));
	json_object_set_new(model, "preset", may ? json_string(text(rq, "/switches/all%s", scope_query(rq))) : json_string(""));
	return scope_model(rq, model, why);
}

struct result page_switches(struct request *rq, struct why *why)
{
	const char *const crumbs[][2] = {{"運用", "/operation"}, {"無害化の設定", ""}};
	TRY(for_operators(rq, why));
	json_t *model = json_pack("{s:s, s:o, s:[], s:[]}", "title", "無害化の設定", "crumbs", show_crumbs(crumbs, 2), "groups",
	                          "rules");
	struct result filled = list_model(rq, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "switches", model, why);
}

/* ---- changing one ---------------------------------------------------------------------- */

static void add_choice(json_t *list, const char *value, const char *label, const char *chosen)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", value, "label", label, "chosen",
	                                      strcmp(value, chosen) == 0));
}

/* What may be chosen for this item; a kind as a whole never stays. */
static json_t *choices_model(const char *item, const char *chosen)
{
	json_t *list = json_array();
	size_t at = construct_find(item);
	if (strcmp(item, "all") == 0) {
		for (size_t i = 0; switches_preset_name(i); i++)
			add_choice(list, switches_preset_name(i), switches_preset_japanese(switches_preset_name(i)), chosen);
		add_choice(list, "default", "この範囲の設定を外す（広い範囲の設定に従う）", chosen);
		return list;
	}
	for (unsigned t = TREAT_ALLOW; t >= TREAT_REFUSE; t--)
		if (at < CONSTRUCTS ? treatment_offered(construct_at(at), (enum treatment)t) : t != TREAT_ALLOW)
			add_choice(list, treatment_name((enum treatment)t),
			           at < CONSTRUCTS ? treatment_of(construct_at(at), (enum treatment)t)
			                           : treatment_japanese((enum treatment)t), chosen);
	add_choice(list, "default", "この設定を外す（ほかの設定に従う）", chosen);
	return list;
}

static struct result show_switch(struct request *rq, unsigned status, const char *field, const char *wrong,
                                 struct why *why)
{
	const char *item = text(rq, "%.*s", SLICE_ARG(rq->part[0])), *path = text(rq, "/switches/%s", item);
	size_t at = construct_find(item);
	if (strcmp(item, "all") != 0 && at == CONSTRUCTS && content_named(item) == CONTENT_NONE)
		return fail(why, E_ABSENT, "item", "そのような内容の種類はありません。一覧から選んでください。");
	const char *const crumbs[][2] = {{"運用", "/operation"}, {"無害化の設定", "/switches"}, {"設定を変える", ""}};
	const char *field_wrong = strcmp(field, "section") == 0 || strcmp(field, "class") == 0 ? field : "treatment";
	bool bad = *wrong != 0;
	json_t *model = json_pack("{s:s, s:s, s:b, s:o, s:s, s:o, s:o, s:s, s:s, s:s}", "title", "無害化の設定を変える", "item",
		item_label(item), "whole", at == CONSTRUCTS, "crumbs", show_crumbs(crumbs, 3), "path", path, "form",
		form_token(rq, path), "choices", choices_model(item, posted(rq, "treatment")), "wrong_treatment",
		bad && strcmp(field_wrong, "treatment") == 0 ? wrong : "", "wrong_section",
		bad && strcmp(field_wrong, "section") == 0 ? wrong : "", "wrong_class",
		bad && strcmp(field_wrong, "class") == 0 ? wrong : "");
	if (bad)
		json_object_update_new(model, show_errors(field_wrong, wrong));
	struct result filled = model ? scope_model(rq, model, why) : fail(why, E_MEMORY, "", "no memory for the form");
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, status, "switch", model, why);
}

struct result page_switch(struct request *rq, struct why *why)
{
	TRY(for_operators(rq, why));
	return show_switch(rq, 200, "", "", why);
}

struct result post_switch(struct request *rq, struct why *why)
{
	struct why ours = {OK, "", ""};
	const char *wanted = posted(rq, "treatment");
	const struct switch_scope scope = {"", "", posted(rq, "section"), posted(rq, "class")};
	TRY(for_operators(rq, why));
	if (!*wanted)
		return show_switch(rq, 400, "treatment", "「扱い」が選ばれていません。どれかを選んでください。", why);
	struct result done = switch_set(parts_of(rq)->crossings, rq->person.id, &scope,
		text(rq, "%.*s", SLICE_ARG(rq->part[0])), strcmp(wanted, "default") == 0 ? "" : wanted, &ours);
	if (done.code == E_INPUT)
		return show_switch(rq, 400, text(rq, "%s", ours.place), text(rq, "%s", ours.text), why);
	if (done.code != OK)
		return fail(why, done.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/switches%s", scope_query(rq)));
	return ok();
}
