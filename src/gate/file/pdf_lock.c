/* Encrypted PDF: the standard security handler, revisions 2 to 6.
 *
 * The empty user password is tried unasked (such a file opens for everybody),
 * then the given one as user's and as owner's.  Strings are opened as they are
 * read, streams as they are loaded; what an object stream holds was opened with
 * it.  PDF has no MAC: the strict reader behind this is what judges the result.
 * source  ISO 32000-2 section 7.6 (algorithms 1, 1.A, 2, 2.A, 2.B, 4 to 13)    */
#include "gate/file/cipher.h"
#include "gate/file/pdf.h"

enum method { METHOD_NONE = 0, METHOD_RC4, METHOD_AES, METHOD_AES256 };
enum { PADDING = 32, CHECKED = 32, SALT = 8, RECORD = 48, KEY_MOST = 32, R5_PASSWORD = 127,
       R6_ROUNDS = 64, R6_MOST = 320, R6_REPEAT = 64, HARDENED_WORK = 1 << 20 };

struct pdf_lock {
	uint8_t key[KEY_MOST];
	size_t key_len;
	enum method text, stream;
};

static const uint8_t padding[PADDING] =
	"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08"
	"\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

/* What the encryption dictionary says. */
struct handler {
	unsigned revision;
	size_t key_len;
	struct slice owner, user, owner_key, user_key, id;
	uint32_t permissions;
	bool metadata; /* encrypted too */
};

/* ---- one object ---- */

static struct slice object_key(const struct pdf_lock *lock, enum method method, uint64_t number, uint16_t gen,
                               uint8_t room[HASH_MOST])
{
	uint8_t tail[9] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), (uint8_t)gen,
	                   (uint8_t)(gen >> 8), 's', 'A', 'l', 'T'};
	if (method == METHOD_AES256)
		return slice_of(lock->key, lock->key_len);
	hash_of(HASH_MD5, slice_of(lock->key, lock->key_len), slice_of(tail, method == METHOD_AES ? 9 : 5), SLICE(""),
	        room);
	return slice_of(room, lock->key_len + 5 < 16 ? lock->key_len + 5 : 16);
}

/* In place; false when it is not whole blocks with proper padding. */
static bool open_bytes(const struct pdf_lock *lock, enum method method, uint64_t number, uint16_t gen, uint8_t *at,
                       size_t len, struct slice *plain)
{
	uint8_t room[HASH_MOST], iv[AES_BLOCK];
	*plain = slice_of(at, len);
	if (method == METHOD_NONE || len == 0)
		return true;
	struct slice key = object_key(lock, method, number, gen, room);
	if (method == METHOD_RC4)
		return rc4(key, 0, at, len);
	if (len < 2 * AES_BLOCK || len % AES_BLOCK)
		return false;
	memcpy(iv, at, sizeof iv);
	if (!aes_cbc_open(key, iv, at + AES_BLOCK, len - AES_BLOCK))
		return false;
	unsigned pad = at[len - 1];
	*plain = slice_of(at + AES_BLOCK, len - AES_BLOCK - (pad <= AES_BLOCK ? pad : 0));
	return pad >= 1 && pad <= AES_BLOCK;
}

bool pdf_lock_text(struct pdf_lexer *lex, struct pdf_value *text)
{
	struct slice copy = arena_copy(lex->arena, pdf_text(text)), plain;
	if (text->count == 0 || lex->lock->text == METHOD_NONE)
		return true;
	if (!copy.at)
		return false;
	/* a signature's bytes are not encrypted and no text either: nothing is lost with them */
	if (!open_bytes(lex->lock, lex->lock->text, lex->number, lex->gen, (uint8_t *)(uintptr_t)copy.at, copy.len, &plain))
		plain = SLICE("");
	text->text = plain.at;
	text->count = (uint32_t)plain.len;
	return true;
}

struct result pdf_lock_stream(struct pdf_document *doc, uint64_t number, uint16_t gen, struct pdf_object *object)
{
	struct slice copy;
	if (doc->lock->stream == METHOD_NONE || object->data.len == 0 ||
	    pdf_is_name(pdf_get(&object->value, "Type"), "XRef"))
		return ok();
	TRY(job_pay_bytes(doc->job, object->data.len));
	TRY(job_pay_work(doc->job, object->data.len));
	copy = arena_copy(doc->job->arena, object->data);
	if (!copy.at)
		return job_memory(doc->why);
	if (!open_bytes(doc->lock, doc->lock->stream, number, gen, (uint8_t *)(uintptr_t)copy.at, copy.len, &object->data))
		return pdf_refuse(doc, REFUSAL_DAMAGED, number, "an encrypted stream that is not whole blocks");
	return ok();
}

/* ---- revisions 2 to 4 ---- */

static struct slice padded(struct slice password, uint8_t room[PADDING])
{
	size_t len = password.len < PADDING ? password.len : PADDING;
	if (len)
		memcpy(room, password.at, len);
	memcpy(room + len, padding, PADDING - len);
	return slice_of(room, PADDING);
}

/* Algorithm 2. */
static void derive(const struct handler *h, struct slice password, uint8_t key[HASH_MOST])
{
	uint8_t room[PADDING + 4 + 4 + 4], p[4] = {(uint8_t)h->permissions, (uint8_t)(h->permissions >> 8),
	                                        (uint8_t)(h->permissions >> 16), (uint8_t)(h->permissions >> 24)};
	uint8_t all[2 * PADDING + 4 + 64 + 4];
	size_t len = 0;
	struct slice id = slice_part(h->id, 0, 64);
	memcpy(all, padded(password, room).at, PADDING);
	memcpy(all + PADDING, h->owner.at, PADDING);
	memcpy(all + 2 * PADDING, p, 4);
	len = 2 * PADDING + 4;
	if (id.len)
		memcpy(all + len, id.at, id.len);
	len += id.len;
	if (h->revision >= 4 && !h->metadata) {
		memset(all + len, 0xFF, 4);
		len += 4;
	}
	hash_of(HASH_MD5, slice_of(all, len), SLICE(""), SLICE(""), key);
	for (int i = 0; h->revision >= 3 && i < 50; i++)
		hash_of(HASH_MD5, slice_of(key, h->key_len), SLICE(""), SLICE(""), key);
}

/* RC4 with the key, then for revision 3 on nineteen times with it changed. */
static bool rounds(const struct handler *h, const uint8_t *key, uint8_t *at, size_t len, bool back)
{
	unsigned last = h->revision >= 3 ? 19 : 0;
	for (unsigned i = 0; i <= last; i++) {
		uint8_t turned[KEY_MOST];
		for (size_t k = 0; k < h->key_len; k++)
			turned[k] = (uint8_t)(key[k] ^ (back ? last - i : i));
		if (!rc4(slice_of(turned, h->key_len), 0, at, len))
			return false;
	}
	return true;
}

/* Algorithms 4, 5 and 6. */
static bool user_fits(const struct handler *h, struct slice password, uint8_t key[HASH_MOST])
{
	uint8_t check[HASH_MOST];
	derive(h, password, key);
	if (h->revision == 2) {
		memcpy(check, padding, PADDING);
		return rounds(h, key, check, PADDING, false) && secret_same(check, h->user.at, PADDING);
	}
	hash_of(HASH_MD5, slice_of(padding, PADDING), h->id, SLICE(""), check);
	return rounds(h, key, check, 16, false) && secret_same(check, h->user.at, 16);
}

/* Algorithm 7: the owner's password opens the user's. */
static bool owner_fits(const struct handler *h, struct slice password, uint8_t key[HASH_MOST])
{
	uint8_t room[PADDING], owner[HASH_MOST], user[PADDING];
	hash_of(HASH_MD5, padded(password, room), SLICE(""), SLICE(""), owner);
	for (int i = 0; h->revision >= 3 && i < 50; i++)
		hash_of(HASH_MD5, slice_of(owner, h->key_len), SLICE(""), SLICE(""), owner);
	memcpy(user, h->owner.at, PADDING);
	return rounds(h, owner, user, PADDING, true) && user_fits(h, slice_of(user, PADDING), key);
}

/* ---- revisions 5 and 6 ---- */

/* Algorithm 2.B: at most 287 rounds, for the last byte is at most 255. */
static bool harden(struct slice password, struct slice user, uint8_t k[HASH_MOST], struct arena *arena)
{
	enum { ONE = R5_PASSWORD + HASH_MOST + RECORD };
	static const enum cipher_hash next[] = {HASH_SHA256, HASH_SHA384, HASH_SHA512};
	size_t k_len = 32, one;
	uint8_t *all = arena_alloc(arena, (size_t)ONE * R6_REPEAT);
	if (!all)
		return false;
	for (unsigned i = 1; i < R6_MOST; i++) {
		unsigned sum = 0;
		one = password.len + k_len + user.len;
		for (size_t n = 0; n < R6_REPEAT; n++) {
			uint8_t *at = all + n * one;
			if (password.len)
				memcpy(at, password.at, password.len);
			memcpy(at + password.len, k, k_len);
			if (user.len)
				memcpy(at + password.len + k_len, user.at, user.len);
		}
		if (!aes_cbc_close(slice_of(k, 16), k + 16, all, one * R6_REPEAT))
			return false;
		for (size_t n = 0; n < 16; n++)
			sum += all[n];
		hash_of(next[sum % 3], slice_of(all, one * R6_REPEAT), SLICE(""), SLICE(""), k);
		k_len = hash_bytes(next[sum % 3]);
		if (i >= R6_ROUNDS && all[one * R6_REPEAT - 1] <= i - 32)
			return true;
	}
	return false;
}

static bool hash_r5(const struct handler *h, struct slice password, struct slice salt, struct slice user,
                    struct arena *arena, uint8_t out[HASH_MOST])
{
	hash_of(HASH_SHA256, password, salt, user, out);
	return h->revision == 5 || harden(password, user, out, arena);
}

/* Algorithm 2.A for one of the two records: 32 bytes of hash, two salts. */
static bool record_fits(const struct handler *h, struct slice password, struct slice record, struct slice sealed,
                        struct slice user, struct arena *arena, uint8_t key[HASH_MOST])
{
	uint8_t hash[HASH_MOST];
	static const uint8_t no_iv[AES_BLOCK];
	password = slice_part(password, 0, R5_PASSWORD);
	if (!hash_r5(h, password, slice_part(record, CHECKED, SALT), user, arena, hash) ||
	    !secret_same(hash, record.at, CHECKED))
		return false;
	if (!hash_r5(h, password, slice_part(record, CHECKED + SALT, SALT), user, arena, hash))
		return false;
	memcpy(key, sealed.at, KEY_MOST);
	return aes_cbc_open(slice_of(hash, 32), no_iv, key, KEY_MOST);
}

/* ---- the dictionary ---- */

static struct result text_of(struct pdf_document *doc, const struct pdf_value *dict, const char *key, size_t least,
                             struct slice *out)
{
	const struct pdf_value *value;
	TRY(pdf_get_resolved(doc, dict, key, &value));
	*out = value->kind == PDF_STRING ? pdf_text(value) : SLICE("");
	return out->len >= least ? ok()
		: pdf_refuse(doc, REFUSAL_DAMAGED, 0, "an encryption dictionary without its records");
}

static struct result number_of(struct pdf_document *doc, const struct pdf_value *dict, const char *key, int64_t standard,
                               int64_t *out)
{
	const struct pdf_value *value;
	TRY(pdf_get_resolved(doc, dict, key, &value));
	*out = value->kind == PDF_INT ? value->integer : standard;
	return ok();
}

static struct result unknown(struct pdf_document *doc, const char *text)
{
	return pdf_refuse(doc, REFUSAL_LOCKED, 0, text);
}

/* StmF and StrF name a crypt filter of /CF, or Identity. */
static struct result method_of(struct pdf_document *doc, const struct pdf_value *dict, const char *key,
                               enum method *method)
{
	static const struct {
		const char *name;
		enum method method;
	} names[] = {{"None", METHOD_NONE}, {"V2", METHOD_RC4}, {"AESV2", METHOD_AES}, {"AESV3", METHOD_AES256}};
	const struct pdf_value *name, *all, *filter, *cfm;
	char text[64];
	*method = METHOD_NONE;
	TRY(pdf_get_resolved(doc, dict, key, &name));
	if (name->kind == PDF_NULL || pdf_is_name(name, "Identity"))
		return ok();
	TRY(pdf_get_resolved(doc, dict, "CF", &all));
	if (name->kind != PDF_NAME || name->count >= sizeof text)
		return unknown(doc, "a crypt filter that is no name");
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(pdf_text(name)));
	TRY(pdf_get_resolved(doc, all, text, &filter));
	TRY(pdf_get_resolved(doc, filter, "CFM", &cfm));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (pdf_is_name(cfm, names[i].name)) {
			*method = names[i].method;
			return ok();
		}
	return unknown(doc, "a crypt filter of no known method");
}

static struct result read_methods(struct pdf_document *doc, const struct pdf_value *dict, int64_t version,
                                  struct handler *h, struct pdf_lock *lock)
{
	int64_t bits;
	const struct pdf_value *metadata;
	TRY(number_of(doc, dict, "Length", version == 1 ? 40 : version == 4 ? 128 : 40, &bits));
	if (version == 4 && bits <= 32)
		bits *= 8; /* some write bytes there */
	if (version < 1 || version > 5 || version == 3)
		return unknown(doc, "an encryption of another version");
	if (version == 1)
		bits = 40;
	if (version == 5)
		bits = 256;
	if (bits < 40 || bits > 256 || bits % 8 || (version < 5 && bits > 128))
		return pdf_refuse(doc, REFUSAL_DAMAGED, 0, "an encryption key of an impossible length");
	h->key_len = lock->key_len = (size_t)bits / 8;
	lock->text = lock->stream = METHOD_RC4;
	if (version >= 4) {
		TRY(method_of(doc, dict, "StrF", &lock->text));
		TRY(method_of(doc, dict, "StmF", &lock->stream));
	}
	TRY(pdf_get_resolved(doc, dict, "EncryptMetadata", &metadata));
	h->metadata = !(metadata->kind == PDF_BOOL && metadata->integer == 0);
	bool wide = lock->text == METHOD_AES256 || lock->stream == METHOD_AES256;
	bool narrow = lock->text == METHOD_RC4 || lock->stream == METHOD_RC4 || lock->text == METHOD_AES ||
	              lock->stream == METHOD_AES;
	return (version == 5 && narrow) || (version < 5 && wide) ? unknown(doc, "an encryption that contradicts itself") : ok();
}

static struct result read_handler(struct pdf_document *doc, const struct pdf_value *dict, struct handler *h,
                                  struct pdf_lock *lock)
{
	const struct pdf_value *filter, *id;
	int64_t version, revision, permissions;
	TRY(pdf_get_resolved(doc, dict, "Filter", &filter));
	if (!pdf_is_name(filter, "Standard"))
		return unknown(doc, "encrypted for certificates, not with a password");
	TRY(number_of(doc, dict, "V", 0, &version));
	TRY(number_of(doc, dict, "R", 0, &revision));
	TRY(number_of(doc, dict, "P", 0, &permissions));
	if (revision < 2 || revision > 6 || (version == 5) != (revision >= 5))
		return unknown(doc, "an encryption of another revision");
	h->revision = (unsigned)revision;
	h->permissions = (uint32_t)permissions;
	TRY(read_methods(doc, dict, version, h, lock));
	size_t least = revision >= 5 ? RECORD : PADDING;
	TRY(text_of(doc, dict, "O", least, &h->owner));
	TRY(text_of(doc, dict, "U", least, &h->user));
	TRY(text_of(doc, dict, "OE", revision >= 5 ? KEY_MOST : 0, &h->owner_key));
	TRY(text_of(doc, dict, "UE", revision >= 5 ? KEY_MOST : 0, &h->user_key));
	TRY(pdf_get_resolved(doc, &doc->trailer, "ID", &id));
	if (id->kind == PDF_ARRAY && id->count > 0 && id->items[0].kind == PDF_STRING)
		h->id = pdf_text(&id->items[0]);
	return ok();
}

/* ---- trying ---- */

static struct result fits(struct pdf_document *doc, const struct handler *h, struct slice password, bool *right,
                          uint8_t key[HASH_MOST])
{
	struct slice user = slice_part(h->user, 0, RECORD);
	TRY(job_pay_work(doc->job, h->revision == 6 ? 4 * HARDENED_WORK : 16384));
	if (h->revision < 5)
		*right = user_fits(h, password, key) || owner_fits(h, password, key);
	else
		*right = record_fits(h, password, user, h->user_key, SLICE(""), doc->job->arena, key) ||
		         record_fits(h, password, h->owner, h->owner_key, user, doc->job->arena, key);
	return ok();
}

/* R2 to R4 were written in many charsets; R5 and R6 are UTF-8. */
static struct result find_key(struct pdf_document *doc, const struct handler *h, bool *right, bool *asked,
                              uint8_t key[HASH_MOST])
{
	struct secret AUTO(secret_wipe) secret;
	unsigned last = h->revision < 5 ? SECRET_LATIN1 : SECRET_UTF8;
	TRY(fits(doc, h, SLICE(""), right, key));
	*asked = !*right;
	for (unsigned form = SECRET_UTF8; !*right && form <= last && doc->job->password.len; form++)
		if (secret_make(doc->job->password, (enum secret_form)form, &secret))
			TRY(fits(doc, h, secret_slice(&secret), right, key));
	return ok();
}

struct result pdf_unlock(struct pdf_document *doc)
{
	const struct pdf_value *dict;
	struct pdf_lock *lock = ARENA_NEW(doc->job->arena, struct pdf_lock);
	struct handler h = {0};
	uint8_t key[HASH_MOST] = {0};
	bool right = false, asked = false;
	if (!lock)
		return job_memory(doc->why);
	TRY(pdf_get_resolved(doc, &doc->trailer, "Encrypt", &dict));
	if (dict->kind != PDF_DICT)
		return pdf_refuse(doc, REFUSAL_DAMAGED, 0, "an /Encrypt that is no dictionary");
	TRY(read_handler(doc, dict, &h, lock));
	TRY(find_key(doc, &h, &right, &asked, key));
	if (!right)
		return job_locked(doc->job, "");
	memcpy(lock->key, key, lock->key_len);
	explicit_bzero(key, sizeof key);
	doc->lock = lock;
	job_opened(doc->job, "", asked);
	return ok();
}
