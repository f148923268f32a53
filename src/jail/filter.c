/* The seccomp layer: a profile's tables become one filter whose default is the
 * end of the process.                                                      */
#include "jail/profile.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { FORK_FLAGS = 0xFF | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID };

static void context_drop(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

static int add_rule(scmp_filter_ctx context, const struct rule *rule)
{
	switch (rule->condition) {
	case ALWAYS:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 0);
	case NO_EXEC:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	case UNIX_ONLY:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	case INET4_ONLY:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A0(SCMP_CMP_EQ, AF_INET));
	case INET6_ONLY:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A0(SCMP_CMP_EQ, AF_INET6));
	case NETLINK_ONLY:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A0(SCMP_CMP_EQ, AF_NETLINK));
	case FORK_ONLY:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A0(SCMP_CMP_MASKED_EQ, ~(scmp_datum_t)FORK_FLAGS, 0));
	case FIRST_IS:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A0(SCMP_CMP_EQ, rule->value));
	case SECOND_IS:
		return seccomp_rule_add(context, SCMP_ACT_ALLOW, rule->call, 1,
		                        SCMP_A1(SCMP_CMP_EQ, rule->value));
	case ANSWER:
		return seccomp_rule_add(context, SCMP_ACT_ERRNO(rule->value), rule->call, 0);
	}
	return -EINVAL;
}

static struct result add_group(scmp_filter_ctx context, const struct rules *group, struct why *why)
{
	for (size_t i = 0; i < group->count; i++) {
		int status = add_rule(context, &group->at[i]);
		if (status < 0)
			return fail(why, E_SYSTEM, "seccomp", "system call %d cannot be filtered: %s",
			            group->at[i].call, strerror(-status));
	}
	return ok();
}

struct result filter_install(const struct jail_profile *profile, struct why *why)
{
	AUTO(context_drop) scmp_filter_ctx context = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!context)
		return fail(why, E_MEMORY, "seccomp", "no memory for the filter");
	if (seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) < 0)
		return fail(why, E_SYSTEM, "seccomp", "a foreign architecture cannot be refused");
	for (size_t i = 0; i < PROFILE_GROUPS && profile->groups[i]; i++)
		TRY(add_group(context, profile->groups[i], why));
	TRY(add_group(context, &sanitizer_extra, why));
	int status = seccomp_load(context);
	if (status < 0)
		return fail(why, E_SYSTEM, "seccomp", "the kernel refused the filter: %s",
		            strerror(-status));
	return ok();
}
