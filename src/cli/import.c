/* sekisho policy import: the plain text of a policy as a tree of clauses,
 * aligned to the encoded ones and kept among the office's own data. */
#include "cli/cli.h"

#include "base/file.h"
#include "policy/compare/compare.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { TEXT_ROOM = 512 << 20, SHOWN = 64 << 20 };

struct importing {
	const char *path, *policy, *dir, *side;
	bool outline, json;
	struct arena *arena;
	struct text_tree *trees[2];
	size_t count;
	struct import_match *matches;
	size_t match_count;
};

/* ---- alignment --------------------------------------------------------------- */

static struct result hash_rule(const struct policy *policy, const struct policy_clause *clause,
                               uint8_t out[IMPORT_HASH], struct why *why)
{
	struct buffer text;
	buffer_init(&text, 1 << 20);
	policy_render(policy, clause, &text);
	bool good = buffer_ok(&text);
	import_hash(buffer_slice(&text), out);
	buffer_done(&text);
	return good ? ok() : fail(why, E_LIMIT, clause->id, "条文を文に戻すと長すぎます。");
}

static struct result align(struct importing *in, struct why *why)
{
	struct policy *policy = NULL;
	TRY(cli_policy(in->policy, in->arena, &policy, NULL, why));
	const struct policy_edition *edition = policy_edition_in(policy, in->policy);
	if (!edition)
		return fail(why, E_INPUT, in->policy, "policy の見出しがありません。");
	size_t count = policy_clause_count(policy, edition);
	struct import_clause *list = ARENA_ARRAY(in->arena, count + 1, struct import_clause);
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for the clauses");
	for (size_t i = 0; i < count; i++) {
		const struct policy_clause *c = policy_clause_at(policy, edition, i);
		list[i].id = c->id;
		list[i].cite = c->cite;
		TRY(hash_rule(policy, c, list[i].rule, why));
	}
	in->match_count = count;
	return import_align(in->trees[0], list, count, in->arena, &in->matches, why);
}

static void report_alignment(const struct importing *in)
{
	size_t fits[3] = {0};
	for (size_t i = 0; i < in->match_count; i++)
		fits[in->matches[i].fit]++;
	printf("規則との結び付き: %zu件のうち 一致 %zu 一部 %zu なし %zu\n", in->match_count, fits[FIT_WHOLE],
	       fits[FIT_PART], fits[FIT_NONE]);
	for (size_t i = 0; i < in->match_count; i++) {
		const struct import_match *m = &in->matches[i];
		if (m->fit == FIT_PART)
			printf("  %s 「%s」は「%s」までしか見つかりません。\n", m->clause->id, m->clause->cite,
			       m->node->cite);
		if (m->fit == FIT_NONE)
			printf("  %s 「%s」の文が見つかりません。\n", m->clause->id, m->clause->cite);
	}
}

/* ---- keeping: DIR/texts/ID.txt -------------------------------------------------- */

static struct result read_kept(struct importing *in, const char *path, struct import_kept **out,
                               struct why *why)
{
	struct slice bytes;
	struct stat st;
	if (lstat(path, &st) != 0 && errno == ENOENT)
		return ok();
	TRY(file_read(path, IMPORT_BYTES * 4u, in->arena, &bytes, why));
	return import_kept_read(bytes, in->arena, out, why);
}

static struct result report_drift(struct importing *in, const struct import_kept *before,
                                  struct why *why)
{
	struct import_drift *drift = NULL;
	size_t count = 0;
	TRY(import_drift(before, in->matches, in->match_count, in->arena, &drift, why));
	for (struct import_drift *d = drift; d; d = d->next, count++)
		printf("  %s %s: %s\n", d->clause, d->node ? d->node->cite : "", import_drift_label(d->kind));
	printf("前回の取り込みからの変化: %zu件\n", count);
	return ok();
}

/* nodes that continue kept ones keep their ids, whatever their numbers are now */
static struct result carry_ids(struct importing *in, const struct import_kept *before, struct why *why)
{
	struct comparison *c = NULL;
	TRY(compare_trees(before->tree, in->trees[0], false, in->arena, &c, why));
	const struct text_node **pair = ARENA_ARRAY(in->arena, in->trees[0]->count + 1, const struct text_node *);
	if (!pair)
		return fail(why, E_MEMORY, "", "no memory for the ids");
	for (uint32_t i = 1; i < in->trees[0]->count; i++)
		pair[i] = c->of_fresh[i]->old;
	printf("前回から続く条文 %u、新しい条文 %u、なくなった条文 %u\n",
	       c->count - c->added - c->deleted, c->added, c->deleted);
	return import_carry(in->trees[0], pair, in->arena, why);
}

static struct result keep(struct importing *in, struct why *why)
{
	for (const struct text_finding *f = in->trees[0]->findings; f; f = f->next)
		if (f->fault == FAULT_ORPHAN)
			return fail(why, E_INPUT, arena_printf(in->arena, "%s:%u", in->path, f->line),
			            "%s 上の番号の行を補ってから、取り込んでください。", f->sentence);
	const char *folder = arena_printf(in->arena, "%s/texts", in->dir);
	const char *path = arena_printf(in->arena, "%s/texts/%s.txt", in->dir, in->policy);
	struct import_kept *before = NULL;
	struct buffer text;
	if (!folder || !path)
		return fail(why, E_MEMORY, "", "no memory");
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return fail(why, E_SYSTEM, folder, "フォルダーを作れません。");
	TRY(read_kept(in, path, &before, why));
	if (before) {
		TRY(report_drift(in, before, why));
		TRY(carry_ids(in, before, why));
	}
	buffer_init(&text, SHOWN);
	struct result done = import_keep(in->trees[0], in->policy, in->matches, in->match_count, &text, why);
	if (done.code == OK)
		done = file_write(path, buffer_slice(&text), 0600, why);
	buffer_done(&text);
	if (done.code == OK)
		printf("%s に保存しました。\n", path);
	return done;
}

/* ---- the command ------------------------------------------------------------------ */

static void print_trees(const struct importing *in)
{
	struct buffer text;
	buffer_init(&text, SHOWN);
	for (size_t i = 0; i < in->count; i++) {
		if (in->side && strcmp(in->side, i == 0 ? "new" : "old") != 0)
			continue;
		if (in->json)
			import_json(in->trees[i], &text);
		else if (in->outline)
			import_outline(in->trees[i], &text);
		else
			import_report(in->trees[i], &text);
	}
	fputs(buffer_cstr(&text), stdout);
	buffer_done(&text);
}

static struct result run(struct importing *in, struct why *why)
{
	struct slice bytes;
	if (!in->arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(cli_read(in->path, IMPORT_BYTES, in->arena, &bytes, why));
	TRY(import_text(bytes, in->arena, in->trees, &in->count, why));
	print_trees(in);
	if (!in->policy)
		return ok();
	TRY(align(in, why));
	if (!in->json && !in->outline)
		report_alignment(in);
	return in->dir ? keep(in, why) : ok();
}

static int import(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(TEXT_ROOM);
	struct importing in = {.arena = arena};
	struct why why = {0};
	const struct option_row rows[] = {{"--side", &in.side, NULL}, {"--policy", &in.policy, NULL},
	                                  {"-C", &in.dir, NULL}, {"--tree", NULL, &in.outline},
	                                  {"--json", NULL, &in.json}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	bool side = !in.side || strcmp(in.side, "new") == 0 || strcmp(in.side, "old") == 0;
	if (argc != 1 || !side || (in.dir && !in.policy) || (in.json && in.outline))
		return cli_usage(&cli_text_verbs[0]);
	in.path = argv[0];
	return run(&in, &why).code == OK ? CLI_DONE : cli_why(in.path, &why);
}

const struct verb cli_text_verbs[] = {
	{"policy import", "TEXT [--policy ID [-C DIR]] [--side new|old] [--tree | --json]",
	 "ポリシーの文章を読んで条文の木にし、規則と結び付けます", import},
	{0},
};
