/* Templates: text before the first NUL is a template, what follows is a value.
 * Whatever is accepted, no byte of the value leaves its place as markup.    */
#include "web/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_markup(struct slice text)
{
	return memchr(text.at, '<', text.len) || memchr(text.at, '>', text.len) ||
	       memchr(text.at, '"', text.len) || memchr(text.at, '\'', text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	struct slice template = slice_of(data, nul ? (size_t)(nul - data) : size);
	struct slice value = nul ? slice_of(nul + 1, size - template.len - 1) : SLICE("");
	struct templates *set = templates_new();
	struct buffer out, escaped;
	buffer_init(&out, 1 << 16);
	buffer_init(&escaped, 1 << 20);
	html_escape(value, &escaped);
	if (escaped.len && has_markup(buffer_slice(&escaped)))
		abort();
	json_t *text = json_stringn((const char *)value.at, value.len);
	json_t *model = text ? json_pack("{s:o, s:[s,s], s:b}", "x", text, "l", "1", "<", "t", 1) : NULL;
	if (model && templates_add(set, "page", template, NULL).code == OK)
		(void)!templates_render(set, "page", model, false, NULL, &out, NULL).code;
	json_decref(model);
	buffer_done(&out);
	buffer_done(&escaped);
	templates_free(set);
	return 0;
}
