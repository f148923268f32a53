/* gate/sign/cms.h - what only the files that speak with OpenSSL share */
#ifndef SEKISHO_GATE_SIGN_CMS_H
#define SEKISHO_GATE_SIGN_CMS_H

#include "gate/sign/internal.h"

#include <openssl/x509.h>

struct sign_anchors {
	X509_STORE *store;
	size_t count;
};

/* sign_certificate - who signed: subject, issuer, fingerprint, and whether the chain
 * ends at an anchor (at the time of signing, if that is known)              */
void sign_certificate(struct sign_list *list, struct signature *signature, X509 *certificate,
                      STACK_OF(X509) *others);
/* sign_warm - before the jail: algorithms are looked for at their first use */
bool sign_warm(void);

#endif
