/* The entries that prove a clause, or whatever carries it. */
#include "proof/internal.h"

#include <jansson.h>
#include <stdlib.h>

enum { POSTS_READ = 2000 };

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

/* That something was asked for proves nothing; that it was done does. */
static bool proves(struct slice kind)
{
	return !slice_starts(kind, SLICE("duty.")) || slice_is(kind, "duty.done") || slice_is(kind, "duty.not_needed");
}

static struct result named_entries(const struct survey *s, const struct policy_clause *clause, size_t limit,
                                   struct arena *arena, struct ledger_entry **out, size_t *count, struct why *why)
{
	struct ledger_query named = {.clause = clause->id, .limit = limit};
	size_t read = 0, kept = 0;
	TRY(find(s, &named, arena, out, &read, why));
	for (size_t i = 0; i < read; i++)
		if (proves((*out)[i].kind))
			(*out)[kept++] = (*out)[i];
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
	if (*post)
		return post_entries(s, post, limit, arena, out, count, why);
	if (clause->parts & CLAUSE_SEPARATE)
		return find(s, &answered, arena, out, count, why);
	return named_entries(s, clause, limit, arena, out, count, why);
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
