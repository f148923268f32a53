/* What a duty that only an act settles takes in a generated year: the document itself, or a
 * case in which the act was done.                                             */
#include "city/internal.h"

#include "policy/duty.h"
#include "proceeding/case.h"

enum { LOOKED_AT = 40 };

static struct result write_document(struct player *p, const struct obligation *o, const char *person, struct arena *arena,
                                    const char **out)
{
	const struct policy_duty *duty = duty_statement(p->at->duties, o->duty);
	struct person who;
	char id[27];
	TRY(office_person(p->at->office, person, arena, &who, p->why));
	const struct register_change row = {.kind = "policy_document", .name = duty ? duty->label : o->task,
		.section = *o->section ? o->section : who.section, .actor = person};
	TRY(city_batch(p, false));
	TRY(register_put(p->at->registers, &row, id, p->why));
	*out = arena_printf(arena, "%s", id);
	return *out ? ok() : city_no_memory(p->why);
}

static bool was_done(const struct case_view *view, const char *move, const struct obligation *o)
{
	for (size_t i = 0; i < view->way_count; i++)
		if (strcmp(view->way[i].move, move) == 0 && view->way[i].time_ms >= o->opened_ms)
			return true;
	return false;
}

static struct result find_case(struct player *p, const struct obligation *o, struct arena *arena, const char **out)
{
	const char *dot = strchr(o->task, '.');
	const char *kind = dot ? arena_printf(arena, "%.*s", (int)(dot - o->task), o->task) : "";
	for (int ended = 0; ended < 2 && *kind && !**out; ended++) {
		const struct case_query query = {.kind = kind, .ended = ended, .limit = LOOKED_AT};
		struct case_view *list, view;
		size_t count;
		TRY(case_list(p->at->proceedings, &query, arena, &list, &count, p->why));
		for (size_t i = 0; i < count && !**out; i++) {
			TRY(case_get(p->at->proceedings, list[i].row.id, arena, &view, p->why));
			if (was_done(&view, o->task, o))
				*out = list[i].row.id;
		}
	}
	return ok();
}

struct result city_deed_for(struct player *p, const struct obligation *o, const char *person, struct arena *arena,
                            const char **out)
{
	*out = "";
	if (strcmp(o->trigger, "document") == 0 && !o->period)
		return write_document(p, o, person, arena, out);
	return policy_task_proceeds(p->at->policy, o->task) ? find_case(p, o, arena, out) : ok();
}
