/* Each forbidden call ends a jailed child by SIGSYS, each limit holds, and what
 * a profile is for still works: a jail that forbids everything proves nothing. */
#include "harness.h"
#include "jail/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENTERED_NOT = 99, SURVIVED = 42 };

static struct jail_applied applied_here(const struct jail_profile *profile,
                                        const struct jail_limits *limits, struct jail_paths paths)
{
	struct jail_applied applied = {0};
	struct why why = {0};
	if (jail_enter(profile, limits, paths, &applied, &why).code != OK) {
		dprintf(2, "%s: %s\n", why.place, why.text);
		_exit(ENTERED_NOT);
	}
	return applied;
}

/* How a child ends that enters the jail and then does the act. */
static int ending(const struct jail_profile *profile, const struct jail_limits *limits,
                  struct jail_paths paths, int (*act)(void))
{
	int status = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		applied_here(profile, limits, paths);
		_exit(act());
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static const struct jail_paths nowhere;

static int survive(void) { return SURVIVED; }
static int do_openat(void) { return open("/etc/hostname", O_RDONLY) >= 0; }
static int do_open(void) { return (int)syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY); }
static int do_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }
static int do_unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? SURVIVED : 1; }
static int do_execve(void) { return execl("/bin/true", "true", NULL); }
static int do_ptrace(void) { return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static int do_fork(void) { return fork() < 0; }
static int do_thread(void) { return (int)syscall(SYS_clone, CLONE_VM | SIGCHLD, 0, 0, 0, 0); }
static int do_unshare(void) { return unshare(CLONE_NEWUSER); }
static int do_kill(void) { return kill(getppid(), 0); }
static int do_exec_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}
static int do_make_exec(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
#ifdef SYS_open
static int do_old_open(void) { return (int)syscall(SYS_open, "/etc/hostname", O_RDONLY); }
static int do_x32(void) { return (int)syscall(0x40000000 | SYS_getpid); }
#endif

static int do_stat(void)
{
	struct stat st;
	return fstat(0, &st) < 0 && errno == EACCES ? SURVIVED : 1;
}

static int do_work(void)
{
	size_t big = 8 << 20;
	char *memory = malloc(big);
	if (!memory)
		return 1;
	memset(memory, 1, big);
	memory = realloc(memory, 2 * big);
	if (!memory || memory[big - 1] != 1)
		return 2;
	free(memory);
	return write(2, "", 0) == 0 ? SURVIVED : 3;
}

static int do_random(void)
{
	char byte;
	return syscall(SYS_getrandom, &byte, 1, 0) == 1 ? SURVIVED : 1;
}

TEST(what_is_forbidden_ends_the_worker)
{
	static int (*const acts[])(void) = {
		do_openat, do_open, do_socket, do_unix_socket, do_execve, do_ptrace, do_fork, do_thread,
		do_unshare, do_kill, do_exec_memory, do_make_exec,
#ifdef SYS_open
		do_old_open, do_x32,
#endif
	};
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		CHECK_INT(ending(&jail_cleanse, NULL, nowhere, acts[i]), -SIGSYS);
		CHECK_INT(ending(&jail_inspect, NULL, nowhere, acts[i]), -SIGSYS);
	}
}

TEST(what_a_worker_needs_still_works)
{
	CHECK_INT(ending(&jail_cleanse, NULL, nowhere, survive), SURVIVED);
	CHECK_INT(ending(&jail_cleanse, NULL, nowhere, do_work), SURVIVED);
	CHECK_INT(ending(&jail_cleanse, NULL, nowhere, do_stat), SURVIVED);
	CHECK_INT(ending(&jail_cleanse, NULL, nowhere, do_random), -SIGSYS);
	CHECK_INT(ending(&jail_inspect, NULL, nowhere, do_random), SURVIVED);
	CHECK_INT(ending(&jail_inspect, NULL, nowhere, do_work), SURVIVED);
}

TEST(no_program_starts_another_or_traces)
{
	static const char *const names[] = {"cleanse", "inspect", "zygote", "gate", "web", "clock", "seal", "notice"};
	const size_t notice = 7; /* asks a server of the network */
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct jail_profile *profile = jail_profile_named(names[i]);
		CHECK_STR(jail_profile_name(profile), names[i]);
		CHECK_INT(ending(profile, NULL, nowhere, survive), SURVIVED);
		CHECK_INT(ending(profile, NULL, nowhere, do_execve), -SIGSYS);
		CHECK_INT(ending(profile, NULL, nowhere, do_ptrace), -SIGSYS);
		CHECK_INT(ending(profile, NULL, nowhere, do_socket), i == notice ? 1 : -SIGSYS);
		CHECK_INT(ending(profile, NULL, nowhere, do_exec_memory), -SIGSYS);
		CHECK_INT(ending(profile, NULL, nowhere, do_thread), -SIGSYS);
	}
	CHECK(jail_profile_named("nothing") == NULL);
}

TEST(only_who_asks_gets_a_unix_socket)
{
	CHECK_INT(ending(&jail_gate, NULL, nowhere, do_unix_socket), SURVIVED);
	CHECK_INT(ending(&jail_web, NULL, nowhere, do_unix_socket), SURVIVED);
	CHECK_INT(ending(&jail_clock, NULL, nowhere, do_unix_socket), SURVIVED);
	CHECK_INT(ending(&jail_seal, NULL, nowhere, do_unix_socket), -SIGSYS);
	CHECK_INT(ending(&jail_zygote, NULL, nowhere, do_unix_socket), -SIGSYS);
}

/* A zygote forks; the child's narrower door ends it, not the zygote. */
static int do_narrow(void)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		struct jail_limits limits = {.cpu_s = 1};
		if (jail_narrow(&jail_cleanse, &limits, NULL).code != OK)
			_exit(ENTERED_NOT);
		_exit(do_work() == SURVIVED ? do_openat() : 1);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? SURVIVED : WEXITSTATUS(status);
}

TEST(a_zygote_forks_narrower_children)
{
	CHECK_INT(ending(&jail_zygote, NULL, nowhere, do_narrow), SURVIVED);
}

static int do_ten_gigabytes(void)
{
	return malloc((size_t)10 << 30) == NULL ? SURVIVED : 1;
}

static int do_spin(void)
{
	volatile bool on = true;
	while (on)
		;
	return 1;
}

static int do_write_much(void)
{
	int fd = memfd_create("much", MFD_CLOEXEC);
	static char page[4096];
	while (write(fd, page, sizeof page) > 0)
		;
	return 1;
}

TEST(memory_has_a_ceiling)
{
	struct jail_limits limits = {.memory_bytes = 256u << 20};
	struct jail_applied applied = {0};
	int status = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		applied = applied_here(&jail_cleanse, &limits, nowhere);
		_exit(applied.memory_limited ? do_ten_gigabytes() : 7);
	}
	waitpid(child, &status, 0);
	if (WEXITSTATUS(status) == 7)
		SKIP("a sanitizer's shadow is larger than any ceiling");
	CHECK_INT(WEXITSTATUS(status), SURVIVED);
}

TEST(processor_time_has_an_end)
{
	struct jail_limits limits = {.cpu_s = 1};
	CHECK_INT(ending(&jail_cleanse, &limits, nowhere, do_spin), -SIGXCPU);
}

TEST(output_has_a_ceiling)
{
	struct jail_limits limits = {.file_bytes = 1 << 20};
	CHECK_INT(ending(&jail_gate, &limits, nowhere, do_write_much), -SIGXFSZ);
}

static char folder[] = "/tmp/sekisho-jail-XXXXXX";
static char inside[64], outside[64];

static int do_paths(void)
{
	int fd = open(inside, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return 1;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		return 2;
	if (open(outside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 || errno != EACCES)
		return 3;
	if (open(outside, O_RDONLY | O_CLOEXEC) >= 0)
		return 4;
	return SURVIVED;
}

static int do_read_only(void)
{
	if (open(inside, O_RDONLY | O_CLOEXEC) < 0)
		return 1;
	return open(inside, O_RDWR | O_CLOEXEC) < 0 && errno == EACCES ? SURVIVED : 2;
}

static int landlock_abi(void)
{
	int status = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(applied_here(&jail_cleanse, NULL, nowhere).landlock_abi);
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

TEST(only_the_given_paths_are_reached)
{
	if (landlock_abi() == 0)
		SKIP("this kernel has no Landlock");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(inside, sizeof inside, "%s/file", folder);
	snprintf(outside, sizeof outside, "%s.outside", folder);
	struct jail_path writable = {folder, JAIL_WRITE}, readable = {inside, JAIL_READ};
	CHECK_INT(ending(&jail_web, NULL, (struct jail_paths){&writable, 1}, do_paths), SURVIVED);
	CHECK_INT(ending(&jail_web, NULL, (struct jail_paths){&readable, 1}, do_read_only), SURVIVED);
	CHECK(access(outside, F_OK) < 0);
	unlink(inside);
	rmdir(folder);
	struct jail_path gone = {folder, JAIL_READ};
	CHECK_INT(ending(&jail_web, NULL, (struct jail_paths){&gone, 1}, survive), ENTERED_NOT);
}

/* A peer on a Unix socket still shows its own user. */
static int do_peer(void)
{
	int pair[2];
	struct ucred peer;
	socklen_t len = sizeof peer;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
	    getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return 1;
	return peer.uid == geteuid() ? SURVIVED : 2;
}

TEST(without_a_jail_the_limits_still_hold)
{
	struct jail_limits limits = {.cpu_s = 1};
	CHECK(jail_profile_named("none") == &jail_none);
	CHECK_INT(ending(&jail_none, &limits, nowhere, do_stat), 1);
	CHECK_INT(ending(&jail_none, &limits, nowhere, do_spin), -SIGXCPU);
}

TEST(users_keep_their_numbers)
{
	CHECK_INT(ending(&jail_web, NULL, nowhere, do_peer), SURVIVED);
}

TEST(what_was_applied_can_be_told)
{
	char text[1024];
	struct jail_applied applied = {"web", true, false, true, 7};
	jail_describe(&applied, text, sizeof text);
	CHECK_STR(text, "jail web: seccomp, Landlock ABI 7, own namespaces, memory not limited");
	jail_skip_loudly("sekisho-web", text, sizeof text);
	CHECK(strstr(text, "警告: sekisho-web は、--no-jail") == text);
}

MAIN_TESTS()
