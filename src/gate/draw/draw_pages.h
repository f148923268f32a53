/* gate/draw/draw_pages.h - pages of a PDF as pixels, by poppler and cairo
 *
 * The one room that holds a renderer, and only sekisho-draw links it: it draws what
 * the file gate has rebuilt, in the same jailed process, and hands pixels back.  Fonts
 * that a document does not carry, and the character maps of its encodings, are files
 * of this machine; a jailed process opens none, so draw_prepare names all that drawing
 * may ask for, and the program keeps them open (bin/shelf.h).
 * source  ISO 32000-1; poppler-glib 22.12
 */
#ifndef SEKISHO_GATE_DRAW_PAGES_H
#define SEKISHO_GATE_DRAW_PAGES_H

#include "gate/file/draw.h"

/* draw_prepare - once, before the jail: the fonts of this machine, and one page drawn so
 * that libraries load what they load at first use
 * keep  called with the path of each file that drawing may open later; false: it cannot
 *       be kept
 * returns a drawer; its `unfit` says why it draws nothing: no Japanese font, no
 * character maps, more files than can be kept                                */
const struct drawer *draw_prepare(bool (*keep)(const char *path));

#endif
