/* Any bytes as a table or a text; what is clean comes out as it came (document.h says what must hold). */
#include "fuzz/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"a.csv", "a.tsv", "a.txt"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct document document = document_law(names[i], names[i], slice_of(data, size));
		demand(document.verdict != FILE_CLEAN || document.same);
	}
	return 0;
}
