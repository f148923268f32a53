/* Sheets that were brought, for the stage over the real rooms: one that fits, one with
 * faults, a personnel file; the worker that reads them is the real one.        */
#ifndef SEKISHO_TESTS_WEB_FURNISH_UPLOADS_H
#define SEKISHO_TESTS_WEB_FURNISH_UPLOADS_H

#include "hall.h"

#include "desk/upload.h"
#include "gate/pool/pool.h"
#include "transfer/transfer.h"

struct brought {
	char good[27], bad[27], moves[27];
};

static inline void furnish_upload(struct desk *desk, const char *login, const char *what, const char *name, const char *file,
                                  char id[27])
{
	struct why why = {0};
	struct vault_writer *writer = NULL;
	char person[27];
	CHECK_OK(office_find_login(desk->office, slice_str(login), person, &why), &why);
	CHECK_OK(vault_begin(desk->vault, &writer, &why), &why);
	CHECK_OK(vault_write(writer, slice_str(file), &why), &why);
	CHECK_OK(desk_upload_add(desk, person, what, slice_str(name), &writer, id, &why), &why);
}

static inline struct brought furnish_uploads(struct hall *h)
{
	struct town *t = &h->town;
	struct brought out;
	struct pool *pool = NULL;
	struct pool_options options = {.path = {[POOL_SHEET] = SEKISHO_SHEET_PROGRAM}, .parallel = 1};
	struct desk desk = {.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy, .policy_name = "hannan",
		.office = t->office, .registers = t->registers, .proceedings = t->proceedings, .random = &t->random, .clock = &t->clock,
		.body = "town"};
	const struct transfer_parts parts = {.store = t->store, .ledger = t->ledger, .vault = t->vault, .office = t->office,
		.proceedings = t->proceedings, .policy = t->policy, .policy_name = "hannan", .random = &t->random, .clock = &t->clock,
		.body = "town"};
	CHECK_OK(transfers_open(&parts, &h->web->parts.transfers, &t->why), &t->why);
	CHECK_OK(pool_open(&options, &pool, &t->why), &t->why);
	furnish_upload(&desk, "tanaka", "register:medium", "媒体台帳（令和8年11月）.csv",
		"番号,名称,台帳の所管課,所管課\n1,税務バックアップ 外付けディスク Z-014（更新）,税務課,税務課\n"
		",税務バックアップ 外付けディスク Z-015,税務課,税務課\n", out.good);
	furnish_upload(&desk, "tanaka", "register:asset", "情報資産台帳.csv",
		"名称,台帳の所管課,所管課,重要度,取扱制限\n税のしおり,税務課,収税課,D,電子署名を付ける\n"
		"督促の控え,福祉課,税務課,B,電子署名を付ける\n", out.bad);
	furnish_upload(&desk, "hayashi", "grid:transfer", "令和9年4月1日異動.csv",
		"種別,職員番号,氏名,所属,職,発令日\n異動,aoki,青木 一郎,care,,R9.4.1\n退職,tanaka,田中 恵子,,,R9.4.1\n", out.moves);
	for (bool worked = true; worked;)
		if (desk_upload_step(&desk, pool, &worked, &t->why).code != OK)
			worked = false;
	pool_close(pool);
	return out;
}

#endif
