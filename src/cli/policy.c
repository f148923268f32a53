/* sekisho decide, sekisho policy list|check|render|explain */
#include "cli/cli.h"

#include "base/clock.h"
#include "house/house.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { POLICY_ROOM = 96 << 20, ACT_BYTES = 1 << 20 };

struct result cli_policy(const char *id, struct arena *arena, struct policy **out,
                         struct findings *findings, struct why *why)
{
	const char *share = NULL;
	TRY(house_share(arena, &share, why));
	if (strchr(id, '/') || id[0] == '.')
		return fail(why, E_INPUT, "--policy", "「%s」という版はありません。", id);
	return policy_load_edition(share, id, arena, out, findings, why);
}

static day_t today(void)
{
	struct clock clock = clock_system();
	return day_of_ms(clock_now_ms(&clock));
}

/* ---- list --------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t list_folders(const char *path, struct arena *arena, const char **names, size_t most)
{
	DIR *dir = opendir(path);
	size_t count = 0;
	for (struct dirent *entry; dir && (entry = readdir(dir)) && count < most;)
		if (entry->d_name[0] != '.' && entry->d_type == DT_DIR && strcmp(entry->d_name, "snapshots") != 0 &&
		    strcmp(entry->d_name, "examples") != 0)
			names[count++] = arena_string(arena, slice_str(entry->d_name));
	if (dir)
		closedir(dir);
	qsort(names, count, sizeof *names, compare_names);
	return count;
}

static int list(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(POLICY_ROOM);
	struct why why = {0};
	const char *share = NULL, *names[256];
	(void)argv;
	if (argc != 0)
		return cli_usage(&cli_policy_verbs[0]);
	if (!arena || house_share(arena, &share, &why).code != OK)
		return cli_why("policy list", &why);
	size_t count = list_folders(arena_printf(arena, "%s/policies", share), arena, names, 256);
	for (size_t i = 0; i < count; i++) {
		AUTO(arena_drop) struct arena *own = arena_new(POLICY_ROOM);
		struct policy *policy = NULL;
		struct why one = {0};
		if (!own || cli_policy(names[i], own, &policy, NULL, &one).code != OK) {
			printf("%-24s 読めません: %s: %s\n", names[i], one.place, one.text);
			continue;
		}
		const struct policy_edition *e = policy_edition_in(policy, names[i]);
		char day[48];
		if (!e)
			continue;
		day_short(e->effective, day);
		printf("%-24s %s %s施行 条文%zu\n", names[i], e->title, day, policy_clause_count(policy, e));
	}
	return CLI_DONE;
}

/* ---- check -------------------------------------------------------------- */

static int check(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(POLICY_ROOM);
	struct findings findings = {0};
	struct policy *policy = NULL;
	struct buffer line;
	struct why why = {0};
	if (argc != 1)
		return cli_usage(&cli_policy_verbs[1]);
	if (!arena || cli_policy(argv[0], arena, &policy, NULL, &why).code != OK)
		return cli_why(argv[0], &why);
	if (policy_check(policy, today(), arena, &findings, &why).code != OK)
		return cli_why(argv[0], &why);
	buffer_init(&line, 65536);
	for (const struct finding *f = findings.first; f; f = f->next) {
		buffer_clear(&line);
		finding_line(f, &line);
		fputs(buffer_cstr(&line), stdout);
	}
	buffer_done(&line);
	const struct policy_edition *edition = policy_edition_in(policy, argv[0]);
	size_t wrong = 0, cases = edition ? policy_example_count(policy, edition) : 0;
	for (const struct finding *f = findings.first; f; f = f->next)
		wrong += f->number == 25;
	printf("誤り %zu件、未設定 %zu件、注記 %zu件。判断の例 %zu件、%s\n", findings.errors, findings.gaps, findings.notes, cases,
	       !policy_sound(policy) ? "誤りを直すまで判断できません。" : wrong ? "期待と違うものがあります。" : "すべて期待どおりです。");
	return findings.errors ? CLI_REFUSED : CLI_DONE;
}

/* ---- render ------------------------------------------------------------- */

static int render(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(POLICY_ROOM);
	struct policy *policy = NULL;
	struct buffer text;
	struct why why = {0};
	if (argc < 1 || argc > 2)
		return cli_usage(&cli_policy_verbs[3]);
	if (!arena || cli_policy(argv[0], arena, &policy, NULL, &why).code != OK)
		return cli_why(argv[0], &why);
	buffer_init(&text, 16 << 20);
	const struct policy_clause *clause = argc == 2 ? policy_clause(policy, argv[1]) : NULL;
	if (argc == 2 && !clause) {
		fprintf(stderr, "「%s」という条文はありません。\n", argv[1]);
		return CLI_USAGE;
	}
	if (clause)
		policy_render(policy, clause, &text);
	if (!clause && policy_edition_in(policy, argv[0]))
		policy_render_edition(policy, policy_edition_in(policy, argv[0]), &text);
	fputs(buffer_cstr(&text), stdout);
	buffer_done(&text);
	return CLI_DONE;
}

/* ---- decide and explain -------------------------------------------------- */

struct asked {
	struct policy *policy;
	struct policy_question question;
	const char *name;
	const struct decision *decision;
};

static struct result ask(const char *id, const char *on, const char *path, struct arena *arena,
                         struct asked *out, struct why *why)
{
	struct slice json;
	day_t day = today();
	if (on)
		TRY(day_parse(slice_str(on), &day, why));
	TRY(cli_policy(id, arena, &out->policy, NULL, why));
	TRY(cli_read(path, ACT_BYTES, arena, &json, why));
	TRY(cli_question(out->policy, json, day, arena, &out->question, why));
	const struct policy_edition *edition = policy_edition_in(out->policy, id);
	if (!edition)
		return fail(why, E_INPUT, id, "policy の見出しがありません。");
	out->name = edition->name;
	out->question.policies = &out->name;
	out->question.policy_count = 1;
	return policy_decide(out->policy, &out->question, arena, &out->decision, why);
}

static int answer(int argc, char **argv, bool explain, const struct verb *verb)
{
	AUTO(arena_drop) struct arena *arena = arena_new(POLICY_ROOM);
	const char *id = NULL, *on = NULL;
	struct asked asked = {0};
	struct buffer text;
	struct why why = {0};
	const struct option_row rows[] = {{"--policy", &id, NULL}, {"--on", &on, NULL}};
	argc = cli_options(argc, argv, rows, 2);
	if (argc < 0 || argc > 1 || !id)
		return cli_usage(verb);
	if (!arena || ask(id, on, argc ? argv[0] : "-", arena, &asked, &why).code != OK)
		return cli_why(verb->name, &why);
	buffer_init(&text, 4 << 20);
	if (explain)
		policy_explain(asked.policy, asked.decision, &text);
	else
		policy_verdict_json(asked.decision, &text);
	printf("%s%s", buffer_cstr(&text), explain ? "" : "\n");
	buffer_done(&text);
	return asked.decision->verdict == REFUSE ? CLI_REFUSED : CLI_DONE;
}

static int decide(int argc, char **argv)
{
	return answer(argc, argv, false, &cli_policy_verbs[5]);
}

static int explain(int argc, char **argv)
{
	return answer(argc, argv, true, &cli_policy_verbs[4]);
}

const struct verb cli_policy_verbs[] = {
	{"policy list", "", "収めているポリシーの版を並べます", list},
	{"policy check", "ID", "版の誤り・未設定・注記を、場所と直し方とともに示します", check},
	{"policy coverage", "[--policy ID] [--missing]", "原文の要件ごとに、それを果たす条と果たし方を示します", cli_policy_coverage},
	{"policy render", "ID [条文の記号]", "データとして持つ規則を、文に戻して示します", render},
	{"policy explain", "--policy ID [--on 日] [ACT.json | -]", "行為についての判断の筋道を示します", explain},
	{"decide", "--policy ID [--on 日] [ACT.json | -]", "行為についての判断を JSON で返します", decide},
	{0},
};
