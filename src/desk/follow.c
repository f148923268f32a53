/* What an act or an event brings about in the registers, as the vocabulary says. */
#include "desk/internal.h"

#include "proceeding/case.h"

#include <string.h>

/* The policy in force makes a duty of it. */
static bool any_certain(const struct follow_duty *duties, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (duties[i].certain)
			return true;
	return false;
}

static bool duty_made(const struct decision *d)
{
	return any_certain(d->due, d->due_count) || any_certain(d->notify, d->notify_count);
}

size_t desk_due_clauses(const struct decision *d, struct slice *list, size_t n)
{
	const struct follow_duty *const duties[] = {d->due, d->notify};
	const size_t counts[] = {d->due_count, d->notify_count};
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < counts[k]; i++) {
			struct slice id = slice_str(duties[k][i].clause->id);
			bool there = !duties[k][i].certain || n == DESK_CLAUSES;
			for (size_t m = 0; m < n && !there; m++)
				there = slice_equal(list[m], id);
			if (!there)
				list[n++] = id;
		}
	return n;
}

static size_t clauses_of(const struct desk_happening *h, struct slice *list)
{
	const struct decision *d = h->decision;
	size_t n = 0;
	for (size_t i = 0; i < d->spoken_count && n < DESK_CLAUSES; i++)
		list[n++] = slice_str(d->spoken[i].clause->id);
	return h->act->event ? desk_due_clauses(d, list, n) : n;
}

/* Of a person the office keeps it. */
static struct result set_of_person(struct desk *desk, const struct desk_happening *h, struct why *why)
{
	const struct office_fact fact = {.kind = "person", .id = h->about, .path = h->act->sets, .value = h->act->value,
	                                 .from = desk_today(desk)};
	return office_set_fact(desk->office, h->actor, &fact, why);
}

static struct result set_fact(struct desk *desk, const struct desk_happening *h, struct arena *arena, struct why *why)
{
	const struct register_row *row = h->row;
	struct slice clauses[DESK_CLAUSES];
	size_t n = 0;
	char same[27];
	if (*h->act->sets && !row && strcmp(h->act->kind, "person") == 0 && *h->about)
		return set_of_person(desk, h, why);
	if (!*h->act->sets || !row || strcmp(register_cell(row, h->act->sets), h->act->value) == 0)
		return ok();
	struct cell *cells = ARENA_ARRAY(arena, row->cell_count + 1, struct cell);
	if (!cells)
		return desk_no_memory(why);
	for (size_t i = 0; i < row->cell_count; i++)
		if (strcmp(row->cells[i].path, h->act->sets) != 0)
			cells[n++] = row->cells[i];
	cells[n++] = (struct cell){h->act->sets, h->act->value};
	const struct register_change change = {.kind = row->kind, .id = row->id, .version = row->version, .name = row->name,
		.section = row->section, .cells = cells, .cell_count = n, .actor = h->actor, .post = "", .clauses = clauses,
		.clause_count = clauses_of(h, clauses)};
	return register_put(desk->registers, &change, same, why);
}

/* What the case's row knows by the same name, and the person or row that it is about. */
static struct result case_cells(struct desk *desk, const struct desk_happening *h, const char *about,
                                struct arena *arena, struct cell **out, size_t *count, struct why *why)
{
	const struct policy_fact *own;
	size_t own_count, n = 0;
	TRY(policy_kind_facts(desk->policy, h->act->opens, arena, &own, &own_count, why));
	struct cell *cells = ARENA_ARRAY(arena, h->told_count + 2, struct cell);
	if (!cells)
		return desk_no_memory(why);
	for (size_t k = 0; k < own_count; k++) {
		size_t before = n;
		for (size_t i = 0; i < h->told_count; i++)
			if (strcmp(own[k].path, h->told[i].path) == 0)
				cells[n++] = h->told[i];
		if (about && n == before && strcmp(own[k].path, h->act->kind) == 0)
			cells[n++] = (struct cell){own[k].path, about};
	}
	*out = cells;
	*count = n;
	return ok();
}

static struct result running(struct desk *desk, const struct desk_happening *h, const char *name, struct arena *arena,
                             const char **out, struct why *why)
{
	enum { LOOKED_AT = 500 };
	const struct case_query query = {.kind = h->act->opens, .section = h->section, .limit = LOOKED_AT};
	struct case_view *found;
	size_t count;
	*out = "";
	TRY(case_list(desk->proceedings, &query, arena, &found, &count, why));
	for (size_t i = 0; i < count && !**out; i++)
		if (strcmp(found[i].row.name, name) == 0)
			*out = found[i].row.id;
	return ok();
}

/* One case for the same happening to the same thing while it runs. */
static struct result begin_case(struct desk *desk, const struct desk_happening *h, struct arena *arena, const char **begun,
                                struct why *why)
{
	struct case_opening opening = {.kind = h->act->opens, .section = h->section, .actor = h->actor, .post = "",
	                               .incomplete = true};
	struct person person;
	struct cell *cells;
	char id[27];
	bool of_person = !h->row && strcmp(h->act->kind, "person") == 0 && *h->about;
	if (of_person)
		TRY(office_person(desk->office, h->about, arena, &person, why));
	const char *of = h->row ? h->row->name : of_person ? person.name : NULL;
	opening.name = of ? arena_printf(arena, "%s（%s）", h->act->title, of) : h->act->title;
	if (!opening.name)
		return desk_no_memory(why);
	TRY(running(desk, h, opening.name, arena, begun, why));
	if (**begun)
		return ok();
	TRY(case_cells(desk, h, h->row ? h->row->id : of_person ? person.id : NULL, arena, &cells, &opening.cell_count, why));
	opening.cells = cells;
	TRY(case_open(desk->proceedings, &opening, id, why));
	*begun = arena_string(arena, slice_str(id));
	return *begun ? ok() : desk_no_memory(why);
}

struct result desk_consequences(struct desk *desk, const struct desk_happening *h, struct arena *arena,
                                const char **begun, struct why *why)
{
	*begun = "";
	if (h->act->event && !duty_made(h->decision))
		return ok();
	TRY(set_fact(desk, h, arena, why));
	return *h->act->opens ? begin_case(desk, h, arena, begun, why) : ok();
}
