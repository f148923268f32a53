#include "web/health.h"

#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

/* Non-blocking: a full backlog is an answer too, but not a good one. */
bool socket_answers(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	if (len == 0 || len >= sizeof to.sun_path)
		return false;
	memcpy(to.sun_path, path, len + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	bool answers = connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to) == 0;
	close(fd);
	return answers;
}

uint64_t disk_free_bytes(const char *folder)
{
	struct statvfs fs;
	if (!folder || statvfs(folder, &fs) != 0)
		return 0;
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}
