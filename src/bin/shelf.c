/* The C library's calls that take a path, for a program whose files are on a shelf.
 * Every shared library of the program is served by these. */
#include "bin/shelf.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILES = 640 };

static struct {
	char *path;
	int fd;
} files[FILES];
static size_t file_count;
static bool shut;

bool shelf_keep(const char *path)
{
	int fd = file_count < FILES ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char *copy = fd >= 0 ? strdup(path) : NULL;
	if (!copy && fd >= 0)
		close(fd);
	if (!copy)
		return false;
	files[file_count].path = copy;
	files[file_count++].fd = fd;
	return true;
}

void shelf_shut(void)
{
	shut = true;
}

static int find(const char *path)
{
	for (size_t i = 0; i < file_count; i++)
		if (strcmp(files[i].path, path) == 0)
			return files[i].fd;
	errno = ENOENT;
	return -1;
}

/* ---- descriptors ------------------------------------------------------- */

typedef int open_fn(const char *path, int flags, ...);
typedef FILE *fopen_fn(const char *path, const char *mode);
typedef int stat_fn(const char *path, struct stat *st);
typedef int fstat_fn(int fd, struct stat *st);
typedef int access_fn(const char *path, int mode);

/* A symbol of the C library is an object pointer to dlsym. */
#define NEXT(type, name)                                  \
	union {                                           \
		void *object;                             \
		type *function;                           \
	} next = {.object = dlsym(RTLD_NEXT, name)}

/* The kept descriptor itself, at its beginning: the jail makes no copies.  Who opened it
 * maps it and closes it, and is content to hear that it did.                */
static int open_kept(const char *path)
{
	int fd = find(path);
	return fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
}

static bool is_kept(int fd)
{
	for (size_t i = 0; shut && i < file_count; i++)
		if (files[i].fd == fd)
			return true;
	return false;
}

int close(int fd)
{
	return is_kept(fd) ? 0 : (int)syscall(SYS_close, fd);
}

/* It is marked to be closed on execve already. */
int fcntl(int fd, int command, ...)
{
	va_list more;
	va_start(more, command);
	long argument = va_arg(more, long);
	va_end(more);
	return command == F_SETFD && is_kept(fd) ? 0 : (int)syscall(SYS_fcntl, fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
	va_list more;
	va_start(more, command);
	long argument = va_arg(more, long);
	va_end(more);
	return command == F_SETFD && is_kept(fd) ? 0 : (int)syscall(SYS_fcntl, fd, command, argument);
}

static int open_any(const char *name, const char *path, int flags, int mode)
{
	NEXT(open_fn, name);
	return shut ? open_kept(path) : next.function(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list more;
	va_start(more, flags);
	int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0;
	va_end(more);
	return open_any("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list more;
	va_start(more, flags);
	int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0;
	va_end(more);
	return open_any("open64", path, flags, mode);
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return open_any("open", path, flags, 0);
}

/* The jail answers no question about a file; of a kept one only its size is asked. */
static int kept_state(int fd, struct stat *st)
{
	off_t here = lseek(fd, 0, SEEK_CUR), end = here < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (end < 0 || lseek(fd, here, SEEK_SET) < 0)
		return -1;
	memset(st, 0, sizeof *st);
	st->st_mode = S_IFREG | 0444;
	st->st_nlink = 1;
	st->st_size = end;
	return 0;
}

int fstat(int fd, struct stat *st)
{
	NEXT(fstat_fn, "fstat");
	return shut ? kept_state(fd, st) : next.function(fd, st);
}

static int state_of(const char *name, const char *path, struct stat *st)
{
	NEXT(stat_fn, name);
	int fd = shut ? find(path) : -1;
	if (!shut)
		return next.function(path, st);
	return fd < 0 ? -1 : kept_state(fd, st);
}

int stat(const char *path, struct stat *st)
{
	return state_of("stat", path, st);
}

int lstat(const char *path, struct stat *st)
{
	return state_of("lstat", path, st);
}

/* The same under their names for large files: one layout on 64-bit machines. */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64) && sizeof(off_t) == 8, "a machine with two kinds of offsets");

int fstat64(int fd, struct stat64 *st)
{
	return fstat(fd, (struct stat *)(void *)st);
}

int stat64(const char *path, struct stat64 *st)
{
	return state_of("stat", path, (struct stat *)(void *)st);
}

int lstat64(const char *path, struct stat64 *st)
{
	return state_of("lstat", path, (struct stat *)(void *)st);
}

int access(const char *path, int mode)
{
	NEXT(access_fn, "access");
	if (!shut)
		return next.function(path, mode);
	return mode & W_OK || find(path) < 0 ? -1 : 0;
}

/* ---- streams ----------------------------------------------------------- */

struct reading {
	int fd;
	off_t at;
};

static ssize_t reading_read(void *cookie, char *to, size_t want)
{
	struct reading *r = cookie;
	ssize_t n = pread(r->fd, to, want, r->at);
	if (n > 0)
		r->at += n;
	return n;
}

static int reading_seek(void *cookie, off64_t *by, int whence)
{
	struct reading *r = cookie;
	off_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? r->at : lseek(r->fd, 0, SEEK_END);
	if (base < 0 || *by < -base)
		return -1;
	*by = r->at = base + *by;
	return 0;
}

static int reading_close(void *cookie)
{
	free(cookie);
	return 0;
}

static FILE *stream_kept(const char *path, const char *mode)
{
	int fd = mode[0] == 'r' && !strchr(mode, '+') ? find(path) : -1;
	struct reading *r = fd < 0 ? NULL : calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->fd = fd;
	FILE *stream = fopencookie(r, "r", (cookie_io_functions_t){.read = reading_read, .seek = reading_seek,
	                                                            .close = reading_close});
	if (!stream)
		free(r);
	return stream;
}

static FILE *stream_any(const char *name, const char *path, const char *mode)
{
	NEXT(fopen_fn, name);
	return shut ? stream_kept(path, mode) : next.function(path, mode);
}

FILE *fopen(const char *path, const char *mode)
{
	return stream_any("fopen", path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	return stream_any("fopen64", path, mode);
}
