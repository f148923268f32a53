/* Whatever the bytes: cleansing a drawing, a SYLK sheet, a mailbox ends with a verdict, a refusal
 * leaves nothing, and what came out is its own cleansing.                   */
#include "gate/file/file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void try_name(const char *name, struct slice in)
{
	struct arena *arena = arena_new(64 << 20);
	struct file_limits limits = file_limits_default();
	struct buffer out, again;
	struct file_report report, second;
	buffer_init(&out, 64 << 20);
	buffer_init(&again, 64 << 20);
	demand(file_cleanse(slice_str(name), in, &limits, arena, &out, &report, NULL).code == OK);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out.len == 0);
	if (report.verdict != FILE_REFUSED) {
		demand(file_cleanse(slice_str(name), buffer_slice(&out), &limits, arena, &again, &second, NULL).code == OK);
		demand(second.verdict == FILE_CLEAN && slice_equal(buffer_slice(&out), buffer_slice(&again)));
	}
	buffer_done(&out);
	buffer_done(&again);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_name("a.svg", slice_of(data, size));
	try_name("a.slk", slice_of(data, size));
	try_name("a.mbox", slice_of(data, size));
	return 0;
}
