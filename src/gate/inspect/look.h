/* gate/inspect/look.h - one document being looked at; inside the room only
 *
 * Each format is one function that says what it finds by look_find and returns
 * false, through look_unreadable, where it cannot go on.  What was found so far
 * stays in the report either way.
 */
#ifndef SEKISHO_GATE_INSPECT_LOOK_H
#define SEKISHO_GATE_INSPECT_LOOK_H

#include "gate/inspect/inspect.h"

struct look {
	struct arena *arena;
	struct inspect_limits left; /* what remains of the budgets, over the whole tree */
	struct inspect_report *report;
	struct inspect_finding **tail;
	const char *path;           /* "" or "inner.zip/" */
	bool no_memory;
};

typedef bool look_fn(struct look *look, enum inspect_type type, struct slice in);

/* look_find - something that must not be there; what is a literal */
void look_find(struct look *look, const char *what, const char *format, ...) PRINTF_LIKE(3, 4);
/* look_unreadable - always false, to be returned; the first reason stays */
bool look_unreadable(struct look *look, const char *format, ...) PRINTF_LIKE(2, 3);
bool look_memory(struct look *look);
/* look_pay_* - false, and unreadable, when the budget is gone */
bool look_pay_bytes(struct look *look, uint64_t bytes);
bool look_pay_pixels(struct look *look, uint64_t width, uint64_t height);
bool look_pay_entry(struct look *look);

/* look_text - visible characters of one part, added to the report's sums
 * A part's digest is taken over its text; the document's is their sum, so that
 * parts may lie in any order.                                               */
struct part_text {
	uint64_t digest, chars;
};
void part_text_add(struct part_text *text, const void *utf8, size_t len);
void look_text(struct look *look, const struct part_text *text);

/* look_ended - readable so far; bytes that are left are a finding */
struct cursor;
bool look_ended(struct look *look, const struct cursor *c);

/* look_inside - a nested document, under a name of its own */
bool look_inside(struct look *look, enum inspect_type type, struct slice name, struct slice in);

look_fn look_office, look_excelxml, look_pdf, look_zip, look_txt, look_csv;
look_fn look_rtf, look_odf, look_html, look_svg, look_sylk, look_mbox;
look_fn look_mail, look_doc, look_xls, look_ppt;
look_fn look_jpeg, look_png, look_gif, look_bmp, look_tiff, look_webp, look_jp2;

/* metafile_look - EMF or WMF: sound, and its orders only draw */
bool metafile_look(struct look *look, const char *where, struct slice in);

/* link_safe - http, https or mailto, and nothing else */
bool link_safe(struct slice target);
/* starts_nocase - ASCII letters of any size */
bool starts_nocase(struct slice text, const char *prefix);

void office_prepare(void);

/* An archive's members, by libzip.  Names are NUL-terminated, in the arena. */
struct member {
	const char *name;
	struct slice name_bytes;
	uint64_t size;
	uint32_t attributes; /* of Unix, where it was made there */
};
struct members {
	void *zip; /* struct zip * */
	struct member *at;
	size_t count;
};
/* members_open - lists, and checks that the archive has one reading only: own
 * scan of both directories, names alike, no gap, no extra, no comment        */
bool members_open(struct look *look, struct slice in, struct members *out);
void members_close(struct members *members);
/* members_read - malloc'd; false when it is damaged or over the budget */
bool members_read(struct look *look, const struct members *members, size_t index, uint8_t **bytes,
                  struct slice *out);

#endif
