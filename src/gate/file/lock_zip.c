/* Locked members of a zip: ZipCrypto and WinZip AES.
 *
 * AES: the password is checked by two bytes, then the HMAC over the ciphertext
 * decides before a byte is used.  ZipCrypto has one byte to check and no MAC:
 * the CRC of the member, which the reader demands anyway, is its proof, and a
 * wrong CRC counts as a wrong password.
 * source  PKWARE APPNOTE 6.3.10 section 6.1; WinZip AES (AE-1, AE-2)           */
#include "gate/file/cipher.h"
#include "gate/file/zip.h"

#include <libdeflate.h>

enum { HEADER = 12, CHECK = 2, MAC = 10, ROUNDS = 1000, DESCRIBED = 1 << 3 };
/* four blocks of PBKDF2 at two hashes a round: what one try costs, in bytes hashed */
enum { AES_WORK = ROUNDS * 2 * 64 * 4 };

/* ---- ZipCrypto ---- */

struct keys {
	uint32_t k[3];
};

static void turn(struct keys *keys, uint8_t plain)
{
	static uint32_t table[256];
	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t crc = i;
			for (int bit = 0; bit < 8; bit++)
				crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
			table[i] = crc;
		}
	keys->k[0] = table[(keys->k[0] ^ plain) & 0xFF] ^ keys->k[0] >> 8;
	keys->k[1] = (keys->k[1] + (keys->k[0] & 0xFF)) * 134775813u + 1;
	keys->k[2] = table[(keys->k[2] ^ keys->k[1] >> 24) & 0xFF] ^ keys->k[2] >> 8;
}

static uint8_t open_byte(struct keys *keys, uint8_t sealed)
{
	uint32_t at = (keys->k[2] | 2) & 0xFFFF;
	uint8_t plain = (uint8_t)(sealed ^ ((at * (at ^ 1)) >> 8));
	turn(keys, plain);
	return plain;
}

static bool check_fits(const struct zip_entry *entry, uint8_t check)
{
	return check == entry->crc >> 24 || ((entry->flags & DESCRIBED) && check == entry->time >> 8);
}

/* The member under one password, into `to`; false for a wrong one. */
static bool open_classic(const struct zip_entry *entry, struct slice password, uint8_t *to)
{
	struct keys keys = {{0x12345678, 0x23456789, 0x34567890}};
	uint8_t last = 0;
	for (size_t i = 0; i < password.len; i++)
		turn(&keys, password.at[i]);
	for (size_t i = 0; i < HEADER; i++)
		last = open_byte(&keys, entry->packed.at[i]);
	if (!check_fits(entry, last))
		return false;
	for (size_t i = HEADER; i < entry->packed.len; i++)
		to[i - HEADER] = open_byte(&keys, entry->packed.at[i]);
	return true;
}

/* ---- WinZip AES ---- */

static bool open_aes(const struct zip_entry *entry, struct slice password, uint8_t *to, bool *authentic)
{
	size_t salt_len = 4u + 4u * entry->aes, key_len = 8u + 8u * entry->aes;
	struct slice salt = slice_part(entry->packed, 0, salt_len);
	struct slice data = slice_part(entry->packed, salt_len + CHECK, entry->packed.len - salt_len - CHECK - MAC);
	uint8_t keys[2 * 32 + CHECK], mac[HASH_MOST];
	pbkdf2_sha1(password, salt, ROUNDS, keys, 2 * key_len + CHECK);
	bool right = secret_same(keys + 2 * key_len, entry->packed.at + salt_len, CHECK);
	if (right) {
		hmac_of(HASH_SHA1, slice_of(keys + key_len, key_len), data, mac);
		*authentic = secret_same(mac, data.at + data.len, MAC);
		if (data.len)
			memcpy(to, data.at, data.len);
		right = aes_ctr_little(slice_of(keys, key_len), to, data.len);
	}
	explicit_bzero(keys, sizeof keys);
	return right;
}

/* ---- both ---- */

/* Whether the bytes under a lock without MAC are the member: they must inflate to
 * its size and CRC. */
static bool proves(struct job *job, const struct zip_entry *entry, struct slice plain, bool *enough)
{
	struct zip_entry open = *entry;
	enum refusal ignored;
	uint8_t *to = malloc((size_t)entry->size + 1);
	*enough = to != NULL;
	open.packed = plain;
	open.sealed = false;
	struct result paid = job_pay_work(job, entry->size);
	bool right = to && paid.code == OK && zip_inflate(&open, to, &ignored) == NULL;
	free(to);
	return right;
}

static struct result try_form(struct job *job, const struct zip_entry *entry, struct slice password, struct slice plain,
                              bool *right, struct why *why)
{
	uint8_t *to = (uint8_t *)(uintptr_t)plain.at;
	bool authentic = true, enough = true;
	TRY(job_pay_work(job, entry->packed.len + (entry->aes ? AES_WORK : 0)));
	if (entry->aes)
		*right = open_aes(entry, password, to, &authentic);
	else
		*right = open_classic(entry, password, to) && proves(job, entry, plain, &enough);
	if (!authentic)
		return job_refuse(job, REFUSAL_DAMAGED, zip_place(job, entry), "its MAC is wrong");
	return enough ? ok() : job_memory(why);
}

struct result zip_open_member(struct job *job, struct arena *arena, struct zip_entry *entry, struct why *why)
{
	size_t more = zip_seal_bytes(entry);
	struct secret AUTO(secret_wipe) secret;
	bool right = false;
	if (entry->packed.len < more)
		return job_refuse(job, REFUSAL_DAMAGED, zip_place(job, entry), "shorter than its encryption needs");
	uint8_t *to = arena_alloc(arena, entry->packed.len - more + 1);
	if (!to)
		return job_memory(why);
	struct slice plain = slice_of(to, entry->packed.len - more);
	for (unsigned form = SECRET_UTF8; !right && form <= SECRET_CP932 && job->password.len; form++)
		if (secret_make(job->password, (enum secret_form)form, &secret))
			TRY(try_form(job, entry, secret_slice(&secret), plain, &right, why));
	if (!right)
		return job_locked(job, zip_place(job, entry));
	entry->packed = plain;
	entry->sealed = false;
	return ok();
}
