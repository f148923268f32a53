/* Periods: `each`, `always` and documents.
 *
 * A sweep stands on the first of a month (or on the day the engine first runs) and
 * opens what belongs to the period that the day lies in: for every row of the
 * duty's kind, or for every party once.  It walks through every month since the
 * last, so a machine that was off misses none.  What is registered within a period
 * is met by the next month's sweep; what a changed policy or value asks for, at once.
 * `always` asks for one confirmation a fiscal year; a document must exist within
 * the year in which it is first asked for, and its review falls due by its own
 * interval once it exists.
 * One owner is not asked row by row without end: where more than DUTY_ROWS rows of
 * one kind are his, they are one obligation about all of them ("*").          */
#include "duty/internal.h"

#include <stdlib.h>

enum { DUTY_ROWS = 40, MONTHS_BACK = 120 };

struct sweep {
	struct duties *d;
	day_t day;
	struct arena *arena;   /* of one duty */
	struct arena *scratch; /* of one row of it */
	size_t *opened;
	struct why *why;
};

/* What is asked about one row, and of whom. */
struct pending {
	struct opening opening;
	struct duty_judgement judged;
	struct parties parties;
};

static struct result open_for(struct sweep *s, const struct opening *o, const char *object, struct arena *arena,
                              struct pending *out)
{
	struct facts *facts;
	const char *kind = "", *section = "";
	struct duties *d = s->d;
	*out = (struct pending){.opening = *o};
	TRY(policy_duty_facts(d->at.policy, o->duty, NULL, arena, &facts, s->why));
	TRY(duty_object_facts(d, object, facts, &kind, &section, arena, s->why));
	out->opening.object = object;
	out->opening.kind = kind;
	out->opening.section = section;
	TRY(policy_duty_judge(d->at.policy, d->at.policy_name, o->duty, NULL, facts, o->day, arena, &out->judged, s->why));
	out->opening.question = out->judged.applies == DUTY_CANNOT_TELL || o->duty->strength == DUTY_AS_NEEDED;
	if (out->judged.applies == DUTY_NO)
		return ok();
	bool always = strcmp(o->trigger, "always") == 0;
	return duty_parties(d, &out->opening, &out->judged.by, always, arena, &out->parties, s->why);
}

static struct result open_pending(struct sweep *s, struct pending *p, struct arena *arena)
{
	p->opening.judgement = &p->judged;
	if (p->judged.applies == DUTY_NO)
		return ok();
	return duty_open_all(s->d, &p->opening, &p->parties, arena, s->opened, s->why);
}

/* ---- the rows of a kind, by whose they are
 *
 * Rows are met one by one and forgotten, save the first of each owner: a register of
 * a hundred thousand is walked in the memory of its owners.                   */

struct owner {
	struct duty_seat seat;
	enum { ASKED_NOT_YET = 0, ASKED_TOGETHER, ASKED_SINGLY } asked; /* in this period, before */
	size_t count;
	const char *rows[DUTY_ROWS]; /* the first of them */
};
struct owners {
	struct owner **at; /* open addressing by the seat's texts */
	size_t count, room;
	struct arena *arena;
};

static uint64_t seat_hash(const struct duty_seat *seat)
{
	const char *const texts[] = {seat->post, seat->scope, seat->person};
	uint64_t hash = 1469598103934665603u; /* FNV-1a */
	for (size_t i = 0; i < 3; i++)
		for (const char *at = texts[i];; at++) {
			hash = (hash ^ (uint8_t)*at) * 1099511628211u;
			if (!*at)
				break;
		}
	return hash;
}

static bool same_seat(const struct duty_seat *a, const struct duty_seat *b)
{
	return strcmp(a->post, b->post) == 0 && strcmp(a->scope, b->scope) == 0 && strcmp(a->person, b->person) == 0;
}

static struct owner **slot_of(struct owner **at, size_t room, const struct duty_seat *seat)
{
	size_t i = (size_t)seat_hash(seat) & (room - 1);
	while (at[i] && !same_seat(&at[i]->seat, seat))
		i = (i + 1) & (room - 1);
	return &at[i];
}

static struct result make_room(struct owners *list, struct why *why)
{
	size_t wider = list->room ? list->room * 2 : 256;
	if (2 * (list->count + 1) <= list->room)
		return ok();
	struct owner **more = ARENA_ARRAY(list->arena, wider, struct owner *);
	if (!more)
		return duty_no_memory(why);
	for (size_t i = 0; i < list->room; i++)
		if (list->at[i])
			*slot_of(more, wider, &list->at[i]->seat) = list->at[i];
	list->at = more;
	list->room = wider;
	return ok();
}

static struct result owner_of(struct sweep *s, struct owners *list, const struct duty_seat *seat, struct owner **out)
{
	TRY(make_room(list, s->why));
	struct owner **slot = slot_of(list->at, list->room, seat);
	if (!*slot) {
		struct owner *made = ARENA_NEW(list->arena, struct owner);
		if (!made)
			return duty_no_memory(s->why);
		made->seat = (struct duty_seat){arena_string(list->arena, slice_str(seat->post)),
		                                arena_string(list->arena, slice_str(seat->scope)),
		                                arena_string(list->arena, slice_str(seat->person))};
		if (!made->seat.post || !made->seat.scope || !made->seat.person)
			return duty_no_memory(s->why);
		*slot = made;
		list->count++;
	}
	*out = *slot;
	return ok();
}

/* Once begun in a period, one by one or together, it stays so for the period.  Read
 * once for all owners: a question for each costs their number squared.       */
static struct result begun(struct sweep *s, const struct opening *o, struct owners *list)
{
	AUTO(statement_drop) struct statement *asked = NULL;
	char period[11] = "";
	if (o->period)
		day_iso(o->period, period);
	TRY(store_ask(s->d->at.store,
	              "SELECT w.post, w.scope, w.person, d.object FROM duty d"
	              " JOIN duty_owner w ON w.duty = d.id AND w.role = 'by' AND w.place = 0"
	              " WHERE d.body = ?1 AND d.duty = ?2 AND d.period = ?3",
	              ARGS(arg_str(s->d->at.body), arg_str(o->duty->id), arg_str(period)), &asked, s->why));
	for (bool row = true;;) {
		struct owner *owner;
		TRY(statement_step(asked, &row, s->why));
		if (!row)
			return ok();
		arena_reset(s->scratch);
		struct duty_seat seat = {arena_string(s->scratch, column_text(asked, 0)),
		                         arena_string(s->scratch, column_text(asked, 1)),
		                         arena_string(s->scratch, column_text(asked, 2))};
		if (!seat.post || !seat.scope || !seat.person)
			return duty_no_memory(s->why);
		TRY(owner_of(s, list, &seat, &owner));
		if (owner->asked != ASKED_TOGETHER)
			owner->asked = slice_is(column_text(asked, 3), "*") ? ASKED_TOGETHER : ASKED_SINGLY;
	}
}

static struct result open_party(struct sweep *s, struct pending *p, const struct party *by, struct arena *arena)
{
	struct parties one = {.at = &(struct party){by->seats, by->count, by->section}, .count = 1, .room = 1};
	p->opening.judgement = &p->judged;
	return duty_open_all(s->d, &p->opening, &one, arena, s->opened, s->why);
}

/* One row met: asked of who was asked singly before, counted for everybody else. */
static struct result meet(struct sweep *s, const struct opening *o, const char *object, struct owners *list)
{
	struct pending p;
	arena_reset(s->scratch);
	TRY(open_for(s, o, object, s->scratch, &p));
	for (size_t i = 0; p.judged.applies != DUTY_NO && i < p.parties.count; i++) {
		struct owner *owner;
		const struct party *by = &p.parties.at[i];
		if (!by->count)
			continue;
		TRY(owner_of(s, list, &by->seats[0], &owner));
		if (owner->asked == ASKED_SINGLY)
			TRY(open_party(s, &p, by, s->scratch));
		if (owner->count < DUTY_ROWS && !(owner->rows[owner->count] = arena_string(list->arena, slice_str(object))))
			return duty_no_memory(s->why);
		owner->count++;
	}
	return ok();
}

/* What the owner is asked about one of his rows; about all of them: object "*". */
static struct result ask_owner(struct sweep *s, const struct opening *o, const struct owner *owner, const char *row,
                               const char *object)
{
	struct pending p;
	arena_reset(s->scratch);
	TRY(open_for(s, o, row, s->scratch, &p));
	for (size_t i = 0; p.judged.applies != DUTY_NO && i < p.parties.count; i++) {
		const struct party *by = &p.parties.at[i];
		if (!by->count || !same_seat(&by->seats[0], &owner->seat))
			continue;
		p.opening.object = object;
		TRY(open_party(s, &p, by, s->scratch));
	}
	return ok();
}

static struct result ask(struct sweep *s, const struct opening *o, const struct owner *owner)
{
	if (owner->asked == ASKED_SINGLY || owner->count == 0)
		return ok();
	if (owner->asked == ASKED_TOGETHER || owner->count > DUTY_ROWS)
		return ask_owner(s, o, owner, owner->rows[0], "*");
	for (size_t i = 0; i < owner->count; i++)
		TRY(ask_owner(s, o, owner, owner->rows[i], owner->rows[i]));
	return ok();
}

static int by_seat(const void *a, const void *b)
{
	const struct owner *x = *(struct owner *const *)a, *y = *(struct owner *const *)b;
	int order = strcmp(x->seat.scope, y->seat.scope);
	order = order ? order : strcmp(x->seat.post, y->seat.post);
	return order ? order : strcmp(x->seat.person, y->seat.person);
}

/* In an order of their own, that the same office gives the same entries. */
static struct result ask_all(struct sweep *s, const struct opening *o, struct owners *list)
{
	size_t have = 0;
	for (size_t i = 0; i < list->room; i++)
		if (list->at[i])
			list->at[have++] = list->at[i];
	if (have)
		qsort(list->at, have, sizeof(struct owner *), by_seat);
	for (size_t i = 0; i < have; i++)
		TRY(ask(s, o, list->at[i]));
	return ok();
}

static struct result of_rows(struct sweep *s, const struct opening *o, struct owners *list)
{
	struct register_query query = {.kind = o->duty->of, .limit = REGISTER_PAGE};
	AUTO(arena_drop) struct arena *page = arena_new(DUTY_ROOM), *last = arena_new(DUTY_ROOM);
	if (!page || !last)
		return duty_no_memory(s->why);
	TRY(begun(s, o, list));
	for (bool more = true; more;) {
		struct register_row *rows;
		size_t count = 0;
		arena_reset(page);
		TRY(register_list(s->d->at.registers, &query, page, &rows, &count, &more, s->why));
		for (size_t i = 0; i < count; i++)
			TRY(meet(s, o, rows[i].id, list));
		more = more && count;
		if (more) {
			arena_reset(last);
			query.after_name = arena_string(last, slice_str(rows[count - 1].name));
			query.after_id = arena_string(last, slice_str(rows[count - 1].id));
			if (!query.after_name || !query.after_id)
				return duty_no_memory(s->why);
		}
	}
	return ok();
}

static struct result of_sections(struct sweep *s, const struct opening *o, bool departments, struct owners *list)
{
	struct section *sections;
	size_t count;
	TRY(begun(s, o, list));
	TRY(office_sections(s->d->at.office, s->arena, &sections, &count, s->why));
	for (size_t i = 0; i < count; i++)
		if (departments != (*sections[i].parent != 0))
			TRY(meet(s, o, sections[i].id, list));
	return ok();
}

/* Everybody who is in office: whom the condition fits is asked about. */
static struct result of_people(struct sweep *s, const struct opening *o, struct owners *list)
{
	struct person *people;
	size_t count;
	TRY(begun(s, o, list));
	TRY(office_roll(s->d->at.office, s->arena, &people, &count, s->why));
	for (size_t i = 0; i < count; i++)
		if (people[i].active)
			TRY(meet(s, o, people[i].id, list));
	return ok();
}

/* Which kinds are kept as rows of a register; nothing: once for all. */
static struct result of_kind(struct sweep *s, const struct opening *o, struct owners *list)
{
	const char *of = o->duty->of;
	struct pending one;
	if (strcmp(of, "section") == 0 || strcmp(of, "department") == 0)
		return of_sections(s, o, strcmp(of, "department") == 0, list);
	if (strcmp(of, "person") == 0)
		return of_people(s, o, list);
	if (*of)
		return of_rows(s, o, list);
	TRY(open_for(s, o, "", s->arena, &one));
	return open_pending(s, &one, s->arena);
}

static struct result open_period(struct sweep *s, const struct policy_duty *duty, const char *trigger,
                                 const struct duty_period *period)
{
	struct opening o = {.duty = duty, .trigger = trigger, .event = "", .subject = "", .seq = -1, .object = "", .kind = "",
	                    .section = "", .actor = "", .approver = "", .period = period->first, .due_ms = period->due_ms,
	                    .clock = DUTY_CLOCK_DUE, .day = s->day};
	struct owners list = {.arena = s->arena};
	TRY(of_kind(s, &o, &list));
	return ask_all(s, &o, &list);
}

/* ---- documents */

/* It is asked for until it is there: one obligation for good, due within the year. */
static struct result document_exists(struct sweep *s, const struct policy_duty *duty)
{
	struct duty_period year = duty_year_of(s->day, s->d->at.holidays);
	bool asked = false;
	TRY(store_ask_one(s->d->at.store, "SELECT 1 FROM duty WHERE body = ?1 AND duty = ?2 AND trigger_sort = 'document'"
	                                  " AND object = '' LIMIT 1",
	                  ARGS(arg_str(s->d->at.body), arg_str(duty->id)), &asked, NULL, s->why));
	if (asked && !*duty->of)
		return ok();
	year.first = 0; /* no period: the same one in every year */
	return open_period(s, duty, "document", &year);
}

/* The register may know the document already. */
static struct result settle_known(struct sweep *s, const struct policy_duty *duty)
{
	struct obligation *open;
	struct register_row *rows;
	size_t open_count, count = 0;
	bool more;
	struct register_query query = {.kind = "policy_document", .words = duty->label, .limit = REGISTER_PAGE};
	TRY(duty_rows(s->d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.duty = ?2"
	                    " AND d.trigger_sort = 'document' AND d.state IN ('open', 'question', 'advice', 'overdue')"
	                    " ORDER BY d.id", ARGS(arg_str(s->d->at.body), arg_str(duty->id)), s->arena, &open, &open_count,
	              s->why));
	if (!open_count)
		return ok();
	TRY(register_list(s->d->at.registers, &query, s->arena, &rows, &count, &more, s->why));
	for (size_t i = 0; i < open_count; i++)
		for (size_t k = 0; k < count; k++) {
			if (!strstr(rows[k].name, duty->label) || (*open[i].section && strcmp(open[i].section, rows[k].section) != 0))
				continue;
			TRY(duty_record_about(s->d, "duty.done", rows[k].changed_by, "", &open[i],
			                      json_pack("{s[s] ss}", "evidence", rows[k].id, "note", ""), s->why));
			break;
		}
	return ok();
}

static struct result exists(struct sweep *s, const struct policy_duty *duty, bool *out)
{
	return store_ask_one(s->d->at.store, "SELECT 1 FROM duty WHERE body = ?1 AND duty = ?2 AND trigger_sort = 'document'"
	                                     " AND state = 'done' LIMIT 1",
	                     ARGS(arg_str(s->d->at.body), arg_str(duty->id)), out, NULL, s->why);
}

/* ---- one duty, one sweep */

static struct result sweep_duty(struct sweep *s, const struct policy_duty *duty)
{
	bool there = !duty->document;
	struct duty_period period;
	if (duty->document) {
		TRY(document_exists(s, duty));
		TRY(settle_known(s, duty));
		TRY(exists(s, duty, &there));
	}
	for (size_t i = 0; there && i < duty->trigger_count; i++) {
		const struct duty_trigger *t = &duty->triggers[i];
		if (t->kind == DUTY_ALWAYS)
			period = duty_year_of(s->day, s->d->at.holidays);
		else if (t->kind != DUTY_EACH || !duty_period_of(&t->each, s->day, s->d->at.holidays, &period))
			continue;
		TRY(open_period(s, duty, t->kind == DUTY_ALWAYS ? "always" : "each", &period));
	}
	return ok();
}

/* ---- what is no longer owed */

static struct result withdraw(struct sweep *s, const struct obligation *o, const char *ground, size_t *withdrawn)
{
	(*withdrawn)++;
	return duty_record_about(s->d, "duty.withdrawn", "", "", o, json_pack("{ss}", "ground", ground), s->why);
}

static struct result still_owed(struct sweep *s, const struct obligation *o, size_t *withdrawn)
{
	const struct duty_chart *chart;
	const char *who = o->owed_count == 1 ? o->owed[0].person : "";
	if (!duty_named(&s->d->then, o->duty))
		return withdraw(s, o, "edition", withdrawn);
	if (!*who)
		return ok();
	TRY(duty_chart(s->d, &chart, s->why));
	const struct person *person = duty_chart_person(chart, who);
	return person && person->active ? ok() : withdraw(s, o, "left", withdrawn);
}

static struct result drop_lapsed(struct sweep *s, size_t *withdrawn)
{
	struct obligation *open;
	size_t count;
	TRY(duty_rows(s->d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1"
	                    " AND d.state IN ('open', 'question', 'advice', 'overdue') AND d.trigger_sort NOT IN ('on', 'drill')"
	                    " ORDER BY d.id", ARGS(arg_str(s->d->at.body)), s->arena, &open, &count, s->why));
	for (size_t i = 0; i < count; i++)
		TRY(still_owed(s, &open[i], withdrawn));
	return ok();
}

/* ---- the months */

/* A transaction a duty: others get in between, and a fall in the midst loses nothing. */
static struct result sweep_day(struct duties *d, day_t day, size_t *opened, size_t *withdrawn, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(DUTY_ROOM * 8), *scratch = arena_new(DUTY_ROOM);
	struct sweep s = {.d = d, .day = day, .arena = arena, .scratch = scratch, .opened = opened, .why = why};
	struct why own = {0};
	if (!arena || !scratch)
		return duty_no_memory(why);
	struct result read = duty_statements_of(d, &d->then, day, &own);
	if (read.code == E_ABSENT) /* no policy was in force on that day */
		return ok();
	if (read.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	for (size_t i = 0; i < d->then.count; i++) {
		AUTO(tx_drop) struct tx tx = {0};
		arena_reset(arena);
		TRY(duty_begin(d, &tx, why));
		TRY(sweep_duty(&s, &d->then.at[i]));
		TRY(tx_commit(&tx, why));
	}
	AUTO(tx_drop) struct tx tx = {0};
	arena_reset(arena);
	TRY(duty_begin(d, &tx, why));
	TRY(drop_lapsed(&s, withdrawn));
	return tx_commit(&tx, why);
}

/* ---- when the policy changes between two months */

/* What the duties of the day are, in one number: other ones, or other values, give
 * another.                                                                   */
static int64_t fingerprint(const struct statements *s)
{
	uint64_t hash = 1469598103934665603u; /* FNV-1a: it only has to differ */
	for (size_t i = 0; i < s->count; i++) {
		const struct policy_duty *duty = &s->at[i];
		AUTO(buffer_done) struct buffer text = {0};
		buffer_init(&text, 4096);
		buffer_put_str(&text, duty->id);
		duty_span_text(&duty->within, &text);
		for (size_t k = 0; k < duty->trigger_count; k++) {
			buffer_put_str(&text, duty->triggers[k].event);
			duty_span_text(&duty->triggers[k].each, &text);
		}
		struct slice bytes = buffer_slice(&text);
		for (size_t k = 0; k < bytes.len; k++)
			hash = (hash ^ bytes.at[k]) * 1099511628211u;
	}
	return (int64_t)(hash >> 1);
}

/* A deadline that was unset when the obligation was opened, and is set now. */
static struct result date_them(struct sweep *s)
{
	struct obligation *open;
	size_t count;
	TRY(duty_rows(s->d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.body = ?1 AND d.clock = 'unset'"
	                    " AND d.state IN ('open', 'question', 'advice', 'overdue') ORDER BY d.id",
	              ARGS(arg_str(s->d->at.body)), s->arena, &open, &count, s->why));
	for (size_t i = 0; i < count; i++) {
		const struct policy_duty *duty = duty_named(&s->d->then, open[i].duty);
		int64_t due = duty ? duty_deadline(&duty->within, open[i].opened_ms, s->d->at.holidays) : 0;
		if (due)
			TRY(duty_record_about(s->d, "duty.dated", "", "", &open[i], json_pack("{sI}", "due", (json_int_t)due),
			                      s->why));
	}
	return ok();
}

static struct result date_all(struct duties *d, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(DUTY_ROOM * 2);
	AUTO(tx_drop) struct tx tx = {0};
	struct sweep s = {.d = d, .arena = arena, .why = why};
	if (!arena)
		return duty_no_memory(why);
	TRY(duty_begin(d, &tx, why));
	TRY(date_them(&s));
	return tx_commit(&tx, why);
}

static struct result swept(struct duties *d, day_t day, int64_t print, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(duty_begin(d, &tx, why));
	TRY(duty_cursor_set(d, "swept", day, why));
	TRY(duty_cursor_set(d, "statements", print, why));
	return tx_commit(&tx, why);
}

/* Today's statements; -1 on a day without a policy in force. */
static struct result print_of_today(struct duties *d, int64_t *out, struct why *why)
{
	struct why own = {0};
	struct result read = duty_statements_of(d, &d->now, duty_today(d), &own);
	*out = -1;
	if (read.code == OK)
		*out = fingerprint(&d->now);
	else if (read.code != E_ABSENT)
		return fail(why, own.code, own.place, "%s", own.text);
	return ok();
}

struct result duty_sweep(struct duties *d, size_t *opened, size_t *withdrawn, struct why *why)
{
	day_t today = duty_today(d), earliest = duty_month_begin(today);
	int64_t last = 0, print = 0, before = 0;
	TRY(duty_cursor(d, "swept", INT64_MIN, &last, why));
	TRY(duty_cursor(d, "statements", -2, &before, why));
	TRY(print_of_today(d, &print, why));
	for (int i = 0; i < MONTHS_BACK; i++)
		earliest = duty_month_begin(earliest - 1);
	day_t day = last == INT64_MIN ? today : duty_next_month((day_t)last);
	for (day = day < earliest ? earliest : day; day <= today; day = duty_next_month(day)) {
		TRY(sweep_day(d, day, opened, withdrawn, why));
		TRY(swept(d, day, before, why));
		last = day;
	}
	if (print == before)
		return ok();
	/* other duties or other values than at the last sweep: at once, not with the month */
	if (last != today)
		TRY(sweep_day(d, today, opened, withdrawn, why));
	TRY(date_all(d, why));
	return swept(d, today, print, why);
}
