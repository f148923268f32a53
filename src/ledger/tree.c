/* The tree in the store: node (level, place) is the root of the entries
 * [place * 2^level, (place + 1) * 2^level), kept once it is complete and never
 * changed.  An append adds two nodes on average; every root and every proof is
 * at most one node a level.                                                 */
#include "ledger/ledger_room.h"

static struct result put_node(struct store *store, int level, int64_t place,
                              const uint8_t hash[SHA256_BYTES], struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(store, "INSERT INTO ledger_node (level, place, hash) VALUES (?1, ?2, ?3)", &s, why));
	bind_i64(s, 1, level);
	bind_i64(s, 2, place);
	bind_blob(s, 3, slice_of(hash, SHA256_BYTES));
	struct result done = statement_run(s, NULL, NULL);
	if (done.code == E_CONFLICT)
		return fail(why, E_TAMPERED, "tree", "it already goes beyond the last entry (level %d, place %lld)",
		            level, (long long)place);
	return done.code == OK ? done : fail(why, done.code, "tree", "a node could not be written");
}

static struct result get_node(struct store *store, int level, int64_t place,
                              uint8_t out[SHA256_BYTES], struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(store, "SELECT hash FROM ledger_node WHERE level = ?1 AND place = ?2", &s, why));
	bind_i64(s, 1, level);
	bind_i64(s, 2, place);
	TRY(statement_step(s, &row, why));
	struct slice hash = row ? column_blob(s, 0) : (struct slice){0};
	if (hash.len != SHA256_BYTES)
		return fail(why, E_TAMPERED, "tree", "a node is missing (level %d, place %lld)", level,
		            (long long)place);
	memcpy(out, hash.at, SHA256_BYTES);
	return ok();
}

struct result tree_append(struct store *store, int64_t seq, const uint8_t leaf[SHA256_BYTES],
                          struct why *why)
{
	uint8_t hash[SHA256_BYTES], left[SHA256_BYTES];
	int64_t place = seq;
	memcpy(hash, leaf, SHA256_BYTES);
	TRY(put_node(store, 0, seq, hash, why));
	for (int level = 0; place & 1; level++, place >>= 1) {
		TRY(get_node(store, level, place - 1, left, why));
		merkle_node(left, hash, hash);
		TRY(put_node(store, level + 1, place >> 1, hash, why));
	}
	return ok();
}

/* From the right: the smallest complete subtree first. */
struct result tree_range(struct store *store, int64_t from, int64_t to, uint8_t out[SHA256_BYTES],
                         struct why *why)
{
	uint8_t root[SHA256_BYTES], node[SHA256_BYTES];
	bool any = false;
	int64_t end = to;
	merkle_empty(root);
	for (int level = 0; level < MERKLE_LEVELS && end > from; level++) {
		int64_t width = (int64_t)1 << level;
		if (!((to - from) & width))
			continue;
		end -= width;
		TRY(get_node(store, level, end >> level, node, why));
		if (any)
			merkle_node(node, root, root);
		else
			memcpy(root, node, SHA256_BYTES);
		any = true;
	}
	memcpy(out, root, SHA256_BYTES);
	return ok();
}

/* ---- proofs -------------------------------------------------------------- */

struct path {
	size_t count;
	uint8_t at[MERKLE_LEVELS + 1][SHA256_BYTES]; /* from the root downwards */
};

static struct result path_add(struct path *path, struct store *store, int64_t from, int64_t to,
                              struct why *why)
{
	if (path->count > MERKLE_LEVELS)
		return fail(why, E_TAMPERED, "tree", "it is deeper than a tree can be");
	TRY(tree_range(store, from, to, path->at[path->count], why));
	path->count++;
	return ok();
}

/* RFC 6962 lists a proof from the leaf upwards. */
static struct result path_give(const struct path *path, struct buffer *out, struct why *why)
{
	buffer_clear(out);
	for (size_t i = path->count; i-- > 0;)
		buffer_put(out, path->at[i], SHA256_BYTES);
	return buffer_ok(out) ? ok() : fail(why, E_MEMORY, "proof", "no memory for the proof");
}

static struct result check_size(struct ledger *ledger, int64_t size, struct why *why)
{
	int64_t have = 0;
	TRY(ledger_size(ledger, &have, why));
	if (size < 0 || size > have)
		return fail(why, E_ABSENT, "size", "the ledger has %lld entries", (long long)have);
	return ok();
}

struct result ledger_root(struct ledger *ledger, int64_t size, uint8_t out[SHA256_BYTES],
                          struct why *why)
{
	TRY(check_size(ledger, size, why));
	return tree_range(ledger->store, 0, size, out, why);
}

struct result ledger_prove_inclusion(struct ledger *ledger, int64_t seq, int64_t size,
                                     struct buffer *out, struct why *why)
{
	struct path path = {0};
	TRY(check_size(ledger, size, why));
	if (seq < 0 || seq >= size)
		return fail(why, E_ABSENT, "seq", "a tree of %lld entries has no entry %lld", (long long)size,
		            (long long)seq);
	for (int64_t from = 0, to = size; to - from > 1;) {
		int64_t middle = from + merkle_split(to - from);
		bool left = seq < middle;
		TRY(path_add(&path, ledger->store, left ? middle : from, left ? to : middle, why));
		from = left ? from : middle;
		to = left ? middle : to;
	}
	return path_give(&path, out, why);
}

struct result ledger_prove_consistency(struct ledger *ledger, int64_t old_size, int64_t size,
                                       struct buffer *out, struct why *why)
{
	struct path path = {0};
	TRY(check_size(ledger, size, why));
	if (old_size < 0 || old_size > size)
		return fail(why, E_ABSENT, "size", "a tree of %lld entries does not contain one of %lld",
		            (long long)size, (long long)old_size);
	int64_t from = 0, to = size;
	while (old_size > 0 && old_size < to) {
		int64_t middle = from + merkle_split(to - from);
		bool left = old_size <= middle;
		TRY(path_add(&path, ledger->store, left ? middle : from, left ? to : middle, why));
		from = left ? from : middle;
		to = left ? middle : to;
	}
	/* a subtree that is the whole old tree is known to whoever checks */
	if (old_size > 0 && from > 0)
		TRY(path_add(&path, ledger->store, from, to, why));
	return path_give(&path, out, why);
}
