/* The exported files against the layout, read by nothing of ours but the hash. */
#include "guard.h"

#include <sys/stat.h>

static size_t read_file(struct house *h, const char *name, uint8_t *out, size_t room)
{
	FILE *file = fopen(scratch_path(&h->scratch, "", name), "rbe");
	size_t len = file ? fread(out, 1, room, file) : SIZE_MAX;
	if (file)
		fclose(file);
	return len;
}

/* the leaf hashes of a bundle, one after another */
static size_t hash_bundle(const uint8_t *bytes, size_t len, uint8_t *out)
{
	size_t count = 0;
	for (size_t at = 0; at + 2 <= len; count++) {
		size_t entry = (size_t)bytes[at] << 8 | bytes[at + 1];
		CHECK(entry <= len - at - 2);
		merkle_leaf(slice_of(bytes + at + 2, entry), out + count * 32);
		at += 2 + entry;
	}
	return count;
}

static uint8_t bundle[1 << 20], tile[8192 + 1], leaves[300 * 32];

TEST(tiles_are_laid_out_as_specified)
{
	struct why why = {0};
	uint8_t root[32];
	if (!guard_program())
		SKIP("no sekisho-seal");
	AUTO(house_drop) struct house h = house_new();
	struct guard g = guard_new(&h, house_origin);
	const char *folder = scratch_path(&h.scratch, "", "out/log");
	CHECK_FAILS(ledger_export(h.ledger, folder, NULL), E_ABSENT);
	CHECK_OK(house_add(&h, 300, &why), &why);
	CHECK_OK(ledger_checkpoint(h.ledger, g.socket, NULL, &why), &why);
	CHECK_OK(house_add(&h, 7, &why), &why); /* not covered, so not exported */
	folder = scratch_path(&h.scratch, "", "out/log");
	CHECK_OK(ledger_export(h.ledger, folder, &why), &why);
	CHECK(!store_in_transaction(h.store));
	size_t len = read_file(&h, "out/log/tile/entries/000", bundle, sizeof bundle);
	CHECK(len < sizeof bundle);
	CHECK_INT(hash_bundle(bundle, len, leaves), 256);
	len = read_file(&h, "out/log/tile/entries/001.p/44", bundle, sizeof bundle);
	CHECK_INT(hash_bundle(bundle, len, leaves + 256 * 32), 44);
	CHECK_INT(read_file(&h, "out/log/tile/0/000", tile, sizeof tile), 8192);
	CHECK(memcmp(tile, leaves, 8192) == 0);
	CHECK_INT(read_file(&h, "out/log/tile/0/001.p/44", tile, sizeof tile), 44 * 32);
	CHECK(memcmp(tile, leaves + 8192, 44 * 32) == 0);
	CHECK_INT(read_file(&h, "out/log/tile/1/000.p/1", tile, sizeof tile), 32);
	CHECK_OK(ledger_root(h.ledger, 256, root, &why), &why);
	CHECK(memcmp(tile, root, 32) == 0);
	CHECK(access(scratch_path(&h.scratch, "", "out/log/tile/2"), F_OK) != 0);
	CHECK(access(scratch_path(&h.scratch, "", "out/log/tile/0/001"), F_OK) != 0);
	struct checkpoint c;
	struct note_key key;
	len = read_file(&h, "out/log/checkpoint", bundle, sizeof bundle);
	CHECK_OK(checkpoint_read(slice_of(bundle, len), &c, &why), &why);
	CHECK_OK(note_key_read(slice_str(g.public_key), &key, &why), &why);
	CHECK_OK(checkpoint_signed_by(&c, &key, &why), &why);
	CHECK_INT(c.size, 300);
	/* again, larger; and never into another log's folder */
	CHECK_OK(ledger_checkpoint(h.ledger, g.socket, NULL, &why), &why);
	folder = scratch_path(&h.scratch, "", "out/log");
	CHECK_OK(ledger_export(h.ledger, folder, &why), &why);
	CHECK_INT(read_file(&h, "out/log/tile/0/001.p/51", tile, sizeof tile), 51 * 32);
	ledger_drop(&h.ledger);
	CHECK_OK(ledger_open(h.store, "another.example", house_projections, &h.clock, &h.ledger, &why), &why);
	CHECK_FAILS(ledger_export(h.ledger, folder, NULL), E_CONFLICT);
	guard_drop(&g);
}

TEST(what_cannot_be_filled_is_not_exported)
{
	struct why why = {0};
	if (!guard_program())
		SKIP("no sekisho-seal");
	AUTO(house_drop) struct house h = house_new();
	struct guard g = guard_new(&h, house_origin);
	CHECK_OK(house_add(&h, 20, &why), &why);
	CHECK_OK(ledger_checkpoint(h.ledger, g.socket, NULL, &why), &why);
	CHECK_OK(store_exec(h.store, "DELETE FROM ledger_entry WHERE seq = 3", &why), &why);
	CHECK_FAILS(ledger_export(h.ledger, scratch_path(&h.scratch, "", "out"), NULL), E_TAMPERED);
	CHECK(access(scratch_path(&h.scratch, "", "out/checkpoint"), F_OK) != 0);
	guard_drop(&g);
}

MAIN_TESTS()
