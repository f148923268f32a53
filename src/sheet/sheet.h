/* sheet/sheet.h - tables as people carry them: CSV and xlsx, written; CSV, read
 *
 * Written row by row into a sink, so that a large register is never in memory as
 * a whole.  CSV: RFC 4180 with CRLF, quoted only where it must be; UTF-8 with a byte order
 * mark, or CP932.  xlsx: one sheet (a report: several), our own writer (zip with deflate,
 * inline strings, no formula anywhere), days as real dates that Excel shows by era.
 * A cell that a spreadsheet would take for a formula is written with an
 * apostrophe before it in CSV, and read back without; a text that begins with such
 * an apostrophe gets one more, so that every text comes back as it was.
 * Reading here is for bytes of our own worker (gate/sheet); it is bounded all the
 * same.  source  RFC 4180; ECMA-376 part 1 18.3, 18.8; PKWARE APPNOTE 6.3.10
 */
#ifndef SEKISHO_SHEET_H
#define SEKISHO_SHEET_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cursor.h"
#include "base/error.h"

enum { SHEET_COLUMNS = 200, SHEET_ROWS = 200000, SHEET_CELL = 65536, SHEET_LOSSES = 500 };

enum sheet_format { SHEET_CSV = 0, SHEET_CP932, SHEET_XLSX };
/* sheet_format_of - "csv", "cp932", "xlsx"; false for another word */
bool sheet_format_of(const char *word, enum sheet_format *out);

struct sheet_sink {
	struct result (*put)(void *context, struct slice bytes, struct why *why);
	void *context;
};

enum sheet_kind { CELL_TEXT = 0, CELL_DAY /* text is ISO */, CELL_NUMBER /* decimal digits, '-' */ };
struct sheet_cell {
	struct slice text; /* valid UTF-8 */
	enum sheet_kind kind;
	bool bad;          /* xlsx: marked */
};
struct sheet_column {
	const char *id, *label;
	unsigned width;    /* in characters; 0: 14 */
};
/* What CP932 cannot say. */
struct sheet_loss {
	size_t row, column; /* of the table, from 0; row 0 is the first below the header */
	char character[8];  /* UTF-8 */
	bool merged;        /* written as its Microsoft twin (〜 as ～), and read back as that */
};

struct sheet_writer;
/* sheet_begin - the header is written at once
 * sink     borrowed; in SHEET_CP932 a cell with a character that is not there is
 *          left empty, and told by sheet_losses: whoever writes checks first
 * errors   E_MEMORY; those of the sink                                      */
struct result sheet_begin(enum sheet_format format, const char *title, const struct sheet_column *columns,
                          size_t count, const struct sheet_sink *sink, struct sheet_writer **out,
                          struct why *why) MUST;
/* A report of several sheets, xlsx only: sheet_begin_book opens the first of them, sheet_next
 * the one after it; a sheet that has no row stands there with its header.
 * sheets   borrowed until sheet_end; 1 to SHEET_BOOK
 * errors   E_LIMIT; sheet_next: E_LIMIT there is no further one              */
enum { SHEET_BOOK = 16 };
struct sheet_of_book {
	const char *title;
	const struct sheet_column *columns;
	size_t count;
};
struct result sheet_begin_book(const struct sheet_of_book *sheets, size_t count, const struct sheet_sink *sink,
                               struct sheet_writer **out, struct why *why) MUST;
struct result sheet_next(struct sheet_writer *writer, struct why *why) MUST;
/* sheet_row - as many cells as columns.  E_INPUT not UTF-8, E_LIMIT too long */
struct result sheet_row(struct sheet_writer *writer, const struct sheet_cell *cells, struct why *why) MUST;
/* sheet_end - the rest; once */
struct result sheet_end(struct sheet_writer *writer, struct why *why) MUST;
void sheet_drop(struct sheet_writer **writer); /* for AUTO */
/* sheet_losses - the first SHEET_LOSSES; total counts all that are not merged */
const struct sheet_loss *sheet_losses(const struct sheet_writer *writer, size_t *count, size_t *total);

/* sheet_guard, sheet_unguard - the apostrophe before = + - @ TAB CR LF and their wide forms */
bool sheet_guarded(struct slice text);
struct slice sheet_unguard(struct slice text);

/* CSV, row by row.  in: UTF-8 without a byte order mark. */
struct csv {
	struct cursor c;
	uint8_t separator;  /* ',' or TAB */
	size_t line;        /* of the row read last, from 1 */
	size_t next_line;
	const char *fault;  /* one sentence in Japanese, NULL */
};
struct csv csv_of(struct slice in, uint8_t separator);
/* csv_row - false at the end or at a fault
 * cells  in the arena; at most SHEET_COLUMNS                                */
bool csv_row(struct csv *csv, struct arena *arena, struct slice **cells, size_t *count);
/* csv_put - one cell, quoted where it must be */
void csv_put(struct slice text, uint8_t separator, struct buffer *out);

#endif
