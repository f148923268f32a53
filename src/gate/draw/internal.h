/* gate/draw/internal.h - inside the room only */
#ifndef SEKISHO_GATE_DRAW_INTERNAL_H
#define SEKISHO_GATE_DRAW_INTERNAL_H

#include "base/buffer.h"

/* fonts_prepare - fontconfig knows the fonts of this machine, Japanese ones come in for
 * what a document names and does not carry; keep as in draw_prepare
 * returns NULL, or why nothing can be drawn                                  */
const char *fonts_prepare(bool (*keep)(const char *path));

/* sample_pdf - a page in fonts that it does not carry, in the encodings that have a map */
void sample_pdf(struct buffer *out);

#endif
