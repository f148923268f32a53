/* 離職: the right of use and the posts end, what is held is counted, the case waits for it. */
#ifndef TOWN_DUTIES
#define TOWN_DUTIES
#endif
#include "office/leave.h"
#include "proceeding/case.h"
#include "proceeding/leaving.h"
#include "town.h"

static size_t held(struct town *t, const char *login)
{
	struct leaving_thing *things;
	size_t count;
	CHECK_OK(leaving_things(t->proceedings, town_id(t, login), t->arena, &things, &count, &t->why), &t->why);
	return count;
}

static struct result settle(struct town *t, const char *id)
{
	struct case_view view;
	enum case_outcome outcome;
	char application[27];
	t->why = (struct why){0};
	CHECK_OK(case_get(t->proceedings, id, t->arena, &view, &t->why), &t->why);
	const struct case_hand hand = {.id = id, .turn = view.turn, .actor = town_id(t, "sato"), .post = ""};
	const struct case_step step = {.act = "leaving.settle", .reason = ""};
	return case_move(t->proceedings, &hand, &step, &outcome, application, &t->why);
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

MAIN_TESTS()
