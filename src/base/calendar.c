/* Days, eras and instants.
 *
 * Arithmetic is on whole days with the year beginning in March, so that the
 * leap day is the last of its year.  Before 1873 Japan counted by the moon: no
 * era is written or read there.                                            */
#include "base/calendar.h"

#include "base/eras.h"

#include <stdio.h>

static const int64_t MS_OF_DAY = 86400000, JAPAN_MS = 9 * 3600000;

const struct era eras[ERAS] = {
	{"令和", "㋿", 'R', {2019, 5, 1}, 2018},  {"平成", "㍻", 'H', {1989, 1, 8}, 1988},
	{"昭和", "㍼", 'S', {1926, 12, 25}, 1925}, {"大正", "㍽", 'T', {1912, 7, 30}, 1911},
	{"明治", "㍾", 'M', {1873, 1, 1}, 1867},
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 of a date that exists. */
static day_t count_days(struct date date)
{
	int year = date.year - (date.month <= 2);
	int month = (date.month + 9) % 12; /* March is 0 */
	int era = year / 400, of_era = year % 400;
	int of_year = (153 * month + 2) / 5 + date.day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool day_from_date(struct date date, day_t *out)
{
	if (date.year < 1868 || date.year > 9999 || date.month < 1 || date.month > 12)
		return false;
	if (date.day < 1 || date.day > days_in_month(date.year, date.month))
		return false;
	*out = count_days(date);
	return true;
}

struct date day_to_date(day_t day)
{
	int64_t days = (int64_t)day + 719468;
	int64_t era = floor_div(days, 146097);
	int of_era = (int)(days - era * 146097);
	int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int month = (5 * of_year + 2) / 153;
	struct date date = {
		.year = (int)(era * 400) + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1,
	};
	return date;
}

int day_weekday(day_t day)
{
	return (int)(((int64_t)day % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
}

day_t day_of_ms(int64_t ms)
{
	return (day_t)floor_div(ms + JAPAN_MS, MS_OF_DAY);
}

int64_t ms_of_day(day_t day)
{
	return day * MS_OF_DAY - JAPAN_MS;
}

const struct era *era_of(day_t day)
{
	for (size_t i = 0; i < ERAS; i++)
		if (day >= count_days(eras[i].first))
			return &eras[i];
	return NULL;
}

void day_iso(day_t day, char out[11])
{
	struct date d = day_to_date(day);
	snprintf(out, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100,
	         (unsigned)d.day % 100);
}

void day_short(day_t day, char out[48])
{
	struct date d = day_to_date(day);
	const struct era *era = era_of(day);
	if (era)
		snprintf(out, 48, "%c%d.%d.%d", era->letter, d.year - era->year_zero, d.month, d.day);
	else
		snprintf(out, 48, "%d.%d.%d", d.year, d.month, d.day);
}

void day_long(day_t day, char out[48])
{
	static const char *const weekdays[] = {"日", "月", "火", "水", "木", "金", "土"};
	struct date d = day_to_date(day);
	const struct era *era = era_of(day);
	char year[24];
	int number = era ? d.year - era->year_zero : d.year;
	snprintf(year, sizeof year, "%d", number);
	snprintf(out, 48, "%s%s年%d月%d日（%s）", era ? era->name : "", number == 1 ? "元" : year,
	         d.month, d.day, weekdays[day_weekday(day)]);
}

static int minute_of_ms(int64_t ms)
{
	return (int)((ms - ms_of_day(day_of_ms(ms))) / 60000);
}

void ms_iso(int64_t ms, char out[32])
{
	char day[11];
	unsigned second = (unsigned)(ms - ms_of_day(day_of_ms(ms))) / 1000;
	day_iso(day_of_ms(ms), day);
	snprintf(out, 32, "%sT%02u:%02u:%02u+09:00", day, second / 3600 % 24, second / 60 % 60,
	         second % 60);
}

void ms_short(int64_t ms, char out[48])
{
	char day[48];
	int minute = minute_of_ms(ms);
	day_short(day_of_ms(ms), day);
	snprintf(out, 48, "%.32s %d:%02d", day, minute / 60, minute % 60);
}

int fiscal_year(day_t day)
{
	struct date date = day_to_date(day);
	return date.year - (date.month < 4);
}

day_t fiscal_year_begin(int year)
{
	return count_days((struct date){year, 4, 1});
}
