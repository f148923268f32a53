/* A fiscal year on every body: what is owed comes and goes, and every clause stands
 * somewhere with a reason; and thirty clauses as evidence comes, is withdrawn
 * and runs out.                                                              */
#include "town.h"

#include "ledger/record.h"

#include <time.h>

static void go_to(int year, int month, int date, int hour)
{
	day_t day = 0;
	CHECK(day_from_date((struct date){year, month, date}, &day));
	town_ms = ms_of_day(day) + hour * INT64_C(3600000);
}

static struct duty_ticked tick(struct town *t)
{
	struct duty_ticked done = {0};
	t->why = (struct why){0};
	CHECK_OK(duty_tick(t->duties, &done, &t->why), &t->why);
	return done;
}

static size_t list(struct town *t, struct arena *arena, struct duty_query query, struct obligation **out)
{
	size_t count = 0;
	query.limit = 20000;
	t->why = (struct why){0};
	CHECK_OK(duty_list(t->duties, &query, arena, out, &count, NULL, &t->why), &t->why);
	return count;
}

/* What a duty that only an act settles takes: the act in another case, or a document of another name. */
static const char *deed_of(struct town *t, struct arena *arena, const struct obligation *o, const char *person)
{
	struct ledger_entry entry = {.body = SLICE("town"), .kind = SLICE("test.happened"), .actor = SLICE("x"), .subject = SLICE("other-case")};
	struct register_change row = {.kind = "policy_document", .name = "別の名の文書", .actor = "x"};
	struct person who;
	char id[27];
	if (strcmp(o->trigger, "document") == 0) {
		CHECK_OK(office_person(t->office, person, arena, &who, &t->why), &t->why);
		row.section = who.section;
		CHECK_OK(register_put(t->registers, &row, id, &t->why), &t->why);
		return arena_printf(arena, "%s", id);
	}
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(ledger_record(t->ledger, &entry, json_pack("{ss}", "done", o->task), &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
	return arena_printf(arena, "entry:%lld", (long long)entry.seq);
}

/* by whoever may; false where nobody may */
static bool settle(struct town *t, struct arena *arena, const struct obligation *o)
{
	struct holder *holders;
	size_t count = 0;
	t->why = (struct why){0};
	CHECK_OK(duty_holders(t->duties, o, arena, &holders, &count, &t->why), &t->why);
	if (!count)
		return false;
	struct duty_answer answer = {.person = holders[0].person, .note = "行った"};
	if ((strcmp(o->trigger, "document") == 0 && !o->period) || policy_task_proceeds(t->policy, o->task)) {
		CHECK_FAILS(duty_done(t->duties, o->id, &answer, NULL), E_INPUT); /* words alone do not settle it */
		const char *evidence = deed_of(t, arena, o, answer.person);
		answer.evidence = &evidence;
		answer.evidence_count = 1;
		CHECK_OK(duty_done(t->duties, o->id, &answer, &t->why), &t->why);
		return true;
	}
	CHECK_OK(duty_done(t->duties, o->id, &answer, &t->why), &t->why);
	return true;
}

static struct proof *open_proof(struct town *t, const char *name)
{
	struct proof *proof = NULL;
	struct proof_parts parts = {.store = t->store, .ledger = t->ledger, .clock = &t->clock, .body = "town",
	                            .duties = t->duties, .policy = t->policy, .policy_name = name, .office = t->office,
	                            .proceedings = t->proceedings};
	CHECK_OK(proof_open(&parts, &proof, &t->why), &t->why);
	return proof;
}

/* ---- thirty clauses ------------------------------------------------------------------- */

enum { WANTED = 30 };

struct bench {
	struct town t;
	struct proof *proof;
};

static enum proof_state stands(struct bench *b, const char *clause)
{
	AUTO(arena_drop) struct arena *arena = arena_new(32 << 20);
	struct survey *survey;
	enum proof_state state = PROOF_STATES;
	b->t.why = (struct why){0};
	CHECK_OK(proof_survey(b->proof, day_of_ms(town_ms), arena, &survey, &b->t.why), &b->t.why);
	CHECK_OK(proof_state(survey, policy_clause(b->t.policy, clause), &state, &b->t.why), &b->t.why);
	return state;
}

static size_t settle_clause(struct bench *b, const char *clause, char last[27])
{
	AUTO(arena_drop) struct arena *arena = arena_new(32 << 20);
	struct obligation *found;
	size_t count = list(&b->t, arena, (struct duty_query){.clause = clause, .unsettled = true}, &found), done = 0;
	for (size_t i = 0; i < count; i++)
		if (settle(&b->t, arena, &found[i])) {
			done++;
			memcpy(last, found[i].id, 27);
		}
	return count - done;
}

/* A clause that asks for nothing but a duty that comes round. */
static bool comes_round(const struct policy_duty *d)
{
	bool round = false;
	for (size_t i = 0; i < d->trigger_count; i++)
		round |= d->triggers[i].kind == DUTY_ALWAYS || (d->triggers[i].kind == DUTY_EACH && d->triggers[i].each.set);
	return round && !d->document && d->strength == DUTY_MUST &&
	       (d->clause->parts & ~(unsigned)(CLAUSE_DUTY | CLAUSE_PARAMETER | CLAUSE_MEANING)) == 0;
}

static void keep(struct bench *b, const char *kind, const struct cell *cells, size_t count)
{
	struct register_change row = {.kind = kind, .name = "庁内サーバ", .section = "digital", .cells = cells,
	                              .cell_count = count, .actor = "hayashi"};
	char id[27];
	b->t.why = (struct why){0};
	CHECK_OK(register_put(b->t.registers, &row, id, &b->t.why), &b->t.why);
}

TEST(thirty_clauses_follow_their_evidence)
{
	static struct bench b;
	const struct policy_duty *duties;
	size_t count = 0, shown = 0;
	char ids[WANTED][64], last[WANTED][27];
	town_new(&b.t);
	b.proof = open_proof(&b.t, "hannan");
	go_to(2026, 5, 1, 9);
	keep(&b, "host", (const struct cell[]){{"form", "server"}, {"keeps_logs", "yes"}, {"importance", "A"}}, 3);
	keep(&b, "system", (const struct cell[]){{"on_internet", "no"}, {"infection_unlikely", "no"}, {"for_outsiders", "yes"},
	                                         {"always_on", "yes"}}, 4);
	keep(&b, "network", (const struct cell[]){{"confidential", "yes"}}, 1);
	keep(&b, "asset", (const struct cell[]){{"owner", "digital"}, {"shared", "yes"}, {"limits", "backed_up"}}, 3);
	keep(&b, "site", (const struct cell[]){{"section", "digital"}, {"controlled", "yes"}}, 2);
	tick(&b.t);
	CHECK_OK(duty_statements(b.t.duties, &duties, &count, &b.t.why), &b.t.why);
	for (size_t i = 0; i < count && shown < WANTED; i++) {
		const char *id = duties[i].clause->id;
		bool again = false;
		for (size_t k = 0; k < shown; k++)
			again |= strcmp(ids[k], id) == 0;
		if (again || !comes_round(&duties[i]) || stands(&b, id) != PROOF_UNPROVEN)
			continue;
		if (settle_clause(&b, id, last[shown]) || stands(&b, id) == PROOF_UNPROVEN)
			continue; /* nobody may settle it, or nothing to settle it for is there yet */
		snprintf(ids[shown++], sizeof ids[0], "%s", id);
	}
	CHECK_INT(shown, WANTED);
	for (size_t i = 0; i < shown; i++) { /* added, withdrawn, added again */
		CHECK_INT(stands(&b, ids[i]), PROOF_MET);
		CHECK_OK(duty_undo(b.t.duties, last[i], town_id(&b.t, "hayashi"), "別の記録だった", &b.t.why), &b.t.why);
		CHECK_INT(stands(&b, ids[i]), PROOF_UNPROVEN);
		CHECK_INT(settle_clause(&b, ids[i], last[i]), 0);
		CHECK_INT(stands(&b, ids[i]), PROOF_MET);
	}
	go_to(2027, 4, 1, 9); /* the next year's are asked for: last year's evidence still stands */
	for (size_t i = 0; i < shown; i++)
		settle_clause(&b, ids[i], last[i]);
	tick(&b.t);
	for (size_t i = 0; i < shown; i++) /* periods within the year were missed meanwhile */
		CHECK(stands(&b, ids[i]) == PROOF_MET || stands(&b, ids[i]) == PROOF_OVERDUE);
	go_to(2028, 4, 1, 9); /* nobody did anything for a year: it has run out */
	tick(&b.t);
	for (size_t i = 0; i < shown; i++)
		CHECK_INT(stands(&b, ids[i]), PROOF_OVERDUE);
	for (size_t i = 0; i < shown; i++) { /* late is late, but done */
		settle_clause(&b, ids[i], last[i]);
		CHECK_INT(stands(&b, ids[i]), PROOF_MET);
	}
	printf("  %zu clauses: unproven, met, withdrawn, met, run out, met\n", shown);
	proof_close(b.proof);
	town_done(&b.t);
}

/* ---- a year --------------------------------------------------------------------------------- */

/* Each month: what falls due in it is done by whoever may, but of every seventh. */
static void live_month(struct town *t, size_t *done, size_t *left)
{
	AUTO(arena_drop) struct arena *arena = arena_new(128 << 20);
	struct obligation *found;
	struct duty_query query = {.unsettled = true, .due_to_ms = town_ms + 45 * INT64_C(86400000)};
	size_t count = list(t, arena, query, &found);
	for (size_t i = 0; i < count; i++) {
		if (i % 7 == 6 || !settle(t, arena, &found[i]))
			++*left;
		else
			++*done;
	}
}

static void every_clause_stands_somewhere(struct town *t, struct proof *proof, const char *name)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct survey *survey;
	const struct policy_member *members;
	struct proof_sum sum = {{0}};
	struct proof_month *months;
	size_t count = 0, month_count = 0;
	CHECK_OK(proof_survey(proof, day_of_ms(town_ms), arena, &survey, &t->why), &t->why);
	proof_clauses(survey, &members, &count);
	CHECK(count > 20);
	for (size_t i = 0; i < count; i++) {
		AUTO(buffer_done) struct buffer reason = {0};
		enum proof_state state = PROOF_STATES;
		buffer_init(&reason, 4000);
		CHECK_OK(proof_state(survey, members[i].clause, &state, &t->why), &t->why);
		CHECK_OK(proof_reason(survey, members[i].clause, &reason, &t->why), &t->why);
		bool asks = state == PROOF_UNPROVEN || state == PROOF_OVERDUE || state == PROOF_UNSET || state == PROOF_EXCEPTION;
		if (asks && !reason.len)
			printf("  %s %s has no reason\n", members[i].clause->id, proof_state_name(state));
		CHECK(state < PROOF_STATES && (!asks || reason.len));
		sum.n[state < PROOF_STATES ? state : 0]++;
	}
	CHECK_OK(proof_trend(proof, 24, arena, &months, &month_count, &t->why), &t->why);
	CHECK_INT(month_count, 13);
	printf("  %s: %zu clauses, met %zu, overdue %zu, unset %zu, unproven %zu, enforced %zu, nothing asked %zu\n", name, count,
	       sum.n[PROOF_MET], sum.n[PROOF_OVERDUE], sum.n[PROOF_UNSET], sum.n[PROOF_UNPROVEN], sum.n[PROOF_ENFORCED],
	       sum.n[PROOF_NA]);
	CHECK(sum.n[PROOF_MET] > 0);
}

static void live_year(const struct town_body *body)
{
	static struct town t;
	struct timespec began, ended;
	size_t done = 0, left = 0, opened = 0, overdue = 0;
	clock_gettime(CLOCK_MONOTONIC, &began);
	town_new_on(&t, body);
	const struct policy_edition *edition = policy_edition_in(t.policy, body->policy);
	struct proof *proof = open_proof(&t, edition->name);
	for (int i = 0; i <= 12; i++) {
		bool counted = false;
		go_to(i < 9 ? 2026 : 2027, i < 9 ? 4 + i : i - 8, 1, 9);
		struct duty_ticked ticked = tick(&t);
		opened += ticked.opened;
		overdue += ticked.overdue;
		CHECK_OK(proof_count_month(proof, &counted, &t.why), &t.why);
		CHECK(counted);
		CHECK_OK(proof_count_month(proof, &counted, &t.why), &t.why);
		CHECK(!counted);
		town_ms += 10 * INT64_C(86400000);
		live_month(&t, &done, &left);
	}
	clock_gettime(CLOCK_MONOTONIC, &ended);
	every_clause_stands_somewhere(&t, proof, edition->name);
	printf("  %s: a year in %.1f s: %zu opened, %zu done, %zu overdue\n", edition->name,
	       (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9, opened, done, overdue);
	CHECK(opened > 20 && done > 0);
	proof_close(proof);
	town_done(&t);
}

TEST(a_year_of_hannan) { live_year(&town_hannan); }
TEST(a_year_of_annaka) { live_year(&(const struct town_body){"annaka", "annaka.tsv"}); }
TEST(a_year_of_fuchu) { live_year(&(const struct town_body){"fuchu", "fuchu.tsv"}); }
TEST(a_year_of_imabari) { live_year(&(const struct town_body){"imabari-auditors", "imabari-auditors.tsv"}); }
TEST(a_year_of_fukushima) { live_year(&(const struct town_body){"fukushima", "fukushima.tsv"}); }

MAIN_TESTS()
