/* store/vault_room.h - what the vault's own files share; nobody else includes it */
#ifndef SEKISHO_STORE_VAULT_ROOM_H
#define SEKISHO_STORE_VAULT_ROOM_H

#include "store/digest.h"
#include "store/vault.h"

#include <sodium.h>

enum {
	VAULT_CHUNK = 65536, /* plain bytes of one encrypted chunk */
	VAULT_SEALED_CHUNK = VAULT_CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES,
	VAULT_ID = 26,
	VAULT_KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES,
};
/* What a vault file begins with; the stream's header follows. */
#define VAULT_MAGIC "SKSHV1\0\n"
enum { VAULT_MAGIC_BYTES = 8 };

struct vault {
	struct store *store;
	struct random random;
	char folder[3800];
	uint8_t wrap_key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	uint8_t digest_key[crypto_auth_hmacsha256_KEYBYTES];
	uint8_t check[VAULT_DIGEST]; /* proves possession of the master key */
};

/* What the row of an item keeps secret. */
struct vault_secret {
	uint8_t key[VAULT_KEY];
	uint8_t sha256[VAULT_DIGEST];
};

/* vault_path - the item's file; folder only, if id is empty */
void vault_path(const struct vault *vault, const char *id, bool folder_only, char out[4096]);

/* vault_keyed - HMAC over a SHA-256 */
void vault_keyed(const struct vault *vault, const uint8_t sha256[VAULT_DIGEST],
                 uint8_t out[VAULT_DIGEST]);

/* vault_keep_row - inside a transaction; small: sealed content, or NULL for a file */
struct result vault_keep_row(struct vault *vault, const struct vault_info *info,
                             const struct vault_secret *secret, const struct slice *small,
                             struct why *why) MUST;
/* vault_open_row - E_ABSENT, E_DENIED erased, E_TAMPERED; small (sealed) is
 * appended where the content is in the row; in_row says so                  */
struct result vault_open_row(struct vault *vault, struct slice id, struct vault_info *info,
                             struct vault_secret *secret, struct buffer *small, bool *in_row,
                             struct why *why) MUST;

/* vault_small_seal, vault_small_open - nonce and ciphertext of a small item */
struct result vault_small_seal(struct vault *vault, const struct vault_secret *secret, const char *id,
                               struct slice plain, struct buffer *out, struct why *why) MUST;
bool vault_small_open(const struct vault_secret *secret, const char *id, struct slice sealed,
                      uint8_t *out, size_t room, size_t *len);

#endif
