/* desk/carry.h - registers and record books out as sheets, registers in again
 *
 * Out: step by step, so that a large register neither fills the memory nor keeps
 * others waiting.  In: all or nothing.  A row is known by its number, or by its
 * name and section; a row that already says what the sheet says is left alone, so
 * that the same file again changes nothing.  Columns that are not there are left as
 * they are, empty cells empty the fact.  Each change goes through the policy.
 */
#ifndef SEKISHO_DESK_CARRY_H
#define SEKISHO_DESK_CARRY_H

#include "desk/table.h"

/* ---- out */

struct desk_export;
/* desk_export_register, desk_export_book - of a kind, of a registry
 * sink    borrowed until the end
 * errors  E_ABSENT no such register or book; those of sheet_begin           */
struct result desk_export_register(struct desk *desk, const char *kind, enum sheet_format format,
                                   const struct sheet_sink *sink, struct desk_export **out, struct why *why) MUST;
struct result desk_export_book(struct desk *desk, const char *registry, enum sheet_format format,
                               const struct sheet_sink *sink, struct desk_export **out, struct why *why) MUST;
/* desk_export_step - some rows more; done: all is written */
struct result desk_export_step(struct desk_export *e, bool *done, struct why *why) MUST;
/* desk_export_losses - what CP932 could not say, so far: with any that is not merged
 * the file is not to be given out                                           */
const struct sheet_loss *desk_export_losses(const struct desk_export *e, size_t *count, size_t *total);
size_t desk_export_rows(const struct desk_export *e);
/* desk_export_column - the label of a column, for telling a loss */
const char *desk_export_column(const struct desk_export *e, size_t column);
void desk_export_drop(struct desk_export **e); /* for AUTO */

/* ---- in */

/* A table as rows, read by sekisho-sheet in its jail. */
struct desk_grid {
	struct slice rows;
	void *mapped;
	size_t bytes;
};
struct pool;
/* desk_grid_read - fd: a plain file or memfd, borrowed
 * errors  E_INPUT  the table cannot be read: why says what and what to do
 *         E_BUSY   the worker was lost; others: of the pool                 */
struct result desk_grid_read(struct pool *pool, int fd, const char *name, struct desk_grid *out,
                             struct why *why) MUST;
void desk_grid_done(struct desk_grid *grid); /* for AUTO */

enum { DESK_FAULTS = 2000 };
struct desk_fault {
	size_t row, column;  /* row as a spreadsheet shows it, column from 0; SIZE_MAX: the row */
	const char *cell;    /* "D12" */
	const char *label, *value, *text;
};
/* What becomes of one row of the sheet. */
enum { DESK_FATES = 1000, DESK_SAME = 200 };
enum fate { FATE_SAME = 0, FATE_NEW, FATE_CHANGED, FATE_BAD };
struct desk_fate {
	size_t row;       /* as a spreadsheet shows it */
	enum fate fate;
	const char *name; /* of the row */
	const char *text; /* which facts change, "" */
};
/* What a sheet would do, or did. */
struct desk_plan {
	size_t rows, made, changed, same, bad_rows;
	struct desk_fault *faults; /* the first DESK_FAULTS */
	size_t fault_count, fault_total;
	struct desk_fate *fates;   /* the first DESK_FATES rows, no more than DESK_SAME of them unchanged */
	size_t fate_count, same_told;
};
/* desk_import - judge a sheet, and write it if nothing is wrong
 * grid   rows as sekisho-sheet gives them
 * write  false: only judged; true: written in one transaction, and only if the plan
 *        has no fault
 * errors E_ABSENT no such register; E_INPUT the grid itself cannot be read; E_LIMIT */
struct result desk_import(struct desk *desk, const char *kind, struct slice grid, const char *actor, bool write,
                          struct arena *arena, struct desk_plan *out, struct why *why) MUST;
/* desk_import_book - lines of a past book become entries, marked as taken over (origin
 * "taken:...", and in words with their source and day) and closed; nothing that is
 * there is ever changed: a line with the number of an entry must say what it says.
 * The same line again, from whatever file, opens nothing
 * source  the file's name, at most 80 bytes of it are kept                    */
struct result desk_import_book(struct desk *desk, const char *registry, struct slice grid, const char *source,
                               const char *actor, bool write, struct arena *arena, struct desk_plan *out,
                               struct why *why) MUST;
/* desk_import_marked - the sheet again as xlsx, its wrong cells marked, with a last
 * column that says what is wrong                                            */
struct result desk_import_marked(struct desk *desk, const char *kind, struct slice grid,
                                 const struct desk_plan *plan, const struct sheet_sink *sink,
                                 struct why *why) MUST;

#endif
