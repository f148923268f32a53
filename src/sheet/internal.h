/* sheet/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_SHEET_INTERNAL_H
#define SEKISHO_SHEET_INTERNAL_H

#include "sheet/sheet.h"

/* A zip, member after member, into a sink; sizes stand behind each member. */
struct zip_out;
struct result zip_out_new(const struct sheet_sink *sink, struct zip_out **out, struct why *why) MUST;
struct result zip_out_member(struct zip_out *zip, const char *name, struct why *why) MUST;
struct result zip_out_put(struct zip_out *zip, struct slice bytes, struct why *why) MUST;
struct result zip_out_end(struct zip_out *zip, struct why *why) MUST;
void zip_out_free(struct zip_out *zip);

struct sheet_writer {
	enum sheet_format format;
	const struct sheet_sink *sink;
	size_t columns, rows; /* rows below the header */
	struct buffer line;   /* of the row */
	struct zip_out *zip;
	const struct sheet_of_book *sheets; /* of a workbook; valid while it is begun, then for sheet_next */
	size_t sheet_count, sheet;
	struct sheet_loss *losses;
	size_t loss_count, loss_total;
};

struct result xlsx_begin(struct sheet_writer *w, struct why *why) MUST;
struct result xlsx_next(struct sheet_writer *w, struct why *why) MUST;
struct result xlsx_row(struct sheet_writer *w, const struct sheet_cell *cells, struct why *why) MUST;
struct result xlsx_end(struct sheet_writer *w, struct why *why) MUST;

#endif
