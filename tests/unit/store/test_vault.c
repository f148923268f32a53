/* Sealed storage on real files: what went in comes out, damage is found, an
 * erased key is nowhere, 200 MB pass through a small process.               */
#include "store/vault.h"

#include "harness.h"
#include "scratch.h"
#include "store/digest.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct house {
	struct scratch scratch;
	struct random random;
	struct store *store;
	struct vault *vault;
};

static struct house house_new(void)
{
	struct why why = {0};
	struct house h = {.scratch = scratch_new(), .random = random_system()};
	const char *folder = scratch_path(&h.scratch, "", "vault"), *key = scratch_path(&h.scratch, "", "key");
	CHECK_OK(store_open(scratch_path(&h.scratch, "sqlite:", "db"), &h.store, &why), &why);
	CHECK_OK(vault_create(folder, key, &h.random, &why), &why);
	CHECK_OK(vault_open(folder, key, h.store, &h.vault, &why), &why);
	return h;
}

static void house_drop(struct house *h)
{
	vault_close(h->vault);
	store_close(h->store);
	scratch_drop(&h->scratch);
}

static struct result keep(struct house *h, struct slice bytes, size_t piece, struct vault_info *out,
                          struct why *why)
{
	AUTO(vault_abandon) struct vault_writer *writer = NULL;
	TRY(vault_begin(h->vault, &writer, why));
	for (size_t at = 0; at < bytes.len; at += piece)
		TRY(vault_write(writer, slice_part(bytes, at, piece), why));
	TRY(store_begin(h->store, why));
	struct result done = vault_finish(&writer, 0, out, why);
	if (done.code != OK) {
		store_rollback(h->store);
		return done;
	}
	return store_commit(h->store, why);
}

static struct result fetch(struct house *h, const char *id, struct buffer *out, struct why *why)
{
	AUTO(vault_read_end) struct vault_reader *reader = NULL;
	struct slice part;
	buffer_clear(out);
	TRY(vault_read_begin(h->vault, slice_str(id), &reader, NULL, why));
	do {
		TRY(vault_read(reader, &part, why));
		buffer_put_slice(out, part);
	} while (part.len);
	return ok();
}

static const char *file_of(struct house *h, const char *id)
{
	char name[64];
	snprintf(name, sizeof name, "vault/%.2s/%s", id, id);
	return scratch_path(&h->scratch, "", name);
}

static struct slice pattern(size_t len)
{
	static uint8_t bytes[300000];
	struct random random = random_seeded(7);
	if (!bytes[0] && random_fill(&random, bytes, sizeof bytes, NULL).code != OK)
		abort();
	return slice_of(bytes, len);
}

TEST(what_went_in_comes_out)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 300000};
	AUTO(house_drop) struct house h = house_new();
	struct buffer out;
	buffer_init(&out, 400000);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct why why = {0};
		struct vault_info info = {0}, again = {0};
		uint8_t plain[32], keyed[32];
		struct slice bytes = pattern(sizes[i]);
		CHECK_OK(keep(&h, bytes, 7777, &info, &why), &why);
		CHECK_OK(fetch(&h, info.id, &out, &why), &why);
		CHECK(slice_equal(buffer_slice(&out), bytes));
		CHECK_INT(info.bytes, sizes[i]);
		sha256(bytes, plain);
		vault_digest(h.vault, bytes, keyed);
		CHECK(memcmp(plain, info.sha256, 32) == 0 && memcmp(keyed, info.digest, 32) == 0);
		CHECK(memcmp(plain, keyed, 32) != 0);
		CHECK_OK(vault_info_of(h.vault, slice_str(info.id), &again, &why), &why);
		CHECK(memcmp(&again, &info, sizeof info) == 0);
	}
	buffer_done(&out);
}

TEST(small_items_are_rows)
{
	struct why why = {0};
	struct vault_info info = {0};
	struct slice got = {0};
	AUTO(house_drop) struct house h = house_new();
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	CHECK_FAILS(vault_put(h.vault, SLICE("青木 一郎"), 0, &info, NULL), E_CONFLICT);
	CHECK_OK(store_begin(h.store, &why), &why);
	CHECK_OK(vault_put(h.vault, SLICE("青木 一郎"), 5000, &info, &why), &why);
	CHECK_FAILS(vault_put(h.vault, pattern(VAULT_SMALL + 1), 0, &info, NULL), E_LIMIT);
	CHECK_OK(store_commit(h.store, &why), &why);
	CHECK_OK(vault_get(h.vault, slice_str(info.id), arena, &got, &why), &why);
	CHECK_SLICE(got, SLICE("青木 一郎"));
	CHECK_INT(info.retain_until_ms, 5000);
	CHECK_OK(store_begin(h.store, &why), &why);
	CHECK_OK(vault_put(h.vault, pattern(VAULT_SMALL), 0, &info, &why), &why);
	CHECK_OK(store_commit(h.store, &why), &why);
	CHECK_OK(vault_get(h.vault, slice_str(info.id), arena, &got, &why), &why);
	CHECK(slice_equal(got, pattern(VAULT_SMALL)));
	CHECK_FAILS(vault_get(h.vault, SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaa"), arena, &got, NULL), E_ABSENT);
	CHECK_OK(keep(&h, pattern(70000), 70000, &info, &why), &why);
	CHECK_FAILS(vault_get(h.vault, slice_str(info.id), arena, &got, NULL), E_LIMIT);
}

/* ---- damage -------------------------------------------------------------- */

static void flip(const char *path, off_t at)
{
	uint8_t byte = 0;
	int fd = open(path, O_RDWR);
	CHECK(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= 0x10;
	CHECK(pwrite(fd, &byte, 1, at) == 1);
	close(fd);
}

TEST(every_damage_is_found)
{
	struct why why = {0};
	struct vault_info info = {0}, other = {0};
	struct stat st;
	AUTO(house_drop) struct house h = house_new();
	struct buffer out;
	buffer_init(&out, 400000);
	CHECK_OK(keep(&h, pattern(200000), 5000, &info, &why), &why);
	CHECK_OK(keep(&h, pattern(200000), 5000, &other, &why), &why);
	const char *path = file_of(&h, info.id);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	for (off_t at = 0; at < st.st_size; at = at * 2 + 1) {
		flip(path, at);
		CHECK_FAILS(fetch(&h, info.id, &out, NULL), E_TAMPERED);
		flip(path, at);
	}
	CHECK_OK(fetch(&h, info.id, &out, &why), &why);
	/* one byte more, cut at a chunk's border, exchanged, gone */
	CHECK(truncate(path, st.st_size + 1) == 0);
	CHECK_FAILS(fetch(&h, info.id, &out, NULL), E_TAMPERED);
	CHECK(truncate(path, 8 + 24 + 65536 + 17) == 0);
	CHECK_FAILS(fetch(&h, info.id, &out, NULL), E_TAMPERED);
	CHECK(truncate(path, 0) == 0);
	CHECK_FAILS(fetch(&h, info.id, &out, NULL), E_TAMPERED);
	CHECK(rename(file_of(&h, other.id), path) == 0);
	CHECK_FAILS(fetch(&h, info.id, &out, NULL), E_TAMPERED);
	CHECK_FAILS(fetch(&h, other.id, &out, NULL), E_TAMPERED);
	buffer_done(&out);
}

TEST(a_changed_row_does_not_open)
{
	static const char *const changes[] = {
		"UPDATE vault_item SET bytes = bytes + 1",
		"UPDATE vault_item SET digest = (SELECT proof FROM vault_key)",
		"UPDATE vault_item SET sealed = digest",
		"UPDATE vault_item SET id = 'aaaaaaaaaaaaaaaaaaaaaaaaaa'",
		"UPDATE vault_item SET small = digest",
	};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct why why = {0};
		struct vault_info info = {0};
		AUTO(house_drop) struct house h = house_new();
		struct buffer out;
		buffer_init(&out, 1000);
		CHECK_OK(store_begin(h.store, &why), &why);
		CHECK_OK(vault_put(h.vault, SLICE("青木 一郎"), 0, &info, &why), &why);
		CHECK_OK(store_commit(h.store, &why), &why);
		CHECK_OK(fetch(&h, info.id, &out, &why), &why);
		CHECK_OK(store_exec(h.store, changes[i], &why), &why);
		CHECK_FAILS(fetch(&h, i == 3 ? "aaaaaaaaaaaaaaaaaaaaaaaaaa" : info.id, &out, NULL), E_TAMPERED);
		buffer_done(&out);
	}
}

TEST(only_the_right_key_opens_the_vault)
{
	struct why why = {0};
	AUTO(house_drop) struct house h = house_new();
	struct vault *vault = NULL;
	const char *folder = scratch_path(&h.scratch, "", "vault"), *key = scratch_path(&h.scratch, "", "key"),
	           *second = scratch_path(&h.scratch, "", "key2"), *none = scratch_path(&h.scratch, "", "v2");
	CHECK_FAILS(vault_create(folder, second, &h.random, NULL), E_CONFLICT);
	CHECK_FAILS(vault_create(none, key, &h.random, NULL), E_CONFLICT);
	CHECK(access(none, F_OK) != 0 && access(second, F_OK) != 0);
	CHECK_OK(vault_create(none, second, &h.random, &why), &why);
	CHECK_FAILS(vault_open(folder, second, h.store, &vault, NULL), E_TAMPERED);
	CHECK_FAILS(vault_open(folder, none, h.store, &vault, NULL), E_INPUT);
	CHECK(chmod(key, 0640) == 0);
	CHECK_FAILS(vault_open(folder, key, h.store, &vault, NULL), E_DENIED);
	CHECK(chmod(key, 0600) == 0);
	flip(key, 30); /* a hex digit becomes something else */
	CHECK(vault_open(folder, key, h.store, &vault, NULL).code != OK);
	CHECK(vault == NULL);
}

/* ---- erasure and sweep --------------------------------------------------- */

/* holds - whether any file of the house's folder contains the bytes */
static bool holds(struct house *h, struct slice bytes)
{
	static const char *const names[] = {"db", "db-wal"};
	bool found = false;
	for (size_t i = 0; i < 2; i++) {
		AUTO(arena_drop) struct arena *arena = arena_new(16 << 20);
		struct slice content = {0};
		FILE *file = fopen(scratch_path(&h->scratch, "", names[i]), "rbe");
		uint8_t *at = arena_alloc(arena, 8 << 20);
		if (file)
			content = slice_of(at, fread(at, 1, 8 << 20, file));
		if (file)
			fclose(file);
		found = found || (content.len && slice_find(content, bytes) != SIZE_MAX);
	}
	return found;
}

static struct slice sealed_of(struct house *h, const char *id, uint8_t out[200])
{
	struct why why = {0};
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	CHECK_OK(store_prepare(h->store, "SELECT sealed FROM vault_item WHERE id = ?1", &s, &why), &why);
	bind_text(s, 1, slice_str(id));
	CHECK_OK(statement_step(s, &row, &why), &why);
	struct slice sealed = column_blob(s, 0);
	CHECK(row && sealed.len > 60 && sealed.len < 200);
	memcpy(out, sealed.at, sealed.len);
	return slice_of(out, sealed.len);
}

TEST(an_erased_key_is_nowhere)
{
	struct why why = {0};
	struct vault_info large = {0}, small = {0}, after = {0};
	uint8_t kept[200];
	uint64_t removed = 9;
	AUTO(house_drop) struct house h = house_new();
	struct buffer out;
	buffer_init(&out, 100000);
	CHECK_OK(keep(&h, pattern(80000), 80000, &large, &why), &why);
	CHECK_OK(store_begin(h.store, &why), &why);
	CHECK_OK(vault_put(h.vault, SLICE("青木 一郎"), 0, &small, &why), &why);
	CHECK_OK(store_commit(h.store, &why), &why);
	struct slice sealed = sealed_of(&h, large.id, kept);
	CHECK(holds(&h, sealed));
	CHECK_FAILS(vault_erase(h.vault, slice_str(large.id), 1234, NULL), E_CONFLICT);
	CHECK_OK(store_begin(h.store, &why), &why);
	CHECK_OK(vault_erase(h.vault, slice_str(large.id), 1234, &why), &why);
	CHECK_OK(vault_erase(h.vault, slice_str(large.id), 9999, &why), &why);
	CHECK_OK(vault_erase(h.vault, slice_str(small.id), 1234, &why), &why);
	CHECK_FAILS(vault_erase(h.vault, SLICE("none"), 1234, NULL), E_ABSENT);
	CHECK_OK(store_commit(h.store, &why), &why);
	CHECK_FAILS(fetch(&h, large.id, &out, NULL), E_DENIED);
	CHECK_FAILS(fetch(&h, small.id, &out, NULL), E_DENIED);
	CHECK_OK(vault_info_of(h.vault, slice_str(large.id), &after, &why), &why);
	CHECK_INT(after.erased_ms, 1234);
	CHECK(memcmp(after.digest, large.digest, 32) == 0 && memcmp(after.sha256, large.sha256, 32) != 0);
	CHECK(access(file_of(&h, large.id), F_OK) == 0);
	CHECK_OK(vault_sweep(h.vault, false, &removed, &why), &why);
	CHECK_INT(removed, 1);
	CHECK(access(file_of(&h, large.id), F_OK) != 0);
	CHECK(!holds(&h, sealed));
	buffer_done(&out);
}

TEST(what_no_row_names_is_swept)
{
	struct why why = {0};
	struct vault_info kept = {0}, gone = {0};
	uint64_t removed = 9;
	AUTO(house_drop) struct house h = house_new();
	AUTO(vault_abandon) struct vault_writer *writer = NULL, *loose = NULL;
	struct buffer out;
	buffer_init(&out, 100000);
	CHECK_OK(keep(&h, pattern(10), 10, &kept, &why), &why);
	CHECK_OK(vault_begin(h.vault, &writer, &why), &why);
	CHECK_OK(store_begin(h.store, &why), &why);
	CHECK_OK(vault_finish(&writer, 0, &gone, &why), &why);
	CHECK(writer == NULL);
	store_rollback(h.store);
	CHECK_FAILS(fetch(&h, gone.id, &out, NULL), E_ABSENT);
	CHECK_OK(vault_sweep(h.vault, false, &removed, &why), &why);
	CHECK_INT(removed, 0);
	struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	CHECK(utimensat(AT_FDCWD, file_of(&h, gone.id), old, 0) == 0);
	CHECK(utimensat(AT_FDCWD, file_of(&h, kept.id), old, 0) == 0);
	CHECK_OK(vault_sweep(h.vault, false, &removed, &why), &why);
	CHECK_INT(removed, 1);
	CHECK_OK(vault_begin(h.vault, &writer, &why), &why);
	CHECK_FAILS(vault_finish(&writer, 0, &gone, NULL), E_CONFLICT); /* no transaction */
	CHECK(writer == NULL);
	CHECK_OK(vault_begin(h.vault, &writer, &why), &why);
	vault_abandon(&writer);
	CHECK_OK(vault_begin(h.vault, &loose, &why), &why);
	CHECK_OK(vault_sweep(h.vault, true, &removed, &why), &why);
	CHECK_INT(removed, 1);
	CHECK_OK(fetch(&h, kept.id, &out, &why), &why);
	buffer_done(&out);
}

TEST(what_is_due_is_listed_soonest_first)
{
	struct why why = {0};
	struct vault_info late = {0}, soon = {0}, never = {0};
	AUTO(house_drop) struct house h = house_new();
	struct buffer out;
	buffer_init(&out, 1000);
	CHECK_OK(store_begin(h.store, &why), &why);
	CHECK_OK(vault_put(h.vault, SLICE("b"), 2000, &late, &why), &why);
	CHECK_OK(vault_put(h.vault, SLICE("a"), 1000, &soon, &why), &why);
	CHECK_OK(vault_put(h.vault, SLICE("c"), 0, &never, &why), &why);
	CHECK_OK(store_commit(h.store, &why), &why);
	CHECK_OK(vault_due(h.vault, 999, 10, &out, &why), &why);
	CHECK_INT(out.len, 0);
	CHECK_OK(vault_due(h.vault, 2000, 10, &out, &why), &why);
	CHECK_INT(out.len, 52);
	CHECK(memcmp(out.at, soon.id, 26) == 0 && memcmp(out.at + 26, late.id, 26) == 0);
	CHECK_OK(store_begin(h.store, &why), &why);
	CHECK_OK(vault_erase(h.vault, slice_str(soon.id), 1500, &why), &why);
	CHECK_OK(store_commit(h.store, &why), &why);
	CHECK_OK(vault_due(h.vault, 2000, 10, &out, &why), &why);
	CHECK_INT(out.len, 26);
	buffer_done(&out);
}

/* ---- ceilings ------------------------------------------------------------ */

static long peak_kib(void)
{
	char line[256];
	long kib = -1;
	FILE *file = fopen("/proc/self/status", "re");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static int stream_200_mb(const char *url, const char *folder, const char *key)
{
	struct why why = {0};
	struct house h = {0};
	struct vault_writer *writer = NULL;
	struct vault_info info;
	enum { PIECES = 3200 };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (store_open(url, &h.store, &why).code != OK ||
	    vault_open(folder, key, h.store, &h.vault, &why).code != OK ||
	    vault_begin(h.vault, &writer, &why).code != OK)
		return 1;
	for (int i = 0; i < PIECES; i++)
		if (vault_write(writer, pattern(65536), &why).code != OK)
			return 2;
	if (store_begin(h.store, &why).code != OK || vault_finish(&writer, 0, &info, &why).code != OK ||
	    store_commit(h.store, &why).code != OK)
		return 3;
	if (vault_to_fd(h.vault, slice_str(info.id), null, &info, &why).code != OK ||
	    info.bytes != (uint64_t)PIECES * 65536)
		return 4;
	long kib = peak_kib();
	printf("  200 MB through the vault: peak memory %ld KiB\n", kib);
	fflush(stdout);
	return kib > 0 && kib < 64 * 1024 ? 0 : 5;
}

static int fill_disk(const char *url, const char *folder, const char *key)
{
	struct why why = {0};
	struct house h = {0};
	struct vault_writer *writer = NULL;
	struct result last = ok();
	signal(SIGXFSZ, SIG_IGN);
	if (store_open(url, &h.store, &why).code != OK ||
	    vault_open(folder, key, h.store, &h.vault, &why).code != OK ||
	    vault_begin(h.vault, &writer, &why).code != OK)
		return 1;
	struct rlimit limit = {150000, 150000};
	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 10 && last.code == OK; i++)
		last = vault_write(writer, pattern(65536), &why);
	if (last.code != E_SYSTEM)
		return 2;
	vault_abandon(&writer);
	return 0;
}

static int in_child(int (*run)(const char *, const char *, const char *), struct house *h)
{
	const char *url = scratch_path(&h->scratch, "sqlite:", "db"),
	           *folder = scratch_path(&h->scratch, "", "vault"), *key = scratch_path(&h->scratch, "", "key");
	int status = -1;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(run(url, folder, key));
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(two_hundred_megabytes_pass_through_a_small_process)
{
	AUTO(house_drop) struct house h = house_new();
#if defined(__SANITIZE_ADDRESS__)
	SKIP("a sanitizer's own memory would be counted");
#endif
	CHECK_INT(in_child(stream_200_mb, &h), 0);
}

static int count_item(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	return type == FTW_F && strlen(path + at->base) == 26;
}

TEST(a_full_disk_leaves_no_item)
{
	AUTO(house_drop) struct house h = house_new();
	CHECK_INT(in_child(fill_disk, &h), 0);
	CHECK_INT(nftw(scratch_path(&h.scratch, "", "vault"), count_item, 8, FTW_PHYS), 0);
}

TEST(digests_are_those_of_the_standard)
{
	/* FIPS 180-2 appendix B: one block, two blocks */
	static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	                              0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	                              0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	uint8_t out[32], again[32];
	sha256(SLICE("abc"), out);
	CHECK(memcmp(out, abc, 32) == 0);
	struct slice parts[] = {SLICE("a"), SLICE(""), SLICE("bc")};
	sha256_parts(parts, 3, out);
	CHECK(memcmp(out, abc, 32) == 0);
	struct sha256_stream *stream = sha256_begin();
	for (int i = 0; i < 3; i++)
		sha256_add(stream, parts[i]);
	CHECK(sha256_end(&stream, again) && stream == NULL && memcmp(again, abc, 32) == 0);
}

MAIN_TESTS()
