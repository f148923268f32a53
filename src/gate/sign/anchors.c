/* The roots that an office trusts: PEM files in a folder, read before the jail. */
#include "gate/sign/cms.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANCHORS_MOST = 1000, ANCHOR_BYTES = 1 << 20 };

static void add_file(struct sign_anchors *anchors, int folder, const char *name)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *file = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= ANCHOR_BYTES ? fdopen(fd, "r") : NULL;
	if (!file) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (X509 *one; anchors->count < ANCHORS_MOST && (one = PEM_read_X509(file, NULL, NULL, NULL)) != NULL;) {
		anchors->count += X509_STORE_add_cert(anchors->store, one) == 1;
		X509_free(one);
	}
	fclose(file);
	ERR_clear_error();
}

static void add_folder(struct sign_anchors *anchors, const char *path)
{
	DIR *folder = opendir(path);
	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		if (entry->d_name[0] != '.')
			add_file(anchors, dirfd(folder), entry->d_name);
	closedir(folder);
}

struct sign_anchors *sign_prepare(const char *folder)
{
	struct sign_anchors *anchors = calloc(1, sizeof *anchors);
	if (!anchors || !sign_warm() || !(anchors->store = X509_STORE_new())) {
		free(anchors);
		return NULL;
	}
	if (folder && *folder)
		add_folder(anchors, folder);
	return anchors;
}

size_t sign_anchor_count(const struct sign_anchors *anchors)
{
	return anchors ? anchors->count : 0;
}

void sign_done(struct sign_anchors *anchors)
{
	if (anchors)
		X509_STORE_free(anchors->store);
	free(anchors);
}
