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
#include "gate/words/signature.h"
#include "gate/words/switches.h"
#include "gate/words/words.h"

struct drawer;

/* One thing taken out.  `what` is a stable word ("vba", "external-link",
 * "javascript", ...) from removal_sentence's table; `where` a place inside. */
struct removal {
	const char *what;
	const char *where; /* UTF-8, e.g. "word/vbaProject.bin", "page 3 /AA" */
	struct removal *next;
};
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
	struct signature *signatures; /* what they said before the rebuild; filled by the worker (gate/sign) */
};

/* file_cleanse - one document
 * name    as people see it, UTF-8; only its ending is used, against the content
 * in      borrowed
 * out     written when the verdict is CHANGED or CLEAN; else left empty
 * report  always written; a refusal is a verdict, not an error
 * errors  E_MEMORY only (and the report says LARGE)                        */
struct result file_cleanse(struct slice name, struct slice in, const struct file_limits *limits,
                           struct arena *arena, struct buffer *out, struct file_report *report,
                           struct why *why) MUST;

/* What is to be done with one document.  All borrowed. */
struct file_request {
	struct slice name, in;
	struct slice password;    /* UTF-8, at most 256 bytes; empty: none was given */
	struct content_rules rules; /* gate/words/switches.h: what refuses it, what may not stay */
	struct file_limits limits;
	const struct drawer *drawer; /* gate/file/draw.h; NULL: pages are not made into pictures */
	/* Told before each page that is drawn, so that whoever outlives this process knows at
	 * which it ended; nullable */
	void (*note)(void *user, const char *place);
	void *note_user;
};
/* file_cleanse_request - file_cleanse with all that may be asked for.  A locked
 * document is opened with the password, or with the one that its format opens
 * with unasked; else it is refused: ENCRYPTED without a password, PASSWORD with
 * one, LOCKED where no password would help                                  */
struct result file_cleanse_request(const struct file_request *request, struct arena *arena,
                                   struct buffer *out, struct file_report *report,
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
