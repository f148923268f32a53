/* What the chart of posts tells before any person is known. */
#include "kit.h"

#define TOWN                                                                                       \
	"policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"                                 \
	"kind section \"課\" { runs_it \"情報を所管するか\" : yesno; }\n"                                \
	"kind asset \"情報資産\" { owner \"所管課\" : section; }\n"                                      \
	"act go \"持出し\" of asset default refuse carried by web\n"                                   \
	"proceeding audit \"監査\" { section \"受ける課\" : section; step open \"開始\", done \"終了\";\n" \
	"  move carry_out \"監査の実施\" from open to done; }\n"                                         \
	"clause TN-1 \"1\" says \"長\" post head_man \"長\" one held-by title \"町長\"\n"                 \
	"clause TN-2 \"2\" says \"次\" post second \"次長\" one held-by head of office under head_man\n"  \
	"clause TN-3 \"3\" says \"課\" post manager \"課長\" per section held-by head of section under second\n" \
	"clause TN-4 \"4\" says \"係\" post clerk \"情報係の長\" one held-by head of it under manager\n"   \
	"  term it \"情報の課\" of section when section.runs_it term office \"役場\"\n"                    \
	"clause TN-5 \"5\" says \"別の人\" separate applicant from approver param rise \"上げるか\" : yesno\n"

static struct kit k;

static void load(const char *text)
{
	CHECK_OK(kit_load(&k, text), &k.why);
	CHECK_OK(policy_check(k.policy, 20600, k.arena, &k.findings, &k.why), &k.why);
	CHECK_INT(k.findings.errors, 0);
}

static const struct finding *found(unsigned number, const char *clause)
{
	for (const struct finding *f = k.findings.first; f; f = f->next)
		if (f->number == number && strcmp(f->clause, clause) == 0)
			return f;
	return NULL;
}

TEST(who_permits_alone_cannot_ask)
{
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by manager of object.owner\n");
	const struct finding *f = found(11, "TN-3");
	CHECK(f != NULL);
	CHECK(f && strstr(f->sentence, "「課長」が自ら申請すると") && strstr(f->sentence, "1あります（持出し）"));
	CHECK(!found(11, "TN-1") && !found(11, "TN-2"));
	kit_done(&k);
}

TEST(another_way_or_the_post_above_opens_it)
{
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by manager of object.owner or second\n");
	CHECK(!found(11, "TN-3") && !found(11, "TN-2"));
	kit_done(&k);
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by manager of object.owner\n"
	          "set rise = yes from 2026-04-01\n");
	CHECK(!found(11, "TN-3"));
	kit_done(&k);
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by head_man\nset rise = yes from 2026-04-01\n");
	CHECK(found(11, "TN-1") != NULL); /* nobody is above him */
	kit_done(&k);
}

TEST(one_person_may_come_to_hold_both_signatures)
{
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by clerk and manager of object.owner\n");
	CHECK(found(30, "TN-4") != NULL); /* the head of the it section is a head of a section */
	CHECK(!found(30, "TN-2"));
	kit_done(&k);
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by second and manager of object.owner\n");
	CHECK(!found(30, "TN-2")); /* an office is no section */
	kit_done(&k);
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by second and manager of object.owner\n"
	          "clause TN-7 \"7\" says \"任せる\" delegate second to clerk\n");
	CHECK(found(30, "TN-4") != NULL);
	kit_done(&k);
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by head_man and second\n"
	          "clause TN-7 \"7\" says \"代わる\" substitute second for head_man when head_man.vacant\n");
	CHECK(found(30, "TN-1") != NULL);
	kit_done(&k);
	load(TOWN "clause TN-6 \"6\" says \"許す\" permit go by clerk or manager of object.owner\n");
	CHECK(!found(30, "TN-4")); /* one suffices */
	kit_done(&k);
}

TEST(a_section_that_audits_itself_is_told)
{
	static const char own[] = "clause TN-7 \"7\" says \"監査\" duty audit.carry_out of asset each 1 years by manager of asset.owner\n"
	                          "clause TN-6 \"6\" says \"許す\" permit go by second\n";
	load(TOWN "clause TN-8 \"8\" says \"分ける\" separate auditee from auditor\n"
	          "clause TN-7 \"7\" says \"監査\" duty audit.carry_out of asset each 1 years by manager of asset.owner\n"
	          "clause TN-6 \"6\" says \"許す\" permit go by second\n");
	const struct finding *f = found(30, "TN-7");
	CHECK(f && strstr(f->sentence, "TN-8"));
	kit_done(&k);
	char text[4096];
	snprintf(text, sizeof text, "%s%s", TOWN, own);
	load(text);
	CHECK(!found(30, "TN-7")); /* nothing says that they must be two */
	kit_done(&k);
	load(TOWN "clause TN-8 \"8\" says \"分ける\" separate auditee from auditor\n"
	          "clause TN-7 \"7\" says \"監査\" duty audit.carry_out of asset each 1 years by second\n"
	          "clause TN-6 \"6\" says \"許す\" permit go by second\n");
	CHECK(!found(30, "TN-7"));
	kit_done(&k);
}

MAIN_TESTS()
