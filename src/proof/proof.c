/* States of clauses: see proof.h for what proves what. */
#include "proof/internal.h"

#include <stdlib.h>

enum { CARRIERS_DEEP = 8, CHECK_BYTES = 64 << 20 };

static const struct {
	const char *name, *japanese, *says;
} states[PROOF_STATES] = {
	[PROOF_UNPROVEN] = {"unproven", "未証明", "記録がまだない"},
	[PROOF_OVERDUE] = {"overdue", "期限超過", "期限までに行われていない"},
	[PROOF_UNSET] = {"unset", "未設定", "市が決める値や担当が空"},
	[PROOF_EXCEPTION] = {"exception", "例外中", "許可された例外がある"},
	[PROOF_MET] = {"met", "充足", "記録で証明できる"},
	[PROOF_ENFORCED] = {"enforced", "強制", "仕組みが自動で守らせている"},
	[PROOF_NA] = {"na", "対象外", "行いを求めない条文"},
};

const char *proof_state_name(enum proof_state state)
{
	return states[state].name;
}

const char *proof_state_japanese(enum proof_state state)
{
	return states[state].japanese;
}

const char *proof_state_says(enum proof_state state)
{
	return states[state].says;
}

/* ---- opening, and what a page reads once ---------------------------------- */

struct result proof_open(const struct proof_parts *parts, struct proof **out, struct why *why)
{
	struct proof *proof = calloc(1, sizeof *proof);
	if (!proof)
		return fail(why, E_MEMORY, "proof", "no memory");
	proof->at = *parts;
	*out = proof;
	return ok();
}

void proof_close(struct proof *proof)
{
	if (!proof)
		return;
	arena_free(proof->arena);
	free(proof);
}

void proof_drop(struct proof **proof)
{
	proof_close(*proof);
	*proof = NULL;
}

/* The check of a whole policy takes its time and changes with the day only. */
static struct result findings_of(struct proof *proof, day_t day, struct why *why)
{
	if (proof->checked == day && proof->arena)
		return ok();
	arena_free(proof->arena);
	proof->checked = 0;
	proof->findings = (struct findings){.first = NULL};
	proof->arena = arena_new(CHECK_BYTES);
	if (!proof->arena)
		return fail(why, E_MEMORY, "proof", "no memory");
	TRY(policy_check(proof->at.policy, day, proof->arena, &proof->findings, why));
	proof->checked = day;
	return ok();
}

/* Obligations by clause, the periods of each in their order. */
static struct result read_tallies(struct survey *s, struct why *why)
{
	struct duty_count *counts;
	size_t count = 0;
	if (!s->proof->at.duties)
		return ok();
	TRY(duty_counts(s->proof->at.duties, s->arena, &counts, &count, why));
	s->tallies = ARENA_ARRAY(s->arena, count + 1, struct tally);
	if (!s->tallies)
		return fail(why, E_MEMORY, "proof", "no memory");
	for (size_t i = 0; i < count; i++) {
		struct tally *t = s->tally_count ? &s->tallies[s->tally_count - 1] : NULL;
		if (!t || strcmp(t->duty, counts[i].of) != 0) {
			t = &s->tallies[s->tally_count++];
			t->duty = counts[i].of;
		}
		if (*counts[i].period) {
			t->periodic = true;
			t->before = t->settled;
			t->latest_open = counts[i].n[BUCKET_OPEN] + counts[i].n[BUCKET_UNSET];
		}
		t->overdue += counts[i].n[BUCKET_OVERDUE];
		t->unset += counts[i].n[BUCKET_UNSET];
		t->open += counts[i].n[BUCKET_OPEN];
		t->advice += counts[i].n[BUCKET_ADVICE];
		t->settled += counts[i].n[BUCKET_SETTLED];
	}
	return ok();
}

static struct result read_all(struct survey *s, struct why *why)
{
	struct proof *p = s->proof;
	TRY(findings_of(p, s->day, why));
	TRY(policy_members(p->at.policy, p->at.policy_name, s->day, s->arena, &s->members, &s->member_count, why));
	TRY(policy_duties(p->at.policy, p->at.policy_name, s->day, s->arena, &s->duties, &s->duty_count, why));
	TRY(standings_read(p, s->arena, &s->standings, &s->standing_count, &s->answered, why));
	TRY(happenings_read(p, s->arena, &s->happened, &s->happened_count, why));
	TRY(read_tallies(s, why));
	TRY(application_exceptions(p->at.proceedings, s->day, s->arena, &s->exceptions, &s->exception_count, why));
	return office_all_holdings(p->at.office, s->arena, &s->held, &s->held_count, why);
}

struct result proof_survey(struct proof *proof, day_t day, struct arena *arena, struct survey **out,
                           struct why *why)
{
	struct survey *survey = ARENA_NEW(arena, struct survey);
	if (!survey)
		return fail(why, E_MEMORY, "proof", "no memory");
	*survey = (struct survey){.proof = proof, .day = day, .arena = arena,
	                          .edition = policy_edition_on(proof->at.policy, proof->at.policy_name, day)};
	TRY(read_all(survey, why));
	*out = survey;
	return ok();
}

void proof_clauses(const struct survey *s, const struct policy_member **out, size_t *count)
{
	*out = s->members;
	*count = s->member_count;
}

static int standing_is(const void *key, const void *at)
{
	return strcmp(key, ((const struct standing *)at)->clause);
}

static int tally_is(const void *key, const void *at)
{
	return strcmp(key, ((const struct tally *)at)->duty);
}

const struct standing *standing_of(const struct survey *s, const char *clause)
{
	return s->standing_count ? bsearch(clause, s->standings, s->standing_count, sizeof *s->standings, standing_is) : NULL;
}

const struct tally *tally_of(const struct survey *s, const char *duty)
{
	return s->tally_count ? bsearch(duty, s->tallies, s->tally_count, sizeof *s->tallies, tally_is) : NULL;
}

/* ---- what is known of one clause ------------------------------------------- */

static bool has_exception(const struct survey *s, const char *id)
{
	for (size_t i = 0; i < s->exception_count; i++)
		if (strcmp(s->exceptions[i], id) == 0)
			return true;
	return false;
}

const struct finding *proof_gap(const struct survey *s, const struct policy_clause *clause)
{
	for (const struct finding *f = s->proof->findings.first; f; f = f->next)
		if (f->severity == FINDING_GAP && f->number == 17 && strcmp(f->clause, clause->id) == 0)
			return f;
	return NULL;
}

size_t proof_gaps(const struct survey *s)
{
	size_t count = 0;
	for (const struct finding *f = s->proof->findings.first; f; f = f->next)
		count += f->severity == FINDING_GAP && f->number == 17 && *f->clause;
	return count;
}

/* The post that the clause makes; "" if it makes none. */
const char *post_of(const struct survey *s, const struct policy_clause *clause)
{
	const struct policy *policy = s->proof->at.policy;
	for (size_t i = 0; i < policy_post_count(policy, s->edition); i++) {
		const struct policy_post *post = policy_post_at(policy, s->edition, i);
		if (post->clause && strcmp(post->clause->id, clause->id) == 0)
			return post->name;
	}
	return "";
}

/* Members of a section hold such a post by being there. */
static bool is_of_members(const struct survey *s, const char *name)
{
	const struct policy *policy = s->proof->at.policy;
	for (size_t i = 0; i < policy_post_count(policy, s->edition); i++) {
		const struct policy_post *post = policy_post_at(policy, s->edition, i);
		if (strcmp(post->name, name) == 0)
			return post->held_by == POST_MEMBERS && strcmp(post->holder, "section") == 0;
	}
	return false;
}

bool is_held(const struct survey *s, const char *post)
{
	if (s->held_count && is_of_members(s, post)) /* where somebody is in office there are sections with people */
		return true;
	for (size_t i = 0; i < s->held_count; i++)
		if (strcmp(s->held[i].post, post) == 0 && s->held[i].from <= s->day && s->held[i].to >= s->day)
			return true;
	return false;
}

/* ---- carried by others ------------------------------------------------------------ */

static bool fits(const char *pattern, const char *id)
{
	size_t len = strlen(pattern);
	bool prefix = len && pattern[len - 1] == '*';
	return prefix ? strncmp(pattern, id, len - 1) == 0 : strcmp(pattern, id) == 0;
}

static void add_carriers(const struct survey *s, const char *pattern, struct carriers *to)
{
	for (size_t i = 0; i < s->member_count && to->count < CARRIERS; i++)
		if (fits(pattern, s->members[i].clause->id))
			to->at[to->count++] = s->members[i].clause;
}

/* The clauses that carry this one in the end; a ring of carriers carries nothing. */
void carriers_of(const struct survey *s, const struct policy_clause *clause,
                        struct carriers *out)
{
	struct carriers next = {.count = 0}, now = {.at = {clause}, .count = 1};
	out->count = 0;
	for (int deep = 0; deep < CARRIERS_DEEP && now.count; deep++) {
		next.count = 0;
		for (size_t i = 0; i < now.count; i++) {
			if (now.at[i]->carrier != CARRIER_CLAUSES) {
				if (out->count < CARRIERS)
					out->at[out->count++] = now.at[i];
				continue;
			}
			for (size_t k = 0; k < now.at[i]->carried_by_count; k++)
				add_carriers(s, now.at[i]->carried_by[k], &next);
		}
		now = next;
	}
}

/* ---- states ---------------------------------------------------------------------------- */

/* What a parameter asks of the office is told by its gap; with a value it asks nothing. */
bool asks_nothing(const struct policy_clause *clause)
{
	return clause->carrier == CARRIER_REFERENCE || clause->carrier == CARRIER_NONE ||
	       (clause->carrier == CARRIER_STATEMENT && (clause->parts & ~(unsigned)(CLAUSE_MEANING | CLAUSE_PARAMETER)) == 0);
}

static bool waits(const struct duty_span *span)
{
	return span->given && !span->set && strcmp(span->parameter, "unstated") != 0;
}

static bool duty_waits(const struct policy_duty *d)
{
	bool unset = waits(&d->within);
	for (size_t k = 0; k < d->trigger_count; k++)
		unset |= waits(&d->triggers[k].each);
	return unset;
}

const struct policy_duty *unset_of(const struct survey *s, const char *clause)
{
	for (size_t i = 0; i < s->duty_count; i++)
		if (strcmp(s->duties[i].clause->id, clause) == 0 && duty_waits(&s->duties[i]))
			return &s->duties[i];
	return NULL;
}

/* What starts it has happened, each time without the condition that begins it: had that
 * been true, or had nobody been able to tell, there would be an obligation.   */
static bool never_applied(const struct survey *s, const struct policy_duty *duty, const struct tally *t)
{
	if (!*duty->when || duty->document || (t && (t->open || t->advice)))
		return false;
	bool happened = false;
	for (size_t i = 0; i < duty->trigger_count; i++) {
		if (duty->triggers[i].kind != DUTY_ON)
			return false;
		for (size_t k = 0; k < s->happened_count && !happened; k++)
			happened = strcmp(s->happened[k], duty->triggers[i].event) == 0;
	}
	return happened;
}

/* The obligations of one duty: the last period's are settled (else they would be
 * overdue), or all of this one's; what has no period, whenever it was asked for. */
static enum proof_state from_duty(const struct survey *s, const struct policy_duty *duty)
{
	const struct tally *t = tally_of(s, duty->id);
	if (t && t->overdue)
		return PROOF_OVERDUE;
	if ((t && t->unset) || duty_waits(duty))
		return PROOF_UNSET;
	if (!t || !t->settled)
		return never_applied(s, duty, t) ? PROOF_MET : PROOF_UNPROVEN;
	return !t->periodic || t->before || !t->latest_open ? PROOF_MET : PROOF_UNPROVEN;
}

const struct policy_duty *weakest_duty(const struct survey *s, const char *clause, enum proof_state *state)
{
	const struct policy_duty *weakest = NULL;
	*state = PROOF_NA;
	for (size_t i = 0; i < s->duty_count; i++) {
		if (strcmp(s->duties[i].clause->id, clause) != 0)
			continue;
		enum proof_state one = from_duty(s, &s->duties[i]);
		/* what is overdue or unset is told before what has simply not come yet */
		bool worse = !weakest || (one == PROOF_OVERDUE && *state != PROOF_OVERDUE) ||
		             (one == PROOF_UNSET && *state != PROOF_OVERDUE && *state != PROOF_UNSET) ||
		             (one < *state && *state != PROOF_OVERDUE && *state != PROOF_UNSET);
		if (!worse)
			continue;
		weakest = &s->duties[i];
		*state = one;
	}
	return weakest;
}

/* A gate's entry anywhere among them: enforced. */
static enum proof_state from_entries(const struct survey *s, const struct policy_clause *clause)
{
	const struct standing *known = standing_of(s, clause->id);
	if (clause->parts & CLAUSE_SEPARATE)
		return s->answered ? PROOF_ENFORCED : PROOF_UNPROVEN;
	if (!known)
		return PROOF_UNPROVEN;
	return known->gate ? PROOF_ENFORCED : PROOF_MET;
}

struct result state_alone(const struct survey *s, const struct policy_clause *clause, enum proof_state *out,
                          struct why *why)
{
	const char *post = clause->parts & CLAUSE_POST ? post_of(s, clause) : "";
	unsigned owed = CLAUSE_DUTY | CLAUSE_DOCUMENT;
	unsigned shown = clause->parts & (CLAUSE_NORM | CLAUSE_RECORD | CLAUSE_LIST | CLAUSE_SEPARATE);
	(void)why;
	*out = clause->carrier == CARRIER_STATEMENT && proof_gap(s, clause) ? PROOF_UNSET : PROOF_NA;
	if (asks_nothing(clause))
		return ok();
	*out = PROOF_EXCEPTION;
	if (has_exception(s, clause->id))
		return ok();
	*out = PROOF_UNSET;
	if (*post && !is_held(s, post))
		return ok();
	*out = *post ? PROOF_MET : PROOF_NA;
	enum proof_state duties = PROOF_NA;
	if (clause->parts & owed)
		(void)weakest_duty(s, clause->id, &duties);
	enum proof_state entries = shown || (!*post && duties == PROOF_NA) ? from_entries(s, clause) : PROOF_NA;
	*out = duties < *out ? duties : *out;
	if (duties != PROOF_OVERDUE && duties != PROOF_UNSET) /* those are told first */
		*out = entries < *out ? entries : *out;
	if (*out == PROOF_UNPROVEN && proof_gap(s, clause))
		*out = PROOF_UNSET;
	return ok();
}

struct result proof_state(const struct survey *s, const struct policy_clause *clause,
                          enum proof_state *out, struct why *why)
{
	struct carriers carriers;
	enum proof_state weakest = PROOF_NA, one;
	if (clause->carrier != CARRIER_CLAUSES)
		return state_alone(s, clause, out, why);
	carriers_of(s, clause, &carriers);
	for (size_t i = 0; i < carriers.count; i++) {
		TRY(state_alone(s, carriers.at[i], &one, why));
		if (one < weakest)
			weakest = one;
	}
	*out = carriers.count ? weakest : PROOF_UNPROVEN;
	return ok();
}
