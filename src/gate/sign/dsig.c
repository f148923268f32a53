/* The value is checked with each certificate that came along; the one whose key made
 * it is the signer's.                                                        */
#include "gate/sign/dsig.h"
#include "gate/sign/cms.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string.h>

static const struct {
	const char *method;
	const EVP_MD *(*digest)(void);
	bool curve;
} methods[] = {
	{"http://www.w3.org/2000/09/xmldsig#rsa-sha1", EVP_sha1, false},
	{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", EVP_sha256, false},
	{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", EVP_sha384, false},
	{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", EVP_sha512, false},
	{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", EVP_sha256, true},
	{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", EVP_sha384, true},
	{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", EVP_sha512, true},
};
static const struct {
	const char *method;
	const EVP_MD *(*digest)(void);
} digests[] = {
	{"http://www.w3.org/2000/09/xmldsig#sha1", EVP_sha1},
	{"http://www.w3.org/2001/04/xmlenc#sha256", EVP_sha256},
	{"http://www.w3.org/2001/04/xmldsig-more#sha384", EVP_sha384},
	{"http://www.w3.org/2001/04/xmlenc#sha512", EVP_sha512},
};

bool dsig_base64(struct slice text, struct buffer *out)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	uint8_t *to = text.len < (1u << 30) ? buffer_reserve(out, text.len + 4) : NULL;
	int got = 0, last = 0;
	bool good = ctx && to;
	if (good) {
		EVP_DecodeInit(ctx);
		good = EVP_DecodeUpdate(ctx, to, &got, text.at, (int)text.len) >= 0 && EVP_DecodeFinal(ctx, to + got, &last) == 1;
	}
	if (good)
		buffer_commit(out, (size_t)got + (size_t)last);
	EVP_ENCODE_CTX_free(ctx);
	return good && got + last > 0;
}

bool dsig_digest_is(struct slice method, struct slice content, struct slice digest, bool *known)
{
	uint8_t found[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	*known = false;
	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
		if (slice_is(method, digests[i].method)) {
			*known = true;
			return EVP_Digest(content.at, content.len, found, &len, digests[i].digest(), NULL) == 1 && digest.len == len &&
			       memcmp(found, digest.at, len) == 0;
		}
	return false;
}

/* Two numbers of equal length become what OpenSSL reads (RFC 3279 section 2.2.3). */
static int curve_value(struct slice value, uint8_t **out)
{
	ECDSA_SIG *pair = value.len % 2 == 0 ? ECDSA_SIG_new() : NULL;
	int half = (int)(value.len / 2);
	BIGNUM *r = pair ? BN_bin2bn(value.at, half, NULL) : NULL, *s = pair ? BN_bin2bn(value.at + half, half, NULL) : NULL;
	int len = 0;
	if (r && s && ECDSA_SIG_set0(pair, r, s)) {
		len = i2d_ECDSA_SIG(pair, out);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(pair);
	return len;
}

static bool made_by(X509 *certificate, const EVP_MD *digest, bool curve, struct slice content, struct slice value)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *der = NULL;
	int len = curve && value.len <= 256 ? curve_value(value, &der) : 0;
	struct slice made = curve ? slice_of(der, len > 0 ? (size_t)len : 0) : value;
	bool fits = key && EVP_PKEY_base_id(key) == (curve ? EVP_PKEY_EC : EVP_PKEY_RSA);
	bool good = fits && ctx && made.len && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, key) == 1 &&
	            EVP_DigestVerify(ctx, made.at, made.len, content.at, content.len) == 1;
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	ERR_clear_error();
	return good;
}

static X509 *read_certificate(struct slice der)
{
	const uint8_t *at = der.at;
	return der.len && der.len <= 65536 ? d2i_X509(NULL, &at, (long)der.len) : NULL;
}

static void judge(struct sign_list *list, const struct dsig *d, STACK_OF(X509) *known, const EVP_MD *digest, bool curve)
{
	X509 *signer = NULL;
	for (int i = 0; i < sk_X509_num(known) && !signer; i++)
		if (made_by(sk_X509_value(known, i), digest, curve, d->content, d->value))
			signer = sk_X509_value(known, i);
	bool good = signer && d->references;
	const char *detail = !signer ? "the signature's value fits no certificate that came along"
	                             : d->references ? "" : d->detail;
	struct signature *s = sign_add(list, detail);
	if (!s)
		return;
	s->verdict = good ? SIGNATURE_INTACT : SIGNATURE_BROKEN;
	s->whole = d->whole;
	s->signed_ms = d->signed_ms;
	sign_certificate(list, s, signer ? signer : sk_X509_value(known, 0), known);
	s->known_root &= good;
}

void dsig_signed(struct sign_list *list, const struct dsig *d)
{
	STACK_OF(X509) *known = sk_X509_new_null();
	size_t method = 0, most = sizeof methods / sizeof *methods;
	for (size_t i = 0; known && i < d->count; i++) {
		X509 *one = read_certificate(d->certificates[i]);
		if (one && !sk_X509_push(known, one))
			X509_free(one);
	}
	while (method < most && !slice_is(d->method, methods[method].method))
		method++;
	if (!known || sk_X509_num(known) == 0)
		(void)sign_add(list, "the signer's certificate is not in it");
	else if (method == most)
		(void)sign_add(list, "it uses an algorithm that is not known here");
	else
		judge(list, d, known, methods[method].digest(), methods[method].curve);
	sk_X509_pop_free(known, X509_free);
	ERR_clear_error();
}
