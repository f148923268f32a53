/* Deadlines by the Civil Code, periods by the fiscal year. */
#include "base/file.h"
#include "duty/period.h"
#include "harness.h"

static const struct holidays *holidays(struct arena *arena)
{
	const struct holidays *read = NULL;
	struct slice tsv;
	struct why why = {0};
	CHECK_OK(file_read(SEKISHO_SOURCE "/share/calendar/holidays.tsv", 1 << 20, arena, &tsv, &why), &why);
	CHECK_OK(holidays_read(tsv, arena, &read, &why), &why);
	return read;
}

static day_t day(const char *text)
{
	day_t out = 0;
	CHECK(day_parse(slice_str(text), &out, NULL).code == OK);
	return out;
}

static struct duty_span span(int64_t count, const char *unit)
{
	return (struct duty_span){.given = true, .set = true, .parameter = "", .label = "", .count = count, .unit = unit};
}

TEST(deadlines)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	const struct holidays *known = holidays(arena);
	static const struct {
		const char *from;
		int64_t count;
		const char *unit, *last;
	} rows[] = {
		{"2026-11-16", 1, "days", "2026-11-17"},
		{"2026-11-19", 2, "days", "2026-11-24"},          /* Saturday, then Sunday and a holiday: the Tuesday */
		{"2026-12-25", 4, "days", "2027-01-04"},          /* within the year's end */
		{"2026-11-20", 3, "working-days", "2026-11-26"},  /* 23 is a holiday */
		{"2026-11-21", 1, "working-days", "2026-11-24"},
		{"2026-01-31", 1, "months", "2026-03-02"},        /* begins on February 1, ends on the 28th, a Saturday */
		{"2027-01-28", 1, "months", "2027-03-01"},        /* no 29th of February; the 28th is a Sunday */
		{"2028-01-28", 1, "months", "2028-02-28"},        /* leap year: the day before the 29th */
		{"2028-01-30", 1, "months", "2028-02-29"},        /* leap year: no 31st, its last day */
		{"2026-02-28", 1, "months", "2026-03-31"},        /* begins with a month: ends with one */
		{"2028-02-28", 1, "years", "2029-02-28"},         /* counted from the 29th: no such day a year on */
		{"2026-03-31", 1, "years", "2027-03-31"},
		{"2026-03-31", 1, "fiscal-years", "2026-03-31"},
		{"2026-04-01", 1, "fiscal-years", "2027-03-31"},
		{"2026-04-01", 2, "fiscal-years", "2028-03-31"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct duty_span s = span(rows[i].count, rows[i].unit);
		char got[11];
		int64_t due = duty_deadline(&s, ms_of_day(day(rows[i].from)) + 10 * 3600000, known);
		day_iso(day_of_ms(due), got);
		if (strcmp(got, rows[i].last) != 0)
			printf("  row %zu: %s + %lld %s\n", i, rows[i].from, (long long)rows[i].count, rows[i].unit);
		CHECK_STR(got, rows[i].last);
		CHECK_INT(due, ms_of_day(day(rows[i].last) + 1) - 1); /* the whole last day */
	}
}

TEST(hours_run_through_the_night_and_what_is_not_set_has_no_end)
{
	struct duty_span hours = span(24, "hours"), unset = {.given = true, .parameter = "promptly"}, odd = span(3, "MiB");
	struct duty_span none = span(0, "days"), huge = span(INT64_MAX, "years");
	CHECK_INT(duty_deadline(&hours, 1000, NULL), 1000 + 86400000);
	CHECK_INT(duty_deadline(&unset, 1000, NULL), 0);
	CHECK_INT(duty_deadline(&odd, 1000, NULL), 0);
	CHECK_INT(duty_deadline(&none, 1000, NULL), 0);
	CHECK_INT(duty_deadline(&huge, 1000, NULL), 0);
}

TEST(periods)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	const struct holidays *known = holidays(arena);
	static const struct {
		const char *on;
		int64_t count;
		const char *unit, *first, *last, *due;
	} rows[] = {
		{"2026-04-01", 1, "years", "2026-04-01", "2027-03-31", "2027-03-31"},
		{"2026-03-31", 1, "years", "2025-04-01", "2026-03-31", "2026-03-31"},
		{"2028-02-29", 1, "years", "2027-04-01", "2028-03-31", "2028-03-31"},
		{"2028-02-29", 1, "months", "2028-02-01", "2028-02-29", "2028-02-29"},
		{"2027-02-10", 1, "months", "2027-02-01", "2027-02-28", "2027-02-26"}, /* the 28th is a Sunday */
		{"2026-12-10", 1, "months", "2026-12-01", "2026-12-31", "2026-12-28"}, /* closed from the 29th */
		{"2026-11-20", 3, "months", "2026-10-01", "2026-12-31", "2026-12-28"},
		{"2026-03-31", 3, "months", "2026-01-01", "2026-03-31", "2026-03-31"},
		{"2026-11-20", 6, "months", "2026-10-01", "2027-03-31", "2027-03-31"},
		{"2026-09-30", 6, "months", "2026-04-01", "2026-09-30", "2026-09-30"},
		{"2027-02-10", 5, "months", "2027-02-01", "2027-03-31", "2027-03-31"}, /* cut at the year's end */
		{"2026-11-20", 1, "days", "2026-11-01", "2026-11-30", "2026-11-30"},   /* at least monthly */
		{"2026-11-20", 90, "days", "2026-10-01", "2026-12-31", "2026-12-28"},
		{"2026-11-20", 18, "months", "2026-04-01", "2027-03-31", "2027-03-31"}, /* not later than asked */
		{"2026-11-20", 3, "fiscal-years", "2025-04-01", "2028-03-31", "2028-03-31"},
		{"2026-11-20", 2, "years", "2026-04-01", "2028-03-31", "2028-03-31"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct duty_span s = span(rows[i].count, rows[i].unit);
		struct duty_period p = {0};
		char first[11], last[11], due[11];
		CHECK(duty_period_of(&s, day(rows[i].on), known, &p));
		day_iso(p.first, first);
		day_iso(p.last, last);
		day_iso(day_of_ms(p.due_ms), due);
		if (strcmp(due, rows[i].due) != 0 || strcmp(last, rows[i].last) != 0)
			printf("  row %zu: %s each %lld %s\n", i, rows[i].on, (long long)rows[i].count, rows[i].unit);
		CHECK_STR(first, rows[i].first);
		CHECK_STR(last, rows[i].last);
		CHECK_STR(due, rows[i].due);
	}
	struct duty_span unset = {.given = true, .parameter = "x"}, bytes = span(5, "MiB");
	struct duty_period p;
	CHECK(!duty_period_of(&unset, 20000, known, &p));
	CHECK(!duty_period_of(&bytes, 20000, known, &p));
}

/* Over ten years every day lies in exactly one period, and periods begin where the
 * last ended. */
TEST(periods_leave_no_day_out)
{
	static const int64_t months[] = {1, 2, 3, 4, 5, 6, 7, 12, 24, 36};
	for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
		struct duty_span s = span(months[i], "months");
		struct duty_period p = {0}, next;
		CHECK(duty_period_of(&s, day("2024-04-01"), NULL, &p));
		for (day_t d = day("2024-04-01"); d < day("2034-04-01"); d++) {
			CHECK(duty_period_of(&s, d, NULL, &next));
			CHECK(next.first <= d && d <= next.last && day_to_date(next.first).day == 1);
			CHECK(next.first == p.first || next.first == p.last + 1);
			CHECK(day_of_ms(next.due_ms) >= next.first && day_of_ms(next.due_ms) <= next.last);
			p = next;
		}
	}
}

TEST(months_go_on_over_new_year)
{
	CHECK_INT(duty_next_month(day("2026-12-31")), day("2027-01-01"));
	CHECK_INT(duty_month_begin(day("2028-02-29")), day("2028-02-01"));
	CHECK_INT(duty_next_month(day("2028-02-29")), day("2028-03-01"));
}

MAIN_TESTS()
