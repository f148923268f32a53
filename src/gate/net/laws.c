/* The clauses that forbid a flow, as a table: who speaks in which policy, and a
 * question to each flow.  A row whose policy has no clause does not speak.    */
#include "gate/net/model.h"

#include <stdio.h>

struct clause {
	const char *id, *cite;
};
struct law {
	const char *name;
	/* broken - says in Japanese what is wrong and what to do; NULL: nothing */
	const char *(*broken)(const struct net_model *m, const struct net_flow *f);
	struct clause clauses[BODY_POLICIES]; /* hannan annaka imabari fuchu fukushima */
};

static enum zone_kind kind_of(const struct net_model *m, struct net_end end)
{
	uint32_t zone = model_zone_of(m, end);
	return zone == UINT32_MAX ? ZONE_OTHER : m->zones[zone].kind;
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
	bool from = kind_of(m, f->from) == ZONE_MY_NUMBER && !is_peer(m, f->from);
	bool to = kind_of(m, f->to) == ZONE_MY_NUMBER && !is_peer(m, f->to);
	return from != to;
}

static const char *my_number_fields(const struct net_model *m, const struct net_flow *f)
{
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
	return kind == ZONE_INTERNET || kind == ZONE_EDUCATION || (s && s->peer && s->internet != TOUCHES_NO);
}

/* FS-4.1(1)-c/3: a public body of assured safety, by way of LGWAN only. */
static bool public_exception(const struct net_model *m, struct net_end end)
{
	const struct net_station *s = station_of(m, end);
	return m->policy == BODY_FUKUSHIMA && s && s->peer && s->public_body && s->investigated &&
	       kind_of(m, end) == ZONE_LGWAN;
}

static const char *my_number_peer(const struct net_model *m, const struct net_flow *f)
{
	if (!crosses_my_number(m, f))
		return NULL;
	struct net_end other = kind_of(m, f->from) == ZONE_MY_NUMBER && !is_peer(m, f->from) ? f->to : f->from;
	if (touches(m, other) && !public_exception(m, other))
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
	bool inward = kind_of(m, f->to) == ZONE_LGWAN;
	if (inward && m->layout != LAYOUT_BETA && m->layout != LAYOUT_BETA_PRIME)
		return false;
	return f->service && f->service->screen && f->one_port && role_is(m, f->to, ROLE_SCREEN);
}

static bool breakout_flow(const struct net_model *m, const struct net_flow *f)
{
	return m->layout == LAYOUT_ALPHA_PRIME && kind_of(m, f->from) == ZONE_LGWAN && role_is(m, f->to, ROLE_BREAKOUT) &&
	       f->one_port && !f->any_port;
}

static const char *lgwan_split(const struct net_model *m, const struct net_flow *f)
{
	bool split = between(m, f, ZONE_LGWAN, ZONE_INTERNET) ||
	             (m->policy == BODY_ANNAKA &&
	              (between(m, f, ZONE_LGWAN, ZONE_EDUCATION) || between(m, f, ZONE_LGWAN, ZONE_OTHER)));
	if (!split || f->from.kind == END_BORDER || f->to.kind == END_BORDER)
		return NULL;
	if (role_is(m, f->from, ROLE_SANITISE) || role_is(m, f->to, ROLE_SANITISE) || screen_flow(m, f) ||
	    breakout_flow(m, f))
		return NULL;
	return "LGWAN接続系とほかの領域は、無害化の関門か、登録された中継機への画面転送でだけつながります。"
	       "片方を無害化の関門（sanitise）にするか、画面転送のサービスと中継機（screen）を指定してください。";
}

static bool outside(const struct net_model *m, struct net_end end)
{
	const struct net_station *s = station_of(m, end);
	return (s && s->peer && s->internet != TOUCHES_NO && s->role != ROLE_REMOTE && s->role != ROLE_REMOTE_PUBLIC) ||
	       (end.kind == END_ZONE && m->zones[end.index].kind == ZONE_INTERNET);
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

static const char *publish(const struct net_model *m, const struct net_flow *f)
{
	if (!outside(m, f->from) || is_peer(m, f->to) || f->to.kind == END_BORDER)
		return NULL;
	bool inner = f->from.kind == END_ZONE && kind_of(m, f->to) == ZONE_INTERNET && f->to.kind == END_ZONE;
	if (inner)
		return NULL; /* inside the zone itself */
	if (!role_is(m, f->to, ROLE_SERVER) && !role_is(m, f->to, ROLE_SANITISE) && !screen_flow(m, f))
		return "外から受ける通信の行き先は、公開するサーバ（server）として登録した機器だけです。";
	if (is_peer(m, f->from) && !firewall_stands(m, f->from))
		return "サーバを公開する前に、外との境にファイアウォールが要ります。firewall の行で登録してください。";
	return NULL;
}

static const char *external_investigated(const struct net_model *m, const struct net_flow *f)
{
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++) {
		const struct net_station *s = station_of(m, ends[i]);
		if (s && s->peer && (!s->investigated || s->investigated_on > f->begin))
			return "外部のネットワークは、つなぐ前に構成や安全を詳しく調べ、その日を登録してください。";
	}
	return NULL;
}

static const char *external_liability(const struct net_model *m, const struct net_flow *f)
{
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++) {
		const struct net_station *s = station_of(m, ends[i]);
		if (s && s->peer && !s->liability)
			return "相手との契約に、損害賠償の定めが要ります。";
	}
	return NULL;
}

static const char *external_permits(const struct net_model *m, const struct net_flow *f)
{
	const unsigned both = APPROVED_CISO | APPROVED_SUPERVISOR;
	const struct net_station *from = station_of(m, f->from);
	bool remote = from && from->role >= ROLE_REMOTE;
	if (remote || (!is_peer(m, f->from) && !is_peer(m, f->to)) || (f->approved & both) == both)
		return NULL;
	return "外部のネットワークとの接続には、CISOと統括情報セキュリティ責任者の両方の許可が要ります。";
}

static const char *remote_permits(const struct net_model *m, const struct net_flow *f)
{
	const unsigned both = APPROVED_SUPERVISOR | APPROVED_MANAGER;
	const struct net_station *from = station_of(m, f->from);
	if (!from || from->role < ROLE_REMOTE || (f->approved & both) == both)
		return NULL;
	return "外からの接続には、統括情報セキュリティ責任者と、そのシステムの情報セキュリティ管理者の両方の許可が要ります。";
}

static const char *remote_encrypted(const struct net_model *m, const struct net_flow *f)
{
	const struct net_station *from = station_of(m, f->from);
	if (!from || from->role < ROLE_REMOTE || (f->service && f->service->encrypted))
		return NULL;
	return "外からの接続は、暗号化されたサービス（encrypted）でだけ許可できます。";
}

static const char *remote_public(const struct net_model *m, const struct net_flow *f)
{
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

static const char *permission(const struct net_model *m, const struct net_flow *f)
{
	(void)m;
	if (f->purpose.len == 0 || f->owner.len == 0 || f->clause.len == 0)
		return "許可には、目的・担当・根拠となる条項がすべて要ります。";
	if (f->approved == 0)
		return "許可した人がありません。許可のない通信は作れません。";
	if (names_person(f->approvers, f->owner))
		return "申し出た本人は、許可する人になれません。";
	if (f->end < f->begin || f->review < f->begin)
		return "終わりの日と見直しの日は、始まりの日より後にしてください。";
	return NULL;
}

#define NOBODY {"", ""}
static const struct law laws[] = {
	{"permission", permission,
	 {{"HN-2.6.1(8)-2", "第2章 6.1 (8)②"}, {"AN-7(3)-0", "7 (3)"}, {"IM-6(3)-0", "6 (3)"}, {"FC-7(3)-0", "第７ (3)"},
	  {"FS-4.1-0", "第４ １"}}},
	{"my-number-fields", my_number_fields,
	 {{"HN-2.3(1)-1/2", "第2章 3 (1)① ただし書"}, {"AN-7(3)-1/1", "7 (3)①"}, {"IM-6(3)-1/1", "6 (3)①"},
	  {"FC-7(3)-a/1", "第７ (3)ア"}, {"FS-4.1(1)-c/1", "第４ １(1)ウ"}}},
	{"my-number-peer", my_number_peer,
	 {{"HN-2.3(1)-1/3", "第2章 3 (1)① なお書"}, {"AN-7(3)-1/1", "7 (3)①"}, {"IM-6(3)-1/1", "6 (3)①"},
	  {"FC-7(3)-a/1", "第７ (3)ア"}, {"FS-4.1(1)-c/2", "第４ １(1)ウ"}}},
	{"lgwan-split", lgwan_split,
	 {{"HN-2.3(2)-1/1", "第2章 3 (2)①"}, {"AN-7(3)-2/1", "7 (3)②"}, {"IM-6(3)-2/1", "6 (3)②"},
	  {"FC-7(3)-b/1", "第７ (3)イ"}, {"FS-4.1-0", "第４ １"}}},
	{"publish", publish, {{"HN-2.6.1(10)-4", "第2章 6.1 (10)④"}, NOBODY, NOBODY, NOBODY, NOBODY}},
	{"external-permits", external_permits, {{"HN-2.6.1(10)-1", "第2章 6.1 (10)①"}, NOBODY, NOBODY, NOBODY, NOBODY}},
	{"external-investigated", external_investigated,
	 {{"HN-2.6.1(10)-2", "第2章 6.1 (10)②"}, NOBODY, NOBODY, NOBODY, NOBODY}},
	{"external-liability", external_liability,
	 {{"HN-2.6.1(10)-3", "第2章 6.1 (10)③"}, NOBODY, NOBODY, NOBODY, NOBODY}},
	{"remote-permits", remote_permits, {{"HN-2.6.2(2)-1", "第2章 6.2 (2)①"}, NOBODY, NOBODY, NOBODY, NOBODY}},
	{"remote-encrypted", remote_encrypted, {{"HN-2.6.2(2)-4", "第2章 6.2 (2)④"}, NOBODY, NOBODY, NOBODY, NOBODY}},
	{"remote-public", remote_public, {{"HN-2.6.2(2)-7/2", "第2章 6.2 (2)⑦ ただし書"}, NOBODY, NOBODY, NOBODY, NOBODY}},
};

static void judge(const struct net_model *m, const struct net_flow *f, struct arena *arena, struct net_findings *to)
{
	for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
		const struct clause *clause = &laws[i].clauses[m->policy];
		const char *text = clause->id[0] ? laws[i].broken(m, f) : NULL;
		if (!text)
			continue;
		struct net_finding finding = {.law = laws[i].name, .clause = clause->id, .cite = clause->cite, .line = f->line};
		findings_add(to, arena, &finding, "許可 %.*s（%.*s → %.*s）: %s", SLICE_ARG(f->id),
		             SLICE_ARG(model_end_name(m, f->from)), SLICE_ARG(model_end_name(m, f->to)), text);
	}
}

/* Only Annaka's policy has a fourth zone. */
static void judge_zones(const struct net_model *m, struct arena *arena, struct net_findings *to)
{
	for (size_t i = 0; i < m->zone_count; i++) {
		const struct net_zone *z = &m->zones[i];
		if (z->kind != ZONE_EDUCATION || m->policy == BODY_ANNAKA)
			continue;
		struct net_finding finding = {.law = "unknown-zone", .clause = "", .cite = "", .line = z->line};
		findings_add(to, arena, &finding, "この団体のポリシーに教育系という領域はありません。");
	}
}

struct result model_laws(const struct net_model *model, day_t day, struct arena *arena,
                         struct net_findings *findings, struct why *why)
{
	size_t before = findings->errors;
	judge_zones(model, arena, findings);
	for (size_t i = 0; i < model->flow_count; i++)
		if (model->flows[i].end >= day)
			judge(model, &model->flows[i], arena, findings);
	if (findings->errors == before)
		return ok();
	return fail(why, E_DENIED, "", "条項に反する許可が %zu あります。何も作りませんでした。", findings->errors - before);
}
