/* What a taken-over worker or zygote may send: reports of both kinds, jobs and
 * answers.  What is accepted is written again as a report that is accepted.  */
#include "gate/pool/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_file(struct slice bytes, struct arena *arena)
{
	struct file_report report, again;
	uint64_t length, same;
	struct buffer written;
	if (report_take_file(bytes, arena, &report, &length, NULL).code != OK)
		return;
	buffer_init(&written, WIRE_REPORT);
	report_put_file(&written, &report, length);
	arena_reset(arena);
	struct result result = report_take_file(buffer_slice(&written), arena, &again, &same, NULL);
	if (!buffer_ok(&written) || result.code != OK || same != length)
		abort();
	buffer_done(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_of(data, size);
	struct arena *arena = arena_new(8 << 20);
	struct inspect_report inspect;
	enum inspect_agreement agreement;
	struct wire_job job;
	struct wire_answer answer;
	if (report_take_inspect(bytes, INSPECT_PDF, arena, &inspect, &agreement, NULL).code == OK &&
	    inspect.verdict == INSPECT_OK && inspect.finding_count)
		abort();
	arena_reset(arena);
	try_file(bytes, arena);
	if (wire_take_job(bytes, &job) && job.name.len > size)
		abort();
	if (wire_take_answer(bytes, &answer) && size != 33)
		abort();
	arena_free(arena);
	return 0;
}
