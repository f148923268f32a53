/* gate/pool/pool.h - the parent's side of the jailed workers
 *
 * Each document is handled by its own process, which dies with it.  Forking
 * from a large server is slow and hands its memory on, so that a small zygote
 * of each worker program forks them instead; and because the server's own jail
 * forbids execve, a spawner (forked in pool_open, before that jail) starts a
 * zygote anew when it died.
 *
 *     caller --- pool --- zygote (jailed) --- worker (jailed, one document)
 *                  \----- spawner --^
 *
 * Documents cross as descriptors: nothing is copied through a pipe.  A result
 * exists only if the worker exited with 0, its report can be read and agrees
 * with the output; whatever else happened is a refusal with its cause.
 */
#ifndef SEKISHO_GATE_POOL_H
#define SEKISHO_GATE_POOL_H

#include "base/arena.h"
#include "base/error.h"
#include "gate/file/file.h"
#include "gate/inspect/inspect.h"

struct pool;

/* POOL_SHEET answers as POOL_CLEANSE does: a report and an output, rows of a table;
 * POOL_DRAW is POOL_CLEANSE that also makes pages into pictures */
enum pool_program { POOL_CLEANSE = 0, POOL_INSPECT, POOL_SHEET, POOL_DRAW, POOL_PROGRAMS };

struct pool_options {
	const char *path[POOL_PROGRAMS]; /* absolute; NULL: this program is not used */
	unsigned parallel;               /* jobs at a time over all programs, 1..64; 0 is 2 */
	bool keep_stderr;                /* workers may write to our standard error: tests only */
	bool no_jail;                    /* workers run unjailed: the user said --no-jail */
	const char *anchors;             /* folder of root certificates for signatures; NULL: none */
};

/* pool_open - start the spawner and the zygotes; call before jail_enter
 * errors  E_INPUT, E_SYSTEM: a program could not be started               */
struct result pool_open(const struct pool_options *options, struct pool **out,
                        struct why *why) MUST;
/* pool_close - ends what still runs; takes NULL */
void pool_close(struct pool *pool);
/* pool_drop - for AUTO(pool_drop) */
void pool_drop(struct pool **pool);

struct pool_job {
	enum pool_program program;
	struct slice name;        /* as people see it: valid UTF-8, at most 1,024 bytes */
	int input_fd;             /* borrowed until pool_start returns; a plain file or memfd.  A
	                           * writable memfd is sealed for good, a writable file is handed
	                           * on read-only: a worker could alter it else */
	struct slice password;    /* POOL_CLEANSE: what opens it, valid UTF-8, at most 256 bytes;
	                           * kept nowhere, wiped where it passed */
	struct content_rules rules; /* POOL_CLEANSE: what refuses it, what may not stay */
	struct file_limits limits; /* POOL_CLEANSE; input_bytes 0: the worker's defaults */
	enum inspect_type type;   /* POOL_INSPECT: what the document is said to be */
	bool compare;             /* POOL_INSPECT: with original_fd, the document before */
	int original_fd;          /* cleansing; same rule as input_fd */
	struct inspect_limits inspect_limits; /* POOL_INSPECT; expanded_bytes 0: defaults */
	uint64_t memory_bytes;    /* address space with program, input and libraries; 0: 256 MiB */
	uint32_t cpu_s;           /* 0: 60 */
	uint32_t wall_ms;         /* 0: 120,000 */
};

enum pool_end {
	POOL_LOST = 0, /* the zygote died with it, or could not start it */
	POOL_DONE,     /* the worker's own word: see report */
	POOL_TIMEOUT,  /* wall clock */
	POOL_CPU,      /* processor seconds */
	POOL_MEMORY,   /* worker said it had no memory within its ceiling */
	POOL_OUTPUT,   /* wrote more than it may */
	POOL_FORBIDDEN,/* asked the kernel for what the jail forbids */
	POOL_CRASHED,  /* ended by another signal or status */
	POOL_RUBBISH,  /* exited well, but its report is unreadable or disagrees */
};
const char *pool_end_name(enum pool_end end); /* "lost", "done", "timeout", ... */

/* Strings live in the arena given.  Unless end is POOL_DONE, report says
 * REFUSED, and FAILED or (POOL_MEMORY, POOL_OUTPUT) LARGE; inspect says UNREADABLE, and the reason names the end.
 * Words, ending, reason and places are the worker's own: clean text within
 * bounds, but no more to be trusted than the document.                       */
struct pool_result {
	uint64_t job;              /* what pool_start gave */
	enum pool_end end;
	struct file_report report; /* POOL_CLEANSE */
	struct inspect_report inspect;    /* POOL_INSPECT */
	enum inspect_agreement agreement; /* POOL_INSPECT with compare; DIFFERS else */
	int out_fd;                /* POOL_CLEANSE: caller's to close; a sealed memfd at offset 0;
	                            * -1 if refused.  POOL_INSPECT: -1 */
	uint64_t out_bytes;
	uint32_t wall_ms, cpu_ms;
	uint64_t peak_bytes;       /* resident memory of the worker at most */
};

/* pool_start - hand one document to a worker
 * id      out: names the job in pool_next
 * errors  E_BUSY   all places are taken, or a dead zygote waits for its turn
 *         E_INPUT  a job that breaks the rules above
 *         E_SYSTEM no descriptor, no memory for it                         */
struct result pool_start(struct pool *pool, const struct pool_job *job, uint64_t *id,
                         struct why *why) MUST;
/* pool_next - the next job that has ended, whatever its order
 * timeout_ms  0 only looks, -1 waits
 * errors      E_BUSY    none has ended in that time
 *             E_ABSENT  none is running
 *             E_MEMORY  the arena is full; the job remains to be asked for  */
struct result pool_next(struct pool *pool, int timeout_ms, struct arena *arena,
                        struct pool_result *out, struct why *why) MUST;
/* pool_run - one document from start to end; others may run meanwhile */
struct result pool_run(struct pool *pool, const struct pool_job *job, struct arena *arena,
                       struct pool_result *out, struct why *why) MUST;
/* pool_fd - readable when pool_next(0) has something to look at; for poll */
int pool_fd(const struct pool *pool);
/* pool_running - jobs that have not been collected */
unsigned pool_running(const struct pool *pool);
/* pool_restarts - how often a zygote had to be started anew; for health pages */
unsigned pool_restarts(const struct pool *pool);

/* pool_identity - which program does such jobs just now, to the byte: what its zygote
 * said of itself and of its libraries (gate/pool/identity.c); borrowed until the
 * pool is used again; empty while it is not known                            */
struct slice pool_identity(const struct pool *pool, enum pool_program program);

/* pool_cleanser - the program for files whose pages become pictures, or do not: POOL_DRAW
 * if this pool has it; else POOL_CLEANSE, which refuses what it would have to draw */
enum pool_program pool_cleanser(const struct pool *pool, bool draws);

/* pool_must_agree - does INSPECT_DIFFERS about the rebuilt file stop it?  Where nothing
 * was removed, and where the pages of a PDF became pictures: their number stays */
bool pool_must_agree(const struct file_report *report);

/* pool_inspect_type - what the second reader calls a type of the first;
 * INSPECT_NOTHING for types that are never written                        */
enum inspect_type pool_inspect_type(enum file_type type);

/* pool_seal_bytes - a sealed memfd with a copy of bytes, for input_fd; close it */
struct result pool_seal_bytes(struct slice bytes, int *fd, struct why *why) MUST;

#endif
