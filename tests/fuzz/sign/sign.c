/* Whatever the bytes: what is said of a signature is clean text within its bounds, a
 * root is known only where the signature held, and nothing is known without roots. */
#include "gate/sign/sign.h"

#include "base/text.h"
#include "gate/file/zip.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct slice in, enum file_type type, const struct sign_anchors *anchors)
{
	AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
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

/* The bytes as the signature's part of a package, where no sum guards them. */
static void look_inside(struct slice in, const struct sign_anchors *anchors)
{
	struct zip_writer writer;
	struct buffer package;
	struct why why = {0};
	zip_writer_begin(&writer);
	buffer_init(&package, 16 << 20);
	if (zip_writer_add(&writer, SLICE("_xmlsignatures/sig1.xml"), in, false, &why).code == OK &&
	    zip_writer_add(&writer, SLICE("_rels/.rels"), SLICE("<a><Relationship Id=\"rId1\"/></a>"), false, &why).code == OK &&
	    zip_writer_add(&writer, SLICE("word/document.xml"), SLICE("<a/>"), false, &why).code == OK &&
	    zip_writer_end(&writer, SLICE(""), SLICE(""), &package, &why).code == OK)
		look(buffer_slice(&package), FILE_DOCX, anchors);
	buffer_done(&package);
	zip_writer_done(&writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sign_anchors *anchors;
	if (!anchors)
		anchors = sign_prepare("");
	look(slice_of(data, size), FILE_PDF, anchors);
	look(slice_of(data, size), FILE_MAIL, anchors);
	look(slice_of(data, size), FILE_DOCX, anchors);
	look_inside(slice_of(data, size), anchors);
	return 0;
}
