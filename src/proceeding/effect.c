/* What a permission brings about, at its moment and no longer than it lasts. */
#include "proceeding/internal.h"
#include "register/book.h"

static const char *fact_of(const struct fact_pair *facts, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return facts[i].value;
	return "";
}

static struct result is_case(struct proceedings *p, const char *id, bool *yes, struct why *why)
{
	return store_ask_one(p->at.store, "SELECT 1 FROM case_state WHERE id = ?1", ARGS(arg_str(id)), yes, NULL, why);
}

/* People are the office's; what it knows to set of them is their right of use. */
static struct result set_person(struct proceedings *p, const struct policy_act *act, const char *by,
                                const char *person, const char *value, const char *reason,
                                struct why *why)
{
	if (strcmp(act->sets, "suspended") != 0)
		return fail(why, E_INPUT, act->sets, "職員の「%s」は、許可によって変えられません。", act->sets);
	return office_suspend(p->at.office, by, person, strcmp(value, "yes") == 0, slice_str(reason), why);
}

static struct result set_row(struct proceedings *p, const struct policy_act *act, const char *by,
                             const char *id, const char *value, struct arena *arena, struct why *why)
{
	struct register_row row;
	struct cell *cells;
	char same[27];
	if (!p->at.registers)
		return fail(why, E_SYSTEM, id, "台帳が開いていないため、許可を効かせられません。");
	TRY(register_get(p->at.registers, id, arena, &row, why));
	struct register_change change = {.kind = row.kind, .id = id, .version = row.version, .name = row.name,
	                                 .section = row.section, .actor = by};
	TRY(row_cells(p, &row, act->sets, value, arena, &cells, &change.cell_count, why));
	change.cells = cells;
	return register_put(p->at.registers, &change, same, why);
}

static struct result set_fact(struct proceedings *p, const struct policy_act *act, const char *by,
                              const char *object, const char *value, const char *reason,
                              struct arena *arena, struct why *why)
{
	if (!*object)
		return fail(why, E_INPUT, "object", "何についての許可かが分からないため、効かせられません。");
	if (strcmp(act->kind, "person") == 0)
		return set_person(p, act, by, object, value, reason, why);
	return set_row(p, act, by, object, value, arena, why);
}

/* ---- what has to be written down of it ------------------------------------------ */

static bool is_row(struct proceedings *p, const char *id, struct arena *arena)
{
	struct register_row row;
	return *id && register_get(p->at.registers, id, arena, &row, NULL).code == OK;
}

struct result effect_record(struct proceedings *p, const struct decision *decision,
                            const struct effect_of *of, struct arena *arena, struct why *why)
{
	enum { MORE = 4 };
	char when[32];
	size_t opened, n = 0;
	struct cell *known = ARENA_ARRAY(arena, of->fact_count + MORE, struct cell);
	if (!p->at.registers || decision->record_count == 0)
		return ok();
	if (!known)
		return fail(why, E_MEMORY, "record", "記録簿に書く記憶域が足りません。");
	for (size_t i = 0; i < of->fact_count; i++)
		if (*of->facts[i].value && strncmp(of->facts[i].path, "answer.", 7) != 0 && strncmp(of->facts[i].path, "passed.", 7) != 0)
			known[n++] = (struct cell){of->facts[i].path, of->facts[i].value};
	if (*of->approver)
		known[n++] = (struct cell){"approver", of->approver};
	if (of->done) { /* what is only permitted has not been performed yet */
		ms_iso(clock_now_ms(p->at.clock), when);
		known[n++] = (struct cell){"actor", of->actor};
		known[n++] = (struct cell){"performed_at", arena_printf(arena, "%.10s %.5s", when, when + 11)};
	}
	if (n && !known[n - 1].value)
		return fail(why, E_MEMORY, "record", "記録簿に書く記憶域が足りません。");
	const struct book_event event = {.act = decision->act, .row = is_row(p, of->row, arena) ? of->row : "",
		.section = of->section, .origin = of->origin, .writer = of->actor, .actor = of->actor, .post = "",
		.known = known, .known_count = n};
	return book_follow(p->at.registers, decision, &event, &opened, why);
}

static const char *approver_of(const struct application *a)
{
	return a->word_count ? a->words[a->word_count - 1].person : "";
}

struct result effect_begin(struct proceedings *p, const struct application *a, struct arena *arena,
                           struct why *why)
{
	struct policy_act act;
	bool moves = false;
	if (!policy_act_find(p->at.policy, a->act, &act))
		return ok();
	if (act.to[0])
		TRY(is_case(p, a->subject, &moves, why));
	if (!moves) {
		const struct effect_of of = {.row = fact_of(a->facts, a->fact_count, "object"), .section = a->section,
			.origin = a->id, .actor = a->applicant, .approver = approver_of(a), .facts = a->facts,
			.fact_count = a->fact_count};
		TRY(effect_record(p, a->decision, &of, arena, why));
	}
	if (moves)
		return case_moved(p, a->subject, a->act, a->applicant, a->decision, a->id, arena, why);
	if (!act.sets[0])
		return ok();
	return set_fact(p, &act, a->applicant, fact_of(a->facts, a->fact_count, "object"), act.value,
	                a->purpose, arena, why);
}

/* Another permission of the same sort that still lasts keeps the fact as it is. */
static struct result still_lasts(struct proceedings *p, const struct application_row *row, bool *yes,
                                 struct why *why)
{
	return store_ask_one(p->at.store,
	                     "SELECT 1 FROM application WHERE subject = ?1 AND act = ?2 AND id <> ?3 AND"
	                     " state = 'permitted' AND until_day >= ?4",
	                     ARGS(arg_str(row->subject), arg_str(row->act), arg_str(row->id),
	                          arg_i64(proceeding_today(p))), yes, NULL, why);
}

struct result effect_end(struct proceedings *p, const char *id, struct arena *arena, struct why *why)
{
	struct application_row row;
	struct frozen frozen;
	struct policy_act act;
	bool lasts = false;
	TRY(row_read(p, slice_str(id), arena, &row, why));
	/* only what is so for a time ends with it: a right that was given back stays given back */
	if (row.exception_to[0] || row.state != APPLICATION_PERMITTED ||
	    !policy_act_find(p->at.policy, row.act, &act) || !act.sets[0] ||
	    strcmp(act.value, "no") == 0)
		return ok();
	TRY(still_lasts(p, &row, &lasts, why));
	if (lasts)
		return ok();
	TRY(frozen_read(p, &row, arena, &frozen, why));
	/* the fact was not so before, or nobody would have asked */
	const char *before = strcmp(act.value, "yes") == 0 ? "no" : "";
	return set_fact(p, &act, "sekisho-clock", fact_of(frozen.wish.facts, frozen.wish.fact_count, "object"),
	                before, "許可の期間が終わったため", arena, why);
}
