/* web/template.h - pages out of templates and models
 *
 * A small language in the manner of mustache: {{name}} (always escaped, dots
 * reach into objects, {{.}} is the thing itself), {{#name}}...{{/name}} for
 * each of a list, or once if there is something, {{^name}}...{{/name}} if there
 * is nothing, {{>partial}}, {{!comment}}, {{~name}} a value that is the program's own
 * sentence, said in the language of the set, {{=name}} one that may be a word of the program's or
 * somebody's own: said only if it is, whole, one of the table.  There is no raw output: whatever a
 * model holds arrives as text.  Values belong into text or into a quoted
 * attribute; a template that writes one elsewhere is refused when it is read.
 *
 * Nothing: false, null, "", 0, an empty list.  A name that no object around
 * knows is an error when strict, else nothing, and counted.
 * Disadvantage: the check of places knows quotes and tags, not all of HTML;
 * templates are ours and reviewed.                                          */
#ifndef SEKISHO_WEB_TEMPLATE_H
#define SEKISHO_WEB_TEMPLATE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

#include <jansson.h>

struct templates;
struct phrases;

/* templates_new - an empty set; NULL without memory */
struct templates *templates_new(void);
void templates_free(struct templates *set);
void templates_drop(struct templates **set);

/* templates_speak - {{~name}} is said with these phrases; NULL, and before: as it is
 * phrases  borrowed for the life of the set                                   */
void templates_speak(struct templates *set, const struct phrases *phrases);

/* templates_add - read one template
 * name, text  borrowed for the life of the set
 * errors      E_INPUT  place is name:line                                   */
struct result templates_add(struct templates *set, const char *name, struct slice text,
                            struct why *why) MUST;

/* templates_render - append the page to out
 * model   an object, borrowed
 * strict  an unknown name is E_INPUT (place name:line); else it is counted
 * misses  nullable, out: unknown names met
 * errors  E_INPUT unknown template or partial, a real number, a name (strict);
 *         E_LIMIT nested over 8 partials, or out is full                    */
struct result templates_render(const struct templates *set, const char *name, json_t *model,
                               bool strict, size_t *misses, struct buffer *out,
                               struct why *why) MUST;

/* html_escape - & < > " ' as entities; control characters but TAB, LF dropped */
void html_escape(struct slice text, struct buffer *out);

#endif
