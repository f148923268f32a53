/* How many stand where, today and month by month. */
#include "ledger/record.h"
#include "proof/internal.h"

struct result proof_summed(const struct survey *s, struct proof_sum *out, struct why *why)
{
	struct proof_sum sum = {{0}};
	for (size_t i = 0; i < s->member_count; i++) {
		enum proof_state state;
		TRY(proof_state(s, s->members[i].clause, &state, why));
		sum.n[state]++;
	}
	*out = sum;
	return ok();
}

unsigned proof_percent(const struct proof_sum *sum)
{
	size_t asked = 0, proven = sum->n[PROOF_ENFORCED] + sum->n[PROOF_MET] + sum->n[PROOF_EXCEPTION];
	for (size_t i = 0; i < PROOF_STATES; i++)
		asked += i == PROOF_NA ? 0 : sum->n[i];
	return asked ? (unsigned)(proven * 100 / asked) : 100;
}

/* ---- a month's count ---------------------------------------------------------- */

static struct result record_month(struct proof *p, const char *month, const struct proof_sum *sum, struct why *why)
{
	json_t *states = json_object();
	struct ledger_entry entry = {.body = slice_str(p->at.body), .kind = SLICE("proof.counted"),
	                             .actor = SLICE("sekisho-clock"), .subject = slice_str(month)};
	for (size_t i = 0; i < PROOF_STATES; i++)
		json_object_set_new(states, proof_state_name((enum proof_state)i), json_integer((json_int_t)sum->n[i]));
	return ledger_record(p->at.ledger, &entry, json_pack("{ss so}", "month", month, "states", states), why);
}

struct result proof_count_month(struct proof *p, bool *counted, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(32 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	struct survey *survey;
	struct proof_sum sum;
	bool there = false;
	char month[11];
	day_t today = day_of_ms(clock_now_ms(p->at.clock));
	day_iso(duty_month_begin(today), month);
	*counted = false;
	if (!arena)
		return fail(why, E_MEMORY, "proof", "no memory");
	TRY(store_ask_one(p->at.store, "SELECT 1 FROM proof_month WHERE body = ?1 AND month = ?2 LIMIT 1",
	                  ARGS(arg_str(p->at.body), arg_str(month)), &there, NULL, why));
	if (there || !policy_edition_on(p->at.policy, p->at.policy_name, today))
		return ok();
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(proof_survey(p, today, arena, &survey, why));
	TRY(proof_summed(survey, &sum, why));
	TRY(record_month(p, month, &sum, why));
	TRY(tx_commit(&tx, why));
	*counted = true;
	return ok();
}

/* ---- the trend ------------------------------------------------------------------ */

static bool state_named(struct slice name, size_t *out)
{
	for (size_t i = 0; i < PROOF_STATES; i++)
		if (slice_is(name, proof_state_name((enum proof_state)i))) {
			*out = i;
			return true;
		}
	return false;
}

struct result proof_trend(struct proof *p, size_t limit, struct arena *arena, struct proof_month **out, size_t *count,
                          struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct proof_month *months = ARENA_ARRAY(arena, limit + 1, struct proof_month);
	size_t have = 0;
	bool row = false;
	if (!months)
		return fail(why, E_MEMORY, "proof", "no memory");
	TRY(store_ask(p->at.store, "SELECT month, state, n FROM proof_month WHERE body = ?1 AND month IN"
	                           " (SELECT DISTINCT month FROM proof_month WHERE body = ?1 ORDER BY month DESC LIMIT ?2)"
	                           " ORDER BY month, state",
	              ARGS(arg_str(p->at.body), arg_i64((int64_t)limit)), &s, why));
	for (;;) {
		day_t month = 0;
		size_t state = 0;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(day_parse(column_text(s, 0), &month, why));
		if ((!have || months[have - 1].month != month) && have < limit)
			months[have++].month = month;
		if (have && state_named(column_text(s, 1), &state))
			months[have - 1].sum.n[state] = (size_t)column_i64(s, 2);
	}
	*out = months;
	*count = have;
	return ok();
}
