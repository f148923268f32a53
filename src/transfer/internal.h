/* transfer/internal.h - shared by this room's files only */
#ifndef SEKISHO_TRANSFER_INTERNAL_H
#define SEKISHO_TRANSFER_INTERNAL_H

#include "base/number.h"
#include "ledger/record.h"
#include "store/ask.h"
#include "transfer/transfer.h"

struct transfers {
	struct transfer_parts at;
};

/* transfer_run - what the plan says, as entries of the office, inside a transaction;
 * a failure names the row ("line N") */
struct result transfer_run(struct transfers *t, const struct transfer_plan *plan, struct why *why) MUST;

/* The pending decisions: who is asked for each word that is wanted on a day. */
struct pending_word {
	const char *application, *number, *post, *scope, *act, *applicant;
	const char *asked; /* ids of those who may give it, ' ' between; "" nobody */
};
struct result pending_words(struct transfers *t, struct arena *arena, struct pending_word **out,
                            size_t *count, size_t *applications, struct why *why) MUST;
/* pending_ask - fills `asked` as of the day */
struct result pending_ask(struct transfers *t, struct pending_word *words, size_t count, day_t day,
                          struct arena *arena, struct why *why) MUST;

static inline struct result transfer_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "no memory for the transfer");
}

#endif
