/* Whatever the bytes: reading a table ends with a verdict; a refusal leaves nothing;
 * the rows that come out are whole CSV, and read again give the same rows.     */
#include "gate/sheet/sheet_read.h"
#include "sheet/sheet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(256 << 20), *row = arena_new(32 << 20);
	struct file_limits limits = file_limits_default();
	struct buffer out;
	struct file_report report;
	struct slice *cells;
	size_t count;
	limits.expanded_bytes = 64 << 20;
	buffer_init(&out, 64 << 20);
	if (sheet_read(SLICE("a"), slice_of(data, size), &limits, arena, &out, &report, NULL).code == OK) {
		demand((report.verdict == FILE_REFUSED) == (report.refusal != REFUSAL_NONE));
		demand(report.verdict != FILE_REFUSED || out.len == 0);
		struct csv csv = csv_of(buffer_slice(&out), ',');
		while (csv_row(&csv, row, &cells, &count)) {
			demand(count >= 2);
			arena_reset(row);
		}
		demand(!csv.fault);
	}
	buffer_done(&out);
	arena_free(row);
	arena_free(arena);
	return 0;
}
