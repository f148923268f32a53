/* 緊急時の制限の緩和: which clauses are relaxed now, where, until when, in which emergency;
 * relaxing more of them, and ending it.
 * clause  FS-9.1(2)-e                                                           */
#include "web/pages_relax.h"

#include "proceeding/case.h"
#include "proceeding/relax.h"
#include "web/desk_pages.h"
#include "web/pages.h"

static const char path[] = "/relaxations";

/* ---- showing ------------------------------------------------------------------------ */

static const char *ended_line(struct request *rq, const struct relaxation *r)
{
	if (!r->ended_ms)
		return "";
	if (strcmp(r->ended_by, "emergency") == 0)
		return "緊急事態の解除により終わりました";
	if (strcmp(r->ended_by, "sekisho-clock") == 0)
		return "終わりの日が過ぎて終わりました";
	json_t *who = show_person(rq, r->ended_by);
	const char *line = text(rq, "%sが終わらせました", json_string_value(who));
	json_decref(who);
	return line;
}

static json_t *one_model(struct request *rq, const struct relaxation *r)
{
	char until[48];
	day_short(r->until, until);
	json_t *emergency = show_row_link(rq, r->emergency);
	json_t *where = *r->section ? show_section(rq, r->section) : json_string("庁内のすべて");
	json_t *model = json_pack("{s:s, s:o, s:o, s:s, s:o, s:s, s:o, s:s, s:s}", "id", r->id, "clause", show_clause(rq, r->clause),
		"where", where, "until", until, "who", show_person(rq, r->by), "ground", r->ground, "began", show_time(r->began_ms),
		"ended", ended_line(rq, r), "emergency", json_string_value(json_object_get(emergency, "name")));
	json_decref(emergency);
	return model;
}

static struct result lists(struct request *rq, json_t *model, struct why *why)
{
	struct relaxation *all;
	size_t count;
	json_t *standing = json_array(), *over = json_array();
	json_object_set_new(model, "standing", standing);
	json_object_set_new(model, "over", over);
	TRY(relax_list(parts_of(rq)->proceedings, rq->arena, &all, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(all[i].ended_ms ? over : standing, one_model(rq, &all[i]));
	return ok();
}

/* The emergencies that run; in which of them something may be relaxed is the policy's. */
static struct result emergencies(struct request *rq, json_t *model, struct why *why)
{
	struct policy_act act;
	struct case_view *found;
	size_t count = 0;
	json_t *list = json_array();
	json_object_set_new(model, "emergencies", list);
	if (!policy_act_find(parts_of(rq)->policy, "relax", &act))
		return ok();
	const struct case_query query = {.kind = act.kind, .limit = 50};
	TRY(case_list(parts_of(rq)->proceedings, &query, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "value", found[i].row.id, "label", found[i].row.name, "step",
			policy_label(parts_of(rq)->policy, NULL, found[i].step), "chosen", strcmp(posted(rq, "emergency"), found[i].row.id) == 0));
	json_object_set_new(model, "kind", json_string(act.kind));
	return ok();
}

static struct result show(struct request *rq, unsigned status, const char *field, const char *wrong, struct why *why)
{
	static const char *const fields[] = {"emergency", "clauses", "section", "until", "ground"};
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"事案・手続", "/cases"}, {"緊急時の制限の緩和", ""}};
	json_t *sections = NULL;
	rq->menu = "cases";
	TRY(show_sections(rq, posted(rq, "section"), false, &sections, why));
	json_t *model = json_pack("{s:s, s:o, s:s, s:o, s:o, s:s, s:s, s:s, s:s}", "title", "緊急時の制限の緩和", "crumbs",
		show_crumbs(crumbs, 3), "path", path, "form", form_token(rq, path), "sections", sections, "clauses", posted(rq, "clauses"),
		"until", posted(rq, "until"), "ground", posted(rq, "ground"), "kind", "");
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_object_set_new(model, text(rq, "wrong_%s", fields[i]), json_string(strcmp(field, fields[i]) == 0 ? wrong : ""));
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	struct result filled = lists(rq, model, why);
	if (filled.code == OK)
		filled = emergencies(rq, model, why);
	if (filled.code == OK)
		return reply_page(rq, status, "relaxations", model, why);
	json_decref(model);
	return filled;
}

struct result page_relaxations(struct request *rq, struct why *why)
{
	return show(rq, 200, "", "", why);
}

/* ---- doing ---------------------------------------------------------------------------- */

static size_t split(struct request *rq, const char *words, const char *out[RELAX_CLAUSES + 1])
{
	static const char gaps[] = " \t\r\n,";
	size_t n = 0;
	for (words += strspn(words, gaps); *words && n <= RELAX_CLAUSES; words += strspn(words, gaps)) {
		size_t len = strcspn(words, gaps);
		out[n++] = text(rq, "%.*s", (int)len, words);
		words += len;
	}
	return n;
}

struct result post_relaxations(struct request *rq, struct why *why)
{
	const char *clauses[RELAX_CLAUSES + 1];
	struct why own = {OK, "", ""};
	struct relax_request r = {.emergency = posted(rq, "emergency"), .actor = rq->person.id, .section = posted(rq, "section"),
		.ground = posted(rq, "ground"), .clauses = clauses, .clause_count = split(rq, posted(rq, "clauses"), clauses)};
	if (*posted(rq, "end")) {
		TRY(relax_end(parts_of(rq)->proceedings, posted(rq, "end"), rq->person.id, why));
		reply_redirect(rq, path);
		return ok();
	}
	if (day_parse(slice_str(posted(rq, "until")), &r.until, NULL).code != OK)
		return show(rq, 400, "until", "「終わりの日」を読めません。令和8年12月25日 または 2026-12-25 のように書いてください。", why);
	struct result done = relax_begin(parts_of(rq)->proceedings, &r, &own);
	if (done.code == E_INPUT || done.code == E_DENIED)
		return show(rq, done.code == E_INPUT ? 400 : 409, done.code == E_INPUT ? own.place : "emergency", text(rq, "%s", own.text), why);
	if (done.code != OK)
		return fail(why, done.code, own.place, "%s", own.text);
	reply_redirect(rq, path);
	return ok();
}
