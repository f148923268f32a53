/* web/form.h - what a browser sends: fields and files, read as they arrive
 *
 * Takes application/x-www-form-urlencoded and multipart/form-data in pieces of
 * any size.  Fields are kept in the arena; the bytes of a file never are: they
 * go to the sink at once, so that an upload of any size costs the same memory.
 * Stricter than browsers need: what they never send (other encodings, nested
 * parts, bytes that are not UTF-8 in a field, a part without a name) is refused.
 * Own code rather than the HTTP library's post processor, because this reads
 * strangers' bytes: it is fuzzed and tested alone, and it fails exactly.
 * source  WHATWG HTML 4.10.21.8; RFC 7578; WHATWG URL 5.1                   */
#ifndef SEKISHO_WEB_FORM_H
#define SEKISHO_WEB_FORM_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

enum {
	FORM_FIELDS = 256,
	FORM_NAME_BYTES = 64,
	FORM_VALUE_BYTES = 16384,     /* one field */
	FORM_FIELD_BYTES = 131072,    /* all fields, as sent */
	FORM_FILE_NAME_BYTES = 1024,
	FORM_HEADER_BYTES = 4096,     /* headers of one part */
	FORM_FILES = 20,
};
#define FORM_FILES_BYTES (200ull * 1024 * 1024) /* all files of one form */

struct form;

/* Where files go.  file_name is valid UTF-8 without control characters, as the
 * browser gave it, perhaps with a path; a part without a chosen file is skipped.
 * An error of the sink ends the form with that error.                      */
struct form_sink {
	struct result (*begin)(void *context, const struct form *form, struct slice field,
	                       struct slice file_name, struct why *why);
	struct result (*bytes)(void *context, struct slice bytes, struct why *why);
	struct result (*end)(void *context, struct why *why);
	void *context;
};

struct form_field {
	struct slice name;
	struct slice value; /* valid UTF-8, line ends as LF */
};

/* form_new - for one request
 * content_type  the header's value
 * arena         holds everything kept
 * sink          NULL: files are refused
 * errors        E_INPUT another content type                                */
struct result form_new(struct slice content_type, struct arena *arena, const struct form_sink *sink,
                       struct form **out, struct why *why) MUST;
/* form_feed - the next bytes; after an error the form stays failed
 * errors  E_INPUT broken or not allowed; E_LIMIT too many, too large; the sink's */
struct result form_feed(struct form *form, struct slice bytes, struct why *why) MUST;
/* form_end - nothing more comes; E_INPUT if the form is not complete */
struct result form_end(struct form *form, struct why *why) MUST;
void form_free(struct form *form);
/* form_at - the fields in the order in which they came; NULL past the last or without a form */
const struct form_field *form_at(const struct form *form, size_t index);

/* form_get - the first field of that name; {NULL,0} if there is none */
struct slice form_get(const struct form *form, const char *name);
/* form_all - values of all fields of that name; returns how many, at most room */
size_t form_all(const struct form *form, const char *name, struct slice *out, size_t room);

/* form_decode - percent and '+' decoding of one name or value (plus: '+' is a space)
 * errors  E_INPUT bad escape, not UTF-8, NUL or control characters          */
struct result form_decode(struct slice text, bool plus, struct arena *arena, struct slice *out,
                          struct why *why) MUST;

#endif
