/* 証明: where the body stands, what is urgent, chapter by chapter, section by section,
 * and how it went month by month.                                            */
#include "web/book.h"
#include "web/pages_duty.h"
#include "web/private.h"

#include <stdio.h>
#include <stdlib.h>

enum { URGENT = 12, CHAPTERS = 64, MONTHS = 12 };

/* As they stand in the tables: the good ones first. */
static const enum proof_state columns[] = {PROOF_ENFORCED, PROOF_MET, PROOF_EXCEPTION, PROOF_OVERDUE, PROOF_UNSET,
                                           PROOF_UNPROVEN, PROOF_NA};
enum { COLUMNS = sizeof columns / sizeof *columns };

struct chapter {
	struct slice label, search;
	struct proof_sum sum;
};
struct page {
	struct request *rq;
	struct survey *survey;
	const struct policy_member *members;
	size_t member_count;
	struct chapter chapters[CHAPTERS];
	size_t chapter_count;
	struct proof_sum all;
	json_t *urgent;
	struct why *why;
};

/* ---- chapters -------------------------------------------------------------------- */

/* A clause of our own by its chapter; an adopted one by the book that it comes from. */
static struct slice chapter_of(const struct policy_member *m)
{
	const char *adopted = strstr(m->cite, " › ");
	if (adopted)
		return slice_str(m->clause->edition->title);
	struct heading h = heading_of(m->clause->cite);
	return h.chapter.len ? h.chapter : h.section;
}

static struct chapter *chapter_named(struct page *p, struct slice label)
{
	for (size_t i = 0; i < p->chapter_count; i++)
		if (slice_equal(p->chapters[i].label, label))
			return &p->chapters[i];
	if (p->chapter_count == CHAPTERS)
		return &p->chapters[CHAPTERS - 1];
	p->chapters[p->chapter_count].label = label;
	return &p->chapters[p->chapter_count++];
}

/* ---- what is urgent ------------------------------------------------------------------ */

static struct result add_urgent(struct page *p, const struct policy_member *m, enum proof_state state)
{
	AUTO(buffer_done) struct buffer reason = {0};
	int64_t since = 0;
	struct request *rq = p->rq;
	if ((state != PROOF_OVERDUE && state != PROOF_UNSET) || json_array_size(p->urgent) >= URGENT ||
	    m->clause->carrier == CARRIER_CLAUSES)
		return ok();
	buffer_init(&reason, 2000);
	TRY(proof_reason(p->survey, m->clause, &reason, p->why));
	TRY(proof_since(p->survey, m->clause, &since, p->why));
	int64_t days = since ? (int64_t)request_today(rq) - day_of_ms(since) : 0;
	json_array_append_new(p->urgent, json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "state", show_state(state),
		"cite", m->clause->cite, "says", m->clause->says, "href", clause_path(rq, m->clause->id), "since",
		since ? text(rq, "%lld日超過", (long long)(days > 0 ? days : 0)) : "値が空", "reason", buffer_cstr(&reason), "verb",
		state == PROOF_OVERDUE ? "義務を見る" : "条文を見る", "next", state == PROOF_OVERDUE
		? text(rq, "/duties?of=all&state=overdue&clause=%s", show_escaped(rq, slice_str(m->clause->id)))
		: clause_path(rq, m->clause->id)));
	return ok();
}

static struct result count_all(struct page *p)
{
	static const enum proof_state first[] = {PROOF_OVERDUE, PROOF_UNSET};
	proof_clauses(p->survey, &p->members, &p->member_count);
	enum proof_state *states = arena_array(p->rq->arena, p->member_count + 1, sizeof *states);
	if (!states)
		return fail(p->why, E_MEMORY, "proof", "no memory");
	for (size_t i = 0; i < p->member_count; i++) {
		TRY(proof_state(p->survey, p->members[i].clause, &states[i], p->why));
		p->all.n[states[i]]++;
		chapter_named(p, chapter_of(&p->members[i]))->sum.n[states[i]]++;
	}
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < p->member_count; i++)
			if (states[i] == first[k])
				TRY(add_urgent(p, &p->members[i], states[i]));
	return ok();
}

/* ---- tables --------------------------------------------------------------------------- */

/* A bar of 100 units, each state its part; what asks nothing is not in it. */
static json_t *bar(struct request *rq, const struct proof_sum *sum)
{
	json_t *parts = json_array();
	size_t asked = 0;
	double at = 0;
	for (size_t i = 0; i + 1 < COLUMNS; i++)
		asked += sum->n[columns[i]];
	for (size_t i = 0; i + 1 < COLUMNS && asked; i++) {
		double width = (double)sum->n[columns[i]] * 100 / (double)asked;
		if (!sum->n[columns[i]])
			continue;
		json_array_append_new(parts, json_pack("{s:s, s:s, s:s}", "s", proof_state_name(columns[i]), "x",
			text(rq, "%.2f", at), "w", text(rq, "%.2f", width)));
		at += width;
	}
	return parts;
}

static json_t *sum_model(struct request *rq, const char *label, const char *href, const struct proof_sum *sum)
{
	json_t *cells = json_array();
	for (size_t i = 0; i < COLUMNS; i++)
		json_array_append_new(cells, json_pack("{s:s, s:s, s:b}", "label", proof_state_japanese(columns[i]), "n",
			text(rq, "%zu", sum->n[columns[i]]), "none", sum->n[columns[i]] == 0));
	return json_pack("{s:s, s:s, s:o, s:o, s:s}", "label", label, "href", href, "cells", cells, "parts", bar(rq, sum),
	                 "percent", text(rq, "%u%%", proof_percent(sum)));
}

static json_t *chapters_model(struct page *p)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->chapter_count; i++) {
		const struct chapter *c = &p->chapters[i];
		json_array_append_new(list, sum_model(p->rq, text(p->rq, "%.*s", SLICE_ARG(c->label)),
			text(p->rq, "/clauses?in=%s", show_escaped(p->rq, c->label)), &c->sum));
	}
	return list;
}

static struct result sections_model(struct request *rq, json_t *list, struct why *why)
{
	struct duty_count *counts;
	size_t count = 0;
	TRY(duty_section_counts(parts_of(rq)->duties, rq->arena, &counts, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct duty_count *c = &counts[i];
		int64_t open = c->n[BUCKET_OPEN] + c->n[BUCKET_UNSET] + c->n[BUCKET_OVERDUE];
		int64_t all = open + c->n[BUCKET_SETTLED];
		const char *path = text(rq, "/duties?of=all&section=%s", show_escaped(rq, slice_str(c->of)));
		json_array_append_new(list, json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:b}", "section",
			*c->of ? show_section(rq, c->of) : json_string("庁全体の役職"), "href", *c->of ? path : "/duties?of=all", "settled",
			text(rq, "%lld", (long long)c->n[BUCKET_SETTLED]), "open", text(rq, "%lld", (long long)open), "overdue",
			text(rq, "%lld", (long long)c->n[BUCKET_OVERDUE]), "percent",
			text(rq, "%lld%%", (long long)(all ? c->n[BUCKET_SETTLED] * 100 / all : 100)), "late",
			c->n[BUCKET_OVERDUE] > 0));
	}
	return ok();
}

/* ---- the trend ------------------------------------------------------------------------- */

enum { WIDTH = 1180, LEFT = 48, RIGHT = 24, TOP = 20, LOW = 240 };

static double height(unsigned percent)
{
	return LOW - (double)percent * (LOW - TOP) / 100;
}

static struct result trend_model(struct page *p, json_t *model)
{
	struct proof_month *months;
	size_t count = 0;
	struct request *rq = p->rq;
	AUTO(buffer_done) struct buffer line = {0}, says = {0};
	buffer_init(&line, 4000);
	buffer_init(&says, 4000);
	TRY(proof_trend(rq->web->proof, MONTHS, rq->arena, &months, &count, p->why));
	json_t *points = json_array(), *grid = json_array();
	if (count && months[count - 1].month == duty_month_begin(request_today(rq)))
		months[count - 1].sum = p->all; /* this month as it stands now */
	for (size_t i = 0; i < count; i++) {
		unsigned percent = proof_percent(&months[i].sum);
		double x = count == 1 ? WIDTH / 2 : LEFT + (double)i * (WIDTH - LEFT - RIGHT) / (double)(count - 1);
		struct date d = day_to_date(months[i].month);
		buffer_printf(&line, "%s%.1f %.1f", i ? "L" : "M", x, height(percent));
		buffer_printf(&says, "%s%d月 %u%%", i ? "、" : "", d.month, percent);
		json_array_append_new(points, json_pack("{s:s, s:s, s:s, s:s, s:s}", "x", text(rq, "%.1f", x), "y",
			text(rq, "%.1f", height(percent)), "label", text(rq, "%d月", d.month), "percent", text(rq, "%u%%", percent), "up",
			text(rq, "%.1f", height(percent) - 12)));
	}
	for (unsigned g = 0; g <= 100; g += 25)
		json_array_append_new(grid, json_pack("{s:s, s:s}", "y", text(rq, "%.1f", height(g)), "label", text(rq, "%u%%", g)));
	json_object_update_new(model, json_pack("{s:o, s:o, s:s, s:s}", "points", points, "grid", grid, "line",
		buffer_cstr(&line), "trend_says", buffer_cstr(&says)));
	return ok();
}

/* ---- the page ---------------------------------------------------------------------------- */

static struct result fill(struct page *p, json_t *model)
{
	struct request *rq = p->rq;
	int64_t entries = 0;
	json_t *sections = json_array();
	const struct proof_sum *all = &p->all;
	json_object_set_new(model, "sections", sections);
	TRY(proof_survey(rq->web->proof, request_today(rq), rq->arena, &p->survey, p->why));
	TRY(count_all(p));
	TRY(sections_model(rq, sections, p->why));
	TRY(trend_model(p, model));
	TRY(ledger_size(parts_of(rq)->ledger, &entries, p->why));
	size_t proven = all->n[PROOF_ENFORCED] + all->n[PROOF_MET] + all->n[PROOF_EXCEPTION];
	json_object_update_new(model, json_pack("{s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:s}", "chapters", chapters_model(p), "sum",
		sum_model(rq, text(rq, "合計（%zu）", p->member_count), "/clauses", all), "percent",
		text(rq, "%u", proof_percent(all)), "proven", text(rq, "%zuのうち%zu", p->member_count - all->n[PROOF_NA], proven),
		"overdue", text(rq, "%zu", all->n[PROOF_OVERDUE]), "unset", text(rq, "%zu", all->n[PROOF_UNSET]), "exception",
		text(rq, "%zu", all->n[PROOF_EXCEPTION]), "entries", text(rq, "%lld", (long long)entries)));
	return ok();
}

struct result page_proof(struct request *rq, struct why *why)
{
	char today[48];
	struct page *p = ARENA_NEW(rq->arena, struct page);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"}, {"証明", ""}};
	json_t *columns_model = json_array();
	if (!p)
		return fail(why, E_MEMORY, "proof", "no memory");
	*p = (struct page){.rq = rq, .urgent = json_array(), .why = why};
	day_long(request_today(rq), today);
	for (size_t i = 0; i < COLUMNS; i++)
		json_array_append_new(columns_model, show_state(columns[i]));
	json_t *model = json_pack("{s:s, s:s, s:o, s:o, s:o}", "title", "条文の証明", "today", today, "crumbs",
	                          show_crumbs(crumbs, 3), "columns", columns_model, "urgent", p->urgent);
	rq->menu = "clauses";
	json_object_set_new(model, "examined", show_examined(rq));
	struct result filled = fill(p, model);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "proof", model, why);
}
