#include "gate/permit/permit.h"

#include <stdio.h>

const char *permit_subject(const struct net_flow *flow, struct arena *arena)
{
	return arena_printf(arena, "flow:%.*s", SLICE_ARG(flow->id));
}

/* The whole of the permission but its id, its purpose and who permitted it. */
const char *permit_title(const struct net_model *m, const struct net_flow *f, struct arena *arena)
{
	struct buffer out;
	char mac[MAC_TEXT] = "*", days[3][11];
	const day_t dates[3] = {f->begin, f->end, f->review};
	buffer_init(&out, 2048);
	for (size_t i = 0; i < 3; i++)
		day_iso(dates[i], days[i]);
	if (!f->any_mac)
		mac_write(f->mac, mac);
	buffer_printf(&out, "%.*s → %.*s %s ", SLICE_ARG(model_end_name(m, f->from)), SLICE_ARG(model_end_name(m, f->to)), mac);
	if (f->any_src)
		buffer_put_u8(&out, '*');
	else
		span_write(f->src.family, f->src.span, &out);
	buffer_put_str(&out, " → ");
	if (f->any_dst)
		buffer_put_u8(&out, '*');
	else
		span_write(f->dst.family, f->dst.span, &out);
	const char *proto = proto_name(f->proto);
	if (proto)
		buffer_printf(&out, " %s", proto);
	else
		buffer_printf(&out, " %u", f->proto);
	buffer_printf(&out, " %u-%u %s～%s（見直し %s）", f->port_lo, f->port_hi, days[0], days[1], days[2]);
	const char *title = buffer_ok(&out) ? arena_string(arena, buffer_slice(&out)) : NULL;
	buffer_done(&out);
	return title;
}

static const struct net_station *outside(const struct net_model *m, const struct net_flow *f)
{
	const struct net_end ends[] = {f->from, f->to};
	for (size_t i = 0; i < 2; i++)
		if (ends[i].kind == END_STATION && m->stations[ends[i].index].peer)
			return &m->stations[ends[i].index];
	return NULL;
}

static const char *yesno(bool yes)
{
	return yes ? "yes" : "no";
}

/* What the clauses about the act want to know, from the register of peers. */
struct asked {
	const char *act;
	struct fact_pair facts[8];
	size_t count;
};

static struct asked act_of(const struct net_flow *f, const struct net_station *peer, const char *until)
{
	bool remote = peer->role >= ROLE_REMOTE;
	bool investigated = peer->investigated && peer->investigated_on <= f->begin;
	if (remote) /* a peer of the model is a machine that is entered */
		return (struct asked){"remote_access",
		                      {{"ground", "業務"}, {"until", until}, {"encrypted", yesno(f->service && f->service->encrypted)},
		                       {"device.form", "mobile"}},
		                      4};
	return (struct asked){"link.connect",
	                      {{"object.step", investigated && peer->liability ? "contracted" : investigated ? "investigated" : "asked"},
	                       {"passed.investigated", yesno(investigated)},
	                       {"passed.contracted", yesno(investigated && peer->liability)},
	                       {"object.impact_free", yesno(investigated)},
	                       {"object.liability", yesno(peer->liability)}},
	                      5};
}

struct result permit_ask(struct proceedings *proceedings, const struct net_model *m, uint32_t flow, const char *person,
                         const char *section, char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	const struct net_flow *f = &m->flows[flow];
	const struct net_station *peer = outside(m, f);
	char until[11];
	if (!arena)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	if (!peer)
		return fail(why, E_INPUT, "", "許可 %.*s の相手は庁外のネットワークではないので、接続の申請は要りません。", SLICE_ARG(f->id));
	day_iso(f->end, until);
	struct asked asked = act_of(f, peer, until);
	const char *subject = permit_subject(f, arena), *title = permit_title(m, f, arena);
	const char *purpose = arena_string(arena, f->purpose);
	if (!subject || !title || !purpose)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	const struct application_request request = {
		.wish = {.act = asked.act, .actor = person, .subject = subject, .facts = asked.facts, .fact_count = asked.count},
		.section = section, .title = title, .purpose = purpose, .until = INT32_MAX};
	return application_submit(proceedings, &request, id, why);
}

static struct result fill_one(struct proceedings *proceedings, const struct net_model *m, struct net_flow *f, struct arena *arena,
                              struct why *why)
{
	struct application a;
	struct why own = {0};
	const char *subject = permit_subject(f, arena), *title = permit_title(m, f, arena);
	if (!subject || !title)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	struct result r = application_of(proceedings, subject, false, arena, &a, &own);
	if (r.code == E_ABSENT)
		return ok();
	if (r.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	if (a.state != APPLICATION_PERMITTED || strcmp(a.title, title) != 0)
		return ok();
	const char *approvers = "";
	for (size_t i = 0; i < a.word_count && approvers; i++) {
		if (strcmp(a.words[i].answer, "agree") != 0)
			continue;
		approvers = arena_printf(arena, "%s%s%s:%s", approvers, approvers[0] ? " " : "", a.words[i].post, a.words[i].person);
	}
	if (approvers && approvers[0])
		f->approvers = slice_str(approvers);
	return approvers ? ok() : fail(why, E_MEMORY, "", "メモリーが足りません。");
}

struct result permit_fill(struct proceedings *proceedings, struct net_model *m, struct arena *arena, size_t *filled, struct why *why)
{
	size_t count = 0;
	for (size_t i = 0; i < m->flow_count; i++) {
		if (!m->flows[i].application)
			continue;
		TRY(fill_one(proceedings, m, &m->flows[i], arena, why));
		count += !slice_is(m->flows[i].approvers, "application");
	}
	if (filled)
		*filled = count;
	return ok();
}
