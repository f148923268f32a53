/* The office: what may be written, what is read back, who may act for whom. */
#include "bed.h"
#include "policy/folder.h"

#include "base/file.h"

TEST(a_person_is_kept_apart_from_the_ledger)
{
	struct bed bed;
	bed_open(&bed);
	struct person person = {0};
	CHECK_OK(office_person(bed.office, bed.aoki, bed.arena, &person, &bed.why), &bed.why);
	CHECK_STR(person.name, "青木 一郎");
	CHECK_STR(person.login, "aoki");
	CHECK_STR(person.section, "tax");
	CHECK(person.active);
	struct ledger_query query = {.kind_prefix = "office.", .limit = 1000};
	struct ledger_entry *entries = NULL;
	size_t count = 0;
	CHECK_OK(ledger_find(bed.ledger, &query, bed.arena, &entries, &count, &bed.why), &bed.why);
	CHECK(count > 12);
	for (size_t i = 0; i < count; i++) {
		CHECK(slice_find(entries[i].data, SLICE("青木")) == SIZE_MAX);
		CHECK(slice_find(entries[i].data, SLICE("aoki")) == SIZE_MAX);
		CHECK(slice_find(entries[i].data, SLICE("argon")) == SIZE_MAX);
	}
	bed_close(&bed);
}

TEST(an_erased_name_leaves_the_person)
{
	struct bed bed;
	bed_open(&bed);
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	CHECK_OK(store_prepare(bed.store, "SELECT name_item FROM office_person WHERE id=?1", &statement,
	                       &bed.why), &bed.why);
	bind_text(statement, 1, slice_str(bed.aoki));
	CHECK_OK(statement_step(statement, &row, &bed.why), &bed.why);
	const char *item = arena_string(bed.arena, column_text(statement, 0));
	statement_drop(&statement);
	CHECK_OK(store_begin(bed.store, &bed.why), &bed.why);
	CHECK_OK(vault_erase(bed.vault, slice_str(item), 1, &bed.why), &bed.why);
	CHECK_OK(store_commit(bed.store, &bed.why), &bed.why);
	struct person person = {0};
	CHECK_OK(office_person(bed.office, bed.aoki, bed.arena, &person, &bed.why), &bed.why);
	CHECK_STR(person.name, "（消去済み）");
	CHECK_STR(person.login, "aoki");
	bed_close(&bed);
}

TEST(lists_are_whole)
{
	struct bed bed;
	bed_open(&bed);
	struct person *people = NULL;
	struct section *sections = NULL, section = {0};
	struct holding *holdings = NULL;
	size_t count = 0;
	CHECK_OK(office_people(bed.office, bed.arena, &people, &count, &bed.why), &bed.why);
	CHECK_INT(count, 6);
	CHECK_OK(office_sections(bed.office, bed.arena, &sections, &count, &bed.why), &bed.why);
	CHECK_INT(count, 4);
	CHECK_STR(sections[3].id, "tax");
	CHECK_OK(office_section(bed.office, "tax", bed.arena, &section, &bed.why), &bed.why);
	CHECK_STR(section.name, "税務課");
	CHECK_STR(section.parent, "finance");
	CHECK_FAILS(office_section(bed.office, "water", bed.arena, &section, NULL), E_ABSENT);
	CHECK_OK(office_holdings(bed.office, bed.hayashi, bed_day("2026-11-20"), bed.arena, &holdings,
	                         &count, &bed.why), &bed.why);
	CHECK_INT(count, 2);
	CHECK_STR(holdings[1].scope, "digital");
	CHECK_INT(holdings[1].to, DAY_OPEN);
	CHECK_OK(office_holdings(bed.office, bed.hayashi, bed_day("2026-03-31"), bed.arena, &holdings,
	                         &count, &bed.why), &bed.why);
	CHECK_INT(count, 0);
	CHECK_OK(office_all_holdings(bed.office, bed.arena, &holdings, &count, &bed.why), &bed.why);
	CHECK_INT(count, 6);
	bed_close(&bed);
}

TEST(what_cannot_be_is_refused_and_leaves_no_entry)
{
	struct bed bed;
	bed_open(&bed);
	size_t before = bed_entries(&bed, "");
	char id[27] = "kept", overlong[300];
	memset(overlong, 'x', sizeof overlong - 1);
	overlong[sizeof overlong - 1] = 0;
	struct {
		struct section section;
		enum error want;
	} sections[] = {
		{{"tax", "税務課", ""}, E_CONFLICT},     {{"Tax", "税務課", ""}, E_INPUT},
		{{"", "税務課", ""}, E_INPUT},           {{"_tax", "税務課", ""}, E_INPUT},
		{{"water", "", ""}, E_INPUT},            {{"water", overlong, ""}, E_INPUT},
		{{"water", "水\n道", ""}, E_INPUT},      {{"water", "\xff", ""}, E_INPUT},
		{{"water", "水道課", "works"}, E_ABSENT}, {{"../etc", "水道課", ""}, E_INPUT},
	};
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
		CHECK_FAILS(office_add_section(bed.office, "", &sections[i].section, NULL), sections[i].want);
	struct {
		struct person person;
		const char *password;
		enum error want;
	} people[] = {
		{{.login = "aoki", .name = "青木 二郎", .section = "tax"}, "mado no soto wa 7", E_CONFLICT},
		{{.login = "ＡＯＫＩ", .name = "青木 二郎", .section = "tax"}, "mado no soto wa 7", E_CONFLICT},
		{{.login = "aoki2", .name = "青木 二郎", .section = "water"}, "mado no soto wa 7", E_ABSENT},
		{{.login = "青木", .name = "青木 二郎", .section = "tax"}, "mado no soto wa 7", E_INPUT},
		{{.login = "aoki2", .name = "", .section = "tax"}, "mado no soto wa 7", E_INPUT},
		{{.login = "aoki2", .name = "青木 二郎", .section = "tax"}, "short", E_INPUT},
	};
	for (size_t i = 0; i < sizeof people / sizeof *people; i++)
		CHECK_FAILS(office_add_person(bed.office, "", &people[i].person,
		                              slice_str(people[i].password), id, NULL), people[i].want);
	CHECK_STR(id, "kept");
	CHECK_FAILS(bed_hold(&bed, "manager", "tax", bed.tanaka, "2026-06-01", "2026-07-01"), E_CONFLICT);
	CHECK_FAILS(bed_hold(&bed, "manager", "tax", bed.aoki, "2026-06-02", "2026-06-01"), E_INPUT);
	CHECK_FAILS(bed_hold(&bed, "manager", "tax", "nobody", "2026-06-01", ""), E_ABSENT);
	CHECK_FAILS(bed_hold(&bed, "Manager", "tax", bed.aoki, "2026-06-01", ""), E_INPUT);
	CHECK_FAILS(office_move_person(bed.office, "", bed.aoki, "water", NULL), E_ABSENT);
	CHECK_FAILS(office_suspend(bed.office, "", bed.aoki, false, SLICE("復帰"), NULL), E_CONFLICT);
	CHECK_FAILS(office_suspend(bed.office, "", bed.aoki, true, SLICE(""), NULL), E_INPUT);
	CHECK_FAILS(office_end_post(bed.office, "", "ciso", "", bed.aoki, 20000, NULL), E_ABSENT);
	CHECK_FAILS(office_end_absence(bed.office, "", "nothing", 20000, NULL), E_ABSENT);
	CHECK(!store_in_transaction(bed.store));
	CHECK_INT(bed_entries(&bed, ""), before);
	bed_close(&bed);
}

TEST(the_callers_transaction_is_the_callers)
{
	struct bed bed;
	bed_open(&bed);
	struct section section = {"water", "水道課", ""};
	CHECK_OK(store_begin(bed.store, &bed.why), &bed.why);
	CHECK_OK(office_add_section(bed.office, "", &section, &bed.why), &bed.why);
	CHECK(store_in_transaction(bed.store));
	store_rollback(bed.store);
	CHECK_FAILS(office_section(bed.office, "water", bed.arena, &section, NULL), E_ABSENT);
	bed_close(&bed);
}

TEST(a_person_moves)
{
	struct bed bed;
	bed_open(&bed);
	struct person person = {0};
	char id[27];
	CHECK_OK(office_move_person(bed.office, bed.sato, bed.aoki, "digital", &bed.why), &bed.why);
	CHECK_OK(office_person(bed.office, bed.aoki, bed.arena, &person, &bed.why), &bed.why);
	CHECK_STR(person.section, "digital");
	CHECK_OK(office_find_login(bed.office, SLICE("Ａｏｋｉ"), id, &bed.why), &bed.why);
	CHECK_STR(id, bed.aoki);
	CHECK_FAILS(office_find_login(bed.office, SLICE("aok"), id, NULL), E_ABSENT);
	CHECK_FAILS(office_find_login(bed.office, SLICE("' OR 1=1"), id, NULL), E_ABSENT);
	bed_close(&bed);
}

/* ---- posts end -------------------------------------------------------------- */

TEST(posts_are_held_from_and_to)
{
	struct bed bed;
	bed_open(&bed);
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-03-31", NULL, NULL), "absent"); /* no policy yet */
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-04-01", NULL, NULL), "tanaka manager -");
	CHECK_OK(office_end_post(bed.office, "", "manager", "tax", bed.tanaka, bed_day("2026-06-30"),
	                         &bed.why), &bed.why);
	CHECK_OK(bed_hold(&bed, "manager", "tax", bed.aoki, "2026-07-01", ""), &bed.why);
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-06-30", NULL, NULL), "tanaka manager -");
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-07-01", NULL, NULL), "aoki manager -");
	CHECK_FAILS(office_end_post(bed.office, "", "manager", "tax", bed.tanaka, bed_day("2026-07-05"),
	                            NULL), E_ABSENT);
	/* ended before it began: it never was */
	CHECK_OK(office_end_post(bed.office, "", "manager", "tax", bed.aoki, bed_day("2026-06-30"),
	                         &bed.why), &bed.why);
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-07-01", NULL, NULL), "");
	CHECK_STR(bed_ask(&bed, "gardener", "", "2026-07-01", NULL, NULL), "absent");
	bed_close(&bed);
}

/* ---- substitution ------------------------------------------------------------ */

static void away(struct bed *bed, const char *person, enum absence_kind kind, const char *from,
                 const char *to, char id[27])
{
	struct absence absence = {
		.person = person, .kind = kind, .from = bed_day(from), .to = bed_day(to),
	};
	CHECK_OK(office_add_absence(bed->office, bed->sato, &absence, SLICE("入院"), id, &bed->why),
	         &bed->why);
}

TEST(a_substitute_stands_in_only_while_the_text_says_so)
{
	struct bed bed;
	bed_open(&bed);
	char id[27];
	away(&bed, bed.kuroda, ABSENCE_PREVENTED, "2026-05-10", "2026-05-20", id);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-09", NULL, NULL), "kuroda ciso -");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-10", NULL, NULL), "sato supervisor substitute");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-20", NULL, NULL), "sato supervisor substitute");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-21", NULL, NULL), "kuroda ciso -");
	/* the substitute is the applicant: nobody is left */
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", NULL, bed.sato), "");
	/* back early */
	CHECK_OK(office_end_absence(bed.office, bed.sato, id, bed_day("2026-05-12"), &bed.why), &bed.why);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-13", NULL, NULL), "kuroda ciso -");
	CHECK_FAILS(office_end_absence(bed.office, "", id, bed_day("2026-05-12"), NULL), E_CONFLICT);
	bed_close(&bed);
}

TEST(being_away_is_not_being_prevented)
{
	struct bed bed;
	bed_open(&bed);
	char id[27];
	away(&bed, bed.kuroda, ABSENCE_AWAY, "2026-05-10", "2026-05-20", id);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", NULL, NULL), "kuroda ciso -");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", "medium_use", NULL), "kuroda ciso -");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", "link_cut", NULL), "sato supervisor substitute");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-21", "link_cut", NULL), "kuroda ciso -");
	unsigned state = 99;
	CHECK_OK(office_post_state(bed.office, "ciso", "", bed_day("2026-05-15"), &state, &bed.why), &bed.why);
	CHECK_INT(state, POST_ABSENT);
	bed_close(&bed);
}

TEST(a_vacant_post_has_a_substitute_where_the_text_names_one)
{
	struct bed bed;
	bed_open(&bed);
	unsigned state = 99;
	CHECK_OK(office_end_post(bed.office, "", "ciso", "", bed.kuroda, bed_day("2026-05-31"), &bed.why),
	         &bed.why);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-06-01", NULL, NULL), "sato supervisor substitute");
	CHECK_OK(office_post_state(bed.office, "ciso", "", bed_day("2026-06-01"), &state, &bed.why), &bed.why);
	CHECK_INT(state, POST_VACANT);
	/* no text names one for the manager: a hole, although the department has an officer
	 * and even a manager of its own                                              */
	CHECK_OK(bed_hold(&bed, "manager", "finance", bed.aoki, "2026-04-01", ""), &bed.why);
	CHECK_OK(office_end_post(bed.office, "", "manager", "tax", bed.tanaka, bed_day("2026-05-31"),
	                         &bed.why), &bed.why);
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-06-01", NULL, NULL), "");
	/* nor where there has never been one */
	bed_section(&bed, "water", "水道課", "finance");
	CHECK_STR(bed_ask(&bed, "manager", "water", "2026-05-15", NULL, NULL), "");
	bed_close(&bed);
}

TEST(one_of_two_holders_prevented_is_no_substitution)
{
	struct bed bed;
	bed_open(&bed);
	char id[27];
	CHECK_OK(bed_hold(&bed, "ciso", "", bed.okada, "2026-05-01", "2026-05-31"), &bed.why);
	away(&bed, bed.kuroda, ABSENCE_PREVENTED, "2026-05-10", "2026-05-20", id);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", NULL, NULL), "kuroda ciso -, okada ciso -");
	away(&bed, bed.okada, ABSENCE_PREVENTED, "2026-05-15", "2026-05-15", id);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", NULL, NULL), "sato supervisor substitute");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-16", NULL, NULL), "kuroda ciso -, okada ciso -");
	bed_close(&bed);
}

TEST(a_suspended_person_holds_nothing)
{
	struct bed bed;
	bed_open(&bed);
	CHECK_OK(office_suspend(bed.office, bed.sato, bed.kuroda, true, SLICE("調査のため"), &bed.why), &bed.why);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", NULL, NULL), ""); /* not vacant: a hole */
	CHECK_OK(office_suspend(bed.office, bed.sato, bed.kuroda, false, SLICE("調査が終わった"), &bed.why),
	         &bed.why);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", NULL, NULL), "kuroda ciso -");
	bed_close(&bed);
}

/* ---- delegation --------------------------------------------------------------- */

static struct result delegate(struct bed *bed, const char *post, const char *to_post, const char *matter,
                              char id[27])
{
	struct delegation d = {
		.post = post, .scope = "", .to_post = to_post, .to_scope = "", .matter = matter,
		.from = bed_day("2026-05-10"), .to = bed_day("2026-05-20"),
	};
	return office_delegate(bed->office, bed->sato, &d, id, &bed->why);
}

TEST(a_delegation_reaches_its_matter_in_its_time)
{
	struct bed bed;
	bed_open(&bed);
	char id[27];
	struct delegation *all = NULL;
	size_t count = 0;
	CHECK_OK(delegate(&bed, "supervisor", "deputy", "medium_use", id), &bed.why);
	const char *both = "sato supervisor -, hayashi deputy delegate";
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-10", "medium_use", NULL), both);
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-20", "medium_use", NULL), both);
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-09", "medium_use", NULL), "sato supervisor -");
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-21", "medium_use", NULL), "sato supervisor -");
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-15", "link_cut", NULL), "sato supervisor -");
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-15", NULL, NULL), "sato supervisor -");
	/* the applicant is the supervisor: his delegate decides; or the other way round */
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-15", "medium_use", bed.sato),
	          "hayashi deputy delegate");
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-15", "medium_use", bed.hayashi),
	          "sato supervisor -");
	CHECK_OK(office_delegations(bed.office, bed_day("2026-05-15"), bed.arena, &all, &count, &bed.why),
	         &bed.why);
	CHECK_INT(count, 1);
	CHECK_STR(all[0].id, id);
	CHECK_OK(office_end_delegation(bed.office, bed.sato, id, bed_day("2026-05-12"), &bed.why), &bed.why);
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-13", "medium_use", NULL), "sato supervisor -");
	bed_close(&bed);
}

TEST(a_delegation_that_the_policy_does_not_know_is_without_effect)
{
	struct bed bed;
	bed_open(&bed);
	char id[27];
	CHECK_OK(delegate(&bed, "ciso", "deputy", "*", id), &bed.why);
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-05-15", "medium_use", NULL), "kuroda ciso -");
	CHECK_OK(delegate(&bed, "supervisor", "deputy", "*", id), &bed.why);
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-15", NULL, NULL),
	          "sato supervisor -, hayashi deputy delegate");
	static const char *const wrong[] = {"", ",", "a,", "a,,b", "*,a", "Link", "link.", ".cut", "a b"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		bed.why = (struct why){0};
		CHECK_FAILS(delegate(&bed, "supervisor", "deputy", wrong[i], id), E_INPUT);
	}
	CHECK_OK(delegate(&bed, "supervisor", "deputy", "link_cut,link.cut", id), &bed.why);
	bed_close(&bed);
}

TEST(who_holds_and_is_delegated_to_is_named_once)
{
	struct bed bed;
	bed_open(&bed);
	char id[27];
	CHECK_OK(delegate(&bed, "supervisor", "deputy", "*", id), &bed.why);
	CHECK_OK(delegate(&bed, "supervisor", "deputy", "medium_use", id), &bed.why);
	CHECK_OK(bed_hold(&bed, "supervisor", "", bed.hayashi, "2026-05-01", "2026-05-31"), &bed.why);
	CHECK_STR(bed_ask(&bed, "supervisor", "", "2026-05-15", "medium_use", NULL),
	          "sato supervisor -, hayashi supervisor -");
	bed_close(&bed);
}

TEST(a_small_arena_is_an_error_and_nothing_else)
{
	struct bed bed;
	bed_open(&bed);
	struct person *people = NULL, one;
	struct holding *holdings = NULL;
	size_t count = 0, failed = 0, passed = 0;
	for (size_t ceiling = 16; ceiling < 8192; ceiling += 16) {
		AUTO(arena_drop) struct arena *small = arena_new(ceiling);
		struct result results[] = {
			office_people(bed.office, small, &people, &count, NULL),
			office_person(bed.office, bed.aoki, small, &one, NULL),
			office_all_holdings(bed.office, small, &holdings, &count, NULL),
		};
		for (size_t i = 0; i < 3; i++) {
			CHECK(results[i].code == OK || results[i].code == E_MEMORY);
			failed += results[i].code == E_MEMORY;
			passed += results[i].code == OK;
		}
	}
	CHECK(failed > 10 && passed > 10);
	bed_close(&bed);
}

/* ---- rise ----------------------------------------------------------------------- */

TEST(a_question_rises_only_where_the_office_has_said_so)
{
	struct bed bed;
	bed_open(&bed);
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-11-30", NULL, bed.tanaka), "");
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-12-01", NULL, bed.tanaka),
	          "okada department_officer - risen");
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-12-01", NULL, NULL), "tanaka manager -");
	/* of a section, the department's officer is meant */
	CHECK_STR(bed_ask(&bed, "department_officer", "tax", "2026-11-20", NULL, NULL),
	          "okada department_officer -");
	/* over two posts that nobody can fill, to the top; over the top, to nobody */
	CHECK_OK(office_suspend(bed.office, "", bed.okada, true, SLICE("休職"), &bed.why), &bed.why);
	CHECK_STR(bed_ask(&bed, "manager", "tax", "2026-12-01", NULL, bed.tanaka),
	          "sato supervisor - risen");
	CHECK_STR(bed_ask(&bed, "ciso", "", "2026-12-01", NULL, bed.kuroda), "");
	bed_close(&bed);
}

TEST(office_holders_is_the_same_question)
{
	struct bed bed;
	bed_open(&bed);
	struct holder *holders = NULL;
	size_t count = 9;
	CHECK_OK(office_holders(bed.office, bed.policy, "manager", "tax", bed.tanaka,
	                        bed_day("2026-11-20"), bed.arena, &holders, &count, &bed.why), &bed.why);
	CHECK_INT(count, 0);
	CHECK_OK(office_holders(bed.office, bed.policy, "manager", "tax", NULL, bed_day("2026-11-20"),
	                        bed.arena, &holders, &count, &bed.why), &bed.why);
	CHECK_INT(count, 1);
	CHECK_STR(holders[0].person, bed.tanaka);
	bed_close(&bed);
}

/* ---- chart ------------------------------------------------------------------------ */

TEST(the_demo_citys_chart_loads)
{
	struct bed bed;
	bed_open(&bed);
	const char *root = getenv("SEKISHO_SOURCE_ROOT");
	const char *path = arena_printf(bed.arena, "%s/share/demo/office.tsv", root ? root : ".");
	struct slice tsv;
	struct chart_person *people = NULL;
	size_t count = 0;
	struct office *office = NULL;
	struct policy *policy = NULL;
	AUTO(arena_drop) struct arena *shelf = arena_new(128 << 20);
	CHECK_OK(policy_load_edition(root ? root : ".", "hannan", shelf, &policy, NULL, &bed.why), &bed.why);
	struct office_parts parts = {
		.store = bed.store, .ledger = bed.ledger, .vault = bed.vault, .random = &bed.random,
		.clock = &bed.clock, .body = "city", .signin = &bed.rules, .policy = policy, .policy_name = "hannan",
	};
	CHECK_OK(office_open(&parts, &office, &bed.why), &bed.why);
	CHECK_OK(file_read(path, 1 << 20, bed.arena, &tsv, &bed.why), &bed.why);
	CHECK_OK(office_load_chart(office, "", tsv, bed.arena, &people, &count, &bed.why), &bed.why);
	CHECK_INT(count, 15);
	for (size_t i = 0; i < count; i++) {
		struct session session = {0};
		CHECK_INT(strlen(people[i].password), 23);
		CHECK_OK(signin_password(office, "lgwan", SLICE("10.0.0.1"), slice_str(people[i].login),
		                         slice_str(people[i].password), &session, &bed.why), &bed.why);
		CHECK_INT(session.state, SIGNIN_NEEDS_PASSWORD_CHANGE);
	}
	/* another body in the same database sees nothing of it */
	struct person person;
	CHECK_FAILS(office_person(bed.office, people[0].id, bed.arena, &person, NULL), E_ABSENT);
	office_drop(&office);
	bed_close(&bed);
}

TEST(a_chart_is_loaded_whole_or_not_at_all)
{
	static const struct {
		const char *text, *place;
		enum error want;
	} rows[] = {
		{"section\twater\t水道課\t\nsection\twater\t水道課\t\n", "line 2 id", E_CONFLICT},
		{"# x\n\nsection\twater\t水道課\tworks\n", "line 3 parent", E_ABSENT},
		{"section\twater\t水道課\n", "line 1", E_INPUT},
		{"section\twater\t水道課\t\t\n", "line 1", E_INPUT},
		{"a\tb\tc\td\te\tf\tg\n", "line 1", E_INPUT},
		{"people\tx\ty\tz\n", "line 1", E_INPUT},
		{"fact\tsection\ttax\truns_it\tyes\t2026-04-01\n", "line 1 vocabulary", E_CONFLICT},
		{"away\taoki\tsick\t入院\t2026-05-01\t\n", "line 1 kind", E_INPUT},
		{"delegate\tmanager@tax\tsection_staff@tax\t課長\t2026-04-01\t\n", "line 1 matter", E_INPUT},
		{"post\tmanager\ttax\tyamada\t2026-04-01\t\n", "line 1 login", E_ABSENT},
		{"post\tmanager\twater\taoki\t2026-04-01\t\n", "line 1 scope", E_ABSENT},
		{"person\tyama\t山田\ttax\r\npost\tmanager\ttax\tyama\t2026-05-02\t2026-05-01\r\n",
		 "line 2 period", E_INPUT},
	};
	struct bed bed;
	bed_open(&bed);
	size_t before = bed_entries(&bed, ""), count = 77;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct chart_person *people = NULL;
		struct why why = {0};
		CHECK_FAILS(office_load_chart(bed.office, "", slice_str(rows[i].text), bed.arena, &people,
		                              &count, &why), rows[i].want);
		CHECK_STR(why.place, rows[i].place);
	}
	CHECK_INT(count, 77);
	CHECK_INT(bed_entries(&bed, ""), before);
	bed_close(&bed);
}

MAIN_TESTS()
