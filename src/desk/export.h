/* desk/export.h - a table on its way out: what export.c and import_book.c share */
#ifndef SEKISHO_DESK_EXPORT_H
#define SEKISHO_DESK_EXPORT_H

#include "desk/carry.h"
#include "desk/internal.h"

enum { STEP = 200, KEPT = 64 << 20, PAGE = 16 << 20 };

struct desk_export {
	struct desk *desk;
	struct arena *kept, *page; /* for the whole; for one step */
	struct table table;
	const char *registry;      /* NULL: a register */
	const char **fields;       /* a book's own columns */
	size_t field_count;
	struct sheet_column *columns;
	size_t column_count, rows;
	struct sheet_writer *writer;
	bool has_texts, ended;
	int64_t serial, before_ms; /* where to go on */
	char after[27];
};

enum book_own { BOOK_NUMBER = 0, BOOK_OPENED, BOOK_ACT, BOOK_ROW, BOOK_SECTION, BOOK_STATE_COLUMN, BOOK_CORRECTS, BOOK_OWN };


/* export_entry_cells - an entry as the sheet says it; in the page's arena */
struct result export_entry_cells(struct desk_export *e, const struct book_entry *entry, struct sheet_cell **out,
                                 struct why *why) MUST;

#endif
