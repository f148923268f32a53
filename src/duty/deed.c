/* A duty to do an act of a proceeding is not settled by saying so: the act itself settles
 * it (follow.c).  Where the act was done in another case than the one that the duty is
 * about, that case's entry is the evidence.  A document that must exist is a row.   */
#include "duty/internal.h"

#include "base/number.h"

enum { ENTRIES = 200 };

/* It began with an act of the same proceeding, and so is about that one. */
static bool of_one_case(const struct obligation *o)
{
	size_t len = strcspn(o->task, ".");
	return o->task[len] && strncmp(o->event, o->task, len + 1) == 0;
}

/* Was it done by that entry, after the duty began?  A drill proves nothing of the real. */
static struct result entry_does(struct duties *d, const struct ledger_entry *entry, const struct obligation *o, bool *yes,
                                struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	*yes = false;
	if (!slice_is(entry->body, d->at.body) || slice_starts(entry->kind, SLICE("duty.")))
		return ok();
	TRY(record_data(entry, &data, why));
	bool after = o->trigger_seq >= 0 && strcmp(o->trigger, "on-call") != 0 ? entry->seq > o->trigger_seq
	             : day_of_ms(entry->time_ms) >= o->period;
	const char *of = json_text(data, "of");
	*yes = strcmp(json_text(data, "done"), o->task) == 0 && after
	       && (!json_is_true(json_object_get(data, "drill")) || strcmp(o->trigger, "drill") == 0)
	       && (!of_one_case(o) || (*of ? strcmp(of, o->object) == 0 : slice_is(entry->subject, o->object)));
	return ok();
}

static struct result evidence_does(struct duties *d, const char *evidence, const struct obligation *o, struct arena *arena,
                                   bool *yes, struct why *why)
{
	struct ledger_query query = {.subject = evidence, .limit = ENTRIES};
	struct ledger_entry one, *found = &one;
	size_t count = 1;
	uint64_t seq = 0;
	if (strncmp(evidence, "entry:", strlen("entry:")) != 0)
		TRY(ledger_find(d->at.ledger, &query, arena, &found, &count, why));
	else if (number_parse_u64(slice_str(evidence + strlen("entry:")), &seq))
		TRY(ledger_get(d->at.ledger, (int64_t)seq, arena, &one, why));
	*yes = false;
	for (size_t i = 0; i < count && !*yes; i++)
		TRY(entry_does(d, &found[i], o, yes, why));
	return ok();
}

/* The document's own row, by whatever name. */
static struct result evidence_is_document(struct duties *d, const char *evidence, struct arena *arena, bool *yes,
                                          struct why *why)
{
	struct register_row row;
	struct why own = {OK, "", ""};
	*yes = false;
	if (!d->at.registers)
		return ok();
	struct result got = register_brief(d->at.registers, evidence, arena, &row, &own);
	if (got.code == E_ABSENT)
		return ok();
	if (got.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	*yes = strcmp(row.kind, "policy_document") == 0 && !row.closed;
	return ok();
}

static bool must_exist(const struct obligation *o)
{
	return strcmp(o->trigger, "document") == 0 && o->period == 0;
}

struct result duty_deed_there(struct duties *d, const struct obligation *o, const struct duty_answer *a, struct arena *arena,
                              struct why *why)
{
	bool document = must_exist(o), there = false;
	if (!document && !policy_task_proceeds(d->at.policy, o->task))
		return ok();
	for (size_t i = 0; i < a->evidence_count && !there; i++)
		TRY(document ? evidence_is_document(d, a->evidence[i], arena, &there, why)
		             : evidence_does(d, a->evidence[i], o, arena, &there, why));
	if (there)
		return ok();
	if (document)
		return fail(why, E_INPUT, "evidence",
		            "この義務は、文書を台帳に登録したときに果たされます。登録してください。別の名で登録したときは、その行の記号を証拠に書いてください。");
	return fail(why, E_INPUT, "evidence",
	            "この義務は、「%s」をしたときに果たされます。その画面で行ってください。別の手続で行ったときは、その手続の記号を証拠に書いてください。",
	            policy_task_title(d->at.policy, o->task));
}
