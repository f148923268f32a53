/* store/digest.h - SHA-256 (FIPS 180-4) by OpenSSL, which uses the machine's
 * own instructions
 *
 * A program that enters a jail hashes something before (opening a store or a
 * vault does): the algorithm is loaded at the first use.                    */
#ifndef SEKISHO_STORE_DIGEST_H
#define SEKISHO_STORE_DIGEST_H

#include "base/slice.h"

enum { SHA256_BYTES = 32 };
void sha256(struct slice bytes, uint8_t out[SHA256_BYTES]);
/* sha256_parts - of the parts one after another, without copying */
void sha256_parts(const struct slice *parts, size_t count, uint8_t out[SHA256_BYTES]);

struct sha256_stream;
/* sha256_begin - NULL without memory */
struct sha256_stream *sha256_begin(void);
void sha256_add(struct sha256_stream *stream, struct slice bytes);
/* sha256_end - ends and frees; false, and out is zeros, if a part was lost */
bool sha256_end(struct sha256_stream **stream, uint8_t out[SHA256_BYTES]);
void sha256_drop(struct sha256_stream **stream); /* for AUTO */

#endif
