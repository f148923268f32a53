/* UTF-8: what utf8_valid accepts is read without a fault and written back as
 * the same bytes; whatever it refuses, reading still ends.                 */
#include "base/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct buffer out;
	size_t pos = 0;
	bool faulty = false;
	buffer_init(&out, size * 3 + 8);
	for (int32_t code; (code = utf8_next(text, &pos)) != -1;) {
		faulty |= code < 0;
		utf8_put(&out, code < 0 ? 0xFFFD : (uint32_t)code);
	}
	if (faulty == utf8_valid(text) || !utf8_valid(buffer_slice(&out)))
		abort();
	if (!faulty && !slice_equal(text, buffer_slice(&out)))
		abort();
	buffer_done(&out);
	return 0;
}
