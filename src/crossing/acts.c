/* Walking the ledger from its beginning, act by act. */
#include "crossing/acts.h"

static bool starts(struct slice kind, const char *word)
{
	return slice_equal(kind, slice_str(word));
}

/* What the entry recorded; false: no act, or one that its crossing speaks for. */
static struct result read_wish(struct recorded_acts *r, const struct ledger_entry *entry, struct arena *arena,
                               const char **section, bool *is_act, struct why *why)
{
	const char *id = arena_string(arena, entry->subject), *unused = NULL;
	struct wish other;
	*is_act = false;
	if (!id)
		return fail(why, E_MEMORY, "", "no memory for the acts");
	if (starts(entry->kind, "crossing.submitted")) {
		*is_act = true;
		return crossing_wish(r->crossings, id, arena, &r->wish, section, why);
	}
	if (!starts(entry->kind, "application.submitted"))
		return ok();
	TRY(application_wish(r->proceedings, id, arena, &r->wish, section, why));
	*is_act = r->wish.exception_to ||
	          crossing_wish(r->crossings, r->wish.subject, arena, &other, &unused, NULL).code != OK;
	return ok();
}

static const char *name_of(struct recorded_acts *r, const char *id, struct arena *arena)
{
	struct person person = {0};
	if (office_person(r->office, id, arena, &person, NULL).code != OK || !person.name || !person.name[0])
		return id;
	return person.name;
}

static struct result next_record(void *state, struct arena *arena, struct replay_act *out, bool *more,
                                 struct why *why)
{
	struct recorded_acts *r = state;
	for (bool is_act = false; r->at < r->size && !is_act;) {
		struct ledger_entry entry;
		const char *section = "";
		TRY(ledger_get(r->ledger, r->at, arena, &entry, why));
		TRY(read_wish(r, &entry, arena, &section, &is_act, why));
		r->day = day_of_ms(entry.time_ms);
		if (is_act)
			*out = (struct replay_act){arena_printf(arena, "台帳%lld", (long long)r->at),
			                           name_of(r, r->wish.actor, arena), section,
			                           r->wish.act, r->wish.exception_to, r->day};
		r->at++;
		*more = is_act;
		if (!is_act)
			arena_reset(arena);
		else
			return out->reference ? ok() : fail(why, E_MEMORY, "", "no memory for the acts");
	}
	*more = false;
	return ok();
}

static struct result ask_record(void *state, const struct policy *policy, day_t day, struct arena *arena,
                                struct policy_question *out, struct why *why)
{
	struct recorded_acts *r = state;
	return proceeding_question(r->proceedings, &r->wish, policy, r->day, day, arena, out, why);
}

struct result recorded_acts_open(struct ledger *ledger, struct proceedings *proceedings,
                                 struct crossings *crossings, struct office *office,
                                 struct recorded_acts *acts, struct replay_source *source,
                                 struct why *why)
{
	*acts = (struct recorded_acts){.ledger = ledger, .proceedings = proceedings, .crossings = crossings,
	                               .office = office};
	TRY(ledger_size(ledger, &acts->size, why));
	*source = (struct replay_source){acts, next_record, ask_record};
	return ok();
}
