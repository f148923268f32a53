/* Rows of registers: what may stand in them, who contains whom, what is found. */
#include "town.h"

static struct register_change asset(const char *name, const struct cell *cells, size_t count)
{
	return (struct register_change){.kind = "asset", .name = name, .section = "tax", .cells = cells,
	                                .cell_count = count, .actor = "hayashi"};
}
#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

static struct result put(struct town *t, struct register_change change, char id[27])
{
	t->why = (struct why){0};
	return register_put(t->registers, &change, id, &t->why);
}
static struct register_row get(struct town *t, const char *id)
{
	struct register_row row = {0};
	CHECK_OK(register_get(t->registers, id, t->arena, &row, &t->why), &t->why);
	return row;
}
static const char *high(const struct register_row *row)
{
	for (size_t i = 0; i < row->class_count; i++)
		if (strcmp(row->classes[i].scale, "importance") == 0)
			return row->classes[i].high;
	return "";
}
static const char *low(const struct register_row *row)
{
	for (size_t i = 0; i < row->class_count; i++)
		if (strcmp(row->classes[i].scale, "importance") == 0)
			return row->classes[i].low;
	return "";
}
static size_t found(struct town *t, struct register_query query, struct register_row **rows)
{
	size_t count = 99;
	bool more;
	int64_t counted = -1;
	query.kind = query.kind ? query.kind : "asset";
	CHECK_OK(register_list(t->registers, &query, t->arena, rows, &count, &more, &t->why), &t->why);
	CHECK_OK(register_count(t->registers, &query, 10000, &counted, &t->why), &t->why);
	CHECK_INT(counted, (int64_t)count + more);
	return count;
}

TEST(a_row_says_what_its_kind_can_say)
{
	struct town t;
	char id[27];
	town_new(&t);
	CHECK_OK(put(&t, asset("固定資産課税台帳", CELLS({"owner", "tax"}, {"personal", "yes"}, {"importance", "A"})), id),
	         &t.why);
	struct register_row row = get(&t, id);
	CHECK_INT(row.serial, 1);
	CHECK_INT(row.version, 1);
	CHECK_STR(row.name, "固定資産課税台帳");
	CHECK_STR(register_cell(&row, "owner"), "tax");
	CHECK_STR(register_cell(&row, "personal"), "yes");
	CHECK_STR(register_cell(&row, "origin"), "");
	static const struct {
		struct cell cell;
		enum error code;
		const char *place;
	} wrong[] = {
		{{"owner", "no_such_section"}, E_ABSENT, "owner"},
		{{"origin", "aaaaaaaaaaaaaaaaaaaaaaaaaa"}, E_ABSENT, "origin"},
		{{"no_such_fact", "1"}, E_INPUT, "no_such_fact"},
		{{"importance", "Z"}, E_INPUT, "importance"},
		{{"personal", "maybe"}, E_INPUT, NULL},
		{{"owner", "a\nb"}, E_INPUT, "owner"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		CHECK_INT(put(&t, asset("台帳", &wrong[i].cell, 1), id).code, wrong[i].code);
		if (wrong[i].place)
			CHECK_STR(t.why.place, wrong[i].place);
	}
	CHECK_INT(put(&t, asset("", NULL, 0), id).code, E_INPUT);
	CHECK_STR(t.why.place, "name");
	struct register_change stray = asset("台帳", NULL, 0);
	stray.kind = "spaceship";
	CHECK_INT(put(&t, stray, id).code, E_ABSENT);
	stray = asset("台帳", NULL, 0);
	stray.section = "nowhere";
	CHECK_INT(put(&t, stray, id).code, E_ABSENT);
	struct register_row *rows;
	CHECK_INT(found(&t, (struct register_query){.limit = 10}, &rows), 1);
	town_done(&t);
}

TEST(the_highest_class_wins_and_nobody_states_less)
{
	struct town t;
	char list[27], folder[27], cabinet[27];
	town_new(&t);
	CHECK_OK(put(&t, asset("名簿", CELLS({"personal", "no"}, {"specific", "no"}, {"harm", "no"},
	                                     {"undisclosed", "yes"}, {"importance", "B"})), list), &t.why);
	CHECK_OK(put(&t, asset("綴り", CELLS({"personal", "no"}, {"specific", "no"}, {"harm", "no"},
	                                     {"undisclosed", "no"}, {"contents", list})), folder), &t.why);
	CHECK_OK(put(&t, asset("保管庫", CELLS({"contents", folder})), cabinet), &t.why);
	struct register_row row = get(&t, folder);
	CHECK_STR(low(&row), "B");
	/* the list gets personal data: it, what holds it, and what holds that are rated anew */
	struct register_change change = asset("名簿", CELLS({"personal", "yes"}, {"specific", "no"}, {"harm", "no"},
	                                                    {"undisclosed", "yes"}));
	change.id = list;
	change.version = 1;
	CHECK_OK(put(&t, change, list), &t.why);
	row = get(&t, list);
	CHECK_STR(low(&row), "A");
	row = get(&t, folder);
	CHECK_STR(low(&row), "A");
	row = get(&t, cabinet);
	CHECK_STR(low(&row), "A");
	CHECK_STR(high(&row), "A");
	CHECK_INT(row.version, 1); /* nobody edited it */
	/* stated below what it holds */
	change = asset("綴り", CELLS({"contents", list}, {"importance", "C"}));
	change.id = folder;
	change.version = 1;
	CHECK_INT(put(&t, change, folder).code, E_DENIED);
	CHECK_STR(t.why.place, "importance");
	/* what nobody can tell is listed as the highest */
	struct register_row *rows;
	CHECK_INT(found(&t, (struct register_query){.path = "importance", .value = "A"}, &rows), 3);
	town_done(&t);
}

TEST(nothing_contains_itself_and_what_is_named_stays)
{
	struct town t;
	char a[27], b[27], c[27];
	town_new(&t);
	CHECK_OK(put(&t, asset("甲", NULL, 0), a), &t.why);
	CHECK_OK(put(&t, asset("乙", CELLS({"contents", a})), b), &t.why);
	CHECK_OK(put(&t, asset("丙", CELLS({"contents", b})), c), &t.why);
	struct register_change change = asset("甲", CELLS({"contents", c}));
	change.id = a;
	change.version = 1;
	CHECK_INT(put(&t, change, a).code, E_CONFLICT);
	CHECK_STR(t.why.place, "contents");
	t.why = (struct why){0};
	CHECK_INT(register_end(t.registers, a, 1, "hayashi", "", NULL, 0, &t.why).code, E_CONFLICT);
	CHECK(strstr(t.why.text, "乙"));
	t.why = (struct why){0};
	CHECK_OK(register_end(t.registers, c, 1, "hayashi", "", NULL, 0, &t.why), &t.why);
	CHECK_OK(register_end(t.registers, b, 1, "hayashi", "", NULL, 0, &t.why), &t.why);
	CHECK_OK(register_end(t.registers, a, 1, "hayashi", "", NULL, 0, &t.why), &t.why);
	struct register_row *rows, row = get(&t, a);
	CHECK(row.closed);
	CHECK_INT(found(&t, (struct register_query){.limit = 10}, &rows), 0);
	CHECK_INT(found(&t, (struct register_query){.closed = true}, &rows), 3);
	CHECK_INT(put(&t, asset("丁", CELLS({"contents", a})), b).code, E_ABSENT);
	town_done(&t);
}

TEST(a_stale_page_never_overwrites)
{
	struct town t;
	char id[27];
	town_new(&t);
	CHECK_OK(put(&t, asset("要綱", NULL, 0), id), &t.why);
	struct register_change change = asset("要綱（改）", NULL, 0);
	change.id = id;
	change.version = 1;
	CHECK_OK(put(&t, change, id), &t.why);
	change.name = "要綱（古い頁から）";
	CHECK_INT(put(&t, change, id).code, E_CONFLICT);
	CHECK(strstr(t.why.text, "hayashi"));
	struct register_row row = get(&t, id);
	CHECK_STR(row.name, "要綱（改）");
	CHECK_INT(row.version, 2);
	town_done(&t);
}

TEST(two_characters_find_it_and_pages_join)
{
	struct town t;
	char id[27];
	struct register_row *rows;
	town_new(&t);
	for (int i = 0; i < 120; i++) {
		char name[64];
		snprintf(name, sizeof name, "%s %03d", i % 3 == 0 ? "監査調書" : i % 3 == 1 ? "ＬＧＷＡＮ端末の例外" : "住民票 100%_", i);
		CHECK_OK(put(&t, asset(name, NULL, 0), id), &t.why);
	}
	CHECK_INT(found(&t, (struct register_query){.words = "監査"}, &rows), 40);
	CHECK_INT(found(&t, (struct register_query){.words = "例外　lgwan"}, &rows), 40);
	CHECK_INT(found(&t, (struct register_query){.words = "端"}, &rows), 40);
	CHECK_INT(found(&t, (struct register_query){.words = "監査 端末"}, &rows), 0);
	CHECK_INT(found(&t, (struct register_query){.words = "0%_"}, &rows), 40);
	CHECK_INT(found(&t, (struct register_query){.words = "監査調書 003"}, &rows), 1);
	CHECK_INT(found(&t, (struct register_query){.words = "査監"}, &rows), 0);
	CHECK_INT(found(&t, (struct register_query){.section = "care"}, &rows), 0);
	size_t seen = 0;
	struct register_query query = {.kind = "asset", .limit = 50};
	char last[256] = "";
	for (bool more = true; more;) {
		size_t count;
		CHECK_OK(register_list(t.registers, &query, t.arena, &rows, &count, &more, &t.why), &t.why);
		for (size_t i = 0; i < count; i++) {
			CHECK(strcmp(last, rows[i].name) < 0);
			snprintf(last, sizeof last, "%s", rows[i].name);
		}
		seen += count;
		query.after_name = rows[count - 1].name;
		query.after_id = rows[count - 1].id;
	}
	CHECK_INT(seen, 120);
	CHECK_OK(registers_reindex(t.registers, &t.why), &t.why);
	CHECK_INT(found(&t, (struct register_query){.words = "監査"}, &rows), 40);
	town_done(&t);
}

TEST(a_row_gives_an_act_its_facts)
{
	struct town t;
	char list[27], folder[27];
	struct facts *facts;
	struct policy_rating rating;
	town_new(&t);
	CHECK_OK(put(&t, asset("名簿", CELLS({"personal", "yes"}, {"owner", "tax"})), list), &t.why);
	CHECK_OK(put(&t, asset("綴り", CELLS({"contents", list}, {"owner", "tax"})), folder), &t.why);
	CHECK_OK(facts_new(t.policy, "provide", t.arena, &facts, &t.why), &t.why);
	CHECK_OK(register_facts(t.registers, folder, facts, "object", &t.why), &t.why);
	const struct policy_edition *edition = policy_edition_on(t.policy, "hannan", day_of_ms(town_ms));
	CHECK_OK(policy_rate(t.policy, edition, facts, "object.importance", &rating, &t.why), &t.why);
	CHECK_STR(rating.low, "A");
	const char *policies[] = {"hannan"};
	struct policy_question question = {.policies = policies, .policy_count = 1, .day = day_of_ms(town_ms),
	                                   .facts = facts};
	const struct decision *decision;
	CHECK_OK(policy_decide(t.policy, &question, t.arena, &decision, &t.why), &t.why);
	CHECK_INT(decision->verdict, HOLD);
	CHECK_INT(decision->approval_count, 1);
	CHECK_STR(decision->approvals[0].slots[0]->of, "tax");
	town_done(&t);
}

TEST(rebuilding_gives_the_same_rows)
{
	struct town t;
	char id[27], other[27];
	int64_t rated = -1;
	town_new(&t);
	CHECK_OK(put(&t, asset("名簿", CELLS({"personal", "yes"}, {"limits", "issued_only backed_up"})), id), &t.why);
	CHECK_OK(put(&t, asset("綴り", CELLS({"contents", id})), other), &t.why);
	CHECK_OK(ledger_rebuild(t.ledger, &t.why), &t.why);
	struct register_row row = get(&t, id);
	CHECK_STR(register_cell(&row, "limits"), "issued_only backed_up");
	CHECK_OK(register_rate_all(t.registers, &rated, &t.why), &t.why);
	CHECK_INT(rated, 0); /* nothing about the policy has changed */
	town_done(&t);
}

MAIN_TESTS()
