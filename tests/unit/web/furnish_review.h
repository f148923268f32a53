/* A self-inspection under way, an audit with a finding past its day, risks, and what the
 * window told, for whoever looks at their pages.                              */
#ifndef SEKISHO_TESTS_FURNISH_REVIEW_H
#define SEKISHO_TESTS_FURNISH_REVIEW_H

#include "review/review.h"
#include "town.h"

static inline struct desk furnish_desk(struct town *t)
{
	return (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy, .policy_name = "hannan",
		.office = t->office, .registers = t->registers, .proceedings = t->proceedings, .random = &t->random, .clock = &t->clock,
		.body = "town"};
}

static inline void furnish_case(struct town *t, const char *kind, const char *name, const struct cell *cells, size_t count)
{
	char id[27];
	const struct case_opening opening = {.kind = kind, .name = name, .section = "tax", .cells = cells, .cell_count = count,
		.actor = town_id(t, "kimura"), .post = ""};
	CHECK_OK(case_open(t->proceedings, &opening, id, &t->why), &t->why);
}

static inline void furnish_findings(struct town *t, const char *audit)
{
	const struct cell finding[] = {{"section", "tax"}, {"audit", audit}, {"weight", "grave_finding"},
		{"what", "保管庫に鍵がかかっていない"}, {"deadline", "2026-11-01"}};
	const struct cell great[] = {{"section", "tax"}, {"weakness", "予備の回線がない"}, {"how_likely", "likely"}, {"how_great", "great_loss"},
		{"handling", "reduce_risk"}, {"deadline", "2027-03-31"}};
	const struct cell small[] = {{"section", "tax"}, {"how_likely", "unlikely"}, {"how_great", "middle_loss"}, {"handling", "accept_risk"}};
	furnish_case(t, "finding", "記録媒体の保管", finding, 5);
	furnish_case(t, "risk", "回線が切れて窓口の業務が止まる", great, 6);
	furnish_case(t, "risk", "紙の申請書の取り違え", small, 4);
}

/* furnish_review - the campaign's id: the tax section has reported and waits for its evaluation */
static inline void furnish_review(struct town *t, char id[27])
{
	static const char *const clauses[] = {"HN-2.5.3(1)-1", "HN-2.9(3)-1", "HN-2.5.1(1)-9/1"};
	struct desk desk = furnish_desk(t);
	const struct review_said aoki[] = {{clauses[0], ITEM_NO, "連絡先の一覧が机にない"}, {clauses[2], ITEM_NOT_APPLICABLE, "異動していない"}};
	char audit[27], inspection[27];
	const struct review_opening opening = {.title = "令和8年度 情報セキュリティ自己点検", .deadline = 20777 + 14, .clauses = clauses,
		.clause_count = 3, .by = town_id(t, "sato")};
	CHECK_OK(review_open(&desk, &opening, id, &t->why), &t->why);
	CHECK_OK(review_answer(&desk, id, town_id(t, "aoki"), town_id(t, "aoki"), aoki, 2, &t->why), &t->why);
	CHECK_OK(review_report(&desk, id, "tax", town_id(t, "tanaka"), "二人は休暇中", inspection, &t->why), &t->why);
	const struct review_audit plan = {.name = "税務課の監査", .section = "tax", .auditor = town_id(t, "kimura"), .topics = "記録媒体",
		.from = 20830, .to = 20840, .contract = "", .by = town_id(t, "sato"), .unavoidable = ""};
	CHECK_OK(review_plan(&desk, &plan, audit, &t->why), &t->why);
	furnish_findings(t, audit);
}

#endif
