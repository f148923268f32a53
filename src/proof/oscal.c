/* States as OSCAL assessment results. */
#include "proof/oscal.h"

#include "base/number.h"
#include "store/digest.h"

#include <stdio.h>

#define NAMESPACE "https://sekisho.example/ns/oscal"
static const char version[] = "1.1.3";

enum { TOKEN_BYTES = 600, REASON_BYTES = 4096 };

/* ---- names ------------------------------------------------------------------ */

/* xxxxxxxx-xxxx-5xxx-8xxx-xxxxxxxxxxxx of what it stands for */
static const char *uuid_of(const struct oscal_words *w, const char *sort, const char *what, struct arena *arena)
{
	uint8_t digest[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1], day[11];
	day_iso(day_of_ms(w->now_ms), day);
	const char *text = arena_printf(arena, "sekisho oscal\n%s\n%s\n%s\n%s", w->body, day, sort, what);
	sha256(slice_str(text), digest);
	hex_encode(digest, sizeof digest, hex);
	return arena_printf(arena, "%.8s-%.4s-5%.3s-8%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
}

/* an OSCAL token: letters, digits, '.', '-', '_'; the rest as _xHH */
static const char *token_of(const char *id, struct arena *arena)
{
	char out[TOKEN_BYTES];
	size_t n = 0;
	for (; *id && n + 5 < sizeof out; id++) {
		bool plain = (*id >= 'a' && *id <= 'z') || (*id >= 'A' && *id <= 'Z') || (*id >= '0' && *id <= '9') ||
		             *id == '.' || *id == '-';
		n += (size_t)snprintf(out + n, sizeof out - n, plain ? "%c" : "_x%02X", (unsigned char)*id);
	}
	out[n] = 0;
	return arena_string(arena, slice_str(out));
}

static json_t *time_of(int64_t ms)
{
	char iso[11];
	day_t day = day_of_ms(ms);
	int64_t rest = (ms - ms_of_day(day)) / 1000;
	day_iso(day, iso);
	return json_sprintf("%sT%02d:%02d:%02d+09:00", iso, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

static json_t *property(const char *name, const char *value)
{
	return json_pack("{s:s, s:s, s:s}", "name", name, "ns", NAMESPACE, "value", value);
}

/* ---- one clause ---------------------------------------------------------------- */

static const struct {
	const char *state, *reason; /* of an OSCAL objective */
} judged[PROOF_STATES] = {
	[PROOF_UNPROVEN] = {"not-satisfied", "other"}, [PROOF_OVERDUE] = {"not-satisfied", "fail"},
	[PROOF_UNSET] = {"not-satisfied", "other"},    [PROOF_EXCEPTION] = {"not-satisfied", "other"},
	[PROOF_MET] = {"satisfied", "pass"},           [PROOF_ENFORCED] = {"satisfied", "pass"},
};

static json_t *status_of(enum proof_state state)
{
	return json_pack("{s:s, s:s, s:o}", "state", judged[state].state, "reason", judged[state].reason, "remarks",
	                 json_sprintf("%s: %s", proof_state_japanese(state), proof_state_says(state)));
}

static struct result evidence_of(const struct survey *survey, const struct oscal_words *w,
                                 const struct policy_clause *clause, struct arena *arena, json_t *list,
                                 struct why *why)
{
	struct ledger_entry *entries;
	size_t count;
	TRY(proof_evidence(survey, clause, OSCAL_EVIDENCE, arena, &entries, &count, NULL, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "href",
			json_sprintf("urn:sekisho:ledger:%s:entry:%lld", w->origin, (long long)entries[i].seq),
			"description", json_sprintf("%.*s", SLICE_ARG(entries[i].kind))));
	return ok();
}

/* an observation, if there is any entry; its uuid, or NULL */
static struct result observe(const struct survey *survey, const struct oscal_words *w,
                             const struct policy_clause *clause, enum proof_state state, struct arena *arena,
                             json_t *observations, const char **uuid, struct why *why)
{
	json_t *evidence = json_array();
	*uuid = NULL;
	struct result done = evidence_of(survey, w, clause, arena, evidence, why);
	if (done.code != OK || json_array_size(evidence) == 0) {
		json_decref(evidence);
		return done;
	}
	*uuid = uuid_of(w, "observation", clause->id, arena);
	json_array_append_new(observations, json_pack("{s:s, s:s, s:o, s:[s], s:[s], s:o, s:o}", "uuid", *uuid, "title",
		clause->cite, "description", json_sprintf("「%s」の新しい記録", clause->says), "methods",
		state == PROOF_ENFORCED ? "TEST" : "EXAMINE", "types", "control-objective", "relevant-evidence",
		evidence, "collected", time_of(w->now_ms)));
	return ok();
}

static json_t *finding_of(const struct oscal_words *w, const struct policy_clause *clause, enum proof_state state,
                          const char *observation, const char *reason, struct arena *arena)
{
	json_t *finding = json_pack("{s:s, s:o, s:s, s:[o,o], s:{s:s, s:s, s:s, s:o}}", "uuid",
		uuid_of(w, "finding", clause->id, arena), "title", json_sprintf("%s %s", clause->cite, clause->says),
		"description", reason[0] ? reason : proof_state_says(state), "props", property("clause-id", clause->id),
		property("state", proof_state_name(state)), "target", "type", "objective-id", "target-id",
		token_of(clause->id, arena), "title", clause->cite, "status", status_of(state));
	if (finding && observation)
		json_object_set_new(finding, "related-observations",
		                    json_pack("[{s:s}]", "observation-uuid", observation));
	return finding;
}

struct lists {
	json_t *controls, *observations, *findings;
};

static struct result add_clause(const struct survey *survey, const struct oscal_words *w,
                                const struct policy_clause *clause, struct arena *arena, struct lists *lists,
                                struct why *why)
{
	enum proof_state state;
	const char *observation;
	struct buffer reason;
	TRY(proof_state(survey, clause, &state, why));
	if (state == PROOF_NA)
		return ok();
	TRY(observe(survey, w, clause, state, arena, lists->observations, &observation, why));
	buffer_init(&reason, REASON_BYTES);
	struct result done = proof_reason(survey, clause, &reason, why);
	if (done.code == OK) {
		json_array_append_new(lists->controls, json_pack("{s:s}", "control-id", token_of(clause->id, arena)));
		json_array_append_new(lists->findings, finding_of(w, clause, state, observation, buffer_cstr(&reason), arena));
	}
	buffer_done(&reason);
	return done;
}

static struct result add_clauses(const struct survey *survey, const struct oscal_words *w, struct arena *arena,
                                 struct lists *lists, struct why *why)
{
	const struct policy_member *members;
	size_t count;
	proof_clauses(survey, &members, &count);
	for (size_t i = 0; i < count; i++)
		TRY(add_clause(survey, w, members[i].clause, arena, lists, why));
	return ok();
}

/* ---- the whole -------------------------------------------------------------------- */

static json_t *result_of(const struct oscal_words *w, struct lists *lists, struct arena *arena)
{
	json_t *result = json_pack("{s:s, s:o, s:s, s:o, s:o, s:[o,o], s:{s:[{s:O}]}, s:O}", "uuid",
		uuid_of(w, "result", "", arena), "title", json_sprintf("%s %s", w->title, w->policy_title),
		"description", "条項ごとの状態を、台帳の記録から判定したもの。満たされないものには、わけを付けた。",
		"start", time_of(w->since_ms), "end", time_of(w->now_ms), "props",
		property("ledger-origin", w->origin), json_pack("{s:s, s:s, s:o}", "name", "ledger-entries", "ns",
		NAMESPACE, "value", json_sprintf("%lld", (long long)w->entries)), "reviewed-controls",
		"control-selections", "include-controls", lists->controls, "findings", lists->findings);
	if (result && json_array_size(lists->observations)) /* an empty list is not valid */
		json_object_set(result, "observations", lists->observations);
	return result;
}

static json_t *document_of(const struct oscal_words *w, struct lists *lists, struct arena *arena)
{
	char effective[11];
	const char *plan = uuid_of(w, "plan", "", arena);
	day_iso(w->effective, effective);
	return json_pack("{s:{s:s, s:{s:o, s:o, s:s, s:s}, s:{s:o}, s:[o], s:{s:[{s:s, s:s, s:o}]}}}", "assessment-results",
		"uuid", uuid_of(w, "results", "", arena), "metadata", "title",
		json_sprintf("%s 情報セキュリティポリシーの証明", w->title), "last-modified", time_of(w->now_ms),
		"version", effective, "oscal-version", version, "import-ap", "href", json_sprintf("#%s", plan), "results",
		result_of(w, lists, arena), "back-matter", "resources", "uuid", plan, "title", w->policy_title,
		"description", json_sprintf("%s（%s施行）の各条項。計画は別に無く、条項のすべてを見る。", w->policy_title,
		effective));
}

struct result proof_oscal(const struct survey *survey, const struct oscal_words *words, struct arena *arena,
                          json_t **out, struct why *why)
{
	struct lists lists = {json_array(), json_array(), json_array()};
	struct result done = add_clauses(survey, words, arena, &lists, why);
	*out = done.code == OK ? document_of(words, &lists, arena) : NULL;
	json_decref(lists.controls);
	json_decref(lists.observations);
	json_decref(lists.findings);
	if (done.code == OK && !*out)
		return fail(why, E_MEMORY, "oscal", "no memory for the document");
	return done;
}
