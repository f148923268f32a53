/* 網の区画 over the real rooms: what is shown to whom, and what the forms do. */
#include "hall.h"
#include "zoned.h"

static void has(struct hall *h, const char *login, const char *path, const char *fields, unsigned status, const char *word)
{
	struct told t = hall_ask(h, login, path, fields);
	CHECK_INT(t.status, status);
	if (word && !strstr(t.body, word)) {
		printf("  %s: nowhere %s\n%.*s\n", path, word, 6000, t.body);
		CHECK(false);
	}
	TOLD_DONE(t);
}

static void lacks(struct hall *h, const char *login, const char *path, const char *word)
{
	struct told t = hall_ask(h, login, path, NULL);
	CHECK_INT(t.status, 200);
	CHECK(!strstr(t.body, word));
	TOLD_DONE(t);
}

static size_t entries(struct hall *h, const char *kind)
{
	const struct ledger_query query = {.kind_prefix = kind, .limit = 100};
	struct ledger_entry *found;
	size_t count = 0;
	CHECK_OK(ledger_find(h->town.ledger, &query, h->town.arena, &found, &count, &h->town.why), &h->town.why);
	return count;
}

TEST(before_there_is_a_table)
{
	struct hall h;
	hall_new(&h);
	has(&h, "aoki", "/zones", NULL, 200, "構成表がまだありません");
	has(&h, "aoki", "/zones/ask", NULL, 404, NULL);
	hall_done(&h);
}

TEST(what_everybody_sees)
{
	struct hall h;
	hall_new(&h);
	zoned(&h.town);
	has(&h, "aoki", "/zones", NULL, 200, "動いている規則は、許可と一致しています");
	has(&h, "aoki", "/zones", NULL, 200, "LGWAN接続系からインターネット接続系へ、許可された通信が2件");
	has(&h, "aoki", "/zones", NULL, 200, "F-0007");
	has(&h, "aoki", "/zones", NULL, 200, "切っています");
	lacks(&h, "aoki", "/zones", "止めた通信");
	lacks(&h, "aoki", "/zones", "緊急遮断を解く");
	has(&h, "sato", "/zones", NULL, 200, "この間の通信は、だれも許可していません。");
	has(&h, "sato", "/zones", NULL, 200, "線を抜いたことを確かめた");
	has(&h, "sato", "/zones?unused=1", NULL, 200, "171日使われていません");
	lacks(&h, "sato", "/zones?unused=1", "F-0007");
	hall_done(&h);
}

TEST(questions_are_answered)
{
	struct hall h;
	hall_new(&h);
	zoned(&h.town);
	has(&h, "aoki", "/zones?from=lgwan&to=gamen&what=rdp", NULL, 200, "届きます");
	has(&h, "aoki", "/zones?from=bunsho&to=resident-db&what=tcp+443", NULL, 200, "届きません");
	has(&h, "aoki", "/zones?from=bunsho&to=www&what=tcp+443", NULL, 200, "無害化の関門");
	has(&h, "aoki", "/zones?from=bunsho&to=www&what=tcp+443", NULL, 200, "/clause?id=HN-2.3%282%29-1%2F2");
	has(&h, "aoki", "/zones?from=kanri-01&to=jlis&what=tcp/8443", NULL, 200, "/zones/ask?from=kanri-01");
	has(&h, "aoki", "/zones?from=resident-db&to=jlis&what=https", NULL, 200, "いまは届きません");
	has(&h, "aoki", "/zones?from=10.2.0.10&to=10.3.0.10&what=rdp", NULL, 200, "届きます");
	has(&h, "aoki", "/zones?from=nobody&to=gamen&what=rdp", NULL, 200, "構成表にありません");
	has(&h, "aoki", "/zones?from=lgwan&to=gamen&what=quic%20x", NULL, 200, "「何で」を読めません");
	has(&h, "aoki", "/zones?from=%3Cscript%3E&to=gamen&what=rdp", NULL, 200, "&lt;script&gt;");
	hall_done(&h);
}

#define ASK "from=kanri-01&to=jlis&service=&proto=tcp&port=8443&purpose=%E7%85%A7%E4%BC%9A&begin=2026-11-20&end=2027-03-31&review=2027-02-01"
TEST(a_flow_is_asked_for_and_permitted)
{
	struct hall h;
	struct arena *arena = arena_new((size_t)1 << 30);
	struct slice table, with;
	hall_new(&h);
	zoned(&h.town);
	has(&h, "aoki", "/zones/ask", "from=&to=jlis&begin=2026-11-21&end=2027-03-31&review=2027-02-01", 400, "「どこから」が空か");
	has(&h, "aoki", "/zones/ask", "from=kanri-01&to=jlis&begin=x", 400, "「始まりの日」を読めません");
	has(&h, "aoki", "/zones/ask", "from=bunsho&to=www&service=https&purpose=x&begin=2026-11-21&end=2027-03-31&review=2027-02-01", 400, "無害化の関門");
	has(&h, "aoki", "/zones/ask", "from=kanri-01&to=jlis&proto=tcp&port=99999&purpose=x&begin=2026-11-21&end=2027-03-31&review=2027-02-01", 400, "ポート");
	struct told t = hall_ask(&h, "aoki", "/zones/ask", ASK);
	CHECK_INT(t.status, 303);
	CHECK(strncmp(t.location, "/decide/", 8) == 0);
	char id[27];
	snprintf(id, sizeof id, "%.26s", t.location + 8);
	TOLD_DONE(t);

	/* nobody's word yet: no row of it goes into the table */
	CHECK_OK(file_read(SEKISHO_SOURCE "/share/zones/alpha.tsv", MODEL_BYTES, arena, &table, &h.town.why), &h.town.why);
	CHECK_OK(border_table(h.town.proceedings, h.town.scratch.folder, table, arena, &with, &h.town.why), &h.town.why);
	CHECK(slice_equal(with, table));
	CHECK_OK(application_answer(h.town.proceedings, id, town_id(&h.town, "kuroda"), ANSWER_AGREE, "", &h.town.why), &h.town.why);
	CHECK_OK(application_answer(h.town.proceedings, id, town_id(&h.town, "sato"), ANSWER_AGREE, "", &h.town.why), &h.town.why);
	CHECK_OK(border_table(h.town.proceedings, h.town.scratch.folder, table, arena, &with, &h.town.why), &h.town.why);
	CHECK(with.len > table.len && slice_find(with, SLICE("A-0001")) != SIZE_MAX);

	/* applied: the page shows it as permitted by both */
	struct border b = zoned_border(&h.town, arena);
	struct border_order order = {.person = town_id(&h.town, "sato"), .reason = ""};
	struct net_model *model;
	char digest[65];
	CHECK_OK(border_may_order(&b, order.person, &order.post, &h.town.why), &h.town.why);
	CHECK_OK(model_read(with, arena, b.findings, &model, &h.town.why), &h.town.why);
	CHECK_OK(border_apply(&b, &order, with, model, digest, &h.town.why), &h.town.why);
	has(&h, "aoki", "/zones?from=kanri-01&to=jlis&what=tcp+8443", NULL, 200, "A-0001");
	has(&h, "aoki", "/zones", NULL, 200, "台帳の最新の規則と違います"); /* the machine has not said so yet */
	arena_free(arena);
	hall_done(&h);
}

TEST(cut_restore_pull)
{
	struct hall h;
	char path[64];
	hall_new(&h);
	zoned(&h.town);
	size_t cuts = entries(&h, "zone.cut");
	has(&h, "aoki", "/zones/cut?first=internet", NULL, 403, NULL);
	has(&h, "aoki", "/zones/cut", "first=internet&step=cut&reason=x", 403, NULL);
	has(&h, "aoki", "/zones/restore", "sure=yes", 403, NULL);
	has(&h, "sato", "/zones/cut?first=internet", NULL, 200, "切れる通信");
	has(&h, "sato", "/zones/cut", "first=&step=cut&reason=x", 400, "「切るもの」が選ばれていません");
	has(&h, "sato", "/zones/cut", "first=internet&step=cut&reason=", 400, "「理由」が空です");
	has(&h, "sato", "/zones/cut", "first=sekisho-gate&second=cloud&step=cut&reason=x", 400, "何も変えていません");
	CHECK_INT(entries(&h, "zone.cut"), cuts);
	has(&h, "sato", "/zones/cut", "first=internet&step=cut&reason=%E4%B8%8D%E5%AF%A9", 303, NULL);
	CHECK_INT(entries(&h, "zone.cut"), cuts + 1);
	has(&h, "aoki", "/zones?from=lgwan&to=gamen&what=rdp", NULL, 200, "いまは届きません");

	/* the line: a task until somebody who may says that it is pulled */
	struct arena *arena = arena_new((size_t)1 << 30);
	struct border b = zoned_border(&h.town, arena);
	struct border_pull *pulls;
	size_t count = 0;
	CHECK_OK(border_pulls(&b, &pulls, &count, &h.town.why), &h.town.why);
	CHECK(count == 2 && !pulls[0].done_ms);
	snprintf(path, sizeof path, "/zones/pulled/%lld", (long long)pulls[0].cut_seq);
	has(&h, "aoki", path, "", 403, NULL);
	has(&h, "sato", "/zones/pulled/1", "", 404, NULL);
	has(&h, "sato", path, "", 303, NULL);
	CHECK_INT(entries(&h, "zone.pulled"), 1);
	CHECK_OK(border_pulls(&b, &pulls, &count, &h.town.why), &h.town.why);
	CHECK(pulls[0].done_ms && strcmp(pulls[0].by, town_id(&h.town, "sato")) == 0);

	has(&h, "sato", "/zones/restore", "", 303, NULL); /* not ticked: nothing happens */
	CHECK_INT(entries(&h, "zone.uncut"), 0);
	has(&h, "sato", "/zones/restore", "sure=yes", 303, NULL);
	CHECK_INT(entries(&h, "zone.uncut"), 1);
	has(&h, "aoki", "/zones?from=lgwan&to=gamen&what=rdp", NULL, 200, "届きます");
	arena_free(arena);
	hall_done(&h);
}

TEST(another_table_than_the_ledger_names)
{
	struct hall h;
	hall_new(&h);
	zoned(&h.town);
	char command[400];
	snprintf(command, sizeof command, "for f in %s/zone/model-*.tsv; do echo '# x' >>$f; done", h.town.scratch.folder);
	CHECK(system(command) == 0);
	struct told t = hall_ask(&h, "aoki", "/zones", NULL);
	CHECK(t.status >= 400);
	TOLD_DONE(t);
	hall_done(&h);
}

MAIN_TESTS()
