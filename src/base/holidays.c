/* Closed days: a sorted list read from data, and three rules. */
#include "base/calendar.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 20000 };

struct holiday {
	day_t day;
	const char *name;
};

struct holidays {
	struct holiday *at;
	size_t count;
};

static int by_day(const void *a, const void *b)
{
	const struct holiday *x = a, *y = b;
	return (x->day > y->day) - (x->day < y->day);
}

static struct slice take_line(struct slice *rest)
{
	const uint8_t *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
	size_t len = end ? (size_t)(end - rest->at) : rest->len;
	struct slice line = slice_part(*rest, 0, len);
	*rest = slice_part(*rest, len + 1, rest->len);
	return line.len && line.at[line.len - 1] == '\r' ? slice_part(line, 0, line.len - 1) : line;
}

static struct result bad_line(size_t number, struct why *why, const char *text)
{
	char place[32];
	snprintf(place, sizeof place, "line %zu", number);
	return fail(why, E_INPUT, place, "%s", text);
}

static struct result read_line(struct slice line, size_t number, struct arena *arena,
                               struct holidays *list, struct why *why)
{
	const uint8_t *tab = line.len ? memchr(line.at, '\t', line.len) : NULL;
	size_t at = tab ? (size_t)(tab - line.at) : line.len;
	struct slice name = slice_part(line, at + 1, line.len);
	if (!tab || name.len == 0 || memchr(name.at, '\t', name.len) || !utf8_valid(name))
		return bad_line(number, why, "日付、タブ、名称の順に書いてください");
	if (list->count == MOST)
		return bad_line(number, why, "行が多すぎます");
	struct holiday *holiday = &list->at[list->count];
	if (day_parse(slice_part(line, 0, at), &holiday->day, NULL).code != OK)
		return bad_line(number, why, "日付が読めません");
	holiday->name = arena_string(arena, name);
	if (!holiday->name)
		return fail(why, E_MEMORY, "", "no memory for the holidays");
	list->count++;
	return ok();
}

static struct result sort_once(struct holidays *list, struct why *why)
{
	qsort(list->at, list->count, sizeof *list->at, by_day);
	for (size_t i = 1; i < list->count; i++) {
		if (list->at[i].day != list->at[i - 1].day)
			continue;
		char day[11];
		day_iso(list->at[i].day, day);
		return fail(why, E_INPUT, day, "同じ日が二度書かれています");
	}
	return ok();
}

static size_t count_lines(struct slice tsv)
{
	size_t lines = 1;
	for (size_t i = 0; i < tsv.len; i++)
		lines += tsv.at[i] == '\n';
	return lines;
}

struct result holidays_read(struct slice tsv, struct arena *arena, const struct holidays **out,
                            struct why *why)
{
	struct slice rest = slice_starts(tsv, SLICE("\xEF\xBB\xBF")) ? slice_part(tsv, 3, tsv.len) : tsv;
	struct holidays *list = ARENA_NEW(arena, struct holidays);
	size_t lines = count_lines(tsv);
	if (list)
		list->at = ARENA_ARRAY(arena, lines < MOST ? lines : MOST, struct holiday);
	if (!list || !list->at)
		return fail(why, E_MEMORY, "", "no memory for the holidays");
	for (size_t number = 1; rest.len; number++) {
		struct slice line = take_line(&rest);
		if (line.len && line.at[0] != '#')
			TRY(read_line(line, number, arena, list, why));
	}
	TRY(sort_once(list, why));
	*out = list;
	return ok();
}

const char *holiday_name(const struct holidays *holidays, day_t day)
{
	struct holiday wanted = {day, NULL};
	if (!holidays || holidays->count == 0)
		return NULL;
	const struct holiday *found =
		bsearch(&wanted, holidays->at, holidays->count, sizeof wanted, by_day);
	return found ? found->name : NULL;
}

bool is_working_day(const struct holidays *holidays, day_t day)
{
	struct date date = day_to_date(day);
	int weekday = day_weekday(day);
	bool year_end = (date.month == 12 && date.day >= 29) || (date.month == 1 && date.day <= 3);
	return weekday != 0 && weekday != 6 && !year_end && !holiday_name(holidays, day);
}

day_t working_days_after(const struct holidays *holidays, day_t from, int n)
{
	day_t day = from;
	if (n <= 0) {
		while (!is_working_day(holidays, day))
			day++;
		return day;
	}
	while (n > 0)
		n -= is_working_day(holidays, ++day);
	return day;
}
