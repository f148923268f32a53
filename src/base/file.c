/* Reading refuses links and anything but a plain file; writing is atomic: the
 * old content or the new one, never a part. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_close_drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

struct result fd_write_all(int fd, struct slice bytes, struct why *why)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.at, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(why, E_SYSTEM, "", "writing failed: %s", strerror(errno));
		bytes = slice_part(bytes, (size_t)n, bytes.len);
	}
	return ok();
}

static struct result read_plain(int fd, const char *path, size_t ceiling, struct arena *arena,
                                struct slice *out, struct why *why)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return fail(why, E_SYSTEM, path, "cannot look at it: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(why, E_INPUT, path, "it is not a plain file");
	if (st.st_size < 0 || (uint64_t)st.st_size > ceiling)
		return fail(why, E_LIMIT, path, "it is larger than %zu bytes", ceiling);
	size_t len = (size_t)st.st_size;
	uint8_t *at = arena_alloc(arena, len + 1);
	if (!at)
		return fail(why, E_MEMORY, path, "no memory for %zu bytes", len);
	size_t have = 0;
	while (have < len) {
		ssize_t n = read(fd, at + have, len - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(why, E_SYSTEM, path, "it ended while it was read");
		have += (size_t)n;
	}
	*out = slice_of(at, len);
	return ok();
}

struct result file_read(const char *path, size_t ceiling, struct arena *arena,
                        struct slice *out, struct why *why)
{
	AUTO(fd_close_drop) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return fail(why, errno == ENOENT ? E_ABSENT : E_SYSTEM, path,
		            "cannot open it: %s", strerror(errno));
	return read_plain(fd, path, ceiling, arena, out, why);
}

static struct result sync_folder(const char *path, struct why *why)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	AUTO(fd_close_drop) int fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return fail(why, E_SYSTEM, folder, "cannot make the folder durable: %s", strerror(errno));
	return ok();
}

static struct result write_new(const char *path, struct slice bytes, unsigned mode, struct why *why)
{
	AUTO(fd_close_drop) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	                                  (mode_t)mode);
	if (fd < 0)
		return fail(why, E_SYSTEM, path, "cannot create it: %s", strerror(errno));
	TRY(fd_write_all(fd, bytes, why));
	if (fsync(fd) < 0)
		return fail(why, E_SYSTEM, path, "cannot make it durable: %s", strerror(errno));
	return ok();
}

struct result file_write(const char *path, struct slice bytes, unsigned mode, struct why *why)
{
	char beside[4096];
	int len = snprintf(beside, sizeof beside, "%s.new", path);
	if (len < 0 || (size_t)len >= sizeof beside)
		return fail(why, E_INPUT, path, "the path is too long");
	TRY(write_new(beside, bytes, mode, why));
	if (rename(beside, path) < 0)
		return fail(why, E_SYSTEM, path, "cannot put it in place: %s", strerror(errno));
	return sync_folder(path, why);
}
