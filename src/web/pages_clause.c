/* 条文: what it says, what the machinery reads in it, and the entries that prove
 * it; the list with every clause's state.                                   */
#include "web/pages.h"

enum { EVIDENCE_SHOWN = 12, EVIDENCE_COUNTED = 1000 };

struct state_look {
	const char *word, *icon, *label;
};
static const struct state_look looks[] = {
	{"enforced", "gate", "強制"},   {"met", "check", "充足"},      {"exception", "diamond", "例外中"},
	{"overdue", "clock", "期限超過"}, {"unset", "dash", "未設定"},  {"unproven", "q", "未証明"},
	{"na", "slash", "対象外"},
};
enum { ENFORCED, MET, EXCEPTION, OVERDUE, UNSET, UNPROVEN, NA, STATES };
static const char *const state_says[] = {
	"仕組みが自動で守らせている", "記録で証明できる", "許可された例外がある",
	"期限までに行われていない", "市が決める値や担当が空", "記録がまだない", "行いを求めない条文",
};

static json_t *state_model(int state)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "word", looks[state].word, "icon", looks[state].icon,
	                 "label", looks[state].label, "says", state_says[state]);
}

/* ---- the state of a clause ------------------------------------------------- */

struct survey {
	struct application *permitted; /* exceptions that were permitted */
	size_t permitted_count;
	struct findings findings;      /* gaps of the policy, by clause */
};

static struct result survey_begin(struct request *rq, struct survey *survey, struct why *why)
{
	struct application_query query = {.state = APPLICATION_PERMITTED, .limit = 200};
	*survey = (struct survey){.permitted_count = 0};
	TRY(application_list(parts_of(rq)->proceedings, &query, rq->arena, &survey->permitted,
	                     &survey->permitted_count, why));
	return policy_check(parts_of(rq)->policy, request_today(rq), rq->arena, &survey->findings, why);
}

static bool has_exception(struct request *rq, const struct survey *survey, const char *id)
{
	for (size_t i = 0; i < survey->permitted_count; i++) {
		const struct application *a = &survey->permitted[i];
		if (strcmp(a->exception_to, id) == 0 && a->until >= request_today(rq) && !a->used_ms)
			return true;
	}
	return false;
}

static bool has_gap(const struct survey *survey, const char *id)
{
	for (const struct finding *f = survey->findings.first; f; f = f->next)
		if (f->severity == FINDING_GAP && f->number == 17 && strcmp(f->clause, id) == 0)
			return true;
	return false;
}

/* Proven by a gate's own entry: enforced; by any other entry: met. */
static struct result proof_state(struct request *rq, const char *id, int *state, struct why *why)
{
	struct ledger_entry *entries;
	size_t count;
	struct ledger_query gate = {.clause = id, .kind_prefix = "crossing.", .limit = 1};
	struct ledger_query any = {.clause = id, .limit = 1};
	*state = ENFORCED;
	TRY(ledger_find(parts_of(rq)->ledger, &gate, rq->arena, &entries, &count, why));
	if (count)
		return ok();
	TRY(ledger_find(parts_of(rq)->ledger, &any, rq->arena, &entries, &count, why));
	*state = count ? MET : UNPROVEN;
	return ok();
}

static struct result clause_state(struct request *rq, const struct survey *survey,
                                  const struct policy_clause *clause, int *state, struct why *why)
{
	if (clause->carrier == CARRIER_REFERENCE || clause->carrier == CARRIER_NONE) {
		*state = NA;
		return ok();
	}
	if (has_exception(rq, survey, clause->id)) {
		*state = EXCEPTION;
		return ok();
	}
	TRY(proof_state(rq, clause->id, state, why));
	if (*state == UNPROVEN && has_gap(survey, clause->id))
		*state = UNSET;
	return ok();
}

/* ---- one clause --------------------------------------------------------------- */

static json_t *evidence_model(struct request *rq, const struct ledger_entry *entries, size_t count,
                              bool operator)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count && i < EVIDENCE_SHOWN; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:o}", "number",
			text(rq, "#%lld", (long long)entries[i].seq), "href",
			operator ? text(rq, "/ledger/%lld", (long long)entries[i].seq) : "", "when",
			show_time(entries[i].time_ms), "what", show_kind(rq, entries[i].kind), "actor",
			show_person(rq, text(rq, "%.*s", SLICE_ARG(entries[i].actor)))));
	return list;
}

static json_t *carrier_model(struct request *rq, const struct policy_clause *clause)
{
	json_t *list = json_array();
	for (size_t i = 0; i < clause->carried_by_count; i++) {
		json_t *other = show_clause(rq, clause->carried_by[i]);
		if (json_is_object(other))
			json_array_append(list, other);
		json_decref(other);
	}
	static const char *const words[] = {
		[CARRIER_NONE] = "この条文は、まだ仕組みに結び付いていません。",
		[CARRIER_STATEMENT] = "この条文を読み取った文を、関門と決裁が毎回読んで判断しています。",
		[CARRIER_CLAUSES] = "この条文は、ほかの条文が守らせています。",
		[CARRIER_REFERENCE] = "この条文は、定義や目的を述べるもので、行いを求めません。",
	};
	return json_pack("{s:s, s:o, s:i}", "says", words[clause->carrier], "others", list, "statements",
	                 (int)clause->statement_count);
}

static json_t *rendered(struct request *rq, const struct policy_clause *clause)
{
	struct buffer out;
	json_t *lines = json_array();
	buffer_init(&out, 65536);
	policy_render(parts_of(rq)->policy, clause, &out);
	struct slice left = buffer_slice(&out);
	while (left.len) {
		size_t end = slice_find(left, SLICE("\n"));
		struct slice line = slice_part(left, 0, end);
		left = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_part(left, end + 1, SIZE_MAX);
		if (line.len)
			json_array_append_new(lines, json_stringn((const char *)line.at, line.len));
	}
	buffer_done(&out);
	return lines;
}

static struct result fill_clause(struct request *rq, const struct policy_clause *clause,
                                 json_t *model, struct why *why)
{
	struct survey survey;
	struct ledger_entry *entries;
	size_t count;
	int state;
	bool operator;
	struct ledger_query query = {.clause = clause->id, .limit = EVIDENCE_COUNTED};
	TRY(survey_begin(rq, &survey, why));
	TRY(clause_state(rq, &survey, clause, &state, why));
	TRY(is_operator(rq, &operator, why));
	TRY(ledger_find(parts_of(rq)->ledger, &query, rq->arena, &entries, &count, why));
	json_object_set_new(model, "state", state_model(state));
	json_object_set_new(model, "evidence", evidence_model(rq, entries, count, operator));
	json_object_set_new(model, "evidence_total", json_string(count == EVIDENCE_COUNTED
		? text(rq, "%d件以上", EVIDENCE_COUNTED) : text(rq, "%zu件", count)));
	json_object_set_new(model, "all", json_string(operator
		? text(rq, "/ledger?clause=%s", strchr(clause_path(rq, clause->id), '=') + 1) : ""));
	return ok();
}

struct result page_clause(struct request *rq, struct why *why)
{
	const struct policy_clause *clause = policy_clause(parts_of(rq)->policy, asked(rq, "id"));
	rq->menu = "clauses";
	if (!clause)
		return fail(why, E_ABSENT, "clause", "no such clause");
	char day[48];
	day_long(clause->edition->effective, day);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"}, {clause->cite, ""}};
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s}", "title",
		clause->cite, "cite", clause->cite, "says", clause->says, "id", clause->id, "book",
		clause->edition->title, "since", day, "lines", rendered(rq, clause), "carrier",
		carrier_model(rq, clause), "crumbs", show_crumbs(crumbs, 3), "doubt", clause->doubt,
		"omitted", clause->omitted);
	struct result filled = fill_clause(rq, clause, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "clause", model, why);
}

/* ---- the list --------------------------------------------------------------------- */

static struct result fill_list(struct request *rq, const struct policy_edition *edition,
                               json_t *model, struct why *why)
{
	struct survey survey;
	int totals[STATES] = {0};
	json_t *list = json_object_get(model, "clauses");
	TRY(survey_begin(rq, &survey, why));
	for (size_t i = 0; i < policy_clause_count(parts_of(rq)->policy, edition); i++) {
		const struct policy_clause *clause = policy_clause_at(parts_of(rq)->policy, edition, i);
		int state;
		TRY(clause_state(rq, &survey, clause, &state, why));
		totals[state]++;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "cite", clause->cite, "says",
			clause->says, "href", clause_path(rq, clause->id), "state", state_model(state)));
	}
	json_t *sums = json_array();
	for (int i = 0; i < STATES; i++)
		json_array_append_new(sums, json_pack("{s:o, s:i}", "state", state_model(i), "count",
		                                      totals[i]));
	json_object_set_new(model, "totals", sums);
	int proven = totals[ENFORCED] + totals[MET] + totals[EXCEPTION];
	int asked_for = proven + totals[OVERDUE] + totals[UNSET] + totals[UNPROVEN];
	json_object_set_new(model, "proven", json_integer(proven));
	json_object_set_new(model, "asked_for", json_integer(asked_for));
	return ok();
}

struct result page_clauses(struct request *rq, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	const struct policy_edition *edition =
		policy_edition_on(parts->policy, parts->policy_name, request_today(rq));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", ""}};
	int64_t size;
	rq->menu = "clauses";
	if (!edition)
		return fail(why, E_ABSENT, "policy", "今日の時点で施行中のポリシーがありません。");
	TRY(ledger_size(parts->ledger, &size, why));
	json_t *model = json_pack("{s:s, s:o, s:s, s:I, s:[]}", "title", "条文の証明", "crumbs",
	                          show_crumbs(crumbs, 2), "book", edition->title, "entries",
	                          (json_int_t)size, "clauses");
	struct result filled = fill_list(rq, edition, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "clauses", model, why);
}
