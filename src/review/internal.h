/* review/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_REVIEW_INTERNAL_H
#define SEKISHO_REVIEW_INTERNAL_H

#include "ledger/record.h"
#include "review/review.h"
#include "store/ask.h"

#include <string.h>

enum { REVIEW_ROOM = 96 << 20, REVIEW_CLAUSES = 16 };

struct result review_no_memory(struct why *why);
day_t review_today(const struct desk *desk);
/* review_decide - may this person do the act; E_DENIED with the clause */
struct result review_decide(struct desk *desk, const struct wish *wish, struct arena *arena,
                            const struct decision **out, struct why *why) MUST;
/* review_record - one entry; decision (nullable) gives its clauses; data is stolen */
struct result review_record(struct desk *desk, const char *kind, const char *subject, const char *by,
                            const struct decision *decision, json_t *data, struct why *why) MUST;
/* review_posts_of - "manager section_staff": what a person holds on the day, of these holdings */
const char *review_posts_of(const struct holding *held, size_t count, const char *person, day_t day,
                            struct arena *arena);
/* review_find_question - NULL none */
const struct review_question *review_find_question(const struct review_campaign *campaign, const char *clause);
/* review_line - one line in the clear, 1..most bytes */
struct result review_line(const char *text, size_t most, const char *place, const char *what, struct why *why) MUST;

#endif
