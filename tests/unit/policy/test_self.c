/* Nobody permits his own application, and nobody counts twice: exhaustively, over
 * every way in which four persons can hold six posts (兼務), every applicant, one
 * person absent or none (代決 by the post below), the second post delegated or not
 * (専決), and every route of the table.  All who may sign do sign; the act passes
 * exactly if different persons other than the applicant can fill the route. */
#include "kit.h"

enum { POSTS = 6, PERSONS = 4, EMPLOYED = 4096 /* PERSONS to the POSTS */ };

static const char *const posts[POSTS] = {"chief", "second", "deputy", "officer", "manager", "clerk"};
static const char *const persons[PERSONS] = {"abe", "baba", "chiba", "doi"};

/* a route as text, and the same as ways: each a set of posts that must all sign */
static const struct route_row {
	const char *text;
	const char *ways[4]; /* letters: c s d o m k */
} routes[] = {
	{"manager of object.owner", {"m"}},
	{"chief and second", {"cs"}},
	{"chief or second", {"c", "s"}},
	{"second and manager of object.owner", {"sm"}},
	{"(second or manager of object.owner) then chief", {"sc", "mc"}},
	{"chief and second and deputy", {"csd"}},
	{"clerk then manager of object.owner then officer then chief", {"kmoc"}},
	{"(deputy and manager of object.owner) or (officer and clerk)", {"dm", "ok"}},
	{"(chief or second) and (deputy or officer)", {"cd", "co", "sd", "so"}},
};
enum { ROUTES = sizeof routes / sizeof *routes };

static size_t post_of(char letter)
{
	return (size_t)(strchr("csdomk", letter) - "csdomk");
}

struct town { /* who may sign for a post: a bit for each person */
	unsigned may[POSTS];
	unsigned applicant;
};

static bool different(const struct town *t, const char *way, unsigned used)
{
	if (!*way)
		return true;
	for (unsigned p = 0; p < PERSONS; p++)
		if (p != t->applicant && !(used >> p & 1) && (t->may[post_of(*way)] >> p & 1) && different(t, way + 1, used | 1u << p))
			return true;
	return false;
}

static bool should_pass(const struct town *t, const struct route_row *r)
{
	for (size_t i = 0; i < 4 && r->ways[i]; i++)
		if (different(t, r->ways[i], 0))
			return true;
	return false;
}

static struct town town_of(unsigned employed, unsigned applicant, unsigned absent, bool delegated)
{
	struct town t = {.applicant = applicant};
	unsigned holder[POSTS];
	for (size_t i = 0; i < POSTS; i++, employed /= PERSONS)
		holder[i] = employed % PERSONS;
	for (size_t i = 0; i < POSTS; i++) {
		bool away = holder[i] == absent;
		t.may[i] = away ? 0 : 1u << holder[i];
		if (away && i + 1 < POSTS && holder[i + 1] != absent) /* the post below stands in */
			t.may[i] = 1u << holder[i + 1];
	}
	if (delegated)
		t.may[1] |= t.may[2];
	return t;
}

static enum verdict ask(const struct kit *k, const struct town *t, struct facts *const *facts, struct arena *arena)
{
	struct policy_approval said[POSTS * PERSONS];
	const struct decision *d = NULL;
	size_t n = 0;
	for (size_t i = 0; i < POSTS; i++)
		for (unsigned p = 0; p < PERSONS; p++)
			if (t->may[i] >> p & 1)
				said[n++] = (struct policy_approval){persons[p], posts[i], i == 4 ? "tax" : NULL, true, NULL};
	struct policy_question q = {.day = 20600, .facts = facts[t->applicant], .approvals = said, .approval_count = n};
	arena_reset(arena);
	CHECK_INT(policy_decide(k->policy, &q, arena, &d, NULL).code, OK);
	return d ? d->verdict : REFUSE;
}

static void one_route(const struct route_row *r, unsigned long *asked, unsigned long *passed)
{
	struct kit k;
	char text[2000];
	struct facts *facts[PERSONS] = {NULL};
	struct arena *arena = arena_new(1 << 20);
	unsigned wrong = 0;
	snprintf(text, sizeof text, "policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"
		"kind asset \"資産\" { owner \"所管\" : section; }\n"
		"act go \"外出\" of asset default refuse outside refuse carried by web\n"
		"clause TN-0 \"0\" says \"職\" post chief \"長\" one held-by title \"長\" post second \"次長\" one held-by title \"次\"\n"
		"post deputy \"副\" one held-by title \"副\" post officer \"責任者\" one held-by title \"責\" post clerk \"係\" one held-by title \"係\"\n"
		"post manager \"課長\" per section held-by head of section separate applicant from approver unless claimed unavoidable\n"
		"clause TN-1 \"1\" says \"許可\" permit go by %s\nclaim unavoidable \"やむを得ない\"\n", r->text);
	CHECK_OK(kit_load(&k, text), &k.why);
	CHECK(k.policy && policy_sound(k.policy));
	for (unsigned p = 0; p < PERSONS; p++) {
		CHECK_OK(facts_new(k.policy, "go", k.arena, &facts[p], &k.why), &k.why);
		CHECK_OK(facts_set_any(facts[p], "actor", persons[p], &k.why), &k.why);
		CHECK_OK(facts_set_any(facts[p], "object.owner", "tax", &k.why), &k.why);
	}
	for (unsigned employed = 0; employed < EMPLOYED; employed++)
		for (unsigned rest = 0; rest < PERSONS * (PERSONS + 1) * 2; rest++) {
			struct town t = town_of(employed, rest % PERSONS, rest / PERSONS % (PERSONS + 1), rest >= PERSONS * (PERSONS + 1));
			enum verdict want = should_pass(&t, r) ? PASS : HOLD, got = ask(&k, &t, facts, arena);
			++*asked;
			*passed += got == PASS;
			if (got != want && wrong++ < 3)
				printf("  %s: employed %u, applicant %s, case %u: %s, not %s\n", r->text, employed, persons[t.applicant], rest,
				       verdict_name(got), verdict_name(want));
		}
	CHECK_INT(wrong, 0);
	arena_free(arena);
	kit_done(&k);
}

TEST(nobody_permits_his_own_application_in_any_organisation)
{
	unsigned long asked = 0, passed = 0;
	for (size_t i = 0; i < ROUTES; i++)
		one_route(&routes[i], &asked, &passed);
	printf("%lu applications, %lu permitted\n", asked, passed);
	CHECK(passed > asked / 20 && passed < asked / 10 * 9);
}

MAIN_TESTS()
