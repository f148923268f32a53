/* Tables written and read back: nothing a cell says changes on the way. */
#include "base/text.h"
#include "gate/sheet/sheet_read.h"
#include "harness.h"
#include "scratch.h"
#include "sheet/sheet.h"

static struct result keep(void *context, struct slice bytes, struct why *why)
{
	(void)why;
	buffer_put_slice(context, bytes);
	return ok();
}

static const struct sheet_column columns[] = {{"name", "名称", 30}, {"day", "日付", 0}, {"count", "数", 0}};
static const char *const texts[] = {
	"固定資産課税台帳", "=1+1", "'=1+1", "''@x", "'quoted'", "+81", "-5", "@home", "\tTAB", "\rCR", "\nLF", "＝全角", "−3",
	"a,b", "say \"hi\"", "二行\nある", " 空白 ", "髙橋 﨑 ①㈱", "𠮷野家", "〜から", "'", "", "1.50", "0012", "令和８年",
};
enum { TEXTS = sizeof texts / sizeof *texts };

static struct buffer write_all(enum sheet_format format, size_t *losses, size_t *total, struct sheet_loss *first)
{
	struct buffer out;
	struct why why = {0};
	struct sheet_sink sink = {keep, &out};
	AUTO(sheet_drop) struct sheet_writer *w = NULL;
	buffer_init(&out, 64 << 20);
	CHECK_OK(sheet_begin(format, "台帳: 一覧", columns, 3, &sink, &w, &why), &why);
	for (size_t i = 0; w && i < TEXTS; i++) {
		const struct sheet_cell cells[] = {{slice_str(texts[i]), CELL_TEXT, false},
		                                   {SLICE("2026-03-13"), CELL_DAY, i == 1}, {SLICE("120"), CELL_NUMBER, false}};
		CHECK_OK(sheet_row(w, cells, &why), &why);
	}
	if (w)
		CHECK_OK(sheet_end(w, &why), &why);
	if (w && losses) {
		const struct sheet_loss *list = sheet_losses(w, losses, total);
		for (size_t i = 0; i < *losses && i < 8; i++)
			first[i] = list[i];
	}
	return out;
}

static struct file_report read_in(struct slice in, struct arena *arena, struct buffer *out)
{
	struct file_limits limits = file_limits_default();
	struct file_report report;
	struct why why = {0};
	buffer_init(out, 64 << 20);
	CHECK_OK(sheet_read(SLICE("a.csv"), in, &limits, arena, out, &report, &why), &why);
	if (report.verdict == FILE_REFUSED && report.reason)
		printf("  (refused: %s %s)\n", report.place, report.reason);
	return report;
}

/* every text again, in its row */
static void same_texts(struct slice grid, size_t heads)
{
	AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
	struct csv csv = csv_of(grid, ',');
	struct slice *cells;
	size_t count, row = 0;
	for (; csv_row(&csv, arena, &cells, &count); row++) {
		if (row < heads)
			continue;
		CHECK_INT(count, 4);
		CHECK(row - heads < TEXTS);
		if (row - heads >= TEXTS || count != 4)
			break;
		CHECK_STR(texts[row - heads], arena_string(arena, cells[1]));
		CHECK_SLICE(cells[2], SLICE("2026-03-13"));
		CHECK_SLICE(cells[3], SLICE("120"));
	}
	CHECK(!csv.fault);
	CHECK_INT(row, TEXTS + heads);
}

TEST(every_text_comes_back_from_csv)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct buffer out = write_all(SHEET_CSV, NULL, NULL, NULL), grid;
	CHECK(slice_starts(buffer_slice(&out), SLICE("\xef\xbb\xbf名称,日付,数\r\n")));
	CHECK(slice_find(buffer_slice(&out), SLICE("\n=")) == SIZE_MAX);
	CHECK(slice_find(buffer_slice(&out), SLICE("\n'=1+1,")) != SIZE_MAX);
	CHECK_INT(read_in(buffer_slice(&out), arena, &grid).verdict, FILE_CLEAN);
	same_texts(buffer_slice(&grid), 1);
	buffer_done(&out);
	buffer_done(&grid);
}

TEST(every_text_comes_back_from_xlsx)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct buffer out = write_all(SHEET_XLSX, NULL, NULL, NULL), grid;
	CHECK(slice_starts(buffer_slice(&out), SLICE("PK\003\004")));
	CHECK_INT(read_in(buffer_slice(&out), arena, &grid).verdict, FILE_CLEAN);
	same_texts(buffer_slice(&grid), 2); /* ids, labels */
	CHECK(slice_starts(buffer_slice(&grid), SLICE("1,name,day,count\r\n2,名称,日付,数\r\n3,")));
	buffer_done(&out);
	buffer_done(&grid);
}

TEST(cp932_says_what_it_cannot)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct sheet_loss losses[8];
	size_t count = 0, total = 0;
	struct buffer out = write_all(SHEET_CP932, &count, &total, losses), grid;
	CHECK_INT(total, 1);
	CHECK(count >= 2);
	CHECK_INT(losses[0].row, 12); /* − becomes － */
	CHECK(losses[0].merged);
	CHECK_INT(losses[1].row, 18);
	CHECK_STR(losses[1].character, "𠮷");
	CHECK(!losses[1].merged);
	CHECK(slice_find(buffer_slice(&out), SLICE("?")) == SIZE_MAX);
	CHECK_INT(read_in(buffer_slice(&out), arena, &grid).verdict, FILE_CLEAN);
	CHECK(slice_find(buffer_slice(&grid), SLICE("髙橋 﨑 ①㈱")) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&grid), SLICE("～から")) != SIZE_MAX);
	buffer_done(&out);
	buffer_done(&grid);
}

TEST(what_excel_and_people_send_is_read)
{
	static const struct {
		const char *in, *grid;
		size_t len;
	} rows[] = {
		{"a,b\r\n1,2\r\n", "1,a,b\r\n2,1,2\r\n", 0},
		{"a\tb\n1,5\t2\n", "1,a,b\r\n2,\"1,5\",2\r\n", 0},
		{"a,b\n\n,,\n3,4,,", "1,a,b\r\n4,3,4\r\n", 0},
		{"\x83\x65\x83\x58\x83\x67\r\n", "1,テスト\r\n", 0},
		{"\xff\xfe" "a\0\t\0\x42\x30\n\0", "1,a,あ\r\n", 10},
		{"\"a\"\"b\",\"c\r\nd\"\r\n", "1,\"a\"\"b\",\"c\r\nd\"\r\n", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
		struct buffer grid;
		struct slice in = slice_of(rows[i].in, rows[i].len ? rows[i].len : strlen(rows[i].in));
		CHECK_INT(read_in(in, arena, &grid).verdict, FILE_CLEAN);
		CHECK_SLICE(buffer_slice(&grid), slice_str(rows[i].grid));
		buffer_done(&grid);
	}
}

TEST(what_cannot_be_read_leaves_nothing)
{
	static const struct {
		const char *in;
		enum refusal refusal;
	} rows[] = {
		{"a,\"b\nc", REFUSAL_DAMAGED}, {"a,\"b\"c\n", REFUSAL_DAMAGED}, {"a,b\"c\n", REFUSAL_DAMAGED},
		{"\xef\xbb\xbf\xff\xff", REFUSAL_DAMAGED}, {"\x81", REFUSAL_UNKNOWN}, {"\xd0\xcf\x11\xe0", REFUSAL_UNKNOWN},
		{"PK\003\004rubbish", REFUSAL_DAMAGED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
		struct file_limits limits = file_limits_default();
		struct file_report report;
		struct buffer grid;
		struct why why = {0};
		buffer_init(&grid, 1 << 20);
		CHECK_OK(sheet_read(SLICE("a"), slice_str(rows[i].in), &limits, arena, &grid, &report, &why), &why);
		CHECK_INT(report.verdict, FILE_REFUSED);
		CHECK_INT(report.refusal, rows[i].refusal);
		CHECK_INT(grid.len, 0);
		CHECK(*report.reason);
		buffer_done(&grid);
	}
}

/* LibreOffice, where it is installed, reads what is written here, in right Japanese. */
TEST(libreoffice_opens_both)
{
	if (system("command -v soffice >/dev/null 2>&1") != 0)
		SKIP("LibreOffice is not installed");
	struct scratch s = scratch_new();
	static const char *const endings[] = {"csv", "xlsx"};
	for (int i = 0; i < 2; i++) {
		char command[600], said[256] = "";
		struct buffer out = write_all(i ? SHEET_XLSX : SHEET_CSV, NULL, NULL, NULL);
		FILE *f = fopen(scratch_path(&s, "", i ? "b.xlsx" : "a.csv"), "wb");
		CHECK(f && fwrite(out.at, 1, out.len, f) == out.len);
		if (f)
			fclose(f);
		/* infilter: a comma, a quote, UTF-8 */
		snprintf(command, sizeof command, "cd %s && HOME=%s timeout 120 soffice --headless %s --convert-to html --outdir %s"
		         " %c.%s >/dev/null 2>&1 && grep -c -e 固定資産課税台帳 -e '髙橋 﨑 ①㈱' -e 𠮷野家 %c.html", s.folder, s.folder,
		         i ? "" : "--infilter=\"Text - txt - csv (StarCalc):44,34,76\"", s.folder, i ? 'b' : 'a', endings[i],
		         i ? 'b' : 'a');
		FILE *p = popen(command, "r");
		CHECK(p && fgets(said, sizeof said, p));
		if (p)
			pclose(p);
		CHECK_STR(said, "3\n");
		buffer_done(&out);
	}
	scratch_drop(&s);
}

static void put_one(struct sheet_writer *w, const char *words)
{
	struct why why = {0};
	const struct sheet_cell cell = {slice_str(words), CELL_TEXT, false};
	CHECK_OK(sheet_row(w, &cell, &why), &why);
}

/* A report of three sheets, the second without a row; the last is reached by sheet_end too. */
static struct buffer write_book(bool to_the_end)
{
	static const struct sheet_column one[] = {{"what", "内容", 30}};
	static const struct sheet_of_book sheets[] = {{"課ごと", one, 1}, {"回答: なし", one, 1}, {"指摘/改善", columns, 3}};
	struct buffer out;
	struct why why = {0};
	struct sheet_sink sink = {keep, &out};
	AUTO(sheet_drop) struct sheet_writer *w = NULL;
	buffer_init(&out, 64 << 20);
	CHECK_OK(sheet_begin_book(sheets, 3, &sink, &w, &why), &why);
	put_one(w, "一枚目の税務課");
	put_one(w, "一枚目の福祉課");
	CHECK_OK(sheet_next(w, &why), &why);
	if (to_the_end) {
		const struct sheet_cell cells[] = {{SLICE("三枚目の指摘"), CELL_TEXT, false}, {SLICE("2026-03-13"), CELL_DAY, false},
		                                   {SLICE("7"), CELL_NUMBER, false}};
		CHECK_OK(sheet_next(w, &why), &why);
		CHECK_OK(sheet_row(w, cells, &why), &why);
		CHECK_FAILS(sheet_next(w, &why), E_LIMIT);
	}
	CHECK_OK(sheet_end(w, &why), &why);
	return out;
}

TEST(a_report_of_several_sheets_opens_as_such)
{
	static const struct sheet_of_book none[1];
	struct sheet_writer *w = NULL;
	struct why why = {0};
	struct buffer never;
	const struct sheet_sink sink = {keep, &never};
	buffer_init(&never, 1 << 20);
	CHECK_FAILS(sheet_begin_book(none, 0, &sink, &w, &why), E_LIMIT);
	CHECK_FAILS(sheet_begin_book(none, 1, &sink, &w, &why), E_LIMIT); /* no column */
	CHECK(!w && !never.len);
	buffer_done(&never);
	if (system("command -v soffice >/dev/null 2>&1") != 0)
		SKIP("LibreOffice is not installed");
	struct scratch s = scratch_new();
	for (int i = 0; i < 2; i++) {
		char command[600], said[256] = "";
		struct buffer out = write_book(i == 0);
		FILE *f = fopen(scratch_path(&s, "", "r.xlsx"), "wb");
		CHECK(f && fwrite(out.at, 1, out.len, f) == out.len);
		if (f)
			fclose(f);
		snprintf(command, sizeof command, "cd %s && rm -f r.html && HOME=%s timeout 120 soffice --headless --convert-to html --outdir %s r.xlsx"
		         " >/dev/null 2>&1 && grep -o -e '>課ごと<' -e '>回答 なし<' -e '>指摘改善<' -e 一枚目の福祉課 -e 三枚目の指摘 r.html | sort -u | wc -l",
		         s.folder, s.folder, s.folder);
		FILE *p = popen(command, "r");
		CHECK(p && fgets(said, sizeof said, p));
		if (p)
			pclose(p);
		CHECK_STR(said, i ? "4\n" : "5\n");
		buffer_done(&out);
	}
	scratch_drop(&s);
}

MAIN_TESTS()
