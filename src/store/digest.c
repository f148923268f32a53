/* OpenSSL's SHA-256 uses the processor's own instructions.  Fetching the
 * algorithm costs more than hashing a short entry, so it is fetched once and
 * its context kept; a process has one thread.  Should OpenSSL have no memory,
 * libsodium computes the same digest without any: a digest is never missing. */
#include "store/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

static EVP_MD *algorithm;
static EVP_MD_CTX *context;

/* No configuration file is read: a jailed program could not, and nothing in it
 * is ours.                                                                   */
static bool ready(void)
{
	if (context)
		return true;
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (!algorithm)
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (algorithm)
		context = EVP_MD_CTX_new();
	return context != NULL;
}

static bool parts_by_openssl(const struct slice *parts, size_t count, uint8_t out[SHA256_BYTES])
{
	if (!ready() || !EVP_DigestInit_ex2(context, algorithm, NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!EVP_DigestUpdate(context, parts[i].at, parts[i].len))
			return false;
	return EVP_DigestFinal_ex(context, out, NULL) == 1;
}

void sha256_parts(const struct slice *parts, size_t count, uint8_t out[SHA256_BYTES])
{
	if (parts_by_openssl(parts, count, out))
		return;
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < count; i++)
		crypto_hash_sha256_update(&state, parts[i].at, parts[i].len);
	crypto_hash_sha256_final(&state, out);
}

void sha256(struct slice bytes, uint8_t out[SHA256_BYTES])
{
	sha256_parts(&bytes, 1, out);
}

/* A stream begins with OpenSSL or, without memory for it, with libsodium, and
 * stays with the one it began with.                                          */
struct sha256_stream {
	EVP_MD_CTX *fast; /* NULL: slow */
	crypto_hash_sha256_state slow;
	bool failed;
};

struct sha256_stream *sha256_begin(void)
{
	struct sha256_stream *stream = calloc(1, sizeof *stream);
	if (!stream)
		return NULL;
	stream->fast = ready() ? EVP_MD_CTX_new() : NULL;
	if (stream->fast && !EVP_DigestInit_ex2(stream->fast, algorithm, NULL)) {
		EVP_MD_CTX_free(stream->fast);
		stream->fast = NULL;
	}
	crypto_hash_sha256_init(&stream->slow);
	return stream;
}

void sha256_add(struct sha256_stream *stream, struct slice bytes)
{
	if (!stream->fast)
		crypto_hash_sha256_update(&stream->slow, bytes.at, bytes.len);
	else if (!EVP_DigestUpdate(stream->fast, bytes.at, bytes.len))
		stream->failed = true;
}

bool sha256_end(struct sha256_stream **stream, uint8_t out[SHA256_BYTES])
{
	struct sha256_stream *s = *stream;
	*stream = NULL;
	memset(out, 0, SHA256_BYTES);
	if (!s)
		return false;
	bool good = !s->failed;
	if (s->fast)
		good = good && EVP_DigestFinal_ex(s->fast, out, NULL) == 1;
	else
		crypto_hash_sha256_final(&s->slow, out);
	EVP_MD_CTX_free(s->fast);
	free(s);
	return good;
}

void sha256_drop(struct sha256_stream **stream)
{
	uint8_t unused[SHA256_BYTES];
	sha256_end(stream, unused);
}
