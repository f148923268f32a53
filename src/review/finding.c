/* Findings, and who owes what about them: rows of their register, the newest first. */
#include "review/internal.h"

struct gathering {
	struct desk *desk;
	struct duties *duties;
	struct arena *arena;
	const struct review_finding_query *query;
	struct review_finding *list;
	size_t count;
	bool more;
};

/* Who improves it; where nobody owes that yet, who owes anything about it. */
static struct result find_owners(const struct gathering *g, struct review_finding *f, struct why *why)
{
	struct obligation *owed;
	struct holder *owners;
	size_t count, chosen = 0;
	const struct duty_query query = {.object = f->id, .unsettled = true, .limit = 20};
	if (!g->duties || f->put_right)
		return ok();
	TRY(duty_list(g->duties, &query, g->arena, &owed, &count, NULL, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(owed[i].task, "finding.improve") == 0)
			chosen = i;
	if (!count)
		return ok();
	TRY(duty_holders(g->duties, &owed[chosen], g->arena, &owners, &f->owner_count, why));
	f->owners = owners;
	return ok();
}

static struct result add(struct gathering *g, const struct register_row *row, struct why *why)
{
	struct case_view view;
	const char *deadline;
	TRY(case_get(g->desk->proceedings, row->id, g->arena, &view, why));
	if (view.drill)
		return ok();
	row = &view.row; /* with its texts */
	struct review_finding f = {.id = row->id, .serial = row->serial, .name = row->name, .section = row->section,
		.audit = register_cell(row, "audit"), .inspection = register_cell(row, "inspection"),
		.clause = register_cell(row, "clause"), .weight = register_cell(row, "weight"), .what = register_cell(row, "what"),
		.step = view.step, .put_right = case_is_end(g->desk->policy, "finding", view.step)};
	deadline = register_cell(row, "deadline");
	if (!*deadline || day_parse(slice_str(deadline), &f.deadline, NULL).code != OK)
		f.deadline = DAY_OPEN;
	f.late = !f.put_right && f.deadline < review_today(g->desk);
	TRY(find_owners(g, &f, why));
	g->list[g->count++] = f;
	return ok();
}

/* Those of one audit or inspection, or of all ("" path). */
static struct result gather(struct gathering *g, const char *path, const char *value, struct why *why)
{
	const struct review_finding_query *q = g->query;
	const struct register_query query = {.kind = "finding", .section = q->section, .path = *path ? path : NULL,
		.value = *path ? value : NULL, .order = ORDER_SERIAL, .after_number = q->after, .limit = q->limit};
	struct register_row *rows;
	size_t count;
	bool more;
	TRY(register_list(g->desk->registers, &query, g->arena, &rows, &count, &more, why));
	g->more |= more;
	for (size_t i = 0; i < count; i++) {
		if (g->count == q->limit) {
			g->more = true;
			break;
		}
		TRY(add(g, &rows[i], why));
	}
	return ok();
}

static struct result gather_campaign(struct gathering *g, struct why *why)
{
	struct review_count *sections;
	size_t count;
	TRY(review_by_section(g->desk, g->query->campaign, g->arena, &sections, &count, why));
	for (size_t i = 0; i < count; i++)
		if (*sections[i].inspection)
			TRY(gather(g, "inspection", sections[i].inspection, why));
	return ok();
}

struct result review_findings(struct desk *desk, struct duties *duties, const struct review_finding_query *q,
                              struct arena *arena, struct review_finding **out, size_t *count, bool *more, struct why *why)
{
	struct gathering g = {.desk = desk, .duties = duties, .arena = arena, .query = q,
	                      .list = ARENA_ARRAY(arena, q->limit + 1, struct review_finding)};
	if (!g.list)
		return review_no_memory(why);
	if (!q->limit || q->limit > REVIEW_FINDINGS)
		return fail(why, E_INPUT, "limit", "一度に見られる指摘は%d件までです。", REVIEW_FINDINGS);
	if (q->campaign)
		TRY(gather_campaign(&g, why));
	else if (q->audit && *q->audit)
		TRY(gather(&g, "audit", q->audit, why));
	else
		TRY(gather(&g, q->inspection && *q->inspection ? "inspection" : "", q->inspection, why));
	*out = g.list;
	*count = g.count;
	*more = g.more;
	return ok();
}
