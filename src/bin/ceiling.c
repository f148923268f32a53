/* The C library's allocator under its public second names, with one question
 * after each call.  Every shared library of the program is served by these too. */
#include "bin/ceiling.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	bool set;
	int status, fd;
	size_t len;
	uint8_t last[1000];
} ceiling;

void ceiling_set(int status, int fd, struct slice last)
{
	ceiling.status = status;
	ceiling.fd = fd;
	ceiling.len = last.len < sizeof ceiling.last ? last.len : sizeof ceiling.last;
	if (ceiling.len)
		memcpy(ceiling.last, last.at, ceiling.len);
	ceiling.set = true;
}

#if defined(__SANITIZE_ADDRESS__)
#define OWN_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OWN_ALLOCATOR 1
#endif
#endif

#ifndef OWN_ALLOCATOR
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);
void *__libc_memalign(size_t align, size_t size);

/* _exit: no destructor may want memory. */
static void *given(void *at)
{
	if (at || !ceiling.set)
		return at;
	if (ceiling.fd >= 0 && write(ceiling.fd, ceiling.last, ceiling.len) != (ssize_t)ceiling.len)
		_exit(ceiling.status);
	_exit(ceiling.status);
}

void *malloc(size_t size)
{
	return given(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return given(__libc_calloc(count, size));
}

/* Of size 0 it frees, and answers NULL. */
void *realloc(void *at, size_t size)
{
	void *to = __libc_realloc(at, size);
	return size ? given(to) : to;
}

void *memalign(size_t align, size_t size)
{
	return given(__libc_memalign(align, size));
}

void *aligned_alloc(size_t align, size_t size)
{
	return given(__libc_memalign(align, size));
}

int posix_memalign(void **out, size_t align, size_t size)
{
	void *at = given(__libc_memalign(align, size));
	if (!at)
		return ENOMEM;
	*out = at;
	return 0;
}
#endif
