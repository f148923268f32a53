/* gate/file/html.h - pages; inside the room only
 * source  HTML Living Standard, 13.2 (reading), 4 (elements); CSS 2.1, 4 (style sheets)
 */
#ifndef SEKISHO_GATE_FILE_HTML_H
#define SEKISHO_GATE_FILE_HTML_H

#include "gate/file/job.h"

/* ---- tokens (html_lex.c) ---- */

enum { HTML_ATTRIBUTES = 64 };
struct html_attribute {
	struct slice name, value; /* as written */
};
struct html_tag {
	char name[24];            /* lower case; longer ones are cut and therefore unknown */
	bool closing;
	struct html_attribute attributes[HTML_ATTRIBUTES];
	unsigned count;           /* the first of each name; more than fit are left out */
};
/* html_tag - the tag at *pos, which stands at '<'; false where there is none */
bool html_tag(struct slice in, size_t *pos, struct html_tag *tag);
/* html_skip - past a comment, a declaration or an instruction at *pos; false where there is none */
bool html_skip(struct slice in, size_t *pos);
/* html_raw - past the closing tag of an element whose inside is not markup */
struct slice html_raw(struct slice in, size_t *pos, const char *name);
/* html_decode - character references resolved; false where one is not known here */
bool html_decode(struct slice raw, struct buffer *out);
/* html_put - the same, encoded again so that it stands in text or in an attribute;
 * references that are not known here stay as they are                        */
void html_put(struct slice raw, struct buffer *out);

/* ---- style (html_style.c) ---- */

/* html_declarations - "name:value;..." of the list; false where something was left out */
bool html_declarations(struct slice text, struct buffer *out);
/* html_sheet - rules with a plain selector; false where something was left out */
bool html_sheet(struct slice text, struct buffer *out);

/* ---- charset (html_charset.c) ---- */

/* html_text - the page as UTF-8; a refusal where its charset is unknown or broken
 * said  charset that the mail said it has, "" if it said none                 */
struct result html_text(struct job *job, struct slice in, const char *said, struct buffer *out, struct why *why) MUST;

/* ---- the page (html.c) ---- */

/* A picture that travels with the page: in a mail, a page archive. */
struct html_picture {
	const char *id, *location;
	struct slice content;
};
struct html_pictures {
	const struct html_picture *at;
	size_t count;
};
/* html_page - text in UTF-8 into a new page */
struct result html_page(struct job *job, struct slice text, const struct html_pictures *pictures, struct buffer *out,
                        struct why *why) MUST;

/* html_data - a picture in the form data:image/...;base64,... made anew; done: it was one */
struct result html_data(struct job *job, struct slice target, struct buffer *out, bool *done, struct why *why) MUST;

#endif
