/* Drafts out of the tables, and as texts of the language. */
#include "draft/internal.h"

day_t drafts_today(const struct drafts *d)
{
	return day_of_ms(clock_now_ms(d->at.clock));
}

struct result draft_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "改正案を扱う記憶域が足りません。");
}

const char *draft_state_japanese(enum draft_state state)
{
	static const char *const words[] = {[DRAFT_NONE] = "", [DRAFT_OPEN] = "起案中", [DRAFT_ADOPTED] = "採択済み",
	                                    [DRAFT_DISCARDED] = "取りやめ"};
	return words[state];
}

struct result drafts_open(const struct draft_parts *parts, struct drafts **out, struct why *why)
{
	struct drafts *d = calloc(1, sizeof *d);
	if (!d)
		return draft_no_memory(why);
	d->at = *parts;
	*out = d;
	return ok();
}

void drafts_close(struct drafts *d)
{
	free(d);
}

void drafts_drop(struct drafts **d)
{
	drafts_close(*d);
	*d = NULL;
}

/* ---- reading ------------------------------------------------------------------ */

static struct result read_lines(struct store *store, struct draft *draft, struct arena *arena, struct why *why)
{
	struct draft_line *lines = ARENA_ARRAY(arena, DRAFT_LINES, struct draft_line);
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	if (!lines)
		return draft_no_memory(why);
	TRY(store_ask(store, "SELECT choice, name, value FROM draft_line WHERE draft = ?1 ORDER BY choice, name",
	              ARGS(arg_str(draft->id)), &s, why));
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row || draft->line_count == DRAFT_LINES)
			break;
		struct draft_line *line = &lines[draft->line_count++];
		*line = (struct draft_line){column_i64(s, 0) != 0, arena_string(arena, column_text(s, 1)),
		                            arena_string(arena, column_text(s, 2))};
		if (!line->name || !line->value)
			return draft_no_memory(why);
	}
	draft->lines = lines;
	return ok();
}

static struct result read_row(struct statement *s, struct arena *arena, struct draft *out, struct why *why)
{
	*out = (struct draft){.id = arena_string(arena, column_text(s, 0)), .serial = column_i64(s, 1),
	                      .title = arena_string(arena, column_text(s, 2)),
	                      .basis = arena_string(arena, column_text(s, 3)),
	                      .effective = (day_t)column_i64(s, 4), .state = (enum draft_state)column_i64(s, 5),
	                      .created_ms = column_i64(s, 6), .created_by = arena_string(arena, column_text(s, 7)),
	                      .ended_ms = column_i64(s, 8), .ended_by = arena_string(arena, column_text(s, 9))};
	bool whole = out->id && out->title && out->basis && out->created_by && out->ended_by;
	return whole ? ok() : draft_no_memory(why);
}

struct result read_drafts(struct store *store, const char *body, const char *where, const char *argument,
                          struct arena *arena, struct draft **out, size_t *count, struct why *why)
{
	struct draft *list = ARENA_ARRAY(arena, DRAFT_LIST, struct draft);
	const char *sql = arena_printf(arena, "SELECT id, serial, title, basis, effective, state, created_ms, created_by,"
	                                      " ended_ms, ended_by FROM draft %s", where);
	size_t n = 0;
	if (!list || !sql)
		return draft_no_memory(why);
	{
		AUTO(statement_drop) struct statement *s = NULL;
		const struct arg args[] = {arg_str(body), arg_str(argument ? argument : "")};
		bool row = false;
		TRY(store_ask(store, sql, args, argument ? 2 : 1, &s, why));
		while (n < DRAFT_LIST) {
			TRY(statement_step(s, &row, why));
			if (!row)
				break;
			TRY(read_row(s, arena, &list[n++], why));
		}
	}
	for (size_t i = 0; i < n; i++)
		TRY(read_lines(store, &list[i], arena, why));
	*out = list;
	*count = n;
	return ok();
}

struct result draft_list(struct drafts *d, struct arena *arena, struct draft **out, size_t *count, struct why *why)
{
	return read_drafts(d->at.store, d->at.body, "WHERE body = ?1 ORDER BY serial DESC LIMIT 200", NULL, arena, out,
	                   count, why);
}

struct result draft_get(struct drafts *d, const char *id, struct arena *arena, struct draft *out, struct why *why)
{
	struct draft *list = NULL;
	size_t count = 0;
	TRY(read_drafts(d->at.store, d->at.body, "WHERE body = ?1 AND id = ?2", id, arena, &list, &count, why));
	if (count != 1)
		return fail(why, E_ABSENT, "draft", "この改正案はありません。");
	*out = list[0];
	return ok();
}

/* ---- as texts -------------------------------------------------------------------- */

const struct policy_edition *edition_for(const struct policy *policy, const char *name, day_t day)
{
	const struct policy_edition *found = policy_edition_on(policy, name, day);
	for (size_t i = 0; !found && i < policy_edition_count(policy); i++)
		if (strcmp(policy_edition_at(policy, i)->name, name) == 0)
			found = policy_edition_at(policy, i);
	return found;
}

static void write_line(const struct draft *draft, const struct draft_line *line, const char *from, struct buffer *out)
{
	if (!line->choice) {
		buffer_printf(out, "set %s = %s from %s by \"%s\"\n", line->name, line->value, from, draft->basis);
		return;
	}
	size_t number = strcspn(line->name, " ");
	buffer_printf(out, "choice \"%s\"\n  for %.*s at%s from %s by \"%s\"\n", line->value, (int)number, line->name,
	              line->name + number, from, draft->basis);
}

void write_text(const struct policy_edition *e, const struct draft *draft, struct buffer *out)
{
	char adopted[11], effective[11], from[11];
	day_iso(e->adopted, adopted);
	day_iso(e->effective, effective);
	day_iso(draft->effective, from);
	buffer_printf(out, "policy %s \"%s\" version \"%s\" adopted %s effective %s\n", e->name, e->title, e->version,
	              adopted, effective);
	for (size_t i = 0; i < draft->line_count; i++)
		write_line(draft, &draft->lines[i], from, out);
}

struct result drafts_version(struct store *store, const char *body, int64_t *out, struct why *why)
{
	bool found = false;
	return store_ask_one(store, "SELECT COUNT(*) FROM draft WHERE body = ?1 AND state = 2", ARGS(arg_str(body)),
	                     &found, out, why);
}

static struct result as_source(const struct policy_edition *edition, const struct draft *draft, struct arena *arena,
                               struct policy_source *out, struct why *why)
{
	struct buffer text;
	buffer_init(&text, DRAFT_TEXT);
	write_text(edition, draft, &text);
	*out = (struct policy_source){arena_printf(arena, "改正案/%lld.pol", (long long)draft->serial),
	                              buffer_ok(&text) ? arena_copy(arena, buffer_slice(&text)) : (struct slice){NULL, 0}};
	buffer_done(&text);
	return out->path && out->text.at ? ok() : draft_no_memory(why);
}

struct result drafts_sources(struct store *store, const char *body, const struct policy *policy,
                             const char *policy_name, day_t day, struct arena *arena, struct policy_source **out,
                             size_t *count, struct why *why)
{
	const struct policy_edition *edition = edition_for(policy, policy_name, day);
	struct draft *list = NULL;
	size_t n = 0;
	int64_t all = 0;
	*count = 0;
	TRY(drafts_version(store, body, &all, why));
	if (all == 0)
		return ok();
	if (all > DRAFT_LIST || !edition)
		return fail(why, E_LIMIT, "draft", "採択した改正案を読み込めません（%lld件、上限%d件）。規程のフォルダにまとめてください。",
		            (long long)all, DRAFT_LIST);
	TRY(read_drafts(store, body, "WHERE body = ?1 AND state = 2 ORDER BY serial", NULL, arena, &list, &n, why));
	*out = ARENA_ARRAY(arena, n, struct policy_source);
	if (!*out)
		return draft_no_memory(why);
	for (size_t i = 0; i < n; i++)
		TRY(as_source(edition, &list[i], arena, &(*out)[i], why));
	*count = n;
	return ok();
}

struct result draft_text(struct drafts *d, const struct draft *draft, struct buffer *out, struct why *why)
{
	const struct policy_edition *e = edition_for(d->at.policy, d->at.policy_name, drafts_today(d));
	if (!e)
		return fail(why, E_ABSENT, "policy", "施行中のポリシーがありません。");
	write_text(e, draft, out);
	return buffer_ok(out) ? ok() : draft_no_memory(why);
}

/* everything that is in force, and the draft beside it */
struct result draft_policy(struct drafts *d, const struct draft *draft, struct arena *arena, struct policy **out,
                           struct findings *findings, struct why *why)
{
	day_t today = drafts_today(d), day = draft->effective > today ? draft->effective : today;
	const struct policy_edition *edition = edition_for(d->at.policy, d->at.policy_name, today);
	struct policy_source *adopted = NULL;
	size_t count = 0, total = d->at.source_count;
	if (!edition)
		return fail(why, E_ABSENT, "policy", "施行中のポリシーがありません。");
	TRY(drafts_sources(d->at.store, d->at.body, d->at.policy, d->at.policy_name, today, arena, &adopted, &count, why));
	struct policy_source *all = ARENA_ARRAY(arena, total + count + 1, struct policy_source);
	if (!all)
		return draft_no_memory(why);
	for (size_t i = 0; i < total; i++)
		all[i] = d->at.sources[i];
	for (size_t i = 0; i < count; i++)
		all[total + i] = adopted[i];
	if (draft->state == DRAFT_OPEN || draft->state == DRAFT_NONE)
		TRY(as_source(edition, draft, arena, &all[total + count++], why));
	TRY(policy_load(all, total + count, arena, out, findings, why));
	return findings ? policy_check(*out, day, arena, findings, why) : ok();
}

struct result draft_shelf(struct drafts *d, struct arena *arena, const struct policy **out, struct why *why)
{
	struct policy *loaded = NULL;
	*out = d->at.policy;
	if (d->at.shelf_count == 0)
		return ok();
	TRY(policy_load(d->at.shelf, d->at.shelf_count, arena, &loaded, NULL, why));
	*out = loaded;
	return ok();
}
