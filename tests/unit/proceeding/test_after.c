/* 代決と後閲: who was away sees afterwards what was decided in his stead, and a duty stands
 * on him until he says so.                                                     */
#ifndef TOWN_DUTIES
#define TOWN_DUTIES
#endif
#include "proceeding/case.h"
#include "town.h"

static void ask(struct town *t, const char *act_name, char id[27])
{
	const struct fact_pair facts[] = {{"object.step", "contracted"}, {"passed.investigated", "yes"}, {"passed.contracted", "yes"},
		{"object.impact_free", "yes"}, {"object.liability", "yes"}};
	const struct application_request request = {.wish = {.act = act_name, .actor = town_id(t, "tanaka"), .subject = "line-1",
		.facts = facts, .fact_count = 5}, .section = "tax", .title = "外部ネットワークとの接続", .purpose = "共同利用", .until = DAY_OPEN};
	t->why = (struct why){0};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(application_submit(t->proceedings, &request, id, &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
}

static void send_away(struct town *t, const char *login, enum absence_kind kind, char id[27])
{
	const struct absence away = {.person = town_id(t, login), .kind = kind, .from = 20777, .to = 20790};
	CHECK_OK(office_add_absence(t->office, "", &away, SLICE("入院"), id, &t->why), &t->why);
}

static struct result agree(struct town *t, const char *id, const char *login)
{
	t->why = (struct why){0};
	return application_answer(t->proceedings, id, town_id(t, login), ANSWER_AGREE, "", &t->why);
}

static size_t after(struct town *t, const char *login, bool unseen, struct application_after *first)
{
	struct application_after *list;
	size_t count;
	CHECK_OK(application_after_list(t->proceedings, "", town_id(t, login), unseen, t->arena, &list, &count, &t->why), &t->why);
	if (count && first)
		*first = list[0];
	return count;
}

static size_t duties(struct town *t, const char *login)
{
	struct obligation *found;
	size_t count, n = 0;
	CHECK_OK(duty_follow(t->duties, NULL, NULL, &t->why), &t->why);
	const struct duty_query query = {.person = town_id(t, login), .limit = 200};
	CHECK_OK(duty_list(t->duties, &query, t->arena, &found, &count, NULL, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		n += strcmp(found[i].task, "review_decision") == 0 && found[i].state != DUTY_DONE;
	return n;
}

TEST(a_substitute_decides_and_the_passed_over_reads_it_afterwards)
{
	struct town t;
	struct application_after seen = {.person = ""};
	char id[27], away[27];
	town_new(&t);
	send_away(&t, "kuroda", ABSENCE_PREVENTED, away);
	ask(&t, "link.connect", id);
	CHECK_OK(agree(&t, id, "sato"), &t.why); /* one person, one word: for the CISO or as supervisor */
	struct application a;
	CHECK_OK(application_get(t.proceedings, id, t.arena, &a, &t.why), &t.why);
	bool instead = strcmp(a.words[0].mark, "代") == 0;
	CHECK_INT(after(&t, "kuroda", true, &seen), instead);
	CHECK_INT(a.state, APPLICATION_OPEN); /* he does not count twice */
	town_done(&t);
}

TEST(it_is_read_once_by_him_alone_and_the_duty_ends)
{
	struct town t;
	struct application_after seen = {.person = ""};
	char id[27], away[27];
	town_new(&t);
	send_away(&t, "kuroda", ABSENCE_PREVENTED, away);
	const struct fact_pair facts[] = {{"object", "server-1"}, {"object.site", "site-1"}, {"object.site.outside", "yes"}};
	const struct application_request request = {.wish = {.act = "place_server", .actor = town_id(&t, "tanaka"),
		.subject = "server-1", .facts = facts, .fact_count = 3}, .section = "tax", .title = "庁外のサーバ", .purpose = "更新",
		.until = DAY_OPEN};
	CHECK_OK(store_begin(t.store, &t.why), &t.why);
	CHECK_OK(application_submit(t.proceedings, &request, id, &t.why), &t.why);
	CHECK_OK(store_commit(t.store, &t.why), &t.why);
	CHECK_INT(after(&t, "kuroda", true, NULL), 0);
	CHECK_OK(agree(&t, id, "sato"), &t.why);
	struct application a;
	CHECK_OK(application_get(t.proceedings, id, t.arena, &a, &t.why), &t.why);
	CHECK_INT(a.state, APPLICATION_PERMITTED);
	CHECK_STR(a.words[0].mark, "代");
	CHECK_INT(after(&t, "kuroda", true, &seen), 1);
	CHECK(seen.last);
	CHECK_STR(seen.post, "ciso");
	CHECK_STR(seen.instead, town_id(&t, "sato"));
	CHECK_INT(duties(&t, "kuroda"), 1);
	CHECK_INT(duties(&t, "sato"), 0);
	CHECK_FAILS(application_see(t.proceedings, id, town_id(&t, "sato"), NULL), E_DENIED);
	CHECK_FAILS(application_see(t.proceedings, id, town_id(&t, "tanaka"), NULL), E_DENIED);
	CHECK_OK(application_see(t.proceedings, id, town_id(&t, "kuroda"), &t.why), &t.why);
	CHECK_FAILS(application_see(t.proceedings, id, town_id(&t, "kuroda"), NULL), E_CONFLICT);
	CHECK_INT(after(&t, "kuroda", true, NULL), 0);
	CHECK_INT(after(&t, "kuroda", false, NULL), 1);
	CHECK_INT(duties(&t, "kuroda"), 0);
	town_done(&t);
}

/* 不在 is not 事故: nobody steps in for this act, and it waits for him. */
TEST(who_is_only_away_is_waited_for)
{
	struct town t;
	char id[27], away[27];
	town_new(&t);
	send_away(&t, "kuroda", ABSENCE_AWAY, away);
	const struct fact_pair facts[] = {{"object", "server-1"}, {"object.site", "site-1"}, {"object.site.outside", "yes"}};
	const struct application_request request = {.wish = {.act = "place_server", .actor = town_id(&t, "tanaka"),
		.subject = "server-1", .facts = facts, .fact_count = 3}, .section = "tax", .title = "庁外のサーバ", .purpose = "更新",
		.until = DAY_OPEN};
	CHECK_OK(store_begin(t.store, &t.why), &t.why);
	CHECK_OK(application_submit(t.proceedings, &request, id, &t.why), &t.why);
	CHECK_OK(store_commit(t.store, &t.why), &t.why);
	CHECK_FAILS(agree(&t, id, "sato"), E_DENIED);
	CHECK_OK(agree(&t, id, "kuroda"), &t.why);
	CHECK_INT(after(&t, "kuroda", false, NULL), 0);
	town_done(&t);
}

MAIN_TESTS()
