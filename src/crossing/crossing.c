/* The handle, its settings, and what every file of this room uses. */
#include "crossing/internal.h"

#include <stdlib.h>

struct crossing_settings crossing_settings_default(void)
{
	return (struct crossing_settings){
		.original_days = 30, .collect_days = 7, .files = 20, .bytes = (uint64_t)200 << 20,
		.cache_days = 7, .cache_rows = 4096, .cache_bytes = (uint64_t)2 << 30,
		.page_dpi = 200, .affairs = "internal"};
}

struct result crossing_open(const struct crossing_parts *parts, struct crossings **out,
                            struct why *why)
{
	struct crossings *c = calloc(1, sizeof *c);
	if (!c)
		return fail(why, E_MEMORY, "", "no memory");
	c->at = *parts;
	struct result migrated = queue_migrate(c, why);
	if (migrated.code != OK) {
		free(c);
		return migrated;
	}
	*out = c;
	return ok();
}

void crossing_close(struct crossings *c)
{
	free(c);
}

void crossing_drop(struct crossings **c)
{
	crossing_close(*c);
	*c = NULL;
}

int64_t crossing_now(const struct crossings *c)
{
	return clock_now_ms(c->at.base.clock);
}

struct result change_begin(struct crossings *c, bool *own, struct why *why)
{
	*own = !store_in_transaction(c->at.base.store);
	return *own ? store_begin(c->at.base.store, why) : ok();
}

struct result change_finish(struct crossings *c, bool own, struct result done, struct why *why)
{
	if (!own)
		return done;
	if (done.code == OK)
		return store_commit(c->at.base.store, why);
	store_rollback(c->at.base.store);
	return done;
}

struct result record(struct crossings *c, const struct event *event, json_t *data, struct why *why)
{
	struct slice clauses[32];
	struct ledger_entry entry = {
		.body = slice_str(c->at.base.body),
		.kind = slice_str(event->kind),
		.actor = slice_str(event->actor),
		.post = slice_str(""),
		.subject = slice_str(event->subject),
		.clauses = clauses,
	};
	const struct decision *d = event->decision;
	for (size_t i = 0; d && i < d->spoken_count && entry.clause_count < 31; i++)
		clauses[entry.clause_count++] = slice_str(d->spoken[i].clause->id);
	if (event->clause && event->clause[0])
		clauses[entry.clause_count++] = slice_str(event->clause);
	return ledger_record(c->at.base.ledger, &entry, data, why);
}

const char *crossing_direction_name(enum crossing_direction direction)
{
	return direction == CROSSING_INWARD ? "inward" : "outward";
}

static const struct {
	enum crossing_state state;
	const char *name, *japanese;
} states[] = {
	{CROSSING_NONE, "", ""},
	{CROSSING_WAITING, "waiting", "確認中"},
	{CROSSING_CHECKED, "checked", "承認待ち"},
	{CROSSING_RELEASED, "released", "受け取れます"},
	{CROSSING_COLLECTED, "collected", "受取済み"},
	{CROSSING_REFUSED, "refused", "通せません"},
	{CROSSING_HELD, "held", "保留（情報担当が確認中）"},
	{CROSSING_LAPSED, "lapsed", "受取期限切れ"},
	{CROSSING_LOCKED, "locked", "パスワード待ち"},
};

const char *crossing_state_name(enum crossing_state state)
{
	return (size_t)state < sizeof states / sizeof *states ? states[state].name : "";
}

const char *crossing_state_japanese(enum crossing_state state)
{
	return (size_t)state < sizeof states / sizeof *states ? states[state].japanese : "";
}

enum crossing_state crossing_state_of(struct slice name)
{
	for (size_t i = 1; i < sizeof states / sizeof *states; i++)
		if (slice_is(name, states[i].name))
			return states[i].state;
	return CROSSING_NONE;
}
