/* What was put on the shelf can be read by name after it is shut, as often as one
 * likes, and nothing else can. */
#include "bin/shelf.h"

#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void opened(const char *path, const char *want)
{
	struct stat st = {0};
	int fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fstat(fd, &st) == 0);
	CHECK_INT(st.st_size, strlen(want));
	CHECK(S_ISREG(st.st_mode));
	void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(at != MAP_FAILED && memcmp(at, want, strlen(want)) == 0);
	munmap(at, (size_t)st.st_size);
	CHECK_INT(close(fd), 0);
}

TEST(only_what_is_kept_is_there)
{
	char path[] = "/tmp/sekisho-shelf-XXXXXX", other[] = "/tmp/sekisho-shelf-XXXXXX", line[40] = "";
	int fd = mkstemp(path), second = mkstemp(other);
	struct stat st;
	CHECK(fd >= 0 && second >= 0 && write(fd, "first\nsecond\n", 13) == 13);
	close(fd);
	close(second);
	CHECK(shelf_keep(path));
	CHECK(!shelf_keep("/nonexistent/sekisho"));
	shelf_shut();
	for (int i = 0; i < 3; i++) {
		FILE *stream = fopen(path, "r");
		CHECK(stream && fgets(line, sizeof line, stream) && strcmp(line, "first\n") == 0);
		CHECK(stream && fseek(stream, 6, SEEK_SET) == 0 && fgets(line, sizeof line, stream) && strcmp(line, "second\n") == 0);
		CHECK(stream && fgetc(stream) == EOF);
		if (stream)
			fclose(stream);
		opened(path, "first\nsecond\n");
	}
	CHECK(stat(path, &st) == 0 && st.st_size == 13 && access(path, R_OK) == 0);
	CHECK(access(path, W_OK) < 0);
	CHECK(!fopen(path, "r+") && !fopen(path, "w"));
	CHECK(!fopen(other, "r") && open(other, O_RDONLY) < 0 && errno == ENOENT);
	CHECK(stat(other, &st) < 0 && access(other, R_OK) < 0);
	CHECK(open("/etc/passwd", O_RDONLY) < 0);
	unlink(path);
	unlink(other);
}

MAIN_TESTS()
