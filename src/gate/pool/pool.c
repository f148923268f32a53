/* The pool: places for jobs, one zygote a program, one descriptor to wait on.
 *
 * A place goes free -> running -> ended -> free.  All events come in through
 * pump(): answers, hang-ups, late zygotes, zygotes to be started anew.       */
#include "gate/pool/pool.h"

#include "base/file.h"
#include "base/text.h"
#include "gate/pool/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACES = 64, CPU_S = 60, WALL_MS = 120000 };
enum { GRACE_MS = 5000,          /* a zygote ends what is late; then it is late itself */
       BACKOFF_MS = 100, BACKOFF_MOST_MS = 10000, START_MS = 10000 };
static const uint64_t MEMORY = UINT64_C(256) << 20, OUTPUT = UINT64_C(512) << 20; /* of a worker, all in all */

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif

enum state { FREE = 0, RUNNING, ENDED };

struct place {
	enum state state;
	uint64_t id;
	enum pool_program program;
	enum inspect_type type;
	int out_fd, report_fd; /* -1: none */
	int64_t deadline_ms;
	enum pool_end end;
	struct wire_answer answer;
	uint32_t wall_ms, cpu_s;
	uint64_t memory_bytes, output_bytes; /* that it may take and write */
};

struct zygote {
	bool used;
	int socket; /* -1: none */
	bool ready;
	unsigned failures; /* in a row, since a job ended well */
	int64_t start_at_ms, started_ms;
	size_t identity_len;
	uint8_t identity[WIRE_IDENTITY]; /* which program it is, as it said */
};

struct pool {
	int control, spawner, epoll, timer;
	unsigned parallel, restarts;
	uint64_t next_id;
	struct zygote zygotes[POOL_PROGRAMS];
	struct place places[PLACES];
};

const char *pool_end_name(enum pool_end end)
{
	static const char *const names[] = {
		[POOL_LOST] = "lost",     [POOL_DONE] = "done",     [POOL_TIMEOUT] = "timeout",
		[POOL_CPU] = "cpu",       [POOL_MEMORY] = "memory", [POOL_OUTPUT] = "output",
		[POOL_FORBIDDEN] = "forbidden", [POOL_CRASHED] = "crashed", [POOL_RUBBISH] = "rubbish",
	};
	return (size_t)end < sizeof names / sizeof *names ? names[end] : "lost";
}

/* ---- zygotes ------------------------------------------------------------ */

static void end_place(struct place *place, enum pool_end end)
{
	place->state = ENDED;
	place->end = end;
}

/* The zygote is gone: its jobs are lost, it starts anew after a pause. */
static void lose_zygote(struct pool *pool, enum pool_program program)
{
	struct zygote *z = &pool->zygotes[program];
	int64_t pause = BACKOFF_MS << (z->failures > 7 ? 7 : z->failures);
	fd_close_drop(&z->socket);
	z->ready = false;
	if (pause > BACKOFF_MOST_MS)
		pause = BACKOFF_MOST_MS;
	z->start_at_ms = stopwatch_ms() + (z->failures ? pause : 0); /* the first time at once */
	z->failures++;
	for (size_t i = 0; i < PLACES; i++)
		if (pool->places[i].state == RUNNING && pool->places[i].program == program)
			end_place(&pool->places[i], POOL_LOST);
}

static struct result start_zygote(struct pool *pool, enum pool_program program, struct why *why)
{
	struct zygote *z = &pool->zygotes[program];
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)program};
	z->started_ms = stopwatch_ms();
	TRY(spawner_zygote(pool->control, program, &z->socket, why));
	if (fcntl(z->socket, F_SETFL, O_NONBLOCK) < 0 ||
	    epoll_ctl(pool->epoll, EPOLL_CTL_ADD, z->socket, &event) < 0)
		return fail(why, E_SYSTEM, "", "a worker cannot be watched: %s", strerror(errno));
	return ok();
}

static enum pool_end meaning(const struct wire_answer *answer)
{
	static const struct {
		enum wire_end end;
		uint32_t code;
		enum pool_end means;
	} rows[] = {
		{WIRE_EXITED, WORKER_DONE, POOL_DONE},   {WIRE_EXITED, WORKER_MEMORY, POOL_MEMORY},
		{WIRE_SIGNALLED, SIGSYS, POOL_FORBIDDEN}, {WIRE_SIGNALLED, SIGXCPU, POOL_CPU},
		{WIRE_SIGNALLED, SIGXFSZ, POOL_OUTPUT},
	};
	if (answer->end == WIRE_LATE)
		return POOL_TIMEOUT;
	if (answer->end == WIRE_NOT_STARTED)
		return POOL_LOST;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].end == answer->end && rows[i].code == answer->code)
			return rows[i].means;
	return POOL_CRASHED;
}

static bool take_ready(struct zygote *z, struct slice message)
{
	struct slice identity = slice_part(message, WIRE_READY.len, message.len);
	if (!slice_starts(message, WIRE_READY) || identity.len > sizeof z->identity)
		return false;
	memcpy(z->identity, identity.at, identity.len);
	z->identity_len = identity.len;
	z->ready = true;
	return true;
}

static bool take_answer(struct pool *pool, enum pool_program program, struct slice message)
{
	struct wire_answer answer;
	struct zygote *z = &pool->zygotes[program];
	if (!z->ready)
		return take_ready(z, message);
	if (!wire_take_answer(message, &answer))
		return false;
	for (size_t i = 0; i < PLACES; i++) {
		struct place *place = &pool->places[i];
		if (place->state != RUNNING || place->id != answer.id || place->program != program)
			continue;
		place->answer = answer;
		end_place(place, meaning(&answer));
		if (place->end != POOL_LOST)
			z->failures = 0;
		return true;
	}
	return false;
}

static void listen_to(struct pool *pool, enum pool_program program)
{
	struct zygote *z = &pool->zygotes[program];
	while (z->socket >= 0) {
		uint8_t room[WIRE_IDENTITY + WIRE_MESSAGE];
		struct slice message;
		size_t count = 0;
		struct result got =
			wire_receive(z->socket, room, sizeof room, &message, NULL, 0, &count, NULL);
		if (got.code == E_BUSY)
			return;
		if (got.code != OK || !take_answer(pool, program, message))
			lose_zygote(pool, program);
	}
}

static bool is_late(const struct pool *pool, enum pool_program program, int64_t now)
{
	const struct zygote *z = &pool->zygotes[program];
	if (z->socket >= 0 && !z->ready && now > z->started_ms + START_MS)
		return true;
	for (size_t i = 0; i < PLACES; i++) {
		const struct place *place = &pool->places[i];
		if (place->state == RUNNING && place->program == program && now > place->deadline_ms)
			return true;
	}
	return false;
}

static int64_t next_place(const struct place *place, bool ended_too)
{
	if (place->state == RUNNING)
		return place->deadline_ms;
	return place->state == ENDED && ended_too ? 0 : INT64_MAX;
}

/* The timer makes the pool's descriptor readable when time itself is the event,
 * and, while the caller holds the pool, when results wait to be collected.  */
static void set_timer(struct pool *pool, bool ended_too)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < PLACES; i++)
		if (next_place(&pool->places[i], ended_too) < next)
			next = next_place(&pool->places[i], ended_too);
	for (int i = 0; i < POOL_PROGRAMS; i++) {
		const struct zygote *z = &pool->zygotes[i];
		int64_t at = z->socket < 0 ? z->start_at_ms : z->ready ? INT64_MAX : z->started_ms + START_MS;
		if (z->used && at < next)
			next = at;
	}
	struct itimerspec when = {0};
	if (next < INT64_MAX) {
		when.it_value.tv_sec = (time_t)((next + 1) / 1000);
		when.it_value.tv_nsec = (long)((next + 1) % 1000 * 1000000);
	}
	timerfd_settime(pool->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void pump(struct pool *pool)
{
	int64_t now = stopwatch_ms();
	for (int i = 0; i < POOL_PROGRAMS; i++) {
		enum pool_program program = (enum pool_program)i;
		struct zygote *z = &pool->zygotes[i];
		if (!z->used)
			continue;
		listen_to(pool, program);
		if (is_late(pool, program, now))
			lose_zygote(pool, program);
		if (z->socket >= 0 || now < z->start_at_ms)
			continue;
		pool->restarts++;
		if (start_zygote(pool, program, NULL).code != OK)
			lose_zygote(pool, program);
	}
	set_timer(pool, false);
}

static void rest(struct pool *pool, int64_t most_ms)
{
	struct pollfd polled = {pool->epoll, POLLIN, 0};
	poll(&polled, 1, most_ms < 0 || most_ms > 1000000 ? 1000000 : (int)most_ms);
}

/* ---- opening and closing ------------------------------------------------ */

static struct result open_descriptors(struct pool *pool, struct why *why)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = POOL_PROGRAMS};
	pool->epoll = epoll_create1(EPOLL_CLOEXEC);
	pool->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (pool->epoll < 0 || pool->timer < 0 ||
	    epoll_ctl(pool->epoll, EPOLL_CTL_ADD, pool->timer, &event) < 0)
		return fail(why, E_SYSTEM, "", "no descriptor for the pool: %s", strerror(errno));
	return ok();
}

static struct result first_start(struct pool *pool, const struct pool_options *options,
                                 enum pool_program program, struct why *why)
{
	struct zygote *z = &pool->zygotes[program];
	if (access(options->path[program], X_OK) < 0)
		return fail(why, E_INPUT, options->path[program], "the program cannot be run: %s",
		            strerror(errno));
	z->used = true;
	TRY(start_zygote(pool, program, why));
	while (z->socket >= 0 && !z->ready && stopwatch_ms() < z->started_ms + START_MS) {
		struct pollfd polled = {z->socket, POLLIN, 0};
		poll(&polled, 1, START_MS);
		listen_to(pool, program);
	}
	if (!z->ready)
		return fail(why, E_SYSTEM, options->path[program],
		            "the program did not become ready within its jail");
	return ok();
}

static struct result open_all(struct pool *pool, const struct pool_options *options, struct why *why)
{
	TRY(open_descriptors(pool, why));
	TRY(spawner_start(options, &pool->control, &pool->spawner, why));
	for (int i = 0; i < POOL_PROGRAMS; i++)
		if (options->path[i])
			TRY(first_start(pool, options, (enum pool_program)i, why));
	return ok();
}

struct result pool_open(const struct pool_options *options, struct pool **out, struct why *why)
{
	unsigned parallel = options->parallel ? options->parallel : 2;
	if (parallel > PLACES)
		return fail(why, E_INPUT, "parallel", "at most %d jobs at a time", PLACES);
	struct pool *pool = calloc(1, sizeof *pool);
	if (!pool)
		return fail(why, E_MEMORY, "", "no memory for the pool");
	*pool = (struct pool){.control = -1, .spawner = -1, .epoll = -1, .timer = -1,
	                      .parallel = parallel, .next_id = 1};
	for (int i = 0; i < POOL_PROGRAMS; i++)
		pool->zygotes[i].socket = -1;
	struct result result = open_all(pool, options, why);
	if (result.code == OK)
		*out = pool;
	else
		pool_close(pool);
	return result;
}

static void free_place(struct place *place)
{
	if (place->state == FREE)
		return;
	fd_close_drop(&place->out_fd);
	fd_close_drop(&place->report_fd);
	place->state = FREE;
}

void pool_close(struct pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < PLACES; i++)
		free_place(&pool->places[i]);
	for (int i = 0; i < POOL_PROGRAMS; i++)
		fd_close_drop(&pool->zygotes[i].socket);
	fd_close_drop(&pool->control);
	fd_close_drop(&pool->epoll);
	fd_close_drop(&pool->timer);
	while (pool->spawner > 0 && waitpid(pool->spawner, NULL, 0) < 0 && errno == EINTR)
		;
	free(pool);
}

void pool_drop(struct pool **pool)
{
	pool_close(*pool);
	*pool = NULL;
}

/* ---- starting a job ----------------------------------------------------- */

static int sealable(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	return fd < 0 && errno == EINVAL ? memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING) : fd;
}

static bool is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	return seals >= 0 && (seals & F_SEAL_WRITE);
}

static bool seal(int fd)
{
	return is_sealed(fd) ||
	       fcntl(fd, F_ADD_SEALS,
	             F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

struct result pool_seal_bytes(struct slice bytes, int *fd, struct why *why)
{
	int made = sealable("document");
	if (made < 0)
		return fail(why, E_SYSTEM, "", "no memory file: %s", strerror(errno));
	struct result result = fd_write_all(made, bytes, why);
	if (result.code == OK && (!seal(made) || lseek(made, 0, SEEK_SET) < 0))
		result = fail(why, E_SYSTEM, "", "the memory file cannot be sealed: %s", strerror(errno));
	if (result.code == OK)
		*fd = made;
	else
		close(made);
	return result;
}

/* A descriptor of the document that a worker cannot write through. */
static struct result view(int fd, const char *place, int *out, uint64_t *bytes, struct why *why)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 0)
		return fail(why, E_INPUT, place, "not an open plain file");
	*bytes = (uint64_t)st.st_size;
	if ((flags & O_ACCMODE) == O_RDONLY || seal(fd)) {
		*out = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	} else {
		char path[40];
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		*out = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (*out < 0)
		return fail(why, E_INPUT, place, "the worker could write to it: open it read-only");
	return ok();
}

static uint64_t or_default(uint64_t value, uint64_t standard)
{
	return value ? value : standard;
}

static struct result describe(const struct pool_job *job, struct wire_job *wire, int *fds,
                              struct why *why)
{
	if (job->name.len > WIRE_NAME || !utf8_valid(job->name))
		return fail(why, E_INPUT, "name", "not UTF-8, or longer than %d bytes", WIRE_NAME);
	if (job->password.len > WIRE_PASSWORD || !utf8_valid(job->password))
		return fail(why, E_INPUT, "password", "not UTF-8, or longer than %d bytes", WIRE_PASSWORD);
	if (job->program == POOL_INSPECT && (job->type == INSPECT_NOTHING || job->type >= INSPECT_TYPES))
		return fail(why, E_INPUT, "type", "no type to inspect it as");
	*wire = (struct wire_job){
		.program = job->program,
		.type = job->program == POOL_INSPECT ? job->type : INSPECT_NOTHING,
		.compare = job->program == POOL_INSPECT && job->compare,
		.file_bytes = or_default(job->limits.output_bytes, OUTPUT),
		.cpu_s = (uint32_t)or_default(job->cpu_s, CPU_S),
		.wall_ms = (uint32_t)or_default(job->wall_ms, WALL_MS),
		.limits = job->limits,
		.inspect_limits = job->inspect_limits,
		.name = job->name,
		.rules = job->rules,
		.password = job->program != POOL_INSPECT ? job->password : SLICE(""),
	};
	TRY(view(job->input_fd, "input", &fds[0], &wire->in_bytes, why));
	if (wire->compare)
		TRY(view(job->original_fd, "original", &fds[2], &wire->original_bytes, why));
	wire->memory_bytes = or_default(job->memory_bytes, MEMORY);
	if (wire->file_bytes < WIRE_REPORT)
		wire->file_bytes = WIRE_REPORT;
	return ok();
}

static struct result send_job(struct zygote *z, const struct wire_job *wire, const int *fds,
                              struct why *why)
{
	struct buffer message;
	size_t count = wire->program != POOL_INSPECT || wire->compare ? 3 : 2;
	buffer_init(&message, WIRE_MESSAGE);
	wire_put_job(&message, wire);
	struct result result = buffer_ok(&message)
		? wire_send(z->socket, buffer_slice(&message), fds, count, why)
		: fail(why, E_MEMORY, "", "no memory for the message");
	if (message.at)
		explicit_bzero(message.at, message.room);
	buffer_done(&message);
	return result;
}

/* Everything for one place: views, memory files, the message. */
static struct result begin(struct pool *pool, const struct pool_job *job, struct place *place,
                           struct why *why)
{
	AUTO(fd_close_drop) int input = -1;
	AUTO(fd_close_drop) int original = -1;
	AUTO(fd_close_drop) int report = -1;
	AUTO(fd_close_drop) int output = -1;
	struct wire_job wire = {0};
	int fds[WIRE_FDS] = {-1, -1, -1};
	struct result described = describe(job, &wire, fds, why);
	input = fds[0];
	original = fds[2];
	TRY(described);
	wire.id = pool->next_id;
	report = sealable("report");
	output = job->program != POOL_INSPECT ? sealable("output") : -1;
	if (report < 0 || (job->program != POOL_INSPECT && output < 0))
		return fail(why, E_SYSTEM, "", "no memory file: %s", strerror(errno));
	fds[1] = report;
	fds[2] = job->program != POOL_INSPECT ? output : original;
	TRY(send_job(&pool->zygotes[job->program], &wire, fds, why));
	*place = (struct place){
		.state = RUNNING, .id = pool->next_id++, .program = job->program, .type = wire.type,
		.out_fd = output, .report_fd = report, .wall_ms = wire.wall_ms, .cpu_s = wire.cpu_s,
		.memory_bytes = wire.memory_bytes, .output_bytes = wire.file_bytes,
		.deadline_ms = stopwatch_ms() + wire.wall_ms + GRACE_MS};
	output = report = -1;
	return ok();
}

unsigned pool_running(const struct pool *pool)
{
	unsigned count = 0;
	for (size_t i = 0; i < PLACES; i++)
		count += pool->places[i].state != FREE;
	return count;
}

static struct place *free_one(struct pool *pool)
{
	for (size_t i = 0; i < PLACES; i++)
		if (pool->places[i].state == FREE)
			return &pool->places[i];
	return NULL;
}

struct result pool_start(struct pool *pool, const struct pool_job *job, uint64_t *id,
                         struct why *why)
{
	if ((unsigned)job->program >= POOL_PROGRAMS || !pool->zygotes[job->program].used)
		return fail(why, E_INPUT, "program", "this pool has no such program");
	pump(pool);
	struct place *place = pool_running(pool) < pool->parallel ? free_one(pool) : NULL;
	if (!place)
		return fail(why, E_BUSY, "", "all %u places are taken", pool->parallel);
	if (!pool->zygotes[job->program].ready)
		return fail(why, E_BUSY, "", "the worker program is being started anew");
	struct why here = {0};
	struct result result = begin(pool, job, place, &here);
	if (result.code == E_SYSTEM)
		listen_to(pool, job->program); /* a hang-up shows here */
	set_timer(pool, true);
	if (result.code != OK)
		return fail(why, pool->zygotes[job->program].ready ? result.code : E_BUSY, here.place,
		            "%s", here.text);
	*id = place->id;
	return ok();
}

/* ---- collecting --------------------------------------------------------- */

static const char *explain(const struct place *place, struct arena *arena)
{
	static const char *const texts[] = {
		[POOL_LOST] = "the process that starts workers ended",
		[POOL_DONE] = "",
		[POOL_TIMEOUT] = "the worker was ended after its time",
		[POOL_CPU] = "the worker used up its processor time",
		[POOL_MEMORY] = "too large: the worker needed more memory than it may have",
		[POOL_OUTPUT] = "too large: the worker wrote more than it may",
		[POOL_FORBIDDEN] = "the worker asked the system for what its jail forbids",
		[POOL_CRASHED] = "the worker crashed",
		[POOL_RUBBISH] = "the worker's report or output cannot be believed",
	};
	uint64_t limit = place->end == POOL_MEMORY ? place->memory_bytes : place->end == POOL_OUTPUT ? place->output_bytes : 0;
	char most[40] = "";
	if (limit)
		snprintf(most, sizeof most, ", %.1f MiB", (double)limit / 1048576);
	if (place->answer.id == 0)
		return texts[place->end];
	return arena_printf(arena, "%s%s (%s %u; %u ms of at most %u, processor %u ms of at most %u s)",
	                    texts[place->end], most, place->answer.end == WIRE_EXITED ? "status" : "signal",
	                    place->answer.code, place->answer.wall_ms, place->wall_ms,
	                    place->answer.cpu_ms, place->cpu_s);
}

static struct result read_report(int fd, struct arena *arena, struct slice *out, struct why *why)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > WIRE_REPORT)
		return fail(why, E_INPUT, "", "the worker left no report, or one that is too long");
	size_t len = (size_t)st.st_size;
	uint8_t *at = arena_alloc(arena, len);
	if (!at)
		return fail(why, E_MEMORY, "", "no memory for the worker's report");
	if (pread(fd, at, len, 0) != (ssize_t)len)
		return fail(why, E_INPUT, "", "the worker's report is shorter than it says");
	*out = slice_of(at, len);
	return ok();
}

/* The output must be as long as the report says, and nobody may be able to
 * write to it any more: sealing fails while a writable mapping exists.      */
static struct result accept_output(const struct place *place, uint64_t bytes, struct why *why)
{
	struct stat st;
	if (!seal(place->out_fd) || fstat(place->out_fd, &st) < 0 ||
	    lseek(place->out_fd, 0, SEEK_SET) < 0)
		return fail(why, E_INPUT, "", "the worker's output cannot be sealed");
	if ((uint64_t)st.st_size != bytes)
		return fail(why, E_INPUT, "", "the worker's output is not as long as its report says");
	return ok();
}

static struct result believe(const struct place *place, struct arena *arena,
                             struct pool_result *out, struct why *why)
{
	struct slice bytes = {0};
	TRY(read_report(place->report_fd, arena, &bytes, why));
	if (place->program == POOL_INSPECT)
		return report_take_inspect(bytes, place->type, arena, &out->inspect, &out->agreement, why);
	TRY(report_take_file(bytes, arena, &out->report, &out->out_bytes, why));
	return accept_output(place, out->out_bytes, why);
}

/* Where a worker that was ended stood, if it left word of it (child.c). */
static const char *last_place(const struct place *place, struct arena *arena)
{
	struct slice bytes = {0};
	struct file_report told;
	uint64_t out_bytes = 0;
	bool ended = place->end != POOL_RUBBISH && place->program != POOL_INSPECT;
	if (!ended || read_report(place->report_fd, arena, &bytes, NULL).code != OK ||
	    report_take_file(bytes, arena, &told, &out_bytes, NULL).code != OK)
		return "";
	return told.verdict == FILE_REFUSED ? told.place : "";
}

/* Whatever did not end well is a refusal that says why; what needed or made more than
 * it may is too large. */
static struct result refuse(const struct place *place, struct arena *arena, const char *more,
                            struct pool_result *out, struct why *why)
{
	const char *text = explain(place, arena);
	const char *reason = text && more[0] ? arena_printf(arena, "%s: %s", text, more) : text;
	if (!reason)
		return fail(why, E_MEMORY, "", "no memory for the result");
	out->end = place->end;
	out->out_bytes = 0;
	out->agreement = INSPECT_DIFFERS;
	bool large = place->end == POOL_MEMORY || place->end == POOL_OUTPUT;
	out->report = (struct file_report){.verdict = FILE_REFUSED, .refusal = large ? REFUSAL_LARGE : REFUSAL_FAILED,
	                                   .reason = reason, .place = last_place(place, arena), .ending = ""};
	out->inspect = (struct inspect_report){.verdict = INSPECT_UNREADABLE, .type = place->type,
	                                       .reason = reason};
	return ok();
}

static struct result take_result(struct place *place, struct arena *arena, struct pool_result *out,
                                 struct why *why)
{
	struct pool_result result = {.job = place->id, .end = place->end, .out_fd = -1,
	                             .wall_ms = place->answer.wall_ms, .cpu_ms = place->answer.cpu_ms,
	                             .peak_bytes = place->answer.peak_bytes};
	struct why here = {0};
	if (place->end == POOL_DONE) {
		struct result believed = believe(place, arena, &result, &here);
		if (believed.code == E_MEMORY)
			return fail(why, E_MEMORY, here.place, "%s", here.text);
		place->end = believed.code == OK ? POOL_DONE : POOL_RUBBISH;
	}
	if (place->end != POOL_DONE)
		TRY(refuse(place, arena, here.text, &result, why));
	if (place->end == POOL_DONE && place->program != POOL_INSPECT &&
	    result.report.verdict != FILE_REFUSED) {
		result.out_fd = place->out_fd;
		place->out_fd = -1;
	}
	free_place(place);
	*out = result;
	return ok();
}

static struct result collect(struct pool *pool, struct place *place, struct arena *arena,
                             struct pool_result *out, struct why *why)
{
	struct result result = take_result(place, arena, out, why);
	set_timer(pool, true);
	return result;
}

static struct place *ended_one(struct pool *pool, uint64_t id)
{
	for (size_t i = 0; i < PLACES; i++)
		if (pool->places[i].state == ENDED && (id == 0 || pool->places[i].id == id))
			return &pool->places[i];
	return NULL;
}

struct result pool_next(struct pool *pool, int timeout_ms, struct arena *arena,
                        struct pool_result *out, struct why *why)
{
	int64_t until = timeout_ms < 0 ? INT64_MAX : stopwatch_ms() + timeout_ms;
	for (;;) {
		pump(pool);
		struct place *place = ended_one(pool, 0);
		if (place)
			return collect(pool, place, arena, out, why);
		if (pool_running(pool) == 0)
			return fail(why, E_ABSENT, "", "no job is running");
		int64_t left = until - stopwatch_ms();
		if (left <= 0)
			return fail(why, E_BUSY, "", "no job has ended yet");
		rest(pool, left);
	}
}

/* A place or a zygote may be on its way: worth as long a wait as a start. */
static struct result start_patiently(struct pool *pool, const struct pool_job *job, uint64_t *id,
                                     struct why *why)
{
	int64_t until = stopwatch_ms() + START_MS;
	for (;;) {
		struct why here = {0};
		struct result result = pool_start(pool, job, id, &here);
		bool full = pool_running(pool) >= pool->parallel;
		if (result.code != E_BUSY || full || stopwatch_ms() >= until)
			return result.code == OK ? ok() : fail(why, result.code, here.place, "%s", here.text);
		poll(NULL, 0, 10);
	}
}

struct result pool_run(struct pool *pool, const struct pool_job *job, struct arena *arena,
                       struct pool_result *out, struct why *why)
{
	uint64_t id = 0;
	struct place *place;
	TRY(start_patiently(pool, job, &id, why));
	while ((place = ended_one(pool, id)) == NULL) {
		rest(pool, -1);
		pump(pool);
	}
	return collect(pool, place, arena, out, why);
}

int pool_fd(const struct pool *pool)
{
	return pool->epoll;
}

enum pool_program pool_cleanser(const struct pool *pool, bool draws)
{
	return draws && pool->zygotes[POOL_DRAW].used ? POOL_DRAW : POOL_CLEANSE;
}

struct slice pool_identity(const struct pool *pool, enum pool_program program)
{
	const struct zygote *z = &pool->zygotes[program];
	return z->ready ? slice_of(z->identity, z->identity_len) : SLICE("");
}

unsigned pool_restarts(const struct pool *pool)
{
	return pool->restarts;
}
