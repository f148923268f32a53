/* Whatever the bytes: a PDF is refused with a word and leaves nothing behind,
 * or is rebuilt to a document that rebuilds to itself and holds no key that
 * acts outside of a stream.                                                */
#include "gate/file/job.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

struct attempt {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
	bool passed, changed;
};

static void rebuild(struct attempt *a, struct slice in)
{
	*a = (struct attempt){.report = {.reason = "", .place = "", .ending = ""}};
	a->arena = arena_new((size_t)1 << 26);
	buffer_init(&a->out, (size_t)1 << 24);
	struct job job = {.arena = a->arena, .left = file_limits_default(), .report = &a->report,
	                  .tail = &a->report.removals, .path = "", .ending = "pdf"};
	job.left.expanded_bytes = (uint64_t)1 << 22;
	struct why why = {0};
	struct result r = pdf_rebuild(&job, in, &a->out, &why);
	demand(r.code == OK || r.code == E_MEMORY || a->report.refusal != REFUSAL_NONE);
	demand(r.code != OK || a->report.refusal == REFUSAL_NONE);
	a->passed = r.code == OK;
	a->changed = job.changed;
}

static void done(struct attempt *a)
{
	buffer_done(&a->out);
	arena_free(a->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attempt one, two;
	rebuild(&one, slice_of(data, size));
	if (one.passed) {
		rebuild(&two, buffer_slice(&one.out));
		bool budget = two.report.refusal == REFUSAL_BOMB;
		demand(budget || (two.passed && !two.changed));
		demand(budget || slice_equal(buffer_slice(&one.out), buffer_slice(&two.out)));
		done(&two);
	}
	done(&one);
	return 0;
}
