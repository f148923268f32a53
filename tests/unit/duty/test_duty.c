/* Obligations: opened by entries and by the year, settled, overdue, handed upwards. */
#include "ledger/record.h"
#include "store/ask.h"
#include "town.h"

static day_t day(const char *text)
{
	day_t out = 0;
	CHECK(day_parse(slice_str(text), &out, NULL).code == OK);
	return out;
}
static void go_to(const char *text)
{
	town_ms = ms_of_day(day(text)) + 9 * 3600000;
}
static void follow(struct town *t)
{
	t->why = (struct why){0};
	CHECK_OK(duty_follow(t->duties, NULL, NULL, &t->why), &t->why);
}
static struct duty_ticked tick(struct town *t)
{
	struct duty_ticked done = {0};
	t->why = (struct why){0};
	CHECK_OK(duty_tick(t->duties, &done, &t->why), &t->why);
	return done;
}
static size_t find(struct town *t, struct duty_query query, struct obligation **out)
{
	size_t count = 0;
	if (!query.limit)
		query.limit = 500;
	t->why = (struct why){0};
	static struct obligation none = {.id = "", .duty = "", .clause = "", .task = ""};
	CHECK_OK(duty_list(t->duties, &query, t->arena, out, &count, NULL, &t->why), &t->why);
	if (!count)
		*out = &none;
	return count;
}
static size_t count_of(struct town *t, struct duty_query query)
{
	struct obligation *found;
	return find(t, query, &found);
}
static struct obligation get(struct town *t, const char *id)
{
	struct obligation o = {0};
	CHECK_OK(duty_get(t->duties, id, t->arena, &o, &t->why), &t->why);
	return o;
}
/* something happens: an entry by the convention of duty.h */
static int64_t happen(struct town *t, const char *done, const char *subject, const char *actor, json_t *facts)
{
	struct ledger_entry entry = {.body = SLICE("town"), .kind = SLICE("test.happened"), .actor = slice_str(actor),
	                             .subject = slice_str(subject)};
	t->why = (struct why){0};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(ledger_record(t->ledger, &entry, facts ? json_pack("{ss so}", "done", done, "facts", facts)
	                                                 : json_pack("{ss}", "done", done), &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
	return entry.seq;
}
static size_t holders(struct town *t, const struct obligation *o)
{
	struct holder *list;
	size_t count = 99;
	CHECK_OK(duty_holders(t->duties, o, t->arena, &list, &count, &t->why), &t->why);
	return count;
}

TEST(an_entry_opens_what_follows_from_it_once)
{
	struct town t;
	struct obligation *found;
	town_new(&t);
	follow(&t);
	happen(&t, "incident.report", "incident-1", town_id(&t, "aoki"),
	       json_pack("{ssss}", "incident.section", "tax", "incident.outside_source", "no"));
	follow(&t);
	CHECK_INT(find(&t, (struct duty_query){.duty = "HN-2.5.3(3)-1/1#find_cause"}, &found), 1);
	CHECK_STR(found[0].object, "incident-1");
	CHECK_STR(found[0].owed[0].post, "supervisor");
	CHECK_INT(found[0].state, DUTY_OPEN);
	CHECK_INT(found[0].clock, DUTY_CLOCK_NONE);
	/* the manager of the section where it happened reports within the parameter's 24 hours */
	CHECK_INT(find(&t, (struct duty_query){.clause = "HN-2.5.3(1)-2"}, &found), 1);
	CHECK_STR(found[0].owed[0].post, "manager");
	CHECK_STR(found[0].owed[0].scope, "tax");
	CHECK_INT(found[0].due_ms, town_ms + 24 * 3600000);
	CHECK_INT(found[0].upwards_count, 1);
	CHECK_INT(holders(&t, &found[0]), 1);
	/* from outside: that clause does not speak */
	CHECK_INT(count_of(&t, (struct duty_query){.clause = "HN-2.5.3(2)-2"}), 0);
	size_t all = count_of(&t, (struct duty_query){.object = "incident-1"});
	CHECK(all >= 5);
	follow(&t);
	CHECK_INT(count_of(&t, (struct duty_query){.object = "incident-1"}), all);
	/* the cursor is lost: the same entries find the same obligations there */
	CHECK_OK(store_exec(t.store, "DELETE FROM duty_cursor", &t.why), &t.why);
	follow(&t);
	CHECK_INT(count_of(&t, (struct duty_query){.object = "incident-1"}), all);
	town_done(&t);
}

TEST(what_cannot_be_told_opens_as_a_question)
{
	struct town t;
	struct obligation *found;
	town_new(&t);
	happen(&t, "incident.recognise", "incident-2", town_id(&t, "aoki"), NULL);
	follow(&t);
	CHECK_INT(find(&t, (struct duty_query){.duty = "HN-2.1(2)-SUP-8#report"}, &found), 1);
	CHECK_INT(found[0].state, DUTY_QUESTION);
	CHECK_INT(found[0].due_ms, town_ms + 4 * 3600000);
	const char *supervisor = NULL;
	struct holder *list;
	size_t count = 0;
	CHECK_OK(duty_holders(t.duties, &found[0], t.arena, &list, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	supervisor = list[0].person;
	struct duty_answer no = {.person = supervisor, .note = "緊急ではない"}, silent = {.person = supervisor};
	struct duty_answer other = {.person = town_id(&t, "aoki"), .note = "緊急ではない"};
	CHECK_FAILS(duty_not_needed(t.duties, found[0].id, &silent, NULL), E_INPUT);
	CHECK_FAILS(duty_not_needed(t.duties, found[0].id, &other, NULL), E_DENIED);
	CHECK_OK(duty_not_needed(t.duties, found[0].id, &no, &t.why), &t.why);
	CHECK_INT(get(&t, found[0].id).state, DUTY_NOT_NEEDED);
	CHECK_STR(get(&t, found[0].id).note, "緊急ではない");
	CHECK_FAILS(duty_done(t.duties, found[0].id, &no, NULL), E_CONFLICT);
	/* answered yes: it must be done */
	CHECK_INT(find(&t, (struct duty_query){.duty = "HN-2.1(2)-SUP-8#recover"}, &found), 1);
	struct duty_answer yes = {.person = supervisor};
	CHECK_OK(duty_applies(t.duties, found[0].id, &yes, &t.why), &t.why);
	CHECK_INT(get(&t, found[0].id).state, DUTY_OPEN);
	CHECK_FAILS(duty_not_needed(t.duties, found[0].id, &no, NULL), E_DENIED);
	town_done(&t);
}

TEST(the_act_itself_settles_what_asked_for_it)
{
	struct town t;
	struct obligation *found;
	town_new(&t);
	happen(&t, "incident.analyse", "incident-3", town_id(&t, "aoki"), NULL);
	follow(&t);
	CHECK_INT(find(&t, (struct duty_query){.clause = "HN-2.5.3(3)-2"}, &found), 1);
	CHECK_STR(found[0].task, "incident.order");
	char id[27];
	memcpy(id, found[0].id, 27);
	int64_t seq = happen(&t, "incident.order", "incident-3", town_id(&t, "aoki"), NULL);
	follow(&t);
	struct obligation o = get(&t, id);
	char evidence[40];
	snprintf(evidence, sizeof evidence, "entry:%lld", (long long)seq);
	CHECK_INT(o.state, DUTY_DONE);
	CHECK_INT(o.evidence_count, 1);
	CHECK_STR(o.evidence[0], evidence);
	/* of another incident: not this one's */
	happen(&t, "incident.analyse", "incident-4", town_id(&t, "aoki"), NULL);
	happen(&t, "incident.order", "incident-5", town_id(&t, "aoki"), NULL);
	follow(&t);
	CHECK_INT(count_of(&t, (struct duty_query){.clause = "HN-2.5.3(3)-2", .unsettled = true}), 1);
	town_done(&t);
}

/* the same in a drill: it is done, and proves no clause */
static int64_t drill(struct town *t, const char *done, const char *subject, const char *actor)
{
	struct ledger_entry entry = {.body = SLICE("town"), .kind = SLICE("test.happened"), .actor = slice_str(actor),
	                             .subject = slice_str(subject)};
	t->why = (struct why){0};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(ledger_record(t->ledger, &entry, json_pack("{ss sb}", "done", done, "drill", 1), &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
	return entry.seq;
}

TEST(what_a_drill_began_is_settled_in_the_drill)
{
	struct town t;
	struct obligation *found;
	struct ledger_entry entry;
	int64_t size = 0;
	town_new(&t);
	drill(&t, "incident.analyse", "incident-5", town_id(&t, "aoki"));
	follow(&t);
	CHECK_INT(find(&t, (struct duty_query){.clause = "HN-2.5.3(3)-2", .object = "incident-5"}, &found), 1);
	char id[27];
	memcpy(id, found[0].id, 27);
	drill(&t, "incident.order", "incident-5", town_id(&t, "aoki"));
	follow(&t);
	CHECK_INT(get(&t, id).state, DUTY_DONE);
	CHECK_OK(ledger_size(t.ledger, &size, &t.why), &t.why);
	CHECK_OK(ledger_get(t.ledger, size - 1, t.arena, &entry, &t.why), &t.why);
	CHECK_INT(entry.clause_count, 0);
	town_done(&t);
}

TEST(a_year_begins_with_its_periods)
{
	struct town t;
	struct obligation *found;
	town_new(&t);
	go_to("2026-04-01");
	CHECK_OK(office_end_post(t.office, "", "manager", "care", town_id(&t, "kimura"), day("2026-03-31"), &t.why), &t.why);
	tick(&t);
	size_t n = find(&t, (struct duty_query){.duty = "HN-2.9(3)-1#inspect"}, &found);
	CHECK(n >= 3); /* every section with people has to */
	char last[11];
	day_iso(day_of_ms(found[0].due_ms), last);
	CHECK_STR(last, "2027-03-31");
	CHECK_INT(found[0].period, day("2026-04-01"));
	/* one without a manager is a hole: held and reported */
	size_t empty = 0, held = 0;
	for (size_t i = 0; i < n; i++)
		*(holders(&t, &found[i]) ? &held : &empty) += 1;
	CHECK_INT(held, n - 1);
	CHECK_INT(empty, 1);
	size_t all = count_of(&t, (struct duty_query){.limit = 5000});
	tick(&t);
	CHECK_INT(count_of(&t, (struct duty_query){.limit = 5000}), all);
	/* monthly ones come with the month, however late somebody looks */
	CHECK_INT(count_of(&t, (struct duty_query){.duty = "HN-2.6.1(6)-2#analyse_logs", .section = "tax"}), 1);
	go_to("2026-07-20");
	tick(&t);
	CHECK_INT(count_of(&t, (struct duty_query){.duty = "HN-2.6.1(6)-2#analyse_logs", .section = "tax"}), 4);
	CHECK_INT(count_of(&t, (struct duty_query){.duty = "HN-2.6.1(6)-2#analyse_logs", .section = "tax",
	                                           .state = DUTY_OVERDUE}), 3);
	town_done(&t);
}

TEST(overdue_is_handed_upwards_once)
{
	struct town t;
	struct obligation *found;
	town_new(&t);
	happen(&t, "incident.report", "incident-6", town_id(&t, "aoki"),
	       json_pack("{ssss}", "incident.section", "tax", "incident.outside_source", "no"));
	follow(&t);
	CHECK_INT(tick(&t).overdue, 0);
	town_ms += 25 * 3600000;
	CHECK(tick(&t).overdue >= 1);
	CHECK_INT(find(&t, (struct duty_query){.clause = "HN-2.5.3(1)-2"}, &found), 1);
	CHECK_INT(found[0].state, DUTY_OVERDUE);
	CHECK_INT(found[0].escalations, 1);
	struct holder *up;
	size_t count = 0;
	CHECK_OK(duty_upwards(t.duties, &found[0], t.arena, &up, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	CHECK_INT(tick(&t).overdue, 0);
	/* he sees it */
	struct duty_query his = {.person = up[0].person, .escalated_to = true, .clause = "HN-2.5.3(1)-2"};
	CHECK_INT(count_of(&t, his), 1);
	his.escalated_to = false;
	CHECK_INT(count_of(&t, his), 0);
	/* done late is done */
	struct duty_answer done = {.person = town_id(&t, "tanaka"), .note = "報告した"};
	CHECK_OK(duty_done(t.duties, found[0].id, &done, &t.why), &t.why);
	CHECK_INT(get(&t, found[0].id).state, DUTY_DONE);
	/* its evidence is withdrawn: open again, and as overdue as it was */
	CHECK_FAILS(duty_undo(t.duties, found[0].id, town_id(&t, "tanaka"), "", NULL), E_INPUT);
	CHECK_OK(duty_undo(t.duties, found[0].id, town_id(&t, "tanaka"), "別の件だった", &t.why), &t.why);
	CHECK_INT(get(&t, found[0].id).state, DUTY_OVERDUE);
	CHECK_FAILS(duty_undo(t.duties, found[0].id, town_id(&t, "tanaka"), "もう一度", NULL), E_CONFLICT);
	town_done(&t);
}

TEST(mine_are_what_my_posts_owe_and_what_i_stand_in_for)
{
	struct town t;
	town_new(&t);
	go_to("2026-04-01");
	tick(&t);
	go_to("2026-11-20");
	tick(&t);
	struct duty_query tax = {.person = town_id(&t, "tanaka"), .duty = "HN-2.9(3)-1#inspect"};
	CHECK_INT(count_of(&t, tax), 1);
	struct duty_query staff = {.person = town_id(&t, "aoki"), .duty = "HN-2.9(3)-1#inspect"};
	CHECK_INT(count_of(&t, staff), 0);
	staff.duty = "HN-2.7.5-1/1#attest";
	CHECK(count_of(&t, (struct duty_query){.person = town_id(&t, "aoki")}) > 0);
	town_done(&t);
}

TEST(evidence_must_exist)
{
	struct town t;
	struct obligation *found;
	town_new(&t);
	int64_t seq = happen(&t, "incident.report", "incident-7", town_id(&t, "aoki"),
	                     json_pack("{ss}", "incident.section", "tax"));
	follow(&t);
	CHECK_INT(find(&t, (struct duty_query){.clause = "HN-2.5.3(1)-2"}, &found), 1);
	char good[40];
	snprintf(good, sizeof good, "entry:%lld", (long long)seq);
	const char *const bad[] = {"entry:999999", "no-such-thing", "", "entry:", "entry:-1", "a b"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct duty_answer a = {.person = town_id(&t, "tanaka"), .evidence = &bad[i], .evidence_count = 1};
		CHECK_FAILS(duty_done(t.duties, found[0].id, &a, NULL), E_INPUT);
	}
	const char *const two[] = {good, "incident-7"};
	struct duty_answer a = {.person = town_id(&t, "tanaka"), .evidence = two, .evidence_count = 2};
	CHECK_OK(duty_done(t.duties, found[0].id, &a, &t.why), &t.why);
	CHECK_INT(get(&t, found[0].id).evidence_count, 2);
	CHECK_STR(get(&t, found[0].id).closed_as, "manager@tax");
	town_done(&t);
}

/* A duty to do an act of a proceeding is settled by the act, not by saying so. */
TEST(what_only_an_act_settles_is_not_settled_by_words)
{
	struct town t;
	struct obligation *found;
	town_new(&t);
	int64_t early = happen(&t, "incident.order", "incident-8", town_id(&t, "kuroda"), NULL);
	happen(&t, "incident.analyse", "incident-8", town_id(&t, "sato"), json_pack("{ss}", "incident.section", "tax"));
	follow(&t);
	CHECK_INT(find(&t, (struct duty_query){.clause = "HN-2.5.3(3)-2"}, &found), 1);
	CHECK_STR(found[0].task, "incident.order");
	char id[27];
	snprintf(id, sizeof id, "%s", found[0].id);
	int64_t other = happen(&t, "incident.order", "incident-9", town_id(&t, "kuroda"), NULL);
	char before[40], elsewhere[40];
	snprintf(before, sizeof before, "entry:%lld", (long long)early);
	snprintf(elsewhere, sizeof elsewhere, "entry:%lld", (long long)other);
	/* words, what was done before it was owed, another incident's */
	const char *const bad[] = {before, elsewhere, "incident-9"};
	struct duty_answer a = {.person = town_id(&t, "kuroda"), .note = "指示した"};
	struct why why = {0};
	CHECK_FAILS(duty_done(t.duties, id, &a, &why), E_INPUT);
	CHECK_STR(why.place, "evidence");
	CHECK(strstr(why.text, "再発防止の指示"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		a.evidence = &bad[i];
		a.evidence_count = 1;
		CHECK_FAILS(duty_done(t.duties, id, &a, NULL), E_INPUT);
	}
	CHECK_INT(get(&t, id).state, DUTY_OPEN);
	happen(&t, "incident.order", "incident-8", town_id(&t, "kuroda"), NULL);
	follow(&t);
	CHECK_INT(get(&t, id).state, DUTY_DONE);
	town_done(&t);
}

MAIN_TESTS()
