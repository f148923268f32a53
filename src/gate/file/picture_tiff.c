/* TIFF: all pages, decoded by libtiff from memory and written anew
 *
 * Two ways for a page.  Gray, bilevel, palette and RGB samples are kept number
 * by number; what is coloured another way (YCbCr in JPEG, CMYK, Lab) becomes
 * RGB.  Pages that were fax-coded are fax-coded (Group 4) again, all others LZW
 * with nothing lost.  Orientation and resolution stay as typed numbers: both
 * belong to the baseline format.  Our own walk over the directories names what
 * is not carried over.
 * BigTIFF, old-style JPEG and the rare codecs are refused.
 * source  TIFF 6.0; Technical Note 2 (JPEG)
 */
#include "gate/file/picture.h"

#include "base/checked.h"
#include "base/cursor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tiffio.h>

enum { PAGES_MOST = 2000, SAMPLES_MOST = 8, SIDE_MOST = 1 << 24, GAP_MOST = 1 << 16 };
static const tmsize_t single_most = 512 << 20; /* one allocation of libtiff's */

struct page {
	uint32_t width, height;
	uint16_t bits, samples, photometric, planar, format, compression, orientation, unit;
	uint16_t extras, extra[SAMPLES_MOST];
	float x_resolution, y_resolution;
	uint16_t *colors[3];
	bool exact; /* kept sample by sample; else through RGB */
	size_t row_bytes; /* of one plane */
};

struct tiff {
	struct job *job;
	struct slice reading;
	struct buffer *out;
	uint64_t read_at, write_at;
	TIFF *in, *made;
	uint8_t *pixels, *tile;
	bool fault;
	char message[200];
	uint32_t pages;
};

/* memory as a file, for reading */
static tmsize_t in_read(thandle_t handle, void *to, tmsize_t want)
{
	struct tiff *t = handle;
	size_t from = t->read_at > t->reading.len ? t->reading.len : (size_t)t->read_at;
	struct slice part = slice_part(t->reading, from, want < 0 ? 0 : (size_t)want);
	if (part.len)
		memcpy(to, part.at, part.len);
	t->read_at += part.len;
	return (tmsize_t)part.len;
}

static tmsize_t in_write(thandle_t handle, void *from, tmsize_t len)
{
	(void)handle, (void)from, (void)len;
	return -1;
}

static toff_t move(uint64_t *at, uint64_t end, toff_t by, int whence)
{
	*at = whence == SEEK_SET ? by : whence == SEEK_CUR ? *at + by : end + by;
	return *at;
}

static toff_t in_seek(thandle_t handle, toff_t by, int whence)
{
	struct tiff *t = handle;
	return move(&t->read_at, t->reading.len, by, whence);
}

static toff_t in_size(thandle_t handle)
{
	const struct tiff *t = handle;
	return t->reading.len;
}

/* memory as a file, for writing; libtiff goes back to link its directories */
static tmsize_t out_read(thandle_t handle, void *to, tmsize_t want)
{
	struct tiff *t = handle;
	size_t from = t->write_at > t->out->len ? t->out->len : (size_t)t->write_at;
	struct slice part = slice_part(buffer_slice(t->out), from, want < 0 ? 0 : (size_t)want);
	if (part.len)
		memcpy(to, part.at, part.len);
	t->write_at += part.len;
	return (tmsize_t)part.len;
}

static tmsize_t out_write(thandle_t handle, void *from, tmsize_t want)
{
	struct tiff *t = handle;
	struct buffer *out = t->out;
	size_t len = want < 0 ? 0 : (size_t)want;
	/* libtiff writes what a directory points to before it fills the gap left for
	 * the directory itself, which is small */
	while (t->write_at > out->len && t->write_at - out->len < GAP_MOST && buffer_ok(out))
		buffer_put_u8(out, 0);
	if (t->write_at > out->len || !buffer_ok(out))
		return -1;
	size_t inside = out->len - (size_t)t->write_at;
	if (inside > len)
		inside = len;
	if (inside)
		memcpy(out->at + t->write_at, from, inside);
	buffer_put(out, (const uint8_t *)from + inside, len - inside);
	t->write_at += len;
	return buffer_ok(out) ? want : -1;
}

static toff_t out_seek(thandle_t handle, toff_t by, int whence)
{
	struct tiff *t = handle;
	return move(&t->write_at, t->out->len, by, whence);
}

static toff_t out_size(thandle_t handle)
{
	const struct tiff *t = handle;
	return t->out->len;
}

static int no_close(thandle_t handle)
{
	(void)handle;
	return 0;
}

/* Every error counts, also where libtiff goes on with a guess. */
__attribute__((format(printf, 4, 0)))
static int on_error(TIFF *file, void *user, const char *module, const char *format, va_list args)
{
	struct tiff *t = user;
	(void)file, (void)module;
	if (!t->fault)
		vsnprintf(t->message, sizeof t->message, format, args);
	t->fault = true;
	return 1;
}

/* Warnings are mostly of private tags; those of the JPEG decoder are damage. */
__attribute__((format(printf, 4, 0)))
static int on_warning(TIFF *file, void *user, const char *module, const char *format, va_list args)
{
	if (module && strcmp(module, "JPEGLib") == 0)
		return on_error(file, user, module, format, args);
	return 1;
}

static struct result tiff_fault(struct tiff *t)
{
	if (!buffer_ok(t->out))
		return job_refuse(t->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	return job_refuse(t->job, REFUSAL_DAMAGED, "", "page %u: libtiff: %s", t->pages + 1,
	                  t->message[0] ? t->message : "it cannot be read");
}

/* Our own walk over the directories: what is there that will not be carried over. */
struct ifd {
	struct cursor at;
	bool big;
};

static uint16_t take16(struct ifd *d)
{
	return d->big ? cursor_take_be16(&d->at) : cursor_take_le16(&d->at);
}

static uint32_t take32(struct ifd *d)
{
	return d->big ? cursor_take_be32(&d->at) : cursor_take_le32(&d->at);
}

static const uint16_t structural[] = {
	254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282,
	283, 284, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332,
	334, 336, 338, 339, 340, 341, 347, 529, 530, 531, 532,
};

static const struct {
	uint16_t tag;
	const char *what;
} carried_apart[] = {
	{270, "comment"}, {269, "metadata"}, {271, "metadata"}, {272, "metadata"}, {285, "metadata"},
	{305, "metadata"}, {306, "metadata"}, {315, "metadata"}, {316, "metadata"}, {330, "thumbnail"},
	{700, "metadata"}, {33432, "metadata"}, {33723, "metadata"}, {34377, "metadata"},
	{34665, "metadata"}, {34675, "color-profile"}, {34853, "metadata"}, {37724, "metadata"},
};

static void note_tag(struct tiff *t, uint16_t tag, uint32_t page)
{
	for (size_t i = 0; i < sizeof structural / sizeof structural[0]; i++)
		if (structural[i] == tag)
			return;
	const char *what = "unknown-part";
	for (size_t i = 0; i < sizeof carried_apart / sizeof carried_apart[0]; i++)
		if (carried_apart[i].tag == tag)
			what = carried_apart[i].what;
	const char *place = arena_printf(t->job->arena, "page %u tag %u", page, tag);
	job_drop(t->job, what, place ? place : "");
}

static struct result walk_directories(struct tiff *t)
{
	struct ifd d = {.at = cursor_of(t->reading, &t->job->left.work)};
	d.big = slice_starts(t->reading, SLICE("MM"));
	cursor_skip(&d.at, 2);
	uint16_t version = take16(&d);
	if (version != 42)
		return job_refuse(t->job, REFUSAL_UNKNOWN, "", "a TIFF of version %u", version);
	uint32_t pages = 0;
	for (uint32_t offset; (offset = take32(&d)) != 0 && cursor_ok(&d.at);) {
		if (++pages > PAGES_MOST)
			return job_refuse(t->job, REFUSAL_BOMB, "", "more than %d pages", PAGES_MOST);
		cursor_seek(&d.at, offset);
		for (unsigned n = take16(&d); n > 0 && cursor_ok(&d.at); n--) {
			note_tag(t, take16(&d), pages);
			cursor_skip(&d.at, 10);
		}
	}
	if (!cursor_ok(&d.at) || pages == 0)
		return job_refuse(t->job, REFUSAL_DAMAGED, "", "its directories lead outside the file");
	return ok();
}

static bool codec_listed(uint16_t compression)
{
	static const uint16_t listed[] = {
		COMPRESSION_NONE, COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4,
		COMPRESSION_LZW, COMPRESSION_JPEG, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE,
		COMPRESSION_PACKBITS, COMPRESSION_CCITTRLEW,
	};
	for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
		if (listed[i] == compression)
			return true;
	return false;
}

static bool fax_coded(uint16_t compression)
{
	return (compression >= COMPRESSION_CCITTRLE && compression <= COMPRESSION_CCITTFAX4) ||
	       compression == COMPRESSION_CCITTRLEW;
}

static void take_extras(struct tiff *t, struct page *p)
{
	uint16_t count = 0, *kinds = NULL;
	if (!TIFFGetField(t->in, TIFFTAG_EXTRASAMPLES, &count, &kinds) || count > SAMPLES_MOST)
		return;
	p->extras = count;
	for (unsigned i = 0; i < count; i++)
		p->extra[i] = kinds[i] <= EXTRASAMPLE_UNASSALPHA ? kinds[i] : EXTRASAMPLE_UNSPECIFIED;
}

static bool samples_plain(const struct page *p)
{
	unsigned color = p->photometric == PHOTOMETRIC_RGB ? 3 : 1;
	bool bits = p->bits == 1 || p->bits == 2 || p->bits == 4 || p->bits == 8 || p->bits == 16 ||
	            p->bits == 32;
	bool palette = p->photometric == PHOTOMETRIC_PALETTE;
	return p->photometric <= PHOTOMETRIC_PALETTE && bits && p->format >= SAMPLEFORMAT_UINT &&
	       p->format <= SAMPLEFORMAT_IEEEFP && (p->format != SAMPLEFORMAT_IEEEFP || p->bits >= 16) &&
	       p->samples == color + p->extras && (!palette || (p->bits <= 16 && p->colors[0]));
}

static struct result take_page(struct tiff *t, struct page *p)
{
	*p = (struct page){.orientation = ORIENTATION_TOPLEFT, .unit = RESUNIT_INCH};
	TIFFGetFieldDefaulted(t->in, TIFFTAG_IMAGEWIDTH, &p->width);
	TIFFGetFieldDefaulted(t->in, TIFFTAG_IMAGELENGTH, &p->height);
	TIFFGetFieldDefaulted(t->in, TIFFTAG_BITSPERSAMPLE, &p->bits);
	TIFFGetFieldDefaulted(t->in, TIFFTAG_SAMPLESPERPIXEL, &p->samples);
	TIFFGetFieldDefaulted(t->in, TIFFTAG_COMPRESSION, &p->compression);
	TIFFGetFieldDefaulted(t->in, TIFFTAG_PLANARCONFIG, &p->planar);
	TIFFGetFieldDefaulted(t->in, TIFFTAG_SAMPLEFORMAT, &p->format);
	TIFFGetFieldDefaulted(t->in, TIFFTAG_RESOLUTIONUNIT, &p->unit);
	TIFFGetField(t->in, TIFFTAG_ORIENTATION, &p->orientation);
	TIFFGetField(t->in, TIFFTAG_XRESOLUTION, &p->x_resolution);
	TIFFGetField(t->in, TIFFTAG_YRESOLUTION, &p->y_resolution);
	TIFFGetField(t->in, TIFFTAG_COLORMAP, &p->colors[0], &p->colors[1], &p->colors[2]);
	if (!TIFFGetField(t->in, TIFFTAG_PHOTOMETRIC, &p->photometric))
		return job_refuse(t->job, REFUSAL_DAMAGED, "", "page %u: no colour model", t->pages + 1);
	if (p->format == SAMPLEFORMAT_VOID)
		p->format = SAMPLEFORMAT_UINT;
	take_extras(t, p);
	if (!codec_listed(p->compression) || p->samples == 0 || p->samples > SAMPLES_MOST)
		return job_refuse(t->job, REFUSAL_UNKNOWN, "", "page %u: coding %u, %u samples", t->pages + 1,
		                  p->compression, p->samples);
	if (p->width > SIDE_MOST || p->height > SIDE_MOST)
		return job_refuse(t->job, REFUSAL_BOMB, "", "page %u: a side of more than %d pixels",
		                  t->pages + 1, SIDE_MOST);
	p->exact = samples_plain(p);
	TRY(job_pay_entry(t->job));
	return picture_pay(t->job, p->width, p->height);
}

static unsigned planes(const struct page *p)
{
	return p->exact && p->planar == PLANARCONFIG_SEPARATE ? p->samples : 1;
}

static struct result make_room(struct tiff *t, struct page *p, struct why *why)
{
	unsigned in_plane = p->planar == PLANARCONFIG_SEPARATE ? 1 : p->samples;
	uint64_t bits = p->exact ? (uint64_t)p->bits * in_plane : 32;
	p->row_bytes = (size_t)((p->width * bits + 7) / 8);
	if (p->exact && (uint64_t)TIFFScanlineSize(t->in) != p->row_bytes)
		return job_refuse(t->job, REFUSAL_UNKNOWN, "", "page %u: an unusual layout of samples",
		                  t->pages + 1);
	size_t size = p->row_bytes * p->height;
	TRY(job_pay_bytes(t->job, (uint64_t)size * planes(p)));
	free(t->pixels);
	t->pixels = calloc(size, 1);
	return t->pixels ? ok() : picture_memory(why);
}

/* read_tiles - tile widths are multiples of 16, so tiles begin on whole bytes */
static struct result read_tiles(struct tiff *t, const struct page *p, uint16_t plane, struct why *why)
{
	uint32_t wide = 0, high = 0;
	TIFFGetField(t->in, TIFFTAG_TILEWIDTH, &wide);
	TIFFGetField(t->in, TIFFTAG_TILELENGTH, &high);
	size_t row = (size_t)TIFFTileRowSize(t->in), size = (size_t)TIFFTileSize(t->in);
	unsigned in_plane = p->planar == PLANARCONFIG_SEPARATE ? 1 : p->samples;
	if (wide == 0 || high == 0 || wide % 16 || size > (size_t)single_most || row == 0 ||
	    row != (uint64_t)wide * p->bits * in_plane / 8 || size != row * high)
		return job_refuse(t->job, REFUSAL_DAMAGED, "", "page %u: impossible tiles", t->pages + 1);
	free(t->tile);
	t->tile = calloc(size, 1);
	if (!t->tile)
		return picture_memory(why);
	for (uint32_t y = 0; y < p->height; y += high)
		for (size_t x = 0, column = 0; x < p->width; x += wide, column += row) {
			TRY(job_pay_work(t->job, size));
			if (TIFFReadTile(t->in, t->tile, (uint32_t)x, y, 0, plane) < 0 || t->fault)
				return tiff_fault(t);
			size_t part = p->row_bytes - column < row ? p->row_bytes - column : row;
			for (uint32_t i = 0; i < high && y + i < p->height; i++)
				memcpy(t->pixels + (y + i) * p->row_bytes + column, t->tile + i * row, part);
		}
	return ok();
}

static struct result read_plane(struct tiff *t, const struct page *p, uint16_t plane, struct why *why)
{
	if (TIFFIsTiled(t->in))
		return read_tiles(t, p, plane, why);
	for (uint32_t y = 0; y < p->height; y++)
		if (TIFFReadScanline(t->in, t->pixels + y * p->row_bytes, y, plane) != 1 || t->fault)
			return tiff_fault(t);
	return ok();
}

/* read_rgb - libtiff's conversion; the words of the raster become three bytes */
static struct result read_rgb(struct tiff *t, struct page *p)
{
	char reason[1024] = "";
	if (!TIFFRGBAImageOK(t->in, reason)) {
		reason[150] = '\0';
		return job_refuse(t->job, REFUSAL_UNKNOWN, "", "page %u: libtiff: %s", t->pages + 1, reason);
	}
	uint32_t *raster = (uint32_t *)(void *)t->pixels;
	/* asked for as it is stored, it is not turned; the orientation is written */
	if (!TIFFReadRGBAImageOriented(t->in, p->width, p->height, raster, p->orientation, 1) || t->fault)
		return tiff_fault(t);
	size_t count = (size_t)p->width * p->height;
	for (size_t i = 0; i < count; i++) {
		uint32_t abgr = raster[i];
		t->pixels[3 * i] = (uint8_t)TIFFGetR(abgr);
		t->pixels[3 * i + 1] = (uint8_t)TIFFGetG(abgr);
		t->pixels[3 * i + 2] = (uint8_t)TIFFGetB(abgr);
	}
	p->bits = 8;
	p->samples = 3;
	p->extras = 0;
	p->photometric = PHOTOMETRIC_RGB;
	p->format = SAMPLEFORMAT_UINT;
	p->planar = PLANARCONFIG_CONTIG;
	p->row_bytes = (size_t)p->width * 3;
	return ok();
}

static void put_resolution(struct tiff *t, const struct page *p)
{
	bool sound = p->x_resolution > 0.001f && p->x_resolution < 1e6f && p->y_resolution > 0.001f &&
	             p->y_resolution < 1e6f;
	if (!sound)
		return;
	TIFFSetField(t->made, TIFFTAG_XRESOLUTION, (double)p->x_resolution);
	TIFFSetField(t->made, TIFFTAG_YRESOLUTION, (double)p->y_resolution);
	TIFFSetField(t->made, TIFFTAG_RESOLUTIONUNIT,
	             p->unit >= RESUNIT_NONE && p->unit <= RESUNIT_CENTIMETER ? p->unit : RESUNIT_INCH);
}

static void put_fields(struct tiff *t, const struct page *p, bool several)
{
	bool bilevel = p->bits == 1 && p->samples == 1 && p->photometric <= PHOTOMETRIC_MINISBLACK;
	bool fax = bilevel && fax_coded(p->compression);
	TIFFSetField(t->made, TIFFTAG_SUBFILETYPE, several ? FILETYPE_PAGE : 0);
	TIFFSetField(t->made, TIFFTAG_IMAGEWIDTH, p->width);
	TIFFSetField(t->made, TIFFTAG_IMAGELENGTH, p->height);
	TIFFSetField(t->made, TIFFTAG_BITSPERSAMPLE, p->bits);
	TIFFSetField(t->made, TIFFTAG_SAMPLESPERPIXEL, p->samples);
	TIFFSetField(t->made, TIFFTAG_SAMPLEFORMAT, p->format);
	TIFFSetField(t->made, TIFFTAG_PHOTOMETRIC, p->photometric);
	TIFFSetField(t->made, TIFFTAG_PLANARCONFIG, p->planar);
	TIFFSetField(t->made, TIFFTAG_ORIENTATION,
	             p->orientation >= 1 && p->orientation <= 8 ? p->orientation : 1);
	TIFFSetField(t->made, TIFFTAG_COMPRESSION, fax ? COMPRESSION_CCITTFAX4 : COMPRESSION_LZW);
	if (!fax && (p->bits == 8 || p->bits == 16) && p->format != SAMPLEFORMAT_IEEEFP)
		TIFFSetField(t->made, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
	if (p->extras)
		TIFFSetField(t->made, TIFFTAG_EXTRASAMPLES, p->extras, p->extra);
	if (p->photometric == PHOTOMETRIC_PALETTE)
		TIFFSetField(t->made, TIFFTAG_COLORMAP, p->colors[0], p->colors[1], p->colors[2]);
	TIFFSetField(t->made, TIFFTAG_ROWSPERSTRIP, fax ? p->height : TIFFDefaultStripSize(t->made, 0));
	put_resolution(t, p);
}

static struct result put_plane(struct tiff *t, const struct page *p, uint16_t plane)
{
	for (uint32_t y = 0; y < p->height; y++)
		if (TIFFWriteScanline(t->made, t->pixels + y * p->row_bytes, y, plane) != 1 || t->fault)
			return tiff_fault(t);
	return ok();
}

static struct result copy_page(struct tiff *t, bool several, struct why *why)
{
	struct page page;
	TRY(take_page(t, &page));
	TRY(make_room(t, &page, why));
	if (!page.exact)
		TRY(read_rgb(t, &page));
	put_fields(t, &page, several);
	for (uint16_t plane = 0; plane < planes(&page); plane++) {
		if (page.exact)
			TRY(read_plane(t, &page, plane, why));
		TRY(put_plane(t, &page, plane));
	}
	if (!TIFFWriteDirectory(t->made) || t->fault)
		return tiff_fault(t);
	t->pages++;
	return ok();
}

static bool is_reduced(struct tiff *t)
{
	uint32_t kind = 0;
	TIFFGetField(t->in, TIFFTAG_SUBFILETYPE, &kind);
	return kind & FILETYPE_REDUCEDIMAGE;
}

/* Whether another page than the first will be written. */
static bool has_second_page(struct tiff *t)
{
	while (!t->fault && TIFFReadDirectory(t->in))
		if (!is_reduced(t))
			return true;
	return false;
}

static struct result copy_pages(struct tiff *t, struct why *why)
{
	bool several = has_second_page(t);
	if (!t->fault && !TIFFSetDirectory(t->in, 0))
		return tiff_fault(t);
	do {
		bool reduced = is_reduced(t);
		if (t->fault)
			return tiff_fault(t);
		if (reduced && t->pages > 0)
			job_drop(t->job, "thumbnail", "a reduced copy of a page");
		else
			TRY(copy_page(t, several, why));
	} while (TIFFReadDirectory(t->in));
	return t->fault ? tiff_fault(t) : ok();
}

static void tiff_done(struct tiff *t)
{
	if (t->in)
		TIFFClose(t->in);
	if (t->made)
		TIFFClose(t->made);
	free(t->pixels);
	free(t->tile);
}

static bool open_both(struct tiff *t)
{
	TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
	if (!options)
		return false;
	TIFFOpenOptionsSetMaxSingleMemAlloc(options, single_most);
	TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, t);
	TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, t);
	t->in = TIFFClientOpenExt("in", "rm", t, in_read, in_write, in_seek, no_close, in_size, NULL, NULL,
	                          options);
	t->made = TIFFClientOpenExt("out", "wlm", t, out_read, out_write, out_seek, no_close, out_size,
	                            NULL, NULL, options);
	TIFFOpenOptionsFree(options);
	return t->in && t->made;
}

struct result tiff_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	AUTO(tiff_done) struct tiff t = {.job = job, .reading = in, .out = out};
	TRY(walk_directories(&t));
	if (!open_both(&t))
		return t.fault ? tiff_fault(&t) : picture_memory(why);
	TRY(copy_pages(&t, why));
	TIFFClose(t.made);
	t.made = NULL;
	return t.fault || !buffer_ok(out) ? tiff_fault(&t) : ok();
}
