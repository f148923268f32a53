/* base/file.h - whole files, opened with care
 * Names given by people are opened with O_NOFOLLOW and must be plain files. */
#ifndef SEKISHO_BASE_FILE_H
#define SEKISHO_BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* file_read - the whole of a plain file into the arena, at most ceiling bytes */
struct result file_read(const char *path, size_t ceiling, struct arena *arena,
                        struct slice *out, struct why *why) MUST;
/* file_write - new file beside, fsync, rename over, fsync of the folder */
struct result file_write(const char *path, struct slice bytes, unsigned mode, struct why *why) MUST;
/* fd_write_all - E_SYSTEM on any short write */
struct result fd_write_all(int fd, struct slice bytes, struct why *why) MUST;
/* fd_close_drop - for AUTO(fd_close_drop) int fd = -1; */
void fd_close_drop(int *fd);

#endif
