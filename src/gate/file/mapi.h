/* gate/file/mapi.h - messages of Outlook as mail; inside the room only
 *
 * A msg file and a TNEF block hold the same properties in two wrappings.  Both fill
 * one struct outlook; what comes out is a mail of the gate's own shape, which every
 * mail program opens.
 * source  MS-OXPROPS, MS-OXMSG, MS-OXTNEF, MS-OXRTFCP
 */
#ifndef SEKISHO_GATE_FILE_MAPI_H
#define SEKISHO_GATE_FILE_MAPI_H

#include "gate/file/job.h"
#include "gate/mail/mail.h"

struct outlook {
	struct job *job;
	struct arena *arena;
	struct mail mail;
	struct mail_part *mixed, **tail;       /* attachments gather here */
	const char *subject, *from_name, *from_address, *to, *cc, *id;
	uint64_t sent;                         /* 100 ns since 1601; 0: not known */
	uint32_t page, internet_page;          /* code pages; 0: not known */
	struct slice plain, html, rtf;         /* plain in UTF-8; rtf unpacked */
};

/* mapi_begin - false when the arena is full */
bool mapi_begin(struct outlook *o, struct job *job, struct arena *arena);
/* mapi_text - a property of text as UTF-8 in the arena; NULL: it is not text, or no memory
 * wide  UTF-16; else in the message's code page                              */
const char *mapi_text(struct outlook *o, struct slice bytes, bool wide);
/* mapi_rtf - a compressed text unpacked; empty when it is damaged            */
struct slice mapi_rtf(struct outlook *o, struct slice packed);
/* mapi_attach - name in UTF-8, "" for none; false when the arena is full      */
bool mapi_attach(struct outlook *o, const char *name, const char *type, struct slice content);
/* mapi_emit - headers and body from what was gathered, then the mail into out */
struct result mapi_emit(struct outlook *o, struct buffer *out, struct why *why) MUST;

/* letter_emit - a mail that was read, or put together, as a new message (mail.c) */
struct result letter_emit(struct job *job, struct arena *arena, const struct mail *mail, struct buffer *out,
                          struct why *why) MUST;

#endif
