/* Record books: opened by what a decision asks, written once, closed when whole. */
#include "register/book.h"
#include "town.h"

#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)
#define CELLS_OF(...) \
	.known = (const struct cell[]){__VA_ARGS__}, .known_count = sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)
#define PAIRS(...) \
	(const struct fact_pair[]){__VA_ARGS__}, sizeof((const struct fact_pair[]){__VA_ARGS__}) / sizeof(struct fact_pair)

static void row(struct town *t, const char *kind, const char *name, const struct cell *cells, size_t count, char id[27])
{
	struct register_change change = {.kind = kind, .name = name, .section = "tax", .cells = cells,
	                                 .cell_count = count, .actor = town_id(t, "tanaka")};
	t->why = (struct why){0};
	CHECK_OK(register_put(t->registers, &change, id, &t->why), &t->why);
}

/* What the policy says once the manager of the tax section has agreed. */
static const struct decision *decide(struct town *t, const char *act, const char *object,
                                     const struct fact_pair *facts, size_t count)
{
	const struct policy_approval agreed = {.person = town_id(t, "tanaka"), .post = "manager", .of = "tax", .agreed = true};
	const char *policies[] = {"hannan"};
	const struct decision *decision = NULL;
	struct facts *given;
	t->why = (struct why){0};
	CHECK_OK(facts_new(t->policy, act, t->arena, &given, &t->why), &t->why);
	CHECK_OK(facts_set_id(given, "actor", town_id(t, "aoki"), &t->why), &t->why);
	CHECK_OK(register_facts(t->registers, object, given, "object", &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		CHECK_OK(facts_set_any(given, facts[i].path, facts[i].value, &t->why), &t->why);
	const struct policy_question question = {.policies = policies, .policy_count = 1, .day = day_of_ms(town_ms),
	                                         .facts = given, .approvals = &agreed, .approval_count = 1};
	CHECK_OK(policy_decide(t->policy, &question, t->arena, &decision, &t->why), &t->why);
	CHECK_INT(decision->verdict, PASS);
	return decision;
}

static struct book_entry get(struct town *t, const char *id)
{
	struct book_entry e = {0};
	t->why = (struct why){0};
	CHECK_OK(book_get(t->registers, id, t->arena, &e, &t->why), &t->why);
	return e;
}

static size_t list(struct town *t, struct book_query query, struct book_entry **out)
{
	size_t count = 99;
	bool more;
	int64_t counted = -1;
	t->why = (struct why){0};
	CHECK_OK(book_list(t->registers, &query, t->arena, out, &count, &more, &t->why), &t->why);
	CHECK_OK(book_count(t->registers, &query, 1000, &counted, &t->why), &t->why);
	CHECK_INT(counted, (int64_t)count + more);
	return count;
}

/* A disposal of a medium with class A, as the policy asks it to be recorded. */
static void dispose(struct town *t, char medium[27], char id[27])
{
	struct book_entry *entries = NULL;
	size_t opened = 0;
	row(t, "medium", "外付けハードディスク 4号", CELLS({"owner", "tax"}, {"importance", "A"}, {"on_hold", "no"}, {"managed", "yes"}), medium);
	const struct decision *decision = decide(t, "dispose_medium", medium,
		PAIRS({"erased", "yes"}, {"treatment", "破砕する予定"}));
	const struct book_event event = {.act = "dispose_medium", .row = medium, .section = "tax",
		.origin = "application-1", .writer = town_id(t, "aoki"), .actor = town_id(t, "tanaka"), .post = "manager@tax",
		CELLS_OF({"actor", town_id(t, "aoki")})};
	CHECK_OK(book_follow(t->registers, decision, &event, &opened, &t->why), &t->why);
	CHECK_INT(opened, 1);
	CHECK_OK(book_follow(t->registers, decision, &event, &opened, &t->why), &t->why);
	CHECK_INT(opened, 0); /* one origin, one entry */
	CHECK_INT(list(t, (struct book_query){.registry = "media_disposals"}, &entries), 1);
	memcpy(id, entries[0].id, 27);
}

TEST(a_decision_opens_an_entry_that_closes_only_when_whole)
{
	struct town t;
	char medium[27], id[27];
	town_new(&t);
	dispose(&t, medium, id);
	struct book_entry e = get(&t, id);
	CHECK_STR(e.number, "R8-0001");
	CHECK_INT(e.state, BOOK_OPEN);
	CHECK_STR(e.row, medium);
	CHECK_STR(e.retention, "60 months");
	CHECK_INT(e.clause_count, 1);
	CHECK_STR(e.clauses[0], "HN-2.2.2(9)-2");
	CHECK_INT(e.field_count, 3);
	CHECK_INT(e.empty_count, 2);
	CHECK_STR(book_value(&e, "performer"), town_id(&t, "aoki"));
	CHECK_STR(e.fields[2].fact.label, "行った処理");
	/* incomplete: cannot be closed, and says what is missing */
	CHECK_INT(book_close(t.registers, id, town_id(&t, "aoki"), "", NULL, 0, &t.why).code, E_INPUT);
	CHECK_STR(t.why.place, "performed_at");
	CHECK(strstr(t.why.text, "日時"));
	t.why = (struct why){0};
	/* somebody else's section may not write */
	CHECK_INT(book_fill(t.registers, id, CELLS({"treatment", "破砕"}), town_id(&t, "nakano"), "", &t.why).code, E_DENIED);
	static const struct {
		struct cell cell;
		enum error code;
	} wrong[] = {
		{{"performed_at", "きのう"}, E_INPUT}, {{"performed_at", "2026-11-20 24:00"}, E_INPUT},
		{{"performed_at", "2026-02-30"}, E_INPUT}, {{"no_such_field", "x"}, E_INPUT},
		{{"performer", "nobody"}, E_CONFLICT}, /* it is written already */
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		t.why = (struct why){0};
		CHECK_INT(book_fill(t.registers, id, &wrong[i].cell, 1, town_id(&t, "aoki"), "", &t.why).code, wrong[i].code);
		CHECK_STR(t.why.place, wrong[i].cell.path);
	}
	t.why = (struct why){0};
	CHECK_OK(book_fill(t.registers, id, CELLS({"performed_at", "2026-11-20 09:30"}, {"treatment", "物理破壊（破砕機 2 回）"}),
	                   town_id(&t, "aoki"), "", &t.why), &t.why);
	CHECK_INT(book_fill(t.registers, id, CELLS({"treatment", "消磁"}), town_id(&t, "aoki"), "", &t.why).code, E_CONFLICT);
	t.why = (struct why){0};
	CHECK_OK(book_close(t.registers, id, town_id(&t, "aoki"), "", NULL, 0, &t.why), &t.why);
	e = get(&t, id);
	CHECK_INT(e.state, BOOK_CLOSED);
	CHECK_STR(book_value(&e, "treatment"), "物理破壊（破砕機 2 回）");
	char until[11];
	day_iso(e.until, until);
	CHECK_STR(until, "2031-11-20");
	CHECK_INT(book_fill(t.registers, id, CELLS({"treatment", "消磁"}), town_id(&t, "aoki"), "", &t.why).code, E_CONFLICT);
	CHECK(strstr(t.why.text, "記入済み"));
	town_done(&t);
}

TEST(what_is_sealed_stands_in_no_entry)
{
	struct town t;
	char medium[27], id[27];
	struct ledger_entry *entries = NULL;
	size_t count = 0;
	town_new(&t);
	dispose(&t, medium, id);
	CHECK_OK(book_fill(t.registers, id, CELLS({"treatment", "山田さん宅で破砕"}), town_id(&t, "aoki"), "", &t.why), &t.why);
	const struct ledger_query query = {.subject = id, .limit = 10};
	CHECK_OK(ledger_find(t.ledger, &query, t.arena, &entries, &count, &t.why), &t.why);
	CHECK_INT(count, 2);
	for (size_t i = 0; i < count; i++)
		CHECK(slice_find(entries[i].data, SLICE("山田")) == SIZE_MAX);
	CHECK(slice_find(entries[1].data, SLICE("performer")) != SIZE_MAX);
	town_done(&t);
}

TEST(a_correction_is_a_further_entry)
{
	struct town t;
	char medium[27], id[27], next[27], third[27];
	struct book_entry *entries = NULL;
	town_new(&t);
	dispose(&t, medium, id);
	const char *aoki = town_id(&t, "aoki");
	CHECK_OK(book_fill(t.registers, id, CELLS({"performed_at", "2026-11-19"}, {"treatment", "消磁"}), aoki, "", &t.why),
	         &t.why);
	CHECK_OK(book_close(t.registers, id, aoki, "", NULL, 0, &t.why), &t.why);
	CHECK_INT(book_correct(t.registers, id, "", CELLS({"treatment", "破砕"}), aoki, "", next, &t.why).code, E_INPUT);
	CHECK_STR(t.why.place, "reason");
	t.why = (struct why){0};
	CHECK_INT(book_correct(t.registers, id, "誤記", CELLS({"stray", "破砕"}), aoki, "", next, &t.why).code, E_INPUT);
	t.why = (struct why){0};
	CHECK_OK(book_correct(t.registers, id, "消磁ではなく破砕でした。", CELLS({"treatment", "破砕"}), aoki, "", next, &t.why),
	         &t.why);
	struct book_entry e = get(&t, id);
	CHECK_INT(e.state, BOOK_CORRECTED);
	CHECK_STR(e.corrected_by, next);
	CHECK_STR(book_value(&e, "treatment"), "消磁"); /* what was written stays */
	e = get(&t, next);
	CHECK_STR(e.number, "R8-0002");
	CHECK_STR(e.corrects, id);
	CHECK_STR(e.reason, "消磁ではなく破砕でした。");
	CHECK_STR(book_value(&e, "treatment"), "破砕");
	CHECK_STR(book_value(&e, "performed_at"), "2026-11-19");
	CHECK_INT(e.empty_count, 0);
	CHECK_INT(book_correct(t.registers, id, "もう一度", NULL, 0, aoki, "", third, &t.why).code, E_CONFLICT);
	CHECK_STR(t.why.place, next);
	t.why = (struct why){0};
	CHECK_INT(list(&t, (struct book_query){.registry = "media_disposals"}, &entries), 1);
	CHECK_INT(list(&t, (struct book_query){.registry = "media_disposals", .state = BOOK_CORRECTED}, &entries), 1);
	CHECK_OK(ledger_rebuild(t.ledger, &t.why), &t.why);
	CHECK_STR(get(&t, next).corrects, id);
	town_done(&t);
}

TEST(texts_go_when_the_retention_has_ended_unless_held)
{
	struct town t;
	char medium[27], id[27], next[27];
	size_t count = 9;
	town_new(&t);
	dispose(&t, medium, id);
	const char *aoki = town_id(&t, "aoki");
	CHECK_OK(book_fill(t.registers, id, CELLS({"performed_at", "2026-11-19"}, {"treatment", "消磁"}), aoki, "", &t.why),
	         &t.why);
	CHECK_OK(book_correct(t.registers, id, "破砕の誤り", CELLS({"treatment", "破砕"}), aoki, "", next, &t.why), &t.why);
	CHECK_OK(book_close(t.registers, next, aoki, "", NULL, 0, &t.why), &t.why);
	CHECK_INT(get(&t, id).until, get(&t, next).until); /* the earlier one goes with it */
	CHECK_OK(book_hold(t.registers, next, true, "調査のため", aoki, "", &t.why), &t.why);
	CHECK_OK(book_retire(t.registers, &count, &t.why), &t.why);
	CHECK_INT(count, 0);
	town_ms = ms_of_day(get(&t, next).until + 1);
	CHECK_OK(book_retire(t.registers, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	CHECK_STR(book_value(&(struct book_entry){0}, "treatment"), "");
	struct book_entry e = get(&t, id);
	CHECK(e.erased);
	CHECK_STR(book_value(&e, "treatment"), "（消去済み）");
	e = get(&t, next);
	CHECK_STR(book_value(&e, "treatment"), "破砕");
	CHECK_OK(book_hold(t.registers, next, false, "調査が終わった", aoki, "", &t.why), &t.why);
	CHECK_OK(book_retire(t.registers, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	e = get(&t, next);
	CHECK_STR(book_value(&e, "treatment"), "（消去済み）");
	CHECK_STR(e.reason, "（消去済み）");
	town_done(&t);
}

TEST(entries_by_hand_are_found_by_two_characters)
{
	struct town t;
	char system[27], id[27];
	struct book_entry *entries = NULL;
	town_new(&t);
	row(&t, "system", "税総合システム", CELLS({"section", "tax"}), system);
	static const char *const keep[] = {"performed_at", "workers", "work"};
	const struct book_opening opening = {.registry = "changes", .keep = keep, .keep_count = 3};
	char two[64];
	snprintf(two, sizeof two, "%s %s", town_id(&t, "mori"), town_id(&t, "aoki"));
	struct book_event event = {.act = "change_system", .row = system, .section = "tax", .actor = town_id(&t, "aoki"),
	                           CELLS_OF({"performed_at", "2026-11-20 10:00"}, {"workers", two})};
	for (int i = 0; i < 30; i++)
		CHECK_OK(book_open(t.registers, &opening, &event, id, &t.why), &t.why);
	struct book_entry e = get(&t, id);
	CHECK_STR(e.number, "R8-0030");
	CHECK_STR(book_value(&e, "workers"), two);
	CHECK_STR(e.retention, "");
	CHECK_INT(list(&t, (struct book_query){.registry = "changes", .words = "R8-0030"}, &entries), 1);
	CHECK_INT(list(&t, (struct book_query){.registry = "changes", .words = "11-20 r8"}, &entries), 30);
	CHECK_INT(list(&t, (struct book_query){.registry = "changes", .words = "11-21"}, &entries), 0);
	CHECK_INT(list(&t, (struct book_query){.row = system, .section = "tax"}, &entries), 30);
	CHECK_INT(list(&t, (struct book_query){.section = "care"}, &entries), 0);
	bool more = true;
	size_t seen = 0;
	struct book_query query = {.registry = "changes", .limit = 11};
	while (more) {
		size_t count;
		CHECK_OK(book_list(t.registers, &query, t.arena, &entries, &count, &more, &t.why), &t.why);
		seen += count;
		query.before_ms = entries[count - 1].opened_ms;
		query.before_id = entries[count - 1].id;
	}
	CHECK_INT(seen, 30);
	static const char *const colour[] = {"colour"};
	static const struct {
		struct book_opening opening;
		const char *row, *section, *place;
		enum error code;
	} wrong[] = {
		{{.registry = "no_such_book"}, "", "tax", "no_such_book", E_ABSENT},
		{{.registry = "changes"}, "", "nowhere", "section", E_ABSENT},
		{{.registry = "changes"}, "aaaaaaaaaaaaaaaaaaaaaaaaaa", "tax", NULL, E_ABSENT},
		{{.registry = "changes", .keep = colour, .keep_count = 1}, "", "tax", "colour", E_INPUT},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		event = (struct book_event){.row = wrong[i].row, .section = wrong[i].section, .actor = town_id(&t, "aoki")};
		t.why = (struct why){0};
		CHECK_INT(book_open(t.registers, &wrong[i].opening, &event, id, &t.why).code, wrong[i].code);
		if (wrong[i].place)
			CHECK_STR(t.why.place, wrong[i].place);
	}
	t.why = (struct why){0};
	CHECK_OK(registers_reindex(t.registers, &t.why), &t.why);
	CHECK_INT(list(&t, (struct book_query){.registry = "changes", .words = "R8-0030"}, &entries), 1);
	town_done(&t);
}

TEST(a_field_of_which_there_is_none_says_so_where_it_may)
{
	struct town t;
	char asset[27], id[27], made[27];
	town_new(&t);
	row(&t, "asset", "住民税申告書（紙）", CELLS({"owner", "tax"}, {"medium_kind", "paper"}), asset);
	static const char *const keep[] = {"performed_at", "place", "device", "back_at"};
	const struct book_opening opening = {.registry = "movement", .keep = keep, .keep_count = 4};
	const struct book_event event = {.act = "take_out", .row = asset, .section = "tax", .actor = town_id(&t, "aoki"),
		CELLS_OF({"performed_at", "2026-11-20 10:00"}, {"place", "現地"})};
	CHECK_OK(book_open(t.registers, &opening, &event, id, &t.why), &t.why);
	/* a day of return there always is, and no place is a sentence */
	static const char *const never[] = {"back_at", "performed_at"};
	for (size_t i = 0; i < 2; i++) {
		const struct cell cell = {never[i], BOOK_NONE};
		t.why = (struct why){0};
		CHECK_INT(book_fill(t.registers, id, &cell, 1, town_id(&t, "aoki"), "", &t.why).code, i ? E_CONFLICT : E_INPUT);
		CHECK_STR(t.why.place, never[i]);
	}
	t.why = (struct why){0};
	CHECK_OK(book_fill(t.registers, id, CELLS({"device", BOOK_NONE}, {"back_at", "2026-11-21"}), town_id(&t, "aoki"), "", &t.why), &t.why);
	struct book_entry e = get(&t, id);
	CHECK_STR(book_value(&e, "device"), BOOK_NONE);
	CHECK_INT(e.empty_count, 0);
	CHECK_OK(book_close(t.registers, id, town_id(&t, "aoki"), "", NULL, 0, &t.why), &t.why);
	/* it is carried over into a correction, and can be put right there */
	CHECK_OK(book_correct(t.registers, id, "持出先の誤り", CELLS({"place", "港町"}), town_id(&t, "aoki"), "", made, &t.why), &t.why);
	e = get(&t, made);
	CHECK_STR(book_value(&e, "device"), BOOK_NONE);
	CHECK_STR(book_value(&e, "place"), "港町");
	town_done(&t);
}

TEST(the_end_of_a_retention_is_a_day)
{
	static const struct {
		const char *retention, *end;
	} rows[] = {
		{"5 years", "2029-02-28"},      {"60 months", "2029-02-28"}, {"1 month", "2024-03-29"},
		{"3 fiscal-years", "2027-03-31"}, {"10 days", "2024-03-10"},   {"25 hours", "2024-03-02"},
		{"1 working-days", "2024-03-01"}, {"", NULL},                  {"for ever", NULL}, {"5 moons", NULL},
		{"99999999999999999999 years", NULL}, {"5", NULL},
	};
	day_t from = 19782; /* 2024-02-29 */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		day_t end = 0;
		char iso[11] = "";
		bool known = book_retention_end(rows[i].retention, from, &end);
		CHECK_INT(known, rows[i].end != NULL);
		if (known)
			day_iso(end, iso);
		if (known)
			CHECK_STR(iso, rows[i].end);
	}
}

MAIN_TESTS()
