/* gate/file/biff12.h - the records of binary workbooks (xlsb); inside the room only
 *
 * A part is a run of records, each a number, a length and a body.  The package
 * around them is that of every other Office document: ooxml.c walks it, and
 * binary_part takes the place of the XML filter.
 * source  MS-XLSB 2.1.4 (records), 2.3.2 (their numbers), 2.5.97 (formulas)
 */
#ifndef SEKISHO_GATE_FILE_BIFF12_H
#define SEKISHO_GATE_FILE_BIFF12_H

#include "gate/file/ooxml.h"

#include "base/cursor.h"

struct biff12_record {
	uint32_t type;
	struct slice body;
	size_t from, to; /* offsets with its head */
};

/* biff12_next - false at the end, and when the cursor failed */
bool biff12_next(struct cursor *c, struct biff12_record *record);
void biff12_put(struct buffer *out, uint32_t type, struct slice body);
/* biff12_length - of a record as it is put, its head with it */
size_t biff12_length(uint32_t type, size_t body);
/* biff12_take_string - a counted UTF-16 string as it stands; at is NULL for the null one */
struct slice biff12_take_string(struct cursor *c);
/* biff12_take_formula - its tokens; what belongs to them is skipped */
struct slice biff12_take_formula(struct cursor *c);
/* biff12_text - UTF-16 as UTF-8, in place of out's content */
struct slice biff12_text(struct slice wide, struct buffer *out);

/* What may be done with a record. */
enum biff12_fate {
	BIFF12_DROP = 0, /* not on the list */
	BIFF12_KEEP,
	BIFF12_LOOK,     /* kept after a look into it */
	BIFF12_BLOCK     /* dropped up to and with the record `last` */
};
struct biff12_rule {
	uint16_t first, until; /* numbers, both included */
	enum biff12_fate fate;
	uint16_t last;
	const char *what;
};
/* biff12_rule - never NULL */
const struct biff12_rule *biff12_rule(uint32_t type);

/* What the workbook says that formulas of every part need. */
struct biff12_book {
	bool *outside;         /* by sheet reference: it leads out of this workbook */
	uint32_t outside_count;
	bool *calls;           /* by name, counted from 1: calling it is not allowed */
	uint32_t name_count;
	struct links *links;   /* of the document */
	uint32_t self;         /* the place of this workbook among the supporting ones */
};
/* biff12_index - read the names and references; false where it breaks the rules or
 * the arena has no room                                                      */
bool biff12_index(struct arena *arena, struct slice book, struct biff12_book *index);
/* biff12_name_allowed - it neither runs by itself nor names a macro
 * name  UTF-8; flags as in BrtName                                          */
bool biff12_name_allowed(struct slice name, uint32_t flags);
/* biff12_formula_allowed - every token known, every function on the list, nothing outside
 * shared  out, nullable: it only points at a shared or array formula         */
bool biff12_formula_allowed(const struct biff12_book *book, struct slice tokens, bool *shared);

/* binary_part - clean one binary part, as filter_part does an XML one */
struct result binary_part(struct package *package, struct part *part, struct slice in,
                          struct buffer *out, bool *changed, struct why *why) MUST;
/* binary_cache_outside - a pivot cache that draws from outside the workbook */
bool binary_cache_outside(struct slice in);
/* binary_blank_sheet - a worksheet without a cell */
struct slice binary_blank_sheet(void);

#endif
