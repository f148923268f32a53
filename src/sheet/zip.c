/* A zip written as it comes: method 8, sizes in a descriptor behind each member
 * (APPNOTE 4.3.9), no extra field, one fixed time, so that the same rows give the
 * same bytes. */
#include "sheet/internal.h"

#include <stdlib.h>
#include <zlib.h>

enum { MEMBERS = 16, CHUNK = 65536, DOS_DATE = (1 << 5) | 1 /* 1980-01-01 */, FLAGS = (1 << 3) | (1 << 11) };

struct zip_out {
	const struct sheet_sink *sink;
	struct member {
		const char *name;
		uint32_t crc, packed, size, at;
	} members[MEMBERS];
	size_t count;
	uint64_t at;     /* bytes written */
	bool open;       /* the last member is being written */
	z_stream stream;
	uint8_t chunk[CHUNK];
};

static struct result put(struct zip_out *z, struct slice bytes, struct why *why)
{
	z->at += bytes.len;
	if (z->at > UINT32_MAX - (1 << 20))
		return fail(why, E_LIMIT, "xlsx", "表が大きすぎて、xlsx に書けません。CSV にしてください。");
	return z->sink->put(z->sink->context, bytes, why);
}

struct result zip_out_new(const struct sheet_sink *sink, struct zip_out **out, struct why *why)
{
	struct zip_out *z = calloc(1, sizeof *z);
	if (!z || deflateInit2(&z->stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(z);
		return fail(why, E_MEMORY, "xlsx", "表を書く記憶域が足りません。");
	}
	z->sink = sink;
	*out = z;
	return ok();
}

void zip_out_free(struct zip_out *z)
{
	if (z)
		deflateEnd(&z->stream);
	free(z);
}

/* All that deflate gives for this input; flush ends the member. */
static struct result squeeze(struct zip_out *z, struct slice bytes, int flush, struct why *why)
{
	struct member *m = &z->members[z->count - 1];
	AUTO(buffer_done) struct buffer copy = {0};
	buffer_init(&copy, bytes.len + 1);
	buffer_put_slice(&copy, bytes); /* zlib's input is not const */
	if (!buffer_ok(&copy))
		return fail(why, E_MEMORY, "xlsx", "表を書く記憶域が足りません。");
	z->stream.next_in = copy.at;
	z->stream.avail_in = (uInt)bytes.len;
	do {
		z->stream.next_out = z->chunk;
		z->stream.avail_out = CHUNK;
		if (deflate(&z->stream, flush) == Z_STREAM_ERROR)
			return fail(why, E_SYSTEM, "xlsx", "表を縮められません。");
		size_t made = CHUNK - z->stream.avail_out;
		m->packed += (uint32_t)made;
		TRY(put(z, slice_of(z->chunk, made), why));
	} while (z->stream.avail_out == 0);
	return ok();
}

static struct result close_member(struct zip_out *z, struct why *why)
{
	if (!z->open)
		return ok();
	struct member *m = &z->members[z->count - 1];
	AUTO(buffer_done) struct buffer out = {0};
	buffer_init(&out, 64);
	z->open = false;
	TRY(squeeze(z, slice_of("", 0), Z_FINISH, why));
	buffer_put_le32(&out, 0x08074b50);
	buffer_put_le32(&out, m->crc);
	buffer_put_le32(&out, m->packed);
	buffer_put_le32(&out, m->size);
	return put(z, buffer_slice(&out), why);
}

struct result zip_out_member(struct zip_out *z, const char *name, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	TRY(close_member(z, why));
	if (z->count == MEMBERS)
		return fail(why, E_LIMIT, "xlsx", "部品が多すぎます。");
	buffer_init(&out, 512);
	struct member *m = &z->members[z->count++];
	*m = (struct member){.name = name, .at = (uint32_t)z->at};
	deflateReset(&z->stream);
	z->open = true;
	buffer_put_le32(&out, 0x04034b50);
	buffer_put_le16(&out, 20);
	buffer_put_le16(&out, FLAGS);
	buffer_put_le16(&out, 8);
	buffer_put_le16(&out, 0);
	buffer_put_le16(&out, DOS_DATE);
	for (int i = 0; i < 3; i++)
		buffer_put_le32(&out, 0);
	buffer_put_le16(&out, (uint16_t)strlen(name));
	buffer_put_le16(&out, 0);
	buffer_put_str(&out, name);
	return put(z, buffer_slice(&out), why);
}

struct result zip_out_put(struct zip_out *z, struct slice bytes, struct why *why)
{
	struct member *m = &z->members[z->count - 1];
	if (bytes.len > UINT32_MAX - m->size)
		return fail(why, E_LIMIT, "xlsx", "表が大きすぎて、xlsx に書けません。CSV にしてください。");
	m->size += (uint32_t)bytes.len;
	m->crc = (uint32_t)crc32(m->crc, bytes.at, (uInt)bytes.len);
	return squeeze(z, bytes, Z_NO_FLUSH, why);
}

static void put_central(const struct member *m, struct buffer *out)
{
	buffer_put_le32(out, 0x02014b50);
	buffer_put_le16(out, 20);
	buffer_put_le16(out, 20);
	buffer_put_le16(out, FLAGS);
	buffer_put_le16(out, 8);
	buffer_put_le16(out, 0);
	buffer_put_le16(out, DOS_DATE);
	buffer_put_le32(out, m->crc);
	buffer_put_le32(out, m->packed);
	buffer_put_le32(out, m->size);
	buffer_put_le16(out, (uint16_t)strlen(m->name));
	for (int i = 0; i < 4; i++)
		buffer_put_le16(out, 0);
	buffer_put_le32(out, 0);
	buffer_put_le32(out, m->at);
	buffer_put_str(out, m->name);
}

struct result zip_out_end(struct zip_out *z, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	TRY(close_member(z, why));
	buffer_init(&out, 16384);
	uint32_t at = (uint32_t)z->at;
	for (size_t i = 0; i < z->count; i++)
		put_central(&z->members[i], &out);
	uint32_t length = (uint32_t)out.len;
	buffer_put_le32(&out, 0x06054b50);
	buffer_put_le32(&out, 0);
	buffer_put_le16(&out, (uint16_t)z->count);
	buffer_put_le16(&out, (uint16_t)z->count);
	buffer_put_le32(&out, length);
	buffer_put_le32(&out, at);
	buffer_put_le16(&out, 0);
	if (!buffer_ok(&out))
		return fail(why, E_MEMORY, "xlsx", "表を書く記憶域が足りません。");
	return put(z, buffer_slice(&out), why);
}
