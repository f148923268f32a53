/* Following the ledger: an entry that says what was done settles the obligations
 * that asked for it and opens those that follow from it.  The cursor moves in the
 * transaction of what the entries caused; were it lost, the same entries would
 * find the same obligations there already.                                   */
#include "duty/internal.h"

#include <stdio.h>

enum { BATCH = 200, SETTLED_AT_ONCE = 5000 };

/* What an entry tells. */
struct happening {
	const char *act;
	const char *of;      /* what it was done to */
	const char *actor, *approver;
	const json_t *facts; /* nullable */
	int64_t seq, time_ms;
	bool drill;          /* done in a drill: touches nothing but the drill's own */
};

/* ---- entries that were there before the convention */

static const struct {
	const char *kind, *act;
	bool of_kind; /* the act is <data.kind>.<act> */
	bool self;    /* the one whom it is about is who acts: he was hired, he leaves */
} known[] = {
	{"register.registered", "register", true, false}, {"register.changed", "change", true, false},
	{"register.closed", "close", true, false},        {"office.person.added", "person_hired", false, true},
	{"office.person.moved", "posted", false, true},   {"office.person.left", "person_left", false, true},
	{"office.post.held", "posted", false, true},      {"office.post.ended", "posted", false, true},
};

static bool known_kind(const struct ledger_entry *entry, const json_t *data, struct arena *arena,
                       struct happening *out)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (!slice_is(entry->kind, known[i].kind))
			continue;
		const char *person = json_text(data, "person");
		out->act = known[i].of_kind ? arena_printf(arena, "%s.%s", json_text(data, "kind"), known[i].act) : known[i].act;
		if (known[i].self && *person)
			out->of = out->actor = person;
		return out->act != NULL;
	}
	return false;
}

static bool happened(const struct ledger_entry *entry, const json_t *data, struct arena *arena, struct happening *out)
{
	const char *done = json_text(data, "done"), *of = json_string_value(json_object_get(data, "of"));
	const json_t *facts = json_object_get(data, "facts");
	*out = (struct happening){.of = arena_string(arena, entry->subject), .actor = arena_string(arena, entry->actor),
	                          .approver = json_text(data, "approver"), .facts = json_is_object(facts) ? facts : NULL,
	                          .seq = entry->seq, .time_ms = entry->time_ms,
	                          .drill = json_is_true(json_object_get(data, "drill"))};
	if (!*done)
		return known_kind(entry, data, arena, out);
	out->act = done;
	if (of) /* "": done by the office, about nothing in particular */
		out->of = of;
	if (*json_text(facts, "actor"))
		out->actor = json_text(facts, "actor");
	return true;
}

/* ---- settling what asked for it */

static struct result settle_one(struct duties *d, const struct happening *h, const struct obligation *o, struct why *why)
{
	char evidence[40];
	snprintf(evidence, sizeof evidence, "entry:%lld", (long long)h->seq);
	return duty_record_about(d, "duty.done", h->actor, "", o, json_pack("{s[s] ss}", "evidence", evidence, "note", ""),
	                         why);
}

/* About this object; or about none, and opened by the same thing, or owed by that
 * section or person. */
static struct result settle(struct duties *d, const struct happening *h, struct arena *arena, size_t *settled,
                            struct why *why)
{
	struct obligation *found;
	size_t count;
	TRY(duty_rows(d,
	              "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.task = ?2"
	              " AND d.state IN ('open', 'question', 'advice', 'overdue') AND d.seq < ?5"
	              " AND (?6 = 0 OR d.trigger_sort = 'drill') AND (d.object = ?3 OR (d.object = '' AND (d.subject = ?3 OR d.section = ?3))"
	              " OR EXISTS (SELECT 1 FROM duty_owner w WHERE w.duty = d.id AND w.role = 'by' AND w.person <> ''"
	              " AND w.person = ?3)"
	              " OR EXISTS (SELECT 1 FROM duty_owner w WHERE w.duty = d.id AND w.role = 'by' AND w.person <> ''"
	              " AND w.person = ?4 AND (d.object = '' OR d.object = ?3))) ORDER BY d.id LIMIT 5000",
	              ARGS(arg_str(d->at.body), arg_str(h->act), arg_str(h->of), arg_str(h->actor), arg_i64(h->seq),
	                   arg_i64(h->drill)), arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		TRY(settle_one(d, h, &found[i], why));
	*settled += count;
	return ok();
}

/* What is no longer there owes nothing. */
static struct result drop_closed(struct duties *d, const struct ledger_entry *entry, struct arena *arena, struct why *why)
{
	struct obligation *found;
	size_t count;
	if (!slice_is(entry->kind, "register.closed"))
		return ok();
	TRY(duty_rows(d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.object = ?1 AND d.seq < ?2"
	                 " AND d.trigger_sort IN ('each', 'always', 'document')"
	                 " AND d.state IN ('open', 'question', 'advice', 'overdue') ORDER BY d.id",
	              ARGS(arg_text(entry->subject), arg_i64(entry->seq)), arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		TRY(duty_record_about(d, "duty.withdrawn", "", "", &found[i], json_pack("{ss}", "ground", "closed"), why));
	return ok();
}

/* A document whose row was closed is not there any more. */
static struct result undo_closed(struct duties *d, const struct ledger_entry *entry, const json_t *data,
                                 struct arena *arena, struct why *why)
{
	struct obligation *found;
	size_t count;
	if (!slice_is(entry->kind, "register.closed") || strcmp(json_text(data, "kind"), "policy_document") != 0)
		return ok();
	TRY(duty_rows(d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.trigger_sort = 'document'"
	                 " AND d.period = '' AND d.state = 'done' AND d.evidence = ?2 ORDER BY d.id",
	              ARGS(arg_str(d->at.body), arg_text(entry->subject)), arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		TRY(duty_record_about(d, "duty.undone", "", "", &found[i], json_pack("{ss}", "ground", "closed"), why));
	return ok();
}

/* ---- documents: a row of the register that bears the document's name is the document */

static struct result settle_document(struct duties *d, const struct ledger_entry *entry, const json_t *data,
                                     struct arena *arena, size_t *settled, struct why *why)
{
	struct obligation *found;
	size_t count;
	bool row = slice_is(entry->kind, "register.registered") || slice_is(entry->kind, "register.changed");
	if (!row || strcmp(json_text(data, "kind"), "policy_document") != 0)
		return ok();
	TRY(duty_rows(d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.trigger_sort = 'document'"
	                 " AND d.state IN ('open', 'question', 'advice', 'overdue') AND d.period = '' ORDER BY d.id",
	              ARGS(arg_str(d->at.body)), arena, &found, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct policy_duty *duty = duty_named(&d->now, found[i].duty);
		bool named = duty && strstr(json_text(data, "name"), duty->label);
		if (!named || (*found[i].section && strcmp(found[i].section, json_text(data, "section")) != 0))
			continue;
		TRY(duty_record_about(d, "duty.done", arena_string(arena, entry->actor), "", &found[i],
		                      json_pack("{s[s] ss}", "evidence", arena_string(arena, entry->subject), "note", ""), why));
		(*settled)++;
	}
	return ok();
}

/* ---- opening what follows */

static struct result set_told(const struct happening *h, struct facts *facts, struct why *why)
{
	const char *path;
	json_t *value;
	(void)why;
	json_object_foreach((json_t *)(uintptr_t)h->facts, path, value) {
		const char *text = json_string_value(value);
		if (text && strcmp(path, "actor") != 0) /* what does not fit the act stays unknown */
			(void)facts_set_any(facts, path, text, NULL).code;
	}
	return ok();
}

static struct result judge(struct duties *d, const struct happening *h, struct opening *o, struct duty_judgement *out,
                           struct arena *arena, struct why *why)
{
	struct facts *facts;
	const char *kind = "", *section = "";
	TRY(policy_duty_facts(d->at.policy, o->duty, h->act, arena, &facts, why));
	TRY(duty_object_facts(d, h->of, facts, &kind, &section, arena, why));
	TRY(duty_actor_facts(d, h->actor, facts, o->day, arena, why));
	TRY(set_told(h, facts, why));
	o->kind = kind;
	o->section = section;
	return policy_duty_judge(d->at.policy, d->at.policy_name, o->duty, h->act, facts, o->day, arena, out, why);
}

static void set_clock(struct duties *d, struct opening *o, int64_t from_ms)
{
	const struct duty_span *within = &o->duty->within;
	bool named = within->given && strcmp(within->parameter, "unstated") != 0;
	o->due_ms = duty_deadline(within, from_ms, d->at.holidays);
	o->clock = o->due_ms ? DUTY_CLOCK_DUE : named ? DUTY_CLOCK_UNSET : DUTY_CLOCK_NONE;
}

static struct result open_one(struct duties *d, const struct happening *h, const struct policy_duty *duty,
                              const struct duty_trigger *trigger, struct arena *arena, size_t *opened, struct why *why)
{
	struct duty_judgement judged = {0};
	struct parties parties;
	struct opening o = {.duty = duty, .trigger = h->drill ? "drill" : "on", .event = trigger->event, .subject = h->of, .seq = h->seq,
	                    .object = h->of, .kind = "", .section = "", .actor = h->actor, .approver = h->approver,
	                    .judgement = &judged, .day = day_of_ms(h->time_ms)};
	TRY(judge(d, h, &o, &judged, arena, why));
	if (judged.applies == DUTY_NO)
		return ok();
	o.question = judged.applies == DUTY_CANNOT_TELL || duty->strength == DUTY_AS_NEEDED;
	set_clock(d, &o, h->time_ms);
	TRY(duty_parties(d, &o, &judged.by, false, arena, &parties, why));
	return duty_open_all(d, &o, &parties, arena, opened, why);
}

static struct result open_duties(struct duties *d, const struct happening *h, struct arena *arena, size_t *opened,
                                 struct why *why)
{
	for (size_t i = 0; i < d->then.count; i++) {
		const struct policy_duty *duty = &d->then.at[i];
		for (size_t k = 0; k < duty->trigger_count; k++)
			if (duty->triggers[k].kind == DUTY_ON && strcmp(duty->triggers[k].event, h->act) == 0)
				TRY(open_one(d, h, duty, &duty->triggers[k], arena, opened, why));
	}
	return ok();
}

/* ---- one entry */

static struct result follow_entry(struct duties *d, int64_t seq, struct arena *arena, size_t *opened, size_t *settled,
                                  struct why *why)
{
	struct ledger_entry entry;
	struct happening h;
	AUTO(json_drop) json_t *data = NULL;
	struct why own = {0};
	TRY(ledger_get(d->at.ledger, seq, arena, &entry, why));
	if (!slice_is(entry.body, d->at.body) || slice_starts(entry.kind, SLICE("duty.")))
		return ok();
	TRY(record_data(&entry, &data, why));
	if (!happened(&entry, data, arena, &h))
		return ok();
	/* by the policy of that day; a day on which none was in force opens nothing */
	struct result read = duty_statements_of(d, &d->then, day_of_ms(entry.time_ms), &own);
	if (read.code == E_ABSENT)
		return ok();
	if (read.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	TRY(settle(d, &h, arena, settled, why));
	TRY(settle_document(d, &entry, data, arena, settled, why));
	TRY(drop_closed(d, &entry, arena, why));
	TRY(undo_closed(d, &entry, data, arena, why));
	return open_duties(d, &h, arena, opened, why);
}

/* A batch in one transaction; more says that entries remain. */
static struct result follow_batch(struct duties *d, struct arena *arena, bool *more, size_t *opened, size_t *settled,
                                  struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	int64_t at = 0, size = 0, from;
	TRY(duty_begin(d, &tx, why));
	TRY(duty_cursor(d, "followed", 0, &at, why));
	TRY(ledger_size(d->at.ledger, &size, why));
	from = at;
	for (; at < size && at < from + BATCH; at++) {
		arena_reset(arena);
		TRY(follow_entry(d, at, arena, opened, settled, why));
	}
	if (at > from)
		TRY(duty_cursor_set(d, "followed", at, why));
	*more = at < size;
	return tx_commit(&tx, why);
}

struct result duty_follow(struct duties *d, size_t *opened, size_t *settled, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(DUTY_ROOM);
	size_t made = 0, ended = 0;
	bool more = true;
	int64_t at = 0, size = 0;
	if (!arena)
		return duty_no_memory(why);
	if (store_in_transaction(d->at.store))
		return fail(why, E_CONFLICT, "duty", "処理の途中では、記録を追えません。");
	/* most often there is nothing: then nobody is locked out */
	TRY(duty_cursor(d, "followed", 0, &at, why));
	TRY(ledger_size(d->at.ledger, &size, why));
	if (at < size)
		TRY(duty_statements_of(d, &d->now, duty_today(d), why));
	for (more = at < size; more;)
		TRY(follow_batch(d, arena, &more, &made, &ended, why));
	if (opened)
		*opened = made;
	if (settled)
		*settled = ended;
	return ok();
}
