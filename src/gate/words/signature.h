/* gate/words/signature.h - what an electronic signature said, before a rebuild ended it */
#ifndef SEKISHO_GATE_WORDS_SIGNATURE_H
#define SEKISHO_GATE_WORDS_SIGNATURE_H

#include "base/buffer.h"

enum signature_verdict {
	SIGNATURE_UNREADABLE = 0, /* "unreadable": of a form or a make that cannot be checked */
	SIGNATURE_BROKEN,         /* "broken": signature and content do not fit */
	SIGNATURE_INTACT,         /* "intact": what was signed is as it was signed */
};

/* One signer's.  Strings of the document's own: clean text, no more to be trusted
 * than the document; "" where nothing is known.                              */
struct signature {
	const char *form;         /* "pdf", "pdf-timestamp", "ooxml", "smime" */
	enum signature_verdict verdict;
	_Bool known_root;         /* intact, and the chain ends at an anchor of the office */
	_Bool whole;              /* covers the whole document */
	const char *subject, *issuer; /* RFC 2253 */
	const char *certificate;  /* SHA-256 of the signer's certificate, hex */
	int64_t signed_ms;        /* when, as the signer says; 0 unknown */
	const char *detail;       /* precise, English, for the IT section */
	struct signature *next;
};
enum { SIGNATURES_MOST = 16 }; /* of one document; more are not looked at */

const char *signature_verdict_name(enum signature_verdict verdict);
/* signature_verdict_named - false for another word */
_Bool signature_verdict_named(const char *name, enum signature_verdict *out);
/* signature_name - the signer's common name out of the subject; the subject if it has none */
void signature_name(const struct signature *signature, struct buffer *out);
/* signature_sentence - for the reader: who, whether it held, what to do */
void signature_sentence(const struct signature *signature, struct buffer *out);
/* signatures_json - a list of objects, for machines                         */
void signatures_json(const struct signature *first, struct buffer *out);

#endif
