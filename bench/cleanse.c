/* bench/cleanse.c - the sanitiser against physical limits, in one run
 *
 *   cleanse TYPE FILE...
 * prints one line: files and megabytes of input a second of processor time on one
 * core, and as a ratio the same files' inflate alone (zip types, PDF), qpdf's
 * read-and-write (PDF), GMime's parsing and decoding (mail, where it is installed),
 * the encoder alone on the same pixels (jpeg, png); packages
 * against inflating and checking, and against inflating and deflating (level 1),
 * all their members.  Of packages two classes have a line each: "parts copied", where every part
 * that stays goes out with the packed bytes that were verified (what names parts, the content types
 * and relationships, may be new), and "a part made anew", where an XML part was edited or a picture
 * encoded; the first is what inflating and checking can be held against, the second is not.
 * Files that the gate refuses are left out on both sides.  BENCH_ALONE=1 leaves out
 * all but ours, for a profiler; with BENCH_MAIL=1 mails, without rebuilding attachments.                                             */
#include "base/file.h"
#include "gate/file/file.h"
#include "gate/mail/mail.h"

#ifdef BENCH_GMIME
#include <gmime/gmime.h>
#endif
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

/* ---- a mail without the rebuilding of its attachments ------------------- */

static struct buffer text, seen;

/* Parsing, decoding of every part, and the text as it goes out: what GMime's parsing
 * and decoding is measured against.                                          */
static void read_mail(struct slice file, const char *name)
{
	struct mail mail;
	const struct mail_part *todo[MAIL_PARTS];
	size_t left = 0;
	struct mail_page lost;
	(void)name;
	arena_reset(arena);
	buffer_clear(&out);
	if (mail_read(file, arena, &mail) != MAIL_FINE)
		return;
	for (const struct mail_header *h = mail.headers; h; h = h->next)
		mail_put_header(&out, h->name, slice_str(h->value));
	todo[left++] = mail.root;
	while (left) {
		const struct mail_part *part = todo[--left];
		if (part->next && left < MAIL_PARTS)
			todo[left++] = part->next;
		if (part->first && left < MAIL_PARTS)
			todo[left++] = part->first;
		if (strncmp(part->type, "text/", 5) != 0 || part->attached || part->name[0])
			continue;
		buffer_clear(&text);
		buffer_clear(&seen);
		bool page = strcmp(part->type, "text/html") == 0 && mail_text(part->content, part->charset, &text);
		if (page)
			mail_page_text(buffer_slice(&text), &seen, &lost);
		else if (!mail_text(part->content, part->charset, &seen))
			continue;
		mail_put_part(&out, "text/plain; charset=UTF-8", "", buffer_slice(&seen));
	}
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

/* The encoder alone, with the settings of what the gate makes of the file: pixels
 * are decoded once, ahead, outside of what is measured. */
struct pixels {
	uint8_t *at;
	size_t len;
	int width, height, sampling;
	bool colour;
};
static struct pixels decoded[MOST];

static size_t place_of(struct slice f)
{
	size_t i = 0;
	while (files[i].at != f.at)
		i++;
	return i;
}

static void decode_jpeg(struct slice f, struct pixels *to)
{
	int space = 0;
	tjhandle handle = tjInitDecompress();
	if (tjDecompressHeader3(handle, f.at, f.len, &to->width, &to->height, &to->sampling, &space) == 0) {
		to->colour = space == TJCS_YCbCr || space == TJCS_RGB;
		to->at = malloc((size_t)to->width * (size_t)to->height * 4);
		if (space >= TJCS_CMYK || tjDecompress2(handle, f.at, f.len, to->at, to->width, 0, to->height,
		    to->colour ? TJPF_RGB : TJPF_GRAY, 0) != 0) {
			free(to->at);
			to->at = NULL;
		}
	}
	tjDestroy(handle);
}

static void decode_png(struct slice f, struct pixels *to)
{
	size_t packed = 0;
	for (size_t at = 8; at + 12 <= f.len;) {
		size_t len = (size_t)f.at[at] << 24 | (size_t)f.at[at + 1] << 16 | (size_t)f.at[at + 2] << 8 | f.at[at + 3];
		if (len > f.len - at - 12)
			return;
		if (memcmp(f.at + at + 4, "IDAT", 4) == 0) {
			memcpy(packed_again + packed, f.at + at + 8, len);
			packed += len;
		}
		at += 12 + len;
	}
	if (libdeflate_zlib_decompress(inflater, packed_again, packed, scratch, SCRATCH, &to->len) ==
	    LIBDEFLATE_SUCCESS && (to->at = malloc(to->len)) != NULL)
		memcpy(to->at, scratch, to->len);
}

static void encode_jpeg(struct slice f, const char *name)
{
	struct pixels *p = &decoded[place_of(f)];
	(void)name;
	if (!p->at)
		decode_jpeg(f, p);
	if (!p->at)
		return;
	unsigned long len = SCRATCH;
	tjhandle handle = tjInitCompress();
	tjCompress2(handle, p->at, p->width, 0, p->height, p->colour ? TJPF_RGB : TJPF_GRAY, &scratch, &len,
	            p->colour ? p->sampling : TJSAMP_GRAY, 85, TJFLAG_NOREALLOC);
	tjDestroy(handle);
}

/* Of filtered rows; choosing filters is not counted, for neither side does. */
static void encode_png(struct slice f, const char *name)
{
	struct pixels *p = &decoded[place_of(f)];
	(void)name;
	if (!p->at)
		decode_png(f, p);
	if (p->at)
		sums = (uint32_t)libdeflate_zlib_compress(deflater, p->at, p->len, packed_again, SCRATCH);
}

#ifdef BENCH_GMIME
static void decode_part(GMimeObject *parent, GMimeObject *part, gpointer sink)
{
	(void)parent;
	GMimeDataWrapper *content = GMIME_IS_PART(part) ? g_mime_part_get_content(GMIME_PART(part)) : NULL;
	if (content)
		g_mime_data_wrapper_write_to_stream(content, sink);
}

/* Every part decoded into a stream that keeps nothing. */
static void decode_mail(struct slice f, const char *name)
{
	(void)name;
	GMimeStream *from = g_mime_stream_mem_new_with_buffer((const char *)f.at, f.len);
	GMimeStream *sink = g_mime_stream_null_new();
	GMimeParser *parser = g_mime_parser_new_with_stream(from);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	if (message) {
		g_mime_message_foreach(message, decode_part, sink);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(sink);
	g_object_unref(from);
}
#endif

static const struct {
	const char *type, *peer;
	work *work;
} peers[] = {
#ifdef BENCH_GMIME
	{"eml", "GMime's parsing and decoding", decode_mail},
#endif
	{"docx", "inflate and CRC", verify_zip}, {"docx", "inflate and deflate", repack_zip},
	{"xlsx", "inflate and CRC", verify_zip}, {"xlsx", "inflate and deflate", repack_zip},
	{"pptx", "inflate and CRC", verify_zip}, {"pptx", "inflate and deflate", repack_zip},
	{"zip", "inflate alone", inflate_zip},
	{"pdf", "inflate alone", inflate_pdf},  {"pdf", "qpdf rewrite", qpdf_rewrite},
	{"jpg", "turbojpeg encode", encode_jpeg}, {"png", "deflate of the pixels", encode_png},
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

static const char *type;

static double size_made(void)
{
	size_t made = 0;
	for (size_t i = 0; i < count; i++) {
		cleanse(files[i], names[i]);
		made += out.len;
	}
	return (double)made / (double)bytes;
}

static void report(const char *label)
{
	double ours = measure(getenv("BENCH_MAIL") ? read_mail : cleanse);
	printf("%-18s %4zu files %8.0f files/s %8.1f MB/s, %.2f of their size", label, count,
	       (double)count / ours, (double)bytes / 1e6 / ours, size_made());
	for (size_t i = 0; i < sizeof peers / sizeof *peers && !getenv("BENCH_ALONE"); i++)
		if (strcmp(peers[i].type, type) == 0) {
			peers[i].work(files[0], names[0]);
			double peer = measure(peers[i].work);
			printf("   %.2f of %s", peer / ours, peers[i].peer);
			if (strcmp(type, "eml") == 0)
				printf(", %.2f without rebuilding attachments", peer / measure(read_mail));
		}
	printf("\n");
}

/* ---- classes of packages ---- */

enum kind { COPIED, ANEW };
static struct slice all_files[MOST];
static const char *all_names[MOST];
static enum kind kinds[MOST];

struct member {
	struct slice name, packed;
};

static struct member member_at(struct slice f, size_t at)
{
	const uint8_t *e = f.at + at;
	size_t local = le(e + 42, 4);
	const uint8_t *data = f.at + local + 30 + le(f.at + local + 26, 2) + le(f.at + local + 28, 2);
	return (struct member){slice_of(e + 46, le(e + 28, 2)), slice_of(data, le(e + 20, 4))};
}

static size_t members(struct slice f, struct member *to, size_t most)
{
	size_t end = f.len - 22, n = 0;
	while (end && le(f.at + end, 4) != 0x06054b50)
		end--;
	for (size_t at = le(f.at + end + 16, 4); n < most && n < le(f.at + end + 10, 2) && at + 46 < f.len; n++) {
		to[n] = member_at(f, at);
		at += 46 + le(f.at + at + 28, 2) + le(f.at + at + 30, 2) + le(f.at + at + 32, 2);
	}
	return n;
}

/* COPIED: every part of the package that was made has the packed bytes of the same part of the
 * input; what names parts (content types, relationships) may be new.  Written is all else. */
static enum kind kind_of(struct slice file, const char *name)
{
	static struct member from[UINT16_MAX], to[UINT16_MAX];
	cleanse(file, name);
	size_t had = members(file, from, UINT16_MAX), made = members(buffer_slice(&out), to, UINT16_MAX);
	for (size_t i = 0; i < made; i++) {
		bool same = slice_ends(to[i].name, SLICE(".rels")) || slice_is(to[i].name, "[Content_Types].xml");
		for (size_t k = 0; k < had && !same; k++)
			same = slice_equal(from[k].name, to[i].name) && slice_equal(from[k].packed, to[i].packed);
		if (!same)
			return ANEW;
	}
	return COPIED;
}

static void report_kind(enum kind kind, const char *label)
{
	size_t all = count;
	count = bytes = 0;
	for (size_t i = 0; i < all; i++)
		if (kinds[i] == kind) {
			files[count] = all_files[i];
			names[count++] = all_names[i];
			bytes += all_files[i].len;
		}
	if (count)
		report(label);
	count = all;
}

static void report_package(void)
{
	report(type);
	for (size_t i = 0; i < count; i++) {
		all_files[i] = files[i];
		all_names[i] = names[i];
		kinds[i] = kind_of(files[i], names[i]);
	}
	report_kind(COPIED, "  parts copied");
	report_kind(ANEW, "  a part made anew");
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
	buffer_init(&text, (size_t)1 << 30);
	buffer_init(&seen, (size_t)1 << 30);
	if (argc < 3 || !keep || !arena || !scratch || !inflater || !deflater || !packed_again)
		return 2;
#ifdef BENCH_GMIME
	g_mime_init();
#endif
	file_prepare();
	type = argv[1];
	load(argc, argv, keep);
	if (count == 0)
		return 2;
	if (strcmp(type, "docx") == 0 || strcmp(type, "xlsx") == 0 || strcmp(type, "pptx") == 0)
		report_package();
	else
		report(type);
	return 0;
}
