/* JPEG: every coefficient is decoded and written anew by a fresh encoder, but where
 * its coding is walked to the end and is what that encoder would write: then it is
 * carried (picture_jpeg.h)
 *
 * Not by way of pixels: the entropy coding is where bytes can hide and where
 * decoders break, and it is done anew from numbers here; decoding to pixels
 * and encoding again would add nothing to that but the loss of a generation.
 * The quantisation tables pass as 64 numbers each, the Huffman codes of a
 * sequential picture as lengths: fitting new ones took half of all the time and
 * saved a twentieth of the size.  Where they lack what is needed here, and for
 * other pictures, new ones are fitted.  Only a picture that its
 * Exif says lies on its side goes through pixels once, with the same tables,
 * because the Exif is dropped.  Markers are never copied; JFIF density and the
 * Adobe transform are written from typed values.
 * source  ITU-T T.81 annex B; JFIF 1.02; Exif 2.3
 */
#include "gate/file/picture.h"
#include "gate/file/picture_jpeg.h"

#include "base/cursor.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum {
	M_SOF0 = 0xC0, M_SOF1, M_SOF2, M_DHT = 0xC4, M_SOF9 = 0xC9, M_SOF10 = 0xCA, M_DAC = 0xCC,
	M_SOI = 0xD8, M_EOI = 0xD9, M_SOS = 0xDA, M_DQT = 0xDB, M_DRI = 0xDD,
	M_APP0 = 0xE0, M_APP1 = 0xE1, M_APP15 = 0xEF, M_COM = 0xFE,
	SCANS_MOST = 1000,
	COMPONENTS_MOST = 4,
};

/* No picture takes more; it also makes libjpeg deaf to the variable JPEGMEM. */
static const long memory_most = 2047L << 20;

struct walk {
	struct job *job;
	struct cursor at;
	uint32_t width, height;
	unsigned components, scans, orientation;
};

static struct result damaged(struct walk *w, const char *what)
{
	return job_refuse(w->job, REFUSAL_DAMAGED, picture_place(w->job, w->at.pos), "%s", what);
}

/* What an application segment is, by its marker and first bytes. */
static const struct {
	uint8_t marker;
	struct slice label;
	const char *what; /* NULL: its values are written anew */
} segments[] = {
	{0xE0, {(const uint8_t *)"JFIF\0", 5}, NULL},
	{0xE0, {(const uint8_t *)"JFXX\0", 5}, "thumbnail"},
	{0xE1, {(const uint8_t *)"Exif\0", 5}, "metadata"},
	{0xE1, {(const uint8_t *)"http://ns.adobe.com/", 20}, "metadata"},
	{0xE2, {(const uint8_t *)"ICC_PROFILE\0", 12}, "color-profile"},
	{0xE2, {(const uint8_t *)"MPF\0", 4}, "thumbnail"},
	{0xED, {(const uint8_t *)"Photoshop ", 10}, "metadata"},
	{0xEE, {(const uint8_t *)"Adobe", 5}, NULL},
};

static void note_segment(struct walk *w, uint8_t marker, struct slice body, size_t offset)
{
	const char *what = marker == M_COM ? "comment" : "unknown-part";
	for (size_t i = 0; i < sizeof segments / sizeof segments[0]; i++)
		if (segments[i].marker == marker && slice_starts(body, segments[i].label))
			what = segments[i].what;
	if (marker == M_APP1 && slice_starts(body, slice_of("Exif\0\0", 6)) && w->orientation == 0)
		w->orientation = exif_orientation(slice_part(body, 6, body.len));
	/* JFIF may end in a small uncompressed picture */
	if (marker == M_APP0 && !what && body.len > 14)
		what = "thumbnail";
	if (what)
		job_drop(w->job, what, picture_place(w->job, offset));
}

static struct result take_frame(struct walk *w, struct cursor body)
{
	if (w->components)
		return damaged(w, "two frame headers");
	if (cursor_take_u8(&body) != 8)
		return job_refuse(w->job, REFUSAL_UNKNOWN, "", "a JPEG of other than 8 bits a sample");
	w->height = cursor_take_be16(&body);
	w->width = cursor_take_be16(&body);
	w->components = cursor_take_u8(&body);
	if (!cursor_ok(&body) || w->components == 0 || cursor_left(&body) != 3 * (size_t)w->components)
		return damaged(w, "a frame header of the wrong length");
	if (w->components > COMPONENTS_MOST || w->components == 2)
		return job_refuse(w->job, REFUSAL_UNKNOWN, "", "a JPEG of %u components", w->components);
	return picture_pay(w->job, w->width, w->height);
}

/* take_scan - the entropy-coded bytes, up to the next marker
 * Each scan may touch every coefficient, so each is paid for.               */
static struct result take_scan(struct walk *w)
{
	if (!w->components || ++w->scans > SCANS_MOST)
		return damaged(w, w->components ? "too many scans" : "a scan before its frame");
	TRY(job_pay_work(w->job, (uint64_t)w->width * w->height));
	for (;;) {
		size_t left = cursor_left(&w->at);
		const uint8_t *from = w->at.bytes.at + w->at.pos;
		const uint8_t *mark = left ? memchr(from, 0xFF, left) : NULL;
		if (!mark || (size_t)(mark - from) + 1 >= left)
			return damaged(w, "it ends within its picture");
		cursor_skip(&w->at, (size_t)(mark - from));
		uint8_t code = mark[1];
		if (code != 0x00 && code != 0xFF && (code < 0xD0 || code > 0xD7))
			return ok();
		cursor_skip(&w->at, code == 0xFF ? 1 : 2);
	}
}

static struct result take_segment(struct walk *w, uint8_t marker)
{
	size_t offset = w->at.pos - 2;
	uint16_t length = cursor_take_be16(&w->at);
	struct cursor body = cursor_child(&w->at, length < 2 ? SIZE_MAX : length - 2u);
	if (!cursor_ok(&w->at))
		return damaged(w, "a segment longer than the file");
	switch (marker) {
	case M_SOF0: case M_SOF1: case M_SOF2: case M_SOF9: case M_SOF10:
		return take_frame(w, body);
	case M_SOS:
		return take_scan(w);
	case M_DHT: case M_DAC: case M_DQT: case M_DRI:
		return ok();
	default:
		break;
	}
	if (marker != M_COM && (marker < M_APP0 || marker > M_APP15))
		return job_refuse(w->job, REFUSAL_UNKNOWN, picture_place(w->job, offset),
		                  "marker %02X: a kind of JPEG that is not on the list", marker);
	note_segment(w, marker, body.bytes, offset);
	return ok();
}

/* take_marker - after any number of fill bytes; 0 when there is none */
static uint8_t take_marker(struct cursor *at)
{
	uint8_t code = 0;
	if (cursor_take_u8(at) != 0xFF)
		return 0;
	do
		code = cursor_take_u8(at);
	while (code == 0xFF);
	return code;
}

static struct result walk_markers(struct walk *w)
{
	if (!cursor_literal(&w->at, slice_of("\xFF\xD8", 2)))
		return damaged(w, "no JPEG begins here");
	for (;;) {
		uint8_t marker = take_marker(&w->at);
		if (marker < M_SOF0 || marker == M_SOI || (marker >= 0xD0 && marker <= 0xD7))
			return damaged(w, "no marker where one must stand");
		if (marker == M_EOI)
			break;
		TRY(take_segment(w, marker));
	}
	if (w->scans == 0)
		return damaged(w, "it holds no picture");
	if (cursor_left(&w->at) > 0)
		job_drop(w->job, "trailing-data", picture_place(w->job, w->at.pos));
	return ok();
}

/* libjpeg's side.  Everything that lives across its longjmp is in here. */
struct codec {
	struct jpeg_error_mgr errors;
	struct jpeg_destination_mgr sink;
	struct jpeg_decompress_struct in;
	struct jpeg_compress_struct out;
	jmp_buf escape;
	struct buffer *to;
	uint8_t block[16384];
	uint8_t *pixels, *oriented;
	const struct walk *walk;
	char message[JMSG_LENGTH_MAX];
};

static _Noreturn void codec_leave(j_common_ptr any)
{
	struct codec *c = any->client_data;
	(*any->err->format_message)(any, c->message);
	longjmp(c->escape, 1);
}

/* A warning is libjpeg's word for damage that it would paper over. */
static void codec_message(j_common_ptr any, int level)
{
	if (level < 0)
		codec_leave(any);
}

static void codec_silent(j_common_ptr any)
{
	(void)any;
}

static void sink_start(j_compress_ptr out)
{
	struct codec *c = out->client_data;
	out->dest->next_output_byte = c->block;
	out->dest->free_in_buffer = sizeof c->block;
}

static boolean sink_full(j_compress_ptr out)
{
	struct codec *c = out->client_data;
	buffer_put(c->to, c->block, sizeof c->block);
	if (!buffer_ok(c->to))
		codec_leave((j_common_ptr)out);
	sink_start(out);
	return TRUE;
}

static void sink_end(j_compress_ptr out)
{
	struct codec *c = out->client_data;
	buffer_put(c->to, c->block, sizeof c->block - out->dest->free_in_buffer);
	if (!buffer_ok(c->to))
		codec_leave((j_common_ptr)out);
}

static void codec_begin(struct codec *c, struct slice bytes)
{
	c->in.client_data = c->out.client_data = c;
	jpeg_create_decompress(&c->in);
	jpeg_create_compress(&c->out);
	c->in.mem->max_memory_to_use = c->out.mem->max_memory_to_use = memory_most;
	c->sink = (struct jpeg_destination_mgr){.init_destination = sink_start,
		.empty_output_buffer = sink_full, .term_destination = sink_end};
	c->out.dest = &c->sink;
	jpeg_mem_src(&c->in, bytes.at, bytes.len);
	jpeg_read_header(&c->in, TRUE);
	if (c->in.image_width != c->walk->width || c->in.image_height != c->walk->height)
		codec_leave((j_common_ptr)&c->in);
}

/* Few Adobe markers, and only true ones. */
static void codec_settings(struct codec *c, bool fitted)
{
	c->out.arith_code = FALSE;
	c->out.optimize_coding = fitted;
	if (c->in.jpeg_color_space == JCS_CMYK)
		c->out.write_Adobe_marker = c->in.saw_Adobe_marker;
	if (c->in.progressive_mode)
		jpeg_simple_progression(&c->out);
}

/* A code is 16 counts and the symbols in the order of their lengths.  Which of one
 * length comes first says nothing: they are put in order. */
static void use_code(struct codec *c, JHUFF_TBL **to, const JHUFF_TBL *from)
{
	if (!*to)
		*to = jpeg_alloc_huff_table((j_common_ptr)&c->out);
	memcpy((*to)->bits, from->bits, sizeof from->bits);
	memset((*to)->huffval, 0, sizeof (*to)->huffval);
	size_t at = 0;
	for (size_t length = 1; length <= 16; length++) {
		bool has[256] = {false};
		for (size_t i = 0; i < from->bits[length] && at + i < 256; i++)
			has[from->huffval[at + i]] = true;
		for (size_t symbol = 0; symbol < 256; symbol++)
			if (has[symbol] && at < 256)
				(*to)->huffval[at++] = (UINT8)symbol;
	}
	(*to)->sent_table = FALSE;
}

/* sound_codes - one for whatever may have to be written: libjpeg does not look whether
 * there is one where a processor's vector instructions write for it            */
static bool sound_codes(const JHUFF_TBL *dc, const JHUFF_TBL *ac)
{
	bool has[2][256] = {{false}};
	size_t n[2] = {0};
	if (!dc || !ac)
		return false;
	for (size_t length = 1; length <= 16; length++) {
		n[0] += dc->bits[length];
		n[1] += ac->bits[length];
	}
	for (size_t i = 0; i < 256; i++) {
		has[0][dc->huffval[i]] |= i < n[0];
		has[1][ac->huffval[i]] |= i < n[1];
	}
	bool all = has[1][0] && has[1][0xF0];
	for (size_t size = 0; size <= 11; size++)
		all &= has[0][size];
	for (size_t symbol = 0; symbol < 256; symbol++)
		all &= has[1][symbol] || symbol % 16 == 0 || symbol % 16 > 10;
	return all;
}

/* The picture's own codes, so that it need not be counted first: a sequential
 * picture keeps its size with them.  False where it has none that will do. */
static bool use_codes(struct codec *c)
{
	if (c->in.progressive_mode || c->in.arith_code)
		return false;
	for (int i = 0; i < c->in.num_components; i++) {
		int dc = c->in.comp_info[i].dc_tbl_no, ac = c->in.comp_info[i].ac_tbl_no;
		if (dc < 0 || dc > 1 || ac < 0 || ac > 1 || !sound_codes(c->in.dc_huff_tbl_ptrs[dc], c->in.ac_huff_tbl_ptrs[ac]))
			return false;
	}
	for (int i = 0; i < c->in.num_components; i++) {
		int dc = c->in.comp_info[i].dc_tbl_no, ac = c->in.comp_info[i].ac_tbl_no;
		use_code(c, &c->out.dc_huff_tbl_ptrs[dc], c->in.dc_huff_tbl_ptrs[dc]);
		use_code(c, &c->out.ac_huff_tbl_ptrs[ac], c->in.ac_huff_tbl_ptrs[ac]);
		c->out.comp_info[i].dc_tbl_no = dc;
		c->out.comp_info[i].ac_tbl_no = ac;
	}
	return true;
}

/* Eight bits a sample make coefficients of eleven; libjpeg reads larger ones without
 * a word and writes something else (T.81, F.1.1.5, F.1.2).                   */
static bool sound_block(const JCOEF *block)
{
	int most = 0;
	for (int k = 1; k < DCTSIZE2; k++)
		most = abs(block[k]) > most ? abs(block[k]) : most;
	return most <= JPEG_COEFFICIENT_MOST && block[0] >= -JPEG_COEFFICIENT_MOST - 1 && block[0] <= JPEG_COEFFICIENT_MOST;
}

static void check_coefficients(struct codec *c, jvirt_barray_ptr *coefficients)
{
	j_common_ptr in = (j_common_ptr)&c->in;
	for (int i = 0; i < c->in.num_components; i++)
		for (JDIMENSION y = 0; y < c->in.comp_info[i].height_in_blocks; y++) {
			JBLOCKARRAY line = in->mem->access_virt_barray(in, coefficients[i], y, 1, FALSE);
			for (JDIMENSION x = 0; x < c->in.comp_info[i].width_in_blocks; x++)
				if (!sound_block(line[0][x])) {
					memcpy(c->message, "a coefficient out of range", 27);
					longjmp(c->escape, 1);
				}
		}
}

/* own_codes  with the picture's own Huffman codes where it has some; else with
 *            codes that are fitted to it                                     */
static bool copy_coefficients(struct codec *c, struct slice bytes, bool own_codes)
{
	if (setjmp(c->escape))
		return false;
	codec_begin(c, bytes);
	jvirt_barray_ptr *coefficients = jpeg_read_coefficients(&c->in);
	check_coefficients(c, coefficients);
	jpeg_copy_critical_parameters(&c->in, &c->out);
	codec_settings(c, !own_codes || !use_codes(c));
	jpeg_write_coefficients(&c->out, coefficients);
	jpeg_finish_compress(&c->out);
	jpeg_finish_decompress(&c->in);
	return true;
}

static void read_pixels(struct codec *c, size_t stride)
{
	c->in.out_color_space = c->in.jpeg_color_space; /* no conversion, no rounding */
	jpeg_start_decompress(&c->in);
	while (c->in.output_scanline < c->in.output_height) {
		JSAMPROW row = c->pixels + c->in.output_scanline * stride;
		jpeg_read_scanlines(&c->in, &row, 1);
	}
}

/* The picture's own quantisation and sampling, turned where it is turned. */
static void use_tables(struct codec *c, bool turned)
{
	for (int i = 0; i < NUM_QUANT_TBLS; i++) {
		const JQUANT_TBL *from = c->in.quant_tbl_ptrs[i];
		if (!from)
			continue;
		if (!c->out.quant_tbl_ptrs[i])
			c->out.quant_tbl_ptrs[i] = jpeg_alloc_quant_table((j_common_ptr)&c->out);
		for (int k = 0; k < DCTSIZE2; k++)
			c->out.quant_tbl_ptrs[i]->quantval[k] = from->quantval[turned ? k % 8 * 8 + k / 8 : k];
		c->out.quant_tbl_ptrs[i]->sent_table = FALSE;
	}
	for (int i = 0; i < c->in.num_components; i++) {
		const jpeg_component_info *from = &c->in.comp_info[i];
		jpeg_component_info *to = &c->out.comp_info[i];
		to->quant_tbl_no = from->quant_tbl_no;
		to->h_samp_factor = turned ? from->v_samp_factor : from->h_samp_factor;
		to->v_samp_factor = turned ? from->h_samp_factor : from->v_samp_factor;
	}
}

static void write_pixels(struct codec *c, bool turned)
{
	c->out.image_width = turned ? c->in.image_height : c->in.image_width;
	c->out.image_height = turned ? c->in.image_width : c->in.image_height;
	c->out.input_components = c->in.num_components;
	c->out.in_color_space = c->in.jpeg_color_space;
	jpeg_set_defaults(&c->out);
	jpeg_set_colorspace(&c->out, c->in.jpeg_color_space);
	use_tables(c, turned);
	codec_settings(c, true);
	jpeg_start_compress(&c->out, TRUE);
	size_t stride = (size_t)c->out.image_width * (size_t)c->out.input_components;
	while (c->out.next_scanline < c->out.image_height) {
		JSAMPROW row = c->oriented + c->out.next_scanline * stride;
		jpeg_write_scanlines(&c->out, &row, 1);
	}
	jpeg_finish_compress(&c->out);
	jpeg_finish_decompress(&c->in);
}

static bool turn_pixels(struct codec *c, struct slice bytes)
{
	if (setjmp(c->escape))
		return false;
	codec_begin(c, bytes);
	const unsigned components = c->walk->components, orientation = c->walk->orientation;
	read_pixels(c, (size_t)c->walk->width * components);
	pixels_orient(c->pixels, c->oriented, c->walk->width, c->walk->height, components, orientation);
	write_pixels(c, ORIENTATION_TURNED(orientation));
	return true;
}

static void codec_free(struct codec **codec)
{
	struct codec *c = *codec;
	if (!c)
		return;
	jpeg_destroy_decompress(&c->in);
	jpeg_destroy_compress(&c->out);
	free(c->pixels);
	free(c->oriented);
	free(c);
	*codec = NULL;
}

/* By its words: the header with libjpeg's error numbers uses a banned call. */
static bool out_of_memory(const struct codec *c)
{
	struct slice message = slice_str(c->message);
	return slice_starts(message, SLICE("Insufficient memory")) ||
	       slice_starts(message, SLICE("Memory limit exceeded")) ||
	       slice_starts(message, SLICE("Backing store not supported"));
}

/* Its codes fit what its writer wrote; what is written here may be put in another way. */
static bool lacks_code(const struct codec *c)
{
	struct slice message = slice_str(c->message);
	return slice_starts(message, SLICE("Missing Huffman code table entry")) ||
	       slice_starts(message, SLICE("Bogus Huffman table definition"));
}

static struct codec *codec_new(const struct walk *walk, struct buffer *out)
{
	struct codec *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->in.err = c->out.err = jpeg_std_error(&c->errors);
	c->errors.error_exit = codec_leave;
	c->errors.emit_message = codec_message;
	c->errors.output_message = codec_silent;
	c->to = out;
	c->walk = walk;
	return c;
}

struct result jpeg_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct walk walk = {.job = job, .at = cursor_of(in, &job->left.work)};
	TRY(walk_markers(&walk));
	size_t before = out->len;
	bool oriented = walk.orientation > 1;
	if (!picture_anew(job) && !oriented && jpeg_carry(in, out))
		return ok();
	AUTO(codec_free) struct codec *c = codec_new(&walk, out);
	if (!c)
		return picture_memory(why);
	if (oriented) {
		size_t size = (size_t)walk.width * walk.height * walk.components;
		c->pixels = malloc(size);
		c->oriented = malloc(size);
	}
	if (oriented && (!c->pixels || !c->oriented))
		return picture_memory(why);
	if (oriented ? turn_pixels(c, in) : copy_coefficients(c, in, true))
		return ok();
	if (lacks_code(c)) {
		codec_free(&c);
		out->len = before;
		c = codec_new(&walk, out);
		if (!c)
			return picture_memory(why);
		if (copy_coefficients(c, in, false))
			return ok();
	}
	if (!buffer_ok(out))
		return job_refuse(job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	return out_of_memory(c) ? picture_memory(why)
	                        : job_refuse(job, REFUSAL_DAMAGED, "", "libjpeg: %s", c->message);
}
