/* jail/profile.h - what a profile is made of; inside the room only */
#ifndef SEKISHO_JAIL_PROFILE_H
#define SEKISHO_JAIL_PROFILE_H

#include "jail/jail.h"

/* Sanitizer builds map terabytes of shadow and make a few calls of their own. */
#if defined(__SANITIZE_ADDRESS__)
#define SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHADOW_MEMORY 1
#endif
#endif
#ifndef SHADOW_MEMORY
#define SHADOW_MEMORY 0
#endif

/* What must hold of a call's arguments for it to be allowed. */
enum condition {
	ALWAYS = 0,
	NO_EXEC,    /* third argument without PROT_EXEC */
	UNIX_ONLY,  /* first argument AF_UNIX */
	NETLINK_ONLY, /* first argument AF_NETLINK */
	FORK_ONLY,  /* clone flags of fork: nothing shared, no namespace */
	FIRST_IS,   /* first argument equals value */
	SECOND_IS,  /* second argument equals value */
	ANSWER,     /* never allowed, but answered with errno `value` instead of the end */
};

struct rule {
	int call;
	enum condition condition;
	unsigned value;
};

struct rules {
	const struct rule *at;
	size_t count;
};

enum { PROFILE_GROUPS = 6 };

struct jail_profile {
	const char *name;
	const struct rules *groups[PROFILE_GROUPS]; /* NULL-filled */
	bool opens_files;                           /* Landlock: the paths given; else none */
	bool net_admin;                             /* stays in its network and keeps CAP_NET_ADMIN */
};

/* added to every profile of a sanitizer build; empty else */
extern const struct rules sanitizer_extra;

/* The layers; each returns E_SYSTEM when it must hold and does not. */

/* filter_install - seccomp; the last layer */
struct result filter_install(const struct jail_profile *profile, struct why *why) MUST;

/* Landlock needs two moments: descriptors of the paths are opened while the
 * process still may, the rules take effect later.                          */
struct landlock {
	int abi;     /* 0: none in this kernel */
	int ruleset; /* -1 if none */
};
struct result landlock_prepare(bool opens_files, struct jail_paths paths, struct landlock *out,
                               struct why *why) MUST;
struct result landlock_enforce(struct landlock *landlock, struct why *why) MUST;

/* namespaces_leave - false where the system does not permit it */
bool namespaces_leave(void);
struct result limits_set(const struct jail_limits *limits, struct why *why) MUST;

#endif
