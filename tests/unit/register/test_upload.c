/* Uploads: read by the real worker in its jail, judged, shown, written when ordered. */
#include "desk/upload.h"
#include "gate/pool/pool.h"
#include "base/text.h"
#include "town.h"

struct stand {
	struct town town;
	struct desk desk;
	struct pool *pool;
};

static void begin(struct stand *s)
{
	struct pool_options options = {.path = {[POOL_SHEET] = SEKISHO_SHEET_PROGRAM}, .parallel = 1};
	*s = (struct stand){.pool = NULL};
	town_new(&s->town);
	struct town *t = &s->town;
	s->desk = (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy,
	                        .policy_name = "hannan", .office = t->office, .registers = t->registers,
	                        .proceedings = t->proceedings, .random = &t->random, .clock = &t->clock, .body = "town"};
	CHECK_OK(desk_upload_migrate(t->store, &t->why), &t->why);
	CHECK_OK(pool_open(&options, &s->pool, &t->why), &t->why);
}

static void end(struct stand *s)
{
	pool_close(s->pool);
	town_done(&s->town);
}

static struct result bring_as(struct stand *s, const char *login, const char *what, const char *name, struct slice file, char id[27])
{
	struct vault_writer *writer = NULL;
	s->town.why = (struct why){0};
	CHECK_OK(vault_begin(s->town.vault, &writer, &s->town.why), &s->town.why);
	CHECK_OK(vault_write(writer, file, &s->town.why), &s->town.why);
	return desk_upload_add(&s->desk, town_id(&s->town, login), what, slice_str(name), &writer, id, &s->town.why);
}

static void bring(struct stand *s, const char *name, struct slice file, char id[27])
{
	CHECK_OK(bring_as(s, "tanaka", "register:asset", name, file, id), &s->town.why);
}

static size_t work(struct stand *s)
{
	size_t pieces = 0;
	for (bool worked = true; worked; pieces += worked)
		if (desk_upload_step(&s->desk, s->pool, &worked, &s->town.why).code != OK) {
			CHECK_STR(s->town.why.text, "");
			break;
		}
	return pieces;
}

static struct desk_upload look(struct stand *s, const char *id)
{
	struct desk_upload u = {.state = 0};
	CHECK_OK(desk_upload_get(&s->desk, town_id(&s->town, "tanaka"), id, s->town.arena, &u, &s->town.why), &s->town.why);
	return u;
}

static int64_t rows_there(struct stand *s)
{
	int64_t n = 0;
	const struct register_query query = {.kind = "asset"};
	CHECK_OK(register_count(s->town.registers, &query, 1000000, &n, &s->town.why), &s->town.why);
	return n;
}

static const char good[] = "名称,台帳の所管課,所管課,重要度,取扱制限,業務に要るか\r\n"
                           "髙﨑①㈱〜の台帳,税務課,税務課,B,電子署名を付ける,はい\r\n税のしおり,税務課,税務課,C,電子署名を付ける,はい\r\n";

TEST(a_sheet_is_judged_first_and_written_when_ordered)
{
	struct stand s;
	char id[27], again[27];
	begin(&s);
	bring(&s, "台帳.csv", slice_str(good), id);
	CHECK_INT(look(&s, id).state, UPLOAD_WAITING);
	CHECK_INT(work(&s), 1);
	struct desk_upload u = look(&s, id);
	CHECK_INT(u.state, UPLOAD_JUDGED);
	CHECK_STR(u.name, "台帳.csv");
	CHECK_INT(u.plan.rows, 2);
	CHECK_INT(u.plan.made, 2);
	CHECK_INT(u.plan.fate_count, 2);
	CHECK_INT(u.plan.fates[0].fate, FATE_NEW);
	CHECK_INT(u.plan.fates[0].row, 2);
	CHECK_STR(u.plan.fates[0].name, "髙﨑①㈱〜の台帳");
	CHECK_INT(rows_there(&s), 0);
	CHECK_OK(desk_upload_order(&s.desk, town_id(&s.town, "tanaka"), id, &s.town.why), &s.town.why);
	CHECK_FAILS(desk_upload_order(&s.desk, town_id(&s.town, "tanaka"), id, &s.town.why), E_CONFLICT); /* once */
	CHECK_FAILS(desk_upload_discard(&s.desk, town_id(&s.town, "tanaka"), id, &s.town.why), E_CONFLICT);
	CHECK_INT(work(&s), 1);
	CHECK_INT(look(&s, id).state, UPLOAD_DONE);
	CHECK_INT(rows_there(&s), 2);
	/* the same file again, in the old code page: nothing new */
	struct buffer old;
	buffer_init(&old, 4096);
	CHECK_OK(cp932_from_utf8(slice_str("番号,名称,重要度\r\n2,税のしおり（改）,C\r\n1,髙﨑①㈱～の台帳,B\r\n"), &old, &s.town.why), &s.town.why);
	bring(&s, "台帳（旧）.csv", buffer_slice(&old), again);
	buffer_done(&old);
	work(&s);
	u = look(&s, again);
	CHECK_INT(u.plan.fates[0].fate, FATE_CHANGED);
	CHECK_STR(u.plan.fates[0].text, "名称");
	CHECK_INT(u.plan.fates[0].row, 2);
	bring(&s, "台帳.csv", slice_str(good), again);
	work(&s);
	u = look(&s, again);
	CHECK_INT(u.plan.same, 2);
	CHECK_INT(u.plan.made + u.plan.changed, 0);
	/* who brought how many */
	struct ledger_entry *entries;
	size_t count;
	const struct ledger_query query = {.kind_prefix = "desk.imported", .limit = 10};
	CHECK_OK(ledger_find(s.town.ledger, &query, s.town.arena, &entries, &count, &s.town.why), &s.town.why);
	CHECK_INT(count, 1);
	end(&s);
}

TEST(a_bad_cell_stops_the_whole_and_comes_back_marked)
{
	struct stand s;
	char id[27];
	size_t rows = getenv("SEKISHO_LONG") ? 100000 : 2000, bad = 300;
	struct buffer file;
	begin(&s);
	buffer_init(&file, 64 << 20);
	buffer_put_str(&file, "名称,台帳の所管課,所管課,重要度,取扱制限,業務に要るか\r\n");
	for (size_t i = 0; i < rows; i++)
		buffer_printf(&file, "台帳 %zu,税務課,税務課,%s,電子署名を付ける,はい\r\n", i, i % (rows / bad) == 3 && i / (rows / bad) < bad ? "とても長い名前の分類とても長い名前の分類とても長い名前の分類とても長い名前の分類" : "B");
	bring(&s, "台帳.csv", buffer_slice(&file), id);
	work(&s);
	struct desk_upload u = look(&s, id);
	CHECK_INT(u.state, UPLOAD_JUDGED);
	CHECK_INT(u.plan.rows, rows);
	CHECK_INT(u.plan.fault_total, bad);
	CHECK_INT(u.plan.fault_count, UPLOAD_TOLD); /* cut between characters: none is lost */
	CHECK_STR(u.plan.fault_count ? u.plan.faults[0].cell : u.sentence, "D5");
	CHECK(*u.marked);
	struct vault_info info;
	CHECK_OK(vault_info_of(s.town.vault, slice_str(u.marked), &info, &s.town.why), &s.town.why);
	CHECK(info.bytes > 10000);
	CHECK_FAILS(desk_upload_order(&s.desk, town_id(&s.town, "tanaka"), id, &s.town.why), E_CONFLICT);
	CHECK_INT(rows_there(&s), 0);
	CHECK_OK(desk_upload_discard(&s.desk, town_id(&s.town, "tanaka"), id, &s.town.why), &s.town.why);
	CHECK_OK(vault_info_of(s.town.vault, slice_str(u.marked), &info, &s.town.why), &s.town.why);
	CHECK(info.erased_ms != 0); /* what was sealed for it is gone too */
	buffer_done(&file);
	end(&s);
}

/* What changed between looking and ordering is judged again. */
TEST(what_is_wrong_meanwhile_is_not_written)
{
	static const char sheet[] = "番号,版,名称,重要度\r\n1,1,髙﨑①㈱〜の台帳（改）,B\r\n";
	struct stand s;
	char first[27], second[27];
	begin(&s);
	bring(&s, "a.csv", slice_str(good), first);
	work(&s);
	CHECK_OK(desk_upload_order(&s.desk, town_id(&s.town, "tanaka"), first, &s.town.why), &s.town.why);
	work(&s);
	bring(&s, "b.csv", slice_str(sheet), first);
	bring(&s, "c.csv", slice_str("番号,版,名称,重要度\r\n1,1,別の改め方,B\r\n"), second);
	work(&s);
	CHECK_INT(look(&s, first).state, UPLOAD_JUDGED);
	CHECK_OK(desk_upload_order(&s.desk, town_id(&s.town, "tanaka"), second, &s.town.why), &s.town.why);
	CHECK_OK(desk_upload_order(&s.desk, town_id(&s.town, "tanaka"), first, &s.town.why), &s.town.why);
	work(&s);
	struct desk_upload a = look(&s, first), b = look(&s, second);
	CHECK_INT((a.state == UPLOAD_DONE) + (b.state == UPLOAD_DONE), 1);
	struct desk_upload *late = a.state == UPLOAD_DONE ? &b : &a;
	CHECK_INT(late->state, UPLOAD_JUDGED);
	CHECK_INT(late->plan.fault_total, 1);
	CHECK(strstr(late->plan.faults[0].text, "第2版"));
	end(&s);
}

TEST(what_is_no_table_is_refused_in_words)
{
	static const struct {
		const char *name, *bytes;
	} rows[] = {{"a.csv", "\x89PNG\r\n\x1a\n----"}, {"a.xlsx", "PK\x03\x04 no zip at all"}, {"a.csv", "\x81"}};
	struct stand s;
	char id[27];
	begin(&s);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bring(&s, rows[i].name, slice_str(rows[i].bytes), id);
		work(&s);
		struct desk_upload u = look(&s, id);
		/* no table at all, or one without the headings: never anything that could be ordered */
		CHECK(u.state == UPLOAD_REFUSED ? strlen(u.sentence) > 10 : u.state == UPLOAD_JUDGED && u.plan.fault_total > 0);
		CHECK(i != 1 || u.state == UPLOAD_REFUSED);
		CHECK_FAILS(desk_upload_order(&s.desk, town_id(&s.town, "tanaka"), id, &s.town.why), E_CONFLICT);
	}
	CHECK_FAILS(bring_as(&s, "tanaka", "register:asset", "a.csv", SLICE(""), id), E_INPUT);
	CHECK_FAILS(bring_as(&s, "tanaka", "register:asset", "", slice_str(good), id), E_INPUT);
	end(&s);
}

TEST(nobody_sees_anothers_and_a_day_ends_it)
{
	struct stand s;
	struct desk_upload u, *list;
	size_t count;
	char id[27];
	begin(&s);
	bring(&s, "台帳.csv", slice_str(good), id);
	CHECK_FAILS(desk_upload_get(&s.desk, town_id(&s.town, "aoki"), id, s.town.arena, &u, &s.town.why), E_ABSENT);
	CHECK_FAILS(desk_upload_order(&s.desk, town_id(&s.town, "aoki"), id, &s.town.why), E_ABSENT);
	CHECK_FAILS(desk_upload_discard(&s.desk, town_id(&s.town, "aoki"), id, &s.town.why), E_ABSENT);
	CHECK_OK(desk_upload_list(&s.desk, town_id(&s.town, "aoki"), "register:asset", s.town.arena, &list, &count, &s.town.why), &s.town.why);
	CHECK_INT(count, 0);
	CHECK_OK(desk_upload_list(&s.desk, town_id(&s.town, "tanaka"), "register:asset", s.town.arena, &list, &count, &s.town.why), &s.town.why);
	CHECK_INT(count, 1);
	town_ms += UPLOAD_KEPT_MS + 1;
	work(&s);
	CHECK_FAILS(desk_upload_get(&s.desk, town_id(&s.town, "tanaka"), id, s.town.arena, &u, &s.town.why), E_ABSENT);
	for (int i = 0; i < UPLOAD_MOST; i++)
		bring(&s, "台帳.csv", slice_str(good), id);
	CHECK_FAILS(bring_as(&s, "tanaka", "register:asset", "a.csv", slice_str(good), id), E_LIMIT);
	end(&s);
}

MAIN_TESTS()
