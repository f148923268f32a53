/* The profiles, as tables that one can read line by line.
 *
 * A group is a need ("keep a database"), a profile is the needs of a program.
 * Adding a call here is a decision about security: say in the group's comment
 * what asks for it.                                                        */
#include "jail/profile.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* On this machine's architecture some calls do not exist (arm64 has no open). */
#ifdef SYS_poll
#define OLD(name) {SYS_##name, ALWAYS, 0},
#else
#define OLD(name)
#endif
#define CALL(name) {SYS_##name, ALWAYS, 0},
#define WHEN(name, condition, value) {SYS_##name, condition, value},
#define GROUP(id)                                                                           \
	static const struct rules id = {id##_rules, sizeof id##_rules / sizeof *id##_rules}

/* Work in memory on descriptors that are open.  A look at a file's state is
 * answered EACCES: C libraries look at a stream before its first byte and can
 * do without.                                                              */
static const struct rule memory_rules[] = {
	CALL(read) CALL(write) CALL(readv) CALL(writev) CALL(lseek) CALL(pread64) CALL(pwrite64)
	CALL(close) CALL(ftruncate)
	WHEN(mmap, NO_EXEC, 0) WHEN(mprotect, NO_EXEC, 0)
	CALL(munmap) CALL(mremap) CALL(brk) CALL(madvise) CALL(futex)
	CALL(exit) CALL(exit_group) CALL(rt_sigreturn) CALL(restart_syscall)
	CALL(clock_gettime)
	CALL(sysinfo) /* glibc's qsort asks how much memory the machine has */
};
GROUP(memory);

static const struct rule no_state_rules[] = {
	WHEN(newfstatat, ANSWER, EACCES) WHEN(fstat, ANSWER, EACCES) WHEN(statx, ANSWER, EACCES)
};
GROUP(no_state);

/* qpdf (random ids, encrypted input) and libxml2 (hash seeds) ask for it. */
static const struct rule entropy_rules[] = {CALL(getrandom)};
GROUP(entropy);

/* A zygote: fork, jail the child, pass its answer on, end it when it is late.
 * clone3 is answered ENOSYS so that the C library falls back to clone, whose
 * flags a filter can read.  A file is answered EACCES: the child's own filter
 * ends it for the same.                                                    */
static const struct rule zygote_rules[] = {
	WHEN(clone, FORK_ONLY, 0) WHEN(clone3, ANSWER, ENOSYS) CALL(set_robust_list) CALL(rseq)
	CALL(recvmsg) CALL(sendmsg) CALL(ppoll) OLD(poll) CALL(wait4) CALL(waitid) CALL(kill)
	CALL(getpid) CALL(getppid) CALL(gettid) CALL(rt_sigprocmask) CALL(rt_sigaction)
	CALL(prlimit64) CALL(setrlimit) CALL(seccomp)
	WHEN(prctl, FIRST_IS, PR_SET_PDEATHSIG) WHEN(prctl, FIRST_IS, PR_SET_NO_NEW_PRIVS)
	WHEN(prctl, FIRST_IS, PR_SET_SECCOMP) WHEN(prctl, FIRST_IS, PR_GET_SECCOMP)
	WHEN(openat, ANSWER, EACCES)
};
GROUP(zygote);

/* Any program that lives long: signals, waiting, its own identity. */
static const struct rule life_rules[] = {
	CALL(rt_sigaction) CALL(rt_sigprocmask) CALL(sigaltstack) CALL(getpid) CALL(gettid)
	CALL(getppid) CALL(getuid) CALL(geteuid) CALL(getgid) CALL(getegid) CALL(uname)
	CALL(getrusage) CALL(sched_yield) CALL(sched_getaffinity) CALL(times)
	CALL(nanosleep) CALL(clock_nanosleep) CALL(clock_getres) CALL(gettimeofday)
	CALL(ppoll) CALL(pselect6) OLD(poll) OLD(select)
	CALL(epoll_create1) CALL(epoll_ctl) CALL(epoll_pwait) OLD(epoll_wait)
	CALL(eventfd2) CALL(pipe2) OLD(pipe) CALL(signalfd4)
	CALL(timerfd_create) CALL(timerfd_settime) CALL(timerfd_gettime)
	CALL(fcntl) CALL(dup) CALL(dup3) OLD(dup2) CALL(getrandom) CALL(umask)
	WHEN(prlimit64, FIRST_IS, 0) CALL(getrlimit)
	WHEN(ioctl, SECOND_IS, FIONREAD) WHEN(ioctl, SECOND_IS, FIONBIO)
	WHEN(prctl, FIRST_IS, PR_SET_NAME)
	CALL(mlock) CALL(munlock) CALL(msync) CALL(mincore)
};
GROUP(life);

/* Files below the paths given (Landlock): a database with its journal, sealed
 * blobs, a state file that is replaced.                                     */
static const struct rule files_rules[] = {
	CALL(openat) OLD(open) CALL(newfstatat) CALL(fstat) CALL(statx) OLD(stat) OLD(lstat)
	CALL(faccessat) CALL(faccessat2) OLD(access) CALL(readlinkat) OLD(readlink)
	CALL(getcwd) CALL(getdents64) CALL(statfs) CALL(fstatfs)
	CALL(unlinkat) OLD(unlink) CALL(renameat) CALL(renameat2) OLD(rename)
	CALL(mkdirat) OLD(mkdir) OLD(rmdir) CALL(linkat) OLD(link)
	CALL(fchmod) CALL(fchmodat) CALL(fchown) CALL(utimensat)
	CALL(truncate) CALL(fallocate) CALL(fadvise64) CALL(fsync) CALL(fdatasync)
	CALL(sync_file_range) CALL(flock) CALL(copy_file_range) CALL(sendfile)
	CALL(preadv) CALL(pwritev)
};
GROUP(files);

/* Answer on sockets that were bound before, and on what they accept. */
static const struct rule serve_rules[] = {
	CALL(accept4) CALL(accept) CALL(recvfrom) CALL(recvmsg) CALL(sendto) CALL(sendmsg)
	CALL(shutdown) CALL(getsockname) CALL(getpeername) CALL(getsockopt) CALL(setsockopt)
};
GROUP(serve);

/* Ask another program of the house, or clamd, over a Unix socket. */
static const struct rule ask_rules[] = {
	WHEN(socket, UNIX_ONLY, 0) WHEN(socketpair, UNIX_ONLY, 0) CALL(connect)
	CALL(recvfrom) CALL(recvmsg) CALL(sendto) CALL(sendmsg)
	CALL(shutdown) CALL(getsockname) CALL(getpeername) CALL(getsockopt) CALL(setsockopt)
};
GROUP(ask);

/* Talk to a server of the office's network; never listen. */
static const struct rule connects_rules[] = {
	WHEN(socket, INET4_ONLY, 0) WHEN(socket, INET6_ONLY, 0) CALL(connect) CALL(recvfrom) CALL(recvmsg) CALL(sendto) CALL(sendmsg)
	CALL(shutdown) CALL(getsockname) CALL(getpeername) CALL(getsockopt) CALL(setsockopt)
	WHEN(socketpair, UNIX_ONLY, 0)
};
GROUP(connects);

/* Ask and change the kernel's packet filter: nfnetlink only, no other network. */
static const struct rule administer_rules[] = {
	WHEN(socket, NETLINK_ONLY, 0) CALL(bind) CALL(getsockname) CALL(setsockopt) CALL(getsockopt)
	CALL(sendto) CALL(sendmsg) CALL(recvfrom) CALL(recvmsg)
};
GROUP(administer);

/* Hand documents to the pool that was opened before. */
static const struct rule pool_rules[] = {CALL(memfd_create) CALL(wait4) CALL(waitid)};
GROUP(pool);

#if SHADOW_MEMORY
static const struct rule sanitizer_rules[] = {
	CALL(sigaltstack) CALL(getpid) CALL(gettid) CALL(sched_yield) CALL(getrlimit) CALL(prlimit64)
};
const struct rules sanitizer_extra = {sanitizer_rules, sizeof sanitizer_rules / sizeof *sanitizer_rules};
#else
const struct rules sanitizer_extra = {NULL, 0};
#endif

const struct jail_profile jail_cleanse = {"cleanse", {&memory, &no_state}, false, NETWORK_NONE};
const struct jail_profile jail_inspect = {"inspect", {&memory, &no_state, &entropy}, false, NETWORK_NONE};
const struct jail_profile jail_zygote = {"zygote", {&memory, &no_state, &entropy, &zygote}, false, NETWORK_NONE};
const struct jail_profile jail_gate = {"gate", {&memory, &life, &files, &ask, &pool}, true, NETWORK_NONE};
const struct jail_profile jail_web = {"web", {&memory, &life, &files, &serve, &ask}, true, NETWORK_NONE};
const struct jail_profile jail_clock = {"clock", {&memory, &life, &files, &ask}, true, NETWORK_NONE};
const struct jail_profile jail_seal = {"seal", {&memory, &life, &files, &serve}, true, NETWORK_NONE};

const struct jail_profile jail_zone = {"zone", {&memory, &life, &files, &administer}, true, NETWORK_ADMIN};

const struct jail_profile jail_notice = {"notice", {&memory, &life, &files, &connects}, true, NETWORK_CONNECTS};

const struct jail_profile jail_none = {"none", {NULL}, true, NETWORK_NONE};

static const struct jail_profile *const profiles[] = {
	&jail_cleanse, &jail_inspect, &jail_zygote, &jail_gate,
	&jail_web,     &jail_clock,   &jail_seal,   &jail_zone, &jail_notice,
	&jail_none,
};

const struct jail_profile *jail_profile_named(const char *name)
{
	for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
		if (strcmp(profiles[i]->name, name) == 0)
			return profiles[i];
	return NULL;
}

const char *jail_profile_name(const struct jail_profile *profile)
{
	return profile->name;
}
