/* Archives: a scan of our own that admits one plain reading, then libzip
 *
 * What the gate writes is plain: members one after another from the first
 * byte, then the directory, then its end record at the last byte; no comment,
 * no extra field but the sizes of zip64, no data descriptor.  The scan insists
 * on that: anything else is a finding.  libzip then reads names and bytes and
 * checks the sums, also where something was found, so that an original can be
 * compared with its output.
 * source  PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4
 */
#include "gate/inspect/look.h"

#include "base/cursor.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

enum { LOCAL = 0x04034B50, CENTRAL = 0x02014B50, END = 0x06054B50, END64 = 0x06064B50 };
enum { FLAG_UTF8 = 0x800, FLAGS_FINE = FLAG_UTF8 | 0x6, EXTRA_ZIP64 = 1, S_LINK = 0120000 };

/* odd - not the plain structure; libzip may read it all the same, for comparing */
static bool odd(struct look *look, const char *format, ...) PRINTF_LIKE(2, 3);
static bool odd(struct look *look, const char *format, ...)
{
	char text[200];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	look_find(look, "zip-structure", "%s", text);
	return false;
}

/* scan_extra - only zip64's; gives the sizes where the header says 0xFFFFFFFF */
static bool scan_extra(struct look *look, struct slice extra, uint64_t *packed, size_t at)
{
	struct cursor c = cursor_of(extra, NULL);
	while (cursor_left(&c) > 0) {
		uint16_t id = cursor_take_le16(&c), len = cursor_take_le16(&c);
		struct cursor body = cursor_child(&c, len);
		if (!cursor_ok(&c))
			return odd(look, "offset %zu: a broken extra field", at);
		if (id != EXTRA_ZIP64)
			look_find(look, "zip-extra", "offset %zu extra field %04x", at, id);
		if (id == EXTRA_ZIP64 && len >= 16 && packed && *packed == 0xFFFFFFFF) {
			cursor_skip(&body, 8);
			*packed = cursor_take_le64(&body);
		}
	}
	return true;
}

static bool scan_local(struct look *look, struct cursor *c)
{
	size_t at = c->pos - 4;
	cursor_skip(c, 2);
	uint16_t flags = cursor_take_le16(c), method = cursor_take_le16(c);
	cursor_skip(c, 8);
	uint64_t packed = cursor_take_le32(c);
	cursor_skip(c, 4);
	uint16_t name = cursor_take_le16(c), extra = cursor_take_le16(c);
	cursor_skip(c, name);
	struct slice extras = cursor_take(c, extra);
	if (flags & 1)
		look_find(look, "encrypted", "offset %zu", at);
	if ((flags & ~FLAGS_FINE) != 0 || (method != 0 && method != 8))
		return odd(look, "offset %zu: flags %04x, method %u", at, flags, method);
	if (!scan_extra(look, extras, &packed, at))
		return false;
	if (packed > cursor_left(c))
		return odd(look, "offset %zu: a member longer than the archive", at);
	cursor_skip(c, (size_t)packed);
	return cursor_ok(c) || odd(look, "offset %zu: a broken member", at);
}

static bool scan_central(struct look *look, struct cursor *c)
{
	size_t at = c->pos - 4;
	cursor_skip(c, 24);
	uint16_t name = cursor_take_le16(c), extra = cursor_take_le16(c), comment = cursor_take_le16(c);
	cursor_skip(c, 12);
	cursor_skip(c, name);
	struct slice extras = cursor_take(c, extra);
	cursor_skip(c, comment);
	if (comment)
		look_find(look, "zip-comment", "offset %zu", at);
	return scan_extra(look, extras, NULL, at) &&
	       (cursor_ok(c) || odd(look, "offset %zu: a broken directory", at));
}

/* scan_end - the end record, and nothing behind it */
static bool scan_end(struct look *look, struct cursor *c)
{
	cursor_skip(c, 16);
	uint16_t comment = cursor_take_le16(c);
	if (!cursor_ok(c))
		return odd(look, "a broken end record");
	if (comment || cursor_left(c) > 0)
		look_find(look, comment ? "zip-comment" : "trailing-bytes", "offset %zu", c->pos);
	return true;
}

/* scan - false at the first thing that is not plain, and that is a finding */
static bool scan(struct look *look, struct slice in)
{
	struct cursor c = cursor_of(in, NULL);
	uint32_t kind = cursor_take_le32(&c);
	for (; kind == LOCAL; kind = cursor_take_le32(&c))
		if (!scan_local(look, &c))
			return false;
	for (; kind == CENTRAL; kind = cursor_take_le32(&c))
		if (!scan_central(look, &c))
			return false;
	if (kind == END64) {
		cursor_skip(&c, (size_t)cursor_take_le64(&c));
		cursor_skip(&c, 20); /* its locator */
		kind = cursor_take_le32(&c);
	}
	if (kind != END)
		return odd(look, "offset %zu: bytes that belong to nothing", c.pos);
	return scan_end(look, &c);
}

static bool name_safe(struct slice name)
{
	size_t pos = 0;
	if (name.len == 0 || name.at[0] == '/' || slice_find(name, SLICE("../")) != SIZE_MAX ||
	    slice_is(name, "..") || slice_ends(name, SLICE("/..")) || !utf8_valid(name))
		return false;
	for (int32_t code; (code = utf8_next(name, &pos)) >= 0;)
		if (code < ' ' || code == 0x7F || code == '\\' || code == ':' ||
		    (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
		    (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF)
			return false;
	return true;
}

static int compare_names(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	return strcasecmp(x->name, y->name);
}

static bool take_member(struct look *look, zip_t *zip, size_t index, struct member *out)
{
	zip_stat_t stat;
	uint8_t made_on = 0;
	if (!look_pay_entry(look))
		return false;
	if (zip_stat_index(zip, index, ZIP_FL_ENC_RAW, &stat) != 0 || !stat.name)
		return look_unreadable(look, "libzip: member %zu", index);
	zip_file_get_external_attributes(zip, index, 0, &made_on, &out->attributes);
	out->attributes = made_on == ZIP_OPSYS_UNIX ? out->attributes >> 16 : 0;
	out->name = arena_string(look->arena, slice_str(stat.name));
	if (!out->name)
		return look_memory(look);
	out->name_bytes = slice_str(out->name);
	out->size = stat.size;
	if (!name_safe(out->name_bytes))
		look_find(look, "unsafe-name", "member %zu", index);
	if ((out->attributes & 0170000) == S_LINK)
		look_find(look, "symbolic-link", "%s", out->name);
	return true;
}

/* In order of name, so that two that are alike stand together. */
static bool take_members(struct look *look, zip_t *zip, struct members *out)
{
	zip_int64_t count = zip_get_num_entries(zip, 0);
	out->count = count > 0 ? (size_t)count : 0;
	if (out->count > look->left.entries)
		return look_unreadable(look, "more members than allowed");
	out->at = ARENA_ARRAY(look->arena, out->count + 1, struct member);
	if (!out->at)
		return look_memory(look);
	struct member *sorted = ARENA_ARRAY(look->arena, out->count + 1, struct member);
	if (!sorted)
		return look_memory(look);
	for (size_t i = 0; i < out->count; i++) {
		if (!take_member(look, zip, i, &out->at[i]))
			return false;
		sorted[i] = out->at[i];
	}
	qsort(sorted, out->count, sizeof *sorted, compare_names);
	for (size_t i = 1; i < out->count; i++)
		if (strcasecmp(sorted[i - 1].name, sorted[i].name) == 0)
			look_find(look, "duplicate-name", "%s", sorted[i].name);
	return true;
}

bool members_open(struct look *look, struct slice in, struct members *out)
{
	*out = (struct members){0};
	(void)scan(look, in);
	zip_error_t error;
	zip_error_init(&error);
	zip_source_t *source = zip_source_buffer_create(in.at, in.len, 0, &error);
	zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : NULL;
	if (source && !zip)
		zip_source_free(source);
	if (!zip)
		look_unreadable(look, "libzip: %s", zip_error_strerror(&error));
	zip_error_fini(&error);
	out->zip = zip;
	return zip && take_members(look, zip, out);
}

void members_close(struct members *members)
{
	if (members->zip)
		zip_discard(members->zip);
	*members = (struct members){0};
}

/* One byte more than promised is asked for: it must not come. */
bool members_read(struct look *look, const struct members *members, size_t index, uint8_t **bytes,
                  struct slice *out)
{
	const struct member *m = &members->at[index];
	if (!look_pay_bytes(look, m->size))
		return false;
	uint8_t *to = malloc((size_t)m->size + 1);
	zip_file_t *file = to ? zip_fopen_index(members->zip, index, 0) : NULL;
	zip_int64_t got = file ? zip_fread(file, to, m->size + 1) : -1;
	int closed = file ? zip_fclose(file) : -1;
	if (!to)
		return look_memory(look);
	if (got < 0 || (uint64_t)got != m->size || closed != 0) {
		free(to);
		return look_unreadable(look, "%s: its bytes are damaged", m->name);
	}
	*bytes = to;
	*out = slice_of(to, (size_t)m->size);
	return true;
}

/* A member's ending is what the person's computer will go by. */
static enum inspect_type type_by_ending(struct slice name)
{
	char ending[16];
	name_ending(name, ending);
	return inspect_type_of(ending);
}

bool look_zip(struct look *look, enum inspect_type type, struct slice in)
{
	(void)type;
	struct members members;
	bool fine = members_open(look, in, &members);
	for (size_t i = 0; fine && i < members.count; i++) {
		const struct member *m = &members.at[i];
		uint8_t *bytes = NULL;
		struct slice content;
		if (slice_ends(m->name_bytes, SLICE("/"))) {
			if (m->size > 0)
				look_find(look, "hidden-data", "%s", m->name);
			continue;
		}
		enum inspect_type inner = type_by_ending(m->name_bytes);
		look->report->pages++;
		if (inner == INSPECT_NOTHING) {
			look_find(look, "unknown-type", "%s", m->name);
			continue;
		}
		fine = members_read(look, &members, i, &bytes, &content) &&
		       look_inside(look, inner, m->name_bytes, content);
		free(bytes);
	}
	look->report->text_known = true;
	members_close(&members);
	return fine;
}
