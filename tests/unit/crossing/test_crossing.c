/* Crossings without their checks: drafts, fields, rights, the queue's patience,
 * the end of retention.  The checks themselves run in tests/e2e.             */
#include "gate/scan/scan.h"
#include "town.h"

static void add(struct town *t, const char *login, enum crossing_direction way, const char *name,
                const char *text)
{
	struct vault_writer *writer = NULL;
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, slice_str(text), &t->why), &t->why);
	CHECK_OK(crossing_draft_add(t->crossings, town_id(t, login), way, slice_str(name), &writer, &t->why), &t->why);
}

static struct crossing_request inward(struct town *t)
{
	return (struct crossing_request){
		.direction = CROSSING_INWARD, .sender = town_id(t, "aoki"), .receiver = town_id(t, "ueda"),
		.answers = "importance=B", .purpose = "回答のため", .partner = "県市町村課", .protection = "",
		.not_needed = ""};
}

static struct crossing_request outward(struct town *t, const char *answers)
{
	return (struct crossing_request){
		.direction = CROSSING_OUTWARD, .sender = town_id(t, "aoki"), .receiver = "",
		.answers = answers, .purpose = "説明のため", .partner = "委員会",
		.protection = "encrypted", .not_needed = ""};
}

static struct crossing get(struct town *t, const char *id)
{
	struct crossing crossing = {0};
	CHECK_OK(crossing_get(t->crossings, id, t->arena, &crossing, &t->why), &t->why);
	return crossing;
}

TEST(drafts_keep_safe_names_and_their_limits)
{
	struct town t;
	struct draft_file *files;
	size_t count;
	town_new(&t);
	const char *aoki = town_id(&t, "aoki");
	add(&t, "aoki", CROSSING_INWARD, "C:\\temp\\見積\xE3\x81\x8B\xE3\x82\x99.docx", "x");
	add(&t, "aoki", CROSSING_OUTWARD, "外.xlsx", "y");
	CHECK_OK(crossing_draft_files(t.crossings, aoki, CROSSING_INWARD, t.arena, &files, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	CHECK_STR(files[0].name, "見積が.docx");
	struct vault_writer *writer = NULL;
	CHECK_OK(vault_begin(t.vault, &writer, &t.why), &t.why);
	CHECK_FAILS(crossing_draft_add(t.crossings, aoki, CROSSING_INWARD, SLICE("空.txt"), &writer, NULL), E_INPUT);
	CHECK(writer == NULL);
	CHECK_FAILS(crossing_draft_remove(t.crossings, town_id(&t, "ueda"), files[0].id, NULL), E_ABSENT);
	CHECK_OK(crossing_draft_remove(t.crossings, aoki, files[0].id, &t.why), &t.why);
	for (int i = 0; i < 20; i++)
		add(&t, "aoki", CROSSING_INWARD, "a.txt", "x");
	CHECK_OK(vault_begin(t.vault, &writer, &t.why), &t.why);
	CHECK_OK(vault_write(writer, SLICE("x"), &t.why), &t.why);
	CHECK_FAILS(crossing_draft_add(t.crossings, aoki, CROSSING_INWARD, SLICE("21.txt"), &writer, NULL), E_LIMIT);
	town_done(&t);
}

TEST(files_stay_in_the_order_in_which_they_were_given)
{
	struct town t;
	struct draft_file *files;
	size_t count = 0;
	char id[27];
	town_new(&t); /* its clock stands still: all in one millisecond */
	for (char name[] = "a.txt"; name[0] <= 'l'; name[0]++)
		add(&t, "aoki", CROSSING_INWARD, name, "x");
	CHECK_OK(crossing_draft_files(t.crossings, town_id(&t, "aoki"), CROSSING_INWARD, t.arena, &files, &count, &t.why),
	         &t.why);
	CHECK_INT(count, 12);
	for (size_t i = 0; i < count; i++)
		CHECK_INT(files[i].name[0], 'a' + (int)i);
	struct crossing_request request = inward(&t);
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	struct crossing crossing = get(&t, id);
	CHECK_INT(crossing.file_count, 12);
	for (size_t i = 0; i < crossing.file_count; i++)
		CHECK_INT(crossing.files[i].name[0], 'a' + (int)i);
	town_done(&t);
}

TEST(every_field_says_where_why_and_what_to_do)
{
	struct town t;
	char id[27];
	town_new(&t);
	static const struct {
		const char *place;
		size_t field;
		const char *value;
	} rows[] = {
		{"purpose", offsetof(struct crossing_request, purpose), " \n"},
		{"importance", offsetof(struct crossing_request, answers), "importance=Z"},
		{"partner", offsetof(struct crossing_request, partner), ""},
		{"receiver", offsetof(struct crossing_request, receiver), ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct crossing_request request = inward(&t);
		struct why why = {0};
		memcpy((char *)&request + rows[i].field, &rows[i].value, sizeof rows[i].value);
		CHECK_FAILS(crossing_submit(t.crossings, &request, id, &why), E_INPUT);
		CHECK_STR(why.place, rows[i].place);
	}
	struct crossing_request request = inward(&t);
	struct why why = {0};
	CHECK_FAILS(crossing_submit(t.crossings, &request, id, &why), E_INPUT); /* no file */
	CHECK_STR(why.place, "file");
	town_done(&t);
}

TEST(inward_asks_nobody_and_waits_for_its_checks)
{
	struct town t;
	char id[27];
	const struct decision *d = NULL;
	town_new(&t);
	struct crossing_request request = inward(&t);
	CHECK_OK(crossing_preview(t.crossings, &request, t.arena, &d, &t.why), &t.why);
	CHECK_INT(d->verdict, HOLD);
	CHECK_INT(d->approval_count, 0);
	CHECK_INT(d->check_count, 2);
	add(&t, "aoki", CROSSING_INWARD, "見積書.docx", "x");
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	struct crossing crossing = get(&t, id);
	CHECK_STR(crossing.number, "R8-0001");
	CHECK_STR(crossing.application, "");
	CHECK_INT(crossing.file_count, 1);
	CHECK_INT(crossing.files[0].state, CROSSING_WAITING);
	CHECK_STR(crossing.files[0].name, "見積書.docx");
	town_done(&t);
}

TEST(outward_a_asks_the_manager_and_wants_protection_or_a_reason)
{
	struct town t;
	char id[27];
	struct why why = {0};
	town_new(&t);
	struct crossing_request request = outward(&t, "importance=A");
	add(&t, "aoki", CROSSING_OUTWARD, "台帳.xlsx", "x");
	request.protection = "none";
	CHECK_FAILS(crossing_submit(t.crossings, &request, id, &why), E_INPUT);
	CHECK_STR(why.place, "not_needed");
	request.protection = "encrypted";
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	struct crossing crossing = get(&t, id);
	CHECK(crossing.application[0] != 0);
	CHECK_INT(strlen(crossing.password), 23);
	/* わからない is treated as A */
	add(&t, "aoki", CROSSING_OUTWARD, "台帳.xlsx", "x");
	request.answers = "";
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	CHECK(get(&t, id).application[0] != 0);
	add(&t, "aoki", CROSSING_OUTWARD, "広報.xlsx", "x");
	request.answers = "importance=C personal=no specific=no harm=no undisclosed=no hampers=no from_inside=no";
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	CHECK_STR(get(&t, id).application, "");
	town_done(&t);
}

TEST(a_silent_scanner_makes_files_wait_and_say_so)
{
	struct town t;
	char id[27];
	bool worked = false;
	struct scanner scanner = scanner_default("/nonexistent/clamd.sock");
	town_new(&t);
	add(&t, "aoki", CROSSING_INWARD, "a.txt", "hello");
	struct crossing_request request = inward(&t);
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	CHECK_OK(crossing_step(t.crossings, NULL, &scanner, &worked, &t.why), &t.why);
	CHECK(worked);
	struct crossing crossing = get(&t, id);
	CHECK_INT(crossing.files[0].state, CROSSING_WAITING);
	CHECK(strstr(crossing.files[0].note, "待っています") != NULL);
	CHECK_OK(crossing_step(t.crossings, NULL, &scanner, &worked, &t.why), &t.why);
	CHECK(!worked); /* it rests */
	town_ms += 60000;
	CHECK_OK(crossing_step(t.crossings, NULL, &scanner, &worked, &t.why), &t.why);
	CHECK(worked); /* and is looked at again */
	town_done(&t);
}

TEST(nothing_is_collected_before_release_or_by_others)
{
	struct town t;
	char id[27];
	struct vault_reader *reader = NULL;
	struct vault_info info;
	const char *name = NULL;
	town_new(&t);
	add(&t, "aoki", CROSSING_INWARD, "a.txt", "hello");
	struct crossing_request request = inward(&t);
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	const char *file = get(&t, id).files[0].id;
	static const struct {
		const char *login, *zone;
		bool original;
	} rows[] = {{"ueda", "lgwan", false}, {"ueda", "lgwan", true}, {"ueda", "internet", false},
	            {"aoki", "lgwan", false}, {"aoki", "internet", true}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {0};
		CHECK_FAILS(crossing_collect(t.crossings, file, town_id(&t, rows[i].login), rows[i].zone,
		                             rows[i].original, &reader, &info, t.arena, &name, &why), E_DENIED);
		CHECK(reader == NULL && why.text[0] != 0);
	}
	town_done(&t);
}

TEST(an_original_needs_a_manager_a_reason_and_somebody_else)
{
	struct town t;
	char id[27], application[27];
	struct why why = {0};
	town_new(&t);
	add(&t, "aoki", CROSSING_INWARD, "a.docm", "hello");
	struct crossing_request request = inward(&t);
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	const char *file = get(&t, id).files[0].id;
	day_t today = day_of_ms(town_ms);
	CHECK_FAILS(crossing_ask_original(t.crossings, file, town_id(&t, "aoki"), "要る", today + 7, application, &why), E_DENIED);
	why = (struct why){0};
	CHECK_FAILS(crossing_ask_original(t.crossings, file, town_id(&t, "tanaka"), "  ", today + 7, application, &why), E_INPUT);
	why = (struct why){0};
	CHECK_FAILS(crossing_ask_original(t.crossings, file, town_id(&t, "tanaka"), "要る", today - 1, application, &why), E_INPUT);
	CHECK_OK(crossing_ask_original(t.crossings, file, town_id(&t, "tanaka"), "マクロが要る", today + 7, application, &t.why), &t.why);
	CHECK_FAILS(application_answer(t.proceedings, application, town_id(&t, "tanaka"), ANSWER_AGREE, "", NULL), E_DENIED);
	CHECK_FAILS(application_answer(t.proceedings, application, town_id(&t, "okada"), ANSWER_AGREE, "", NULL), E_DENIED);
	CHECK_OK(application_answer(t.proceedings, application, town_id(&t, "kuroda"), ANSWER_AGREE, "", &t.why), &t.why);
	/* the permission ends with its last day */
	size_t lapsed = 0;
	CHECK_OK(application_lapse(t.proceedings, &lapsed, &t.why), &t.why);
	CHECK_INT(lapsed, 0);
	town_ms += (int64_t)8 * 86400000;
	CHECK_OK(application_lapse(t.proceedings, &lapsed, &t.why), &t.why);
	CHECK_INT(lapsed, 1);
	town_done(&t);
}

TEST(originals_are_erased_when_their_time_is_over)
{
	struct town t;
	char id[27];
	bool worked;
	size_t count = 0;
	struct scanner scanner = scanner_default("/nonexistent/clamd.sock");
	town_new(&t);
	add(&t, "aoki", CROSSING_OUTWARD, "a.txt", "hello");
	struct crossing_request request = outward(&t, "importance=C personal=no specific=no harm=no undisclosed=no hampers=no from_inside=no");
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	town_ms += (int64_t)40 * 86400000;
	CHECK_OK(crossing_retire(t.crossings, &count, &t.why), &t.why);
	CHECK_INT(count, 0); /* still waiting: nothing is lost */
	CHECK_OK(crossing_step(t.crossings, NULL, &scanner, &worked, &t.why), &t.why);
	CHECK_INT(get(&t, id).files[0].state, CROSSING_WAITING);
	add(&t, "ueda", CROSSING_INWARD, "draft.txt", "never sent");
	town_ms += (int64_t)2 * 86400000;
	CHECK_OK(crossing_retire(t.crossings, &count, &t.why), &t.why);
	CHECK_INT(count, 1); /* the draft */
	town_done(&t);
}

MAIN_TESTS()
