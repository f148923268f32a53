/* Place by place: first the quick way (both lists sorted, the same boxes), then
 * the canonical one.                                                        */
#include "gate/net/prove.h"

#include <stdlib.h>

struct prover {
	const struct atlas *expected;
	const struct ruleset *ruleset;
	const struct difference_sink *sink; /* nullable */
	struct proof *proof;
	uint64_t fuel;
};

/* The accepts of a chain come set by set, each in order: a few ascending runs,
 * merged while they are compared, without moving a box.                      */
enum { RUNS = 24 };
struct runs {
	const struct verdict_box *at;
	size_t next[RUNS], end[RUNS], count;
};

/* runs_of - false: too many, or an accept after a drop */
static bool runs_of(const struct walk_chain *c, struct runs *out)
{
	size_t accepts = 0;
	*out = (struct runs){.at = c->list};
	while (accepts < c->count && c->list[accepts].accept)
		accepts++;
	/* drops after the last accept take nothing away */
	for (size_t i = accepts; i < c->count; i++)
		if (c->list[i].accept)
			return false;
	for (size_t i = 0; i < accepts; out->count++) {
		if (out->count == RUNS)
			return false;
		out->next[out->count] = i++;
		while (i < accepts && box_order(&c->list[i - 1].box, &c->list[i].box) <= 0)
			i++;
		out->end[out->count] = i;
	}
	return true;
}

/* runs_take - the least box of all runs; NULL at the end */
static const struct box *runs_take(struct runs *r)
{
	size_t best = RUNS;
	for (size_t i = 0; i < r->count; i++)
		if (r->next[i] < r->end[i] && (best == RUNS || box_order(&r->at[r->next[i]].box, &r->at[r->next[best]].box) < 0))
			best = i;
	return best == RUNS ? NULL : &r->at[r->next[best]++].box;
}

/* equal_at_once - one chain that only accepts, with the very boxes; the atlas is
 * sorted, and both sides may hold a box twice (two flows that permit the same) */
static bool equal_at_once(const struct boxes *expected, const struct walk *walk)
{
	struct runs runs;
	size_t count = expected ? expected->count : 0, next = 0;
	const struct box *last = NULL;
	if (walk->count != 1 || !runs_of(&walk->chains[0], &runs))
		return false;
	for (const struct box *got = runs_take(&runs); got; got = runs_take(&runs)) {
		if (last && box_equal(last, got))
			continue;
		if (next == count || !box_equal(&expected->at[next], got))
			return false;
		last = got;
		for (next++; next < count && box_equal(&expected->at[next], got); next++)
			;
	}
	return next == count;
}

static uint32_t walked(struct diagrams *d, const struct walk *walk)
{
	uint32_t passes = DIAGRAM_ALL;
	for (size_t i = 0; i < walk->count; i++)
		passes = diagram_meet(d, passes, diagram_of_list(d, walk->chains[i].list, walk->chains[i].count));
	return passes;
}

static uint32_t permits(const struct boxes *expected, const struct box *packet)
{
	struct box both;
	for (size_t i = 0; expected && i < expected->count; i++)
		if (box_meet(&expected->at[i], packet, &both))
			return expected->at[i].owner;
	return OWNER_COMPANION;
}

static void tell(struct prover *p, struct place place, const struct boxes *expected, const struct boxes *found, bool extra)
{
	struct proof *proof = p->proof;
	for (size_t i = 0; i < found->count; i++) {
		struct proof_difference d = {place, found->at[i], extra, OWNER_COMPANION};
		if (!extra)
			d.flow = permits(expected, &found->at[i]);
		if (p->sink)
			p->sink->each(p->sink->context, &d);
		if (proof->count < PROOF_DIFFERENCES)
			proof->at[proof->count] = d;
		proof->count++;
	}
}

static struct result compare(struct prover *p, struct place place, const struct boxes *expected, const struct walk *walk,
                             struct why *why)
{
	AUTO(diagrams_drop) struct diagrams *d = diagrams_new(place.family, p->fuel);
	size_t most = p->sink ? p->sink->most : 1;
	if (!d)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	uint32_t want = diagram_of_boxes(d, expected ? expected->at : NULL, expected ? expected->count : 0);
	uint32_t got = walked(d, walk);
	uint32_t extra = diagram_minus(d, got, want), missing = diagram_minus(d, want, got);
	if (diagrams_failed(d))
		return fail(why, E_LIMIT, "", "規則が込み入りすぎていて、証明しきれません。");
	const uint32_t sets[] = {extra, missing};
	for (size_t i = 0; i < 2; i++) {
		struct boxes found;
		boxes_init(&found, most);
		diagram_boxes(d, sets[i], most, &found);
		tell(p, place, expected, &found, i == 0);
		boxes_done(&found);
	}
	return ok();
}

static struct result prove_place(struct prover *p, struct place place, struct why *why)
{
	const struct boxes *expected = NULL;
	struct walk walk;
	/* interfaces that the model does not know come after its own */
	bool known = (place.in == NO_INTERFACE || place.in < p->expected->names.count) &&
	             (place.out == NO_INTERFACE || place.out < p->expected->names.count);
	if (known)
		expected = atlas_look(p->expected, place);
	struct result r = ruleset_walk(p->ruleset, place, &p->fuel, &walk, why);
	if (r.code == OK) {
		p->proof->places++;
		for (size_t i = 0; i < walk.count; i++)
			p->proof->boxes += walk.chains[i].count;
		p->proof->doubts += walk.uncertain;
		if (walk.uncertain && !p->proof->doubt)
			p->proof->doubt = walk.doubt;
		if (!equal_at_once(expected, &walk))
			r = compare(p, place, expected, &walk, why);
	}
	walk_done(&walk);
	return r;
}

static struct result prove_hook(struct prover *p, enum net_hook hook, enum net_family family, struct why *why)
{
	uint16_t n = p->ruleset->names.count;
	for (uint16_t in = 0; in < (hook == HOOK_OUTPUT ? 1 : n); in++)
		for (uint16_t out = 0; out < (hook == HOOK_INPUT ? 1 : n); out++) {
			struct place place = {hook, family, hook == HOOK_OUTPUT ? NO_INTERFACE : in,
			                      hook == HOOK_INPUT ? NO_INTERFACE : out};
			TRY(prove_place(p, place, why));
		}
	return ok();
}

struct result prove_list(const struct atlas *expected, const struct ruleset *ruleset, uint64_t fuel,
                         const struct difference_sink *sink, struct proof *out, struct why *why)
{
	struct prover p = {expected, ruleset, sink, out, fuel};
	memset(out, 0, sizeof *out);
	for (enum net_hook hook = HOOK_FORWARD; hook < HOOK_COUNT; hook++)
		for (enum net_family family = FAMILY_IP4; family < FAMILY_COUNT; family++) {
			if (family == FAMILY_ARP && hook == HOOK_FORWARD)
				continue; /* ARP is not routed */
			if (ruleset->xtables && family != FAMILY_IP4 && family != FAMILY_IP6)
				continue; /* iptables does not speak of them */
			TRY(prove_hook(&p, hook, family, why));
		}
	if (out->count)
		out->verdict = PROOF_DIFFERS;
	else if (ruleset->unknown_count || out->doubts)
		out->verdict = PROOF_UNKNOWN;
	else
		out->verdict = PROOF_EQUAL;
	if (!out->doubt && ruleset->unknown_count)
		out->doubt = ruleset->unknown[0];
	return ok();
}

struct result prove(const struct atlas *expected, const struct ruleset *ruleset, uint64_t fuel, struct proof *out,
                    struct why *why)
{
	return prove_list(expected, ruleset, fuel, NULL, out, why);
}

struct result ruleset_accepts(const struct ruleset *ruleset, struct place place, uint64_t fuel, size_t most,
                              struct boxes *out, bool *doubt, struct why *why)
{
	AUTO(walk_drop) struct walk walk = {.count = 0};
	TRY(ruleset_walk(ruleset, place, &fuel, &walk, why));
	AUTO(diagrams_drop) struct diagrams *d = diagrams_new(place.family, fuel);
	if (!d)
		return fail(why, E_MEMORY, "", "メモリーが足りません。");
	uint32_t passes = walked(d, &walk);
	*doubt = walk.uncertain;
	if (diagrams_failed(d) || !diagram_boxes(d, passes, most, out))
		return fail(why, E_LIMIT, "", "規則が込み入りすぎていて、調べきれません。");
	return ok();
}

static const char *shown(const struct ruleset *r, uint16_t name)
{
	if (name == NO_INTERFACE || name >= r->names.count)
		return "-";
	return r->names.name[name][0] ? r->names.name[name] : "(ほかの接続口)";
}

void difference_write(const struct net_model *model, const struct ruleset *ruleset, const struct proof_difference *d,
                      struct buffer *out)
{
	struct place place = d->place;
	packet_write(&place, &d->packet, shown(ruleset, place.in), shown(ruleset, place.out), out);
	if (d->extra)
		buffer_put_str(out, ": 通りますが、許可した人がいません。");
	else if (d->flow < model->flow_count)
		buffer_printf(out, ": 許可 %.*s がありますが、通りません。", SLICE_ARG(model->flows[d->flow].id));
	else
		buffer_put_str(out, ": 許可された通信に要るものですが、通りません。");
}
