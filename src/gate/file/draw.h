/* gate/file/draw.h - what draws pages, lent to the gate by the program that it runs in
 *
 * The switch "page-drawing" has the pages of a PDF made into pictures.  The gate
 * itself draws nothing: it hands the document as it rebuilt it (never as it came) to
 * the drawer of its program (gate/draw in sekisho-draw) and takes pixels and letters
 * back.  A program without a drawer refuses such a file.
 */
#ifndef SEKISHO_GATE_FILE_DRAW_H
#define SEKISHO_GATE_FILE_DRAW_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

#include <stdint.h>

struct drawing; /* one document that is being drawn */

/* A letter of a page's text, as it would be copied out of a reader; a line ends with
 * the letter U+000A, whose box says nothing.  Points (1/72 inch), from the top left
 * corner of the page as it is shown. */
struct drawn_letter {
	uint32_t character; /* Unicode */
	double left, top, right, bottom;
};

/* Each function: E_INPUT where the document or page cannot be drawn, E_MEMORY without
 * memory.  Pages count from 0. */
struct drawer {
	/* NULL, or why nothing can be drawn on this machine; English, for the IT section */
	const char *unfit;
	/* pdf  borrowed until close */
	struct result (*open)(struct slice pdf, struct drawing **out, uint32_t *pages, struct why *why);
	/* as it is shown: cropped and turned; points */
	struct result (*size)(struct drawing *drawing, uint32_t page, double *width, double *height, struct why *why);
	/* pixels  out: height rows of width times blue, green, red, nothing; white where the
	 *         page is empty; the drawing's own until its next call                     */
	struct result (*draw)(struct drawing *drawing, uint32_t page, uint32_t dpi, uint32_t width, uint32_t height,
	                      const uint8_t **pixels, struct why *why);
	struct result (*letters)(struct drawing *drawing, uint32_t page, struct arena *arena, struct drawn_letter **out,
	                         size_t *count, struct why *why);
	void (*close)(struct drawing *drawing);
};

#endif
