/* gate/words/words.h - the words of the file gate: kinds of files, verdicts, reasons
 * and the sentences that people read
 *
 * A room of its own, so that programs which only speak of files (the web, the
 * queue) link no reader of strangers' bytes.                               */
#ifndef SEKISHO_GATE_WORDS_H
#define SEKISHO_GATE_WORDS_H

#include <stdbool.h>

enum file_type {
	FILE_UNKNOWN = 0,
	FILE_DOCX, FILE_XLSX, FILE_PPTX,
	FILE_PDF,
	FILE_JPEG, FILE_PNG, FILE_GIF, FILE_BMP, FILE_TIFF, FILE_WEBP, FILE_JP2,
	FILE_TXT, FILE_CSV,
	FILE_ZIP,
	FILE_EXCELXML,   /* a workbook as one XML text, of Excel 2002 and 2003 */
	FILE_WORDXML,    /* a document as one XML text, of Word 2003 */
	FILE_FLATOPC,    /* a docx or pptx as one XML text */
	FILE_DOC, FILE_XLS, FILE_PPT, FILE_MSG, /* the old formats of Office: compound files */
	/* from here on, but for xlsb, archives and mail: recognised only to be refused with their own sentence */
	FILE_OLE,        /* another compound file, or encrypted OOXML */
	FILE_RTF, FILE_HTML, FILE_SVG, FILE_ODF, FILE_XLSB, FILE_ARCHIVE, FILE_MAIL,
	FILE_EXECUTABLE, FILE_SCRIPT, FILE_ICHITARO, FILE_DOCUWORKS, FILE_SYLK, FILE_OTHER,
	FILE_MBOX,
	FILE_TNEF,       /* winmail.dat: comes out as a mail */
	FILE_MHT,        /* a page archive: comes out as a page */
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
	REFUSAL_PASSWORD,  /* password: the password that was given does not open it */
	REFUSAL_LOCKED,    /* locked: with a certificate, rights management or a lock nobody knows */
	REFUSAL_SWITCH,    /* switch: holds a kind of content that the office refuses as a whole */
	REFUSAL_FAILED,    /* failed: the worker was ended, a limit of time or memory */
	REFUSALS
};

const char *file_type_name(enum file_type type); /* "docx", "pdf", ... "unknown" */
const char *refusal_name(enum refusal refusal);  /* "damaged", ... "" */
const char *file_verdict_name(enum file_verdict verdict); /* "refused","changed","clean" */
/* refusal_sentence - one Japanese sentence for the person at the desk: what was
 * stopped, why, what to do                                                  */
const char *refusal_sentence(enum refusal refusal, enum file_type type);
/* held_sentence - the same where the second reader does not agree: the file waits for people */
const char *held_sentence(void);

/* file_type_named - the type of a name of file_type_name; FILE_UNKNOWN if none */
enum file_type file_type_named(const char *name);
/* file_type_fits - whether a file with this lower-case ending may hold this content;
 * false for types that are never rebuilt                                    */
bool file_type_fits(enum file_type type, const char *ending);
/* file_type_ending - the usual ending for this content, "" for types never rebuilt */
const char *file_type_ending(enum file_type type);

/* removal_sentence - plain Japanese for the reader, e.g. マクロを取り除きました */
const char *removal_sentence(const char *what);

#endif
