/* base/calendar.h - days, 和暦, 年度 and 開庁日
 *
 * A day is a count of days since 1970-01-01 (proleptic Gregorian).  Japan has
 * one time zone without summer time: UTC+9, used for every day that people see.
 * Closed days are data: national holidays from share/calendar/holidays.tsv,
 * the year-end closing (December 29 to January 3) and weekends by rule.
 * source  Act on National Holidays (昭和23年法律第178号); Local Autonomy Act
 *         article 4-2 (closed days of local government offices)
 */
#ifndef SEKISHO_BASE_CALENDAR_H
#define SEKISHO_BASE_CALENDAR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

typedef int32_t day_t; /* the one typedef: a day is not a number */

struct date {
	int year;  /* 1868..9999 */
	int month; /* 1..12 */
	int day;   /* 1..31 */
};

bool day_from_date(struct date date, day_t *out);
struct date day_to_date(day_t day);
/* day_weekday - 0 Sunday .. 6 Saturday */
int day_weekday(day_t day);
/* day_of_ms - the Japanese day of an instant */
day_t day_of_ms(int64_t ms);
/* ms_of_day - the instant at which that day begins in Japan */
int64_t ms_of_day(day_t day);

/* day_parse - reads 2026-03-13, 2026/3/13, R8.3.13, 令和8年3月13日, 平成元年…,
 * full-width digits too, its 曜日 in brackets if it fits; refuses days
 * that do not exist and dates outside the era they name.  Eras begin with
 * 1873: before it Japan counted by the moon                               */
struct result day_parse(struct slice text, day_t *out, struct why *why) MUST;
/* day_iso - "2026-03-13"; out holds 11 bytes */
void day_iso(day_t day, char out[11]);
/* day_short - "R8.3.13"; day_long - "令和8年3月13日（金）"; room >= 48 bytes */
void day_short(day_t day, char out[48]);
void day_long(day_t day, char out[48]);
/* ms_iso - "2026-03-13T09:05:00+09:00" ; ms_short - "R8.3.13 9:05" */
void ms_iso(int64_t ms, char out[32]);
void ms_short(int64_t ms, char out[48]);

/* fiscal_year - 年度: 2025 for 2026-03-31, 2026 for 2026-04-01 */
int fiscal_year(day_t day);
day_t fiscal_year_begin(int year);

struct holidays; /* opaque; lives in the arena it was read into */
/* holidays_read - TSV: date<TAB>name, '#' comments; order free, no day twice */
struct result holidays_read(struct slice tsv, struct arena *arena,
                            const struct holidays **out, struct why *why) MUST;
/* holiday_name - NULL when the day is no listed holiday */
const char *holiday_name(const struct holidays *holidays, day_t day);
/* is_working_day - holidays nullable (no list: rules only); neither weekend, holiday nor December 29 .. January 3 */
bool is_working_day(const struct holidays *holidays, day_t day);
/* working_days_after - the n-th working day after `from`; n = 0 gives the next
 * working day on or after it                                              */
day_t working_days_after(const struct holidays *holidays, day_t from, int n);

#endif
