/* gate/file/file.h - take a document apart, rebuild it without anything active
 *
 * The one entrance of the room.  Input and output are memory; nothing here
 * opens a file, starts a process or asks the clock, so that it runs in a jail
 * that allows reading, writing, memory and exit alone.  Output is built only
 * from typed, validated elements (an allow-list); what is not understood is
 * refused, what is active is dropped and reported.
 * clause  HN-2.3(2)-1/2 (3 (2)①)   source domain knowledge: NSA ISG OOXML/PDF,
 *         NCSC Safely importing data; RFC, ISO 32000-1, ECMA-376 at each reader
 */
#ifndef SEKISHO_GATE_FILE_H
#define SEKISHO_GATE_FILE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum file_type {
	FILE_UNKNOWN = 0,
	FILE_DOCX, FILE_XLSX, FILE_PPTX,
	FILE_PDF,
	FILE_JPEG, FILE_PNG, FILE_GIF, FILE_BMP, FILE_TIFF, FILE_WEBP,
	FILE_TXT, FILE_CSV,
	FILE_ZIP,
	/* recognised only to be refused with their own sentence: */
	FILE_OLE,        /* compound file: doc, xls, ppt, msg, or encrypted OOXML */
	FILE_RTF, FILE_HTML, FILE_SVG, FILE_ODF, FILE_XLSB, FILE_ARCHIVE, FILE_MAIL,
	FILE_EXECUTABLE, FILE_SCRIPT, FILE_ICHITARO, FILE_DOCUWORKS, FILE_SYLK, FILE_OTHER,
	FILE_TYPES
};

enum file_verdict { FILE_REFUSED = 0, FILE_CHANGED, FILE_CLEAN };

/* Why a file was refused; the words are stable (JSON, ledger). */
enum refusal {
	REFUSAL_NONE = 0,
	REFUSAL_DAMAGED,   /* damaged: breaks its format's rules, also where Word or Acrobat would repair */
	REFUSAL_ENCRYPTED, /* encrypted: needs a password */
	REFUSAL_DEEP,      /* deep: nested over the limit */
	REFUSAL_LARGE,     /* large: over a size limit */
	REFUSAL_BOMB,      /* bomb: expands, counts or works beyond its budget */
	REFUSAL_AMBIGUOUS, /* ambiguous: two readers could see two things */
	REFUSAL_UNKNOWN,   /* unknown: not a format of the list */
	REFUSAL_MISMATCH,  /* mismatch: the content is not what the name says */
	REFUSAL_FORBIDDEN, /* forbidden: a kind that never passes */
	REFUSAL_FAILED,    /* failed: the worker was ended, a limit of time or memory */
	REFUSALS
};

const char *file_type_name(enum file_type type); /* "docx", "pdf", ... "unknown" */
const char *refusal_name(enum refusal refusal);  /* "damaged", ... "" */
const char *file_verdict_name(enum file_verdict verdict); /* "refused","changed","clean" */
/* refusal_sentence - one Japanese sentence for the person at the desk: what was
 * stopped, why, what to do                                                  */
const char *refusal_sentence(enum refusal refusal, enum file_type type);

/* One thing taken out.  `what` is a stable word ("vba", "external-link",
 * "javascript", ...) from removal_sentence's table; `where` a place inside. */
struct removal {
	const char *what;
	const char *where; /* UTF-8, e.g. "word/vbaProject.bin", "page 3 /AA" */
	struct removal *next;
};
/* removal_sentence - plain Japanese for the reader, e.g. マクロを取り除きました */
const char *removal_sentence(const char *what);

struct file_limits {
	uint64_t input_bytes;   /* default 200 MiB */
	uint64_t expanded_bytes;/* over the whole tree; default 1 GiB */
	uint64_t output_bytes;  /* default 512 MiB */
	uint32_t entries;       /* archive members and parts over the tree; 10,000 */
	uint32_t depth;         /* nested containers; 4 */
	uint64_t pixels;        /* over all pictures of the document; 200 million */
	uint64_t work;          /* fuel units, about one per input byte looked at; 4 G */
};
struct file_limits file_limits_default(void);

/* What a cleansing answers.  Strings live in the arena given. */
struct file_report {
	enum file_verdict verdict;
	enum refusal refusal;
	enum file_type type;
	const char *reason;      /* precise, English, with the place: for the IT section */
	const char *place;
	const char *ending;      /* what the output's name must end in: "docx" also for a docm */
	struct removal *removals; /* in document order; at most 1,000 are kept */
	uint32_t removal_count;   /* all of them */
};

/* file_cleanse - one document
 * name    as people see it, UTF-8; only its ending is used, against the content
 * in      borrowed
 * out     written when the verdict is CHANGED or CLEAN; else left empty
 * report  always written; a refusal is a verdict, not an error
 * errors  E_MEMORY only (and the report says FAILED)                        */
struct result file_cleanse(struct slice name, struct slice in, const struct file_limits *limits,
                           struct arena *arena, struct buffer *out, struct file_report *report,
                           struct why *why) MUST;

/* file_type_by_content - never by name; `name` breaks ties between text kinds */
enum file_type file_type_by_content(struct slice in, struct slice name);

/* file_report_json - the object of `cleanse --report json` without "file",
 * "out" and digests, and without its braces: "type","verdict","reason" (a word
 * of refusal_name), "detail","place","removed":[{"what","where"}]             */
void file_report_json(const struct file_report *report, struct buffer *out);

/* file_prepare - load whatever a jailed process could not load later (tables,
 * codecs, locale); call once before the jail                                */
void file_prepare(void);

#endif
