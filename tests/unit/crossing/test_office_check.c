/* The findings of a policy's check that need the office's people, each planted in the
 * demo city and mended again.                                                */
#include "town.h"

static struct findings check_on(struct town *t)
{
	struct findings findings = {0};
	CHECK_OK(office_check(t->office, day_of_ms(town_ms), t->arena, &findings, &t->why), &t->why);
	for (const struct finding *f = findings.first; f; f = f->next) {
		CHECK(f->file && strstr(f->file, ".pol") && f->line > 0); /* the clause's own place */
		CHECK(f->sentence[0] && f->mend[0] && f->clause[0]);
	}
	return findings;
}

/* the finding of that number, clause and word; clause and word may be "" */
static const struct finding *told(const struct findings *all, unsigned number, const char *clause, const char *word)
{
	for (const struct finding *f = all->first; f; f = f->next)
		if (f->number == number && (!*clause || !strcmp(f->clause, clause)) && strstr(f->sentence, word))
			return f;
	return NULL;
}

static void hold(struct town *t, const char *post, const char *scope, const char *login)
{
	struct holding holding = {.post = post, .scope = scope, .person = town_id(t, login), .from = 20700, .to = DAY_OPEN};
	CHECK_OK(office_hold_post(t->office, "", &holding, &t->why), &t->why);
}

static void end(struct town *t, const char *post, const char *scope, const char *login)
{
	CHECK_OK(office_end_post(t->office, "", post, scope, town_id(t, login), day_of_ms(town_ms) - 1, &t->why), &t->why);
}

TEST(a_post_without_holder_is_told_and_mended)
{
	struct town t;
	town_new(&t);
	struct findings all = check_on(&t);
	CHECK_INT(all.errors, 0);
	CHECK(!told(&all, 12, "HN-2.1(2)-MGR-0", ""));
	end(&t, "manager", "tax", "tanaka");
	all = check_on(&t);
	const struct finding *f = told(&all, 12, "HN-2.1(2)-MGR-0", "税務課");
	CHECK(f && f->severity == FINDING_GAP && strstr(f->file, "2-1-organisation.pol"));
	hold(&t, "manager", "tax", "ueda");
	all = check_on(&t);
	CHECK(!told(&all, 12, "HN-2.1(2)-MGR-0", ""));
	town_done(&t);
}

TEST(what_nobody_could_ever_permit_is_an_error)
{
	struct town t;
	town_new(&t);
	end(&t, "supervisor", "", "sato");
	struct findings all = check_on(&t);
	const struct finding *f = told(&all, 10, "HN-2.6.1(11)-1", "無線LAN");
	CHECK(f && f->severity == FINDING_ERROR);
	CHECK(told(&all, 10, "HN-2.6.1(14)-2/1", "")); /* and, with a manager beside him, still nobody */
	CHECK(!told(&all, 10, "HN-2.7.4(1)", ""));
	hold(&t, "supervisor", "", "okada");
	all = check_on(&t);
	CHECK_INT(all.errors, 0);
	town_done(&t);
}

TEST(whom_his_own_application_shuts_out_is_named)
{
	struct town t;
	town_new(&t);
	struct findings all = check_on(&t);
	const struct finding *f = told(&all, 11, "HN-2.2.2(5)-5", "");
	CHECK(f && strstr(f->sentence, "田中 恵子"));
	hold(&t, "manager", "tax", "okada"); /* a second one: neither is alone */
	all = check_on(&t);
	f = told(&all, 11, "HN-2.2.2(5)-5", "");
	CHECK(f && !strstr(f->sentence, "田中 恵子") && !strstr(f->sentence, "岡田 隆"));
	town_done(&t);
}

TEST(what_the_text_lets_happen_and_nobody_did_is_told)
{
	struct town t;
	char id[27];
	town_new(&t);
	struct findings all = check_on(&t);
	CHECK(told(&all, 13, "HN-2.1(2)-SUP-9", "専決"));
	struct delegation d = {.post = "supervisor", .scope = "", .to_post = "deputy", .to_scope = "", .matter = "*",
	                       .from = 20700, .to = DAY_OPEN};
	CHECK_OK(office_delegate(t.office, "", &d, id, &t.why), &t.why);
	all = check_on(&t);
	CHECK(!told(&all, 13, "HN-2.1(2)-SUP-9", ""));
	CHECK(!told(&all, 13, "", "窓口"));
	end(&t, "window", "", "hayashi"); /* named by the CISO */
	all = check_on(&t);
	CHECK(told(&all, 13, "", "窓口"));
	town_done(&t);
	town_new(&t);
	end(&t, "supervisor", "", "sato"); /* he would stand in for the CISO */
	all = check_on(&t);
	CHECK(told(&all, 13, "HN-2.1(2)-SUP-2", "代わり"));
	town_done(&t);
}

TEST(one_person_who_judges_himself_is_told)
{
	struct town t;
	town_new(&t);
	struct findings all = check_on(&t);
	CHECK(told(&all, 30, "HN-2.1(2)-DPT-0", "佐藤 健司")); /* department officer under himself */
	CHECK(!told(&all, 30, "HN-2.6.1(14)-2/1", ""));
	hold(&t, "manager", "tax", "sato"); /* now he could sign twice for software of tax */
	all = check_on(&t);
	const struct finding *f = told(&all, 30, "HN-2.6.1(14)-2/1", "佐藤 健司");
	CHECK(f && f->severity == FINDING_NOTE);
	town_done(&t);
}

MAIN_TESTS()
