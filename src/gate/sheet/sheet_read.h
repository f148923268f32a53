/* gate/sheet/sheet_read.h - a stranger's table as plain rows; runs in a jailed worker
 *
 * CSV (UTF-8, with a mark or without; UTF-16 with a mark; CP932) and xlsx, first
 * sheet.  Out comes one form for all: CSV in UTF-8 without a mark, whose first
 * cell in each row is the row's number as a spreadsheet shows it.  Days of xlsx are
 * ISO, numbers are decimal, formulas give their last value.  Empty rows are left out.
 * The apostrophe that guards a cell of a CSV file from being a formula is taken off.
 * source  RFC 4180; ECMA-376 part 1 18.3, 18.4, 18.8, 18.17.4
 */
#ifndef SEKISHO_GATE_SHEET_READ_H
#define SEKISHO_GATE_SHEET_READ_H

#include "gate/file/file.h"

/* sheet_read - one table
 * name    only its ending is used, where the content may be either (csv, tsv)
 * out     the rows; report verdict CLEAN, or REFUSED with out left empty
 * errors  E_MEMORY only                                                     */
struct result sheet_read(struct slice name, struct slice in, const struct file_limits *limits,
                         struct arena *arena, struct buffer *out, struct file_report *report,
                         struct why *why) MUST;

#endif
