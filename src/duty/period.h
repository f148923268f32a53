/* duty/period.h - until when: deadlines after an event, and the periods of a year
 *
 * Pure.  Days are Japanese days; an instant is milliseconds since 1970 in UTC.
 * Deadlines count as the Civil Code counts (民法 138 to 143): the day of the event
 * is not counted; months and years end on the day before the corresponding day,
 * or with the month's last day where there is none; a last day on which the
 * office is closed moves to the next working day.  Hours run through.
 * Periods (`each`) are those of the fiscal year: every one begins on the first
 * of a month, counted from April, so that all of a kind fall due together and
 * an audit of a year sees whole periods.  A period never crosses the end of a
 * fiscal year unless it is years long.  What is asked for more often than
 * monthly is confirmed once a month.                                        */
#ifndef SEKISHO_DUTY_PERIOD_H
#define SEKISHO_DUTY_PERIOD_H

#include "base/calendar.h"
#include "policy/duty.h"

/* duty_deadline - the last millisecond within `span` from `from_ms`
 * holidays  nullable
 * returns   0 when the span is not set                                      */
int64_t duty_deadline(const struct duty_span *span, int64_t from_ms, const struct holidays *holidays);

struct duty_period {
	day_t first, last; /* both within it */
	int64_t due_ms;    /* the end of its last working day */
};
/* duty_period_of - the period of `each span` in which the day lies; false when the
 * span is not set                                                           */
bool duty_period_of(const struct duty_span *span, day_t day, const struct holidays *holidays,
                    struct duty_period *out);
/* duty_year_of - the same for a fiscal year as a whole */
struct duty_period duty_year_of(day_t day, const struct holidays *holidays);
/* duty_month_begin - the first of the day's month; duty_next_month - of the next one */
day_t duty_month_begin(day_t day);
day_t duty_next_month(day_t day);

#endif
