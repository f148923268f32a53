/* gate/file/cipher.h - what locked documents are opened with; inside the room only
 *
 * Old formats need old ciphers (RC4, MD5), so the primitives are nettle's: plain
 * functions without providers, configuration files or locks, which a jailed
 * process can call.  Nothing here decides whether a password is right; each
 * format's reader does, by the check that its format defines.
 */
#ifndef SEKISHO_GATE_FILE_CIPHER_H
#define SEKISHO_GATE_FILE_CIPHER_H

#include "base/error.h"
#include "base/slice.h"

#include <stdbool.h>

enum cipher_hash { HASH_MD5 = 0, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, CIPHER_HASHES };
enum { HASH_MOST = 64, SECRET_MOST = 1024, AES_BLOCK = 16 };

/* A password in the bytes that a format wants. */
struct secret {
	uint8_t at[SECRET_MOST];
	size_t len;
};
enum secret_form { SECRET_UTF8 = 0, SECRET_CP932, SECRET_LATIN1, SECRET_UTF16, SECRET_FORMS };
/* secret_make - the password in one form; false when it has none, or the form is
 * the same bytes as SECRET_UTF8 (nothing new to try)                        */
bool secret_make(struct slice password, enum secret_form form, struct secret *out) MUST;
struct slice secret_slice(const struct secret *secret);
/* secret_wipe - for AUTO(secret_wipe) too */
void secret_wipe(struct secret *secret);
/* secret_same - compares in constant time; lengths are public */
bool secret_same(const uint8_t *a, const uint8_t *b, size_t len);

size_t hash_bytes(enum cipher_hash hash);
/* hash_of - of one, two or three pieces after one another; SLICE("") for none */
void hash_of(enum cipher_hash hash, struct slice a, struct slice b, struct slice c,
             uint8_t out[HASH_MOST]);
void hmac_of(enum cipher_hash hash, struct slice key, struct slice data, uint8_t out[HASH_MOST]);
/* pbkdf2_sha1 - RFC 8018 section 5.2 */
void pbkdf2_sha1(struct slice password, struct slice salt, unsigned rounds, uint8_t *out, size_t len);

/* Each works in place on data of whole blocks; keys of 16, 24 or 32 bytes, false
 * and nothing done for another length.                                      */
bool aes_cbc_open(struct slice key, const uint8_t iv[AES_BLOCK], uint8_t *at, size_t len) MUST;
bool aes_cbc_close(struct slice key, const uint8_t iv[AES_BLOCK], uint8_t *at, size_t len) MUST;
bool aes_ecb_open(struct slice key, uint8_t *at, size_t len) MUST;
/* aes_ctr_little - counter from 1, little endian, as WinZip counts; any length */
bool aes_ctr_little(struct slice key, uint8_t *at, size_t len) MUST;
/* rc4 - both ways, any length; keys of 1..256 bytes
 * skip  bytes of the key stream that are passed over first                  */
bool rc4(struct slice key, size_t skip, uint8_t *at, size_t len) MUST;

#endif
