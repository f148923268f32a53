/* tests/town.h - the demo city's people and clauses on a database in a scratch
 * folder, with a clock that stands still until a test moves it               */
#ifndef SEKISHO_TESTS_TOWN_H
#define SEKISHO_TESTS_TOWN_H

#include "base/file.h"
#include "crossing/crossing.h"
#include "harness.h"
#include "office/access.h"
#include "policy/folder.h"
#include "register/register.h"
#include "scratch.h"
#ifdef TOWN_DUTIES
#include "duty/duty.h"
#include "proof/proof.h"
#endif
#ifdef TOWN_REVIEW
#include "review/review.h"
#endif

static int64_t town_ms; /* one time for every copy of the clock */
static int64_t town_now(const struct clock *clock)
{
	(void)clock;
	return town_ms;
}

struct town {
	struct scratch scratch;
	struct arena *arena;
	struct clock clock;
	struct random random;
	struct store *store;
	struct vault *vault;
	struct ledger *ledger;
	struct policy *policy;
	struct office *office;
	struct registers *registers;
	struct proceedings *proceedings;
	struct crossings *crossings;
#ifdef TOWN_DUTIES
	struct duties *duties;
#endif
	struct why why;
};

#ifndef TOWN_MORE /* projections of a test's own rooms, each with a comma behind it */
#define TOWN_MORE
#endif
static const struct projection *const town_projections[] = {
	&office_projection, &access_projection, &register_projection,
#ifdef TOWN_DUTIES
	&duty_projection,
#endif
	&proceeding_projection, &crossing_projection,
#ifdef TOWN_DUTIES
	&proof_projection,
#endif
#ifdef TOWN_REVIEW
	&review_projection,
#endif
	TOWN_MORE NULL};

/* One of the offices of share/demo/bodies.tsv. */
struct town_body {
	const char *policy; /* a folder of policies/, or the beginning of its name */
	const char *chart;
};
static const struct town_body town_hannan = {"hannan", "office.tsv"};

static inline const char *town_policy(struct town *t, const struct town_body *body)
{
	CHECK_OK(policy_load_edition(SEKISHO_SOURCE, body->policy, t->arena, &t->policy, NULL, &t->why), &t->why);
	CHECK(t->policy && policy_sound(t->policy));
	const struct policy_edition *edition = policy_edition_in(t->policy, body->policy);
	return edition ? edition->name : "";
}

static inline void town_people(struct town *t, const struct town_body *body)
{
	struct slice tsv;
	struct chart_person *people;
	size_t count;
	const char *path = arena_printf(t->arena, SEKISHO_SOURCE "/share/demo/%s", body->chart);
	CHECK_OK(file_read(path, 1 << 20, t->arena, &tsv, &t->why), &t->why);
	CHECK_OK(office_load_chart(t->office, "", tsv, t->arena, &people, &count, &t->why), &t->why);
}

#ifdef TOWN_DUTIES
static inline void town_duties(struct town *t, const char *name)
{
	struct duty_parts duties = {
		.store = t->store, .ledger = t->ledger, .vault = t->vault, .office = t->office, .registers = t->registers,
		.policy = t->policy, .policy_name = name, .clock = &t->clock, .body = "town"};
	struct slice tsv;
	CHECK_OK(file_read(SEKISHO_SOURCE "/share/calendar/holidays.tsv", 1 << 20, t->arena, &tsv, &t->why), &t->why);
	CHECK_OK(holidays_read(tsv, t->arena, &duties.holidays, &t->why), &t->why);
	CHECK_OK(duties_open(&duties, &t->duties, &t->why), &t->why);
}
#endif

/* town_new_on - 2026-11-20 09:00 in Japan */
static inline void town_new_on(struct town *t, const struct town_body *body)
{
	static struct signin_rules rules;
	rules = signin_defaults();
	rules.argon_passes = 1;
	rules.argon_bytes = 8192;
	town_ms = ms_of_day(20777) + 9 * 3600000;
	*t = (struct town){.scratch = scratch_new(), .arena = arena_new(256 << 20),
	                   .clock = {.now_ms = town_now}, .random = random_seeded(7)};
	CHECK_OK(vault_create(scratch_path(&t->scratch, "", "vault"), scratch_path(&t->scratch, "", "key"),
	                      &t->random, &t->why), &t->why);
#ifdef TOWN_IN_MEMORY /* for tests of many thousand transactions */
	CHECK_OK(store_open("sqlite::memory:", &t->store, &t->why), &t->why);
#else
	CHECK_OK(store_open(scratch_path(&t->scratch, "sqlite:", "db"), &t->store, &t->why), &t->why);
#endif
	CHECK_OK(vault_open(scratch_path(&t->scratch, "", "vault"), scratch_path(&t->scratch, "", "key"),
	                    t->store, &t->vault, &t->why), &t->why);
	CHECK_OK(ledger_open(t->store, "test/town", town_projections, &t->clock, &t->ledger, &t->why), &t->why);
	const char *name = town_policy(t, body);
	struct office_parts office = {.store = t->store, .ledger = t->ledger, .vault = t->vault,
	                              .random = &t->random, .clock = &t->clock, .body = "town",
	                              .signin = &rules, .policy = t->policy, .policy_name = name};
	CHECK_OK(office_open(&office, &t->office, &t->why), &t->why);
	struct crossing_parts parts = {
		.base = {.store = t->store, .ledger = t->ledger, .vault = t->vault, .office = t->office,
	                 .policy = t->policy, .policy_name = name, .random = &t->random,
	                 .clock = &t->clock, .body = "town"},
		.settings = crossing_settings_default()};
	struct register_parts registers = {
		.store = t->store, .ledger = t->ledger, .vault = t->vault, .office = t->office,
		.policy = t->policy, .policy_name = name, .random = &t->random, .clock = &t->clock,
		.body = "town"};
	CHECK_OK(registers_open(&registers, &t->registers, &t->why), &t->why);
	parts.base.registers = t->registers;
	CHECK_OK(proceeding_open(&parts.base, &t->proceedings, &t->why), &t->why);
	parts.proceedings = t->proceedings;
	CHECK_OK(crossing_open(&parts, &t->crossings, &t->why), &t->why);
	town_people(t, body);
#ifdef TOWN_DUTIES
	town_duties(t, name);
#endif
}

static inline void town_new(struct town *t)
{
	town_new_on(t, &town_hannan);
}

static inline void town_done(struct town *t)
{
	struct ledger_verdict verdict = {0};
	t->why = (struct why){0};
	CHECK_OK(ledger_verify(t->ledger, "", "", t->arena, &verdict, &t->why), &t->why);
	for (struct ledger_fault *f = verdict.faults; f; f = f->next)
		printf("  %s %s: %s\n", f->what, f->place, f->text);
	CHECK(verdict.sound); /* after every test: the tables are what the entries say */
	crossing_close(t->crossings);
	proceeding_close(t->proceedings);
#ifdef TOWN_DUTIES
	duties_close(t->duties);
#endif
	registers_close(t->registers);
	office_close(t->office);
	ledger_close(t->ledger);
	vault_close(t->vault);
	store_close(t->store);
	arena_free(t->arena);
	scratch_drop(&t->scratch);
}

/* town_id - a person's id by login; good for the next seven calls */
static inline const char *town_id(struct town *t, const char *login)
{
	static char ids[8][27];
	static int next;
	char *to = ids[next++ % 8];
	CHECK_OK(office_find_login(t->office, slice_str(login), to, &t->why), &t->why);
	return to;
}

#endif
