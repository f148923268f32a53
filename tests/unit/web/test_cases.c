/* Applying, cases, reports: the pages over the real rooms. */
#include "hall.h"

#include "proceeding/case.h"

static bool says(const struct told *told, const char *words)
{
	bool found = strstr(told->body, words);
	if (!found)
		printf("  status %u, no \"%s\"\n", told->status, words);
	return found;
}

/* The first row of a register. */
static const char *put_row(struct hall *h, const char *kind, const char *name, const struct cell *cells, size_t count)
{
	static char ids[4][27];
	static int next;
	char *id = ids[next++ % 4];
	const struct register_change change = {.kind = kind, .name = name, .section = "tax", .cells = cells,
	                                       .cell_count = count, .actor = "x"};
	CHECK_OK(register_put(h->town.registers, &change, id, &h->town.why), &h->town.why);
	return id;
}

TEST(the_start_page_names_what_can_be_applied_for_and_finds_it)
{
	struct hall h;
	hall_new(&h);
	struct told told = hall_ask(&h, "aoki", "/apply", NULL);
	CHECK_INT(told.status, 200);
	CHECK(says(&told, "/apply/take_out"));
	CHECK(says(&told, "/apply/use_web_service"));
	CHECK(says(&told, "/cases/new/incident"));
	CHECK(!strstr(told.body, "/apply/transfer\""));
	CHECK(!strstr(told.body, "/apply/incident.report"));
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", "/apply?q=持出し", NULL);
	CHECK(says(&told, "/apply/take_out"));
	CHECK(!strstr(told.body, "/apply/use_web_service"));
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", "/apply?q=ありえないこと", NULL);
	CHECK(says(&told, "当たるものはありません"));
	TOLD_DONE(told);
	hall_done(&h);
}

/* Every act that can be applied for has a form that renders with every name known. */
TEST(every_form_can_be_looked_at)
{
	struct hall h;
	struct policy_act act;
	size_t forms = 0;
	hall_new(&h);
	for (size_t i = 0; policy_act_at(h.town.policy, i, &act); i++) {
		char path[200];
		if (act.event || act.derived || act.to[0] || act.passes || strcmp(act.carried_by, "web") != 0)
			continue;
		snprintf(path, sizeof path, "/apply/%s", act.name);
		struct told told = hall_ask(&h, "aoki", path, NULL);
		CHECK_INT(told.status, 200);
		CHECK(says(&told, "申請すると、こうなります"));
		forms++;
		TOLD_DONE(told);
	}
	CHECK(forms >= 20);
	struct policy_kind kind;
	for (size_t i = 0; policy_kind_at(h.town.policy, i, &kind); i++) {
		char path[200];
		snprintf(path, sizeof path, "/cases/new/%s", kind.name);
		struct told told = hall_ask(&h, "aoki", path, NULL);
		CHECK_INT(told.status, kind.proceeding ? 200 : 404);
		TOLD_DONE(told);
	}
	hall_done(&h);
}

/* Who audits is a post of the body's own policy, or of the section with runs_audit. */
static void sees(struct hall *h, const char *login, const char *path, const char *case_name, bool yes)
{
	struct told told = hall_ask(h, login, path, NULL);
	CHECK_INT(told.status, yes ? 200 : 404);
	TOLD_DONE(told);
	told = hall_ask(h, login, "/cases", NULL);
	CHECK_INT(told.status, 200);
	CHECK_INT(strstr(told.body, case_name) != NULL, yes);
	TOLD_DONE(told);
	told = hall_ask(h, login, "/cases/incident/report?format=xlsx", NULL);
	CHECK_INT(told.status, yes ? 200 : 403);
	TOLD_DONE(told);
	told = hall_ask(h, login, "/ledger", NULL);
	CHECK_INT(told.status, yes ? 200 : 403);
	TOLD_DONE(told);
}

TEST(who_audits_is_told_by_the_policy_and_sees_every_case)
{
	static const struct town_body annaka = {"annaka-2026-04", "annaka.tsv"}, prefecture = {"fukushima-2023-06", "fukushima.tsv"};
	static const struct town_body *const bodies[] = {&annaka, &prefecture};
	for (size_t i = 0; i < 2; i++) {
		struct hall h;
		char id[27], path[60];
		hall_new_for(&h, bodies[i], "127.0.0.1:0", "127.0.0.1:0");
		struct town *t = &h.town;
		const struct case_opening opening = {.kind = "incident", .name = "窓口の端末の紛失", .section = "tax",
		                                     .actor = town_id(t, "aoki")};
		CHECK_OK(case_open(t->proceedings, &opening, id, &t->why), &t->why);
		snprintf(path, sizeof path, "/case/%s", id);
		sees(&h, "nakano", path, opening.name, false);
		const struct holding held = {.post = "audit_lead", .scope = "", .person = town_id(t, "nakano"),
		                             .from = day_of_ms(town_ms), .to = DAY_OPEN};
		CHECK_OK(office_hold_post(t->office, "x", &held, &t->why), &t->why);
		sees(&h, "nakano", path, opening.name, true);
		hall_done(&h);
	}
}

/* Several things of two sections: one form, an application for each, each section its own. */
TEST(taking_several_things_out_asks_each_owner)
{
	struct hall h;
	char body[900], where[300], ids[3][27];
	static const char *const rows[3][2] = {{"課税台帳", "tax"}, {"地番図", "tax"}, {"受給者名簿", "care"}};
	hall_new(&h);
	for (size_t i = 0; i < 3; i++)
		snprintf(ids[i], sizeof ids[i], "%s", put_row(&h, "asset", rows[i][0],
			(const struct cell[]){{"owner", rows[i][1]}, {"importance", "B"}}, 2));
	snprintf(body, sizeof body, "act=look&f.object=%s&f.object=%s&f.object=%s&f.place=会館&f.until=R8.12.1&f.on_duty=yes&"
	         "f.together=yes&purpose=説明会", ids[0], ids[1], ids[2]);
	struct told told = hall_ask(&h, "aoki", "/apply/take_out", body);
	CHECK_INT(told.status, 200);
	CHECK(says(&told, "職場外への持出し「受給者名簿」"));
	TOLD_DONE(told);
	memcpy(body + 4, "send", 4);
	told = hall_ask(&h, "aoki", "/apply/take_out", body);
	CHECK_INT(told.status, 303);
	snprintf(where, sizeof where, "%s", told.location);
	TOLD_DONE(told);
	told = hall_ask(&h, "tanaka", where, NULL);
	CHECK(says(&told, "まとめて申請されたもの"));
	CHECK(says(&told, "地番図"));
	CHECK(!strstr(told.body, "受給者名簿")); /* another owner's thing is a number here */
	CHECK(says(&told, "このほかの1件は、ほかの課が決裁します"));
	CHECK(says(&told, "ほか1件"));
	TOLD_DONE(told);
	told = hall_ask(&h, "tanaka", where, "act=agree&reason=&joint=1");
	CHECK_INT(told.status, 303);
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", where, NULL);
	CHECK(says(&told, "承認待ち")); /* the other owner has not spoken */
	CHECK(says(&told, "受給者名簿"));
	TOLD_DONE(told);
	told = hall_ask(&h, "kimura", "/decide", NULL);
	const char *link = strstr(told.body, "/decide/");
	snprintf(where, sizeof where, "%.34s", link ? link : "");
	TOLD_DONE(told);
	told = hall_ask(&h, "kimura", where, "act=decline&reason=名簿は出せません");
	CHECK_INT(told.status, 303);
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", "/decide", NULL);
	size_t refused = 0;
	for (const char *at = told.body; (at = strstr(at, "不許可")); at++)
		refused++;
	CHECK_INT(refused, 3);
	TOLD_DONE(told);
	/* the applicant's own words decide where none of it may go: both sections' on one form */
	snprintf(body, sizeof body, "act=send&f.object=%s&f.object=%s&f.place=会館&f.until=R8.12.1&f.on_duty=no&purpose=私用", ids[0], ids[2]);
	told = hall_ask(&h, "aoki", "/apply/take_out", body);
	CHECK_INT(told.status, 409);
	TOLD_DONE(told);
	hall_done(&h);
}

TEST(taking_out_is_six_fields_previewed_sent_and_permitted)
{
	struct hall h;
	char path[100], body[900];
	hall_new(&h);
	const char *asset = put_row(&h, "asset", "固定資産課税台帳",
		(const struct cell[]){{"owner", "tax"}, {"importance", "B"}, {"personal", "no"}}, 3);
	snprintf(path, sizeof path, "/apply/take_out?object=%s", asset);
	struct told told = hall_ask(&h, "aoki", path, NULL);
	CHECK_INT(told.status, 200);
	const char *fold = strstr(told.body, "そのほかの項目");
	size_t asked = 0;
	for (const char *at = told.body; (at = strstr(at, "class=\"field\"")) && (!fold || at < fold); at++)
		asked++;
	CHECK(asked <= 6);
	TOLD_DONE(told);
	/* looked at before it is sent: who decides, and nothing has happened */
	snprintf(body, sizeof body, "act=look&f.object=%s&f.place=現地&f.until=R8.12.1&f.on_duty=yes&purpose=調査", asset);
	told = hall_ask(&h, "aoki", "/apply/take_out", body);
	CHECK_INT(told.status, 200);
	CHECK(says(&told, "情報セキュリティ管理者"));
	CHECK(says(&told, "第2章 2.2 (5)⑤"));
	CHECK(says(&told, "value=\"R8.12.1\""));
	TOLD_DONE(told);
	/* a wrong day keeps everything and says what to write */
	snprintf(body, sizeof body, "act=send&f.object=%s&f.place=現地&f.until=13月&f.on_duty=yes&purpose=", asset);
	told = hall_ask(&h, "aoki", "/apply/take_out", body);
	CHECK_INT(told.status, 400);
	CHECK(says(&told, "2か所を直してください"));
	CHECK(says(&told, "R8.12.25"));
	CHECK(says(&told, "13月"));
	CHECK(says(&told, "現地"));
	TOLD_DONE(told);
	/* a clause refuses before anybody is asked */
	snprintf(body, sizeof body, "act=send&f.object=%s&f.place=現地&f.until=R8.12.1&f.on_duty=no&purpose=私用", asset);
	told = hall_ask(&h, "aoki", "/apply/take_out", body);
	CHECK_INT(told.status, 409);
	CHECK(says(&told, "いまの内容では進めません"));
	TOLD_DONE(told);
	snprintf(body, sizeof body, "act=send&f.object=%s&f.place=現地&f.until=R8.12.1&f.on_duty=yes&purpose=調査", asset);
	told = hall_ask(&h, "aoki", "/apply/take_out", body);
	CHECK_INT(told.status, 303);
	CHECK(strncmp(told.location, "/decide/", 8) == 0);
	char where[300];
	snprintf(where, sizeof where, "%s", told.location);
	TOLD_DONE(told);
	told = hall_ask(&h, "tanaka", where, NULL);
	CHECK_INT(told.status, 200);
	CHECK(says(&told, "許可する"));
	CHECK(says(&told, "固定資産課税台帳"));
	TOLD_DONE(told);
	told = hall_ask(&h, "tanaka", where, "act=agree&reason=");
	CHECK_INT(told.status, 303);
	TOLD_DONE(told);
	told = hall_ask(&h, "kimura", where, NULL); /* not hers */
	CHECK_INT(told.status, 404);
	TOLD_DONE(told);
	told = hall_ask(&h, "tanaka", where, "act=decline&reason=やはり"); /* decided already */
	CHECK_INT(told.status, 409);
	CHECK(says(&told, "田中 恵子"));
	TOLD_DONE(told);
	hall_done(&h);
}

TEST(class_a_on_an_own_device_is_refused_before_anybody_is_asked)
{
	struct hall h;
	char body[900];
	hall_new(&h);
	const char *asset = put_row(&h, "asset", "固定資産課税台帳",
		(const struct cell[]){{"owner", "tax"}, {"importance", "A"}, {"personal", "yes"}}, 3);
	char first[27];
	snprintf(first, sizeof first, "%s", asset);
	const char *device = put_row(&h, "host", "私物のノート", (const struct cell[]){{"issued", "no"}}, 1);
	snprintf(body, sizeof body, "act=send&f.object=%s&f.device=%s&f.on_paper=no&f.place=自宅&f.until=R8.12.1&purpose=調査", first, device);
	struct told told = hall_ask(&h, "aoki", "/apply/work_outside", body);
	CHECK_INT(told.status, 409);
	CHECK(says(&told, "第2章 5.1 (1)③ウ"));
	TOLD_DONE(told);
	struct application *list;
	size_t count;
	struct application_query query = {.applicant = town_id(&h.town, "aoki")};
	CHECK_OK(application_list(h.town.proceedings, &query, h.town.arena, &list, &count, &h.town.why), &h.town.why);
	CHECK_INT(count, 0);
	hall_done(&h);
}

static void turn_of(struct hall *h, const char *id, char out[24])
{
	struct case_view view = {.turn = 0};
	CHECK_OK(case_get(h->town.proceedings, id, h->town.arena, &view, &h->town.why), &h->town.why);
	snprintf(out, 24, "%lld", (long long)view.turn);
}

TEST(an_incident_is_reported_in_a_minute_and_brought_to_its_end)
{
	struct hall h;
	char where[300], turn[24], body[600];
	hall_new(&h);
	struct told told = hall_ask(&h, "aoki", "/report", NULL);
	CHECK_INT(told.status, 200);
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", "/report", "name=&story=名簿を送った");
	CHECK_INT(told.status, 400);
	CHECK(says(&told, "名簿を送った"));
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", "/report", "name=案内メールの誤送信&story=46件に送った&f.noticed_at=R8.11.19&f.outside_source=no");
	CHECK_INT(told.status, 303);
	snprintf(where, sizeof where, "%s", told.location);
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", where, NULL);
	CHECK_INT(told.status, 200);
	CHECK(says(&told, "未完成"));
	CHECK(says(&told, "46件に送った"));
	CHECK(says(&told, "認知"));
	TOLD_DONE(told);
	char draft[340];
	snprintf(draft, sizeof draft, "%s/commission", where);
	told = hall_ask(&h, "aoki", draft, NULL);
	CHECK_INT(told.status, 200);
	CHECK(says(&told, "令和8年11月23日（月）まで")); /* five days, the day of knowing being the first */
	CHECK(says(&told, "令和8年12月18日（金）まで"));
	CHECK(says(&told, "案内メールの誤送信"));
	TOLD_DONE(told);
	told = hall_ask(&h, "nakano", draft, NULL);
	CHECK_INT(told.status, 404);
	TOLD_DONE(told);
	told = hall_ask(&h, "nakano", where, NULL); /* another section */
	CHECK_INT(told.status, 404);
	TOLD_DONE(told);
	static const struct {
		const char *login, *move;
		unsigned status;
	} moves[] = {{"hayashi", "incident.close", 409}, {"tanaka", "incident.report", 303},
	             {"hayashi", "incident.analyse", 303}, {"kuroda", "incident.order", 303},
	             {"hayashi", "incident.close", 303}};
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		turn_of(&h, where + 6, turn);
		snprintf(body, sizeof body, "turn=%s&move=%s", turn, moves[i].move);
		told = hall_ask(&h, moves[i].login, where, body);
		CHECK_INT(told.status, moves[i].status);
		if (told.status == 409)
			CHECK(says(&told, "根拠: "));
		TOLD_DONE(told);
	}
	told = hall_ask(&h, "hayashi", "/cases?show=ended", NULL);
	CHECK(says(&told, "案内メールの誤送信"));
	TOLD_DONE(told);
	hall_done(&h);
}

TEST(a_stale_page_changes_nothing_and_names_who_was_first)
{
	struct hall h;
	char where[300];
	hall_new(&h);
	struct told told = hall_ask(&h, "aoki", "/report", "name=端末の紛失");
	snprintf(where, sizeof where, "%s", told.location);
	TOLD_DONE(told);
	char turn[24], body[300];
	turn_of(&h, where + 6, turn);
	snprintf(body, sizeof body, "turn=%s&act=note&note=見つかった", turn);
	told = hall_ask(&h, "tanaka", where, body);
	CHECK_INT(told.status, 303);
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", where, body);
	CHECK_INT(told.status, 409);
	CHECK(says(&told, "田中 恵子"));
	TOLD_DONE(told);
	hall_done(&h);
}

TEST(a_contract_lacks_an_item_and_says_which)
{
	struct hall h;
	char where[300], turn[24], body[900];
	hall_new(&h);
	struct told told = hall_ask(&h, "tanaka", "/cases/new/contract",
		"name=土地評価の委託&f.section=tax&f.contractor=青波測量&f.measures_confirmed=yes&f.development=no");
	CHECK_INT(told.status, 303);
	snprintf(where, sizeof where, "%s", told.location);
	TOLD_DONE(told);
	turn_of(&h, where + 6, turn);
	snprintf(body, sizeof body, "turn=%s&move=contract.select", turn);
	told = hall_ask(&h, "tanaka", where, body);
	CHECK_INT(told.status, 303);
	TOLD_DONE(told);
	turn_of(&h, where + 6, turn);
	snprintf(body, sizeof body, "turn=%s&act=items&i.contract_items.secrecy=yes&e.contract_items.secrecy=第5条"
	         "&i.contract_items.compliance=yes", turn);
	told = hall_ask(&h, "tanaka", where, body);
	CHECK_INT(told.status, 303);
	TOLD_DONE(told);
	told = hall_ask(&h, "tanaka", where, NULL);
	CHECK(says(&told, "第5条"));
	CHECK(says(&told, "まだ足りないもの"));
	TOLD_DONE(told);
	turn_of(&h, where + 6, turn);
	snprintf(body, sizeof body, "turn=%s&move=contract.conclude", turn);
	told = hall_ask(&h, "tanaka", where, body);
	CHECK_INT(told.status, 400);
	CHECK(says(&told, "がまだです（第2章 8.1 (2)"));
	TOLD_DONE(told);
	snprintf(body, sizeof body, "turn=%s&act=items&i.contract_items.reporting=na", turn);
	told = hall_ask(&h, "tanaka", where, body); /* not applicable, and no reason */
	CHECK_INT(told.status, 400);
	CHECK(says(&told, "理由を書いてください"));
	TOLD_DONE(told);
	hall_done(&h);
}

TEST(facts_are_written_more_of_and_wrong_ones_marked)
{
	struct hall h;
	char where[300], turn[24], body[300];
	hall_new(&h);
	struct told told = hall_ask(&h, "aoki", "/report", "name=端末の紛失");
	snprintf(where, sizeof where, "%s", told.location);
	TOLD_DONE(told);
	turn_of(&h, where + 6, turn);
	snprintf(body, sizeof body, "turn=%s&act=fill&f.section=tax&f.noticed_at=おととい&f.place=駅", turn);
	told = hall_ask(&h, "aoki", where, body);
	CHECK_INT(told.status, 400);
	CHECK(says(&told, "おととい"));
	CHECK(says(&told, "読めません"));
	TOLD_DONE(told);
	snprintf(body, sizeof body, "turn=%s&act=fill&f.section=tax&f.noticed_at=R8.11.19&f.place=駅", turn);
	told = hall_ask(&h, "aoki", where, body);
	CHECK_INT(told.status, 303);
	TOLD_DONE(told);
	told = hall_ask(&h, "aoki", where, NULL);
	CHECK(says(&told, "令和8年11月19日"));
	CHECK(!strstr(told.body, "未完成</span>"));
	TOLD_DONE(told);
	told = hall_ask(&h, "kuroda", "/network", NULL);
	CHECK_INT(told.status, 200);
	CHECK(says(&told, "統括情報セキュリティ責任者"));
	TOLD_DONE(told);
	hall_done(&h);
}

MAIN_TESTS()
