/* sekisho transfer check|load|list|cancel: the personnel section's file */
#include "cli/cli.h"

#include "base/file.h"
#include "house/house.h"

#include <stdio.h>

struct desk {
	struct arena *arena;
	struct house house;
	const char *dir, *on, *by_login;
	char by[27];
	int argc;
	char **argv;
};

static void desk_close(struct desk *desk)
{
	house_close(&desk->house);
	arena_drop(&desk->arena);
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *v = cli_transfer_verbs;
	while (v->name && strcmp(v->name, name) != 0)
		v++;
	return v;
}

typedef int work(struct desk *desk, struct why *why);

static int at_desk(const char *name, int operands, int argc, char **argv, work *do_it)
{
	AUTO(desk_close) struct desk desk = {.arena = arena_new(TRANSFER_ROOM)};
	struct why why = {0};
	const struct option_row rows[] = {{"-C", &desk.dir, NULL}, {"--on", &desk.on, NULL},
	                                  {"--by", &desk.by_login, NULL}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != operands || !desk.dir || !desk.arena)
		return cli_usage(find_verb(name));
	desk.argc = argc;
	desk.argv = argv;
	if (house_open(desk.dir, &desk.house, &why).code != OK ||
	    (desk.by_login &&
	     office_find_login(desk.house.office, slice_str(desk.by_login), desk.by, &why).code != OK))
		return cli_why(name, &why);
	int status = do_it(&desk, &why);
	return status < 0 ? cli_why(name, &why) : status;
}

/* ---- what is printed ------------------------------------------------------ */

static void print_counts(const struct transfer_plan *plan)
{
	char day[48];
	day_long(plan->day, day);
	printf("%s発令  %zu行", day, plan->row_count);
	for (int k = 1; k < TRANSFER_KINDS; k++)
		if (plan->counts[k])
			printf("  %s %zu", transfer_kind_japanese((enum transfer_kind)k), plan->counts[k]);
	printf("\n");
}

static void print_faults(const struct transfer_plan *plan)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		printf("%zu行目 %s: %s\n", plan->faults[i].line, plan->faults[i].column, plan->faults[i].sentence);
	printf("誤りが%zu件あります。一つも読み込んでいません。\n", plan->fault_count);
}

static const char *section_name(struct desk *desk, const char *id)
{
	struct section section;
	if (!*id)
		return "";
	return office_section(desk->house.office, id, desk->arena, &section, NULL).code == OK ? section.name : id;
}

static void print_holes(struct desk *desk, const char *when, const struct office_hole *holes, size_t count)
{
	printf("%sの空席 %zu\n", when, count);
	for (size_t i = 0; i < count; i++)
		printf("  %s%s%s\n", holes[i].post->title, *holes[i].scope ? "  " : "",
		       section_name(desk, holes[i].scope));
}

static void print_report(struct desk *desk, const struct transfer_report *report)
{
	print_holes(desk, "発令の前", report->before, report->before_count);
	print_holes(desk, "発令の後", report->after, report->after_count);
	printf("決裁待ちの申請 %zu件  決裁する人が替わるもの %zu件  決裁する人がいなくなるもの %zu件\n", report->pending,
	       report->rerouted, report->stuck_count);
	for (size_t i = 0; i < report->stuck_count; i++)
		printf("  申請 %s  %s  %s\n", report->stuck[i].number, report->stuck[i].post,
		       section_name(desk, report->stuck[i].scope));
	printf("記録になる変更 %zu件\n", report->entries);
}

/* ---- verbs ----------------------------------------------------------------- */

static struct result read_plan(struct desk *desk, struct slice *file, struct transfer_plan *plan, struct why *why)
{
	day_t day = DAY_OPEN;
	if (desk->on)
		TRY(day_parse(slice_str(desk->on), &day, why));
	TRY(cli_read(desk->argv[0], TRANSFER_BYTES, desk->arena, file, why));
	return transfer_read(desk->house.transfers, *file, day, desk->arena, plan, why);
}

/* -1: why says what failed */
static int try_file(struct desk *desk, struct slice *file, struct transfer_plan *plan, struct why *why)
{
	struct transfer_report report;
	if (read_plan(desk, file, plan, why).code != OK)
		return -1;
	if (plan->fault_count) {
		print_faults(plan);
		return CLI_USAGE;
	}
	print_counts(plan);
	if (transfer_try(desk->house.transfers, plan, desk->arena, &report, why).code != OK)
		return -1;
	print_report(desk, &report);
	return CLI_DONE;
}

static int check(struct desk *desk, struct why *why)
{
	struct slice file;
	struct transfer_plan plan;
	return try_file(desk, &file, &plan, why);
}

static int load(struct desk *desk, struct why *why)
{
	struct slice file;
	struct transfer_plan plan;
	char id[27];
	bool fresh = false;
	int status = try_file(desk, &file, &plan, why);
	if (status != CLI_DONE)
		return status;
	if (transfer_load(desk->house.transfers, desk->by, file, &plan, id, &fresh, why).code != OK)
		return -1;
	printf(fresh ? "%s として読み込みました。発令の日に、関所が自動で行います。\n"
	             : "%s として、もう読み込んであります。何も変えていません。\n", id);
	return CLI_DONE;
}

static int list(struct desk *desk, struct why *why)
{
	struct transfer *all = NULL;
	size_t count = 0;
	if (transfer_list(desk->house.transfers, desk->arena, &all, &count, why).code != OK)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char day[11];
		day_iso(all[i].day, day);
		printf("%s\t%s\t%s\t%lld行\n", all[i].id, day, transfer_state_japanese(all[i].state), (long long)all[i].rows);
	}
	return CLI_DONE;
}

static int cancel(struct desk *desk, struct why *why)
{
	if (transfer_cancel(desk->house.transfers, desk->by, desk->argv[0], why).code != OK)
		return -1;
	printf("%s を取り消しました。\n", desk->argv[0]);
	return CLI_DONE;
}

/* sekisho check office: what the clauses ask of people, and the people do not do */
static int check_office(struct desk *desk, struct why *why)
{
	struct findings findings = {0};
	struct buffer text;
	day_t day = day_of_ms(clock_now_ms(&desk->house.clock));
	if (desk->on && day_parse(slice_str(desk->on), &day, why).code != OK)
		return -1;
	if (office_check(desk->house.office, day, desk->arena, &findings, why).code != OK)
		return -1;
	buffer_init(&text, 16 << 20);
	for (const struct finding *f = findings.first; f; f = f->next)
		finding_line(f, &text);
	printf("%s誤り %zu  不足 %zu  注意 %zu\n", buffer_cstr(&text), findings.errors, findings.gaps, findings.notes);
	buffer_done(&text);
	return findings.errors ? CLI_REFUSED : CLI_DONE;
}

static int run_office(int argc, char **argv)
{
	return at_desk("check office", 0, argc, argv, check_office);
}

static int run_check(int argc, char **argv)
{
	return at_desk("transfer check", 1, argc, argv, check);
}

static int run_load(int argc, char **argv)
{
	return at_desk("transfer load", 1, argc, argv, load);
}

static int run_list(int argc, char **argv)
{
	return at_desk("transfer list", 0, argc, argv, list);
}

static int run_cancel(int argc, char **argv)
{
	return at_desk("transfer cancel", 1, argc, argv, cancel);
}

const struct verb cli_transfer_verbs[] = {
	{"transfer check", "FILE -C DIR [--on 発令日]", "人事異動のファイルを確かめ、何が変わるかを表示します（何も記録しません）",
	 run_check},
	{"transfer load", "FILE -C DIR [--on 発令日] [--by 職員番号]", "人事異動のファイルを読み込みます。発令の日に行われます",
	 run_load},
	{"transfer list", "-C DIR", "読み込んだ人事異動の一覧を表示します", run_list},
	{"transfer cancel", "ID -C DIR [--by 職員番号]", "発令を待つ人事異動を取り消します", run_cancel},
	{"check office", "-C DIR [--on 日]", "いまの組織で条文を動かせるかを確かめます（空席、許可できる人のいない行為、兼務）", run_office},
	{0},
};
