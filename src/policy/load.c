/* From texts to a policy: read every file, join the files of an edition, build
 * the vocabulary, then the books.  The order in which files are given leaves
 * no trace: they are taken by name. */
#include "policy/model.h"

#include <stdio.h>
#include <stdlib.h>

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "policy", "規程を読み込む記憶域が足りません。");
}

/* ---- reading */

static int by_path(const void *a, const void *b)
{
	const struct policy_source *const *x = a, *const *y = b;
	return strcmp((*x)->path, (*y)->path);
}

#define REVERSE(type, list)                    \
	do {                                   \
		type *turned_ = NULL, *next_;  \
		for (; (list); (list) = next_) { \
			next_ = (list)->next;  \
			(list)->next = turned_; \
			turned_ = (list);      \
		}                              \
		(list) = turned_;              \
	} while (0)

static struct result read_files(const struct policy_source *sources, size_t count,
                                struct policy *policy, struct why *why)
{
	const struct policy_source **sorted =
		ARENA_ARRAY(policy->arena, count ? count : 1, const struct policy_source *);
	if (!sorted)
		return no_memory(why);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &sources[i];
	if (count)
		qsort(sorted, count, sizeof *sorted, by_path);
	for (size_t i = 0; i < count; i++)
		TRY(parse_file(sorted[i], policy->words, policy->arena, &policy->tree, why));
	REVERSE(struct header, policy->tree.headers);
	REVERSE(struct clause, policy->tree.clauses);
	REVERSE(struct setting, policy->tree.settings);
	REVERSE(struct example, policy->tree.examples);
	REVERSE(struct choice, policy->tree.choices);
	REVERSE(struct heading, policy->tree.headings);
	REVERSE(struct vocab, policy->tree.vocab);
	return ok();
}

/* ---- editions */

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? (size_t)(slash - path) : 0;
}

static bool same_folder(const char *a, const char *b)
{
	size_t n = folder_length(a);
	return n == folder_length(b) && strncmp(a, b, n) == 0;
}

/* the one edition that the folder's headers name; NULL if none or several */
static struct header *folder_header(const struct tree *tree, const char *file)
{
	struct header *found = NULL;
	for (struct header *h = tree->headers; h; h = h->next) {
		if (!same_folder(h->file, file))
			continue;
		if (found && found->same != h->same)
			return NULL;
		found = h;
	}
	return found;
}

static struct result join_headers(struct binder *b)
{
	for (struct header *h = b->policy->tree.headers; h; h = h->next) {
		h->same = h;
		for (struct header *g = b->policy->tree.headers; g != h; g = g->next) {
			if (g->name != h->name || g->effective != h->effective)
				continue;
			h->same = g->same;
			bool agree = g->title == h->title && g->adopted == h->adopted &&
			             strcmp(g->version, h->version) == 0;
			if (!agree && b->findings)
				finding_add(b->findings, b->arena, 1, h->file, h->line, h->name, "",
				            "表題、版、策定日をそろえてください。",
				            "同じ版の見出しが %s と食い違っています。", g->file);
			b->policy->sound &= agree;
			break;
		}
	}
	return ok();
}

static struct result place(const struct tree *tree, struct header **header, const char *file,
                           uint32_t line, struct why *why)
{
	char at[200];
	if (!*header)
		*header = folder_header(tree, file);
	if (*header) {
		*header = (*header)->same;
		return ok();
	}
	snprintf(at, sizeof at, "%s:%u:%u", file, spot_line(line), spot_column(line));
	return fail(why, E_INPUT, at, "どの規程のものかわかりません。同じフォルダに policy の見出しを一つ置いてください。");
}

static struct result place_all(struct policy *policy, struct why *why)
{
	struct tree *tree = &policy->tree;
	for (struct clause *c = tree->clauses; c; c = c->next)
		TRY(place(tree, &c->header, c->file, c->line, why));
	for (struct setting *s = tree->settings; s; s = s->next)
		TRY(place(tree, &s->header, s->file, s->line, why));
	for (struct example *e = tree->examples; e; e = e->next)
		TRY(place(tree, &e->header, e->file, e->line, why));
	for (struct choice *c = tree->choices; c; c = c->next)
		TRY(place(tree, &c->header, c->file, c->line, why));
	for (struct heading *h = tree->headings; h; h = h->next)
		TRY(place(tree, &h->header, h->file, h->line, why));
	return ok();
}

static int by_name_and_day(const void *a, const void *b)
{
	const struct edition *x = a, *y = b;
	int order = strcmp(x->public.name, y->public.name);
	if (order)
		return order;
	return x->public.effective < y->public.effective ? -1 : x->public.effective > y->public.effective;
}

static struct result list_editions(struct policy *policy, struct why *why)
{
	size_t count = 0;
	for (struct header *h = policy->tree.headers; h; h = h->next)
		count += h->same == h;
	policy->editions = ARENA_ARRAY(policy->arena, count ? count : 1, struct edition);
	if (!policy->editions)
		return no_memory(why);
	for (struct header *h = policy->tree.headers; h; h = h->next)
		if (h->same == h)
			policy->editions[policy->edition_count++] = (struct edition){
				.header = h,
				.public = {h->name, h->title, h->version, h->adopted, h->effective},
			};
	if (count)
		qsort(policy->editions, count, sizeof *policy->editions, by_name_and_day);
	return ok();
}

/* ---- clauses as the public sees them */

static struct edition *edition_of(struct policy *policy, const struct header *header)
{
	for (size_t i = 0; i < policy->edition_count; i++)
		if (policy->editions[i].header == header)
			return &policy->editions[i];
	return NULL;
}

static const unsigned part_of[ST_KINDS] = {
	[ST_FORBID] = CLAUSE_NORM | CLAUSE_DEMAND, [ST_ALLOW] = CLAUSE_NORM, [ST_PERMIT] = CLAUSE_NORM | CLAUSE_DEMAND,
	[ST_REQUIRE] = CLAUSE_NORM | CLAUSE_DEMAND, [ST_LIFT] = CLAUSE_NORM, [ST_DUTY] = CLAUSE_DUTY,
	[ST_RECORD] = CLAUSE_RECORD, [ST_DOCUMENT] = CLAUSE_DOCUMENT, [ST_LIST] = CLAUSE_LIST,
	[ST_ITEM] = CLAUSE_LIST, [ST_POST] = CLAUSE_POST, [ST_SUBSTITUTE] = CLAUSE_POST,
	[ST_DELEGATE] = CLAUSE_POST, [ST_SEPARATE] = CLAUSE_SEPARATE, [ST_TERM] = CLAUSE_MEANING,
	[ST_SCALE] = CLAUSE_MEANING, [ST_RATE] = CLAUSE_MEANING, [ST_GOVERNS] = CLAUSE_MEANING,
	[ST_LEAVES] = CLAUSE_MEANING, [ST_ADOPT] = CLAUSE_MEANING, [ST_DROP] = CLAUSE_MEANING,
	[ST_PARAM] = CLAUSE_PARAMETER,
};

static void tell_carrier(const struct statement *s, struct policy_clause *out)
{
	static const bool marks[ST_KINDS] = {
		[ST_DOUBT] = true, [ST_OMITTED] = true, [ST_EDITION] = true, [ST_CHANGE] = true,
	};
	if (s->kind == ST_DOUBT)
		out->doubt = s->title;
	if (s->kind == ST_OMITTED)
		out->omitted = s->title;
	if (s->kind == ST_REFERENCE)
		out->reference = s->name;
	if (marks[s->kind])
		return;
	enum policy_carrier carrier = s->kind == ST_REFERENCE ? CARRIER_REFERENCE
	                              : s->kind == ST_CARRIED ? CARRIER_CLAUSES : CARRIER_STATEMENT;
	if (out->carrier == CARRIER_NONE || carrier < out->carrier)
		out->carrier = carrier;
	out->parts |= part_of[s->kind];
}

static bool list_carried(struct arena *arena, const struct clause *c, struct policy_clause *out)
{
	size_t count = 0;
	for (const struct statement *s = c->statements; s; s = s->next)
		for (const struct name *n = s->kind == ST_CARRIED ? s->ids : NULL; n; n = n->next)
			count++;
	const char **ids = count ? ARENA_ARRAY(arena, count, const char *) : NULL;
	if (count && !ids)
		return false;
	out->carried_by = ids;
	for (const struct statement *s = c->statements; s; s = s->next)
		for (const struct name *n = s->kind == ST_CARRIED ? s->ids : NULL; n; n = n->next)
			ids[out->carried_by_count++] = n->text;
	return true;
}

static bool publish_clause(struct policy *policy, struct clause *c)
{
	struct policy_clause *out = ARENA_NEW(policy->arena, struct policy_clause);
	struct edition *edition = edition_of(policy, c->header);
	if (!out || !edition)
		return false;
	*out = (struct policy_clause){.id = c->id, .cite = c->cite, .says = c->says, .file = c->file,
	                              .line = spot_line(c->line), .edition = &edition->public, .reference = "",
	                              .statement_count = c->statement_count, .doubt = "", .omitted = ""};
	for (const struct statement *s = c->statements; s; s = s->next)
		tell_carrier(s, out);
	c->public = out;
	c->full_cite = arena_printf(policy->arena, "%s %s", edition->public.title, c->cite);
	edition->clause_count++;
	if (!c->full_cite)
		return false;
	return list_carried(policy->arena, c, out);
}

static int by_id_newest_first(const void *a, const void *b)
{
	const struct clause *const *x = a, *const *y = b;
	int order = strcmp((*x)->id, (*y)->id);
	if (order)
		return order;
	day_t p = (*x)->header->effective, q = (*y)->header->effective;
	return p > q ? -1 : p < q;
}

static struct result publish_clauses(struct policy *policy, struct why *why)
{
	size_t count = policy->tree.clause_count, n = 0;
	for (struct clause *c = policy->tree.clauses; c; c = c->next)
		if (!publish_clause(policy, c))
			return no_memory(why);
	policy->by_id = ARENA_ARRAY(policy->arena, count ? count : 1, struct clause *);
	if (!policy->by_id)
		return no_memory(why);
	for (size_t i = 0; i < policy->edition_count; i++) {
		struct edition *e = &policy->editions[i];
		e->clauses = ARENA_ARRAY(policy->arena, e->clause_count ? e->clause_count : 1, struct clause *);
		if (!e->clauses)
			return no_memory(why);
		e->clause_count = 0;
	}
	for (struct clause *c = policy->tree.clauses; c; c = c->next) {
		struct edition *e = edition_of(policy, c->header);
		if (e)
			e->clauses[e->clause_count++] = c;
		policy->by_id[n++] = c;
	}
	if (count)
		qsort(policy->by_id, count, sizeof *policy->by_id, by_id_newest_first);
	policy->id_count = count;
	return ok();
}

/* ---- ids are given once (2) */

static void check_unique(struct binder *b)
{
	for (size_t i = 1; i < b->policy->id_count; i++) {
		const struct clause *a = b->policy->by_id[i - 1], *c = b->policy->by_id[i];
		bool twice = a->header == c->header, elsewhere = a->header->name != c->header->name;
		if (strcmp(a->id, c->id) != 0 || (!twice && !elsewhere))
			continue;
		b->policy->sound = false;
		finding_add(b->findings, b->arena, 2, c->file, c->line, c->header->name, c->id,
		            "番号を付け直してください。", "条番号「%s」が%sに二度使われています（もう一つは%s:%u）。",
		            c->id, twice ? "同じ版" : "別の規程", a->file, spot_line(a->line));
	}
}

/* ---- all together */

static struct result known_words(struct policy *policy, struct why *why)
{
	const struct {
		const char **at;
		const char *text;
	} table[] = {
		{&policy->w_actor, "actor"},         {&policy->w_object, "object"},
		{&policy->w_approver, "approver"},   {&policy->w_applicant, "applicant"},
		{&policy->w_yes, "yes"},             {&policy->w_no, "no"},
		{&policy->w_person, "person"},       {&policy->w_section, "section"},
		{&policy->w_step, "step"},           {&policy->w_not_needed, "not_needed"},
		{&policy->w_pass, "pass"},           {&policy->w_refuse, "refuse"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		*table[i].at = words_intern(policy->words, slice_str(table[i].text));
		if (!*table[i].at)
			return no_memory(why);
	}
	return ok();
}

static struct result build(struct binder *b)
{
	void (*const steps[])(struct binder *) = {vocabulary_build, books_build, rules_build, posts_build};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		steps[i](b);
		if (b->code != OK)
			return (struct result){b->code};
	}
	return ok();
}

struct result policy_load(const struct policy_source *sources, size_t count, struct arena *arena,
                          struct policy **out, struct findings *findings, struct why *why)
{
	struct policy *policy = ARENA_NEW(arena, struct policy);
	if (count > POLICY_FILES)
		return fail(why, E_LIMIT, "policy", "ファイルが多すぎます（上限4096）。");
	if (!policy)
		return no_memory(why);
	*policy = (struct policy){.arena = arena, .sound = true, .words = words_new(arena)};
	if (!policy->words)
		return no_memory(why);
	policy->setting_hash = ARENA_ARRAY(arena, SETTING_ROOM, struct setting *);
	if (!policy->setting_hash)
		return no_memory(why);
	struct binder b = {.policy = policy, .arena = arena, .findings = &policy->found, .why = why};
	TRY(known_words(policy, why));
	TRY(read_files(sources, count, policy, why));
	TRY(join_headers(&b));
	TRY(place_all(policy, why));
	for (struct setting *s = policy->tree.settings; s; s = s->next) {
		struct setting **at = &policy->setting_hash[name_slot(s->name, SETTING_ROOM)];
		while (*at)
			at = &(*at)->chain;
		*at = s;
	}
	TRY(list_editions(policy, why));
	TRY(publish_clauses(policy, why));
	check_unique(&b);
	TRY(build(&b));
	if (findings)
		findings_append(findings, &policy->found, arena);
	*out = policy;
	return ok();
}

bool policy_sound(const struct policy *policy)
{
	return policy->sound;
}
