/* The vault's keys and rows.
 *
 * master key --kdf--> wrap key: seals each item's key and plain digest in its row
 *            --kdf--> digest key: HMAC for what the ledger may show
 *            --kdf--> check: kept in the store, so that a wrong keyfile is found
 *                     when the vault is opened and not when a file is needed
 * The row's other columns are the sealed part's associated data: an exchanged
 * size, digest or id does not open.  Erasing sets the sealed part to NULL; the
 * database overwrites freed bytes (secure_delete), the sweep empties its log.
 */
#include "store/vault_room.h"

#include "base/file.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct migration steps[] = {
	{1, "CREATE TABLE vault_key (one BIGINT PRIMARY KEY CHECK (one = 1), proof BLOB NOT NULL);"
	    "CREATE TABLE vault_item ("
	    " id TEXT PRIMARY KEY,"
	    " bytes BIGINT NOT NULL,"
	    " digest BLOB NOT NULL,"
	    " sealed BLOB,"          /* nonce, item key and plain digest; NULL once erased */
	    " small BLOB,"           /* nonce and content; NULL for a file or once erased */
	    " in_row BIGINT NOT NULL,"
	    " retain_until_ms BIGINT NOT NULL,"
	    " erased_ms BIGINT NOT NULL);"
	    "CREATE INDEX vault_item_retain ON vault_item (retain_until_ms, id)"},
};

static const char key_line[] = "sekisho-vault-key-1 ";

/* ---- the master key ------------------------------------------------------ */

static struct result write_key(const char *keyfile, struct random *random, struct why *why)
{
	uint8_t key[crypto_kdf_KEYBYTES];
	char text[sizeof key_line + 2 * sizeof key + 1];
	TRY(random_fill(random, key, sizeof key, why));
	memcpy(text, key_line, sizeof key_line - 1);
	hex_encode(key, sizeof key, text + sizeof key_line - 1);
	text[sizeof text - 2] = '\n';
	AUTO(fd_close_drop) int fd = open(keyfile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct result done = fd < 0 ? fail(why, errno == EEXIST ? E_CONFLICT : E_SYSTEM, keyfile,
	                                   "cannot create the key: %s", strerror(errno))
	                            : fd_write_all(fd, slice_of(text, sizeof text - 1), why);
	if (done.code == OK && fsync(fd) < 0)
		done = fail(why, E_SYSTEM, keyfile, "cannot make the key durable: %s", strerror(errno));
	sodium_memzero(key, sizeof key);
	sodium_memzero(text, sizeof text);
	return done;
}

struct result vault_create(const char *folder, const char *keyfile, struct random *random,
                           struct why *why)
{
	if (sodium_init() < 0)
		return fail(why, E_SYSTEM, "", "libsodium does not start");
	if (access(keyfile, F_OK) == 0)
		return fail(why, E_CONFLICT, keyfile, "the key exists already");
	if (mkdir(folder, 0700) < 0)
		return fail(why, errno == EEXIST ? E_CONFLICT : E_SYSTEM, folder,
		            "cannot create the folder: %s", strerror(errno));
	struct result done = write_key(keyfile, random, why);
	if (done.code != OK)
		rmdir(folder);
	return done;
}

static struct result read_key_text(const char *keyfile, char *text, size_t room, struct why *why)
{
	struct stat st;
	AUTO(fd_close_drop) int fd = open(keyfile, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return fail(why, errno == ENOENT ? E_ABSENT : E_SYSTEM, keyfile,
		            "cannot open the key: %s", strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return fail(why, E_INPUT, keyfile, "it is not a plain file");
	if (st.st_mode & 0077)
		return fail(why, E_DENIED, keyfile, "others than its owner can read the key");
	ssize_t n = read(fd, text, room);
	if (n != (ssize_t)room)
		return fail(why, E_INPUT, keyfile, "it is not a vault's key");
	return ok();
}

static struct result read_key(const char *keyfile, uint8_t key[crypto_kdf_KEYBYTES], struct why *why)
{
	char text[sizeof key_line - 1 + 2 * crypto_kdf_KEYBYTES];
	TRY(read_key_text(keyfile, text, sizeof text, why));
	bool good = memcmp(text, key_line, sizeof key_line - 1) == 0 &&
	            hex_decode(slice_of(text + sizeof key_line - 1, 2 * crypto_kdf_KEYBYTES), key,
	                       crypto_kdf_KEYBYTES);
	sodium_memzero(text, sizeof text);
	return good ? ok() : fail(why, E_INPUT, keyfile, "it is not a vault's key");
}

static struct result derive(struct vault *vault, const char *keyfile, struct why *why)
{
	static const char context[crypto_kdf_CONTEXTBYTES + 1] = "skshvalt";
	uint8_t master[crypto_kdf_KEYBYTES];
	TRY(read_key(keyfile, master, why));
	crypto_kdf_derive_from_key(vault->wrap_key, sizeof vault->wrap_key, 1, context, master);
	crypto_kdf_derive_from_key(vault->digest_key, sizeof vault->digest_key, 2, context, master);
	crypto_kdf_derive_from_key(vault->check, sizeof vault->check, 3, context, master);
	sodium_memzero(master, sizeof master);
	return ok();
}

/* The first opening leaves its proof; every later one must bring the same. */
static struct result prove_key(struct vault *vault, const char *keyfile, struct why *why)
{
	AUTO(statement_drop) struct statement *put = NULL, *get = NULL;
	bool row = false;
	TRY(store_prepare(vault->store, "SELECT proof FROM vault_key WHERE one = 1", &get, why));
	TRY(statement_step(get, &row, why));
	if (!row) {
		TRY(store_prepare(vault->store,
		                  "INSERT INTO vault_key (one, proof) VALUES (1, ?1) ON CONFLICT DO NOTHING",
		                  &put, why));
		bind_blob(put, 1, slice_of(vault->check, sizeof vault->check));
		TRY(statement_run(put, NULL, why));
		TRY(statement_step(get, &row, why));
	}
	struct slice kept = row ? column_blob(get, 0) : (struct slice){0};
	if (kept.len != sizeof vault->check || sodium_memcmp(kept.at, vault->check, kept.len) != 0)
		return fail(why, E_TAMPERED, keyfile, "this key does not belong to this vault");
	return ok();
}

struct result vault_open(const char *folder, const char *keyfile, struct store *store,
                         struct vault **out, struct why *why)
{
	uint8_t warm[SHA256_BYTES];
	struct stat st;
	if (sodium_init() < 0)
		return fail(why, E_SYSTEM, "", "libsodium does not start");
	sha256(SLICE(""), warm); /* load the algorithm before any jail */
	if (stat(folder, &st) < 0 || !S_ISDIR(st.st_mode))
		return fail(why, E_ABSENT, folder, "the vault's folder is not there");
	AUTO(vault_drop) struct vault *vault = calloc(1, sizeof *vault);
	if (!vault)
		return fail(why, E_MEMORY, folder, "no memory for a vault");
	sodium_mlock(vault, sizeof *vault); /* best effort: a limit may forbid it */
	vault->store = store;
	vault->random = random_system();
	int len = snprintf(vault->folder, sizeof vault->folder, "%s", folder);
	if (len < 0 || (size_t)len >= sizeof vault->folder)
		return fail(why, E_INPUT, folder, "the path is too long");
	TRY(derive(vault, keyfile, why));
	TRY(store_migrate(store, "vault", steps, sizeof steps / sizeof *steps, why));
	TRY(prove_key(vault, keyfile, why));
	*out = vault;
	vault = NULL;
	return ok();
}

void vault_close(struct vault *vault)
{
	if (!vault)
		return;
	sodium_munlock(vault, sizeof *vault); /* overwrites with zeros */
	free(vault);
}

void vault_drop(struct vault **vault)
{
	vault_close(*vault);
	*vault = NULL;
}

/* ---- digests and paths --------------------------------------------------- */

void vault_keyed(const struct vault *vault, const uint8_t plain[VAULT_DIGEST], uint8_t out[VAULT_DIGEST])
{
	crypto_auth_hmacsha256(out, plain, VAULT_DIGEST, vault->digest_key);
}

void vault_digest(const struct vault *vault, struct slice bytes, uint8_t out[VAULT_DIGEST])
{
	uint8_t plain[VAULT_DIGEST];
	sha256(bytes, plain);
	vault_keyed(vault, plain, out);
	sodium_memzero(plain, sizeof plain);
}

void vault_path(const struct vault *vault, const char *id, bool folder_only, char out[4096])
{
	snprintf(out, 4096, "%s/%.2s%s%s", vault->folder, id, folder_only ? "" : "/",
	         folder_only ? "" : id);
}

/* ---- rows ---------------------------------------------------------------- */

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	ROW_BOUND = VAULT_ID + 8 + VAULT_DIGEST,
	SEALED = NONCE + sizeof(struct vault_secret) + TAG,
};

/* What a row's secret is bound to. */
static void bound_to(const struct vault_info *info, uint8_t out[ROW_BOUND])
{
	memcpy(out, info->id, VAULT_ID);
	for (int i = 0; i < 8; i++)
		out[VAULT_ID + i] = (uint8_t)(info->bytes >> (56 - 8 * i));
	memcpy(out + VAULT_ID + 8, info->digest, VAULT_DIGEST);
}

static struct result seal_secret(struct vault *vault, const struct vault_info *info,
                                 const struct vault_secret *secret, uint8_t out[SEALED],
                                 struct why *why)
{
	uint8_t bound[ROW_BOUND];
	bound_to(info, bound);
	TRY(random_fill(&vault->random, out, NONCE, why));
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, (const uint8_t *)secret,
	                                           sizeof *secret, bound, sizeof bound, NULL, out,
	                                           vault->wrap_key);
	return ok();
}

static bool open_secret(struct vault *vault, const struct vault_info *info, struct slice sealed,
                        struct vault_secret *out)
{
	uint8_t bound[ROW_BOUND];
	bound_to(info, bound);
	return sealed.len == SEALED &&
	       crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)out, NULL, NULL, sealed.at + NONCE,
	                                                  sealed.len - NONCE, bound, sizeof bound,
	                                                  sealed.at, vault->wrap_key) == 0;
}

struct result vault_keep_row(struct vault *vault, const struct vault_info *info,
                             const struct vault_secret *secret, const struct slice *small,
                             struct why *why)
{
	uint8_t sealed[SEALED];
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(seal_secret(vault, info, secret, sealed, why));
	TRY(store_prepare(vault->store,
	                  "INSERT INTO vault_item (id, bytes, digest, sealed, small, in_row,"
	                  " retain_until_ms, erased_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
	                  &s, why));
	bind_text(s, 1, slice_of(info->id, VAULT_ID));
	bind_i64(s, 2, (int64_t)info->bytes);
	bind_blob(s, 3, slice_of(info->digest, VAULT_DIGEST));
	bind_blob(s, 4, slice_of(sealed, sizeof sealed));
	if (small)
		bind_blob(s, 5, *small);
	else
		bind_null(s, 5);
	bind_i64(s, 6, small != NULL);
	bind_i64(s, 7, info->retain_until_ms);
	return statement_run(s, NULL, why);
}

/* take_info - from the columns id, bytes, digest, retain_until_ms, erased_ms */
static bool take_info(struct statement *s, struct vault_info *out)
{
	struct slice id = column_text(s, 0), digest;
	*out = (struct vault_info){.bytes = (uint64_t)column_i64(s, 1),
	                           .retain_until_ms = column_i64(s, 3),
	                           .erased_ms = column_i64(s, 4)};
	if (id.len != VAULT_ID)
		return false;
	memcpy(out->id, id.at, VAULT_ID);
	digest = column_blob(s, 2);
	if (digest.len != VAULT_DIGEST)
		return false;
	memcpy(out->digest, digest.at, VAULT_DIGEST);
	return true;
}

static struct result find_row(struct vault *vault, struct slice id, struct statement **out,
                              struct vault_info *info, struct why *why)
{
	struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(vault->store,
	                  "SELECT id, bytes, digest, retain_until_ms, erased_ms, sealed, small, in_row"
	                  " FROM vault_item WHERE id = ?1",
	                  &s, why));
	bind_text(s, 1, id);
	struct result found = statement_step(s, &row, why);
	if (found.code == OK && !row)
		found = fail(why, E_ABSENT, "vault", "there is no such item");
	if (found.code == OK && !take_info(s, info))
		found = fail(why, E_TAMPERED, "vault", "the item's row is damaged");
	if (found.code != OK) {
		statement_done(s);
		return found;
	}
	*out = s;
	return ok();
}

struct result vault_info_of(struct vault *vault, struct slice id, struct vault_info *out,
                            struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct vault_info info;
	struct vault_secret secret = {0};
	TRY(find_row(vault, id, &s, &info, why));
	if (info.erased_ms == 0 && !open_secret(vault, &info, column_blob(s, 5), &secret))
		return fail(why, E_TAMPERED, info.id, "the item's row was changed");
	memcpy(info.sha256, secret.sha256, VAULT_DIGEST);
	sodium_memzero(&secret, sizeof secret);
	*out = info;
	return ok();
}

struct result vault_open_row(struct vault *vault, struct slice id, struct vault_info *info,
                             struct vault_secret *secret, struct buffer *small, bool *in_row,
                             struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(find_row(vault, id, &s, info, why));
	if (info->erased_ms != 0)
		return fail(why, E_DENIED, info->id, "the item was erased");
	if (!open_secret(vault, info, column_blob(s, 5), secret))
		return fail(why, E_TAMPERED, info->id, "the item's row was changed");
	memcpy(info->sha256, secret->sha256, VAULT_DIGEST);
	*in_row = column_i64(s, 7) != 0;
	if (*in_row)
		buffer_put_slice(small, column_blob(s, 6));
	return buffer_ok(small) ? ok() : fail(why, E_TAMPERED, info->id, "the item is larger than it says");
}

/* ---- small items --------------------------------------------------------- */

struct result vault_small_seal(struct vault *vault, const struct vault_secret *secret, const char *id,
                               struct slice plain, struct buffer *out, struct why *why)
{
	uint8_t *at = buffer_reserve(out, NONCE + plain.len + TAG);
	if (!at)
		return fail(why, E_MEMORY, id, "no memory for the item");
	TRY(random_fill(&vault->random, at, NONCE, why));
	crypto_aead_xchacha20poly1305_ietf_encrypt(at + NONCE, NULL, plain.at, plain.len,
	                                           (const uint8_t *)id, VAULT_ID, NULL, at, secret->key);
	buffer_commit(out, NONCE + plain.len + TAG);
	return ok();
}

bool vault_small_open(const struct vault_secret *secret, const char *id, struct slice sealed,
                      uint8_t *out, size_t room, size_t *len)
{
	unsigned long long plain = 0;
	if (sealed.len < NONCE + TAG || sealed.len - NONCE - TAG > room)
		return false;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &plain, NULL, sealed.at + NONCE,
	                                               sealed.len - NONCE, (const uint8_t *)id, VAULT_ID,
	                                               sealed.at, secret->key) != 0)
		return false;
	*len = (size_t)plain;
	return true;
}

static struct result keep_small(struct vault *vault, struct slice bytes, struct vault_info *info,
                                struct vault_secret *secret, struct why *why)
{
	struct buffer sealed;
	buffer_init(&sealed, NONCE + VAULT_SMALL + TAG);
	struct result done = vault_small_seal(vault, secret, info->id, bytes, &sealed, why);
	struct slice small = buffer_slice(&sealed);
	if (done.code == OK)
		done = vault_keep_row(vault, info, secret, &small, why);
	buffer_done(&sealed);
	return done;
}

struct result vault_put(struct vault *vault, struct slice bytes, int64_t retain_until_ms,
                        struct vault_info *out, struct why *why)
{
	struct vault_secret secret;
	struct vault_info info = {.bytes = bytes.len, .retain_until_ms = retain_until_ms};
	if (bytes.len > VAULT_SMALL)
		return fail(why, E_LIMIT, "vault", "a small item has at most %d bytes", VAULT_SMALL);
	if (!store_in_transaction(vault->store))
		return fail(why, E_CONFLICT, "vault", "an item is kept inside a transaction only");
	TRY(random_id(&vault->random, info.id, why));
	TRY(random_fill(&vault->random, secret.key, sizeof secret.key, why));
	sha256(bytes, secret.sha256);
	memcpy(info.sha256, secret.sha256, VAULT_DIGEST);
	vault_keyed(vault, secret.sha256, info.digest);
	struct result done = keep_small(vault, bytes, &info, &secret, why);
	sodium_memzero(&secret, sizeof secret);
	if (done.code == OK)
		*out = info;
	return done;
}

/* ---- erasure ------------------------------------------------------------- */

struct result vault_erase(struct vault *vault, struct slice id, int64_t now_ms, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct vault_info info;
	int64_t changed = 0;
	if (!store_in_transaction(vault->store))
		return fail(why, E_CONFLICT, "vault", "an item is erased inside a transaction only");
	TRY(store_prepare(vault->store,
	                  "UPDATE vault_item SET sealed = NULL, small = NULL, erased_ms = ?2"
	                  " WHERE id = ?1 AND erased_ms = 0",
	                  &s, why));
	bind_text(s, 1, id);
	bind_i64(s, 2, now_ms > 0 ? now_ms : 1);
	TRY(statement_run(s, &changed, why));
	return changed == 1 ? ok() : vault_info_of(vault, id, &info, why);
}

struct result vault_due(struct vault *vault, int64_t now_ms, size_t limit, struct buffer *out,
                        struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(vault->store,
	                  "SELECT id FROM vault_item WHERE retain_until_ms BETWEEN 1 AND ?1"
	                  " AND erased_ms = 0 ORDER BY retain_until_ms, id LIMIT ?2",
	                  &s, why));
	bind_i64(s, 1, now_ms);
	bind_i64(s, 2, limit > INT32_MAX ? INT32_MAX : (int64_t)limit);
	buffer_clear(out);
	TRY(statement_step(s, &row, why));
	while (row) {
		buffer_put_slice(out, column_text(s, 0));
		TRY(statement_step(s, &row, why));
	}
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "vault", "too many items are due at once");
}
