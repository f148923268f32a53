/* The April transfer: what a file may say, that it is taken whole or not at all, and
 * what its day does to people, posts, sessions and pending decisions.         */
#include "transfer/transfer.h"
#define TOWN_MORE &transfer_projection,
#include "town.h"
#include "base/text.h"

#include <stdlib.h>
#include <time.h>

static struct transfers *open_room(struct town *t)
{
	struct transfers *room = NULL;
	struct transfer_parts parts = {
		.store = t->store, .ledger = t->ledger, .vault = t->vault, .office = t->office,
		.proceedings = t->proceedings, .policy = t->policy, .policy_name = "hannan",
		.random = &t->random, .clock = &t->clock, .body = "town"};
	CHECK_OK(transfers_open(&parts, &room, &t->why), &t->why);
	return room;
}

static day_t day_of(const char *text)
{
	day_t day = 0;
	CHECK(day_parse(slice_str(text), &day, NULL).code == OK);
	return day;
}

#define APRIL day_of("2027-04-01")

static struct transfer_plan read_file(struct town *t, struct transfers *room, const char *text)
{
	struct transfer_plan plan = {0};
	CHECK_OK(transfer_read(room, slice_str(text), APRIL, t->arena, &plan, &t->why), &t->why);
	return plan;
}

#define HEAD "種別,職員番号,氏名,所属,課名,上位,引継先,職,身分,機関\n"

TEST(each_wrong_row_is_told_with_its_line_and_column)
{
	static const struct {
		const char *row, *column, *word;
	} rows[] = {
		{"転勤,aoki,,care,,,,,,", "種別", "種別はありません"},
		{"異動,aoki,,nowhere,,,,,,", "所属", "nowhere"},
		{"異動,nobody,,care,,,,,,", "職員番号", "登録されていません"},
		{"異動,aoki,山田 太郎,care,,,,,,", "氏名", "氏名と違います"},
		{"異動,,,care,,,,,,", "職員番号", "書いてください"},
		{"異動,aoki,,care,,,,manger,,", "職", "manger"},
		{"異動,aoki,,care,,,,manager@nowhere,,", "職", "課がありません"},
		{"採用,aoki,新人,care,,,,,,", "職員番号", "もう使われています"},
		{"採用,shinjin,,care,,,,,,", "氏名", "書いてください"},
		{"採用,shinjin,新人 一,care,,,,,部長,", "身分", "語彙"},
		{"新設,,,tax,税務課,,,,,", "所属", "もうあります"},
		{"廃止,,,tax,,,care,,,", "所属", "残ります"},
		{"兼務,aoki,,,,,,manager,,", "職", "課ごとの職"},
	};
	struct town t;
	town_new(&t);
	struct transfers *room = open_room(&t);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct transfer_plan plan = read_file(&t, room, arena_printf(t.arena, HEAD "異動,ueda,,care,,,,,,\n%s\n", rows[i].row));
		CHECK_INT(plan.fault_count, 1);
		if (plan.fault_count == 0)
			continue;
		CHECK_INT(plan.faults[0].line, 3);
		CHECK_STR(plan.faults[0].column, rows[i].column);
		CHECK(strstr(plan.faults[0].sentence, rows[i].word) != NULL);
		struct transfer_report report;
		CHECK_FAILS(transfer_try(room, &plan, t.arena, &report, NULL), E_INPUT);
	}
	struct transfer_plan twice = read_file(&t, room, HEAD "異動,aoki,,care,,,,,,\n退職,aoki,,,,,,,,\n");
	CHECK_INT(twice.fault_count, 1);
	CHECK(strstr(twice.faults[0].sentence, "2行目") != NULL);
	transfers_close(room);
	town_done(&t);
}

TEST(a_file_that_is_none_is_refused_as_a_whole)
{
	static const struct {
		const char *text;
		const char *place;
	} rows[] = {
		{"aoki,care\n", "line 1"},
		{HEAD, "line 2"},
		{HEAD "異動,\"aoki,,care\n", "line 2"},
		{"種別,職員番号\n\xFF\xFF,x\n", ""},
	};
	struct town t;
	town_new(&t);
	struct transfers *room = open_room(&t);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct transfer_plan plan;
		struct why why = {0};
		CHECK_FAILS(transfer_read(room, slice_str(rows[i].text), APRIL, t.arena, &plan, &why), E_INPUT);
		CHECK_STR(why.place, rows[i].place);
	}
	struct transfer_plan plan;
	struct why why = {0};
	CHECK_FAILS(transfer_read(room, SLICE(HEAD "異動,aoki,,care,,,,,,\n"), DAY_OPEN, t.arena, &plan, &why), E_INPUT);
	CHECK_STR(why.place, "発令日");
	transfers_close(room);
	town_done(&t);
}

TEST(cp932_and_tabs_say_the_same)
{
	static const char *const text = "種別\t職員番号\t氏名\t所属\t職\t発令日\n異動\taoki\t青木 一郎\t福祉課\t情報セキュリティ担当者\t令和9年4月1日\n";
	struct town t;
	struct buffer bytes;
	struct transfer_plan plan;
	town_new(&t);
	struct transfers *room = open_room(&t);
	buffer_init(&bytes, 4096);
	CHECK_OK(cp932_from_utf8(slice_str(text), &bytes, &t.why), &t.why);
	CHECK_OK(transfer_read(room, buffer_slice(&bytes), DAY_OPEN, t.arena, &plan, &t.why), &t.why);
	CHECK_INT(plan.fault_count, 0);
	CHECK_INT(plan.day, APRIL);
	CHECK_INT(plan.row_count, 1);
	CHECK_STR(plan.rows[0].section, "care");
	CHECK_INT(plan.rows[0].post_count, 1);
	CHECK_STR(plan.rows[0].posts[0].post, "section_staff");
	buffer_done(&bytes);
	transfers_close(room);
	town_done(&t);
}

/* tax becomes part of a new section; its manager retires; a staff member of care is its head */
static const char april[] =
	HEAD
	"新設,,,revenue,収納課,finance,,,,\n"
	"異動,aoki,青木 一郎,収納課,,,,,,\n"
	"異動,ueda,,収納課,,,,section_staff,,\n"
	"退職,tanaka,,,,,,,,\n"
	"異動,nakano,,収納課,,,,情報セキュリティ管理者;section_staff@care,,\n"
	"採用,shinjin,新人 一,福祉課,,,,,職員,市長\n"
	"改称,,,digital,情報戦略課,,,,,\n"
	"廃止,,,税務課,,,収納課,,,\n";

static void ask_for_file(struct town *t, char application[27])
{
	struct vault_writer *writer = NULL;
	char id[27];
	struct crossing crossing;
	struct crossing_request request = {
		.direction = CROSSING_OUTWARD, .sender = town_id(t, "aoki"), .receiver = "", .answers = "importance=A",
		.purpose = "説明のため", .partner = "委員会", .protection = "encrypted", .not_needed = ""};
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, SLICE("x"), &t->why), &t->why);
	CHECK_OK(crossing_draft_add(t->crossings, town_id(t, "aoki"), CROSSING_OUTWARD, SLICE("表.xlsx"), &writer, &t->why), &t->why);
	CHECK_OK(crossing_submit(t->crossings, &request, id, &t->why), &t->why);
	CHECK_OK(crossing_get(t->crossings, id, t->arena, &crossing, &t->why), &t->why);
	memcpy(application, crossing.application, 27);
}

static struct person person_of(struct town *t, const char *login)
{
	struct person person = {0};
	CHECK_OK(office_person(t->office, town_id(t, login), t->arena, &person, &t->why), &t->why);
	return person;
}

static size_t held_on(struct town *t, const char *login, day_t day)
{
	struct holding *held = NULL;
	size_t count = 0;
	CHECK_OK(office_holdings(t->office, town_id(t, login), day, t->arena, &held, &count, &t->why), &t->why);
	return count;
}

static void keep_asset(struct town *t, const char *name, const char *section, const char *owner, char id[27])
{
	const struct cell cells[] = {{"owner", owner}, {"importance", "B"}};
	const struct register_change change = {.kind = "asset", .name = name, .section = section, .cells = cells, .cell_count = 2,
		.actor = town_id(t, "sato"), .post = ""};
	CHECK_OK(register_put(t->registers, &change, id, &t->why), &t->why);
}

static const char *section_of(struct town *t, const char *id, const char *path)
{
	struct register_row row = {.section = ""};
	CHECK_OK(register_get(t->registers, id, t->arena, &row, &t->why), &t->why);
	return *path ? register_cell(&row, path) : row.section;
}

TEST(a_file_takes_effect_on_its_day_and_pending_decisions_follow)
{
	struct town t;
	char application[27], id[27], again[27];
	bool fresh = false;
	size_t done = 0;
	struct transfer_report report;
	struct application a;
	town_new(&t);
	struct transfers *room = open_room(&t);
	ask_for_file(&t, application);
	char mine[27], theirs[27];
	keep_asset(&t, "課税の台帳", "tax", "tax", mine);
	keep_asset(&t, "情報戦略課にある課税の写し", "digital", "tax", theirs);
	struct transfer_plan plan = read_file(&t, room, april);
	for (size_t i = 0; i < plan.fault_count; i++)
		printf("  %zu %s %s\n", plan.faults[i].line, plan.faults[i].column, plan.faults[i].sentence);
	CHECK_INT(plan.fault_count, 0);
	int64_t size = 0, after = 0;
	CHECK_OK(ledger_size(t.ledger, &size, &t.why), &t.why);
	CHECK_OK(transfer_try(room, &plan, t.arena, &report, &t.why), &t.why);
	CHECK_OK(ledger_size(t.ledger, &after, &t.why), &t.why);
	CHECK_INT(after, size); /* trying leaves nothing */
	CHECK_INT(report.pending, 1);
	CHECK_INT(report.rerouted, 1);
	CHECK_INT(report.stuck_count, 0);
	CHECK_OK(transfer_load(room, town_id(&t, "sato"), slice_str(april), &plan, id, &fresh, &t.why), &t.why);
	CHECK(fresh);
	CHECK_OK(transfer_load(room, town_id(&t, "sato"), slice_str(april), &plan, again, &fresh, &t.why), &t.why);
	CHECK(!fresh);
	CHECK_STR(again, id);
	CHECK_OK(transfer_due(room, &done, &t.why), &t.why);
	CHECK_INT(done, 0); /* it is November */
	CHECK_STR(person_of(&t, "aoki").section, "tax");

	struct session session = {0};
	CHECK_OK(office_reset_password(t.office, "", town_id(&t, "aoki"), SLICE("Hajimete-no-kagi-1"), &t.why), &t.why);
	CHECK_OK(signin_password(t.office, "lgwan", SLICE("10.0.0.1"), SLICE("aoki"), SLICE("Hajimete-no-kagi-1"), &session, &t.why), &t.why);
	town_ms = ms_of_day(APRIL) + 3600000;
	CHECK_OK(transfer_due(room, &done, &t.why), &t.why);
	CHECK_INT(done, 1);
	CHECK_OK(transfer_due(room, &done, &t.why), &t.why);
	CHECK_INT(done, 0); /* once */
	CHECK_STR(person_of(&t, "aoki").section, "revenue");
	CHECK(!person_of(&t, "tanaka").active);
	CHECK_INT(held_on(&t, "tanaka", APRIL - 1), 1);
	CHECK_INT(held_on(&t, "tanaka", APRIL), 0);
	CHECK_INT(held_on(&t, "nakano", APRIL - 1), 1);
	CHECK_INT(held_on(&t, "nakano", APRIL), 2); /* one kept, one new */
	CHECK_STR(person_of(&t, "shinjin").section, "care");
	struct section section;
	CHECK_OK(office_section(t.office, "digital", t.arena, &section, &t.why), &t.why);
	CHECK_STR(section.name, "情報戦略課");
	CHECK_OK(office_section(t.office, "tax", t.arena, &section, &t.why), &t.why);
	CHECK_INT(section.to, APRIL - 1);
	CHECK_STR(section.successor, "revenue");
	/* what the section kept account of is its successor's */
	CHECK_STR(section_of(&t, mine, "owner"), "revenue");
	CHECK_STR(section_of(&t, mine, ""), "revenue");
	CHECK_STR(section_of(&t, theirs, "owner"), "revenue");
	CHECK_STR(section_of(&t, theirs, ""), "digital");
	/* what waited for tax's manager is asked of the head of the section that took over */
	CHECK_OK(application_get(t.proceedings, application, t.arena, &a, &t.why), &t.why);
	CHECK_INT(a.slots[0].holder_count, 1);
	CHECK_STR(a.slots[0].holders[0].person, town_id(&t, "nakano"));
	CHECK_FAILS(application_answer(t.proceedings, application, town_id(&t, "tanaka"), ANSWER_AGREE, "", NULL), E_DENIED);
	CHECK_OK(application_answer(t.proceedings, application, town_id(&t, "nakano"), ANSWER_AGREE, "", &t.why), &t.why);
	CHECK_OK(application_get(t.proceedings, application, t.arena, &a, &t.why), &t.why);
	CHECK_INT(a.state, APPLICATION_PERMITTED);
	/* whoever moved signs in anew */
	struct ledger_query query = {.kind_prefix = "signin.ended", .limit = 10};
	struct ledger_entry *entries = NULL;
	size_t count = 0;
	CHECK_OK(ledger_find(t.ledger, &query, t.arena, &entries, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	transfers_close(room);
	town_done(&t);
}

TEST(what_no_longer_fits_on_its_day_changes_nothing)
{
	struct town t;
	char id[27];
	bool fresh = false;
	size_t done = 0;
	struct why why = {0};
	town_new(&t);
	struct transfers *room = open_room(&t);
	static const char text[] = HEAD "異動,ueda,,care,,,,,,\n異動,aoki,,care,,,,,,\n";
	struct transfer_plan plan = read_file(&t, room, text), other = read_file(&t, room, HEAD "異動,aoki,,care,,,,,,\n");
	CHECK_OK(transfer_load(room, "", slice_str(text), &plan, id, &fresh, &t.why), &t.why);
	CHECK_FAILS(transfer_load(room, "", SLICE(HEAD "異動,aoki,,care,,,,,,\n"), &other, id, &fresh, NULL), E_CONFLICT);
	CHECK_OK(office_suspend(t.office, "", town_id(&t, "aoki"), true, SLICE("調査のため"), &t.why), &t.why);
	town_ms = ms_of_day(APRIL) + 3600000;
	CHECK_FAILS(transfer_due(room, &done, &why), E_CONFLICT);
	CHECK(strstr(why.text, "3行目") != NULL);
	CHECK_STR(person_of(&t, "ueda").section, "tax");
	struct transfer *list = NULL;
	size_t count = 0;
	CHECK_OK(transfer_list(room, t.arena, &list, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	CHECK_INT(list[0].state, TRANSFER_WAITING);
	CHECK_OK(transfer_cancel(room, "", list[0].id, &t.why), &t.why);
	CHECK_FAILS(transfer_cancel(room, "", list[0].id, NULL), E_CONFLICT);
	CHECK_OK(transfer_due(room, &done, &t.why), &t.why);
	CHECK_INT(done, 0);
	CHECK_FAILS(transfer_load(room, "", SLICE(HEAD "異動,ueda,,care,,,,,,\n"), &plan, id, &fresh, NULL), OK);
	transfers_close(room);
	town_done(&t);
}

/* ---- the large office -------------------------------------------------------- */

/* SEKISHO_TRANSFER_PEOPLE people in sections of 25; three in ten move, and for each
 * eighth of the people an application of last month waits for the head of a section.  */
static size_t people_wanted(void)
{
	const char *text = getenv("SEKISHO_TRANSFER_PEOPLE");
	size_t n = text ? (size_t)strtoul(text, NULL, 10) : 300;
	return n < 100 ? 100 : n;
}

static void make_sections(struct town *t, size_t sections)
{
	for (size_t s = 0; s < sections; s++) {
		struct section section = {.id = arena_printf(t->arena, "s%zu", s),
		                          .name = arena_printf(t->arena, "第%zu課", s + 1), .parent = "general"};
		CHECK_OK(office_add_section(t->office, "", &section, &t->why), &t->why);
	}
}

static void make_people(struct town *t, size_t people, size_t sections)
{
	for (size_t i = 0; i < people; i++) {
		char id[27];
		struct person person = {.login = arena_printf(t->arena, "p%zu", i), .name = arena_printf(t->arena, "職員 %zu", i),
		                        .section = arena_printf(t->arena, "s%zu", i % sections)};
		CHECK_OK(office_add_person(t->office, "", &person, SLICE(""), id, &t->why), &t->why);
		struct holding head = {.post = "manager", .scope = person.section, .person = id, .from = APRIL - 300, .to = DAY_OPEN};
		if (i < sections)
			CHECK_OK(office_hold_post(t->office, "", &head, &t->why), &t->why);
	}
}

static void make_applications(struct town *t, size_t count, size_t people, size_t sections)
{
	for (size_t i = 0; i < count; i++) {
		char id[27];
		size_t who = sections + i % (people - sections);
		const struct fact_pair facts[] = {
			{"object", arena_printf(t->arena, "thing%zu", i)},
			{"object.owner", arena_printf(t->arena, "s%zu", who % sections)}, {"object.importance", "A"},
			{"protection", "encrypted"}, {"scanned", "yes"}, {"peer_halted", "no"}};
		struct application_request request = {
			.wish = {.act = "provide", .actor = town_id(t, arena_printf(t->arena, "p%zu", who)),
		                 .subject = facts[0].value, .facts = facts, .fact_count = 6},
			.section = facts[1].value, .title = "庁外への提供", .purpose = "回答のため", .until = INT32_MAX};
		CHECK_OK(application_submit(t->proceedings, &request, id, &t->why), &t->why);
	}
}

/* heads change places with the next section's, one in ten retires, staff move on */
static const char *large_file(struct town *t, size_t people, size_t sections)
{
	static struct buffer text;
	size_t moves = people * 3 / 10;
	buffer_init(&text, 4 << 20);
	buffer_put_str(&text, "種別,職員番号,所属,職\n");
	for (size_t i = 0; i < moves; i++) {
		const char *post = i < sections ? "manager" : "";
		if (i >= sections && i % 10 == 0)
			buffer_printf(&text, "退職,p%zu,,\n", i);
		else
			buffer_printf(&text, "異動,p%zu,s%zu,%s\n", i, (i + 1) % sections, post);
	}
	const char *copy = arena_string(t->arena, buffer_slice(&text));
	buffer_done(&text);
	return copy;
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t without_holder(struct town *t, size_t *open)
{
	struct application *list = NULL;
	size_t count = 0, stuck = 0;
	struct application_query query = {.state = APPLICATION_OPEN, .limit = 1000};
	CHECK_OK(application_list(t->proceedings, &query, t->arena, &list, &count, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		stuck += list[i].slot_count == 0 || list[i].slots[0].holder_count == 0;
	*open = count;
	return stuck;
}

TEST(the_large_office_moves_in_one_go_and_nothing_is_stuck)
{
	struct town t;
	char id[27];
	bool fresh;
	size_t people = people_wanted(), sections = people / 25, waiting = people * 2 / 15, open = 0, done = 0;
	struct transfer_plan plan;
	struct transfer_report report;
	town_new(&t);
	struct transfers *room = open_room(&t);
	CHECK_OK(store_begin(t.store, &t.why), &t.why);
	make_sections(&t, sections);
	make_people(&t, people, sections);
	make_applications(&t, waiting, people, sections);
	CHECK_OK(store_commit(t.store, &t.why), &t.why);
	const char *text = large_file(&t, people, sections);
	AUTO(arena_drop) struct arena *arena = arena_new(TRANSFER_ROOM);
	double began = seconds();
	CHECK_OK(transfer_read(room, slice_str(text), APRIL, arena, &plan, &t.why), &t.why);
	CHECK_INT(plan.fault_count, 0);
	CHECK_OK(transfer_try(room, &plan, arena, &report, &t.why), &t.why);
	CHECK_OK(transfer_load(room, "", slice_str(text), &plan, id, &fresh, &t.why), &t.why);
	double tried = seconds();
	town_ms = ms_of_day(APRIL) + 3600000;
	CHECK_OK(transfer_due(room, &done, &t.why), &t.why);
	double ended = seconds();
	CHECK_INT(done, 1);
	CHECK_INT(report.pending, waiting);
	CHECK_INT(report.rerouted, waiting);
	CHECK_INT(report.stuck_count, 0);
	CHECK_INT(without_holder(&t, &open), 0);
	CHECK_INT(open, waiting);
	CHECK(ended - began < 30);
	printf("transfer: %zu people, %zu rows, %zu pending, %zu entries: checked in %.2f s, in effect in %.2f s\n", people,
	       plan.row_count, waiting, report.entries, tried - began, ended - tried);
	transfers_close(room);
	town_done(&t);
}

MAIN_TESTS()
