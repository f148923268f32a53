/* Whatever the bytes, with a password in hand: a verdict, nothing out of a refusal,
 * and what came out needs no password any more and is its own cleansing.
 * The seeds are locked with the password "a".                                 */
#include "gate/file/file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static enum file_verdict cleanse(struct slice in, struct slice password, struct buffer *out)
{
	struct arena *arena = arena_new(64 << 20);
	struct file_request request = {.in = in, .password = password, .limits = file_limits_default()};
	struct file_report report;
	request.limits.expanded_bytes = 8 << 20;
	request.limits.work = 24 << 20;
	demand(file_cleanse_request(&request, arena, out, &report, NULL).code == OK);
	demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
	demand(report.verdict != FILE_REFUSED || out->len == 0);
	demand(password.len ? report.refusal != REFUSAL_ENCRYPTED : report.refusal != REFUSAL_PASSWORD);
	arena_free(arena);
	return report.verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer out, again;
	buffer_init(&out, 16 << 20);
	buffer_init(&again, 16 << 20);
	/* an empty text has no type any more */
	if (cleanse(slice_of(data, size), SLICE("a"), &out) != FILE_REFUSED && out.len) {
		demand(cleanse(buffer_slice(&out), SLICE(""), &again) == FILE_CLEAN);
		demand(slice_equal(buffer_slice(&out), buffer_slice(&again)));
	}
	buffer_done(&out);
	buffer_done(&again);
	return 0;
}
