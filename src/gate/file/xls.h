/* gate/file/xls.h - Excel 97-2003 workbooks being rebuilt; inside the room only
 * source  MS-XLS 2.3 (records), 2.4 (each record), 2.5.198 (formulas)
 */
#ifndef SEKISHO_GATE_FILE_XLS_H
#define SEKISHO_GATE_FILE_XLS_H

#include "gate/file/cfb.h"

enum { XLS_RECORD_MOST = 8224, XLS_CONTINUE = 0x3C };

/* Books that formulas refer to, in the order of their records. */
enum xls_book { BOOK_SELF, BOOK_ADDIN, BOOK_OTHER };
enum { XLS_BOOKS_MOST = 4096, XLS_SHEET_REFS_MOST = 65536 };

struct xls_links {
	uint8_t books[XLS_BOOKS_MOST];         /* enum xls_book */
	uint32_t names_from[XLS_BOOKS_MOST];   /* of each book, in names */
	uint32_t book_count;
	uint16_t refs[XLS_SHEET_REFS_MOST];    /* book of each entry of EXTERNSHEET */
	uint32_t ref_count;
	struct { uint16_t book; bool fine; } names[XLS_SHEET_REFS_MOST]; /* EXTERNNAMEs in order */
	uint32_t name_count;
};

struct xls_piece { /* of drawing data, in the output */
	size_t at, len;
	uint32_t part; /* of the sheet, or of a chart inside */
};

struct xls {
	struct job *job;
	struct compound *compound;
	struct slice in;               /* the workbook's stream */
	struct buffer *out;
	struct xls_links *links;
	const char *place;             /* the sheet's name, "" for the book */
	struct xls_piece *drawings;
	uint32_t drawing_count, drawing_room;
	uint8_t told[8192];            /* a bit a record number: reported already */
	size_t strings_from, strings_to; /* where the string table was, and is */
	uint32_t names;                /* defined names so far */
	bool group_done;               /* the drawing group is written */
	/* the sheet being written */
	bool in_sheet;
	bool freeze_shared;            /* a shared formula of it is not allowed */
	uint32_t part, parts;
	bool last_kept, frozen, drawing_open;
	bool opened;            /* it was locked */
	size_t rules_count_at;         /* of the count of validation rules; 0: none */
};

struct xls_record {
	uint16_t id;
	struct slice body;
	size_t at; /* of its header in the stream */
};
/* xls_next - the next record; false at the end or where it is cut off */
bool xls_next(struct slice stream, size_t *pos, struct xls_record *r);
uint16_t xls_u16(struct slice s, size_t at);
uint32_t xls_u32(struct slice s, size_t at);
void xls_put(struct xls *x, uint16_t id, struct slice body);
void xls_tell(struct xls *x, uint16_t id, const char *what);

/* xls_formula_allowed - tokens of a formula: functions of the list, no other book,
 * no add-in but the one of analysis, links only as in links.h              */
bool xls_formula_allowed(const struct xls *x, struct slice tokens);
/* xls_formula_shared - it stands for a shared or array formula elsewhere */
bool xls_formula_shared(struct slice tokens);
/* xls_object_formula - a formula as objects keep it: length, then tokens */
bool xls_object_formula(const struct xls *x, struct slice formula);

/* xls_change - a record that is not copied as it is; true when it was dealt with */
bool xls_change(struct xls *x, const struct xls_record *r, size_t next);
bool xls_listed(uint16_t id);
/* xls_left_out - the word for a record that is not on the list; NULL: no word */
const char *xls_left_out(uint16_t id);

#endif
