/* Items that are files: encrypted on the way in, decrypted on the way out, one
 * chunk of 64 KiB in memory at a time.
 *
 * A file is: magic, header of the stream, chunks.  Each chunk's tag says whether
 * it is the last one, so that a file cut at a chunk's border is found too.  The
 * key is fresh for each item and stays in its row: a file without its row, or
 * with another's, is noise.                                                 */
#include "store/vault_room.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES };

struct vault_writer {
	struct vault *vault;
	int fd;
	char id[VAULT_ID + 1];
	char path[4096];
	struct vault_secret secret;
	crypto_secretstream_xchacha20poly1305_state stream;
	struct sha256_stream *digest;
	uint64_t bytes;
	size_t held; /* plain bytes that wait for their chunk to fill */
	uint8_t plain[VAULT_CHUNK];
	uint8_t sealed[VAULT_SEALED_CHUNK];
};

struct vault_reader {
	int fd; /* -1: the content is in `plain` already */
	struct vault_info info;
	struct vault_secret secret;
	crypto_secretstream_xchacha20poly1305_state stream;
	uint64_t given;
	bool ended;
	size_t small;
	uint8_t plain[VAULT_CHUNK];
	uint8_t sealed[VAULT_SEALED_CHUNK];
};

/* ---- in ------------------------------------------------------------------ */

static void writer_free(struct vault_writer *writer)
{
	if (writer->fd >= 0)
		close(writer->fd);
	sha256_drop(&writer->digest);
	sodium_memzero(writer, sizeof *writer);
	free(writer);
}

void vault_abandon(struct vault_writer **writer)
{
	if (!*writer)
		return;
	if ((*writer)->fd >= 0)
		unlink((*writer)->path);
	writer_free(*writer);
	*writer = NULL;
}

static struct result sync_folder(const char *path, struct why *why)
{
	AUTO(fd_close_drop) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return fail(why, E_SYSTEM, path, "cannot make the folder durable: %s", strerror(errno));
	return ok();
}

static struct result create_file(struct vault_writer *writer, struct why *why)
{
	char folder[4096];
	vault_path(writer->vault, writer->id, true, folder);
	vault_path(writer->vault, writer->id, false, writer->path);
	if (mkdir(folder, 0700) == 0)
		TRY(sync_folder(writer->vault->folder, why));
	writer->fd = open(writer->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (writer->fd < 0)
		return fail(why, E_SYSTEM, writer->path, "cannot create it: %s", strerror(errno));
	return ok();
}

static struct result begin_stream(struct vault_writer *writer, struct why *why)
{
	uint8_t header[HEADER];
	crypto_secretstream_xchacha20poly1305_init_push(&writer->stream, header, writer->secret.key);
	TRY(fd_write_all(writer->fd, slice_of(VAULT_MAGIC, VAULT_MAGIC_BYTES), why));
	return fd_write_all(writer->fd, slice_of(header, sizeof header), why);
}

struct result vault_begin(struct vault *vault, struct vault_writer **out, struct why *why)
{
	AUTO(vault_abandon) struct vault_writer *writer = calloc(1, sizeof *writer);
	if (!writer)
		return fail(why, E_MEMORY, "vault", "no memory for an item");
	writer->vault = vault;
	writer->fd = -1;
	writer->digest = sha256_begin();
	if (!writer->digest)
		return fail(why, E_MEMORY, "vault", "no memory for an item");
	TRY(random_id(&vault->random, writer->id, why));
	TRY(random_fill(&vault->random, writer->secret.key, sizeof writer->secret.key, why));
	TRY(create_file(writer, why));
	TRY(begin_stream(writer, why));
	*out = writer;
	writer = NULL;
	return ok();
}

static struct result push_chunk(struct vault_writer *writer, struct slice plain, bool last,
                                struct why *why)
{
	unsigned long long len = 0;
	uint8_t tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
	                   : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
	crypto_secretstream_xchacha20poly1305_push(&writer->stream, writer->sealed, &len, plain.at,
	                                           plain.len, NULL, 0, tag);
	return fd_write_all(writer->fd, slice_of(writer->sealed, (size_t)len), why);
}

/* A full chunk waits until more comes: only then it is known not to be the last. */
struct result vault_write(struct vault_writer *writer, struct slice bytes, struct why *why)
{
	sha256_add(writer->digest, bytes);
	writer->bytes += bytes.len;
	while (bytes.len) {
		if (writer->held == VAULT_CHUNK) {
			TRY(push_chunk(writer, slice_of(writer->plain, VAULT_CHUNK), false, why));
			writer->held = 0;
		}
		struct slice part = slice_part(bytes, 0, VAULT_CHUNK - writer->held);
		memcpy(writer->plain + writer->held, part.at, part.len);
		writer->held += part.len;
		bytes = slice_part(bytes, part.len, bytes.len);
	}
	return ok();
}

static struct result finish(struct vault_writer *writer, int64_t retain_until_ms,
                            struct vault_info *info, struct why *why)
{
	char folder[4096];
	if (!store_in_transaction(writer->vault->store))
		return fail(why, E_CONFLICT, "vault", "an item is kept inside a transaction only");
	TRY(push_chunk(writer, slice_of(writer->plain, writer->held), true, why));
	if (fsync(writer->fd) < 0)
		return fail(why, E_SYSTEM, writer->path, "cannot make it durable: %s", strerror(errno));
	vault_path(writer->vault, writer->id, true, folder);
	TRY(sync_folder(folder, why));
	if (!sha256_end(&writer->digest, writer->secret.sha256))
		return fail(why, E_MEMORY, "vault", "the digest was lost");
	*info = (struct vault_info){.bytes = writer->bytes, .retain_until_ms = retain_until_ms};
	memcpy(info->id, writer->id, sizeof info->id);
	memcpy(info->sha256, writer->secret.sha256, VAULT_DIGEST);
	vault_keyed(writer->vault, info->sha256, info->digest);
	return vault_keep_row(writer->vault, info, &writer->secret, NULL, why);
}

struct result vault_finish(struct vault_writer **writer, int64_t retain_until_ms,
                           struct vault_info *out, struct why *why)
{
	struct vault_info info;
	struct result done = finish(*writer, retain_until_ms, &info, why);
	if (done.code != OK) {
		vault_abandon(writer);
		return done;
	}
	writer_free(*writer);
	*writer = NULL;
	*out = info;
	return ok();
}

/* ---- out ----------------------------------------------------------------- */

static struct result damaged(const struct vault_reader *reader, const char *how, struct why *why)
{
	return fail(why, E_TAMPERED, reader->info.id, "the sealed item is damaged: %s", how);
}

/* read_up_to - fewer bytes only at the end of the file */
static struct result read_up_to(int fd, uint8_t *to, size_t room, size_t *out, struct why *why)
{
	size_t have = 0;
	while (have < room) {
		ssize_t n = read(fd, to + have, room - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(why, E_SYSTEM, "vault", "reading failed: %s", strerror(errno));
		if (n == 0)
			break;
		have += (size_t)n;
	}
	*out = have;
	return ok();
}

static struct result open_file(struct vault *vault, struct vault_reader *reader, struct why *why)
{
	char path[4096];
	uint8_t head[VAULT_MAGIC_BYTES + HEADER];
	size_t have = 0;
	vault_path(vault, reader->info.id, false, path);
	reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (reader->fd < 0 && errno == ENOENT)
		return damaged(reader, "its file is missing", why);
	if (reader->fd < 0)
		return fail(why, E_SYSTEM, path, "cannot open it: %s", strerror(errno));
	TRY(read_up_to(reader->fd, head, sizeof head, &have, why));
	if (have != sizeof head || memcmp(head, VAULT_MAGIC, VAULT_MAGIC_BYTES) != 0 ||
	    crypto_secretstream_xchacha20poly1305_init_pull(&reader->stream, head + VAULT_MAGIC_BYTES,
	                                                    reader->secret.key) != 0)
		return damaged(reader, "its beginning", why);
	return ok();
}

static struct result open_item(struct vault *vault, struct slice id, struct vault_reader *reader,
                               struct why *why)
{
	struct buffer small;
	bool in_row = false;
	buffer_init(&small, VAULT_SEALED_CHUNK + 64);
	struct result done = vault_open_row(vault, id, &reader->info, &reader->secret, &small, &in_row, why);
	if (done.code == OK && in_row &&
	    (!vault_small_open(&reader->secret, reader->info.id, buffer_slice(&small), reader->plain,
	                       sizeof reader->plain, &reader->small) ||
	     reader->small != reader->info.bytes))
		done = damaged(reader, "its row", why);
	if (done.code == OK && !in_row)
		done = open_file(vault, reader, why);
	buffer_done(&small);
	return done;
}

struct result vault_read_begin(struct vault *vault, struct slice id, struct vault_reader **out,
                               struct vault_info *info, struct why *why)
{
	AUTO(vault_read_end) struct vault_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return fail(why, E_MEMORY, "vault", "no memory for an item");
	reader->fd = -1;
	TRY(open_item(vault, id, reader, why));
	if (info)
		*info = reader->info;
	*out = reader;
	reader = NULL;
	return ok();
}

static struct result pull_chunk(struct vault_reader *reader, struct slice *out, struct why *why)
{
	size_t have = 0;
	unsigned long long len = 0;
	uint8_t tag = 0, beyond;
	TRY(read_up_to(reader->fd, reader->sealed, sizeof reader->sealed, &have, why));
	if (crypto_secretstream_xchacha20poly1305_pull(&reader->stream, reader->plain, &len, &tag,
	                                               reader->sealed, have, NULL, 0) != 0)
		return damaged(reader, have ? "a chunk was changed" : "its end is missing", why);
	reader->given += len;
	reader->ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	if (reader->ended) {
		TRY(read_up_to(reader->fd, &beyond, 1, &have, why));
		if (have || reader->given != reader->info.bytes)
			return damaged(reader, "its length", why);
	}
	*out = slice_of(reader->plain, (size_t)len);
	return ok();
}

struct result vault_read(struct vault_reader *reader, struct slice *out, struct why *why)
{
	if (reader->ended) {
		*out = (struct slice){0};
		return ok();
	}
	if (reader->fd >= 0)
		return pull_chunk(reader, out, why);
	reader->ended = true;
	*out = slice_of(reader->plain, reader->small);
	return ok();
}

void vault_read_end(struct vault_reader **reader)
{
	if (!*reader)
		return;
	if ((*reader)->fd >= 0)
		close((*reader)->fd);
	sodium_memzero(*reader, sizeof **reader);
	free(*reader);
	*reader = NULL;
}

struct result vault_to_fd(struct vault *vault, struct slice id, int fd, struct vault_info *info,
                          struct why *why)
{
	AUTO(vault_read_end) struct vault_reader *reader = NULL;
	struct vault_info about;
	struct slice part;
	TRY(vault_read_begin(vault, id, &reader, &about, why));
	do {
		TRY(vault_read(reader, &part, why));
		TRY(fd_write_all(fd, part, why));
	} while (part.len);
	if (info)
		*info = about;
	return ok();
}

/* get_streamed - a small item that was streamed in lies in a file */
static struct result get_streamed(struct vault *vault, struct slice id, struct arena *arena,
                                  struct slice *out, struct why *why)
{
	AUTO(vault_read_end) struct vault_reader *reader = NULL;
	struct slice part;
	TRY(vault_read_begin(vault, id, &reader, NULL, why));
	TRY(vault_read(reader, &part, why));
	struct slice copy = arena_copy(arena, part);
	if (!copy.at)
		return fail(why, E_MEMORY, "vault", "no memory for the item");
	*out = copy;
	return ok();
}

static struct result open_small(const struct vault_info *info, const struct vault_secret *secret,
                                struct slice sealed, struct arena *arena, struct slice *out, struct why *why)
{
	size_t len = 0, bytes = (size_t)info->bytes;
	uint8_t *at = arena_alloc(arena, bytes + 1);
	if (!at)
		return fail(why, E_MEMORY, info->id, "no memory for the item");
	if (!vault_small_open(secret, info->id, sealed, at, bytes, &len) || len != bytes)
		return fail(why, E_TAMPERED, info->id, "the sealed item is damaged: its row");
	*out = slice_of(at, len);
	return ok();
}

/* A page opens some hundred names: a row's item goes past the reader and its chunks. */
struct result vault_get(struct vault *vault, struct slice id, struct arena *arena,
                        struct slice *out, struct why *why)
{
	struct vault_info info;
	struct vault_secret secret = {0};
	struct buffer small;
	bool in_row = false;
	buffer_init(&small, VAULT_SEALED_CHUNK + 64);
	struct result done = vault_open_row(vault, id, &info, &secret, &small, &in_row, why);
	if (done.code == OK && info.bytes > VAULT_SMALL)
		done = fail(why, E_LIMIT, info.id, "the item is too large to be read at once");
	if (done.code == OK)
		done = in_row ? open_small(&info, &secret, buffer_slice(&small), arena, out, why)
		              : get_streamed(vault, id, arena, out, why);
	buffer_done(&small);
	sodium_memzero(&secret, sizeof secret);
	return done;
}

/* ---- sweep --------------------------------------------------------------- */

enum { UNNAMED_KEPT_S = 3600 };

struct sweep {
	struct vault *vault;
	bool all;
	uint64_t removed;
};

static bool id_shaped(const char *name)
{
	return strlen(name) == VAULT_ID && strspn(name, "abcdefghijklmnopqrstuvwxyz234567") == VAULT_ID;
}

static struct result is_dead(struct sweep *sweep, int folder, const char *name, bool *out,
                             struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct stat st;
	bool row = false;
	TRY(store_prepare(sweep->vault->store, "SELECT erased_ms FROM vault_item WHERE id = ?1", &s, why));
	bind_text(s, 1, slice_str(name));
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(why, E_SYSTEM, name, "cannot look at it: %s", strerror(errno));
	/* the row is asked for after the file's time: what is committed in between
	 * has a row or was written to just now */
	TRY(statement_step(s, &row, why));
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	bool old = sweep->all || now.tv_sec - st.st_mtim.tv_sec > UNNAMED_KEPT_S;
	*out = row ? column_i64(s, 0) != 0 : old;
	return ok();
}

static struct result sweep_names(struct sweep *sweep, DIR *dir, struct why *why)
{
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		bool dead = false;
		if (!id_shaped(entry->d_name))
			continue;
		TRY(is_dead(sweep, dirfd(dir), entry->d_name, &dead, why));
		if (dead && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			return fail(why, E_SYSTEM, entry->d_name, "cannot remove it: %s", strerror(errno));
		sweep->removed += dead;
	}
	return ok();
}

static struct result sweep_folder(struct sweep *sweep, int above, const char *name, struct why *why)
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		fd_close_drop(&fd);
		return fail(why, E_SYSTEM, name, "cannot read the folder: %s", strerror(errno));
	}
	struct result done = sweep_names(sweep, dir, why);
	closedir(dir);
	return done;
}

static struct result sweep_all(struct sweep *sweep, DIR *top, struct why *why)
{
	for (struct dirent *entry; (entry = readdir(top)) != NULL;)
		if (strlen(entry->d_name) == 2 && entry->d_name[0] != '.')
			TRY(sweep_folder(sweep, dirfd(top), entry->d_name, why));
	return ok();
}

struct result vault_sweep(struct vault *vault, bool all, uint64_t *removed, struct why *why)
{
	struct sweep sweep = {.vault = vault, .all = all};
	if (store_in_transaction(vault->store))
		return fail(why, E_CONFLICT, "vault", "a transaction is open");
	DIR *top = opendir(vault->folder);
	if (!top)
		return fail(why, E_SYSTEM, vault->folder, "cannot read the folder: %s", strerror(errno));
	struct result done = sweep_all(&sweep, top, why);
	closedir(top);
	if (removed)
		*removed = sweep.removed;
	if (done.code == OK)
		done = store_scrub(vault->store, why);
	return done;
}
