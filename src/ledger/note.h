/* ledger/note.h - signed checkpoints
 *
 *   origin line          sekisho.example/aonami
 *   size                 42
 *   root, base64         47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
 *   (more lines are allowed and kept)
 *                        an empty line
 *   signatures           — name base64(4 bytes of key hash, 64 bytes Ed25519)
 *
 * source  C2SP signed-note and tlog-checkpoint; Ed25519 is RFC 8032          */
#ifndef SEKISHO_LEDGER_NOTE_H
#define SEKISHO_LEDGER_NOTE_H

#include "base/buffer.h"
#include "base/error.h"
#include "store/digest.h"

enum {
	NOTE_MAX = 4096, /* bytes of a whole note */
	NOTE_NAME_MAX = 128,
	NOTE_SIGNATURES_MAX = 16,
	NOTE_PUBLIC = 32,
	NOTE_SEED = 32,
};

/* What a checkpoint says; slices borrow from the note. */
struct checkpoint {
	struct slice origin;
	int64_t size;
	uint8_t root[SHA256_BYTES];
	struct slice text;       /* what is signed: all up to and with the last '\n' before the empty line */
	struct slice signatures; /* the lines after it */
};

struct note_key {
	char name[NOTE_NAME_MAX + 1];
	uint8_t id[4]; /* first bytes of SHA-256(name || '\n' || 0x01 || public key) */
	uint8_t public_key[NOTE_PUBLIC];
};

/* checkpoint_read - E_INPUT names what is wrong; checks no signature */
struct result checkpoint_read(struct slice note, struct checkpoint *out, struct why *why) MUST;
/* checkpoint_signed_by - exactly this key signed exactly this text
 * errors  E_TAMPERED  no signature by the key, or one that does not hold     */
struct result checkpoint_signed_by(const struct checkpoint *checkpoint, const struct note_key *key,
                                   struct why *why) MUST;

/* note_key_read - "name+hash+base64"; E_INPUT */
struct result note_key_read(struct slice line, struct note_key *out, struct why *why) MUST;
void note_key_write(const struct note_key *key, struct buffer *out);

/* The signing side: sekisho-seal and tests only. */
struct note_signer {
	struct note_key key;
	uint8_t seed[NOTE_SEED];
};
/* note_signer_of - E_INPUT a name with spaces, '+', control characters, or none */
struct result note_signer_of(struct slice name, const uint8_t seed[NOTE_SEED],
                             struct note_signer *out, struct why *why) MUST;
/* note_signer_read, note_signer_write - "PRIVATE+KEY+name+hash+base64" */
struct result note_signer_read(struct slice line, struct note_signer *out, struct why *why) MUST;
void note_signer_write(const struct note_signer *signer, struct buffer *out);
/* note_sign - the whole note, appended; its origin is the signer's name */
struct result note_sign(const struct note_signer *signer, int64_t size,
                        const uint8_t root[SHA256_BYTES], struct buffer *out, struct why *why) MUST;

#endif
