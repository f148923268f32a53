/* zip, the writer: the plainest form there is, no extra fields, no comments, no
 * descriptors, one fixed date. */
#include "gate/file/zip.h"

#include "base/text.h"
#include "gate/file/deflate.h"

#include <libdeflate.h>

enum { STORED = 0, DEFLATED = 8, UTF8 = 1 << 11, FIRST_DATE = 0x21 /* 1980-01-01 */ };

/* One of each for the process: the worker handles one document at a time. */
static struct libdeflate_compressor *deflater(void)
{
	static struct libdeflate_compressor *one;
	if (!one)
		one = libdeflate_alloc_compressor(1);
	return one;
}

static struct libdeflate_compressor *denser(void)
{
	static struct libdeflate_compressor *one;
	if (!one)
		one = libdeflate_alloc_compressor(6);
	return one;
}

struct record {
	struct slice name;
	size_t offset;
	uint16_t method;
	uint32_t crc, packed, size;
};

void zip_writer_begin(struct zip_writer *writer)
{
	buffer_init(&writer->body, UINT32_MAX / 2);
	buffer_init(&writer->records, 64 << 20);
}

void zip_writer_done(struct zip_writer *writer)
{
	buffer_done(&writer->body);
	buffer_done(&writer->records);
}

static void put_common(struct buffer *out, const struct record *record)
{
	bool ascii = utf8_length(record->name) == record->name.len;
	buffer_put_le16(out, 20);
	buffer_put_le16(out, ascii ? 0 : UTF8);
	buffer_put_le16(out, record->method);
	buffer_put_le16(out, 0);
	buffer_put_le16(out, FIRST_DATE);
	buffer_put_le32(out, record->crc);
	buffer_put_le32(out, record->packed);
	buffer_put_le32(out, record->size);
	buffer_put_le16(out, (uint16_t)record->name.len);
	buffer_put_le16(out, 0);
}

static void put_central(struct buffer *out, const struct record *record, size_t shift)
{
	buffer_put_str(out, "PK\x01\x02");
	buffer_put_le16(out, 20);
	put_common(out, record);
	buffer_put_le16(out, 0); /* comment */
	buffer_put_le16(out, 0); /* disk */
	buffer_put_le16(out, 0); /* internal attributes */
	buffer_put_le32(out, 0); /* external attributes */
	buffer_put_le32(out, (uint32_t)(record->offset + shift));
	buffer_put_slice(out, record->name);
}

static void put_member(struct buffer *body, struct buffer *records, struct record *record,
                       struct slice packed)
{
	record->offset = body->len;
	body->failed |= record->name.len > UINT16_MAX;
	buffer_put_str(body, "PK\x03\x04");
	put_common(body, record);
	buffer_put_slice(body, record->name);
	buffer_put_slice(body, packed);
	buffer_put(records, record, sizeof *record);
}

/* Appends the data deflated, level 1; where that is a twentieth longer than before, level 6;
 * what is small and was nothing before in fixed codes.                       */
static struct result pack(struct slice data, size_t before, struct buffer *packed, struct why *why)
{
	if (!before && deflate_small(data, packed))
		return ok();
	size_t bound = libdeflate_deflate_compress_bound(deflater(), data.len);
	uint8_t *at = buffer_reserve(packed, bound);
	if (!at)
		return job_memory(why);
	size_t len = libdeflate_deflate_compress(deflater(), data.at, data.len, at, bound);
	if (before && len > before + before / 20 && denser())
		len = libdeflate_deflate_compress(denser(), data.at, data.len, at, bound);
	buffer_commit(packed, len);
	return ok();
}

static struct result add_to(struct buffer *body, struct buffer *records, struct slice name,
                            struct slice data, bool dense, size_t before, struct why *why)
{
	if (!deflater() || data.len > UINT32_MAX / 2)
		return job_memory(why);
	struct buffer AUTO(buffer_done) packed = {0};
	buffer_init(&packed, UINT32_MAX / 2 + 4096);
	if (dense && data.len)
		TRY(pack(data, before, &packed, why));
	bool deflated = packed.len > 0 && packed.len < data.len;
	struct slice bytes = deflated ? buffer_slice(&packed) : data;
	struct record record = {.name = name, .method = deflated ? DEFLATED : STORED,
	                        .crc = libdeflate_crc32(0, data.at, data.len),
	                        .packed = (uint32_t)bytes.len, .size = (uint32_t)data.len};
	put_member(body, records, &record, bytes);
	return ok();
}

struct result zip_writer_add(struct zip_writer *writer, struct slice name, struct slice data, bool dense,
                      struct why *why)
{
	return add_to(&writer->body, &writer->records, name, data, dense, 0, why);
}

struct result zip_writer_replace(struct zip_writer *writer, struct slice name, struct slice data,
                                 const struct zip_entry *entry, struct why *why)
{
	return add_to(&writer->body, &writer->records, name, data, true, entry->packed.len, why);
}

enum { SAME_LEAST = 4096, SAME_PART = 8 }; /* below: what follows would miss its window */

static bool pack_edited(struct slice data, const struct zip_entry *entry, size_t same, struct buffer *packed)
{
	size_t taken;
	if (entry->method != DEFLATED || same < SAME_LEAST || same < data.len / SAME_PART || same > data.len || !deflater())
		return false;
	buffer_init(packed, UINT32_MAX / 2);
	return deflate_begin(entry->packed, same, packed, &taken) &&
	       pack(slice_part(data, taken, data.len), 0, packed, NULL).code == OK && packed->len < data.len;
}

struct result zip_writer_edit(struct zip_writer *writer, struct slice name, struct slice data,
                              const struct zip_entry *entry, size_t same, struct why *why)
{
	struct buffer AUTO(buffer_done) packed = {0};
	if (data.len > UINT32_MAX / 2 || !pack_edited(data, entry, same, &packed))
		return zip_writer_add(writer, name, data, true, why);
	struct record record = {.name = name, .method = DEFLATED, .crc = libdeflate_crc32(0, data.at, data.len),
	                        .packed = (uint32_t)packed.len, .size = (uint32_t)data.len};
	put_member(&writer->body, &writer->records, &record, buffer_slice(&packed));
	return ok();
}

static void copy_to(struct buffer *body, struct buffer *records, struct slice name,
                    const struct zip_entry *entry)
{
	struct record record = {.name = name, .method = entry->method, .crc = entry->crc,
	                        .packed = (uint32_t)entry->packed.len, .size = (uint32_t)entry->size};
	put_member(body, records, &record, entry->packed);
}

void zip_writer_copy(struct zip_writer *writer, struct slice name, const struct zip_entry *entry)
{
	copy_to(&writer->body, &writer->records, name, entry);
}

static size_t put_centrals(struct buffer *out, const struct buffer *records, size_t shift)
{
	const struct record *list = (const struct record *)(const void *)records->at;
	size_t count = records->len / sizeof *list;
	for (size_t i = 0; i < count; i++)
		put_central(out, &list[i], shift);
	return count;
}

/* The body becomes what out holds, behind what stands there already: a large
 * archive never stands in memory twice.                                      */
static void take_body(struct buffer *body, struct buffer *out)
{
	size_t shift = out->len, len = body->len, ceiling = out->ceiling;
	if (out->failed || len > ceiling - shift || (shift && !buffer_reserve(body, shift))) {
		out->failed = true;
		return;
	}
	if (len == 0)
		return;
	memmove(body->at + shift, body->at, len);
	if (shift)
		memcpy(body->at, out->at, shift);
	buffer_done(out);
	*out = *body;
	out->ceiling = ceiling;
	out->len = shift + len;
	*body = (struct buffer){.ceiling = body->ceiling, .failed = body->failed};
}

/* What stands in out already goes first; front are its records. */
static void finish(struct zip_writer *writer, const struct buffer *front, struct buffer *out)
{
	size_t shift = out->len;
	take_body(&writer->body, out);
	size_t directory = out->len;
	size_t count = put_centrals(out, front, 0) + put_centrals(out, &writer->records, shift);
	uint32_t size = (uint32_t)(out->len - directory);
	out->failed |= writer->body.failed || writer->records.failed || front->failed ||
	               count >= UINT16_MAX || out->len > UINT32_MAX / 2;
	buffer_put_str(out, "PK\x05\x06");
	buffer_put_le32(out, 0);
	buffer_put_le16(out, (uint16_t)count);
	buffer_put_le16(out, (uint16_t)count);
	buffer_put_le32(out, size);
	buffer_put_le32(out, (uint32_t)directory);
	buffer_put_le16(out, 0);
}

struct result zip_writer_end(struct zip_writer *writer, struct slice first, struct slice data,
                      struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) front = {0};
	buffer_init(&front, 4096);
	if (first.len)
		TRY(add_to(out, &front, first, data, true, 0, why));
	finish(writer, &front, out);
	return ok();
}

void zip_writer_end_copy(struct zip_writer *writer, struct slice first, const struct zip_entry *entry,
                         struct buffer *out)
{
	struct buffer AUTO(buffer_done) front = {0};
	buffer_init(&front, 4096);
	copy_to(out, &front, first, entry);
	finish(writer, &front, out);
}
