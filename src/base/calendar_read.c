/* Dates as people write them.  A day that does not exist, a weekday that does
 * not fit and a date outside the era it names are refused: a guess would move
 * a deadline.                                                              */
#include "base/calendar.h"
#include "base/cursor.h"
#include "base/eras.h"
#include "base/text.h"

#include <stdio.h>

enum { LONGEST = 64 };

/* What stands after the year, the month and the day in the manners of writing. */
static const char *const manners[][3] = {
	{"年", "月", "日"}, {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""},
};

static bool take_word(struct cursor *c, const char *word)
{
	return cursor_literal(c, slice_str(word));
}

static const struct era *take_era(struct cursor *c)
{
	for (size_t i = 0; i < ERAS; i++) {
		char upper[2] = {eras[i].letter, 0}, lower[2] = {(char)(eras[i].letter + 32), 0};
		if (take_word(c, eras[i].name) || take_word(c, eras[i].square) ||
		    take_word(c, upper) || take_word(c, lower))
			return &eras[i];
	}
	return NULL;
}

/* 1 to `most` digits; -1 if there is none */
static int take_number(struct cursor *c, int most)
{
	int value = -1;
	for (int i = 0; i < most; i++) {
		int digit = cursor_peek_u8(c);
		if (digit < '0' || digit > '9')
			return value;
		cursor_skip(c, 1);
		value = (value < 0 ? 0 : value * 10) + digit - '0';
	}
	return value;
}

static int take_year(struct cursor *c, const struct era *era)
{
	if (!era) {
		size_t before = cursor_left(c);
		int year = take_number(c, 4);
		return before - cursor_left(c) == 4 ? year : -1;
	}
	int year = take_word(c, "元") ? 1 : take_number(c, 2);
	return year < 1 ? -1 : year + era->year_zero;
}

static bool take_date(struct cursor *c, const struct era *era, struct date *date)
{
	date->year = take_year(c, era);
	for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
		if (!take_word(c, manners[i][0]))
			continue;
		date->month = take_number(c, 2);
		bool month_ends = take_word(c, manners[i][1]);
		date->day = take_number(c, 2);
		return date->year > 0 && month_ends && take_word(c, manners[i][2]);
	}
	return false;
}

/* Nothing more, or the day of the week in brackets as day_long writes it. */
static bool weekday_fits(struct cursor *c, day_t day)
{
	char text[48];
	if (cursor_left(c) == 0)
		return true;
	day_long(day, text);
	const char *bracket = strstr(text, "（");
	char half[16];
	snprintf(half, sizeof half, "(%.3s)", bracket + strlen("（"));
	return take_word(c, half) && cursor_left(c) == 0;
}

/* The day a new era begins belongs to the old one too (大正15年12月25日), but
 * not in the two cases where the law began it at midnight. */
static bool in_era(const struct era *era, day_t day)
{
	day_t first = 0, next = 0;
	if (!day_from_date(era->first, &first) || day < first)
		return false;
	if (era == &eras[0])
		return true;
	bool at_midnight = era[-1].first.year > 1926;
	return day_from_date(era[-1].first, &next) && (at_midnight ? day < next : day <= next);
}

static struct result read_half(struct slice half, day_t *out, struct why *why)
{
	struct cursor c = cursor_of(half, NULL);
	struct date date = {0};
	day_t day;
	const struct era *era = take_era(&c);
	if (!take_date(&c, era, &date))
		return fail(why, E_INPUT, "", "日付は 2026-03-13、R8.3.13、令和8年3月13日 のように書いてください");
	if (!day_from_date(date, &day))
		return fail(why, E_INPUT, "", "存在しない日付です（1868年から9999年までを受け付けます）");
	if (!weekday_fits(&c, day))
		return fail(why, E_INPUT, "", "日付の後に余分な文字があるか、曜日が合っていません");
	if (era && !in_era(era, day))
		return fail(why, E_INPUT, "", "%sにその日はありません", era->name);
	*out = day;
	return ok();
}

struct result day_parse(struct slice text, day_t *out, struct why *why)
{
	struct buffer half;
	if (text.len > LONGEST || !utf8_valid(text))
		return fail(why, E_INPUT, "", "日付として読めません");
	buffer_init(&half, LONGEST);
	half_width(text, &half);
	struct result result = read_half(buffer_slice(&half), out, why);
	buffer_done(&half);
	return result;
}
