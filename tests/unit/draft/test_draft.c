/* Drafts: who may write one, what a line may say, what adopting does and what it
 * refuses; over a whole office with the demo city's chart.                  */
#include "base/file.h"
#include "harness.h"
#include "house/house.h"
#include "proceeding/case.h"
#include "scratch.h"

#include <inttypes.h>

struct desk {
	struct scratch scratch;
	struct arena *arena;
	struct house house;
	struct why why;
	char ciso[27], supervisor[27], clerk[27];
};

/* 2026-11-20 09:00 in Japan, whatever the machine's clock says; `days` later */
static void move_clock(struct desk *d, int days)
{
	struct clock system = clock_system();
	char text[40];
	int64_t at = INT64_C(1795132800000) + (int64_t)days * 86400000;
	snprintf(text, sizeof text, "%" PRId64 "\n", at - clock_now_ms(&system));
	CHECK_OK(file_write(scratch_path(&d->scratch, "", "clock.offset"), slice_str(text), 0600, &d->why), &d->why);
}

static void desk_new(struct desk *d, const char *edition)
{
	struct slice tsv;
	struct chart_person *people;
	size_t count;
	*d = (struct desk){.scratch = scratch_new(), .arena = arena_new(64 << 20)};
	const char *dir = arena_printf(d->arena, "%s/office", d->scratch.folder);
	struct house_settings s = {.body = "aonami", .title = "青波市", .policy = "hannan", .origin = "test/aonami",
		.outer = "127.0.0.1:0", .inner = "127.0.0.1:0", .clamd = "none", .clock = "../clock.offset",
		.folders = {SEKISHO_SOURCE "/vocabulary", arena_printf(d->arena, SEKISHO_SOURCE "/policies/%s", edition)},
		.folder_count = 2};
	move_clock(d, 0);
	CHECK_OK(house_create(dir, &s, &d->why), &d->why);
	CHECK_OK(house_open(dir, &d->house, &d->why), &d->why);
	CHECK_OK(file_read(SEKISHO_SOURCE "/share/demo/office.tsv", 1 << 20, d->arena, &tsv, &d->why), &d->why);
	CHECK_OK(office_load_chart(d->house.office, "", tsv, d->arena, &people, &count, &d->why), &d->why);
	CHECK_OK(office_find_login(d->house.office, SLICE("kuroda"), d->ciso, &d->why), &d->why);
	CHECK_OK(office_find_login(d->house.office, SLICE("sato"), d->supervisor, &d->why), &d->why);
	CHECK_OK(office_find_login(d->house.office, SLICE("aoki"), d->clerk, &d->why), &d->why);
}

static void desk_done(struct desk *d)
{
	house_close(&d->house);
	arena_free(d->arena);
	scratch_drop(&d->scratch);
}

static day_t day(const char *text)
{
	day_t out = 0;
	struct why why = {0};
	CHECK_OK(day_parse(slice_str(text), &out, &why), &why);
	return out;
}

static struct result begin(struct desk *d, const char *by, const char *from, char id[27])
{
	struct draft_head head = {"記録を長く残す", "令和8年度第3回会議", day(from)};
	d->why = (struct why){0};
	return draft_begin(d->house.drafts, by, &head, id, &d->why);
}

static struct result set(struct desk *d, const char *by, const char *id, const char *name, const char *value)
{
	d->why = (struct why){0};
	return draft_set(d->house.drafts, by, id, name, value, &d->why);
}

static struct result adopt(struct desk *d, const char *by, const char *id)
{
	d->why = (struct why){0};
	return draft_adopt(d->house.drafts, by, id, &d->why);
}

static const char *value_on(struct desk *d, const char *name, const char *on)
{
	struct policy_set out = {.text = "?"};
	const struct policy_edition *e = policy_edition_on(d->house.policy, "hannan", day(on));
	CHECK_OK(policy_setting(d->house.policy, e, name, day(on), d->arena, &out, &d->why), &d->why);
	return out.label;
}

TEST(a_draft_becomes_the_policy_on_its_day)
{
	struct desk d;
	char id[27];
	bool renewed = false;
	desk_new(&d, "hannan-2022-07");
	CHECK_STR(value_on(&d, "record_keep", "2027-04-01"), "5年");
	CHECK_OK(begin(&d, d.supervisor, "2027-04-01", id), &d.why);
	CHECK_OK(set(&d, d.supervisor, id, "record_keep", "10 years"), &d.why);
	CHECK_OK(house_renew(&d.house, &renewed, &d.why), &d.why);
	CHECK(!renewed); /* a draft changes nothing */
	CHECK_STR(value_on(&d, "record_keep", "2027-04-01"), "5年");
	CHECK_OK(adopt(&d, d.ciso, id), &d.why);
	CHECK_OK(house_renew(&d.house, &renewed, &d.why), &d.why);
	CHECK(renewed);
	CHECK_STR(value_on(&d, "record_keep", "2027-03-31"), "5年");
	CHECK_STR(value_on(&d, "record_keep", "2027-04-01"), "10年");
	struct ledger_verdict verdict;
	CHECK_OK(ledger_verify(d.house.ledger, NULL, NULL, d.arena, &verdict, &d.why), &d.why);
	CHECK(verdict.sound);
	/* who opens the office next finds it too */
	const char *dir = arena_string(d.arena, slice_str(d.house.settings.dir));
	house_close(&d.house);
	CHECK_OK(house_open(dir, &d.house, &d.why), &d.why);
	CHECK_STR(value_on(&d, "record_keep", "2027-04-01"), "10年");
	desk_done(&d);
}

TEST(the_policy_says_who_drafts_and_who_adopts)
{
	struct desk d;
	char id[27], other[27];
	bool yes = true;
	desk_new(&d, "hannan-2022-07");
	CHECK_INT(begin(&d, d.clerk, "2027-04-01", other).code, E_DENIED);
	CHECK(strstr(d.why.text, "規程の値の案の作成") != NULL);
	CHECK_OK(draft_may(d.house.drafts, d.clerk, false, &yes, &d.why), &d.why);
	CHECK(!yes);
	CHECK_OK(begin(&d, d.supervisor, "2027-04-01", id), &d.why);
	CHECK_INT(set(&d, d.clerk, id, "record_keep", "10 years").code, E_DENIED);
	CHECK_OK(set(&d, d.supervisor, id, "record_keep", "10 years"), &d.why);
	CHECK_INT(adopt(&d, d.supervisor, id).code, E_DENIED);
	CHECK_OK(draft_may(d.house.drafts, d.ciso, true, &yes, &d.why), &d.why);
	CHECK(yes);
	CHECK_OK(adopt(&d, d.ciso, id), &d.why);
	desk_done(&d);
}

TEST(a_line_says_what_its_type_can_say)
{
	static const struct { const char *name, *value; enum error code; } rows[] = {
		{"record_keep", "10 years", OK},        {"record_keep", "10", E_INPUT},
		{"record_keep", "yes", E_INPUT},        {"record_keep", "10 MiB", E_INPUT},
		{"record_keep", "ten years", E_INPUT},  {"record_keep", "10 years\nset rise = no", E_INPUT},
		{"record_keep", "10 years from 2020-01-01 set rise = no", E_INPUT},
		{"rise", "no", OK},                     {"rise", "2 years", E_INPUT},
		{"mail_limit", "25 MiB", OK},           {"mail_limit", "25 hours", E_INPUT},
		{"no_such_value", "1 days", E_ABSENT},  {"record_keep", "", OK},
	};
	struct desk d;
	char id[27];
	desk_new(&d, "hannan-2022-07");
	CHECK_OK(begin(&d, d.supervisor, "2027-04-01", id), &d.why);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct result done = set(&d, d.supervisor, id, rows[i].name, rows[i].value);
		if (done.code != rows[i].code)
			printf("row %zu: %s %s\n", i, rows[i].name, rows[i].value);
		CHECK_INT(done.code, rows[i].code);
	}
	struct draft draft;
	CHECK_OK(draft_get(d.house.drafts, id, d.arena, &draft, &d.why), &d.why);
	CHECK_INT(draft.line_count, 2); /* rise and mail_limit: record_keep was taken out again */
	desk_done(&d);
}

TEST(what_cannot_be_adopted_is_refused_with_a_sentence)
{
	struct desk d;
	char first[27], second[27], empty[27], past[27];
	bool renewed;
	desk_new(&d, "hannan-2022-07");
	CHECK_OK(begin(&d, d.supervisor, "2027-04-01", empty), &d.why);
	CHECK_INT(adopt(&d, d.ciso, empty).code, E_CONFLICT);
	CHECK(strstr(d.why.text, "何も書かれていません") != NULL);
	CHECK_OK(begin(&d, d.supervisor, "2026-11-19", past), &d.why);
	CHECK_OK(set(&d, d.supervisor, past, "record_keep", "7 years"), &d.why);
	CHECK_INT(adopt(&d, d.ciso, past).code, E_CONFLICT);
	CHECK(strstr(d.why.text, "施行日が、採択の日（今日）より前です") != NULL);
	CHECK_OK(begin(&d, d.supervisor, "2027-04-01", first), &d.why);
	CHECK_OK(begin(&d, d.supervisor, "2027-03-01", second), &d.why);
	CHECK_OK(set(&d, d.supervisor, first, "record_keep", "10 years"), &d.why);
	CHECK_OK(set(&d, d.supervisor, second, "record_keep", "7 years"), &d.why);
	CHECK_OK(adopt(&d, d.ciso, first), &d.why);
	CHECK_OK(house_renew(&d.house, &renewed, &d.why), &d.why);
	CHECK_INT(adopt(&d, d.ciso, second).code, E_CONFLICT); /* it would be cut off by the first */
	CHECK(strstr(d.why.text, "期間が重なります") != NULL);
	CHECK_INT(set(&d, d.supervisor, first, "record_keep", "9 years").code, E_CONFLICT);
	CHECK(strstr(d.why.text, "採択した版は書き換えられません") != NULL);
	CHECK_INT(adopt(&d, d.ciso, first).code, E_CONFLICT);
	CHECK_OK(draft_discard(d.house.drafts, d.supervisor, second, &d.why), &d.why);
	CHECK_INT(set(&d, d.supervisor, second, "record_keep", "9 years").code, E_CONFLICT);
	desk_done(&d);
}

TEST(a_choice_is_hung_on_its_finding)
{
	struct desk d;
	char id[27];
	struct draft draft;
	struct findings findings = {0};
	struct policy *policy = NULL;
	bool said = false;
	desk_new(&d, "hannan-2022-07");
	AUTO(arena_drop) struct arena *look = arena_new(96 << 20);
	CHECK_OK(begin(&d, d.supervisor, "2026-12-01", id), &d.why);
	CHECK_INT(draft_choose(d.house.drafts, d.supervisor, id, 11, "NO-SUCH", "止める", &d.why).code, E_ABSENT);
	CHECK_INT(draft_choose(d.house.drafts, d.supervisor, id, 11, "", "止める", &d.why).code, E_INPUT);
	CHECK_INT(draft_choose(d.house.drafts, d.supervisor, id, 11, "HN-2.1(2)-CISO", "\"", &d.why).code, E_INPUT);
	d.why = (struct why){0};
	CHECK_OK(draft_choose(d.house.drafts, d.supervisor, id, 29, "HN-2.9(1)-1", "ほかの課の管理者に行わせる", &d.why), &d.why);
	CHECK_OK(draft_get(d.house.drafts, id, d.arena, &draft, &d.why), &d.why);
	CHECK_INT(draft.line_count, 1);
	CHECK_OK(draft_policy(d.house.drafts, &draft, look, &policy, &findings, &d.why), &d.why);
	CHECK_INT(findings.errors, 0);
	for (const struct finding *f = findings.first; f; f = f->next)
		said |= f->number == 29 && f->choice && strstr(f->choice, "ほかの課の管理者に行わせる");
	CHECK(said);
	desk_done(&d);
}

/* Imabari's auditors analyse before they revise: who says so is the ledger, not the form. */
TEST(a_revision_wants_an_analysis_where_the_body_says_so)
{
	struct desk d = {.scratch = scratch_new(), .arena = arena_new(64 << 20)};
	struct slice tsv;
	struct chart_person *people;
	size_t count;
	struct draft_head head = {"記録を長く残す", "監査委員協議", day("2027-04-01")};
	char id[27], analysis[27], application[27], by[27];
	struct case_view view;
	enum case_outcome outcome;
	bool renewed;
	const char *dir = arena_printf(d.arena, "%s/office", d.scratch.folder);
	struct house_settings s = {.body = "imabari", .title = "今治市監査委員", .policy = "imabari_audit", .origin = "test/imabari",
		.outer = "127.0.0.1:0", .inner = "127.0.0.1:0", .clamd = "none", .clock = "../clock.offset",
		.folders = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/base-2026", SEKISHO_SOURCE "/policies/imabari-auditors"},
		.folder_count = 3};
	move_clock(&d, 0);
	CHECK_OK(house_create(dir, &s, &d.why), &d.why);
	CHECK_OK(house_open(dir, &d.house, &d.why), &d.why);
	CHECK_OK(file_read(SEKISHO_SOURCE "/share/demo/imabari-auditors.tsv", 1 << 20, d.arena, &tsv, &d.why), &d.why);
	CHECK_OK(office_load_chart(d.house.office, "", tsv, d.arena, &people, &count, &d.why), &d.why);
	struct holding *held;
	CHECK_OK(office_all_holdings(d.house.office, d.arena, &held, &count, &d.why), &d.why);
	by[0] = 0;
	for (size_t i = 0; i < count; i++)
		if (strcmp(held[i].post, "commissioners") == 0)
			snprintf(by, sizeof by, "%s", held[i].person);
	CHECK(*by);
	CHECK_OK(draft_begin(d.house.drafts, by, &head, id, &d.why), &d.why);
	CHECK_OK(set(&d, by, id, "record_keep", "10 years"), &d.why);
	CHECK_FAILS(adopt(&d, by, id), E_DENIED); /* nothing was analysed */
	CHECK(strstr(d.why.place, "IM-8/1"));
	const struct case_opening opening = {.kind = "risk_case", .name = "令和8年度のリスク分析", .section = held[0].scope, .actor = by, .post = ""};
	struct case_opening drill = opening;
	struct section *sections;
	CHECK_OK(office_sections(d.house.office, d.arena, &sections, &count, &d.why), &d.why);
	drill.section = sections[0].id;
	for (int turn = 0; turn < 2; turn++) { /* a drill first: it counts for nothing */
		drill.drill = turn == 0;
		CHECK_OK(case_open(d.house.proceedings, &drill, analysis, &d.why), &d.why);
		CHECK_FAILS(adopt(&d, by, id), E_DENIED); /* begun is not done */
		CHECK_OK(case_get(d.house.proceedings, analysis, d.arena, &view, &d.why), &d.why);
		const struct case_hand hand = {analysis, view.turn, by, ""};
		const struct case_step step = {.act = "risk_case.analyse", .reason = ""};
		CHECK_OK(case_move(d.house.proceedings, &hand, &step, &outcome, application, &d.why), &d.why);
		if (turn == 0)
			CHECK_FAILS(adopt(&d, by, id), E_DENIED);
	}
	CHECK_OK(adopt(&d, by, id), &d.why);
	CHECK_OK(house_renew(&d.house, &renewed, &d.why), &d.why);
	/* and the next revision wants the next analysis */
	move_clock(&d, 1);
	head.effective = day("2028-04-01");
	CHECK_OK(draft_begin(d.house.drafts, by, &head, id, &d.why), &d.why);
	CHECK_OK(set(&d, by, id, "record_keep", "11 years"), &d.why);
	CHECK_FAILS(adopt(&d, by, id), E_DENIED);
	desk_done(&d);
}

MAIN_TESTS()
