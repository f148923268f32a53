/* Leaving the office. */
#include "office/leave.h"

#include "office/internal.h"

struct result office_left(struct office *office, const char *person, day_t *day, struct why *why)
{
	bool found = false;
	int64_t since = 0;
	TRY(office_ask_one(office, "SELECT l.from_day FROM office_left l JOIN office_person p ON p.body=l.body AND p.id=l.person"
	                   " WHERE l.body=?1 AND l.person=?2 AND p.active=0", ARGS(arg_str(person)), &found, &since, why));
	*day = found ? (day_t)since : 0;
	return ok();
}

static struct result end_posts(struct office *office, const char *by, const char *person, day_t today, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct holding *held;
	size_t count;
	if (!arena)
		return office_no_memory(why);
	TRY(office_holdings(office, person, today, arena, &held, &count, why));
	for (size_t i = 0; i < count; i++)
		TRY(office_end_post(office, by, held[i].post, held[i].scope, person, today - 1, why));
	return ok();
}

struct result office_leave(struct office *office, const char *by, const char *person, struct slice reason, struct why *why)
{
	day_t today = day_of_ms(office_now_ms(office)), left;
	bool active = false;
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_person_must_exist(office, person, why));
	TRY(office_left(office, person, &left, why));
	if (left)
		return fail(why, E_CONFLICT, "person", "この職員は、もう離職したと記録されています。");
	TRY(office_ask_one(office, "SELECT 1 FROM office_person WHERE body=?1 AND id=?2 AND active=1", ARGS(arg_str(person)),
	                   &active, NULL, why));
	TRY(end_posts(office, by, person, today, why));
	if (active)
		TRY(office_suspend(office, by, person, true, reason, why));
	TRY(office_record(office, "office.person.left", by, person, FIELDS(field_str("person", person)), why));
	return tx_commit(&tx, why);
}
