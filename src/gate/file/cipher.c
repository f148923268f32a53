/* Hashes, AES and RC4 over nettle, and passwords in the bytes each format wants. */
#include "gate/file/cipher.h"

#include "base/buffer.h"
#include "base/text.h"

#include <nettle/aes.h>
#include <nettle/arcfour.h>
#include <nettle/cbc.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/memxor.h>
#include <nettle/nettle-meta.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

/* ---- passwords ---- */

struct slice secret_slice(const struct secret *secret)
{
	return slice_of(secret->at, secret->len);
}

void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof *secret);
}

bool secret_same(const uint8_t *a, const uint8_t *b, size_t len)
{
	return memeql_sec(a, b, len);
}

static bool put(struct secret *out, uint32_t byte)
{
	if (out->len == SECRET_MOST)
		return false;
	out->at[out->len++] = (uint8_t)byte;
	return true;
}

static bool put_wide(struct secret *out, uint32_t unit)
{
	return put(out, unit & 0xFF) && put(out, unit >> 8);
}

static bool as_utf16(struct slice password, struct secret *out)
{
	bool fits = true;
	for (size_t pos = 0; fits && pos < password.len;) {
		int32_t code = utf8_next(password, &pos);
		if (code < 0)
			return false;
		uint32_t c = (uint32_t)code;
		fits = c < 0x10000 ? put_wide(out, c)
			: put_wide(out, 0xD800 + ((c - 0x10000) >> 10)) &&
			  put_wide(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
	}
	return fits;
}

static bool as_latin1(struct slice password, struct secret *out)
{
	for (size_t pos = 0; pos < password.len;) {
		int32_t code = utf8_next(password, &pos);
		if (code < 0 || code > 255 || !put(out, (uint32_t)code))
			return false;
	}
	return out->len != password.len;
}

static bool as_cp932(struct slice password, struct secret *out)
{
	struct buffer AUTO(buffer_done) text = {0};
	buffer_init(&text, SECRET_MOST);
	bool made = cp932_from_utf8(password, &text, NULL).code == OK && buffer_ok(&text);
	out->len = made ? text.len : 0;
	if (made && text.len)
		memcpy(out->at, text.at, text.len);
	if (text.at)
		explicit_bzero(text.at, text.len);
	return made && out->len != password.len;
}

bool secret_make(struct slice password, enum secret_form form, struct secret *out)
{
	out->len = 0;
	if (password.len > SECRET_MOST)
		return false;
	if (form == SECRET_CP932)
		return as_cp932(password, out);
	if (form == SECRET_LATIN1)
		return as_latin1(password, out);
	if (form == SECRET_UTF16)
		return as_utf16(password, out);
	if (password.len)
		memcpy(out->at, password.at, password.len);
	out->len = password.len;
	return true;
}

/* ---- hashes ---- */

union hash_room {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
};

static const struct nettle_hash *hash_named(enum cipher_hash hash)
{
	switch (hash) {
	case HASH_MD5:
		return &nettle_md5;
	case HASH_SHA1:
		return &nettle_sha1;
	case HASH_SHA256:
		return &nettle_sha256;
	case HASH_SHA384:
		return &nettle_sha384;
	case HASH_SHA512:
	case CIPHER_HASHES:
		break;
	}
	return &nettle_sha512;
}

size_t hash_bytes(enum cipher_hash hash)
{
	return hash_named(hash)->digest_size;
}

void hash_of(enum cipher_hash hash, struct slice a, struct slice b, struct slice c,
             uint8_t out[HASH_MOST])
{
	const struct nettle_hash *h = hash_named(hash);
	union hash_room room;
	h->init(&room);
	h->update(&room, a.len, a.at);
	h->update(&room, b.len, b.at);
	h->update(&room, c.len, c.at);
	h->digest(&room, h->digest_size, out);
}

void hmac_of(enum cipher_hash hash, struct slice key, struct slice data, uint8_t out[HASH_MOST])
{
	const struct nettle_hash *h = hash_named(hash);
	union hash_room outer, inner, state;
	hmac_set_key(&outer, &inner, &state, h, key.len, key.at);
	hmac_update(&state, h, data.len, data.at);
	hmac_digest(&outer, &inner, &state, h, h->digest_size, out);
}

void pbkdf2_sha1(struct slice password, struct slice salt, unsigned rounds, uint8_t *out, size_t len)
{
	pbkdf2_hmac_sha1(password.len, password.at, rounds, salt.len, salt.at, len, out);
}

/* ---- ciphers ---- */

union aes_room {
	struct aes128_ctx aes128;
	struct aes192_ctx aes192;
	struct aes256_ctx aes256;
};

static const struct nettle_cipher *aes_of(size_t key_len)
{
	return key_len == 16 ? &nettle_aes128 : key_len == 24 ? &nettle_aes192
		: key_len == 32 ? &nettle_aes256 : NULL;
}

bool aes_cbc_open(struct slice key, const uint8_t iv[AES_BLOCK], uint8_t *at, size_t len)
{
	const struct nettle_cipher *aes = aes_of(key.len);
	union aes_room room;
	uint8_t chain[AES_BLOCK];
	if (!aes || len % AES_BLOCK)
		return false;
	aes->set_decrypt_key(&room, key.at);
	memcpy(chain, iv, sizeof chain);
	cbc_decrypt(&room, aes->decrypt, AES_BLOCK, chain, len, at, at);
	explicit_bzero(&room, sizeof room);
	return true;
}

bool aes_cbc_close(struct slice key, const uint8_t iv[AES_BLOCK], uint8_t *at, size_t len)
{
	const struct nettle_cipher *aes = aes_of(key.len);
	union aes_room room;
	uint8_t chain[AES_BLOCK];
	if (!aes || len % AES_BLOCK)
		return false;
	aes->set_encrypt_key(&room, key.at);
	memcpy(chain, iv, sizeof chain);
	cbc_encrypt(&room, aes->encrypt, AES_BLOCK, chain, len, at, at);
	explicit_bzero(&room, sizeof room);
	return true;
}

bool aes_ecb_open(struct slice key, uint8_t *at, size_t len)
{
	const struct nettle_cipher *aes = aes_of(key.len);
	union aes_room room;
	if (!aes || len % AES_BLOCK)
		return false;
	aes->set_decrypt_key(&room, key.at);
	aes->decrypt(&room, len, at, at);
	explicit_bzero(&room, sizeof room);
	return true;
}

bool aes_ctr_little(struct slice key, uint8_t *at, size_t len)
{
	enum { BLOCKS = 64 };
	const struct nettle_cipher *aes = aes_of(key.len);
	union aes_room room;
	uint8_t stream[BLOCKS * AES_BLOCK];
	uint64_t counter = 1;
	if (!aes)
		return false;
	aes->set_encrypt_key(&room, key.at);
	while (len > 0) {
		memset(stream, 0, sizeof stream);
		for (size_t b = 0; b < BLOCKS; b++, counter++)
			for (unsigned k = 0; k < 8; k++)
				stream[b * AES_BLOCK + k] = (uint8_t)(counter >> 8 * k);
		aes->encrypt(&room, sizeof stream, stream, stream);
		size_t now = len < sizeof stream ? len : sizeof stream;
		memxor(at, stream, now);
		at += now;
		len -= now;
	}
	explicit_bzero(&room, sizeof room);
	return true;
}

bool rc4(struct slice key, size_t skip, uint8_t *at, size_t len)
{
	struct arcfour_ctx room;
	uint8_t passed[256];
	if (key.len == 0 || key.len > 256)
		return false;
	arcfour_set_key(&room, key.len, key.at);
	while (skip > 0) {
		size_t now = skip < sizeof passed ? skip : sizeof passed;
		memset(passed, 0, now);
		arcfour_crypt(&room, now, passed, passed);
		skip -= now;
	}
	arcfour_crypt(&room, len, at, at);
	explicit_bzero(&room, sizeof room);
	return true;
}
