/* A picture inside rich text: its bytes through the reader of its own format, then as
 * digits again.                                                             */
#include "gate/file/rtf.h"

#include "gate/file/art.h"
#include "gate/file/picture.h"

static void put_digits(struct slice bytes, struct buffer *out)
{
	enum { A_LINE = 64 };
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.len; i++) {
		if (i % A_LINE == 0)
			buffer_put_str(out, "\r\n");
		buffer_put_u8(out, (uint8_t)digits[bytes.at[i] >> 4]);
		buffer_put_u8(out, (uint8_t)digits[bytes.at[i] & 15]);
	}
}

static struct result attempt(struct job *job, uint64_t allowed, struct slice in, struct buffer *out,
                             enum file_type *type, struct why *why)
{
	enum refusal refusal = REFUSAL_NONE;
	*type = FILE_UNKNOWN;
	buffer_clear(out);
	TRY(job_attempt(job, allowed, SLICE("picture"), in, out, type, &refusal, why));
	if (refusal != REFUSAL_NONE || out->len == 0)
		*type = FILE_UNKNOWN;
	return ok();
}

/* A metafile's placeable header belongs into files only (MS-WMF 2.3.2.3). */
static bool metafile(struct job *job, struct slice kind, struct slice data, const char *place, struct buffer *made)
{
	enum { PLACEABLE = 22 };
	bool enhanced = slice_is(kind, "emfblip"), dropped = false;
	if (!enhanced && slice_starts(data, SLICE("\xD7\xCD\xC6\x9A")))
		data = slice_part(data, PLACEABLE, data.len);
	if (!metafile_rebuild(data, enhanced, made, &dropped))
		return false;
	if (dropped)
		job_drop(job, "unknown-element", place);
	return true;
}

static struct result raster(struct job *job, struct slice kind, struct slice data, struct buffer *made,
                            const char **word, struct why *why)
{
	struct buffer AUTO(buffer_done) whole = {0};
	bool bitmap = slice_is(kind, "dibitmap");
	enum file_type type;
	*word = NULL;
	buffer_init(&whole, (size_t)1 << 30);
	if (bitmap)
		dib_put_header(data, &whole);
	TRY(attempt(job, bitmap ? 1ull << FILE_BMP : 1ull << FILE_PNG | 1ull << FILE_JPEG,
	            bitmap ? buffer_slice(&whole) : data, made, &type, why));
	if (type != FILE_UNKNOWN)
		*word = type == FILE_BMP ? "\\dibitmap0" : type == FILE_PNG ? "\\pngblip" : "\\jpegblip";
	return ok();
}

struct result rtf_picture(struct job *job, struct slice kind, int32_t number, struct slice data, const char *place,
                          struct buffer *out, struct why *why)
{
	struct buffer AUTO(buffer_done) made = {0};
	enum file_type type;
	const char *word = NULL;
	buffer_init(&made, (size_t)1 << 30);
	TRY(job_pay_bytes(job, data.len));
	bool bitmap = false, done = false;
	if (words_list("emfblip wmetafile", kind)) {
		done = metafile(job, kind, data, place, &made);
		if (done)
			buffer_printf(out, slice_is(kind, "emfblip") ? "\\emfblip" : "\\wmetafile%d", number);
	} else if (words_list("pngblip jpegblip dibitmap", kind)) {
		TRY(raster(job, kind, data, &made, &word, why));
		done = word != NULL;
		bitmap = done && slice_is(slice_str(word), "\\dibitmap0");
		buffer_put_str(out, done ? word : "");
	}
	if (!done) {
		job_drop(job, "picture", place);
		TRY(attempt(job, 1ull << FILE_PNG, picture_empty(), &made, &type, why));
		buffer_put_str(out, "\\pngblip");
	}
	put_digits(slice_part(buffer_slice(&made), bitmap ? 14 : 0, made.len), out);
	return buffer_ok(&made) ? ok() : job_memory(why);
}
