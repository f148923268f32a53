/* bench/ledger - appends and verification, against the SHA-256 rate of the
 * machine (OpenSSL's EVP, 16 KiB blocks) measured in the same run
 *
 *   bench/ledger [ENTRIES]      in a new folder below $TMPDIR or /tmp
 * Time is the wall's: an append waits for the disk.                         */
#include "base/number.h"
#include "ledger/ledger.h"

#include <ftw.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct projection *const none[] = {NULL};

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* sha256_rate - bytes a second, over about half a second */
static double sha256_rate(void)
{
	static unsigned char block[16384];
	unsigned char out[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	double begin = now_s(), spent = 0, bytes = 0;
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	while (spent < 0.5) {
		for (int i = 0; i < 256; i++)
			EVP_DigestUpdate(context, block, sizeof block);
		bytes += 256.0 * sizeof block;
		spent = now_s() - begin;
	}
	EVP_DigestFinal_ex(context, out, NULL);
	EVP_MD_CTX_free(context);
	return bytes / spent;
}

/* an entry as the crossing makes them: about 400 bytes */
static struct result append(struct ledger *ledger, int64_t n, struct why *why)
{
	static const struct slice clauses[] = {{(const uint8_t *)"HN-3.2-1-u", 10},
	                                       {(const uint8_t *)"HN-6.4.1-1", 10}};
	char data[256];
	snprintf(data, sizeof data,
	         "{\"bytes\":%lld,\"class\":\"B\",\"digest\":\"%064llx\",\"type\":\"docx\",\"zone\":\"internet\"}",
	         (long long)n * 97, (unsigned long long)n);
	struct ledger_entry entry = {
		.kind = SLICE("crossing.received"), .body = SLICE("aonami"), .actor = SLICE("aoki"),
		.post = SLICE("staff@tax"), .subject = SLICE("abcdefghijklmnopqrstuvwxyz"),
		.clauses = clauses, .clause_count = 2, .data = slice_str(data)};
	return ledger_append(ledger, &entry, why);
}

static struct result append_group(struct store *store, struct ledger *ledger, int64_t from,
                                  int64_t count, struct why *why)
{
	TRY(store_begin(store, why));
	for (int64_t i = 0; i < count; i++) {
		struct result done = append(ledger, from + i, why);
		if (done.code != OK) {
			store_rollback(store);
			return done;
		}
	}
	return store_commit(store, why);
}

static struct result measure_appends(struct store *store, struct ledger *ledger, int64_t total,
                                     int64_t group, struct why *why)
{
	double begin = now_s();
	for (int64_t n = 0; n < total; n += group)
		TRY(append_group(store, ledger, n, group, why));
	printf("ledger append  %9.0f entries/s  %lld in a transaction\n", (double)total / (now_s() - begin),
	       (long long)group);
	return ok();
}

static struct result leaf_bytes(struct store *store, int64_t *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(store, "SELECT sum(length(leaf)) FROM ledger_entry", &s, why));
	TRY(statement_step(s, &row, why));
	*out = column_i64(s, 0);
	return ok();
}

static struct result measure_verify(struct store *store, struct ledger *ledger, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	struct ledger_verdict verdict;
	int64_t bytes = 0;
	TRY(leaf_bytes(store, &bytes, why));
	double sha = sha256_rate(), begin = now_s();
	TRY(ledger_verify(ledger, "", "", arena, &verdict, why));
	double spent = now_s() - begin, rate = (double)bytes / spent;
	if (!verdict.sound)
		return fail(why, E_TAMPERED, "", "the ledger is not sound");
	printf("ledger verify  %9.0f entries/s\n", (double)verdict.entries / spent);
	printf("ledger verify  %5.0f MB/s  %.2f of SHA-256 (%.0f MB/s)\n", rate / 1e6, rate / sha, sha / 1e6);
	return ok();
}

static struct result run(const char *url, int64_t entries, struct why *why)
{
	AUTO(store_drop) struct store *store = NULL;
	AUTO(ledger_drop) struct ledger *ledger = NULL;
	struct clock clock = clock_system();
	TRY(store_open(url, &store, why));
	TRY(ledger_open(store, "bench.example", none, &clock, &ledger, why));
	TRY(measure_appends(store, ledger, 2000, 1, why));
	TRY(measure_appends(store, ledger, entries, 100, why));
	return measure_verify(store, ledger, why);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int main(int argc, char **argv)
{
	struct why why = {0};
	int64_t entries = 100000;
	char folder[512], url[600];
	const char *base = getenv("TMPDIR");
	if (argc > 1 && (!number_parse_i64(slice_str(argv[1]), &entries) || entries < 100)) {
		fprintf(stderr, "usage: ledger [ENTRIES]\n");
		return 2;
	}
	snprintf(folder, sizeof folder, "%.400s/sekisho-bench-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(folder))
		return 3;
	snprintf(url, sizeof url, "sqlite:%s/db", folder);
	struct result done = run(url, entries, &why);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	if (done.code != OK)
		fprintf(stderr, "%s: %s %s\n", error_name(done.code), why.place, why.text);
	return done.code == OK ? 0 : 3;
}
