/* Every allocation failure of the reader and of a decision is survived: an arena
 * born with each ceiling fails at each of its allocations in turn.            */
#include "kit.h"
#include "policy/model.h"

enum { STEP = 16 };

static const char text[] =
	"policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"
	"kind asset \"資産\" { personal \"個人\" : yesno; owner \"所管\" : section; inside \"中\" : set-of asset; }\n"
	"act go \"外出\" of asset default refuse outside refuse carried by web { far \"遠い\" : yesno; way \"手段\" : one-of (mail, hand); }\n"
	"task report \"報告\" carried by web claim urgent \"緊急\" register books \"簿\" of asset\n"
	"proceeding exception \"例外\" { ground \"理由\" : text; step asked, running; move begin \"開始\" from asked to running; }\n"
	"clause TN-0 \"0\" says \"もと\" post chief \"長\" one held-by title \"長\" scale grade \"級\" of asset A > B\n"
	"  post manager \"課長\" per section held-by head of section under chief param soon \"速やかに\" : duration\n"
	"  rate asset.grade at-least A when asset.personal\n"
	"clause TN-1 \"1\" says \"あ\" forbid go when far and object.grade >= A unless claimed urgent in-principle\n"
	"clause TN-2 \"2\" says \"い\" permit go when not far by every manager of object.inside.owner then chief\n"
	"clause TN-3 \"3\" says \"う\" list whole \"一覧\" for go item a of whole when way = mail lift any when known ground by chief\n"
	"clause TN-4 \"4\" says \"え\" duty report on go by chief to manager of object.owner within soon record go into books for 1 year\n"
	"set soon = 24 hours from 2026-04-01 case \"例\" on 2026-05-01 go { far = no; } expect hold\n"
	"choice \"よい\" for 17 at TN-0 from 2026-04-01\n";

static size_t load_within(size_t ceiling, enum error *code)
{
	struct policy_source source = {"t/1.pol", slice_str(text)};
	struct arena *arena = arena_new(ceiling);
	struct policy *policy = NULL;
	struct findings findings = {.first = NULL};
	struct why why = {.code = OK};
	*code = policy_load(&source, 1, arena, &policy, &findings, &why).code;
	CHECK((*code == OK) == (policy != NULL));
	CHECK(*code == OK || why.text[0]);
	size_t used = arena_used(arena);
	arena_free(arena);
	return used;
}

TEST(every_failure_while_reading_is_survived)
{
	enum error code;
	size_t whole = load_within(8 << 20, &code), refused = 0;
	CHECK_INT(code, OK);
	for (size_t ceiling = 0; ceiling < whole; ceiling += STEP) {
		load_within(ceiling, &code);
		/* a reader that goes on without its memory would say OK */
		if (code != E_MEMORY && code != E_LIMIT) {
			CHECK_INT(code, E_MEMORY);
			printf("  %zu of %zu bytes\n", ceiling, whole);
			break;
		}
		refused++;
	}
	printf("%zu ceilings below %zu bytes\n", refused, whole);
	load_within(whole, &code);
	CHECK_INT(code, OK);
}

static struct facts *some_facts(const struct kit *k, struct why *why)
{
	struct facts *f = NULL;
	CHECK_OK(facts_new(k->policy, "go", k->arena, &f, why), why);
	CHECK_OK(facts_set_any(f, "actor", "sato", why), why);
	CHECK_OK(facts_set_any(f, "far", "no", why), why);
	CHECK_OK(facts_set_any(f, "way", "mail", why), why);
	CHECK_OK(facts_set_set(f, "object.inside", 2, why), why);
	CHECK_OK(facts_set_any(f, "object.inside[0].owner", "tax", why), why);
	return f;
}

static size_t decide_within(const struct kit *k, const struct policy_question *q, size_t ceiling, enum error *code)
{
	struct arena *arena = arena_new(ceiling);
	const struct decision *d = NULL;
	struct why why = {.code = OK};
	*code = policy_decide(k->policy, q, arena, &d, &why).code;
	CHECK((*code == OK) == (d != NULL));
	size_t used = arena_used(arena);
	arena_free(arena);
	return used;
}

TEST(every_failure_while_deciding_gives_no_decision)
{
	static const struct policy_approval said[] = {{"abe", "manager", "tax", true, NULL}, {"ueda", "chief", NULL, true, NULL}};
	struct kit k;
	enum error code;
	CHECK_OK(kit_load(&k, text), &k.why);
	struct policy_question q = {.day = 20600, .facts = some_facts(&k, &k.why), .approvals = said, .approval_count = 2};
	size_t whole = decide_within(&k, &q, 1 << 20, &code), refused = 0;
	CHECK_INT(code, OK);
	for (size_t ceiling = 0; ceiling < whole; ceiling += 8, refused++) {
		decide_within(&k, &q, ceiling, &code);
		CHECK_INT(code, E_MEMORY);
		if (code != E_MEMORY) {
			printf("  %zu of %zu bytes\n", ceiling, whole);
			break;
		}
	}
	printf("%zu ceilings below %zu bytes\n", refused, whole);
	kit_done(&k);
}

MAIN_TESTS()
