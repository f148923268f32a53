/* Applications: who is asked, who may answer, what it comes to. */
#include "town.h"

static const struct fact_pair provide_a[] = {
	{"object", "thing"}, {"object.owner", "tax"}, {"object.importance", "A"},
	{"protection", "encrypted"}};

static struct application_request request_of(const char *actor, const char *subject)
{
	return (struct application_request){
		.wish = {.act = "provide", .actor = actor, .subject = subject, .facts = provide_a,
	                 .fact_count = 4},
		.section = "tax", .title = "庁外への提供", .purpose = "委員会で説明するため",
		.until = DAY_OPEN};
}

static struct result submit(struct town *t, const struct application_request *request, char id[27],
                            struct why *why)
{
	TRY(store_begin(t->store, why));
	struct result done = application_submit(t->proceedings, request, id, why);
	if (done.code == OK)
		return store_commit(t->store, why);
	store_rollback(t->store);
	return done;
}

static struct application get(struct town *t, const char *id)
{
	struct application a = {0};
	CHECK_OK(application_get(t->proceedings, id, t->arena, &a, &t->why), &t->why);
	return a;
}

static size_t waiting(struct town *t, const char *login)
{
	struct application *list;
	size_t count = 99;
	struct application_query query = {.waiting_for = town_id(t, login)};
	CHECK_OK(application_list(t->proceedings, &query, t->arena, &list, &count, &t->why), &t->why);
	return count;
}

TEST(the_owning_manager_is_asked_and_nobody_else)
{
	struct town t;
	char id[27];
	town_new(&t);
	struct application_request request = request_of(town_id(&t, "aoki"), "thing");
	CHECK_OK(submit(&t, &request, id, &t.why), &t.why);
	struct application a = get(&t, id);
	CHECK_STR(a.number, "R8-0001");
	CHECK_INT(a.state, APPLICATION_OPEN);
	CHECK_INT(a.slot_count, 1);
	CHECK_STR(a.slots[0].clause, "HN-2.2.2(8)-2");
	CHECK_STR(a.slots[0].scope_name, "税務課");
	CHECK_INT(a.slots[0].holder_count, 1);
	CHECK_STR(a.purpose, "委員会で説明するため");
	CHECK_INT(waiting(&t, "tanaka"), 1);
	CHECK_INT(waiting(&t, "kimura"), 0);
	CHECK_INT(waiting(&t, "aoki"), 0);
	town_done(&t);
}

TEST(nobody_permits_what_he_asked_for)
{
	struct town t;
	char id[27];
	town_new(&t);
	struct application_request request = request_of(town_id(&t, "aoki"), "thing");
	CHECK_OK(submit(&t, &request, id, &t.why), &t.why);
	struct why why = {0};
	CHECK_FAILS(application_answer(t.proceedings, id, town_id(&t, "aoki"), ANSWER_AGREE, "", &why), E_DENIED);
	why = (struct why){0};
	CHECK_FAILS(application_answer(t.proceedings, id, town_id(&t, "kimura"), ANSWER_AGREE, "", &why), E_DENIED);
	CHECK_INT(get(&t, id).state, APPLICATION_OPEN);
	/* the attempts are kept */
	struct ledger_entry *found;
	size_t count;
	struct ledger_query query = {.subject = id, .kind_prefix = "application.denied", .limit = 9};
	CHECK_OK(ledger_find(t.ledger, &query, t.arena, &found, &count, &t.why), &t.why);
	CHECK_INT(count, 2);
	town_done(&t);
}

TEST(a_manager_who_applies_finds_a_hole_not_himself)
{
	struct town t;
	char id[27];
	town_new(&t);
	struct application_request request = request_of(town_id(&t, "tanaka"), "thing");
	CHECK_OK(submit(&t, &request, id, &t.why), &t.why);
	struct application a = get(&t, id);
	CHECK_INT(a.slot_count, 1);
	CHECK_INT(a.slots[0].holder_count, 0);
	CHECK_FAILS(application_answer(t.proceedings, id, town_id(&t, "tanaka"), ANSWER_AGREE, "", NULL), E_DENIED);
	town_done(&t);
}

TEST(a_word_settles_it_once)
{
	struct town t;
	char id[27];
	town_new(&t);
	struct application_request request = request_of(town_id(&t, "aoki"), "thing");
	CHECK_OK(submit(&t, &request, id, &t.why), &t.why);
	CHECK_OK(application_answer(t.proceedings, id, town_id(&t, "tanaka"), ANSWER_AGREE, "よい", &t.why), &t.why);
	struct application a = get(&t, id);
	CHECK_INT(a.state, APPLICATION_PERMITTED);
	CHECK_INT(a.word_count, 1);
	CHECK_STR(a.words[0].reason, "よい");
	CHECK_FAILS(application_answer(t.proceedings, id, town_id(&t, "tanaka"), ANSWER_DECLINE, "やはり", NULL), E_CONFLICT);
	CHECK_FAILS(application_withdraw(t.proceedings, id, town_id(&t, "aoki"), NULL), E_CONFLICT);
	town_done(&t);
}

TEST(declining_and_returning_need_a_reason)
{
	struct town t;
	char id[27], second[27];
	town_new(&t);
	struct application_request request = request_of(town_id(&t, "aoki"), "thing");
	CHECK_OK(submit(&t, &request, id, &t.why), &t.why);
	const char *tanaka = town_id(&t, "tanaka");
	CHECK_FAILS(application_answer(t.proceedings, id, tanaka, ANSWER_DECLINE, "", NULL), E_INPUT);
	CHECK_FAILS(application_answer(t.proceedings, id, tanaka, 7, "x", NULL), E_INPUT);
	CHECK_OK(application_answer(t.proceedings, id, tanaka, ANSWER_DECLINE, "範囲が広い", &t.why), &t.why);
	CHECK_INT(get(&t, id).state, APPLICATION_REFUSED);
	request.wish.subject = "other";
	CHECK_OK(submit(&t, &request, second, &t.why), &t.why);
	CHECK_OK(application_answer(t.proceedings, second, tanaka, ANSWER_RETURN, "相手の所属も", &t.why), &t.why);
	CHECK_INT(get(&t, second).state, APPLICATION_RETURNED);
	CHECK_STR(get(&t, second).number, "R8-0002");
	town_done(&t);
}

TEST(only_the_applicant_withdraws)
{
	struct town t;
	char id[27];
	town_new(&t);
	struct application_request request = request_of(town_id(&t, "aoki"), "thing");
	CHECK_OK(submit(&t, &request, id, &t.why), &t.why);
	CHECK_FAILS(application_withdraw(t.proceedings, id, town_id(&t, "tanaka"), NULL), E_DENIED);
	CHECK_OK(application_withdraw(t.proceedings, id, town_id(&t, "aoki"), &t.why), &t.why);
	CHECK_INT(get(&t, id).state, APPLICATION_WITHDRAWN);
	CHECK_FAILS(application_answer(t.proceedings, "nobody", town_id(&t, "aoki"), ANSWER_AGREE, "", NULL), E_ABSENT);
	town_done(&t);
}

TEST(the_verdict_follows_the_word)
{
	struct town t;
	char id[27];
	const struct decision *d = NULL;
	town_new(&t);
	struct fact_pair facts[6];
	memcpy(facts, provide_a, sizeof provide_a);
	facts[4] = (struct fact_pair){"scanned", "yes"};
	facts[5] = (struct fact_pair){"peer_halted", "no"};
	struct application_request request = request_of(town_id(&t, "aoki"), "thing");
	request.wish.facts = facts;
	request.wish.fact_count = 6;
	CHECK_OK(proceeding_decide(t.proceedings, &request.wish, t.arena, &d, &t.why), &t.why);
	CHECK_INT(d->verdict, HOLD);
	CHECK_OK(submit(&t, &request, id, &t.why), &t.why);
	CHECK_OK(application_answer(t.proceedings, id, town_id(&t, "tanaka"), ANSWER_AGREE, "", &t.why), &t.why);
	CHECK_OK(proceeding_decide(t.proceedings, &request.wish, t.arena, &d, &t.why), &t.why);
	CHECK_INT(d->verdict, PASS);
	/* the same word says nothing about another thing */
	request.wish.subject = "other";
	CHECK_OK(proceeding_decide(t.proceedings, &request.wish, t.arena, &d, &t.why), &t.why);
	CHECK_INT(d->verdict, HOLD);
	town_done(&t);
}

MAIN_TESTS()
