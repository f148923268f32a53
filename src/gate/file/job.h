/* gate/file/job.h - one document being rebuilt; inside the room only
 *
 * Every format is one function of the same shape, found in a table.  A reader
 * that meets a nested document (a picture in a docx, a member of a zip) calls
 * job_rebuild, which finds its type by content, checks it against what the
 * place allows, pays from the shared budgets and goes one level down.
 *
 * A rebuild function returns
 *   ok                     out holds the new document
 *   job_refuse(...)        a refusal; the first one stays
 *   job_drop(...) + ok     something was left out and reported
 */
#ifndef SEKISHO_GATE_FILE_JOB_H
#define SEKISHO_GATE_FILE_JOB_H

#include "gate/file/draw.h"
#include "gate/file/file.h"
#include "gate/file/links.h"

struct job {
	struct arena *arena;
	struct file_limits left; /* what remains of the budgets, over the whole tree */
	uint32_t depth;        /* containers open above and including the present one */
	struct file_report *report;
	struct removal **tail;
	const char *path;        /* place of the present document: "" or "a.zip/b.docx" */
	const char *ending;      /* of the present document's name, lower case, "" if it has none */
	const char *made_ending; /* of the document made last: what its name must end in */
	bool changed;
	bool unproven;         /* what is being unpacked was opened without a proof of the password */
	struct content_rules rules; /* what refuses the file, what may not stay */
	struct links links;    /* what its links may be */
	const struct removal *barred; /* the first removal of such a kind */
	struct slice password; /* as it was given, UTF-8; empty: none */
	const struct drawer *drawer; /* NULL: nothing is drawn */
	void (*note)(void *user, const char *place); /* file_request.note */
	void *note_user;
};

typedef struct result rebuild_fn(struct job *job, struct slice in, struct buffer *out, struct why *why);

/* job_refuse - record the refusal (first stays) and return E_INPUT
 * place   inside the present document, e.g. "xl/workbook.xml" or "offset 1234" */
struct result job_refuse(struct job *job, enum refusal refusal, const char *place,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));
/* job_drop - something active or not understood was left out
 * what    a word of removal_sentence's table                                */
void job_drop(struct job *job, const char *what, const char *where);
/* job_drop_at - the same; the place is put together only while it will be kept */
void job_drop_at(struct job *job, const char *what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* job_pay_* - spend budget; E_INPUT and REFUSAL_BOMB / LARGE when it is gone */
struct result job_pay_work(struct job *job, uint64_t units) MUST;
struct result job_pay_bytes(struct job *job, uint64_t expanded) MUST;
struct result job_pay_pixels(struct job *job, uint64_t pixels) MUST;
struct result job_pay_entry(struct job *job) MUST;

/* job_rebuild - a nested document
 * allowed   bit set of 1ull << enum file_type; another type is refused (MISMATCH)
 * name      for the report's place                                          */
struct result job_rebuild(struct job *job, uint64_t allowed, struct slice name, struct slice in,
                          struct buffer *out, enum file_type *type, struct why *why) MUST;

/* job_run - rebuild what is known to be of this type, at the present place */
struct result job_run(struct job *job, enum file_type type, struct slice in, struct buffer *out,
                      struct why *why) MUST;
/* job_attempt - the same for a part that may be left out (a picture, a chart's
 * workbook): a refusal of the part is told in *refusal and does not refuse the
 * whole; an ended budget does.  out holds something only when *refusal is NONE */
struct result job_attempt(struct job *job, uint64_t allowed, struct slice name, struct slice in,
                          struct buffer *out, enum file_type *type, enum refusal *refusal,
                          struct why *why) MUST;
/* job_check_name - FORBIDDEN or MISMATCH where a name does not fit its content
 * place   the name's place for the refusal, "" for the document itself       */
struct result job_check_name(struct job *job, enum file_type type, struct slice name,
                             const char *place) MUST;
/* job_ending - lower-case ending of a name without its dot, "" if there is none */
void job_ending(struct slice name, char out[16]);
/* job_locked - the refusal of what no known password opens: ENCRYPTED when none
 * was given, PASSWORD when one was
 * job_opened - what was locked is open now; `asked`: with the password given  */
struct result job_locked(struct job *job, const char *place);
void job_opened(struct job *job, const char *place, bool asked);
/* job_memory - the error of an allocation that failed */
struct result job_memory(struct why *why);

void ooxml_prepare(void);
void archive_prepare(void);

/* One row a format; formats.c holds the table. */
struct format {
	rebuild_fn *rebuild;  /* NULL: recognised only to be refused */
	enum refusal refusal; /* why, when rebuild is NULL */
};
const struct format *format_of(enum file_type type);
/* ending_forbidden - endings that systems run or mount, whatever the content */
bool ending_forbidden(const char *ending);
/* text_program - what programs take a text for by its beginning (HTML, SYLK, a
 * script, ...); FILE_UNKNOWN for text that is just text                     */
enum file_type text_program(struct slice text);
/* second_reading - true if the bytes, being of this type, could also be read as
 * another one by a tolerant reader: a PDF header further in, a zip at the end */
bool second_reading(enum file_type type, struct slice in);

rebuild_fn ole_rebuild;   /* a package under a password; other compound files are refused */
rebuild_fn ooxml_rebuild; /* docx, xlsx, pptx */
rebuild_fn zip_rebuild;
rebuild_fn excelxml_rebuild, wordxml_rebuild, flatopc_rebuild;
rebuild_fn pdf_rebuild;   /* objects */
rebuild_fn pages_rebuild; /* pdf_rebuild, and then pages as pictures where a switch says so */
rebuild_fn jpeg_rebuild, png_rebuild, gif_rebuild, bmp_rebuild, tiff_rebuild, webp_rebuild, jp2_rebuild;
rebuild_fn text_rebuild;  /* txt */
rebuild_fn csv_rebuild;
rebuild_fn mail_rebuild;
rebuild_fn archive_rebuild; /* tar, gz, bz2, xz, 7z, lzh, cab, rar: comes out as zip */
rebuild_fn rtf_rebuild, odf_rebuild, html_rebuild, mht_rebuild;
rebuild_fn svg_rebuild, sylk_rebuild, mbox_rebuild;
rebuild_fn msg_rebuild, tnef_rebuild; /* come out as mail */
rebuild_fn doc_rebuild, xls_rebuild, ppt_rebuild;

#define PICTURES ((1u << FILE_JPEG) | (1u << FILE_PNG) | (1u << FILE_GIF) | (1u << FILE_BMP) | \
                  (1u << FILE_TIFF) | (1u << FILE_WEBP))

#endif
