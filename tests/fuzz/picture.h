/* What the fuzz targets of the picture formats share: any bytes end in a
 * verdict within small budgets; what passes is rebuilt to the same bytes again. */
#ifndef SEKISHO_TESTS_FUZZ_PICTURE_H
#define SEKISHO_TESTS_FUZZ_PICTURE_H

#include "gate/file/job.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline bool picture_fuzz_once(rebuild_fn *rebuild, struct slice in, struct buffer *out)
{
	struct arena *arena = arena_new(4 << 20);
	struct file_report report = {.reason = "", .place = ""};
	struct job job = {.arena = arena, .left = file_limits_default(), .report = &report,
	                  .tail = &report.removals, .path = ""};
	struct why why = {0};
	job.left.pixels = 1 << 20;
	job.left.expanded_bytes = 16 << 20;
	job.left.work = 64 << 20;
	buffer_init(out, 32 << 20);
	struct result result = rebuild(&job, in, out, &why);
	/* a failure is a refusal that says why, or no memory */
	if (result.code != OK && report.refusal == REFUSAL_NONE && result.code != E_MEMORY)
		abort();
	arena_free(arena);
	return result.code == OK;
}

static inline int picture_fuzz(rebuild_fn *rebuild, struct slice in)
{
	struct buffer first, second;
	bool passed = picture_fuzz_once(rebuild, in, &first);
	if (passed) {
		bool again = picture_fuzz_once(rebuild, buffer_slice(&first), &second);
		/* only a budget may stop it the second time */
		if (again && !slice_equal(buffer_slice(&first), buffer_slice(&second)))
			abort();
		buffer_done(&second);
	}
	buffer_done(&first);
	return 0;
}

#define PICTURE_FUZZ(rebuild)                                                  \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                 \
	{                                                                            \
		return picture_fuzz(rebuild, slice_of(data, size));                  \
	}

#endif
