/* Whatever the bytes: what utf8_valid accepts is written back as the same
 * bytes; CP932 that is accepted is UTF-8 then, and writing it gives characters
 * that are read as the same ones; NFC of NFC is itself (in texts too short for
 * more than 30 marks on one character); a safe name is safe
 * already, within its length and without a separator.                      */
#include "base/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void try_utf8(struct slice text, struct buffer *out)
{
	size_t pos = 0;
	bool faulty = false;
	buffer_clear(out);
	for (int32_t code; (code = utf8_next(text, &pos)) != -1;) {
		faulty |= code < 0;
		utf8_put(out, code < 0 ? 0xFFFD : (uint32_t)code);
	}
	demand(faulty != utf8_valid(text) && utf8_valid(buffer_slice(out)));
	demand(faulty || slice_equal(text, buffer_slice(out)));
}

static void try_cp932(struct slice bytes, struct buffer *a, struct buffer *b)
{
	buffer_clear(a);
	bool valid = cp932_to_utf8(bytes, a, NULL).code == OK;
	demand(valid == cp932_valid(bytes));
	if (!valid)
		return;
	buffer_clear(b);
	demand(utf8_valid(buffer_slice(a)) && cp932_from_utf8(buffer_slice(a), b, NULL).code == OK);
	struct buffer again;
	buffer_init(&again, a->ceiling);
	demand(cp932_to_utf8(buffer_slice(b), &again, NULL).code == OK);
	demand(slice_equal(buffer_slice(a), buffer_slice(&again)));
	buffer_done(&again);
}

static void try_nfc(struct slice text, struct buffer *a, struct buffer *b)
{
	buffer_clear(a);
	buffer_clear(b);
	nfc(text, a);
	demand(buffer_ok(a) && utf8_valid(buffer_slice(a)));
	nfc(buffer_slice(a), b);
	demand(text.len > 60 || slice_equal(buffer_slice(a), buffer_slice(b)));
}

static void try_name(struct slice text, struct buffer *a, struct buffer *b)
{
	safe_name(text, a);
	demand(a->len > 0 && a->len <= 255 && utf8_valid(buffer_slice(a)));
	demand(!memchr(a->at, '/', a->len) && !memchr(a->at, '\\', a->len));
	demand(!memchr(a->at, ':', a->len) && !memchr(a->at, 0, a->len));
	unsigned faults = safe_name(buffer_slice(a), b);
	unsigned may = NAME_DOUBLE | (text.len > 60 ? NAME_COMPOSED : 0u);
	demand((faults & ~may) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct buffer a, b;
	buffer_init(&a, size * 9 + 600);
	buffer_init(&b, size * 27 + 600);
	try_utf8(text, &a);
	try_cp932(text, &a, &b);
	try_nfc(text, &a, &b);
	try_name(text, &a, &b);
	buffer_done(&a);
	buffer_done(&b);
	return 0;
}
