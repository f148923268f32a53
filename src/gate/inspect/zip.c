/* Archives: a scan of our own that admits one plain reading, then libzip
 *
 * What the gate writes is plain: members one after another from the first
 * byte, then the directory, then its end record at the last byte; no comment,
 * no extra field but the sizes of zip64, no data descriptor.  The scan insists
 * on that: anything else is a finding.  libzip then reads names and bytes, also
 * where something was found, so that an original can be compared with its output.
 * What is deflated is inflated and summed by ISA-L: not by what the gate inflates
 * with, and in half of zlib's time.
 * source  PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4
 */
#include "gate/inspect/look.h"

#include "base/cursor.h"
#include "base/text.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
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

enum { PLAIN = ZIP_STAT_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD };

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
	out->sum = stat.crc;
	out->deflated = (stat.valid & PLAIN) == PLAIN && stat.comp_method == ZIP_CM_DEFLATE &&
	                stat.encryption_method == ZIP_EM_NONE;
	if (!name_safe(out->name_bytes))
		look_find(look, "unsafe-name", "member %zu", index);
	if ((out->attributes & 0170000) == S_LINK)
		look_find(look, "symbolic-link", "%s", out->name);
	return true;
}

static int compare_places(const void *a, const void *b, void *members)
{
	const struct member *at = members;
	return strcasecmp(at[*(const uint32_t *)a].name, at[*(const uint32_t *)b].name);
}

/* Also in order of name, so that two that are alike stand together. */
static bool take_members(struct look *look, zip_t *zip, struct members *out)
{
	zip_int64_t count = zip_get_num_entries(zip, 0);
	out->count = count > 0 ? (size_t)count : 0;
	if (out->count > look->left.entries)
		return look_unreadable(look, "more members than allowed");
	out->at = ARENA_ARRAY(look->arena, out->count + 1, struct member);
	if (!out->at)
		return look_memory(look);
	for (size_t i = 0; i < out->count; i++)
		if (!take_member(look, zip, i, &out->at[i]))
			return false;
	return members_sort(look, out);
}

bool members_sort(struct look *look, struct members *out)
{
	out->sorted = ARENA_ARRAY(look->arena, out->count + 1, uint32_t);
	if (!out->sorted)
		return look_memory(look);
	for (size_t i = 0; i < out->count; i++)
		out->sorted[i] = (uint32_t)i;
	qsort_r(out->sorted, out->count, sizeof *out->sorted, compare_places, out->at);
	for (size_t i = 1; i < out->count; i++)
		if (compare_places(&out->sorted[i - 1], &out->sorted[i], out->at) == 0)
			look_find(look, "duplicate-name", "%s", out->at[out->sorted[i]].name);
	return true;
}

size_t members_find(const struct members *members, struct slice name)
{
	size_t low = 0, high = members->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct member *m = &members->at[members->sorted[middle]];
		int order = name.len ? strncasecmp(m->name, (const char *)name.at, name.len) : 0;
		if (order == 0 && m->name_bytes.len == name.len)
			return members->sorted[middle];
		/* alike as far as the name goes: the member's is longer */
		if (order >= 0)
			high = middle;
		else
			low = middle + 1;
	}
	return SIZE_MAX;
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
	free(members->inflating);
	*members = (struct members){0};
}

void members_shut(struct look *look, struct members *members)
{
	if (look->kept && !look->comparing)
		look->kept->members = *members;
	else
		members_close(members);
	*members = (struct members){0};
}

void kept_done(struct kept *kept)
{
	members_close(&kept->members);
}

/* ---- what lies in an output and in its original */

static bool same_head(const struct members *a, size_t i, const struct members *b, size_t k)
{
	const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
	zip_stat_t x, y;
	return slice_equal(a->at[i].name_bytes, b->at[k].name_bytes) && zip_stat_index(a->zip, i, 0, &x) == 0 &&
	       zip_stat_index(b->zip, k, 0, &y) == 0 && (x.valid & y.valid & needed) == needed && x.size == y.size &&
	       x.comp_size == y.comp_size && x.crc == y.crc && x.comp_method == y.comp_method;
}

static bool same_bytes(zip_file_t *a, zip_file_t *b)
{
	uint8_t left[16384], right[16384];
	for (;;) {
		zip_int64_t got = a && b ? zip_fread(a, left, sizeof left) : -1;
		if (got < 0 || zip_fread(b, right, sizeof right) != got || memcmp(left, right, (size_t)got) != 0)
			return false;
		if (got == 0)
			return true;
	}
}

static bool same_member(const struct members *a, size_t i, const struct members *b, size_t k)
{
	if (!same_head(a, i, b, k))
		return false;
	zip_file_t *x = zip_fopen_index(a->zip, i, ZIP_FL_COMPRESSED), *y = zip_fopen_index(b->zip, k, ZIP_FL_COMPRESSED);
	bool same = same_bytes(x, y);
	if (x)
		zip_fclose(x);
	if (y)
		zip_fclose(y);
	return same;
}

static bool count_as_kept(struct look *look, const struct members *members, size_t index)
{
	const struct kept *kept = look->kept;
	size_t at = kept->counted ? members_find(&kept->members, members->at[index].name_bytes) : SIZE_MAX;
	if (at == SIZE_MAX || !kept->counted[at].read || !same_member(&kept->members, at, members, index))
		return false;
	look->report->pages += kept->counted[at].pages;
	look->report->text_chars += kept->counted[at].chars;
	look->report->text_digest += kept->counted[at].digest;
	return true;
}

bool members_each(struct look *look, const struct members *members, size_t index, member_fn *read, void *user)
{
	const struct inspect_report *now = look->report, before = *now;
	struct kept *kept = look->kept;
	if (kept && look->comparing && count_as_kept(look, members, index))
		return true;
	if (!read(user, index))
		return false;
	if (!kept || look->comparing)
		return true;
	if (!kept->counted)
		kept->counted = ARENA_ARRAY(look->arena, members->count, struct counted);
	if (kept->counted) /* where there is no room, the original is read like any other */
		kept->counted[index] = (struct counted){now->pages - before.pages, now->text_chars - before.text_chars,
		                                        now->text_digest - before.text_digest, true};
	return true;
}

/* ---- */

enum { PIECE = 1 << 16 };

struct inflating {
	struct inflate_state state;
	uint32_t sum, wanted;
	bool whole;
	uint8_t packed[PIECE / 2], plain[PIECE];
};

static bool inflating_begin(struct members *members, uint32_t wanted)
{
	if (!members->inflating)
		members->inflating = malloc(sizeof *members->inflating);
	struct inflating *in = members->inflating;
	if (!in)
		return false;
	isal_inflate_init(&in->state);
	in->state.crc_flag = ISAL_DEFLATE;
	in->state.avail_in = 0;
	in->sum = 0;
	in->wanted = wanted;
	in->whole = false;
	return true;
}

/* take_packed - more for the inflater, where it has nothing left; false at a fault */
static bool take_packed(struct inflating *in, zip_file_t *file)
{
	if (in->state.avail_in > 0)
		return true;
	zip_int64_t got = zip_fread(file, in->packed, sizeof in->packed);
	in->state.next_in = in->packed;
	in->state.avail_in = got > 0 ? (uint32_t)got : 0;
	return got >= 0;
}

/* ends_well - the sum is right, and no byte is left that the inflater did not need */
static bool ends_well(struct inflating *in, zip_file_t *file)
{
	bool used = in->state.avail_in == 0 && in->state.read_in_length < 8;
	return used && in->sum == in->wanted && take_packed(in, file) && in->state.avail_in == 0;
}

/* inflate_more - the next bytes, none at the end; -1 at a fault */
static zip_int64_t inflate_more(struct inflating *in, zip_file_t *file)
{
	in->state.next_out = in->plain;
	in->state.avail_out = sizeof in->plain;
	while (!in->whole && in->state.avail_out > 0) {
		if (!take_packed(in, file))
			return -1;
		bool last = in->state.avail_in == 0;
		uint32_t room = in->state.avail_out;
		if (isal_inflate(&in->state) != ISAL_DECOMP_OK)
			return -1;
		in->whole = in->state.block_state == ISAL_BLOCK_FINISH;
		if (!in->whole && last && in->state.avail_out == room)
			return -1; /* cut off */
	}
	uint32_t made = (uint32_t)sizeof in->plain - in->state.avail_out;
	in->sum = crc32_gzip_refl(in->sum, in->plain, made);
	return in->whole && !ends_well(in, file) ? -1 : (zip_int64_t)made;
}

void feed_more(struct feed *feed)
{
	zip_int64_t got = feed->inflating ? inflate_more(feed->inflating, feed->file)
		: feed->file ? zip_fread(feed->file, feed->room, PIECE) : 0;
	feed->broken |= got < 0 || (uint64_t)got > feed->left;
	feed->ready = slice_of(feed->inflating ? feed->inflating->plain : feed->room, feed->broken ? 0 : (size_t)got);
	feed->left -= feed->ready.len;
}

bool members_feed(struct look *look, struct members *members, size_t index, struct feed *out)
{
	const struct member *m = &members->at[index];
	if (!look_pay_bytes(look, m->size))
		return false;
	*out = (struct feed){.left = m->size};
	if (!m->deflated)
		out->room = malloc(PIECE);
	else if (inflating_begin(members, m->sum))
		out->inflating = members->inflating;
	if (!out->room && !out->inflating)
		return look_memory(look);
	out->file = zip_fopen_index(members->zip, index, m->deflated ? ZIP_FL_COMPRESSED : 0);
	if (out->file)
		feed_more(out);
	if (out->file && !out->broken)
		return true;
	out->broken = true;
	return feed_end(look, members, index, out);
}

/* The last read finds the end, where the sum is compared. */
bool feed_end(struct look *look, const struct members *members, size_t index, struct feed *feed)
{
	while (!feed->broken && feed->ready.len)
		feed_more(feed);
	bool whole = !feed->broken && feed->left == 0;
	if (feed->file)
		whole &= zip_fclose(feed->file) == 0;
	free(feed->room);
	*feed = (struct feed){0};
	return whole || look_unreadable(look, "%s: its bytes are damaged", members->at[index].name);
}

/* All of it in one piece. */
bool feed_whole(struct look *look, const struct members *members, size_t index, struct feed *feed,
                uint8_t **bytes, struct slice *out)
{
	size_t size = (size_t)members->at[index].size, len = 0;
	uint8_t *to = malloc(size + 1);
	while (to && feed->ready.len) {
		memcpy(to + len, feed->ready.at, feed->ready.len);
		len += feed->ready.len;
		feed_more(feed);
	}
	if (!feed_end(look, members, index, feed) || !to) {
		free(to);
		return to ? false : look_memory(look);
	}
	*bytes = to;
	*out = slice_of(to, size);
	return true;
}

bool members_read(struct look *look, struct members *members, size_t index, uint8_t **bytes,
                  struct slice *out)
{
	struct feed feed;
	return members_feed(look, members, index, &feed) && feed_whole(look, members, index, &feed, bytes, out);
}

/* A member's ending is what the person's computer will go by. */
static enum inspect_type type_by_ending(struct slice name)
{
	char ending[16];
	name_ending(name, ending);
	return inspect_type_of(ending);
}

struct archive {
	struct look *look;
	struct members members;
};

static bool look_member(void *user, size_t index)
{
	struct archive *a = user;
	const struct member *m = &a->members.at[index];
	enum inspect_type inner = type_by_ending(m->name_bytes);
	uint8_t *bytes = NULL;
	struct slice content;
	if (slice_ends(m->name_bytes, SLICE("/"))) {
		if (m->size > 0)
			look_find(a->look, "hidden-data", "%s", m->name);
		return true;
	}
	a->look->report->pages++;
	if (inner == INSPECT_NOTHING) {
		look_find(a->look, "unknown-type", "%s", m->name);
		return true;
	}
	if (a->look->comparing && !look_has_text(inner))
		return true;
	bool fine = members_read(a->look, &a->members, index, &bytes, &content) &&
	            look_inside(a->look, inner, m->name_bytes, content);
	free(bytes);
	return fine;
}

bool look_zip(struct look *look, enum inspect_type type, struct slice in)
{
	(void)type;
	struct archive a = {.look = look};
	bool fine = members_open(look, in, &a.members);
	for (size_t i = 0; fine && i < a.members.count; i++)
		fine = members_each(look, &a.members, i, look_member, &a);
	look->report->text_known = true;
	members_shut(look, &a.members);
	return fine;
}
