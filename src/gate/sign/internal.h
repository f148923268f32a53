/* gate/sign/internal.h - shared by this room's files only */
#ifndef SEKISHO_GATE_SIGN_INTERNAL_H
#define SEKISHO_GATE_SIGN_INTERNAL_H

#include "gate/sign/sign.h"

/* What is found goes into a list; a full list or an arena without room ends it. */
struct sign_list {
	struct arena *arena;
	const struct sign_anchors *anchors;
	const char *form;
	struct signature *first, **tail;
	size_t count;
	bool memory; /* there was none */
};
/* sign_add - a new one, UNREADABLE with this detail; NULL when no more are kept */
struct signature *sign_add(struct sign_list *list, const char *detail);
/* sign_text - clean text in the arena: no control characters, valid UTF-8 */
const char *sign_text(struct sign_list *list, struct slice text);
/* sign_cms - a CMS SignedData over the parts one after another
 * der    trailing zeros are padding
 * parts  count 0: the content lies inside
 * whole  what each signature covers is the whole document
 * sha1_inside  adbe.pkcs7.sha1: what lies inside is the SHA-1 of the parts
 * stamp        a time stamp: what lies inside names a digest of the parts and when
 *              they were seen (RFC 3161 section 2.4.2)                        */
struct sign_content {
	const struct slice *parts;
	size_t count;
	bool whole, sha1_inside, stamp;
};
void sign_cms(struct sign_list *list, struct slice der, const struct sign_content *content);

/* stamp_fits - what a time stamp says of the parts is true; when, out: 0 unknown */
bool stamp_fits(struct slice inside, const struct sign_content *content, int64_t *seen_ms);

void sign_pdf(struct sign_list *list, struct slice in);
void sign_mail(struct sign_list *list, struct slice in);
void sign_package(struct sign_list *list, struct slice in);

#endif
