/* What the clock brings: reminders before a deadline, what falls overdue, and that
 * whoever stands above hears of it, once and again.                          */
#include "duty/internal.h"

enum { AT_ONCE = 200 };

/* A parameter that the policy may declare; its span, from now backwards or forwards. */
static struct result parameter(struct duties *d, const char *name, struct duty_span *out, struct why *why)
{
	const struct policy_edition *edition = policy_edition_on(d->at.policy, d->at.policy_name, duty_today(d));
	struct policy_value value = {0};
	struct why own = {0};
	*out = (struct duty_span){.parameter = name, .label = "", .unit = ""};
	if (!edition)
		return ok();
	struct result read = policy_parameter(d->at.policy, edition, name, NULL, duty_today(d), &value, &own);
	if (read.code == E_ABSENT || (read.code == OK && !value.set))
		return ok();
	if (read.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	*out = (struct duty_span){.given = true, .set = value.number > 0, .parameter = name, .label = "",
	                          .count = value.number, .unit = value.unit};
	return ok();
}

static json_t *heard(struct holder *holders, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(holders[i].person));
	return list;
}

static struct result tell(struct duties *d, const struct obligation *o, const char *kind, struct arena *arena, bool upwards,
                          struct why *why)
{
	struct holder *holders;
	size_t count;
	if (upwards)
		TRY(duty_upwards(d, o, arena, &holders, &count, why));
	else
		TRY(duty_holders(d, o, arena, &holders, &count, why));
	return duty_record_about(d, kind, "", "", o, json_pack("{sI so}", "due", (json_int_t)o->due_ms, "told",
	                                                         heard(holders, count)), why);
}

/* All that the query finds, told, in transactions of some hundred. */
static struct result tell_all(struct duties *d, const char *sql, const struct arg *args, size_t arg_count,
                              const char *kind, bool upwards, size_t *told, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(DUTY_ROOM);
	size_t count = AT_ONCE;
	if (!arena)
		return duty_no_memory(why);
	while (count == AT_ONCE) {
		bool any = false; /* most often there is nothing: then nobody is locked out */
		TRY(store_ask_one(d->at.store, sql, args, arg_count, &any, NULL, why));
		if (!any)
			return ok();
		AUTO(tx_drop) struct tx tx = {0};
		struct obligation *found;
		arena_reset(arena);
		TRY(tx_begin(d->at.store, &tx, why));
		TRY(duty_rows(d, sql, args, arg_count, arena, &found, &count, why));
		for (size_t i = 0; i < count; i++)
			TRY(tell(d, &found[i], kind, arena, upwards, why));
		TRY(tx_commit(&tx, why));
		*told += count;
	}
	return ok();
}

static struct result remind(struct duties *d, int64_t now, size_t *reminded, struct why *why)
{
	struct duty_span before;
	TRY(parameter(d, "remind_before", &before, why));
	if (!before.set)
		return ok();
	int64_t until = duty_deadline(&before, now, d->at.holidays);
	return tell_all(d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.state IN ('open', 'question')"
	                   " AND d.due_ms > ?2 AND d.due_ms <= ?3 AND d.reminded_ms = 0 ORDER BY d.due_ms, d.id LIMIT 200",
	                ARGS(arg_str(d->at.body), arg_i64(now), arg_i64(until)), "duty.reminded", false, reminded, why);
}

static struct result overdue(struct duties *d, int64_t now, size_t *count, struct why *why)
{
	return tell_all(d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.state IN ('open', 'question')"
	                   " AND d.due_ms > 0 AND d.due_ms < ?2 AND d.escalations = 0 ORDER BY d.due_ms, d.id LIMIT 200",
	                ARGS(arg_str(d->at.body), arg_i64(now)), "duty.overdue", true, count, why);
}

/* An instant before which somebody was told so long ago that he is told again. */
static int64_t long_ago(const struct duty_span *again, int64_t now)
{
	int64_t length = duty_deadline(again, now, NULL) - now;
	return now - length;
}

static struct result again(struct duties *d, int64_t now, size_t *count, struct why *why)
{
	struct duty_span span;
	TRY(parameter(d, "remind_again", &span, why));
	if (!span.set)
		return ok();
	return tell_all(d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.state IN ('overdue', 'question')"
	                   " AND d.escalations > 0 AND d.told_ms <= ?2 ORDER BY d.due_ms, d.id LIMIT 200",
	                ARGS(arg_str(d->at.body), arg_i64(long_ago(&span, now))), "duty.overdue", true, count, why);
}

struct result duty_fall_due(struct duties *d, struct duty_ticked *out, struct why *why)
{
	int64_t now = clock_now_ms(d->at.clock);
	TRY(remind(d, now, &out->reminded, why));
	TRY(overdue(d, now, &out->overdue, why));
	return again(d, now, &out->overdue, why);
}

struct result duty_tick(struct duties *d, struct duty_ticked *out, struct why *why)
{
	struct duty_ticked done = {0};
	TRY(duty_follow(d, &done.opened, NULL, why));
	TRY(duty_sweep(d, &done.opened, &done.withdrawn, why));
	TRY(duty_fall_due(d, &done, why));
	if (out)
		*out = done;
	return ok();
}
