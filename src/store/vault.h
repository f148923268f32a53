/* store/vault.h - sealed storage: what is personal or bulky, encrypted at rest
 *
 * Every item has its own key, wrapped by the vault's master key.  Large items
 * are files of encrypted 64 KiB chunks below the vault's folder, streamed both
 * ways (a 200 MB upload never sits in memory); small ones (up to 64 KiB) are
 * rows.  Erasing an item destroys its key: what copies and backups still hold
 * is noise from then on, while the ledger's digest and proofs stay valid.
 * An item is visible only after the transaction that names it has committed;
 * files that no row names are swept.
 * source  libsodium secretstream (XChaCha20-Poly1305); clause HN-2.2.2(5)
 */
#ifndef SEKISHO_STORE_VAULT_H
#define SEKISHO_STORE_VAULT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/random.h"
#include "store/store.h"

struct vault;
struct vault_writer;
struct vault_reader;

enum { VAULT_DIGEST = 32, VAULT_SMALL = 65536 };

struct vault_info {
	char id[27];
	uint64_t bytes;                 /* of the content */
	uint8_t digest[VAULT_DIGEST];   /* keyed (HMAC-SHA-256), fit for the ledger */
	uint8_t sha256[VAULT_DIGEST];   /* plain; personal data: never in the ledger;
	                                 * sealed with the key, zeros once erased */
	int64_t retain_until_ms;        /* 0: until erased by hand */
	int64_t erased_ms;              /* 0: still there */
};

/* The keyed digest is HMAC-SHA-256 over the SHA-256 of the content, under a key
 * derived from the master key: whoever has the content and the key can check
 * an entry of the ledger, nobody else can guess at what was erased.        */

/* vault_create - a new folder (0700) with a new master key in keyfile (0600, one
 * line of text); E_CONFLICT if either exists                               */
struct result vault_create(const char *folder, const char *keyfile, struct random *random,
                           struct why *why) MUST;
/* vault_open - migrates its table; the key is locked in memory and never shown
 * errors  E_DENIED    others than the owner can read the keyfile
 *         E_TAMPERED  the store's items were sealed under another key       */
struct result vault_open(const char *folder, const char *keyfile, struct store *store,
                         struct vault **out, struct why *why) MUST;
void vault_close(struct vault *vault);
void vault_drop(struct vault **vault);

/* Streaming in.  begin and write need no transaction; finish must run inside
 * one (E_CONFLICT else): file and folder are durable, then it inserts the row.
 * finish and abandon free the writer, whatever they return; abandon deletes
 * what was written.                                                        */
struct result vault_begin(struct vault *vault, struct vault_writer **out, struct why *why) MUST;
struct result vault_write(struct vault_writer *writer, struct slice bytes, struct why *why) MUST;
struct result vault_finish(struct vault_writer **writer, int64_t retain_until_ms,
                           struct vault_info *out, struct why *why) MUST;
void vault_abandon(struct vault_writer **writer);

/* Streaming out, of small items too.  E_ABSENT unknown, E_DENIED erased,
 * E_TAMPERED damaged, cut short or exchanged: what was already read must then
 * be thrown away.  info is nullable.                                       */
struct result vault_read_begin(struct vault *vault, struct slice id, struct vault_reader **out,
                               struct vault_info *info, struct why *why) MUST;
/* vault_read - up to VAULT_SMALL bytes; empty at the end */
struct result vault_read(struct vault_reader *reader, struct slice *out, struct why *why) MUST;
void vault_read_end(struct vault_reader **reader);
/* vault_to_fd - the whole item into an open file (a worker's memfd) */
struct result vault_to_fd(struct vault *vault, struct slice id, int fd, struct vault_info *info,
                          struct why *why) MUST;

/* Small items.  put runs inside a transaction (E_CONFLICT else) and takes at
 * most VAULT_SMALL bytes (E_LIMIT); get reads any item of at most that size. */
struct result vault_put(struct vault *vault, struct slice bytes, int64_t retain_until_ms,
                        struct vault_info *out, struct why *why) MUST;
struct result vault_get(struct vault *vault, struct slice id, struct arena *arena,
                        struct slice *out, struct why *why) MUST;

/* vault_erase - destroy the key (inside a transaction).  The file, and older
 * images of the row in the database's log, go with the next sweep.
 * E_ABSENT unknown; an item that is erased already keeps its first time     */
struct result vault_erase(struct vault *vault, struct slice id, int64_t now_ms, struct why *why) MUST;
/* vault_sweep - unlink the files of erased items, and those that no row names
 * and that nobody has written to for an hour (or at once, if `all`: only while
 * nobody writes); outside a transaction.  The hour is the file system's, not
 * the office's: no test clock moves the times of files.                     */
struct result vault_sweep(struct vault *vault, bool all, uint64_t *removed, struct why *why) MUST;

/* vault_due - ids (26 characters each, one after another) of items whose
 * retention has ended by now_ms, soonest first, at most limit               */
struct result vault_due(struct vault *vault, int64_t now_ms, size_t limit, struct buffer *out,
                        struct why *why) MUST;
/* vault_info_of - what is known of an item without opening it; erased ones too */
struct result vault_info_of(struct vault *vault, struct slice id, struct vault_info *out,
                            struct why *why) MUST;

/* vault_digest - keyed digest of any bytes, e.g. of a login name */
void vault_digest(const struct vault *vault, struct slice bytes, uint8_t out[VAULT_DIGEST]);

#endif
