/* sekisho case ...: cases from the command line
 *
 * To look, and to take a step in somebody's name (--by LOGIN): the clauses decide
 * as they do on the pages, and what they refuse is refused here.              */
#include "cli/cli.h"

#include "house/house.h"
#include "proceeding/case.h"

#include <stdio.h>

struct bench {
	struct arena *arena;
	struct house house;
	const char *dir, *by, *kind, *reason;
	bool ended, drill;
	char person[27];
	char **argv;
};

static void bench_close(struct bench *b)
{
	house_close(&b->house);
	arena_drop(&b->arena);
}

typedef struct result work(struct bench *b, struct why *why);

static const struct verb *find_verb(const char *name)
{
	const struct verb *v = cli_case_verbs;
	while (v->name && strcmp(v->name, name) != 0)
		v++;
	return v;
}

static struct result at_bench(struct bench *b, work *do_it, struct why *why)
{
	TRY(house_open(b->dir, &b->house, why));
	if (b->by)
		TRY(office_find_login(b->house.office, slice_str(b->by), b->person, why));
	return do_it(b, why);
}

static int run(const char *verb, int operands, int argc, char **argv, work *do_it)
{
	AUTO(bench_close) struct bench b = {.arena = arena_new(64 << 20), .kind = "", .reason = ""};
	struct why why = {0};
	const struct option_row rows[] = {
		{"-C", &b.dir, NULL}, {"--by", &b.by, NULL}, {"--kind", &b.kind, NULL}, {"--reason", &b.reason, NULL},
		{"--ended", NULL, &b.ended}, {"--drill", NULL, &b.drill},
	};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != operands || !b.dir || !b.arena || (operands == 2 && !b.by))
		return cli_usage(find_verb(verb));
	b.argv = argv;
	return at_bench(&b, do_it, &why).code == OK ? CLI_DONE : cli_why(verb, &why);
}

static const char *label(const struct bench *b, const char *word)
{
	return policy_label(b->house.policy, NULL, word);
}

static void print_line(const struct bench *b, const struct case_view *v)
{
	char when[48];
	ms_short(v->changed_ms, when);
	printf("%s  %s  %s  %s%s%s  %s\n", v->row.id, v->title, v->row.name, label(b, v->step),
	       v->incomplete ? " 未完成" : "", v->drill ? " 訓練" : "", when);
}

static struct result list(struct bench *b, struct why *why)
{
	struct case_view *found;
	size_t count;
	const struct case_query query = {.kind = b->kind, .ended = b->ended, .drill = b->drill};
	TRY(case_list(b->house.proceedings, &query, b->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		print_line(b, &found[i]);
	printf("%zu件\n", count);
	return ok();
}

/* What may be done next; without --by nobody's posts count, and nothing is said of it. */
static struct result print_choices(struct bench *b, const struct case_view *view, struct why *why)
{
	struct case_choice *choices;
	size_t count;
	TRY(case_choices(b->house.proceedings, view, b->person, b->arena, &choices, &count, why));
	for (size_t i = 0; i < count; i++) {
		struct why own = {0};
		const struct decision *d = choices[i].decision;
		bool refused = d->verdict == REFUSE && policy_refusal(d, &own).code != OK;
		bool lacks = !refused && case_missing(d, &own).code != OK;
		printf("次 %s  %s  %s\n", choices[i].act.name, choices[i].act.title,
		       refused || lacks ? own.text : d->verdict == PASS ? "できます" : "決裁を求めます");
	}
	return ok();
}

static struct result show(struct bench *b, struct why *why)
{
	struct case_view view;
	char when[48];
	TRY(case_get(b->house.proceedings, b->argv[0], b->arena, &view, why));
	print_line(b, &view);
	for (size_t i = 0; i < view.way_count; i++) {
		ms_short(view.way[i].time_ms, when);
		printf("段階 %s  %s  %s\n", label(b, view.way[i].step), *view.way[i].move ? label(b, view.way[i].move) : "受付", when);
	}
	for (size_t i = 0; i < view.row.cell_count; i++)
		printf("事実 %s = %s\n", view.row.cells[i].path, view.row.cells[i].value);
	for (size_t i = 0; i < view.item_count; i++)
		printf("項目 %s.%s\n", view.items[i].list, policy_item_label(b->house.policy, view.items[i].list, view.items[i].item));
	return b->by ? print_choices(b, &view, why) : ok();
}

static struct result move(struct bench *b, struct why *why)
{
	struct case_view view;
	enum case_outcome outcome;
	char application[27];
	TRY(case_get(b->house.proceedings, b->argv[0], b->arena, &view, why));
	const struct case_hand hand = {b->argv[0], view.turn, b->person, ""};
	const struct case_step step = {.act = b->argv[1], .reason = b->reason};
	TRY(case_move(b->house.proceedings, &hand, &step, &outcome, application, why));
	TRY(case_get(b->house.proceedings, b->argv[0], b->arena, &view, why));
	if (outcome == CASE_ASKED)
		printf("決裁を求めました。申請 %s\n", application);
	print_line(b, &view);
	return ok();
}

static int run_list(int argc, char **argv)
{
	return run("case list", 0, argc, argv, list);
}

static int run_show(int argc, char **argv)
{
	return run("case show", 1, argc, argv, show);
}

static int run_move(int argc, char **argv)
{
	return run("case move", 2, argc, argv, move);
}

const struct verb cli_case_verbs[] = {
	{"case list", "-C DIR [--kind KIND] [--ended] [--drill]", "手続の一覧を出す", run_list},
	{"case show", "-C DIR ID [--by LOGIN]", "手続の段階、事実、次にできることを出す", run_show},
	{"case move", "-C DIR ID ACT --by LOGIN [--reason TEXT]", "手続を進める、又は決裁を求める", run_move},
	{NULL, NULL, NULL, NULL},
};
