/* Obligations as they are read: rows, seats, lists, and who holds what today. */
#include "duty/internal.h"

#include <stdio.h>
#include <stdlib.h>

static enum duty_strength strength_read(struct slice text)
{
	return slice_is(text, "should") ? DUTY_SHOULD : slice_is(text, "as-needed") ? DUTY_AS_NEEDED : DUTY_MUST;
}

static enum duty_clock clock_read(struct slice text)
{
	return slice_is(text, "due") ? DUTY_CLOCK_DUE : slice_is(text, "unset") ? DUTY_CLOCK_UNSET : DUTY_CLOCK_NONE;
}

static const char *const *split(struct slice text, struct arena *arena, size_t *count)
{
	const char **out = ARENA_ARRAY(arena, DUTY_EVIDENCE, const char *);
	*count = 0;
	while (out && text.len && *count < DUTY_EVIDENCE) {
		size_t space = slice_find(text, SLICE(" ")), len = space == SIZE_MAX ? text.len : space;
		out[(*count)++] = arena_string(arena, slice_part(text, 0, len));
		text = slice_part(text, len + 1, text.len);
	}
	return out;
}

struct result duty_row(struct duties *d, struct statement *s, struct arena *arena, struct obligation *out,
                       struct why *why)
{
	(void)d;
	enum { TEXTS = 11 };
	static const int places[TEXTS] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 18, 19};
	const char *text[TEXTS];
	for (size_t i = 0; i < TEXTS; i++)
		if (!(text[i] = arena_string(arena, column_text(s, places[i]))))
			return duty_no_memory(why);
	*out = (struct obligation){
		.id = text[0], .duty = text[1], .clause = text[2], .task = text[3], .trigger = text[4], .event = text[5],
		.object = text[6], .kind = text[7], .section = text[8], .closed_by = text[9], .closed_as = text[10],
		.trigger_seq = column_i64(s, 6), .strength = strength_read(column_text(s, 11)),
		.state = duty_state_read(column_text(s, 12)), .clock = clock_read(column_text(s, 13)),
		.opened_ms = column_i64(s, 14), .due_ms = column_i64(s, 15), .closed_ms = column_i64(s, 16),
		.escalations = (unsigned)column_i64(s, 17),
	};
	struct slice period = column_text(s, 10);
	if (period.len)
		TRY(day_parse(period, &out->period, why));
	out->evidence = split(column_text(s, 20), arena, &out->evidence_count);
	out->note = arena_string(arena, column_text(s, 21)); /* the item: duty_get opens it */
	return out->evidence && out->note ? ok() : duty_no_memory(why);
}

static struct result seats_of(struct duties *d, const char *id, const char *role, struct arena *arena,
                              const struct duty_seat **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	enum { ROOM = 32 };
	struct duty_seat *seats = ARENA_ARRAY(arena, ROOM, struct duty_seat);
	bool row = false;
	if (!seats)
		return duty_no_memory(why);
	*count = 0;
	TRY(store_ask(d->at.store, "SELECT post, scope, person FROM duty_owner WHERE duty = ?1 AND role = ?2 ORDER BY place",
	              ARGS(arg_str(id), arg_str(role)), &s, why));
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row || *count == ROOM)
			break;
		struct duty_seat seat = {arena_string(arena, column_text(s, 0)), arena_string(arena, column_text(s, 1)),
		                         arena_string(arena, column_text(s, 2))};
		if (!seat.post || !seat.scope || !seat.person)
			return duty_no_memory(why);
		seats[(*count)++] = seat;
	}
	*out = seats;
	return ok();
}

struct result duty_seats(struct duties *d, struct arena *arena, struct obligation *o, struct why *why)
{
	TRY(seats_of(d, o->id, "by", arena, &o->owed, &o->owed_count, why));
	return seats_of(d, o->id, "else", arena, &o->upwards, &o->upwards_count, why);
}

static struct result read_all(struct duties *d, struct statement *s, struct arena *arena, struct obligation **out,
                              size_t *count, struct why *why)
{
	size_t room = 0, have = 0;
	struct obligation *rows = NULL;
	bool row = false;
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		if (have == room) {
			size_t wider = room ? room * 2 : 32;
			struct obligation *more = ARENA_ARRAY(arena, wider, struct obligation);
			if (!more)
				return duty_no_memory(why);
			if (have)
				memcpy(more, rows, have * sizeof *more);
			rows = more;
			room = wider;
		}
		TRY(duty_row(d, s, arena, &rows[have++], why));
	}
	*out = rows;
	*count = have;
	return ok();
}

struct result duty_rows(struct duties *d, const char *sql, const struct arg *args, size_t arg_count,
                        struct arena *arena, struct obligation **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct obligation *rows = NULL;
	size_t have = 0;
	TRY(store_ask(d->at.store, sql, args, arg_count, &s, why));
	TRY(read_all(d, s, arena, &rows, &have, why));
	statement_drop(&s);
	s = NULL;
	for (size_t i = 0; i < have; i++)
		TRY(duty_seats(d, arena, &rows[i], why));
	*out = rows;
	*count = have;
	return ok();
}

/* ---- one */

static struct result open_note(struct duties *d, struct obligation *o, struct arena *arena, struct why *why)
{
	struct slice text;
	struct why own = {0};
	if (!*o->note)
		return ok();
	struct result read = vault_get(d->at.vault, slice_str(o->note), arena, &text, &own);
	if (read.code == E_DENIED) { /* its retention has ended */
		o->note = "（消去済み）";
		return ok();
	}
	if (read.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	o->note = arena_string(arena, text);
	return o->note ? ok() : duty_no_memory(why);
}

struct result duty_get(struct duties *d, const char *id, struct arena *arena, struct obligation *out, struct why *why)
{
	struct obligation *found;
	size_t count;
	TRY(duty_rows(d, "SELECT " DUTY_COLUMNS " FROM duty d WHERE d.id = ?1 AND d.body = ?2",
	              ARGS(arg_str(id), arg_str(d->at.body)), arena, &found, &count, why));
	if (!count)
		return fail(why, E_ABSENT, id, "その義務は記録されていません。");
	TRY(open_note(d, &found[0], arena, why));
	*out = found[0];
	return ok();
}

/* ---- who may settle it today */

static struct result add_person(struct duties *d, const struct duty_seat *seat, struct holder *list, size_t *count,
                                struct arena *arena, struct why *why)
{
	struct person person;
	struct why own = {0};
	struct result known = office_person(d->at.office, seat->person, arena, &person, &own);
	if (known.code == E_ABSENT || (known.code == OK && !person.active))
		return ok();
	if (known.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	list[(*count)++] = (struct holder){.person = person.id, .as = "", .post = seat->post, .scope = seat->scope};
	return ok();
}

enum { HOLDERS = 64 };

static struct result add_seat(struct duties *d, const struct duty_seat *seat, const char *task, struct holder *list,
                              size_t *count, struct arena *arena, struct why *why)
{
	struct holder *found;
	size_t n = 0;
	struct why own = {0};
	if (*seat->person)
		return *count < HOLDERS ? add_person(d, seat, list, count, arena, why) : ok();
	if (!*seat->post || strcmp(seat->post, "actor") == 0 || strcmp(seat->post, "approver") == 0)
		return ok(); /* nobody can be told: a hole */
	struct office_question q = {.post = seat->post, .scope = seat->scope, .day = duty_today(d), .act = task,
	                            .policy_name = d->at.policy_name};
	struct result asked = office_resolve(d->at.office, d->at.policy, &q, arena, &found, &n, &own);
	if (asked.code == E_ABSENT) /* a post that the edition in force no longer has */
		return ok();
	if (asked.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	for (size_t i = 0; i < n && *count < HOLDERS; i++)
		list[(*count)++] = found[i];
	return ok();
}

static struct result holders_of(struct duties *d, const struct duty_seat *seats, size_t seat_count, const char *task,
                                struct arena *arena, struct holder **out, size_t *count, struct why *why)
{
	struct holder *list = ARENA_ARRAY(arena, HOLDERS, struct holder);
	size_t have = 0;
	if (!list)
		return duty_no_memory(why);
	for (size_t i = 0; i < seat_count; i++)
		TRY(add_seat(d, &seats[i], task, list, &have, arena, why));
	*out = list;
	*count = have;
	return ok();
}

struct result duty_holders(struct duties *d, const struct obligation *o, struct arena *arena, struct holder **out,
                           size_t *count, struct why *why)
{
	return holders_of(d, o->owed, o->owed_count, o->task, arena, out, count, why);
}

struct result duty_upwards(struct duties *d, const struct obligation *o, struct arena *arena, struct holder **out,
                           size_t *count, struct why *why)
{
	return holders_of(d, o->upwards, o->upwards_count, o->task, arena, out, count, why);
}
