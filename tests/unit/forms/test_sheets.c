/* Every table that goes out, opened by another office suite: LibreOffice reads the
 * Japanese as it was written, out of CSV (UTF-8, CP932) and xlsx.             */
#include "desk/carry.h"
#include "forms/forms.h"
#include "proceeding/case.h"
#include "town.h"

#include <unistd.h>

#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

static const char name[] = "髙橋 﨑 ①㈱の台帳";

struct stand {
	struct town town;
	struct forms forms;
	struct scratch out;
};

static struct result keep(void *context, struct slice bytes, struct why *why)
{
	FILE *f = context;
	return fwrite(bytes.at, 1, bytes.len, f) == bytes.len ? ok() : fail(why, E_SYSTEM, "file", "cannot write");
}

static void begin(struct stand *s)
{
	*s = (struct stand){.out = scratch_new()};
	struct town *t = &s->town;
	char id[27], entry[27];
	town_new(t);
	s->forms = (struct forms){.title = "青波市", .desk = {.store = t->store, .ledger = t->ledger, .vault = t->vault,
		.policy = t->policy, .policy_name = "hannan", .office = t->office, .registers = t->registers,
		.proceedings = t->proceedings, .random = &t->random, .clock = &t->clock, .body = "town"}};
	const struct proof_parts parts = {.store = t->store, .ledger = t->ledger, .clock = &t->clock, .body = "town",
		.duties = t->duties, .policy = t->policy, .policy_name = "hannan", .office = t->office, .proceedings = t->proceedings};
	CHECK_OK(proof_open(&parts, &s->forms.proof, &t->why), &t->why);
	const struct register_change medium = {.kind = "medium", .name = name, .section = "tax",
		.cells = (const struct cell[]){{"owner", "tax"}, {"serial", "=1+1"}}, .cell_count = 2, .actor = town_id(t, "tanaka")};
	CHECK_OK(register_put(t->registers, &medium, id, &t->why), &t->why);
	const struct book_opening opening = {.registry = "media_disposals"};
	const struct cell known[] = {{"performer", town_id(t, "aoki")}, {"performed_at", "2026-11-19 10:20"}, {"result", "破砕した"}};
	const struct book_event event = {.act = "dispose_medium", .row = id, .section = "tax", .actor = town_id(t, "aoki"),
	                                 .known = known, .known_count = 3};
	CHECK_OK(book_open(t->registers, &opening, &event, entry, &t->why), &t->why);
	static const char *const kinds[] = {"audit", "inspection"};
	for (int i = 0; i < 2; i++) {
		const struct case_opening case_ = {.kind = kinds[i], .name = name, .section = "tax",
			.cells = (const struct cell[]){{"section", "tax"}}, .cell_count = 1, .actor = town_id(t, "tanaka")};
		CHECK_OK(case_open(t->proceedings, &case_, entry, &t->why), &t->why);
	}
}

static void end(struct stand *s)
{
	proof_close(s->forms.proof);
	scratch_drop(&s->out);
	town_done(&s->town);
}

static FILE *file_of(struct stand *s, const char *file)
{
	FILE *f = fopen(scratch_path(&s->out, "", file), "wb");
	CHECK(f != NULL);
	return f;
}

static void write_table(struct stand *s, const char *file, const char *what, bool book, enum sheet_format format)
{
	FILE *f = file_of(s, file);
	const struct sheet_sink sink = {keep, f};
	AUTO(desk_export_drop) struct desk_export *e = NULL;
	struct desk desk = s->forms.desk;
	struct why *why = &s->town.why;
	CHECK_OK(book ? desk_export_book(&desk, what, format, &sink, &e, why) : desk_export_register(&desk, what, format, &sink, &e, why), why);
	for (bool done = !e; !done;)
		if (desk_export_step(e, &done, why).code != OK) {
			CHECK_STR(why->text, "");
			break;
		}
	fclose(f);
}

static void write_reports(struct stand *s)
{
	struct why *why = &s->town.why;
	static const char *const kinds[] = {"audit", "inspection"};
	FILE *proof = file_of(s, "proof.xlsx");
	const struct sheet_sink sink = {keep, proof};
	CHECK_OK(forms_proof_sheet(&s->forms, SHEET_XLSX, &sink, why), why);
	fclose(proof);
	for (int i = 0; i < 2; i++) {
		FILE *f = file_of(s, i ? "inspection.xlsx" : "audit.xlsx");
		const struct sheet_sink year = {keep, f};
		CHECK_OK(forms_year_sheet(&s->forms, kinds[i], 2026, SHEET_XLSX, &year, why), why);
		fclose(f);
	}
}

/* 44 a comma, 34 a quote; 76 UTF-8, 60 Windows' Japanese code page */
static void convert(struct stand *s, const char *files, const char *filter)
{
	char command[900];
	snprintf(command, sizeof command, "cd %s && HOME=%s timeout 170 soffice --headless %s --convert-to html %s >/dev/null 2>&1",
	         s->out.folder, s->out.folder, filter, files);
	CHECK_INT(system(command), 0);
}

static bool says(struct stand *s, const char *file, const char *words)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct slice text = {NULL, 0};
	CHECK_OK(file_read(scratch_path(&s->out, "", file), 32 << 20, arena, &text, &s->town.why), &s->town.why);
	bool there = slice_find(text, slice_str(words)) != SIZE_MAX;
	if (!there)
		printf("  %s does not say %s\n", file, words);
	return there;
}

TEST(every_table_opens_in_libreoffice)
{
	static const struct {
		const char *file, *says;
	} rows[] = {
		{"register.html", name}, {"register.html", "=1+1"}, {"old.html", name}, {"old.html", "税務課"},
		{"book.html", "破砕した"}, {"bookold.html", "破砕した"}, {"registerx.html", name}, {"registerx.html", "=1+1"},
		{"bookx.html", "青木 一郎"}, {"proof.html", "未証明"}, {"audit.html", name}, {"inspection.html", name},
	};
	struct stand s;
	if (system("command -v soffice >/dev/null 2>&1") != 0)
		SKIP("LibreOffice is not installed");
	begin(&s);
	write_table(&s, "register.csv", "medium", false, SHEET_CSV);
	write_table(&s, "old.csv", "medium", false, SHEET_CP932);
	write_table(&s, "registerx.xlsx", "medium", false, SHEET_XLSX);
	write_table(&s, "book.csv", "media_disposals", true, SHEET_CSV);
	write_table(&s, "bookold.csv", "media_disposals", true, SHEET_CP932);
	write_table(&s, "bookx.xlsx", "media_disposals", true, SHEET_XLSX);
	write_reports(&s);
	convert(&s, "register.csv book.csv", "--infilter=\"Text - txt - csv (StarCalc):44,34,76\"");
	convert(&s, "old.csv bookold.csv", "--infilter=\"Text - txt - csv (StarCalc):44,34,60\"");
	convert(&s, "registerx.xlsx bookx.xlsx proof.xlsx audit.xlsx inspection.xlsx", "");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(says(&s, rows[i].file, rows[i].says));
	end(&s);
}

/* What CP932 has not is told by its cell, and no file goes out as if it were whole. */
TEST(what_the_old_code_page_lacks_is_told_by_cell)
{
	struct stand s;
	char id[27];
	size_t count, total;
	begin(&s);
	struct town *t = &s.town;
	const struct register_change row = {.kind = "medium", .name = "𠮷野の媒体〜2号", .section = "tax", .actor = town_id(t, "tanaka")};
	CHECK_OK(register_put(t->registers, &row, id, &t->why), &t->why);
	FILE *f = file_of(&s, "lost.csv");
	const struct sheet_sink sink = {keep, f};
	AUTO(desk_export_drop) struct desk_export *e = NULL;
	struct desk desk = s.forms.desk;
	CHECK_OK(desk_export_register(&desk, "medium", SHEET_CP932, &sink, &e, &t->why), &t->why);
	for (bool done = false; !done;)
		CHECK_OK(desk_export_step(e, &done, &t->why), &t->why);
	fclose(f);
	const struct sheet_loss *losses = desk_export_losses(e, &count, &total);
	CHECK_INT(total, 1);
	CHECK_INT(count, 2);
	CHECK_STR(losses[0].character, "𠮷");
	CHECK_INT(losses[0].row, 1);
	CHECK_STR(desk_export_column(e, losses[0].column), "名称");
	CHECK(losses[1].merged); /* 〜 is written as ～ and told */
	end(&s);
}

MAIN_TESTS()
