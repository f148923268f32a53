/* The Landlock layer, by raw calls: the C library has none, and the kernel's
 * header may be older than the kernel.  What the kernel does not know is left
 * out of the mask; no Landlock at all is not an error.
 * source  Documentation/userspace-api/landlock.rst (ABI 1 to 7)            */
#include "jail/profile.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum { VERSION_QUESTION = 1, RULE_PATH_BENEATH = 1 };

struct ruleset {
	uint64_t files;  /* ABI 1 */
	uint64_t net;    /* ABI 4 */
	uint64_t scoped; /* ABI 6 */
};

struct path_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

#define RIGHT(bit) (UINT64_C(1) << (bit))
#define READ_FILE RIGHT(2)
#define READ_DIR RIGHT(3)
#define WRITE_FILE RIGHT(1)
#define TRUNCATE RIGHT(14)
/* remove and make files, folders and sockets; move between folders */
#define CHANGE_DIR (RIGHT(4) | RIGHT(5) | RIGHT(7) | RIGHT(8) | RIGHT(9) | RIGHT(13))
#define NET_BIND RIGHT(0)    /* by TCP */
#define NET_CONNECT RIGHT(1)
#define SCOPE_ALL (RIGHT(0) | RIGHT(1)) /* abstract Unix sockets, signals to outsiders */

/* All rights over files that this ABI knows. */
static uint64_t known_rights(int abi)
{
	static const uint64_t by_abi[] = {0, RIGHT(13) - 1, RIGHT(14) - 1, RIGHT(15) - 1,
	                                  RIGHT(15) - 1, RIGHT(16) - 1};
	return by_abi[abi > 5 ? 5 : abi];
}

static struct result allow_path(int ruleset, uint64_t known, const struct jail_path *path,
                                struct why *why)
{
	uint64_t wanted = READ_FILE | READ_DIR;
	struct stat st;
	AUTO(fd_close_drop) int fd = open(path->path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(why, E_INPUT, path->path, "cannot be opened for the jail: %s",
		            strerror(errno));
	if (path->access == JAIL_WRITE)
		wanted |= WRITE_FILE | TRUNCATE | CHANGE_DIR;
	if (!S_ISDIR(st.st_mode))
		wanted &= READ_FILE | WRITE_FILE | TRUNCATE;
	struct path_rule rule = {wanted & known, fd};
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) < 0)
		return fail(why, E_SYSTEM, path->path, "Landlock refused the path: %s",
		            strerror(errno));
	return ok();
}

struct result landlock_prepare(const struct jail_profile *profile, struct jail_paths paths, struct landlock *out,
                               struct why *why)
{
	*out = (struct landlock){0, -1};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_QUESTION);
	if (abi <= 0)
		return ok();
	struct ruleset attributes = {known_rights((int)abi), NET_BIND, SCOPE_ALL};
	if (profile->network != NETWORK_CONNECTS)
		attributes.net |= NET_CONNECT;
	size_t size = abi < 4 ? 8 : abi < 6 ? 16 : 24;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
	if (ruleset < 0)
		return fail(why, E_SYSTEM, "landlock", "no ruleset: %s", strerror(errno));
	*out = (struct landlock){(int)abi, ruleset};
	for (size_t i = 0; profile->opens_files && i < paths.count; i++)
		TRY(allow_path(ruleset, attributes.files, &paths.at[i], why));
	return ok();
}

struct result landlock_enforce(struct landlock *landlock, struct why *why)
{
	if (landlock->ruleset < 0)
		return ok();
	long status = syscall(SYS_landlock_restrict_self, landlock->ruleset, 0);
	int error = errno;
	fd_close_drop(&landlock->ruleset);
	if (status < 0)
		return fail(why, E_SYSTEM, "landlock", "the ruleset was refused: %s", strerror(error));
	return ok();
}
