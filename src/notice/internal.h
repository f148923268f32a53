/* notice/internal.h - what the files of this room share */
#ifndef SEKISHO_NOTICE_INTERNAL_H
#define SEKISHO_NOTICE_INTERNAL_H

#include "ledger/record.h"
#include "notice/notice.h"
#include "store/ask.h"

struct notices {
	struct notice_parts at;
};

/* What a notice says; the word stands in the outbox. */
enum notice_what { WHAT_NONE = 0, WHAT_PERMIT, WHAT_DECIDED, WHAT_FETCH, WHAT_REFUSED,
                   WHAT_DUTY, WHAT_OVERDUE, WHAT_REVIEW, WHAT_KINDS };
const char *what_name(enum notice_what what);
enum notice_what what_named(struct slice name);

/* letter.c: the message that tells a person these things */
struct notice_line {
	enum notice_what what;
	const char *subject;
};
struct result letter_write(struct notices *n, const struct person *person, const char *address,
                           const struct notice_line *lines, size_t count, size_t more,
                           struct arena *arena, struct slice *out, struct why *why) MUST;

#endif
