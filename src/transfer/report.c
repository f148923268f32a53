/* What a transfer does to the office and to what is pending: the plan is run in a
 * transaction that is thrown away, and asked there.                          */
#include "transfer/internal.h"

/* ---- pending decisions ---------------------------------------------------- */

static bool wanted(const struct application_slot *slot)
{
	return slot->open && slot->state == ROUTE_PENDING && !slot->word;
}

struct result pending_words(struct transfers *t, struct arena *arena, struct pending_word **out,
                            size_t *count, size_t *applications, struct why *why)
{
	struct application *list = NULL;
	struct application_query query = {.state = APPLICATION_OPEN, .limit = 1000};
	size_t words = 0, n = 0;
	TRY(application_list(t->at.proceedings, &query, arena, &list, applications, why));
	for (size_t i = 0; i < *applications; i++)
		words += list[i].slot_count;
	struct pending_word *found = ARENA_ARRAY(arena, words + 1, struct pending_word);
	if (!found)
		return transfer_no_memory(why);
	for (size_t i = 0; i < *applications; i++)
		for (size_t k = 0; k < list[i].slot_count; k++)
			if (wanted(&list[i].slots[k]))
				found[n++] = (struct pending_word){list[i].id, list[i].number, list[i].slots[k].post,
				                                   list[i].slots[k].scope, list[i].act, list[i].applicant, ""};
	*out = found;
	*count = n;
	return ok();
}

static struct result ask_one(struct transfers *t, struct pending_word *word, day_t day,
                             struct arena *arena, struct why *why)
{
	struct holder *holders = NULL;
	size_t count = 0;
	const char *const excluded[] = {word->applicant};
	struct office_question question = {.post = word->post, .scope = word->scope, .day = day, .act = word->act,
	                                   .excluded = excluded, .excluded_count = 1,
	                                   .policy_name = t->at.policy_name};
	TRY(office_resolve(t->at.office, t->at.policy, &question, arena, &holders, &count, why));
	word->asked = "";
	for (size_t i = 0; i < count; i++) {
		word->asked = arena_printf(arena, "%s%s%s", word->asked, i ? " " : "", holders[i].person);
		if (!word->asked)
			return transfer_no_memory(why);
	}
	return ok();
}

struct result pending_ask(struct transfers *t, struct pending_word *words, size_t count, day_t day,
                          struct arena *arena, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		TRY(ask_one(t, &words[i], day, arena, why));
	return ok();
}

/* ---- before and after ------------------------------------------------------ */

struct trial {
	struct transfers *t;
	const struct transfer_plan *plan;
	struct arena *arena;
	struct transfer_report *out;
	struct pending_word *before, *after;
	size_t count;
	struct why *why;
};

static struct result compare(struct trial *trial)
{
	struct transfer_stuck *stuck = ARENA_ARRAY(trial->arena, trial->count + 1, struct transfer_stuck);
	const char *last = "";
	if (!stuck)
		return transfer_no_memory(trial->why);
	for (size_t i = 0; i < trial->count; i++) {
		const struct pending_word *was = &trial->before[i], *is = &trial->after[i];
		if (strcmp(was->asked, is->asked) != 0 && strcmp(last, is->application) != 0) {
			trial->out->rerouted++;
			last = is->application;
		}
		if (!is->asked[0])
			stuck[trial->out->stuck_count++] =
				(struct transfer_stuck){is->application, is->number, is->post, is->scope};
	}
	trial->out->stuck = stuck;
	return ok();
}

static struct result look_after(struct trial *trial)
{
	int64_t before = 0, after = 0;
	struct office_hole *holes = NULL;
	const struct transfer_parts *at = &trial->t->at;
	TRY(ledger_size(at->ledger, &before, trial->why));
	TRY(transfer_run(trial->t, trial->plan, trial->why));
	TRY(ledger_size(at->ledger, &after, trial->why));
	trial->out->entries = (size_t)(after - before);
	TRY(office_holes(at->office, trial->plan->day, trial->arena, &holes, &trial->out->after_count, trial->why));
	trial->out->after = holes;
	memcpy(trial->after, trial->before, trial->count * sizeof *trial->after);
	TRY(pending_ask(trial->t, trial->after, trial->count, trial->plan->day, trial->arena, trial->why));
	return compare(trial);
}

struct result transfer_try(struct transfers *t, const struct transfer_plan *plan, struct arena *arena,
                           struct transfer_report *out, struct why *why)
{
	struct trial trial = {.t = t, .plan = plan, .arena = arena, .out = out, .why = why};
	struct office_hole *holes = NULL;
	*out = (struct transfer_report){0};
	if (plan->fault_count)
		return fail(why, E_INPUT, "", "ファイルに誤りが%zu件あります。直してから読み込んでください。", plan->fault_count);
	if (store_in_transaction(t->at.store))
		return fail(why, E_CONFLICT, "", "処理の途中では、異動を試せません。");
	TRY(office_holes(t->at.office, plan->day - 1, arena, &holes, &out->before_count, why));
	out->before = holes;
	TRY(pending_words(t, arena, &trial.before, &trial.count, &out->pending, why));
	TRY(pending_ask(t, trial.before, trial.count, plan->day - 1, arena, why));
	trial.after = ARENA_ARRAY(arena, trial.count + 1, struct pending_word);
	if (!trial.after)
		return transfer_no_memory(why);
	TRY(store_begin(t->at.store, why));
	struct result done = look_after(&trial);
	store_rollback(t->at.store);
	return done;
}
