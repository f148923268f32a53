/* Whom the open applications wait for: counted from entry to entry it is what deciding all of
 * them anew gives, whatever happened, and what no decision reads costs no decision. */
#include "proceeding/board.h"
#include "ledger/record.h"
#include "town.h"

enum { THINGS = 6, STEPS = 160 };

static const char *const logins[] = {"kuroda", "sato", "hayashi", "mori", "okada", "tanaka", "aoki", "ueda",
                                     "ishii", "kimura", "nakano", "fujii", "inoue", "chiba", "ogawa"};
enum { PEOPLE = sizeof logins / sizeof *logins };
static const char *const sections[] = {"tax", "care", "digital"};

struct play {
	struct town town;
	char things[THINGS][27], absences[STEPS][27];
	size_t absent;
	unsigned seed;
};

static unsigned pick(struct play *p, unsigned below)
{
	p->seed = p->seed * 1103515245u + 12345u;
	return (p->seed >> 16) % below;
}

static void put_thing(struct play *p, size_t n, const char *section)
{
	struct town *t = &p->town;
	const struct cell cells[] = {{"owner", section}, {"importance", "A"}, {"limits", "protected_move"}};
	struct register_change change = {.kind = "asset", .id = p->things[n], .name = "綴り", .section = section,
	                                 .cells = cells, .cell_count = 3, .actor = "x"};
	struct register_row row;
	if (*p->things[n]) {
		CHECK_OK(register_get(t->registers, p->things[n], t->arena, &row, &t->why), &t->why);
		change.version = row.version;
	}
	CHECK_OK(register_put(t->registers, &change, p->things[n], &t->why), &t->why);
}

static void play_new(struct play *p, unsigned seed)
{
	*p = (struct play){.seed = seed};
	town_new(&p->town);
	for (size_t i = 0; i < THINGS; i++)
		put_thing(p, i, sections[i % 3]);
}

static struct result submit(struct play *p, size_t thing, const char *login, char id[27], struct why *why)
{
	const struct fact_pair facts[] = {{"object", p->things[thing]}, {"protection", "encrypted"}};
	const struct application_request request = {
		.wish = {.act = "provide", .actor = town_id(&p->town, login), .subject = p->things[thing], .facts = facts,
		         .fact_count = 2},
		.section = "tax", .title = "庁外への提供", .purpose = "説明会", .until = DAY_OPEN};
	return application_submit(p->town.proceedings, &request, id, why);
}

static void submit_new(struct play *p, size_t thing, const char *login, bool keep)
{
	struct town *t = &p->town;
	char id[27];
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(submit(p, thing, login, id, &t->why), &t->why);
	if (!keep)
		store_rollback(t->store);
	else
		CHECK_OK(store_commit(t->store, &t->why), &t->why);
}

static size_t counted(struct play *p, const char *login)
{
	size_t count = 99;
	CHECK_OK(application_waiting(p->town.proceedings, town_id(&p->town, login), &count, &p->town.why), &p->town.why);
	return count;
}

static size_t listed(struct play *p, const struct application_query *query, bool inside)
{
	struct town *t = &p->town;
	AUTO(arena_drop) struct arena *arena = arena_new(256 << 20);
	struct application *list;
	size_t count = 99;
	if (inside) /* where nothing is kept: each is decided */
		CHECK_OK(store_begin_read(t->store, &t->why), &t->why);
	CHECK_OK(application_list(t->proceedings, query, arena, &list, &count, &t->why), &t->why);
	if (inside)
		CHECK_OK(store_commit(t->store, &t->why), &t->why);
	return count;
}

static void compare_all(struct play *p)
{
	const struct application_query stuck = {.stuck = true};
	for (size_t i = 0; i < PEOPLE; i++) {
		const struct application_query query = {.waiting_for = town_id(&p->town, logins[i])};
		size_t slow = listed(p, &query, true);
		CHECK_INT(counted(p, logins[i]), slow);
		CHECK_INT(listed(p, &query, false), slow);
	}
	CHECK_INT(listed(p, &stuck, false), listed(p, &stuck, true));
}

static size_t decided(struct play *p)
{
	(void)counted(p, "kuroda");
	return board_decided(p->town.proceedings->board);
}

static void append(struct town *t, const char *kind)
{
	struct ledger_entry entry = {.body = SLICE("town"), .kind = slice_str(kind), .actor = SLICE("x"), .subject = SLICE("x")};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(ledger_record(t->ledger, &entry, json_object(), &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
}

TEST(an_entry_decides_anew_what_it_can_have_changed_and_nothing_else)
{
	struct play p;
	play_new(&p, 1);
	for (size_t i = 0; i < THINGS; i++)
		submit_new(&p, i, "aoki", true);
	size_t before = decided(&p);
	CHECK_INT(before, THINGS);
	append(&p.town, "signin.done");
	append(&p.town, "crossing.submitted");
	CHECK_INT(decided(&p), before); /* nothing reads these */
	put_thing(&p, 0, "care");
	CHECK_INT(decided(&p), before + 1);
	submit_new(&p, 1, "ueda", true); /* itself, and what stands on the same thing */
	CHECK_INT(decided(&p), before + 3);
	const struct office_fact fact = {.kind = "section", .id = "tax", .path = "runs_it", .value = "no"};
	CHECK_OK(office_set_fact(p.town.office, "", &fact, &p.town.why), &p.town.why);
	CHECK_INT(decided(&p), before + 3 + THINGS + 1);
	town_ms += 86400000;
	CHECK_INT(decided(&p), before + 3 + 2 * (THINGS + 1));
	compare_all(&p);
	town_done(&p.town);
}

TEST(a_word_is_wanted_of_the_owner_of_today)
{
	struct play p;
	play_new(&p, 1);
	submit_new(&p, 0, "aoki", true);
	CHECK_INT(counted(&p, "tanaka"), 1);
	CHECK_INT(counted(&p, "kimura"), 0);
	put_thing(&p, 0, "care");
	CHECK_INT(counted(&p, "tanaka"), 0);
	CHECK_INT(counted(&p, "kimura"), 1);
	town_done(&p.town);
}

TEST(what_is_rolled_back_was_never_waited_for)
{
	struct play p;
	char id[27];
	size_t count;
	play_new(&p, 1);
	submit_new(&p, 0, "aoki", true);
	CHECK_INT(counted(&p, "tanaka"), 1);
	CHECK_OK(store_begin(p.town.store, &p.town.why), &p.town.why);
	CHECK_OK(submit(&p, 3, "ueda", id, &p.town.why), &p.town.why);
	CHECK_FAILS(application_waiting(p.town.proceedings, town_id(&p.town, "tanaka"), &count, NULL), E_CONFLICT);
	store_rollback(p.town.store);
	CHECK_INT(counted(&p, "tanaka"), 1);
	compare_all(&p);
	town_done(&p.town);
}

/* ---- whatever happens ------------------------------------------------------------- */

static void some_word(struct play *p)
{
	struct town *t = &p->town;
	AUTO(arena_drop) struct arena *arena = arena_new(256 << 20);
	const char *who = town_id(t, logins[pick(p, PEOPLE)]);
	const struct application_query query = {.waiting_for = who};
	struct application *list;
	size_t count = 0;
	CHECK_OK(application_list(t->proceedings, &query, arena, &list, &count, &t->why), &t->why);
	if (!count)
		return;
	enum application_answer answer = (enum application_answer)(ANSWER_AGREE + pick(p, 3));
	CHECK_OK(application_answer(t->proceedings, list[pick(p, (unsigned)count)].id, who, answer, "理由", &t->why), &t->why);
}

static void some_absence(struct play *p)
{
	struct town *t = &p->town;
	day_t today = day_of_ms(town_ms);
	if (p->absent && pick(p, 2)) {
		(void)office_end_absence(t->office, "", p->absences[--p->absent], today - 1, NULL).code;
		return;
	}
	const struct absence absence = {.person = town_id(t, logins[pick(p, PEOPLE)]), .from = today,
	                                .kind = pick(p, 2) ? ABSENCE_PREVENTED : ABSENCE_AWAY, .to = today + (day_t)pick(p, 5)};
	if (office_add_absence(t->office, "", &absence, SLICE("出張"), p->absences[p->absent], NULL).code == OK)
		p->absent++;
}

static void some_post(struct play *p)
{
	struct town *t = &p->town;
	day_t today = day_of_ms(town_ms);
	const char *section = sections[pick(p, 3)], *who = town_id(t, logins[pick(p, PEOPLE)]);
	const struct holding holding = {.post = "manager", .scope = section, .person = who, .from = today, .to = DAY_OPEN};
	if (pick(p, 2))
		(void)office_hold_post(t->office, "", &holding, NULL).code;
	else
		(void)office_end_post(t->office, "", "manager", section, who, today - 1, NULL).code;
}

static void step(struct play *p)
{
	struct town *t = &p->town;
	unsigned what = pick(p, 9);
	if (what < 3)
		submit_new(p, pick(p, THINGS), logins[pick(p, PEOPLE)], pick(p, 4) != 0);
	else if (what < 5)
		some_word(p);
	else if (what == 5)
		put_thing(p, pick(p, THINGS), sections[pick(p, 3)]);
	else if (what == 6)
		some_absence(p);
	else if (what == 7)
		some_post(p);
	else
		append(t, pick(p, 2) ? "signin.done" : "gate.passed");
	if (pick(p, 12) == 0)
		town_ms += 86400000;
}

TEST(what_is_kept_is_what_deciding_all_anew_gives)
{
	struct play p;
	play_new(&p, 3);
	for (int i = 0; i < STEPS; i++) {
		step(&p);
		if (i % 4 == 0) /* sometimes one entry is followed, sometimes several */
			compare_all(&p);
	}
	compare_all(&p);
	town_done(&p.town);
}

MAIN_TESTS()
