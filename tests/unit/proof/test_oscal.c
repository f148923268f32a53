/* The OSCAL document: a finding for every clause that asks for something, evidence
 * that names entries, ids that OSCAL takes, and the same bytes for the same day.
 * tests/e2e/api.js holds it against NIST's schema where that is given.       */
#include "proof/oscal.h"
#include "town.h"

struct bench {
	struct town t;
	struct proof *proof;
	struct survey *survey;
};

static void bench_new(struct bench *b)
{
	town_new(&b->t);
	const struct proof_parts parts = {.store = b->t.store, .ledger = b->t.ledger, .clock = &b->t.clock,
		.body = "town", .duties = b->t.duties, .policy = b->t.policy, .policy_name = "hannan",
		.office = b->t.office, .proceedings = b->t.proceedings};
	CHECK_OK(proof_open(&parts, &b->proof, &b->t.why), &b->t.why);
	CHECK_OK(proof_survey(b->proof, day_of_ms(town_ms), b->t.arena, &b->survey, &b->t.why), &b->t.why);
}

static void bench_done(struct bench *b)
{
	proof_close(b->proof);
	town_done(&b->t);
}

static json_t *document(struct bench *b)
{
	json_t *out = NULL;
	int64_t size = 0;
	CHECK_OK(ledger_size(b->t.ledger, &size, &b->t.why), &b->t.why);
	const struct oscal_words words = {.body = "town", .title = "青波市", .origin = "test/town",
		.policy_title = "青波市情報セキュリティポリシー", .effective = 20635, .since_ms = ms_of_day(20544),
		.now_ms = town_ms, .entries = size};
	CHECK_OK(proof_oscal(b->survey, &words, b->t.arena, &out, &b->t.why), &b->t.why);
	return out;
}

static json_t *first_result(json_t *document)
{
	return json_array_get(json_object_get(json_object_get(document, "assessment-results"), "results"), 0);
}

static const char *text_at(json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));
	return value ? value : "";
}

static bool is_uuid(const char *text)
{
	return strlen(text) == 36 && text[8] == '-' && text[13] == '-' && text[14] == '5' && text[18] == '-' &&
	       text[19] == '8' && text[23] == '-' && strspn(text, "0123456789abcdef-") == 36;
}

TEST(every_clause_that_asks_is_a_control_and_a_finding)
{
	struct bench b;
	struct proof_sum sum;
	bench_new(&b);
	json_t *doc = document(&b), *one, *controls;
	size_t i, asked = 0;
	json_t *findings = json_object_get(first_result(doc), "findings");
	controls = json_object_get(json_array_get(json_object_get(json_object_get(first_result(doc), "reviewed-controls"),
		"control-selections"), 0), "include-controls");
	CHECK_OK(proof_summed(b.survey, &sum, &b.t.why), &b.t.why);
	for (size_t state = 0; state < PROOF_STATES; state++)
		asked += state == PROOF_NA ? 0 : sum.n[state];
	CHECK(asked > 300);
	CHECK_INT(json_array_size(findings), asked);
	CHECK_INT(json_array_size(controls), asked);
	json_array_foreach(findings, i, one) {
		json_t *target = json_object_get(one, "target");
		CHECK(is_uuid(text_at(one, "uuid")));
		CHECK(strspn(text_at(target, "target-id"),
		             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_") ==
		      strlen(text_at(target, "target-id")));
		CHECK_STR(text_at(json_array_get(controls, i), "control-id"), text_at(target, "target-id"));
		CHECK(text_at(one, "description")[0] != 0);
	}
	json_decref(doc);
	bench_done(&b);
}

TEST(what_a_gate_did_is_evidence_by_its_entry)
{
	struct bench b;
	bench_new(&b);
	struct session session = {0};
	CHECK_OK(signin_password(b.t.office, "lgwan", SLICE("192.0.2.1"), SLICE("aoki"), SLICE("wrong"), &session,
	                         &b.t.why), &b.t.why);
	CHECK_OK(proof_survey(b.proof, day_of_ms(town_ms), b.t.arena, &b.survey, &b.t.why), &b.t.why);
	json_t *doc = document(&b), *one;
	json_t *observations = json_object_get(first_result(doc), "observations");
	size_t i;
	CHECK(json_array_size(observations) > 0);
	json_array_foreach(observations, i, one) {
		const char *href = text_at(json_array_get(json_object_get(one, "relevant-evidence"), 0), "href");
		CHECK(is_uuid(text_at(one, "uuid")));
		CHECK(strncmp(href, "urn:sekisho:ledger:test/town:entry:", 35) == 0);
	}
	json_decref(doc);
	bench_done(&b);
}

TEST(the_same_day_gives_the_same_bytes)
{
	struct bench b;
	bench_new(&b);
	json_t *one = document(&b), *two = document(&b);
	CHECK(json_equal(one, two));
	json_decref(one);
	json_decref(two);
	bench_done(&b);
}

MAIN_TESTS()
