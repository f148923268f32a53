/* Deadlines and periods: see period.h for the rules and where they come from. */
#include "duty/period.h"

#include <string.h>

enum { HOUR_MS = 3600000, DAY_MS = 86400000, MONTHS = 12, APRIL = 4, DAYS_A_MONTH = 30, LONGEST = 100000 };

static day_t day_at(int year, int month, int day)
{
	day_t out = 0;
	(void)day_from_date((struct date){year, month, day}, &out);
	return out;
}

day_t duty_month_begin(day_t day)
{
	struct date d = day_to_date(day);
	return day_at(d.year, d.month, 1);
}

/* the first of the month that is n months behind the day's */
static day_t month_after(day_t day, int64_t n)
{
	struct date d = day_to_date(day);
	int64_t months = (int64_t)d.year * MONTHS + d.month - 1 + n;
	return day_at((int)(months / MONTHS), (int)(months % MONTHS) + 1, 1);
}

day_t duty_next_month(day_t day)
{
	return month_after(day, 1);
}

static int64_t end_of(day_t day)
{
	return ms_of_day(day) + DAY_MS - 1;
}

/* ---- deadlines: articles 140 to 143 of the Civil Code */

static int64_t after_days(day_t from, int64_t n, const struct holidays *holidays)
{
	return end_of(working_days_after(holidays, from + (day_t)n, 0));
}

static day_t last_of_months(day_t from, int64_t n)
{
	day_t first = from + 1; /* article 140: the day of the event is not counted */
	struct date d = day_to_date(first);
	day_t month = month_after(first, n), next = month_after(first, n + 1);
	if (d.day == 1)
		return month - 1;
	return month + d.day - 1 < next ? month + d.day - 2 : next - 1;
}

static int64_t after_months(day_t from, int64_t n, const struct holidays *holidays)
{
	return end_of(working_days_after(holidays, last_of_months(from, n), 0));
}

static int64_t after_years(day_t from, int64_t n, const struct holidays *holidays)
{
	return after_months(from, n * MONTHS, holidays);
}

static int64_t after_working_days(day_t from, int64_t n, const struct holidays *holidays)
{
	return end_of(working_days_after(holidays, from, (int)n));
}

/* the end of the n-th fiscal year, this one being the first */
static int64_t after_fiscal_years(day_t from, int64_t n, const struct holidays *holidays)
{
	(void)holidays;
	return end_of(fiscal_year_begin(fiscal_year(from) + (int)n) - 1);
}

int64_t duty_deadline(const struct duty_span *span, int64_t from_ms, const struct holidays *holidays)
{
	static const struct {
		const char *unit;
		int64_t (*after)(day_t from, int64_t n, const struct holidays *holidays);
	} units[] = {
		{"days", after_days}, {"working-days", after_working_days}, {"months", after_months},
		{"years", after_years}, {"fiscal-years", after_fiscal_years},
	};
	if (!span->set || span->count <= 0 || span->count > LONGEST)
		return 0;
	if (strcmp(span->unit, "hours") == 0)
		return from_ms + span->count * HOUR_MS;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].unit, span->unit) == 0)
			return units[i].after(day_of_ms(from_ms), span->count, holidays);
	return 0;
}

/* ---- periods */

/* how many months a period has, at most those that the text gives; 0: no such unit */
static int64_t months_of(const struct duty_span *span)
{
	static const struct {
		const char *unit;
		int64_t months, per; /* count * months / per */
	} units[] = {
		{"months", 1, 1}, {"years", MONTHS, 1}, {"fiscal-years", MONTHS, 1}, {"days", 1, DAYS_A_MONTH},
		{"working-days", 1, 20}, {"hours", 1, 24 * DAYS_A_MONTH},
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].unit, span->unit) == 0) {
			int64_t n = span->count * units[i].months / units[i].per;
			return n ? n : 1;
		}
	return 0;
}

static struct duty_period between(day_t first, day_t last, const struct holidays *holidays)
{
	day_t due = last;
	while (due > first && !is_working_day(holidays, due))
		due--;
	return (struct duty_period){first, last, end_of(due)};
}

bool duty_period_of(const struct duty_span *span, day_t day, const struct holidays *holidays,
                    struct duty_period *out)
{
	int64_t months = span->set && span->count > 0 && span->count <= LONGEST ? months_of(span) : 0;
	int year = fiscal_year(day);
	if (!months)
		return false;
	if (months >= MONTHS) {
		int years = (int)(months / MONTHS), first = year - year % years;
		*out = between(fiscal_year_begin(first), fiscal_year_begin(first + years) - 1, holidays);
		return true;
	}
	struct date d = day_to_date(day);
	int64_t passed = (d.month - APRIL + MONTHS) % MONTHS;
	day_t april = fiscal_year_begin(year), end = fiscal_year_begin(year + 1);
	day_t first = month_after(april, passed - passed % months), next = month_after(first, months);
	*out = between(first, (next < end ? next : end) - 1, holidays);
	return true;
}

struct duty_period duty_year_of(day_t day, const struct holidays *holidays)
{
	int year = fiscal_year(day);
	return between(fiscal_year_begin(year), fiscal_year_begin(year + 1) - 1, holidays);
}
