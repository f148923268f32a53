/* 離職: the right of use and the posts end, what is held is counted, the case waits for it. */
#ifndef TOWN_DUTIES
#define TOWN_DUTIES
#endif
#include "office/leave.h"
#include "proceeding/case.h"
#include "proceeding/leaving.h"
#include "town.h"

#include "ledger/record.h"

static size_t held(struct town *t, const char *login)
{
	struct leaving_thing *things;
	size_t count;
	CHECK_OK(leaving_things(t->proceedings, town_id(t, login), t->arena, &things, &count, &t->why), &t->why);
	return count;
}

static struct result settle_by(struct town *t, const char *login, const char *id)
{
	struct case_view view;
	enum case_outcome outcome;
	char application[27];
	t->why = (struct why){0};
	CHECK_OK(case_get(t->proceedings, id, t->arena, &view, &t->why), &t->why);
	const struct case_hand hand = {.id = id, .turn = view.turn, .actor = town_id(t, login), .post = ""};
	const struct case_step step = {.act = "leaving.settle", .reason = ""};
	return case_move(t->proceedings, &hand, &step, &outcome, application, &t->why);
}

static struct result settle(struct town *t, const char *id)
{
	return settle_by(t, "sato", id);
}

TEST(posts_and_use_end_and_the_case_waits_for_what_is_held)
{
	struct town t;
	char id[27], row[27];
	struct holding *posts;
	size_t count;
	day_t left;
	town_new(&t);
	const char *who = town_id(&t, "tanaka");
	const struct cell cells[] = {{"person", who}, {"shared", "no"}, {"enabled", "yes"}};
	const struct register_change account = {.kind = "account", .name = "課税システムのID", .section = "tax", .cells = cells,
		.cell_count = 3, .actor = town_id(&t, "sato"), .post = ""};
	CHECK_OK(register_put(t.registers, &account, row, &t.why), &t.why);
	CHECK_INT(held(&t, "tanaka"), 1);
	CHECK_OK(office_left(t.office, who, &left, &t.why), &t.why);
	CHECK_INT(left, 0);
	CHECK_FAILS(leaving_begin(t.proceedings, town_id(&t, "sato"), who, SLICE(""), id, NULL), E_INPUT);
	CHECK_OK(leaving_begin(t.proceedings, town_id(&t, "sato"), who, SLICE("退職"), id, &t.why), &t.why);
	CHECK(*id);
	CHECK_OK(office_left(t.office, who, &left, &t.why), &t.why);
	CHECK(left > 0);
	CHECK_OK(office_holdings(t.office, who, left, t.arena, &posts, &count, &t.why), &t.why);
	CHECK_INT(count, 0);
	CHECK_FAILS(leaving_begin(t.proceedings, town_id(&t, "sato"), who, SLICE("退職"), id, NULL), E_CONFLICT);
	CHECK_FAILS(settle(&t, id), E_DENIED);
	CHECK_STR(t.why.place, "LOCAL-HN-15");
	CHECK_OK(register_end(t.registers, row, 1, town_id(&t, "sato"), "", NULL, 0, &t.why), &t.why);
	CHECK_INT(held(&t, "tanaka"), 0);
	CHECK_OK(settle(&t, id), &t.why);
	town_done(&t);
}

TEST(who_comes_back_has_not_left)
{
	struct town t;
	char id[27];
	day_t left;
	town_new(&t);
	CHECK_OK(leaving_begin(t.proceedings, "", town_id(&t, "aoki"), SLICE("出向"), id, &t.why), &t.why);
	CHECK_OK(office_suspend(t.office, "", town_id(&t, "aoki"), false, SLICE("復職"), &t.why), &t.why);
	CHECK_OK(office_left(t.office, town_id(&t, "aoki"), &left, &t.why), &t.why);
	CHECK_INT(left, 0);
	CHECK_OK(leaving_begin(t.proceedings, "", town_id(&t, "aoki"), SLICE("退職"), id, &t.why), &t.why);
	town_done(&t);
}

static size_t owed(struct town *t, const char *clause, const char *task, enum duty_state state, const char *login)
{
	const struct duty_query query = {.clause = clause, .person = *login ? town_id(t, login) : NULL, .state = state, .limit = 50};
	struct obligation *found;
	size_t count, n = 0;
	CHECK_OK(duty_follow(t->duties, NULL, NULL, &t->why), &t->why);
	CHECK_OK(duty_list(t->duties, &query, t->arena, &found, &count, NULL, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		n += strcmp(found[i].task, task) == 0;
	return n;
}

static void tries_to_sign_in(struct town *t, const char *person)
{
	struct ledger_entry entry = {.body = SLICE("town"), .kind = SLICE("event.told"), .actor = slice_str(person),
	                             .subject = slice_str(person)};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(ledger_record(t->ledger, &entry, json_pack("{ss}", "done", "left_sign_in"), &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
}

/* What each body's clauses ask for when somebody leaves: his things back, silence, his account
 * ended, the case brought to its end by his manager, a look at whoever uses his id. */
TEST(every_body_deals_with_who_leaves)
{
	static const struct {
		struct town_body body;
		const char *settled, *returned, *silent, *account, *account_task, *tried;
	} rows[] = {
		{{"hannan", "office.tsv"}, "LOCAL-HN-15", "HN-2.5.1(1)-9/1", "HN-2.5.1(1)-9/2", "HN-2.6.2(1)-2a", "manage_accounts", "LOCAL-HN-16"},
		{{"annaka-2026-04", "annaka.tsv"}, "BASE-5.1.4", "BASE-5.1.2", "BASE-5.1.3", "BASE-6.2.4", "close_accounts", "BASE-5.1.5"},
		{{"fuchu-2022-05", "fuchu.tsv"}, "BASE-5.1.4", "BASE-5.1.2", "BASE-5.1.3", "BASE-6.2.4", "close_accounts", "BASE-5.1.5"},
		{{"imabari-auditors", "imabari-auditors.tsv"}, "BASE-5.1.4", "BASE-5.1.2", "BASE-5.1.3", "BASE-6.2.4", "close_accounts", "BASE-5.1.5"},
		{{"fukushima-2023-06", "fukushima.tsv"}, "LOCAL-FS-13", "FS-6.1(12)/1", "FS-6.1(12)/2", "LOCAL-FS-13", "close_accounts", "LOCAL-FS-14"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct town t;
		struct person leaver;
		char id[27], row[27];
		town_new_on(&t, &rows[i].body);
		const char *who = town_id(&t, "aoki");
		CHECK_OK(office_person(t.office, who, t.arena, &leaver, &t.why), &t.why);
		const struct cell cells[] = {{"person", who}, {"shared", "no"}, {"enabled", "yes"}};
		const struct register_change account = {.kind = "account", .name = "業務システムのID", .section = leaver.section,
			.cells = cells, .cell_count = 3, .actor = who, .post = ""};
		CHECK_OK(register_put(t.registers, &account, row, &t.why), &t.why);
		CHECK_OK(leaving_begin(t.proceedings, town_id(&t, "tanaka"), who, SLICE("退職"), id, &t.why), &t.why);
		CHECK_INT(owed(&t, rows[i].returned, "return_assets", DUTY_NONE, ""), 1);
		CHECK_INT(owed(&t, rows[i].silent, "keep_secret", DUTY_NONE, ""), 1);
		CHECK(owed(&t, rows[i].account, rows[i].account_task, DUTY_OPEN, "") >= 1);
		CHECK_INT(owed(&t, rows[i].settled, "leaving.settle", DUTY_OPEN, "tanaka"), 1);
		CHECK_FAILS(settle_by(&t, "tanaka", id), E_DENIED);
		CHECK_STR(t.why.place, rows[i].settled);
		CHECK_OK(register_end(t.registers, row, 1, town_id(&t, "tanaka"), "", NULL, 0, &t.why), &t.why);
		CHECK_OK(settle_by(&t, "tanaka", id), &t.why);
		CHECK_INT(owed(&t, rows[i].settled, "leaving.settle", DUTY_DONE, ""), 1);
		CHECK_INT(owed(&t, rows[i].tried, "check_situation", DUTY_NONE, ""), 0);
		tries_to_sign_in(&t, who);
		CHECK_INT(owed(&t, rows[i].tried, "check_situation", DUTY_OPEN, "tanaka"), 1);
		town_done(&t);
	}
}

MAIN_TESTS()
