/* What every file of the room needs: opening it, the statements of a day, entries,
 * cursors, the names of states.                                              */
#include "duty/internal.h"

#include <stdlib.h>

enum { STATEMENTS_BYTES = 8 << 20 };

struct result duty_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "duty", "義務を扱う記憶域が足りません。");
}

struct result duties_open(const struct duty_parts *parts, struct duties **out, struct why *why)
{
	TRY(store_migrate(parts->store, "duty-working", duty_working_migrations, duty_working_migration_count, why));
	struct duties *d = calloc(1, sizeof *d);
	if (!d)
		return duty_no_memory(why);
	d->at = *parts;
	*out = d;
	return ok();
}

void duties_close(struct duties *d)
{
	if (!d)
		return;
	arena_free(d->now.arena);
	arena_free(d->then.arena);
	duty_chart_forget(d);
	free(d);
}

void duties_drop(struct duties **d)
{
	duties_close(*d);
	*d = NULL;
}

day_t duty_today(const struct duties *d)
{
	return day_of_ms(clock_now_ms(d->at.clock));
}

/* ---- statements: the book and its parameters change with the day only */

struct result duty_statements_of(struct duties *d, struct statements *s, day_t day, struct why *why)
{
	if (s->arena && s->day == day)
		return ok();
	arena_free(s->arena);
	*s = (struct statements){.arena = arena_new(STATEMENTS_BYTES)};
	if (!s->arena)
		return duty_no_memory(why);
	struct result read = policy_duties(d->at.policy, d->at.policy_name, day, s->arena, &s->at, &s->count, why);
	if (read.code != OK) {
		arena_free(s->arena);
		*s = (struct statements){.arena = NULL};
		return read;
	}
	s->day = day;
	return ok();
}

const struct policy_duty *duty_named(const struct statements *s, const char *id)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->at[i].id, id) == 0)
			return &s->at[i];
	return NULL;
}

const struct policy_duty *duty_statement(struct duties *d, const char *duty)
{
	if (duty_statements_of(d, &d->now, duty_today(d), NULL).code != OK)
		return NULL;
	return duty_named(&d->now, duty);
}

struct result duty_statements(struct duties *d, const struct policy_duty **out, size_t *count, struct why *why)
{
	TRY(duty_statements_of(d, &d->now, duty_today(d), why));
	*out = d->now.at;
	*count = d->now.count;
	return ok();
}

/* ---- entries */

struct result duty_record(struct duties *d, const char *kind, const char *actor, const char *post,
                          const char *subject, const char *clause, json_t *data, struct why *why)
{
	struct slice clauses[] = {slice_str(clause)}; /* "": none */
	struct ledger_entry entry = {
		.body = slice_str(d->at.body), .kind = slice_str(kind),
		.actor = slice_str(actor && *actor ? actor : "sekisho-clock"), .post = slice_str(post),
		.subject = slice_str(subject), .clauses = clauses, .clause_count = *clause != 0,
	};
	return ledger_record(d->at.ledger, &entry, data, why);
}

struct result duty_record_about(struct duties *d, const char *kind, const char *actor, const char *post,
                                const struct obligation *o, json_t *data, struct why *why)
{
	/* what is done in a drill is evidence of the drill, not of the clause */
	return duty_record(d, kind, actor, post, o->id, strcmp(o->trigger, "drill") == 0 ? "" : o->clause, data, why);
}

/* ---- cursors */

struct result duty_cursor(struct duties *d, const char *name, int64_t fallback, int64_t *out, struct why *why)
{
	bool found = false;
	int64_t at = fallback;
	TRY(store_ask_one(d->at.store, "SELECT at FROM duty_cursor WHERE body = ?1 AND name = ?2",
	                  ARGS(arg_str(d->at.body), arg_str(name)), &found, &at, why));
	*out = found ? at : fallback;
	return ok();
}

struct result duty_cursor_set(struct duties *d, const char *name, int64_t value, struct why *why)
{
	return store_run(d->at.store, "INSERT INTO duty_cursor (body, name, at) VALUES (?1, ?2, ?3)"
	                              " ON CONFLICT (body, name) DO UPDATE SET at = excluded.at",
	                 ARGS(arg_str(d->at.body), arg_str(name), arg_i64(value)), NULL, why);
}

/* ---- states */

static const struct {
	const char *name, *japanese;
} states[DUTY_STATES] = {
	[DUTY_NONE] = {"", ""},
	[DUTY_OPEN] = {"open", "未了"},
	[DUTY_QUESTION] = {"question", "要確認"},
	[DUTY_ADVICE] = {"advice", "努力"},
	[DUTY_OVERDUE] = {"overdue", "期限超過"},
	[DUTY_DONE] = {"done", "完了"},
	[DUTY_NOT_NEEDED] = {"not_needed", "該当なし"},
	[DUTY_WITHDRAWN] = {"withdrawn", "取下げ"},
};

const char *duty_state_name(enum duty_state state)
{
	return (unsigned)state < DUTY_STATES ? states[state].name : "";
}

const char *duty_state_japanese(enum duty_state state)
{
	return (unsigned)state < DUTY_STATES ? states[state].japanese : "";
}

const char *duty_state_stored(enum duty_state state)
{
	return duty_state_name(state);
}

enum duty_state duty_state_read(struct slice text)
{
	for (size_t i = DUTY_OPEN; i < DUTY_STATES; i++)
		if (slice_is(text, states[i].name))
			return (enum duty_state)i;
	return DUTY_NONE;
}
