/* gate/sign/dsig.h - the arithmetic of an XML signature, by OpenSSL
 * source  W3C XML-Signature 1.1 section 6, RFC 6931 (names of algorithms)     */
#ifndef SEKISHO_GATE_SIGN_DSIG_H
#define SEKISHO_GATE_SIGN_DSIG_H

#include "gate/sign/internal.h"

#include "base/buffer.h"

enum { DSIG_CERTIFICATES = 8 };

/* dsig_base64 - with white space; false for anything else that is no base64 */
bool dsig_base64(struct slice text, struct buffer *out);
/* dsig_digest_is - of content, by the method's name; *known: the method is one done here */
bool dsig_digest_is(struct slice method, struct slice content, struct slice digest, bool *known);
/* dsig_signed - adds the signature: its verdict by value over content, and who signed
 * references  all digests fit
 * detail      why not, or ""                                                 */
struct dsig {
	struct slice method, content, value;             /* value: decoded */
	const struct slice *certificates; size_t count;  /* DER; one of them made it */
	bool references, whole;
	const char *detail;
	int64_t signed_ms;
};
void dsig_signed(struct sign_list *list, const struct dsig *signature);

#endif
