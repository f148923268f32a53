/* zip of listed types: each member rebuilt, each name made right.
 *
 * One member that is refused refuses the archive: what people packed together
 * they mean together.  Names without a flag are CP932 in this country unless
 * they are valid UTF-8; in the output every name is NFC and marked as UTF-8. */
#include "gate/file/zip.h"

#include "base/text.h"

#include <libdeflate.h>

enum { DEPTH_MOST = 32 };

struct archive {
	struct job *job;
	struct arena *arena;
	struct zip_view zip;
	struct zip_writer writer;
	const char **names; /* written so far, folded, for twins */
	size_t name_count;
	struct buffer raw, made, path, segment;
};

/* ---- names ---- */

static struct result decode_name(struct archive *a, const struct zip_entry *entry, struct slice *name,
                                 struct why *why)
{
	enum { FLAG_UTF8 = 1 << 11 };
	struct slice raw = entry->name;
	*name = raw;
	if (!utf8_valid(raw)) {
		struct buffer AUTO(buffer_done) text = {0};
		buffer_init(&text, 1 << 18);
		struct result result = entry->flags & FLAG_UTF8 ? (struct result){E_INPUT}
			: cp932_to_utf8(raw, &text, NULL);
		if (result.code == E_INPUT)
			return job_refuse(a->job, REFUSAL_DAMAGED, zip_place(a->job, entry), "a name in no known charset");
		*name = arena_copy(a->arena, buffer_slice(&text));
		if (result.code != OK || !name->at)
			return job_memory(why);
	}
	if (entry->utf8_name.len && !slice_equal(entry->utf8_name, *name))
		return job_refuse(a->job, REFUSAL_AMBIGUOUS, zip_place(a->job, entry), "it has two names");
	return ok();
}

static bool leads_out(struct slice name, struct slice segment)
{
	bool drive = name.len > 1 && name.at[1] == ':';
	return drive || name.at[0] == '/' || name.at[0] == '\\' || slice_is(segment, "..");
}

/* The path of safe segments, into a->path. */
static struct result safe_path(struct archive *a, const struct zip_entry *entry, struct slice name)
{
	unsigned faults = 0, depth = 0;
	buffer_clear(&a->path);
	for (size_t pos = 0; pos < name.len;) {
		size_t end = pos;
		while (end < name.len && name.at[end] != '/' && name.at[end] != '\\')
			end++;
		struct slice segment = slice_part(name, pos, end - pos);
		if (leads_out(name, segment))
			return job_refuse(a->job, REFUSAL_AMBIGUOUS, zip_place(a->job, entry), "a path that leads outside");
		if (++depth > DEPTH_MOST)
			return job_refuse(a->job, REFUSAL_DEEP, zip_place(a->job, entry), "too many folders");
		if (segment.len && !slice_is(segment, ".")) {
			faults |= safe_name(segment, &a->segment);
			buffer_put_str(&a->path, a->path.len ? "/" : "");
			buffer_put_slice(&a->path, buffer_slice(&a->segment));
		}
		pos = end + 1;
	}
	if (faults & ~(unsigned)(NAME_COMPOSED | NAME_DOUBLE))
		job_drop(a->job, "unsafe-name", zip_place(a->job, entry));
	return ok();
}

/* Letters of one name for Windows and macOS: ASCII case is folded, and
 * full-width letters with it. */
static const char *folded(struct archive *a, struct slice name)
{
	struct buffer AUTO(buffer_done) out = {0};
	buffer_init(&out, 1 << 18);
	for (size_t pos = 0; pos < name.len;) {
		uint32_t code = (uint32_t)utf8_next(name, &pos);
		bool upper = (code >= 'A' && code <= 'Z') || (code >= 0xFF21 && code <= 0xFF3A) ||
		             (code >= 0xC0 && code <= 0xDE && code != 0xD7) || (code >= 0x391 && code <= 0x3A9) ||
		             (code >= 0x410 && code <= 0x42F);
		utf8_put(&out, upper ? code + 32 : code);
	}
	return arena_string(a->arena, buffer_slice(&out));
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static struct result check_twins(struct archive *a)
{
	qsort(a->names, a->name_count, sizeof *a->names, by_text);
	for (size_t i = 1; i < a->name_count; i++)
		if (strcmp(a->names[i - 1], a->names[i]) == 0)
			return job_refuse(a->job, REFUSAL_AMBIGUOUS, a->names[i], "two members of one name");
	return ok();
}

/* ---- members ---- */

/* What systems leave in archives without being asked. */
bool zip_litter(struct slice name)
{
	struct slice last = name;
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] == '/')
			last = slice_part(name, i + 1, name.len);
	return slice_starts(name, SLICE("__MACOSX/")) || slice_is(last, ".DS_Store") ||
	       slice_equal_nocase(last, SLICE("Thumbs.db")) || slice_equal_nocase(last, SLICE("desktop.ini"));
}

static bool packs(enum file_type type)
{
	return type == FILE_TXT || type == FILE_CSV || type == FILE_BMP || type == FILE_TIFF;
}

static struct result write_member(struct archive *a, const struct zip_entry *entry, struct slice raw,
                                  const char *name, enum file_type type, struct why *why)
{
	if (!name || !(a->names[a->name_count++] = folded(a, slice_str(name))))
		return job_memory(why);
	if (slice_equal(raw, buffer_slice(&a->made)))
		zip_writer_copy(&a->writer, slice_str(name), entry);
	else
		TRY(zip_writer_add(&a->writer, slice_str(name), buffer_slice(&a->made), packs(type), why));
	return ok();
}

static struct result rebuild_member(struct archive *a, struct zip_entry *entry, struct why *why)
{
	struct slice path = arena_copy(a->arena, buffer_slice(&a->path));
	enum file_type type;
	if (!path.at)
		return job_memory(why);
	if (entry->sealed)
		TRY(zip_open_member(a->job, a->arena, entry, why));
	struct slice raw;
	TRY(zip_plain(a->job, entry, &a->raw, &raw, why));
	if (entry->crc_later)
		entry->crc = libdeflate_crc32(0, raw.at, raw.len);
	type = file_type_by_content(raw, path);
	const char *place = arena_string(a->job->arena, path);
	TRY(job_check_name(a->job, type, path, place ? place : ""));
	buffer_clear(&a->made);
	TRY(job_rebuild(a->job, UINT64_MAX, path, raw, &a->made, &type, why));
	/* a docm comes out as a docx, and must be called so */
	return write_member(a, entry, raw, name_with_ending(path, a->job->made_ending, a->arena), type, why);
}

static struct result write_folder(struct archive *a, struct why *why)
{
	buffer_put_str(&a->path, "/");
	struct slice name = arena_copy(a->arena, buffer_slice(&a->path));
	if (!name.at || !(a->names[a->name_count++] = folded(a, name)))
		return job_memory(why);
	return zip_writer_add(&a->writer, name, SLICE(""), false, why);
}

static struct result take_member(struct archive *a, struct zip_entry *entry, struct why *why)
{
	struct slice name;
	TRY(decode_name(a, entry, &name, why));
	if (entry->hidden)
		job_drop(a->job, "hidden-data", zip_place(a->job, entry));
	if (zip_litter(name)) {
		job_drop(a->job, "hidden-data", zip_place(a->job, entry));
		return ok();
	}
	TRY(safe_path(a, entry, name));
	bool folder = entry->directory || (name.at[name.len - 1] == '\\' && entry->size == 0);
	/* a name may become one of these once it is made safe */
	if (zip_litter(buffer_slice(&a->path)) || slice_is(buffer_slice(&a->path), "__MACOSX")) {
		job_drop(a->job, "hidden-data", zip_place(a->job, entry));
		return ok();
	}
	if (a->path.len == 0) /* "./": the archive's own folder, which needs no entry */
		return folder ? ok() : job_refuse(a->job, REFUSAL_AMBIGUOUS, zip_place(a->job, entry), "a file without a name");
	return folder ? write_folder(a, why) : rebuild_member(a, entry, why);
}

static struct result build(struct archive *a, struct slice in, struct buffer *out, struct why *why)
{
	TRY(zip_read(a->job, a->arena, in, &a->zip, why));
	a->names = ARENA_ARRAY(a->arena, a->zip.count + 1, const char *);
	if (!a->names)
		return job_memory(why);
	if (a->zip.comment)
		job_drop(a->job, "hidden-data", "");
	for (size_t i = 0; i < a->zip.count; i++)
		TRY(take_member(a, &a->zip.entries[i], why));
	if (a->zip.sealed)
		job_opened(a->job, "", true);
	TRY(check_twins(a));
	return zip_writer_end(&a->writer, SLICE(""), SLICE(""), out, why);
}

struct result zip_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct arena AUTO(arena_drop) *arena = arena_new((size_t)256 << 20);
	if (!arena)
		return job_memory(why);
	struct archive a = {.job = job, .arena = arena};
	struct buffer *buffers[] = {&a.raw, &a.made, &a.path, &a.segment};
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_init(buffers[i], (size_t)1 << 30);
	zip_writer_begin(&a.writer);
	const char *ending = job->made_ending;
	struct result result = build(&a, in, out, why);
	job->made_ending = ending;
	zip_writer_done(&a.writer);
	for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
		buffer_done(buffers[i]);
	return result;
}
