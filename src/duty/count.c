/* How many stand where: the tallies that the projection keeps. */
#include "duty/internal.h"

static const char *const buckets[BUCKETS] = {
	[BUCKET_OVERDUE] = "overdue", [BUCKET_UNSET] = "unset",     [BUCKET_OPEN] = "open",
	[BUCKET_ADVICE] = "advice",   [BUCKET_SETTLED] = "settled", [BUCKET_WITHDRAWN] = "withdrawn",
};

struct counts {
	struct duty_count *at;
	size_t count, room;
};

static struct duty_count *count_of(struct counts *c, struct slice of, struct slice period, struct arena *arena)
{
	struct duty_count *last = c->count ? &c->at[c->count - 1] : NULL;
	if (last && slice_is(of, last->of) && slice_is(period, last->period))
		return last;
	if (c->count == c->room) {
		size_t wider = c->room ? c->room * 2 : 256;
		struct duty_count *more = ARENA_ARRAY(arena, wider, struct duty_count);
		if (!more)
			return NULL;
		if (c->count)
			memcpy(more, c->at, c->count * sizeof *more);
		c->at = more;
		c->room = wider;
	}
	last = &c->at[c->count++];
	*last = (struct duty_count){.of = arena_string(arena, of), .period = arena_string(arena, period)};
	return last->of && last->period ? last : NULL;
}

/* rows of (of, period, bucket, n), sorted */
static struct result read_counts(struct duties *d, const char *sql, const char *section, struct arena *arena,
                                 struct duty_count **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct counts c = {.count = 0};
	const struct arg args[] = {arg_str(d->at.body), arg_str(section ? section : "")};
	bool row = false;
	TRY(store_ask(d->at.store, sql, args, section ? 2 : 1, &s, why));
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		struct duty_count *one = count_of(&c, column_text(s, 0), column_text(s, 1), arena);
		if (!one)
			return duty_no_memory(why);
		for (size_t i = 0; i < BUCKETS; i++)
			if (slice_is(column_text(s, 2), buckets[i]))
				one->n[i] += column_i64(s, 3);
	}
	*out = c.at;
	*count = c.count;
	return ok();
}

struct result duty_counts(struct duties *d, struct arena *arena, struct duty_count **out, size_t *count,
                          struct why *why)
{
	return read_counts(d, "SELECT duty, period, bucket, n FROM duty_tally WHERE body = ?1 AND n <> 0"
	                      " ORDER BY duty, period, bucket", NULL, arena, out, count, why);
}

struct result duty_section_counts(struct duties *d, struct arena *arena, struct duty_count **out, size_t *count,
                                  struct why *why)
{
	return read_counts(d, "SELECT section, '', bucket, n FROM duty_by_section WHERE body = ?1 AND n <> 0"
	                      " ORDER BY section, bucket", NULL, arena, out, count, why);
}

struct result duty_late(struct duties *d, const char *section, struct arena *arena, struct duty_count **out,
                        size_t *count, struct why *why)
{
	return read_counts(d, "SELECT clause, '', 'overdue', COUNT(*) FROM duty WHERE body = ?1 AND (?2 = '' OR section = ?2)"
	                      " AND (state = 'overdue' OR (state = 'question' AND escalations > 0)) AND trigger_sort <> 'drill' GROUP BY clause"
	                      " ORDER BY clause", section, arena, out, count, why);
}
