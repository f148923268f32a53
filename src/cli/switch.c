/* sekisho switch ...: what the file gate does with each kind of content
 *
 * To look, and to set it in somebody's name (--by LOGIN): the clauses decide as they
 * do on the page.                                                            */
#include "cli/cli.h"

#include "crossing/switches.h"
#include "house/house.h"

#include <stdio.h>

struct board {
	struct arena *arena;
	struct house house;
	const char *dir, *by, *section, *class;
	char **argv;
};

static void board_close(struct board *b)
{
	house_close(&b->house);
	arena_drop(&b->arena);
}

typedef struct result work(struct board *b, struct why *why);

static struct result at_board(struct board *b, work *do_it, struct why *why)
{
	TRY(house_open(b->dir, &b->house, why));
	return do_it(b, why);
}

static int run(const struct verb *verb, int operands, int argc, char **argv, work *do_it)
{
	AUTO(board_close) struct board b = {.arena = arena_new(64 << 20), .section = "", .class = ""};
	struct why why = {0};
	const struct option_row rows[] = {
		{"-C", &b.dir, NULL}, {"--by", &b.by, NULL}, {"--section", &b.section, NULL}, {"--class", &b.class, NULL}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != operands || !b.dir || !b.arena || (operands && !b.by))
		return cli_usage(verb);
	b.argv = argv;
	return at_board(&b, do_it, &why).code == OK ? CLI_DONE : cli_why(verb->name, &why);
}

static const char *who(struct board *b, const struct switch_rule *rule)
{
	struct person person;
	if (office_person(b->house.office, rule->set_by, b->arena, &person, NULL).code != OK)
		return rule->set_by;
	return person.name;
}

static struct result list(struct board *b, struct why *why)
{
	struct switch_state state;
	TRY(switch_resolve(b->house.crossings, CROSSING_INWARD, b->section, b->class, b->arena, &state, why));
	for (size_t i = 0; i < construct_count(); i++) {
		const struct switch_rule *rule = state.by[i];
		char when[48] = "";
		if (rule)
			ms_short(rule->set_ms, when);
		printf("%-20s %-10s %s  %s%s%s%s%s\n", construct_at(i)->word,
		       treatment_name((enum treatment)state.switches.of[i]), construct_at(i)->sentence,
		       rule ? "設定 " : switches_preset_japanese(SWITCHES_DEFAULT), rule ? who(b, rule) : "", rule ? " " : "",
		       when, rule && *rule->clause ? rule->clause : "");
	}
	printf("%zu種類  要約 %s\n", construct_count(), state.digest);
	return ok();
}

static struct result set(struct board *b, struct why *why)
{
	char person[27];
	const struct switch_scope scope = {"", "", b->section, b->class};
	const char *treatment = strcmp(b->argv[1], "default") == 0 ? "" : b->argv[1];
	TRY(office_find_login(b->house.office, slice_str(b->by), person, why));
	TRY(switch_set(b->house.crossings, person, &scope, b->argv[0], treatment, why));
	struct switch_state state;
	TRY(switch_resolve(b->house.crossings, CROSSING_INWARD, b->section, b->class, b->arena, &state, why));
	printf("%s = %s  要約 %s\n", b->argv[0], b->argv[1], state.digest);
	return ok();
}

static int run_list(int argc, char **argv)
{
	return run(&cli_switch_verbs[0], 0, argc, argv, list);
}

static int run_set(int argc, char **argv)
{
	return run(&cli_switch_verbs[1], 2, argc, argv, set);
}

const struct verb cli_switch_verbs[] = {
	{"switch list", "-C DIR [--section ID] [--class NAME=LEVEL]", "無害化の設定を、内容の種類ごとに出す", run_list},
	{"switch set", "-C DIR CONTENT allow|sanitise|refuse|default --by LOGIN [--section ID] [--class NAME=LEVEL]\n"
	 "       sekisho switch set -C DIR all municipal|consistent|strict|default --by LOGIN [...]",
	 "無害化の設定を変える（誰が、いつ、どの条文によったかを台帳に残します）", run_set},
	{NULL, NULL, NULL, NULL},
};
