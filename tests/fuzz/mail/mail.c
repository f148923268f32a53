/* Any bytes as a mail: a verdict, nothing out of a refusal, and what came out is its
 * own cleansing.                                                             */
#include "gate/file/file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static enum file_verdict cleanse(struct slice in, struct buffer *out)
{
	struct arena *arena = arena_new(16 << 20);
	struct file_limits limits = file_limits_default();
	struct file_report report;
	limits.expanded_bytes = 4 << 20;
	limits.work = 16 << 20;
	limits.pixels = 1 << 20;
	struct result result = file_cleanse(SLICE("a.eml"), in, &limits, arena, out, &report, NULL);
	demand(result.code == OK || result.code == E_MEMORY);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out->len == 0);
	enum file_verdict verdict = report.type == FILE_MAIL ? report.verdict : FILE_REFUSED;
	arena_free(arena);
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer out, again;
	buffer_init(&out, 16 << 20);
	buffer_init(&again, 16 << 20);
	if (cleanse(slice_of(data, size), &out) != FILE_REFUSED) {
		demand(cleanse(buffer_slice(&out), &again) == FILE_CLEAN);
		demand(slice_equal(buffer_slice(&out), buffer_slice(&again)));
	}
	buffer_done(&out);
	buffer_done(&again);
	return 0;
}
