/* Acts that other software asks about as they are done, and events that it tells. */
#include "web/api/api.h"
#include "web/desk_pages.h"

#include "ledger/record.h"

enum { VERDICT_BYTES = 262144 };

static json_t *decision_json(const struct decision *decision)
{
	struct buffer text;
	buffer_init(&text, VERDICT_BYTES);
	policy_verdict_json(decision, &text);
	struct slice bytes = buffer_slice(&text);
	json_t *value = buffer_ok(&text) ? json_loadb((const char *)bytes.at, bytes.len, 0, NULL) : NULL;
	buffer_done(&text);
	return value;
}

static json_t *due_of(const struct desk_verdict *told)
{
	const struct decision *made = told->decision;
	json_t *list = json_array();
	for (size_t i = 0; told->verdict == PASS && i < made->due_count + made->notify_count; i++) {
		const struct follow_duty *d = i < made->due_count ? &made->due[i] : &made->notify[i - made->due_count];
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "task", d->task, "label", d->label, "by",
		                                      d->by, "within", d->within, "clause", d->clause->id, "certain", d->certain));
	}
	return list;
}

static struct result told_json(struct request *rq, const struct desk_verdict *told, json_t **out, struct why *why)
{
	struct ledger_entry entry;
	json_t *clauses = json_array(), *records = json_array();
	TRY(ledger_get(parts_of(rq)->ledger, told->seq, rq->arena, &entry, why));
	for (size_t i = 0; i < entry.clause_count; i++)
		json_array_append_new(clauses, json_stringn((const char *)entry.clauses[i].at, entry.clauses[i].len));
	for (size_t i = 0; i < told->record_count; i++)
		json_array_append_new(records, json_string(told->records[i]));
	*out = json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:s, s:o, s:o}", "verdict", verdict_name(told->verdict), "clause",
	                 told->clause, "sentence", told->sentence, "entry", (json_int_t)told->seq, "clauses", clauses,
	                 "records", records, "case", told->begun, "due", due_of(told), "decision",
	                 decision_json(told->decision));
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

/* In another's name speaks only the software of those who run the office's systems. */
static struct result may_name(struct request *rq, const char *actor, struct why *why)
{
	bool operator = false;
	if (!*actor || strcmp(actor, rq->person.id) == 0)
		return ok();
	TRY(is_operator(rq, &operator, why));
	return operator ? ok() : fail(why, E_DENIED, "actor", "ほかの人の行いを知らせることができるのは、情報システムを担当する課の鍵だけです。");
}

struct result api_tell(struct request *rq, const json_t *in, json_t **out, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct cell *told;
	struct wish claimed = {0};
	struct desk_verdict answer = {.verdict = REFUSE};
	struct desk_telling telling = {.act = api_text(rq, in, "act"), .object = api_text(rq, in, "object"),
		.section = api_text(rq, in, "section"), .teller = rq->person.id, .actor = api_text(rq, in, "actor"),
		.reference = api_text(rq, in, "reference")};
	TRY(may_name(rq, telling.actor, why));
	TRY(api_claims(rq, json_object_get(in, "claims"), &claimed, why));
	TRY(api_cells(rq, json_object_get(in, "facts"), &told, &telling.told_count, why));
	telling.told = told;
	telling.claims = claimed.claims;
	telling.claim_count = claimed.claim_count;
	TRY(desk_tell(&desk, &telling, rq->arena, &answer, why));
	return told_json(rq, &answer, out, why);
}
