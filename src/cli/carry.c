/* sekisho import REGISTER FILE | export REGISTER FILE */
#include "cli/cli.h"

#include "desk/carry.h"
#include "gate/pool/pool.h"
#include "house/house.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { CARRY_ROOM = 256 << 20, SHOWN = 200 };

struct carrying {
	struct arena *arena;
	struct house house;
	struct desk desk;
	const char *dir, *by, *faults;
	bool dry, cp932;
	char person[27];
};

static void carrying_done(struct carrying *c)
{
	house_close(&c->house);
	arena_drop(&c->arena);
}

static struct result open_office(struct carrying *c, struct why *why)
{
	TRY(house_open(c->dir, &c->house, why));
	struct house *h = &c->house;
	c->desk = (struct desk){.store = h->store, .ledger = h->ledger, .vault = h->vault, .policy = h->policy,
	                        .policy_name = h->settings.policy, .office = h->office, .registers = h->registers,
	                        .proceedings = h->proceedings, .random = &h->random, .clock = &h->clock,
	                        .body = h->settings.body};
	return ok();
}

static struct result put_fd(void *context, struct slice bytes, struct why *why)
{
	const int *fd = context;
	for (size_t at = 0; at < bytes.len;) {
		ssize_t n = write(*fd, bytes.at + at, bytes.len - at);
		if (n < 0 && errno != EINTR)
			return fail(why, E_SYSTEM, "file", "書けません: %s", strerror(errno));
		at += n > 0 ? (size_t)n : 0;
	}
	return ok();
}

/* A file that is not there yet; taken away again unless it became whole. */
static struct result open_new(const char *path, int *fd, struct why *why)
{
	*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *fd >= 0 ? ok() : fail(why, E_INPUT, path, "新しいファイルを作れません: %s", strerror(errno));
}

/* ---- export ------------------------------------------------------------------ */

static bool is_kind(const struct policy *policy, const char *name)
{
	struct policy_kind kind;
	for (size_t i = 0; policy_kind_at(policy, i, &kind); i++)
		if (strcmp(kind.name, name) == 0 && !kind.proceeding)
			return true;
	return false;
}

static void print_losses(const struct desk_export *e)
{
	size_t count, total;
	const struct sheet_loss *losses = desk_export_losses(e, &count, &total);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "%zu行目 %s: 「%s」は%s\n", losses[i].row + 2, desk_export_column(e, losses[i].column),
		        losses[i].character, losses[i].merged ? "よく似た別の字になります（読み直すと、その字です）。"
		                                              : "CP932 にない字です。");
	if (total)
		fprintf(stderr, "CP932 にない字が%zu個あります。書き出していません。--cp932 を付けずに書き出してください。\n", total);
}

static struct result export_to(struct carrying *c, const char *name, int fd, enum sheet_format format, bool *lost,
                               struct why *why)
{
	AUTO(desk_export_drop) struct desk_export *e = NULL;
	struct sheet_sink sink = {put_fd, &fd};
	size_t count, total;
	TRY(is_kind(c->house.policy, name) ? desk_export_register(&c->desk, name, format, &sink, &e, why)
	                                   : desk_export_book(&c->desk, name, format, &sink, &e, why));
	for (bool done = false; !done;)
		TRY(desk_export_step(e, &done, why));
	print_losses(e);
	desk_export_losses(e, &count, &total);
	*lost = total > 0;
	if (!*lost)
		printf("%zu行を書き出しました。\n", desk_export_rows(e));
	return ok();
}

static int run_export(int argc, char **argv)
{
	AUTO(carrying_done) struct carrying c = {.arena = arena_new(CARRY_ROOM)};
	struct why why = {0};
	const struct option_row rows[] = {{"-C", &c.dir, NULL}, {"--cp932", NULL, &c.cp932}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != 2 || !c.dir || !c.arena)
		return cli_usage(&cli_carry_verbs[0]);
	bool book = slice_ends(slice_str(argv[1]), SLICE(".xlsx")), lost = true;
	enum sheet_format format = book ? SHEET_XLSX : c.cp932 ? SHEET_CP932 : SHEET_CSV;
	int fd = -1;
	struct result done = open_office(&c, &why);
	if (done.code == OK)
		done = open_new(argv[1], &fd, &why);
	if (done.code == OK)
		done = export_to(&c, argv[0], fd, format, &lost, &why);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && lost)
		unlink(argv[1]);
	if (done.code != OK)
		return cli_why("export", &why);
	return lost ? CLI_USAGE : CLI_DONE;
}

/* ---- import ------------------------------------------------------------------ */

static struct result read_grid(struct carrying *c, const char *path, struct desk_grid *grid, struct why *why)
{
	AUTO(pool_drop) struct pool *pool = NULL;
	struct pool_options options = {.parallel = 1};
	const char *name = strrchr(path, '/');
	TRY(house_program("sekisho-sheet", c->arena, &options.path[POOL_SHEET], why));
	TRY(pool_open(&options, &pool, why));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return fail(why, E_INPUT, path, "開けません: %s", strerror(errno));
	struct result done = desk_grid_read(pool, fd, name ? name + 1 : path, grid, why);
	close(fd);
	return done;
}

static struct result write_marked(struct carrying *c, const char *kind, const struct desk_grid *grid,
                                  const struct desk_plan *plan, struct why *why)
{
	int fd = -1;
	if (!c->faults || !plan->fault_total)
		return ok();
	TRY(open_new(c->faults, &fd, why));
	struct sheet_sink sink = {put_fd, &fd};
	struct result done = desk_import_marked(&c->desk, kind, grid->rows, plan, &sink, why);
	close(fd);
	return done;
}

static void print_plan(const struct carrying *c, const struct desk_plan *plan)
{
	for (size_t i = 0; i < plan->fault_count && i < SHOWN; i++)
		fprintf(stderr, "%s %s「%s」: %s\n", plan->faults[i].cell, plan->faults[i].label, plan->faults[i].value,
		        plan->faults[i].text);
	printf("%zu行を読みました。追加 %zu、変更 %zu、変更なし %zu、誤り %zu行（%zuか所）。\n", plan->rows, plan->made,
	       plan->changed, plan->same, plan->bad_rows, plan->fault_total);
	if (plan->fault_total)
		printf("一つも取り込んでいません。\n");
	else
		printf("%s\n", c->dry ? "確かめただけで、取り込んでいません。" : "取り込みました。");
}

static struct result import_from(struct carrying *c, const char *kind, const char *path, struct desk_plan *plan,
                                 struct why *why)
{
	AUTO(desk_grid_done) struct desk_grid grid = {.mapped = NULL};
	TRY(read_grid(c, path, &grid, why));
	TRY(open_office(c, why));
	TRY(office_find_login(c->house.office, slice_str(c->by), c->person, why));
	const char *name = strrchr(path, '/');
	if (!is_kind(c->house.policy, kind))
		return desk_import_book(&c->desk, kind, grid.rows, name ? name + 1 : path, c->person, !c->dry, c->arena, plan, why);
	TRY(desk_import(&c->desk, kind, grid.rows, c->person, !c->dry, c->arena, plan, why));
	return write_marked(c, kind, &grid, plan, why);
}

static int run_import(int argc, char **argv)
{
	AUTO(carrying_done) struct carrying c = {.arena = arena_new(CARRY_ROOM)};
	struct why why = {0};
	struct desk_plan plan = {.rows = 0};
	const struct option_row rows[] = {{"-C", &c.dir, NULL}, {"--by", &c.by, NULL}, {"--marked", &c.faults, NULL},
	                                  {"--check", NULL, &c.dry}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != 2 || !c.dir || !c.by || !c.arena)
		return cli_usage(&cli_carry_verbs[1]);
	if (import_from(&c, argv[0], argv[1], &plan, &why).code != OK)
		return cli_why("import", &why);
	print_plan(&c, &plan);
	return plan.fault_total ? CLI_USAGE : CLI_DONE;
}

const struct verb cli_carry_verbs[] = {
	{"export", "REGISTER FILE -C DIR [--cp932]",
	 "台帳・記録簿を書き出す（.xlsx か CSV。--cp932 は古い Windows の文字コード）", run_export},
	{"import", "REGISTER FILE -C DIR --by 職員番号 [--check] [--marked FILE.xlsx]",
	 "表を台帳・記録簿に取り込む（全部か、何もしないか。--marked は台帳の誤りに印を付けた表）", run_import},
	{NULL, NULL, NULL, NULL},
};
