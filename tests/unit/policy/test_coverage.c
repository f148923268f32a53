/* Coverage: what counts as carried, and what does not. */
#include "kit.h"
#include "policy/coverage.h"

static const char book[] =
	"policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"
	"act go \"外出\" default pass\n"
	"clause TN-1 \"1\" says \"禁じる\" forbid go\n"
	"clause TN-2 \"2\" says \"定める\" reference definition\n"
	"clause TN-3 \"3\" says \"1による\" carried by TN-1\n"
	"clause TN-4 \"4\" says \"2による\" carried by TN-2\n"
	"clause TN-5/1 \"5\" from TN-5 says \"分けた条\" forbid go\n"
	"clause TN-6 \"6\" says \"改めた\" change reworded sure\n"
	"clause TN-7 \"7\" says \"読めない\" doubt \"二通り\"\n";

static enum covered_state state_of(const struct kit *k, const char *id, const char *expected, struct covered *out)
{
	struct requirement r = {id, "TN", expected, "t"};
	struct why why = {0};
	*out = (struct covered){COVERED_NOT, "", "", ""};
	CHECK_OK(requirement_cover(k->policy, &r, k->arena, out, &why), &why);
	return out->state;
}

TEST(a_clause_carries_by_its_statements_or_by_other_clauses)
{
	struct kit k;
	struct covered c;
	CHECK_OK(kit_load(&k, book), &k.why);
	CHECK_INT(state_of(&k, "TN-1", "enforce", &c), COVERED);
	CHECK_STR(c.carrier, "禁止");
	CHECK_INT(state_of(&k, "TN-3", "enforce", &c), COVERED);
	CHECK_STR(c.carrier, "他の条: TN-1");
	CHECK_INT(state_of(&k, "TN-5", "enforce", &c), COVERED);
	CHECK_STR(c.clause, "TN-5/1");
	kit_done(&k);
}

TEST(a_reference_carries_only_what_asks_for_nothing)
{
	static const struct { const char *id, *expected; enum covered_state state; } rows[] = {
		{"TN-2", "reference", COVERED_REFERENCE}, {"TN-2", "attest", COVERED_REFERENCE},
		{"TN-2", "enforce", COVERED_WRONG},       {"TN-2", "workflow", COVERED_WRONG},
		{"TN-2", "record", COVERED_WRONG},        {"TN-4", "record", COVERED_WRONG},
		{"TN-6", "reference", COVERED_REFERENCE}, {"TN-7", "reference", COVERED_WRONG},
		{"TN-8", "reference", COVERED_NOT},       {"TN-", "reference", COVERED_NOT},
	};
	struct kit k;
	struct covered c;
	CHECK_OK(kit_load(&k, book), &k.why);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_INT(state_of(&k, rows[i].id, rows[i].expected, &c), rows[i].state);
	kit_done(&k);
}

TEST(a_damaged_index_is_refused_with_its_line)
{
	static const struct { const char *text; enum error code; const char *place; } rows[] = {
		{"A-1\tA\tenforce\tf\n", OK, ""},
		{"# heading\n\nA-1\tA\trecord\tf", OK, ""},
		{"A-1\tA\tenforce\n", E_INPUT, "line 1"},
		{"A-1\tA\tenforce\tf\nA-2\tA\tmaybe\tf\n", E_INPUT, "line 2"},
		{"A-1\tA\tenforce\tf\tx\n", E_INPUT, "line 1"},
		{"A-1\t\tenforce\tf\n", E_INPUT, "line 1"},
		{"A-1\tA\tenforce\tf\nA-1\tA\tenforce\tf\n", E_INPUT, "A-1"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(8 << 20);
		struct requirement *at;
		size_t count;
		struct why why = {0};
		CHECK_FAILS(requirements_read(slice_str(rows[i].text), arena, &at, &count, &why), rows[i].code);
		CHECK_STR(why.place, rows[i].place);
		arena_free(arena);
	}
}

TEST(the_index_of_the_project_is_the_list_of_requirements)
{
	struct arena *arena = arena_new(16 << 20);
	struct slice ours, theirs;
	struct requirement *at;
	size_t count = 0, lines = 0, from = 0;
	struct why why = {0};
	CHECK_OK(file_read(SEKISHO_SOURCE "/policies/requirements.tsv", REQUIREMENTS_BYTES, arena, &ours, &why), &why);
	CHECK_OK(requirements_read(ours, arena, &at, &count, &why), &why);
	CHECK_INT(count, 939);
	bool held = kit_shared("domain/clauses.tsv", arena, &theirs);
	for (size_t i = 0; held && i < theirs.len; i++)
		if (theirs.at[i] == '\n') {
			struct slice line = slice_part(theirs, from, i - from);
			size_t tab = slice_find(line, SLICE("\t"));
			from = i + 1;
			if (lines++ == 0)
				continue;
			CHECK_SLICE(slice_part(line, 0, tab), slice_str(lines - 2 < count ? at[lines - 2].id : ""));
		}
	CHECK(!held || lines == 940);
	arena_free(arena);
	if (!held)
		SKIP("../shared/domain/clauses.tsv is not there to compare with");
}

MAIN_TESTS()
