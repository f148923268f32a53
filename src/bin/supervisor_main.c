/* sekishod - starts the programs of an office and restarts what dies
 *
 * One row a program.  A program that ends is started anew after a rest that
 * doubles with each quick death and is forgotten after a minute of life.
 * Started as root, the children run as the owner of the office's folder.    */
#include "bin/program.h"
#include "house/house.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char name[] = "sekishod";
enum { REST_FIRST_MS = 250, REST_MOST_MS = 30000, GOOD_LIFE_MS = 60000, ARGUMENTS = 16,
       END_PATIENCE_MS = 8000 };

struct child {
	const char *path;
	const char *title;
	const char *argv[ARGUMENTS];
	bool left_out; /* this office does not want it */
	pid_t pid;
	int64_t started_ms, again_ms;
	unsigned rest_ms;
};

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* become - in the child: the folder's owner, without root's rights */
static bool become(const char *dir)
{
	struct stat st;
	if (geteuid() != 0)
		return true;
	if (stat(dir, &st) < 0)
		return false;
	if (st.st_uid == 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(st.st_gid, st.st_gid, st.st_gid) == 0 &&
	       setresuid(st.st_uid, st.st_uid, st.st_uid) == 0;
}

static void start(struct child *child, const char *dir)
{
	child->started_ms = now_ms();
	child->pid = fork();
	if (child->pid != 0) {
		if (child->pid < 0)
			program_log(name, "start-failed", "%s: %s", child->title, strerror(errno));
		else
			program_log(name, "started", "%s pid %d", child->title, (int)child->pid);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* what a child prints belongs into the log */
	if (!become(dir))
		_exit(EXIT_FAILED);
	union {
		const char *const *borrowed;
		char *const *argv;
	} cast = {.borrowed = child->argv}; /* execv never writes them */
	execv(child->path, cast.argv);
	program_log(name, "start-failed", "%s: %s", child->path, strerror(errno));
	_exit(EXIT_FAILED);
}

static void ended(struct child *child, int status)
{
	int64_t now = now_ms();
	bool good = now - child->started_ms > GOOD_LIFE_MS;
	child->rest_ms = good || !child->rest_ms ? REST_FIRST_MS : child->rest_ms * 2;
	if (child->rest_ms > REST_MOST_MS)
		child->rest_ms = REST_MOST_MS;
	child->pid = 0;
	child->again_ms = now + child->rest_ms;
	if (WIFSIGNALED(status))
		program_log(name, "died", "%s by signal %d, again in %u ms", child->title, WTERMSIG(status),
		            child->rest_ms);
	else
		program_log(name, "died", "%s with status %d, again in %u ms", child->title,
		            WEXITSTATUS(status), child->rest_ms);
}

static void reap(struct child *children, size_t count)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		for (size_t i = 0; i < count; i++)
			if (children[i].pid == pid)
				ended(&children[i], status);
}

static bool any_alive(const struct child *children, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (children[i].pid > 0)
			return true;
	return false;
}

static void signal_all(const struct child *children, size_t count, int signal)
{
	for (size_t i = 0; i < count; i++)
		if (children[i].pid > 0)
			kill(children[i].pid, signal);
}

static void wait_all(struct child *children, size_t count, int64_t until)
{
	const struct timespec rest = {.tv_nsec = 20000000};
	while (any_alive(children, count) && now_ms() < until) {
		nanosleep(&rest, NULL);
		reap(children, count);
	}
}

/* Asked first, and made to end only who does not listen. */
static void end_all(struct child *children, size_t count)
{
	signal_all(children, count, SIGTERM);
	wait_all(children, count, now_ms() + END_PATIENCE_MS);
	signal_all(children, count, SIGKILL);
	wait_all(children, count, INT64_MAX);
}

static size_t table(const struct house_settings *s, struct arena *arena, bool no_jail,
                    struct child *out, struct why *why)
{
	const char *jail = no_jail ? "--no-jail" : NULL;
	struct child rows[] = {
		{.path = "/usr/sbin/clamd", .title = "clamd",
	         .argv = {"clamd", "--foreground", "-c", s->clamd_config},
	         .left_out = !s->clamd_config[0]},
		{.title = "sekisho-seal",
	         .argv = {"sekisho-seal", "--key", s->seal_key, "--state", s->seal_note, "--socket",
	                  s->seal_socket, "--name", s->origin, jail}},
		{.title = "sekisho-gate", .argv = {"sekisho-gate", "-C", s->dir, jail}},
		{.title = "sekisho-clock", .argv = {"sekisho-clock", "-C", s->dir, jail}},
		{.title = "sekisho-notice", .argv = {"sekisho-notice", "-C", s->dir, jail},
	         .left_out = !s->mail_server[0]},
		{.title = "sekisho-web", .argv = {"sekisho-web", "-C", s->dir, "--outer", s->outer,
	                                          "--inner", s->inner, jail}},
	};
	size_t n = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].left_out)
			continue;
		if (!rows[i].path && house_program(rows[i].title, arena, &rows[i].path, why).code != OK)
			return 0;
		out[n++] = rows[i];
	}
	return n;
}

int main(int argc, char **argv)
{
	struct program_options options;
	struct house_settings settings;
	struct child children[8];
	struct why why = {0};
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	if (!program_options_read(name, argc, argv, &options) || !arena)
		return EXIT_USAGE;
	program_signals();
	if (house_settings_read(options.dir, arena, &settings, &why).code != OK)
		return program_why(name, "start-failed", &why);
	size_t count = table(&settings, arena, options.no_jail, children, &why);
	if (count == 0)
		return program_why(name, "start-failed", &why);
	while (!program_ending) {
		reap(children, count);
		for (size_t i = 0; i < count; i++)
			if (children[i].pid <= 0 && now_ms() >= children[i].again_ms)
				start(&children[i], settings.dir);
		program_rest(100);
	}
	end_all(children, count);
	program_log(name, "ended", "asked to end");
	return EXIT_DONE;
}
