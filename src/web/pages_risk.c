/* リスク分析: what may go wrong, how likely and how great, and what was decided about it.
 * The scales are the vocabulary's words in their order; a score is the product of their places. */
#include "web/pages_review.h"

#include "proceeding/case.h"
#include "web/fields.h"
#include "web/pages.h"

enum { LISTED = 400, WORDS = 9 };

struct scale {
	const struct policy_fact *fact;
	size_t count;
};

/* The place of a value among the words of its fact, from 1; 0: not said. */
static size_t place_of(const struct scale *scale, const char *value)
{
	for (size_t i = 0; i < scale->count; i++)
		if (strcmp(scale->fact->words[i], value) == 0)
			return i + 1;
	return 0;
}

struct grid {
	struct request *rq;
	const struct policy_fact *facts;
	size_t fact_count;
	struct scale likely, great;
	struct case_view *risks;
	size_t risk_count;
};

static const struct policy_fact *fact_of(const struct grid *g, const char *path)
{
	for (size_t i = 0; i < g->fact_count; i++)
		if (strcmp(g->facts[i].path, path) == 0)
			return &g->facts[i];
	return NULL;
}

static const char *said(const struct grid *g, const struct case_view *view, const char *path)
{
	const struct policy_fact *fact = fact_of(g, path);
	const char *value = register_cell(&view->row, path);
	return fact && *value ? fields_said(g->rq, NULL, fact, value) : "";
}

static struct result add_cases(struct grid *g, bool ended, bool all, struct why *why)
{
	struct case_view *found;
	size_t count;
	const struct case_query query = {.kind = "risk", .ended = ended, .limit = LISTED / 2};
	TRY(case_list(parts_of(g->rq)->proceedings, &query, g->rq->arena, &found, &count, why));
	for (size_t i = 0; i < count && g->risk_count < LISTED; i++) {
		bool yes = all;
		if (!all)
			TRY(may_see_case(g->rq, &found[i], &yes, why));
		if (yes)
			g->risks[g->risk_count++] = found[i];
	}
	return ok();
}

static struct result grid_of(struct request *rq, struct grid *g, struct why *why)
{
	bool all;
	*g = (struct grid){.rq = rq, .risks = ARENA_ARRAY(rq->arena, LISTED, struct case_view)};
	if (!g->risks)
		return fail(why, E_MEMORY, "risk", "no memory for the risks");
	TRY(policy_kind_facts(parts_of(rq)->policy, "risk", rq->arena, &g->facts, &g->fact_count, why));
	g->likely.fact = fact_of(g, "how_likely");
	g->great.fact = fact_of(g, "how_great");
	g->likely.count = g->likely.fact ? g->likely.fact->word_count : 0;
	g->great.count = g->great.fact ? g->great.fact->word_count : 0;
	TRY(review_reader(rq, &all, why));
	TRY(add_cases(g, false, all, why));
	return add_cases(g, true, all, why);
}

/* ---- the grid: likelihood down, loss across -------------------------------------------------- */

static size_t count_at(const struct grid *g, size_t likely, size_t great)
{
	size_t n = 0;
	for (size_t i = 0; i < g->risk_count; i++)
		n += place_of(&g->likely, register_cell(&g->risks[i].row, "how_likely")) == likely &&
		     place_of(&g->great, register_cell(&g->risks[i].row, "how_great")) == great;
	return n;
}

static json_t *grid_rows(const struct grid *g)
{
	json_t *rows = json_array();
	for (size_t l = g->likely.count; l > 0; l--) {
		json_t *cells = json_array();
		for (size_t c = 1; c <= g->great.count; c++)
			json_array_append_new(cells, json_pack("{s:s, s:s, s:b}", "n", text(g->rq, "%zu件", count_at(g, l, c)), "score",
				text(g->rq, "%zu点", l * c), "none", count_at(g, l, c) == 0));
		json_array_append_new(rows, json_pack("{s:s, s:o}", "label",
			fields_said(g->rq, NULL, g->likely.fact, g->likely.fact->words[l - 1]), "cells", cells));
	}
	return rows;
}

static json_t *grid_head(const struct grid *g)
{
	json_t *head = json_array();
	for (size_t c = 0; c < g->great.count; c++)
		json_array_append_new(head, json_pack("{s:s}", "label", fields_said(g->rq, NULL, g->great.fact, g->great.fact->words[c])));
	return head;
}

/* ---- the rows ----------------------------------------------------------------------------------- */

static size_t score_of(const struct grid *g, const struct case_view *view, const char *likely, const char *great)
{
	return place_of(&g->likely, register_cell(&view->row, likely)) * place_of(&g->great, register_cell(&view->row, great));
}

static bool is_late(const struct grid *g, const struct case_view *view)
{
	day_t day;
	const char *deadline = register_cell(&view->row, "deadline");
	return *deadline && !case_is_end(parts_of(g->rq)->policy, "risk", view->step) &&
	       day_parse(slice_str(deadline), &day, NULL).code == OK && day < request_today(g->rq);
}

/* The greatest stands first. */
static void sort_risks(struct grid *g)
{
	for (size_t i = 1; i < g->risk_count; i++)
		for (size_t k = i; k > 0 && score_of(g, &g->risks[k - 1], "how_likely", "how_great") <
		                                score_of(g, &g->risks[k], "how_likely", "how_great"); k--) {
			struct case_view swap = g->risks[k];
			g->risks[k] = g->risks[k - 1];
			g->risks[k - 1] = swap;
		}
}

static json_t *rows_model(const struct grid *g)
{
	json_t *list = json_array();
	for (size_t i = 0; i < g->risk_count; i++) {
		const struct case_view *r = &g->risks[i];
		size_t score = score_of(g, r, "how_likely", "how_great"), left = score_of(g, r, "left_likely", "left_great");
		bool end = case_is_end(parts_of(g->rq)->policy, "risk", r->step), late = is_late(g, r);
		const char *thing = said(g, r, "asset");
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:o}", "href", text(g->rq, "/case/%s", r->row.id),
			"name", r->row.name, "section", show_section(g->rq, r->row.section), "thing", *thing ? thing : said(g, r, "system"), "score",
			score ? text(g->rq, "%zu点", score) : "未評価", "handling", said(g, r, "handling"), "left", left ? text(g->rq, "%zu点", left) : "",
			"deadline", said(g, r, "deadline"), "late", late, "chip", show_chip(end ? "green" : late ? "red" : "amber",
			end ? "check" : late ? "clock" : "hold", policy_label(parts_of(g->rq)->policy, NULL, r->step))));
	}
	return list;
}

/* The body's own catalogue of threats, where its text has one. */
static struct result threats_model(const struct grid *g, json_t *list, struct why *why)
{
	struct request *rq = g->rq;
	const struct policy_edition *edition = policy_edition_on(parts_of(rq)->policy, parts_of(rq)->policy_name, request_today(rq));
	(void)why;
	for (size_t i = 0; edition && i < policy_clause_count(parts_of(rq)->policy, edition); i++) {
		const struct policy_clause *clause = policy_clause_at(parts_of(rq)->policy, edition, i);
		size_t n = 0;
		if (strcmp(clause->reference, "threat") != 0)
			continue;
		for (size_t k = 0; k < g->risk_count; k++)
			n += strncmp(g->risks[k].row.name, clause->cite, strlen(clause->cite)) == 0;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "cite", clause->cite, "says", clause->says, "clause",
			clause_path(rq, clause->id), "n", n ? text(rq, "%zu件", n) : "まだありません", "add",
			text(rq, "/cases/new/risk?name=%s", show_escaped(rq, slice_str(text(rq, "%s ", clause->cite))))));
	}
	return ok();
}

struct result page_risks(struct request *rq, struct why *why)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"義務", "/duties"}, {"リスク分析", ""}};
	struct grid g;
	json_t *threats = json_array();
	rq->menu = "duties";
	struct result done = grid_of(rq, &g, why);
	if (done.code == OK)
		done = threats_model(&g, threats, why);
	if (done.code != OK) {
		json_decref(threats);
		return done;
	}
	sort_risks(&g);
	return reply_page(rq, 200, "risks", json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "title", "リスク分析", "crumbs", show_crumbs(crumbs, 3),
		"head", grid_head(&g), "grid", grid_rows(&g), "risks", rows_model(&g), "threats", threats), why);
}
