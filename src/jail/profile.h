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
	INET4_ONLY, /* first argument AF_INET */
	INET6_ONLY, /* first argument AF_INET6 */
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

/* Which network it sees afterwards. */
enum jail_network {
	NETWORK_NONE = 0, /* one of its own, empty, where the system permits it */
	NETWORK_CONNECTS, /* the machine's; connects by TCP, binds nothing */
	NETWORK_ADMIN,    /* the machine's, and CAP_NET_ADMIN is kept */
};


struct jail_profile {
	const char *name;
	const struct rules *groups[PROFILE_GROUPS]; /* NULL-filled */
	bool opens_files;                           /* Landlock: the paths given; else none */
	enum jail_network network;
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
struct result landlock_prepare(const struct jail_profile *profile, struct jail_paths paths, struct landlock *out,
                               struct why *why) MUST;
struct result landlock_enforce(struct landlock *landlock, struct why *why) MUST;

/* namespaces_leave - false where the system does not permit it */
bool namespaces_leave(void);
struct result limits_set(const struct jail_limits *limits, struct why *why) MUST;

#endif
