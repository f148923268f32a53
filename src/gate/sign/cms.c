/* CMS by OpenSSL: is each signer's signature over the content, who is he, and does
 * his certificate end at a root that the office knows.                       */
#include "gate/sign/cms.h"

#include "base/number.h"
#include "base/text.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <string.h>
#include <time.h>

enum { NAME_BYTES = 500, DER_BYTES = 4 << 20, INSIDE_BYTES = 1 << 20 };

struct signature *sign_add(struct sign_list *list, const char *detail)
{
	struct signature *s = list->count < SIGNATURES_MOST ? ARENA_NEW(list->arena, struct signature) : NULL;
	list->memory |= !s && list->count < SIGNATURES_MOST;
	if (!s)
		return NULL;
	*s = (struct signature){.form = list->form, .verdict = SIGNATURE_UNREADABLE, .subject = "", .issuer = "",
	                        .certificate = "", .detail = detail};
	*list->tail = s;
	list->tail = &s->next;
	list->count++;
	return s;
}

const char *sign_text(struct sign_list *list, struct slice text)
{
	struct buffer clean;
	size_t pos = 0;
	buffer_init(&clean, NAME_BYTES + 8);
	for (int32_t code; (code = utf8_next(text, &pos)) != -1 && clean.len < NAME_BYTES;) {
		bool odd = code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x2028 && code <= 0x202E) ||
		           (code >= 0x2066 && code <= 0x2069);
		utf8_put(&clean, odd ? 0xFFFD : (uint32_t)code);
	}
	const char *copy = arena_string(list->arena, buffer_slice(&clean));
	buffer_done(&clean);
	list->memory |= !copy;
	return copy ? copy : "";
}

/* ---- who ------------------------------------------------------------------------- */

static const char *name_text(struct sign_list *list, const X509_NAME *name)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *at = NULL;
	const char *text = "";
	if (out && X509_NAME_print_ex(out, name, 0, (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)) >= 0) {
		long len = BIO_get_mem_data(out, &at);
		text = len > 0 ? sign_text(list, slice_of(at, (size_t)len)) : "";
	}
	BIO_free(out);
	return text;
}

static const char *fingerprint(struct sign_list *list, const X509 *certificate)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	char *hex = arena_alloc(list->arena, 2 * SHA256_DIGEST_LENGTH + 1);
	list->memory |= !hex;
	if (!hex || !X509_digest(certificate, EVP_sha256(), digest, &len) || len != SHA256_DIGEST_LENGTH)
		return "";
	hex_encode(digest, len, hex);
	return hex;
}

/* A certificate that has run out since says nothing against what was signed while it
 * was good: the day that counts is the signer's own; without one no day is asked. */
static bool ends_at_anchor(const struct sign_list *list, const struct signature *s, X509 *certificate,
                           STACK_OF(X509) *others)
{
	X509_STORE_CTX *ctx = list->anchors && list->anchors->count ? X509_STORE_CTX_new() : NULL;
	bool good = false;
	if (ctx && X509_STORE_CTX_init(ctx, list->anchors->store, certificate, others)) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_depth(param, 8);
		X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
		if (s->signed_ms)
			X509_VERIFY_PARAM_set_time(param, (time_t)(s->signed_ms / 1000));
		else
			X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
		good = X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	return good;
}

void sign_certificate(struct sign_list *list, struct signature *s, X509 *certificate, STACK_OF(X509) *others)
{
	s->subject = name_text(list, X509_get_subject_name(certificate));
	s->issuer = name_text(list, X509_get_issuer_name(certificate));
	s->certificate = fingerprint(list, certificate);
	s->known_root = ends_at_anchor(list, s, certificate, others);
}

/* ---- the content as one stream ------------------------------------------------------ */

struct reading {
	const struct sign_content *content;
	size_t part, pos;
};

static int read_parts(BIO *bio, char *to, size_t want, size_t *got)
{
	struct reading *r = BIO_get_data(bio);
	*got = 0;
	while (r->part < r->content->count && *got < want) {
		struct slice left = slice_part(r->content->parts[r->part], r->pos, SIZE_MAX);
		size_t now = left.len < want - *got ? left.len : want - *got;
		if (now)
			memcpy(to + *got, left.at, now);
		*got += now;
		r->pos += now;
		if (now == left.len) {
			r->part++;
			r->pos = 0;
		}
	}
	return *got > 0;
}

static long no_control(BIO *bio, int command, long number, void *pointer)
{
	(void)number;
	(void)pointer;
	struct reading *r = BIO_get_data(bio);
	if (command == BIO_CTRL_EOF)
		return r->part >= r->content->count;
	return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

static BIO_METHOD *reading_method;

static BIO *open_parts(struct reading *r)
{
	BIO *bio = reading_method ? BIO_new(reading_method) : NULL;
	if (!bio)
		return NULL;
	BIO_set_data(bio, r);
	BIO_set_init(bio, 1);
	return bio;
}

/* ---- what was signed ------------------------------------------------------------------ */

static bool inside_is_sha1(BIO *inside, const struct sign_content *content)
{
	uint8_t digest[SHA_DIGEST_LENGTH];
	unsigned len = 0;
	char *at = NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL);
	for (size_t i = 0; good && i < content->count; i++)
		good = EVP_DigestUpdate(ctx, content->parts[i].at, content->parts[i].len);
	good = good && EVP_DigestFinal_ex(ctx, digest, &len);
	EVP_MD_CTX_free(ctx);
	long found = BIO_get_mem_data(inside, &at);
	return good && found == (long)sizeof digest && memcmp(at, digest, sizeof digest) == 0;
}

static bool inside_is_stamp(CMS_ContentInfo *cms, BIO *inside, const struct sign_content *content, int64_t *seen_ms)
{
	char *at = NULL;
	long len = BIO_get_mem_data(inside, &at);
	return OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_id_smime_ct_TSTInfo && len > 0 && len <= INSIDE_BYTES &&
	       stamp_fits(slice_of(at, (size_t)len), content, seen_ms);
}

/* seen_ms  out: of a time stamp, when */
static bool holds(CMS_ContentInfo *cms, const struct sign_content *content, int64_t *seen_ms)
{
	const unsigned flags = CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY;
	struct reading reading = {content, 0, 0};
	bool detached = content->count && !content->sha1_inside && !content->stamp;
	BIO *from = detached ? open_parts(&reading) : NULL, *to = BIO_new(BIO_s_mem());
	bool good = to && (!detached || from);
	if (detached && CMS_get0_content(cms) && *CMS_get0_content(cms))
		good = false; /* two contents: which one is meant nobody can say */
	if (detached)
		BIO_free(to), to = BIO_new(BIO_s_null());
	good = good && to && CMS_verify(cms, NULL, NULL, from, to, flags) == 1;
	if (good && content->sha1_inside)
		good = inside_is_sha1(to, content);
	if (good && content->stamp)
		good = inside_is_stamp(cms, to, content, seen_ms);
	BIO_free(from);
	BIO_free(to);
	return good;
}

static int64_t signing_time(CMS_SignerInfo *signer)
{
	struct tm tm = {0};
	int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
	X509_ATTRIBUTE *attribute = at < 0 ? NULL : CMS_signed_get_attr(signer, at);
	ASN1_TYPE *value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
	bool time = value && (value->type == V_ASN1_UTCTIME || value->type == V_ASN1_GENERALIZEDTIME);
	if (!time || !ASN1_TIME_to_tm((const ASN1_TIME *)value->value.asn1_string, &tm))
		return 0;
	time_t seconds = timegm(&tm);
	return seconds > 0 ? (int64_t)seconds * 1000 : 0;
}

static void one_signer(struct sign_list *list, CMS_SignerInfo *signer, STACK_OF(X509) *others, bool good,
                       const struct sign_content *content, int64_t seen_ms)
{
	X509 *certificate = NULL;
	struct signature *s = sign_add(list, good ? "" : "the digest or the signature does not fit the content");
	if (!s)
		return;
	CMS_SignerInfo_get0_algs(signer, NULL, &certificate, NULL, NULL);
	s->verdict = good ? SIGNATURE_INTACT : SIGNATURE_BROKEN;
	s->whole = content->whole;
	s->signed_ms = content->stamp ? seen_ms : signing_time(signer);
	if (certificate)
		sign_certificate(list, s, certificate, others);
	s->known_root &= good;
	if (content->stamp && certificate) /* else it is no authority of time */
		s->known_root &= X509_check_purpose(certificate, X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1;
}

static bool unknown_algorithm(void)
{
	unsigned long error = ERR_peek_last_error();
	return ERR_GET_REASON(error) == CMS_R_UNKNOWN_DIGEST_ALGORITHM ||
	       ERR_GET_REASON(error) == CMS_R_NO_MATCHING_DIGEST;
}

static void signers_of(struct sign_list *list, CMS_ContentInfo *cms, const struct sign_content *content)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	STACK_OF(X509) *others = CMS_get1_certs(cms);
	int count = signers ? sk_CMS_SignerInfo_num(signers) : 0;
	int known = count > 0 ? CMS_set1_signers_certs(cms, others, 0) : 0;
	ERR_clear_error();
	if (count == 0 || known < count) {
		(void)sign_add(list, count == 0 ? "nobody signed it" : "the signer's certificate is not in it");
	} else {
		int64_t seen_ms = 0;
		bool good = holds(cms, content, &seen_ms);
		bool unknown = !good && unknown_algorithm();
		for (int i = 0; i < count && !unknown; i++)
			one_signer(list, sk_CMS_SignerInfo_value(signers, i), others, good, content, seen_ms);
		if (unknown)
			(void)sign_add(list, "it uses an algorithm that is not known here");
	}
	sk_X509_pop_free(others, X509_free);
	ERR_clear_error();
}

void sign_cms(struct sign_list *list, struct slice der, const struct sign_content *content)
{
	const uint8_t *at = der.at;
	CMS_ContentInfo *cms = der.len && der.len <= DER_BYTES ? d2i_CMS_ContentInfo(NULL, &at, (long)der.len) : NULL;
	bool padded = cms != NULL;
	for (; padded && at < der.at + der.len; at++)
		padded = *at == 0;
	if (!cms || !padded || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		(void)sign_add(list, !cms ? "not a CMS structure" : !padded ? "bytes behind the CMS structure" : "no SignedData");
	else
		signers_of(list, cms, content);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
}

/* ---- before the jail ------------------------------------------------------------------- */

/* Algorithms are looked for at their first use: that is now. */
bool sign_warm(void)
{
	static const char *const digests[] = {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
		EVP_MD_free(EVP_MD_fetch(NULL, digests[i], NULL));
	if (!reading_method)
		reading_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parts");
	return reading_method && BIO_meth_set_read_ex(reading_method, read_parts) &&
	       BIO_meth_set_ctrl(reading_method, no_control);
}
