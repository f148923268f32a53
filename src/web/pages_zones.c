/* 網の区画: what may talk to what, whether this reaches that and why, the permitted
 * flows, and what was refused.                                              */
#include "web/show_zones.h"

#include "base/number.h"
#include "gate/net/analyse.h"

/* ---- the question -------------------------------------------------------------------- */

/* "https", "tcp 443", "tcp/443", "icmp" */
static bool read_what(const struct net_model *m, const char *typed, struct net_question *q)
{
	struct slice text = zone_trimmed(slice_str(typed));
	for (size_t i = 0; i < m->service_count; i++)
		if (slice_equal(m->services[i].id, text)) {
			q->proto = m->services[i].proto;
			q->port = m->services[i].port_lo;
			return true;
		}
	size_t gap = slice_find(text, SLICE(" "));
	gap = gap == SIZE_MAX ? slice_find(text, SLICE("/")) : gap;
	uint64_t port = 0;
	if (!proto_read(slice_part(text, 0, gap), &q->proto))
		return false;
	if (gap == SIZE_MAX)
		return q->proto == PROTO_ICMP || q->proto == PROTO_ICMPV6;
	if (!number_parse_u64(zone_trimmed(slice_part(text, gap + 1, SIZE_MAX)), &port) || port > PORT_MAX)
		return false;
	q->port = (uint16_t)port;
	return true;
}

static void add_says(struct request *rq, json_t *list, const char *says, const char *clause)
{
	json_t *cited = show_clause(rq, clause);
	if (!cited || json_is_false(cited)) {
		json_decref(cited);
		cited = json_null();
	}
	json_array_append_new(list, json_pack("{s:s, s:o}", "says", says, "clause", cited));
}

static void add_findings(struct request *rq, json_t *list, const struct net_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		add_says(rq, list, findings->at[i].text, findings->at[i].clause);
}

static const char *where_is(struct request *rq, const struct net_model *m, struct net_end end)
{
	uint32_t zone = model_zone_of(m, end);
	return zone == UINT32_MAX ? "区画の境" : zone_kind_title(m->zones[zone].kind);
	(void)rq;
}

static json_t *answer_model(struct request *rq, const struct border *d, const struct net_answer *a)
{
	json_t *list = json_array(), *flows = json_array();
	bool cut = a->reaches;
	add_says(rq, list, text(rq, "%s は%s、%s は%sにあります。", end_title(rq, d->model, a->from), where_is(rq, d->model, a->from),
	                        end_title(rq, d->model, a->to), where_is(rq, d->model, a->to)), "");
	for (size_t i = 0; i < a->flow_count; i++) {
		uint32_t flow = (uint32_t)(a->flows[i] - d->model->flows);
		cut &= d->cut[flow];
		json_array_append_new(flows, show_flow(rq, d, flow));
	}
	if (cut)
		add_says(rq, list, "許可はありますが、緊急に切られています。", "");
	else if (!a->reaches && a->forbidden->count)
		add_findings(rq, list, a->forbidden);
	else if (!a->reaches) {
		add_says(rq, list, "この通信は、だれも許可していません。", "");
		add_findings(rq, list, a->needed);
	}
	bool reaches = a->reaches && !cut, may_ask = !a->reaches && !a->forbidden->count;
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "k", reaches ? "ok" : "bad", "icon", reaches ? "check" : "stop", "big",
		reaches ? "届きます" : cut ? "いまは届きません" : "届きません", "list", list, "flows", flows, "ask",
		may_ask ? json_sprintf("/zones/ask?from=%s&to=%s&what=%s", show_escaped(rq, slice_str(asked(rq, "from"))),
		                       show_escaped(rq, slice_str(asked(rq, "to"))), show_escaped(rq, slice_str(asked(rq, "what")))) : json_string(""));
}

/* question - the form as it was filled in, and its answer */
static struct result question(struct request *rq, struct border *d, json_t *model, struct why *why)
{
	const char *from = asked(rq, "from"), *to = asked(rq, "to"), *what = asked(rq, "what");
	struct net_question q = {.from = slice_str(from), .to = slice_str(to)};
	struct net_answer answer;
	struct why own = {OK, "", ""};
	json_object_set_new(model, "from", json_string(from));
	json_object_set_new(model, "to", json_string(to));
	json_object_set_new(model, "what", json_string(what));
	json_object_set_new(model, "answer", json_null());
	json_object_set_new(model, "wrong", json_string(""));
	if (!*from && !*to && !*what)
		return ok();
	if (!read_what(d->model, what, &q)) {
		json_object_set_new(model, "wrong", json_string("「何で」を読めません。どの通信かが決まりません。https や tcp 443 のように書いてください。"));
		return ok();
	}
	struct result r = net_ask(d->model, &d->book, d->parts.day, &q, d->arena, &answer, &own);
	if (r.code == E_ABSENT) {
		json_object_set_new(model, "wrong", json_sprintf("%s 一覧から選ぶか、IPアドレスを書いてください。", own.text));
		return ok();
	}
	if (r.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	json_object_set_new(model, "answer", answer_model(rq, d, &answer));
	return ok();
}

/* ---- what holds, what was refused ------------------------------------------------------- */

static json_t *notice_model(const struct border *d)
{
	const struct border_state *s = &d->state;
	if (!s->known)
		return json_pack("{s:s, s:s, s:s, s:s}", "kind", "warn", "icon", "bang", "big", "関所の機器から、まだ報告がありません", "says",
			"境界の機器で sekisho-zone が動いているか、確かめてください。報告のあるまで、規則が効いているとは言えません。");
	if (!s->obeys)
		return json_pack("{s:s, s:s, s:s, s:s}", "kind", "bad", "icon", "stop", "big", "動いている規則が、台帳の最新の規則と違います", "says",
			"関所の機器が新しい規則や遮断をまだ受け取っていません。新しい通信は開いていません。しばらくして変わらなければ、機器を確かめてください。");
	return json_pack("{s:s, s:s, s:s, s:o}", "kind", "ok", "icon", "check", "big", "動いている規則は、許可と一致しています", "says",
		json_sprintf("許可にない通信が通らないことを、規則を作るときにすべての組合せで証明しました。ほかから変えられて元に戻したことは%llu回です。",
		             (unsigned long long)s->drifts));
}

static struct result refusals_model(struct request *rq, struct border *d, json_t *model, struct why *why)
{
	enum { ROWS = 50 };
	json_t *list = json_array();
	struct refusal_row *rows;
	size_t count = 0;
	json_object_set_new(model, "refused", list);
	if (!d->refusals)
		return ok();
	TRY(refusals_rows(d->model, d->parts.day, d->refusals, d->arena, &rows, &count, why));
	for (size_t i = 0; i < count && i < ROWS; i++) {
		char src[ADDRESS_TEXT], dst[ADDRESS_TEXT];
		const struct refused_packet *last = rows[i].last;
		const char *proto = proto_name(last->proto);
		address_write(last->family, last->src, src);
		address_write(last->family, last->dst, dst);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "from", refusal_zone(d->model, rows[i].from, d->arena), "to",
			refusal_zone(d->model, rows[i].to, d->arena), "why", refusal_reason_text(rows[i].reason), "count",
			json_integer((json_int_t)rows[i].count), "when", show_time(last->last_ms), "last",
			text(rq, "%s → %s %s %u", src, dst, proto ? proto : "", last->port)));
	}
	return ok();
}

static void add_flows(struct request *rq, const struct border *d, json_t *model)
{
	enum { ROWS = 300 };
	json_t *list = json_array();
	size_t unused = 0, active = 0, shown = 0;
	for (uint32_t i = 0; i < d->model->flow_count; i++) {
		unused += d->idle && d->idle[i] >= BORDER_IDLE_DAYS;
		active += flow_active(&d->model->flows[i], d->parts.day);
		bool only = *asked(rq, "unused") && !(d->idle && d->idle[i] >= BORDER_IDLE_DAYS);
		if (!only && shown++ < ROWS)
			json_array_append_new(list, show_flow(rq, d, i));
	}
	json_object_set_new(model, "flows", list);
	json_object_set_new(model, "active", json_integer((json_int_t)active));
	json_object_set_new(model, "unused_total", json_integer((json_int_t)unused));
	json_object_set_new(model, "unused_days", json_integer(BORDER_IDLE_DAYS));
	json_object_set_new(model, "filtered", json_boolean(*asked(rq, "unused")));
	json_object_set_new(model, "beyond", json_integer(shown > ROWS ? (json_int_t)(shown - ROWS) : 0));
}

static struct result pulls_model(struct request *rq, struct border *d, json_t *model, struct why *why)
{
	json_t *list = json_array();
	struct border_pull *pulls;
	size_t count = 0;
	json_object_set_new(model, "pulls", list);
	TRY(border_pulls(d, &pulls, &count, why));
	for (size_t i = 0; i < count; i++) {
		const char *path = text(rq, "/zones/pulled/%lld", (long long)pulls[i].cut_seq);
		json_array_append_new(list, json_pack("{s:s, s:o, s:b, s:o, s:o, s:s, s:o}", "name", pulls[i].name, "cut", show_time(pulls[i].cut_ms), "done",
			pulls[i].done_ms != 0, "when", show_time(pulls[i].done_ms), "by", show_person(rq, pulls[i].by), "path", path, "form",
			pulls[i].done_ms ? json_string("") : form_token(rq, path)));
	}
	return ok();
}

static struct result orders_model(struct request *rq, struct border *d, json_t *model, struct why *why)
{
	const char *post;
	struct why own = {OK, "", ""};
	bool may = border_may_order(d, rq->person.id, &post, &own).code == OK;
	json_object_set_new(model, "may", json_boolean(may));
	json_object_set_new(model, "cut_total", json_integer((json_int_t)d->cut_count));
	json_object_set_new(model, "restore", may ? form_token(rq, "/zones/restore") : json_string(""));
	json_object_set_new(model, "cut_ends", may ? show_ends(d, "", false) : json_array());
	if (may)
		return pulls_model(rq, d, model, why);
	json_object_set_new(model, "pulls", json_array());
	return ok();
}

/* ---- the page ------------------------------------------------------------------------------ */

static struct result fill(struct request *rq, struct border *d, json_t *model, struct why *why)
{
	bool operator = false;
	json_object_set_new(model, "map", show_map(d));
	json_object_set_new(model, "pairs", show_pairs(d));
	json_object_set_new(model, "notice", notice_model(d));
	json_object_set_new(model, "ends", show_ends(d, "", true));
	TRY(question(rq, d, model, why));
	add_flows(rq, d, model);
	TRY(orders_model(rq, d, model, why));
	TRY(is_operator(rq, &operator, why));
	json_object_set_new(model, "operator", json_boolean(operator));
	if (operator)
		return refusals_model(rq, d, model, why);
	json_object_set_new(model, "refused", json_array());
	return ok();
}

struct result page_zones(struct request *rq, struct why *why)
{
	static const char *const crumbs[][2] = {{"網の区画", ""}};
	AUTO(arena_drop) struct arena *arena = NULL;
	struct border desk;
	rq->menu = "zones";
	TRY(zones_open(rq, &arena, &desk, why));
	json_t *model = json_pack("{s:s, s:o, s:b}", "title", "網の区画", "crumbs", show_crumbs(crumbs, 1), "there", desk.model != NULL);
	if (!desk.model)
		return reply_page(rq, 200, "zones_none", model, why);
	struct result r = fill(rq, &desk, model, why);
	if (r.code == OK)
		return reply_page(rq, 200, "zones", model, why);
	json_decref(model);
	return r;
}
