/* The tree against the reference data of RFC 6962's own implementation, against
 * the definition written down naively, and the checks against wrong neighbours. */
#include "ledger/ledger_room.h"

#include "base/number.h"
#include "house.h"

/* The definition, RFC 6962 section 2.1, word for word. */
static void naive_root(const uint8_t (*leaf)[32], int64_t count, uint8_t out[32])
{
	uint8_t left[32], right[32];
	if (count == 0) {
		merkle_empty(out);
	} else if (count == 1) {
		memcpy(out, leaf[0], 32);
	} else {
		int64_t k = 1;
		while (k * 2 < count)
			k *= 2;
		naive_root(leaf, k, left);
		naive_root(leaf + k, count - k, right);
		merkle_node(left, right, out);
	}
}

TEST(roots_are_those_of_the_reference_data)
{
	static const struct {
		const char *leaf;
		size_t len;
		const char *root; /* of the tree with this leaf the last */
	} rows[] = {
		{"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
		 "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
		 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	};
	struct why why = {0};
	AUTO(house_drop) struct house h = house_new();
	uint8_t leaf[8][32], root[32], naive[32], want[32];
	for (int64_t i = 0; i < 8; i++) {
		CHECK(hex_decode(slice_str(rows[i].root), want, 32));
		merkle_leaf(slice_of(rows[i].leaf, rows[i].len), leaf[i]);
		CHECK_OK(tree_append(h.store, i, leaf[i], &why), &why);
		CHECK_OK(tree_range(h.store, 0, i + 1, root, &why), &why);
		naive_root((const uint8_t(*)[32])leaf, i + 1, naive);
		CHECK(memcmp(root, want, 32) == 0);
		CHECK(memcmp(naive, want, 32) == 0);
	}
	merkle_empty(root);
	CHECK(hex_decode(SLICE("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), want, 32));
	CHECK(memcmp(root, want, 32) == 0);
}

enum { PAIRS = 64 };

struct grown {
	struct house h;
	uint8_t leaf[PAIRS][32];
	uint8_t root[PAIRS + 1][32];
};

static void grow_house(struct grown *g)
{
	struct why why = {0};
	g->h = house_new();
	CHECK_OK(house_add(&g->h, PAIRS, &why), &why);
	for (int64_t i = 0; i < PAIRS; i++) {
		AUTO(arena_drop) struct arena *arena = arena_new(100000);
		AUTO(statement_drop) struct statement *s = NULL;
		bool row = false;
		CHECK_OK(store_prepare(g->h.store, "SELECT leaf FROM ledger_entry WHERE seq = ?1", &s, &why), &why);
		bind_i64(s, 1, i);
		CHECK_OK(statement_step(s, &row, &why), &why);
		merkle_leaf(column_blob(s, 0), g->leaf[i]);
	}
	for (int64_t size = 0; size <= PAIRS; size++)
		naive_root((const uint8_t(*)[32])g->leaf, size, g->root[size]);
}

TEST(every_root_is_the_definitions)
{
	struct why why = {0};
	struct grown g;
	uint8_t root[32];
	grow_house(&g);
	for (int64_t size = 0; size <= PAIRS; size++) {
		CHECK_OK(ledger_root(g.h.ledger, size, root, &why), &why);
		CHECK(memcmp(root, g.root[size], 32) == 0);
	}
	CHECK_FAILS(ledger_root(g.h.ledger, PAIRS + 1, root, NULL), E_ABSENT);
	CHECK_FAILS(ledger_root(g.h.ledger, -1, root, NULL), E_ABSENT);
	house_drop(&g.h);
}

/* A proof holds for its own place only: not for the neighbour's leaf, place,
 * size or root, nor cut, longer, or with one bit changed.                    */
static int wrong_inclusions(const struct grown *g, int64_t seq, int64_t size, struct buffer *proof)
{
	struct slice p = buffer_slice(proof);
	uint8_t longer[MERKLE_PROOF_MAX + 32] = {0};
	int held = 0;
	if (p.len)
		memcpy(longer, p.at, p.len);
	if (seq + 1 < size) {
		held += proof_inclusion_holds(seq + 1, size, g->leaf[seq], g->root[size], p);
		held += proof_inclusion_holds(seq, size, g->leaf[seq + 1], g->root[size], p);
	}
	if (seq > 0)
		held += proof_inclusion_holds(seq - 1, size, g->leaf[seq], g->root[size], p);
	held += proof_inclusion_holds(seq, size, g->leaf[seq], g->root[size - 1], p);
	held += proof_inclusion_holds(size, size, g->leaf[seq], g->root[size], p);
	held += proof_inclusion_holds(-1, size, g->leaf[seq], g->root[size], p);
	held += proof_inclusion_holds(seq, size, g->leaf[seq], g->root[size], slice_of(longer, p.len + 32));
	held += proof_inclusion_holds(seq, size, g->leaf[seq], g->root[size], slice_of(longer, p.len + 1));
	if (p.len == 0)
		return held;
	held += proof_inclusion_holds(seq, size, g->leaf[seq], g->root[size], slice_part(p, 0, p.len - 32));
	for (size_t at = 0; at < p.len; at += 31) {
		longer[at] ^= 1;
		held += proof_inclusion_holds(seq, size, g->leaf[seq], g->root[size], slice_of(longer, p.len));
		longer[at] ^= 1;
	}
	return held;
}

TEST(every_inclusion_holds_and_no_neighbours_does)
{
	struct why why = {0};
	struct grown g;
	struct buffer proof;
	int held = 0, wrong = 0;
	buffer_init(&proof, MERKLE_PROOF_MAX);
	grow_house(&g);
	for (int64_t size = 1; size <= PAIRS; size++)
		for (int64_t seq = 0; seq < size; seq++) {
			CHECK_OK(ledger_prove_inclusion(g.h.ledger, seq, size, &proof, &why), &why);
			held += proof_inclusion_holds(seq, size, g.leaf[seq], g.root[size], buffer_slice(&proof));
			wrong += wrong_inclusions(&g, seq, size, &proof);
		}
	CHECK_INT(held, PAIRS * (PAIRS + 1) / 2);
	CHECK_INT(wrong, 0);
	CHECK_FAILS(ledger_prove_inclusion(g.h.ledger, 5, 5, &proof, NULL), E_ABSENT);
	CHECK_FAILS(ledger_prove_inclusion(g.h.ledger, 0, PAIRS + 1, &proof, NULL), E_ABSENT);
	buffer_done(&proof);
	house_drop(&g.h);
}

static int wrong_consistencies(const struct grown *g, int64_t old, int64_t size, struct slice p)
{
	uint8_t changed[MERKLE_PROOF_MAX + 32] = {0};
	int held = 0;
	if (p.len)
		memcpy(changed, p.at, p.len);
	held += proof_consistency_holds(old, size, g->root[old], g->root[size - 1], p) && old < size;
	held += proof_consistency_holds(old, size, g->root[old - 1], g->root[size], p);
	held += old > 1 && proof_consistency_holds(old - 1, size, g->root[old], g->root[size], p);
	held += old < size && proof_consistency_holds(size, old, g->root[size], g->root[old], p);
	held += proof_consistency_holds(old, size, g->root[old], g->root[size], slice_of(changed, p.len + 32));
	if (p.len == 0)
		return held;
	held += proof_consistency_holds(old, size, g->root[old], g->root[size], slice_part(p, 0, p.len - 32));
	for (size_t at = 0; at < p.len; at += 31) {
		changed[at] ^= 1;
		held += proof_consistency_holds(old, size, g->root[old], g->root[size], slice_of(changed, p.len));
		changed[at] ^= 1;
	}
	return held;
}

TEST(every_consistency_holds_and_no_neighbours_does)
{
	struct why why = {0};
	struct grown g;
	struct buffer proof;
	int held = 0, wrong = 0;
	buffer_init(&proof, MERKLE_PROOF_MAX);
	grow_house(&g);
	for (int64_t size = 1; size <= PAIRS; size++)
		for (int64_t old = 1; old <= size; old++) {
			CHECK_OK(ledger_prove_consistency(g.h.ledger, old, size, &proof, &why), &why);
			held += proof_consistency_holds(old, size, g.root[old], g.root[size], buffer_slice(&proof));
			wrong += wrong_consistencies(&g, old, size, buffer_slice(&proof));
		}
	CHECK_INT(held, PAIRS * (PAIRS + 1) / 2);
	CHECK_INT(wrong, 0);
	CHECK_OK(ledger_prove_consistency(g.h.ledger, 0, PAIRS, &proof, &why), &why);
	CHECK(proof.len == 0);
	CHECK(proof_consistency_holds(0, PAIRS, g.root[0], g.root[PAIRS], buffer_slice(&proof)));
	CHECK(!proof_consistency_holds(0, PAIRS, g.root[1], g.root[PAIRS], buffer_slice(&proof)));
	CHECK(!proof_consistency_holds(0, 0, g.root[0], g.root[1], buffer_slice(&proof)));
	CHECK_FAILS(ledger_prove_consistency(g.h.ledger, 6, 5, &proof, NULL), E_ABSENT);
	buffer_done(&proof);
	house_drop(&g.h);
}

MAIN_TESTS()
