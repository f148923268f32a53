/* Days, eras, fiscal years, closed days: rows in, hostile neighbours beside. */
#include "base/calendar.h"
#include "base/file.h"
#include "harness.h"

static day_t day(int year, int month, int d)
{
	day_t out = -999999;
	CHECK(day_from_date((struct date){year, month, d}, &out));
	return out;
}

TEST(every_day_comes_back)
{
	day_t last = day(1867 + 1, 1, 1) - 1;
	int weekday = day_weekday(last);
	for (day_t i = last + 1; i <= day(2999, 12, 31); i++) {
		struct date date = day_to_date(i);
		day_t again = 0;
		weekday = (weekday + 1) % 7;
		if (!day_from_date(date, &again) || again != i || day_weekday(i) != weekday) {
			CHECK_INT(again, i);
			return;
		}
	}
	CHECK_INT(day(1970, 1, 1), 0);
	CHECK_INT(day(2000, 2, 29), 11016);
	CHECK_INT(day_weekday(day(2026, 3, 13)), 5);
	day_t out = 7;
	CHECK(!day_from_date((struct date){2100, 2, 29}, &out) && out == 7);
	CHECK(!day_from_date((struct date){2026, 13, 1}, &out));
	CHECK(!day_from_date((struct date){2026, 0, 1}, &out));
	CHECK(!day_from_date((struct date){10000, 1, 1}, &out));
}

TEST(dates_are_read_as_people_write_them)
{
	static const struct row {
		const char *text, *iso;
	} rows[] = {
		{"2026-03-13", "2026-03-13"},       {"2026/3/13", "2026-03-13"},
		{"R8.3.13", "2026-03-13"},          {"r8/3/13", "2026-03-13"},
		{"令和8年3月13日", "2026-03-13"},   {"Ｒ８．３．１３", "2026-03-13"},
		{"令和８年３月１３日（金）", "2026-03-13"}, {"㋿8年3月13日(金)", "2026-03-13"},
		{"平成元年1月8日", "1989-01-08"},   {"令和元年5月1日", "2019-05-01"},
		{"H31.4.30", "2019-04-30"},         {"昭和64年1月7日", "1989-01-07"},
		{"大正15年12月25日", "1926-12-25"}, {"昭和元年12月25日", "1926-12-25"},
		{"明治6年1月1日", "1873-01-01"},    {"2024年2月29日", "2024-02-29"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {0};
		day_t found = 0;
		char iso[11];
		CHECK_OK(day_parse(slice_str(rows[i].text), &found, &why), &why);
		day_iso(found, iso);
		CHECK_STR(iso, rows[i].iso);
	}
}

TEST(dates_that_cannot_be_are_refused)
{
	static const char *const bad[] = {
		"", "2026-02-29", "2026-2-30", "R8.13.1", "H31.5.1", "平成31年5月1日", "令和元年4月30日",
		"昭和64年1月8日", "平成元年1月7日", "大正15年12月26日", "明治5年12月2日", "R0.1.1",
		"2026-03/13", "2026-03-13 ", "2026-03-13x", "26-03-13", "令和8年3月13日（木）", "令和8年3月13",
		"X8.3.13", "2026-003-13", "R8.3.", "R.3.1", "2026年3月", "\xff", "令和100年1月1日",
		"2026-03-13 2026-03-13 2026-03-13 2026-03-13 2026-03-13 2026-03-13",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		day_t found = -5;
		struct why why = {0};
		if (day_parse(slice_str(bad[i]), &found, &why).code != E_INPUT)
			printf("  read: %s\n", bad[i]);
		CHECK_INT(why.code, E_INPUT);
		CHECK_INT(found, -5);
	}
}

TEST(days_are_written)
{
	char text[48];
	day_short(day(2026, 3, 13), text);
	CHECK_STR(text, "R8.3.13");
	day_long(day(2026, 3, 13), text);
	CHECK_STR(text, "令和8年3月13日（金）");
	day_long(day(2019, 5, 1), text);
	CHECK_STR(text, "令和元年5月1日（水）");
	day_long(day(2019, 4, 30), text);
	CHECK_STR(text, "平成31年4月30日（火）");
	day_short(day(1872, 12, 31), text);
	CHECK_STR(text, "1872.12.31");
}

TEST(instants_are_japanese)
{
	char text[48];
	int64_t noon = ms_of_day(day(2026, 3, 13)) + (9 * 60 + 5) * 60000;
	CHECK_INT(ms_of_day(0), -32400000);
	CHECK_INT(day_of_ms(noon), day(2026, 3, 13));
	CHECK_INT(day_of_ms(ms_of_day(day(2026, 3, 13)) - 1), day(2026, 3, 12));
	CHECK_INT(day_of_ms(-1), 0);
	CHECK_INT(day_of_ms(-32400001), -1);
	ms_iso(noon, text);
	CHECK_STR(text, "2026-03-13T09:05:00+09:00");
	ms_short(noon, text);
	CHECK_STR(text, "R8.3.13 9:05");
}

TEST(fiscal_years_begin_in_april)
{
	CHECK_INT(fiscal_year(day(2026, 3, 31)), 2025);
	CHECK_INT(fiscal_year(day(2026, 4, 1)), 2026);
	CHECK_INT(fiscal_year_begin(2026), day(2026, 4, 1));
}

static const struct holidays *shipped(struct arena *arena)
{
	struct slice tsv = {0};
	const struct holidays *holidays = NULL;
	struct why why = {0};
	CHECK_OK(file_read(HOLIDAYS, 1 << 20, arena, &tsv, &why), &why);
	CHECK_OK(holidays_read(tsv, arena, &holidays, &why), &why);
	return holidays;
}

/* The Act's own articles, asked of the data: a holiday on Sunday has its
 * substitute, a day between two holidays is closed, days of fixed date exist. */
TEST(shipped_holidays_obey_the_act)
{
	static const int counts[] = {22, 18, 17, 16, 17, 21, 19, 18, 17, 16};
	static const struct date fixed[] = {{0, 1, 1}, {0, 2, 11}, {0, 4, 29}, {0, 5, 3}, {0, 5, 4},
	                                    {0, 5, 5}, {0, 11, 3}, {0, 11, 23}};
	struct arena *arena = arena_new(1 << 20);
	const struct holidays *h = shipped(arena);
	for (int year = 2019; year <= 2028; year++) {
		int count = 0;
		for (day_t d = day(year, 1, 1); d <= day(year, 12, 31); d++) {
			const char *name = holiday_name(h, d);
			count += name != NULL;
			if (name && day_weekday(d) == 0) {
				day_t next = d;
				while (holiday_name(h, next) && strcmp(holiday_name(h, next), "振替休日") != 0)
					next++;
				CHECK(holiday_name(h, next) != NULL);
			}
			if (!name && day_weekday(d) != 0)
				CHECK(!(holiday_name(h, d - 1) && holiday_name(h, d + 1)));
		}
		CHECK_INT(count, counts[year - 2019]);
		for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
			CHECK(holiday_name(h, day(year, fixed[i].month, fixed[i].day)) != NULL);
	}
	CHECK_STR(holiday_name(h, day(2026, 9, 22)), "国民の休日");
	CHECK_STR(holiday_name(h, day(2021, 7, 23)), "スポーツの日");
	CHECK(holiday_name(h, day(2019, 12, 23)) == NULL);
	arena_free(arena);
}

TEST(working_days_skip_what_is_closed)
{
	struct arena *arena = arena_new(1 << 20);
	const struct holidays *h = shipped(arena);
	CHECK_INT(working_days_after(h, day(2026, 9, 18), 1), day(2026, 9, 24));
	CHECK_INT(working_days_after(h, day(2026, 12, 28), 1), day(2027, 1, 4));
	CHECK_INT(working_days_after(h, day(2026, 3, 14), 0), day(2026, 3, 16));
	CHECK_INT(working_days_after(h, day(2026, 3, 13), 0), day(2026, 3, 13));
	CHECK_INT(working_days_after(h, day(2026, 3, 13), 5), day(2026, 3, 23));
	CHECK(!is_working_day(NULL, day(2026, 3, 14)) && is_working_day(NULL, day(2026, 5, 6)));
	CHECK(!is_working_day(h, day(2026, 5, 6)));
	arena_free(arena);
}

TEST(holidays_with_faults_are_refused)
{
	static const struct row {
		const char *tsv, *place;
	} rows[] = {
		{"2026-01-01\t元日\n2026-01-01\t元日\n", "2026-01-01"},
		{"# a\n2026-01-32\tx\n", "line 2"},
		{"2026-01-01 元日\n", "line 1"},
		{"2026-01-01\t\n", "line 1"},
		{"2026-01-01\ta\tb\n", "line 1"},
		{"2026-01-01\t\xff\n", "line 1"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(1 << 16);
		const struct holidays *h = NULL;
		struct why why = {0};
		CHECK_FAILS(holidays_read(slice_str(rows[i].tsv), arena, &h, &why), E_INPUT);
		CHECK_STR(why.place, rows[i].place);
		CHECK(h == NULL);
		arena_free(arena);
	}
	struct arena *arena = arena_new(1 << 16);
	const struct holidays *h = NULL;
	struct why why = {0};
	CHECK_OK(holidays_read(SLICE("\xEF\xBB\xBFR8.3.3\t市の日\r\n\r\n2026-1-1\t元日"), arena, &h, &why), &why);
	CHECK_STR(holiday_name(h, day(2026, 3, 3)), "市の日");
	CHECK_STR(holiday_name(h, day(2026, 1, 1)), "元日");
	arena_free(arena);
	struct arena *small = arena_new(16);
	CHECK_FAILS(holidays_read(SLICE("2026-1-1\t元日"), small, &h, NULL), E_MEMORY);
	arena_free(small);
}

MAIN_TESTS()
