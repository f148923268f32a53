/* The laws of section 7, each over generated policies and acts with fixed seeds. */
#include "generate.h"
#include "kit.h"

#include <stdio.h>

enum { POLICIES = 120, ACTS = 40 };

struct trial { /* a generated policy, and room for decisions */
	struct dice dice;
	struct buffer text;
	struct kit kit;
	struct arena *arena;
};

static bool trial_begin(struct trial *t, uint64_t seed)
{
	*t = (struct trial){.dice = {seed}, .arena = arena_new(8 << 20)};
	buffer_init(&t->text, 1 << 20);
	generate_policy(&t->dice, 3 + below(&t->dice, 8), &t->text);
	CHECK_OK(kit_load(&t->kit, buffer_cstr(&t->text)), &t->kit.why);
	CHECK(t->kit.policy && policy_sound(t->kit.policy));
	return t->kit.policy && policy_sound(t->kit.policy);
}

static void trial_end(struct trial *t)
{
	kit_done(&t->kit);
	buffer_done(&t->text);
	arena_free(t->arena);
}

static const struct decision *decided(const struct policy *policy, struct given_act *g, struct arena *arena)
{
	struct facts *facts = NULL;
	const struct decision *d = NULL;
	struct why why = {0};
	CHECK_OK(given_facts(policy, g, arena, &facts, &why), &why);
	g->question.facts = facts;
	CHECK_OK(policy_decide(policy, &g->question, arena, &d, &why), &why);
	return d;
}

#define FOR_EACH_TRIAL(t, g)                                                                     \
	static struct given_act g;                                                               \
	struct trial t;                                                                          \
	for (uint64_t seed_ = 1; seed_ <= POLICIES; seed_++, trial_end(&t))                      \
		for (unsigned act_ = trial_begin(&t, seed_ * 104729) ? 0 : ACTS; act_ < ACTS;    \
		     act_++, arena_reset(t.arena))                                               \
			if (generate_act(&t.dice, 20 + below(&t.dice, 80), t.kit.policy, &g), true)

/* ---- order never matters */

struct pieces { /* a text cut at every line that begins a clause, policy, set, kind, act ... */
	struct slice at[200];
	size_t count;
};

static bool begins(struct slice line)
{
	static const char *const words[] = {"clause ", "set ", "kind ", "act ", "proceeding ", "task ", "claim ", "register "};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_starts(line, slice_str(words[i])))
			return true;
	return false;
}

/* `policy` lines stay where they are: what follows one belongs to it */
static void shuffle(struct dice *d, struct slice text, struct buffer *out)
{
	struct pieces p = {.count = 0};
	size_t from = 0;
	while (from <= text.len) {
		struct slice rest = slice_part(text, from, text.len);
		size_t end = slice_find(rest, SLICE("\n"));
		size_t next = end == SIZE_MAX ? text.len + 1 : from + end + 1;
		bool header = slice_starts(rest, SLICE("policy ")), last = next > text.len;
		if ((begins(rest) || header || p.count == 0) && p.count < 199)
			p.at[p.count++] = slice_part(text, from, 0);
		p.at[p.count - 1].len = (size_t)(text.at + (last ? text.len : next) - p.at[p.count - 1].at);
		if (header || last) {
			size_t kept = header ? p.count - 1 : p.count;
			for (size_t i = kept; i > 1; i--) {
				size_t j = below(d, (unsigned)i);
				struct slice swap = p.at[i - 1];
				p.at[i - 1] = p.at[j];
				p.at[j] = swap;
			}
			for (size_t i = 0; i < kept; i++)
				buffer_put_slice(out, p.at[i]);
			buffer_put_slice(out, header ? slice_part(rest, 0, end + 1) : SLICE(""));
			p.count = 0;
		}
		from = next;
	}
}

static int times_spoken(const struct decision *d, const char *clause, enum effect effect)
{
	int n = 0;
	for (size_t i = 0; i < d->spoken_count; i++)
		n += d->spoken[i].effect == effect && strcmp(d->spoken[i].clause->id, clause) == 0;
	return n;
}

static bool same_answer(const struct decision *a, const struct decision *b)
{
	if (a->verdict != b->verdict || a->outside != b->outside || a->spoken_count != b->spoken_count ||
	    a->record_count != b->record_count || a->notify_count != b->notify_count || a->missing_count != b->missing_count)
		return false;
	for (size_t i = 0; i < a->spoken_count; i++)
		if (times_spoken(a, a->spoken[i].clause->id, a->spoken[i].effect) !=
		    times_spoken(b, a->spoken[i].clause->id, a->spoken[i].effect))
			return false;
	return true;
}

TEST(the_order_of_clauses_never_matters)
{
	static struct given_act g;
	unsigned compared = 0;
	for (uint64_t seed = 1; seed <= POLICIES; seed++) {
		struct trial t;
		struct kit other = {.arena = NULL};
		struct buffer turned;
		bool good = trial_begin(&t, seed * 15485863);
		buffer_init(&turned, 1 << 20);
		shuffle(&t.dice, buffer_slice(&t.text), &turned);
		CHECK_INT(buffer_slice(&turned).len, buffer_slice(&t.text).len);
		CHECK_OK(kit_load(&other, buffer_cstr(&turned)), &other.why);
		CHECK(other.policy && policy_sound(other.policy));
		for (unsigned i = 0; good && other.policy && i < ACTS; i++, arena_reset(t.arena)) {
			generate_act(&t.dice, 20 + below(&t.dice, 80), t.kit.policy, &g);
			const struct decision *a = decided(t.kit.policy, &g, t.arena), *b = decided(other.policy, &g, t.arena);
			CHECK(same_answer(a, b));
			compared++;
		}
		buffer_done(&turned);
		kit_done(&other);
		trial_end(&t);
	}
	CHECK_INT(compared, POLICIES * ACTS);
}

/* ---- more facts never turn pass or refuse into anything else */

static bool below_path(const char *path, const char *top)
{
	size_t n = strlen(top);
	return strncmp(path, top, n) == 0 && (!path[n] || path[n] == '.' || path[n] == '[');
}

static bool forgotten(const char *path, const char *top)
{
	size_t n = strlen(top);
	return strcmp(path, top) == 0 || (strncmp(path, top, n) == 0 && path[n] == '[');
}

static struct given_act forget(struct dice *d, const struct given_act *g)
{
	struct given_act less = *g;
	for (unsigned i = 1 + below(d, 6); i > 0 && less.fact_count; i--) {
		char path[SLOW_PATH];
		bool whole = chance(d, 30);
		size_t kept = 0;
		snprintf(path, sizeof path, "%s", less.fact[below(d, (unsigned)less.fact_count)].path);
		for (size_t k = 0; k < less.fact_count; k++)
			if (whole ? !below_path(less.fact[k].path, path) : !forgotten(less.fact[k].path, path))
				less.fact[kept++] = less.fact[k];
		less.fact_count = kept;
	}
	if (chance(d, 30))
		less.item_count = 0;
	if (chance(d, 30))
		less.post_count = 0;
	if (chance(d, 30))
		less.word_count = 0;
	less.question.claims = less.claim;
	less.question.approvals = less.approval;
	less.question.exceptions = less.exception;
	less.question.seats = less.seat;
	if (less.post_count)
		less.posts[0].held = less.held;
	return less;
}

TEST(more_facts_turn_only_a_hold)
{
	unsigned told = 0;
	FOR_EACH_TRIAL(t, g)
	{
		static struct given_act less;
		less = forget(&t.dice, &g);
		less.question.claims = less.claim;
		less.question.approvals = less.approval;
		less.question.exceptions = less.exception;
		less.question.seats = less.seat;
		if (less.post_count)
			less.posts[0].held = less.held;
		const struct decision *few = decided(t.kit.policy, &less, t.arena), *all = decided(t.kit.policy, &g, t.arena);
		told += few->verdict != HOLD;
		CHECK(few->verdict == HOLD || few->verdict == all->verdict);
		CHECK(!few->outside || all->outside);
		if (few->verdict != HOLD && few->verdict != all->verdict)
			printf("  seed %llu: %s with fewer facts, %s with all\n%s\n", (unsigned long long)seed_, verdict_name(few->verdict),
			       verdict_name(all->verdict), buffer_cstr(&t.text));
	}
	CHECK(told > POLICIES * ACTS / 10);
}

/* ---- a forbid that is added */

TEST(a_forbid_added_never_turns_refuse_into_pass)
{
	static const char *const forbids[] = {"forbid send", "forbid keep_in when actor.suspended", "forbid wave in-principle",
	                                      "forbid send when object.personal absolute", "forbid wave should"};
	static struct given_act g;
	unsigned refused = 0;
	for (uint64_t seed = 1; seed <= POLICIES; seed++) {
		struct trial t;
		struct kit more;
		bool good = trial_begin(&t, seed * 32452843);
		char *text = arena_printf(t.arena, "%sclause PA-more \"増\" says \"禁じる\" %s\n", "", forbids[seed % 5]);
		struct buffer whole;
		buffer_init(&whole, 1 << 20);
		struct slice at = buffer_slice(&t.text);
		size_t second = slice_find(at, SLICE("policy town_b"));
		buffer_put_slice(&whole, slice_part(at, 0, second == SIZE_MAX ? at.len : second));
		buffer_put_str(&whole, text ? text : "");
		buffer_put_slice(&whole, second == SIZE_MAX ? SLICE("") : slice_part(at, second, at.len));
		CHECK_OK(kit_load(&more, buffer_cstr(&whole)), &more.why);
		for (unsigned i = 0; good && more.policy && i < ACTS; i++, arena_reset(t.arena)) {
			generate_act(&t.dice, 60 + below(&t.dice, 40), t.kit.policy, &g);
			const struct decision *a = decided(t.kit.policy, &g, t.arena), *b = decided(more.policy, &g, t.arena);
			bool lifted = times_spoken(b, "PA-more", EFFECT_LIFTED) > 0; /* a lift of it opens: section 7, 3 (a), (b) */
			refused += a->verdict == REFUSE;
			CHECK(a->verdict != REFUSE || b->verdict != PASS || lifted);
		}
		buffer_done(&whole);
		kit_done(&more);
		trial_end(&t);
	}
	CHECK(refused > 100);
}

/* ---- without an opener nothing passes whose default is refuse */

TEST(nothing_passes_unopened)
{
	unsigned passed = 0;
	FOR_EACH_TRIAL(t, g)
	{
		const struct decision *d = decided(t.kit.policy, &g, t.arena);
		bool opened = false;
		for (size_t i = 0; i < d->spoken_count; i++)
			opened |= d->spoken[i].effect == EFFECT_OPEN || d->spoken[i].effect == EFFECT_LIFTED;
		bool refusing = strcmp(g.act, "send") == 0;
		passed += refusing && d->verdict == PASS;
		CHECK(!refusing || d->verdict != PASS || opened);
	}
	CHECK(passed > 5);
}

/* ---- an absolute forbid refuses under all claims and grants */

static bool absolutely_refused(const struct decision *d)
{
	for (size_t i = 0; i < d->spoken_count; i++)
		if (strcmp(d->spoken[i].strength, "absolute") == 0 && strcmp(d->spoken[i].verb, "forbid") == 0 &&
		    d->spoken[i].effect == EFFECT_REFUSE)
			return true;
	return false;
}

/* everything that could be said for the act */
static void plead(struct given_act *g)
{
	static const char *const claims[] = {"needed", "urgent", "unavoidable", "not_needed", "not_needed", "not_needed"};
	static const char *const ids[] = {"PA-0", "PA-1", "PA-2", "PA-3"};
	for (size_t i = 0; i < 6; i++)
		g->claim[i] = (struct policy_claim){claims[i], "理由", i > 2 ? ids[i - 3] : NULL};
	for (size_t i = 0; i < 4; i++)
		g->exception[i] = (struct policy_exception){ids[i], NULL};
	for (size_t i = 0; i < g->question.approval_count; i++)
		g->approval[i].agreed = true;
	g->question.claim_count = 6;
	g->question.exception_count = 4;
}

TEST(an_absolute_forbid_refuses_whatever_is_said)
{
	unsigned seen = 0;
	FOR_EACH_TRIAL(t, g)
	{
		if (!absolutely_refused(decided(t.kit.policy, &g, t.arena)))
			continue;
		plead(&g);
		const struct decision *d = decided(t.kit.policy, &g, t.arena);
		seen++;
		CHECK_INT(d->verdict, REFUSE);
		CHECK(absolutely_refused(d));
	}
	CHECK(seen > 20);
}

/* ---- several policies: the strictest */

TEST(of_several_policies_the_strictest_answers)
{
	unsigned both = 0;
	FOR_EACH_TRIAL(t, g)
	{
		if (policy_edition_count(t.kit.policy) < 2)
			continue;
		struct policy_question *q = &g.question;
		q->policies = generated_policies;
		q->policy_count = 2;
		const struct decision *all = decided(t.kit.policy, &g, t.arena);
		q->policy_count = 1;
		const struct decision *a = decided(t.kit.policy, &g, t.arena);
		q->policies = &generated_policies[1];
		const struct decision *b = decided(t.kit.policy, &g, t.arena);
		both++;
		CHECK_INT(all->outside, a->outside && b->outside);
		if (a->outside || b->outside)
			CHECK(all->verdict == (a->outside ? b->verdict : a->verdict));
		else
			CHECK(all->verdict == (a->verdict < b->verdict ? a->verdict : b->verdict));
	}
	CHECK(both > 100);
}

/* ---- the same question twice, whatever lies in memory */

TEST(deciding_is_a_function)
{
	FOR_EACH_TRIAL(t, g)
	{
		const struct decision *a = decided(t.kit.policy, &g, t.arena), *b = decided(t.kit.policy, &g, t.arena);
		CHECK(same_answer(a, b));
	}
}

/* ---- nobody approves his own application, nobody counts twice */

TEST(no_person_signs_twice_or_for_himself)
{
	unsigned signed_routes = 0;
	FOR_EACH_TRIAL(t, g)
	{
		const struct decision *d = decided(t.kit.policy, &g, t.arena);
		const char *actor = NULL;
		for (size_t i = 0; i < g.fact_count; i++)
			if (strcmp(g.fact[i].path, "actor") == 0)
				actor = g.fact[i].text;
		for (size_t i = 0; i < d->approval_count; i++) {
			const struct wanted_route *w = &d->approvals[i];
			for (size_t k = 0; k < w->slot_count; k++) {
				const struct policy_approval *by = w->slots[k]->by;
				if (!by)
					continue;
				signed_routes++;
				CHECK(!w->distinct_from_actor || (actor && strcmp(by->person, actor) != 0));
				for (size_t j = 0; j < k; j++)
					CHECK(!w->slots[j]->by || w->slots[j]->state == ROUTE_DECLINED || w->slots[k]->state == ROUTE_DECLINED ||
					      strcmp(w->slots[j]->by->person, by->person) != 0);
			}
		}
	}
	CHECK(signed_routes > 100);
}

MAIN_TESTS()
