/* draft/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_DRAFT_INTERNAL_H
#define SEKISHO_DRAFT_INTERNAL_H

#include "draft/draft.h"
#include "ledger/record.h"
#include "store/ask.h"

enum { DRAFT_TEXT = 65536 };

struct drafts {
	struct draft_parts at;
};

day_t drafts_today(const struct drafts *d);
struct result draft_no_memory(struct why *why);
/* read_drafts - `where` begins with WHERE, ?1 is the body */
struct result read_drafts(struct store *store, const char *body, const char *where, const char *argument,
                          struct arena *arena, struct draft **out, size_t *count, struct why *why) MUST;
/* write_text - header like the edition's, then the draft's lines */
void write_text(const struct policy_edition *edition, const struct draft *draft, struct buffer *out);
const struct policy_edition *edition_for(const struct policy *policy, const char *name, day_t day);

#endif
