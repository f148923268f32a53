/* store/digest.h - SHA-256 (FIPS 180-4) by OpenSSL, which uses the machine's
 * own instructions                                                         */
#ifndef SEKISHO_STORE_DIGEST_H
#define SEKISHO_STORE_DIGEST_H

#include "base/slice.h"

enum { SHA256_BYTES = 32 };
void sha256(struct slice bytes, uint8_t out[SHA256_BYTES]);
/* sha256_two - of a || b without copying */
void sha256_parts(const struct slice *parts, size_t count, uint8_t out[SHA256_BYTES]);

struct sha256_stream;
struct sha256_stream *sha256_begin(void);
void sha256_add(struct sha256_stream *stream, struct slice bytes);
void sha256_end(struct sha256_stream **stream, uint8_t out[SHA256_BYTES]);

#endif
