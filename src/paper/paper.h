/* paper/paper.h - what is put on paper: A4 pages as PDF, in Japanese, drawn here
 *
 * Everything that leaves as PDF goes through this one writer: headings, words,
 * tables with ruled cells, 決裁欄.  Text stays text (it can be searched and read
 * aloud), the font is embedded.  A table's heads are repeated on every page; a row
 * that does not fit goes on overleaf, however long it is.  Lines are broken between
 * characters as Japanese is: no 、 begins a line, no 「 ends one, Latin words stay
 * whole.  A character that the font does not have is drawn as 〓 and told at the end
 * by its number, never left out.
 * Disadvantages: one font and no bold; how many pages there are is not known while
 * they are drawn, so that a page says its own number, and the last says 以上.
 * source  JIS X 4051 (line breaking); ISO 32000-1 9.10 (text out of PDF)
 */
#ifndef SEKISHO_PAPER_H
#define SEKISHO_PAPER_H

#include "base/buffer.h"
#include "base/error.h"

/* paper_font_open - the font of everything that is drawn; before the jail, for it
 * looks for files.  E_ABSENT there is no Japanese font                         */
struct paper_font;
struct result paper_font_open(struct paper_font **out, struct why *why) MUST;
void paper_font_close(struct paper_font *font);
void paper_font_drop(struct paper_font **font);

enum { PAPER_COLUMNS = 16, PAPER_PAGES = 4000, PAPER_CELL = 1 << 20 /* bytes of one cell */ };

struct paper;
struct paper_options {
	const char *title; /* of the file, and at the top of pages after the first */
	const char *foot;  /* at the foot of every page, left; "" */
	const char *head;  /* at the top right of every page (様式 ...); "" */
	bool across;       /* A4 across instead of upright */
};
/* paper_begin - the first page; strings are borrowed to the end
 * out     the file's bytes are appended while pages are drawn; borrowed        */
struct result paper_begin(const struct paper_font *font, const struct paper_options *options,
                          struct buffer *out, struct paper **paper, struct why *why) MUST;
/* paper_to - from now on the bytes go there: for what is sent piece by piece */
void paper_to(struct paper *paper, struct buffer *out);
/* paper_end - 以上, the characters that the font lacks, the rest of the file; once
 * errors  E_LIMIT too many pages, or a cell that is too long; E_MEMORY, E_SYSTEM:
 *         of anything that was drawn since paper_begin                      */
struct result paper_end(struct paper *paper, bool signs_off, struct why *why) MUST;
void paper_drop(struct paper **paper); /* for AUTO */
unsigned paper_pages(const struct paper *paper); /* begun so far */

/* Words.  What is given is valid UTF-8; control characters become spaces. */
enum paper_align { PAPER_LEFT = 0, PAPER_CENTRE, PAPER_RIGHT };
void paper_title(struct paper *paper, const char *words);   /* centred, large */
void paper_heading(struct paper *paper, const char *words); /* stays with what follows */
void paper_words(struct paper *paper, enum paper_align align, const char *words);
void paper_note(struct paper *paper, const char *words);    /* small */
void paper_space(struct paper *paper, double points);

/* Tables: ruled, over the whole width. */
struct paper_column {
	const char *head;
	double share;            /* of the width; the shares are summed up */
	enum paper_align align;
	bool tinted;             /* a label, on a light ground */
};
/* paper_table - from here on; no head row where every head is "" or NULL
 * columns  borrowed until the next table; at most PAPER_COLUMNS             */
void paper_table(struct paper *paper, const struct paper_column *columns, size_t count);
struct paper_part {
	struct slice text; /* "\n" begins a new line */
	bool marked;       /* underlined */
};
struct paper_cell {
	const struct paper_part *parts;
	size_t count;
};
void paper_row(struct paper *paper, const struct paper_cell *cells);
/* paper_row_of - cells of plain text, one a column; NULL is empty */
void paper_row_of(struct paper *paper, const char *const *cells);
/* paper_pair - a row of two columns, label and value */
void paper_pair(struct paper *paper, const char *label, const char *value);
void paper_pairs(struct paper *paper); /* begins such a table */

/* 決裁欄: boxes side by side, five a line, never cut by a page. */
struct paper_seal {
	const char *post;  /* 税務課 情報セキュリティ管理者 */
	const char *mark;  /* 代, 専決; "" */
	const char *says;  /* 許可, 決裁待ち ... */
	const char *who, *when;
};
void paper_seals(struct paper *paper, const struct paper_seal *seals, size_t count);

#endif
