/* tests/fuzz/document.h - what holds for every file that is given by its bytes: a
 * verdict, nothing out of a refusal, and what came out is its own cleansing    */
#ifndef SEKISHO_TESTS_FUZZ_DOCUMENT_H
#define SEKISHO_TESTS_FUZZ_DOCUMENT_H

#include "gate/file/file.h"

#include <stdlib.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

struct document {
	enum file_verdict verdict;
	bool same; /* what came out is what came in */
};

/* again  the name of what comes out: a message of Outlook becomes a mail */
static struct document document_law(const char *name, const char *again, struct slice in)
{
	struct arena *arena = arena_new(64 << 20);
	struct file_limits limits = file_limits_default();
	struct buffer out, second_out;
	struct file_report report, second;
	buffer_init(&out, 64 << 20);
	buffer_init(&second_out, 64 << 20);
	demand(file_cleanse(slice_str(name), in, &limits, arena, &out, &report, NULL).code == OK);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out.len == 0);
	if (report.verdict != FILE_REFUSED) {
		demand(file_cleanse(slice_str(again), buffer_slice(&out), &limits, arena, &second_out, &second, NULL).code == OK);
		demand(second.verdict == FILE_CLEAN && slice_equal(buffer_slice(&out), buffer_slice(&second_out)));
	}
	struct document document = {report.verdict, slice_equal(in, buffer_slice(&out))};
	buffer_done(&out);
	buffer_done(&second_out);
	arena_free(arena);
	return document;
}

#endif
