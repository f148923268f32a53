/* Any bytes as a package as one XML text (document.h says what must hold). */
#include "fuzz/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	document_law("a.xml", "a.xml", slice_of(data, size));
	return 0;
}
