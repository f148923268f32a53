/* What an intruder with the database in his hands can do, done with SQL to a real
 * file; each deed must be found and named.                                  */
#include "ledger/ledger_room.h"

#include "guard.h"

enum { SIGNED_FIRST = 30, SIGNED = 40, ENTRIES = 50 };

struct scene {
	struct house h;
	struct guard g;
};

/* fifty entries; checkpoints at 30 and 40; a copy of the database at 30 */
static void scene_set(struct scene *s)
{
	struct why why = {0};
	s->h = house_new();
	s->g = guard_new(&s->h, house_origin);
	CHECK_OK(house_add(&s->h, SIGNED_FIRST, &why), &why);
	CHECK_OK(ledger_checkpoint(s->h.ledger, s->g.socket, NULL, &why), &why);
	CHECK_OK(store_backup(s->h.store, scratch_path(&s->h.scratch, "", "copy"), &why), &why);
	CHECK_OK(house_add(&s->h, SIGNED - SIGNED_FIRST, &why), &why);
	CHECK_OK(ledger_checkpoint(s->h.ledger, s->g.socket, NULL, &why), &why);
	CHECK_OK(house_add(&s->h, ENTRIES - SIGNED, &why), &why);
}

static void scene_clear(struct scene *s)
{
	guard_drop(&s->g);
	house_drop(&s->h);
}

/* examine - "what@place, what@place" into out; "" for a sound ledger */
static void examine(struct scene *s, char *out, size_t room)
{
	struct why why = {0};
	struct ledger_verdict verdict = {0};
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	CHECK_OK(ledger_verify(s->h.ledger, s->g.state, s->g.public_key, arena, &verdict, &why), &why);
	size_t len = 0;
	out[0] = 0;
	for (struct ledger_fault *f = verdict.faults; f && len < room; f = f->next) {
		len += (size_t)snprintf(out + len, room - len, "%s%s@%s", len ? ", " : "", f->what, f->place);
		CHECK(f->text[0]);
	}
	CHECK(verdict.sound == (verdict.faults == NULL));
}

#define CHECK_FINDS(scene, want)                    \
	do {                                        \
		char found_[2000];                  \
		examine(scene, found_, sizeof found_); \
		CHECK_STR(found_, want);            \
	} while (0)

TEST(a_sound_ledger_is_sound)
{
	struct why why = {0};
	struct scene s;
	struct ledger_verdict verdict = {0};
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	if (!guard_program())
		SKIP("no sekisho-seal");
	scene_set(&s);
	CHECK_OK(ledger_verify(s.h.ledger, s.g.state, s.g.public_key, arena, &verdict, &why), &why);
	CHECK(verdict.sound && !verdict.faults);
	CHECK_INT(verdict.entries, ENTRIES);
	CHECK_INT(verdict.checkpoints, 2);
	CHECK_INT(verdict.rows, 2 + 4);
	CHECK(!store_in_transaction(s.h.store));
	CHECK_FAILS(ledger_verify(s.h.ledger, "", "no key", arena, &verdict, NULL), E_INPUT);
	scene_clear(&s);
}

/* Deeds that one SQL text does. */
#define SWAP_LEAVES                                                                       \
	"UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE seq = 20)"   \
	" WHERE seq = 10"
#define CHANGE(seq, from, to)                                                             \
	"UPDATE ledger_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '" from "', '" to \
	"') AS BLOB) WHERE seq = " #seq

TEST(every_deed_is_named)
{
	static const struct {
		const char *sql, *found;
	} rows[] = {
		{CHANGE(17, "\"number\":17", "\"number\":18"), "entry@entry 17"},
		{CHANGE(17, "aonami", "aonamI"), "entry@entry 17"},
		{CHANGE(0, "\"of\"", "\"oF\""), "entry@entry 0"},
		{CHANGE(49, "\"number\":49", "\"number\":48"), "entry@entry 49"},
		{"UPDATE ledger_entry SET leaf = leaf || leaf WHERE seq = 5", "entry@entry 5"},
		{"DELETE FROM ledger_entry WHERE seq = 12", "missing@entry 12"},
		{"DELETE FROM ledger_entry WHERE seq = 0", "missing@entry 0"},
		{"DELETE FROM ledger_entry WHERE seq = 49", "missing@entry 49"},
		{"DELETE FROM ledger_entry WHERE seq = 12;"
		 "DELETE FROM ledger_node WHERE level = 0 AND place = 12", "missing@entry 12"},
		{"DELETE FROM ledger_entry WHERE seq > 34; DELETE FROM ledger_entry_clause WHERE seq > 34;"
		 " DELETE FROM ledger_node"
		 " WHERE (level = 0 AND place > 34) OR (level = 1 AND place > 16) OR (level = 2 AND place > 7)"
		 " OR (level = 3 AND place > 3) OR (level = 4 AND place > 1)",
		 "missing@checkpoint 40, rollback@checkpoint 40"},
		{"UPDATE ledger_entry SET seq = 1000 WHERE seq = 49", "missing@entry 49, order@entry 1000"},
		{"UPDATE ledger_entry SET seq = -1 WHERE seq = 0", "order@entry -1, missing@entry 0"},
		{SWAP_LEAVES, "order@entry 10"},
		{"UPDATE ledger_entry SET seq = 1000 WHERE seq = 10;"
		 "UPDATE ledger_entry SET seq = 10 WHERE seq = 20;"
		 "UPDATE ledger_entry SET seq = 20 WHERE seq = 1000", "order@entry 10"},
		{"UPDATE ledger_entry SET kind = 'item.other' WHERE seq = 7", "index@entry 7"},
		{"UPDATE ledger_entry SET actor = '' WHERE seq = 7", "index@entry 7"},
		{"UPDATE ledger_entry SET subject = 'thing-2' WHERE seq = 7", "index@entry 7"},
		{"UPDATE ledger_entry SET time_ms = time_ms + 1 WHERE seq = 7", "index@entry 7"},
		{"DELETE FROM ledger_entry_clause WHERE seq = 7", "index@entry 7"},
		{"INSERT INTO ledger_entry_clause (clause, seq) VALUES ('HN-9', 7)", "index@ledger_entry_clause"},
		{"UPDATE ledger_entry_clause SET clause = 'HN-9' WHERE seq = 7", "index@entry 7"},
		{"UPDATE ledger_node SET hash = (SELECT hash FROM ledger_node WHERE level = 0 AND place = 1)"
		 " WHERE level = 3 AND place = 2", "tree@tree level 3 place 2 (entry 16)"},
		{"DELETE FROM ledger_node WHERE level = 2 AND place = 3", "tree@tree level 2 place 3 (entry 12)"},
		{"DELETE FROM ledger_node WHERE level = 0 AND place = 3", "tree@tree level 0 place 3 (entry 3)"},
		{"INSERT INTO ledger_node (level, place, hash) SELECT 9, 0, hash FROM ledger_node"
		 " WHERE level = 0 AND place = 0", "tree@ledger_node"},
		{"INSERT INTO ledger_node (level, place, hash) SELECT 0, 50, hash FROM ledger_node"
		 " WHERE level = 0 AND place = 0", "missing@entry 50"},
		{"UPDATE house_item SET value = '{}' WHERE id = 'thing-1'", "row@house_item id=thing-1"},
		{"UPDATE house_item SET seq = seq + 1", "row@house_item id=thing-\"2\""},
		{"UPDATE house_count SET n = n - 1 WHERE of = 'thing-1' AND clause = 'HN-6.4.1-1'",
		 "row@house_count of=thing-1, clause=HN-6.4.1-1"},
		{"DELETE FROM house_item WHERE id = 'thing-1'", "row@house_item id=thing-1"},
		{"DELETE FROM house_item", "row@house_item id=thing-\"2\""},
		{"INSERT INTO house_item (id, value, seq) VALUES ('a', '{}', 3)", "row@house_item id=a"},
		{"INSERT INTO house_item (id, value, seq) VALUES ('z', '{}', 3)", "row@house_item id=z"},
		{"UPDATE house_item SET id = 'thing-0' WHERE id = 'thing-1'", "row@house_item id=thing-0"},
		{"UPDATE house_item SET value = CAST(value AS BLOB) WHERE id = 'thing-1'",
		 "row@house_item id=thing-1"},
		{"ALTER TABLE house_item ADD COLUMN extra TEXT", "table@house_item"},
		{"CREATE INDEX sly ON house_item (value)", "table@house_item"},
		{"UPDATE ledger_checkpoint SET size = 31 WHERE size = 30", "checkpoint@checkpoint 31"},
		{"UPDATE ledger_checkpoint SET note = replace(note, 'aonami', 'aonamI') WHERE size = 40",
		 "checkpoint@checkpoint 40"},
		{"UPDATE ledger_checkpoint SET note = replace(note, '\n30\n', '\n29\n') WHERE size = 30",
		 "checkpoint@checkpoint 30"},
		{"UPDATE ledger_checkpoint SET note = '' WHERE size = 30", "checkpoint@checkpoint 30"},
		{"DELETE FROM ledger_checkpoint", ""}, /* the seal's own word covers the same */
	};
	struct why why = {0};
	struct scene s;
	if (!guard_program())
		SKIP("no sekisho-seal");
	scene_set(&s);
	CHECK_OK(store_backup(s.h.store, scratch_path(&s.h.scratch, "", "whole"), &why), &why);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char found[2000];
		why = (struct why){0};
		CHECK_OK(store_exec(s.h.store, rows[i].sql, &why), &why);
		examine(&s, found, sizeof found);
		if (strcmp(found, rows[i].found) != 0) {
			test_faults_++;
			printf("  %s\n    found %s\n    not   %s\n", rows[i].sql, found, rows[i].found);
		}
		house_close(&s.h);
		unlink(scratch_path(&s.h.scratch, "", "db"));
		unlink(scratch_path(&s.h.scratch, "", "db-wal"));
		unlink(scratch_path(&s.h.scratch, "", "db-shm"));
		AUTO(store_drop) struct store *whole = NULL;
		CHECK_OK(store_open(scratch_path(&s.h.scratch, "sqlite:", "whole"), &whole, &why), &why);
		CHECK_OK(store_backup(whole, scratch_path(&s.h.scratch, "", "db"), &why), &why);
		CHECK_OK(house_open(&s.h, &why), &why);
	}
	CHECK_FINDS(&s, "");
	scene_clear(&s);
}

/* ---- deeds that take more than SQL --------------------------------------- */

TEST(one_flipped_bit_anywhere_in_an_entry)
{
	struct why why = {0};
	struct scene s;
	uint8_t leaf[2000];
	size_t len = 0;
	if (!guard_program())
		SKIP("no sekisho-seal");
	scene_set(&s);
	for (size_t at = 0; at == 0 || at < len; at += 13) {
		AUTO(statement_drop) struct statement *get = NULL, *put = NULL;
		bool row = false;
		CHECK_OK(store_prepare(s.h.store, "SELECT leaf FROM ledger_entry WHERE seq = 23", &get, &why), &why);
		CHECK_OK(statement_step(get, &row, &why), &why);
		len = column_blob(get, 0).len;
		CHECK(len > 100 && len <= sizeof leaf);
		memcpy(leaf, column_blob(get, 0).at, len);
		statement_drop(&get);
		CHECK_OK(store_prepare(s.h.store, "UPDATE ledger_entry SET leaf = ?1 WHERE seq = 23", &put, &why), &why);
		leaf[at] ^= (uint8_t)(1u << at % 7);
		bind_blob(put, 1, slice_of(leaf, len));
		CHECK_OK(statement_run(put, NULL, &why), &why);
		char found[2000];
		examine(&s, found, sizeof found);
		/* a bit in the number itself says "order" */
		CHECK(strcmp(found, "entry@entry 23") == 0 || strcmp(found, "order@entry 23") == 0);
		leaf[at] ^= (uint8_t)(1u << at % 7);
		bind_blob(put, 1, slice_of(leaf, len));
		CHECK_OK(statement_run(put, NULL, &why), &why);
	}
	CHECK_FINDS(&s, "");
	scene_clear(&s);
}

/* regrow - compute the whole tree anew, as the one who forges would */
static void regrow(struct house *h)
{
	struct why why = {0};
	int64_t size = 0;
	CHECK_OK(ledger_size(h->ledger, &size, &why), &why);
	CHECK_OK(store_begin(h->store, &why), &why);
	CHECK_OK(store_exec(h->store, "DELETE FROM ledger_node", &why), &why);
	for (int64_t i = 0; i < size; i++) {
		AUTO(statement_drop) struct statement *s = NULL;
		uint8_t hash[32];
		bool row = false;
		CHECK_OK(store_prepare(h->store, "SELECT leaf FROM ledger_entry WHERE seq = ?1", &s, &why), &why);
		bind_i64(s, 1, i);
		CHECK_OK(statement_step(s, &row, &why), &why);
		merkle_leaf(column_blob(s, 0), hash);
		CHECK_OK(tree_append(h->store, i, hash, &why), &why);
	}
	CHECK_OK(store_commit(h->store, &why), &why);
}

TEST(a_forged_tree_does_not_fit_the_signatures)
{
	struct why why = {0};
	struct scene s;
	if (!guard_program())
		SKIP("no sekisho-seal");
	scene_set(&s);
	CHECK_OK(store_exec(s.h.store, CHANGE(33, "\"number\":33", "\"number\":34"), &why), &why);
	regrow(&s.h);
	CHECK_OK(ledger_rebuild(s.h.ledger, &why), &why); /* the tables too */
	CHECK_FINDS(&s, "checkpoint@checkpoint 40, rollback@checkpoint 40");
	CHECK_FAILS(ledger_checkpoint(s.h.ledger, s.g.socket, NULL, NULL), E_TAMPERED);
	/* what was not signed yet can be forged: that is why signing is frequent */
	scene_clear(&s);
	scene_set(&s);
	CHECK_OK(store_exec(s.h.store, CHANGE(45, "\"number\":45", "\"number\":46"), &why), &why);
	regrow(&s.h);
	CHECK_OK(ledger_rebuild(s.h.ledger, &why), &why);
	CHECK_FINDS(&s, "");
	scene_clear(&s);
}

static void roll_back(struct scene *s)
{
	struct why why = {0};
	house_close(&s->h);
	unlink(scratch_path(&s->h.scratch, "", "db-wal"));
	unlink(scratch_path(&s->h.scratch, "", "db-shm"));
	CHECK(rename(scratch_path(&s->h.scratch, "", "copy"), scratch_path(&s->h.scratch, "", "db")) == 0);
	CHECK_OK(house_open(&s->h, &why), &why);
}

TEST(a_rolled_back_database_is_named)
{
	struct why why = {0};
	struct scene s;
	struct ledger_verdict verdict = {0};
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	if (!guard_program())
		SKIP("no sekisho-seal");
	scene_set(&s);
	roll_back(&s);
	CHECK_FINDS(&s, "rollback@checkpoint 40");
	CHECK_FAILS(ledger_checkpoint(s.h.ledger, s.g.socket, NULL, NULL), E_TAMPERED);
	/* it is consistent in itself: only the seal's word shows it */
	CHECK_OK(ledger_verify(s.h.ledger, "", s.g.public_key, arena, &verdict, &why), &why);
	CHECK(verdict.sound);
	/* grown again beyond the signed size, it is another tree */
	s.h.clock.fixed_ms++;
	ledger_drop(&s.h.ledger);
	CHECK_OK(ledger_open(s.h.store, house_origin, house_projections, &s.h.clock, &s.h.ledger, &why), &why);
	CHECK_OK(house_add(&s.h, 25, &why), &why);
	CHECK_FINDS(&s, "rollback@checkpoint 40");
	why = (struct why){0};
	CHECK_FAILS(ledger_checkpoint(s.h.ledger, s.g.socket, NULL, &why), E_TAMPERED);
	CHECK(strstr(why.text, "does not extend") != NULL);
	scene_clear(&s);
}

static void write_text(const char *path, struct slice text)
{
	FILE *file = fopen(path, "wbe");
	CHECK(file && fwrite(text.at, 1, text.len, file) == text.len);
	if (file)
		fclose(file);
}

TEST(a_forged_or_lost_word_of_the_seal_is_named)
{
	struct why why = {0};
	struct scene s;
	struct note_signer thief;
	struct buffer note;
	uint8_t seed[32] = {7}, root[32];
	if (!guard_program())
		SKIP("no sekisho-seal");
	scene_set(&s);
	buffer_init(&note, NOTE_MAX);
	CHECK_OK(ledger_root(s.h.ledger, SIGNED_FIRST, root, &why), &why);
	CHECK_OK(note_signer_of(slice_str(house_origin), seed, &thief, &why), &why);
	CHECK_OK(note_sign(&thief, SIGNED_FIRST, root, &note, &why), &why);
	write_text(s.g.state, buffer_slice(&note));
	CHECK_FINDS(&s, "rollback@seal");
	/* a stored checkpoint by the thief's key */
	AUTO(statement_drop) struct statement *put = NULL;
	CHECK_OK(store_prepare(s.h.store, "UPDATE ledger_checkpoint SET note = ?1 WHERE size = 30", &put, &why), &why);
	bind_text(put, 1, buffer_slice(&note));
	CHECK_OK(statement_run(put, NULL, &why), &why);
	statement_drop(&put); /* no statement outlives its store */
	CHECK_FINDS(&s, "checkpoint@checkpoint 30, rollback@seal");
	write_text(s.g.state, SLICE("nonsense"));
	CHECK_FINDS(&s, "checkpoint@checkpoint 30, rollback@seal");
	CHECK(unlink(s.g.state) == 0);
	CHECK_FINDS(&s, "checkpoint@checkpoint 30, rollback@seal");
	buffer_done(&note);
	scene_clear(&s);
}

TEST(a_seal_put_back_to_an_older_word_is_named)
{
	struct why why = {0};
	struct scene s;
	struct buffer old;
	if (!guard_program())
		SKIP("no sekisho-seal");
	buffer_init(&old, NOTE_MAX);
	scene_set(&s);
	AUTO(statement_drop) struct statement *get = NULL;
	bool row = false;
	CHECK_OK(store_prepare(s.h.store, "SELECT note FROM ledger_checkpoint WHERE size = 30", &get, &why), &why);
	CHECK_OK(statement_step(get, &row, &why), &why);
	buffer_put_slice(&old, column_text(get, 0));
	statement_drop(&get);
	guard_stop(&s.g, SIGTERM);
	write_text(s.g.state, buffer_slice(&old));
	CHECK_FINDS(&s, "checkpoint@seal");
	CHECK(guard_start(&s.g));
	CHECK_FAILS(ledger_checkpoint(s.h.ledger, s.g.socket, NULL, NULL), E_TAMPERED);
	buffer_done(&old);
	scene_clear(&s);
}

/* ---- rebuild ------------------------------------------------------------- */

static void dump(struct house *h, struct buffer *out)
{
	struct why why = {0};
	static const char *const sqls[] = {"SELECT id, value, seq FROM house_item ORDER BY id",
	                                   "SELECT of, clause, n FROM house_count ORDER BY of, clause"};
	buffer_clear(out);
	for (size_t i = 0; i < 2; i++) {
		AUTO(statement_drop) struct statement *s = NULL;
		bool row = false;
		CHECK_OK(store_prepare(h->store, sqls[i], &s, &why), &why);
		CHECK_OK(statement_step(s, &row, &why), &why);
		while (row) {
			for (int c = 0; c < 3; c++)
				buffer_printf(out, "%d:%.*s|", (int)column_kind(s, c), SLICE_ARG(column_text(s, c)));
			CHECK_OK(statement_step(s, &row, &why), &why);
		}
	}
}

TEST(rebuilding_gives_the_same_bytes)
{
	struct why why = {0};
	struct buffer before, after;
	AUTO(house_drop) struct house h = house_new();
	buffer_init(&before, 100000);
	buffer_init(&after, 100000);
	CHECK_OK(house_add(&h, 60, &why), &why);
	dump(&h, &before);
	CHECK_OK(store_exec(h.store, "DELETE FROM house_item; UPDATE house_count SET n = 99", &why), &why);
	dump(&h, &after);
	CHECK(!slice_equal(buffer_slice(&before), buffer_slice(&after)));
	CHECK_OK(ledger_rebuild(h.ledger, &why), &why);
	dump(&h, &after);
	CHECK_SLICE(buffer_slice(&after), buffer_slice(&before));
	/* from entries that are not sound nothing is made */
	CHECK_OK(store_exec(h.store, "DELETE FROM house_count", &why), &why);
	CHECK_OK(store_exec(h.store, CHANGE(17, "\"number\":17", "\"number\":18"), &why), &why);
	CHECK_FAILS(ledger_rebuild(h.ledger, NULL), E_TAMPERED);
	CHECK(!store_in_transaction(h.store));
	CHECK_OK(store_exec(h.store, CHANGE(17, "\"number\":18", "\"number\":17"), &why), &why);
	CHECK_OK(ledger_rebuild(h.ledger, &why), &why);
	dump(&h, &after);
	CHECK_SLICE(buffer_slice(&after), buffer_slice(&before));
	buffer_done(&before);
	buffer_done(&after);
}

/* ---- tables of another shape */

static void opens(struct house *h, bool as_it_is, enum error expected)
{
	struct why why = {0};
	house_close(h);
	CHECK_OK(store_open(scratch_path(&h->scratch, "sqlite:", "db"), &h->store, &why), &why);
	if (!as_it_is)
		CHECK_OK(ledger_forget_tables(h->store, house_projections, &why), &why);
	CHECK_OK(ledger_open(h->store, house_origin, house_projections, &h->clock, &h->ledger, &why), &why);
	struct result done = ledger_check_tables(h->ledger, &why);
	CHECK_INT(done.code, expected);
	if (done.code != OK)
		CHECK(strstr(why.text, "sekisho ledger rebuild") != NULL);
}

TEST(tables_of_another_program_are_noticed_and_made_anew)
{
	static const char *const deeds[] = {
		"DROP TABLE house_item; CREATE TABLE house_item (id TEXT PRIMARY KEY, value TEXT NOT NULL)",
		"ALTER TABLE house_count ADD COLUMN later TEXT", "CREATE INDEX house_more ON house_item (seq)"};
	struct why why = {0};
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		struct buffer before, after;
		AUTO(house_drop) struct house h = house_new();
		buffer_init(&before, 100000);
		buffer_init(&after, 100000);
		CHECK_OK(house_add(&h, 40, &why), &why);
		dump(&h, &before);
		opens(&h, true, OK);
		opens(&h, false, OK); /* nothing to forget: nothing is dropped */
		dump(&h, &after);
		CHECK_SLICE(buffer_slice(&after), buffer_slice(&before));
		CHECK_OK(store_exec(h.store, deeds[i], &why), &why);
		opens(&h, true, E_CONFLICT);
		opens(&h, false, E_CONFLICT); /* made anew and empty: not to be served */
		opens(&h, true, E_CONFLICT);  /* nor when it fell before the rebuild */
		CHECK_OK(ledger_rebuild(h.ledger, &why), &why);
		opens(&h, true, OK);
		dump(&h, &after);
		CHECK_SLICE(buffer_slice(&after), buffer_slice(&before));
		buffer_done(&before);
		buffer_done(&after);
	}
}

TEST(others_append_while_one_verifies)
{
	struct why why = {0};
	struct scene s;
	int status = 0;
	if (!guard_program())
		SKIP("no sekisho-seal");
	scene_set(&s);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		struct house other = {.scratch = s.h.scratch, .clock = s.h.clock};
		bool good = house_open(&other, &why).code == OK;
		for (int i = 0; i < 60 && good; i++)
			good = house_add(&other, 3, &why).code == OK &&
			       (i % 5 || ledger_checkpoint(other.ledger, s.g.socket, NULL, &why).code == OK);
		_exit(!good);
	}
	int rounds = 0;
	for (; waitpid(child, &status, WNOHANG) == 0; rounds++)
		CHECK_FINDS(&s, "");
	CHECK_INT(status, 0);
	CHECK(rounds > 0);
	scene_clear(&s);
}

MAIN_TESTS()
