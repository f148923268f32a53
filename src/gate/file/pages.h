/* gate/file/pages.h - a PDF whose pages are pictures; inside the room only
 *
 *   pages.c         the rebuild: the usual one, then drawn, then written
 *   pages_picture.c pixels as a picture: lossless or JPEG, grey or colour
 *   pages_text.c    the letters that lie unseen over a picture
 *   pages_write.c   the one layout of such a document
 *   pages_read.c    is this such a document, to the byte?
 *
 * Of the source nothing reaches the output but pixels that a drawer made, sizes, and
 * (unless the switch "page-text" takes them) Unicode characters with their places.
 * The layout is the one that the usual rebuild would give it, so that a document of
 * pictures rebuilds to itself; one that was made here is known by being written once
 * more and compared, its pictures decoded and coded anew, and is not drawn again.
 */
#ifndef SEKISHO_GATE_FILE_PAGES_H
#define SEKISHO_GATE_FILE_PAGES_H

#include "gate/file/pdf.h"

enum {
	PAGES_DPI = 200,              /* unless the office says otherwise */
	PAGES_DPI_LEAST = 72, PAGES_DPI_MOST = 600,
	PAGES_PIXELS = 12000000,      /* of one page at most: larger pages get fewer dots an inch */
	PAGES_POINT = 10000,          /* units of a page's size in a point */
	PAGES_SIDE = 14400,           /* points; ISO 32000-1 annex C */
	PAGES_GLYPHS = 65535,         /* distinct letters and widths of a document */
	PAGES_LINE = 100,             /* units of a letter's place in a point */
};

/* Units: 1/PAGES_POINT of a point. */
struct pages_size {
	int64_t width, height;
	struct slice unit; /* the number of /UserUnit as it stood; empty: none */
};

/* pages_dots - pixels and dots an inch of a page that is drawn */
struct pages_dots {
	uint32_t dpi, width, height;
};
struct pages_dots pages_dots(const struct pages_size *size, uint64_t dpi);

struct pages_picture {
	uint32_t width, height; /* pixels */
	bool colour, jpeg;
	struct slice bytes;     /* as the filter takes them */
};

/* ---- pages_picture.c --------------------------------------------------- */

/* pages_picture - bytes lie in `to`, which is cleared; scratch holds rows
 * pixels  as struct drawer gives them                                       */
struct result pages_picture(struct job *job, const uint8_t *pixels, const struct pages_dots *dots,
                            struct buffer *scratch, struct buffer *to, struct pages_picture *out,
                            struct why *why) MUST;
/* pages_picture_same - decoded to its last bit and coded anew it is the same bytes */
struct result pages_picture_same(struct job *job, const struct pages_picture *picture, struct buffer *scratch,
                                 struct buffer *to, bool *same, struct why *why) MUST;

/* ---- pages_text.c ------------------------------------------------------ */

/* A character as wide as it stood somewhere.  Its code in the document is its place, from 1. */
struct pages_glyph {
	uint32_t character;
	uint32_t width; /* thousandths of its size, a multiple of PAGES_WIDTH */
};
enum { PAGES_WIDTH = 50, PAGES_WIDTH_MOST = 2000 };

struct pages_font {
	struct buffer glyphs; /* of struct pages_glyph */
	uint32_t *places;     /* by hash; codes, 0 free */
};
struct result pages_font_init(struct pages_font *font, struct why *why) MUST;
void pages_font_done(struct pages_font *font);
/* pages_font_code - 0 where the document has as many as it may */
uint32_t pages_font_code(struct pages_font *font, struct pages_glyph glyph);
static inline size_t pages_font_count(const struct pages_font *font)
{
	return font->glyphs.len / sizeof(struct pages_glyph);
}
/* pages_letter_kept - may it lie in the layer?  No controls, nothing that turns or hides text */
bool pages_letter_kept(uint32_t character);
/* pages_text - append the layer of a page; nothing where it has no letters */
void pages_text(struct pages_font *font, const struct drawn_letter *letters, size_t count,
                const struct pages_size *size, struct buffer *out);
/* pages_text_sound - is it what pages_text writes: places and codes, nothing else */
bool pages_text_sound(struct slice text, size_t glyphs);
/* The parts of the font, from its glyphs. */
void pages_font_file(struct buffer *out);                                  /* a TrueType font of one empty glyph */
void pages_font_widths(const struct pages_font *font, struct buffer *out); /* /W */
void pages_font_unicode(const struct pages_font *font, struct buffer *out); /* /ToUnicode */
/* pages_font_read - the glyphs of such a /W and /ToUnicode; false: they are none */
bool pages_font_read(struct pages_font *font, const struct pdf_value *widths, struct slice unicode);

/* ---- pages_write.c ----------------------------------------------------- */

struct pages_writer {
	struct pdf_document doc; /* for what the writer of objects asks: job, why, compressor */
	struct pdf_writer writer;
	struct pages_font *font; /* NULL: no text */
	struct buffer content, packed;
	uint32_t *numbers;       /* of page i: picture at 2i, content at 2i + 1 */
	uint32_t count, font_number, parts; /* parts: number of the first of the font's streams */
	const struct pages_size *sizes;
	struct libdeflate_compressor *deflater;
};
/* pages_begin - writes the pages' objects; sizes is borrowed until pages_end
 * pages_add   - the next page's picture and text
 * pages_end   - font, catalog, end; after it out is a whole document
 * pages_done  - frees; also after a failure                                 */
struct result pages_begin(struct pages_writer *w, struct job *job, struct pages_font *font,
                          const struct pages_size *sizes, uint32_t count, struct buffer *out,
                          struct why *why) MUST;
struct result pages_add(struct pages_writer *w, uint32_t page, uint32_t dpi, const struct pages_picture *picture,
                        struct slice text) MUST;
struct result pages_end(struct pages_writer *w) MUST;
void pages_done(struct pages_writer *w);
/* pages_place - append where the picture lies: the beginning of a page's content */
void pages_place(const struct pages_size *size, const struct pages_picture *picture, uint32_t dpi, struct buffer *out);
/* pages_number - append a number of 1/scale units, without zeros at its end */
void pages_number(struct buffer *out, int64_t value, int64_t scale);

/* ---- pages_read.c ------------------------------------------------------ */

/* pages_units - how the pages of a document that the gate wrote measure themselves:
 * /UserUnit of each, in `sizes`; the document has to have `count` pages      */
struct result pages_units(struct job *job, struct slice pdf, struct pages_size *sizes, uint32_t count,
                          struct why *why) MUST;
/* pages_own - was this document, as the gate rebuilt it, made here, to the byte?
 * plain  out: true, and out holds it without its text, where it had one and `text` is
 *        false; else untouched                                              */
struct result pages_own(struct job *job, struct slice pdf, bool text, struct buffer *out, bool *own, bool *plain,
                        struct why *why) MUST;

#endif
