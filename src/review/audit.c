/* The year's plan of audits: who may look at whom. */
#include "review/internal.h"

enum { YEAR_DAYS = 365 };

/* ---- where somebody stands to a section ------------------------------------------------ */

static struct result posts_over(struct desk *desk, const char *person, const char *section, day_t from, day_t to,
                                struct arena *arena, bool *now, bool *before, struct why *why)
{
	struct holding *held;
	size_t count;
	TRY(office_all_holdings(desk->office, arena, &held, &count, why));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(held[i].person, person) != 0 || strcmp(held[i].scope, section) != 0)
			continue;
		*now |= held[i].from <= to && held[i].to >= to;
		*before |= held[i].from <= to && held[i].to >= from;
	}
	return ok();
}

/* Belonged to it on some first day of the months between: moves are dated facts of the office. */
static struct result belonged(struct desk *desk, const char *person, const char *section, day_t from, day_t to,
                              struct arena *arena, bool *before, struct why *why)
{
	enum { STEP_DAYS = 7 };
	struct office_fact *facts;
	size_t count;
	for (day_t day = to; day >= from && !*before; day -= STEP_DAYS) {
		TRY(office_facts(desk->office, "person", person, day, arena, &facts, &count, why));
		for (size_t i = 0; i < count; i++)
			*before |= strcmp(facts[i].path, "section") == 0 && strcmp(facts[i].value, section) == 0;
	}
	return ok();
}

struct result review_stand(struct desk *desk, const char *auditor, const char *section, struct arena *arena,
                           struct review_stance *out, struct why *why)
{
	struct person person;
	day_t today = review_today(desk), from = today - YEAR_DAYS;
	struct review_stance s = {.says = ""};
	TRY(office_person(desk->office, auditor, arena, &person, why));
	s.inside = strcmp(person.section, section) == 0;
	TRY(posts_over(desk, auditor, section, from, today, arena, &s.inside, &s.ran_it, why));
	TRY(belonged(desk, auditor, section, from, today, arena, &s.ran_it, why));
	if (s.inside)
		s.says = "監査を受ける課の人か、その課を受け持つ役職の人です。";
	else if (s.ran_it)
		s.says = "この一年のうちに、監査を受ける課にいたか、その課を受け持っていました。";
	*out = s;
	return ok();
}

/* ---- planning ---------------------------------------------------------------------------- */

static struct result decide_plan(struct desk *desk, const char *by, const char *section, const char *auditor,
                                 const struct review_stance *stance, const char *unavoidable, struct arena *arena,
                                 const struct decision **out, struct why *why)
{
	const struct fact_pair facts[] = {{"object", section}, {"inside", stance->inside ? "yes" : "no"},
	                                  {"ran_it", stance->ran_it ? "yes" : "no"}, {"auditor", auditor}};
	const struct policy_claim claim = {.name = "unavoidable", .reason = unavoidable};
	const struct wish wish = {.act = "plan_audit", .actor = by, .subject = section, .facts = facts, .fact_count = *auditor ? 4 : 3,
	                          .claims = &claim, .claim_count = *unavoidable ? 1 : 0};
	return proceeding_decide(desk->proceedings, &wish, arena, out, why);
}

struct result review_may_plan(struct desk *desk, const char *person, const char *section, bool *yes, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	const struct review_stance apart = {.says = ""};
	const struct decision *decision = NULL;
	if (!arena)
		return review_no_memory(why);
	TRY(decide_plan(desk, person, section, "", &apart, "", arena, &decision, why));
	*yes = decision->verdict == PASS;
	return ok();
}

static struct result check_plan(const struct review_audit *a, struct why *why)
{
	TRY(review_line(a->name, REVIEW_TITLE, "name", "監査の件名", why));
	if (!*a->section)
		return fail(why, E_INPUT, "section", "「監査を受ける課」を選んでください。");
	if (!*a->auditor)
		return fail(why, E_INPUT, "auditor", "「監査を行う人」を選んでください。");
	if (a->to < a->from)
		return fail(why, E_INPUT, "to", "「終える日」が「始める日」より前です。");
	return ok();
}

static struct result open_audit(struct desk *desk, const struct review_audit *a, char id[27], struct why *why)
{
	char from[11], to[11];
	struct cell cells[8];
	size_t n = 0;
	day_iso(a->from, from);
	day_iso(a->to, to);
	const struct cell all[] = {{"section", a->section}, {"auditor", a->auditor}, {"planned_from", from}, {"planned_to", to},
		{"topics", a->topics}, {"contract", a->contract}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].value && *all[i].value)
			cells[n++] = all[i];
	const struct case_opening opening = {.kind = "audit", .name = a->name, .section = a->section, .cells = cells,
		.cell_count = n, .actor = a->by, .post = ""};
	return case_open(desk->proceedings, &opening, id, why);
}

struct result review_plan(struct desk *desk, const struct review_audit *a, char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct review_stance stance;
	const struct decision *decision = NULL;
	char made[27];
	if (!arena)
		return review_no_memory(why);
	TRY(check_plan(a, why));
	TRY(tx_begin(desk->store, &tx, why));
	TRY(review_stand(desk, a->auditor, a->section, arena, &stance, why));
	TRY(decide_plan(desk, a->by, a->section, a->auditor, &stance, a->unavoidable, arena, &decision, why));
	if (decision->verdict == REFUSE) {
		struct why own = {OK, "", ""};
		if (policy_refusal(decision, &own).code == E_DENIED)
			return fail(why, E_DENIED, own.place, "%s%s", stance.says, own.text);
		return fail(why, own.code, own.place, "%s", own.text);
	}
	if (decision->verdict != PASS)
		return fail(why, E_DENIED, "plan_audit", "監査を計画できるかどうかを判断できません。役職の登録を確かめてください。");
	TRY(open_audit(desk, a, made, why));
	TRY(review_record(desk, "review.planned", made, a->by, decision,
	                  json_pack("{s:s, s:s, s:b, s:b, s:b}", "section", a->section, "auditor", a->auditor, "inside", stance.inside,
	                            "ran_it", stance.ran_it, "claimed", *a->unavoidable != 0), why));
	if (*a->unavoidable) {
		const struct case_hand hand = {made, 1, a->by, ""};
		TRY(case_note(desk->proceedings, &hand, a->unavoidable, why));
	}
	TRY(tx_commit(&tx, why));
	memcpy(id, made, sizeof made);
	return ok();
}
