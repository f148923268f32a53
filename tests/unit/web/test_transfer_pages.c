/* 人事異動 and 専決 on their pages: tried first, kept until the day; entrusted only by
 * whoever holds the post, only where the policy says so.                      */
#include "transfer/transfer.h"
#define TOWN_MORE &transfer_projection,
#include "desk/upload.h"
#include "gate/pool/pool.h"
#include "hall.h"

struct stand {
	struct hall hall;
	struct desk desk;
	struct pool *pool;
	struct transfers *transfers;
};

static void begin(struct stand *s)
{
	struct pool_options options = {.path = {[POOL_SHEET] = SEKISHO_SHEET_PROGRAM}, .parallel = 1};
	hall_new(&s->hall);
	struct town *t = &s->hall.town;
	s->desk = (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy,
	                        .policy_name = "hannan", .office = t->office, .registers = t->registers,
	                        .proceedings = t->proceedings, .random = &t->random, .clock = &t->clock, .body = "town"};
	const struct transfer_parts parts = {.store = t->store, .ledger = t->ledger, .vault = t->vault, .office = t->office,
		.proceedings = t->proceedings, .policy = t->policy, .policy_name = "hannan", .random = &t->random, .clock = &t->clock,
		.body = "town"};
	CHECK_OK(transfers_open(&parts, &s->transfers, &t->why), &t->why);
	s->hall.web->parts.transfers = s->transfers;
	CHECK_OK(pool_open(&options, &s->pool, &t->why), &t->why);
}

static void end(struct stand *s)
{
	pool_close(s->pool);
	transfers_close(s->transfers);
	hall_done(&s->hall);
}

static void work(struct stand *s)
{
	for (bool worked = true; worked;)
		if (desk_upload_step(&s->desk, s->pool, &worked, &s->hall.town.why).code != OK) {
			CHECK_STR(s->hall.town.why.text, "");
			break;
		}
}

static const char *bring(struct stand *s, const char *file)
{
	char id[27];
	struct vault_writer *writer = NULL;
	struct town *t = &s->hall.town;
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, slice_str(file), &t->why), &t->why);
	CHECK_OK(desk_upload_add(&s->desk, town_id(t, "hayashi"), "grid:transfer", SLICE("異動.csv"), &writer, id, &t->why), &t->why);
	return arena_printf(t->arena, "/organisation/transfers/check/%s", id);
}

static void shows(struct stand *s, const char *login, const char *path, const char *fields, unsigned status, const char *says)
{
	struct told told = hall_ask(&s->hall, login, path, fields);
	CHECK_INT(told.status, status);
	if (*says && !strstr(told.body, says))
		printf("  %s does not say %s\n%.3000s\n", path, says, strstr(told.body, "<main") ? strstr(told.body, "<main") : told.body);
	CHECK(!*says || strstr(told.body, says));
	TOLD_DONE(told);
}

TEST(a_personnel_file_is_tried_and_waits_for_its_day)
{
	struct stand s;
	struct transfer *all;
	size_t count;
	begin(&s);
	struct town *t = &s.hall.town;
	shows(&s, "hayashi", "/organisation", NULL, 200, "/organisation/transfers\"");
	shows(&s, "aoki", "/organisation/transfers", NULL, 403, "人事を管理する課");
	shows(&s, "hayashi", "/organisation/transfers", NULL, 200, "読み込んだ異動はありません");
	shows(&s, "hayashi", "/organisation/transfers", "on=", 400, "「異動のファイル」を1つ選んでください");
	shows(&s, "hayashi", "/organisation/transfers", "on=4%E6%9C%88", 400, "id=\"on-e\"");
	const char *path = bring(&s, "種別,職員番号,氏名,所属,職\n\n異動,aoki,青木 一郎,care,\n");
	shows(&s, "hayashi", path, NULL, 200, "ファイルを読んでいます");
	shows(&s, "hayashi", path, "act=load", 409, "まだ確かめ終わっていない");
	work(&s);
	shows(&s, "hayashi", path, NULL, 200, "このファイルは読めません"); /* no day anywhere */
	const char *dated = arena_printf(t->arena, "%s?on=2027-04-01", path);
	shows(&s, "hayashi", dated, NULL, 200, "令和9年4月1日（木）に変わること");
	shows(&s, "hayashi", dated, NULL, 200, "発令の日まで預ける");
	shows(&s, "hayashi", path, "act=load&on=2027-04-01", 303, "");
	shows(&s, "hayashi", path, NULL, 404, "");
	CHECK_OK(transfer_list(s.transfers, t->arena, &all, &count, &t->why), &t->why);
	CHECK_INT(count, 1);
	shows(&s, "hayashi", "/organisation/transfers", NULL, 200, "令和9年4月1日（木）");
	shows(&s, "aoki", arena_printf(t->arena, "/organisation/transfers/%s/cancel", all[0].id), "", 403, "");
	shows(&s, "hayashi", arena_printf(t->arena, "/organisation/transfers/%s/cancel", all[0].id), "", 303, "");
	CHECK_OK(transfer_list(s.transfers, t->arena, &all, &count, &t->why), &t->why);
	CHECK_INT(all[0].state, TRANSFER_CANCELLED);
	end(&s);
}

TEST(what_is_wrong_is_told_by_row_and_column)
{
	struct stand s;
	begin(&s);
	const char *path = bring(&s, "種別,職員番号,氏名,所属,職,発令日\n異動,aoki,青木 一郎,care,,R9.4.1\n\n異動,nobody,だれか,care,,R9.4.1\n異動,ueda,上田 さくら,収税課,,R9.4.1\n");
	work(&s);
	shows(&s, "hayashi", path, NULL, 200, "直すところ（2）");
	shows(&s, "hayashi", path, NULL, 200, "4行目"); /* as a spreadsheet counts, empty rows too */
	shows(&s, "hayashi", path, NULL, 200, "収税課");
	shows(&s, "hayashi", path, "act=load", 409, "読み込んでいません");
	shows(&s, "aoki", path, NULL, 403, "");
	shows(&s, "hayashi", path, "act=discard", 303, "");
	end(&s);
}

TEST(only_a_holder_entrusts_and_only_where_the_policy_says_so)
{
	struct stand s;
	struct delegation *orders;
	size_t count;
	begin(&s);
	struct town *t = &s.hall.town;
	static const char path[] = "/organisation/delegations";
	shows(&s, "aoki", path, NULL, 200, "任せられる役職はありません");
	shows(&s, "aoki", path, "pair=0&matter=*&from=R8.12.1&to=R8.12.31", 400, "だれの事務を、だれに");
	shows(&s, "sato", path, NULL, 200, "任せる</button>");
	shows(&s, "sato", path, "pair=0&matter=&from=R8.12.1&to=R8.12.31", 400, "どの事務を");
	shows(&s, "sato", path, "pair=0&matter=*&from=R8.12.1&to=", 400, "id=\"to-e\"");
	shows(&s, "sato", path, "pair=0&matter=*&from=R8.12.31&to=R8.12.1", 400, "終わりの日が始まりの日より前");
	shows(&s, "sato", path, "pair=0&matter=take_out&from=R8.11.20&to=R8.12.31", 303, "");
	shows(&s, "sato", path, NULL, 200, "職場外への持出し");
	CHECK_OK(office_delegations(t->office, 20777, t->arena, &orders, &count, &t->why), &t->why);
	CHECK_INT(count, 1);
	CHECK_STR(orders[0].to_post, "deputy");
	shows(&s, "aoki", path, arena_printf(t->arena, "end=%s", orders[0].id), 404, "");
	shows(&s, "sato", path, arena_printf(t->arena, "end=%s", orders[0].id), 303, "");
	CHECK_OK(office_delegations(t->office, 20777, t->arena, &orders, &count, &t->why), &t->why);
	CHECK_INT(count, 0);
	end(&s);
}

MAIN_TESTS()
