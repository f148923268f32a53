/* zip, the reader: whatever two readers could see differently is refused. */
#include "gate/file/zip.h"

#include "base/cursor.h"
#include "base/text.h"
#include "gate/file/deflate.h"

#include <libdeflate.h>

enum {
	END_BYTES = 22, CENTRAL_BYTES = 46, LOCAL_BYTES = 30,
	ENCRYPTED = 1 << 0, DESCRIBED = 1 << 3, PATCH = 1 << 5, STRONG = 1 << 6, UTF8 = 1 << 11,
	MASKED = 1 << 13,
	STORED = 0, DEFLATED = 8, AES = 99,
	RATIO_MOST = 600,            /* a real sheet of zeros stays below; deflate ends at 1032 */
	RATIO_FREE = 4 << 20         /* small members may have any ratio: an empty picture is one colour */
};

/* One of each for the process: the worker handles one document at a time. */
static struct libdeflate_decompressor *inflater(void)
{
	static struct libdeflate_decompressor *one;
	if (!one)
		one = libdeflate_alloc_decompressor();
	return one;
}

const char *zip_place(struct job *job, const struct zip_entry *entry)
{
	struct slice name = slice_part(entry->name, 0, 200);
	char *text = arena_string(job->arena, name);
	if (!text)
		return "";
	bool valid = utf8_valid(name);
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)text[i] < ' ' || (!valid && (unsigned char)text[i] > '~'))
			text[i] = '?';
	return text;
}

/* ---- section 4.3.16: the end record, last thing in the file ---- */

struct end_record {
	uint32_t offset, size;
	uint16_t count;
	size_t at;
	struct slice comment;
};

static struct result parse_end(struct job *job, struct slice in, struct end_record *end)
{
	struct cursor c = cursor_of(in, NULL);
	cursor_seek(&c, end->at + 4);
	uint16_t disk = cursor_take_le16(&c), start = cursor_take_le16(&c);
	uint16_t here = cursor_take_le16(&c);
	end->count = cursor_take_le16(&c);
	end->size = cursor_take_le32(&c);
	end->offset = cursor_take_le32(&c);
	end->comment = cursor_take(&c, cursor_take_le16(&c));
	if (!cursor_ok(&c) || cursor_left(&c) != 0)
		return job_refuse(job, REFUSAL_DAMAGED, "end record", "it does not end the file");
	if (disk != 0 || start != 0 || here != end->count)
		return job_refuse(job, REFUSAL_AMBIGUOUS, "end record", "a part of a split archive");
	if (end->count == UINT16_MAX || end->size == UINT32_MAX || end->offset == UINT32_MAX)
		return job_refuse(job, REFUSAL_AMBIGUOUS, "end record", "zip64 where it is not needed");
	if (end->offset > end->at || end->size != end->at - end->offset)
		return job_refuse(job, REFUSAL_AMBIGUOUS, "end record",
		                  "the directory does not end where the end record begins");
	return ok();
}

static struct result find_end(struct job *job, struct slice in, struct end_record *end)
{
	if (in.len < END_BYTES)
		return job_refuse(job, REFUSAL_DAMAGED, "", "shorter than an end record");
	size_t last = in.len - END_BYTES, lowest = last > UINT16_MAX ? last - UINT16_MAX : 0;
	for (size_t at = last + 1; at-- > lowest;) {
		if (memcmp(in.at + at, "PK\x05\x06", 4) != 0)
			continue;
		end->at = at;
		TRY(parse_end(job, in, end));
		if (slice_find(end->comment, SLICE("PK\x05\x06")) != SIZE_MAX)
			return job_refuse(job, REFUSAL_AMBIGUOUS, "end record", "two end records");
		return ok();
	}
	return job_refuse(job, REFUSAL_DAMAGED, "", "no end record: cut off, or not a zip");
}

/* ---- section 4.5: extra fields; 0x7075 gives a second name ---- */

static bool known_extra(uint16_t id)
{
	static const uint16_t known[] = {
		0x0001 /* zip64 */, 0x000A /* NTFS times */, 0x5455, 0x5855, 0x7855, 0x7875 /* Unix times, ids */,
		0x7075 /* name */, 0xA220 /* Office padding */, 0x0017, 0x9901 /* encryption */, 0x4949, 0xCAFE,
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i] == id)
			return true;
	return false;
}

struct extra {
	struct slice utf8_name;
	struct slice zip64;
	struct slice aes;
	bool unknown;
};

static struct result parse_extra(struct job *job, const struct zip_entry *entry, struct slice bytes,
                                 struct extra *extra)
{
	struct cursor c = cursor_of(bytes, NULL);
	*extra = (struct extra){0};
	while (cursor_left(&c) > 0) {
		uint16_t id = cursor_take_le16(&c);
		struct slice value = cursor_take(&c, cursor_take_le16(&c));
		if (!cursor_ok(&c))
			return job_refuse(job, REFUSAL_DAMAGED, zip_place(job, entry), "a broken extra field");
		if (id == 0x7075)
			extra->utf8_name = slice_part(value, 5, value.len);
		if (id == 0x0001)
			extra->zip64 = value;
		if (id == 0x9901)
			extra->aes = value;
		extra->unknown |= !known_extra(id);
	}
	return ok();
}

static struct result merge_extra(struct job *job, struct zip_entry *entry, const struct extra *extra)
{
	entry->hidden |= extra->unknown;
	if (extra->utf8_name.len == 0)
		return ok();
	if (entry->utf8_name.len && !slice_equal(entry->utf8_name, extra->utf8_name))
		return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, entry), "it has three names");
	entry->utf8_name = extra->utf8_name;
	return ok();
}

/* ---- section 4.3.12: one central header ---- */

/* WinZip AES: the method and the strength stand in an extra field (AE-1, AE-2). */
static struct result check_lock(struct job *job, struct zip_entry *entry, struct slice aes)
{
	struct cursor c = cursor_of(aes, NULL);
	if (entry->flags & (STRONG | MASKED) || (entry->method == AES && !(entry->flags & ENCRYPTED)))
		return job_refuse(job, REFUSAL_LOCKED, zip_place(job, entry), "encrypted in a way that nobody describes");
	entry->sealed = entry->flags & ENCRYPTED;
	if (entry->method != AES)
		return ok();
	uint16_t version = cursor_take_le16(&c);
	bool winzip = cursor_literal(&c, SLICE("AE"));
	entry->aes = cursor_take_u8(&c);
	entry->method = cursor_take_le16(&c);
	if (!cursor_ok(&c) || cursor_left(&c) || !winzip || version < 1 || version > 2 || entry->aes < 1 || entry->aes > 3)
		return job_refuse(job, REFUSAL_DAMAGED, zip_place(job, entry), "an encryption that its extra field does not describe");
	entry->crc_later = version == 2;
	return ok();
}

static struct result check_kind(struct job *job, struct zip_entry *entry, uint32_t attributes)
{
	uint32_t kind = attributes >> 28;
	if (entry->method != STORED && entry->method != DEFLATED)
		return job_refuse(job, REFUSAL_UNKNOWN, zip_place(job, entry), "compression method %u", entry->method);
	if (entry->flags & PATCH)
		return job_refuse(job, REFUSAL_UNKNOWN, zip_place(job, entry), "patched data");
	if (kind != 0 && kind != 8 && kind != 4)
		return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, entry), "a link or a device, not a file");
	entry->directory = entry->name.len > 0 && entry->name.at[entry->name.len - 1] == '/';
	if (entry->directory && entry->size != 0)
		return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, entry), "a directory with content");
	return ok();
}

/* What a lock adds to the data: salt, check and MAC, or the header of ZipCrypto. */
size_t zip_seal_bytes(const struct zip_entry *entry)
{
	return !entry->sealed ? 0 : !entry->aes ? 12 : 4u + 4u * entry->aes + 2 + 10;
}

static struct result check_sizes(struct job *job, const struct zip_entry *entry, uint32_t packed)
{
	if (packed == UINT32_MAX || entry->size == UINT32_MAX || entry->local == UINT32_MAX)
		return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, entry), "zip64 where it is not needed");
	if (entry->method == STORED && packed != entry->size + zip_seal_bytes(entry))
		return job_refuse(job, REFUSAL_DAMAGED, zip_place(job, entry), "stored with two sizes");
	if (entry->size > job->left.expanded_bytes ||
	    (entry->size > RATIO_FREE && entry->size / RATIO_MOST > packed))
		return job_refuse(job, REFUSAL_BOMB, zip_place(job, entry), "%u bytes become %llu", packed,
		                  (unsigned long long)entry->size);
	return ok();
}

static struct result parse_central(struct job *job, struct cursor *c, struct zip_entry *entry,
                                   uint32_t *packed)
{
	bool begins = cursor_literal(c, SLICE("PK\x01\x02"));
	cursor_skip(c, 4);
	entry->flags = cursor_take_le16(c);
	entry->method = cursor_take_le16(c);
	entry->time = cursor_take_le16(c);
	cursor_skip(c, 2);
	entry->crc = cursor_take_le32(c);
	*packed = cursor_take_le32(c);
	entry->size = cursor_take_le32(c);
	size_t name_len = cursor_take_le16(c), extra_len = cursor_take_le16(c);
	size_t comment_len = cursor_take_le16(c);
	uint16_t disk = cursor_take_le16(c);
	cursor_skip(c, 2);
	uint32_t attributes = cursor_take_le32(c);
	entry->local = cursor_take_le32(c);
	entry->name = cursor_take(c, name_len);
	struct slice extra_bytes = cursor_take(c, extra_len);
	cursor_skip(c, comment_len);
	if (!begins || !cursor_ok(c) || disk != 0)
		return job_refuse(job, REFUSAL_DAMAGED, "central directory", "a broken header");
	entry->hidden = comment_len > 0;
	struct extra extra;
	TRY(parse_extra(job, entry, extra_bytes, &extra));
	TRY(merge_extra(job, entry, &extra));
	TRY(check_lock(job, entry, extra.aes));
	TRY(check_kind(job, entry, attributes));
	return check_sizes(job, entry, *packed);
}

/* ---- section 4.3.7: the local header must say the same ---- */

static bool agrees(uint32_t local, uint32_t central, bool described)
{
	return local == central || (described && local == 0) ;
}

/* A writer that did not know the size yet may say so in zip64 form. */
static bool zip64_agrees(struct slice zip64, uint64_t size, uint64_t packed)
{
	struct cursor c = cursor_of(zip64, NULL);
	if (zip64.len == 0)
		return true;
	uint64_t local_size = cursor_take_le64(&c), local_packed = cursor_take_le64(&c);
	return cursor_ok(&c) && cursor_left(&c) == 0 && (local_size == size || local_size == 0) &&
	       (local_packed == packed || local_packed == 0);
}

struct local_header {
	uint16_t flags, method;
	uint32_t crc, packed, size;
	struct slice name;
	struct extra extra;
};

static bool lock_agrees(const struct zip_entry *entry, struct slice aes)
{
	return !entry->aes || (aes.len == 7 && aes.at[4] == entry->aes && aes.at[0] == (entry->crc_later ? 2 : 1) &&
	                       (aes.at[5] | aes.at[6] << 8) == entry->method);
}

/* Info-ZIP, sealing what it does not know yet, puts the time where the CRC stands. */
static bool sealed_early(const struct zip_entry *entry, uint32_t crc)
{
	return entry->sealed && !entry->aes && crc == (uint32_t)entry->time << 16;
}

static bool headers_agree(const struct zip_entry *entry, const struct local_header *local,
                          uint32_t packed)
{
	const uint16_t weighty = ENCRYPTED | DESCRIBED | PATCH | STRONG | MASKED;
	bool later = entry->flags & DESCRIBED;
	bool wide = local->extra.zip64.len > 0 && local->packed == UINT32_MAX && local->size == UINT32_MAX;
	return (local->flags & weighty) == (entry->flags & weighty) &&
	       ((local->flags & UTF8) == (entry->flags & UTF8) || utf8_length(entry->name) == entry->name.len) &&
	       local->method == (entry->aes ? AES : entry->method) && lock_agrees(entry, local->extra.aes) &&
	       slice_equal(local->name, entry->name) &&
	       (agrees(local->crc, entry->crc, later) || (later && sealed_early(entry, local->crc))) &&
	       (wide || agrees(local->packed, packed, later)) &&
	       (wide || agrees(local->size, (uint32_t)entry->size, later)) &&
	       zip64_agrees(local->extra.zip64, entry->size, packed);
}

static struct result parse_local(struct job *job, struct slice in, struct zip_entry *entry,
                                 uint32_t packed)
{
	struct cursor c = cursor_of(in, NULL);
	struct local_header local = {0};
	cursor_seek(&c, entry->local);
	bool begins = cursor_literal(&c, SLICE("PK\x03\x04"));
	cursor_skip(&c, 2);
	local.flags = cursor_take_le16(&c);
	local.method = cursor_take_le16(&c);
	cursor_skip(&c, 4);
	local.crc = cursor_take_le32(&c);
	local.packed = cursor_take_le32(&c);
	local.size = cursor_take_le32(&c);
	size_t name_len = cursor_take_le16(&c), extra_len = cursor_take_le16(&c);
	local.name = cursor_take(&c, name_len);
	struct slice extra_bytes = cursor_take(&c, extra_len);
	entry->packed = cursor_take(&c, packed);
	if (!begins || !cursor_ok(&c))
		return job_refuse(job, REFUSAL_DAMAGED, zip_place(job, entry), "no local header, or cut off");
	TRY(parse_extra(job, entry, extra_bytes, &local.extra));
	TRY(merge_extra(job, entry, &local.extra));
	entry->described = entry->flags & DESCRIBED;
	return headers_agree(entry, &local, packed) ? ok()
		: job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, entry), "the local header says otherwise");
}

/* ---- section 4.3.9: data descriptors; every byte has one owner ---- */

static bool descriptor_agrees(struct slice bytes, const struct zip_entry *entry)
{
	struct cursor c = cursor_of(bytes, NULL);
	bool marked = bytes.len == 16 || bytes.len == 24;
	if (marked && !cursor_literal(&c, SLICE("PK\x07\x08")))
		return false;
	uint32_t crc = cursor_take_le32(&c);
	bool wide = bytes.len >= 20;
	uint64_t packed = wide ? cursor_take_le64(&c) : cursor_take_le32(&c);
	uint64_t size = wide ? cursor_take_le64(&c) : cursor_take_le32(&c);
	return cursor_ok(&c) && cursor_left(&c) == 0 && crc == entry->crc &&
	       packed == entry->packed.len && size == entry->size;
}

static int by_offset(const void *a, const void *b)
{
	const struct zip_entry *const *x = a, *const *y = b;
	return (*x)->local < (*y)->local ? -1 : (*x)->local > (*y)->local;
}

static struct result check_layout(struct job *job, struct arena *scratch, struct slice in,
                                  const struct zip_view *zip, size_t directory, struct why *why)
{
	struct zip_entry **order = ARENA_ARRAY(scratch, zip->count + 1, struct zip_entry *);
	if (!order)
		return job_memory(why);
	for (size_t i = 0; i < zip->count; i++)
		order[i] = &zip->entries[i];
	qsort(order, zip->count, sizeof order[0], by_offset);
	if (zip->count > 0 ? order[0]->local != 0 : directory != 0)
		return job_refuse(job, REFUSAL_AMBIGUOUS, "offset 0", "bytes before the first member");
	for (size_t i = 0; i < zip->count; i++) {
		const struct zip_entry *entry = order[i];
		size_t next = i + 1 < zip->count ? order[i + 1]->local : directory;
		size_t end = (size_t)(entry->packed.at - in.at) + entry->packed.len;
		if (end > next)
			return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, entry), "members overlap");
		struct slice after = slice_part(in, end, next - end);
		if (entry->described ? !descriptor_agrees(after, entry) : after.len != 0)
			return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, entry),
			                  "%zu bytes after it that nothing describes", after.len);
	}
	return ok();
}

/* Windows and macOS hold "A" and "a" for one name. */
static uint8_t folded(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c == '\\' ? '/' : c;
}

static int by_name(const void *a, const void *b)
{
	struct slice x = (*(const struct zip_entry *const *)a)->name;
	struct slice y = (*(const struct zip_entry *const *)b)->name;
	for (size_t i = 0; i < x.len && i < y.len; i++)
		if (folded(x.at[i]) != folded(y.at[i]))
			return folded(x.at[i]) < folded(y.at[i]) ? -1 : 1;
	return x.len < y.len ? -1 : x.len > y.len;
}

static struct result check_names(struct job *job, struct arena *scratch, const struct zip_view *zip,
                                 struct why *why)
{
	const struct zip_entry **order = ARENA_ARRAY(scratch, zip->count + 1, const struct zip_entry *);
	if (!order)
		return job_memory(why);
	for (size_t i = 0; i < zip->count; i++)
		order[i] = &zip->entries[i];
	qsort(order, zip->count, sizeof order[0], by_name);
	for (size_t i = 0; i < zip->count; i++) {
		if (order[i]->name.len == 0 || memchr(order[i]->name.at, 0, order[i]->name.len))
			return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, order[i]), "an empty name, or NUL in a name");
		if (i > 0 && by_name(&order[i - 1], &order[i]) == 0)
			return job_refuse(job, REFUSAL_AMBIGUOUS, zip_place(job, order[i]), "two members of one name");
	}
	return ok();
}

struct result zip_read(struct job *job, struct arena *scratch, struct slice in, struct zip_view *zip,
                       struct why *why)
{
	struct end_record end = {0};
	TRY(find_end(job, in, &end));
	zip->comment = end.comment.len > 0;
	zip->count = end.count;
	zip->entries = ARENA_ARRAY(scratch, zip->count + 1, struct zip_entry);
	if (!zip->entries)
		return job_memory(why);
	struct cursor c = cursor_of(slice_part(in, end.offset, end.size), NULL);
	for (size_t i = 0; i < zip->count; i++) {
		uint32_t packed;
		TRY(job_pay_entry(job));
		TRY(parse_central(job, &c, &zip->entries[i], &packed));
		TRY(parse_local(job, in, &zip->entries[i], packed));
		zip->sealed |= zip->entries[i].sealed;
	}
	if (cursor_left(&c) != 0)
		return job_refuse(job, REFUSAL_AMBIGUOUS, "central directory", "bytes after the last header");
	TRY(check_layout(job, scratch, in, zip, end.offset, why));
	return check_names(job, scratch, zip, why);
}

const char *zip_inflate(const struct zip_entry *entry, uint8_t *to, enum refusal *refusal)
{
	size_t size = (size_t)entry->size;
	*refusal = REFUSAL_DAMAGED;
	if (entry->method == STORED && entry->packed.len != size)
		return "stored with two sizes";
	if (entry->method == STORED && size)
		memcpy(to, entry->packed.at, size);
	if (entry->method == DEFLATED) {
		size_t used, made;
		enum libdeflate_result result = libdeflate_deflate_decompress_ex(
			inflater(), entry->packed.at, entry->packed.len, to, size, &used, &made);
		if (result != LIBDEFLATE_SUCCESS || made != size)
			return "it does not inflate to its size";
		*refusal = REFUSAL_AMBIGUOUS;
		if (used != entry->packed.len)
			return "bytes after the compressed data";
	}
	*refusal = REFUSAL_DAMAGED;
	if (!entry->crc_later && libdeflate_crc32(0, to, size) != entry->crc)
		return "its CRC is wrong";
	*refusal = REFUSAL_NONE;
	return NULL;
}

struct result zip_unpack_fast(struct job *job, const struct zip_entry *entry, struct buffer *out,
                              struct why *why)
{
	buffer_clear(out);
	TRY(job_pay_bytes(job, entry->size));
	TRY(job_pay_work(job, entry->size));
	size_t size = (size_t)entry->size;
	uint8_t *to = buffer_reserve(out, size + 1);
	if (!to || !inflater())
		return job_memory(why);
	enum refusal refusal;
	const char *fault = entry->sealed ? "it is encrypted" : zip_inflate(entry, to, &refusal);
	if (fault)
		return job_refuse(job, entry->sealed ? REFUSAL_ENCRYPTED : refusal, zip_place(job, entry), "%s", fault);
	buffer_commit(out, size);
	return ok();
}

struct result zip_unpack(struct job *job, const struct zip_entry *entry, struct buffer *out,
                         struct why *why)
{
	TRY(zip_unpack_fast(job, entry, out, why));
	if (entry->method == DEFLATED && !deflate_plain(entry->packed, (size_t)entry->size))
		return job_refuse(job, REFUSAL_DAMAGED, zip_place(job, entry), "it has codes that stand for nothing");
	return ok();
}

struct result zip_plain(struct job *job, const struct zip_entry *entry, struct buffer *out, struct slice *made,
                        struct why *why)
{
	bool plain = entry->method == STORED && !entry->sealed && !entry->crc_later && entry->packed.len == entry->size;
	if (!plain || libdeflate_crc32(0, entry->packed.at, entry->packed.len) != entry->crc) {
		TRY(zip_unpack(job, entry, out, why));
		*made = buffer_slice(out);
		return ok();
	}
	buffer_clear(out);
	TRY(job_pay_bytes(job, entry->size));
	TRY(job_pay_work(job, entry->size));
	*made = entry->packed;
	return ok();
}
