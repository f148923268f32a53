/* GIF: all frames, their timing and the number of rounds, by giflib
 *
 * The container is walked first: sizes are paid for, extensions that are not
 * timing or looping are named.  Then giflib decodes each frame to its palette
 * indices and encodes them again.  Interlacing is given up: the same picture,
 * written from top to bottom.
 * source  GIF89a specification; Netscape 2.0 looping extension
 */
#include "gate/file/picture.h"

#include "base/cursor.h"

#include <gif_lib.h>
#include <stdlib.h>

enum { FRAME = 0x2C, EXTENSION = 0x21, TRAILER = 0x3B };
enum { LABEL_TEXT = 0x01, LABEL_CONTROL = 0xF9, LABEL_COMMENT = 0xFE, LABEL_APPLICATION = 0xFF };

struct gif {
	struct job *job;
	struct cursor at;
	size_t pixels_most;    /* of the largest frame */
	uint32_t frames;
	bool loops;            /* a sound looping extension was met */
	uint16_t rounds;       /* 0: for ever */
	struct slice reading;  /* what giflib has not read yet */
	GifFileType *in, *made;
	struct buffer *out;
	GraphicsControlBlock control;
	bool has_control;
	GifByteType *line;
};

static struct result damaged(struct gif *g, const char *what)
{
	return job_refuse(g->job, REFUSAL_DAMAGED, picture_place(g->job, g->at.pos), "%s", what);
}

static void skip_colors(struct gif *g, uint8_t packed)
{
	if (packed & 0x80)
		cursor_skip(&g->at, 3u << ((packed & 7) + 1));
}

/* skip_blocks - a chain of sub-blocks up to its empty one; the first is given */
static struct slice skip_blocks(struct gif *g)
{
	struct slice first = {0};
	bool begun = false;
	for (uint8_t len; (len = cursor_take_u8(&g->at)) != 0 && cursor_ok(&g->at);) {
		struct slice block = cursor_take(&g->at, len);
		if (!begun)
			first = block;
		begun = true;
	}
	return first;
}

static struct result walk_frame(struct gif *g)
{
	cursor_skip(&g->at, 4);
	uint64_t width = cursor_take_le16(&g->at), height = cursor_take_le16(&g->at);
	skip_colors(g, cursor_take_u8(&g->at));
	cursor_skip(&g->at, 1);
	skip_blocks(g);
	if (!cursor_ok(&g->at))
		return damaged(g, "it ends within a frame");
	g->frames++;
	if (width * height > g->pixels_most)
		g->pixels_most = (size_t)(width * height);
	TRY(job_pay_entry(g->job));
	return picture_pay(g->job, width, height);
}

/* The looping extension is a block "NETSCAPE2.0" and a block 01 lo hi. */
static void walk_application(struct gif *g, size_t offset)
{
	struct cursor peek = g->at;
	uint8_t len = cursor_take_u8(&peek);
	struct slice name = cursor_take(&peek, len);
	uint8_t size = cursor_take_u8(&peek), kind = cursor_take_u8(&peek);
	uint16_t rounds = cursor_take_le16(&peek);
	bool loop = (slice_is(name, "NETSCAPE2.0") || slice_is(name, "ANIMEXTS1.0")) && size == 3 &&
	            kind == 1 && cursor_take_u8(&peek) == 0 && cursor_ok(&peek);
	skip_blocks(g);
	if (loop && !g->loops) {
		g->loops = true;
		g->rounds = rounds;
		return;
	}
	job_drop(g->job, slice_starts(name, SLICE("ICCRGBG1")) ? "color-profile" : "metadata",
	         picture_place(g->job, offset));
}

static struct result walk_extension(struct gif *g)
{
	size_t offset = g->at.pos - 1;
	uint8_t label = cursor_take_u8(&g->at);
	if (label == LABEL_APPLICATION) {
		walk_application(g, offset);
	} else {
		struct slice first = skip_blocks(g);
		if (label == LABEL_CONTROL && first.len != 4)
			return damaged(g, "a frame's timing of the wrong length");
		if (label != LABEL_CONTROL)
			job_drop(g->job, label == LABEL_COMMENT ? "comment" : "unknown-part",
			         picture_place(g->job, offset));
	}
	return cursor_ok(&g->at) ? ok() : damaged(g, "it ends within an extension");
}

static struct result walk_file(struct gif *g)
{
	if (!cursor_literal(&g->at, SLICE("GIF87a")) && !cursor_literal(&g->at, SLICE("GIF89a")))
		return damaged(g, "no GIF begins here");
	cursor_skip(&g->at, 4);
	uint8_t packed = cursor_take_u8(&g->at);
	cursor_skip(&g->at, 2);
	skip_colors(g, packed);
	for (;;) {
		uint8_t kind = cursor_take_u8(&g->at);
		if (!cursor_ok(&g->at))
			return damaged(g, "it ends before its end mark");
		if (kind == TRAILER)
			break;
		if (kind != FRAME && kind != EXTENSION)
			return damaged(g, "neither a frame nor an extension");
		TRY(kind == FRAME ? walk_frame(g) : walk_extension(g));
	}
	if (g->frames == 0)
		return damaged(g, "it holds no picture");
	if (cursor_left(&g->at) > 0)
		job_drop(g->job, "trailing-data", picture_place(g->job, g->at.pos));
	return ok();
}

/* giflib's side */
static int read_bytes(GifFileType *file, GifByteType *to, int want)
{
	struct gif *g = file->UserData;
	struct slice part = slice_part(g->reading, 0, want < 0 ? 0 : (size_t)want);
	if (part.len)
		memcpy(to, part.at, part.len);
	g->reading = slice_part(g->reading, part.len, g->reading.len);
	return (int)part.len;
}

static int write_bytes(GifFileType *file, const GifByteType *from, int len)
{
	struct gif *g = file->UserData;
	buffer_put(g->out, from, len < 0 ? 0 : (size_t)len);
	return buffer_ok(g->out) ? len : 0;
}

static struct result gif_fault(struct gif *g, int code, struct why *why)
{
	if (!buffer_ok(g->out))
		return job_refuse(g->job, REFUSAL_LARGE, "", "the rebuilt picture is over the limit");
	if (code == D_GIF_ERR_NOT_ENOUGH_MEM || code == E_GIF_ERR_NOT_ENOUGH_MEM)
		return picture_memory(why);
	const char *text = GifErrorString(code);
	return job_refuse(g->job, REFUSAL_DAMAGED, "", "giflib: %s", text ? text : "unknown fault");
}

static struct result put_loop(struct gif *g, struct why *why)
{
	const GifByteType body[3] = {1, (GifByteType)(g->rounds & 0xFF), (GifByteType)(g->rounds >> 8)};
	bool put = EGifPutExtensionLeader(g->made, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
	           EGifPutExtensionBlock(g->made, 11, "NETSCAPE2.0") == GIF_OK &&
	           EGifPutExtensionBlock(g->made, 3, body) == GIF_OK &&
	           EGifPutExtensionTrailer(g->made) == GIF_OK;
	return put ? ok() : gif_fault(g, g->made->Error, why);
}

static struct result put_screen(struct gif *g, struct why *why)
{
	EGifSetGifVersion(g->made, true);
	g->made->AspectByte = g->in->AspectByte;
	if (EGifPutScreenDesc(g->made, g->in->SWidth, g->in->SHeight, g->in->SColorResolution,
	                      g->in->SBackGroundColor, g->in->SColorMap) != GIF_OK)
		return gif_fault(g, g->made->Error, why);
	return g->loops ? put_loop(g, why) : ok();
}

/* Timing is kept as four typed values; the wait for a key press is not. */
static struct result put_control(struct gif *g, struct why *why)
{
	GifByteType body[4];
	if (!g->has_control)
		return ok();
	g->has_control = false;
	g->control.UserInputFlag = false;
	if (g->control.DisposalMode > DISPOSE_PREVIOUS)
		g->control.DisposalMode = DISPOSAL_UNSPECIFIED;
	size_t len = EGifGCBToExtension(&g->control, body);
	return EGifPutExtension(g->made, GRAPHICS_EXT_FUNC_CODE, (int)len, body) == GIF_OK
		? ok() : gif_fault(g, g->made->Error, why);
}

/* The n-th row of an interlaced frame: 0, 8, 16 ... 4, 12 ... 2, 6 ... 1, 3 ... */
static int interlaced_row(int n, int height)
{
	static const int start[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
	int pass = 0;
	for (; pass < 3; pass++) {
		int rows = height > start[pass] ? (height - start[pass] + step[pass] - 1) / step[pass] : 0;
		if (n < rows)
			break;
		n -= rows;
	}
	return start[pass] + n * step[pass];
}

static struct result read_frame(struct gif *g, struct why *why)
{
	const GifImageDesc *image = &g->in->Image;
	const ColorMapObject *colors = image->ColorMap ? image->ColorMap : g->in->SColorMap;
	if (!colors)
		return job_refuse(g->job, REFUSAL_DAMAGED, "", "a frame without colours");
	size_t width = (size_t)image->Width;
	for (int n = 0; n < image->Height; n++) {
		int row = image->Interlace ? interlaced_row(n, image->Height) : n;
		GifByteType *line = g->line + (size_t)row * width;
		if (DGifGetLine(g->in, line, image->Width) != GIF_OK)
			return gif_fault(g, g->in->Error, why);
		for (size_t x = 0; x < width; x++)
			if (line[x] >= colors->ColorCount)
				return job_refuse(g->job, REFUSAL_DAMAGED, "", "a pixel outside the palette");
	}
	return ok();
}

static struct result copy_frame(struct gif *g, struct why *why)
{
	if (DGifGetImageDesc(g->in) != GIF_OK)
		return gif_fault(g, g->in->Error, why);
	const GifImageDesc *image = &g->in->Image;
	if (image->Width <= 0 || image->Height <= 0 ||
	    (size_t)image->Width * (size_t)image->Height > g->pixels_most)
		return job_refuse(g->job, REFUSAL_AMBIGUOUS, "", "giflib reads another size");
	TRY(read_frame(g, why));
	TRY(put_control(g, why));
	if (EGifPutImageDesc(g->made, image->Left, image->Top, image->Width, image->Height, false,
	                     image->ColorMap) != GIF_OK)
		return gif_fault(g, g->made->Error, why);
	for (int y = 0; y < image->Height; y++)
		if (EGifPutLine(g->made, g->line + (size_t)y * (size_t)image->Width, image->Width) != GIF_OK)
			return gif_fault(g, g->made->Error, why);
	return ok();
}

static struct result read_extension(struct gif *g, struct why *why)
{
	int label;
	GifByteType *block;
	int got = DGifGetExtension(g->in, &label, &block);
	if (got == GIF_OK && block && label == LABEL_CONTROL)
		g->has_control = DGifExtensionToGCB(block[0], block + 1, &g->control) == GIF_OK;
	while (got == GIF_OK && block)
		got = DGifGetExtensionNext(g->in, &block);
	return got == GIF_OK ? ok() : gif_fault(g, g->in->Error, why);
}

static struct result copy_frames(struct gif *g, struct why *why)
{
	for (;;) {
		GifRecordType kind;
		if (DGifGetRecordType(g->in, &kind) != GIF_OK)
			return gif_fault(g, g->in->Error, why);
		if (kind == TERMINATE_RECORD_TYPE)
			return ok();
		if (kind == IMAGE_DESC_RECORD_TYPE)
			TRY(copy_frame(g, why));
		if (kind == EXTENSION_RECORD_TYPE)
			TRY(read_extension(g, why));
	}
}

static void gif_done(struct gif *g)
{
	int ignored;
	if (g->in)
		DGifCloseFile(g->in, &ignored);
	if (g->made)
		EGifCloseFile(g->made, &ignored);
	free(g->line);
}

static struct result open_both(struct gif *g, struct slice in, struct why *why)
{
	int code = 0;
	g->reading = in;
	g->in = DGifOpen(g, read_bytes, &code);
	if (!g->in)
		return gif_fault(g, code, why);
	g->made = EGifOpen(g, write_bytes, &code);
	if (!g->made)
		return gif_fault(g, code, why);
	g->line = malloc(g->pixels_most);
	return g->line ? ok() : picture_memory(why);
}

struct result gif_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	AUTO(gif_done) struct gif g = {.job = job, .at = cursor_of(in, &job->left.work), .out = out};
	TRY(walk_file(&g));
	TRY(open_both(&g, in, why));
	TRY(put_screen(&g, why));
	TRY(copy_frames(&g, why));
	int code = E_GIF_SUCCEEDED;
	int closed = EGifCloseFile(g.made, &code);
	g.made = NULL;
	return closed == GIF_OK ? ok() : gif_fault(&g, code, why);
}
