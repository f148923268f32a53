/* ledger_log FOLDER SOCKET ORIGIN ENTRIES - a log for others to verify
 *
 * Makes FOLDER/db with that many entries, has the seal at SOCKET sign it at a
 * third and at the end, exports to FOLDER/log, and prints as JSON what only an
 * opponent could make wrong: inclusion and consistency proofs of many sizes.  */
#include "base/number.h"
#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>

static const struct projection *const none[] = {NULL};

static struct result add(struct store *store, struct ledger *ledger, int64_t count, struct why *why)
{
	TRY(store_begin(store, why));
	for (int64_t i = 0; i < count; i++) {
		char data[64];
		static const struct slice clause = {(const uint8_t *)"HN-3.2-1-u", 10};
		snprintf(data, sizeof data, "{\"name\":\"見積書\",\"number\":%lld}", (long long)i);
		struct ledger_entry entry = {
			.kind = SLICE("peer.sample"), .body = SLICE("aonami"), .actor = SLICE("aoki"),
			.post = SLICE("manager@tax"), .subject = SLICE("thing"), .clauses = &clause,
			.clause_count = (size_t)(i % 2), .data = slice_str(data)};
		struct result done = ledger_append(ledger, &entry, why);
		if (done.code != OK) {
			store_rollback(store);
			return done;
		}
	}
	return store_commit(store, why);
}

static void print_hash(const char *before, const uint8_t *hash)
{
	char hex[2 * SHA256_BYTES + 1];
	hex_encode(hash, SHA256_BYTES, hex);
	printf("%s\"%s\"", before, hex);
}

static void print_path(const struct buffer *proof)
{
	printf(",\"path\":[");
	for (size_t at = 0; at < proof->len; at += SHA256_BYTES)
		print_hash(at ? "," : "", proof->at + at);
	printf("]}");
}

/* the leaf hash from the entry itself, not from the stored tree */
static struct result leaf_of(struct store *store, int64_t seq, uint8_t out[SHA256_BYTES], struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(store, "SELECT leaf FROM ledger_entry WHERE seq = ?1", &s, why));
	bind_i64(s, 1, seq);
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "", "no entry %lld", (long long)seq);
	merkle_leaf(column_blob(s, 0), out);
	return ok();
}

static struct result print_inclusions(struct store *store, struct ledger *ledger, int64_t size,
                                      struct buffer *proof, struct why *why)
{
	uint8_t leaf[SHA256_BYTES], root[SHA256_BYTES];
	TRY(ledger_root(ledger, size, root, why));
	for (int64_t seq = 0; seq < size; seq++) {
		TRY(leaf_of(store, seq, leaf, why));
		TRY(ledger_prove_inclusion(ledger, seq, size, proof, why));
		printf("%s{\"seq\":%lld,\"size\":%lld", seq ? ",\n" : "", (long long)seq, (long long)size);
		print_hash(",\"leaf\":", leaf);
		print_hash(",\"root\":", root);
		print_path(proof);
	}
	return ok();
}

static struct result print_consistencies(struct ledger *ledger, int64_t size, struct buffer *proof,
                                         struct why *why)
{
	uint8_t old_root[SHA256_BYTES], root[SHA256_BYTES];
	TRY(ledger_root(ledger, size, root, why));
	for (int64_t old = 1; old < size; old++) {
		TRY(ledger_root(ledger, old, old_root, why));
		TRY(ledger_prove_consistency(ledger, old, size, proof, why));
		printf("%s{\"old\":%lld,\"size\":%lld", old > 1 ? ",\n" : "", (long long)old, (long long)size);
		print_hash(",\"old_root\":", old_root);
		print_hash(",\"root\":", root);
		print_path(proof);
	}
	return ok();
}

struct work {
	struct store *store;
	struct ledger *ledger;
	struct buffer proof;
};

static struct result run(struct work *w, char **argv, int64_t entries, struct why *why)
{
	char path[4096];
	struct clock clock = clock_fixed(INT64_C(1773367200000));
	snprintf(path, sizeof path, "sqlite:%s/db", argv[1]);
	TRY(store_open(path, &w->store, why));
	TRY(ledger_open(w->store, argv[3], none, &clock, &w->ledger, why));
	TRY(add(w->store, w->ledger, entries / 3, why));
	TRY(ledger_checkpoint(w->ledger, argv[2], NULL, why));
	TRY(add(w->store, w->ledger, entries - entries / 3, why));
	TRY(ledger_checkpoint(w->ledger, argv[2], NULL, why));
	snprintf(path, sizeof path, "%s/log", argv[1]);
	TRY(ledger_export(w->ledger, path, why));
	printf("{\"inclusion\":[");
	TRY(print_inclusions(w->store, w->ledger, entries, &w->proof, why));
	printf("],\n\"consistency\":[");
	TRY(print_consistencies(w->ledger, entries, &w->proof, why));
	printf("]}\n");
	return ok();
}

int main(int argc, char **argv)
{
	struct why why = {0};
	struct work w = {0};
	int64_t entries = 0;
	if (argc != 5 || !number_parse_i64(slice_str(argv[4]), &entries) || entries < 3) {
		fprintf(stderr, "usage: ledger_log FOLDER SOCKET ORIGIN ENTRIES\n");
		return 2;
	}
	buffer_init(&w.proof, MERKLE_PROOF_MAX);
	struct result done = run(&w, argv, entries, &why);
	ledger_close(w.ledger);
	store_close(w.store);
	buffer_done(&w.proof);
	if (done.code != OK)
		fprintf(stderr, "%s: %s %s\n", error_name(done.code), why.place, why.text);
	return done.code == OK ? 0 : 3;
}
