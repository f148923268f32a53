/* States of clauses: see proof.h for what proves what. */
#include "proof/proof.h"

#include <jansson.h>
#include <stdlib.h>

enum { CARRIERS_DEEP = 8, CARRIERS = 256, POSTS_READ = 2000, CHECK_BYTES = 64 << 20 };

struct proof {
	struct proof_parts at;
	struct arena *arena; /* of the findings */
	struct findings findings;
	day_t checked;       /* day of the findings; 0: none yet */
};

struct survey {
	struct proof *proof;
	const struct policy_edition *edition;
	day_t day;
	struct arena *arena;
	struct application *permitted;
	size_t permitted_count;
	struct holding *held;
	size_t held_count;
};

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

struct result proof_survey(struct proof *proof, day_t day, struct arena *arena, struct survey **out,
                           struct why *why)
{
	struct application_query permitted = {.state = APPLICATION_PERMITTED, .limit = 1000};
	struct survey *survey = ARENA_NEW(arena, struct survey);
	if (!survey)
		return fail(why, E_MEMORY, "proof", "no memory");
	survey->proof = proof;
	survey->day = day;
	survey->arena = arena;
	survey->edition = policy_edition_on(proof->at.policy, proof->at.policy_name, day);
	TRY(findings_of(proof, day, why));
	TRY(application_list(proof->at.proceedings, &permitted, arena, &survey->permitted,
	                     &survey->permitted_count, why));
	TRY(office_all_holdings(proof->at.office, arena, &survey->held, &survey->held_count, why));
	*out = survey;
	return ok();
}

/* ---- what is known of one clause ------------------------------------------- */

static bool has_exception(const struct survey *s, const char *id)
{
	for (size_t i = 0; i < s->permitted_count; i++) {
		const struct application *a = &s->permitted[i];
		if (strcmp(a->exception_to, id) == 0 && a->until >= s->day && !a->used_ms)
			return true;
	}
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
static const char *post_of(const struct survey *s, const struct policy_clause *clause)
{
	const struct policy *policy = s->proof->at.policy;
	for (size_t i = 0; i < policy_post_count(policy, s->edition); i++) {
		const struct policy_post *post = policy_post_at(policy, s->edition, i);
		if (post->clause && strcmp(post->clause->id, clause->id) == 0)
			return post->name;
	}
	return "";
}

static bool is_held(const struct survey *s, const char *post)
{
	for (size_t i = 0; i < s->held_count; i++)
		if (strcmp(s->held[i].post, post) == 0 && s->held[i].from <= s->day && s->held[i].to >= s->day)
			return true;
	return false;
}

/* ---- evidence ------------------------------------------------------------------ */

static bool names_post(const struct ledger_entry *entry, const char *post)
{
	json_t *data = json_loadb((const char *)entry->data.at, entry->data.len, 0, NULL);
	const char *named = json_string_value(json_object_get(data, "post"));
	bool same = named && strcmp(named, post) == 0;
	json_decref(data);
	return same;
}

static struct result find(const struct survey *s, const struct ledger_query *query,
                          struct arena *arena, struct ledger_entry **out, size_t *count,
                          struct why *why)
{
	return ledger_find(s->proof->at.ledger, query, arena, out, count, why);
}

static struct result post_entries(const struct survey *s, const char *post, size_t limit,
                                  struct arena *arena, struct ledger_entry **out, size_t *count,
                                  struct why *why)
{
	struct ledger_query query = {.kind_prefix = "office.post.", .limit = POSTS_READ};
	struct ledger_entry *found;
	size_t read, kept = 0;
	TRY(find(s, &query, arena, &found, &read, why));
	for (size_t i = 0; i < read && kept < limit; i++)
		if (names_post(&found[i], post))
			found[kept++] = found[i];
	*out = found;
	*count = kept;
	return ok();
}

/* Entries of the clause itself. */
static struct result own_entries(const struct survey *s, const struct policy_clause *clause,
                                 size_t limit, struct arena *arena, struct ledger_entry **out,
                                 size_t *count, struct why *why)
{
	const char *post = clause->parts & CLAUSE_POST ? post_of(s, clause) : "";
	struct ledger_query answered = {.kind_prefix = "application.answered", .limit = limit};
	struct ledger_query named = {.clause = clause->id, .limit = limit};
	if (*post)
		return post_entries(s, post, limit, arena, out, count, why);
	return find(s, clause->parts & CLAUSE_SEPARATE ? &answered : &named, arena, out, count, why);
}

/* ---- carried by others ------------------------------------------------------------ */

struct carriers {
	const struct policy_clause *at[CARRIERS];
	size_t count;
};

static bool fits(const char *pattern, const char *id)
{
	size_t len = strlen(pattern);
	bool prefix = len && pattern[len - 1] == '*';
	return prefix ? strncmp(pattern, id, len - 1) == 0 : strcmp(pattern, id) == 0;
}

static void add_carriers(const struct survey *s, const char *pattern, struct carriers *to)
{
	const struct policy *policy = s->proof->at.policy;
	for (size_t i = 0; i < policy_clause_count(policy, s->edition) && to->count < CARRIERS; i++) {
		const struct policy_clause *clause = policy_clause_at(policy, s->edition, i);
		if (fits(pattern, clause->id))
			to->at[to->count++] = clause;
	}
}

/* The clauses that carry this one in the end; a ring of carriers carries nothing. */
static void carriers_of(const struct survey *s, const struct policy_clause *clause,
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

static bool asks_nothing(const struct policy_clause *clause)
{
	return clause->carrier == CARRIER_REFERENCE || clause->carrier == CARRIER_NONE ||
	       (clause->carrier == CARRIER_STATEMENT && clause->parts == CLAUSE_MEANING);
}

/* A gate's entry anywhere among them: enforced. */
static struct result from_entries(const struct survey *s, const struct policy_clause *clause,
                                  enum proof_state *out, struct why *why)
{
	struct ledger_entry *entries;
	size_t count;
	struct ledger_query gate = {.clause = clause->id, .kind_prefix = "crossing.", .limit = 1};
	TRY(own_entries(s, clause, 1, s->arena, &entries, &count, why));
	*out = count ? PROOF_MET : PROOF_UNPROVEN;
	if (!count || (clause->parts & CLAUSE_POST))
		return ok();
	if ((clause->parts & CLAUSE_SEPARATE) || slice_starts(entries[0].kind, SLICE("crossing."))) {
		*out = PROOF_ENFORCED;
		return ok();
	}
	TRY(find(s, &gate, s->arena, &entries, &count, why));
	if (count)
		*out = PROOF_ENFORCED;
	return ok();
}

static struct result state_alone(const struct survey *s, const struct policy_clause *clause,
                                 enum proof_state *out, struct why *why)
{
	const char *post = clause->parts & CLAUSE_POST ? post_of(s, clause) : "";
	*out = PROOF_NA;
	if (asks_nothing(clause))
		return ok();
	*out = PROOF_EXCEPTION;
	if (has_exception(s, clause->id))
		return ok();
	*out = PROOF_UNSET;
	if (*post && !is_held(s, post))
		return ok();
	TRY(from_entries(s, clause, out, why));
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

/* ---- evidence of whatever carries it ------------------------------------------------------ */

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct ledger_entry *)a)->seq, y = ((const struct ledger_entry *)b)->seq;
	return x < y ? 1 : x > y ? -1 : 0;
}

/* One entry may prove two carriers: it is one entry. */
static size_t once_each(struct ledger_entry *entries, size_t count)
{
	size_t kept = 0;
	if (count)
		qsort(entries, count, sizeof *entries, newest_first);
	for (size_t i = 0; i < count; i++)
		if (!kept || entries[kept - 1].seq != entries[i].seq)
			entries[kept++] = entries[i];
	return kept;
}

struct result proof_evidence(const struct survey *s, const struct policy_clause *clause,
                             size_t limit, struct arena *arena, struct ledger_entry **out,
                             size_t *count, size_t *total, struct why *why)
{
	struct carriers carriers;
	struct ledger_entry *all = ARENA_ARRAY(arena, PROOF_COUNTED, struct ledger_entry);
	size_t have = 0;
	if (!all)
		return fail(why, E_MEMORY, "proof", "no memory");
	carriers_of(s, clause, &carriers);
	for (size_t i = 0; i < carriers.count && have < PROOF_COUNTED; i++) {
		struct ledger_entry *found;
		size_t n = 0;
		if (asks_nothing(carriers.at[i]))
			continue;
		TRY(own_entries(s, carriers.at[i], PROOF_COUNTED - have, arena, &found, &n, why));
		if (n)
			memcpy(all + have, found, n * sizeof *all);
		have += n;
	}
	have = once_each(all, have);
	if (total)
		*total = have;
	*out = all;
	*count = have < limit ? have : limit;
	return ok();
}
