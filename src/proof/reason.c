/* Why a clause stands where it stands, in one sentence that names what is missing. */
#include "proof/internal.h"

enum { NAMED = 3 };

/* ---- duties ------------------------------------------------------------------- */

static void when_due(const struct obligation *o, struct buffer *out)
{
	char day[48];
	if (!o->due_ms)
		return;
	day_long(day_of_ms(o->due_ms), day);
	buffer_printf(out, "（期限 %s）", day);
}

static struct result first_of(const struct survey *s, const char *duty, struct obligation *out, bool *found,
                              struct why *why)
{
	struct obligation *list;
	size_t count = 0;
	struct duty_query query = {.duty = duty, .unsettled = true, .limit = 1};
	*found = false;
	if (!s->proof->at.duties)
		return ok();
	TRY(duty_list(s->proof->at.duties, &query, s->arena, &list, &count, NULL, why));
	if (count)
		*out = list[0];
	*found = count > 0;
	return ok();
}

static struct result say_overdue(const struct survey *s, const struct policy_duty *duty, struct buffer *out, struct why *why)
{
	const struct tally *t = tally_of(s, duty->id);
	struct obligation first;
	bool found;
	TRY(first_of(s, duty->id, &first, &found, why));
	buffer_printf(out, "「%s」が%lld件、期限を過ぎています", duty->label, (long long)(t ? t->overdue : 0));
	if (found)
		when_due(&first, out);
	buffer_put_str(out, "。");
	return ok();
}

static void say_trigger(const struct policy_duty *duty, struct buffer *out)
{
	size_t named = 0;
	for (size_t i = 0; i < duty->trigger_count && named < NAMED; i++) {
		if (duty->triggers[i].kind != DUTY_ON)
			continue;
		buffer_printf(out, "%s「%s」", named ? "、" : "", duty->triggers[i].event_label);
		named++;
	}
}

static bool only_on_events(const struct policy_duty *duty)
{
	for (size_t i = 0; i < duty->trigger_count; i++)
		if (duty->triggers[i].kind != DUTY_ON)
			return false;
	return duty->trigger_count > 0 && !duty->document;
}

static bool on_call_only(const struct policy_duty *duty)
{
	return duty->trigger_count == 1 && duty->triggers[0].kind == DUTY_ON_CALL;
}

static struct result say_waiting(const struct survey *s, const struct policy_duty *duty, struct buffer *out,
                                 struct why *why)
{
	const struct tally *t = tally_of(s, duty->id);
	struct obligation first;
	bool found = false;
	TRY(first_of(s, duty->id, &first, &found, why));
	if (duty->document && found)
		buffer_printf(out, "文書「%s」が、まだ台帳にありません", duty->label);
	else if (found && t && t->settled)
		buffer_printf(out, "「%s」は%lld件のうち%lld件がまだ済んでいません", duty->label,
		              (long long)(t->settled + t->open + t->advice), (long long)(t->open + t->advice));
	else if (found)
		buffer_printf(out, "「%s」が、まだ一度も済んでいません", duty->label);
	if (found) {
		when_due(&first, out);
		buffer_put_str(out, "。");
		return ok();
	}
	if (only_on_events(duty)) {
		buffer_put_str(out, "きっかけとなる");
		say_trigger(duty, out);
		buffer_put_str(out, "が、まだ記録されていません。");
	} else if (on_call_only(duty)) {
		buffer_printf(out, "随時に行う「%s」の記録が、まだありません。", duty->label);
	} else if (*duty->of) {
		buffer_printf(out, "対象となる「%s」が、まだ台帳にありません。", duty->of_label);
	} else {
		buffer_printf(out, "「%s」を行う人が、まだ定まっていません。", duty->label);
	}
	return ok();
}

/* ---- unset -------------------------------------------------------------------------- */

static void say_unset(const struct survey *s, const struct policy_clause *c, struct buffer *out)
{
	const struct finding *gap = proof_gap(s, c);
	const struct policy_duty *duty = unset_of(s, c->id);
	const char *post = c->parts & CLAUSE_POST ? post_of(s, c) : "";
	if (*post && !is_held(s, post))
		buffer_printf(out, "「%s」に就いている人がいません。", policy_label(s->proof->at.policy, NULL, post));
	else if (gap)
		buffer_put_str(out, gap->sentence);
	else if (duty)
		buffer_printf(out, "「%s」の期限となる値が決まっていません。", duty->label);
	else
		buffer_put_str(out, "市が決める値が空いています。");
}

/* ---- nothing yet ------------------------------------------------------------------------ */

static void say_nothing_yet(const struct policy_clause *c, struct buffer *out)
{
	static const struct {
		unsigned part;
		const char *says;
	} parts[] = {
		{CLAUSE_SEPARATE, "申請と決裁の記録が、まだありません。"},
		{CLAUSE_RECORD, "この条文の求める記録簿に、まだ記入がありません。"},
		{CLAUSE_LIST, "この条文の項目を確かめた記録が、まだありません。"},
		{CLAUSE_NORM, "この条文を当てはめた申請や操作が、まだありません。"},
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (c->parts & parts[i].part) {
			buffer_put_str(out, parts[i].says);
			return;
		}
	buffer_put_str(out, "この条文を名指す記録が、まだありません。");
}

static struct result reason_alone(const struct survey *s, const struct policy_clause *c, enum proof_state state,
                                  struct buffer *out, struct why *why)
{
	enum proof_state duties;
	const struct policy_duty *duty = weakest_duty(s, c->id, &duties);
	switch (state) {
	case PROOF_OVERDUE:
		return duty ? say_overdue(s, duty, out, why) : ok();
	case PROOF_UNSET:
		say_unset(s, c, out);
		return ok();
	case PROOF_EXCEPTION:
		buffer_put_str(out, "許可された例外措置が有効です。");
		return ok();
	case PROOF_UNPROVEN:
		if (duty && duties == PROOF_UNPROVEN)
			return say_waiting(s, duty, out, why);
		say_nothing_yet(c, out);
		return ok();
	case PROOF_MET:
	case PROOF_ENFORCED:
	case PROOF_NA:
	case PROOF_STATES:
		return ok();
	}
	return ok();
}

/* ---- the weakest of those that carry it --------------------------------------------------- */

struct result proof_reason(const struct survey *s, const struct policy_clause *clause, struct buffer *out,
                           struct why *why)
{
	struct carriers carriers;
	enum proof_state weakest, one;
	TRY(proof_state(s, clause, &weakest, why));
	if (clause->carrier != CARRIER_CLAUSES)
		return reason_alone(s, clause, weakest, out, why);
	carriers_of(s, clause, &carriers);
	for (size_t i = 0; i < carriers.count; i++) {
		TRY(state_alone(s, carriers.at[i], &one, why));
		if (one != weakest || weakest == PROOF_NA)
			continue;
		buffer_printf(out, "支える条文 %s: ", carriers.at[i]->cite);
		return reason_alone(s, carriers.at[i], one, out, why);
	}
	if (!carriers.count)
		buffer_put_str(out, "支える条文が、いまの版にありません。");
	return ok();
}

struct result proof_since(const struct survey *s, const struct policy_clause *clause, int64_t *since_ms, struct why *why)
{
	struct carriers carriers;
	struct obligation first;
	bool found;
	*since_ms = 0;
	carriers_of(s, clause, &carriers);
	for (size_t i = 0; i < carriers.count; i++) {
		enum proof_state state;
		const struct policy_duty *duty = weakest_duty(s, carriers.at[i]->id, &state);
		if (!duty || state != PROOF_OVERDUE)
			continue;
		TRY(first_of(s, duty->id, &first, &found, why));
		if (found && first.due_ms && (!*since_ms || first.due_ms < *since_ms))
			*since_ms = first.due_ms;
	}
	return ok();
}
