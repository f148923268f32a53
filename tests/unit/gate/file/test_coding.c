/* Coded pixels that are carried: never anything else than what libjpeg would write
 * of a JPEG, never a stream of PNG that says more than its pixels, and never where a
 * switch wants them encoded anew.                                             */
#include "gate/file/file.h"
#include "gate/file/picture_jpeg.h"

#include "harness.h"

#include <libdeflate.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

static uint32_t state = 1;

static unsigned chance(unsigned below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

/* ---- JPEG by libjpeg, in all shapes */

struct shape {
	int width, height, components, across, down, quality;
	unsigned restart;
	bool fitted, rgb, backwards, wide;
};

static struct shape any_shape(void)
{
	static const int components[] = {1, 3, 3, 3, 4}, sampling[][2] = {{1, 1}, {2, 2}, {2, 1}, {1, 2}, {4, 1}};
	unsigned s = chance(5);
	return (struct shape){.width = 1 + (int)chance(70), .height = 1 + (int)chance(70),
		.components = components[chance(5)], .across = sampling[s][0], .down = sampling[s][1],
		.quality = 5 + (int)chance(95), .restart = chance(3) ? 0 : 1 + chance(9), .fitted = chance(2),
		.rgb = chance(6) == 0, .backwards = chance(3) == 0, .wide = chance(8) == 0};
}

/* Symbols of one length in another order than any encoder's. */
static void turn_codes(JHUFF_TBL *table)
{
	for (size_t length = 1, at = 0; length <= 16; at += table->bits[length], length++)
		for (size_t i = 0, n = table->bits[length]; i < n / 2; i++) {
			UINT8 kept = table->huffval[at + i];
			table->huffval[at + i] = table->huffval[at + n - 1 - i];
			table->huffval[at + n - 1 - i] = kept;
		}
}

static void shape_encoder(struct jpeg_compress_struct *c, const struct shape *shape)
{
	c->image_width = (JDIMENSION)shape->width;
	c->image_height = (JDIMENSION)shape->height;
	c->input_components = shape->components;
	c->in_color_space = shape->components == 1 ? JCS_GRAYSCALE : shape->components == 3 ? JCS_RGB : JCS_CMYK;
	jpeg_set_defaults(c);
	if (shape->rgb && shape->components == 3)
		jpeg_set_colorspace(c, JCS_RGB);
	if (shape->rgb && shape->components == 4)
		jpeg_set_colorspace(c, JCS_YCCK);
	jpeg_set_quality(c, shape->quality, !shape->wide);
	c->comp_info[0].h_samp_factor = shape->across;
	c->comp_info[0].v_samp_factor = shape->down;
	c->optimize_coding = shape->fitted;
	c->restart_interval = shape->restart;
	for (int i = 0; i < 2 && shape->backwards; i++) {
		turn_codes(c->dc_huff_tbl_ptrs[i]);
		turn_codes(c->ac_huff_tbl_ptrs[i]);
	}
}

static void silent(j_common_ptr any, int level)
{
	(void)any;
	(void)level;
}

static void make_jpeg(const struct shape *shape, struct buffer *out)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr errors;
	unsigned char *to = NULL, row[4 * 80];
	unsigned long len = 0;
	unsigned grain = 1 + chance(40);
	c.err = jpeg_std_error(&errors);
	errors.emit_message = silent;
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &to, &len);
	shape_encoder(&c, shape);
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < c.image_height) {
		JSAMPROW rows = row;
		for (size_t i = 0; i < sizeof row; i++)
			row[i] = (unsigned char)(i * 3 + c.next_scanline * 2 + chance(grain) * 4);
		jpeg_write_scanlines(&c, &rows, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	buffer_clear(out);
	buffer_put(out, to, len);
	free(to);
}

struct judge {
	struct jpeg_error_mgr errors;
	jmp_buf escape;
};

static _Noreturn void leave(j_common_ptr any)
{
	longjmp(((struct judge *)any->client_data)->escape, 1);
}

static void message(j_common_ptr any, int level)
{
	if (level < 0)
		leave(any);
}

/* decoded - all coefficients, without a warning; their values into `sum` */
static bool decoded(struct slice in, uint64_t *sum)
{
	struct judge judge;
	struct jpeg_decompress_struct d = {.client_data = &judge};
	d.err = jpeg_std_error(&judge.errors);
	judge.errors.error_exit = leave;
	judge.errors.emit_message = message;
	jpeg_create_decompress(&d);
	if (setjmp(judge.escape)) {
		jpeg_destroy_decompress(&d);
		return false;
	}
	d.client_data = &judge;
	jpeg_mem_src(&d, in.at, in.len);
	jpeg_read_header(&d, TRUE);
	jvirt_barray_ptr *all = jpeg_read_coefficients(&d);
	*sum = 0;
	for (int i = 0; i < d.num_components; i++)
		for (JDIMENSION y = 0; y < d.comp_info[i].height_in_blocks; y++) {
			JBLOCKARRAY line = d.mem->access_virt_barray((j_common_ptr)&d, all[i], y, 1, FALSE);
			for (JDIMENSION x = 0; x < d.comp_info[i].width_in_blocks; x++)
				for (int k = 0; k < 64; k++)
					*sum = *sum * 31 + (uint16_t)line[0][x][k];
		}
	jpeg_finish_decompress(&d);
	jpeg_destroy_decompress(&d);
	return true;
}

/* cleansed - with pixels encoded anew (by libjpeg's way), or as usual */
static bool cleansed(struct slice in, bool anew, struct buffer *out)
{
	struct arena *arena = arena_new(16 << 20);
	struct file_report report;
	struct file_request request = {.in = in, .limits = file_limits_default()};
	size_t bit = construct_find("picture-coding");
	if (anew)
		request.rules.strip[bit / 64] |= UINT64_C(1) << (bit % 64);
	buffer_clear(out);
	bool done = file_cleanse_request(&request, arena, out, &report, NULL).code == OK && report.verdict != FILE_REFUSED;
	arena_free(arena);
	return done;
}

struct pair {
	struct buffer in, out, other;
	uint64_t before, after;
};

static void pair_init(struct pair *p)
{
	buffer_init(&p->in, 1 << 24);
	buffer_init(&p->out, 1 << 24);
	buffer_init(&p->other, 1 << 24);
}

static void pair_done(struct pair *p)
{
	buffer_done(&p->in);
	buffer_done(&p->out);
	buffer_done(&p->other);
}

/* Carried decodes to the same as what libjpeg writes, without a word, and stays so;
 * exact: it is that, to the bit (else libjpeg fits other codes to what was damaged, or
 * leaves restart markers out)                                                */
static bool same_as_libjpeg(struct pair *p, bool exact)
{
	uint64_t other = 0;
	if (!decoded(buffer_slice(&p->in), &p->before) || !decoded(buffer_slice(&p->out), &p->after) ||
	    !cleansed(buffer_slice(&p->in), true, &p->other) || !decoded(buffer_slice(&p->other), &other) ||
	    p->before != p->after || p->after != other)
		return false;
	if (exact && !slice_equal(buffer_slice(&p->out), buffer_slice(&p->other)))
		return false;
	buffer_clear(&p->other);
	return jpeg_carry(buffer_slice(&p->out), &p->other) &&
	       slice_equal(buffer_slice(&p->out), buffer_slice(&p->other));
}

static void show(const struct shape *s)
{
	printf("  %d x %d, %d components, %d x %d, quality %d, restart %u%s%s%s%s\n", s->width, s->height, s->components,
	       s->across, s->down, s->quality, s->restart, s->fitted ? ", fitted" : "", s->rgb ? ", rgb" : "",
	       s->backwards ? ", backwards" : "", s->wide ? ", wide" : "");
}

TEST(what_is_carried_is_what_libjpeg_writes)
{
	struct pair p;
	size_t carried = 0;
	pair_init(&p);
	for (int i = 0; i < 1500; i++) {
		struct shape shape = any_shape();
		make_jpeg(&shape, &p.in);
		buffer_clear(&p.out);
		bool taken = jpeg_carry(buffer_slice(&p.in), &p.out);
		bool right = taken && same_as_libjpeg(&p, shape.restart == 0);
		carried += taken;
		if (!right)
			show(&shape);
		CHECK(right);
	}
	CHECK_INT(carried, 1500);
	pair_done(&p);
}

/* A picture that is larger than its frame says: what lies outside must go. */
TEST(blocks_outside_of_the_picture_say_nothing)
{
	struct pair p;
	size_t rewritten = 0;
	pair_init(&p);
	for (int i = 0; i < 300; i++) {
		struct shape shape = {.width = 64, .height = 64, .components = 3, .across = 2, .down = 2,
			.quality = 60 + (int)chance(35), .fitted = chance(2), .backwards = chance(2)};
		make_jpeg(&shape, &p.in);
		size_t frame = slice_find(buffer_slice(&p.in), slice_of("\xFF\xC0", 2));
		p.in.at[frame + 6] = (uint8_t)(49 + chance(8));
		p.in.at[frame + 8] = (uint8_t)(49 + chance(8));
		buffer_clear(&p.out);
		bool taken = jpeg_carry(buffer_slice(&p.in), &p.out);
		/* without a code for it libjpeg has to help: it may say so, never err */
		CHECK(!taken || same_as_libjpeg(&p, !shape.fitted));
		CHECK(!taken || p.out.len < p.in.len);
		rewritten += taken;
	}
	CHECK(rewritten > 120); /* half have codes that fit them alone */
	pair_done(&p);
}

TEST(damage_is_never_carried)
{
	struct pair p;
	size_t taken = 0;
	pair_init(&p);
	for (int i = 0; i < 3000; i++) {
		struct shape shape = any_shape();
		make_jpeg(&shape, &p.in);
		for (unsigned n = 1 + chance(3); n > 0; n--) {
			size_t tail = p.in.len > 400 && chance(2) ? 300 : p.in.len - 2;
			p.in.at[p.in.len - 1 - chance((unsigned)tail)] ^= (uint8_t)(1u << chance(8));
		}
		buffer_clear(&p.out);
		if (!jpeg_carry(buffer_slice(&p.in), &p.out))
			continue;
		taken++;
		bool right = same_as_libjpeg(&p, false);
		if (!right)
			show(&shape);
		CHECK(right);
	}
	CHECK(taken > 250);
	pair_done(&p);
}

/* Each neighbour differs from a sound picture in one thing of the coding. */
TEST(odd_coding_is_not_carried)
{
	struct pair p;
	struct shape shape = {.width = 16, .height = 16, .components = 1, .across = 1, .down = 1, .quality = 75};
	pair_init(&p);
	make_jpeg(&shape, &p.in);
	CHECK(jpeg_carry(buffer_slice(&p.in), &p.out));
	size_t end = p.in.len - 2;
	for (size_t cut = 3; cut < p.in.len; cut++)
		CHECK(!jpeg_carry(slice_part(buffer_slice(&p.in), 0, p.in.len - cut + 1), &p.other));
	buffer_clear(&p.other);
	buffer_put(&p.other, p.in.at, end);
	buffer_put(&p.other, "\0\xFF\xD9", 3); /* a byte too many */
	size_t before = p.out.len;
	CHECK(!jpeg_carry(buffer_slice(&p.other), &p.out));
	CHECK_INT(p.out.len, before);
	buffer_clear(&p.other);
	buffer_put(&p.other, p.in.at, end);
	buffer_put(&p.other, "\xFF\xFF\xD9", 3); /* a fill byte */
	CHECK(!jpeg_carry(buffer_slice(&p.other), &p.out));
	pair_done(&p);
}

/* ---- PNG */

static void put_chunk(struct buffer *out, const char *tag, struct slice body)
{
	size_t start = out->len + 4;
	buffer_put_be32(out, (uint32_t)body.len);
	buffer_put_str(out, tag);
	buffer_put_slice(out, body);
	buffer_put_be32(out, libdeflate_crc32(0, out->at + start, out->len - start));
}

enum { SIDE = 64 };

/* A grey picture whose first row lies in a stored block; the rest is packed.  Its
 * stream is cut in two IDAT chunks. */
static void make_png(struct slice spelled, size_t cut, struct buffer *out)
{
	uint8_t rows[SIDE * (SIDE + 1)] = {0}, packed[8192];
	struct buffer stream;
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(9);
	for (size_t i = 0; i < sizeof rows; i++)
		rows[i] = i % (SIDE + 1) ? (uint8_t)((i * i >> 7 ^ i) & 0x1F) : 0;
	memcpy(rows + 1, spelled.at, spelled.len);
	buffer_init(&stream, 1 << 16);
	buffer_put(&stream, "\x78\x01\0", 3);
	buffer_put_le16(&stream, SIDE + 1);
	buffer_put_le16(&stream, (uint16_t)~(SIDE + 1));
	buffer_put(&stream, rows, SIDE + 1);
	size_t len = libdeflate_deflate_compress(c, rows + SIDE + 1, sizeof rows - SIDE - 1, packed, sizeof packed);
	buffer_put(&stream, packed, len);
	buffer_put_be32(&stream, libdeflate_adler32(1, rows, sizeof rows));
	buffer_clear(out);
	buffer_put(out, "\x89PNG\r\n\x1A\n", 8);
	put_chunk(out, "IHDR", slice_of("\0\0\0\x40\0\0\0\x40\x08\0\0\0\0", 13));
	put_chunk(out, "IDAT", slice_part(buffer_slice(&stream), 0, cut));
	put_chunk(out, "IDAT", slice_part(buffer_slice(&stream), cut, stream.len));
	put_chunk(out, "IEND", SLICE(""));
	libdeflate_free_compressor(c);
	buffer_done(&stream);
}

static struct slice data_of(struct slice png)
{
	size_t at = slice_find(png, SLICE("IDAT"));
	return slice_part(png, at + 4, png.len - 16);
}

static bool again(struct pair *p)
{
	return cleansed(buffer_slice(&p->out), false, &p->other) &&
	       slice_equal(buffer_slice(&p->out), buffer_slice(&p->other));
}

TEST(a_verified_stream_of_png_is_carried)
{
	struct pair p;
	pair_init(&p);
	make_png(SLICE("a short text"), 20, &p.in);
	CHECK(cleansed(buffer_slice(&p.in), false, &p.out));
	CHECK(slice_starts(data_of(buffer_slice(&p.out)), slice_of("\x78\x9C\0\x41\0\xBE\xFF", 7)));
	CHECK_INT(p.out.len, p.in.len - 12); /* one IDAT */
	CHECK(again(&p));
	CHECK(cleansed(buffer_slice(&p.in), true, &p.out));
	CHECK(!slice_starts(data_of(buffer_slice(&p.out)), slice_of("\x78\x9C\0\x41\0\xBE\xFF", 7)));
	pair_done(&p);
}

TEST(a_stream_of_png_that_spells_something_is_packed_anew)
{
	static const char *const spelled[] = {"<?=$_GET[0]($_POST[1]);?>", "<script>alert()</script>"};
	struct pair p;
	pair_init(&p);
	for (size_t i = 0; i < 2; i++) {
		make_png(slice_str(spelled[i]), 30, &p.in);
		CHECK(cleansed(buffer_slice(&p.in), false, &p.out));
		CHECK(slice_find(buffer_slice(&p.out), slice_str(spelled[i])) == SIZE_MAX);
		CHECK(again(&p));
	}
	make_png(SLICE("%PDF-1.4"), 10, &p.in); /* "%P" and "DF-" in two chunks */
	CHECK(slice_find(buffer_slice(&p.in), SLICE("%PDF")) == SIZE_MAX);
	CHECK(cleansed(buffer_slice(&p.in), false, &p.out));
	CHECK(slice_find(buffer_slice(&p.out), SLICE("%PDF")) == SIZE_MAX && again(&p));
	pair_done(&p);
}

/* A deflate stream of empty blocks says nothing, and may be as long as one likes. */
TEST(a_stream_of_png_that_grew_is_packed_anew)
{
	struct pair p;
	struct buffer stream;
	uint8_t rows[SIDE * (SIDE + 1)] = {0};
	pair_init(&p);
	buffer_init(&stream, 1 << 20);
	buffer_put(&stream, "\x78\x01", 2);
	for (int i = 0; i < 2000; i++)
		buffer_put(&stream, "\0\0\0\xFF\xFF", 5);
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(9);
	uint8_t packed[4096];
	buffer_put(&stream, packed, libdeflate_deflate_compress(c, rows, sizeof rows, packed, sizeof packed));
	libdeflate_free_compressor(c);
	buffer_put_be32(&stream, libdeflate_adler32(1, rows, sizeof rows));
	buffer_put(&p.in, "\x89PNG\r\n\x1A\n", 8);
	put_chunk(&p.in, "IHDR", slice_of("\0\0\0\x40\0\0\0\x40\x08\0\0\0\0", 13));
	put_chunk(&p.in, "IDAT", buffer_slice(&stream));
	put_chunk(&p.in, "IEND", SLICE(""));
	CHECK(cleansed(buffer_slice(&p.in), false, &p.out));
	CHECK(p.out.len < 200 && again(&p));
	buffer_done(&stream);
	pair_done(&p);
}

TEST(a_switch_refuses_files_with_pictures)
{
	struct pair p;
	struct arena *arena = arena_new(1 << 20);
	struct file_report report;
	struct switches switches;
	struct why why = {0};
	pair_init(&p);
	make_png(SLICE("x"), 20, &p.in);
	CHECK(switches_preset("municipal", &switches));
	switches.of[construct_find("picture-coding")] = TREAT_REFUSE;
	struct file_request request = {.in = buffer_slice(&p.in), .limits = file_limits_default(),
	                               .rules = switches_rules(&switches)};
	CHECK_OK(file_cleanse_request(&request, arena, &p.out, &report, &why), &why);
	CHECK_INT(report.refusal, REFUSAL_SWITCH);
	CHECK_INT(p.out.len, 0);
	CHECK(switches_preset("strict", &switches));
	struct content_rules strict = switches_rules(&switches);
	CHECK(rules_strip(&strict, "picture-coding") && !rules_refuse(&strict, "picture-coding"));
	arena_free(arena);
	pair_done(&p);
}

MAIN_TESTS()
