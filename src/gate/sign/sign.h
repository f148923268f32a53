/* gate/sign/sign.h - electronic signatures, checked before a rebuild ends them
 *
 * A document that is made anew is no longer the one that was signed.  So whatever
 * the signature can say is asked first, and kept as evidence.  Hostile bytes: only
 * in the jailed worker.  Nothing here decides what becomes of the file.
 * source  ISO 32000-1 12.8 (ByteRange; adbe.pkcs7.detached, adbe.pkcs7.sha1),
 *         ETSI EN 319 142-1 (ETSI.CAdES.detached), RFC 5652 (CMS), RFC 8551
 *         (S/MIME), ECMA-376 Part 2 section 13 and W3C XML-DSig (packages)
 */
#ifndef SEKISHO_GATE_SIGN_H
#define SEKISHO_GATE_SIGN_H

#include "base/arena.h"
#include "base/error.h"
#include "gate/words/signature.h"
#include "gate/words/words.h"

struct sign_anchors;
/* sign_prepare - before the jail: load what libcrypto would load later, and the
 * certificates (PEM) of a folder as roots; a folder that is not there has none.
 * A file that cannot be read as one is passed over.  NULL without memory    */
struct sign_anchors *sign_prepare(const char *folder);
size_t sign_anchor_count(const struct sign_anchors *anchors);
void sign_done(struct sign_anchors *anchors); /* takes NULL */

/* sign_read - the signatures of a document
 * anchors  nullable: no root is known
 * out      in the order of the document, at most SIGNATURES_MOST; NULL none
 * errors   E_MEMORY only; a signature that cannot be read is UNREADABLE     */
struct result sign_read(struct slice in, enum file_type type, const struct sign_anchors *anchors,
                        struct arena *arena, struct signature **out, struct why *why) MUST;

#endif
