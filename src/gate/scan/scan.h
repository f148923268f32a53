/* gate/scan/scan.h - ask clamd whether it knows something in these bytes
 *
 * One connection a question, over a Unix socket, by zINSTREAM: clamd never
 * sees a path and needs no right to our files.  Fail closed: anything but the
 * one exact answer "stream: OK" is not clean.  A file that clamd would not
 * take whole (its StreamMaxLength, our own limit), a closed connection, a late
 * or unreadable answer is SCAN_NOT_SCANNED, and the file waits.
 *
 * Known limits of the other side: clamd answers OK for archives over its own
 * limits unless AlertExceedsMax is set, and for encrypted ones unless
 * AlertEncrypted is; bombs are the file gate's matter, not its own.
 * clause  HN-2.6.4(1)-1 (6.4(1)①)   source clamd(8), COMMANDS
 */
#ifndef SEKISHO_GATE_SCAN_H
#define SEKISHO_GATE_SCAN_H

#include "base/error.h"
#include "base/slice.h"

#include <stdint.h>

enum scan_verdict {
	SCAN_NOT_SCANNED = 0, /* nobody looked: never treat as clean */
	SCAN_FOUND,
	SCAN_CLEAN,
};
const char *scan_verdict_name(enum scan_verdict verdict); /* "not-scanned","found","clean" */

struct scanner {
	const char *socket;     /* path of clamd's LocalSocket, borrowed */
	uint64_t stream_bytes;  /* more than this is not sent; default 512 MiB, set StreamMaxLength alike */
	int idle_ms;            /* longest silence of clamd before the stream's end; default 10,000 */
	int answer_ms;          /* longest wait for the verdict after it; default 120,000 */
};
struct scanner scanner_default(const char *socket);

struct scan_answer {
	enum scan_verdict verdict;
	char name[128];   /* FOUND: the signature's name; else "" */
	char reason[200]; /* NOT_SCANNED: one English sentence; else "" */
	uint64_t bytes;   /* sent to clamd */
};

/* scan_fd - from the descriptor's present position to its end
 * fd      read only; a plain file, a memfd or a pipe whose writer is alive
 * answer  always written; "could not ask" is an answer, not an error        */
void scan_fd(const struct scanner *scanner, int fd, struct scan_answer *answer);
/* scan_bytes - the same for memory */
void scan_bytes(const struct scanner *scanner, struct slice bytes, struct scan_answer *answer);

/* scan_ping - clamd answers PONG
 * errors  E_BUSY it is not there or does not answer: try again later        */
struct result scan_ping(const struct scanner *scanner, struct why *why) MUST;
/* scan_version - engine and signatures, for the ledger, e.g.
 * "ClamAV 1.4.6/27820/Thu Nov 13 09:32:11 2026"; printable ASCII only
 * out     written on success, NUL-terminated; 160 bytes are enough
 * errors  E_BUSY as above; E_INPUT an answer that is no version             */
struct result scan_version(const struct scanner *scanner, char *out, size_t room,
                           struct why *why) MUST;

#endif
