/* Any bytes as a message of Outlook, as msg and as TNEF: a mail comes out (document.h says what must hold). */
#include "fuzz/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	document_law("a.msg", "a.eml", slice_of(data, size));
	document_law("winmail.dat", "a.eml", slice_of(data, size));
	return 0;
}
