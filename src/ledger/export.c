/* The ledger as files that others' programs verify: C2SP tlog-tiles.
 *
 *   checkpoint                the newest signed note
 *   tile/<L>/<N>[.p/<W>]      256 hashes of level 8L, or the W there are
 *   tile/entries/<N>[.p/<W>]  256 entries, each after its 16-bit length
 *
 * N is written in groups of three digits, all but the last with an x: 1234067 is
 * x001/x234/067.  The checkpoint comes last: whoever reads it finds every tile
 * that it needs.                                                            */
#include "ledger/ledger_room.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TILE_WIDTH = 256,
	TILE_LEVELS = 8, /* of the tree in one tile */
	BUNDLE_MAX = TILE_WIDTH * (2 + LEDGER_LEAF_MAX),
};

/* ---- paths and files ----------------------------------------------------- */

/* number_path - at most seven groups: 3 * 7 digits hold every 62-bit number */
static void number_path(int64_t n, char out[64])
{
	int64_t group[8];
	size_t count = 0, len = 0;
	do {
		group[count++] = n % 1000;
		n /= 1000;
	} while (n && count < 8);
	for (size_t i = count; i-- > 0;)
		len += (size_t)snprintf(out + len, 64 - len, "%s%03d%s", i ? "x" : "", (int)group[i], i ? "/" : "");
}

/* tile_path - kind is "0", "1", ... or "entries"; width 256 is a full tile */
static bool tile_path(const char *folder, const char *kind, int64_t n, int64_t width,
                      char out[PATH_MAX])
{
	char number[64], part[16] = "";
	number_path(n, number);
	if (width < TILE_WIDTH)
		snprintf(part, sizeof part, ".p/%d", (int)width);
	int len = snprintf(out, PATH_MAX, "%s/tile/%s/%s%s", folder, kind, number, part);
	return len > 0 && len < PATH_MAX;
}

/* make_folders - every folder above the file, below the first `from` bytes */
static struct result make_folders(const char *path, size_t from, struct why *why)
{
	char folder[PATH_MAX];
	for (const char *at = path + from; (at = strchr(at, '/')) != NULL; at++) {
		snprintf(folder, sizeof folder, "%.*s", (int)(at - path), path);
		if (folder[0] && mkdir(folder, 0755) < 0 && errno != EEXIST)
			return fail(why, E_SYSTEM, folder, "cannot create the folder: %s", strerror(errno));
	}
	return ok();
}

static struct result write_new(const char *path, struct slice bytes, struct why *why)
{
	AUTO(fd_close_drop) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return fail(why, E_SYSTEM, path, "cannot create it: %s", strerror(errno));
	return fd_write_all(fd, bytes, why);
}

/* put_file - whole or not at all for a reader; durable only as the file system
 * likes, for an export can be made again                                     */
static struct result put_file(const char *path, struct slice bytes, struct why *why)
{
	char beside[PATH_MAX + 8];
	snprintf(beside, sizeof beside, "%s.new", path);
	TRY(make_folders(path, 1, why));
	TRY(write_new(beside, bytes, why));
	if (rename(beside, path) < 0)
		return fail(why, E_SYSTEM, path, "cannot put it in place: %s", strerror(errno));
	return ok();
}

/* ---- tiles --------------------------------------------------------------- */

struct exporting {
	struct ledger *ledger;
	const char *folder;
	int64_t size;
	struct buffer bytes; /* of the file being made */
};

/* What fills a file: rows of one column, 256 from a place on. */
struct content {
	const char *kind;
	const char *sql;
	int level; /* of the tree; -1 for entries */
	void (*put)(struct buffer *out, struct slice cell);
};

static void put_hash(struct buffer *out, struct slice hash)
{
	if (hash.len != SHA256_BYTES)
		out->failed = true;
	buffer_put_slice(out, hash);
}

static void put_entry(struct buffer *out, struct slice leaf)
{
	if (leaf.len > LEDGER_LEAF_MAX)
		out->failed = true;
	buffer_put_u8(out, (uint8_t)(leaf.len >> 8));
	buffer_put_u8(out, (uint8_t)leaf.len);
	buffer_put_slice(out, leaf);
}

static struct result fill(struct exporting *x, const struct content *content, int64_t from,
                          int64_t width, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	int64_t rows = 0;
	bool row = false;
	TRY(store_prepare(x->ledger->store, content->sql, &s, why));
	bind_i64(s, 1, from);
	bind_i64(s, 2, from + width);
	if (content->level >= 0)
		bind_i64(s, 3, content->level);
	buffer_clear(&x->bytes);
	TRY(statement_step(s, &row, why));
	for (; row; rows++) {
		content->put(&x->bytes, column_blob(s, 0));
		TRY(statement_step(s, &row, why));
	}
	if (rows != width || !buffer_ok(&x->bytes))
		return fail(why, E_TAMPERED, content->kind, "a tile from %lld on cannot be filled",
		            (long long)from);
	return ok();
}

static struct result write_tiles(struct exporting *x, const struct content *content, int64_t count,
                                 struct why *why)
{
	for (int64_t n = 0; n * TILE_WIDTH < count; n++) {
		char path[PATH_MAX];
		int64_t from = n * TILE_WIDTH;
		int64_t width = count - from < TILE_WIDTH ? count - from : TILE_WIDTH;
		if (!tile_path(x->folder, content->kind, n, width, path))
			return fail(why, E_INPUT, x->folder, "the path is too long");
		TRY(fill(x, content, from, width, why));
		TRY(put_file(path, buffer_slice(&x->bytes), why));
	}
	return ok();
}

static struct result write_all_tiles(struct exporting *x, struct why *why)
{
	const struct content entries = {
		"entries", "SELECT leaf FROM ledger_entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq", -1, put_entry};
	TRY(write_tiles(x, &entries, x->size, why));
	for (int level = 0; x->size >> (TILE_LEVELS * level) > 0; level++) {
		char kind[16];
		snprintf(kind, sizeof kind, "%d", level);
		const struct content hashes = {
			kind,
			"SELECT hash FROM ledger_node WHERE place >= ?1 AND place < ?2 AND level = ?3 ORDER BY place",
			TILE_LEVELS * level, put_hash};
		TRY(write_tiles(x, &hashes, x->size >> (TILE_LEVELS * level), why));
	}
	return ok();
}

/* ---- checkpoint ---------------------------------------------------------- */

struct result ledger_signed(struct ledger *ledger, struct arena *arena, struct slice *note, int64_t *size,
                            struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct checkpoint checkpoint;
	uint8_t root[SHA256_BYTES];
	bool row = false;
	TRY(store_prepare(ledger->store, "SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1", &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "checkpoint", "nothing was signed yet");
	*note = arena_copy(arena, column_text(s, 0));
	if (!note->at)
		return fail(why, E_MEMORY, "checkpoint", "no memory for the note");
	TRY(checkpoint_read(*note, &checkpoint, why));
	TRY(ledger_root(ledger, checkpoint.size, root, why));
	if (memcmp(root, checkpoint.root, SHA256_BYTES) != 0)
		return fail(why, E_TAMPERED, "checkpoint", "the tree is not the one that was signed");
	*size = checkpoint.size;
	return ok();
}

/* of_this_log - whatever checkpoint already lies in the folder */
static struct result of_this_log(struct ledger *ledger, const char *path, struct arena *arena,
                                 struct why *why)
{
	struct checkpoint there;
	struct slice note;
	struct result read = file_read(path, NOTE_MAX, arena, &note, NULL);
	if (read.code == E_ABSENT)
		return ok();
	if (read.code != OK || checkpoint_read(note, &there, NULL).code != OK ||
	    !slice_is(there.origin, ledger->origin))
		return fail(why, E_CONFLICT, path, "the folder holds another log");
	return ok();
}

static struct result export_view(struct exporting *x, struct arena *arena, struct why *why)
{
	struct slice note;
	char path[PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/checkpoint", x->folder);
	if (len < 0 || len >= (int)sizeof path)
		return fail(why, E_INPUT, x->folder, "the path is too long");
	TRY(of_this_log(x->ledger, path, arena, why));
	TRY(ledger_signed(x->ledger, arena, &note, &x->size, why));
	TRY(make_folders(path, 1, why));
	TRY(write_all_tiles(x, why));
	return file_write(path, note, 0644, why);
}

struct result ledger_export(struct ledger *ledger, const char *folder, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 * NOTE_MAX);
	struct exporting x = {.ledger = ledger, .folder = folder};
	if (!arena)
		return fail(why, E_MEMORY, folder, "no memory for the export");
	buffer_init(&x.bytes, BUNDLE_MAX);
	struct result done = store_begin_read(ledger->store, why);
	if (done.code == OK)
		done = export_view(&x, arena, why);
	store_rollback(ledger->store);
	buffer_done(&x.bytes);
	return done;
}
