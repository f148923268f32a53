/* 緊急時の制限の緩和: only in a declared emergency, somewhere, until a day; then as before. */
#ifndef TOWN_DUTIES
#define TOWN_DUTIES
#endif
#include "proceeding/case.h"
#include "proceeding/relax.h"
#include "town.h"

static const struct town_body fukushima = {"fukushima-2023-06", "fukushima.tsv"};
static const char clause[] = "FS-6.1(8)";

static enum verdict plug(struct town *t)
{
	const struct decision *d;
	const struct fact_pair facts[] = {{"network", "net-2"}, {"object.assigned_network", "net-1"}};
	const struct wish wish = {.act = "connect_device", .actor = town_id(t, "aoki"), .subject = "pc-1", .facts = facts, .fact_count = 2};
	t->why = (struct why){0};
	CHECK_OK(proceeding_decide(t->proceedings, &wish, t->arena, &d, &t->why), &t->why);
	return d->verdict;
}

static struct result move(struct town *t, const char *id, const char *login, const char *act)
{
	struct case_view view;
	enum case_outcome outcome;
	char application[27];
	t->why = (struct why){0};
	CHECK_OK(case_get(t->proceedings, id, t->arena, &view, &t->why), &t->why);
	const struct case_hand hand = {.id = id, .turn = view.turn, .actor = town_id(t, login), .post = ""};
	const struct case_step step = {.act = act, .reason = ""};
	return case_move(t->proceedings, &hand, &step, &outcome, application, &t->why);
}

static void begin(struct town *t, char id[27])
{
	const struct cell cells[] = {{"section", "digital"}};
	town_new_on(t, &fukushima);
	const struct case_opening o = {.kind = "emergency_state", .name = "基幹網の障害", .section = "digital", .cells = cells,
		.cell_count = 1, .actor = town_id(t, "tsuda"), .post = ""};
	CHECK_OK(case_open(t->proceedings, &o, id, &t->why), &t->why);
}

static struct result relax(struct town *t, const char *id, const char *login, const char *what, const char *section, day_t until)
{
	const struct relax_request r = {.emergency = id, .actor = town_id(t, login), .clauses = &what, .clause_count = 1,
		.section = section, .ground = "窓口の業務", .until = until};
	t->why = (struct why){0};
	return relax_begin(t->proceedings, &r, &t->why);
}

static size_t in_force(struct town *t)
{
	struct relaxation *all;
	size_t count, n = 0;
	CHECK_OK(relax_list(t->proceedings, t->arena, &all, &count, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		n += all[i].ended_ms == 0;
	return n;
}

TEST(only_while_it_is_declared)
{
	struct town t;
	char id[27];
	size_t ended;
	begin(&t, id);
	CHECK_INT(plug(&t), REFUSE);
	CHECK_FAILS(relax(&t, "", "tsuda", clause, "", 20800), E_DENIED);
	CHECK_FAILS(relax(&t, id, "tsuda", clause, "", 20800), E_DENIED);
	CHECK_FAILS(move(&t, id, "aoki", "emergency_state.declare"), E_DENIED);
	CHECK_OK(move(&t, id, "tsuda", "emergency_state.declare"), &t.why);
	CHECK_FAILS(relax(&t, id, "aoki", clause, "", 20800), E_DENIED);
	CHECK_FAILS(relax(&t, id, "tsuda", "LOCAL-FS-6", "", 20800), E_DENIED); /* absolute */
	CHECK_FAILS(relax(&t, id, "tsuda", "FS-99", "", 20800), E_INPUT);
	CHECK_FAILS(relax(&t, id, "tsuda", clause, "", 100), E_INPUT);
	CHECK_FAILS(relax(&t, id, "tsuda", clause, "nowhere", 20800), E_INPUT);
	CHECK_INT(in_force(&t), 0);
	CHECK_OK(relax(&t, id, "tsuda", clause, "", 20800), &t.why);
	CHECK_INT(plug(&t), PASS);
	CHECK_OK(relax_lapse(t.proceedings, &ended, &t.why), &t.why);
	CHECK_INT(ended, 0);
	CHECK_OK(move(&t, id, "tsuda", "emergency_state.call_off"), &t.why);
	CHECK_INT(plug(&t), REFUSE);
	CHECK_INT(in_force(&t), 0);
	CHECK_FAILS(relax(&t, id, "tsuda", clause, "", 20800), E_DENIED);
	town_done(&t);
}

TEST(it_is_for_a_section_and_ends_by_hand)
{
	struct town t;
	struct relaxation *all;
	size_t count;
	char id[27];
	begin(&t, id);
	CHECK_OK(move(&t, id, "tsuda", "emergency_state.declare"), &t.why);
	CHECK_OK(relax(&t, id, "tsuda", clause, "statistics", 20800), &t.why);
	CHECK_INT(plug(&t), REFUSE);
	CHECK_OK(relax(&t, id, "kuroda", clause, "tax", 20800), &t.why);
	CHECK_INT(plug(&t), PASS);
	CHECK_OK(relax_list(t.proceedings, t.arena, &all, &count, &t.why), &t.why);
	CHECK_INT(count, 2);
	for (size_t i = 0; i < count; i++) {
		CHECK_FAILS(relax_end(t.proceedings, all[i].id, town_id(&t, "aoki"), NULL), E_DENIED);
		CHECK_OK(relax_end(t.proceedings, all[i].id, town_id(&t, "tsuda"), &t.why), &t.why);
		CHECK_FAILS(relax_end(t.proceedings, all[i].id, town_id(&t, "tsuda"), NULL), E_CONFLICT);
	}
	CHECK_INT(plug(&t), REFUSE);
	town_done(&t);
}

MAIN_TESTS()
