/* One door, closed in a fixed order: what needs the file system first
 * (Landlock's paths, the maps of the user namespace), then rights are given
 * away, then limits, and last the filter that forbids all of these calls.  */
#include "jail/jail.h"

#include "base/file.h"
#include "jail/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if SHADOW_MEMORY
/* A leak check at exit traces the process from outside, which the filter ends;
 * the sanitizer asks here whether to leave it out.                          */
int __lsan_is_turned_off(void);
static bool jailed;
int __lsan_is_turned_off(void)
{
	return jailed;
}
#define LEAVE_OUT_LEAK_CHECK() (jailed = true)
#else
#define LEAVE_OUT_LEAK_CHECK() ((void)0)
#endif

static bool write_map(const char *path, const char *text)
{
	AUTO(fd_close_drop) int fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* The own user and group keep their numbers: with no map, every peer on a Unix
 * socket would look like the overflow user, ourselves included.            */
bool namespaces_leave(void)
{
	char users[48], groups[48];
	snprintf(users, sizeof users, "%u %u 1\n", geteuid(), geteuid());
	snprintf(groups, sizeof groups, "%u %u 1\n", getegid(), getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS) < 0)
		return false;
	return write_map("/proc/self/setgroups", "deny") &&
	       write_map("/proc/self/uid_map", users) && write_map("/proc/self/gid_map", groups);
}

static struct result limit(int which, uint64_t soft, uint64_t hard, struct why *why)
{
	struct rlimit now;
	if (getrlimit((__rlimit_resource_t)which, &now) < 0)
		return fail(why, E_SYSTEM, "rlimit", "limit %d: %s", which, strerror(errno));
	hard = hard > now.rlim_max ? now.rlim_max : hard;
	struct rlimit wanted = {soft > hard ? hard : soft, hard};
	if (setrlimit((__rlimit_resource_t)which, &wanted) < 0)
		return fail(why, E_SYSTEM, "rlimit", "limit %d: %s", which, strerror(errno));
	return ok();
}

struct result limits_set(const struct jail_limits *limits, struct why *why)
{
	TRY(limit(RLIMIT_CORE, 0, 0, why));
	if (!limits)
		return ok();
	const struct {
		int which;
		uint64_t soft, hard;
	} rows[] = {
		{RLIMIT_AS, SHADOW_MEMORY ? 0 : limits->memory_bytes, limits->memory_bytes},
		{RLIMIT_CPU, limits->cpu_s, limits->cpu_s + 1},
		{RLIMIT_FSIZE, limits->file_bytes, limits->file_bytes},
		{RLIMIT_NOFILE, limits->files, limits->files},
		{RLIMIT_NPROC, limits->processes, limits->processes},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].soft)
			TRY(limit(rows[i].which, rows[i].soft, rows[i].hard, why));
	return ok();
}

/* No capability is left, not even inside the own user namespace; to administer the
 * network of the machine that one is kept, and then it must be there.        */
static struct result capabilities_drop(enum jail_network network, struct why *why)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	const uint32_t kept = network == NETWORK_ADMIN ? 1u << CAP_NET_ADMIN : 0;
	struct __user_cap_data_struct caps[2] = {{.effective = kept, .permitted = kept}};
	if (syscall(SYS_capset, &header, caps) < 0)
		return fail(why, E_SYSTEM, "capset", "capabilities stay: %s", strerror(errno));
	return ok();
}

static struct result privileges_drop(enum jail_network network, struct why *why)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(why, E_SYSTEM, "prctl", "no_new_privs: %s", strerror(errno));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail(why, E_SYSTEM, "prctl", "dumpable: %s", strerror(errno));
	return capabilities_drop(network, why);
}

static struct result enter(const struct jail_profile *profile, const struct jail_limits *limits,
                           struct landlock *landlock, bool *namespaces, struct why *why)
{
	*namespaces = profile->network == NETWORK_NONE && namespaces_leave();
	TRY(privileges_drop(profile->network, why));
	TRY(landlock_enforce(landlock, why));
	TRY(limits_set(limits, why));
	LEAVE_OUT_LEAK_CHECK();
	return filter_install(profile, why);
}

static bool memory_limited(const struct jail_limits *limits)
{
	return limits && limits->memory_bytes && !SHADOW_MEMORY;
}

static void describe_nothing(const struct jail_limits *limits, struct jail_applied *applied)
{
	if (applied)
		*applied = (struct jail_applied){.profile = jail_none.name,
		                                 .memory_limited = memory_limited(limits)};
}

struct result jail_enter(const struct jail_profile *profile, const struct jail_limits *limits,
                         struct jail_paths paths, struct jail_applied *applied, struct why *why)
{
	struct landlock landlock;
	bool namespaces = false;
	if (profile == &jail_none) {
		TRY(limits_set(limits, why));
		describe_nothing(limits, applied);
		return ok();
	}
	struct result result = landlock_prepare(profile, paths, &landlock, why);
	if (result.code == OK)
		result = enter(profile, limits, &landlock, &namespaces, why);
	if (landlock.ruleset >= 0)
		close(landlock.ruleset);
	if (result.code == OK && applied)
		*applied = (struct jail_applied){
			.profile = profile->name,
			.seccomp = true,
			.memory_limited = memory_limited(limits),
			.namespaces = namespaces,
			.landlock_abi = landlock.abi,
		};
	return result;
}

struct result jail_narrow(const struct jail_profile *profile, const struct jail_limits *limits,
                          struct why *why)
{
	TRY(limits_set(limits, why));
	return profile == &jail_none ? ok() : filter_install(profile, why);
}

void jail_describe(const struct jail_applied *applied, char *out, size_t room)
{
	char landlock[32] = "no Landlock";
	if (applied->landlock_abi)
		snprintf(landlock, sizeof landlock, "Landlock ABI %d", applied->landlock_abi);
	snprintf(out, room, "jail %s: %s, %s, %s, %s", applied->profile,
	         applied->seccomp ? "seccomp" : "no seccomp", landlock,
	         applied->namespaces ? "own namespaces" : "no namespaces permitted",
	         applied->memory_limited ? "memory limited" : "memory not limited");
}

void jail_skip_loudly(const char *program, char *out, size_t room)
{
	snprintf(out, room,
	         "警告: %s は、--no-jail の指定により、隔離（サンドボックス）なしで動作しています。\n"
	         "      不正なファイルの影響がこの機器全体に及ぶおそれがあります。試験以外では、"
	         "--no-jail を外して起動し直してください。\n"
	         "warning: %s runs without its jail because of --no-jail\n",
	         program, program);
}
