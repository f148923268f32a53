/* bench/cleanse.c - the sanitiser against physical limits, in one run
 *
 *   cleanse TYPE FILE...
 * prints one line: files and megabytes of input a second of processor time on one
 * core, and as a ratio the same files' inflate alone (zip types, PDF), qpdf's
 * read-and-write (PDF), the library's plain decoding (jpeg, png); packages also
 * against inflating, checking and deflating (level 1) all their members.
 * Files that the gate refuses are left out on both sides.                    */
#include "base/file.h"
#include "gate/file/file.h"

#include <libdeflate.h>
#include <png.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <turbojpeg.h>

enum { MOST = 4096, LEAST_NS = 400000000, SCRATCH = 256 << 20 };

static struct slice files[MOST];
static const char *names[MOST];
static size_t count, bytes;
static uint8_t *scratch;

static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

typedef void work(struct slice file, const char *name);

/* seconds of processor time for all files once, the best of some rounds */
static double measure(work *one)
{
	double best = 1e9;
	int64_t begun = cpu_ns();
	for (int round = 0; round < 5 || cpu_ns() - begun < LEAST_NS; round++) {
		int64_t start = cpu_ns();
		for (size_t i = 0; i < count; i++)
			one(files[i], names[i]);
		double took = (double)(cpu_ns() - start) / 1e9;
		best = took < best ? took : best;
		if (round >= 5 && cpu_ns() - begun > 10 * (int64_t)LEAST_NS)
			break;
	}
	return best;
}

/* ---- ours --------------------------------------------------------------- */

static struct arena *arena;
static struct buffer out;

static bool cleanse_ok(struct slice file, const char *name)
{
	struct file_report report;
	struct file_limits limits = file_limits_default();
	arena_reset(arena);
	buffer_clear(&out);
	struct result done = file_cleanse(slice_str(name), file, &limits, arena, &out, &report, NULL);
	return done.code == OK && report.verdict != FILE_REFUSED;
}

static void cleanse(struct slice file, const char *name)
{
	if (!cleanse_ok(file, name))
		abort(); /* it passed before */
}

/* ---- inflate alone ------------------------------------------------------ */

static struct libdeflate_decompressor *inflater;

static uint32_t le(const uint8_t *at, int n)
{
	uint32_t v = 0;
	while (n--)
		v = v << 8 | at[n];
	return v;
}

static struct libdeflate_compressor *deflater;
static uint8_t *packed_again;
static volatile uint32_t sums;

/* What is done with each member once it is inflated. */
static void no_more(size_t plain)
{
	(void)plain;
}

static void check_sum(size_t plain)
{
	sums = libdeflate_crc32(0, scratch, plain);
}

static void deflate_again(size_t plain)
{
	libdeflate_deflate_compress(deflater, scratch, plain, packed_again, SCRATCH);
}

/* Central directory of a file that the gate has accepted. */
static void each_member(struct slice f, void (*then)(size_t plain))
{
	size_t end = f.len - 22;
	while (end && le(f.at + end, 4) != 0x06054b50)
		end--;
	size_t at = le(f.at + end + 16, 4), entries = le(f.at + end + 10, 2);
	for (size_t i = 0; i < entries && at + 46 < f.len; i++) {
		const uint8_t *e = f.at + at;
		size_t local = le(e + 42, 4), packed = le(e + 20, 4), plain = le(e + 24, 4);
		const uint8_t *data = f.at + local + 30 + le(f.at + local + 26, 2) + le(f.at + local + 28, 2);
		if (plain <= SCRATCH && (le(e + 10, 2) != 8 ||
		    libdeflate_deflate_decompress(inflater, data, packed, scratch, plain, NULL) == LIBDEFLATE_SUCCESS))
			then(plain);
		at += 46 + le(e + 28, 2) + le(e + 30, 2) + le(e + 32, 2);
	}
}

static void inflate_zip(struct slice f, const char *name)
{
	(void)name;
	each_member(f, no_more);
}

static void verify_zip(struct slice f, const char *name)
{
	(void)name;
	each_member(f, check_sum);
}

static void repack_zip(struct slice f, const char *name)
{
	(void)name;
	each_member(f, deflate_again);
}

static void inflate_pdf(struct slice f, const char *name)
{
	(void)name;
	for (size_t at = 0; at < f.len;) {
		size_t next = slice_find(slice_part(f, at, f.len), SLICE("stream"));
		if (next == SIZE_MAX)
			return;
		at += next + 6;
		size_t data = at + (at < f.len && f.at[at] == '\r') + 1;
		size_t used = 0, plain = 0;
		if (data + 2 < f.len && (f.at[data] & 15) == 8 &&
		    libdeflate_zlib_decompress_ex(inflater, f.at + data, f.len - data, scratch, SCRATCH,
		                                  &used, &plain) != LIBDEFLATE_BAD_DATA)
			at = data + used;
	}
}

/* ---- others ------------------------------------------------------------- */

static void qpdf_rewrite(struct slice f, const char *name)
{
	qpdf_data q = qpdf_init();
	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	if (qpdf_read_memory(q, name, (const char *)f.at, f.len, NULL) < QPDF_ERRORS &&
	    qpdf_init_write_memory(q) == 0)
		qpdf_write(q);
	qpdf_cleanup(&q);
}

static void decode_jpeg(struct slice f, const char *name)
{
	int width = 0, height = 0, subsampling = 0, space = 0;
	tjhandle handle = tjInitDecompress();
	(void)name;
	if (tjDecompressHeader3(handle, f.at, f.len, &width, &height, &subsampling, &space) == 0)
		tjDecompress2(handle, f.at, f.len, scratch, width, 0, height, TJPF_RGB, 0);
	tjDestroy(handle);
}

static void decode_png(struct slice f, const char *name)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	(void)name;
	if (png_image_begin_read_from_memory(&image, f.at, f.len)) {
		image.format = PNG_FORMAT_RGBA;
		if (PNG_IMAGE_SIZE(image) <= SCRATCH)
			png_image_finish_read(&image, NULL, scratch, 0, NULL);
	}
	png_image_free(&image);
}

static const struct {
	const char *type, *peer;
	work *work;
} peers[] = {
	{"docx", "inflate and CRC", verify_zip}, {"docx", "inflate and deflate", repack_zip},
	{"xlsx", "inflate and CRC", verify_zip}, {"xlsx", "inflate and deflate", repack_zip},
	{"pptx", "inflate and CRC", verify_zip}, {"pptx", "inflate and deflate", repack_zip},
	{"zip", "inflate alone", inflate_zip},
	{"pdf", "inflate alone", inflate_pdf},  {"pdf", "qpdf rewrite", qpdf_rewrite},
	{"jpg", "turbojpeg decode", decode_jpeg}, {"png", "libpng decode", decode_png},
};

static void load(int argc, char **argv, struct arena *keep)
{
	for (int i = 2; i < argc && count < MOST; i++) {
		struct slice file;
		const char *slash = strrchr(argv[i], '/');
		const char *name = slash ? slash + 1 : argv[i];
		if (file_read(argv[i], 64 << 20, keep, &file, NULL).code != OK || !cleanse_ok(file, name))
			continue;
		files[count] = file;
		names[count++] = name;
		bytes += file.len;
	}
}

int main(int argc, char **argv)
{
	struct arena *keep = arena_new((size_t)1 << 30);
	arena = arena_new((size_t)1 << 30);
	scratch = malloc(SCRATCH);
	inflater = libdeflate_alloc_decompressor();
	deflater = libdeflate_alloc_compressor(1);
	packed_again = malloc(SCRATCH);
	buffer_init(&out, (size_t)1 << 30);
	if (argc < 3 || !keep || !arena || !scratch || !inflater || !deflater || !packed_again)
		return 2;
	file_prepare();
	load(argc, argv, keep);
	if (count == 0)
		return 2;
	double ours = measure(cleanse);
	printf("%-5s %5zu files %8.0f files/s %8.1f MB/s", argv[1], count, (double)count / ours,
	       (double)bytes / 1e6 / ours);
	for (size_t i = 0; i < sizeof peers / sizeof *peers; i++)
		if (strcmp(peers[i].type, argv[1]) == 0)
			printf("   %.2f of %s", measure(peers[i].work) / ours, peers[i].peer);
	printf("\n");
	return 0;
}
