/* gate/file/deflate.h - the beginning of a deflate stream used again; inside the room only
 *
 * A part that loses an attribute near its end need not be deflated as a whole: the
 * symbols that give its unchanged beginning stand in the stream that was verified
 * already.  They are counted, not inflated again, and taken as they are.
 * source  RFC 1951, section 3.2
 */
#ifndef SEKISHO_GATE_FILE_DEFLATE_H
#define SEKISHO_GATE_FILE_DEFLATE_H

#include "base/buffer.h"

/* deflate_begin - those bits of a stream that give at most `same` bytes of its text,
 * brought to a byte's end in a way that another stream may follow
 * packed  a raw stream that inflates without fault
 * out     appended to when true
 * taken   out when true: bytes of the text that they give, 1..same
 * errors  false: nothing could be taken, or it is not such a stream          */
bool deflate_begin(struct slice packed, size_t same, struct buffer *out, size_t *taken);

#endif
