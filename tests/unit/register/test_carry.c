/* Registers out as sheets and in again: nothing is lost, nothing is half done. */
#include "desk/carry.h"
#include "gate/sheet/sheet_read.h"
#include "town.h"

#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

static struct desk desk_of(struct town *t)
{
	return (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy,
	                     .policy_name = "hannan", .office = t->office, .registers = t->registers,
	                     .proceedings = t->proceedings, .random = &t->random, .clock = &t->clock, .body = "town"};
}

static struct result keep(void *context, struct slice bytes, struct why *why)
{
	(void)why;
	buffer_put_slice(context, bytes);
	return ok();
}

static void put(struct town *t, const char *kind, const char *name, const struct cell *cells, size_t count, char id[27])
{
	struct register_change change = {.kind = kind, .name = name, .section = "tax", .cells = cells,
	                                 .cell_count = count, .actor = town_id(t, "tanaka")};
	t->why = (struct why){0};
	CHECK_OK(register_put(t->registers, &change, id, &t->why), &t->why);
}

static struct buffer out_of(struct town *t, const char *what, bool book, enum sheet_format format)
{
	struct desk desk = desk_of(t);
	struct buffer out;
	struct sheet_sink sink = {keep, &out};
	AUTO(desk_export_drop) struct desk_export *e = NULL;
	buffer_init(&out, 256 << 20);
	t->why = (struct why){0};
	CHECK_OK(book ? desk_export_book(&desk, what, format, &sink, &e, &t->why)
	              : desk_export_register(&desk, what, format, &sink, &e, &t->why), &t->why);
	for (bool done = !e; !done;)
		if (desk_export_step(e, &done, &t->why).code != OK) {
			CHECK_STR(t->why.text, "");
			break;
		}
	return out;
}

/* as the worker would read it, without its jail */
static struct buffer grid_of(struct slice in)
{
	AUTO(arena_drop) struct arena *arena = arena_new(256 << 20);
	struct file_limits limits = file_limits_default();
	struct file_report report;
	struct buffer grid;
	struct why why = {0};
	buffer_init(&grid, 256 << 20);
	CHECK_OK(sheet_read(SLICE("a"), in, &limits, arena, &grid, &report, &why), &why);
	CHECK_INT(report.verdict, FILE_CLEAN);
	return grid;
}

static struct desk_plan bring(struct town *t, const char *kind, struct slice file, const char *login, bool write)
{
	struct desk desk = desk_of(t);
	struct desk_plan plan = {.rows = 0};
	struct buffer grid = grid_of(file);
	t->why = (struct why){0};
	CHECK_OK(desk_import(&desk, kind, buffer_slice(&grid), town_id(t, login), write, t->arena, &plan, &t->why), &t->why);
	buffer_done(&grid);
	return plan;
}

static void show_faults(const struct desk_plan *plan)
{
	for (size_t i = 0; i < plan->fault_count && i < 10; i++)
		printf("  %s %s %s: %s\n", plan->faults[i].cell, plan->faults[i].label, plan->faults[i].value, plan->faults[i].text);
}

static void furnish(struct town *t)
{
	char list[27], id[27];
	put(t, "asset", "=cmd|課税台帳", CELLS({"owner", "tax"}, {"personal", "yes"}, {"importance", "A"},
	    {"limits", "issued_only backed_up"}, {"circle", town_id(t, "aoki")}), list);
	put(t, "asset", "綴り、その2", CELLS({"owner", "care"}, {"contents", list}, {"importance", "A"}, {"limits", "signed"}), id);
	put(t, "software", "表計算", CELLS({"section", "tax"}, {"supported", "yes"}, {"support_end", "2030-10-14"}, {"licences", "120"}), id);
	put(t, "medium", "外付け Z-014", CELLS({"owner", "tax"}, {"contents", list}, {"serial", "+SN-1\n二行"}, {"importance", "A"}), id);
}

TEST(export_import_export_is_byte_equal)
{
	static const char *const kinds[] = {"asset", "software", "medium", "system"};
	struct town t;
	town_new(&t);
	furnish(&t);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (int format = SHEET_CSV; format <= SHEET_XLSX; format++) {
			struct buffer first = out_of(&t, kinds[i], false, (enum sheet_format)format);
			struct desk_plan plan = bring(&t, kinds[i], buffer_slice(&first), "tanaka", true);
			CHECK_INT(plan.fault_total, 0);
			show_faults(&plan);
			CHECK_INT(plan.made + plan.changed, 0);
			CHECK_INT(plan.same, plan.rows);
			struct buffer second = out_of(&t, kinds[i], false, (enum sheet_format)format);
			CHECK_SLICE(buffer_slice(&first), buffer_slice(&second));
			CHECK(slice_find(buffer_slice(&first), SLICE("\n=")) == SIZE_MAX);
			buffer_done(&first);
			buffer_done(&second);
		}
	town_done(&t);
}

TEST(what_people_write_is_understood_and_done_once)
{
	static const char file[] =
		"\xef\xbb\xbf名称,台帳の所管課,所管課,個人情報を含むか,重要度,取扱制限,取り扱う人の範囲,形,業務に要るか\r\n"
		"住民票の控え,税務課,税務課,○,Ａ,支給した端末に限る、バックアップを取る,青木 一郎,文書,有\r\n"
		"税のしおり,tax,tax,いいえ,重要度C,電子署名を付ける,青木 一郎（aoki）、ueda,printout,yes\r\n";
	struct town t;
	struct register_row *rows;
	size_t count;
	bool more;
	town_new(&t);
	struct desk_plan plan = bring(&t, "asset", slice_str(file), "tanaka", false);
	show_faults(&plan);
	CHECK_INT(plan.made, 2);
	const struct register_query query = {.kind = "asset", .order = ORDER_SERIAL};
	CHECK_OK(register_list(t.registers, &query, t.arena, &rows, &count, &more, &t.why), &t.why);
	CHECK_INT(count, 0); /* only judged */
	plan = bring(&t, "asset", slice_str(file), "tanaka", true);
	CHECK_INT(plan.made, 2);
	CHECK_INT(plan.fault_total, 0);
	plan = bring(&t, "asset", slice_str(file), "tanaka", true);
	CHECK_INT(plan.same, 2); /* the same file again changes nothing */
	CHECK_INT(plan.made + plan.changed, 0);
	CHECK_OK(register_list(t.registers, &query, t.arena, &rows, &count, &more, &t.why), &t.why);
	CHECK_INT(count, 2);
	CHECK_STR(register_cell(&rows[0], "importance"), "A");
	CHECK_STR(register_cell(&rows[0], "limits"), "issued_only backed_up");
	CHECK_STR(register_cell(&rows[0], "circle"), town_id(&t, "aoki"));
	CHECK_STR(register_cell(&rows[1], "medium_kind"), "printout");
	static const char changed[] = "番号,版,名称,重要度\r\n1,1,住民票の控え,A\r\n2,1,税のしおり（改）,C\r\n";
	plan = bring(&t, "asset", slice_str(changed), "tanaka", true);
	show_faults(&plan);
	CHECK_INT(plan.changed, 1);
	CHECK_INT(plan.same, 1);
	CHECK_OK(register_list(t.registers, &query, t.arena, &rows, &count, &more, &t.why), &t.why);
	CHECK_STR(rows[1].name, "税のしおり（改）");
	CHECK_STR(register_cell(&rows[1], "medium_kind"), "printout"); /* no column: stays */
	static const char stale[] = "番号,版,名称\r\n2,1,古い表から\r\n";
	plan = bring(&t, "asset", slice_str(stale), "tanaka", true);
	CHECK_INT(plan.fault_total, 1);
	CHECK_STR(plan.faults[0].cell, "B2");
	CHECK(strstr(plan.faults[0].text, "第2版"));
	town_done(&t);
}

TEST(each_wrong_cell_is_told_and_nothing_is_imported)
{
	static const struct {
		const char *file, *cell, *says;
	} rows[] = {
		{"名称,台帳の所管課,所管課,重要度,取扱制限\r\na,税務課,収税課,A,電子署名を付ける\r\n", "C2", "いまの組織にありません"},
		{"名称,台帳の所管課,所管課,重要度,取扱制限\r\na,税務課,税務課,AA,電子署名を付ける\r\n", "D2", "A"},
		{"名称,台帳の所管課,所管課,重要度,取扱制限\r\n,税務課,税務課,A,電子署名を付ける\r\n", "A2", "名称"},
		{"名称,台帳の所管課,所管課,重要度,もとの情報資産,取扱制限\r\na,税務課,税務課,A,存在せず,電子署名を付ける\r\n", "E2", "番号"},
		{"名称,台帳の所管課,所管課,重要度,取り扱う人の範囲,取扱制限\r\na,税務課,税務課,A,だれか,電子署名を付ける\r\n", "E2", "職員"},
		{"名称,台帳の所管課,所管課,取扱制限,業務に要るか\r\na,税務課,税務課,電子署名を付ける,はい\r\n", "2行目", "重要度"},
		{"名称,台帳の所管課,所管課,重要度,取扱制限\r\na,福祉課,福祉課,A,電子署名を付ける\r\n", "B2", "所管課の人"},
		{"名称,色\r\na,赤\r\n", "B1", "見出し"},
		{"番号,名称\r\n99,a\r\n", "A2", "この台帳にありません"},
		{"台帳の所管課\r\n税務課\r\n", "1行目", "名称"},
	};
	struct town t;
	struct register_row *all;
	size_t count;
	bool more;
	town_new(&t);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct desk_plan plan = bring(&t, "asset", slice_str(rows[i].file), "aoki", true);
		CHECK_INT(plan.fault_total, 1);
		if (plan.fault_count) {
			CHECK_STR(plan.faults[0].cell, rows[i].cell);
			CHECK(strstr(plan.faults[0].text, rows[i].says));
			if (!strstr(plan.faults[0].text, rows[i].says))
				show_faults(&plan);
		}
	}
	const struct register_query query = {.kind = "asset"};
	CHECK_OK(register_list(t.registers, &query, t.arena, &all, &count, &more, &t.why), &t.why);
	CHECK_INT(count, 0);
	town_done(&t);
}

/* Many rows, a few of them wrong: nothing comes in, and the sheet comes back marked. */
TEST(a_large_sheet_with_bad_cells_comes_back_marked)
{
	size_t rows = getenv("SEKISHO_LONG") ? 100000 : 3000, bad = 300;
	struct town t;
	struct buffer file, marked;
	struct sheet_sink sink = {keep, &marked};
	town_new(&t);
	struct desk desk = desk_of(&t);
	buffer_init(&file, 64 << 20);
	buffer_init(&marked, 64 << 20);
	buffer_put_str(&file, "名称,台帳の所管課,所管課,重要度,取扱制限,業務に要るか\r\n");
	for (size_t i = 0; i < rows; i++)
		buffer_printf(&file, "台帳 %zu,税務課,税務課,%s,電子署名を付ける,はい\r\n", i, i % (rows / bad) == 7 ? "D" : "B");
	struct buffer grid = grid_of(buffer_slice(&file));
	struct desk_plan plan = {.rows = 0};
	CHECK_OK(desk_import(&desk, "asset", buffer_slice(&grid), town_id(&t, "tanaka"), true, t.arena, &plan, &t.why), &t.why);
	CHECK_INT(plan.rows, rows);
	CHECK_INT(plan.bad_rows, bad);
	CHECK_INT(plan.fault_total, bad);
	CHECK_OK(desk_import_marked(&desk, "asset", buffer_slice(&grid), &plan, &sink, &t.why), &t.why);
	struct buffer again = grid_of(buffer_slice(&marked));
	size_t told = 0;
	for (struct slice s = buffer_slice(&again); s.len;) {
		size_t at = slice_find(s, SLICE("重要度: 「D」は「重要度」にない値です"));
		told += at != SIZE_MAX;
		s = at == SIZE_MAX ? slice_of(NULL, 0) : slice_part(s, at + 3, s.len);
	}
	CHECK_INT(told, bad);
	/* the marked sheet, put right, comes in: its last column is not looked at */
	struct desk_plan second = {.rows = 0};
	CHECK_OK(desk_import(&desk, "asset", buffer_slice(&again), town_id(&t, "tanaka"), false, t.arena, &second, &t.why), &t.why);
	CHECK_INT(second.fault_total, bad);
	CHECK_INT(second.made, rows - bad);
	struct register_row *all;
	size_t count;
	bool more;
	const struct register_query query = {.kind = "asset"};
	CHECK_OK(register_list(t.registers, &query, t.arena, &all, &count, &more, &t.why), &t.why);
	CHECK_INT(count, 0);
	buffer_done(&file);
	buffer_done(&marked);
	buffer_done(&grid);
	buffer_done(&again);
	town_done(&t);
}

TEST(a_record_book_goes_out_with_what_is_written)
{
	struct town t;
	char medium[27], id[27], next[27];
	static const char *const keep_fields[] = {"performed_at", "performer", "treatment"};
	town_new(&t);
	put(&t, "medium", "外付け Z-014", CELLS({"owner", "tax"}, {"importance", "A"}), medium);
	const struct book_opening opening = {.registry = "media_disposals", .keep = keep_fields, .keep_count = 3};
	const struct cell known[] = {{"performer", town_id(&t, "aoki")}, {"performed_at", "2026-11-19 10:20"}, {"treatment", "-消磁"}};
	const struct book_event event = {.act = "dispose_medium", .row = medium, .section = "tax",
	                                 .actor = town_id(&t, "aoki"), .known = known, .known_count = 3};
	CHECK_OK(book_open(t.registers, &opening, &event, id, &t.why), &t.why);
	CHECK_OK(book_correct(t.registers, id, "誤記", CELLS({"treatment", "破砕"}), town_id(&t, "aoki"), "", next, &t.why), &t.why);
	struct buffer out = out_of(&t, "media_disposals", true, SHEET_CSV);
	CHECK_SLICE(buffer_slice(&out), slice_str(
		"\xef\xbb\xbf番号,起こした日,何を,対象,所管課,状態,訂正したもとの番号,日時,行った人,行った処理\r\n"
		"R8-0002,2026-11-20,記録媒体の廃棄,外付け Z-014（1）,税務課,記入中,R8-0001,2026-11-19 10:20,青木 一郎（aoki）,破砕\r\n"));
	buffer_done(&out);
	town_done(&t);
}

static struct desk_plan take(struct town *t, const char *file, bool write)
{
	struct desk desk = desk_of(t);
	struct desk_plan plan = {.rows = 0};
	struct buffer grid = grid_of(slice_str(file));
	t->why = (struct why){0};
	CHECK_OK(desk_import_book(&desk, "media_disposals", buffer_slice(&grid), "廃棄簿（令和7年度）.xlsx", town_id(t, "tanaka"), write, t->arena,
	                          &plan, &t->why), &t->why);
	buffer_done(&grid);
	return plan;
}

static int64_t entries_of(struct town *t)
{
	int64_t n = 0;
	const struct book_query query = {.registry = "media_disposals"};
	CHECK_OK(book_count(t->registers, &query, 100000, &n, &t->why), &t->why);
	return n;
}

/* A past book from Excel becomes entries, once; what is there is never changed. */
TEST(a_past_book_is_taken_over)
{
	static const char past[] =
		"対象,所管課,日時,行った人,行った処理\r\n"
		"外付け Z-014,税務課,R8.3.2 9:05,青木 一郎,髙﨑①の手で破砕\r\n"
		"外付け Z-014,税務課,2026-03-02,aoki,消磁\r\n"
		"外付け Z-014,税務課,2026-03-02,aoki,消磁\r\n"; /* done twice on a day: two lines, two entries */
	struct town t;
	char medium[27];
	struct book_entry *entries;
	size_t count;
	bool more;
	town_new(&t);
	put(&t, "medium", "外付け Z-014", CELLS({"owner", "tax"}, {"importance", "A"}), medium);
	struct desk_plan plan = take(&t, past, false);
	show_faults(&plan);
	CHECK_INT(plan.made, 3);
	CHECK_INT(entries_of(&t), 0); /* only judged */
	plan = take(&t, past, true);
	CHECK_INT(plan.made, 3);
	CHECK_INT(plan.fault_total, 0);
	CHECK_INT(entries_of(&t), 3);
	plan = take(&t, past, true);
	CHECK_INT(plan.same, 3);
	CHECK_INT(plan.made, 0);
	CHECK_INT(entries_of(&t), 3);
	const struct book_query query = {.registry = "media_disposals", .limit = 10};
	CHECK_OK(book_list(t.registers, &query, t.arena, &entries, &count, &more, &t.why), &t.why);
	for (size_t i = 0; i < count; i++) {
		CHECK_INT(entries[i].state, BOOK_CLOSED);
		CHECK_STR(entries[i].row, medium);
		CHECK(strncmp(entries[i].origin, "taken:", 6) == 0);
		CHECK(strstr(entries[i].by, "引継ぎ 2026-11-20　廃棄簿（令和7年度）.xlsx"));
		CHECK(strncmp(book_value(&entries[i], "performed_at"), "2026-03-02", 10) == 0);
	}
	town_done(&t);
}

TEST(a_book_goes_out_and_in_unchanged)
{
	struct town t;
	char medium[27], id[27], next[27];
	static const char *const keep_fields[] = {"performed_at", "performer", "treatment"};
	town_new(&t);
	put(&t, "medium", "外付け Z-014", CELLS({"owner", "tax"}, {"importance", "A"}), medium);
	const struct book_opening opening = {.registry = "media_disposals", .keep = keep_fields, .keep_count = 3};
	const struct cell known[] = {{"performer", town_id(&t, "aoki")}, {"performed_at", "2026-11-19 10:20"}, {"treatment", "-消磁、二行\nめ"}};
	const struct book_event event = {.act = "dispose_medium", .row = medium, .section = "tax",
	                                 .actor = town_id(&t, "aoki"), .known = known, .known_count = 3};
	CHECK_OK(book_open(t.registers, &opening, &event, id, &t.why), &t.why);
	CHECK_OK(book_correct(t.registers, id, "誤記", CELLS({"treatment", "=破砕"}), town_id(&t, "aoki"), "", next, &t.why), &t.why);
	CHECK_OK(book_open(t.registers, &opening, &event, id, &t.why), &t.why);
	for (int format = SHEET_CSV; format <= SHEET_XLSX; format++) {
		struct desk desk = desk_of(&t);
		struct desk_plan plan = {.rows = 0};
		struct buffer first = out_of(&t, "media_disposals", true, (enum sheet_format)format);
		struct buffer grid = grid_of(buffer_slice(&first));
		CHECK_OK(desk_import_book(&desk, "media_disposals", buffer_slice(&grid), "a", town_id(&t, "tanaka"), true, t.arena, &plan,
		                          &t.why), &t.why);
		show_faults(&plan);
		CHECK_INT(plan.fault_total, 0);
		CHECK_INT(plan.same, 2);
		struct buffer second = out_of(&t, "media_disposals", true, (enum sheet_format)format);
		CHECK_SLICE(buffer_slice(&first), buffer_slice(&second));
		buffer_done(&first);
		buffer_done(&second);
		buffer_done(&grid);
	}
	town_done(&t);
}

TEST(what_stands_in_a_book_is_not_rewritten)
{
	static const struct {
		const char *file, *cell, *says;
	} rows[] = {
		{"番号,行った処理\r\nR8-0001,別のこと\r\n", "B2", "書き換えられません"},
		{"番号,行った処理\r\nR8-0099,消磁\r\n", "A2", "この記録簿にありません"},
		{"所管課,行った処理\r\n収税課,消磁\r\n", "A2", "いまの組織にありません"},
		{"所管課,行った処理\r\n,消磁\r\n", "A2", "所管課"},
		{"所管課,行った処理\r\n福祉課,消磁\r\n", "A2", "所管課の人"},
		{"所管課,行った処理,対象\r\n税務課,消磁,どこにもない\r\n", "C2", "番号"},
		{"所管課,行った人,行った処理\r\n税務課,だれか,消磁\r\n", "B2", "職員"},
		{"所管課,日時,行った処理\r\n税務課,きのう,消磁\r\n", "2行目", "日"},
		{"所管課,何を,行った処理\r\n税務課,料理,消磁\r\n", "B2", "行い"},
		{"所管課,色\r\n税務課,赤\r\n", "B1", "見出し"},
		{"所管課,行った処理\r\n税務課,\r\n", "2行目", "1つもありません"},
	};
	struct town t;
	town_new(&t);
	struct desk_plan plan = take(&t, "所管課,行った処理\r\n税務課,消磁\r\n", true);
	CHECK_INT(plan.made, 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		plan = take(&t, rows[i].file, true);
		CHECK_INT(plan.fault_total, 1);
		if (plan.fault_count) {
			CHECK_STR(plan.faults[0].cell, rows[i].cell);
			CHECK(strstr(plan.faults[0].text, rows[i].says));
			if (!strstr(plan.faults[0].text, rows[i].says))
				show_faults(&plan);
		}
		CHECK_INT(entries_of(&t), 1);
	}
	town_done(&t);
}

MAIN_TESTS()
