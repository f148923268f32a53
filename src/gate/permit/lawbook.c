/* The questions, as a table of facts, and what is made of the answers. */
#include "gate/permit/lawbook.h"

#include <stdio.h>
#include <string.h>

enum { PROBE_WORDS = 32 };

struct probe_fact {
	const char *path, *value; /* NULL: known to nobody */
};
struct probe {
	enum net_law law;
	const char *act;
	const struct probe_fact *common;           /* of many probes; ended by a NULL path */
	struct probe_fact good[6], bad[6];         /* what the law wants, and what it minds */
};

#define ADDRESSES {"mac", "02:00:00:00:00:01"}, {"ip", "192.0.2.1"}, {"port", "443"}
static const struct probe_fact of_flow[] = {
	ADDRESSES, {"listed", "yes"}, {"sanitised", "yes"}, {"via_lgwan", "yes"}, {"peer_on_internet", "no"},
	{"source.affairs", "internal"}, {"target.affairs", "internal"}, {"source.faces_internet", "no"},
	{"target.faces_internet", "no"}, {"source.public_body", "no"}, {"target.public_body", "no"}, {NULL, NULL}};
static const struct probe_fact of_link[] = {
	{"object.step", "contracted"}, {"passed.investigated", "yes"}, {"passed.contracted", "yes"},
	{"object.impact_free", "yes"}, {"object.liability", "yes"}, {NULL, NULL}};
static const struct probe_fact of_remote[] = {
	{"ground", "業務"}, {"verified", "yes"}, {"encrypted", "yes"}, {"object.section", "s"},
	{"device.form", "mobile"}, {NULL, NULL}};
static const struct probe_fact of_line[] = {
	{"authenticated", "yes"}, {"token", "yes"}, {"encrypted", "yes"}, {NULL, NULL}};
static const struct probe_fact of_nothing[] = {{NULL, NULL}};

#define SIDES(a, b) {"source.side", a}, {"target.side", b}
static const struct probe probes[] = {
	{LAW_PERMISSION, "flow", of_flow, {SIDES("lgwan", "lgwan")}, {SIDES("lgwan", "lgwan"), {"listed", "no"}}},
	{LAW_MY_NUMBER_FIELDS, "flow", of_flow, {SIDES("my_number", "lgwan")}, {SIDES("my_number", "lgwan"), {"mac", NULL}}},
	{LAW_MY_NUMBER_PEER, "flow", of_flow, {SIDES("my_number", "lgwan")},
	 {SIDES("my_number", "lgwan"), {"peer_on_internet", "yes"}, {"target.faces_internet", "yes"}}},
	{LAW_LGWAN_SPLIT, "flow", of_flow, {SIDES("internet", "lgwan")}, {SIDES("internet", "lgwan"), {"sanitised", "no"}}},
	{LAW_EDUCATION_SPLIT, "flow", of_flow, {SIDES("lgwan", "education")}, {SIDES("lgwan", "education"), {"sanitised", "no"}}},
	{LAW_PUBLISH, "publish_server", of_nothing, {{"firewall", "yes"}}, {{"firewall", "no"}}},
	{LAW_EXTERNAL_PERMITS, "link.connect", of_link, {{NULL, NULL}}, {{NULL, NULL}}},
	{LAW_EXTERNAL_INVESTIGATED, "link.connect", of_link, {{NULL, NULL}},
	 {{"passed.investigated", "no"}, {"object.impact_free", "no"}}},
	{LAW_EXTERNAL_LIABILITY, "link.contract", of_link, {{"object.step", "investigated"}},
	 {{"object.step", "investigated"}, {"object.liability", "no"}}},
	{LAW_REMOTE_PERMITS, "remote_access", of_remote, {{NULL, NULL}}, {{NULL, NULL}}},
	{LAW_REMOTE_ENCRYPTED, "remote_access", of_remote, {{NULL, NULL}}, {{"encrypted", "no"}}},
	{LAW_REMOTE_PUBLIC, "connect_public_line", of_line, {{NULL, NULL}}, {{"token", "no"}}},
	{LAW_CUT, "link.cut", of_nothing, {{"object.step", "connected"}}, {{"object.step", "connected"}}},
	{LAW_CONSISTENT, "set_filter", of_nothing, {{"consistent", "yes"}}, {{"consistent", "no"}}},
};
/* Who asks for words and has none: the difference is the words themselves. */
static bool about_words(enum net_law law)
{
	return law == LAW_EXTERNAL_PERMITS || law == LAW_REMOTE_PERMITS || law == LAW_CUT;
}

struct asker {
	const struct policy *policy;
	const char *name;
	const struct policy_edition *edition;
	day_t day;
	struct arena *arena;
	struct policy_holding *posts; /* of the actor: all that there are */
	size_t post_count;
};
/* Of what sort the applicant has to be so that the policy reaches him. */
enum { PERSON_FACTS = 2 };
struct person {
	const struct policy_fact *fact[PERSON_FACTS]; /* NULL: no matter */
	size_t word[PERSON_FACTS];
};
/* What is granted beside the facts. */
struct grants {
	struct policy_approval approvals[PROBE_WORDS];
	struct policy_claim claims[PROBE_WORDS];
	struct policy_exception exceptions[PROBE_WORDS];
	size_t approval_count, claim_count, exception_count;
};

/* ---- asking --------------------------------------------------------------------- */

static const char *value_of(const struct probe *p, const struct probe_fact *own, const char *path, bool *there)
{
	const struct probe_fact *lists[] = {own, p->common};
	for (size_t l = 0; l < 2; l++)
		for (const struct probe_fact *f = lists[l]; f->path && (l || f < own + 6); f++)
			if (strcmp(f->path, path) == 0) {
				*there = true;
				return f->value;
			}
	*there = false;
	return NULL;
}

static struct result set_one(struct facts *facts, const char *path, const char *value, struct why *why)
{
	static const char passed[] = "passed.";
	if (strncmp(path, passed, sizeof passed - 1) == 0)
		return facts_set_reached(facts, path + sizeof passed - 1, strcmp(value, "yes") == 0, why);
	return facts_set_any(facts, path, value, why);
}

static struct result set_all(const struct probe *p, const struct probe_fact *own, struct facts *facts, struct why *why)
{
	bool there;
	for (const struct probe_fact *f = p->common; f->path; f++) {
		const char *value = value_of(p, own, f->path, &there);
		if (value)
			TRY(set_one(facts, f->path, value, why));
	}
	for (const struct probe_fact *f = own; f < own + 6 && f->path; f++)
		if (f->value)
			TRY(set_one(facts, f->path, f->value, why));
	return ok();
}

static struct result decide(const struct asker *a, const struct probe *p, const struct probe_fact *own, const struct person *who,
                            const struct grants *g, const struct decision **out, struct why *why)
{
	struct facts *facts = NULL;
	TRY(facts_new(a->policy, p->act, a->arena, &facts, why));
	TRY(facts_set_id(facts, "actor", "actor", why));
	TRY(facts_set_posts(facts, "actor", a->posts, a->post_count, why));
	for (size_t i = 0; i < PERSON_FACTS; i++)
		if (who->fact[i])
			TRY(facts_set_any(facts, who->fact[i]->path, who->fact[i]->words[who->word[i]], why));
	TRY(set_all(p, own, facts, why));
	const struct policy_question q = {
		.policies = &a->name, .policy_count = 1, .day = a->day, .facts = facts, .claims = g->claims, .claim_count = g->claim_count,
		.approvals = g->approvals, .approval_count = g->approval_count, .exceptions = g->exceptions, .exception_count = g->exception_count};
	return policy_decide(a->policy, &q, a->arena, out, why);
}

/* Whose words the decision would take; and, where they are not enough, reasons. */
static void grant_words(const struct asker *a, const struct decision *d, struct grants *g)
{
	for (size_t i = 0; i < d->approval_count; i++)
		for (size_t s = 0; s < d->approvals[i].slot_count && g->approval_count < PROBE_WORDS; s++) {
			const struct slot *slot = d->approvals[i].slots[s];
			const char *person = slot->person ? slot->person : arena_printf(a->arena, "person-%zu", g->approval_count);
			g->approvals[g->approval_count++] = (struct policy_approval){.person = person, .post = slot->post, .of = slot->of, .agreed = true};
		}
}

static void grant_claims(const struct decision *d, struct grants *g)
{
	for (size_t i = 0; i < d->claim_count && g->claim_count < PROBE_WORDS; i++)
		if (strcmp(d->claims[i].name, "not_needed") != 0)
			g->claims[g->claim_count++] = (struct policy_claim){.name = d->claims[i].name, .reason = "業務"};
}

static bool minds(enum effect e)
{
	return e == EFFECT_REFUSE || e == EFFECT_HOLD;
}

static void grant_exceptions(const struct decision *d, struct grants *g)
{
	for (size_t i = 0; i < d->spoken_count && g->exception_count < PROBE_WORDS; i++)
		if (d->spoken[i].effect == EFFECT_REFUSE && strcmp(d->spoken[i].strength, "in-principle") == 0)
			g->exceptions[g->exception_count++] = (struct policy_exception){.clause = d->spoken[i].clause->id};
}

/* ---- what the answers say --------------------------------------------------------- */

static const struct spoken *says(const struct decision *d, const struct policy_clause *clause)
{
	for (size_t i = 0; i < d->spoken_count; i++)
		if (d->spoken[i].clause == clause && minds(d->spoken[i].effect))
			return &d->spoken[i];
	return NULL;
}

static bool opens(const struct decision *d, const struct policy_clause *clause)
{
	for (size_t i = 0; i < d->spoken_count; i++)
		if (d->spoken[i].clause == clause && d->spoken[i].effect == EFFECT_OPEN)
			return true;
	return false;
}

/* minding - the clause that speaks otherwise without what the law wants; rather one
 * that minds nothing else (nor did before words were given); where there is none
 * and the act is refused anyhow, the one that refuses it                     */
static const struct policy_clause *minding(const struct decision *plain, const struct decision *good, const struct decision *bad)
{
	for (size_t i = 0; i < bad->spoken_count; i++)
		if (minds(bad->spoken[i].effect) && !says(good, bad->spoken[i].clause) && !says(plain, bad->spoken[i].clause))
			return bad->spoken[i].clause;
	for (size_t i = 0; i < bad->spoken_count; i++)
		if (minds(bad->spoken[i].effect) && !says(good, bad->spoken[i].clause))
			return bad->spoken[i].clause;
	for (size_t i = 0; i < good->spoken_count; i++)
		if (good->spoken[i].effect == EFFECT_OPEN && !opens(bad, good->spoken[i].clause))
			return good->spoken[i].clause;
	for (size_t i = 0; bad->verdict == REFUSE && i < bad->spoken_count; i++)
		if (bad->spoken[i].effect == EFFECT_REFUSE)
			return bad->spoken[i].clause;
	return NULL;
}

static void cite(const struct asker *a, const struct policy_clause *clause, struct net_law_row *row)
{
	if (!clause)
		return;
	row->clause = clause->id;
	row->cite = strcmp(clause->edition->name, a->name) == 0 ? clause->cite
	                                                        : arena_printf(a->arena, "%s %s", clause->edition->title, clause->cite);
}

static void add_post(struct net_posts *posts, const struct slot *slot, size_t group)
{
	if (posts->count == LAW_POSTS)
		return;
	posts->post[posts->count] = slot->post;
	posts->title[posts->count] = slot->post_title;
	posts->group[posts->count++] = (uint8_t)group;
}

/* The words of a route, one group for each that is wanted; of alternatives any one.
 * An alternative that itself takes several words is the one that is asked for:
 * too much is wanted then, never too little.                                 */
static void add_route(struct net_posts *posts, const struct route *r)
{
	const struct route *several = NULL;
	for (size_t i = 0; i < r->part_count; i++)
		several = r->parts[i]->op != ROUTE_SLOT ? r->parts[i] : several;
	if (r->op == ROUTE_SLOT) {
		if (!r->slot->consult)
			add_post(posts, r->slot, posts->groups++);
	} else if (r->op != ROUTE_OR) {
		for (size_t i = 0; i < r->part_count; i++)
			add_route(posts, r->parts[i]);
	} else if (several) {
		add_route(posts, several);
	} else {
		size_t group = posts->groups++;
		for (size_t i = 0; i < r->part_count; i++)
			add_post(posts, r->parts[i]->slot, group);
	}
}

static void take_posts(const struct decision *d, struct net_posts *posts)
{
	for (size_t i = 0; i < d->approval_count; i++)
		add_route(posts, d->approvals[i].route);
}

/* ---- one question ------------------------------------------------------------------ */

static bool next_person(struct person *who)
{
	for (size_t i = 0; i < PERSON_FACTS; i++) {
		if (!who->fact[i])
			continue;
		if (++who->word[i] < who->fact[i]->word_count)
			return true;
		who->word[i] = 0;
	}
	return false;
}

/* find_person - the first sort of person whom the policy governs in this act */
static struct result find_person(const struct asker *a, const struct probe *p, struct person *out, struct why *why)
{
	static const char *const paths[PERSON_FACTS] = {"actor.unit", "actor.role"};
	const struct grants none = {.approval_count = 0};
	const struct policy_fact *facts;
	const struct decision *d;
	size_t count = 0;
	*out = (struct person){{NULL}};
	TRY(policy_act_facts(a->policy, p->act, a->arena, &facts, &count, why));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < PERSON_FACTS; k++)
			if (strcmp(facts[i].path, paths[k]) == 0 && facts[i].word_count)
				out->fact[k] = &facts[i];
	do {
		TRY(decide(a, p, p->good, out, &none, &d, why));
		if (!d->outside)
			return ok();
	} while (next_person(out));
	return ok();
}

/* grant - words, then reasons, then what a clause lets be set aside: no more of it
 * than the act takes to pass                                                */
static struct result grant(const struct asker *a, const struct probe *p, const struct person *who, struct grants *g,
                           const struct decision **out, struct why *why)
{
	for (int stage = 0; stage < 4; stage++) {
		TRY(decide(a, p, p->good, who, g, out, why));
		if ((*out)->verdict == PASS)
			return ok();
		if (stage == 1)
			grant_claims(*out, g);
		if (stage == 2)
			grant_exceptions(*out, g);
		g->approval_count = 0;
		TRY(decide(a, p, p->good, who, g, out, why));
		grant_words(a, *out, g);
	}
	return decide(a, p, p->good, who, g, out, why);
}

static struct result ask(const struct asker *a, const struct probe *p, struct net_lawbook *book, struct why *why)
{
	struct grants g = {.approval_count = 0}, none = {.approval_count = 0};
	struct net_law_row *row = &book->law[p->law];
	const struct decision *plain, *good, *bad;
	bool words = p->law == LAW_PERMISSION || about_words(p->law); /* without a permission these are not there, too */
	struct person who;
	TRY(find_person(a, p, &who, why));
	TRY(decide(a, p, p->good, &who, &g, &plain, why));
	if (words)
		take_posts(plain, &row->posts);
	TRY(grant(a, p, &who, &g, &good, why));
	if (g.exception_count && p->law == LAW_MY_NUMBER_FIELDS)
		cite(a, policy_clause(a->policy, g.exceptions[0].clause), &book->law[LAW_MY_NUMBER_PRINCIPLE]);
	TRY(decide(a, p, p->bad, &who, words ? &none : &g, &bad, why));
	if (bad->outside || bad->verdict == PASS)
		return ok();
	cite(a, minding(plain, good, bad), row);
	book->remote_closed |= p->law == LAW_REMOTE_PERMITS && good->verdict != PASS;
	return ok();
}

/* ---- the exceptions that only some texts know ---------------------------------------- */

static const struct probe public_body = {
	LAW_MY_NUMBER_PEER, "flow", of_flow,
	{SIDES("my_number", "lgwan"), {"peer_on_internet", "yes"}, {"target.faces_internet", "yes"}, {"target.public_body", "yes"},
	 {"target.assured_safe", "yes"}},
	{{NULL, NULL}}};

static struct result ask_public(const struct asker *a, struct net_lawbook *book, struct why *why)
{
	struct grants g = {.approval_count = 0};
	const struct decision *d;
	struct person who;
	TRY(find_person(a, &public_body, &who, why));
	TRY(grant(a, &public_body, &who, &g, &d, why));
	book->public_peer = d->verdict == PASS && !d->outside;
	return ok();
}

/* Where nobody's word is asked for, a clause may still open flows to the holder of a
 * post alone: found by asking as each of them.                               */
static struct result ask_alone(struct asker *a, struct net_posts *posts, struct why *why)
{
	static const struct probe p = {LAW_PERMISSION, "flow", of_flow, {SIDES("my_number", "lgwan")}, {{NULL, NULL}}};
	struct grants g = {.approval_count = 0};
	const struct decision *d;
	struct person who;
	size_t all = a->post_count;
	struct policy_holding *held = a->posts;
	TRY(find_person(a, &p, &who, why));
	TRY(grant(a, &p, &who, &g, &d, why));
	a->post_count = 0;
	TRY(decide(a, &p, p.good, &who, &g, &d, why));
	bool anybody = d->verdict == PASS;
	for (size_t i = 0; i < all && !anybody && posts->count < LAW_POSTS; i++) {
		a->posts = &held[i];
		a->post_count = 1;
		TRY(decide(a, &p, p.good, &who, &g, &d, why));
		if (d->verdict != PASS)
			continue;
		posts->post[posts->count] = held[i].post;
		posts->title[posts->count] = policy_label(a->policy, NULL, held[i].post);
		posts->group[posts->count++] = 0;
		posts->groups = 1;
	}
	a->posts = held;
	a->post_count = all;
	return ok();
}

struct result permit_lawbook(const struct policy *policy, const char *name, day_t day, struct arena *arena,
                             struct net_lawbook *out, struct why *why)
{
	struct asker a = {.policy = policy, .name = name, .edition = policy_edition_on(policy, name, day), .day = day, .arena = arena};
	*out = (struct net_lawbook){.policy = name};
	if (!a.edition)
		return fail(why, E_ABSENT, name, "この日に施行されているポリシー「%s」がありません。", name);
	if (!policy_sound(policy))
		return fail(why, E_INPUT, name, "ポリシーに誤りがあるので、通信の許可を判断できません。");
	size_t count = policy_post_count(policy, a.edition);
	a.posts = ARENA_ARRAY(arena, count + 1, struct policy_holding);
	if (!a.posts)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	for (size_t i = 0; i < count; i++) {
		const struct policy_post *post = policy_post_at(policy, a.edition, i);
		a.posts[a.post_count++] = (struct policy_holding){post->name, post->per[0] ? "s" : NULL};
	}
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
		TRY(ask(&a, &probes[i], out, why));
	TRY(ask_public(&a, out, why));
	out->education = out->law[LAW_EDUCATION_SPLIT].clause != NULL;
	struct net_posts *orders = &out->law[LAW_CUT].posts;
	if (!orders->count)
		*orders = out->law[LAW_PERMISSION].posts;
	if (!orders->count)
		TRY(ask_alone(&a, orders, why));
	return ok();
}

const char *permit_held(const struct net_lawbook *book, const char *const *held, size_t count)
{
	const struct net_posts *posts = &book->law[LAW_CUT].posts;
	for (size_t p = 0; p < posts->count; p++)
		for (size_t i = 0; i < count; i++)
			if (strcmp(posts->post[p], held[i]) == 0)
				return posts->post[p];
	return NULL;
}

const char *permit_clause(const struct net_lawbook *book, enum net_law law)
{
	static const enum net_law order[] = {LAW_PERMISSION, LAW_MY_NUMBER_FIELDS, LAW_LGWAN_SPLIT};
	if (book->law[law].clause)
		return book->law[law].clause;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (book->law[order[i]].clause)
			return book->law[order[i]].clause;
	return NULL;
}
