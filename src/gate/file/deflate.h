/* gate/file/deflate.h - the codes of a deflate stream looked at, its beginning used again; inside the room only
 *
 * A part that loses an attribute near its end need not be deflated as a whole: the
 * symbols that give its unchanged beginning stand in the stream that was verified
 * already.  They are counted, not inflated again, and taken as they are.
 * source  RFC 1951, section 3.2
 */
#ifndef SEKISHO_GATE_FILE_DEFLATE_H
#define SEKISHO_GATE_FILE_DEFLATE_H

#include "base/buffer.h"

/* deflate_plain - whether all its codes stand for something
 * libdeflate gives bytes for the two length and the two distance symbols that the RFC
 * leaves without a meaning, others refuse them: such a stream has two readings.  Takes
 * half as long again as inflating it, so packages and PDFs leave this to the second
 * reader, whose zlib is strict.
 * packed  a raw stream that inflates, bytes behind it left alone
 * plain   how many bytes it gives                                            */
bool deflate_plain(struct slice packed, size_t plain);

/* deflate_begin - those bits of a stream that give at most `same` bytes of its text,
 * brought to a byte's end in a way that another stream may follow
 * packed  a raw stream that inflates without fault
 * out     appended to when true
 * taken   out when true: bytes of the text that they give, 1..same
 * errors  false: nothing could be taken, or it is not such a stream          */
bool deflate_begin(struct slice packed, size_t same, struct buffer *out, size_t *taken);

enum { DEFLATE_SMALL = 4096 };
/* deflate_small - a raw stream of a text of at most DEFLATE_SMALL bytes, appended to out
 * errors  false: the text is longer, or no memory                           */
bool deflate_small(struct slice text, struct buffer *out);

#endif
