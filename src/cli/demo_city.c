/* A generated city in the demo's folder, lived through on a clock of its own. */
#include "cli/demo.h"

#include "base/file.h"
#include "base/number.h"
#include "city/city.h"

#include <stdio.h>
#include <time.h>

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct result play(struct demo *demo, const struct city_size *size, uint64_t seed, int64_t *now_ms,
                          struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new((size_t)512 << 20);
	struct city_plan *plan = NULL;
	struct city_tally tally;
	struct demo_body body;
	struct house *h = &demo->house;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(demo_body_of(NULL, h->settings.body, demo->arena, &body, why));
	TRY(city_plan(seed, size, day_of_ms(*now_ms), arena, &plan, why));
	struct desk desk;
	struct city_rooms rooms = {
		.desk = &desk, .store = h->store, .ledger = h->ledger, .office = h->office, .registers = h->registers,
		.duties = h->duties, .proceedings = h->proceedings, .policy = h->policy,
		.policy_name = h->settings.policy, .unit = body.unit, .now_ms = now_ms, .random = &h->random};
	double began = seconds();
	house_desk(h, &desk);
	TRY(city_play(plan, &rooms, &tally, why));
	double took = seconds() - began;
	printf("職員 %zu人、情報資産 %zu件、申請 %zu件（許可 %zu件）、台帳の変更 %zu件、果たした義務 %zu件\n"
	       "記録 %lld件を %.1f秒で作りました（毎秒 %.0f件）。\n",
	       tally.people, tally.assets, tally.applied, tally.permitted, tally.changed, tally.settled,
	       (long long)tally.entries, took, took > 0 ? (double)tally.entries / took : 0.0);
	return ok();
}

/* the office's programs go on from the evening of the city's last day */
static struct result move_clock(struct demo *demo, const struct house_settings *s, day_t last, struct why *why)
{
	struct clock real = clock_system();
	int64_t evening = ms_of_day(last) + (int64_t)18 * 3600000;
	const char *text = arena_printf(demo->arena, "%lld\n", (long long)(evening - clock_now_ms(&real)));
	return text ? file_write(s->clock, slice_str(text), 0600, why) : fail(why, E_MEMORY, "", "no memory");
}

static struct result grow(struct demo *demo, const struct house_settings *s, struct city_size size,
                          uint64_t seed, bool year, int64_t *now_ms, struct why *why)
{
	if (!year) {
		size.applications = size.changes = size.absences = size.deeds = size.signins = 0;
		size.duties = false;
	}
	TRY(demo_chart(demo, why));
	day_t last = fiscal_year_begin(fiscal_year(day_of_ms(*now_ms)) + 1) - 1;
	TRY(play(demo, &size, seed, now_ms, why));
	return year ? move_clock(demo, s, last, why) : ok();
}

struct result demo_grow(struct demo *demo, const struct house_settings *s, const char *name,
                        const char *seed, bool year, struct why *why)
{
	const struct city_size *size = city_size_named(name);
	struct clock real = clock_system();
	int64_t number = 0, now_ms = ms_of_day(fiscal_year_begin(fiscal_year(day_of_ms(clock_now_ms(&real)))));
	if (!size)
		return fail(why, E_INPUT, "--city", "small、aonami、load のどれかを指定してください。");
	if (!number_parse_i64(slice_str(seed), &number))
		return fail(why, E_INPUT, "--seed", "整数を書いてください。");
	TRY(house_open_at(s->dir, city_clock(&now_ms), &demo->house, why));
	struct result done = grow(demo, s, *size, (uint64_t)number, year, &now_ms, why);
	house_close(&demo->house);
	return done;
}
