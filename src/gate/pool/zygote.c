/* The zygote: small, jailed, and never looks into a document.
 *
 * It holds one socket, one descriptor that tells of ended children, and a table
 * of those that run.  A child has its own copy of nothing but the document: the
 * socket is closed in it first, and it dies with its zygote.                */
#include "gate/pool/zygote.h"

#include "base/file.h"
#include "gate/pool/wire.h"
#include "jail/jail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 64 };

struct child {
	pid_t pid; /* 0: free */
	uint64_t id;
	int64_t begun_ms, deadline_ms;
	bool late;
};

struct zygote {
	const struct worker *worker;
	int socket, ended;
	bool no_jail;
	struct child children[CHILDREN];
};

static struct result answer(struct zygote *z, const struct wire_answer *said, struct why *why)
{
	struct buffer out;
	buffer_init(&out, WIRE_MESSAGE);
	wire_put_answer(&out, said);
	struct result result = wire_send(z->socket, buffer_slice(&out), NULL, 0, why);
	buffer_done(&out);
	return result;
}

/* The child's life.  _exit here is the end of a forked copy, not of the
 * program: no destructor and no buffer of the zygote may run twice.         */
static void live(struct zygote *z, pid_t parent, const struct wire_job *job, const int *fds)
{
	close(z->socket);
	close(z->ended);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		_exit(WORKER_FAULT);
	_exit(child_work(z->worker, job, fds, z->no_jail));
}

static bool fork_child(struct zygote *z, const struct wire_job *job, const int *fds)
{
	pid_t parent = getpid();
	for (size_t i = 0; i < CHILDREN; i++) {
		if (z->children[i].pid)
			continue;
		int64_t now = stopwatch_ms();
		pid_t pid = fork();
		if (pid == 0)
			live(z, parent, job, fds);
		if (pid > 0)
			z->children[i] = (struct child){pid, job->id, now, now + job->wall_ms, false};
		return pid > 0;
	}
	return false;
}

static struct result take_job(struct zygote *z, struct why *why)
{
	uint8_t room[WIRE_MESSAGE];
	struct slice message;
	struct wire_job job = {0};
	int fds[WIRE_FDS];
	size_t count = 0;
	TRY(wire_receive(z->socket, room, sizeof room, &message, fds, WIRE_FDS, &count, why));
	bool good = wire_take_job(message, &job) && job.program == z->worker->kind &&
	            count == (job.program != POOL_INSPECT || job.compare ? 3 : 2);
	bool started = good && fork_child(z, &job, fds);
	explicit_bzero(room, sizeof room); /* a password may stand there; the child has its copy */
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	if (!good)
		return fail(why, E_SYSTEM, "", "the pool sent a job of the wrong shape");
	if (started)
		return ok();
	return answer(z, &(struct wire_answer){.id = job.id, .end = WIRE_NOT_STARTED}, why);
}

static struct result tell_end(struct zygote *z, struct child *child, int status,
                              const struct rusage *used, struct why *why)
{
	struct wire_answer said = {
		.id = child->id,
		.end = child->late ? WIRE_LATE : WIFSIGNALED(status) ? WIRE_SIGNALLED : WIRE_EXITED,
		.code = (uint32_t)(WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)),
		.wall_ms = (uint32_t)(stopwatch_ms() - child->begun_ms),
		.cpu_ms = (uint32_t)((used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000 +
		                     (used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1000),
		.peak_bytes = (uint64_t)used->ru_maxrss * 1024,
	};
	child->pid = 0;
	return answer(z, &said, why);
}

static struct result reap(struct zygote *z, struct why *why)
{
	struct signalfd_siginfo told[8];
	if (read(z->ended, told, sizeof told) < 0 && errno != EAGAIN && errno != EINTR)
		return fail(why, E_SYSTEM, "", "children cannot be watched: %s", strerror(errno));
	for (;;) {
		struct rusage used = {0};
		int status = 0;
		pid_t pid = wait4(-1, &status, WNOHANG, &used);
		if (pid <= 0)
			return ok();
		for (size_t i = 0; i < CHILDREN; i++)
			if (z->children[i].pid == pid)
				TRY(tell_end(z, &z->children[i], status, &used, why));
	}
}

/* Ends what is late; how long until the next one is, -1 without any. */
static int end_late(struct zygote *z)
{
	int64_t now = stopwatch_ms(), next = -1;
	for (size_t i = 0; i < CHILDREN; i++) {
		struct child *child = &z->children[i];
		if (!child->pid || child->late)
			continue;
		int64_t left = child->deadline_ms - now;
		if (left <= 0) {
			child->late = true;
			kill(child->pid, SIGKILL);
			continue;
		}
		next = next < 0 || left < next ? left : next;
	}
	return next > 3600000 ? 3600000 : (int)next;
}

static struct result serve(struct zygote *z, struct why *why)
{
	for (;;) {
		struct pollfd polled[] = {{z->socket, POLLIN, 0}, {z->ended, POLLIN, 0}};
		int ready = poll(polled, 2, end_late(z));
		if (ready < 0 && errno != EINTR)
			return fail(why, E_SYSTEM, "", "poll: %s", strerror(errno));
		if (ready > 0 && polled[1].revents)
			TRY(reap(z, why));
		if (ready > 0 && polled[0].revents)
			TRY(take_job(z, why));
	}
}

static int watch_children(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* "ready" and which program that is; one too long to be told is not told. */
static struct result tell_ready(int socket, struct slice identity, struct why *why)
{
	struct buffer word;
	buffer_init(&word, WIRE_IDENTITY + WIRE_MESSAGE);
	buffer_put_slice(&word, WIRE_READY);
	if (identity.len <= WIRE_IDENTITY)
		buffer_put_slice(&word, identity);
	struct result sent = buffer_ok(&word) ? wire_send(socket, buffer_slice(&word), NULL, 0, why)
	                                      : fail(why, E_MEMORY, "", "no memory for a word");
	buffer_done(&word);
	return sent;
}

struct result zygote_serve(const struct worker *worker, int socket, bool no_jail, struct why *why)
{
	struct zygote z = {.worker = worker, .socket = socket, .no_jail = no_jail};
	const struct jail_profile *profile = no_jail ? &jail_none : &jail_zygote;
	if (worker->prepare)
		worker->prepare();
	AUTO(buffer_done) struct buffer identity = {0};
	buffer_init(&identity, WIRE_IDENTITY);
	worker_identity(&identity);
	z.ended = watch_children();
	if (z.ended < 0)
		return fail(why, E_SYSTEM, "", "children cannot be watched: %s", strerror(errno));
	struct result result = jail_enter(profile, NULL, (struct jail_paths){0}, NULL, why);
	if (result.code == OK)
		result = tell_ready(socket, buffer_ok(&identity) ? buffer_slice(&identity) : SLICE(""), why);
	if (result.code == OK)
		result = serve(&z, why);
	close(z.ended);
	return result;
}
