/* ledger/seal.h - what sekisho-seal is asked, what it answers, and why it refuses
 *
 * The seal signs a checkpoint only if the new tree extends the one it signed
 * last, and it remembers that one in a file of its own before it answers.  So
 * whoever owns the database can neither change an entry that was covered nor
 * roll the ledger back without the next checkpoint, or a verification against
 * the seal's file, showing it.
 *
 * On the socket: one request and one answer a connection, each a 32-bit
 * big-endian length and that many bytes.
 *   request  u8 verb; for SEAL_SIGN: u64 old size, u64 size, 32 bytes of root,
 *            u16 number of hashes, the hashes of the consistency proof
 *   answer   u8 status, then the note or a sentence
 * source  RFC 6962 section 2.1.2, C2SP tlog-checkpoint                       */
#ifndef SEKISHO_LEDGER_SEAL_H
#define SEKISHO_LEDGER_SEAL_H

#include "ledger/merkle.h"
#include "ledger/note.h"

enum { SEAL_MESSAGE_MAX = 8192 };

enum seal_verb { SEAL_LAST = 1, SEAL_SIGN = 2 };

struct seal_request {
	enum seal_verb verb;
	int64_t old_size;
	int64_t size;
	uint8_t root[SHA256_BYTES];
	struct slice proof; /* borrowed */
};

enum seal_status {
	SEAL_REFUSED = 0, /* a sentence follows */
	SEAL_NOTE = 1,    /* the note follows */
	SEAL_NONE = 2,    /* nothing was signed yet */
	SEAL_FAILED = 3,  /* the state could not be kept: a sentence follows */
};

/* Without their lengths. */
void seal_request_write(const struct seal_request *request, struct buffer *out);
struct result seal_request_read(struct slice bytes, struct seal_request *out, struct why *why) MUST;

/* The seal itself. */
struct seal {
	struct note_signer signer;
	const char *state; /* path, borrowed: the last signed note; empty before the first */
	int64_t size;      /* of the last signed tree */
	uint8_t root[SHA256_BYTES];
	struct buffer note;
};

/* seal_create - a new key (0600) and an empty state; prints nothing
 * errors  E_CONFLICT  either exists                                         */
struct result seal_create(const char *key_file, const char *state_file, struct slice name,
                          const uint8_t seed[NOTE_SEED], struct note_key *out, struct why *why) MUST;
/* seal_open - E_DENIED a key others can read; E_ABSENT no state (it is never
 * begun anew in silence); E_TAMPERED a state this key did not sign           */
struct result seal_open(const char *key_file, const char *state_file, struct seal *out,
                        struct why *why) MUST;
/* seal_done - forgets the key */
void seal_done(struct seal *seal);
/* seal_answer - answer, appended; a new note is durable in the state before */
void seal_answer(struct seal *seal, struct slice request, struct buffer *answer);

/* seal_ask - the other side: one question over the socket
 * answer  cleared; without its status
 * errors  E_BUSY  nobody answers within 5 seconds                           */
struct result seal_ask(const char *socket_path, const struct seal_request *request,
                       enum seal_status *status, struct buffer *answer, struct why *why) MUST;

#endif
