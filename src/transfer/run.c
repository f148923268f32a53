/* A plan as entries of the office.  Sections are opened first and closed last, so
 * that everybody always has one to be in.                                    */
#include "transfer/internal.h"

#include "proceeding/handover.h"
#include "proceeding/leaving.h"

#include <stdio.h>

static const char clock_name[] = "sekisho-clock";

static bool kept(const struct transfer_row *row, const struct holding *held)
{
	for (size_t i = 0; i < row->post_count; i++)
		if (strcmp(row->posts[i].post, held->post) == 0 && strcmp(row->posts[i].scope, held->scope) == 0)
			return true;
	return false;
}

/* every post of the person that the row does not name ends the day before */
static struct result end_posts(struct transfers *t, const struct transfer_row *row, day_t day,
                               struct arena *arena, struct why *why)
{
	struct holding *held = NULL;
	size_t count = 0;
	TRY(office_holdings(t->at.office, row->person, day, arena, &held, &count, why));
	for (size_t i = 0; i < count; i++)
		if (!kept(row, &held[i]))
			TRY(office_end_post(t->at.office, clock_name, held[i].post, held[i].scope, row->person, day - 1, why));
	return ok();
}

static bool holds(const struct holding *held, size_t count, const struct transfer_post *post)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(held[i].post, post->post) == 0 && strcmp(held[i].scope, post->scope) == 0)
			return true;
	return false;
}

static struct result begin_posts(struct transfers *t, const struct transfer_row *row, day_t day,
                                 struct arena *arena, struct why *why)
{
	struct holding *held = NULL;
	size_t count = 0;
	TRY(office_holdings(t->at.office, row->person, day, arena, &held, &count, why));
	for (size_t i = 0; i < row->post_count; i++) {
		struct holding begin = {.post = row->posts[i].post, .scope = row->posts[i].scope,
		                        .person = row->person, .from = day, .to = DAY_OPEN};
		if (!holds(held, count, &row->posts[i]))
			TRY(office_hold_post(t->at.office, clock_name, &begin, why));
	}
	return ok();
}

static struct result set_facts(struct transfers *t, const struct transfer_row *row, day_t day,
                               struct why *why)
{
	const struct office_fact facts[] = {{"person", row->person, "role", row->role, day},
	                                    {"person", row->person, "unit", row->unit, day}};
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (facts[i].value[0])
			TRY(office_set_fact(t->at.office, clock_name, &facts[i], why));
	return ok();
}

static struct result run_move(struct transfers *t, struct transfer_row *row, day_t day,
                              struct arena *arena, struct why *why)
{
	struct person person;
	TRY(office_person(t->at.office, row->person, arena, &person, why));
	TRY(end_posts(t, row, day, arena, why));
	if (strcmp(person.section, row->section) != 0)
		TRY(office_move_person(t->at.office, clock_name, row->person, row->section, why));
	TRY(set_facts(t, row, day, why));
	TRY(begin_posts(t, row, day, arena, why));
	return office_end_sessions(t->at.office, row->person, "transferred", why);
}

static struct result run_add(struct transfers *t, struct transfer_row *row, day_t day,
                             struct arena *arena, struct why *why)
{
	return begin_posts(t, row, day, arena, why);
}

static struct result run_end(struct transfers *t, struct transfer_row *row, day_t day,
                             struct arena *arena, struct why *why)
{
	(void)arena;
	for (size_t i = 0; i < row->post_count; i++)
		TRY(office_end_post(t->at.office, clock_name, row->posts[i].post, row->posts[i].scope, row->person, day - 1,
		                    why));
	return ok();
}

/* Without a password: the IT section hands out a provisional one. */
static struct result run_hire(struct transfers *t, struct transfer_row *row, day_t day,
                              struct arena *arena, struct why *why)
{
	struct person person = {.login = row->login, .name = row->name, .section = row->section};
	TRY(office_add_person(t->at.office, clock_name, &person, SLICE(""), row->person, why));
	TRY(set_facts(t, row, day, why));
	return begin_posts(t, row, day, arena, why);
}

static struct result run_leave(struct transfers *t, struct transfer_row *row, day_t day,
                               struct arena *arena, struct why *why)
{
	char leaving[27];
	(void)day, (void)arena;
	return leaving_begin(t->at.proceedings, clock_name, row->person, SLICE("退職（人事異動の発令による）"), leaving, why);
}

static struct result run_open(struct transfers *t, struct transfer_row *row, day_t day,
                              struct arena *arena, struct why *why)
{
	struct section section = {.id = row->section, .name = row->section_name, .parent = row->parent};
	(void)day, (void)arena;
	return office_add_section(t->at.office, clock_name, &section, why);
}

static struct result run_rename(struct transfers *t, struct transfer_row *row, day_t day,
                                struct arena *arena, struct why *why)
{
	struct section now;
	(void)day;
	TRY(office_section(t->at.office, row->section, arena, &now, why));
	now.name = row->section_name;
	now.parent = row->parent[0] ? row->parent : now.parent;
	return office_change_section(t->at.office, clock_name, &now, why);
}

static struct result run_close(struct transfers *t, struct transfer_row *row, day_t day,
                               struct arena *arena, struct why *why)
{
	size_t rows, stayed;
	(void)arena;
	TRY(office_close_section(t->at.office, clock_name, row->section, day - 1, row->successor, why));
	return *row->successor ? handover_rows(t->at.proceedings, row->section, row->successor, clock_name, &rows, &stayed, why) : ok();
}

static const struct {
	enum transfer_kind kind;
	struct result (*run)(struct transfers *t, struct transfer_row *row, day_t day, struct arena *arena,
	                     struct why *why);
} order[] = {
	{TRANSFER_OPEN, run_open},  {TRANSFER_RENAME, run_rename},  {TRANSFER_LEAVE, run_leave},
	{TRANSFER_MOVE, run_move},  {TRANSFER_END_POST, run_end},   {TRANSFER_HIRE, run_hire},
	{TRANSFER_ADD_POST, run_add}, {TRANSFER_CLOSE, run_close},
};

static struct result at_line(size_t line, const struct why *inner, struct why *why)
{
	char place[32];
	snprintf(place, sizeof place, "line %zu", line);
	return fail(why, inner->code, place, "%s", inner->text);
}

struct result transfer_run(struct transfers *t, const struct transfer_plan *plan, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	if (!arena)
		return transfer_no_memory(why);
	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		for (size_t i = 0; i < plan->row_count; i++) {
			struct transfer_row row = plan->rows[i]; /* a hire's id is of this run only */
			struct why inner = {0};
			if (row.kind != order[k].kind)
				continue;
			arena_reset(arena);
			if (order[k].run(t, &row, plan->day, arena, &inner).code != OK)
				return at_line(row.line, &inner, why);
		}
	return ok();
}
