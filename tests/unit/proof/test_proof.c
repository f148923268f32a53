/* Where a clause stands: each state with what brings it about, and what does not. */
#include "proof/proof.h"
#include "town.h"

/* The town's office and applications; a ledger of its own without projections, so
 * that any entry can be written.                                            */
struct bench {
	struct town t;
	struct store *store;
	struct ledger *ledger;
	struct proof *proof;
	struct survey *survey;
};

static void look_again(struct bench *b)
{
	CHECK_OK(proof_survey(b->proof, day_of_ms(town_ms), b->t.arena, &b->survey, &b->t.why), &b->t.why);
}

static void bench_new(struct bench *b, bool own_ledger)
{
	static const struct projection *const none[] = {&proof_projection, &duty_projection, NULL};
	town_new(&b->t);
	b->store = NULL;
	b->ledger = b->t.ledger;
	if (own_ledger) {
		CHECK_OK(store_open(scratch_path(&b->t.scratch, "sqlite:", "other"), &b->store, &b->t.why), &b->t.why);
		CHECK_OK(ledger_open(b->store, "test/other", none, &b->t.clock, &b->ledger, &b->t.why), &b->t.why);
	}
	struct proof_parts parts = {.store = b->store ? b->store : b->t.store, .ledger = b->ledger, .clock = &b->t.clock,
	                            .body = "town", .duties = own_ledger ? NULL : b->t.duties, .policy = b->t.policy, .policy_name = "hannan",
	                            .office = b->t.office, .proceedings = b->t.proceedings};
	CHECK_OK(proof_open(&parts, &b->proof, &b->t.why), &b->t.why);
	look_again(b);
}

static void bench_done(struct bench *b)
{
	proof_close(b->proof);
	if (b->store) {
		ledger_close(b->ledger);
		store_close(b->store);
	}
	town_done(&b->t);
}

static void append(struct bench *b, const char *kind, const char *clause)
{
	struct slice clauses[] = {slice_str(clause)};
	struct ledger_entry entry = {.body = SLICE("town"), .kind = slice_str(kind), .actor = SLICE("x"),
		.post = SLICE(""), .subject = SLICE("y"), .clauses = clauses, .clause_count = *clause ? 1 : 0,
		.data = SLICE("{}")};
	CHECK_OK(store_begin(b->store, &b->t.why), &b->t.why);
	CHECK_OK(ledger_append(b->ledger, &entry, &b->t.why), &b->t.why);
	CHECK_OK(store_commit(b->store, &b->t.why), &b->t.why);
	look_again(b);
}

static const char *stands(struct bench *b, const char *id)
{
	enum proof_state state = PROOF_STATES;
	const struct policy_clause *clause = policy_clause(b->t.policy, id);
	CHECK(clause != NULL);
	if (!clause)
		return "";
	CHECK_OK(proof_state(b->survey, clause, &state, &b->t.why), &b->t.why);
	return proof_state_name(state);
}

static size_t evidence(struct bench *b, const char *id, size_t limit, int64_t *newest)
{
	struct ledger_entry *entries;
	size_t count = 0, total = 0;
	CHECK_OK(proof_evidence(b->survey, policy_clause(b->t.policy, id), limit, b->t.arena, &entries,
	                        &count, &total, &b->t.why), &b->t.why);
	CHECK(count <= limit && count <= total);
	if (newest)
		*newest = count ? entries[0].seq : -1;
	return total;
}

TEST(what_asks_nothing)
{
	struct bench b;
	bench_new(&b, true);
	CHECK_STR(stands(&b, "HN-1.2(12)"), "na");     /* a term */
	CHECK_STR(stands(&b, "HN-2.2.1(1)-3"), "na");  /* reference */
	append(&b, "crossing.x", "HN-1.2(12)");
	CHECK_STR(stands(&b, "HN-1.2(12)"), "na");
	CHECK_INT(evidence(&b, "HN-1.2(12)", 5, NULL), 0);
	bench_done(&b);
}

TEST(entries_prove_and_a_gates_entries_enforce)
{
	struct bench b;
	int64_t newest;
	bench_new(&b, true);
	CHECK_STR(stands(&b, "HN-2.2.2(8)-2"), "unproven");
	append(&b, "application.permitted", "HN-2.2.2(8)-2");
	CHECK_STR(stands(&b, "HN-2.2.2(8)-2"), "met");
	append(&b, "crossing.file.released", "HN-2.2.2(8)-2");
	append(&b, "application.permitted", "HN-2.2.2(8)-2");
	CHECK_STR(stands(&b, "HN-2.2.2(8)-2"), "enforced"); /* though it is not the newest */
	CHECK_INT(evidence(&b, "HN-2.2.2(8)-2", 2, &newest), 3);
	CHECK_INT(newest, 2);
	CHECK_STR(stands(&b, "HN-2.2.2(8)-1"), "unproven"); /* its neighbour is another clause */
	bench_done(&b);
}

TEST(carried_by_others)
{
	struct bench b;
	bench_new(&b, true);
	CHECK_STR(stands(&b, "HN-2.3(2)-1c"), "unproven");
	append(&b, "crossing.file.released", "HN-2.3(2)-1/2");
	CHECK_STR(stands(&b, "HN-2.3(2)-1c"), "enforced");    /* ウ is carried by なお書 */
	CHECK_STR(stands(&b, "HN-1.5(3)-2/2"), "enforced");
	CHECK_STR(stands(&b, "HN-1.5(3)-2/1"), "unproven");   /* carried by another */
	CHECK_INT(evidence(&b, "HN-2.3(2)-1c", 5, NULL), 1);
	bench_done(&b);
}

TEST(two_persons)
{
	struct bench b;
	bench_new(&b, true);
	CHECK_STR(stands(&b, "HN-2.1(3)-1"), "unproven");
	append(&b, "application.submitted", "");
	CHECK_STR(stands(&b, "HN-2.1(3)-1"), "unproven");
	append(&b, "application.answered", "");
	CHECK_STR(stands(&b, "HN-2.1(3)-1"), "enforced");
	bench_done(&b);
}

TEST(posts)
{
	struct bench b;
	const char *kuroda;
	bench_new(&b, false);
	kuroda = town_id(&b.t, "kuroda");
	CHECK_STR(stands(&b, "HN-2.1(2)-CISO"), "met");
	CHECK_INT(evidence(&b, "HN-2.1(2)-CISO", 5, NULL), 1);
	CHECK(evidence(&b, "HN-2.1(2)-MGR-0", 5, NULL) > 1);
	CHECK_OK(office_end_post(b.t.office, "", "ciso", "", kuroda, day_of_ms(town_ms), &b.t.why), &b.t.why);
	look_again(&b);
	CHECK_STR(stands(&b, "HN-2.1(2)-CISO"), "met"); /* until the evening */
	town_ms += 86400000;
	look_again(&b);
	CHECK_STR(stands(&b, "HN-2.1(2)-CISO"), "unset");
	bench_done(&b);
}

static struct result permit(struct town *t, day_t until, char id[27], struct why *why)
{
	char day[11];
	day_iso(until, day);
	struct fact_pair facts[] = {{"object.ground", "様式の検算"}, {"object.until", day}};
	struct application_request request = {
		.wish = {.act = "exception.begin", .actor = town_id(t, "tanaka"), .subject = "thing",
		         .facts = facts, .fact_count = 2, .exception_to = "HN-2.3(2)-1/2"},
		.section = "tax", .title = "例外", .purpose = "様式の検算", .until = until};
	TRY(store_begin(t->store, why));
	TRY(application_submit(t->proceedings, &request, id, why));
	TRY(store_commit(t->store, why));
	return application_answer(t->proceedings, id, town_id(t, "kuroda"), ANSWER_AGREE, "", why);
}

TEST(exceptions)
{
	struct bench b;
	char id[27];
	bench_new(&b, false);
	CHECK_OK(permit(&b.t, day_of_ms(town_ms) + 1, id, &b.t.why), &b.t.why);
	CHECK_STR(stands(&b, "HN-2.3(2)-1/2"), "unproven"); /* a survey is of its moment */
	look_again(&b);
	CHECK_STR(stands(&b, "HN-2.3(2)-1/2"), "exception");
	CHECK_STR(stands(&b, "HN-2.3(2)-1c"), "exception"); /* what it carries, too */
	CHECK_STR(stands(&b, "HN-2.7.4(1)"), "met");
	town_ms += 2 * 86400000;
	look_again(&b);
	CHECK_STR(stands(&b, "HN-2.3(2)-1/2"), "unproven"); /* over */
	bench_done(&b);
}

TEST(gaps)
{
	struct bench b;
	size_t named = 0;
	bench_new(&b, true);
	for (size_t i = 0; i < policy_clause_count(b.t.policy, policy_edition_on(b.t.policy, "hannan", day_of_ms(town_ms))); i++) {
		const struct policy_clause *clause = policy_clause_at(
			b.t.policy, policy_edition_on(b.t.policy, "hannan", day_of_ms(town_ms)), i);
		const struct finding *gap = proof_gap(b.survey, clause);
		named += gap != NULL;
		CHECK(!gap || (*gap->sentence && strcmp(gap->clause, clause->id) == 0));
	}
	CHECK(named <= proof_gaps(b.survey));
	CHECK((named == 0) == (proof_gaps(b.survey) == 0));
	bench_done(&b);
}

TEST(words)
{
	for (int i = 0; i < PROOF_STATES; i++) {
		CHECK(*proof_state_name((enum proof_state)i));
		CHECK(*proof_state_japanese((enum proof_state)i));
		CHECK(*proof_state_says((enum proof_state)i));
	}
}

MAIN_TESTS()
