/* gate/inspect/inspect.h - the second reader: looks at what the gate wrote
 *
 * The verdict must be on what is written, not on what was read.  Each document
 * that the file gate wrote is read again here, in another process, by other
 * code: a compound file reader of its own, libzip and libxml2's SAX for Office files, qpdf for PDF, the picture
 * libraries' other entrances for pictures, plain scanning for text.  It shares
 * nothing with gate/file, not even the names of the types: one mistake must
 * not blind both.  Its tables are its own; where they are stricter than the
 * gate's, the gate has to change, or the disagreement be judged by people.
 *
 * Fail closed: what cannot be read is INSPECT_UNREADABLE, never OK.  Nothing
 * here opens a file, a socket or a process, so it runs in a jail.
 * clause  HN-2.3(2)-1/2 (3 (2)①)   source NCSC, Safely importing data: transform, then verify
 */
#ifndef SEKISHO_GATE_INSPECT_H
#define SEKISHO_GATE_INSPECT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum inspect_type {
	INSPECT_NOTHING = 0, /* no such type: always unreadable */
	INSPECT_DOCX, INSPECT_XLSX, INSPECT_PPTX, INSPECT_XLSB,
	INSPECT_PDF,
	INSPECT_JPEG, INSPECT_PNG, INSPECT_GIF, INSPECT_BMP, INSPECT_TIFF, INSPECT_WEBP, INSPECT_JP2,
	INSPECT_TXT, INSPECT_CSV,
	INSPECT_ZIP, INSPECT_EXCELXML, INSPECT_WORDXML, INSPECT_FLATOPC,
	INSPECT_DOC, INSPECT_XLS, INSPECT_PPT, INSPECT_MAIL, INSPECT_RTF, INSPECT_ODF, INSPECT_HTML, INSPECT_SVG, INSPECT_SYLK, INSPECT_MBOX,
	INSPECT_TYPES
};

enum inspect_verdict {
	INSPECT_UNREADABLE = 0, /* damaged, over a limit, or not of its type: do not release */
	INSPECT_FOUND,          /* readable, but something forbidden stands in it: do not release */
	INSPECT_OK,
};

/* One thing that must not be there. */
struct inspect_finding {
	const char *what;  /* stable word: "vba", "external-link", "javascript", "trailing-bytes" ... */
	const char *where; /* "word/document.xml:12", "object 7 0", "offset 811", "inner.zip/a.pdf object 3 0" */
	struct inspect_finding *next;
};

struct inspect_limits {
	uint64_t expanded_bytes; /* over the whole tree; default 1 GiB */
	uint64_t pixels;         /* over all pictures and frames; default 200 million */
	uint32_t entries;        /* parts, members, PDF objects; default 2 million */
	uint32_t depth;          /* nested containers; default 4 */
	uint32_t findings;       /* kept; more are only counted; default 200 */
};
struct inspect_limits inspect_limits_default(void);

struct inspect_report {
	enum inspect_verdict verdict;
	enum inspect_type type;
	const char *reason; /* unreadable: one English sentence with the place, else "" */
	struct inspect_finding *findings; /* in the order met */
	uint32_t finding_count;           /* also those over the limit */
	/* What a person would see, for comparing two files of one type: */
	uint64_t pages;        /* pages, sheets, slides, frames, members; 1 for docx and text */
	uint64_t text_chars;   /* visible characters, white space not counted */
	uint64_t text_digest;  /* FNV-1a over them, in order of part name: tells difference, not forgery */
	bool text_known;       /* false for pdf and pictures: there the two above are 0 */
};

/* inspect_type_of - "docx", "jpeg" or "jpg", "tiff" or "tif" ...; INSPECT_NOTHING if none */
enum inspect_type inspect_type_of(const char *word);
const char *inspect_type_name(enum inspect_type type);          /* "docx", ... "nothing" */
const char *inspect_verdict_name(enum inspect_verdict verdict); /* "unreadable","found","ok" */

/* inspect_prepare - load what a jailed process could not load later; once, before the jail */
void inspect_prepare(void);

/* inspect_document - one document that is said to be of a type
 * in      borrowed
 * arena   holds the strings of the report
 * report  always written
 * errors  E_MEMORY only, and the report says UNREADABLE                     */
struct result inspect_document(enum inspect_type type, struct slice in,
                               const struct inspect_limits *limits, struct arena *arena,
                               struct inspect_report *report, struct why *why) MUST;

/* How an output compares with the original it was made from. */
enum inspect_agreement {
	INSPECT_DIFFERS = 0, /* readable both, and pages or text are not the same */
	INSPECT_ORIGINAL_UNREADABLE, /* nothing to compare with: the output's own verdict counts */
	INSPECT_AGREES,
};

/* inspect_compare - pages and visible text of two reports of the same type
 * What the gate takes out with a report (hidden parts, comments, a macro
 * sheet) may lawfully differ: the caller weighs DIFFERS, it is no finding. */
enum inspect_agreement inspect_compare(const struct inspect_report *original,
                                       const struct inspect_report *output);

/* inspect_beside - an output, and how it compares with the original it was made from
 * Of the original only what is compared is read, pages and text, and of that only what does
 * not lie in the output byte for byte: a member of a package with the same name, coding and
 * packed bytes counts as it was read there.  Nothing outlives the call.
 * agreement  always written                                                 */
struct result inspect_beside(enum inspect_type type, struct slice in, struct slice original,
                             const struct inspect_limits *limits, struct arena *arena,
                             struct inspect_report *report, enum inspect_agreement *agreement,
                             struct why *why) MUST;

/* inspect_report_json - one object: {"type","verdict","reason","findings":[{"what","where"}],
 * "finding_count","pages","text_chars","text_digest"} */
void inspect_report_json(const struct inspect_report *report, struct buffer *out);

#endif
