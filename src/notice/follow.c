/* From entries to notices: one row an entry's kind. */
#include "notice/internal.h"

enum { ROOM = 4 << 20 };

static const char *const names[] = {"", "permit", "decided", "fetch", "refused", "duty", "overdue", "review"};

const char *what_name(enum notice_what what)
{
	return names[what];
}

enum notice_what what_named(struct slice name)
{
	for (size_t i = 1; i < sizeof names / sizeof *names; i++)
		if (slice_is(name, names[i]))
			return (enum notice_what)i;
	return WHAT_NONE;
}

struct step {
	struct notices *n;
	const struct ledger_entry *entry;
	const char *subject;
	struct arena *arena;
};

/* put - a person who was told and is told anew hears of it again, except that one
 * application asks for one word once                                        */
static struct result put(const struct step *step, const char *person, enum notice_what what,
                         const char *subject, struct why *why)
{
	static const char again[] =
		"INSERT INTO notice(body,person,what,subject,seq,state,since_ms,due_ms,tries)"
		" VALUES(?1,?2,?3,?4,?5,'waiting',?6,?6,0) ON CONFLICT(body,person,what,subject) DO UPDATE"
		" SET seq=excluded.seq,state='waiting',since_ms=excluded.since_ms,due_ms=excluded.due_ms,tries=0";
	static const char once[] =
		"INSERT INTO notice(body,person,what,subject,seq,state,since_ms,due_ms,tries)"
		" VALUES(?1,?2,?3,?4,?5,'waiting',?6,?6,0) ON CONFLICT(body,person,what,subject) DO NOTHING";
	return store_run(step->n->at.store, what == WHAT_PERMIT ? once : again,
	                 ARGS(arg_str(step->n->at.body), arg_str(person), arg_str(what_name(what)),
	                      arg_str(subject), arg_i64(step->entry->seq),
	                      arg_i64(clock_now_ms(step->n->at.clock))),
	                 NULL, why);
}

static struct result application_here(const struct step *step, struct application *out, struct why *why)
{
	return application_get(step->n->at.proceedings, step->subject, step->arena, out, why);
}

/* everybody whose word is wanted now */
static struct result who_permits(const struct step *step, struct why *why)
{
	struct application a;
	TRY(application_here(step, &a, why));
	if (a.state != APPLICATION_OPEN)
		return ok();
	for (size_t i = 0; i < a.slot_count; i++) {
		bool wanted = a.slots[i].open && a.slots[i].state == ROUTE_PENDING;
		for (size_t k = 0; wanted && k < a.slots[i].holder_count; k++)
			TRY(put(step, a.slots[i].holders[k].person, WHAT_PERMIT, a.id, why));
	}
	return ok();
}

static struct result who_applied(const struct step *step, struct why *why)
{
	struct application a;
	TRY(application_here(step, &a, why));
	return put(step, a.applicant, WHAT_DECIDED, a.id, why);
}

/* inward the receiver fetches it, outward the sender passes it on */
static struct result who_fetches(const struct step *step, struct why *why)
{
	struct crossing c;
	TRY(crossing_of_file(step->n->at.crossings, step->subject, step->arena, &c, why));
	return put(step, c.direction == CROSSING_INWARD ? c.receiver : c.sender, WHAT_FETCH, c.id, why);
}

static struct result who_sent(const struct step *step, struct why *why)
{
	struct crossing c;
	TRY(crossing_of_file(step->n->at.crossings, step->subject, step->arena, &c, why));
	return put(step, c.sender, WHAT_REFUSED, c.id, why);
}

static struct result put_all(const struct step *step, const struct holder *holders, size_t count,
                             enum notice_what what, const char *subject, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		TRY(put(step, holders[i].person, what, subject, why));
	return ok();
}

/* A duty that was settled meanwhile is nobody's news. */
static struct result who_owes(const struct step *step, const char *id, enum notice_what what, struct why *why)
{
	struct obligation o;
	struct holder *holders;
	size_t count;
	TRY(duty_get(step->n->at.duties, id, step->arena, &o, why));
	if (o.state != DUTY_OPEN && o.state != DUTY_QUESTION && o.state != DUTY_OVERDUE)
		return ok();
	TRY(duty_holders(step->n->at.duties, &o, step->arena, &holders, &count, why));
	TRY(put_all(step, holders, count, what, o.id, why));
	if (what != WHAT_OVERDUE)
		return ok();
	TRY(duty_upwards(step->n->at.duties, &o, step->arena, &holders, &count, why));
	return put_all(step, holders, count, what, o.id, why);
}

static struct result who_is_reminded(const struct step *step, struct why *why)
{
	return who_owes(step, step->subject, WHAT_DUTY, why);
}

static struct result who_is_late(const struct step *step, struct why *why)
{
	return who_owes(step, step->subject, WHAT_OVERDUE, why);
}

/* What an event made due; the year's own duties are told by their reminder. */
static struct result who_has_to(const struct step *step, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	json_t *one;
	size_t i;
	TRY(record_data(step->entry, &data, why));
	if (strcmp(json_text(data, "trigger"), "on") != 0)
		return ok();
	json_array_foreach(json_object_get(data, "owed"), i, one)
		TRY(who_owes(step, json_text(one, "id"), WHAT_DUTY, why));
	return ok();
}

/* Who is asked to inspect himself, and who is reminded of it: one line in a letter. */
static struct result who_is_asked(const struct step *step, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	json_t *one;
	size_t i;
	TRY(record_data(step->entry, &data, why));
	json_array_foreach(json_object_get(data, "people"), i, one)
		TRY(put(step, json_is_string(one) ? json_string_value(one) : json_text(one, "person"), WHAT_REVIEW,
		        step->subject, why));
	return ok();
}

static const struct {
	const char *kind;
	struct result (*tell)(const struct step *step, struct why *why);
} table[] = {
	{"application.submitted", who_permits},
	{"application.answered", who_permits},
	{"application.permitted", who_applied},
	{"application.refused", who_applied},
	{"application.returned", who_applied},
	{"application.lapsed", who_applied},
	{"crossing.file.released", who_fetches},
	{"crossing.original.released", who_fetches},
	{"crossing.file.refused", who_sent},
	{"duty.opened", who_has_to},
	{"duty.reminded", who_is_reminded},
	{"duty.overdue", who_is_late},
	{"review.invited", who_is_asked},
	{"review.reminded", who_is_asked},
};

static struct result follow_one(struct notices *n, int64_t seq, struct arena *arena, struct why *why)
{
	struct ledger_entry entry;
	TRY(ledger_get(n->at.ledger, seq, arena, &entry, why));
	if (!slice_equal(entry.body, slice_str(n->at.body)))
		return ok();
	struct step step = {n, &entry, arena_string(arena, entry.subject), arena};
	if (!step.subject)
		return fail(why, E_MEMORY, "", "no memory");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (slice_is(entry.kind, table[i].kind))
			return table[i].tell(&step, why);
	return ok();
}

static struct result follow_some(struct notices *n, bool *more, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	int64_t size = 0, seen = 0;
	bool found = false;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(ledger_size(n->at.ledger, &size, why));
	TRY(store_ask_one(n->at.store, "SELECT seq FROM notice_cursor WHERE body=?1",
	                  ARGS(arg_str(n->at.body)), &found, &seen, why));
	int64_t end = size - seen > NOTICE_STEP ? seen + NOTICE_STEP : size;
	*more = end < size;
	for (int64_t seq = seen; seq < end; seq++) {
		TRY(follow_one(n, seq, arena, why));
		arena_reset(arena);
	}
	if (end == seen)
		return ok();
	return store_run(n->at.store, "UPDATE notice_cursor SET seq=?2 WHERE body=?1",
	                 ARGS(arg_str(n->at.body), arg_i64(end)), NULL, why);
}

struct result notices_follow(struct notices *n, bool *more, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(n->at.store, &tx, why));
	TRY(follow_some(n, more, why));
	return tx_commit(&tx, why);
}
