/* gate/pool/wire.h - what crosses between pool, zygote and worker; inside the
 * room only
 *
 * Messages go over SOCK_SEQPACKET, one each, with descriptors beside them.  A
 * report is a byte string in a memfd, written by the least trusted process of
 * the house: everything in it is bounded and checked before it is believed.  */
#ifndef SEKISHO_GATE_POOL_WIRE_H
#define SEKISHO_GATE_POOL_WIRE_H

#include "base/buffer.h"
#include "gate/pool/pool.h"

enum {
	WIRE_MESSAGE = 2048,       /* bytes of a message at most */
	WIRE_NAME = 1024,          /* of a document's name */
	WIRE_PASSWORD = 256,       /* of the password that opens it */
	WIRE_FDS = 3,              /* input, report, then output or original */
	WIRE_REPORT = 4 << 20,     /* bytes of a report at most */
	WIRE_ROWS = 2000,          /* removals or findings that cross; more are only counted */
	WIRE_TEXT = 1000,          /* bytes of a reason or place */
	WIRE_WORD = 60,            /* bytes of a stable word */
	WIRE_ENDING = 15,          /* of a name's ending */
	WIRE_CERTIFICATE = 68,     /* of a fingerprint */
};

/* How a worker says what it could not say in a report. */
enum worker_status { WORKER_DONE = 0, WORKER_MEMORY = 10, WORKER_FAULT = 11, WORKER_JAIL = 12 };

struct wire_job {
	uint64_t id;
	enum pool_program program;
	enum inspect_type type;
	bool compare;
	uint64_t in_bytes, original_bytes;
	uint64_t memory_bytes, file_bytes;
	uint32_t cpu_s, wall_ms;
	struct file_limits limits;
	struct inspect_limits inspect_limits;
	struct content_rules rules;
	struct slice name, password;
};
void wire_put_job(struct buffer *out, const struct wire_job *job);
/* wire_take_job - name and password borrow from message */
bool wire_take_job(struct slice message, struct wire_job *out);

enum wire_end { WIRE_EXITED = 0, WIRE_SIGNALLED, WIRE_LATE, WIRE_NOT_STARTED };
struct wire_answer {
	uint64_t id;
	enum wire_end end;
	uint32_t code; /* exit status or signal */
	uint32_t wall_ms, cpu_ms;
	uint64_t peak_bytes;
};
void wire_put_answer(struct buffer *out, const struct wire_answer *answer);
bool wire_take_answer(struct slice message, struct wire_answer *out);

/* How a worker program hears of the folder of roots; also by hand */
#define WIRE_ANCHORS "SEKISHO_ANCHORS"

/* A zygote's first word: it is jailed and waits.  Behind it stands its identity. */
#define WIRE_READY SLICE("ready")
enum { WIRE_IDENTITY = 16384 }; /* bytes of one at most: some 780 libraries and converters */
/* worker_identity - of the running program and its libraries: a length and the bytes of
 * each build-id; nothing at all if one of them has none                       */
void worker_identity(struct buffer *out);

/* Reports.  Put cleans and cuts; take refuses what put would not have written.
 * out_bytes: how long the output is that belongs to the report.            */
void report_put_file(struct buffer *out, const struct file_report *report, uint64_t out_bytes);
struct result report_take_file(struct slice bytes, struct arena *arena, struct file_report *out,
                               uint64_t *out_bytes, struct why *why) MUST;
void report_put_inspect(struct buffer *out, const struct inspect_report *report,
                        enum inspect_agreement agreement);
struct result report_take_inspect(struct slice bytes, enum inspect_type type, struct arena *arena,
                                  struct inspect_report *out, enum inspect_agreement *agreement,
                                  struct why *why) MUST;

/* wire_send, wire_receive - one message; E_BUSY would block, E_SYSTEM the other
 * side is gone.  Received descriptors are O_CLOEXEC; more than `room` are
 * closed and the message is refused.                                        */
struct result wire_send(int socket, struct slice message, const int *fds, size_t count,
                        struct why *why) MUST;
struct result wire_receive(int socket, uint8_t *room, size_t bytes, struct slice *message,
                           int *fds, size_t fd_room, size_t *count, struct why *why) MUST;

/* spawner_start - fork the process that starts zygotes; its end of a socket
 * spawner_zygote - have it (re)start one; the pool's end of the zygote's socket */
struct result spawner_start(const struct pool_options *options, int *control, int *pid,
                            struct why *why) MUST;
struct result spawner_zygote(int control, enum pool_program program, int *socket,
                             struct why *why) MUST;

/* stopwatch_ms - milliseconds of a clock that only goes forward; measures how
 * long something takes and is no time of day                                */
int64_t stopwatch_ms(void);

#endif
