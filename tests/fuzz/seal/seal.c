/* Questions to the seal: whatever is asked, it answers with one of its statuses,
 * and what it never saw proven it never signs: this seal has signed four
 * entries, and only the tree that really extends them gets its signature.   */
#include "ledger/seal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct seal fresh(void)
{
	uint8_t seed[NOTE_SEED] = {1}, leaf[2][SHA256_BYTES], pair[SHA256_BYTES];
	struct seal seal = {.state = "/nonexistent/state", .size = 4};
	if (note_signer_of(SLICE("fuzz.example"), seed, &seal.signer, NULL).code != OK)
		abort();
	merkle_leaf(SLICE("a"), leaf[0]);
	merkle_leaf(SLICE("b"), leaf[1]);
	merkle_node(leaf[0], leaf[1], pair);
	merkle_node(pair, pair, seal.root);
	buffer_init(&seal.note, NOTE_MAX);
	if (note_sign(&seal.signer, seal.size, seal.root, &seal.note, NULL).code != OK)
		abort();
	return seal;
}

/* what was read is written back as the same bytes */
static void check_spelling(const struct seal_request *asked, struct slice question)
{
	struct buffer again;
	buffer_init(&again, SEAL_MESSAGE_MAX);
	seal_request_write(asked, &again);
	if (!slice_equal(buffer_slice(&again), question))
		abort();
	buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice question = slice_of(data, size);
	struct seal_request asked;
	struct buffer answer;
	struct seal seal = fresh();
	buffer_init(&answer, SEAL_MESSAGE_MAX);
	bool read = seal_request_read(question, &asked, NULL).code == OK;
	seal_answer(&seal, question, &answer);
	if (!buffer_ok(&answer) || answer.len == 0 || answer.at[0] > SEAL_FAILED || seal.size != 4)
		abort();
	if (read)
		check_spelling(&asked, question);
	/* FAILED is the signature that its missing state keeps back */
	bool extends = read && asked.verb == SEAL_SIGN && asked.old_size == 4 &&
	               proof_consistency_holds(4, asked.size, seal.root, asked.root, asked.proof);
	if ((answer.at[0] == SEAL_FAILED || (answer.at[0] == SEAL_NOTE && read && asked.verb == SEAL_SIGN)) !=
	    extends)
		abort();
	buffer_done(&answer);
	seal_done(&seal);
	return 0;
}
