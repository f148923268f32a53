/* An encrypted zip (WinZip AES-256), which every office computer's usual tools
 * open.  The bytes are only enciphered here, never interpreted.            */
#include "crossing/release.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

static void zip_drop(zip_t **zip)
{
	if (*zip)
		zip_discard(*zip);
	*zip = NULL;
}

static void source_drop(zip_source_t **source)
{
	zip_source_free(*source);
	*source = NULL;
}

/* The item in a memfd, as a stream that libzip can read and rewind. */
static struct result open_item(struct crossings *c, const char *item, FILE **out, struct why *why)
{
	struct vault_info info;
	int fd = memfd_create("protect", MFD_CLOEXEC);
	if (fd < 0)
		return fail(why, E_SYSTEM, "", "no memory file for the encryption");
	struct result done = vault_to_fd(c->at.base.vault, slice_str(item), fd, &info, why);
	FILE *file = done.code == OK && lseek(fd, 0, SEEK_SET) == 0 ? fdopen(fd, "rb") : NULL;
	if (!file) {
		close(fd);
		return done.code != OK ? done : fail(why, E_SYSTEM, "", "no stream for the encryption");
	}
	*out = file;
	return ok();
}

static struct result add_member(zip_t *zip, FILE *file, const char *name, const char *password,
                                struct why *why)
{
	zip_source_t *member = zip_source_filep(zip, file, 0, -1); /* takes the stream over */
	zip_int64_t at = member ? zip_file_add(zip, name, member, ZIP_FL_ENC_UTF_8) : -1;
	if (at < 0 || zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_AES_256, password) < 0)
		return fail(why, E_SYSTEM, "", "the encrypted zip cannot be built: %s", zip_strerror(zip));
	return ok();
}

static struct result build(zip_source_t *target, FILE *file, const char *name,
                           const char *password, struct why *why)
{
	zip_error_t error;
	zip_error_init(&error);
	zip_source_keep(target);
	AUTO(zip_drop) zip_t *zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
	if (!zip) {
		zip_source_free(target);
		fclose(file);
		return fail(why, E_SYSTEM, "", "the encrypted zip cannot be built: %s",
		            zip_error_strerror(&error));
	}
	TRY(add_member(zip, file, name, password, why));
	if (zip_close(zip) < 0)
		return fail(why, E_SYSTEM, "", "the encrypted zip cannot be written: %s", zip_strerror(zip));
	zip = NULL;
	return ok();
}

static struct result store_zip(struct crossings *c, zip_source_t *from, int64_t until, struct vault_info *out,
                               struct why *why)
{
	static uint8_t chunk[65536];
	struct vault_writer *writer = NULL;
	if (zip_source_open(from) < 0)
		return fail(why, E_SYSTEM, "", "the encrypted zip cannot be read back");
	struct result done = vault_begin(c->at.base.vault, &writer, why);
	while (done.code == OK) {
		zip_int64_t n = zip_source_read(from, chunk, sizeof chunk);
		if (n <= 0) {
			done = n < 0 ? fail(why, E_SYSTEM, "", "the encrypted zip cannot be read back") : done;
			break;
		}
		done = vault_write(writer, slice_of(chunk, (size_t)n), why);
	}
	zip_source_close(from);
	if (done.code == OK)
		done = vault_finish(&writer, until, out, why);
	vault_abandon(&writer);
	return done;
}

/* Takes the stream over. */
static struct result protect(struct crossings *c, FILE *file, const char *name, const char *password, int64_t until,
                             struct vault_info *out, struct why *why)
{
	zip_error_t error;
	zip_error_init(&error);
	AUTO(source_drop) zip_source_t *target = zip_source_buffer_create(NULL, 0, 1, &error);
	if (!target) {
		fclose(file);
		return fail(why, E_MEMORY, "", "no memory for the encryption");
	}
	TRY(build(target, file, name, password, why));
	return store_zip(c, target, until, out, why);
}

struct result protect_file(struct crossings *c, int fd, const char *name, const char *password, int64_t until_ms,
                           struct vault_info *out, struct why *why)
{
	int own = lseek(fd, 0, SEEK_SET) == 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	FILE *file = own >= 0 ? fdopen(own, "rb") : NULL;
	if (!file) {
		if (own >= 0)
			close(own);
		return fail(why, E_SYSTEM, "", "no stream for the encryption");
	}
	return protect(c, file, name, password, until_ms, out, why);
}

struct result protect_item(struct crossings *c, const char *item, const char *name,
                           const char *password, struct vault_info *out, struct why *why)
{
	FILE *file = NULL;
	int64_t until = crossing_now(c) + (int64_t)c->at.settings.collect_days * DAY_MS;
	if (!password[0])
		return fail(why, E_INPUT, "password", "an encrypted file needs its password");
	TRY(open_item(c, item, &file, why));
	return protect(c, file, name, password, until, out, why);
}
