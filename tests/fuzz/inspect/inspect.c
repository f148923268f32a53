/* The second reader on any bytes: the first says which type they are said to
 * be.  Within small budgets it ends, and OK never stands beside a finding.   */
#include "gate/inspect/inspect.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	enum inspect_type type = data[0] % INSPECT_TYPES;
	struct result result = inspect_document(type, slice_of(data + 1, size - 1), &limits, arena, &report, &why);
	bool ok = report.verdict == INSPECT_OK;
	if (ok && (report.finding_count || report.reason[0] || result.code != OK))
		abort();
	if (!ok && !report.finding_count && !report.reason[0])
		abort();
	arena_free(arena);
	return 0;
}
