/* gate/file/lock_office.h - locked Office documents; inside the room only
 *
 *   lock_package.c  docx, xlsx, pptx: the package stands encrypted in a compound
 *                   file (standard and agile encryption)
 *   lock_office.c   doc, xls, ppt: streams are encrypted in blocks (RC4 of 40
 *                   bits, RC4 by CryptoAPI, XOR obfuscation)
 * source  MS-OFFCRYPTO 2.3.4 (package), 2.3.5 and 2.3.6 (RC4), 2.3.7 (XOR)
 */
#ifndef SEKISHO_GATE_FILE_LOCK_OFFICE_H
#define SEKISHO_GATE_FILE_LOCK_OFFICE_H

#include "gate/file/cipher.h"
#include "gate/file/job.h"

enum office_cipher { OFFICE_RC4 = 1, OFFICE_CRYPTOAPI, OFFICE_XOR };
enum { OFFICE_BLOCK_MOST = 1024 };

/* A key that was found; ask for zeroed memory, office_lock_wipe when done. */
struct office_lock {
	enum office_cipher cipher;
	uint8_t base[HASH_MOST];
	size_t base_len, key_len;
	uint8_t stream[OFFICE_BLOCK_MOST]; /* key stream of `block`, or the XOR array */
	size_t stream_len;
	uint32_t block;
	bool asked; /* opened with the password given, not with a standard one */
};
void office_lock_wipe(struct office_lock *lock);

/* office_find_rc4 - the key for a header that begins with its version numbers
 * errors  the job's refusal: ENCRYPTED, PASSWORD, LOCKED, DAMAGED           */
struct result office_find_rc4(struct job *job, struct slice header, const char *place,
                              struct office_lock *lock) MUST;
/* office_find_xor - by the two numbers that check a password
 * word  as Word turns the array (7), not as Excel does (2)                  */
struct result office_find_xor(struct job *job, uint16_t key, uint16_t check, bool word,
                              const char *place, struct office_lock *lock) MUST;
/* office_turn - undo RC4 on bytes that stand at `pos` of a stream, cut in blocks
 * of block_bytes (at most OFFICE_BLOCK_MOST), the first of number `first`    */
void office_turn(struct office_lock *lock, uint32_t first, size_t block_bytes, size_t pos, uint8_t *at,
                 size_t len);
/* office_turn_object - the same for bytes that are a block of their own, of any length */
void office_turn_object(struct office_lock *lock, uint32_t block, uint8_t *at, size_t len);

#endif
