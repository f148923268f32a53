/* base/number.h - numbers in text; no locale, no leading or trailing rest */
#ifndef SEKISHO_BASE_NUMBER_H
#define SEKISHO_BASE_NUMBER_H

#include "base/slice.h"

/* number_parse_u64 - all of text is 1..20 decimal digits and fits */
bool number_parse_u64(struct slice text, uint64_t *out);
/* number_parse_i64 - the same with an optional '-' */
bool number_parse_i64(struct slice text, int64_t *out);

/* hex_encode - 2*len lower-case digits and a NUL at out */
void hex_encode(const uint8_t *bytes, size_t len, char *out);
/* hex_decode - text must be exactly 2*len hex digits */
bool hex_decode(struct slice text, uint8_t *out, size_t len);

#endif
