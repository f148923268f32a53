/* gate/mail/mail.h - messages: read once, with exactly one reading, or refused
 *
 * Mail programs disagree about broken messages, and what one shows another hides.
 * This reader accepts only what all of them read alike; whatever is built from
 * what it returns is a new message.  Bytes in, structures out: no file, no clock.
 * source  RFC 5322, 2045, 2046, 2047, 2183, 2231; draft-chen-email-mime-ambiguity
 */
#ifndef SEKISHO_GATE_MAIL_H
#define SEKISHO_GATE_MAIL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

enum mail_fault {
	MAIL_FINE = 0,
	MAIL_DAMAGED,   /* not a message, or cut off */
	MAIL_AMBIGUOUS, /* two programs could see two messages */
	MAIL_DEEP,      /* parts nested too deep, or too many */
	MAIL_FORBIDDEN, /* a message in pieces, or one that lies elsewhere */
	MAIL_ENCRYPTED,
	MAIL_CHARSET,   /* a text in no charset of the list, or broken in its charset */
	MAIL_MEMORY,
};

struct mail_part {
	const char *type;     /* lower case, "text/plain" */
	const char *charset;  /* lower case, "" if none */
	const char *name;     /* UTF-8, "" if none */
	const char *id, *location; /* Content-ID without its brackets, Content-Location; "" if none */
	bool attached;        /* said to be an attachment */
	struct slice content; /* transfer encoding undone; a multipart's is empty */
	struct mail_part *first, *next; /* children, sibling */
};
struct mail_header {
	const char *name;    /* as in the list of what is kept */
	const char *value;   /* UTF-8, words decoded, on one line, no control characters */
	struct mail_header *next;
};
struct mail {
	struct mail_header *headers; /* those of the list, in its order */
	struct mail_part *root;
	bool dropped_text;           /* before the first or after the last part */
	bool signature;              /* a signature that a new message cannot keep */
	const char *reason;          /* of a fault: one English sentence */
};

enum { MAIL_DEPTH = 8, MAIL_PARTS = 1000 };

/* mail_read - the whole message; strings and contents in the arena */
enum mail_fault mail_read(struct slice in, struct arena *arena, struct mail *out);

/* mail_prepare - load the charsets of mail from elsewhere; before the jail.  Those that
 * are not loaded are none of the list                                         */
void mail_prepare(void);
/* mail_text - bytes of a charset as UTF-8, lines ended by LF; false when they are not
 * that.  "" and us-ascii are read as UTF-8, which contains them             */
bool mail_text(struct slice bytes, const char *charset, struct buffer *out);
/* mail_words - a header's value with its encoded words decoded; false when broken */
bool mail_words(struct slice value, struct buffer *out);

/* What a page loses on its way to text. */
struct mail_page {
	bool remote; /* pictures from elsewhere */
	bool hidden; /* text that was not to be seen */
	bool active; /* scripts, forms, frames */
};
/* mail_page_text - a page as text: tables by tabs, lists by dots, links with their
 * target, which is written so that nothing makes it a link again            */
void mail_page_text(struct slice page, struct buffer *out, struct mail_page *lost);

/* mail_put_header - "Name: value", encoded and folded where it has to be    */
void mail_put_header(struct buffer *out, const char *name, struct slice value);
/* mail_put_part - headers and base64 of one part; name "" for the text      */
void mail_put_part(struct buffer *out, const char *type, const char *name, struct slice content);
/* mail_put_bare - the empty line and a text of ASCII that stands as it is, which no header
 * has to tell of; false, and nothing, where it is not such a text             */
bool mail_put_bare(struct buffer *out, struct slice text);
/* mail_put_text - headers and a text in UTF-8, its lines ended by LF: as it stands where
 * no program on the way or at the end could take a line of it for something else, else
 * quoted-printable or base64, whichever is shorter
 * inside  a delimiter follows, and with it the line break that belongs to it  */
void mail_put_text(struct buffer *out, struct slice text, bool inside);

#endif
