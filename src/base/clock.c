#include "base/clock.h"

#include "base/number.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static int64_t system_now(const struct clock *clock)
{
	(void)clock;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t fixed_now(const struct clock *clock)
{
	return clock->fixed_ms;
}

/* An unreadable offset file means no offset: the real time is the safe one. */
static int64_t file_now(const struct clock *clock)
{
	char text[32];
	int64_t offset = 0;
	int fd = open(clock->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	if (fd >= 0)
		close(fd);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	if (n <= 0 || !number_parse_i64(slice_of(text, (size_t)n), &offset))
		offset = 0;
	return system_now(clock) + offset;
}

struct clock clock_system(void)
{
	return (struct clock){.now_ms = system_now};
}

struct clock clock_fixed(int64_t now_ms)
{
	return (struct clock){.now_ms = fixed_now, .fixed_ms = now_ms};
}

struct clock clock_file(const char *offset_file)
{
	return (struct clock){.now_ms = file_now, .file = offset_file};
}
