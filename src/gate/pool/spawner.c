/* The spawner: forked before the caller's jail, it alone may start a program.
 *
 * It understands one message, the number of a program, and answers with the
 * pool's end of that zygote's socket.  It holds nothing else of the caller's:
 * all other descriptors are closed at once, and it ends when the caller does. */
#include "gate/pool/wire.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONTROL_FD = 3, ZYGOTE_FD = 3, REPLY_MS = 10000 };

struct spawner {
	const struct pool_options *options;
	pid_t zygotes[POOL_PROGRAMS];
};

/* In the child: nothing of the spawner but the socket as descriptor 3. */
static void become_zygote(const struct pool_options *options, enum pool_program program, int socket)
{
	const char *path = options->path[program];
	char as_zygote[] = "--zygote", number[] = "3", no_jail[] = "--no-jail";
	char *arguments[] = {(char *)(uintptr_t)path, as_zygote, number,
	                     options->no_jail ? no_jail : NULL, NULL};
	char anchors[PATH_MAX + sizeof WIRE_ANCHORS];
	char *environment[] = {options->anchors ? anchors : NULL, NULL};
	snprintf(anchors, sizeof anchors, "%s=%s", WIRE_ANCHORS, options->anchors ? options->anchors : "");
	if (socket == ZYGOTE_FD)
		fcntl(socket, F_SETFD, 0);
	else
		dup2(socket, ZYGOTE_FD);
	close_range(ZYGOTE_FD + 1, ~0u, 0);
	execve(path, arguments, environment);
	_exit(127);
}

static void end_zygote(struct spawner *s, enum pool_program program)
{
	if (s->zygotes[program] <= 0)
		return;
	kill(s->zygotes[program], SIGKILL);
	waitpid(s->zygotes[program], NULL, 0);
	s->zygotes[program] = 0;
}

static struct result start_zygote(struct spawner *s, int control, enum pool_program program,
                                  struct why *why)
{
	AUTO(fd_close_drop) int ours = -1;
	AUTO(fd_close_drop) int theirs = -1;
	int pair[2];
	end_zygote(s, program);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return wire_send(control, SLICE("no"), NULL, 0, why);
	ours = pair[0];
	theirs = pair[1];
	pid_t pid = fork();
	if (pid == 0)
		become_zygote(s->options, program, theirs);
	if (pid < 0)
		return wire_send(control, SLICE("no"), NULL, 0, why);
	s->zygotes[program] = pid;
	return wire_send(control, SLICE("ok"), &ours, 1, why);
}

static struct result serve(struct spawner *s, struct why *why)
{
	for (;;) {
		uint8_t room[16];
		struct slice message;
		size_t count = 0;
		TRY(wire_receive(CONTROL_FD, room, sizeof room, &message, NULL, 0, &count, why));
		if (message.len != 1 || room[0] >= POOL_PROGRAMS || !s->options->path[room[0]])
			return fail(why, E_INPUT, "", "no such program");
		TRY(start_zygote(s, CONTROL_FD, (enum pool_program)room[0], why));
	}
}

/* Signals of the terminal and of a service manager go to whole groups; the
 * workers end when the one who asked for them hangs up, not before.         */
static void leave_the_caller(int control, bool keep_stderr)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	sigset_t none;
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, "sekisho-spawner", 0, 0, 0);
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(nothing, 0);
	dup2(nothing, 1);
	if (!keep_stderr)
		dup2(nothing, 2);
	if (control != CONTROL_FD)
		dup3(control, CONTROL_FD, O_CLOEXEC);
	close_range(CONTROL_FD + 1, ~0u, 0);
}

/* The forked copy never returns into the caller's code; _exit ends it without
 * running what the caller registered.                                       */
static void live(const struct pool_options *options, int control)
{
	struct spawner spawner = {.options = options};
	leave_the_caller(control, options->keep_stderr);
	struct result result = serve(&spawner, NULL);
	for (int i = 0; i < POOL_PROGRAMS; i++)
		end_zygote(&spawner, (enum pool_program)i);
	_exit(result.code == E_INPUT ? 2 : 0);
}

struct result spawner_start(const struct pool_options *options, int *control, int *pid,
                            struct why *why)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(why, E_SYSTEM, "", "no socket for the workers: %s", strerror(errno));
	pid_t child = fork();
	if (child == 0)
		live(options, pair[1]);
	close(pair[1]);
	if (child < 0) {
		close(pair[0]);
		return fail(why, E_SYSTEM, "", "no process for the workers: %s", strerror(errno));
	}
	*control = pair[0];
	*pid = child;
	return ok();
}

struct result spawner_zygote(int control, enum pool_program program, int *socket, struct why *why)
{
	uint8_t number = (uint8_t)program, room[16];
	struct slice message;
	size_t count = 0;
	struct pollfd polled = {control, POLLIN, 0};
	TRY(wire_send(control, slice_of(&number, 1), NULL, 0, why));
	if (poll(&polled, 1, REPLY_MS) <= 0) {
		shutdown(control, SHUT_RDWR); /* a late answer must not be taken for the next one's */
		return fail(why, E_SYSTEM, "", "the spawner does not answer");
	}
	TRY(wire_receive(control, room, sizeof room, &message, socket, 1, &count, why));
	if (count != 1)
		return fail(why, E_SYSTEM, "", "a worker program could not be started");
	return ok();
}
