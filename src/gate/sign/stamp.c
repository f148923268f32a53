/* Time stamps of a document: an authority signs a digest and the time it saw it.
 *
 * The signature over what the stamp says is cms.c's matter; here stands whether what
 * it says is true of this document.
 * source  RFC 3161 section 2.4.2 (TSTInfo); ETSI EN 319 142-1 section 5.4.3    */
#include "gate/sign/internal.h"

#include <openssl/evp.h>
#include <openssl/ts.h>

#include <string.h>
#include <time.h>

/* Digests that nobody can make twice. */
static const EVP_MD *digest_of(const ASN1_OBJECT *algorithm)
{
	switch (OBJ_obj2nid(algorithm)) {
	case NID_sha256:
		return EVP_sha256();
	case NID_sha384:
		return EVP_sha384();
	case NID_sha512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

static bool digest_is(const EVP_MD *algorithm, const struct sign_content *content, struct slice wanted)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, algorithm, NULL);
	for (size_t i = 0; good && i < content->count; i++)
		good = EVP_DigestUpdate(ctx, content->parts[i].at, content->parts[i].len);
	good = good && EVP_DigestFinal_ex(ctx, digest, &len);
	EVP_MD_CTX_free(ctx);
	return good && slice_equal(slice_of(digest, len), wanted);
}

static int64_t milliseconds(const ASN1_GENERALIZEDTIME *time)
{
	struct tm tm = {0};
	time_t seconds = time && ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : 0;
	return seconds > 0 ? (int64_t)seconds * 1000 : 0;
}

bool stamp_fits(struct slice inside, const struct sign_content *content, int64_t *seen_ms)
{
	const uint8_t *at = inside.at;
	TS_TST_INFO *info = d2i_TS_TST_INFO(NULL, &at, (long)inside.len);
	if (!info)
		return false;
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *algorithm = NULL;
	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	const EVP_MD *digest = digest_of(algorithm);
	const ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
	bool good = at == inside.at + inside.len && digest &&
	            digest_is(digest, content, slice_of(ASN1_STRING_get0_data(said), (size_t)ASN1_STRING_length(said)));
	if (good)
		*seen_ms = milliseconds(TS_TST_INFO_get_time(info));
	TS_TST_INFO_free(info);
	return good;
}
