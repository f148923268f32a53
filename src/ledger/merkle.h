/* ledger/merkle.h - the hash tree of RFC 6962 section 2.1, without any store
 *
 * Used by the ledger, by sekisho-seal and by tests; pure functions.         */
#ifndef SEKISHO_LEDGER_MERKLE_H
#define SEKISHO_LEDGER_MERKLE_H

#include "store/digest.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	MERKLE_LEVELS = 63, /* sizes are below 2^62 */
	MERKLE_PROOF_MAX = 64 * SHA256_BYTES,
};

/* merkle_leaf - SHA-256(0x00 || leaf); merkle_node - SHA-256(0x01 || left || right) */
void merkle_leaf(struct slice leaf, uint8_t out[SHA256_BYTES]);
void merkle_node(const uint8_t left[SHA256_BYTES], const uint8_t right[SHA256_BYTES],
                 uint8_t out[SHA256_BYTES]);
/* merkle_empty - the root of the tree without entries: SHA-256("") */
void merkle_empty(uint8_t out[SHA256_BYTES]);

/* merkle_split - the largest power of two below size; size >= 2 */
int64_t merkle_split(int64_t size);

/* The complete subtrees of a tree that only grows: at[l] covers 2^l entries and
 * is in use where bit l of size is set.                                      */
struct merkle_frontier {
	int64_t size;
	uint8_t at[MERKLE_LEVELS][SHA256_BYTES];
};
/* merkle_frontier_root - of everything added so far */
void merkle_frontier_root(const struct merkle_frontier *frontier, uint8_t out[SHA256_BYTES]);

/* Pure checks (RFC 9162 sections 2.1.3.2 and 2.1.4.2).  A proof is hashes of 32
 * bytes, one after another.  An old size of 0 is extended by every tree, with
 * an empty proof and the empty root.                                        */
bool proof_inclusion_holds(int64_t seq, int64_t size, const uint8_t leaf[SHA256_BYTES],
                           const uint8_t root[SHA256_BYTES], struct slice proof);
bool proof_consistency_holds(int64_t old_size, int64_t size, const uint8_t old_root[SHA256_BYTES],
                             const uint8_t root[SHA256_BYTES], struct slice proof);

#endif
