/* gate/sign/c14n.h - Canonical XML 1.0 of one element of a signature, as far as
 * packages need it
 *
 * Inclusive, without comments.  What would need more (a processing instruction, an
 * xml: attribute that is handed down) makes the element unreadable, never guessed.
 * source  W3C Canonical XML 1.0 (REC-xml-c14n-20010315) sections 2.3, 2.4
 */
#ifndef SEKISHO_GATE_SIGN_C14N_H
#define SEKISHO_GATE_SIGN_C14N_H

#include "base/arena.h"
#include "base/buffer.h"

struct xml;
/* c14n_put_text, c14n_put_value - escaped as the canonical form has it */
void c14n_put_text(struct slice plain, struct buffer *out);
void c14n_put_value(struct slice plain, struct buffer *out);
/* c14n_element - the element of this Id, or with id NULL the one of this local name
 * right below the root
 * in    UTF-8 as xml_to_utf8 gives it
 * out   appended; its ceiling bounds the work
 * count  how many such elements there are: only 1 means anything
 * false  broken XML, or more than is done here                               */
bool c14n_element(struct xml *reader, struct slice in, const struct slice *id, const char *local, struct buffer *out,
                  size_t *count);

#endif
