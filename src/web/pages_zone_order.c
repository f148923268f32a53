/* 網の区画: forms that change something - ask for a flow, cut, restore, and say that a
 * line is pulled.                                                           */
#include "web/show_zones.h"

#include "base/number.h"

/* ---- ask for a flow ------------------------------------------------------------------ */

static const char *const ask_fields[] = {"from", "to", "service", "proto", "port", "purpose", "begin", "end", "review"};

static const char *typed_in(struct request *rq, const char *field)
{
	return rq->is_post ? posted(rq, field) : asked(rq, field);
}

/* "what" of the question: a service's id, or a protocol and a port */
static void split_what(struct request *rq, const struct net_model *m, json_t *typed)
{
	struct slice what = zone_trimmed(slice_str(asked(rq, "what")));
	size_t gap = slice_find(what, SLICE(" "));
	gap = gap == SIZE_MAX ? slice_find(what, SLICE("/")) : gap;
	for (size_t i = 0; i < m->service_count; i++)
		if (slice_equal(m->services[i].id, what)) {
			json_object_set_new(typed, "service", json_stringn((const char *)what.at, what.len));
			return;
		}
	if (!what.len)
		return;
	struct slice proto = slice_part(what, 0, gap), port = zone_trimmed(slice_part(what, gap == SIZE_MAX ? what.len : gap + 1, SIZE_MAX));
	json_object_set_new(typed, "proto", json_stringn((const char *)proto.at, proto.len));
	json_object_set_new(typed, "port", json_stringn((const char *)port.at, port.len));
}

static json_t *services_model(const struct net_model *m, const char *chosen)
{
	json_t *list = json_array();
	for (size_t i = 0; i < m->service_count; i++) {
		const struct net_service *s = &m->services[i];
		const char *proto = proto_name(s->proto);
		json_array_append_new(list, json_pack("{s:s%, s:o, s:b}", "value", (const char *)s->id.at, s->id.len, "label",
			json_sprintf("%.*s（%s %u）", SLICE_ARG(s->id), proto ? proto : "", s->port_lo), "chosen", slice_is(s->id, chosen)));
	}
	return list;
}

static struct result show_ask(struct request *rq, unsigned status, struct border *d, const char *field, const char *wrong, struct why *why)
{
	const char *const crumbs[][2] = {{"網の区画", "/zones"}, {"通信の許可を申請する", ""}};
	json_t *typed = json_object(), *wrongs = json_object();
	rq->menu = "zones";
	for (size_t i = 0; i < sizeof ask_fields / sizeof *ask_fields; i++) {
		json_object_set_new(typed, ask_fields[i], json_string(typed_in(rq, ask_fields[i])));
		json_object_set_new(wrongs, ask_fields[i], json_string(strcmp(field, ask_fields[i]) == 0 ? wrong : ""));
	}
	if (!rq->is_post)
		split_what(rq, d->model, typed);
	const char *service = json_string_value(json_object_get(typed, "service"));
	json_t *model = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "title", "通信の許可を申請する", "crumbs", show_crumbs(crumbs, 2), "froms",
		show_ends(d, typed_in(rq, "from"), true), "tos", show_ends(d, typed_in(rq, "to"), true), "services", services_model(d->model, service ? service : ""),
		"typed", typed, "wrong", wrongs, "form", form_token(rq, "/zones/ask"), "refusal", *wrong && !*field ? wrong : "");
	if (*wrong && *field)
		json_object_update_new(model, show_errors(field, wrong));
	return reply_page(rq, status, "zones_ask", model, why);
}

static struct result need_model(const struct border *d, struct why *why)
{
	return d->model ? ok() : fail(why, E_ABSENT, "zones", "no table yet");
}

struct result page_zone_ask(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = NULL;
	struct border desk;
	TRY(zones_open(rq, &arena, &desk, why));
	TRY(need_model(&desk, why));
	return show_ask(rq, 200, &desk, "", "", why);
}

static bool read_day(struct request *rq, const char *field, day_t *out)
{
	return day_parse(slice_str(posted(rq, field)), out, NULL).code == OK;
}

struct result post_zone_ask(struct request *rq, struct why *why)
{
	static const char *const days[][2] = {{"begin", "始まりの日"}, {"end", "終わりの日"}, {"review", "見直しの日"}};
	AUTO(arena_drop) struct arena *arena = NULL;
	struct border desk;
	struct why own = {OK, "", ""};
	const char *row;
	char id[27];
	struct border_wish wish = {.from = posted(rq, "from"), .to = posted(rq, "to"), .service = posted(rq, "service"), .proto = posted(rq, "proto"),
	                         .port = posted(rq, "port"), .purpose = posted(rq, "purpose")};
	day_t *const into[] = {&wish.begin, &wish.end, &wish.review};
	TRY(zones_open(rq, &arena, &desk, why));
	TRY(need_model(&desk, why));
	for (size_t i = 0; i < 3; i++)
		if (!read_day(rq, days[i][0], into[i]))
			return show_ask(rq, 400, &desk, days[i][0], text(rq, "「%s」を読めません。いつからいつまでかが決まりません。R9.3.31 や 2027-03-31 のように書いてください。", days[i][1]), why);
	struct result r = border_ask(&desk, &wish, rq->person.id, rq->person.login, rq->person.section, &row, id, &own);
	if (r.code == E_INPUT)
		return show_ask(rq, 400, &desk, own.place[0] ? own.place : "service", own.text, why);
	if (r.code == E_DENIED)
		return show_ask(rq, 400, &desk, "", own.text, why);
	if (r.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/decide/%s", id));
	return ok();
}

/* ---- cut ---------------------------------------------------------------------------------- */

static struct result open_for_order(struct request *rq, struct arena **arena, struct border *d, struct border_order *o, struct why *why)
{
	struct why own = {OK, "", ""};
	TRY(zones_open(rq, arena, d, why));
	TRY(need_model(d, why));
	*o = (struct border_order){.person = rq->person.id, .reason = posted(rq, "reason")};
	if (border_may_order(d, rq->person.id, &o->post, &own).code == OK)
		return ok();
	record_refusal(rq, "no-right");
	return fail(why, E_DENIED, "zones", "%s", own.text);
}

static bool named(const struct net_model *m, const struct net_flow *f, const char *name)
{
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++) {
		uint32_t zone = model_zone_of(m, ends[i]);
		if (slice_is(model_end_name(m, ends[i]), name) || (zone != UINT32_MAX && slice_is(m->zones[zone].id, name)))
			return true;
	}
	return false;
}

static struct result show_cut(struct request *rq, unsigned status, struct border *d, const char *field, const char *wrong, struct why *why)
{
	const char *const crumbs[][2] = {{"網の区画", "/zones"}, {"緊急に切る", ""}};
	const char *first = typed_in(rq, "first"), *second = typed_in(rq, "second");
	json_t *flows = json_array();
	rq->menu = "zones";
	for (uint32_t i = 0; *first && i < d->model->flow_count; i++) {
		const struct net_flow *f = &d->model->flows[i];
		if (flow_active(f, d->parts.day) && named(d->model, f, first) && (!*second || named(d->model, f, second)))
			json_array_append_new(flows, show_flow(rq, d, i));
	}
	const char *clause = permit_clause(&d->book, LAW_CUT);
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "title", "緊急に切る", "crumbs", show_crumbs(crumbs, 2), "first", first,
		"second", second, "reason", typed_in(rq, "reason"), "wrong_reason", strcmp(field, "reason") == 0 ? wrong : "", "wrong_first", strcmp(field, "first") == 0 ? wrong : "",
		"flows", flows, "firsts", show_ends(d, first, false), "seconds", show_ends(d, second, false), "form", form_token(rq, "/zones/cut"), "clause",
		show_clause(rq, clause ? clause : ""));
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	return reply_page(rq, status, "zones_cut", model, why);
}

struct result page_zone_cut(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = NULL;
	struct border desk;
	struct border_order order;
	TRY(open_for_order(rq, &arena, &desk, &order, why));
	return show_cut(rq, 200, &desk, "", "", why);
}

struct result post_zone_cut(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = NULL;
	struct border desk;
	struct border_order order;
	struct why own = {OK, "", ""};
	char digest[65];
	size_t count = 0;
	const char *first = posted(rq, "first");
	TRY(open_for_order(rq, &arena, &desk, &order, why));
	if (!*first)
		return show_cut(rq, 400, &desk, "first", "「切るもの」が選ばれていません。何を切るかが決まりません。区画か相手を選んでください。", why);
	if (strcmp(posted(rq, "step"), "cut") != 0) /* the first page only chose what */
		return show_cut(rq, 200, &desk, "", "", why);
	if (!*order.reason)
		return show_cut(rq, 400, &desk, "reason", "「理由」が空です。あとから判断を確かめられません。何が起きたかを一行で書いてください。", why);
	struct result r = border_cut(&desk, &order, first, posted(rq, "second"), digest, &count, &own);
	if (r.code == E_ABSENT)
		return show_cut(rq, 400, &desk, "first", text(rq, "%s 切る通信がないので、何も変えていません。ほかのものを選んでください。", own.text), why);
	if (r.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	reply_redirect(rq, "/zones");
	return ok();
}

struct result post_zone_restore(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = NULL;
	struct border desk;
	struct border_order order;
	char digest[65];
	TRY(open_for_order(rq, &arena, &desk, &order, why));
	if (strcmp(posted(rq, "sure"), "yes") == 0) /* without the tick nothing changes */
		TRY(border_restore(&desk, &order, digest, why));
	reply_redirect(rq, "/zones");
	return ok();
}

struct result post_zone_pulled(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = NULL;
	struct border desk;
	struct border_order order;
	uint64_t seq;
	TRY(open_for_order(rq, &arena, &desk, &order, why));
	if (!number_parse_u64(rq->part[0], &seq) || seq > INT64_MAX)
		return fail(why, E_ABSENT, "zones", "no such cut");
	TRY(border_pulled(&desk, &order, (int64_t)seq, why));
	reply_redirect(rq, "/zones");
	return ok();
}
