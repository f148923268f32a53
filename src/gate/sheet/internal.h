/* gate/sheet/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_GATE_SHEET_INTERNAL_H
#define SEKISHO_GATE_SHEET_INTERNAL_H

#include "gate/file/job.h"
#include "gate/sheet/sheet_read.h"
#include "sheet/sheet.h"

/* grid_row - one row of the output, unless all its cells are empty */
struct result grid_row(struct job *job, size_t number, const struct slice *cells, size_t count,
                       struct buffer *out) MUST;
struct result read_workbook(struct job *job, struct slice in, struct buffer *out, struct why *why) MUST;

#endif
