/* The duties of a policy as policy/duty.h reads them out and judges them. */
#include "policy/duty.h"
#include "policy/folder.h"
#include "harness.h"

static struct policy *load(struct arena *arena, const char *const *folders, size_t count)
{
	struct policy *policy = NULL;
	struct why why = {0};
	CHECK_OK(policy_load_folders(folders, count, arena, &policy, NULL, &why), &why);
	CHECK(policy && policy_sound(policy));
	return policy;
}
static struct policy *hannan(struct arena *arena)
{
	const char *folders[] = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/hannan-2022-07"};
	return load(arena, folders, 2);
}
static day_t today(void)
{
	day_t day = 0;
	(void)day_from_date((struct date){2026, 11, 20}, &day);
	return day;
}
static const struct policy_duty *named(const struct policy_duty *duties, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(duties[i].id, id) == 0)
			return &duties[i];
	static const struct duty_trigger nothing;
	static const struct policy_duty none = {.id = "", .task = "", .of = "", .triggers = &nothing};
	printf("  no duty %s\n", id);
	test_faults_++;
	return &none;
}

TEST(a_duty_is_read_out_whole)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct policy *policy = hannan(arena);
	struct policy_duty *duties;
	size_t count = 0;
	struct why why = {0};
	CHECK_OK(policy_duties(policy, "hannan", today(), arena, &duties, &count, &why), &why);
	CHECK(count > 130);
	const struct policy_duty *report = named(duties, count, "HN-2.1(2)-SUP-8#report");
	CHECK_STR(report->task, "report");
	CHECK_INT(report->triggers[0].kind, DUTY_ON);
	CHECK_STR(report->triggers[0].event, "incident.recognise");
	CHECK_INT(report->within.set, true);
	CHECK_INT(report->within.count, 4);
	CHECK_STR(report->within.unit, "hours");
	CHECK(*report->when && *report->by && *report->to);
	const struct policy_duty *check = named(duties, count, "HN-2.8.1(3)/1#check_contractor");
	CHECK_STR(check->of, "contract");
	CHECK_INT(check->triggers[0].kind, DUTY_EACH);
	CHECK_INT(check->triggers[0].each.count, 6);
	for (size_t i = 0; i < count; i++) { /* no two of a name: it is what an obligation refers to */
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(duties[i].id, duties[k].id) != 0);
		CHECK(duties[i].clause && *duties[i].label && *duties[i].by);
		CHECK(duties[i].document || duties[i].trigger_count > 0);
	}
}

TEST(spans_are_read_as_they_were_set)
{
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, 200);
	struct duty_span set = {.given = true, .set = true, .parameter = "promptly", .label = "すみやかに", .count = 24,
	                        .unit = "hours"};
	struct duty_span unset = {.given = true, .parameter = "promptly", .label = "すみやかに", .unit = ""};
	struct duty_span plain = {.given = true, .set = true, .parameter = "", .label = "", .count = 3, .unit = "working-days"};
	duty_span_text(&set, &text);
	buffer_put_str(&text, "|");
	duty_span_text(&unset, &text);
	buffer_put_str(&text, "|");
	duty_span_text(&plain, &text);
	CHECK_STR(buffer_cstr(&text), "すみやかに（24時間）|すみやかに（未設定）|3開庁日");
}

/* a standard without values: the adopter's are unset until it sets them */
TEST(an_unset_parameter_stays_unset)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	const char *folders[] = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/base-2026"};
	struct policy *policy = load(arena, folders, 2);
	struct policy_duty *duties;
	size_t count = 0, unset = 0;
	struct why why = {0};
	const char *name = policy_edition_at(policy, 0)->name;
	CHECK_OK(policy_duties(policy, name, today(), arena, &duties, &count, &why), &why);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < duties[i].trigger_count; k++)
			unset += duties[i].triggers[k].kind == DUTY_EACH && !duties[i].triggers[k].each.set;
	CHECK(unset > 10);
}

TEST(conditions_are_told_from_facts_and_unknown_without)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct policy *policy = hannan(arena);
	struct policy_duty *duties;
	struct facts *facts;
	struct duty_judgement judged = {0};
	size_t count = 0;
	struct why why = {0};
	CHECK_OK(policy_duties(policy, "hannan", today(), arena, &duties, &count, &why), &why);
	const struct policy_duty *report = named(duties, count, "HN-2.1(2)-SUP-8#report");
	static const struct {
		const char *emergency;
		enum duty_truth applies;
	} rows[] = {{NULL, DUTY_CANNOT_TELL}, {"yes", DUTY_YES}, {"no", DUTY_NO}};
	for (size_t i = 0; i < 3; i++) {
		CHECK_OK(policy_duty_facts(policy, report, "incident.recognise", arena, &facts, &why), &why);
		if (rows[i].emergency)
			CHECK_OK(facts_set_any(facts, "incident.emergency", rows[i].emergency, &why), &why);
		CHECK_OK(policy_duty_judge(policy, "hannan", report, "incident.recognise", facts, today(), arena, &judged, &why),
		         &why);
		CHECK_INT(judged.applies, rows[i].applies);
		CHECK_INT(judged.by.slot_count, 1);
		CHECK_STR(judged.by.slots[0]->post, "supervisor");
		CHECK_STR(judged.otherwise.slots[0]->post, "ciso");
	}
	CHECK_FAILS(policy_duty_facts(policy, report, "no.such", arena, &facts, NULL), E_ABSENT);
	CHECK_FAILS(policy_duties(policy, "nobody", today(), arena, &duties, &count, NULL), E_ABSENT);
	CHECK_FAILS(policy_duties(policy, "hannan", 10000, arena, &duties, &count, NULL), E_ABSENT);
}

TEST(what_an_adopted_policy_demands_stands_among_them_with_our_posts)
{
	AUTO(arena_drop) struct arena *arena = arena_new(128 << 20);
	const char *folders[] = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/base-2026",
	                         SEKISHO_SOURCE "/policies/imabari-auditors"};
	struct policy *policy = load(arena, folders, 3);
	const struct policy_edition *edition = policy_edition_in(policy, "imabari-auditors");
	struct policy_duty *duties;
	size_t count = 0, adopted = 0;
	struct why why = {0};
	CHECK_OK(policy_duties(policy, edition->name, today(), arena, &duties, &count, &why), &why);
	for (size_t i = 0; i < count; i++)
		adopted += strstr(duties[i].cite, " › ") != NULL;
	CHECK(adopted > 30);
	struct policy_member *members;
	size_t all = 0;
	CHECK_OK(policy_members(policy, edition->name, today(), arena, &members, &all, &why), &why);
	CHECK(all > policy_clause_count(policy, edition));
	CHECK(policy_names_act(policy, "incident.report") && policy_names_act(policy, "report") &&
	      !policy_names_act(policy, "no_such_word"));
}

MAIN_TESTS()
