/* Cases: each move decided by the clauses, nothing skipped, nothing closed while
 * something is missing, and what is permitted comes about.                   */
#include "proceeding/case.h"
#include "register/book.h"
#include "town.h"

static struct result open_kind(struct town *t, const char *kind, const char *login, const struct cell *cells,
                               size_t count, char id[27])
{
	const struct case_opening opening = {.kind = kind, .name = "試験の件", .section = "tax", .cells = cells,
	                                     .cell_count = count, .actor = town_id(t, login)};
	t->why = (struct why){0};
	return case_open(t->proceedings, &opening, id, &t->why);
}
#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

static struct case_view get(struct town *t, const char *id)
{
	struct case_view view = {.step = ""};
	CHECK_OK(case_get(t->proceedings, id, t->arena, &view, &t->why), &t->why);
	return view;
}

static struct case_hand hand(struct town *t, const char *id, const char *login)
{
	return (struct case_hand){id, get(t, id).turn, town_id(t, login), ""};
}

static struct result move(struct town *t, const char *id, const char *login, const char *act,
                          enum case_outcome *outcome, char application[27])
{
	const struct case_step step = {.act = act, .reason = "手順のとおり"};
	const struct case_hand by = hand(t, id, login);
	t->why = (struct why){0};
	return case_move(t->proceedings, &by, &step, outcome, application, &t->why);
}

static struct result fill(struct town *t, const char *id, const char *login, const struct cell *cells, size_t count)
{
	const struct case_hand by = hand(t, id, login);
	t->why = (struct why){0};
	return case_change(t->proceedings, &by, NULL, cells, count, false, &t->why);
}

static size_t entries(struct town *t, const char *id, const char *kind, const char *done)
{
	struct ledger_entry *found;
	size_t count, hits = 0;
	struct ledger_query query = {.subject = id, .kind_prefix = kind, .limit = 50};
	CHECK_OK(ledger_find(t->ledger, &query, t->arena, &found, &count, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		hits += !*done || slice_find(found[i].data, slice_str(done)) != SIZE_MAX;
	return hits;
}

TEST(an_incident_goes_its_way_and_skips_nothing)
{
	struct town t;
	char id[27], asked[27];
	enum case_outcome outcome;
	town_new(&t);
	CHECK_OK(open_kind(&t, "incident", "aoki", CELLS({"section", "tax"}, {"outside_source", "no"}), id), &t.why);
	struct case_view view = get(&t, id);
	CHECK_STR(view.step, "open");
	CHECK_STR(view.title, "情報セキュリティインシデント");
	CHECK_STR(register_cell(&view.row, "step"), "open");
	/* not before its cause is known and the order given: a clause says so */
	CHECK_FAILS(move(&t, id, "aoki", "incident.close", &outcome, asked), E_DENIED);
	CHECK_STR(t.why.place, "HN-2.5.3(3)-2");
	CHECK_INT(outcome, CASE_NOTHING);
	CHECK_INT(entries(&t, id, "case.refused", "incident.close"), 1);
	CHECK_FAILS(move(&t, id, "aoki", "incident.analyse", &outcome, asked), E_DENIED); /* from recognised only */
	static const struct {
		const char *login, *act, *step;
	} way[] = {{"aoki", "incident.recognise", "recognised"}, {"tanaka", "incident.report", "recognised"},
	           {"hayashi", "incident.contain", "recognised"}, {"sato", "incident.analyse", "caused"},
	           {"kuroda", "incident.order", "ordered"}, {"hayashi", "incident.close", "closed"}};
	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		CHECK_OK(move(&t, id, way[i].login, way[i].act, &outcome, asked), &t.why);
		CHECK_INT(outcome, CASE_MOVED);
		view = get(&t, id);
		CHECK_STR(view.step, way[i].step);
		CHECK_STR(register_cell(&view.row, "step"), way[i].step);
		CHECK_INT(entries(&t, id, "case.moved", arena_printf(t.arena, "\"done\":\"%s\"", way[i].act)), 1);
	}
	view = get(&t, id);
	CHECK_INT(view.way_count, 7);
	CHECK_STR(view.way[6].move, "incident.close");
	/* what has ended is a record */
	CHECK_FAILS(fill(&t, id, "aoki", CELLS({"grave", "yes"})), E_CONFLICT);
	town_done(&t);
}

TEST(an_incomplete_report_is_taken_and_marked)
{
	struct town t;
	char id[27];
	town_new(&t);
	const struct case_opening opening = {.kind = "incident", .name = "メールの誤送信", .section = "tax",
		.actor = town_id(&t, "aoki"), .drill = true, .incomplete = true};
	CHECK_OK(case_open(t.proceedings, &opening, id, &t.why), &t.why);
	CHECK(get(&t, id).incomplete && get(&t, id).drill);
	CHECK_OK(fill(&t, id, "aoki", CELLS({"place", "税務課の窓口"}, {"noticed_at", "2026-11-19"})), &t.why);
	struct case_view view = get(&t, id);
	CHECK(!view.incomplete && view.drill);
	CHECK_STR(register_cell(&view.row, "place"), "税務課の窓口");
	CHECK_OK(fill(&t, id, "aoki", CELLS({"grave", "no"})), &t.why); /* the rest stays */
	view = get(&t, id);
	CHECK_STR(register_cell(&view.row, "place"), "税務課の窓口");
	CHECK_STR(register_cell(&view.row, "noticed_at"), "2026-11-19");
	CHECK_FAILS(fill(&t, id, "aoki", CELLS({"step", "closed"})), E_INPUT);
	CHECK_FAILS(fill(&t, id, "aoki", CELLS({"noticed_at", "きのう"})), E_INPUT);
	town_done(&t);
}

static const char *const contract_items[] = {"compliance", "responsible", "purpose_limit", "no_copies",
	"strict_storage", "secrecy", "subcontracting", "return_assets_item", "reporting", "audit_accept",
	"consequences"};

static void answer(struct town *t, const char *id, const char *item, enum item_answer said)
{
	const struct case_hand by = hand(t, id, "tanaka");
	CHECK_OK(case_answer(t->proceedings, &by, "contract_items", item, said, "契約書 第5条", &t->why), &t->why);
}

TEST(a_contract_with_an_item_missing_is_not_concluded)
{
	struct town t;
	char id[27], asked[27];
	enum case_outcome outcome;
	town_new(&t);
	CHECK_OK(open_kind(&t, "contract", "tanaka", CELLS({"section", "tax"}, {"development", "yes"}), id), &t.why);
	CHECK_FAILS(move(&t, id, "tanaka", "contract.select", &outcome, asked), E_INPUT); /* 対策の確認 */
	CHECK_STR(t.why.place, "object.measures_confirmed");
	CHECK_OK(fill(&t, id, "tanaka", CELLS({"measures_confirmed", "no"})), &t.why);
	CHECK_FAILS(move(&t, id, "tanaka", "contract.select", &outcome, asked), E_DENIED);
	CHECK_OK(fill(&t, id, "tanaka", CELLS({"measures_confirmed", "yes"}, {"contractor", "青波測量株式会社"})), &t.why);
	CHECK_OK(move(&t, id, "tanaka", "contract.select", &outcome, asked), &t.why);
	for (size_t i = 0; i + 1 < sizeof contract_items / sizeof *contract_items; i++)
		answer(&t, id, contract_items[i], ITEM_YES);
	CHECK_FAILS(move(&t, id, "tanaka", "contract.conclude", &outcome, asked), E_INPUT);
	CHECK(strstr(t.why.text, "損害賠償などの定め"));

	CHECK_STR(get(&t, id).step, "selected");
	answer(&t, id, "consequences", ITEM_NO); /* as-needed: an answer, but not the wanted one */
	CHECK(move(&t, id, "tanaka", "contract.conclude", &outcome, asked).code != OK);
	answer(&t, id, "consequences", ITEM_YES); /* the later answer counts */
	CHECK_OK(move(&t, id, "tanaka", "contract.conclude", &outcome, asked), &t.why);
	CHECK_STR(get(&t, id).step, "concluded");
	CHECK_INT(get(&t, id).item_count, 11);
	CHECK_STR(get(&t, id).items[0].evidence, "契約書 第5条");
	town_done(&t);
}

TEST(items_are_answered_only_as_they_can_be)
{
	struct town t;
	char id[27];
	town_new(&t);
	CHECK_OK(open_kind(&t, "contract", "tanaka", NULL, 0, id), &t.why);
	const struct case_hand by = hand(&t, id, "tanaka");
	struct why why = {0};
	CHECK_FAILS(case_answer(t.proceedings, &by, "contract_items", "secrecy", 9, "", &why), E_INPUT);
	why = (struct why){0};
	CHECK_FAILS(case_answer(t.proceedings, &by, "contract_items", "secrecy", ITEM_NOT_APPLICABLE, "", &why), E_INPUT);
	why = (struct why){0};
	CHECK_FAILS(case_answer(t.proceedings, &by, "no_such_list", "secrecy", ITEM_YES, "", &why), E_INPUT);
	CHECK_INT(get(&t, id).item_count, 0);
	town_done(&t);
}

TEST(a_stale_hand_overwrites_nothing_and_is_told_who)
{
	struct town t;
	char id[27];
	town_new(&t);
	CHECK_OK(open_kind(&t, "incident", "aoki", NULL, 0, id), &t.why);
	const struct case_hand mine = hand(&t, id, "aoki"), theirs = hand(&t, id, "tanaka");
	CHECK_OK(case_note(t.proceedings, &theirs, "電話で相手に削除を頼んだ", &t.why), &t.why);
	struct why why = {0};
	CHECK_FAILS(case_change(t.proceedings, &mine, "別の名前", NULL, 0, false, &why), E_CONFLICT);
	CHECK(strstr(why.text, "田中 恵子"));
	CHECK_STR(get(&t, id).row.name, "試験の件");
	CHECK_INT(get(&t, id).note_count, 1);
	CHECK_STR(get(&t, id).notes[0].words, "電話で相手に削除を頼んだ");
	town_done(&t);
}

static enum application_state state_of(struct town *t, const char *id)
{
	struct application a = {0};
	CHECK_OK(application_get(t->proceedings, id, t->arena, &a, &t->why), &t->why);
	return a.state;
}

TEST(a_move_that_persons_permit_happens_with_the_last_word)
{
	struct town t;
	char id[27], asked[27], again[27];
	enum case_outcome outcome;
	town_new(&t);
	CHECK_OK(open_kind(&t, "link", "tanaka", CELLS({"section", "tax"}, {"impact_free", "yes"}, {"liability", "yes"}), id), &t.why);
	CHECK_FAILS(move(&t, id, "tanaka", "link.connect", &outcome, asked), E_DENIED);
	CHECK_OK(move(&t, id, "tanaka", "link.investigate", &outcome, asked), &t.why);
	CHECK_OK(move(&t, id, "tanaka", "link.contract", &outcome, asked), &t.why);
	CHECK_OK(move(&t, id, "tanaka", "link.connect", &outcome, asked), &t.why);
	CHECK_INT(outcome, CASE_ASKED);
	CHECK_STR(get(&t, id).step, "contracted");
	CHECK_FAILS(move(&t, id, "tanaka", "link.connect", &outcome, again), E_CONFLICT); /* asked already */
	/* one's own, and a stranger's word */
	CHECK_FAILS(application_answer(t.proceedings, asked, town_id(&t, "tanaka"), ANSWER_AGREE, "", NULL), E_DENIED);
	CHECK_FAILS(application_answer(t.proceedings, asked, town_id(&t, "kimura"), ANSWER_AGREE, "", NULL), E_DENIED);
	CHECK_OK(application_answer(t.proceedings, asked, town_id(&t, "kuroda"), ANSWER_AGREE, "", &t.why), &t.why);
	CHECK_STR(get(&t, id).step, "contracted");
	CHECK_OK(application_answer(t.proceedings, asked, town_id(&t, "sato"), ANSWER_AGREE, "", &t.why), &t.why);
	CHECK_INT(state_of(&t, asked), APPLICATION_PERMITTED);
	CHECK_STR(get(&t, id).step, "connected");
	CHECK_INT(entries(&t, id, "case.moved", "\"done\":\"link.connect\""), 1);
	town_done(&t);
}

TEST(a_declined_move_stays_where_it_was_and_may_be_asked_again)
{
	struct town t;
	char id[27], asked[27];
	enum case_outcome outcome;
	town_new(&t);
	CHECK_OK(open_kind(&t, "link", "tanaka", CELLS({"section", "tax"}, {"impact_free", "yes"}, {"liability", "yes"}), id), &t.why);
	CHECK_OK(move(&t, id, "tanaka", "link.investigate", &outcome, asked), &t.why);
	CHECK_OK(move(&t, id, "tanaka", "link.contract", &outcome, asked), &t.why);
	CHECK_OK(move(&t, id, "tanaka", "link.connect", &outcome, asked), &t.why);
	CHECK_OK(application_answer(t.proceedings, asked, town_id(&t, "sato"), ANSWER_DECLINE, "相手の体制が弱い", &t.why), &t.why);
	CHECK_INT(state_of(&t, asked), APPLICATION_REFUSED);
	CHECK_STR(get(&t, id).step, "contracted");
	CHECK_OK(move(&t, id, "tanaka", "link.connect", &outcome, asked), &t.why);
	CHECK_INT(outcome, CASE_ASKED);
	struct why why = {0};
	CHECK_OK(application_answer(t.proceedings, asked, town_id(&t, "sato"), ANSWER_AGREE, "", &t.why), &t.why);
	CHECK_OK(application_withdraw(t.proceedings, asked, town_id(&t, "tanaka"), &t.why), &t.why);
	CHECK_FAILS(application_answer(t.proceedings, asked, town_id(&t, "kuroda"), ANSWER_AGREE, "", &why), E_CONFLICT);
	CHECK_STR(get(&t, id).step, "contracted");
	town_done(&t);
}

TEST(nobody_audits_himself)
{
	struct town t;
	char id[27], other[27], asked[27];
	enum case_outcome outcome;
	town_new(&t);
	CHECK_OK(open_kind(&t, "audit", "fujii", CELLS({"section", "tax"}, {"auditor", town_id(&t, "tanaka")}), id), &t.why);
	CHECK_FAILS(move(&t, id, "fujii", "audit.carry_out", &outcome, asked), E_DENIED);
	CHECK_STR(t.why.place, "HN-2.1(3)-2");
	CHECK_STR(get(&t, id).step, "planned");
	CHECK_OK(open_kind(&t, "audit", "fujii", CELLS({"section", "tax"}, {"auditor", town_id(&t, "fujii")}), other), &t.why);
	CHECK_OK(move(&t, other, "fujii", "audit.carry_out", &outcome, asked), &t.why);
	CHECK_STR(get(&t, other).step, "carried_out");
	CHECK_FAILS(move(&t, other, "fujii", "audit.follow_up", &outcome, asked), E_DENIED); /* reported first */
	town_done(&t);
}

TEST(every_proceeding_opens_at_its_first_step_and_offers_what_leaves_it)
{
	struct town t;
	struct policy_kind kind;
	size_t kinds = 0;
	town_new(&t);
	for (size_t i = 0; policy_kind_at(t.policy, i, &kind); i++) {
		char id[27];
		struct case_choice *choices;
		size_t count;
		if (!kind.proceeding)
			continue;
		struct result done = open_kind(&t, kind.name, "tanaka", NULL, 0, id);
		CHECK_INT(done.code, strcmp(kind.name, "exception") == 0 ? E_INPUT : OK);
		if (done.code != OK)
			continue;
		kinds++;
		struct case_view view = get(&t, id);
		CHECK_STR(view.step, policy_kind_step(t.policy, kind.name, 0));
		CHECK_OK(case_choices(t.proceedings, &view, town_id(&t, "tanaka"), t.arena, &choices, &count, &t.why), &t.why);
		CHECK(count > 0);
		for (size_t k = 0; k < count; k++)
			CHECK(choices[k].decision);
	}
	CHECK(kinds >= 13);
	CHECK_FAILS(open_kind(&t, "asset", "tanaka", NULL, 0, (char[27]){0}), E_ABSENT);
	struct case_view *list;
	size_t count;
	struct case_query query = {.section = "tax"};
	CHECK_OK(case_list(t.proceedings, &query, t.arena, &list, &count, &t.why), &t.why);
	CHECK_INT(count, kinds);
	query.ended = true;
	CHECK_OK(case_list(t.proceedings, &query, t.arena, &list, &count, &t.why), &t.why);
	CHECK_INT(count, 0);
	town_done(&t);
}

/* ---- what a permission sets ------------------------------------------------------ */

static struct register_row medium(struct town *t, const char *id)
{
	struct register_row row = {0};
	CHECK_OK(register_get(t->registers, id, t->arena, &row, &t->why), &t->why);
	return row;
}

TEST(what_a_permission_sets_begins_and_ends_with_it)
{
	struct town t;
	char id[27], a[27];
	size_t lapsed;
	town_new(&t);
	const struct register_change change = {.kind = "medium", .name = "USB 12号", .section = "tax",
		.cells = (const struct cell[]){{"owner", "tax"}, {"managed", "yes"}, {"registered", "yes"}, {"serial", "S-12"}},
		.cell_count = 4, .actor = "x"};
	CHECK_OK(register_put(t.registers, &change, id, &t.why), &t.why);
	const struct fact_pair facts[] = {{"object", id}, {"until", "2026-12-25"}};
	struct application_request request = {.wish = {.act = "approve_medium", .actor = town_id(&t, "aoki"),
		.subject = id, .facts = facts, .fact_count = 2}, .section = "tax", .title = "USB", .purpose = "現地調査",
		.until = DAY_OPEN};
	CHECK_OK(application_apply(t.proceedings, &request, a, &t.why), &t.why);
	struct register_row row = medium(&t, id);
	CHECK_STR(register_cell(&row, "approved"), "");
	CHECK_OK(application_answer(t.proceedings, a, town_id(&t, "sato"), ANSWER_AGREE, "", &t.why), &t.why);
	row = medium(&t, id);
	CHECK_STR(register_cell(&row, "approved"), "yes");
	CHECK_STR(register_cell(&row, "serial"), "S-12");
	CHECK_STR(register_cell(&row, "managed"), "yes");
	town_ms += (int64_t)35 * 86400000; /* its last day */
	CHECK_OK(application_lapse(t.proceedings, &lapsed, &t.why), &t.why);
	CHECK_INT(lapsed, 0);
	town_ms += 86400000;
	CHECK_OK(application_lapse(t.proceedings, &lapsed, &t.why), &t.why);
	CHECK_INT(lapsed, 1);
	row = medium(&t, id);
	CHECK_STR(register_cell(&row, "approved"), "no");
	town_done(&t);
}

static struct result suspend(struct town *t, const char *act, const char *login, const char *whom, char a[27])
{
	const struct fact_pair facts[] = {{"object", whom}, {"guided", "yes"}, {"improved", "no"}};
	const struct application_request request = {.wish = {.act = act, .actor = town_id(t, login), .subject = whom,
		.facts = facts, .fact_count = strcmp(act, "suspend_right") == 0 ? 3 : 1}, .section = "tax", .title = "停止",
		.purpose = "指導しても改まらない", .until = DAY_OPEN};
	t->why = (struct why){0};
	return application_apply(t->proceedings, &request, a, &t->why);
}

static bool is_active(struct town *t, const char *whom)
{
	struct person person = {.active = false};
	CHECK_OK(office_person(t->office, whom, t->arena, &person, &t->why), &t->why);
	return person.active;
}

TEST(an_account_is_suspended_by_the_permission_and_only_after_guidance)
{
	struct town t;
	char id[27], a[27], asked[27];
	enum case_outcome outcome;
	town_new(&t);
	const char *aoki = arena_printf(t.arena, "%s", town_id(&t, "aoki"));
	/* that he was guided is the case's to tell, whatever the officer says */
	CHECK_FAILS(suspend(&t, "suspend_right", "sato", aoki, a), E_DENIED);
	CHECK_STR(t.why.place, "HN-2.7.6-4/1");
	CHECK_OK(open_kind(&t, "violation", "tanaka", CELLS({"person", aoki}, {"section", "tax"},
		{"finder", "found_by_manager"}, {"grave", "no"}), id), &t.why);
	CHECK_OK(move(&t, id, "tanaka", "violation.confirm", &outcome, asked), &t.why);
	CHECK_FAILS(suspend(&t, "suspend_right", "sato", aoki, a), E_DENIED);
	CHECK_OK(move(&t, id, "tanaka", "violation.warn", &outcome, asked), &t.why);
	/* whether it has become better is not told yet: nothing is suspended */
	CHECK(suspend(&t, "suspend_right", "sato", aoki, a).code != OK || state_of(&t, a) != APPLICATION_PERMITTED);
	CHECK(is_active(&t, aoki));
	CHECK_OK(fill(&t, id, "tanaka", CELLS({"improved", "yes"})), &t.why);
	CHECK_FAILS(suspend(&t, "suspend_right", "sato", aoki, a), E_DENIED);
	CHECK_OK(fill(&t, id, "tanaka", CELLS({"improved", "no"})), &t.why);
	CHECK_FAILS(suspend(&t, "suspend_right", "tanaka", aoki, a), E_DENIED); /* only whom the clause names */
	CHECK_OK(suspend(&t, "suspend_right", "sato", aoki, a), &t.why);
	CHECK_INT(state_of(&t, a), APPLICATION_PERMITTED); /* nobody else has to be asked */
	CHECK(!is_active(&t, aoki));
	/* and ends with the word of those whom the clause names */
	CHECK_FAILS(suspend(&t, "restore_right", "tanaka", aoki, a), E_DENIED);
	CHECK_OK(suspend(&t, "restore_right", "kuroda", aoki, a), &t.why);
	CHECK(is_active(&t, aoki));
	town_done(&t);
}

static struct result dispose(struct town *t, const char *medium, char a[27])
{
	const struct fact_pair facts[] = {{"object", medium}, {"erased", "yes"}, {"treatment", "破砕"}};
	const struct application_request request = {.wish = {.act = "dispose_medium", .actor = town_id(t, "aoki"),
		.subject = medium, .facts = facts, .fact_count = 3}, .section = "tax", .title = "廃棄", .purpose = "廃棄",
		.until = DAY_OPEN};
	t->why = (struct why){0};
	return application_apply(t->proceedings, &request, a, &t->why);
}

TEST(what_a_case_names_is_kept_until_it_ends)
{
	struct town t;
	char asset[27], medium[27], other[27], id[27], drill[27], a[27], asked[27];
	enum case_outcome outcome;
	town_new(&t);
	struct register_change row = {.kind = "asset", .name = "課税台帳", .section = "tax", .actor = "x",
		.cells = (const struct cell[]){{"owner", "tax"}, {"importance", "A"}}, .cell_count = 2};
	CHECK_OK(register_put(t.registers, &row, asset, &t.why), &t.why);
	const struct cell holds[] = {{"owner", "tax"}, {"importance", "A"}, {"contents", asset}, {"on_hold", "no"}};
	row = (struct register_change){.kind = "medium", .name = "USBメモリ 3号", .section = "tax", .actor = "x",
		.cells = holds, .cell_count = 4};
	CHECK_OK(register_put(t.registers, &row, medium, &t.why), &t.why);
	const struct case_opening drilled = {.kind = "incident", .name = "訓練", .section = "tax", .drill = true,
		.cells = (const struct cell[]){{"assets", asset}}, .cell_count = 1, .actor = town_id(&t, "aoki")};
	CHECK_OK(case_open(t.proceedings, &drilled, drill, &t.why), &t.why);
	CHECK_OK(dispose(&t, medium, a), &t.why); /* a drill keeps nobody from his work */
	CHECK_OK(open_kind(&t, "incident", "aoki", CELLS({"section", "tax"}, {"assets", asset}, {"outside_source", "no"}), id), &t.why);
	CHECK_INT(entries(&t, id, "hold.begun", asset), 1);
	/* the medium holds the asset, and is kept with it, whatever its own row says */
	CHECK_FAILS(dispose(&t, medium, a), E_DENIED);
	CHECK_STR(t.why.place, "HN-2.6.5(3)/1");
	CHECK(strstr(t.why.text, "試験の件"));
	const struct case_hand by = hand(&t, id, "aoki");
	CHECK_FAILS(case_hold(t.proceedings, &by, "nothing", &t.why), E_INPUT);
	t.why = (struct why){0};
	CHECK_FAILS(case_hold(t.proceedings, &by, asset, &t.why), E_CONFLICT);
	t.why = (struct why){0};
	row = (struct register_change){.kind = "medium", .name = "外付けディスク", .section = "tax", .actor = "x",
		.cells = (const struct cell[]){{"owner", "tax"}, {"importance", "A"}}, .cell_count = 2};
	CHECK_OK(register_put(t.registers, &row, other, &t.why), &t.why);
	CHECK_OK(case_hold(t.proceedings, &by, other, &t.why), &t.why);
	CHECK_FAILS(dispose(&t, other, a), E_DENIED);
	/* not named any more: let go; what was added by hand stays until the end */
	CHECK_OK(fill(&t, id, "aoki", CELLS({"assets", ""})), &t.why);
	CHECK_OK(dispose(&t, medium, a), &t.why);
	CHECK_FAILS(dispose(&t, other, a), E_DENIED);
	static const char *const way[][2] = {{"aoki", "incident.recognise"}, {"sato", "incident.analyse"},
	                                     {"kuroda", "incident.order"}, {"hayashi", "incident.close"}};
	for (size_t i = 0; i < 4; i++)
		CHECK_OK(move(&t, id, way[i][0], way[i][1], &outcome, asked), &t.why);
	CHECK_INT(entries(&t, id, "hold.ended", ""), 2);
	CHECK_OK(dispose(&t, other, a), &t.why);
	const struct case_hand late = hand(&t, id, "aoki");
	CHECK_FAILS(case_hold(t.proceedings, &late, other, &t.why), E_CONFLICT);
	town_done(&t);
}

static enum verdict verdict_of(struct town *t, const char *act, const char *object, const struct fact_pair *facts, size_t count)
{
	const struct decision *d = NULL;
	const struct wish wish = {.act = act, .actor = town_id(t, "aoki"), .subject = object, .facts = facts, .fact_count = count};
	CHECK_OK(proceeding_decide(t->proceedings, &wish, t->arena, &d, &t->why), &t->why);
	return d ? d->verdict : PASS;
}

TEST(what_is_told_never_loosens_what_is_known)
{
	struct town t;
	char medium[27], system[27];
	town_new(&t);
	const struct cell holds[] = {{"owner", "tax"}, {"importance", "C"}, {"on_hold", "yes"}, {"managed", "yes"}};
	struct register_change row = {.kind = "medium", .name = "外付けディスク", .section = "tax", .actor = "x",
		.cells = holds, .cell_count = 4};
	CHECK_OK(register_put(t.registers, &row, medium, &t.why), &t.why);
	row = (struct register_change){.kind = "system", .name = "記録を集めるシステム", .section = "tax", .actor = "x"};
	CHECK_OK(register_put(t.registers, &row, system, &t.why), &t.why);
	/* the row says that it is kept: who asks cannot say otherwise */
	const struct fact_pair dispose_it[] = {{"object", medium}, {"object.on_hold", "no"}, {"erased", "yes"}};
	CHECK_INT(verdict_of(&t, "dispose_medium", medium, dispose_it, 3), REFUSE);
	/* no case keeps it: who asks may still say that it must be kept */
	const struct fact_pair erase_it[] = {{"object", system}, {"expired", "yes"}, {"on_hold", "yes"}};
	CHECK_INT(verdict_of(&t, "erase_log", system, erase_it, 3), REFUSE);
	const struct fact_pair erase_old[] = {{"object", system}, {"expired", "yes"}, {"on_hold", "no"}};
	CHECK_INT(verdict_of(&t, "erase_log", system, erase_old, 3), PASS);
	town_done(&t);
}

TEST(what_is_missing_is_named_before_it_is_asked)
{
	struct town t;
	char id[27], a[27];
	town_new(&t);
	const struct register_change change = {.kind = "asset", .name = "課税台帳", .section = "tax",
		.cells = (const struct cell[]){{"owner", "tax"}, {"importance", "A"}, {"personal", "yes"}}, .cell_count = 3,
		.actor = "x"};
	CHECK_OK(register_put(t.registers, &change, id, &t.why), &t.why);
	const struct fact_pair facts[] = {{"object", id}, {"until", "2026-11-01"}, {"on_duty", "yes"}, {"place", "現地"}};
	struct application_request request = {.wish = {.act = "take_out", .actor = town_id(&t, "aoki"), .subject = id,
		.facts = facts, .fact_count = 4}, .section = "tax", .title = "持出し", .purpose = "現地調査", .until = DAY_OPEN};
	CHECK_FAILS(application_apply(t.proceedings, &request, a, &t.why), E_INPUT);
	CHECK_STR(t.why.place, "until"); /* a day that is over */
	town_done(&t);
}

static struct book_entry *entries_of(struct town *t, const char *origin, size_t *count)
{
	struct book_entry *found = NULL;
	bool more;
	struct book_query query = {.origin = origin, .limit = 10};
	*count = 0;
	CHECK_OK(book_list(t->registers, &query, t->arena, &found, count, &more, &t->why), &t->why);
	return found;
}

TEST(what_is_permitted_is_written_into_the_book_and_waits_for_its_end)
{
	struct town t;
	char id[27], a[27], device[27];
	size_t count;
	town_new(&t);
	const struct register_change change = {.kind = "asset", .name = "課税台帳", .section = "tax",
		.cells = (const struct cell[]){{"owner", "tax"}, {"importance", "B"}, {"personal", "no"}}, .cell_count = 3,
		.actor = "x"};
	CHECK_OK(register_put(t.registers, &change, id, &t.why), &t.why);
	const struct register_change laptop = {.kind = "host", .name = "貸出用 3号", .section = "tax",
		.cells = (const struct cell[]){{"issued", "yes"}}, .cell_count = 1, .actor = "x"};
	CHECK_OK(register_put(t.registers, &laptop, device, &t.why), &t.why);
	const struct fact_pair facts[] = {{"object", id}, {"until", "2026-12-01"}, {"on_duty", "yes"}, {"place", "現地"},
		{"device", device}};
	struct application_request request = {.wish = {.act = "take_out", .actor = town_id(&t, "aoki"), .subject = id,
		.facts = facts, .fact_count = 5}, .section = "tax", .title = "持出し", .purpose = "現地調査", .until = DAY_OPEN};
	CHECK_OK(application_apply(t.proceedings, &request, a, &t.why), &t.why);
	entries_of(&t, a, &count);
	CHECK_INT(count, 0); /* nothing has been permitted yet */
	CHECK_OK(application_answer(t.proceedings, a, town_id(&t, "tanaka"), ANSWER_AGREE, "", &t.why), &t.why);
	struct book_entry *found = entries_of(&t, a, &count);
	CHECK_INT(count, 1);
	if (count) {
		CHECK_STR(found[0].registry, "movement");
		CHECK_STR(found[0].row, id);
		CHECK(found[0].empty_count > 0); /* 返却日 */
		CHECK_FAILS(application_close(t.proceedings, a, town_id(&t, "aoki"), &t.why), E_CONFLICT);
		CHECK(strstr(t.why.text, "持出し・持込みの記録簿"));
	}
	for (size_t i = 0; count && i < found[0].field_count; i++)
		if (!found[0].fields[i].written) {
			const struct book_field *f = &found[0].fields[i];
			const struct cell cell = {f->fact.path, f->fact.type == FACT_DATE ? "2026-12-01" : f->fact.type == FACT_NONE
				? "2026-12-01 10:00" : f->fact.type == FACT_PERSON ? town_id(&t, "aoki") : "済み"};
			CHECK_OK(book_fill(t.registers, found[0].id, &cell, 1, town_id(&t, "aoki"), "", &t.why), &t.why);
		}
	if (count) {
		CHECK_OK(book_close(t.registers, found[0].id, town_id(&t, "aoki"), "", NULL, 0, &t.why), &t.why);
		CHECK_FAILS(application_close(t.proceedings, a, town_id(&t, "ueda"), &t.why), E_DENIED);
		CHECK_OK(application_close(t.proceedings, a, town_id(&t, "aoki"), &t.why), &t.why);
		CHECK_INT(state_of(&t, a), APPLICATION_CLOSED);
		CHECK_FAILS(application_close(t.proceedings, a, town_id(&t, "aoki"), &t.why), E_CONFLICT);
	}
	town_done(&t);
}

MAIN_TESTS()
