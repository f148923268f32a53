/* sekisho ledger replay: a judgement of the file gate, made once more by an auditor */
#include "cli/cli.h"

#include "base/file.h"
#include "base/number.h"
#include "crossing/rejudge.h"
#include "gate/pool/pool.h"
#include "house/house.h"

#include <stdio.h>

enum { ROOM = 512 << 20, FILE_MOST = 200 << 20 };

static struct result open_pool(struct house *house, bool no_jail, struct arena *arena, struct pool **pool, struct why *why)
{
	struct pool_options options = {.parallel = 1, .no_jail = no_jail,
	                               .anchors = arena_printf(arena, "%s/anchors", house->settings.dir)};
	TRY(house_program("sekisho-cleanse", arena, &options.path[POOL_CLEANSE], why));
	TRY(house_program("sekisho-inspect", arena, &options.path[POOL_INSPECT], why));
	if (house_program("sekisho-draw", arena, &options.path[POOL_DRAW], NULL).code != OK)
		options.path[POOL_DRAW] = NULL; /* as in the gate */
	return pool_open(&options, pool, why);
}

static void print_head(const struct rejudgement *r)
{
	char day[11];
	day_iso(day_of_ms(r->time_ms), day);
	printf("記録%lld番（%s、受渡し %s）の判定を、もう一度行いました。\n", (long long)r->entry, day, r->number);
	if (r->judged_by >= 0)
		printf("  この判定は、記録%lld番の判定を使ったものです。\n", (long long)r->judged_by);
	printf("  ファイル    : %s\n", r->same_file ? "記録にある元のファイルと同じです。" : "記録にある元のファイルとは別のものです。");
}

static void print_programs(const struct rejudgement *r)
{
	const char *says = !r->programs_known ? "当時のプログラムがわからないため、比べられません。"
	                   : r->same_programs ? "当時と同じです（ライブラリも含めて）。"
	                                      : "当時と違います（プログラムかライブラリが新しくなっています）。";
	printf("  プログラム  : %s\n", says);
}

static void print_outcome(const struct rejudgement *r)
{
	printf("  設定        : 当時の設定を台帳の記録から組み立て、記録の値と合うことを確かめました。\n");
	printf("  当時の結果  : %s %s\n", r->refused ? "止めた" : "通した", r->before);
	printf("  今回の結果  : %s %s\n", r->refused_now ? "止めた" : "通した", r->now);
	if (r->reason[0])
		printf("                （%s）\n", r->reason);
	if (!r->comparable && !r->refused_now)
		printf("パスワードを付け直して渡したファイルのため、結果の値は毎回変わります。通ることだけを確かめました。\n");
	else if (r->same)
		printf("同じ結果になりました。同じファイル・設定・プログラムから、同じ値が得られています。\n");
	else
		printf("違う結果になりました。%s\n", r->programs_known && !r->same_programs
		       ? "プログラムの版が違うためかもしれません。当時の版で確かめてください。"
		       : "情報システムの担当へ連絡し、記録と保管の状態を確かめてください。");
}

/* 0 the same, 1 not the same */
static int print(const struct rejudgement *r)
{
	print_head(r);
	if (!r->same_file) {
		printf("別のファイルのため、判定は行いませんでした。元のファイルを指定してください。\n");
		return CLI_REFUSED;
	}
	print_programs(r);
	print_outcome(r);
	return r->same || (!r->comparable && !r->refused_now) ? CLI_DONE : CLI_REFUSED;
}

static struct result run(const char *dir, const char *path, bool no_jail, struct rejudge_request *request, struct arena *arena,
                         struct rejudgement *out, struct why *why)
{
	AUTO(house_close) struct house house = {0};
	AUTO(pool_drop) struct pool *pool = NULL;
	const char *slash = strrchr(path, '/');
	request->name = slice_str(slash ? slash + 1 : path);
	TRY(file_read(path, FILE_MOST, arena, &request->content, why));
	TRY(house_open(dir, &house, why));
	TRY(open_pool(&house, no_jail, arena, &pool, why));
	return crossing_rejudge(house.crossings, pool, request, arena, out, why);
}

static int replay(int argc, char **argv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	const char *dir = NULL, *password_file = NULL;
	uint8_t room[PASSWORD_ROOM];
	struct rejudge_request request = {.entry = -1};
	struct rejudgement out;
	bool no_jail = false;
	struct why why = {0};
	const struct option_row rows[] = {{"-C", &dir, NULL}, {"--password-file", &password_file, NULL}, {"--no-jail", NULL, &no_jail}};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != 2 || !dir || !arena || !number_parse_i64(slice_str(argv[0]), &request.entry) || request.entry < 0)
		return cli_usage(&cli_rejudge_verbs[0]);
	struct result done = cli_password(password_file, NULL, room, &request.password, &why);
	if (done.code == OK)
		done = run(dir, argv[1], no_jail, &request, arena, &out, &why);
	explicit_bzero(room, sizeof room);
	return done.code == OK ? print(&out) : cli_why("ledger replay", &why);
}

const struct verb cli_rejudge_verbs[] = {
	{"ledger replay", "-C DIR 番号 FILE [--password-file FILE]",
	 "その記録のファイルをもう一度無害化し、同じ結果になるかを確かめます（何も書き込みません）", replay},
	{0},
};
