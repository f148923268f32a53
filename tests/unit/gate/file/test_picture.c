/* The picture formats: each thing that can ride on a picture is put into one
 * sound picture, and must be gone; the picture itself must be the same, as
 * another entrance of the libraries sees it.                               */
#include "base/file.h"
#include "gate/file/picture.h"

#include "codes.h"
#include "construct.h"
#include "harness.h"

#include <dirent.h>
#include <gif_lib.h>
#include <libdeflate.h>
#include <png.h>
#include <tiffio.h>
#include <turbojpeg.h>
#include <unistd.h>
#include <openjpeg.h>
#include <webp/decode.h>
#include <webp/encode.h>

enum { W = 40, H = 24 };
static const char canary[] = "<script>CANARY-PK\3\4</script>";
#define CANARY slice_of(canary, sizeof canary - 1)

static void noise(uint8_t *rgb)
{
	for (unsigned y = 0; y < H; y++)
		for (unsigned x = 0; x < W; x++, rgb += 3) {
			rgb[0] = (uint8_t)(x * 6);
			rgb[1] = (uint8_t)(y * 10);
			rgb[2] = (uint8_t)((x ^ y) * 4);
		}
}

static void insert(struct buffer *b, size_t at, struct slice bytes)
{
	struct buffer whole;
	buffer_init(&whole, 1 << 24);
	buffer_put(&whole, b->at, at);
	buffer_put_slice(&whole, bytes);
	buffer_put(&whole, b->at + at, b->len - at);
	buffer_done(b);
	*b = whole;
}

/* ---- one sound picture of each format */

static void make_jpeg(struct buffer *out)
{
	uint8_t rgb[W * H * 3], *jpeg = NULL;
	unsigned long len = 0;
	tjhandle tj = tjInitCompress();
	noise(rgb);
	CHECK(tjCompress2(tj, rgb, W, 0, H, TJPF_RGB, &jpeg, &len, TJSAMP_420, 85, 0) == 0);
	buffer_put(out, jpeg, len);
	tjFree(jpeg);
	tjDestroy(tj);
}

static void make_png(struct buffer *out)
{
	uint8_t rgb[W * H * 3];
	png_image image = {.version = PNG_IMAGE_VERSION, .width = W, .height = H, .format = PNG_FORMAT_RGB};
	png_alloc_size_t len = 65536;
	noise(rgb);
	CHECK(png_image_write_to_memory(&image, buffer_reserve(out, len), &len, 0, rgb, 0, NULL));
	buffer_commit(out, len);
}

/* two frames of 8 x 8, four colours, shown for ever; giflib writes it */
static int gif_put(GifFileType *gif, const GifByteType *bytes, int len)
{
	buffer_put(gif->UserData, bytes, (size_t)len);
	return len;
}

static void make_gif(struct buffer *out)
{
	int code;
	GifColorType colors[4] = {{0, 0, 0}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}};
	ColorMapObject *map = GifMakeMapObject(4, colors);
	GifFileType *gif = EGifOpen(out, gif_put, &code);
	EGifSetGifVersion(gif, true);
	EGifPutScreenDesc(gif, 8, 8, 2, 1, map);
	EGifPutExtensionLeader(gif, 0xFF);
	EGifPutExtensionBlock(gif, 11, "NETSCAPE2.0");
	EGifPutExtensionBlock(gif, 3, "\1\7\0");
	EGifPutExtensionTrailer(gif);
	for (int frame = 0; frame < 2; frame++) {
		EGifPutExtension(gif, 0xF9, 4, frame ? "\x09\x14\0\2" : "\x04\x0A\0\0");
		EGifPutImageDesc(gif, 0, 0, 8, 8, frame == 1, NULL); /* the second is interlaced */
		for (int y = 0; y < 8; y++) {
			GifByteType line[8];
			for (int x = 0; x < 8; x++)
				line[x] = (GifByteType)((x + y * frame + y / 2) & 3);
			EGifPutLine(gif, line, 8);
		}
	}
	EGifCloseFile(gif, &code);
	GifFreeMapObject(map);
}

static void make_bmp(struct buffer *out)
{
	uint8_t rgb[W * H * 3];
	noise(rgb);
	buffer_put_str(out, "BM");
	buffer_put_le32(out, 54 + sizeof rgb);
	buffer_put_le32(out, 0);
	buffer_put_le32(out, 54);
	buffer_put_le32(out, 40);
	buffer_put_le32(out, W);
	buffer_put_le32(out, H);
	buffer_put_le32(out, 1 | 24 << 16);
	for (int i = 0; i < 6; i++)
		buffer_put_le32(out, 0);
	buffer_put(out, rgb, sizeof rgb); /* 120 bytes a row: no padding */
}

/* an 8-bit gray TIFF; the pixels first, then `value`, then the directory with
 * one more tag that points at it                                            */
static void make_tiff_with(struct buffer *out, uint16_t tag, struct slice value)
{
	uint8_t rgb[W * H * 3];
	noise(rgb);
	const uint32_t n = 9 + (tag ? 1 : 0), pixels = W * H, odd = (uint32_t)(value.len & 1);
	const uint32_t rows[][2] = {{256, W}, {257, H}, {258, 8}, {259, 1}, {262, 1}, {273, 8},
	                            {277, 1}, {278, H}, {279, pixels}};
	buffer_put(out, "II*\0", 4);
	buffer_put_le32(out, 8 + pixels + (uint32_t)value.len + odd);
	buffer_put(out, rgb, pixels);
	buffer_put_slice(out, value);
	buffer_put(out, "", odd);
	buffer_put_le16(out, (uint16_t)n);
	for (unsigned i = 0; i < 9; i++) {
		buffer_put_le16(out, (uint16_t)rows[i][0]);
		buffer_put_le16(out, 4);
		buffer_put_le32(out, 1);
		buffer_put_le32(out, rows[i][1]);
	}
	if (tag) {
		buffer_put_le16(out, tag);
		buffer_put_le16(out, tag == 270 ? 2 : 7);
		buffer_put_le32(out, (uint32_t)value.len);
		buffer_put_le32(out, 8 + pixels);
	}
	buffer_put_le32(out, 0);
}

static void make_tiff(struct buffer *out)
{
	make_tiff_with(out, 0, SLICE(""));
}

static void make_webp(struct buffer *out)
{
	uint8_t rgb[W * H * 3], *webp = NULL;
	noise(rgb);
	size_t len = WebPEncodeRGB(rgb, W, H, W * 3, 80, &webp);
	buffer_put(out, webp, len);
	WebPFree(webp);
}

/* OpenJPEG by way of a file, as opj_compress does. */
static void make_jp2(struct buffer *out)
{
	char path[] = "/tmp/pictureXXXXXX";
	uint8_t rgb[W * H * 3], bytes[65536];
	static char nothing[] = "";
	opj_image_cmptparm_t part[3];
	opj_cparameters_t parameters;
	memset(part, 0, sizeof part);
	noise(rgb);
	for (unsigned i = 0; i < 3; i++)
		part[i].dx = part[i].dy = 1, part[i].w = W, part[i].h = H, part[i].prec = 8;
	opj_image_t *image = opj_image_create(3, part, OPJ_CLRSPC_SRGB);
	image->x1 = W;
	image->y1 = H;
	for (unsigned i = 0; i < W * H * 3; i++)
		image->comps[i % 3].data[i / 3] = rgb[i];
	opj_set_default_encoder_parameters(&parameters);
	parameters.irreversible = 1;
	parameters.tcp_numlayers = 1;
	parameters.cp_disto_alloc = 1;
	parameters.tcp_rates[0] = 4;
	parameters.numresolution = 4;
	parameters.cp_comment = nothing;
	int fd = mkstemp(path);
	opj_codec_t *codec = opj_create_compress(OPJ_CODEC_JP2);
	opj_stream_t *stream = opj_stream_create_default_file_stream(path, OPJ_FALSE);
	CHECK(opj_setup_encoder(codec, &parameters, image) && opj_start_compress(codec, image, stream) &&
	      opj_encode(codec, stream) && opj_end_compress(codec, stream));
	opj_stream_destroy(stream);
	opj_destroy_codec(codec);
	opj_image_destroy(image);
	ssize_t len = read(fd, bytes, sizeof bytes);
	CHECK(len > 0);
	buffer_put(out, bytes, (size_t)len);
	close(fd);
	unlink(path);
}

/* ---- what can ride on it */

static void jpeg_segment(struct buffer *b, uint8_t marker, const char *label, size_t label_len)
{
	size_t len = 2 + label_len + CANARY.len;
	struct buffer s;
	buffer_init(&s, 65536);
	buffer_put_u8(&s, 0xFF);
	buffer_put_u8(&s, marker);
	buffer_put_u8(&s, (uint8_t)(len >> 8));
	buffer_put_u8(&s, (uint8_t)len);
	buffer_put(&s, label, label_len);
	buffer_put_slice(&s, CANARY);
	insert(b, 2, buffer_slice(&s));
	buffer_done(&s);
}

#define JPEG_ROW(fn, marker, label)                                     \
	static void fn(struct buffer *b)                                \
	{                                                               \
		jpeg_segment(b, marker, label, sizeof(label) - 1);      \
	}
JPEG_ROW(jpeg_exif, 0xE1, "Exif\0\0MM\0*\0\0\0\x08\0\0")
JPEG_ROW(jpeg_xmp, 0xE1, "http://ns.adobe.com/xap/1.0/\0")
JPEG_ROW(jpeg_icc, 0xE2, "ICC_PROFILE\0\1\1")
JPEG_ROW(jpeg_mpf, 0xE2, "MPF\0II*\0")
JPEG_ROW(jpeg_photoshop, 0xED, "Photoshop 3.0\0")
JPEG_ROW(jpeg_private, 0xE9, "mine")
JPEG_ROW(jpeg_thumbnail, 0xE0, "JFXX\0\x10")
JPEG_ROW(jpeg_comment, 0xFE, "")

static void put_tail(struct buffer *b)
{
	buffer_put_slice(b, CANARY);
}

static void add_png_chunk_at(struct buffer *b, size_t at, const char *tag, struct slice body)
{
	struct buffer s;
	buffer_init(&s, 65536);
	buffer_put_be32(&s, (uint32_t)body.len);
	buffer_put_str(&s, tag);
	buffer_put_slice(&s, body);
	buffer_put_be32(&s, libdeflate_crc32(0, s.at + 4, s.len - 4));
	insert(b, at, buffer_slice(&s));
	buffer_done(&s);
}

#define PNG_ROW(fn, tag)                                \
	static void fn(struct buffer *b)                \
	{                                               \
		add_png_chunk_at(b, 33, tag, CANARY);       \
	}
PNG_ROW(add_png_text, "tEXt")
PNG_ROW(add_png_ztxt, "zTXt")
PNG_ROW(add_png_itxt, "iTXt")
PNG_ROW(add_png_exif, "eXIf")
PNG_ROW(add_png_iccp, "iCCP")
PNG_ROW(add_png_private, "caNy")
PNG_ROW(add_png_actl, "acTL")

static size_t add_png_end(const struct buffer *b)
{
	return b->len - 12;
}

static void add_png_after(struct buffer *b)
{
	add_png_chunk_at(b, add_png_end(b), "tEXt", CANARY);
}

/* one more IDAT, behind the end of the compressed stream */
static void add_png_slack(struct buffer *b)
{
	add_png_chunk_at(b, add_png_end(b), "IDAT", CANARY);
}

static void gif_block(struct buffer *b, const char *head, size_t head_len)
{
	struct buffer s;
	buffer_init(&s, 65536);
	buffer_put(&s, head, head_len);
	buffer_put_u8(&s, (uint8_t)CANARY.len);
	buffer_put_slice(&s, CANARY);
	buffer_put_u8(&s, 0);
	insert(b, 13 + 12, buffer_slice(&s));
	buffer_done(&s);
}

#define GIF_ROW(fn, head)                               \
	static void fn(struct buffer *b)                \
	{                                               \
		gif_block(b, head, sizeof(head) - 1);   \
	}
GIF_ROW(gif_comment, "!\xFE")
GIF_ROW(gif_application, "!\xFF\x0BXMP DataXMP")
GIF_ROW(gif_text, "!\1\x0C" "123456789012")
GIF_ROW(gif_unknown, "!\x77")

static void bmp_gap(struct buffer *b)
{
	insert(b, 54, CANARY);
	b->at[10] = (uint8_t)(54 + CANARY.len);
}

static void tiff_tag(struct buffer *b, uint16_t tag)
{
	buffer_clear(b);
	make_tiff_with(b, tag, CANARY);
}
#define TIFF_ROW(fn, tag)                       \
	static void fn(struct buffer *b)        \
	{                                       \
		tiff_tag(b, tag);               \
	}
TIFF_ROW(tiff_description, 270)
TIFF_ROW(tiff_xmp, 700)
TIFF_ROW(tiff_icc, 34675)
TIFF_ROW(tiff_private, 50000)
TIFF_ROW(tiff_gap, 0)

static void webp_chunk(struct buffer *b, const char *tag)
{
	struct buffer s;
	buffer_init(&s, 65536);
	buffer_put_str(&s, tag);
	buffer_put_le32(&s, (uint32_t)CANARY.len);
	buffer_put_slice(&s, CANARY);
	buffer_put(&s, "", CANARY.len & 1);
	buffer_put_slice(b, buffer_slice(&s));
	uint32_t size = (uint32_t)b->len - 8;
	for (unsigned i = 0; i < 4; i++)
		b->at[4 + i] = (uint8_t)(size >> (8 * i));
	buffer_done(&s);
}
#define WEBP_ROW(fn, tag)                       \
	static void fn(struct buffer *b)        \
	{                                       \
		webp_chunk(b, tag);             \
	}
WEBP_ROW(webp_exif, "EXIF")
WEBP_ROW(webp_xmp, "XMP ")
WEBP_ROW(webp_icc, "ICCP")
WEBP_ROW(webp_private, "mine")

static void put_jp2_box(struct buffer *b, size_t at, const char *name, const char *head, size_t head_len)
{
	struct buffer s;
	size_t len = 8 + head_len + CANARY.len;
	buffer_init(&s, 65536);
	for (unsigned i = 0; i < 4; i++)
		buffer_put_u8(&s, (uint8_t)(len >> (24 - 8 * i)));
	buffer_put_str(&s, name);
	buffer_put(&s, head, head_len);
	buffer_put_slice(&s, CANARY);
	insert(b, at, buffer_slice(&s));
	buffer_done(&s);
}

/* a box inside of the header, whose length is told one box up */
static void put_jp2_inner(struct buffer *b, const char *name, const char *head, size_t head_len)
{
	size_t at = slice_find(buffer_slice(b), SLICE("jp2h")), len = 8 + head_len + CANARY.len;
	size_t said = ((size_t)b->at[at - 2] << 8 | b->at[at - 1]) + len;
	put_jp2_box(b, at + 4 + 22, name, head, head_len);
	b->at[at - 2] = (uint8_t)(said >> 8);
	b->at[at - 1] = (uint8_t)said;
}

static void jp2_xml(struct buffer *b)
{
	put_jp2_box(b, b->len, "xml ", "", 0);
}
static void jp2_uuid(struct buffer *b)
{
	put_jp2_box(b, slice_find(buffer_slice(b), SLICE("jp2h")) - 4, "uuid", "0123456789abcdef", 16);
}
static void jp2_private(struct buffer *b)
{
	put_jp2_box(b, b->len, "mine", "", 0);
}
static void jp2_profile(struct buffer *b)
{
	put_jp2_inner(b, "colr", "\2\0\0", 3);
}
static void jp2_resolution(struct buffer *b)
{
	put_jp2_inner(b, "res ", "", 0);
}
static void jp2_comment(struct buffer *b)
{
	size_t at = slice_find(buffer_slice(b), slice_of("\xFF\x52\0", 3)), box = slice_find(buffer_slice(b), SLICE("jp2c"));
	uint8_t head[6] = {0xFF, 0x64, 0, (uint8_t)(4 + CANARY.len), 0, 1};
	insert(b, at, CANARY);
	insert(b, at, slice_of(head, 6));
	size_t said = ((size_t)b->at[box - 2] << 8 | b->at[box - 1]) + 6 + CANARY.len;
	b->at[box - 2] = (uint8_t)(said >> 8);
	b->at[box - 1] = (uint8_t)said;
}

static const struct {
	enum file_type type;
	void (*make)(struct buffer *out);
} pictures[] = {
	{FILE_JPEG, make_jpeg}, {FILE_PNG, make_png}, {FILE_GIF, make_gif},
	{FILE_BMP, make_bmp}, {FILE_TIFF, make_tiff}, {FILE_WEBP, make_webp}, {FILE_JP2, make_jp2},
};
enum { PICTURE_KINDS = sizeof pictures / sizeof pictures[0] };

static const struct {
	const char *name;
	enum file_type type;
	void (*add)(struct buffer *b);
	const char *what; /* NULL: gone without a word (nothing points at it) */
} riders[] = {
	{"jpeg exif", FILE_JPEG, jpeg_exif, "metadata"},
	{"jpeg xmp", FILE_JPEG, jpeg_xmp, "metadata"},
	{"jpeg icc", FILE_JPEG, jpeg_icc, "color-profile"},
	{"jpeg mpf", FILE_JPEG, jpeg_mpf, "thumbnail"},
	{"jpeg photoshop", FILE_JPEG, jpeg_photoshop, "metadata"},
	{"jpeg private", FILE_JPEG, jpeg_private, "unknown-part"},
	{"jpeg thumbnail", FILE_JPEG, jpeg_thumbnail, "thumbnail"},
	{"jpeg comment", FILE_JPEG, jpeg_comment, "comment"},
	{"jpeg tail", FILE_JPEG, put_tail, "trailing-data"},
	{"png text", FILE_PNG, add_png_text, "comment"}, {"png ztxt", FILE_PNG, add_png_ztxt, "comment"},
	{"png itxt", FILE_PNG, add_png_itxt, "comment"}, {"png exif", FILE_PNG, add_png_exif, "metadata"},
	{"png iccp", FILE_PNG, add_png_iccp, "color-profile"},
	{"png private", FILE_PNG, add_png_private, "unknown-part"},
	{"png animation", FILE_PNG, add_png_actl, "animation"},
	{"png after the pixels", FILE_PNG, add_png_after, "comment"},
	{"png slack", FILE_PNG, add_png_slack, "hidden-data"},
	{"png tail", FILE_PNG, put_tail, "trailing-data"},
	{"gif comment", FILE_GIF, gif_comment, "comment"},
	{"gif application", FILE_GIF, gif_application, "metadata"},
	{"gif text", FILE_GIF, gif_text, "unknown-part"},
	{"gif unknown", FILE_GIF, gif_unknown, "unknown-part"},
	{"gif tail", FILE_GIF, put_tail, "trailing-data"},
	{"bmp gap", FILE_BMP, bmp_gap, "hidden-data"}, {"bmp tail", FILE_BMP, put_tail, "trailing-data"},
	{"tiff description", FILE_TIFF, tiff_description, "comment"},
	{"tiff xmp", FILE_TIFF, tiff_xmp, "metadata"}, {"tiff icc", FILE_TIFF, tiff_icc, "color-profile"},
	{"tiff private", FILE_TIFF, tiff_private, "unknown-part"},
	{"tiff gap", FILE_TIFF, tiff_gap, NULL}, {"tiff tail", FILE_TIFF, put_tail, NULL},
	{"webp exif", FILE_WEBP, webp_exif, "metadata"}, {"webp xmp", FILE_WEBP, webp_xmp, "metadata"},
	{"webp icc", FILE_WEBP, webp_icc, "color-profile"},
	{"webp private", FILE_WEBP, webp_private, "unknown-part"},
	{"webp tail", FILE_WEBP, put_tail, "trailing-data"},
	{"jp2 xml", FILE_JP2, jp2_xml, "metadata"}, {"jp2 uuid", FILE_JP2, jp2_uuid, "metadata"},
	{"jp2 private", FILE_JP2, jp2_private, "unknown-part"}, {"jp2 icc", FILE_JP2, jp2_profile, "color-profile"},
	{"jp2 resolution", FILE_JP2, jp2_resolution, "metadata"}, {"jp2 comment", FILE_JP2, jp2_comment, "comment"},
};

/* ---- how another entrance sees a picture: RGBA pixels, all frames */

static int gif_get(GifFileType *gif, GifByteType *to, int want)
{
	struct slice *rest = gif->UserData;
	struct slice part = slice_part(*rest, 0, (size_t)want);
	memcpy(to, part.at, part.len);
	*rest = slice_part(*rest, part.len, rest->len);
	return (int)part.len;
}

/* indices and timing of all frames */
static bool see_gif(struct slice in, struct buffer *out)
{
	int code;
	GifFileType *gif = DGifOpen(&in, gif_get, &code);
	bool seen = gif && DGifSlurp(gif) == GIF_OK;
	for (int i = 0; seen && i < gif->ImageCount; i++) {
		const SavedImage *s = &gif->SavedImages[i];
		GraphicsControlBlock control = {0};
		DGifSavedExtensionToGCB(gif, i, &control);
		buffer_printf(out, "%d %d %d %d; %d %d;", s->ImageDesc.Left, s->ImageDesc.Top,
		              s->ImageDesc.Width, s->ImageDesc.Height, control.DelayTime,
		              control.TransparentColor);
		buffer_put(out, s->RasterBits, (size_t)s->ImageDesc.Width * (size_t)s->ImageDesc.Height);
	}
	if (gif)
		DGifCloseFile(gif, &code);
	return seen;
}

static bool see_jpeg(struct slice in, struct buffer *out)
{
	int w = 0, h = 0, sampling = 0, space = 0;
	tjhandle tj = tjInitDecompress();
	bool seen = tjDecompressHeader3(tj, in.at, in.len, &w, &h, &sampling, &space) == 0;
	uint8_t *to = seen ? buffer_reserve(out, (size_t)w * (size_t)h * 4) : NULL;
	int format = space == TJCS_CMYK || space == TJCS_YCCK ? TJPF_CMYK : TJPF_RGBA;
	seen = to && tjDecompress2(tj, in.at, in.len, to, w, 0, h, format, TJFLAG_ACCURATEDCT) == 0;
	if (seen)
		buffer_commit(out, (size_t)w * (size_t)h * 4);
	tjDestroy(tj);
	return seen;
}

static bool see_png(struct slice in, struct buffer *out)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	if (!png_image_begin_read_from_memory(&image, in.at, in.len))
		return false;
	image.format = PNG_FORMAT_RGBA;
	uint8_t *to = buffer_reserve(out, PNG_IMAGE_SIZE(image));
	bool seen = to && png_image_finish_read(&image, NULL, to, 0, NULL);
	if (seen)
		buffer_commit(out, PNG_IMAGE_SIZE(image));
	png_image_free(&image);
	return seen;
}

static bool see_webp(struct slice in, struct buffer *out)
{
	int w, h;
	uint8_t *rgba = WebPDecodeRGBA(in.at, in.len, &w, &h);
	if (rgba)
		buffer_put(out, rgba, (size_t)w * (size_t)h * 4);
	WebPFree(rgba);
	return rgba != NULL;
}

static bool see_tiff(struct slice in, struct buffer *out)
{
	char path[] = "/tmp/pictureXXXXXX";
	int fd = mkstemp(path);
	bool seen = write(fd, in.at, in.len) == (ssize_t)in.len;
	lseek(fd, 0, SEEK_SET);
	TIFFSetErrorHandler(NULL);
	TIFFSetWarningHandler(NULL);
	TIFF *tiff = seen ? TIFFFdOpen(fd, path, "r") : NULL;
	seen = tiff != NULL;
	for (bool more = seen; more && seen; more = TIFFReadDirectory(tiff)) {
		uint32_t w = 0, h = 0;
		TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &w);
		TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &h);
		uint32_t *raster = calloc((size_t)w * h, 4);
		seen = TIFFReadRGBAImage(tiff, w, h, raster, 0) == 1;
		if (seen)
			buffer_put(out, raster, (size_t)w * h * 4);
		free(raster);
	}
	if (tiff)
		TIFFClose(tiff);
	unlink(path);
	return seen;
}

static bool see_jp2(struct slice in, struct buffer *out)
{
	char path[] = "/tmp/pictureXXXXXX";
	int fd = mkstemp(path);
	bool seen = write(fd, in.at, in.len) == (ssize_t)in.len;
	opj_image_t *image = NULL;
	opj_dparameters_t parameters;
	opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_JP2);
	opj_stream_t *stream = opj_stream_create_default_file_stream(path, OPJ_TRUE);
	opj_set_default_decoder_parameters(&parameters);
	seen = seen && stream && opj_setup_decoder(codec, &parameters) && opj_read_header(stream, codec, &image) &&
	       opj_decode(codec, stream, image) && opj_end_decompress(codec, stream);
	for (unsigned i = 0; seen && i < image->numcomps; i++)
		buffer_put(out, image->comps[i].data, sizeof *image->comps[i].data * image->comps[i].w * image->comps[i].h);
	opj_image_destroy(image);
	opj_stream_destroy(stream);
	opj_destroy_codec(codec);
	close(fd);
	unlink(path);
	return seen;
}

static bool see(enum file_type type, struct slice in, struct buffer *out)
{
	static bool (*const ways[FILE_TYPES])(struct slice, struct buffer *) = {
		[FILE_JPEG] = see_jpeg, [FILE_PNG] = see_png, [FILE_GIF] = see_gif,
		[FILE_TIFF] = see_tiff, [FILE_WEBP] = see_webp, [FILE_JP2] = see_jp2,
	};
	return ways[type] ? ways[type](in, out) : false;
}

static bool visible(enum file_type type, struct slice in)
{
	struct buffer x;
	buffer_init(&x, 1 << 28);
	bool seen = see(type, in, &x);
	buffer_done(&x);
	return seen;
}

static bool looks_alike(enum file_type type, struct slice a, struct slice b)
{
	struct buffer x, y;
	buffer_init(&x, 1 << 28);
	buffer_init(&y, 1 << 28);
	bool alike = see(type, a, &x) && see(type, b, &y) && x.len > 0 &&
	             slice_equal(buffer_slice(&x), buffer_slice(&y));
	buffer_done(&x);
	buffer_done(&y);
	return alike;
}

/* ---- one cleansing */

struct outcome {
	struct arena *arena;
	struct buffer out;
	struct file_report report;
};

static void cleanse(struct slice in, const struct file_limits *limits, struct outcome *o)
{
	struct file_limits usual = file_limits_default();
	struct why why = {0};
	o->arena = arena_new(16 << 20);
	buffer_init(&o->out, 64 << 20);
	CHECK_OK(file_cleanse(slice_str(""), in, limits ? limits : &usual, o->arena, &o->out, &o->report,
	                      &why), &why);
}

static void outcome_done(struct outcome *o)
{
	buffer_done(&o->out);
	arena_free(o->arena);
}

static bool reported(const struct file_report *report, const char *what)
{
	for (const struct removal *r = report->removals; r; r = r->next)
		if (strcmp(r->what, what) == 0)
			return true;
	return false;
}

static bool idempotent(struct slice out)
{
	struct outcome again;
	cleanse(out, NULL, &again);
	bool same = again.report.verdict == FILE_CLEAN && slice_equal(out, buffer_slice(&again.out));
	outcome_done(&again);
	return same;
}

TEST(sound_pictures_stay_the_same)
{
	for (size_t i = 0; i < PICTURE_KINDS; i++) {
		struct buffer in;
		struct outcome o;
		buffer_init(&in, 1 << 24);
		pictures[i].make(&in);
		cleanse(buffer_slice(&in), NULL, &o);
		const char *name = file_type_name(pictures[i].type);
		bool right = o.report.type == pictures[i].type && o.report.verdict == FILE_CLEAN &&
		             idempotent(buffer_slice(&o.out));
		bool alike = pictures[i].type == FILE_BMP
			? slice_equal(slice_part(buffer_slice(&in), 54, in.len),
		                      slice_part(buffer_slice(&o.out), 54, in.len))
			: looks_alike(pictures[i].type, buffer_slice(&in), buffer_slice(&o.out));
		if (!right || !alike)
			printf("  %s: %s %s %s\n", name, file_verdict_name(o.report.verdict),
			       o.report.reason, alike ? "" : "looks different");
		CHECK(right && alike);
		outcome_done(&o);
		buffer_done(&in);
	}
}

static void make_with(size_t rider, struct buffer *in)
{
	for (size_t i = 0; i < PICTURE_KINDS; i++)
		if (pictures[i].type == riders[rider].type)
			pictures[i].make(in);
	riders[rider].add(in);
}

TEST(what_rides_on_a_picture_is_gone)
{
	for (size_t i = 0; i < sizeof riders / sizeof riders[0]; i++) {
		struct buffer in;
		struct outcome o;
		buffer_init(&in, 1 << 24);
		make_with(i, &in);
		construct_file(riders[i].name, -1, file_type_ending(riders[i].type), buffer_slice(&in));
		cleanse(buffer_slice(&in), NULL, &o);
		bool planted = slice_find(buffer_slice(&in), CANARY) != SIZE_MAX;
		bool gone = slice_find(buffer_slice(&o.out), SLICE("CANARY")) == SIZE_MAX;
		bool told = !riders[i].what || (o.report.verdict == FILE_CHANGED &&
		                                reported(&o.report, riders[i].what));
		bool kept = o.report.verdict != FILE_REFUSED && o.out.len > 0 &&
		            idempotent(buffer_slice(&o.out));
		if (!planted || !gone || !told || !kept)
			printf("  %s: %s %s%s%s\n", riders[i].name, file_verdict_name(o.report.verdict),
			       o.report.reason, gone ? "" : " still there", told ? "" : " not told");
		CHECK(planted && gone && told && kept);
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* A grey picture of one row whose pixels spell a text, in a stored block. */
static void make_spelling_png(struct buffer *out)
{
	struct buffer row, stream;
	uint8_t head[13] = {0, 0, 0, 0, 0, 0, 0, 1, 8};
	buffer_init(&row, 4096);
	buffer_init(&stream, 4096);
	buffer_put_u8(&row, 0);
	for (int i = 0; i < 20; i++)
		buffer_put_slice(&row, CANARY);
	size_t width = row.len - 1;
	head[2] = (uint8_t)(width >> 8);
	head[3] = (uint8_t)width;
	buffer_put(&stream, "\x78\x01\x01", 3);
	buffer_put_le16(&stream, (uint16_t)row.len);
	buffer_put_le16(&stream, (uint16_t)~row.len);
	buffer_put_slice(&stream, buffer_slice(&row));
	buffer_put_be32(&stream, libdeflate_adler32(1, row.at, row.len));
	buffer_put(out, "\x89PNG\r\n\x1A\n", 8);
	add_png_chunk_at(out, 8, "IHDR", slice_of(head, sizeof head));
	add_png_chunk_at(out, out->len, "IDAT", buffer_slice(&stream));
	add_png_chunk_at(out, out->len, "IEND", SLICE(""));
	buffer_done(&row);
	buffer_done(&stream);
}

TEST(a_text_in_a_stream_of_png_is_packed_anew)
{
	struct buffer in;
	struct outcome o;
	buffer_init(&in, 1 << 16);
	make_spelling_png(&in);
	CHECK(slice_find(buffer_slice(&in), CANARY) != SIZE_MAX);
	cleanse(buffer_slice(&in), NULL, &o);
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	CHECK(slice_find(buffer_slice(&o.out), CANARY) == SIZE_MAX);
	CHECK(looks_alike(FILE_PNG, buffer_slice(&in), buffer_slice(&o.out)));
	CHECK(idempotent(buffer_slice(&o.out)));
	outcome_done(&o);
	buffer_done(&in);
}

/* One row of grey pixels, by those codes. */
static void make_codes_png(unsigned length, unsigned distance, struct buffer *out)
{
	static uint8_t row[1 << 16];
	struct buffer stream;
	uint8_t head[13] = {0, 0, 0, 0, 0, 0, 0, 1, 8};
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t len = 0;
	buffer_init(&stream, 1 << 17);
	buffer_put(&stream, "\x78\x01", 2);
	codes_make(&stream, 0, 33000, length, distance);
	CHECK(libdeflate_deflate_decompress(d, stream.at + 2, stream.len - 2, row, sizeof row, &len) == LIBDEFLATE_SUCCESS);
	buffer_put_be32(&stream, libdeflate_adler32(1, row, len));
	head[2] = (uint8_t)((len - 1) >> 8);
	head[3] = (uint8_t)(len - 1);
	buffer_put(out, "\x89PNG\r\n\x1A\n", 8);
	add_png_chunk_at(out, 8, "IHDR", slice_of(head, sizeof head));
	add_png_chunk_at(out, out->len, "IDAT", buffer_slice(&stream));
	add_png_chunk_at(out, out->len, "IEND", SLICE(""));
	libdeflate_free_decompressor(d);
	buffer_done(&stream);
}

/* libdeflate reads them all, libpng's zlib the first only. */
TEST(codes_that_stand_for_nothing_are_damage_in_a_png)
{
	static const struct {
		unsigned length, distance;
		enum file_verdict verdict;
	} tried[] = {{285, 29, FILE_CLEAN}, {285, 30, FILE_REFUSED}, {285, 31, FILE_REFUSED},
	             {286, 0, FILE_REFUSED}, {287, 29, FILE_REFUSED}};
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
		struct buffer in;
		struct outcome o;
		buffer_init(&in, 1 << 17);
		make_codes_png(tried[i].length, tried[i].distance, &in);
		cleanse(buffer_slice(&in), NULL, &o);
		CHECK_INT(o.report.verdict, tried[i].verdict);
		CHECK(tried[i].verdict == FILE_CLEAN || o.report.refusal == REFUSAL_DAMAGED);
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* Huffman codes of T.81 B.2.4.2: 16 counts, then symbols; of one length in order. */
static bool codes_in_order(struct slice table)
{
	for (size_t at = 0; at < table.len;) {
		size_t symbol = at + 17;
		for (size_t length = 1; length <= 16; length++)
			for (size_t i = 0; i < table.at[at + length]; i++, symbol++)
				if (i > 0 && table.at[symbol - 1] >= table.at[symbol])
					return false;
		at = symbol;
	}
	return true;
}

static size_t codes_of(struct slice jpeg, bool *in_order)
{
	size_t tables = 0;
	*in_order = true;
	for (size_t at = 2; at + 4 < jpeg.len && jpeg.at[at + 1] != 0xDA;) {
		size_t len = (size_t)jpeg.at[at + 2] << 8 | jpeg.at[at + 3];
		if (jpeg.at[at + 1] == 0xC4) {
			tables++;
			*in_order &= codes_in_order(slice_part(jpeg, at + 4, len - 2));
		}
		at += 2 + len;
	}
	return tables;
}

/* The order of a stranger's symbols could spell something; nothing else may differ. */
TEST(codes_of_jpeg_are_put_in_order)
{
	struct buffer in;
	struct outcome o;
	bool in_order;
	buffer_init(&in, 1 << 16);
	make_jpeg(&in);
	size_t last = slice_find(buffer_slice(&in), SLICE("\xF8\xF9\xFA")); /* of 16 bits, not used */
	CHECK(last != SIZE_MAX);
	if (last != SIZE_MAX)
		in.at[last] = 0xFA, in.at[last + 2] = 0xF8;
	CHECK(codes_of(buffer_slice(&in), &in_order) > 0 && !in_order);
	cleanse(buffer_slice(&in), NULL, &o);
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	CHECK(codes_of(buffer_slice(&o.out), &in_order) > 0 && in_order);
	CHECK_INT(o.out.len, in.len);
	CHECK(looks_alike(FILE_JPEG, buffer_slice(&in), buffer_slice(&o.out)));
	CHECK(idempotent(buffer_slice(&o.out)));
	outcome_done(&o);
	buffer_done(&in);
}

TEST(cut_anywhere_is_refused)
{
	for (size_t i = 0; i < PICTURE_KINDS; i++) {
		struct buffer in;
		buffer_init(&in, 1 << 24);
		pictures[i].make(&in);
		size_t step = in.len > 1500 ? in.len / 700 : 1, passed = 0;
		for (size_t len = 0; len < in.len; len += step) {
			struct outcome o;
			cleanse(slice_part(buffer_slice(&in), 0, len), NULL, &o);
			/* a few first bytes may be a short text to the detector */
			passed += o.report.type == pictures[i].type &&
			          (o.report.verdict != FILE_REFUSED || o.out.len != 0);
			outcome_done(&o);
		}
		if (passed)
			printf("  %s: %zu beginnings passed\n", file_type_name(pictures[i].type), passed);
		CHECK_INT(passed, 0);
		buffer_done(&in);
	}
}

/* Any byte may be changed: a verdict each time, and never the canary. */
TEST(damage_ends_in_a_verdict)
{
	uint32_t state = 12345;
	for (size_t i = 0; i < 1200; i++) {
		struct buffer in;
		struct outcome o;
		size_t row = i % (sizeof riders / sizeof riders[0]);
		buffer_init(&in, 1 << 24);
		make_with(row, &in);
		for (unsigned k = 0; k < 3; k++) {
			state = state * 1664525 + 1013904223;
			in.at[(state >> 8) % in.len] ^= (uint8_t)(1 << (state >> 5 & 7));
		}
		cleanse(buffer_slice(&in), NULL, &o);
		CHECK((o.report.verdict == FILE_REFUSED) == (o.report.refusal != REFUSAL_NONE));
		CHECK(slice_find(buffer_slice(&o.out), CANARY) == SIZE_MAX);
		outcome_done(&o);
		buffer_done(&in);
	}
}

TEST(budgets_are_paid_before_decoding)
{
	for (size_t i = 0; i < PICTURE_KINDS; i++) {
		struct buffer in;
		struct outcome o;
		struct file_limits limits = file_limits_default();
		limits.pixels = 63;
		buffer_init(&in, 1 << 24);
		pictures[i].make(&in);
		cleanse(buffer_slice(&in), &limits, &o);
		CHECK_INT(o.report.refusal, REFUSAL_BOMB);
		outcome_done(&o);
		limits = file_limits_default();
		limits.output_bytes = 100;
		cleanse(buffer_slice(&in), &limits, &o);
		CHECK_INT(o.report.refusal, REFUSAL_LARGE);
		CHECK_INT(o.out.len, 0);
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* 60,000 x 60,000 pixels in a few bytes */
TEST(giants_are_bombs)
{
	struct buffer in;
	struct outcome o;
	buffer_init(&in, 1 << 24);
	buffer_put(&in, "\x89PNG\r\n\x1A\n", 8);
	add_png_chunk_at(&in, 8, "IHDR", slice_of("\0\0\xEA\x60\0\0\xEA\x60\x08\2\0\0\0", 13));
	add_png_chunk_at(&in, in.len, "IDAT", SLICE("x"));
	add_png_chunk_at(&in, in.len, "IEND", SLICE(""));
	cleanse(buffer_slice(&in), NULL, &o);
	CHECK_INT(o.report.refusal, REFUSAL_BOMB);
	outcome_done(&o);
	buffer_clear(&in);
	make_bmp(&in);
	memcpy(in.at + 18, "\x60\xEA\0\0\x60\xEA\0\0", 8);
	cleanse(buffer_slice(&in), NULL, &o);
	CHECK_INT(o.report.refusal, REFUSAL_BOMB);
	outcome_done(&o);
	buffer_done(&in);
}

TEST(orientation_of_a_small_picture)
{
	/* ab  stored; how each orientation shows it */
	static const char *const shown[9] = {"", "abcdef", "badcfe", "fedcba", "efcdab", "acebdf",
	                                     "ecafdb", "fdbeca", "bdface"};
	for (unsigned o = 1; o <= 8; o++) {
		char to[7] = "";
		pixels_orient((const uint8_t *)"abcdef", (uint8_t *)to, 2, 3, 1, o);
		CHECK_STR(to, shown[o]);
	}
	CHECK_INT(exif_orientation(slice_of("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0", 22)), 6);
	CHECK_INT(exif_orientation(slice_of("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3\0\0\0", 22)), 3);
	CHECK_INT(exif_orientation(slice_of("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x09\0\0", 22)), 1);
	CHECK_INT(exif_orientation(slice_of("MM\0*\xFF\xFF\xFF\xFF", 8)), 1);
}

TEST(a_jpeg_on_its_side_is_turned)
{
	struct buffer in, before, after;
	struct outcome o;
	buffer_init(&in, 1 << 24);
	buffer_init(&before, 1 << 24);
	buffer_init(&after, 1 << 24);
	make_jpeg(&in);
	CHECK(see_jpeg(buffer_slice(&in), &before));
	jpeg_segment(&in, 0xE1, "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0", 28);
	cleanse(buffer_slice(&in), NULL, &o);
	CHECK_INT(o.report.verdict, FILE_CHANGED);
	CHECK(see_jpeg(buffer_slice(&o.out), &after));
	CHECK_INT(after.len, W * H * 4);
	uint8_t *turned = malloc(W * H * 4);
	pixels_orient(before.at, turned, W, H, 4, 6);
	double sum = 0;
	for (size_t i = 0; i < W * H * 4; i++)
		sum += abs(turned[i] - after.at[i]);
	CHECK(sum / (W * H * 4) < 4.0); /* of 255, at quality 85 with small chroma */
	CHECK(idempotent(buffer_slice(&o.out)));
	free(turned);
	outcome_done(&o);
	buffer_done(&in);
	buffer_done(&before);
	buffer_done(&after);
}

TEST(a_png_on_its_side_is_turned)
{
	static const char exif[] = "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\0\0\0";
	for (unsigned lies = 2; lies <= 8; lies++) {
		struct buffer in, before, after;
		struct outcome o;
		uint8_t said[sizeof exif - 1];
		buffer_init(&in, 1 << 24);
		buffer_init(&before, 1 << 24);
		buffer_init(&after, 1 << 24);
		make_png(&in);
		CHECK(see_png(buffer_slice(&in), &before));
		memcpy(said, exif, sizeof said);
		said[19] = (uint8_t)lies;
		add_png_chunk_at(&in, 33, "eXIf", slice_of(said, sizeof said));
		cleanse(buffer_slice(&in), NULL, &o);
		CHECK_INT(o.report.verdict, FILE_CHANGED);
		CHECK(see_png(buffer_slice(&o.out), &after));
		CHECK_INT(after.len, before.len);
		uint8_t *turned = malloc(before.len);
		pixels_orient(before.at, turned, W, H, 4, lies);
		CHECK(memcmp(turned, after.at, before.len) == 0);
		CHECK(idempotent(buffer_slice(&o.out)));
		free(turned);
		outcome_done(&o);
		buffer_done(&in);
		buffer_done(&before);
		buffer_done(&after);
	}
}

/* ---- the corpus, where it is there */

static const char *shared_folder(void)
{
	const char *folder = getenv("SEKISHO_SHARED");
	return folder ? folder : "../shared";
}

struct tally {
	unsigned files, refused, compared, different, restless;
};

static void tally_file(const char *path, struct tally *t)
{
	struct arena *arena = arena_new(64 << 20);
	struct slice in;
	struct outcome o;
	if (file_read(path, 64 << 20, arena, &in, NULL).code == OK) {
		cleanse(in, NULL, &o);
		enum file_type type = o.report.type;
		t->files++;
		t->refused += o.report.verdict == FILE_REFUSED;
		if (o.report.verdict != FILE_REFUSED) {
			/* Exif may have turned it; libtiff shows no 32-bit samples */
			bool turned = (type == FILE_JPEG || type == FILE_WEBP) &&
			              reported(&o.report, "metadata");
			bool compared = visible(type, in) && !turned;
			t->compared += compared;
			bool differs = compared && !looks_alike(type, in, buffer_slice(&o.out));
			bool moves = !idempotent(buffer_slice(&o.out));
			t->different += differs;
			t->restless += moves;
			if (differs || moves)
				printf("  %s:%s%s\n", path, differs ? " looks different" : "",
				       moves ? " changes again" : "");
		}
		outcome_done(&o);
	}
	arena_free(arena);
}

TEST(corpus)
{
	static const struct {
		const char *folder;
		unsigned damaged; /* broken on purpose, or of a codec not on the list */
	} folders[] = {{"jpg", 2}, {"png", 3}, {"gif", 2}, {"bmp", 2}, {"tiff", 10}, {"webp", 0}, {"jp2", 4}};
	unsigned met = 0;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char path[600];
		struct tally t = {0};
		snprintf(path, sizeof path, "%s/corpus/benign/%s", shared_folder(), folders[i].folder);
		DIR *dir = opendir(path);
		for (struct dirent *e; dir && (e = readdir(dir));) {
			char file[900];
			snprintf(file, sizeof file, "%s/%s", path, e->d_name);
			if (e->d_name[0] != '.')
				tally_file(file, &t);
		}
		if (dir)
			closedir(dir);
		if (t.files)
			printf("  %s: %u files, %u refused, %u compared\n", folders[i].folder, t.files,
			       t.refused, t.compared);
		CHECK(t.refused <= folders[i].damaged);
		CHECK_INT(t.different, 0);
		CHECK_INT(t.restless, 0);
		met += t.files;
	}
	if (!met)
		SKIP("no corpus here");
}

MAIN_TESTS()
