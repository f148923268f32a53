/* gate/inspect/look.h - one document being looked at; inside the room only
 *
 * Each format is one function that says what it finds by look_find and returns
 * false, through look_unreadable, where it cannot go on.  What was found so far
 * stays in the report either way.
 */
#ifndef SEKISHO_GATE_INSPECT_LOOK_H
#define SEKISHO_GATE_INSPECT_LOOK_H

#include "gate/inspect/inspect.h"

struct names;
struct kept;

struct look {
	struct arena *arena;
	struct inspect_limits left; /* what remains of the budgets, over the whole tree */
	struct inspect_report *report;
	struct inspect_finding **tail;
	const char *path;           /* "" or "inner.zip/" */
	bool comparing;             /* an original: its pages and its text are asked for, no findings */
	struct kept *kept;          /* NULL, or the output's members, kept for its original */
	struct names **names;       /* known ones, of the whole tree (names.h) */
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

/* look_has_text - false for pictures and pdf: what lies inside another document and has no
 * text counts nothing for it                                                 */
bool look_has_text(enum inspect_type type);

/* look_inside - a nested document, under a name of its own */
bool look_inside(struct look *look, enum inspect_type type, struct slice name, struct slice in);

look_fn look_office, look_flat, look_wordxml, look_excelxml, look_pdf, look_zip, look_txt, look_csv;
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
	uint32_t sum;        /* CRC-32 of its bytes, as the directory says */
	bool deflated;       /* and neither encrypted nor without a size or sum */
};
struct members {
	void *zip; /* struct zip * */
	struct inflating *inflating; /* room for reading one that is deflated; NULL: none was yet */
	struct member *at;
	uint32_t *sorted; /* places in at, by name */
	size_t count;
};
/* members_open - lists, and checks that the archive has one reading only: own
 * scan of both directories, names alike, no gap, no extra, no comment        */
bool members_open(struct look *look, struct slice in, struct members *out);
void members_close(struct members *members);
/* members_shut - the same, but an output's are kept for its original where there is one */
void members_shut(struct look *look, struct members *members);
/* members_sort - make them findable; a name that stands twice is a finding */
bool members_sort(struct look *look, struct members *members);
/* members_find - by name, letters of ASCII in any size; SIZE_MAX if there is none */
size_t members_find(const struct members *members, struct slice name);
/* members_read - malloc'd; false when it is damaged or over the budget */
bool members_read(struct look *look, struct members *members, size_t index, uint8_t **bytes,
                  struct slice *out);

/* A part's bytes: all there, or of a member, read on while they are parsed. */
struct feed {
	struct slice ready;   /* what is there and not yet taken */
	void *file;           /* struct zip_file *; NULL: no more than ready */
	struct inflating *inflating; /* NULL: file gives the bytes as they are */
	uint8_t *room;        /* of file alone */
	uint64_t left;        /* that the member promised, after ready */
	bool broken;
};
/* feed_more - the next piece into ready, empty at the end; once ready is used up */
void feed_more(struct feed *feed);
/* members_feed - the first piece is ready; false when it is damaged or over the budget */
bool members_feed(struct look *look, struct members *members, size_t index, struct feed *out);
/* feed_end - true when all that was promised was read, and no more */
bool feed_end(struct look *look, const struct members *members, size_t index, struct feed *feed);
/* feed_whole - all of it in one piece, malloc'd, and the end as above */
bool feed_whole(struct look *look, const struct members *members, size_t index, struct feed *feed,
                uint8_t **bytes, struct slice *out);

/* members_each - look at one, and remember what it counted; or, of an original, count what
 * the output's member of the same name, coding and packed bytes did             */
typedef bool member_fn(void *user, size_t index);
bool members_each(struct look *look, const struct members *members, size_t index, member_fn *read, void *user);

/* The output's members, while its original is looked at. */
struct kept {
	struct members members;
	struct counted {
		uint64_t pages, chars, digest;
		bool read;
	} *counted; /* one a member */
};
void kept_done(struct kept *kept);

#endif
