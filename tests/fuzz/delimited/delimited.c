/* Whatever the bytes: rows come to an end, every cell is UTF-8 and lies in what was
 * read, and lines are counted upwards.                                       */
#include "base/delimited.h"
#include "base/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	struct slice text, cells[DELIMITED_CELLS];
	struct delimited table;
	size_t count = 0, line = 0, rows = 0;
	if (!arena || delimited_decode(slice_of(data, size), arena, &text, NULL).code != OK)
		return 0;
	delimited_begin(&table, text);
	for (;; rows++) {
		if (delimited_row(&table, arena, cells, &count, NULL).code != OK || count == 0)
			return 0;
		if (table.line <= line || rows > size)
			abort();
		line = table.line;
		for (size_t i = 0; i < count; i++)
			if (!utf8_valid(cells[i]))
				abort();
	}
}
