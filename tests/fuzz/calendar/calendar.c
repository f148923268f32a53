/* A date that is read is written, by day_long and day_iso, so that it is read
 * as the same day; a list of holidays is read or refused.                  */
#include "base/calendar.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_date(struct slice text)
{
	day_t day, again;
	char written[48];
	if (day_parse(text, &day, NULL).code != OK)
		return;
	day_long(day, written);
	if (day_parse(slice_str(written), &again, NULL).code != OK || again != day)
		abort();
	day_iso(day, written);
	if (day_parse(slice_str(written), &again, NULL).code != OK || again != day)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	const struct holidays *holidays = NULL;
	try_date(slice_of(data, size));
	if (holidays_read(slice_of(data, size), arena, &holidays, NULL).code == OK)
		working_days_after(holidays, 20000, 3);
	arena_free(arena);
	return 0;
}
