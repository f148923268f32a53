/* Any bytes as rich text (document.h says what must hold). */
#include "fuzz/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	document_law("a.rtf", "a.rtf", slice_of(data, size));
	return 0;
}
