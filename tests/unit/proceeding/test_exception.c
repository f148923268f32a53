/* 緊急の例外措置: begun on a word, reported, looked at; and what no word begins. */
#ifndef TOWN_DUTIES
#define TOWN_DUTIES
#endif
#include "town.h"

static const char kept[] = "HN-2.2.2(5)-1"; /* where assets are kept */

static struct result begin(struct town *t, const char *login, const char *clause, bool urgent, char id[27])
{
	const struct exception_request e = {.actor = town_id(t, login), .section = "tax", .clause = clause, .object = "asset-1",
		.ground = "書庫の浸水", .until = 20790, .urgent = urgent};
	t->why = (struct why){0};
	return exception_begin(t->proceedings, &e, id, &t->why);
}

static enum verdict store_it(struct town *t, const char *login)
{
	const struct decision *d;
	const struct fact_pair facts[] = {{"object", "asset-1"}, {"place_fits", "no"}};
	const struct wish wish = {.act = "store_asset", .actor = town_id(t, login), .subject = "asset-1", .facts = facts, .fact_count = 2};
	t->why = (struct why){0};
	CHECK_OK(proceeding_decide(t->proceedings, &wish, t->arena, &d, &t->why), &t->why);
	return d->verdict;
}

static size_t owed(struct town *t, const char *login, const char *task)
{
	struct obligation *found;
	size_t count, n = 0;
	t->why = (struct why){0};
	CHECK_OK(duty_follow(t->duties, NULL, NULL, &t->why), &t->why);
	const struct duty_query query = {.person = town_id(t, login), .unsettled = true, .limit = 200};
	CHECK_OK(duty_list(t->duties, &query, t->arena, &found, &count, NULL, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		n += strcmp(found[i].task, task) == 0;
	return n;
}

TEST(it_begins_at_once_is_reported_and_stands)
{
	struct town t;
	struct application_urgent u;
	char id[27];
	town_new(&t);
	CHECK_INT(store_it(&t, "aoki"), REFUSE);
	CHECK_OK(begin(&t, "tanaka", kept, true, id), &t.why);
	CHECK(store_it(&t, "aoki") != REFUSE);
	CHECK_INT(owed(&t, "tanaka", "exception.report"), 1);
	CHECK_INT(owed(&t, "kuroda", "exception.review"), 0);
	CHECK_FAILS(application_review(t.proceedings, id, town_id(&t, "kuroda"), true, "", NULL), E_CONFLICT);
	CHECK_FAILS(application_report(t.proceedings, id, town_id(&t, "tanaka"), "", NULL), E_INPUT);
	CHECK_FAILS(application_report(t.proceedings, id, town_id(&t, "aoki"), "した", NULL), E_DENIED);
	CHECK_OK(application_report(t.proceedings, id, town_id(&t, "tanaka"), "会議室に置いた", &t.why), &t.why);
	CHECK_FAILS(application_report(t.proceedings, id, town_id(&t, "tanaka"), "もう一度", NULL), E_CONFLICT);
	CHECK_INT(owed(&t, "tanaka", "exception.report"), 0);
	CHECK_INT(owed(&t, "kuroda", "exception.review"), 1);
	CHECK_FAILS(application_review(t.proceedings, id, town_id(&t, "tanaka"), true, "", NULL), E_DENIED);
	CHECK_FAILS(application_review(t.proceedings, id, town_id(&t, "aoki"), true, "", NULL), E_DENIED);
	CHECK_OK(application_review(t.proceedings, id, town_id(&t, "kuroda"), true, "", &t.why), &t.why);
	CHECK_OK(application_urgent_of(t.proceedings, id, t.arena, &u, &t.why), &t.why);
	CHECK(u.upheld && u.reviewed_ms);
	CHECK_STR(u.report, "会議室に置いた");
	CHECK_INT(owed(&t, "kuroda", "exception.review"), 0);
	CHECK(store_it(&t, "aoki") != REFUSE);
	town_done(&t);
}

TEST(whoever_looks_may_end_it)
{
	struct town t;
	char id[27];
	town_new(&t);
	CHECK_OK(begin(&t, "tanaka", kept, true, id), &t.why);
	CHECK_OK(application_report(t.proceedings, id, town_id(&t, "tanaka"), "会議室に置いた", &t.why), &t.why);
	CHECK_FAILS(application_review(t.proceedings, id, town_id(&t, "sato"), false, "", NULL), E_INPUT);
	CHECK_OK(application_review(t.proceedings, id, town_id(&t, "sato"), false, "金庫が空いている", &t.why), &t.why);
	CHECK_INT(store_it(&t, "aoki"), REFUSE);
	CHECK_FAILS(application_review(t.proceedings, id, town_id(&t, "kuroda"), true, "", NULL), E_CONFLICT);
	town_done(&t);
}

TEST(no_word_opens_a_gate_and_staff_begin_none)
{
	struct town t;
	char id[27];
	town_new(&t);
	CHECK_FAILS(begin(&t, "tanaka", "HN-2.3(2)-1/2", true, id), E_DENIED);
	CHECK_FAILS(begin(&t, "aoki", kept, true, id), E_DENIED);
	CHECK_FAILS(begin(&t, "tanaka", "HN-2.5.1(1)-3c/2", true, id), E_DENIED);
	CHECK_OK(begin(&t, "tanaka", kept, false, id), &t.why); /* asked for: it waits, and nothing is to be reported */
	CHECK_INT(store_it(&t, "aoki"), REFUSE);
	CHECK_INT(owed(&t, "tanaka", "exception.report"), 0);
	CHECK_FAILS(application_report(t.proceedings, id, town_id(&t, "tanaka"), "した", NULL), E_ABSENT);
	CHECK_OK(application_answer(t.proceedings, id, town_id(&t, "kuroda"), ANSWER_AGREE, "", &t.why), &t.why);
	CHECK(store_it(&t, "aoki") != REFUSE);
	CHECK_INT(owed(&t, "tanaka", "exception.report"), 0);
	town_done(&t);
}

MAIN_TESTS()
