/* The two hashes and the two checks.  Both checks walk from the leaf to the
 * root with `at`, the place of the present node in its level, and `last`, the
 * place of the level's last node; they end exactly when the proof does.     */
#include "ledger/merkle.h"

void merkle_leaf(struct slice leaf, uint8_t out[SHA256_BYTES])
{
	struct slice parts[] = {SLICE("\0"), leaf};
	sha256_parts(parts, 2, out);
}

void merkle_node(const uint8_t left[SHA256_BYTES], const uint8_t right[SHA256_BYTES],
                 uint8_t out[SHA256_BYTES])
{
	uint8_t bytes[1 + 2 * SHA256_BYTES] = {1};
	memcpy(bytes + 1, left, SHA256_BYTES);
	memcpy(bytes + 1 + SHA256_BYTES, right, SHA256_BYTES);
	sha256(slice_of(bytes, sizeof bytes), out);
}

void merkle_empty(uint8_t out[SHA256_BYTES])
{
	sha256(SLICE(""), out);
}

int64_t merkle_split(int64_t size)
{
	return (int64_t)1 << (63 - __builtin_clzll((unsigned long long)size - 1));
}

void merkle_frontier_root(const struct merkle_frontier *frontier, uint8_t out[SHA256_BYTES])
{
	bool any = false;
	merkle_empty(out);
	for (int level = 0; level < MERKLE_LEVELS; level++) {
		if (!(frontier->size >> level & 1))
			continue;
		if (any)
			merkle_node(frontier->at[level], out, out);
		else
			memcpy(out, frontier->at[level], SHA256_BYTES);
		any = true;
	}
}

/* ---- checks -------------------------------------------------------------- */

struct proof {
	struct slice rest;
};

/* next - the next hash of the proof, NULL at its end */
static const uint8_t *next(struct proof *proof)
{
	if (proof->rest.len < SHA256_BYTES)
		return NULL;
	const uint8_t *hash = proof->rest.at;
	proof->rest = slice_part(proof->rest, SHA256_BYTES, proof->rest.len);
	return hash;
}

static bool well_formed(int64_t size, struct slice proof)
{
	return size > 0 && size < (int64_t)1 << (MERKLE_LEVELS - 1) &&
	       proof.len % SHA256_BYTES == 0 && proof.len <= MERKLE_PROOF_MAX;
}

bool proof_inclusion_holds(int64_t seq, int64_t size, const uint8_t leaf[SHA256_BYTES],
                           const uint8_t root[SHA256_BYTES], struct slice given)
{
	struct proof proof = {given};
	uint8_t hash[SHA256_BYTES];
	if (!well_formed(size, given) || seq < 0 || seq >= size)
		return false;
	memcpy(hash, leaf, SHA256_BYTES);
	int64_t at = seq, last = size - 1;
	for (const uint8_t *sibling; (sibling = next(&proof)) != NULL;) {
		if (last == 0)
			return false;
		if (at & 1 || at == last) {
			merkle_node(sibling, hash, hash);
			for (; at && !(at & 1); at >>= 1)
				last >>= 1;
		} else {
			merkle_node(hash, sibling, hash);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && memcmp(hash, root, SHA256_BYTES) == 0;
}

static bool extends_nothing(const uint8_t old_root[SHA256_BYTES], struct slice proof)
{
	uint8_t empty[SHA256_BYTES];
	merkle_empty(empty);
	return proof.len == 0 && memcmp(empty, old_root, SHA256_BYTES) == 0;
}

/* climb - both roots from the proof; false where it does not fit the sizes */
static bool climb(struct proof *proof, int64_t at, int64_t last, uint8_t old_hash[SHA256_BYTES],
                  uint8_t hash[SHA256_BYTES])
{
	for (const uint8_t *sibling; (sibling = next(proof)) != NULL;) {
		if (last == 0)
			return false;
		if (at & 1 || at == last) {
			merkle_node(sibling, old_hash, old_hash);
			merkle_node(sibling, hash, hash);
			for (; at && !(at & 1); at >>= 1)
				last >>= 1;
		} else {
			merkle_node(hash, sibling, hash);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0;
}

bool proof_consistency_holds(int64_t old_size, int64_t size, const uint8_t old_root[SHA256_BYTES],
                             const uint8_t root[SHA256_BYTES], struct slice given)
{
	struct proof proof = {given};
	uint8_t old_hash[SHA256_BYTES], hash[SHA256_BYTES];
	if (old_size == 0)
		return size >= 0 && extends_nothing(old_root, given) &&
		       (size > 0 || memcmp(root, old_root, SHA256_BYTES) == 0);
	if (!well_formed(size, given) || old_size < 0 || old_size > size)
		return false;
	if (old_size == size)
		return given.len == 0 && memcmp(old_root, root, SHA256_BYTES) == 0;
	int64_t at = old_size - 1, last = size - 1;
	for (; at & 1; at >>= 1)
		last >>= 1;
	/* a whole power of two is a node of the new tree: the proof leaves it out */
	const uint8_t *seed = (old_size & (old_size - 1)) == 0 ? old_root : next(&proof);
	if (!seed)
		return false;
	memcpy(old_hash, seed, SHA256_BYTES);
	memcpy(hash, seed, SHA256_BYTES);
	return climb(&proof, at, last, old_hash, hash) &&
	       memcmp(old_hash, old_root, SHA256_BYTES) == 0 && memcmp(hash, root, SHA256_BYTES) == 0;
}
