/* Values that fit: the vocabulary says what may be said, the seed what is said. */
#include "city/attempt.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAYS_AHEAD = 30, WORDS_TRIED = 8, ROWS_TRIED = 4 };

size_t attempt_roll(struct attempt *a, size_t n)
{
	a->state = a->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return n ? (size_t)(a->state >> 33) % n : 0;
}

struct attempt attempt_begin(struct player *p, struct arena *arena, size_t what, unsigned nth)
{
	struct attempt a = {.p = p, .arena = arena, .nth = nth,
	                    .state = p->plan->seed * 1000003 + what * 131 + nth * UINT64_C(0x9E3779B97F4A7C15)};
	(void)attempt_roll(&a, 2);
	return a;
}

bool attempt_refused(struct result r)
{
	return r.code == E_DENIED || r.code == E_INPUT || r.code == E_ABSENT || r.code == E_CONFLICT || r.code == E_LIMIT;
}

/* ---- persons, rows ----------------------------------------------------------- */

static const char *any_person(struct attempt *a)
{
	return a->p->people[attempt_roll(a, a->p->plan->person_count)];
}

const char *attempt_kept(const struct player *p, const char *kind, size_t nth)
{
	for (size_t i = 0; i < p->thing_count; i++)
		if (strcmp(p->things[i].kind, kind) == 0 && nth-- == 0)
			return p->things[i].id;
	return NULL;
}

static size_t kept_rows(const struct player *p, const char *kind)
{
	size_t n = 0;
	for (size_t i = 0; i < p->thing_count; i++)
		n += strcmp(p->things[i].kind, kind) == 0;
	return n;
}

const char *attempt_row(struct attempt *a, const char *kind)
{
	struct player *p = a->p;
	if (strcmp(kind, "person") == 0)
		return any_person(a);
	if (strcmp(kind, "section") == 0 || strcmp(kind, "department") == 0)
		return p->plan->sections[attempt_roll(a, p->plan->section_count)].id;
	if (strcmp(kind, "asset") == 0 && attempt_roll(a, 2))
		return p->assets[attempt_roll(a, p->plan->asset_count)];
	return attempt_kept(p, kind, attempt_roll(a, kept_rows(p, kind)));
}

const char *attempt_somebody(struct attempt *a)
{
	struct player *p = a->p;
	return p->holder_count && a->nth % 3 ? p->holders[attempt_roll(a, p->holder_count)] : any_person(a);
}

/* ---- values ---------------------------------------------------------------------- */

static const char *day_ahead(struct attempt *a)
{
	char *text = arena_array(a->arena, 11, 1);
	if (text)
		day_iso(day_of_ms(*a->p->at->now_ms) + 1 + (day_t)attempt_roll(a, DAYS_AHEAD), text);
	return text;
}

static const char *yes_or_no(struct attempt *a)
{
	return a->nth == 0 || (a->nth > 1 && attempt_roll(a, 2)) ? "yes" : "no";
}

static const char *word_of(struct attempt *a, const struct policy_fact *fact)
{
	if (!fact->word_count)
		return NULL;
	return fact->words[fact->type == FACT_LEVEL && a->nth % 2 == 0 ? 0 : attempt_roll(a, fact->word_count)];
}

static const char *value_of(struct attempt *a, const struct policy_fact *fact, enum fact_type type);

/* One member; of words sometimes all. */
static const char *set_of(struct attempt *a, const struct policy_fact *fact)
{
	const char *all = "";
	if (fact->member == FACT_SET)
		return NULL;
	if (fact->member != FACT_WORD || a->nth % 2)
		return value_of(a, fact, fact->member);
	for (size_t i = 0; all && i < fact->word_count; i++)
		all = arena_printf(a->arena, "%s%s%s", all, *all ? " " : "", fact->words[i]);
	return all;
}

static const char *value_of(struct attempt *a, const struct policy_fact *fact, enum fact_type type)
{
	switch (type) {
	case FACT_YESNO: return yes_or_no(a);
	case FACT_DATE: return day_ahead(a);
	case FACT_TEXT: return "業務のため";
	case FACT_PERSON: return any_person(a);
	case FACT_SECTION: return attempt_row(a, "section");
	case FACT_NUMBER: return "1";
	case FACT_DURATION: return "7 days";
	case FACT_WORD:
	case FACT_LEVEL: return word_of(a, fact);
	case FACT_ROW: return attempt_row(a, fact->kind);
	case FACT_SET: return set_of(a, fact);
	case FACT_NONE:
	case FACT_SIZE:
	case FACT_POST: return NULL;
	}
	return NULL;
}

const char *attempt_value(struct attempt *a, const struct policy_fact *fact)
{
	return value_of(a, fact, fact->type);
}

const char *attempt_other(struct attempt *a, const struct policy_fact *fact, size_t k)
{
	static const char *const yes_no[] = {"yes", "no"}, *const numbers[] = {"0", "1", "1000"},
	                  *const spans[] = {"1 hours", "7 days", "10 years"};
	enum fact_type type = fact->type == FACT_SET ? fact->member : fact->type;
	switch (type) {
	case FACT_YESNO: return k < 2 ? yes_no[k] : NULL;
	case FACT_WORD:
	case FACT_LEVEL: return k < fact->word_count && k < WORDS_TRIED ? fact->words[k] : NULL;
	case FACT_NUMBER: return k < 3 ? numbers[k] : NULL;
	case FACT_DURATION: return k < 3 ? spans[k] : NULL;
	case FACT_ROW: return strcmp(fact->kind, "asset") && k < ROWS_TRIED ? attempt_kept(a->p, fact->kind, k) : NULL;
	case FACT_PERSON:
	case FACT_SECTION:
	case FACT_DATE:
	case FACT_TEXT:
	case FACT_NONE:
	case FACT_SIZE:
	case FACT_SET:
	case FACT_POST: return NULL;
	}
	return NULL;
}

/* ---- cells ------------------------------------------------------------------------- */

size_t attempt_cells_of_kind(struct attempt *a, const char *kind, struct cell *cells)
{
	const struct policy_fact *facts;
	size_t count = 0, n = 0;
	if (policy_kind_facts(a->p->at->policy, kind, a->arena, &facts, &count, NULL).code != OK)
		return 0;
	for (size_t i = 0; i < count && n < TOLD; i++) {
		const char *value = strcmp(facts[i].path, "step") == 0 ? NULL
		                    : facts[i].type == FACT_WORD       ? facts[i].words[a->nth % facts[i].word_count]
		                                                       : attempt_value(a, &facts[i]);
		if (value)
			cells[n++] = (struct cell){facts[i].path, value};
	}
	return n;
}

size_t attempt_cells_of_act(struct attempt *a, const char *act, bool of_object, struct cell *cells)
{
	const struct policy_fact *facts;
	size_t count = 0, n = 0;
	if (policy_act_facts(a->p->at->policy, act, a->arena, &facts, &count, NULL).code != OK)
		return 0;
	for (size_t i = 0; i < count && n < TOLD; i++) {
		bool other = strcmp(facts[i].path, "object") == 0 || strncmp(facts[i].path, "actor", 5) == 0 ||
		             (!of_object && strncmp(facts[i].path, "object.", 7) == 0);
		const char *value = other ? NULL : attempt_value(a, &facts[i]);
		if (value)
			cells[n++] = (struct cell){facts[i].path, value};
	}
	return n;
}
