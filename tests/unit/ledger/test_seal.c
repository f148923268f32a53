/* Notes, keys, the seal's judgement, and the program itself under kill -9. */
#include "base/random.h"
#include "guard.h"

#include <sodium.h>
#include <sys/stat.h>

static struct note_signer signer(const char *name, uint8_t first)
{
	struct why why = {0};
	struct note_signer out;
	uint8_t seed[32] = {first};
	CHECK(sodium_init() >= 0);
	CHECK_OK(note_signer_of(slice_str(name), seed, &out, &why), &why);
	return out;
}

TEST(a_note_is_signed_and_read)
{
	struct why why = {0};
	struct note_signer s = signer("sekisho.example/aonami", 1), other = signer("sekisho.example/aonami", 2);
	struct checkpoint c;
	struct buffer note;
	uint8_t root[32] = {9};
	buffer_init(&note, NOTE_MAX);
	CHECK_OK(note_sign(&s, 42, root, &note, &why), &why);
	CHECK_OK(checkpoint_read(buffer_slice(&note), &c, &why), &why);
	CHECK_SLICE(c.origin, SLICE("sekisho.example/aonami"));
	CHECK_INT(c.size, 42);
	CHECK(memcmp(c.root, root, 32) == 0);
	CHECK_OK(checkpoint_signed_by(&c, &s.key, &why), &why);
	CHECK_FAILS(checkpoint_signed_by(&c, &other.key, NULL), E_TAMPERED);
	/* any bit: not a note, or not signed */
	int survived = 0;
	for (size_t at = 0; at < note.len; at++) {
		note.at[at] ^= 2;
		if (checkpoint_read(buffer_slice(&note), &c, NULL).code == OK)
			survived += checkpoint_signed_by(&c, &s.key, NULL).code == OK;
		note.at[at] ^= 2;
	}
	CHECK_INT(survived, 0);
	for (size_t len = 0; len < note.len; len++)
		CHECK(checkpoint_read(slice_part(buffer_slice(&note), 0, len), &c, NULL).code != OK ||
		      checkpoint_signed_by(&c, &s.key, NULL).code != OK);
	buffer_done(&note);
}

TEST(odd_notes_are_refused)
{
	static const char *const rows[] = {
		"",
		"origin\n1\n",
		"origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"origin\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"origin\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"origin\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"origin\n1\nAAAA\n\n",
		"origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
		"origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
		"origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nx",
	};
	struct checkpoint c;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_FAILS(checkpoint_read(slice_str(rows[i]), &c, NULL), E_INPUT);
	struct why why = {0};
	CHECK_OK(checkpoint_read(SLICE("origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n\n"), &c, &why), &why);
}

TEST(keys_read_back_as_written)
{
	struct why why = {0};
	struct note_signer s = signer("a.example/x", 3), back;
	struct note_key key;
	struct buffer line;
	buffer_init(&line, 1000);
	note_key_write(&s.key, &line);
	CHECK_OK(note_key_read(buffer_slice(&line), &key, &why), &why);
	CHECK(memcmp(&key, &s.key, sizeof key) == 0);
	for (size_t at = 0; at < line.len; at++) {
		line.at[at] ^= 1;
		CHECK_FAILS(note_key_read(buffer_slice(&line), &key, NULL), E_INPUT);
		line.at[at] ^= 1;
	}
	buffer_clear(&line);
	note_signer_write(&s, &line);
	CHECK_OK(note_signer_read(buffer_slice(&line), &back, &why), &why);
	CHECK(memcmp(back.seed, s.seed, 32) == 0 && memcmp(&back.key, &s.key, sizeof back.key) == 0);
	uint8_t seed[32] = {0};
	static const char *const names[] = {"", "a b", "a+b", "a\nb", "\xff"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		CHECK_FAILS(note_signer_of(slice_str(names[i]), seed, &back, NULL), E_INPUT);
	buffer_done(&line);
}

/* ---- judgement ----------------------------------------------------------- */

struct bench {
	struct house h;
	char key[128], state[128];
	struct seal seal;
	struct buffer proof, answer;
};

static void bench_set(struct bench *b)
{
	struct why why = {0};
	struct note_key key;
	uint8_t seed[32] = {5};
	b->h = house_new();
	snprintf(b->key, sizeof b->key, "%s/k", b->h.scratch.folder);
	snprintf(b->state, sizeof b->state, "%s/s", b->h.scratch.folder);
	CHECK_OK(seal_create(b->key, b->state, slice_str(house_origin), seed, &key, &why), &why);
	CHECK_OK(seal_open(b->key, b->state, &b->seal, &why), &why);
	CHECK_OK(house_add(&b->h, 20, &why), &why);
	buffer_init(&b->proof, MERKLE_PROOF_MAX);
	buffer_init(&b->answer, SEAL_MESSAGE_MAX);
}

static void bench_clear(struct bench *b)
{
	seal_done(&b->seal);
	buffer_done(&b->proof);
	buffer_done(&b->answer);
	house_drop(&b->h);
}

/* ask - to sign `size` after `old`, with the proof of these sizes; then, with
 * `twist`, with a root that is not the tree's                                */
static int ask(struct bench *b, int64_t old, int64_t size, bool twist)
{
	struct why why = {0};
	struct buffer bytes;
	struct seal_request r = {.verb = SEAL_SIGN, .old_size = old, .size = size};
	buffer_init(&bytes, SEAL_MESSAGE_MAX);
	CHECK_OK(ledger_root(b->h.ledger, size, r.root, &why), &why);
	if (ledger_prove_consistency(b->h.ledger, old, size, &b->proof, NULL).code != OK)
		buffer_clear(&b->proof);
	r.proof = buffer_slice(&b->proof);
	r.root[0] ^= twist;
	seal_request_write(&r, &bytes);
	buffer_clear(&b->answer);
	seal_answer(&b->seal, buffer_slice(&bytes), &b->answer);
	buffer_done(&bytes);
	return b->answer.len ? b->answer.at[0] : -1;
}

TEST(only_what_extends_the_last_is_signed)
{
	struct why why = {0};
	struct bench b;
	struct checkpoint c;
	bench_set(&b);
	static const struct {
		int64_t old, size;
		bool twist;
		int want;
		int64_t signed_after;
	} rows[] = {
		{0, 5, false, SEAL_NOTE, 5},
		{0, 5, false, SEAL_REFUSED, 5},  /* it knows better what it signed last */
		{5, 5, false, SEAL_NOTE, 5},     /* the same again: the same note */
		{5, 5, true, SEAL_REFUSED, 5},
		{5, 12, true, SEAL_REFUSED, 5},
		{5, 4, false, SEAL_REFUSED, 5},
		{4, 12, false, SEAL_REFUSED, 5},
		{6, 12, false, SEAL_REFUSED, 5},
		{5, 12, false, SEAL_NOTE, 12},
		{12, 20, false, SEAL_NOTE, 20},
		{12, 20, false, SEAL_REFUSED, 20},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int got = ask(&b, rows[i].old, rows[i].size, rows[i].twist);
		if (got != rows[i].want || b.seal.size != rows[i].signed_after) {
			test_faults_++;
			printf("  question %zu: answer %d, signed %lld\n", i, got, (long long)b.seal.size);
		}
	}
	/* what it remembers is what it wrote */
	seal_done(&b.seal);
	CHECK_OK(seal_open(b.key, b.state, &b.seal, &why), &why);
	CHECK_INT(b.seal.size, 20);
	CHECK_OK(checkpoint_read(buffer_slice(&b.seal.note), &c, &why), &why);
	CHECK_OK(checkpoint_signed_by(&c, &b.seal.signer.key, &why), &why);
	bench_clear(&b);
}

TEST(a_state_that_cannot_be_kept_means_no_signature)
{
	struct bench b;
	bench_set(&b);
	CHECK_INT(ask(&b, 0, 5, false), SEAL_NOTE);
	b.seal.state = "/nowhere/at/all";
	CHECK_INT(ask(&b, 5, 9, false), SEAL_FAILED);
	CHECK_INT(b.seal.size, 5);
	b.seal.state = b.state;
	CHECK_INT(ask(&b, 5, 9, false), SEAL_NOTE);
	bench_clear(&b);
}

TEST(a_seal_opens_only_with_its_own_state)
{
	struct why why = {0};
	struct bench b;
	struct seal seal;
	struct stat st;
	struct note_signer thief = signer(house_origin, 77);
	struct buffer note;
	struct note_key key;
	uint8_t root[32] = {0}, seed[32] = {1};
	bench_set(&b);
	buffer_init(&note, NOTE_MAX);
	CHECK(stat(b.key, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK_FAILS(seal_create(b.key, "/tmp/never", SLICE("x"), seed, &key, NULL), E_CONFLICT);
	CHECK(access("/tmp/never", F_OK) != 0);
	CHECK_OK(note_sign(&thief, 3, root, &note, &why), &why);
	FILE *file = fopen(b.state, "wbe");
	CHECK(file && fwrite(note.at, 1, note.len, file) == note.len && fclose(file) == 0);
	CHECK_FAILS(seal_open(b.key, b.state, &seal, NULL), E_TAMPERED);
	CHECK(unlink(b.state) == 0);
	CHECK_FAILS(seal_open(b.key, b.state, &seal, NULL), E_ABSENT);
	CHECK(chmod(b.key, 0644) == 0);
	CHECK_FAILS(seal_open(b.key, b.state, &seal, NULL), E_DENIED);
	buffer_done(&note);
	bench_clear(&b);
}

TEST(damaged_questions_are_refused)
{
	struct bench b;
	struct seal_request r;
	bench_set(&b);
	struct buffer bytes;
	buffer_init(&bytes, SEAL_MESSAGE_MAX);
	seal_request_write(&(struct seal_request){.verb = SEAL_SIGN, .size = 5,
	                                          .proof = SLICE("01234567890123456789012345678901")}, &bytes);
	CHECK_FAILS(seal_request_read(buffer_slice(&bytes), &r, NULL), OK);
	for (size_t len = 0; len < bytes.len; len++)
		CHECK_FAILS(seal_request_read(slice_part(buffer_slice(&bytes), 0, len), &r, NULL), E_INPUT);
	buffer_put_u8(&bytes, 0);
	CHECK_FAILS(seal_request_read(buffer_slice(&bytes), &r, NULL), E_INPUT);
	bytes.at[0] = 3;
	CHECK_FAILS(seal_request_read(buffer_slice(&bytes), &r, NULL), E_INPUT);
	seal_answer(&b.seal, SLICE("\x01"), &b.answer);
	CHECK(b.answer.len == 1 && b.answer.at[0] == SEAL_NONE);
	buffer_done(&bytes);
	bench_clear(&b);
}

/* ---- the program --------------------------------------------------------- */

TEST(the_program_survives_kill_9)
{
	struct why why = {0};
	if (!guard_program())
		SKIP("no sekisho-seal");
	AUTO(house_drop) struct house h = house_new();
	struct guard g = guard_new(&h, house_origin);
	struct random random = random_seeded(11);
	for (int round = 0; round < 12; round++) {
		uint8_t pause = 0;
		CHECK_OK(random_fill(&random, &pause, 1, &why), &why);
		fflush(stdout);
		pid_t child = fork();
		if (child == 0) {
			struct house other = {.scratch = h.scratch, .clock = h.clock};
			if (house_open(&other, &why).code != OK)
				_exit(1);
			for (;;)
				if (house_add(&other, 1, NULL).code != OK)
					_exit(1);
				else if (ledger_checkpoint(other.ledger, g.socket, NULL, NULL).code == E_TAMPERED)
					_exit(2);
		}
		poll(NULL, 0, 1 + pause / 16);
		guard_stop(&g, SIGKILL);
		int status = 0;
		CHECK(waitpid(child, &status, WNOHANG) == 0);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		CHECK(guard_start(&g));
		CHECK_OK(ledger_checkpoint(h.ledger, g.socket, NULL, &why), &why);
		AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
		struct ledger_verdict verdict;
		CHECK_OK(ledger_verify(h.ledger, g.state, g.public_key, arena, &verdict, &why), &why);
		CHECK(verdict.sound);
		if (verdict.faults)
			printf("  %s: %s\n", verdict.faults->place, verdict.faults->text);
	}
	guard_drop(&g);
}

TEST(the_program_refuses_wrong_starts)
{
	if (!guard_program())
		SKIP("no sekisho-seal");
	AUTO(house_drop) struct house h = house_new();
	struct guard g = guard_new(&h, house_origin), second = g, stranger = g;
	CHECK(!guard_start(&second) || (guard_stop(&second, SIGKILL), second.pid == 0));
	int status = 0;
	CHECK(waitpid(g.pid, &status, WNOHANG) == 0); /* the first is still there */
	CHECK(!guard_keygen(&stranger, house_origin)); /* nothing is overwritten */
	guard_drop(&g);
	CHECK(unlink(g.state) == 0);
	CHECK(!guard_start(&g));
}

TEST(nobody_answers_means_busy)
{
	struct why why = {0};
	AUTO(house_drop) struct house h = house_new();
	CHECK_OK(house_add(&h, 3, &why), &why);
	CHECK_FAILS(ledger_checkpoint(h.ledger, scratch_path(&h.scratch, "", "none"), NULL, NULL), E_BUSY);
	CHECK(!store_in_transaction(h.store));
}

TEST(another_logs_seal_is_refused)
{
	struct why why = {0};
	if (!guard_program())
		SKIP("no sekisho-seal");
	AUTO(house_drop) struct house h = house_new();
	struct guard g = guard_new(&h, "sekisho.example/other");
	CHECK_OK(house_add(&h, 3, &why), &why);
	CHECK_FAILS(ledger_checkpoint(h.ledger, g.socket, NULL, NULL), E_CONFLICT);
	guard_drop(&g);
}

MAIN_TESTS()
