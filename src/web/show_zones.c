/* The map is drawn by numbers alone, so that the template stays the only writer of
 * markup: zones in a row (or, on a phone, in a column), a wall between each two, an
 * arrow through it for each pair that may talk.                              */
#include "web/show_zones.h"

#include <stdlib.h>

enum { MAP_ZONES = 8, WIDE = 1180, GAP = 128, BOX = 176, TOP = 16, LANE = 46, NARROW = 358, ROW = 96, STEP = 84 };

struct result zones_open(struct request *rq, struct arena **arena, struct border *out, struct why *why)
{
	const struct web_parts *p = parts_of(rq);
	const struct border_parts parts = {p->store, p->ledger, p->office, p->proceedings, p->policy, p->policy_name, p->body, p->dir, request_today(rq)};
	*arena = arena_new((size_t)512 << 20);
	if (!*arena)
		return fail(why, E_MEMORY, "", "no memory");
	struct result r = border_open(&parts, *arena, out, why);
	if (r.code == OK)
		return ok();
	arena_free(*arena);
	*arena = NULL;
	return r;
}

struct slice zone_trimmed(struct slice s)
{
	while (s.len && s.at[0] == ' ')
		s = slice_part(s, 1, SIZE_MAX);
	while (s.len && s.at[s.len - 1] == ' ')
		s = slice_part(s, 0, s.len - 1);
	return s;
}

/* ---- who talks to whom --------------------------------------------------------------- */

struct crowd { /* what a zone holds, and its flows by the zone at the other end */
	uint32_t zone;
	size_t terminals, servers, peers, inside, border, to[MAP_ZONES];
};
struct town_map {
	const struct net_model *m;
	struct crowd at[MAP_ZONES];
	size_t count;
};

static bool passing(const struct border *d, size_t flow)
{
	return flow_active(&d->model->flows[flow], d->parts.day) && !d->cut[flow];
}

static size_t spot(const struct town_map *t, uint32_t zone)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->at[i].zone == zone)
			return i;
	return MAP_ZONES;
}

static void count_flow(struct town_map *t, const struct net_flow *f)
{
	size_t from = spot(t, model_zone_of(t->m, f->from)), to = spot(t, model_zone_of(t->m, f->to));
	if (from == MAP_ZONES && to == MAP_ZONES)
		return;
	if (from == MAP_ZONES || to == MAP_ZONES)
		t->at[from == MAP_ZONES ? to : from].border++;
	else if (from == to)
		t->at[from].inside++;
	else
		t->at[from].to[to]++;
}

/* From the outside in: the Internet, LGWAN, My Number; then schools and others. */
static struct town_map map_of(const struct border *d)
{
	static const enum zone_kind order[] = {KIND_INTERNET, KIND_LGWAN, KIND_MY_NUMBER, KIND_EDUCATION, KIND_OTHER};
	struct town_map t = {.m = d->model};
	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		for (uint32_t z = 0; z < t.m->zone_count && t.count < MAP_ZONES; z++)
			if (t.m->zones[z].kind == order[k])
				t.at[t.count++].zone = z;
	for (size_t i = 0; i < t.m->station_count; i++) {
		size_t at = spot(&t, t.m->stations[i].zone);
		if (at == MAP_ZONES)
			continue;
		*(t.m->stations[i].peer ? &t.at[at].peers : t.m->stations[i].role == ROLE_TERMINAL ? &t.at[at].terminals : &t.at[at].servers) += 1;
	}
	for (size_t i = 0; i < t.m->flow_count; i++)
		if (passing(d, i))
			count_flow(&t, &t.m->flows[i]);
	return t;
}

/* ---- drawing --------------------------------------------------------------------------- */

static const char *const kind_words[] = {"my_number", "lgwan", "internet", "education", "other"};

static json_t *box_model(const struct town_map *t, size_t i, int x, int y, int w, int h)
{
	const struct net_zone *z = &t->m->zones[t->at[i].zone];
	const struct crowd *c = &t->at[i];
	json_t *inside = c->inside ? json_sprintf("区画の中 %zu件", c->inside) : json_string("");
	json_t *border = c->border ? json_sprintf("関所との間 %zu件", c->border) : json_string("");
	return json_pack("{s:s, s:s, s:s%, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "kind", kind_words[z->kind], "title",
		zone_kind_title(z->kind), "name", (const char *)z->title.at, z->title.len < 45 ? z->title.len : 45, "x", x, "y", y, "w", w, "h", h, "tx", x + 14,
		"ty", y + 24, "t2", y + 60, "t3", y + 84, "t4", y + 108, "holds",
		json_sprintf("端末 %zu　サーバ %zu　相手 %zu", c->terminals, c->servers, c->peers), "inside", inside, "border", border);
}

static void add_line(json_t *to, int x1, int y1, int x2, int y2)
{
	json_array_append_new(to, json_pack("{s:i, s:i, s:i, s:i}", "x1", x1, "y1", y1, "x2", x2, "y2", y2));
}

static void add_mark(json_t *to, int x, int y, size_t count)
{
	json_array_append_new(to, json_pack("{s:i, s:i, s:i, s:i}", "x", x, "y", y, "ty", y + 5, "count", (int)count));
}

struct drawing {
	json_t *boxes, *walls, *arrows, *paths, *marks;
};

static struct drawing drawing_new(void)
{
	return (struct drawing){json_array(), json_array(), json_array(), json_array(), json_array()};
}

static json_t *drawing_model(struct drawing d, int width, int height)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:i}", "boxes", d.boxes, "walls", d.walls, "arrows", d.arrows, "paths", d.paths, "marks", d.marks,
	                 "width", width, "height", height);
}

/* far_pairs - called for each pair that is not neighbours; the number of its lane */
static size_t far_pairs(const struct town_map *t, void (*each)(void *, size_t, size_t, size_t), void *context)
{
	size_t lane = 0;
	for (size_t a = 0; a < t->count; a++)
		for (size_t b = 0; b < t->count; b++)
			if (t->at[a].to[b] && a != b && a + 1 != b && b + 1 != a) {
				if (each)
					each(context, a, b, lane);
				lane++;
			}
	return lane;
}

struct wide {
	const struct town_map *t;
	struct drawing d;
	int box; /* width */
};

static void wide_far(void *context, size_t a, size_t b, size_t lane)
{
	struct wide *w = context;
	int bottom = TOP + BOX, y = bottom + 34 + (int)lane * LANE, shift = 24 * (int)(lane % 5) - 48;
	int x1 = (int)a * (w->box + GAP) + 10 + w->box / 2 + shift, x2 = (int)b * (w->box + GAP) + 10 + w->box / 2 + shift + 12;
	json_array_append_new(w->d.paths, json_pack("{s:o}", "d", json_sprintf("M %d %d V %d H %d V %d", x1, bottom, y, x2, bottom + 4)));
	add_mark(w->d.marks, (x1 + x2) / 2, y, w->t->at[a].to[b]);
}

static json_t *draw_wide(const struct town_map *t)
{
	int n = (int)t->count, lanes = (int)far_pairs(t, NULL, NULL);
	struct wide w = {t, drawing_new(), n ? (WIDE - 20 - GAP * (n - 1)) / n : 0};
	int height = TOP + BOX + (lanes ? 34 + lanes * LANE : 12);
	for (int i = 0; i < n; i++)
		json_array_append_new(w.d.boxes, box_model(t, (size_t)i, 10 + i * (w.box + GAP), TOP, w.box, BOX));
	for (int i = 0; i + 1 < n; i++) {
		int left = 10 + i * (w.box + GAP) + w.box, right = left + GAP, middle = left + GAP / 2;
		size_t forth = t->at[i].to[i + 1], back = t->at[i + 1].to[i];
		add_line(w.d.walls, middle, 4, middle, height - 4);
		if (forth) {
			add_line(w.d.arrows, left, TOP + 62, right - 3, TOP + 62);
			add_mark(w.d.marks, middle, TOP + 62, forth);
		}
		if (back) {
			add_line(w.d.arrows, right, TOP + 118, left + 3, TOP + 118);
			add_mark(w.d.marks, middle, TOP + 118, back);
		}
	}
	far_pairs(t, wide_far, &w);
	return drawing_model(w.d, WIDE, height);
}

struct narrow {
	const struct town_map *t;
	struct drawing d;
	int lanes;
};

static void narrow_far(void *context, size_t a, size_t b, size_t lane)
{
	struct narrow *n = context;
	int x = 278 + (n->lanes > 1 ? (int)lane * 62 / (n->lanes - 1) : 30), shift = (int)(lane % 4) * 14;
	int y1 = 6 + (int)a * (ROW + STEP) + 40 + shift, y2 = 6 + (int)b * (ROW + STEP) + 47 + shift;
	json_array_append_new(n->d.paths, json_pack("{s:o}", "d", json_sprintf("M 254 %d H %d V %d H 258", y1, x, y2)));
	add_mark(n->d.marks, x, (y1 + y2) / 2, n->t->at[a].to[b]);
}

static json_t *draw_narrow(const struct town_map *t)
{
	int n = (int)t->count, height = 12 + n * ROW + (n > 0 ? n - 1 : 0) * STEP;
	struct narrow s = {t, drawing_new(), (int)far_pairs(t, NULL, NULL)};
	for (int i = 0; i < n; i++)
		json_array_append_new(s.d.boxes, box_model(t, (size_t)i, 4, 6 + i * (ROW + STEP), 250, ROW));
	for (int i = 0; i + 1 < n; i++) {
		int top = 6 + i * (ROW + STEP) + ROW, bottom = top + STEP, middle = top + STEP / 2;
		size_t forth = t->at[i].to[i + 1], back = t->at[i + 1].to[i];
		add_line(s.d.walls, 4, middle, 264, middle);
		if (forth) {
			add_line(s.d.arrows, 80, top, 80, bottom - 3);
			add_mark(s.d.marks, 80, middle, forth);
		}
		if (back) {
			add_line(s.d.arrows, 178, bottom, 178, top + 3);
			add_mark(s.d.marks, 178, middle, back);
		}
	}
	far_pairs(t, narrow_far, &s);
	return drawing_model(s.d, NARROW, height);
}

/* The same in words, for those who hear the picture. */
static json_t *in_words(const struct town_map *t)
{
	struct buffer text;
	buffer_init(&text, 16384);
	buffer_put_str(&text, "区画の図。");
	for (size_t a = 0; a < t->count; a++)
		for (size_t b = 0; b < t->count; b++)
			if (t->at[a].to[b])
				buffer_printf(&text, "%sから%sへ、許可された通信が%zu件。", zone_kind_title(t->m->zones[t->at[a].zone].kind),
				              zone_kind_title(t->m->zones[t->at[b].zone].kind), t->at[a].to[b]);
	buffer_put_str(&text, "ほかはすべて遮断。くわしくは下の表。");
	json_t *said = json_string(buffer_cstr(&text));
	buffer_done(&text);
	return said;
}

json_t *show_map(const struct border *d)
{
	struct town_map t = map_of(d);
	return json_pack("{s:o, s:o, s:o}", "wide", draw_wide(&t), "narrow", draw_narrow(&t), "says", in_words(&t));
}

json_t *show_pairs(const struct border *d)
{
	struct town_map t = map_of(d);
	json_t *rows = json_array();
	for (size_t a = 0; a < t.count; a++)
		for (size_t b = 0; b < t.count; b++) {
			size_t count = t.at[a].to[b];
			if (a == b)
				continue;
			json_array_append_new(rows, json_pack("{s:s, s:s, s:o, s:o}", "from", zone_kind_title(t.m->zones[t.at[a].zone].kind), "to",
				zone_kind_title(t.m->zones[t.at[b].zone].kind), "chip",
				count ? show_chip("green", "check", "許可だけ通す") : show_chip("gray", "slash", "遮断"), "says",
				count ? json_sprintf("%zu件", count) : json_string("なし")));
		}
	return rows;
}

/* ---- flows ------------------------------------------------------------------------------- */

const char *end_title(struct request *rq, const struct net_model *m, struct net_end end)
{
	if (end.kind == END_BORDER)
		return "関所の機器";
	if (end.kind == END_ZONE)
		return text(rq, "%sの全体", zone_kind_title(m->zones[end.index].kind));
	const struct net_station *s = &m->stations[end.index];
	return s->title.len ? text(rq, "%.*s（%.*s）", SLICE_ARG(s->title), SLICE_ARG(s->id)) : text(rq, "%.*s", SLICE_ARG(s->id));
}

static json_t *flow_chip(const struct border *d, uint32_t i)
{
	enum { SOON = 30 };
	const struct net_flow *f = &d->model->flows[i];
	day_t day = d->parts.day;
	if (f->end < day)
		return show_chip("gray", "dash", "終わりました");
	if (f->begin > day)
		return show_chip("gray", "clock", "まだ始まりません");
	if (d->cut[i])
		return show_chip("red", "scissors", "切っています");
	if (f->review < day)
		return show_chip("amber", "clock", "見直しの日を過ぎています");
	if (f->end - day <= SOON) {
		json_t *soon = json_sprintf("%d日後に終わります", f->end - day + 1);
		json_t *chip = show_chip("amber", "clock", json_string_value(soon));
		json_decref(soon);
		return chip;
	}
	return show_chip("green", "check", "通しています");
}

static const char *what_of(struct request *rq, const struct net_flow *f)
{
	const char *proto = proto_name(f->proto);
	const char *name = proto ? proto : text(rq, "プロトコル%u", f->proto);
	if (f->proto == PROTO_ICMP || f->proto == PROTO_ICMPV6)
		return text(rq, "%s（応答の確認）", name);
	return f->port_lo == f->port_hi ? text(rq, "%s %u", name, f->port_lo) : text(rq, "%s %u-%u", name, f->port_lo, f->port_hi);
}

static const char *short_day(struct request *rq, day_t day)
{
	char shown[48];
	day_short(day, shown);
	return text(rq, "%s", shown);
}

/* By whose word: the posts, without repeating who held them that day. */
static const char *approvers_of(struct request *rq, const struct net_flow *f)
{
	struct slice rest = f->approvers;
	const char *said = "";
	while (rest.len) {
		size_t space = slice_find(rest, SLICE(" "));
		struct slice word = slice_part(rest, 0, space);
		size_t colon = slice_find(word, SLICE(":"));
		rest = slice_part(rest, space == SIZE_MAX ? rest.len : space + 1, SIZE_MAX);
		if (colon == SIZE_MAX)
			continue;
		const char *post = policy_label(parts_of(rq)->policy, NULL, text(rq, "%.*s", SLICE_ARG(slice_part(word, 0, colon))));
		said = text(rq, "%s%s%s", said, *said ? "、" : "", post);
	}
	return *said ? said : "申請中";
}

json_t *show_flow(struct request *rq, const struct border *d, uint32_t i)
{
	const struct net_flow *f = &d->model->flows[i];
	bool idle = d->idle && d->idle[i] >= BORDER_IDLE_DAYS;
	json_t *clause = show_clause(rq, text(rq, "%.*s", SLICE_ARG(f->clause)));
	if (!clause || json_is_false(clause)) {
		json_decref(clause);
		clause = json_pack("{s:s, s:s}", "cite", text(rq, "%.*s", SLICE_ARG(f->clause)), "href", "");
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "id", text(rq, "%.*s", SLICE_ARG(f->id)), "from",
		end_title(rq, d->model, f->from), "to", end_title(rq, d->model, f->to), "what", what_of(rq, f), "fixed",
		f->any_mac ? "" : "MACアドレスまで固定", "purpose", text(rq, "%.*s", SLICE_ARG(f->purpose)), "owner", text(rq, "%.*s", SLICE_ARG(f->owner)),
		"by", approvers_of(rq, f), "end", short_day(rq, f->end), "review", short_day(rq, f->review), "chip", flow_chip(d, i), "clause",
		clause, "unused", idle ? json_sprintf("%d日使われていません。担当が要るかどうかを確かめてください。", d->idle[i]) : json_string(""));
}

static void add_end(json_t *to, struct slice id, struct slice title, const char *chosen)
{
	json_array_append_new(to, json_pack("{s:s%, s:o, s:b}", "value", (const char *)id.at, id.len, "label",
		title.len ? json_sprintf("%.*s　%.*s", SLICE_ARG(id), SLICE_ARG(title)) : json_sprintf("%.*s", SLICE_ARG(id)), "chosen", slice_is(id, chosen)));
}

json_t *show_ends(const struct border *d, const char *chosen, bool border)
{
	enum { MOST = 2000 };
	json_t *list = json_array();
	const struct net_model *m = d->model;
	for (size_t i = 0; i < m->zone_count; i++)
		add_end(list, m->zones[i].id, slice_str(zone_kind_title(m->zones[i].kind)), chosen);
	for (size_t i = 0; i < m->station_count && i < MOST; i++)
		add_end(list, m->stations[i].id, m->stations[i].title, chosen);
	if (border)
		add_end(list, SLICE("border"), SLICE("関所の機器"), chosen);
	return list;
}
