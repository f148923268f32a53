/* tests/fuzz/package.h - what holds for every office document, whatever its parts
 * hold: a verdict, nothing out of a refusal, and what came out is its own
 * cleansing                                                                  */
#ifndef SEKISHO_TESTS_FUZZ_PACKAGE_H
#define SEKISHO_TESTS_FUZZ_PACKAGE_H

#include "gate/file/zip.h"

#include <stdlib.h>

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
	limits.expanded_bytes = 16 << 20;
	limits.work = 64 << 20;
	demand(file_cleanse(SLICE(""), in, &limits, arena, out, &report, NULL).code == OK);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out->len == 0);
	arena_free(arena);
	return report.verdict;
}

/* pack - the document made of the input */
static int package_fuzz(struct slice input, void (*pack)(struct slice in, struct buffer *out))
{
	struct buffer in, out, again;
	buffer_init(&in, 64 << 20);
	buffer_init(&out, 64 << 20);
	buffer_init(&again, 64 << 20);
	pack(input, &in);
	if (cleanse(buffer_slice(&in), &out) != FILE_REFUSED) {
		demand(cleanse(buffer_slice(&out), &again) == FILE_CLEAN);
		demand(slice_equal(buffer_slice(&out), buffer_slice(&again)));
	}
	buffer_done(&in);
	buffer_done(&out);
	buffer_done(&again);
	return 0;
}

#endif
