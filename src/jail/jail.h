/* jail/jail.h - what a program may still ask of the kernel after its setup
 *
 * One profile a program, default kill: a system call that the profile does not
 * name ends the process at once (SIGSYS).  A program opens what it needs, then
 * enters its jail in one visible line and never leaves it.  Four layers, from
 * the coarse to the fine: namespaces where the system permits them, rlimits,
 * Landlock where the kernel has it, seccomp always.  seccomp, no_new_privs and
 * the limits must succeed; what is optional and was not there is told in
 * `struct jail_applied`, so that the program can log it.
 *
 * Disadvantage: a library that learns a new system call (a glibc update) ends
 * the program until the profile is taught.  That is the intended direction.
 */
#ifndef SEKISHO_JAIL_H
#define SEKISHO_JAIL_H

#include "base/error.h"
#include "base/slice.h"

struct jail_profile; /* a table row; see profiles.c */

/* One document in memory: read, write, memory, clock, exit.  No file, socket,
 * process or executable memory. */
extern const struct jail_profile jail_cleanse;
/* The same plus getrandom; a look at a file's state answers EACCES. */
extern const struct jail_profile jail_inspect;
/* Forks jailed children, receives and passes on descriptors, reaps. */
extern const struct jail_profile jail_zygote;
/* Database files, Unix sockets, the pool's descriptors; no execve: the pool is
 * opened before. */
extern const struct jail_profile jail_gate;
/* Accepts on sockets bound before; its files, database, Unix sockets. */
extern const struct jail_profile jail_web;
/* Database files, Unix sockets. */
extern const struct jail_profile jail_clock;
/* Accepts and answers on a Unix socket bound before, replaces its own state
 * file; nothing else. */
extern const struct jail_profile jail_seal;
/* Files below the paths given, and nfnetlink: stays in its network and keeps
 * CAP_NET_ADMIN, nothing else. */
extern const struct jail_profile jail_zone;

/* Database files, and connections over the network to the mail server. */
extern const struct jail_profile jail_notice;

/* Limits only: for a program whose user said --no-jail. */
extern const struct jail_profile jail_none;

/* jail_profile_named - "cleanse", "inspect", "zygote", "gate", "web", "clock",
 * "seal", "zone", "notice", "none"; NULL for another name                                             */
const struct jail_profile *jail_profile_named(const char *name);
const char *jail_profile_name(const struct jail_profile *profile);

/* Ceilings of the process; 0 leaves a limit as it is.  Core dumps are always
 * off. */
struct jail_limits {
	uint64_t memory_bytes; /* address space; beyond it malloc returns NULL */
	uint64_t cpu_s;        /* processor seconds; then SIGXCPU, a second later SIGKILL */
	uint64_t file_bytes;   /* size of any file written; then SIGXFSZ */
	uint64_t files;        /* highest descriptor number plus one */
	uint64_t processes;    /* of this user; not counted for root */
};

/* What may be reached by name afterwards, with all that lies below. */
enum jail_access { JAIL_READ = 0, JAIL_WRITE };
struct jail_path {
	const char *path; /* must exist */
	enum jail_access access;
};
struct jail_paths {
	const struct jail_path *at;
	size_t count;
};

/* What holds now, for the log: one line by jail_describe. */
struct jail_applied {
	const char *profile;
	bool seccomp;
	bool memory_limited; /* false in sanitizer builds, whose shadow is terabytes */
	bool namespaces;     /* own user, network, IPC, UTS and mount namespace */
	int landlock_abi;    /* 0: this kernel has none */
};

/* jail_enter - close the door; irrevocable, for this process and its children
 * profile  of the program
 * limits   nullable
 * paths    only for profiles that may open files; the others open none
 * applied  nullable; written on success
 * errors   E_SYSTEM  the kernel refused a layer that must hold; the process may
 *                    be half jailed and should end
 *          E_INPUT   a path that does not exist
 * clause   HN-2.6.2(1)-1 (protection of systems that handle foreign data)   */
struct result jail_enter(const struct jail_profile *profile, const struct jail_limits *limits,
                         struct jail_paths paths, struct jail_applied *applied,
                         struct why *why) MUST;

/* jail_narrow - a forked child of a jailed process closes its own, narrower door:
 * limits and seccomp; namespaces, Landlock and lost capabilities are inherited
 * errors  E_SYSTEM  as above                                                */
struct result jail_narrow(const struct jail_profile *profile, const struct jail_limits *limits,
                          struct why *why) MUST;

/* jail_describe - "jail web: seccomp, Landlock ABI 7, own namespaces, ..." */
void jail_describe(const struct jail_applied *applied, char *out, size_t room);

/* jail_skip_loudly - what a program prints on standard error when its user said
 * --no-jail; three lines, Japanese first                                    */
void jail_skip_loudly(const char *program, char *out, size_t room);

#endif
