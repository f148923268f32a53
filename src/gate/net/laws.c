/* The questions to each flow, as a table: what would be wrong with it.  Whether it
 * is wrong the lawbook says.                                                */
#include "gate/net/laws.h"

#include <stdio.h>

struct asked {
	const struct net_lawbook *book;
	const struct net_model *m;
	const struct net_flow *f;
	enum net_law law;
	struct arena *arena;
};
struct law {
	const char *name;
	/* broken - says in Japanese what is wrong and what to do; NULL: nothing, and
	 * for a law that is asked of no flow                                      */
	const char *(*broken)(const struct asked *q);
};

static const char *clause_of(const struct asked *q)
{
	return q->book->law[q->law].clause ? q->book->law[q->law].clause : "";
}

/* ---- words --------------------------------------------------------------------- */

static bool has_post(struct slice approvers, const char *post)
{
	while (approvers.len) {
		size_t space = slice_find(approvers, SLICE(" "));
		struct slice word = slice_part(approvers, 0, space);
		size_t colon = slice_find(word, SLICE(":"));
		approvers = slice_part(approvers, space == SIZE_MAX ? approvers.len : space + 1, approvers.len);
		if (colon != SIZE_MAX && slice_is(slice_part(word, 0, colon), post))
			return true;
	}
	return false;
}

bool posts_given(const struct net_posts *posts, struct slice approvers)
{
	for (size_t g = 0; g < posts->groups; g++) {
		bool given = false;
		for (size_t i = 0; i < posts->count; i++)
			given |= posts->group[i] == g && has_post(approvers, posts->post[i]);
		if (!given)
			return false;
	}
	return true;
}

const char *posts_words(const struct net_posts *posts, struct arena *arena)
{
	const char *text = "";
	for (size_t i = 0; text && i < posts->count; i++)
		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : posts->group[i] == posts->group[i - 1] ? "か" : "と", posts->title[i]);
	return text ? text : "";
}

static bool words_missing(const struct asked *q)
{
	return !q->f->every_post && !posts_given(&q->book->law[q->law].posts, q->f->approvers);
}

/* ---- where a flow goes ----------------------------------------------------------- */

static enum zone_kind kind_of(const struct net_model *m, struct net_end end)
{
	uint32_t zone = model_zone_of(m, end);
	return zone == UINT32_MAX ? KIND_OTHER : m->zones[zone].kind;
}

static const struct net_station *station_of(const struct net_model *m, struct net_end end)
{
	return end.kind == END_STATION ? &m->stations[end.index] : NULL;
}

static bool role_is(const struct net_model *m, struct net_end end, enum station_role role)
{
	const struct net_station *s = station_of(m, end);
	return s && s->role == role;
}

static bool is_peer(const struct net_model *m, struct net_end end)
{
	const struct net_station *s = station_of(m, end);
	return s && s->peer;
}

/* A flow that leaves or enters the My Number zone. */
static bool crosses_my_number(const struct net_model *m, const struct net_flow *f)
{
	bool from = kind_of(m, f->from) == KIND_MY_NUMBER && !is_peer(m, f->from);
	bool to = kind_of(m, f->to) == KIND_MY_NUMBER && !is_peer(m, f->to);
	return from != to;
}

static const char *my_number_fields(const struct asked *q)
{
	const struct net_model *m = q->m;
	const struct net_flow *f = q->f;
	if (!crosses_my_number(m, f))
		return NULL;
	if (f->from.kind == END_ZONE || f->to.kind == END_ZONE)
		return "マイナンバー利用事務系の通信は、領域の全体には許可できません。端末を一台ずつ書いてください。";
	if (f->any_mac && f->from.kind != END_BORDER)
		return "マイナンバー利用事務系の通信には、送り元のMACアドレスの指定が要ります。";
	const struct net_station *to = station_of(m, f->to);
	if (to && !to->has_mac)
		return "マイナンバー利用事務系の通信では、行き先のMACアドレスの登録が要ります。";
	if (f->any_src || f->any_dst || f->src.span.lo != f->src.span.hi || f->dst.span.lo != f->dst.span.hi)
		return "マイナンバー利用事務系の通信には、送り元と行き先のIPアドレスを一つずつ指定してください。";
	if (f->any_port || !f->one_port)
		return "マイナンバー利用事務系の通信には、ポートを一つだけ指定してください。";
	return NULL;
}

/* What lies in the Internet or the education zone touches the Internet by its
 * place; a peer says itself; what nobody knows counts as yes.               */
static bool touches(const struct net_model *m, struct net_end end)
{
	enum zone_kind kind = kind_of(m, end);
	const struct net_station *s = station_of(m, end);
	if (end.kind == END_BORDER)
		return false;
	return kind == KIND_INTERNET || kind == KIND_EDUCATION || (s && s->peer && s->internet != TOUCHES_NO);
}

/* A public body of assured safety, by way of LGWAN only. */
static bool public_exception(const struct asked *q, struct net_end end)
{
	const struct net_model *m = q->m;
	const struct net_station *s = station_of(m, end);
	return q->book->public_peer && s && s->peer && s->public_body && s->investigated &&
	       kind_of(m, end) == KIND_LGWAN;
}

static const char *my_number_peer(const struct asked *q)
{
	const struct net_model *m = q->m;
	const struct net_flow *f = q->f;
	if (!crosses_my_number(m, f))
		return NULL;
	struct net_end other = kind_of(m, f->from) == KIND_MY_NUMBER && !is_peer(m, f->from) ? f->to : f->from;
	if (touches(m, other) && !public_exception(q, other))
		return "マイナンバー利用事務系の相手が、インターネットに接続しています（または、していないと確かめられていません）。"
		       "接続していないことを確かめてから登録し直してください。";
	return NULL;
}

static bool between(const struct net_model *m, const struct net_flow *f, enum zone_kind a, enum zone_kind b)
{
	enum zone_kind x = kind_of(m, f->from), y = kind_of(m, f->to);
	return (x == a && y == b) || (x == b && y == a);
}

static bool screen_flow(const struct net_model *m, const struct net_flow *f)
{
	bool inward = kind_of(m, f->to) == KIND_LGWAN;
	if (inward && m->layout != LAYOUT_BETA && m->layout != LAYOUT_BETA_PRIME)
		return false;
	return f->service && f->service->screen && f->one_port && role_is(m, f->to, ROLE_SCREEN);
}

static bool breakout_flow(const struct net_model *m, const struct net_flow *f)
{
	return m->layout == LAYOUT_ALPHA_PRIME && kind_of(m, f->from) == KIND_LGWAN && role_is(m, f->to, ROLE_BREAKOUT) &&
	       f->one_port && !f->any_port;
}

static bool at_the_gate(const struct net_model *m, const struct net_flow *f)
{
	return f->from.kind == END_BORDER || f->to.kind == END_BORDER || role_is(m, f->from, ROLE_SANITISE) ||
	       role_is(m, f->to, ROLE_SANITISE) || screen_flow(m, f) || breakout_flow(m, f);
}

#define SPLIT_TEXT "LGWAN接続系とほかの領域は、無害化の関門か、登録された中継機への画面転送でだけつながります。" \
                   "片方を無害化の関門（sanitise）にするか、画面転送のサービスと中継機（screen）を指定してください。"

static const char *lgwan_split(const struct asked *q)
{
	return between(q->m, q->f, KIND_LGWAN, KIND_INTERNET) && !at_the_gate(q->m, q->f) ? SPLIT_TEXT : NULL;
}

static const char *education_split(const struct asked *q)
{
	bool split = between(q->m, q->f, KIND_LGWAN, KIND_EDUCATION) || between(q->m, q->f, KIND_LGWAN, KIND_OTHER);
	return split && !at_the_gate(q->m, q->f) ? SPLIT_TEXT : NULL;
}

static const char *my_number_principle(const struct asked *q)
{
	if (!crosses_my_number(q->m, q->f) || q->f->every_post || slice_is(q->f->clause, clause_of(q)))
		return NULL;
	return arena_printf(q->arena,
	                    "マイナンバー利用事務系の通信は、原則として許されません。例外を認める決裁を受け、根拠の欄に %s と書いてください。",
	                    clause_of(q));
}

static bool outside(const struct net_model *m, struct net_end end)
{
	const struct net_station *s = station_of(m, end);
	return (s && s->peer && s->internet != TOUCHES_NO && s->role != ROLE_REMOTE && s->role != ROLE_REMOTE_PUBLIC) ||
	       (end.kind == END_ZONE && m->zones[end.index].kind == KIND_INTERNET);
}

static bool firewall_stands(const struct net_model *m, struct net_end end)
{
	const struct net_station *s = station_of(m, end);
	if (s) {
		for (size_t i = 0; i < s->address_count; i++)
			if (!m->interfaces[s->addresses[i].interface].firewall)
				return false;
		return true;
	}
	for (size_t i = 0; i < m->interface_count; i++)
		if (m->interfaces[i].zone == end.index && !m->interfaces[i].firewall)
			return false;
	return true;
}

static const char *publish(const struct asked *q)
{
	const struct net_model *m = q->m;
	const struct net_flow *f = q->f;
	if (!outside(m, f->from) || is_peer(m, f->to) || f->to.kind == END_BORDER)
		return NULL;
	bool inner = f->from.kind == END_ZONE && kind_of(m, f->to) == KIND_INTERNET && f->to.kind == END_ZONE;
	if (inner)
		return NULL; /* inside the zone itself */
	if (!role_is(m, f->to, ROLE_SERVER) && !role_is(m, f->to, ROLE_SANITISE) && !screen_flow(m, f))
		return "外から受ける通信の行き先は、公開するサーバ（server）として登録した機器だけです。";
	if (is_peer(m, f->from) && !firewall_stands(m, f->from))
		return "サーバを公開する前に、外との境にファイアウォールが要ります。firewall の行で登録してください。";
	return NULL;
}

static const char *external_investigated(const struct asked *q)
{
	const struct net_model *m = q->m;
	const struct net_flow *f = q->f;
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++) {
		const struct net_station *s = station_of(m, ends[i]);
		if (s && s->peer && (!s->investigated || s->investigated_on > f->begin))
			return "外部のネットワークは、つなぐ前に構成や安全を詳しく調べ、その日を登録してください。";
	}
	return NULL;
}

static const char *external_liability(const struct asked *q)
{
	const struct net_model *m = q->m;
	const struct net_flow *f = q->f;
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++) {
		const struct net_station *s = station_of(m, ends[i]);
		if (s && s->peer && !s->liability)
			return "相手との契約に、損害賠償の定めが要ります。";
	}
	return NULL;
}

static const char *external_permits(const struct asked *q)
{
	const struct net_station *from = station_of(q->m, q->f->from);
	bool remote = from && from->role >= ROLE_REMOTE;
	if (remote || (!is_peer(q->m, q->f->from) && !is_peer(q->m, q->f->to)) || !words_missing(q))
		return NULL;
	return arena_printf(q->arena, "外部のネットワークとの接続には、%sの許可が要ります。", posts_words(&q->book->law[q->law].posts, q->arena));
}

static const char *remote_permits(const struct asked *q)
{
	const struct net_station *from = station_of(q->m, q->f->from);
	if (!from || from->role < ROLE_REMOTE)
		return NULL;
	if (q->book->remote_closed)
		return "この団体のポリシーには、外からの接続を認める条項がありません。";
	if (!words_missing(q))
		return NULL;
	return arena_printf(q->arena, "外からの接続には、%sの許可が要ります。", posts_words(&q->book->law[q->law].posts, q->arena));
}

static const char *remote_encrypted(const struct asked *q)
{
	const struct net_model *m = q->m;
	const struct net_flow *f = q->f;
	const struct net_station *from = station_of(m, f->from);
	if (!from || from->role < ROLE_REMOTE || (f->service && f->service->encrypted))
		return NULL;
	return "外からの接続は、暗号化されたサービス（encrypted）でだけ許可できます。";
}

static const char *remote_public(const struct asked *q)
{
	const struct net_model *m = q->m;
	const struct net_flow *f = q->f;
	const struct net_station *from = station_of(m, f->from);
	if (!from || from->role != ROLE_REMOTE_PUBLIC || (f->service && f->service->token))
		return NULL;
	return "公衆回線からの接続は、ICカードなどの認証用の物（token）も使うサービスでだけ、例外として許可できます。";
}

static bool names_person(struct slice approvers, struct slice person)
{
	while (approvers.len) {
		size_t space = slice_find(approvers, SLICE(" "));
		struct slice word = slice_part(approvers, 0, space);
		size_t colon = slice_find(word, SLICE(":"));
		approvers = slice_part(approvers, space == SIZE_MAX ? approvers.len : space + 1, approvers.len);
		if (colon != SIZE_MAX && slice_equal(slice_part(word, colon + 1, word.len), person))
			return true;
	}
	return false;
}

static const char *permission(const struct asked *q)
{
	const struct net_flow *f = q->f;
	if (f->purpose.len == 0 || f->owner.len == 0 || f->clause.len == 0)
		return "許可には、目的・担当・根拠となる条項がすべて要ります。";
	if (!f->every_post && (f->approvers.len == 0 || slice_is(f->approvers, "application")))
		return "許可した人がありません。許可のない通信は作れません。";
	if (names_person(f->approvers, f->owner))
		return "申し出た本人は、許可する人になれません。";
	if (f->end < f->begin || f->review < f->begin)
		return "終わりの日と見直しの日は、始まりの日より後にしてください。";
	if (words_missing(q))
		return arena_printf(q->arena, "この通信には、%sの許可が要ります。", posts_words(&q->book->law[q->law].posts, q->arena));
	return NULL;
}

static const struct law laws[NET_LAWS] = {
	[LAW_PERMISSION] = {"permission", permission},
	[LAW_MY_NUMBER_PRINCIPLE] = {"my-number-principle", my_number_principle},
	[LAW_MY_NUMBER_FIELDS] = {"my-number-fields", my_number_fields},
	[LAW_MY_NUMBER_PEER] = {"my-number-peer", my_number_peer},
	[LAW_LGWAN_SPLIT] = {"lgwan-split", lgwan_split},
	[LAW_EDUCATION_SPLIT] = {"education-split", education_split},
	[LAW_PUBLISH] = {"publish", publish},
	[LAW_EXTERNAL_PERMITS] = {"external-permits", external_permits},
	[LAW_EXTERNAL_INVESTIGATED] = {"external-investigated", external_investigated},
	[LAW_EXTERNAL_LIABILITY] = {"external-liability", external_liability},
	[LAW_REMOTE_PERMITS] = {"remote-permits", remote_permits},
	[LAW_REMOTE_ENCRYPTED] = {"remote-encrypted", remote_encrypted},
	[LAW_REMOTE_PUBLIC] = {"remote-public", remote_public},
	[LAW_CUT] = {"cut", NULL},
	[LAW_CONSISTENT] = {"consistent", NULL},
};

const char *law_name(enum net_law law)
{
	return law < NET_LAWS ? laws[law].name : "";
}

static void judge(const struct asked *about, struct net_findings *to)
{
	struct asked q = *about;
	for (q.law = LAW_PERMISSION; q.law < NET_LAWS; q.law++) {
		const struct net_law_row *row = &q.book->law[q.law];
		bool speaks = row->clause || q.law == LAW_PERMISSION || (q.law == LAW_REMOTE_PERMITS && q.book->remote_closed);
		const char *text = speaks && laws[q.law].broken ? laws[q.law].broken(&q) : NULL;
		if (!text)
			continue;
		struct net_finding finding = {.law = laws[q.law].name, .clause = clause_of(&q), .cite = row->cite ? row->cite : "", .line = q.f->line};
		findings_add(to, q.arena, &finding, "許可 %.*s（%.*s → %.*s）: %s", SLICE_ARG(q.f->id),
		             SLICE_ARG(model_end_name(q.m, q.f->from)), SLICE_ARG(model_end_name(q.m, q.f->to)), text);
	}
}

/* What a policy does not know has no rules there, and so no permission. */
static void judge_zones(const struct net_model *m, const struct net_lawbook *book, struct arena *arena, struct net_findings *to)
{
	for (size_t i = 0; i < m->zone_count; i++) {
		if (m->zones[i].kind != KIND_EDUCATION || book->education)
			continue;
		struct net_finding finding = {.law = "unknown-zone", .clause = "", .cite = "", .line = m->zones[i].line};
		findings_add(to, arena, &finding, "この団体のポリシーに教育系という領域はありません。");
	}
}

struct result model_laws(const struct net_model *model, const struct net_lawbook *book, day_t day,
                         struct arena *arena, struct net_findings *findings, struct why *why)
{
	size_t before = findings->errors;
	if (!slice_is(model->policy, book->policy))
		return fail(why, E_DENIED, "body", "構成表のポリシー「%.*s」は、この団体のもの（%s）ではありません。何も作りませんでした。",
		            SLICE_ARG(slice_part(model->policy, 0, 64)), book->policy);
	judge_zones(model, book, arena, findings);
	for (size_t i = 0; i < model->flow_count; i++) {
		const struct asked about = {book, model, &model->flows[i], LAW_PERMISSION, arena};
		if (model->flows[i].end >= day)
			judge(&about, findings);
	}
	if (findings->errors == before)
		return ok();
	return fail(why, E_DENIED, "", "条項に反する許可が %zu あります。何も作りませんでした。", findings->errors - before);
}
