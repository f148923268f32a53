/* Whatever the bytes: what is said of a signature is clean text within its bounds, a
 * root is known only where the signature held, and nothing is known without roots. */
#include "gate/sign/sign.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct slice in, enum file_type type, const struct sign_anchors *anchors)
{
	AUTO(arena_drop) struct arena *arena = arena_new(8 << 20);
	struct signature *first = NULL;
	size_t count = 0;
	if (!arena || sign_read(in, type, anchors, arena, &first, NULL).code != OK)
		return;
	for (const struct signature *s = first; s; s = s->next, count++) {
		bool clean = utf8_valid(slice_str(s->subject)) && utf8_valid(slice_str(s->issuer)) && s->signed_ms >= 0 &&
		             strlen(s->subject) < 600 && strlen(s->issuer) < 600 && strlen(s->certificate) <= 64;
		if (!clean || s->known_root || s->verdict > SIGNATURE_INTACT)
			abort();
	}
	if (count > SIGNATURES_MOST)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sign_anchors *anchors;
	if (!anchors)
		anchors = sign_prepare("");
	look(slice_of(data, size), FILE_PDF, anchors);
	look(slice_of(data, size), FILE_MAIL, anchors);
	return 0;
}
