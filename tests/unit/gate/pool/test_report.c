/* A report is believed only whole, clean and without contradiction. */
#include "gate/pool/wire.h"
#include "harness.h"

static struct buffer bytes;

static const struct file_report *sample(void)
{
	static struct removal second = {"vba", "word/vbaProject.bin", NULL};
	static struct removal first = {"external-link", "１枚目", &second};
	static const struct file_report report = {
		.verdict = FILE_CHANGED, .type = FILE_XLSX, .reason = "", .place = "", .ending = "xlsx",
		.removals = &first, .removal_count = 2};
	return &report;
}

static struct slice written(const struct file_report *report, uint64_t out_bytes)
{
	buffer_done(&bytes);
	buffer_init(&bytes, WIRE_REPORT);
	report_put_file(&bytes, report, out_bytes);
	return buffer_slice(&bytes);
}

static enum error taking(struct slice report)
{
	struct arena *arena = arena_new(1 << 22);
	struct file_report out;
	uint64_t length;
	struct result result = report_take_file(report, arena, &out, &length, NULL);
	arena_free(arena);
	return result.code;
}

TEST(a_report_comes_back)
{
	struct arena *arena = arena_new(1 << 16);
	struct file_report out = {0};
	struct why why = {0};
	uint64_t length = 0;
	CHECK_OK(report_take_file(written(sample(), 77), arena, &out, &length, &why), &why);
	CHECK_INT(length, 77);
	CHECK_INT(out.verdict, FILE_CHANGED);
	CHECK_INT(out.type, FILE_XLSX);
	CHECK_STR(out.ending, "xlsx");
	CHECK_STR(out.removals->where, "１枚目");
	CHECK_STR(out.removals->next->what, "vba");
	arena_free(arena);
}

TEST(a_report_that_was_cut_or_grew_is_none)
{
	struct slice whole = written(sample(), 77);
	for (size_t len = 0; len < whole.len; len++)
		CHECK_INT(taking(slice_part(whole, 0, len)), E_INPUT);
	CHECK_INT(taking(whole), OK);
	buffer_put_u8(&bytes, 0);
	CHECK_INT(taking(buffer_slice(&bytes)), E_INPUT);
}

TEST(contradictions_are_not_believed)
{
	struct file_report report = *sample();
	report.refusal = REFUSAL_BOMB;
	CHECK_INT(taking(written(&report, 77)), E_INPUT);
	report = *sample();
	report.verdict = FILE_REFUSED;
	CHECK_INT(taking(written(&report, 0)), E_INPUT);
	report.refusal = REFUSAL_BOMB;
	CHECK_INT(taking(written(&report, 0)), OK);
	CHECK_INT(taking(written(&report, 1)), E_INPUT);
	report = *sample();
	report.type = FILE_EXECUTABLE;
	CHECK_INT(taking(written(&report, 77)), E_INPUT);
	report.type = (enum file_type)200;
	CHECK_INT(taking(written(&report, 77)), E_INPUT);
	report = *sample();
	report.removal_count = 1;
	CHECK_INT(taking(written(&report, 77)), E_INPUT);
	report.ending = "../x";
	report.removal_count = 2;
	CHECK_INT(taking(written(&report, 77)), E_INPUT);
	report = *sample();
	report.removals = &(struct removal){"two words", "", NULL};
	report.removal_count = 1;
	CHECK_INT(taking(written(&report, 77)), E_INPUT);
}

TEST(hostile_text_is_cleaned_and_cut)
{
	static char longer[3001];
	struct file_report report = *sample(), out = {0};
	struct arena *arena = arena_new(1 << 16);
	uint64_t length;
	struct why why = {0};
	for (size_t i = 0; i + 3 <= 3000; i += 3)
		memcpy(longer + i, "検", 3);
	report.reason = longer;
	report.place = "a\x01\r\n\xe2\x80\xa8\xff" "b";
	CHECK_OK(report_take_file(written(&report, 77), arena, &out, &length, &why), &why);
	CHECK(strlen(out.reason) <= WIRE_TEXT && strlen(out.reason) > WIRE_TEXT - 8);
	CHECK_STR(out.place, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "b");
	arena_free(arena);
}

TEST(many_removals_are_counted_and_some_cross)
{
	enum { MANY = WIRE_ROWS + 5 };
	static struct removal list[MANY];
	struct file_report report = *sample(), out = {0};
	struct arena *arena = arena_new(1 << 22);
	uint64_t length;
	struct why why = {0};
	size_t rows = 0;
	for (size_t i = 0; i < MANY; i++)
		list[i] = (struct removal){"vba", "here", i + 1 < MANY ? &list[i + 1] : NULL};
	report.removals = list;
	report.removal_count = MANY;
	CHECK_OK(report_take_file(written(&report, 77), arena, &out, &length, &why), &why);
	for (const struct removal *r = out.removals; r; r = r->next)
		rows++;
	CHECK_INT(rows, WIRE_ROWS);
	CHECK_INT(out.removal_count, MANY);
	arena_free(arena);
}

TEST(memory_runs_out_anywhere_and_is_told)
{
	struct slice report = written(sample(), 77);
	enum error code = E_MEMORY;
	for (size_t ceiling = 1; ceiling < 4096 && code == E_MEMORY; ceiling++) {
		struct arena *arena = arena_new(ceiling);
		struct file_report out;
		uint64_t length;
		code = report_take_file(report, arena, &out, &length, NULL).code;
		arena_free(arena);
	}
	CHECK_INT(code, OK);
}

TEST(inspections_cross_alike)
{
	struct inspect_finding finding = {"javascript", "object 7 0", NULL};
	struct inspect_report report = {.verdict = INSPECT_FOUND, .type = INSPECT_PDF, .reason = "",
		.findings = &finding, .finding_count = 1, .pages = 3}, out = {0};
	struct arena *arena = arena_new(1 << 16);
	enum inspect_agreement agreement = INSPECT_AGREES;
	struct why why = {0};
	buffer_clear(&bytes);
	report_put_inspect(&bytes, &report, INSPECT_ORIGINAL_UNREADABLE);
	CHECK_OK(report_take_inspect(buffer_slice(&bytes), INSPECT_PDF, arena, &out, &agreement, &why), &why);
	CHECK_INT(agreement, INSPECT_ORIGINAL_UNREADABLE);
	CHECK_STR(out.findings->where, "object 7 0");
	CHECK_FAILS(report_take_inspect(buffer_slice(&bytes), INSPECT_PNG, arena, &out, &agreement, NULL), E_INPUT);
	report.verdict = INSPECT_OK;
	buffer_clear(&bytes);
	report_put_inspect(&bytes, &report, INSPECT_AGREES);
	CHECK_FAILS(report_take_inspect(buffer_slice(&bytes), INSPECT_PDF, arena, &out, &agreement, NULL), E_INPUT);
	arena_free(arena);
}

TEST(messages_are_whole_or_nothing)
{
	struct wire_job job = {.id = 5, .program = POOL_INSPECT, .type = INSPECT_PDF, .compare = true,
		.in_bytes = 1, .memory_bytes = 2, .cpu_s = 3, .name = SLICE("名")}, out = {0};
	struct wire_answer answer = {.id = 9, .end = WIRE_LATE, .code = 9, .peak_bytes = 10}, got = {0};
	buffer_clear(&bytes);
	wire_put_job(&bytes, &job);
	CHECK(wire_take_job(buffer_slice(&bytes), &out));
	CHECK(out.id == 5 && out.compare && out.cpu_s == 3);
	CHECK_SLICE(out.name, SLICE("名"));
	for (size_t len = 0; len < bytes.len; len++)
		CHECK(!wire_take_job(slice_part(buffer_slice(&bytes), 0, len), &out));
	buffer_clear(&bytes);
	wire_put_answer(&bytes, &answer);
	CHECK(wire_take_answer(buffer_slice(&bytes), &got) && got.end == WIRE_LATE);
	buffer_put_u8(&bytes, 0);
	CHECK(!wire_take_answer(buffer_slice(&bytes), &got));
	buffer_done(&bytes);
}

MAIN_TESTS()
