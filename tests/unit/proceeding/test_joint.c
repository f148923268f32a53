/* One act on several things of several owners: all owners are asked, each for his own;
 * a refusal refuses the thing, or the whole where the text or the applicant says so. */
#include "proceeding/case.h"
#include "town.h"

enum { THINGS = 3 };

struct load { /* two things of the tax section, one of the care section */
	char ids[THINGS][27];
	struct joint_thing things[THINGS];
};

static void put_asset(struct town *t, const char *name, const char *section, const char *level, char id[27])
{
	const struct cell cells[] = {{"owner", section}, {"importance", level}, {"limits", "protected_move"}};
	const struct register_change row = {.kind = "asset", .name = name, .section = section, .actor = "x",
		.cells = cells, .cell_count = 3};
	CHECK_OK(register_put(t->registers, &row, id, &t->why), &t->why);
}

static void load_things(struct town *t, struct load *l)
{
	static const struct {
		const char *name, *section, *level;
	} rows[THINGS] = {{"課税台帳", "tax", "B"}, {"地番図", "tax", "C"}, {"受給者名簿", "care", "A"}};
	for (size_t i = 0; i < THINGS; i++) {
		put_asset(t, rows[i].name, rows[i].section, rows[i].level, l->ids[i]);
		l->things[i] = (struct joint_thing){l->ids[i], rows[i].name};
	}
}

static const struct fact_pair shared[] = {{"place", "市民会館"}, {"until", "2026-12-25"}, {"on_duty", "yes"}};

static struct joint_request request_of(struct town *t, const struct load *l, const char *act, bool together)
{
	return (struct joint_request){.each = {.wish = {.act = act, .actor = town_id(t, "aoki"), .facts = shared, .fact_count = 3},
		.section = "tax", .purpose = "合同の説明会", .until = DAY_OPEN}, .things = l->things, .count = THINGS, .together = together};
}

static struct application get(struct town *t, const char *id)
{
	struct application a = {0};
	CHECK_OK(application_get(t->proceedings, id, t->arena, &a, &t->why), &t->why);
	return a;
}

static struct result answer(struct town *t, const char *id, const char *login, enum application_answer said)
{
	t->why = (struct why){0};
	return application_answer(t->proceedings, id, town_id(t, login), said, "理由", &t->why);
}

static bool may_do(struct town *t, const char *act, const char *object)
{
	const struct fact_pair facts[] = {{"object", object}, {"place", "市民会館"}, {"until", "2026-12-25"}, {"on_duty", "yes"}};
	const struct wish wish = {.act = act, .actor = town_id(t, "aoki"), .subject = object, .facts = facts, .fact_count = 4};
	const struct decision *decision;
	CHECK_OK(proceeding_decide(t->proceedings, &wish, t->arena, &decision, &t->why), &t->why);
	return decision->verdict == PASS;
}

static size_t waiting(struct town *t, const char *login)
{
	struct application *list;
	size_t count = 99;
	const struct application_query query = {.waiting_for = town_id(t, login)};
	CHECK_OK(application_list(t->proceedings, &query, t->arena, &list, &count, &t->why), &t->why);
	return count;
}

TEST(each_owner_is_asked_for_his_own_things)
{
	struct town t;
	struct load l;
	struct joint_made made;
	struct application *all;
	size_t count;
	town_new(&t);
	load_things(&t, &l);
	const struct joint_request request = request_of(&t, &l, "take_out", false);
	CHECK_OK(application_apply_joint(t.proceedings, &request, &made, &t.why), &t.why);
	CHECK_INT(made.count, THINGS);
	CHECK(!made.together && made.joint[0]);
	CHECK_INT(waiting(&t, "tanaka"), 2);
	CHECK_INT(waiting(&t, "kimura"), 1);
	struct application first = get(&t, made.ids[0]);
	CHECK_OK(application_joint(t.proceedings, &first, t.arena, &all, &count, &t.why), &t.why);
	CHECK_INT(count, THINGS);
	/* another owner has no word on it, nor the applicant */
	CHECK_FAILS(answer(&t, made.ids[0], "kimura", ANSWER_AGREE), E_DENIED);
	CHECK_FAILS(answer(&t, made.ids[2], "tanaka", ANSWER_AGREE), E_DENIED);
	CHECK_FAILS(answer(&t, made.ids[2], "aoki", ANSWER_AGREE), E_DENIED);
	/* one word for everything that waits for him */
	CHECK_OK(application_answer_joint(t.proceedings, made.ids[0], town_id(&t, "tanaka"), ANSWER_AGREE, "", &count, &t.why), &t.why);
	CHECK_INT(count, 2);
	CHECK_INT(get(&t, made.ids[0]).state, APPLICATION_PERMITTED);
	CHECK_INT(get(&t, made.ids[1]).state, APPLICATION_PERMITTED);
	CHECK_INT(get(&t, made.ids[2]).state, APPLICATION_OPEN);
	/* a refusal refuses that thing */
	CHECK_OK(answer(&t, made.ids[2], "kimura", ANSWER_DECLINE), &t.why);
	CHECK(may_do(&t, "take_out", l.ids[0]) && may_do(&t, "take_out", l.ids[1]));
	CHECK(!may_do(&t, "take_out", l.ids[2]));
	town_done(&t);
}

TEST(together_none_is_permitted_before_all_are)
{
	struct town t;
	struct load l;
	struct joint_made made;
	size_t count;
	town_new(&t);
	load_things(&t, &l);
	const struct joint_request request = request_of(&t, &l, "take_out", true);
	CHECK_OK(application_apply_joint(t.proceedings, &request, &made, &t.why), &t.why);
	CHECK(made.together);
	CHECK_OK(application_answer_joint(t.proceedings, made.ids[1], town_id(&t, "tanaka"), ANSWER_AGREE, "", &count, &t.why), &t.why);
	CHECK_INT(count, 2);
	CHECK_INT(get(&t, made.ids[0]).state, APPLICATION_OPEN);
	CHECK(!may_do(&t, "take_out", l.ids[0])); /* agreed, and not permitted */
	CHECK_OK(answer(&t, made.ids[2], "kimura", ANSWER_AGREE), &t.why);
	for (size_t i = 0; i < THINGS; i++) {
		CHECK_INT(get(&t, made.ids[i]).state, APPLICATION_PERMITTED);
		CHECK(may_do(&t, "take_out", l.ids[i]));
	}
	town_done(&t);
}

TEST(together_one_refusal_refuses_the_whole)
{
	static const enum application_answer said[] = {ANSWER_DECLINE, ANSWER_RETURN};
	static const enum application_state state[] = {APPLICATION_REFUSED, APPLICATION_RETURNED};
	struct town t;
	struct load l;
	struct joint_made made;
	size_t count;
	town_new(&t);
	load_things(&t, &l);
	for (size_t way = 0; way < 2; way++) {
		const struct joint_request request = request_of(&t, &l, "take_out", true);
		CHECK_OK(application_apply_joint(t.proceedings, &request, &made, &t.why), &t.why);
		CHECK_OK(application_answer_joint(t.proceedings, made.ids[0], town_id(&t, "tanaka"), ANSWER_AGREE, "", &count, &t.why), &t.why);
		CHECK_OK(answer(&t, made.ids[2], "kimura", said[way]), &t.why);
		for (size_t i = 0; i < THINGS; i++) {
			CHECK_INT(get(&t, made.ids[i]).state, state[way]);
			CHECK(!may_do(&t, "take_out", l.ids[i]));
		}
	}
	const struct joint_request request = request_of(&t, &l, "take_out", true);
	CHECK_OK(application_apply_joint(t.proceedings, &request, &made, &t.why), &t.why);
	CHECK_OK(application_withdraw(t.proceedings, made.ids[1], town_id(&t, "aoki"), &t.why), &t.why);
	for (size_t i = 0; i < THINGS; i++)
		CHECK_INT(get(&t, made.ids[i]).state, APPLICATION_WITHDRAWN);
	town_done(&t);
}

/* The strictest thing binds what all of them share: class A on an own device. */
TEST(one_thing_that_a_clause_refuses_keeps_all_from_being_asked)
{
	struct town t;
	struct load l;
	struct joint_made made;
	char own[27], issued[27];
	town_new(&t);
	load_things(&t, &l);
	struct register_change row = {.kind = "host", .name = "私物のノートパソコン", .section = "tax", .actor = "x",
		.cells = (const struct cell[]){{"issued", "no"}}, .cell_count = 1};
	CHECK_OK(register_put(t.registers, &row, own, &t.why), &t.why);
	row = (struct register_change){.kind = "host", .name = "貸出用", .section = "tax", .actor = "x",
		.cells = (const struct cell[]){{"issued", "yes"}}, .cell_count = 1};
	CHECK_OK(register_put(t.registers, &row, issued, &t.why), &t.why);
	struct fact_pair facts[] = {{"place", "自宅"}, {"until", "2026-12-25"}, {"device", own}, {"on_paper", "no"}};
	struct joint_request request = request_of(&t, &l, "work_outside", false);
	request.each.wish.facts = facts;
	request.each.wish.fact_count = sizeof facts / sizeof *facts;
	CHECK_FAILS(application_apply_joint(t.proceedings, &request, &made, &t.why), E_DENIED);
	CHECK_STR(t.why.place, "HN-2.5.1(1)-3c/2");
	CHECK(strstr(t.why.text, "受給者名簿"));
	CHECK_INT(waiting(&t, "tanaka"), 0);
	t.why = (struct why){0};
	facts[2].value = issued; /* a device of the office carries all of them */
	CHECK_OK(application_apply_joint(t.proceedings, &request, &made, &t.why), &t.why);
	request.count = 0;
	CHECK_FAILS(application_apply_joint(t.proceedings, &request, &made, &t.why), E_INPUT);
	const struct joint_thing twice[] = {l.things[0], l.things[0]};
	request.things = twice;
	request.count = 2;
	t.why = (struct why){0};
	CHECK_FAILS(application_apply_joint(t.proceedings, &request, &made, &t.why), E_INPUT);
	CHECK(strstr(t.why.text, "2度"));
	town_done(&t);
}

/* Who takes it out with him permits it as little as he does. */
TEST(nobody_permits_what_he_handles)
{
	struct town t;
	struct load l;
	char id[27];
	town_new(&t);
	load_things(&t, &l);
	const char *both = arena_printf(t.arena, "%s %s", town_id(&t, "ueda"), town_id(&t, "tanaka"));
	const struct fact_pair facts[] = {{"object", l.ids[0]}, {"place", "市民会館"}, {"until", "2026-12-25"}, {"on_duty", "yes"},
	                                  {"handlers", both}};
	const struct application_request request = {.wish = {.act = "take_out", .actor = town_id(&t, "aoki"), .subject = l.ids[0],
		.facts = facts, .fact_count = 5}, .section = "tax", .title = "持出し", .purpose = "説明会", .until = DAY_OPEN};
	CHECK_OK(application_apply(t.proceedings, &request, id, &t.why), &t.why);
	CHECK_FAILS(answer(&t, id, "tanaka", ANSWER_AGREE), E_DENIED);
	CHECK_INT(get(&t, id).slots[0].holder_count, 0); /* a hole, shown as one */
	town_done(&t);
}

/* A text that asks every manager lets none be passed over. */
TEST(a_route_of_every_holder_binds_the_whole)
{
	static const struct town_body fuchu = {"fuchu", "fuchu.tsv"};
	struct town t;
	struct joint_made made;
	char ids[2][27];
	struct holding *all;
	size_t held, n = 0;
	const char *sections[2], *managers[2];
	town_new_on(&t, &fuchu);
	CHECK_OK(office_all_holdings(t.office, t.arena, &all, &held, &t.why), &t.why);
	for (size_t i = 0; i < held && n < 2; i++)
		if (strcmp(all[i].post, "manager") == 0 && (n == 0 || strcmp(sections[0], all[i].scope) != 0)) {
			sections[n] = all[i].scope;
			managers[n++] = all[i].person;
		}
	CHECK_INT(n, 2);
	struct person *people;
	CHECK_OK(office_people(t.office, t.arena, &people, &held, &t.why), &t.why);
	const char *applicant = NULL;
	for (size_t i = 0; i < held; i++)
		if (strcmp(people[i].id, managers[0]) != 0 && strcmp(people[i].id, managers[1]) != 0)
			applicant = people[i].id;
	struct joint_thing things[2];
	for (size_t i = 0; i < 2; i++) {
		const struct cell cells[] = {{"owner", sections[i]}, {"confidentiality", "2"}, {"medium_kind", "paper"}};
		const struct register_change row = {.kind = "asset", .name = i ? "乙" : "甲", .section = sections[i], .actor = "x",
			.cells = cells, .cell_count = 3};
		CHECK_OK(register_put(t.registers, &row, ids[i], &t.why), &t.why);
		things[i] = (struct joint_thing){ids[i], row.name};
	}
	const struct joint_request request = {.each = {.wish = {.act = "take_out", .actor = applicant, .facts = shared,
		.fact_count = 3}, .section = sections[0], .purpose = "説明会", .until = DAY_OPEN}, .things = things, .count = 2};
	CHECK_OK(application_apply_joint(t.proceedings, &request, &made, &t.why), &t.why);
	CHECK(made.together);
	CHECK_OK(application_answer(t.proceedings, made.ids[0], managers[0], ANSWER_AGREE, "", &t.why), &t.why);
	CHECK_INT(get(&t, made.ids[0]).state, APPLICATION_OPEN);
	CHECK_OK(application_answer(t.proceedings, made.ids[1], managers[1], ANSWER_DECLINE, "出せない", &t.why), &t.why);
	CHECK_INT(get(&t, made.ids[0]).state, APPLICATION_REFUSED);
	town_done(&t);
}

MAIN_TESTS()
