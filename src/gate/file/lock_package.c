/* A package encrypted as a whole: standard and agile encryption.
 *
 * Agile: the password is checked by its verifier, the HMAC over the encrypted
 * package decides before a byte is used.  Standard has no HMAC: the zip's CRCs
 * and the strict reader behind judge the result.  How often a password may have
 * to be hashed is bounded: the count stands in the file.
 * source  MS-OFFCRYPTO 2.3.4.4 to 2.3.4.15                                     */
#include "gate/file/cfb.h"
#include "gate/file/lock_office.h"
#include "gate/file/xml.h"

#include "base/cursor.h"
#include "base/number.h"

enum { SEGMENT = 4096, SPIN_MOST = 1000000, STANDARD_SPIN = 50000, SHA1_BYTES = 20, VALUE_MOST = 256,
       HASH_WORK = 128, BLOCK_KEY = 8, INFO_MOST = 1 << 20 };

struct value {
	uint8_t at[VALUE_MOST];
	size_t len;
};

/* keyData, or the password's encryptedKey. */
struct suite {
	enum cipher_hash hash;
	size_t key_len, hash_len;
	struct value salt;
	bool known; /* AES in CBC, and a hash of the list */
};
struct agile {
	struct suite data, password;
	uint64_t spin;
	struct value verifier_input, verifier_hash, key, hmac_key, hmac_value;
	bool has_password;
};

struct package {
	struct job *job;
	struct arena *arena;
	struct slice info;
	uint8_t *at;      /* EncryptedPackage: the size, then the data; changed in place */
	size_t len;
	bool asked;
};

static struct result damaged(struct package *p, const char *text)
{
	return job_refuse(p->job, REFUSAL_DAMAGED, "EncryptionInfo", "%s", text);
}

static struct result locked(struct package *p, const char *text)
{
	return job_refuse(p->job, REFUSAL_LOCKED, "EncryptionInfo", "%s", text);
}

static struct slice bytes_of(const struct value *v)
{
	return slice_of(v->at, v->len);
}

static struct slice le32(uint32_t v, uint8_t room[4])
{
	for (unsigned i = 0; i < 4; i++)
		room[i] = (uint8_t)(v >> 8 * i);
	return slice_of(room, 4);
}

/* H(n) = hash(n, H(n-1)), after hash(salt, password). */
static void spin_hash(enum cipher_hash hash, struct slice salt, struct slice password, uint64_t count, uint8_t out[HASH_MOST])
{
	uint8_t number[4];
	size_t len = hash_bytes(hash);
	hash_of(hash, salt, password, SLICE(""), out);
	for (uint64_t i = 0; i < count; i++)
		hash_of(hash, le32((uint32_t)i, number), slice_of(out, len), SLICE(""), out);
}

/* ---- agile: what the XML says ---- */

static int sextet(uint8_t c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(alphabet, c) : NULL;
	return at ? (int)(at - alphabet) : -1;
}

static bool take_base64(struct slice text, struct value *out)
{
	uint32_t bits = 0;
	unsigned held = 0;
	out->len = 0;
	while (text.len && text.at[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		int six = sextet(text.at[i]);
		if (six < 0)
			return false;
		bits = bits << 6 | (uint32_t)six;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (out->len == VALUE_MOST)
			return false;
		out->at[out->len++] = (uint8_t)(bits >> held);
	}
	return true;
}

static struct slice text_of(const struct xml *xml, const char *name)
{
	const struct xml_attribute *a = xml_attribute(xml, NS_NONE, name);
	return a ? a->value : SLICE("");
}

static bool take_value(const struct xml *xml, const char *name, struct value *out)
{
	struct slice text = text_of(xml, name);
	return text.len && take_base64(text, out) && out->len;
}

static bool take_suite(const struct xml *xml, struct suite *s)
{
	static const struct {
		const char *name;
		enum cipher_hash hash;
	} names[] = {{"SHA1", HASH_SHA1}, {"SHA-1", HASH_SHA1}, {"SHA256", HASH_SHA256}, {"SHA-256", HASH_SHA256},
	             {"SHA384", HASH_SHA384}, {"SHA-384", HASH_SHA384}, {"SHA512", HASH_SHA512}, {"SHA-512", HASH_SHA512}};
	uint64_t bits = 0, block = 0, hash_len = 0;
	bool known = slice_is(text_of(xml, "cipherAlgorithm"), "AES") &&
	             slice_is(text_of(xml, "cipherChaining"), "ChainingModeCBC"), named = false;
	for (size_t i = 0; i < sizeof names / sizeof *names && !named; i++)
		if (slice_is(text_of(xml, "hashAlgorithm"), names[i].name)) {
			s->hash = names[i].hash;
			named = true;
		}
	if (!take_value(xml, "saltValue", &s->salt) || !number_parse_u64(text_of(xml, "keyBits"), &bits) ||
	    !number_parse_u64(text_of(xml, "blockSize"), &block) || !number_parse_u64(text_of(xml, "hashSize"), &hash_len))
		return false;
	s->known = known && named && block == AES_BLOCK && (bits == 128 || bits == 192 || bits == 256) &&
	           hash_len == hash_bytes(s->hash);
	s->key_len = (size_t)(bits > 4096 ? 0 : bits / 8);
	s->hash_len = (size_t)hash_len;
	return true;
}

static bool take_element(const struct xml *xml, struct agile *a)
{
	if (slice_is(xml->local, "keyData"))
		return take_suite(xml, &a->data);
	if (slice_is(xml->local, "dataIntegrity"))
		return take_value(xml, "encryptedHmacKey", &a->hmac_key) && take_value(xml, "encryptedHmacValue", &a->hmac_value);
	if (!slice_is(xml->local, "encryptedKey") || !xml_attribute(xml, NS_NONE, "spinCount"))
		return true;
	if (a->has_password) /* which of two would another reader take? */
		return false;
	a->has_password = true;
	return take_suite(xml, &a->password) && number_parse_u64(text_of(xml, "spinCount"), &a->spin) &&
	       take_value(xml, "encryptedVerifierHashInput", &a->verifier_input) &&
	       take_value(xml, "encryptedVerifierHashValue", &a->verifier_hash) &&
	       take_value(xml, "encryptedKeyValue", &a->key);
}

static struct result read_agile(struct package *p, struct slice text, struct agile *a, struct why *why)
{
	struct buffer AUTO(buffer_done) room = {0};
	struct xml *xml = ARENA_NEW(p->arena, struct xml);
	buffer_init(&room, INFO_MOST);
	if (!xml)
		return job_memory(why);
	if (xml_to_utf8(text, &room, &text, NULL).code != OK)
		return damaged(p, "not a text");
	xml_init(xml, text);
	while (xml_next(xml))
		if (xml->kind == XML_START && !take_element(xml, a))
			return damaged(p, "an element without its attributes, or twice");
	if (xml->fault)
		return damaged(p, xml->fault);
	if (!a->has_password)
		return locked(p, "encrypted for certificates, not with a password");
	if (!a->data.salt.len || !a->hmac_key.len)
		return damaged(p, "no key data, or no HMAC");
	if (!a->data.known || !a->password.known)
		return locked(p, "an algorithm that is not on the list");
	if (a->spin > SPIN_MOST)
		return job_refuse(p->job, REFUSAL_BOMB, "EncryptionInfo", "%llu rounds for a password", (unsigned long long)a->spin);
	return ok();
}

/* ---- agile: keys ---- */

/* A hash, cut or filled with 0x36, as key or vector. */
static void fit(const uint8_t *hash, size_t have, uint8_t *out, size_t want)
{
	memset(out, 0x36, want);
	memcpy(out, hash, have < want ? have : want);
}

/* One of the small values under the password's hash. */
static bool open_value(const struct agile *a, const uint8_t *spun, const char *block_key, struct value *v)
{
	uint8_t hash[HASH_MOST], key[32], iv[AES_BLOCK];
	size_t len = a->password.hash_len;
	hash_of(a->password.hash, slice_of(spun, len), slice_of(block_key, BLOCK_KEY), SLICE(""), hash);
	fit(hash, len, key, a->password.key_len);
	fit(a->password.salt.at, a->password.salt.len, iv, AES_BLOCK);
	return aes_cbc_open(slice_of(key, a->password.key_len), iv, v->at, v->len);
}

static bool agile_fits(const struct agile *a, struct slice password, uint8_t key[32])
{
	uint8_t spun[HASH_MOST], hash[HASH_MOST];
	struct value input = a->verifier_input, wanted = a->verifier_hash, secret = a->key;
	size_t salt_len = a->password.salt.len, hash_len = a->password.hash_len;
	spin_hash(a->password.hash, bytes_of(&a->password.salt), password, a->spin, spun);
	bool opened = open_value(a, spun, "\xFE\xA7\xD2\x76\x3B\x4B\x9E\x79", &input) &&
	              open_value(a, spun, "\xD7\xAA\x0F\x6D\x30\x61\x34\x4E", &wanted) &&
	              open_value(a, spun, "\x14\x6E\x0B\xE7\xAB\xAC\xD0\xD6", &secret);
	if (!opened || input.len < salt_len || wanted.len < hash_len || secret.len < a->data.key_len)
		return false;
	hash_of(a->password.hash, slice_of(input.at, salt_len), SLICE(""), SLICE(""), hash);
	memcpy(key, secret.at, a->data.key_len);
	return secret_same(hash, wanted.at, hash_len);
}

static bool open_hmac(const struct agile *a, const uint8_t *key, const char *block_key, struct value *v)
{
	uint8_t hash[HASH_MOST], iv[AES_BLOCK];
	hash_of(a->data.hash, bytes_of(&a->data.salt), slice_of(block_key, BLOCK_KEY), SLICE(""), hash);
	fit(hash, a->data.hash_len, iv, AES_BLOCK);
	return aes_cbc_open(slice_of(key, a->data.key_len), iv, v->at, v->len) && v->len >= a->data.hash_len;
}

static bool authentic(const struct package *p, struct agile *a, const uint8_t *key)
{
	uint8_t mac[HASH_MOST];
	if (!open_hmac(a, key, "\x5F\xB2\xAD\x01\x0C\xB9\xE1\xF6", &a->hmac_key) ||
	    !open_hmac(a, key, "\xA0\x67\x7F\x02\xB2\x2C\x84\x33", &a->hmac_value))
		return false;
	hmac_of(a->data.hash, slice_of(a->hmac_key.at, a->data.hash_len), slice_of(p->at, p->len), mac);
	return secret_same(mac, a->hmac_value.at, a->data.hash_len);
}

static bool open_segments(struct package *p, const struct agile *a, const uint8_t *key)
{
	uint8_t number[4], hash[HASH_MOST], iv[AES_BLOCK];
	size_t left = p->len - 8;
	uint8_t *at = p->at + 8;
	for (uint32_t n = 0; left > 0; n++) {
		size_t now = left < SEGMENT ? left : SEGMENT;
		hash_of(a->data.hash, bytes_of(&a->data.salt), le32(n, number), SLICE(""), hash);
		fit(hash, a->data.hash_len, iv, AES_BLOCK);
		if (!aes_cbc_open(slice_of(key, a->data.key_len), iv, at, now))
			return false;
		at += now;
		left -= now;
	}
	return true;
}

/* The password given, then the standard one; `right` says which opens. */
static const char *const standard = "VelvetSweatshop";

static struct result open_agile(struct package *p, struct slice text, struct why *why)
{
	struct secret AUTO(secret_wipe) secret;
	struct agile *a = ARENA_NEW(p->arena, struct agile);
	uint8_t key[32];
	if (!a)
		return job_memory(why);
	TRY(read_agile(p, text, a, why));
	TRY(job_pay_work(p->job, 2 * a->spin * HASH_WORK + p->len));
	p->asked = p->job->password.len && secret_make(p->job->password, SECRET_UTF16, &secret) &&
	           agile_fits(a, secret_slice(&secret), key);
	if (!p->asked && !(secret_make(slice_str(standard), SECRET_UTF16, &secret) && agile_fits(a, secret_slice(&secret), key)))
		return job_locked(p->job, "");
	if (!authentic(p, a, key))
		return job_refuse(p->job, REFUSAL_DAMAGED, "EncryptedPackage", "its HMAC is wrong");
	bool opened = open_segments(p, a, key);
	explicit_bzero(key, sizeof key);
	return opened ? ok() : job_refuse(p->job, REFUSAL_DAMAGED, "EncryptedPackage", "not whole blocks");
}

/* ---- standard ---- */

struct plain {
	size_t key_len;
	struct slice salt, check, hash;
};

static struct result read_standard(struct package *p, struct cursor *c, struct plain *s)
{
	enum { EXTERNAL = 0x10, AES128 = 0x660E, AES256 = 0x6610, SHA1 = 0x8004 };
	struct cursor header = cursor_child(c, cursor_take_le32(c));
	uint32_t flags = cursor_take_le32(&header);
	cursor_skip(&header, 4);
	uint32_t algorithm = cursor_take_le32(&header), hash = cursor_take_le32(&header), bits = cursor_take_le32(&header);
	uint32_t salt_len = cursor_take_le32(c);
	s->salt = cursor_take(c, 16);
	s->check = cursor_take(c, 16);
	cursor_skip(c, 4);
	s->hash = cursor_take(c, 32);
	if (!cursor_ok(&header) || !cursor_ok(c) || salt_len != 16)
		return damaged(p, "cut off");
	if ((flags & EXTERNAL) || algorithm < AES128 || algorithm > AES256 || (hash && hash != SHA1) ||
	    (bits != 128 && bits != 192 && bits != 256))
		return locked(p, "an algorithm that is not on the list");
	s->key_len = bits / 8;
	return ok();
}

/* 2.3.4.7 */
static void standard_key(const struct plain *s, struct slice password, uint8_t key[2 * HASH_MOST])
{
	uint8_t spun[HASH_MOST], last[HASH_MOST], number[4], pad[64];
	spin_hash(HASH_SHA1, s->salt, password, STANDARD_SPIN, spun);
	hash_of(HASH_SHA1, slice_of(spun, SHA1_BYTES), le32(0, number), SLICE(""), last);
	for (unsigned half = 0; half < 2; half++) {
		memset(pad, half ? 0x5C : 0x36, sizeof pad);
		for (size_t i = 0; i < SHA1_BYTES; i++)
			pad[i] ^= last[i];
		hash_of(HASH_SHA1, slice_of(pad, sizeof pad), SLICE(""), SLICE(""), key + half * SHA1_BYTES);
	}
}

static bool standard_fits(const struct plain *s, struct slice password, uint8_t key[2 * HASH_MOST])
{
	uint8_t check[16], wanted[32], hash[HASH_MOST];
	standard_key(s, password, key);
	memcpy(check, s->check.at, sizeof check);
	memcpy(wanted, s->hash.at, sizeof wanted);
	struct slice k = slice_of(key, s->key_len);
	if (!aes_ecb_open(k, check, sizeof check) || !aes_ecb_open(k, wanted, sizeof wanted))
		return false;
	hash_of(HASH_SHA1, slice_of(check, sizeof check), SLICE(""), SLICE(""), hash);
	return secret_same(hash, wanted, SHA1_BYTES);
}

static struct result open_standard(struct package *p, struct cursor *c)
{
	struct secret AUTO(secret_wipe) secret;
	struct plain s = {0};
	uint8_t key[2 * HASH_MOST];
	TRY(read_standard(p, c, &s));
	TRY(job_pay_work(p->job, 2 * STANDARD_SPIN * HASH_WORK + p->len));
	p->asked = p->job->password.len && secret_make(p->job->password, SECRET_UTF16, &secret) &&
	           standard_fits(&s, secret_slice(&secret), key);
	if (!p->asked &&
	    !(secret_make(slice_str(standard), SECRET_UTF16, &secret) && standard_fits(&s, secret_slice(&secret), key)))
		return job_locked(p->job, "");
	size_t whole = (p->len - 8) & ~(size_t)(AES_BLOCK - 1); /* a cut last block holds nothing */
	bool opened = aes_ecb_open(slice_of(key, s.key_len), p->at + 8, whole);
	explicit_bzero(key, sizeof key);
	return opened ? ok() : job_refuse(p->job, REFUSAL_DAMAGED, "EncryptedPackage", "not whole blocks");
}

/* ---- the compound file around it ---- */

static struct result load(struct package *p, const struct cfb *cfb, const char *name, struct cfb_bytes *out, struct why *why)
{
	const struct cfb_entry *entry = cfb_find(cfb, 0, name);
	if (!entry || entry->kind != CFB_STREAM)
		return locked(p, "encrypted, but not in a way that a password opens");
	*out = cfb_load(cfb, entry);
	return out->at ? ok() : job_memory(why);
}

static struct result open_by_version(struct package *p, struct why *why)
{
	struct cursor c = cursor_of(p->info, NULL);
	uint16_t major = cursor_take_le16(&c), minor = cursor_take_le16(&c);
	cursor_skip(&c, 4);
	if (!cursor_ok(&c))
		return damaged(p, "cut off");
	if (major == 4 && minor == 4)
		return open_agile(p, slice_part(p->info, 8, p->info.len), why);
	if (major >= 2 && major <= 4 && minor == 2)
		return open_standard(p, &c);
	return locked(p, "an encryption of another version");
}

/* What stood under the lock goes the way of every document. */
static struct result rebuild_opened(struct job *job, struct package *p, struct buffer *out, struct why *why)
{
	static const uint64_t packages = 1ull << FILE_DOCX | 1ull << FILE_XLSX | 1ull << FILE_PPTX | 1ull << FILE_XLSB;
	struct cursor c = cursor_of(slice_of(p->at, p->len), NULL);
	uint64_t size = cursor_take_le64(&c);
	if (size > p->len - 8)
		return job_refuse(job, REFUSAL_DAMAGED, "EncryptedPackage", "shorter than it says");
	struct slice plain = slice_of(p->at + 8, (size_t)size);
	enum file_type type = file_type_by_content(plain, SLICE(""));
	if (!(packages >> type & 1))
		return job_refuse(job, REFUSAL_MISMATCH, "", "%s stood under the lock", file_type_name(type));
	if (job->ending[0] && !file_type_fits(type, job->ending))
		return job_refuse(job, REFUSAL_MISMATCH, "", "the content is %s, the name ends in \"%s\"", file_type_name(type),
		                  job->ending);
	if (!job->path[0])
		job->report->type = type;
	job_opened(job, "", p->asked);
	return job_run(job, type, plain, out, why);
}

static struct result open_package(struct job *job, struct slice in, struct arena *arena, struct buffer *out, struct why *why)
{
	struct package p = {.job = job, .arena = arena};
	struct cfb cfb = {0};
	struct cfb_bytes info = {0}, package = {0};
	const char *fault = cfb_open(&cfb, arena, in);
	if (cfb.no_memory)
		return job_memory(why);
	if (fault)
		return job_refuse(job, REFUSAL_DAMAGED, "", "%s", fault);
	if (!cfb_find(&cfb, 0, "EncryptedPackage"))
		return job_refuse(job, REFUSAL_UNKNOWN, "", "a compound file of no known kind");
	TRY(job_pay_bytes(job, in.len));
	TRY(load(&p, &cfb, "EncryptionInfo", &info, why));
	TRY(load(&p, &cfb, "EncryptedPackage", &package, why));
	if (info.len > INFO_MOST || package.len < 8)
		return damaged(&p, "too long, or a package that is too short");
	p.info = slice_of(info.at, info.len);
	p.at = package.at;
	p.len = package.len;
	TRY(open_by_version(&p, why));
	return rebuild_opened(job, &p, out, why);
}

struct result ole_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)1 << 30);
	return arena ? open_package(job, in, arena, out, why) : job_memory(why);
}
