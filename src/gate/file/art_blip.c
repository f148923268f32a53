/* The pictures inside drawings: jpeg, png, tiff and bitmaps through their own
 * readers, metafiles order by order.  One that cannot be rebuilt becomes an empty
 * picture, so that whatever refers to it still finds one.
 * source  MS-ODRAW 2.2.23 to 2.2.32                                           */
#include "gate/file/art.h"
#include "gate/file/deflate.h"

#include "base/cursor.h"

#include <libdeflate.h>
#include <stdlib.h>

enum { BLIP_EMF = 0xF01A, BLIP_WMF, BLIP_PICT, BLIP_JPEG, BLIP_PNG, BLIP_DIB, BLIP_TIFF = 0xF029,
       BLIP_JPEG_CMYK = 0xF02A };
enum { PNG_INSTANCE = 0x6E0, PNG_NUMBER = 6, DEFLATED = 0, STORED = 0xFE };

static const struct kind {
	uint16_t type, one; /* options' instance with one identifier */
	uint8_t number;     /* in the picture table */
	enum file_type file;
} kinds[] = {
	{BLIP_EMF, 0x3D4, 2, FILE_OTHER}, {BLIP_WMF, 0x216, 3, FILE_OTHER},
	{BLIP_JPEG, 0x46A, 5, FILE_JPEG}, {BLIP_JPEG_CMYK, 0x46A, 5, FILE_JPEG},
	{BLIP_PNG, 0x6E0, 6, FILE_PNG}, {BLIP_DIB, 0x7A8, 7, FILE_BMP}, {BLIP_TIFF, 0x6E4, 6, FILE_TIFF},
};

static const struct kind *kind_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

/* One clear pixel; it goes through the same encoder as every picture. */
static const uint8_t empty_png[] = {
	0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0,
	0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 11, 'I', 'D', 'A', 'T', 0x78, 0x9C, 0x63, 0x60, 0, 2, 0, 0, 5, 0, 1,
	0x7A, 0x5E, 0xAB, 0x3F, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82,
};

struct slice picture_empty(void)
{
	return slice_of(empty_png, sizeof empty_png);
}

static void put_head(struct buffer *out, uint16_t instance, uint16_t type, size_t body)
{
	buffer_put_le16(out, (uint16_t)(instance << 4));
	buffer_put_le16(out, type);
	buffer_put_le32(out, (uint32_t)body);
}

static struct result attempt(struct job *job, enum file_type want, struct slice in, struct buffer *out,
                             bool *made, struct why *why)
{
	enum file_type type = FILE_UNKNOWN;
	enum refusal refusal = REFUSAL_NONE;
	size_t before = out->len;
	TRY(job_attempt(job, 1ull << want, SLICE("picture"), in, out, &type, &refusal, why));
	*made = refusal == REFUSAL_NONE && out->len > before;
	return ok();
}

static struct result put_empty(struct job *job, const uint8_t *id, const char *place, struct buffer *out,
                               uint8_t *number, struct why *why)
{
	struct buffer AUTO(buffer_done) png = {0};
	bool made = false;
	buffer_init(&png, 1 << 16);
	TRY(attempt(job, FILE_PNG, picture_empty(), &png, &made, why));
	job_drop(job, "picture", place);
	put_head(out, PNG_INSTANCE, BLIP_PNG, 17 + png.len);
	buffer_put(out, id, 16);
	buffer_put_u8(out, 0xFF);
	buffer_put_slice(out, buffer_slice(&png));
	*number = PNG_NUMBER;
	return made ? ok() : job_memory(why);
}

void dib_put_header(struct slice dib, struct buffer *out)
{
	struct cursor c = cursor_of(dib, NULL);
	uint32_t header = cursor_take_le32(&c);
	cursor_skip(&c, 10);
	uint16_t bits = header == 12 ? 24 : cursor_take_le16(&c);
	uint32_t compression = cursor_take_le32(&c);
	cursor_skip(&c, 12);
	uint32_t colors = cursor_take_le32(&c);
	if (colors == 0 && bits <= 8)
		colors = 1u << bits;
	uint64_t at = 14ull + header + colors * 4ull + (header == 40 && compression == 3 ? 12 : 0);
	buffer_put_str(out, "BM");
	buffer_put_le32(out, (uint32_t)(14 + dib.len));
	buffer_put_le32(out, 0);
	buffer_put_le32(out, (uint32_t)at);
	buffer_put_slice(out, dib);
}

static struct result bitmap(struct job *job, const struct kind *kind, struct slice data, struct buffer *out,
                            bool *made, struct why *why)
{
	struct buffer AUTO(buffer_done) whole = {0}, done = {0};
	if (kind->file != FILE_BMP)
		return attempt(job, kind->file, data, out, made, why);
	buffer_init(&whole, (size_t)1 << 30);
	buffer_init(&done, (size_t)1 << 30);
	dib_put_header(data, &whole);
	TRY(attempt(job, FILE_BMP, buffer_slice(&whole), &done, made, why));
	if (*made)
		buffer_put_slice(out, slice_part(buffer_slice(&done), 14, done.len));
	return ok();
}

/* ---- metafiles ---- */

static struct result unpack(struct job *job, struct slice packed, uint32_t size, uint8_t method,
                            uint8_t **bytes, struct why *why)
{
	*bytes = NULL;
	TRY(job_pay_bytes(job, size));
	if (method == STORED && packed.len < size)
		return ok();
	uint8_t *at = malloc((size_t)size + 1);
	if (!at)
		return job_memory(why);
	bool done = method == STORED;
	if (done) {
		memcpy(at, packed.at, size);
	} else if (method == DEFLATED) {
		struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
		size_t used = 0;
		done = inflater && libdeflate_zlib_decompress_ex(inflater, packed.at, packed.len, at, size, NULL,
		                                                 &used) == LIBDEFLATE_SUCCESS &&
		       deflate_plain(slice_part(packed, 2, packed.len), used);
		libdeflate_free_decompressor(inflater);
	}
	if (done)
		*bytes = at;
	else
		free(at);
	return ok();
}

static bool pack(struct slice in, struct buffer *out)
{
	struct libdeflate_compressor *deflater = libdeflate_alloc_compressor(6);
	size_t bound = libdeflate_zlib_compress_bound(deflater, in.len);
	uint8_t *at = deflater ? buffer_reserve(out, bound) : NULL;
	size_t len = at ? libdeflate_zlib_compress(deflater, in.at, in.len, at, bound) : 0;
	if (len)
		buffer_commit(out, len);
	libdeflate_free_compressor(deflater);
	return len > 0;
}

static struct result metafile(struct job *job, const struct kind *kind, struct slice body, const char *place,
                              struct buffer *out, bool *made, struct why *why)
{
	struct cursor c = cursor_of(body, NULL);
	struct buffer AUTO(buffer_done) orders = {0}, packed = {0};
	bool dropped = false;
	uint8_t *bytes;
	uint32_t size = cursor_take_le32(&c);
	struct slice bounds = cursor_take(&c, 24);
	uint32_t saved = cursor_take_le32(&c);
	uint8_t method = cursor_take_u8(&c), filter = cursor_take_u8(&c);
	if (!cursor_ok(&c) || filter != 0xFE)
		return ok();
	struct slice rest = cursor_take(&c, cursor_left(&c));
	TRY(unpack(job, slice_part(rest, 0, saved), size, method, &bytes, why));
	if (!bytes)
		return ok();
	buffer_init(&orders, (size_t)1 << 30);
	buffer_init(&packed, (size_t)1 << 30);
	bool sound = metafile_rebuild(slice_of(bytes, size), kind->type == BLIP_EMF, &orders, &dropped);
	free(bytes);
	if (!sound || !pack(buffer_slice(&orders), &packed))
		return ok();
	if (dropped)
		job_drop(job, "unknown-element", place);
	buffer_put_le32(out, (uint32_t)orders.len);
	buffer_put_slice(out, bounds);
	buffer_put_le32(out, (uint32_t)packed.len);
	buffer_put_u8(out, DEFLATED);
	buffer_put_u8(out, 0xFE);
	buffer_put_slice(out, buffer_slice(&packed));
	*made = true;
	return ok();
}

struct result blip_rewrite(struct job *job, struct slice record, const char *place, struct buffer *out,
                           uint8_t *number, struct why *why)
{
	static const uint8_t no_id[16];
	struct cursor c = cursor_of(record, NULL);
	struct buffer AUTO(buffer_done) data = {0};
	bool made = false;
	uint16_t options = cursor_take_le16(&c), type = cursor_take_le16(&c);
	uint32_t len = cursor_take_le32(&c);
	const struct kind *kind = kind_of(type);
	const uint8_t *id = no_id;
	struct slice body = cursor_take(&c, len < cursor_left(&c) ? len : cursor_left(&c));
	size_t ids = kind && (options >> 4 & 1) != (kind->one & 1) ? 32 : 16;
	if (type == BLIP_TIFF || type == BLIP_JPEG || type == BLIP_JPEG_CMYK)
		ids = options >> 4 & 1 ? 32 : 16;
	if (kind && body.len > ids) {
		buffer_init(&data, (size_t)1 << 30);
		id = body.at;
		body = slice_part(body, ids, body.len);
		if (kind->file == FILE_OTHER)
			TRY(metafile(job, kind, body, place, &data, &made, why));
		else
			TRY(bitmap(job, kind, slice_part(body, 1, body.len), &data, &made, why));
	}
	if (!made)
		return put_empty(job, id, place, out, number, why);
	bool raster = kind->file != FILE_OTHER;
	put_head(out, kind->one, type, 16 + raster + data.len);
	buffer_put(out, id, 16);
	if (raster)
		buffer_put_u8(out, 0xFF);
	buffer_put_slice(out, buffer_slice(&data));
	*number = kind->number;
	return buffer_ok(&data) ? ok() : job_memory(why);
}
