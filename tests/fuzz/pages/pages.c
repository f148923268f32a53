/* Whatever the bytes: a PDF whose pages must be pictures, where nobody draws, is refused
 * with a word, or is one of ours; then it is carried to the byte, with its text or
 * without, and is its own cleansing. */
#include "gate/file/file.h"

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
};

static void cleanse(struct attempt *a, struct slice in, bool text)
{
	struct switches switches;
	struct why why = {0};
	demand(switches_preset("municipal", &switches));
	switches.of[construct_find("page-drawing")] = TREAT_SANITISE;
	switches.of[construct_find("page-text")] = text ? TREAT_ALLOW : TREAT_SANITISE;
	struct file_request request = {.name = SLICE("a.pdf"), .in = in, .rules = switches_rules(&switches), .limits = file_limits_default()};
	request.limits.expanded_bytes = (uint64_t)1 << 22;
	*a = (struct attempt){.arena = arena_new((size_t)1 << 26)};
	buffer_init(&a->out, (size_t)1 << 24);
	(void)file_cleanse_request(&request, a->arena, &a->out, &a->report, &why).code;
	demand((a->report.verdict == FILE_REFUSED) == (a->report.refusal != REFUSAL_NONE));
	demand(a->report.verdict != FILE_REFUSED || a->out.len == 0);
}

static void done(struct attempt *a)
{
	buffer_done(&a->out);
	arena_free(a->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int text = 0; text <= 1; text++) {
		struct attempt one, two;
		cleanse(&one, slice_of(data, size), text);
		if (one.report.verdict != FILE_REFUSED) {
			cleanse(&two, buffer_slice(&one.out), text);
			demand(two.report.verdict == FILE_CLEAN && slice_equal(buffer_slice(&one.out), buffer_slice(&two.out)));
			done(&two);
		}
		done(&one);
	}
	return 0;
}
