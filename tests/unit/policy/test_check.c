/* The findings of section 8: each planted in a policy that is clean without it, and
 * a neighbour of the plant that gives none.  10, 12 and 13 need persons and belong
 * to the office; 28 to the comparison of editions. */
#include "kit.h"

#define WORLD                                                                                              \
	"policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"                                       \
	"kind asset \"資産\" { personal \"個人\" : yesno; owner \"所管\" : section; parts \"部分\" : number parts; }\n" \
	"act go \"外出\" of asset default pass outside refuse carried by web { far \"遠い\" : yesno; }\n"   \
	"task report \"報告\" carried by web  claim urgent \"緊急\"  register books \"簿\" of asset\n"       \
	"proceeding exception \"例外\" { ground \"理由\" : text; step asked, running; move begin \"開始\" from asked to running; }\n" \
	"clause TN-0 \"0\" says \"もと\" post chief \"長\" one held-by title \"長\"\n"                      \
	"  post second \"次長\" one held-by title \"次長\" under chief  param soon \"速やかに\" : duration\n" \
	"set soon = 24 hours from 2026-04-01\n"

/* number, what is planted, the same mended */
static const struct plant { unsigned number; const char *planted, *mended; } plants[] = {
	{1, "clause TN-1 \"1\" says \"あ\" forbid went", "clause TN-1 \"1\" says \"あ\" forbid go when far"},
	{1, "kind asset \"重なる\" { x \"x\" : yesno; }", "kind thing \"物\" { x \"x\" : yesno; }"},
	{1, "kind thing \"物\" { x \"x\" : yesno unsaid maybe; }", "kind thing \"物\" { x \"x\" : yesno unsaid no; }"},
	{1, "kind thing \"物\" { x \"x\" : text unsaid no; }", "kind thing \"物\" { x \"x\" : yesno unsaid no; }"},
	{1, "kind thing \"物\" { last \"末日\" : date; x \"x\" : text found-by last; }", "kind thing \"物\" { last \"末日\" : date; x \"x\" : yesno found-by last; }"},
	{1, "event lost \"不在\" of asset carried by web act back \"帰り\" of asset default pass outside pass carried by web if-without come lost",
	 "event lost \"不在\" of asset carried by web act back \"帰り\" of asset default pass outside pass carried by web if-without go lost"},
	{2, "clause TN-0 \"1\" says \"あ\" forbid go when far", "clause TN-1 \"1\" says \"あ\" forbid go when far"},
	{3, "clause TN-1 \"1\" says \"あ\" carried by TN-7", "clause TN-1 \"1\" says \"あ\" carried by TN-0"},
	{3, "clause TN-1 \"1\" says \"あ\" allow go when far overrides TN-7", "clause TN-1 \"1\" says \"あ\" allow go when far"},
	{4, "clause TN-1 \"1\" says \"あ\" term a \"あ\" of asset when asset is b term b \"い\" of asset when asset is a",
	    "clause TN-1 \"1\" says \"あ\" term a \"あ\" of asset when asset is b term b \"い\" of asset when asset.personal"},
	{4, "clause TN-1 \"1\" says \"あ\" post a \"あ\" one held-by title \"あ\" under b post b \"い\" one held-by title \"い\" under a",
	    "clause TN-1 \"1\" says \"あ\" post a \"あ\" one held-by title \"あ\" under b post b \"い\" one held-by title \"い\" under chief"},
	{4, "clause TN-1 \"1\" says \"あ\" scale grade \"級\" of asset A > B rate asset.grade at-least A when asset.grade >= B",
	    "clause TN-1 \"1\" says \"あ\" scale grade \"級\" of asset A > B rate asset.grade at-least A when asset.personal"},
	{5, "clause TN-1 \"1\" says \"あ\" forbid go when far absolute clause TN-2 \"2\" says \"い\" allow go when far and object.personal overrides TN-1",
	    "clause TN-1 \"1\" says \"あ\" forbid go when far clause TN-2 \"2\" says \"い\" allow go when far and object.personal overrides TN-1"},
	{5, "clause TN-1 \"1\" says \"あ\" forbid go when claimed urgent absolute", "clause TN-1 \"1\" says \"あ\" forbid go when far absolute"},
	{5, "clause TN-1 \"1\" says \"あ\" governs asset when claimed urgent", "clause TN-1 \"1\" says \"あ\" governs asset when asset.personal"},
	{6, "clause TN-1 \"1\" says \"あ\" forbid go when far clause TN-2 \"2\" says \"い\" allow go when object.personal",
	    "clause TN-1 \"1\" says \"あ\" forbid go when far clause TN-2 \"2\" says \"い\" allow go when not far"},
	{7, "clause TN-1 \"1\" says \"あ\" forbid go when far clause TN-2 \"2\" says \"い\" permit go when far and object.personal by chief or second",
	    "clause TN-1 \"1\" says \"あ\" forbid go when far clause TN-2 \"2\" says \"い\" permit go when object.personal by chief or second"},
	{8, "clause TN-1 \"1\" says \"あ\" require go that object.parts > 5 clause TN-2 \"2\" says \"い\" require go when far that object.parts < 3",
	    "clause TN-1 \"1\" says \"あ\" require go that object.parts > 1 clause TN-2 \"2\" says \"い\" require go when far that object.parts < 3"},
	{9, "act enter \"入室\" of asset default refuse outside refuse carried by web clause TN-1 \"1\" says \"あ\" forbid enter when object.personal should",
	    "act enter \"入室\" of asset default refuse outside refuse carried by web clause TN-1 \"1\" says \"あ\" allow enter when object.personal"},
	{11, "clause TN-1 \"1\" says \"あ\" permit go by chief", "clause TN-1 \"1\" says \"あ\" permit go by chief or second"},
	{14, "clause TN-1 \"1\" says \"あ\" forbid go when far in-principle",
	     "clause TN-1 \"1\" says \"あ\" forbid go when far in-principle lift in-principle when known ground by chief or second"},
	{15, "clause TN-1 \"1\" says \"あ\" allow go when far should", "clause TN-1 \"1\" says \"あ\" forbid go when far should"},
	{15, "clause TN-1 \"1\" says \"あ\" require go by chief", "clause TN-1 \"1\" says \"あ\" require go that far"},
	{16, "set soon = A from 2090-01-01", "set soon = 3 days from 2090-01-01"},
	{16, "set soon = 3 days from 2026-04-01", "set soon at TN-0 = 3 days from 2026-04-01"},
	{17, "clause TN-1 \"1\" says \"あ\" param late \"遅れ\" : duration", "clause TN-1 \"1\" says \"あ\" param late \"遅れ\" : duration set late = 2 days from 2026-04-01"},
	{17, "clause TN-1 \"1\" says \"あ\" record go into books keep performed_at", "clause TN-1 \"1\" says \"あ\" record go into books keep performed_at for 5 years"},
	{18, "clause TN-1 \"1\" says \"あ\" duty report always by second within soon", "clause TN-1 \"1\" says \"あ\" duty report on go by second within soon"},
	{18, "clause TN-1 \"1\" says \"あ\" duty report on go by chief within soon", "clause TN-1 \"1\" says \"あ\" duty report on go by chief within soon else second"},
	{19, "act run \"走る\" default pass outside pass", "act run \"走る\" default pass outside pass carried by web"},
	{19, "task rest \"休み\" carried by nobody", "task rest \"休み\" carried by web"},
	{20, "clause TN-1 \"1\" says \"あ\" record go into diary for 1 year", "clause TN-1 \"1\" says \"あ\" record go into books for 1 year"},
	{20, "clause TN-1 \"1\" says \"あ\" record go into books keep colour for 1 year", "clause TN-1 \"1\" says \"あ\" record go into books keep far for 1 year"},
	{21, "clause TN-1 \"1\" says \"あ\" item a of missing", "clause TN-1 \"1\" says \"あ\" list whole \"一覧\" for go item a of whole"},
	{21, "clause TN-1 \"1\" says \"あ\" list whole \"一覧\" for go", "clause TN-1 \"1\" says \"あ\" list whole \"一覧\" for go item a of whole"},
	{22, "clause TN-1 \"1\" says \"あ\" list whole \"一覧\" for go omits 1 item a of whole",
	     "clause TN-1 \"1\" says \"あ\" list whole \"一覧\" for go omits 1 item a of whole set whole = { b } from 2026-04-01"},
	{23, "clause TN-1 \"1\" says \"あ\" carried by TN-2 clause TN-2 \"2\" says \"い\" carried by TN-1",
	     "clause TN-1 \"1\" says \"あ\" carried by TN-2 clause TN-2 \"2\" says \"い\" carried by TN-0"},
	{24, "clause TN-1 \"1\" says \"あ\" forbid go when far and not far", "clause TN-1 \"1\" says \"あ\" forbid go when far and not object.personal"},
	{24, "clause TN-1 \"1\" says \"あ\" forbid go when object.parts > 3 and object.parts < 4",
	     "clause TN-1 \"1\" says \"あ\" forbid go when object.parts > 3 and object.parts < 5"},
	{24, "clause TN-1 \"1\" says \"あ\" forbid go when far clause TN-2 \"2\" says \"い\" allow go when far overrides TN-1",
	     "clause TN-1 \"1\" says \"あ\" forbid go when far clause TN-2 \"2\" says \"い\" allow go when far and object.personal overrides TN-1"},
	{25, "clause TN-1 \"1\" says \"あ\" forbid go when far case \"例\" on 2026-05-01 go { far = yes; } expect pass",
	     "clause TN-1 \"1\" says \"あ\" forbid go when far case \"例\" on 2026-05-01 go { far = yes; } expect refuse by TN-1"},
	{25, "clause TN-1 \"1\" says \"あ\" forbid go when far case \"例\" on 2026-05-01 go { far = no; } expect pass by TN-1",
	     "clause TN-1 \"1\" says \"あ\" forbid go when far case \"例\" on 2026-05-01 go { far = no; } expect pass"},
	{26, "clause TN-1 \"1\" says \"あ\" edition adopted 1900-01-01 reference definition", "clause TN-1 \"1\" says \"あ\" forbid go when far edition adopted 2019-03-31 edition adopted 2026-04-01"},
	{26, "clause TN-1 \"1\" says \"あ\" forbid go when far edition adopted 2019-03-31",
	 "clause TN-1 \"1\" says \"あ\" forbid go when far edition adopted 2019-03-31 edition adopted 2026-04-01"},
	{26, "clause TN-1 \"1\" says \"あ\" forbid go when far edition effective 2019-03-31 edition adopted 2026-04-01",
	 "clause TN-1 \"1\" says \"あ\" forbid go when far edition effective 2026-04-01 edition adopted 2026-04-01"},
	{26, "policy town \"町\" adopted 2026-06-01 effective 2026-07-01 clause TN-1 \"1\" says \"あ\" forbid go when far edition effective 2026-07-01",
	 "policy town \"町\" adopted 2026-06-01 effective 2026-07-01 clause TN-1 \"1\" says \"あ\" forbid go when far edition effective 2026-07-01 edition effective 2026-04-01"},
	{27, "clause TN-1 \"1\" says \"あ\" scale grade \"級\" of asset A > B forbid go when object.grade >= C",
	     "clause TN-1 \"1\" says \"あ\" scale grade \"級\" of asset A > B forbid go when object.grade >= A"},
	{29, "clause TN-1 \"1\" says \"あ\" forbid go when far doubt \"二通り\"", "clause TN-1 \"1\" says \"あ\" forbid go when far"},
	{30, "clause TN-1 \"1\" says \"あ\" post third \"参事\" one held-by title \"次長\"", "clause TN-1 \"1\" says \"あ\" post third \"参事\" one held-by title \"参事\""},
};

static void load_and_check(struct kit *k, const char *text)
{
	char whole[4000];
	snprintf(whole, sizeof whole, "%s%s\n", WORLD, text);
	CHECK_OK(kit_load(k, whole), &k->why);
	k->findings = (struct findings){.first = NULL};
	if (k->policy)
		CHECK_OK(policy_check(k->policy, 20600, k->arena, &k->findings, &k->why), &k->why);
}

static void print_findings(const struct kit *k)
{
	struct buffer line;
	buffer_init(&line, 65536);
	for (const struct finding *f = k->findings.first; f; f = f->next)
		finding_line(f, &line);
	printf("%s", buffer_cstr(&line));
	buffer_done(&line);
}

TEST(a_clean_policy_has_no_finding)
{
	struct kit k;
	load_and_check(&k, "");
	CHECK(!k.findings.first);
	print_findings(&k);
	kit_done(&k);
}

TEST(each_finding_is_found_where_it_was_planted_and_nowhere_else)
{
	for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
		struct kit k;
		bool found = false, other = false;
		load_and_check(&k, plants[i].planted);
		for (const struct finding *f = k.findings.first; f; f = f->next) {
			bool reference = f->number == 29 && strstr(f->sentence, "参照");
			found |= f->number == plants[i].number && f->file[0] && f->line > 0 && f->sentence[0] && (f->mend[0] || f->number == 29);
			other |= f->number != plants[i].number && !reference;
		}
		CHECK(found && !other);
		if (!found || other) {
			printf("  planted %u, row %zu: %s\n", plants[i].number, i, plants[i].planted);
			print_findings(&k);
		}
		kit_done(&k);
	}
}

TEST(the_neighbour_of_each_plant_is_clean)
{
	for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
		struct kit k;
		load_and_check(&k, plants[i].mended);
		CHECK(!k.findings.first);
		if (k.findings.first) {
			printf("  neighbour of %u, row %zu: %s\n", plants[i].number, i, plants[i].mended);
			print_findings(&k);
		}
		kit_done(&k);
	}
}

/* ---- choices */

TEST(a_choice_is_shown_with_its_finding_and_settles_a_gap)
{
	struct kit k;
	load_and_check(&k, "clause TN-1 \"1\" says \"あ\" param late \"遅れ\" : duration\n"
	                   "choice \"当面は定めない\" for 17 at TN-1 from 2026-04-01 by \"見本\"");
	CHECK_INT(k.findings.gaps, 0);
	CHECK_INT(k.findings.notes, 1);
	CHECK(k.findings.first && k.findings.first->choice && strcmp(k.findings.first->choice, "当面は定めない（見本）") == 0);
	kit_done(&k);
}

TEST(a_choice_mends_no_error_and_is_told_when_it_answers_nothing)
{
	static const struct { const char *text; size_t errors, gaps, notes; } rows[] = {
		/* an error stays one */
		{"clause TN-1 \"1\" says \"あ\" forbid go when far and not far choice \"よい\" for 24 at TN-1 from 2026-04-01", 1, 0, 1},
		/* another number, another clause, not yet */
		{"clause TN-1 \"1\" says \"あ\" param late \"遅れ\" : duration choice \"よい\" for 18 at TN-1 from 2026-04-01", 0, 1, 1},
		{"clause TN-1 \"1\" says \"あ\" param late \"遅れ\" : duration choice \"よい\" for 17 at TN-2 from 2026-04-01", 0, 1, 1},
		{"clause TN-1 \"1\" says \"あ\" param late \"遅れ\" : duration choice \"よい\" for 17 at TN-1 from 2090-04-01", 0, 1, 0},
		/* a prefix */
		{"clause TN-1 \"1\" says \"あ\" param late \"遅れ\" : duration choice \"よい\" for 17 at TN-* from 2026-04-01", 0, 0, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		load_and_check(&k, rows[i].text);
		CHECK_INT(k.findings.errors, rows[i].errors);
		CHECK_INT(k.findings.gaps, rows[i].gaps);
		CHECK_INT(k.findings.notes, rows[i].notes);
		kit_done(&k);
	}
}

MAIN_TESTS()
