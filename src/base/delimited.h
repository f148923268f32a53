/* base/delimited.h - tables as text: CSV and TSV, row by row
 *
 * What a personnel or a property section exports.  The text is decoded once: UTF-8
 * with or without its mark, else CP932.  Rows end with LF or CRLF; a cell that
 * begins with a quote ends with one, a doubled quote inside is one.
 * source  RFC 4180 section 2                                                */
#ifndef SEKISHO_BASE_DELIMITED_H
#define SEKISHO_BASE_DELIMITED_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

enum { DELIMITED_CELLS = 64 };

/* delimited_decode - the whole file as UTF-8; E_INPUT it is neither UTF-8 nor CP932 */
struct result delimited_decode(struct slice bytes, struct arena *arena, struct slice *out,
                               struct why *why) MUST;

struct delimited {
	struct slice left; /* valid UTF-8 */
	uint8_t mark;      /* ',' or TAB: the first row that has a TAB decides */
	size_t line;       /* where the row that was read last begins, from 1 */
	size_t next;
};
void delimited_begin(struct delimited *d, struct slice text);
/* delimited_row - the next row that is not empty
 * cells   DELIMITED_CELLS of them; trimmed of outer spaces where not quoted
 * count   0: the end
 * errors  E_INPUT  place "line N": a quote that does not end, text behind one
 *         E_LIMIT  too many cells                                           */
struct result delimited_row(struct delimited *d, struct arena *arena, struct slice *cells,
                            size_t *count, struct why *why) MUST;

#endif
