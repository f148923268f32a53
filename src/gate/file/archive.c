/* Archives that are read but not written: tar, gz, bz2, xz, 7z, lzh, cab, rar.
 *
 * libarchive unpacks them inside the jail; their members go into a plain zip in
 * memory, and that zip is rebuilt like every other: one set of rules for names,
 * twins, nesting and budgets.  Links, devices and what nobody can name are
 * refused; nothing is ever written to a disk.
 * source  libarchive(3); POSIX.1-2001 pax; 7zFormat.txt; Yoshizaki's lzh headers */
#include "gate/file/zip.h"

#include "gate/file/lock_7z.h"

#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <iconv.h>
#include <locale.h>

enum { CHUNK = 1 << 16 };

static void reader_drop(struct archive **reader)
{
	archive_read_free(*reader);
}

/* Names are decoded by the C library's locale and its converters; a jailed process
 * cannot load them, so those that headers name are loaded here and kept.    */
void archive_prepare(void)
{
	static const char *const charsets[] = {"CP932", "EUC-JP", "UTF-16LE", "UTF-16BE", "BIG5", "CP936", "CP1252"};
	static iconv_t kept[sizeof charsets / sizeof charsets[0]];
	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++)
		if (!kept[i])
			kept[i] = iconv_open("UTF-8", charsets[i]);
}

/* The one layer of compression around an archive, by its first bytes.  The library
 * would try layer upon layer by itself, and some inputs have no innermost one. */
static int filter_of(struct slice in)
{
	static const struct {
		struct slice mark;
		int filter;
	} marks[] = {
		{{(const uint8_t *)"\x1F\x8B", 2}, ARCHIVE_FILTER_GZIP}, {{(const uint8_t *)"BZh", 3}, ARCHIVE_FILTER_BZIP2},
		{{(const uint8_t *)"\xFD" "7zXZ", 5}, ARCHIVE_FILTER_XZ},
		/* not compress (.Z): the library would read before it is open */
	};
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (slice_starts(in, marks[i].mark))
			return marks[i].filter;
	return ARCHIVE_FILTER_NONE;
}

static struct archive *open_reader(struct slice in)
{
	struct archive *reader = archive_read_new();
	int filter = filter_of(in);
	if (!reader)
		return NULL;
	archive_read_support_format_tar(reader);
	if (filter != ARCHIVE_FILTER_NONE) {
		archive_read_support_format_raw(reader);
		archive_read_append_filter(reader, filter);
	} else {
		archive_read_support_format_7zip(reader);
		archive_read_support_format_lha(reader);
		archive_read_support_format_cab(reader);
		archive_read_support_format_rar(reader);
		archive_read_support_format_rar5(reader);
		/* before the library looks for separators: the second byte of 表 is one */
		archive_read_set_option(reader, "lha", "hdrcharset", "CP932");
		archive_read_set_option(reader, "cab", "hdrcharset", "CP932");
		archive_read_set_option(reader, "rar", "hdrcharset", "CP932");
	}
	archive_read_open_memory(reader, in.at, in.len);
	return reader;
}

/* A name as stored, in UTF-8: that, or CP932 as this country's packers write it. */
static struct result member_name(struct job *job, struct archive_entry *entry, struct buffer *name,
                                 struct why *why)
{
	const char *stored = archive_entry_pathname(entry);
	stored = stored ? stored : archive_entry_pathname_utf8(entry);
	struct slice bytes = slice_str(stored ? stored : "");
	buffer_clear(name);
	if (bytes.len == 0)
		return job_refuse(job, REFUSAL_AMBIGUOUS, "", "a member whose name cannot be read");
	if (utf8_valid(bytes)) {
		buffer_put_slice(name, bytes);
		return ok();
	}
	struct result result = cp932_to_utf8(bytes, name, NULL);
	if (result.code == E_INPUT)
		return job_refuse(job, REFUSAL_DAMAGED, "", "a name in no known charset");
	return result.code == OK ? ok() : job_memory(why);
}

static struct result broken(struct job *job, struct archive *reader)
{
	const char *text = archive_error_string(reader);
	if (job->unproven) /* only unpacking proves the password of a 7z */
		return job_locked(job, "");
	return job_refuse(job, archive_errno(reader) == EILSEQ ? REFUSAL_UNKNOWN : REFUSAL_DAMAGED,
	                  "", "%s", text ? text : "it cannot be read");
}

/* What nobody can name by its beginning nobody can by its whole: a member of zeros, of
 * which a sparse one holds a hundred megabytes in a line, is not read to its end.  What
 * the rebuild leaves out unjudged is left to it.                             */
static struct result judge_beginning(struct job *job, struct slice name, struct slice data, struct why *why)
{
	struct buffer AUTO(buffer_done) nothing = {0};
	enum file_type type = file_type_by_content(data, name);
	if (type != FILE_UNKNOWN || zip_litter(name) || slice_find(name, SLICE("__MACOSX")) != SIZE_MAX)
		return ok();
	const char *place = arena_string(job->arena, name);
	TRY(job_check_name(job, type, name, place ? place : ""));
	return job_rebuild(job, UINT64_MAX, name, data, &nothing, &type, why);
}

static struct result member_data(struct job *job, struct archive *reader, struct slice name, struct buffer *data,
                                 struct why *why)
{
	buffer_clear(data);
	for (;;) {
		uint8_t *room = buffer_reserve(data, CHUNK);
		la_ssize_t got = room ? archive_read_data(reader, room, CHUNK) : -1;
		if (!room)
			return job_memory(why);
		if (got < 0)
			return broken(job, reader);
		if (got == 0)
			return ok();
		TRY(job_pay_bytes(job, (uint64_t)got));
		TRY(job_pay_work(job, (uint64_t)got));
		bool begins = data->len < CHUNK;
		buffer_commit(data, (size_t)got);
		if (begins && data->len >= CHUNK)
			TRY(judge_beginning(job, name, buffer_slice(data), why));
	}
}

/* A compressed single file often does not say its name; its content does. */
static void name_by_content(struct buffer *name, struct slice data)
{
	char ending[16];
	name_ending(buffer_slice(name), ending);
	if (ending[0])
		return;
	enum file_type type = file_type_by_content(data, SLICE(""));
	const char *usual = type == FILE_ARCHIVE ? "gz" : file_type_ending(type);
	if (usual[0])
		buffer_printf(name, ".%s", usual);
}

struct taking {
	struct zip_writer writer;
	struct buffer name, data;
	uint32_t count;
};

static struct result take_member(struct job *job, struct archive *reader, struct archive_entry *entry,
                                 struct taking *t, struct why *why)
{
	mode_t kind = archive_entry_filetype(entry);
	TRY(job_pay_entry(job));
	if (archive_entry_is_encrypted(entry))
		return job_refuse(job, REFUSAL_LOCKED, "", "a member is encrypted in a way that is not opened here");
	TRY(member_name(job, entry, &t->name, why));
	if ((kind != AE_IFREG && kind != AE_IFDIR) || archive_entry_hardlink(entry) || archive_entry_symlink(entry))
		return job_refuse(job, REFUSAL_AMBIGUOUS, arena_string(job->arena, buffer_slice(&t->name)),
		                  "a link or a device");
	TRY(member_data(job, reader, buffer_slice(&t->name), &t->data, why));
	bool folder = kind == AE_IFDIR;
	if (folder && t->name.at[t->name.len - 1] != '/')
		buffer_put_str(&t->name, "/");
	if (archive_format(reader) == ARCHIVE_FORMAT_RAW)
		name_by_content(&t->name, buffer_slice(&t->data));
	struct slice name = arena_copy(job->arena, buffer_slice(&t->name));
	if (!buffer_ok(&t->name) || !name.at)
		return job_memory(why);
	t->count++;
	return zip_writer_add(&t->writer, name, folder ? SLICE("") : buffer_slice(&t->data), false, why);
}

static struct result take_members(struct job *job, struct archive *reader, struct taking *t, struct why *why)
{
	struct archive_entry *entry;
	int status;
	while ((status = archive_read_next_header(reader, &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN)
		TRY(take_member(job, reader, entry, t, why));
	if (archive_format(reader) && archive_read_has_encrypted_entries(reader) == 1)
		return job_refuse(job, REFUSAL_LOCKED, "", "encrypted in a way that is not opened here");
	if (status != ARCHIVE_EOF)
		return broken(job, reader);
	return t->count ? ok() : job_refuse(job, REFUSAL_DAMAGED, "", "it holds nothing");
}

static struct result unpack(struct job *job, struct slice in, struct taking *t, struct why *why)
{
	struct buffer AUTO(buffer_done) opened = {0};
	bool locked;
	buffer_init(&opened, (size_t)1 << 30);
	TRY(sevenzip_unlock(job, in, &opened, &locked));
	struct archive AUTO(reader_drop) *reader = open_reader(locked ? buffer_slice(&opened) : in);
	if (!reader)
		return job_memory(why);
	job->unproven = locked;
	struct result taken = take_members(job, reader, t, why);
	job->unproven = false;
	TRY(taken);
	if (locked)
		job_opened(job, "", true);
	return ok();
}

static struct result rebuild(struct job *job, struct slice in, struct taking *t, struct buffer *plain,
                             struct buffer *out, struct why *why)
{
	TRY(unpack(job, in, t, why)); /* and no more of the library's memory */
	buffer_done(&t->data);
	TRY(zip_writer_end(&t->writer, SLICE(""), SLICE(""), plain, why));
	if (!buffer_ok(plain))
		return job_memory(why);
	zip_writer_done(&t->writer);
	TRY(zip_rebuild(job, buffer_slice(plain), out, why));
	job->made_ending = "zip";
	job_drop(job, "archive-format", "");
	return ok();
}

struct result archive_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct taking t = {0};
	struct buffer AUTO(buffer_done) plain = {0};
	buffer_init(&plain, (size_t)1 << 30);
	buffer_init(&t.name, 1 << 18);
	buffer_init(&t.data, (size_t)1 << 30);
	zip_writer_begin(&t.writer);
	struct result result = rebuild(job, in, &t, &plain, out, why);
	zip_writer_done(&t.writer);
	buffer_done(&t.name);
	buffer_done(&t.data);
	return result;
}
