/* hallstage OUTER INNER - the pages over the real rooms, with rows and records in
 * them, for looking at them in a browser (tests/e2e/look.js); prints sessions.   */
#include "transfer/transfer.h"
#define TOWN_MORE &transfer_projection,
#include "furnish_cases.h"
#include "furnish_report.h"
#include "furnish_review.h"
#include "furnish_uploads.h"
#include "hall.h"
#include "zoned.h"

#include "base/number.h"
#include "register/book.h"
#include "store/ask.h"
#include "store/digest.h"

#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

static const char *put(struct town *t, const char *kind, const char *name, const char *section,
                       const struct cell *cells, size_t count)
{
	static char ids[16][27];
	static int next;
	char *id = ids[next++ % 16];
	struct register_change change = {.kind = kind, .name = name, .section = section, .cells = cells,
	                                 .cell_count = count, .actor = town_id(t, "tanaka")};
	CHECK_OK(register_put(t->registers, &change, id, &t->why), &t->why);
	return id;
}

/* Enough for a second page, and a row that others hold. */
static const char *furnish_rows(struct town *t)
{
	static const char *const names[] = {"固定資産課税台帳", "住民税申告書（紙）令和7年分", "県税照会 回答様式",
	                                    "評価替え説明会資料", "督促リスト", "税のしおり（印刷原稿）"};
	static const char *const levels[] = {"A", "A", "", "B", "A", "C"};
	char name[100];
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof name, "%s %d", names[i % 6], i / 6 + 1);
		put(t, "asset", name, i % 4 ? "tax" : "care", CELLS({"owner", i % 4 ? "tax" : "care"},
		    {"importance", levels[i % 6]}, {"medium_kind", i % 2 ? "data" : "paper"}, {"side", i % 2 ? "lgwan" : ""}));
	}
	const char *list = put(t, "asset", "固定資産課税台帳", "tax",
	                       CELLS({"owner", "tax"}, {"personal", "yes"}, {"limits", "issued_only backed_up"},
	                             {"circle", town_id(t, "aoki")}, {"medium_kind", "data"}));
	put(t, "system", "税総合システム", "tax", CELLS({"section", "tax"}, {"contents", list}));
	return put(t, "medium", "税務バックアップ 外付けディスク Z-014", "tax",
	           CELLS({"owner", "tax"}, {"contents", list}, {"serial", "SN-2231"}, {"managed", "yes"}));
}

static void furnish_books(struct town *t, const char *medium, char open[27], char closed[27])
{
	static const char *const keep[] = {"performed_at", "performer", "treatment"};
	const struct slice clause = SLICE("HN-2.2.2(9)-2");
	const struct book_opening opening = {.registry = "media_disposals", .keep = keep, .keep_count = 3,
	                                     .retention = "60 months", .clauses = &clause, .clause_count = 1};
	const struct cell known[] = {{"performer", town_id(t, "aoki")}};
	const struct book_event event = {.act = "dispose_medium", .row = medium, .section = "tax",
		.writer = town_id(t, "aoki"), .actor = town_id(t, "tanaka"), .known = known, .known_count = 1};
	char next[27];
	CHECK_OK(book_open(t->registers, &opening, &event, closed, &t->why), &t->why);
	CHECK_OK(book_fill(t->registers, closed, CELLS({"performed_at", "2026-11-19 10:20"}, {"treatment", "消磁"}),
	                   town_id(t, "aoki"), "", &t->why), &t->why);
	CHECK_OK(book_correct(t->registers, closed, "消磁ではなく破砕でした。", CELLS({"treatment", "破砕（2回）"}),
	                      town_id(t, "aoki"), "", next, &t->why), &t->why);
	CHECK_OK(book_open(t->registers, &opening, &event, open, &t->why), &t->why);
}

/* A signed-in browser of this person, inside. */
static void sign_in(struct town *t, const char *login, char digit, char token[65])
{
	uint8_t raw[32], digest[SHA256_BYTES];
	char hash[65];
	memset(token, digit, 64);
	token[64] = 0;
	if (!hex_decode(slice_of(token, 64), raw, sizeof raw))
		abort();
	sha256(slice_of(raw, sizeof raw), digest);
	hex_encode(digest, sizeof digest, hash);
	CHECK_OK(store_run(t->store,
	                   "INSERT INTO office_session(body,hash,person,zone,state,created_ms,done_ms,expires_ms,code_ok,"
	                   "stray,pending) VALUES('town',?1,?2,'lgwan',?3,?4,?4,?5,1,0,'')",
	                   ARGS(arg_str(hash), arg_str(town_id(t, login)), arg_i64(SIGNIN_DONE), arg_i64(town_ms),
	                        arg_i64(town_ms + 36000000)), NULL, &t->why), &t->why);
}

int main(int argc, char **argv)
{
	static struct hall hall;
	struct why why = {0};
	char staff[65], manager[65], it[65], chief[65], supervisor[65], open[27], closed[27];
	if (argc != 3)
		return 2;
	hall_new_at(&hall, argv[1], argv[2]);
	const char *medium = furnish_rows(&hall.town);
	furnish_books(&hall.town, medium, open, closed);
	sign_in(&hall.town, "aoki", 'a', staff);
	sign_in(&hall.town, "tanaka", 'b', manager);
	sign_in(&hall.town, "hayashi", 'c', it);
	sign_in(&hall.town, "kuroda", 'd', chief);
	sign_in(&hall.town, "sato", 'e', supervisor);
	zoned(&hall.town);
	struct furnished f = furnish_cases(&hall.town);
	static struct told_file told[200];
	static char reports[10][27];
	size_t sentences;
	(void)furnish_reports(&hall.town, reports, told, &sentences);
	const struct switch_scope scope = {"", "", "tax", ""};
	CHECK_OK(switch_set(hall.town.crossings, town_id(&hall.town, "hayashi"), &scope, "program", "refuse", &hall.town.why), &hall.town.why);
	char review[27];
	furnish_review(&hall.town, review);
	struct brought b = furnish_uploads(&hall);
	printf("{\"review\":\"%s\",\"good\":\"%s\",\"bad\":\"%s\",\"moves\":\"%s\",", review, b.good, b.bad, b.moves);
	printf("\"staff_inner\":\"%s\",\"manager_inner\":\"%s\",\"it_inner\":\"%s\",\"chief_inner\":\"%s\",\"supervisor_inner\":\"%s\",\"person\":\"%s\",\"medium\":\"%s\",\"open\":\"%s\",\"closed\":\"%s\","
	       "\"incident\":\"%s\",\"contract\":\"%s\",\"asset\":\"%s\",\"application\":\"%s\",\"permitted\":\"%s\",\"joint\":\"%s\",\"told\":[\"%s\",\"%s\"]}\n",
	       staff, manager, it, chief, supervisor, town_id(&hall.town, "aoki"), medium, open, closed, f.incident, f.contract, f.asset, f.application, f.permitted, f.joint,
	       reports[0], reports[1]);
	fflush(stdout);
	while (!test_faults_ && web_turn(hall.web, -1, 1000, &why).code == OK)
		continue;
	return 1;
}
