/* Signed notes and key lines: reading ends, keeps inside the text, and no bytes
 * but the signed ones carry the signature.                                  */
#include "ledger/note.h"

#include <sodium.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct note_signer *signer(void)
{
	static struct note_signer one;
	uint8_t seed[NOTE_SEED] = {1};
	if (!one.key.name[0] && (sodium_init() < 0 ||
	                         note_signer_of(SLICE("fuzz.example"), seed, &one, NULL).code != OK))
		abort();
	return &one;
}

/* the only text that this key signs is what note_sign writes for these values */
static void check_signed(const struct checkpoint *checkpoint)
{
	struct buffer note;
	struct checkpoint again;
	buffer_init(&note, NOTE_MAX);
	if (note_sign(signer(), checkpoint->size, checkpoint->root, &note, NULL).code != OK ||
	    checkpoint_read(buffer_slice(&note), &again, NULL).code != OK ||
	    !slice_equal(again.text, checkpoint->text))
		abort();
	buffer_done(&note);
}

static void check_key(struct slice line)
{
	struct note_key key;
	struct buffer again;
	if (note_key_read(line, &key, NULL).code != OK)
		return;
	buffer_init(&again, 1024);
	note_key_write(&key, &again);
	/* the hash's digits may be capitals; nothing else has a second spelling */
	if (again.len != line.len)
		abort();
	buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct checkpoint checkpoint;
	if (checkpoint_read(text, &checkpoint, NULL).code == OK) {
		if (checkpoint.size < 0 || checkpoint.text.len + checkpoint.signatures.len + 1 != size)
			abort();
		if (checkpoint_signed_by(&checkpoint, &signer()->key, NULL).code == OK)
			check_signed(&checkpoint);
	}
	check_key(text);
	return 0;
}
