/* The generated city: the same seed the same year, playable under every policy, sound in
 * the ledger, and decided again under a draft exactly as its own plan says.  */
#include "base/file.h"
#include "city/city.h"
#include "crossing/acts.h"
#include "harness.h"
#include "house/house.h"
#include "office/signin.h"
#include "policy/folder.h"
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>

static const struct city_size hamlet = {"hamlet", 2, 4, 24, 60, 150, 40, 6, false};

#define APRIL 20544 /* 2026-04-01 */

struct town {
	struct scratch scratch;
	struct arena *arena;
	struct house house;
	int64_t now_ms;
	struct city_plan *plan;
	struct city_tally tally;
	struct why why;
};

static void town_settings(struct town *t, const char *policy, struct house_settings *s)
{
	struct policy *loaded = NULL;
	*s = (struct house_settings){.body = "aonami", .title = "青波市", .origin = "test/city", .outer = "127.0.0.1:0",
	                             .inner = "127.0.0.1:0", .clamd = "none"};
	CHECK_OK(policy_edition_folders(SEKISHO_SOURCE, policy, t->arena, s->folders, 32, &s->folder_count, &t->why), &t->why);
	CHECK_OK(policy_load_edition(SEKISHO_SOURCE, policy, t->arena, &loaded, NULL, &t->why), &t->why);
	s->policy = policy_edition_in(loaded, policy)->name;
}

static void town_play(struct town *t, const char *policy, uint64_t seed, const struct city_size *size)
{
	struct house_settings s;
	*t = (struct town){.scratch = scratch_new(), .arena = arena_new(256 << 20)};
	const char *dir = arena_printf(t->arena, "%s/office", t->scratch.folder);
	t->now_ms = ms_of_day(APRIL);
	town_settings(t, policy, &s);
	CHECK_OK(house_create(dir, &s, &t->why), &t->why);
	CHECK_OK(house_open_at(dir, city_clock(&t->now_ms), &t->house, &t->why), &t->why);
	CHECK_OK(city_plan(seed, size, APRIL, t->arena, &t->plan, &t->why), &t->why);
	struct desk desk;
	struct city_rooms rooms = {
		.desk = &desk, .store = t->house.store, .ledger = t->house.ledger, .office = t->house.office,
		.registers = t->house.registers, .duties = t->house.duties, .proceedings = t->house.proceedings,
		.policy = t->house.policy, .policy_name = t->house.settings.policy, .now_ms = &t->now_ms, .random = &t->house.random,
		.unit = strncmp(policy, "imabari", 7) == 0 ? "audit_commissioners" : "mayor"};
	house_desk(&t->house, &desk);
	CHECK_OK(city_play(t->plan, &rooms, &t->tally, &t->why), &t->why);
}

static void town_end(struct town *t)
{
	struct ledger_verdict verdict = {0};
	CHECK_OK(ledger_verify(t->house.ledger, "", "", t->arena, &verdict, &t->why), &t->why);
	CHECK(verdict.sound);
	house_close(&t->house);
	arena_free(t->arena);
	scratch_drop(&t->scratch);
}

TEST(the_same_seed_gives_the_same_year)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct why why = {0};
	struct buffer text[3];
	struct city_plan *plan = NULL;
	for (int i = 0; i < 3; i++) {
		buffer_init(&text[i], 4 << 20);
		CHECK_OK(city_plan(i == 2 ? 8 : 7, city_size_named("small"), APRIL, arena, &plan, &why), &why);
		city_plan_text(plan, &text[i]);
		CHECK(buffer_ok(&text[i]));
	}
	CHECK(slice_equal(buffer_slice(&text[0]), buffer_slice(&text[1])));
	CHECK(!slice_equal(buffer_slice(&text[0]), buffer_slice(&text[2])));
	for (size_t i = 0; i < plan->event_count; i++) {
		day_t day = day_of_ms(plan->events[i].time_ms);
		CHECK(plan->first <= day && day <= plan->last && (i == 0 || plan->events[i - 1].time_ms <= plan->events[i].time_ms));
	}
	for (int i = 0; i < 3; i++)
		buffer_done(&text[i]);
	struct city_size tiny = hamlet;
	tiny.people = 5;
	CHECK_FAILS(city_plan(1, &tiny, APRIL, arena, &plan, NULL), E_INPUT);
}

/* ---- played twice ------------------------------------------------------------------- */

static bool is_id(const uint8_t *at)
{
	for (size_t i = 0; i < 26; i++)
		if (!((at[i] >= 'a' && at[i] <= 'z') || (at[i] >= '2' && at[i] <= '7')))
			return false;
	return true;
}

static bool is_digest(const uint8_t *at)
{
	for (size_t i = 0; i < 64; i++)
		if (!((at[i] >= 'a' && at[i] <= 'f') || (at[i] >= '0' && at[i] <= '9')))
			return false;
	return true;
}

/* An entry without what keys make: ids of sealed items and keyed digests have the same length
 * in two plays and nothing else in common.                                    */
struct line {
	char text[LEDGER_LEAF_MAX + 1];
};

static void blind(struct line *one, struct line *other)
{
	for (size_t i = 0; one->text[i] && other->text[i]; i++) {
		uint8_t *a = (uint8_t *)one->text + i, *b = (uint8_t *)other->text + i;
		size_t left = strnlen(one->text + i, 64), right = strnlen(other->text + i, 64);
		size_t same = left == 64 && right == 64 && is_digest(a) && is_digest(b) ? 64
		              : left >= 26 && right >= 26 && is_id(a) && is_id(b)       ? 26
		                                                                       : 0;
		for (size_t k = 0; k < same; k++)
			a[k] = b[k] = '*';
	}
}

static void read_line(struct town *t, int64_t seq, struct arena *arena, struct line *out)
{
	struct slice leaf = {NULL, 0};
	CHECK_OK(ledger_leaf(t->house.ledger, seq, arena, &leaf, &t->why), &t->why);
	snprintf(out->text, sizeof out->text, "%.*s", SLICE_ARG(leaf));
}

/* who did it, what it is about: ids that rooms gave out */
static bool same_people(struct town *one, struct town *other, int64_t seq, struct arena *arena)
{
	struct ledger_entry a, b;
	bool read = ledger_get(one->house.ledger, seq, arena, &a, &one->why).code == OK &&
	            ledger_get(other->house.ledger, seq, arena, &b, &other->why).code == OK;
	return read && slice_equal(a.actor, b.actor) && slice_equal(a.subject, b.subject);
}

/* how many of the first play's entries the second has otherwise */
static size_t differences(struct town *one, struct town *other, int64_t size)
{
	static struct line a, b;
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	size_t count = 0;
	for (int64_t seq = 0; seq < size; seq++) {
		arena_reset(arena);
		read_line(one, seq, arena, &a);
		read_line(other, seq, arena, &b);
		if (strcmp(a.text, b.text) == 0)
			continue;
		blind(&a, &b);
		bool differs = strcmp(a.text, b.text) != 0 || !same_people(one, other, seq, arena);
		if (differs && !count)
			printf("city: entry %lld: %s\ncity: and: %s\n", (long long)seq, a.text, b.text);
		count += differs;
	}
	return count;
}

TEST(the_same_seed_makes_the_same_entries)
{
	struct city_size year = hamlet;
	static struct town towns[3];
	int64_t sizes[3] = {0};
	year.duties = true;
	year.applications = 40;
	year.deeds = 200;
	year.signins = 40;
	for (int i = 0; i < 3; i++) {
		town_play(&towns[i], "fukushima", i == 2 ? 22 : 21, &year);
		CHECK_OK(ledger_size(towns[i].house.ledger, &sizes[i], &towns[i].why), &towns[i].why);
	}
	CHECK(sizes[0] > 1000);
	CHECK_INT(sizes[0], sizes[1]);
	int64_t least = sizes[0] < sizes[2] ? sizes[0] : sizes[2];
	if (sizes[0] == sizes[1])
		CHECK_INT(differences(&towns[0], &towns[1], sizes[0]), 0);
	CHECK(sizes[0] != sizes[2] || differences(&towns[0], &towns[2], least) > 0);
	for (int i = 0; i < 3; i++)
		town_end(&towns[i]);
}

TEST(the_year_can_be_lived_under_every_policy)
{
	static const char *const policies[] = {"hannan", "annaka", "fuchu", "imabari-auditors", "fukushima"};
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		struct town t;
		struct office_hole *holes = NULL;
		size_t count = 0;
		town_play(&t, policies[i], 11, &hamlet);
		CHECK_INT(t.tally.people, hamlet.people);
		CHECK_INT(t.tally.assets, hamlet.assets);
		CHECK_INT(t.tally.changed, hamlet.changes);
		CHECK_INT(t.tally.away, hamlet.absences);
		CHECK_INT(t.tally.applied + t.tally.refused + t.tally.not_asked, hamlet.applications);
		CHECK_OK(office_holes(t.house.office, APRIL, t.arena, &holes, &count, &t.why), &t.why);
		CHECK_INT(count, 0);
		printf("city: %s: %zu applied, %zu permitted, %zu refused, %zu without asking, %lld entries\n", policies[i],
		       t.tally.applied, t.tally.permitted, t.tally.refused, t.tally.not_asked, (long long)t.tally.entries);
		town_end(&t);
	}
}

TEST(duties_fall_due_and_are_settled_through_the_year)
{
	struct town t;
	struct city_size with = hamlet;
	with.duties = true;
	with.applications = 20;
	town_play(&t, "hannan", 3, &with);
	CHECK(t.tally.settled > 20);
	town_end(&t);
}

TEST(rebuilt_tables_are_the_same)
{
	struct town t;
	town_play(&t, "hannan", 5, &hamlet);
	CHECK_OK(ledger_rebuild(t.house.ledger, &t.why), &t.why);
	town_end(&t); /* verifies every row against the entries */
}

/* ---- proof: after its year every clause of every body stands somewhere, and says why */

static const struct {
	const char *policy;
	unsigned percent; /* of what asks for something, that the generated year proves at least */
} bodies[] = {{"hannan", 82}, {"annaka", 88}, {"fuchu", 87}, {"imabari-auditors", 84}, {"fukushima", 83}};

static void stands_with_a_reason(struct town *t, const struct survey *survey, const struct policy_clause *clause,
                                 struct proof_sum *sum)
{
	enum proof_state state = PROOF_STATES;
	struct buffer reason;
	buffer_init(&reason, 8192);
	CHECK_OK(proof_state(survey, clause, &state, &t->why), &t->why);
	CHECK(state < PROOF_STATES);
	CHECK_OK(proof_reason(survey, clause, &reason, &t->why), &t->why);
	bool silent = state == PROOF_MET || state == PROOF_ENFORCED || state == PROOF_NA;
	struct slice said = buffer_slice(&reason);
	/* one whole sentence, or for what stands none at all */
	if (!silent && (said.len < 12 || !slice_ends(said, SLICE("。"))))
		printf("city: %s: %s without a reason: %.*s\n", clause->id, proof_state_name(state), SLICE_ARG(said));
	CHECK(silent || (said.len >= 12 && slice_ends(said, SLICE("。"))));
	sum->n[state < PROOF_STATES ? state : PROOF_UNPROVEN]++;
	if (getenv("CITY_REASONS") && !silent)
		printf("%s\t%s\t%.*s\n", clause->id, proof_state_name(state), SLICE_ARG(said));
	buffer_done(&reason);
}

static void print_sum(const char *policy, const struct proof_sum *sum)
{
	static const enum proof_state order[] = {PROOF_ENFORCED, PROOF_MET, PROOF_OVERDUE, PROOF_EXCEPTION,
	                                         PROOF_UNSET, PROOF_UNPROVEN, PROOF_NA};
	printf("city: %s:", policy);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		printf(" %s %zu", proof_state_japanese(order[i]), sum->n[order[i]]);
	printf("（%u%%）\n", proof_percent(sum));
}

TEST(every_clause_of_the_five_bodies_stands_somewhere_and_says_why)
{
	struct city_size year = hamlet;
	year.duties = true;
	year.applications = 40;
	year.deeds = 400;
	year.signins = 40;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct town t;
		struct survey *survey = NULL;
		struct proof_sum sum = {{0}};
		const struct policy_member *members;
		size_t count = 0;
		town_play(&t, bodies[i].policy, 21, &year);
		CHECK_OK(proof_survey(t.house.proof, day_of_ms(t.now_ms), t.arena, &survey, &t.why), &t.why);
		proof_clauses(survey, &members, &count);
		CHECK(count > 0);
		for (size_t k = 0; k < count; k++)
			stands_with_a_reason(&t, survey, members[k].clause, &sum);
		print_sum(bodies[i].policy, &sum);
		CHECK(proof_percent(&sum) >= bodies[i].percent);
		town_end(&t);
	}
}

/* ---- replay: what the plan says would come out differently ---------------------- */

static const char narrower_text[] =
	"policy hannan \"阪南市情報セキュリティポリシー\" version \"令和4年7月一部改定\" adopted 2022-07-01 effective 2022-07-01\n"
	"clause LO-1 \"案 1\" says \"重要度Aの情報は、パスワードだけでは外に提供しない\"\n"
	"  forbid provide when object.importance = A and protection = password\n"
	"clause LO-2 \"案 2\" says \"重要度Cの情報は、許可がなくても持ち出せる\"\n"
	"  allow take_out when object.importance = C overrides HN-2.2.2(5)-5\n";

struct expected {
	day_t day;
	const char *act, *person;
	enum verdict after;
};

/* From the plan alone, by the two clauses as they read: who wanted to provide an A with
 * a password only, and who asked to take out a C and did not get it.          */
static size_t expect(const struct city_plan *plan, struct expected *list)
{
	size_t n = 0;
	for (size_t i = 0; i < plan->event_count; i++) {
		const struct city_event *e = &plan->events[i];
		const char *act = e->kind == CITY_APPLY ? city_act_name(e->what) : "";
		unsigned degree = plan->assets[e->asset].degree;
		bool narrower = !strcmp(act, "provide") && degree == 2 && !strcmp(city_protection(e->manner), "password");
		bool wider = !strcmp(act, "take_out") && degree == 0 && e->outcome != CITY_AGREED;
		if (narrower || wider)
			list[n++] = (struct expected){day_of_ms(e->time_ms), act, plan->people[e->person].name, narrower ? REFUSE : PASS};
	}
	return n;
}

static struct policy *draft_of(struct town *t)
{
	struct house_settings s;
	struct policy *draft = NULL;
	const char *path = arena_printf(t->arena, "%s/draft.pol", t->scratch.folder);
	town_settings(t, "hannan", &s);
	CHECK_OK(file_write(path, slice_str(narrower_text), 0600, &t->why), &t->why);
	s.folders[s.folder_count++] = t->scratch.folder;
	CHECK_OK(policy_load_folders(s.folders, s.folder_count, t->arena, &draft, NULL, &t->why), &t->why);
	CHECK(draft && policy_sound(draft));
	return draft;
}

TEST(a_year_under_a_draft_differs_where_its_plan_says)
{
	struct town t;
	struct recorded_acts acts;
	struct replay_source source;
	struct replay_report report = {0};
	struct city_size size = hamlet;
	size.applications = 400;
	town_play(&t, "hannan", 21, &size);
	struct expected *list = ARENA_ARRAY(t.arena, t.plan->event_count, struct expected);
	size_t wanted = expect(t.plan, list), n = 0, narrower = 0;
	for (size_t i = 0; i < wanted; i++)
		narrower += list[i].after == REFUSE;
	CHECK(narrower > 0 && narrower < wanted); /* both kinds are there to be found */
	struct policy *draft = draft_of(&t);
	CHECK_OK(recorded_acts_open(t.house.ledger, t.house.proceedings, t.house.crossings, t.house.office, &acts, &source, &t.why), &t.why);
	CHECK_OK(policy_replay(t.house.policy, draft, &source, INT32_MIN, INT32_MAX, t.arena, &report, &t.why), &t.why);
	CHECK_INT(report.acts, t.tally.applied);
	CHECK_INT(report.different, wanted);
	for (const struct replay_difference *d = report.differences; d && n < wanted; d = d->next, n++) {
		CHECK_INT(d->act.day, list[n].day);
		CHECK_STR(d->act.act, list[n].act);
		CHECK_STR(d->act.person, list[n].person);
		CHECK_INT(d->after, list[n].after);
		CHECK_STR(d->after_clause, list[n].after == REFUSE ? "LO-1" : "LO-2");
	}
	CHECK_INT(n, wanted);
	printf("city: replay of %zu acts: %zu differ, as the plan says\n", report.acts, report.different);
	town_end(&t);
}

/* ---- signing in ------------------------------------------------------------------- */

static size_t entries_of(struct town *t, const char *kind)
{
	const struct ledger_query query = {.kind_prefix = kind, .limit = 1000};
	struct ledger_entry *found;
	size_t count = 0;
	CHECK_OK(ledger_find(t->house.ledger, &query, t->arena, &found, &count, &t->why), &t->why);
	return count;
}

TEST(people_sign_in_and_nobody_knows_their_passwords_afterwards)
{
	struct city_size year = hamlet;
	struct town t;
	struct session session;
	size_t wrong = 0, planned = 0;
	year.signins = 150;
	town_play(&t, "hannan", 4, &year);
	for (size_t i = 0; i < t.plan->event_count; i++) {
		const struct city_event *e = &t.plan->events[i];
		planned += e->kind == CITY_SIGNIN;
		int64_t minutes = (e->time_ms - ms_of_day(day_of_ms(e->time_ms))) / 60000;
		CHECK(e->kind != CITY_SIGNIN || (minutes >= 8 * 60 && minutes < 9 * 60));
	}
	CHECK_INT(planned, year.signins);
	CHECK(t.tally.signed_in > 110 && t.tally.turned_away > 2);
	CHECK_INT(entries_of(&t, "signin.ended"), entries_of(&t, "signin.succeeded"));
	wrong = entries_of(&t, "signin.refused");
	CHECK(wrong >= t.tally.turned_away);
	printf("city: %zu signed in, %zu wrong tries\n", t.tally.signed_in, wrong);
	CHECK_INT(entries_of(&t, "signin.locked"), 0);
	/* the hashes cost again what the office wants, and no device is left */
	CHECK(office_signin_rules(t.house.office).argon_bytes >= 16 << 20);
	CHECK_OK(signin_password(t.house.office, "lgwan", SLICE("10.0.0.9"), slice_str(t.plan->people[0].login),
	                         SLICE("kyou-no-tenki-wa-hare"), &session, &t.why), &t.why);
	CHECK_INT(session.state, SIGNIN_REFUSED);
	CHECK(entries_of(&t, "office.factor.removed") > 3);
	town_end(&t);
}

MAIN_TESTS()
