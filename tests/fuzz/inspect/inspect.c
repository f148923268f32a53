/* The second reader on any bytes: the first says which type they are said to
 * be.  Within small budgets it ends, and OK never stands beside a finding.  With
 * 128 more in the first byte they are two documents, output and original, and the
 * next two bytes say how long the first is.                                  */
#include "gate/inspect/inspect.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct result look(const uint8_t *data, size_t size, const struct inspect_limits *limits,
                          struct arena *arena, struct inspect_report *report, struct why *why)
{
	enum inspect_type type = (data[0] & 127) % INSPECT_TYPES;
	if (data[0] < 128 || size < 3)
		return inspect_document(type, slice_of(data + 1, size - 1), limits, arena, report, why);
	struct slice both = slice_of(data + 3, size - 3), first = slice_part(both, 0, (size_t)data[1] << 8 | data[2]);
	enum inspect_agreement agreement;
	struct result r = inspect_beside(type, first, slice_part(both, first.len, both.len), limits, arena, report,
	                                 &agreement, why);
	if (report->reason[0] && agreement != INSPECT_DIFFERS)
		abort();
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inspect_limits limits = inspect_limits_default();
	struct inspect_report report;
	struct why why = {0};
	if (size == 0)
		return 0;
	inspect_prepare();
	limits.expanded_bytes = 16 << 20;
	limits.pixels = 1 << 20;
	limits.entries = 20000;
	struct arena *arena = arena_new(8 << 20);
	struct result result = look(data, size, &limits, arena, &report, &why);
	bool ok = report.verdict == INSPECT_OK;
	if (ok && (report.finding_count || report.reason[0] || result.code != OK))
		abort();
	if (!ok && !report.finding_count && !report.reason[0])
		abort();
	arena_free(arena);
	return 0;
}
