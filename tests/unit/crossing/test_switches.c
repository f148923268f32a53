/* Settings of the file gate: who may set them, what is kept, which one counts. */
#include "crossing/switches.h"
#include "town.h"

static struct switch_state resolve(struct town *t, const char *section, const char *answers)
{
	struct switch_state state;
	CHECK_OK(switch_resolve(t->crossings, CROSSING_INWARD, section, answers, t->arena, &state, &t->why), &t->why);
	return state;
}

static enum treatment of(const struct switch_state *state, const char *word)
{
	return (enum treatment)state->switches.of[construct_of(word)];
}

static void set(struct town *t, const char *by, struct switch_scope scope, const char *item, const char *treatment)
{
	CHECK_OK(switch_set(t->crossings, town_id(t, by), &scope, item, treatment, &t->why), &t->why);
}

static struct result try_set(struct town *t, const char *by, struct switch_scope scope, const char *item,
                             const char *treatment, struct why *why)
{
	*why = (struct why){0};
	return switch_set(t->crossings, town_id(t, by), &scope, item, treatment, why);
}

static const struct switch_scope everywhere = {"", "", "", ""};

static const char *section_of(struct town *t, const char *login)
{
	struct person person;
	CHECK_OK(office_person(t->office, town_id(t, login), t->arena, &person, &t->why), &t->why);
	return person.section;
}

TEST(without_a_setting_the_municipal_preset_holds)
{
	struct town t;
	struct switches preset;
	town_new(&t);
	struct switch_state state = resolve(&t, "", "importance=B");
	CHECK(switches_preset("municipal", &preset));
	CHECK(memcmp(&preset, &state.switches, sizeof preset) == 0);
	CHECK_INT(strlen(state.digest), 64);
	CHECK_INT(of(&state, "vba"), TREAT_SANITISE);
	CHECK_INT(of(&state, "hyperlink"), TREAT_ALLOW);
	CHECK_INT(of(&state, "password"), TREAT_SANITISE);
	struct content_rules rules = switches_rules(&state.switches);
	CHECK(!rules_refuse(&rules, "vba") && !rules_strip(&rules, "hyperlink") && rules_strip(&rules, "password"));
	town_done(&t);
}

TEST(a_setting_is_an_act_that_the_policy_decides_and_the_ledger_keeps)
{
	struct town t;
	struct why why;
	struct switch_rule *rules;
	size_t count;
	town_new(&t);
	const char *const chief = "hayashi";
	CHECK_FAILS(try_set(&t, "aoki", everywhere, "vba", "refuse", &why), E_DENIED);
	struct switch_state before = resolve(&t, "", "");
	set(&t, chief, everywhere, "vba", "refuse");
	struct switch_state after = resolve(&t, "", "");
	CHECK_INT(of(&after, "vba"), TREAT_REFUSE);
	CHECK_INT(of(&after, "javascript"), TREAT_SANITISE);
	CHECK(strcmp(before.digest, after.digest) != 0);
	CHECK_OK(switch_list(t.crossings, t.arena, &rules, &count, &t.why), &t.why);
	CHECK_INT(count, 1);
	CHECK_STR(rules[0].set_by, town_id(&t, chief));
	CHECK_STR(rules[0].clause, "LOCAL-HN-5");
	CHECK_INT(rules[0].set_ms, town_ms);
	set(&t, chief, everywhere, "vba", ""); /* taken away: as it was, by the digest too */
	struct switch_state again = resolve(&t, "", "");
	CHECK_STR(again.digest, before.digest);
	CHECK_OK(switch_list(t.crossings, t.arena, &rules, &count, &t.why), &t.why);
	CHECK_INT(count, 0);
	town_done(&t); /* the tables are what the entries say */
}

TEST(the_narrowest_setting_counts_and_of_two_the_stricter)
{
	struct town t;
	town_new(&t);
	const char *tax = section_of(&t, "aoki"), *chief = "hayashi";
	set(&t, chief, everywhere, "all", "strict");
	struct switch_state state = resolve(&t, tax, "importance=B");
	CHECK_INT(of(&state, "vba"), TREAT_REFUSE);
	CHECK_INT(of(&state, "hyperlink"), TREAT_SANITISE);
	set(&t, chief, everywhere, "program", "sanitise"); /* the kind before all */
	state = resolve(&t, tax, "importance=B");
	CHECK_INT(of(&state, "vba"), TREAT_SANITISE);
	CHECK_INT(of(&state, "external-link"), TREAT_REFUSE);
	set(&t, chief, everywhere, "vba", "refuse"); /* the construct before its kind */
	state = resolve(&t, tax, "importance=B");
	CHECK_INT(of(&state, "vba"), TREAT_REFUSE);
	CHECK_INT(of(&state, "javascript"), TREAT_SANITISE);
	set(&t, chief, (struct switch_scope){"", "", tax, ""}, "all", "municipal"); /* one section before all of it */
	state = resolve(&t, tax, "importance=B");
	CHECK_INT(of(&state, "vba"), TREAT_SANITISE);
	CHECK_INT(of(&state, "hyperlink"), TREAT_ALLOW);
	state = resolve(&t, "", "importance=B");
	CHECK_INT(of(&state, "vba"), TREAT_REFUSE);
	set(&t, chief, (struct switch_scope){"inward", "", "", ""}, "media", "refuse");
	set(&t, chief, (struct switch_scope){"", "", "", "importance=A"}, "media", "sanitise");
	state = resolve(&t, "", "importance=A");
	CHECK_INT(of(&state, "media"), TREAT_SANITISE); /* class before direction */
	state = resolve(&t, "", "importance=B");
	CHECK_INT(of(&state, "media"), TREAT_REFUSE);
	state = resolve(&t, "", ""); /* a class that nobody told is the highest */
	CHECK_INT(of(&state, "media"), TREAT_SANITISE);
	town_done(&t);
}

TEST(what_cannot_be_made_anew_never_stays)
{
	static const struct {
		struct switch_scope scope;
		const char *item, *treatment, *place;
	} rows[] = {
		{{"", "", "", ""}, "vba", "allow", "treatment"},
		{{"", "", "", ""}, "program", "allow", "treatment"},
		{{"", "", "", ""}, "link", "allow", "treatment"},
		{{"", "", "", ""}, "signature", "allow", "treatment"},
		{{"", "", "", ""}, "vba", "maybe", "treatment"},
		{{"", "", "", ""}, "all", "lenient", "treatment"},
		{{"", "", "", ""}, "everything", "refuse", "item"},
		{{"outward", "", "", ""}, "vba", "refuse", "direction"},
		{{"", "lgwan", "", ""}, "vba", "refuse", "zone"},
		{{"", "", "nosuch", ""}, "vba", "refuse", "section"},
		{{"", "", "", "importance=Z"}, "vba", "refuse", "class"},
	};
	struct town t;
	town_new(&t);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why;
		CHECK_FAILS(try_set(&t, "hayashi", rows[i].scope, rows[i].item, rows[i].treatment, &why), E_INPUT);
		CHECK_STR(why.place, rows[i].place);
	}
	for (size_t i = 0; i < construct_count(); i++) {
		const struct construct *one = construct_at(i);
		struct why why;
		struct result allowed = try_set(&t, "hayashi", everywhere, one->word, "allow", &why);
		CHECK_INT(allowed.code, one->stays ? OK : E_INPUT);
		set(&t, "hayashi", everywhere, one->word, "refuse");
	}
	struct switch_state state = resolve(&t, "", "");
	for (size_t i = 0; i < construct_count(); i++)
		CHECK_INT(state.switches.of[i], TREAT_REFUSE);
	town_done(&t);
}

MAIN_TESTS()
