/* The pages of registers and record books over the real rooms. */
#include "hall.h"

static const char *put(struct hall *h, const char *kind, const char *name, const struct cell *cells, size_t count)
{
	static char ids[8][27];
	static int next;
	char *id = ids[next++ % 8];
	struct register_change change = {.kind = kind, .name = name, .section = "tax", .cells = cells,
	                                 .cell_count = count, .actor = town_id(&h->town, "tanaka")};
	CHECK_OK(register_put(h->town.registers, &change, id, &h->town.why), &h->town.why);
	return id;
}
#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

static bool shows(const struct told *told, const char *what)
{
	if (strstr(told->body, what))
		return true;
	printf("  %u: no %s\n%.6000s\n", told->status, what, told->body);
	return false;
}
static const char *path(const char *before, const char *middle, const char *after)
{
	static char paths[4][600];
	static int next;
	char *to = paths[next++ % 4];
	snprintf(to, sizeof paths[0], "%s%s%s", before, middle, after);
	return to;
}

TEST(a_list_is_searched_filtered_and_paged)
{
	struct hall h;
	hall_new(&h);
	for (int i = 0; i < 60; i++) {
		char name[80];
		snprintf(name, sizeof name, "%s %02d", i % 2 ? "監査調書" : "課税台帳", i);
		put(&h, "asset", name, CELLS({"owner", "tax"}, {"importance", i % 2 ? "A" : "B"}));
	}
	struct told t = hall_ask(&h, "aoki", "/registers", NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "情報資産台帳") && shows(&t, "60件") && shows(&t, "持出し・持込みの記録簿"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset", NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "次の50件") && shows(&t, "監査調書 01") && strlen(t.body) < 100000);
	const char *next = strstr(t.body, "closed=0&amp;name=");
	CHECK(next);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset?q=%E7%9B%A3%E6%9F%BB&level=A&order=serial", NULL);
	CHECK(shows(&t, "30件") && shows(&t, "「監査」を含む") && !strstr(t.body, "課税台帳 00"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset?q=%E5%AD%98%E5%9C%A8%E3%81%9B%E3%81%9A", NULL);
	CHECK(shows(&t, "当てはまるものはありません"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset?closed=1", NULL);
	CHECK(shows(&t, "0件"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/spaceship", NULL);
	CHECK_INT(t.status, 404);
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(a_row_is_made_and_changed_through_the_policy)
{
	struct hall h;
	char id[27];
	hall_new(&h);
	struct told t = hall_ask(&h, "aoki", "/registers/asset/new", NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "情報資産を登録する"));
	TOLD_DONE(t);
	/* no name; then no importance, which a clause wants, and limits or a reason */
	t = hall_ask(&h, "aoki", "/registers/asset/new", "version=0&section=tax&name=");
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "「名称」が空です"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset/new", "version=0&section=tax&name=%E5%90%8D%E7%B0%BF&f.owner=tax");
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "value=\"名簿\"") && shows(&t, "第2章 2.2"));
	TOLD_DONE(t);
	/* a section that is not one's own */
	t = hall_ask(&h, "nakano", "/registers/asset/new", "version=0&section=tax&name=%E5%90%8D%E7%B0%BF&f.importance=A"
	             "&f.limits=backed_up");
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "所管課の人と"));
	TOLD_DONE(t);
	/* forbidden: not for business */
	t = hall_ask(&h, "aoki", "/registers/asset/new", "version=0&section=tax&name=%E5%90%8D%E7%B0%BF&f.owner=tax"
	             "&f.importance=A&f.limits=backed_up&f.for_business=no");
	CHECK_INT(t.status, 400);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset/new", "version=0&section=tax&name=%E5%90%8D%E7%B0%BF&f.owner=tax"
	             "&f.importance=A&f.limits=backed_up&f.for_business=yes&f.personal=yes");
	CHECK_INT(t.status, 303);
	CHECK(strncmp(t.location, "/registers/asset/", 17) == 0);
	if (t.status != 303)
		printf("%.9000s\n", t.body);
	snprintf(id, sizeof id, "%.26s", strlen(t.location) > 17 ? t.location + 17 : "");
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path("/registers/asset/", id, ""), NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "名簿") && shows(&t, "第1版") && shows(&t, "台帳に登録しました") && shows(&t, "第2章 2.2 (1)①"));
	CHECK(shows(&t, "第2章 2.1")); /* why its class */
	TOLD_DONE(t);
	/* changed by a colleague; the old page then overwrites nothing */
	const char *edit = path("/registers/asset/", id, "/edit");
	t = hall_ask(&h, "tanaka", edit, "version=1&section=tax&name=%E5%90%8D%E7%B0%BF2&f.owner=tax&f.importance=A"
	             "&f.limits=backed_up&f.personal=yes");
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", edit, "version=1&section=tax&name=old&f.owner=tax&f.importance=A&f.limits=backed_up"
	             "&f.personal=yes");
	CHECK_INT(t.status, 409);
	CHECK(shows(&t, "ほかの人が先に変えました") && shows(&t, "第2版") && shows(&t, "value=\"old\""));
	TOLD_DONE(t);
	/* lower: only the owning manager, with a reason */
	const char *lower = "version=2&section=tax&name=%E5%90%8D%E7%B0%BF2&f.owner=tax&f.importance=C&f.limits=backed_up"
	                    "&f.personal=no&f.specific=no&f.harm=no&f.undisclosed=no&f.hampers=no";
	t = hall_ask(&h, "tanaka", edit, lower);
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "分類を下げるには、理由が要ります"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", edit, path(lower, "&ground=", "%E5%85%AC%E8%A1%A8%E3%81%97%E3%81%9F"));
	CHECK_INT(t.status, 400);
	TOLD_DONE(t);
	t = hall_ask(&h, "tanaka", edit, path(lower, "&ground=", "%E5%85%AC%E8%A1%A8%E3%81%97%E3%81%9F"));
	CHECK_INT(t.status, 303);
	if (t.status != 303)
		printf("%.9000s\n", t.body);
	TOLD_DONE(t);
	/* closed, not twice */
	const char *close = path("/registers/asset/", id, "/close");
	t = hall_ask(&h, "aoki", close, "version=2");
	CHECK_INT(t.status, 409);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", close, "version=3");
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path("/registers/asset/", id, ""), NULL);
	CHECK(shows(&t, "廃止した行です"));
	TOLD_DONE(t);
	hall_done(&h);
}

/* What happened is told without a record book too, and duties begin; what a clause
 * refuses is kept with the clause and without what was told.                 */
TEST(an_event_begins_duties_and_a_refused_deed_is_kept)
{
	struct hall h;
	char body[600];
	size_t opened = 0, count = 0;
	struct ledger_entry *found;
	hall_new(&h);
	const char *course = put(&h, "course", "全職員研修", CELLS({"audience", "everybody"}, {"drill", "no"}, {"fits_role", "yes"}));
	const char *list = put(&h, "asset", "課税台帳", CELLS({"owner", "tax"}, {"personal", "yes"}));
	struct told t = hall_ask(&h, "aoki", "/record?q=%E7%A0%94%E4%BF%AE", NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "act=course_set") && shows(&t, "act=attend_course") && !strstr(t.body, "act=take_out"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/record?act=course_set", NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "name=\"f.object\""));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/record", "act=course_set&row=&f.performed_at=R8.11.20");
	CHECK_INT(t.status, 400);
	TOLD_DONE(t);
	snprintf(body, sizeof body, "act=course_set&row=&f.performed_at=R8.11.20&f.object=%s", course);
	t = hall_ask(&h, "aoki", "/record", body);
	CHECK_INT(t.status, 303);
	CHECK(strncmp(t.location, "/record/", 8) == 0);
	CHECK_OK(duty_follow(h.town.duties, &opened, NULL, &h.town.why), &h.town.why);
	CHECK(opened > 5); /* HN-2.5.2(3): everybody attends */
	struct told told = hall_ask(&h, "aoki", t.location, NULL);
	CHECK_INT(told.status, 200);
	CHECK(shows(&told, "研修・訓練の実施の決定") && shows(&told, "全職員研修") && shows(&told, "これからすること"));
	TOLD_DONE(told);
	CHECK_INT((told = hall_ask(&h, "kimura", t.location, NULL)).status, 404);
	TOLD_DONE(told);
	TOLD_DONE(t);
	snprintf(body, sizeof body, "act=post_sns&row=%s&f.performed_at=R8.11.20&f.postable=yes", list);
	t = hall_ask(&h, "aoki", "/record", body);
	CHECK_INT(t.status, 409);
	CHECK(shows(&t, "第2章 8.3②"));
	TOLD_DONE(t);
	const struct ledger_query query = {.kind_prefix = "deed.refused", .limit = 10};
	CHECK_OK(ledger_find(h.town.ledger, &query, h.town.arena, &found, &count, &h.town.why), &h.town.why);
	CHECK_INT(count, 1);
	CHECK(count && found[0].clause_count == 1 && slice_is(found[0].clauses[0], "HN-2.8.3-2") &&
	      slice_is(found[0].data, "{\"act\":\"post_sns\"}"));
	CHECK_INT((t = hall_ask(&h, "aoki", "/record?act=take_out_nothing", NULL)).status, 404);
	TOLD_DONE(t);
	CHECK_INT((t = hall_ask(&h, "aoki", "/record/999999", NULL)).status, 404);
	TOLD_DONE(t);
	CHECK_INT((t = hall_ask(&h, "aoki", "/record/0", NULL)).status, 404);
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(a_deed_is_told_written_closed_and_corrected)
{
	struct hall h;
	char entry[300], body[600];
	hall_new(&h);
	const char *system = put(&h, "system", "税総合システム", CELLS({"section", "tax"}, {"for_outsiders", "no"}));
	struct told t = hall_ask(&h, "aoki", path("/record?row=", system, ""), NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "act=change_system") && shows(&t, "変更の記録簿"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path("/record?act=change_system&row=", system, ""), NULL);
	CHECK(shows(&t, "システムの変更などの作業を記録する"));
	TOLD_DONE(t);
	/* one person alone at work, which the policy minds */
	snprintf(body, sizeof body, "act=change_system&row=%s&f.performed_at=R8.11.20%%2014:30&f.work=x&f.workers=%s", system,
	         town_id(&h.town, "aoki"));
	t = hall_ask(&h, "aoki", "/record", body);
	CHECK_INT(t.status, 409);
	CHECK(shows(&t, "第2章"));
	TOLD_DONE(t);
	snprintf(body, sizeof body, "act=change_system&row=%s&f.performed_at=R8.11.20%%2014:30&f.work=%%E9%%81%%A9%%E7%%94%%A8"
	         "&f.workers=%s&f.workers=%s&f.cross_checked=yes&f.tested=yes", system, town_id(&h.town, "aoki"), town_id(&h.town, "mori"));
	t = hall_ask(&h, "aoki", "/record", body);
	CHECK_INT(t.status, 303);
	if (t.status != 303)
		printf("%.9000s\n", t.body);
	snprintf(entry, sizeof entry, "%s", t.location);
	CHECK(strncmp(entry, "/books/changes/", 15) == 0);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", entry, NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "R8.11.20 14:30") && shows(&t, "適用") && shows(&t, "書き終えて閉じる"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", entry, "close=1");
	CHECK_INT(t.status, 303);
	if (t.status != 303)
		printf("%.9000s\n", t.body);
	TOLD_DONE(t);
	char correct[320];
	snprintf(correct, sizeof correct, "%s/correct", entry);
	t = hall_ask(&h, "aoki", correct, NULL);
	CHECK(shows(&t, "訂正の理由") && shows(&t, "適用"));
	TOLD_DONE(t);
	snprintf(body, sizeof body, "f.performed_at=2026-11-19&f.performer=%s&f.work=y&f.workers=%s&f.workers=%s",
	         town_id(&h.town, "aoki"), town_id(&h.town, "aoki"), town_id(&h.town, "mori"));
	t = hall_ask(&h, "aoki", correct, body);
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "「訂正の理由」が空です"));
	TOLD_DONE(t);
	snprintf(body + strlen(body), sizeof body - strlen(body), "&reason=z");
	t = hall_ask(&h, "aoki", correct, body);
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", entry, NULL);
	CHECK(shows(&t, "この記録は訂正されています"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/books/changes", NULL);
	CHECK(shows(&t, "R8-0002") && !strstr(t.body, "R8-0001</a>") && shows(&t, "1件"));
	TOLD_DONE(t);
	/* somebody of another section may read and not write */
	t = hall_ask(&h, "nakano", correct, body);
	CHECK_INT(t.status, 403);
	TOLD_DONE(t);
	hall_done(&h);
}

/* Paper is taken out without a machine: the field says so on the page, in the entry
 * and in the sheet.                                                            */
TEST(a_field_may_be_answered_by_none)
{
	struct hall h;
	char entry[300], body[600];
	hall_new(&h);
	const char *asset = put(&h, "asset", "住民税申告書（紙）", CELLS({"owner", "tax"}, {"importance", "B"}, {"medium_kind", "paper"}));
	snprintf(body, sizeof body, "act=bring_in&row=%s&f.performed_at=R8.11.20%%2014:30&f.place=x&f.back_at=R8.11.20", asset);
	struct told t = hall_ask(&h, "aoki", "/record", body);
	CHECK_INT(t.status, 303);
	snprintf(entry, sizeof entry, "%s", t.location);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", entry, NULL);
	CHECK(shows(&t, "name=\"f.device.none\"") && shows(&t, "該当なし"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", entry, "close=1");
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "「使う端末」が空です"));
	TOLD_DONE(t);
	const char *laptop = put(&h, "host", "貸出用 3号", CELLS({"issued", "yes"}));
	snprintf(body, sizeof body, "close=1&f.device=%s&f.device.none=1", laptop);
	t = hall_ask(&h, "aoki", entry, body);
	CHECK_INT(t.status, 400);
	CHECK(shows(&t, "どちらか一つ"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", entry, "close=1&f.device.none=1");
	CHECK_INT(t.status, 303);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", entry, NULL);
	CHECK(shows(&t, "<dd>該当なし</dd>") && shows(&t, "閉じています"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", path(entry, "/correct", ""), NULL);
	CHECK(shows(&t, "name=\"f.device.none\" value=\"1\" checked"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/books/movement/export?format=csv", NULL);
	CHECK(shows(&t, "該当なし"));
	TOLD_DONE(t);
	hall_done(&h);
}

TEST(a_list_goes_out_as_a_sheet)
{
	struct hall h;
	hall_new(&h);
	put(&h, "asset", "=髙橋綴り", CELLS({"owner", "tax"}, {"importance", "A"}));
	struct told t = hall_ask(&h, "aoki", "/registers/asset/export?format=csv", NULL);
	CHECK_INT(t.status, 200);
	CHECK(shows(&t, "\xef\xbb\xbf番号,版,名称,台帳の所管課") && shows(&t, "\r\n1,1,'=髙橋綴り,税務課,,税務課"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset/export?format=cp932", NULL);
	CHECK_INT(t.status, 200);
	CHECK(strstr(t.body, "\xfb\xfc")); /* 髙 */
	TOLD_DONE(t);
	put(&h, "asset", "𠮷野家", CELLS({"owner", "tax"}));
	t = hall_ask(&h, "aoki", "/registers/asset/export?format=cp932", NULL);
	CHECK_INT(t.status, 409);
	CHECK(shows(&t, "3行目") && shows(&t, "𠮷") && shows(&t, "名称"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset/export?format=xlsx", NULL);
	CHECK_INT(t.status, 200);
	CHECK(strncmp(t.body, "PK", 2) == 0);
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/books/movement/export?format=csv", NULL);
	CHECK(shows(&t, "番号,起こした日,何を,対象"));
	TOLD_DONE(t);
	t = hall_ask(&h, "aoki", "/registers/asset/export?format=pdf", NULL);
	CHECK_INT(t.status, 400);
	TOLD_DONE(t);
	/* who took it away is recorded, what was refused is not */
	struct ledger_entry *entries;
	size_t count = 0;
	const struct ledger_query query = {.kind_prefix = "desk.exported", .limit = 10};
	CHECK_OK(ledger_find(h.town.ledger, &query, h.town.arena, &entries, &count, &h.town.why), &h.town.why);
	CHECK_INT(count, 4);
	hall_done(&h);
}

MAIN_TESTS()
