/* Forms: the first byte chooses the kind and the size of the pieces; however the
 * bytes are cut, the answer is the same, and what is kept is text.          */
#include "base/text.h"
#include "web/form.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t files;

static struct result begin(void *context, const struct form *form, struct slice field,
                           struct slice name, struct why *why)
{
	(void)context;
	(void)form;
	(void)why;
	if (!utf8_valid(name) || !utf8_valid(field) || name.len == 0)
		abort();
	files = files * 31 + name.len;
	return ok();
}

static struct result bytes(void *context, struct slice data, struct why *why)
{
	(void)context;
	(void)why;
	for (size_t i = 0; i < data.len; i++)
		files = files * 31 + data.at[i];
	return ok();
}

static struct result end(void *context, struct why *why)
{
	(void)context;
	(void)why;
	files++;
	return ok();
}

static enum error read_all(bool multipart, struct slice body, size_t step, uint64_t *sum)
{
	static const struct form_sink sink = {begin, bytes, end, NULL};
	struct arena *arena = arena_new(1 << 20);
	struct form *form = NULL;
	struct slice value[FORM_FIELDS];
	files = 7;
	struct result result = form_new(multipart ? SLICE("multipart/form-data; boundary=B")
	                                          : SLICE("application/x-www-form-urlencoded"),
	                                arena, &sink, &form, NULL);
	for (size_t at = 0; result.code == OK && at < body.len; at += step)
		result = form_feed(form, slice_part(body, at, step), NULL);
	if (result.code == OK)
		result = form_end(form, NULL);
	size_t count = result.code == OK ? form_all(form, "a", value, FORM_FIELDS) : 0;
	for (size_t i = 0; i < count; i++) {
		if (!utf8_valid(value[i]))
			abort();
		files = files * 31 + value[i].len;
	}
	*sum = files;
	form_free(form);
	arena_free(arena);
	return result.code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole, pieces;
	if (size == 0)
		return 0;
	struct slice body = slice_of(data + 1, size - 1);
	bool multipart = data[0] & 1;
	enum error a = read_all(multipart, body, body.len + 1, &whole);
	enum error b = read_all(multipart, body, (size_t)(data[0] >> 1) + 1, &pieces);
	if (a != b || (a == OK && whole != pieces))
		abort();
	return 0;
}
