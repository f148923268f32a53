/* The real sekisho-seal beside a test's ledger, in its jail: the one that was
 * built beside the test, or $SEKISHO_SEAL.                                   */
#ifndef SEKISHO_TESTS_LEDGER_GUARD_H
#define SEKISHO_TESTS_LEDGER_GUARD_H

#include "ledger/seal.h"

#include "house.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

struct guard {
	pid_t pid;
	char socket[128], state[128], key[128], public_key[256];
};

static inline const char *guard_program(void)
{
	static char path[4096];
	const char *given = getenv("SEKISHO_SEAL");
	/* BUILD/tests/unit/ledger/test_x, BUILD/src/bin/sekisho-seal */
	ssize_t len = given ? -1 : readlink("/proc/self/exe", path, sizeof path - 64);
	for (int up = 0; up < 4 && len > 0; up++)
		while (len > 0 && path[--len] != '/')
			;
	if (len > 0)
		memcpy(path + len, "/src/bin/sekisho-seal", 22);
	const char *program = given ? given : path;
	return access(program, X_OK) == 0 ? program : NULL;
}

static inline bool guard_keygen(struct guard *g, const char *origin)
{
	int pipes[2];
	if (pipe(pipes) < 0)
		return false;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		dup2(pipes[1], 1);
		execl(guard_program(), "sekisho-seal", "--keygen", "--key", g->key, "--state", g->state,
		      "--name", origin, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	ssize_t n = read(pipes[0], g->public_key, sizeof g->public_key - 1);
	g->public_key[n > 0 ? n - 1 : 0] = 0; /* without its line end */
	close(pipes[0]);
	int status = -1;
	waitpid(child, &status, 0);
	return status == 0 && n > 1;
}

static inline bool guard_answers(const struct guard *g)
{
	struct buffer answer;
	enum seal_status status;
	const struct seal_request last = {.verb = SEAL_LAST};
	buffer_init(&answer, SEAL_MESSAGE_MAX);
	bool answers = seal_ask(g->socket, &last, &status, &answer, NULL).code == OK;
	buffer_done(&answer);
	return answers;
}

/* guard_start - up to ten seconds until it answers */
static inline bool guard_start(struct guard *g)
{
	fflush(stdout);
	g->pid = fork();
	if (g->pid == 0) {
		dup2(open("/dev/null", O_WRONLY), 2);
		execl(guard_program(), "sekisho-seal", "--key", g->key, "--state", g->state, "--socket",
		      g->socket, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 1000; i++) {
		if (guard_answers(g))
			return true;
		if (waitpid(g->pid, NULL, WNOHANG) == g->pid)
			break;
		poll(NULL, 0, 10);
	}
	return false;
}

static inline void guard_stop(struct guard *g, int how)
{
	if (g->pid > 0) {
		kill(g->pid, how);
		waitpid(g->pid, NULL, 0);
	}
	g->pid = 0;
}

static inline struct guard guard_new(struct house *h, const char *origin)
{
	struct guard g = {0};
	snprintf(g.socket, sizeof g.socket, "%s/seal.sock", h->scratch.folder);
	snprintf(g.state, sizeof g.state, "%s/seal.note", h->scratch.folder);
	snprintf(g.key, sizeof g.key, "%s/seal.key", h->scratch.folder);
	CHECK(guard_keygen(&g, origin));
	CHECK(guard_start(&g));
	return g;
}

static inline void guard_drop(struct guard *g)
{
	guard_stop(g, SIGTERM);
}

#endif
