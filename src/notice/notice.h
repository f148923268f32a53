/* notice/notice.h - 通知: who has something to do or to fetch hears of it by mail
 *
 * This room follows the ledger: what happened, happened there, so a notice can
 * neither be forgotten by a program that was off nor be sent of what was rolled
 * back.  Several notices to one person become one letter.  A letter names
 * numbers and a link, never a title, a name of a file or a reason: mail leaves
 * the house, and what is personal does not.
 * The outbox is a working table (`notice`); that a letter was handed to the mail
 * server, or could not be, is an entry.
 * clause  HN-2.5.3(1)-2 and all that say 通知・報告 without a manner: the mail
 *         informs, the page is where it is done
 */
#ifndef SEKISHO_NOTICE_H
#define SEKISHO_NOTICE_H

#include "crossing/crossing.h"
#include "duty/duty.h"
#include "review/review.h"

struct notices;

struct notice_parts {
	struct store *store;
	struct ledger *ledger;
	struct office *office;
	struct proceedings *proceedings;
	struct crossings *crossings;
	struct duties *duties;
	const struct desk *desk; /* what self-inspections ask; borrowed */
	struct random *random;
	const struct clock *clock;
	const char *body;
	const char *title;  /* 青波市: in the letter's foot */
	const char *from;   /* sekisho@city.example */
	const char *domain; /* a person's address is login@domain */
	const char *link;   /* https://sekisho.city.example, without a last '/' */
};
/* notices_open - parts are copied, what they point to is borrowed; migrates the
 * outbox.  A new outbox begins with the ledger's newest entry: nobody is told
 * of what was long ago.
 * errors  E_INPUT  from, domain or link cannot stand in a letter (place: which) */
struct result notices_open(const struct notice_parts *parts, struct notices **out, struct why *why) MUST;
void notices_close(struct notices *n);
void notices_drop(struct notices **n); /* for AUTO */

enum {
	NOTICE_STEP = 500,           /* entries that one call follows */
	NOTICE_LINES = 30,           /* notices in one letter; the rest is counted */
	NOTICE_REST_MS = 60000,      /* before the second try; doubles to an hour */
	NOTICE_PATIENCE_MS = 259200000, /* three days, then the letter is given up */
};

/* notices_follow - read what the ledger holds since the last call
 * more  out: there are further entries; call again                          */
struct result notices_follow(struct notices *n, bool *more, struct why *why) MUST;

/* A letter: everything that one person has not been told yet. */
struct letter {
	const char *person;
	const char *address;   /* aoki@city.example */
	struct slice message;  /* RFC 5322, lines ended by CRLF */
	int64_t newest;        /* of its notices: for letter_sent */
	size_t count;
};
/* letter_next - the person who waits longest and whose letter is due; any is false
 * when there is none.  Suspended people are not written to: their notices go  */
struct result letter_next(struct notices *n, struct arena *arena, struct letter *out, bool *any,
                          struct why *why) MUST;
/* letter_sent - the server took it: entry "notice.sent" */
struct result letter_sent(struct notices *n, const struct letter *letter, struct why *why) MUST;
/* letter_failed - try again later; `forever` or after NOTICE_PATIENCE_MS it is
 * given up: entry "notice.failed", so that somebody sees it
 * reason  one line, in the entry                                            */
struct result letter_failed(struct notices *n, const struct letter *letter, bool forever,
                            const char *reason, struct why *why) MUST;

#endif
