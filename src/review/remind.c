/* Reminders: before the last day once, after it again and again. */
#include "review/internal.h"

enum { DAY_MS = 86400000, REMINDED_AT_ONCE = 1000 };

/* A parameter of the policy as days; false: unset, or the policy has none. */
static bool days_of(struct desk *desk, const char *name, int64_t *out)
{
	const struct policy_edition *edition = policy_edition_on(desk->policy, desk->policy_name, review_today(desk));
	struct policy_value value;
	if (!edition || policy_parameter(desk->policy, edition, name, NULL, review_today(desk), &value, NULL).code != OK || !value.set)
		return false;
	static const struct {
		const char *unit;
		int64_t hours;
	} units[] = {{"hours", 1}, {"days", 24}, {"working-days", 24}, {"months", 720}, {"years", 8760}};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].unit, value.unit) == 0) {
			*out = (value.number * units[i].hours + 23) / 24;
			return true;
		}
	return false;
}

/* Whoever was not reminded since that moment. */
static struct result remind(struct desk *desk, const struct review_campaign *c, int64_t since_ms, struct arena *arena,
                            size_t *reminded, struct why *why)
{
	struct review_sheet *sheets;
	size_t count;
	const struct review_sheet_query query = {.campaign = c->id, .unanswered = true, .limit = REVIEW_PEOPLE};
	TRY(review_sheets(desk, &query, arena, &sheets, &count, why));
	json_t *people = json_array();
	for (size_t i = 0; i < count; i++) {
		if (sheets[i].reminded_ms >= since_ms)
			continue;
		json_array_append_new(people, json_string(sheets[i].person));
		++*reminded;
		if (json_array_size(people) < REMINDED_AT_ONCE)
			continue;
		TRY(review_record(desk, "review.reminded", c->id, "sekisho-clock", NULL, json_pack("{s:o}", "people", people), why));
		people = json_array();
	}
	if (json_array_size(people))
		return review_record(desk, "review.reminded", c->id, "sekisho-clock", NULL, json_pack("{s:o}", "people", people), why);
	json_decref(people);
	return ok();
}

struct result review_tick(struct desk *desk, size_t *reminded, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct review_campaign *list;
	size_t count;
	int64_t before = 0, again = 0;
	day_t today = review_today(desk);
	*reminded = 0;
	if (!arena)
		return review_no_memory(why);
	bool ahead = days_of(desk, "remind_before", &before), after = days_of(desk, "remind_again", &again);
	TRY(tx_begin(desk->store, &tx, why));
	TRY(review_list(desk, arena, &list, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct review_campaign *c = &list[i];
		if (c->closed_ms || c->answered == c->sheets)
			continue;
		if (today > c->deadline && after && again > 0) {
			/* the first day past it, then every `again` days */
			int64_t turn = (today - c->deadline - 1) / again;
			TRY(remind(desk, c, ms_of_day(c->deadline + 1) + turn * again * DAY_MS, arena, reminded, why));
		} else if (today <= c->deadline && ahead && today >= c->deadline - before && c->opened_ms < ms_of_day(today)) {
			TRY(remind(desk, c, 1, arena, reminded, why));
		}
	}
	return tx_commit(&tx, why);
}
