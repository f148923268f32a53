/* Any bytes as a drawing, a SYLK sheet, a mailbox (document.h says what must hold). */
#include "fuzz/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"a.svg", "a.slk", "a.mbox"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		document_law(names[i], names[i], slice_of(data, size));
	return 0;
}
