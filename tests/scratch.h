/* A folder for one test, removed with everything in it at the end. */
#ifndef SEKISHO_TESTS_SCRATCH_H
#define SEKISHO_TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch {
	char folder[64];
};

static int scratch_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline struct scratch scratch_new(void)
{
	struct scratch s = {.folder = "/tmp/sekisho-test-XXXXXX"};
	if (!mkdtemp(s.folder))
		abort();
	return s;
}

static inline void scratch_drop(struct scratch *s)
{
	nftw(s->folder, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* scratch_path - "folder/name"; good for the next seven calls */
static inline const char *scratch_path(struct scratch *s, const char *before, const char *name)
{
	static char paths[8][256];
	static int next;
	char *to = paths[next++ % 8];
	snprintf(to, sizeof paths[0], "%s%s/%s", before, s->folder, name);
	return to;
}

#endif
