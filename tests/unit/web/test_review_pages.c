/* 自己点検 in the pages: begun by whom the policy lets, answered, reported, evaluated. */
#include "hall.h"

#include "furnish_review.h"

static bool shows(const struct told *told, const char *what)
{
	if (strstr(told->body, what))
		return true;
	printf("  %u: no %s\n", told->status, what);
	return false;
}

static struct desk desk_for(struct hall *h)
{
	struct town *t = &h->town;
	return (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy, .policy_name = "hannan",
		.office = t->office, .registers = t->registers, .proceedings = t->proceedings, .random = &t->random, .clock = &t->clock,
		.body = "town"};
}

/* a form as a browser sends it */
static const char *form(struct hall *h, const char *const pairs[][2], size_t count)
{
	struct buffer out;
	buffer_init(&out, 100000);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_put_u8(&out, '&');
		buffer_put_str(&out, pairs[i][0]);
		buffer_put_u8(&out, '=');
		for (const unsigned char *at = (const unsigned char *)pairs[i][1]; *at; at++) {
			char hex[4];
			snprintf(hex, sizeof hex, "%%%02X", *at);
			buffer_put_str(&out, hex);
		}
	}
	const char *kept = arena_string(h->town.arena, buffer_slice(&out));
	buffer_done(&out);
	return kept;
}
#define FORM(h, ...) form(h, (const char *const[][2]){__VA_ARGS__}, sizeof((const char *const[][2]){__VA_ARGS__}) / (2 * sizeof(char *)))

static const char *begun(struct hall *h)
{
	struct told t = hall_ask(h, "sato", "/inspections", FORM(h, {"name", "令和8年度の自己点検"}, {"deadline", "R8.12.4"},
		{"part", "第2章 2.5"}, {"section", "tax"}));
	CHECK_INT(t.status, 400); /* that is no section of the book: nothing is asked */
	TOLD_DONE(t);
	t = hall_ask(h, "sato", "/inspections", FORM(h, {"name", "令和8年度の自己点検"}, {"deadline", "R8.12.4"},
		{"part", "第2章 5.3"}, {"section", "tax"}));
	CHECK_INT(t.status, 303);
	const char *path = arena_string(h->town.arena, slice_str(t.location));
	TOLD_DONE(t);
	return path;
}

/* every question of the sheet yes, but for the first */
static const char *answers(struct hall *h, const char *login, const char *path, const char *first, const char *remark)
{
	struct desk desk = desk_for(h);
	struct review_sheet sheet;
	struct review_campaign c;
	const char *pairs[200][2];
	size_t n = 0, place = 0;
	const char *id = path + strlen("/inspections/");
	CHECK_OK(review_get(&desk, id, h->town.arena, &c, &h->town.why), &h->town.why);
	CHECK_OK(review_sheet_get(&desk, id, town_id(&h->town, login), h->town.arena, &sheet, &h->town.why), &h->town.why);
	pairs[n][0] = "r1";
	pairs[n++][1] = remark;
	for (size_t i = 0; i < c.question_count && n < 199; i++)
		if (review_asks(&c.questions[i], sheet.posts)) {
			pairs[n][0] = arena_printf(h->town.arena, "a%zu", ++place);
			pairs[n++][1] = place == 1 ? first : "yes";
		}
	return form(h, (const char *const(*)[2])pairs, n);
}

TEST(a_self_inspection_runs_through_its_pages)
{
	struct hall h;
	hall_new(&h);
	struct told t = hall_ask(&h, "aoki", "/inspections", NULL);
	CHECK(t.status == 200 && shows(&t, "自己点検は、まだ行われていません") && !strstr(t.body, "自己点検を始める"));
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", "/inspections", NULL);
	CHECK(t.status == 200 && shows(&t, "自己点検を始める") && shows(&t, "第2章 5.3"));
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", "/inspections", FORM(&h, {"name", "点検"}, {"deadline", "R8.13.4"}, {"part", "第2章 5.3"}));
	CHECK(t.status == 400 && shows(&t, "aria-invalid") && shows(&t, "R8.13.4") && shows(&t, " checked"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/inspections", FORM(&h, {"name", "点検"}, {"deadline", "R8.12.4"}, {"part", "第2章 5.3"}));
	CHECK_INT(t.status, 403);
	TOLD_DONE(t);
	const char *path = begun(&h);
	t = hall_ask(&h, "aoki", "/", NULL);
	CHECK(shows(&t, "令和8年度の自己点検に答える"));
	TOLD_DONE(t);
	const char *answer = arena_printf(h.town.arena, "%s/answer", path);
	t = hall_ask(&h, "aoki", answer, NULL);
	CHECK(t.status == 200 && shows(&t, "該当なし") && shows(&t, "第2章 5.3"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", answer, answers(&h, "aoki", path, "no", ""));
	CHECK(t.status == 400 && shows(&t, "「いいえ」の理由が空です") && shows(&t, " checked"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", answer, answers(&h, "aoki", path, "no", "連絡先を知らない"));
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "kimura", answer, NULL); /* another section's: nobody asked her */
	CHECK_INT(t.status, 404);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path, NULL); /* only whoever reads it sees the counts of sections */
	CHECK(t.status == 200 && !strstr(t.body, "課ごと"));
	TOLD_DONE(t);
	const char *section = arena_printf(h.town.arena, "%s/sections/tax", path);
	t = hall_ask(&h, "kimura", section, NULL);
	CHECK_INT(t.status, 404);
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", section, NULL);
	CHECK(t.status == 200 && shows(&t, "連絡先を知らない") && shows(&t, "課の答えを報告する") && shows(&t, "上田 さくら"));
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", section, FORM(&h, {"act", "report"}, {"reason", ""}));
	CHECK(t.status == 409 && shows(&t, "まだ答えていない人が2人います"));
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", section, FORM(&h, {"act", "report"}, {"reason", "二人は休んでいる"}));
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", section, NULL);
	CHECK(t.status == 200 && shows(&t, "評価する") && shows(&t, "改善を求める条文"));
	const char *value = strstr(t.body, "name=\"clause\" value=\"");
	CHECK(value);
	const char *clause = value ? arena_string(h.town.arena, slice_of(value + 21, strcspn(value + 21, "\""))) : "";
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", section, FORM(&h, {"act", "evaluate"}, {"words", "連絡先を配ること"}, {"clause", clause}, {"deadline", ""}));
	CHECK(t.status == 400 && shows(&t, "改善の期限") && shows(&t, "連絡先を配ること"));
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", section, FORM(&h, {"act", "evaluate"}, {"words", "連絡先を配ること"}, {"clause", clause}, {"deadline", "R9.1.29"}));
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", "/cases?kind=finding", NULL);
	CHECK(shows(&t, "指摘済み"));
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", path, NULL);
	CHECK(shows(&t, "評価済み") && shows(&t, "問いごと") && shows(&t, "この自己点検を終える"));
	TOLD_DONE(t);
	const char *asked_of = arena_printf(h.town.arena, "/clause?id=%s", form(&h, (const char *const[][2]){{"x", clause}}, 1) + 2);
	t = hall_ask(&h, "sato", asked_of, NULL);
	CHECK(shows(&t, "自己点検の答え") && shows(&t, "令和8年度の自己点検"));
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", path, "");
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(the_sheet_for_those_without_the_page_is_handed_to_whom_it_concerns)
{
	struct hall h;
	hall_new(&h);
	const char *path = begun(&h);
	const char *sheet = arena_printf(h.town.arena, "%s/sheet?section=tax", path);
	struct told t = hall_ask(&h, "tanaka", sheet, NULL);
	CHECK(t.status == 200 && memcmp(t.body, "PK", 2) == 0);
	TOLD_DONE(t);
	t = hall_ask(&h, "kimura", sheet, NULL);
	CHECK_INT(t.status, 404);
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", arena_printf(h.town.arena, "%s/import", path), NULL);
	CHECK(t.status == 200 && shows(&t, "答えを書いた表"));
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", arena_printf(h.town.arena, "%s/import", path), "x=1");
	CHECK(t.status == 400 && shows(&t, "1つ選んでください"));
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(the_plan_names_nobody_of_the_audited_and_shows_what_was_found)
{
	struct hall h;
	hall_new(&h);
	struct told t = hall_ask(&h, "aoki", "/audits", NULL);
	CHECK(t.status == 200 && shows(&t, "まだ計画されていません") && !strstr(t.body, "監査を計画に加える"));
	TOLD_DONE(t);
	const char *ueda = arena_string(h.town.arena, slice_str(town_id(&h.town, "ueda")));
	const char *kimura = arena_string(h.town.arena, slice_str(town_id(&h.town, "kimura")));
	t = hall_ask(&h, "sato", "/audits", FORM(&h, {"name", "税務課の監査"}, {"section", "tax"}, {"auditor", ueda}, {"from", "R9.1.12"},
		{"to", "R9.1.20"}, {"topics", "媒体の管理"}, {"unavoidable", ""}));
	CHECK(t.status == 409 && shows(&t, "監査を受ける課の人") && shows(&t, "第2章 1 (3)②") && shows(&t, "媒体の管理"));
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", "/audits", FORM(&h, {"name", "税務課の監査"}, {"section", "tax"}, {"auditor", "nobody"}, {"from", "R9.1.12"},
		{"to", "R9.1.20"}));
	CHECK(t.status == 400 && shows(&t, "一覧から選んでください"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/audits", FORM(&h, {"name", "税務課の監査"}, {"section", "tax"}, {"auditor", kimura}, {"from", "R9.1.12"},
		{"to", "R9.1.20"}));
	CHECK(t.status == 403 || t.status == 409);
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", "/audits", FORM(&h, {"name", "税務課の監査"}, {"section", "tax"}, {"auditor", kimura}, {"from", "R9.1.12"},
		{"to", "R9.1.20"}, {"topics", "媒体の管理"}));
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", "/audits", NULL);
	CHECK(shows(&t, "税務課の監査") && shows(&t, "木村 洋子") && shows(&t, "/cases/new/finding?audit="));
	const char *add = strstr(t.body, "/cases/new/finding?audit=");
	char audit[27] = "";
	if (add)
		snprintf(audit, sizeof audit, "%.26s", add + strlen("/cases/new/finding?audit="));
	TOLD_DONE(t);
	/* found, told, and past its day */
	const struct cell cells[] = {{"section", "tax"}, {"audit", audit}, {"weight", "grave_finding"}, {"deadline", "2026-11-01"}};
	const struct case_opening opening = {.kind = "finding", .name = "媒体に鍵がない", .section = "tax", .cells = cells, .cell_count = 4,
		.actor = kimura, .post = ""};
	char finding[27];
	CHECK_OK(case_open(h.town.proceedings, &opening, finding, &h.town.why), &h.town.why);
	t = hall_ask(&h, "sato", "/audits", NULL);
	CHECK(shows(&t, "媒体に鍵がない") && shows(&t, "期限を過ぎました") && shows(&t, "未了 1件"));
	TOLD_DONE(t);
	t = hall_ask(&h, "sato", "/audits/form?format=xlsx", NULL);
	CHECK(t.status == 200 && memcmp(t.body, "PK", 2) == 0);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/audits/form?format=xlsx", NULL);
	CHECK_INT(t.status, 403);
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(the_documents_that_a_clause_wants_are_listed_and_the_missing_ones_named)
{
	struct hall h;
	char id[27];
	hall_new(&h);
	CHECK_OK(duty_tick(h.town.duties, &(struct duty_ticked){0}, &h.town.why), &h.town.why);
	struct told t = hall_ask(&h, "aoki", "/documents", NULL);
	CHECK(t.status == 200 && shows(&t, "緊急時対応計画") && shows(&t, "まだない") && shows(&t, "/record?act=emergency_plan.adopt"));
	CHECK(shows(&t, "第2章 7.3 (1)"));
	TOLD_DONE(t);
	/* one that stands in the register is there, with its edition */
	const struct register_change row = {.kind = "policy_document", .name = "緊急時対応計画", .section = "digital",
		.actor = town_id(&h.town, "hayashi"), .post = ""};
	CHECK_OK(register_put(h.town.registers, &row, id, &h.town.why), &h.town.why);
	t = hall_ask(&h, "aoki", "/documents", NULL);
	CHECK(shows(&t, "第1版") && shows(&t, "/record?act=emergency_plan.change"));
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(the_window_keeps_what_it_heard_and_told_of_an_incident)
{
	struct hall h;
	char id[27];
	hall_new(&h);
	const struct case_opening opening = {.kind = "incident", .name = "名簿の送り間違い", .section = "tax", .actor = town_id(&h.town, "aoki"),
		.post = "", .incomplete = true};
	CHECK_OK(case_open(h.town.proceedings, &opening, id, &h.town.why), &h.town.why);
	struct told t = hall_ask(&h, "aoki", "/window", NULL);
	CHECK_INT(t.status, 403);
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/window", NULL);
	CHECK(t.status == 200 && shows(&t, "名簿の送り間違い") && shows(&t, "連絡の記録は、まだありません"));
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/window", FORM(&h, {"incident", id}, {"f.direction", "sent_out"}, {"f.party", ""}, {"f.counterpart", "委員会 事務局"},
		{"f.means", "by_telephone"}, {"f.words", "速報を伝えた"}));
	CHECK(t.status == 400 && shows(&t, "aria-invalid") && shows(&t, "速報を伝えた"));
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/window", FORM(&h, {"incident", ""}, {"f.direction", "sent_out"}, {"f.party", "commission_party"},
		{"f.counterpart", "委員会 事務局"}, {"f.means", "by_telephone"}, {"f.words", "速報を伝えた"}));
	CHECK(t.status == 400 && shows(&t, "どの事案か"));
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/window", FORM(&h, {"incident", id}, {"f.direction", "sent_out"}, {"f.party", "commission_party"},
		{"f.counterpart", "委員会 事務局"}, {"f.means", "by_telephone"}, {"f.words", "速報を伝えた"}));
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "hayashi", "/window", NULL);
	CHECK(shows(&t, "個人情報保護委員会") && shows(&t, "委員会 事務局") && shows(&t, "速報を伝えた") && shows(&t, "伝えた（電話）"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", arena_printf(h.town.arena, "/case/%s", id), NULL); /* the incident's chain shows it */
	CHECK(shows(&t, "窓口が受けた・伝えた連絡") && shows(&t, "速報を伝えた"));
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(risks_stand_in_a_grid_by_the_order_of_their_words)
{
	struct hall h;
	hall_new(&h);
	furnish_findings(&h.town, "");
	struct told t = hall_ask(&h, "sato", "/risks", NULL);
	CHECK(t.status == 200 && shows(&t, "回線が切れて窓口の業務が止まる") && shows(&t, "9点") && shows(&t, "2点"));
	const char *great = strstr(t.body, "回線が切れて"), *small = strstr(t.body, "紙の申請書");
	CHECK(great && small && great < small); /* the greatest first */
	CHECK(!strstr(t.body, "規程が挙げる脅威")); /* Hannan's text prints no catalogue */
	TOLD_DONE(t);
	t = hall_ask(&h, "mori", "/risks", NULL);
	CHECK(shows(&t, "回線が切れて")); /* runs the IT */
	TOLD_DONE(t);
	t = hall_ask(&h, "nakano", "/risks", NULL);
	CHECK(t.status == 200 && !strstr(t.body, "回線が切れて")); /* another section's */
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", "/cases/new/risk", "name=x&f.how_likely=certain");
	CHECK(t.status == 400 || t.status == 303);
	CHECK_INT(t.status, 400); /* outside the scale */
	TOLD_DONE(t);
	hall_done(&h);
}

MAIN_TESTS()
