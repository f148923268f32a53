/* Flows against each other: only the packets that open a connection are looked
 * at, sorted by destination, so that a flow meets few others.               */
#include "gate/net/analyse.h"

enum { ANALYSE_FUEL = 200000000 };

struct analyst {
	const struct net_model *model;
	const struct net_lawbook *book;
	struct arena *arena;
	struct net_findings *to;
	bool *told; /* per flow: one advice about others is enough */
	uint64_t fuel;
};

static struct net_finding about(const struct analyst *a, const char *law, enum net_law speaks)
{
	const struct net_law_row *row = &a->book->law[speaks];
	return (struct net_finding){.law = law, .clause = row->clause ? row->clause : "", .cite = row->cite ? row->cite : "", .advice = true};
}

static void advise(struct analyst *a, uint32_t flow, const char *law, const char *text)
{
	struct net_finding finding = about(a, law, LAW_CONSISTENT);
	finding.line = a->model->flows[flow].line;
	findings_add(a->to, a->arena, &finding, "許可 %.*s: %s", SLICE_ARG(a->model->flows[flow].id), text);
}

static void compare(struct analyst *a, const struct box *x, const struct box *y)
{
	struct box both;
	if (x->owner == y->owner || a->told[y->owner] || !box_meet(x, y, &both))
		return;
	const char *other = arena_printf(a->arena, "%.*s", SLICE_ARG(a->model->flows[x->owner].id));
	const char *text = NULL, *law = "overlapping";
	if (box_inside(y, x)) {
		law = box_inside(x, y) ? "redundant" : "shadowed";
		text = arena_printf(a->arena, "同じ通信を、許可 %s がすでに許しています。どちらかを終わらせてください。", other);
	} else if (!box_inside(x, y))
		text = arena_printf(a->arena, "一部が許可 %s と重なっています。", other);
	if (!text || !other)
		return;
	a->told[y->owner] = true;
	advise(a, y->owner, law, text);
}

static void compare_place(struct analyst *a, const struct boxes *boxes)
{
	size_t open = 0;
	for (size_t i = 0; i < boxes->count; i++) {
		const struct box *x = &boxes->at[i];
		if (x->state_lo != STATE_NEW || x->owner == OWNER_COMPANION)
			continue;
		while (open < i && boxes->at[open].daddr_hi < x->daddr_lo)
			open++;
		for (size_t k = open; k < i && a->fuel; k++, a->fuel--) {
			const struct box *y = &boxes->at[k];
			if (y->state_lo != STATE_NEW || y->owner == OWNER_COMPANION)
				continue;
			bool inner = box_inside(y, x) && !box_inside(x, y);
			compare(a, inner ? x : y, inner ? y : x);
		}
	}
}

static void advise_day(struct analyst *a, uint32_t i, day_t day, const int32_t *unused, int32_t idle)
{
	const struct net_flow *f = &a->model->flows[i];
	char text[48];
	if (f->end < day) {
		day_long(f->end, text);
		advise(a, i, "expired", arena_printf(a->arena, "%sに終わっています。", text));
	} else if (f->review < day) {
		day_long(f->review, text);
		advise(a, i, "review", arena_printf(a->arena, "見直しの日（%s）を過ぎています。担当の確認が要ります。", text));
	}
	if (unused && flow_active(f, day) && (unused[i] < 0 || unused[i] >= idle))
		advise(a, i, "unused", "使われていません。担当が要否を確かめてください。");
}

static void advise_points(struct analyst *a)
{
	size_t interfaces, peers;
	struct net_finding finding = {.law = "points", .clause = "", .cite = "", .advice = true};
	model_points(a->model, &interfaces, &peers);
	findings_add(a->to, a->arena, &finding, "外部との接続ポイントは %zu か所、相手は %zu です。必要最低限かを確かめてください。",
	             interfaces, peers);
}

struct result model_advice(const struct net_model *model, const struct net_lawbook *book, day_t day,
                           const int32_t *unused, int32_t idle, struct arena *arena, struct net_findings *findings, struct why *why)
{
	AUTO(atlas_drop) struct atlas atlas = {.count = 0};
	struct analyst a = {model, book, arena, findings, ARENA_ARRAY(arena, model->flow_count + 1, bool), ANALYSE_FUEL};
	if (!a.told)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	TRY(atlas_of_flows(model, day, NULL, &atlas, why));
	for (size_t i = 0; i < atlas.count; i++)
		compare_place(&a, &atlas.places[i].boxes);
	for (uint32_t i = 0; i < model->flow_count; i++)
		advise_day(&a, i, day, unused, idle);
	advise_points(&a);
	if (!a.fuel)
		return fail(why, E_LIMIT, "", "許可どうしの重なりが多すぎて、比べきれません。");
	return ok();
}
