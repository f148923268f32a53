/* The pages of a sheet that is brought in: chosen, shown, ordered; never another's. */
#include "desk/upload.h"
#include "gate/pool/pool.h"
#include "hall.h"

struct stand {
	struct hall hall;
	struct desk desk;
	struct pool *pool;
};

static void begin(struct stand *s)
{
	struct pool_options options = {.path = {[POOL_SHEET] = SEKISHO_SHEET_PROGRAM}, .parallel = 1};
	hall_new(&s->hall);
	struct town *t = &s->hall.town;
	s->desk = (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy,
	                        .policy_name = "hannan", .office = t->office, .registers = t->registers,
	                        .proceedings = t->proceedings, .random = &t->random, .clock = &t->clock, .body = "town"};
	CHECK_OK(pool_open(&options, &s->pool, &t->why), &t->why);
}

static void end(struct stand *s)
{
	pool_close(s->pool);
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

static const char *bring(struct stand *s, const char *what, const char *file)
{
	static char id[27];
	struct vault_writer *writer = NULL;
	struct town *t = &s->hall.town;
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, slice_str(file), &t->why), &t->why);
	CHECK_OK(desk_upload_add(&s->desk, town_id(t, "tanaka"), what, SLICE("台帳<b>.csv"), &writer, id, &t->why), &t->why);
	return id;
}

static void shows(struct stand *s, const char *login, const char *path, const char *fields, unsigned status, const char *says)
{
	struct told told = hall_ask(&s->hall, login, path, fields);
	CHECK_INT(told.status, status);
	if (*says && !strstr(told.body, says))
		printf("  %s does not say %s\n%.2000s\n", path, says, strstr(told.body, "<main") ? strstr(told.body, "<main") : told.body);
	CHECK(!*says || strstr(told.body, says));
	CHECK(!strstr(told.body, "台帳<b>"));
	TOLD_DONE(told);
}

TEST(a_sheet_is_shown_before_it_is_taken_in)
{
	struct stand s;
	begin(&s);
	struct arena *arena = s.hall.town.arena;
	shows(&s, "tanaka", "/registers/asset", NULL, 200, "/registers/asset/import\"");
	shows(&s, "tanaka", "/registers/asset/import", NULL, 200, "type=\"file\"");
	shows(&s, "tanaka", "/registers/asset/import", "act=x", 400, "「表のファイル」が選ばれていません");
	const char *id = bring(&s, "register:asset", "名称,台帳の所管課,所管課,重要度,取扱制限,業務に要るか\n税のしおり,税務課,税務課,C,電子署名を付ける,はい\n");
	const char *path = arena_printf(arena, "/registers/asset/import/%s", id);
	shows(&s, "tanaka", path, NULL, 200, "表を確かめています");
	work(&s);
	shows(&s, "tanaka", path, NULL, 200, "取り込む</button>");
	shows(&s, "tanaka", path, NULL, 200, "追加");
	shows(&s, "aoki", path, NULL, 404, "");
	shows(&s, "aoki", path, "act=take", 404, "");
	shows(&s, "tanaka", arena_printf(arena, "/registers/medium/import/%s", id), NULL, 404, "");
	shows(&s, "tanaka", arena_printf(arena, "%s/marked", path), NULL, 404, "");
	shows(&s, "tanaka", path, "act=nothing", 400, "");
	shows(&s, "tanaka", path, "act=take", 303, "");
	shows(&s, "tanaka", path, "act=take", 409, "もう取り込んだか");
	work(&s);
	shows(&s, "tanaka", path, NULL, 200, "取り込みました");
	shows(&s, "tanaka", "/registers/asset", NULL, 200, "税のしおり");
	end(&s);
}

TEST(faults_are_told_cell_by_cell)
{
	struct stand s;
	begin(&s);
	struct arena *arena = s.hall.town.arena;
	const char *id = bring(&s, "register:asset", "名称,台帳の所管課,所管課,重要度,取扱制限,業務に要るか\n税のしおり,税務課,収税課,<i>D</i>,電子署名を付ける,はい\n");
	const char *path = arena_printf(arena, "/registers/asset/import/%s", id);
	work(&s);
	shows(&s, "tanaka", path, NULL, 200, "C2");
	shows(&s, "tanaka", path, NULL, 200, "&lt;i&gt;D");
	shows(&s, "tanaka", path, NULL, 200, "誤りに印を付けた表");
	shows(&s, "tanaka", path, "act=take", 409, "誤りが2か所");
	struct told marked = hall_ask(&s.hall, "tanaka", arena_printf(arena, "%s/marked", path), NULL);
	CHECK_INT(marked.status, 200);
	TOLD_DONE(marked);
	shows(&s, "tanaka", path, "act=discard", 303, "");
	shows(&s, "tanaka", path, NULL, 404, "");
	id = bring(&s, "register:asset", "PK\x03\x04 broken");
	work(&s);
	shows(&s, "tanaka", arena_printf(arena, "/registers/asset/import/%s", id), NULL, 200, "この表は読めません");
	end(&s);
}

TEST(a_past_book_is_taken_over_on_its_page)
{
	struct stand s;
	begin(&s);
	struct arena *arena = s.hall.town.arena;
	shows(&s, "tanaka", "/books/media_disposals", NULL, 200, "/books/media_disposals/import\"");
	shows(&s, "tanaka", "/books/media_disposals/import", NULL, 200, "引き継いだ記録");
	const char *id = bring(&s, "book:media_disposals", "所管課,日時,行った人,行った処理\n税務課,R8.3.2,青木 一郎,破砕\n");
	const char *path = arena_printf(arena, "/books/media_disposals/import/%s", id);
	work(&s);
	shows(&s, "tanaka", path, NULL, 200, "取り込む</button>");
	shows(&s, "tanaka", "/books/media_disposals", NULL, 200, "当てはまる記録はありません");
	shows(&s, "tanaka", path, "act=take", 303, "");
	work(&s);
	shows(&s, "tanaka", path, NULL, 200, "取り込みました");
	shows(&s, "tanaka", "/books/media_disposals", NULL, 200, "R8-0001");
	struct book_entry *entries;
	size_t count;
	bool more;
	const struct book_query query = {.registry = "media_disposals", .limit = 1};
	CHECK_OK(book_list(s.hall.town.registers, &query, arena, &entries, &count, &more, &s.hall.town.why), &s.hall.town.why);
	CHECK_INT(count, 1);
	shows(&s, "tanaka", arena_printf(arena, "/books/media_disposals/%s", entries[0].id), NULL, 200, "引継ぎ 2026-11-20");
	end(&s);
}

MAIN_TESTS()
