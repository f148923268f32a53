/* Any bytes as an archive that is only read: a verdict, and what comes out is a
 * zip that is its own cleansing.                                             */
#include "gate/file/job.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static struct file_report cleanse(struct slice in, struct buffer *out)
{
	struct arena *arena = arena_new(16 << 20);
	struct file_limits limits = file_limits_default();
	struct file_report report;
	limits.expanded_bytes = 4 << 20;
	limits.entries = 200;
	limits.work = 16 << 20;
	limits.pixels = 1 << 20;
	struct result result = file_cleanse(SLICE(""), in, &limits, arena, out, &report, NULL);
	demand(result.code == OK || result.code == E_MEMORY);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out->len == 0);
	report.removals = NULL;
	arena_free(arena);
	return report;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer out, again;
	if (file_type_by_content(slice_of(data, size), SLICE("")) != FILE_ARCHIVE)
		return 0;
	archive_prepare();
	buffer_init(&out, 16 << 20);
	buffer_init(&again, 16 << 20);
	if (cleanse(slice_of(data, size), &out).verdict != FILE_REFUSED) {
		demand(file_type_by_content(buffer_slice(&out), SLICE("")) == FILE_ZIP);
		demand(cleanse(buffer_slice(&out), &again).verdict == FILE_CLEAN);
		demand(slice_equal(buffer_slice(&out), buffer_slice(&again)));
	}
	buffer_done(&out);
	buffer_done(&again);
	return 0;
}
