/* One clause: what it says, what the machinery reads in it, what carries it, where
 * it stands and the entries that prove it; beside it the rest of its section. */
#include "web/book.h"
#include "web/pages.h"
#include "web/pages_review.h"
#include "web/private.h"

#include "policy/headings.h"

enum { EVIDENCE_SHOWN = 12 };

static json_t *evidence_model(struct request *rq, const struct ledger_entry *entries, size_t count,
                              bool reader)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:o, s:o}", "number",
			text(rq, "#%lld", (long long)entries[i].seq), "href",
			reader ? text(rq, "/ledger/%lld", (long long)entries[i].seq) : "", "when",
			show_time(entries[i].time_ms), "what", show_kind(rq, entries[i].kind), "about",
			reader ? show_subject(rq, &entries[i]) : json_string(""), "actor",
			show_person(rq, text(rq, "%.*s", SLICE_ARG(entries[i].actor)))));
	return list;
}

/* A pattern's clauses: what ends in '*' stands for all that begin so. */
static void add_matching(struct request *rq, const struct policy_clause *clause, const char *pattern,
                         json_t *list)
{
	struct policy *policy = parts_of(rq)->policy;
	size_t len = strlen(pattern);
	bool prefix = len && pattern[len - 1] == '*';
	for (size_t i = 0; i < policy_clause_count(policy, clause->edition); i++) {
		const char *id = policy_clause_at(policy, clause->edition, i)->id;
		if (prefix ? strncmp(pattern, id, len - 1) == 0 : strcmp(pattern, id) == 0)
			json_array_append_new(list, show_clause(rq, id));
	}
}

static json_t *carrier_model(struct request *rq, const struct policy_clause *clause)
{
	static const char *const words[] = {
		[CARRIER_NONE] = "この条文は、まだ仕組みに結び付いていません。",
		[CARRIER_STATEMENT] = "この条文から読み取った文が、次の働きをします。",
		[CARRIER_CLAUSES] = "次の条文が、この条文の求めることを行わせています。",
		[CARRIER_REFERENCE] = "この条文は、定義や目的を述べるもので、行いを求めません。",
	};
	json_t *others = json_array();
	for (size_t i = 0; i < clause->carried_by_count; i++)
		add_matching(rq, clause, clause->carried_by[i], others);
	return json_pack("{s:s, s:o, s:o}", "says", words[clause->carrier], "others", others, "roles",
	                 show_roles(clause));
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

/* ---- the section it stands in ------------------------------------------------ */

static struct result tree_model(struct request *rq, const struct survey *survey,
                                const struct policy_clause *clause, json_t *model, struct why *why)
{
	struct policy *policy = parts_of(rq)->policy;
	struct slice section = heading_of(clause->cite).section;
	json_t *list = json_array();
	const char *about = policy_heading(policy, clause->edition, section);
	json_object_set_new(model, "section", json_string(text(rq, "%.*s%s%s", SLICE_ARG(section), *about ? "　" : "", about)));
	json_object_set_new(model, "section_href",
		json_string(text(rq, "/clauses?in=%s", show_escaped(rq, section))));
	json_object_set_new(model, "tree", list);
	for (size_t i = 0; i < policy_clause_count(policy, clause->edition); i++) {
		const struct policy_clause *c = policy_clause_at(policy, clause->edition, i);
		enum proof_state state;
		if (!slice_equal(heading_of(c->cite).section, section))
			continue;
		TRY(proof_state(survey, c, &state, why));
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:b}", "cite",
			strlen(c->cite) > section.len ? c->cite + section.len + 1 : c->cite, "href",
			clause_path(rq, c->id), "state", show_state(state), "current", c == clause));
	}
	return ok();
}

/* ---- what people said of it, beside what the ledger proves ------------------------ */

static struct result inspected_model(struct request *rq, const struct policy_clause *clause, json_t *model, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	struct review_count n;
	bool found;
	json_object_set_new(model, "inspected", json_false());
	TRY(review_of_clause(&desk, clause->id, rq->arena, &c, &n, &found, why));
	if (found)
		json_object_set_new(model, "inspected", json_pack("{s:s, s:s, s:s}", "title", c.title, "href", text(rq, "/inspections/%s", c.id),
			"counts", text(rq, "はい %lld人、いいえ %lld人、該当なし %lld人", (long long)n.yes, (long long)n.no, (long long)n.na)));
	return ok();
}

/* ---- the page ------------------------------------------------------------------- */

static struct result fill(struct request *rq, const struct policy_clause *clause, json_t *model,
                          struct why *why)
{
	struct survey *survey;
	struct ledger_entry *entries;
	size_t count, total;
	enum proof_state state;
	bool reader;
	TRY(proof_survey(rq->web->proof, request_today(rq), rq->arena, &survey, why));
	TRY(proof_state(survey, clause, &state, why));
	TRY(proof_evidence(survey, clause, EVIDENCE_SHOWN, rq->arena, &entries, &count, &total, why));
	TRY(may_read_all(rq, &reader, why));
	const struct finding *gap = state == PROOF_UNSET ? proof_gap(survey, clause) : NULL;
	AUTO(buffer_done) struct buffer reason = {0};
	buffer_init(&reason, 4000);
	TRY(proof_reason(survey, clause, &reason, why));
	json_object_set_new(model, "reason", json_string(buffer_cstr(&reason)));
	json_object_set_new(model, "state", show_state(state));
	json_object_set_new(model, "unstaffed", json_boolean(state == PROOF_UNSET && !gap));
	json_object_set_new(model, "gap", gap ? json_pack("{s:s, s:s}", "sentence", gap->sentence, "mend",
	                                                  gap->mend) : json_false());
	json_object_set_new(model, "evidence", evidence_model(rq, entries, count, reader));
	json_object_set_new(model, "evidence_total", json_string(total >= PROOF_COUNTED
		? text(rq, "%d件以上", PROOF_COUNTED) : text(rq, "%zu件", total)));
	/* the ledger's own list is by clause: what others carry has no line of its own */
	bool own = clause->carrier == CARRIER_STATEMENT && !(clause->parts & (CLAUSE_POST | CLAUSE_SEPARATE));
	json_object_set_new(model, "all", json_string(reader && own && total > count
		? text(rq, "/ledger?clause=%s", show_escaped(rq, slice_str(clause->id))) : ""));
	TRY(inspected_model(rq, clause, model, why));
	json_object_set_new(model, "take", json_string(reader && count
		? text(rq, "/clause/evidence?id=%s", show_escaped(rq, slice_str(clause->id))) : ""));
	return tree_model(rq, survey, clause, model, why);
}

struct result page_clause(struct request *rq, struct why *why)
{
	const struct policy_clause *clause = policy_clause(parts_of(rq)->policy, asked(rq, "id"));
	rq->menu = "clauses";
	if (!clause)
		return fail(why, E_ABSENT, "clause", "no such clause");
	char day[48];
	day_long(clause->edition->effective, day);
	struct slice section = heading_of(clause->cite).section;
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"},
		{text(rq, "%.*s", SLICE_ARG(section)), text(rq, "/clauses?in=%s", show_escaped(rq, section))},
		{clause->cite, ""}};
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s}", "title",
		clause->cite, "cite", clause->cite, "says", clause->says, "id", clause->id, "book",
		clause->edition->title, "since", day, "lines", rendered(rq, clause), "carrier",
		carrier_model(rq, clause), "crumbs", show_crumbs(crumbs, 4), "doubt", clause->doubt,
		"omitted", clause->omitted);
	struct result filled = fill(rq, clause, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	return reply_page(rq, 200, "clause", model, why);
}
