/* A compound file whose streams are the fuzzer's: the input is the bytes of a
 * file as it lies on disk.  Whatever they are: a verdict, nothing out of a
 * refusal, and what came out is its own cleansing.  The first byte of the size
 * chooses nothing: type goes by content, as everywhere.                      */
#include "gate/file/cfb.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static enum file_verdict cleanse(struct slice in, struct buffer *out)
{
	struct arena *arena = arena_new(64 << 20);
	struct file_limits limits = file_limits_default();
	struct file_report report;
	limits.expanded_bytes = 32 << 20;
	limits.work = 64 << 20;
	limits.pixels = 1 << 20;
	demand(file_cleanse(SLICE(""), in, &limits, arena, out, &report, NULL).code == OK);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out->len == 0);
	arena_free(arena);
	return report.verdict;
}

/* Streams packed here, so that the container stands in nobody's way: a byte that
 * says which format, then pieces "length (4 bytes), bytes" for its streams.   */
static void pack(struct slice in, struct buffer *out)
{
	static const char *const names[3][3] = {{"WordDocument", "1Table", "Data"}, {"Workbook", "Book", "Ctls"},
	                                        {"PowerPoint Document", "Current User", "Pictures"}};
	static const uint8_t clsid[16];
	struct arena *arena = arena_new(16 << 20);
	struct cfb_plan plan;
	size_t pos = 1;
	cfb_plan_begin(&plan, arena, clsid);
	for (unsigned i = 0; i < 3 && pos + 4 <= in.len; i++) {
		uint32_t len = (uint32_t)in.at[pos] | (uint32_t)in.at[pos + 1] << 8 | (uint32_t)in.at[pos + 2] << 16;
		struct slice part = slice_part(in, pos + 4, len);
		pos += 4 + part.len;
		cfb_plan_add(&plan, 0, names[in.at[0] % 3][i], false, part);
	}
	demand(cfb_write(&plan, out, NULL).code == OK);
	arena_free(arena);
}

static void check(struct slice in)
{
	struct buffer out, again;
	buffer_init(&out, 64 << 20);
	buffer_init(&again, 64 << 20);
	if (cleanse(in, &out) != FILE_REFUSED) {
		demand(cleanse(buffer_slice(&out), &again) == FILE_CLEAN);
		demand(slice_equal(buffer_slice(&out), buffer_slice(&again)));
	}
	buffer_done(&out);
	buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer in;
	struct slice bytes = slice_of(data, size);
	if (size == 0)
		return 0;
	if (slice_starts(bytes, SLICE("\xD0\xCF\x11\xE0"))) {
		check(bytes);
		return 0;
	}
	buffer_init(&in, 16 << 20);
	pack(bytes, &in);
	check(buffer_slice(&in));
	buffer_done(&in);
	return 0;
}
