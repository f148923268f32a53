/* Cases for the stage over the real rooms: an incident under way with notes and a
 * drill beside it, a contract that lacks items, a taking-out that waits.       */
#ifndef SEKISHO_TESTS_WEB_FURNISH_CASES_H
#define SEKISHO_TESTS_WEB_FURNISH_CASES_H

#include "hall.h"

#include "proceeding/case.h"

struct furnished {
	char incident[27], contract[27], asset[27], application[27], permitted[27], joint[27];
};

static inline void furnish_move(struct town *t, const char *id, const char *login, const char *act)
{
	struct case_view view = {.turn = 0};
	enum case_outcome outcome;
	char application[27];
	CHECK_OK(case_get(t->proceedings, id, t->arena, &view, &t->why), &t->why);
	const struct case_hand hand = {id, view.turn, town_id(t, login), ""};
	const struct case_step step = {.act = act, .reason = ""};
	CHECK_OK(case_move(t->proceedings, &hand, &step, &outcome, application, &t->why), &t->why);
}

static inline void furnish_note(struct town *t, const char *id, const char *login, const char *words)
{
	struct case_view view = {.turn = 0};
	CHECK_OK(case_get(t->proceedings, id, t->arena, &view, &t->why), &t->why);
	const struct case_hand hand = {id, view.turn, town_id(t, login), ""};
	CHECK_OK(case_note(t->proceedings, &hand, words, &t->why), &t->why);
}

static inline void furnish_incidents(struct town *t, struct furnished *out)
{
	const struct case_opening opening = {.kind = "incident", .name = "案内メールの誤送信", .section = "tax",
		.cells = (const struct cell[]){{"section", "tax"}, {"noticed_at", "2026-11-19"}, {"outside_source", "no"},
			{"specific", "no"}, {"grave", "yes"}, {"place", "税務課"}},
		.cell_count = 6, .actor = town_id(t, "aoki"), .incomplete = true};
	struct case_opening drill = opening;
	char other[27];
	CHECK_OK(case_open(t->proceedings, &opening, out->incident, &t->why), &t->why);
	furnish_note(t, out->incident, "aoki", "説明会の案内メール1通を46件の宛先へ送り、名簿を付けていた。");
	furnish_move(t, out->incident, "aoki", "incident.recognise");
	furnish_note(t, out->incident, "tanaka", "受信者46件へ削除を頼み、39件から削除の回答。");
	furnish_move(t, out->incident, "tanaka", "incident.report");
	drill.name = "緊急時対応訓練（端末の紛失）";
	drill.drill = true;
	CHECK_OK(case_open(t->proceedings, &drill, other, &t->why), &t->why);
}

static inline void furnish_contract(struct town *t, struct furnished *out)
{
	const struct case_opening opening = {.kind = "contract", .name = "土地評価の業務委託", .section = "tax",
		.cells = (const struct cell[]){{"section", "tax"}, {"contractor", "青波測量株式会社"}, {"measures_confirmed", "yes"}},
		.cell_count = 3, .actor = town_id(t, "tanaka")};
	CHECK_OK(case_open(t->proceedings, &opening, out->contract, &t->why), &t->why);
	furnish_move(t, out->contract, "tanaka", "contract.select");
	const struct case_hand hand = {out->contract, 2, town_id(t, "tanaka"), ""};
	CHECK_OK(case_answer(t->proceedings, &hand, "contract_items", "secrecy", ITEM_YES, "契約書 第5条", &t->why), &t->why);
}

static inline void furnish_taking_out(struct town *t, const char *device, char id[27], const char *asset)
{
	const struct fact_pair facts[] = {{"object", asset}, {"until", "2026-12-01"}, {"on_duty", "yes"},
		{"place", "市内の現地"}, {"device", device}};
	const struct application_request request = {.wish = {.act = "take_out", .actor = town_id(t, "aoki"),
		.subject = asset, .facts = facts, .fact_count = 5}, .section = "tax", .title = "職場外への持出し「固定資産課税台帳」",
		.purpose = "固定資産の現地調査で、筆ごとの面積を確かめるため", .until = DAY_OPEN};
	CHECK_OK(application_apply(t->proceedings, &request, id, &t->why), &t->why);
}

/* Two things of the tax section and one of another, in one application. */
static inline void furnish_joint(struct town *t, struct furnished *out)
{
	char second[27], third[27];
	const struct register_change map = {.kind = "asset", .name = "地番図（写し）", .section = "tax",
		.cells = (const struct cell[]){{"owner", "tax"}, {"importance", "C"}}, .cell_count = 2, .actor = town_id(t, "tanaka")};
	const struct register_change list = {.kind = "asset", .name = "受給者名簿（説明会用）", .section = "care",
		.cells = (const struct cell[]){{"owner", "care"}, {"importance", "B"}}, .cell_count = 2, .actor = town_id(t, "kimura")};
	CHECK_OK(register_put(t->registers, &map, second, &t->why), &t->why);
	CHECK_OK(register_put(t->registers, &list, third, &t->why), &t->why);
	const struct joint_thing things[] = {{out->asset, "職場外への持出し「固定資産課税台帳（持出し用）」"},
		{second, "職場外への持出し「地番図（写し）」"}, {third, "職場外への持出し「受給者名簿（説明会用）」"}};
	const struct fact_pair facts[] = {{"until", "2026-12-04"}, {"on_duty", "yes"}, {"place", "市民会館"}};
	const struct joint_request request = {.each = {.wish = {.act = "take_out", .actor = town_id(t, "aoki"), .facts = facts,
		.fact_count = 3}, .section = "tax", .purpose = "税と福祉の合同説明会で使うため", .until = DAY_OPEN}, .things = things,
		.count = 3, .together = true};
	struct joint_made made;
	CHECK_OK(application_apply_joint(t->proceedings, &request, &made, &t->why), &t->why);
	memcpy(out->joint, made.ids[0], sizeof out->joint);
}

static inline struct furnished furnish_cases(struct town *t)
{
	struct furnished out;
	char device[27];
	const struct register_change asset = {.kind = "asset", .name = "固定資産課税台帳（持出し用）", .section = "tax",
		.cells = (const struct cell[]){{"owner", "tax"}, {"importance", "B"}, {"personal", "no"}}, .cell_count = 3,
		.actor = town_id(t, "tanaka")};
	const struct register_change host = {.kind = "host", .name = "貸出用ノートパソコン 3号", .section = "tax",
		.cells = (const struct cell[]){{"issued", "yes"}}, .cell_count = 1, .actor = town_id(t, "tanaka")};
	CHECK_OK(register_put(t->registers, &asset, out.asset, &t->why), &t->why);
	CHECK_OK(register_put(t->registers, &host, device, &t->why), &t->why);
	furnish_incidents(t, &out);
	furnish_contract(t, &out);
	furnish_taking_out(t, device, out.permitted, out.asset);
	CHECK_OK(application_answer(t->proceedings, out.permitted, town_id(t, "tanaka"), ANSWER_AGREE, "", &t->why), &t->why);
	furnish_taking_out(t, device, out.application, out.asset);
	furnish_joint(t, &out);
	return out;
}

#endif
