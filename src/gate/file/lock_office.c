/* doc, xls and ppt under a password: the key from the password, streams in place.
 *
 * The standard password that Excel and PowerPoint use for documents which open
 * for everybody is tried too.  XOR obfuscation and 40 bits hide nothing from
 * anybody; what matters is that the document behind is read and rebuilt.       */
#include "gate/file/lock_office.h"

#include "base/cursor.h"

enum { SALT = 16, VERIFIER = 16, SHA1_BYTES = 20, AES_HASH = 32, XOR_MOST = 15, FOLDS = 16, RC4_40 = 5,
       ALGORITHM_RC4 = 0x6801, TRY_WORK = 4096 };

/* Excel's for "read-only recommended" and PowerPoint's likewise. */
static const char *const standard[] = {"VelvetSweatshop", "/01Hannes Ruescher/01"};

struct verifier {
	enum office_cipher cipher;
	struct slice salt, check, hash;
	size_t key_len;
};

void office_lock_wipe(struct office_lock *lock)
{
	explicit_bzero(lock, sizeof *lock);
}

static void put_le32(uint8_t at[4], uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> 8 * i);
}

/* The RC4 key of one block. */
static struct slice block_key(const struct office_lock *lock, uint32_t block, uint8_t room[HASH_MOST])
{
	uint8_t number[4];
	put_le32(number, block);
	bool old = lock->cipher == OFFICE_RC4;
	hash_of(old ? HASH_MD5 : HASH_SHA1, slice_of(lock->base, lock->base_len), slice_of(number, 4), SLICE(""), room);
	if (old)
		return slice_of(room, 16);
	if (lock->key_len == RC4_40) { /* 40 bits, and zeros up to 128 */
		memset(room + RC4_40, 0, 16 - RC4_40);
		return slice_of(room, 16);
	}
	return slice_of(room, lock->key_len);
}

void office_turn_object(struct office_lock *lock, uint32_t block, uint8_t *at, size_t len)
{
	uint8_t room[HASH_MOST];
	if (!rc4(block_key(lock, block, room), 0, at, len) && len)
		memset(at, 0, len); /* cannot happen: keys are 5 to 16 bytes */
}

static void turn_piece(struct office_lock *lock, uint32_t block, size_t block_bytes, size_t skip, uint8_t *at, size_t len)
{
	if (lock->stream_len != block_bytes || lock->block != block) {
		memset(lock->stream, 0, block_bytes);
		office_turn_object(lock, block, lock->stream, block_bytes);
		lock->stream_len = block_bytes;
		lock->block = block;
	}
	for (size_t i = 0; i < len; i++)
		at[i] ^= lock->stream[skip + i];
}

void office_turn(struct office_lock *lock, uint32_t first, size_t block_bytes, size_t pos, uint8_t *at, size_t len)
{
	while (len > 0) {
		size_t skip = pos % block_bytes, now = block_bytes - skip < len ? block_bytes - skip : len;
		turn_piece(lock, first + (uint32_t)(pos / block_bytes), block_bytes, skip, at, now);
		pos += now;
		at += now;
		len -= now;
	}
}

/* ---- RC4: what the header says ---- */

/* 2.3.5.1 CryptoAPI: flags, the size of a header, the header, the verifier. */
static bool read_cryptoapi(struct cursor *c, struct verifier *v)
{
	cursor_skip(c, 4);
	struct cursor header = cursor_child(c, cursor_take_le32(c));
	cursor_skip(&header, 8);
	uint32_t algorithm = cursor_take_le32(&header);
	cursor_skip(&header, 4);
	uint32_t bits = cursor_take_le32(&header);
	uint32_t salt_len = cursor_take_le32(c);
	v->salt = cursor_take(c, SALT);
	v->check = cursor_take(c, VERIFIER);
	cursor_skip(c, 4);
	v->hash = cursor_take(c, SHA1_BYTES);
	v->cipher = OFFICE_CRYPTOAPI;
	bits = bits ? bits : 40;
	v->key_len = bits / 8;
	return cursor_ok(c) && cursor_ok(&header) && algorithm == ALGORITHM_RC4 && salt_len == SALT && bits % 8 == 0 &&
	       bits >= 40 && bits <= 128;
}

static bool read_header(struct slice bytes, struct verifier *v, bool *known)
{
	struct cursor c = cursor_of(bytes, NULL);
	uint16_t major = cursor_take_le16(&c), minor = cursor_take_le16(&c);
	*known = (major == 1 && minor == 1) || (major >= 2 && major <= 4 && minor == 2);
	if (!*known || minor == 2)
		return *known && read_cryptoapi(&c, v);
	v->cipher = OFFICE_RC4;
	v->salt = cursor_take(&c, SALT);
	v->check = cursor_take(&c, VERIFIER);
	v->hash = cursor_take(&c, 16);
	return cursor_ok(&c);
}

/* ---- RC4: a password ---- */

/* 2.3.6.2: forty bits of the password's hash and the salt, sixteen times over. */
static void derive_old(const struct verifier *v, struct slice password, struct office_lock *lock)
{
	uint8_t hash[HASH_MOST], all[FOLDS * (RC4_40 + SALT)];
	hash_of(HASH_MD5, password, SLICE(""), SLICE(""), hash);
	for (size_t i = 0; i < FOLDS; i++) {
		memcpy(all + i * (RC4_40 + SALT), hash, RC4_40);
		memcpy(all + i * (RC4_40 + SALT) + RC4_40, v->salt.at, SALT);
	}
	hash_of(HASH_MD5, slice_of(all, sizeof all), SLICE(""), SLICE(""), lock->base);
	lock->base_len = RC4_40;
}

static bool opens(const struct verifier *v, struct slice password, struct office_lock *lock)
{
	uint8_t both[VERIFIER + HASH_MOST], hash[HASH_MOST];
	lock->cipher = v->cipher;
	lock->key_len = v->key_len;
	lock->stream_len = 0;
	if (v->cipher == OFFICE_RC4) {
		derive_old(v, password, lock);
	} else {
		hash_of(HASH_SHA1, v->salt, password, SLICE(""), lock->base);
		lock->base_len = SHA1_BYTES;
	}
	memcpy(both, v->check.at, VERIFIER);
	memcpy(both + VERIFIER, v->hash.at, v->hash.len);
	office_turn_object(lock, 0, both, VERIFIER + v->hash.len);
	hash_of(v->cipher == OFFICE_RC4 ? HASH_MD5 : HASH_SHA1, slice_of(both, VERIFIER), SLICE(""), SLICE(""), hash);
	return secret_same(hash, both + VERIFIER, v->hash.len);
}

struct result office_find_rc4(struct job *job, struct slice header, const char *place, struct office_lock *lock)
{
	struct secret AUTO(secret_wipe) secret;
	struct verifier v = {0};
	bool known;
	if (!read_header(header, &v, &known))
		return job_refuse(job, known ? REFUSAL_DAMAGED : REFUSAL_LOCKED, place,
		                  known ? "an encryption header that is cut off" : "an encryption of another kind");
	TRY(job_pay_work(job, TRY_WORK));
	lock->asked = job->password.len && secret_make(job->password, SECRET_UTF16, &secret) &&
	              opens(&v, secret_slice(&secret), lock);
	for (size_t i = 0; !lock->asked && i < sizeof standard / sizeof *standard; i++)
		if (secret_make(slice_str(standard[i]), SECRET_UTF16, &secret) && opens(&v, secret_slice(&secret), lock))
			return ok();
	return lock->asked ? ok() : job_locked(job, place);
}

/* ---- XOR obfuscation ---- */

static uint16_t turned_left(unsigned v, unsigned by, unsigned width)
{
	unsigned mask = (1u << width) - 1;
	return (uint16_t)(((v << by) | (v & mask) >> (width - by)) & mask);
}

/* 2.3.7.2: a feedback register run over the password's bits. */
static uint16_t xor_key(struct slice password)
{
	uint16_t key = 0, base = 0x8000, end = 0xFFFF;
	for (size_t i = password.len; i-- > 0;) {
		unsigned c = password.at[i] & 0x7F;
		for (unsigned bit = 0; bit < 8; bit++, c >>= 1) {
			base = turned_left(base, 1, 16);
			base = (uint16_t)(base & 1 ? base ^ 0x1020 : base);
			key = (uint16_t)(c & 1 ? key ^ base : key);
			end = turned_left(end, 1, 16);
			end = (uint16_t)(end & 1 ? end ^ 0x1020 : end);
		}
	}
	return key ^ end;
}

/* 2.3.7.1 */
static uint16_t xor_check(struct slice password)
{
	unsigned check = (unsigned)password.len ^ 0xCE4B;
	for (size_t i = 0; i < password.len; i++)
		check ^= turned_left(password.at[i], (unsigned)(i + 1) % 15, 15);
	return (uint16_t)check;
}

static void xor_array(struct slice password, uint16_t key, bool word, uint8_t out[16])
{
	static const uint8_t fill[] = {0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80,
	                               0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00};
	for (size_t i = 0; i < 16; i++) {
		uint8_t c = i < password.len ? password.at[i] : fill[i - password.len];
		c ^= (uint8_t)(key >> (i & 1 ? 8 : 0));
		out[i] = (uint8_t)turned_left(c, word ? 7 : 2, 8);
	}
}

/* Old programs kept the low byte of each character, or the bytes of the system's charset. */
static bool xor_form(struct slice password, unsigned form, struct secret *out)
{
	if (form < 2)
		return secret_make(password, form ? SECRET_CP932 : SECRET_UTF8, out);
	if (!secret_make(password, SECRET_UTF16, out))
		return false;
	out->len /= 2;
	for (size_t i = 0; i < out->len; i++)
		out->at[i] = out->at[2 * i] ? out->at[2 * i] : out->at[2 * i + 1];
	return true;
}

static bool xor_opens(struct slice password, uint16_t key, uint16_t check, bool word, struct office_lock *lock)
{
	struct secret AUTO(secret_wipe) secret;
	for (unsigned form = 0; form < 3; form++) {
		if (!xor_form(password, form, &secret) || secret.len == 0)
			continue;
		struct slice bytes = slice_part(secret_slice(&secret), 0, XOR_MOST);
		uint16_t own_key = xor_key(bytes), own_check = xor_check(bytes);
		/* sources differ on which of the two Word writes first */
		bool fits = (own_key == key && own_check == check) || (word && own_key == check && own_check == key);
		if (!fits)
			continue;
		lock->cipher = OFFICE_XOR;
		xor_array(bytes, own_key, word, lock->stream);
		return true;
	}
	return false;
}

struct result office_find_xor(struct job *job, uint16_t key, uint16_t check, bool word, const char *place,
                              struct office_lock *lock)
{
	TRY(job_pay_work(job, TRY_WORK));
	lock->asked = job->password.len && xor_opens(job->password, key, check, word, lock);
	if (lock->asked || xor_opens(slice_str(standard[0]), key, check, word, lock))
		return ok();
	return job_locked(job, place);
}
