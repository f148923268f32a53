/* Any bytes as a page and, while they are few, as a page archive, whose page goes on as a page (document.h says what must hold). */
#include "fuzz/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	document_law("a.html", "a.html", slice_of(data, size));
	if (size < 4096)
		document_law("a.mht", "a.html", slice_of(data, size));
	return 0;
}
