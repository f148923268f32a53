/* Self-inspection from its questions to what is improved, and who may audit whom; on the
 * demo city's chart and Hannan's clauses.                                       */
#define TOWN_REVIEW
#include "town.h"

#include "review/review.h"

struct office_of {
	struct town town;
	struct desk desk;
};

static void begin(struct office_of *o, const struct town_body *body, const char *policy)
{
	town_new_on(&o->town, body);
	struct town *t = &o->town;
	o->desk = (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy,
		.policy_name = policy, .office = t->office, .registers = t->registers, .proceedings = t->proceedings,
		.random = &t->random, .clock = &t->clock, .body = "town"};
}

static struct why *why_of(struct office_of *o)
{
	o->town.why = (struct why){OK, "", ""};
	return &o->town.why;
}

static const char *who(struct office_of *o, const char *login)
{
	return arena_string(o->town.arena, slice_str(town_id(&o->town, login)));
}

static const char *const two[] = {"HN-2.5.3(1)-1", "HN-2.9(3)-1"}; /* everybody's, and the managers' */

static void open_two(struct office_of *o, char id[27])
{
	const struct review_opening opening = {.title = "令和8年度の自己点検", .deadline = 20777 + 14, .clauses = two,
		.clause_count = 2, .by = who(o, "sato")};
	CHECK_OK(review_open(&o->desk, &opening, id, why_of(o)), &o->town.why);
}

static struct result answer(struct office_of *o, const char *id, const char *login, const char *by,
                            enum item_answer first, const char *remark, enum item_answer second)
{
	const struct review_said said[] = {{two[0], first, remark}, {two[1], second, ""}};
	return review_answer(&o->desk, id, who(o, login), who(o, by), said, second ? 2 : 1, why_of(o));
}

TEST(questions_come_from_the_clauses_and_go_to_whom_they_bind)
{
	struct office_of o;
	struct review_question *all;
	size_t count, everybody = 0, managers = 0;
	begin(&o, &town_hannan, "hannan");
	CHECK_OK(review_questions(&o.desk, o.town.arena, &all, &count, why_of(&o)), &o.town.why);
	for (size_t i = 0; i < count; i++) {
		const struct policy_clause *clause = policy_clause(o.town.policy, all[i].clause);
		CHECK(clause && clause->parts & (CLAUSE_DEMAND | CLAUSE_DUTY | CLAUSE_DOCUMENT));
		everybody += !*all[i].posts;
		managers += strcmp(all[i].posts, "manager") == 0;
		if (strcmp(all[i].clause, "HN-2.9(3)-1") == 0)
			CHECK_STR(all[i].posts, "manager");
		if (strcmp(all[i].clause, "HN-2.9(3)-2") == 0)
			CHECK_STR(all[i].posts, "supervisor");
		CHECK(strcmp(all[i].clause, "HN-2.9(1)-4") != 0); /* only allows: nothing to keep */
	}
	printf("  %zu questions: %zu of everybody, %zu of managers alone\n", count, everybody, managers);
	CHECK(count > 100 && everybody > 50 && managers > 10);
	const struct review_question q = {"X", "manager supervisor"};
	CHECK(review_asks(&q, "section_staff manager") && !review_asks(&q, "section_manager") && !review_asks(&q, ""));
	CHECK(review_asks(&(struct review_question){"X", ""}, ""));
	town_done(&o.town);
}

TEST(a_campaign_asks_each_person_his_own_and_who_may_begin_one)
{
	struct office_of o;
	char id[27], other[27];
	struct review_sheet sheet;
	struct review_campaign c;
	begin(&o, &town_hannan, "hannan");
	const struct review_opening mine = {.title = "点検", .deadline = 20790, .clauses = two, .clause_count = 2, .by = who(&o, "aoki")};
	CHECK_FAILS(review_open(&o.desk, &mine, other, why_of(&o)), E_DENIED);
	struct review_opening wrong = mine;
	wrong.by = who(&o, "sato");
	wrong.deadline = 20776;
	CHECK_FAILS(review_open(&o.desk, &wrong, other, why_of(&o)), E_INPUT);
	CHECK_STR(o.town.why.place, "deadline");
	wrong.deadline = 20790;
	wrong.clauses = (const char *const[]){"HN-2.9(1)-4"};
	wrong.clause_count = 1;
	CHECK_FAILS(review_open(&o.desk, &wrong, other, why_of(&o)), E_INPUT);
	CHECK_STR(o.town.why.place, "clauses");
	open_two(&o, id);
	CHECK_OK(review_get(&o.desk, id, o.town.arena, &c, why_of(&o)), &o.town.why);
	CHECK_INT(c.sheets, 15); /* everybody of the office */
	CHECK_INT(c.question_count, 2);
	CHECK_OK(review_sheet_get(&o.desk, id, who(&o, "tanaka"), o.town.arena, &sheet, why_of(&o)), &o.town.why);
	CHECK_STR(sheet.posts, "manager");
	CHECK_FAILS(answer(&o, id, "aoki", "aoki", ITEM_YES, "", ITEM_YES), E_INPUT); /* the second is not asked of him */
	CHECK_FAILS(answer(&o, id, "aoki", "aoki", ITEM_NO, "", ITEM_UNANSWERED), E_INPUT); /* no reason */
	CHECK_STR(o.town.why.place, two[0]);
	CHECK_FAILS(answer(&o, id, "tanaka", "tanaka", ITEM_YES, "", ITEM_UNANSWERED), E_INPUT); /* one is missing */
	CHECK_STR(o.town.why.place, two[1]);
	CHECK_FAILS(answer(&o, id, "ueda", "aoki", ITEM_YES, "", ITEM_UNANSWERED), E_DENIED); /* a colleague */
	CHECK_FAILS(answer(&o, id, "aoki", "kimura", ITEM_YES, "", ITEM_UNANSWERED), E_DENIED); /* another section's head */
	CHECK_OK(answer(&o, id, "aoki", "aoki", ITEM_NO, "まだ手順を知らない", ITEM_UNANSWERED), &o.town.why);
	CHECK_OK(answer(&o, id, "ueda", "tanaka", ITEM_YES, "", ITEM_UNANSWERED), &o.town.why); /* has no page */
	CHECK_OK(review_sheet_get(&o.desk, id, who(&o, "aoki"), o.town.arena, &sheet, why_of(&o)), &o.town.why);
	CHECK_INT(sheet.said_count, 1);
	CHECK_STR(sheet.said[0].remark, "まだ手順を知らない");
	CHECK_INT(sheet.noes, 1);
	CHECK_OK(answer(&o, id, "aoki", "aoki", ITEM_YES, "", ITEM_UNANSWERED), &o.town.why); /* thought again */
	CHECK_OK(review_sheet_get(&o.desk, id, who(&o, "aoki"), o.town.arena, &sheet, why_of(&o)), &o.town.why);
	CHECK_INT(sheet.noes, 0);
	CHECK_STR(sheet.said[0].remark, "");
	town_done(&o.town);
}

static void settle(struct office_of *o)
{
	CHECK_OK(duty_follow(o->town.duties, NULL, NULL, why_of(o)), &o->town.why);
}

static size_t owed(struct office_of *o, const char *clause, const char *object)
{
	struct obligation *list;
	size_t count;
	const struct duty_query query = {.clause = clause, .object = object, .unsettled = true, .limit = 50};
	settle(o);
	CHECK_OK(duty_list(o->town.duties, &query, o->town.arena, &list, &count, NULL, why_of(o)), &o->town.why);
	return count;
}

TEST(a_section_is_reported_evaluated_and_improves)
{
	struct office_of o;
	char id[27], inspection[27];
	size_t findings;
	struct review_count *sections, *questions;
	size_t count;
	struct case_view *cases;
	begin(&o, &town_hannan, "hannan");
	open_two(&o, id);
	CHECK_OK(answer(&o, id, "aoki", "aoki", ITEM_NO, "手順書が見当たらない", ITEM_UNANSWERED), &o.town.why);
	CHECK_FAILS(review_report(&o.desk, id, "tax", who(&o, "tanaka"), "", inspection, why_of(&o)), E_CONFLICT);
	struct review_evaluation e = {.campaign = id, .section = "tax", .by = who(&o, "sato"), .words = "一件を直すこと",
		.clauses = two, .clause_count = 1, .deadline = 20777 + 60};
	CHECK_FAILS(review_evaluate(&o.desk, &e, &findings, why_of(&o)), E_CONFLICT); /* not reported yet */
	CHECK_FAILS(review_report(&o.desk, id, "tax", who(&o, "kimura"), "", inspection, why_of(&o)), E_DENIED);
	CHECK_OK(answer(&o, id, "ueda", "tanaka", ITEM_YES, "", ITEM_UNANSWERED), &o.town.why);
	CHECK_OK(review_report(&o.desk, id, "tax", who(&o, "tanaka"), "田中自身は出張中", inspection, why_of(&o)), &o.town.why);
	CHECK_INT(owed(&o, "HN-2.9(3)-2", inspection), 1); /* the supervisor has to evaluate: until then it is open */
	CHECK_FAILS(review_close(&o.desk, id, who(&o, "sato"), why_of(&o)), E_CONFLICT);
	e.words = "";
	CHECK_FAILS(review_evaluate(&o.desk, &e, &findings, why_of(&o)), E_INPUT);
	e.words = "一件を直すこと";
	CHECK_OK(review_evaluate(&o.desk, &e, &findings, why_of(&o)), &o.town.why);
	CHECK_INT(findings, 1);
	CHECK_INT(owed(&o, "HN-2.9(3)-2", inspection), 0);
	CHECK_INT(owed(&o, "HN-2.7.2(1)-2", "tax"), 1); /* the problem is for the CISO */
	const struct case_query query = {.kind = "finding", .limit = 10};
	CHECK_OK(case_list(o.desk.proceedings, &query, o.town.arena, &cases, &count, why_of(&o)), &o.town.why);
	CHECK_INT(count, 1);
	CHECK_STR(cases[0].step, "told");
	CHECK_INT(owed(&o, "LOCAL-HN-10", cases[0].row.id), 2); /* answer, and improve until its day */
	struct review_finding *found;
	size_t found_count;
	bool more;
	struct review_finding_query asked = {.campaign = id, .limit = 10};
	CHECK_OK(review_findings(&o.desk, o.town.duties, &asked, o.town.arena, &found, &found_count, &more, why_of(&o)), &o.town.why);
	CHECK_INT(found_count, 1);
	CHECK_STR(found[0].clause, two[0]);
	CHECK_STR(found[0].inspection, inspection);
	CHECK_INT(found[0].deadline, 20777 + 60);
	CHECK(!found[0].late && !found[0].put_right && !more);
	CHECK_INT(found[0].owner_count, 1);
	CHECK_STR(found[0].owners[0].person, who(&o, "tanaka"));
	town_ms += INT64_C(61) * 86400000;
	CHECK_OK(review_findings(&o.desk, NULL, &asked, o.town.arena, &found, &found_count, &more, why_of(&o)), &o.town.why);
	CHECK(found_count == 1 && found[0].late && !found[0].owner_count);
	town_ms -= INT64_C(61) * 86400000;
	asked = (struct review_finding_query){.audit = inspection, .limit = 10};
	CHECK_OK(review_findings(&o.desk, NULL, &asked, o.town.arena, &found, &found_count, &more, why_of(&o)), &o.town.why);
	CHECK_INT(found_count, 0); /* it is of no audit */
	asked.limit = 0;
	CHECK_FAILS(review_findings(&o.desk, NULL, &asked, o.town.arena, &found, &found_count, &more, why_of(&o)), E_INPUT);
	CHECK_FAILS(answer(&o, id, "aoki", "aoki", ITEM_YES, "", ITEM_UNANSWERED), E_CONFLICT); /* too late */
	CHECK_OK(review_by_section(&o.desk, id, o.town.arena, &sections, &count, why_of(&o)), &o.town.why);
	for (size_t i = 0; i < count; i++)
		if (strcmp(sections[i].of, "tax") == 0) {
			CHECK_INT(sections[i].asked, 3);
			CHECK_INT(sections[i].answered, 2);
			CHECK_INT(sections[i].no, 1);
			CHECK(sections[i].evaluated_ms > 0);
		}
	CHECK_OK(review_by_question(&o.desk, id, "tax", o.town.arena, &questions, &count, why_of(&o)), &o.town.why);
	CHECK_INT(count, 2);
	CHECK_INT(questions[0].yes, 1);
	CHECK_INT(questions[0].no, 1);
	CHECK_OK(review_close(&o.desk, id, who(&o, "sato"), why_of(&o)), &o.town.why);
	town_done(&o.town);
}

TEST(whoever_has_not_answered_is_reminded_before_and_after_the_last_day)
{
	struct office_of o;
	char id[27];
	size_t n;
	begin(&o, &town_hannan, "hannan");
	open_two(&o, id);
	CHECK_OK(review_tick(&o.desk, &n, why_of(&o)), &o.town.why);
	CHECK_INT(n, 0);
	CHECK_OK(answer(&o, id, "aoki", "aoki", ITEM_YES, "", ITEM_UNANSWERED), &o.town.why);
	town_ms += INT64_C(8) * 86400000; /* six days are left; remind_before is seven */
	CHECK_OK(review_tick(&o.desk, &n, why_of(&o)), &o.town.why);
	CHECK_INT(n, 14);
	CHECK_OK(review_tick(&o.desk, &n, why_of(&o)), &o.town.why);
	CHECK_INT(n, 0);
	town_ms += INT64_C(7) * 86400000; /* the day after the last */
	CHECK_OK(review_tick(&o.desk, &n, why_of(&o)), &o.town.why);
	CHECK_INT(n, 14);
	CHECK_OK(review_tick(&o.desk, &n, why_of(&o)), &o.town.why);
	CHECK_INT(n, 0);
	town_ms += INT64_C(7) * 86400000;
	CHECK_OK(review_tick(&o.desk, &n, why_of(&o)), &o.town.why);
	CHECK_INT(n, 14);
	town_done(&o.town);
}

static struct result sink(void *context, struct slice bytes, struct why *why)
{
	(void)why;
	buffer_put_slice(context, bytes);
	return ok();
}

TEST(a_sheet_is_filled_in_judged_and_taken_whole)
{
	struct office_of o;
	char id[27];
	struct buffer book;
	size_t rows;
	struct review_plan_in plan;
	begin(&o, &town_hannan, "hannan");
	open_two(&o, id);
	buffer_init(&book, 1 << 20);
	const struct sheet_sink out = {sink, &book};
	CHECK_OK(review_sheet_write(&o.desk, id, "tax", who(&o, "tanaka"), &out, &rows, why_of(&o)), &o.town.why);
	CHECK_INT(rows, 4); /* aoki 1, tanaka 2, ueda 1 */
	CHECK(buffer_slice(&book).len > 1000);
	buffer_done(&book);
	static const char head[] = "1,職員番号,条文の番号,答え（はい・いいえ・該当なし）,理由（いいえ・該当なしのとき）\n";
	const char *good = arena_printf(o.town.arena, "%s2,aoki,%s,いいえ,手順書がない\n3,ueda,%s,はい,\n4,tanaka,%s,,\n", head, two[0],
	                                two[0], two[0]);
	const char *bad = arena_printf(o.town.arena, "%s2,aoki,%s,たぶん,\n3,ueda,%s,いいえ,\n4,nobody,%s,はい,\n5,kimura,%s,はい,\n", head,
	                               two[0], two[0], two[0], two[0]);
	CHECK_FAILS(review_sheet_read(&o.desk, id, SLICE("1,a,b\n"), who(&o, "tanaka"), o.town.arena, &plan, why_of(&o)), E_INPUT);
	CHECK_OK(review_sheet_read(&o.desk, id, slice_str(bad), who(&o, "tanaka"), o.town.arena, &plan, why_of(&o)), &o.town.why);
	CHECK_INT(plan.fault_total, 4);
	CHECK_INT(plan.faults[0].row, 2);
	CHECK_FAILS(review_sheet_take(&o.desk, id, &plan, who(&o, "tanaka"), why_of(&o)), E_CONFLICT);
	CHECK_OK(review_sheet_read(&o.desk, id, slice_str(good), who(&o, "tanaka"), o.town.arena, &plan, why_of(&o)), &o.town.why);
	CHECK_INT(plan.fault_total, 0);
	CHECK_INT(plan.person_count, 2);
	CHECK_OK(review_sheet_take(&o.desk, id, &plan, who(&o, "tanaka"), why_of(&o)), &o.town.why);
	struct review_sheet sheet;
	CHECK_OK(review_sheet_get(&o.desk, id, who(&o, "aoki"), o.town.arena, &sheet, why_of(&o)), &o.town.why);
	CHECK_STR(sheet.said[0].remark, "手順書がない");
	CHECK_STR(sheet.answered_by, who(&o, "tanaka"));
	/* half of a person's questions is a fault, and nothing goes in */
	const char *half = arena_printf(o.town.arena, "%s2,tanaka,%s,はい,\n", head, two[0]);
	CHECK_OK(review_sheet_read(&o.desk, id, slice_str(half), who(&o, "tanaka"), o.town.arena, &plan, why_of(&o)), &o.town.why);
	CHECK_INT(plan.fault_total, 1);
	town_done(&o.town);
}

TEST(nobody_audits_his_own_section_nor_what_he_ran)
{
	struct office_of o;
	char id[27];
	struct review_stance stance;
	begin(&o, &town_hannan, "hannan");
	struct review_audit a = {.name = "税務課の監査", .section = "tax", .auditor = who(&o, "ueda"), .topics = "媒体の管理",
		.from = 20800, .to = 20810, .contract = "", .by = who(&o, "sato"), .unavoidable = ""};
	CHECK_FAILS(review_plan(&o.desk, &a, id, why_of(&o)), E_DENIED); /* belongs to it */
	CHECK(strstr(o.town.why.text, "監査を受ける課の人") && strstr(o.town.why.place, "HN-2.1(3)-2"));
	a.auditor = who(&o, "tanaka");
	CHECK_FAILS(review_plan(&o.desk, &a, id, why_of(&o)), E_DENIED); /* heads it */
	CHECK_OK(office_move_person(o.town.office, "", who(&o, "ueda"), "care", why_of(&o)), &o.town.why);
	CHECK_OK(office_end_post(o.town.office, "", "section_staff", "tax", who(&o, "ueda"), 20776, why_of(&o)), &o.town.why);
	CHECK_OK(review_stand(&o.desk, who(&o, "ueda"), "tax", o.town.arena, &stance, why_of(&o)), &o.town.why);
	CHECK(!stance.inside && stance.ran_it); /* moved away only now */
	a.auditor = who(&o, "ueda");
	CHECK_FAILS(review_plan(&o.desk, &a, id, why_of(&o)), E_DENIED);
	a.unavoidable = "ほかに監査できる人がいない";
	CHECK_OK(review_plan(&o.desk, &a, id, why_of(&o)), &o.town.why); /* Hannan's own way out, with its reason */
	a.unavoidable = "";
	a.auditor = who(&o, "kimura");
	CHECK_OK(review_plan(&o.desk, &a, id, why_of(&o)), &o.town.why);
	a.by = who(&o, "aoki");
	CHECK_FAILS(review_plan(&o.desk, &a, id, why_of(&o)), E_DENIED);
	a.by = who(&o, "sato");
	a.to = 20799;
	CHECK_FAILS(review_plan(&o.desk, &a, id, why_of(&o)), E_INPUT);
	CHECK_STR(o.town.why.place, "to");
	town_done(&o.town);
}

/* From the questions to the improvement, by whom the body's own clauses let. */
static void run_one(struct office_of *o, const char *opener, const char *clause, const struct person *people, size_t n)
{
	char id[27], inspection[27] = "";
	struct review_sheet *sheets;
	struct review_count *sections;
	struct case_view *cases;
	size_t count, section_count, findings = 0;
	const char *const asked[] = {clause};
	const struct review_opening opening = {.title = "自己点検", .deadline = 20777 + 14, .clauses = asked, .clause_count = 1, .by = opener};
	CHECK_OK(review_open(&o->desk, &opening, id, why_of(o)), &o->town.why);
	CHECK_OK(review_by_section(&o->desk, id, o->town.arena, &sections, &section_count, why_of(o)), &o->town.why);
	CHECK(section_count > 0);
	for (size_t i = 0; i < section_count && !*inspection; i++) { /* the first section that has a head */
		size_t reporter = 0;
		const struct review_sheet_query query = {.campaign = id, .section = sections[i].of, .limit = 100};
		const struct review_said said[] = {{clause, ITEM_NO, "まだできていない"}};
		CHECK_OK(review_sheets(&o->desk, &query, o->town.arena, &sheets, &count, why_of(o)), &o->town.why);
		for (size_t k = 0; k < count; k++)
			CHECK_OK(review_answer(&o->desk, id, sheets[k].person, sheets[k].person, said, 1, why_of(o)), &o->town.why);
		while (reporter < n && (strcmp(people[reporter].id, opener) == 0 ||
		       review_report(&o->desk, id, sections[i].of, people[reporter].id, "", inspection, why_of(o)).code != OK))
			reporter++;
		if (reporter == n)
			CHECK_OK(review_report(&o->desk, id, sections[i].of, opener, "", inspection, why_of(o)), &o->town.why);
		const struct review_evaluation e = {.campaign = id, .section = sections[i].of, .by = opener, .words = "直すこと",
			.clauses = asked, .clause_count = 1, .deadline = 20777 + 60};
		CHECK_OK(review_evaluate(&o->desk, &e, &findings, why_of(o)), &o->town.why);
	}
	CHECK_INT(findings, 1);
	const struct case_query query = {.kind = "finding", .limit = 10};
	CHECK_OK(case_list(o->desk.proceedings, &query, o->town.arena, &cases, &count, why_of(o)), &o->town.why);
	CHECK_INT(count, 1);
	CHECK_STR(cases[0].step, "told");
	CHECK_OK(review_close(&o->desk, id, opener, why_of(o)), &o->town.why);
}

TEST(every_body_asks_its_own_clauses_and_can_run_a_self_inspection)
{
	static const struct {
		struct town_body body;
		const char *name;
	} bodies[] = {{{"hannan", "office.tsv"}, "hannan"}, {{"annaka", "annaka.tsv"}, "annaka"}, {{"fuchu", "fuchu.tsv"}, "fuchu"},
	              {{"imabari-auditors", "imabari-auditors.tsv"}, "imabari_audit"},
	              {{"fukushima-2023", "fukushima.tsv"}, "fukushima"}};
	for (size_t b = 0; b < sizeof bodies / sizeof *bodies; b++) {
		struct office_of o;
		struct review_question *all;
		struct person *people;
		size_t count, n, may = 0, first = 0;
		const char *opener = NULL;
		bool yes;
		begin(&o, &bodies[b].body, bodies[b].name);
		CHECK_OK(review_questions(&o.desk, o.town.arena, &all, &count, why_of(&o)), &o.town.why);
		CHECK_OK(office_people(o.town.office, o.town.arena, &people, &n, why_of(&o)), &o.town.why);
		for (size_t i = 0; i < n; i++) {
			CHECK_OK(review_may_open(&o.desk, people[i].id, &yes, why_of(&o)), &o.town.why);
			may += yes;
			opener = yes ? people[i].id : opener;
		}
		printf("  %s: %zu questions, %zu of %zu people may begin\n", bodies[b].name, count, may, n);
		CHECK(count > 40 && may > 0 && may < n);
		while (first < count && *all[first].posts)
			first++;
		CHECK(first < count); /* something that everybody is asked */
		run_one(&o, opener, all[first].clause, people, n);
		town_done(&o.town);
	}
}

MAIN_TESTS()
