/* What sekisho-clock does for crossings: nothing stays longer than it may. */
#include "crossing/internal.h"
#include "register/hold.h"

#include <stdio.h>

/* Evidence stays: the file itself, or the crossing it came with, is kept by a case. */
#define NOT_KEPT HOLD_NOT_KEPT("crossing_file.id") " AND " HOLD_NOT_KEPT("crossing_file.crossing")

/* One row a rule: which files, what is recorded, which item's key is destroyed. */
static const struct rule {
	const char *select; /* ?1 now; id, item ("" none) */
	const char *kind;
} rules[] = {
	{"SELECT id, '' FROM crossing_file WHERE state = 'released' AND collect_until_ms <= ?1"
	 " ORDER BY id LIMIT 1",
	 "crossing.file.lapsed"},
	{"SELECT id, clean FROM crossing_file WHERE clean_erased_ms = 0 AND clean <> '' AND"
	 " clean <> original AND collect_until_ms > 0 AND collect_until_ms <= ?1"
	 " AND " NOT_KEPT " ORDER BY id LIMIT 1",
	 "crossing.clean.erased"},
	{"SELECT id, original FROM crossing_file WHERE original_erased_ms = 0 AND"
	 " original_until_ms <= ?1 AND state <> 'waiting' AND " NOT_KEPT " ORDER BY id LIMIT 1",
	 "crossing.original.erased"},
};

static struct result apply_rule(struct crossings *c, const struct rule *rule, bool *found,
                                struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	char id[27], item[27];
	int64_t now = crossing_now(c);
	TRY(store_prepare(c->at.base.store, rule->select, &s, why));
	bind_i64(s, 1, now);
	TRY(statement_step(s, found, why));
	if (!*found)
		return ok();
	snprintf(id, sizeof id, "%.*s", SLICE_ARG(column_text(s, 0)));
	snprintf(item, sizeof item, "%.*s", SLICE_ARG(column_text(s, 1)));
	struct event event = {.kind = rule->kind, .actor = "sekisho-clock", .subject = id};
	TRY(record(c, &event, json_object(), why));
	return item[0] ? vault_erase(c->at.base.vault, slice_str(item), now, why) : ok();
}

/* Drafts that nobody sent within a day are nobody's record. */
static struct result drop_draft(struct crossings *c, bool *found, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	char name[27], item[27];
	bool more = false;
	TRY(store_prepare(c->at.base.store,
	                  "DELETE FROM crossing_draft WHERE id IN (SELECT id FROM crossing_draft"
	                  " WHERE created_ms < ?1 ORDER BY id LIMIT 1) RETURNING name, item",
	                  &s, why));
	bind_i64(s, 1, crossing_now(c) - DAY_MS);
	TRY(statement_step(s, found, why));
	if (!*found)
		return ok();
	snprintf(name, sizeof name, "%.*s", SLICE_ARG(column_text(s, 0)));
	snprintf(item, sizeof item, "%.*s", SLICE_ARG(column_text(s, 1)));
	TRY(statement_step(s, &more, why));
	TRY(vault_erase(c->at.base.vault, slice_str(name), crossing_now(c), why));
	return vault_erase(c->at.base.vault, slice_str(item), crossing_now(c), why);
}

static struct result retire_one(struct crossings *c, size_t rule, bool *found, struct why *why)
{
	size_t rows = sizeof rules / sizeof *rules;
	return rule < rows ? apply_rule(c, &rules[rule], found, why) : drop_draft(c, found, why);
}

struct result crossing_retire(struct crossings *c, size_t *count, struct why *why)
{
	enum { MOST = 1000 };
	*count = 0;
	for (size_t rule = 0; rule <= sizeof rules / sizeof *rules; rule++)
		for (bool found = true; found && *count < MOST; *count += found) {
			bool own = false;
			TRY(change_begin(c, &own, why));
			TRY(change_finish(c, own, retire_one(c, rule, &found, why), why));
		}
	return ok();
}
