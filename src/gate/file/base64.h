/* gate/file/base64.h - bytes as text; inside the room only
 * source  RFC 4648 section 4                                                */
#ifndef SEKISHO_GATE_FILE_BASE64_H
#define SEKISHO_GATE_FILE_BASE64_H

#include "base/buffer.h"
#include "base/slice.h"

/* base64_take - append the bytes; white space is passed over, an equals sign ends it;
 * false for any other character and for a length that no bytes have
 * What it was made from is never kept: the text is written anew from the bytes. */
bool base64_take(struct slice text, struct buffer *out);
/* base64_put - append the text, padded; base64_put_lines - in lines of 76, each ended by LF */
void base64_put(struct slice bytes, struct buffer *out);
void base64_put_lines(struct slice bytes, struct buffer *out);

#endif
