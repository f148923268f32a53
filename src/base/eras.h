/* base/eras.h - the table of 元号; inside the room only
 * source  太政官布告 (明治6年1月1日: the solar calendar begins); 元号法 and its
 *         cabinet orders                                                    */
#ifndef SEKISHO_BASE_ERAS_H
#define SEKISHO_BASE_ERAS_H

#include "base/calendar.h"

struct era {
	const char *name;       /* 令和 */
	const char *square;     /* ㋿ */
	char letter;            /* R */
	struct date first;      /* first day that is written in it */
	int year_zero;          /* year of the era + this = Gregorian year */
};
enum { ERAS = 5 };
extern const struct era eras[ERAS]; /* newest first */

/* era_of - the era a day is written in; NULL before 1873-01-01 */
const struct era *era_of(day_t day);

#endif
