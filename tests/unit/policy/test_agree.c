/* The room and the slow evaluator agree, on generated policies and acts and on
 * random acts under the real ones.  SEKISHO_ACTS sets how many acts. */
#include "generate.h"
#include "kit.h"
#include "policy/folder.h"
#include "policy/model.h"

enum { ACTS_OF_ONE = 200 };

static unsigned acts_wanted(unsigned standard)
{
	const char *text = getenv("SEKISHO_ACTS");
	return text && text[0] ? (unsigned)strtoul(text, NULL, 10) : standard;
}

/* how often something was said: the same clause may speak more than once */
static int times_fast(const struct decision *d, const struct slow_spoke *s)
{
	int n = 0;
	bool record = strcmp(s->verb, "record") == 0, duty = strcmp(s->verb, "duty") == 0;
	for (size_t i = 0; !record && !duty && i < d->spoken_count; i++)
		n += strcmp(d->spoken[i].clause->id, s->clause) == 0 && strcmp(d->spoken[i].verb, s->verb) == 0 &&
		     d->spoken[i].effect == s->effect;
	for (size_t i = 0; record && i < d->record_count; i++)
		n += strcmp(d->records[i].clause->id, s->clause) == 0 && d->records[i].certain == (s->effect == EFFECT_MET);
	for (size_t i = 0; duty && i < d->due_count; i++)
		n += strcmp(d->due[i].clause->id, s->clause) == 0 && d->due[i].certain == (s->effect == EFFECT_MET);
	for (size_t i = 0; duty && i < d->notify_count; i++)
		n += strcmp(d->notify[i].clause->id, s->clause) == 0 && d->notify[i].certain == (s->effect == EFFECT_MET);
	return n;
}

static int times_slow(const struct slow_answer *a, const struct slow_spoke *s)
{
	int n = 0;
	for (size_t i = 0; i < a->count; i++)
		n += strcmp(a->spoke[i].clause, s->clause) == 0 && strcmp(a->spoke[i].verb, s->verb) == 0 && a->spoke[i].effect == s->effect;
	return n;
}

/* met list items are told by the room for the list as a whole too */
static bool whole_list(const char *verb, enum effect effect)
{
	return strcmp(verb, "item") == 0 && effect == EFFECT_MET;
}

static bool counted(const struct spoken *s)
{
	bool reach = strcmp(s->verb, "governs") == 0 || strcmp(s->verb, "leaves") == 0;
	return !reach && !whole_list(s->verb, s->effect);
}

static bool same(const struct decision *d, const struct slow_answer *a)
{
	size_t fast = d->record_count + d->due_count + d->notify_count, slow = 0;
	if (d->verdict != a->verdict || d->outside != a->outside)
		return false;
	for (size_t i = 0; i < d->spoken_count; i++)
		fast += counted(&d->spoken[i]);
	for (size_t i = 0; i < a->count; i++) {
		if (whole_list(a->spoke[i].verb, a->spoke[i].effect))
			continue;
		slow++;
		if (times_fast(d, &a->spoke[i]) != times_slow(a, &a->spoke[i]))
			return false;
	}
	return fast == slow;
}

static void print_act(const struct given_act *g, const struct decision *d, const struct slow_answer *a)
{
	printf("  act %s on day %d: fast %s%s, slow %s%s\n", g->act, (int)g->question.day, verdict_name(d->verdict),
	       d->outside ? " outside" : "", verdict_name(a->verdict), a->outside ? " outside" : "");
	for (size_t i = 0; i < g->fact_count; i++)
		printf("    %s = %s\n", g->fact[i].path, g->fact[i].text);
	for (size_t i = 0; i < g->question.claim_count; i++)
		printf("    claim %s %s\n", g->claim[i].name, g->claim[i].clause ? g->claim[i].clause : "");
	for (size_t i = 0; i < g->question.approval_count; i++)
		printf("    approval %s %s %s %d\n", g->approval[i].person, g->approval[i].post, g->approval[i].of ? g->approval[i].of : "", g->approval[i].agreed);
	for (size_t i = 0; i < g->question.seat_count; i++)
		printf("    seat %s %s %s\n", g->seat[i].person, g->seat[i].post, g->seat[i].of ? g->seat[i].of : "");
	for (size_t i = 0; i < g->item_count; i++)
		printf("    item %s %s %d\n", g->item[i].list, g->item[i].item, g->item[i].answer);
	for (size_t i = 0; i < d->spoken_count; i++)
		printf("    fast: %s %s %s\n", d->spoken[i].clause->id, d->spoken[i].verb, effect_name(d->spoken[i].effect));
	for (size_t i = 0; i < a->count; i++)
		printf("    slow: %s %s %s\n", a->spoke[i].clause, a->spoke[i].verb, effect_name(a->spoke[i].effect));
}

struct tally { unsigned long acts, wrong, verdict[3], outside; };

static bool one_act(const struct policy *policy, struct given_act *g, struct arena *arena, struct tally *tally)
{
	static struct slow_answer slow;
	struct facts *facts = NULL;
	const struct decision *d = NULL;
	struct why why = {0};
	struct slow_question q = given_slow(policy, g);
	arena_reset(arena);
	CHECK_OK(given_facts(policy, g, arena, &facts, &why), &why);
	g->question.facts = facts;
	CHECK_OK(policy_decide(policy, &g->question, arena, &d, &why), &why);
	if (!d)
		return false;
	slow_decide(&q, &slow);
	tally->acts++;
	tally->verdict[d->verdict]++;
	tally->outside += d->outside;
	if (same(d, &slow))
		return true;
	if (tally->wrong++ < 2)
		print_act(g, d, &slow);
	return false;
}

static void print_findings(const struct findings *f, const char *text)
{
	struct buffer line;
	buffer_init(&line, 65536);
	for (const struct finding *one = f->first; one; one = one->next)
		finding_line(one, &line);
	printf("%s%s\n", buffer_cstr(&line), text);
	buffer_done(&line);
}

TEST(the_slow_evaluator_agrees_on_generated_policies)
{
	unsigned wanted = acts_wanted(100000);
	struct tally tally = {0};
	struct arena *arena = arena_new(16 << 20);
	static struct given_act g;
	for (uint64_t seed = 1; tally.acts < wanted && tally.wrong < 3; seed++) {
		struct dice d = {seed * 7919};
		struct kit k;
		struct buffer text;
		buffer_init(&text, 1 << 20);
		generate_policy(&d, 3 + below(&d, 10), &text);
		struct result loaded = kit_load(&k, buffer_cstr(&text));
		bool sound = loaded.code == OK && policy_sound(k.policy);
		CHECK(sound);
		if (!sound) {
			printf("  seed %llu: %s %s\n", (unsigned long long)seed, k.why.place, k.why.text);
			print_findings(&k.findings, buffer_cstr(&text));
			tally.wrong = 3;
		}
		for (unsigned i = 0; sound && i < ACTS_OF_ONE && tally.wrong < 2; i++) {
			generate_act(&d, 20 + below(&d, 80), k.policy, &g);
			if (!one_act(k.policy, &g, arena, &tally) && tally.wrong < 2)
				printf("  seed %llu\n%s", (unsigned long long)seed, buffer_cstr(&text));
		}
		buffer_done(&text);
		kit_done(&k);
	}
	printf("%lu acts: refuse %lu, hold %lu, pass %lu; outside %lu; different %lu\n", tally.acts, tally.verdict[REFUSE],
	       tally.verdict[HOLD], tally.verdict[PASS], tally.outside, tally.wrong);
	CHECK_INT(tally.wrong, 0);
	/* a generator that only ever refuses would prove little */
	CHECK(tally.verdict[PASS] > tally.acts / 50 && tally.verdict[REFUSE] > tally.acts / 50 && tally.verdict[HOLD] > tally.acts / 50);
	arena_free(arena);
}

/* ---- the real policies, with facts drawn by the vocabulary's types */

static void real_value(struct dice *d, const struct policy *policy, const struct ftype *type, struct slow_fact *f)
{
	static const char *const spans[] = {"1 hour", "24 hours", "3 days", "1 month", "2 years", "5 working-days"};
	static const char *const days[] = {"2022-07-01", "2025-04-01", "2026-05-01", "2027-03-31"};
	unsigned n = 0;
	switch (type->base) {
	case FACT_YESNO:
		snprintf(f->text, sizeof f->text, "%s", chance(d, 50) ? "yes" : "no");
		return;
	case FACT_DATE:
		snprintf(f->text, sizeof f->text, "%s", days[below(d, 4)]);
		return;
	case FACT_DURATION:
		snprintf(f->text, sizeof f->text, "%s", spans[below(d, 6)]);
		return;
	case FACT_NUMBER:
		snprintf(f->text, sizeof f->text, "%u", below(d, 6));
		return;
	case FACT_SIZE:
		snprintf(f->text, sizeof f->text, "%u", below(d, 64) << 20);
		return;
	case FACT_WORD:
		for (const struct name *w = type->words; w; w = w->next)
			n++;
		n = below(d, n);
		for (const struct name *w = type->words; w; w = w->next, n--)
			if (n == 0)
				snprintf(f->text, sizeof f->text, "%s", w->text);
		return;
	case FACT_LEVEL: {
		const struct scale *s = policy->books ? scale_find(policy->books, type->scale) : NULL;
		snprintf(f->text, sizeof f->text, "%s", s ? s->levels[below(d, s->count)] : "");
		return;
	}
	case FACT_NONE:
	case FACT_TEXT:
	case FACT_PERSON:
	case FACT_SECTION:
	case FACT_POST:
	case FACT_ROW:
	case FACT_SET:
		break;
	}
	snprintf(f->text, sizeof f->text, "p%u", below(d, 5));
}

static void real_facts(struct dice *d, const struct policy *policy, const struct shape *shape, const char *prefix,
                       unsigned known, unsigned depth, struct given_act *g);

static void real_fact(struct dice *d, const struct policy *policy, const struct field *field, const char *path,
                      unsigned known, unsigned depth, struct given_act *g)
{
	const struct ftype *t = &field->type;
	struct slow_fact f;
	snprintf(f.path, sizeof f.path, "%s", path);
	if (g->fact_count == SLOW_FACTS || t->base == FACT_NONE || t->base == FACT_POST || !chance(d, known))
		return;
	if (t->base == FACT_SET) {
		unsigned n = t->member->shape ? below(d, 3) : 0;
		snprintf(f.text, sizeof f.text, "%u", n);
		g->fact[g->fact_count++] = f;
		for (unsigned i = 0; i < n && depth; i++) {
			char member[SLOW_PATH];
			snprintf(member, sizeof member, "%.120s[%u]", path, i);
			real_facts(d, policy, t->member->shape, member, known, depth - 1, g);
		}
		return;
	}
	real_value(d, policy, t, &f);
	if (f.text[0])
		g->fact[g->fact_count++] = f;
	if (t->shape && depth)
		real_facts(d, policy, t->shape, path, known, depth - 1, g);
}

static void real_facts(struct dice *d, const struct policy *policy, const struct shape *shape, const char *prefix,
                       unsigned known, unsigned depth, struct given_act *g)
{
	for (const struct field *f = shape->fields; f; f = f->next) {
		char path[SLOW_PATH];
		snprintf(path, sizeof path, "%.100s%s%s", prefix, prefix[0] ? "." : "", f->name);
		if (!f->step)
			real_fact(d, policy, f, path, known, depth, g);
	}
}

static const struct act *draw_act(struct dice *d, const struct policy *policy)
{
	const struct act *act;
	unsigned n;
	do {
		act = policy->acts;
		for (n = below(d, policy->act_count); n; n--)
			act = act->next;
	} while (act->event || act->derived);
	return act;
}

static void real_question(struct dice *d, const struct policy *policy, const char *const *name, struct given_act *g)
{
	static const char *const claims[] = {"unavoidable", "not_needed", "urgent", "needed"};
	*g = (struct given_act){.fact_count = 0};
	const struct act *act = draw_act(d, policy);
	snprintf(g->act, sizeof g->act, "%s", act->name);
	real_facts(d, policy, act->row, "", 10 + below(d, 90), 2, g);
	g->question = (struct policy_question){.policies = name, .policy_count = 1, .claims = g->claim, .exceptions = g->exception,
	                                       .day = 20600 + (day_t)below(d, 200)};
	for (unsigned i = below(d, 4); i > 0; i--)
		g->claim[g->question.claim_count++] = (struct policy_claim){claims[below(d, 4)], "理由",
			policy->by_id[below(d, (unsigned)policy->id_count)]->id};
	for (unsigned i = chance(d, 30); i > 0; i--)
		g->exception[g->question.exception_count++] = (struct policy_exception){policy->by_id[below(d, (unsigned)policy->id_count)]->id, NULL};
}

static void agree_on(const char *folder, unsigned wanted, struct tally *tally)
{
	struct arena *arena = arena_new(128 << 20), *work = arena_new(16 << 20);
	struct policy *policy = NULL;
	struct why why = {0};
	static struct given_act g;
	struct dice d = {wanted};
	CHECK_OK(policy_load_edition(SEKISHO_SOURCE, folder, arena, &policy, NULL, &why), &why);
	const struct policy_edition *edition = policy ? policy_edition_in(policy, folder) : NULL;
	CHECK(edition && policy_sound(policy));
	for (unsigned i = 0; edition && i < wanted && tally->wrong < 3; i++) {
		real_question(&d, policy, &edition->name, &g);
		one_act(policy, &g, work, tally);
	}
	arena_free(work);
	arena_free(arena);
}

TEST(the_slow_evaluator_agrees_on_the_real_policies)
{
	static const char *const folders[] = {"hannan-2022-07", "annaka-2026-04", "fuchu-2022-05", "imabari-auditors",
	                                      "fukushima-2023-06"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct tally tally = {0};
		agree_on(folders[i], 3000, &tally);
		printf("%s: %lu acts: refuse %lu, hold %lu, pass %lu; different %lu\n", folders[i], tally.acts, tally.verdict[REFUSE],
		       tally.verdict[HOLD], tally.verdict[PASS], tally.wrong);
		CHECK_INT(tally.wrong, 0);
	}
}

MAIN_TESTS()
